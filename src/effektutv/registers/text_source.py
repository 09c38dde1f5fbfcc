"""Delivered text files (CSV, TXT), whichever way they are written, as a query of typed columns."""

from __future__ import annotations

from pathlib import Path

from ..study import Register
from .engine import Engine, literal
from .schema import ExtractSchema
from .text_files import inspect_text
from .typed_columns import Source, found_columns, match_header, select_typed, text_or_missing, typed

__all__ = ["text_source"]


def text_source(engine: Engine, schema: ExtractSchema, register: Register, path: Path, number: int) -> Source:
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
    form = inspect_text(schema, register, path, engine.scratch / f"{schema.name}-{number}.txt")
    matched = match_header(schema, form.header)
    names = {f"c{i}": "VARCHAR" for i in range(len(form.header))}
    columns = "{" + ", ".join(f"{literal(n)}: {literal(t)}" for n, t in names.items()) + "}"
    source = (
        f"read_csv({literal(str(form.path))}, columns={columns}, auto_detect=false, header=false, skip=1, "
        f"delim={literal(form.delimiter)}, quote='\"', escape='\"', encoding={literal(form.encoding)}, "
        f"nullstr='', strict_mode=true, max_line_size=16777216)"
    )
    expressions: dict[str, tuple[str, str | None]] = {}
    for position, field in matched.by_position.items():
        text = text_or_missing(schema, f"c{position}")
        value = typed(field, text, form.decimal, register.date_format)
        expressions[field.column] = (value, f"{text} IS NOT NULL AND {value} IS NULL")
    select = select_typed(schema, expressions, source, path.stem)
    unread = [n for i, n in enumerate(names) if i not in matched.by_position]
    return Source(
        select=select,
        columns=found_columns(schema, matched),
        ignored=matched.ignored,
        truncated=form.truncated,
        rows=form.rows,
        unread=f"SELECT {', '.join(unread)} FROM {source}" if unread else None,
    )
