"""Sentences of the report against their numbers: chance, plans, bounds, compliance, power, adjustment, the checklist."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "unit" / "reporting"))
from report_inputs import FACTS, WORK, everyone, table_inputs, trial_inputs

from effektutv.disclosure.protect import protect
from effektutv.errors import StudyError
from effektutv.reporting.build import build
from effektutv.reporting.sections.adjusted import adjusted_blocks, adjusted_sentence
from effektutv.reporting.sections.compliance import complier_sentence
from effektutv.reporting.sections.consort import consort_section
from effektutv.reporting.sections.limits import limits_section
from effektutv.reporting.sections.outcomes import subgroups_section
from effektutv.reporting.sections.power import power_sentence
from effektutv.reporting.sections.surveys import survey_section
from effektutv.reporting.tables.ratios import ratio_table
from effektutv.reporting.wording.cells import Scale
from effektutv.reporting.wording.chance import Standing, standing, uncertainty
from effektutv.reporting.wording.findings import effect_sentence, subgroup_sentence
from effektutv.reporting.wording.labels import Context
from effektutv.reporting.wording.words import Words
from effektutv.results import Effects, LockStatus, PlanLock, Suppressed, Unavailable
from effektutv.results.ratios import RatioRow, Ratios
from effektutv.study import Study

LANGUAGES = ("sv", "en")
MONTHS = Scale(share=False, decimals=1, unit="months")


def context(inputs, lang="en", **options):
    return Context.of(protect(inputs), Words(lang), **options)


@pytest.fixture(scope="module")
def inputs(tmp_path_factory):
    return trial_inputs(tmp_path_factory.mktemp("claims"))


@pytest.fixture(scope="module")
def further_inputs(tmp_path_factory):
    from further_inputs import further

    return further(tmp_path_factory.mktemp("further"))


@pytest.fixture(scope="module")
def made(inputs):
    return {lang: context(inputs, lang) for lang in LANGUAGES}


def row_of(ctx, arm="SE", control="FS", outcome="arbete", clock="randomisation"):
    return next(r for r in ctx.everyone(outcome, clock) if (r.arm, r.control) == (arm, control))


def plain(text):
    return text.replace("\u00a0", " ").replace("\u202f", " ")


# --------------------------------------------------------------------------------------------------------------- chance


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_row_of_a_family_speaks_from_its_adjusted_p(made, lang):
    """RP07 a: own p 0.030, Holm 0.059: the interval excludes zero, and chance is not ruled out."""
    ctx = made[lang]
    row = replace(row_of(ctx, "SE", "CM"), conf_low=0.007, conf_high=0.129, p_value=0.030, p_adjusted=0.059)
    text = plain(effect_sentence(ctx, row))
    seldom = "väntas" if lang == "sv" else "seldom"
    assert seldom not in text
    assert ("kan lottningen ensam inte uteslutas" if lang == "sv" else "assignment alone is not ruled out") in text
    assert ("justerat p = 0,059" if lang == "sv" else "adjusted p = 0.059") in text
    clear = plain(effect_sentence(ctx, replace(row, p_adjusted=0.012)))
    assert seldom in clear
    assert ("justerat p = 0,012" if lang == "sv" else "adjusted p = 0.012") in clear


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_row_of_no_family_is_exploratory(made, lang):
    """RP07 b: a secondary outcome's interval without zero is no word on chance."""
    ctx = made[lang]
    text = effect_sentence(ctx, row_of(ctx, outcome="stod"))
    assert ("Utforskande, inte justerat." if lang == "sv" else "Exploratory, not adjusted.") in text
    assert ("lottningen ensam" if lang == "sv" else "assignment alone") not in text
    for arm, control in (("SE", "FS"), ("CM", "FS")):
        about_work = effect_sentence(ctx, row_of(ctx, arm, control))
        assert ("Utforskande" if lang == "sv" else "Exploratory") not in about_work


