"""The omnibus test by drawing the assignment again: against every assignment of a small trial, and against χ² in a large one."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd
import pytest

import effektutv as eu
from effektutv.results import available


def small_trial() -> pd.DataFrame:
    rng = np.random.default_rng(3)
    df = pd.DataFrame({"s": ["a"] * 6 + ["b"] * 5, "arm": list("tctcct") + list("ttccc")})
    return df.assign(x=rng.normal(size=11).round(2), z=rng.integers(0, 2, 11))


def every_assignment(df: pd.DataFrame):
    """Each choice of the treated within each stratum, with the numbers as they were."""
    first, second = np.flatnonzero(df["s"] == "a"), np.flatnonzero(df["s"] == "b")
    for one in combinations(first, 3):
        for other in combinations(second, 2):
            yield df.assign(arm=["t" if i in (*one, *other) else "c" for i in range(len(df))])


def balance(df, **options):
    return eu.balance(df, arm="arm", control="c", covariates=["x", "z"], strata="s", **options).omnibus


def test_against_every_assignment_of_a_small_trial():
    df = small_trial()
    observed = balance(df).statistic
    everything = np.array([balance(a).statistic for a in every_assignment(df)])
    assert everything.size == 20 * 10
    exact = (everything >= observed * (1 - 1e-9)).mean()
    drawn = balance(df, draws=20_000, seed=7)
    assert drawn.p_randomization == pytest.approx(exact, abs=4 * drawn.mc_error)
    assert drawn.mc_error == pytest.approx(np.sqrt(drawn.p_randomization * (1 - drawn.p_randomization) / 20_000))
    assert drawn.statistic == observed


def large_trial(n: int = 900) -> pd.DataFrame:
    rng = np.random.default_rng(5)
    df = pd.DataFrame({"s": rng.integers(0, 6, n), "arm": rng.choice(["c", "t", "u"], n), "x": rng.normal(size=n)})
    df["z"] = (rng.random(n) < 0.3).astype(float)
    df.loc[rng.random(n) < 0.05, "x"] = np.nan
    return df


def test_agrees_with_chi_squared_where_arms_are_large():
    found = balance(large_trial(), draws=4000)
    assert found.p_randomization == pytest.approx(found.p_value, abs=4 * found.mc_error + 0.005)
    assert "4000 draws" in found.method


def test_an_unbalanced_trial_is_found():
    df = large_trial()
    df.loc[df["arm"] == "t", "z"] = 1.0
    assert balance(df, draws=500).p_randomization == pytest.approx(1 / 501)


def test_row_order_and_repetition_change_nothing():
    df = large_trial()
    first = balance(df, draws=700, seed=2)
    assert balance(df.sample(frac=1, random_state=1), draws=700, seed=2) == first
    assert balance(df, draws=700, seed=2) == first


def test_without_draws_there_is_a_reason():
    found = balance(large_trial())
    assert not available(found.p_randomization)
    assert available(found.p_value)


@pytest.mark.parametrize("options", [{"draws": 0}, {"draws": "many"}, {"draws": True}, {"draws": 10, "seed": -1}])
def test_wrong_draws_are_refused(options):
    with pytest.raises(eu.ArgumentError, match=r"draws|seed"):
        balance(large_trial(), **options)
