"""Receipt of programmes and the effect of receiving one, on their way out.

An arm's persons who received a programme are a cell: 1–4 received or not received hide it, and what it could be worked out from
with it. Where receipt is that the person started, it is the cell of who started in that arm, with one decision.
The first stage is receipt less receipt, and the effect of receiving the effect of the assignment over the first stage: a
hidden cell of receipt hides all of these but the effect of the assignment, a hidden cell of the outcome all but receipt.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from effektutv.errors import DisclosureError
from effektutv.results.compliance import ComplierEffects, Receipts
from effektutv.values import Status, Suppressed, Unavailable, available

from .cells import Cell, started_cell
from .rules.notes import safe_note
from .rules.rounding import decimals, round_fields, round_p

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from effektutv.results.compliance import ComplierRow, ReceiptRow
    from effektutv.results.counts import Starts

    from .ledger import Ledger
    from .rules.rounding import Blurred

__all__ = ["collect_receipts", "protect_compliance"]

_GONE = Suppressed("touches a suppressed cell")
_DIFFERENCING = Suppressed("differs from the same cell of everyone assigned by too few")
_TOLERANCE = 1e-6


def _same_as_starts(row: ReceiptRow, starts: Starts | None) -> bool:
    """Return whether who received the arm's own programme is who started: the same count is taken as the same persons."""
    if starts is None or row.arm != row.programme:
        return False
    return any((s.arm, s.n, s.started) == (row.arm, row.n, row.received) for s in starts.rows)


def receipt_cell(programme: str, arm: str) -> Cell:
    """Return the cell of an arm's persons who received a programme."""
    return Cell("receipts", f"received {programme}", arm=arm)


def collect_receipts(ledger: Ledger, compliance: ComplierEffects, starts: Starts | None) -> None:
    """Enter receipt by arm and programme, and that a programme's receipts add up over the arms to a known sum.

    Parameters
    ----------
    ledger : Ledger
    compliance : ComplierEffects
    starts : Starts or None
        Who started, by arm.
    """
    by_programme: dict[str, list[Cell]] = {}
    for row in compliance.receipt.rows:
        if not isinstance(row.n, int) or not isinstance(row.received, int):
            raise DisclosureError(f"receipt of {row.programme}: the counts behind an arm are unknown")
        if available(row.share) and abs(float(row.share) * row.n - row.received) > _TOLERANCE:  # type: ignore[arg-type]
            raise DisclosureError(f"receipt of {row.programme}: a share and the count behind it do not agree")
        cell = receipt_cell(row.programme, row.arm)
        if cell in ledger.seen:
            raise DisclosureError(f"receipt of {row.programme}: an arm stands twice; it cannot be checked")
        ledger.observe(cell, row.n, row.received)
        if _same_as_starts(row, starts):
            ledger.margin([cell], started_cell(row.arm), where="receipt and starts", clock="")
        by_programme.setdefault(row.programme, []).append(cell)
    for programme, cells in by_programme.items():
        ledger.over_arms(cells, where=f"receipt of {programme} by arm")
    for found in compliance.rows:
        for arm, n, share in _sides(found):
            received = _received(found, n, share)
            if received is not None:
                ledger.observe(receipt_cell(found.arm, arm), *received, clock=_AMONG)


#: Receipt among those whose outcome is known is counted apart from receipt among everyone assigned.
_AMONG = "with an outcome"


def _sides(row: ComplierRow) -> tuple[tuple[str, object, object], ...]:
    return (row.arm, row.n_arm, row.receipt_arm), (row.control, row.n_control, row.receipt_control)


def _received(row: ComplierRow, n: object, share: object) -> tuple[int, int] | None:
    """Return persons and receivers behind one arm of a row; a share that is not of whole persons is a fault."""
    if not available(share):
        return None
    if not isinstance(n, int) or abs(float(share) * n - round(float(share) * n)) > _TOLERANCE:  # type: ignore[arg-type]
        raise DisclosureError(f"effect of receiving {row.arm}: receipt is no share of countable persons")
    return n, round(float(share) * n)  # type: ignore[arg-type]


