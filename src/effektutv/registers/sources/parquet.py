"""Parquet files, delivered or made of another delivery, as a query of typed columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from effektutv.errors import ExtractError
from effektutv.study import Register

from ..engines.duckdb import Engine, literal, quoted
from ..engines.protocol import Session
from ..schema.table_schema import ExtractSchema, Field, FieldType
from .column_typing import SQL_TYPE, Source, found_columns, match_header, select_typed, text_or_missing, typed
from .signs import holds_invisible, holds_other, needs_trim, trimmed

__all__ = ["parquet_source", "typed_relation"]

_WHOLE = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER")
#: From here on not every whole number has a place of its own in the type: what stands there may have been another.
_EXACT = {"DOUBLE": 2**53, "FLOAT": 2**24}
_LARGEST = 2**53
#: Bytes that no format says to be text: DuckDB's and Spark's name.
_BYTES = ("BLOB", "BINARY")
_INFINITE = "CAST('Infinity' AS DOUBLE)"
#: Days that a text could say: Parquet has room for millions of years, and for days before and after all others.
_FIRST, _LAST = "DATE '0001-01-01'", "DATE '9999-12-31'"
_NESTED = ("STRUCT", "MAP", "UNION", "ARRAY", "VARIANT")
_ZONED = "TIMESTAMP WITH TIME ZONE"
_DAY = 86_400_000_000


def parquet_source(
    engine: Engine, schema: ExtractSchema, register: Register, path: Path, number: int, *, name: str | None = None
) -> Source:
    """Return a file as a query of typed columns.

    Parameters
    ----------
    engine : Engine
        The session.
    schema : ExtractSchema
        The register's declaration.
    register : Register
        How texts in the file are written, as far as the study declares it.
    path : Path
        The file.
    number : int
        Its place among the register's files: tells their copies apart.
    name : str, optional
        What the delivery calls it, without suffix, where the file was made of one; the file's own name if not given.

    Raises
    ------
    ExtractError
        If it cannot be read, a required column is missing or stands twice, or a key or code is a number so large that
        its type cannot tell it from its neighbours.
    """
    del number
    source = f"read_parquet({literal(str(path))})"
    what = f"{schema.name}: the Parquet file cannot be read; it may be cut off"
    # the engine gives a second column of a name, whatever its case, a name of its own: it would pass as one that nobody knows
    if names := _own_names(path):
        match_header(schema, names)
    return typed_relation(engine, schema, register, source, path.stem if name is None else name, what=what)


def _own_names(path: Path) -> list[str]:
    """Return the names of a file's columns as they stand in it; none where it cannot be read: the engine will say so."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        return list(pq.read_schema(path).names)
    except (pa.ArrowException, OSError):
        return []


def typed_relation(
    engine: Session, schema: ExtractSchema, register: Register, relation: str, name: str, *, what: str
) -> Source:
    """Return a table whose columns have types of their own, whichever, as a query of the declared ones.

    Parameters
    ----------
    engine : Session
        The session that has the table.
    schema : ExtractSchema
        The register's declaration.
    register : Register
        How texts in it are written, as far as the study declares it.
    relation : str
        A quoted table name or a table function's call.
    name : str
        What the delivery calls it: it tells the year in some registers.
    what : str
        What is being done, for the message if it cannot be read.

    Raises
    ------
    ExtractError
        As :func:`parquet_source`.
    """
    types = engine.columns(relation, what=what)
    header = list(types)
    matched = match_header(schema, header)
    fields = {header[position]: field for position, field in matched.by_position.items()}
    _refuse_nested(schema, fields, types)
    _refuse_bytes(engine, schema, relation, fields, types, what)
    untidy, hidden = _look(engine, schema, relation, fields, types, what)
    words = _words_in(engine, register, relation, untidy, types, what)
    untidy |= _odd_days(engine, relation, fields, types, what)
    expressions = {
        field.column: _typed_column(
            schema, field, register, column, types[column], tidy=column not in untidy, hidden=column in hidden
        )
        for column, field in fields.items()
    }
    unread = [_as_text(quoted(n), types[n]) for i, n in enumerate(header) if i not in matched.by_position]
    return Source(
        select=select_typed(schema, expressions, relation, name),
        columns=found_columns(schema, matched),
        ignored=matched.ignored,
        truncated=False,
        rows=None,
        unread=f"SELECT {', '.join(unread)} FROM {relation}" if unread else None,
        project=matched.project,
        words=words,
    )


