"""Extract files in, typed tables of the engine out.

Headers are matched here and not by the engine, which would accept swapped columns. Everything is read as text and then
tried: a value that does not fit its type becomes missing and sets its column's bit in :data:`BAD`, so that one pass over
the file both types and counts.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from glob import glob
from pathlib import Path

from ..errors import ExtractError
from ..study import Register
from .engine import Engine, literal, quoted
from .schema import ExtractSchema, Field, FieldType
from .text_files import inspect_text

__all__ = ["BAD", "Extract", "FileFacts", "open_extract"]

#: The column that holds, a bit a field, whether the delivered text did not fit the field's type.
BAD = "__bad"

_SQL_TYPE = {
    FieldType.STRING: "VARCHAR",
    FieldType.INTEGER: "BIGINT",
    FieldType.NUMBER: "DOUBLE",
    FieldType.DATE: "DATE",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FileFacts:
    """What the manifest says of one file: name, size, and SHA-256 of its bytes."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Extract:
    """An extract that has been opened: the engine's table with canonical, typed columns.

    Parameters
    ----------
    schema : ExtractSchema
        The register's declaration.
    table : str
        The engine's table or view.
    files : tuple of FileFacts
        The files behind it.
    absent : tuple of str
        Canonical columns that the delivery lacks; they are all missing.
    ignored : int
        Number of delivered columns that the declaration does not know.
    truncated : int
        Number of files that do not end with a line break.
    empty : int
        Number of files with a header and no rows.
    """

    schema: ExtractSchema
    table: str
    files: tuple[FileFacts, ...]
    absent: tuple[str, ...]
    ignored: int
    truncated: int
    empty: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Source:
    """One file's query, the columns it has, what it leaves over, and how many rows its lines promise (if they do)."""

    select: str
    columns: set[str]
    ignored: int
    truncated: bool
    rows: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Matched:
    """One file's columns: position → field, and what is left over."""

    by_position: dict[int, Field]
    ignored: int


def open_extract(engine: Engine, schema: ExtractSchema, register: Register, folder: Path, where: str) -> Extract:
    """Open one register's files as one typed table.

    Parameters
    ----------
    engine : Engine
        The session.
    schema : ExtractSchema
        The register's declaration.
    register : Register
        Where the files lie and how they are written.
    folder : Path
        What the register's path is relative to.
    where : str
        File and line of the study that declares the register, for messages.

    Returns
    -------
    Extract

    Raises
    ------
    ExtractError
        If there is no file, a file is empty or cannot be read, or a required column is missing or stands twice.
    """
    paths = sorted(Path(p) for p in glob(str(folder / register.path)))  # noqa: PTH207  (the pattern may be absolute)
    paths = [p for p in paths if p.is_file()]
    if not paths:
        raise ExtractError(
            f"{schema.name}: no file matches the path {register.path!r} ({where}); check path and folder"
        )
    sources: list[_Source] = []
    present: set[str] = set()
    ignored = truncated = 0
    expected: int | None = 0
    for number, path in enumerate(paths):
        reader = _parquet_file if path.suffix.lower() == ".parquet" else _text_file
        source = reader(engine, schema, register, path, number)
        sources.append(source)
        present |= source.columns
        ignored = max(ignored, source.ignored)
        truncated += source.truncated
        expected = None if expected is None or source.rows is None else expected + source.rows
    kind = "VIEW" if all(p.suffix.lower() == ".parquet" for p in paths) else "TABLE"
    engine.execute(
        f"CREATE {kind} {quoted(schema.name)} AS " + " UNION ALL ".join(s.select for s in sources),
        what=f"{schema.name}: a row does not have as many columns as the header, a quote is not closed, or line ends are "
        "mixed; the file may be cut off",
    )
    _check_row_count(engine, schema, expected)
    return Extract(
        schema=schema,
        table=schema.name,
        files=tuple(FileFacts(name=p.name, size=p.stat().st_size, sha256=_sha256(p)) for p in paths),
        absent=tuple(f.column for f in schema.fields if f.column not in present),
        ignored=ignored,
        truncated=truncated,
        empty=sum(_is_empty(engine, schema, source) for source in sources),
    )


def _is_empty(engine: Engine, schema: ExtractSchema, source: _Source) -> bool:
    """Return whether a file has no rows: among several it would not be missed in the sum."""
    if source.rows is not None:
        return source.rows == 0
    return not engine.rows(f"SELECT 1 FROM ({source.select}) LIMIT 1", what=f"{schema.name}: looking for rows")


def _check_row_count(engine: Engine, schema: ExtractSchema, expected: int | None) -> None:
    """Refuse a reading that lost rows: the engine has modes that skip what they cannot parse and say nothing."""
    if expected is None:
        return
    (found,) = engine.rows(f"SELECT count(*) FROM {quoted(schema.name)}", what=f"{schema.name}: counting rows")[0]
    if found != expected:
        raise ExtractError(
            f"{schema.name}: {expected} lines after the header but {found} rows could be read; check line ends, separator "
            f"and quotes"
        )


def _sha256(path: Path) -> str:
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def _match(schema: ExtractSchema, header: Sequence[str]) -> _Matched:
    """Match delivered column names to the declaration; every required one must be there, and once."""
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
            raise ExtractError(
                f"{schema.name}: required column {field.name} is missing from the header, which has {len(header)} "
                f"columns; {len(by_position)} of the register's {len(schema.fields)} were recognised. "
                f"Check the column names and the separator"
            )
    return _Matched(by_position=by_position, ignored=len(header) - len(by_position))


