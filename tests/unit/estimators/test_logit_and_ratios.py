"""The logit's margin and the ratios at their edges: separation, settled strata, shares of 0 and 1."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import effektutv as eu
from effektutv.estimators.ratios import newcombe, wilson
from effektutv.estimators.regression.logit_margins import Logistic, logistic
from effektutv.results import Unavailable


def trial(n: int = 300, seed: int = 5) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    df = pd.DataFrame({"arm": rng.choice(["FS", "SE", "CM"], n), "s": rng.integers(0, 4, n), "x": rng.normal(size=n)})
    df["y"] = (rng.random(n) < 0.2 + 0.1 * (df["arm"] == "SE") + 0.05 * df["s"]).astype(float)
    return df


def test_without_strata_and_covariates_it_is_the_difference_with_neymans_variance():
    df = trial()
    plain = eu.itt(df, outcome="y", arm="arm", control="FS").rows[0]
    logit = eu.itt(df, outcome="y", arm="arm", control="FS", estimator="logit").rows[0]
    assert logit.estimate == pytest.approx(plain.estimate, abs=1e-12)
    assert logit.std_error == pytest.approx(plain.std_error, rel=1e-10)
    assert logit.df == np.inf
    assert logit.estimate == logit.mean_arm - logit.mean_control


def test_saturated_strata_give_the_stratum_weighted_difference_in_each_stratum():
    df = trial()
    for s, part in df.groupby("s"):
        logit = eu.itt(part, outcome="y", arm="arm", control="FS", estimator="logit").rows[0]
        assert logit.estimate == pytest.approx(eu.itt(part, outcome="y", arm="arm", control="FS").rows[0].estimate), s


def test_contrasts_standardise_to_everyone():
    """Predictions of one arm are for all arms' persons: the three margins share their population."""
    df = trial(2000)
    rows = eu.itt(df, outcome="y", arm="arm", control="FS", strata="s", covariates=["x"], estimator="logit").rows
    cm, se = (r.mean_control for r in rows[:2])
    assert cm == pytest.approx(se, abs=0.01)
    pair = eu.itt(
        df, outcome="y", arm="arm", control="FS", strata="s", covariates=["x"], estimator="logit", weights="pair"
    ).rows
    assert pair[0].estimate != rows[0].estimate


def test_settled_strata_contribute_nothing_and_are_counted():
    df = trial()
    df.loc[df["s"] == 3, "y"] = 0.0
    df.loc[df["s"] == 2, "y"] = 1.0
    rows = eu.itt(df, outcome="y", arm="arm", control="FS", strata="s", estimator="logit").rows
    live = eu.itt(df[df["s"] < 2], outcome="y", arm="arm", control="FS", strata="s", estimator="logit").rows
    share = (df["s"] < 2).mean()
    assert rows[0].estimate == pytest.approx(live[0].estimate * share, rel=1e-9)
    assert rows[0].std_error == pytest.approx(live[0].std_error * share, rel=1e-9)
    assert rows[0].mean_control == pytest.approx(live[0].mean_control * share + (df["s"] == 2).mean(), rel=1e-9)
    assert "2 strata of s with no or only events" in rows[0].note


def test_no_variation_at_all():
    df = trial().assign(y=0.0)
    row = eu.itt(df, outcome="y", arm="arm", control="FS", strata="s", estimator="logit").rows[0]
    assert row.estimate == 0.0
    assert row.std_error == row.p_value == Unavailable("no variation in either arm")


@pytest.mark.parametrize("kind", ["complete", "one arm"])
def test_separation_is_found_and_said(kind):
    df = trial(200)
    if kind == "complete":
        df["x"] = df["y"] * 2 - 1 + 0.1 * df["x"]
    else:
        df.loc[df["arm"] == "SE", "y"] = 0.0
    row = eu.itt(
        df, outcome="y", arm="arm", control="FS", covariates=["x"], estimator="logit", contrasts=[("SE", "FS")]
    ).rows[0]
    assert isinstance(row.estimate, Unavailable)
    assert "no finite solution" in row.estimate.reason


def test_a_category_without_events_is_fitted_exactly_as_a_stratum_without_events_is():
    df = trial(200)
    df["x"] = np.where(df["y"] == 1, 1.0, (df["x"] > 0).astype(float))
    given = {"outcome": "y", "arm": "arm", "control": "FS", "estimator": "logit"}
    ours, strata = eu.itt(df, covariates=["x"], **given).rows, eu.itt(df, strata="x", **given).rows
    for row, other in zip(ours, strata, strict=True):
        assert (row.estimate, row.std_error) == pytest.approx((other.estimate, other.std_error), rel=1e-9)
        assert row.mean_control == pytest.approx(other.mean_control, rel=1e-9)
        assert "whose event covariates or strata tell (fitted exactly) contribute 0 to the effect" in row.note


def test_a_rare_outcome_and_a_wide_covariate_are_no_separation():
    rng = np.random.default_rng(1)
    x = rng.normal(size=5000) * 1e6
    M = np.column_stack([np.ones(5000), x])
    y = (rng.random(5000) < 1 / (1 + np.exp(4 - 2e-6 * x))).astype(float)
    assert isinstance(logistic(M, y), Logistic)


