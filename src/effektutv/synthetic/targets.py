"""What the demonstration is built to show: published figures, and the quantities that are assumed beside them.

The published ones are the trial's own (shares in work at month 15 on the start clock, the difference in employment with
support, table A-1's group means). Everything else here is ASSUMED, and the demonstration's README says so.
"""

from __future__ import annotations

from datetime import date

import numpy as np

from .columns import Floats, Ints, as_day

__all__ = [
    "ARMS",
    "CODE_56_ENDS",
    "DIAGNOSES",
    "FIRST_DAY",
    "INTERVENTIONS_END",
    "LAST_DAY",
    "LATE_AREAS",
    "LATE_FIRST_DAY",
    "MONTH",
    "MONTHS",
    "SHARES",
    "SNAPSHOTS",
    "SUPPORT_DIFFERENCE",
    "WORK_SHARE",
    "apportion",
]

ARMS = ("FS", "SE", "CM")
#: The month of the main outcome, and the number of months followed (0 to 24).
MONTH, MONTHS = 15, 25

# ---- published ----
#: In work at 15 months, by arm in the order of ARMS.
WORK_SHARE = (0.18, 0.26, 0.20)
#: Employment with support at 15 months, SE − FS.
SUPPORT_DIFFERENCE = 0.08
DECLINED_PER_PARTICIPANT = 79 / 1063
#: Table A-1, column 3.
SHARES = {
    "woman": 0.48,
    "children": 0.14,
    "foreign": 0.09,
    "secondary": 0.43,
    "lss": 0.30,
    "daily": 0.21,
    "housing": 0.09,
}
#: Table A-1, column 3: code of the study file's level, share, ICD-10 codes (the codes are ours). They sum to 1.01.
DIAGNOSES: tuple[tuple[str, float, tuple[str, ...]], ...] = (
    ("forstamning", 0.09, ("F32", "F33", "F31")),
    ("neuros_stress", 0.11, ("F41", "F43", "F42", "F40")),
    ("personlighet", 0.05, ("F60", "F61")),
    ("utvecklingsstorning", 0.18, ("F70", "F71", "F79")),
    ("psykisk_utveckling", 0.20, ("F84", "F81", "F89")),
    ("beteende", 0.18, ("F90", "F91", "F98")),
    ("annan_psykisk", 0.05, ("F20", "F29", "F99", "F10")),
    ("ej_psykisk", 0.10, ("G40", "G80", "Q90", "M79", "E10")),
    ("okand", 0.05, ()),
)

# ---- assumed ----
FIRST_DAY, LAST_DAY = as_day(date(2014, 11, 3)), as_day(date(2016, 6, 30))
INTERVENTIONS_END = as_day(date(2016, 12, 31))
#: The last day on which a spell may begin with category 56, Kulturarvslyftet.
CODE_56_ENDS = as_day(date(2014, 12, 31))
#: Uppsala's month is published; that the other four joined after it is assumed.
LATE_AREAS = ("0380", "0484", "0581", "0680", "1280")
LATE_FIRST_DAY = (as_day(date(2015, 8, 3)), as_day(date(2015, 9, 1)))
SNAPSHOTS = np.array([as_day(date(y, 10, 1)) for y in range(2012, 2018)], dtype=np.int64)
#: Age at randomisation (calendar year less year of birth), 19 to 29: the weights have mean 24.8.
AGES = np.arange(19, 30)
AGE_WEIGHTS = np.array([0.02, 0.05, 0.07, 0.09, 0.10, 0.12, 0.12, 0.12, 0.11, 0.10, 0.10])
#: Relative size of each municipality; those not named have 1.
KOMMUN_WEIGHTS = {
    "0180": 7.0,
    "1480": 5.0,
    "1280": 2.5,
    "2180": 2.5,
    "2380": 2.0,
    "2580": 2.0,
    "0380": 2.0,
    "0127": 2.0,
}
#: Women's share in work, the same in all arms: men carry the difference.
WOMEN_WORK_SHARE = 0.17
#: Employment with support at 15 months in FS and CM; SE's is FS plus the published difference. Women's in all arms.
SUPPORT_SHARE_FS, SUPPORT_SHARE_CM, WOMEN_SUPPORT_SHARE = 0.08, 0.09, 0.08
#: How much lower the shares in work and with support are with daily activities, in every arm: effects are alike.
DAILY_LESS, DAILY_LESS_SUPPORT = 0.08, 0.03
#: Of those in work without support, the share in other subsidised employment.
OTHER_SHARE = 0.28
#: Never started, mean delay in days (of at most 90), by arm.
NEVER_STARTED, DELAY_MEAN, DELAY_MAX = (0.04, 0.03, 0.03), (25.0, 38.0, 31.0), 90
DROPOUT_SHARE = (0.14, 0.12, 0.15)
#: Share of each arm (FS, SE, CM) that receives the programme of another arm.
CROSSING = {"SE": (0.03, 0.0, 0.02), "CM": (0.02, 0.025, 0.0)}
DEATH_SHARE, EMIGRATION_SHARE = 0.004, 0.010
#: How regular work is seen: by Af only, KU only, both. Af keeps SE's participants registered for longer.
SOURCES = np.array([[0.08, 0.65, 0.27], [0.14, 0.30, 0.56], [0.09, 0.58, 0.33]])


def apportion(weights: Floats, total: int, caps: Ints | None = None) -> Ints:
    """Return whole numbers that add up to a total and are as near as can be to the weights (largest remainders).

    Parameters
    ----------
    weights : array of float
        Expected numbers, or anything in proportion to them.
    total : int
        What they add up to, less where ``caps`` leave no room.
    caps : array of int, optional
        The most that each may be.
    """
    limits = np.full(len(weights), total) if caps is None else caps
    goal = min(total, int(limits.sum()))
    scale = weights.sum()
    quota = weights * (goal / scale) if scale > 0 else np.zeros(len(weights))
    counts = np.minimum(np.floor(quota + 1e-9).astype(np.int64), limits)
    while counts.sum() < goal:
        # a stable order makes ties fall on the first, whatever the machine
        room = np.where(counts < limits, quota - counts, -np.inf)
        counts[int(np.argmax(room))] += 1
    return counts
