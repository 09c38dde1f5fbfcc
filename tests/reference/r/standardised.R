# Life tables and Lee's bounds standardised to strata; plan.json and tables come from standardised_cases.py.
# usage: Rscript standardised.R DIR OUT.json
# Curves, means and their influence on the one hand are survival's own (case weights, infinitesimal jackknife residuals); the
# stratified variance is written out with the full matrices of its quadratic form; Lee's bounds go person by person.
suppressPackageStartupMessages({ library(survival); library(jsonlite) })
args <- commandArgs(trailingOnly = TRUE)
plan <- fromJSON(file.path(args[1], "plan.json"), simplifyVector = FALSE)
over <- function(f, list) setNames(lapply(list, f), sapply(list, function(a) a$key))
read <- function(a) {
  d <- read.csv(file.path(args[1], paste0(a$table, ".csv")), stringsAsFactors = FALSE); d$s <- as.character(d$s); d
}

# Variance and df of sum w_s (mean_1s - mean_0s) of z; arm 0 may be missing (one arm's curve).
blocked <- function(w, z1, z0) {  # z1, z0: lists by stratum
  S <- length(w); n1 <- lengths(z1); n0 <- if (is.null(z0)) rep(Inf, S) else lengths(z0)
  m1 <- sapply(z1, mean); m0 <- if (is.null(z0)) rep(0, S) else sapply(z0, mean)
  v1 <- sapply(z1, function(x) if (length(x) > 1) var(x) else NA); v0 <- if (is.null(z0)) rep(0, S) else sapply(z0, function(x) if (length(x) > 1) var(x) else NA)
  single <- n1 == 1 | n0 == 1; tau <- m1 - m0
  cells <- data.frame(s = c(1:S, 1:S), arm = rep(1:0, each = S), n = c(n1, n0), v = c(v1, v0))
  if (!any(single)) {
    part <- w[cells$s]^2 * cells$v / cells$n
    keep <- is.finite(cells$n)
    return(list(form = "cells", V = sum(part[keep]), df = sum(part[keep])^2 / sum(part[keep]^2 / (cells$n[keep] - 1))))
  }
  W <- sum(w[single]); a <- w[single] / W; r <- a^2 / (1 - 2 * a)
  free <- tapply(ifelse(is.finite(cells$n), cells$n - 1, 1e9), cells$arm, sum); lonely <- tapply(cells$n == 1, cells$arm, any)
  if (max(a) <= 1/3 + 1e-9 || (max(a) < 1/2 - 1e-9 && any(free[lonely] < 8))) {
    A <- matrix(0, sum(single), sum(single))
    for (i in seq_along(a)) { e <- as.numeric(seq_along(a) == i) - a; A <- A + r[i] * e %*% t(e) }
    D <- diag(1 / n1[single] + 1 / n0[single], length(a)); AD <- A %*% D
    pool <- W^2 * sum(r * (tau[single] - sum(a * tau[single]))^2) / (1 + sum(r))
    nu <- sum(diag(AD))^2 / sum(diag(AD %*% AD))
    keep <- !(cells$s %in% which(single)) & is.finite(cells$n)
    part <- (w[cells$s]^2 * cells$v / cells$n)[keep]
    V <- sum(part) + pool
    return(list(form = "pooled", V = V, df = V^2 / (sum(part^2 / (cells$n[keep] - 1)) + pool^2 / nu)))
  }
  if (any(free[lonely] == 0)) return(list(form = "none"))
  part <- c(); nu <- c()
  for (i in seq_len(nrow(cells))) if (is.finite(cells$n[i]) && cells$n[i] > 1) {
    k <- as.character(cells$arm[i]); mates <- cells$s[cells$arm == cells$arm[i] & cells$n == 1]
    b <- w[cells$s[i]]^2 / cells$n[i] + (cells$n[i] - 1) / free[[k]] * sum(w[mates]^2)
    part <- c(part, b * cells$v[i]); nu <- c(nu, cells$n[i] - 1)
  }
  list(form = "plug-in", V = sum(part), df = sum(part)^2 / sum(part^2 / nu))
}

weigh <- function(d, keep_arms) {
  N <- table(d$s); kept <- names(N)[sapply(names(N), function(s) all(keep_arms %in% d$arm[d$s == s]))]
  d <- d[d$s %in% kept, ]; N <- N[kept]
  d$v <- sapply(seq_len(nrow(d)), function(i) N[[d$s[i]]] / sum(d$s == d$s[i] & d$arm == d$arm[i]))
  list(d = d, w = setNames(as.numeric(N) / sum(N), kept), kept = kept)
}
by_stratum <- function(x, s, kept) lapply(kept, function(k) x[s == k])

