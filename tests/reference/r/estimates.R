# Reference estimates in R for the contrasts listed in plan.json (written by export.py).
# usage: Rscript estimates.R DIR OUT.json
suppressPackageStartupMessages({library(estimatr); library(sandwich); library(jsonlite)})
args <- commandArgs(trailingOnly = TRUE)
plan <- fromJSON(file.path(args[1], "plan.json"), simplifyVector = FALSE)
read_trial <- function(name) {
  df <- read.csv(file.path(args[1], paste0(name, ".csv")), stringsAsFactors = FALSE)
  df$arm <- factor(df$arm, levels = unlist(plan$arms[[name]]))
  df
}
data <- sapply(names(plan$arms), read_trial, simplify = FALSE)
numbers <- function(est, se, df) {
  t <- est / se
  list(estimate = est, se = se, df = df, t = t, p = 2 * pt(-abs(t), df),
       low = est - qt(0.975, df) * se, high = est + qt(0.975, df) * se)
}
from <- function(fit, term) {
  i <- which(fit$term == term)
  list(estimate = fit$coefficients[[i]], se = fit$std.error[[i]], df = fit$df[[i]], t = fit$statistic[[i]],
       p = fit$p.value[[i]], low = fit$conf.low[[i]], high = fit$conf.high[[i]])
}
by_sandwich <- function(fit, term, types) {
  out <- list()
  for (type in types) {
    v <- vcovHC(fit, type = if (type == "classical") "const" else type)
    out[[type]] <- numbers(coef(fit)[[term]], sqrt(v[term, term]), fit$df.residual)
  }
  out
}
types <- c("classical", "HC0", "HC1", "HC2", "HC3")
plus <- function(x) if (length(x)) paste("+", paste(x, collapse = " + ")) else ""

# Pashley & Miratrix's pooled estimator for strata with one person in an arm, straight from the paper's formula.
small_strata <- function(d) {
  one <- function(x) c(n = nrow(x), n1 = sum(x$z == 1), n0 = sum(x$z == 0), m1 = mean(x$y[x$z == 1]),
                       m0 = mean(x$y[x$z == 0]), v1 = var(x$y[x$z == 1]), v0 = var(x$y[x$z == 0]))
  cells <- as.data.frame(do.call(rbind, lapply(split(d, d$stratum), one)))
  cells <- cells[cells$n1 > 0 & cells$n0 > 0, ]
  tau <- cells$m1 - cells$m0
  small <- cells$n1 == 1 | cells$n0 == 1
  N <- sum(cells$n)
  big <- sum((cells$n[!small] / N)^2 * (cells$v1 / cells$n1 + cells$v0 / cells$n0)[!small])
  nk <- cells$n[small]; m <- sum(nk)
  pooled <- if (!any(small)) 0 else if (max(nk) >= m / 2) NA else
    sum(nk^2 / ((m - 2 * nk) * (m + sum(nk^2 / (m - 2 * nk)))) * (tau[small] - sum(nk * tau[small]) / m)^2)
  list(estimate = sum(cells$n * tau) / N, n = N, strata = nrow(cells), small = sum(small), big = big,
       variance = big + (m / N)^2 * pooled)
}

