"""Through the registers, the pipeline recovers every count that was planted in the raw spells; and only what was planted."""

from __future__ import annotations

import json
import shutil
from datetime import date

import numpy as np
import pandas as pd
import pytest

import effektutv as eu
from effektutv.cohort.month_masks import unpack
from effektutv.synthetic.write_demo import write_demo

CELL = ["state", "clock", "month", "arm", "kon", "daglig_verksamhet"]


def planted(folder) -> pd.DataFrame:
    truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))["planted"]
    return pd.DataFrame(truth["rows"], columns=truth["columns"]).set_index(CELL).sort_index()


def recovered(trial) -> pd.DataFrame:
    """Counts by state, clock, month, arm, sex and daglig verksamhet, as the trial has them."""
    people = trial.table
    rows = []
    for outcome in (o for o in trial.study.outcomes if o.binary):
        for clock in ("randomisation", "start"):
            for month in range(25):
                y = trial.outcome(outcome.name, month=month, clock=clock)
                cells = people[["arm", "kon", "daglig_verksamhet"]].assign(n=~np.isnan(y), events=np.nan_to_num(y))
                counts = (
                    cells.groupby(["arm", "kon", "daglig_verksamhet"], observed=False).sum().astype(int).reset_index()
                )
                rows.append(counts.assign(state=outcome.state, clock=clock, month=month))
    frame = pd.concat(rows)
    frame["arm"] = frame["arm"].astype(str)
    for column in ("kon", "daglig_verksamhet"):
        frame[column] = frame[column].astype(str)
    return frame.set_index(CELL).sort_index()[["n", "events"]]


def differences(trial, folder) -> pd.DataFrame:
    truth, found = planted(folder), recovered(trial)
    both = pd.concat([truth.add_suffix("_planted"), found.add_suffix("_found")], axis=1).fillna(0).astype(int)
    return both[(both["n_planted"] != both["n_found"]) | (both["events_planted"] != both["events_found"])]


def test_every_planted_count_is_recovered(trial, demo):
    assert len(planted(demo)) == 7 * 2 * 25 * 3 * 2 * 2
    assert differences(trial, demo).empty


@pytest.mark.parametrize(
    ("participants", "seed", "file_format"), [(200, 7, "csv"), (333, 8, "parquet"), (1063, 9, "csv")]
)
def test_also_in_other_sizes_seeds_and_formats(tmp_path, participants, seed, file_format):
    write_demo(tmp_path / "demo", participants=participants, population=300, seed=seed, file_format=file_format)
    assert differences(eu.load(tmp_path / "demo" / "study.toml"), tmp_path / "demo").empty


def test_published_shares_are_found_on_the_start_clock(trial):
    shares = trial.itt("arbete", month=15, clock="start").tidy()
    primary = shares.iloc[0]
    assert (primary["arm"], primary["control"]) == ("SE", "FS")
    assert round(primary["share_arm"], 2) == 0.26
    assert round(primary["share_control"], 2) == 0.18
    assert round(shares.iloc[1]["share_arm"], 2) == 0.20
    support = trial.itt("arbete_med_stod", month=15, clock="start").tidy().iloc[0]
    assert round(support["share_arm"] - support["share_control"], 2) == 0.08


def test_months_in_work_are_the_months_of_the_planted_state(trial):
    """Person by person, and month by month, from the outcome `arbete` alone."""
    for clock in ("randomisation", "start"):
        work = np.column_stack([trial.outcome("arbete", month=k, clock=clock) for k in range(25)])
        for month in (0, 1, 15, 24):
            found = trial.outcome("manader_i_arbete", month=month, clock=clock)
            expected = [float(sum(row[1 : month + 1])) for row in work.tolist()]
            np.testing.assert_array_equal(found, expected)
    assert np.isnan(trial.outcome("manader_i_arbete", month=24)).any()
    declared = trial.study.outcome("manader_i_arbete")
    assert (declared.binary, declared.unit.en) == (False, "months")
    shares = trial.profile("arbete", months=range(1, 16)).tidy()
    rows = trial.itt("manader_i_arbete").rows
    for row in rows:
        summed = shares.groupby("arm")["share"].sum()
        if (shares.groupby("arm")["n"].nunique() == 1).all():
            assert row.share_arm == pytest.approx(summed[row.arm], rel=1e-12)


def test_sources_of_work_and_starts(trial, demo):
    truth = json.loads((demo / "truth.json").read_text(encoding="utf-8"))
    for clock, month, arm, *counts in truth["source_of_work"]["rows"]:
        found = {r.category: r.events for r in trial.sources(month=month, clock=clock).rows if r.arm == arm}
        assert [found[c] for c in ("af_only", "ku_only", "both")] == counts
    for row in trial.starts().rows:
        assert (row.n, row.started) == (truth["arms"][row.arm]["n"], truth["arms"][row.arm]["started"])


def test_baseline_counts(trial, demo):
    truth = json.loads((demo / "truth.json").read_text(encoding="utf-8"))["baseline"]
    people, checked = trial.table, 0
    for name, *counts in truth["rows"]:
        if name in people and people[name].dtype == float:
            by_arm = people.groupby("arm", observed=False)[name].sum()
        elif name.endswith("_sum") and name[:-4] in people:
            by_arm = people.groupby("arm", observed=False)[name[:-4]].sum()
        else:
            if name == "daglig_verksamhet_any_before":
                continue  # another baseline rule, below
            matches = [c for c in ("kon", "daglig_verksamhet", "diagnos") if name.startswith(c + "_")]
            if not matches:
                continue
            code = name.removeprefix(matches[0] + "_")
            level = people[matches[0]].isna() if code == "okand" else people[matches[0]] == code
            by_arm = level.groupby(people["arm"], observed=False).sum()
        assert [round(by_arm[a]) for a in truth["columns"][1:]] == counts, name
        checked += 1
    assert checked >= 12


