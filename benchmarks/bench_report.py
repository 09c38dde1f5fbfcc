"""From extracts to the report in all its formats, in a fresh process, by step; goal: 5 seconds on two quiet cores.

    python -m benchmarks.bench_report

Times are by the clock, of the quickest of three runs.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.measure import Line, table


def main(repeats: int = 3) -> list[Line]:
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
    quickest = totals.index(min(totals))
    what, parts = "extracts to report, 1,063 persons, fresh process", steps[quickest]
    lines = [Line(what=what, ours=totals[quickest], unit="s", goal=5, absolute=True)]
    lines += [Line(what=f"of which {step}", ours=seconds, unit="s") for step, seconds in parts.items()]
    rest = totals[quickest] - sum(parts.values())
    return [*lines, Line(what="of which imports and the rest", ours=rest, unit="s")]


if __name__ == "__main__":
    print(table(main()))