def test_only_the_primary_contrast_at_its_month_on_its_clock_is_primary(made):
    """RP07 b: neither the start clock, another contrast, a level, a curve nor another outcome is the primary hypothesis."""
    ctx = made["en"]
    row = row_of(ctx)
    assert standing(ctx, row) is Standing.PRIMARY
    assert standing(ctx, row_of(ctx, "CM")) is Standing.FAMILY
    assert standing(ctx, row_of(ctx, clock="start")) is Standing.EXPLORATORY
    assert standing(ctx, replace(row, subgroup="kon", level="man")) is Standing.EXPLORATORY
    assert standing(ctx, row_of(ctx, outcome="stod")) is Standing.EXPLORATORY
    curve = SimpleNamespace(outcome="arbete", clock="randomisation", arm="SE", control="FS")
    assert standing(ctx, curve) is Standing.EXPLORATORY


@pytest.mark.parametrize(("low", "high"), [(-1.4, -0.02), (0.02, 1.4)])
@pytest.mark.parametrize("lang", LANGUAGES)
def test_an_end_that_prints_as_zero_is_told_by_where_it_lies(made, lang, low, high):
    """RP07: mean time −0.7 (−1.4 to 0.0): the words never contradict the digits, and rest on the numbers as they are."""
    ctx = made[lang]
    row = SimpleNamespace(
        arm="SE", control="FS", clock="randomisation", estimate=(low + high) / 2, conf_low=low, conf_high=high
    )
    text = uncertainty(ctx, row, MONTHS, "time")
    assert ("rymmer inte noll" if lang == "sv" else "does not cover zero") not in text
    assert ("strax intill noll" if lang == "sv" else "just short of zero") in text
    assert ("Utforskande" if lang == "sv" else "Exploratory") in text
    covering = SimpleNamespace(**{**vars(row), "conf_low": min(low, -0.02), "conf_high": max(high, 0.02)})
    text = uncertainty(ctx, covering, MONTHS, "time")
    assert ("i stort sett ingen skillnad" if lang == "sv" else "next to no difference") in text
    assert not any(f"0{mark}0 months {word}" in plain(text) for mark in ".," for word in ("shorter", "longer"))


@pytest.mark.parametrize(
    ("p", "words"), [(0.0497, "just below 5%"), (0.0502, "just above 5%"), (0.05, "at the 5% itself")]
)
def test_a_p_that_prints_as_the_level_says_its_side(made, p, words):
    """RP07: p just under and just over the level."""
    ctx = made["en"]
    row = replace(row_of(ctx, "SE", "CM"), conf_low=0.001, conf_high=0.1, p_value=0.02, p_adjusted=p)
    text = plain(effect_sentence(ctx, row))
    assert f"adjusted p = 0.050, {words}" in text
    assert ("seldom" in text) == (p < 0.05)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_difference_in_effect_speaks_from_its_familys_p(made, lang):
    """RP07 a, its neighbour: the interaction, alone, joint and exploratory."""
    ctx = made[lang]
    rows = [r for r in ctx.rows if r.subgroup == "kon" and r.clock != "start"]
    mine = [r for r in rows if (r.arm, r.control) == ("SE", "FS")]
    levels, row = mine[:2], mine[2]
    weak = plain(subgroup_sentence(ctx, replace(row, conf_low=0.01, conf_high=0.2, p_adjusted=0.08), levels))
    assert ("skiljer sig" if lang == "sv" else "differs by") not in weak
    assert ("slumpen inte uteslutas" if lang == "sv" else "chance is not ruled out") in weak
    assert ("Utforskande" if lang == "sv" else "Exploratory") not in weak
    joint = replace(row, estimate=Unavailable("more than two levels"), p_value=0.01, p_adjusted=0.07)
    assert ("visar inte att" if lang == "sv" else "do not show that") in subgroup_sentence(ctx, joint, levels)
    other = [r for r in rows if (r.arm, r.control) == ("CM", "FS")]
    assert ("Utforskande, inte justerat" if lang == "sv" else "Exploratory, not adjusted") in subgroup_sentence(
        ctx, other[2], other[:2]
    )
    adjusted = subgroup_sentence(ctx, replace(other[2], p_adjusted=0.4), other[:2])
    assert ("Utforskande; justerat" if lang == "sv" else "Exploratory; adjusted") in adjusted


