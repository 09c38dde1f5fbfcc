"""A register, or a column in some of its files, that was not delivered: said, and never zero."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

import effektutv as eu
from effektutv.analysis import analyse
from effektutv.disclosure.protect import protect
from effektutv.errors import ExtractError, StudyError
from effektutv.reporting.sections.limits import with_registers
from effektutv.results.data_quality import IN_EVERY_FILE
from effektutv.study import registers_lacking
from effektutv.synthetic.write_demo import write_demo

sys.path.insert(0, str(Path(__file__).parent))
from register_studies import HEADS, KU_LINE, filling, found, months, person, write

SECONDARY = """month = 15
[[outcomes]]
name = "studier"
label = { sv = "Studier", en = "Studies" }
role = "secondary"
state = "studies"
month = 15
"""
PEOPLE = [*filling(), person("A", "2015-01-15")]
WITHOUT_PAY = "LopNr Ar LopNr_PeOrgNr FromMan TomMan"
EVERY = "coverage: every month of every participant"
KU_FILES = ('scb_ku = { path = "ku.csv"', 'scb_ku = { path = "ku*.csv"')


def second(study, name, head, rows):
    """Write a further file of a register beside the first."""
    text = "\n".join([";".join(head.split()), *(";".join(map(str, row)) for row in rows)]) + "\n"
    (study.parent / name).write_text(text, encoding="cp1252")
    return study


@pytest.mark.parametrize(
    ("change", "needs"),
    [
        ([('state = "work"', 'state = "studies"')], "studier"),
        ([('state = "work"', 'state = "benefit"')], "fk_ersattning"),
        ([('scb_ku = { path = "ku.csv", cutoff = 2017-12-31 }\n', "")], "scb_ku or scb_agi"),
        ([('af_sokandekategori = { path = "af.csv", cutoff = 2017-12-31 }\n', "")], "af_sokandekategori"),
    ],
)
def test_a_primary_outcome_without_its_register_stops_the_run(tmp_path, change, needs):
    """The kind of RG05: what the study's main question needs is named, with its line, before anything is read."""
    with pytest.raises(StudyError, match=rf"study\.toml, line \d+: outcome 'arbete' is primary .* {needs}, which"):
        eu.load(write(tmp_path, PEOPLE, change=change))


def test_the_report_says_which_outcome_is_left_out_and_for_want_of_what(tmp_path):
    """The kind of RG05: an outcome without its register is named with the register that it lacks."""
    trial = eu.load(write(tmp_path, PEOPLE, change=[("month = 15\n", SECONDARY)]))
    with pytest.raises(eu.ArgumentError, match=r"add studier to \[registers\]"):
        trial.itt("studier")
    study = trial.study
    assert registers_lacking(study, study.outcome("studier")) == (("studier",),)
    assert registers_lacking(study, study.primary) == ()
    assert with_registers(study, study.outcome("studier"), "Studies", "or") == "Studies (studier)"
    assert with_registers(study, study.primary, "Work", "or") == "Work"


def test_a_column_that_one_of_several_files_lacks_is_counted_in_files(tmp_path):
    """The kind of RG02: pay that one year's file lacks is not pay of nothing: that year is unknown, other years are not."""
    study = write(tmp_path, PEOPLE, ku=[("F0", 2016, "F", 1, 2, 5)], change=[KU_FILES])
    second(study, "ku2015.csv", WITHOUT_PAY, [("F0", 2015, "F", 5, 6)])
    assert ("WARNING", "scb_ku", "KontBrutto", IN_EVERY_FILE, 1) in found(study, "scb_ku")
    # randomised 2015-01-15 and 2015-03-10: months 0 to 11, and 0 to 9, lie in 2015
    assert ("WARNING", "scb_ku", "Ar", EVERY, 12 + 6 * 10) in found(study, "scb_ku")
    assert months(study, "A") == [[], list(range(12, 25))]
    assert months(study, "F0") == [[10, 11], list(range(10, 25))]
    assert months(study, "A", "work_with_support")[1] == list(range(25))


def test_where_the_month_of_the_main_question_is_unknown_of_everyone_the_run_stops(tmp_path):
    """The kind of RG02: month 15 lies in the year whose file lacks pay, for everyone."""
    study = write(tmp_path, filling(), change=[KU_FILES])
    second(study, "ku2016.csv", WITHOUT_PAY, [("F0", 2016, "F", 1, 2)])
    with pytest.raises(
        ExtractError, match=r"known of nobody in month 15: KontBrutto was not delivered in 1 of 2 files"
    ):
        eu.load(study)


def test_files_of_one_year_of_which_one_lacks_pay_leave_that_year_unknown(tmp_path):
    """Nothing tells whose rows the file would have had: what the other file of that year holds does not make it known."""
    study = write(tmp_path, PEOPLE, change=[KU_FILES])
    second(study, "ku-b.csv", WITHOUT_PAY, [("F1", 2015, "F", 1, 2)])
    assert months(study, "A")[1] == list(range(12, 25))


def test_a_year_without_one_value_of_pay_is_as_one_whose_file_lacks_it(tmp_path):
    """The neighbour of a column in some files: one that is there, and empty throughout a year of twenty statements."""
    empty = [(f"P{i}", 2015, "F", 1, 2, None) for i in range(20)]
    study = write(tmp_path, PEOPLE, ku=[("F0", 2016, "F", 1, 2, 5), *empty])
    assert months(study, "A")[1] == list(range(12, 25))
    # of nineteen it may be right
    study = write(tmp_path, PEOPLE, ku=[("F0", 2016, "F", 1, 2, 5), *empty[1:]])
    assert months(study, "A")[1] == list(range(25))


