"""Sentences: size and interval, words for uncertainty, interaction before subgroup, and what cannot be shown."""

from __future__ import annotations

from dataclasses import replace

import pytest

from effektutv.reporting.wording.findings import effect_sentence, subgroup_sentence
from effektutv.reporting.wording.words import Words
from effektutv.results import Suppressed, Unavailable

CLEAR = {
    "sv": (
        "I arbete 15 månader efter randomiseringen: 25,9\u202f% i Supported Employment mot 17,7\u202f% i Förstärkt samarbete. "
        "Skillnaden skattas till 8,2 procentenheter (95\u202f% konfidensintervall 2,1 till 14,3). Intervallet rymmer inte noll: "
        "så stor skillnad väntas sällan av lottningen ensam."
    ),
    "en": (
        "In work 15 months after randomisation: 25.9% in Supported Employment against 17.7% in Enhanced cooperation. "
        "The difference is estimated at 8.2 percentage points (95% confidence interval 2.1 to 14.3). The interval does not cover "
        "zero: a difference of this size would seldom come from the random assignment alone."
    ),
}
LANGUAGES = ("sv", "en")


def first(ctx, arm="SE", control="FS", clock="randomisation"):
    rows = ctx.everyone("arbete", clock)
    return next(r for r in rows if (r.arm, r.control) == (arm, control))


def sexes(ctx, arm="SE", control="FS"):
    rows = [r for r in ctx.rows if r.subgroup == "kon" and (r.arm, r.control) == (arm, control) and r.clock != "start"]
    return rows[2], rows[:2]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_an_interval_without_zero(made, lang):
    ctx = made.context(lang)
    assert effect_sentence(ctx, first(ctx)).replace("\u00a0", " ") == CLEAR[lang]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_an_interval_with_zero_says_what_is_compatible_not_that_there_is_none(made, lang):
    """RP07c: neither a finding of a difference nor of none, but the range that the data leave open."""
    ctx = made.context(lang)
    text = effect_sentence(ctx, first(ctx, "CM")).replace("\u00a0", " ").replace("\u202f", " ")
    assert (
        "förenligt med data är allt från en andel som är 3,9 procentenheter lägre till en andel som är 7,6 procentenheter högre"
        if lang == "sv"
        else "compatible with the data is anything from a share 3.9 percentage points lower to a share 7.6 percentage points "
        "higher"
    ) in text
    for never in ("there is no", "No difference", "det finns ingen", "Ingen skillnad"):
        assert never.lower() not in text.lower()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_start_clock_never_speaks_of_the_draw(made, lang):
    ctx = made.context(lang)
    text = effect_sentence(ctx, first(ctx, clock="start"))
    assert ("inte skyddad av randomiseringen" if lang == "sv" else "not protected by randomisation") in text
    assert ("lottningen ensam" if lang == "sv" else "assignment alone") not in text


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_is_hidden_or_not_there_is_said(made, lang):
    ctx = made.context(lang)
    row = first(ctx)
    hidden = replace(row, estimate=Suppressed("r"), conf_low=Suppressed("r"), conf_high=Suppressed("r"))
    none = replace(row, estimate=Unavailable("r"))
    point = replace(row, conf_low=Unavailable("r"), conf_high=Unavailable("r"))
    for about in (True, False):
        assert ("kan inte visas" if lang == "sv" else "cannot be shown") in effect_sentence(ctx, hidden, about=about)
        assert ("kunde inte skattas" if lang == "sv" else "could not be estimated") in effect_sentence(
            ctx, none, about=about
        )
    assert ("osäkerhet kunde inte" if lang == "sv" else "uncertainty could not") in effect_sentence(ctx, point)
    no_share = effect_sentence(ctx, replace(row, share_arm=Suppressed("r")))
    assert "25" not in no_share
    assert ("8,2" if lang == "sv" else "8.2") in no_share


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_subgroup_sentence_starts_from_the_interaction(made, lang):
    ctx = made.context(lang)
    interaction, levels = sexes(ctx)
    text = subgroup_sentence(ctx, replace(interaction, p_adjusted=0.004), levels)
    assert interaction.conf_low > 0
    assert text.startswith(
        "Effekten av Supported Employment jämfört med Förstärkt samarbete skiljer sig efter kön"
        if lang == "sv"
        else "The effect of Supported Employment compared with Enhanced cooperation differs by sex"
    )
    assert ("större bland män än bland kvinnor" if lang == "sv" else "larger among men than among women") in text


