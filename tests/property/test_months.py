"""Months as bits agree with the definition: the day k calendar months after day 0, clipped to the month's end."""

from __future__ import annotations

import calendar
from datetime import date, timedelta

import duckdb
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from effektutv.cohort.month_masks import day_k, first_month, last_month, mask_run, month_run, unpack

HORIZON = 24
DAYS = st.dates(min_value=date(2012, 1, 1), max_value=date(2020, 12, 31))


def anniversary(zero: date, k: int) -> date:
    month = zero.year * 12 + zero.month - 1 + k
    year, month = divmod(month, 12)
    return date(year, month + 1, min(zero.day, calendar.monthrange(year, month + 1)[1]))


@pytest.fixture(scope="module")
def session():
    with duckdb.connect() as connection:
        yield connection


def sql(session, expression: str) -> int:
    return session.execute(f"SELECT {expression}").fetchone()[0]


def day(d: date) -> str:
    return f"DATE '{d.isoformat()}'"


@settings(max_examples=400, deadline=None)
@given(zero=DAYS, start=DAYS, length=st.integers(0, 900))
def test_a_spell_sets_the_bits_of_the_days_it_covers(session, zero, start, length):
    end = start + timedelta(days=length)
    mask = sql(session, mask_run(day(zero), day(start), day(end), HORIZON))
    expected = sum(1 << k for k in range(HORIZON + 1) if start <= anniversary(zero, k) <= end)
    assert mask == expected


@settings(max_examples=200, deadline=None)
@given(zero=DAYS, other=DAYS)
def test_first_and_last_month_are_the_nearest_days(session, zero, other):
    first, last = (sql(session, f(day(zero), day(other))) for f in (first_month, last_month))
    assert anniversary(zero, first) >= other > anniversary(zero, first - 1)
    assert anniversary(zero, last) <= other < anniversary(zero, last + 1)


@pytest.mark.parametrize("zero", [date(2015, 1, 31), date(2016, 1, 30), date(2015, 12, 29), date(2016, 2, 29)])
def test_month_ends_one_day_at_a_time(session, zero):
    mask = mask_run(day(zero), "d", "d", HORIZON)
    days = f"SELECT {day(zero)} + CAST(shift AS INTEGER) AS d FROM range(800) AS shifts(shift)"
    rows = session.execute(f"SELECT d, {mask} FROM ({days}) ORDER BY d").fetchall()
    assert [d for d, _ in rows] == [zero + timedelta(days=shift) for shift in range(800)]
    for d, mask in rows:
        assert mask == sum(1 << k for k in range(HORIZON + 1) if anniversary(zero, k) == d)


@settings(max_examples=100, deadline=None)
@given(zeros=st.lists(DAYS, min_size=1, max_size=20), k=st.integers(0, 60))
def test_day_k_is_clipped_to_the_month(zeros, k):
    got = day_k(np.array(zeros, dtype="datetime64[D]"), k)
    assert got.astype(object).tolist() == [anniversary(z, k) for z in zeros]


def test_runs_outside_the_window_are_empty(session):
    assert sql(session, month_run("-5", "-1", HORIZON)) == 0
    assert sql(session, month_run("25", "40", HORIZON)) == 0
    assert sql(session, month_run("3", "2", HORIZON)) == 0
    assert sql(session, month_run("-5", "400", 60)) == (1 << 61) - 1


def test_unpack_reads_the_bits():
    assert unpack(np.array([0b101, 0]), range(3)).tolist() == [[True, False, True], [False, False, False]]
