"""The bytes of a delivered text file: unpacked, in blocks of whole rows, and looked through once from end to end.

Blocks are cut where a row ends, which a line break between quotation marks does not do; so a value, a row and a character are
always whole in one block, blocks can be parsed beside each other, and memory does not grow with the file. Looking through
tells the encoding, counts rows, and refuses what cannot be read without doubt.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import hashlib
import re
import zlib
from collections.abc import Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, cast

import numpy as np
from numpy.typing import NDArray

from effektutv.errors import ExtractError
from effektutv.study import Register

from ..schema.table_schema import ExtractSchema

__all__ = ["TextFile", "data_blocks", "look_through"]

#: Bytes read at a time: what parsing makes of them stays in the processor's cache.
_CHUNK = 1 << 20
_UNPACK, _NAME = "unpack it: of packed files only gzip is read", "give it the ending of its format, not packed by gzip"
#: How files begin that are no text, what they are, and what to do.
_NO_TEXT = {
    b"PK\x03\x04": ("a ZIP archive or a workbook", "deliver the text file itself, from Excel as CSV UTF-8"),
    b"\xd0\xcf\x11\xe0": ("a workbook of an older Excel, or one with a password", "save its sheet as CSV UTF-8"),
    b"BZh": ("packed by bzip2", _UNPACK),
    b"\xfd7zXZ": ("packed by xz", _UNPACK),
    b"7z\xbc\xaf": ("packed by 7-Zip", _UNPACK),
    b"\x28\xb5\x2f\xfd": ("packed by Zstandard", _UNPACK),
    b"Rar!": ("packed by RAR", _UNPACK),
    b"PAR1": ("a Parquet file", _NAME),
    b"<stata_dta>": ("a Stata file", _NAME),
    b"$FL": ("an SPSS file", _NAME),
    b"HEADER RECORD*": ("a SAS transport file", _NAME),
    bytes(12) + b"\xc2\xea\x81\x60": ("a SAS file", _NAME),
    b"RDX": ("an R object", "save it as CSV or Parquet"),
    b"%PDF": ("a PDF", "deliver the rows as text"),
}
#: Bytes of the longest row; beyond it a quotation mark was not closed, or there are no line ends.
_LONGEST_ROW = 1 << 24
_DELIMITERS = (";", ",", "\t", "|")
_QUOTE, _NEWLINE, _RETURN = b'"\n\r'
_BLANK_LINE = re.compile(rb"(?:^|(?<=\n))\r?\n")
#: Bytes 0x80 to 0x9f, as signed ones, are below.
_UPPER_END = 0xA0 - 0x100
#: Bytes that cp1252 leaves open.
_UNDEFINED = (b"\x81", b"\x8d", b"\x8f", b"\x90", b"\x9d")
#: å, ä, ö, Å, Ä, Ö in UTF-8: as cp1252 they would be a capital A with tilde before a sign, which nobody writes.
_SWEDISH = tuple(letter.encode() for letter in "åäöÅÄÖ")


@dataclass(frozen=True, slots=True, kw_only=True)
class TextFile:
    """What looking through a text file told.

    Parameters
    ----------
    path : Path
        The file.
    encoding : {"utf-8", "utf-16", "latin-1", "cp1252"}
    delimiter : str
    header : tuple of str
        Names of the columns, as delivered.
    skip : int
        Bytes before the first row, in what :func:`data_blocks` unpacks.
    rows : tuple of int
        Rows of each block.
    samples : tuple of bytes
        Up to three blocks: the first, one from the second half, and the last.
    truncated : bool
        Whether the last row has no line break.
    digest : Future of str
        SHA-256 of the file's bytes as they were delivered; it is taken while the file is parsed.
    codec : str
        What UTF-16 is decoded by, with its mark or in which order of bytes; empty for any other encoding.
    """

    path: Path
    encoding: str
    delimiter: str
    header: tuple[str, ...]
    skip: int
    rows: tuple[int, ...]
    samples: tuple[bytes, ...]
    truncated: bool
    digest: Future[str]
    codec: str = ""


@dataclass(slots=True, kw_only=True)
class _Seen:
    """What has been seen of a file so far."""

    ascii: bool = True
    utf8: bool = True
    upper: bool = False
    undefined: bool = False
    swedish: bool = False
    header: tuple[str, ...] | None = None
    delimiter: str = ""
    skip: int = 0
    rows: list[int] = field(default_factory=list)
    samples: dict[str, bytes] = field(default_factory=dict)
    last: bytes = b""


def look_through(schema: ExtractSchema, register: Register, path: Path) -> TextFile:
    """Read a text file once and find out how it is written; what the study declares is taken as it stands.

    Parameters
    ----------
    schema : ExtractSchema
        The register's declaration: its columns tell which separator is right.
    register : Register
        What the study declares of the file.
    path : Path
        The file; packed by gzip or not.

    Raises
    ------
    ExtractError
        If the file is empty, binary, damaged, not text in the declared encoding or in two encodings at once, or holds a
        quotation mark that is not closed or stands within a value.
    """
    seen = _Seen()
    codec = _wide(schema, register, path)
    beside = ThreadPoolExecutor(1)
    digest = beside.submit(_sha256, schema, path)
    beside.shutdown(wait=False)
    with closing(_chunks(schema, path, codec)) as chunks:
        for block in _row_blocks(schema, chunks):
            _look(schema, register, block, seen)
    if seen.header is None:
        raise ExtractError(f"{schema.name}: a file is empty; deliver it again, with its header")
    return TextFile(
        path=path,
        encoding=_encoding(schema, register, seen, wide=bool(codec)),
        delimiter=seen.delimiter,
        header=seen.header,
        skip=seen.skip,
        rows=tuple(seen.rows),
        samples=tuple(dict.fromkeys(seen.samples.values())),
        truncated=seen.last not in (b"\n", b"\r"),
        digest=digest,
        codec=codec,
    )


def data_blocks(schema: ExtractSchema, file: TextFile) -> Iterator[tuple[bytes, int]]:
    """Return the blocks of a file that has been looked through, without its header, and how many rows each has.

    Raises
    ------
    ExtractError
        If the file is not what it was.
    """
    rest = iter(file.rows)
    left = file.skip
    with closing(_chunks(schema, file.path, file.codec)) as chunks:
        for whole in _row_blocks(schema, chunks):
            block, left = whole[left:], max(left - len(whole), 0)
            yield block, next(rest, -1)
    if next(rest, None) is not None:
        raise ExtractError(f"{schema.name}: a file became shorter while it was read; start again when it is in place")


def _wide(schema: ExtractSchema, register: Register, path: Path) -> str:
    """Return what UTF-16 is decoded by: its mark, or, where the study declares it, the order of its bytes; else empty."""
    with _opened(schema, path) as handle:
        first = _read(schema, handle)
    declared = register.encoding or ""
    marked = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}.get(first[:2], "")
    # the half of a letter that is nought tells the order: names of columns are Latin letters
    before, after = first[::2].count(0), first[1::2].count(0)
    order = marked or ("utf-16-le" if after > before else "utf-16-be" if before > after else "")
    if first and declared.startswith("utf-16") and order not in (declared, f"{declared}-le", f"{declared}-be"):
        raise ExtractError(
            f"{schema.name}: a file is declared as {declared} but is {order or 'not UTF-16'}; declare what it is, or leave "
            f"encoding out"
        )
    if marked:
        return "utf-16"
    return order if declared.startswith("utf-16") else ""


def _chunks(schema: ExtractSchema, path: Path, codec: str) -> Generator[bytes]:
    """Yield a file's text as bytes: unpacked, UTF-16 as UTF-8, without byte-order mark."""
    with _opened(schema, path) as handle:
        first = _read(schema, handle)
        for begin, (kind, advice) in _NO_TEXT.items():
            if first.startswith(begin):
                raise ExtractError(f"{schema.name}: a file is {kind}; {advice}")
        decoder = codecs.getincrementaldecoder(codec)() if codec else None
        chunk = first.removeprefix(codecs.BOM_UTF8)
        # line ends of old Macintoshes; where there are others too, a lone return is no line end and rows will not add up
        returns = decoder is None and b"\r" in chunk and b"\n" not in chunk and len(chunk.rstrip(b"\r")) < _CHUNK - 1
        while chunk:
            if decoder is not None:
                yield _narrow(schema, decoder, chunk)
            else:
                yield chunk.replace(b"\r", b"\n") if returns else chunk
            chunk = _read(schema, handle)
        if decoder is not None:
            yield _narrow(schema, decoder, b"", final=True)


