"""The dead and the emigrated taken as unknown, by hand from the raw register of events."""

from __future__ import annotations

import csv
from datetime import date

import numpy as np
import pytest

import effektutv as eu
from effektutv.errors import ArgumentError
from effektutv.synthetic.write_demo import write_demo

MONTH = 15


def rows_of(path):
    with path.open(encoding="cp1252", newline="") as file:
        for row in csv.DictReader(file, delimiter=";"):
            yield {k.lower().split("_personnr")[0].rpartition("_")[2]: v for k, v in row.items()}


@pytest.fixture(scope="module")
def case(tmp_path_factory):
    folder = tmp_path_factory.mktemp("attrition") / "demo"
    write_demo(folder, participants=700, population=1400, seed=4)
    return folder, eu.load(folder / "study.toml")


@pytest.fixture(scope="module")
def gone(case):
    """By arm: how many, and how many of these had died or were abroad fifteen months after the draw."""
    folder, _ = case
    events = {}
    for row in rows_of(folder / "extracts" / "scb_rtb_handelser.csv"):
        values = list(row.values())
        events.setdefault(row["lopnr"], []).append(
            (date.fromisoformat(row["datum"]), row.get("handelse") or row.get("händelse") or values[1])
        )
    found = {}
    for row in rows_of(folder / "extracts" / "lottningsenkat.csv"):
        if row["samtycke"] != "1" or not row["arm"] or not row["lottningsdatum"]:
            continue
        drawn = date.fromisoformat(row["lottningsdatum"])
        index = drawn.year * 12 + drawn.month - 1 + MONTH
        first = date(index // 12, index % 12 + 1, 1)
        following = date((index + 1) // 12, (index + 1) % 12 + 1, 1)
        day = min(first.toordinal() + drawn.day - 1, following.toordinal() - 1)
        past = sorted(e for e in events.get(row["lopnr"], ()) if e[0].toordinal() <= day)
        dead = any(what.startswith("d") for _, what in past)
        moves = [what for _, what in past if not what.startswith("d")]
        n, lost = found.get(row["arm"], (0, 0))
        found[row["arm"]] = n + 1, lost + (dead or bool(moves and moves[-1].startswith("utv")))
    return found


def test_who_is_there_is_who_the_register_of_events_leaves(case, gone):
    lee, worst = case[1].attrition_bounds()
    assert sum(lost for _, lost in gone.values()) >= 3, "the case must have some"
    for row in (*lee.rows, *worst.rows):
        assert (row.n_arm, row.n_arm - row.observed_arm) == gone[row.arm]
        assert (row.n_control, row.n_control - row.observed_control) == gone[row.control]
        assert (row.outcome, row.clock, row.month) == ("resident:arbete", "randomisation", MONTH)


def test_the_worst_case_is_as_far_as_the_lost_can_take_it(case, gone):
    trial = case[1]
    _, worst = trial.attrition_bounds()
    people = trial.table
    y = trial.outcome("arbete", month=MONTH)
    weight = people["stratum"].value_counts(normalize=True)
    masks = trial._masks("randomisation")
    away = ((masks.dead | masks.away) >> MONTH & 1).astype(bool)
    assert {a: int(away[(people["arm"] == a).to_numpy()].sum()) for a in gone} == {
        a: lost for a, (_, lost) in gone.items()
    }

    def mean(arm, fill):
        filled = np.where(away, fill, y)
        inside = (people["arm"] == arm).to_numpy()
        return sum(w * filled[inside & (people["stratum"] == s).to_numpy()].mean() for s, w in weight.items())

    for row in worst.rows:
        assert row.lower == pytest.approx(mean(row.arm, 0) - mean(row.control, 1), rel=1e-9)
        assert row.upper == pytest.approx(mean(row.arm, 1) - mean(row.control, 0), rel=1e-9)


def test_the_emigrated_are_unknown_for_work_only(case):
    trial = case[1]
    masks = trial._masks("randomisation")
    dead = int((masks.dead >> MONTH & 1).sum())
    both = int(((masks.dead | masks.away) >> MONTH & 1).sum())
    assert dead < both

    def lost(outcome):
        rows = {r.arm: r for r in trial.attrition_bounds(outcome)[0].rows if r.control == "FS"}
        se, cm = rows["SE"], rows["CM"]
        return sum(n - seen for n, seen in (
            (se.n_arm, se.observed_arm), (se.n_control, se.observed_control), (cm.n_arm, cm.observed_arm)
        ))  # fmt: skip

    assert lost("arbete") == lost("manader_i_arbete") == both
    assert lost("ersattning") == lost("studier") == dead


def test_it_is_refused_where_it_cannot_be_known(case, tmp_path):
    folder, trial = case
    with pytest.raises(ArgumentError, match="has no months"):
        trial.attrition_bounds("livskvalitet")
    text = (folder / "study.toml").read_text(encoding="utf-8")
    before, _, after = text.partition("[registers.scb_handelser]")
    (tmp_path / "study.toml").write_text(before + after[after.index("\n[") :], encoding="utf-8")
    (tmp_path / "extracts").symlink_to(folder / "extracts")
    without = eu.load(tmp_path / "study.toml")
    assert not without.knows_events
    with pytest.raises(ArgumentError, match="no register of deaths and moves"):
        without.attrition_bounds()
