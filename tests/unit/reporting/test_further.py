"""Sections beyond the mean difference: each where the study has it, its words in one language, its numbers those of the data."""

from __future__ import annotations

import csv
import re
from dataclasses import replace
from html import unescape
from itertools import product

import numpy as np
import pytest
from further_inputs import ITEMS, further, people
from phrases import CREDIBILITY, FINDINGS, FURTHER, METHOD, PHRASES
from scipy.optimize import brentq
from scipy.stats import norm

from effektutv.disclosure.curves import ROUNDED, STARTED, THINNED
from effektutv.disclosure.protect import protect
from effektutv.estimators.iceman import CUT_POINTS, Claims, credibility
from effektutv.plots.words import WORDS
from effektutv.reporting import build
from effektutv.reporting.sections.compliance import complier_sentence
from effektutv.reporting.sections.power import power_sentence
from effektutv.reporting.sections.surveys import survey_sentence
from effektutv.reporting.sections.times import time_section, time_sentence
from effektutv.reporting.wording.labels import Context
from effektutv.reporting.wording.notes import told
from effektutv.reporting.wording.words import Words
from effektutv.results import EffectRow, RowKind, Suppressed, Unavailable

pytestmark = pytest.mark.proof

LANGUAGES = ("sv", "en")
SECTIONS = ("robustness", "time", "compliance", "survey", "power")
NONE = Unavailable("none")
MISSING = re.compile(r"<td[^>]*><span class=\"mark\"[^>]*title=\"([^\"]*)\">–</span>")


@pytest.fixture(scope="module")
def pages(further_reports):
    return {k: unescape((folder / "report.html").read_text(encoding="utf-8")) for k, folder in further_reports.items()}


@pytest.fixture
def context(tmp_path):
    def of(lang="sv", change=lambda inputs: inputs):
        return Context.of(protect(change(further(tmp_path))), Words(lang))

    return of