def test_covariates_that_say_the_arm_are_refused_by_name_of_the_problem():
    df = trial().assign(copy=lambda d: (d["arm"] == "SE").astype(float))
    row = eu.itt(
        df, outcome="y", arm="arm", control="FS", covariates=["copy"], estimator="logit", contrasts=[("SE", "FS")]
    ).rows[0]
    assert "cannot be told apart" in row.estimate.reason


def test_logit_by_level_and_interaction():
    df = trial(1200).assign(kon=lambda d: np.where(d["x"] > 0, "k", "m"))
    rows = eu.itt(df, outcome="y", arm="arm", control="FS", strata="s", estimator="logit", by="kon").rows
    one, two, gap = rows[3:6]
    assert gap.kind == "interaction"
    assert gap.df == np.inf
    assert gap.std_error == pytest.approx(np.hypot(one.std_error, two.std_error), rel=0.05)


def test_logit_needs_events():
    df = trial().assign(z=lambda d: d["y"] * 2)
    with pytest.raises(eu.ArgumentError, match="outcome: estimator 'logit' needs a 0/1 outcome"):
        eu.itt(df, outcome="z", arm="arm", control="FS", estimator="logit")
    with pytest.raises(eu.ArgumentError, match="outcome: a ratio needs a 0/1 outcome"):
        eu.ratios(df, outcome="z", arm="arm", control="FS")


def test_ratios_of_estimators_and_their_edges():
    df = trial()
    rows = eu.ratios(df, outcome="y", arm="arm", control="FS").rows
    assert [r.measure for r in rows[:3]] == ["risk difference, Newcombe", "risk ratio", "odds ratio"]
    assert rows[1].estimate == pytest.approx(rows[1].mean_arm / rows[1].mean_control)
    blocked = eu.ratios(df, outcome="y", arm="arm", control="FS", strata="s").rows
    assert [r.measure for r in blocked[:2]] == ["risk ratio", "odds ratio"]
    none = eu.ratios(df.assign(y=df["y"].where(df["arm"] != "FS", 0.0)), outcome="y", arm="arm", control="FS").rows
    assert isinstance(none[1].estimate, Unavailable)
    assert none[1].estimate.reason == "no events in arm FS"
    every = eu.ratios(df.assign(y=df["y"].where(df["arm"] != "FS", 1.0)), outcome="y", arm="arm", control="FS").rows
    assert isinstance(every[2].estimate, Unavailable)
    assert isinstance(every[1].estimate, float)
    assert none[0].conf_low < none[0].estimate < none[0].conf_high


def test_ratios_need_each_means_variance():
    df = pd.DataFrame({"arm": ["t", "c"] * 5, "s": [0, 0, 1, 1, 2, 2, 3, 3, 4, 4], "y": [1, 0, 0, 0, 1, 1, 1, 0, 0, 1]})
    row = eu.ratios(df, outcome="y", arm="arm", control="c", strata="s").rows[0]
    assert isinstance(row.std_error, Unavailable)
    assert "not of each mean" in row.std_error.reason


@pytest.mark.parametrize("estimator", ["fe", "lin", "logit"])
def test_spread_adds_up_to_the_variance_of_the_difference(estimator):
    """V₁ + V₀ − 2C of the two adjusted means is the difference's variance, with strata and covariates, and clustered."""
    from effektutv.estimators.design import Design, Estimator, Spec, Vcov, observe
    from effektutv.estimators.effects import fit_contrast

    df = trial(600)
    design = Design(
        arm=df["arm"].map({"FS": 0, "SE": 1, "CM": 2}).to_numpy(np.intp),
        stratum=df["s"].to_numpy(np.intp),
        X=df[["x"]].to_numpy(),
        arms=("FS", "SE", "CM"),
        n_strata=4,
        strata="s",
        cluster=np.arange(600) // 9 if estimator != "logit" else None,
    )
    sample, _ = observe(design, df["y"].to_numpy())
    for vcov in (Vcov.CLASSICAL, Vcov.HC0, Vcov.HC1, Vcov.HC2, Vcov.HC3, Vcov.CR2):
        if vcov is Vcov.CR2 and estimator == "logit":
            continue
        fit = fit_contrast(sample, Spec(estimator=Estimator(estimator), vcov=vcov), 1, 0, spread=True)
        v1, v0, c = fit.spread
        assert v1 + v0 - 2 * c == pytest.approx(fit.variance, rel=1e-10), vcov


def test_newcombe_and_wilson_as_printed():
    """Newcombe 1998, Table II: 56/70 − 48/80 and 9/10 − 3/10, method 10."""
    assert newcombe((56, 48), (70, 80), 0.95) == pytest.approx((0.0524, 0.3339), abs=5e-5)
    assert newcombe((9, 3), (10, 10), 0.95) == pytest.approx((0.1705, 0.8090), abs=5e-5)
    assert newcombe((0, 0), (10, 20), 0.95) == pytest.approx((-0.1611, 0.2775), abs=5e-5)
    assert wilson(0, 10, 0.95)[0] == 0
    assert wilson(10, 10, 0.95)[1] == 1
