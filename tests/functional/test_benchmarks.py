"""The benchmarks call what there is: each module is imported, and the sides of least squares agree on a few persons."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
#: But the one that needs Spark, which the tests do not install.
MODULES = sorted({path.stem for path in (ROOT / "benchmarks").glob("bench_*.py")} - {"bench_spark"})


@pytest.mark.parametrize("module", MODULES)
def test_every_benchmark_can_be_imported(module, monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT))
    assert importlib.import_module(f"benchmarks.{module}")


def test_the_sides_of_least_squares_agree():
    found = {}
    for side in ("numpy", "kernel", "contrast", "itt"):
        command = [sys.executable, "-m", "benchmarks.bench_ols", side, "2000", "5"]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        said = json.loads(done.stdout)
        found[side] = (said["coefficient"], said["variance"])
    for side, numbers in found.items():
        assert numbers == pytest.approx(found["numpy"], rel=1e-9), side