def _words_in(
    engine: Session, register: Register, relation: str, columns: Iterable[str], types: Mapping[str, str], what: str
) -> frozenset[str]:
    """Return which of the words that the study takes for missing stand in those columns of texts that must be tidied.

    Others hold neither a mark for missing nor blanks around a value.
    """
    texts = [_text_of(c, types[c]) for c in sorted(columns) if types[c] in ("VARCHAR", "BLOB")]
    if not texts or not register.missing:
        return frozenset()

    def stands(word: str) -> str:
        # what does not hold the word need not be tidied to see that it is another
        each = (
            f"CASE WHEN replace({t}, {literal(word)}, '') <> {t} THEN {trimmed(t)} = {literal(word)} ELSE FALSE END"
            for t in texts
        )
        return " OR ".join(each)

    asked = [f"coalesce(bool_or({stands(word)}), FALSE)" for word in register.missing]
    found = engine.rows(f"SELECT {', '.join(asked)} FROM {relation}", what=what)[0]
    return frozenset(word for word, there in zip(register.missing, found, strict=True) if there)


def _text_of(name: str, kind: str) -> str:
    return f"decode({quoted(name)})" if kind == "BLOB" else quoted(name)


def _look(
    engine: Session,
    schema: ExtractSchema,
    source: str,
    fields: Mapping[str, Field],
    types: Mapping[str, str],
    what: str,
) -> tuple[set[str], set[str]]:
    """Look at texts and at numbers that may be too large, once; return what every later query must tidy, and what hides signs.

    A text is tidy where it holds neither blanks around a value nor a mark for missing, a whole number where it is below 2⁵³.
    """
    texts = [n for n in fields if types[n] == "VARCHAR"]
    floats = [n for n, f in fields.items() if f.type is FieldType.STRING and types[n] in _EXACT]
    whole = [n for n, f in fields.items() if f.type is FieldType.INTEGER and types[n] == "BIGINT"]
    # of equations the file's own statistics often tell that none can hold, of a list never
    marks = {n: " OR ".join(f"{quoted(n)} = {literal(m)}" for m in schema.missing_values) for n in texts}
    wanted = [f"coalesce(bool_or({marks[n]}), FALSE)" for n in texts]
    wanted += [f"coalesce(bool_or({holds_other(quoted(n), engine.name)}), FALSE)" for n in texts]
    wanted += [
        f"coalesce(max({quoted(n)}) >= {_LARGEST}, FALSE) OR coalesce(min({quoted(n)}) <= -{_LARGEST}, FALSE)"
        for n in whole
    ]
    wanted += [
        f"count(CASE WHEN {_is_known(quoted(n))} AND abs({quoted(n)}) >= {_EXACT[types[n]]} THEN 1 END)" for n in floats
    ]
    found = list(engine.rows(f"SELECT {', '.join(wanted)} FROM {source}", what=what)[0]) if wanted else []
    marked, strange = found[: len(texts)], found[len(texts) : 2 * len(texts)]
    large, counts = found[2 * len(texts) : 2 * len(texts) + len(whole)], found[2 * len(texts) + len(whole) :]
    for name, count in zip(floats, counts, strict=True):
        if count:
            raise ExtractError(
                f"{schema.name}: column {fields[name].name} holds numbers too large for their type to tell from their "
                f"neighbours, in {_rows(count)}; have it delivered as text"
            )
    untidy, hidden = _look_closer(engine, source, [n for n, odd in zip(texts, strange, strict=True) if odd], what)
    # what bytes decode to is looked at when it is read
    decoded = {n for n in fields if types[n] in _BYTES}
    untidy |= decoded | {n for n, odd in zip([*texts, *whole], [*marked, *large], strict=True) if odd}
    return untidy, hidden | decoded


