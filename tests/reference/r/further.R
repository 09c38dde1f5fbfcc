# Reference results in R for the questions beyond the mean difference; plan.json and tables come from further_export.py.
# usage: Rscript further.R DIR OUT.json
suppressPackageStartupMessages({
  library(estimatr); library(sandwich); library(clubSandwich); library(AER); library(survival); library(jsonlite)
})
args <- commandArgs(trailingOnly = TRUE)
plan <- fromJSON(file.path(args[1], "plan.json"), simplifyVector = FALSE)
data <- sapply(names(plan$arms), function(name) {
  df <- read.csv(file.path(args[1], paste0(name, ".csv")), stringsAsFactors = FALSE, na.strings = c("NA", ""))
  df$arm <- factor(df$arm, levels = unlist(plan$arms[[name]])); df
}, simplify = FALSE)
types <- c("const", "HC0", "HC1", "HC2", "HC3")
plus <- function(x) if (length(x)) paste("+", paste(x, collapse = " + ")) else ""
over <- function(f, list) setNames(lapply(list, f), sapply(list, function(a) a$key))

# All arms' persons with outcome and covariates (no covariate is missing in these tables), the outcome as y.
prepare <- function(a) {
  d <- data[[a$trial]]; covs <- unlist(a$covariates)
  d$y <- d[[a$outcome]]
  d <- d[complete.cases(d[, c("y", covs), drop = FALSE]), ]
  d$s <- if (nchar(a$strata)) as.character(d[[a$strata]]) else "all"
  both <- intersect(d$s[d$arm == a$arm], d$s[d$arm == a$control])
  d <- d[d$s %in% both, ]
  d$mine <- d$arm %in% c(a$arm, a$control)
  d$z <- as.integer(d$arm == a$arm)
  d
}
ratios <- function(m, V) {  # m = means of (arm, control); the delta method on the log scale
  g1 <- c(1 / m[1], -1 / m[2]); g2 <- c(1 / (m[1] * (1 - m[1])), -1 / (m[2] * (1 - m[2])))
  list(log_rr = log(m[1] / m[2]), se_rr = sqrt(drop(g1 %*% V %*% g1)),
       log_or = qlogis(m[1]) - qlogis(m[2]), se_or = sqrt(drop(g2 %*% V %*% g2)))
}

logit <- function(a) {
  d <- prepare(a); covs <- unlist(a$covariates)
  pair <- d[d$mine, ]
  rate <- tapply(pair$y, pair$s, mean)
  live <- names(rate)[rate > 0 & rate < 1]
  settled <- sum(rate[!(names(rate) %in% live)] * table(factor(d$s, names(rate)))[!(names(rate) %in% live)]) / nrow(d)
  fitted_on <- pair[pair$s %in% live, ]; people <- d[d$s %in% live, ]
  f <- as.formula(paste("y ~ z", if (length(live) > 1) "+ s", plus(covs)))
  fit <- glm(f, binomial, fitted_on, control = glm.control(epsilon = 1e-15, maxit = 100))
  side <- function(z) {
    x <- people; x$z <- z
    X <- model.matrix(delete.response(terms(fit)), x, xlev = fit$xlevels)
    p <- plogis(drop(X %*% coef(fit)))
    list(mean = sum(p) / nrow(d) + settled, gradient = colSums(p * (1 - p) * X) / nrow(d))
  }
  one <- side(1); nil <- side(0)
  J <- rbind(one$gradient, nil$gradient); m <- c(one$mean, nil$mean)
  out <- list(n = nrow(pair), settled_strata = length(rate) - length(live), mean_arm = m[1], mean_control = m[2])
  for (type in types) {
    B <- if (type == "const") vcov(fit) else vcovHC(fit, type = type)
    V <- J %*% B %*% t(J)
    out[[type]] <- c(list(se = sqrt(V[1, 1] + V[2, 2] - 2 * V[1, 2])), ratios(m, V))
  }
  out
}

