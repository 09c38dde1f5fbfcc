"""randomization_test and adjust, used rightly and wrongly, and against every assignment of small trials."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pandas as pd
import polars as pl
import pytest
from enumerated import all_statistics, spec

import effektutv as eu
from effektutv.api import randomization_test
from effektutv.estimators.randomization.mechanism import stratified
from effektutv.results import Unavailable, kept

BASE = {"arm": "arm", "control": "FS"}
DRAWS = 20_000


@pytest.fixture(scope="module")
def df():
    rng = np.random.default_rng(3)
    n = 240
    df = pd.DataFrame(
        {
            "arm": rng.choice(["FS", "SE", "CM"], n, p=[0.45, 0.3, 0.25]),
            "s": rng.integers(0, 6, n),
            "kon": rng.choice(["k", "m"], n),
            "x": rng.normal(size=n),
            "e": rng.integers(0, 2, n),
        }
    )
    df["y"] = rng.normal(size=n) + 0.6 * (df["arm"] == "SE")
    df["block"] = df["s"] * 10 + rng.integers(0, 3, n)
    return df


def small(seed: int, binary: bool):
    """Three strata of 4 or 5 persons in two arms, at least two of each arm in all but the last."""
    rng = np.random.default_rng(seed)
    stratum = np.repeat([0, 1, 2], [5, 4, 4])
    treated = np.concatenate([rng.permutation(t) for t in ([1, 1, 0, 0, 0], [1, 1, 0, 0], [1, 1, 0, 0])])
    y = rng.integers(0, 2, 13).astype(float) if binary else np.round(rng.normal(size=13), 1)
    return treated, stratum, y


def table(treated, stratum, y) -> pd.DataFrame:
    return pd.DataFrame({"arm": np.where(treated == 1, "SE", "FS"), "s": stratum, "y": y})


@pytest.mark.parametrize("studentize", [True, False])
@pytest.mark.parametrize("binary", [False, True])
@pytest.mark.parametrize("estimator", ["difference", "blocked", "fe"])
@pytest.mark.parametrize("seed", [1, 2])
def test_monte_carlo_against_every_assignment(estimator, binary, studentize, seed):
    treated, stratum, y = small(seed, binary)
    every = all_statistics(treated, stratum, y, spec(estimator), studentize=studentize)
    if binary and studentize:  # an assignment without variation in either arm: 0/0 is 0, else beyond any
        deviation = all_statistics(treated, stratum, y, spec(estimator), studentize=False)
        every = np.where(np.isfinite(every), every, np.where(np.abs(deviation) > 1e-12, np.inf, 0.0))
    for alternative in ("two-sided", "greater", "less"):
        row = eu.randomization_test(
            table(treated, stratum, y),
            outcome="y",
            strata="s",
            estimator=estimator,
            studentize=studentize,
            alternative=alternative,
            draws=DRAWS,
            level=None,
            **BASE,
        ).rows[0]
        observed = row.statistic if studentize else row.statistic * row.null_sd
        share = {
            "two-sided": np.mean(np.abs(every) >= abs(observed) - 1e-9),
            "greater": np.mean(every >= observed - 1e-9),
            "less": np.mean(every <= observed + 1e-9),
        }[alternative]
        assert row.p_randomization == pytest.approx(share, abs=4.5 * np.sqrt(share * (1 - share) / DRAWS) + 2 / DRAWS)
        assert row.mc_error == pytest.approx(np.sqrt(share * (1 - share) / DRAWS), abs=1e-3)
    if not studentize:
        assert row.null_sd == pytest.approx(every.std(), rel=1e-9)


@pytest.mark.parametrize("estimator", ["difference", "fe"])
@pytest.mark.parametrize("seed", range(6))
def test_exact_against_every_assignment(estimator, seed):
    treated, stratum, y = small(seed, binary=True)
    every = all_statistics(treated, stratum, y, spec(estimator), studentize=False)
    row = eu.randomization_test(
        table(treated, stratum, y), outcome="y", strata="s", estimator=estimator, draws="exact", **BASE
    ).rows[0]
    assert row.p_randomization == pytest.approx(np.mean(np.abs(every) >= abs(row.statistic) - 1e-9), rel=1e-12)
    assert row.null_sd == pytest.approx(every.std(), rel=1e-9, abs=1e-12)
    assert (row.mc_error, row.draws, row.studentized) == (0.0, 0, False)
    assert "exact" in row.method
    assert "distance" in row.method


@pytest.mark.parametrize("estimator", ["blocked", "fe", "difference"])
def test_interval_ends_are_where_the_test_turns(df, estimator):
    """Take the end from the arm's outcomes and test again: p is about 1 − level there."""
    options = {"strata": "s", "estimator": estimator, "contrasts": [("SE", "FS")], **BASE}
    row = eu.randomization_test(df, outcome="y", **options).rows[0]
    assert row.conf_low < row.estimate < row.conf_high
    for end in (row.conf_low, row.conf_high):
        moved = df.assign(y=df["y"] - end * (df["arm"] == "SE"))
        p = eu.randomization_test(moved, outcome="y", seed=9, level=None, **options).rows[0].p_randomization
        assert p == pytest.approx(0.05, abs=4.5 * np.sqrt(2 * 0.05 * 0.95 / 10_000))
    t_based = eu.itt(df, outcome="y", **options).rows[0]
    assert row.conf_high - row.conf_low == pytest.approx(t_based.conf_high - t_based.conf_low, rel=0.06)


