"""The page against WCAG 2.2 AA: by axe-core in a real browser, and by hand where a program must be told what to look for."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from browser import AXE, asked, chromium

from effektutv.commands import run
from effektutv.commands.check.write_check import check_and_write

pytestmark = pytest.mark.system

STUDIES = Path(__file__).parents[2] / "studies"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
DARK = "--blink-settings=preferredColorScheme=0"
LIGHT = "--blink-settings=preferredColorScheme=1"
#: What a program cannot decide and a person has: every header that axe asks about heads a column or a group of row headers.
REVIEWED = {"th-has-data-cells"}
OPEN = "document.querySelectorAll('details').forEach(d => { d.open = true; });"
RUN_AXE = f"""
  const result = await axe.run(document, {{
    runOnly: {{ type: "tag", values: {TAGS!r} }}, rules: {{ "target-size": {{ enabled: true }} }},
  }});
  const told = rules => rules.map(r => [r.id, r.nodes.length, r.nodes[0].html.slice(0, 200), r.nodes[0].failureSummary]);
  return {{
    violations: told(result.violations), unsure: result.incomplete.map(r => [r.id, r.nodes.length]),
    passes: result.passes.map(r => r.id), dark: matchMedia("(prefers-color-scheme: dark)").matches,
    width: innerWidth,
  }};
"""
TAB_STOPS = "a[href], summary, [tabindex]"


@pytest.fixture(scope="module")
def pages(demo, tmp_path_factory):
    """The report of the demonstration and of a public trial, in both languages."""
    base = tmp_path_factory.mktemp("pages")
    studies = {"demo": demo / "study.toml", "nsw": STUDIES / "nsw_lalonde" / "study.toml"}
    for name, study in studies.items():
        for lang in ("sv", "en"):
            run.run(study, out=base / f"{name}-{lang}", lang=lang)
    return {folder.name: folder / "report.html" for folder in sorted(base.iterdir())}


def axe(page, folder, *, script=OPEN, **options):
    assert AXE.is_file(), "axe-core is not there: make test-system fetches it"
    program = AXE.read_text(encoding="utf-8").replace("</script", "<\\/script")
    change = options.pop("change", lambda html: html)

    def with_axe(html):
        return change(html).replace("</body>", f"<script>{program}</script></body>")

    return asked(page, script + RUN_AXE, folder, change=with_axe, **options)


@pytest.mark.parametrize("width", [1280, 320])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["demo-sv", "demo-en", "nsw-sv", "nsw-en"])
def test_axe_finds_nothing(pages, tmp_path, name, scheme, width):
    found = axe(pages[name], tmp_path, width=width, flags=[DARK if scheme == "dark" else LIGHT])
    assert found["violations"] == []
    # what is scrolled out of a narrow frame has no ground that axe can see; the colours are those of the wide page
    assert {rule for rule, _ in found["unsure"]} <= REVIEWED | ({"color-contrast"} if width == 320 else set())
    assert found["dark"] is (scheme == "dark")
    assert found["width"] == width
    rules = {"color-contrast", "target-size", "image-alt", "region", "scope-attr-valid", "html-has-lang", "bypass"}
    assert rules <= set(found["passes"])


@pytest.mark.parametrize("width", [1280, 320])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("lang", ["sv", "en"])
def test_axe_finds_nothing_on_the_page_of_the_checks(demo, tmp_path, lang, scheme, width):
    copy = tmp_path / "demo"
    copy.mkdir()
    (copy / "extracts").symlink_to(demo / "extracts")
    shutil.copy(demo / "study.toml", copy)
    _, (_, page) = check_and_write(copy / "study.toml", lang=lang)
    found = axe(page, tmp_path, width=width, flags=[DARK if scheme == "dark" else LIGHT])
    assert found["violations"] == []
    assert {rule for rule, _ in found["unsure"]} <= REVIEWED | ({"color-contrast"} if width == 320 else set())
    assert found["dark"] is (scheme == "dark")
    assert {"color-contrast", "region", "scope-attr-valid", "html-has-lang", "bypass"} <= set(found["passes"])


def test_axe_finds_nothing_with_all_folded(pages, tmp_path):
    found = axe(pages["demo-sv"], tmp_path, script="")
    assert found["violations"] == []


@pytest.mark.parametrize(
    ("rule", "old", "new"),
    [
        ("image-alt", ' alt="', ' data-alt="'),
        ("color-contrast", "--soft: #56616b", "--soft: #a0a8b0"),
        ("region", "<header>", "<div>"),
        ("html-has-lang", '<html lang="sv">', "<html>"),
        ("target-size", ".contents a { display: block; padding: .28rem", ".contents a { line-height: 1; padding: 0"),
    ],
)
def test_axe_finds_what_is_broken(pages, tmp_path, rule, old, new):
    def change(html):
        assert old in html
        return html.replace(old, new)

    found = axe(pages["demo-sv"], tmp_path, change=change, flags=[LIGHT])
    assert rule in {name for name, *_ in found["violations"]}


KEYBOARD = f"""
  const all = [...document.querySelectorAll("{TAB_STOPS}")].filter(e => e.tabIndex >= 0 && e.checkVisibility());
  const bare = [];
  for (const e of all) {{
    e.focus();
    const look = getComputedStyle(e);
    if (document.activeElement !== e) bare.push("not reached: " + e.outerHTML.slice(0, 80));
    else if (look.outlineStyle === "none" || parseFloat(look.outlineWidth) < 2) bare.push(e.outerHTML.slice(0, 80));
  }}
  const scrollers = [...document.querySelectorAll("*")].filter(e =>
    ["auto", "scroll"].includes(getComputedStyle(e).overflowX) && e.scrollWidth > e.clientWidth + 1);
  const opened = [...document.querySelectorAll("main summary")].map(s => {{ s.click(); return s.parentElement.open; }});
  return {{
    stops: all.length, bare, first: all[0].className,
    positive: document.querySelectorAll("[tabindex]:not([tabindex='0']):not([tabindex='-1'])").length,
    scrollers: scrollers.length, closed: scrollers.filter(e => e.tabIndex !== 0).map(e => e.outerHTML.slice(0, 80)),
    unnamed: scrollers.filter(e => !e.ariaLabelledByElements?.length).map(e => e.outerHTML.slice(0, 80)),
    opened: opened.length, shut: opened.filter(o => !o).length,
  }};
