"""The parts of an arm's coefficient in one regression of all arms, against least squares done another way."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import effektutv as eu
from effektutv.api.pooled_regression import contamination, pooled_regression
from effektutv.results import Unavailable

OPTIONS = {"outcome": "y", "arm": "arm", "control": "0", "strata": "s"}


def trial(seed: int, arms: int = 3, n: int = 400) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    s = rng.integers(0, 5, n)
    chance = rng.dirichlet(np.full(arms, 3.0), 5)
    arm = np.array([rng.choice(arms, p=chance[g]) for g in s])
    # every stratum has two persons of every arm
    s = np.concatenate([s, np.tile(np.arange(5), 2 * arms)])
    arm = np.concatenate([arm, np.repeat(np.arange(arms), 10)])
    y = rng.normal(size=s.size) + 0.4 * s + arm * 0.3 * (s - 1)
    return pd.DataFrame({"arm": arm.astype(str), "s": s, "y": y})


def found(df: pd.DataFrame) -> dict:
    return {(r.arm, r.component, r.source): r for r in contamination(df, **OPTIONS).rows}


def as_multe_does(df: pd.DataFrame, k: int) -> dict[str, float]:
    """The definitions of the authors' package: least squares on indicators, and of indicators times strata."""
    arms = int(df["arm"].astype(int).max()) + 1
    Xf = (df["arm"].astype(int).to_numpy()[:, None] == np.arange(arms)).astype(float)
    Z = (df["s"].to_numpy()[:, None] == np.unique(df["s"])).astype(float)
    y = df["y"].to_numpy()

    def solve(X, Y, w=None):
        root = np.ones(len(X)) if w is None else np.sqrt(w)
        return np.linalg.lstsq(root[:, None] * X, (root * Y.T).T, rcond=None)[0]

    cells = solve(np.hstack([Z * Xf[:, [j]] for j in range(arms)]), y).reshape(arms, -1)
    effects = cells[1:] - cells[0]
    both = np.hstack([Xf[:, 1:], Z])
    delta = [solve(both, Xf[:, [j]] * Z)[k - 1] for j in range(1, arms)]
    pair = (Xf[:, 0] + Xf[:, k]) > 0
    p = Z.T @ Xf / Z.sum(axis=0)[:, None]
    lam = 1 / (1 / p).sum(axis=1)
    weights = (Z @ lam) / (Xf * (Z @ p)).sum(axis=1)
    return {
        "pooled": solve(both, y)[k - 1],
        "own": float(delta[k - 1] @ effects[k - 1]),
        **{f"contamination {j}": float(delta[j - 1] @ effects[j - 1]) for j in range(1, arms) if j != k},
        "equal": float(Z.mean(axis=0) @ effects[k - 1]),
        "one_at_a_time": solve(np.hstack([Xf[pair][:, [k]], Z[pair]]), y[pair])[0],
        "common": solve(np.hstack([np.ones((len(y), 1)), Xf[:, 1:]]), y, weights)[k],
    }


@pytest.mark.parametrize(("seed", "arms"), [(1, 3), (2, 3), (3, 4), (4, 2)])
def test_parts_and_averages_as_multe_defines_them(seed, arms):
    df = trial(seed, arms)
    rows = found(df)
    pooled = {r.arm: r.estimate for r in pooled_regression(df, **OPTIONS).rows}
    for k in range(1, arms):
        for name, value in as_multe_does(df, k).items():
            component, _, source = name.partition(" ")
            assert rows[str(k), component, source].estimate == pytest.approx(value, rel=1e-9, abs=1e-12), name
        assert rows[str(k), "pooled", ""].estimate == pytest.approx(pooled[str(k)], rel=1e-12)
        parts = [rows[str(k), "own", ""]]
        parts += [r for key, r in rows.items() if key[:2] == (str(k), "contamination") and key[2]]
        assert sum(r.estimate for r in parts) == pytest.approx(pooled[str(k)], rel=1e-9)
        if arms == 4:
            total = rows[str(k), "contamination", ""].estimate
            assert total == pytest.approx(sum(r.estimate for r in parts[1:]), rel=1e-9)


