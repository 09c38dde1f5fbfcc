r"""Variance of one least-squares coefficient.

With influence :math:`u_i` (the coefficient is :math:`\sum u_i y_i`), residuals :math:`e_i`, leverage :math:`h_i`, n
persons and rank k:

========= ===================================================== ==================================
classical :math:`\hat\sigma^2 \sum u_i^2`                        :math:`\hat\sigma^2 = \sum e_i^2/(n-k)`
HC0       :math:`\sum u_i^2 e_i^2`                               White (1980)
HC1       :math:`\frac{n}{n-k}\sum u_i^2 e_i^2`                  MacKinnon and White (1985)
HC2       :math:`\sum u_i^2 e_i^2/(1-h_i)`                       the same; Neyman's variance without covariates
HC3       :math:`\sum u_i^2 e_i^2/(1-h_i)^2`                     Davidson and MacKinnon (1993)
========= ===================================================== ==================================

A person with leverage 1 is fitted exactly: HC2 and HC3 would be 0/0 there and are not defined. CR2, for persons who share
clusters, stands in :mod:`effektutv.estimate.cluster`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from effektutv.results import Unavailable

from .cluster import adjusted_influence, number_clusters
from .design import Vcov, persons

if TYPE_CHECKING:
    from .design import FloatArray, IntArray
    from .linear import LeastSquares

__all__ = ["coefficient_variance", "covariance"]

#: Leverage closer to 1 than this is 1 but for rounding.
LEVERAGE_MARGIN = 1e-8
#: Residuals that hold less than this share of the outcome's variation are rounding.
_EXACT_FIT = 1e-26


def coefficient_variance(fit: LeastSquares, vcov: Vcov, total_ss: float) -> float | Unavailable:
    """Return the variance of a fit's coefficient.

    Parameters
    ----------
    fit : LeastSquares
    vcov : Vcov
    total_ss : float
        Sum of squares of the outcome, against which an exact fit is told from rounding.

    Returns
    -------
    float or Unavailable
        0 for an exact fit. Unavailable, with the reason, where no degrees of freedom are left, or where HC2 or HC3 is
        undefined because of leverage 1.
    """
    n, df = fit.residuals.size, fit.residuals.size - fit.rank
    if df <= 0:
        return Unavailable("no degrees of freedom are left: as many parameters as persons")
    rss = float(fit.residuals @ fit.residuals)
    if rss <= _EXACT_FIT * total_ss:
        return 0.0
    if vcov is Vcov.CLASSICAL:
        return rss / df * float(fit.influence @ fit.influence)
    meat = fit.influence**2 * fit.residuals**2
    if vcov is Vcov.HC0:
        return float(meat.sum())
    if vcov is Vcov.HC1:
        return float(meat.sum()) * n / df
    slack = 1 - fit.leverage
    exact = int(np.count_nonzero(slack < LEVERAGE_MARGIN))
    if exact:
        return Unavailable(f"{vcov.value} is undefined: {persons(exact)} with leverage 1 (fitted exactly)")
    return float((meat / slack ** (1 if vcov is Vcov.HC2 else 2)).sum())


def covariance(
    fit: LeastSquares, vcov: Vcov, influence: FloatArray, cluster: IntArray | None
) -> FloatArray | Unavailable:
    """Return the joint covariance of several linear functions of the outcome, by the same rule as the coefficient's.

    Parameters
    ----------
    fit : LeastSquares
    vcov : Vcov
    influence : (n, q) array of float
        A column a function.
    cluster : (n,) array of int or None
        For CR2.
    """
    n, df = fit.residuals.size, fit.residuals.size - fit.rank
    if vcov is Vcov.CR2 and cluster is not None:
        codes, n_clusters = number_clusters(cluster)
        a = adjusted_influence(fit, influence, codes, n_clusters) * fit.residuals[:, None]
        scores = np.column_stack([np.bincount(codes, weights=column, minlength=n_clusters) for column in a.T])
        return np.asarray(scores.T @ scores, dtype=np.float64)
    if vcov is Vcov.CLASSICAL:
        return np.asarray(influence.T @ influence * (float(fit.residuals @ fit.residuals) / df), dtype=np.float64)
    squares = fit.residuals**2
    if vcov is Vcov.HC1:
        squares = squares * n / df
    elif vcov in (Vcov.HC2, Vcov.HC3):
        slack = 1 - fit.leverage
        exact = int(np.count_nonzero(slack < LEVERAGE_MARGIN))
        if exact:
            return Unavailable(f"{vcov.value} is undefined: {persons(exact)} with leverage 1 (fitted exactly)")
        squares = squares / slack ** (1 if vcov is Vcov.HC2 else 2)
    return np.asarray((influence * squares[:, None]).T @ influence, dtype=np.float64)
