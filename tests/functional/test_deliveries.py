"""The same study from every kind of delivery: the same tables, byte for byte."""

from __future__ import annotations

import os
import subprocess
import sys

import deliveries
import pyarrow.parquet as pq
import pytest
from postgres import server

import effektutv as eu
from effektutv.analysis import analyse
from effektutv.disclosure.protect import protect
from effektutv.registers.engines.duckdb import Engine
from effektutv.registers.schema.table_schema import load_schema
from effektutv.registers.sources.odbc import Connection, Database
from effektutv.registers.sources.odbc_fetch import fetch_tables
from effektutv.registers.sources.open_extract import open_extract
from effektutv.registers.sources.refuse_identity import refuse_identity_numbers
from effektutv.reporting.tables.csv_file import write_csv
from effektutv.reporting.tables.csv_tables import csv_tables
from effektutv.study import Register
from effektutv.synthetic.write_demo import write_demo


@pytest.fixture(scope="module")
def demos(tmp_path_factory):
    """A small demonstration as text and as Parquet."""
    folder = tmp_path_factory.mktemp("deliveries")
    for file_format in ("csv", "parquet"):
        write_demo(folder / file_format, participants=300, population=1500, file_format=file_format)
    return folder


@pytest.fixture(scope="module")
def postgres():
    with server() as running:
        yield running


def tables(demo):
    """The report's tables as the run writes them, by name."""
    folder = demo.parent / f"{demo.name}_tables"
    folder.mkdir()
    for name, (columns, rows) in csv_tables(protect(analyse(eu.load(demo / "study.toml")))).items():
        write_csv(folder / f"{name}.csv", columns, rows)
    return {p.name: p.read_bytes() for p in sorted(folder.iterdir())}


@pytest.fixture(scope="module")
def from_text(demos):
    found = tables(demos / "csv")
    assert len(found) > 30
    assert max(len(text.splitlines()) for text in found.values()) > 50
    return found


def different(one, other):
    assert one.keys() == other.keys()
    return [name for name in one if one[name] != other[name]]


def test_parquet(demos, from_text):
    assert different(tables(demos / "parquet"), from_text) == []


def test_stata(demos, tmp_path, from_text):
    assert different(tables(deliveries.as_stata(demos / "parquet", tmp_path / "stata")), from_text) == []


@pytest.mark.system
def test_sas(demos, tmp_path, from_text):
    stata = deliveries.as_stata(demos / "parquet", tmp_path / "stata")
    assert different(tables(deliveries.as_sas(stata, tmp_path / "sas")), from_text) == []


@pytest.mark.system
def test_postgresql(demos, tmp_path, from_text, postgres, monkeypatch):
    demo = deliveries.in_database(demos / "parquet", tmp_path / "database", postgres)
    monkeypatch.setenv("REGISTER_PASSWORD", postgres.password)
    assert different(tables(demo), from_text) == []
    inputs = eu.load(demo / "study.toml").inputs
    assert "scb_lisa/P1105_Individ_2014" in inputs
    # the same rows in another order: the same digest; one value other: another
    postgres.run(
        "register",
        'CREATE TABLE dbo.turned AS SELECT * FROM dbo."P1105_studier" ORDER BY "LopNr" DESC',
        'DROP TABLE dbo."P1105_studier"',
        'ALTER TABLE dbo.turned RENAME TO "P1105_studier"',
        'UPDATE dbo."P1105_af_beslut" SET bidrag = bidrag + 1 WHERE ctid = (SELECT min(ctid) FROM dbo."P1105_af_beslut")',
    )
    again = eu.load(demo / "study.toml").inputs
    assert {n for n in inputs if inputs[n] != again[n]} == {"af_beslut/P1105_af_beslut"}


