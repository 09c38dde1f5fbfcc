"""From a delivered header and texts to the typed columns of a register's declaration, as SQL.

Headers are matched here and not by the engine, which would accept swapped columns. Everything is read as text and then
tried: a value that does not fit its type becomes missing and sets its column's bit in :data:`BAD`, so that one pass over the
rows both types and counts.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as attribute

from effektutv.errors import ExtractError

from ..engines.duckdb import literal, quoted
from ..personnummer import holds_identity_number
from ..schema.table_schema import PERSON, ExtractSchema, Field, FieldType, load_codelist
from .date_formats import ISO, MIDNIGHT, layout_of
from .signs import spellings, trimmed

__all__ = [
    "BAD",
    "SQL_TYPE",
    "FileForm",
    "Matched",
    "Source",
    "found_columns",
    "match_header",
    "select_typed",
    "text_or_missing",
    "typed",
]

#: The column that holds, a bit a field, whether the delivered text did not fit the field's type; of a text, whether it holds
#: a sign that nobody sees.
BAD = "__bad"

#: From here on not every whole number has a place of its own among numbers with a fraction part.
_LARGEST = 2**53

#: The engine's type of each declared one.
SQL_TYPE = {
    FieldType.STRING: "VARCHAR",
    FieldType.INTEGER: "BIGINT",
    FieldType.NUMBER: "DOUBLE",
    FieldType.DATE: "DATE",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FileForm:
    """How one delivered text file is written, as found or as declared: what a reader of the data-quality report must know.

    Parameters
    ----------
    file : str
        Its name.
    encoding : {"utf-8", "utf-16", "latin-1", "cp1252"}
    delimiter : str
        The separator.
    decimals : tuple of (str, str)
        Column and decimal mark, a number column each.
    dates : tuple of (str, str)
        Column and format as ``strptime`` takes it, a date column each.
    """

    file: str
    encoding: str
    delimiter: str
    decimals: tuple[tuple[str, str], ...] = ()
    dates: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One delivered file or table, as a query.

    Parameters
    ----------
    select : str
        The query of its typed columns, with :data:`BAD`.
    columns : set of str
        Canonical columns that it has.
    ignored : int
        Delivered columns that the declaration does not know.
    truncated : bool
        Whether it does not end as a whole file ends.
    rows : int, or None
        How many rows it promises; None where it does not tell.
    unread : str, or None
        The query of the columns that the declaration does not know, as texts: a sample of them is looked at for personal
        identity numbers, and nothing else is ever done with them. None where there is none.
    form : FileForm, or None
        How the file is written, for a text file.
    sha256 : str, or None
        Of the file's bytes, where they were read anyway.
    misfits : mapping of str to frozenset of str
        By canonical column of a text file that holds values which do not fit its type: which words for missing they are, and
        an empty text if any is something else.
    project : str
        The project's number before the name of the column of serial numbers, as ``P1105``; empty where there is none.
    words : frozenset of str
        Which of the words that the study takes for missing stand in it.
    """

    select: str
    columns: set[str]
    ignored: int
    truncated: bool
    rows: int | None
    unread: str | None = None
    form: FileForm | None = None
    sha256: str | None = None
    misfits: Mapping[str, frozenset[str]] = attribute(default_factory=dict)
    project: str = ""
    words: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Matched:
    """One file's columns.

    Parameters
    ----------
    by_position : dict of int to Field
    ignored : int
        How many the declaration does not know.
    project : str
        The project's number before the name of the column of serial numbers; empty where there is none.
    """

    by_position: dict[int, Field]
    ignored: int
    project: str = ""


def match_header(schema: ExtractSchema, header: Sequence[str]) -> Matched:
    """Match delivered column names to the declaration; every required one must be there, and once.

    Parameters
    ----------
    schema : ExtractSchema
    header : sequence of str
        Names as delivered.

    Raises
    ------
    ExtractError
        If a column stands twice, a required one is missing, or a name holds a personal identity number.
    """
    if any(holds_identity_number(name) for name in header):
        raise ExtractError(
            f"{schema.name}: the name of a column holds a personal identity number; nothing was kept. Ask the register's owner "
            f"for a header without any"
        )
    by_position: dict[int, Field] = {}
    for field in schema.fields:
        hits = [i for i, name in enumerate(header) if field.matches(name)]
        if len(hits) > 1:
            raise ExtractError(
                f"{schema.name}: column {field.name} stands {len(hits)} times in the header; deliver it once"
            )
        if hits:
            by_position[hits[0]] = field
        elif field.required and field.from_file is None:
            known = sum(any(f.matches(n) for n in header) for f in schema.fields)
            advice = "" if known else ", and that nothing stands before the header, as a title or 'sep=;'"
            raise ExtractError(
                f"{schema.name}: required column {field.name} is missing from the header, which has {len(header)} "
                f"columns; {known} of the register's {len(schema.fields)} were recognised. "
                f"Check the column names and the separator{advice}"
            )
    project = next((f.project(header[i]) for i, f in by_position.items() if f.column == PERSON), "")
    return Matched(by_position=by_position, ignored=len(header) - len(by_position), project=project)


