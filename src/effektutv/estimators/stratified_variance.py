r"""Variance and degrees of freedom of a stratum-weighted difference in means, whatever the sizes of its cells.

With strata s, arms c of one contrast, cells of n_sc persons with variance s²_sc (divisor n − 1) and ν_sc = n_sc − 1, the
estimate Σ w_s τ̂_s, τ̂_s = ȳ_1s − ȳ_0s, has one of three forms of variance. Which one is decided from weights and counts
alone, so that every re-drawn data set with the same counts has the same form:

``cells``
    Every cell has two persons: V = Σ v_sc with v_sc = w_s² s²_sc/n_sc (Neyman), and by Satterthwaite
    df = V²/Σ(v_sc²/ν_sc).
``pooled``
    A *singleton stratum* has one person in either arm, or in both. With W their joint weight, a_s = w_s/W and
    r_s = a_s²/(1 − 2a_s), they add the estimator of Pashley and Miratrix (arXiv 1710.10342, small blocks of varying size)

    .. math:: W^2 \sum_s r_s(\hat\tau_s - \sum_i a_i\hat\tau_i)^2 / (1 + \sum_s r_s),

    unbiased where the strata's effects are equal, else conservative. It is one component of V, with
    ν = tr(AD)²/tr(ADAD), A = Σ r_s(e_s − a)(e_s − a)′ and D = diag(1/n_1s + 1/n_0s): the number of singleton strata
    less one where they are alike. It is used where max a ≤ 1/3, or where max a < 1/2 and some arm with a single person
    has fewer than eight degrees of freedom in its cells.
``plug-in``
    Else a single person takes the arm's variance pooled within strata: V = Σ b_sc s²_sc over the cells of two or more,
    b_sc = w_s²/n_sc + (ν_sc/ν_c) Σ_j w_j² over the arm's single persons j, ν_c = Σ_s ν_sc; df = V²/Σ((b_sc s²_sc)²/ν_sc).
    An arm whose cells are all of one person has no variance to lend: there is none, and the reason says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from effektutv.values import Statistic, Unavailable

from .design import BoolArray, FloatArray, IntArray, persons, strata_count

__all__ = ["Pool", "VarianceForm", "VariancePlan", "lend", "plan_variance", "residual_df", "stratified_scores"]

#: Largest share of one singleton stratum up to which the spread of their effects is always used.
POOLED_SHARE = 1 / 3
#: Share from which one singleton stratum makes the spread of their effects meaningless: r is infinite there.
LIMIT_SHARE = 1 / 2
#: Degrees of freedom in an arm's cells below which its pooled variance is poorer than the spread of a few effects.
SCARCE_DF = 8
#: Effects that differ by less than this share of the largest mean are equal but for rounding.
ROUNDING = 1e-10
#: Floats are not compared for equality: shares of 1/3 and 1/2 hold within this.
SLACK = 1e-9


class VarianceForm(StrEnum):
    """How singleton strata enter the variance; see :mod:`effektutv.estimators.stratified_variance`."""

    CELLS = "cells"
    POOLED = "pooled"
    PLUG_IN = "plug-in"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pool:
    """The singleton strata whose effects' spread is a component of the variance.

    Parameters
    ----------
    strata : (m,) array of int
        Their positions among all strata.
    share : (m,) array of float
        a: their weights, adding to 1.
    ratio : (m,) array of float
        r = a²/(1 − 2a).
    weight : float
        W: their joint weight.
    df : float
        ν: degrees of freedom of the component.
    """

    strata: IntArray
    share: FloatArray
    ratio: FloatArray
    weight: float
    df: float

    def scores(self, effect: FloatArray, scale: FloatArray | float | None = None) -> FloatArray:
        """Return what each stratum adds: squares add up to the component.

        Parameters
        ----------
        effect : (..., S) array of float
            Differences in means of **all** strata.
        scale : float or (..., 1) array of float, optional
            The largest mean, against which equal effects are told from rounding; the largest effect where not given.

        Returns
        -------
        (..., S) array of float
        """
        mine = effect[..., self.strata]
        away = mine - (mine @ self.share)[..., None]
        # what rounding alone leaves of equal effects is no spread
        largest = np.abs(mine).max(axis=-1, keepdims=True) if scale is None else scale
        dust = ROUNDING * largest
        away = np.where(np.abs(away) <= dust, 0.0, away)
        out = np.zeros(effect.shape)
        out[..., self.strata] = self.weight * np.sqrt(self.ratio / (1 + self.ratio.sum())) * away
        return out

    def variance(self, effect: FloatArray, scale: FloatArray | float | None = None) -> FloatArray:
        """Return the component.

        Parameters
        ----------
        effect, scale
            As in :meth:`scores`.

        Returns
        -------
        (...) array of float
        """
        return np.asarray((self.scores(effect, scale) ** 2).sum(axis=-1), dtype=np.float64)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class VariancePlan:
    """The variance as a function of the cells' variances and the strata's effects.

    Parameters
    ----------
    form : VarianceForm
    n : (S, 2) array of int
        Persons by stratum in arm and control.
    single : (S,) array of bool
        The singleton strata.
    b : (S, 2) array of float
        Coefficient of each cell's variance; 0 for a cell of one person and, in the pooled form, in a singleton stratum.
    pool : Pool or None
        In the pooled form.
    reason : str
        Why there is no variance; empty where there is one.
    """

    form: VarianceForm
    n: IntArray
    single: BoolArray
    b: FloatArray
    pool: Pool | None = None
    reason: str = ""

    def parts(self, s2: FloatArray) -> FloatArray:
        """Return what each cell adds to the variance.

        Parameters
        ----------
        s2 : (..., S, 2) array of float
            The cells' variances, divisor n − 1; whatever stands for a cell of one person is ignored.

        Returns
        -------
        (..., S, 2) array of float
            Summed over strata these are the variances of the two means, but in the pooled form.
        """
        return np.asarray(self.b * np.where(self.n > 1, s2, 0.0), dtype=np.float64)

    def variance(self, s2: FloatArray, effect: FloatArray, scale: FloatArray | float | None = None) -> FloatArray:
        """Return the variance of the estimate.

        Parameters
        ----------
        s2 : (..., S, 2) array of float
            As in :meth:`parts`.
        effect : (..., S) array of float
            The strata's differences in means; used in the pooled form only.
        scale : float, optional
            As in :meth:`Pool.scores`.

        Returns
        -------
        (...) array of float
            NaN where :attr:`reason` says why there is none.
        """
        cells = self.parts(s2).sum(axis=(-2, -1))
        if self.reason:
            return np.full_like(cells, np.nan)
        return np.asarray(cells if self.pool is None else cells + self.pool.variance(effect, scale), dtype=np.float64)

    def df(self, s2: FloatArray, effect: FloatArray) -> FloatArray:
        """Return Satterthwaite's degrees of freedom: V² over the sum of squared components by their own degrees of freedom.

        Parameters
        ----------
        s2, effect
            As in :meth:`variance`.

        Returns
        -------
        (...) array of float
            NaN where there is no variance, or where it is 0.
        """
        total, squares = self.components(s2, effect)
        if self.reason:
            return np.full_like(total, np.nan)
        return np.divide(total**2, squares, out=np.full_like(total, np.nan), where=squares > 0)

    def components(self, s2: FloatArray, effect: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return V and Σ v²/ν, which add up over independent estimates, such as those of two levels of a subgroup.

        Parameters
        ----------
        s2, effect
            As in :meth:`variance`.
        """
        parts = self.parts(s2)
        squares = (parts**2 / np.maximum(self.n - 1, 1)).sum(axis=(-2, -1))
        if self.pool is not None:
            squares = squares + self.pool.variance(effect) ** 2 / self.pool.df
        return self.variance(s2, effect), np.asarray(squares, dtype=np.float64)

    def note(self) -> str:
        """Return how many strata are singletons and what was done about them; empty where there is none."""
        if not self.single.any():
            return ""
        count = int(self.single.sum())
        counted = f"{strata_count(count)} with one person in an arm ({persons(int(self.n[self.single].sum()))})"
        if self.reason:
            return f"{counted}: {self.reason}"
        if self.pool is not None:
            return f"{counted}: variance pooled from the spread of their effects (Pashley & Miratrix)"
        return f"{counted}: too few to pool; single persons take their arm's variance pooled within strata"


