"""Extract files in, typed tables of the engine out: each file by its own kind of source, all as one table."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from glob import glob
from pathlib import Path

from ..errors import ExtractError
from ..study import Register
from .engine import Engine, quoted
from .identity_numbers import holds_identity_number
from .parquet_source import parquet_source
from .schema import ExtractSchema
from .text_source import text_source
from .typed_columns import Source

__all__ = ["Extract", "FileFacts", "open_extract"]


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
    unread : tuple of str
        A query a file that has columns which the declaration does not know, of these columns as texts.
    """

    schema: ExtractSchema
    table: str
    files: tuple[FileFacts, ...]
    absent: tuple[str, ...]
    ignored: int
    truncated: int
    empty: int = 0
    unread: tuple[str, ...] = ()


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
    paths = sorted(Path(p) for p in glob(str(folder / (register.path or ""))))  # noqa: PTH207  (the pattern may be absolute)
    paths = [p for p in paths if p.is_file()]
    if not paths:
        raise ExtractError(
            f"{schema.name}: no file matches the path {register.path!r} ({where}); check path and folder"
        )
    if any(holds_identity_number(p.stem) for p in paths):
        raise ExtractError(
            f"{schema.name}: the name of a file holds a personal identity number; nothing was kept. Rename the file"
        )
    sources: list[Source] = []
    present: set[str] = set()
    ignored = truncated = 0
    expected: int | None = 0
    for number, path in enumerate(paths):
        reader = parquet_source if path.suffix.lower() == ".parquet" else text_source
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
        unread=tuple(s.unread for s in sources if s.unread),
    )


def _is_empty(engine: Engine, schema: ExtractSchema, source: Source) -> bool:
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
