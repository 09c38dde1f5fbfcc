"""Least squares, logit, absorbed strata and their variances."""