def test_interval_of_a_binary_outcome_says_that_it_is_approximate(df):
    row = eu.randomization_test(df, outcome="e", strata="s", **BASE).rows[0]
    assert isinstance(row.conf_low, float)
    assert "approximate for a 0/1 outcome" in row.method
    assert "hypergeometric" in row.method


def test_the_result_is_tidy(df):
    found = eu.randomization_test(df, outcome=["y", "e"], strata="s", draws=200, **BASE)
    tidy = found.tidy()
    assert len(tidy) == 6
    wanted = ["statistic", "p_randomization", "mc_error", "conf_low", "conf_high", "null_sd", "method", "mechanism"]
    assert set(wanted) <= set(tidy.columns)
    assert (tidy["draws"] == 200).all()
    assert found.seed == 1
    assert tidy["mechanism"].str.contains("inferred from the stratum × arm counts of s").all()
    assert "<table" in found._repr_html_()


def test_polars_is_pandas(df):
    options = {"outcome": "y", "strata": "s", "draws": 500, **BASE}
    assert eu.randomization_test(pl.from_pandas(df), **options) == eu.randomization_test(df, **options)


def test_third_arm_is_held(df):
    """What the third arm's persons have as outcome changes nothing but their stratum's weight."""
    changed = df.assign(y=df["y"].where(df["arm"] != "CM", 1e6))
    options = {"outcome": "y", "strata": "s", "contrasts": [("SE", "FS")], "draws": 500, **BASE}
    one, other = eu.randomization_test(df, **options).rows[0], eu.randomization_test(changed, **options).rows[0]
    assert one == other


def test_declared_blocks_are_kept_in_every_draw(df):
    """In blocks of two, one of each arm, exactly 2^pairs assignments are possible: the p-value shows it."""
    pairs = pd.DataFrame({"arm": ["SE", "FS"] * 4, "b": np.repeat(range(4), 2), "y": [1.0, 0, 2, 0, 3, 0, 4, 0]})
    options = {"outcome": "y", "draws": DRAWS, "studentize": False, "level": None, **BASE}
    row = eu.randomization_test(pairs, mechanism=("blocked", "b"), estimator="difference", **options).rows[0]
    assert row.p_randomization == pytest.approx(2 / 16, abs=4.5 * np.sqrt(0.125 * 0.875 / DRAWS))
    assert "blocked, with fixed counts in each block, 4 groups (declared)" in row.mechanism
    free = eu.randomization_test(pairs, estimator="difference", **options).rows[0]
    assert free.p_randomization < 0.06


@pytest.mark.parametrize("mechanism", ["stratified", "bernoulli"])
def test_mechanisms_with_the_same_numbers_are_the_same_test(df, mechanism):
    options = {"outcome": "y", "strata": "s", "draws": 300, **BASE}
    plain = eu.randomization_test(df, **options).rows
    other = eu.randomization_test(df, mechanism=mechanism, **options).rows
    assert [r.p_randomization for r in plain] == [r.p_randomization for r in other]


def test_a_mechanism_object_of_these_rows(df):
    arms = ("FS", "CM", "SE")
    codes = df["arm"].map({a: k for k, a in enumerate(arms)}).to_numpy()
    counts = np.bincount(df["s"] * 3 + codes, minlength=18).reshape(6, 3)
    declared = stratified(arms, df["s"].to_numpy(), counts, origin="the randomisation list")
    row = eu.randomization_test(df, outcome="y", strata="s", draws=100, mechanism=declared, **BASE).rows[0]
    assert "the randomisation list" in row.mechanism
    counts = counts.copy()
    counts[0] = np.roll(counts[0], 1)
    wrong = stratified(arms, df["s"].to_numpy(), counts)
    with pytest.raises(eu.ArgumentError, match=r"^mechanism: its numbers"):
        eu.randomization_test(df, outcome="y", strata="s", mechanism=wrong, **BASE)
    with pytest.raises(eu.ArgumentError, match=r"^mechanism: it has"):
        eu.randomization_test(df[1:], outcome="y", strata="s", mechanism=declared, **BASE)
    with pytest.raises(eu.ArgumentError, match=r"^mechanism: its arms"):
        eu.randomization_test(df, outcome="y", arm="arm", control="SE", strata="s", mechanism=declared)


