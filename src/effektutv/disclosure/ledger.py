"""The ledger of one report: every cell that some table shows, the margins that tie cells together, and who is hidden.

A cell is keyed by what it counts, not by where it is printed, so that it gets one decision in every table, contrast,
estimator and profile, and on both clocks (the same persons counted from two dates differ by too little to be treated
apart).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from effektutv.errors import DisclosureError
from effektutv.results.names import Name, written

from .audit.attacker import narrowed
from .audit.complementary import chosen
from .protected import Decision, Role

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from .audit.attacker import Exposed
    from .audit.complementary import Facts
    from .audit.constraints import Sight
    from .policy import Policy

__all__ = ["Cell", "Ledger", "Margin"]

COMPLEMENT = "so that a primary suppression cannot be undone by subtraction"
#: Tables that a refusal names; the others it counts.
_NAMED = 5
LEFTOVER = "raw share only: everyone less the levels would leave the outcomes of a few"
DENOMINATOR = "the number of persons behind it is not shown"


def _refusal(exposed: Sequence[Exposed]) -> str:
    """Return what is said where cells cannot be protected: how many, one of them, the tables behind it, and what to do."""
    first = exposed[0]
    cells = "1 suppressed cell" if len(exposed) == 1 else f"{len(exposed)} suppressed cells"
    more = len(first.tables) - _NAMED
    others = f" and {more} more {'table' if more == 1 else 'tables'}" if more > 0 else ""
    return (
        f"{cells} could be worked out too closely, e.g. {first.cell}, from these together: "
        f"{', '.join(first.tables[:_NAMED])}{others}. Nothing is released: merge levels of few persons, or leave a subgroup "
        "or an outcome out of the study"
    )


@dataclass(frozen=True, slots=True)
class Cell:
    """What a cell counts: persons of an arm, in a group, with an outcome at a month. Keys only, never a count."""

    table: str
    outcome: str = ""
    month: int | None = None
    arm: str = ""
    group: Name = ""
    level: Name = ""

    def __str__(self) -> str:
        parts = [self.outcome, "" if self.month is None else f"month {self.month}", self.arm]
        parts.append(f"{written(self.group)}={written(self.level)}" if self.group else "")
        return ", ".join(p for p in parts if p)


@dataclass(frozen=True, slots=True, kw_only=True)
class Margin:
    """Cells that add up: to ``total``, or to something that everyone knows where ``total`` is None.

    Parameters
    ----------
    parts : tuple of Cell
    total : Cell or None
    where : str
        The tables that say so.
    clock : str or None
        The only clock on which they do; None for all.
    """

    parts: tuple[Cell, ...]
    total: Cell | None = None
    where: str = ""
    clock: str | None = None

    @property
    def cells(self) -> tuple[Cell, ...]:
        """Every cell of the equation, the parts first."""
        return self.parts if self.total is None else (*self.parts, self.total)

    @property
    def coefficients(self) -> dict[Cell, int]:
        """The equation: parts less total."""
        out = dict.fromkeys(self.parts, 1)
        if self.total is not None:
            out[self.total] = -1
        return out


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
        self.margins.setdefault(Margin(parts=tuple(parts), total=total, where=where, clock=clock))

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
        """Return the sight of a cell with most persons, by clock.

        Parameters
        ----------
        cell : Cell
        """
        return {clock: max(sights, key=lambda s: s[0]) for clock, sights in self.seen.get(cell, {}).items()}

    def rule(self, n: int, events: int | None) -> str:
        """Return the rule by which a cell may not be shown for itself, or ``""``.

        Parameters
        ----------
        n : int
        events : int or None
        """
        policy, limit = self.policy, self.policy.threshold - 1
        if policy.small(n):
            return f"1 to {limit} persons"
        if events is not None and policy.small_events(events):
            return f"{policy.least} to {limit} events"
        if events is not None and policy.small_non_events(n - events):
            return f"{policy.least_full} to {limit} non-events"
        return ""

    def close(self) -> None:
        """Decide: primary cells, then their complements, until the attacker leaves every small count wide enough.

        Where the reasons that the log gives are what leaves too little open, all is decided again for a log that gives none.

        Raises
        ------
        DisclosureError
            If a small count cannot be protected; the error names the tables that together reveal it.
        """
        if self.closed:
            raise DisclosureError("the ledger of a report is closed once")
        self.closed = True
        self._decide()
        if narrowed(self):
            self._fall_silent()
            self._decide()
            if exposed := narrowed(self):
                raise DisclosureError(_refusal(exposed))
        for levels in self.leftovers:
            if not any(c in self.hidden or c in self.thin for c in levels):
                cell = min((c for c in levels if c in self.seen), key=self.size)
                self.thin[cell] = self._decision(cell, LEFTOVER, Role.COMPLEMENTARY, "not stated")

    def _fall_silent(self) -> None:
        """Forget every decision, and what was worked out of the log."""
        self.silent, self.facts = True, None
        self.hidden.clear()
        self.alone.clear()

    def _decide(self) -> None:
        """Hide the cells that go for themselves, then complements until no more are needed or found."""
        for cell, clocks in self.seen.items():
            rules = [self.rule(n, events) for sights in clocks.values() for n, events in sights]
            if rule := next((r for r in rules if r), ""):
                self._hide(cell, rule, Role.PRIMARY, self.policy.band)
        while True:
            self._follow_denominators()
            choices = chosen(self)
            if not choices:
                break
            for choice in choices:
                self._hide(
                    choice.cell, COMPLEMENT, Role.COMPLEMENTARY, "not stated",
                    margin=f"{choice.margin.where or choice.margin.total or 'a known sum'}; for {choice.covers}",
                )  # fmt: skip

    def is_hidden(self, cell: Cell) -> bool:
        """Return whether a cell may not be shown. A cell that was never entered may not either.

        Parameters
        ----------
        cell : Cell
        """
        if not self.closed:
            raise DisclosureError("the ledger is not closed: nothing has been decided")
        return cell in self.hidden or cell not in self.seen

    def withhold(self, cell: Cell, rule: str) -> None:
        """Hide a cell once more is known than the margins say; it stands in no margin.

        Parameters
        ----------
        cell : Cell
        rule : str
        """
        self._hide(cell, rule, Role.COMPLEMENTARY, "not stated")

    def _hide(self, cell: Cell, rule: str, role: Role, band: str, margin: str = "") -> None:
        if cell not in self.hidden:
            self.hidden[cell] = self._decision(cell, rule, role, band, margin)

    @staticmethod
    def _decision(cell: Cell, rule: str, role: Role, band: str, margin: str = "") -> Decision:
        return Decision(table=cell.table, cell=str(cell), rule=rule, role=role, count_band=band, margin=margin)

    def _follow_denominators(self) -> None:
        """Hide every outcome of persons whose number is not shown: a share would give the number away."""
        groups = {(c.arm, c.group, c.level) for c in self.hidden if c.table == "persons"}
        for cell in self.seen:
            if self.denominators.get(cell) in self.hidden or (
                cell.table == "outcome" and (cell.arm, cell.group, cell.level) in groups
            ):
                self._hide(cell, DENOMINATOR, Role.COMPLEMENTARY, "not stated")

    def size(self, cell: Cell) -> int:
        """Return how small a cell is: its smallest count of events or non-events over its sights.

        Parameters
        ----------
        cell : Cell
        """
        sizes = [
            n if events is None else min(events, n - events)
            for sights in self.seen.get(cell, {}).values()
            for n, events in sights
        ]
        return min(sizes, default=0)
