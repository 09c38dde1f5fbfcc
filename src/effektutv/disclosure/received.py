"""What each arm received, on its way out: hours by actor, and shares of an arm that something holds for.

A mean of hours rests on the persons who have any: fewer than the profile asks for hide it, and so do persons who have too much of
the hours (dominance, the p-per-cent rule). Hours by actor add up to the hours of all actors, so that a hidden mean takes the
next-smallest of its arm with it. Who has any hours is a count of persons as any other: 1–4 with or without hide it.
Hours by an actor that the study declares as receipt of a programme are counted to an earlier month than receipt is: the persons
between the two counts are a cell of their own, so that subtraction cannot show them. A SIUS consultant is counted as receipt is;
it is the same cell.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from effektutv.errors import DisclosureError
from effektutv.results.services_received import ALL_ACTORS, Received, Shares
from effektutv.values import Status, Suppressed, Unavailable, available

from .cells import Cell, started_cell
from .receipt import receipt_cell

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from effektutv.results.compliance import ComplierEffects
    from effektutv.results.counts import Starts
    from effektutv.results.services_received import HoursRow, ShareRow
    from effektutv.study import Study

    from .ledger import Ledger
    from .policy import Policy

__all__ = ["collect_received", "collect_shares", "decide_received", "mean_rule", "protect_received", "protect_shares"]

_GONE = Suppressed("touches a suppressed cell")
_INSIDE = Suppressed("what only disclosure control needs is not released")
_FEW = "too few persons behind a mean"
_DOMINANCE = "a few persons have most of the hours"
_COMPLEMENT = "mean of the fewest persons, so that the hours of all actors cannot undo a hidden mean"
_TOLERANCE = 1e-6


def hours_cell(row: HoursRow) -> Cell:
    """Return the cell of one arm's hours of one actor."""
    return Cell("hours", row.actor, row.month, row.arm)


def served_cell(row: HoursRow) -> Cell:
    """Return the cell of an arm's persons who have any hours of an actor."""
    return Cell("received", f"hours of {row.actor}", row.month, row.arm)


def share_cell(row: ShareRow) -> Cell:
    """Return the cell of an arm's persons that an item holds for."""
    return Cell("received", row.item, row.month, row.arm)


def _counted(row: HoursRow | ShareRow, what: str) -> tuple[int, int]:
    if not isinstance(row.n, int) or not isinstance(row.persons, int):
        raise DisclosureError(f"{what}: the counts behind an arm are unknown, so that they cannot be checked")
    if available(row.share) and abs(float(row.share) * row.n - row.persons) > _TOLERANCE:  # type: ignore[arg-type]
        raise DisclosureError(f"{what}: a share and the count behind it do not agree; nothing is released")
    return row.n, row.persons


def collect_received(
    ledger: Ledger, study: Study, received: Received, compliance: ComplierEffects | None, starts: Starts | None
) -> None:
    """Enter hours and who has any, by actor and arm, and what ties them to receipt and to start.

    Parameters
    ----------
    ledger : Ledger
    study : Study
        What says who received which programme.
    received : Received
    compliance : ComplierEffects or None
        With receipt of programmes.
    starts : Starts or None
    """
    began = {s.arm: s.started for s in (starts.rows if starts else ())}
    for row in received.rows:
        if _not_delivered(row.persons, row.share, row.mean, row.mean_month):
            continue
        n, persons = _counted(row, "hours")
        cell = served_cell(row)
        if cell in ledger.seen:
            raise DisclosureError("hours: an arm and actor stand twice; they cannot be checked")
        ledger.observe(hours_cell(row), persons, None)
        ledger.observe(cell, n, persons)
        if began.get(row.arm) == persons:
            # as many as started: taken as the same persons
            ledger.margin([cell], started_cell(row.arm))
    collect_shares(ledger, received.shares)
    if compliance is not None:
        _link_receipt(ledger, study, received, compliance)


def _not_delivered(persons: object, *others: object) -> bool:
    """Return whether nothing was counted; a number beside persons that nobody counted cannot be checked."""
    if not isinstance(persons, Unavailable):
        return False
    if not all(isinstance(value, Unavailable) for value in others):
        raise DisclosureError("received: a row has a number and no count of persons; it cannot be checked")
    return True


def collect_shares(ledger: Ledger, shares: Shares) -> None:
    """Enter items by arm, and that an item's persons add up over the arms to a sum that is taken as known."""
    by_item: dict[tuple[str, int | None], list[Cell]] = {}
    for row in shares.rows:
        if _not_delivered(row.persons, row.share):
            continue
        cell = share_cell(row)
        if cell in ledger.seen:
            raise DisclosureError(f"{row.item}: an arm stands twice; it cannot be checked")
        ledger.observe(cell, *_counted(row, row.item))
        by_item.setdefault((row.item, row.month), []).append(cell)
    for (item, _), cells in by_item.items():
        ledger.over_arms(cells, where=f"{item} by arm")


