"""The same inputs, study and seed give the same bytes: other processes, processors and threads, shuffled rows."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))

import other_processor

import effektutv as eu
from effektutv.commands import run

pytestmark = pytest.mark.same_bytes

EPOCH = "1700000000"


def contents(folder):
    """Every file of a report: its bytes, or for the manifest what it says besides times and memory."""
    found = {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}
    manifest = json.loads(found["manifest.json"])
    assert manifest.pop("runtime")["seconds"]
    return {**found, "manifest.json": manifest}


def same(one, other):
    assert one.keys() == other.keys()
    assert [name for name in one if one[name] != other[name]] == []
    suffixes = {Path(name).suffix for name in one}
    assert {".html", ".pdf", ".docx", ".xlsx", ".csv", ".svg", ".png", ".txt", ".json"} <= suffixes


def by_command(study, out, **environment):
    done = subprocess.run(
        [sys.executable, "-m", "effektutv", "run", str(study), "--out", str(out), "--quiet"],
        env={**os.environ, **environment}, capture_output=True, text=True, check=False, cwd=out.parent,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return contents(out)


def shuffled(demo, folder):
    """The same extracts with the rows of every file in another order, each file its own."""
    shutil.copytree(demo, folder)
    rng, moved = random.Random(7), 0
    for path in sorted((folder / "extracts").glob("*.csv")):
        header, *rows = path.read_bytes().splitlines(keepends=True)
        other = rng.sample(rows, len(rows))
        moved += other != rows
        path.write_bytes(header + b"".join(other))
    assert moved > 10
    return folder


def test_two_processes_on_two_processors_write_the_same_bytes(demo, tmp_path):
    one = {"PYTHONHASHSEED": "0", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "TZ": "UTC", "LC_ALL": "C"}
    two = {
        "PYTHONHASHSEED": "4242", "OMP_NUM_THREADS": "2", "OPENBLAS_NUM_THREADS": "2", "TZ": "Asia/Tokyo",
        "LC_ALL": "C.UTF-8", "RAYON_NUM_THREADS": "1", "MPLCONFIGDIR": str(tmp_path / "elsewhere"),
        **other_processor.environment(),
    }  # fmt: skip
    first = by_command(demo / "study.toml", tmp_path / "a", SOURCE_DATE_EPOCH=EPOCH, **one)
    same(first, by_command(demo / "study.toml", tmp_path / "another name", SOURCE_DATE_EPOCH=EPOCH, **two))


@pytest.fixture(scope="module")
def written(trial, tmp_path_factory):
    out = tmp_path_factory.mktemp("written") / "out"
    with pytest.MonkeyPatch.context() as environment:
        environment.delenv("SOURCE_DATE_EPOCH", raising=False)
        run.report(trial, out)
    return contents(out)


def test_rows_in_another_order_on_one_thread_give_the_same_bytes(demo, trial, written, tmp_path, monkeypatch):
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    other = eu.load(shuffled(demo, tmp_path / "other") / "study.toml", threads=1)
    assert other.inputs != trial.inputs
    run.report(other, tmp_path / "out")
    found = contents(tmp_path / "out")
    # what the files hash to is the one thing that differs, and stands in the manifest alone
    assert found["manifest.json"].pop("inputs") != written["manifest.json"]["inputs"]
    same({**written, "manifest.json": {k: v for k, v in written["manifest.json"].items() if k != "inputs"}}, found)


def test_no_clock_is_read(trial, written, tmp_path, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", EPOCH)
    run.report(trial, tmp_path / "out")
    dated = contents(tmp_path / "out")
    # only formats that carry a date of their making show one that is given
    assert {name for name in written if dated[name] != written[name]} == {
        "manifest.json", "report.pdf", "report.docx", "tables.xlsx",
    }  # fmt: skip
    monkeypatch.delenv("SOURCE_DATE_EPOCH")
    monkeypatch.setattr("time.time", lambda: 4e9)
    run.report(trial, tmp_path / "later")
    same(written, contents(tmp_path / "later"))
