"""Parquet files, delivered or made of another delivery, as a query of typed columns."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

from ..errors import ExtractError
from ..study import Register
from .engine import Engine, literal, quoted
from .schema import ExtractSchema, Field, FieldType
from .session import Session
from .typed_columns import SQL_TYPE, Source, found_columns, match_header, select_typed, text_or_missing, typed

__all__ = ["parquet_source", "typed_relation"]

_WHOLE = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER")
#: From here on not every whole number has a place of its own in the type: what stands there may have been another.
_EXACT = {"DOUBLE": 2**53, "FLOAT": 2**24}
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
    untidy = {
        *_look(engine, schema, relation, fields, types, what),
        *_odd_days(engine, schema, relation, fields, types, what),
    }
    expressions = {
        field.column: _typed_column(schema, field, register, column, types[column], tidy=column not in untidy)
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
    )


def _look(
    engine: Session,
    schema: ExtractSchema,
    source: str,
    fields: Mapping[str, Field],
    types: Mapping[str, str],
    what: str,
) -> Collection[str]:
    """Look at texts and at keys that arrive as floats, once; return the texts that every later query must tidy.

    A text is tidy where it holds neither blanks around a value nor a mark for missing.
    """
    marks = ", ".join(literal(m) for m in schema.missing_values)
    texts = [n for n in fields if types[n] == "VARCHAR"]
    floats = [n for n, f in fields.items() if f.type is FieldType.STRING and types[n] in _EXACT]
    if not texts and not floats:
        return ()
    wanted = [f"coalesce(bool_or({c} IN ({marks}) OR {c} <> trim({c})), FALSE)" for c in map(quoted, texts)]
    wanted += [
        f"count(CASE WHEN {_is_known(quoted(n))} AND abs({quoted(n)}) >= {_EXACT[types[n]]} THEN 1 END)" for n in floats
    ]
    found = engine.rows(f"SELECT {', '.join(wanted)} FROM {source}", what=what)[0]
    for name, count in zip(floats, found[len(texts) :], strict=True):
        if count:
            raise ExtractError(
                f"{schema.name}: column {fields[name].name} holds numbers too large for their type to tell from their "
                f"neighbours, in {count if count >= 5 else 'fewer than 5'} rows; have it delivered as text"
            )
    return {name for name, is_untidy in zip(texts, found, strict=False) if is_untidy}


def _refuse_nested(schema: ExtractSchema, fields: Mapping[str, Field], types: Mapping[str, str]) -> None:
    for name, field in fields.items():
        if types[name].startswith(_NESTED) or types[name].endswith("]"):
            raise ExtractError(
                f"{schema.name}: column {field.name} holds lists or structures; have it delivered with one value a row"
            )


def _odd_days(
    engine: Session,
    schema: ExtractSchema,
    source: str,
    fields: Mapping[str, Field],
    types: Mapping[str, str],
    what: str,
) -> Collection[str]:
    """Return the columns with days that no calendar has; a file's statistics tell, without reading a row.

    Raises
    ------
    ExtractError
        If a column holds points in time whose day depends on the time zone that they are looked at in.
    """
    days = [n for n, f in fields.items() if f.type is FieldType.DATE and types[n].startswith(("DATE", "TIMESTAMP"))]
    if not days:
        return ()
    for name in days:
        # those of a program that knows no dates, only midnights of UTC, are days
        if types[name] == _ZONED:
            elsewhere = f"count(*) FILTER (WHERE epoch_us({quoted(name)}) % {_DAY} <> 0)"
            (count,) = engine.rows(f"SELECT {elsewhere} FROM {source}", what=what)[0]
            if count:
                raise ExtractError(
                    f"{schema.name}: column {fields[name].name} holds points in time with a time zone, not at midnight in "
                    f"UTC, in {count if count >= 5 else 'fewer than 5'} rows: their day depends on where one is; have it "
                    f"delivered as dates"
                )
    # a moment that is too far for any day is no day at all, which is not before the last one either
    outside = (
        f"max({c}) IS NOT NULL AND NOT coalesce(TRY_CAST(min({c}) AS DATE) >= {_FIRST} "
        f"AND TRY_CAST(max({c}) AS DATE) <= {_LAST}, FALSE)"
        for c in map(quoted, days)
    )
    found = engine.rows(f"SELECT {', '.join(outside)} FROM {source}", what=what)[0]
    return {name for name, is_outside in zip(days, found, strict=True) if is_outside}


def _typed_column(
    schema: ExtractSchema, field: Field, register: Register, name: str, kind: str, *, tidy: bool
) -> tuple[str, str | None]:
    """Return the expression of the typed value, and when a value did not fit (None where all do)."""
    column = quoted(name)
    given = _is_known(column) if kind in _EXACT else f"{column} IS NOT NULL"
    value = None
    if field.type is FieldType.INTEGER:
        if kind in _WHOLE:
            return (column if kind == "BIGINT" else f"CAST({column} AS BIGINT)"), None
        if kind in _EXACT:
            value = f"CASE WHEN {_is_whole(column, kind)} THEN CAST({column} AS BIGINT) END"
    if field.type is FieldType.NUMBER:
        if kind == "DOUBLE":
            value = f"CASE WHEN {_is_finite(column)} THEN {column} END"
        elif kind == "FLOAT":  # by way of its shortest text: 0.1 stays 0.1
            value = f"CASE WHEN {_is_finite(column)} THEN CAST(CAST({column} AS VARCHAR) AS DOUBLE) END"
        elif kind in _WHOLE:
            value = f"CASE WHEN abs({column}) <= {2**53} THEN CAST({column} AS DOUBLE) END"
    if field.type is FieldType.DATE and kind.startswith(("DATE", "TIMESTAMP")):
        day = _day(column, kind)
        if tidy:
            return day, None
        day = day.replace("CAST(", "TRY_CAST(", 1)
        value = f"CASE WHEN {day} >= {_FIRST} AND {day} <= {_LAST} THEN {day} END"
    if value is not None:
        return value, f"{given} AND {value} IS NULL"
    text = _as_text(column, kind)
    if kind == "VARCHAR" and not tidy:
        text = text_or_missing(schema, text)
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
