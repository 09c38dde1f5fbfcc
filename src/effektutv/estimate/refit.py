r"""Estimates and variances of `lin`, `fe`, `logit` and `ipw` in many draws of the assignment at once, each made anew.

With covariates an estimate is no fixed function of the arms' sums: every draw is a regression of its own, and every column
that holds the arm, the interactions and what is centred by it are rebuilt in it. Draws are done together, persons along one
axis and draws along another, with strata (or, where strata are interacted with the arm, strata × arms) absorbed:

.. math:: \tilde c_i = c_i - \bar c_{g(i)}, \quad G = \sum w_i \tilde c_i \tilde c_i', \quad
          \hat\beta = G^{-1} \sum w_i \tilde c_i y_i, \quad h_i = 1/n_g + \tilde c_i' G^{-1} \tilde c_i,

w how often a person counts (0, 1; more in a bootstrap). The formulas are those of :mod:`effektutv.estimate.regression`,
:mod:`effektutv.estimate.logit` (see :mod:`effektutv.estimate.refit_logit`) and :mod:`effektutv.estimate.weighting`; a test
holds them together draw by draw. Where a draw's columns nearly depend on each other it is left to those modules.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from .batches import gram, inverted
from .design import Design, Estimator, Sample, Spec, Vcov, Weights
from .effects import fit_contrast
from .linear import independent
from .refit_logit import logit_statistics
from .variation import is_rounding

if TYPE_CHECKING:
    from .design import BoolArray, FloatArray, IntArray

__all__ = ["Draw", "People", "by_arm_probability", "refit"]

#: Leverage closer to 1 than this is 1 but for rounding.
_LEVERAGE_MARGIN = 1e-8


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class People:
    """What does not change from draw to draw: persons with an observed outcome, ordered by stratum.

    Parameters
    ----------
    y : (n,) array of float
    X : (n, p) array of float
        Columns none of which is a sum of others.
    main : (p,) array of bool
        Columns that are no sum of others and strata either.
    stratum : (n,) array of int
        Codes 0 … S − 1, rising, none empty.
    weight : (S, K) array of float or None
        Inverse probabilities by stratum and arm, where they are known.
    design : Design
        The same persons, for a draw that is done alone.
    """

    y: FloatArray
    X: FloatArray
    main: BoolArray
    stratum: IntArray
    weight: FloatArray | None
    design: Design

    @classmethod
    def of(cls, design: Design, y: FloatArray, counted: BoolArray) -> People:
        """Return the persons of a design in the order given, which must rise by stratum.

        Parameters
        ----------
        design : Design
        y : (n,) array of float
            Without missing values.
        counted : (n,) array of bool
            Who may count in a draw, such as a subgroup's persons: covariates are compared among them.
        """
        codes, stratum = np.unique(design.stratum, return_inverse=True)
        X = design.X
        own = _independent(X[counted] - X[counted].mean(axis=0), X[counted]) if counted.any() else []
        X = X[:, own]
        among = stratum[counted]
        size = np.maximum(np.bincount(among, minlength=codes.size), 1)
        within = X[counted].copy()
        for j, column in enumerate(within.T):
            within[:, j] -= (np.bincount(among, weights=column, minlength=codes.size) / size)[among]
        main = np.zeros(len(own), dtype=bool)
        main[_independent(within, X[counted])] = True
        known = by_arm_probability(design)
        weight = 1 / known[codes] if isinstance(known, np.ndarray) else None
        return cls(y=y, X=X, main=main, stratum=stratum.astype(np.intp), weight=weight, design=replace(design, X=X))

    @property
    def n_strata(self) -> int:
        """Return the number of strata."""
        return int(self.stratum[-1]) + 1

    def sums(self, values: FloatArray) -> FloatArray:
        """Return (B, S, …) sums by stratum of (B, n, …) values."""
        first = np.flatnonzero(np.diff(self.stratum, prepend=-1))
        return np.asarray(np.add.reduceat(values, first, axis=1), dtype=np.float64)


def _independent(Z: FloatArray, raw: FloatArray) -> list[int]:
    scale = np.linalg.norm(raw - raw.mean(axis=0), axis=0) + 1e-12 * np.linalg.norm(raw, axis=0)
    return independent(Z, scale, list(range(Z.shape[1])))


def by_arm_probability(design: Design) -> FloatArray | str | None:
    """Return the known probabilities by stratum and arm: (S, K), NaN for a cell of no one.

    Parameters
    ----------
    design : Design

    Returns
    -------
    array, str or None
        None without known probabilities; the reason, in words, where persons of one stratum and arm differ, so that nobody
        knows what their probabilities of another arm were.
    """
    if design.probability is None:
        return None
    arms = len(design.arms)
    cell = design.stratum * arms + design.arm
    size = design.n_strata * arms
    low, high = np.full(size, np.inf), np.full(size, -np.inf)
    np.minimum.at(low, cell, design.probability)
    np.maximum.at(high, cell, design.probability)
    if np.any(high - low > 1e-12):
        return (
            "known probabilities that differ within a stratum and arm: what a person's probability of another arm was, the "
            "data do not say"
        )
    return np.where(np.isfinite(low), low, np.nan).reshape(design.n_strata, arms)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Draw:
    """How often each person counts in each of B draws.

    Parameters
    ----------
    arm, control, everyone : (B, n) arrays of float
        In the arm, in the control, and in any arm; ``everyone`` may be (1, n).
    size : (B, S) array of float
        What weights the strata; 0 leaves one out.
    pair : (int, int)
        Codes of (arm, control).
    codes : (B, n) array of int
        Arms, for a draw that is done alone.
    """

    arm: FloatArray
    control: FloatArray
    everyone: FloatArray
    size: FloatArray
    pair: tuple[int, int]
    codes: IntArray

    def take(self, rows: BoolArray) -> Draw:
        """Return some of the draws."""
        everyone = self.everyone if self.everyone.shape[0] == 1 else self.everyone[rows]
        return Draw(
            arm=self.arm[rows],
            control=self.control[rows],
            everyone=everyone,
            size=self.size[rows],
            pair=self.pair,
            codes=self.codes[rows],
        )


def refit(people: People, spec: Spec, draw: Draw) -> tuple[FloatArray, FloatArray]:
    """Return (B,) estimates and variances; NaN where undefined.

    Parameters
    ----------
    people : People
    spec : Spec
        Estimator `lin`, `fe`, `logit` or `ipw`, with a variance other than CR2.
    draw : Draw
    """
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        if spec.estimator is Estimator.IPW:
            return _ipw(people, draw)
        n1, n0 = people.sums(draw.arm), people.sums(draw.control)
        both = (n1 > 0) & (n0 > 0) & (draw.size > 0)
        if spec.estimator is Estimator.LOGIT:
            estimate, variance, sure = logit_statistics(people, spec, draw, both)
        else:
            estimate, variance, sure = _regress(people, spec, draw, both, np.where(both, np.minimum(n1, n0), np.inf))
    for b in np.flatnonzero(~sure):
        estimate[b], variance[b] = _alone(people, spec, draw, int(b))
    return estimate, variance


def _alone(people: People, spec: Spec, draw: Draw, b: int) -> tuple[float, float]:
    """Return estimate and variance of one draw by the ordinary estimator, NaN where undefined."""
    everyone = draw.everyone[min(b, draw.everyone.shape[0] - 1)]
    times = np.maximum(draw.arm[b] + draw.control[b], everyone).astype(np.intp)
    rows = np.repeat(np.arange(times.size), times)
    design = replace(
        people.design.take(rows), arm=draw.codes[b, rows], stratum=people.stratum[rows], n_strata=people.n_strata
    )
    y = people.y[rows]
    sample = Sample(design=design, y=y, binary=bool(np.all((y == 0) | (y == 1))), n_missing=0)
    fit = fit_contrast(sample, spec, *draw.pair, stratum_size=draw.size[b])
    found = [v if isinstance(v, float) else np.nan for v in (fit.estimate, fit.variance)]
    return found[0], found[1]


# ------------------------------------------------------------------------------------------------------------------ ipw


def _ipw(people: People, draw: Draw) -> tuple[FloatArray, FloatArray]:
    """Weighted means; the weights known, or the strata's sizes over the arms' numbers in the draw."""
    means, variances = [], []
    n1, n0 = people.sums(draw.arm), people.sums(draw.control)
    both = (n1 > 0) & (n0 > 0) & (draw.size > 0)
    for k, times, n in zip(draw.pair, (draw.arm, draw.control), (n1, n0), strict=True):
        if people.weight is not None:
            each = np.broadcast_to(np.nan_to_num(people.weight[:, k]), n.shape)
        else:
            each = np.where(both, draw.size / n, 0.0)
        share = each[:, people.stratum]
        share = share / (times * share).sum(axis=1, keepdims=True)
        mean = (times * share * people.y).sum(axis=1)
        slack = 1 - share
        terms = np.where(times > 0, times * share**2 * (people.y - mean[:, None]) ** 2 / slack, 0.0)
        alone = ((times > 0) & (slack < 1e-12)).any(axis=1)
        means.append(mean)
        spread, size = terms.sum(axis=1), (np.where(times > 0, times * share**2 / slack, 0.0) * people.y**2).sum(axis=1)
        variances.append(np.where(alone, np.nan, np.where(is_rounding(spread, size), 0.0, spread)))
    return np.asarray(means[0] - means[1]), np.asarray(variances[0] + variances[1])


# ----------------------------------------------------------------------------------------------------------- regression


def _regress(
    people: People, spec: Spec, draw: Draw, both: BoolArray, least: FloatArray
) -> tuple[FloatArray, FloatArray, BoolArray]:
    """Return estimates, variances, and which draws' columns are told apart well enough.

    ``least`` is the smaller number of the two arms by draw and stratum, infinite in strata left out.
    """
    some = both.any(axis=1)
    kept = both.sum(axis=1)
    interacted = some & (spec.estimator is Estimator.LIN) & ((kept == 1) | (least.min(axis=1) >= 2))
    estimate, variance = np.full(kept.size, np.nan), np.full(kept.size, np.nan)
    sure = np.ones(kept.size, dtype=bool)
    for rows, fit in ((interacted, _by_cell), (some & ~interacted, _additive)):
        if rows.any():
            estimate[rows], variance[rows], sure[rows] = fit(people, spec, draw.take(rows), both[rows])
    return estimate, variance, sure


def _centre(people: People, spec: Spec, draw: Draw, inside: FloatArray) -> FloatArray:
    """Return (B, p) means of the covariates over the population that the effect is for."""
    times = draw.everyone if spec.weights is Weights.ALL else draw.arm + draw.control
    times = times * inside
    out = np.empty((inside.shape[0], people.X.shape[1]))
    for j, column in enumerate(people.X.T):
        out[:, j] = (times * column).sum(axis=1)
    return np.asarray(out / times.sum(axis=1, keepdims=True), dtype=np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class _Absorbed:
    """Columns (B, n, k) and outcome (B, n), centred within groups; the groups' sizes and means; G⁻¹ and who is sure of it."""

    times: FloatArray
    columns: FloatArray
    y: FloatArray
    size: FloatArray
    column_means: FloatArray
    y_means: FloatArray
    inverse: FloatArray
    sure: BoolArray

    @property
    def leverage(self) -> FloatArray:
        """(B, n) leverages but for the groups' own 1/n."""
        return np.asarray(((self.columns @ self.inverse) * self.columns).sum(axis=2), dtype=np.float64)


