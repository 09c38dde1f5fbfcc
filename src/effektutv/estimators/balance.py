r"""Were the arms alike at baseline? Standardised differences a covariate, and one test of all of them.

The standardised mean difference of a pair is the difference in means over

.. math:: \sqrt{(v_1 + v_0)/2},

the square root of the mean of the two arms' variances: divisor n − 1 for continuous covariates, p(1 − p) for 0/1 ones
(the pooled denominator of R's cobalt). The weighted one has Σ w_s (x̄₁ₛ − x̄₀ₛ) over the same denominator, w_s the share of
all persons randomised, whether or not their value is known, in the strata where both arms have known values. Both are
descriptions of these persons, not tests: no p-value stands on a row.

The omnibus statistic d² (Hansen and Bowers 2008, doi 10.1214/08-STS254) compares the arms' sums of covariates, each
centred at its stratum's mean, with what re-drawing the assignment with the same numbers per stratum would give.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import sqrt
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import chdtrc

from effektutv.results.balance import BalanceRow, Omnibus
from effektutv.values import Statistic, Unavailable

from .design import canonical_order
from .randomization.mechanism import inferred
from .randomization.null_distribution import TIE, rounding
from .variation import is_rounding

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .design import Design, FloatArray, IntArray

#: Assignments drawn at a time.
_CHUNK = 500

__all__ = ["Covariate", "balance_rows", "expand", "omnibus"]

#: Eigenvalues of the permutation covariance below this share of the largest are 0.
PSEUDO_INVERSE_TOLERANCE = 1e-10


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Covariate:
    """A baseline covariate, or after :func:`expand` one column of it.

    Parameters
    ----------
    name : str
    kind : {"continuous", "binary", "category", "missing"}
    values : (n,) array of float
        NaN where missing; codes into ``levels`` for a category.
    levels : tuple of str
        Of a category.
    level : str
        Which level a column stands for, ``"missing"`` for missingness.
    """

    name: str
    kind: str
    values: FloatArray
    levels: tuple[str, ...] = ()
    level: str = ""


def expand(covariates: Sequence[Covariate]) -> list[Covariate]:
    """Return a 0/1 column a level of each category, and a column of missingness behind each that has any."""
    out: list[Covariate] = []
    for c in covariates:
        missing = np.isnan(c.values)
        if c.kind == "category":
            for j, level in enumerate(c.levels):
                column = np.where(missing, np.nan, (c.values == j).astype(float))
                out.append(Covariate(name=c.name, kind="category", values=column, level=level))
        else:
            out.append(c)
        if missing.any():
            out.append(Covariate(name=c.name, kind="missing", values=missing.astype(float), level="missing"))
    return out


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Moments:
    """Of K columns: (S, A, K) counts and means of the known values, and the arms' (A, K) counts, means, variances and ranges.

    ``randomised`` is (S,): everyone of a stratum, in every arm, with a known value or not.
    """

    n: FloatArray
    randomised: FloatArray
    mean: FloatArray
    arm_n: FloatArray
    missing: FloatArray
    arm_mean: FloatArray
    variance: FloatArray
    low: FloatArray
    high: FloatArray


def _sorted_columns(design: Design, columns: Sequence[Covariate]) -> tuple[FloatArray, IntArray, IntArray]:
    """Return the (n, K) values, arm and stratum, sorted so that no sum depends on the order in which the rows came."""
    values = [c.values for c in columns]
    order = canonical_order([design.stratum * len(design.arms) + design.arm, *values])
    return np.stack(values, axis=1)[order], design.arm[order], design.stratum[order]


def _starts(code: IntArray, size: int) -> tuple[IntArray, IntArray]:
    """Return which of ``size`` codes occur in a sorted array, and where each begins."""
    ends = np.searchsorted(code, np.arange(size + 1))
    present = np.flatnonzero(np.diff(ends))
    return present, ends[present]


def _moments(design: Design, columns: Sequence[Covariate]) -> _Moments:
    X, arm, stratum = _sorted_columns(design, columns)
    strata, arms, k = design.n_strata, len(design.arms), len(columns)
    cells, starts = _starts(stratum * arms + arm, strata * arms)

    def by_cell(add: np.ufunc, values: FloatArray, empty: float) -> FloatArray:
        out = np.full((strata * arms, k), empty)
        out[cells] = add.reduceat(values, starts, axis=0)
        return out.reshape(strata, arms, k)

    known = ~np.isnan(X)
    filled = np.where(known, X, 0.0)
    n, total = by_cell(np.add, known.astype(np.float64), 0.0), by_cell(np.add, filled, 0.0)
    arm_n = n.sum(axis=0)
    share = np.array([c.kind != "continuous" for c in columns])
    with np.errstate(invalid="ignore", divide="ignore"):
        mean, arm_mean = total / n, total.sum(axis=0) / arm_n
        squares = np.where(known, X - arm_mean[arm], 0.0) ** 2
        ss = by_cell(np.add, squares, 0.0).sum(axis=0)
        variance = np.where(share, arm_mean * (1 - arm_mean), ss / (arm_n - 1))
    return _Moments(
        n=n,
        randomised=np.bincount(design.stratum, minlength=strata).astype(np.float64),
        mean=mean,
        arm_n=arm_n,
        missing=np.bincount(arm, minlength=arms)[:, None] - arm_n,
        arm_mean=arm_mean,
        variance=np.where(is_rounding(variance, variance + arm_mean**2), 0.0, variance),
        low=by_cell(np.minimum, np.where(known, X, np.inf), np.inf).min(axis=0),
        high=by_cell(np.maximum, np.where(known, X, -np.inf), -np.inf).max(axis=0),
    )


def balance_rows(
    design: Design, covariates: Sequence[Covariate], contrasts: Sequence[tuple[int, int]]
) -> list[BalanceRow]:
    """Return a row a column and pair of arms.

    Parameters
    ----------
    design : Design
        Its covariates are not used.
    covariates : sequence of Covariate
    contrasts : sequence of (int, int)
        Codes of (arm, control).
    """
    columns = expand(covariates)
    if not columns:
        return []
    m = _moments(design, columns)
    weighted = [_weighted_differences(m, arm, control) for arm, control in contrasts]
    rows: list[BalanceRow] = []
    for j, column in enumerate(columns):
        pairs = [_row(design, column, m, j, pair, w[j]) for pair, w in zip(contrasts, weighted, strict=True)]
        sizes = [abs(r.smd) for r in pairs if isinstance(r.smd, float)]
        largest: Statistic = max(sizes) if sizes else Unavailable("no pair of arms has a standardised difference")
        rows.extend(replace(r, smd_max=largest) for r in pairs)
    return rows


_EMPTY = Unavailable("no one in the arm with a known value")


def _known(values: FloatArray, m: _Moments, arm: int, j: int) -> Statistic:
    """Return an arm's number for column j, or why there is none."""
    if not m.arm_n[arm, j]:
        return _EMPTY
    value = float(values[arm, j])
    return value if value == value else Unavailable("one person in the arm")