def _look_closer(engine: Session, source: str, texts: Sequence[str], what: str) -> tuple[set[str], set[str]]:
    """Return which texts have blanks around them, and which hold signs that nobody sees."""
    if not texts:
        return set(), set()
    asked = [f"coalesce(bool_or({needs_trim(c)}), FALSE)" for c in map(quoted, texts)]
    asked += [f"coalesce(bool_or({holds_invisible(trimmed(c))}), FALSE)" for c in map(quoted, texts)]
    found = engine.rows(f"SELECT {', '.join(asked)} FROM {source}", what=what)[0]
    around, within = found[: len(texts)], found[len(texts) :]
    return (
        {n for n, odd in zip(texts, around, strict=True) if odd},
        {n for n, odd in zip(texts, within, strict=True) if odd},
    )


def _rows(count: int) -> str:
    return f"{count} rows" if count >= 5 else "fewer than 5 rows"


def _refuse_bytes(
    engine: Session,
    schema: ExtractSchema,
    source: str,
    fields: Mapping[str, Field],
    types: Mapping[str, str],
    what: str,
) -> None:
    """Refuse bytes that are no text: an older writer leaves out that a column is text, but its bytes then are UTF-8."""
    for name in (n for n in fields if types[n] in _BYTES):
        column = quoted(name)
        said = "bytes, and does not say that they are text"
        if types[name] == "BLOB":
            undecoded = f"count(*) FILTER (WHERE {column} IS NOT NULL AND TRY(decode({column})) IS NULL)"
            (count,) = engine.rows(f"SELECT {undecoded} FROM {source}", what=what)[0]
            said = f"bytes that are no text in UTF-8, in {_rows(count)}" if count else ""
        if said:
            raise ExtractError(f"{schema.name}: column {fields[name].name} holds {said}; have it delivered as text")


def _refuse_nested(schema: ExtractSchema, fields: Mapping[str, Field], types: Mapping[str, str]) -> None:
    for name, field in fields.items():
        if types[name].startswith(_NESTED) or types[name].endswith("]"):
            raise ExtractError(
                f"{schema.name}: column {field.name} holds lists or structures; have it delivered with one value a row"
            )


def _odd_days(
    engine: Session, source: str, fields: Mapping[str, Field], types: Mapping[str, str], what: str
) -> set[str]:
    """Return the columns with days that no calendar has, or with moments that are not midnight.

    Days are told by a file's statistics, without reading a row.
    """
    days = [n for n, f in fields.items() if f.type is FieldType.DATE and types[n].startswith(("DATE", "TIMESTAMP"))]
    if not days:
        return set()
    asked = []
    for name in days:
        column = quoted(name)
        # a moment that is too far for any day is no day at all, which is not before the last one either
        odd = (
            f"(max({column}) IS NOT NULL AND NOT coalesce(TRY_CAST(min({column}) AS DATE) >= {_FIRST} "
            f"AND TRY_CAST(max({column}) AS DATE) <= {_LAST}, FALSE))"
        )
        if types[name] != SQL_TYPE[FieldType.DATE]:
            odd += f" OR coalesce(bool_or(NOT {_is_midnight(column, types[name])}), FALSE)"
        asked.append(odd)
    found = engine.rows(f"SELECT {', '.join(asked)} FROM {source}", what=what)[0]
    return {name for name, is_odd in zip(days, found, strict=True) if is_odd}


def _is_midnight(column: str, kind: str) -> str:
    """Return whether a moment is the first of a day: then it says a day, and not when on it, or where."""
    if kind == _ZONED:
        return f"epoch_us({column}) % {_DAY} = 0"
    return f"TRY_CAST(TRY_CAST({column} AS DATE) AS {kind}) = {column}"


