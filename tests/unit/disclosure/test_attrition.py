"""Bounds for the dead and the emigrated on their way out: who was there is a cell, and curves tell of the same persons."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from timed import table, timed, trial

import effektutv as eu
from effektutv.api.missing_outcomes import lee_bounds, worst_case_bounds
from effektutv.disclosure.attrition import CURVE, OUTCOME, WITHOUT
from effektutv.disclosure.protect import protect
from effektutv.results import Status, Suppressed

ARMS = ("FS", "SE", "CM")
BOUND = ("lower", "upper", "std_error_lower", "std_error_upper", "conf_low", "conf_high")
ASKED = {"arm": "arm", "control": "FS", "arms": list(ARMS), "month": 15, "clock": "randomisation"}
N = 120


def people(gone, worked=None):
    """Persons of whom the first of each arm are gone, and the last are in work."""
    worked = worked or dict.fromkeys(ARMS, 40)
    frames = []
    for arm in ARMS:
        y = np.zeros(N)
        y[N - worked[arm] :] = 1.0
        frames.append(pd.DataFrame({"arm": arm, "arbete": y, "gone": np.arange(N) < gone[arm]}))
    return pd.concat(frames, ignore_index=True)


def bounds(df):
    named = df.assign(**{"resident:arbete": df["arbete"].where(~df["gone"])})
    return tuple(f(named, outcome="resident:arbete", **ASKED) for f in (lee_bounds, worst_case_bounds))


def release(make, df, **parts):
    effects = eu.itt(df, outcome="arbete", **ASKED)
    return protect(replace(make.inputs(attrition=bounds(df), **parts), effects=(effects,)))


def hidden_arms(out):
    found = set()
    for row in (r for b in out.value.attrition for r in b.rows):
        for name, arm in (("arm", row.arm), ("control", row.control)):
            if isinstance(getattr(row, f"observed_{name}"), Suppressed):
                found.add(arm)
                assert isinstance(getattr(row, f"response_{name}"), Suppressed)
        touched = {row.arm, row.control} & found
        assert all(isinstance(getattr(row, name), Suppressed) for name in BOUND) == bool(touched)
        assert row.status is (Status.SUPPRESSED if touched else Status.RELEASED)
    for row in (r for b in out.value.attrition for r in b.response.rows):
        for name, arm in (("arm", row.arm), ("control", row.control)):
            assert isinstance(getattr(row, f"share_{name}"), Suppressed) == (arm in found)
    return found


def rules(out):
    return {d.rule for d in out.decisions if d.cell.startswith("response:resident:arbete")}


@pytest.mark.parametrize(("gone", "hidden"), [(0, False), (1, True), (4, True), (5, False), (12, False)])
def test_few_who_are_gone_hide_their_arm(make, gone, hidden):
    out = release(make, people({"FS": 6, "SE": gone, "CM": 0}))
    assert hidden_arms(out) == ({"SE"} if hidden else set())


def test_what_is_shown_is_what_was_estimated(make):
    df = people({"FS": 6, "SE": 9, "CM": 0})
    out = release(make, df)
    for before, after in zip(bounds(df), out.value.attrition, strict=True):
        for a, b in zip(before.rows, after.rows, strict=True):
            assert all(getattr(a, n) == getattr(b, n) for n in (*BOUND, "observed_arm", "observed_control"))


def test_an_arm_whose_share_is_hidden_has_no_bounds(make):
    out = release(make, people({"FS": 6, "SE": 9, "CM": 0}, {"FS": 40, "SE": 3, "CM": 40}))
    assert "SE" in hidden_arms(out)
    assert OUTCOME in rules(out)


def test_few_who_are_there_and_without_work_hide_their_arm(make):
    # 112 in work of 120, 6 of the 8 without are gone: two are there without work
    out = release(make, people({"FS": 6, "SE": 6, "CM": 0}, {"FS": 40, "SE": 112, "CM": 40}))
    assert hidden_arms(out) == {"SE"}
    assert rules(out) == {WITHOUT}


@pytest.mark.parametrize(("later", "hidden"), [(9, False), (10, True), (13, True), (14, False)])
def test_a_curve_with_a_few_more_deaths_hides_the_arm(make, later, hidden):
    # nine are gone at month 15; the curve counts as many, or a few more, by its end
    counts = {(3, 1): 30, (10, 2): 9, (14, 2): later - 9}
    curve = timed(trial({"FS": table({(3, 1): 30}), "SE": table(counts), "CM": table({(3, 1): 30})}), tau=15)
    out = release(make, people({"FS": 0, "SE": 9, "CM": 0}), times=(curve,))
    shown = [r.competing for t in out.value.times for r in t.risk if r.arm == "SE" and r.time == 15]
    assert shown == [later] or hidden
    assert hidden_arms(out) == ({"SE"} if hidden else set())
    assert (CURVE in rules(out)) == hidden
