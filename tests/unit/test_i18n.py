"""Numbers to text in both languages, and the catalogue that refuses what it cannot say."""

from __future__ import annotations

import math
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from effektutv import i18n as lg
from effektutv.errors import ArgumentError
from effektutv.results import Suppressed, Unavailable

THIN = "\u202f"
ABSENT = [None, math.nan, np.nan, math.inf, Unavailable("why"), "text"]


@pytest.mark.parametrize(
    ("got", "swedish", "english"),
    [
        (lambda g: lg.number(1234.565, 2, g), f"1{THIN}234,57", "1,234.57"),
        (lambda g: lg.number(2, 1, g, sign=True), "+2,0", "+2.0"),
        (lambda g: lg.number(-0.04, 1, g, sign=True), "0,0", "0.0"),
        (lambda g: lg.count(1063, g), f"1{THIN}063", "1,063"),
        (lambda g: lg.count(np.float64(354.0), g), "354", "354"),
        (lambda g: lg.count(1_234_567, g), f"1{THIN}234{THIN}567", "1,234,567"),
        (lambda g: lg.percent(0.26, 1, g), f"26,0{THIN}%", "26.0%"),
        (lambda g: lg.percent(0.285, 0, g), f"29{THIN}%", "29%"),
        (lambda g: lg.percent(0.26, 1, g, unit=False), "26,0", "26.0"),
        (lambda g: lg.points(0.08, 1, g), "8,0 procentenheter", "8.0 percentage points"),
        (lambda g: lg.points(-0.021, 1, g), "−2,1 procentenheter", "−2.1 percentage points"),
        (lambda g: lg.points(0.01, 0, g), "1 procentenhet", "1 percentage point"),
        (lambda g: lg.points(0.01, 1, g), "1,0 procentenheter", "1.0 percentage points"),
        (lambda g: lg.points(0.08, 1, g, unit=False, sign=True), "+8,0", "+8.0"),
        (lambda g: lg.points(-0.0004, 1, g, unit=False, sign=True), "0,0", "0.0"),
        (lambda g: lg.p_value(0.0341, g), "0,034", "0.034"),
        (lambda g: lg.p_value(0.00099, g), "<\u00a00,001", "<\u00a00.001"),
        (lambda g: lg.p_value(0.001, g, prefix=True), "p\u00a0=\u00a00,001", "p\u00a0=\u00a00.001"),
        (lambda g: lg.p_value(1e-9, g, prefix=True), "p\u00a0<\u00a00,001", "p\u00a0<\u00a00.001"),
        (lambda g: lg.interval(0.019, 0.142, 1, g), "[1,9; 14,2]", "[1.9, 14.2]"),
        (lambda g: lg.interval(-0.019, 0.142, 1, g, running=True), "−1,9 till 14,2", "−1.9 to 14.2"),
        (lambda g: lg.interval(-423.2, 3097, 0, g, scale="unit"), f"[−423; 3{THIN}097]", "[−423, 3,097]"),
        (lambda g: lg.date_text(date(2026, 11, 21), g), "21 november 2026", "21 November 2026"),
        (lambda g: lg.month_text(date(2026, 3, 1), g), "mars 2026", "March 2026"),
        (lambda g: lg.join(["a", "b", "c"], g), "a, b och c", "a, b and c"),
        (lambda g: lg.join(["a", "b"], g, "or"), "a eller b", "a or b"),
        (lambda g: lg.join(["a"], g), "a", "a"),
        (lambda g: lg.join([], g), "", ""),
        (lambda g: lg.persons(1, g), "1 person", "1 person"),
        (lambda g: lg.persons(1063, g), f"1{THIN}063 personer", "1,063 persons"),
    ],
)
def test_numbers_to_text(got, swedish, english) -> None:
    assert (got("sv"), got("en")) == (swedish, english)


WRITERS = {
    "number": lambda x: lg.number(x, 1, "sv"),
    "count": lambda x: lg.count(x, "sv"),
    "percent": lambda x: lg.percent(x, 1, "sv"),
    "points": lambda x: lg.points(x, 1, "sv"),
    "p_value": lambda x: lg.p_value(x, "sv"),
    "interval low": lambda x: lg.interval(x, 0.1, 1, "sv"),
    "interval high": lambda x: lg.interval(0.1, x, 1, "sv", running=True),
}


@pytest.mark.parametrize("writer", WRITERS.values(), ids=WRITERS)
def test_what_is_no_number_is_its_mark(writer) -> None:
    assert writer(Suppressed("fewer than 5")) == "‥"
    assert [writer(x) for x in ABSENT] == ["–"] * len(ABSENT)
    assert "–" not in writer(0.2)


