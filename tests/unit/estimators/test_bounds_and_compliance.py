"""Bounds, response weights and complier effects at their edges and against hand-made examples."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import effektutv as eu
from effektutv.api.missing_outcomes import response_weighted, worst_case_bounds
from effektutv.estimators.missing.bounds import imbens_manski, kept_mean
from effektutv.results import Unavailable

LEE = {"outcome": "y", "arm": "arm", "control": "c"}


def survey(arm: list[float], control: list[float], n_arm: int, n_control: int) -> pd.DataFrame:
    """Respondents' outcomes in both arms, the rest missing."""
    y = [*arm, *[np.nan] * (n_arm - len(arm)), *control, *[np.nan] * (n_control - len(control))]
    return pd.DataFrame({"arm": ["t"] * n_arm + ["c"] * n_control, "y": y})


def test_fractional_trimming_by_hand():
    """Response 4/5 and 3/5: of four respondents 3 stay."""
    row = eu.lee_bounds(survey([1, 2, 3, 10], [0, 1, 2], 5, 5), **LEE).rows[0]
    assert (row.lower, row.upper) == pytest.approx((2 - 1, 5 - 1))
    assert row.trimmed == "t"
    assert row.trimmed_share == pytest.approx(0.25)
    # 4/5 and 1/2: 2.5 of four stay, the third in half
    row = eu.lee_bounds(survey([1, 2, 3, 10], [0, 1], 5, 4), **LEE).rows[0]
    assert row.lower == pytest.approx((1 + 2 + 3 / 2) / 2.5 - 0.5)
    assert row.upper == pytest.approx((10 + 3 + 2 / 2) / 2.5 - 0.5)
    assert kept_mean(np.array([1.0, 2, 3, 10]), 2.5 / 4) == pytest.approx((4.5 / 2.5, 3))


def test_ties_share_the_trimming():
    """A 0/1 outcome: which of the tied is trimmed does not matter, the mass does."""
    row = eu.lee_bounds(survey([0, 0, 1, 1], [0, 1], 4, 4), **LEE).rows[0]
    assert (row.lower, row.upper) == pytest.approx((0 - 0.5, 1 - 0.5))
    row = eu.lee_bounds(survey([0, 0, 0, 1], [0, 1], 4, 4), **LEE).rows[0]
    assert (row.lower, row.upper) == pytest.approx((0 - 0.5, 0.5 - 0.5))


def test_the_control_is_trimmed_where_it_responds_more_and_arms_may_be_swapped():
    df = survey([1, 2, 3, 10, 4], [0, 1, 2], 8, 7)
    there = eu.lee_bounds(df, **LEE).rows[0]
    back = eu.lee_bounds(df, outcome="y", arm="arm", control="t").rows[0]
    assert (back.lower, back.upper) == pytest.approx((-there.upper, -there.lower), abs=1e-14)
    assert back.trimmed == there.trimmed == "t"
    assert (back.conf_low, back.conf_high) == pytest.approx((-there.conf_high, -there.conf_low), abs=1e-12)
    assert (back.std_error_lower, back.std_error_upper) == pytest.approx((there.std_error_upper, there.std_error_lower))


def test_with_full_response_the_bounds_are_the_difference():
    rng = np.random.default_rng(1)
    df = pd.DataFrame({"arm": ["t", "c"] * 40, "y": rng.normal(size=80)})
    row = eu.lee_bounds(df, **LEE).rows[0]
    plain = eu.itt(df, **LEE).rows[0]
    assert row.lower == pytest.approx(row.upper) == pytest.approx(plain.estimate)
    assert row.std_error_lower == pytest.approx(plain.std_error)
    assert row.trimmed == ""
    assert isinstance(row.trimmed_share, Unavailable)
    worst = worst_case_bounds(df, limits=(-9, 9), **LEE).rows[0]
    assert (worst.lower, worst.upper) == pytest.approx((plain.estimate, plain.estimate))


