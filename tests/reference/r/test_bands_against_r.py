"""Standard errors, correlations across months and sup-t critical values against R.

bands.json was written by bands.R from the table of bands_trial.py and is never written again to make a test pass. What is
computed agrees to 1e-9; critical values are Monte Carlo on both sides (a million draws there, 400,000 here, and 10,000 in
the door's own), and agree within four of their joint errors.
"""

from __future__ import annotations

import importlib.util
import json
from functools import cache
from pathlib import Path

import numpy as np
import pytest

import effektutv as eu
from effektutv.estimators.design import Design, Sample
from effektutv.estimators.options import parse_spec
from effektutv.estimators.scores import arm_scores, contrast_scores
from effektutv.estimators.simultaneous_bands import correlation, critical_value, rounded_up, standard_normals

HERE = Path(__file__).parent
ARMS = ("c", "t", "u")
CURVES = [("arms", k) for k in ARMS] + [(e, p) for e in ("difference", "blocked", "fe") for p in ("t-c", "u-c", "t-u")]


@cache
def months():
    found = importlib.util.spec_from_file_location("bands_trial", HERE / "bands_trial.py")
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


@cache
def reference() -> dict:
    return json.loads((HERE / "bands.json").read_text())


@cache
def scores(estimator: str, curve: str) -> np.ndarray:
    """Every month's scores, a column a month."""
    df = months().load()
    arm = df["arm"].map({k: i for i, k in enumerate(ARMS)}).to_numpy(dtype=np.intp)
    stratum = df["stratum"].str[1:].to_numpy(dtype=np.intp)
    columns = []
    for k in range(months().MONTHS):
        y = df[f"m{k + 1}"].to_numpy(dtype=float)
        seen = ~np.isnan(y)
        design = Design(
            arm=arm[seen], stratum=stratum[seen], X=np.empty((int(seen.sum()), 0)), arms=ARMS, n_strata=5, strata="s"
        )
        sample = Sample(design=design, y=y[seen], binary=True, unseen=design.take(np.empty(0, dtype=np.intp)))
        column = np.zeros(len(df))
        if estimator == "arms":
            column[seen] = arm_scores(sample, ARMS.index(curve))
        else:
            spec = parse_spec(
                estimator=estimator, vcov=None, weights="all", level=0.95, stratified=True, adjusted=False
            )
            column[seen] = contrast_scores(sample, spec, *(ARMS.index(a) for a in curve.split("-")))[: seen.sum()]
        columns.append(column)
    return np.column_stack(columns)


def test_the_table_is_the_one_r_read():
    assert months().fingerprint() == reference()["meta"]["sha256"]


@pytest.mark.parametrize(("estimator", "curve"), CURVES)
def test_standard_errors_and_correlations(estimator, curve):
    theirs = reference()[estimator][curve]
    S = scores(estimator, curve)
    assert np.sqrt((S**2).sum(axis=0)) == pytest.approx(theirs["se"], rel=1e-9)
    assert correlation(S) == pytest.approx(np.array(theirs["R"]), rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("level", [0.90, 0.95])
@pytest.mark.parametrize(("estimator", "curve"), CURVES)
def test_critical_values(estimator, curve, level):
    theirs = reference()[estimator][curve]
    name = str(round(100 * level))
    draws = 400_000
    ours = critical_value(correlation(scores(estimator, curve)), normals(draws), level)
    error = np.sqrt(level * (1 - level) * (1 / draws + 1 / reference()["meta"]["draws"])) / theirs[f"f{name}"]
    assert abs(ours - theirs[f"c{name}"]) < 4 * error


@cache
def normals(draws: int) -> np.ndarray:
    return standard_normals(7, draws, 24)


@pytest.mark.parametrize("estimator", ["difference", "blocked", "fe"])
def test_the_door_has_these_bands(estimator):
    profile = eu.profile(
        months().load(), outcomes={k + 1: f"m{k + 1}" for k in range(months().MONTHS)}, arm="arm", control="c",
        strata="stratum", name="state", estimator=estimator, bands="both",
    )  # fmt: skip
    found = {("arms", r.arm): r.sim_critical for r in profile.rows}
    found |= {(estimator, f"{b.arm}-{b.control}"): b.sim_critical for b in profile.bands.rows}
    assert len(found) == 6
    for (group, curve), critical in found.items():
        theirs = reference()[group][curve]
        error = np.sqrt(0.05 * 0.95 * (1 / 10_000 + 1 / reference()["meta"]["draws"])) / theirs["f95"]
        assert rounded_up(theirs["c95"] - 4 * error) <= critical <= rounded_up(theirs["c95"] + 4 * error)
