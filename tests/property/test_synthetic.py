"""Whatever the size and the seed: the files give the truth, and month arithmetic agrees with the calendar."""

from __future__ import annotations

import importlib.util
import shutil
import sys
import tempfile
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from effektutv.synthetic.columns import add_months, as_day, days_in_month, month_of, month_start, year_of
from effektutv.synthetic.participants import draw_serials
from effektutv.synthetic.write_demo import write_demo

_NAME = "synthetic_evaluator"


@pytest.fixture(scope="module")
def evaluator():
    if _NAME not in sys.modules:
        path = Path(__file__).parents[1] / "unit" / "synthetic" / "evaluator.py"
        spec = importlib.util.spec_from_file_location(_NAME, path)
        sys.modules[_NAME] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[_NAME])
    return sys.modules[_NAME]


@settings(max_examples=12, deadline=None)
@given(participants=st.sampled_from([30, 31, 45, 60, 200]), seed=st.integers(0, 2**40))
def test_small_demos_give_their_truth(evaluator, participants, seed):
    folder = Path(tempfile.mkdtemp())
    try:
        write_demo(folder, participants=participants, population=20, seed=seed)
        extracts = evaluator.Extracts(folder)
        cells, _ = evaluator.evaluate(extracts)
        assert cells == evaluator.planted(extracts)
        found = evaluator.events_by(extracts, "work", "start", 15, "arm")
        for arm, share in (("FS", 0.18), ("SE", 0.26), ("CM", 0.20)):
            n, events = found[(arm,)]
            assert abs(events - share * n) <= 0.5 + 1e-9
    finally:
        shutil.rmtree(folder)


DAYS = st.dates(date(1990, 1, 1), date(2020, 12, 31))


@given(DAYS, st.integers(-30, 60))
def test_months_later_agree_with_the_calendar(evaluator, day, k):
    found = int(add_months(np.array([as_day(day)]), k)[0])
    assert date(1970, 1, 1) + timedelta(days=found) == evaluator.months_later(day, k)


@given(DAYS)
def test_months_and_years_of_days(day):
    number = np.array([as_day(day)])
    month = month_of(number)
    assert int(month[0]) == (day.year - 1970) * 12 + day.month - 1
    assert int(year_of(number)[0]) == day.year
    assert int(month_start(month)[0]) == as_day(day.replace(day=1))
    assert 28 <= int(days_in_month(month)[0]) <= 31


@given(st.integers(0, 2**40), st.integers(0, 10**7))
def test_serial_numbers_are_never_used_twice(seed, start):
    found = draw_serials(np.arange(start, start + 5000), seed)
    assert len(np.unique(found)) == 5000
    assert found.min() >= 0
    assert found.max() < 10**8
