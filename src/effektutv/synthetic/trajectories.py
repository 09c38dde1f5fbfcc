"""Who is in work, and in which class, at each month of the start clock: exact counts at month 15, sensible curves around.

Counts at month 15 are fixed by arm × sex × daily activities before anyone is chosen: the arms' totals are the published
shares, women's shares are alike in all arms, and daily activities lower the share by as much in every arm, so that the
effect is about the same with and without them.
"""

from __future__ import annotations

import numpy as np

from . import targets
from .columns import Bools, Floats, Ints, add_months
from .participants import People, Streams
from .targets import CODE_56_ENDS, MONTH, MONTHS, apportion

__all__ = ["NONE", "OTHER", "REGULAR", "SUPPORT", "draw_trajectories", "target_counts"]

NONE, SUPPORT, OTHER, REGULAR = range(4)


def _split_by_daily(by_sex: Ints, sizes: Ints, less: float, caps: Ints) -> Ints:
    """Return numbers by sex split over without/with daily activities: the arm's rate with them is lower by ``less``.

    The number with daily activities is fixed for the arm first and shared between men and women after that, so that
    the arms differ by as much with daily activities as without, however the draw mixed sex and daily activities.
    """
    n, daily = int(sizes.sum()), int(sizes[:, 1].sum())
    total = int(by_sex.sum())
    rate = max((total + less * daily) / max(n, 1) - less, 0.0)
    rates = np.maximum(by_sex / np.maximum(sizes.sum(axis=1), 1) - less, 0.01)
    with_daily = apportion(rates * sizes[:, 1], round(rate * daily), np.minimum(caps[:, 1], by_sex))
    with_daily = np.maximum(with_daily, by_sex - caps[:, 0])
    return np.stack([by_sex - with_daily, with_daily], axis=1)


def target_counts(people: People, able: Bools) -> Ints:
    """Return how many are in each class of work at month 15: arm × sex (man, woman) × daily activities × class.

    Parameters
    ----------
    people : People
        The participants.
    able : array of bool
        Who is alive and in the country on the day of month 15.
    """
    counts = np.zeros((3, 2, 2, 4), dtype=np.int64)
    shape = (3, 2, 2)
    cell = np.ravel_multi_index((people.arm, people.woman.astype(int), people.daily.astype(int)), shape)
    sizes = np.bincount(cell, minlength=12).reshape(shape)
    caps = np.bincount(cell[able], minlength=12).reshape(shape)
    in_arm = sizes.sum(axis=(1, 2))
    # the comparison arm's share as it comes out in whole persons, plus the published difference
    fs = round(targets.SUPPORT_SHARE_FS * int(in_arm[0])) / max(int(in_arm[0]), 1)
    support_share = (fs, fs + targets.SUPPORT_DIFFERENCE, targets.SUPPORT_SHARE_CM)
    for a in range(3):
        n, women = int(in_arm[a]), int(sizes[a, 1].sum())
        work = round(targets.WORK_SHARE[a] * n)
        support = min(round(support_share[a] * n), work)
        work_by_sex = _by_sex(work, round(targets.WOMEN_WORK_SHARE * women), caps[a].sum(axis=1))
        support_by_sex = _by_sex(support, round(targets.WOMEN_SUPPORT_SHARE * women), work_by_sex)
        total = _split_by_daily(work_by_sex, sizes[a], targets.DAILY_LESS, caps[a])
        supported = _split_by_daily(support_by_sex, sizes[a], targets.DAILY_LESS_SUPPORT, total)
        other = np.round(targets.OTHER_SHARE * (total - supported)).astype(np.int64)
        counts[a, ..., SUPPORT] = supported
        counts[a, ..., OTHER] = other
        counts[a, ..., REGULAR] = total - supported - other
    counts[..., NONE] = sizes - counts.sum(axis=3)
    return counts


def _by_sex(total: int, women: int, caps: Ints) -> Ints:
    """Return a total as (men, women): women's number as given where there is room, men the rest.

    Parameters
    ----------
    total, women : int
        The total and the number of women in it.
    caps : array of int
        The most men and women there can be.
    """
    women = min(women, total, int(caps[1]))
    men = min(total - women, int(caps[0]))
    return np.array([men, min(total - men, int(caps[1]))])


