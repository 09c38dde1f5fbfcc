"""Which times of a curve may be shown: so far apart that no step between two of them counts a few persons.

Cumulative counts at shown times give every step between them away. The times are thinned until each step is 0 or not
small; of all ways to do so the one that keeps most times is taken. :func:`spread` turns counts at the shown times back
into persons, so that whatever is computed from these tells no more than the counts do.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from numpy.typing import NDArray

    from ..policy import Policy

__all__ = ["fixed_by_mean", "shown_times", "spread"]


def shown_times(
    series: Sequence[Sequence[int]],
    policy: Policy,
    *,
    forced: Collection[int] = (),
    banned: Collection[int] = (),
) -> tuple[int, ...]:
    """Return the positions of the times that may be shown of all series at once; the last time is among them.

    Parameters
    ----------
    series : sequence of sequence of int
        Cumulative counts at the same times, each starting from 0 before the first.
    policy : Policy
    forced, banned : collection of int
        Positions that stand elsewhere in the report, and positions that may not.

    Returns
    -------
    tuple of int
        Empty where there is no such choice: a total is small, or a forced position leaves a small step.
    """
    size = len(series[0]) if series else 0
    best: dict[int, tuple[int, ...]] = {-1: ()}
    for j in range(size):
        if j in banned:
            continue
        for i in sorted(best):
            if any(i < f < j for f in forced):
                continue
            if any(policy.small(s[j] - (s[i] if i >= 0 else 0)) for s in series):
                continue
            if len(best[i]) + 1 > len(best.get(j, ())):
                best[j] = (*best[i], j)
    return best.get(size - 1, ()) if size else ()


def spread(times: Sequence[float], counts: Sequence[int]) -> NDArray[np.float64]:
    """Return the times of the persons behind cumulative counts, as if those of a step had come evenly over it.

    Parameters
    ----------
    times : sequence of float
        The shown times, ascending. Where both ends of a step are whole numbers the persons stand at whole numbers.
    counts : sequence of int
        Cumulative, at those times.
    """
    out: list[NDArray[np.float64]] = []
    start = min(0.0, times[0]) if times else 0.0
    for (before, c0), (after, c1) in pairwise([(start, 0), *zip(times, counts, strict=True)]):
        if c1 == c0:
            continue
        middle = (np.arange(c1 - c0) + 0.5) / (c1 - c0)
        width = after - before
        if width > 0 and float(before).is_integer() and float(after).is_integer():
            out.append(before + 1 + np.floor(middle * width))
        else:
            out.append(before + middle * width)
    return np.concatenate(out) if out else np.empty(0)


def fixed_by_mean(steps: Sequence[Sequence[int]], weights: Sequence[Sequence[int]], policy: Policy) -> bool:
    """Return whether a mean over all months fixes a small count within a step.

    A mean of restricted time tells one sum: of each month's count times the months left after it. Every way to make that
    sum from the steps' totals is gone through: a month's count that is the same in each of them is known.

    Parameters
    ----------
    steps : sequence of sequence of int
        For each step between shown times its months' counts.
    weights : sequence of sequence of int
        What a person in each of those months adds to the sum; at least 0.
    policy : Policy
    """
    pairs = [(tuple(s), tuple(w)) for s, w in zip(steps, weights, strict=True)]
    told = sum(d * w for s, ws in pairs for d, w in zip(s, ws, strict=True))
    alone = [_sums(sum(s), ws) for s, ws in pairs]
    for position, (months, ws) in enumerate(pairs):
        others = 1
        for p, bits in enumerate(alone):
            others = others if p == position else _added(others, bits, told)
        for k, count in enumerate(months):
            if len(months) > 1 and policy.small(count) and _fixed(k, months, ws, others, told):
                return True
    return False


def _fixed(k: int, months: tuple[int, ...], weights: tuple[int, ...], others: int, told: int) -> bool:
    """Return whether the count of the k-th month of a step is the same however the sum is made."""
    rest = weights[:k] + weights[k + 1 :]
    for value in range(sum(months) + 1):
        if value == months[k]:
            continue
        mine = _sums(sum(months) - value, rest) << (value * weights[k])
        if any(told >= s and (others >> (told - s)) & 1 for s in range(mine.bit_length()) if (mine >> s) & 1):
            return False
    return True


def _sums(people: int, weights: Sequence[int]) -> int:
    """Return the sums that ``people`` persons can make, each adding one of the weights, as a set of bits."""
    reached = 1
    for _ in range(people):
        step = 0
        for w in set(weights):
            step |= reached << w
        reached = step
    return reached


def _added(a: int, b: int, top: int) -> int:
    """Return the sums, up to ``top``, of one of each of two sets of bits."""
    out = 0
    for shift in range(b.bit_length()):
        if (b >> shift) & 1:
            out |= a << shift
    return out & ((1 << (top + 1)) - 1)
