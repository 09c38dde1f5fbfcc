"""Ratios, logit, clusters, known weights, bounds, compliance and times against R (clubSandwich, AER, survival, sandwich).

further.json was written by further.R from the tables of further_export.py; fingerprints tie it to those tables, and it is
never written again to make a test pass. Everything agrees to 1e-9 relative, but where a comment says why not.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import further_trials as ft
import numpy as np
import pytest
import trials

import effektutv as eu
from effektutv.api.missing_outcomes import response_weighted, worst_case_bounds

RELATIVE = 1e-9


@cache
def reference() -> dict:
    return json.loads((Path(__file__).parent / "further.json").read_text())


def close(ours: object, theirs: float, what: str, relative: float = RELATIVE) -> None:
    assert isinstance(ours, float | int), f"{what}: {ours!r}"
    assert ours == pytest.approx(theirs, rel=relative, abs=1e-13), what


def each(name: str, analyses: list[dict]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("a", analyses, ids=lambda a: a["key"])


def options(a: dict) -> dict:
    """The arguments that every door takes."""
    return {
        "outcome": a["outcome"],
        "arm": "arm",
        "control": a["control"],
        "contrasts": [(a["arm"], a["control"])],
        "strata": a["strata"] or None,
        "covariates": a["covariates"] or None,
    }


def table(a: dict):
    return ft.load(a["trial"]).dropna(subset=[a["outcome"], *a["covariates"]])


@pytest.mark.parametrize("name", ft.NAMES)
def test_tables_are_those_r_read(name):
    assert trials.fingerprint(ft.load(name)) == reference()["meta"]["fingerprints"][name]


@each("logit", ft.LOGIT)
@pytest.mark.parametrize("vcov", ["classical", "HC0", "HC1", "HC2", "HC3"])
def test_logit_and_its_ratios(a, vcov):
    theirs = reference()["logit"][a["key"]]
    row = eu.itt(table(a), estimator="logit", vcov=vcov, **options(a)).rows[0]
    close(row.mean_arm, theirs["mean_arm"], "mean in the arm")
    close(row.mean_control, theirs["mean_control"], "mean in the control")
    values = theirs["const" if vcov == "classical" else vcov]
    if (
        values["se"] is None
    ):  # leverage 1: a stratum of two whose outcomes differ is fitted by the arm and its own effect
        assert isinstance(row.std_error, eu.Unavailable)
        return
    # the fit stops at a relative change of 1e-15 in the deviance, some 1e-8 in a coefficient whose data say little
    close(row.std_error, values["se"], "standard error", 1e-8)
    assert row.df == np.inf
    assert ("contribute 0" in row.note) == bool(theirs["settled_strata"])
    found = {r.measure: r for r in eu.ratios(table(a), estimator="logit", vcov=vcov, **options(a)).rows}
    for name, short in (("risk ratio", "rr"), ("odds ratio", "or")):
        close(np.log(found[name].estimate), values[f"log_{short}"], name, 1e-8)
        close(found[name].std_error, values[f"se_{short}"], f"{name}, standard error", 1e-8)


@each("logit", ft.LOGIT)
def test_ratios_of_other_estimators(a):
    theirs = reference()["ratios"][a["key"]]
    for name, values in dict(theirs or {}).items():  # R writes an empty list as []
        given = options(a)
        if name != "lin":
            given["covariates"] = None
        used = "difference" if name == "newcombe" else name
        found = {r.measure: r for r in eu.ratios(table(a), estimator=used, **given).rows}
        if name == "newcombe":
            plain = found["risk difference, Newcombe"]
            close(plain.conf_low, values[0], "lower end")
            close(plain.conf_high, values[1], "upper end")
            continue
        for measure, short in (("risk ratio", "rr"), ("odds ratio", "or")):
            close(np.log(found[measure].estimate), values[f"log_{short}"], f"{name} {measure}")
            close(found[measure].std_error, values[f"se_{short}"], f"{name} {measure}, standard error")


@each("cluster", ft.CLUSTER)
def test_clustered_variance(a):
    theirs = reference()["cluster"][a["key"]]
    for estimator in ("difference", "fe", "lin"):
        if estimator not in theirs or (estimator == "difference" and a["strata"]):
            continue
        given = options(a) | ({"strata": None, "covariates": None} if estimator == "difference" else {})
        row = eu.itt(table(a), estimator=estimator, cluster=a["cluster"], **given).rows[0]
        values = theirs[estimator]
        if values["se"] < 1e-9 * abs(values["estimate"]):  # strata are clusters: R's number is the rounding of 0
            assert isinstance(row.std_error, eu.Unavailable)
            continue
        for ours, name in (("estimate", "estimate"), ("std_error", "se"), ("df", "df"), ("statistic", "t")):
            close(getattr(row, ours), values[name], f"{estimator} {name}")
        close(row.p_value, values["p"], f"{estimator} p", 1e-8)
        if estimator == "difference":
            close(row.std_error, theirs["estimatr"]["se"], "estimatr")
            close(row.df, theirs["estimatr"]["df"], "estimatr df")
        assert row.vcov == "CR2"


@each("ipw", ft.IPW)
def test_known_probabilities(a):
    theirs = reference()["ipw"][a["key"]]
    given = options(a) | {"covariates": None}
    runs = [("all", {}), ("pair", {"weights": "pair"}), ("known", {"probability": "p_own", "strata": None})]
    for name, more in runs:
        if name not in theirs:
            continue
        row = eu.itt(table(a), estimator="ipw", dof="residual", **(given | more)).rows[0]
        for ours, value in (("estimate", "estimate"), ("std_error", "se"), ("df", "df"), ("conf_low", "low")):
            close(getattr(row, ours), theirs[name][value], f"{name} {value}")
        close(row.p_value, theirs[name]["p"], f"{name} p", 1e-8)
        if name == "all":
            blocked = eu.itt(table(a), **given).rows[0]
            close(blocked.estimate, row.estimate, "the estimate is the stratum-weighted one")


@each("bounds", ft.BOUNDS)
def test_lee_bounds(a):
    theirs = reference()["bounds"][a["key"]]
    df = ft.load(a["trial"]).dropna(subset=[a["strata"]] if a["strata"] else [])
    given = {k: v for k, v in options(a).items() if k not in ("strata", "covariates")}
    row = eu.lee_bounds(df, tighten=a["strata"] or None, **given).rows[0]
    assert row.cells == theirs["cells"]
    assert ("not tightened" in row.note) == (not theirs["tight"])
    if row.trimmed:
        assert (row.trimmed == a["control"]) == theirs["flip"]
    close(row.response_arm, theirs["response"][0], "response")
    if not theirs["tight"]:
        return  # R's value is of the arms as they are; ours is standardised to the cells, see standardised.R
    for ours, name in (("lower", "lower"), ("upper", "upper"), ("std_error_lower", "se_lower")):
        close(getattr(row, ours), theirs[name], name)
    close(row.std_error_upper, theirs["se_upper"], "se_upper")
    close(row.conf_low, theirs["ci"][0], "interval", 1e-8)  # R's uniroot stops near 1e-9
    close(row.conf_high, theirs["ci"][1], "interval", 1e-8)


@each("bounds", ft.BOUNDS)
def test_worst_case_bounds(a):
    theirs = reference()["bounds"][a["key"]]["worst"]
    df = ft.load(a["trial"]).dropna(subset=[a["strata"]] if a["strata"] else [])
    df = df[df["arm"].isin([a["arm"], a["control"]])]
    given = options(a)
    given.pop("covariates")
    row = worst_case_bounds(df, limits=tuple(theirs["range"]), **given).rows[0]
    for ours, name in (("lower", "lower"), ("upper", "upper"), ("std_error_lower", "se_lower")):
        close(getattr(row, ours), theirs[name], name)
    close(row.std_error_upper, theirs["se_upper"], "se_upper")
    assert row.lower <= row.upper


@each("response", ft.RESPONSE)
def test_response_weights(a):
    theirs = reference()["response"][a["key"]]
    row = response_weighted(ft.load(a["trial"]), **options(a)).rows[0]
    close(row.mean_arm, theirs["mean_arm"], "mean in the arm")
    close(row.mean_control, theirs["mean_control"], "mean in the control")
    close(row.std_error, theirs["se"], "standard error", 1e-7)  # R's derivative is by differences


@each("cace", ft.CACE)
def test_complier_effects(a):
    theirs = reference()["cace"][a["key"]]
    given = {k: v for k, v in options(a).items() if k in ("outcome", "control", "strata", "covariates")}
    df = table(a)

    def run(vcov: str):
        return eu.cace(df, treatment="comply", assignment="arm", vcov=vcov, **given).rows[0]

    row = run("classical")
    close(row.estimate, theirs["estimate"], "estimate")
    close(row.df, theirs["df"], "df")
    close(row.first_stage, theirs["first"], "first stage")
    close(row.intention_to_treat, theirs["itt"], "reduced form")
    close(row.f_classical, theirs["weak"], "weak instruments")
    for name, vcov in (("const", "classical"), ("HC0", "HC0"), ("HC1", "HC1")):
        close(run(vcov).std_error, theirs[name], name)
    robust = run("HC2")
    if theirs["first_se"] is None:
        assert isinstance(robust.std_error, eu.Unavailable)
    else:
        close(robust.first_stage_error, theirs["first_se"], "first stage, HC2")
        for ours, name in (("std_error", "se"), ("df", "df"), ("conf_low", "low"), ("conf_high", "high")):
            close(getattr(robust, ours), theirs["HC2"][name], f"iv_robust {name}")
    close(run("HC1").ar_low, theirs["ar"][0], "Anderson–Rubin", 1e-7)  # found by uniroot
    close(run("HC1").ar_high, theirs["ar"][1], "Anderson–Rubin", 1e-7)


@each("times", ft.TIMES)
def test_times(a):
    theirs = reference()["times"][a["key"]]
    arms = ft.ARMS[a["trial"]]
    df = ft.load(a["trial"])
    given = {"time": a["time"], "event": a["event"], "arm": "arm", "control": arms[0], "arms": arms}
    ours = eu.time_to_event(df, tau=a["tau"], times=a["times"], strata=a["strata"], **given)
    plain = eu.time_to_event(df, tau=a["tau"], times=a["times"], **given)
    # curves and means of these are each arm's own; standardised ones are held against standardised.R
    for k in arms:
        values = theirs[k]
        rows = [r for r in plain.risk if r.arm == k]
        median = dict(plain.medians)[k]
        assert [r.n_risk for r in rows] == values["n_risk"]
        for j, row in enumerate(rows):
            close(row.survival, values["surv"][j], f"{k} survival")
            close(row.incidence, values["inc"][j], f"{k} incidence")
            close(row.incidence_error, values["inc_se"][j], f"{k} incidence, standard error")
            if row.survival < 1:
                close(row.survival_error, values["se"][j], f"{k} standard error")
                close(row.survival_low, values["low"][j], f"{k} lower end")
                close(row.survival_high, values["high"][j], f"{k} upper end")
        if values["median"] is None:
            assert isinstance(median, eu.Unavailable)
        else:
            close(median, values["median"], f"{k} median")
    for result, name in ((plain, "plain"), (ours, "stratified")):
        close(result.log_rank.statistic, theirs[name]["chisq"], f"log-rank, {name}")
        assert [r.observed for r in result.log_rank.rows] == theirs[name]["obs"]
        for r, expected in zip(result.log_rank.rows, theirs[name]["exp"], strict=True):
            close(r.expected, expected, f"expected, {name}")
    for row in ours.rows[: len(arms) - 1]:
        close(row.log_rank, theirs["pairs"][row.arm]["chisq"], f"{row.arm} log-rank")
    for row in plain.rows[: len(arms) - 1]:
        close(row.mean_arm, theirs[row.arm]["rmean"], "restricted mean")
        error = np.hypot(theirs[row.arm]["rmean_se"], theirs[row.control]["rmean_se"])
        close(row.std_error, error, "restricted mean difference, standard error")


def test_minimum_detectable_effects():
    theirs = reference()["mde"]
    for name, given in (
        ("main", {"n_per_arm": 354, "baseline": 0.18}),
        ("third", {"n_per_arm": 354, "baseline": 0.18, "family": 3}),
        ("rare", {"n_per_arm": 1000, "baseline": 0.02}),
    ):
        close(eu.power(**given).rows[0].effect, theirs[name], name)
    assert round(theirs["main"] * 100, 1) == 8.7
    assert round(theirs["third"] * 100, 1) == 10.2
