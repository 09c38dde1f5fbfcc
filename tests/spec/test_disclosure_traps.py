"""An attacker reads the released tables of random small studies and computes what was suppressed.

The attack is its own: from released persons, shares, means, estimates and counts it sets up the linear equations that hold
among the cells, and asks a linear program for the smallest and largest value of each suppressed cell. A cell is recovered
where the two meet. Nothing of the package's audit is used.
"""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import linprog

import effektutv as eu
from effektutv.disclosure.protect import protect
from effektutv.disclosure.protected import ReportInputs
from effektutv.errors import DisclosureError
from effektutv.results import CountRow, Counts, Flow, FlowStage, StartRow, Starts
from effektutv.study import Study

ARMS = ("FS", "SE", "CM")
KINDS = ("stod", "annan", "reguljart")
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
month = 15
[[outcomes]]
name = "stod"
label = { sv = "Stöd", en = "Support" }
state = "work_with_support"
month = 15
[[outcomes]]
name = "annan"
label = { sv = "Annan", en = "Other" }
state = "work_other_subsidised"
month = 15
[[outcomes]]
name = "reguljart"
label = { sv = "Reguljärt", en = "Regular" }
state = "work_regular"
month = 15
"""


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    file = tmp_path_factory.mktemp("study") / "study.toml"
    file.write_text(STUDY, encoding="utf-8")
    return Study.from_toml(file)


def random_study(study, seed):
    """Persons, and a report's inputs by the package's own estimators."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(90, 260))
    levels = int(rng.integers(2, 5))
    df = pd.DataFrame({"arm": rng.choice(ARMS, n), "g": [f"g{k}" for k in rng.integers(0, levels, n)]})
    df["h"] = [f"h{k}" for k in rng.integers(0, 2, n)]
    kind = rng.choice(len(KINDS) + 1, n, p=[0.12, 0.05, 0.13, 0.70])
    for k, name in enumerate(KINDS):
        df[name] = (kind == k).astype(float)
    df["arbete"] = (kind < len(KINDS)).astype(float)
    effects = [
        eu.itt(
            df, outcome=name, arm="arm", control="FS", arms=list(ARMS), estimator="difference",
            by=["g", "h", ("g", "h")] if name == "arbete" else ["g"], clock="randomisation", month=15,
        )
        for name in ("arbete", *KINDS)
    ]  # fmt: skip
    size = df["arm"].value_counts()
    kinds = Counts(
        rows=tuple(
            CountRow(
                outcome="arbete", clock="randomisation", month=15, arm=arm, category=name, n=int(size[arm]),
                events=int(df.loc[df["arm"] == arm, name].sum()), share=float(df.loc[df["arm"] == arm, name].mean()),
            )
            for arm, name in product(ARMS, KINDS)
        )
    )  # fmt: skip
    stayed = {arm: int(size[arm] - rng.integers(0, 9)) for arm in ARMS}
    by_arm = {arm: int(size[arm]) for arm in ARMS}
    flow = Flow(
        rows=(
            FlowStage(name="randomised", n=n, excluded=0, reason="", by_arm=by_arm),
            FlowStage(
                name="started", n=sum(stayed.values()), excluded=n - sum(stayed.values()), reason="x", by_arm=stayed
            ),
        )
    )
    starts = Starts(
        rows=tuple(
            StartRow(arm=a, n=by_arm[a], started=stayed[a], share=stayed[a] / by_arm[a], median_delay=9.0) for a in ARMS
        )
    )
    return ReportInputs(study=study, effects=tuple(effects), kinds=(kinds,), starts=starts, flow=flow)


def determined(cells, equations, known, top):
    """Return the cells whose value the equations fix, by a linear program for each unknown one's ends."""
    place = {c: i for i, c in enumerate(cells)}
    A, b = [], []
    for coefficients, total in [*equations, *(({c: 1.0}, float(v)) for c, v in known.items())]:
        row = np.zeros(len(cells))
        for cell, value in coefficients.items():
            row[place[cell]] += value
        A.append(row)
        b.append(total)
    found = set(known)
    for cell in set(cells) - found:
        goal = np.zeros(len(cells))
        goal[place[cell]] = 1.0
        bounds = [(0.0, top[c]) for c in cells]
        ends = [linprog(s * goal, A_eq=np.array(A), b_eq=b, bounds=bounds, method="highs").fun for s in (1, -1)]
        if None not in ends and -ends[1] - ends[0] < 0.5:
            found.add(cell)
    return found


