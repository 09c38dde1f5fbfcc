"""Link the main effect by employers' statements alone to the sources of work.

It is made of two of these sources, known from statements only and known from both: the margin ties them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .cells import Cell

if TYPE_CHECKING:
    from collections.abc import Iterable

    from effektutv.results.counts import Counts
    from effektutv.results.effects import Effects

    from .ledger import Ledger

__all__ = ["link_statements"]

_STATEMENTS = "statements:"


def link_statements(ledger: Ledger, effects: Iterable[Effects], sources: Iterable[Counts]) -> None:
    """Enter that work on statements is work known from statements only and work known from both.

    Parameters
    ----------
    ledger : Ledger
    effects : iterable of Effects
        Of which those on ``statements:NAME`` are looked at.
    sources : iterable of Counts
    """
    parts: dict[tuple[str, int | None, str], list[Cell]] = {}
    for row in (r for counts in sources for r in counts.rows):
        if row.category in ("ku_only", "both"):
            cell = Cell("outcome", f"{row.outcome}:{row.category}", row.month, row.arm)
            found = parts.setdefault((row.outcome, row.month, row.arm), [])
            if cell not in found:
                found.append(cell)
    for effect in (r for e in effects for r in e.rows if r.outcome.startswith(_STATEMENTS) and not r.subgroup):
        for arm in (effect.arm, effect.control):
            cells = parts.get((effect.outcome.removeprefix(_STATEMENTS), effect.month, arm), [])
            if len(cells) == 2:
                ledger.margin(cells, Cell("outcome", effect.outcome, effect.month, arm))
