"""Extracts in, typed tables of the engine out: each file or table by its own kind of source, all as one table."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from effektutv.errors import ExtractError
from effektutv.study import Register

from ..engines.duckdb import Engine, literal, quoted
from ..engines.protocol import Session
from ..personnummer import holds_identity_number
from ..schema.table_schema import ExtractSchema
from .column_typing import FileForm, Source
from .file_discovery import FileMark, marks_of, refuse_changed, register_files
from .missing_values import unused_words, with_declared_words
from .odbc import Database
from .odbc_fetch import fetch_tables
from .parquet import parquet_source
from .sas_stata_spss import STATISTICAL, statistical_to_parquet
from .text import text_source

__all__ = ["Extract", "FileFacts", "Lacking", "lacking_columns", "open_extract"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FileFacts:
    """What the manifest says of one file as delivered: name, size, and SHA-256 of its bytes.

    Of a database's table: its name, no size, and the digest of the rows that were fetched. ``mark`` tells whether it is still
    the same.
    """

    name: str
    size: int | None
    sha256: str
    mark: FileMark | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lacking:
    """How many of a register's files lack a column that others have.

    ``times`` are what the rows of these files are dated with: years, months, days, or of spells each file's first start.
    """

    files: int
    times: tuple[Any, ...] = ()


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
    forms : tuple of FileForm
        How each text file is written: encoding, separator, decimal marks, date formats.
    rows : int, or None
        How many rows it has, where that was told without looking for it.
    misfits : mapping of str to frozenset of str
        By canonical column that holds values which do not fit its type: which words for missing they are, and an empty text if
        any is something else. Of text files only.
    projects : tuple of str
        Projects' numbers that stand before the name of the column of serial numbers, a file each that has one.
    unused : tuple of str
        Words that the study takes for missing and that stand in none of the files.
    partly : mapping of str to Lacking
        By canonical column that some files have and others lack: which lack it. Its values there are missing.
    """

    schema: ExtractSchema
    table: str
    files: tuple[FileFacts, ...]
    absent: tuple[str, ...]
    ignored: int
    truncated: int
    empty: int = 0
    unread: tuple[str, ...] = ()
    forms: tuple[FileForm, ...] = ()
    rows: int | None = None
    misfits: Mapping[str, frozenset[str]] = field(default_factory=dict)
    projects: tuple[str, ...] = ()
    unused: tuple[str, ...] = ()
    partly: Mapping[str, Lacking] = field(default_factory=dict)


def open_extract(
    engine: Engine,
    schema: ExtractSchema,
    register: Register,
    folder: Path,
    where: str,
    *,
    database: Database | None = None,
) -> Extract:
    """Open one register's files, or its tables in a database, as one typed table.

    Parameters
    ----------
    engine : Engine
        The session.
    schema : ExtractSchema
        The register's declaration.
    register : Register
        Where the files or tables lie and how they are written.
    folder : Path
        What the register's path is relative to.
    where : str
        File and line of the study that declares the register, for messages.
    database : Database, optional
        The open database that the tables lie in; needed where the register says ``database``.

    Raises
    ------
    ExtractError
        If there is no file or table, one is empty or cannot be read, or a required column is missing or stands twice.
    """
    schema = with_declared_words(schema, register)
    if database is not None:
        sources, files = _from_tables(engine, schema, register, database, where)
    else:
        sources, files = _from_files(engine, schema, register, folder, where)
    _refuse_copies(engine, schema, sources, files)
    # each source can be read again and again as it lies: in Parquet, or in a table of the session
    engine.execute(
        f"CREATE VIEW {quoted(schema.name)} AS " + " UNION ALL ".join(s.select for s in sources),
        what=f"{schema.name}: putting its files together",
    )
    counts = [s.rows for s in sources if s.rows is not None]
    _check_row_count(engine, schema, sum(counts) if len(counts) == len(sources) else None)
    present = {column for source in sources for column in source.columns}
    return Extract(
        schema=schema,
        table=schema.name,
        files=files,
        absent=tuple(f.column for f in schema.fields if f.column not in present),
        ignored=max(s.ignored for s in sources),
        truncated=sum(s.truncated for s in sources),
        empty=sum(_is_empty(engine, schema, source) for source in sources),
        unread=tuple(s.unread for s in sources if s.unread),
        forms=tuple(s.form for s in sources if s.form is not None),
        rows=sum(counts) if len(counts) == len(sources) else None,
        misfits=_misfits(sources),
        projects=tuple(s.project for s in sources if s.project),
        unused=unused_words(register.missing, [s.words for s in sources]),
        partly=lacking_columns(engine, schema, sources),
    )


