"""Crosses of two characteristics: the difference of differences, by brute force, and its joint test beside."""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd
import pytest
from scipy.stats import chi2

import effektutv as eu

CALL = {"outcome": "y", "arm": "arm", "control": "FS", "contrasts": [("SE", "FS")]}


@pytest.fixture(scope="module")
def df() -> pd.DataFrame:
    rng = np.random.default_rng(11)
    n = 900
    out = pd.DataFrame({"arm": rng.choice(["FS", "SE"], n), "kon": rng.choice(["K", "M"], n)})
    out["dv"] = rng.choice(["ja", "nej"], n)
    out["skola"] = rng.choice(["a", "b", "c"], n)
    out["site"] = rng.choice(["x", "y", "z"], n)
    out["y"] = rng.normal(0, 1, n) + (out["arm"] == "SE") * ((out["kon"] == "M") & (out["dv"] == "nej"))
    return out


def by_level(found: eu.Effects) -> dict[str, eu.results.EffectRow]:
    return {str(row.kind) if row.kind.compares else row.level: row for row in found.rows if row.subgroup}


def test_two_by_two_is_a_difference_of_differences(df):
    ours = by_level(eu.itt(df, by=("kon", "dv"), **CALL))
    assert list(ours) == [*product(("K", "M"), ("ja", "nej")), "interaction", "joint"]
    cell = df.groupby(["kon", "dv", "arm"])["y"]
    mean, var = cell.mean(), cell.var() / cell.size()
    effect = mean.xs("SE", level="arm") - mean.xs("FS", level="arm")
    expected = (effect["M", "nej"] - effect["M", "ja"]) - (effect["K", "nej"] - effect["K", "ja"])
    row = ours["interaction"]
    assert row.estimate == pytest.approx(expected, rel=1e-12)
    assert row.std_error == pytest.approx(np.sqrt(var.sum()), rel=1e-12)
    assert row.df == pytest.approx(var.sum() ** 2 / (var**2 / (cell.size() - 1)).sum(), rel=1e-12)
    assert "difference of differences: (nej − ja in M) − (nej − ja in K)" in row.note
    joint = ours["joint"]
    weight = 1 / var.groupby(level=["kon", "dv"]).sum()
    q = float((weight * (effect - (weight * effect).sum() / weight.sum()) ** 2).sum())
    assert joint.statistic == pytest.approx(q, rel=1e-12)
    assert joint.p_value == pytest.approx(chi2.sf(q, 3), rel=1e-10)
    assert isinstance(joint.estimate, eu.Unavailable)


def test_the_order_of_the_parts_does_not_matter(df):
    one, other = (by_level(eu.itt(df, by=by, **CALL)) for by in (("kon", "dv"), ("dv", "kon")))
    assert one["interaction"].estimate == pytest.approx(other["interaction"].estimate, rel=1e-12)
    assert one["joint"].statistic == pytest.approx(other["joint"].statistic, rel=1e-12)


def test_strata_weigh_alike_in_all_four_levels(df):
    ours = by_level(eu.itt(df, by=("kon", "dv"), strata="site", **CALL))
    weight = df["site"].value_counts(normalize=True)
    cell = df.groupby(["kon", "dv", "site", "arm"])["y"].mean()
    gap = (cell.xs("SE", level="arm") - cell.xs("FS", level="arm")).unstack("site") @ weight
    expected = (gap["M", "nej"] - gap["M", "ja"]) - (gap["K", "nej"] - gap["K", "ja"])
    assert ours["interaction"].estimate == pytest.approx(expected, rel=1e-12)


def test_three_by_two_has_the_joint_test_only(df):
    ours = by_level(eu.itt(df, by=("skola", "dv"), **CALL))
    assert "interaction" not in ours
    assert isinstance(ours["joint"].estimate, eu.Unavailable)
    assert ours["joint"].df == 5


def test_an_empty_level_leaves_both_rows_without_a_number(df):
    ours = by_level(
        eu.itt(df[~((df["kon"] == "K") & (df["dv"] == "ja") & (df["arm"] == "SE"))], by=("kon", "dv"), **CALL)
    )
    assert isinstance(ours["interaction"].p_value, eu.Unavailable)
    assert isinstance(ours["joint"].p_value, eu.Unavailable)


def test_a_cross_is_no_part_of_a_drawn_family(df):
    found = eu.itt(df, by=("kon", "dv"), **CALL)
    for kind in ("interaction", "joint"):
        with pytest.raises(eu.ArgumentError, match="joint test of 4 levels"):
            eu.adjust(found, method="westfall-young", rows=lambda row, kind=kind: row.kind == kind, draws=99)
    held = eu.adjust(found, method="holm", rows=lambda row: row.kind == "interaction")
    assert [row.p_adjusted for row in held.rows if row.kind == "interaction"] == [found.rows[-2].p_value]


def test_only_the_contrast_has_items_on_credibility(df):
    found = eu.itt(df, by=("kon", "dv"), **CALL)
    assert len(found.credibility.rows) == 6
    assert {row.item for row in found.credibility.rows} >= {"direction", "overall"}