times <- function(a) {
  d <- read(a); d <- d[!(d$time == 0 & d$event == 1), ]
  out <- list()
  both <- weigh(d, c(a$arm, a$control)); w <- both$w; z <- list(); mean <- c()
  for (k in c(a$arm, a$control)) {
    x <<- both$d[both$d$arm == k, ]  # residuals() looks the table up again
    fit <- survfit(Surv(time, event == 1) ~ 1, x, weights = x$v)
    mean[k] <- summary(fit, rmean = a$tau)$table[["rmean"]]
    ij <- residuals(fit, times = a$tau, type = "rmst", weighted = TRUE)
    z[[k]] <- by_stratum(as.numeric(ij) * sapply(x$s, function(s) sum(x$s == s)) / w[x$s], x$s, both$kept)
  }
  v <- blocked(w, z[[a$arm]], z[[a$control]])
  out$gap <- c(list(arm = mean[[a$arm]], control = mean[[a$control]], strata = length(w)), v)
  own <- weigh(d, a$arm); x <<- own$d[own$d$arm == a$arm, ]; n <- sapply(x$s, function(s) sum(x$s == s))
  fit <- survfit(Surv(time, event == 1) ~ 1, x, weights = x$v)
  aj <- survfit(Surv(time, factor(event, 0:2)) ~ 1, x, weights = x$v)
  if (max(x$event) < 2) aj <- survfit(Surv(time, factor(event, 0:1)) ~ 1, x, weights = x$v)
  out$curve <- lapply(a$times, function(t) {
    S <- summary(fit, times = t, extend = TRUE)$surv
    ij <- residuals(fit, times = t, type = "survival", weighted = TRUE)
    j <- summary(aj, times = t, extend = TRUE); column <- which(aj$states == "1")
    r <- residuals(aj, times = t, type = "pstate", weighted = TRUE)
    r <- if (length(dim(r)) == 3) r[, column, 1] else r[, column]
    list(surv = S, surv_v = blocked(own$w, by_stratum(as.numeric(ij) * n / own$w[x$s], x$s, own$kept), NULL),
         inc = j$pstate[1, column], inc_v = blocked(own$w, by_stratum(as.numeric(r) * n / own$w[x$s], x$s, own$kept), NULL))
  })
  out
}

# Lee's lower bound of (high, trimmed) - low; v weighs, persons of the border in part, person by person.
lee_lower <- function(y, r, v, high) {
  N <- sum(v[high]); Ah <- sum(v[high & r]) / N; Al <- sum(v[!high & r]) / sum(v[!high]); mass <- Al / Ah * sum(v[high & r])
  left <- mass; kept <- 0; border <- NA
  for (i in order(y)) if (high[i] && r[i] && left > 1e-9 * mass) {
    take <- min(v[i], left); kept <- kept + take * y[i]; left <- left - take; border <- y[i]
  }
  mu <- kept / mass; low <- sum((v * y)[!high & r]) / sum(v[!high & r]); z <- numeric(length(y))
  for (i in seq_along(y)) if (r[i]) z[i] <- if (high[i]) min(y[i] - border, 0) / Al else (y[i] - low + mu - border) / Al
  list(value = mu - low, z = z)
}
manski_ci <- function(lo, hi, sl, sh) {
  c <- uniroot(function(c) pnorm(c + (hi - lo) / max(sl, sh)) - pnorm(-c) - 0.95, c(1, 3), tol = 1e-15)$root
  c(lo - c * sl, hi + c * sh)
}
bounds <- function(a) {
  m <- weigh(read(a), c(a$arm, a$control)); d <- m$d[m$d$arm %in% c(a$arm, a$control), ]
  d$r <- !is.na(d$score); d$y <- ifelse(d$r, d$score, 0)
  cells <- table(factor(d$s[d$r], m$kept), d$arm[d$r]); centred <- min(cells) >= 10
  if (centred) for (s in m$kept) {
    mid <- (mean(d$y[d$r & d$s == s & d$arm == a$arm]) + mean(d$y[d$r & d$s == s & d$arm == a$control])) / 2
    d$y[d$s == s] <- d$y[d$s == s] - mid
  }
  rate <- function(k) sum(d$v[d$arm == k & d$r]) / sum(d$v[d$arm == k])
  flip <- rate(a$control) > rate(a$arm); high <- d$arm == (if (flip) a$control else a$arm)
  one <- function(y) {
    f <- lee_lower(y, d$r, d$v, high)
    c(list(value = f$value), blocked(m$w, by_stratum(f$z[high], d$s[high], m$kept), by_stratum(f$z[!high], d$s[!high], m$kept)))
  }
  A <- one(d$y); B <- one(-d$y)
  lo <- if (flip) B$value else A$value; hi <- if (flip) -A$value else -B$value
  sl <- sqrt(if (flip) B$V else A$V); sh <- sqrt(if (flip) A$V else B$V)
  list(centred = centred, flip = flip, form = A$form, lower = lo, upper = hi, se_lower = sl, se_upper = sh, ci = manski_ci(lo, hi, sl, sh))
}

result <- list(meta = list(R = R.version.string, survival = as.character(packageVersion("survival"))),
               times = over(times, plan$times), bounds = over(bounds, plan$bounds))
write(toJSON(result, digits = I(17), auto_unbox = TRUE, na = "null", null = "null", pretty = TRUE), args[2])
