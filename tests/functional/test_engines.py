"""Spark gives what DuckDB gives: every query in every type, the participants, the findings, and a whole run's bytes."""

from __future__ import annotations

import csv
import json
import os
import random
import re
import subprocess
import sys
import tomllib
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import effektutv as eu
from effektutv import cli
from effektutv.commands.check import check as checking
from effektutv.commands.check.check import check
from effektutv.commands.init.draft_study import draft
from effektutv.registers import open_registers
from effektutv.registers.engines import spark_local
from effektutv.registers.engines.duckdb import Engine
from effektutv.registers.engines.spark_dialect import spark_sql
from effektutv.registers.sources.refuse_identity import is_identity_number
from effektutv.synthetic.write_demo import write_demo

SECRET = "19121212-hemlig"


@pytest.fixture(scope="session")
def spark(tmp_path_factory):
    """The one Spark of the suite, as a user's own session."""
    folder = tmp_path_factory.mktemp("spark")
    local = spark_local.LocalSpark(folder, threads=2)
    yield local.session
    local.close()


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    folder = tmp_path_factory.mktemp("engines") / "demo"
    write_demo(folder, participants=150, population=300)
    return folder


def masks_of(trial):
    return {
        (clock, part, state): mask
        for clock in ("randomisation", "start")
        for part in ("states", "observed")
        for state, mask in getattr(trial._masks(clock), part).items()
    }


def hold_equal(one, other):
    """Participants, covariates, findings, months, survey, receipt, hours."""
    pd.testing.assert_frame_equal(one.table, other.table)
    pd.testing.assert_frame_equal(one.quality.tidy(), other.quality.tidy())
    assert one.quality.read == other.quality.read
    assert one.inputs == other.inputs
    a, b = masks_of(one), masks_of(other)
    assert a.keys() == b.keys()
    assert len(a) > 10
    for key in a:
        np.testing.assert_array_equal(a[key], b[key], err_msg=str(key))
    x, y = one._cohort, other._cohort
    for p, q in (
        (x.received, y.received),
        (x.delivery.hours, y.delivery.hours),
        (x.delivery.given, y.delivery.given),
        (x.survey.answers, y.survey.answers),
    ):
        assert p.keys() == q.keys()
        for key in p:
            np.testing.assert_array_equal(p[key], q[key], err_msg=str(key))


def asked_of(monkeypatch, kind, load):
    """What a load asks of an engine, and the answers: by the query's text."""
    asked = {}
    with monkeypatch.context() as patch:
        plain = kind.table

        def table(self, sql, *, what):
            asked[sql] = plain(self, sql, what=what)
            return asked[sql]

        def batches(self, sql, *, what):
            # in an order, so that two engines' rows can be compared
            found = table(self, f"{sql} ORDER BY 1", what=what)
            yield pa.RecordBatch.from_pylist([], schema=found.schema)
            yield from found.to_batches()

        patch.setattr(kind, "table", table)
        patch.setattr(kind, "batches", batches)
        if kind is Engine:
            # its rows are fetched another way
            patch.setattr(Engine, "rows", lambda self, sql, *, what: rows_of(table(self, sql, what=what)))
        load()
    return asked


def rows_of(table):
    return list(zip(*(column.to_pylist() for column in table.columns), strict=True))


def checked_and_built(asked):
    """Queries that are no reader's."""
    readers = ("read_", "DESCRIBE", "USING SAMPLE", "information_schema", "current_setting")
    return {q: t for q, t in asked.items() if not any(word in q for word in readers)}


def test_every_query_of_checks_and_build_can_be_said_in_spark(small, monkeypatch):
    asked = checked_and_built(asked_of(monkeypatch, Engine, lambda: eu.load(small / "study.toml")))
    assert len(asked) > 40
    for query in asked:
        # what only DuckDB has is gone
        assert not any(
            word in spark_sql(query) for word in ('"', "REGEXP_FULL_MATCH", "EXCLUDE", "QUALIFY", "//", "<<")
        )


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("SELECT median(a) FROM t", "Median"),
        ("SELECT a FROM t QUALIFY row_number() OVER (ORDER BY a) = 1", "Qualify"),
        ("SELECT any_value(a) FROM t", "AnyValue"),
        ("SELECT made_up(a) FROM t", "made_up"),
        ("SELECT date_diff('month', a, b) FROM t", "DateDiff"),
        ("DROP TABLE t", "queries and views only"),
    ],
)
def test_what_has_not_been_held_equal_is_refused(query, said):
    with pytest.raises(eu.ArgumentError, match=said):
        spark_sql(query)


