"""Extract files as they are delivered, and as they should not be: what is read, and what the refusal says."""

from __future__ import annotations

from datetime import date

import pyarrow as pa
import pytest
from pyarrow import parquet

import effektutv as eu
from effektutv.registers.checks.run_checks import check_extract, error_text
from effektutv.registers.engines.duckdb import Engine
from effektutv.registers.schema.table_schema import load_codelist, load_schema
from effektutv.registers.sources.open_extract import open_extract
from effektutv.results import Severity
from effektutv.study import Register

SECRET = "SECRET4711"

SOKATPER = f"P1105_LopNr;INSKADM;Utskadm;SKAT\n{SECRET};2015-01-01;2015-03-31;42\n{SECRET};2015-04-01;;31\n"


@pytest.fixture
def engine():
    with Engine(threads=1) as session:
        yield session


@pytest.fixture
def opened(engine, tmp_path):
    """Write bytes as one extract and open it."""

    def open_(data: bytes | str, schema="af_sokandekategori", name="extract.csv", **options):
        engine.execute(f'DROP VIEW IF EXISTS "{schema}"', what="test")
        (tmp_path / name).write_bytes(data.encode() if isinstance(data, str) else data)
        return open_extract(engine, load_schema(schema), Register(path=name, **options), tmp_path, "study.toml, line 1")

    return open_


def rows(engine, extract, columns="*"):
    return engine.rows(f'SELECT {columns} FROM "{extract.table}" ORDER BY ALL', what="test")


def findings(engine, extract):
    return {(f.column, f.rule.split(":")[0]): f for f in check_extract(engine, extract)[1]}


def test_prefix_case_and_open_ends(engine, opened):
    extract = opened(SOKATPER)
    got = rows(engine, extract, "lopnr, inskadm, utskadm, skat")
    assert got == [(SECRET, date(2015, 1, 1), date(2015, 3, 31), "42"), (SECRET, date(2015, 4, 1), None, "31")]
    assert extract.absent == ()


def test_swapped_columns_are_matched_by_name(engine, opened):
    extract = opened("skat;lopnr;utskadm;extra;inskadm\n42;A;2015-03-31;x;2015-01-01\n")
    assert rows(engine, extract, "lopnr, inskadm, utskadm, skat") == [("A", date(2015, 1, 1), date(2015, 3, 31), "42")]
    assert extract.ignored == 1


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1", "cp1252"])
def test_encodings(engine, opened, encoding):
    text = "Våg;LopNr;kommentar\n1;A;åäö\n" if encoding == "latin-1" else "Våg;LopNr;kommentar\n1;A;50 € – åäö\n"
    extract = opened(text.encode(encoding), schema="deltagarenkat")
    assert rows(engine, extract, "vag, kommentar") == [(1, text.split(";")[-1].strip())]


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
def test_separators_and_line_ends(engine, opened, delimiter, line_end):
    text = SOKATPER.replace(";", delimiter).replace("\n", line_end)
    assert len(rows(engine, opened(text.encode()))) == 2


def test_quoted_separators_and_line_breaks(engine, opened):
    extract = opened('LopNr;Våg;kommentar\nA;1;"one; two"\nB;1;"say ""yes""\nand go"\n', schema="deltagarenkat")
    assert rows(engine, extract, "lopnr, kommentar") == [("A", "one; two"), ("B", 'say "yes"\nand go')]


def test_decimal_comma_and_star_for_missing(engine, opened):
    extract = opened("LopNr;insats;from;tom;omfattning;bidrag\nA;42;2015-01-01;*;50,5;12000\n", schema="af_beslut")
    assert rows(engine, extract, "tom, omfattning, bidrag") == [(None, 50.5, 12000.0)]


def test_a_decimal_point_among_commas_is_counted(engine, opened):
    extract = opened(
        "LopNr;insats;from;tom;omfattning\nA;42;2015-01-01;;50.5\nB;42;2015-01-01;;50,5\nC;42;2015-01-01;;2,5\n",
        schema="af_beslut",
    )
    found = findings(engine, extract)
    assert found["omfattning", "type"].rows_failing == 1
    assert found["omfattning", "type"].severity is Severity.ERROR


def test_whole_numbers_are_not_rounded(engine, opened):
    extract = opened("LopNr;Våg;halsa\nA;1;3,7\nB;1;4\nC;1;1e0\n", schema="deltagarenkat")
    assert rows(engine, extract, "lopnr, halsa") == [("A", None), ("B", 4), ("C", None)]
    assert findings(engine, extract)["halsa", "type"].rows_failing == 2