analyse <- function(a) {
  d <- data[[a$trial]]
  covs <- unlist(a$covariates)
  d <- d[d$arm %in% c(a$arm, a$control), ]
  d <- d[complete.cases(d[, c(a$outcome, covs)]), ]
  d$y <- d[[a$outcome]]; d$z <- as.integer(d$arm == a$arm)
  out <- list(n = nrow(d), n_arm = sum(d$z), mean_arm = mean(d$y[d$z == 1]), mean_control = mean(d$y[d$z == 0]))
  out$difference <- from(difference_in_means(y ~ z, data = d), "z")
  out$plain <- by_sandwich(lm(y ~ z, data = d), "z", types)
  adjusted <- covs[covs != a$strata]
  f <- as.formula(paste("y ~ z", plus(adjusted)))
  out$ancova <- by_sandwich(lm(f, data = d), "z", types)
  out$ancova_estimatr <- from(lm_robust(f, data = d, se_type = "HC2"), "z")
  for (type in types)
    out$lin[[type]] <- from(lm_lin(y ~ z, covariates = as.formula(paste("~", sub("^\\+", "", plus(adjusted)))),
                                   data = d, se_type = type), "z")
  if (nzchar(a$strata)) {
    d$stratum <- factor(d[[a$strata]])
    out$small_strata <- small_strata(d)
    size <- table(d$stratum, d$z)
    full <- rownames(size)[apply(size, 1, min) >= 2]
    both <- d[d$stratum %in% rownames(size)[apply(size, 1, min) >= 1], ]; both$stratum <- droplevels(both$stratum)
    d <- d[d$stratum %in% full, ]; d$stratum <- droplevels(d$stratum)
    out$full_strata <- full
    out$blocked <- from(difference_in_means(y ~ z, blocks = stratum, data = d), "z")
    out$blocked_lin <- from(lm_lin(y ~ z, covariates = ~ stratum, data = d, se_type = "HC2"), "z")
    for (type in c("HC1", "HC2"))
      out$fe_absorbed[[type]] <- from(lm_robust(y ~ z, fixed_effects = ~ stratum, data = both, se_type = type), "z")
    out$fe <- by_sandwich(lm(y ~ z + stratum, data = both), "z", c("classical", "HC0", "HC1"))
    out$fe_full <- by_sandwich(lm(y ~ z + stratum, data = d), "z", types)
    out$fe_ancova <- by_sandwich(lm(as.formula(paste("y ~ z + stratum", plus(adjusted))), data = d), "z", types)
    if (length(full) <= 10)
      out$lin_strata <- from(lm_lin(y ~ z, covariates = as.formula(paste("~ stratum", plus(adjusted))), data = d,
                                    se_type = "HC2"), "z")
  }
  d <- data[[a$trial]]
  d <- d[d$arm %in% c(a$arm, a$control) & !is.na(d[[a$outcome]]) & !is.na(d[[a$by]]), ]
  d$y <- d[[a$outcome]]; d$z <- as.integer(d$arm == a$arm); d$g <- factor(d[[a$by]])
  fit <- lm(y ~ z * g, data = d)
  inter <- grep("^z:g", names(coef(fit)))
  V <- vcovHC(fit, type = "HC2")
  W <- drop(t(coef(fit)[inter]) %*% solve(V[inter, inter]) %*% coef(fit)[inter])
  out$interaction <- list(levels = levels(d$g), estimate = unname(coef(fit)[inter]),
                          se = unname(sqrt(diag(V)[inter])), df = fit$df.residual, wald = W,
                          wald_df = length(inter), wald_p = pchisq(W, length(inter), lower.tail = FALSE))
  out$levels <- lapply(split(d, d$g), function(x) from(difference_in_means(y ~ z, data = x), "z"))
  out
}

# Every arm at once: estimatr's Lin estimator centres at all arms' means; all-arm stratum weights by hand.
together <- function(a) {
  d <- data[[a$trial]]
  covs <- unlist(a$covariates)
  d <- d[complete.cases(d[, c(a$outcome, covs)]), ]
  d$y <- d[[a$outcome]]
  arms <- levels(d$arm)
  lin <- lm_lin(y ~ arm, covariates = as.formula(paste("~", sub("^\\+", "", plus(covs[covs != a$strata])))), data = d,
                se_type = "HC2")
  out <- list(n = nrow(d), lin = list(), blocked = list())
  for (k in arms[-1]) out$lin[[k]] <- list(estimate = lin$coefficients[[paste0("arm", k)]],
                                           se = lin$std.error[[paste0("arm", k)]])
  d$stratum <- factor(d[[a$strata]])
  size <- table(d$stratum, d$arm)
  full <- rownames(size)[apply(size, 1, min) >= 2]
  d <- d[d$stratum %in% full, ]; d$stratum <- droplevels(d$stratum)
  w <- as.vector(table(d$stratum)) / nrow(d)
  means <- tapply(d$y, list(d$stratum, d$arm), mean)
  parts <- tapply(d$y, list(d$stratum, d$arm), function(v) var(v) / length(v))
  for (i in seq_along(arms)) for (j in seq_along(arms)) if (i != j && (j == 1 || (i > 1 && i < j)))
    out$blocked[[paste0(arms[i], "-", arms[j])]] <-
      list(estimate = sum(w * (means[, i] - means[, j])), se = sqrt(sum(w^2 * (parts[, i] + parts[, j]))))
  out$full_strata <- full
  out
}

