"""The report in a real browser: nothing overflows on a desk or on a telephone, and every picture is drawn."""

from __future__ import annotations

import json
import re
import shutil
import subprocess

import pytest

import effektutv as eu

pytestmark = pytest.mark.system

PROBE = """
<script>
window.addEventListener("load", () => {
  const boxes = [...document.querySelectorAll("main *")];
  const wide = boxes.filter(e => getComputedStyle(e).overflowX !== "visible" && e.scrollWidth > e.clientWidth + 1);
  const found = {
    page: document.documentElement.scrollWidth, window: window.innerWidth,
    scrolled: wide.filter(e => e.querySelector("table") && !e.closest("details")).length,
    ids: [...document.querySelectorAll("[id]")].map(e => e.id).filter((id, i, all) => all.indexOf(id) !== i).length,
    pictures: document.images.length, broken: [...document.images].filter(i => i.naturalWidth === 0).length,
    headings: [...document.querySelectorAll("h1, h2, h3")].length,
    anchors: [...document.querySelectorAll("nav a")].filter(a => !document.querySelector(a.getAttribute("href"))).length,
  };
  const out = document.createElement("pre");
  out.id = "probe"; out.textContent = JSON.stringify(found); document.body.append(out);
  if (parent !== window) parent.postMessage(out.textContent, "*");
});
</script>
"""


@pytest.fixture(scope="module", params=["sv", "en"])
def page(request, trial, tmp_path_factory):
    folder = tmp_path_factory.mktemp("browser")
    eu.report(trial, folder / "out", lang=request.param)
    text = (folder / "out" / "report.html").read_text(encoding="utf-8")
    probe = folder / "out" / "probe.html"
    probe.write_text(text.replace("</body>", PROBE + "</body>"), encoding="utf-8")
    return probe


def framed(page, width):
    """A page that holds the report in a frame: narrower than a browser's window may be."""
    frame = page.with_name(f"frame-{width}.html")
    frame.write_text(
        "<script>addEventListener('message', e => { const out = document.createElement('pre'); out.id = 'probe'; "
        "out.textContent = e.data; document.body.append(out); });</script>"
        f'<iframe src="{page.name}" style="width:{width}px;height:2000px;border:0"></iframe>',
        encoding="utf-8",
    )
    return frame


def looked_at(page, tmp_path, width):
    browser = shutil.which("chromium")
    assert browser is not None, "install chromium: make test-system does"
    command = [
        browser, "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run",
        "--allow-file-access-from-files", "--virtual-time-budget=10000", f"--user-data-dir={tmp_path / 'profile'}",
        f"--window-size={width},2000", "--dump-dom", page.as_uri(),
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, encoding="utf-8")
    return json.loads(re.search(r'<pre id="probe">(.*?)</pre>', done.stdout)[1].replace("&quot;", '"'))


def test_on_a_desk(page, tmp_path):
    found = looked_at(page, tmp_path, 1280)
    assert found["page"] <= found["window"]
    assert found["scrolled"] == 0, "a table does not fit the column at 1280 pixels"
    assert found["pictures"] >= 12
    assert found["broken"] == 0
    assert found["anchors"] == 0
    assert found["ids"] == 0


@pytest.mark.parametrize("width", [320, 400])
def test_on_a_narrow_screen(page, tmp_path, width):
    found = looked_at(framed(page, width), tmp_path, 1280)
    assert found["window"] == width
    assert found["page"] <= width
