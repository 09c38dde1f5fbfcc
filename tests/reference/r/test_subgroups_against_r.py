"""Levels that share clusters, and crosses of two by two, against clubSandwich, sandwich and emmeans.

subgroups.json was written by subgroups.R from the tables of subgroups_export.py. Estimates, errors, F and degrees of freedom
agree to 1e-9 relative, p-values to 1e-8.
"""

from __future__ import annotations

import json
import sys
from functools import cache
from pathlib import Path

import pytest
import trials

import effektutv as eu

sys.path.insert(0, str(Path(__file__).parent))
from subgroups_export import ANALYSES

EACH = pytest.mark.parametrize("a", ANALYSES, ids=lambda a: a["key"])


@cache
def reference() -> dict:
    return json.loads((Path(__file__).parent / "subgroups.json").read_text())


def close(ours: object, theirs: float, what: str, relative: float = 1e-9) -> None:
    assert isinstance(ours, float | int), f"{what}: {ours!r}"
    assert ours == pytest.approx(theirs, rel=relative, abs=1e-13), what


def rows(a: dict, clustered: bool) -> dict[str, eu.results.EffectRow]:
    df = trials.load(a["trial"])
    df = df[df["arm"].isin([a["arm"], a["control"]])]
    df = df.dropna(subset=[a["outcome"], *a["by"], a["cluster"], *filter(None, [a["strata"]])])
    options = {"cluster": a["cluster"]} if clustered else {}
    found = eu.itt(
        df,
        outcome=a["outcome"],
        arm="arm",
        control=a["control"],
        strata=a["strata"] or None,
        estimator="fe" if a["strata"] else "difference",
        by=[tuple(a["by"])] if len(a["by"]) > 1 else a["by"],
        **options,
    )
    return {str(row.kind) if row.kind.compares else row.level: row for row in found.rows}


@pytest.mark.parametrize("name", sorted({a["trial"] for a in ANALYSES}))
def test_tables_are_those_r_read(name):
    assert trials.fingerprint(trials.load(name)) == reference()["meta"]["fingerprints"][name]


@EACH
def test_levels_that_share_clusters(a):
    theirs = reference()["analyses"][a["key"]]
    ours = rows(a, clustered=True)
    for level, estimate in zip(theirs["levels"], theirs["estimate"], strict=True):
        close(ours[tuple(level.split(":")) if ":" in level else level].estimate, estimate, level)
    if "contrast" in theirs:
        row, held = ours["interaction"], theirs["contrast"]
        close(row.estimate, held["estimate"], "contrast")
        close(row.std_error, held["se_cr2"], "CR2 standard error")
        close(row.df, held["df_cr2"], "Satterthwaite df")
        close(row.p_value, held["p_cr2"], "p", 1e-8)
    if len(theirs["levels"]) > 2:
        row, held = ours["joint"], theirs["joint_clustered"]
        close(row.statistic, held["f"], "F")
        close(row.df, held["df"], "df")
        close(row.p_value, held["p"], "p", 1e-8)
        assert held["q"] == len(theirs["levels"]) - 1
        assert f"F with {held['q']} and df" in row.note


@EACH
def test_without_clusters(a):
    theirs = reference()["analyses"][a["key"]]
    ours = rows(a, clustered=False)
    if "contrast" in theirs:
        close(ours["interaction"].estimate, theirs["contrast"]["estimate"], "contrast")
        close(ours["interaction"].std_error, theirs["contrast"]["se_hc2"], "HC2 standard error")
    if "emmeans" in theirs:
        close(ours["interaction"].estimate, theirs["emmeans"]["estimate"], "emmeans")
        close(ours["interaction"].std_error, theirs["emmeans"]["se"], "emmeans standard error")
        assert ours["interaction"].note.count("difference of differences") == 1
    if len(theirs["levels"]) > 2:
        close(ours["joint"].statistic, theirs["wald_hc2"], "Wald")
