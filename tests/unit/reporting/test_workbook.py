"""The workbook: real numbers as the report shows them, text that stays text, marks with their reasons, the same bytes twice."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import datetime

import openpyxl
import pytest

from effektutv.disclosure.protect import protect
from effektutv.reporting import build
from effektutv.reporting.formats.excel import write
from effektutv.reporting.formats.excel.columns import columns, lines, rows
from effektutv.reporting.model.blocks import Cell, Group, Head, Row, TableBlock
from effektutv.reporting.wording.words import Words

pytestmark = pytest.mark.proof

LANGUAGES = ("sv", "en")


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    from report_inputs import FACTS, trial_inputs

    out = {}
    for lang in LANGUAGES:
        folder = tmp_path_factory.mktemp(f"book-{lang}")
        doc = build.build(protect(trial_inputs(folder)), lang=lang, facts=FACTS)
        write.write(doc, folder)
        out[lang] = doc, folder
    return out


def opened(built, lang):
    doc, folder = built[lang]
    return doc, openpyxl.load_workbook(folder / "tables.xlsx")


def body(sheet):
    """The rows of the sheet's one table, without its header."""
    (table,) = sheet.tables.values()
    return sheet[table.ref][1:]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_sheet_a_table_after_contents_and_notes(built, lang):
    doc, book = opened(built, lang)
    found = list(write.sheets(doc))
    first = {"sv": ["Innehåll", "Läs först"], "en": ["Contents", "Read first"]}[lang]
    assert book.sheetnames == first + [name for name, _, _, _ in found]
    label, figure = {"sv": ("Tabell", "Figur"), "en": ("Table", "Figure")}[lang]
    assert all(re.fullmatch(rf"({label}|{figure}) \d+", name) for name in book.sheetnames[2:])
    assert len(found) == sum(hasattr(b, "heads") or hasattr(b, "alt") for s in doc.sections for b in s.blocks)
    contents = book[first[0]]
    links = [c.hyperlink.location for c in contents["A"] if c.hyperlink]
    assert links == [f"'{n}'!A1" for n in book.sheetnames[1:]]
    assert contents["A1"].value == doc.title
    assert [contents.cell(r, 2).value for r in range(4, 6)] == [b.text for b in doc.banners]
    for name, title, _, notes in found:
        sheet = book[name]
        assert sheet["A1"].value == title
        assert sheet["A2"].hyperlink.location == f"'{first[0]}'!A1"
        under = [sheet.cell(r, 1).value for r in range(4 + len(body(sheet)), sheet.max_row + 1)]
        assert [u for u in under if u][: len(notes)] == list(notes)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_number_is_a_number_and_the_one_that_is_shown(built, lang):
    doc, book = opened(built, lang)
    numbers = 0
    for name, _, block, _ in write.sheets(doc):
        got = body(book[name])
        flat = [row for group in block.groups for row in group.rows]
        assert len(got) == len(flat)
        for cells, row in zip(got, flat, strict=True):
            parts = [p for c in row.cells for p in (c.parts or (c,))]
            values = [c.value for c in cells if c.data_type == "n" and c.value is not None]
            assert values == [p.value for p in parts if p.value is not None]
            numbers += len(values)
            texts = [c.value for c in cells if c.data_type == "s"]
            assert {p.text for p in parts if p.value is None and p.text} <= set(texts)
            assert row.head in texts
    assert numbers > 200


@pytest.mark.parametrize("lang", LANGUAGES)
def test_marks_are_text_with_their_reason(built, lang):
    doc, book = opened(built, lang)
    marks = 0
    why = Words(lang)("suppressed")
    for name, _, _, notes in write.sheets(doc):
        for cell in (c for row in body(book[name]) for c in row):
            assert (cell.comment is not None) == (cell.value in ("‥", "–", "†")), cell
            if cell.value == "‥":
                assert cell.comment.text == why
                assert any(n.startswith("‥") for n in notes)
                marks += 1
            elif cell.value == "†":
                assert f"† {cell.comment.text}." in notes
    assert marks


