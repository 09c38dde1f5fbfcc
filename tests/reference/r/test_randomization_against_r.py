"""Randomisation tests against R: fisher.test, mantelhaen.test, coin, and base R that counts every assignment.

randomization.json was written by randomization.R from the tables of randomization_cases.py; the fingerprints tie it to
those tables. It is never written again to make a test pass. Exact p-values agree to 1e-9 relative; Monte Carlo ones
within 4.5 standard errors of both sides' draws.
"""

from __future__ import annotations

import json
import sys
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import trials

import effektutv as eu

sys.path.insert(0, str(Path(__file__).parent))
import randomization_cases as cases

SIDES = {"two-sided": "two.sided", "greater": "greater", "less": "less"}


@cache
def reference() -> dict:
    return json.loads((Path(__file__).parent / "randomization.json").read_text())


def key(case) -> str:
    return "/".join(case)


def run(case, **options) -> eu.results.RandomizationRow:
    name, outcome, arm, control, _ = case
    df = cases.table(name)
    df = df[df["arm"].isin([arm, control])]
    return eu.randomization_test(df, outcome=outcome, arm="arm", control=control, **options).rows[0]


def close(ours: object, theirs: float, what: str) -> None:
    assert isinstance(ours, float), f"{what}: {ours!r}"
    assert ours == pytest.approx(theirs, rel=1e-9, abs=1e-300), what


def within_draws(ours: float, theirs: float, *draws: int) -> None:
    p = max(theirs, 1 / min(draws))
    allowed = 4.5 * np.sqrt(p * (1 - p) * sum(1 / b for b in draws)) + sum(2 / b for b in draws)
    assert abs(ours - theirs) <= allowed


@pytest.mark.parametrize("name", sorted(reference()["meta"]["fingerprints"]))
def test_tables_are_those_r_read(name):
    assert trials.fingerprint(cases.table(name)) == reference()["meta"]["fingerprints"][name]


BINARY = pytest.mark.parametrize("case", cases.BINARY, ids=key)


@BINARY
@pytest.mark.parametrize("side", SIDES)
def test_exact_without_strata_is_fishers_test(case, side):
    theirs = reference()["binary"][key(case)]
    row = run(
        case,
        draws="exact",
        estimator="difference",
        alternative=side,
        rule="probability" if side == "two-sided" else "distance",
    )
    close(row.p_randomization, theirs["fisher"][SIDES[side]], side)
    if side == "two-sided":
        by_distance = run(case, draws="exact", estimator="difference").p_randomization
        close(by_distance, theirs["convolution_unstratified"]["distance"], "distance")
        if "coin_exact" in theirs:
            close(by_distance, theirs["coin_exact"], "coin")


@BINARY
@pytest.mark.parametrize("side", SIDES)
def test_exact_with_strata_is_mantel_and_haenszels_test(case, side):
    theirs = reference()["binary"][key(case)]
    options = {"draws": "exact", "estimator": "fe", "strata": case[4], "alternative": side}
    row = run(case, rule="probability" if side == "two-sided" else "distance", **options)
    close(row.p_randomization, theirs["mantelhaen"][SIDES[side]], side)


@BINARY
def test_exact_by_convolution_in_base_r(case):
    theirs = reference()["binary"][key(case)]["convolution"]
    for rule in ("distance", "probability"):
        row = run(case, draws="exact", estimator="fe", strata=case[4], rule=rule)
        close(row.p_randomization, theirs[rule], rule)
    unit = row.null_sd / theirs["sd"]  # of one event
    close(row.statistic, (theirs["events"] - theirs["mean"]) * unit, "distance from the expectation")
    # The plain difference within strata counts the same events: the same test.
    close(
        run(case, draws="exact", estimator="difference", strata=case[4]).p_randomization,
        theirs["distance"],
        "difference",
    )


@BINARY
@pytest.mark.parametrize("estimator", ["difference", "fe"])
def test_draws_come_near_the_exact_value(case, estimator):
    theirs = reference()["binary"][key(case)]
    options = {"strata": case[4]} if estimator == "fe" else {}
    row = run(case, estimator=estimator, studentize=False, draws=100_000, level=None, **options)
    exact = theirs["convolution" if estimator == "fe" else "convolution_unstratified"]["distance"]
    within_draws(row.p_randomization, exact, 100_000)


@pytest.mark.parametrize("case", cases.OTHER, ids=key)
def test_continuous_outcomes_against_coin(case):
    """coin's standardised statistic is the unstudentised one of `fe` (of the difference without strata), to 1e-9."""
    theirs = reference()["other"][key(case)]
    options = {"strata": case[4], "estimator": "fe"} if case[4] else {"estimator": "difference"}
    row = run(case, studentize=False, draws=20_000, level=None, **options)
    close(row.statistic, theirs["statistic"], "statistic")
    within_draws(row.p_randomization, theirs["p"], 20_000, theirs["draws"])


@pytest.mark.parametrize("outcome", ["a", "b"])
@pytest.mark.parametrize("shift", ["-1", "0", "0.5", "1", "2", "3"])
def test_against_every_assignment_counted_in_r(outcome, shift):
    """Of a constant shift, too: what an interval by inversion is made of."""
    theirs = reference()["tiny"][outcome][shift]
    df = cases.tiny_blocked()
    df[outcome] -= float(shift) * (df["arm"] == "t")
    options = {"outcome": outcome, "arm": "arm", "control": "c", "strata": "block", "draws": 50_000, "level": None}
    row = eu.randomization_test(df, **options).rows[0]
    close(row.statistic, theirs["statistic"], "statistic")
    within_draws(row.p_randomization, theirs["studentised"], 50_000)
    plain = eu.randomization_test(df, studentize=False, **options).rows[0]
    within_draws(plain.p_randomization, theirs["plain"], 50_000)
    greater = eu.randomization_test(df, alternative="greater", **options).rows[0]
    within_draws(greater.p_randomization, theirs["greater"], 50_000)


def test_interval_holds_the_shifts_that_r_does_not_reject():
    """At 80 %: R's p-values at −1 and 3 lie below 0.2, those at 0.5 and 1 above (outcome b)."""
    df = cases.tiny_blocked()
    row = eu.randomization_test(df, outcome="b", arm="arm", control="c", strata="block", level=0.8).rows[0]
    for shift, theirs in reference()["tiny"]["b"].items():
        inside = row.conf_low < float(shift) < row.conf_high
        assert inside == (theirs["studentised"] > 0.2), shift
