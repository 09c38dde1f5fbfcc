"""What must not change an estimate, and what must change it in step."""

from __future__ import annotations

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import effektutv as eu

OPTIONS = [
    {"estimator": "difference"},
    {"estimator": "blocked", "strata": "s"},
    {"estimator": "fe", "strata": "s", "covariates": ["x"]},
    {"estimator": "lin", "strata": "s", "covariates": ["x"]},
    {"estimator": "lin", "covariates": ["x"], "vcov": "HC3"},
    {"estimator": "fe", "strata": "s", "vcov": "HC1"},
    {"estimator": "lin", "strata": "s"},
]


@st.composite
def trials(draw: st.DrawFn, binary: bool | None = None) -> pd.DataFrame:
    """Three arms in up to four strata, some cells small or empty, some outcomes missing."""
    n = draw(st.integers(24, 60))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    zero_one = draw(st.booleans()) if binary is None else binary
    df = pd.DataFrame(
        {
            "arm": np.concatenate([["FS", "SE", "CM"], rng.choice(["FS", "SE", "CM"], n - 3)]),
            "s": rng.choice(["a", "b", "d", "e"][: draw(st.integers(1, 4))], n),
            "x": rng.normal(size=n).round(3),
            "kon": rng.choice(["k", "m"], n),
        }
    )
    df["y"] = rng.integers(0, 2, n).astype(float) if zero_one else rng.normal(size=n) * 10.0 ** rng.integers(-3, 4)
    df.loc[rng.random(n) < draw(st.sampled_from([0.0, 0.1])), "y"] = np.nan
    if df["y"].isna().all() or df["kon"].nunique() < 2:
        df["y"], df["kon"] = np.arange(n) % 2.0, np.resize(["k", "m"], n)
    return df


def run(df: object, **options: object) -> list[dict]:
    given = {"outcome": "y", "arm": "arm", "control": "FS", "arms": ["FS", "SE", "CM"], **options}
    return eu.itt(df, **given).to_dicts()


def numbers(rows: list[dict], *names: str) -> np.ndarray:
    return np.array([[np.nan if r[k] is None else r[k] for k in names] for r in rows], dtype=float)


@pytest.mark.parametrize("options", OPTIONS, ids=lambda o: o["estimator"])
@given(df=trials(), seed=st.integers(0, 1000))
@settings(max_examples=15, deadline=None)
def test_row_order_changes_no_bit(options, df, seed):
    shuffled = df.sample(frac=1, random_state=seed)
    assert run(df, by="kon", **options) == run(shuffled, by="kon", **options)


@given(df=trials(), seed=st.integers(0, 1000))
@settings(max_examples=15, deadline=None)
def test_row_order_changes_no_bit_of_balance(df, seed):
    options = {"arm": "arm", "covariates": ["x", "y", "kon"], "strata": "s"}
    assert eu.balance(df, **options) == eu.balance(df.sample(frac=1, random_state=seed), **options)


@pytest.mark.parametrize("options", OPTIONS, ids=lambda o: o["estimator"])
@given(df=trials())
@settings(max_examples=10, deadline=None)
def test_polars_is_pandas(options, df):
    assert run(df, by="kon", **options) == run(pl.from_pandas(df), by="kon", **options)


@pytest.mark.parametrize("options", OPTIONS, ids=lambda o: o["estimator"])
@given(df=trials())
@settings(max_examples=10, deadline=None)
def test_names_of_arms_and_strata_do_not_matter(options, df):
    arms, strata = {"FS": "z", "SE": "b", "CM": "a"}, {"a": "9", "b": "3", "d": "7", "e": "1"}
    renamed = df.assign(arm=df["arm"].map(arms), s=df["s"].map(strata))
    keep = ("n_arm", "n_control", "share_arm", "mean_arm", "estimate", "std_error", "df", "p_value", "conf_low")
    ours = numbers(run(df, **options), *keep)
    theirs = numbers(run(renamed, **{**options, "control": "z", "arms": ["z", "b", "a"]}), *keep)
    np.testing.assert_allclose(ours, theirs, rtol=1e-8, atol=1e-10 * np.nanmax(np.abs(df["y"])))


@pytest.mark.parametrize("options", OPTIONS, ids=lambda o: o["estimator"])
@given(df=trials(binary=False), scale=st.sampled_from([1e-3, -2.0, 1e4]), shift=st.sampled_from([0.0, -5.0, 100.0]))
@settings(max_examples=10, deadline=None)
def test_shift_and_scale_of_the_outcome(options, df, scale, shift):
    unit = float(np.nanstd(df["y"]))
    y = df["y"] / unit
    ours = numbers(run(df.assign(y=y), **options), "estimate", "std_error")
    moved = numbers(run(df.assign(y=scale * y + shift), **options), "estimate", "std_error")
    np.testing.assert_allclose(moved[:, 0], scale * ours[:, 0], rtol=1e-6, atol=1e-9 * max(abs(scale), 1) * 100)
    np.testing.assert_allclose(moved[:, 1], abs(scale) * ours[:, 1], rtol=1e-6, atol=1e-9 * max(abs(scale), 1) * 100)


@pytest.mark.parametrize("options", OPTIONS, ids=lambda o: o["estimator"])
@given(df=trials())
@settings(max_examples=10, deadline=None)
def test_estimate_is_the_difference_of_the_adjusted_means_and_turns_with_the_contrast(options, df):
    there = eu.itt(df, outcome="y", arm="arm", control="FS", contrasts=[("SE", "FS")], **options).rows[0]
    back = eu.itt(df, outcome="y", arm="arm", control="FS", contrasts=[("FS", "SE")], **options).rows[0]
    if isinstance(there.estimate, float):
        size = max(1.0, abs(there.mean_arm), abs(there.mean_control))
        assert there.estimate == there.mean_arm - there.mean_control
        assert back.estimate == pytest.approx(-there.estimate, abs=1e-9 * size)
        assert isinstance(back.std_error, float) == isinstance(there.std_error, float)
        if isinstance(there.std_error, float):
            assert back.std_error == pytest.approx(there.std_error, rel=1e-7, abs=1e-9 * size)


@given(df=trials(binary=False))
@settings(max_examples=25, deadline=None)
def test_contrasts_add_up_with_all_arms_weights(df):
    df = df.dropna()
    df = df[df.groupby("s")["arm"].transform("nunique") == 3]
    # With fewer than three persons an arm has no slope of its own, and `lin` leaves the interaction out.
    if len(df) == 0 or df["arm"].value_counts().min() < 3:
        return
    for options in (OPTIONS[0], OPTIONS[1], OPTIONS[4]):
        first, second, between = (r["estimate"] for r in run(df, **options))
        if None not in (first, second, between):
            assert between == pytest.approx(first - second, rel=1e-8, abs=1e-9 * float(df["y"].abs().max()))
