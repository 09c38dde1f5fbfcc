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


def study(tmp_path, design):
    label = 'label = { sv = "x", en = "x" }'
    g = np.random.default_rng(2)
    rows = "\n".join(f"{i},{'abc'[i % 3]},{y:.2f},{x:.2f}" for i, (y, x) in enumerate(g.normal(size=(60, 2))))
    (tmp_path / "t.csv").write_text(f"id,arm,y,x\n{rows}\n", encoding="utf-8")
    (tmp_path / "s.toml").write_text(
        f"""study = {{ name = "t", title = {{ sv = "x", en = "x" }} }}
table = {{ path = "t.csv", arm = "arm" }}
arms = [{{ code = "a", control = true, {label} }}, {{ code = "b", {label} }}, {{ code = "c", {label} }}]
outcomes = [{{ name = "y", {label}, column = "y" }}]
covariates = [{{ name = "x", {label}, column = "x", baseline = "before_randomisation" }}]
disclosure = {{ profile = "public_data" }}
design = {{ weights = "pair"{design} }}
""",
        encoding="utf-8",
    )
    return tmp_path / "s.toml"


def test_a_study_file_whose_weights_weigh_nothing_is_refused(tmp_path):
    with pytest.raises(eu.StudyError, match="without strata or covariates nothing is weighted"):
        eu.load(study(tmp_path, ""))


def test_a_study_of_adjusted_estimates_has_its_unadjusted_ones_too(tmp_path):
    trial = eu.load(study(tmp_path, ', covariates = ["x"]'))
    assert isinstance(trial.itt().rows[0].estimate, float)
    df = pd.read_csv(tmp_path / "t.csv")
    by = {
        w: eu.itt(df, outcome="y", arm="arm", control="a", covariates=["x"], weights=w).rows[0].estimate
        for w in ("pair", "all")
    }
    assert trial.adjusted().rows[0].estimate == pytest.approx(by["pair"], rel=1e-12)
    assert abs(by["pair"] - by["all"]) > 1e-6
