"""What was found in the extracts, on its way out: rows are banded where they are few, and persons looked at like any sum.

How many participants a register knows nothing of is a number of persons in all arms together. It may be the very sum that a
hidden arm can be worked out from (who never started has no row of the programme's hours, who did not answer none of the survey),
or bound it: who died has a row among the events, so that there are no more deaths than persons with one. A number of persons, or
of rows, that is a few more than a sum with a hidden part is therefore hidden, whatever register it is of.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from effektutv.results.data_quality import PARTICIPANTS, DataQuality
from effektutv.results.names import MISSING
from effektutv.values import Suppressed

from .protected import Decision, Role
from .rules.survival_counts import KINDS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from effektutv.results.data_quality import Finding
    from effektutv.values import Count

    from .cells import Cell
    from .ledger import Ledger
    from .rules.survival_counts import Curves

__all__ = ["protect_quality"]

_NEAR = "at most a few more than a sum of which an arm is hidden"
_FEW = "a few rows or persons of a register"
_GONE = Suppressed("touches a suppressed cell")
#: The words for a small number that every result has ("fewer than 5") hold for this threshold.
_WORDED = 5


def protect_quality(
    quality: DataQuality, ledger: Ledger, curves: Iterable[Curves]
) -> tuple[DataQuality, list[Decision]]:
    """Return what was found with small numbers banded or hidden, and what was decided.

    A count of files, months or years is no count of persons, and stays.

    Parameters
    ----------
    quality : DataQuality
    ledger : Ledger
        Closed.
    curves : iterable of Curves
        The decisions on times to events.
    """
    present, absent = _sums(ledger)
    present |= _left_out(curves)
    decisions: list[Decision] = []

    def rule(with_row: int, without: int = 0) -> str:
        # who is in a sum has a row: it is no larger, and where it is much smaller the rows bound nothing
        apart = [with_row - k for k in present if with_row] + [k - without for k in absent if without]
        if any(0 <= gap < ledger.policy.threshold for gap in apart):
            return _NEAR
        return _FEW if any(ledger.policy.small(n) for n in (with_row, without)) else ""

    def hide(cell: str, why: str) -> Suppressed:
        role = Role.PRIMARY if why == _FEW else Role.COMPLEMENTARY
        decisions.append(Decision(table="data_quality", cell=cell, rule=why, role=role, count_band="not stated"))
        return _GONE

    def shown(found: Finding) -> Finding:
        checked, failing = found.rows_checked, found.rows_failing
        if not found.of_persons or not isinstance(checked, int) or not isinstance(failing, int):
            return found
        name, few = f"{found.extract}, {found.column}, {found.rule}", ledger.policy.small(failing)
        if found.rule == PARTICIPANTS:
            why = rule(checked - failing, failing)
        elif ledger.policy.small(checked):
            return replace(found, rows_checked=hide(name, _FEW), rows_failing=_GONE)
        else:
            why = _FEW if few else ""
        if few and why == _FEW and ledger.policy.threshold == _WORDED:
            return replace(found, rows_failing=1)
        return replace(found, rows_failing=hide(name, why)) if why else found

    rows = tuple(shown(f) for f in quality.rows)
    read: dict[str, Count] = {}
    for name, n in quality.read.items():
        why = rule(n) if isinstance(n, int) else ""
        read[name] = hide(f"{name}, rows read", why) if why else n
    return replace(quality, rows=rows, read=read), decisions


def _sums(ledger: Ledger) -> tuple[set[int], set[int]]:
    """Return the sums over the arms of which some arm's count is hidden: who may have a row, and who may have none."""
    families: dict[tuple[Cell, str], list[tuple[int, int]]] = {}
    secret: set[tuple[Cell, str]] = set()
    for cell in ledger.seen:
        for clock, (n, events) in ledger.largest(cell).items() if cell.arm else ():
            key = replace(cell, arm=""), clock
            families.setdefault(key, []).append((n, n if events is None else events))
            if cell in ledger.hidden:
                secret.add(key)
    present, absent = set(), set()
    for key in secret:
        n, events = (sum(part) for part in zip(*families[key], strict=True))
        # of whom nothing is known there may be no row
        with_row, without = (n - events, events) if key[0].level == MISSING else (events, n - events)
        present.add(with_row)
        absent.add(without)
    return present, absent


def _left_out(curves: Iterable[Curves]) -> set[int]:
    """Return how many had a competing event, or were censored, in all arms of a curve that leaves these out in one."""
    out: set[int] = set()
    for found in curves:
        kinds = [k for k in KINDS if any(kind == k for _, kind in found.without)]
        for clock in {t.clock for t in found.tracks}:
            out |= {sum(t.counts[k][-1] for t in found.tracks if t.clock == clock) for k in kinds}
    return out