WRONG = [
    ({"draws": "many"}, "draws: got 'many'"),
    ({"draws": 0}, "draws: got 0"),
    ({"draws": True}, "draws: got True"),
    ({"draws": "exact", "outcome": "e", "rule": "probability"}, "rule: 'probability' is for estimator"),
    ({"draws": "exact"}, "draws: 'exact' needs a 0/1 outcome"),
    ({"draws": "exact", "estimator": "fe"}, "draws: 'exact' needs a 0/1 outcome"),
    ({"draws": "exact", "estimator": "fe", "outcome": "e", "studentize": True}, "studentize: an exact test"),
    ({"studentize": "yes"}, "studentize: got 'yes'"),
    ({"alternative": "both"}, "alternative: got 'both'"),
    ({"rule": "probability"}, "rule: 'probability' needs"),
    ({"rule": "area"}, "rule: got 'area'"),
    ({"seed": None}, "seed: got None"),
    ({"seed": -1}, "seed: got -1"),
    ({"estimator": "ols"}, "estimator: got 'ols'"),
    ({"mechanism": "random"}, "mechanism: got 'random'"),
    ({"mechanism": "blocked"}, "mechanism: got 'blocked'"),
    ({"mechanism": ("blocked", "nowhere")}, "mechanism: there is no column"),
    ({"mechanism": "stratified", "strata": None}, "mechanism: 'stratified' needs strata"),
    ({"level": 95}, "level: got 95"),
    ({"outcome": "kon"}, "outcome: column 'kon'"),
    ({"control": "X"}, "control: got 'X'"),
]


@pytest.mark.parametrize(("options", "message"), WRONG, ids=lambda v: v if isinstance(v, str) else "")
def test_wrong_use_names_the_argument(df, options, message):
    with pytest.raises(eu.ArgumentError) as error:
        eu.randomization_test(df, **{"outcome": "y", "strata": "s", **BASE, **options})
    assert str(error.value).startswith(message)


def test_what_cannot_be_tested_says_why(df):
    still = df.assign(y=1.0)
    row = eu.randomization_test(still, outcome="y", strata="s", draws=50, **BASE).rows[0]
    assert isinstance(row.p_randomization, Unavailable)
    apart = df.assign(s=df["arm"])
    row = eu.randomization_test(apart, outcome="y", strata="s", draws=50, **BASE).rows[0]
    assert "no stratum has persons of both" in row.p_randomization.reason
    few = eu.randomization_test(df, outcome="y", strata="s", draws=10, **BASE).rows[0]
    assert "too few" in few.conf_low.reason


def test_drift_of_the_ratio_over_periods():
    rng = np.random.default_rng(8)
    df = pd.DataFrame({"s": rng.integers(0, 4, 600), "half": rng.choice(["2014b", "2015a", "2015b"], 600)})
    late = (df["half"] == "2015b").to_numpy()
    df["arm"] = np.where(rng.random(600) < np.where(late, 0.6, 0.3), "SE", "FS")
    found = randomization_test.arm_drift(df, arm="arm", strata="s", period="half", draws=300)
    assert found.p_redrawn == pytest.approx(1 / 301)
    assert found == randomization_test.arm_drift(df.sample(frac=1), arm="arm", strata="s", period="half", draws=300)
    early = randomization_test.arm_drift(df[~late], arm="arm", strata="s", period="half", draws=300)
    assert early.p_redrawn > 0.01
    with pytest.raises(eu.ArgumentError, match=r"^period: column 'half' is missing for fewer than 5 persons"):
        randomization_test.arm_drift(
            df.assign(half=df["half"].where(df.index > 0)), arm="arm", strata="s", period="half"
        )


# ------------------------------------------------------------------------------------------------------------ families


@pytest.fixture(scope="module")
def effects(df):
    return eu.itt(df, outcome=["y", "x", "e"], strata="s", contrasts=[("SE", "FS")], **BASE)


def test_holm_is_the_default_and_needs_no_arrays(effects):
    for given in (effects, pickle.loads(pickle.dumps(effects))):
        found = eu.adjust(given, family="secondary")
        p = np.sort([r.p_value for r in effects.rows])
        assert sorted(r.p_adjusted for r in found.rows)[0] == pytest.approx(3 * p[0])
        assert {r.family for r in found.rows} == {"secondary"}
    named = eu.adjust(effects, rows=lambda r: r.outcome != "x")
    assert [r.family for r in named.rows] == ["holm, 2 tests", "", "holm, 2 tests"]
    assert isinstance(named.rows[1].p_adjusted, Unavailable)


