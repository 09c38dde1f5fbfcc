"""What each arm received, by hand from the raw extracts: rows read one by one, days counted by the calendar."""

from __future__ import annotations

import calendar
import csv
import json
from datetime import date, timedelta

import numpy as np
import pytest

import effektutv as eu
from effektutv.errors import ArgumentError
from effektutv.results.services_received import ALL_ACTORS
from effektutv.runtime import package_data
from effektutv.synthetic.write_demo import write_demo

MONTH, END = 15, date(2016, 12, 31)


def rows_of(path):
    """Rows of a raw file by bare, lower-case column names; ``*`` and nothing are missing."""
    with path.open(encoding="cp1252", newline="") as file:
        table = csv.DictReader(file, delimiter=";")
        for row in table:
            bare = {}
            for key, value in row.items():
                name = key.lower()
                if name[0] == "p" and name.split("_")[0][1:].isdigit():
                    name = name.split("_", 1)[1]
                bare[name.replace("_personnr", "")] = None if value in ("", "*") else value
            yield bare


def day(text):
    return None if text is None else date.fromisoformat(text)


def months_later(start, k):
    index = start.year * 12 + start.month - 1 + k
    year, month = divmod(index, 12)
    return date(year, month + 1, min(start.day, calendar.monthrange(year, month + 1)[1]))


@pytest.fixture(scope="module", params=[("shared", 0), ("own", 21)])
def case(request, demo, trial, tmp_path_factory):
    kind, seed = request.param
    if kind == "shared":
        return demo, trial
    folder = tmp_path_factory.mktemp("received") / "demo"
    write_demo(folder, participants=240, population=500, seed=seed)
    return folder, eu.load(folder / "study.toml")


@pytest.fixture(scope="module")
def people(case):
    """Serial number → (arm, day of randomisation, day of drop-out) of who consented and was drawn."""
    found = {}
    for row in rows_of(case[0] / "extracts" / "lottningsenkat.csv"):
        if row["samtycke"] == "1" and row["arm"] and row["lottningsdatum"]:
            found[row["lopnr"]] = (row["arm"], day(row["lottningsdatum"]), day(row["avhopp"]))
    return found


def months(people, arm):
    """Each person's calendar months from randomisation's own to the fifteenth after it, none of them beyond the end."""
    drawn = [on.replace(day=1) for of, on, _ in people.values() if of == arm]
    return [sum(months_later(on, k) <= END for k in range(MONTH + 1)) for on in drawn]


def test_months_that_count_end_with_the_interventions(people):
    assert min(months(people, "SE")) < MONTH + 1 == max(months(people, "SE")), "the case must tell both rules apart"


def test_hours_by_actor(case, people):
    folder, trial = case
    hours = {}
    for row in rows_of(folder / "extracts" / "tidredovisning.csv"):
        if row["lopnr"] not in people or row["timmar"] is None:
            continue
        year, month = int(row["manad"][:4]), int(row["manad"][4:])
        drawn = people[row["lopnr"]][1]
        since = (year - drawn.year) * 12 + month - drawn.month
        if 0 <= since <= MONTH and (year, month) <= (END.year, END.month):
            key = (row["lopnr"], row["aktor"])
            hours[key] = hours.get(key, 0.0) + float(row["timmar"].replace(",", "."))
    found = {(r.arm, r.actor): r for r in trial.received().rows}
    assert {actor for _, actor in found} == {"Af", "FK", "SIUS", "CM", "kommun", ALL_ACTORS}
    assert len(found) == 18
    for (arm, actor), row in found.items():
        mine = [
            sum(h for (who, by), h in hours.items() if who == person and actor in (by, ALL_ACTORS))
            for person, (of, _, _) in people.items()
            if of == arm
        ]
        assert (row.n, row.persons, row.month) == (len(mine), sum(h > 0 for h in mine), MONTH)
        assert row.share == row.persons / row.n
        assert row.mean == pytest.approx(sum(mine) / len(mine), rel=1e-12)
        assert row.mean_month == pytest.approx(sum(mine) / sum(months(people, arm)), rel=1e-12)
        if sum(mine):
            ordered = sorted(mine)
            assert row.largest == pytest.approx(ordered[-1] / sum(mine), rel=1e-12)
            assert row.second == pytest.approx(ordered[-2] / sum(mine), rel=1e-12)


