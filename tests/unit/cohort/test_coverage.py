"""Does a register reach over the time that a study needs: years and months that are taken away are counted, and no others."""

from __future__ import annotations

import re
import shutil

import pytest

import effektutv as eu
from effektutv.commands.check import check
from effektutv.results import Severity

pytestmark = pytest.mark.proof

EXTRACTS = ("assignment", "scb_lisa", "scb_ku", "sos_lss", "af_sokandekategori", "tidredovisning")


@pytest.fixture
def delivery(demo, tmp_path):
    """The demonstration with a few registers, to take rows or files away from."""
    copy = tmp_path / "demo"
    shutil.copytree(demo, copy)
    return copy


def covered(folder):
    quality = check.check(folder / "study.toml")
    return {f.extract: f for f in quality.rows if f.rule.startswith("coverage")}


def keep(path, wanted):
    lines = path.read_bytes().decode("cp1252").splitlines()
    path.write_bytes(("\n".join([lines[0], *filter(wanted, lines[1:])]) + "\n").encode("cp1252"))


def test_a_whole_delivery_has_no_gap(delivery):
    assert covered(delivery) == {}


def test_years_of_an_annual_register(delivery):
    extracts = delivery / "extracts"
    (extracts / "Individ_2012.csv").unlink()  # before everybody's baseline
    (extracts / "Individ_2016.csv").unlink()  # after it
    assert covered(delivery) == {}
    (extracts / "Individ_2014.csv").unlink()
    (extracts / "scb_ku_2017.csv").unlink()
    keep(extracts / "sos_lss.csv", lambda line: ";2015-10-01;" not in line)
    found = covered(delivery)
    assert set(found) == {"scb_lisa", "scb_ku", "sos_lss"}
    assert found["scb_lisa"].rule == "coverage: every year that the study needs; missing within: 2014"
    assert (found["scb_lisa"].rows_failing, found["scb_lisa"].rows_checked, found["scb_lisa"].unit) == (1, 3, "years")
    assert found["scb_ku"].rule == "coverage: every year that the study needs"
    assert (found["scb_ku"].rows_failing, found["scb_ku"].rows_checked) == (1, 4)
    # the last snapshot before each randomisation, from November 2014 on
    assert (found["sos_lss"].rows_failing, found["sos_lss"].rows_checked, found["sos_lss"].rule[-4:]) == (1, 2, "2015")
    assert {f.severity for f in found.values()} == {Severity.WARNING}


def test_months_of_spells_and_reports(delivery):
    extracts = delivery / "extracts"
    keep(extracts / "af_sokatper.csv", lambda line: not re.search(r"^[^;]*;2016-", line))
    keep(extracts / "tidredovisning.csv", lambda line: ";201509;" not in line)
    found = covered(delivery)
    assert set(found) == {"af_sokandekategori", "tidredovisning"}
    assert (found["af_sokandekategori"].rows_failing, found["af_sokandekategori"].unit) == (12, "months")
    assert found["tidredovisning"].rows_failing == 1
    # which months these are would tell when somebody was randomised, where they are the first
    assert not re.search(r"\d", found["af_sokandekategori"].rule + found["tidredovisning"].rule)


def test_a_delivery_that_ends_early(delivery):
    keep(delivery / "extracts" / "af_sokatper.csv", lambda line: not re.search(r"^[^;]*;2017-(0[7-9]|1)", line))
    assert covered(delivery)["af_sokandekategori"].rows_failing == 6
    # where the study says that it ends there, that is what is needed
    study = delivery / "study.toml"
    text = study.read_text(encoding="utf-8")
    study.write_text(re.sub(r'(af_sokatper.csv"\ncutoff = )2017-12-31', r"\g<1>2017-06-30", text), encoding="utf-8")
    assert covered(delivery) == {}


def test_serial_numbers_of_another_delivery(delivery):
    for path in (delivery / "extracts").glob("Individ_*.csv"):
        path.write_bytes(path.read_bytes().replace(b"SYN", b"OTH"))
    quality = check.check(delivery / "study.toml")
    (nobody,) = [f for f in quality.rows if f.extract == "scb_lisa"]
    assert (nobody.rule, nobody.severity) == ("participants without a row", Severity.ERROR)
    assert "another delivery" in nobody.advice
    with pytest.raises(ValueError, match="scb_lisa: LopNr: participants without a row"):
        eu.load(delivery / "study.toml")


def test_an_error_in_one_register_keeps_nothing_else_from_view(delivery):
    extracts = delivery / "extracts"
    (extracts / "Individ_2014.csv").unlink()
    path = extracts / "studier.csv"
    path.write_bytes(re.sub(rb";(komvux|annan)\n", b";\n", path.read_bytes()))
    quality = check.check(delivery / "study.toml")
    assert quality.worst is Severity.ERROR
    assert any(f.extract == "scb_lisa" and f.rule.startswith("coverage") for f in quality.rows)