# ----------------------------------------------------------------------------------------------------------------- plan


@pytest.mark.parametrize("lang", LANGUAGES)
def test_only_a_locked_plan_was_specified_in_advance(inputs, lang):
    """RP07 and trap 20: what stands in a study file alone is declared, not specified in advance."""
    advance = "i förväg" if lang == "sv" else "in advance"
    for locked in (False, True):
        section = subgroups_section(context(inputs, lang, locked=locked))
        notes = " ".join(n for b in section.blocks for n in getattr(b, "notes", ()))
        assert (advance in notes) == locked
        assert locked or ("studiefilen" if lang == "sv" else "declared as planned in the study file") in notes


@pytest.mark.parametrize(("plan", "advance"), [
    (None, False),
    (PlanLock(status=LockStatus.NOT_LOCKED, sha256="0" * 64), False),
    (PlanLock(status=LockStatus.KEPT, sha256="0" * 64, locked_sha256="0" * 64), True),
    (PlanLock(status=LockStatus.KEPT, sha256="0" * 64, locked_sha256="0" * 64, replaces=("1" * 64,)), False),
])  # fmt: skip
def test_the_report_takes_the_lock_from_the_run(inputs, plan, advance):
    """RP07 and trap 20: no lock, none that was kept, or one that replaced another, is no plan beforehand."""
    document = build(protect(inputs), lang="en", facts=replace(FACTS, plan=plan))
    notes = " ".join(n for t in document.tables for n in t.notes)
    assert ("specified in advance" in notes) == advance


def test_the_power_is_told_with_what_it_rests_on(further_inputs):
    """RP07 d: a probability, from a share, at a level, wherever it is told."""
    for lang, parts in (
        ("en", ("80%", "18%", "5%", "true difference")),
        ("sv", ("80 %", "18 %", "5 %", "verklig skillnad")),
    ):
        ctx = context(further_inputs, lang)
        said = [plain(power_sentence(ctx))]
        limits = limits_section(ctx).blocks[1]
        said += [plain(t) for term, t in zip(limits.terms, limits.texts, strict=True) if term == ctx.words("term_size")]
        assert len(said) == 2
        for text in said:
            assert all(part in text for part in parts)
            assert ("upptäcka" if lang == "sv" else "detect") not in text


# ------------------------------------------------------------------------------------------------------ bounds, receipt


@pytest.mark.parametrize("lang", LANGUAGES)
def test_bounds_are_told_with_their_interval_and_assumption(further_inputs, lang):
    """RP07 g: Lee's bounds and the worst case, each with its interval; Lee's with one direction of response."""
    ctx = context(further_inputs, lang)
    texts = survey_section(ctx).blocks[0].texts
    told = [t for t in texts if "Lee" in t]
    assert told
    for text in told:
        assert ("åt ett håll bara" if lang == "sv" else "one direction only") in text
        after = plain(text[text.index("vilken av grupperna" if lang == "sv" else "in either arm") :])
        assert after.count("95 % konfidensintervall" if lang == "sv" else "95% confidence interval") == 2
    hidden = [
        replace(
            s,
            bounds=tuple(
                replace(b, rows=tuple(replace(r, conf_low=Unavailable("r")) for r in b.rows)) for b in s.bounds
            ),
        )
        for s in further_inputs.surveys
    ]
    bare = survey_section(context(replace(further_inputs, surveys=tuple(hidden)), lang)).blocks[0].texts
    assert not any("(Lee)" in t for t in bare)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_complier_sentence_says_instead_of_what_and_on_what_conditions(further_inputs, lang):
    """RP07 f: exclusion and no defiers in the sentence, and what the programme was received instead of."""
    ctx = context(further_inputs, lang)
    rows = [r for r in ctx.inputs.value.compliance.rows if isinstance(r.estimate, float)]
    assert rows
    for row in rows:
        text = complier_sentence(ctx, row)
        for part in (
            ("i stället för det som", "endast genom", "bara när lotten")
            if lang == "sv"
            else ("instead of what", "through that programme alone", "only when assigned to the other arm")
        ):
            assert part in text


