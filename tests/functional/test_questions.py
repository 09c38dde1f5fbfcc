"""What a trial answers beyond the mean difference at one month: held to the demonstration's truth and to brute force."""

from __future__ import annotations

import csv
import json
import re
import shutil
from collections import Counter
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

import effektutv as eu
from effektutv.api.sites import site_variation
from effektutv.results import Unavailable


@pytest.fixture(scope="module")
def asked(restudied, everything):
    return eu.load(restudied(everything))


def truth_of(demo, key):
    return json.loads((demo / "truth.json").read_text(encoding="utf-8"))[key]["rows"]


# ---------------------------------------------------------------- the survey


def test_answers_are_those_planted(asked, demo):
    arm = asked.table["arm"]
    for item, wave, code, n, answered, total, _ in truth_of(demo, "survey"):
        y = asked.outcome(f"{item}_{wave}")[(arm == code).to_numpy()]
        assert (y.size, int((~np.isnan(y)).sum()), int(np.nansum(y))) == (n, answered, total)


def test_who_responded_and_what_respondents_say(asked, demo):
    found = asked.survey("livskvalitet_2")
    truth = {code: rest for item, wave, code, *rest in truth_of(demo, "survey") if (item, wave) == ("livskvalitet", 2)}
    assert (found.outcome, found.wave) == ("livskvalitet_2", 2)
    for row in found.response.rows:
        assert row.outcome == "response:livskvalitet_2"
        for code, n, share in ((row.arm, row.n_arm, row.share_arm), (row.control, row.n_control, row.share_control)):
            assert n == truth[code][0]
            assert share == pytest.approx(truth[code][1] / truth[code][0], rel=1e-12)
    for row in found.observed.rows:
        assert (row.n_arm, row.n_control) == (truth[row.arm][1], truth[row.control][1])
        assert row.share_arm == pytest.approx(truth[row.arm][2] / truth[row.arm][1], rel=1e-12)
    assert any("respondents are compared" in note for note in found.observed.notes)
    assert {r.estimator for r in found.weighted.rows} == {"response-weighted"}


def test_weighting_and_bounds_reach_everyone(asked, demo):
    """The truth is known: what the effect would be had everyone answered."""
    found = asked.survey("livskvalitet_2")
    mean = {c: r[3] / r[0] for i, w, c, *r in truth_of(demo, "survey") if (i, w) == ("livskvalitet", 2)}
    naive, weighted, worst = found.observed.rows[0], found.weighted.rows[0], found.bounds[1].rows[0]
    full = mean["SE"] - mean["FS"]
    assert abs(weighted.estimate - full) < abs(naive.estimate - full)
    assert worst.lower < full < worst.upper
    assert [b.rows[0].method for b in found.bounds] == ["lee", "worst case"]
    # answers lie between 1 and 5: missing ones at the ends of that range, not of what was seen
    y, arm = asked.outcome("livskvalitet_2"), asked.table["arm"].to_numpy()
    stratum = asked.table["stratum"].to_numpy()
    expected = 0.0
    for s in np.unique(stratum):
        inside = stratum == s
        low = np.nan_to_num(y[inside & (arm == "SE")], nan=1.0).mean()
        high = np.nan_to_num(y[inside & (arm == "FS")], nan=5.0).mean()
        expected += inside.mean() * (low - high)
    assert worst.lower == pytest.approx(expected, rel=1e-9)


def test_an_item_made_binary(asked):
    y, raw = asked.outcome("bra"), asked.outcome("livskvalitet_2")
    np.testing.assert_array_equal(y, np.where(np.isnan(raw), np.nan, raw > 3))
    found = asked.survey("bra")
    assert found.bounds[1].rows[0].lower >= -1
    assert asked.itt("bra").rows[0].estimate == pytest.approx(found.observed.rows[0].estimate)


