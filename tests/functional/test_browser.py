"""The report in a real browser: nothing overflows on a desk or on a telephone, and every picture is drawn."""

from __future__ import annotations

import pytest
from browser import asked

pytestmark = pytest.mark.system

PROBE = """
  const boxes = [...document.querySelectorAll("main *")];
  const wide = boxes.filter(e => getComputedStyle(e).overflowX !== "visible" && e.scrollWidth > e.clientWidth + 1);
  return {
    page: document.documentElement.scrollWidth, window: window.innerWidth,
    scrolled: wide.filter(e => e.querySelector("table") && !e.closest("details")).map(e => e.textContent.slice(0, 80)),
    pictures: document.images.length, broken: [...document.images].filter(i => i.naturalWidth === 0).length,
    anchors: [...document.querySelectorAll("nav a")].filter(a => !document.querySelector(a.getAttribute("href"))).length,
    read: getComputedStyle(document.querySelector(".wide a")).fontWeight,
    unread: getComputedStyle(document.querySelector(".wide li:last-child a")).fontWeight,
  };
"""


@pytest.fixture(scope="module", params=["sv", "en"])
def page(request, demo_report):
    return demo_report(request.param) / "report.html"


def test_on_a_desk(page, tmp_path):
    found = asked(page, PROBE, tmp_path)
    assert found["page"] <= found["window"]
    assert found["scrolled"] == [], "a table does not fit the column at 1280 pixels"
    assert found["pictures"] >= 12
    assert found["broken"] == 0
    assert found["anchors"] == 0


def test_the_section_being_read_is_marked_in_the_contents(page, tmp_path):
    found = asked(page, PROBE, tmp_path)
    assert (found["read"], found["unread"]) == ("600", "400")


@pytest.mark.parametrize("width", [320, 400])
def test_on_a_narrow_screen(page, tmp_path, width):
    found = asked(page, PROBE, tmp_path, width=width)
    assert found["window"] == width
    assert found["page"] <= width
