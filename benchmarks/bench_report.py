"""From extracts to the report in a fresh process, by step.

python benchmarks/bench_report.py
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path


def main(repeats: int = 3) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        command = [sys.executable, "-m", "effektutv"]
        subprocess.run([*command, "demo", str(folder / "demo")], check=True, capture_output=True)
        totals, steps = [], []
        for _ in range(repeats):
            begin = time.perf_counter()
            run = [*command, "run", str(folder / "demo" / "study.toml"), "--out", str(folder / "out"), "--quiet"]
            subprocess.run(run, check=True, capture_output=True)
            totals.append(time.perf_counter() - begin)
            manifest = json.loads((folder / "out" / "manifest.json").read_text(encoding="utf-8"))
            steps.append(manifest["runtime"]["seconds"])
    print(f"extracts to report, 1,063 persons, fresh process: {statistics.median(totals):.2f} s")
    for step in steps[0]:
        print(f"  {step:20} {statistics.median(s[step] for s in steps):7.3f} s")
    accounted = statistics.median(sum(s.values()) for s in steps)
    print(f"  {'imports and the rest':20} {statistics.median(totals) - accounted:7.3f} s")


if __name__ == "__main__":
    main()
