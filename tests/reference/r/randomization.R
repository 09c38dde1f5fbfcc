# Reference randomisation tests in R, for the cases of plan.json (written by randomization_cases.py).
# usage: python randomization_cases.py DIR && Rscript randomization.R DIR randomization.json
suppressPackageStartupMessages({library(coin); library(jsonlite)})
args <- commandArgs(trailingOnly = TRUE)
plan <- fromJSON(file.path(args[1], "plan.json"), simplifyVector = FALSE)
read_trial <- function(name) read.csv(file.path(args[1], paste0(name, ".csv")), stringsAsFactors = FALSE)
two_arms <- function(case) {
  d <- read_trial(case[[1]])
  d <- d[d$arm %in% c(case[[3]], case[[4]]), ]
  d$y <- d[[case[[2]]]]; d$z <- as.integer(d$arm == case[[3]])
  d$s <- if (nchar(case[[5]])) d[[case[[5]]]] else 0
  d[!is.na(d$y), ]
}
key <- function(case) paste(unlist(case), collapse = "/")
sides <- c("two.sided", "greater", "less")

# The exact distribution of the arm's events by convolution, in base R: independent of mantelhaen.test.
convolved <- function(d) {
  total <- 1; low <- 0
  for (part in split(d, d$s)) {
    m <- sum(part$z); n <- nrow(part) - m; k <- sum(part$y)
    x <- max(0, k - n):min(m, k)
    p <- dhyper(x, k, nrow(part) - k, m)
    new <- numeric(length(total) + length(p) - 1)
    for (i in seq_along(total)) for (j in seq_along(p)) new[i + j - 1] <- new[i + j - 1] + total[i] * p[j]
    total <- new; low <- low + x[1]
  }
  x <- low + seq_along(total) - 1
  mean <- sum(sapply(split(d, d$s), function(p) sum(p$y) * mean(p$z)))
  at <- sum(d$y * d$z)
  list(distance = sum(total[abs(x - mean) >= abs(at - mean) - 1e-7]),
       probability = sum(total[total <= total[x == at] * (1 + 1e-7)]),
       greater = sum(total[x >= at]), less = sum(total[x <= at]), mean = mean, events = at,
       sd = sqrt(sum(total * (x - sum(total * x))^2)))
}

binary <- function(case) {
  d <- two_arms(case)
  out <- list(n = nrow(d), convolution = convolved(d), convolution_unstratified = convolved(transform(d, s = 0)))
  tab <- table(factor(d$z, levels = 1:0), factor(d$y, levels = 1:0))
  for (side in sides) out$fisher[[side]] <- fisher.test(tab, alternative = side)$p.value
  both <- names(which(sapply(split(d$z, d$s), function(z) length(unique(z)) == 2)))
  inside <- d[as.character(d$s) %in% both, ]
  strata <- table(factor(inside$z, levels = 1:0), factor(inside$y, levels = 1:0), inside$s)
  for (side in sides) out$mantelhaen[[side]] <- mantelhaen.test(strata, exact = TRUE, alternative = side)$p.value
  exact <- try(pvalue(oneway_test(y ~ factor(z), data = d, distribution = "exact")), silent = TRUE)
  if (!inherits(exact, "try-error")) out$coin_exact <- as.numeric(exact)
  out
}

other <- function(case) {
  d <- two_arms(case)
  both <- names(which(sapply(split(d$z, d$s), function(z) length(unique(z)) == 2)))
  d <- d[as.character(d$s) %in% both, ]
  d$f <- factor(d$z, levels = 1:0); d$b <- factor(d$s)
  set.seed(20240101)
  draws <- 100000
  if (nchar(case[[5]])) {
    z <- statistic(oneway_test(y ~ f | b, data = d, distribution = "asymptotic"))
    p <- pvalue(oneway_test(y ~ f | b, data = d, distribution = approximate(nresample = draws)))
  } else {
    z <- statistic(oneway_test(y ~ f, data = d, distribution = "asymptotic"))
    p <- pvalue(oneway_test(y ~ f, data = d, distribution = approximate(nresample = draws)))
  }
  list(n = nrow(d), statistic = as.numeric(z), p = as.numeric(p), draws = draws)
}

# Every assignment of the tiny trial with the same numbers by block; studentised statistics in base R.
d <- read_trial("tiny_blocked")
every <- function(z, s) {
  parts <- lapply(split(seq_along(z), s), function(rows) combn(length(rows), sum(z[rows]), function(i) rows[i], simplify = FALSE))
  grid <- expand.grid(lapply(parts, seq_along))
  apply(grid, 1, function(g) { w <- numeric(length(z)); for (j in seq_along(g)) w[parts[[j]][[g[j]]]] <- 1; w })
}
blocked <- function(y, z, s) {
  est <- 0; v <- 0
  for (rows in split(seq_along(y), s)) {
    a <- y[rows][z[rows] == 1]; c <- y[rows][z[rows] == 0]; w <- length(rows) / length(y)
    est <- est + w * (mean(a) - mean(c)); v <- v + w^2 * (var(a) / length(a) + var(c) / length(c))
  }
  c(est, sqrt(v))
}
z <- as.integer(d$arm == "t")
W <- every(z, d$block)
shifts <- c(-1, 0, 0.5, 1, 2, 3)
tiny <- list(assignments = ncol(W))
for (name in c("a", "b")) {
  for (shift in shifts) {
    y <- d[[name]] - shift * z
    obs <- blocked(y, z, d$block)
    all <- apply(W, 2, function(w) { r <- blocked(y, w, d$block); c(r[1], r[1] / r[2]) })
    tiny[[name]][[as.character(shift)]] <- list(
      statistic = obs[1] / obs[2], studentised = mean(abs(all[2, ]) >= abs(obs[1] / obs[2]) - 1e-9),
      plain = mean(abs(all[1, ]) >= abs(obs[1]) - 1e-9), greater = mean(all[2, ] >= obs[1] / obs[2] - 1e-9))
  }
}
result <- list(
  meta = list(R = R.version.string, coin = as.character(packageVersion("coin")), fingerprints = plan$fingerprints),
  binary = setNames(lapply(plan$binary, binary), sapply(plan$binary, key)),
  other = setNames(lapply(plan$other, other), sapply(plan$other, key)),
  tiny = tiny)
write(toJSON(result, digits = I(17), auto_unbox = TRUE, pretty = TRUE), args[2])
