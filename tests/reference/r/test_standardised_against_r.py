"""Curves, restricted means and Lee's bounds standardised to strata, against R.

standardised.json was written by standardised.R from the tables of standardised_cases.py and is never written again to make a
test pass. There the curves and what each person adds to them are survival's (case weights, infinitesimal jackknife), the
variance is written out with full matrices, and the bounds go person by person. Agreement is to 1e-9 relative.
"""

from __future__ import annotations

import json
import sys
from functools import cache
from pathlib import Path

import numpy as np
import pytest

import effektutv as eu

sys.path.insert(0, str(Path(__file__).parent))
import standardised_cases as cases


@cache
def reference() -> dict:
    return json.loads((Path(__file__).parent / "standardised.json").read_text())


def close(ours: object, theirs: float, what: str, relative: float = 1e-9) -> None:
    assert isinstance(ours, float), f"{what}: {ours!r}"
    assert ours == pytest.approx(theirs, rel=relative, abs=1e-12), what


def each(analyses: list[dict]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("a", analyses, ids=lambda a: a["key"])


def given(a: dict) -> dict:
    return {
        "arm": "arm",
        "control": a["control"],
        "arms": cases.ARMS[a["table"]],
        "contrasts": [(a["arm"], a["control"])],
        "strata": "s",
    }


@each(cases.TIMES)
def test_times(a):
    theirs = reference()["times"][a["key"]]
    df = cases.load(a["table"])
    found = eu.time_to_event(df, time="time", event="event", tau=a["tau"], times=a["times"], **given(a))
    row, gap = found.rows[0], theirs["gap"]
    close(row.mean_arm, gap["arm"], "restricted mean in the arm")
    close(row.mean_control, gap["control"], "restricted mean in the control")
    close(row.estimate, gap["arm"] - gap["control"], "difference", 1e-8)
    close(row.std_error, np.sqrt(gap["V"]), "standard error")
    close(row.df, gap["df"], "degrees of freedom")
    rows = [r for r in found.risk if r.arm == a["arm"]]
    for r, values in zip(rows, theirs["curve"], strict=True):
        close(r.survival, values["surv"], f"survival, {r.time}")
        close(r.incidence, values["inc"], f"incidence, {r.time}")
        for ours, name in ((r.survival_error, "surv_v"), (r.incidence_error, "inc_v")):
            if values[name]["form"] == "none":
                assert isinstance(ours, eu.Unavailable)
            else:
                close(ours, np.sqrt(values[name]["V"]), f"{name}, {r.time}")


@each(cases.BOUNDS)
def test_lee_bounds(a):
    theirs = reference()["bounds"][a["key"]]
    row = eu.lee_bounds(cases.load(a["table"]), outcome="score", **given(a)).rows[0]
    assert row.trimmed == (a["control"] if theirs["flip"] else a["arm"])
    for ours, name in (("lower", "lower"), ("upper", "upper"), ("std_error_lower", "se_lower")):
        close(getattr(row, ours), theirs[name], name)
    close(row.std_error_upper, theirs["se_upper"], "se_upper")
    close(row.conf_low, theirs["ci"][0], "interval", 1e-8)  # R's uniroot stops near 1e-9
    close(row.conf_high, theirs["ci"][1], "interval", 1e-8)


@pytest.mark.parametrize("key", ["actg175_gender", "star"])
def test_cells_that_cannot_tighten_are_what_the_bounds_are_standardised_to(key):
    a = next(a for a in cases.BOUNDS if a["key"] == key)
    options = given(a) | {"tighten": "s"}
    del options["strata"]
    df = cases.load(a["table"])
    row = eu.lee_bounds(df[df["arm"].isin([a["arm"], a["control"]])], outcome="score", **options | {"arms": None}).rows[
        0
    ]
    both = eu.lee_bounds(
        df[df["arm"].isin([a["arm"], a["control"]])], outcome="score", **given(a) | {"arms": None}
    ).rows[0]
    assert "not tightened" in row.note
    assert (row.lower, row.upper, row.std_error_lower) == (both.lower, both.upper, both.std_error_lower)
    # the strata's weights are those of everyone randomised, the third arm among them
    close(eu.lee_bounds(df, outcome="score", **options).rows[0].lower, reference()["bounds"][key]["lower"], "lower")
