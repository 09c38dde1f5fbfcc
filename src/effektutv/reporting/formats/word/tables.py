"""A table block as a Word table: marked header rows that repeat, widths from what the columns hold, horizontal rules only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .xml import attribute, paragraph, run

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...model.blocks import Cell, Head, Row, TableBlock

__all__ = ["TEXT_WIDTH", "table", "text_width", "widths"]

#: Width of the text in twentieths of a point: A4 less margins of 2.2 cm.
TEXT_WIDTH = 9411
#: A table of at most so many rows stays on one page.
_SHORT = 14
_SIDES = 130  # a cell's padding, and a little air for what the estimate of a text's width misses
_INSET = 190
_AIR = 110  # before text that may stand beside a number
#: How much wider than Arial's the letters of a font are that replaces it, at most.
_REPLACED = 1.25
_SIZES = (17, 16, 15, 14)  # half points, the first that holds the table
_STRONG = '<w:top w:val="nil"/><w:bottom w:val="single" w:sz="6" w:space="0" w:color="1B2228"/>'
_SPAN_RULE = '<w:bottom w:val="single" w:sz="2" w:space="0" w:color="8A949C"/>'
_NO_RULE = '<w:bottom w:val="nil"/>'


def table(block: TableBlock) -> str:
    """Return the table, without caption and notes."""
    columns, size = widths(block)
    count = sum(len(g.rows) + bool(g.title) for g in block.groups)
    together = count <= _SHORT
    rows = _header(block, columns, size)
    number = 0
    for group in block.groups:
        if group.title:
            number += 1
            rows.append(_group(group.title, columns, size))
        for row in group.rows:
            number += 1
            rows.append(_row(row, block.heads, columns, size, keep=together and number < count))
    grid = "".join(f'<w:gridCol w:w="{w}"/>' for w in columns)
    told = block.notes[0] if block.notes else block.caption
    return (
        '<w:tbl><w:tblPr><w:tblStyle w:val="ReportTable"/>'
        f'<w:tblW w:w="{sum(columns)}" w:type="dxa"/><w:tblLayout w:type="fixed"/>'
        '<w:tblLook w:val="04A0" w:firstRow="1" w:lastRow="0" w:firstColumn="1" w:lastColumn="0" w:noHBand="0" w:noVBand="1"/>'
        f"<w:tblCaption w:val={attribute(block.caption)}/><w:tblDescription w:val={attribute(told)}/></w:tblPr>"
        f"<w:tblGrid>{grid}</w:tblGrid>{''.join(rows)}</w:tbl>"
    )


def _header(block: TableBlock, columns: Sequence[int], size: int) -> list[str]:
    rows = []
    if block.spans:
        at, cells = 0, []
        for head in block.spans:
            width = sum(columns[at : at + head.span])
            at += head.span
            borders = _SPAN_RULE if head.text else _NO_RULE
            cells.append(_cell(run(head.text), width, size, span=head.span, borders=borders, middle=True, keep=True))
        rows.append(_tr("".join(cells), header=True))
    cells = []
    for i, (head, width) in enumerate(zip(block.heads, columns, strict=True)):
        text = run(head.text)
        if head.unit:
            text += ("<w:r><w:br/></w:r>" if head.text else "") + run(head.unit, "Unit")
        cells.append(
            _cell(
                text,
                width,
                size,
                borders=_STRONG,
                right=not (head.words or i == 0),
                keep=True,
                low=True,
                inset=_AIR * (head.words and i > 0),
            )
        )
    rows.append(_tr("".join(cells), header=True))
    return rows


def _group(title: str, columns: Sequence[int], size: int) -> str:
    return _tr(_cell(run(title, "Strong"), sum(columns), size, span=len(columns), keep=True))


def _row(row: Row, heads: Sequence[Head], columns: Sequence[int], size: int, *, keep: bool) -> str:
    cells = [_cell(run(row.head), columns[0], size, inset=_INSET * row.inner, keep=keep)]
    for cell, head, width in zip(row.cells, heads[1:], columns[1:], strict=True):
        words = _words(cell, head)
        cells.append(_cell(run(cell.text), width, size, right=not words, keep=keep, inset=_AIR * words))
    return _tr("".join(cells))


def _tr(cells: str, *, header: bool = False) -> str:
    return f"<w:tr><w:trPr><w:cantSplit/>{'<w:tblHeader/>' if header else ''}</w:trPr>{cells}</w:tr>"


def _cell(
    content: str, width: int, size: int, *, span: int = 1, borders: str = "", right: bool = False, middle: bool = False,
    inset: int = 0, keep: bool = False, low: bool = False,
) -> str:  # fmt: skip
    held = f'<w:tcW w:w="{width}" w:type="dxa"/>'
    held += f'<w:gridSpan w:val="{span}"/>' if span > 1 else ""
    held += f"<w:tcBorders>{borders}</w:tcBorders>" if borders else ""
    held += '<w:vAlign w:val="bottom"/>' if low else ""
    properties = "<w:keepNext/>" if keep else ""
    properties += f'<w:ind w:left="{inset}"/>' if inset else ""
    properties += '<w:jc w:val="center"/>' if middle else ""
    if size != _SIZES[0]:
        content = _sized(content, size)
    return (
        f"<w:tc><w:tcPr>{held}</w:tcPr>{paragraph(content, 'TableNumber' if right else 'TableText', properties)}</w:tc>"
    )


def _sized(content: str, size: int) -> str:
    """Return runs in a smaller size than their style's."""
    smaller = f'<w:sz w:val="{size}"/><w:szCs w:val="{size}"/></w:rPr>'
    return content.replace("</w:rPr>", smaller).replace("<w:r><w:t", f"<w:r><w:rPr>{smaller}<w:t")