def plan_variance(weight: FloatArray, n: IntArray) -> VariancePlan:
    """Decide the form of the variance, from weights and counts alone.

    Parameters
    ----------
    weight : (S,) array of float
        The strata's weights in the estimate, positive; they need not add to 1.
    n : (S, 2) array of int
        Persons with a known outcome in arm and control, at least one in each.

    Examples
    --------
    >>> import numpy as np
    >>> plan = plan_variance(np.full(4, 0.25), np.array([[1, 9]] * 4))
    >>> str(plan.form), plan.pool.df
    ('pooled', 3.0)
    >>> float(plan.variance(np.zeros((4, 2)), np.array([0.0, 1.0, 0.0, 1.0])))
    0.08333333333333333
    """
    single = n.min(axis=1) < 2
    free = np.maximum(n - 1, 0)
    squared = np.broadcast_to(weight[:, None] ** 2, n.shape)
    own = np.where(n > 1, squared / n, 0.0)
    if not single.any():
        return VariancePlan(form=VarianceForm.CELLS, n=n, single=single, b=own)
    of_arm = free.sum(axis=0)
    lonely = (n == 1).any(axis=0)
    mine = weight[single]
    largest = float(mine.max() / mine.sum())
    scarce = bool((of_arm[lonely] < SCARCE_DF).any())
    if largest <= POOLED_SHARE + SLACK or (scarce and largest < LIMIT_SHARE - SLACK):
        b = np.where(single[:, None], 0.0, own)
        return VariancePlan(form=VarianceForm.POOLED, n=n, single=single, b=b, pool=_pool(weight, n, single))
    if (of_arm[lonely] == 0).any():
        why = "too few to pool, and no other stratum has the arm's variance"
        return VariancePlan(form=VarianceForm.PLUG_IN, n=n, single=single, b=own, reason=why)
    return VariancePlan(form=VarianceForm.PLUG_IN, n=n, single=single, b=lend(squared, n))


