"""The report's tables as an Excel workbook: a sheet a table, real numbers as the report shows them, and no formula at all."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from effektutv import i18n
from effektutv.i18n import printable

from ...model.blocks import FigureBlock, TableBlock
from ...provenance.source_date import dated
from ...wording.marks import absence_notes
from ...wording.words import Words
from ..ooxml import rezipped
from . import columns as workbook_columns
from .columns import lines

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ...model.blocks import Cell
    from ...model.document import Document

__all__ = ["number_format", "sheets", "write"]

_INK, _SOFT, _RULE, _LINK = "#1B2228", "#56616B", "#D5DADE", "#0B5A94"
_HEADER_ROW = 2
_FIRST = _HEADER_ROW + 1
_LINE = 13.5  # points
_TEXT = 72  # characters, the width of running text: what an A4 page holds, also in a font wider than Arial
_PORTRAIT = 95  # characters that an upright page holds


def sheets(document: Document) -> Iterator[tuple[str, str, TableBlock, tuple[str, ...]]]:
    """Yield every table of the report, those behind the figures too: its sheet's name, its caption, itself and its notes."""
    w, numbers = Words(document.lang), document.numbers
    for section in document.sections:
        for block in section.blocks:
            if isinstance(block, TableBlock):
                kind, table, notes = "table_n", block, block.notes
            elif isinstance(block, FigureBlock):
                kind, table = "figure_n", block.table
                notes = (*table.notes, *(n for n in block.notes if n not in table.notes))
            else:
                continue
            number = str(numbers[block.key])
            name, title = (w(kind, n=number, title=text) for text in ("", table.caption))
            yield name.strip(" ."), title, table, (*notes, *absence_notes(table, w))


def write(document: Document, folder: Path) -> None:
    """Write ``tables.xlsx``."""
    import xlsxwriter

    out = io.BytesIO()
    with xlsxwriter.Workbook(out, _options()) as book:
        date = dated(document).replace(tzinfo=None)
        book.set_properties(
            {
                "title": printable(document.title), "subject": printable(document.byline), "created": date,
                "author": f"effektutv {document.facts.version}", "comments": printable(document.colophon),
            }
        )  # fmt: skip
        _Book(book, document).fill()
    (folder / "tables.xlsx").write_bytes(rezipped(out.getvalue()))


def _options() -> dict[str, object]:
    """Return the workbook's options: new ones each time, for XlsxWriter takes entries out of what it is given."""
    return {
        "in_memory": True,
        # text from a study file is text, whatever it begins with
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "default_format_properties": {"font_name": "Arial", "font_size": 10, "font_color": _INK},
    }