def _opened(schema: ExtractSchema, path: Path) -> BinaryIO:
    refused = ""
    try:
        with path.open("rb") as handle:
            packed = handle.read(2) == b"\x1f\x8b"
        return cast("BinaryIO", gzip.open(path, "rb") if packed else path.open("rb"))
    except OSError as error:
        refused = error.strerror or type(error).__name__
    raise ExtractError(f"{schema.name}: a file cannot be opened ({refused}); check that it is there and may be read")


def _read(schema: ExtractSchema, handle: BinaryIO) -> bytes:
    try:
        return handle.read(_CHUNK)
    except (EOFError, OSError, zlib.error):
        pass
    raise ExtractError(f"{schema.name}: a file is cut off or damaged: it cannot be read to its end; deliver it again")


def _narrow(schema: ExtractSchema, decoder: codecs.IncrementalDecoder, chunk: bytes, *, final: bool = False) -> bytes:
    try:
        return decoder.decode(chunk, final).encode()
    except UnicodeError:
        pass
    raise ExtractError(
        f"{schema.name}: a file begins as UTF-16 but is not; it may be cut off: deliver it again, as UTF-8"
    )


def _row_blocks(schema: ExtractSchema, chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Cut a stream of bytes where rows end."""
    rest = b""
    for chunk in chunks:
        block = rest + chunk
        cut = _last_row_end(block)
        if cut == 0 and len(block) > _LONGEST_ROW:
            raise ExtractError(
                f"{schema.name}: a row is longer than {_LONGEST_ROW >> 20} megabytes: a quotation mark is not closed, or "
                f"line ends are missing"
            )
        if cut:
            yield block[:cut]
        rest = block[cut:]
    if rest:
        yield rest


def _row_ends(block: bytes) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the places of line breaks that end a row, and of quotation marks; a block begins outside of them."""
    array = np.frombuffer(block, dtype=np.uint8)
    quotes = np.flatnonzero(array == _QUOTE)
    breaks = np.flatnonzero(array == _NEWLINE)
    return breaks[np.searchsorted(quotes, breaks) % 2 == 0], quotes


def _last_row_end(block: bytes) -> int:
    if b'"' not in block:
        return block.rfind(b"\n") + 1
    ends, _ = _row_ends(block)
    return int(ends[-1]) + 1 if len(ends) else 0


def _look(schema: ExtractSchema, register: Register, block: bytes, seen: _Seen) -> None:
    if b"\x00" in block:
        raise ExtractError(
            f"{schema.name}: a file holds NUL bytes: it is binary, damaged, or UTF-16 without its mark; deliver plain text, or "
            f"declare encoding = 'utf-16' for the register if it is that"
        )
    if not block.isascii():
        _look_at_encoding(block, seen)
    if seen.header is None:
        block = _after_header(register, schema, block, seen)
    seen.rows.append(_rows(schema, block, seen.delimiter))
    if block:
        seen.last = block[-1:]
        seen.samples.setdefault("first", block)
        if len(seen.rows) & (len(seen.rows) - 1) == 0:
            seen.samples["middle"] = block
        seen.samples["last"] = block


def _after_header(register: Register, schema: ExtractSchema, block: bytes, seen: _Seen) -> bytes:
    """Take the header off a block; lines before it that hold nothing go with it."""
    blank = len(block) - len(block.lstrip(b"\r\n"))
    ends, _ = _row_ends(block[blank:])
    end = blank + int(ends[0]) + 1 if len(ends) else len(block)
    line = block[blank:end]
    seen.skip += end
    seen.last = block[end - 1 : end]
    if line.strip():
        text = _decoded(line).rstrip("\r\n")
        seen.delimiter = register.delimiter or _delimiter(schema, text)
        seen.header = _names(text, seen.delimiter)
    return block[end:]


def _decoded(line: bytes) -> str:
    """Decode the header: the file's own encoding is known at its end only, but no Swedish in cp1252 is UTF-8 by chance."""
    try:
        return line.decode()
    except UnicodeDecodeError:
        return line.decode("cp1252", errors="replace")


def _rows(schema: ExtractSchema, block: bytes, delimiter: str) -> int:
    """Return how many rows a block holds: its lines, without those that hold nothing, and those within quotation marks."""
    unended = bool(block) and not block.endswith(b"\n")
    array = np.frombuffer(block, dtype=np.uint8)
    if b'"' not in block:
        breaks = array == _NEWLINE
        lines = int(np.count_nonzero(breaks)) + unended
        # whether one may be there is seen much faster than how many are
        blank = block.startswith((b"\n", b"\r\n")) or bool((breaks[:-1] & (array[1:] <= _RETURN)).any())
        return lines - (len(_BLANK_LINE.findall(block)) if blank else 0)
    ends, quotes = _row_ends(block)
    if not _well_quoted(array, quotes, delimiter):
        raise ExtractError(
            f"{schema.name}: a quotation mark is not closed or stands within a value that is not quoted; the file may be cut "
            f"off. Deliver such values in quotation marks, with those inside doubled"
        )
    long = np.diff(ends, prepend=-1)
    blanks = np.count_nonzero((long == 1) | ((long == 2) & (array[ends - 1] == _RETURN)))
    return len(ends) + unended - int(blanks)


def _well_quoted(array: NDArray[np.uint8], quotes: NDArray[np.intp], delimiter: str) -> bool:
    """Return whether marks open where a value begins and close where it ends, but for those that are doubled."""
    if len(quotes) % 2:
        return False
    edges = np.array([_QUOTE, _NEWLINE, _RETURN, ord(delimiter)], dtype=np.uint8)
    opening, closed = quotes[::2], quotes[1::2]
    opening, closed = opening[opening > 0], closed[closed < len(array) - 1]
    return bool(np.isin(array[opening - 1], edges).all() and np.isin(array[closed + 1], edges).all())


def _look_at_encoding(block: bytes, seen: _Seen) -> None:
    seen.ascii = False
    if seen.utf8:
        try:
            block.decode()
        except UnicodeDecodeError:
            seen.utf8 = False
    if (np.frombuffer(block, dtype=np.int8) < _UPPER_END).any():
        seen.upper = True
        seen.undefined = seen.undefined or any(b in block for b in _UNDEFINED)
    seen.swedish = seen.swedish or (b"\xc3" in block and any(b in block for b in _SWEDISH))


def _encoding(schema: ExtractSchema, register: Register, seen: _Seen, *, wide: bool) -> str:
    """Return the encoding, or refuse what no encoding reads without doubt."""
    declared = register.encoding
    found = "utf-16" if wide else "utf-8" if seen.utf8 else "cp1252"
    if wide and declared is not None and not declared.startswith("utf-16"):
        raise ExtractError(f"{schema.name}: a file is declared as {declared} but is UTF-16; leave encoding out")
    if found == "utf-8" and not seen.ascii and declared not in (None, found):
        raise ExtractError(
            f"{schema.name}: a file is declared as {declared} but is utf-8; declare that, or leave encoding out"
        )
    if found != "cp1252":
        return found
    if seen.swedish:
        raise ExtractError(
            f"{schema.name}: a file holds both UTF-8 and cp1252, as if joined from two; deliver it again in one encoding"
        )
    if seen.undefined:
        raise ExtractError(f"{schema.name}: a file is neither UTF-8 nor cp1252; deliver it as UTF-8")
    if declared == "utf-8":
        raise ExtractError(
            f"{schema.name}: a file is declared as utf-8 but is not; declare encoding = 'cp1252', or leave it out"
        )
    # Latin-1 and cp1252 agree outside 0x80-0x9f, where Latin-1 has only control characters
    return "cp1252" if seen.upper else "latin-1"


def _delimiter(schema: ExtractSchema, line: str) -> str:
    """Return the separator that makes the most of the header recognisable; the usual one where none does."""

    def recognised(delimiter: str) -> int:
        return sum(any(f.matches(n) for n in _names(line, delimiter)) for f in schema.fields)

    best = max(_DELIMITERS, key=lambda d: (recognised(d), d == schema.delivery.delimiter))
    return best if recognised(best) else schema.delivery.delimiter


def _names(line: str, delimiter: str) -> tuple[str, ...]:
    # a lone return within the header is no line end here: the names on both sides of it are one, which no register has
    return tuple(next(csv.reader([line.replace("\r", " ")], delimiter=delimiter), []))


def _sha256(schema: ExtractSchema, path: Path) -> str:
    try:
        with path.open("rb") as handle:
            return hashlib.file_digest(handle, "sha256").hexdigest()
    except OSError:
        pass
    raise ExtractError(f"{schema.name}: a file changed while it was read; start again when the delivery is in place")
