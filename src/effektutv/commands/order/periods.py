"""Which rows of a register a study needs: from which day, month, year or snapshot, to which."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from effektutv.cohort.month_masks import day_k
from effektutv.errors import ArgumentError
from effektutv.registers.schema.table_schema import DatedBy, ExtractSchema
from effektutv.study import Study

__all__ = ["Period", "Window", "period_of", "window_of"]

#: The last year of annual control statements, and the first of monthly declarations.
_LAST_KU, _FIRST_AGI = 2018, 2019
_GIVEN = "(anges)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """When participants were randomised, and the last day that any started her own intervention.

    Parameters
    ----------
    first, last : date, optional
        Days of the first and the last randomisation; None where they are not known.
    started : date, optional
        The last start; None where it is not known.

    Raises
    ------
    ArgumentError
        If the days are not in order, or only one of the first two is given.
    """

    first: date | None = None
    last: date | None = None
    started: date | None = None

    def __post_init__(self) -> None:
        if (self.first is None) != (self.last is None):
            raise ArgumentError("randomised-from, randomised-to: give both days or neither")
        if self.first is not None and self.last is not None and self.last < self.first:
            raise ArgumentError("randomised-to: the last day lies before the first; give them in order")
        if self.started is not None and (self.first is None or self.started < self.first):
            raise ArgumentError(
                "started-to: the last start lies before the first randomisation, or that is not given; give randomised-from "
                "and randomised-to too"
            )

    @property
    def zero(self) -> date | None:
        """The last day that months are counted from, on either clock."""
        return self.last if self.started is None or self.last is None else max(self.last, self.started)


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """Which rows are needed.

    Parameters
    ----------
    text : str
        In Swedish, as it stands in the order.
    first, last : date, optional
        The first and the last day that the rows are about, where both are known.
    years : tuple of int
        The calendar years of an annual register, or of snapshots; empty for others, or where they are not known.
    """

    text: str
    first: date | None = None
    last: date | None = None
    years: tuple[int, ...] = ()


def window_of(*, randomised_from: str | None, randomised_to: str | None, started_to: str | None) -> Window:
    """Return a window from days as they are typed.

    Parameters
    ----------
    randomised_from, randomised_to, started_to : str, optional
        As YYYY-MM-DD.

    Raises
    ------
    ArgumentError
        If one is no day, or they are not in order.
    """
    given = {"randomised-from": randomised_from, "randomised-to": randomised_to, "started-to": started_to}
    days: dict[str, date | None] = {}
    for name, text in given.items():
        days[name] = None
        wrong = False
        try:
            days[name] = None if text is None else date.fromisoformat(text)
        except ValueError:
            wrong = True
        if wrong:
            raise ArgumentError(f"{name}: got {text!r}; give a day as YYYY-MM-DD")
    return Window(first=days["randomised-from"], last=days["randomised-to"], started=days["started-to"])


def period_of(study: Study, schema: ExtractSchema, uses: Collection[str], window: Window) -> Period:
    """Return which rows of a register a study needs.

    Parameters
    ----------
    study : Study
        The study: horizon, end of the interventions, cut-offs.
    schema : ExtractSchema
        The register.
    uses : collection of str
        A covariate's ``baseline``, ``"followed"``, ``"received"``, ``"survey"``, ``"person"``.
    window : Window
        When participants were randomised.
    """
    if schema.dating.by is DatedBy.PERSON:
        return Period(text="En rad per tillfrågad person")
    if schema.dating.by is DatedBy.WAVE:
        waves = sorted({o.wave for o in study.outcomes if o.item is not None and o.wave is not None})
        return Period(text="Våg " + ", ".join(map(str, waves)))
    if "year_before" in uses:
        return _years_before(window)
    if "last_before" in uses or "any_before" in uses:
        return _snapshots(window, every="any_before" in uses)
    return _days(study, schema, uses, window)


def _years_before(window: Window) -> Period:
    if window.first is None or window.last is None:
        return Period(
            text=f"Årsuppgifter från året före den första lottningen till året före den sista: från {_GIVEN} till {_GIVEN}"
        )
    years = tuple(range(window.first.year - 1, window.last.year))
    return Period(text=f"Årsuppgifter (året före lottningen): {_span(years)}", years=years)


def _span(years: Collection[int]) -> str:
    low, high = min(years), max(years)
    return str(low) if low == high else f"{low}–{high}"


def _snapshots(window: Window, *, every: bool) -> Period:
    rule = "samtliga mättillfällen före" if every else "det sista mättillfället före"
    if window.first is None or window.last is None:
        first = "från registrets första" if every else f"från {_GIVEN}"
        return Period(text=f"Mättillfällen den 1 oktober ({rule} lottningen): {first} till {_GIVEN}")
    last = _october_before(window.last)
    if every:
        return Period(text=f"Mättillfällen den 1 oktober ({rule} lottningen): från registrets första till {last}")
    years = tuple(range(_october_before(window.first), last + 1))
    return Period(text=f"Mättillfällen den 1 oktober ({rule} lottningen): {_span(years)}", years=years)


def _october_before(day: date) -> int:
    """Return the year of the last 1 October strictly before a day."""
    return day.year if day > date(day.year, 10, 1) else day.year - 1


def _days(study: Study, schema: ExtractSchema, uses: Collection[str], window: Window) -> Period:
    horizon, end = study.study.horizon, study.time_zero.interventions_end
    declared = study.registers.get(schema.name)
    cutoff = declared.cutoff if declared is not None else None
    followed = "followed" in uses
    from_day = "dagen före den första lottningen" if "day_before" in uses else "den första lottningen"
    if followed:
        to_day = f"{horizon} månader efter den sista lottningen eller insatsstarten"
    elif "received" in uses:
        to_day = "interventionernas slut" if end is not None else "leveransens sista dag"
    elif "decided" in uses:
        to_day = f"{_main_month(study)} månader efter den sista lottningen"
    else:
        to_day = "den sista lottningen"
    first, last = _bounds(study, uses, window)
    if cutoff is not None and last is not None:
        last = min(last, cutoff)
    if schema.dating.by is DatedBy.MONTHS:
        return _statement_years(first, last, from_day, to_day)
    what = {DatedBy.MONTH: "Månadsuppgifter", DatedBy.EVENT: "Händelser"}.get(
        schema.dating.by, "Perioder som berör tiden"
    )
    if first is None or last is None:
        known = f", dock längst till och med {cutoff}" if cutoff is not None else ""
        known = f": {end}" if end is not None and to_day == "interventionernas slut" else known
        return Period(text=f"{what} från {from_day}, {_GIVEN}, till {to_day}{known or f', {_GIVEN}'}")
    if schema.name == "scb_agi":
        first = max(first, date(_FIRST_AGI, 1, 1))
        if last < first:
            return Period(text="Ingen: uppgifterna finns från januari 2019, och uppföljningen slutar före dess")
    shown = (f"{d:%Y-%m}" if schema.dating.by is DatedBy.MONTH else f"{d:%Y-%m-%d}" for d in (first, last))
    return Period(text=f"{what} {' till '.join(shown)}", first=first, last=last)


def _bounds(study: Study, uses: Collection[str], window: Window) -> tuple[date | None, date | None]:
    """Return the first and the last day that rows are about; None where the window is not known."""
    if window.first is None or window.last is None or window.zero is None:
        return None, None
    first = window.first
    last: date | None = window.last
    if "day_before" in uses:
        first -= timedelta(days=1)
    if "followed" in uses:
        last = _months_after(window.zero, study.study.horizon)
    elif "received" in uses:
        last = study.time_zero.interventions_end
    elif "decided" in uses:
        last = _months_after(window.last, _main_month(study))
    return first, last


def _main_month(study: Study) -> int:
    return study.study.horizon if study.primary.month is None else study.primary.month


def _months_after(day: date, months: int) -> date:
    found: date = day_k(np.array([day], dtype="datetime64[D]"), months)[0].astype(date)
    return found


def _statement_years(first: date | None, last: date | None, from_day: str, to_day: str) -> Period:
    if first is None or last is None:
        return Period(
            text=f"Årsuppgifter från året för {from_day} till året för {to_day}, längst {_LAST_KU}: från {_GIVEN} till {_GIVEN}"
        )
    years = tuple(range(first.year, min(last.year, _LAST_KU) + 1))
    if not years:
        return Period(text=f"Inga: årliga kontrolluppgifter finns till och med {_LAST_KU}")
    return Period(text=f"Årsuppgifter {_span(years)}", years=years)