class _Book:
    """The workbook's sheets and formats."""

    def __init__(self, book: Any, document: Document) -> None:
        self.book, self.document, self.w = book, document, Words(document.lang)
        self.formats: dict[tuple[tuple[str, object], ...], Any] = {}

    def format(self, **properties: object) -> Any:
        """Return a format, one object for the same properties."""
        key = tuple(sorted(properties.items()))
        if key not in self.formats:
            self.formats[key] = self.book.add_format(properties)
        return self.formats[key]

    def fill(self) -> None:
        """Write the contents, how to read the tables, and every table."""
        found = list(sheets(self.document))
        contents = self.book.add_worksheet(self.w("contents"))
        notes = self.book.add_worksheet(self.w("notes_sheet"))
        self._contents(contents, [(self.w("notes_sheet"), self.w("notes_title")), *((n, t) for n, t, _, _ in found)])
        self._read_first(notes)
        for number, (name, title, table, under) in enumerate(found, start=1):
            self._table(self.book.add_worksheet(name), number, title, table, under)

    def _contents(self, sheet: Any, rows: list[tuple[str, str]]) -> None:
        document, wrapped = self.document, self.format(text_wrap=True, valign="top")
        strong, soft = self.format(bold=True, valign="top", text_wrap=True), self.format(font_color=_SOFT)
        sheet.set_column(0, 0, 14)
        sheet.set_column(1, 1, _TEXT)
        sheet.write_string(0, 0, printable(document.title), self.format(bold=True, font_size=16))
        sheet.write_string(1, 0, printable(document.byline), soft)
        at = 3
        for banner in document.banners:
            sheet.write_string(at, 0, printable(banner.title), strong)
            sheet.write_string(at, 1, printable(banner.text), wrapped)
            sheet.set_row(at, _LINE * max(lines(banner.title, 11), lines(banner.text, _TEXT)) + 4)
            at += 1
        head = self.format(bold=True, bottom=1, border_color=_INK)
        at += 1
        sheet.write_string(at, 0, self.w("sheet"), head)
        sheet.write_string(at, 1, self.w("content"), head)
        linked = self.format(font_color=_LINK, underline=1, valign="top")
        for i, (name, title) in enumerate(rows, start=at + 1):
            sheet.write_url(i, 0, f"internal:'{name}'!A1", linked, name)
            sheet.write_string(i, 1, printable(title), wrapped)
            sheet.set_row(i, _LINE * lines(title, _TEXT) + 2)
        sheet.write_string(at + len(rows) + 2, 0, printable(document.colophon), soft)
        self._paper(sheet, landscape=False)
        sheet.activate()

    def _read_first(self, sheet: Any) -> None:
        sheet.set_column(0, 0, _TEXT)
        sheet.write_string(0, 0, self.w("notes_title"), self.format(bold=True, font_size=13))
        self._back(sheet)
        keys = ("notes_same", "notes_unit", "notes_split", "notes_suppressed", "notes_unavailable")
        wrapped = self.format(text_wrap=True, valign="top")
        for i, text in enumerate(self.w(key) for key in keys):
            sheet.write_string(_FIRST + i, 0, text, wrapped)
            sheet.set_row(_FIRST + i, _LINE * lines(text, _TEXT) + 4)
        self._paper(sheet, landscape=False)

    def _back(self, sheet: Any) -> None:
        linked = self.format(font_color=_LINK, underline=1)
        sheet.write_url(1, 0, f"internal:'{self.w('contents')}'!A1", linked, self.w("to_contents"))

    def _paper(self, sheet: Any, *, landscape: bool) -> None:
        sheet.set_paper(9)  # A4
        if landscape:
            sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(0.6, 0.6, 0.7, 0.7)
        sheet.set_footer("&R" + self.w("page_of", page="&P", pages="&N"))
        sheet.hide_gridlines(2)

    # ----------------------------------------------------------------------------------------------------- one table

    def _table(self, sheet: Any, number: int, title: str, block: TableBlock, notes: tuple[str, ...]) -> None:
        columns = workbook_columns.columns(block, self.w)
        rows = list(workbook_columns.rows(block, columns))
        sheet.write_string(0, 0, printable(title), self.format(bold=True, font_size=12))
        self._back(sheet)
        for c, column in enumerate(columns):
            sheet.set_column(c, c, column.width)
        self._header(sheet, number, columns, len(rows))
        for r, (inner, cells) in enumerate(rows, start=_FIRST):
            ends = r == _FIRST + len(rows) - 1
            rule = {"bottom": 2, "bottom_color": _INK} if ends else {"bottom": 1, "bottom_color": _RULE}
            for c, (cell, column) in enumerate(zip(cells, columns, strict=True)):
                aside = {"indent": 1} if (inner and column.cell == -1) or (column.words and column.cell >= 0) else {}
                self._cell(sheet, r, c, cell, {**rule, **aside})
            sheet.set_row(r, _LINE * max(lines(v.text, c.width) for v, c in zip(cells, columns, strict=True)) + 2)
        file = (f"{self.w('full_precision')} {block.file}",) if block.file else ()
        self._under(sheet, _FIRST + len(rows) + 1, columns, (*notes, *file))
        sheet.freeze_panes(_FIRST, 0)
        sheet.repeat_rows(_HEADER_ROW)
        # a month or a checksum of digits is a name here
        sheet.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})
        self._paper(sheet, landscape=sum(c.width for c in columns) > _PORTRAIT)

    def _header(self, sheet: Any, number: int, columns: tuple[workbook_columns.Column, ...], rows: int) -> None:
        """Write the headers, marked as those of a table, so that whoever hears the sheet hears each cell's header."""
        look = {"bold": True, "text_wrap": True, "valign": "bottom", "top": 2, "bottom": 1}
        formats = [self.format(**look, border_color=_INK, **_aside(c)) for c in columns]
        for c, column in enumerate(columns):
            sheet.write_string(_HEADER_ROW, c, column.header, formats[c])
        sheet.set_row(_HEADER_ROW, _LINE * max(lines(c.header, c.width - 1) for c in columns) + 4)
        if rows:
            heads = [{"header": c.header, "header_format": f} for c, f in zip(columns, formats, strict=True)]
            options = {"columns": heads, "style": None, "autofilter": False, "name": f"effektutv_{number}"}
            sheet.add_table(_HEADER_ROW, 0, _HEADER_ROW + rows, len(columns) - 1, options)

    def _cell(self, sheet: Any, r: int, c: int, cell: Cell, look: dict[str, object]) -> None:
        if not cell.text:
            sheet.write_blank(r, c, None, self.format(**look))
        elif cell.value is not None:
            sheet.write_number(r, c, cell.value, self.format(num_format=number_format(cell), valign="top", **look))
        elif cell.words:
            sheet.write_string(r, c, printable(cell.text), self.format(text_wrap=True, valign="top", **look))
        else:
            sheet.write_string(r, c, printable(cell.text), self.format(align="right", valign="top", **look))
            if cell.absent:
                sheet.write_comment(r, c, printable(cell.why), {"author": "effektutv", "x_scale": 1.2, "y_scale": 0.6})

    def _under(self, sheet: Any, at: int, columns: tuple[workbook_columns.Column, ...], notes: tuple[str, ...]) -> None:
        """Write the notes under a table, over its whole width."""
        look = self.format(font_size=9, font_color=_SOFT, text_wrap=True, valign="top")
        wide = sum(c.width for c in columns)
        last = len(columns) - 1
        for i, note in enumerate(notes):
            if last:
                sheet.merge_range(at + i, 0, at + i, last, "", look)
            sheet.write_string(at + i, 0, printable(note), look)
            sheet.set_row(at + i, 12.5 * lines(note, wide) + 2)


def _aside(column: workbook_columns.Column) -> dict[str, object]:
    """Return where a header stands: over numbers to the right; over text to the left, with air to numbers beside it."""
    if not column.words:
        return {"align": "right"}
    return {"align": "left", "indent": 1} if column.cell >= 0 else {"align": "left"}


def number_format(cell: Cell) -> str:
    """Return the format that shows a cell's number as the report does, thousands and decimal mark as the reader's Excel has them.

    Parameters
    ----------
    cell : Cell
        With a number.
    """
    shown = "#,##0" + ("." + "0" * cell.decimals if cell.decimals else "")
    plus = "+" if cell.text.startswith("+") else ""
    # the true minus sign, as in the report
    return f"{plus}{shown};{i18n.MINUS}{shown};{shown}"
