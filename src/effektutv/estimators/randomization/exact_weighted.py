r"""The exact null distribution of a weighted number of events: its tails between two bounds, no draws.

Under the sharp null the arm's events a_s are hypergeometric, strata independent, and the `blocked` estimate less its mean
is

.. math:: D = \sum_s c_s (a_s - E a_s), \qquad c_s = w_s (1/n_{1s} + 1/n_{0s}).

Strata of equal c_s are counted together, as in :mod:`effektutv.estimators.randomization.exact`. The others are gathered in
groups of some
tens of thousands of values. One or two groups: every value of D is there, and the p-value is exact. More: one group keeps
its values, those of the others are rounded to a grid of spacing δ and convolved (fast Fourier transform). A sum of G
rounded values is off by between ΣG min e and ΣG max e, e the groups' rounding errors: a threshold moved by either bound
gives a tail that is no larger, and one that is no smaller, than the true one. What the grid does not reach is bounded by
Chernoff, :math:`P(Y \ge L) \le e^{-tL} E e^{tY}`; probabilities left out for being tiny are added up; the transform's
rounding is bounded by 1e-12. The bracket holds all of these. Grids are refined until it is 1e-6 wide or has 2¹⁷ points.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from .draws import hypergeometric
from .null_distribution import TIE

if TYPE_CHECKING:
    from ..design import FloatArray
    from .exact import Margins

__all__ = ["Bracket", "Values", "gathered", "histogram_values", "on_grid", "p_bracket"]

#: How narrow a bracket is good enough.
GOAL = 1e-6
#: Values that a group may hold, and points of the coarsest and the finest grid.
_MANY, _COARSE, _FINE = 2**15, 2**12, 2**17
#: Probabilities below this are left out and added up; the grid's reach leaves less than this outside.
_TINY = 1e-17
_BEYOND = 1e-13
#: What rounding may do to a tail summed from a Fourier transform of 2¹⁷ probabilities.
_TRANSFORM = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Values:
    """Values that a sum can take, their probabilities, and the probability of those left out.

    Parameters
    ----------
    at, probability : (m,) arrays of float
        Not sorted; a value may stand more than once.
    lost : float
    """

    at: FloatArray
    probability: FloatArray
    lost: float = 0.0

    def plus(self, other: Values) -> Values:
        """Return the sum of two independent numbers."""
        at = (self.at[:, None] + other.at).ravel()
        probability = (self.probability[:, None] * other.probability).ravel()
        kept = probability > _TINY
        lost = self.lost + other.lost + float(probability[~kept].sum())
        return Values(at=at[kept], probability=probability[kept], lost=lost)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bracket:
    """A probability, between two bounds."""

    low: float
    high: float

    @property
    def width(self) -> float:
        """The bracket's width, 0 where the probability is known but for the rounding of floats."""
        return self.high - self.low


def _sum(a: FloatArray, b: FloatArray) -> float:
    """Return Σab by one thread: BLAS would share a long sum out, and its last bits would tell between how many."""
    return float((a * b).sum())


def gathered(margins: Margins, unit: FloatArray) -> list[Values]:
    """Return independent groups of values whose sum is Σ unit·(events in the arm − their mean), largest first.

    Parameters
    ----------
    margins : Margins
    unit : (S,) array of float
        What an event of each stratum adds.
    """
    parts = sorted(_by_unit(margins, unit), key=lambda v: (v.at.size, v.at.tolist()))
    groups: list[Values] = []
    for part in parts:
        if groups and groups[-1].at.size * part.at.size <= _MANY:
            groups[-1] = groups[-1].plus(part)
        else:
            groups.append(part)
    return sorted(groups, key=lambda v: -v.at.size)


def _by_unit(margins: Margins, unit: FloatArray) -> list[Values]:
    """Return one set of values for all strata with the same unit: a convolution of hypergeometrics."""
    low = np.maximum(0, margins.events - margins.n0)
    high = np.minimum(margins.n1, margins.events)
    others = margins.n1 + margins.n0 - margins.events
    each = hypergeometric(margins.n1, margins.events, others, int(high.max()) + 1)
    mean = margins.events * (margins.n1 / (margins.n1 + margins.n0))
    # Equal but for rounding is equal: far below what counts as a tie.
    alike = np.round(unit / unit.max(), 12)
    out = []
    for value in np.unique(alike):
        strata = np.flatnonzero((alike == value) & (high > low))
        total = np.ones(1)
        for s in strata[np.argsort((high - low)[strata], kind="stable")]:
            total = np.convolve(total, each[s, low[s] : high[s] + 1])
        if strata.size:
            counts = int(low[strata].sum()) + np.arange(total.size) - float(mean[strata].sum())
            kept = total > _TINY
            at = float(unit[strata].mean()) * counts[kept]
            out.append(
                Values(at=np.asarray(at, dtype=np.float64), probability=total[kept], lost=float(total[~kept].sum()))
            )
    return out or [Values(at=np.zeros(1), probability=np.ones(1))]


def p_bracket(groups: list[Values], observed: float, alternative: str = "two-sided") -> Bracket:
    """Return the p-value of an observed sum of the groups, two-sided by distance from 0.

    Parameters
    ----------
    groups : list of Values
        As :func:`gathered` returns them.
    observed : float
    alternative : {"two-sided", "greater", "less"}
    """
    spread = float(np.sqrt(sum(_sum(g.probability, g.at**2) for g in groups)))
    margin = TIE * max(spread, abs(observed))
    size = abs(observed) - margin
    if alternative == "two-sided" and size <= 0:
        return Bracket(low=1.0, high=1.0)
    lost = sum(g.lost for g in groups)
    upper = None if alternative == "less" else observed - margin if alternative == "greater" else size
    lower = None if alternative == "greater" else observed + margin if alternative == "less" else -size
    if len(groups) <= 2:
        found = _all_values(groups, upper, lower)
        return Bracket(low=found, high=min(found + lost, 1.0))
    points = _COARSE
    while True:
        found, width = _gridded(groups, upper, lower, points, spread)
        if width <= GOAL or points >= _FINE:
            break
        # The width goes with the spacing of the grid; a little more than it takes.
        points = min(_FINE, 2 ** int(np.ceil(np.log2(1.2 * points * width / GOAL))))
    return Bracket(low=max(found, 0.0), high=min(found + width + lost, 1.0))