def _row(design: Design, column: Covariate, m: _Moments, j: int, pair: tuple[int, int], weighted: float) -> BalanceRow:
    """Return column j's row for one pair; ``smd_max`` is filled in by the caller."""
    arm, control = pair
    v1, v0 = _known(m.variance, m, arm, j), _known(m.variance, m, control, j)
    mean1, mean0 = _known(m.arm_mean, m, arm, j), _known(m.arm_mean, m, control, j)
    difference: Statistic = _EMPTY
    adjusted: Statistic = _EMPTY
    if isinstance(mean1, float) and isinstance(mean0, float):
        difference = mean1 - mean0
        adjusted = weighted if weighted == weighted else Unavailable("no stratum has known values in both arms")
        # without strata nothing is weighted, and the raw difference under another name would say that something was
        adjusted = adjusted if design.n_strata > 1 else Unavailable("no strata to weight by")
    apart = bool(m.high[arm, j] < m.low[control, j] or m.high[control, j] < m.low[arm, j])
    denominator, note = _denominator(apart, v1, v0)
    return BalanceRow(
        covariate=column.name,
        level=column.level,
        kind=column.kind,
        arm=design.arms[arm],
        control=design.arms[control],
        n_arm=int(m.arm_n[arm, j]),
        n_control=int(m.arm_n[control, j]),
        n_missing_arm=int(m.missing[arm, j]),
        n_missing_control=int(m.missing[control, j]),
        mean_arm=mean1,
        mean_control=mean0,
        sd_arm=sqrt(v1) if isinstance(v1, float) else v1,
        sd_control=sqrt(v0) if isinstance(v0, float) else v0,
        difference=difference,
        smd=_over(difference, denominator),
        smd_weighted=_over(adjusted, denominator),
        smd_max=_EMPTY,
        variance_ratio=_variance_ratio(column.kind, v1, v0),
        note=note,
    )


