"""What makes the page readable for everyone and needs no browser to be seen: contrast, headers, names, words."""

from __future__ import annotations

import base64
import hashlib
import re
from collections import Counter
from pathlib import Path

import pytest

from effektutv.plots.layout import style
from effektutv.reporting.formats.html import write as module

pytestmark = pytest.mark.proof

CSS = (Path(module.__file__).parent / "templates" / "report.css").read_text(encoding="utf-8")
SCHEMES = {
    "light": CSS[: CSS.index("@media (prefers-color-scheme: dark)")],
    "dark": CSS[CSS.index("@media (prefers-color-scheme: dark)") : CSS.index("*, *::before")],
    "print": CSS[CSS.index("@media print") :],
}
#: Text and the ground it stands on, and marks that carry meaning and theirs.
TEXT = [
    ("ink", "ground"), ("soft", "ground"), ("link", "ground"), ("strong", "ground"), ("warn-ink", "warn-ground"),
    ("made-ink", "made-ground"),
]  # fmt: skip
MARKS = [("arm-0", "ground"), ("arm-1", "ground"), ("arm-2", "ground"), ("strong", "ground"), ("link", "ground")]
NAMES = ("sv", "en", "table")


def colours(scheme):
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", SCHEMES[scheme]))


def contrast(one, other):
    """WCAG 2.2, 1.4.3: from relative luminance, written out here."""

    def luminance(colour):
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_the_measure_itself():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)  # the well-known grey that just fails


@pytest.mark.parametrize("scheme", SCHEMES)
def test_contrast_of_every_pair_of_colours(scheme):
    found = colours(scheme)
    for ink, ground in TEXT:
        assert contrast(found[ink], found[ground]) >= 4.5, (ink, ground)
    for mark, ground in MARKS:
        assert contrast(found[mark], found[ground]) >= 3, (mark, ground)


def test_every_colour_is_declared_in_every_scheme_and_used():
    names = [set(colours(scheme)) for scheme in SCHEMES]
    assert names[0] == names[1] == names[2]
    assert {name for name in names[0] if f"var(--{name})" not in CSS} == set()
    # no colour stands outside the declarations, but the white card of figures in forced colours
    rest = re.sub(r"--[\w-]+: #[0-9a-f]{6};", "", CSS)
    assert set(re.findall(r"#[0-9a-f]{3,8}\b", rest)) == {"#ffffff"}


def test_arms_can_be_told_from_white_and_not_by_colour_alone():
    looks = list(style.arm_styles(["a", "b", "c", "d", "e", "f", "g"], "a").values())
    for look in looks:
        assert contrast(look.colour.lower(), "#ffffff") >= 3
        assert contrast(look.text_colour.lower(), "#ffffff") >= 4.5
    assert len({(str(look.line), look.marker) for look in looks}) == len(looks)
    for colour in (style.INK, style.MUTED):
        assert contrast(colour.lower(), "#ffffff") >= 4.5
    assert contrast(style.RULE.lower(), "#ffffff") >= 3


@pytest.fixture(scope="module")
def pages(reports):
    return {name: (folder / "report.html").read_text(encoding="utf-8") for name, folder in reports.items()}


@pytest.mark.parametrize("name", NAMES)
def test_the_page_s_rule_lets_in_its_own_styles_and_pictures_only(pages, name):
    rule = re.search(r'http-equiv="Content-Security-Policy" content="([^"]+)"', pages[name])[1]
    rule = rule.replace("&#39;", "'")
    written = re.search(r"<style>(.*?)</style>", pages[name], re.DOTALL)[1]
    digest = base64.b64encode(hashlib.sha256(written.encode()).digest()).decode()
    assert rule == (
        f"default-src 'none'; img-src data:; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    )
    assert not re.search(r'\sstyle="', pages[name])
    assert pages[name].index("Content-Security-Policy") < pages[name].index("<style>")


@pytest.mark.parametrize("name", NAMES)
def test_every_table_is_as_wide_as_its_headers_say(pages, name):
    tables = re.findall(r"<table>(.*?)</table>", pages[name], re.DOTALL)
    assert len(tables) >= 4
    spanned = 0
    for table in tables:
        rows = re.findall(r"<tr[^>]*>(.*?)</tr>", table, re.DOTALL)
        widths = []
        for row in rows:
            cells = re.findall(r"<(?:td|th)([^>]*)>", row)
            widths.append(sum(int((re.search(r'colspan="(\d+)"', c) or [0, 1])[1]) for c in cells))
        assert len(set(widths)) == 1, widths
        groups = re.findall(r"<colgroup([^>]*)>", table)
        if 'scope="colgroup"' in table:
            # a header of a group of columns is one only where the group is declared
            assert sum(int((re.search(r'span="(\d+)"', g) or [0, 1])[1]) for g in groups) == widths[0]
            spanned += 1
        assert all(row.lstrip().startswith("<th") for row in rows[1:])
        caption = re.search(r'<caption id="([^"]+)"', table)[1]
        assert f'role="group" aria-labelledby="{caption}"' in pages[name]
    assert spanned >= 1


@pytest.mark.parametrize("name", NAMES)
def test_names_of_regions_links_and_buttons_are_each_their_own(pages, name):
    summaries = [re.sub("<[^>]+>", "", s) for s in re.findall(r"<summary[^>]*>(.*?)</summary>", pages[name], re.DOTALL)]
    again = {s for s, n in Counter(summaries).items() if n > 1}
    assert again == set()
    landmarks = re.findall(r'<(?:nav|aside|section)[^>]*aria-label(?:ledby)?="([^"]+)"', pages[name])
    assert len(landmarks) == len(set(landmarks))
    assert len(re.findall("<main", pages[name])) == len(re.findall("<header", pages[name])) == 1
    assert len(re.findall("<footer", pages[name])) == len(re.findall("<h1", pages[name])) == 1


@pytest.mark.parametrize("name", NAMES)
def test_abbreviations_are_explained(pages, name):
    seen = re.sub(r"<style>.*?</style>|<[^>]+>", " ", pages[name], flags=re.DOTALL)
    used = set(re.findall(r"\b[A-ZÅÄÖ][A-ZÅÄÖ0-9]+\b", seen))
    listed = re.search(r'<aside class="abbreviations".*?</aside>', pages[name], re.DOTALL)
    explained = set(re.findall(r"<dt>(.*?)</dt>", listed[0]))
    # file formats, and the name of a hash
    assert used - explained <= {"SVG", "PNG", "CSV", "SHA", "PDF", "DOCX", "XLSX"}
    assert {short for short in explained if len(short) > 1} <= used
    if name != "table":
        assert {"FS", "SE", "CM"} <= explained


@pytest.mark.parametrize("lang", ["sv", "en"])
def test_what_is_folded_is_how_and_never_how_to_read_it(pages, lang):
    tables = re.sub(r'<details class="data">.*?</details>', "", pages[lang], flags=re.DOTALL)
    folded = re.findall(r'<details class="about">(.*?)</details>', tables, re.DOTALL)
    notes = [p for part in folded for p in re.findall(r"<p>(.*?)</p>", part)]
    assert sum(n.startswith("Estimand:") for n in notes) == tables.count("<p>Estimand:") > 0
    for opening in ("‥", "–", "†"):
        assert not any(n.startswith(opening) for n in notes)
    assert "<p>‥" in tables
    caveat = "inte skyddad av randomiseringen" if lang == "sv" else "not protected by randomisation"
    assert caveat in tables
    assert not any(caveat in n for n in notes)