def test_words_that_differ_are_put_in_sparks_way():
    assert spark_sql(r"SELECT regexp_full_match(a, '\d{2}') FROM t") == r"SELECT a RLIKE '^(?:\\d{2})\\z' FROM t"
    inside = spark_sql("SELECT regexp_full_match(regexp_replace(trim(a), 'x$', ''), 'b') FROM t")
    assert inside == (
        r"SELECT REGEXP_REPLACE(REGEXP_REPLACE(a, '^\\p{Zs}+|\\p{Zs}+\\z', ''), 'x$', '') RLIKE '^(?:b)\\z' FROM t"
    )
    assert spark_sql("SELECT year(a) FROM t") == "SELECT CAST(YEAR(a) AS BIGINT) FROM t"
    assert spark_sql("SELECT a FROM t ORDER BY 1") == "SELECT a FROM t ORDER BY 1 NULLS LAST"
    assert spark_sql('CREATE TABLE "x" AS SELECT 1') == "CREATE OR REPLACE TEMPORARY VIEW `x` AS SELECT 1"


def guarded(monkeypatch, capsys, *arguments):
    monkeypatch.setattr(sys, "argv", ["effektutv", *map(str, arguments)])
    code = cli._guarded()
    return code, capsys.readouterr().err


@pytest.fixture
def unread(small, tmp_path, monkeypatch):
    """A study whose extracts are not there: whoever reads them ends with another code."""
    (tmp_path / "study.toml").write_bytes((small / "study.toml").read_bytes())
    monkeypatch.delenv("PYSPARK_GATEWAY_PORT", raising=False)
    return tmp_path / "study.toml"


@pytest.mark.parametrize("missing", [("pyspark",), ("sqlglot",), ("pyspark", "sqlglot")])
def test_a_missing_package_is_said_before_any_extract_is_read(unread, tmp_path, monkeypatch, capsys, missing):
    found = lambda name: None if name in missing else object()  # noqa: E731
    monkeypatch.setattr(spark_local, "find_spec", found)
    code, said = guarded(monkeypatch, capsys, "run", unread, "--out", tmp_path / "out", "--engine", "spark", "--quiet")
    assert code == 2
    assert all(name in said for name in (*missing, "pip install 'effektutv[spark]'"))
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("home", [None, "/nowhere"])
def test_a_missing_java_is_said(monkeypatch, home):
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.delenv("JAVA_HOME", raising=False)
    if home is not None:
        monkeypatch.setenv("JAVA_HOME", home)
    with pytest.raises(eu.ArgumentError, match="openjdk-17-jre-headless") as caught:
        spark_local.check_java()
    assert ("where JAVA_HOME says" in str(caught.value)) == (home is not None)


def test_other_engines_are_refused(unread):
    with pytest.raises(eu.ArgumentError, match="engine: got 'polars'; give 'duckdb' or 'spark'"):
        eu.load(unread, engine="polars")
    with pytest.raises(eu.ArgumentError, match="spark: got a session, but engine is 'duckdb'"):
        eu.load(unread, spark=object())


def test_a_plain_table_has_no_engine(plain):
    with pytest.raises(eu.ArgumentError, match="no engine reads"):
        eu.load(plain, engine="spark")
    assert eu.load(plain).engine == "table"


def test_sessions_say_what_they_are(small):
    with open_registers.session_of(eu.Study.from_toml(small / "study.toml")) as session:
        assert (session.name, session.reader) == ("duckdb", session)


@pytest.mark.parametrize(
    ("limit", "heap"), [(None, 2048), ("4GB", 3814), ("1.5 GiB", 1536), ("700MiB", 700), ("100MB", 512)]
)
def test_javas_heap_is_the_studys_limit(limit, heap):
    assert spark_local._heap(limit) == heap


