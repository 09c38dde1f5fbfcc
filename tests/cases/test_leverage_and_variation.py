"""Leverage without weight, outcomes that do not vary, ratios by counts, persons fitted exactly, extreme weights."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import effektutv as eu
from effektutv.errors import ArgumentError
from effektutv.results import Unavailable

STILL = Unavailable("no variation in either arm")


@pytest.fixture(scope="module")
def lacking():
    """A trial in which one person of FS lacks a covariate, and the place of that person."""
    g = np.random.default_rng(1)
    n = 600
    d = pd.DataFrame(
        {
            "arm": g.permutation(np.repeat(["FS", "SE", "CM"], 200)),
            "y": g.integers(0, 2, n),
            "age": g.normal(40, 9, n),
        }
    )
    d["id"] = [f"c{i}" for i in range(n)]
    at = np.flatnonzero(d.arm == "FS")[0]
    d.loc[at, "age"] = np.nan
    return d, at


GIVEN = {"outcome": "y", "arm": "arm", "control": "FS", "covariates": ["age"], "contrasts": [("SE", "FS")]}


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({}, 0.0506527158529),
        ({"cluster": "id"}, 0.0506527158529),
        ({"estimator": "fe"}, 0.0505650091838),
        ({"estimator": "fe", "cluster": "id"}, 0.0505650091838),
    ],
)
def test_leverage_1_without_weight_costs_no_error(lacking, options, error):
    """ST18: the limit of HC2 is the sum over the others; the person is counted."""
    row = eu.itt(lacking[0], **GIVEN, **options).rows[0]
    assert row.std_error == pytest.approx(error, rel=1e-11)
    assert "fewer than 5 persons with leverage 1" in row.note
    assert "no weight in the contrast: left out of " in row.note


@pytest.mark.parametrize("options", [{"vcov": "HC3"}, {"estimator": "fe", "vcov": "HC3"}, {"estimator": "fe"}, {}])
def test_the_digits_are_those_of_the_fit_without_the_person(lacking, options):
    """ST18: HC3 and HC2 of the fit without."""
    d, at = lacking
    row, without = (eu.itt(q, **GIVEN, **options).rows[0] for q in (d, d.drop(at)))
    assert (row.estimate, row.std_error, row.df) == pytest.approx(
        (without.estimate, without.std_error, without.df), rel=1e-11
    )
    assert without.note == ""


def test_interactions_ratios_bands_and_drawn_tests_keep_their_numbers(lacking):
    """ST18, ST20: what does not rest on the person keeps its error."""
    d, at = lacking
    g = np.random.default_rng(4)
    d = d.assign(kon=g.choice(["k", "m"], len(d)), two=g.integers(0, 2, len(d)))
    for options in ({}, {"estimator": "fe"}):
        rows, others = (eu.itt(q, **GIVEN, by="kon", **options).rows for q in (d, d.drop(at)))
        for row, other in zip(rows, others, strict=True):
            assert row.std_error == pytest.approx(other.std_error, rel=1e-6)  # centred at other means without
        for row in eu.ratios(d, **GIVEN, **options).rows:
            other = next(r for r in eu.ratios(d.drop(at), **GIVEN, **options).rows if r.measure == row.measure)
            assert row.std_error == pytest.approx(other.std_error, rel=0.01)
    fe = {**GIVEN, "estimator": "fe"}
    assert 0.4 < eu.randomization_test(d, draws=199, **fe).rows[0].p_randomization < 0.7
    profile = {k: v for k, v in fe.items() if k != "outcome"}
    bands = [
        eu.profile(q, outcomes={1: "y", 2: "two"}, name="x", bands="both", draws=999, **profile).bands.rows
        for q in (d, d.drop(at))
    ]
    for row, other in zip(*bands, strict=True):
        assert (row.sim_low, row.sim_high) == pytest.approx((other.sim_low, other.sim_high), rel=1e-9)


@pytest.mark.parametrize(
    "options", [{"estimator": "fe"}, {"estimator": "fe", "vcov": "HC3"}, {"estimator": "fe", "cluster": "id"}]
)
def test_leverage_1_with_weight_has_no_error(options):
    """ST18's other side, trap 3: the only person of an arm carries the contrast."""
    d = pd.DataFrame({"arm": ["t"] + ["c"] * 20, "y": np.arange(21.0) % 4, "id": range(21)})
    d["x"] = np.arange(21) % 3
    if "cluster" in options:
        d = pd.concat([d, d.iloc[:1].assign(id=99, lone=1)], ignore_index=True)
        d["lone"] = d["lone"].fillna(0)
    row = eu.itt(
        d, outcome="y", arm="arm", control="c", covariates=["x", "lone"] if "lone" in d else ["x"], **options
    ).rows[0]
    assert isinstance(row.std_error, Unavailable)
    assert "leverage 1" in row.std_error.reason


