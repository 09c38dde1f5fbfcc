r"""Estimates and variances of `lin`, `fe`, `logit` and `ipw` in many draws of the assignment at once, each made anew.

With covariates an estimate is no fixed function of the arms' sums: every draw is a regression of its own, and every column
that holds the arm, the interactions and what is centred by it are rebuilt in it. Draws are done together, persons along one
axis and draws along another, with strata (or, where strata are interacted with the arm, strata × arms) absorbed:

.. math:: \tilde c_i = c_i - \bar c_{g(i)}, \quad G = \sum w_i \tilde c_i \tilde c_i', \quad
          \hat\beta = G^{-1} \sum w_i \tilde c_i y_i, \quad h_i = 1/n_g + \tilde c_i' G^{-1} \tilde c_i,

w how often a person counts (0, 1; more in a bootstrap). The formulas are those of :mod:`effektutv.estimators.regression.fe_lin`,
:mod:`effektutv.estimators.regression.logit_margins` (see :mod:`effektutv.estimators.randomization.refit_logit`) and
:mod:`effektutv.estimators.ipw`; a test
holds them together draw by draw. Where a draw's columns nearly depend on each other it is left to those modules.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from ..design import Estimator, Sample, Spec, Vcov
from ..effects import fit_contrast
from ..ipw import FEWEST
from ..regression.leverage import LEVERAGE_MARGIN, WEIGHTLESS
from ..variation import is_rounding
from .absorbed import absorb, centre
from .batched_linalg import gram
from .refit_inputs import Draw, People
from .refit_logit import logit_statistics
from .refit_sparse import arms_fit, lonely, sparse_statistics

if TYPE_CHECKING:
    from ..design import BoolArray, FloatArray, IntArray

__all__ = ["refit"]


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
            estimate, variance, sure = _regress(people, spec, draw, both)
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
    others = draw.unseen[min(b, draw.unseen.shape[0] - 1)].astype(np.intp)
    again = np.repeat(np.arange(others.size), others)
    unseen = replace(people.unseen.take(again), arm=draw.unseen_codes[b, again])
    y = people.y[rows]
    sample = Sample(design=design, y=y, binary=bool(np.all((y == 0) | (y == 1))), unseen=unseen)
    fit = fit_contrast(sample, spec, *draw.pair, stratum_size=draw.size[b])
    found = [v if isinstance(v, float) else np.nan for v in (fit.estimate, fit.variance)]
    return found[0], found[1]


# ------------------------------------------------------------------------------------------------------------------ ipw


def _ipw(people: People, draw: Draw) -> tuple[FloatArray, FloatArray]:
    """Weighted means; the weights known, or the strata's sizes over the arms' numbers in the draw."""
    means, variances = [], []
    n1, n0 = people.sums(draw.arm), people.sums(draw.control)
    both = (n1 > 0) & (n0 > 0) & (draw.size > 0)
    beyond = [people.unseen_sums(draw.unseen * (draw.unseen_codes == k)) for k in draw.pair]
    silent = np.any([(n == 0) & (m > 0) for n, m in zip((n1, n0), beyond, strict=True)], axis=0)
    for k, times, n, m in zip(draw.pair, (draw.arm, draw.control), (n1, n0), beyond, strict=True):
        if people.weight is not None:
            stands_for = np.where(silent | (n == 0), 0.0, (n + m) / np.maximum(n, 1))
            each = np.nan_to_num(people.weight[:, k]) * stands_for
        else:
            each = np.where(both, draw.size / n, 0.0)
        share = each[:, people.stratum]
        share = share / (times * share).sum(axis=1, keepdims=True)
        mean = (times * share * people.y).sum(axis=1)
        slack = 1 - share
        terms = np.where(times > 0, times * share**2 * (people.y - mean[:, None]) ** 2 / slack, 0.0)
        alone = (times * share**2).sum(axis=1) * FEWEST > 1 + 1e-9  # effective number 1/Σ share²
        means.append(mean)
        spread, size = terms.sum(axis=1), (np.where(times > 0, times * share**2 / slack, 0.0) * people.y**2).sum(axis=1)
        variances.append(np.where(alone, np.nan, np.where(is_rounding(spread, size), 0.0, spread)))
    return np.asarray(means[0] - means[1]), np.asarray(variances[0] + variances[1])


# ----------------------------------------------------------------------------------------------------------- regression


def _regress(people: People, spec: Spec, draw: Draw, both: BoolArray) -> tuple[FloatArray, FloatArray, BoolArray]:
    """Return estimates, variances, and which draws' columns are told apart well enough."""
    some: BoolArray = np.asarray(np.any(both, axis=1))
    estimate, variance = np.full(some.size, np.nan), np.full(some.size, np.nan)
    sure = np.ones(some.size, dtype=bool)
    if spec.estimator is Estimator.FE:
        parts = [(some, _additive)]
    else:
        sparse = lonely(people, draw)
        parts = [(np.asarray(some & ~sparse), _by_cell), (np.asarray(some & sparse), sparse_statistics)]
    for rows, fit in parts:
        if rows.any():
            estimate[rows], variance[rows], sure[rows] = fit(people, spec, draw.take(rows), both[rows])
    return estimate, variance, sure