def test_cells_tighten_only_where_response_moves_one_way():
    rng = np.random.default_rng(3)
    n = 4000
    df = pd.DataFrame({"arm": rng.choice(["t", "c"], n), "s": rng.integers(0, 2, n)})
    base = np.where(df["s"] == 0, 0.4, 0.8)
    up = rng.random(n) < base + np.where(df["arm"] == "t", np.where(df["s"] == 0, 0.3, 0.02), 0)
    df["y"] = np.where(up, rng.normal(size=n) + 3 * df["s"], np.nan)
    wide, tight = eu.lee_bounds(df, **LEE).rows[0], eu.lee_bounds(df, tighten="s", **LEE).rows[0]
    assert tight.cells == 2
    assert wide.lower < tight.lower < tight.upper < wide.upper
    both = rng.random(n) < np.where((df["arm"] == "t") == (df["s"] == 0), 0.9, 0.6)
    crossed = eu.lee_bounds(df.assign(y=np.where(both, 1.0 * df["s"], np.nan)), tighten="s", **LEE).rows[0]
    assert crossed.cells == 1
    assert "the direction must be one" in crossed.note
    sparse = df.assign(s=np.where(df.index == 0, 9, df["s"]))
    assert "lack respondents" in eu.lee_bounds(sparse, tighten="s", **LEE).rows[0].note


def test_nobody_or_one_person_observed():
    row = eu.lee_bounds(survey([1, 2], [], 4, 4).assign(x=1), **LEE).rows[0]
    assert isinstance(row.lower, Unavailable)
    row = eu.lee_bounds(survey([1], [2, 3], 4, 4), **LEE).rows[0]
    assert isinstance(row.lower, float)
    assert isinstance(row.std_error_lower, Unavailable)
    assert isinstance(row.conf_low, Unavailable)


def test_imbens_manski_between_one_and_two_sided():
    point = imbens_manski(0.0, 0.0, 1.0, 1.0, 0.95)
    wide = imbens_manski(0.0, 50.0, 1.0, 1.0, 0.95)
    assert point[1] == pytest.approx(1.959964, abs=1e-6)
    assert wide[1] - 50 == pytest.approx(1.644854, abs=1e-6)
    assert isinstance(imbens_manski(0.0, 1.0, 0.0, 0.0, 0.95)[0], Unavailable)


def test_worst_case_by_hand_and_stratified():
    df = survey([1, 0, 1], [0, 1], 4, 4)
    row = worst_case_bounds(df, **LEE).rows[0]
    assert (row.lower, row.upper) == pytest.approx((2 / 4 - 3 / 4, 3 / 4 - 1 / 4))
    assert row.population == "everyone randomised"
    two = pd.concat([df.assign(s=0), df.assign(s=1)])
    assert worst_case_bounds(two, strata="s", **LEE).rows[0].lower == pytest.approx(row.lower)
    assert (row.response_arm, row.response_control) == (0.75, 0.5)


def test_response_stands_beside():
    result = eu.lee_bounds(survey([1, 2, 3, 10], [0, 1, 2], 5, 5), **LEE)
    assert result.response.rows[0].estimate == pytest.approx(0.2)
    assert result.response.rows[0].outcome == "y observed"
    assert list(result.tidy()["method"]) == ["lee"]


@pytest.mark.parametrize(
    ("message", "call"),
    [
        ("observed: fewer than 5 persons count as observed", lambda d: eu.lee_bounds(d, observed="all", **LEE)),
        (
            "observed: column 'z' has values other",
            lambda d: eu.lee_bounds(d.assign(z=d.y.fillna(5)), observed="z", **LEE),
        ),
        ("observed: column 'y' is the outcome, too", lambda d: eu.lee_bounds(d, observed="y", **LEE)),
        ("tighten: part is missing for fewer than 5", lambda d: eu.lee_bounds(d, tighten="part", **LEE)),
        ("limits: 'y' is not 0/1", lambda d: worst_case_bounds(d, **LEE)),
        ("limits: give the outcome's range", lambda d: worst_case_bounds(d, limits=(1, 0), **LEE)),
        ("limits: give the outcome's range", lambda d: worst_case_bounds(d, limits=("a", "b"), **LEE)),
        ("limits: 'y' is outside", lambda d: worst_case_bounds(d, limits=(0, 5), **LEE)),
        ("covariates: name what response depends on", lambda d: response_weighted(d, **LEE)),
    ],
)
def test_wrong_use_of_bounds(message, call):
    df = survey([1, 2, 3, 10], [0, 1, 2], 5, 5)
    df["all"] = 1
    df["part"] = [None] + ["a"] * 9
    with pytest.raises(eu.ArgumentError, match=message) as caught:
        call(df)
    assert "10" not in str(caught.value).replace("10 rows", "")


