"""The two ways from text to value, for text files and for the texts of other sources: the same values, the same misfits."""

from __future__ import annotations

import random
from datetime import date, timedelta

import pyarrow as pa
import pytest

import effektutv as eu
from effektutv.registers.engines.duckdb import Engine
from effektutv.registers.schema.table_schema import load_schema
from effektutv.registers.sources.column_typing import typed
from effektutv.registers.sources.date_formats import ISO, LAYOUTS, layout_of
from effektutv.registers.sources.text_parsing import dates, integers, numbers, tidied

ODD_WORDS = (
    "+ - 1 -1 +1 007 1.0 1,0 .5 ,5 5. 5, 1e3 0x1F nan inf --1 1,2,3 9007199254740991 9007199254740992 "
    "9007199254740993 0,1 0.1 1_0 é1 2015-02-29 2016-02-29 0000-01-01 0001-01-01 9999-12-31 2015-2-1 20150228 "
    "20150229 28.02.2015 31/04/2015 01/13/2015 2015-01-01T00:00 infinity epoch 12015-01-01 -2015-01-01 28-02-2015 "
    "2015/01/01"
)
ODD = [
    *(
        "",
        " ",
        "1 000",
        "9" * 40,
        "0" * 40 + "7",
        "2015-01-01 00:00:00",
        "2015-01-01 00:00:00.000",
        "2015-01-01 12:00:00",
    ),
    "2015-01-01 (BC)",
    *ODD_WORDS.split(),
]
FIELDS = {
    "integer": load_schema("deltagarenkat").field("halsa"),
    "number": load_schema("af_beslut").field("bidrag"),
    "date": load_schema("af_beslut").field("from"),
}


def texts_of(seed: int) -> list[str | None]:
    draw = random.Random(seed)
    made = ["".join(draw.choices("0123456789.,-+ e/", k=draw.randrange(1, 12))) for _ in range(400)]
    days = [date(1890, 1, 1) + timedelta(days=draw.randrange(90_000)) for _ in range(100)]
    return [None, *ODD, *made, *(d.strftime(draw.choice(LAYOUTS).format) for d in days)]


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize(
    ("kind", "reading"),
    [
        ("integer", None),
        ("number", ","),
        ("number", "."),
        *(("date", layout.format) for layout in LAYOUTS),
        ("date", "%m/%d/%Y"),
    ],
)
def test_both_ways_agree(kind, reading, seed):
    texts = texts_of(seed)
    array = tidied(pa.array(texts, pa.string()), "utf-8", ("",))
    # an empty text never gets this far
    array = pa.array([t or None for t in array.to_pylist()], pa.string())
    values, bad = {
        "integer": lambda: integers(array),
        "number": lambda: numbers(array, reading),
        "date": lambda: dates(array, layout_of(reading)),
    }[kind]()
    with Engine(threads=1) as engine:
        engine.register("texts", pa.table({"i": range(len(texts)), "t": array}))
        value = typed(FIELDS[kind], "t", reading or ",", reading if kind == "date" else None)
        by_engine = [r[0] for r in engine.rows(f"SELECT {value} FROM texts ORDER BY i", what="test")]
    assert values.to_pylist() == by_engine
    assert [bool(b) for b in bad] == [
        t is not None and v is None for t, v in zip(array.to_pylist(), by_engine, strict=True)
    ]
    assert any(v is not None for v in by_engine)


def test_slices_are_read_from_where_they_begin():
    array = pa.array(["9", "x", "12,5", None, "å", "7"]).slice(2)
    values, bad = numbers(array, ",")
    assert values.to_pylist() == [12.5, None, None, 7.0]
    assert list(bad) == [False, False, True, False]
    latin = pa.array([b"x", None, "å–".encode("cp1252"), "€".encode("cp1252")], pa.binary()).slice(1)
    raw = pa.Array.from_buffers(pa.string(), 3, latin.buffers(), offset=1)
    assert tidied(raw, "cp1252", ("",)).to_pylist() == [None, "å–", "€"]


@pytest.mark.parametrize("distinct", [3, 4000])
def test_texts_that_repeat_and_texts_that_do_not(distinct):
    words = [None if i % 7 == 0 else f"Boden–Luleå {i % distinct} €" for i in range(5000)]
    raw = pa.array([w if w is None else w.encode("cp1252") for w in words], pa.binary())
    array = pa.Array.from_buffers(pa.string(), len(words), raw.buffers())
    assert tidied(array, "cp1252", ("", "*")).to_pylist() == words


def test_every_day_of_the_calendar():
    first = date(1, 1, 1)
    every = [first + timedelta(days=i) for i in range(0, 3_652_059, 7)] + [
        date(y, 2, 28) + timedelta(1) for y in range(1, 9999)
    ]
    counted, fits = ISO.days("".join(d.isoformat() for d in every).encode())
    assert fits.all()
    assert (counted == [d.toordinal() - date(1970, 1, 1).toordinal() for d in every]).all()
    values, bad = dates(pa.array(["0000-12-31", "0001-01-01"]), ISO)
    assert (values.to_pylist(), list(bad)) == ([None, first], [True, False])
    _, fits = layout_of("%d/%m/%Y").days(b"31/04/201529/02/190000/01/201501/00/201501/01/0000")
    assert not fits.any()


@pytest.mark.parametrize("text", ["%Y%m", "%Y-%m-%d %d", "%y-%m-%d", "%Y-%B-%d", "2%Y%m%d", "%Y%m%d%H", ""])
def test_formats_that_cannot_be_held_to(text):
    with pytest.raises(eu.StudyError, match="date_format"):
        layout_of(text)


def test_a_declared_time_of_day_is_left_out():
    assert layout_of("%Y-%m-%d %H:%M:%S") == ISO
    assert layout_of("%d.%m.%Y").swapped == layout_of("%m.%d.%Y")
    assert layout_of("%Y%m%d").swapped is None
