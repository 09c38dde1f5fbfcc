"""Effects by month, clustered, by logistic regression and by weights, against clubSandwich, sandwich and base R.

profile.json was written by profile.R from the table of profile_trial.py. Everything agrees to 1e-9 relative.
"""

from __future__ import annotations

import json
import sys
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import t

import effektutv as eu
from effektutv.estimators.design import Design, Sample
from effektutv.estimators.options import parse_spec
from effektutv.estimators.regression.cluster_robust import number_clusters
from effektutv.estimators.scores import arm_scores, contrast_scores
from effektutv.estimators.simultaneous_bands import correlation

sys.path.insert(0, str(Path(__file__).parent))
import profile_trial

HERE = Path(__file__).parent

ARMS = ("c", "t", "u")
PAIRS = ("t-c", "u-c", "t-u")
CLUSTERED = ("difference", "fe")


@cache
def reference() -> dict:
    return json.loads((HERE / "profile.json").read_text())


@cache
def profile(estimator: str) -> eu.Profile:
    return eu.profile(
        profile_trial.load(), outcomes={k + 1: f"m{k + 1}" for k in range(profile_trial.MONTHS)}, arm="arm",
        control="c", strata="stratum" if estimator != "difference" else None, name="state", estimator=estimator,
        cluster="provider" if estimator in CLUSTERED else None, bands="both", draws=1000,
    )  # fmt: skip


def scores(estimator: str, curve: str) -> np.ndarray:
    """Every month's scores, by cluster, a column a month."""
    df = profile_trial.load()
    arm = df["arm"].map({k: i for i, k in enumerate(ARMS)}).to_numpy(dtype=np.intp)
    stratum = df["stratum"].str[1:].to_numpy(dtype=np.intp)
    cluster = df["provider"].astype("category").cat.codes.to_numpy(dtype=np.intp)
    clustered = estimator in (*CLUSTERED, "arms")
    codes, n_clusters = number_clusters(cluster if clustered else np.full(len(df), -1))
    columns = []
    for k in range(profile_trial.MONTHS):
        y = df[f"m{k + 1}"].to_numpy(dtype=float)
        seen = ~np.isnan(y)
        design = Design(
            arm=arm[seen], stratum=stratum[seen], X=np.empty((int(seen.sum()), 0)), arms=ARMS, n_strata=5, strata="s",
            cluster=cluster[seen] if clustered else None,
        )  # fmt: skip
        sample = Sample(design=design, y=y[seen], binary=True, unseen=design.take(np.empty(0, dtype=np.intp)))
        if estimator == "arms":
            found = arm_scores(sample, ARMS.index(curve))
        else:
            spec = parse_spec(
                estimator=estimator, vcov=None, weights="all", level=0.95, stratified=True, adjusted=False,
                cluster="provider" if clustered else None,
            )  # fmt: skip
            found = contrast_scores(sample, spec, *(ARMS.index(a) for a in curve.split("-")))
        columns.append(np.bincount(codes[seen], weights=found[: seen.sum()], minlength=n_clusters))
    return np.column_stack(columns)


def test_the_table_is_the_one_r_read():
    assert profile_trial.fingerprint() == reference()["meta"]["sha256"]


@pytest.mark.parametrize("arm", ARMS)
def test_the_arms_own_intervals_are_clustered(arm):
    theirs = reference()["arms"][arm]
    rows = [r for r in profile("difference").rows if r.arm == arm]
    for row, se, df in zip(rows, theirs["se"], theirs["df"], strict=True):
        assert row.std_error == pytest.approx(se, rel=1e-9)
        assert row.conf_high - row.share == pytest.approx(t.ppf(0.975, df) * se, rel=1e-8)


@pytest.mark.parametrize("pair", PAIRS)
@pytest.mark.parametrize("estimator", CLUSTERED)
def test_clustered_effects(estimator, pair):
    theirs = reference()[estimator][pair]
    rows = [r for r in profile(estimator).effects.rows if f"{r.arm}-{r.control}" == pair]
    assert [r.std_error for r in rows] == pytest.approx(theirs["se"], rel=1e-9)
    assert [r.df for r in rows] == pytest.approx(theirs["df"], rel=1e-9)
    assert {r.vcov for r in rows} == {"CR2"}


@pytest.mark.parametrize("pair", PAIRS)
@pytest.mark.parametrize("estimator", ["logit", "ipw"])
def test_logit_and_weights(estimator, pair):
    """R weights strata by the persons seen in the month, so that each month is given those alone."""
    theirs = reference()[estimator][pair]
    rows = []
    for k in range(profile_trial.MONTHS):
        seen = profile_trial.load().dropna(subset=[f"m{k + 1}"])
        options = {"outcome": f"m{k + 1}", "arm": "arm", "control": "c", "strata": "stratum", "estimator": estimator}
        rows += [r for r in eu.itt(seen, **options).rows if f"{r.arm}-{r.control}" == pair]
    assert [r.estimate for r in rows] == pytest.approx(theirs["estimate"], rel=1e-9, abs=1e-12)
    assert [r.std_error for r in rows] == pytest.approx(theirs["se"], rel=1e-9)


@pytest.mark.parametrize(
    ("estimator", "curve"),
    [("arms", k) for k in ARMS] + [(e, p) for e in (*CLUSTERED, "logit", "ipw") for p in PAIRS],
)
def test_scores_give_the_standard_errors_and_correlations(estimator, curve):
    theirs = reference()[estimator][curve]
    S = scores(estimator, curve)
    assert np.sqrt((S**2).sum(axis=0)) == pytest.approx(theirs["se"], rel=1e-9)
    assert np.sqrt((S**2).sum(axis=0)) == pytest.approx(theirs.get("by_score", theirs["se"]), rel=1e-9)
    assert correlation(S) == pytest.approx(np.array(theirs["R"]), rel=1e-9, abs=1e-10)


@pytest.mark.parametrize("estimator", [*CLUSTERED, "logit", "ipw"])
def test_every_contrast_has_a_band(estimator):
    bands = profile(estimator).bands.rows
    assert len(bands) == 3 * profile_trial.MONTHS
    for band, row in zip(bands, profile(estimator).effects.rows, strict=True):
        assert band.month == row.month
        assert 1.96 < band.sim_critical < 3.1
        assert band.sim_low < row.conf_low
        assert band.sim_high > row.conf_high
