"""The traps of METHODS that concern the way from extracts to participants: dates of the baseline, spells, pay and years.

Six persons whose rows lie on both sides of each border; what each must be is written beside.
"""

from __future__ import annotations

import json

import numpy as np
import pytest

import effektutv as eu
from effektutv.results import Severity
from effektutv.runtime.package_data import data_folder

STUDY = """
[study]
name = "traps"
title = { sv = "Fällor", en = "Traps" }
[[arms]]
code = "FS"
control = true
label = { sv = "FS", en = "FS" }
[[arms]]
code = "SE"
label = { sv = "SE", en = "SE" }
[registers.assignment]
path = "form.csv"
[registers.scb_lisa]
path = "Individ_*.csv"
[registers.sos_lss]
path = "lss.csv"
[registers.af_inskrivning]
path = "insper.csv"
cutoff = 2017-12-31
[registers.af_sokandekategori]
path = "sokatper.csv"
cutoff = 2017-12-31
[registers.scb_ku]
path = "ku.csv"
cutoff = 2017-12-31
[[covariates]]
name = "loneinkomst"
label = { sv = "Lön", en = "Earnings" }
register = "scb_lisa"
column = "LoneInk"
measure = "value"
baseline = "year_before"
[[covariates]]
name = "daglig"
label = { sv = "Daglig verksamhet", en = "Day activities" }
register = "sos_lss"
column = "p10"
measure = "equals"
values = ["1"]
absent = 0
baseline = "last_before"
[[covariates]]
name = "erfarenhet"
label = { sv = "Erfarenhet", en = "Experience" }
register = "sos_lss"
column = "p10"
measure = "equals"
values = ["1"]
baseline = "any_before"
[[covariates]]
name = "inskriven"
label = { sv = "Inskriven", en = "Registered" }
register = "af_inskrivning"
measure = "present"
absent = 0
baseline = "day_before"
[[outcomes]]
name = "arbete"
label = { sv = "I arbete", en = "In work" }
role = "primary"
state = "work"
month = 2
[[outcomes]]
name = "manader"
label = { sv = "Månader", en = "Months" }
state = "months_in_work"
month = 6
"""
#: Drawn on the first of October 2015, the day on which the register of LSS counts; A, C, E are FS.
DRAWN = "2015-10-01"
PERSONS = "ABCDEF"
FORM = "LopNr;arm;lottningsdatum;insatsstart;samtycke;kommun\n" + "".join(
    f"{p};{'SE' if k % 2 else 'FS'};{DRAWN};;1;0180\n" for k, p in enumerate(PERSONS)
)
LISA = {year: "LopNr;Ar;Kon;FodelseAr;LoneInk\n" + "".join(f"{p};{year};1;1990;{pay}\n" for p in PERSONS)
        for year, pay in ((2014, 14), (2015, 15), (2016, 16))}  # fmt: skip
LSS = "LopNr;matdatum;p10\nA;2014-10-01;1\nA;2015-10-01;0\nB;2014-10-01;0\nB;2015-10-01;1\nC;2013-10-01;1\nD;2015-10-01;1\n"
INSPER = (
    "LopNr;INTR_DAT;AVAKT_DATUM\n"
    "A;2015-09-30;\nB;2015-10-01;\nC;2015-01-01;2015-09-30\nD;2015-01-01;2015-09-29\nE;2015-10-02;\n"
)
SPELLS = (
    "LopNr;inskadm;utskadm;skat\n"
    "A;2015-10-15;2015-12-15;42\nA;2015-11-15;2016-01-15;42\nA;2015-10-15;2015-12-15;42\n"  # overlapping, one twice
    "B;2016-01-15;2015-10-15;42\n"  # reversed
    "C;2015-10-15;2015-12-31;42\nC;2015-10-20;2016-02-15;33\n"  # support goes before other subsidised
    "D;2015-12-01;2015-12-01;31\n"  # one day, the one that counts
    "E;2015-11-02;2015-11-30;31\n"  # between two days that count
)
KU = "LopNr;Ar;LopNr_PeOrgNr;FromMan;TomMan;KontBrutto\nF;2015;X;;;50000\nF;2016;X;1;2;50000\n"


