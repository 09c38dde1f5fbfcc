"""Words that stand for missing in delivered texts: declared, or said to be what does not fit."""

from __future__ import annotations

import gzip
from datetime import date

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import effektutv as eu
from effektutv.registers.checks.run_checks import check_extract
from effektutv.registers.engines.duckdb import Engine
from effektutv.registers.schema.table_schema import load_schema
from effektutv.registers.sources.missing_values import WORDS
from effektutv.registers.sources.open_extract import open_extract
from effektutv.reporting.wording.notes import advice_in_language, rule_in_language
from effektutv.reporting.wording.words import Words
from effektutv.study import Register

SECRET = "HEMLIG4711"
HEAD = "LopNr;insats;from;tom;omfattning;bidrag\n"
MEANS = "declare missing = {} for the register"


@pytest.fixture
def engine():
    with Engine(threads=2) as session:
        yield session


@pytest.fixture
def opened(engine, tmp_path):
    """Open af_beslut from the rows of one or more files, or from the bytes of one."""

    def open_(*bodies, declared=(), name="extract-{}.csv"):
        engine.execute('DROP VIEW IF EXISTS "af_beslut"', what="test")
        for i, body in enumerate(bodies):
            (tmp_path / name.format(i)).write_bytes(body if isinstance(body, bytes) else (HEAD + body).encode())
        register = Register(path=name.format("*"), missing=declared)
        return open_extract(engine, load_schema("af_beslut"), register, tmp_path, "study.toml, line 1")

    return open_


def advice(engine, extract):
    """What is advised of each column with values of another type."""
    found = check_extract(engine, extract)[1]
    return {f.column: f.advice for f in found if f.rule.startswith("type")}


def rows(engine, extract):
    return engine.rows(f'SELECT tom, omfattning, bidrag FROM "{extract.table}" ORDER BY lopnr', what="test")


@pytest.mark.parametrize("word", ["NULL", ".", "NA", "ej uppgift"])
@pytest.mark.parametrize("quoted", [False, True])
def test_a_declared_word_is_missing(engine, opened, word, quoted):
    cell = f'"{word}"' if quoted else word
    body = f"A;01;2015-01-01;{cell};{cell};{cell}\nB;01;2015-01-01; {word} ;50,5;7\nC;{cell};2015-01-01;2015-02-01;;*\n"
    extract = opened(body, declared=(word,))
    assert rows(engine, extract) == [(None, None, None), (None, 50.5, 7.0), (date(2015, 2, 1), None, None)]
    assert engine.rows("SELECT insats FROM af_beslut ORDER BY lopnr", what="test") == [("01",), ("01",), (None,)]
    assert advice(engine, extract) == {}
    # and one that is not declared is not
    assert set(advice(engine, opened(body))) == {"tom", "omfattning", "bidrag"}


def unused(engine, extract):
    """The declared words that are said to occur nowhere, and how many of how many files lack them."""
    found = check_extract(engine, extract)[1]
    rule = "declared word for missing occurs: "
    return [(f.rule.removeprefix(rule), f.rows_failing, f.unit) for f in found if f.rule.startswith(rule)]


@pytest.mark.parametrize(
    ("cell", "occurs"),
    [
        ("NULL", True), ('"NULL"', True), (" NULL ", True), ("\tNULL", True), ("\u00a0NULL\u00a0", True), ('" NULL"', True),
        ("null", False), ("NULLT", False), ("ANNULL", False), ("a NULL", False), ("NULL b", False), ("NULL.", False),
    ],
)  # fmt: skip
@pytest.mark.parametrize("place", ["first", "middle", "last"])
@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "utf-16"])
def test_a_declared_word_that_is_no_value_is_a_finding(engine, opened, cell, occurs, place, encoding):
    """The kind of trap 17: a declared word that stands nowhere was written otherwise, and what it means is taken as it is."""
    row = {
        "first": f"{cell};01;2015-01-01;;;",
        "middle": f"A;{cell};2015-01-01;;;",
        "last": f"A;01;2015-01-01;;{cell};",
    }
    body = HEAD + row[place] + "\nBå;01;2015-01-01;;;\n"
    extract = opened(body.encode(encoding), declared=("NULL",))
    assert unused(engine, extract) == ([] if occurs else [("NULL", 1, "files")])


def test_words_are_sought_in_every_file_and_in_parquet_too(engine, opened, tmp_path):
    bodies = "A;01;2015-01-01;;;\n", "B;01;2015-01-01;;;.\n"
    assert unused(engine, opened(*bodies, declared=(".", "NA"))) == [("NA", 2, "files")]
    for name in tmp_path.glob("*"):
        name.unlink()
    columns = {"LopNr": ["A", "B"], "insats": [" NA ", "01"], "from": ["2015-01-01"] * 2, "tom": [None] * 2}
    pq.write_table(pa.table(columns | {"omfattning": ["*", ".5"], "bidrag": ["1", None]}), tmp_path / "x.parquet")
    register = Register(path="x.parquet", missing=("NA", ".", "NULL"))
    engine.execute('DROP VIEW "af_beslut"', what="test")
    extract = open_extract(engine, load_schema("af_beslut"), register, tmp_path, "study.toml, line 1")
    assert unused(engine, extract) == [(".", 1, "files"), ("NULL", 1, "files")]
    assert engine.rows("SELECT insats FROM af_beslut ORDER BY lopnr", what="test") == [(None,), ("01",)]