def test_equal_weights_are_blocked_and_one_at_a_time_is_fe():
    df = trial(5)
    rows = found(df)
    for estimator, component in (("blocked", "equal"), ("fe", "one_at_a_time")):
        for row in eu.itt(df, estimator=estimator, **OPTIONS).rows:
            if row.control == "0":
                ours = rows[row.arm, component, ""]
                assert ours.estimate == pytest.approx(row.estimate, rel=1e-12)
                if component == "equal":
                    assert ours.std_error == pytest.approx(row.std_error, rel=1e-12)
    for (arm, component, _), row in rows.items():
        if component in ("own", "equal", "one_at_a_time", "common"):
            assert row.difference == pytest.approx(rows[arm, "pooled", ""].estimate - row.estimate, abs=1e-12)
        else:
            assert isinstance(row.difference, Unavailable)
    # what differs from the own part is the contamination, and so is its error
    assert rows["1", "own", ""].difference_se == pytest.approx(rows["1", "contamination", "2"].std_error, rel=1e-12)


@pytest.mark.proof
def test_standard_errors_are_the_spread_over_assignments():
    """One population, no effects, the assignment drawn again: Neyman's variance is exact there."""
    df, rng = trial(6), np.random.default_rng(7)
    df["y"] = rng.normal(size=len(df)) + df["s"]
    drawn: dict = {}
    for _ in range(600):
        again = df.assign(arm=df.groupby("s")["arm"].transform(lambda a: rng.permutation(a.to_numpy())))
        for key, row in found(again).items():
            drawn.setdefault(key, []).append((row.estimate, row.std_error))
    for values in drawn.values():
        estimates, errors = np.array(values).T
        assert np.sqrt((errors**2).mean()) == pytest.approx(estimates.std(), rel=4 / np.sqrt(2 * 600))


def test_the_example_of_the_methods_page():
    """Arm 1 does nothing anywhere; one regression finds 0.028, all of it arm 2's. Counts are exact: no sampling error."""
    parts = {("a", "0"): 600, ("a", "1"): 200, ("a", "2"): 200, ("b", "0"): 200, ("b", "1"): 200, ("b", "2"): 600}
    rows = [
        (s, a, int(i < (0.5 if (s, a) == ("a", "2") else 0.2) * n)) for (s, a), n in parts.items() for i in range(n)
    ]
    estimates = {k: r.estimate for k, r in found(pd.DataFrame(rows, columns=["s", "arm", "y"])).items()}
    assert estimates["1", "pooled", ""] == pytest.approx(0.028125, abs=1e-12)
    assert estimates["1", "own", ""] == pytest.approx(0, abs=1e-12)
    assert estimates["1", "contamination", "2"] == pytest.approx(0.028125, abs=1e-12)
    assert estimates["2", "pooled", ""] == pytest.approx(0.13125, abs=1e-12)
    assert estimates["2", "contamination", "1"] == pytest.approx(0, abs=1e-12)
    assert estimates["2", "equal", ""] == pytest.approx(0.15, abs=1e-12)


def test_strata_without_every_arm_are_left_out_and_counted():
    df = trial(8)
    more = pd.DataFrame({"arm": ["0", "1"] * 4, "s": 9, "y": np.arange(8.0)})
    result = contamination(pd.concat([df, more, pd.DataFrame({"arm": ["0"], "s": [9], "y": [np.nan]})]), **OPTIONS)
    assert result.notes == (
        "y: fewer than 5 persons without an observed outcome left out",
        "1 stratum of s without every arm left out (8 persons)",
    )
    for row in result.rows:
        assert row.estimate == pytest.approx(found(df)[row.arm, row.component, row.source].estimate, rel=1e-12)


def test_no_stratum_with_every_arm_and_single_persons():
    nowhere = pd.DataFrame({"arm": ["0", "1", "0", "2"] * 3, "s": ["a", "a", "b", "b"] * 3, "y": np.arange(12.0)})
    assert all(isinstance(r.estimate, Unavailable) for r in contamination(nowhere, **OPTIONS).rows)
    alone = pd.DataFrame({"arm": ["0", "0", "1", "1", "2"] * 4, "s": np.repeat(range(4), 5), "y": np.arange(20.0) % 7})
    rows = found(alone)
    assert isinstance(rows["1", "pooled", ""].estimate, float)
    assert isinstance(rows["1", "pooled", ""].std_error, Unavailable)
    more = pd.concat([alone, pd.DataFrame({"arm": ["2", "2"], "s": [0, 0], "y": [3.0, 5.0]})])
    assert isinstance(found(more)["1", "pooled", ""].std_error, float)
