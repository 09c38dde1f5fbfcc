"""The balance table of 40 covariates in three arms beside plain numpy: standardised differences, and one test of all.

    python -m benchmarks.bench_balance

1,063 persons, 25 strata. The peer goes through covariates and pairs of arms one by one, as one would write it by hand, and
builds Hansen and Bowers's covariance stratum by stratum. Times are the least processor time of many runs in turn.
"""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd

import effektutv as eu
from benchmarks.measure import Line, cpu_seconds, table
from effektutv.estimators.balance import Covariate, balance_rows, omnibus
from effektutv.estimators.design import Design, default_contrasts

PERSONS, COVARIATES, STRATA = 1063, 40, 25
ARMS = ("FS", "SE", "CM")


def trial() -> tuple[Design, list[Covariate]]:
    rng = np.random.default_rng(0)
    design = Design(
        arm=rng.permutation(np.resize(np.arange(3), PERSONS)),
        stratum=rng.integers(0, STRATA, PERSONS),
        X=np.empty((PERSONS, 0)),
        arms=ARMS,
        n_strata=STRATA,
    )
    kinds = ["continuous", "binary"] * (COVARIATES // 2)
    values = [
        rng.normal(size=PERSONS) if kind == "continuous" else rng.integers(0, 2, PERSONS).astype(float)
        for kind in kinds
    ]
    return design, [
        Covariate(name=f"x{j}", kind=kind, values=v) for j, (kind, v) in enumerate(zip(kinds, values, strict=True))
    ]


def differences(design: Design, covariates: list[Covariate]) -> list[tuple[float, float, float]]:
    """Raw and stratum-weighted standardised differences and variance ratio, for each covariate and pair."""
    out = []
    for c in covariates:
        for control, arm in combinations(range(3), 2):
            x1, x0 = c.values[design.arm == arm], c.values[design.arm == control]
            both = [x.mean() * (1 - x.mean()) if c.kind == "binary" else x.var(ddof=1) for x in (x1, x0)]
            weighted = 0.0
            for s in range(STRATA):
                inside = design.stratum == s
                gap = c.values[inside & (design.arm == arm)].mean() - c.values[inside & (design.arm == control)].mean()
                weighted += inside.mean() * gap
            sd = np.sqrt(sum(both) / 2)
            out.append(((x1.mean() - x0.mean()) / sd, weighted / sd, both[0] / both[1]))
    return out


def test_of_all(design: Design, covariates: list[Covariate]) -> float:
    """Hansen and Bowers's d² with numpy's pseudo-inverse."""
    X = np.column_stack([c.values for c in covariates])
    covariance = np.zeros((2 * COVARIATES, 2 * COVARIATES))
    for s in range(STRATA):
        inside = design.stratum == s
        n, arms = inside.sum(), np.bincount(design.arm[inside], minlength=3)[1:]
        X[inside] -= X[inside].mean(axis=0)
        draws = (np.diag(arms) * n - np.outer(arms, arms)) / (n * (n - 1))
        covariance += np.kron(draws, X[inside].T @ X[inside])
    totals = np.concatenate([X[design.arm == a].sum(axis=0) for a in (1, 2)])
    return float(totals @ np.linalg.pinv(covariance, rcond=1e-10, hermitian=True) @ totals)


def main() -> list[Line]:
    design, covariates = trial()
    pairs = default_contrasts(ARMS)
    df = pd.DataFrame({c.name: c.values for c in covariates})
    df = df.assign(arm=np.array(ARMS)[design.arm], s=design.stratum)
    names = [c.name for c in covariates]

    rows = balance_rows(design, covariates, [(1, 0), (2, 0), (2, 1)])
    by_hand = differences(design, covariates)
    np.testing.assert_allclose([r.smd for r in rows], [b[0] for b in by_hand], rtol=1e-9)
    np.testing.assert_allclose([r.smd_weighted for r in rows], [b[1] for b in by_hand], rtol=1e-9)
    np.testing.assert_allclose(omnibus(design, covariates).statistic, test_of_all(design, covariates), rtol=1e-9)

    sides = {
        "kernel": lambda: (balance_rows(design, covariates, pairs), omnibus(design, covariates)),
        "door": lambda: eu.balance(df, arm="arm", control="FS", covariates=names, strata="s"),
        "redrawn": lambda: omnibus(design, covariates, draws=1000),
        "numpy": lambda: (differences(design, covariates), test_of_all(design, covariates)),
    }
    best = {name: 1e3 * seconds for name, seconds in cpu_seconds(sides, 30).items()}
    what = f"balance, {COVARIATES} covariates × 3 arms, χ²"
    peer = {"peer": "numpy, one by one", "theirs": best["numpy"]}
    return [
        Line(what=f"{what}, from arrays", ours=best["kernel"], unit="ms", goal=5, absolute=True, **peer),
        Line(what=f"{what}, balance of a data frame", ours=best["door"], unit="ms", **peer),
        Line(what="the same test by drawing the arms 1,000 times", ours=best["redrawn"], unit="ms"),
    ]


if __name__ == "__main__":
    print(table(main()))
