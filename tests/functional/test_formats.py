"""Every format of a report says the same: each is read back and held to the document and so to the others."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from effektutv.reporting import build
from effektutv.reporting.formats.excel import write
from effektutv.reporting.model.blocks import FigureBlock, TableBlock

sys.path.insert(0, str(Path(__file__).parent))
from report_readers import numbers, of_html, of_pdf, of_word, of_workbook, plain

LANGUAGES = ("sv", "en")


@pytest.fixture(scope="module", params=LANGUAGES)
def written(request, demo_document, demo_report):
    return demo_document[request.param], demo_report(request.param)


def blocks(doc):
    return [b for s in doc.sections for b in s.blocks if isinstance(b, TableBlock | FigureBlock)]


def wanted(block):
    table = block.table if isinstance(block, FigureBlock) else block
    return [[r.head, *(c.text for c in r.cells)] for g in table.groups for r in g.rows]


def in_text_then_figures(doc):
    found = blocks(doc)
    return [b for b in found if isinstance(b, TableBlock)] + [b for b in found if isinstance(b, FigureBlock)]


def test_the_page_shows_the_documents_cells(written):
    doc, folder = written
    got = of_html(folder / "report.html")
    assert len(got) == len(blocks(doc)) > 40
    assert got == [wanted(b) for b in blocks(doc)]


def test_the_word_file_shows_the_documents_cells(written):
    doc, folder = written
    assert of_word(folder / "report.docx") == [wanted(b) for b in in_text_then_figures(doc)]


def test_the_print_shows_the_documents_cells(written):
    doc, folder = written
    shown = [b.groups for b in doc.tables]
    # a table of the text that stands behind a figure too is printed once
    once = [b for b in in_text_then_figures(doc) if isinstance(b, TableBlock) or b.table.groups not in shown]
    assert of_pdf(folder / "report.pdf") == [[[plain(t) for t in row] for row in wanted(b)] for b in once]


def test_the_workbook_prints_the_documents_numbers(written):
    doc, folder = written
    got = of_workbook(folder / "tables.xlsx", doc.lang)
    names = [name for name, _, _, _ in write.sheets(doc)]
    assert list(got) == names
    total = 0
    for block, name in zip(blocks(doc), names, strict=True):
        table = block.table if isinstance(block, FigureBlock) else block
        grouped = any(g.title for g in table.groups)
        heads = [(g.title, r.head) for g in table.groups for r in g.rows]
        assert [tuple(r[:2]) if grouped else ("", r[0]) for r in got[name]] == [
            t if grouped else ("", t[1]) for t in heads
        ]
        for printed, row in zip(got[name], wanted(block), strict=True):
            said, meant = numbers(printed[1 + grouped :]), numbers(row[1:])
            # a mark that stands for two numbers stands in the column of each
            assert [t for t in said if t not in "‥–"] == [t for t in meant if t not in "‥–"]
            assert {t for t in said if t in "‥–"} >= {t for t in meant if t in "‥–"}
            total += len(said)
    assert total > 2000


@pytest.mark.same_bytes
def test_the_same_bytes_twice_in_every_format(written, tmp_path):
    doc, folder = written
    again = tmp_path / "again"
    again.mkdir()
    build.write(doc, again)
    names = sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())
    assert {"report.html", "report.docx", "report.pdf", "tables.xlsx"} <= set(names)
    for name in names:
        if name != "manifest.json":
            assert (again / name).read_bytes() == (folder / name).read_bytes(), name