@pytest.mark.parametrize("lang", LANGUAGES)
def test_clear_in_one_level_and_not_in_the_other_is_no_difference_in_effect(made, lang):
    ctx = made.context(lang)
    interaction, (women, men) = sexes(ctx)
    wide = replace(interaction, estimate=0.08, conf_low=-0.02, conf_high=0.18)
    women = replace(women, estimate=0.02, conf_low=-0.05, conf_high=0.09)
    men = replace(men, estimate=0.10, conf_low=0.02, conf_high=0.18)
    text = subgroup_sentence(ctx, wide, [women, men])
    if lang == "sv":
        assert text.startswith("Data visar inte att effekten av")
        assert "skiljer sig mellan kvinnor och män: skillnaden i effekt skattas till 8,0 procentenheter" in text
        assert text.endswith(
            "Effekten skattas till 2,0 procentenheter (−5,0 till 9,0) bland kvinnor och 10,0 procentenheter "
            "(2,0 till 18,0) bland män."
        )
    else:
        assert text.startswith("The data do not show that the effect of")
        assert "differs between women and men: the difference in effects is estimated at 8.0 percentage points" in text


@pytest.mark.parametrize("lang", LANGUAGES)
def test_negative_interactions_are_smaller_not_minus(made, lang):
    ctx = made.context(lang)
    interaction, levels = sexes(ctx)
    smaller = replace(interaction, estimate=-0.12, conf_low=-0.2, conf_high=-0.04, p_adjusted=0.003)
    text = subgroup_sentence(ctx, smaller, levels)
    assert (
        "12,0 procentenheter mindre bland män" if lang == "sv" else "12.0 percentage points smaller among men"
    ) in text


@pytest.mark.parametrize("lang", LANGUAGES)
def test_hidden_interactions_and_levels(made, lang):
    ctx = made.context(lang)
    interaction, (women, men) = sexes(ctx)
    hidden = replace(interaction, estimate=Suppressed("r"), p_value=Suppressed("r"))
    text = subgroup_sentence(ctx, hidden, [women, men])
    assert ("kan inte visas" if lang == "sv" else "cannot be shown") in text
    assert not any(c.isdigit() for c in text)
    none = replace(interaction, estimate=Unavailable("r"), p_value=Unavailable("r"))
    text = subgroup_sentence(ctx, none, [women, men])
    assert ("kunde inte skattas" if lang == "sv" else "could not be estimated") in text
    text = subgroup_sentence(ctx, interaction, [replace(women, estimate=Suppressed("r")), men])
    assert ("(visas inte) bland kvinnor" if lang == "sv" else "(not shown) among women") in text
    text = subgroup_sentence(ctx, interaction, [replace(women, estimate=Unavailable("r")), men])
    assert ("(kunde inte skattas) bland kvinnor" if lang == "sv" else "(could not be estimated) among women") in text
    text = subgroup_sentence(ctx, interaction, [replace(women, conf_low=Unavailable("r")), men])
    assert ("procentenheter bland kvinnor" if lang == "sv" else "percentage points among women") in text


@pytest.mark.parametrize(("p", "shows"), [(0.2, False), (0.0004, True)])
@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_joint_test_of_several_levels(made, lang, p, shows):
    ctx = made.context(lang)
    interaction, levels = sexes(ctx)
    joint = replace(interaction, estimate=Unavailable("more than two levels"), p_value=p)
    text = subgroup_sentence(ctx, joint, [*levels, levels[0]])
    said = "visar inte att" if lang == "sv" else "do not show that"
    assert (said in text) != shows
    assert ("p\u00a0<\u00a0" if shows else "p\u00a0=\u00a0") in text


@pytest.mark.parametrize("lang", LANGUAGES)
def test_values_in_a_unit(made, tmp_path, lang):
    ctx = made.context(lang, made.table(tmp_path))
    row = ctx.everyone("inkomst", "")[0]
    text = effect_sentence(ctx, row).replace("\u202f", " ").replace("\u00a0", " ")
    assert ("1 794 kronor" if lang == "sv" else "1,794 kronor") in text
    wide = effect_sentence(ctx, replace(row, conf_low=-200.0))
    assert ("kronor lägre till ett värde" if lang == "sv" else "kronor lower to a value") in wide


def test_every_phrase_has_both_languages_and_the_same_places():
    # the catalogue refuses a key whose placeholders differ; reading it is the test
    assert Words("sv")("skip") != Words("en")("skip")
