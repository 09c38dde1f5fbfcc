"""Where one arm's mean time is hidden and the others' are shown, no hidden step of any arm is narrowed: by linear programming.

Another way than the code's: every month's events of every arm are unknown, what is printed is an interval, and each hidden
step must be able to hold all its events in its first month, and all in its last.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from scipy.optimize import linprog
from timed import ARMS, table, timed, trial

from effektutv.disclosure.rules.mean_times import coarse_rows
from effektutv.disclosure.rules.survival_counts import Curves, Track

pytestmark = pytest.mark.proof

MONTHS = 12
SEEDS = range(20)


def drawn(seed):
    """One study: persons an arm, and events by arm and month, with few in the first months or many in one."""
    g = np.random.default_rng(seed)
    first, n, events = int(g.integers(1, 4)), int(g.integers(100, 400)), {}
    for arm in ARMS:
        found = g.poisson(g.choice([3, 6, 9]), MONTHS)
        if g.random() < 0.6:
            found[: first + 1] = g.integers(1, 5, first + 1)
        if g.random() < 0.5:
            found[int(g.integers(0, MONTHS))] = int(g.integers(20, 50))
        events[arm] = np.minimum(found, n // 14)
    return n, events


def curves_of(n, events):
    """Tracks, and the first grid on which no step of any arm holds 1 to 4 events."""
    sums = {a: np.cumsum([0, *e]).tolist() for a, e in events.items()}
    grid = [0]
    for k in range(1, MONTHS + 1):
        if all(not 0 < s[k] - s[grid[-1]] < 5 for s in sums.values()):
            grid.append(k)
    none = (0,) * (MONTHS + 1)
    tracks = tuple(
        Track(
            outcome="arbete", clock="randomisation", arm=a, times=tuple(map(float, range(MONTHS + 1))), n=n,
            counts={"events": tuple(s), "competing": none, "censored": none}, n_risk=tuple(n - x for x in s),
        )
        for a, s in sums.items()
    )  # fmt: skip
    kinds = dict.fromkeys(("events", "competing", "censored"), tuple(grid))
    sizes = {("randomisation", a): n for a in ARMS}
    return Curves(tracks=tracks, grid=kinds, sizes=sizes, without=frozenset(), ends={}, decisions=())


def mean_of(arm, n):
    """What each month's events of an arm take from its mean time, beside the horizon."""
    v = np.zeros((len(ARMS), MONTHS))
    v[ARMS.index(arm)] = -(MONTHS - np.arange(1, MONTHS + 1)) / n
    return v.ravel()


def impossible(n, curves, rows, step):
    """Placings of a hidden step's events that what is printed rules out, and how many were tried."""
    upper, limits = [], []
    for r in rows:
        arm, control = mean_of(r.arm, n), mean_of(r.control, n)
        for value, v, base in (
            (r.mean_arm, arm, MONTHS), (r.mean_control, control, MONTHS), (r.estimate, arm - control, 0),
        ):  # fmt: skip
            upper += [v, -v]
            limits += [value + step / 2 - base + 1e-9, base - value + step / 2 + 1e-9]
    sums, known, hidden = [], [], []
    for i, track in enumerate(curves.tracks):
        marks = sorted({*curves.grid["events"], MONTHS})
        for p, q in pairwise(marks):
            v = np.zeros((len(ARMS), MONTHS))
            v[i, p:q] = 1
            sums.append(v.ravel())
            known.append(track.counts["events"][q] - track.counts["events"][p])
            if q - p > 1 and known[-1] and q in curves.grid["events"]:
                hidden += [(i * MONTHS + p, known[-1]), (i * MONTHS + q - 1, known[-1])]
    found = []
    for where, all_of_them in hidden:
        here = np.zeros(len(ARMS) * MONTHS)
        here[where] = 1
        result = linprog(np.zeros(here.size), upper, limits, [*sums, here], [*known, all_of_them], bounds=(0, None))
        found += [] if result.status == 0 else [where]
    return found, len(hidden)


def test_every_hidden_step_stays_open_beside_the_means_that_are_shown():
    tried, contrasts_shown = 0, set()
    for seed in SEEDS:
        n, events = drawn(seed)
        curves = curves_of(n, events)
        people = trial({a: table({(k + 1, 1): int(x) for k, x in enumerate(e)}, n=n) for a, e in events.items()})
        printed = coarse_rows(timed(people).rows, curves, 0.95)
        shown = [r for r in printed.rows if isinstance(r.estimate, float)]
        contrasts_shown.add(len(shown))
        if shown:
            found, many = impossible(n, curves, shown, printed.step)
            assert found == [], f"seed {seed}"
            tried += many
    assert tried > 200
    # whole studies, and studies where one arm's contrasts are gone and the third is shown
    assert {1, 3} <= contrasts_shown
