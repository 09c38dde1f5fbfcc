"""What the arms received, limits, the checklist, the flow in words, and what is collapsed, in the report."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from report_inputs import FACTS

from effektutv.disclosure.protect import protect
from effektutv.reporting import build
from effektutv.reporting.model.blocks import FigureBlock, Paragraph, TableBlock
from effektutv.results import Suppressed, Unavailable
from effektutv.study import CONSORT_ITEMS, Text

pytestmark = pytest.mark.proof


@pytest.fixture(scope="module")
def inputs(analysed):
    return analysed


def built(inputs, lang="sv", **changes):
    return build.build(protect(replace(inputs, **changes)), lang=lang, facts=FACTS)


@pytest.fixture(scope="module", params=["sv", "en"])
def report(request, inputs):
    return built(inputs, request.param)


def section(report, key):
    return next(s for s in report.sections if s.key == key)


def table(report, key):
    return next(b for s in report.sections for b in s.blocks if isinstance(b, TableBlock) and b.key == key)


def figure(report, key):
    return next((f for f in report.figures if f.key == key), None)


def said(blocks):
    return " ".join(t for b in blocks if isinstance(b, Paragraph) for t in b.texts)


def test_what_the_arms_received_comes_before_the_effects(report):
    keys = [s.key for s in report.sections]
    assert keys.index("received") == keys.index("effects") - 1
    assert keys[-1] == "consort"
    assert keys.index("limits") < keys.index("method")
    assert len(keys) == len(set(keys))
    # no two sections look alike in the contents
    assert len({s.title for s in report.sections}) == len(keys)


def test_the_table_of_hours_holds_the_trials_means(trial, inputs):
    found = {(r.actor, r.arm): r for r in trial.received().rows}
    shown = table(built(inputs), "table-hours")
    actors = list(dict.fromkeys(a for a, _ in found))
    (rows,) = [g.rows for g in shown.groups]
    assert len(rows) == len(actors) == 6
    for actor, row in zip(actors, rows, strict=True):
        for position, arm in enumerate(("FS", "SE", "CM")):
            mean, month, share = row.cells[3 * position : 3 * position + 3]
            source = found[actor, arm]
            assert mean.value == pytest.approx(source.mean, abs=0.05)
            assert month.value == pytest.approx(source.mean_month, abs=0.05)
            assert share.value == pytest.approx(100 * source.share, abs=0.05)
    words = said(section(built(inputs), "received").blocks)
    for arm in ("FS", "SE", "CM"):
        assert f"{found['all', arm].mean:.1f}".replace(".", ",") in words


def test_the_figure_of_hours_is_held_to_its_table(trial, report):
    block = figure(report, "hours-by-actor")
    means = {(r.arm, r.actor): r.mean for r in trial.received().rows}
    assert {(r[0], r[1]): r[6] for r in block.rows} == means
    mark = "," if report.lang == "sv" else "."
    for (_, actor), mean in means.items():
        if actor != "kommun" and mean:
            assert f"{mean:.1f}".replace(".", mark) in block.alt
    assert "%" not in block.alt


def test_a_study_without_time_reports_says_so(inputs):
    nothing = replace(inputs.received, rows=())
    words = said(section(built(inputs, received=nothing), "received").blocks)
    assert "tidredovisningar" in words
    report = built(inputs, received=None)
    assert "received" not in [s.key for s in report.sections]
    # the checklist does not point to what is not there
    rows = {r.head.split(".")[0]: r for g in table(report, "table-consort").groups for r in g.rows}
    assert rows["24a"].cells[1].text == "öppen"


def test_hidden_hours_are_marked_and_no_sentence_tells_them(inputs):
    rows = tuple(
        replace(r, persons=3, share=3 / r.n) if (r.arm, r.actor) == ("FS", "SIUS") else r for r in inputs.received.rows
    )
    report = built(inputs, received=replace(inputs.received, rows=rows))
    cells = [c for g in table(report, "table-hours").groups for r in g.rows for c in r.cells]
    assert sum(c.absent == "suppressed" for c in cells) >= 4
    shown = next(r.mean for r in report.inputs.value.received.rows if (r.arm, r.actor) == ("FS", "SIUS"))
    assert isinstance(shown, Suppressed)
    assert "SIUS-konsult" not in said(section(report, "received").blocks)


# ----------------------------------------------------------------------------------------------------------- the checklist


def test_every_item_stands_once_in_its_order(report):
    rows = [r for g in table(report, "table-consort").groups for r in g.rows]
    assert tuple(r.head.split(".")[0] for r in rows) == CONSORT_ITEMS
    assert len({int(re.match(r"\d+", n).group()) for n in CONSORT_ITEMS}) == 30
    for row in rows:
        where, status = (c.text for c in row.cells)
        assert (status in ("öppen", "open")) == (where == "")


def test_what_a_run_cannot_know_is_open_until_the_study_file_answers(inputs):
    unknown = (
        "2",
        "3",
        "5a",
        "5b",
        "6",
        "8",
        "10",
        "12a",
        "12b",
        "15",
        "16b",
        "17a",
        "18",
        "19",
        "20a",
        "20b",
        "23b",
        "27",
    )
    rows = {r.head.split(".")[0]: r for g in table(built(inputs), "table-consort").groups for r in g.rows}
    assert all(rows[n].cells[1].text == "öppen" for n in unknown)
    answers = {
        "2": Text(sv="Register X, nr 7", en="Registry X, no. 7"),
        "13": Text(sv="Se manualen", en="See the manual"),
    }
    answers["3"] = Text(sv=" ", en=" ")
    study = inputs.study.model_copy(update={"consort": answers})
    for lang, words in (
        ("sv", ("Register X, nr 7", "besvarad i studiefilen")),
        ("en", ("Registry X, no. 7", "answered")),
    ):
        report = built(inputs, lang, study=study)
        rows = {r.head.split(".")[0]: r for g in table(report, "table-consort").groups for r in g.rows}
        assert rows["2"].cells[0].text == words[0]
        assert rows["2"].cells[1].text.startswith(words[1])
        # partly reported, and the study file says the rest
        assert rows["13"].cells[1].text in ("redovisad", "reported")
        assert rows["3"].cells[1].text in ("öppen", "open")


def test_places_of_the_checklist_are_the_reports_sections(report):
    titles = {f"{n}, {s.title}" for n, s in enumerate(report.sections, start=1)}
    word = "Avsnitt" if report.lang == "sv" else "Section"
    named = [
        m
        for g in table(report, "table-consort").groups
        for r in g.rows
        for m in re.findall(rf"{word} (\d+, [^:;]+?)(?=[:;]|\.$)", r.cells[0].text)
    ]
    assert len(named) > 20
    assert set(named) <= titles


def test_the_opening_counts_the_statuses(inputs):
    report = built(inputs)
    statuses = [r.cells[1].text for g in table(report, "table-consort").groups for r in g.rows]
    opening = said(section(report, "consort").blocks)
    for word, status in (("redovisade,", "redovisad"), ("delvis", "delvis"), ("öppna.", "öppen")):
        assert f"{statuses.count(status)} {'är ' if status == 'redovisad' else ''}{word}" in opening


# -------------------------------------------------------------------------------------------------------------------- limits


def test_limits_come_from_what_was_found(trial, report):
    points = next(b for b in section(report, "limits").blocks if isinstance(b, Paragraph) and b.terms)
    assert len(points.terms) == len(points.texts) == 14
    words = " ".join(points.texts)
    mark = "," if report.lang == "sv" else "."
    for row in trial.sources().rows:
        assert (f"{100 * row.share:.1f}".replace(".", mark) in words) or row.category != "af_only"
    for row in trial.starts().rows:
        assert f"{row.median_delay:.0f}" in words
    estimate = trial.statements_only().rows[0].estimate
    assert f"{100 * estimate:.1f}".replace(".", mark) in words
    assert not re.search(r"[{}]", words)


def test_a_limit_that_does_not_concern_the_study_falls_away(inputs):
    report = built(inputs, surveys=(), compliance=None, turned_thirty=None, starts=None, sources=(), power=None)
    points = next(b for b in section(report, "limits").blocks if isinstance(b, Paragraph) and b.terms)
    away = ("Enkäter som saknas", "Andra gruppers insatser", "30-årsgränsen", "Tid till start", "Vad registren ser")
    assert not set(away) & set(points.terms)
    assert "Försökets storlek" not in points.terms
    assert {"Undanträngning", "Gemensamma handläggare", "Platser och kapacitet"} <= set(points.terms)


# ------------------------------------------------------------------------------------------------- flow, 30, sites, draws


def test_the_flow_stands_in_words_with_its_counts(trial, report):
    listed = [b for b in section(report, "people").blocks if isinstance(b, Paragraph) and b.listed]
    stages = trial.flow().rows
    (words,) = [b.texts for b in listed]
    assert len(words) == len(stages)
    for text, stage in zip(words, stages, strict=True):
        digits = re.sub(r"(?<=\d)[\s,](?=\d{3})", "", text)
        numbers = {int(x) for x in re.findall(r"\d+", digits)}
        assert stage.n in numbers
        assert set(stage.by_arm.values()) <= numbers
        assert (stage.excluded in numbers) or not stage.excluded


def test_who_turns_30_stands_beside_the_outcome_on_the_benefit(trial, report):
    shown = table(report, "table-turned-30")
    assert shown in section(report, "effects").blocks
    (row,) = shown.groups[0].rows
    counts = [c.value for c in row.cells[::2]]
    assert counts == [r.persons for r in trial.turned_thirty().rows]


def test_sites_of_few_are_left_out_of_the_figure_and_counted(report):
    block = figure(report, "effects-by-site")
    effects = report.inputs.value.sites.rows
    hidden = [r for r in effects if r.subgroup and not isinstance(r.estimate, float)]
    assert hidden
    assert len(block.rows) == len(effects)
    assert any(str(len(hidden)) in note for note in block.notes)
    places = report.inputs.value.sites.rows[1].level.replace("–", ", ")
    assert places in [r.head for g in block.table.groups for r in g.rows]


def test_the_distribution_over_the_draws_is_drawn_of_what_is_released(report):
    block = figure(report, "randomization")
    released = report.inputs.value.randomization
    assert len(block.rows) == len(released.distribution)
    assert sum(d.share for d in released.distribution if d.kind == "draws") == pytest.approx(1, abs=0.02)
    assert all(round(d.share, 3) == d.share for d in released.distribution)


def test_no_distribution_no_figure(inputs):
    test = replace(inputs.randomization, distribution=())
    assert figure(built(inputs, randomization=test), "randomization") is None
    assert figure(built(inputs, randomization=None), "randomization") is None


def test_few_sites_hide_how_effects_vary(inputs):
    rows = tuple(replace(r, sites=3) for r in inputs.site_variation.rows)
    report = built(inputs, site_variation=replace(inputs.site_variation, rows=rows))
    assert "färre än tio kommuner" in said(section(report, "subgroups").blocks)


def test_work_on_statements_is_a_group_of_its_own_in_the_table_and_not_in_the_figure(trial, report):
    groups = table(report, "table-estimators").groups
    cells = groups[-1].rows[0].cells
    row = trial.statements_only().rows[0]
    assert cells[0].value == pytest.approx(100 * row.share_arm, abs=0.05)
    assert "statements:" not in str(figure(report, "estimators").rows)


# --------------------------------------------------------------------------------------------------------------- collapsed


def test_a_subgroup_of_which_nothing_is_shown_is_one_sentence(inputs):
    gone = Unavailable("no persons")
    effects = tuple(
        replace(
            e,
            rows=tuple(
                replace(r, estimate=gone, std_error=gone, conf_low=gone, conf_high=gone, p_value=gone)
                if r.subgroup == ("kon", "daglig_verksamhet")
                else r
                for r in e.rows
            ),
        )
        for e in inputs.effects
    )
    report = built(inputs, effects=effects)
    found = section(report, "subgroups")
    keys = [b.key for b in found.blocks if isinstance(b, TableBlock)]
    assert not [k for k in keys if "kon-daglig" in k]
    assert [k for k in keys if k.startswith("table-subgroup-kon-")]
    assert said(found.blocks).count("tables/subgroups.csv") == 2  # once on each clock
    forest = figure(report, "subgroups-forest")
    assert not [r for r in forest.rows if '["kon", "daglig_verksamhet"]' in r]
    assert any("Kön × Daglig verksamhet" in note for note in forest.notes)
    assert isinstance(forest, FigureBlock)
    # the file keeps its rows
    from effektutv.reporting.tables.csv_tables import csv_tables

    columns, rows = csv_tables(report.inputs)["subgroups"]
    at = list(columns).index("subgroup")
    assert sum(r[at] == '["kon", "daglig_verksamhet"]' for r in rows) == 36


def test_files_of_the_new_tables_hold_no_more_than_what_is_released(inputs):
    from effektutv.reporting.tables.csv_tables import csv_tables

    files = csv_tables(built(inputs).inputs)
    assert {
        "received_hours",
        "received_shares",
        "turned_30",
        "entry",
        "sites",
        "site_variation",
        "randomization",
    } <= set(files)
    assert "largest" not in files["received_hours"][0]
    assert {"q", "estimate", "i_squared"}.isdisjoint(files["site_variation"][0])
