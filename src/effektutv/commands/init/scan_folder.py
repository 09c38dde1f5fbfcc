"""What lies in a delivery's folder: the names of each file's columns, and never a value.

Text files give their first line, and which well-known words for missing stand in the columns of their first megabyte; the
others their metadata. A first line that is data (a file without a header) is recognised and shown nowhere.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import os
import re
import zlib
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from effektutv.errors import ArgumentError, ExtractError
from effektutv.registers.engines.temp_folder import Scratch
from effektutv.registers.schema.table_schema import ExtractSchema, load_schemas
from effektutv.registers.sources.missing_values import WORDS
from effektutv.registers.sources.refuse_identity import is_identity_number
from effektutv.registers.sources.sas_stata_spss import STATISTICAL
from effektutv.registers.sources.text_scan import look_through
from effektutv.study import Register

__all__ = ["NO_HEADER", "Delivered", "Found", "find_files", "looks_like_data", "read_files", "shown", "shown_name"]

#: What is said of a file whose first line is data.
NO_HEADER = "the file seems to have no header: its first line looks like data. Ask for it with column names"

_TEXT, _GZIPPED = (".csv", ".txt", ".tsv"), ".gz"
_KINDS = (*_TEXT, ".parquet", *STATISTICAL)
#: Formats that deliveries come in and that are not read.
_OTHER_DELIVERIES = (".xlsx", ".xls", ".zip", ".7z", ".rar", ".mdb", ".accdb", ".bak")
_DEEPEST, _MOST_FILES = 6, 5_000
_MOST_BYTES = 1 << 20
#: The sign that a demonstration lays beside its extracts.
_SIGN = "SYNTHETIC.txt"
#: Names as registers write them; longer runs of digits may be somebody's number.
_NAME = re.compile(r"[A-Za-zÅÄÖåäö_][\wÅÄÖåäöéÉüÜ .()/%&+-]{0,63}")
_DIGITS = re.compile(r"\d{5,}")
_NUMBER = re.compile(r"[+-]?\d+([.,]\d+)?")
_DATE = re.compile(r"\d{4}[-/.]?\d{2}[-/.]?\d{2}([ T].*)?|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}")
_PERSON = re.compile(r"(?<!\d)(?:\d{6}|\d{8})[-+]?\d{4}(?!\d)")
#: A cell that may be a word for missing: most files have none, and are not taken apart.
_WORD = re.compile(
    rb"(?<![^;,\t|\"\r\n ])(?:" + b"|".join(re.escape(w.encode()) for w in sorted(WORDS)) + rb")(?![^;,\t|\"\r\n ])"
)
#: So large a share of a first line must look like data, where no register knows any of its names.
_DATA_SHARE = 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """One delivered file or table, by its header.

    Parameters
    ----------
    name : str
        Path relative to the delivery's folder, with ``/``; or ``schema.table``.
    columns : tuple of str
        Its columns' names as delivered; empty where they could not be read. Use :func:`shown` before any is shown.
    problem : str
        Why there are none, or why they cannot be used; empty where there is nothing to say.
    path : Path, optional
        The file.
    database : str
        The ``[databases.NAME]`` that a table lies in; empty for a file.
    synthetic : bool
        Whether the file itself, or a sign beside it, says that it is made up.
    words : tuple of frozenset of str
        Of a text file: the well-known words for missing that stand in each column, as far as it was looked at.
    encoding : str
        What the study file must declare for the file to be read; empty where nothing.
    """

    name: str
    columns: tuple[str, ...] = ()
    problem: str = ""
    path: Path | None = None
    database: str = ""
    synthetic: bool = False
    words: tuple[frozenset[str], ...] = ()
    encoding: str = ""

    @property
    def stem(self) -> str:
        """The file's or table's own name without its ending."""
        return _without_ending(self.name.rpartition("/")[2]) if self.path else self.name.rpartition(".")[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The files of a folder: those that can be read, and how many others there are by ending."""

    files: tuple[Path, ...]
    others: dict[str, int]