def programme_classes(folder_of_lists):
    with (folder_of_lists / "skat.csv").open(encoding="utf-8", newline="") as file:
        return [
            (row["code"], day(row["valid_from"] or None), day(row["valid_to"] or None), row["class"])
            for row in csv.DictReader(file)
        ]


@pytest.mark.parametrize(
    ("item", "file", "start", "end", "code", "group"),
    [
        ("programme", "af_sokatper.csv", "inskadm", "utskadm", "skat", "programme"),
        ("decision_support", "af_beslut.csv", "from", "tom", "insats", "employment_with_support"),
        ("decision_subsidised", "af_beslut.csv", "from", "tom", "insats", "other_subsidised"),
    ],
)
def test_programmes_and_decisions(case, people, item, file, start, end, code, group):
    folder, trial = case
    classes = programme_classes(package_data.data_folder() / "codelists")
    got = set()
    for row in rows_of(folder / "extracts" / file):
        if row["lopnr"] not in people:
            continue
        first, last = day(row[start]), day(row[end]) or date.max
        drawn = people[row["lopnr"]][1]
        in_force = any(
            c == row[code] and g == group and (f is None or f <= first) and (t is None or first <= t)
            for c, f, t, g in classes
        )
        if in_force and last >= first and last >= drawn and first <= months_later(drawn, MONTH):
            got.add(row["lopnr"])
    expected = {arm: sum(people[p][0] == arm for p in got) for arm in ("FS", "SE", "CM")}
    found = {r.arm: r.persons for r in trial.received().shares.rows if r.item == item}
    assert found == expected
    assert sum(found.values()) > 0


@pytest.mark.parametrize(
    ("first", "last", "counts"),
    [(60, 30, False), (60, None, True), (-40, -1, False), (-40, 0, True), (460, None, False), (440, None, True)],
)
def test_which_spells_reach_into_the_months(tmp_path, first, last, counts):
    """Days since randomisation, open at the end where none: reversed, before, on the day itself, after month 15."""
    write_demo(tmp_path / "demo", participants=120, population=130, seed=3)
    study, extracts = tmp_path / "demo" / "study.toml", tmp_path / "demo" / "extracts"
    trial = eu.load(study)
    got = trial._cohort.delivery.given["programme"]
    drawn = [
        (r["lopnr"], day(r["lottningsdatum"]), r["arm"])
        for r in sorted(rows_of(extracts / "lottningsenkat.csv"), key=lambda r: r["lopnr"] or "")
        if r["samtycke"] == "1" and r["arm"] and r["lottningsdatum"]
    ]
    who, zero, arm = next(d for d, received in zip(drawn, got, strict=True) if not received)
    before = {r.arm: r.persons for r in trial.received().shares.rows if r.item == "programme"}
    end = "" if last is None else str(zero + timedelta(last))
    with (extracts / "af_sokatper.csv").open("a", encoding="cp1252", newline="") as file:
        file.write(f"{who};{zero + timedelta(first)};{end};54\n")
    after = {r.arm: r.persons for r in eu.load(study).received().shares.rows if r.item == "programme"}
    assert after == {**before, arm: before[arm] + counts}


def test_sius_and_drop_outs_are_those_planted(case):
    folder, trial = case
    truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    rows = {(r.item, r.arm): r for r in trial.received().shares.rows}
    for arm, facts in truth["arms"].items():
        assert (rows["dropped_out", arm].n, rows["dropped_out", arm].persons) == (facts["n"], facts["dropped_out"])
        assert rows["dropped_out", arm].share == facts["dropped_out"] / facts["n"]
    planted = {arm: received for programme, arm, _, received in truth["receipt"]["rows"] if programme == "SE"}
    assert {arm: rows["sius", arm].persons for arm in planted} == planted