def test_who_is_fitted_exactly_contributes_nothing_to_the_logit(lacking):
    """ST19: as without the person, whose prediction is the same under both arms."""
    d, at = lacking
    row, without = (eu.itt(q, **GIVEN, estimator="logit").rows[0] for q in (d, d.drop(at)))
    assert row.estimate == pytest.approx(without.estimate * 599 / 600, rel=1e-9)
    assert row.std_error == pytest.approx(without.std_error * 599 / 600, abs=2e-6)
    assert row.std_error == pytest.approx(0.0505, abs=1e-4)
    assert "fewer than 5 persons whose event covariates or strata tell (fitted exactly)" in row.note


def test_a_rare_level_and_a_combination_of_columns_are_fitted_exactly():
    """ST19: a level without events by itself, and two columns that tell only together, found by the linear programme."""
    g = np.random.default_rng(8)
    n = 300
    d = pd.DataFrame({"arm": g.choice(["t", "c"], n), "y": g.integers(0, 2, n), "a": g.normal(size=n).round(1)})
    d["b"] = d["a"] + np.where(np.arange(n) < 6, np.where(d["y"] == 1, 1.0, -1.0), 0.0)
    given = {"outcome": "y", "arm": "arm", "control": "c", "estimator": "logit"}
    row = eu.itt(d, covariates=["a", "b"], **given).rows[0]
    without = eu.itt(d[6:], covariates=["a"], **given).rows[0]
    assert "6 persons whose event covariates or strata tell" in row.note
    assert row.estimate == pytest.approx(without.estimate * 294 / 300, rel=2e-3)


@pytest.mark.parametrize(("value", "word"), [(1.0, "every"), (0.0, "no")])
def test_the_message_blames_the_arm(value, word):
    """PY08: without covariates and strata there are none to blame."""
    y = np.arange(40.0) % 2
    d = pd.DataFrame({"arm": ["A"] * 20 + ["B"] * 20, "y": np.where(np.arange(40) < 20, y, value)})
    row = eu.itt(d, outcome="y", arm="arm", control="A", estimator="logit").rows[0]
    assert row.estimate.reason.startswith(f"{word} person of arm B has the event")


def test_the_complier_effect_keeps_error_and_set():
    """ST20: the numbers of the fit without the person."""
    g = np.random.default_rng(2)
    n = 400
    d = pd.DataFrame({"z": g.permutation(np.repeat([0, 1], 200)), "age": g.normal(40, 9, n)})
    d["d"] = np.where(d.z == 1, g.random(n) < 0.7, 0).astype(int)
    d["y"] = d.d + g.normal(size=n)
    given = {"outcome": "y", "treatment": "d", "assignment": "z", "control": 0, "covariates": ["age"]}
    row, without = (eu.cace(q, **given).rows[0] for q in (d.assign(age=d.age.where(d.index > 0)), d.drop(0)))
    for name in ("estimate", "std_error", "ar_low", "ar_high", "f_robust"):
        assert getattr(row, name) == pytest.approx(getattr(without, name), rel=1e-10)
    assert row.std_error == pytest.approx(0.1444902875, rel=1e-9)
    assert "left out of HC2" in row.note