def _link_receipt(ledger: Ledger, study: Study, received: Received, compliance: ComplierEffects) -> None:
    """Enter what receipt of a programme is made of: the same persons with a SIUS consultant, more persons with hours."""
    sources = {a.code: a.received for a in study.arms if a.received is not None}
    receipts = {(r.programme, r.arm): r for r in compliance.receipt.rows}
    for (programme, arm), receipt in receipts.items():
        source, total = sources.get(programme), receipt_cell(programme, arm)
        if source is None or not isinstance(receipt.received, int) or not isinstance(receipt.n, int):
            continue
        if source.source == "sius":
            for same in (r for r in received.shares.rows if (r.item, r.arm) == ("sius", arm)):
                ledger.margin([share_cell(same)], total)
        for row in (r for r in received.rows if (r.actor, r.arm) == (source.actor, arm)):
            later = receipt.received - _counted(row, "hours")[1]
            rest = Cell("received", f"hours of {row.actor} after month {row.month}", arm=arm)
            if later < 0:
                raise DisclosureError("hours: more persons have hours than received the programme by its hours")
            if later:
                ledger.spare.add(rest)
                ledger.observe(rest, receipt.n, later)
            ledger.margin([served_cell(row), *([rest] if later else [])], total)


def decide_received(ledger: Ledger, received: Received | None) -> None:
    """Hide means of few or dominated hours, once all else is decided, and in each arm what would undo a single one.

    Parameters
    ----------
    ledger : Ledger
        Closed.
    received : Received or None
    """
    by_arm: dict[tuple[str, int], list[HoursRow]] = {}
    for row in received.rows if received is not None else ():
        if rule := mean_rule(row, ledger.policy):
            ledger.withhold(hours_cell(row), rule)
        by_arm.setdefault((row.arm, row.month), []).append(row)
    for found in by_arm.values():
        rows = [r for r in found if not isinstance(r.persons, Unavailable)]
        away = [r for r in rows if ledger.is_hidden(hours_cell(r))]
        if len(away) == 1 and len(rows) > 1:
            # nobody's hours protect nothing; the sum of all goes last
            left = [r for r in rows if r is not away[0] and r.persons]
            ranked = sorted(left, key=lambda r: (r.actor == ALL_ACTORS, _counted(r, "hours")[1], r.actor))
            ledger.withhold(hours_cell(ranked[0]), _COMPLEMENT)


def mean_rule(row: HoursRow, policy: Policy) -> str:
    """Return the rule by which a mean of hours may not be shown, or the empty string.

    Parameters
    ----------
    row : HoursRow
    policy : Policy
        ``min_mean`` persons at least; the ``dominance`` and ``p_percent`` of their hours.
    """
    if not row.persons:
        return ""
    if isinstance(row.persons, int) and row.persons < policy.min_mean:
        return _FEW
    if not available(row.largest):
        return ""
    largest = float(row.largest)  # type: ignore[arg-type]
    second = float(row.second) if available(row.second) else 0.0  # type: ignore[arg-type]
    if policy.dominance is not None:
        n, k = policy.dominance
        # of more than two persons only a bound is known
        if largest + (n - 1) * second > k / 100:
            return _DOMINANCE
    if policy.p_percent is not None and 1 - largest - second < policy.p_percent / 100 * largest:
        return _DOMINANCE
    return ""


def protect_received(received: Received, ledger: Ledger, notes: Callable[[Iterable[str]], Iterable[str]]) -> Received:
    """Return what the arms received with what the closed ledger hides taken out.

    Parameters
    ----------
    received : Received
    ledger : Ledger
    notes : callable
        What protects notes.
    """
    rows = tuple(_hours(row, ledger) for row in received.rows)
    return Received(
        rows=rows, shares=protect_shares(received.shares, ledger, notes), notes=tuple(notes(received.notes))
    )


def _hours(row: HoursRow, ledger: Ledger) -> HoursRow:
    changes: dict[str, object] = {}
    counted = not isinstance(row.persons, Unavailable)
    if counted and ledger.is_hidden(hours_cell(row)):
        changes.update(mean=_GONE, mean_month=_GONE)
    if counted and ledger.is_hidden(served_cell(row)):
        changes.update(persons=_GONE, share=_GONE)
    if isinstance(row.n, int) and ledger.policy.small(row.n):
        changes["n"] = _GONE
    plain = Status.RELEASED if counted else Status.UNAVAILABLE
    status = Status.SUPPRESSED if changes else plain
    return replace(row, status=status, largest=_INSIDE, second=_INSIDE, **changes)  # type: ignore[arg-type]


def protect_shares(shares: Shares, ledger: Ledger, notes: Callable[[Iterable[str]], Iterable[str]]) -> Shares:
    """Return items by arm with what the closed ledger hides taken out.

    Parameters
    ----------
    shares : Shares
    ledger : Ledger
    notes : callable
        What protects notes.
    """
    return Shares(rows=tuple(_share(row, ledger) for row in shares.rows), notes=tuple(notes(shares.notes)))


def _share(row: ShareRow, ledger: Ledger) -> ShareRow:
    changes: dict[str, object] = {}
    # what was not delivered was never counted
    if not isinstance(row.persons, Unavailable) and ledger.is_hidden(share_cell(row)):
        changes.update(persons=_GONE, share=_GONE)
    if isinstance(row.n, int) and ledger.policy.small(row.n):
        changes["n"] = _GONE
    plain = Status.UNAVAILABLE if isinstance(row.share, Unavailable) else Status.RELEASED
    return replace(row, status=Status.SUPPRESSED if changes else plain, **changes)  # type: ignore[arg-type]
