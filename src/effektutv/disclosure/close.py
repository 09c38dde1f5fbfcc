"""Close the ledger: decide which cells are hidden, and refuse the release where a small count cannot be protected."""

from __future__ import annotations

from typing import TYPE_CHECKING

from effektutv.errors import DisclosureError

from .audit.attacker import narrowed
from .audit.complementary import chosen
from .protected import Role

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .audit.attacker import Exposed
    from .ledger import Ledger

__all__ = ["COMPLEMENT", "DENOMINATOR", "LEFTOVER", "close", "decide"]

COMPLEMENT = "so that a primary suppression cannot be undone by subtraction"
LEFTOVER = "raw share only: everyone less the levels would leave the outcomes of a few"
DENOMINATOR = "the number of persons behind it is not shown"
#: Tables that a refusal names; the others it counts.
_NAMED = 5


def close(ledger: Ledger) -> None:
    """Decide: primary cells, then their complements, until the attacker leaves every small count wide enough.

    Where the reasons that the log gives are what leaves too little open, all is decided again for a log that gives none.

    Parameters
    ----------
    ledger : Ledger
        With every cell and margin of the report.

    Raises
    ------
    DisclosureError
        If a small count cannot be protected; the error names the tables that together reveal it.
    """
    if ledger.closed:
        raise DisclosureError("the ledger of a report is closed once")
    ledger.closed = True
    ledger.sort()
    decide(ledger)
    if narrowed(ledger):
        _fall_silent(ledger)
        decide(ledger)
        if exposed := narrowed(ledger):
            raise DisclosureError(_refusal(exposed))
    for levels in ledger.leftovers:
        if not any(c in ledger.hidden or c in ledger.thin for c in levels):
            cell = min((c for c in levels if c in ledger.seen), key=ledger.size)
            ledger.thin[cell] = ledger.decision(cell, LEFTOVER, Role.COMPLEMENTARY, "not stated")


def _fall_silent(ledger: Ledger) -> None:
    """Forget every decision, and what was worked out of the log."""
    ledger.silent, ledger.facts = True, None
    ledger.hidden.clear()
    ledger.alone.clear()


def decide(ledger: Ledger) -> None:
    """Hide the cells that go for themselves, then complements until no more are needed or found; nothing is audited."""
    for cell, clocks in ledger.seen.items():
        rules = [ledger.rule(n, events) for sights in clocks.values() for n, events in sights]
        if rule := next((r for r in rules if r), ""):
            ledger.hide(cell, rule, Role.PRIMARY, ledger.policy.band)
    while True:
        _follow_denominators(ledger)
        choices = chosen(ledger)
        if not choices:
            break
        for choice in choices:
            ledger.hide(
                choice.cell, COMPLEMENT, Role.COMPLEMENTARY, "not stated",
                margin=f"{choice.margin.where or choice.margin.total or 'a known sum'}; for {choice.covers}",
            )  # fmt: skip


def _follow_denominators(ledger: Ledger) -> None:
    """Hide every outcome of persons whose number is not shown: a share would give the number away."""
    groups = {(c.arm, c.group, c.level) for c in ledger.hidden if c.table == "persons"}
    for cell in ledger.seen:
        if ledger.denominators.get(cell) in ledger.hidden or (
            cell.table == "outcome" and (cell.arm, cell.group, cell.level) in groups
        ):
            ledger.hide(cell, DENOMINATOR, Role.COMPLEMENTARY, "not stated")


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
