"""The printed report, read back: what it is tagged as, what its cells say, and that nothing of a study file is ever run."""

from __future__ import annotations

import os
import pickle
import re
import shutil
import subprocess
import sys
import unicodedata
from dataclasses import replace
from datetime import UTC, datetime

import pikepdf
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pdf_reader import first_difference, read

from effektutv.disclosure.protect import protect
from effektutv.errors import EffektutvError
from effektutv.reporting import build
from effektutv.reporting.formats.pdf import write
from effektutv.reporting.formats.pdf.column_widths import GAP, SIZES, TEXT_WIDTH, columns, width_of
from effektutv.reporting.formats.pdf.pictures import TALLEST, Picture, pictures
from effektutv.reporting.formats.pdf.table_headers import mark_row_headers
from effektutv.reporting.model.blocks import Cell, Group, Head, Paragraph, Row, Section, TableBlock

pytestmark = pytest.mark.proof

LANGUAGES = ("sv", "en")


def plain(text):
    """Text without what only divides its lines: hyphens at line ends are soft, spaces are spaces."""
    return re.sub(r"\s+", " ", text.replace("\u200b", "").replace("\u00ad", "")).strip()


def words(text):
    """Text of a place that may be hyphenated, without spaces and hyphens."""
    return re.sub(r"[\s\u00ad\u2010-]+", "", text.replace("\u200b", ""))


@pytest.fixture(scope="module")
def printed(request, reports, tmp_path_factory):
    """Of each language: the document, the file, and what is read from it."""
    from report_inputs import FACTS, trial_inputs

    out = {}
    for lang in LANGUAGES:
        doc = build.build(protect(trial_inputs(tmp_path_factory.mktemp(lang))), lang=lang, facts=FACTS)
        path = reports[lang] / "report.pdf"
        out[lang] = (doc, path, *read(path))
    return out


def all_tables(doc):
    """Every table of the report in its order: those of the text, then the figures' whose numbers stand in none of them."""
    shown = [t.groups for t in doc.tables]
    return [*doc.tables, *(f.table for f in doc.figures if f.table.groups not in shown)]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_it_says_that_it_is_both_standards_in_which_language_and_by_which_title(printed, lang):
    doc, path, _, _ = printed[lang]
    with pikepdf.open(path) as file:
        assert file.check_pdf_syntax() == []
        assert str(file.Root.Lang) == lang
        assert file.Root.MarkInfo.Marked is True
        assert file.Root.ViewerPreferences.DisplayDocTitle is True
        meta = file.open_metadata()
        assert (meta["pdfuaid:part"], meta["pdfaid:part"], meta["pdfaid:conformance"]) == ("1", "2", "A")
        assert meta["dc:title"] == doc.title
        assert str(file.docinfo.CreationDate) == "D:19800101000000Z"
        with file.open_outline() as outline:
            titles = [plain(item.title) for item in outline.root]
    numbered = [f"{i} {s.title}" for i, s in enumerate(doc.sections, start=1)]
    assert [t for t in titles if t[0].isdigit()] == numbered


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_cell_of_every_table_says_what_the_document_says(printed, lang):
    doc, _, tree, _ = printed[lang]
    found, wanted = tree.find("Table"), all_tables(doc)
    assert len(found) == len(wanted) > 20
    cells = 0
    for table, block in zip(found, wanted, strict=True):
        rows = [r for group in block.groups for r in group.rows]
        data = [
            r
            for r in table.find("TR")
            if r.find("TD") and r.find("TH") and r.find("TH")[0].attributes["/Scope"] == "/Row"
        ]
        assert len(data) == len(rows), block.key
        for tagged, row in zip(data, rows, strict=True):
            head, *others = tagged.find("TH", "TD")
            assert plain(head.text) == plain(row.head)
            assert [plain(c.text) for c in others] == [plain(c.text) for c in row.cells]
            cells += len(others)
    assert cells > 400


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_cell_names_the_headers_of_its_columns_its_group_and_its_row(printed, lang):
    doc, _, tree, _ = printed[lang]
    for table, block in zip(tree.find("Table"), all_tables(doc), strict=True):
        names = {e.attributes["/ID"]: plain(e.text) for e in table.find("TH")}
        assert all(e.attributes["/Scope"] in ("/Row", "/Column") for e in table.find("TH"))
        assert all(names.values()), block.key
        spans = [h.text for h in block.spans for _ in range(h.span)] or [""] * len(block.heads)
        rows = [(group, row) for group in block.groups for row in group.rows]
        data = [r for r in table.find("TR") if r.children and r.children[0].attributes.get("/Scope") == "/Row"]
        for tagged, (group, row) in zip(data, rows, strict=True):
            for i, cell in enumerate(tagged.children[1:], start=1):
                said = [names[n] for n in cell.attributes["/Headers"]]
                head = plain(f"{block.heads[i].text} {block.heads[i].unit}")
                wanted = [w for w in (plain(spans[i]), head, plain(group.title), plain(row.head)) if w]
                assert [words(s) for s in said] == [words(w) for w in wanted], (block.key, i)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_picture_has_its_alternative_text_and_every_caption_its_number(printed, lang):
    doc, _, tree, _ = printed[lang]
    assert [plain(f.attributes["/Alt"]) for f in tree.find("Figure")] == [plain(f.alt) for f in doc.figures]
    captions = [plain(c.text) for c in tree.find("Caption")]
    figure, table = ("Figur", "Tabell") if lang == "sv" else ("Figure", "Table")
    for i, block in enumerate(doc.figures, start=1):
        assert f"{figure} {i}. {plain(block.title)}" in captions
    for i, block in enumerate(doc.tables, start=1):
        assert f"{table} {i}. {plain(block.caption)}" in captions


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_is_suppressed_is_a_mark_with_its_meaning_under_the_table(printed, lang):
    doc, _, tree, _ = printed[lang]
    marked = [
        t for t in all_tables(doc) if any(c.absent == "suppressed" for g in t.groups for r in g.rows for c in r.cells)
    ]
    assert len(marked) > 3
    kids = tree.children
    at = {id(t): i for i, k in enumerate(kids) for t in k.find("Table")}
    for table, block in zip(tree.find("Table"), all_tables(doc), strict=True):
        if block in marked:
            assert "‥" in table.text
            after = kids[at[id(table)] + 1 :]
            until = next((i for i, k in enumerate(after) if k.kind != "P"), len(after))
            assert any(k.text.startswith("‥") for k in after[:until]), block.key


