# Correlations across months and sup-t critical values in base R (and sandwich for the regression's scores).
# usage: python bands_trial.py months.csv && Rscript bands.R months.csv bands.json
suppressPackageStartupMessages({ library(sandwich); library(jsonlite) })
args <- commandArgs(trailingOnly = TRUE)
d <- read.csv(args[1], stringsAsFactors = FALSE)
months <- grep("^m[0-9]+$", names(d), value = TRUE)
draws <- 1e6

# Scores by hand: what each person adds to the HC2 (Neyman) variance of one estimate.
arm <- function(y, k) {
  s <- rep(0, length(y)); i <- which(d$arm == k & !is.na(y)); n <- length(i)
  s[i] <- (y[i] - mean(y[i])) / sqrt(n * (n - 1)); s
}
difference <- function(y, a, b) arm(y, a) - arm(y, b)
blocked <- function(y, a, b) {  # strata weighted by all arms' persons with an outcome
  s <- rep(0, length(y)); seen <- !is.na(y); total <- sum(seen)
  for (g in unique(d$stratum)) for (k in c(a, b)) {
    i <- which(seen & d$stratum == g & d$arm == k); n <- length(i)
    s[i] <- (if (k == a) 1 else -1) * sum(seen & d$stratum == g) / total * (y[i] - mean(y[i])) / sqrt(n * (n - 1))
  }
  s
}
fe <- function(y, a, b) {  # lm with strata, its influence by bread and estimating functions, HC2
  i <- which(!is.na(y) & d$arm %in% c(a, b)); x <- data.frame(y = y[i], z = as.integer(d$arm[i] == a), g = d$stratum[i])
  fit <- lm(y ~ z + g, x); e <- (estfun(fit) %*% bread(fit) / nrow(x))[, "z"] / sqrt(1 - hatvalues(fit))
  s <- rep(0, length(y)); s[i] <- e; s
}
answer <- function(score) {
  S <- sapply(months, function(m) score(d[[m]]))
  V <- crossprod(S); R <- cov2cor(V)
  set.seed(20190114)
  Z <- matrix(rnorm(draws * ncol(R)), draws) %*% chol(R)
  largest <- do.call(pmax, lapply(seq_len(ncol(Z)), function(j) abs(Z[, j])))
  c90 <- unname(quantile(largest, 0.90, type = 1)); c95 <- unname(quantile(largest, 0.95, type = 1))
  # density at the quantile, for the Monte Carlo error of the other side
  f <- function(c) mean(abs(largest - c) < 0.02) / 0.04
  list(se = unname(sqrt(diag(V))), R = unname(R), c90 = c90, c95 = c95, f90 = f(c90), f95 = f(c95))
}
pairs <- list(c("t", "c"), c("u", "c"), c("t", "u"))
curve <- function(f) setNames(lapply(pairs, function(p) answer(function(y) f(y, p[1], p[2]))),
                              sapply(pairs, paste, collapse = "-"))
out <- list(
  meta = list(R = R.version.string, sandwich = as.character(packageVersion("sandwich")), draws = draws,
              sha256 = strsplit(system2("sha256sum", args[1], stdout = TRUE), " ")[[1]][1]),
  arms = setNames(lapply(c("c", "t", "u"), function(k) answer(function(y) arm(y, k))), c("c", "t", "u")),
  difference = curve(difference), blocked = curve(blocked), fe = curve(fe)
)
write(toJSON(out, digits = NA, auto_unbox = TRUE, pretty = FALSE), args[2])
