"""The attacker: how closely a reader can work out each suppressed count from everything else in the report.

He knows every number that is shown, every sum that the tables tell, and the rule that the log prints for each hidden cell. What
he cannot know are the hidden counts; the smallest and the largest value that each may take is what the tables leave open. This
is worked out over the hidden cells alone, as levels and not as flows, so that nothing here rests on how complements were chosen.

A bound of a linear program that is reached by fractions of persons only proves nothing; it is looked for again among whole
persons.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING

import numpy as np

from .complementary import farthest, systems_of, whole_systems
from .integer_program import extreme, fitting
from .solver import LinearPrograms

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from ..cells import Cell
    from ..ledger import Ledger
    from .sights import Limit, Sight
    from .systems import System

__all__ = ["Exposed", "narrowed", "narrowing"]

_WHOLE = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposed:
    """A hidden cell that can be worked out too closely, and the tables that together do it."""

    cell: Cell
    tables: tuple[str, ...]


def narrowed(ledger: Ledger) -> list[Exposed]:
    """Return the hidden cells of which less is left open than the profile asks for.

    Parameters
    ----------
    ledger : Ledger
        With every decision made.
    """
    out: dict[Cell, Exposed] = {}
    for found in _exposures(ledger, (), exactly=True):
        out.setdefault(found.cell, found)
    return list(out.values())


def narrowing(ledger: Ledger, limits: Sequence[Limit]) -> bool:
    """Return whether limits leave less open of any hidden cell than the profile asks for.

    Parameters
    ----------
    ledger : Ledger
        With every decision made, and nothing narrowed without the limits.
    limits : sequence of Limit
        What else is known of the counts.
    """
    return any(_exposures(ledger, limits, exactly=False))


def _exposures(ledger: Ledger, limits: Sequence[Limit], *, exactly: bool) -> Iterator[Exposed]:
    """Yield what is narrowed; only what the limits concern, where there are any. Not ``exactly`` errs by finding too much."""
    for system in systems_of(ledger, only=lambda s: s.cell in ledger.hidden, limits=limits):
        if not any(r.secret for r in system.ranges) or (limits and not system.limits):
            continue
        attack = _Attack(system)
        for i, sides in attack.too_narrow():
            sight = system.sights[i]
            # small counts that add up tell of each other by the log alone; but a single value is never left
            as_wide = [
                any(attack.as_far(i, sign, need, _alone(ledger, sight, sign, way)) for way in (False, exactly))
                for sign, need in sides
            ]
            if not all(as_wide) or attack.largest[i] - attack.smallest[i] < 1:
                yield Exposed(cell=sight.cell, tables=tuple(_tables(system)))


def _alone(ledger: Ledger, sight: Sight, sign: int, exactly: bool) -> float:
    """Return how far a count can be by the log alone: by a linear program, which is at times too far, or exactly."""
    key = sight, sign, exactly
    if key not in ledger.alone:
        around = next(s for s in whole_systems(ledger) if sight in s.place)
        ledger.alone[key] = (extreme if exactly else farthest)(around, around.place[sight], sign)
    return ledger.alone[key]


def _tables(system: System) -> Iterator[str]:
    """Yield the tables behind the sums of a system, each once."""
    names = [e.margin.where or str(e.margin.total or "a known sum") for e in system.equations]
    yield from dict.fromkeys((*names, *(limit.where for limit in system.limits)))


class _Attack:
    """What the sums of one system leave open of its hidden counts."""

    def __init__(self, system: System) -> None:
        self.system = system
        self.sums = system.sums()
        self.value = np.array([r.value for r in system.ranges], dtype=float)
        self.low = np.array([r.low for r in system.ranges], dtype=float)
        self.high = np.array([r.high for r in system.ranges], dtype=float)
        self.known = self.sums @ self.value
        self.rows, tops = system.rows()
        self.tops = tops + self.rows @ self.value if self.rows.size else tops
        # the true counts are possible
        self.smallest, self.largest = self.value.copy(), self.value.copy()

    def too_narrow(self) -> Iterator[tuple[int, list[tuple[int, float]]]]:
        """Yield the positions whose interval is too narrow, on which sides, and what these should reach."""
        for i, found in enumerate(self.system.ranges):
            if found.secret:
                sides = [
                    (sign, need)
                    for sign, need in ((-1, found.need_low), (1, found.need_high))
                    if not self.reaches(i, sign, need)
                ]
                if sides:
                    yield i, sides

    def reaches(self, i: int, sign: int, need: float) -> bool:
        """Return whether a count may be as small, or as large, as it must.

        Parameters
        ----------
        i : int
        sign : int
            Largest 1, smallest -1.
        need : float
        """
        if (self.largest[i] >= need) if sign > 0 else (self.smallest[i] <= need):
            return True
        if len(self.sums) <= 1 and not self.rows.size and self._closed(i, need):
            (self.smallest if sign < 0 else self.largest)[i] = need
            return True
        for find in (self._point, partial(fitting, self.system)):
            point = find(i, need)
            if point is not None and np.abs(point - np.round(point)).max() < _WHOLE:
                np.minimum(self.smallest, np.round(point), out=self.smallest)
                np.maximum(self.largest, np.round(point), out=self.largest)
                return True
        return False

    def as_far(self, i: int, sign: int, need: float, alone: float) -> bool:
        """Return whether a count may be as small or large as the log alone leaves it, short of what it should reach.

        Parameters
        ----------
        i : int
        sign : int
        need : float
            What it should reach.
        alone : float
            What it reaches by the log alone.
        """
        return sign * alone < sign * need and self.reaches(i, sign, alone)

    def _closed(self, i: int, need: float) -> bool:
        """Return whether one sum, or none, lets a count be as small or large as it must."""
        change = need - self.value[i]
        if not len(self.sums) or not self.sums[0, i]:
            return bool(self.low[i] <= need <= self.high[i])
        room = 0.0
        for j in np.flatnonzero(self.sums[0]):
            if j != i:
                against = -np.sign(change * self.sums[0, i] * self.sums[0, j])
                room += self.high[j] - self.value[j] if against > 0 else self.value[j] - self.low[j]
        return bool(self.low[i] <= need <= self.high[i]) and room >= abs(change)

    @cached_property
    def _programs(self) -> LinearPrograms:
        return LinearPrograms(self.sums, self.known, self.rows, self.tops)

    def _point(self, i: int, need: float) -> NDArray[np.float64] | None:
        """Return counts that fit everything, the i-th as asked, or None where there are none of their own kind."""
        bounds = np.column_stack([self.low, self.high])
        bounds[i] = need
        return self._programs.solution(np.zeros(len(bounds)), bounds)
