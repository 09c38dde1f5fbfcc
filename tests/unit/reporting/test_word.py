"""The Word file: its structure as a reader of the format sees it, its words those of the report, the same bytes twice."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import datetime

import docx
import pytest
from docx.oxml.ns import qn
from PIL import Image, ImageDraw

from effektutv.disclosure.protect import protect
from effektutv.plots.layout.text_metrics import text_width
from effektutv.reporting import build
from effektutv.reporting.figures.render import write_figures
from effektutv.reporting.formats.word import write
from effektutv.reporting.formats.word.pictures import page_pieces
from effektutv.reporting.formats.word.tables import TEXT_WIDTH, widths
from effektutv.reporting.model.blocks import Cell, FigureBlock, Group, Head, Row, TableBlock

pytestmark = pytest.mark.proof

LANGUAGES = ("sv", "en")


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The trial's document in both languages with its folder, written once."""
    from report_inputs import FACTS, trial_inputs

    out = {}
    for lang in LANGUAGES:
        folder = tmp_path_factory.mktemp(f"word-{lang}")
        doc = build.build(protect(trial_inputs(folder)), lang=lang, facts=FACTS)
        write_figures(doc, folder)
        write.write(doc, folder)
        out[lang] = doc, folder
    return out


def opened(built, lang):
    doc, folder = built[lang]
    return doc, docx.Document(str(folder / "report.docx"))


def tables_of(doc):
    """Every table in the file's order: those of the text, then those behind the figures."""
    blocks = [b for s in doc.sections for b in s.blocks]
    return [b for b in blocks if isinstance(b, TableBlock)] + [b.table for b in blocks if isinstance(b, FigureBlock)]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_headings_title_and_language(built, lang):
    doc, file = opened(built, lang)
    by_style = {}
    for p in file.paragraphs:
        by_style.setdefault(p.style.name, []).append(p.text)
    behind = {"sv": "Siffrorna bakom figurerna", "en": "The numbers behind the figures"}[lang]
    assert by_style["Title"] == [doc.title]
    assert by_style["Heading 1"] == [*(s.title for s in doc.sections), behind]
    assert {b.text for b in doc.banners} == {
        t.partition(". ")[2] for t in by_style["Banner"] + by_style["Banner Synthetic"]
    }
    tag = {"sv": "sv-SE", "en": "en-GB"}[lang]
    about = file.core_properties
    assert (about.title, about.language, about.author) == (doc.title, tag, "effektutv 0.0.0")
    assert about.created == about.modified == datetime(1980, 1, 1, tzinfo=about.created.tzinfo)
    langs = {e.get(qn("w:val")) for e in file.styles.element.iter(qn("w:lang"))}
    assert langs == {tag}
    assert file.styles.element.find(qn("w:docDefaults")) is not None


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_table_is_there_cell_by_cell(built, lang):
    doc, file = opened(built, lang)
    wanted = tables_of(doc)
    assert len(file.tables) == len(wanted) > 8
    for block, table in zip(wanted, file.tables, strict=True):
        rows = [["".join(t.text or "" for t in c.iter(qn("w:t"))) for c in r._tr.tc_lst] for r in table.rows]
        heads = [[h.text for h in block.spans]] if block.spans else []
        heads.append([h.text + h.unit for h in block.heads])
        body = []
        for group in block.groups:
            body += [[group.title]] if group.title else []
            body += [[r.head, *(c.text for c in r.cells)] for r in group.rows]
        assert rows == heads + body
        marked = [bool(r._tr.xpath("./w:trPr/w:tblHeader")) for r in table.rows]
        assert marked == [True] * len(heads) + [False] * len(body)
        assert all(r._tr.xpath("./w:trPr/w:cantSplit") for r in table.rows)
        properties = table._tbl.tblPr
        assert properties.find(qn("w:tblCaption")).get(qn("w:val")) == block.caption
        assert properties.find(qn("w:tblDescription")).get(qn("w:val"))
        look = properties.find(qn("w:tblLook"))
        assert (look.get(qn("w:firstRow")), look.get(qn("w:firstColumn"))) == ("1", "1")
        assert sum(int(g.get(qn("w:w"))) for g in table._tbl.tblGrid) <= TEXT_WIDTH


