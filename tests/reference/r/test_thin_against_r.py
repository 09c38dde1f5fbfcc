"""Thin strata against base R: forms of the variance, Satterthwaite's degrees of freedom, the sparse form of `lin`.

thin.json was written by thin.R from the table of thin_trials.py, whose digest stands in it.
"""

from __future__ import annotations

import json
import sys
from functools import cache
from pathlib import Path

import pytest

import effektutv as eu

sys.path.insert(0, str(Path(__file__).parent))
import thin_trials

FORMS = {
    "cells": "",
    "pooled": "variance pooled from the spread",
    "plug-in": "single persons take their arm's variance",
}


@cache
def reference() -> dict:
    return json.loads((Path(__file__).parent / "thin.json").read_text())


@cache
def rows(trial: str, estimator: str):
    df = thin_trials.load().query("trial == @trial")
    options = {"covariates": ["x1", "x2"]} if estimator == "lin" else {}
    return eu.itt(df, outcome="y", arm="arm", control="c", strata="stratum", estimator=estimator, **options).rows


def test_the_table_is_the_one_r_read():
    assert thin_trials.fingerprint() == reference()["meta"]["sha256"]


@pytest.mark.parametrize("estimator", ["blocked", "lin"])
@pytest.mark.parametrize("trial", thin_trials.TRIALS)
def test_estimate_error_and_df(trial, estimator):
    if (trial, estimator) == ("cells", "lin"):
        # two persons in every cell: `lin` is interacted there, and has R's point
        for row in rows(trial, estimator):
            theirs = reference()["lin"][trial][f"{row.arm}-{row.control}"]
            assert "sparse" not in row.note
            if theirs["own"]:
                assert row.estimate == pytest.approx(theirs["estimate"], rel=1e-9)
        return
    for row in rows(trial, estimator):
        theirs = reference()[estimator][trial][f"{row.arm}-{row.control}"]
        assert row.estimate == pytest.approx(theirs["estimate"], rel=1e-9)
        assert row.std_error == pytest.approx(theirs["se"], rel=1e-9)
        assert row.df == pytest.approx(theirs["df"], rel=1e-9)
        assert FORMS[theirs["form"]] in row.note
        if estimator == "lin":
            assert ("slopes of each arm's own" if theirs["own"] else "one slope for all arms") in row.note


def test_every_form_is_there():
    found = {(r["form"], r["own"]) for t in reference()["lin"].values() for r in t.values()}
    assert {f for f, _ in found} == {"cells", "pooled", "plug-in"}
    assert {own for _, own in found} == {True, False}
