"""Sentences that name particulars of a study (draws, months, who is followed longer) take them from it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from effektutv.reporting.sections.limits import limits_section
from effektutv.reporting.sections.outcomes import kinds_section
from effektutv.reporting.tables.effects import effect_notes
from effektutv.reporting.wording.study_facts import band_note
from effektutv.results import NO_VARIANCE, EffectBand, RandomizationRow, RandomizationTest, Suppressed, Unavailable

OUTSIDE = Unavailable("the simultaneous band covers months 2 to 12")


def redrawn(draws):
    row = RandomizationRow(
        outcome="arbete", clock="randomisation", month=15, arm="SE", control="FS", n_arm=355, n_control=350, estimate=0.1,
        std_error=0.03, statistic=3.0, null_sd=1.0, p_randomization=0.01, mc_error=0.001, conf_low=0.04, conf_high=0.16,
        draws=draws, estimator="blocked", studentized=True, alternative="two-sided", mechanism="stratified", method="m",
    )  # fmt: skip
    return RandomizationTest(rows=(row,), seed=1)


@pytest.mark.parametrize(
    ("lang", "draws", "said"),
    [
        ("en", 2500, "in the same way 2,500 times,"),
        ("sv", 300, "på samma sätt 300 gånger,"),
        ("en", 0, "the same way,"),
    ],
)
def test_the_draws_of_a_redrawn_p_value_are_those_that_were_made(made, tmp_path, lang, draws, said):
    ctx = made.context(lang, replace(made.trial(tmp_path), randomization=redrawn(draws)))
    notes = effect_notes(ctx, ctx.rows[:1], "", ["p_randomization"])
    assert sum(said in note for note in notes) == 1


def band(month, low):
    none = Unavailable("x")
    return EffectBand(
        outcome="arbete", clock="randomisation", month=month, arm="SE", control="FS", sim_low=low, sim_high=none,
        sim_critical=none,
    )  # fmt: skip


@pytest.mark.parametrize("first", [OUTSIDE, Suppressed("few")])
@pytest.mark.parametrize("key", ["note_bands", "note_simultaneous"])
def test_the_months_of_a_band_are_its_own(made, key, first):
    """From the first to the last month that the band holds, hidden ones and those without variance among them."""
    rows = [band(0, first), band(12, Suppressed("few")), band(2, NO_VARIANCE), band(6, 0.1), band(18, OUTSIDE)]
    said = band_note(made.context("en"), key, rows, 700)
    assert "months 2–12" in said
    assert "(700 draws)" in said


@pytest.mark.parametrize("lang", ["sv", "en"])
def test_a_consultant_is_named_in_a_study_of_one_only(made, tmp_path, lang):
    inputs = made.trial(tmp_path)
    for source in (None, "sius"):
        arms = [
            a.model_copy(update={"received": source and type("R", (), {"source": source})()}) for a in inputs.study.arms
        ]
        ctx = made.context(lang, replace(inputs, study=inputs.study.model_copy(update={"arms": tuple(arms)})))
        texts = [b.text for b in limits_section(ctx).blocks if hasattr(b, "text")]
        texts += [n for b in kinds_section(ctx).blocks if hasattr(b, "notes") for n in b.notes]
        assert any("SIUS" in t for t in texts) == (source == "sius")
        better = "Arbete kan vara mer känt" if lang == "sv" else "Work may be better known in one"
        assert any(better in t for t in texts) == (source is None)
        assert not any("Supported Employment" in t or "case manager" in t.lower() for t in texts)
