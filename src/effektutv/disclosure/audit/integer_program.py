"""Whole persons: counts that fit a system's sums and the log, exactly, by an integer program with HiGHS.

Linear programs are enough nearly always. They are not where a complement could be nobody or many but nothing between, or where
a bound is reached by fractions of persons only; and the joint optimum of complementary suppression is an integer program.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .sights import INFINITE
from .solver import whole_solution

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from effektutv.estimators.design import FloatArray

    from .sights import Piece
    from .systems import System

__all__ = ["extreme", "fewest", "fitting"]

#: No report counts more persons than this.
_MOST = 1e6
#: Nodes of a search tree; the programs here are small, and most are solved at the first.
NODES = 20_000


class _Program:
    """Variables, rows and a goal, added one after the other."""

    def __init__(self) -> None:
        self.low: list[float] = []
        self.high: list[float] = []
        self.whole: list[bool] = []
        self.cost: list[float] = []
        self.rows: list[tuple[dict[int, float], float, float]] = []

    def variable(self, low: float, high: float, *, whole: bool = True, cost: float = 0.0) -> int:
        """Add a variable and return where it stands."""
        self.low.append(low)
        self.high.append(high)
        self.whole.append(whole)
        self.cost.append(cost)
        return len(self.low) - 1

    def row(self, coefficients: Mapping[int, float], low: float, high: float) -> None:
        """Add a sum that lies between two bounds."""
        self.rows.append((dict(coefficients), low, high))

    def one_of(self, pieces: Sequence[Piece], *, now: float = 0.0) -> int:
        """Add a variable that lies in one of several pieces, less ``now``."""
        cut = [(max(a, -_MOST), min(b, _MOST)) for a, b in pieces]
        whole = all(a > -_MOST for a, _ in cut)
        x = self.variable(min(a for a, _ in cut) - now, max(b for _, b in cut) - now, whole=whole)
        if len(cut) > 1:
            marks = [self.variable(0, 1) for _ in cut]
            self.row(dict.fromkeys(marks, 1.0), 1, 1)
            self.row({x: 1.0, **{m: now - a for m, (a, _) in zip(marks, cut, strict=True)}}, 0, np.inf)
            self.row({x: 1.0, **{m: now - b for m, (_, b) in zip(marks, cut, strict=True)}}, -np.inf, 0)
        return x

    def solve(self, nodes: int) -> FloatArray | None:
        """Return the variables at the cheapest solution, or None where there is none within the nodes."""
        return whole_solution(np.array(self.cost), np.column_stack([self.low, self.high]), self.whole, self.rows, nodes)


def _changes(program: _Program, system: System, *, shown: bool) -> list[int]:
    """Add a copy of a system: how far each count is from its value; without known sums where nothing is shown."""
    at = [program.one_of(r.pieces, now=r.value) for r in system.ranges]
    place = system.place
    for equation in system.equations:
        if shown or equation.margin.total is not None:
            program.row({at[place[s]]: k for s, k in equation.coefficients.items() if s in place}, 0, 0)
    for gap in system.gaps:
        persons, events = place[gap.persons], place[gap.events]
        now = system.ranges[persons].value - system.ranges[events].value
        apart = program.one_of(gap.pieces, now=now)
        program.row({apart: 1.0, at[persons]: -1.0, at[events]: 1.0}, 0, 0)
    for limit in system.limits if shown else ():
        now = sum(k * system.ranges[place[s]].value for s, k in limit.coefficients.items())
        program.row({at[place[s]]: k for s, k in limit.coefficients.items()}, -np.inf, limit.top - now)
    return at


def fitting(system: System, i: int, value: float) -> FloatArray | None:
    """Return counts that fit the sums and the log with the i-th as given, or None where there are none.

    Parameters
    ----------
    system : System
        Of hidden sights only: everything else is known.
    i : int
    value : float
    """
    program = _Program()
    at = _changes(program, system, shown=True)
    change = value - system.ranges[i].value
    program.low[at[i]] = program.high[at[i]] = change
    found = program.solve(NODES)
    return None if found is None else found[at] + np.array([r.value for r in system.ranges])


def extreme(system: System, i: int, sign: int) -> float:
    """Return the largest (1) or smallest (-1) value of a count, were no number shown but the log.

    Parameters
    ----------
    system : System
        With every sight, shown or not.
    i : int
    sign : int
    """
    program = _Program()
    at = _changes(program, system, shown=False)
    program.cost[at[i]] = -float(sign)
    found = program.solve(NODES)
    return sign * INFINITE if found is None else float(np.round(system.ranges[i].value + found[at[i]]))


def fewest(
    system: System, prices: Sequence[float], wanted: Sequence[tuple[int, float]], nodes: int = NODES
) -> list[int] | None:
    """Return the cheapest sights to hide so that each wanted change is possible, each by itself.

    Parameters
    ----------
    system : System
        With every sight, shown or not.
    prices : sequence of float
        What hiding each sight costs; sights of one cell share its price.
    wanted : sequence of tuple
        Sights, and how far each must be able to move.
    nodes : int
        Of the search tree.

    Returns
    -------
    list of int, or None
        None where there is no such choice, or none was found within the nodes.
    """
    program = _Program()
    cells = list(dict.fromkeys(s.cell for s in system.sights))
    price = {s.cell: p for s, p in zip(system.sights, prices, strict=True)}
    hide = {cell: program.variable(0, 1, cost=price[cell]) for cell in cells}
    for i, change in wanted:
        at = _changes(program, system, shown=True)
        program.low[at[i]] = program.high[at[i]] = change
        for j, sight in enumerate(system.sights):
            low, high = program.low[at[j]], program.high[at[j]]
            program.row({at[j]: 1.0, hide[sight.cell]: -high}, -np.inf, 0)
            program.row({at[j]: 1.0, hide[sight.cell]: -low}, 0, np.inf)
    found = program.solve(nodes)
    if found is None:
        return None
    return [j for j, sight in enumerate(system.sights) if found[hide[sight.cell]] > 0.5]