def test_a_mark_has_its_place_in_longer_text() -> None:
    assert lg.p_value(Suppressed("r"), "en", prefix=True) == "p\u00a0=\u00a0‥"
    assert lg.interval(Suppressed("r"), None, 1, "en") == "‥"
    assert lg.persons(None, "sv") == "– personer"
    assert lg.date_text(None, "sv") == lg.month_text(None, "en") == "–"


@given(st.floats(-1e6, 1e6), st.integers(0, 4), st.sampled_from(lg.LANGUAGES))
def test_rounding_is_half_up_on_the_decimal_text_and_never_minus_zero(x: float, decimals: int, lang: lg.Lang) -> None:
    shown = lg.number(x, decimals, lang)
    back = shown.replace(THIN, "").replace(",", "." if lang == "sv" else "").replace("−", "-")
    assert Decimal(back) == Decimal(repr(x)).quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    assert shown.startswith("−") == (Decimal(back) < 0)


def test_the_marks_are_those_of_the_results() -> None:
    from effektutv.results import SUPPRESSION_MARK

    assert lg.SUPPRESSED == SUPPRESSION_MARK


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(ArgumentError, match="'sv' or 'en'"):
        lg.parse("de")
    with pytest.raises(ArgumentError, match="'sv' or 'en'"):
        lg.text("and", "de")  # type: ignore[arg-type]


# ----------------------------------------------------------------------------------------------------------- catalogue

WORDS = {"arms": {"sv": "{n} grupper", "en": "{n} arms"}, "work": {"sv": "Arbete", "en": "Work"}}


def test_a_catalogue_says_its_words() -> None:
    words = lg.Catalogue(WORDS)
    assert words.text("arms", "sv", n="3") == "3 grupper"
    assert words.label("work", "en") == "Work"
    assert words.label("unknown", "en") == "unknown"
    assert words.label("arms", "en") == "arms"
    assert (len(words), list(words), words["work"]["sv"]) == (2, ["arms", "work"], "Arbete")
    more = words.extended({"work": {"sv": "Jobb", "en": "Job"}})
    assert (more.text("work", "sv"), words.text("work", "sv")) == ("Jobb", "Arbete")


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ({"a": {"sv": "x"}}, "exactly 'sv' and 'en'"),
        ({"a": {"sv": "x", "en": "y", "de": "z"}}, "exactly 'sv' and 'en'"),
        ({"a": {"sv": "{n} x", "en": "y"}}, "placeholders"),
    ],
)
def test_a_catalogue_with_a_gap_cannot_be_made(entries, message) -> None:
    with pytest.raises(ArgumentError, match=message):
        lg.Catalogue(entries)


@pytest.mark.parametrize(
    ("key", "values", "message"),
    [
        ("none", {}, "no key 'none'"),
        ("arms", {}, "needs"),
        ("arms", {"n": "3", "m": "4"}, "needs"),
        ("arms", {"n": 3}, "as a number"),
    ],
)
def test_words_that_cannot_be_said_are_refused(key, values, message) -> None:
    with pytest.raises(ArgumentError, match=message):
        lg.Catalogue(WORDS).text(key, "sv", **values)


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ('<b> & "c" =1+1 ‥ é עברית\ttab\r\nline\u2028end', '<b> & "c" =1+1 ‥ é עברית tab  line end'),
        ("a\x00b\x07c\x1bd\x7fe\x85f\ud800g\uffffh", "a�b�c�d�e�f�g�h"),
        ("abc\u202egnp.exe", "abc\u202egnp.exe\u202c"),
        ("\u2067a\u202db", "\u2067a\u202db\u202c\u2069"),
        ("\u2067a\u202db\u2069c", "\u2067a\u202db\u2069c"),
        ("\u202ea\u202cb\u202c\u2069", "\u202ea\u202cb\u202c\u2069"),
    ],
)
def test_printable(given, wanted):
    assert lg.printable(given) == wanted
    assert lg.printable(wanted) == wanted


@given(st.text(st.one_of(st.characters(), st.sampled_from("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"))))
def test_printable_is_closed_and_can_be_held(text):
    shown = lg.printable(text)
    assert lg.printable(shown) == shown
    assert len(shown) <= 2 * len(text)
    # an XML parser is the judge of what XML can hold
    assert "".join(ET.fromstring(f"<a>{escape(shown)}</a>").itertext()) == shown
