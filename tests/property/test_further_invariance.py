"""Row order, engine, arm labels and scale change no answer: the questions beyond the mean difference."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import effektutv as eu
from effektutv.further import response_weighted, worst_case_bounds
from effektutv.results import Unavailable

N = 160


def frame(seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    df = pd.DataFrame({"arm": rng.choice(["a", "b", "c"], N), "s": rng.integers(0, 3, N), "x": rng.normal(size=N)})
    df["x"] = df["x"].round(1)  # ties
    df["y"] = (rng.random(N) < 0.3).astype(float)
    df["v"] = (rng.normal(size=N) + df["x"]).round(1)
    df["w"] = df["v"].where(rng.random(N) < 0.8)
    df["d"] = ((df["arm"] == "b") & (rng.random(N) < 0.8)).astype(int)
    df["f"] = ((df["arm"] == "c") & (rng.random(N) < 0.8)).astype(int)
    df["g"] = rng.integers(0, 12, N).astype(str)
    df.loc[rng.random(N) < 0.2, "g"] = None
    df["t"] = rng.integers(1, 40, N).astype(float)
    df["e"] = rng.integers(0, 3, N)
    df["p"] = np.where(df["s"] == 0, 0.2, 0.4)
    return df


def everything(df) -> dict:
    """One result of each door."""
    base = {"arm": "arm", "control": "a"}
    return {
        "logit": eu.itt(df, outcome="y", strata="s", covariates=["x"], estimator="logit", **base),
        "cluster": eu.itt(df, outcome="v", strata="s", covariates=["x"], estimator="fe", cluster="g", **base),
        "difference": eu.itt(df, outcome="v", estimator="difference", cluster="g", **base),
        "ipw": eu.itt(df, outcome="v", estimator="ipw", probability="p", **base),
        "ratios": eu.ratios(df, outcome="y", strata="s", covariates=["x"], **base),
        "lee": eu.lee_bounds(df, outcome="w", **base),
        "worst": worst_case_bounds(df, outcome="w", limits=(-1e6, 1e6), strata="s", **base),
        "response": response_weighted(df, outcome="w", strata="s", covariates=["x"], **base),
        "cace": eu.cace(
            df, outcome="v", treatment={"b": "d", "c": "f"}, assignment="arm", control="a", covariates=["x"]
        ),
        "times": eu.time_to_event(df, time="t", event="e", tau=20, strata="s", **base),
    }


@given(st.integers(0, 10_000))
@settings(max_examples=8, deadline=None)
def test_row_order_changes_no_bit(seed):
    df = frame(seed)
    shuffled = df.sample(frac=1, random_state=seed)
    for name, (there, back) in {
        k: (a, b) for (k, a), b in zip(everything(df).items(), everything(shuffled).values(), strict=True)
    }.items():
        assert there == back, name


def test_polars_says_the_same():
    import polars as pl

    df = frame(1)
    there, back = everything(df), everything(pl.from_pandas(df))
    for name in there:
        assert there[name] == back[name], name


@given(st.integers(0, 10_000), st.sampled_from([0.01, 3.0, 1000.0]))
@settings(max_examples=8, deadline=None)
def test_scale_and_shift_go_through(seed, scale):
    df = frame(seed)
    moved = df.assign(v=df["v"] * scale + 5, w=df["w"] * scale + 5)
    one, two = everything(df), everything(moved)
    for name in ("cluster", "difference", "ipw", "cace"):
        for a, b in zip(one[name].rows, two[name].rows, strict=True):
            if isinstance(a.estimate, Unavailable):
                assert isinstance(b.estimate, Unavailable)
                continue
            assert b.estimate == pytest.approx(a.estimate * scale, rel=1e-7, abs=1e-9 * scale), name
            assert b.std_error == pytest.approx(a.std_error * scale, rel=1e-7), name
            assert b.df == pytest.approx(a.df, rel=1e-7), name
    for a, b in zip(one["lee"].rows, two["lee"].rows, strict=True):
        assert b.lower == pytest.approx(a.lower * scale, rel=1e-7, abs=1e-9 * scale)
        assert b.std_error_upper == pytest.approx(a.std_error_upper * scale, rel=1e-7)


@given(st.integers(0, 10_000))
@settings(max_examples=8, deadline=None)
def test_swapping_the_arms_turns_the_sign(seed):
    df = frame(seed)
    df = df[df["arm"] != "c"].assign(arm=lambda d: d["arm"])
    for outcome, options in (
        ("y", {"estimator": "logit", "strata": "s", "covariates": ["x"]}),
        ("v", {"estimator": "lin", "covariates": ["x"], "cluster": "g"}),
        ("v", {"estimator": "ipw", "probability": "p"}),
    ):
        there = eu.itt(df, outcome=outcome, arm="arm", control="a", **options).rows[0]
        back = eu.itt(df, outcome=outcome, arm="arm", control="b", **options).rows[0]
        assert back.estimate == pytest.approx(-there.estimate, abs=1e-9)
        assert back.std_error == pytest.approx(there.std_error, rel=1e-8)
    there = eu.ratios(df, outcome="y", arm="arm", control="a").rows
    back = eu.ratios(df, outcome="y", arm="arm", control="b").rows
    assert back[1].estimate == pytest.approx(1 / there[1].estimate)
    assert (back[0].conf_low, back[0].conf_high) == pytest.approx((-there[0].conf_high, -there[0].conf_low), abs=1e-12)


@given(st.integers(0, 10_000))
@settings(max_examples=20, deadline=None)
def test_bounds_hold_what_they_must(seed):
    df = frame(seed)
    lee = eu.lee_bounds(df, outcome="w", arm="arm", control="a").rows
    worst = worst_case_bounds(df, outcome="w", limits=(-20, 20), arm="arm", control="a").rows
    for a, b in zip(lee, worst, strict=True):
        assert a.lower <= a.upper
        assert a.conf_low <= a.lower
        assert a.upper <= a.conf_high
        assert b.lower <= b.upper
        assert b.lower < a.lower
        assert a.upper < b.upper
