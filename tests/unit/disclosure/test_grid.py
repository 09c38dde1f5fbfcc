"""Which times of a curve may be shown: held against every choice there is, on small tables."""

from __future__ import annotations

from collections import defaultdict
from itertools import combinations, pairwise, product

import numpy as np
import pytest

from effektutv.disclosure.policy import POLICIES
from effektutv.disclosure.rules.survival_grid import fixed_by_mean, shown_times, spread

POLICY = POLICIES["uncleared"]


def steps_of(cumulative, positions):
    return [b - a for a, b in pairwise([0, *(cumulative[j] for j in positions)])]


def fine(series, positions):
    return not any(POLICY.small(s) for c in series for s in steps_of(c, positions))


def most_times(series, forced=(), banned=()):
    """The largest number of times that can be shown with the last among them, by going through every choice."""
    size = len(series[0])
    for k in range(size - 1, -1, -1):
        for some in combinations(range(size - 1), k):
            chosen = (*some, size - 1)
            allowed = set(forced) <= set(chosen) and not set(banned) & set(chosen)
            if allowed and fine(series, chosen):
                return len(chosen)
    return 0


@pytest.mark.parametrize("seed", range(40))
def test_as_many_times_as_any_choice_keeps_and_no_small_step(seed):
    rng = np.random.default_rng(seed)
    series = [tuple(np.cumsum(rng.integers(0, 7, 7)).tolist()) for _ in range(3)]
    forced = [1] if seed % 3 == 1 else []
    banned = [1] if seed % 3 == 2 else []
    found = shown_times(series, POLICY, forced=forced, banned=banned)
    assert len(found) == most_times(series, forced, banned)
    assert fine(series, found)
    if found:
        assert found[-1] == 6
        assert set(forced) <= set(found)
        assert not set(banned) & set(found)


def test_a_small_total_has_no_times():
    assert shown_times([(0, 2, 3)], POLICY) == ()
    assert shown_times([(0, 2, 5), (0, 0, 4)], POLICY) == ()
    assert shown_times([(0, 0, 0)], POLICY) == (0, 1, 2)
    assert shown_times([], POLICY) == ()


@pytest.mark.parametrize(("months", "most"), [(2, 14), (3, 13), (4, 11)])
def test_who_knows_the_rule_still_does_not_know_a_small_step(months, most):
    """All tables that thin to the same times and counts: no month has the same small count in each of them."""
    groups = defaultdict(list)
    for steps in product(range(most + 1), repeat=months):
        if sum(steps) <= most and not POLICY.small(sum(steps)):
            cumulative = tuple(np.cumsum(steps).tolist())
            shown = shown_times([cumulative], POLICY)
            groups[shown, tuple(cumulative[j] for j in shown)].append(steps)
    for tables in groups.values():
        for month in np.array(tables).T:
            assert len(set(month.tolist())) > 1 or not POLICY.small(int(month[0]))


def test_who_knows_the_rule_and_the_other_arm_still_does_not_know_a_small_step():
    groups = defaultdict(list)
    tables = [t for t in product(range(9), repeat=3) if sum(t) <= 9 and not POLICY.small(sum(t))]
    rng = np.random.default_rng(1)
    for other in (tables[k] for k in rng.choice(len(tables), 25, replace=False)):
        for steps in tables:
            series = [tuple(np.cumsum(t).tolist()) for t in (steps, other)]
            shown = shown_times(series, POLICY)
            groups[other, shown, tuple(series[0][j] for j in shown)].append(steps)
    for found in groups.values():
        for month in np.array(found).T:
            assert len(set(month.tolist())) > 1 or not POLICY.small(int(month[0]))


def test_persons_stand_evenly_over_the_whole_months_of_their_step():
    assert spread([0.0, 3.0, 4.0], [0, 6, 8]).tolist() == [1, 1, 2, 2, 3, 3, 4, 4]
    assert spread([0.0, 2.5], [1, 5]).tolist() == [0.0, 0.3125, 0.9375, 1.5625, 2.1875]
    assert spread([], []).size == 0


@pytest.mark.parametrize("seed", range(25))
def test_spread_keeps_the_counts_it_is_made_of(seed):
    rng = np.random.default_rng(seed)
    times = np.cumsum(rng.integers(1, 4, 6)).astype(float).tolist()
    counts = np.cumsum(rng.integers(0, 9, 6)).tolist()
    people = spread(times, counts)
    assert [int((people <= t).sum()) for t in times] == counts


def every_table(totals, widths):
    """All ways to put each step's total into its months."""

    def ways(total, width):
        if width == 1:
            return [(total,)]
        return [(k, *rest) for k in range(total + 1) for rest in ways(total - k, width - 1)]

    return product(*(ways(t, w) for t, w in zip(totals, widths, strict=True)))


@pytest.mark.parametrize("seed", range(60))
def test_what_a_mean_fixes_is_what_every_table_with_that_mean_has(seed):
    rng = np.random.default_rng(seed)
    widths = rng.integers(1, 4, int(rng.integers(1, 4))).tolist()
    steps = [rng.multinomial(int(rng.choice([0, 5, 6, 7])), rng.dirichlet(np.full(w, 0.6))).tolist() for w in widths]
    months, left = [], sum(widths)
    for w in widths:
        months.append([left - k - 1 for k in range(w)])
        left -= w

    def told(table):
        return sum(d * x for s, ws in zip(table, months, strict=True) for d, x in zip(s, ws, strict=True))

    same = [t for t in every_table([sum(s) for s in steps], widths) if told(t) == told(steps)]
    known = any(
        POLICY.small(steps[i][k]) and len({t[i][k] for t in same}) == 1
        for i, w in enumerate(widths)
        if w > 1
        for k in range(w)
    )
    assert fixed_by_mean(steps, months, POLICY) == known


def test_a_mean_fixes_the_one_month_left_out():
    assert fixed_by_mean([[5], [2, 3], [6]], [[3], [2, 1], [0]], POLICY)
    assert not fixed_by_mean([[5], [2, 3], [3, 3]], [[4], [3, 2], [1, 0]], POLICY)
