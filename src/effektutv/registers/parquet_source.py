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
    return typed_relation(engine, schema, register, source, path.stem if name is None else name, what=what)


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
    untidy = _look(engine, schema, relation, fields, types, what)
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
    if field.type is FieldType.DATE and (kind == "DATE" or kind.startswith("TIMESTAMP")):
        return (column if kind == SQL_TYPE[FieldType.DATE] else f"CAST({column} AS DATE)"), None
    if value is not None:
        return value, f"{given} AND {value} IS NULL"
    text = _as_text(column, kind)
    if kind == "VARCHAR" and not tidy:
        text = text_or_missing(schema, text)
    value = typed(field, text, register.decimal or ".", register.date_format)
    return value, f"{text} IS NOT NULL AND {value} IS NULL"


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
