"""Mark the row headers of a tagged PDF, and tell every cell of a table which headers are its own.

The typesetter tags a table's header rows, but takes the first cell of every other row for data, and a cell under a group's
heading for one that the heading alone describes. Both are put right in the finished file's structure tree (ISO 32000-1:2008,
14.7 and 14.8.4.3.4; table 349 for ``Scope`` and ``Headers``): the first cell of a row becomes a header of the row, and each
other cell names the headers of its columns, its group and its row. Nothing that is seen on a page changes.

The file is one that this package has just made: every object stands by itself, and a cross-reference table says where.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from effektutv.errors import EffektutvError

__all__ = ["mark_row_headers"]

_ENTRY = re.compile(rb"(\d{10}) (\d{5}) ([nf])")
_REFERENCE = re.compile(rb"(\d+) 0 R")
_KIND = re.compile(rb"/S/(\w+)")
_KIDS = re.compile(rb"/K\[([^\]]*)\]")
_ID = re.compile(rb"/ID\(([^)]*)\)")
_SPAN = re.compile(rb"/ColSpan (\d+)")
_HEADERS = re.compile(rb"/Headers\[[^\]]*\]")
_TREE = re.compile(rb"/IDTree<<.*?\]>>", re.DOTALL)


class _File:
    """The objects of a PDF file, each as its bytes, in the order in which they stand."""

    def __init__(self, data: bytes) -> None:
        table, size, trailer = _cross_references(data)
        self.size, self.trailer = size, trailer
        starts = sorted((offset, number) for number, offset in table.items())
        self.head = data[: starts[0][0]]
        ends = [offset for offset, _ in starts[1:]] + [_table_at(data)]
        self.objects = {n: data[at:end] for (at, n), end in zip(starts, ends, strict=True)}
        for number, body in self.objects.items():
            if not body.startswith(b"%d 0 obj" % number):
                raise _unexpected("an object is not where the cross-reference table has it")

    def joined(self) -> bytes:
        out = [self.head]
        at = len(self.head)
        offsets: dict[int, int] = {}
        for number, body in self.objects.items():
            offsets[number] = at
            out.append(body)
            at += len(body)
        rows = [
            b"%010d 00000 n\r\n" % offsets[n] if n in offsets else b"0000000000 65535 f\r\n" for n in range(self.size)
        ]
        out += [b"xref\n0 %d\n" % self.size, *rows, b"trailer\n", self.trailer, b"\nstartxref\n%d\n%%%%EOF" % at]
        return b"".join(out)


def _unexpected(what: str) -> EffektutvError:
    return EffektutvError(
        f"report.pdf: the typesetter's file is not built as expected ({what}); install the version of typst in constraints.txt"
    )


def _table_at(data: bytes) -> int:
    found = re.search(rb"startxref\s+(\d+)\s+%%EOF\s*$", data[-200:])
    if found is None:
        raise _unexpected("no place of the cross-reference table")
    return int(found[1])


def _cross_references(data: bytes) -> tuple[dict[int, int], int, bytes]:
    """Return where each object begins, how many there are, and the trailer's dictionary."""
    tail = data[_table_at(data) :]
    found = re.match(rb"xref\s+0 (\d+)\s+((?:\d{10} \d{5} [nf]\s+)+)trailer\s*(<<.*>>)\s*startxref", tail, re.DOTALL)
    if found is None:
        raise _unexpected("no plain cross-reference table")
    entries = _ENTRY.findall(found[2])
    if len(entries) != int(found[1]):
        raise _unexpected("the cross-reference table is not whole")
    return {i: int(at) for i, (at, _, use) in enumerate(entries) if use == b"n"}, len(entries), found[3]


@dataclass(slots=True)
class _Grid:
    """One table while it is walked: the headers that hold for the row at hand."""

    number: int
    columns: int = 0
    row: int = -1
    heads: list[tuple[bytes, int, int]] = field(default_factory=list)
    group: bytes = b""


