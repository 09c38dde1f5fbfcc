"""A small run of every scenario always, the full one on demand; see further_scenarios.py."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

import further_scenarios as scenarios


@pytest.mark.parametrize("name", scenarios.SCENARIOS)
def test_small(name):
    assert scenarios.problems(list(scenarios.SCENARIOS[name](50 if name.startswith("margins") else 100))) == []


@pytest.mark.slow
@pytest.mark.parametrize("name", scenarios.SCENARIOS)
def test_full(name):
    found = list(scenarios.SCENARIOS[name](4000))
    assert scenarios.problems(found) == []
    page = (Path(__file__).parents[2] / "docs" / "simulations_effects.md").read_text(encoding="utf-8")
    for c in found:
        assert f"| {c.what} | {c.nominal:.3f} | {c.share:.3f} |" in page, "the page is not this run's"
