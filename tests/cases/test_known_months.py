"""What no source covers is unknown: years of registers, cut-offs, deaths and moves, columns and years at baseline."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

import effektutv as eu
from effektutv.commands.check.check import check
from effektutv.registers.schema.table_schema import load_schemas

sys.path.insert(0, str(Path(__file__).parent))
from register_studies import AF, KU, KU_LINE, filling, found, months, person, write

AGI_LINE = 'scb_agi = { path = "agi.csv", cutoff = 2020-12-31 }'
EVERY = "coverage: every month of every participant"


def test_no_employer_declared_a_month_before_2019(tmp_path):
    """RG01: with monthly declarations only, whoever was randomised in 2015 has no known month until 2019."""
    study = write(
        tmp_path, [*filling(), person("A", "2015-01-15")], af=[("A", "2015-01-01", "2015-02-01", "31"), *AF],
        agi=[("A", "201901", "F", 1000)], change=[(KU_LINE, AGI_LINE)],
    )  # fmt: skip
    assert ("WARNING", "scb_agi", "PERIOD", EVERY, 7 * 25) in found(study, "scb_agi")
    in_work, known = months(study, "A")
    assert (in_work, known) == ([0], [])
    trial = eu.load(study)
    assert np.isnan(trial.outcome("arbete")).all()
    # what rests on Af alone is known
    assert months(study, "A", "work_with_support")[1] == list(range(25))


def test_between_statements_and_declarations_lies_a_year_that_nobody_covers(tmp_path):
    """RG01: KU until 2017 and AGI from 2019 leave 2018 open; both together cover what either does."""
    drawn = "2017-06-01"
    people = [*filling(drawn), person("A", drawn)]
    af = [(f"F{i}", "2017-01-01", "2017-08-01", "11") for i in range(6)]
    files = {"af": af, "ku": [("A", 2017, "F", 1, 12, 5)], "agi": [("A", "201901", "F", 1000)]}
    to_2020 = [('af.csv", cutoff = 2017-12-31', 'af.csv", cutoff = 2020-12-31'), ("2018-12-31", "2020-12-31")]
    study = write(tmp_path, people, **files, change=[(KU_LINE, f"{KU_LINE}\n{AGI_LINE}"), *to_2020])
    assert months(study, "A")[1] == [*range(7), *range(19, 25)]
    assert ("WARNING", "scb_ku", "Ar", EVERY, 7 * 12) in found(study)
    whole = (KU_LINE, f"{KU_LINE.replace('2017-12-31', '2018-12-31')}\n{AGI_LINE}")
    study = write(
        tmp_path,
        people,
        **files,
        change=[whole, to_2020[0], ('ev.csv", cutoff = 2018-12-31', 'ev.csv", cutoff = 2020-12-31')],
    )
    assert months(study, "A")[1] == list(range(25))
    assert not [f for f in found(study) if f[3] == EVERY]


def test_a_cutoff_after_the_registers_end_is_refused_with_its_line(tmp_path):
    """RG02: control statements ended with 2018, whatever the study says; months after that are missing."""
    drawn = "2017-06-01"
    people = [*filling(drawn), person("A", drawn)]
    files = {
        "af": [(f"F{i}", "2017-01-01", "2017-08-01", "11") for i in range(6)],
        "ku": [("A", 2018, "F", 1, 12, 5)],
    }
    later = [("2017-12-31", "2019-12-31"), ("2018-12-31", "2019-12-31"), ("2016-12-31", "2019-12-31")]
    with pytest.raises(eu.StudyError, match=r"study\.toml, line 9: cutoff = 2019-12-31 lies after the register's end"):
        found(write(tmp_path, people, **files, change=later), "scb_ku")
    study = write(tmp_path, people, **files, change=[*later, ('"ku.csv", cutoff = 2019', '"ku.csv", cutoff = 2018')])
    assert months(study, "A") == [list(range(7, 19)), list(range(19))]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ((KU_LINE, AGI_LINE.replace("2020", "2018")), "before the register's beginning: scb_agi began with 2019-01-01"),
        (("synthetic = true", "synthetic = true, data_date = 2017-06-30"), "after data_date = 2017-06-30"),
        ((KU_LINE, KU_LINE.replace("cutoff", "first = 2018-01-01, cutoff")), "first = 2018-01-01 lies after cutoff"),
        (('ev.csv", cutoff = 2018-12-31', 'ev.csv"'), "give cutoff"),
    ],
    ids=["before the beginning", "after the delivery", "first after last", "deaths without a cut-off"],
)
def test_days_that_cannot_be_are_refused_with_their_line(tmp_path, change, message):
    """RG02: declared days against what can exist."""
    study = write(tmp_path, filling(), agi=[("F0", "201901", "F", 1)], change=[change])
    with pytest.raises(eu.StudyError, match=rf"study\.toml, line \d+.*{message}"):
        eu.load(study)


@pytest.mark.parametrize(
    ("file", "rows", "register"),
    [
        ("af", [("F0", "2018-02-01", "2018-05-01", "11")], "af_sokandekategori"),
        ("ku", [("F0", 2018, "F", 1, 2, 5)], "scb_ku"),
        ("ev", [("F0", "död", "2019-02-01")], "scb_handelser"),
    ],
)
def test_a_cutoff_before_the_first_row_is_an_error(tmp_path, file, rows, register):
    """RG02: every row later than the cut-off: one of the two cannot be."""
    study = write(tmp_path, filling(), **{file: rows})
    assert ("ERROR", register, "coverage: some row until the cut-off", 1) in [(*f[:2], *f[3:]) for f in found(study)]
    with pytest.raises(eu.ExtractError, match="correct cutoff in the study file"):
        eu.load(study)


def test_a_delivery_that_begins_later_has_no_known_month_before(tmp_path):
    """RG01: an extract that begins after the first randomisation, and says so."""
    begins = ('af.csv", cutoff', 'af.csv", first = 2015-06-01, cutoff')
    study = write(tmp_path, [*filling(), person("A", "2015-01-15")], change=[begins])
    assert months(study, "A")[1] == list(range(5, 25))
    assert ("WARNING", "af_sokandekategori", "inskadm", EVERY, 6 * 3 + 5) in found(study)


def test_what_depends_on_deaths_ends_where_they_end(tmp_path):
    """RG02: a month of which nobody knows who died is missing, and a finding says how many."""
    study = write(tmp_path, [*filling(), person("A", "2015-01-15")], change=[("2018-12-31", "2015-12-31")])
    assert months(study, "A")[1] == list(range(12))
    rule = "coverage: deaths and moves in every month of every participant"
    assert ("WARNING", "scb_handelser", "datum", rule, 7 * 25 - 12 - 6 * 10) in found(study)
    # nobody is active after the interventions, dead or alive
    assert months(study, "A", "active")[1] == [*range(12), *range(24, 25)]


def test_without_deaths_the_checks_say_how_much_rests_on_it(tmp_path):
    """RG02: no register of deaths: months are known as if everybody lived, and a note counts them."""
    study = write(tmp_path, filling(), change=[('scb_handelser = { path = "ev.csv", cutoff = 2018-12-31 }', "")])
    (note,) = [f for f in check(study).rows if f.extract == "scb_handelser"]
    assert (str(note.severity), note.rows_failing, note.unit) == ("note", 6 * 25, "person-months")
    assert months(study, "F0")[1] == list(range(25))
    # and an estimand says "handled" of what was delivered only (trap 19)
    assert "death and emigration: not known" in eu.load(study)._attributes(eu.load(study).study.primary)["intercurrent"]


LISA = """
[[covariates]]
name = "arbetslos"
label = { sv = "x", en = "x" }
register = "scb_lisa"
column = "SyssStat11"
measure = "equals"
values = ["1"]
absent = 0
baseline = "year_before"
[[outcomes]]"""


def test_a_column_of_some_years_tells_nothing_of_others(tmp_path):
    """RG01: SyssStat11 is of 2011 to 2018: in 2019 it tells nothing, whatever stands there."""
    register = (KU_LINE, f'{AGI_LINE}\nscb_lisa = {{ path = "lisa.csv" }}')
    later = [("2017-12-31", "2022-12-31"), ("2018-12-31", "2022-12-31"), ("2016-12-31", "2022-12-31")]
    drawn = "2020-03-10"
    study = write(
        tmp_path, filling(drawn), agi=[("F0", "202004", "F", 1)],
        af=[(f"F{i}", "2020-01-01", "2022-08-01", "11") for i in range(6)],
        lisa=[(f"F{i}", 2019, 1, 1990, 1, 5) for i in range(6)], change=[register, *later, ("[[outcomes]]", LISA)],
    )  # fmt: skip
    years = [f for f in found(study, "scb_lisa") if "years of the column" in f[3]]
    assert [(f[0], f[2], f[4]) for f in years] == [("WARNING", "SyssStat11", 6)] * 2
    assert eu.load(study).table["arbetslos"].isna().all()


@pytest.mark.parametrize("rule", ["last_before", "any_before"])
def test_a_snapshot_that_was_not_delivered_is_not_zero(tmp_path, rule):
    """RP06: daglig verksamhet of whoever was randomised before the first snapshot delivered is missing."""
    people = [*filling(), person("A", "2016-01-15")]
    lss = [("F0", "2015-10-01", 1, 0), ("A", "2015-10-01", 1, 0)]
    absent = [] if rule == "last_before" else [("absent = 0\n", "")]
    study = write(tmp_path, people, lss=lss, change=[("last_before", rule), *absent])
    dv = eu.load(study).table["dv"].tolist()
    assert dv[0] == 1.0
    assert np.isnan(dv[1:]).all()
    # nor is an older one the last
    if rule == "last_before":
        old = write(tmp_path, people, lss=[("F0", "2013-10-01", 1, 0)])
        assert eu.load(old).table["dv"].isna().all()


def test_every_register_says_which_years_it_has():
    """RG01: the declarations hold the years that the sources name."""
    declared = load_schemas()
    assert str(declared["scb_ku"].dating.last) == "2018-12-31"
    assert str(declared["scb_agi"].dating.first) == "2019-01-01"
    assert declared["scb_lisa"].field("SyssStat11").years == (2011, 2018)
    assert declared["af_sokandekategori"].field("skat").years == (2014, 2017)


def test_a_code_of_other_years_is_doubted_where_it_counts(tmp_path):
    """RG01: the code list is that of 2014 to 2017; a spell in work that began in 2013 and reaches the follow-up is counted."""
    af = [
        *AF,
        ("F0", "2013-05-01", "2016-05-01", "42"),
        ("F1", "2013-05-01", "2014-05-01", "42"),
        ("F2", "2013-05-01", "", "11"),
    ]
    rows = found(write(tmp_path, filling(), af=af), "af_sokandekategori")
    assert ("WARNING", "af_sokandekategori", "inskadm, skat", "years of the code list: 2014 to 2017", 1) in rows


def test_only_pay_above_0_is_work(tmp_path):
    """RG08: a statement of nothing, or less, is no month of work, by either register; corrections are added up first."""
    people = [*filling(), person("A", "2015-01-15")]
    ku = [("A", 2015, "F", 1, 6, 0), ("A", 2015, "G", 7, 8, -500), *KU]
    study = write(tmp_path, people, ku=ku)
    assert ("NOTE", "scb_ku", "KontBrutto", "pay above 0", 2) in found(study, "scb_ku")
    assert months(study, "A")[0] == []
    corrected = [
        ("A", 2015, "F", 2, 3, 9000), ("A", 2015, "F", 2, 3, -9000),  # taken back
        ("A", 2015, "G", 5, 6, 9000), ("A", 2015, "G", 5, 6, -4000),  # less than was said
        ("A", 2015, "H", 8, 8, 9000), ("A", 2015, "I", 8, 8, -9000),  # of another employer
        ("A", 2015, "J", 10, 10, ""), *KU,
    ]  # fmt: skip
    study = write(tmp_path, people, ku=corrected)
    assert months(study, "A")[0] == [4, 5, 7]
    assert ("NOTE", "scb_ku", "KontBrutto", "pay above 0", 4) in found(study, "scb_ku")


def test_declarations_follow_the_same_rule(tmp_path):
    """RG08: AGI as KU."""
    drawn = "2019-01-15"
    later = [("2017-12-31", "2020-12-31"), ("2018-12-31", "2020-12-31"), ("2016-12-31", "2020-12-31")]
    agi = [("A", "201901", "F", 100), ("A", "201901", "F", -100), ("A", "201902", "F", 100), ("A", "201902", "F", -40)]
    agi += [("A", "201903", "F", 0), ("A", "201904", "F", 7)]
    study = write(
        tmp_path, [*filling(drawn), person("A", drawn)], agi=agi,
        af=[(f"F{i}", "2019-01-01", "2019-08-01", "11") for i in range(6)],
        change=[(KU_LINE, AGI_LINE), *later],
    )  # fmt: skip
    assert months(study, "A")[0] == [1, 3]
    assert ("NOTE", "scb_agi", "KONTANT_ERSATTNING_ULAG_AG", "pay above 0", 3) in found(study, "scb_agi")
