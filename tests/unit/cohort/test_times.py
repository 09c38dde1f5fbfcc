"""Months to work on the grid, against a search person by person; and the two numbers of months."""

from __future__ import annotations

import numpy as np
import pytest

from effektutv.cohort.first_event import CENSORED, DIED, EMIGRATED, EVENT, time_to_state
from effektutv.cohort.outcome_values import StateMasks, outcome_values
from effektutv.study import Outcome, Text

HORIZON = 9


def bits(*months: int) -> int:
    return sum(1 << m for m in months)


def masks_of(work, known, dead=None, away=None) -> StateMasks:
    def array(values):
        return None if values is None else np.array(values, dtype=np.int64)

    none = np.zeros(len(work), dtype=np.int64)
    return StateMasks(
        states={"work": array(work)},
        observed={"work": array(known)},
        af=none,
        statements=none,
        dead=array(dead),
        away=array(away),
    )


ALL = bits(*range(HORIZON + 1))
GONE = bits(*range(4, HORIZON + 1))


@pytest.mark.parametrize(
    ("work", "known", "dead", "away", "expected"),
    [
        (bits(3, 4), ALL, 0, 0, (3, EVENT)),
        (bits(0, 5), ALL, 0, 0, (0, EVENT)),
        (0, ALL, 0, 0, (HORIZON, CENSORED)),
        (bits(7), bits(*range(6)), 0, 0, (5, CENSORED)),
        (0, 0, 0, 0, (0, CENSORED)),
        (0, ALL, GONE, 0, (4, DIED)),
        (bits(2), ALL, GONE, 0, (2, EVENT)),
        (bits(9), ALL, 0, bits(4, 5), (4, EMIGRATED)),
        (0, ALL, GONE, bits(2, 3), (2, EMIGRATED)),
        (0, ALL, GONE, GONE, (4, DIED)),
        (0, bits(0, 1, 2), GONE, 0, (2, CENSORED)),
        (bits(8), bits(0, 1, 2, 8), 0, 0, (2, CENSORED)),
    ],
)
def test_what_ends_the_time(work, known, dead, away, expected):
    time, event = time_to_state(masks_of([work], [known], [dead], [away]), "work", HORIZON)
    assert (time[0], event[0]) == expected


def test_without_a_register_of_events_nothing_competes():
    time, event = time_to_state(masks_of([bits(6), 0], [ALL, ALL]), "work", HORIZON)
    assert time.tolist() == [6, HORIZON]
    assert event.tolist() == [EVENT, CENSORED]


def first_month(work: int, known: int, month: int) -> float:
    if any(not known >> k & 1 for k in range(1, month + 1)):
        return float("nan")
    return float(next((k for k in range(1, month + 1) if work >> k & 1), month))


def test_first_month_in_work_person_by_person():
    """Every pattern of six months, with every length of follow-up; also that the follow-up, not work, decides who counts."""
    patterns = [(work, bits(*range(n))) for work in range(1 << 6) for n in range(7)]
    masks = masks_of([w for w, _ in patterns], [k for _, k in patterns])
    label = Text(sv="x", en="x")
    outcome = Outcome(name="x", label=label, state="first_month_in_work", month=5)
    found = outcome_values(masks, outcome, [0, 1, 3, 5])
    for row, (work, known) in zip(found, patterns, strict=True):
        np.testing.assert_array_equal(row, [first_month(work, known, m) for m in (0, 1, 3, 5)])
    followed = ~np.isnan(found[:, 3])
    assert followed.tolist() == [known == bits(*range(6)) for _, known in patterns]


def test_months_in_work_are_still_counted():
    masks = masks_of([bits(0, 2, 3), bits(1)], [ALL, bits(0, 1)])
    outcome = Outcome(name="x", label=Text(sv="x", en="x"), state="months_in_work", month=5)
    np.testing.assert_array_equal(outcome_values(masks, outcome, [1, 3]), [[0, 2], [1, np.nan]])
