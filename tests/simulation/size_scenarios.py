"""Size of the randomisation tests and of the corrections, by simulation under a known truth.

    python tests/simulation/size_scenarios.py docs/simulations_randomization.md [runs]

Persons and what each would do in each arm are fixed; only the assignment is drawn, by a mechanism whose probabilities
differ from stratum to stratum. ``runs`` runs take about runs/100 minutes.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

import effektutv as eu
from effektutv.estimators.design import Design
from effektutv.estimators.effects import Labels, effect_rows
from effektutv.estimators.options import parse_spec
from effektutv.estimators.randomization.mechanism import Mechanism, stratified
from effektutv.estimators.randomization_test import Options, randomization_row

ARMS = ("FS", "SE", "CM")
LEVEL = 0.05
DRAWS = 399


@dataclass(frozen=True)
class World:
    """Persons by stratum, their outcomes in each arm (n, 3), and how they are assigned."""

    name: str
    mechanism: Mechanism
    outcomes: np.ndarray

    def observed(self, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Return one assignment and the outcomes that it shows."""
        arm = self.mechanism.draw(rng)[0]
        return arm, self.outcomes[np.arange(arm.size), arm]


def strata(counts: list[tuple[int, int, int]]) -> Mechanism:
    table = np.array(counts)
    return stratified(ARMS, np.repeat(np.arange(len(counts)), table.sum(axis=1)), table)


def uneven(rng: np.random.Generator, n_strata: int = 25, size: int = 42) -> Mechanism:
    """Strata whose ratio differs: (1:1:1), (2:1:1), (1:2:1), (1:1:4) by turns."""
    ratios = [(14, 14, 14), (21, 11, 10), (11, 21, 10), (7, 7, 28)]
    sizes = rng.integers(size - 12, size + 13, n_strata)
    counts = []
    for j, n in enumerate(sizes):
        share = np.array(ratios[j % 4]) / 42
        first = round(share[0] * n), round(share[1] * n)
        counts.append((*first, int(n) - sum(first)))
    return strata(counts)


def small(rng: np.random.Generator) -> Mechanism:
    """Ordinary strata, and fifteen of three to five persons with single persons in some arm."""
    tiny = [(1, 1, 1), (2, 1, 1), (1, 2, 1), (1, 1, 2), (2, 2, 1)]
    return strata([(10, 8, 6), (8, 12, 6), (6, 6, 16), (12, 6, 6)] + tiny * 3)


def same_for_all(y: np.ndarray) -> np.ndarray:
    return np.repeat(y[:, None], 3, axis=1)


def binary(rng: np.random.Generator, mechanism: Mechanism, rate: float) -> np.ndarray:
    """0/1 outcomes whose rate varies over strata around ``rate``."""
    by_stratum = np.clip(rate * rng.uniform(0.4, 1.6, mechanism.n_groups), 0.002, 0.9)
    return (rng.random(mechanism.group.size) < by_stratum[mechanism.group]).astype(float)


