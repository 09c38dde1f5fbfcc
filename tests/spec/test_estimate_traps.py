"""The traps of METHODS that concern these estimators: each test fails where the trap is sprung."""

from __future__ import annotations

import ast
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import effektutv as eu
from effektutv.api.pooled_regression import pooled_regression
from effektutv.results import Unavailable

ESTIMATE = Path(eu.__file__).parent / "estimators"


def contaminated() -> pd.DataFrame:
    """Two equal strata, shares (control, 1, 2) 60/20/20 and 20/20/60; arm 1 does nothing anywhere, arm 2 raises the
    share from 0.2 to 0.5 in the first stratum and does nothing in the second. Counts are exact: no sampling error."""
    rows = []
    sizes = {"a": (600, 200, 200), "b": (200, 200, 600)}
    for stratum, counts in sizes.items():
        for arm, n in zip(("0", "1", "2"), counts, strict=True):
            share = 0.5 if (stratum, arm) == ("a", "2") else 0.2
            events = round(share * n)
            rows += [(stratum, arm, 1)] * events + [(stratum, arm, 0)] * (n - events)
    return pd.DataFrame(rows, columns=["stratum", "arm", "y"])


def by_hand(df: pd.DataFrame) -> np.ndarray:
    """Coefficients of the arms 1 and 2 beside strata effects in one regression of all three arms."""
    X = np.column_stack([np.ones(len(df)), df["stratum"] == "b", df["arm"] == "1", df["arm"] == "2"]).astype(float)
    return np.linalg.lstsq(X, df["y"].to_numpy(float), rcond=None)[0][2:]


@pytest.mark.parametrize("estimator", ["blocked", "fe", "lin"])
def test_trap_1_no_contamination_between_arms(estimator):
    df = contaminated()
    sprung = by_hand(df)
    assert sprung == pytest.approx([0.028, 0.131], abs=0.0005), "the example must show what one regression does"
    shown = pooled_regression(df, outcome="y", arm="arm", control="0", strata="stratum").rows
    assert [r.estimate for r in shown] == pytest.approx(list(sprung), abs=1e-12)
    assert {r.estimator for r in shown} == {"pooled"}
    effects = eu.itt(df, outcome="y", arm="arm", control="0", strata="stratum", estimator=estimator)
    by_pair = {(r.arm, r.control): r.estimate for r in effects.rows}
    assert by_pair["1", "0"] == pytest.approx(0, abs=1e-12)
    if estimator != "fe":
        assert by_pair["2", "0"] == pytest.approx(0.15, abs=1e-12)


def test_trap_1_contrasts_are_consistent_with_all_arm_weights():
    df = contaminated()
    for estimator in ("blocked", "lin"):
        rows = eu.itt(df, outcome="y", arm="arm", control="0", strata="stratum", estimator=estimator).rows
        first, second, between = (r.estimate for r in rows)
        assert between == pytest.approx(first - second, abs=1e-12)
    rows = eu.itt(df, outcome="y", arm="arm", control="0", strata="stratum", weights="pair").rows
    assert rows[2].estimate != pytest.approx(rows[0].estimate - rows[1].estimate, abs=1e-3)


def test_trap_2_strata_effects_weight_by_precision_and_say_so():
    """One stratum of 100 + 100, one of 10 + 190, of equal size: `blocked` weights them alike, `fe` 50 : 9.5."""
    parts = [("a", "t", 100, 50), ("a", "c", 100, 20), ("b", "t", 10, 1), ("b", "c", 190, 19)]
    df = pd.DataFrame([(s, a, int(i < k)) for s, a, n, k in parts for i in range(n)], columns=["stratum", "arm", "y"])
    options = {"outcome": "y", "arm": "arm", "control": "c", "strata": "stratum"}
    blocked = eu.itt(df, **options).rows[0]
    fe = eu.itt(df, estimator="fe", **options).rows[0]
    assert blocked.estimate == pytest.approx(0.5 * 0.3 + 0.5 * 0.0, abs=1e-12)
    assert fe.estimate == pytest.approx(0.3 * 50 / 59.5, abs=1e-12)
    assert (blocked.estimator, fe.estimator) == ("blocked", "fe")
    assert "precision" in fe.note
    assert "precision" not in blocked.note


def leverage_one(vcov: str) -> eu.results.EffectRow:
    """The only person of an arm is fitted exactly, and carries the contrast."""
    rng = np.random.default_rng(3)
    df = pd.DataFrame({"arm": ["t"] + ["c"] * 39, "y": rng.normal(size=40), "x": rng.normal(size=40)})
    return eu.itt(df, outcome="y", arm="arm", control="c", covariates=["x"], estimator="fe", vcov=vcov).rows[0]


