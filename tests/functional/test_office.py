"""LibreOffice opens the Word and the Excel file, and shows every cell of them."""

from __future__ import annotations

import csv
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from xml.etree import ElementTree as ET

import docx
import openpyxl
import pytest

sys.path.insert(0, str(Path(__file__).parent))
from report_readers import of_word

pytestmark = pytest.mark.system

TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
DRAW = "{urn:oasis:names:tc:opendocument:xmlns:drawing:1.0}"
SVG = "{urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0}"


@pytest.fixture(scope="module", params=["sv", "en"])
def report(request, demo_report):
    return demo_report(request.param)


def converted(path, kind, into):
    """Open a file and write it in another format, with a profile of its own."""
    office = shutil.which("soffice")
    assert office is not None, "install libreoffice-writer-nogui and libreoffice-calc-nogui: make test-system does"
    command = [office, f"-env:UserInstallation={(into / 'profile').as_uri()}", "--headless", "--convert-to", kind]
    subprocess.run([*command, "--outdir", str(into), str(path)], capture_output=True, timeout=180, check=True)
    return into


def test_the_word_file(report, tmp_path):
    converted(report / "report.docx", "odt", tmp_path)
    with zipfile.ZipFile(tmp_path / "report.odt") as archive:
        body = ET.fromstring(archive.read("content.xml"))
    rows = []
    for table in body.iter(f"{TABLE}table"):
        plain = list(table.iter(f"{TABLE}table-row"))
        heads = {id(r) for h in table.iter(f"{TABLE}table-header-rows") for r in h.iter(f"{TABLE}table-row")}
        assert heads, "a table lost its header rows"
        rows.append([[_text(c) for c in r.iter(f"{TABLE}table-cell")] for r in plain if id(r) not in heads])
    assert [[r for r in t if len(r) > 1] for t in rows] == of_word(report / "report.docx")
    titles = [p.text for p in docx.Document(str(report / "report.docx")).paragraphs if p.style.name == "Heading 1"]
    assert [_text(h) for h in body.iter(f"{TEXT}h")] == titles
    frames = [f for f in body.iter(f"{DRAW}frame") if f.find(f"{DRAW}image") is not None]
    assert len(frames) >= 12
    assert all(len(f.findtext(f"{SVG}desc") or "") > 20 for f in frames)


def _text(element):
    """The text of an element; several spaces are an element of their own."""
    out = element.text or ""
    for child in element:
        out += " " * int(child.get(f"{TEXT}c", "1")) if child.tag == f"{TEXT}s" else _text(child)
        out += child.tail or ""
    return out


def test_the_workbook(report, tmp_path):
    # every sheet, as text in UTF-8, each cell as it is shown
    converted(
        report / "tables.xlsx",
        "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,false,true,false,false,-1",
        tmp_path,
    )
    book = openpyxl.load_workbook(report / "tables.xlsx")
    for sheet in book.worksheets[2:]:
        with (tmp_path / f"tables-{sheet.title}.csv").open(encoding="utf-8", newline="") as file:
            shown = list(csv.reader(file))
        (table,) = sheet.tables.values()
        for cells in sheet[table.ref]:
            for cell in cells:
                got = shown[cell.row - 1][cell.column - 1]
                if cell.data_type == "n" and cell.value is not None:
                    assert float(got.replace("−", "-").replace("+", "").replace(",", "")) == cell.value
                    assert got.startswith("−") == (cell.value < 0)
                    decimals = cell.number_format.split(";")[0].partition(".")[2]
                    assert len(got.partition(".")[2]) == len(decimals)
                else:
                    assert got == (cell.value or "")