def _all_values(groups: list[Values], upper: float | None, lower: float | None) -> float:
    """Return the probability of at least ``upper`` or at most ``lower`` from every value of two groups."""
    one, other = (
        (groups[0], groups[1]) if len(groups) == 2 else (groups[0], Values(at=np.zeros(1), probability=np.ones(1)))
    )
    order = np.argsort(other.at, kind="stable")
    at, probability = other.at[order], other.probability[order]
    total = 0.0
    if upper is not None:
        above = np.concatenate([np.cumsum(probability[::-1])[::-1], [0.0]])
        total += _sum(one.probability, above[np.searchsorted(at, upper - one.at, side="left")])
    if lower is not None:
        below = np.concatenate([[0.0], np.cumsum(probability)])
        total += _sum(one.probability, below[np.searchsorted(at, lower - one.at, side="right")])
    return min(total, 1.0)


def histogram_values(groups: list[Values], points: int, least: float) -> tuple[FloatArray, FloatArray]:
    """Return the groups' sum on a grid that holds all of it, for a picture: values, rising, and their probabilities.

    Parameters
    ----------
    groups : list of Values
    points : int
        Of the grid, a power of 2.
    least : float
        How far from 0 the grid must reach at least; further where a skewed sum does.
    """
    spread = float(np.sqrt(sum(_sum(g.probability, g.at**2) for g in groups)))
    at, probability, _ = on_grid(groups, points, max(least, _reach(groups, spread)[0]))
    return at, probability


def on_grid(groups: list[Values], points: int, reach: float) -> tuple[FloatArray, FloatArray, tuple[float, float]]:
    """Return the distribution of the groups' sum, each rounded to a grid from −reach to reach.

    Parameters
    ----------
    groups : list of Values
    points : int
        Of the grid, a power of 2. What lies beyond comes in again at the other end.
    reach : float

    Returns
    -------
    at, probability : (points,) arrays of float
        Rising.
    off : (float, float)
        The least and the most that the sum can be above its rounded value.
    """
    step = 2 * reach / points
    transform = np.ones(points // 2 + 1, dtype=np.complex128)
    least = most = 0.0
    for group in groups:
        place = np.rint(group.at / step)
        error = group.at - step * place
        least, most = least + float(error.min()), most + float(error.max())
        held = np.bincount(place.astype(np.intp) % points, weights=group.probability, minlength=points)
        transform *= np.fft.rfft(held)
    probability = np.fft.fftshift(np.maximum(np.fft.irfft(transform, points), 0.0))
    at = np.asarray(step * (np.arange(points) - points // 2), dtype=np.float64)
    return at, np.asarray(probability, dtype=np.float64), (least, most)


def _gridded(
    groups: list[Values], upper: float | None, lower: float | None, points: int, spread: float
) -> tuple[float, float]:
    """Return the lower bound of the probability of the tails, and the bracket's width."""
    kept, rounded = groups[0], groups[1:]
    reach, beyond = _reach(rounded, spread)
    at, probability, (least, most) = on_grid(rounded, points, reach)
    step = at[1] - at[0]

    def place(bound: FloatArray) -> FloatArray:
        return np.asarray(np.clip((bound - at[0]) / step, -1.0, points + 1.0), dtype=np.float64)

    above = np.concatenate([np.cumsum(probability[::-1])[::-1], [0.0]])
    below = np.concatenate([[0.0], np.cumsum(probability)])
    ends = []
    # The lower end of the bracket moves both thresholds outwards, the upper end inwards; a nudge covers their own rounding.
    for high_off, low_off, nudge in ((least, most, 1e-6), (most, least, -1e-6)):
        total = 0.0
        if upper is not None:
            first = np.clip(np.ceil(place(upper - kept.at - high_off) + nudge), 0, points)
            total += _sum(kept.probability, above[first.astype(np.intp)])
        if lower is not None:
            last = np.clip(np.floor(place(lower - kept.at - low_off) - nudge) + 1, 0, points)
            total += _sum(kept.probability, below[last.astype(np.intp)])
        ends.append(total)
    low, high = ends
    slack = beyond + _TRANSFORM
    return low - slack, high - low + 2 * slack


def _reach(groups: list[Values], spread: float) -> tuple[float, float]:
    """Return how far from 0 a grid must reach, and a bound of the probability that the sum is beyond."""
    widest = sum(float(np.abs(g.at).max()) for g in groups) * (1 + 1e-9)
    variance = float(sum(_sum(g.probability, g.at**2) for g in groups))
    reach = 7.5 * np.sqrt(variance) if variance > 0 else spread
    room = 1 + 2 * len(groups) / _COARSE  # for what rounding to the grid may move the sum
    while reach < widest:
        rate = reach / variance
        beyond = 0.0
        with np.errstate(over="ignore"):  # a bound of infinity asks for more reach
            for sign in (1.0, -1.0):
                log = sum(float(np.log(_sum(g.probability, np.exp(sign * rate * g.at)))) for g in groups)
                beyond += float(np.exp(log - rate * reach))
        if beyond <= _BEYOND:
            return reach * room, beyond
        reach *= 1.1
    return widest * room, 0.0