# Ratios from lin and from blocked, with HC2.
other_ratios <- function(a) {
  d <- prepare(a); covs <- unlist(a$covariates); pair <- d[d$mine, ]; out <- list()
  cells <- table(pair$s, pair$z)
  if (nchar(a$strata) && min(cells) >= 2) {
    w <- table(d$s) / nrow(d); mean_of <- function(z) tapply(pair$y[pair$z == z], pair$s[pair$z == z], mean)
    var_of <- function(z) tapply(pair$y[pair$z == z], pair$s[pair$z == z], var) / cells[, as.character(z)]
    m <- c(sum(w * mean_of(1)), sum(w * mean_of(0)))
    out$blocked <- ratios(m, diag(c(sum(w^2 * var_of(1)), sum(w^2 * var_of(0)))))
  }
  if (!nchar(a$strata) && length(covs)) {
    for (x in covs) pair[[paste0("c_", x)]] <- pair[[x]] - mean(d[[x]])
    fit <- lm(as.formula(paste("y ~ z * (", paste0("c_", covs, collapse = " + "), ")")), pair)
    V <- vcovHC(fit, type = "HC2")[1:2, 1:2]; K <- rbind(c(1, 1), c(1, 0)); b <- coef(fit)[1:2]
    out$lin <- ratios(drop(K %*% b), K %*% V %*% t(K))
    plain <- lm(y ~ z, pair)
    out$difference <- ratios(drop(K %*% coef(plain)), K %*% vcovHC(plain, type = "HC2") %*% t(K))
    x <- tapply(pair$y, pair$z, sum); n <- table(pair$z); p <- x / n
    wilson <- sapply(c("1", "0"), function(k) prop.test(x[[k]], n[[k]], correct = FALSE)$conf.int)
    gap <- p[["1"]] - p[["0"]]
    out$newcombe <- c(gap - sqrt((p[["1"]] - wilson[1, "1"])^2 + (wilson[2, "0"] - p[["0"]])^2),
                      gap + sqrt((wilson[2, "1"] - p[["1"]])^2 + (p[["0"]] - wilson[1, "0"])^2))
  }
  out
}

cluster <- function(a) {
  d <- prepare(a); covs <- unlist(a$covariates); d$g <- as.character(d[[a$cluster]])
  d$g[is.na(d$g)] <- paste0("alone", seq_len(sum(is.na(d$g))))
  pair <- d[d$mine, ]
  report <- function(fit) {
    v <- coef_test(fit, vcovCR(fit, cluster = pair$g, type = "CR2"), test = "Satterthwaite")
    v <- v[rownames(v) == "z", ]
    df <- if (is.null(v$df_Satt)) v$df else v$df_Satt
    list(estimate = v$beta, se = v$SE, df = df, t = v$tstat, p = if (is.null(v$p_Satt)) v$p_val else v$p_Satt)
  }
  out <- list(n = nrow(pair), difference = report(lm(y ~ z, pair)))
  out$fe <- report(lm(as.formula(paste("y ~ z", if (nchar(a$strata)) "+ s", plus(covs))), pair))
  if (length(covs) || nchar(a$strata)) {
    cells <- table(pair$s, pair$z); terms <- character()
    for (x in covs) { pair[[paste0("c_", x)]] <- pair[[x]] - mean(d[[x]]); terms <- c(terms, paste0("c_", x)) }
    if (nchar(a$strata) && min(cells) >= 2) for (s in rownames(cells)[-1]) {
      name <- paste0("s_", match(s, rownames(cells))); pair[[name]] <- (pair$s == s) - mean(d$s == s); terms <- c(terms, name)
    }
    out$lin <- report(lm(as.formula(paste("y ~ z * (", paste(terms, collapse = " + "), ")")), pair))
  }
  out$estimatr <- with(lm_robust(y ~ z, pair, clusters = g, se_type = "CR2"), list(se = std.error[["z"]], df = df[["z"]]))
  out
}

