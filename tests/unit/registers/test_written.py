"""Serial numbers that a register writes otherwise than the randomisation form: each way is seen, and nobody else's is."""

from __future__ import annotations

import pyarrow as pa
import pytest

from effektutv.registers.checks.id_format import check_written, register_otherwise, written_otherwise
from effektutv.registers.engines.duckdb import Engine
from effektutv.registers.schema.table_schema import load_schema
from effektutv.registers.sources.open_extract import open_extract
from effektutv.results import Severity
from effektutv.study import Register

SPELL = ";2015-01-01;2015-03-31;42\n"


@pytest.mark.parametrize(
    ("number", "otherwise"),
    [
        ("AbC7", {"ABC7", "abc7", "7"}),
        ("0042", {"42", "0042.0", "0042,0", *(f"{42:0{n}}" for n in range(5, 13))}),
        ("123456789012", {"123456789012.0", "123456789012,0"}),
        ("77.0", {"77"}),
        ("000", {"000.0", "000,0", *("0" * n for n in range(4, 13))}),
        ("1001", {'="1001"', "'1001", "+1001", "1001.00", "1.00E+03", "1,001E+03", "1.001E+03", "1 001", "1\u00a0001", "1,001"}),
        ("123456789012", {"1.23457E+11", "1,23457E+11", "1,23E+11"}),
        ("P2201_1001", {"1001", "p2201_1001"}),
    ],
)  # fmt: skip
def test_what_a_number_may_have_become(number, otherwise):
    assert otherwise <= set(written_otherwise([number]))


def test_projects_in_the_headers_may_stand_before_a_number():
    assert {"P1105_1001", "P11051001"} <= set(written_otherwise(["1001"], ["P1105"]))
    assert {"P1105_1001", "1001"} <= set(written_otherwise(["P2201_1001"], ["P1105"]))


def test_what_is_somebodys_own_is_nobody_elses():
    assert not {"a", "A"} & set(written_otherwise(["a", "A"]))
    assert "7" not in written_otherwise(["7", "07"])


@pytest.mark.parametrize(
    ("first", "second", "failing"),
    [
        ("00417", "SYN5", 0),
        ("417", "SYN5", 1),
        ("417", "syn5", 2),
        ("000417", "Syn5", 1),
        ("00417.0", "SYN5", 1),
        ("4170", "YN5", 0),
        ("P2201_00417", "SYN5", 1),
        ("P2201_00417", "P9_SYN5", 2),
        ("00417_1", "SYN5_2", 0),
    ],
)
def test_rows_are_counted_and_stop_a_run(tmp_path, first, second, failing):
    (tmp_path / "skat.csv").write_text(f"LopNr;inskadm;utskadm;skat\n{first}{SPELL}{second}{SPELL}OTHER{SPELL}")
    schema = load_schema("af_sokandekategori")
    with Engine(threads=1) as engine:
        extract = open_extract(engine, schema, Register(path="skat.csv"), tmp_path, "study.toml, line 1")
        engine.register("people", pa.table({"lopnr": ["00417", "SYN5"]}))
        register_otherwise(engine, "people")
        found = check_written(engine, extract, 3)
    assert [(f.rows_failing, f.rows_checked, f.severity) for f in found] == (
        [(failing, 3, Severity.ERROR)] if failing else []
    )
    assert not any(first in str(f) for f in found)


@pytest.mark.parametrize(
    ("own", "delivered", "failing"),
    [
        (["P1_1", "P1_2"], ["P1_1", "P1_3"], 0),
        (["P1_1", "P1_2"], ["P2_1", "P2_3"], 1),
        # two projects' participants, and a register of a third
        (["P1_1", "P2_2"], ["P3_1", "P3_2"], 2),
        # what comes before the mark is no project
        ([f"{n}_1" for n in range(9)], ["77_1", "78_1"], 0),
    ],
)
def test_numbers_of_another_project_are_counted(tmp_path, own, delivered, failing):
    (tmp_path / "skat.csv").write_text("LopNr;inskadm;utskadm;skat\n" + "".join(f"{n}{SPELL}" for n in delivered))
    schema = load_schema("af_sokandekategori")
    with Engine(threads=1) as engine:
        extract = open_extract(engine, schema, Register(path="skat.csv"), tmp_path, "study.toml, line 1")
        engine.register("people", pa.table({"lopnr": own}))
        register_otherwise(engine, "people")
        found = check_written(engine, extract, len(delivered))
    assert [f.rows_failing for f in found] == ([failing] if failing else [])