def found_columns(schema: ExtractSchema, matched: Matched) -> set[str]:
    """Return the canonical columns that a file has, or tells by its name."""
    return {f.column for f in matched.by_position.values()} | {f.column for f in schema.fields if f.from_file}


def text_or_missing(schema: ExtractSchema, raw: str) -> str:
    """Return the expression of a text without blanks of any kind around it, missing where it is a mark for missing.

    Parameters
    ----------
    schema : ExtractSchema
    raw : str
        Expression of the text as delivered.
    """
    out = trimmed(raw)
    for mark in schema.missing_values:
        out = f"nullif({out}, {literal(mark)})"
    return out


def typed(field: Field, text: str, decimal: str, date_format: str | None) -> str:
    """Return the expression that gives the typed value, or missing where the text does not fit.

    Parameters
    ----------
    field : Field
    text : str
        Expression of the text.
    decimal : {",", "."}
        The decimal mark.
    date_format : str, optional
        As ``strptime`` takes it; the declaration's own where not given.
    """
    if field.type is FieldType.STRING:
        return text
    if field.type is FieldType.INTEGER:
        value = f"try_cast({text} AS BIGINT)"
        return f"CASE WHEN regexp_full_match({text}, '[+-]?[0-9]+') AND abs({value}) < {_LARGEST} THEN {value} END"
    if field.type is FieldType.NUMBER:
        pattern = f"[+-]?[0-9]+([{decimal}][0-9]+)?"
        value = f"try_cast(replace({text}, ',', '.') AS DOUBLE)"
        return f"CASE WHEN regexp_full_match({text}, {literal(pattern)}) AND abs({value}) < {_LARGEST} THEN {value} END"
    layout = layout_of(date_format or field.date_format)
    bare = f"regexp_replace({text}, {literal(MIDNIGHT + '$')}, '')"
    day = (
        f"try_cast({bare} AS DATE)"
        if layout == ISO
        else f"CAST(try_strptime({bare}, {literal(layout.format)}) AS DATE)"
    )
    return (
        f"CASE WHEN regexp_full_match({bare}, {literal(layout.pattern)}) AND {day} >= DATE '0001-01-01' THEN {day} END"
    )


def select_typed(
    schema: ExtractSchema,
    expressions: dict[str, tuple[str, str | None]],
    source: str,
    name: str,
    *,
    bad: str | None = None,
) -> str:
    """Return the query of one file: every declared column in order, then the bits of those that did not fit.

    Parameters
    ----------
    schema : ExtractSchema
    expressions : dict of str to tuple
        By canonical column: the typed expression, and the condition that a value did not fit (None where all do).
    source : str
        What the columns are read from.
    name : str
        The file's or table's own name, without suffix: it tells the year in some registers.
    bad : str, optional
        The expression of the bits, where they are there already.
    """
    columns = []
    bits = []
    for i, field in enumerate(schema.fields):
        if field.column in expressions:
            value, failed = expressions[field.column]
            columns.append(f"{_as_listed(field, value)} AS {quoted(field.column)}")
            if failed is not None:
                bits.append(f"CASE WHEN {failed} THEN {1 << i} ELSE 0 END")
        elif field.from_file is not None:
            columns.append(
                f"CAST({_from_name(schema, field, name)} AS {SQL_TYPE[field.type]}) AS {quoted(field.column)}"
            )
        else:
            columns.append(f"CAST(NULL AS {SQL_TYPE[field.type]}) AS {quoted(field.column)}")
    if bad is None:
        bad = " + ".join(bits) if bits else "0"
    return f"SELECT {', '.join(columns)}, CAST({bad} AS BIGINT) AS {quoted(BAD)} FROM {source}"


def _as_listed(field: Field, value: str) -> str:
    """Return a code as the register's code list writes it: ``DÖD`` and ``död`` are one, whatever å, ä and ö are made of."""
    codes = load_codelist(field.codelist).values if field.codelist is not None else ()
    lettered = [c for c in codes if c.lower() != c.upper()]
    if not lettered:
        return value
    forms = ((c, ", ".join(map(literal, spellings(c)))) for c in lettered)
    return f"CASE {' '.join(f'WHEN lower({value}) IN ({s}) THEN {literal(c)}' for c, s in forms)} ELSE {value} END"


def _from_name(schema: ExtractSchema, field: Field, name: str) -> str:
    # a project's number and a longer number, as a day's, hold no year; what is left must say one and the same
    bare = re.sub(r"^p\d+_", "", name, flags=re.IGNORECASE)
    told = {m[0] for m in re.finditer(rf"(?<!\d)(?:{field.from_file})(?!\d)", bare)}
    if len(told) != 1:
        problem = "tells several" if told else "does not tell it either"
        raise ExtractError(
            f"{schema.name}: the file has no column {field.name} and its name {problem}; "
            f"name each file as delivered, e.g. Individ_2014"
        )
    return told.pop()
