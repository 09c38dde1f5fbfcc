"""How a delivered text file is written: encoding, separator, decimal mark, line ends, header.

Deliveries come as Latin-1 or cp1252 as often as UTF-8. The engine reads Latin-1 itself but refuses the bytes that only
cp1252 has (€, –), so such a file is rewritten as UTF-8, in chunks, in the session's private folder.
"""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ..errors import ExtractError
from ..study import Register
from .schema import ExtractSchema

__all__ = ["TextFormat", "inspect_text"]

_CHUNK = 1 << 22
_CP1252_ONLY = re.compile(rb"[\x80-\x9f]")
_BLANK_LINE = re.compile(rb"\n\r?\n")
_DELIMITERS = (";", ",", "\t", "|")


@dataclass(frozen=True, slots=True, kw_only=True)
class TextFormat:
    """How one text file is written, and where the engine can read it.

    ``path`` is the delivered file, or its UTF-8 copy where the engine could not read the original. ``rows`` is the number
    of lines after the header; ``None`` where quotes or blank lines make lines and rows differ.
    """

    path: Path
    encoding: str
    delimiter: str
    decimal: str
    header: tuple[str, ...]
    truncated: bool
    rows: int | None


def inspect_text(schema: ExtractSchema, register: Register, path: Path, scratch: Path) -> TextFormat:
    """Find out how a text file is written; what the study declares is taken as it stands.

    Parameters
    ----------
    schema : ExtractSchema
        The register's declaration: its columns tell which separator is right.
    register : Register
        What the study declares of the file.
    path : Path
        The file.
    scratch : Path
        Where a UTF-8 copy may be written.

    Returns
    -------
    TextFormat

    Raises
    ------
    ExtractError
        If the file is empty, binary or not text in the declared encoding.
    """
    scan = _scan(schema, register, path)
    encoding = scan.encoding
    line = scan.first.split(b"\n", 1)[0].rstrip(b"\r")
    text = line.decode("utf-8-sig" if encoding == "utf-8" else encoding, errors="replace")
    if encoding == "cp1252":
        _rewrite(schema, path, scratch)
        path, encoding = scratch, "utf-8"
    delimiter = register.delimiter or _delimiter(schema, text)
    header = tuple(next(csv.reader([text], delimiter=delimiter), []))
    return TextFormat(
        path=path,
        encoding=encoding,
        delimiter=delimiter,
        decimal=register.decimal or schema.delivery.decimal,
        header=header,
        truncated=scan.last not in (b"\n", b"\r"),
        rows=scan.rows,
    )


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as handle:
        while chunk := handle.read(_CHUNK):
            yield chunk


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scan:
    first: bytes
    last: bytes
    encoding: str
    rows: int | None


def _scan(schema: ExtractSchema, register: Register, path: Path) -> _Scan:
    """Read the bytes once: the first chunk, the last byte, the encoding that they are in, and the number of lines."""
    first = last = b""
    lines, plain = 0, True
    utf8 = codecs.getincrementaldecoder("utf-8")()
    is_utf8, has_cp1252 = True, False
    for chunk in _chunks(path):
        first = first or chunk
        plain = plain and b'"' not in chunk and not _BLANK_LINE.search(last + chunk)
        last = chunk[-1:]
        lines += chunk.count(b"\n")
        if b"\x00" in chunk:
            raise ExtractError(
                f"{schema.name}: a file holds NUL bytes: it is binary, UTF-16 or damaged; deliver plain text"
            )
        if is_utf8 and (utf8.getstate()[0] or not chunk.isascii()):
            try:
                utf8.decode(chunk)
            except UnicodeDecodeError:
                is_utf8 = False
        has_cp1252 = has_cp1252 or _CP1252_ONLY.search(chunk) is not None
    if not first.strip():
        raise ExtractError(f"{schema.name}: a file is empty; deliver it again, with its header")
    if register.encoding == "utf-8" and not is_utf8:
        raise ExtractError(
            f"{schema.name}: a file is declared as utf-8 but is not; declare encoding = 'cp1252' or leave it out"
        )
    taken = is_utf8 if register.encoding is None else register.encoding == "utf-8"
    return _Scan(
        first=first,
        last=last,
        encoding="utf-8" if taken else _latin(has_cp1252),
        rows=lines - 1 + (last != b"\n") if plain else None,
    )


def _latin(has_cp1252: bool) -> str:
    # Latin-1 and cp1252 agree outside 0x80-0x9f, where Latin-1 has only control characters
    return "cp1252" if has_cp1252 else "latin-1"


def _rewrite(schema: ExtractSchema, path: Path, scratch: Path) -> None:
    failed = False
    with scratch.open("w", encoding="utf-8", newline="") as out:
        for chunk in _chunks(path):
            try:
                out.write(chunk.decode("cp1252"))
            except UnicodeDecodeError:
                failed = True
                break
    if failed:
        raise ExtractError(
            f"{schema.name}: a file is neither UTF-8 nor cp1252; declare its encoding in the study file, or deliver it "
            f"as UTF-8"
        )


def _delimiter(schema: ExtractSchema, line: str) -> str:
    """Return the separator that makes the most of the header recognisable; the usual one where none does."""

    def recognised(delimiter: str) -> int:
        names = next(csv.reader([line], delimiter=delimiter), [])
        return sum(any(f.matches(n) for n in names) for f in schema.fields)

    best = max(_DELIMITERS, key=lambda d: (recognised(d), d == schema.delivery.delimiter))
    return best if recognised(best) else schema.delivery.delimiter