@pytest.mark.parametrize("lang", LANGUAGES)
def test_captions_are_numbered_by_fields_and_stay_with_what_they_are_of(built, lang):
    doc, file = opened(built, lang)
    captions = [p for p in file.paragraphs if p.style.name == "Caption"]
    first, other = {"sv": ("Tabell", "Figur"), "en": ("Table", "Figure")}[lang]
    numbered = {first: [], other: []}
    for p in captions:
        codes = [c.text.split() for c in p._p.iter(qn("w:instrText"))]
        if codes:
            ((_, label, *_),) = codes
            shown = re.match(r"(\w+) (\d+)\. ", p.text)
            assert shown[1] == label
            numbered[label].append(int(shown[2]))
    blocks = [b for s in doc.sections for b in s.blocks]
    for label, kind in ((first, TableBlock), (other, FigureBlock)):
        assert numbered[label] == list(range(1, 1 + sum(isinstance(b, kind) for b in blocks)))
    body = list(file.element.body)
    before = [body[i - 1] for i, e in enumerate(body) if e.tag == qn("w:tbl")]
    assert all(e.xpath("./w:pPr/w:keepNext") and e.xpath("./w:pPr/w:pStyle[@w:val='Caption']") for e in before)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_figures_are_described_and_fit(built, lang):
    doc, file = opened(built, lang)
    found = list(file.element.body.iter(qn("wp:inline")))
    assert [i.docPr.get("title") for i in found] == [f.title for f in doc.figures]
    assert [i.docPr.get("descr") for i in found] == [f.alt for f in doc.figures]
    assert len({i.docPr.get("id") for i in found}) == len(found)
    for inline in found:
        assert inline.extent.cx <= 16 * 360_000
        assert inline.extent.cy <= 22.5 * 360_000
    images = [p for p in file.part.package.iter_parts() if p.partname.endswith(".png")]
    assert len(images) == len(doc.figures)
    assert all(Image.open(io.BytesIO(p.blob)).info["dpi"][0] == pytest.approx(300, abs=0.1) for p in images)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_contents_are_filled_in_and_every_link_arrives(built, lang):
    doc, file = opened(built, lang)
    contents = file.element.body.find(qn("w:sdt"))
    entries = ["".join(t.text for t in p.iter(qn("w:t"))) for p in contents.iter(qn("w:p"))][1:]
    assert entries[0] == f"1{doc.sections[0].title}"
    assert len(entries) == len(doc.sections) + 1
    # whoever updates the field gets page numbers, at the right: \\n would leave them out
    assert [c.text.split()[0] for c in contents.iter(qn("w:instrText"))] == ["TOC"]
    assert not any("\\n" in c.text for c in contents.iter(qn("w:instrText")))
    tabs = file.styles["toc 1"].element.findall(f".//{qn('w:tab')}")
    assert [t.get(qn("w:val")) for t in tabs] == ["left", "right"]
    marks = [b.get(qn("w:name")) for b in file.element.body.iter(qn("w:bookmarkStart"))]
    links = {h.get(qn("w:anchor")) for h in file.element.body.iter(qn("w:hyperlink"))}
    assert len(marks) == len(set(marks))
    assert links <= set(marks)
    kinds = [c.get(qn("w:fldCharType")) for c in file.element.body.iter(qn("w:fldChar"))]
    assert kinds.count("begin") == kinds.count("separate") == kinds.count("end")
    # the file opens without a question
    assert not list(file.settings.element.iter(qn("w:updateFields")))


def test_running_heads_carry_title_warnings_and_page(built):
    doc, file = opened(built, "sv")
    section = file.sections[0]
    assert [p.text for p in section.header.paragraphs] == [doc.title, " ".join(b.title for b in doc.banners)]
    assert [c.text.strip() for c in section.footer._element.iter(qn("w:instrText"))] == ["PAGE", "NUMPAGES"]
    assert section.footer.paragraphs[0].text == f"{doc.colophon}\tSida 1 av 1"
    assert section.different_first_page_header_footer


