"""Families whose numbers are fixed sum in single precision: no draw may move by as much as counts as a tie."""

from __future__ import annotations

import numpy as np
import pytest
from enumerated import spec

from effektutv.estimators.design import Design
from effektutv.estimators.multiplicity import redraw_cells, stepdown
from effektutv.estimators.multiplicity.hypothesis import Hypothesis
from effektutv.estimators.multiplicity.redraw_cells import pairwise_statistics
from effektutv.estimators.multiplicity.stepdown import StepDown
from effektutv.estimators.retained_inputs import Source


def source(estimator: str) -> Source:
    rng = np.random.default_rng(4)
    n = 700
    design = Design(
        arm=rng.integers(0, 2, n),
        stratum=rng.integers(0, 12, n),
        X=np.empty((n, 0)),
        arms=("FS", "SE"),
        n_strata=12,
        strata="s",
    )
    outcomes = {
        "normal": rng.normal(size=n),
        "skewed": np.exp(2.5 * rng.normal(size=n)) * 1e6,
        "months": rng.integers(0, 16, n).astype(float),
        "far": 1e9 + rng.normal(size=n),
        "small": 1e-9 * rng.normal(size=n),
        "binary": rng.integers(0, 2, n).astype(float),
    }
    return Source(design=design, outcomes=outcomes, subgroups=(), spec=spec(estimator))


@pytest.mark.parametrize("estimator", ["difference", "blocked", "fe"])
def test_draws_are_those_of_double_precision(estimator, monkeypatch):
    given = source(estimator)
    everyone = np.ones(700, dtype=bool)
    tests = [Hypothesis(outcome=name, contrast=(1, 0), levels=(everyone,)) for name in given.outcomes]
    observed, found = pairwise_statistics(given, tests, None, 1000, 2)
    ours = np.concatenate(list(found), axis=1)
    monkeypatch.setattr(
        redraw_cells, "_forms", lambda *_: None
    )  # cells, in double precision; one part of draws in both
    again, found = pairwise_statistics(given, tests, None, 1000, 2)
    theirs = np.concatenate(list(found), axis=1)
    assert observed == pytest.approx(again, rel=1e-12)
    error = np.abs(ours - theirs) / np.maximum(np.abs(theirs), 1)
    assert error.max() < stepdown._TIE / 4
    assert error[0].max() > 0


def test_a_near_tie_counts_and_what_is_plainly_less_does_not():
    down = StepDown(np.array([2.0, -1.0]))
    down.add(np.array([[2.0 - 1e-6, 2.0 - 1e-3, -2.0, 0.0], [0.0, 0.0, 0.0, 1.0 - 1e-6]]))
    assert down.raw.tolist() == [3 / 5, 2 / 5]
    assert down.adjusted.tolist() == [3 / 5, 3 / 5]
