"""The ledger of one report: every cell that some table shows, the margins that tie cells together, and who is hidden.

A cell is keyed by what it counts, not by where it is printed, so that it gets one decision in every table, contrast,
estimator and profile, and on both clocks (the same persons counted from two dates differ by too little to be treated
apart).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from effektutv.errors import DisclosureError

from .cells import Cell, Margin
from .protected import Decision, Role

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .audit.sights import Sight
    from .audit.systems import Facts
    from .policy import Policy

__all__ = ["Ledger"]


@dataclass(slots=True, kw_only=True)
class Ledger:
    """Cells, margins and decisions of one report; filled by the tables' collectors, then closed once.

    Parameters
    ----------
    policy : Policy
    optimal : bool
        Whether complements are to cost least together, rather than each by itself.
    node_limit : int
        For that, nodes of the search tree, for each set of counts that hang together.
    anchors : set of Cell
        What everyone knows, so that it is hidden last.
    spare : set of Cell
        What no table shows by itself but stands free, so that it is the first choice as a complement.
    leftovers : list of tuple of Cell
        Levels that leave a few of everyone over: their raw shares together would tell the outcomes of those few.
    denominators : dict of Cell to Cell
        The cell that counts the persons behind another: who is not counted has no share either.
    facts : Facts or None
        All this as an attacker's system, worked out once the ledger is closed.
    alone : dict
        How far counts can be by the log alone, as far as it was asked for.
    silent : bool
        Whether the log says which cells are hidden and not why, because reasons would tell too much; known once it is closed.
    thin : dict of Cell to Decision
        Cells whose raw share alone is hidden, for such a leftover; estimates weighted over strata do not give it away.
    """

    policy: Policy
    optimal: bool = False
    node_limit: int = 2000
    seen: dict[Cell, dict[str, list[tuple[int, int | None]]]] = field(default_factory=dict)
    margins: dict[Margin, None] = field(default_factory=dict)
    anchors: set[Cell] = field(default_factory=set)
    spare: set[Cell] = field(default_factory=set)
    leftovers: list[tuple[Cell, ...]] = field(default_factory=list)
    denominators: dict[Cell, Cell] = field(default_factory=dict)
    thin: dict[Cell, Decision] = field(default_factory=dict)
    hidden: dict[Cell, Decision] = field(default_factory=dict)
    closed: bool = False
    facts: Facts | None = field(default=None, repr=False)
    alone: dict[tuple[Sight, int, bool], float] = field(default_factory=dict, repr=False)
    silent: bool = False

    def observe(self, cell: Cell, n: int, events: int | None, clock: str = "") -> None:
        """Enter one sight of a cell.

        Parameters
        ----------
        cell : Cell
        n : int
            Persons of the denominator.
        events : int or None
            Persons of them with the outcome; None where the outcome is not 0/1 or the cell is a mere count of persons.
        clock : str
            The clock on which it was counted.
        """
        if n < 0 or (events is not None and not 0 <= events <= n):
            raise DisclosureError(f"{cell}: the counts are impossible (more events than persons, or a negative count)")
        sights = self.seen.setdefault(cell, {}).setdefault(clock, [])
        if (n, events) not in sights:
            sights.append((n, events))

    def margin(
        self, parts: Iterable[Cell], total: Cell | None = None, *, where: str = "", clock: str | None = None
    ) -> None:
        """Enter cells that add up.

        Parameters
        ----------
        parts : iterable of Cell
        total : Cell, optional
            What they add up to; None where that is known to everyone.
        where : str
            The tables that say so, in words for the log.
        clock : str, optional
            The only clock on which they add up.
        """
        self.margins.setdefault(
            Margin(parts=tuple(sorted(parts, key=lambda c: c.key)), total=total, where=where, clock=clock)
        )

    def over_arms(self, parts: Iterable[Cell], *, where: str) -> None:
        """Enter cells of the arms that add up to a number that no table shows, but that somebody may know.

        It is a cell as any other, so that it can be taken for unknown where the arms cannot be protected otherwise.

        Parameters
        ----------
        parts : iterable of Cell
        where : str
            The tables that the arms stand in.
        """
        cells = tuple(parts)
        total = replace(cells[0], arm="")
        counts = [self.largest(c).get("", (0, 0)) for c in cells]
        self.observe(total, sum(n for n, _ in counts), sum(events or 0 for _, events in counts))
        self.margin(cells, total, where=where, clock="")

    def largest(self, cell: Cell) -> dict[str, tuple[int, int | None]]:
        """Return the sight of a cell with most persons, by clock."""
        return {clock: max(sights, key=lambda s: s[0]) for clock, sights in self.seen.get(cell, {}).items()}

    def rule(self, n: int, events: int | None) -> str:
        """Return the rule by which a cell may not be shown for itself, or ``""``."""
        policy, limit = self.policy, self.policy.threshold - 1
        if policy.small(n):
            return f"1 to {limit} persons"
        if events is not None and policy.small_events(events):
            return f"{policy.least} to {limit} events"
        if events is not None and policy.small_non_events(n - events):
            return f"{policy.least_full} to {limit} non-events"
        return ""

    def sort(self) -> None:
        """Sort all that was entered, so that the order in which tables enter it decides nothing."""
        cells = sorted(self.seen, key=lambda c: c.key)
        self.seen = {c: {k: sorted(v, key=_sight) for k, v in sorted(self.seen[c].items())} for c in cells}
        self.margins = dict.fromkeys(sorted(self.margins, key=lambda m: m.key))
        leftovers = (tuple(sorted(levels, key=lambda c: c.key)) for levels in self.leftovers)
        self.leftovers = sorted(leftovers, key=lambda levels: [c.key for c in levels])

    def is_hidden(self, cell: Cell) -> bool:
        """Return whether a cell may not be shown. A cell that was never entered may not either."""
        if not self.closed:
            raise DisclosureError("the ledger is not closed: nothing has been decided")
        return cell in self.hidden or cell not in self.seen

    def withhold(self, cell: Cell, rule: str) -> None:
        """Hide a cell once more is known than the margins say; it stands in no margin."""
        self.hide(cell, rule, Role.COMPLEMENTARY, "not stated")

    def hide(self, cell: Cell, rule: str, role: Role, band: str, margin: str = "") -> None:
        """Hide a cell, unless it is hidden: the first rule that took it stays its reason."""
        if cell not in self.hidden:
            self.hidden[cell] = self.decision(cell, rule, role, band, margin)

    @staticmethod
    def decision(cell: Cell, rule: str, role: Role, band: str, margin: str = "") -> Decision:
        """Return what the log says of a hidden cell."""
        return Decision(table=cell.table, cell=str(cell), rule=rule, role=role, count_band=band, margin=margin)

    def size(self, cell: Cell) -> int:
        """Return how small a cell is: its smallest count of events or non-events over its sights."""
        sizes = [
            n if events is None else min(events, n - events)
            for sights in self.seen.get(cell, {}).values()
            for n, events in sights
        ]
        return min(sizes, default=0)


def _sight(sight: tuple[int, int | None]) -> tuple[int, int]:
    return sight[0], -1 if sight[1] is None else sight[1]
