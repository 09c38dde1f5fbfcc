"""The size of the randomisation tests by simulation: a small one always, the full one marked slow.

A share of rejections may lie above 5 % by chance: four Monte Carlo standard errors are allowed. The page
docs/simulations_randomization.md has the results of the full run.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent))
import size_scenarios as scenarios

SMALL, FULL = 250, 2000
SOUND = [
    ("sharp null, 0/1, 18%", "exact, fe"),
    ("sharp null, 0/1, 18%", "drawn, blocked"),
    ("sharp null, 0/1, 18%", "drawn, fe"),
    ("sharp null, 0/1, 2%", "exact, fe"),
    ("sharp null, 0/1, 2%", "drawn, blocked"),
    ("sharp null, 0/1, 2%", "drawn, fe, not studentised"),
    ("sharp null, skewed", "drawn, blocked"),
    ("sharp null, skewed", "drawn, fe"),
    ("weak null, few in the arm that spreads", "drawn, blocked"),
    ("weak null, few in the arm that spreads", "drawn, fe"),
    ("weak null, uneven", "drawn, blocked"),
    ("sharp null, single persons", "drawn, blocked"),
    ("sharp null, single persons", "drawn, fe"),
]


def allowed(runs: int) -> float:
    # (1 + #)/(1 + 399) ≤ 0.05 has probability 0.05 exactly; studentised tests of a weak null are asymptotic.
    return 0.05 + 4 * np.sqrt(0.05 * 0.95 / runs)


@pytest.fixture(scope="module")
def worlds():
    return scenarios.worlds()


@pytest.mark.parametrize(("world", "test"), SOUND)
def test_size_small(worlds, world, test):
    share, known = scenarios.size(worlds[world], test, SMALL)
    assert known == SMALL
    assert share <= allowed(SMALL)


@pytest.mark.slow
@pytest.mark.parametrize(("world", "test"), SOUND)
def test_size(worlds, world, test):
    share, known = scenarios.size(worlds[world], test, FULL)
    assert known == FULL
    assert share <= allowed(FULL) + (0.01 if world.startswith("weak") else 0)


@pytest.mark.parametrize("runs", [SMALL, pytest.param(FULL, marks=pytest.mark.slow)])
def test_not_studentised_fails_under_the_weak_null_where_the_small_arm_spreads(worlds, runs):
    share, _ = scenarios.size(worlds["weak null, few in the arm that spreads"], "drawn, fe, not studentised", runs)
    assert share > allowed(runs)


@pytest.mark.parametrize("runs", [120, pytest.param(FULL, marks=pytest.mark.slow)])
@pytest.mark.parametrize("method", ["holm", "westfall-young", "romano-wolf"])
@pytest.mark.parametrize("effect", [0.0, 0.8])
def test_family_wise_error_within_a_contrast(method, effect, runs):
    # A bootstrap of cells of five persons is asymptotic, and Holm's p-values here come from t tests.
    slack = 0.0 if method == "westfall-young" and effect == 0 else 0.01
    assert scenarios.family_error(method, runs, effect=effect) <= allowed(runs) + slack


@pytest.mark.parametrize("runs", [40, pytest.param(FULL, marks=pytest.mark.slow)])
@pytest.mark.parametrize("method", ["holm", "westfall-young", "romano-wolf"])
@pytest.mark.parametrize("effect", [0.0, 3.0])
def test_family_wise_error_across_contrasts(method, effect, runs):
    assert scenarios.closure_error(method, runs, effect=effect) <= allowed(runs) + 0.01


@pytest.mark.parametrize("runs", [SMALL, pytest.param(FULL, marks=pytest.mark.slow)])
def test_drawing_all_three_arms_for_a_pair_is_wrong(runs):
    assert scenarios.wrong_permutation(runs, pairwise=False) > 0.18
    assert scenarios.wrong_permutation(runs, pairwise=True) <= allowed(runs)
