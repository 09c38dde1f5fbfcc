"""The document as plain data for the typesetter: text, numbers and measures, and never a word of its markup."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...model.blocks import FigureBlock, Paragraph, TableBlock
from ...wording.marks import absence_notes
from ...wording.words import Words
from .column_widths import INDENT, TEXT_WIDTH, breakable, columns, lines
from .pictures import TALLEST

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ...model.blocks import Block, Row
    from ...model.document import Document
    from .column_widths import Columns
    from .pictures import Picture

__all__ = ["Json", "content"]

Json = str | float | bool | None | list["Json"] | dict[str, "Json"]

#: Sizes of the text, of notes and of the cover's title.
_TEXT, _NOTE, _KEY, _NUMBER, _TITLE = 9.0, 7.0, 8.5, 17.0, 22.0
#: White between key figures.
_BETWEEN = 12.0
#: The appendix is set smaller: two tables of 25 months to a page.
_APPENDIX = 7.0
#: A figure no higher than this has room for another on its page; one a little higher is drawn smaller to have it.
_HALF, _SMALLER = 306.0, 0.66
#: A figure higher than this may give way to the text that follows it.
_FLOATING = 470.0
#: A table with its notes no higher than this is kept on one page.
_KEPT = 345.0
#: Height of a row and of a further line in it, as shares of the size of the text.
_ROW, _LINE = 1.41, 1.23
#: Characters that no PDF/A file may hold: no-characters, the byte-order mark, controls, and those for private use.
_REFUSED = dict.fromkeys(
    (*range(32), *range(0x7F, 0xA0), 0xFEFF, *range(0xE000, 0xF900), *range(0xFDD0, 0xFDF0)), "\ufffd"
)
_REFUSED |= {0x09: " ", 0x0A: " ", 0x0D: " ", 0x2028: " ", 0x2029: " "}


def _text(words: str, size: float = _TEXT, width: float = TEXT_WIDTH) -> str:
    """Return words as they can be printed: what no PDF/A may hold shown as such, too long words with places to break."""
    return breakable(_whole(words), size, width)


def _whole(words: str) -> str:
    """Return words for what is read and never printed: what no PDF/A may hold shown as such, and no places to break."""
    shown = words.translate(_REFUSED)
    if shown.isascii():
        return shown
    return "".join("\ufffd" if ord(c) >= 0xF0000 or ord(c) & 0xFFFE == 0xFFFE else c for c in shown)


class _Printed:
    """What the parts of one document need of one another."""

    def __init__(self, document: Document, drawn: Mapping[str, Sequence[Picture]]) -> None:
        self.words = Words(document.lang)
        self.numbers = document.numbers
        self.drawn = drawn
        #: Figures whose numbers stand in a table of the text already.
        self.shown = {f.key: t.key for f in document.figures for t in document.tables if t.groups == f.table.groups}

    def block(self, block: Block) -> Json:
        if isinstance(block, Paragraph):
            return _paragraph(block)
        if isinstance(block, FigureBlock):
            return self.figure(block)
        return self.table(block, self.words("table_n", n=str(self.numbers[block.key]), title=block.caption), block.key)

    def figure(self, block: FigureBlock) -> Json:
        bands = self.drawn[block.key]
        width = _figure_width(bands)
        alts = [block.alt]
        if len(bands) > 1:
            parts = [{"part": str(i), "parts": str(len(bands))} for i in range(1, len(bands) + 1)]
            alts = [self.words("figure_part", alt=block.alt, **part) for part in parts]
        where = self.shown.get(block.key)
        pointer = self.words("numbers_on_page")
        if where is not None:
            pointer = self.words("numbers_in_table", n=str(self.numbers[where]))
        return {
            "kind": "figure",
            "caption": _text(self.words("figure_n", n=str(self.numbers[block.key]), title=block.title)),
            "bands": [
                {"key": f"figure:{block.key}:{i}", "alt": _whole(alt)} for i, alt in enumerate(alts)
            ],
            "width": width,
            "floats": len(bands) == 1 and bands[0].height * width / bands[0].width > _FLOATING,
            "pointer": _text(pointer),
            "target": f"data-{block.key}" if where is None else where,
        }  # fmt: skip

    def data_table(self, figure: FigureBlock) -> Json:
        """Return the table of a figure's numbers, for the appendix."""
        caption = self.words("figure_data_n", n=str(self.numbers[figure.key]), title=figure.table.caption)
        return self.table(figure.table, caption, f"data-{figure.key}", columns(figure.table, _APPENDIX))

    def table(self, block: TableBlock, caption: str, label: str, measures: Columns | None = None) -> Json:
        measures = measures or columns(block)
        notes = [*block.notes, *absence_notes(block, self.words)]
        if block.file:
            notes.append(f"{self.words('full_precision')} {block.file}")
        cells = _Cells(measures)
        return {
            "kind": "table",
            "label": label,
            "caption": _text(caption),
            "size": measures.size,
            "widths": list(measures.widths),
            "gap": measures.gap,
            "indent": INDENT * measures.size,
            "spans": [
                {"text": _text(h.text, measures.size), "span": h.span} for h in block.spans
            ],
            "heads": [
                {
                    "text": cells.fit(h.text, i, bold=True),
                    "unit": cells.fit(h.unit, i),
                    "words": i == 0 or h.words,
                }
                for i, h in enumerate(block.heads)
            ],
            "sides": _sides(block),
            "groups": [
                {"title": _text(g.title, measures.size), "rows": [cells.row(r) for r in g.rows]} for g in block.groups
            ],
            "notes": [_text(n, _NOTE) for n in notes],
            "keep": _height(block, measures, notes) <= _KEPT,
        }  # fmt: skip


