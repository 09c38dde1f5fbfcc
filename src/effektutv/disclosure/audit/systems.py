"""What hangs together through margins, as matrices."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from .sights import INFINITE, Equation, Gap, Limit, Range, Sight

if TYPE_CHECKING:
    from collections.abc import Mapping

    from effektutv.estimators.design import FloatArray

__all__ = ["Facts", "System"]


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """What hangs together through margins: sights that can move, the sums that they stand in, and their gaps."""

    sights: tuple[Sight, ...]
    ranges: tuple[Range, ...]
    equations: tuple[Equation, ...]
    gaps: tuple[Gap, ...]
    limits: tuple[Limit, ...] = ()

    @property
    def place(self) -> dict[Sight, int]:
        """Where each sight stands."""
        return {s: i for i, s in enumerate(self.sights)}

    def sums(self) -> FloatArray:
        """Return the equations as a matrix, one row a sum."""
        place = self.place
        out = np.zeros((len(self.equations), len(self.sights)))
        for i, equation in enumerate(self.equations):
            for sight, k in equation.coefficients.items():
                if sight in place:
                    out[i, place[sight]] = k
        return out

    def rows(self) -> tuple[FloatArray, FloatArray]:
        """Return gaps and limits as rows of changes from the values, and what each is at most."""
        place, values = self.place, {s: r.value for s, r in zip(self.sights, self.ranges, strict=True)}
        found: list[tuple[Mapping[Sight, int], float]] = []
        for gap in self.gaps:
            now = values[gap.persons] - values[gap.events]
            found.append(({gap.persons: -1, gap.events: 1}, now - gap.low))
            found.append(({gap.persons: 1, gap.events: -1}, gap.high - now))
        found += [(m.coefficients, m.top - sum(k * values[s] for s, k in m.coefficients.items())) for m in self.limits]
        found = [(row, top) for row, top in found if top < INFINITE]
        rows = np.zeros((len(found), len(self.sights)))
        for i, (row, _) in enumerate(found):
            for sight, k in row.items():
                rows[i, place[sight]] = k
        return rows, np.array([top for _, top in found])


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the ledger holds, as a system: it changes no more once the ledger is closed.

    Parameters
    ----------
    ranges : dict of Sight to Range
    equations : list of Equation
    gaps : list of Gap
    whole : list of System
        Everything that hangs together, shown or not; filled when it is first asked for.
    """

    ranges: dict[Sight, Range]
    equations: list[Equation]
    gaps: list[Gap]
    whole: list[System] = field(default_factory=list)
