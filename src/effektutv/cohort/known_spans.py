"""From which day to which each register tells of a state: by its declaration's years, the study's first day and cut-off.

A month is known only where its day lies inside the span of a source; where a state has several groups of sources, of one in each
group. What depends on deaths and moves is known no longer than the register of these events reaches.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from effektutv.errors import StudyError
from effektutv.registers.engines.duckdb import quoted
from effektutv.registers.engines.protocol import Session
from effektutv.registers.schema.table_schema import extract_names, load_schema
from effektutv.results.data_quality import EVENTS_COVERED, EVENTS_UNKNOWN, SOURCES_COVERED, Finding, Severity
from effektutv.study import SOURCES, Study, registers_lacking

from .linkage import PARTICIPANTS
from .month_masks import day_k

__all__ = [
    "CLOCKS",
    "DATED",
    "EVENTS",
    "PAY",
    "SOURCES",
    "Span",
    "check_sources",
    "check_spans",
    "span_findings",
    "spans_of",
]

#: Both clocks, by the participants' column that holds day 0.
CLOCKS = ("randomisation", "start")

#: The register of deaths and moves, which every state depends on.
EVENTS = "scb_handelser"
#: The registers that tell of work by pay, and the column that holds it.
PAY = {"scb_ku": "kontbrutto", "scb_agi": "kontant_ersattning_ulag_ag"}
#: The registers whose cut-off the study must give.
DATED = frozenset({EVENTS, *(name for groups in SOURCES.values() for group in groups for name in group)})


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """The days that a register tells of, both included; ``first`` is ``None`` where it has always been there."""

    first: date | None
    last: date

    def holds(self, days: NDArray[np.datetime64]) -> NDArray[np.bool_]:
        """Return which days lie inside.

        Parameters
        ----------
        days : ndarray of datetime64[D]
        """
        inside = days <= np.datetime64(self.last)
        return inside if self.first is None else inside & (days >= np.datetime64(self.first))


def spans_of(study: Study) -> dict[str, Span]:
    """Return the span of each register that a state is made from, or ends with.

    Parameters
    ----------
    study : Study
        The study; :func:`check_spans` has looked at its days.

    Raises
    ------
    StudyError
        If a register has no cut-off: it cannot tell absence from ignorance.
    """
    out = {}
    for name in sorted(DATED & set(study.registers)):
        register, dating = study.registers[name], load_schema(name).dating
        if register.cutoff is None:
            raise StudyError(
                f"{study.where('registers', name)}: give cutoff, the last day that the delivery covers; months beyond it "
                f"are missing, not zero"
            )
        first = [day for day in (dating.first, register.first) if day is not None]
        last = [day for day in (dating.last, register.cutoff) if day is not None]
        out[name] = Span(first=max(first, default=None), last=min(last))
    return out


def check_sources(study: Study) -> None:
    """Check that the study has the registers of its primary outcome.

    Raises
    ------
    StudyError
        With the outcome's line and the registers that it needs.
    """
    primary = study.primary
    if lacking := registers_lacking(study, primary):
        needs = " and ".join(" or ".join(group) for group in lacking)
        raise StudyError(
            f"{study.where('outcomes', study.outcomes.index(primary))}: outcome {primary.name!r} is primary and is made of "
            f"{needs}, which the study does not have; add it to [registers], or choose another primary outcome"
        )


def check_spans(study: Study) -> None:
    """Check that the days which the study gives its registers can be: within their years, and not after the delivery.

    Raises
    ------
    StudyError
        With the line of the day that cannot be.
    """
    for name, register in study.registers.items():
        if name not in extract_names():
            continue
        dating, cutoff, first = load_schema(name).dating, register.cutoff, register.first
        for key, day in (("cutoff", cutoff), ("first", first)):
            if day is None:
                continue
            wrong = f"{study.where('registers', name, key)}: {key} = {day}"
            if dating.last is not None and day > dating.last:
                raise StudyError(
                    f"{wrong} lies after the register's end: {name} ended with {dating.last}; give that day"
                )
            if dating.first is not None and day < dating.first:
                raise StudyError(
                    f"{wrong} lies before the register's beginning: {name} began with {dating.first}; give a day from then on"
                )
            if study.study.data_date is not None and day > study.study.data_date:
                raise StudyError(
                    f"{wrong} lies after data_date = {study.study.data_date}, the day of the delivery: nothing later can be in "
                    f"it; correct either"
                )
        if cutoff is not None and first is not None and first > cutoff:
            raise StudyError(
                f"{study.where('registers', name, 'first')}: first = {first} lies after cutoff = {cutoff}; correct either"
            )


def span_findings(
    engine: Session, study: Study, unknown: Mapping[str, Sequence[Span]] | None = None
) -> Iterator[Finding]:
    """Yield how many of the participants' months no source covers before its end, and how many rest on deaths not known.

    Months of everyone on the study's clock, 0 to the horizon, are counted; those beyond the cut-off of all sources are as
    declared and no finding.

    Parameters
    ----------
    engine : Session
        The session, with the participants' table.
    study : Study
    unknown : mapping of str to sequence of Span, optional
        By register: days inside its span of which it does not tell.
    """
    unknown = unknown or {}
    spans, have = spans_of(study), set(study.registers)
    states = dict.fromkeys(o.month_state for o in study.outcomes if o.month_state is not None)
    groups = {g for s in states for g in SOURCES[s] if have & {*g}}
    days, persons = _months(engine, study)
    total = int(persons.sum()) * days.shape[1]
    known = np.ones(days.shape, dtype=bool)
    if states.keys() == {"active"} and study.time_zero.interventions_end is not None:
        # nobody is active after them, dead or alive
        known &= days <= np.datetime64(study.time_zero.interventions_end)
    for group in sorted(groups):
        sources = [name for name in group if name in have]
        covered = np.logical_or.reduce([_told(spans[name], unknown.get(name, ()), days) for name in sources])
        inside = days <= np.datetime64(max(spans[name].last for name in sources))
        # what a column of some files keeps from being known is said of its own register
        name = next((name for name in sources if name in unknown), sources[0])
        yield from _finding(name, SOURCES_COVERED, total, persons, inside & ~covered, Severity.WARNING)
        known &= covered
    if not states:
        return
    if EVENTS in spans:
        lost = known & ~spans[EVENTS].holds(days)
        yield from _finding(EVENTS, EVENTS_COVERED, total, persons, lost, Severity.WARNING)
    else:
        yield from _finding(EVENTS, EVENTS_UNKNOWN, total, persons, known, Severity.NOTE)


def _told(span: Span, unknown: Sequence[Span], days: NDArray[np.datetime64]) -> NDArray[np.bool_]:
    told = span.holds(days)
    for gap in unknown:
        told &= ~gap.holds(days)
    return told


def _months(engine: Session, study: Study) -> tuple[NDArray[np.datetime64], NDArray[np.int64]]:
    """Return the day of each month for each day 0 that someone has, and how many have it."""
    rows = engine.rows(
        f"SELECT {quoted(study.time_zero.clock)} AS zero, count(*) FROM {quoted(PARTICIPANTS)} GROUP BY 1 ORDER BY 1",
        what="counting the months that sources cover",
    )
    zero = np.array([row[0] for row in rows], dtype="datetime64[D]")
    persons = np.array([row[1] for row in rows], dtype=np.int64)
    return np.stack([day_k(zero, k) for k in range(study.study.horizon + 1)], axis=1), persons


def _finding(
    name: str, rule: str, total: int, persons: NDArray[np.int64], months: NDArray[np.bool_], severity: Severity
) -> Iterator[Finding]:
    failing = int((months * persons[:, None]).sum())
    if failing:
        schema = load_schema(name)
        at = schema.dating.at or schema.dating.start or ""
        yield Finding(
            extract=name,
            column=schema.field(at).name,
            rule=rule,
            rows_checked=total,
            rows_failing=failing,
            severity=severity,
            advice=ADVICE_OF[rule],
        )


#: What to do about each of these rules.
ADVICE_OF = {
    SOURCES_COVERED: "these months are missing, not zero: order the register that covers them, or follow fewer months",
    EVENTS_COVERED: (
        "these months are missing: who died or moved away then is not known; order deaths and moves for the whole time"
    ),
    EVENTS_UNKNOWN: "whoever died or moved away counts as if still there; order deaths and moves",
}
