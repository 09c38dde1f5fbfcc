"""The page: self-contained, accessible in structure, one language, the same bytes twice, and text stays text."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from phrases import FINDINGS, METHOD, PHRASES

from effektutv.plots.words import WORDS
from effektutv.reporting.sections import outcomes
from effektutv.reporting.wording.marks import absence_notes
from effektutv.reporting.wording.words import Words

pytestmark = pytest.mark.proof

LANGUAGES = ("sv", "en")


class Page(HTMLParser):
    """Elements with their attributes, and the visible text."""

    def __init__(self, html):
        super().__init__()
        self.elements, self.text, self.within, self._quiet = [], [], [], 0
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs), tuple(self.within)))
        if tag not in ("img", "meta", "link", "br"):
            self.within.append(tag)

    def handle_endtag(self, tag):
        while self.within and self.within.pop() != tag:
            pass

    def handle_data(self, data):
        if not {"style", "script"} & set(self.within):
            self.text.append(data)

    def all(self, tag):
        return [attrs for name, attrs, _ in self.elements if name == tag]


@pytest.fixture(scope="module")
def pages(reports):
    return {name: (folder / "report.html").read_text(encoding="utf-8") for name, folder in reports.items()}


@pytest.mark.parametrize("name", ["sv", "en", "table"])
def test_nothing_is_asked_of_anywhere(pages, name):
    page = Page(pages[name])
    for tag, attrs, _ in page.elements:
        for key in ("src", "srcset", "poster", "data", "action"):
            assert attrs.get(key, "data:").startswith("data:"), tag
        href = attrs.get("href", "")
        assert not re.match(r"[a-z]+:|//", href) or href.startswith("data:"), href
    assert not page.all("script")
    assert "@import" not in pages[name]
    assert not re.search(r"url\((?!data:)", pages[name])
    assert str(Path.cwd()) not in pages[name]


@pytest.mark.parametrize("name", ["sv", "en", "table"])
def test_structure(pages, name):
    page = Page(pages[name])
    assert page.all("html")[0]["lang"] == ("sv" if name == "sv" else "en")
    images = page.all("img")
    assert images or name == "table"
    assert all(len(i["alt"]) > 20 for i in images)
    assert all(i["src"].startswith("data:image/svg+xml;base64,") for i in images)
    tables, captions = page.all("table"), page.all("caption")
    assert len(tables) == len(captions) >= 4
    assert all("scope" in th for th in page.all("th"))
    ids = [attrs["id"] for _, attrs, _ in page.elements if "id" in attrs]
    assert len(ids) == len(set(ids))
    anchors = [a["href"][1:] for a in page.all("a") if a["href"].startswith("#")]
    assert set(anchors) <= set(ids)
    levels = [int(tag[1]) for tag, _, _ in page.elements if re.fullmatch(r"h\d", tag)]
    assert levels[0] == 1
    assert set(levels[1:]) == {2}
    assert page.elements[[t for t, _, _ in page.elements].index("body") + 1][1]["href"] == "#main"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_one_language_a_page(pages, reports, lang):
    text = " ".join(Page(pages[lang]).text)
    text += " ".join(p.read_text(encoding="utf-8") for p in sorted((reports[lang] / "figures").glob("*.txt")))
    other = 1 if lang == "sv" else 0
    figures = {key: (words["sv"], words["en"]) for key, words in WORDS.items()}
    for key, phrase in {**PHRASES, **FINDINGS, **METHOD, **figures}.items():
        if phrase[0] == phrase[1]:
            continue
        for part in re.split(r"\{\w+\}", phrase[other]):
            shown = part.strip(" .,;:()")
            if len(shown) > 7 and shown not in phrase[1 - other]:
                assert not re.search(rf"\b{re.escape(shown)}\b", text), key


@pytest.mark.parametrize("lang", LANGUAGES)
def test_banners_and_the_first_screen(pages, lang):
    html = pages[lang]
    assert html.index("banner-synthetic") < html.index("banner-uncleared") < html.index("<h1>")
    first = html[html.index('<div class="key-figures">') : html.index("</dl>", html.index("<main"))]
    assert ("25,9\u202f%" if lang == "sv" else "25.9%") in first
    assert ("+8,2" if lang == "sv" else "+8.2") in first


@pytest.mark.parametrize("lang", LANGUAGES)
def test_one_regression_of_all_arms_stands_last_and_says_what_it_is(pages, lang):
    place = 0 if lang == "sv" else 1
    html = pages[lang]
    html = html[html.index('<div class="table" id="table-estimators">') :]
    name, warning = PHRASES["estimator_pooled"][place], PHRASES["note_contamination"][place]
    assert html.lower().count(name.lower()) == 1
    assert (
        html.index(PHRASES["estimator_difference"][place][1:]) < html.lower().index(name.lower()) < html.index(warning)
    )
    assert html.count(warning) == 1


def test_a_public_table_has_no_banner_and_leaves_sections_out(pages):
    html = pages["table"]
    assert "banner-" not in html[html.index("<body>") :]
    assert 'id="months"' not in html
    assert 'id="kinds"' not in html
    assert "+1,794" in html
    assert "633" in html
    assert "dollars" not in html


@pytest.mark.parametrize("lang", LANGUAGES)
def test_suppressed_cells_are_marks_everywhere(pages, reports, lang):
    html = pages[lang]
    why = PHRASES["suppressed"][0 if lang == "sv" else 1]
    assert f'<span class="mark" aria-hidden="true" title="{why}">‥</span><span class="heard">{why}</span>' in html
    for name in ("itt", "kinds", "balance", "profile_arbete_randomisation", "profile_arbete_start"):
        assert "‥" in (reports[lang] / "tables" / f"{name}.csv").read_text(encoding="utf-8"), name
    for name in ("kinds_randomisation", "balance-love", "profile_arbete_start"):
        assert "‥" in (reports[lang] / "figures" / f"{name}.csv").read_text(encoding="utf-8"), name


def test_the_primary_contrast_is_tested_alone_and_its_cells_say_so(made):
    for lang, randomised, start in (
        ("sv", "Räknat från randomiseringen", "Räknat från egen start (inte skyddat av randomiseringen)"),
        ("en", "Counted from randomisation", "Counted from each person’s own start (not protected by randomisation)"),
    ):
        blocks = outcomes.effects_section(made.context(lang)).blocks
        table = next(b for b in blocks if b.key == "table-primary")
        shown = {(g.title, r.head.replace("\u00a0", " ")): r.cells[5:7] for g in table.groups for r in g.rows}
        point = "," if lang == "sv" else "."
        assert [c.text for c in shown[randomised, "SE − FS"]] == [f"0{point}200", "†"]
        assert [c.text for c in shown[randomised, "CM − FS"]] == [f"0{point}200", f"0{point}500"]
        assert [c.text for c in shown[start, "SE − FS"]] == ["†", "†"]
        assert [c.text for c in shown[start, "CM − FS"]] == ["†", f"0{point}500"]
        alone, drawn = (PHRASES[k][lang == "en"] for k in ("not_adjusted_main", "not_redrawn_start"))
        assert [c.why for c in shown[start, "SE − FS"]] == [drawn, alone]
        assert [n for n in table.notes if n.startswith("†")] == [f"† {drawn}.", f"† {alone}."]
        assert not [n for n in absence_notes(table, Words(lang)) if n.startswith("†")], "said once"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_where_levels_share_weights_a_note_says_why_rows_do_not_add_up(made, lang):
    ctx = made.context(lang)
    tables = {
        b.key: b
        for s in (outcomes.effects_section(ctx), outcomes.subgroups_section(ctx))
        for b in s.blocks
        if hasattr(b, "notes")
    }
    note = Words(lang)("note_interaction")
    assert note in tables["table-subgroup-kon-randomisation"].notes
    assert note not in tables["table-primary"].notes


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.same_bytes
def test_same_inputs_same_bytes(made, reports, tmp_path, lang):
    made.written(made.trial(tmp_path), lang, tmp_path / "out")
    old = {p.relative_to(reports[lang]): p.read_bytes() for p in sorted(reports[lang].rglob("*")) if p.is_file()}
    new = {
        p.relative_to(tmp_path / "out"): p.read_bytes() for p in sorted((tmp_path / "out").rglob("*")) if p.is_file()
    }
    assert old.keys() == new.keys()
    for path in old:
        if path.name == "manifest.json":
            contents = [json.loads(x[path]) for x in (old, new)]
            assert [c.pop("runtime") for c in contents]
            assert contents[0] == contents[1]
        else:
            assert old[path] == new[path], path


def test_labels_with_markup_or_formulas_stay_text(made, tmp_path):
    title, level = "<script>alert(1)</script> & co", "=1+1<b>"
    html = made.written(made.trial(tmp_path, title=title, level=level), "sv", tmp_path / "out")
    assert "<script>" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; co" in html
    assert "=1+1&lt;b&gt;" in html


def test_every_figure_has_its_files(reports):
    figures = reports["sv"] / "figures"
    stems = {p.stem for p in figures.glob("*.svg")}
    assert {"flow", "balance-love", "subgroups-forest", "kinds_randomisation", "profile_arbete_randomisation"} <= stems
    for suffix in ("png", "txt", "csv"):
        assert {p.stem for p in figures.glob(f"*.{suffix}")} == stems


def test_manifest(reports):
    manifest = json.loads((reports["sv"] / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["study"]["synthetic"] is True
    assert manifest["disclosure"]["cleared_for_publication"] is False
    assert manifest["disclosure"]["suppressed"] == sum(manifest["disclosure"]["by_rule"].values()) > 0
    assert {"report.html", "report.docx", "disclosure.csv", "tables/itt.csv", "figures/flow.svg"} <= set(
        manifest["outputs"]
    )
    assert "manifest.json" not in manifest["outputs"]
    assert {"load", "figures", "tables", "html", "docx"} <= set(manifest["runtime"]["seconds"])
    assert manifest["flow"][2]["by_arm"] == {"FS": 350, "SE": 355, "CM": 358}
