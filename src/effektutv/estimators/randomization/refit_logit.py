r"""The average marginal effect of a logistic regression in many draws of the assignment at once.

Strata are absorbed in every step of Newton's method, their effects being weighted means: with weights
:math:`v = w\mu(1 - \mu)` and working outcome :math:`z = \eta + (y - \mu)/\{\mu(1 - \mu)\}`, columns and z are centred at their
v-weighted means within strata. The first guess is the strata's own log odds, the solution where nothing else matters. The
margin, and its variance by the delta method, are those of :mod:`effektutv.estimators.regression.logit_margins`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import expit

from ..design import Vcov, Weights
from ..regression.leverage import LEVERAGE_MARGIN, WEIGHTLESS
from .batched_linalg import gram, inverted

if TYPE_CHECKING:
    from ..design import BoolArray, FloatArray, Spec
    from .refit_inputs import Draw, People

__all__ = ["logit_statistics"]

_STEPS, _STEP = 25, 1e-8
#: A log odds beyond this is on its way to infinity: the draw is done alone, where separation is told from a far solution.
_FAR = 25.0


@dataclass(frozen=True, slots=True, eq=False)
class _Solved:
    """Probabilities, weights, centred columns, and means by stratum at the solution of each draw."""

    mu: FloatArray
    columns: FloatArray
    means: FloatArray
    weight: FloatArray
    effects: FloatArray
    slope: FloatArray
    inverse: FloatArray
    sure: BoolArray


def _solve(people: People, times: FloatArray, stands_for: FloatArray, columns: FloatArray) -> _Solved:
    """Newton's method in every draw; ``times`` is 0 where a stratum is settled."""
    n, events = people.sums(times), people.sums(times * people.y)
    live = (events > 0) & (events < n)
    effects = np.where(live, np.log(np.where(live, events, 1) / np.where(live, n - events, 1)), 0.0)
    eta = effects[:, people.stratum]
    counted = times > 0
    sure = np.ones(times.shape[0], dtype=bool)
    slope = np.zeros((times.shape[0], columns.shape[2]))
    moved = np.full(times.shape, np.inf)
    for step in range(_STEPS + 1):
        mu = expit(eta)
        spread = mu * (1 - mu)
        v = times * stands_for * spread
        weight = people.sums(v)
        safe = np.where(weight > 0, weight, 1.0)
        means = people.sums(v[:, :, None] * columns) / safe[:, :, None]
        centred = (columns - means[:, people.stratum]) * counted[:, :, None]
        weighted = v[:, :, None] * centred
        inverse, trusted = inverted(gram(weighted, centred), (v[:, :, None] * columns**2).sum(axis=1) + 1e-300)
        sure &= trusted
        if step == _STEPS or np.all(moved[sure] <= _STEP):
            break
        z = np.where(counted, eta + (people.y - mu) / np.where(spread > 0, spread, 1.0), 0.0)
        level = people.sums(v * z) / safe
        slope = (inverse @ gram(weighted, (z - level[:, people.stratum])[:, :, None]))[:, :, 0]
        effects = level - (means * slope[:, None, :]).sum(axis=2)
        new = np.where(counted, effects[:, people.stratum] + (columns @ slope[:, :, None])[:, :, 0], 0.0)
        # A draw that flies off is left where it is and done alone afterwards.
        sure &= np.asarray(np.all(np.abs(new) < _FAR, axis=1))
        moved = np.abs(new - eta)
        eta = np.where(sure[:, None], new, 0.0)
    sure &= np.asarray(np.all(moved <= _STEP, axis=1))
    return _Solved(mu, centred, means, weight, effects, slope, inverse, sure)