def test_the_finding_is_told_in_swedish(engine, opened):
    extract = opened("A;01;2015-01-01;;;\n", declared=("NULL",))
    (found,) = [f for f in check_extract(engine, extract)[1] if "NULL" in f.rule]
    assert advice_in_language(found.advice, Words("sv")).startswith("inget värde i registret är detta ord")
    assert rule_in_language(found.rule, Words("sv")) == "angivet ord för saknat värde förekommer: NULL"


def test_a_column_of_nothing_but_the_word(engine, opened):
    body = "A;01;2015-01-01;NULL;NULL;NULL\n" * 2
    assert rows(engine, opened(body, declared=("NULL",))) == [(None, None, None)] * 2
    assert MEANS.format('["NULL"]') in advice(engine, opened(body))["bidrag"]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["NULL", "1,5", "NULL"], '["NULL"]'),
        (["NULL", ".", "NA"], '[".", "NA", "NULL"]'),
        (["NULL", SECRET], None),
        ([SECRET, SECRET], None),
        (["NULL", *(f"{SECRET}{i}" for i in range(40))], None),
        (["null", "Null"], '["Null", "null"]'),
    ],
)
def test_only_well_known_words_are_named_and_only_alone(engine, opened, values, expected):
    extract = opened("".join(f"A{i};01;2015-01-01;2015-02-01;1;{v}\n" for i, v in enumerate(values)))
    found = advice(engine, extract)["bidrag"]
    assert SECRET not in found
    assert (MEANS.format(expected) in found) if expected else ("missing" not in found)


def test_one_other_value_in_another_file_is_enough(engine, opened):
    null, more, other = (
        f"{p};01;2015-01-01;2015-02-01;1;{v}\n" for p, v in (("A", "NULL"), ("B", "NULL"), ("C", SECRET))
    )
    assert MEANS.format('["NULL"]') in advice(engine, opened(null, more))["bidrag"]
    for bodies in ((null, other), (other, null)):
        assert "missing" not in advice(engine, opened(*bodies))["bidrag"]


def test_the_words_of_a_large_file_are_told_together(engine, opened, monkeypatch):
    monkeypatch.setattr("effektutv.registers.sources.text_scan._CHUNK", 256)
    body = [f"A{i};01;2015-01-01;2015-02-01;1;{'NULL' if i % 7 else '3,5'}\n" for i in range(200)]
    assert MEANS.format('["NULL"]') in advice(engine, opened("".join(body)))["bidrag"]
    body[150] = f"A150;01;2015-01-01;2015-02-01;1;{SECRET}\n"
    assert "missing" not in advice(engine, opened("".join(body)))["bidrag"]


def test_packed_files_and_parquet_take_the_declared_word_too(engine, opened, tmp_path):
    packed = gzip.compress((HEAD + "A;01;2015-01-01;NULL;NULL;NULL\n").encode())
    assert rows(engine, opened(packed, declared=("NULL",), name="extract-{}.csv.gz")) == [(None, None, None)]
    texts = {
        n: pa.array([v])
        for n, v in zip(HEAD.strip().split(";"), ("A", "01", "2015-01-01", "NULL", "NULL", "NULL"), strict=True)
    }
    pq.write_table(pa.table(texts), tmp_path / "t-0.parquet")
    data = (tmp_path / "t-0.parquet").read_bytes()
    assert rows(engine, opened(data, declared=("NULL",), name="t-{}.parquet")) == [(None, None, None)]
    # nothing is said of what does not fit where that is not known
    found = advice(engine, opened(data, name="t-{}.parquet"))
    assert set(found) == {"tom", "omfattning", "bidrag"}
    assert not any("missing" in text for text in found.values())


def test_the_advice_is_told_in_swedish(engine, opened):
    said = advice(engine, opened("A;01;2015-01-01;2015-02-01;1;NULL\n"))["bidrag"]
    assert advice_in_language(said, Words("en")) == said
    assert advice_in_language(said, Words("sv")) == (
        'alla dessa värden är ett ord för att något saknas; skriv missing = ["NULL"] för registret i studiefilen, om det '
        "betyder det"
    )


@pytest.mark.parametrize("word", ["", " ", "NULL ", "0", "-99", "2015-01-01"])
def test_what_cannot_stand_for_missing_is_refused(tmp_path, word):
    (tmp_path / "study.toml").write_text(f'[registers.studier]\npath = "x"\nmissing = ["{word}"]\n', encoding="utf-8")
    with pytest.raises(eu.StudyError, match=r"study\.toml, line 3: .*cannot stand for missing"):
        eu.Study.from_toml(tmp_path / "study.toml")


def test_no_well_known_word_could_be_a_value_of_the_registers():
    assert all(not any(c.isdigit() for c in word) for word in WORDS)
    Register(path="x", missing=tuple(WORDS))
