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
    ("sharp null, 0/1, 18%", "exact, blocked"),
    ("sharp null, 0/1, 2%", "exact, blocked"),
    ("weak null, 0/1, 18%", "drawn, blocked"),
    ("weak null, 0/1, 18%", "drawn, fe"),
    ("weak null, 0/1, 2%", "drawn, blocked"),
    ("weak null, 0/1, 2%", "drawn, fe"),
]
PAGE = Path(__file__).parents[2] / "docs" / "simulations_randomization.md"


def on_page(row: str, column: str) -> str:
    """The page's cell, by the names of its row and column."""
    lines = [
        [c.strip() for c in line.strip("|\n").split("|")] for line in PAGE.read_text(encoding="utf-8").splitlines()
    ]
    heads = [i for i, cells in enumerate(lines) if column in cells]
    for i in heads:
        for cells in lines[i + 1 :]:
            if cells == [""]:
                break
            if cells[0] == row:
                return cells[lines[i].index(column)]
    raise AssertionError(f"the page has no {row} under {column}")


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
    assert on_page(world, test) == scenarios.shown(share, FULL), "the page is not this run's"


def test_the_page_has_every_world_and_family(worlds):
    for world in worlds:
        for test in scenarios.TESTS:
            assert ("±" in on_page(world, test)) == (not test.startswith("exact") or "0/1" in world)
    for family in scenarios.FAMILIES:
        assert "±" in on_page(family, "westfall-young")


@pytest.mark.parametrize("runs", [SMALL, pytest.param(FULL, marks=pytest.mark.slow)])
def test_not_studentised_fails_under_the_weak_null_where_the_small_arm_spreads(worlds, runs):
    case = ("weak null, few in the arm that spreads", "drawn, fe, not studentised")
    share, _ = scenarios.size(worlds[case[0]], case[1], runs)
    assert share > allowed(runs)
    if runs == FULL:
        assert on_page(*case) == scenarios.shown(share, FULL)


@pytest.mark.parametrize("runs", [120, pytest.param(FULL, marks=pytest.mark.slow)])
@pytest.mark.parametrize("method", ["holm", "westfall-young", "romano-wolf"])
@pytest.mark.parametrize("effect", [0.0, 0.8])
def test_family_wise_error_within_a_contrast(method, effect, runs):
    # A bootstrap of cells of five persons is asymptotic, and Holm's p-values here come from t tests.
    slack = 0.0 if method == "westfall-young" and effect == 0 else 0.01
    share = scenarios.family_error(method, runs, effect=effect)
    assert share <= allowed(runs) + slack
    if runs == FULL:
        assert on_page(f"five outcomes, {'effects on two' if effect else 'no effect'}", method) == scenarios.shown(
            share, runs
        )


@pytest.mark.parametrize("runs", [40, pytest.param(FULL, marks=pytest.mark.slow)])
@pytest.mark.parametrize("method", ["holm", "westfall-young", "romano-wolf"])
@pytest.mark.parametrize("effect", [0.0, 3.0])
def test_family_wise_error_across_contrasts(method, effect, runs):
    share = scenarios.closure_error(method, runs, effect=effect)
    assert share <= allowed(runs) + 0.01
    if runs == FULL:
        assert on_page(f"three contrasts, {'CM has one' if effect else 'no effect'}", method) == scenarios.shown(
            share, runs
        )


SPARSE_SMALL = ("40 × 1/1/1", "20 × 1/1/1, 2 × 10/10/10", "3 arms of 60 in strata of 4–8")


@pytest.mark.parametrize("cells", SPARSE_SMALL)
def test_family_wise_error_with_single_persons_small(cells):
    """ST01: .11 to 1.00 where a single person is drawn as she is."""
    assert scenarios.sparse_error(cells, "normal", "romano-wolf", 60) <= allowed(60)


@pytest.mark.slow
@pytest.mark.parametrize(("method", "kind"), scenarios.SPARSE_TESTS)
@pytest.mark.parametrize("cells", list(scenarios.SPARSE))
def test_family_wise_error_with_single_persons(cells, kind, method):
    runs = scenarios.SPARSE_RUNS
    share = scenarios.sparse_error(cells, kind, method, runs)
    if method == "romano-wolf":
        assert share <= allowed(runs) + 0.01
    assert on_page(cells, f"{method}, {kind}") == scenarios.shown(share, runs), "the page is not this run's"


@pytest.mark.parametrize("runs", [SMALL, pytest.param(FULL, marks=pytest.mark.slow)])
def test_drawing_all_three_arms_for_a_pair_is_wrong(runs):
    wrong, right = (scenarios.wrong_permutation(runs, pairwise=pairwise) for pairwise in (False, True))
    assert wrong > 0.18
    assert right <= allowed(runs)
    if runs == FULL:
        assert on_page("all three arms drawn, not studentised", "rejected, per cent") == scenarios.shown(wrong, runs)
        assert on_page("the pair's two arms drawn, the third held", "rejected, per cent") == scenarios.shown(
            right, runs
        )