def constant(value):
    g = np.random.default_rng(7)
    n = 240
    arm = g.permutation(np.repeat(["FS", "SE"], n // 2))
    return pd.DataFrame({"arm": arm, "site": g.choice(["A", "B", "C"], n), "x": g.normal(size=n), "one": value})


ESTIMATORS = [
    {"estimator": "difference"},
    {"estimator": "blocked", "strata": "site"},
    {"estimator": "fe", "strata": "site"},
    {"estimator": "fe", "strata": "site", "covariates": ["x"]},
    {"estimator": "lin", "strata": "site", "covariates": ["x"]},
    {"estimator": "ipw", "strata": "site"},
    {"estimator": "logit", "strata": "site"},
]


@pytest.mark.parametrize("options", ESTIMATORS)
@pytest.mark.parametrize("value", [0.0, 1.0, 0.1, 0.3, 1e6 + 0.1, -1e-7])
def test_a_constant_outcome_has_an_estimate_of_0_and_a_reason(options, value):
    """ST11: no number from rounding, whatever the estimator."""
    if options["estimator"] == "logit":
        value = float(value > 0)
    d = constant(value)
    given = {"arm": "arm", "control": "FS", **options}
    row = eu.itt(d, outcome="one", **given).rows[0]
    assert (row.estimate, row.mean_arm, row.mean_control) == (0.0, value, value)
    assert row.std_error == row.p_value == row.conf_low == row.df == STILL
    for effect in eu.profile(d.assign(two=value), outcomes={1: "one", 2: "two"}, name="x", **given).effects.rows:
        assert (effect.estimate, effect.p_value) == (0.0, STILL)


@pytest.mark.parametrize("options", ESTIMATORS)
def test_ratios_of_constant_outcomes(options):
    """ST11: 1 where everyone has the event, not defined where nobody has, and no odds in either."""
    given = {"outcome": "one", "arm": "arm", "control": "FS", **options}
    risk, odds = eu.ratios(constant(1), **given).rows[-2:]
    assert (risk.estimate, risk.std_error, risk.p_value, risk.conf_low) == (1.0, STILL, STILL, STILL)
    assert odds.estimate == Unavailable("only events in arm SE: there are no odds")
    for row in eu.ratios(constant(0), **given).rows[-2:]:
        assert row.estimate == Unavailable("no events in arm SE")
        assert row.mean_control == 0.0


@pytest.mark.parametrize("options", ESTIMATORS[:-1])
def test_constant_within_arms_or_strata(options):
    """ST11: where arms differ the difference is a number without an error; within strata it is 0."""
    d = constant(0.1)
    d["one"] = np.where(d["arm"] == "SE", 0.3, 0.1)
    row = eu.itt(d, outcome="one", arm="arm", control="FS", **options).rows[0]
    assert (row.mean_arm, row.mean_control, row.std_error) == (0.3, 0.1, STILL)
    d["one"] = d["site"].map({"A": 0.1, "B": 0.7, "C": 1e6 + 0.1})
    row = eu.itt(d, outcome="one", arm="arm", control="FS", **options).rows[0]
    if options["estimator"] in ("blocked", "fe", "lin"):
        assert (row.estimate, row.p_value) == (0.0, STILL)
    elif options["estimator"] == "ipw":
        assert row.estimate == 0.0


def test_a_small_variation_far_from_0_is_variation():
    """ST11's other side: 1e-9 of an outcome's size is not rounding."""
    d = constant(1e6)
    d["one"] += 1e-3 * d["x"]
    row = eu.itt(d, outcome="one", arm="arm", control="FS").rows[0]
    plain = eu.itt(d, outcome="x", arm="arm", control="FS").rows[0]
    assert row.std_error == pytest.approx(1e-3 * plain.std_error, rel=1e-5)


def test_levels_compliers_and_lee_without_variation():
    """ST11: levels and their interaction, the complier effect, Lee's bounds."""
    d = constant(0.1).assign(
        z=lambda q: (q["arm"] == "SE").astype(int), got=lambda q: (q["arm"] == "SE") * (q["x"] > 0) * 1
    )
    for row in eu.itt(d, outcome="one", arm="arm", control="FS", by="site", estimator="fe").rows:
        assert row.p_value == STILL or isinstance(row.p_value, Unavailable)
    row = eu.cace(d, outcome="one", treatment="got", assignment="z", control=0, strata="site").rows[0]
    assert (row.estimate, row.intention_to_treat) == (0.0, 0.0)
    assert row.std_error == row.ar_low == row.ar_high == STILL


def test_ratios_need_events_by_count():
    """ST17: no event in FS is no ratio, whatever the adjusted mean, and that mean is 0."""
    n = 600
    g = np.random.default_rng(0)
    d = pd.DataFrame({"arm": np.repeat(["FS", "SE", "CM"], 200), "age": g.normal(40, 10, n)})
    d["s"] = g.integers(0, 4, n).astype(str)
    d["y"] = np.where(d.arm == "FS", 0, (g.random(n) < 0.1).astype(int))
    given = {"outcome": "y", "arm": "arm", "control": "FS", "strata": "s"}
    for options in ({"covariates": ["age"]}, {"estimator": "fe"}, {}, {"estimator": "ipw"}, {"estimator": "logit"}):
        for row in eu.ratios(d, contrasts=[("SE", "FS"), ("CM", "FS")], **given, **options).rows:
            assert row.estimate == row.std_error == row.p_value == Unavailable("no events in arm FS")
    assert eu.ratios(d, covariates=["age"], contrasts=[("CM", "FS")], **given).rows[0].mean_control == 0.0
    flipped = d.assign(y=1 - d.y)
    for options in ({"covariates": ["age"]}, {"estimator": "fe"}, {}, {"estimator": "ipw"}):
        risk, odds = eu.ratios(flipped, contrasts=[("CM", "FS")], **given, **options).rows
        assert isinstance(risk.estimate, float)
        assert odds.estimate == Unavailable("only events in arm FS: there are no odds")
    d.loc[0, "y"] = 1
    risk, odds = eu.ratios(d, contrasts=[("CM", "FS")], **given).rows
    assert isinstance(risk.estimate, float)
    assert isinstance(odds.estimate, float)


def test_one_person_who_stands_for_an_arm():
    """ST14: the largest share and the effective number are said, and weights worth one person have no variance."""
    n = 240
    arm = np.random.default_rng(7).permutation(np.repeat(["FS", "SE"], n // 2))
    y = np.random.default_rng(1).normal(size=n)
    d = pd.DataFrame({"arm": arm, "z": y, "p": np.where(np.arange(n) == 0, 1e-12, 0.5)})
    given = {"outcome": "z", "arm": "arm", "control": "FS", "estimator": "ipw", "probability": "p"}
    row = eu.itt(d, **given).rows[0]
    assert "one person holds 100 per cent of the weight, effective number of persons 1.0" in row.note
    assert "fewer than 2 persons" in row.std_error.reason
    milder = eu.itt(d.assign(p=d.p.where(d.p > 0.1, 0.02)), **given).rows[0]
    share = 50 / (50 + 2 * ((d.arm == d.arm[0]).sum() - 1))
    assert f"one person holds {100 * share:.0f} per cent" in milder.note
    assert isinstance(milder.std_error, float)
    assert "one person holds" not in eu.itt(d.assign(p=0.3), **given).rows[0].note
    for p in (0.0, 1.0, 1.2, -0.1):
        with pytest.raises(ArgumentError, match="above 0 and below 1"):
            eu.itt(d.assign(p=p), **given)
