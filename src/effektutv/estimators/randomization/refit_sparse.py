"""The sparse form of `lin` in many draws of the assignment at once, by :mod:`effektutv.estimators.regression.sparse_lin`'s
formulas.

The form is chosen anew in each draw, from all arms, as that module chooses it: a test whose statistic is one function of the
assignment is exact under its null. Draws whose columns must be looked at closely are left to the ordinary estimator.
"""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from ..design import Vcov
from ..regression.sparse_lin import OWN_DF
from ..stratified_variance import plan_variance
from ..variation import is_rounding
from .absorbed import absorb, centre
from .batched_linalg import gram, inverted

if TYPE_CHECKING:
    from ..design import BoolArray, FloatArray, Spec
    from .refit_inputs import Draw, People

__all__ = ["arms_fit", "lonely", "sparse_statistics"]


def _times(people: People, draw: Draw) -> tuple[list[FloatArray], FloatArray]:
    """Return how often each person counts in each arm, (B, n), and (K, B, S) persons by stratum."""
    times = [(draw.codes == k) * draw.everyone for k in range(len(people.design.arms))]
    return times, np.stack([people.sums(t) for t in times])


def lonely(people: People, draw: Draw) -> BoolArray:
    """Return in which of B draws a stratum that some contrast keeps has one person in an arm."""
    n = _times(people, draw)[1]
    several = (n > 0).sum(axis=0) >= 2
    return np.asarray(((n == 1) & several).any(axis=(0, 2)))


def arms_fit(people: People, draw: Draw, spared: tuple[int, ...] = ()) -> BoolArray:
    """Return in which of B draws every arm fits every column, no person alone.

    Parameters
    ----------
    people : People
    draw : Draw
    spared : tuple of int
        Arms that are not looked at.
    """
    sure = np.ones(draw.codes.shape[0], dtype=bool)
    if not people.main.any():
        return sure
    columns = people.X[:, people.main]
    times, n = _times(people, draw)
    several = ((n > 0).sum(axis=0) >= 2)[:, people.stratum]
    for k, counted in enumerate(times):
        if k in spared:
            continue
        here = counted * several
        held = slice(0, 1) if (here == here[:1]).all() else slice(None)
        fit = absorb(people, here[held], np.broadcast_to(columns, (*here[held].shape, columns.shape[1])))
        lone = (fit.exact & (fit.size[:, people.stratum] > 1)).any(axis=1)
        sure &= (fit.sure & ~lone) | ~(here[held] > 0).any(axis=1)
    return sure


def sparse_statistics(
    people: People, spec: Spec, draw: Draw, both: BoolArray
) -> tuple[FloatArray, FloatArray, BoolArray]:
    """Return (B,) estimates and variances of the sparse form, and which draws have been done.

    Parameters
    ----------
    people : People
    spec : Spec
    draw : Draw
    both : (B, S) array of bool
        Strata that the contrast keeps.
    """
    slope, scale, sure = _slopes(people, draw, both)
    away = people.X[:, people.main] - centre(people, spec, draw, both)[:, None, people.main]
    inside = both[:, people.stratum]
    n, mean, s2 = [], [], []
    squares, left = np.zeros(len(both)), np.zeros(len(both))
    for j, times in enumerate((draw.arm * inside, draw.control * inside)):
        z = people.y - (away @ slope[draw.pair[j]][:, :, None])[:, :, 0]
        count = people.sums(times)
        average = people.sums(times * z) / np.maximum(count, 1)
        rest = people.sums(times * (z - average[:, people.stratum]) ** 2)
        squares += (times * people.y**2).sum(axis=1)
        left += rest.sum(axis=1)
        n.append(count)
        mean.append(average)
        s2.append(rest / np.maximum(count - 1, 1) * scale[draw.pair[j]][:, None])
    spread = np.stack(s2, axis=2) * ~is_rounding(left, squares)[:, None, None]
    shares = np.where(both, draw.size, 0.0)
    shares = shares / shares.sum(axis=1, keepdims=True)
    effect = np.where(both, mean[0] - mean[1], 0.0)
    estimate = (shares * effect).sum(axis=1)
    estimate = np.where(np.isnan(scale[draw.pair[0]]), np.nan, estimate)
    variance = np.full(len(both), np.nan)
    if spec.vcov is Vcov.HC2:
        variance = _variances(shares, np.stack(n, axis=2), spread, effect, np.maximum(*np.abs(mean)).max(axis=1))
    return estimate, np.where(np.isnan(estimate), np.nan, variance), sure