def _weighted_differences(m: _Moments, arm: int, control: int) -> list[float]:
    """Return Σ w_s (x̄₁ₛ − x̄₀ₛ) of each column over the strata with both arms, w_s of those randomised; NaN without any."""
    both = (m.n[:, arm] > 0) & (m.n[:, control] > 0)
    weight = np.where(both, m.randomised[:, None], 0.0)
    gap = np.where(both, m.mean[:, arm] - m.mean[:, control], 0.0)
    with np.errstate(invalid="ignore"):
        found: list[float] = ((weight * gap).sum(axis=0) / weight.sum(axis=0)).tolist()
    return found


def _denominator(apart: bool, v1: Statistic, v0: Statistic) -> tuple[Statistic, str]:
    """Return √((v₁ + v₀)/2), or why there is none, and what the row's note must flag, given if the arms' ranges are apart."""
    if not isinstance(v1, float) or not isinstance(v0, float):
        why = v1 if not isinstance(v1, float) else v0
        return why, why.reason if isinstance(why, Unavailable) else ""
    if not v1 > 0 and not v0 > 0:
        reason = "disjoint support: one value in each arm, and they differ" if apart else "no variation in either arm"
        return Unavailable(reason), reason
    note = "disjoint support: no value of one arm lies within the other's range" if apart else ""
    if not apart and not min(v1, v0) > 0:
        note = "no variation in one arm"
    return sqrt((v1 + v0) / 2), note


def _over(value: Statistic, denominator: Statistic) -> Statistic:
    if not isinstance(value, float):
        return value
    return value / denominator if isinstance(denominator, float) else denominator


def _variance_ratio(kind: str, v1: Statistic, v0: Statistic) -> Statistic:
    if kind != "continuous":
        return Unavailable("the mean of a 0/1 covariate fixes its variance")
    if not isinstance(v1, float) or not isinstance(v0, float):
        return v1 if not isinstance(v1, float) else v0
    return v1 / v0 if v0 > 0 else Unavailable("no variation in the control arm")


def omnibus(design: Design, covariates: Sequence[Covariate], *, draws: int | None = None, seed: int = 1) -> Omnibus:
    r"""Return Hansen and Bowers's d² of all covariates and all arms at once.

    With :math:`\tilde x_i` the K covariates centred at their stratum's mean,
    :math:`T_a = \sum_{i \in a} \tilde x_i` for every arm a but the first, and
    :math:`SS_s = \sum_{i \in s} \tilde x_i \tilde x_i'`, re-drawing the assignment with the same numbers per stratum
    gives :math:`E T_a = 0` and

    .. math:: \mathrm{Cov}(T_a, T_b) = \sum_s \frac{n_{sa}(1[a=b]\, n_s - n_{sb})}{n_s (n_s - 1)} SS_s .

    d² = T′ Cov⁺ T over the stacked (arms − 1)·K sums. For two arms T is the precision-weighted
    (n₁ₛn₀ₛ/n_s) sum of the strata's mean differences, as in R's RItools. A missing value takes its stratum's mean and a
    column of missingness stands beside: no one is dropped.

    With ``draws`` the assignment is drawn again that often, with the same numbers by stratum and arm, and
    p = (1 + #{d²* ≥ d²})/(1 + B), ties within rounding counted.

    Parameters
    ----------
    design : Design
    covariates : sequence of Covariate
    draws : int, optional
        None for the χ² approximation only.
    seed : int
        Of the draws.

    Returns
    -------
    Omnibus
        d², its rank as degrees of freedom, and the χ² p-value. Unavailable where nothing varies within strata.
    """
    method = "Hansen–Bowers d², chi-squared approximation" + (" within strata" if design.n_strata > 1 else "")
    X, arm, stratum = _sorted_columns(design, expand(covariates))
    for j in np.flatnonzero(np.isnan(X).any(axis=0)):
        X[:, j] = _filled(X[:, j], stratum, design.n_strata)
    size = np.bincount(stratum, minlength=design.n_strata)
    given, largest = np.sqrt((X**2).mean(axis=0)), np.abs(X).max(axis=0, initial=0.0)
    X -= X.mean(axis=0)
    centred = X - _stratum_means(X, stratum, size)[stratum]
    spread = np.sqrt((centred**2).mean(axis=0))
    varies = ~is_rounding(spread**2, given**2)
    if not varies.any():
        why = Unavailable("no covariate varies within strata")
        return Omnibus(statistic=why, df=why, p_value=why, method=method)
    Z = centred[:, varies] / spread[varies]
    totals, covariance = _permutation_moments(Z, arm, stratum, size, len(design.arms))
    values, vectors = np.linalg.eigh(covariance)
    kept = values > PSEUDO_INVERSE_TOLERANCE * max(float(values[-1]), 0.0)
    if not kept.any() or values[-1] <= 0:
        why = Unavailable("no stratum holds persons of two arms")
        return Omnibus(statistic=why, df=why, p_value=why, method=method)
    projected = vectors[:, kept].T @ totals
    statistic, df = float((projected**2 / values[kept]).sum()), float(np.count_nonzero(kept))
    found = Omnibus(statistic=statistic, df=df, p_value=float(chdtrc(df, statistic)), method=method)
    if draws is None:
        return found
    # d² that tie but for the last binary place of the covariates as they were given are ties
    noise = max(rounding(float(a), float(b)) for a, b in zip(largest[varies], spread[varies], strict=True))
    least = statistic * (1 - TIE) - noise * np.sqrt(arm.size) * (1 + statistic)
    p = _redrawn(design, arm, stratum, Z, vectors[:, kept] / np.sqrt(values[kept]), least, draws, seed)
    error = float(np.sqrt(p * (1 - p) / draws))
    return replace(found, p_randomization=p, mc_error=error, method=f"{method}; {draws} draws of the assignment")


