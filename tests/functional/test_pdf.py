"""The printed report of the whole demonstration, in both languages: every cell, every page, nothing beyond the margins."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from effektutv.reporting.formats.pdf import write

# tests are imported by file, so that the reader beside the unit tests is found only by its folder
sys.path.insert(0, str(Path(__file__).parents[1] / "unit" / "reporting"))
from pdf_reader import read

#: Margins of 25 mm, in points, and a rule's breadth.
LEFT, RIGHT, TOP, BOTTOM = 25 / 25.4 * 72, (210 - 25) / 25.4 * 72, 841.89 - 24 / 25.4 * 72, 22 / 25.4 * 72
HAIR = 2.0


@pytest.fixture(scope="module", params=["sv", "en"])
def printed(request, demo_document, demo_report):
    folder = demo_report(request.param)
    return demo_document[request.param], *read(folder / "report.pdf"), folder


def _plain(text):
    return re.sub(r"\s+", " ", text.replace("\u200b", "").replace("\u00ad", "")).strip()


def test_every_cell_stands_as_in_the_document(printed):
    doc, tree, _, _ = printed
    shown = [t.groups for t in doc.tables]
    wanted = [*doc.tables, *(f.table for f in doc.figures if f.table.groups not in shown)]
    tables = tree.find("Table")
    assert len(tables) == len(wanted) > 30
    for table, block in zip(tables, wanted, strict=True):
        rows = [r for r in table.find("TR") if r.children[0].attributes.get("/Scope") == "/Row"]
        said = [[_plain(c.text) for c in r.children] for r in rows]
        assert said == [[_plain(r.head), *(_plain(c.text) for c in r.cells)] for g in block.groups for r in g.rows]


def test_tables_and_figures_keep_within_the_margins(printed):
    _, tree, _, _ = printed
    boxes = [e.attributes["/BBox"] for e in tree.find("Table", "Figure") if "/BBox" in e.attributes]
    assert len(boxes) > 30
    for box in boxes:
        left, bottom, right, top = map(float, box)
        assert left >= LEFT - HAIR
        assert right <= RIGHT + HAIR
        assert bottom >= BOTTOM - HAIR
        assert top <= TOP + HAIR


def test_headings_and_captions_never_end_a_page(printed):
    doc, _, pages, _ = printed
    titles = {_plain(s.title) for s in doc.sections} | {_plain(t.caption) for t in doc.tables}
    assert len(pages.marked) < 60
    for marked in filter(None, pages.marked[1:]):
        last = _plain(marked[max(marked)])
        assert not any(last.endswith(title) for title in titles)


def test_every_figure_is_described_and_one_too_high_comes_in_parts(printed):
    doc, tree, _, folder = printed
    said = [_plain(f.attributes["/Alt"]) for f in tree.find("Figure")]
    for figure in doc.figures:
        parts = [s for s in said if s.endswith(_plain(figure.alt))]
        assert len(parts) == len(write.pictures(folder, figure.key))
    assert len(said) >= len(doc.figures)
