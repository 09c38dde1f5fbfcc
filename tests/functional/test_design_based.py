"""Design-based p-values and families through the trial and the pipeline: where they stand, and where they may not."""

from __future__ import annotations

import pytest

import effektutv as eu
from effektutv.results import available


def test_everyone_on_the_main_clock_has_a_redrawn_p_and_nobody_on_the_start_clock(analysed):
    for effects in analysed.effects:
        for row in effects.rows:
            assert available(row.p_randomization) == (row.clock == "randomisation" and not row.subgroup), row


def test_a_redrawn_p_agrees_with_the_one_from_t(analysed):
    row = next(r for e in analysed.effects for r in e.rows if (r.outcome, r.clock) == ("arbete", "randomisation"))
    assert row.p_randomization == pytest.approx(row.p_value, abs=0.02)


def test_the_start_clock_is_refused(trial):
    with pytest.raises(eu.ArgumentError, match="not protected by randomisation"):
        trial.randomization_test("arbete", clock="start")


def test_families_of_the_primary_outcome_are_corrected_in_one_call(analysed):
    rows = [r for e in analysed.effects for r in e.rows if (r.outcome, r.clock) == ("arbete", "randomisation")]
    families = {}
    for row in rows:
        if available(row.p_adjusted):
            families.setdefault(row.family, []).append(row)
    members = {name: {(r.arm, r.control, r.subgroup) for r in found} for name, found in families.items()}
    assert members["other_contrasts_holm"] == {("CM", "FS", ""), ("SE", "CM", "")}
    assert members["planned_interactions_holm"] == {("SE", "FS", "kon"), ("SE", "FS", "daglig_verksamhet")}
    # what was not declared before the trial is a family of its own, in which nothing declared costs anything
    crossed = {(a, c, ("kon", "daglig_verksamhet")) for a, c in (("SE", "FS"), ("CM", "FS"), ("SE", "CM"))}
    others = {(a, c, g) for a, c in (("CM", "FS"), ("SE", "CM")) for g in ("kon", "daglig_verksamhet")}
    assert members.pop("exploratory_interactions_holm") == crossed | others
    assert set(members) == {"other_contrasts_holm", "planned_interactions_holm"}
    for found in families.values():
        assert all(not r.subgroup or r.kind.compares for r in found)
        # Holm: each p times those not smaller than it, never below the one before
        step, m = 0.0, len(found)
        for k, row in enumerate(sorted(found, key=lambda r: r.p_value)):
            step = max(step, min(1.0, (m - k) * row.p_value))
            assert row.p_adjusted == pytest.approx(step)


def test_a_declared_mechanism_is_said_and_an_inferred_one_too(trial):
    inferred = trial.randomization_test("arbete").rows[0]
    declared = trial.randomization_test("arbete", mechanism="stratified").rows[0]
    assert "inferred" in inferred.mechanism
    assert "inferred" not in declared.mechanism
    assert declared.p_randomization == inferred.p_randomization


def test_the_exact_test_is_offered_for_strata_effects(trial):
    exact = trial.randomization_test("arbete", estimator="fe", draws="exact").rows[0]
    assert exact.p_randomization == pytest.approx(trial.itt("arbete", estimator="fe").rows[0].p_value, abs=0.01)
