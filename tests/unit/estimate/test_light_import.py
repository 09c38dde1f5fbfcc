"""A first estimate in a fresh process is quick and pulls in no statistics library."""

from __future__ import annotations

import json
import subprocess
import sys

PROGRAM = """
import json, sys, time
import numpy as np, pandas as pd
df = pd.DataFrame({"arm": ["t", "c"] * 50, "s": ["a"] * 50 + ["b"] * 50, "y": np.arange(100) % 3})
begin = time.perf_counter()
import effektutv as eu
eu.itt(df, outcome="y", arm="arm", control="c", strata="s").rows
eu.balance(df, arm="arm", covariates=["y"], strata="s")
heavy = [m for m in ("scipy.stats", "statsmodels", "linearmodels", "polars", "matplotlib", "duckdb") if m in sys.modules]
print(json.dumps({"seconds": time.perf_counter() - begin, "heavy": heavy}))
"""


def test_first_estimate():
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)
    assert found["heavy"] == []
    assert found["seconds"] < 1


def test_kernels_know_no_data_frames():
    program = "import sys, effektutv.estimate.subgroups, effektutv.estimate.balance, effektutv.estimate.profile; "
    program += "print([m for m in ('pandas', 'polars', 'scipy.stats') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
