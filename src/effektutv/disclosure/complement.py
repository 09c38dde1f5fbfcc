r"""Complementary suppression: which further cells go, so that no small count can be worked out of what is left.

For each small count, upwards and downwards, the cheapest flow is looked for that moves it as far as it must be free to go
while every sum in the report stays as it is: minimise :math:`\sum_i c_i (y^+_i + y^-_i)` with :math:`M (y^+ - y^-) = 0`, the
small count's own change given, and every cell kept within what the printed rules leave open of it (:mod:`.unknowns`). What is
hidden already costs nothing. The cells that the flow touches are hidden. This is the minimum-flow heuristic: J. P. Kelly, B. L.
Golden, A. A. Assad (1992), Cell suppression: disclosure protection for sensitive tabular data, *Networks* 22, 397–412; the
joint optimum is the mixed integer program of M. Fischetti and J. J. Salazar-González (1999), *Mathematical Programming* 84,
283–312, on request.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from .unknowns import INFINITE, Equation, Gap, Range, Sight, equations_of, gaps_of, ranges_of
from .whole import cheapest, extreme, fewest

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from effektutv.estimate.design import FloatArray

    from .ledger import Cell, Ledger, Margin

__all__ = ["Choice", "System", "chosen", "farthest", "systems_of"]

_TOUCHED = 1e-6
#: A flow of no cost would touch whatever it likes; what is hidden already is nearly free.
_HIDDEN = 1e-4
_SPARE, _TOTAL, _KNOWN, _FOLLOWED = 0.05, 4.0, 1000.0, 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A cell to hide, for which small count, and the margin that made it necessary."""

    cell: Cell
    covers: Cell
    margin: Margin


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """What hangs together through margins: sights that can move, the sums that they stand in, and their gaps.

    Parameters
    ----------
    sights : tuple of Sight
    ranges : tuple of Range
    equations : tuple of Equation
    gaps : tuple of Gap
    """

    sights: tuple[Sight, ...]
    ranges: tuple[Range, ...]
    equations: tuple[Equation, ...]
    gaps: tuple[Gap, ...]

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

    def gap_rows(self) -> tuple[FloatArray, FloatArray]:
        """Return the gaps as rows that are at most a bound, of changes from the values."""
        place, values = self.place, {s: r.value for s, r in zip(self.sights, self.ranges, strict=True)}
        rows, tops = [], []
        for gap in self.gaps:
            now = values[gap.persons] - values[gap.events]
            for sign, bound in ((-1.0, now - gap.low), (1.0, gap.high - now)):
                if bound < INFINITE:
                    row = np.zeros(len(self.sights))
                    row[place[gap.persons]], row[place[gap.events]] = sign, -sign
                    rows.append(row)
                    tops.append(bound)
        return np.array(rows).reshape(len(rows), len(self.sights)), np.array(tops)


def systems_of(ledger: Ledger, *, only: Callable[[Sight], bool]) -> list[System]:
    """Return what hangs together, each on its own.

    Parameters
    ----------
    ledger : Ledger
    only : callable
        Which sights are unknown; what is not stays as it is.
    """
    ranges = ranges_of(ledger)
    free = {s: r for s, r in ranges.items() if only(s) and (r.low < r.high or len(r.pieces) > 1)}
    gaps = [g for g in gaps_of(ledger, ranges) if g.persons in free and g.events in free]
    parent = {s: s for s in free}

    def root(sight: Sight) -> Sight:
        while parent[sight] != sight:
            parent[sight] = parent[parent[sight]]
            sight = parent[sight]
        return sight

    equations = [e for e in equations_of(ledger) if any(s in free for s in e.coefficients)]
    for group in (
        *([s for s in e.coefficients if s in free] for e in equations),
        *((g.persons, g.events) for g in gaps),
    ):
        for other in group[1:]:
            parent[root(other)] = root(group[0])
    members: dict[Sight, list[Sight]] = defaultdict(list)
    for sight in free:
        members[root(sight)].append(sight)
    sums: dict[Sight, list[Equation]] = defaultdict(list)
    for equation in equations:
        sums[root(next(s for s in equation.coefficients if s in free))].append(equation)
    apart: dict[Sight, list[Gap]] = defaultdict(list)
    for gap in gaps:
        apart[root(gap.persons)].append(gap)
    return [
        System(
            sights=tuple(found), ranges=tuple(free[s] for s in found), equations=tuple(sums[key]), gaps=tuple(apart[key])
        )
        for key, found in members.items()
    ]  # fmt: skip


