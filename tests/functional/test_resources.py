"""What a run takes of the machine, in the manifest, and that no number depends on what it may take."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

import effektutv as eu
from effektutv.runtime import process
from effektutv.study.plan_lock import plan_of, plan_sha256
from effektutv.synthetic.write_demo import write_demo


@pytest.fixture
def small(demo, tmp_path):
    """The demonstration's study with little memory, one thread and a temporary folder of its own."""
    (tmp_path / "study" / "spill").mkdir(parents=True)
    (tmp_path / "study" / "extracts").symlink_to(demo / "extracts")
    text = (demo / "study.toml").read_text(encoding="utf-8")
    more = '\n[resources]\nmemory_limit = "100MB"\nthreads = 1\ntemporary_folder = "spill"\n'
    (tmp_path / "study" / "study.toml").write_text(text + more, encoding="utf-8")
    return tmp_path / "study" / "study.toml"


def test_the_manifest_says_what_a_run_took(small, tmp_path):
    command = [sys.executable, "-m", "effektutv", "run", str(small), "--out", str(tmp_path / "out"), "--quiet"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text(encoding="utf-8"))
    taken = manifest["runtime"]
    assert taken["peak_memory_mib"] > 50
    assert 50 < taken["second_process_peak_memory_mib"] < 5000
    assert taken["engine"].keys() == {"threads", "memory_limit", "temporary_bytes", "temporary_files"}
    assert (taken["engine"]["threads"], taken["engine"]["memory_limit"]) == (1, "95.3 MiB")
    assert "95.3 MiB" not in json.dumps({k: v for k, v in manifest.items() if k != "runtime"})
    assert list((small.parent / "spill").iterdir()) == []


def test_no_number_depends_on_what_a_run_may_take(small, trial):
    other = eu.load(small)
    assert other.inputs == {**trial.inputs}
    assert plan_sha256(plan_of(other.study)) == plan_sha256(plan_of(trial.study))
    pd.testing.assert_frame_equal(other.table, trial.table)
    for clock, masks in trial._cohort.masks.items():
        for state, mask in masks.states.items():
            np.testing.assert_array_equal(other._cohort.masks[clock].states[state], mask)
    assert other._cohort.quality == trial._cohort.quality
    assert list((small.parent / "spill").iterdir()) == []


LOADS = """
import hashlib, json, sys
from effektutv.commands import run as pipeline
from effektutv.runtime.process import peak_memory_mib
from effektutv.study import Study
clocked = pipeline.Clocked()
trial = eu.load(Study.from_toml(sys.argv[1]), progress=clocked)
cohort = trial._cohort
told = hashlib.sha256(trial.table.to_csv().encode())
for masks in cohort.masks.values():
    for state in sorted(masks.states):
        told.update(masks.states[state].tobytes())
print(json.dumps([told.hexdigest(), peak_memory_mib(), clocked.taken.temporary_bytes, str(cohort.quality)]))
"""


@pytest.mark.slow
@pytest.mark.parametrize("file_format", ["csv", "parquet"])
def test_a_register_that_does_not_fit_is_built_with_little_memory(tmp_path, file_format):
    write_demo(tmp_path / "demo", population=1_000_000, file_format=file_format)
    study = tmp_path / "demo" / "study.toml"
    found = []
    for more in ("", '\n[resources]\nmemory_limit = "150MB"\n'):
        study.write_text(study.read_text(encoding="utf-8") + more, encoding="utf-8")
        command = [sys.executable, "-c", LOADS, str(study)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        found.append(json.loads(done.stdout))
    (whole, _, _, one), (bounded, peak, temporary, other) = found
    assert bounded == whole
    assert other == one
    assert peak < 700
    assert temporary > 1_000_000


def test_a_process_that_a_large_one_started_is_as_large_as_it_is():
    held = np.ones(50_000_000)
    program = "from effektutv.runtime.process import peak_memory_mib; print(peak_memory_mib())"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert 5 < int(done.stdout) < 200
    assert process.peak_memory_mib() > held.nbytes / 2**20
