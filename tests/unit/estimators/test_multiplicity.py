"""Holm by hand, and the step-down maxT against a plain loop over draws."""

from __future__ import annotations

import numpy as np
import pytest

from effektutv.estimators.multiplicity.stepdown import StepDown, holm


def test_holm_by_hand():
    np.testing.assert_allclose(holm(np.array([0.01, 0.04, 0.03, 0.005])), [0.03, 0.06, 0.06, 0.02])
    np.testing.assert_allclose(holm(np.array([0.5, 0.9])), [1.0, 1.0])
    np.testing.assert_allclose(holm(np.array([0.2])), [0.2])


def plain(observed: np.ndarray, draws: np.ndarray) -> np.ndarray:
    """The definition, one test at a time."""
    order = sorted(range(observed.size), key=lambda j: -abs(observed[j]))
    out, worst = np.empty(observed.size), 0.0
    for place, j in enumerate(order):
        rivals = order[place:]
        reached = sum(max(abs(draw[k]) for k in rivals) >= abs(observed[j]) for draw in draws.T)
        worst = max(worst, (1 + reached) / (1 + draws.shape[1]))
        out[j] = worst
    return out


@pytest.mark.parametrize("seed", range(5))
def test_step_down_against_the_definition_in_any_chunks(seed):
    rng = np.random.default_rng(seed)
    observed, draws = rng.normal(size=6) * 2, rng.normal(size=(6, 300))
    whole, chunked = StepDown(observed), StepDown(observed)
    whole.add(draws)
    for part in np.array_split(draws, [7, 100, 101], axis=1):
        chunked.add(part)
    np.testing.assert_allclose(whole.adjusted, plain(observed, draws))
    np.testing.assert_array_equal(whole.adjusted, chunked.adjusted)
    np.testing.assert_array_equal(whole.raw, chunked.raw)
    assert (whole.adjusted >= whole.raw).all()
    assert whole.any == whole.adjusted.min()


def test_identical_tests_cost_nothing_and_ties_within_rounding_count():
    rng = np.random.default_rng(1)
    draws = rng.normal(size=999)
    down = StepDown(np.array([2.0, 2.0, 2.0]))
    down.add(np.stack([draws] * 3))
    np.testing.assert_array_equal(down.adjusted, down.raw)
    tied = StepDown(np.array([1.0]))
    tied.add(np.full((1, 9), 1.0 - 1e-13))
    assert tied.raw[0] == 1.0
