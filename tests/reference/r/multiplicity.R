# Reference corrections for multiplicity in base R, for the cases of plan.json (written by randomization_cases.py).
# usage: python randomization_cases.py DIR && Rscript multiplicity.R DIR multiplicity.json
suppressPackageStartupMessages(library(jsonlite))
args <- commandArgs(trailingOnly = TRUE)
plan <- fromJSON(file.path(args[1], "plan.json"), simplifyVector = FALSE)
read_trial <- function(name) read.csv(file.path(args[1], paste0(name, ".csv")), stringsAsFactors = FALSE)

# Estimate and standard error of the stratum-weighted difference: weights by all persons given, Neyman's variance.
blocked <- function(y, z, s) {
  est <- 0; v <- 0; n <- length(y)
  for (rows in split(seq_along(y), s)) {
    a <- y[rows][z[rows] == 1]; c <- y[rows][z[rows] == 0]; w <- length(rows) / n
    est <- est + w * (mean(a) - mean(c)); v <- v + w^2 * (var(a) / length(a) + var(c) / length(c))
  }
  c(est, sqrt(v))
}
step_down <- function(observed, drawn, plus) { # drawn: tests x draws; plus: 1 where the observed is not among the draws
  order <- order(-abs(observed)); out <- numeric(length(observed)); worst <- 0
  for (i in seq_along(order)) {
    rivals <- abs(drawn[order[i:length(order)], , drop = FALSE])
    top <- apply(rivals, 2, max)
    p <- (plus + sum(top >= abs(observed[order[i]]) - 1e-9)) / (plus + ncol(drawn))
    worst <- max(worst, p); out[order[i]] <- worst
  }
  out
}
every <- function(z, s) {
  parts <- lapply(split(seq_along(z), s), function(rows) combn(length(rows), sum(z[rows]), function(i) rows[i], simplify = FALSE))
  grid <- expand.grid(lapply(parts, seq_along))
  apply(grid, 1, function(g) { w <- numeric(length(z)); for (j in seq_along(g)) w[parts[[j]][[g[j]]]] <- 1; w })
}

# Westfall-Young, exact: every assignment of the tiny blocked trial, two continuous outcomes.
d <- read_trial("tiny_blocked"); z <- as.integer(d$arm == "t")
outcomes <- c("a", "b")
T <- function(w) sapply(outcomes, function(o) { r <- blocked(d[[o]], w, d$block); r[1] / r[2] })
observed <- T(z); drawn <- apply(every(z, d$block), 2, T)
exact <- list(observed = observed, adjusted = step_down(observed, drawn, 0),
              raw = rowMeans(abs(drawn) >= abs(observed) - 1e-9), assignments = ncol(drawn))

# All three arms drawn again, exact: the largest |T| of the three contrasts, difference in means, complete numbers by block.
d3 <- read_trial("tiny_three")
labels <- function(rows) unique(apply(permutations(length(rows)), 1, function(i) paste(d3$arm[rows][i], collapse = " ")))
permutations <- function(n) { if (n == 1) return(matrix(1)); p <- permutations(n - 1)
  do.call(rbind, lapply(1:n, function(k) cbind(k, p + (p >= k)))) }
parts <- lapply(split(seq_len(nrow(d3)), d3$block), function(rows) strsplit(labels(rows), " "))
welch <- function(arm) sapply(list(c("t", "c"), c("u", "c"), c("t", "u")), function(p) {
  a <- d3$a[arm == p[1]]; b <- d3$a[arm == p[2]]
  (mean(a) - mean(b)) / sqrt(var(a) / length(a) + var(b) / length(b)) })
grid <- expand.grid(lapply(parts, seq_along))
rows <- unlist(split(seq_len(nrow(d3)), d3$block))
observed3 <- welch(d3$arm)
# What a draw is expected to give: each person in each arm by the shares of her block.
share <- function(a) sapply(split(d3$arm == a, d3$block), mean)[as.character(d3$block)]
centre_est <- sapply(list(c("t", "c"), c("u", "c"), c("t", "u")), function(p)
  sum(d3$a * share(p[1])) / sum(share(p[1])) - sum(d3$a * share(p[2])) / sum(share(p[2])))
moved <- function(arm) sapply(1:3, function(j) { p <- list(c("t", "c"), c("u", "c"), c("t", "u"))[[j]]
  a <- d3$a[arm == p[1]]; b <- d3$a[arm == p[2]]
  (mean(a) - mean(b) - centre_est[j]) / sqrt(var(a) / length(a) + var(b) / length(b)) })
drawn3 <- apply(grid, 1, function(g) { arm <- character(nrow(d3))
  arm[rows] <- unlist(lapply(seq_along(g), function(j) parts[[j]][[g[j]]])); max(abs(moved(arm))) })
global <- list(observed = observed3, moved = moved(d3$arm), assignments = length(drawn3),
               p = mean(drawn3 >= max(abs(moved(d3$arm))) - 1e-9))

# Families of public trials: Holm from t tests, Westfall-Young from 4,000 draws, Romano-Wolf from 4,000 bootstraps.
family <- function(case) {
  d <- read_trial(case[[1]]); outcomes <- unlist(case[[2]])
  d <- d[d$arm %in% c(case[[3]], case[[4]]), ]
  d <- d[complete.cases(d[, outcomes]), ]
  z <- as.integer(d$arm == case[[3]]); s <- if (nchar(case[[5]])) d[[case[[5]]]] else rep(0, nrow(d))
  fit <- sapply(outcomes, function(o) blocked(d[[o]], z, s))
  observed <- fit[1, ] / fit[2, ]
  df <- nrow(d) - 2 * length(unique(s))
  raw <- 2 * pt(-abs(observed), df)
  draws <- 4000
  set.seed(20240101)
  wy <- replicate(draws, { w <- ave(z, s, FUN = function(x) x[sample.int(length(x))])
    sapply(outcomes, function(o) { r <- blocked(d[[o]], w, s); r[1] / r[2] }) })
  cells <- split(seq_len(nrow(d)), list(s, z), drop = TRUE)
  rw <- replicate(draws, { i <- unlist(lapply(cells, function(rows) rows[sample.int(length(rows), replace = TRUE)]))
    sapply(outcomes, function(o) { r <- blocked(d[[o]][i], z[i], s[i]); (r[1] - fit[1, o]) / r[2] }) })
  list(n = nrow(d), observed = observed, p = raw, holm = p.adjust(raw, "holm"), draws = draws,
       westfall_young = step_down(observed, wy, 1), romano_wolf = step_down(observed, rw, 1))
}
result <- list(meta = list(R = R.version.string, fingerprints = plan$fingerprints), exact = exact, global = global,
               families = setNames(lapply(plan$families, family),
                                   sapply(plan$families, function(c) paste(c[[1]], c[[3]], c[[5]], sep = "/"))),
               holm = list(p = c(0.01, 0.04, 0.03, 0.005, 0.5), adjusted = p.adjust(c(0.01, 0.04, 0.03, 0.005, 0.5), "holm")))
write(toJSON(result, digits = I(17), auto_unbox = TRUE, pretty = TRUE), args[2])
