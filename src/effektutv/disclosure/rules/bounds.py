"""Survey outcomes on their way out: who responded is a cell, and everything else of the item stands on it.

Of an arm the respondents are the events, those who did not respond the non-events: 1–4 of either hide the response of that
arm, its number of respondents wherever it stands, and every share and effect among them, which would give the number away.
An item's events among respondents are cells as those of any outcome. Bounds are made of both, so that they go with either.
The share trimmed by Lee's bounds is one less the ratio of the two responses, and tells no more than these; where the
trimming was done in cells, or within strata, it rests on the response in each, which no table shows, and is hidden.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from effektutv.errors import DisclosureError
from effektutv.results.bounds import Bounds
from effektutv.results.survey import SurveyOutcome
from effektutv.values import Status, Suppressed, Unavailable, available

from ..cells import Cell
from . import collect_effects
from .notes import safe_note
from .rounding import decimals, round_fields

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from effektutv.results.bounds import BoundRow
    from effektutv.results.effect_rows import EffectRow
    from effektutv.results.effects import Effects
    from effektutv.study import Study

    from ..ledger import Ledger
    from .rounding import Blurred

__all__ = ["as_response", "collect_survey", "enter_bound", "protect_bound", "protect_survey", "response_cell"]

_GONE = Suppressed("touches a suppressed cell")
_LOST = Suppressed("differs by too few from the respondents to another item")
_CELLS = Suppressed("rests on response in cells that are not shown")
_TOLERANCE = 1e-9


def response_cell(outcome: str, arm: str) -> Cell:
    """Return the cell of an arm's respondents to an item.

    Parameters
    ----------
    outcome : str
        The item's name in the study.
    arm : str
    """
    return Cell("outcome", f"response:{outcome}", None, arm)


def _responses(survey: SurveyOutcome) -> Iterator[Effects]:
    """Yield every table of response, under one name: the same persons stand in each."""
    for effects in (survey.response, *(b.response for b in survey.bounds)):
        yield replace(effects, rows=tuple(as_response(row, survey.outcome) for row in effects.rows))


def as_response(row: EffectRow, outcome: str) -> EffectRow:
    """Return a row of response under the name of its cell."""
    return replace(row, outcome=f"response:{outcome}", clock="", month=None)


def collect_survey(ledger: Ledger, study: Study, survey: SurveyOutcome) -> None:
    """Enter an item: respondents by arm, and the item's events among them."""
    for effects in _responses(survey):
        collect_effects.collect_effects(ledger, study, effects.rows)
    for effects in (survey.observed, survey.weighted):
        if any(row.outcome != survey.outcome for row in effects.rows):
            raise DisclosureError(f"survey, {survey.outcome}: a row is of another outcome; it cannot be checked")
        collect_effects.collect_effects(ledger, study, effects.rows)
    for bounds in survey.bounds:
        for row in bounds.rows:
            enter_bound(ledger, survey.outcome, row)
    follow_response(ledger, survey.outcome)


def follow_response(ledger: Ledger, outcome: str) -> None:
    """Let every cell of an item follow its respondents: a share would give their number away."""
    for cell in list(ledger.seen):
        if cell.table == "outcome" and cell.outcome == outcome:
            ledger.denominators[cell] = response_cell(outcome, cell.arm)


def enter_bound(ledger: Ledger, outcome: str, row: BoundRow) -> None:
    """Enter both arms of one contrast's bounds."""
    for arm, n, seen, share in (
        (row.arm, row.n_arm, row.observed_arm, row.response_arm),
        (row.control, row.n_control, row.observed_control, row.response_control),
    ):
        if row.outcome != outcome or not isinstance(n, int) or not isinstance(seen, int):
            raise DisclosureError(f"bounds, {outcome}: the respondents behind a row are unknown; it cannot be checked")
        if available(share) and abs(float(share) * n - seen) > _TOLERANCE * max(1, n):  # type: ignore[arg-type]
            raise DisclosureError(f"bounds, {outcome}: a response and the count behind it do not agree")
        if n:
            ledger.observe(response_cell(outcome, arm), n, seen)