@pytest.mark.parametrize("lang", LANGUAGES)
def test_headers_stay_and_are_those_of_a_marked_table(built, lang):
    doc, book = opened(built, lang)
    for name, _, block, _ in write.sheets(doc):
        sheet = book[name]
        (table,) = sheet.tables.values()
        heads = [c.value for c in sheet[table.ref][0]]
        assert [c.name for c in table.tableColumns] == heads
        assert len({h.casefold() for h in heads}) == len(heads)
        assert table.headerRowCount != 0
        assert sheet.freeze_panes == "A4"
        assert sheet.print_title_rows == "$3:$3"
        assert all(sheet.column_dimensions[c.column_letter].width >= 8 for c in sheet[table.ref][0])
        units = {h.unit for h in block.heads[1:] if h.unit and "(" not in h.unit and " / " not in h.unit}
        assert all(any(u in h for h in heads) for u in units)
    main = [c.value for c in book[{"sv": "Tabell 4", "en": "Table 4"}[lang]][3]]
    wanted = {
        "sv": [
            "Andel, procent: första",
            "Skillnad, procentenheter: skattning",
            "Skillnad, procentenheter: 95\u202f% KI, nedre",
        ],
        "en": [
            "Share, per cent: first",
            "Difference, percentage points: estimate",
            "Difference, percentage points: 95% CI, lower",
        ],
    }[lang]
    if not set(wanted) <= set(main):
        main = [c.value for c in book[{"sv": "Tabell 3", "en": "Table 3"}[lang]][3]]
    assert set(wanted) <= set(main)


@pytest.mark.same_bytes
def test_the_file_says_what_it_is_and_when_and_has_no_formula(built):
    doc, book = opened(built, "sv")
    about = book.properties
    assert (about.title, about.creator, about.created) == (doc.title, "effektutv 0.0.0", datetime(1980, 1, 1))
    folder = built["sv"][1]
    first = (folder / "tables.xlsx").read_bytes()
    write.write(doc, folder)
    assert (folder / "tables.xlsx").read_bytes() == first
    with zipfile.ZipFile(io.BytesIO(first)) as archive:
        assert {i.date_time for i in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        for name in archive.namelist():
            content = archive.read(name)
            assert b"<f>" not in content
            assert str(folder).encode() not in content
            # a link leads within the file
            assert b'TargetMode="External"' not in content


@pytest.mark.parametrize(
    ("cell", "wanted"),
    [
        (Cell("1\u202f063", value=1063, decimals=0), "#,##0;−#,##0;#,##0"),
        (Cell("−2,0", value=-2.0, decimals=1), "#,##0.0;−#,##0.0;#,##0.0"),
        (Cell("+0,12", value=0.12, decimals=2), "+#,##0.00;−#,##0.00;#,##0.00"),
    ],
)
def test_formats(cell, wanted):
    assert write.number_format(cell) == wanted


def pair(first, second, joined):
    return Cell("", parts=tuple(Cell(str(v), value=v, decimals=1) for v in (first, second)), joined=joined)


def test_a_cell_of_several_numbers_has_a_column_for_each():
    hidden = Cell("‥", absent="suppressed", why="w")
    block = TableBlock(
        key="k", caption="c",
        heads=(
            Head("x", words=True), Head("skattning", "(standardfel)"), Head("KI"), Head("första / andra"), Head("a"), Head("A"),
        ),
        spans=(Head(""), Head("Skillnad", span=2), Head("Antal"), Head("", span=2)),
        groups=(
            Group((Row("r", (pair(1.0, 2.0, "error"), pair(3.0, 4.0, "ends"), pair(5, 6, "pair"), Cell("7"), Cell("8"))),), "g"),
            Group((Row("=s", (Cell("9", value=9, decimals=0), hidden, pair(1, 2, "pair"), Cell(""), Cell(""))),)),
        ),
    )  # fmt: skip
    found = columns(block, Words("sv"))
    assert [c.header for c in found] == [
        "Rubrik", "x", "Skillnad: skattning", "Skillnad: skattning, standardfel", "Skillnad: KI, nedre", "Skillnad: KI, övre",
        "Antal: första", "Antal: andra", "a", "A (2)",
    ]  # fmt: skip
    first, second = (cells for _, cells in rows(block, found))
    assert [c.text for c in first] == ["g", "r", "1.0", "2.0", "3.0", "4.0", "5", "6", "7", "8"]
    assert [c.text for c in second] == ["", "=s", "9", "", "‥", "‥", "1", "2", "", ""]


@pytest.mark.parametrize(
    ("text", "width", "wanted"),
    [
        ("", 10, 1),
        ("a b c", 10, 1),
        ("aaaaa bbbbb ccccc", 10, 2),
        ("a" * 100, 10, 10),
        ("aa " + "b" * 22 + " c", 10, 3),
    ],
)
def test_lines(text, width, wanted):
    assert lines(text, width) == pytest.approx(wanted, abs=1)
    assert lines(text, width) >= 1
