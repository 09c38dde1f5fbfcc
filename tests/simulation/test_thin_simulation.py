"""A small run of the trials with thin strata always, the full one on demand; see thin_scenarios.py."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent))

import thin_scenarios as thin

PAGE = Path(__file__).parents[2] / "docs" / "simulations_thin.md"
#: What keeps its level by its own degrees of freedom.
OWN = tuple(name for name in thin.ESTIMATORS if "residual" not in name)


def least(draws: int) -> float:
    """The coverage that 95 % falls below in one of some 10,000 runs of so many draws."""
    return 0.95 - 3.9 * float(np.sqrt(0.95 * 0.05 / draws))


def holds(name: str, draws: int) -> None:
    for estimator in OWN:
        found = thin.coverage(thin.SCENARIOS[name], estimator, draws)
        assert found.coverage >= least(found.intervals) - 0.01, (name, estimator)
        # weights worth fewer than two persons have no variance: `ipw` in a stratum of its own
        assert found.intervals == draws, (name, estimator)


@pytest.mark.parametrize("name", ["4 strata of 1 + 9", "4 strata of 2 + 28", "arm shares of 2:1 and 1:2 by stratum"])
def test_small(name):
    """ST02's designs, and unequal shares."""
    holds(name, 60)


@pytest.mark.slow
@pytest.mark.parametrize("name", thin.SCENARIOS)
def test_full(name):
    holds(name, 4000)


def test_the_page_has_every_scenario():
    page = PAGE.read_text(encoding="utf-8")
    for name in thin.SCENARIOS:
        assert f"| {name} |" in page