def find_files(folder: Path) -> Found:
    """Return the data files of a folder and its subfolders, sorted by path.

    Hidden files, and folders that are links, are left out.

    Returns
    -------
    Found
        ``others`` counts files in formats that deliveries come in and that are not read.

    Raises
    ------
    ArgumentError
        If it is no folder, or holds more files or deeper folders than a delivery has.
    """
    if not folder.is_dir():
        what = "it is a file" if folder.exists() else "there is nothing of that name"
        raise ArgumentError(f"DIR: {folder.name!r} is not a folder: {what}; give the folder that the delivery lies in")
    files: list[Path] = []
    others: dict[str, int] = {}
    for path in _walk(folder):
        ending = _ending(path.name)
        if ending.removesuffix(_GZIPPED) in _TEXT or ending in _KINDS:
            files.append(path)
        elif path.suffix.lower() in _OTHER_DELIVERIES:
            others[path.suffix.lower()] = others.get(path.suffix.lower(), 0) + 1
    return Found(files=tuple(sorted(p for p in files if p.name != _SIGN)), others=dict(sorted(others.items())))


def _walk(folder: Path) -> Iterator[Path]:
    seen = 0
    for here, folders, names in os.walk(folder):
        if len(Path(here).relative_to(folder).parts) >= _DEEPEST:
            folders.clear()
        folders[:] = sorted(f for f in folders if not f.startswith(".") and not (Path(here) / f).is_symlink())
        for name in names:
            path = Path(here) / name
            if name.startswith(".") or not path.is_file():
                continue
            seen += 1
            if seen > _MOST_FILES:
                raise ArgumentError(
                    f"DIR: more than {_MOST_FILES} files lie in {folder.name!r}; give the folder that the delivery itself "
                    f"lies in"
                )
            yield path


def _ending(name: str) -> str:
    lower = name.lower()
    if lower.endswith(_GZIPPED):
        return Path(lower.removesuffix(_GZIPPED)).suffix + _GZIPPED
    return Path(lower).suffix


def _without_ending(name: str) -> str:
    return name[: len(name) - len(_ending(name))]


def read_files(files: Sequence[Path], folder: Path) -> list[Delivered]:
    """Return the headers of files; what cannot be read says why.

    Parameters
    ----------
    files : sequence of Path
    folder : Path
        What their names are relative to.
    """
    with Scratch() as scratch:
        return [_read(path, folder, scratch.path / f"header-{number}") for number, path in enumerate(files)]


def _read(path: Path, folder: Path, scratch: Path) -> Delivered:
    name = path.relative_to(folder).as_posix()
    if _PERSON.search(name) and any(is_identity_number(m[0]) for m in _PERSON.finditer(name)):
        return Delivered(name=name, path=path, problem="its name holds a personal identity number: rename the file")
    ending = _ending(path.name)
    synthetic = (path.parent / _SIGN).is_file()
    problem = ""
    columns: tuple[str, ...] = ()
    text = _Text()
    try:
        if ending in STATISTICAL:
            columns = _statistical(path, ending)
        elif ending == ".parquet":
            columns, says = _parquet(path)
            synthetic = synthetic or says
        else:
            text = _text(path, scratch, gzipped=ending.endswith(_GZIPPED))
            columns = text.columns
    except ExtractError as error:
        # the message is ours and holds no value; its register is not known yet
        problem = str(error).partition(": ")[2] or str(error)
    except (OSError, EOFError, zlib.error):
        problem = "the file cannot be read: it may be cut off, damaged or not readable for you"
    if not problem and looks_like_data(columns):
        columns, problem = (), NO_HEADER
    return Delivered(
        name=name,
        columns=columns,
        problem=problem,
        path=path,
        synthetic=synthetic,
        words=() if problem else text.words,
        encoding=text.encoding,
    )


def _statistical(path: Path, ending: str) -> tuple[str, ...]:
    import pyreadstat

    names = None
    try:
        _, about = getattr(pyreadstat, STATISTICAL[ending])(str(path), metadataonly=True)
        names = tuple(map(str, about.column_names))
    except (pyreadstat.ReadstatError, pyreadstat.PyreadstatError, UnicodeDecodeError):
        names = None
    if names is None:
        raise ExtractError(
            "file: its header cannot be read; it may be cut off, or not be of the kind that its name says"
        )
    return names


def _parquet(path: Path) -> tuple[tuple[str, ...], bool]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    found = None
    try:
        found = pq.read_schema(path)
    except (pa.ArrowException, OSError):
        found = None
    if found is None:
        raise ExtractError("file: the Parquet file cannot be read; it may be cut off")
    return tuple(map(str, found.names)), (found.metadata or {}).get(b"synthetic") == b"true"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Text:
    """What is seen of a text file; see :class:`Delivered`."""

    columns: tuple[str, ...] = ()
    words: tuple[frozenset[str], ...] = ()
    encoding: str = ""


