"""Parquet as other programs write it: floats, decimals, truth values, moments, and what none of them may hide."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

import effektutv as eu
from effektutv.registers.checks.run_checks import check_extract
from effektutv.registers.engines.duckdb import Engine
from effektutv.registers.schema.table_schema import load_schema
from effektutv.registers.sources.open_extract import open_extract
from effektutv.registers.sources.signs import holds_other
from effektutv.study import Register

NAN, INF = float("nan"), float("inf")


@pytest.fixture
def read(tmp_path):
    """One column of a register, of an Arrow array: the typed values in order, and how many did not fit."""

    def read_(schema, column, array, **options):
        declared = load_schema(schema)
        number = len(array)
        columns = {"LopNr": pa.array([f"P{i:03}" for i in range(number)])}
        for field in declared.fields:
            if field.required and field.column not in ("lopnr", column):
                same = {"string": "42", "integer": 1, "number": 1.0, "date": date(2015, 1, 1)}[field.type.value]
                columns[field.name] = pa.array([same] * number)
        columns[column] = array
        pq.write_table(pa.table(columns), tmp_path / "x.parquet")
        with Engine(threads=1) as engine:
            extract = open_extract(
                engine, declared, Register(path="x.parquet", **options), tmp_path, "study.toml, line 1"
            )
            values = engine.rows(f'SELECT "{column}" FROM "{schema}" ORDER BY lopnr', what="test")
            found = check_extract(engine, extract)[1]
        failing = [f.rows_failing for f in found if f.column.lower() == column and f.rule.startswith("type")]
        return [v for (v,) in values], sum(failing)

    return read_


@pytest.mark.parametrize(
    ("array", "values", "failing"),
    [
        (pa.array([1.0, 2.5, NAN, None, INF, -INF, -0.0]), [1, None, None, None, None, None, 0], 3),
        (pa.array([2.0**53 - 1, 2.0**53]), [2**53 - 1, None], 1),
        # a file's statistics know nothing of NaN: the engine's isnan() is false throughout
        (pa.array([1.0, NAN, 3.0]), [1, None, 3], 0),
        (pa.array([1.0, 2.5, NAN, 2.0**24 - 1, 2.0**24], pa.float32()), [1, None, None, 2**24 - 1, None], 2),
        (pa.array([1, -2, None], pa.int8()), [1, -2, None], 0),
        (pa.array([2**53 - 1, 2**53, -(2**63), None]), [2**53 - 1, None, None, None], 2),
        (pa.array([2**32 - 1, 0], pa.uint32()), [2**32 - 1, 0], 0),
        (pa.array([2**53 - 1, 2**63], pa.uint64()), [2**53 - 1, None], 1),
        (pa.array([Decimal("5.00"), Decimal("10.00"), Decimal("5.10"), None], pa.decimal128(9, 2)), [5, 10, None, None], 1),
        (pa.array([Decimal(1200), Decimal(10) ** 17], pa.decimal128(18, 0)), [1200, None], 1),
        (pa.array([True, False, None]), [1, 0, None], 0),
        (pa.array(["1", " 2 ", "*", "3,0", "1e0", ""]), [1, 2, None, None, None, None], 2),
        (pa.array([date(2015, 1, 1)]), [None], 1),
    ],
)  # fmt: skip
def test_whole_numbers(read, array, values, failing):
    assert read("fk_ersattning", "manbelopp", array) == (values, failing)


@pytest.mark.parametrize(
    ("array", "values", "failing"),
    [
        (pa.array([0.1, NAN, None, INF, 1e300]), [0.1, None, None, None, None], 2),
        (pa.array([2.0**53, -(2.0**53), 2.0**53 - 1, 2.0**53 - 0.5]), [None, None, 2.0**53 - 1, None], 3),
        (pa.array([2.0**53, -(2.0**60), 2.0**20], pa.float32()), [None, None, 2.0**20], 2),
        (pa.array([0.1, NAN, 0.3]), [0.1, None, 0.3], 0),
        (pa.array([0.1, NAN], pa.float32()), [0.1, None], 0),
        (pa.array([0.1, 1e-5, INF], pa.float32()), [0.1, 1e-5, None], 1),
        (pa.array([12, 2**53, 2**53 - 1, -(2**63)]), [12.0, None, 2.0**53 - 1, None], 2),
        (pa.array([Decimal("0.50"), Decimal("-12.00")], pa.decimal128(9, 2)), [0.5, -12.0], 0),
        (pa.array(["0.5", "1.5 "]), [0.5, 1.5], 0),
    ],
)
def test_numbers(read, array, values, failing):
    assert read("af_beslut", "bidrag", array) == (values, failing)


def test_texts_with_a_declared_decimal_comma(read):
    assert read("af_beslut", "bidrag", pa.array(["0,5", "1.5"]), decimal=",") == ([0.5, None], 1)


@pytest.mark.parametrize(
    ("array", "values"),
    [
        (pa.array([42.0, NAN, 1.5, None]), ["42", None, "1.5", None]),
        (pa.array([42.0, NAN]), ["42", None]),
        (pa.array([42, 7], pa.int16()), ["42", "7"]),
        (pa.array([Decimal("42.00"), Decimal("100.00"), Decimal("0.10")], pa.decimal128(9, 2)), ["42", "100", "0.1"]),
        (pa.array([Decimal(100)], pa.decimal128(9, 0)), ["100"]),
    ],
)
def test_codes_that_arrive_as_numbers(read, array, values):
    assert read("fk_ersattning", "delforman_kod", array) == (values, 0)


def test_moments_are_days_at_midnight_only(read):
    moments = [datetime(2015, 1, 1), datetime(2015, 1, 1, 23, 59, 59), datetime(1959, 12, 31, 0, 0, 1), None]
    for unit in ("s", "ms", "us", "ns"):
        values, failing = read("studier", "tom", pa.array(moments, pa.timestamp(unit)))
        assert (values, failing) == ([date(2015, 1, 1), None, None, None], 2)
        assert read("studier", "tom", pa.array(moments[:1], pa.timestamp(unit))) == ([date(2015, 1, 1)], 0)


def test_days_written_as_numbers_take_the_declared_format(read):
    for array in (
        pa.array([20150131, 20150230]),
        pa.array([20150131.0, 20150230.0]),
        pa.array(["20150131", "20150230"]),
    ):
        assert read("studier", "tom", array, date_format="%Y%m%d") == ([date(2015, 1, 31), None], 1)
        assert read("studier", "tom", array[:1])[1] in (0, 1)


@pytest.mark.parametrize("unit", [None, "s", "ms", "us"])
def test_days_that_no_calendar_has_are_counted(read, unit):
    days = pa.array([10**8, -(10**8), 16436, None, 2932896, 2932897, -719162, -719163], pa.int32())
    array = days.cast(pa.date32())
    if unit is not None:
        moments = pc.multiply(days.cast(pa.int64()), {"s": 1, "ms": 10**3, "us": 10**6}[unit] * 86_400)
        array = moments.cast(pa.timestamp(unit))
    kept = [None, None, date(2015, 1, 1), None, date(9999, 12, 31), None, date(1, 1, 1), None]
    assert read("studier", "tom", array) == (kept, 4)


def test_moments_of_a_time_zone_are_days_at_midnight_in_utc_only(read):
    midnights = pa.array([datetime(2015, 1, 1), None, datetime(2015, 7, 1)], pa.timestamp("us", "UTC"))
    assert read("studier", "tom", midnights) == ([date(2015, 1, 1), None, date(2015, 7, 1)], 0)
    # midnight in Sweden in winter: cast as it stands, every day would be the day before
    for zone in ("UTC", "Europe/Stockholm"):
        assert read("studier", "tom", pa.array([datetime(2014, 12, 31, 23)], pa.timestamp("us", zone))) == ([None], 1)


@pytest.mark.parametrize("values", [[["A"]], [{"a": "A"}], [[("A", 1)]]])
def test_columns_of_lists_and_structures_are_refused(read, values):
    kind = pa.map_(pa.string(), pa.int64()) if isinstance(values[0], list) and isinstance(values[0][0], tuple) else None
    with pytest.raises(eu.ExtractError, match="column slag holds lists or structures; have it delivered"):
        read("studier", "slag", pa.array(values, kind))


def test_a_column_that_stands_twice_is_refused_whatever_its_case(tmp_path):
    days = pa.array([date(2015, 1, 1)])
    for second in ("TOM", "tom", "P12_Tom"):
        table = pa.table(
            [pa.array(["A"]), days, days, days, pa.array(["komvux"])], names=["LopNr", "from", "tom", second, "slag"]
        )
        pq.write_table(table, tmp_path / "twice.parquet")
        with (
            Engine(threads=1) as engine,
            pytest.raises(eu.ExtractError, match="column tom stands 2 times in the header"),
        ):
            open_extract(engine, load_schema("studier"), Register(path="twice.parquet"), tmp_path, "study.toml, line 1")


def test_what_is_no_plain_text_is_told_sign_by_sign_alike_in_both_patterns():
    """The quick pattern of DuckDB's own, and the one that Spark reads too."""
    signs = [chr(i) for i in (*range(0x3000), 0xFEFF, 0x1F600, 0xE0001)]
    table = pa.table(
        {"x": [t for s in signs for t in (s, f"a{s}", f"{s}0", f"1{s}~")] + ["", "!", "-", "[", "]", "*?", None]}
    )
    quick, regular = (holds_other("x", name) for name in ("duckdb", "spark"))
    with Engine(threads=1) as engine:
        engine.register("signs", table)
        both = engine.rows(f"SELECT count(*), count(*) FILTER (WHERE {quick}) FROM signs WHERE x IS NOT NULL", what="")
        assert engine.rows(f"SELECT count(*) FROM signs WHERE ({quick}) <> ({regular})", what="") == [(0,)]
    plain = [s for s in signs if "!" <= s <= "~"]
    assert both == [(table.num_rows - 1, 4 * (len(signs) - len(plain)))]