def test_item_in_itt_has_no_month_and_no_clock(asked):
    rows = asked.itt("livskvalitet_2", by="kon").rows
    assert {(r.clock, r.month) for r in rows} == {("", None)}
    for options in ({"month": 3}, {"clock": "start"}):
        with pytest.raises(eu.ArgumentError, match="comes from the participants' survey and has neither"):
            asked.itt("livskvalitet_2", **options)
    with pytest.raises(eu.ArgumentError, match="has no months"):
        asked.profile("livskvalitet_2")
    assert asked.randomization_test("livskvalitet_2", draws=200).rows[0].p_randomization > 0


def test_answers_before_randomisation_are_counted_and_left_out(asked, demo):
    early = json.loads((demo / "truth.json").read_text(encoding="utf-8"))["quirks"][
        "survey_answer_before_randomisation"
    ]
    found = {f.rule: f.rows_failing for f in asked.quality.rows if f.extract == "deltagarenkat"}
    assert found["answered before randomisation"] == early > 0
    assert "no day of the answer" not in found


def test_an_answer_without_a_day_counts_and_is_counted(demo, tmp_path, asked, everything):
    folder = tmp_path / "demo"
    shutil.copytree(demo, folder)
    path = folder / "extracts" / "deltagarenkat.csv"
    lines = path.read_bytes().decode("cp1252").split("\n")
    ours = {r["LopNr"] for r in _rows(folder, "lottningsenkat") if r["samtycke"] == "1"}
    header = lines[0].split(";")
    for i, line in enumerate(lines[1:], start=1):
        cells = line.split(";")
        if cells[0].strip('"') in ours and cells[1] == '"2"':
            cells[header.index("svarsdatum")] = ""
            lines[i] = ";".join(cells)
            break
    path.write_bytes("\n".join(lines).encode("cp1252"))
    (folder / "study.toml").write_text(
        everything((folder / "study.toml").read_text(encoding="utf-8")), encoding="utf-8"
    )
    again = eu.load(folder / "study.toml")
    np.testing.assert_array_equal(again.outcome("livskvalitet_2"), asked.outcome("livskvalitet_2"))
    assert {f.rule: f.rows_failing for f in again.quality.rows}["no day of the answer"] == 1


def _rows(folder, name):
    with (folder / "extracts" / f"{name}.csv").open(encoding="cp1252", newline="") as handle:
        return list(csv.DictReader(handle, delimiter=";"))


# ---------------------------------------------------------------- receipt


def test_receipt_is_what_was_planted(asked, demo):
    found = {(r.programme, r.arm): (r.n, r.received, r.share) for r in asked.compliance().receipt.rows}
    truth = {(p, a): (n, got, got / n) for p, a, n, got in truth_of(demo, "receipt")}
    assert found == truth


def test_effect_of_receiving_by_hand(asked):
    """Two-stage least squares with stratum dummies, written out."""
    people, y = asked.table, asked.outcome("arbete", month=15)
    found = asked.compliance()
    assert [(r.arm, r.control, r.outcome, r.clock, r.month) for r in found.rows] == [
        ("SE", "FS", "arbete", "randomisation", 15),
        ("CM", "FS", "arbete", "randomisation", 15),
    ]
    for row in found.rows:
        received = asked._cohort.received[row.arm].astype(float)
        mine = people["arm"].isin([row.arm, "FS"]).to_numpy().copy()
        both = people[mine].groupby("stratum")["arm"].nunique()
        mine &= people["stratum"].isin(both.index[both == 2]).to_numpy()
        S = pd.get_dummies(people["stratum"][mine]).to_numpy(dtype=float)
        z = (people["arm"][mine] == row.arm).to_numpy(dtype=float)
        X, Z = np.column_stack([received[mine], S]), np.column_stack([z, S])
        assert row.estimate == pytest.approx(np.linalg.solve(Z.T @ X, Z.T @ y[mine])[0], rel=1e-9)
        assert row.receipt_arm == pytest.approx(received[(people["arm"] == row.arm).to_numpy()].mean(), rel=1e-12)


