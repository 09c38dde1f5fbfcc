"""Bounds for who had died or left the country, on their way out: who was there is a cell, as who responded to a survey is.

Of an arm those who were there are the events, the dead and the emigrated the non-events: 1–4 of either hide the arm in every
bound. So does whatever tells the same persons once more and leaves a few:

- the primary outcome's cell of the arm: the bounds are made of its share too;
- those who were there and had no work, where these are few;
- deaths and emigrations that a curve of time to work shows, where they differ from these by a few.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from effektutv.errors import DisclosureError

from .cells import Cell
from .rules import collect_effects
from .rules.bounds import as_response, enter_bound, protect_bound, response_cell

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from effektutv.results.bounds import BoundRow, Bounds
    from effektutv.results.effects import Effects
    from effektutv.study import Study

    from .ledger import Ledger
    from .rules.rounding import Blurred
    from .rules.survival_counts import Curves

__all__ = ["collect_attrition", "hide_attrition", "protect_attrition"]

OUTCOME = "the arm's share on the primary outcome is not shown, and the bounds hold it"
WITHOUT = "few of those who were there are without the outcome"
CURVE = "deaths and emigrations in a curve differ from these by a few"


def collect_attrition(ledger: Ledger, study: Study, found: Iterable[Bounds]) -> None:
    """Enter who was there, by arm."""
    for bounds in found:
        for row in bounds.rows:
            enter_bound(ledger, row.outcome, row)
        name = bounds.rows[0].outcome
        collect_effects.collect_effects(ledger, study, [as_response(r, name) for r in bounds.response.rows])


def hide_attrition(ledger: Ledger, study: Study, found: Iterable[Bounds], curves: Iterable[Curves]) -> None:
    """Hide further arms, once it is known what of the primary outcome and of the curves is shown.

    Parameters
    ----------
    ledger : Ledger
        Closed.
    study : Study
    found : iterable of Bounds
    curves : iterable of Curves
    """
    shown = list(curves)
    for row in (r for bounds in found for r in bounds.rows):
        for arm, n, seen in _arms(row):
            cell = response_cell(row.outcome, arm)
            if not ledger.is_hidden(cell) and (rule := _rule(ledger, study, row, (arm, n, seen), shown)):
                ledger.withhold(cell, rule)


def _arms(row: BoundRow) -> Iterator[tuple[str, int, int]]:
    for arm, n, seen in ((row.arm, row.n_arm, row.observed_arm), (row.control, row.n_control, row.observed_control)):
        if not isinstance(n, int) or not isinstance(seen, int):
            raise DisclosureError("bounds: the persons behind a row are unknown; it cannot be checked")
        yield arm, n, seen


def _rule(ledger: Ledger, study: Study, row: BoundRow, side: tuple[str, int, int], curves: Iterable[Curves]) -> str:
    """Return why an arm is hidden for what else is shown of its persons, or ``""``."""
    arm, n, seen = side
    outcome = Cell("outcome", study.primary.name, row.month, arm)
    if ledger.is_hidden(outcome):
        return OUTCOME
    sights = ledger.seen[outcome].get(row.clock, [])
    if any(e is not None and ledger.policy.small_non_events(seen - e) for _, e in sights):
        return WITHOUT
    told = [
        track.counts["competing"][j]
        for shown in curves
        for track in shown.tracks
        if track.arm == arm
        for j in shown.positions(track, "competing")
    ]
    return CURVE if any(ledger.policy.small(abs(gone - (n - seen))) for gone in told) else ""


def protect_attrition(
    found: Bounds,
    ledger: Ledger,
    effects: Callable[[Effects], Effects],
    notes: Callable[[Iterable[str]], Iterable[str]],
    lost: Blurred,
) -> Bounds:
    """Return bounds with what is hidden taken out.

    Parameters
    ----------
    found : Bounds
    ledger : Ledger
    effects, notes : callable
        What protects effects and notes.
    lost : Blurred
        Numbers of persons that differ by a few from others.
    """
    secret = any(ledger.is_hidden(response_cell(r.outcome, a)) for r in found.rows for a in (r.arm, r.control))

    def told(texts: Iterable[str]) -> tuple[str, ...]:
        # of all arms together, less the arms that are shown, is the arm that is not
        return tuple(notes(t for t in texts if not (secret and re.search(r"\d", t))))

    before = found.response
    name = found.rows[0].outcome
    renamed = replace(before, rows=tuple(as_response(r, name) for r in before.rows), notes=told(before.notes))
    decided = effects(renamed)
    rows = [
        replace(r, outcome=b.outcome, clock=b.clock, month=b.month)
        for r, b in zip(decided.rows, before.rows, strict=True)
    ]
    return replace(
        found,
        rows=tuple(protect_bound(row, ledger, lost) for row in found.rows),
        response=replace(decided, rows=tuple(rows)),
        notes=told(found.notes),
    )
