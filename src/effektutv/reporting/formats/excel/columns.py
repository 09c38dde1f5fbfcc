"""A table block laid out for a sheet: one row of headers, one number a cell, the heading of a group in a column of its own."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from effektutv.i18n import printable

from ...model.blocks import Cell

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ...model.blocks import Head, TableBlock
    from ...wording.words import Words

__all__ = ["Column", "columns", "lines", "rows"]

_LEAST, _MOST, _FIRST_MOST = 8, 46, 44
_EMPTY = Cell("")
#: Letters of running text in the width of ten digits, which a column's width counts, over ten.
_LETTERS = 1.1
_HEADING, _ROW_HEAD = -2, -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of a sheet.

    Parameters
    ----------
    header : str
        With the header that spans it and its unit; no two are alike in a sheet.
    words : bool
        Whether it holds text.
    cell : int
        Which cell of a row it shows; −1 the row's header, −2 the heading of its group.
    part : int
        Which of the cell's numbers; −1 where it has one.
    width : int
        In characters.
    """

    header: str
    words: bool
    cell: int
    part: int = -1
    width: int = _LEAST


def columns(block: TableBlock, words: Words) -> tuple[Column, ...]:
    """Return a sheet's columns."""
    found = [Column(header=words("under_heading"), words=True, cell=_HEADING)] * any(g.title for g in block.groups)
    over = _spanning(block)
    found.append(Column(header=_header(over[0], block.heads[0]), words=True, cell=_ROW_HEAD))
    body = [row.cells for group in block.groups for row in group.rows]
    for i, (span, head) in enumerate(zip(over[1:], block.heads[1:], strict=True)):
        cells = [row[i] for row in body]
        joined = next((c.joined for c in cells if c.joined), "")
        if joined:
            both = enumerate(_headers(span, head, joined, words))
            found += [Column(header=h, words=False, cell=i, part=part) for part, h in both]
        else:
            told = head.words or (bool(cells) and all(c.words for c in cells))
            found.append(Column(header=_header(span, head), words=told, cell=i))
    held = [cells for _, cells in rows(block, found)]
    return tuple(
        replace(c, header=header, width=_width(header, [row[i].text for row in held], c))
        for i, (c, header) in enumerate(zip(found, _unlike([printable(c.header) for c in found]), strict=True))
    )


def rows(block: TableBlock, found: Sequence[Column]) -> Iterator[tuple[bool, tuple[Cell, ...]]]:
    """Yield each row: whether it is set in, and a cell a column, empty where there is nothing to show."""
    for group in block.groups:
        for row in group.rows:
            outer = {_HEADING: Cell(group.title, words=True), _ROW_HEAD: Cell(row.head, words=True)}
            yield row.inner, tuple(outer[c.cell] if c.cell < 0 else _shown(row.cells[c.cell], c.part) for c in found)


def _shown(cell: Cell, part: int) -> Cell:
    """Return the part of a cell that a column shows. A mark that stands for the whole cell stands in each of its columns."""
    if part < 0:
        return cell
    if cell.parts:
        return cell.parts[part]
    return cell if part == 0 or cell.absent else _EMPTY


def _spanning(block: TableBlock) -> list[str]:
    over = [head.text for head in block.spans for _ in range(head.span)]
    return over or [""] * len(block.heads)


def _header(span: str, head: Head) -> str:
    own = ", ".join(t for t in (head.text, head.unit) if t)
    return ": ".join(t for t in (span, own) if t)


def _headers(span: str, head: Head, joined: str, words: Words) -> tuple[str, str]:
    """Return the headers of a cell's two numbers."""
    if joined == "ends":
        both = (words("lower_bound"), words("upper_bound"))
    elif joined == "pair":
        named = next((t for t in (head.text, head.unit) if " / " in t), "1 / 2")
        one, _, other = named.partition(" / ")
        head = replace(head, text=head.text.replace(named, ""), unit=head.unit.replace(named, ""))
        both = (one, other)
    else:
        # the unit says that the standard error is in parentheses, where it is no more
        error = words("se")
        head = replace(head, unit=head.unit.replace(f"({error})", "").strip())
        both = ("", error if joined == "error" else words("sd"))
    first, second = (_header(span, replace(head, unit=", ".join(t for t in (head.unit, n) if t))) for n in both)
    return first, second


def _unlike(headers: list[str]) -> list[str]:
    """Return the headers, those that would read alike (in upper or lower case) numbered."""
    seen: set[str] = set()
    out = []
    for header in headers:
        name, number = header or "–", 1
        while name.casefold() in seen:
            number += 1
            name = f"{header} ({number})"
        seen.add(name.casefold())
        out.append(name)
    return out


def _width(header: str, texts: list[str], column: Column) -> int:
    """Return a column's width: its text, else the header's words in at most three lines."""
    longest = max(map(len, texts), default=0)
    needed = max(*map(len, header.split(" ")), -(-len(header) // 3) + 2)
    limit = _FIRST_MOST if column.cell < 0 else _MOST
    return max(_LEAST, min(max(longest, min(needed, 26)) + 2, limit))


def lines(text: str, width: int) -> int:
    """Return about how many lines a text takes in a column, its words kept whole; letters are narrower than digits.

    Parameters
    ----------
    text : str
    width : int
        In characters.
    """
    width = max(1, int(width * _LETTERS))
    count, used = 1, 0
    for word in text.split(" "):
        used += len(word) + 1
        if used - 1 > width:
            # a word longer than the line is broken
            count += 1 if len(word) <= width else -(-len(word) // width) - (used == len(word) + 1)
            used = len(word) % width + 1 if len(word) > width else len(word) + 1
    return count