def test_a_third_programme_beyond_the_tolerance_is_refused(restudied, everything):
    tight = restudied(
        lambda text: everything(text).replace("receipt_tolerance = 0.05", "receipt_tolerance = 0.006"),
    )
    rows = eu.load(tight).compliance().rows
    # receipt of CM differs by 0.0057 between SE and FS, receipt of SE by 0.011 between CM and FS
    assert isinstance(rows[0].estimate, float)
    assert isinstance(rows[1].estimate, Unavailable)
    assert "acts through that programme too" in rows[1].note


def test_receipt_needs_its_declaration(plain, restudied, everything, without):
    bare = eu.load(restudied(without))
    with pytest.raises(eu.ArgumentError, match="who received the programme of SE, CM"):
        bare.compliance()
    with pytest.raises(eu.ArgumentError, match="who received the programme of b"):
        eu.load(plain).compliance()
    with pytest.raises(eu.StudyError, match="actor: got 'XX'; allowed: Af, FK, SIUS"):
        eu.load(restudied(lambda t: everything(t).replace('actor = "CM"', 'actor = "XX"')))


# ---------------------------------------------------------------- time to work


@pytest.mark.parametrize("clock", ["randomisation", "start"])
def test_first_month_in_work_by_hand(asked, clock):
    """Events, competing events and censored persons by month and arm, from the planted state month by month."""
    work = np.column_stack([asked.outcome("arbete", month=k, clock=clock) for k in range(25)])
    arm = asked.table["arm"].to_numpy()
    found = asked.time_to_work(clock=clock)
    risk = found.risk_table()
    assert set(risk["outcome"]) == {"arbete"}
    assert set(risk["clock"]) == {r.clock for r in found.rows} == {clock}
    assert sorted(set(risk["time"])) == list(range(25))
    for code in ("FS", "SE", "CM"):
        mine = work[arm == code]
        mine = mine[mine[:, 0] != 1]
        first = Counter(int(np.argmax(row == 1)) for row in mine if (row == 1).any())
        rows = risk[risk["arm"] == code].set_index("time")
        assert rows["n"].unique() == [len(mine)]
        gone = np.array([rows.loc[k, "competing"] for k in range(25)], dtype=int)
        # who leaves the country may come back to work later: an event by hand, none here
        for k in range(25):
            by_hand = sum(first[j] for j in range(1, k + 1))
            assert by_hand - gone[k] <= rows.loc[k, "events"] <= by_hand
        assert 0 < gone[24] < 12
        assert (rows["events"] + rows["competing"] + rows["censored"]).loc[24] == len(mine)
    assert any("in the state on day 0 left out" in note for note in found.notes)


def test_deaths_and_moves_compete(asked, demo):
    """Everyone who dies or leaves before work and before the cut-off, counted from the file of events."""
    people = {r["LopNr"]: r for r in _rows(demo, "lottningsenkat") if r["samtycke"] == "1"}
    order = sorted(people)
    days = {}
    for row in _rows(demo, "scb_rtb_handelser"):
        serial = next(v for k, v in row.items() if k.endswith("LopNr_PersonNr"))
        kind = next(v for k, v in row.items() if k in ("handelse", "Händelse"))
        if serial in people and kind != "invandring":
            days[serial] = min(days.get(serial, "9999"), row["datum"])
    work = np.column_stack([asked.outcome("arbete", month=k) for k in range(25)])
    expected = Counter()
    for i, serial in enumerate(order):
        if serial not in days:
            continue
        drawn = pd.Timestamp(people[serial]["lottningsdatum"])
        grid = [drawn + pd.DateOffset(months=k) for k in range(25)]
        k = next((k for k, day in enumerate(grid) if day >= pd.Timestamp(days[serial])), None)
        if k is None or np.isnan(work[i, k]) or (work[i, :k] == 1).any():
            continue
        expected[people[serial]["arm"]] += 1
    found = asked.time_to_work().risk_table()
    last = found[found["time"] == 24].set_index("arm")["competing"]
    # a person who is back before the next day of the grid is not seen to have gone: none of these is so short
    assert {arm: int(last[arm]) for arm in ("FS", "SE", "CM")} == dict(expected)


