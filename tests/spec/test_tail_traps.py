"""Trap 7 of METHODS, for everything that has a p-value: far in the tail it is small, never 0, and the number it should be."""

from __future__ import annotations

import ast
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import effektutv as eu
from effektutv.api.missing_outcomes import response_weighted
from effektutv.results import available

N = 1500
BASE = {"arm": "arm", "control": "c"}


def trial() -> pd.DataFrame:
    """Two arms of N in four strata; 0.6 against 0.2 have the event; one level has the effect turned round."""
    rng = np.random.default_rng(0)
    df = pd.DataFrame({"arm": np.repeat(["t", "c"], N), "s": np.resize([0, 1, 2, 3], 2 * N)})
    df["x"], df["kon"] = rng.normal(size=2 * N), rng.choice(["k", "m", "o"], 2 * N)
    df["site"] = [f"g{k}" for k in rng.integers(0, 200, 2 * N)]
    high, low = np.where(df["kon"] == "k", 0.2, 0.7), np.where(df["kon"] == "k", 0.7, 0.2)
    df["y"] = (rng.random(2 * N) < np.where(df["arm"] == "t", high, low)).astype(float)
    df["v"] = 0.7 * (df["arm"] == "t") + rng.normal(size=2 * N)
    df["d"] = ((df["arm"] == "t") & (rng.random(2 * N) < 0.9)).astype(int)
    df["time"] = np.ceil(rng.exponential(np.where(df["arm"] == "t", 9, 20)))
    df["event"] = (df["time"] <= 24).astype(int)
    df["time"] = df["time"].clip(upper=24)
    return df


def held(row) -> None:
    """The p-value is that of its statistic by another library, in the tail and not 0."""
    expected = 2 * (stats.norm.sf(abs(row.statistic)) if row.df == np.inf else stats.t.sf(abs(row.statistic), row.df))
    assert 0 < row.p_value < 1e-20
    assert row.p_value == pytest.approx(expected, rel=1e-7)


@pytest.mark.parametrize(
    "options",
    [
        {"estimator": "difference"},
        {"estimator": "blocked", "strata": "s"},
        {"estimator": "fe", "strata": "s"},
        {"estimator": "lin", "strata": "s", "covariates": ["x"]},
        {"estimator": "ipw", "strata": "s"},
        {"estimator": "fe", "strata": "s", "cluster": "site"},
    ],
    ids=lambda o: "-".join(map(str, (o["estimator"], *o.get("cluster", ""))))[:20],
)
def test_trap_7_effects(options):
    held(eu.itt(trial(), outcome="v", **options, **BASE).rows[0])


def test_trap_7_the_logit_and_ratios():
    df = trial()
    df = df[df["kon"] != "k"]
    held(eu.itt(df, outcome="y", estimator="logit", strata="s", **BASE).rows[0])
    for row in eu.ratios(df, outcome="y", strata="s", **BASE).rows:
        held(row)


def test_trap_7_interactions_and_their_joint_test():
    rows = {
        str(r.kind) if r.kind.compares else r.level: r
        for r in eu.itt(trial(), outcome="y", by="kon", strata="s", **BASE).rows
    }
    joint = rows.pop("joint")
    assert 0 < joint.p_value < 1e-20
    two = trial()
    two = two[two["kon"] != "o"]
    held(next(r for r in eu.itt(two, outcome="y", by="kon", strata="s", **BASE).rows if r.kind == "interaction"))


def test_trap_7_complier_effects_and_weighted_responses():
    df = trial()
    held(eu.cace(df, outcome="v", treatment="d", assignment="arm", control="c", strata="s").rows[0])
    df.loc[::7, "v"] = np.nan
    held(response_weighted(df, outcome="v", strata="s", covariates=["x"], **BASE).rows[0])


def test_trap_7_times():
    result = eu.time_to_event(trial(), time="time", event="event", tau=20, strata="s", **BASE)
    tests = result.log_rank if isinstance(result.log_rank, tuple) else (result.log_rank,)
    for test in tests:
        assert 0 < test.p_value < 1e-20
        assert test.p_value == pytest.approx(stats.chi2.sf(test.statistic, test.df), rel=1e-7)
    row = result.rows[0]
    assert 0 < row.p_value < 1e-20
    assert row.p_value == pytest.approx(2 * stats.norm.sf(abs(row.statistic)), rel=1e-7)


def test_trap_7_balance():
    omnibus = eu.balance(trial(), covariates=["v", "x"], strata="s", **BASE).omnibus
    assert 0 < omnibus.p_value < 1e-20
    assert omnibus.p_value == pytest.approx(stats.chi2.sf(omnibus.statistic, omnibus.df), rel=1e-7)


def test_trap_7_exact_tests():
    """Fisher's, without strata; an independent sum of the same hypergeometric."""
    df = trial()
    df = df[df["kon"] != "k"]
    row = eu.randomization_test(df, outcome="y", draws="exact", **BASE).rows[0]
    treated = df["arm"] == "t"
    law = stats.hypergeom(len(df), int(df["y"].sum()), int(treated.sum()))
    seen, middle = df.loc[treated, "y"].sum(), law.mean()
    gap = seen - middle
    expected = law.sf(np.ceil(middle + gap - 1e-9) - 1) + law.cdf(np.floor(middle - gap + 1e-9))
    assert 0 < row.p_randomization < 1e-20
    assert row.p_randomization == pytest.approx(expected, rel=1e-6)


def test_trap_7_drawn_p_values_are_never_0():
    row = eu.randomization_test(trial(), outcome="v", strata="s", draws=199, **BASE).rows[0]
    assert row.p_randomization == 1 / 200
    effects = eu.itt(trial(), outcome=["v", "y"], strata="s", **BASE)
    for method in ("westfall-young", "romano-wolf"):
        for found in eu.adjust(effects, method=method, draws=199).rows:
            assert available(found.p_adjusted)
            assert found.p_adjusted >= 1 / 200


def test_trap_7_no_complement_of_a_probability_anywhere():
    """In no module of the package: 1 − cdf, 1 − erf, or 1 − scipy.special's lower tails."""
    lower = {"stdtr", "chdtr", "ndtr", "fdtr", "bdtr", "btdtr", "betainc", "gammainc", "erf", "pdtr"}
    seen = 0
    for path in Path(eu.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub):
                seen += 1
                for call in (n for n in ast.walk(node.right) if isinstance(n, ast.Call)):
                    called = ast.unparse(call.func).split(".")[-1]
                    if isinstance(node.left, ast.Constant) and node.left.value in (1, 1.0, 2, 2.0):
                        assert called not in lower, path.name
                        assert "cdf" not in called, path.name
    assert seen > 100
