"""Personal identity numbers: what is taken for one, where they are looked for, and how seldom chance makes them."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

import effektutv as eu
from effektutv.registers.engines.duckdb import Engine
from effektutv.registers.personnummer import (
    holds_identity_number,
    is_identity_number,
    looks_like_identity_numbers,
    whole_number_text,
)
from effektutv.registers.schema.table_schema import load_schema
from effektutv.registers.sources.open_extract import open_extract
from effektutv.registers.sources.refuse_identity import refuse_identity_numbers
from effektutv.study import Register

#: The example that Swedish forms print; nobody has it.
EXAMPLE = "121212-1212"
HEADER = "LopNr;inskadm;utskadm;skat"


def check_digit(nine: str) -> str:
    """By the table of the modulus-10 method: doubled digits have their own row, so that nothing is summed twice."""
    doubled = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)
    total = sum(doubled[int(d)] if i % 2 == 0 else int(d) for i, d in enumerate(nine))
    return str(-total % 10)


def numbers(n, *, seed=1, coordination=False):
    """Made-up ten-digit numbers with a day of birth and a right check digit."""
    rng = np.random.default_rng(seed)
    out = []
    for year, month, day, serial in zip(
        rng.integers(0, 100, n), rng.integers(1, 13, n), rng.integers(1, 29, n), rng.integers(0, 1000, n), strict=True
    ):
        nine = f"{year:02}{month:02}{day + 60 * coordination:02}{serial:03}"
        out.append(nine + check_digit(nine))
    return out


@pytest.fixture
def delivered(tmp_path):
    """Open bytes or a table as one extract and look for identity numbers."""

    def deliver(data, name="extract.csv", schema="af_sokandekategori"):
        path = tmp_path / name
        if isinstance(data, pa.Table):
            parquet.write_table(data, path)
        else:
            path.write_text(data, encoding="utf-8")
        with Engine(threads=1) as engine:
            extract = open_extract(engine, load_schema(schema), Register(path=name), tmp_path, "study.toml, line 1")
            refuse_identity_numbers(engine, extract)

    return deliver


def test_the_check_digit_is_that_of_the_published_example():
    # SKV 704 works the digit of 640823-323 out: it is 4
    assert check_digit("640823323") == "4"
    assert is_identity_number("640823-3234")
    assert not is_identity_number("640823-3235")


@pytest.mark.parametrize(
    "form", ["{0}{1}", "{0}-{1}", "{0}+{1}", "{0} {1}", " {0} - {1} ", "{0}\u2013{1}", "{0}\u00a0{1}"]
)
@pytest.mark.parametrize("century", ["", "19"])
@pytest.mark.parametrize("coordination", [False, True])
def test_every_way_of_writing(form, century, coordination):
    for number in numbers(50, coordination=coordination):
        assert is_identity_number(form.format(century + number[:6], number[6:]))


@pytest.mark.parametrize(
    "text",
    [
        "121312-1212",  # no such month
        "120231-1216",  # no such day
        "556036-0793",  # an organisation number: 20 or more where the month stands
        "1212121213", "12121-21212", "121212--1212", "1712121212", "171212121212", "12121212120", "SYN1212121212", "", "-",
    ],
)  # fmt: skip
def test_what_is_none(text):
    assert not is_identity_number(text)


def test_numbers_that_lost_their_zeros():
    for number in ("0001011235", "0101011237", "0912121234"):
        nine = number[:9]
        whole = nine + check_digit(nine)
        assert is_identity_number(whole_number_text(int(whole)))
        assert is_identity_number(whole_number_text(float(whole)))
    assert whole_number_text(19.5) == whole_number_text(float("nan")) == whole_number_text(-1) == ""
    assert whole_number_text(42) == "42"


@pytest.mark.proof
def test_chance_makes_few_of_ten_digits():
    rng = np.random.default_rng(3)
    serials = [f"{n:010}" for n in rng.integers(0, 10**10, 200_000)]
    share = np.mean([is_identity_number(s) for s in serials])
    assert share == pytest.approx(0.12 * (2 * 365.25 / 12 / 100) * 0.1, rel=0.06)
    for size in (2, 5, 20, 200, 2000):
        columns = [serials[i : i + size] for i in range(0, len(serials) - size, size)][:2000]
        assert np.mean([looks_like_identity_numbers(c) for c in columns]) <= 0.0015
    twelve = [f"{n:012}" for n in rng.integers(0, 10**12, 100_000)]
    assert np.mean([is_identity_number(s) for s in twelve]) < 0.0005


def test_serials_that_count_through_a_day_are_none():
    assert not looks_like_identity_numbers([str(8112180000 + i) for i in range(2000)])


def test_a_fifth_is_enough_and_a_tenth_is_not():
    real, made = numbers(1000), [f"P{i:09}" for i in range(1000)]
    assert looks_like_identity_numbers(real[:250] + made)
    assert not looks_like_identity_numbers(real[:100] + made)
    assert looks_like_identity_numbers([EXAMPLE])
    assert not looks_like_identity_numbers([])
    assert not looks_like_identity_numbers(["", " "])


@pytest.mark.parametrize("century", ["", "19"])
def test_a_text_column_is_refused(delivered, century):
    rows = "".join(f"{century}{n};2015-01-01;;42\n" for n in numbers(20))
    with pytest.raises(
        eu.ExtractError, match="column LopNr looks like personal identity numbers; nothing was kept"
    ) as caught:
        delivered(f"{HEADER}\n{rows}")
    assert caught.value.exit_code == 3
    assert not any(n in str(caught.value) for n in numbers(20))


def test_a_column_of_whole_numbers_is_refused(delivered):
    rows = "".join(f"A;2015;F{i};1;12;{n}\n" for i, n in enumerate(numbers(20)))
    with pytest.raises(eu.ExtractError, match="column KontBrutto looks like"):
        delivered(f"LopNr;Ar;LopNr_PeOrgNr;FromMan;TomMan;KontBrutto\n{rows}", schema="scb_ku")


@pytest.mark.parametrize("kind", [pa.string(), pa.int64(), pa.float64()])
@pytest.mark.parametrize("declared", [True, False])
def test_parquet_columns_of_any_type(delivered, kind, declared):
    values = numbers(40)
    column = pa.array([float(v) if pa.types.is_floating(kind) else int(v) for v in values])
    if kind == pa.string():
        column = pa.array(values)
    plain = pa.array([f"P{i}" for i in range(40)])
    table = pa.table(
        {
            "LopNr": column.cast(kind) if declared else plain,
            "inskadm": pa.array(["2015-01-01"] * 40),
            "skat": pa.array(["42"] * 40),
            "x": plain if declared else column.cast(kind),
        }
    )
    expected = "column LopNr looks like" if declared else "a column that the register's declaration does not know"
    with pytest.raises(eu.ExtractError, match=expected):
        delivered(table, name="extract.parquet")


def test_a_column_that_is_never_read_is_refused_all_the_same(delivered):
    rows = "".join(f"A{i};2015-01-01;;42;{n}\n" for i, n in enumerate(numbers(20)))
    expected = "a column that the register's declaration does not know looks like personal identity numbers"
    with pytest.raises(eu.ExtractError, match=expected) as caught:
        delivered(f"{HEADER};anm\n{rows}")
    assert "anm" not in str(caught.value)


def test_the_sample_is_drawn_over_the_whole_file(delivered):
    early = "".join(f"A{i};2015-01-01;;42\n" for i in range(6000))
    late = "".join(f"{n};2015-01-01;;42\n" for n in numbers(4000))
    with pytest.raises(eu.ExtractError, match="column LopNr looks like"):
        delivered(f"{HEADER}\n{early}{late}")


def test_a_column_with_few_values_has_a_sample_of_its_own(delivered):
    kept = numbers(30)
    rows = [f"A{i};2015-01-01;{kept[i // 6000] if i % 6000 == 0 else ''};" for i in range(30_000)]
    with pytest.raises(eu.ExtractError, match="does not know looks like"):
        delivered("\n".join(["LopNr;INTR_DAT;anm;AVAKT_ORSAK", *rows, ""]), schema="af_inskrivning")
    with pytest.raises(eu.ExtractError, match="column AVAKT_ORSAK looks like"):
        delivered("\n".join(["LopNr;INTR_DAT;AVAKT_ORSAK;anm", *rows, ""]), schema="af_inskrivning")


@pytest.mark.parametrize("name", [EXAMPLE, "191212121212", "P1105_1212121212", "x 121212-1212 y"])
def test_a_header_that_is_a_number_is_refused(delivered, name):
    assert holds_identity_number(name)
    with pytest.raises(eu.ExtractError, match="the name of a column holds a personal identity number") as caught:
        delivered(f"{HEADER};{name}\nA;2015-01-01;;42;1\n")
    assert "1212" not in str(caught.value)


@pytest.mark.parametrize("name", [EXAMPLE, "delivery_121212-1212_v2", "201212121212"])
def test_a_file_name_that_is_a_number_is_refused(tmp_path, name):
    (tmp_path / f"{name}.csv").write_text(f"{HEADER}\nA;2015-01-01;;42\n", encoding="utf-8")
    with Engine(threads=1) as engine, pytest.raises(eu.ExtractError, match="the name of a file holds") as caught:
        open_extract(engine, load_schema("af_sokandekategori"), Register(path="*.csv"), tmp_path, "study.toml, line 1")
    assert "1212" not in str(caught.value)


@pytest.mark.parametrize(
    "name", ["Individ_2014", "skat_20150101", "skat_201212121212", "ku 2014-2016", "P1105_LopNr", "x1212121212129"]
)
def test_names_that_are_none(name):
    assert not holds_identity_number(name)


def test_numbers_within_longer_texts_are_found(delivered):
    texts = [f'{{"id": {i}, "pnr": "{n[:6]}-{n[6:]}"}}' for i, n in enumerate(numbers(50))]
    rows = "".join(f'"P{i}";2015-01-01;;42;"{t.replace(chr(34), chr(34) * 2)}"\n' for i, t in enumerate(texts))
    with pytest.raises(eu.ExtractError, match="does not know looks like personal identity numbers"):
        delivered(f"{HEADER};extra\n{rows}")
    nested = pa.table(
        {
            "LopNr": [f"P{i}" for i in range(50)],
            "inskadm": ["2015-01-01"] * 50,
            "utskadm": ["2015-01-02"] * 50,
            "skat": ["42"] * 50,
            "extra": [{"who": n} for n in numbers(50)],
        }
    )
    with pytest.raises(eu.ExtractError, match="does not know looks like personal identity numbers"):
        delivered(nested, "extract.parquet")
    delivered(f"{HEADER};extra\n" + "".join(f"P{i};2015-01-01;;42;ärende AF-2015/{i:010}\n" for i in range(50)))