def test_experience_of_daglig_verksamhet_is_another_baseline(tmp_path, demo):
    folder = tmp_path / "demo"
    shutil.copytree(demo, folder)
    text = (folder / "study.toml").read_text(encoding="utf-8")
    head, tail = text.split('name = "daglig_verksamhet"', 1)
    (folder / "study.toml").write_text(
        head + 'name = "daglig_verksamhet"' + tail.replace('"last_before"', '"any_before"', 1), encoding="utf-8"
    )
    people = eu.load(folder / "study.toml").table
    truth = json.loads((demo / "truth.json").read_text(encoding="utf-8"))["baseline"]
    counts = {name: values for name, *values in truth["rows"]}["daglig_verksamhet_any_before"]
    ever = (people["daglig_verksamhet"] == "med").groupby(people["arm"], observed=False).sum()
    assert [ever[a] for a in truth["columns"][1:]] == counts


@pytest.mark.parametrize("register", ["af_sokatper.csv", "studier.csv", "fk_midas.csv"])
def test_changing_one_planted_spell_changes_the_right_cell(tmp_path, demo, trial, register):
    """Take one person out of a state at one month, in the raw file, and see that cell and no other change there."""
    folder = tmp_path / "demo"
    shutil.copytree(demo, folder)
    path = folder / "extracts" / register
    lines = path.read_bytes().decode("cp1252").splitlines()
    header = [c.lower().removeprefix("p1105_") for c in lines[0].split(";")]
    start, end = {
        "af_sokatper.csv": ("inskadm", "utskadm"),
        "studier.csv": ("from", "tom"),
        "fk_midas.csv": ("del_from_datum", "del_tom_datum"),
    }[register]
    before = recovered(trial)
    participants = _participants(folder)
    changed = 0
    for i, line in enumerate(lines[1:], start=1):
        cells = line.split(";")
        if cells[header.index("lopnr")] not in participants or changed == 3:
            continue
        if register == "af_sokatper.csv" and cells[header.index("skat")] not in ("42", "38", "43"):
            continue
        if not _reaches(cells[header.index(start)], cells[header.index(end)]):
            continue
        path.write_bytes(("\n".join([*lines[:i], *lines[i + 1 :]]) + "\n").encode("cp1252"))
        after = recovered(eu.load(folder / "study.toml"))
        moved = (after - before)["events"]
        if not moved.any():
            continue  # another spell covers the same months: the union rightly stays
        gone = participants[cells[header.index("lopnr")]]
        hit = moved[moved != 0].reset_index()
        assert (after["n"] == before["n"]).all()
        assert set(hit["arm"]) == {gone}
        assert len(hit.groupby(["kon", "daglig_verksamhet"])) == 1
        assert set(hit["events"]) <= {-1, 1}
        states = {
            "af_sokatper.csv": {"work", "work_with_support", "work_other_subsidised", "work_regular"},
            "studier.csv": {"studies"},
        }
        assert set(hit["state"]) <= states.get(register, {"benefit"})
        changed += 1
    assert changed == 3


def _participants(folder) -> dict[str, str]:
    lines = (folder / "extracts" / "lottningsenkat.csv").read_bytes().decode("cp1252").splitlines()
    header = [c.lower() for c in lines[0].split(";")]
    rows = [line.split(";") for line in lines[1:]]
    return {
        r[header.index("lopnr")]: r[header.index("arm")] for r in rows if r[header.index("arm")] in ("FS", "SE", "CM")
    }


def _reaches(start: str, end: str) -> bool:
    """Whether the spell lies inside the follow-up of everyone, and is neither reversed nor open."""
    if end in ("", "*"):
        return False
    first, last = date.fromisoformat(start), date.fromisoformat(end)
    return (last - first).days > 60 and date(2016, 3, 1) <= first and last <= date(2017, 6, 1)


def test_only_the_right_pipeline_finds_the_truth(tmp_path, demo, trial):
    """Each wrong rule, put into the study, gives other counts: the demonstration can tell right from wrong."""
    text = (demo / "study.toml").read_text(encoding="utf-8")
    folder = tmp_path / "demo"
    shutil.copytree(demo, folder)
    for old, new in (
        ('ku_months_missing = "none"', 'ku_months_missing = "whole_year"'),
        ('aktivitetsersattning = ["AE"]', 'aktivitetsersattning = ["AE", "BT", "RP", "SP"]'),
        ('baseline = "last_before"', 'baseline = "any_before"'),
    ):
        assert old in text
        (folder / "study.toml").write_text(text.replace(old, new), encoding="utf-8")
        wrong = eu.load(folder / "study.toml")
        assert not differences(wrong, folder).empty, new


def test_masks_stay_within_the_horizon(trial):
    for clock in ("randomisation", "start"):
        masks = trial._masks(clock)
        for mask in [*masks.states.values(), *masks.observed.values()]:
            assert (mask >= 0).all()
            assert (mask < 1 << 25).all()
        kinds = [masks.states[s] for s in ("work_with_support", "work_other_subsidised", "work_regular")]
        assert not (kinds[0] & kinds[1]).any()
        assert not ((kinds[0] | kinds[1]) & kinds[2]).any()
        assert unpack(kinds[0] | kinds[1] | kinds[2], range(25)).sum() == unpack(masks.states["work"], range(25)).sum()