def turned_round(rng: np.random.Generator, mechanism: Mechanism, rate: float) -> np.ndarray:
    """0/1 outcomes that SE turns round for as many persons in one direction as in the other: its average effect is 0."""
    out = same_for_all(binary(rng, mechanism, rate))
    ones = np.flatnonzero(out[:, 0] == 1)
    up = rng.choice(np.flatnonzero(out[:, 0] == 0), ones.size // 2, replace=False)
    down = rng.choice(ones, ones.size // 2, replace=False)
    out[up, 1], out[down, 1] = 1.0, 0.0
    return out


def weak(rng: np.random.Generator, mechanism: Mechanism) -> np.ndarray:
    """SE moves persons up or down, by 0 on average in every stratum; FS and CM do nothing. The larger arm of a stratum is
    the quieter one, where a test that is not studentised goes wrong."""
    base = rng.normal(size=mechanism.group.size)
    moved = rng.normal(size=base.size) * 2.5
    for g in range(mechanism.n_groups):
        inside = mechanism.group == g
        moved[inside] -= moved[inside].mean()
    out = same_for_all(base)
    out[:, 1] += moved
    return out


def worlds(seed: int = 20240101) -> dict[str, World]:
    rng = np.random.default_rng(seed)
    found = {}
    for rate in (0.18, 0.02):
        mechanism = uneven(rng)
        y = same_for_all(binary(rng, mechanism, rate))
        found[f"sharp null, 0/1, {rate:.0%}"] = World(f"sharp null, 0/1, {rate:.0%}", mechanism, y)
    mechanism = uneven(rng)
    found["sharp null, skewed"] = World(
        "sharp null, skewed", mechanism, same_for_all(rng.exponential(size=mechanism.group.size) ** 1.5)
    )
    # SE has few persons and much spread: 14 of 60 in every stratum.
    lopsided = strata([(40, 14, 6)] * 12)
    found["weak null, few in the arm that spreads"] = World(
        "weak null, few in the arm that spreads", lopsided, weak(rng, lopsided)
    )
    mechanism = uneven(rng)
    found["weak null, uneven"] = World("weak null, uneven", mechanism, weak(rng, mechanism))
    mechanism = small(rng)
    y = rng.normal(size=mechanism.group.size) + mechanism.group * 0.2
    found["sharp null, single persons"] = World("sharp null, single persons", mechanism, same_for_all(y))
    for rate in (0.18, 0.02):
        mechanism = uneven(rng)
        name = f"weak null, 0/1, {rate:.0%}"
        found[name] = World(name, mechanism, turned_round(rng, mechanism, rate))
    return found


def design_of(world: World, arm: np.ndarray) -> Design:
    return Design(
        arm=arm,
        stratum=world.mechanism.group,
        X=np.empty((arm.size, 0)),
        arms=ARMS,
        n_strata=world.mechanism.n_groups,
        strata="s",
    )


def p_value(
    world: World, arm: np.ndarray, y: np.ndarray, estimator: str, draws: int | None, studentize: bool, seed: int
):
    """Return the p-value of SE − FS, or None where there is none."""
    spec = parse_spec(estimator=estimator, vcov="HC2", weights="all", level=0.95, stratified=True, adjusted=False)
    options = Options(draws=draws, studentize=studentize, level=None, seed=seed)
    row, *_ = randomization_row(design_of(world, arm), y, spec, (1, 0), world.mechanism, options, Labels(outcome="y"))
    return row.p_randomization if isinstance(row.p_randomization, float) else None


def t_test(world: World, arm: np.ndarray, y: np.ndarray, estimator: str):
    spec = parse_spec(estimator=estimator, vcov="HC2", weights="all", level=0.95, stratified=True, adjusted=False)
    row = effect_rows(design_of(world, arm), y, spec, [(1, 0)], Labels(outcome="y"))[0][0]
    return row.p_value if isinstance(row.p_value, float) else None


#: name → estimator, draws (None: exact), studentised
TESTS: dict[str, tuple[str, int | None, bool]] = {
    "exact, fe": ("fe", None, False),
    "exact, blocked": ("blocked", None, False),
    "drawn, fe, not studentised": ("fe", DRAWS, False),
    "drawn, fe": ("fe", DRAWS, True),
    "drawn, blocked": ("blocked", DRAWS, True),
    "t test, blocked": ("blocked", 0, True),
}


def size(world: World, test: str, runs: int, seed: int = 1) -> tuple[float, int]:
    """Return the share of runs in which the test rejects a true null at 5 %, and the runs that gave a p-value."""
    rng = np.random.default_rng(np.random.SeedSequence([seed, len(world.name), *map(ord, test)]))
    estimator, draws, studentize = TESTS[test]
    found = []
    for run in range(runs):
        arm, y = world.observed(rng)
        if draws == 0:
            found.append(t_test(world, arm, y, estimator))
        else:
            found.append(p_value(world, arm, y, estimator, draws, studentize, run))
    known = [p for p in found if p is not None]
    return float(np.mean(np.array(known) <= LEVEL)), len(known)


# ------------------------------------------------------------------------------------------------------------ families


def frame(mechanism: Mechanism, arm: np.ndarray, outcomes: dict[str, np.ndarray]) -> pd.DataFrame:
    return pd.DataFrame({"arm": np.array(ARMS)[arm], "s": mechanism.group, **outcomes})


def family_error(method: str, runs: int, *, effect: float = 0.0, seed: int = 2) -> float:
    """Return how often any true null among correlated outcomes of one contrast is rejected. With ``effect`` the first
    two of five outcomes have one: strong control is about the other three."""
    rng = np.random.default_rng(np.random.SeedSequence([seed, *map(ord, method), int(effect * 100)]))
    mechanism = uneven(np.random.default_rng(5), n_strata=8, size=36)
    n = mechanism.group.size
    common = rng.normal(size=n)
    base = {f"y{j}": 0.7 * common + rng.normal(size=n) for j in range(4)}
    base["y4"] = (common + rng.normal(size=n) > 1.3).astype(float)
    wrong = 0
    for run in range(runs):
        arm = mechanism.draw(rng)[0]
        shown = {k: y + (effect * (arm == 1) if k in ("y0", "y1") else 0) for k, y in base.items()}
        df = frame(mechanism, arm, shown)
        effects = eu.itt(df, outcome=list(shown), arm="arm", control="FS", strata="s", contrasts=[("SE", "FS")])
        rows = eu.adjust(effects, method=method, draws=DRAWS, seed=run).rows
        true = [r for r in rows if effect == 0 or r.outcome not in ("y0", "y1")]
        wrong += any(isinstance(r.p_adjusted, float) and r.p_adjusted <= LEVEL for r in true)
    return wrong / runs


def closure_error(method: str, runs: int, *, effect: float = 0.0, seed: int = 3) -> float:
    """Return how often a true null among the three contrasts of one outcome is rejected: CM has the effect, if any."""
    rng = np.random.default_rng(np.random.SeedSequence([seed, *map(ord, method), int(effect * 100)]))
    mechanism = strata([(20, 12, 8), (10, 10, 20), (12, 24, 6), (9, 9, 9)])
    base = rng.normal(size=mechanism.group.size) * (1 + mechanism.group)
    wrong = 0
    for run in range(runs):
        arm = mechanism.draw(rng)[0]
        df = frame(mechanism, arm, {"y": base + effect * (arm == 2)})
        effects = eu.itt(df, outcome="y", arm="arm", control="FS", arms=ARMS, strata="s")
        rows = eu.adjust(effects, method=method, draws=DRAWS, seed=run).rows
        true = [r for r in rows if effect == 0 or "CM" not in (r.arm, r.control)]
        wrong += any(r.p_adjusted <= LEVEL for r in true)
    return wrong / runs


def _in_strata_of_4_to_8(persons: int = 180) -> list[tuple[int, int, int]]:
    """Return strata of 4 to 8 persons whose arms differ by one person at most, 60 persons an arm."""
    rng = np.random.default_rng(6)
    cells: list[tuple[int, int, int]] = []
    turn = 0
    while persons:
        size = persons if persons <= 8 else min(int(rng.integers(4, 9)), persons - 4)
        n = [0, 0, 0]
        for _ in range(size):
            n[turn % 3] += 1
            turn += 1
        cells.append((n[0], n[1], n[2]))
        persons -= size
    return cells


#: Strata by the numbers of FS, SE and CM.
SPARSE: dict[str, list[tuple[int, int, int]]] = {
    "40 × 1/1/1": [(1, 1, 1)] * 40,
    "20 × 1/1/1, 2 × 10/10/10": [(1, 1, 1)] * 20 + [(10, 10, 10)] * 2,
    "3 arms of 60 in strata of 4–8": _in_strata_of_4_to_8(),
    "20 × 1/2/2": [(1, 2, 2)] * 20,
    "30 × 2/2/2": [(2, 2, 2)] * 30,
    "mix of 1 to 4 an arm": [(1, 1, 1)] * 5 + [(1, 2, 3)] * 5 + [(3, 1, 2)] * 5 + [(4, 4, 4)] * 5,
    "1 × 1/1/1, 6 × 10/10/10": [(1, 1, 1)] + [(10, 10, 10)] * 6,
    "2 × 1/9/9, 3 × 10/10/10": [(1, 9, 9)] * 2 + [(10, 10, 10)] * 3,
}
SPARSE_TESTS = (("holm", "normal"), ("romano-wolf", "normal"), ("romano-wolf", "0/1"))
#: Runs of a number of this table, at most.
SPARSE_RUNS = 1000


def sparse_error(cells: str, kind: str, method: str, runs: int, seed: int = 8) -> float:
    """Return how often a true null among three contrasts is rejected where strata have few persons: no arm matters, and
    persons are new in every run. A run in which no contrast has an error rejects nothing."""
    rng = np.random.default_rng(np.random.SeedSequence([seed, *map(ord, cells + kind + method)]))
    mechanism = strata(SPARSE[cells])
    n, wrong = mechanism.group.size, 0
    for run in range(runs):
        arm = mechanism.draw(rng)[0]
        level = rng.normal(size=len(SPARSE[cells]))[mechanism.group]
        y = (rng.random(n) < 0.25).astype(float) if kind == "0/1" else level + rng.normal(size=n)
        effects = eu.itt(frame(mechanism, arm, {"y": y}), outcome="y", arm="arm", control="FS", arms=ARMS, strata="s")
        if not any(isinstance(r.statistic, float) for r in effects.rows):
            continue
        known = eu.adjust(effects, method=method, rows=lambda r: isinstance(r.statistic, float), draws=DRAWS, seed=run)
        wrong += any(isinstance(r.p_adjusted, float) and r.p_adjusted <= LEVEL for r in known.rows)
    return wrong / runs


def wrong_permutation(runs: int, *, pairwise: bool, seed: int = 4) -> float:
    """Return how often SE − FS is rejected where neither does anything and CM, a large arm, spreads less: by drawing all
    three arms again, not studentised (wrong, and not offered), or by the pairwise test."""
    rng = np.random.default_rng(seed)
    mechanism = strata([(30, 30, 240)])
    base = rng.normal(size=300) * 3
    outcomes = same_for_all(base)
    outcomes[:, 2] = base * 0.2  # CM moves everyone towards 0: not the null's business
    world = World("three arms", mechanism, outcomes)
    rejected = 0
    for run in range(runs):
        arm, y = world.observed(rng)
        if pairwise:
            p = p_value(world, arm, y, "difference", DRAWS, False, run)
        else:
            again = mechanism.draw(rng, DRAWS)

            def gap(codes: np.ndarray, y: np.ndarray = y) -> np.ndarray:
                return ((codes == 1) @ y - (codes == 0) @ y) / 30

            p = (1 + np.count_nonzero(np.abs(gap(again)) >= abs(gap(arm[None, :])[0]))) / (1 + DRAWS)
        rejected += p <= LEVEL
    return rejected / runs


def error(share: float, runs: int) -> float:
    """Return the Monte Carlo standard error of a share of runs."""
    return float(np.sqrt(max(share * (1 - share), 0.01 * 0.99) / runs))


# ---------------------------------------------------------------------------------------------------------------- page


def shown(share: float, runs: int) -> str:
    """Return a share of runs as the page has it."""
    return f"{100 * share:.1f} ± {100 * error(share, runs):.1f}"


def page(runs: int) -> str:
    """Return the page of results."""
    lines = [
        "# Randomisation tests by simulation",
        "",
        f"Written by `tests/simulation/size_scenarios.py` ({runs} runs a number, {DRAWS} draws a test). Persons and what each",
        "would do are fixed, the assignment is drawn. Each number is how often a true null is rejected at 5 %, in per cent,",
        "with its Monte Carlo standard error: a test is sound where that is not above 5 by more than chance. The contrast is",
        "SE − FS; the third arm is held.",
        "",
        "## Size of one test",
        "",
        "Probabilities differ by stratum (1:1:1, 2:1:1, 1:2:1, 1:1:4), 25 strata of about 42 persons. “Few in the arm that",
        "spreads”: 12 strata of 40, 14 and 6 persons. “Single persons”: 15 of 19 strata have one person in some arm. Under the",
        "sharp null no one is moved by any arm; under the weak null SE moves persons by 0 on average.",
        "",
        "| | " + " | ".join(TESTS) + " |",
        "|---|" + "---:|" * len(TESTS),
    ]
    for name, world in worlds().items():
        cells = []
        for test in TESTS:
            if test.startswith("exact") and "0/1" not in name:
                cells.append("–")
                continue
            cells.append(shown(*size(world, test, runs)))
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    lines += [
        "",
        "What follows from it. Every randomisation test is sound under the sharp null, whatever the base rate and however",
        "small the strata; exact tests of rare events are below 5 because events are few and p-values come in steps. Under the",
        "weak null the test that is **not studentised** rejects too often where the smaller arm spreads more: that is why",
        "studentising is the default, and why an exact test, which cannot be studentised, says that it is of the sharp null.",
        "For `blocked` the exact p-value is the upper of two bounds. Where a 0/1 outcome's effects only average 0, every test",
        "here is below 5: such effects make the arms' true spread smaller than any test can know.",
        "",
        "## Families",
        "",
        "How often any true null of the family is rejected, in per cent. Five correlated outcomes of one contrast; with an",
        "effect on the first two (strong control); and the three contrasts of one outcome, CM alone having an effect or none.",
        "",
        "| | holm | westfall-young | romano-wolf |",
        "|---|---:|---:|---:|",
    ]
    methods = ("holm", "westfall-young", "romano-wolf")
    for name, run in FAMILIES.items():
        lines.append(f"| {name} | " + " | ".join(shown(run(m, runs), runs) for m in methods) + " |")
    lines += [
        "",
        "## Families where strata have few persons",
        "",
        f"Three contrasts of one outcome, `blocked`, no effect of any arm, {min(runs, SPARSE_RUNS)} runs: how often the family",
        "is wrongly rejected, in per cent. Strata by the numbers of FS, SE and CM, new persons in every run, strata differing in",
        "level; 0/1 outcomes have a share of a quarter. Romano–Wolf draws strata with single persons as a pool: left as they",
        "are they add nothing to the spread, and in strata of one person an arm every family is rejected.",
        "",
        "| | " + " | ".join(f"{m}, {kind}" for m, kind in SPARSE_TESTS) + " |",
        "|---|" + "---:|" * len(SPARSE_TESTS),
    ]
    few = min(runs, SPARSE_RUNS)
    for name in SPARSE:
        cells = [shown(sparse_error(name, kind, m, few), few) for m, kind in SPARSE_TESTS]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    lines += [
        "",
        "## All three arms drawn again for one pair",
        "",
        "SE and FS have 30 persons each and do nothing; CM has 240 and makes its persons more alike. Drawing all three arms",
        "again to test SE − FS, not studentised, is a mistake that software invites; effektutv does not offer it.",
        "",
        "| | rejected, per cent |",
        "|---|---:|",
        f"| all three arms drawn, not studentised | {shown(wrong_permutation(runs, pairwise=False), runs)} |",
        f"| the pair's two arms drawn, the third held | {shown(wrong_permutation(runs, pairwise=True), runs)} |",
    ]
    return "\n".join(lines) + "\n"


FAMILIES: dict[str, Callable[[str, int], float]] = {
    "five outcomes, no effect": lambda m, r: family_error(m, r),
    "five outcomes, effects on two": lambda m, r: family_error(m, r, effect=0.8),
    "three contrasts, no effect": lambda m, r: closure_error(m, r),
    "three contrasts, CM has one": lambda m, r: closure_error(m, r, effect=3.0),
}


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(page(int(sys.argv[2]) if len(sys.argv) > 2 else 2000), encoding="utf-8")