@pytest.mark.parametrize("vcov", ["HC2", "HC3"])
def test_trap_3_leverage_one_gives_a_reason_and_a_count_never_a_number(vcov):
    row = leverage_one(vcov)
    assert isinstance(row.estimate, float)
    for value in (row.std_error, row.statistic, row.p_value, row.conf_low, row.conf_high):
        assert isinstance(value, Unavailable)
        assert vcov in value.reason
        assert "leverage 1" in value.reason
        assert "fewer than 5" in value.reason
    assert "leverage 1" in row.note


@pytest.mark.parametrize("vcov", ["classical", "HC0", "HC1"])
def test_trap_3_other_variances_are_defined(vcov):
    assert isinstance(leverage_one(vcov).std_error, float)


def test_trap_3_lin_with_single_persons_takes_the_sparse_form_and_says_so():
    df = pd.DataFrame(
        {
            "s": ["a"] * 10 + ["b"] * 3,
            "arm": ["t", "c"] * 5 + ["t", "c", "c"],
            "y": [1, 0, 1, 1, 0, 0, 1, 0, 1, 0, 1, 0, 1],
        }
    )
    row = eu.itt(df, outcome="y", arm="arm", control="c", strata="s", estimator="lin").rows[0]
    assert "sparse form of lin" in row.note
    blocked = eu.itt(df, outcome="y", arm="arm", control="c", strata="s").rows[0]
    assert (row.estimate, row.std_error, row.df) == pytest.approx((blocked.estimate, blocked.std_error, blocked.df))


def test_trap_3_one_person_strata_leave_fe():
    df = pd.DataFrame(
        {"s": ["a"] * 8 + ["b"], "arm": ["t", "c"] * 4 + ["t"], "y": [1.0, 0.5, 2.0, 1.0, 0.0, 0.1, 1.5, 0.3, 9.0]}
    )
    row = eu.itt(df, outcome="y", arm="arm", control="c", strata="s", estimator="fe").rows[0]
    assert (row.n_arm, row.n_control) == (5, 4)
    assert row.df == pytest.approx(6, rel=1e-12)
    assert row.mean_arm == pytest.approx(4.5 / 4)
    assert "1 stratum of s without both arms left out" in row.note
    assert isinstance(row.std_error, float)


def test_trap_6_disjoint_support_is_flagged_and_not_0():
    df = pd.DataFrame({"arm": ["t"] * 5 + ["c"] * 5, "apart": [1] * 5 + [0] * 5, "same": [1.0] * 10})
    df["ranges"] = [10.0, 11, 12, 13, 14, 1, 2, 3, 4, 5]
    rows = {r.covariate: r for r in eu.balance(df, arm="arm", control="c", covariates=["apart", "ranges"]).rows}
    assert isinstance(rows["apart"].smd, Unavailable)
    assert isinstance(rows["apart"].smd_max, Unavailable)
    assert "disjoint support" in rows["apart"].note
    assert rows["apart"].difference == 1
    assert rows["ranges"].smd > 5
    assert "disjoint support" in rows["ranges"].note
    still = eu.balance(df, arm="arm", control="c", covariates=["same"])
    assert isinstance(still.rows[0].smd, Unavailable)
    assert "no variation" in still.rows[0].note
    assert isinstance(still.omnibus.statistic, Unavailable)


def test_trap_6_denominator_is_the_mean_of_the_arms_variances():
    df = pd.DataFrame({"arm": ["t"] * 4 + ["c"] * 4, "x": [1.0, 2, 3, 4, 0, 4, 8, 12], "b": [1, 1, 1, 0, 1, 0, 0, 0]})
    x, b = eu.balance(df, arm="arm", control="c", covariates=["x", "b"]).rows
    assert x.smd == pytest.approx((2.5 - 6) / np.sqrt((5 / 3 + 80 / 3) / 2))
    assert b.smd == pytest.approx(0.5 / np.sqrt(0.1875))


def test_trap_7_p_values_far_in_the_tail_are_not_0():
    """1 − cdf is 0 beyond |t| ≈ 9; the survival function is not."""
    n = 400
    y = np.tile([0.0, 1.0], n)
    df = pd.DataFrame({"arm": ["t"] * n + ["c"] * n, "y": np.concatenate([y[:n] + 2, y[n:]])})
    row = eu.itt(df, outcome="y", arm="arm", control="c").rows[0]
    assert row.statistic > 40
    assert 0 < row.p_value < 1e-150


def test_trap_7_no_complement_of_a_cdf_in_the_source():
    for path in ESTIMATE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub) and isinstance(node.right, ast.Call):
                called = ast.unparse(node.right.func)
                assert "cdf" not in called, path.name
                assert called not in ("stdtr", "chdtr", "ndtr"), path.name
