"""A stratum weighs in balance as many persons as were randomised in it, whoever's value is known."""

import numpy as np
import pandas as pd
import pytest

import effektutv as eu

#: Two strata of 40 and 20 persons; of the first, half have no known value.
PEOPLE = pd.DataFrame(
    {
        "arm": ["A", "B"] * 30,
        "stratum": ["s"] * 40 + ["t"] * 20,
        "x": [*([3.0, 1.0] * 5 + [5.0, 2.0] * 5), *[np.nan] * 20, *([1.0, 2.0] * 5 + [2.0, 2.0] * 5)],
    }
)


def weighted(df):
    return next(
        r
        for r in eu.balance(df, covariates=["x"], arm="arm", control="A", strata="stratum").rows
        if r.kind == "continuous"
    )


def test_unknown_values_do_not_take_weight_from_their_stratum():
    row = weighted(PEOPLE)
    by_stratum = PEOPLE.groupby(["stratum", "arm"]).x.mean().unstack()
    gap = by_stratum["B"] - by_stratum["A"]
    right = (40 * gap["s"] + 20 * gap["t"]) / 60
    known = PEOPLE.dropna().groupby("arm").x.var()
    assert row.smd_weighted == pytest.approx(right / np.sqrt(known.mean()), rel=1e-12)


def test_a_third_arms_persons_count_in_the_weights_as_in_the_effects():
    third = pd.DataFrame({"arm": ["C"] * 60, "stratum": ["t"] * 60, "x": [np.nan] * 59 + [1.0]})
    row = next(
        r
        for r in eu.balance(pd.concat([PEOPLE, third]), covariates=["x"], arm="arm", control="A", strata="stratum").rows
        if r.kind == "continuous" and r.arm == "B" and r.control == "A"
    )
    by_stratum = PEOPLE.groupby(["stratum", "arm"]).x.mean().unstack()
    gap = by_stratum["B"] - by_stratum["A"]
    known = PEOPLE.dropna().groupby("arm").x.var()
    assert row.smd_weighted == pytest.approx((40 * gap["s"] + 80 * gap["t"]) / 120 / np.sqrt(known.mean()), rel=1e-12)


def test_weights_of_the_pair_without_strata_or_covariates_are_a_slip():
    g = np.random.default_rng(1)
    df = PEOPLE.assign(y=g.normal(size=60), z=g.normal(size=60))
    for door in (eu.itt, eu.randomization_test):
        with pytest.raises(eu.ArgumentError, match="weights: without strata or covariates"):
            door(df, outcome="y", arm="arm", control="A", weights="pair")
        door(df, outcome="y", arm="arm", control="A", weights="pair", strata="stratum")