def _redrawn(
    design: Design,
    arm: IntArray,
    stratum: IntArray,
    Z: FloatArray,
    whitening: FloatArray,
    least: float,
    draws: int,
    seed: int,
) -> float:
    """Return the share of re-drawn assignments, the observed one among them, whose d² is at least ``least``."""
    mechanism = inferred(design.arms, arm, stratum, design.n_strata)
    rng = np.random.default_rng(np.random.SeedSequence(seed))
    extreme = 0
    # a fixed number of draws at a time, so that memory does not grow with them and the draws do not depend on it
    for begin in range(0, draws, _CHUNK):
        drawn = mechanism.draw(rng, min(_CHUNK, draws - begin))
        totals = np.concatenate([(drawn == a).astype(float) @ Z for a in range(1, len(design.arms))], axis=1)
        extreme += int((((totals @ whitening) ** 2).sum(axis=1) >= least).sum())
    return (1 + extreme) / (1 + draws)


def _stratum_means(X: FloatArray, stratum: IntArray, size: IntArray) -> FloatArray:
    """Return the (S, K) means of columns whose rows come by stratum; 0 where a stratum is empty."""
    means = np.zeros((size.size, X.shape[1]))
    present, starts = _starts(stratum, size.size)
    means[present] = np.add.reduceat(X, starts, axis=0) / size[present, None]
    return means


def _filled(values: FloatArray, stratum: IntArray, n_strata: int) -> FloatArray:
    """Return the column with missing values at their stratum's mean, or the overall mean where a stratum has none."""
    missing = np.isnan(values)
    if missing.all():
        return np.zeros(values.shape)
    known = np.where(missing, 0.0, values)
    n = np.bincount(stratum, weights=~missing, minlength=n_strata)
    total = np.bincount(stratum, weights=known, minlength=n_strata)
    mean = np.where(n > 0, total / np.maximum(n, 1), known.sum() / np.count_nonzero(~missing))
    return np.where(missing, mean[stratum], values)


def _permutation_moments(
    Z: FloatArray, arm: IntArray, stratum: IntArray, size: IntArray, arms: int
) -> tuple[FloatArray, FloatArray]:
    """Return the stacked arm sums and their covariance under re-drawing within strata; rows by stratum, arm 0 left out."""
    k = Z.shape[1]
    n = np.bincount(stratum * arms + arm, minlength=size.size * arms).reshape(size.size, arms).astype(float)[:, 1:]
    totals = np.concatenate([Z[arm == a].sum(axis=0) for a in range(1, arms)])
    covariance = np.zeros((arms - 1, k, arms - 1, k))
    ends = np.cumsum(size)
    for s in np.flatnonzero(size > 1):
        inside = Z[ends[s] - size[s] : ends[s]]
        draws = (np.diag(n[s]) * size[s] - np.outer(n[s], n[s])) / (size[s] * (size[s] - 1))
        covariance += draws[:, None, :, None] * (inside.T @ inside)[None, :, None, :]
    return totals, covariance.reshape((arms - 1) * k, (arms - 1) * k)
