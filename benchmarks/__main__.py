"""Every benchmark in one run, ``make bench``: what it says of randomisation tests, then one table of all else.

A name or several take those only: ``python -m benchmarks ols balance``. What counts are the ratios, taken in the same run.
"""

from __future__ import annotations

import importlib
import os
import platform
import sys

import numpy as np

from benchmarks.measure import Line, table

NAMES = ("import", "itt", "ols", "balance", "text", "checks", "build", "large", "report", "spark", "randomization")


def lines_of(name: str) -> list[Line]:
    """Run one benchmark; what another needs is not imported for it."""
    if name == "randomization":
        from benchmarks import bench_randomization

        bench_randomization.main()
        return []
    if name == "large":
        from benchmarks import bench_build

        return bench_build.large()
    if name == "itt":
        from benchmarks import bench_itt

        return [*bench_itt.main(1063), *bench_itt.main(100_000)]
    lines: list[Line] = importlib.import_module(f"benchmarks.bench_{name}").main()
    return lines


def main(names: list[str]) -> None:
    if strange := set(names) - set(NAMES):
        raise SystemExit(f"no benchmark is called {sorted(strange)}; there are {', '.join(NAMES)}")
    lines = [line for name in NAMES if name in (names or NAMES) for line in lines_of(name)]
    print(
        f"\nPython {platform.python_version()}, numpy {np.__version__}, {os.cpu_count()} cores, one thread of linear algebra\n"
    )
    if lines:
        print(table(lines))


if __name__ == "__main__":
    main(sys.argv[1:])
