"""What was not delivered is not zero: a column that is absent, one that came empty, and a person's empty cell."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

import effektutv as eu
from effektutv.disclosure.protect import protect
from effektutv.results import Status, Unavailable
from effektutv.synthetic.write_demo import write_demo

sys.path.insert(0, str(Path(__file__).parent))
from register_studies import filling, write


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """A small demonstration. Do not change it."""
    folder = tmp_path_factory.mktemp("small") / "demo"
    write_demo(folder, participants=240, population=300, seed=4)
    return folder


@pytest.fixture
def changed(small, tmp_path):
    """Take columns out of one of the demonstration's files, or their values."""

    def change(file, *columns, empty=False, study=lambda text: text):
        folder = tmp_path / "changed"
        shutil.copytree(small, folder)
        path = folder / "extracts" / f"{file}.csv"
        rows = [line.split(";") for line in path.read_text("cp1252").splitlines()]
        gone = {i for i, name in enumerate(rows[0]) if name in columns}
        assert len(gone) == len(columns)
        if empty:
            rows = [rows[0], *(["" if i in gone else v for i, v in enumerate(row)] for row in rows[1:])]
        else:
            rows = [[v for i, v in enumerate(row) if i not in gone] for row in rows]
        path.write_text("\n".join(map(";".join, rows)) + "\n", "cp1252")
        file = folder / "study.toml"
        file.write_text(study(file.read_text("utf-8")), "utf-8")
        return file

    return change


@pytest.mark.parametrize(("empty", "why"), [(False, "was not delivered"), (True, "was delivered without a value")])
def test_drop_outs_that_were_not_delivered(changed, empty, why):
    """RP06: nobody dropped out and nobody knows who did are not the same: still active is not available either."""
    trial = eu.load(changed("lottningsenkat", "avhopp", empty=empty))
    left = [r for r in trial.received().shares.rows if r.item == "dropped_out"]
    assert [r.persons for r in left] == [r.share for r in left] == [Unavailable(f"avhopp {why}")] * 3
    assert not trial.has("aktiv_i_insats")
    rows = trial.itt("aktiv_i_insats").rows
    assert {r.estimate for r in rows} == {Unavailable(f"avhopp {why}")}
    assert len(rows) == 3
    with pytest.raises(eu.ArgumentError, match=f"avhopp {why}"):
        trial.outcome("aktiv_i_insats")
    # what does not depend on it is as before
    assert isinstance(trial.itt("arbete").rows[0].estimate, float)


def test_the_report_says_why(changed, tmp_path):
    """RP06: table cells and files hold the reason, in the report's language."""
    study = changed("lottningsenkat", "avhopp", "behandlare")
    eu.report(eu.load(study), tmp_path / "out", lang="sv")
    page = (tmp_path / "out" / "report.html").read_text("utf-8")
    assert "avhopp levererades inte" in page
    assert "behandlare levererades inte" in page
    shares = (tmp_path / "out" / "tables" / "received_shares.csv").read_text("utf-8")
    assert [line.split(",")[4:] for line in shares.splitlines() if ",dropped_out," in line] == [
        ["", "", "unavailable"]
    ] * 3
    effects = (tmp_path / "out" / "tables" / "itt.csv").read_text("utf-8").splitlines()
    active = [line for line in effects if line.startswith("aktiv_i_insats,")]
    assert len(active) == 6
    assert all(line.endswith("unavailable,avhopp was not delivered") for line in active)
    others = (tmp_path / "out" / "tables" / "estimators.csv").read_text("utf-8").splitlines()
    assert [line.split(",")[-1] for line in others if ",fe,CR2," in line] == ["behandlare was not delivered"] * 3


def test_without_a_start_there_is_no_start_clock(changed):
    """RP06: randomisation is nobody's own start: that clock, who started and who is active cannot be had."""
    from effektutv.analysis import analyse

    file = changed("lottningsenkat", "insatsstart")
    trial = eu.load(file)
    why = Unavailable("insatsstart was not delivered")
    assert {r.started for r in trial.starts().rows} == {why}
    assert trial.clocks == ("randomisation",)
    with pytest.raises(eu.ArgumentError, match="insatsstart was not delivered"):
        trial.itt("arbete", clock="start")
    assert "FS" not in trial._cohort.received
    with pytest.raises(eu.ArgumentError, match="insatsstart was not delivered"):
        trial.itt("aktiv_i_insats", clock="start")
    shown = protect(analyse(trial))
    assert {r.status for r in shown.value.starts.rows} == {Status.UNAVAILABLE}
    text = file.read_text("utf-8")
    file.write_text(text.replace('clock = "randomisation"', 'clock = "start"', 1), "utf-8")
    with pytest.raises(eu.ExtractError, match=r"insatsstart was not delivered.*study\.toml, line \d+"):
        eu.load(file)


@pytest.mark.parametrize(
    ("file", "column", "item"),
    [
        ("af_insper", "SIUS_FROM_DATUM", "sius"),
        ("af_insper", "SIUS_TOM_DATUM", "sius"),
        ("af_beslut", "tom", "decision_support"),
        ("tidredovisning", "timmar", "hours"),
    ],
)
def test_what_arms_received(changed, file, column, item):
    """RP06: SIUS dates, decisions and hours."""
    trial = eu.load(changed(file, column))
    found = trial.received()
    why = Unavailable(f"{column} was not delivered")
    if item == "hours":
        assert [(r.actor, r.mean, r.persons) for r in found.rows] == [("all", why, why)] * 3
    else:
        assert {r.persons for r in found.shares.rows if r.item == item} == {why}
    if item in ("sius", "hours"):
        with pytest.raises(eu.ArgumentError, match=f"{column} was not delivered"):
            trial.compliance()


@pytest.mark.parametrize(
    ("file", "column"),
    [("af_sokatper", "utskadm"), ("scb_ku_2015", "KontBrutto")],
    ids=["ends of spells", "one year's pay"],
)
def test_the_main_question_is_refused_where_its_column_is_missing(changed, file, column):
    """RP06: without ends of spells everybody works on; a year of statements without pay is a finding."""
    study = changed(file, column)
    if file == "af_sokatper":
        with pytest.raises(eu.ExtractError, match="'arbete' is primary and cannot be known: utskadm was not delivered"):
            eu.load(study)
    else:
        rules = {f.rule: f.rows_failing for f in eu.load(study).quality.rows if f.extract == "scb_ku"}
        assert rules["pay above 0"] > 0


def test_few_rows_without_a_value_may_be_right(tmp_path):
    """RP06: of six persons nobody may have dropped out; of twenty and more the column is asked for."""
    trial = eu.load(write(tmp_path, filling()))
    assert {r.persons for r in trial.received().shares.rows if r.item == "dropped_out"} == {0}
