"""Simultaneous bands: critical values where they are known, scores that add up, months left out, order and seed."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.special import ndtri
from scipy.stats import norm

import effektutv as eu
from effektutv.errors import ArgumentError
from effektutv.estimators.design import Design, Sample
from effektutv.estimators.effects import fit_contrast
from effektutv.estimators.options import parse_spec
from effektutv.estimators.scores import arm_scores, contrast_scores
from effektutv.estimators.simultaneous_bands import (
    correlation,
    critical_value,
    half_width,
    rounded_up,
    standard_normals,
)
from effektutv.results import NO_VARIANCE, Unavailable

OPTIONS = {"arm": "arm", "control": "c", "name": "y", "strata": "s"}


def trial(n: int = 300, seed: int = 4, months: int = 25) -> tuple[pd.DataFrame, np.ndarray]:
    rng = np.random.default_rng(seed)
    df = pd.DataFrame({"arm": rng.choice(["c", "t", "u"], n), "s": rng.integers(0, 6, n), "x": rng.normal(size=n)})
    Y = (rng.normal(size=n)[:, None] + rng.normal(size=(n, months)) > 0.8).astype(float)
    return df, Y


@pytest.mark.parametrize("K", [1, 2, 6, 24])
@pytest.mark.parametrize("level", [0.9, 0.95])
def test_independent_months_have_the_known_critical_value(K, level):
    draws = 200_000
    exact = ndtri((1 + level ** (1 / K)) / 2)
    density = 2 * K * norm.pdf(exact) * (2 * norm.cdf(exact) - 1) ** (K - 1)
    error = np.sqrt(level * (1 - level) / draws) / density
    found = critical_value(np.eye(K), standard_normals(1, draws, 24), level)
    assert abs(found - exact) < 4 * error


def test_months_that_move_as_one_have_the_pointwise_critical_value():
    found = critical_value(np.ones((24, 24)), standard_normals(1, 10_000, 24), 0.95)
    assert abs(found - 1.96) < 4 * np.sqrt(0.05 * 0.95 / 10_000) / (2 * norm.pdf(1.96))
    assert found >= ndtri(0.975)
    df, Y = trial()
    same = np.repeat(Y[:, :1], 25, axis=1)
    rows = eu.profile(df, outcomes=(list(range(25)), same), bands="both", **OPTIONS).rows
    assert all(abs(r.sim_critical - 1.96) < 0.08 for r in rows if r.month > 0)


def test_critical_values_are_rounded_up_and_widths_are_the_t_quantile():
    assert rounded_up(2.9701) == 2.98
    assert rounded_up(2.97) == 2.97
    assert half_width(ndtri(0.975), 10.0, 2.0) == pytest.approx(2 * 2.228138851964939, rel=1e-9)


def test_scores_of_zeros_are_independent():
    R = correlation(np.column_stack([np.arange(4.0), np.zeros(4), -np.arange(4.0)]))
    assert R.tolist() == [[1, 0, -1], [0, 1, 0], [-1, 0, 1]]


@pytest.mark.parametrize("singletons", [False, True])
@pytest.mark.parametrize(
    ("estimator", "vcov", "covariate"),
    [
        ("difference", "HC2", False),
        ("blocked", "HC2", False),
        ("fe", "HC2", True),
        ("fe", "HC3", False),
        ("fe", "HC0", True),
        ("lin", "HC2", True),
        ("lin", "HC3", False),
    ],
)
def test_squares_of_scores_add_up_to_the_variance(estimator, vcov, covariate, singletons):
    df, Y = trial(120)
    y = Y[:, 3] + (0.0 if estimator != "lin" else df["x"].to_numpy())
    stratum = df["s"].to_numpy()
    arm = df["arm"].map({"c": 0, "t": 1, "u": 2}).to_numpy()
    if singletons:
        # five strata of one and one, or one and two
        small = np.repeat(np.arange(6, 11), 3)
        stratum, arm = np.concatenate([stratum, small]), np.concatenate([arm, np.tile([0, 1, 1], 5)])
        y = np.concatenate([y, np.random.default_rng(1).normal(size=15)])
    X = np.random.default_rng(2).normal(size=(y.size, 1)) if covariate else np.empty((y.size, 0))
    design = Design(
        arm=arm, stratum=stratum, X=X, arms=("c", "t", "u"), n_strata=int(stratum.max()) + 1, strata="s",
        covariates=("x",) * X.shape[1],
    )  # fmt: skip
    sample = Sample(design=design, y=y, binary=False, unseen=design.take(np.empty(0, dtype=np.intp)))
    for weights in ("all", "pair"):
        spec = parse_spec(
            estimator=estimator, vcov=vcov, weights=weights, level=0.95, stratified=True, adjusted=covariate
        )
        for pair in ((1, 0), (2, 0), (1, 2)):
            variance = fit_contrast(sample, spec, *pair).variance
            if estimator == "lin" and vcov == "HC3" and singletons:
                assert variance.reason.startswith("the sparse form of lin has 'HC2' only")
                continue
            scores = contrast_scores(sample, spec, *pair)
            assert float(scores @ scores) == pytest.approx(variance, rel=1e-9)


def test_scores_of_an_arm_add_up_to_its_variance():
    df, Y = trial(80)
    y, inside = Y[:, 2], (df["arm"] == "t").to_numpy()
    design = Design(
        arm=inside.astype(int), stratum=np.zeros(80, dtype=int), X=np.empty((80, 0)), arms=("c", "t"), n_strata=1
    )
    scores = arm_scores(Sample(design=design, y=y, binary=True, unseen=design.take(np.empty(0, dtype=np.intp))), 1)
    assert float(scores @ scores) == pytest.approx(y[inside].var(ddof=1) / inside.sum(), rel=1e-12)


@pytest.mark.parametrize("estimator", ["difference", "blocked", "fe", "lin"])
def test_bands_hold_the_pointwise_intervals(estimator):
    df, Y = trial()
    Y[:40, 18:] = np.nan
    profile = eu.profile(df, outcomes=(list(range(25)), Y), bands="both", estimator=estimator, **OPTIONS)
    for row in profile.rows:
        if row.month == 0:
            assert isinstance(row.sim_low, Unavailable)
        else:
            assert row.sim_low < row.conf_low < row.conf_high < row.sim_high
            assert row.sim_low + row.sim_high == pytest.approx(2 * row.share)
    effects = {(r.month, r.arm, r.control): r for r in profile.effects.rows}
    assert len(profile.bands.rows) == 25 * 3
    for band in profile.bands.rows:
        row = effects[band.month, band.arm, band.control]
        if band.month > 0:
            assert band.sim_low < row.conf_low < row.conf_high < band.sim_high
            assert 2.3 < band.sim_critical < 3.2


def test_months_without_variance_are_left_out_and_named():
    df, Y = trial()
    Y[:, 1:3] = 0
    Y[(df["arm"] == "t").to_numpy(), 5] = 1
    profile = eu.profile(df, outcomes=(list(range(25)), Y), bands="both", clock="start", **OPTIONS)
    rows = {(r.month, r.arm): r for r in profile.rows}
    assert rows[1, "c"].sim_low == NO_VARIANCE
    assert rows[5, "t"].sim_low == NO_VARIANCE
    assert isinstance(rows[5, "c"].sim_low, float)
    found = profile.without_variance()
    assert found["y start c"] == (1, 2)
    assert found["y start t"] == (1, 2, 5)
    assert found["y start t − c"] == (1, 2)
    assert "y start t: no variance at month 1, 2, 5; left out of the simultaneous band" in profile.notes
    assert profile.notes[0] == "simultaneous bands (sup-t): 10000 draws, seed 1"


def test_a_profile_without_bands_says_nothing_of_them():
    df, Y = trial()
    profile = eu.profile(df, outcomes=(list(range(25)), Y), **OPTIONS)
    assert profile.notes == ()
    assert profile.bands.rows == ()
    assert profile.tidy()["sim_low"].isna().all()


def test_bands_depend_on_the_seed_only():
    df, Y = trial()
    Y[::7, 12:] = np.nan

    def bands(rows: np.ndarray, seed: int = 5):
        p = eu.profile(
            df.iloc[rows], outcomes=(list(range(25)), Y[rows]), bands="both", draws=500, seed=seed, estimator="fe",
            **OPTIONS,
        )  # fmt: skip
        return [(r.sim_low, r.sim_high, r.sim_critical) for r in (*p.rows, *p.bands.rows) if r.month]

    order = np.random.default_rng(1).permutation(len(df))
    assert bands(np.arange(len(df))) == bands(order)
    assert bands(order) != bands(order, seed=6)


@pytest.mark.parametrize("options", [{"estimator": "logit"}, {"estimator": "ipw", "probability": "p"}])
def test_every_estimator_has_bands(options):
    df, Y = trial()
    df = df.assign(p=1 / 3)
    profile = eu.profile(df, outcomes=(list(range(3)), Y[:, :3]), bands="both", **{**OPTIONS, **options})
    assert all(isinstance(b.sim_low, float) for b in profile.bands.rows if b.month)
    assert all(isinstance(r.sim_low, float) for r in profile.rows if r.month)


@pytest.mark.parametrize("clustered", [False, True])
def test_without_shared_clusters_everyone_is_her_own(clustered):
    """A cluster a person changes nothing; one cluster of everyone in an arm leaves no variance."""
    df, Y = trial()
    df = df.assign(own=np.arange(len(df)) if clustered else None, one=df["arm"])
    call = {"outcomes": (list(range(1, 3)), Y[:, 1:3]), "estimator": "difference", "bands": "both", **OPTIONS}
    call.pop("strata", None)
    plain = eu.profile(df, **call)
    if not clustered:
        one = eu.profile(df, cluster="one", **call)
        assert all(isinstance(r.std_error, Unavailable) and isinstance(r.conf_low, Unavailable) for r in one.rows)
        assert all(isinstance(r.sim_low, Unavailable) for r in one.rows)
        assert all(isinstance(b.sim_low, Unavailable) for b in one.bands.rows)
        return
    own = eu.profile(df, cluster="own", **call)
    for r, s in zip(plain.rows, own.rows, strict=True):
        assert (r.std_error, r.conf_low, r.sim_low) == pytest.approx((s.std_error, s.conf_low, s.sim_low), rel=1e-9)
    for a, b in zip(plain.effects.rows, own.effects.rows, strict=True):
        assert (a.estimate, a.std_error) == pytest.approx((b.estimate, b.std_error), rel=1e-9)


@pytest.mark.parametrize(
    ("argument", "value"), [("bands", "simultaneous"), ("draws", 10), ("draws", True), ("seed", -1), ("seed", 0.5)]
)
def test_arguments(argument, value):
    df, Y = trial(60)
    with pytest.raises(ArgumentError, match=f"^{argument}:"):
        eu.profile(df, outcomes=([1], Y[:, :1]), **{"bands": "both", argument: value}, **OPTIONS)
