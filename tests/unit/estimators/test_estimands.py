"""Every result says what it estimates, in the five attributes of ICH E9(R1), and its rows carry what they are dated by."""

from __future__ import annotations

from dataclasses import fields
from html import escape

import numpy as np
import pandas as pd
import pytest

import effektutv as eu
from effektutv.api.compliance import cace
from effektutv.api.missing_outcomes import lee_bounds, worst_case_bounds
from effektutv.api.pooled_regression import contamination, pooled_regression
from effektutv.api.ratios import ratios
from effektutv.api.time_to_event import time_to_event

ARMS = {"arm": "arm", "control": "FS", "arms": ["FS", "SE", "CM"]}
SAID = {"clock": "randomisation", "month": 15, "population": "the consenting", "intercurrent": "the dead: not in work"}


@pytest.fixture(scope="module")
def df() -> pd.DataFrame:
    rng = np.random.default_rng(5)
    n = 240
    out = pd.DataFrame({"arm": rng.choice(["FS", "SE", "CM"], n), "site": rng.choice(["a", "b"], n)})
    out["y"] = rng.integers(0, 2, n).astype(float)
    out["partly"] = np.where(rng.random(n) < 0.2, np.nan, out["y"])
    out["se"] = np.where(out["arm"] == "SE", rng.random(n) < 0.8, 0.0).astype(float)
    out["cm"] = np.where(out["arm"] == "CM", rng.random(n) < 0.7, 0.0).astype(float)
    out["time"] = rng.integers(0, 24, n).astype(float)
    out["event"] = rng.choice([0, 1, 2], n, p=[0.3, 0.5, 0.2])
    return out


def results(df: pd.DataFrame) -> dict[str, object]:
    bounded = {**ARMS, **SAID, "outcome": "partly"}
    strata = {**ARMS, **SAID, "outcome": "y", "strata": "site"}
    compliance = {k: v for k, v in ARMS.items() if k != "arm"} | SAID
    timed = {k: v for k, v in SAID.items() if k != "month"}
    return {
        "ratios": ratios(df, **ARMS, **SAID, outcome="y"),
        "stratified": ratios(df, **strata),
        "lee": lee_bounds(df, **bounded),
        "worst": worst_case_bounds(df, **bounded),
        "cace": cace(df, assignment="arm", treatment={"SE": "se", "CM": "cm"}, outcome="y", **compliance),
        "time": time_to_event(df, time="time", event="event", outcome="work", tau=12, **ARMS, **timed),
        "pooled": pooled_regression(df, **strata),
        "contamination": contamination(df, **strata),
        "itt": eu.itt(df, **ARMS, **SAID, outcome="y"),
    }


def test_every_result_says_what_it_estimates(df):
    for name, found in results(df).items():
        for field in fields(found.estimand):
            assert getattr(found.estimand, field.name), f"{name}: {field.name}"
        assert "the consenting" in found.estimand.population, name
        html = found._repr_html_()
        assert escape(f"summary: {found.estimand.summary}") in html, name
        assert all(row.clock == "randomisation" for row in found.rows), name
        if name != "time":
            assert all(row.month == 15 for row in found.rows), name


def test_the_population_is_the_one_that_each_result_is_for(df):
    found = results(df)
    assert found["lee"].estimand.population.startswith("always-responders")
    assert "principal stratum" in found["lee"].estimand.intercurrent
    assert found["lee"].response.estimand.population == "the consenting"
    assert found["lee"].response.rows[0].month == 15
    assert found["worst"].estimand.population == "the consenting"
    assert found["cace"].estimand.population.startswith("compliers")
    assert found["cace"].estimand.contrast == "SE − FS, CM − FS; the arm's own programme received, against not"
    assert found["cace"].estimand.intercurrent.endswith("the dead: not in work")
    assert found["time"].estimand.summary == "difference in restricted mean time without the event, up to 12"
    assert "competing" in found["time"].estimand.intercurrent
    assert found["time"].rows[0].outcome == found["time"].risk[0].outcome == "work"
    assert found["ratios"].estimand.summary == "difference in proportions, risk ratio and odds ratio"
    assert found["stratified"].estimand.summary == "risk ratio and odds ratio"
    assert found["contamination"].estimand.summary.startswith("difference in proportions: coefficients")
    assert found["itt"].estimand.contrast == "SE − FS, CM − FS, SE − CM; as assigned"


def test_a_randomisation_test_says_what_it_tests(df):
    found = eu.randomization_test(df, outcome="y", draws=99, seed=1, **ARMS)
    assert found.estimand.summary.startswith("difference in proportions, tested against no effect on anyone")


def test_without_competing_events_none_are_spoken_of(df):
    found = time_to_event(df[df["event"] < 2], time="time", event="event", **ARMS)
    assert "competing" not in found.estimand.intercurrent
    assert found.estimand.intercurrent.startswith("end of follow-up: censoring")


def test_what_is_shown_is_escaped(df):
    shown = eu.itt(df, outcome="y", population="older than 30 & < 65", **ARMS)._repr_html_()
    assert "&amp; &lt; 65" in shown
