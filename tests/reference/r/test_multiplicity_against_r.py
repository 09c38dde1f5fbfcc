"""Families against base R: Holm, Westfall–Young by every assignment and by draws, Romano–Wolf, all arms drawn again.

multiplicity.json was written by multiplicity.R from the tables of randomization_cases.py and is never written again to
make a test pass. What is exact in R agrees to 1e-9, what is drawn within 4.5 standard errors of both sides' draws.
"""

from __future__ import annotations

import json
import sys
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import trials

import effektutv as eu
from effektutv.estimators.multiplicity.hypothesis import Hypothesis
from effektutv.estimators.multiplicity.redraw_cells import global_statistics
from effektutv.estimators.multiplicity.stepdown import StepDown, holm
from effektutv.results import kept

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[2] / "unit" / "estimators"))
import randomization_cases as cases
from enumerated import assignments, estimate_and_error, spec


@cache
def reference() -> dict:
    return json.loads((Path(__file__).parent / "multiplicity.json").read_text())


def within_draws(ours: float, theirs: float, *draws: int) -> None:
    p = max(theirs, 1 / min(draws))
    assert abs(ours - theirs) <= 4.5 * np.sqrt(p * (1 - p) * sum(1 / b for b in draws)) + sum(2 / b for b in draws)


@pytest.mark.parametrize("name", sorted(reference()["meta"]["fingerprints"]))
def test_tables_are_those_r_read(name):
    assert trials.fingerprint(cases.table(name)) == reference()["meta"]["fingerprints"][name]


def test_holm_is_p_adjusts():
    theirs = reference()["holm"]
    np.testing.assert_allclose(holm(np.array(theirs["p"])), theirs["adjusted"], rtol=1e-12)


def test_westfall_young_by_every_assignment():
    """The estimator's own statistic of each of the 360 assignments, through the step-down: R's p-values to 1e-9."""
    theirs = reference()["exact"]
    df = cases.tiny_blocked()
    treated, block = (df["arm"] == "t").to_numpy().astype(int), df["block"].to_numpy()
    found = []
    for outcome in ("a", "b"):
        y = df[outcome].to_numpy()
        pairs = np.array([estimate_and_error(w, block, y, spec("blocked")) for w in assignments(treated, block)])
        found.append(pairs[:, 0] / pairs[:, 1])
    every = np.array(found)
    itself = next(j for j, w in enumerate(assignments(treated, block)) if (w == treated).all())
    np.testing.assert_allclose(every[:, itself], theirs["observed"], rtol=1e-9)
    down = StepDown(every[:, itself])
    down.add(np.delete(every, itself, axis=1))  # (1 + # of the others)/(1 + others): all assignments
    np.testing.assert_allclose(down.adjusted, theirs["adjusted"], rtol=1e-9)
    np.testing.assert_allclose(down.raw, theirs["raw"], rtol=1e-9)


def test_westfall_young_by_draws_of_the_tiny_trial():
    theirs = reference()["exact"]
    effects = eu.itt(cases.tiny_blocked(), outcome=["a", "b"], arm="arm", control="c", strata="block")
    rows = eu.adjust(effects, method="westfall-young", draws=50_000).rows
    for row, statistic, adjusted, raw in zip(rows, theirs["observed"], theirs["adjusted"], theirs["raw"], strict=True):
        assert row.statistic == pytest.approx(statistic, rel=1e-9)
        within_draws(row.p_adjusted, adjusted, 50_000)
        within_draws(row.p_randomization, raw, 50_000)


def test_all_three_arms_drawn_again():
    theirs = reference()["global"]
    effects = eu.itt(
        cases.tiny_three(),
        outcome="a",
        arm="arm",
        control="c",
        strata="block",
        estimator="difference",
        contrasts=[("t", "c"), ("u", "c"), ("t", "u")],
    )
    assert [r.statistic for r in effects.rows] == pytest.approx(theirs["observed"], rel=1e-9)
    source = kept(effects)
    everyone = np.ones(11, dtype=bool)
    tests = [Hypothesis(outcome="a", contrast=c, levels=(everyone,)) for c in ((1, 0), (2, 0), (1, 2))]
    observed, _ = global_statistics(source, tests, None, 1, 1)
    np.testing.assert_allclose(observed, theirs["moved"], rtol=1e-9)
    rows = eu.adjust(effects, method="westfall-young", draws=40_000).rows
    within_draws(min(r.p_adjusted for r in rows), theirs["p"], 40_000)


@pytest.mark.parametrize("case", cases.FAMILIES, ids=lambda c: f"{c[0]}/{c[2]}/{c[4]}")
def test_families_of_public_trials(case):
    name, outcomes, arm, control, strata = case
    theirs = reference()["families"][f"{name}/{arm}/{strata}"]
    df = cases.table(name)
    df = df[df["arm"].isin([arm, control])].dropna(subset=outcomes)
    # R's t tests of strata have n − 2·strata degrees of freedom
    how = {"strata": strata, "dof": "residual"} if strata else {}
    effects = eu.itt(df, outcome=outcomes, arm="arm", control=control, **how)
    assert [r.statistic for r in effects.rows] == pytest.approx(theirs["observed"], rel=1e-9)
    if strata:  # without strata our degrees of freedom are Satterthwaite's
        for row, p in zip(eu.adjust(effects).rows, theirs["holm"], strict=True):
            assert row.p_adjusted == pytest.approx(p, rel=1e-7)
    for method, named in (("westfall-young", "westfall_young"), ("romano-wolf", "romano_wolf")):
        rows = eu.adjust(effects, method=method, draws=20_000).rows
        for row, p in zip(rows, theirs[named], strict=True):
            within_draws(row.p_adjusted, p, 20_000, theirs["draws"])
