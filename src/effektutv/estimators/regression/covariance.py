r"""Variance of linear functions of the outcome in one least-squares fit: of a coefficient, or of several means together.

With influence :math:`u_i` (the coefficient is :math:`\sum u_i y_i`), residuals :math:`e_i`, leverage :math:`h_i`, n
persons and rank k:

========= ===================================================== ==================================
classical :math:`\hat\sigma^2 \sum u_i^2`                        :math:`\hat\sigma^2 = \sum e_i^2/(n-k)`
HC0       :math:`\sum u_i^2 e_i^2`                               White (1980)
HC1       :math:`\frac{n}{n-k}\sum u_i^2 e_i^2`                  MacKinnon and White (1985)
HC2       :math:`\sum u_i^2 e_i^2/(1-h_i)`                       the same; Neyman's variance without covariates
HC3       :math:`\sum u_i^2 e_i^2/(1-h_i)^2`                     Davidson and MacKinnon (1993)
========= ===================================================== ==================================

A person with leverage 1 is fitted exactly: HC2 and HC3 would be 0/0 there. Where such a person has weight in the contrast
they are not defined. Who has none (an indicator, a rare category or a stratum of one's own takes up the whole person) is
left out of the sum and counted: the limit of HC2 as the leverage goes to 1, and the fit without that person. CR2, for
persons who share clusters, stands in :mod:`effektutv.estimators.regression.cluster_robust`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from effektutv.values import Unavailable

from ..design import Vcov
from ..variation import exact_fit
from .cluster_robust import adjusted_influence, number_clusters
from .least_squares import BLOCK
from .leverage import LEVERAGE_MARGIN, WEIGHTLESS, undefined_by_leverage

if TYPE_CHECKING:
    from ..bell_mccaffrey import BellMcCaffrey
    from ..design import FloatArray, IntArray
    from .least_squares import Function, LeastSquares, Regression

__all__ = ["coefficient_variance", "covariance", "joint_variance"]

#: What a squared residual is divided by: the power of 1 − h.
_POWER = {Vcov.HC2: 1, Vcov.HC3: 2}


@dataclass(slots=True, kw_only=True)
class _Sums:
    """Sums over persons that make the covariance of q functions, the last of them the contrast, block after block."""

    vcov: Vcov
    meat: FloatArray
    rss: float = 0.0
    exact: int = 0
    largest: float = 0.0
    largest_exact: float = 0.0

    def add(self, influence: FloatArray, residuals: FloatArray, leverage: FloatArray) -> None:
        """Add (m, q) influence, (m,) residuals and (m,) leverage of m persons."""
        squares = residuals * residuals
        self.rss += float(squares.sum())
        if self.vcov in _POWER:
            slack = 1 - leverage
            weight = np.abs(influence[:, -1])
            self.largest = max(self.largest, float(weight.max()))
            if slack.min() < LEVERAGE_MARGIN:
                exact = slack < LEVERAGE_MARGIN
                self.exact += int(np.count_nonzero(exact))
                self.largest_exact = max(self.largest_exact, float(weight[exact].max()))
                squares, slack = np.where(exact, 0.0, squares), np.where(exact, 1.0, slack)
            squares /= slack if _POWER[self.vcov] == 1 else slack * slack
        weighted = influence if self.vcov is Vcov.CLASSICAL else influence * squares[:, None]
        self.meat += influence.T @ weighted

    def finish(self, n: int, rank: int, total_ss: float) -> FloatArray | Unavailable:
        """Return the (q, q) covariance, given persons, rank, and the outcome's sum of squares."""
        if n <= rank:
            return Unavailable("no degrees of freedom are left: as many parameters as persons")
        if exact_fit(self.rss, total_ss):
            return np.zeros(self.meat.shape)
        if self.largest_exact > WEIGHTLESS * self.largest:
            return undefined_by_leverage(self.vcov.value, self.exact)
        if self.vcov is Vcov.CLASSICAL:
            return self.meat * (self.rss / (n - rank))
        return self.meat * (n / (n - rank)) if self.vcov is Vcov.HC1 else self.meat


def joint_variance(
    solved: Regression, vcov: Vcov, function: Function, block: int = BLOCK, degrees: BellMcCaffrey | None = None
) -> tuple[FloatArray | Unavailable, int]:
    """Return the joint covariance of several linear functions of the outcome, with one pass over the rows.

    Parameters
    ----------
    solved : Regression
    vcov : Vcov
        Not CR2.
    function : Function
        The last is the contrast: who has leverage 1 and no weight in it counts in none of them.
    block : int
        Rows at a time.
    degrees : BellMcCaffrey, optional
        Filled on the way, for the contrast.

    Returns
    -------
    variance : (q, q) array of float, or Unavailable
        0 for an exact fit. Unavailable, with the reason, where no degrees of freedom are left, or where HC2 or HC3 is
        undefined because of leverage 1.
    left_out : int
        Persons with leverage 1 and no weight.
    """
    q = function.columns.shape[1]
    sums = _Sums(vcov=vcov, meat=np.zeros((q, q)))
    for Q, leverage, residuals, influence, group in solved.blocks(function, block):
        sums.add(influence, residuals, leverage)
        if degrees is not None:
            degrees.add(Q, leverage, influence[:, -1], group)
    found = sums.finish(solved.rows.n, solved.rank, solved.total_ss)
    return found, 0 if isinstance(found, Unavailable) else sums.exact


def coefficient_variance(fit: LeastSquares, vcov: Vcov, total_ss: float) -> float | Unavailable:
    """Return the variance of a fit's coefficient.

    Parameters
    ----------
    fit : LeastSquares
    vcov : Vcov
        Not CR2.
    total_ss : float
        Sum of squares of the outcome, against which an exact fit is told from rounding.

    Returns
    -------
    float or Unavailable
        As :func:`joint_variance`.
    """
    V = _of_fit(fit, vcov, fit.influence[:, None], total_ss)
    return V if isinstance(V, Unavailable) else float(V[0, 0])


def covariance(
    fit: LeastSquares, vcov: Vcov, influence: FloatArray, cluster: IntArray | None, total_ss: float = 0.0
) -> FloatArray | Unavailable:
    """Return the joint covariance of several linear functions of the outcome, by the same rule as the coefficient's.

    Parameters
    ----------
    fit : LeastSquares
    vcov : Vcov
    influence : (n, q) array of float
        A column a function, the last one the contrast.
    cluster : (n,) array of int or None
        For CR2.
    total_ss : float
        As in :func:`coefficient_variance`.
    """
    if vcov is Vcov.CR2 and cluster is not None:
        codes, n_clusters = number_clusters(cluster)
        a = adjusted_influence(fit, influence, codes, n_clusters) * fit.residuals[:, None]
        scores = np.column_stack([np.bincount(codes, weights=column, minlength=n_clusters) for column in a.T])
        return np.asarray(scores.T @ scores, dtype=np.float64)
    return _of_fit(fit, vcov, influence, total_ss)


def _of_fit(fit: LeastSquares, vcov: Vcov, influence: FloatArray, total_ss: float) -> FloatArray | Unavailable:
    q = influence.shape[1]
    sums = _Sums(vcov=vcov, meat=np.zeros((q, q)))
    sums.add(influence, fit.residuals, fit.leverage)
    return sums.finish(fit.residuals.size, fit.rank, total_ss)