@pytest.mark.parametrize("lang", LANGUAGES)
def test_sections_sentences_and_notes_are_all_there_in_their_order(printed, lang):
    doc, _, tree, _ = printed[lang]
    said = words(tree.text)
    at = said.index(words(doc.key_title))
    for section in doc.sections:
        for block in section.blocks:
            texts = (
                block.texts if isinstance(block, Paragraph) else block.notes if isinstance(block, TableBlock) else ()
            )
            for text in texts:
                at = said.index(words(text), at)
    for banner in doc.banners:
        assert words(banner.title + banner.text) in said
    for k in doc.key_figures:
        assert words(k.label + k.number + k.under) in said
    assert words(doc.byline) in said
    assert words(doc.colophon) in said


@pytest.mark.parametrize("lang", LANGUAGES)
def test_each_page_says_its_number_and_what_hangs_over_the_report(printed, lang):
    doc, _, _, pages = printed[lang]
    total = len(pages.artifacts)
    for i, artifacts in enumerate(pages.artifacts, start=1):
        seen = plain("".join(artifacts))
        assert (f"{i} ({total})" if lang == "sv" else f"{i} of {total}") in seen
        assert all(banner.title in seen for banner in doc.banners)


def test_a_table_longer_than_a_page_repeats_its_header(printed, tmp_path):
    rows = tuple(Row(f"rad {i}", (Cell(str(i)),)) for i in range(150))
    table = TableBlock(
        key="long", caption="Lång", heads=(Head("Kolumnen"), Head("Värdet")), groups=(Group(rows, "Gruppen"),)
    )
    tree, pages = written(printed, tmp_path, table)
    assert len(tree.find("Table")) == 1
    pages_with = [p for p, marked in enumerate(pages.marked) if any(t.startswith("rad ") for t in marked.values())]
    assert len(pages_with) > 2
    for p in pages_with[1:]:
        repeated = "".join(pages.artifacts[p])
        assert "Kolumnen" in repeated
        assert "Gruppen" in repeated
    data = [r for r in tree.find("TR") if r.children[0].attributes.get("/Scope") == "/Row"]
    assert [r.children[0].text for r in data] == [row.head for row in rows]


