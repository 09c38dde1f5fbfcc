"""Estimators fitted again in every draw: against the ordinary estimator draw by draw, and against every assignment."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from enumerated import assignments

import effektutv as eu
from effektutv.errors import ArgumentError
from effektutv.estimators.design import Design, observe
from effektutv.estimators.effects import fit_contrast
from effektutv.estimators.multiplicity import redraw_regression
from effektutv.estimators.multiplicity.hypothesis import Hypothesis
from effektutv.estimators.multiplicity.redraw_cells import global_statistics, pairwise_statistics
from effektutv.estimators.multiplicity.resample_cells import bootstrap_statistics
from effektutv.estimators.options import parse_spec
from effektutv.estimators.randomization.draws import Subsets, blocks
from effektutv.estimators.randomization.refit import refit
from effektutv.estimators.randomization.refit_inputs import Draw, People, by_arm_probability
from effektutv.estimators.retained_inputs import Source
from effektutv.results import Unavailable, kept

pytestmark = pytest.mark.proof

ARMS = ("FS", "SE", "CM")
BASE = {"arm": "arm", "control": "FS"}


def design_of(n: int, strata: int, covariates: int, seed: int, probability: bool = False) -> Design:
    rng = np.random.default_rng(seed)
    stratum, arm = np.sort(rng.integers(0, strata, n)), rng.integers(0, 3, n)
    X = rng.normal(size=(n, covariates))
    if covariates > 1:
        X[:, 1] = rng.integers(0, 2, n)
    known = rng.dirichlet([3, 3, 3], strata)[stratum, arm] if probability else None
    return Design(arm=arm, stratum=stratum, X=X, arms=ARMS, n_strata=strata, strata="s", probability=known)


def spec_of(estimator: str, vcov: str = "HC2", weights: str = "all", design: Design | None = None):
    known = design is not None and design.probability is not None
    adjusted = design is not None and design.X.shape[1] > 0
    return parse_spec(
        estimator=estimator,
        vcov=vcov,
        weights=weights,
        level=0.95,
        probability=known or None,
        stratified=True,
        adjusted=adjusted,
    )


def ordinary(design: Design, y: np.ndarray, spec, codes: np.ndarray) -> tuple[float, float]:
    known = by_arm_probability(design)
    again = replace(design, arm=codes, probability=None if known is None else known[design.stratum, codes])
    fit = fit_contrast(observe(again, y)[0], spec, 1, 0)
    return tuple(v if isinstance(v, float) else np.nan for v in (fit.estimate, fit.variance))


CASES = [
    *((e, v, 200, 5, 3, "all") for e in ("lin", "fe", "logit") for v in ("HC2", "HC0", "HC1", "HC3", "classical")),
    *((e, "HC2", 200, 5, 0, "all") for e in ("lin", "fe", "logit", "ipw")),
    *((e, "HC2", 60, 8, 2, "all") for e in ("lin", "fe", "logit")),
    *((e, "HC2", 120, 1, 2, "all") for e in ("lin", "fe", "logit")),
    *((e, "HC2", 160, 5, 2, "pair") for e in ("lin", "fe", "logit")),
    *((e, "HC2", 30, 8, 1, "all") for e in ("lin", "fe")),
    ("ipw", "HC2", 60, 8, 0, "pair"),
]


@pytest.mark.parametrize("binary", [False, True])
@pytest.mark.parametrize(("estimator", "vcov", "n", "strata", "covariates", "weights"), CASES)
def test_every_draw_is_the_ordinary_estimator_s(estimator, vcov, n, strata, covariates, weights, binary):
    if estimator == "logit" and not binary:
        binary = True
    _held_together(design_of(n, strata, covariates, 1), spec_of(estimator, vcov, weights), binary)


def test_known_probabilities_that_are_one_in_each_stratum_and_arm():
    design = design_of(200, 5, 0, 2, probability=True)
    for binary in (False, True):
        _held_together(design, spec_of("ipw", design=design), binary)


def _held_together(design: Design, spec, binary: bool, draws: int = 25) -> None:
    rng = np.random.default_rng(3)
    n = design.arm.size
    y = (rng.random(n) < 0.3).astype(float) if binary else rng.normal(size=n) + design.X.sum(axis=1)
    nobody = design.take(np.empty(0, dtype=np.intp))
    people, _ = People.of(design, y, np.ones(n, dtype=bool), nobody)
    strata = [np.flatnonzero(design.stratum == s) for s in np.unique(design.stratum)]
    codes = np.stack([np.concatenate([rng.permutation(design.arm[rows]) for rows in strata]) for _ in range(draws)])
    arm, control = (codes == 1).astype(float), (codes == 0).astype(float)
    counted = np.ones((draws, n)) if spec.weights == "all" else arm + control
    draw = Draw(
        arm=arm,
        control=control,
        everyone=np.ones((1, n)),
        unseen=np.ones((1, 0)),
        size=people.sums(counted),
        pair=(1, 0),
        codes=codes,
        unseen_codes=np.empty((draws, 0), dtype=np.intp),
    )
    found = refit(people, spec, draw)
    theirs = np.array([ordinary(design, y, spec, c) for c in codes]).T
    np.testing.assert_allclose(found[0], theirs[0], rtol=1e-7, atol=1e-10)
    np.testing.assert_allclose(found[1], theirs[1], rtol=1e-7, atol=1e-13)


def test_columns_that_depend_on_each_other_are_left_out_as_the_ordinary_estimator_does():
    """A duplicate, a column of strata, and one that is rarely 1, so that in some draws an arm has none of them."""
    design = design_of(90, 4, 2, 5)
    rare = np.zeros(90)
    rare[[3, 40, 70]] = 1
    X = np.column_stack([design.X, design.X[:, 0], design.stratum == 1, rare])
    for estimator in ("lin", "fe", "logit"):
        _held_together(replace(design, X=X), spec_of(estimator), True, draws=40)


def trial(n: int = 150, seed: int = 3) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    df = pd.DataFrame({"s": rng.integers(0, 4, n), "kon": rng.choice(["k", "m"], n), "x": rng.normal(size=n)})
    df["arm"] = rng.choice(ARMS, n, p=[0.4, 0.35, 0.25])
    df["e"] = (rng.random(n) < 0.3 + 0.2 * (df["x"] > 0) + 0.15 * (df["arm"] == "SE")).astype(float)
    df["y"] = df["x"] + rng.normal(size=n) + 0.4 * (df["arm"] == "SE")
    df.loc[::17, "e"] = np.nan
    return df


OPTIONS = [
    {"estimator": "lin", "covariates": ["x"]},
    {"estimator": "lin"},
    {"estimator": "fe", "covariates": ["x"]},
    {"estimator": "logit", "covariates": ["x"]},
    {"estimator": "ipw"},
]
EACH = pytest.mark.parametrize("options", OPTIONS, ids=lambda o: "-".join(map(str, o.values())))


@EACH
@pytest.mark.parametrize("draws", [10, pytest.param(40, marks=pytest.mark.slow)])
def test_families_draw_by_draw_are_itt_of_the_assignment_drawn(options, draws):
    """Everyone, a level and an interaction; the draws, taken as assignments, go through ``itt``."""
    df = trial()
    given = {"outcome": "e", "strata": "s", "by": "kon", "contrasts": [("SE", "FS")], "arms": ARMS, **BASE, **options}
    effects = eu.itt(df, **given)
    source = kept(effects)
    everyone, men = np.ones(len(df), dtype=bool), (df["kon"] == "m").to_numpy()
    tests = [Hypothesis(outcome="e", contrast=(1, 0), levels=m) for m in ((everyone,), (~men,), (men,), (~men, men))]
    observed, found = pairwise_statistics(source, tests, None, draws, 4)
    assert observed == pytest.approx([r.statistic for r in effects.rows], rel=1e-8)
    drawn = np.concatenate(list(found), axis=1)
    family = redraw_regression._Family(source, tests, source.design.stratum, by_arm=False)
    mine = np.flatnonzero(family.arm < 2)
    treated = (family.arm[mine] == 1).astype(float)
    _, starts, size = np.unique(family.group[mine], return_index=True, return_counts=True)
    chosen = np.add.reduceat(treated, starts).astype(int)
    turned = redraw_regression._turned(np.nan_to_num(family.first[mine]), treated, starts)
    ((rng, some),) = blocks(4, draws)
    members = Subsets(size, size - chosen if turned else chosen).members(rng, some)
    finite = 0
    for b in range(draws):
        arm = df["arm"].to_numpy().copy()
        arm[family.rows[mine]] = np.where(members[b] != turned, "SE", "FS")
        rows = eu.itt(df.assign(arm=arm), **given).rows
        for ours, row in zip(drawn[:, b], rows, strict=True):
            if isinstance(row.statistic, float):
                assert ours == pytest.approx(row.statistic, rel=1e-6, abs=1e-9)
                finite += 1
            else:
                assert np.isinf(ours)
    assert finite > 3.5 * draws


@EACH
def test_bootstrap_draws_are_itt_of_the_resample(options):
    df, draws = trial(), 12
    given = {"outcome": ["e"], "strata": "s", "contrasts": [("CM", "SE")], "arms": ARMS, **BASE, **options}
    effects = eu.itt(df, **given)
    source = kept(effects)
    tests = [Hypothesis(outcome="e", contrast=(2, 1), levels=(np.ones(len(df), dtype=bool),))]
    boot = bootstrap_statistics(source, tests, draws, 8)
    assert boot.observed == pytest.approx([effects.rows[0].statistic], rel=1e-8)
    drawn = np.concatenate(list(boot.statistics), axis=1)[0]
    family = redraw_regression._Family(source, tests, source.design.stratum, by_arm=True)
    cell = family.stratum * 3 + family.arm
    _, starts, size = np.unique(cell, return_index=True, return_counts=True)
    ((rng, some),) = blocks(8, draws, redraw_regression._TASK_BOOTSTRAP)
    picked = [start + rng.integers(n, size=(some, n)) for start, n in zip(starts, size, strict=True)]
    for b in range(draws):
        again = df.iloc[family.rows[np.concatenate([p[b] for p in picked])]].reset_index(drop=True)
        row = eu.itt(again, **given).rows[0]
        assert drawn[b] == pytest.approx((row.estimate - effects.rows[0].estimate) / row.std_error, rel=1e-6)


def test_draws_of_all_arms_keep_the_numbers_and_observe_the_rows():
    df = trial()
    effects = eu.itt(df, outcome="y", strata="s", covariates=["x"], arms=ARMS, **BASE)
    source = kept(effects)
    everyone = np.ones(len(df), dtype=bool)
    tests = [Hypothesis(outcome="y", contrast=c, levels=(everyone,)) for c in ((1, 0), (2, 0), (1, 2))]
    observed, found = global_statistics(source, tests, None, 600, 1)
    assert observed == pytest.approx([r.statistic for r in effects.rows], rel=1e-8)
    drawn = np.concatenate(list(found), axis=1)
    assert drawn.shape == (3, 600)
    assert np.all(np.abs(drawn.mean(axis=1)) < 4.5 / np.sqrt(600) * 1.2)
    assert np.all(np.abs(drawn.std(axis=1) - 1) < 0.2)


def small(seed: int, size: int = 7) -> tuple[np.ndarray, np.ndarray, pd.DataFrame]:
    """Two strata of an odd number of persons in two arms, a covariate."""
    rng = np.random.default_rng(seed)
    stratum = np.repeat([0, 1], size)
    few = [1] * (size // 2) + [0] * (size // 2 + 1)
    treated = np.concatenate([rng.permutation(few), rng.permutation([1 - t for t in few])])
    df = pd.DataFrame({"s": stratum, "x": rng.normal(size=2 * size), "arm": np.where(treated == 1, "SE", "FS")})
    df["y"] = df["x"] + rng.normal(size=2 * size) + 0.8 * treated
    df["e"] = rng.permutation(np.tile([0, 1], size))
    return treated, stratum, df


@pytest.mark.parametrize(
    ("options", "outcome"),
    [
        ({"estimator": "lin", "covariates": ["x"]}, "y"),
        ({"estimator": "fe", "covariates": ["x"]}, "y"),
        ({"estimator": "logit"}, "e"),
        ({"estimator": "ipw"}, "y"),
    ],
    ids=["lin", "fe", "logit", "ipw"],
)
@pytest.mark.parametrize("size", [5, pytest.param(7, marks=pytest.mark.slow)])
def test_p_values_against_every_assignment(options, outcome, size):
    treated, stratum, df = small(3, size)
    draws = 6000 if size == 7 else 1000
    given = {"outcome": outcome, "strata": "s", **BASE, **options}
    every = []
    for arm in assignments(treated, stratum):
        again = df.assign(arm=np.where(arm == 1, "SE", "FS"))
        row = eu.itt(again, **given).rows[0]
        none = np.inf if row.std_error != 0.0 or not isinstance(row.estimate, float) or row.estimate else 0.0
        every.append(row.statistic if isinstance(row.statistic, float) else none)
    every = np.array(every)
    for alternative in ("two-sided", "greater"):
        row = eu.randomization_test(df, draws=draws, level=None, alternative=alternative, **given).rows[0]
        truth = eu.itt(df, **given).rows[0]
        assert row.statistic == pytest.approx(truth.statistic, rel=1e-8)
        assert (row.estimate, row.std_error) == (truth.estimate, pytest.approx(truth.std_error, rel=1e-9))
        signed = np.abs(every) if alternative == "two-sided" else every
        share = np.mean(signed >= (abs(row.statistic) if alternative == "two-sided" else row.statistic) - 1e-9)
        assert row.p_randomization == pytest.approx(share, abs=4.5 * np.sqrt(share * (1 - share) / draws) + 2 / draws)
        assert isinstance(row.conf_low, Unavailable)
        assert "fitted again" in row.method


def test_ipw_by_the_shares_is_blocked_in_every_draw():
    """The estimates are equal; with one number of persons in every cell the statistics order draws alike."""
    df = trial()
    one = eu.randomization_test(df, outcome="y", strata="s", estimator="ipw", draws=2000, **BASE)
    other = eu.randomization_test(df, outcome="y", strata="s", estimator="blocked", draws=2000, **BASE)
    for a, b in zip(one.rows, other.rows, strict=True):
        assert a.estimate == pytest.approx(b.estimate, rel=1e-12)
        assert a.p_randomization == pytest.approx(b.p_randomization, abs=0.06)


def test_lin_without_covariates_is_blocked_with_neyman_s_variance():
    """Two persons in each cell: the same estimate and variance, so the same p-value but for the draws."""
    df = trial(300)
    one = eu.randomization_test(df, outcome="y", strata="s", estimator="lin", draws=4000, **BASE)
    other = eu.randomization_test(df, outcome="y", strata="s", estimator="blocked", draws=4000, **BASE)
    for a, b in zip(one.rows, other.rows, strict=True):
        assert a.statistic == pytest.approx(b.statistic, rel=1e-9)
        error = np.sqrt(a.mc_error**2 + b.mc_error**2)
        assert a.p_randomization == pytest.approx(b.p_randomization, abs=4.5 * error + 1e-3)


@EACH
@pytest.mark.parametrize("method", ["westfall-young", "romano-wolf"])
def test_families_are_corrected_in_one_call(options, method):
    df = trial()
    effects = eu.itt(df, outcome="e", strata="s", by="kon", contrasts=[("SE", "FS")], **BASE, **options)
    found = eu.adjust(effects, method=method, draws=150)
    least = [r.p_randomization if method == "westfall-young" else 1 / 151 for r in found.rows]
    assert all(r.p_adjusted >= p for r, p in zip(found.rows, least, strict=True))
    across = eu.adjust(eu.itt(df, outcome="e", strata="s", **BASE, **options), method=method, draws=150)
    assert all(isinstance(r.p_adjusted, float) for r in across.rows)


def test_a_row_and_a_family_of_one_have_the_same_p():
    df = trial()
    given = {"outcome": "y", "strata": "s", "covariates": ["x"], "contrasts": [("SE", "FS")], **BASE}
    row = eu.randomization_test(df, draws=500, seed=6, **given).rows[0]
    family = eu.adjust(eu.itt(df, **given), method="westfall-young", draws=500, seed=6).rows[0]
    assert row.p_randomization == family.p_randomization


def test_the_distribution_of_a_refitted_statistic():
    found = eu.randomization_test(
        trial(), outcome="y", strata="s", covariates=["x"], draws=300, distribution=11, contrasts=[("SE", "FS")], **BASE
    )
    bins = found.distribution_table().query("kind == 'draws'")
    assert len(bins) == 11
    assert bins["share"].sum() == pytest.approx(1)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"covariates": ["x"], "draws": "exact"}, "draws: 'exact' is not for 'lin'"),
        ({"covariates": ["x"], "studentize": False}, "studentize: False is not for 'lin'"),
        ({"estimator": "logit"}, "outcome: estimator 'logit' needs a 0/1 outcome"),
        ({"covariates": ["x"], "vcov": "CR2"}, "vcov: clustered (CR2) variances are not drawn again"),
        ({"estimator": "ipw", "probability": "own"}, "probability: known probabilities that differ within a stratum"),
        ({"estimator": "blocked", "covariates": ["x"]}, "covariates: estimator 'blocked'"),
    ],
)
def test_what_cannot_be_drawn_again_is_refused(options, message):
    df = trial()
    df["own"] = np.random.default_rng(1).uniform(0.2, 0.4, len(df))
    with pytest.raises(ArgumentError) as error:
        eu.randomization_test(df, **{"outcome": "y", "strata": "s", **BASE, **options})
    assert str(error.value).startswith(message)


def test_clusters_and_probabilities_of_their_own_keep_no_person_s_data():
    df = trial()
    df["own"] = np.random.default_rng(1).uniform(0.2, 0.4, len(df))
    df["provider"] = np.where(df["arm"] == "FS", None, "p" + (df["s"] % 3).astype(str))
    for options in ({"estimator": "fe", "cluster": "provider"}, {"estimator": "ipw", "probability": "own"}):
        effects = eu.itt(df, outcome="y", strata="s", **BASE, **options)
        source = kept(effects)
        assert isinstance(source, Source)
        assert (source.design.arm.size, source.outcomes, source.design.X.size) == (0, {}, 0)
        for method in ("westfall-young", "romano-wolf"):
            with pytest.raises(ArgumentError, match="not drawn again"):
                eu.adjust(effects, method=method)
        assert all(isinstance(r.p_adjusted, float) for r in eu.adjust(effects, method="holm").rows)


def test_how_many_draws_are_fitted_at_once_changes_nothing(monkeypatch):
    given = {"outcome": "e", "strata": "s", "covariates": ["x"], "draws": 200, "contrasts": [("SE", "FS")], **BASE}
    ours = [eu.randomization_test(trial(), estimator=e, **given).rows for e in ("lin", "logit")]
    monkeypatch.setattr(redraw_regression, "_AT_ONCE", 7)
    theirs = [eu.randomization_test(trial(), estimator=e, **given).rows for e in ("lin", "logit")]
    assert ours == theirs
    assert (redraw_regression._PART,) == (256,)
