"""Does a register reach over the time that the study needs? Counted in months or years, by what its rows are dated.

What is needed follows from the days of randomisation and the study file. A register of spells, events or months must reach from
the first day of randomisation to the horizon after the last one, but not beyond its cut-off; control statements must have each
of these years; an annual register or snapshot that covariates come from must have each year that is some participant's baseline.

An annual register must have a row of each year, and a monthly one of each month. Spells begin when they begin: there a month
without any is a gap only at either end, from two months on and if it is longer than every gap between two rows, or if it
holds a whole calendar year, as when the file of a year is missing. Where few spells begin, less than a year is never a gap.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import TYPE_CHECKING

from effektutv.results.data_quality import MONTHS_COVERED, SOME_COVERED, YEARS_COVERED, Finding, Severity
from effektutv.study import Study

from ..engines.duckdb import quoted
from ..schema.table_schema import DatedBy, Dating, RuleKind
from ..sources.open_extract import Extract
from .rules import ADVICE, severity_of

if TYPE_CHECKING:
    from ..engines.protocol import Session

__all__ = ["check_coverage", "missing_of_spells"]

_MONTHS = 12
#: With fewer rows a month than this on average, months without one are no sign of anything.
_MANY = 3
_AROUND = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class _Time:
    """First and last day of randomisation, and the first and last day that either clock needs of the register."""

    first: date
    begin: date
    last: date
    end: date


def check_coverage(engine: Session, extract: Extract, study: Study, participants: str) -> list[Finding]:
    """Count the months or years that the study needs of a register and that it has no row of.

    Parameters
    ----------
    engine : Session
        The session.
    extract : Extract
        The opened extract.
    study : Study
        The study: horizon, cut-offs, covariates.
    participants : str
        The engine's table of participants, with both clocks' day 0.

    Returns
    -------
    list of Finding
        None or one. Years that are missing between others are named, for they are in no extract; months never are: the first
        and the last that are needed would tell when somebody was randomised. That every row is later than the cut-off is an
        error: one of the two cannot be.
    """
    schema = extract.schema
    dating = schema.dating
    if (late := _all_late(engine, extract, study.registers[schema.name].cutoff)) is not None:
        return [late]
    time = _needed(engine, study, participants, extract)
    if dating.by in (DatedBy.YEAR, DatedBy.SNAPSHOT, DatedBy.MONTHS):
        needed = _years(study, schema.name, dating, time)
        # years beside the needed ones tell whether one is missing between others
        around = range(needed[0] - _AROUND, needed[-1] + _AROUND + 1) if needed else ()
        present = _dated(engine, extract, around, _year_of(dating))
        missing = [year for year in needed if year not in present]
        within = [str(y) for y in missing if present and min(present) < y < max(present)]
        rule = f"{YEARS_COVERED}; missing within: {', '.join(within)}" if within else YEARS_COVERED
    else:
        needed = _months(dating, time)
        present = _dated(engine, extract, needed, _month_of(dating))
        rule = MONTHS_COVERED
        monthly = dating.by is DatedBy.MONTH
        missing = [m for m in needed if m not in present] if monthly else missing_of_spells(needed, present)
    if not missing:
        return []
    field = dating.at or dating.start or ""
    return [
        Finding(
            extract=schema.name,
            column=schema.field(field).name,
            rule=rule,
            rows_checked=len(needed),
            rows_failing=len(missing),
            severity=severity_of(schema, RuleKind.COVERAGE),
            advice=ADVICE[RuleKind.COVERAGE],
        )
    ]


def _all_late(engine: Session, extract: Extract, cutoff: date | None) -> Finding | None:
    """Return the finding that a register has rows, and none until its cut-off."""
    dating = extract.schema.dating
    at = dating.start if dating.by is DatedBy.SPELL else dating.at
    if cutoff is None or at is None or at in extract.absent or dating.by is DatedBy.WAVE:
        return None
    until = {
        DatedBy.YEAR: str(cutoff.year),
        DatedBy.MONTHS: str(cutoff.year),
        DatedBy.MONTH: f"'{cutoff:%Y%m}'",
    }.get(dating.by, f"DATE '{cutoff}'")
    what = f"{extract.schema.name}: looking at the time that it covers"
    some, early = (
        engine.rows(f"SELECT 1 FROM {quoted(extract.table)} WHERE {quoted(at)} {condition} LIMIT 1", what=what)
        for condition in ("IS NOT NULL", f"<= {until}")
    )
    if early or not some:
        return None
    (total,) = engine.rows(f"SELECT count(*) FROM {quoted(extract.table)}", what=what)[0]
    return Finding(
        extract=extract.schema.name,
        column=extract.schema.field(at).name,
        rule=SOME_COVERED,
        rows_checked=int(total),
        rows_failing=int(total),
        severity=Severity.ERROR,
        advice="every row is later than the cut-off: correct cutoff in the study file",
    )


def _needed(engine: Session, study: Study, participants: str, extract: Extract) -> _Time:
    months = study.study.horizon
    first, last, end = engine.rows(
        f"SELECT min(randomisation)::DATE, max(randomisation)::DATE, "
        f"(max(greatest(randomisation, start)) + INTERVAL {months} MONTH)::DATE FROM {quoted(participants)}",
        what=f"{extract.schema.name}: looking at the time that it covers",
    )[0]
    register = study.registers[extract.schema.name]
    limits = [register.cutoff or study.study.data_date, extract.schema.dating.last]
    if extract.schema.dating.during_interventions:
        limits.append(study.time_zero.interventions_end)
    # what the study says that the delivery does not cover is no gap in it
    begins = [d for d in (extract.schema.dating.first, register.first) if d is not None]
    begin = max([first, *begins])
    return _Time(first=first, begin=begin, last=last, end=min([end, *(d for d in limits if d is not None)]))


def _years(study: Study, register: str, dating: Dating, time: _Time) -> list[int]:
    """Return the years needed: of baseline covariates, or of follow-up where the register tells of months of work."""
    if dating.by is DatedBy.MONTHS:
        return list(range(time.begin.year, time.end.year + 1))
    if not any(c.register_name == register for c in study.covariates):
        return []
    if dating.by is DatedBy.YEAR:
        return list(range(time.first.year - 1, time.last.year))
    day = dating.day or (_MONTHS, 31)

    def last_before(randomised: date) -> int:
        return randomised.year - ((randomised.month, randomised.day) <= day)

    return list(range(last_before(time.first), last_before(time.last) + 1))


def _months(dating: Dating, time: _Time) -> list[int]:
    """Return the months needed, counted from year 0; the last one only where it is needed to its end."""
    if dating.by not in (DatedBy.SPELL, DatedBy.EVENT, DatedBy.MONTH):
        return []
    after = date.fromordinal(time.end.toordinal() + 1)
    first = time.begin
    return list(range(first.year * _MONTHS + first.month - 1, after.year * _MONTHS + after.month - 1))


def _year_of(dating: Dating) -> str:
    at = quoted(dating.at or "")
    return f"year({at})" if dating.by is DatedBy.SNAPSHOT else at


def _month_of(dating: Dating) -> str:
    if dating.by is DatedBy.MONTH:
        year, month = (f"try_cast(substr({quoted(dating.at or '')}, {part}) AS BIGINT)" for part in ("1, 4", "5, 2"))
        return f"({year} * {_MONTHS} + {month} - 1)"
    day = quoted(dating.start or dating.at or "")
    return f"(year({day}) * {_MONTHS} + month({day}) - 1)"


def _dated(engine: Session, extract: Extract, needed: Sequence[int], expression: str) -> dict[int, int]:
    """Return how many rows of the register are dated in each needed month or year that has any."""
    if not needed:
        return {}
    found = engine.rows(
        f"SELECT {expression} AS at, count(*) FROM {quoted(extract.table)} "
        f"WHERE {expression} BETWEEN {needed[0]} AND {needed[-1]} GROUP BY 1 ORDER BY 1",
        what=f"{extract.schema.name}: looking at the time that it covers",
    )
    return {int(at): int(n) for at, n in found}


def missing_of_spells(needed: Sequence[int], present: dict[int, int]) -> list[int]:
    """Return the needed months that lie in a gap of a register of spells or events.

    Parameters
    ----------
    needed : sequence of int
        Months that follow each other, counted from year 0.
    present : dict of int to int
        Rows dated in each of them that has any.
    """
    runs = [list(run) for gone, run in groupby(needed, key=lambda m: m not in present) if gone]
    inside = [r for r in runs if r[0] != needed[0] and r[-1] != needed[-1]]
    usual = max((len(r) for r in inside if not _holds_a_year(r)), default=0)
    usual = max(usual, 1)  # the last month is seldom whole
    if sum(present.values()) < _MANY * len(needed):
        usual = max(usual, _MONTHS - 1)
    out: list[int] = []
    for run in runs:
        if _holds_a_year(run) or (run not in inside and len(run) > usual):
            out += run
    return out


def _holds_a_year(run: Sequence[int]) -> bool:
    first_january = -(-run[0] // _MONTHS) * _MONTHS
    return first_january + _MONTHS - 1 <= run[-1]