@pytest.mark.same_bytes
def test_the_same_bytes_twice_and_nothing_of_the_machine(built, tmp_path):
    doc, folder = built["sv"]
    first = (folder / "report.docx").read_bytes()
    write.write(doc, folder)
    assert (folder / "report.docx").read_bytes() == first
    with zipfile.ZipFile(io.BytesIO(first)) as archive:
        assert {i.date_time for i in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert {i.create_system for i in archive.infolist()} == {0}
        names = archive.namelist()
        assert not [n for n in names if "thumbnail" in n or "customXml" in n or n == "docProps/app.xml"]
        assert all(str(folder).encode() not in archive.read(n) for n in names)


def test_marks_have_their_reason_under_the_table(built):
    doc, file = opened(built, "sv")
    suppressed = [
        b for b in tables_of(doc) for g in b.groups for r in g.rows for c in r.cells if c.absent == "suppressed"
    ]
    assert suppressed
    body = list(file.element.body)
    at = [i for i, e in enumerate(body) if e.tag == qn("w:tbl")]
    for block, i in zip(tables_of(doc), at, strict=True):
        if block in suppressed:
            notes = []
            while body[i + 1].xpath("./w:pPr/w:pStyle[@w:val='TableNote']"):
                i += 1
                notes.append("".join(t.text for t in body[i].iter(qn("w:t"))))
            assert any(n.startswith("‥") for n in notes), block.caption


# --------------------------------------------------------------------------------------------------- widths and pictures


def block(heads, rows):
    body = tuple(Row(r[0], tuple(Cell(t) for t in r[1:])) for r in rows)
    return TableBlock(key="k", caption="c", heads=tuple(Head(h) for h in heads), groups=(Group(body),))


def test_a_narrow_table_is_no_wider_than_it_needs():
    found, size = widths(block(["Arm", "n"], [["SE", "354"]]))
    assert size == 17
    assert sum(found) < TEXT_WIDTH / 4


@pytest.mark.parametrize("word", ["Grupp", "Vanlig", "personer", "(standardfel)", "0120", "+13,2 (9,1)", "Jämförelse"])
def test_no_word_breaks_in_a_wider_font_while_there_is_room(word):
    """A reader without Arial gets another font; DejaVu Sans is among the widest. 120: the cells' own margins."""
    for heads, rows in ([word, "n"], [["a", "1"]]), (["a", "n"], [[word, "1"]]):
        found, size = widths(block(heads, rows))
        assert found[0] - 120 >= 20 * text_width(word, size / 2, bold=heads[0] == word)
        assert sum(found) <= TEXT_WIDTH


def test_numbers_are_never_broken_while_there_is_room():
    long = (
        "a rather long header of a row that has to be broken over several lines in the end, as there is no room for it"
    )
    found, size = widths(block(["x", *"abcdef"], [[long, *["[−10,5; 13,9]"] * 6]]))
    assert sum(found) <= TEXT_WIDTH
    # Arial's digits are 0.556 of the size wide, brackets and marks less: thirteen characters at size / 2 points
    assert min(found[1:]) >= 13 * 0.45 * size / 2 * 20
    assert found[0] > found[1]


def test_what_does_not_fit_gets_smaller_and_at_last_is_broken():
    found, size = widths(block(["x", *"abcdefghijkl"], [["row", *["[−10,5; 13,9]"] * 12]]))
    assert size == 14
    assert sum(found) <= TEXT_WIDTH
    checksum, _ = widths(block(["name", "sum"], [["a.csv", "0" * 400]]))
    assert sum(checksum) <= TEXT_WIDTH


def picture(path, height, lines):
    """White paper with a line from top to bottom, and ink everywhere but in some gaps."""
    image = Image.new("RGBA", (1889, height), "white")
    draw = ImageDraw.Draw(image)
    for y in range(height):
        draw.line((100 + y * 37 % 900, y, 200 + y * 37 % 900, y), fill="black")
    for top, end in lines:
        draw.rectangle((0, top, 1889, end), fill="white")
    draw.rectangle((1200, 0, 1203, height), fill="grey")
    image.save(path, dpi=(300, 300))
    return path


def test_a_tall_picture_is_cut_in_the_widest_gap_near_its_middle(tmp_path):
    widest, tallest = 16 * 360_000, int(22.5 * 360_000)
    whole = picture(tmp_path / "a.png", 2900, [])
    assert page_pieces(whole, widest, tallest) == [(0, 2900)]
    tall = picture(tmp_path / "b.png", 4800, [(600, 800), (2300, 2340), (2500, 2599)])
    (first, second) = page_pieces(tall, widest, tallest)
    assert first[0] == 0
    assert first[1] == second[0] == pytest.approx(2550, abs=1)
    assert second[1] == 4800
    assert len(page_pieces(picture(tmp_path / "c.png", 7000, []), widest, tallest)) == 3