def farthest(system: System, i: int, sign: int) -> float:
    """Return at most how far a count can be, were no number shown but the log: small counts are small, and add up.

    Parameters
    ----------
    system : System
        With every sight, shown or not.
    i : int
    sign : int
        The largest 1, the smallest -1.
    """
    bounds = np.array([(min(p[0] for p in r.pieces), max(p[1] for p in r.pieces)) for r in system.ranges])
    goal = np.zeros(len(bounds))
    goal[i] = -sign
    sums = system.sums()[[e.margin.total is not None for e in system.equations]]
    values = np.array([r.value for r in system.ranges])
    found = cheapest(goal, bounds, sums, sums @ values, np.empty((0, len(bounds))), np.empty(0))
    return sign * INFINITE if found is None else sign * float(np.floor(sign * found[i] + _TOUCHED))


def chosen(ledger: Ledger) -> list[Choice]:
    """Return the cells to hide next, so that every small count of each system can move as far as it must.

    Parameters
    ----------
    ledger : Ledger
        With its primary cells hidden, and any complements so far.
    """
    out: list[Choice] = []
    prices = _prices(ledger)
    found: list[tuple[_Flows, list[Choice]]] = []
    for system in systems_of(ledger, only=lambda _: True):
        if any(r.secret and s.cell in ledger.hidden for s, r in zip(system.sights, system.ranges, strict=True)):
            flows = _Flows(ledger, system, prices)
            found.append((flows, flows.choices()))
    short = sum(bool(by_flow) for _, by_flow in found)
    for flows, by_flow in found:
        # what hangs together gets its part of the time
        out += flows.optimal(ledger.time_limit / short, by_flow) if ledger.optimal and by_flow else by_flow
    return out


def _prices(ledger: Ledger) -> dict[Cell, float]:
    """Return what hiding each cell costs: what everyone knows and totals most, what stands in no table least."""
    most = 1 + max((n for clocks in ledger.seen.values() for sights in clocks.values() for n, _ in sights), default=0)
    totals = {m.total for m in ledger.margins}
    behind = Counter((c.arm, c.group, c.level) for c in ledger.seen if c.table == "outcome" and c.group)
    followers = Counter(ledger.denominators.values())
    out = {}
    for cell in ledger.seen:
        price = (
            (1 + ledger.size(cell) / most) * (_SPARE if cell in ledger.spare else 1) * (_TOTAL if cell in totals else 1)
        )
        count = followers[cell] + (behind[cell.arm, cell.group, cell.level] if cell.table == "persons" else 0)
        out[cell] = _KNOWN if cell in ledger.anchors else price + _FOLLOWED * count
    return out