def test_response_weights_undo_selective_response():
    """Response depends on x, which moves the outcome; arms respond differently. No effect in truth."""
    rng = np.random.default_rng(8)
    n = 20_000
    df = pd.DataFrame({"arm": rng.choice(["t", "c"], n), "x": rng.normal(size=n), "s": rng.integers(0, 2, n)})
    slope = np.where(df["arm"] == "t", 1.0, -1.0)
    seen = rng.random(n) < 1 / (1 + np.exp(-slope * df["x"]))
    df["y"] = np.where(seen, df["x"] + rng.normal(size=n), np.nan)
    assert eu.itt(df, **LEE).rows[0].estimate > 0.5
    row = response_weighted(df, covariates=["x"], strata="s", **LEE).rows[0]
    assert abs(row.estimate) < 4 * row.std_error
    assert row.estimator == "response-weighted"
    assert "worth" in row.note


def test_strata_of_full_and_of_no_response():
    rng = np.random.default_rng(9)
    df = pd.DataFrame({"arm": ["t", "c"] * 150, "s": np.repeat([0, 1, 2], 100), "y": rng.normal(size=300)})
    df.loc[(df["s"] == 1) & (rng.random(300) < 0.4), "y"] = np.nan
    df.loc[df["s"] == 2, "y"] = np.nan
    row = response_weighted(df, strata="s", **LEE).rows[0]
    kept = df[df["s"] < 2]
    means = kept.groupby(["s", "arm"])["y"].mean().unstack()
    assert row.estimate == pytest.approx((means["t"] - means["c"]).mean(), rel=1e-9)
    assert "1 stratum of s without respondents in both arms left out (100 persons)" in row.note


# ------------------------------------------------------------------------------------------------------- compliance


def programmes(n: int = 900, seed: int = 6) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    df = pd.DataFrame({"arm": rng.choice(["FS", "SE", "CM"], n), "s": rng.integers(0, 3, n), "x": rng.normal(size=n)})
    willing = rng.random(n) < 0.7
    df["got_se"] = (willing & (df["arm"] == "SE")).astype(int)
    df["got_cm"] = (willing & (df["arm"] == "CM")).astype(int)
    df["y"] = willing + df["got_se"] + 0.5 * df["got_cm"] + 0.3 * df["x"] + rng.normal(size=n)
    return df


IV = {"outcome": "y", "treatment": {"SE": "got_se", "CM": "got_cm"}, "assignment": "arm", "control": "FS"}


def test_each_arm_against_the_comparison_arm_only():
    result = eu.cace(programmes(6000), strata="s", covariates=["x"], **IV)
    assert [(r.arm, r.control) for r in result.rows] == [("CM", "FS"), ("SE", "FS")]
    for row, truth in zip(result.rows, (0.5, 1.0), strict=True):
        assert row.conf_low < truth < row.conf_high
        assert row.ar_low == pytest.approx(row.conf_low, abs=0.02)
        assert row.f_robust > 100
    assert result.receipt.tidy().shape == (6, 6)


def test_it_is_the_ratio_of_the_two_effects():
    df = programmes()
    row = eu.cace(df, **IV).rows[1]
    pair = df[df["arm"].isin(["SE", "FS"])]
    itt = eu.itt(pair, outcome="y", arm="arm", control="FS").rows[0].estimate
    first = eu.itt(pair, outcome="got_se", arm="arm", control="FS").rows[0]
    assert row.estimate == pytest.approx(itt / first.estimate, rel=1e-12)
    assert row.first_stage_error == pytest.approx(first.std_error, rel=1e-10)
    assert row.intention_to_treat == pytest.approx(itt, rel=1e-12)


def test_crossing_to_a_third_programme_is_refused_beyond_what_is_declared():
    df = programmes()
    rng = np.random.default_rng(1)
    df.loc[(df["arm"] == "SE") & (rng.random(len(df)) < 0.2), "got_cm"] = 1
    rows = {r.arm: r for r in eu.cace(df, **IV).rows}
    assert isinstance(rows["SE"].estimate, Unavailable)
    assert "receipt of CM differs between SE and FS by more than the declared 0.05" in rows["SE"].note
    assert isinstance(rows["CM"].estimate, float)
    assert isinstance({r.arm: r for r in eu.cace(df, tolerance=0.5, **IV).rows}["SE"].estimate, float)