def written(printed, folder, *blocks, **changes):
    """A document of a few blocks, written and read back."""
    doc = printed["sv"][0]
    doc = replace(doc, sections=(Section(key="s", title="Avsnitt", blocks=blocks),), key_figures=(), **changes)
    (folder / "figures").mkdir(exist_ok=True)
    write.write(doc, folder)
    return read(folder / "report.pdf")


def one_table(text):
    return TableBlock(
        key="t", caption=text, heads=(Head(text), Head(text, unit=text)),
        groups=(Group((Row(text, (Cell(text),)),), title=text),), notes=(text,),
    )  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "#pagebreak() $x^2$ *fet* _kursiv_ @hit <label> // slut",
        "=1+1",
        "= Rubrik",
        "<script>alert(1)</script> & co",
        "../../etc/passwd",
        "#read(\"/etc/passwd\") #image(\"x\") #sys.inputs",
        "\\u{41} \\ `kod` ~ -- --- ... 'citat' \"citat\" http://example.org",
        "[stöd](javascript:1) {{ 7*7 }} %s {0}",
    ],
)  # fmt: skip
def test_markup_in_a_label_stays_text(printed, tmp_path, text):
    tree, pages = written(printed, tmp_path, one_table(text), Paragraph(texts=(text,)), title=text)
    assert words(tree.find("Title")[0].text) == words(text)
    row = tree.find("TR")[-1]
    assert [words(c.text) for c in row.children] == [words(text), words(text)]
    assert len(pages.marked) == 3
    assert not tree.find("Figure", "Formula")


@pytest.mark.parametrize("text", ["שלום עולם", "مرحبا", "中文", "Ελλάδα", "🎉", "नमस्ते"])
def test_a_label_in_another_script_is_text_of_the_same_letters(printed, tmp_path, text):
    tree, _ = written(printed, tmp_path, one_table(text), title=text)
    said = unicodedata.normalize("NFKC", words(tree.find("TR")[-1].children[1].text))
    assert sorted(said) == sorted(unicodedata.normalize("NFKC", words(text)))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(alphabet=st.characters(exclude_categories=("Cs",)), min_size=1, max_size=40))
def test_no_label_whatever_stops_the_report(printed, tmp_path, text):
    title = text if text.strip() else "x"
    tree, _ = written(printed, tmp_path, one_table(text), Paragraph(texts=(text,)), title=title)
    assert len(tree.find("Table")) == 1


def test_letters_that_no_archive_may_hold_are_shown_as_lost(printed, tmp_path):
    tree, _ = written(printed, tmp_path, one_table("a\x00b\ufeffc\ue000d\uffffe\U000f0000f"))
    assert tree.find("TR")[-1].children[1].text == "a\ufffdb\ufffdc\ufffdd\ufffde\ufffdf"


def test_a_word_longer_than_its_column_breaks_and_stays_whole_as_text(printed, tmp_path):
    long = "a" * 300
    tree, _ = written(printed, tmp_path, one_table(long), Paragraph(texts=(long,)), title=long)
    assert plain(tree.find("TR")[-1].children[1].text).replace(" ", "") == long
    with pikepdf.open(tmp_path / "report.pdf") as file:
        assert str(file.docinfo.Title) == long
        with file.open_metadata() as about:
            assert about["dc:title"] == long


@pytest.mark.same_bytes
def test_the_same_bytes_in_another_process_on_one_thread(printed, reports, tmp_path):
    doc, path, _, _ = printed["sv"]
    code = (
        "import pickle,sys,pathlib\n"
        "from effektutv.reporting.formats.pdf import write as pdf\n"
        "doc = pickle.load(sys.stdin.buffer)\n"
        "folder = pathlib.Path(sys.argv[1])\n"
        "drawn = {f.key: pdf.pictures(folder, f.key) for f in doc.figures}\n"
        "pathlib.Path(sys.argv[2]).write_bytes(pdf.render(doc, drawn))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(reports["sv"]), str(tmp_path / "other.pdf")], input=pickle.dumps(doc),
        capture_output=True, check=False,
        env={**os.environ, "RAYON_NUM_THREADS": "1", "PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo"},
    )  # fmt: skip
    assert done.returncode == 0, (done.returncode, done.stderr.decode())
    shutil.copy(path, tmp_path / "one.pdf")
    assert first_difference(tmp_path / "one.pdf", tmp_path / "other.pdf") == ""


