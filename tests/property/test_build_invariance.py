"""The participants' table does not depend on the engine's threads or on the order of rows in a delivery."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import effektutv as eu
from effektutv.synthetic.write_demo import write_demo


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("invariance") / "demo"
    write_demo(folder, participants=250, population=500)
    return folder


def everything(trial) -> list[np.ndarray]:
    masks = [
        m
        for clock in ("randomisation", "start")
        for part in (trial._masks(clock).states, trial._masks(clock).observed)
        for m in part.values()
    ]
    sources = [
        m for clock in ("randomisation", "start") for m in (trial._masks(clock).af, trial._masks(clock).statements)
    ]
    return masks + sources


@pytest.mark.parametrize("threads", [1, 2, 4])
def test_threads_change_nothing(folder, threads):
    reference = eu.load(folder / "study.toml")
    other = eu.load(folder / "study.toml", threads=threads)
    pd.testing.assert_frame_equal(reference.table, other.table)
    for a, b in zip(everything(reference), everything(other), strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_row_order_changes_nothing(folder, tmp_path, seed):
    import shutil

    shutil.copytree(folder, tmp_path / "demo")
    rng = np.random.default_rng(seed)
    for path in (tmp_path / "demo" / "extracts").glob("*.csv"):
        data = path.read_bytes()
        if b'"' in data:
            continue  # a quoted line break is not a row's end
        head, *rows = data.splitlines(keepends=True)
        path.write_bytes(head + b"".join(rows[i] for i in rng.permutation(len(rows))))
    reference, other = eu.load(folder / "study.toml"), eu.load(tmp_path / "demo" / "study.toml")
    pd.testing.assert_frame_equal(reference.table, other.table)
    for a, b in zip(everything(reference), everything(other), strict=True):
        np.testing.assert_array_equal(a, b)
    pd.testing.assert_frame_equal(reference.quality.tidy(), other.quality.tidy())