def lend(squared: FloatArray, n: IntArray) -> FloatArray:
    """Return b, the coefficients of the cells' variances where single persons take their arm's variance within strata.

    Parameters
    ----------
    squared : (S, K) array of float
        Squared weights of the cells' means.
    n : (S, K) array of int
        Persons.
    """
    free = np.maximum(n - 1, 0)
    lent = np.where(n == 1, squared, 0.0).sum(axis=0) / np.maximum(free.sum(axis=0), 1)
    return np.asarray(np.where(n > 1, squared / np.maximum(n, 1), 0.0) + free * lent, dtype=np.float64)


def residual_df(n: IntArray) -> Statistic:
    """Return persons less cells, n − 2·strata, as R's estimatr; strata less one where every stratum is a pair.

    Parameters
    ----------
    n : (S, 2) array of int
        Persons by stratum in arm and control.
    """
    free = float(n.sum() - n.size)
    if free > 0:
        return free
    # as many free comparisons as pairs, less their mean
    return float(len(n) - 1) if len(n) > 1 else Unavailable("no degrees of freedom are left")


def stratified_scores(
    z: FloatArray,
    stratum: IntArray,
    arm: IntArray,
    pair: tuple[int, int],
    n: IntArray,
    mean: FloatArray,
    plan: VariancePlan,
) -> tuple[FloatArray, FloatArray]:
    """Return what persons and strata add to the variance: squares add up to it.

    Parameters
    ----------
    z : (N,) array of float
        What is averaged.
    stratum : (N,) array of int
        Codes of the strata kept; −1 for the others.
    arm : (N,) array of int
    pair : tuple of int
        Codes of (arm, control).
    n, mean : (S, 2) arrays
        Persons and means of z by stratum.
    plan : VariancePlan

    Returns
    -------
    persons : (N,) array of float
    strata : (S,) array of float
        Other than 0 in the pooled form only.
    """
    out = np.zeros(z.size)
    for j, (code, sign) in enumerate(zip(pair, (1.0, -1.0), strict=True)):
        inside = (arm == code) & (stratum >= 0)
        s = stratum[inside]
        out[inside] = sign * np.sqrt(plan.b[s, j] / np.maximum(n[s, j] - 1, 1)) * (z[inside] - mean[s, j])
    if plan.pool is None:
        return out, np.zeros(len(n))
    return out, plan.pool.scores(mean[:, 0] - mean[:, 1])


def _pool(weight: FloatArray, n: IntArray, single: BoolArray) -> Pool:
    """Return the pool of the singleton strata, with the degrees of freedom of its quadratic form."""
    total = float(weight[single].sum())
    a = weight[single] / total
    r = a**2 / (1 - 2 * a)
    d = (1 / n[single]).sum(axis=1)
    # A = diag(r) − r a′ − a r′ + Σr a a′, so that D½AD½ is a diagonal and three products: no m × m matrix is needed
    x, y, diagonal, R = r * np.sqrt(d), a * np.sqrt(d), r * d, float(r.sum())
    xy, xx, yy = float(x @ y), float(x @ x), float(y @ y)
    trace = float(diagonal.sum()) - 2 * xy + R * yy
    square = (
        float(diagonal @ (diagonal - 4 * x * y + 2 * R * y**2)) + 2 * (xy**2 + xx * yy) + R * yy * (R * yy - 4 * xy)
    )
    return Pool(strata=np.flatnonzero(single), share=a, ratio=r, weight=total, df=trace**2 / square)
