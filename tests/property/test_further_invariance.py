"""Row order, engine, arm labels and scale change no answer: the questions beyond the mean difference."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import effektutv as eu
from effektutv.api.missing_outcomes import response_weighted, worst_case_bounds
from effektutv.api.pooled_regression import contamination
from effektutv.estimators import balance as balance_module
from effektutv.estimators.power import simulated_power
from effektutv.results import Unavailable

N = 160


def frame(seed: int, n: int = N) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    df = pd.DataFrame({"arm": rng.choice(["a", "b", "c"], n), "s": rng.integers(0, 3, n), "x": rng.normal(size=n)})
    df["x"] = df["x"].round(1)  # ties
    df["y"] = (rng.random(n) < 0.3).astype(float)
    df["v"] = (rng.normal(size=n) + df["x"]).round(1)
    df["w"] = df["v"].where(rng.random(n) < 0.8)
    df["d"] = ((df["arm"] == "b") & (rng.random(n) < 0.8)).astype(int)
    df["f"] = ((df["arm"] == "c") & (rng.random(n) < 0.8)).astype(int)
    df["g"] = rng.integers(0, 12, n).astype(str)
    df.loc[rng.random(n) < 0.2, "g"] = None
    df["t"] = rng.integers(1, 40, n).astype(float)
    df["e"] = rng.integers(0, 3, n)
    df["p"] = np.where(df["s"] == 0, 0.2, 0.4)
    return df


def everything(df, arms=("a", "b", "c")) -> dict:
    """One result of each door."""
    base = {"arm": "arm", "control": arms[0], "arms": list(arms)}
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
            df,
            outcome="v",
            treatment={arms[1]: "d", arms[2]: "f"},
            assignment="arm",
            control=arms[0],
            arms=list(arms),
            covariates=["x"],
        ),
        "times": eu.time_to_event(df, time="t", event="e", tau=20, strata="s", **base),
        "bands": eu.profile(
            df, outcomes={1: "y", 2: "v", 3: "x"}, name="z", strata="s", bands="both", draws=500, **base
        ),
        "contamination": contamination(df, outcome="v", strata="s", **base),
        "balance": eu.balance(df, covariates=["x", "v", "y"], strata="s", draws=600, **base),
    }


#: The rows that a result has, whatever it is.
TABLES = ("rows", "receipt", "response", "risk", "effects", "bands")


def tables(result) -> list[list[dict]]:
    """Every table of a result."""
    parts = [result, *(getattr(result, name) for name in TABLES[1:] if hasattr(result, name))]
    rows = [getattr(part, "rows", part) for part in parts]
    return [[{f.name: getattr(r, f.name) for f in fields(r)} for r in table] for table in rows]


def same_numbers(ours: list[dict], theirs: list[dict], renamed: dict[str, str], what: str) -> None:
    """Rows of the same contrast have the same numbers, to the last digits; a reason stays a reason."""
    names = (
        "arm",
        "control",
        "component",
        "source",
        "outcome",
        "month",
        "time",
        "measure",
        "covariate",
        "level",
        "programme",
    )

    def key(row: dict, new: dict[str, str]) -> tuple:
        return tuple(str(new.get(row[n], row[n])) for n in names if n in row)

    found = {key(row, {}): row for row in theirs}
    assert len(found) == len(theirs) == len(ours), what
    for row in ours:
        other = found[key(row, renamed)]
        for name, value in row.items():
            if isinstance(value, float):
                assert other[name] == pytest.approx(value, rel=1e-7, abs=1e-9), (what, name)
            elif isinstance(value, Unavailable):
                assert isinstance(other[name], Unavailable), (what, name)
            elif isinstance(value, int):
                assert other[name] == value, (what, name)


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


@given(st.integers(0, 10_000))
@settings(max_examples=4, deadline=None)
def test_names_of_arms_and_strata_do_not_matter(seed):
    """Renamed so that arms and strata sort otherwise."""
    df = frame(seed)
    new = {"a": "m", "b": "z", "c": "0"}
    renamed = df.assign(arm=df["arm"].map(new), s=df["s"].map({0: "9", 1: "7", 2: "8"}))
    theirs = everything(renamed, arms=("m", "z", "0"))
    for name, result in everything(df).items():
        for one, other in zip(tables(result), tables(theirs[name]), strict=True):
            same_numbers(one, other, new, name)


@pytest.mark.same_bytes
def test_number_of_threads_changes_nothing():
    """The whole of this file's results, with one thread and with four, to the last bit."""

    def run_with(threads: int) -> str:
        environment = {**os.environ, **{f"{p}_NUM_THREADS": str(threads) for p in ("OMP", "OPENBLAS", "MKL")}}
        program = (
            f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r}); import {Path(__file__).stem} as t\n"
            "for seed in (1, 2):\n    for name, result in t.everything(t.frame(seed, 700)).items(): print(name, result)"
        )
        done = subprocess.run(
            [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
        )
        return done.stdout

    one = run_with(1)
    assert len(one) > 20_000
    assert one == run_with(4)


def test_power_depends_on_nothing_but_its_arguments():
    given = {"n_per_arm": 354, "baseline": [0.1, 0.2, 0.3], "strata": [0.5, 0.3, 0.2]}
    there, back = (
        eu.power(**given).rows[0],
        eu.power(n_per_arm=354, baseline=[0.3, 0.1, 0.2], strata=[0.2, 0.5, 0.3]).rows[0],
    )
    assert back.effect == pytest.approx(there.effect, rel=1e-9), "strata in another order"
    counts = [(10, 12), (20, 9), (14, 14)]
    options = {"baseline": 0.2, "effect": 0.15, "draws": 3000}
    assert simulated_power(counts, seed=3, **options) == simulated_power(counts, seed=3, **options)
    assert simulated_power(counts, seed=3, **options) != simulated_power(counts, seed=4, **options)
    # strata in another order are other draws of the same law
    one, two = (simulated_power(c, seed=3, **options).rows[0] for c in (counts, counts[::-1]))
    assert one.power == pytest.approx(two.power, abs=5 * (one.monte_carlo_error + two.monte_carlo_error))
    up = eu.power(n_per_arm=40, ratio=2.0, baseline=0.2, effect=0.15, power=None).rows[0]
    turned = eu.power(n_per_arm=80, ratio=0.5, baseline=0.35, effect=-0.15, power=None).rows[0]
    assert up.power == pytest.approx(turned.power, rel=1e-9), "arm and control change places"


@pytest.mark.parametrize("chunk", [1, 7, 10_000])
def test_how_many_draws_are_held_at_a_time_changes_nothing(monkeypatch, chunk):
    df = frame(3)
    given = {"arm": "arm", "control": "a", "covariates": ["x", "v", "y"], "strata": "s", "draws": 300}
    there = eu.balance(df, **given)
    monkeypatch.setattr(balance_module, "_CHUNK", chunk)
    assert eu.balance(df, **given) == there


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
