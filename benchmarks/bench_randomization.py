"""Randomisation tests beside R's coin in the same run (where Rscript is there), and beside plain numpy sorting.

    python benchmarks/bench_randomization.py

1,063 persons, 25 sites, three arms. Times are medians; a ratio below 1 means that effektutv is quicker. coin draws one
contrast of one outcome at a time. The goal for one contrast of 10,000 draws is 0.045 s in a machine where numpy sorts
10,000 × 1,063 numbers in 0.085 s: what is printed is scaled by this machine's own sort.
"""

from __future__ import annotations

import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

import effektutv as eu

COIN = """
suppressPackageStartupMessages(library(coin))
d <- read.csv(commandArgs(trailingOnly = TRUE)[1])
d <- d[d$arm != "CM", ]; d$arm <- factor(d$arm); d$s <- factor(d$s)
for (y in c("e", "x")) {
  f <- as.formula(paste(y, "~ arm | s"))
  oneway_test(f, data = d, distribution = approximate(nresample = 10000))
  t <- replicate(5, system.time(pvalue(oneway_test(f, data = d, distribution = approximate(nresample = 10000))))[[3]])
  cat(median(t), "")
}
"""


def trial(n: int = 1063, sites: int = 25, outcomes: int = 20) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    df = pd.DataFrame(
        {"arm": np.resize(["FS", "SE", "CM"], n), "s": rng.integers(0, sites, n), "x": rng.normal(size=n)}
    )
    df["e"] = (rng.random(n) < 0.18 + 0.08 * (df["arm"] == "SE")).astype(int)
    for j in range(outcomes):
        df[f"e{j}"] = (rng.random(n) < 0.05 + 0.02 * j).astype(int)
        df[f"x{j}"] = rng.normal(size=n)
    return df


def median_time(f: Callable[[], object], repeats: int) -> float:
    f()
    times = []
    for _ in range(repeats):
        begin = time.perf_counter()
        f()
        times.append(time.perf_counter() - begin)
    return statistics.median(times)


def numpy_sort() -> float:
    """Seconds that numpy takes to sort 10,000 rows of 1,063 numbers."""
    keys = np.random.default_rng(0).random((10_000, 1063))
    return median_time(lambda: np.sort(keys, axis=1), 5)


def coin(df: pd.DataFrame) -> tuple[float, float] | None:
    """Seconds of coin for 10,000 draws of one contrast, of a 0/1 and of a continuous outcome; None without R."""
    if shutil.which("Rscript") is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        table, script = Path(folder) / "d.csv", Path(folder) / "coin.R"
        df[["arm", "s", "e", "x"]].to_csv(table, index=False)
        script.write_text(COIN)
        done = subprocess.run(["Rscript", str(script), str(table)], capture_output=True, text=True)
    if done.returncode:
        return None
    binary, continuous = map(float, done.stdout.split())
    return binary, continuous


def main() -> None:
    df = trial()
    options = {"arm": "arm", "control": "FS", "strata": "s"}
    one = {**options, "contrasts": [("SE", "FS")]}
    sort, peer = numpy_sort(), coin(df)
    allowed = 0.045 * sort / 0.085

    def test(**given: object) -> Callable[[], object]:
        return lambda: eu.randomization_test(df, **given)

    print(f"numpy sorts 10,000 × 1,063 in {sort:.4f} s; the goal for one contrast is {allowed:.4f} s here")
    seconds = median_time(test(outcome="e", estimator="fe", draws="exact", **options), 20)
    print(f"exact, three contrasts              {seconds:.4f} s   goal 0.02 s")
    seconds = median_time(test(outcome="e", estimator="blocked", draws="exact", **options), 10)
    print(f"exact, blocked, three contrasts     {seconds:.4f} s   goal 0.02 s each")
    fitted = (("lin", ["x"]), ("fe", ["x"]), ("logit", ["x"]), ("ipw", None))
    for estimator, covariates in fitted:
        seconds = median_time(test(outcome="e", estimator=estimator, covariates=covariates, draws=2_000, **one), 1)
        print(f"2,000 draws fitted again, {estimator:<10}{seconds:.2f} s")
    for j, (name, kind) in enumerate((("e", "0/1"), ("x", "continuous"))):
        for level, said in ((None, "p"), (0.95, "p and interval")):
            seconds = median_time(test(outcome=name, draws=10_000, level=level, **one), 15)
            beside = f"   ratio to coin {seconds / peer[j]:.2f}" if peer else ""
            print(f"10,000 draws, {kind:<10} {said:<14} {seconds:.4f} s   of the goal {seconds / allowed:.2f}{beside}")
    for stem, kind in (("e", "0/1"), ("x", "continuous")):
        names = [f"{stem}{j}" for j in range(20)]
        given = {"outcome": names, "draws": 100_000, "level": None, **options}
        seconds = median_time(test(**given), 1)
        print(f"100,000 draws × 20 {kind} outcomes × 3 contrasts, each its own p: {seconds:.2f} s")
        effects = [
            eu.itt(df, outcome=names, **options, contrasts=[pair])
            for pair in (("SE", "FS"), ("CM", "FS"), ("SE", "CM"))
        ]
        seconds = median_time(
            lambda effects=effects: [eu.adjust(e, method="westfall-young", draws=100_000) for e in effects], 1
        )
        beside = f"   ratio to coin one at a time {seconds / (600 * peer[0]):.3f}" if peer else ""
        print(f"100,000 draws × 20 {kind} outcomes × 3 contrasts, step-down maxT: {seconds:.2f} s   goal 0.9 s{beside}")
    memory(df, one)


def memory(df: pd.DataFrame, one: dict[str, object]) -> None:
    """Print how the process's largest size grows with a hundred times the draws."""
    sizes = []
    for draws in (10_000, 1_000_000):
        eu.randomization_test(df, outcome="x", draws=draws, **one)
        sizes.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    print(f"largest size {sizes[0]:.0f} MB after 10,000 draws, {sizes[1]:.0f} MB after 1,000,000")


if __name__ == "__main__":
    sys.exit(main())
