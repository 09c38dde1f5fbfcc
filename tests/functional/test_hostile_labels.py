"""Whatever a study file calls things comes out as text, in every format: markup, formulas, paths, text from right to left."""

from __future__ import annotations

import csv
import re
import sys
import unicodedata
import zipfile
from pathlib import Path
from xml.etree import ElementTree as ET

import docx
import markupsafe
import numpy as np
import openpyxl
import pandas as pd
import pikepdf
import pytest
from docx.oxml.ns import qn

from effektutv.commands import run

sys.path.insert(0, str(Path(__file__).parent))
from report_readers import of_html, of_pdf, of_word, of_workbook, plain

#: What labels hold; the last is a control character, which no Office file can hold.
LABELS = {
    "control": "<b>Fet</b> & \"citat\" 'apostrof' </td><script>alert(1)</script>",
    "arm": "=1+1",
    "outcome": "+cmd|' /C calc'!A0",
    "second": "@SUM(A1:A9) -2+3 {=A1} $x^2$ %d {n} \\n",
    "group": "../../etc/passwd",
    "one": "עברית (1) العربية",
    "two": "abc\u202egnp.exe",
    "title": "Långtord" + "aaaaaaaaaa" * 12 + " ]]> <!-- &#0; ${x} {{ y }} #set _x0041_",
    "bell": "ding\x07dong",
}

STUDY = """
[study]
name = "hostile"
title = {{ sv = {title}, en = {title} }}
[[arms]]
code = "a"
control = true
label = {{ sv = {control}, en = {control} }}
[[arms]]
code = "b"
label = {{ sv = {arm}, en = {arm} }}
[table]
path = "people.csv"
arm = "arm"
[[covariates]]
name = "sex"
label = {{ sv = {group}, en = {group} }}
column = "sex"
measure = "levels"
baseline = "before_randomisation"
levels = [
    {{ code = "f", values = ["f"], label = {{ sv = {one}, en = {one} }} }},
    {{ code = "m", values = ["m"], label = {{ sv = {two}, en = {two} }} }},
    {{ code = "x", values = ["x"], label = {{ sv = {bell}, en = {bell} }} }},
]
[[outcomes]]
name = "y"
label = {{ sv = {outcome}, en = {outcome} }}
role = "primary"
column = "y"
values = [1]
[[outcomes]]
name = "z"
label = {{ sv = {second}, en = {second} }}
column = "z"
[[subgroups]]
by = ["sex"]
prespecified = true
[disclosure]
profile = "public_data"
"""


def toml_text(text):
    """A TOML basic string: what it may not hold is escaped."""
    plain = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if ord(c) >= 0x20 else f"\\u{ord(c):04X}" for c in plain) + '"'


