# Effects by subgroup: contrasts and joint tests when levels share clusters (clubSandwich), and crosses of two by two
# (sandwich, emmeans), for the analyses of subgroups_export.py.
# usage: Rscript subgroups.R DIR OUT.json
suppressPackageStartupMessages({library(clubSandwich); library(sandwich); library(emmeans); library(jsonlite)})
args <- commandArgs(trailingOnly = TRUE)
plan <- fromJSON(file.path(args[1], "plan.json"), simplifyVector = FALSE)
test_of <- function(fit, V, C) {
  w <- Wald_test(fit, constraints = C, vcov = V, test = "HTZ")
  list(f = w$Fstat, q = w$df_num, df = w$df_denom, p = w$p_val)
}
analyse <- function(a) {
  d <- read.csv(file.path(args[1], paste0(a$trial, ".csv")), stringsAsFactors = FALSE)
  by <- unlist(a$by)
  needed <- c(a$outcome, by, a$cluster, if (nzchar(a$strata)) a$strata)
  d <- d[d$arm %in% c(a$arm, a$control) & complete.cases(d[, needed]), ]
  d$y <- d[[a$outcome]]; d$z <- as.integer(d$arm == a$arm); d$cl <- d[[a$cluster]]
  for (b in by) d[[b]] <- factor(d[[b]])
  # lexicographic levels, the last characteristic varying fastest
  d$g <- if (length(by) == 1) d[[by]] else interaction(d[[by[1]]], d[[by[2]]], sep = ":", lex.order = TRUE)
  fit <- if (nzchar(a$strata)) { d$s <- factor(d[[a$strata]]); lm(y ~ 0 + g:s + g:z, data = d) } else
    lm(y ~ 0 + g + g:z, data = d)
  terms <- grep(":z$", names(coef(fit)))
  k <- length(terms)
  pick <- function(w) { C <- matrix(0, 1, length(coef(fit))); C[1, terms] <- w; C }
  equal <- do.call(rbind, lapply(2:k, function(j) { w <- rep(0, k); w[1] <- -1; w[j] <- 1; pick(w) }))
  V <- vcovCR(fit, cluster = d$cl, type = "CR2")
  # a cluster fitted exactly has no defined HC2; where one person alone makes a cell there is none either
  H <- vcovHC(fit, type = "HC2")
  out <- list(levels = levels(d$g), n = nrow(d), estimate = unname(coef(fit)[terms]),
              joint_clustered = test_of(fit, V, equal))
  b <- coef(fit)[terms]
  quadratic <- function(V, C) drop(t(C %*% coef(fit)) %*% solve(C %*% V %*% t(C)) %*% (C %*% coef(fit)))
  out$wald_hc2 <- quadratic(H, equal)
  weights <- if (k == 2) c(-1, 1) else if (length(by) == 2 && k == 4) c(1, -1, -1, 1) else NULL
  if (!is.null(weights)) {
    C <- pick(weights)
    t2 <- test_of(fit, V, C)
    out$contrast <- list(estimate = sum(weights * b), se_hc2 = sqrt(drop(C %*% H %*% t(C))),
                         se_cr2 = sqrt(drop(C %*% V %*% t(C))), df_cr2 = t2$df, p_cr2 = t2$p)
    if (k == 4 && !nzchar(a$strata)) {
      full <- lm(as.formula(paste("y ~ z *", by[1], "*", by[2])), data = d)
      emm <- emmeans(full, as.formula(paste("~ z *", by[1], "*", by[2])), at = list(z = 0:1), vcov. = vcovHC(full, type = "HC2"))
      three <- as.data.frame(contrast(emm, interaction = "consec"))
      out$emmeans <- list(estimate = three$estimate, se = three$SE)
    }
  }
  out
}
versions <- sapply(c("clubSandwich", "sandwich", "emmeans", "jsonlite"), function(p) as.character(packageVersion(p)), simplify = FALSE)
result <- list(meta = list(R = R.version.string, packages = versions, fingerprints = plan$fingerprints),
               analyses = setNames(lapply(plan$analyses, analyse), sapply(plan$analyses, function(a) a$key)))
writeLines(toJSON(result, auto_unbox = TRUE, digits = I(17), na = "null", pretty = TRUE), args[2])
