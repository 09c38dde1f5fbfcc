"""The distribution of a statistic over the draws, in bins."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from enumerated import all_statistics, spec
from test_randomised_door import small, table

import effektutv as eu
from effektutv.errors import ArgumentError
from effektutv.estimators.randomization.null_distribution import Histogram

BASE = {"arm": "arm", "control": "FS", "outcome": "y", "strata": "s", "level": None}


def shares(rows: pd.DataFrame, every: np.ndarray) -> np.ndarray:
    """The shares of enumerated statistics in the bins given, what is beyond them in the outermost."""
    inner = rows["low"].to_numpy()[1:]
    place = np.searchsorted(inner, every + 1e-12, side="right")
    return np.bincount(place, minlength=len(rows)) / every.size


@pytest.mark.parametrize("estimator", ["difference", "blocked", "fe"])
@pytest.mark.parametrize("studentize", [True, False])
def test_shares_are_those_of_every_assignment(estimator, studentize):
    treated, stratum, y = small(4, binary=False)
    every = all_statistics(treated, stratum, y, spec(estimator), studentize=studentize)
    draws = 20_000
    found = eu.randomization_test(
        table(treated, stratum, y),
        estimator=estimator,
        studentize=studentize,
        draws=draws,
        distribution=15,
        **BASE,
    )
    rows = found.distribution_table()
    bins = rows[rows["kind"] == "draws"]
    assert len(bins) == 15
    assert bins["share"].sum() == pytest.approx(1, abs=1e-12)
    np.testing.assert_allclose(bins["low"].to_numpy()[1:], bins["high"].to_numpy()[:-1])
    scale = 1.0 if studentize else found.rows[0].null_sd
    true = shares(bins, every / scale)
    assert np.all(np.abs(bins["share"] - true) <= 4.5 * np.sqrt(true * (1 - true) / draws) + 2 / draws)
    (seen,) = rows[rows["kind"] == "observed"].itertuples()
    assert (seen.low, seen.high, seen.share) == (
        found.rows[0].statistic,
        found.rows[0].statistic,
        found.rows[0].p_randomization,
    )


@pytest.mark.parametrize("estimator", ["difference", "fe"])
def test_an_exact_distribution_is_that_of_every_assignment(estimator):
    treated, stratum, y = small(2, binary=True)
    every = all_statistics(treated, stratum, y, spec(estimator), studentize=False)
    rows = eu.randomization_test(
        table(treated, stratum, y), estimator=estimator, draws="exact", distribution=True, **BASE
    ).distribution_table()
    bins = rows[rows["kind"] == "exact"]
    np.testing.assert_allclose(bins["share"], shares(bins, every), atol=1e-12)
    held = bins[bins["share"] > 0]
    # A bin a value, each in the middle of its own.
    assert len(held) == len(np.unique(every.round(9)))
    np.testing.assert_allclose((held["low"] + held["high"]) / 2, np.unique(every.round(12)), atol=1e-9)


def test_bins_of_a_lattice_hold_equally_many_values():
    for bins in (5, 17, 61):
        held = Histogram(0.3, bins, 1.0, 0.1)
        values = 0.3 + 0.1 * np.arange(-80, 80)
        held.add(values)
        found = held.bins()
        assert len(found) <= bins
        inside = [round(share * values.size) for _, _, share in found[1:-1]]
        assert len(set(inside)) == 1
        assert found[0][0] <= -4.5
        assert found[-1][1] >= 4.5


def test_the_observed_value_is_within_the_bins_and_those_beyond_are_counted():
    held = Histogram(-30.0, 11)
    held.add(np.array([-np.inf, -30.0, 0.0, np.inf]))
    found = held.bins()
    assert found[0][0] < -30 < found[0][1]
    assert [round(4 * share) for *_, share in found] == [2, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]


def test_none_is_kept_unless_asked_for_and_the_test_is_the_same():
    treated, stratum, y = small(1, binary=False)
    df = table(treated, stratum, y)
    without, with_it = (eu.randomization_test(df, draws=500, distribution=d, **BASE) for d in (False, True))
    assert without.distribution == ()
    assert without.distribution_table().empty
    assert list(without.distribution_table()) == list(with_it.distribution_table())
    assert without.rows == with_it.rows
    assert len(with_it.distribution) == 62


@pytest.mark.parametrize("given", [4, 0, "yes", 10.5, None])
def test_strange_numbers_of_bins_are_refused(given):
    treated, stratum, y = small(1, binary=False)
    with pytest.raises(ArgumentError, match="distribution"):
        eu.randomization_test(table(treated, stratum, y), distribution=given, **BASE)