from <- function(fit, term) {
  i <- which(fit$term == term)
  list(estimate = fit$coefficients[[i]], se = fit$std.error[[i]], df = fit$df[[i]], p = fit$p.value[[i]],
       low = fit$conf.low[[i]], high = fit$conf.high[[i]])
}
ipw <- function(a) {
  d <- prepare(a)
  share <- function(x) { t <- table(x$s, x$arm); ave(rep(1, nrow(x)), x$s, FUN = length) / t[cbind(x$s, as.character(x$arm))] }
  d$all <- share(d); pair <- d[d$mine, ]; pair$pair <- share(transform(pair, arm = droplevels(arm)))
  out <- list(all = from(lm_robust(y ~ z, pair, weights = all), "z"), pair = from(lm_robust(y ~ z, pair, weights = pair), "z"))
  if (!is.null(d$p_own)) out$known <- from(lm_robust(y ~ z, pair, weights = 1 / p_own), "z")
  out
}

# Lee's bounds with fractional trimming; everything from the formulas, sums written out.
trimmed <- function(v, k) {  # mean of the smallest share k, and the border
  v <- sort(v); mass <- k * length(v); w <- pmin(pmax(mass - (seq_along(v) - 1), 0), 1)
  list(mean = sum(w * v) / mass, border = v[max(which(w > 0))])
}
lee_cell <- function(low, high, n_low, n_high) {
  a_low <- length(low) / n_low; a_high <- length(high) / n_high; k <- a_low / a_high; t <- trimmed(high, k)
  phi <- (pmin(high, t$border) - t$border) / k - (t$mean - t$border)
  list(value = t$mean - mean(low), own = sum(phi^2) / (length(high) * (length(high) - 1)) + var(low) / length(low),
       dlow = (t$border - t$mean) / a_low, dhigh = -(t$border - t$mean) / a_high, a_low = a_low, a_high = a_high,
       n_low = n_low, n_high = n_high)
}
lee_bound <- function(cells) {
  N <- sapply(cells, function(c) c$n_low + c$n_high); a <- sapply(cells, `[[`, "a_low"); w <- N * a / sum(N * a)
  value <- sum(w * sapply(cells, `[[`, "value")); v <- 0
  for (i in seq_along(cells)) {
    c <- cells[[i]]; dl <- w[i] * c$dlow + N[i] * (c$value - value) / sum(N * a); dh <- w[i] * c$dhigh
    v <- v + w[i]^2 * c$own + dl^2 * c$a_low * (1 - c$a_low) / (c$n_low - 1) + dh^2 * c$a_high * (1 - c$a_high) / (c$n_high - 1)
  }
  list(value = value, se = sqrt(v))
}
manski_ci <- function(lo, hi, sl, sh) {
  c <- uniroot(function(c) pnorm(c + (hi - lo) / max(sl, sh)) - pnorm(-c) - 0.95, c(1, 3), tol = 1e-15)$root
  c(lo - c * sl, hi + c * sh)
}
bounds <- function(a) {
  d <- data[[a$trial]]; d$y <- d[[a$outcome]]; d <- d[d$arm %in% c(a$arm, a$control), ]
  d$s <- if (nchar(a$strata)) as.character(d[[a$strata]]) else "all"
  d <- d[!is.na(d$s), ]; d$z <- as.integer(d$arm == a$arm); d$r <- !is.na(d$y)
  rate <- tapply(d$r, list(d$s, d$z), mean); sign <- sign(rate[, "1"] - rate[, "0"])
  tight <- !(any(sign > 0) && any(sign < 0)); if (!tight) d$cell <- "all" else d$cell <- d$s
  all_rate <- tapply(d$r, d$z, mean); flip <- if (tight) any(sign < 0) else all_rate[["0"]] > all_rate[["1"]]
  build <- function(s) lapply(split(d, d$cell), function(x) {
    hi <- if (flip) 0 else 1
    lee_cell(s * x$y[x$z != hi & x$r], s * x$y[x$z == hi & x$r], sum(x$z != hi), sum(x$z == hi))
  })
  A <- lee_bound(build(1)); B <- lee_bound(build(-1))
  lo <- if (flip) B$value else A$value; hi <- if (flip) -A$value else -B$value
  sl <- if (flip) B$se else A$se; sh <- if (flip) A$se else B$se
  out <- list(response = unname(all_rate[c("1", "0")]), tight = tight, cells = length(unique(d$cell)), flip = flip,
              lower = lo, upper = hi, se_lower = sl, se_upper = sh, ci = manski_ci(lo, hi, sl, sh))
  range <- range(d$y, na.rm = TRUE); d$low <- ifelse(d$r, d$y, range[2 - d$z]); d$high <- ifelse(d$r, d$y, range[1 + d$z])
  w <- function(v) { d$v <- v; if (nchar(a$strata)) difference_in_means(v ~ z, blocks = s, data = d) else difference_in_means(v ~ z, data = d) }
  L <- w(d$low); H <- w(d$high)
  out$worst <- list(range = range, lower = L$coefficients[[1]], upper = H$coefficients[[1]], se_lower = L$std.error[[1]], se_upper = H$std.error[[1]])
  out
}