def test_the_comparison_arms_own_programme_is_what_is_compared_with_and_no_crossing():
    df = programmes()
    given = {**IV, "treatment": {**IV["treatment"], "FS": "got_fs"}}
    without = eu.cace(df, **IV).rows
    # whoever does not take the own programme has the comparison arm's: nobody loses anything
    served = df.assign(got_fs=1 - df["got_se"] - df["got_cm"])
    assert eu.cace(served, **given).rows == without
    assert {(r.programme, r.arm) for r in eu.cace(served, **given).receipt.rows} == {
        (p, a) for p in ("FS", "SE", "CM") for a in ("FS", "SE", "CM")
    }
    # only those assigned to it have it, so that three in ten of the other arms have nothing
    lost = eu.cace(df.assign(got_fs=(df["arm"] == "FS").astype(int)), **given)
    for row, same in zip(lost.rows, without, strict=True):
        assert row.estimate == same.estimate
        assert f"neither programme is received more often in {row.arm} than in FS" in row.note
        assert row.note in lost.notes
    many = eu.cace(df.assign(got_fs=(df["arm"] == "FS").astype(int)), tolerance=0.5, **given)
    assert many.rows == without


def test_receipt_is_that_of_everyone_assigned():
    df = programmes()
    df.loc[df.index < 200, "y"] = np.nan
    result = eu.cace(df, **IV)
    assert sum(r.n for r in result.receipt.rows if r.programme == "SE") == 900
    assert result.rows[0].n_arm + result.rows[0].n_control < 900
    assert "200 persons without an observed outcome" in result.notes[0]


def test_weak_and_absent_first_stages():
    df = programmes(400)
    rng = np.random.default_rng(2)
    df["got_se"] = ((rng.random(400) < 0.03) & (df["arm"] == "SE")).astype(int)
    row = eu.cace(df, **IV).rows[1]
    assert row.f_robust < 10
    assert "weak first stage" in row.note
    assert (
        row.ar_low == row.ar_high == Unavailable("the first stage is too weak: the confidence set is not an interval")
    )
    nobody = {r.arm: r for r in eu.cace(df.assign(got_se=0), **IV).rows}["SE"]
    assert isinstance(nobody.estimate, Unavailable)
    assert "does not move receipt" in nobody.estimate.reason


@pytest.mark.parametrize(
    ("message", "options"),
    [
        ("treatment: got one column for 3 arms", {"treatment": "got_se"}),
        ("treatment: receipt of the programme of \\['CM'\\] is not named", {"treatment": {"SE": "got_se"}}),
        ("treatment: \\['XX'\\] are no arms", {"treatment": {"XX": "got_se", "SE": "got_se", "CM": "got_cm"}}),
        ("treatment: column 'x' has values", {"treatment": {"SE": "x", "CM": "got_cm"}}),
        ("treatment: got int", {"treatment": 3}),
        ("tolerance: got 5", {"tolerance": 5}),
        ("cluster: vcov 'CR2' needs", {"vcov": "CR2"}),
    ],
)
def test_wrong_use_of_cace(message, options):
    with pytest.raises(eu.ArgumentError, match=message):
        eu.cace(programmes(), **(IV | options))


def test_linearmodels_agrees():
    """The peer in Python: 2SLS with strata effects and covariates, HC0 and classical."""
    from linearmodels import iv

    df = programmes()
    df = df[df["arm"] != "CM"]
    exog = pd.get_dummies(df["s"], prefix="s").astype(float).join(df["x"])
    z = (df["arm"] == "SE").astype(float).rename("z")
    fit = iv.IV2SLS(df["y"], exog, df["got_se"].astype(float), z)
    given = {**IV, "treatment": "got_se", "strata": "s", "covariates": ["x"]}
    robust = fit.fit(cov_type="robust", debiased=False)
    row = eu.cace(df, vcov="HC0", **given).rows[0]
    assert row.estimate == pytest.approx(float(robust.params["got_se"]), rel=1e-9)
    assert row.std_error == pytest.approx(float(robust.std_errors["got_se"]), rel=1e-9)
    classical = fit.fit(cov_type="unadjusted", debiased=True)
    row = eu.cace(df, vcov="classical", **given).rows[0]
    assert row.std_error == pytest.approx(float(classical.std_errors["got_se"]), rel=1e-9)