class _Cells:
    """Cells of one table, whose words fit its columns."""

    def __init__(self, measures: Columns) -> None:
        self.measures = measures

    def fit(self, words: str, column: int, *, bold: bool = False) -> str:
        room = self.measures.widths[column] - 2 * self.measures.gap
        return breakable(_text(words, self.measures.size), self.measures.size, room, bold=bold)

    def row(self, row: Row) -> Json:
        return {
            "head": self.fit(row.head, 0),
            "inner": row.inner,
            "cells": [
                {"text": self.fit(c.text, i), "mark": bool(c.absent), "words": c.words}
                for i, c in enumerate(row.cells, start=1)
            ],
        }


def _paragraph(block: Paragraph) -> Json:
    style = "terms" if block.terms else "list" if block.listed else "lead" if block.lead else "plain"
    return {
        "kind": "text",
        "style": style,
        "texts": [_text(t) for t in block.texts],
        "terms": [_text(t) for t in block.terms],
    }


def _figure_width(bands: Sequence[Picture]) -> float:
    """Return how wide a figure is set: so that two fit on a page where that makes it little smaller, and always on one."""
    width, height = bands[0].width, max(band.height for band in bands)
    scale = min(1.0, TEXT_WIDTH / width, TALLEST / height)
    if _HALF < height * scale <= _HALF / _SMALLER:
        scale = _HALF / height
    return round(width * scale, 2)


def _sides(block: TableBlock) -> list[Json]:
    """Return of each column but the first whether it is one of words, as its first row has it."""
    first = next((row for group in block.groups for row in group.rows), None)
    return [] if first is None else [cell.words for cell in first.cells]


def _height(block: TableBlock, measures: Columns, notes: list[str]) -> float:
    """Return about how high a table and its notes are."""
    total = _LINE * _TEXT * lines(block.caption, _TEXT, TEXT_WIDTH)
    heads = max(
        lines(h.text, measures.size, w) + bool(h.unit) for h, w in zip(block.heads, measures.widths, strict=True)
    )
    total += measures.size * (_LINE * heads + (_ROW if block.spans else 0) + 1)
    for group in block.groups:
        total += measures.size * (_ROW + 0.4 if group.title else 0.0)
        for row in group.rows:
            deepest = lines(row.head, measures.size, measures.widths[0] - 2 * measures.gap)
            for cell, width in zip(row.cells, measures.widths[1:], strict=False):
                if cell.words:
                    deepest = max(deepest, lines(cell.text, measures.size, width - 2 * measures.gap))
            total += measures.size * (_ROW + _LINE * (deepest - 1))
    return total + sum(_LINE * _NOTE * lines(n, _NOTE, TEXT_WIDTH) + 2 for n in notes)


def content(document: Document, drawn: Mapping[str, Sequence[Picture]]) -> dict[str, Json]:
    """Return everything that the printed report says, in its order.

    Parameters
    ----------
    document : Document
    drawn : mapping of str to sequence of Picture
        Each figure's drawing, or its bands from the top, by the figure's key.
    """
    printed = _Printed(document, drawn)
    words = printed.words
    before, between, after = _page_of(words)
    side_by_side = max(1, min(len(document.key_figures), 4))
    room = TEXT_WIDTH / side_by_side - _BETWEEN
    own = [f for f in document.figures if f.key not in printed.shown]
    return {
        "lang": document.lang,
        "title": _whole(document.title),
        "title_printed": _text(document.title, _TITLE),
        "byline": _text(document.byline),
        "colophon": _text(document.colophon),
        "keywords": [_whole(k) for k in _keywords(document)],
        "banners": [{"title": _text(b.title), "text": _text(b.text), "key": b.key} for b in document.banners],
        "contents": words("contents"),
        "page": [before, between, after],
        "key_title": _text(document.key_title),
        "key_lines": max((lines(k.label, _KEY, room) for k in document.key_figures), default=1),
        "key_figures": [
            {
                "label": _text(k.label, _KEY, room),
                "number": _text(k.number, _NUMBER, room),
                "under": _text(k.under, _NOTE, room),
                "arm": k.arm,
            }
            for k in document.key_figures
        ],
        "sections": [{"title": _text(s.title), "blocks": [printed.block(b) for b in s.blocks]} for s in document.sections],
        "appendix": {"title": words("appendix"), "text": words("appendix_text"), "blocks": [printed.data_table(f) for f in own]},
    }  # fmt: skip


def _page_of(words: Words) -> tuple[str, str, str]:
    """Return what stands before, between and after the page's number and the number of pages."""
    before, _, rest = words("page_total", n="\0", total="\1").partition("\0")
    between, _, after = rest.partition("\1")
    return before, between, after


def _keywords(document: Document) -> list[str]:
    """Return what a catalogue files the report under: the main outcome and the arms."""
    study = document.inputs.value.study
    texts = (study.primary.label, *(arm.label for arm in study.arms))
    return list(dict.fromkeys(t.in_language(document.lang).replace(",", " ") for t in texts))