def _absorb(people: People, times: FloatArray, columns: FloatArray) -> _Absorbed:
    """Centre columns and outcome within strata over the persons who count, and invert the products."""
    size = people.sums(times)
    n = np.maximum(size, 1)
    y_means = people.sums(times * people.y) / n
    means = people.sums(times[:, :, None] * columns) / n[:, :, None]
    whole = ((times[:, :, None] * columns**2).sum(axis=1)) + 1e-300
    centred = (columns - means[:, people.stratum]) * (times > 0)[:, :, None]
    y = (people.y - y_means[:, people.stratum]) * (times > 0)
    inverse, sure = inverted(gram(times[:, :, None] * centred, centred), whole)
    return _Absorbed(times, centred, y, size, means, y_means, inverse, sure)


def _by_cell(people: People, spec: Spec, draw: Draw, both: BoolArray) -> tuple[FloatArray, FloatArray, BoolArray]:
    """`lin`, everything interacted with the arm: a regression an arm, strata absorbed."""
    inside = both[:, people.stratum].astype(float)
    shares = np.where(both, draw.size, 0.0)
    shares /= shares.sum(axis=1, keepdims=True)
    columns = (people.X - _centre(people, spec, draw, inside)[:, None, :])[:, :, people.main]
    means, parts, ranks, sure = [], [], 0, np.ones(both.shape[0], dtype=bool)
    for times in (draw.arm * inside, draw.control * inside):
        fit = _absorb(people, times, columns)
        slope = (fit.inverse @ gram(fit.columns * times[:, :, None], fit.y[:, :, None]))[:, :, 0]
        pull = (shares[:, :, None] * fit.column_means).sum(axis=1)
        means.append((shares * fit.y_means).sum(axis=1) - (pull * slope).sum(axis=1))
        each = np.where(fit.size > 0, 1 / np.maximum(fit.size, 1), 0.0)
        along = (fit.inverse @ pull[:, :, None])[:, :, 0]
        influence = (shares * each)[:, people.stratum] - (fit.columns @ along[:, :, None])[:, :, 0]
        residual = fit.y - (fit.columns @ slope[:, :, None])[:, :, 0]
        parts.append((times, influence, residual, each[:, people.stratum] + fit.leverage))
        sure &= fit.sure
        ranks += int(people.main.sum())
    rank = 2 * both.sum(axis=1) + ranks
    return means[0] - means[1], _variance(spec.vcov, parts, rank, people.y), sure