def mark_row_headers(data: bytes) -> bytes:
    """Return the file with its tables' row headers marked; a file without tables as it is.

    Parameters
    ----------
    data : bytes
        A tagged PDF of the typesetter.

    Raises
    ------
    EffektutvError
        If the file is not built as the typesetter's files are.
    """
    file = _File(data)
    kinds = {n: _kind(body) for n, body in file.objects.items()}
    tables = [n for n, kind in kinds.items() if kind == b"Table"]
    if not tables:
        return data
    names: dict[bytes, int] = {}
    for count, number in enumerate(tables, start=1):
        grid = _Grid(count)
        for row, header in _rows(file, kinds, number):
            _mark_row(file, kinds, grid, row, header, names)
    root = next(n for n, body in file.objects.items() if b"/Type/StructTreeRoot" in body)
    listed = b"".join(b"(%s)%d 0 R" % (name, names[name]) for name in sorted(names))
    body, changed = _TREE.subn(b"/IDTree<</Names[" + listed + b"]>>", file.objects[root])
    if changed != 1:
        raise _unexpected("no list of header cells")
    file.objects[root] = body
    return file.joined()


def _kind(body: bytes) -> bytes:
    if b"/Type/StructElem" not in body[:60]:
        return b""
    found = _KIND.search(body)
    return found[1] if found else b""


def _kids(body: bytes) -> list[int]:
    found = _KIDS.search(body)
    return [int(n) for n in _REFERENCE.findall(found[1])] if found else []


def _rows(file: _File, kinds: dict[int, bytes], table: int) -> list[tuple[int, bool]]:
    """Return a table's rows in their order, and whether each stands in its head."""
    rows = []
    for part in _kids(file.objects[table]):
        if kinds.get(part) in (b"THead", b"TBody", b"TFoot"):
            rows += [(row, kinds[part] == b"THead") for row in _kids(file.objects[part])]
    return rows


def _mark_row(
    file: _File, kinds: dict[int, bytes], grid: _Grid, row: int, header: bool, names: dict[bytes, int]
) -> None:
    """Give the cells of one row their headers, and note those that hold for the rows below."""
    grid.row += 1
    cells = [n for n in _kids(file.objects[row]) if kinds.get(n) in (b"TH", b"TD")]
    spans = [int(found[1]) if (found := _SPAN.search(file.objects[n])) else 1 for n in cells]
    grid.columns = grid.columns or sum(spans)
    heading = len(cells) == 1 and grid.columns > 1
    if heading and kinds[cells[0]] == b"TH":
        grid.group = _named(file, grid, cells[0], 0, b"Column", [], names)
        return
    at, of_row = 0, b""
    for place, (cell, span) in enumerate(zip(cells, spans, strict=True)):
        above = [name for name, first, width in grid.heads if first < at + span and at < first + width]
        if header:
            if name := _named(file, grid, cell, at, b"Column", above, names):
                grid.heads.append((name, at, span))
        elif place == 0:
            of_row = _named(file, grid, cell, at, b"Row", [*above, grid.group], names)
        else:
            _describe(file, cell, [*above, grid.group, of_row])
        at += span


def _list(names: list[bytes]) -> bytes:
    return b"/Headers[" + b"".join(b"(%s)" % name for name in names if name) + b"]"


def _named(
    file: _File, grid: _Grid, cell: int, at: int, scope: bytes, above: list[bytes], names: dict[bytes, int]
) -> bytes:
    """Make a cell a header and return its name; an empty one is made data, for it names nothing."""
    body = file.objects[cell]
    body = _ID.sub(b"", body, count=1)
    body = re.sub(rb"/Scope/\w+", b"", body, count=1)
    if b"/K[]" in body or b"/K[" not in body:
        file.objects[cell] = _HEADERS.sub(b"/Headers[]", body.replace(b"/S/TH", b"/S/TD", 1), count=1)
        return b""
    name = b"T%dR%dC%d" % (grid.number, grid.row, at)
    body = re.sub(rb"/S/T[HD]", b"/S/TH", body, count=1)
    body = body.replace(b"/A[<</O/Table", b"/ID(%s)/A[<</O/Table/Scope/%s" % (name, scope), 1)
    body, changed = _HEADERS.subn(_list(above), body, count=1)
    if changed != 1 or b"/ID(" not in body:
        raise _unexpected("a cell without attributes")
    file.objects[cell] = body
    names[name] = cell
    return name


def _describe(file: _File, cell: int, headers: list[bytes]) -> None:
    """Tell a data cell its headers."""
    body, changed = _HEADERS.subn(_list(headers), file.objects[cell], count=1)
    if changed != 1:
        raise _unexpected("a cell without attributes")
    file.objects[cell] = body