def logit_statistics(
    people: People, spec: Spec, draw: Draw, both: BoolArray
) -> tuple[FloatArray, FloatArray, BoolArray]:
    """Return (B,) estimates and variances, and which draws have been solved.

    Parameters
    ----------
    people : People
        With a 0/1 outcome.
    spec : Spec
    draw : Draw
    both : (B, S) array of bool
        Strata that take part.
    """
    inside = both[:, people.stratum]
    times = (draw.arm + draw.control) * inside
    n, events = people.sums(times), people.sums(times * people.y)
    live = both & (events > 0) & (events < n)
    times = times * live[:, people.stratum]
    shares = np.where(both, draw.size, 0.0)
    shares = shares / shares.sum(axis=1, keepdims=True)
    treated = np.where(draw.arm > 0, 1.0, 0.0)
    X = np.broadcast_to(people.X[:, people.main], (*times.shape, int(people.main.sum())))
    stands_for = _stands_for(people, spec, draw)
    solved = _solve(people, times, stands_for, np.concatenate([X, treated[:, :, None]], axis=2))
    # The margin over the population of the strata that take part.
    everyone = spec.weights is Weights.ALL
    standard = [(people.sums, X, people.stratum, draw.everyone if everyone else draw.arm + draw.control)]
    if everyone and people.unseen.arm.size:
        standard.append((people.unseen_sums, people.unseen.X[:, people.main], people.unseen.stratum, draw.unseen))
    count = np.sum([np.broadcast_to(sums(counted), live.shape) for sums, _, _, counted in standard], axis=0)
    each = np.where(live, shares / np.where(count > 0, count, 1.0), 0.0)
    estimate, by_stratum, of_columns = np.zeros(len(times)), np.zeros(live.shape), np.zeros(solved.slope.shape)
    for sums, columns, stratum, counted in standard:
        omega = counted * each[:, stratum]
        eta = solved.effects[:, stratum] + (columns @ solved.slope[:, :-1, None])[:, :, 0]
        with_it, without = expit(eta + solved.slope[:, -1:]), expit(eta)
        estimate += (omega * (with_it - without)).sum(axis=1)
        d1, d0 = omega * with_it * (1 - with_it), omega * without * (1 - without)
        by_stratum += sums(d1 - d0)
        of_columns[:, :-1] += ((d1 - d0)[:, :, None] * columns).sum(axis=1)
        of_columns[:, -1] += d1.sum(axis=1)
    variance = _delta(people, spec.vcov, solved, (times, stands_for), by_stratum, of_columns, live)
    none = ~live.any(axis=1)
    estimate, variance = np.where(none, 0.0, estimate), np.where(none, 0.0, variance)
    missing = ~both.any(axis=1)
    estimate[missing], variance[missing] = np.nan, np.nan
    return estimate, variance, solved.sure | none


def _stands_for(people: People, spec: Spec, draw: Draw) -> FloatArray:
    """Return (B, n): how many of those randomised in her stratum and arm each person stands for, 1 where all are known."""
    out = np.ones(draw.arm.shape)
    if spec.weights is not Weights.ALL or not people.unseen.arm.size or people.n_strata == 1:
        return out
    for k, times in zip(draw.pair, (draw.arm, draw.control), strict=True):
        n, beyond = people.sums(times), people.unseen_sums(draw.unseen * (draw.unseen_codes == k))
        each = (n + beyond) / np.maximum(n, 1)
        out = np.where(times > 0, each[:, people.stratum], out)
    return out


def _delta(
    people: People,
    vcov: Vcov,
    solved: _Solved,
    counted: tuple[FloatArray, FloatArray],
    by_stratum: FloatArray,
    of_columns: FloatArray,
    live: BoolArray,
) -> FloatArray:
    """Return (B,) variances of the margin from its gradient in the strata's effects and in the columns' slopes."""
    each = np.where(live, 1 / np.where(solved.weight > 0, solved.weight, 1.0), 0.0)
    rest = of_columns - (solved.means * by_stratum[:, :, None]).sum(axis=1)
    along = (solved.inverse @ rest[:, :, None])[:, :, 0]
    times, stands_for = counted
    influence = (each * by_stratum)[:, people.stratum] + (solved.columns @ along[:, :, None])[:, :, 0]
    influence = influence * stands_for
    if vcov is Vcov.CLASSICAL:
        return np.asarray((times * influence**2 * solved.mu * (1 - solved.mu)).sum(axis=1))
    squares = (people.y - solved.mu) ** 2
    if vcov is Vcov.HC1:
        n, rank = times.sum(axis=1), live.sum(axis=1) + solved.slope.shape[1]
        squares = squares * (n / (n - rank))[:, None]
    power = {Vcov.HC2: 1, Vcov.HC3: 2}.get(vcov, 0)
    if not power:
        return np.asarray((times * influence**2 * squares).sum(axis=1))
    own = ((solved.columns @ solved.inverse) * solved.columns).sum(axis=2)
    spread = stands_for * solved.mu * (1 - solved.mu)
    slack = np.where(times > 0, 1 - spread * (each[:, people.stratum] + own), 1.0)
    pinned = slack < LEVERAGE_MARGIN
    found = np.where(pinned, 0.0, times * influence**2 * squares / slack**power).sum(axis=1)
    weight = np.abs(influence) * (times > 0)
    heavy = weight > WEIGHTLESS * weight.max(axis=1, keepdims=True)
    return np.where((pinned & heavy).any(axis=1), np.nan, found)
