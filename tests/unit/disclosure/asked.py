"""Persons who were asked, and persons who received programmes, for the tests of what is released of them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

import effektutv as eu
from effektutv.api.compliance import cace
from effektutv.api.missing_outcomes import lee_bounds, response_weighted, worst_case_bounds
from effektutv.results.survey import SurveyOutcome

ARMS = ("FS", "SE", "CM")
ITEM = """
[[outcomes]]
name = "halsa"
label = { sv = "h", en = "h" }
item = "halsa"
wave = 1
values = ["1"]
"""


def people(seed=1, n=80, answer=(0.6, 0.7, 0.65), good=0.4):
    """Persons by arm with a stratum, whether they answered, and a 0/1 answer."""
    rng = np.random.default_rng(seed)
    arm = np.repeat(ARMS, n)
    df = pd.DataFrame({"arm": arm, "stratum": rng.integers(0, 3, arm.size).astype(str)})
    seen = rng.random(arm.size) < np.repeat(answer, n)
    df["halsa"] = np.where(seen, (rng.random(arm.size) < good).astype(float), np.nan)
    return df


def answered(df, arm, seen, good):
    """The arm's first persons answer, the first of these well; the others do not answer."""
    where = np.flatnonzero(df["arm"] == arm)
    df = df.copy()
    df.loc[where, "halsa"] = np.nan
    df.loc[where[:seen], "halsa"] = (np.arange(seen) < good).astype(float)
    return df


def survey(df, tighten=None, binary=True):
    """What a trial says of one item, by the package's own functions."""
    y = "halsa"
    if not binary:
        df = df.assign(halsa=df["halsa"] * 3 + np.arange(len(df)) % 7)
    asked = {"arm": "arm", "control": "FS", "arms": list(ARMS)}
    response = eu.itt(df.assign(seen=df[y].notna().astype(float)), outcome="seen", **asked)
    named = replace(response, rows=tuple(replace(r, outcome=f"response:{y}") for r in response.rows))
    limits = None if binary else (0.0, 10.0)
    return SurveyOutcome(
        outcome=y,
        wave=1,
        response=named,
        observed=eu.itt(df, outcome=y, **asked),
        weighted=response_weighted(df, outcome=y, strata="stratum", **asked),
        bounds=(
            lee_bounds(df, outcome=y, tighten=tighten, **asked),
            worst_case_bounds(df, outcome=y, limits=limits, **asked),
        ),
    )


def receivers(seed=1, n=100, own=(0.9, 0.8, 0.7), other=0.1):
    """Persons by arm with a 0/1 outcome and receipt of each programme."""
    rng = np.random.default_rng(seed)
    arm = np.repeat(ARMS, n)
    df = pd.DataFrame({"arm": arm, "y": (rng.random(arm.size) < 0.3).astype(float)})
    for k, a in enumerate(ARMS):
        df[f"got_{a}"] = (rng.random(arm.size) < np.where(arm == a, own[k], other)).astype(float)
    return df


def gave(df, arm, programme, count):
    """The arm's first persons received the programme, and no other of the arm."""
    where = np.flatnonzero(df["arm"] == arm)
    df = df.copy()
    df.loc[where, f"got_{programme}"] = (np.arange(where.size) < count).astype(float)
    return df


def compliance(df, outcome="arbete", **other):
    found = cace(
        df.rename(columns={"y": outcome}), outcome=outcome, treatment={a: f"got_{a}" for a in ARMS}, assignment="arm",
        control="FS", arms=list(ARMS), month=15, clock="randomisation", **{"tolerance": 0.99, **other},
    )  # fmt: skip
    effects = eu.itt(
        df.rename(columns={"y": outcome}), outcome=outcome, arm="arm", control="FS", arms=list(ARMS), month=15,
        clock="randomisation",
    )  # fmt: skip
    return found, effects
