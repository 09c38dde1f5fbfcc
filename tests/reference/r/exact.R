# Leverage without weight, and a person whose event a covariate tells: the fits without her, covariates centred at everyone.
# usage: python exact_people.py exact.csv && Rscript exact.R exact.csv exact.json
suppressPackageStartupMessages({ library(clubSandwich); library(sandwich); library(jsonlite) })
args <- commandArgs(trailingOnly = TRUE)
d <- read.csv(args[1], stringsAsFactors = FALSE)
d$t <- as.integer(d$arm == "t")
gone <- is.na(d$x)
d$x[gone] <- mean(d$x, na.rm = TRUE)
w <- table(d$s) / nrow(d)
d$zb <- (d$s == "b") - w[["b"]]; d$zd <- (d$s == "d") - w[["d"]]
d$xc <- d$x - sum(sapply(names(w), function(k) w[[k]] * mean(d$x[d$s == k])))
rest <- d[!gone, ]

least <- function(f) {
  fit <- lm(f, data = rest)
  k <- coef_test(fit, vcov = "CR2", cluster = seq_len(nrow(rest)), test = "Satterthwaite", coefs = "t")
  list(estimate = k$beta, hc2 = sqrt(vcovHC(fit, type = "HC2")["t", "t"]), hc3 = sqrt(vcovHC(fit, type = "HC3")["t", "t"]),
       df = k$df_Satt, rank = fit$rank)
}

# She contributes 0 to the effect; everyone else is predicted under both arms.
margin <- function() {
  fit <- glm(event ~ t + factor(s) + x, family = binomial, data = rest, control = glm.control(epsilon = 1e-14, maxit = 100))
  X <- model.matrix(fit); X1 <- X; X0 <- X; X1[, "t"] <- 1; X0[, "t"] <- 0
  b <- coef(fit); p1 <- plogis(drop(X1 %*% b)); p0 <- plogis(drop(X0 %*% b))
  # strata weigh everyone, she too; the fit's population is the others
  g <- colSums(p1 * (1 - p1) * X1 - p0 * (1 - p0) * X0) / nrow(d)
  v <- function(type) sqrt(drop(g %*% vcovHC(fit, type = type) %*% g))
  list(estimate = sum(p1 - p0) / nrow(d), hc0 = v("HC0"), hc2 = v("HC2"))
}

result <- list(meta = list(R = R.version.string, sha256 = strsplit(system2("sha256sum", args[1], stdout = TRUE), " ")[[1]][1]),
               fe = least(y ~ t + factor(s) + x), lin = least(y ~ t * (zb + zd + xc)), logit = margin())
writeLines(toJSON(result, auto_unbox = TRUE, digits = I(17), pretty = TRUE), args[2])