class Attack:
    """What the released tables say of every cell: events and persons, as linear equations in both."""

    def __init__(self, original, released):
        self.events, self.size = {}, {}
        self.known_events, self.known_size = {}, {}
        self.equations, self.size_equations = [], []
        for before, after in zip(original.effects, released.effects, strict=True):
            for row, shown in zip(before.rows, after.rows, strict=True):
                if not row.kind.compares:
                    self._effect(row, shown)
        for row, shown in zip(original.kinds[0].rows, released.kinds[0].rows, strict=True):
            self._cell((row.category, row.arm, "", ""), row.events, row.n, shown.n, [shown.share], shown.events)
        self._margins()
        self._flow(original.flow, released)

    def _cell(self, cell, events, n, shown_n, shares, shown_events=None):
        self.events[cell], self.size[cell] = events, n
        if isinstance(shown_n, int):
            self.known_size[cell] = shown_n
            numbers = [s * shown_n for s in shares if isinstance(s, float)]
            for number in numbers:
                self.known_events[cell] = round(number)
        if isinstance(shown_events, int):
            self.known_events[cell] = shown_events

    def _effect(self, row, shown):
        if not row.n_arm or not row.n_control:
            return
        cells = [(row.outcome, arm, row.subgroup, row.level) for arm in (row.arm, row.control)]
        self._cell(cells[0], row.events_arm, row.n_arm, shown.n_arm, [shown.share_arm, shown.mean_arm])
        self._cell(
            cells[1], row.events_control, row.n_control, shown.n_control, [shown.share_control, shown.mean_control]
        )
        if isinstance(shown.estimate, float):
            # the stronger attacker: he knows the persons behind a difference of shares
            self.equations.append(({cells[0]: 1 / row.n_arm, cells[1]: -1 / row.n_control}, shown.estimate))

    def _margins(self):
        """Levels add up to everyone, a cross to its parts, kinds to work."""
        groups = {}
        for cell in self.events:
            groups.setdefault(cell[:3], []).append(cell)
        for (outcome, arm, group), cells in groups.items():
            if not group:
                continue
            sums = [(cells, (outcome, arm, "", ""))]
            for position, name in enumerate(group if isinstance(group, tuple) else ()):
                for level in {c[3][position] for c in cells}:
                    parts = [c for c in cells if c[3][position] == level]
                    sums.append((parts, (outcome, arm, name, level)))
            for parts, total in sums:
                equation = ({**dict.fromkeys(parts, 1.0), total: -1.0}, 0.0)
                self.equations.append(equation)
                self.size_equations.append(equation)
        for cell in list(self.events):
            parts = [(kind, *cell[1:]) for kind in KINDS]
            if cell[0] == "arbete" and all(p in self.events for p in parts):
                self.equations.append(({**dict.fromkeys(parts, 1.0), cell: -1.0}, 0.0))
                # the same persons stand behind each kind
                self.size_equations += [({p: 1.0, cell: -1.0}, 0.0) for p in parts]

    def _flow(self, flow, released):
        """Who never started, by arm: from the stages of the flow and from the table of starts."""
        (first, last), cells = released.flow.rows, {}
        for arm in ARMS:
            cells[arm] = cell = ("left", arm, "", "")
            n = flow.rows[0].by_arm[arm]
            self._cell(cell, n - flow.rows[1].by_arm[arm], n, n, [])
            if isinstance(last.by_arm[arm], int):
                self.known_events[cell] = first.by_arm[arm] - last.by_arm[arm]
        for row in released.starts.rows:
            if isinstance(row.started, int):
                self.known_events[cells[row.arm]] = row.n - row.started
        if isinstance(last.excluded, int):
            self.equations.append((dict.fromkeys(cells.values(), 1.0), float(last.excluded)))

    @property
    def small(self):
        """The cells that must not be known: 1 to 4 persons, events or non-events."""
        return {c for c, e in self.events.items() if self.why(c, e, self.size[c])}

    @staticmethod
    def why(cell, events, n):
        return [name for name, k in (("persons", n), ("events", events), ("non-events", n - events)) if 0 < k < 5]

    def recovered(self):
        """The small cells of which a small count is determined: of persons, of events, or of both and so of the rest."""
        cells = list(self.events)
        arm_size = {c: float(self.size[(c[0] if c[0] == "left" else "arbete", c[1], "", "")]) for c in cells}
        sizes = determined(cells, self.size_equations, self.known_size, arm_size)
        top = {c: float(self.size[c]) if c in sizes else arm_size[c] for c in cells}
        events = determined(cells, self.equations, self.known_events, top)
        told = {"persons": sizes, "events": events, "non-events": sizes & events}
        return {c for c in self.small for name in self.why(c, self.events[c], self.size[c]) if c in told[name]}


def check(study, seeds):
    """Attack the studies; return how many small cells were attacked, and which studies could not be released at all."""
    attacked, refused = 0, []
    for seed in seeds:
        inputs = random_study(study, seed)
        try:
            released = protect(inputs).value
        except DisclosureError:
            refused.append(seed)
            continue
        attack = Attack(inputs, released)
        assert attack.recovered() == set(), f"seed {seed}"
        attacked += len(attack.small)
    return attacked, refused


def test_no_small_cell_follows_from_what_is_released(study):
    attacked, refused = check(study, range(12))
    assert attacked > 100
    assert len(refused) < 3


@pytest.mark.slow
def test_no_small_cell_follows_from_what_is_released_many(study):
    assert len(check(study, range(12, 200))[1]) < 20


def test_without_protection_the_attack_finds_every_small_cell(study):
    inputs = random_study(study, 1)
    attack = Attack(inputs, inputs)
    assert attack.small
    assert attack.recovered() == attack.small
