"""Tables as CSV: the contract's columns, exact numbers, marks, and no formulas."""

from __future__ import annotations

import csv

import pytest

from effektutv.reporting.tables.csv_file import csv_text
from effektutv.results import Suppressed, Unavailable

CONTRACT = (
    "outcome,clock,month,arm,control,subgroup,level,kind,n_arm,n_control,share_arm,share_control,mean_arm,mean_control,estimate,"
    "std_error,statistic,df,p_value,conf_low,conf_high,p_randomization,p_adjusted,family,estimator,vcov,strata,status"
)


def table(folder, name):
    with (folder / "tables" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_itt_begins_with_the_contracts_columns(reports):
    header = (reports["sv"] / "tables" / "itt.csv").read_text(encoding="utf-8").split("\n", 1)[0]
    assert header.startswith(CONTRACT)


def test_itt_holds_every_effect_to_nine_digits(reports):
    rows = table(reports["sv"], "itt")
    assert {r["clock"] for r in rows} == {"randomisation", "start"}
    assert {r["level"] for r in rows} == {"", "kvinna", "man", '["kvinna", "man"]'}
    main = next(r for r in rows if r["outcome"] == "arbete" and r["arm"] == "SE" and r["control"] == "FS")
    assert main["share_arm"] == f"{92 / 355:.9g}"
    assert main["status"] == "released"
    assert main["p_adjusted"] == ""


def test_tables_are_the_same_in_both_languages(reports):
    for path in sorted((reports["sv"] / "tables").glob("*.csv")):
        assert path.read_bytes() == (reports["en"] / "tables" / path.name).read_bytes()


def test_every_table_is_there(reports):
    names = {p.stem for p in (reports["sv"] / "tables").glob("*.csv")}
    wanted = {"flow", "starts", "balance", "itt", "subgroups", "estimators", "kinds", "sources", "data_quality"}
    assert wanted | {"profile_arbete_randomisation", "profile_arbete_start"} == names
    assert {p.stem for p in (reports["table"] / "tables").glob("*.csv")} == {"flow", "itt"}


def test_small_counts_of_rows_are_banded(reports):
    rows = table(reports["sv"], "data_quality")
    assert [r["rows_failing"] for r in rows if r["rule"].startswith(("code", "reversed"))] == ["fewer than 5", "117"]


def test_the_log_says_why_and_never_how_many(reports):
    with (reports["sv"] / "disclosure.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {r["role"] for r in rows} == {"primary", "complementary"}
    assert {r["count_band"] for r in rows} == {"1 to 4", "not stated"}


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\tx", "\rx"])
def test_text_that_a_spreadsheet_would_run_stays_text(text):
    assert csv_text(["a"], [[text]]).split("\n", 1)[1].strip('"\n').startswith("'")


def test_numbers_and_absences():
    import numpy as np

    row = [-0.1, 3, np.float64(0.1), None, Unavailable("x"), Suppressed("y"), True]
    assert csv_text(list("abcdefg"), [row]) == "a,b,c,d,e,f,g\n-0.1,3,0.1,,,‥,true\n"