"""


@pytest.mark.parametrize("width", [1280, 320])
@pytest.mark.parametrize("scheme", [LIGHT, DARK])
def test_the_keyboard_reaches_everything_and_shows_where_it_is(pages, tmp_path, scheme, width):
    found = asked(pages["demo-sv"], KEYBOARD, tmp_path, width=width, flags=[scheme])
    assert found["bare"] == []
    assert found["first"] == "skip"
    assert found["positive"] == 0
    assert found["closed"] == found["unnamed"] == []
    assert found["shut"] == 0
    assert found["opened"] >= 12
    assert found["stops"] > 80
    assert found["scrollers"] > 0 if width == 320 else True


SPACING = """
* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important; }
p { margin-bottom: 2em !important; }
"""
CLIPPED = """
  document.querySelectorAll('details').forEach(d => { d.open = true; });
  const cut = [...document.querySelectorAll("body *")].filter(e => {
    const look = getComputedStyle(e);
    const hides = ["hidden", "clip"].includes(look.overflowX) || ["hidden", "clip"].includes(look.overflowY);
    return hides && !e.classList.contains("heard") && (e.scrollWidth > e.clientWidth + 1 || e.scrollHeight > e.clientHeight + 1);
  });
  return { page: document.documentElement.scrollWidth, width: innerWidth, cut: cut.map(e => e.outerHTML.slice(0, 80)) };
"""


@pytest.mark.parametrize("name", ["demo-sv", "nsw-en"])
@pytest.mark.parametrize(
    ("width", "style"),
    # 320 is 1,280 at a zoom of 400 %
    [(1280, ""), (320, ""), (1280, SPACING), (320, SPACING), (1280, "html { font-size: 200% !important; }")],
)
def test_text_of_any_spacing_and_twice_the_size_is_neither_cut_nor_pushed_out(pages, tmp_path, name, width, style):
    found = asked(pages[name], CLIPPED, tmp_path, width=width, style=style)
    assert found["width"] == width
    assert found["page"] <= width
    assert found["cut"] == []


def test_nothing_moves_by_itself_and_less_where_that_is_wanted(pages, tmp_path):
    script = """return {
      scroll: getComputedStyle(document.documentElement).scrollBehavior, moving: document.getAnimations().length,
      reduced: matchMedia("(prefers-reduced-motion: reduce)").matches,
    };"""
    still = asked(pages["demo-sv"], script, tmp_path, flags=["--force-prefers-reduced-motion"])
    assert still == {"scroll": "auto", "reduced": True, "moving": 0}


def test_the_system_s_own_colours_leave_every_mark_in_sight(pages, tmp_path):
    script = """
      const look = getComputedStyle(document.querySelector(".key-figures .arm-1"));
      const card = getComputedStyle(document.querySelector(".card"));
      return { forced: matchMedia("(forced-colors: active)").matches, top: look.borderTopWidth, card: card.backgroundColor };
    """
    found = asked(pages["demo-sv"], script, tmp_path, flags=["--force-high-contrast"])
    assert found == {"forced": True, "top": "4px", "card": "rgb(255, 255, 255)"}


def test_the_page_asks_nothing_of_anywhere_and_runs_no_script(pages, tmp_path):
    copy = pages["demo-sv"].with_name("hostile.html")
    hostile = (
        '<script>document.title = "ran"</script><img src="file:///dev/null" onerror="document.title = \'ran\'">'
        '<style>h1 { color: rgb(1, 2, 3) !important; }</style><iframe src="data:text/html,x"></iframe></body>'
    )
    copy.write_text(pages["demo-sv"].read_text(encoding="utf-8").replace("</body>", hostile), encoding="utf-8")
    dump = chromium(tmp_path, copy, "--dump-dom")
    assert "<title>ran</title>" not in dump
    assert "hostile" not in dump.split("<body>")[0]


@pytest.mark.parametrize("name", ["demo-sv", "demo-en"])
def test_on_paper_nothing_is_folded_away(pages, tmp_path, name):
    reader = shutil.which("pdftotext")
    assert reader is not None, "install poppler-utils: make test-system does"
    paper = tmp_path / "paper.pdf"
    chromium(tmp_path, pages[name], f"--print-to-pdf={paper}", "--no-pdf-header-footer", DARK)
    text = subprocess.run([reader, "-layout", paper, "-"], capture_output=True, text=True, check=True).stdout
    html = pages[name].read_text(encoding="utf-8")
    # a figure's numbers are not printed: the paper says where they are
    printed = re.sub(r'<details class="data">.*?</details>', "", html, flags=re.DOTALL)
    for opening in ("Estimand:", "Estimator:"):
        assert text.count(opening) == printed.count(f"<p>{opening}") > 5
    assert (
        text.count("tables/")
        == re.sub(r"<[^>]+>", "", printed).count("tables/")
        >= printed.count('<a href="tables/')
        > 9
    )
    assert text.count("figures/") == html.count("<figure")