def protect_survey(
    survey: SurveyOutcome,
    ledger: Ledger,
    effects: Callable[[Effects], Effects],
    notes: Callable[[Iterable[str]], Iterable[str]],
    lost: Blurred,
) -> SurveyOutcome:
    """Return an item with what the closed ledger hides taken out.

    Parameters
    ----------
    survey : SurveyOutcome
    ledger : Ledger
    effects, notes : callable
        What protects effects and notes.
    lost : Blurred
        Respondents who differ by a few from those of another item of the wave.
    """
    arms = {a for row in survey.response.rows for a in (row.arm, row.control)}
    secret = any(ledger.is_hidden(response_cell(survey.outcome, a)) for a in arms)

    def told(texts: Iterable[str]) -> tuple[str, ...]:
        # the number of all who did not respond, less the arms that are shown, is the arm that is not
        return tuple(notes(t for t in texts if not (secret and re.search(r"\d", t))))

    def shown(found: Effects) -> Effects:
        return effects(replace(found, notes=told(found.notes)))

    def response(found: Effects) -> Effects:
        names = [(r.outcome, r.clock, r.month) for r in found.rows]
        renamed = replace(found, rows=tuple(as_response(r, survey.outcome) for r in found.rows))
        decided = shown(renamed)
        rows = [replace(r, outcome=o, clock=c, month=m) for r, (o, c, m) in zip(decided.rows, names, strict=True)]
        return replace(decided, rows=tuple(rows))

    return SurveyOutcome(
        outcome=survey.outcome,
        wave=survey.wave,
        response=response(survey.response),
        observed=shown(survey.observed),
        weighted=shown(survey.weighted),
        bounds=tuple(
            Bounds(
                rows=tuple(protect_bound(row, ledger, lost) for row in b.rows),
                response=response(b.response),
                conf_level=b.conf_level,
                notes=told(b.notes),
                estimand=b.estimand,
            )
            for b in survey.bounds
        ),
    )


def protect_bound(row: BoundRow, ledger: Ledger, lost: Blurred) -> BoundRow:
    """Return one contrast's bounds as their cells were decided.

    Parameters
    ----------
    row : BoundRow
    ledger : Ledger
        Closed.
    lost : Blurred
    """
    changes: dict[str, object] = {}
    touched = False
    for name, arm in (("arm", row.arm), ("control", row.control)):
        away = ledger.is_hidden(response_cell(row.outcome, arm))
        n = getattr(row, f"n_{name}")
        if isinstance(n, int) and ledger.policy.small(n):
            changes[f"n_{name}"] = _GONE
        if away:
            changes.update(
                {f"observed_{name}": _GONE, f"response_{name}": _GONE, "trimmed_share": _GONE, "trimmed": ""}
            )
        item = [c for c in ledger.hidden if _of_item(c, row.outcome, arm)]
        touched = touched or away or bool(item)
    if (row.cells > 1 or row.strata) and available(row.trimmed_share):
        changes.setdefault("trimmed_share", _CELLS)
    if touched:
        names = ("lower", "upper", "std_error_lower", "std_error_upper", "conf_low", "conf_high")
        changes.update(dict.fromkeys(names, _GONE))
    rough = [
        n
        for a, n in ((row.arm, row.n_arm), (row.control, row.n_control))
        if lost.has(response_cell(row.outcome, a), "", n)
    ]
    if rough:
        shares = (
            "response_arm",
            "response_control",
            "trimmed_share",
            "lower",
            "upper",
            "std_error_lower",
            "std_error_upper",
        )
        rounded = round_fields(row, (*shares, "conf_low", "conf_high"), min(decimals(n) for n in rough))
        changes = {**rounded, "observed_arm": _LOST, "observed_control": _LOST, **changes}
    note = "" if touched else safe_note(row.note, ledger.policy, totals=not rough) or ""
    taken = any(isinstance(v, Suppressed) for v in changes.values())
    plain = Status.UNAVAILABLE if isinstance(row.lower, Unavailable) else Status.RELEASED
    return replace(row, note=note, status=Status.SUPPRESSED if taken else plain, **changes)  # type: ignore[arg-type]


def _of_item(cell: Cell, outcome: str, arm: str) -> bool:
    return (cell.table, cell.outcome, cell.arm, cell.group) == ("outcome", outcome, arm, "")
