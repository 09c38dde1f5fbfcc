# Bell and McCaffrey's degrees of freedom of `fe` and the interacted `lin`, every person a cluster of her own: clubSandwich.
# usage: python thin_trials.py thin.csv && Rscript informing.R thin.csv informing.json
suppressPackageStartupMessages({ library(clubSandwich); library(jsonlite) })
args <- commandArgs(trailingOnly = TRUE)
all <- read.csv(args[1], stringsAsFactors = FALSE)

tested <- function(fit) {
  k <- coef_test(fit, vcov = "CR2", cluster = seq_along(fitted(fit)), test = "Satterthwaite", coefs = "t")
  list(estimate = k$beta, se = k$SE, df = k$df_Satt, p = k$p_Satt, rank = fit$rank)
}

fe <- function(d, pair, covariates) {
  k <- d[!is.na(d$y) & d$arm %in% pair, ]
  k$t <- as.integer(k$arm == pair[1])
  f <- if (covariates) y ~ t + factor(stratum) + x1 + x2 else y ~ t + factor(stratum)
  tested(lm(f, data = k))
}

lin <- function(d, pair, covariates) {
  w <- table(d$stratum) / nrow(d)
  # strata and covariates centred at everyone randomised, whether the outcome is known or not
  for (s in names(w)[-1]) d[[paste0("z", s)]] <- (d$stratum == s) - w[[s]]
  columns <- paste0("z", names(w)[-1])
  if (covariates) {
    d$c1 <- d$x1 - mean(d$x1); d$c2 <- d$x2 - mean(d$x2)
    columns <- c(columns, "c1", "c2")
  }
  k <- d[!is.na(d$y) & d$arm %in% pair, ]
  k$t <- as.integer(k$arm == pair[1])
  tested(lm(as.formula(paste("y ~ t * (", paste(columns, collapse = "+"), ")")), data = k))
}

pairs <- list("t-c" = c("t", "c"), "u-c" = c("u", "c"), "t-u" = c("t", "u"))
each <- function(f, trials, covariates) lapply(split(all, all$trial)[trials], function(d) lapply(pairs, function(p) f(d, p, covariates)))
names_of <- unique(all$trial)
result <- list(meta = list(R = R.version.string, clubSandwich = as.character(packageVersion("clubSandwich")),
                           sha256 = strsplit(system2("sha256sum", args[1], stdout = TRUE), " ")[[1]][1]),
               fe = each(fe, names_of, FALSE), fe_adjusted = each(fe, names_of, TRUE),
               lin = each(lin, "cells", FALSE), lin_adjusted = each(lin, "cells", TRUE))
writeLines(toJSON(result, auto_unbox = TRUE, digits = I(17), pretty = TRUE), args[2])