@pytest.fixture
def delivery(tmp_path):
    """Write the extracts, with what a test puts in another's place, and load them."""

    def load(study=STUDY, **other):
        files = {"form": FORM, "lss": LSS, "insper": INSPER, "sokatper": SPELLS, "ku": KU}
        files |= {f"Individ_{year}": text for year, text in LISA.items()}
        for name, text in (files | other).items():
            (tmp_path / f"{name}.csv").write_text(text, encoding="cp1252")
        (tmp_path / "study.toml").write_text(study, encoding="utf-8")
        return eu.load(tmp_path / "study.toml")

    return load


# trap 4: covariates dated at or after randomisation


def test_trap_4_what_is_dated_on_the_day_of_the_draw_is_no_baseline(delivery):
    people = delivery().table
    # the year before, never the draw's own year, which ends after it
    assert people["loneinkomst"].tolist() == [14.0] * 6
    # the last snapshot before: of 2014. A has daglig verksamhet then and none on the day; B and D get it on the day; C's
    # is of an earlier snapshot and not in the last
    assert people["daglig"].tolist() == [1.0, 0.0, 0.0, 0.0, 0.0, 0.0]
    # any snapshot before: C's of 2013 counts, B's and D's of the day do not
    assert people["erfarenhet"].tolist() == [1.0, 0.0, 1.0, 0.0, 0.0, 0.0]
    # registered on the day before: A from that very day, C to that very day; B from the day of the draw
    assert people["inskriven"].tolist() == [1.0, 0.0, 1.0, 0.0, 0.0, 0.0]


@pytest.mark.parametrize(
    "text", [LISA[2014].replace(";14\n", ";\n"), LISA[2014].replace(";2014;", ";2013;")], ids=["no pay", "no year"]
)
def test_trap_4_without_the_year_before_a_covariate_is_missing_and_no_other_year_steps_in(delivery, text):
    assert delivery(Individ_2014=text).table["loneinkomst"].isna().all()


@pytest.mark.parametrize(
    ("register", "rule"),
    [("scb_lisa", "last_before"), ("sos_lss", "year_before"), ("af_inskrivning", "last_before"), ("scb_ku", "year_before")],
)  # fmt: skip
def test_trap_4_a_rule_that_does_not_date_the_register_is_refused(delivery, register, rule):
    study = STUDY.replace(
        "[[outcomes]]",
        f'[[covariates]]\nname = "x"\nlabel = {{ sv = "x", en = "x" }}\nregister = "{register}"\ncolumn = "LopNr"\n'
        f'measure = "present"\nbaseline = "{rule}"\n[[outcomes]]',
        1,
    )
    with pytest.raises(eu.StudyError, match="must be dated before randomisation by"):
        delivery(study)


@pytest.mark.parametrize("rule", ["same_year", "year_after", "first_after", "last", "any"])
def test_trap_4_there_is_no_rule_for_what_comes_after(delivery, rule):
    with pytest.raises(eu.StudyError, match="baseline"):
        delivery(STUDY.replace('baseline = "last_before"', f'baseline = "{rule}"'))


# trap 5: overlapping and reversed spells


def test_trap_5_overlaps_count_once_and_reversed_spells_not_at_all(delivery):
    trial = delivery()
    months = [trial.outcome("arbete", month=k).tolist() for k in range(7)]
    # A: 15 October to 15 January covers 1 November, 1 December, 1 January; C: to 15 February, months 1 to 4
    expected = {"A": [1, 2, 3], "B": [], "C": [1, 2, 3, 4], "D": [2], "E": [], "F": [3, 4]}
    for j, person in enumerate(PERSONS):
        assert [k for k in range(7) if months[k][j]] == expected[person], person
    assert trial.outcome("manader").tolist() == [3, 0, 4, 1, 0, 2]


def test_trap_5_kinds_exclude_each_other_on_a_day_that_two_spells_cover(delivery):
    rows = {(r.arm, r.month, r.category): r.events for k in (2, 4) for r in delivery().kinds(month=k).rows}
    assert rows["FS", 2, "work_with_support"] == 2
    assert rows["FS", 2, "work_other_subsidised"] == 0
    assert rows["FS", 4, "work_other_subsidised"] == 1