def _classes_at_month(people: People, able: Bools, rng: np.random.Generator) -> Ints:
    """Return each person's class at month 15, with exactly the target counts in every cell."""
    counts = target_counts(people, able)
    state = np.zeros(len(people), dtype=np.int64)
    # schooling and age go with work, chance decides
    score = 0.6 * people.secondary + 0.4 * (people.diagnosis != 3) + rng.gumbel(size=len(people))
    order = np.argsort(-score, kind="stable")
    for a, s, d in np.ndindex(3, 2, 2):
        inside = (people.arm == a) & (people.woman == bool(s)) & (people.daily == bool(d)) & able
        members = order[inside[order]]
        wanted = np.repeat([SUPPORT, OTHER, REGULAR], counts[a, s, d, 1:])
        state[members[: len(wanted)]] = rng.permutation(wanted)
    return state


def _spans(final: Ints, arm: Ints, rng: np.random.Generator) -> tuple[Ints, Ints, Ints]:
    """Return first month, last month and class of each person's work; an empty span where there is none."""
    n = len(final)
    working = final != NONE
    mean = np.where(arm == 1, 7.0, 9.0)  # place, then train: Supported Employment starts earlier
    first = np.minimum(np.floor(rng.gamma(4.0, mean / 4.0)).astype(np.int64), MONTH)
    last = MONTH + rng.geometric(np.where(arm == 1, 0.012, 0.030)) - 1
    kind = final.copy()
    # others work in other months: half of them before month 15, half after
    other = ~working & (rng.random(n) < 0.13)
    early = rng.random(n) < 0.6
    start = np.where(early, rng.integers(1, 11, n), rng.integers(MONTH + 1, 23, n))
    stop = np.where(early, np.minimum(start + rng.integers(0, 5, n), MONTH - 1), start + rng.integers(2, 12, n))
    first = np.where(working, first, np.where(other, start, 1))
    last = np.where(working, last, np.where(other, stop, 0))
    support: Floats = np.where(arm == 1, 0.6, 0.4)
    drawn = np.where(rng.random(n) < support, SUPPORT, np.where(rng.random(n) < 0.3, OTHER, REGULAR))
    return first, last, np.where(working, kind, drawn)


def draw_trajectories(people: People, streams: Streams) -> Ints:
    """Return each person's class of work at months 0 to 24 of the start clock: a persons × 25 array.

    Parameters
    ----------
    people : People
        The participants.
    streams : callable
        Gives an independent random generator for a name.
    """
    rng = streams("trajectories")
    days = add_months(people.start_zero[:, None], np.arange(MONTHS)[None, :])
    away = people.away(days)
    final = _classes_at_month(people, ~away[:, MONTH], rng)
    n = len(people)
    first, last, kind = _spans(final, people.arm, rng)
    months = np.arange(MONTHS)[None, :]
    inside = (months >= first[:, None]) & (months <= last[:, None])
    state = np.where(inside, kind[:, None], NONE)
    # some regular work began with a subsidy, some subsidies end in regular work
    before = rng.random(n) < 0.25
    switch = first + rng.integers(1, 8, n)
    begun = inside & (months < switch[:, None]) & (months < MONTH) & (before & (kind == REGULAR))[:, None]
    state = np.where(begun, rng.integers(SUPPORT, REGULAR, n)[:, None], state)
    after = (rng.random(n) < 0.15) & (kind != REGULAR)
    ended = inside & (months > MONTH) & (months >= (first + rng.integers(10, 20, n))[:, None]) & after[:, None]
    state = np.where(ended, REGULAR, state)
    # a few were in work with support already in 2014, under a code that no spell may begin with after that year
    old = np.flatnonzero((final == NONE) & (people.start_zero <= CODE_56_ENDS))[:4]
    state[old, :4] = SUPPORT
    # a month without work in the middle
    gap = np.where(rng.random(n) < 0.10, rng.integers(4, MONTH, n), -1)
    state = np.where(months == gap[:, None], NONE, state)
    return np.where(away, NONE, state)