def _text(path: Path, scratch: Path, *, gzipped: bool) -> _Text:
    """Look at a text file: its first line alone is copied, and taken apart as the reader would."""
    with gzip.open(path, "rb") if gzipped else path.open("rb") as handle:
        start, encoding = _narrowed(handle.read(_MOST_BYTES))
    line = _first_line(start)
    if not line.strip():
        raise ExtractError("file: it is empty; ask for it again, with its header")
    line_only = scratch.with_suffix(".csv")
    line_only.write_bytes(line + b"\n")
    best: tuple[str, ...] = ()
    most, delimiter = -1, ";"
    for schema in load_schemas().values():
        file = look_through(schema, Register(path=line_only.name), line_only)
        known = _known(schema, file.header)
        # of headers that are known equally well the one with most columns: a separator that is none leaves one
        if (known, len(file.header)) > (most, len(best)):
            most, best, delimiter = known, file.header, file.delimiter
    line_only.unlink()
    words = _words(start[len(line) :], delimiter, len(best))
    return _Text(columns=tuple(name.strip() for name in best), words=words, encoding=encoding)


def _narrowed(start: bytes) -> tuple[bytes, str]:
    """Return the start of a file with UTF-16 as UTF-8, and what must be declared where its mark is missing."""
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return start.decode("utf-16", errors="ignore").encode(), ""
    before, after = start[::2].count(0), start[1::2].count(0)
    # a text of Latin letters has noughts in every second place, and in no other
    if min(before, after) == 0 and max(before, after) > len(start) // 4:
        order = "utf-16-le" if after else "utf-16-be"
        return start.decode(order, errors="ignore").encode(), "utf-16"
    return start, ""


def _words(body: bytes, delimiter: str, columns: int) -> tuple[frozenset[str], ...]:
    """Return which well-known words for missing stand in each column; nothing else of the rows is kept."""
    found: list[set[str]] = [set() for _ in range(columns)]
    if not _WORD.search(body):
        return ()
    # only ASCII is looked for, so that the encoding does not matter; the last row may be cut off
    rows = csv.reader(io.StringIO(body.decode("latin-1"), newline=""), delimiter=delimiter)
    with suppress(csv.Error):
        for row in rows:
            if len(row) == columns:
                for seen, cell in zip(found, row, strict=True):
                    if (word := cell.strip()) in WORDS:
                        seen.add(word)
    return tuple(map(frozenset, found))


def _first_line(start: bytes) -> bytes:
    """Return the first line; a line break inside quotes belongs to it."""
    mark = b"\n" if b"\n" in start else b"\r"
    at = -1
    while (at := start.find(mark, at + 1)) >= 0:
        if start.count(b'"', 0, at) % 2 == 0:
            return start[:at].rstrip(b"\r")
    return start


def _known(schema: ExtractSchema, header: Sequence[str]) -> int:
    return sum(any(f.matches(n) for n in header) for f in schema.fields)


def looks_like_data(columns: Sequence[str]) -> bool:
    """Return whether names of columns are rather the values of a row.

    They are where one has the shape of a personal identity number; or where no register knows any of them and a quarter of
    them are numbers, dates or empty.
    """
    cells = [c.strip().strip('"') for c in columns]
    if any(_PERSON.fullmatch(c) for c in cells):
        return True
    if not cells or any(f.matches(c) for schema in load_schemas().values() for f in schema.fields for c in cells):
        return False
    like = sum(not c or bool(_NUMBER.fullmatch(c) or _DATE.fullmatch(c) or _DIGITS.search(c)) for c in cells)
    return like >= _DATA_SHARE * len(cells)


def shown(column: str) -> str | None:
    """Return a column's name where it can be shown, None where it could be somebody's data.

    Parameters
    ----------
    column : str
        As delivered.
    """
    name = column.strip()
    return name if _NAME.fullmatch(name) and not _DIGITS.search(name) and not _DATE.search(name) else None


def shown_name(delivered: Delivered) -> str:
    """Return a file's name where it can be shown."""
    held = any(is_identity_number(m[0]) for m in _PERSON.finditer(delivered.name))
    return "(a file whose name is not shown)" if held else delivered.name