def _by_cell(people: People, spec: Spec, draw: Draw, both: BoolArray) -> tuple[FloatArray, FloatArray, BoolArray]:
    """`lin`, everything interacted with the arm: a regression an arm, strata absorbed."""
    inside = both[:, people.stratum].astype(float)
    shares = np.where(both, draw.size, 0.0)
    shares /= shares.sum(axis=1, keepdims=True)
    columns = (people.X - centre(people, spec, draw, both)[:, None, :])[:, :, people.main]
    means, parts, ranks, sure = [], [], 0, arms_fit(people, draw, draw.pair)
    for times in (draw.arm * inside, draw.control * inside):
        fit = absorb(people, times, columns)
        slope = (fit.inverse @ gram(fit.columns * times[:, :, None], fit.y[:, :, None]))[:, :, 0]
        pull = (shares[:, :, None] * fit.column_means).sum(axis=1)
        means.append((shares * fit.y_means).sum(axis=1) - (pull * slope).sum(axis=1))
        each = np.where(fit.size > 0, 1 / np.maximum(fit.size, 1), 0.0)
        along = (fit.inverse @ pull[:, :, None])[:, :, 0]
        influence = (shares * each)[:, people.stratum] - (fit.columns @ along[:, :, None])[:, :, 0]
        residual = fit.y - (fit.columns @ slope[:, :, None])[:, :, 0]
        parts.append((times, influence, residual, each[:, people.stratum] + fit.leverage))
        sure &= fit.sure & ~(fit.exact & (fit.size[:, people.stratum] > 1)).any(axis=1)
        ranks += int(people.main.sum())
    rank = 2 * both.sum(axis=1) + ranks
    return means[0] - means[1], _variance(spec.vcov, parts, rank, people.y), sure


def _additive(people: People, spec: Spec, draw: Draw, both: BoolArray) -> tuple[FloatArray, FloatArray, BoolArray]:
    """`fe`: one regression with the arm as a column."""
    inside = both[:, people.stratum].astype(float)
    times = (draw.arm + draw.control) * inside
    treated = np.where(draw.arm > 0, 1.0, 0.0)
    X = np.broadcast_to(people.X[:, people.main], (*times.shape, int(people.main.sum())))
    fit = absorb(people, times, np.concatenate([X, treated[:, :, None]], axis=2))
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
    largest = np.max([np.abs(u * (times > 0)).max(axis=1) for times, u, *_ in parts], axis=0)[:, None]
    for times, influence, residual, leverage in parts:
        if vcov is Vcov.CLASSICAL:
            total += (times * influence**2).sum(axis=1) * rss / free
            continue
        slack = np.where(times > 0, 1 - leverage, 1.0)
        pinned = slack < LEVERAGE_MARGIN
        exact |= (pinned & (np.abs(influence) > WEIGHTLESS * largest)).any(axis=1)
        total += np.where(pinned & (power > 0), 0.0, times * influence**2 * residual**2 / slack**power).sum(axis=1)
    if vcov is Vcov.HC1:
        total *= n / free
    if power:
        total = np.where(exact, np.nan, total)
    squares = np.sum([(times * y**2).sum(axis=1) for times, *_ in parts], axis=0)
    total = np.where(is_rounding(rss, squares), 0.0, total)
    return np.where(free > 0, total, np.nan)