# Hansen & Bowers's omnibus statistic for any number of arms from the covariance matrix of the assignment itself:
# under re-drawing within strata, Cov(1[i in a], 1[j in b]) is built person by person.
omnibus <- function(X, arm, stratum) {
  K <- ncol(X); arms <- levels(arm)[-1]
  T <- unlist(lapply(arms, function(a) colSums(X[arm == a, , drop = FALSE])))
  E <- numeric(0); for (a in arms) {
    e <- numeric(K)
    for (s in levels(stratum)) { i <- stratum == s; e <- e + mean(arm[i] == a) * colSums(X[i, , drop = FALSE]) }
    E <- c(E, e)
  }
  V <- matrix(0, K * length(arms), K * length(arms))
  for (s in levels(stratum)) {
    i <- which(stratum == s); n <- length(i); if (n < 2) next
    x <- X[i, , drop = FALSE]
    for (a in seq_along(arms)) for (b in seq_along(arms)) {
      na <- sum(arm[i] == arms[a]); nb <- sum(arm[i] == arms[b])
      same <- (if (a == b) na / n else 0) - na * nb / n^2
      other <- (if (a == b) na * (na - 1) else na * nb) / (n * (n - 1)) - na * nb / n^2
      C <- matrix(other, n, n); diag(C) <- same
      V[(a - 1) * K + 1:K, (b - 1) * K + 1:K] <- V[(a - 1) * K + 1:K, (b - 1) * K + 1:K] + t(x) %*% C %*% x
    }
  }
  # A covariate that is constant within strata has no null variance but for rounding: it is no part of the comparison.
  real <- diag(V) > 1e-12 * rep(colSums(X^2), length(arms))
  V <- V[real, real, drop = FALSE]; T <- T[real]; E <- E[real]
  scale <- 1 / sqrt(diag(V)); R <- V * outer(scale, scale); z <- (T - E) * scale
  e <- eigen((R + t(R)) / 2, symmetric = TRUE); keep <- e$values > 1e-10 * max(e$values)
  stat <- sum((t(e$vectors[, keep]) %*% z)^2 / e$values[keep])
  list(statistic = stat, df = sum(keep), p = pchisq(stat, sum(keep), lower.tail = FALSE))
}

balance <- function(a) {
  d <- data[[a$trial]]; covs <- unlist(a$covariates); arms <- levels(d$arm)
  out <- list(smd = list())
  for (c in covs) {
    x <- d[[c]]; zero_one <- all(x[!is.na(x)] %in% 0:1)
    mean_of <- function(k) mean(x[d$arm == k], na.rm = TRUE)
    v_of <- function(k) if (zero_one) mean_of(k) * (1 - mean_of(k)) else var(x[d$arm == k], na.rm = TRUE)
    for (k in arms[-1])
      out$smd[[c]][[k]] <- list(smd = (mean_of(k) - mean_of(arms[1])) / sqrt((v_of(k) + v_of(arms[1])) / 2),
                                ratio = if (zero_one) NA else v_of(k) / v_of(arms[1]))
  }
  run <- function(stratum) {
    X <- NULL
    for (c in covs) {
      x <- d[[c]]; miss <- is.na(x)
      if (any(miss)) {
        m <- tapply(x, stratum, mean, na.rm = TRUE)
        x[miss] <- m[as.character(stratum[miss])]
        X <- cbind(X, x, as.numeric(miss))
      } else X <- cbind(X, x)
    }
    omnibus(X, d$arm, stratum)
  }
  out$unstratified <- run(factor(rep("all", nrow(d))))
  if (nzchar(a$strata)) out$stratified <- run(factor(d[[a$strata]]))
  out
}

keyed <- function(list, f) setNames(lapply(list, f), sapply(list, function(a) a$key))
versions <- sapply(c("estimatr", "sandwich", "jsonlite"), function(p) as.character(packageVersion(p)), simplify = FALSE)
result <- list(meta = list(R = R.version.string, packages = versions, fingerprints = plan$fingerprints),
               analyses = keyed(plan$analyses, analyse), joint = keyed(plan$joint, together),
               balance = keyed(plan$balance, balance))
writeLines(toJSON(result, auto_unbox = TRUE, digits = I(17), na = "null", pretty = TRUE), args[2])