def disturbed(folder: Path, seed: int) -> None:
    """Write each extract anew: rows in another order, some twice, days moved to month ends, spells reversed, entries blank."""
    rng = random.Random(seed)
    days = [date(y, m, 1) - timedelta(days=1) for y in (2014, 2015, 2016) for m in range(1, 13)] + [date(2016, 2, 29)]
    free = ("sokatper", "sokandekategori", "beslut", "studier", "handelser", "inskrivning", "fk", "mis")
    for path in sorted((folder / "extracts").iterdir()):
        if not any(word in path.name.lower() for word in free) or b'"' in path.read_bytes():
            continue
        text = path.read_text(encoding="cp1252")
        head, *rows = csv.reader(text.splitlines(), delimiter=";")
        out = []
        for row in rows:
            out += [row] * rng.choice((1, 1, 1, 2))
        rng.shuffle(out)
        # nobody dead was randomised: a death that is moved before the draw would stop the run
        out = [row if "död" in row else [moved(rng, days, cell, i) for i, cell in enumerate(row)] for row in out]
        with path.open("w", encoding="cp1252", newline="") as handle:
            csv.writer(handle, delimiter=";", lineterminator="\n").writerows([head, *out])


def moved(rng: random.Random, days: list[date], cell: str, place: int) -> str:
    if place and len(cell) == 10 and cell[4:8:3] == "--" and rng.random() < 0.4:
        return rng.choice(days).isoformat()
    return cell


@pytest.mark.system
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_engines_agree_on_random_extracts_query_by_query(spark, tmp_path, monkeypatch, seed):
    from effektutv.registers.engines.spark import SparkEngine

    write_demo(tmp_path / "demo", participants=60 * seed, population=100, seed=seed)
    disturbed(tmp_path / "demo", seed)
    trials = []
    study = tmp_path / "demo" / "study.toml"
    by_duckdb = asked_of(monkeypatch, Engine, lambda: trials.append(eu.load(study)))
    by_spark = asked_of(monkeypatch, SparkEngine, lambda: trials.append(eu.load(study, engine="spark", spark=spark)))
    assert [t.engine for t in trials] == ["duckdb", "spark"]
    findings = {f.rule for f in trials[0].quality.rows}
    assert {"reversed: the end lies before the start", "overlaps an earlier spell"} <= findings
    hold_equal(*trials)
    assert len(by_spark) > 40
    for query, table in by_spark.items():
        same = by_duckdb[query]
        assert rows_of(table) == rows_of(same), query
        assert table.schema.types == same.schema.types, query