def _additive(people: People, spec: Spec, draw: Draw, both: BoolArray) -> tuple[FloatArray, FloatArray, BoolArray]:
    """`fe`, and `lin` with strata that enter additively: one regression with the arm as a column."""
    inside = both[:, people.stratum].astype(float)
    times = (draw.arm + draw.control) * inside
    treated = np.where(draw.arm > 0, 1.0, 0.0)
    X = people.X - _centre(people, spec, draw, inside)[:, None, :]
    blocks = [X[:, :, people.main]]
    if spec.estimator is Estimator.LIN:
        blocks.append(X * treated[:, :, None])
    fit = _absorb(people, times, np.concatenate([*blocks, treated[:, :, None]], axis=2))
    slope = (fit.inverse @ gram(fit.columns * times[:, :, None], fit.y[:, :, None]))[:, :, 0]
    influence = (fit.columns @ fit.inverse[:, :, -1:])[:, :, 0]
    residual = fit.y - (fit.columns @ slope[:, :, None])[:, :, 0]
    each = np.where(fit.size > 0, 1 / np.maximum(fit.size, 1), 0.0)
    part = (times, influence, residual, each[:, people.stratum] + fit.leverage)
    rank = both.sum(axis=1) + fit.columns.shape[2]
    return slope[:, -1], _variance(spec.vcov, [part], rank, people.y), fit.sure


