"""Delivered Parquet files, typed or not, as a query of typed columns."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ..study import Register
from .engine import Engine, literal, quoted
from .schema import ExtractSchema, FieldType
from .typed_columns import SQL_TYPE, Source, found_columns, match_header, select_typed, text_or_missing, typed

__all__ = ["parquet_source"]


def parquet_source(engine: Engine, schema: ExtractSchema, register: Register, path: Path, number: int) -> Source:
    """Return a file as a query of typed columns.

    Parameters
    ----------
    engine : Engine
        The session.
    schema : ExtractSchema
        The register's declaration.
    register : Register
        How the file is written, as far as the study declares it.
    path : Path
        The file.
    number : int
        Its place among the register's files: tells their copies apart.

    Raises
    ------
    ExtractError
        If it cannot be read, or a required column is missing or stands twice.
    """
    del number
    source = f"read_parquet({literal(str(path))})"
    types = engine.columns(source, what=f"{schema.name}: the Parquet file cannot be read; it may be cut off")
    header = list(types)
    matched = match_header(schema, header)
    clean = _clean_columns(engine, schema, source, [n for n in header if types[n] == "VARCHAR"])
    expressions: dict[str, tuple[str, str | None]] = {}
    for position, field in matched.by_position.items():
        name = header[position]
        if types[name] == SQL_TYPE[field.type] and field.type is not FieldType.STRING:
            expressions[field.column] = (quoted(name), None)
            continue
        raw = quoted(name) if types[name] == "VARCHAR" else _parquet_text(name, types[name])
        text = raw if name in clean else text_or_missing(schema, raw)
        value = typed(field, text, ".", register.date_format if types[name] == "VARCHAR" else None)
        expressions[field.column] = (value, f"{text} IS NOT NULL AND {value} IS NULL")
    select = select_typed(schema, expressions, source, path.stem)
    return Source(
        select=select, columns=found_columns(schema, matched), ignored=matched.ignored, truncated=False, rows=None
    )


def _clean_columns(engine: Engine, schema: ExtractSchema, source: str, names: Sequence[str]) -> set[str]:
    """Return the text columns that hold neither blanks around a value nor a mark for missing.

    They are looked at once, so that every later query can take them as they stand.
    """
    if not names:
        return set()
    marks = ", ".join(literal(m) for m in schema.missing_values)
    found = engine.rows(
        "SELECT "
        + ", ".join(
            f"coalesce(bool_or({quoted(n)} IN ({marks}) OR {quoted(n)} <> trim({quoted(n)})), FALSE)" for n in names
        )
        + f" FROM {source}",
        what=f"{schema.name}: the Parquet file cannot be read; it may be cut off",
    )[0]
    return {name for name, untidy in zip(names, found, strict=True) if not untidy}


def _parquet_text(name: str, kind: str) -> str:
    """Return a typed Parquet column as text: whole numbers that arrive as floats lose their ``.0``."""
    column = quoted(name)
    if kind in ("DOUBLE", "FLOAT"):
        return (
            f"CASE WHEN {column} = trunc({column}) AND abs({column}) < 9e15 "
            f"THEN CAST(CAST({column} AS BIGINT) AS VARCHAR) ELSE CAST({column} AS VARCHAR) END"
        )
    if kind.startswith("TIMESTAMP"):
        return f"CAST(CAST({column} AS DATE) AS VARCHAR)"
    return f"CAST({column} AS VARCHAR)"
