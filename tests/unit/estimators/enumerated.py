"""Every assignment of a small trial, one by one: the slow truth that draws and convolutions are held against."""

from __future__ import annotations

from itertools import combinations, product

import numpy as np

from effektutv.estimators.design import Design, Spec, observe
from effektutv.estimators.effects import fit_contrast
from effektutv.estimators.options import parse_spec


def spec(estimator: str, vcov: str = "HC2") -> Spec:
    return parse_spec(estimator=estimator, vcov=vcov, weights="all", level=0.95, stratified=True, adjusted=False)


def assignments(treated: np.ndarray, stratum: np.ndarray):
    """Yield every 0/1 assignment with the same number treated in each stratum."""
    strata = [np.flatnonzero(stratum == s) for s in np.unique(stratum)]
    choices = [list(combinations(rows, int(treated[rows].sum()))) for rows in strata]
    for chosen in product(*choices):
        out = np.zeros(treated.size, dtype=np.intp)
        out[[i for part in chosen for i in part]] = 1
        yield out


def estimate_and_error(arm: np.ndarray, stratum: np.ndarray, y: np.ndarray, how: Spec) -> tuple[float, float]:
    """Return what the ordinary estimator says of one assignment."""
    design = Design(
        arm=arm,
        stratum=stratum,
        X=np.empty((arm.size, 0)),
        arms=("control", "arm"),
        n_strata=int(stratum.max()) + 1,
        strata="s",
    )
    fit = fit_contrast(observe(design, y)[0], how, 1, 0)
    error = np.sqrt(fit.variance) if isinstance(fit.variance, float) else np.nan
    return float(fit.estimate), float(error)


def all_statistics(treated: np.ndarray, stratum: np.ndarray, y: np.ndarray, how: Spec, *, studentize: bool):
    """Return the statistic of every assignment, the estimate's mean over all of them taken out."""
    found = np.array([estimate_and_error(a, stratum, y, how) for a in assignments(treated, stratum)])
    deviation = found[:, 0] - found[:, 0].mean()
    if not studentize:
        return deviation
    with np.errstate(divide="ignore", invalid="ignore"):
        return deviation / found[:, 1]