def table(folder, name):
    with (folder / "tables" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def block(html, key):
    """A table of the page with its notes."""
    start = html.index(f'<div class="table" id="{key}">')
    ends = [html.find(after, start + 10) for after in ('<div class="table"', "<figure", "</section>")]
    return html[start : min(e for e in ends if e > 0)]


def cells(html, head):
    """The cells of the first row under a header."""
    row = re.search(rf'<th scope="row"[^>]*>{re.escape(head)}</th>(.*?)</tr>', html, re.DOTALL)
    return [re.sub(r"<[^>]*>", "", c) for c in re.findall(r"<td[^>]*>(.*?)</td>", row[1], re.DOTALL)]


def notes(html, key):
    return re.findall(r"<p>(.*?)</p>", block(html, key), re.DOTALL)


def on_method(html, key):
    """What is said of how a table was made; it is folded away on screen."""
    return re.findall(r"<p>(.*?)</p>", block(html, key).split('<details class="about">')[1], re.DOTALL)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_section_stands_where_the_study_has_it_and_nowhere_else(pages, reports, lang):
    for key in SECTIONS:
        assert f'<section id="{key}"' in pages[lang, False]
        if key != "robustness":
            assert f'<section id="{key}"' not in (reports[lang] / "report.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_anchors_are_one_each_and_tables_are_numbered_in_order(pages, lang):
    ids = re.findall(r' id="([^"]+)"', pages[lang, False])
    assert len(ids) == len(set(ids))
    word = "Tabell" if lang == "sv" else "Table"
    numbers = [int(n) for n in re.findall(rf"<caption><span>{word} (\d+)\. ", pages[lang, False])]
    assert numbers == list(range(1, len(numbers) + 1))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_one_language_a_page(pages, lang):
    for crossing in (False, True):
        text = " ".join(
            re.findall(r">([^<>]+)<", re.sub(r"<style>.*?</style>", "", pages[lang, crossing], flags=re.DOTALL))
        )
        other = 1 if lang == "sv" else 0
        figures = {key: (words["sv"], words["en"]) for key, words in WORDS.items()}
        for key, phrase in {**PHRASES, **FINDINGS, **METHOD, **FURTHER, **CREDIBILITY, **figures}.items():
            for part in re.split(r"\{\w+\}", phrase[other]):
                shown = part.strip(" .,;:()")
                if len(shown) > 7 and shown not in phrase[1 - other]:
                    assert not re.search(rf"\b{re.escape(shown)}\b", text), key


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_table_of_effects_says_estimand_first_and_protection_last(pages, lang):
    html = pages[lang, False]
    keys = [k for k in re.findall(r'<div class="table" id="([^"]+)">', html) if (block(html, k)).count("Estimand:")]
    assert {"table-primary", "table-estimators", "table-time-randomisation", "table-compliance", "table-survey"} < set(
        keys
    )
    place = LANGUAGES.index(lang)
    protection = PHRASES["protection_public"][place]
    for key in keys:
        said = on_method(html, key)
        assert said[0].startswith("Estimand:"), key
        assert said[-1].startswith(protection), key
    said = on_method(html, "table-primary")
    order = [
        said[0],
        next(n for n in said if n.startswith("Estimator:")),
        PHRASES["note_family_plain"][place],
        "n = 300 (FS), 300 (SE), 300 (CM).",
    ]
    places = [said.index(n) for n in order]
    assert places == sorted(places)


def detectable(n, baseline, alpha, power=0.8):
    """The effect whose unpooled normal test has the power, solved independently."""

    def gap(d):
        p = baseline + d
        error = np.sqrt((p * (1 - p) + baseline * (1 - baseline)) / n)
        return d / error - norm.isf(alpha / 2) - norm.ppf(power)

    return brentq(gap, 1e-6, 0.5)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_could_be_detected_stands_beside_the_main_result(pages, context, lang):
    alone, family = (100 * detectable(300, 0.18, a) for a in (0.05, 0.05 / 3))
    sentence = power_sentence(context(lang))
    comma = "," if lang == "sv" else "."
    for value in (alone, family):
        assert f"{value:.1f}".replace(".", comma) in sentence
    assert "300 person" in sentence
    summary = pages[lang, False][pages[lang, False].index('id="summary"') : pages[lang, False].index('id="people"')]
    assert sentence in summary
    assert sentence in notes(pages[lang, False], "table-primary")


def test_a_study_without_a_plan_says_nothing_of_power(context):
    assert power_sentence(context("sv", lambda i: replace(i, power=None))) == ""


def test_response_by_arm_is_that_of_the_persons(pages):
    answered = people()["livskvalitet"].notna().groupby(people()["arm"])
    rows = block(pages["en", False], "table-response")
    for arm, head in (("FS", "Enhanced cooperation (FS)"), ("SE", "Supported Employment (SE)")):
        assert cells(rows, head) == ["300", str(answered.sum()[arm]), f"{100 * answered.mean()[arm]:.1f}"]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_survey_sentence_starts_from_response(context, lang):
    ctx = context(lang)
    said = survey_sentence(ctx, ctx.inputs.value.surveys[0], ("SE", "FS"))
    df = people()
    share = 100 * df.loc[df["arm"] == "SE", "livskvalitet"].notna().mean()
    first = f"{share:.1f}".replace(".", "," if lang == "sv" else ".")
    order = [first, FURTHER["observed_sentence"][LANGUAGES.index(lang)][:20], "(Lee)"]
    places = [said.index(part) for part in order]
    assert places == sorted(places)


def test_the_four_answers_stand_side_by_side(pages, further_reports):
    rows = table(further_reports["en", False], "bounds")
    lee = next(
        r for r in rows if (r["outcome"], r["method"], r["arm"], r["control"]) == ("livskvalitet", "lee", "SE", "FS")
    )
    worst = next(r for r in rows if r["outcome"] == "livskvalitet" and r["method"] == "worst case")
    shown = cells(block(pages["en", False], "table-survey"), "SE\u00a0−\u00a0FS")

    def ends(row):
        return f"{float(row['lower']):.2f} to {float(row['upper']):.2f}".replace("-", "−")

    assert shown[2:] == [ends(lee), ends(worst)]
    df = people().dropna(subset="livskvalitet")
    means = df.groupby(["stratum", "arm"])["livskvalitet"].mean().unstack()
    size = df.groupby("stratum").size() / len(df)
    gap = float(((means["SE"] - means["FS"]) * size).sum())
    assert shown[0].startswith(f"{gap:+.2f}".replace("-", "−"))


def test_hidden_response_is_told_so(context):
    gone = Suppressed("r")

    def hide(inputs):
        first = inputs.surveys[0]
        changes = {"share_arm": gone, "estimate": gone, "std_error": gone, "conf_low": gone, "conf_high": gone}
        rows = tuple(replace(r, **changes) for r in first.response.rows)
        observed = tuple(replace(r, estimate=gone, conf_low=gone, conf_high=gone) for r in first.observed.rows)
        survey = replace(
            first, response=replace(first.response, rows=rows), observed=replace(first.observed, rows=observed)
        )
        return replace(inputs, surveys=(survey,))

    ctx = context("sv", hide)
    said = survey_sentence(ctx, ctx.inputs.value.surveys[0], ("SE", "FS"))
    assert said.startswith("Livskvalitet (enkät 2): hur många som svarade")
    assert "kan inte visas" in said[40:]


def test_receipt_is_that_of_the_persons(pages):
    received = people().groupby("arm")[["fick_SE", "fick_CM"]]
    shown = cells(block(pages["sv", False], "table-receipts"), "Insatsen i Supported Employment")
    counts, shares = received.sum()["fick_SE"], received.mean()["fick_SE"]
    assert shown[::2] == [str(int(counts[a])) for a in ("FS", "SE", "CM")]
    assert shown[1::2] == [f"{100 * shares[a]:.1f}".replace(".", ",") for a in ("FS", "SE", "CM")]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_refused_complier_effect_says_why_in_the_reports_language(pages, lang):
    start = CREDIBILITY["told_crossing"][LANGUAGES.index(lang)].split("{")[0]
    crossed = pages[lang, True]
    section = crossed[crossed.index('<section id="compliance"') :]
    assert start in section
    assert section.index(start) < section.index("<table")
    marks = MISSING.findall(block(crossed, "table-compliance"))
    assert any(start[1:] in why for why in marks)
    assert start not in pages[lang, False]


def test_a_complier_effect_carries_anderson_and_rubins_set(pages, further_reports):
    row = next(r for r in table(further_reports["en", False], "compliance") if r["arm"] == "SE")
    shown = cells(block(pages["en", False], "table-compliance"), "SE\u00a0−\u00a0FS")
    ends = [f"{100 * float(row[k]):.1f}".replace("-", "−") for k in ("ar_low", "ar_high")]
    assert shown[4] == f"[{ends[0]}, {ends[1]}]"
    assert shown[1] == f"{float(row['f_classical']):,.1f}"
    said = pages["en", False]
    assert f"{100 * float(row['receipt_arm']):.1f}% in Supported Employment" in said


def test_a_hidden_complier_effect_is_told_so(context):
    ctx = context("sv")
    row = replace(ctx.inputs.value.compliance.rows[0], estimate=Suppressed("r"))
    assert complier_sentence(ctx, row).endswith("kan inte visas: antalet personer är för litet.")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_time_to_work_tells_who_is_left_out_and_what_competes(pages, lang):
    df = people()
    already = int(((df["time"] == 0) & (df["event"] == 1)).sum())
    said = notes(pages[lang, False], "table-time-randomisation")
    words = "personer i arbete dag 0 ingår inte." if lang == "sv" else "persons in work on day 0 left out."
    assert f"{already} {words}" in said
    assert any("Aalen–Johansen" in n for n in notes(pages[lang, False], "table-risk-randomisation"))
    assert any(("död" if lang == "sv" else "death") in n for n in said)


def test_the_risk_table_counts_the_persons_left(pages):
    df = people()
    left = df[~((df["time"] == 0) & (df["event"] == 1))]
    shown = cells(block(pages["en", False], "table-risk-randomisation"), "12")
    assert shown[::2] == [str(int(((left["arm"] == a) & (left["time"] >= 12)).sum())) for a in ("FS", "SE", "CM")]


def test_time_has_mean_difference_and_log_rank(pages, further_reports):
    row = next(
        r for r in table(further_reports["en", False], "time_to_work") if (r["arm"], r["control"]) == ("SE", "FS")
    )
    shown = cells(block(pages["en", False], "table-time-randomisation"), "SE\u00a0−\u00a0FS")
    assert shown[2].startswith(f"{float(row['estimate']):.1f}".replace("-", "−"))
    assert shown[5] == ("<\u00a00.001" if float(row["log_rank_p"]) < 0.001 else f"{float(row['log_rank_p']):.3f}")
    df = people()
    left = df[~((df["time"] == 0) & (df["event"] == 1))]
    # without censoring before the horizon the restricted mean is the mean of the times
    plain = left[left["event"] != 2].groupby("arm")["time"].mean()
    assert abs(float(row["mean_arm"]) - plain["SE"]) < 0.5


def test_a_hidden_mean_time_is_told_so(context):
    ctx = context("en")
    row = ctx.inputs.value.times[0].rows[0]
    assert "cannot be shown" in time_sentence(ctx, replace(row, estimate=Suppressed("r")))
    assert "up to month 24" in time_sentence(ctx, row)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_parts_of_the_pooled_coefficient_add_up(pages, further_reports, lang):
    rows = [r for r in table(further_reports[lang, False], "contamination") if r["arm"] == "SE"]
    part = {(r["component"], r["source"]): float(r["estimate"]) for r in rows}
    assert part["pooled", ""] == pytest.approx(part["own", ""] + part["contamination", "CM"], abs=1e-9)
    html = block(pages[lang, False], "table-contamination")
    for name in ("pooled", "own", "equal", "one_at_a_time", "common"):
        assert FURTHER[f"component_{name}"][LANGUAGES.index(lang)] in html
    assert FURTHER["component_contamination_of"][LANGUAGES.index(lang)].format(arm="Case management") in html


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_item_of_credibility_has_words_and_its_answer(pages, lang):
    html, place = block(pages[lang, False], "table-credibility-kon"), LANGUAGES.index(lang)
    for item, answer in ITEMS.items():
        assert cells(html, CREDIBILITY[f"item_{item}"][place])[0] == CREDIBILITY[f"answer_{answer}"][place]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_cross_stands_in_tables_and_forest_as_exploratory_with_its_family(pages, further_reports, lang):
    place = LANGUAGES.index(lang)
    said = notes(pages[lang, False], "table-subgroup-kon-dv")
    family = CREDIBILITY["family_exploratory_interactions_holm"][place]
    assert said.index(PHRASES["subgroup_exploratory"][place]) < said.index(family)
    assert family not in notes(pages[lang, False], "table-subgroup-kon")
    level = "Kvinnor med daglig verksamhet" if lang == "sv" else "Women with daily activities"
    assert level in block(pages[lang, False], "table-subgroup-kon-dv")
    figure = (further_reports[lang, False] / "figures" / "subgroups-forest.csv").read_text(encoding="utf-8")
    assert '[""kvinna"", ""med""]' in figure
    drawn = (further_reports[lang, False] / "figures" / "subgroups-forest.txt").read_text(encoding="utf-8")
    assert "×" in drawn or "dv" not in drawn


def test_the_log_rank_sentence_says_from_when_it_counts(context):
    ctx = context("en")
    said = [t for b in time_section(ctx).blocks if hasattr(b, "texts") for t in b.texts if "og-rank" in t]
    assert len(said) == 1
    assert said[0].startswith("Counted from randomisation: log-rank test ")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_row_outside_a_family_has_a_mark_that_says_why(pages, lang):
    place = LANGUAGES.index(lang)

    def why(key):
        return PHRASES[key][place]

    html = block(pages[lang, False], "table-subgroup-kon-dv")
    women = "Kvinnor med daglig verksamhet" if lang == "sv" else "Women with daily activities"
    assert cells(html, women)[5] == "†" + why("not_adjusted_level")
    assert f"† {why('not_adjusted_level')}." in notes(pages[lang, False], "table-subgroup-kon-dv")
    crossed = PHRASES["interaction_cross"][place]
    assert re.fullmatch(r"[01][.,]\d{3}", cells(html, crossed)[5])
    # the joint test of the cross stands beside the contrast, outside the family
    assert cells(html, PHRASES["interaction_joint"][place])[5] == "†" + why("not_adjusted")


def test_effects_by_month_have_both_kinds_of_bands(pages):
    page = pages["en", False]
    html = page[page.index('<figure id="effects_arbete_randomisation">') :]
    third, sixth = cells(html, "3"), cells(html, "6")
    assert third[2:4] == sixth[2:4]
    low, high = (float(x.replace("−", "-")) for x in third[3].strip("[]").split(", "))
    wide = [float(x.replace("−", "-")) for x in third[4].strip("[]").split(", ")]
    assert wide == pytest.approx([low - 1, high + 1], abs=0.11)
    assert sixth[4].startswith("–")


COLUMNS = {
    "time_to_work": "outcome,clock,arm,control,tau,n_arm,n_control,mean_arm,mean_control,estimate,std_error",
    "risk_table": "outcome,clock,arm,time,n,n_risk,events,competing,censored,survival",
    "survey": "outcome,wave,estimate_of,arm,control,n_arm,n_control,share_arm,share_control",
    "bounds": "outcome,wave,method,population,arm,control,n_arm,n_control,observed_arm,observed_control",
    "receipts": "arm,programme,n,received,share,status",
    "compliance": "outcome,clock,month,arm,control,n_arm,n_control,receipt_arm,receipt_control,first_stage",
    "power": "arm,control,n_arm,n_control,baseline,effect,alpha,alpha_each,family,power,solved,method,std_error",
    "contamination": "outcome,clock,month,arm,control,component,source,n_arm,n_control,estimate",
    "credibility": "outcome,clock,month,arm,control,subgroup,item,answer,evidence",
}
ROWS = {"time_to_work": 3, "risk_table": 75, "survey": 18, "bounds": 12, "receipts": 6, "compliance": 2, "power": 2}


@pytest.mark.parametrize("name", COLUMNS)
def test_each_result_has_its_file(further_reports, name):
    header = (further_reports["sv", False] / "tables" / f"{name}.csv").read_text(encoding="utf-8").split("\n", 1)[0]
    assert header.startswith(COLUMNS[name])
    rows = table(further_reports["sv", False], name)
    assert len(rows) == ROWS.get(name, len(rows))
    assert rows
    assert (further_reports["sv", False] / "tables" / f"{name}.csv").read_bytes() == (
        further_reports["en", False] / "tables" / f"{name}.csv"
    ).read_bytes()


def test_the_kernels_notes_are_recognised(context, tmp_path):
    ctx = context("en")
    value = ctx.inputs.value
    crossed = further(tmp_path, crossing=True)
    said = [*value.compliance.notes, *crossed.compliance.notes, *value.contamination.notes]
    said += [n for t in value.times for n in (*t.notes, *(r.note for r in t.rows))]
    for s in value.surveys:
        said += [*s.observed.notes, *s.weighted.notes, *(r.note for b in s.bounds for r in b.rows)]
        said += [n for b in s.bounds for n in b.notes] + [r.note for r in s.weighted.rows]
    said += [r.estimate.reason for r in crossed.compliance.rows if hasattr(r.estimate, "reason")]
    assert len([n for n in said if n]) > 8
    unknown = {n for n in said for key, _ in told(n, ctx.words, ctx.labels) if key == "told_other"}
    assert not unknown


@pytest.mark.parametrize(
    ("note", "key"),
    [
        ("the assignment does not move receipt", "told_no_first_stage"),
        ("receipt follows the assignment exactly", "told_exact_receipt"),
        ("the first stage is too weak: the confidence set is not an interval", "told_ar_open"),
        ("weak first stage (F below 10): read Anderson and Rubin's set, not the interval", "told_weak"),
        ("respondents are compared as they are: who answers may differ between the arms", "told_respondents"),
        (
            "covariate diagnos: 53 persons with no value take the mean of all arms, with a column of missingness beside",
            "told_filled",
        ),
        ("clusters: 77 in CM, 354 in FS", "told_clusters"),
        ("persons without a cluster stand alone", "told_no_cluster"),
        ("2 strata of stratum with no or only events (32 persons) contribute 0 to the effect", "told_flat"),
        ("deaths and moves are not known: the study has no register of them", "told_no_events"),
        ("fewer than 5 persons in the state on day 0 left out", "told_already"),
        ("follow-up in the arm ends before the horizon", "told_short"),
        (
            "fewer than 10 events in an arm: intervals around the curves cover less often than they say, and the log-rank test "
            "may reject more often than its level",
            "told_few_events",
        ),
        (
            "neither programme is received more often in SE than in FS, by more than the declared 0.05: the effect takes it "
            "that these persons lost nothing by not being in FS",
            "told_unserved",
        ),
        ("not tightened: 3 of 5 cells lack respondents of an arm", "told_no_tightening"),
        (
            "SE − FS: 1 stratum of stratum without respondents in both arms left out (12 persons); the effect is that of the "
            "90 persons in the 3 strata with both",
            "told_lost_answers",
        ),
        ("persons weighted by cell instead, so that both arms have the cells of everyone", "told_by_cell"),
        ("arm CM: 2 strata of stratum without anyone in the arm; its curve is of the others", "told_no_arm"),
        (
            "follow-up ends at different times by stratum: later parts of the curves rest on the strata followed for longer",
            "told_ends_apart",
        ),
        (
            "no one has the event (code 1), while for 9 persons a competing one (code 2 and above) ends the time; where the "
            "column says the event by 2, recode it to 1",
            "told_no_event",
        ),
        ("no one is censored (code 0): everyone has the event", "told_no_censored"),
        (
            "no one is censored (code 0): 63 persons have the event (code 1) and for 137 persons a competing one (code 2 and "
            "above) ends the time; where the column says censored by 1 and the event by 2, recode it to 0 and 1",
            "told_all_end",
        ),
        ("arm CM: some respondents stand for more than 20 persons each", "told_thin"),
        (THINNED, "told_thinned"),
        (f"{ROUNDED} 5", "told_at_risk"),
        (STARTED, "told_started"),
        ("2 strata of site without both arms left out (7 persons)", "told_lost_bare"),
        ("1 stratum of site without every arm left out (fewer than 5 persons)", "told_lost_every"),
    ],
)
def test_notes_of_further_kernels(made, note, key):
    ctx = made.context("sv")
    assert [k for k, _ in told(f"{note}; {note}", ctx.words, ctx.labels)] == [key, key]


def test_the_studys_own_clock_comes_first(context, made):
    def both(inputs):
        (own,) = inputs.times
        rows, risk = (tuple(replace(r, clock="start") for r in part) for part in (own.rows, own.risk))
        effects = tuple(
            replace(e, rows=tuple(replace(r, clock="randomisation") for r in e.rows)) for e in inputs.effects
        )
        return replace(inputs, effects=effects, robustness=(), times=(replace(own, rows=rows, risk=risk), own))

    laid_out = build.build(context("sv", both).inputs, lang="sv", facts=made.facts)
    section = next(s for s in laid_out.sections if s.key == "time")
    keys = [b.key for b in section.blocks if hasattr(b, "heads")]
    assert keys == [f"table-{t}-{c}" for c in ("randomisation", "start") for t in ("time", "risk")]
    assert [b.key for b in section.blocks if hasattr(b, "alt")] == ["time_to_work_randomisation"]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_new_figures_have_words_data_and_a_table(pages, further_reports, lang):
    figures = further_reports[lang, False] / "figures"
    for key in ("time_to_work_randomisation", "effects_arbete_randomisation", "estimators", "power-curve"):
        assert f'<figure id="{key}">' in pages[lang, False]
        assert len((figures / f"{key}.txt").read_text(encoding="utf-8")) > 60
        assert len((figures / f"{key}.csv").read_text(encoding="utf-8").splitlines()) > 2
    said = (figures / "estimators.txt").read_text(encoding="utf-8").lower()
    assert PHRASES["estimator_fe"][LANGUAGES.index(lang)] in said


def test_every_answer_of_the_instrument_and_its_reason_has_words():
    """Over every combination of what may be stated and found, no key of the kernel is without words."""
    rows = [
        EffectRow(
            outcome="y", month=month, arm=arm, control=control, subgroup="g", level=("a", "b"), kind=RowKind.INTERACTION,
            n_arm=9, n_control=9,
            share_arm=NONE, share_control=NONE, mean_arm=NONE, mean_control=NONE, estimate=estimate, std_error=1.0,
            statistic=1.0, df=9.0, p_value=p, conf_low=0.0, conf_high=1.0, p_adjusted=adjusted, estimator="e", vcov="v",
        )
        # a month each: a subgroup has one interaction per contrast and month
        for month, ((arm, control), estimate, p, adjusted) in enumerate(
            product((("SE", "FS"), ("SE", "CM")), (1.0, -1.0, NONE), (0.001, 0.007, 0.03, 0.07, 0.5, NONE), (NONE, 0.5))
        )
    ]  # fmt: skip
    found = {
        (row.item, row.answer, row.evidence)
        for directions in ({}, {"g": "larger"})
        for prior in ((), ("g",))
        for cuts in ({}, *({"g": origin} for origin in CUT_POINTS))
        for modifiers in (2, 5, 20)
        for protocol in (True, False)
        for row in credibility(
            rows,
            Claims(
                directions=directions, prior_evidence=prior, cut_points=cuts, modifiers=modifiers, protocol=protocol
            ),
            "FS",
        ).rows
    }
    assert {item for item, _, _ in found} == set(ITEMS)
    assert len({evidence for _, _, evidence in found}) > 20
    lacking = [f for f in found if not {f"item_{f[0]}", f"answer_{f[1]}", f"evidence_{f[2]}"} <= set(CREDIBILITY)]
    assert not lacking