def test_the_date_is_the_environments_where_it_gives_one(printed, tmp_path, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(int(datetime(2031, 5, 6, 7, 8, 9, tzinfo=UTC).timestamp())))
    written(printed, tmp_path, Paragraph(texts=("x",)))
    with pikepdf.open(tmp_path / "report.pdf") as file:
        assert str(file.docinfo.CreationDate) == "D:20310506070809Z"


def test_nothing_but_the_file_is_written(printed, tmp_path, monkeypatch):
    (tmp_path / "temporary").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "temporary"))
    (tmp_path / "out").mkdir()
    written(printed, tmp_path / "out", one_table("x"))
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == ["figures", "report.pdf"]
    assert list((tmp_path / "temporary").iterdir()) == []


def test_a_refusal_says_where_and_never_what(printed):
    doc = printed["sv"][0]
    drawn = {f.key: (Picture(svg="<svg hemligt", width=400, height=200),) for f in doc.figures}
    with pytest.raises(EffektutvError, match=r"typst [\d.]+ refused the report at line \d+ of report.typ") as raised:
        write.render(doc, drawn)
    assert "hemligt" not in str(raised.value)
    assert raised.value.__cause__ is None
    assert raised.value.__context__ is None


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7\n", b"%PDF-1.7\nxref\n0 1\n\nstartxref\n9\n%%EOF"])
def test_headers_are_marked_in_no_file_of_another_make(data):
    with pytest.raises(EffektutvError, match="not built as expected"):
        mark_row_headers(data)


def test_a_picture_too_high_for_a_page_is_cut_in_the_widest_gap_between_its_lines(tmp_path):
    (tmp_path / "figures").mkdir()
    lines = [*range(20, 680, 20), *range(708, 1500, 20)]  # 660 is the last before the gap
    letters = "".join(f'<g style="fill: #123456" transform="translate(9.5 {y}) scale(0.09 -0.09)"/>' for y in lines)
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="450pt" height="1500pt" viewBox="0 0 450 1500">{letters}</svg>'
    )
    (tmp_path / "figures" / "f.svg").write_text(svg, encoding="utf-8")
    bands = pictures(tmp_path, "f")
    assert len(bands) == 3
    assert sum(b.height for b in bands) == pytest.approx(1500)
    tops = [float(re.search(r'viewBox="0 ([\d.]+) ', b.svg)[1]) for b in bands]
    assert tops == pytest.approx([sum(b.height for b in bands[:i]) for i in range(len(bands))], abs=0.01)
    assert not any(y - 9 < top < y + 3 for y in lines for top in tops)


def test_a_cut_goes_before_a_heading(tmp_path):
    (tmp_path / "figures").mkdir()
    lines = [*range(20, 540, 20), *range(552, 1000, 20)]  # 520, then 552: a gap of 32
    letters = "".join(f'<g transform="translate(9.5 {y}) scale(0.09 -0.09)"/>' for y in lines)
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="450pt" height="1000pt" viewBox="0 0 450 1000">{letters}</svg>'
    )
    (tmp_path / "figures" / "f.svg").write_text(svg, encoding="utf-8")
    first, second = pictures(tmp_path, "f")
    assert 523 < first.height < 543
    assert first.height <= TALLEST
    assert second.height <= TALLEST


@pytest.mark.parametrize("count", [2, 6, 9, 14])
def test_columns_fill_the_page_and_hold_their_numbers(count):
    row = Row("En ganska lång radrubrik om en egenskap", tuple(Cell(f"+{i},{i} (1,{i})") for i in range(1, count)))
    heads = (Head("Egenskap"), *(Head("Skattning", unit="procent") for _ in range(1, count)))
    table = TableBlock(key="k", caption="c", heads=heads, groups=(Group((row,)),))
    made = columns(table)
    assert sum(made.widths) == pytest.approx(TEXT_WIDTH, abs=0.1)
    assert made.size in SIZES
    if count < 10:
        for cell, width in zip(row.cells, made.widths[1:], strict=True):
            assert width_of(cell.text, made.size) <= width - 2 * GAP * made.size + 0.02