@pytest.mark.parametrize(
    "bad", ["2015-02-30", "31/13/2015", "20150230", "2015-2-1", "2015-02-01 13:00:00", "infinity", "x"]
)
def test_a_wrong_date_is_counted_and_not_shown(engine, opened, bad):
    extract = opened(f"LopNr;inskadm;utskadm;skat\n{SECRET};{bad};2015-03-31;42\n")
    number, found = check_extract(engine, extract)
    assert number == 1
    message = error_text(found)
    assert "inskadm: type: date in the declared format: fewer than 5 of fewer than 5 rows fail" in message
    assert bad not in message.replace("inskadm", "")
    assert SECRET not in message


def test_a_declared_date_format(engine, opened):
    extract = opened("LopNr;inskadm;utskadm;skat\nA;20150201;;42\n", date_format="%Y%m%d")
    assert rows(engine, extract, "inskadm") == [(date(2015, 2, 1),)]
    assert findings(engine, extract) == {}


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", "empty"),
        (b"\n\n", "empty"),
        (b"LopNr;inskadm;utskadm\nA;2015-01-01;\n", "required column skat is missing"),
        (b"LopNr;inskadm;utskadm;skat;SKAT\nA;2015-01-01;;42;42\n", "column skat stands 2 times"),
        (b"LopNr;inskadm;utskadm;skat\nSECRET4711;2015-01-01;\n", "a row does not have as many columns"),
        (b"LopNr;inskadm;utskadm;skat\nSECRET4711;2015-01-01;;42;9;9\n", "a row does not have as many columns"),
        (b'LopNr;inskadm;utskadm;skat\n"SECRET4711;2015-01-01;;42\n', "quotation mark is not closed"),
        (b"LopNr;inskadm;utskadm;skat\nA\x00B;2015-01-01;;42\n", "NUL"),
    ],
)
def test_broken_files_are_refused_without_a_value(opened, data, expected):
    with pytest.raises(eu.ExtractError) as caught:
        opened(data)
    assert expected in str(caught.value)
    error: BaseException | None = caught.value
    while error is not None:
        assert SECRET not in str(error)
        error = error.__context__ or error.__cause__


def test_a_missing_file_says_where_it_was_looked_for(engine, tmp_path):
    with pytest.raises(eu.ExtractError, match=r"no file matches the path 'gone\.csv' \(study\.toml, line 7\)"):
        open_extract(engine, load_schema("studier"), Register(path="gone.csv"), tmp_path, "study.toml, line 7")


def test_a_file_cut_off_at_the_last_row_is_noticed(engine, opened):
    extract = opened(SOKATPER.rstrip("\n"))
    assert findings(engine, extract)["(file)", "the file ends with a line break"].severity is Severity.WARNING


def test_the_year_comes_from_the_file_name(engine, opened):
    text = "LopNr_PersonNr;Kon;FodelseAr\nA;1;1990\n"
    extract = opened(text, schema="scb_lisa", name="Individ_2014.csv")
    assert rows(engine, extract, "ar, kon, fodelsear") == [(2014, "1", 1990)]
    with pytest.raises(eu.ExtractError, match="its name does not tell it either"):
        opened(text, schema="scb_lisa", name="Individ.csv")


def test_rules_are_counted(engine, opened):
    text = (
        "LopNr;inskadm;utskadm;skat\nA;2015-05-01;2015-04-01;42\nB;2015-01-01;;99\nC;2015-06-01;;56\n"
        "D;2014-06-01;2015-06-01;56\n;2015-01-01;;42\n"
    )
    found = findings(engine, opened(text))
    assert found["inskadm, utskadm", "reversed"].rows_failing == 1
    assert found["skat", "code list"].severity is Severity.NOTE  # the last of the two rules: outside its years
    assert found["skat", "code list"].rows_failing == 1
    assert found["LopNr", "required"].rows_failing == 1
    assert found["LopNr", "required"].failing_text == "fewer than 5"


def test_a_duplicate_key_is_an_error(engine, opened):
    found = findings(engine, opened("LopNr;vag\nA;1\nA;1\nA;2\n", schema="deltagarenkat"))
    assert found["LopNr, vag", "primary key"].severity is Severity.ERROR
    assert found["LopNr, vag", "primary key"].rows_failing == 1


def test_identity_numbers_are_refused(engine, opened):
    from effektutv.registers.sources.refuse_identity import is_identity_number, refuse_identity_numbers

    # the number that Swedish forms print as their example; nobody has it
    assert is_identity_number("191212121212")
    assert is_identity_number("121212-1212")
    assert not is_identity_number("121212-1213")
    assert not is_identity_number("121312-1212")
    text = "LopNr;inskadm;utskadm;skat\n" + "191212121212;2015-01-01;;42\n" * 5
    with pytest.raises(eu.ExtractError, match="column LopNr looks like personal identity numbers") as caught:
        refuse_identity_numbers(engine, opened(text))
    assert "1212" not in str(caught.value)


