"""Design-based p-values and families through the trial and the pipeline: where they stand, and where they may not."""

from __future__ import annotations

import inspect

import pytest

import effektutv as eu
from effektutv import language
from effektutv.pipeline import analyse
from effektutv.reporting.phrases import Words
from effektutv.results import available


@pytest.fixture(scope="module")
def inputs(trial):
    return analyse(trial)


def test_everyone_on_the_main_clock_has_a_redrawn_p_and_nobody_on_the_start_clock(inputs):
    for effects in inputs.effects:
        for row in effects.rows:
            assert available(row.p_randomization) == (row.clock == "randomisation" and not row.subgroup), row


def test_a_redrawn_p_agrees_with_the_one_from_t(inputs):
    row = next(r for e in inputs.effects for r in e.rows if (r.outcome, r.clock) == ("arbete", "randomisation"))
    assert row.p_randomization == pytest.approx(row.p_value, abs=0.02)


def test_the_start_clock_is_refused(trial):
    with pytest.raises(eu.ArgumentError, match="not protected by randomisation"):
        trial.randomization_test("arbete", clock="start")


def test_families_of_the_primary_outcome_are_corrected_in_one_call(inputs):
    rows = [r for e in inputs.effects for r in e.rows if (r.outcome, r.clock) == ("arbete", "randomisation")]
    adjusted = {(r.arm, r.control, r.subgroup, r.level): r for r in rows if available(r.p_adjusted)}
    assert {(k[0], k[1], k[2]) for k in adjusted} == {
        ("CM", "FS", ""),
        ("SE", "CM", ""),
        ("SE", "FS", "kon"),
        ("SE", "FS", "daglig_verksamhet"),
    }
    for key, row in adjusted.items():
        assert row.family == ("planned_interactions_holm" if key[2] else "other_contrasts_holm")
        assert row.p_adjusted >= row.p_value
    # Holm over two: the smaller p is doubled, the larger is at least that
    pair = sorted((r for r in adjusted.values() if not r.subgroup), key=lambda r: r.p_value)
    assert pair[0].p_adjusted == pytest.approx(min(1, 2 * pair[0].p_value))
    assert pair[1].p_adjusted == pytest.approx(max(pair[1].p_value, pair[0].p_adjusted))


def test_a_declared_mechanism_is_said_and_an_inferred_one_too(trial):
    inferred = trial.randomization_test("arbete").rows[0]
    declared = trial.randomization_test("arbete", mechanism="stratified").rows[0]
    assert "inferred" in inferred.mechanism
    assert "inferred" not in declared.mechanism
    assert declared.p_randomization == inferred.p_randomization


def test_the_exact_test_is_offered_for_strata_effects(trial):
    exact = trial.randomization_test("arbete", estimator="fe", draws="exact").rows[0]
    assert exact.p_randomization == pytest.approx(trial.itt("arbete", estimator="fe").rows[0].p_value, abs=0.01)


@pytest.mark.parametrize("lang", ["sv", "en"])
def test_the_report_names_the_draws_that_were_made(trial, lang):
    made = inspect.signature(trial.randomization_test).parameters["draws"].default
    said = Words(lang)("note_randomization").replace(" ", "").replace(language.NARROW, "")
    assert language.count(made, lang).replace(language.NARROW, "") in said
