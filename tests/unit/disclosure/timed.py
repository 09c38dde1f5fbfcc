"""Persons with times and events, for the tests of what is released of them."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd

from effektutv.api.time_to_event import time_to_event
from effektutv.results import Suppressed

ARMS = ("FS", "SE", "CM")
KINDS = ("events", "competing", "censored")


def table(counts, n=120):
    """One arm's persons from ``{(time, event): persons}``; who is not among them is censored after every time."""
    rows = [pair for pair, k in counts.items() for _ in range(k)]
    rows += [(99, 0)] * (n - len(rows))
    return pd.DataFrame(rows, columns=["time", "event"])


def trial(arms):
    """All arms' persons."""
    return pd.concat([t.assign(arm=a) for a, t in arms.items()], ignore_index=True)


def random_people(seed, n=(120, 120, 120), *, months=12, hazard=0.03, competing=0.004, leaving=0.02, zero=0.02):
    """Persons with a first event, a competing event or the end of follow-up, in whole months."""
    rng = np.random.default_rng(seed)
    arm = np.repeat(ARMS, n)
    size = arm.size
    first = np.where(rng.random(size) < zero, 0, rng.geometric(np.where(arm == "SE", 1.6, 1) * hazard))
    other, end = rng.geometric(competing, size), np.minimum(rng.geometric(leaving, size), months)
    event = np.where(first <= np.minimum(other, end), 1, np.where(other <= end, 2, 0))
    return pd.DataFrame({"arm": arm, "time": np.minimum(np.minimum(first, other), end), "event": event})


def timed(df, *, tau=12, clock="randomisation", **other):
    times = other.pop("times", range(int(tau) + 1))
    return time_to_event(
        df, time="time", event="event", arm="arm", control="FS", arms=list(ARMS), tau=tau, times=list(times),
        outcome="arbete", clock=clock, **other,
    )  # fmt: skip


def of_arm(result, arm):
    return [r for r in result.risk if r.arm == arm]


def gone(value):
    return isinstance(value, Suppressed)


def small_steps(result, threshold=5):
    """Every step between two shown counts of one arm, and every count, that is 1 to 4."""
    found = []
    for arm in ARMS:
        rows = of_arm(result, arm)
        for kind in KINDS:
            shown = [getattr(r, kind) for r in rows if not gone(getattr(r, kind))]
            found += [(arm, kind, b - a) for a, b in pairwise([0, *shown])]
        for row in rows:
            counts = [getattr(row, k) for k in ("events", "competing", "censored")]
            if not any(gone(c) for c in (row.n, *counts)):
                found.append((arm, "left", row.n - sum(counts)))
            if not gone(row.n_risk):
                found.append((arm, "at risk", row.n_risk))
    return [f for f in found if 0 < f[2] < threshold]
