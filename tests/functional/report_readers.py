"""Read the tables of a report back from each of its formats: rows of a header and cells, as printed."""

from __future__ import annotations

import re
import sys
from html.parser import HTMLParser
from pathlib import Path

import docx
import openpyxl
from docx.oxml.ns import qn

# tests are imported by file, so that the reader beside the unit tests is found only by its folder
sys.path.insert(0, str(Path(__file__).parents[1] / "unit" / "reporting"))
from pdf_reader import read

NUMBER = re.compile(r"[+−]?\d[\d\u202f]*(?:[.,]\d+)*")


class _Tables(HTMLParser):
    def __init__(self):
        super().__init__()
        self.tables, self._cell, self._quiet = [], None, 0

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag in ("td", "th"):
            self._cell = []
            if attrs.get("scope") not in ("col", "colgroup", "rowgroup"):
                self.tables[-1][-1].append(self._cell)
        elif tag == "span" and self._cell is not None:
            self._quiet += attrs.get("class") == "heard" or self._quiet > 0

    def handle_endtag(self, tag):
        if tag in ("td", "th"):
            self._cell = None
        elif tag == "span" and self._quiet:
            self._quiet -= 1

    def handle_data(self, data):
        if self._cell is not None and not self._quiet:
            self._cell.append(data)


def of_html(path):
    """Every table of the page, in its order."""
    parser = _Tables()
    parser.feed(path.read_text(encoding="utf-8"))
    rows = [[["".join(c) for c in row] for row in table] for table in parser.tables]
    # a row of column headers is empty by now, but for the empty corner
    return [[row for row in table if any(row)] for table in rows]


def of_word(path):
    """Every table of the file: those of the text, then those behind the figures."""
    out = []
    for table in docx.Document(str(path)).tables:
        rows = []
        for row in table.rows:
            cells = ["".join(t.text or "" for t in c.iter(qn("w:t"))) for c in row._tr.tc_lst]
            if not row._tr.xpath("./w:trPr/w:tblHeader") and len(cells) > 1:
                rows.append(cells)
        out.append(rows)
    return out


def of_pdf(path):
    """Every table of the file, its rows that have a header: white space is one space, as PDF keeps no other."""
    tree, _ = read(path)
    return [
        [[plain(c.text) for c in r.children] for r in t.find("TR") if r.children[0].attributes.get("/Scope") == "/Row"]
        for t in tree.find("Table")
    ]


def of_workbook(path, lang):
    """Every table by its sheet's name: rows of printed cells, a number as its format prints it in the language."""
    book = openpyxl.load_workbook(path)
    out = {}
    for sheet in book.worksheets[2:]:
        (table,) = sheet.tables.values()
        out[sheet.title] = [[_printed(c, lang) for c in row] for row in sheet[table.ref][1:]]
    return out


def _printed(cell, lang):
    """Print a cell as Excel would: of its format only what the report uses is known here, and anything else is an error."""
    if cell.value is None:
        return ""
    if cell.data_type != "n":
        return cell.value
    positive, negative, zero = cell.number_format.split(";")
    form = negative if cell.value < 0 else positive if cell.value > 0 else zero
    sign, decimals = re.fullmatch(r"([+−]?)#,##0(?:\.(0+))?", form).groups()
    text = f"{abs(cell.value):,.{len(decimals or '')}f}"
    if lang == "sv":
        text = text.replace(",", "\u202f").replace(".", ",")
    return sign + text


def plain(text):
    """Text with one space for any white space, and without marks that only say where a line may break."""
    return re.sub(r"\s+", " ", text.replace("\u200b", "").replace("\u00ad", "")).strip()


def numbers(row):
    """The numbers and marks of a row's cells as printed, each once, in their order."""
    out = []
    for text in row:
        out += NUMBER.findall(text) or ([text] if text in ("‥", "–") else [])
    return out
