"""Mechanisms draw what they say, know their probabilities, and refuse numbers that do not add up."""

from __future__ import annotations

import numpy as np
import pytest

from effektutv.errors import ArgumentError
from effektutv.estimators.randomization.mechanism import bernoulli, blocked, complete, drift, inferred, stratified

ARMS = ("FS", "SE", "CM")
GROUP = np.array([0] * 6 + [1] * 4 + [2])
COUNTS = np.array([[2, 3, 1], [1, 1, 2], [0, 1, 0]])


def draw(mechanism, n=4000, seed=3):
    return mechanism.draw(np.random.default_rng(seed), n)


@pytest.mark.parametrize("make", [stratified, blocked])
def test_fixed_counts_are_kept_in_every_draw(make):
    mechanism = make(ARMS, GROUP, COUNTS)
    codes = draw(mechanism)
    for g in range(3):
        for a in range(3):
            assert ((codes[:, g == GROUP] == a).sum(axis=1) == COUNTS[g, a]).all()
    shares = np.stack([(codes == a).mean(axis=0) for a in range(3)], axis=1)
    assert np.abs(shares - mechanism.probabilities()).max() < 5 * np.sqrt(0.25 / 4000)
    assert "3 groups, probabilities differing" in mechanism.describe()


def test_every_arrangement_of_a_stratum_is_equally_probable():
    codes = draw(stratified(("c", "t"), np.zeros(4, dtype=int), [[2, 2]]), 6000)
    counts = np.unique(codes, axis=0, return_counts=True)[1]
    assert counts.size == 6
    assert ((counts - 1000) ** 2 / 1000).sum() < 20.5  # chi-squared, 5 df, p = 0.001


def test_complete():
    codes = draw(complete(ARMS, [3, 2, 1]), 500)
    assert (np.sort(codes, axis=1) == [0, 0, 0, 1, 1, 2]).all()


def test_bernoulli_probabilities_differ_by_stratum_and_persons_are_independent():
    shares = np.array([[0.5, 0.25, 0.25], [0.2, 0.2, 0.6]])
    stratum = np.array([0, 0, 1, 1])
    mechanism = bernoulli(ARMS, stratum, shares)
    codes = draw(mechanism, 20_000)
    found = np.stack([(codes == a).mean(axis=0) for a in range(3)], axis=1)
    assert np.abs(found - shares[stratum]).max() < 5 * np.sqrt(0.25 / 20_000)
    both = ((codes[:, 0] == 0) & (codes[:, 1] == 0)).mean()
    assert abs(both - 0.25) < 5 * np.sqrt(0.1875 / 20_000)
    given = mechanism.given(np.array([0, 1, 2, 2]))
    np.testing.assert_array_equal(given.counts, [[1, 1, 0], [0, 0, 2]])


def test_inferred_says_so():
    arm, stratum = np.array([0, 1, 1, 0, 2, 2]), np.array([0, 0, 2, 2, 2, 2])
    mechanism = inferred(ARMS, arm, stratum, 4, "site")
    assert mechanism.n_groups == 2, "empty strata are no groups"
    assert "stratified with fixed counts" in mechanism.describe()
    assert "inferred from the stratum × arm counts of site" in mechanism.describe()
    assert "complete" in inferred(ARMS, arm, np.zeros(6, dtype=int), 1).describe()


@pytest.mark.parametrize(
    ("call", "named"),
    [
        (lambda: stratified(ARMS, GROUP, COUNTS[:, :2]), "counts"),
        (lambda: stratified(ARMS, GROUP, COUNTS + 1), "counts"),
        (lambda: stratified(ARMS, GROUP + 1, COUNTS), "group"),
        (lambda: stratified(ARMS, GROUP, COUNTS + 0.5), "counts"),
        (lambda: bernoulli(ARMS, GROUP, np.ones((3, 3))), "shares"),
        (lambda: bernoulli(ARMS, GROUP, np.ones((3, 2)) / 2), "shares"),
        (lambda: bernoulli(ARMS, GROUP, np.ones((2, 3)) / 3), "stratum"),
    ],
)
def test_wrong_declarations_name_the_argument(call, named):
    with pytest.raises(ArgumentError, match=f"^{named}: "):
        call()


def test_drift_is_found_where_the_ratio_changes_and_not_where_only_intake_does():
    rng = np.random.default_rng(4)
    stratum = rng.integers(0, 6, 900)
    period = rng.integers(0, 4, 900)
    steady = np.where(rng.random(900) < 1 / 3, 1, 0)
    none = drift(steady, stratum, period, draws=500)
    assert none.df == 6 * 3
    assert none.p_redrawn > 0.05
    assert abs(none.p_redrawn - none.p_value) < 0.1
    changed = np.where(rng.random(900) < np.where(period < 2, 0.5, 0.25), 1, 0)
    found = drift(changed, stratum, period, draws=500)
    assert found.p_redrawn == pytest.approx(1 / 501)
    assert found.p_value < 1e-4


def test_drift_does_not_depend_on_the_order_of_rows_and_says_when_it_cannot_be_tested():
    rng = np.random.default_rng(6)
    arm, stratum, period = rng.integers(0, 3, 80), rng.integers(0, 4, 80), rng.integers(0, 3, 80)
    order = rng.permutation(80)
    assert drift(arm, stratum, period, draws=200) == drift(arm[order], stratum[order], period[order], draws=200)
    still = drift(arm, stratum, np.zeros(80, dtype=int))
    assert "no stratum" in still.p_value.reason