@pytest.mark.parametrize(("clock", "month"), [(None, None), ("randomisation", 3), ("start", 24)])
def test_who_turns_30(case, people, clock, month):
    folder, trial = case
    born = {}
    for path in sorted((folder / "extracts").glob("Individ_*.csv")):
        for row in rows_of(path):
            # the statement of the year before randomisation counts
            if row["lopnr"] in people and int(path.stem[-4:]) == people[row["lopnr"]][1].year - 1 and row["fodelsear"]:
                born[row["lopnr"]] = int(row["fodelsear"])
    zero = {p: people[p][1] for p in people}
    if clock == "start":
        table = trial.table.sort_values("randomised")
        assert (table["start_clock"] >= table["randomised"]).all()
        counts = {
            arm: int(
                sum(
                    months_later(s.date(), 24).year - (r.year - a) >= 30
                    for s, r, a in zip(part["start_clock"], part["randomised"], part["alder"], strict=True)
                    if not np.isnan(a)
                )
            )
            for arm, part in table.groupby("arm", observed=True)
        }
    else:
        k = MONTH if month is None else month
        counts = {
            arm: sum(months_later(zero[p], k).year - born[p] >= 30 for p in born if people[p][0] == arm)
            for arm in ("FS", "SE", "CM")
        }
    found = {r.arm: r for r in trial.turned_thirty(month=month, clock=clock).rows}
    assert {arm: r.persons for arm, r in found.items()} == counts
    assert sum(r.n for r in found.values()) == len(born)


def test_a_plain_table_knows_nothing_of_it(plain):
    trial = eu.load(plain)
    for question in (trial.received, trial.turned_thirty, trial.statements_only, trial.effects_by_site):
        with pytest.raises(ArgumentError):
            question()
    assert (trial.n_sites, trial.n_half_years) == (0, 0)


# ---------------------------------------------------------------------------------- the main effect looked at from elsewhere


def test_work_on_statements_alone_is_what_the_sources_say(case):
    folder, trial = case
    truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    for clock, month, arm, _, ku_only, both in truth["source_of_work"]["rows"]:
        rows = trial.statements_only(clock=clock, month=month).rows
        sides = [(r.events_arm, r.arm) for r in rows] + [(r.events_control, r.control) for r in rows]
        assert {events for events, of in sides if of == arm} == {ku_only + both}
    assert {r.outcome for r in trial.statements_only().rows} == {"statements:arbete"}


def test_effects_by_site_are_those_of_its_persons(trial):
    found = trial.effects_by_site()
    table = trial.table.assign(y=trial.outcome("arbete"))
    everyone = [r for r in found.rows if not r.subgroup]
    assert [(r.arm, r.control) for r in everyone] == [("SE", "FS")]
    assert everyone[0] == next(r for r in trial.itt().rows if (r.arm, r.control) == ("SE", "FS"))
    sites = [r for r in found.rows if r.level in set(table["area"])]
    assert [r.level for r in sites] == sorted(set(table["area"]))
    for row in sites:
        part = table[table["area"] == row.level]
        assert row.n_arm == (part["arm"] == "SE").sum()
        weighted = total = 0.0
        for _, stratum in part.groupby("stratum"):
            means = stratum.groupby("arm", observed=True)["y"].mean()
            if {"SE", "FS"} <= set(means.index):
                weighted += len(stratum) * (means["SE"] - means["FS"])
                total += len(stratum)
        assert row.estimate == pytest.approx(weighted / total, rel=1e-9)


def test_effects_by_entry_are_regressions_of_each_half_year(trial):
    found = trial.effects_by_entry()
    table = trial.table.assign(y=trial.outcome("arbete"))
    half = table["randomised"].map(lambda d: f"{d.year}-{1 if d.month <= 6 else 2}")
    assert trial.n_half_years == half.nunique()
    rows = [r for r in found.rows if r.level in set(half) and (r.arm, r.control) == ("SE", "FS")]
    assert [r.level for r in rows] == sorted(set(half))
    for row in rows:
        part = table[(half == row.level) & table["arm"].isin(["SE", "FS"])]
        # within-stratum regression of the outcome on the arm, strata with one arm falling out by themselves
        d = (part["arm"] == "SE").astype(float)
        d_in = d - d.groupby(part["stratum"]).transform("mean")
        y_in = part["y"] - part["y"].groupby(part["stratum"]).transform("mean")
        assert row.estimate == pytest.approx((d_in * y_in).sum() / (d_in**2).sum(), rel=1e-9)