# Stacked estimating equations solved by hand, their derivative by central differences.
response <- function(a) {
  d <- data[[a$trial]]; d$y <- d[[a$outcome]]; covs <- unlist(a$covariates)
  d$s <- if (nchar(a$strata)) as.character(d[[a$strata]]) else "all"
  d$r <- as.integer(!is.na(d$y)); d$y[is.na(d$y)] <- 0
  d$w <- ave(rep(1, nrow(d)), d$s, FUN = length) / ave(rep(1, nrow(d)), d$s, d$arm, FUN = length)
  one <- function(k) {
    x <- d[d$arm == k, ]; f <- as.formula(paste("r ~ 1", if (length(unique(x$s)) > 1) "+ s", plus(covs)))
    for (v in covs) x[[v]] <- as.numeric(scale(x[[v]]))
    fit <- glm(f, binomial, x, control = glm.control(epsilon = 1e-15, maxit = 100)); X <- model.matrix(fit)
    psi <- function(theta) {
      p <- plogis(drop(X %*% theta[-1])); cbind(x$w * x$r * (x$y - theta[1]) / p, (x$r - p) * X)
    }
    p <- fitted(fit); mu <- sum(x$w * x$r * x$y / p) / sum(x$w * x$r / p); theta <- c(mu, coef(fit))
    A <- sapply(seq_along(theta), function(j) {
      h <- 1e-5 * max(1, abs(theta[j])); e <- replace(numeric(length(theta)), j, h)
      (colSums(psi(theta + e)) - colSums(psi(theta - e))) / (2 * h)
    })
    M <- crossprod(psi(theta)); V <- solve(A, M) %*% t(solve(A))
    c(mu, V[1, 1])
  }
  p <- one(a$arm); q <- one(a$control)
  list(mean_arm = p[1], mean_control = q[1], se = sqrt(p[2] + q[2]))
}

