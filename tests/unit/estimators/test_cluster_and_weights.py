"""Clusters that are not enough, clusters of one person, and known probabilities."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import f

import effektutv as eu
from effektutv.results import Unavailable


def nested(n: int = 240, seed: int = 2) -> pd.DataFrame:
    """SE and CM have providers, FS has none."""
    rng = np.random.default_rng(seed)
    df = pd.DataFrame({"arm": rng.choice(["FS", "SE", "CM"], n), "s": rng.integers(0, 3, n), "x": rng.normal(size=n)})
    number = rng.integers(0, 6, n).astype(str)
    df["provider"] = np.where(df["arm"] == "FS", None, df["arm"].str.cat(number))
    effect = dict(zip(sorted(df["provider"].dropna().unique()), rng.normal(size=12), strict=True))
    df["y"] = df["x"] + df["provider"].map(effect).fillna(0).astype(float) + rng.normal(size=n)
    return df


OPTIONS = {"outcome": "y", "arm": "arm", "control": "FS"}


def by_definition(df: pd.DataFrame, columns: list[str], strata: bool, last=None) -> tuple[float, float]:
    """CR2 and Bell–McCaffrey straight from the matrices, persons × persons; ``last`` is the column of interest."""
    last = (df["arm"] == "SE").astype(float) if last is None else last
    pair = df.assign(last=last)[df["arm"].isin(["SE", "FS"])].reset_index(drop=True)
    X = [np.ones(len(pair))] + [pair[c].to_numpy(float) for c in columns]
    if strata:
        X += [(pair["s"] == s).to_numpy(float) for s in sorted(pair["s"].unique())[1:]]
    X = np.column_stack([*X, pair["last"].to_numpy(float)])
    y = pair["y"].to_numpy()
    B = np.linalg.inv(X.T @ X)
    H = X @ B @ X.T
    e = y - H @ y
    u = X @ B[:, -1]
    group = pair["provider"].where(pair["provider"].notna(), pair.index.to_series().astype(str)).to_numpy()
    scores, P = [], []
    for g in np.unique(group):
        rows = np.flatnonzero(group == g)
        values, vectors = np.linalg.eigh(np.eye(rows.size) - H[np.ix_(rows, rows)])
        power = np.array([v**-0.5 if v > 1e-12 else 0.0 for v in values])
        a = np.zeros(y.size)
        a[rows] = vectors @ (power * (vectors.T @ u[rows]))
        scores.append(a @ e)
        P.append((np.eye(y.size) - H) @ a)
    G = np.array(P) @ np.array(P).T
    return float(np.sum(np.square(scores))), float(np.trace(G) ** 2 / np.sum(G * G))


@pytest.mark.parametrize(("strata", "columns"), [(False, []), (True, []), (True, ["x"])])
def test_partial_nesting_is_the_definition(strata, columns):
    df = nested()
    row = eu.itt(
        df,
        estimator="fe",
        cluster="provider",
        strata="s" if strata else None,
        covariates=columns or None,
        contrasts=[("SE", "FS")],
        **OPTIONS,
    ).rows[0]
    variance, free = by_definition(df, columns, strata)
    assert row.std_error == pytest.approx(np.sqrt(variance), rel=1e-10)
    assert row.df == pytest.approx(free, rel=1e-10)
    assert "clusters: 6 in SE" in row.note
    assert "stand alone" in row.note
    assert row.vcov == "CR2"


def test_everyone_alone_is_hc2():
    df = nested().assign(one=lambda d: np.arange(len(d)))
    clustered = eu.itt(df, estimator="fe", strata="s", covariates=["x"], cluster="one", **OPTIONS).rows[0]
    robust = eu.itt(df, estimator="fe", strata="s", covariates=["x"], **OPTIONS).rows[0]
    assert clustered.std_error == pytest.approx(robust.std_error, rel=1e-12)
    plain = eu.itt(df, cluster="one", **OPTIONS).rows[0]
    neyman = eu.itt(df, **OPTIONS).rows[0]
    assert plain.estimator == "difference"
    assert plain.std_error == pytest.approx(neyman.std_error, rel=1e-12)


def test_an_arm_in_one_cluster_has_no_variance():
    df = nested().assign(provider=lambda d: np.where(d["arm"] == "SE", "one", d["provider"]))
    rows = eu.itt(df, cluster="provider", estimator="difference", **OPTIONS).rows
    by_arm = {(r.arm, r.control): r for r in rows}
    assert isinstance(by_arm["SE", "FS"].std_error, Unavailable)
    assert by_arm["SE", "FS"].std_error.reason == "arm SE is one cluster: there is no variance between its clusters"
    assert isinstance(by_arm["CM", "FS"].std_error, float)


def test_strata_that_are_the_clusters_and_interacted_leave_nothing():
    df = nested().assign(s=lambda d: d["s"].astype(str))
    row = eu.itt(df, estimator="lin", strata="s", cluster="s", **OPTIONS).rows[0]
    assert isinstance(row.std_error, Unavailable)
    assert "nothing to vary between clusters" in row.std_error.reason


def test_few_clusters_are_said():
    df = nested().assign(c=lambda d: d["arm"] + (d.index % 2).astype(str))
    row = eu.itt(df, estimator="difference", cluster="c", **OPTIONS).rows[0]
    assert row.df < 4
    assert "few clusters" in row.note


@pytest.mark.parametrize("estimator", ["difference", "fe"])
def test_levels_that_share_clusters_are_one_regression(estimator):
    """The interaction's variance is that of the regression in which every term is interacted with the level."""
    df = nested(600).assign(kon=lambda d: np.where(d["x"] > 0, "k", "m"))
    strata = estimator == "fe"
    rows = eu.itt(
        df,
        estimator=estimator,
        cluster="provider",
        by="kon",
        strata="s" if strata else None,
        contrasts=[("SE", "FS")],
        **OPTIONS,
    ).rows
    gap = rows[-1]
    assert gap.kind == "interaction"
    man, z = (df["kon"] == "m").astype(float), (df["arm"] == "SE").astype(float)
    terms = {"man": man, "z": z}
    if strata:
        terms |= {f"m{s}": man * (df["s"] == s) for s in (1, 2)}
    # the arm's product with the level stands last: by_definition looks at the last column
    columns = list(terms)
    wide = df.assign(**terms)
    wide["arm"] = df["arm"]
    variance, free = by_definition(wide, columns, strata, last=man * z)
    assert gap.estimate == pytest.approx(rows[-2].estimate - rows[-3].estimate, rel=1e-12)
    assert gap.std_error == pytest.approx(np.sqrt(variance), rel=1e-9)
    assert gap.df == pytest.approx(free, rel=1e-9)
    apart = df.assign(provider=df["provider"].str.cat(df["kon"]))
    own = eu.itt(apart, estimator="difference", cluster="provider", by="kon", contrasts=[("SE", "FS")], **OPTIONS).rows
    assert own[-1].std_error == pytest.approx(np.hypot(own[-2].std_error, own[-3].std_error))


