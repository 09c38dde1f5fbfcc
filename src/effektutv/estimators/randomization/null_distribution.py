"""Draws of one contrast's statistic under the null, how many are no less extreme than the observed, and their histogram.

Bins are laid out before the first draw, so that memory does not grow with the draws: see :class:`Histogram`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from .draws import Counts, Subsets, blocks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ..design import FloatArray
    from .cell_statistics import Form
    from .pair import Pair

__all__ = ["TIE", "Histogram", "Options", "null_statistics", "reached", "rounding", "studentised"]

#: Statistics closer than this are ties, relative to the observed one.
TIE = 1e-9
#: What rounding may do to a difference of means, relative to the largest outcome: a few units of its last place.
_LAST_PLACES = 8 * float(np.finfo(np.float64).eps)
#: How far the bins of a histogram reach, in standard deviations, or standard errors, of the null.
_REACH = 4.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How to test.

    Parameters
    ----------
    draws : int or None
        None is exact.
    studentize : bool
    alternative : {"two-sided", "greater", "less"}
    rule : {"distance", "probability"}
        Of an exact two-sided test.
    level : float or None
        Coverage of the interval; None for no interval.
    seed : int
    bins : int
        Of the histogram of the statistic over the draws, at most; 0 for none.
    """

    draws: int | None
    studentize: bool
    alternative: str = "two-sided"
    rule: str = "distance"
    level: float | None = 0.95
    seed: int = 1
    bins: int = 0


class Histogram:
    """Counts of a statistic in bins laid out before the first draw.

    Bins of equal width reach to 4.5 times ``scale`` on both sides of 0, and beyond the observed statistic; the two outermost
    hold everything beyond, too. Where the statistic is on a lattice, bins are whole steps wide with edges between values:
    else bins would hold now one and now two values, and look like a comb.

    Parameters
    ----------
    observed : float
    bins : int
        How many, at most.
    scale : float
        The statistic's standard deviation under the null, about.
    step : float, optional
        Of the lattice.
    """

    def __init__(self, observed: float, bins: int, scale: float = 1.0, step: float | None = None) -> None:
        reach = max(_REACH * scale, 1.05 * abs(observed))
        self._width = 2 * reach / bins
        self._low, self._bins = -reach, bins
        if step is not None:
            # A bin more than reach needs may stick out at either end.
            self._width = np.ceil(2 * reach / step / max(bins - 2, 1)) * step
            begin = observed - step / 2  # edges fall between values
            self._low = begin - np.ceil((begin + reach) / self._width) * self._width
            self._bins = int(np.ceil((reach - self._low) / self._width))
        self._held = np.zeros(self._bins)

    def add(self, statistics: FloatArray, weight: FloatArray | None = None) -> None:
        """Count statistics.

        Parameters
        ----------
        statistics : (B,) array of float
        weight : (B,) array of float, optional
            Their probabilities; by default each counts once.
        """
        place = np.clip((statistics - self._low) / self._width, 0, self._bins - 1).astype(np.intp)
        self._held += np.bincount(place, weights=weight, minlength=self._bins)

    def bins(self) -> list[tuple[float, float, float]]:
        """Return (low, high, share) of each bin; shares add to 1."""
        edges = self._low + self._width * np.arange(self._bins + 1)
        shares = self._held / self._held.sum()
        return list(zip(edges[:-1].tolist(), edges[1:].tolist(), shares.tolist(), strict=True))


def rounding(largest: float, scale: float) -> float:
    """Return what rounding may do to a statistic: outcomes are known to their last binary place only.

    100,000.3 − 100,000.2 is not 0.3 − 0.2, so that statistics that tie without the 100,000 differ by this with it. What is
    centred before it is summed has no larger error.

    Parameters
    ----------
    largest : float
        The largest outcome, whatever its sign, as it was given.
    scale : float
        The estimate's standard error or standard deviation.
    """
    return _LAST_PLACES * largest / scale if scale > 0 else 0.0


def studentised(deviation: FloatArray, variance: FloatArray, scale: float, noise: float = 0.0) -> FloatArray:
    """Return deviations over standard errors: infinite where only the error is 0, 0 where both are.

    Parameters
    ----------
    deviation, variance : (B,) arrays of float
    scale : float
        The deviations' standard deviation, against which rounding is told from variation.
    noise : float
        As :func:`rounding` returns it.
    """
    still = ~(variance > max(1e-12, noise**2) * scale**2)
    error = np.sqrt(np.where(still, 1.0, variance))
    moved = np.abs(deviation) > max(TIE, noise) * scale
    return np.where(still, np.where(moved, np.copysign(np.inf, deviation), 0.0), deviation / error)


def _null_estimates(pair: Pair, form: Form) -> Callable[[np.random.Generator, int], tuple[FloatArray, FloatArray]]:
    """Return a function that draws (B,) estimates and their variances."""
    turned = pair.turned
    chosen = pair.size - pair.chosen if turned else pair.chosen
    _, _, Q = pair.observed
    if pair.binary:
        events = np.rint(pair.by_group(pair.y) + pair.size * pair.centre[pair.stratum]).astype(np.intp)
        counts = Counts(pair.size, chosen, events)
        total = pair.by_stratum(events.astype(float))[:, None]

        def of_events(rng: np.random.Generator, draws: int) -> tuple[FloatArray, FloatArray]:
            a = pair.by_stratum(counts.draw(rng, draws))
            return form.of_events(pair.n1, pair.centre, Q, total - a if turned else a)

        return of_events
    sums = Subsets(pair.size, chosen).prepare(np.stack([pair.y, pair.y**2]))

    def of_persons(rng: np.random.Generator, draws: int) -> tuple[FloatArray, FloatArray]:
        t, q = (pair.by_stratum(part) for part in sums.draw(rng, draws))
        t, q = (-t, Q[:, None] - q) if turned else (t, q)
        return form.estimate(t), form.variance(t, q, Q)

    return of_persons


def null_statistics(pair: Pair, form: Form, draws: int, seed: int, *, studentize: bool) -> Iterator[FloatArray]:
    """Yield the statistic's draws under the null, block by block."""
    draw = _null_estimates(pair, form)
    mean, sd = pair.null_moments(form)
    noise = rounding(pair.largest, sd)
    for rng, some in blocks(seed, draws):
        estimate, variance = draw(rng, some)
        yield studentised(estimate - mean, variance, sd, noise) if studentize else (estimate - mean) / sd


def reached(statistics: FloatArray, observed: float, alternative: str, noise: float = 0.0) -> int:
    """Return how many draws are no less extreme than the observed statistic; ties within rounding count.

    Parameters
    ----------
    statistics : (B,) array of float
    observed : float
    alternative : {"two-sided", "greater", "less"}
    noise : float
        As :func:`rounding` returns it.
    """
    margin = TIE * max(1.0, abs(observed)) + noise * (1.0 + abs(observed))
    if alternative == "greater":
        return int(np.count_nonzero(statistics >= observed - margin))
    if alternative == "less":
        return int(np.count_nonzero(statistics <= observed + margin))
    return int(np.count_nonzero(np.abs(statistics) >= abs(observed) - margin))