def test_trap_5_both_are_counted(delivery):
    found = {(f.extract, f.rule.split(":")[0]): f.rows_failing for f in delivery().quality.rows}
    assert found["af_sokandekategori", "reversed"] == 1
    assert found["af_sokandekategori", "overlaps an earlier spell"] == 3


# trap 13: AGI, KU and LISA: units, years that exist, months that are uncertain


def test_trap_13_every_sum_has_its_unit():
    units = {}
    for name in ("scb_lisa", "scb_ku", "scb_agi"):
        declared = json.loads((data_folder() / "schemas" / f"{name}.json").read_text(encoding="utf-8"))
        units |= {f["name"]: f.get("effektutv", {}).get("unit", "") for f in declared["fields"]}
    hundreds = ("LoneInk", "DispInk04", "AktErs", "SjukErs", "BostTill")
    assert {units[name] for name in hundreds} == {"hundreds of SEK a year"}
    assert units["KontBrutto"] == "SEK a year"
    assert units["KONTANT_ERSATTNING_ULAG_AG"] == "SEK a month"


def test_trap_13_a_statement_without_months_is_no_month_unless_the_study_says_so(delivery):
    trial = delivery()
    assert trial.outcome("arbete", month=1)[5] == 0
    found = {(f.extract, f.rule): f.rows_failing for f in trial.quality.rows}
    assert found["scb_ku", "months missing"] == 1
    whole = delivery(STUDY + '[work]\nku_months_missing = "whole_year"\n')
    np.testing.assert_array_equal(
        [whole.outcome("arbete", month=k)[5] for k in range(7)], [1, 1, 1, 1, 1, 0, 0], "October to December, and two"
    )


AGI = "LopNr;PERIOD;LopNr_PeOrgNr;KONTANT_ERSATTNING_ULAG_AG\nF;{};X;20000\n"


def test_trap_13_a_monthly_declaration_before_2019_stops_the_run(delivery):
    study = STUDY.replace(
        "[[covariates]]", '[registers.scb_agi]\npath = "agi.csv"\ncutoff = 2019-12-31\n[[covariates]]', 1
    )
    with pytest.raises(eu.ExtractError, match="scb_agi: PERIOD"):
        delivery(study, agi=AGI.format("201511"))
    assert delivery(study, agi=AGI.format("201901")).outcome("arbete", month=1)[5] == 0


def test_trap_13_a_control_statement_after_2018_stops_the_run(delivery):
    with pytest.raises(eu.ExtractError, match="scb_ku: Ar"):
        delivery(ku=KU.replace("2016", "2019"))


def test_trap_13_a_month_beyond_the_cutoff_is_missing_never_zero(delivery):
    trial = delivery(STUDY.replace('path = "ku.csv"\ncutoff = 2017-12-31', 'path = "ku.csv"\ncutoff = 2015-12-31'))
    assert trial.outcome("arbete", month=2).tolist() == [1, 0, 1, 1, 0, 0]
    assert np.isnan(trial.outcome("arbete", month=3)).all()
    assert np.isnan(trial.outcome("manader")).all()


@pytest.mark.parametrize(
    ("name", "register"), [("form", "assignment"), ("sokatper", "af_sokandekategori"), ("ku", "scb_ku")]
)
def test_trap_13_a_register_without_rows_is_not_a_register_where_nobody_is(delivery, name, register):
    header = {"form": FORM, "sokatper": SPELLS, "ku": KU}[name].split("\n", 1)[0] + "\n"
    with pytest.raises(eu.ExtractError, match=rf"{register}: \(file\): at least one row: 1 of 1 files fail"):
        delivery(**{name: header})


def test_trap_13_a_register_without_rows_that_only_describes_is_a_warning(delivery):
    trial = delivery(insper=INSPER.split("\n", 1)[0] + "\n")
    found = {(f.extract, f.rule): f.severity for f in trial.quality.rows}
    assert found["af_inskrivning", "at least one row"] is Severity.WARNING
