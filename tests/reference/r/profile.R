# Effects by month with clustered variances, by logistic regression and by weights: standard errors, degrees of freedom and
# the correlation of the estimates across months.
# usage: python profile_trial.py months.csv && Rscript profile.R months.csv profile.json
suppressPackageStartupMessages({ library(clubSandwich); library(sandwich); library(jsonlite) })
args <- commandArgs(trailingOnly = TRUE)
d <- read.csv(args[1], stringsAsFactors = FALSE)
d$cl <- ifelse(is.na(d$provider), paste0("alone", seq_len(nrow(d))), d$provider)
months <- grep("^m[0-9]+$", names(d), value = TRUE)
everyone <- sort(unique(d$cl))

# CR2 scores by cluster of one coefficient of an lm: symmetric roots of the blocks of I - H.
clustered <- function(fit, term, cl) {
  X <- model.matrix(fit); e <- residuals(fit); B <- solve(crossprod(X)); out <- setNames(rep(0, length(everyone)), everyone)
  for (g in unique(cl)) {
    i <- which(cl == g); x <- X[i, , drop = FALSE]
    s <- eigen(diag(length(i)) - x %*% B %*% t(x), symmetric = TRUE)
    root <- s$vectors %*% diag(ifelse(s$values > 1e-10, 1 / sqrt(pmax(s$values, 1e-10)), 0), length(i)) %*% t(s$vectors)
    out[g] <- (B %*% t(x) %*% root %*% e[i])[term, ]
  }
  out
}
one <- function(y, f) {
  fit <- f(y); t <- coef_test(fit$fit, vcovCR(fit$fit, cluster = fit$cl, type = "CR2"), test = "Satterthwaite")
  i <- match(fit$term, names(coef(fit$fit)))
  list(se = t$SE[i], df = (if (is.null(t$df)) t$df_Satt else t$df)[i], score = clustered(fit$fit, fit$term, fit$cl))
}
arm <- function(k) function(y) {
  i <- which(d$arm == k & !is.na(y)); x <- data.frame(y = y[i]); list(fit = lm(y ~ 1, x), term = "(Intercept)", cl = d$cl[i])
}
pair <- function(a, b, f) function(y) {
  i <- which(d$arm %in% c(a, b) & !is.na(y)); x <- data.frame(y = y[i], z = as.integer(d$arm[i] == a), g = d$stratum[i])
  list(fit = lm(f, x), term = "z", cl = d$cl[i])
}
clustered_curve <- function(f) {
  found <- lapply(months, function(m) one(d[[m]], f))
  S <- sapply(found, function(x) x$score)
  list(se = sapply(found, function(x) x$se), df = sapply(found, function(x) x$df), by_score = unname(sqrt(colSums(S^2))),
       R = unname(cov2cor(crossprod(S))))
}

# The average marginal effect of a logistic regression, standardised to all arms' persons with an outcome in strata that vary.
logit <- function(a, b) function(y) {
  i <- which(d$arm %in% c(a, b) & !is.na(y)); rate <- tapply(y[i], d$stratum[i], mean)
  live <- names(rate)[rate > 0 & rate < 1]
  i <- i[d$stratum[i] %in% live]; x <- data.frame(y = y[i], z = as.integer(d$arm[i] == a), g = factor(d$stratum[i], live))
  # R stops when the deviance no longer changes, which it does before the coefficients: two more steps from there
  fit <- glm(y ~ 0 + g + z, binomial, x, control = list(epsilon = 1e-15, maxit = 100))
  fit <- glm(y ~ 0 + g + z, binomial, x, start = coef(fit), control = list(epsilon = 1e-15, maxit = 100))
  seen <- which(!is.na(y)); who <- seen[d$stratum[seen] %in% live]; N <- length(seen)
  P <- data.frame(g = factor(d$stratum[who], live))
  X1 <- model.matrix(~ 0 + g + z, cbind(P, z = 1)); X0 <- model.matrix(~ 0 + g + z, cbind(P, z = 0))
  p1 <- plogis(drop(X1 %*% coef(fit))); p0 <- plogis(drop(X0 %*% coef(fit)))
  grad <- (colSums(p1 * (1 - p1) * X1) - colSums(p0 * (1 - p0) * X0)) / N
  e <- estfun(fit) %*% (bread(fit) / nrow(x)) / sqrt(1 - hatvalues(fit))
  s <- rep(0, length(y)); s[i] <- drop(e %*% grad)
  list(estimate = (sum(p1) - sum(p0)) / N, score = s)
}
weighted <- function(a, b) function(y) {
  seen <- !is.na(y); s <- rep(0, length(y)); m <- c()
  for (k in c(a, b)) {
    i <- which(seen & d$arm == k)
    w <- sapply(i, function(j) sum(seen & d$stratum == d$stratum[j]) / sum(seen & d$stratum == d$stratum[j] & d$arm == k))
    fit <- lm(y ~ 1, data.frame(y = y[i]), weights = w); m[k] <- coef(fit)
    s[i] <- (if (k == a) 1 else -1) * w / sum(w) * residuals(fit) / sqrt(1 - hatvalues(fit))
  }
  list(estimate = unname(m[a] - m[b]), score = s)
}
free_curve <- function(f) {
  found <- lapply(months, function(m) f(d[[m]]))
  S <- sapply(found, function(x) x$score)
  list(estimate = sapply(found, function(x) x$estimate), se = unname(sqrt(colSums(S^2))), R = unname(cov2cor(crossprod(S))))
}
pairs <- list(c("t", "c"), c("u", "c"), c("t", "u"))
named <- function(f) setNames(lapply(pairs, function(p) f(p[1], p[2])), sapply(pairs, paste, collapse = "-"))
out <- list(
  meta = list(R = R.version.string, clubSandwich = as.character(packageVersion("clubSandwich")),
              sandwich = as.character(packageVersion("sandwich")),
              sha256 = strsplit(system2("sha256sum", args[1], stdout = TRUE), " ")[[1]][1]),
  arms = setNames(lapply(c("c", "t", "u"), function(k) clustered_curve(arm(k))), c("c", "t", "u")),
  difference = named(function(a, b) clustered_curve(pair(a, b, y ~ z))),
  fe = named(function(a, b) clustered_curve(pair(a, b, y ~ z + g))),
  logit = named(function(a, b) free_curve(logit(a, b))),
  ipw = named(function(a, b) free_curve(weighted(a, b)))
)
write(toJSON(out, digits = NA, auto_unbox = TRUE, pretty = FALSE), args[2])