def test_three_levels_that_share_clusters_are_tested_together():
    """Q by the definition of CR2: symmetric roots of the full hat matrix's blocks, from dense matrices."""
    df = nested(600)
    rows = eu.itt(df, estimator="difference", cluster="provider", by="s", contrasts=[("SE", "FS")], **OPTIONS).rows
    gap = rows[-1]
    assert gap.kind == "joint"
    mine = df[df["arm"].isin(["SE", "FS"])]
    z = (mine["arm"] == "SE").to_numpy(float)
    level = np.stack([(mine["s"] == s).to_numpy(float) for s in sorted(mine["s"].unique())], axis=1)
    X = np.column_stack([level, level * z[:, None]])
    y = mine["y"].to_numpy(float)
    bread = np.linalg.inv(X.T @ X)
    e = y - X @ (bread @ X.T @ y)
    M = np.eye(len(y)) - X @ bread @ X.T
    codes = mine["provider"].fillna(pd.Series(mine.index.astype(str), index=mine.index)).to_numpy()
    C = np.column_stack([np.zeros((2, 3)), -np.ones(2), np.eye(2)])
    V, halves = np.zeros((2, 2)), []
    for g in dict.fromkeys(codes):
        at = codes == g
        w, U = np.linalg.eigh(M[np.ix_(at, at)])
        root = U @ np.diag(np.where(w > 1e-10, 1 / np.sqrt(np.maximum(w, 1e-10)), 0)) @ U.T
        half = C @ bread @ X[at].T @ root
        halves.append(half @ M[at])
        V += np.outer(half @ e[at], half @ e[at])
    delta = C @ bread @ X.T @ y
    omega = sum(h @ h.T for h in halves)
    w, U = np.linalg.eigh(omega)
    scaled = [(U / np.sqrt(w)) @ U.T @ h for h in halves]
    P = np.einsum("gsn,htn->stgh", np.stack(scaled), np.stack(scaled))
    spread = sum((P[s, t] * P[t, s]).sum() + (P[s, s] * P[t, t]).sum() for s in range(2) for t in range(2))
    nu = 6 / spread
    F = delta @ np.linalg.solve(V, delta) * (nu - 1) / (2 * nu)
    assert gap.statistic == pytest.approx(F, rel=1e-9)
    assert gap.df == pytest.approx(nu - 1, rel=1e-9)
    assert gap.p_value == pytest.approx(f.sf(F, 2, nu - 1), rel=1e-9)


