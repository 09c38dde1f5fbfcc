"""The page that ``effektutv check`` writes: whole in both languages, marked up for whoever hears it, small counts banded."""

from __future__ import annotations

import re
from datetime import date
from html.parser import HTMLParser

import pytest

from effektutv.registers.checks.rules import ADVICE
from effektutv.registers.schema.table_schema import RuleKind
from effektutv.reporting.data_quality_page import quality_lines, quality_page
from effektutv.results import DataQuality, Finding, ReadForm, Severity
from effektutv.results.data_quality import FILE, PARTICIPANTS, YEARS_COVERED


def finding(rule, failing, checked, severity, kind, column="LopNr", extract="studier"):
    return Finding(
        extract=extract,
        column=column,
        rule=rule,
        rows_checked=checked,
        rows_failing=failing,
        severity=severity,
        advice=ADVICE[kind],
    )


FOUND = DataQuality(
    rows=(
        finding(PARTICIPANTS, 1060, 1063, Severity.NOTE, RuleKind.LINKAGE),
        finding("type: date in the declared format", 3, 4321, Severity.ERROR, RuleKind.TYPE, "from"),
        finding("at least one row", 1, 2, Severity.WARNING, RuleKind.EMPTY, FILE),
        finding(f"{YEARS_COVERED}; missing within: 2015", 1, 3, Severity.WARNING, RuleKind.COVERAGE, "Ar", "scb_lisa"),
    ),
    read={"studier": 4321, "scb_lisa": 3, "sos_lss": 12_345},
    delivered=date(2018, 3, 31),
    forms={
        "studier": (ReadForm(encoding="cp1252", delimiter=";", decimals=(",",), dates=("%Y-%m-%d",)),),
        "sos_lss": (ReadForm(encoding="utf-8", delimiter="\t"), ReadForm(encoding="latin-1", delimiter="|")),
    },
)


def page(quality=FOUND, lang="sv", title="Studien"):
    return quality_page(quality, title=title, lang=lang, version="1.0")


class Tables(HTMLParser):
    """Rows of every table as lists of (tag, scope, text), by caption."""

    def __init__(self, html):
        super().__init__()
        self.tables, self.row, self.at, self.tags = {}, None, None, []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag == "table":
            self.rows = []
        elif tag == "tr":
            self.rows.append([])
        elif tag in ("th", "td", "caption"):
            self.at, self.text, self.scope = tag, "", dict(attrs).get("scope")

    def handle_data(self, data):
        if self.at:
            self.text += data

    def handle_endtag(self, tag):
        if tag == "caption":
            self.tables[self.text] = self.rows
        if tag == self.at:
            if tag != "caption":
                self.rows[-1].append((tag, self.scope, self.text))
            self.at = None


def test_counts_are_told_and_small_ones_are_not():
    tables = Tables(page()).tables
    read, studier, lisa = tables.values()
    cells = {row[0][2]: [c[2] for c in row[1:]] for row in read[1:]}
    form = "cp1252 · avgränsare ; · decimaltecken , · datum %Y-%m-%d"
    assert cells["studier"] == ["4\u202f321", "1", "1", "1", form]
    assert cells["scb_lisa"] == ["färre än 5", "0", "1", "0", ""]
    assert cells["sos_lss"][-1] == "utf-8 · avgränsare TAB; latin-1 · avgränsare |"
    texts = [[c[2] for c in row] for row in studier]
    assert [row[0] for row in texts] == ["Kolumn", "Fel", "from", "Varningar", "(filen)", "Anmärkningar", "LopNr"]
    assert [row[2] for row in texts if len(row) == 4][1:] == [
        "färre än 5 av 4\u202f321 rader",
        "1 av 2 filer",
        "1\u202f060 av 1\u202f063 personer",
    ]
    assert [c[2] for c in lisa[2]][1:3] == [
        "täckning: varje år som studien behöver (antal år); saknas däremellan: 2015",
        "1 av 3 år",
    ]


@pytest.mark.parametrize("lang", ["sv", "en"])
def test_every_table_has_its_scopes_and_names(lang):
    html = page(lang=lang)
    seen = Tables(html)
    assert f'<html lang="{lang}">' in html
    for rows in seen.tables.values():
        assert {(tag, scope) for tag, scope, _ in rows[0]} == {("th", "col")}
        for row in rows[1:]:
            assert row[0][1] == ("rowgroup" if len(row) == 1 else "row")
            assert {tag for tag, _, _ in row[1:]} <= {"td"}
    ids = [a["id"] for _, a in seen.tags if "id" in a]
    assert len(ids) == len(set(ids))
    for tag, attrs in seen.tags:
        if tag == "a":
            assert attrs["href"][0] == "#"
            assert attrs["href"][1:] in ids
        assert attrs.get("aria-labelledby", ids[0]) in ids
    headings = re.findall(r"<h(\d)", html)
    assert headings[0] == "1"
    assert set(headings[1:]) == {"2"}


def test_the_page_asks_nothing_of_anywhere():
    html = page()
    assert "default-src &#39;none&#39;" in html
    assert not re.search(r"https?://|<script|<link rel=\"style|@import|url\(", html)
    assert "prefers-color-scheme: dark" in html


def test_no_english_word_on_a_swedish_page():
    text = re.sub(r"<style>.*?</style>|<[^>]+>", " ", page(), flags=re.DOTALL)
    assert not re.search(r"\b(the|rows|of|ask|register's|missing|date|file|fewer|owner)\b", text)


def test_a_title_is_text_and_never_markup():
    assert "<b>x" not in page(title="<b>x</b> & y")
    assert "&lt;b&gt;x" in page(title="<b>x</b> & y")


@pytest.mark.parametrize(
    ("rows", "sv", "en"),
    [
        ((), "Ja. Ingen regel bröts.", "Yes. No rule was broken."),
        (FOUND.rows[:1], "Ja. Det som nedan är noterat", "Yes. What is noted below"),
        (FOUND.rows[2:3], "Ja, en körning stannar inte.", "Yes, a run does not stop."),
        (FOUND.rows[:2], "Nej. En regel av grad fel", "No. One rule of severity error"),
        (FOUND.rows[1:2] * 2, "Nej. 2 regler av grad fel", "No. 2 rules of severity error"),
    ],
)
def test_what_it_means_for_a_run(rows, sv, en):
    quality = DataQuality(rows=rows, read={"studier": 10})
    assert sv in page(quality)
    assert en in page(quality, lang="en")
    assert sv in list(quality_lines(quality, lang="sv"))[-1]


def test_lines_of_text():
    assert list(quality_lines(FOUND, lang="en"))[:7] == [
        "studier: 4,321 rows read",
        "  ERROR from: type: date in the declared format: fewer than 5 of 4,321 rows",
        "    check the format of the column, and decimal and date_format in the study file",
        "  WARNING (file): at least one row in each file (number of files): 1 of 2 files",
        "    a file has a header and no rows, as if nobody were in the register: ask its owner for the rows",
        "  NOTE LopNr: participants without a row: 1,060 of 1,063 persons",
        "    no row is no spell or no decision; for an annual register it is missing",
    ]


@pytest.mark.parametrize(("lang", "said"), [("sv", "Syntetiska data."), ("en", "Synthetic data.")])
def test_made_up_extracts_are_said_to_be_so(lang, said):
    nothing = DataQuality(rows=(), read={"assignment": 1})
    assert said in quality_page(nothing, title="T", lang=lang, version="1", synthetic=True)
    assert said not in quality_page(nothing, title="T", lang=lang, version="1")