def lacking_columns(engine: Session, schema: ExtractSchema, sources: Sequence[Source]) -> dict[str, Lacking]:
    """Return, by canonical column that some files or tables have and others lack, how many lack it and of which time they are.

    Parameters
    ----------
    engine : Session
        The session that has them.
    schema : ExtractSchema
    sources : sequence of Source
    """
    lacking = {f.column: [s.select for s in sources if f.column not in s.columns] for f in schema.fields}
    partly = {column: queries for column, queries in lacking.items() if 0 < len(queries) < len(sources)}
    at, start = schema.dating.at, schema.dating.start
    told = f"DISTINCT {quoted(at)}" if at is not None else f"min({quoted(start)})" if start is not None else ""
    times: dict[str, tuple[Any, ...]] = {}
    for query in dict.fromkeys(q for queries in partly.values() for q in queries) if told else ():
        what = f"{schema.name}: looking at the time of files that lack a column"
        found = engine.rows(f"SELECT {told} AS at FROM ({query}) lacking ORDER BY 1", what=what)
        times[query] = tuple(t for (t,) in found if t is not None)
    return {
        column: Lacking(files=len(queries), times=tuple(dict.fromkeys(t for q in queries for t in times.get(q, ()))))
        for column, queries in partly.items()
    }


def _misfits(sources: Sequence[Source]) -> dict[str, frozenset[str]]:
    if any(s.form is None for s in sources):
        return {}
    columns = {column for s in sources for column in s.misfits}
    return {c: frozenset().union(*(s.misfits.get(c, frozenset()) for s in sources)) for c in columns}


#: Sources in order, and what the manifest says of each.
_Sources = tuple[list[Source], tuple[FileFacts, ...]]


def _from_files(engine: Engine, schema: ExtractSchema, register: Register, folder: Path, where: str) -> _Sources:
    paths = register_files(schema.name, folder, register.path or "", where)
    marks = marks_of(schema.name, paths)
    sources = [_one_of(engine, schema, register, paths, number) for number in range(len(paths))]
    files = tuple(
        FileFacts(name=_own_name(m.path, paths), size=m.size, sha256=s.sha256 or _sha256(m.path), mark=m)
        for m, s in zip(marks, sources, strict=True)
    )
    refuse_changed(schema.name, marks)
    return sources, files


def _own_name(path: Path, paths: Sequence[Path]) -> str:
    """Return a file's name, with its folder's where files of one name lie in several, a year each."""
    alone = sum(other.name == path.name for other in paths) == 1
    return path.name if alone else f"{path.parent.name}/{path.name}"


def _one_of(engine: Engine, schema: ExtractSchema, register: Register, paths: Sequence[Path], number: int) -> Source:
    """Read one of several files: what is wrong with it is said with its name."""
    problem = ""
    try:
        return _from_file(engine, schema, register, paths[number], number)
    except ExtractError as error:
        if len(paths) == 1:
            raise
        problem = str(error)
    raise ExtractError(f"{problem} (file {number + 1} of {len(paths)}: {_own_name(paths[number], paths)!r})")


def _refuse_copies(
    engine: Engine, schema: ExtractSchema, sources: Sequence[Source], files: Sequence[FileFacts]
) -> None:
    """Refuse two files, or tables, that are the same throughout: each row would count twice. Without rows they may be."""
    known: dict[str, FileFacts] = {}
    for source, file in zip(sources, files, strict=True):
        other = known.setdefault(file.sha256, file)
        if other is not file and not _is_empty(engine, schema, source):
            raise ExtractError(
                f"{schema.name}: {other.name!r} and {file.name!r} hold the very same; each row would count twice. Move the copy "
                f"away, or ask the register's owner for what should be there"
            )


def _from_file(engine: Engine, schema: ExtractSchema, register: Register, path: Path, number: int) -> Source:
    suffix = path.suffix.lower()
    if suffix == ".parquet":
        return parquet_source(engine, schema, register, path, number)
    if suffix not in STATISTICAL:
        return text_source(engine, schema, register, path, number)
    typed = engine.scratch / f"{schema.name}-{number}.parquet"
    made = statistical_to_parquet(schema, register, path, typed)
    source = parquet_source(engine, schema, register, typed, number, name=path.stem)
    unread = None if made.unread is None else f"SELECT * FROM read_parquet({literal(str(made.unread))})"
    return replace(source, ignored=made.ignored, rows=made.rows, unread=unread)


def _from_tables(engine: Engine, schema: ExtractSchema, register: Register, database: Database, where: str) -> _Sources:
    tables = fetch_tables(database, schema, register, engine.scratch, where)
    if any(holds_identity_number(t.name) for t in tables):
        raise ExtractError(
            f"{schema.name}: the name of a table holds a personal identity number; nothing was kept. Rename the table"
        )
    sources = []
    for number, table in enumerate(tables):
        source = parquet_source(engine, schema, register, table.path, number, name=table.name)
        sources.append(replace(source, ignored=table.ignored, rows=table.rows, unread=table.unread))
    return sources, tuple(FileFacts(name=t.name, size=None, sha256=t.sha256) for t in tables)


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
