"""Effects handed over as fitted models of statsmodels and linearmodels: the same estimate and the same error."""

from __future__ import annotations

import copy
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import effektutv as eu
from effektutv.errors import ArgumentError


def people(seed=3, n=360):
    g = np.random.default_rng(seed)
    df = pd.DataFrame(
        {
            "site": g.choice(["a", "b", "c", "d"], n),
            "arm": g.choice(["FS", "SE", "CM"], n, p=[0.4, 0.4, 0.2]),
            "age": g.normal(30, 5, n),
            "kon": g.choice(["k", "m"], n),
        }
    )
    df["p"] = df["arm"].map({"FS": 0.4, "SE": 0.4, "CM": 0.2})
    df["y"] = 10 + (df["arm"] == "SE") + 0.2 * df["age"] + g.normal(size=n)
    df["b"] = (df["y"] > df["y"].median()).astype(float)
    df.loc[g.random(n) < 0.1, ["y", "b"]] = np.nan
    return df


HOW = {
    "difference": {},
    "blocked": {"strata": "site"},
    "fe": {"strata": "site", "covariates": ["age"]},
    "fe HC3": {"strata": "site", "vcov": "HC3"},
    "fe classical": {"strata": "site", "vcov": "classical"},
    "lin": {"strata": "site", "covariates": ["age"]},
    "lin HC1": {"covariates": ["age"], "vcov": "HC1"},
    "ipw": {"strata": "site"},
    "ipw known": {"probability": "p"},
}


@pytest.mark.parametrize("name", HOW)
@pytest.mark.parametrize("outcome", ["y", "b"])
def test_the_model_has_the_estimate_and_its_error(name, outcome):
    effects = eu.itt(
        people(), outcome=outcome, arm="arm", control="FS", by="kon", estimator=name.split()[0], **HOW[name]
    )
    for row in effects.rows:
        if row.kind.compares:
            continue
        model = effects.to_statsmodels(arm=row.arm, control=row.control, subgroup=row.subgroup, level=row.level)
        assert model.params["arm"] == pytest.approx(row.estimate, rel=1e-9, abs=1e-12)
        assert model.bse["arm"] == pytest.approx(row.std_error, rel=1e-9)
        assert model.nobs <= row.n_arm + row.n_control


@pytest.mark.parametrize("vcov", ["HC0", "HC1", "classical"])
def test_linearmodels_absorbs_the_strata(vcov):
    how = {"arm": "arm", "control": "FS", "strata": "site", "covariates": ["age"], "estimator": "fe"}
    effects = eu.itt(people(), outcome="y", vcov=vcov, **how)
    for row in effects.rows:
        model = effects.to_linearmodels(arm=row.arm, control=row.control, vcov=vcov)
        assert model.params["arm"] == pytest.approx(row.estimate, rel=1e-9)
        assert model.std_errors["arm"] == pytest.approx(row.std_error, rel=1e-9)


def test_the_logit_model_is_that_behind_the_margin():
    df = people()
    effects = eu.itt(df, outcome="b", arm="arm", control="FS", estimator="logit", vcov="HC0", covariates=["age"])
    row = effects.rows[0]
    model = effects.to_statsmodels(arm=row.arm, control=row.control)
    one, zero = (
        np.column_stack([np.ones(len(df)), np.full(len(df), k), df["age"]]) @ model.params.to_numpy()
        for k in (1.0, 0.0)
    )
    margin = np.mean(1 / (1 + np.exp(-one)) - 1 / (1 + np.exp(-zero)))
    assert row.estimate == pytest.approx(margin, rel=1e-8)
    assert model.cov_type == "HC0"


def test_what_no_model_has_is_refused_and_says_why():
    df = people()
    k = {"outcome": "y", "arm": "arm", "control": "FS"}
    effects = eu.itt(df, strata="site", by="kon", **k)
    with pytest.raises(ArgumentError, match=r"3 rows for .*give outcome, arm, control"):
        effects.to_statsmodels()
    with pytest.raises(ArgumentError, match="no row for arm='XX'"):
        effects.to_statsmodels(arm="XX")
    with pytest.raises(ArgumentError, match="estimator='fe'"):
        effects.to_linearmodels(arm="SE", control="FS")
    with pytest.raises(ArgumentError, match="comparison of levels"):
        effects.to_statsmodels(arm="SE", control="FS", subgroup="kon", level=("k", "m"))
    fe = eu.itt(df, strata="site", estimator="fe", **k)
    with pytest.raises(ArgumentError, match="'HC2', which linearmodels does not have"):
        fe.to_linearmodels(arm="SE", control="FS", vcov="HC2")
    clustered = eu.itt(df, strata="site", estimator="fe", cluster="site", **k)
    with pytest.raises(ArgumentError, match="keep no data"):
        clustered.to_statsmodels(arm="SE", control="FS")
    for other in (copy.copy(effects), replace(effects, notes=())):
        with pytest.raises(ArgumentError, match="hold no data"):
            other.to_statsmodels(arm="SE", control="FS")


def test_a_stratum_with_one_person_in_an_arm_is_no_single_regression():
    df = people()
    df.loc[len(df)] = {"site": "e", "arm": "FS", "age": 30.0, "kon": "k", "p": 0.3, "y": 12.0, "b": 1.0}
    df.loc[len(df)] = {"site": "e", "arm": "SE", "age": 31.0, "kon": "k", "p": 0.3, "y": 13.0, "b": 1.0}
    effects = eu.itt(df, outcome="y", arm="arm", control="FS", strata="site")
    with pytest.raises(ArgumentError, match="one person in an arm"):
        effects.to_statsmodels(arm="SE", control="FS")


def test_the_two_stage_model_has_the_complier_effect():
    df = people().assign(d=lambda x: ((x["arm"] == "SE") & (x["age"] > 28)).astype(int))
    df = df[df["arm"] != "CM"]
    k = {
        "outcome": "y",
        "treatment": "d",
        "assignment": "arm",
        "control": "FS",
        "strata": "site",
        "covariates": ["age"],
    }
    for vcov in ("HC0", "HC1", "classical"):
        effects = eu.cace(df, vcov=vcov, **k)
        model = effects.to_linearmodels(vcov=vcov)
        assert model.params["received"] == pytest.approx(effects.rows[0].estimate, rel=1e-9)
        assert model.std_errors["received"] == pytest.approx(effects.rows[0].std_error, rel=1e-9)
    with pytest.raises(ArgumentError, match="HC2"):
        effects.to_linearmodels(vcov="HC2")
    with pytest.raises(ArgumentError, match="hold no data"):
        copy.copy(effects).to_linearmodels()