def protect_compliance(
    compliance: ComplierEffects, ledger: Ledger, notes: Callable[[Iterable[str]], Iterable[str]], lost: Blurred
) -> ComplierEffects:
    """Return receipts and complier effects with what the closed ledger hides taken out.

    Parameters
    ----------
    compliance : ComplierEffects
    ledger : Ledger
    notes : callable
        What protects notes.
    lost : Blurred
        Persons with an outcome who are a few less than the arm.
    """
    rows = tuple(_complier(row, ledger, lost) for row in compliance.rows)
    kept = {row.note for row in rows if row.note}
    spoken = {row.note for row in compliance.rows if row.note}
    return ComplierEffects(
        rows=rows,
        receipt=Receipts(rows=tuple(_receipt(row, ledger) for row in compliance.receipt.rows)),
        conf_level=compliance.conf_level,
        notes=tuple(notes(n for n in compliance.notes if n not in spoken or n in kept)),
        estimand=compliance.estimand,
    )


def _receipt(row: ReceiptRow, ledger: Ledger) -> ReceiptRow:
    changes: dict[str, object] = {}
    if ledger.is_hidden(receipt_cell(row.programme, row.arm)):
        changes = {"received": _GONE, "share": _GONE}
    if isinstance(row.n, int) and ledger.policy.small(row.n):
        changes["n"] = _GONE
    plain = Status.UNAVAILABLE if isinstance(row.share, Unavailable) else Status.RELEASED
    return replace(row, status=Status.SUPPRESSED if changes else plain, **changes)  # type: ignore[arg-type]


_FIRST = ("first_stage", "first_stage_error", "f_classical", "f_robust")
_SECOND = ("estimate", "std_error", "statistic", "df", "p_value", "conf_low", "conf_high", "ar_low", "ar_high")


def _complier(row: ComplierRow, ledger: Ledger, lost: Blurred) -> ComplierRow:
    """Return one contrast as its cells were decided."""
    changes: dict[str, object] = {}
    arms = (("arm", row.arm), ("control", row.control))
    receipt = any(ledger.is_hidden(receipt_cell(row.arm, arm)) for _, arm in arms)
    outcome = any(ledger.is_hidden(Cell("outcome", row.outcome, row.month, arm)) for _, arm in arms)
    if receipt or outcome:
        changes.update(dict.fromkeys(_SECOND, _GONE))
    if outcome:
        changes["intention_to_treat"] = _GONE
    if receipt:
        changes.update(dict.fromkeys(_FIRST, _GONE))
    apart = [_apart(row, arm, n, ledger) for arm, n, _ in _sides(row)]
    for (name, arm), differs in zip(arms, apart, strict=True):
        n = getattr(row, f"n_{name}")
        if ledger.is_hidden(receipt_cell(row.arm, arm)):
            changes[f"receipt_{name}"] = _GONE
        elif differs:
            changes[f"receipt_{name}"] = _DIFFERENCING
        if isinstance(n, int) and ledger.policy.small(n):
            changes[f"n_{name}"] = _GONE
    rough = [n for a, n, _ in _sides(row) if lost.has(Cell("outcome", row.outcome, row.month, a), row.clock, n)]
    if rough:
        names = ("receipt_arm", "receipt_control", *_FIRST[:2], "intention_to_treat", *_SECOND[:2], *_SECOND[5:])
        digits = min(decimals(n) for n in rough)
        rounded = {**round_fields(row, names, digits), **round_p(row, ["p_value"])}
        gone = dict.fromkeys(("n_arm", "n_control", "df", "statistic", "f_classical", "f_robust"), _DIFFERENCING)
        changes = {**rounded, **gone, **changes}
    if any(apart) and not row.strata:
        # without strata the first stage is made of the raw shares
        changes.update(dict.fromkeys((*_FIRST, *_SECOND), _DIFFERENCING))
    plain = Status.UNAVAILABLE if isinstance(row.estimate, Unavailable) else Status.RELEASED
    silent = receipt or outcome or any(apart)
    note = "" if silent else safe_note(row.note, ledger.policy, totals=not rough) or ""
    return replace(row, note=note, status=Status.SUPPRESSED if changes else plain, **changes)  # type: ignore[arg-type]


def _apart(row: ComplierRow, arm: str, n: object, ledger: Ledger) -> bool:
    """Return whether receipt among those with an outcome and among all assigned differ by a few persons."""
    sights = ledger.seen.get(receipt_cell(row.arm, arm), {})
    for few, some in sights.get(_AMONG, []):
        for many, every in sights.get("", []):
            if few != n or some is None or every is None or not 0 <= every - some <= many - few:
                continue
            if many > few and ledger.rule(many - few, every - some):
                return True
    return False
