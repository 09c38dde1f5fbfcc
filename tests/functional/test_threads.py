"""The command line keeps linear algebra to one thread before numpy is loaded, and leaves a user's own wish alone."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

PROBE = """
import os, sys
from effektutv import cli
early = "numpy" not in sys.modules
from effektutv.commands import run as pipeline
told = {}
def run(*args, **options):
    told.update(numpy=early, threads=os.environ["OPENBLAS_NUM_THREADS"], mkl=os.environ["MKL_NUM_THREADS"])
pipeline.run = run
sys.argv = ["effektutv", "run", "study.toml", "--out", "out"]
code = cli._guarded()
print(code, told["numpy"], told["threads"], told["mkl"])
"""


@pytest.mark.parametrize(("given", "expected"), [(None, "1"), ("2", "2")])
def test_linear_algebra_runs_on_one_thread_unless_told(given, expected, tmp_path):
    environment = {k: v for k, v in os.environ.items() if not k.endswith("_NUM_THREADS")}
    if given is not None:
        environment["OPENBLAS_NUM_THREADS"] = given
    done = subprocess.run(
        [sys.executable, "-c", PROBE], env=environment, capture_output=True, text=True, check=True, cwd=tmp_path
    )
    assert done.stdout.splitlines()[-1] == f"0 True {expected} 1"
