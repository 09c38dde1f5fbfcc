"""Degrees of freedom of `fe` and the interacted `lin` against clubSandwich, every person a cluster of her own.

informing.json was written by informing.R from the table of thin_trials.py, whose digest stands in it. `dof="residual"` is R's
`lm` with HC2: persons less rank.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

import effektutv as eu

sys.path.insert(0, str(Path(__file__).parent))
import thin_trials

REFERENCE = json.loads((Path(__file__).parent / "informing.json").read_text())
RUNS = [(kind, trial) for kind, trials in REFERENCE.items() if kind != "meta" for trial in trials]


def rows(kind: str, trial: str, dof: str | None = None):
    estimator, _, adjusted = kind.partition("_")
    covariates = ["x1", "x2"] if adjusted else None
    df = thin_trials.load().query("trial == @trial")
    return eu.itt(
        df, outcome="y", arm="arm", control="c", strata="stratum", estimator=estimator, covariates=covariates, dof=dof
    ).rows


def test_the_table_is_the_one_r_read():
    assert thin_trials.fingerprint() == REFERENCE["meta"]["sha256"]


@pytest.mark.parametrize(("kind", "trial"), RUNS)
def test_hc2_and_its_degrees_of_freedom(kind, trial):
    counted = rows(kind, trial, "residual")
    for row, plain in zip(rows(kind, trial), counted, strict=True):
        theirs = REFERENCE[kind][trial][f"{row.arm}-{row.control}"]
        assert row.estimate == pytest.approx(theirs["estimate"], rel=1e-9)
        assert row.std_error == pytest.approx(theirs["se"], rel=1e-9)
        assert row.df == pytest.approx(theirs["df"], rel=1e-9)
        assert row.p_value == pytest.approx(theirs["p"], rel=1e-8)
        assert plain.df == row.n_arm + row.n_control - theirs["rank"]
        assert (plain.estimate, plain.std_error) == (row.estimate, row.std_error)
