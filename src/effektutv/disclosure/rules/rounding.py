"""Numbers persons may be counted back from, released rounded: how many were lost, or did not answer, is a small count too.

A share at full precision gives its denominator away. Where a number of persons differs by a few from another that is shown (the
arm's size, another month's, another item's of the same survey wave), or is one that the participant flow hides, it is hidden, and
what rests on it is rounded so far that every denominator around it has a numerator with the same rounded share: with d decimals
the shares of n persons lie 1/n apart, so that one of them is in each step of 10⁻ᵈ where n is at least 10ᵈ.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from effektutv.values import Suppressed, available

from ..cells import Cell, persons_cell
from ..protected import Decision, Role

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from effektutv.results.names import Name
    from effektutv.results.survey import SurveyOutcome

    from ..ledger import Ledger

__all__ = ["LOST", "Blurred", "blurred", "decimals", "hides_persons", "round_fields", "round_p"]

LOST = "differs by a few from another number of the same persons: rounded, and its number of persons hidden"


def decimals(n: object) -> int:
    """Return to how many decimals a share of about n persons is shown where their number is not.

    Parameters
    ----------
    n : object
        The number of persons; what is none counts as one.
    """
    return len(str(n)) - 1 if isinstance(n, int) and n > 0 else 0


def round_fields(row: object, names: Iterable[str], digits: int) -> dict[str, object]:
    """Return fields of a row that are numbers, rounded.

    Parameters
    ----------
    row : object
    names : iterable of str
    digits : int
        Decimals.
    """
    values = {name: getattr(row, name) for name in names}
    return {name: round(float(v), digits) for name, v in values.items() if available(v)}


def round_p(row: object, names: Iterable[str], digits: int = 2) -> dict[str, object]:
    """Return p-values of a row, rounded; none to 0, which a reader would take for less than one in a thousand.

    Parameters
    ----------
    row : object
    names : iterable of str
    digits : int
        Decimals.
    """
    least = float(10**-digits)
    rounded = round_fields(row, names, digits)
    return {name: max(float(p), least) for name, p in rounded.items() if available(p)}  # type: ignore[arg-type]


def hides_persons(rows: Iterable[object]) -> bool:
    """Return whether some row's number of persons is hidden: a note on how many all rows are about would tell it.

    Parameters
    ----------
    rows : iterable of object
        As decided, with ``n_arm`` and ``n_control`` or with ``n``.
    """
    names = ("n_arm", "n_control", "n")
    return any(isinstance(getattr(row, name, None), Suppressed) for row in rows for name in names)


@dataclass(slots=True, kw_only=True)
class Blurred:
    """Numbers of persons that are hidden, by the cell, the clock and the number.

    Parameters
    ----------
    sights : set of (Cell, str, int)
    decisions : list of Decision
    """

    sights: set[tuple[Cell, str, int]] = field(default_factory=set)
    decisions: list[Decision] = field(default_factory=list)

    def add(self, cell: Cell, clock: str, n: int) -> None:
        """Hide a number of persons."""
        if (cell, clock, n) not in self.sights:
            self.sights.add((cell, clock, n))
            self.decisions.append(
                Decision(
                    table=cell.table, cell=str(cell), rule=LOST, role=Role.PRIMARY, count_band="not stated"
                )
            )  # fmt: skip

    def has(self, cell: Cell, clock: str, n: object) -> bool:
        """Return whether a number of persons is hidden."""
        return isinstance(n, int) and (cell, clock, n) in self.sights


def blurred(ledger: Ledger, surveys: Iterable[SurveyOutcome], sizes: Mapping[str, int]) -> Blurred:
    """Return which numbers of persons are hidden because another that is shown differs by a few.

    Parameters
    ----------
    ledger : Ledger
        Closed.
    surveys : iterable of SurveyOutcome
    sizes : mapping of str to int
        The most persons of each arm that any table shows.
    """
    out = Blurred()
    items = {s.outcome for s in surveys}
    secret = _hidden_in_flow(ledger)
    series: dict[tuple[str, str, str, Name, Name], dict[int, list[Cell]]] = {}
    for cell in ledger.seen:
        if cell.table != "outcome" or cell.outcome in items or cell.outcome.startswith("response:"):
            continue
        for clock, (n, _) in ledger.largest(cell).items():
            key = (cell.outcome.split(":")[0], clock, cell.arm, cell.group, cell.level)
            series.setdefault(key, {}).setdefault(n, []).append(cell)
    for (_, clock, arm, group, level), numbers in series.items():
        shown = [_persons(ledger, persons_cell(arm, group, level)) if group else sizes.get(arm, 0)]
        away = [] if group else secret.get(arm, [])
        for n in sorted(numbers, reverse=True):
            near = any(ledger.policy.small(abs(n - other)) for other in shown)
            if near or any(abs(n - other) < ledger.policy.threshold for other in away):
                for cell in numbers[n]:
                    out.add(cell, clock, n)
            else:
                shown.append(n)
    _waves(ledger, surveys, out)
    return out


def _hidden_in_flow(ledger: Ledger) -> dict[str, list[int]]:
    """Return the numbers of persons by arm that the flow hides: who is analysed stands beside every effect too."""
    out: dict[str, list[int]] = {}
    for cell in ledger.hidden:
        if cell.table == "flow" and cell.arm and not cell.outcome.startswith("left at "):
            out.setdefault(cell.arm, []).extend(n for n, _ in ledger.seen[cell].get("", []))
    return out


def _persons(ledger: Ledger, cell: Cell) -> int:
    """Return the persons of a level that the balance table shows, or 0."""
    counts = ledger.seen.get(cell, {}).get("", [])
    return 0 if ledger.is_hidden(cell) else max((part or 0 for _, part in counts), default=0)


def _waves(ledger: Ledger, surveys: Iterable[SurveyOutcome], out: Blurred) -> None:
    """Hide respondents of an item where another item of the same wave, asked of the same persons, has a few more or fewer."""
    shown: dict[tuple[int, str], list[int]] = {}
    for survey in surveys:
        for cell in [c for c in ledger.seen if c.table == "outcome" and c.outcome == f"response:{survey.outcome}"]:
            for n, seen in ledger.seen[cell].get("", []):
                others = shown.setdefault((survey.wave, cell.arm), [])
                if seen is None or ledger.is_hidden(cell):
                    continue
                if any(ledger.policy.small(abs(seen - k)) for k in others):
                    out.add(cell, "", n)
                    key = ("outcome", survey.outcome, cell.arm)
                    for other in [c for c in ledger.seen if (c.table, c.outcome, c.arm) == key]:
                        for clock, sights in ledger.seen[other].items():
                            out.add(other, clock, max(k for k, _ in sights))
                else:
                    others.append(seen)