@pytest.mark.system
@pytest.mark.parametrize(("wrong", "code"), [("password", 3), ("port", 3), ("variable", 2), ("driver", 2)])
def test_a_database_that_cannot_be_reached(demos, tmp_path, postgres, wrong, code):
    connection = postgres.connection("register")
    connection = {
        "password": connection,
        "port": postgres.connection("register", port=1),
        "variable": connection.replace("REGISTER_PASSWORD", "NOT_SET"),
        "driver": connection.replace("PostgreSQL Unicode", "No Such Driver"),
    }[wrong]
    text = (demos / "parquet" / "study.toml").read_text(encoding="utf-8")
    text = text.replace('path = "extracts/studier.parquet"', 'database = "register"\ntable = "studier"')
    text += f'\n[databases.register]\nconnection = "{connection}"\n'
    (tmp_path / "study.toml").write_text(text, encoding="utf-8")
    (tmp_path / "extracts").symlink_to(demos / "parquet" / "extracts")
    secret = "HEMLIGT4711"
    done = subprocess.run(
        [sys.executable, "-m", "effektutv", "run", str(tmp_path / "study.toml"), "--out", str(tmp_path / "out"), "--quiet"],
        env={**os.environ, "REGISTER_PASSWORD": secret}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    said = done.stdout + done.stderr
    assert done.returncode == code, said
    assert "study.toml, line" in said
    assert ("NOT_SET is not set" in said) is (wrong == "variable")
    assert ("no such driver" in said) is (wrong == "driver")
    for hidden in (secret, postgres.password, "evaluator", "127.0.0.1", str(postgres.port), "Pwd"):
        assert hidden not in said
    assert "Traceback" not in said


@pytest.fixture(scope="module")
def odd(postgres):
    """A database with what goes wrong on the way from one, connected to."""
    postgres.run("postgres", "CREATE DATABASE odd")
    postgres.run(
        "odd",
        "CREATE TABLE studier (lopnr bigint, \"from\" timestamp, tom date, slag char(20), diagnos text, onödig bytea)",
        "INSERT INTO studier VALUES (9007199254740993, '2015-01-01 13:00', '9999-12-31', 'folkhögskola', 'SECRET4711', NULL), "
        "(9007199254740992, '1900-02-28', NULL, '', NULL, '\\x00')",
        "CREATE TABLE beslut (lopnr numeric, insats varchar, \"from\" date, omfattning real, bidrag numeric)",
        "INSERT INTO beslut VALUES (12345678901234567890, '42', '2015-01-01', 0.1, 0.12345678901234567), "
        "(0.50, '42', '2015-01-01', 100, -12.50)",
        "CREATE TABLE long_texts (lopnr text, \"from\" date, slag varchar)",
        "INSERT INTO long_texts VALUES ('SECRET4711', '2015-01-01', repeat('SECRET4711', 2000))",
        "CREATE TABLE raw_keys (lopnr bytea, \"from\" date, slag varchar)",
        "CREATE SCHEMA one", "CREATE SCHEMA two", "CREATE TABLE one.twice (a int)", "CREATE TABLE two.\"TWICE\" (a int)",
    )  # fmt: skip
    string = postgres.connection("odd", "{" + postgres.password.replace("}", "}}") + "}")
    return Database(Connection(name="odd", where="study.toml, line 1", string=string))


def fetched(odd, schema, table, folder):
    return fetch_tables(odd, load_schema(schema), Register(database="odd", table=table), folder, "study.toml, line 9")


@pytest.mark.system
def test_only_declared_columns_are_fetched_and_nothing_is_rounded(odd, tmp_path):
    (studies,) = fetched(odd, "studier", "studier", tmp_path)
    rows = pq.read_table(studies.path)
    assert rows.column_names == ["lopnr", "from", "tom", "slag"]
    assert (studies.rows, studies.ignored) == (2, 2)
    assert sorted(rows["lopnr"].to_pylist()) == [9007199254740992, 9007199254740993]
    assert [str(d) for d in rows["tom"].to_pylist()] == ["9999-12-31", "None"]
    assert rows["slag"].to_pylist()[0].rstrip() == "folkhögskola"
    (decisions,) = fetched(odd, "af_beslut", "BESLUT", tmp_path)
    rows = pq.read_table(decisions.path)
    assert rows["lopnr"].to_pylist() == ["12345678901234567890", "0.5"]
    assert rows["omfattning"].to_pylist() == [0.1, 100.0]
    assert rows["bidrag"].to_pylist() == ["0.12345678901234567", "-12.5"]


@pytest.mark.system
@pytest.mark.parametrize(
    ("column", "refused"),
    [
        ("varchar(20) DEFAULT '19121212-1212'", True), ("text DEFAULT '121212-1212'", True),
        ("char(30) DEFAULT '1212121212'", True),
        ("bigint DEFAULT 191212121212", True), ("numeric(12,0) DEFAULT 191212121212", True),
        ("double precision DEFAULT 191212121212", True),
        ("text DEFAULT repeat('SECRET4711', 5000)", False), ("bytea DEFAULT '\\x00'", False), ("timestamp DEFAULT now()", False),
        ("integer[] DEFAULT '{1}'", False), ("uuid DEFAULT gen_random_uuid()", False), ("xml DEFAULT '<a/>'", False),
        ("bigint DEFAULT 12", False),
    ],
)  # fmt: skip
def test_columns_that_are_not_declared_are_looked_at(odd, postgres, tmp_path, column, refused):
    postgres.run(
        "odd",
        "DROP TABLE IF EXISTS more",
        f'CREATE TABLE more (lopnr text, "from" date, tom date, slag text, "På sidan" {column})',
        "INSERT INTO more SELECT 'A' || i, '2015-01-01', NULL, 'annan' FROM generate_series(1, 21000) AS i",
    )
    with Engine() as engine:
        register = Register(database="odd", table="more")
        extract = open_extract(engine, load_schema("studier"), register, tmp_path, "study.toml, line 9", database=odd)
        assert (extract.rows, extract.ignored) == (21_000, 1)
        if not refused:
            refuse_identity_numbers(engine, extract)
            return
        with pytest.raises(
            eu.ExtractError, match="studier: a column that the register's declaration does not know looks"
        ):
            refuse_identity_numbers(engine, extract)


@pytest.mark.system
@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("long_texts", "a text is longer than the driver says"),
        ("raw_keys", "column LopNr is binary"),
        ("gone_*", "no table that you may read matches 'gone_\\*' \\(study.toml, line 9\\)"),
        ("twice", "matches table (twice|TWICE) more than once"),
        ("beslut", "required column slag is missing"),
    ],
)
def test_tables_that_are_refused(odd, tmp_path, table, said):
    with pytest.raises(eu.ExtractError, match=said) as caught:
        fetched(odd, "studier", table, tmp_path)
    error: BaseException | None = caught.value
    while error is not None:
        assert "SECRET4711" not in str(error)
        error = error.__cause__ or error.__context__
