"""Figures in words: an alternative text short enough to be heard, a description that leaves no number out."""

from __future__ import annotations

import html
import re
from pathlib import Path

import pytest

import effektutv.plots as plots
from effektutv.reporting.figures.descriptions import HOW, described, shortened

pytestmark = pytest.mark.proof

KINDS = {p.stem for p in Path(plots.__file__).parent.glob("*.py") if "\ndef alt_text(" in p.read_text(encoding="utf-8")}


def test_every_kind_of_figure_is_described_in_both_languages():
    assert set(HOW) == KINDS
    for sv, en in HOW.values():
        assert sv != en
        for text in (sv, en):
            assert text.endswith(".")
            assert len(re.findall(r"[.;] ", text)) >= 1
        assert "The" not in sv


@pytest.mark.parametrize(
    ("text", "points"),
    [
        ("A 15.8% [1.0, 2.0]. B 3%.", ("A 15.8% [1.0, 2.0].", "B 3%.")),
        ("A 15,8 % [1,0; 2,0]; B 3 % (4; 5).", ("A 15,8 % [1,0; 2,0].", "B 3 % (4; 5).")),
        ("Störst: x, 0,17. 5 av 18 rader.", ("Störst: x, 0,17.", "5 av 18 rader.")),
        ("p = 0.5; p = ‥. – saknas.", ("p = 0.5.", "p = ‥.", "– saknas.")),
    ],
)
def test_a_point_a_number_and_no_interval_cut(text, points):
    assert described("stacked_bars", text, "en")[1:] == points


def test_a_short_text_stays_and_a_long_one_ends_where_a_sentence_or_a_part_does():
    assert shortened("A 1. B 2.") == "A 1. B 2."
    first, second = "A" * 200 + ".", "B" * 450 + "."
    assert shortened(f"{first} {second}") == first
    parts = "; ".join(f"{c * 200} [1; 2]" for c in "ABCD") + "."
    assert shortened(parts) == f"{'A' * 200} [1; 2]; {'B' * 200} [1; 2]."


@pytest.mark.parametrize("name", ["sv", "en"])
def test_each_figure_has_a_text_a_description_and_a_table(reports, name):
    page = (reports[name] / "report.html").read_text(encoding="utf-8")
    figures = re.findall(r"<figure.*?</figure>", page, re.DOTALL)
    assert len(figures) >= 5
    place = 0 if name == "sv" else 1
    for figure in figures:
        alt = html.unescape(re.search(r'alt="([^"]*)"', figure)[1])
        assert 20 < len(alt) <= 750
        points = [html.unescape(p) for p in re.findall(r"<li>(.*?)</li>", figure.split('<ul class="described">')[1])]
        assert points[0] in {words[place] for words in HOW.values()}
        assert len(points) >= 2
        # every number of the alternative text is in the description too
        number = r"\d+(?:[.,]\d+)?"
        title = html.unescape(re.search(r"<figcaption[^>]*>(.*?)</figcaption>", figure)[1])
        told = set(re.findall(number, alt)) - set(re.findall(number, title))
        assert told <= set(re.findall(number, " ".join(points)))
        assert figure.count("<table>") == 1
        key = re.search(r'<figure id="([^"]+)"', figure)[1]
        written = (reports[name] / "figures" / f"{key}.txt").read_text(encoding="utf-8")
        assert written.splitlines() == [alt, "", *points]


def test_a_line_is_told_from_its_beginning_to_its_end(reports):
    written = (reports["en"] / "figures" / "profile_arbete_randomisation.txt").read_text(encoding="utf-8")
    courses = re.findall(
        r"^(.+): (\S+) at month (\d+), highest (\S+) at month (\d+) and (\S+) at month (\d+)\.$", written, re.M
    )
    assert len(courses) == 3
    table = (reports["en"] / "figures" / "profile_arbete_randomisation.csv").read_text(encoding="utf-8").splitlines()
    columns = table[0].split(",")
    rows = [dict(zip(columns, line.split(","), strict=False)) for line in table[1:]]
    for _, first, at, top, when, last, end in courses:
        shown = [first, top, last]
        shares = {
            f"{float(r['share']):.1%}" for r in rows if r["month"] in {at, when, end} and r["share"][:1].isdigit()
        }
        assert set(shown) <= shares
