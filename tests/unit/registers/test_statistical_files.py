"""Files of SAS, Stata and SPSS: what is read of them, what they cannot hold, and what is said of a broken one."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pyreadstat
import pytest

import effektutv as eu
from effektutv.registers.checks.run_checks import check_extract
from effektutv.registers.engines.duckdb import Engine
from effektutv.registers.schema.table_schema import load_schema
from effektutv.registers.sources import sas_stata_spss
from effektutv.registers.sources.open_extract import open_extract
from effektutv.registers.sources.refuse_identity import refuse_identity_numbers
from effektutv.study import Register

SECRET = "SECRET4711"


@pytest.fixture
def engine():
    with Engine(threads=1) as session:
        yield session


@pytest.fixture
def opened(engine, tmp_path):
    def open_(schema, name, **options):
        engine.execute(f'DROP VIEW IF EXISTS "{schema}"', what="test")
        return open_extract(engine, load_schema(schema), Register(path=name, **options), tmp_path, "study.toml, line 1")

    return open_


def rows(engine, extract, columns="*"):
    return engine.rows(f'SELECT {columns} FROM "{extract.table}" ORDER BY ALL', what="test")


def failing(engine, extract):
    return {(f.column, f.rule.split(":")[0]): f.rows_failing for f in check_extract(engine, extract)[1]}


def days(*texts):
    """Days since 1960, as SAS and Stata count; NaN for a missing one."""
    return [np.nan if t is None else (date.fromisoformat(t) - date(1960, 1, 1)).days for t in texts]


STUDIES = {"LopNr": ["A ", "B", "C"], "from": days("2015-01-01", "1959-12-31", "2015-03-01"),
           "tom": days("2015-06-30", None, "9999-12-31"), "slag": ["folkhögskola", "", "annan  "]}  # fmt: skip
READ = [
    ("A", date(2015, 1, 1), date(2015, 6, 30), "folkhögskola"),
    ("B", date(1959, 12, 31), None, None),
    ("C", date(2015, 3, 1), date(9999, 12, 31), "annan"),
]


def test_stata(engine, opened, tmp_path):
    pyreadstat.write_dta(
        pd.DataFrame(STUDIES), tmp_path / "s.dta", variable_format={"from": "%td", "tom": "%tdCCYY-NN-DD"}
    )
    assert rows(engine, opened("studier", "s.dta"), 'lopnr, "from", tom, slag') == READ


@pytest.mark.parametrize("version", [5, 8])
def test_sas_transport(engine, opened, tmp_path, version):
    formats = {"from": "YYMMDD10.", "tom": "DATE9."}
    pyreadstat.write_xport(
        pd.DataFrame(STUDIES), tmp_path / "s.xpt", variable_format=formats, file_format_version=version
    )
    assert rows(engine, opened("studier", "s.xpt"), 'lopnr, "from", tom, slag') == READ


def test_spss(engine, opened, tmp_path):
    # SPSS counts seconds from 1582-10-14
    seconds = {
        c: (np.array(STUDIES[c]) + (date(1960, 1, 1) - date(1582, 10, 14)).days) * 86_400 for c in ("from", "tom")
    }
    pyreadstat.write_sav(
        pd.DataFrame({**STUDIES, **seconds}),
        tmp_path / "s.sav",
        variable_format={"from": "DATE11", "tom": "DATETIME20"},
    )
    assert rows(engine, opened("studier", "s.sav"), 'lopnr, "from", tom, slag') == READ


def test_moments_and_months_are_days(engine, opened, tmp_path):
    moments = [d * 86_400_000.0 for d in days("2015-01-01", "1959-12-31")]
    months = [(2015 - 1960) * 12 + 5, -1]
    frame = pd.DataFrame({"LopNr": ["A", "B"], "from": moments, "tom": months, "slag": ["annan"] * 2})
    pyreadstat.write_dta(frame, tmp_path / "s.dta", variable_format={"from": "%tc", "tom": "%tmCCYY!-NN"})
    assert rows(engine, opened("studier", "s.dta"), '"from", tom') == [
        (date(1959, 12, 31), date(1959, 12, 1)),
        (date(2015, 1, 1), date(2015, 6, 1)),
    ]
    frame["from"] /= 1000
    pyreadstat.write_xport(frame, tmp_path / "s.xpt", variable_format={"from": "DATETIME20."}, file_format_version=8)
    assert rows(engine, opened("studier", "s.xpt"), '"from"') == [(date(1959, 12, 31),), (date(2015, 1, 1),)]


@pytest.mark.parametrize("form", ["%tq", "%tw", "%th"])
def test_a_period_that_is_no_day_is_refused(opened, tmp_path, form):
    frame = pd.DataFrame({**STUDIES, "from": [220.0, 221, 222]})
    pyreadstat.write_dta(frame, tmp_path / "s.dta", variable_format={"from": form})
    with pytest.raises(
        eu.ExtractError, match=r"studier: column from counts (quarters|weeks|half-years); have it delivered"
    ):
        opened("studier", "s.dta")


def test_a_moment_that_is_not_midnight_is_counted(engine, opened, tmp_path):
    whole = days("2015-01-01", "1959-12-31")
    for unit, form in ((1, "%td"), (86_400_000, "%tc")):
        frame = pd.DataFrame({"LopNr": ["A", "B"], "from": [(d + 0.25) * unit for d in whole], "slag": ["annan"] * 2})
        pyreadstat.write_dta(frame, tmp_path / "s.dta", variable_format={"from": form})
        extract = opened("studier", "s.dta")
        assert failing(engine, extract)["from", "type"] == 2
        assert rows(engine, extract, '"from"') == [(None,), (None,)]


def test_a_number_that_is_no_date_is_counted(engine, opened, tmp_path):
    # the seconds of a moment with the format of a day
    frame = pd.DataFrame({**STUDIES, "from": [d * 86_400 for d in STUDIES["from"]]})
    pyreadstat.write_dta(frame, tmp_path / "s.dta", variable_format={"from": "%td"})
    assert failing(engine, opened("studier", "s.dta"))["from", "type"] == 2


def test_dates_without_a_format_are_counted_or_declared(engine, opened, tmp_path):
    frame = pd.DataFrame({**STUDIES, "from": [20150101, 20150201, 20150230], "tom": ["", "", "20150630"]})
    pyreadstat.write_dta(frame, tmp_path / "s.dta")
    assert failing(engine, opened("studier", "s.dta"))["from", "type"] == 3
    extract = opened("studier", "s.dta", date_format="%Y%m%d")
    assert rows(engine, extract, '"from"') == [(date(2015, 1, 1),), (date(2015, 2, 1),), (None,)]
    assert failing(engine, extract)["from", "type"] == 1


def test_whole_numbers_that_arrive_as_floats(engine, opened, tmp_path):
    frame = pd.DataFrame({
        "LopNr": [2.0**53 - 1, 12.0, 13.0, 14.0], "vag": [1.0, 2.0, 3.0, 1.0], "halsa": [np.nan, 4.0, 3.7, 5.0],
        "livskvalitet": pd.array([1, 2, 3, 4], "int8"),
    })  # fmt: skip
    pyreadstat.write_dta(frame, tmp_path / "e.dta")
    extract = opened("deltagarenkat", "e.dta")
    assert rows(engine, extract, "lopnr, vag, halsa, livskvalitet") == [
        ("12", 2, 4, 2), ("13", 3, None, 3), ("14", 1, 5, 4), ("9007199254740991", 1, None, 1),
    ]  # fmt: skip
    assert {k: n for k, n in failing(engine, extract).items() if k[1] == "type"} == {("halsa", "type"): 1}


@pytest.mark.parametrize(("key", "kind"), [(2.0**53, "float64"), (2.0**24, "float32"), (np.inf, "float64")])
def test_keys_that_a_float_cannot_tell_apart_are_refused(opened, tmp_path, key, kind):
    frame = pd.DataFrame({"LopNr": np.array([1.0, key], kind), "vag": [1.0, 1.0]})
    frame.to_parquet(tmp_path / "e.parquet")
    with pytest.raises(
        eu.ExtractError, match=r"LopNr holds numbers too large for their type.*fewer than 5 rows"
    ) as caught:
        opened("deltagarenkat", "e.parquet")
    assert str(int(key) if np.isfinite(key) else key) not in str(caught.value)


def test_a_float_of_four_bytes_is_the_decimal_that_it_stands_for(engine, opened, tmp_path):
    # Stata's own default type
    frame = pd.DataFrame(
        {"LopNr": ["A"], "insats": [42.0], "from": ["2015-01-01"], "omfattning": np.array([0.1], "float32")}
    )
    frame.to_stata(tmp_path / "b.dta", write_index=False, version=118)
    assert pyreadstat.read_dta(tmp_path / "b.dta")[1].readstat_variable_types["omfattning"] == "float"
    assert rows(engine, opened("af_beslut", "b.dta"), "insats, omfattning") == [("42", 0.1)]


def test_every_kind_of_missing_is_missing_and_labels_are_not_applied(engine, opened, tmp_path):
    frame = pd.DataFrame({"LopNr": ["A", "B", "C"], "vag": [1, 2, 3], "halsa": pd.Series(["a", 4, None], dtype=object)})
    pyreadstat.write_dta(
        frame,
        tmp_path / "e.dta",
        missing_user_values={"halsa": ["a"]},
        variable_value_labels={"vag": {1: "ett", 2: "två"}},
    )
    assert pyreadstat.read_dta(tmp_path / "e.dta", user_missing=True)[0]["halsa"][0] == "a"
    assert rows(engine, opened("deltagarenkat", "e.dta"), "vag, halsa") == [(1, None), (2, 4), (3, None)]
    frame["halsa"] = [9.0, 4.0, 8.0]
    pyreadstat.write_sav(frame, tmp_path / "e.sav", missing_ranges={"halsa": [{"lo": 8, "hi": 9}]})
    assert rows(engine, opened("deltagarenkat", "e.sav"), "vag, halsa") == [(1, None), (2, 4), (3, None)]


def test_names_and_texts_in_swedish(engine, opened, tmp_path):
    frame = pd.DataFrame({"Våg": [1.0], "LopNr": ["A"], "kommentar": ["räksmörgås – 5 €"]})
    pyreadstat.write_dta(frame, tmp_path / "e.dta")
    assert rows(engine, opened("deltagarenkat", "e.dta"), "vag, kommentar") == [(1, "räksmörgås – 5 €")]
    # before version 118 Stata's files hold the machine's own encoding: pandas writes Latin-1
    frame = pd.DataFrame({"vag": [1.0], "LopNr": ["A"], "kommentar": ["räksmörgås"]})
    frame.to_stata(tmp_path / "old.dta", write_index=False, version=114)
    assert "räksmörgås".encode("latin-1") in (tmp_path / "old.dta").read_bytes()
    for declared in ({}, {"encoding": "latin-1"}, {"encoding": "cp1252"}):
        assert rows(engine, opened("deltagarenkat", "old.dta", **declared), "kommentar") == [("räksmörgås",)]
    with pytest.raises(eu.ExtractError, match=r"deltagarenkat: a \.dta file .*declare"):
        opened("deltagarenkat", "old.dta", encoding="utf-8")
    with pytest.raises(
        eu.ExtractError, match="encoding = 'utf-16-le' is declared, which no SAS, Stata or SPSS file has"
    ):
        opened("deltagarenkat", "old.dta", encoding="utf-16-le")


def test_the_year_of_a_file_comes_from_its_name(engine, opened, tmp_path):
    for year, sex in ((2014, "1"), (2015, "2")):
        frame = pd.DataFrame({"P1105_LopNr_PersonNr": ["A"], "Kon": [sex], "FodelseAr": [1990.0]})
        pyreadstat.write_dta(frame, tmp_path / f"Individ_{year}.dta")
    extract = opened("scb_lisa", "Individ_*.dta")
    assert rows(engine, extract, "ar, fodelsear") == [(2014, 1990), (2015, 1990)]
    assert [f.name for f in extract.files] == ["Individ_2014.dta", "Individ_2015.dta"]
    assert [f.size for f in extract.files] == [p.stat().st_size for p in sorted(tmp_path.glob("*.dta"))]


def many(n):
    return pd.DataFrame({
        "LopNr": [f"{SECRET}{i}" for i in range(n)], "inskadm": days("2015-01-01") * n, "utskadm": [np.nan] * n,
        "skat": ["42"] * n, "extra": [f"utanför {i}" for i in range(n)],
    })  # fmt: skip


WRITERS = {
    "dta": lambda frame, path: pyreadstat.write_dta(frame, path, variable_format={"inskadm": "%td", "utskadm": "%td"}),
    "xpt": lambda frame, path: pyreadstat.write_xport(frame, path, file_format_version=8,
                                                      variable_format={"inskadm": "DATE9.", "utskadm": "DATE9."}),
    "sav": lambda frame, path: pyreadstat.write_sav(frame, path),
}  # fmt: skip


@pytest.mark.parametrize("suffix", ["dta", "xpt", "sav"])
@pytest.mark.parametrize("number", [0, 1, 19, 20, 21])
def test_chunks_make_the_whole(engine, opened, tmp_path, monkeypatch, suffix, number):
    frame = many(number)
    WRITERS[suffix](frame, tmp_path / f"k.{suffix}")
    limits = []
    read = sas_stata_spss._rows_of

    def counted(file, columns, start, rows):
        data = read(file, columns, start, rows)
        limits.append(len(data["LopNr"]) if "LopNr" in data else 0)
        assert "extra" not in data or len(data) == 1
        return data

    monkeypatch.setattr(sas_stata_spss, "_CELLS", 4 * 10)
    monkeypatch.setattr(sas_stata_spss, "_rows_of", counted)
    extract = opened("af_sokandekategori", f"k.{suffix}")
    assert [r[0] for r in rows(engine, extract, "lopnr")] == sorted(frame["LopNr"])
    assert max(limits, default=0) <= 10
    assert (extract.ignored, extract.empty) == (1, int(number == 0))
    # no copy of what is not declared, but the sample of it that is looked at for identity numbers
    copies = {p.name: pq.read_schema(p).names for p in engine.scratch.glob("*.parquet")}
    assert copies["af_sokandekategori-0.parquet"] == ["LopNr", "inskadm", "utskadm", "skat"]


def test_identity_numbers_in_a_column_that_is_not_declared(engine, opened, tmp_path):
    frame = many(3000)
    frame.loc[2500:, "extra"] = "191212121212"  # the number that Swedish forms print as their example
    frame.loc[:2499, "extra"] = ""
    WRITERS["dta"](frame, tmp_path / "k.dta")
    extract = opened("af_sokandekategori", "k.dta")
    (sample,) = engine.scratch.glob("*.unread.parquet")
    assert pq.read_table(sample).num_rows <= 2000
    with pytest.raises(eu.ExtractError, match="does not know looks like personal identity numbers") as caught:
        refuse_identity_numbers(engine, extract)
    assert "1212" not in str(caught.value)


def without_secret(error):
    while error is not None:
        assert SECRET not in str(error)
        error = error.__context__ or error.__cause__


@pytest.mark.parametrize("suffix", ["dta", "xpt", "sav"])
def test_a_file_that_is_cut_off_is_never_read_short(engine, opened, tmp_path, capfd, suffix):
    WRITERS[suffix](many(200), tmp_path / f"k.{suffix}")
    data = (tmp_path / f"k.{suffix}").read_bytes()
    refused = 0
    for at in [*range(0, len(data) - 1, len(data) // 60), len(data) - 1]:
        (tmp_path / f"cut.{suffix}").write_bytes(data[:at])
        try:
            extract = opened("af_sokandekategori", f"cut.{suffix}")
        except eu.ExtractError as error:
            refused += 1
            without_secret(error)
        else:
            assert len(rows(engine, extract, "lopnr")) == 200
    assert refused > 50
    said = capfd.readouterr()
    assert SECRET not in said.out + said.err


def test_damaged_bytes_are_refused_or_counted(engine, opened, tmp_path, capfd):
    WRITERS["dta"](many(200), tmp_path / "k.dta")
    data = (tmp_path / "k.dta").read_bytes()
    random = np.random.default_rng(1)
    for _ in range(60):
        broken = bytearray(data)
        for place in random.integers(0, len(data), 20):
            broken[place] = random.integers(0, 256)
        (tmp_path / "cut.dta").write_bytes(broken)
        try:
            check_extract(engine, opened("af_sokandekategori", "cut.dta"))
        except eu.ExtractError as error:
            without_secret(error)
    said = capfd.readouterr()
    assert SECRET not in said.out + said.err


@pytest.mark.parametrize(
    "kind", ["ReadstatError", "PyreadstatError", "ValueError", "OSError", "MemoryError", "IndexError"]
)
def test_what_the_library_says_is_not_repeated(opened, tmp_path, monkeypatch, kind):
    WRITERS["dta"](many(1), tmp_path / "k.dta")
    raised = getattr(pyreadstat, kind, None) or getattr(__import__("builtins"), kind)

    def fail(path, **how):
        raise raised(f"STRING type with value '{SECRET}'")

    monkeypatch.setattr(pyreadstat, "read_dta", fail)
    with pytest.raises(
        eu.ExtractError, match=r"^af_sokandekategori: a \.dta file cannot be read; it may be cut off"
    ) as caught:
        opened("af_sokandekategori", "k.dta")
    without_secret(caught.value)
    assert caught.value.__context__ is None


@pytest.mark.parametrize(
    ("suffix", "written", "clock"),
    [
        (".sas7bdat", "DATE9", "_DAYS"), (".sas7bdat", "YYMMDDN8", "_DAYS"), (".sas7bdat", "E8601DA10", "_DAYS"),
        (".sas7bdat", "YYMMN6", "_DAYS"), (".sas7bdat", "EURDFDD10", "_DAYS"), (".sas7bdat", "YEAR4", "_DAYS"),
        (".sas7bdat", "DATETIME22.3", "_SECONDS"), (".sas7bdat", "E8601DT26.6", "_SECONDS"), (".xpt", "DTDATE9", "_SECONDS"),
        (".sas7bdat", "BEST12", None), (".sas7bdat", "COMMA12.2", None), (".sas7bdat", "$20", None), (".sas7bdat", "", None),
        (".sas7bdat", "Z8", None), (".sas7bdat", "TIME8", None),
        (".dta", "%td", "_DAYS"), (".dta", "%-tdCCYY-NN-DD", "_DAYS"), (".dta", "%d", "_DAYS"), (".dta", "%dD_m_Y", "_DAYS"),
        (".dta", "%tc", "_MILLISECONDS"), (".dta", "%tCHH:MM", "_MILLISECONDS"), (".dta", "%tm", "_MONTHS"),
        (".dta", "%8.0g", None), (".dta", "%-12s", None), (".dta", "%ty", None),
        (".sav", "DATE11", "_SPSS"), (".sav", "SDATE10", "_SPSS"), (".sav", "F8.2", None), (".sav", "A20", None),
    ],
)  # fmt: skip
def test_formats_of_dates(tmp_path, suffix, written, clock):
    found = sas_stata_spss._clock(tmp_path / f"x{suffix}", written)
    assert found == (clock and getattr(sas_stata_spss, clock))
