# Stratum-weighted differences in trials with thin strata, their variance and Satterthwaite's degrees of freedom, and the sparse
# form of Lin's estimator: written out in base R, quadratic forms as matrices, slopes by lm() with strata as dummies.
# usage: python thin_trials.py thin.csv && Rscript thin.R thin.csv thin.json
suppressPackageStartupMessages(library(jsonlite))
args <- commandArgs(trailingOnly = TRUE)
all <- read.csv(args[1], stringsAsFactors = FALSE)
arms <- c("c", "t", "u")

# Components of the variance of sum(w * (mean z in arm 1 - mean z in arm 0)); scale multiplies the cells' variances.
combine <- function(z, s, one, w, scale = c(1, 1)) {
  strata <- names(w)
  cell <- function(f, g) sapply(strata, function(k) f(z[s == k & one == g]))
  n <- cbind(cell(length, 1), cell(length, 0)); m <- cbind(cell(mean, 1), cell(mean, 0))
  v <- cbind(scale[1] * cell(var, 1), scale[2] * cell(var, 0))
  tau <- m[, 1] - m[, 2]
  single <- n[, 1] == 1 | n[, 2] == 1
  parts <- c(); free <- c(); form <- "cells"
  if (any(single)) {
    a <- w[single] / sum(w[single])
    lonely <- c(any(n[, 1] == 1), any(n[, 2] == 1))
    nu <- colSums(n - 1)
    pool <- max(a) <= 1 / 3 + 1e-9 || (max(a) < 1 / 2 - 1e-9 && any(nu[lonely] < 8))
    form <- if (pool) "pooled" else "plug-in"
  }
  if (form == "plug-in") {
    for (g in 1:2) for (k in seq_along(strata)) if (n[k, g] > 1) {
      lent <- sum(w[n[, g] == 1]^2) * (n[k, g] - 1) / sum(n[, g] - 1)
      parts <- c(parts, (w[[k]]^2 / n[k, g] + lent) * v[k, g]); free <- c(free, n[k, g] - 1)
    }
  } else {
    for (g in 1:2) for (k in which(!single)) {
      parts <- c(parts, w[[k]]^2 * v[k, g] / n[k, g]); free <- c(free, n[k, g] - 1)
    }
    if (form == "pooled") {
      r <- a^2 / (1 - 2 * a); S <- length(a); A <- matrix(0, S, S)
      for (k in 1:S) { e <- -a; e[k] <- e[k] + 1; A <- A + r[k] * outer(e, e) }
      D <- diag(1 / n[single, 1] + 1 / n[single, 2])
      parts <- c(parts, sum(w[single])^2 * drop(tau[single] %*% A %*% tau[single]) / (1 + sum(r)))
      free <- c(free, sum(diag(A %*% D))^2 / sum(diag(A %*% D %*% A %*% D)))
    }
  }
  list(form = form, se = sqrt(sum(parts)), df = sum(parts)^2 / sum(parts^2 / free), m = m, tau = tau)
}

shares <- function(d) { w <- table(d$stratum) / nrow(d); setNames(as.numeric(w), names(w)) }

blocked <- function(d, pair) {
  w <- shares(d)
  k <- d[!is.na(d$y) & d$arm %in% pair, ]
  out <- combine(k$y, k$stratum, as.integer(k$arm == pair[1]), w)
  list(estimate = sum(w * out$tau), se = out$se, df = out$df, form = out$form)
}

slopes <- function(d) {
  k <- d[!is.na(d$y), ]
  free <- sapply(arms, function(a) sum(k$arm == a) - length(unique(k$stratum[k$arm == a])))
  own <- all(free - 2 >= 10)
  if (own) beta <- lapply(setNames(arms, arms), function(a) {
    f <- if (length(unique(k$stratum[k$arm == a])) > 1) y ~ factor(stratum) + x1 + x2 else y ~ x1 + x2
    coef(lm(f, data = k[k$arm == a, ]))[c("x1", "x2")]
  }) else {
    b <- coef(lm(y ~ factor(paste(stratum, arm)) + x1 + x2, data = k))[c("x1", "x2")]
    beta <- lapply(setNames(arms, arms), function(a) b)
  }
  scale <- if (own) free / (free - 2) else setNames(rep(sum(free) / (sum(free) - 2), 3), arms)
  list(own = own, beta = beta, scale = scale)
}

sparse <- function(d, pair) {
  w <- shares(d); how <- slopes(d)
  k <- d[!is.na(d$y) & d$arm %in% pair, ]
  x <- as.matrix(d[, c("x1", "x2")]); xbar <- t(sapply(names(w), function(s) colMeans(x[d$stratum == s, , drop = FALSE])))
  B <- do.call(rbind, how$beta[k$arm])
  z <- k$y - rowSums(as.matrix(k[, c("x1", "x2")]) * B)
  out <- combine(z, k$stratum, as.integer(k$arm == pair[1]), w, how$scale[pair])
  adjusted <- out$m + cbind(xbar %*% how$beta[[pair[1]]], xbar %*% how$beta[[pair[2]]])
  list(estimate = sum(w * (adjusted[, 1] - adjusted[, 2])), se = out$se, df = out$df, form = out$form, own = how$own)
}

pairs <- list("t-c" = c("t", "c"), "u-c" = c("u", "c"), "t-u" = c("t", "u"))
each <- function(f) lapply(split(all, all$trial), function(d) lapply(pairs, function(p) f(d, p)))
result <- list(meta = list(R = R.version.string, sha256 = strsplit(system2("sha256sum", args[1], stdout = TRUE), " ")[[1]][1]),
               blocked = each(blocked), lin = each(sparse))
writeLines(toJSON(result, auto_unbox = TRUE, digits = I(17), pretty = TRUE), args[2])