# ------------------------------------------------------------------------------------------------------------ checklist


def statuses(ctx, sections):
    table = consort_section(ctx, sections).blocks[1]
    return {r.head.split(".")[0]: r.cells[1].text for g in table.groups for r in g.rows}


def test_an_item_is_reported_only_where_its_content_is(further_inputs, inputs, tmp_path):
    """RP07 e: 16a is open whatever the power section says; 21c, 22a, 26 and 28 need their own content."""
    document = build(protect(further_inputs), lang="en", facts=FACTS)
    assert any(s.key == "power" for s in document.sections)
    found = statuses(context(further_inputs), document.sections[:-1])
    assert found["16a"] == "open"
    document = build(protect(inputs), lang="en", facts=FACTS)
    found = statuses(context(inputs), document.sections[:-1])
    assert found["21c"] == "partly"  # the study has no register of deaths and moves
    assert found["26"] == "partly"  # differences alone
    assert found["22a"] == "reported"
    with_ratios = replace(inputs, ratios=(Ratios(rows=ratio_rows(inputs)),))
    document = build(protect(with_ratios), lang="en", facts=FACTS)
    assert statuses(context(with_ratios), document.sections[:-1])["26"] == "reported"
    public = table_inputs(tmp_path)
    document = build(protect(public), lang="en", facts=FACTS)
    found = statuses(context(public), document.sections[:-1])
    assert found["26"] == "reported"  # a mean has no ratio
    assert found["22a"] == "partly"
    assert found["21c"] == "reported"


def test_a_title_that_says_not_randomised_is_not_one_that_says_randomised(tmp_path):
    """RP07 e, its neighbour: item 1a reads the title, and not a part of a word."""
    for title, status in (("A randomised trial", "reported"), ("A non-randomised study", "open")):
        base = tmp_path / status
        base.mkdir()
        found = trial_inputs(base, title=title)
        assert statuses(context(found), build(protect(found), lang="en", facts=FACTS).sections[:-1])["1a"] == status


# --------------------------------------------------------------------------------------------------- ratios, adjustment


def ratio_rows(inputs):
    rows = [r for e in inputs.effects for r in e.rows if not r.subgroup and r.clock == "randomisation"]
    return tuple(
        RatioRow(
            outcome=r.outcome, clock=r.clock, month=r.month, arm=r.arm, control=r.control, measure=measure, n_arm=r.n_arm,
            n_control=r.n_control, mean_arm=r.mean_arm, mean_control=r.mean_control,
            estimate=r.mean_arm / r.mean_control, std_error=0.15123, statistic=1.0, df=600.0, p_value=0.3, conf_low=0.9123,
            conf_high=1.7123, estimator="blocked", vcov="HC2", strata="stratum", events_arm=r.events_arm,
            events_control=r.events_control,
        )
        for r in rows
        for measure in ("risk ratio", "odds ratio")
    )  # fmt: skip


