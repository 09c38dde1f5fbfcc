"""A small run of every scenario always, the full one on demand; see interval_scenarios.py."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

import further_scenarios
import interval_scenarios as scenarios

PAGE = Path(__file__).parents[2] / "docs" / "simulations_intervals.md"


@pytest.mark.parametrize("name", scenarios.SCENARIOS)
def test_small(name):
    found = list(scenarios.SCENARIOS[name](60))
    assert found
    assert further_scenarios.problems(found) == []


def test_the_page_has_every_scenario():
    page = PAGE.read_text(encoding="utf-8")
    for name in scenarios.SCENARIOS:
        for c in scenarios.SCENARIOS[name](1):
            assert f"| {c.scenario} | {c.what} | {c.nominal:.3f} |" in page


@pytest.mark.slow
@pytest.mark.parametrize("name", scenarios.SCENARIOS)
def test_full(name):
    found = list(scenarios.SCENARIOS[name](4000))
    assert further_scenarios.problems(found) == []
    page = PAGE.read_text(encoding="utf-8")
    for c in found:
        assert f"| {c.scenario} | {c.what} | {c.nominal:.3f} | {c.share:.3f} |" in page, "the page is not this run's"
        if c.fails:
            assert c.share < c.nominal - 4 * c.error, f"{c.what} is said to fail and does not"