def _typed_column(
    schema: ExtractSchema, field: Field, register: Register, name: str, kind: str, *, tidy: bool, hidden: bool
) -> tuple[str, str | None]:
    """Return the expression of the typed value, and when a value did not fit (None where all do)."""
    column = quoted(name)
    given = _is_known(column) if kind in _EXACT else f"{column} IS NOT NULL"
    value = None
    if field.type is FieldType.INTEGER:
        if kind in _WHOLE and tidy:
            return (column if kind == "BIGINT" else f"CAST({column} AS BIGINT)"), None
        if kind in _WHOLE:
            value = f"CASE WHEN {column} > -{_LARGEST} AND {column} < {_LARGEST} THEN {column} END"
        if kind in _EXACT:
            value = f"CASE WHEN {_is_whole(column, kind)} THEN CAST({column} AS BIGINT) END"
    if field.type is FieldType.NUMBER:
        if kind == "DOUBLE":
            value = f"CASE WHEN {_is_finite(column)} AND abs({column}) < {_LARGEST} THEN {column} END"
        elif kind == "FLOAT":  # by way of its shortest text: 0.1 stays 0.1
            shortest = f"CAST(CAST({column} AS VARCHAR) AS DOUBLE)"
            value = f"CASE WHEN {_is_finite(column)} AND abs({column}) < {_LARGEST} THEN {shortest} END"
        elif kind in _WHOLE:
            value = f"CASE WHEN {column} > -{_LARGEST} AND {column} < {_LARGEST} THEN CAST({column} AS DOUBLE) END"
    if field.type is FieldType.DATE and kind.startswith(("DATE", "TIMESTAMP")):
        day = _day(column, kind)
        if tidy:
            return day, None
        day = day.replace("CAST(", "TRY_CAST(", 1)
        midnight = "" if kind == SQL_TYPE[FieldType.DATE] else f" AND {_is_midnight(column, kind)}"
        value = f"CASE WHEN {day} >= {_FIRST} AND {day} <= {_LAST}{midnight} THEN {day} END"
    if value is not None:
        return value, f"{given} AND {value} IS NULL"
    text = _text_of(name, kind) if kind == "BLOB" else _as_text(column, kind)
    if kind in ("VARCHAR", "BLOB") and not tidy:
        text = text_or_missing(schema, text)
    if field.type is FieldType.STRING:
        return text, holds_invisible(text) if hidden else None
    value = typed(field, text, register.decimal or ".", register.date_format)
    return value, f"{text} IS NOT NULL AND {value} IS NULL"


def _day(column: str, kind: str) -> str:
    if kind == _ZONED:
        return f"CAST(make_timestamp(epoch_us({column})) AS DATE)"
    return column if kind == SQL_TYPE[FieldType.DATE] else f"CAST({column} AS DATE)"


def _is_finite(column: str) -> str:
    """Return whether a float is a number. The engine's ``isnan`` answers by a file's statistics, which leave out what is none."""
    return f"{column} - {column} = 0"


def _is_known(column: str) -> str:
    """Return whether a float is a number or infinite; what is neither is missing."""
    return f"({_is_finite(column)} OR abs({column}) = {_INFINITE})"


def _is_whole(column: str, kind: str) -> str:
    return f"{_is_finite(column)} AND {column} = floor({column}) AND abs({column}) < {_EXACT[kind]}"


def _as_text(column: str, kind: str) -> str:
    """Return a column as text: whole numbers that arrive as floats or decimals without ``.0``, truth as 1 and 0."""
    if kind == "VARCHAR":
        return column
    if kind in _EXACT:
        return (
            f"CASE WHEN {_is_whole(column, kind)} THEN CAST(CAST({column} AS BIGINT) AS VARCHAR) "
            f"WHEN {_is_known(column)} THEN CAST({column} AS VARCHAR) END"
        )
    if kind == "BOOLEAN":
        return f"CAST(CAST({column} AS INTEGER) AS VARCHAR)"
    if kind.startswith("DECIMAL") and not kind.endswith(",0)"):
        return f"rtrim(rtrim(CAST({column} AS VARCHAR), '0'), '.')"
    if kind.startswith("TIMESTAMP"):
        return f"CAST(CAST({column} AS DATE) AS VARCHAR)"
    return f"CAST({column} AS VARCHAR)"