def _variances(
    shares: FloatArray, n: FloatArray, s2: FloatArray, effect: FloatArray, largest: FloatArray
) -> FloatArray:
    """Return (B,) variances, draws with the same counts and weights done together."""
    key = np.concatenate([np.where(shares > 0, n[:, :, 0], 0), np.where(shares > 0, n[:, :, 1], 0), shares], axis=1)
    patterns, which = np.unique(key, axis=0, return_inverse=True)
    out = np.empty(len(shares))
    for p, pattern in enumerate(patterns):
        rows = np.flatnonzero(which == p)
        weight = pattern[-shares.shape[1] :]
        kept = np.flatnonzero(weight > 0)
        plan = plan_variance(weight[kept], n[rows[0], kept].astype(np.intp))
        out[rows] = plan.variance(s2[np.ix_(rows, kept)], effect[np.ix_(rows, kept)], largest[rows][:, None])
    return out


def _slopes(people: People, draw: Draw, both: BoolArray) -> tuple[FloatArray, FloatArray, BoolArray]:
    """Return (K, B, p) slopes, (K, B) scales of the arms' variances (NaN where there is none), and which draws are done."""
    times, n = _times(people, draw)
    arms, many, k = len(times), len(both), int(people.main.sum())
    slope, scale = np.zeros((arms, many, k)), np.ones((arms, many))
    if not k:
        return slope, scale, np.ones(many, dtype=bool)
    own = _own(n, k)
    columns = np.broadcast_to(people.X[:, people.main], (many, *people.X[:, people.main].shape))
    inside = both[:, people.stratum]
    free = np.maximum(n - 1, 0.0) * both
    each = free.sum(axis=2)
    sure = ~own | arms_fit(people, draw)
    G, moment, whole = np.zeros((many, k, k)), np.zeros((many, k)), np.zeros((many, k))
    for a in range(arms):
        fit = absorb(people, times[a] * inside, columns)
        here = gram(fit.columns * fit.times[:, :, None], fit.y[:, :, None])
        slope[a] = (fit.inverse @ here)[:, :, 0]
        sure &= ~own | fit.sure | (each[a] == 0)
        G += gram(fit.columns * fit.times[:, :, None], fit.columns)
        moment += here[:, :, 0]
        whole += (fit.times[:, :, None] * columns**2).sum(axis=1)
    inverse, told = inverted(G, whole + 1e-300)
    shared = (inverse @ moment[:, :, None])[:, :, 0]
    total = each.sum(axis=0)
    sure &= own | told | (total <= k)
    with np.errstate(divide="ignore", invalid="ignore"):
        scale = np.where(own, each / (each - k), np.where(total > k, total / (total - k), np.nan))
    return np.where(own[None, :, None], slope, shared), scale, sure


def _own(n: FloatArray, k: int) -> BoolArray:
    """Return in which draws slopes of the arms' own leave enough in every arm, whatever the contrast."""
    several = (n > 0).sum(axis=0) >= 2
    there = (n * several).sum(axis=2) > 0
    out = np.ones(n.shape[1], dtype=bool)
    for pair in combinations(range(n.shape[0]), 2):
        kept = (n[list(pair)] > 0).all(axis=0)
        free = (np.maximum(n - 1, 0) * kept).sum(axis=2)
        enough = ((free - k >= OWN_DF) | ~there).all(axis=0)
        out &= enough | ~np.any(kept, axis=1)
    return out
