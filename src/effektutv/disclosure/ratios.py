"""Risk and odds ratios on their way out: each goes where the difference beside it goes.

A ratio is made of the same two adjusted means as its difference, which stand beside it, so that it tells no cell of its own.
Its standard error would be a second equation in the cells of the strata, beside the difference's: ratios and their limits are
released in hundredths, without error, statistic and p-value. Where the difference is rounded for the sake of a hidden number of
persons, they are released in tenths.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from effektutv.values import Status, Suppressed, Unavailable

from .rules.notes import safe_note
from .rules.rounding import round_fields

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from effektutv.results.effect_rows import EffectRow
    from effektutv.results.effects import Effects
    from effektutv.results.ratios import RatioRow, Ratios

    from .policy import Policy

__all__ = ["protect_ratios"]

_GONE = Suppressed("the difference beside it is not shown")
_UNRELEASED = Suppressed("a second equation in the cells of the strata")
_COUNTS = Suppressed("the counts behind shares are not released by themselves")
_RATIO = ("estimate", "conf_low", "conf_high")
_ERRORS = ("std_error", "statistic", "df", "p_value")
_MEANS = ("mean_arm", "mean_control")
_PERSONS = ("n_arm", "n_control")
_HUNDREDTHS, _TENTHS = 2, 1


def protect_ratios(
    found: Ratios, effects: Iterable[Effects], policy: Policy, notes: Callable[[Iterable[str]], Iterable[str]]
) -> Ratios:
    """Return ratios as the differences beside them were decided.

    Parameters
    ----------
    found : Ratios
    effects : iterable of Effects
        As decided. A ratio without its difference among them is not shown.
    policy : Policy
    notes : callable
        What protects notes.
    """
    beside = {_key(row): row for e in effects for row in e.rows if not row.subgroup}
    rows = tuple(_row(row, beside.get(_key(row)), policy) for row in found.rows)
    return replace(found, rows=rows, notes=tuple(notes(found.notes)))


def _key(row: EffectRow | RatioRow) -> tuple[object, ...]:
    return row.outcome, row.clock, row.month, row.arm, row.control


def _row(row: RatioRow, beside: EffectRow | None, policy: Policy) -> RatioRow:
    """Return one ratio as its difference was decided."""
    changes: dict[str, object] = dict.fromkeys(("events_arm", "events_control"), _COUNTS)
    if beside is None or any(isinstance(getattr(beside, f), Suppressed) for f in ("estimate", "std_error", *_MEANS)):
        gone = dict.fromkeys((*_RATIO, *_ERRORS, *_MEANS), _GONE)
        persons = {f: _GONE if beside is None else getattr(beside, f) for f in _PERSONS}
        return replace(row, status=Status.SUPPRESSED, note="", **changes, **gone, **persons)  # type: ignore[arg-type]
    persons = {f: getattr(beside, f) for f in _PERSONS}
    lost = any(isinstance(n, Suppressed) for n in persons.values())
    changes |= {**persons, **{f: getattr(beside, f) for f in _MEANS}, **dict.fromkeys(_ERRORS, _UNRELEASED)}
    changes |= round_fields(row, _RATIO, _TENTHS if lost else _HUNDREDTHS)
    plain = Status.UNAVAILABLE if isinstance(row.estimate, Unavailable) else Status.RELEASED
    note = safe_note(row.note, policy, totals=not lost) or ""
    return replace(row, note=note, status=plain, **changes)  # type: ignore[arg-type]