@pytest.mark.parametrize("method", ["westfall-young", "romano-wolf"])
def test_drawn_families_lie_between_raw_and_bonferroni(effects, method):
    found = eu.adjust(effects, method=method, draws=4000)
    for row in found.rows:
        assert row.p_value - 0.03 < row.p_adjusted < 3 * row.p_value + 0.03
        assert row.family == f"{method}, 3 tests"
    assert any("4000 draws" in note for note in found.notes)
    assert (method == "westfall-young") == isinstance(found.rows[0].p_randomization, float)


def test_arrays_stay_within_the_process(effects):
    assert kept(effects) is not None
    again = pickle.loads(pickle.dumps(effects))
    assert again == effects
    assert kept(again) is None
    assert kept(copy.copy(effects)) is None
    assert kept(copy.deepcopy(effects)) is None
    assert len(pickle.dumps(effects)) < 4000
    assert "_source" not in repr(effects)
    assert not any("source" in c for c in effects.tidy().columns)
    with pytest.raises(eu.ArgumentError, match=r"needs the arrays behind the effects.*holm"):
        eu.adjust(again, method="westfall-young")


def test_adjusted_effects_can_be_adjusted_again(effects):
    """By rows: two families in one table, each in its own call."""
    first = eu.adjust(effects, method="westfall-young", draws=200, rows=lambda r: r.outcome == "y", family="primary")
    both = eu.adjust(first, method="westfall-young", draws=200, rows=lambda r: r.outcome != "y", family="secondary")
    assert [r.family for r in both.rows] == ["primary", "secondary", "secondary"]


def test_subgroups_and_interactions_are_drawn_with_everyone(df):
    missing = df.assign(x=df["x"].where(np.arange(len(df)) % 7 > 0))
    effects = eu.itt(missing, outcome=["y", "x"], strata="s", by="kon", contrasts=[("SE", "FS")], **BASE)
    found = eu.adjust(effects, method="westfall-young", draws=3000)
    assert [r.level for r in found.rows] == ["", "k", "m", ("k", "m")] * 2
    for row in found.rows:
        assert row.p_randomization == pytest.approx(row.p_value, abs=0.05)
        assert row.p_adjusted >= row.p_randomization
    assert any("interactions: asymptotic" in note for note in found.notes)
    only = eu.adjust(effects, method="westfall-young", draws=300, rows=lambda r: r.kind == "interaction")
    assert sum(isinstance(r.p_adjusted, float) for r in only.rows) == 2


def test_three_contrasts_of_one_outcome_by_closure(df):
    effects = eu.itt(df, outcome="y", strata="s", **BASE)
    found = eu.adjust(effects, method="westfall-young", draws=3000)
    raw, adjusted = ([getattr(r, n) for r in found.rows] for n in ("p_randomization", "p_adjusted"))
    overall = min(adjusted)
    assert adjusted == [max(p, overall) for p in raw]
    assert any("closure" in note for note in found.notes)


def test_nine_draws_are_enough_for_nine_tenths():
    df = pd.DataFrame({"arm": ["FS", "SE"] * 20, "y": np.arange(40.0)})
    few = {
        draws: eu.randomization_test(df, outcome="y", draws=draws, level=0.9, **BASE).rows[0].conf_low
        for draws in (8, 9)
    }
    assert few[8] == Unavailable("8 draws are too few for coverage 0.9")
    assert isinstance(few[9], float)


ODD = [
    (lambda e, df: eu.adjust([e]), "effects: got list"),
    (lambda e, df: eu.adjust(e, method="bonferroni"), "method: got 'bonferroni'"),
    (lambda e, df: eu.adjust(e, rows=lambda r: False), "rows: no row"),
    (
        lambda e, df: eu.adjust(e, method="romano-wolf", draws="exact"),
        "draws: got 'exact'; give a whole number of at least 1",
    ),
    (
        lambda e, df: eu.adjust(eu.itt(df, outcome=["y", "x"], strata="s", **BASE), method="westfall-young"),
        "rows: draws of the assignment correct",
    ),
    (
        lambda e, df: eu.adjust(
            eu.itt(df, outcome="y", estimator="fe", strata="s", cluster="block", **BASE), method="westfall-young"
        ),
        "method: clustered (CR2) variances are not drawn again",
    ),
    (
        lambda e, df: eu.adjust(
            eu.itt(df, outcome="y", by="s", contrasts=[("SE", "FS")], **BASE), method="westfall-young"
        ),
        "rows: the interaction of 's' is a joint test",
    ),
]


@pytest.mark.parametrize(("call", "message"), ODD, ids=lambda v: v if isinstance(v, str) else "")
def test_families_used_wrongly(effects, df, call, message):
    with pytest.raises(eu.ArgumentError) as error:
        call(effects, df)
    assert str(error.value).startswith(message)