def test_restricted_mean_is_the_area_under_the_curve(asked):
    found = asked.time_to_work(tau=12)
    risk = found.risk_table()
    for row in found.rows:
        curves = [risk[risk["arm"] == a].set_index("time")["survival"] for a in (row.arm, row.control)]
        areas = [sum(float(curve.loc[k]) for k in range(12)) for curve in curves]
        assert row.tau == 12
        assert row.estimate == pytest.approx(areas[0] - areas[1], rel=1e-9)


def test_time_to_work_refuses(asked, plain, restudied):
    with pytest.raises(eu.ArgumentError, match="state: got 'benefit'"):
        asked.time_to_work("benefit")
    with pytest.raises(eu.ArgumentError, match="tau: got 25"):
        asked.time_to_work(tau=25)
    with pytest.raises(eu.ArgumentError, match="clock: got 'birth'"):
        asked.time_to_work(clock="birth")
    with pytest.raises(eu.ArgumentError, match="a plain table has no months"):
        eu.load(plain).time_to_work()
    less = re.compile(r'(?ms)^\[\[outcomes\]\]\nname = "arbete_reguljart".*?\n\n')
    narrow = eu.load(restudied(lambda text: less.sub("", text)))
    with pytest.raises(eu.ArgumentError, match="no outcome with state = 'work_regular'"):
        narrow.time_to_work("work_regular")


def test_without_a_register_of_events_the_note_says_so(restudied):
    cut = re.compile(r"(?m)^\[registers\.scb_handelser\]\n(?:[a-z].*\n)+")
    found = eu.load(restudied(lambda text: cut.sub("", text))).time_to_work()
    assert found.risk_table()["competing"].max() == 0
    assert "deaths and moves are not known: the study has no register of them" in found.notes


def test_first_month_as_an_outcome(asked):
    """The mean of the first month in work, at most 15, from the months themselves."""
    work = np.column_stack([asked.outcome("arbete", month=k) for k in range(1, 16)])
    y = asked.outcome("forst")
    for row, value in zip(work.tolist(), y.tolist(), strict=True):
        assert value == (float("nan") if np.isnan(row).any() else row.index(1.0) + 1 if 1.0 in row else 15) or (
            np.isnan(value) and np.isnan(row).any()
        )
    rows = asked.itt("forst").rows
    arm = asked.table["arm"].to_numpy()
    assert rows[0].share_arm == pytest.approx(np.nanmean(y[arm == "SE"]), rel=1e-12)


# ---------------------------------------------------------------- power


def minimum(n1: int, n0: int, alpha: float, baseline: float = 0.18, power: float = 0.8) -> float:
    """Bisection on the textbook formula."""
    low, high = 0.0, 1 - baseline
    for _ in range(100):
        effect = (low + high) / 2
        error = np.sqrt((baseline + effect) * (1 - baseline - effect) / n1 + baseline * (1 - baseline) / n0)
        reached = norm.cdf(effect / error - norm.isf(alpha / 2)) >= power
        low, high = (low, effect) if reached else (effect, high)
    return high


def test_minimum_detectable_effects(asked):
    found = asked.power()
    sizes = asked.table["arm"].value_counts()
    expected = [(a, c, k) for a, c in (("SE", "FS"), ("CM", "FS"), ("SE", "CM")) for k in (1, 3)]
    assert [(r.arm, r.control, r.family) for r in found.rows] == expected
    for row in found.rows:
        assert (row.n_arm, row.n_control) == (sizes[row.arm], sizes[row.control])
        assert row.alpha_each == pytest.approx(0.05 / row.family)
        assert row.effect == pytest.approx(minimum(row.n_arm, row.n_control, 0.05 / row.family), abs=1e-9)
    # METHODS: about 354 persons an arm, comparison share 0.18
    assert [round(100 * r.effect, 1) for r in found.rows[:2]] == [8.7, 10.2]


