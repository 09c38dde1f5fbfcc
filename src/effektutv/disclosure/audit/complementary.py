r"""Complementary suppression: which further cells go, so that no small count can be worked out of what is left.

For each small count, upwards and downwards, the cheapest flow is looked for that moves it as far as it must be free to go
while every sum in the report stays as it is: minimise :math:`\sum_i c_i (y^+_i + y^-_i)` with :math:`M (y^+ - y^-) = 0`, the
small count's own change given, and every cell kept within what the printed rules leave open of it (:mod:`.constraints`). What is
hidden already costs nothing. The cells that the flow touches are hidden. This is the minimum-flow heuristic: J. P. Kelly, B. L.
Golden, A. A. Assad (1992), Cell suppression: disclosure protection for sensitive tabular data, *Networks* 22, 397–412; the
joint optimum is the mixed integer program of M. Fischetti and J. J. Salazar-González (1999), *Mathematical Programming* 84,
283–312, on request.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from .constraints import equations_of, gaps_of, ranges_of
from .integer_program import extreme, fewest
from .sights import INFINITE, Gap, Limit, Range, Sight
from .solver import LinearPrograms
from .systems import Facts, System

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from effektutv.estimators.design import FloatArray

    from ..cells import Cell, Margin
    from ..ledger import Ledger

__all__ = ["Choice", "chosen", "farthest", "systems_of", "whole_systems"]

T = TypeVar("T")
_TOUCHED = 1e-6
#: A flow of no cost would touch whatever it likes; what is hidden already is nearly free.
_HIDDEN = 1e-4
#: Complements times counts that may be gone through for complements that are no longer needed.
_TRIES = 400
_SPARE, _TOTAL, _KNOWN, _FOLLOWED = 0.05, 4.0, 1000.0, 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A cell to hide, for which small count, and the margin that made it necessary."""

    cell: Cell
    covers: Cell
    margin: Margin


def facts_of(ledger: Ledger) -> Facts:
    """Return what a closed ledger holds, worked out once."""
    if ledger.facts is None:
        ranges = ranges_of(ledger)
        ledger.facts = Facts(ranges=ranges, equations=equations_of(ledger), gaps=gaps_of(ledger, ranges))
    return ledger.facts


class _Groups:
    """Which sights hang together (union-find)."""

    def __init__(self, sights: Iterable[Sight]) -> None:
        self.parent = {s: s for s in sights}

    def root(self, sight: Sight) -> Sight:
        """Return the sight that stands for all that hang together with one."""
        while self.parent[sight] != sight:
            self.parent[sight] = self.parent[self.parent[sight]]
            sight = self.parent[sight]
        return sight

    def join(self, sights: Sequence[Sight]) -> None:
        """Let sights hang together."""
        for other in sights[1:]:
            self.parent[self.root(other)] = self.root(sights[0])


def systems_of(ledger: Ledger, *, only: Callable[[Sight], bool], limits: Sequence[Limit] = ()) -> list[System]:
    """Return what hangs together, each on its own.

    Parameters
    ----------
    ledger : Ledger
    only : callable
        Which sights are unknown; what is not stays as it is.
    limits : sequence of Limit
        What else is known.
    """
    facts = facts_of(ledger)
    ranges, gaps = dict(facts.ranges), facts.gaps
    for gap in gaps:
        if not only(gap.persons):
            ranges[gap.events] = _bounded(ranges[gap.events], gap, ranges[gap.persons].value)
    free = {s: r for s, r in ranges.items() if only(s) and (r.low < r.high or len(r.pieces) > 1)}
    gaps = [g for g in gaps if g.persons in free and g.events in free]
    inside = [_known_out(limit, free, ranges) for limit in limits]
    inside = [limit for limit in inside if limit.coefficients]
    equations = [e for e in facts.equations if any(s in free for s in e.coefficients)]
    groups = _Groups(free)
    for e in equations:
        groups.join([s for s in e.coefficients if s in free])
    for g in gaps:
        groups.join((g.persons, g.events))
    for limit in inside:
        groups.join(list(limit.coefficients))
    members = _by_root(groups, free, lambda s: s)
    sums = _by_root(groups, equations, lambda e: next(s for s in e.coefficients if s in free))
    apart = _by_root(groups, gaps, lambda g: g.persons)
    bound = _by_root(groups, inside, lambda limit: next(iter(limit.coefficients)))
    return [
        System(
            sights=tuple(found), ranges=tuple(free[s] for s in found), equations=tuple(sums[key]),
            gaps=tuple(apart[key]), limits=tuple(bound[key]),
        )
        for key, found in members.items()
    ]  # fmt: skip