@pytest.mark.parametrize(
    ("message", "options"),
    [
        ("cluster: vcov 'CR2' needs the clusters", {"vcov": "CR2", "estimator": "fe"}),
        ("vcov: got 'HC2', which takes persons as independent", {"vcov": "HC2", "cluster": "s", "estimator": "fe"}),
        ("cluster: estimator 'logit' has no clustered", {"cluster": "s", "estimator": "logit"}),
        ("cluster: there is no column 'k'", {"cluster": "k", "estimator": "fe"}),
        ("cluster: column 'none' is missing for everyone", {"cluster": "none", "estimator": "fe"}),
        ("probability: estimator 'fe' does not use it", {"probability": "p", "estimator": "fe"}),
        ("probability: estimator 'ipw' needs", {"estimator": "ipw"}),
        ("weights: known probabilities", {"estimator": "ipw", "probability": "p", "weights": "pair"}),
        ("vcov: got 'HC0', but estimator 'ipw'", {"estimator": "ipw", "probability": "p", "vcov": "HC0"}),
        ("covariates: estimator 'ipw'", {"estimator": "ipw", "probability": "p", "covariates": ["x"]}),
        ("probability: column 'x' is no probability", {"estimator": "ipw", "probability": "x"}),
        ("probability: column 'none' is", {"estimator": "ipw", "probability": "none"}),
    ],
)
def test_what_does_not_go_together_is_refused(message, options):
    df = nested().assign(none=None, p=0.4)
    with pytest.raises(eu.ArgumentError, match=message):
        eu.itt(df, **OPTIONS, **options)


def test_known_probabilities_remove_the_bias_of_unequal_shares():
    """Shares 1:9 and 9:1 in two strata with different levels and no effect: the plain difference is far from 0."""
    rng = np.random.default_rng(4)
    s = np.repeat([0, 1], 5000)
    p = np.where(s == 0, 0.1, 0.9)
    arm = rng.random(10_000) < p
    df = pd.DataFrame({"arm": np.where(arm, "t", "c"), "s": s, "y": 2.0 * s + rng.normal(size=10_000)})
    df["p"] = np.where(arm, p, 1 - p)
    given = {"outcome": "y", "arm": "arm", "control": "c"}
    assert eu.itt(df, **given).rows[0].estimate > 1
    known = eu.itt(df, estimator="ipw", probability="p", **given).rows[0]
    assert known.conf_low < 0 < known.conf_high
    assert eu.itt(df, estimator="ipw", probability="p", dof="residual", **given).rows[0].df == 9998
    shares = eu.itt(df, estimator="ipw", strata="s", **given).rows[0]
    assert shares.estimate == pytest.approx(eu.itt(df, strata="s", **given).rows[0].estimate, abs=1e-12)


def test_equal_probabilities_are_the_plain_difference():
    df = nested().assign(p=1 / 3)
    weighted = eu.itt(df, estimator="ipw", probability="p", **OPTIONS).rows[0]
    plain = eu.itt(df, **OPTIONS).rows[0]
    assert weighted.estimate == pytest.approx(plain.estimate, abs=1e-14)
    assert weighted.std_error == pytest.approx(plain.std_error, rel=1e-12)


def test_one_person_in_an_arm():
    df = pd.DataFrame({"arm": ["t", "c", "c", "c"], "y": [1.0, 0, 1, 0], "p": [0.5, 0.5, 0.2, 0.4]})
    row = eu.itt(df, outcome="y", arm="arm", control="c", estimator="ipw", probability="p").rows[0]
    assert isinstance(row.std_error, Unavailable)
