"""What a run takes of the machine, in the manifest, and that no number depends on what it may take."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from effektutv import pipeline
from effektutv.plan import plan_of, plan_sha256


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
    other = pipeline.load(small)
    assert other.inputs == {**trial.inputs}
    assert plan_sha256(plan_of(other.study)) == plan_sha256(plan_of(trial.study))
    pd.testing.assert_frame_equal(other._cohort.people, trial._cohort.people)
    for clock, masks in trial._cohort.masks.items():
        for state, mask in masks.states.items():
            np.testing.assert_array_equal(other._cohort.masks[clock].states[state], mask)
    assert other._cohort.quality == trial._cohort.quality
    assert list((small.parent / "spill").iterdir()) == []