# --------------------------------------------------------------------------------------------------------------- widths


def widths(block: TableBlock) -> tuple[list[int], int]:
    """Return the columns' widths in twentieths of a point, and the size of the text in half points.

    A column gets what its longest line needs where all fit, else what its longest word (or number) needs and a share of
    the rest. Where the words do not fit either the text gets smaller, and at last words are broken.
    """
    for size in _SIZES:
        least, most = _needed(block, size)
        if (whole := sum(most)) <= TEXT_WIDTH:
            # room that nobody needs, so that no word breaks where Arial is replaced by a wider font
            wide = min(TEXT_WIDTH, whole * _REPLACED)
            return [int(x * wide / whole) for x in most], size
        if sum(least) <= TEXT_WIDTH:
            return _shared(least, most), size
    scale = TEXT_WIDTH / sum(least)
    return [int(x * scale) for x in least], _SIZES[-1]


def _shared(least: Sequence[int], most: Sequence[int]) -> list[int]:
    spare = TEXT_WIDTH - sum(least)
    wish = [b - a for a, b in zip(least, most, strict=True)]
    return [a + spare * w // sum(wish) for a, w in zip(least, wish, strict=True)]


def _needed(block: TableBlock, size: int) -> tuple[list[int], list[int]]:
    least, most = [], []
    rows = [row for group in block.groups for row in group.rows]
    for i, head in enumerate(block.heads):
        inset = _AIR if i else max((_INSET for row in rows if row.inner), default=0)
        body = [row.head if i == 0 else row.cells[i - 1].text for row in rows]
        broken = [(t, i == 0 or _words(row.cells[i - 1], head)) for t, row in zip(body, rows, strict=True)]
        words = [w for t, whole in broken for w in (t.split(" ") if whole else [t])]
        headed = [w for t in (head.text, head.unit) for w in t.split(" ")]
        low = max(
            max((text_width(w, size) for w in words), default=0), *(text_width(w, size, bold=True) for w in headed)
        )
        high = max(
            low,
            *(text_width(t, size) for t in body or [""]),
            *(text_width(t, size, bold=True) for t in (head.text, head.unit)),
        )
        # a checksum or a path is broken where it must be
        least.append(min(low, TEXT_WIDTH // 2) + _SIDES + inset)
        most.append(high + _SIDES + inset)
    _widen_for_spans(block, least, most, size)
    return least, most


def _words(cell: Cell, head: Head) -> bool:
    return cell.words or head.words


def _widen_for_spans(block: TableBlock, least: list[int], most: list[int], size: int) -> None:
    """Give the columns under a header of several what its longest word needs, and what its line needs."""
    at = 0
    for head in block.spans:
        for into, need in (
            (least, max(text_width(w, size, bold=True) for w in head.text.split(" "))),
            (most, text_width(head.text, size, bold=True)),
        ):
            lacking = need + _SIDES - sum(into[at : at + head.span])
            for i in range(at, at + head.span if lacking > 0 else at):
                into[i] += -(-lacking // head.span)
        at += head.span
    most[:] = [max(a, b) for a, b in zip(least, most, strict=True)]


_NARROW = frozenset("iljI.,:;'|!()[]/ftr -·\u202f\u00a0")
_BROAD = frozenset("mwMW%@—ÆŒ‰")


def text_width(text: str, size: int, *, bold: bool = False) -> int:
    """Return about how wide a text is in Arial, in twentieths of a point; Arial's own widths, in a few classes.

    Parameters
    ----------
    text : str
    size : int
        In half points.
    bold : bool
    """
    units = sum(0.33 if c in _NARROW else 0.89 if c in _BROAD else 0.70 if c.isupper() else 0.56 for c in text)
    return int(units * size * 10 * (1.07 if bold else 1.0))
