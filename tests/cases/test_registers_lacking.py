"""A register, or a column in some of its files, that was not delivered: said, and never zero."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

import effektutv as eu
from effektutv.errors import ExtractError, StudyError
from effektutv.reporting.limits import with_registers
from effektutv.results.quality import IN_EVERY_FILE
from effektutv.study import registers_lacking

sys.path.insert(0, str(Path(__file__).parent))
from register_studies import HEADS, filling, found, person, write

SECONDARY = """month = 15
[[outcomes]]
name = "studier"
label = { sv = "Studier", en = "Studies" }
role = "secondary"
state = "studies"
month = 15
"""
PEOPLE = [*filling(), person("A", "2015-01-15")]
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
    """The kind of RG02: pay that one year's file lacks is not pay of nothing: the finding counts files, the run stops."""
    study = write(tmp_path, PEOPLE, change=[KU_FILES])
    second(study, "ku2016.csv", "LopNr Ar LopNr_PeOrgNr FromMan TomMan", [("F0", 2016, "F", 1, 2)])
    assert ("WARNING", "scb_ku", "KontBrutto", IN_EVERY_FILE, 1) in found(study, "scb_ku")
    with pytest.raises(ExtractError, match="KontBrutto was not delivered in 1 of 2 files"):
        eu.load(study)


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
