"""Estimates from a data frame beside statsmodels and plain numpy.

    python -m benchmarks.bench_itt [persons]

Times are the least processor time of many runs in turn; a ratio below 1 means that effektutv is quicker. The sides compute
the same number: for `statsmodels` OLS with HC2 on the two arms, strata as dummies; for numpy the stratum-weighted
difference with Neyman's variance.
"""

from __future__ import annotations

import sys

import numpy as np
import pandas as pd

import effektutv as eu
from benchmarks.measure import Line, cpu_seconds, table


def trial(n: int, seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    df = pd.DataFrame({"arm": rng.choice(["FS", "SE", "CM"], n), "s": rng.integers(0, 25, n), "x": rng.normal(size=n)})
    df["y"] = (rng.random(n) < 0.2 + 0.08 * (df["arm"] == "SE")).astype(float)
    return df


def plain_numpy(df: pd.DataFrame) -> tuple[float, float]:
    """Stratum-weighted difference SE − FS and its standard error, as one would write it by hand."""
    arm, s, y = df["arm"].to_numpy(), df["s"].to_numpy(), df["y"].to_numpy()
    estimate = variance = 0.0
    for stratum in np.unique(s):
        inside = s == stratum
        t, c = y[inside & (arm == "SE")], y[inside & (arm == "FS")]
        weight = inside.sum() / len(y)
        estimate += weight * (t.mean() - c.mean())
        variance += weight**2 * (t.var(ddof=1) / len(t) + c.var(ddof=1) / len(c))
    return estimate, variance**0.5


def statsmodels_hc2(df: pd.DataFrame) -> tuple[float, float]:
    """OLS on the arm and stratum dummies, HC2."""
    import statsmodels.api as sm

    pair = df[df["arm"].isin(["SE", "FS"])]
    dummies = pd.get_dummies(pair["s"], drop_first=True).to_numpy(float)
    X = np.column_stack([np.ones(len(pair)), pair["arm"] == "SE", dummies]).astype(float)
    fit = sm.OLS(pair["y"].to_numpy(), X).fit(cov_type="HC2")
    return float(fit.params[1]), float(fit.bse[1])


def itt(df: pd.DataFrame, **options: object) -> tuple[float, float]:
    row = eu.itt(df, outcome="y", arm="arm", control="FS", strata="s", contrasts=[("SE", "FS")], **options).rows[0]
    return row.estimate, row.std_error


def main(n: int) -> list[Line]:
    df = trial(n)
    np.testing.assert_allclose(itt(df), plain_numpy(df), rtol=1e-9)
    np.testing.assert_allclose(itt(df, estimator="fe"), statsmodels_hc2(df), rtol=1e-9)
    Y = np.random.default_rng(1).integers(0, 2, (n, 25)).astype(float)
    options = {"arm": "arm", "control": "FS", "strata": "s", "name": "y"}
    sides = {
        "blocked": lambda: itt(df),
        "fe": lambda: itt(df, estimator="fe"),
        "numpy": lambda: plain_numpy(df),
        "statsmodels": lambda: statsmodels_hc2(df),
        "profile": lambda: eu.profile(df, outcomes=(range(25), Y), **options),
    }
    best = {name: 1e3 * seconds for name, seconds in cpu_seconds(sides, 50 if n < 20_000 else 5).items()}
    who = f"{n:,} persons, 25 strata"
    return [
        Line(what=f"itt blocked, {who}", ours=best["blocked"], unit="ms", peer="numpy by hand", theirs=best["numpy"]),
        Line(what=f"itt fe HC2, {who}", ours=best["fe"], unit="ms", peer="statsmodels", theirs=best["statsmodels"]),
        Line(what=f"profile, 25 months × 3 contrasts, {who}", ours=best["profile"], unit="ms"),
    ]


if __name__ == "__main__":
    print(table(main(int(sys.argv[1]) if len(sys.argv) > 1 else 1063)))