def test_declarations_without_pay_leave_their_months_unknown(tmp_path):
    """Monthly: the months of the file's own rows, and no others."""
    drawn = "2019-01-15"
    later = [("2017-12-31", "2021-12-31"), ("2018-12-31", "2021-12-31"), ("2016-12-31", "2021-12-31")]
    agi = (KU_LINE.replace("2017", "2021"), 'scb_agi = { path = "agi*.csv", cutoff = 2021-12-31 }')
    study = write(
        tmp_path, [*filling(drawn), person("A", drawn)], af=[(f"F{i}", drawn, "2019-05-01", "11") for i in range(6)],
        agi=[("F0", "201901", "F", 1)], change=[*later, agi],
    )  # fmt: skip
    second(study, "agi2.csv", "LopNr PERIOD LopNr_PeOrgNr", [("F0", "201903", "F"), ("F1", "201904", "F")])
    second(study, "agi3.csv", "LopNr PERIOD LopNr_PeOrgNr", [("F0", "202001", "F")])
    assert months(study, "A")[1] == [0, 1, *range(4, 12), *range(13, 25)]


def test_spells_without_ends_are_unknown_from_the_first_start_on(tmp_path):
    """A file of spells that lacks their ends: what it holds may go on for ever, so that nothing from then on is known."""
    study = write(tmp_path, PEOPLE, change=[('path = "af.csv"', 'path = "af*.csv"')])
    second(study, "af2.csv", "LopNr inskadm skat", [("F0", "2016-07-01", "31")])
    assert ("WARNING", "af_sokandekategori", "utskadm", IN_EVERY_FILE, 1) in found(study, "af_sokandekategori")
    assert months(study, "A")[1] == list(range(18))
    assert months(study, "A", "work_with_support")[1] == list(range(18))


def test_a_report_of_a_study_whose_pay_lacks_a_year_is_released(tmp_path):
    """Work with support is known in that year and work is not, so that a kind of work may hold more than work does."""
    folder = tmp_path / "demo"
    write_demo(folder, participants=240, population=300, seed=4)
    path = folder / "extracts" / "scb_ku_2015.csv"
    rows = [line.split(";") for line in path.read_text("cp1252").splitlines()]
    pay = rows[0].index("KontBrutto")
    path.write_text("\n".join(";".join(r[:pay] + r[pay + 1 :]) for r in rows) + "\n", "cp1252")
    trial = eu.load(folder / "study.toml")
    month_3 = [r for r in trial.itt("arbete", month=3).rows if r.arm == "SE" and r.control == "FS"]
    support = [r for r in trial.itt("arbete_med_stod", month=3).rows if r.arm == "SE" and r.control == "FS"]
    assert month_3[0].n_arm < support[0].n_arm
    protect(analyse(trial))


def test_a_covariate_of_spells_is_known_before_the_first_of_the_files_that_lack_it(tmp_path):
    """On the day before randomisation: nothing tells of whoever has no spell then, once a file that lacks the column begins."""
    spell = ('register = "sos_lss"\ncolumn = "p10"', 'register = "fk_ersattning"\ncolumn = "Omfattning"')
    study = write(
        tmp_path,
        [*filling(), person("A", "2015-01-15")],
        change=[
            (spell[0], spell[1]),
            ('baseline = "last_before"', 'baseline = "day_before"'),
            ("[work]", '[codes]\naktivitetsersattning = ["AE"]\n[work]'),
            ('sos_lss = { path = "lss.csv" }', 'fk_ersattning = { path = "fk*.csv", cutoff = 2018-12-31 }'),
        ],
    )
    head = "Lopnr Fall_from_datum Fall_tom_datum Del_from_datum Del_tom_datum Forman_kod Delforman_kod"
    whole = ("2015-01-20", "2015-12-31", "2015-01-20", "2015-12-31", "AE", "1")
    later = ("2015-02-01", "2015-12-31", "2015-02-01", "2015-12-31", "AE", "1")
    second(study, "fk1.csv", f"{head} Omfattning", [("F0", *whole, "1")])
    second(study, "fk2.csv", head, [("F1", *later)])
    dv = eu.load(study).table["dv"]
    # A was drawn before the file without the column begins, the others after: F0 has a spell of another file
    assert sorted(dv.dropna()) == [0, 1]


def test_a_column_that_every_file_has_is_no_finding(tmp_path):
    """The neighbour: two files of one shape."""
    study = write(tmp_path, PEOPLE, change=[KU_FILES])
    second(study, "ku2016.csv", HEADS["ku"], [("F0", 2016, "F", 1, 2, 5)])
    assert not [x for x in found(study, "scb_ku") if x[3] == IN_EVERY_FILE]
    assert len(eu.load(study).itt().rows) == 3


def test_a_covariate_of_a_snapshot_that_lacks_its_column_is_missing(tmp_path):
    """A snapshot without p9 tells nothing of those without a row in it either; those of the other keep the declared zero."""
    people = [*filling("2015-11-10"), person("A", "2014-11-15"), person("B", "2015-11-15")]
    study = write(
        tmp_path,
        people,
        lss=[("A", "2014-10-01", 0, 1), ("F0", "2014-10-01", 0, 0)],
        change=[
            ('column = "p10"', 'column = "p9"'),
            ('sos_lss = { path = "lss.csv" }', 'sos_lss = { path = "lss*.csv" }'),
        ],
    )
    second(study, "lss2015.csv", "LopNr matdatum p10", [("F1", "2015-10-01", 0)])
    assert ("WARNING", "sos_lss", "p9", IN_EVERY_FILE, 1) in found(study, "sos_lss")
    dv = eu.load(study).table["dv"]
    assert dv.notna().sum() == 1
    assert dv.max() == 1
