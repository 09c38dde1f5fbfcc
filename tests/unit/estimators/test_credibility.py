"""ICEMAN's items, against the thresholds and options of the instrument (CMAJ 192:E901, form for randomised trials)."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import effektutv as eu
from effektutv.estimators.iceman import Claims, corrected, credibility
from effektutv.results import EffectRow, RowKind, Unavailable

NONE = Unavailable("none")


def interaction(p: object = 0.003, estimate: object = 0.2, **options: object) -> EffectRow:
    row = EffectRow(
        outcome="y", arm="SE", control="FS", subgroup="kon", level=("K", "M"), kind=RowKind.INTERACTION, n_arm=50, n_control=50,
        share_arm=NONE, share_control=NONE, mean_arm=NONE, mean_control=NONE, estimate=estimate, std_error=0.1,
        statistic=2.0, df=100.0, p_value=p, conf_low=0.0, conf_high=0.4, estimator="difference", vcov="HC2",
    )  # fmt: skip
    return replace(row, **options)


def answers(row: EffectRow, **claims: object) -> dict[str, str]:
    claims.setdefault("modifiers", 1)
    found = credibility([row], Claims(**claims), "FS")
    assert [r.item for r in found.rows] == ["direction", "prior_evidence", "chance", "number", "cut_points", "overall"]
    return {r.item: r.answer for r in found.rows}


@pytest.mark.parametrize(
    ("p", "answer"),
    [
        (0.0, "definitely_increased"),
        (0.005, "definitely_increased"),
        (0.0051, "probably_increased"),
        (0.01, "probably_increased"),
        (0.0101, "probably_reduced"),
        (0.05, "probably_reduced"),
        (0.0501, "definitely_reduced"),
        (1.0, "definitely_reduced"),
        (NONE, "unclear"),
    ],
)
def test_chance_by_the_instruments_thresholds(p, answer):
    assert answers(interaction(p))["chance"] == answer


@pytest.mark.parametrize(
    ("stated", "estimate", "control", "protocol", "answer"),
    [
        (None, 0.2, "FS", True, "unclear"),
        ("larger", 0.2, "FS", True, "definitely_increased"),
        ("larger", 0.2, "FS", False, "probably_increased"),
        ("smaller", 0.2, "FS", True, "definitely_reduced"),
        ("smaller", -0.2, "FS", False, "probably_increased"),
        ("larger", -0.2, "FS", False, "definitely_reduced"),
        ("larger", 0.2, "CM", True, "unclear"),
        ("larger", NONE, "FS", True, "unclear"),
    ],
)
def test_direction(stated, estimate, control, protocol, answer):
    directions = {} if stated is None else {"kon": stated}
    row = interaction(estimate=estimate, control=control)
    assert answers(row, directions=directions, protocol=protocol)["direction"] == answer


@pytest.mark.parametrize(
    ("modifiers", "protocol", "answer"),
    [
        (1, False, "probably_increased"),
        (3, True, "definitely_increased"),
        (4, True, "probably_reduced"),
        (10, False, "probably_reduced"),
        (11, True, "definitely_reduced"),
    ],
)
def test_number_of_modifiers(modifiers, protocol, answer):
    assert answers(interaction(), modifiers=modifiers, protocol=protocol)["number"] == answer


def test_prior_evidence_and_cut_points():
    assert answers(interaction())["prior_evidence"] == "unclear"
    assert answers(interaction(), prior_evidence=["kon"])["prior_evidence"] == "probably_increased"
    assert answers(interaction())["cut_points"] == "not_applicable"
    for origin, answer in {
        "stated": "probably_increased",
        "unknown": "unclear",
        "exploratory": "definitely_reduced",
    }.items():
        assert answers(interaction(), cut_points={"kon": origin})["cut_points"] == answer


GOOD = {"directions": {"kon": "larger"}, "prior_evidence": ["kon"], "protocol": True}


@pytest.mark.parametrize(
    ("p", "claims", "rating"),
    [
        (0.004, GOOD, "high"),
        (0.03, GOOD, "moderate"),  # one probably reduced: the guidance is silent
        (0.03, {**GOOD, "prior_evidence": ()}, "moderate"),  # two probably reduced
        (0.07, GOOD, "moderate"),  # one definitely reduced
        (0.004, {**GOOD, "directions": {"kon": "smaller"}}, "moderate"),
        (0.07, {**GOOD, "modifiers": 11}, "low"),  # two definitely reduced
        (0.07, {"modifiers": 11}, "very_low"),  # all reduced
        (0.04, {"modifiers": 5}, "very_low"),
        (0.1, GOOD, "moderate"),
        (0.101, GOOD, "not_applicable"),
        (NONE, GOOD, "not_applicable"),
    ],
)
def test_overall_is_the_highest_that_the_guidance_allows(p, claims, rating):
    assert answers(interaction(p), **claims)["overall"] == rating


def test_a_correction_for_the_number_raises_that_item_and_the_overall_rating():
    row = interaction(0.07)
    held = credibility([row], Claims(**{**GOOD, "modifiers": 11}), "FS")
    after = corrected(held, [replace(row, p_adjusted=0.2)])
    assert {r.item: r.answer for r in after.rows}["number"] == "definitely_increased"
    assert {r.item: r.answer for r in after.rows}["overall"] == "moderate"
    assert corrected(held, [row]) == held
    # as if the adjusted p had been there from the start
    assert after == credibility([replace(row, p_adjusted=0.2)], Claims(**{**GOOD, "modifiers": 11}), "FS")


@pytest.fixture(scope="module")
def df() -> pd.DataFrame:
    rng = np.random.default_rng(3)
    n = 600
    out = pd.DataFrame({"arm": rng.choice(["FS", "SE", "CM"], n), "kon": rng.choice(["K", "M"], n)})
    out["skola"] = rng.choice(["låg", "mellan", "hög"], n)
    out["alder"] = rng.integers(18, 60, n)
    out["y"] = (rng.random(n) < 0.2 + 0.4 * ((out["arm"] == "SE") & (out["kon"] == "M"))).astype(float)
    return out


CALL = {"outcome": "y", "arm": "arm", "control": "FS", "arms": ["FS", "SE", "CM"]}


def test_items_stand_beside_every_interaction_row(df):
    found = eu.itt(df, **CALL, by=["kon", "skola"], hypotheses={"kon": "larger"}, prior_evidence=["kon"], protocol=True)
    rows = [r for r in found.rows if r.kind.compares]
    held = {(r.arm, r.control, r.subgroup) for r in found.credibility.rows}
    assert held == {(r.arm, r.control, r.subgroup) for r in rows}
    assert len(found.credibility.rows) == 6 * len(rows)
    mine = {r.item: r.answer for r in found.credibility.rows if (r.arm, r.control, r.subgroup) == ("SE", "FS", "kon")}
    assert mine["overall"] == "high"
    joint = {
        r.item: r.answer for r in found.credibility.rows if (r.arm, r.control, r.subgroup) == ("SE", "FS", "skola")
    }
    assert joint["direction"] == "unclear"
    assert eu.itt(df, **CALL).credibility is None


def test_adjusting_a_family_counts_as_correcting_for_the_number(df):
    found = eu.itt(df, **CALL, by=["kon", "skola"], modifiers=11)
    after = eu.adjust(found, rows=lambda row: row.kind == "interaction" and row.subgroup == "kon")
    number = {(r.arm, r.control, r.subgroup): r.answer for r in after.credibility.rows if r.item == "number"}
    assert number["SE", "FS", "kon"] == "probably_increased"
    assert number["SE", "FS", "skola"] == "definitely_reduced"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"hypotheses": {"alder": "larger"}}, "hypotheses: .* not among the subgroups"),
        ({"hypotheses": {"kon": "better"}}, "hypotheses: got 'better'"),
        ({"hypotheses": {"skola": "larger"}}, "hypotheses: 'skola' has 3 levels"),
        ({"prior_evidence": "kon"}, "prior_evidence: got the text"),
        ({"prior_evidence": ["site"]}, "prior_evidence: "),
        ({"cut_points": {"kon": "guess"}}, "cut_points: got 'guess'"),
        ({"modifiers": 0}, "modifiers: got 0"),
    ],
)
def test_what_cannot_be_used_is_refused(df, options, message):
    with pytest.raises(eu.ArgumentError, match=message):
        eu.itt(df, **CALL, by=["kon", "skola"], **options)


def test_a_continuous_characteristic_has_no_levels(df):
    with pytest.raises(eu.ArgumentError, match="by: column 'alder' is a number"):
        eu.itt(df, **CALL, by="alder")
    levels = {"alder": sorted(df["alder"].unique())}
    assert eu.itt(df, **CALL, by="alder", levels=levels).rows[-1].kind == "joint"
