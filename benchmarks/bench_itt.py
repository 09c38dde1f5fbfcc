"""How long the first estimate takes in a fresh process, and later ones beside statsmodels and plain numpy.

    python benchmarks/bench_itt.py [persons]

Times are medians; a ratio below 1 means that effektutv is quicker. The sides compute the same number: for `statsmodels`
OLS with HC2 on the two arms, strata as dummies; for numpy the stratum-weighted difference with Neyman's variance.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Callable

import numpy as np
import pandas as pd

import effektutv as eu

FRESH = """
import sys, time
import numpy as np, pandas as pd
rng = np.random.default_rng(0)
n = {n}
df = pd.DataFrame({{"arm": rng.choice(["FS", "SE", "CM"], n), "s": rng.integers(0, 25, n), "y": rng.integers(0, 2, n)}})
begin = time.perf_counter()
import effektutv as eu
eu.itt(df, outcome="y", arm="arm", control="FS", strata="s")
print(time.perf_counter() - begin)
"""


def trial(n: int, seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    df = pd.DataFrame({"arm": rng.choice(["FS", "SE", "CM"], n), "s": rng.integers(0, 25, n), "x": rng.normal(size=n)})
    df["y"] = (rng.random(n) < 0.2 + 0.08 * (df["arm"] == "SE")).astype(float)
    return df


def median_time(f: Callable[[], object], repeats: int) -> float:
    f()
    times = []
    for _ in range(repeats):
        begin = time.perf_counter()
        f()
        times.append(time.perf_counter() - begin)
    return statistics.median(times)


def fresh_process(n: int = 1063, repeats: int = 5) -> float:
    """Seconds of import and first estimate in a fresh process that has numpy and pandas already."""
    program = FRESH.format(n=n)
    runs = [
        subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
        for _ in range(repeats)
    ]
    return statistics.median(float(r.stdout) for r in runs)


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


def main(n: int) -> None:
    df = trial(n)
    repeats = 50 if n < 20_000 else 5
    np.testing.assert_allclose(itt(df), plain_numpy(df), rtol=1e-9)
    np.testing.assert_allclose(itt(df, estimator="fe"), statsmodels_hc2(df), rtol=1e-9)
    blocked, fe = median_time(lambda: itt(df), repeats), median_time(lambda: itt(df, estimator="fe"), repeats)
    by_hand, peer = median_time(lambda: plain_numpy(df), repeats), median_time(lambda: statsmodels_hc2(df), repeats)
    Y = np.random.default_rng(1).integers(0, 2, (n, 25)).astype(float)
    options = {"arm": "arm", "control": "FS", "strata": "s", "name": "y"}
    months = median_time(lambda: eu.profile(df, outcomes=(range(25), Y), **options), max(repeats // 5, 3))
    print(f"persons {n:,}")
    print(f"first estimate in a fresh process  {fresh_process():.3f} s")
    print(f"itt blocked  {blocked * 1e3:8.2f} ms   ratio to plain numpy {blocked / by_hand:.3f}")
    print(f"itt fe HC2   {fe * 1e3:8.2f} ms   ratio to statsmodels {fe / peer:.4f}")
    print(f"profile, 25 months, 3 contrasts  {months * 1e3:.1f} ms")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1063)