def test_parquet_is_read_as_text_is(engine, opened, tmp_path):
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.table(
        {
            "P1105_LopNr": ["A", "B"],
            "INSKADM": pa.array([date(2015, 1, 1), date(2015, 4, 1)]),
            "utskadm": pa.array([date(2015, 3, 31), None]),
            "skat": pa.array([42.0, 31.0]),
        }
    )
    pq.write_table(table, tmp_path / "x.parquet")
    extract = open_extract(
        engine, load_schema("af_sokandekategori"), Register(path="x.parquet"), tmp_path, "study.toml"
    )
    assert rows(engine, extract, "lopnr, inskadm, utskadm, skat") == [
        ("A", date(2015, 1, 1), date(2015, 3, 31), "42"),
        ("B", date(2015, 4, 1), None, "31"),
    ]
    assert findings(engine, extract) == {}
    (tmp_path / "x.parquet").write_bytes((tmp_path / "x.parquet").read_bytes()[:100])
    with pytest.raises(eu.ExtractError, match="Parquet file cannot be read"):
        open_extract(engine, load_schema("studier"), Register(path="x.parquet"), tmp_path, "study.toml")


def test_the_engine_never_repeats_a_value(engine):
    with pytest.raises(eu.ExtractError) as caught:
        engine.rows(f"SELECT CAST('{SECRET}' AS DATE)", what="a cast")
    assert SECRET not in str(caught.value)
    assert caught.value.__context__ is None


def test_codes_and_classes():
    skat = load_codelist("skat")
    support = {c.code for c in skat.of_class("employment_with_support")}
    assert support == {"38", "39", "42", "43", "56", "58"}
    other = {c.code for c in skat.of_class("other_subsidised")}
    assert other == {"33", "36", "40", "45", "47", "48", "49", "50", "51", "78"}
    assert {c.code for c in skat.of_class("working_registered")} == {"31", "35", "41"}
    with pytest.raises(eu.ArgumentError, match="no class 'x'"):
        skat.of_class("x")
    with pytest.raises(eu.ArgumentError, match="no code list"):
        load_codelist("x")
    with pytest.raises(eu.ArgumentError, match="there is no register"):
        load_schema("x")
    with pytest.raises(eu.ArgumentError, match="has no column 'x'"):
        load_schema("studier").field("x")


HEADER = "LopNr;inskadm;utskadm;skat"


@pytest.mark.parametrize("needed", [True, False])
@pytest.mark.parametrize("data", [HEADER, HEADER + "\n", HEADER + "\r\n\r\n", '"LopNr";inskadm;utskadm;skat\n'])
def test_a_file_with_a_header_and_no_rows_is_a_finding(engine, opened, data, needed):
    number, found = check_extract(engine, opened(data), needed=needed)
    empty = {f.rule: f for f in found}["at least one row"]
    assert number == 0
    assert (empty.column, empty.rows_checked, empty.rows_failing) == ("(file)", 1, 1)
    assert empty.severity is (Severity.ERROR if needed else Severity.WARNING)
    assert ("1 of 1 files fail" in error_text(found)) is needed


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_an_empty_file_among_several_is_found(engine, tmp_path, suffix):
    columns = {"LopNr": pa.string(), "inskadm": pa.string(), "utskadm": pa.string(), "skat": pa.string()}
    row = {"LopNr": "A", "inskadm": "2015-01-01", "utskadm": None, "skat": "42"}
    for year, rows in ((2014, [row]), (2015, []), (2016, [row, row])):
        path = tmp_path / f"skat_{year}.{suffix}"
        if suffix == "csv":
            path.write_text(f"{HEADER}\n" + "A;2015-01-01;;42\n" * len(rows), encoding="utf-8")
        else:
            parquet.write_table(pa.Table.from_pylist(rows, schema=pa.schema(list(columns.items()))), path)
    schema = load_schema("af_sokandekategori")
    extract = open_extract(engine, schema, Register(path=f"skat_*.{suffix}"), tmp_path, "study.toml, line 1")
    number, found = check_extract(engine, extract)
    empty = [f for f in found if f.rule == "at least one row"]
    assert number == 3
    assert [(f.rows_checked, f.rows_failing, f.failing_text, f.unit) for f in empty] == [(3, 1, "1", "files")]
