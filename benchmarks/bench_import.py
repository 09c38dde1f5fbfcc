"""What importing costs: ``import effektutv`` beside ``import pandas``, each in a fresh process.

python benchmarks/bench_import.py
"""

from __future__ import annotations

import statistics
import subprocess
import sys

PROGRAM = "import time; t = time.perf_counter(); import {module}; print(time.perf_counter() - t)"


def seconds(module: str) -> float:
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(module=module)], capture_output=True, text=True, check=True
    )
    return float(run.stdout)


def main(repeats: int = 7) -> None:
    # in turn, so that a slower moment of the machine meets both
    pairs = [(seconds("effektutv"), seconds("pandas")) for _ in range(repeats + 1)][1:]
    ours, peer = (statistics.median(side) for side in zip(*pairs, strict=True))
    print(
        f"import effektutv {ours * 1e3:.1f} ms, import pandas {peer * 1e3:.1f} ms; effektutv / pandas = {ours / peer:.3f}"
    )


if __name__ == "__main__":
    main()
