"""An attacker who knows the rules and everything else reads curves, risk tables, survey items and receipts.

The strongest reading of a release is this: which other studies would have been released alike, to the last bit, decisions
included? A small count is recovered where it is the same in all of them. So for each small count of random small studies
another study is looked for, one to four persons apart, that has another count there and the same release. Without
protection no such study exists: the numbers at full precision tell the months apart.
"""

from __future__ import annotations

from collections import Counter
from itertools import product

import numpy as np
import pandas as pd
import pytest

from effektutv.api.time_to_event import time_to_event
from effektutv.disclosure.protect import protect
from effektutv.disclosure.protected import ReportInputs
from effektutv.results import StartRow, Starts
from effektutv.study import Study

ARMS = ("FS", "SE", "CM")
MONTHS = 6
STUDY = """
[study]
name = "slump"
title = { sv = "Slump", en = "Random" }
[[arms]]
code = "FS"
control = true
label = { sv = "FS", en = "FS" }
[[arms]]
code = "SE"
label = { sv = "SE", en = "SE" }
[[arms]]
code = "CM"
label = { sv = "CM", en = "CM" }
[registers.assignment]
path = "a.csv"
[[outcomes]]
name = "arbete"
label = { sv = "I arbete", en = "In work" }
state = "work"
month = 6
"""


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    file = tmp_path_factory.mktemp("study") / "study.toml"
    file.write_text(STUDY, encoding="utf-8")
    return Study.from_toml(file)


def random_people(seed):
    """Each arm's persons as counts by month and kind: 1 the event, 2 a competing one, 0 censored, (0, 1) on day 0."""
    rng = np.random.default_rng(seed)
    arms = {}
    for arm in ARMS:
        n = int(rng.choice([30, 60, 130]))
        kinds = Counter()
        for _ in range(n):
            first = 0 if rng.random() < 0.03 else int(rng.geometric(rng.choice([0.04, 0.09])))
            other, end = int(rng.geometric(0.012)), min(int(rng.geometric(0.03)), MONTHS)
            event = 1 if first <= min(other, end) else 2 if other <= end else 0
            kinds[min(first, other, end), event] += 1
        arms[arm] = kinds
    return arms


def result_of(arms):
    rows = [(a, t, e) for a, kinds in arms.items() for (t, e), k in sorted(kinds.items()) for _ in range(k)]
    df = pd.DataFrame(rows, columns=["arm", "time", "event"])
    return time_to_event(
        df, time="time", event="event", arm="arm", control="FS", arms=list(ARMS), tau=MONTHS,
        times=list(range(MONTHS + 1)), outcome="arbete", clock="randomisation",
    )  # fmt: skip


def released(study, arms):
    sizes = {a: sum(kinds.values()) for a, kinds in arms.items()}
    starts = tuple(StartRow(arm=a, n=n, started=n, share=1.0, median_delay=9.0) for a, n in sizes.items())
    out = protect(ReportInputs(study=study, effects=(), times=(result_of(arms),), starts=Starts(rows=starts)))
    return out.value, out.decisions


def moved(arms, arm, cell, to, k):
    """The study with k persons of one cell of an arm elsewhere."""
    kinds = Counter(arms[arm])
    kinds[cell] -= k
    kinds[to] += k
    return {**arms, arm: +kinds}


CELLS = [(0, 1), *product(range(1, MONTHS + 1), (0, 1, 2))]


def small_cells(arms):
    return [(a, c) for a in ARMS for c in CELLS if 0 < arms[a][c] < 5]


def nearby(arms, arm, cell):
    """Yield studies with another count in a cell: persons moved, alone or for as many of another kind the other way."""
    for to in sorted((c for c in CELLS if c != cell), key=lambda c: (c[1] != cell[1], abs(c[0] - cell[0]))):
        for k, (here, there) in product(range(1, 5), ((cell, to), (to, cell))):
            if arms[arm][here] < k:
                continue
            other = moved(arms, arm, here, there, k)
            yield other
            for kind in {0, 1, 2} - {cell[1]} if here[1] == there[1] else ():
                if arms[arm][there[0], kind] >= k:
                    yield moved(other, arm, (there[0], kind), (here[0], kind), k)


def unrecovered(study, arms, arm, cell, before):
    """Return whether another study, with another count in the cell, is released alike."""
    return any(released(study, other) == before for other in nearby(arms, arm, cell))


def attack(study, seeds):
    tried, found = 0, []
    for seed in seeds:
        arms = random_people(seed)
        before = released(study, arms)
        for arm, cell in small_cells(arms):
            tried += 1
            if not unrecovered(study, arms, arm, cell, before):
                found.append((seed, arm, cell))
    return tried, found


def test_no_small_count_of_a_curve_is_the_same_in_every_study_released_alike(study):
    tried, found = attack(study, range(3))
    assert found == []
    assert tried > 60


@pytest.mark.slow
def test_no_small_count_of_a_curve_is_the_same_in_every_study_released_alike_many(study):
    assert attack(study, range(3, 60))[1] == []


def thinned_only(study, arms):
    """What would be shown if the times were thinned and curves and means stood as they were computed."""
    found, decisions = released(study, arms)
    before, after = result_of(arms), found.times[0]
    curve = {(r.arm, r.time): (r.survival, r.incidence) for r in before.risk}
    shown = [(r, curve[r.arm, r.time]) for r in after.risk if isinstance(r.survival, float)]
    return shown, [(r.estimate, r.std_error) for r in before.rows], decisions


@pytest.mark.parametrize("curves", [True, False])
def test_thinned_times_with_curves_or_means_at_full_precision_would_give_small_counts_away(study, curves):
    """The trap: the curve at the shown times, or the mean times alone, leave no other study within a step."""

    def told(arms):
        shown, means, decisions = thinned_only(study, arms)
        return (shown, decisions) if curves else ([r for r, _ in shown], means, decisions)

    arms = random_people(1)
    before = told(arms)
    for cell in ((1, 1), (3, 1)):
        assert 0 < arms["SE"][cell] < 5
        assert not any(told(other) == before for other in nearby(arms, "SE", cell))