def whole_systems(ledger: Ledger) -> list[System]:
    """Return what hangs together with every sight, shown or not, worked out once."""
    facts = facts_of(ledger)
    if not facts.whole:
        facts.whole.extend(systems_of(ledger, only=lambda _: True))
    return facts.whole


def _by_root(groups: _Groups, items: Iterable[T], sight_of: Callable[[T], Sight]) -> dict[Sight, list[T]]:
    out: dict[Sight, list[T]] = defaultdict(list)
    for item in items:
        out[groups.root(sight_of(item))].append(item)
    return out


def _bounded(found: Range, gap: Gap, persons: float) -> Range:
    """Return a range whose number of persons is known: events are at most these less the gap."""
    pieces = [
        (max(low, persons - most), min(high, persons - least))
        for low, high in found.pieces
        for least, most in gap.pieces
    ]
    pieces = [p for p in pieces if p[0] <= p[1]]
    low, high = max(found.low, persons - gap.high), min(found.high, persons - gap.low)
    return found._replace(
        low=low, high=high, pieces=tuple(dict.fromkeys(pieces)), need_low=max(low, found.need_low),
        need_high=min(high, found.need_high),
    )  # fmt: skip


def _known_out(limit: Limit, free: Mapping[Sight, Range], ranges: Mapping[Sight, Range]) -> Limit:
    """Return a limit with what is known on its other side."""
    inside = {s: k for s, k in limit.coefficients.items() if s in free}
    known = sum(k * ranges[s].value for s, k in limit.coefficients.items() if s not in free)
    return Limit(inside, limit.top - known, limit.where)


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
    programs = LinearPrograms(sums, sums @ values, np.empty((0, len(bounds))), np.empty(0))
    found = programs.solution(goal, bounds)
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
    for system in whole_systems(ledger):
        if any(r.secret and s.cell in ledger.hidden for s, r in zip(system.sights, system.ranges, strict=True)):
            flows = _Flows(ledger, system, prices)
            found.append((flows, flows.choices()))
    for flows, by_flow in found:
        out += flows.optimal(ledger.node_limit, by_flow) if ledger.optimal and by_flow else by_flow
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
        self.rows, self.tops = system.rows()
        self.programs = LinearPrograms(
            np.hstack([self.sums, -self.sums]), np.zeros(len(self.sums)), np.hstack([self.rows, -self.rows]), self.tops
        )
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
        return self._needed(out)

    def _needed(self, choices: list[Choice]) -> list[Choice]:
        """Return the choices without those that later ones have made needless, the dearest looked at first."""
        if len(choices) < 2 or len(choices) * len(self.moved) > _TRIES:
            return choices
        for choice in sorted(choices, key=lambda c: -self.prices[c.cell]):
            self.hidden.discard(choice.cell)
            if all(self._free(i, change) for i, change in self.moved):
                choices = [c for c in choices if c is not choice]
            else:
                self.hidden.add(choice.cell)
        return choices

    def _free(self, i: int, change: float) -> bool:
        """Return whether a count can move so far through hidden cells alone."""
        if self._swapped(i, int(np.sign(change)), abs(change)):
            return True
        flow = self._flow(i, change, only_hidden=True)
        return flow is not None

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

    def optimal(self, nodes: int, by_flow: list[Choice]) -> list[Choice]:
        """Return the cheapest cells that let every count move as far as the flows let it, if cheaper and found.

        Parameters
        ----------
        nodes : int
            Of the search tree.
        by_flow : list of Choice
        """
        paid = sum(self.prices[c.cell] for c in by_flow)
        self.hidden = set(self.before)
        prices = [self._price(s.cell) for s in self.system.sights]
        found = fewest(self.system, prices, self.moved, nodes) or []
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

    def _flow(self, i: int, change: float, *, only_hidden: bool = False) -> FloatArray | None:
        """Return the cheapest changes with the i-th count changed by so much, or None where there are none."""
        prices = np.array([self._price(s.cell) for s in self.system.sights])
        open_ = np.array([s.cell not in self.hidden for s in self.system.sights]) & only_hidden
        bounds = np.zeros((2 * prices.size, 2))
        bounds[:, 1] = np.concatenate([np.where(open_, 0.0, self.up), np.where(open_, 0.0, self.down)])
        bounds[i], bounds[i + prices.size] = max(change, 0.0), max(-change, 0.0)
        found = self.programs.solution(np.concatenate([prices, prices]), bounds)
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