@pytest.fixture(scope="module", params=["sv", "en"])
def report(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("hostile")
    rng = np.random.default_rng(3)
    table = {"arm": np.repeat(["a", "b"], 90), "sex": np.tile(["f", "m", "x"], 60), "y": rng.integers(0, 2, 180)}
    pd.DataFrame({**table, "z": rng.normal(size=180).round(3)}).to_csv(folder / "people.csv", index=False)
    study = folder / "study.toml"
    study.write_text(STUDY.format(**{k: toml_text(v) for k, v in LABELS.items()}), encoding="utf-8")
    run.run(study, out=folder / "out", lang=request.param)
    return folder / "out", request.param


def said(name):
    """A label as it comes out: what no format can hold is seen to be there, and a direction of writing ends where it ends."""
    return LABELS[name].replace("\x07", "\ufffd") + ("\u202c" if "\u202e" in LABELS[name] else "")


def words(tables):
    return {plain(cell).lower() for table in tables for row in table for cell in row}


def read_back(folder, lang):
    return {
        "html": of_html(folder / "report.html"),
        "docx": of_word(folder / "report.docx"),
        "xlsx": list(of_workbook(folder / "tables.xlsx", lang).values()),
        "pdf": of_pdf(folder / "report.pdf"),
    }


def test_every_label_is_text_in_every_format(report):
    folder, lang = report
    for kind, tables in read_back(folder, lang).items():
        shown = words(tables)
        for name in ("one", "two", "bell"):
            wanted = plain(said(name)).lower()
            if kind == "pdf":
                # a page holds letters in the order they are seen in, and nothing that only turns them
                assert any(letters(wanted) == letters(text) for text in shown), name
            else:
                assert wanted in shown, (kind, name)


def letters(text):
    return sorted(c for c in text if unicodedata.category(c) not in ("Cf", "Zs"))


def test_titles_and_arms_too(report):
    folder, _ = report
    html = (folder / "report.html").read_text(encoding="utf-8")
    assert str(markupsafe.escape(LABELS["title"])) in html
    file = docx.Document(str(folder / "report.docx"))
    paragraphs = [p.text for p in file.paragraphs]
    assert LABELS["title"] in paragraphs
    assert file.core_properties.title == LABELS["title"]
    texts = ["".join(t.text or "" for t in p.iter(qn("w:t"))) for p in file.element.body.iter(qn("w:p"))]
    book = openpyxl.load_workbook(folder / "tables.xlsx")
    cells = [c.value for s in book.worksheets for r in s.iter_rows() for c in r if isinstance(c.value, str)]
    for name in ("control", "arm", "outcome", "second", "group"):
        for where in (texts, cells, [html.replace(str(markupsafe.escape(LABELS[name])), LABELS[name])]):
            assert any(LABELS[name].lower() in text.lower() for text in where), name
    assert all(c.data_type in "ns" for s in book.worksheets for r in s.iter_rows() for c in r)
    assert LABELS["title"] in cells
    # _x005F_ is how the format writes an underscore that would begin an escape; Excel reads it so
    assert book.properties.title.replace("_x005F_", "_") == LABELS["title"]
    with pikepdf.open(folder / "report.pdf") as pdf:
        # whole: no place to break a long word on the page is among its letters
        assert str(pdf.docinfo["/Title"]) == LABELS["title"]


def test_nothing_runs_and_nothing_leads_out(report):
    folder, _ = report
    html = (folder / "report.html").read_text(encoding="utf-8")
    assert "alert(1)" in html
    assert "<script>alert" not in html
    assert "<b>" not in html
    with zipfile.ZipFile(folder / "tables.xlsx") as archive:
        for name in archive.namelist():
            content = archive.read(name)
            assert b"<f>" not in content
            assert b"</f>" not in content
            assert b'TargetMode="External"' not in content
    with zipfile.ZipFile(folder / "report.docx") as archive:
        for name in archive.namelist():
            assert b'TargetMode="External"' not in archive.read(name)
        codes = {
            c.split()[0] for c in re.findall(r"<w:instrText[^>]*>([^<]*)<", archive.read("word/document.xml").decode())
        }
    assert codes <= {"TOC", "SEQ"}
    for path in [*folder.rglob("*.csv"), folder / "disclosure.csv"]:
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.reader(file):
                for cell in row:
                    # a number may begin with a sign; nothing else may begin as a formula does
                    assert not re.match(r"[=@\t\r]|[+-](?![\d.]+(e[+-]\d+)?$|inf$)", cell), (path.name, cell)


def test_pictures_are_sound_and_file_names_are_the_packages_own(report):
    folder, _ = report
    for path in (folder / "figures").glob("*.svg"):
        ET.parse(path)
        assert not [e for e in ET.parse(path).iter() if e.tag.endswith("script")]
    names = [p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()]
    assert all(re.fullmatch(r"[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)?", n) for n in names)
    with zipfile.ZipFile(folder / "tables.xlsx") as archive:
        assert all(".." not in n for n in archive.namelist())
    assert not [p for p in folder.parent.iterdir() if p.name not in {"out", "people.csv", "study.toml"}]