def test_curve_of_minimum_detectable_effects(asked):
    rows = asked.power_curve().rows
    sizes = [r.n_arm for r in rows if r.family == 1]
    assert sizes == list(range(50, 801, 50))
    assert [r.n_arm for r in rows if r.family == 3] == sizes
    for row in rows:
        assert row.effect == pytest.approx(minimum(row.n_arm, row.n_arm, 0.05 / row.family), abs=1e-9)


def test_no_plan_no_power(plain, restudied, without):
    for trial in (eu.load(restudied(without)), eu.load(plain)):
        for question in (trial.power, trial.power_curve):
            with pytest.raises(eu.ArgumentError, match=r"give \[plan\] with baseline"):
                question()


# ---------------------------------------------------------------- what cannot be asked


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (
            ('item = "halsa"', 'item = "hälsa"'),
            r"line \d+: deltagarenkat has no item 'hälsa'; it has: halsa, livskvalitet",
        ),
        (('item = "halsa"', 'item = "kommentar"'), "has no item 'kommentar'"),
        (('item = "halsa"', 'item = "vag"'), "has no item 'vag'"),
        (("wave = 3", "wave = 4"), r"line \d+: the survey has no such wave; it has: 1, 2, 3"),
        (("above = 3", 'values = ["3"]'), "answers are numbers"),
    ],
)
def test_items_that_the_survey_does_not_have(change, expected, restudied, everything):
    path = restudied(lambda text: everything(text).replace(*change))
    with pytest.raises(eu.StudyError, match=expected):
        eu.load(path)


def test_no_survey_and_no_such_outcome(asked, plain, restudied, everything):
    cut = re.compile(r"(?m)^\[registers\.deltagarenkat\]\n(?:[a-z].*\n)+")
    mute = eu.load(restudied(lambda text: cut.sub("", everything(text))))
    assert not mute.has("livskvalitet_2")
    for question in (mute.survey, mute.outcome, mute.itt):
        with pytest.raises(eu.ArgumentError, match=r"the survey is not in the study; add \[registers.deltagarenkat\]"):
            question("livskvalitet_2")
    assert asked.has("livskvalitet_2")
    with pytest.raises(eu.ArgumentError, match="'arbete' is no item of the survey; the study's items are: "):
        asked.survey("arbete")
    with pytest.raises(eu.ArgumentError, match="items are: none"):
        eu.load(plain).survey("y")
    for question in (asked.survey, asked.compliance):
        with pytest.raises(eu.StudyError, match="the study has no outcome 'nothing'"):
            question("nothing")


# ---------------------------------------------------------------- effects by half-year of entry


def test_effects_by_half_year_of_entry(asked, plain):
    people, y = asked.table, asked.outcome("arbete")
    rows = asked.itt(by="entry_half_year", estimator="difference").rows
    mine = [r for r in rows if (r.arm, r.control) == ("SE", "FS") and r.subgroup]
    assert [r.level or r.kind for r in mine] == ["2014-2", "2015-1", "2015-2", "2016-1", "joint"]
    for row in mine[:-1]:
        year, half = (int(x) for x in row.level.split("-"))
        first, last = pd.Timestamp(year, 6 * half - 5, 1), pd.Timestamp(year, 6 * half, 30 + (half == 2))
        inside = people["randomised"].between(first, last).to_numpy()
        share = [y[inside & (people["arm"] == a).to_numpy()].mean() for a in ("SE", "FS")]
        assert row.estimate == pytest.approx(share[0] - share[1], rel=1e-12)
    with pytest.raises(eu.ArgumentError, match="'entry_half_year' is no covariate"):
        eu.load(plain).itt("y", by="entry_half_year")


def test_the_shipped_study_has_what_it_declares(trial):
    for outcome in trial.study.outcomes:
        assert trial.has(outcome.name)