@pytest.mark.system
def test_a_run_from_the_command_line_has_the_same_bytes_and_leaves_nothing(small, tmp_path):
    outs, said = {}, {}
    for engine in ("duckdb", "spark"):
        here, temporary = tmp_path / engine, tmp_path / f"{engine}-temporary"
        study, folder = str(small / "study.toml"), tmp_path / f"out-{engine}"
        here.mkdir()
        temporary.mkdir()
        done = subprocess.run(
            [sys.executable, "-m", "effektutv", "run", study, "--quiet", "--engine", engine, "--out", str(folder)],
            cwd=here,
            env={**os.environ, "TMPDIR": str(temporary), "TZ": "America/New_York"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, "")
        assert list(here.iterdir()) == []
        assert list(temporary.iterdir()) == []
        outs[engine] = {p.relative_to(folder): p.read_bytes() for p in sorted((folder / "tables").iterdir())}
        said[engine] = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert outs["duckdb"] == outs["spark"]
    assert len(outs["spark"]) > 10
    assert {engine: m["engine"] for engine, m in said.items()} == {"duckdb": "duckdb", "spark": "spark"}
    assert said["duckdb"]["inputs"] == said["spark"]["inputs"]


@pytest.mark.system
def test_the_users_session_is_left_as_it_was(spark, small):
    spark.createDataFrame([(1,)], ["mine"]).createOrReplaceTempView("participants")
    spark.conf.set("spark.sql.ansi.enabled", "false")
    spark.sparkContext.setLogLevel("WARN")
    try:
        eu.load(small / "study.toml", engine="spark", spark=spark)
        assert spark.table("participants").columns == ["mine"]
        assert {t.name for t in spark.catalog.listTables()} == {"participants"}
        assert spark.conf.get("spark.sql.ansi.enabled") == "false"
        levels = spark.sparkContext._jvm.org.apache.logging.log4j.LogManager.getRootLogger()
        assert str(levels.getLevel()) == "WARN"
    finally:
        spark.catalog.dropTempView("participants")
        spark.conf.unset("spark.sql.ansi.enabled")
        spark.sparkContext.setLogLevel("OFF")


@pytest.mark.system
@pytest.mark.parametrize(
    "query", ["SELECT CAST(x AS BIGINT) FROM t", f"SELECT CAST('{SECRET}' AS DATE)", "SELECT nope FROM t"]
)
def test_no_value_leaves_a_query_that_fails(spark, capfd, caplog, query):

    from effektutv.registers.engines.spark import SparkEngine

    with SparkEngine(spark=spark) as session:
        session.register("t", pa.table({"x": [SECRET]}))
        with pytest.raises(eu.ExtractError, match="t: reading: the engine could not read") as caught:
            session.rows(query, what="t: reading")
    error = caught.value
    assert error.__context__ is None
    assert error.__cause__ is None
    out, err = capfd.readouterr()
    assert SECRET not in f"{error!r}{out}{err}{caplog.text}"


@pytest.mark.system
def test_what_is_no_session_is_refused(small):
    with pytest.raises(eu.ArgumentError, match=r"spark: got builtins\.dict; give a pyspark\.sql\.SparkSession"):
        eu.load(small / "study.toml", engine="spark", spark={})


@pytest.mark.system
def test_a_java_that_cannot_start_spark_is_said_and_another_session_goes_on(spark, tmp_path, monkeypatch):
    java = tmp_path / "bin" / "java"
    java.parent.mkdir()
    java.write_text("#!/bin/sh\nexit 1\n")
    java.chmod(0o755)
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    with pytest.raises(eu.ArgumentError, match="Spark could not be started; it needs Java 17"):
        spark_local.LocalSpark(tmp_path)
    assert spark.createDataFrame([(1,), (2,)], ["x"]).count() == 2


@pytest.fixture(scope="module")
def catalogue(spark, tmp_path_factory):
    """Registers as tables of a catalogue: a table a year, texts for numbers and days, blanks and marks for missing in them."""
    from pyspark.sql.functions import coalesce, col, concat, date_format, lit

    folder = tmp_path_factory.mktemp("catalogue") / "demo"
    write_demo(folder, participants=150, population=300, file_format="parquet")
    spark.sql("CREATE DATABASE reg")
    for path in sorted((folder / "extracts").glob("*.parquet")):
        frame = spark.read.parquet(f"file://{path}")
        if path.stem == "af_beslut":
            days = [c for c, kind in frame.dtypes if c.lower() in ("from", "tom")]
            for column in days:
                written = date_format(col(column).cast("date"), "yyyyMMdd")
                frame = frame.withColumn(column, coalesce(concat(lit("\u00a0"), written, lit(" ")), lit("*")))
        if path.stem == "studier":
            frame = frame.withColumn("anm", lit("ej beställd"))
        frame.write.saveAsTable(f"reg.{path.stem}")
    yield folder
    spark.sql("DROP DATABASE reg CASCADE")


def in_a_catalogue(folder: Path) -> str:
    """The study, its registers in the catalogue."""
    text = (folder / "study.toml").read_text(encoding="utf-8")
    text = re.sub(r'path = "extracts/(.*)\.parquet"', r'database = "hive"\ntable = "spark_catalog.reg.\1"', text)
    text = re.sub(r'(table = "spark_catalog\.reg\.af_beslut"\n)', r'\1date_format = "%Y%m%d"\n', text)
    return text + '\n[databases.hive]\nconnection = "spark"\n'


@pytest.mark.system
def test_registers_in_a_catalogue_are_read_where_they_lie(spark, catalogue):
    from_files = eu.load(catalogue / "study.toml")
    (catalogue / "tables.toml").write_text(in_a_catalogue(catalogue), encoding="utf-8")
    from_tables = eu.load(catalogue / "tables.toml", engine="spark", spark=spark)
    again = eu.load(catalogue / "tables.toml", engine="spark", spark=spark)
    assert from_tables.inputs == again.inputs
    assert len(set(from_tables.inputs.values())) == len(from_tables.inputs) == len(from_files.inputs)
    from_files._cohort = replace(from_files._cohort, inputs=from_tables.inputs)
    hold_equal(from_files, from_tables)


@pytest.mark.system
def test_a_declared_word_is_sought_in_a_catalogue_too(spark, catalogue):
    text = in_a_catalogue(catalogue).replace('reg.af_beslut"\n', 'reg.af_beslut"\nmissing = ["NULL", "*"]\n')
    (catalogue / "words.toml").write_text(text, encoding="utf-8")
    found = check(catalogue / "words.toml", engine="spark", spark=spark).rows
    rules = [f.rule for f in found if f.extract == "af_beslut" and f.rule.startswith("declared word")]
    assert rules == ["declared word for missing occurs: NULL"]


@pytest.mark.system
def test_a_first_look_at_a_catalogue(spark, catalogue, tmp_path):
    spark.createDataFrame([(SECRET,)], ["LopNr"]).createOrReplaceTempView("mine")
    (tmp_path / "study.toml").write_text('[databases.lake]\nconnection = "spark"\n', encoding="utf-8")
    try:
        contact = draft(tmp_path)
    finally:
        spark.catalog.dropTempView("mine")
    found = tomllib.loads(contact.path.read_text(encoding="utf-8"))["registers"]
    assert found["studier"] == {"database": "lake", "table": "spark_catalog.reg.studier"}
    assert found["scb_lisa"]["table"].lower() == "spark_catalog.reg.individ_*"
    assert len(found) == 12
    assert not [q for q in contact.questions if "No file" in q.ask]
    # and the registers so drafted are opened by a run
    contact.path.write_text(
        contact.path.read_text(encoding="utf-8").replace("spark_catalog.reg.studier", "reg.studier"), encoding="utf-8"
    )
    assert not [q for q in draft(tmp_path).questions if "No file" in q.ask]


@pytest.mark.system
def test_identity_numbers_in_a_catalogue_stop_the_run(spark, catalogue):
    from pyspark.sql.functions import lit

    numbers = (f"19800101000{check}" for check in range(10))
    number = next(n for n in numbers if is_identity_number(n))
    spark.table("reg.studier").withColumn("anm", lit(number)).write.saveAsTable("reg.studier_ny")
    text = in_a_catalogue(catalogue).replace("reg.studier", "reg.studier_n*")
    (catalogue / "numbers.toml").write_text(text, encoding="utf-8")
    with pytest.raises(
        eu.ExtractError, match="studier: a column that the register's declaration does not know looks like"
    ):
        checking.check(catalogue / "numbers.toml", engine="spark", spark=spark)


@pytest.mark.system
def test_a_table_that_is_not_there_is_said(spark, catalogue):
    (catalogue / "absent.toml").write_text(
        in_a_catalogue(catalogue).replace("reg.studier", "reg.nope"), encoding="utf-8"
    )
    with pytest.raises(eu.ExtractError, match=r"studier: no table of the catalogue matches 'spark_catalog\.reg\.nope'"):
        eu.load(catalogue / "absent.toml", engine="spark", spark=spark)


def test_a_catalogue_needs_spark(small, tmp_path):
    (tmp_path / "study.toml").write_text(in_a_catalogue(small).replace("csv", "parquet"), encoding="utf-8")
    text = (tmp_path / "study.toml").read_text(encoding="utf-8")
    text = re.sub(r'path = "extracts/studier\.[a-z]*"', 'database = "hive"\ntable = "reg.studier"', text)
    (tmp_path / "study.toml").write_text(text, encoding="utf-8")
    with pytest.raises(eu.ArgumentError, match=r"engine: got 'duckdb', but .*studier.* lie in a catalogue of Spark's"):
        eu.load(tmp_path / "study.toml")
