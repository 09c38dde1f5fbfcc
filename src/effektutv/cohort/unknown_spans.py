"""Of which days a register does not tell although it reaches over them: those of files and years that lack a column.

A file that lacks a column which states are made of tells nothing of the time of its own rows: of the years or months that they
are dated with, of spells without ends from the first start on. What other files tell of other times stays known. A year or a
month in which no row of many holds a value is taken as one that lacks the column. Whose rows a file would have had is not known,
so that the time is unknown for everyone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta

from effektutv.registers.engines.duckdb import quoted
from effektutv.registers.engines.protocol import Session
from effektutv.registers.schema.table_schema import DatedBy
from effektutv.registers.sources.open_extract import Extract
from effektutv.study import SOURCES, Study

from .known_spans import Span, spans_of
from .lacking_registers import MANY, columns_needed

__all__ = ["spell_span_without", "unknown_spans"]

_MONTHS = 12


def unknown_spans(engine: Session, study: Study, extracts: Mapping[str, Extract]) -> dict[str, tuple[Span, ...]]:
    """Return the days of which each register of states does not tell, although they lie inside its span.

    Parameters
    ----------
    engine : Session
        The session, with the opened extracts.
    study : Study
    extracts : mapping of str to Extract
        The study's extracts.

    Returns
    -------
    dict of str to tuple of Span
        By register that has such days, in order; no two spans touch.
    """
    out = {}
    for name, span in spans_of(study).items():
        extract = extracts[name]
        needed = {c for state in SOURCES for r, c in columns_needed(study, state) if r == name} - {*extract.absent}
        found: list[Span] = []
        for column in sorted(needed):
            if extract.schema.dating.by is DatedBy.SPELL:
                days = spell_span_without(extract, [column], span.last)
                found += [] if days is None else [days]
            else:
                found += _dated_spans(engine, extract, column)
        if found:
            out[name] = tuple(_united(found))
    return out


def spell_span_without(extract: Extract, columns: Iterable[str], last: date) -> Span | None:
    """Return the days from the first start among the spells of files that lack one of some columns; None where there is none.

    Parameters
    ----------
    extract : Extract
        A register of spells.
    columns : iterable of str
        Canonical.
    last : date
        The last day that the register tells of; beyond it nothing is known anyway.
    """
    firsts = [day for c in columns if c in extract.partly for day in extract.partly[c].times]
    return Span(first=min(firsts), last=max(last, *firsts)) if firsts else None


def _dated_spans(engine: Session, extract: Extract, column: str) -> Iterator[Span]:
    """Yield the years or months of rows in files that lack a column, and those in which many rows have no value of it."""
    table, at = quoted(extract.table), quoted(extract.schema.dating.at or "")
    what = f"{extract.schema.name}: looking at the time of what lacks a column"
    dated = list(extract.partly[column].times) if column in extract.partly else []
    # a whole column is seldom without a gap, and where it is the file's own statistics tell
    if engine.rows(f"SELECT 1 FROM {table} WHERE {quoted(column)} IS NULL LIMIT 1", what=what):
        empty = f"HAVING count(*) >= {MANY} AND count({quoted(column)}) = 0"
        sql = f"SELECT {at} FROM {table} WHERE {at} IS NOT NULL GROUP BY {at} {empty} ORDER BY 1"
        dated += [d for (d,) in engine.rows(sql, what=what)]
    for d in dated:
        if isinstance(d, str):
            if len(d) == 6 and d.isascii() and d.isdigit() and 1 <= int(d[4:]) <= _MONTHS and int(d[:4]) >= 1:
                first = date(int(d[:4]), int(d[4:]), 1)
                yield Span(first=first, last=_next_month(first) - timedelta(days=1))
        elif date.min.year <= d < date.max.year:
            yield Span(first=date(d, 1, 1), last=date(d, _MONTHS, 31))


def _next_month(day: date) -> date:
    return date(day.year + day.month // _MONTHS, day.month % _MONTHS + 1, 1)


def _united(spans: Sequence[Span]) -> Iterator[Span]:
    """Yield the same days in as few spans as there can be."""
    open_span: Span | None = None
    for span in sorted(spans, key=lambda s: (s.first or date.min, s.last)):
        first = span.first or date.min
        if open_span is not None and first.toordinal() <= open_span.last.toordinal() + 1:
            open_span = Span(first=open_span.first, last=max(open_span.last, span.last))
            continue
        if open_span is not None:
            yield open_span
        open_span = span
    if open_span is not None:
        yield open_span
