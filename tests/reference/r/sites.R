# Variation of an effect between sites by metafor, for the analyses of sites_export.py.
# usage: Rscript sites.R DIR OUT.json
suppressPackageStartupMessages({library(metafor); library(jsonlite)})
args <- commandArgs(trailingOnly = TRUE)
plan <- fromJSON(file.path(args[1], "plan.json"), simplifyVector = FALSE)
# metafor's own steps end at a change of 1e-5; the equation is solved to rounding here
tight <- list(threshold = 1e-14, maxiter = 10000, tol = 1e-14)
analyse <- function(a) {
  d <- read.csv(file.path(args[1], paste0(a$trial, ".csv")), stringsAsFactors = FALSE)
  d <- d[d$arm %in% c(a$arm, a$control) & !is.na(d[[a$outcome]]) & !is.na(d[[a$site]]), ]
  one <- function(x) {
    y1 <- x[[a$outcome]][x$arm == a$arm]; y0 <- x[[a$outcome]][x$arm == a$control]
    if (length(y1) < 2 || length(y0) < 2) return(NULL)
    c(mean(y1) - mean(y0), var(y1) / length(y1) + var(y0) / length(y0), length(y1) + length(y0))
  }
  s <- do.call(rbind, lapply(split(d, d[[a$site]]), one))
  s <- s[s[, 2] > 0, , drop = FALSE]
  pm <- rma(yi = s[, 1], vi = s[, 2], method = "PM", control = tight)
  # Knapp and Hartung's factor, and the same held to at least 1, as ours is
  kh <- rma(yi = s[, 1], vi = s[, 2], method = "PM", test = "knha", control = tight)
  held <- rma(yi = s[, 1], vi = s[, 2], method = "PM", test = "adhoc", control = tight)
  dl <- rma(yi = s[, 1], vi = s[, 2], method = "DL")
  ci <- confint(pm, control = list(tol = 1e-14, maxiter = 10000, tau2.max = 1000 * max(s[, 2])))$random
  fixed <- rma(yi = s[, 1], vi = s[, 2], method = "FE")
  # the same equation by base R, for where metafor's interval is open
  Q <- function(t2) { w <- 1 / (s[, 2] + t2); sum(w * (s[, 1] - sum(w * s[, 1]) / sum(w))^2) }
  solve_at <- function(goal) if (Q(0) <= goal) 0 else {
    up <- max(s[, 2]); while (Q(up) > goal) up <- up * 2
    uniroot(function(t2) Q(t2) - goal, c(0, up), tol = 1e-18 * up, maxiter = 10000)$root
  }
  k <- nrow(s)
  list(sites = k, n = sum(s[, 3]), q = fixed$QE, p = fixed$QEp, tau_pm = sqrt(pm$tau2), tau_dl = sqrt(dl$tau2),
       mean = pm$beta[[1]], se = pm$se, low = ci["tau", "ci.lb"], high = ci["tau", "ci.ub"],
       mean_low = held$ci.lb, mean_high = held$ci.ub, mean_p = held$pval,
       knha = list(se = kh$se, low = kh$ci.lb, high = kh$ci.ub, p = kh$pval),
       i2 = max(0, (fixed$QE - (k - 1)) / fixed$QE), by_hand = list(tau = sqrt(solve_at(k - 1)),
       low = sqrt(solve_at(qchisq(0.975, k - 1))), high = sqrt(solve_at(qchisq(0.025, k - 1)))))
}
versions <- sapply(c("metafor", "jsonlite"), function(p) as.character(packageVersion(p)), simplify = FALSE)
result <- list(meta = list(R = R.version.string, packages = versions, fingerprints = plan$fingerprints),
               analyses = setNames(lapply(plan$analyses, analyse), sapply(plan$analyses, function(a) a$key)))
writeLines(toJSON(result, auto_unbox = TRUE, digits = I(17), na = "null", pretty = TRUE), args[2])
