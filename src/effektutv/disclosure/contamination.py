"""The parts of one regression of all arms, and what the trial could detect, on their way out.

The coefficients, their parts and the averages beside them are sums of the arms' means by stratum with weights that the
sizes of the strata give. The sizes of strata × arms are in no table unless the strata are also a subgroup or a baseline
characteristic; so the sums tell no cell of their own. They are hidden where a cell of any arm is hidden for everyone, for
each part holds every arm; and where a cell is hidden in a level of the strata, for then the weights may be known and the
parts are several equations in it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from effektutv.errors import DisclosureError
from effektutv.results.contamination import Contamination
from effektutv.results.names import part_of, parts
from effektutv.results.power import Power
from effektutv.values import Status, Suppressed, Unavailable

from .cells import Cell, flow_cell
from .rules.notes import counts_persons, safe_note
from .rules.rounding import decimals, hides_persons, round_fields

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from effektutv.results.contamination import ContaminationRow
    from effektutv.study import Study

    from .ledger import Ledger
    from .rules.rounding import Blurred

__all__ = ["protect_contamination", "protect_power"]

_GONE = Suppressed("touches a suppressed cell")
_APART = Suppressed("differs from the same arm's persons elsewhere by too few")
_NUMBERS = ("estimate", "std_error", "conf_low", "conf_high", "difference", "difference_se")


def protect_contamination(
    found: Contamination, ledger: Ledger, study: Study, notes: Callable[[Iterable[str]], Iterable[str]], lost: Blurred
) -> Contamination:
    """Return the parts of one regression of all arms as their cells were decided.

    Parameters
    ----------
    found : Contamination
    ledger : Ledger
        Closed.
    study : Study
    notes : callable
        What protects notes.
    lost : Blurred
        Persons with an outcome who are a few less than the arm.
    """
    rows = tuple(_row(row, ledger, study, lost) for row in found.rows)
    told = (n for n in found.notes if not (hides_persons(rows) and counts_persons(n)))
    return Contamination(
        rows=rows,
        conf_level=found.conf_level,
        notes=tuple(notes(told)),
        estimand=found.estimand,
    )


def _row(row: ContaminationRow, ledger: Ledger, study: Study, lost: Blurred) -> ContaminationRow:
    cells = [Cell("outcome", row.outcome, row.month, arm) for arm in study.arm_codes]
    within = any(
        any(part_of(p, row.strata) for p in parts(c.group))
        for c in ledger.hidden
        if c.table == "persons" or (c.table, c.outcome, c.month) == ("outcome", row.outcome, row.month)
    )
    changes: dict[str, object] = {}
    if within or any(ledger.is_hidden(c) for c in cells):
        changes.update(dict.fromkeys(_NUMBERS, _GONE))
    rough = []
    for name, arm in (("n_arm", row.arm), ("n_control", row.control)):
        n = getattr(row, name)
        if not isinstance(n, int) or isinstance(n, bool):
            raise DisclosureError("contamination: the persons behind a row are unknown, so that it cannot be checked")
        cell = Cell("outcome", row.outcome, row.month, arm)
        sights = ledger.seen.get(cell, {}).get(row.clock, [])
        if ledger.policy.small(n):
            changes[name] = _GONE
        elif any(more > n and ledger.policy.small(more - n) for more, _ in sights):
            changes[name] = _APART
        if lost.has(cell, row.clock, n):
            changes[name] = _APART
            rough.append(n)
    if rough:
        changes = {**round_fields(row, _NUMBERS, min(decimals(n) for n in rough)), **changes}
    plain = Status.UNAVAILABLE if isinstance(row.estimate, Unavailable) else Status.RELEASED
    note = "" if changes else safe_note(row.note, ledger.policy) or ""
    return replace(row, note=note, status=Status.SUPPRESSED if changes else plain, **changes)  # type: ignore[arg-type]


def protect_power(found: Power, ledger: Ledger, study: Study, notes: Callable[[Iterable[str]], Iterable[str]]) -> Power:
    """Return what the trial could detect: it tells the arms' sizes, and goes where one of these is hidden.

    Parameters
    ----------
    found : Power
    ledger : Ledger
        Closed.
    study : Study
    notes : callable
        What protects notes.
    """
    anchors = [c for c in ledger.anchors if c.arm in study.arm_codes and c == flow_cell(c.outcome, c.arm)]
    hidden = {c.arm for c in anchors if c in ledger.hidden}
    rows = []
    for row in found.rows:
        few = any(isinstance(n, int | float) and 0 < n < ledger.policy.threshold for n in (row.n_arm, row.n_control))
        gone = dict.fromkeys(("n_arm", "n_control", "effect", "power", "std_error", "monte_carlo_error"), _GONE)
        # a row that names no arm may be of any
        secret = bool(hidden & ({row.arm, row.control} - {""} or hidden))
        rows.append(replace(row, **gone) if secret or few else row)  # type: ignore[arg-type]
    return Power(rows=tuple(rows), notes=tuple(notes(found.notes)))