cace <- function(a) {
  d <- prepare(a); pair <- d[d$mine, ]; covs <- unlist(a$covariates); pair$d <- pair$comply
  rest <- paste(if (nchar(a$strata)) "+ s", plus(covs))
  fit <- ivreg(as.formula(paste("y ~ d", rest, "| z", rest)), data = pair)
  first <- lm(as.formula(paste("d ~ z", rest)), pair)
  out <- list(estimate = coef(fit)[["d"]], df = fit$df.residual, first = coef(first)[["z"]],
              first_se = sqrt(vcovHC(first, type = "HC2")["z", "z"]),
              weak = unname(summary(fit, diagnostics = TRUE)$diagnostics["Weak instruments", "statistic"]),
              itt = coef(lm(as.formula(paste("y ~ z", rest)), pair))[["z"]])
  out$first_se_ok <- is.finite(out$first_se)
  for (type in types[1:3]) out[[type]] <- sqrt(vcovHC(fit, type = type)["d", "d"])
  robust <- iv_robust(as.formula(paste("y ~ d", rest, "| z", rest)), pair, se_type = "HC2")
  out$HC2 <- from(robust, "d")
  t_of <- function(b) {
    m <- lm(as.formula(paste("I(y - b * d) ~ z", rest)), pair); coef(m)[["z"]] / sqrt(vcovHC(m, type = "HC1")["z", "z"])
  }
  crit <- qt(0.975, fit$df.residual); se <- out$HC1
  out$ar <- c(uniroot(function(b) t_of(b) - crit, out$estimate - c(8, 0.5) * se, tol = 1e-14)$root,
              uniroot(function(b) t_of(b) + crit, out$estimate + c(0.5, 8) * se, tol = 1e-14)$root)
  out
}

times <- function(a) {
  d <- data[[a$trial]]; d$t <- d[[a$time]]; d$e <- d[[a$event]]; d$s <- d[[a$strata]]; at <- unlist(a$times)
  km <- survfit(Surv(t, e == 1) ~ arm, d, conf.type = "log-log"); s <- summary(km, times = at, extend = TRUE)
  aj <- survfit(Surv(t, factor(e, 0:max(e))) ~ arm, d); j <- summary(aj, times = at, extend = TRUE)
  column <- which(aj$states == "1"); arms <- unlist(plan$arms[[a$trial]]); out <- list(); index <- rep(arms, each = length(at))
  for (k in arms) {
    rows <- index == k; one <- survfit(Surv(t, e == 1) ~ 1, d[d$arm == k, ])
    rmean <- summary(one, rmean = a$tau)$table
    out[[k]] <- list(n_risk = s$n.risk[rows], surv = s$surv[rows], se = s$std.err[rows], low = s$lower[rows], high = s$upper[rows],
                     inc = j$pstate[rows, column], inc_se = j$std.err[rows, column], rmean = rmean[["rmean"]],
                     rmean_se = rmean[["se(rmean)"]], median = rmean[["median"]])
  }
  test <- function(x, strata) {
    f <- if (strata) Surv(t, e == 1) ~ arm + strata(s) else Surv(t, e == 1) ~ arm
    v <- survdiff(f, x); o <- if (strata) rowSums(v$obs) else v$obs; e <- if (strata) rowSums(v$exp) else v$exp
    list(chisq = v$chisq, obs = unname(o), exp = unname(e))
  }
  out$plain <- test(d, FALSE); out$stratified <- test(d, TRUE)
  out$pairs <- list()
  for (k in arms[-1]) out$pairs[[k]] <- test(droplevels(d[d$arm %in% c(arms[1], k), ]), TRUE)
  out
}

mde <- function(n, p, alpha) uniroot(function(x) x - (qnorm(1 - alpha / 2) + qnorm(0.8)) *
  sqrt((p * (1 - p) + (p + x) * (1 - p - x)) / n), c(1e-6, 1 - p - 1e-9), tol = 1e-15)$root

result <- list(
  meta = list(fingerprints = plan$fingerprints, R = R.version.string,
              packages = sapply(c("estimatr", "sandwich", "clubSandwich", "AER", "survival"), function(p) as.character(packageVersion(p)))),
  logit = over(logit, plan$logit), ratios = over(other_ratios, plan$logit), cluster = over(cluster, plan$cluster),
  ipw = over(ipw, plan$ipw), bounds = over(bounds, plan$bounds), response = over(response, plan$response),
  cace = over(cace, plan$cace), times = over(times, plan$times),
  mde = list(main = mde(354, 0.18, 0.05), third = mde(354, 0.18, 0.05 / 3), rare = mde(1000, 0.02, 0.05)))
write(toJSON(result, digits = I(17), auto_unbox = TRUE, na = "null", null = "null", pretty = TRUE), args[2])