def test_by_how_much_effects_differ_between_municipalities(trial, plain):
    """The trial's question is the data frame's, with the form's municipality as site."""
    people = trial.table.assign(y=trial.outcome("arbete"))
    direct = site_variation(people, outcome="y", arm="arm", control="FS", site="municipality", arms=["FS", "SE", "CM"])
    for ours, theirs in zip(trial.site_variation().rows, direct.rows, strict=True):
        assert (ours.outcome, ours.clock, ours.month) == ("arbete", "randomisation", 15)
        assert replace(ours, outcome="y", clock="", month=None) == theirs
    with pytest.raises(eu.ArgumentError, match="has no municipalities"):
        eu.load(plain).site_variation()


def test_declared_hypotheses_reach_the_interactions(restudied):
    said = 'direction = "larger"\nprior_evidence = { sv = "Ja", en = "Yes" }\n'
    told = restudied(lambda text: text.replace('by = ["kon"]\n', f'by = ["kon"]\n{said}', 1))
    declared, silent = eu.load(told), eu.load(restudied(lambda text: text))
    groups = ["kon", "daglig_verksamhet"]
    assert declared.itt(by=groups).credibility != silent.itt(by=groups).credibility
    assert declared.itt(by="daglig_verksamhet").credibility == silent.itt(by="daglig_verksamhet").credibility
    assert declared.itt().rows == silent.itt().rows


# ---------------------------------------------------------------- estimands


def test_every_result_says_for_whom_and_what_is_done_about_later_events(asked):
    results = {
        "itt": asked.itt(),
        "randomization_test": asked.randomization_test(draws=200),
        "pooled_regression": asked.pooled_regression(),
        "contamination": asked.contamination(),
        "profile": asked.profile(months=[15]).effects,
        "site_variation": asked.site_variation(),
        "compliance": asked.compliance(),
        "time_to_work": asked.time_to_work(),
    }
    for name, found in results.items():
        assert "consented" in found.estimand.population, name
        assert "not stated" not in found.estimand.intercurrent, name
        assert "death and emigration" in found.estimand.intercurrent, name
    survey = asked.survey("livskvalitet_2")
    for found in (survey.response, survey.observed, survey.weighted, *survey.bounds):
        assert "not stated" not in found.estimand.intercurrent


def test_a_drawn_test_takes_the_trials_covariates(asked):
    """Lin's regression is fitted again in each draw: its estimates are those of ``itt``."""
    names = ["alder", "kon"]
    drawn = asked.randomization_test(estimator="lin", covariates=names, draws=50, contrasts=[("SE", "FS")])
    fitted = asked.itt(estimator="lin", covariates=names, contrasts=[("SE", "FS")])
    assert drawn.rows[0].estimator == "lin"
    assert drawn.rows[0].estimate == pytest.approx(fitted.rows[0].estimate, rel=1e-10)
    with pytest.raises(eu.ArgumentError, match="no covariate of the study"):
        asked.randomization_test(covariates=["length"])


def test_the_estimand_of_several_outcomes_says_what_is_done_in_each(asked):
    found = asked.randomization_test(["arbete", "livskvalitet_2"], draws=50, contrasts=[("SE", "FS")])
    assert "arbete: death and emigration: counted as not in the state" in found.estimand.intercurrent
    assert "livskvalitet_2: no answer, for whatever reason" in found.estimand.intercurrent
    alone = asked.randomization_test(["arbete", "forst"], draws=50, contrasts=[("SE", "FS")])
    assert alone.estimand.intercurrent == asked.itt("arbete").estimand.intercurrent


def test_an_option_that_is_no_option_is_refused_and_not_taken_for_none(asked):
    with pytest.raises(eu.ArgumentError, match="level: got 0"):
        asked.itt("arbete", level=0)
    with pytest.raises(eu.ArgumentError, match="weights: got ''"):
        asked.itt("arbete", weights="")
    with pytest.raises(eu.ArgumentError, match="month: give a whole number"):
        asked.itt("arbete", month=True)


def test_who_is_left_out_is_told_by_the_clocks_own_day(asked):
    for clock in ("randomisation", "start"):
        assert "by the day that months are counted from" in asked.itt("arbete", clock=clock).estimand.intercurrent