def test_ratios_stand_beside_the_differences_and_go_where_they_go(inputs):
    """RP07 e: item 26. A ratio is released in hundredths, without its error, and only where its difference is shown."""
    shown = protect(replace(inputs, ratios=(Ratios(rows=ratio_rows(inputs)),)))
    effects = {
        (r.outcome, r.month, r.arm, r.control): r
        for e in shown.value.effects
        for r in e.rows
        if not r.subgroup and r.clock == "randomisation"
    }
    hidden = 0
    for row in shown.value.ratios[0].rows:
        beside = effects[row.outcome, row.month, row.arm, row.control]
        assert isinstance(row.std_error, Suppressed)
        assert isinstance(row.events_arm, Suppressed)
        if isinstance(beside.estimate, Suppressed):
            hidden += 1
            assert all(isinstance(getattr(row, f), Suppressed) for f in ("estimate", "conf_low", "mean_arm", "p_value"))
        else:
            assert row.estimate == round(row.mean_arm / row.mean_control, 2)
            assert (row.conf_low, row.conf_high) == (0.91, 1.71)
    assert hidden  # a small cell among the kinds of work takes its ratios, too
    for lang in LANGUAGES:
        table = ratio_table(Context.of(shown, Words(lang)))
        assert len(table.groups) == len(dict.fromkeys(r.outcome for r in shown.value.ratios[0].rows))
        assert table.groups[0].rows[0].cells[0].text == ("1,46" if lang == "sv" else "1.46")


def adjusting(inputs, folder, names='["alder", "kon"]', factor=0.9):
    text = (
        inputs.study.source_text if hasattr(inputs.study, "source_text") else (folder / "study.toml").read_text("utf-8")
    )
    file = folder / "adjusted.toml"
    file.write_text(text.replace('strata = "stratum"', f'strata = "stratum"\ncovariates = {names}'), encoding="utf-8")
    rows = [replace(r, estimator="lin", std_error=r.std_error * factor) for r in everyone(WORK)]
    return replace(
        inputs, study=Study.from_toml(file), adjusted=Effects(rows=tuple(rows), estimand=inputs.effects[0].estimand)
    )


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_adjusted_estimate_stands_beside_with_the_variance_gained(tmp_path, lang):
    """RP07: [design] covariates: 1 − V_adjusted / V_unadjusted = 1 − 0.9² = 19 %, as 23 % more persons."""
    found = adjusting(trial_inputs(tmp_path), tmp_path)
    ctx = context(found, lang)
    text = plain(adjusted_sentence(ctx))
    assert ("Justerad för ålder och kön" if lang == "sv" else "Adjusted for age and sex") in text
    assert ("19,0 % av variansen" if lang == "sv" else "19.0% of the variance") in text
    assert ("23 % fler personer" if lang == "sv" else "23% more persons") in text
    table = adjusted_blocks(ctx)[1]
    assert [plain(r.cells[4].text) for r in table.groups[0].rows] == ["19,0" if lang == "sv" else "19.0"] * 3
    worse = plain(adjusted_sentence(context(adjusting(trial_inputs(tmp_path), tmp_path, factor=1.1), lang)))
    assert ("21,0 % större" if lang == "sv" else "21.0% larger") in worse
    same = plain(adjusted_sentence(context(adjusting(trial_inputs(tmp_path), tmp_path, factor=1.0), lang)))
    assert ("ändrar inte variansen" if lang == "sv" else "does not change the variance") in same


def test_without_covariates_no_row_is_called_adjusted(inputs):
    """RP07: the word is for covariates; strata alone are no adjustment, whatever the estimator's name."""
    lin = Effects(rows=tuple(everyone(WORK, estimator="lin")), estimand=inputs.effects[0].estimand)
    document = build(protect(replace(inputs, robustness=(*inputs.robustness, lin))), lang="en", facts=FACTS)
    titles = [g.title for t in document.tables for g in t.groups]
    assert any("strata interacted with the arm (Lin)" in t for t in titles)
    words = " ".join([*titles, *(t.caption for t in document.tables)]).lower()
    assert "covariate" not in words
    assert "adjusted" not in words


@pytest.mark.parametrize("names", ['["langd"]', '["kon", "kon"]'])
def test_a_plan_names_covariates_of_the_study_once(tmp_path, names):
    """RP07: a covariate that is not declared, or named twice, is refused with its line."""
    found = trial_inputs(tmp_path)
    with pytest.raises(StudyError, match=r"adjusted\.toml.*(langd|kon)"):
        adjusting(found, tmp_path, names)


# --------------------------------------------------------------------------------------------- what protection left over