class _Flows:
    """The flows of one system."""

    def __init__(self, ledger: Ledger, system: System, prices: Mapping[Cell, float]) -> None:
        self.system, self.prices = system, prices
        self.hidden = {s.cell for s in system.sights} & set(ledger.hidden)
        value = np.array([r.value for r in system.ranges], dtype=float)
        self.down = value - np.array([r.low for r in system.ranges])
        self.up = np.array([r.high for r in system.ranges]) - value
        self.sums = system.sums()
        self.rows, self.tops = system.gap_rows()
        self.reached = np.zeros((2, value.size))
        self.before = frozenset(self.hidden)
        #: Sights, and how far each could be moved.
        self.moved: list[tuple[int, float]] = []

    def choices(self) -> list[Choice]:
        """Return the cells that the flows touch."""
        out: list[Choice] = []
        secret = [i for i, r in enumerate(self.system.ranges) if r.secret and self.system.sights[i].cell in self.hidden]
        for i in secret:
            found = self.system.ranges[i]
            for sign, need in ((1, found.need_high - found.value), (-1, found.value - found.need_low)):
                out += self._let(i, sign, need)
        return out

    def _let(self, i: int, sign: int, need: float) -> list[Choice]:
        """Let a count move as far as it must, and return what that hides."""
        if need <= self.reached[(1 - sign) // 2, i] + _TOUCHED or self._swapped(i, sign, need):
            self.moved.append((i, sign * need))
            return []
        flow = self._flow(i, sign * need)
        if flow is None:
            # two small counts are at least 2 together: so much the log itself tells
            less = sign * (farthest(self.system, i, sign) - self.system.ranges[i].value)
            flow = self._flow(i, sign * less) if 0 <= less < need else None
        if flow is None:
            return self._exactly(i, sign, need)
        self.moved.append((i, float(flow[i])))
        self._reach(flow)
        return self._hide(i, {self.system.sights[j] for j in np.flatnonzero(np.abs(flow) > _TOUCHED)})

    def optimal(self, limit: float, by_flow: list[Choice]) -> list[Choice]:
        """Return the cheapest cells that let every count move as far as the flows let it, if cheaper and found in time.

        Parameters
        ----------
        limit : float
            Seconds.
        by_flow : list of Choice
        """
        paid = sum(self.prices[c.cell] for c in by_flow)
        self.hidden = set(self.before)
        prices = [self._price(s.cell) for s in self.system.sights]
        found = fewest(self.system, prices, self.moved, limit) or []
        fresh = {self.system.sights[j].cell for j in found} - self.before
        if not fresh or sum(self.prices[c] for c in fresh) >= paid:
            return by_flow
        first = self.moved[0][0]
        return self._hide(first, {s for s in self.system.sights if s.cell in fresh or s.cell in self.before})

    def _exactly(self, i: int, sign: int, need: float) -> list[Choice]:
        """Hide what lets a count move as far as it must, or as far as the log leaves it, where no flow does."""
        value = self.system.ranges[i].value
        prices = [self._price(s.cell) for s in self.system.sights]
        for change in dict.fromkeys((need, min(need, sign * (extreme(self.system, i, sign) - value)))):
            if change > 0 and (found := fewest(self.system, prices, [(i, sign * change)])) is not None:
                self.moved.append((i, sign * change))
                return self._hide(i, {self.system.sights[j] for j in found})
        return []

    def _price(self, cell: Cell) -> float:
        return _HIDDEN if cell in self.hidden else self.prices[cell]

    def _reach(self, flow: FloatArray) -> None:
        """Note how far every hidden count goes in a flow through hidden cells: it need not be looked for again."""
        np.maximum(self.reached[0], flow, out=self.reached[0])
        np.maximum(self.reached[1], -flow, out=self.reached[1])

    def _swapped(self, i: int, sign: int, need: float) -> bool:
        """Return whether hidden cells that stand in one sum only can take up a change, one in each of its sums."""
        column = self.sums[:, i]
        taken: set[int] = set()
        for row in np.flatnonzero(column):
            for j in np.flatnonzero(self.sums[row]).tolist():
                if j == i or j in taken or self.system.sights[j].cell not in self.hidden or self._gapped(j):
                    continue
                change = -sign * need * column[row] / self.sums[row, j]
                if np.count_nonzero(self.sums[:, j]) == 1 and -self.down[j] <= change <= self.up[j]:
                    taken.add(j)
                    break
            else:
                return False
        return not self._gapped(i)

    def _gapped(self, i: int) -> bool:
        return bool(self.rows.size) and bool(self.rows[:, i].any())

    def _flow(self, i: int, change: float) -> FloatArray | None:
        """Return the cheapest changes with the i-th count changed by so much, or None where there are none."""
        prices = np.array([self._price(s.cell) for s in self.system.sights])
        bounds = np.zeros((2 * prices.size, 2))
        bounds[:, 1] = np.concatenate([self.up, self.down])
        bounds[i], bounds[i + prices.size] = max(change, 0.0), max(-change, 0.0)
        found = cheapest(
            np.concatenate([prices, prices]), bounds, np.hstack([self.sums, -self.sums]), np.zeros(len(self.sums)),
            np.hstack([self.rows, -self.rows]), self.tops,
        )  # fmt: skip
        return None if found is None else found[: prices.size] - found[prices.size :]

    def _hide(self, i: int, touched: set[Sight]) -> list[Choice]:
        """Hide what a flow touches, and say of each cell in which sum it was needed."""
        fresh = dict.fromkeys(s.cell for s in self.system.sights if s in touched and s.cell not in self.hidden)
        out = []
        for cell in fresh:
            sums = [e for e in self.system.equations if any(s.cell == cell for s in e.coefficients)]
            shared = [e for e in sums if len(touched.intersection(e.coefficients)) > 1]
            out.append(Choice(cell=cell, covers=self.system.sights[i].cell, margin=(shared or sums)[0].margin))
        self.hidden.update(fresh)
        return out
