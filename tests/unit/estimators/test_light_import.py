"""A first estimate in a fresh process pulls in no statistics library; how long it takes, `make bench` says."""

from __future__ import annotations

import json
import subprocess
import sys

PROGRAM = """
import json, sys
import numpy as np, pandas as pd
df = pd.DataFrame({"arm": ["t", "c"] * 50, "s": ["a"] * 50 + ["b"] * 50, "y": np.arange(100) % 3})
import effektutv as eu
eu.itt(df, outcome="y", arm="arm", control="c", strata="s").rows
eu.balance(df, arm="arm", covariates=["y"], strata="s")
heavy = [m for m in ("scipy.stats", "statsmodels", "linearmodels", "polars", "matplotlib", "duckdb") if m in sys.modules]
print(json.dumps(heavy))
"""


def test_first_estimate():
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == []


def test_kernels_know_no_data_frames():
    program = "import sys, effektutv.estimators.subgroups, effektutv.estimators.balance, effektutv.estimators.monthly_profile; "
    program += "print([m for m in ('pandas', 'polars', 'scipy.stats') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_reading_registers_and_building_months_know_no_data_frames():
    program = "import sys, effektutv.cohort.outcome_values, effektutv.registers.sources.open_extract; "
    program += "import effektutv.registers.checks.run_checks; "
    program += "print([m for m in ('pandas', 'polars', 'scipy', 'matplotlib') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