def test_counts_and_extremes_say_what_protection_left():
    """RP02: 4 of 26, and no effect where nobody's outcome differs from anybody else's."""
    import pandas as pd

    from effektutv.plots import love, shares_by_month, sites

    def place(name, estimate, error):
        return {
            "arm": "B", "control": "A", "subgroup": "site" if name else "", "level": name, "estimate": estimate,
            "std_error": error, "conf_low": estimate - 1.96 * error, "conf_high": estimate + 1.96 * error,
        }  # fmt: skip

    table = pd.DataFrame([place("", 0.02, 0.01), *(place(f"p{i}", 0.0, 0.0) for i in range(4))])
    text = sites.alt_text(table, "en", places=26)
    assert text.endswith("4 of 26 places are shown.")
    table = pd.concat([table, pd.DataFrame([place("q", 0.1, 0.05), place("r", -0.1, 0.05)])])
    assert "6 of 26 places are shown, with estimates from −10.0" in sites.alt_text(table, "en", places=26)
    course = pd.DataFrame(
        {
            "outcome": "y", "clock": "", "month": [1, 2, 3, 1, 2, 3], "arm": ["A"] * 3 + ["B"] * 3, "n": 100,
            "share": [0.1, Suppressed("r"), 0.2, Suppressed("r"), Suppressed("r"), 0.3], "conf_low": 0.0, "conf_high": 0.4,
            "status": ["released", "suppressed", "released", "suppressed", "suppressed", "released"],
        }
    )  # fmt: skip
    said = shares_by_month.course(course, "en")
    assert "of the 2 of 3 months that are shown" in said
    assert "the only one of 3 months that is shown" in said
    rows = [
        {
            "covariate": c,
            "level": "",
            "kind": "binary",
            "arm": "B",
            "control": "A",
            "smd": v,
            "smd_weighted": v,
            "status": s,
        }
        for c, v, s in (("a", 0.2, "released"), ("b", 0.05, "released"), ("c", Suppressed("r"), "suppressed"))
    ]
    assert "1 of 2 lie beyond" in love.alt_text(pd.DataFrame(rows), "en")


def test_without_strata_nothing_is_called_weighted_by_stratum():
    """RP07: the raw difference is not shown again under the name of a weighted one."""
    import numpy as np
    import pandas as pd

    import effektutv as eu

    rng = np.random.default_rng(3)
    df = pd.DataFrame({"arm": ["A", "B"] * 60, "x": rng.normal(size=120), "s": ["u", "v", "v", "u"] * 30})
    bare = eu.balance(df, arm="arm", covariates=["x"])
    assert isinstance(bare.rows[0].smd_weighted, Unavailable)
    assert isinstance(eu.balance(df, arm="arm", covariates=["x"], strata="s").rows[0].smd_weighted, float)


def test_the_simulation_of_the_assignment_draws_the_assignment():
    """RP07: persons are made once a draw and then assigned: with no effect, events go to the arms by chance alone."""
    import numpy as np

    from effektutv.estimators.power import _assigned_events, simulated_power

    rng = np.random.default_rng(5)
    n, p0 = np.array([[6, 4], [9, 3]]), np.array([0.3, 0.6])
    for effect_ in (0.2, 0.0, -0.2):
        arm, control = _assigned_events(rng, n, p0, effect_, (40_000, 2))
        assert np.all((arm >= 0) & (arm <= n[:, 0]) & (control >= 0) & (control <= n[:, 1]))
        assert np.abs(arm.mean(axis=0) / n[:, 0] - (p0 + effect_)).max() < 0.005
        assert np.abs(control.mean(axis=0) / n[:, 1] - p0).max() < 0.006
        assert np.abs(arm.var(axis=0) / (n[:, 0] * (p0 + effect_) * (1 - p0 - effect_)) - 1).max() < 0.05
    size = simulated_power([(30, 30), (20, 40)], baseline=0.3, effect=0.0, draws=4000).rows[0].power
    assert abs(size - 0.05) < 0.015