def _text_file(engine: Engine, schema: ExtractSchema, register: Register, path: Path, number: int) -> _Source:
    form = inspect_text(schema, register, path, engine.scratch / f"{schema.name}-{number}.txt")
    matched = _match(schema, form.header)
    names = {f"c{i}": "VARCHAR" for i in range(len(form.header))}
    columns = "{" + ", ".join(f"{literal(n)}: {literal(t)}" for n, t in names.items()) + "}"
    source = (
        f"read_csv({literal(str(form.path))}, columns={columns}, auto_detect=false, header=false, skip=1, "
        f"delim={literal(form.delimiter)}, quote='\"', escape='\"', encoding={literal(form.encoding)}, "
        f"nullstr='', strict_mode=true, max_line_size=16777216)"
    )
    expressions: dict[str, tuple[str, str | None]] = {}
    for position, field in matched.by_position.items():
        text = _text_or_missing(schema, f"c{position}")
        typed = _typed(field, text, form.decimal, register.date_format)
        expressions[field.column] = (typed, f"{text} IS NOT NULL AND {typed} IS NULL")
    select = _select(schema, expressions, source, path)
    return _Source(
        select=select,
        columns=_found(schema, matched),
        ignored=matched.ignored,
        truncated=form.truncated,
        rows=form.rows,
    )


def _parquet_file(engine: Engine, schema: ExtractSchema, register: Register, path: Path, number: int) -> _Source:
    del number
    source = f"read_parquet({literal(str(path))})"
    types = engine.columns(source, what=f"{schema.name}: the Parquet file cannot be read; it may be cut off")
    header = list(types)
    matched = _match(schema, header)
    clean = _clean_columns(engine, schema, source, [n for n in header if types[n] == "VARCHAR"])
    expressions: dict[str, tuple[str, str | None]] = {}
    for position, field in matched.by_position.items():
        name = header[position]
        if types[name] == _SQL_TYPE[field.type] and field.type is not FieldType.STRING:
            expressions[field.column] = (quoted(name), None)
            continue
        raw = quoted(name) if types[name] == "VARCHAR" else _parquet_text(name, types[name])
        text = raw if name in clean else _text_or_missing(schema, raw)
        typed = _typed(field, text, ".", register.date_format if types[name] == "VARCHAR" else None)
        expressions[field.column] = (typed, f"{text} IS NOT NULL AND {typed} IS NULL")
    select = _select(schema, expressions, source, path)
    return _Source(select=select, columns=_found(schema, matched), ignored=matched.ignored, truncated=False, rows=None)


def _found(schema: ExtractSchema, matched: _Matched) -> set[str]:
    return {f.column for f in matched.by_position.values()} | {f.column for f in schema.fields if f.from_file}


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


def _text_or_missing(schema: ExtractSchema, raw: str) -> str:
    out = f"trim({raw})"
    for mark in schema.missing_values:
        out = f"nullif({out}, {literal(mark)})"
    return out


def _typed(field: Field, text: str, decimal: str, date_format: str | None) -> str:
    """Return the expression that gives the typed value, or missing where the text does not fit."""
    if field.type is FieldType.STRING:
        return text
    if field.type is FieldType.INTEGER:
        return f"CASE WHEN regexp_full_match({text}, '[+-]?[0-9]+') THEN try_cast({text} AS BIGINT) END"
    if field.type is FieldType.NUMBER:
        pattern = f"[+-]?[0-9]+([{decimal}][0-9]+)?"
        number = f"try_cast(replace({text}, ',', '.') AS DOUBLE)"
        return f"CASE WHEN regexp_full_match({text}, {literal(pattern)}) THEN {number} END"
    chosen = date_format or field.date_format
    if chosen == "%Y-%m-%d":
        return (
            f"CASE WHEN regexp_full_match({text}, '[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}') THEN try_cast({text} AS DATE) END"
        )
    return f"CAST(try_strptime({text}, {literal(chosen)}) AS DATE)"


def _select(schema: ExtractSchema, expressions: dict[str, tuple[str, str | None]], source: str, path: Path) -> str:
    """Return the query of one file: every declared column in order, then the bits of those that did not fit."""
    columns = []
    bits = []
    for i, field in enumerate(schema.fields):
        if field.column in expressions:
            typed, failed = expressions[field.column]
            columns.append(f"{typed} AS {quoted(field.column)}")
            if failed is not None and field.type is not FieldType.STRING:
                bits.append(f"CASE WHEN {failed} THEN {1 << i} ELSE 0 END")
        elif field.from_file is not None:
            columns.append(
                f"CAST({_from_name(schema, field, path)} AS {_SQL_TYPE[field.type]}) AS {quoted(field.column)}"
            )
        else:
            columns.append(f"CAST(NULL AS {_SQL_TYPE[field.type]}) AS {quoted(field.column)}")
    bad = " + ".join(bits) if bits else "0"
    return f"SELECT {', '.join(columns)}, CAST({bad} AS BIGINT) AS {quoted(BAD)} FROM {source}"


def _from_name(schema: ExtractSchema, field: Field, path: Path) -> str:
    found = re.search(field.from_file or "", path.stem)
    if found is None:
        raise ExtractError(
            f"{schema.name}: the file has no column {field.name} and its name does not tell it either; "
            f"name each file as delivered, e.g. Individ_2014"
        )
    return found[0]