def _variance(
    vcov: Vcov, parts: list[tuple[FloatArray, FloatArray, FloatArray, FloatArray]], rank: IntArray, y: FloatArray
) -> FloatArray:
    """Return (B,) sandwich variances from how often persons count, influence, residual and leverage."""
    n = np.sum([times.sum(axis=1) for times, *_ in parts], axis=0)
    free = n - rank
    rss = np.sum([(times * e**2).sum(axis=1) for times, _, e, _ in parts], axis=0)
    power = {Vcov.HC2: 1, Vcov.HC3: 2}.get(vcov, 0)
    total, exact = np.zeros(n.size), np.zeros(n.size, dtype=bool)
    for times, influence, residual, leverage in parts:
        if vcov is Vcov.CLASSICAL:
            total += (times * influence**2).sum(axis=1) * rss / free
            continue
        slack = np.where(times > 0, 1 - leverage, 1.0)
        exact |= (slack < _LEVERAGE_MARGIN).any(axis=1)
        total += (times * influence**2 * residual**2 / slack**power).sum(axis=1)
    if vcov is Vcov.HC1:
        total *= n / free
    if power:
        total = np.where(exact, np.nan, total)
    squares = np.sum([(times * y**2).sum(axis=1) for times, *_ in parts], axis=0)
    total = np.where(is_rounding(rss, squares), 0.0, total)
    return np.where(free > 0, total, np.nan)
