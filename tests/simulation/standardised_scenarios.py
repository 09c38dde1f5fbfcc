"""Restricted means and Lee's bounds standardised to strata: size and coverage. Prints docs/simulations_standardised.md.

    python tests/simulation/standardised_scenarios.py 2000 > docs/simulations_standardised.md

Every draw has new persons; arms' numbers by stratum are fixed. Times are exponential with a hazard of the stratum's own,
and an arm without effect has that of the control. Response is monotone: some always respond, some only in the arm, and these
have the highest outcomes of all, so that Lee's lower bound *is* the effect among always-responders; with half of the strata
outside of it, an interval that covers that effect less often than stated would show.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass

import numpy as np
import thin_scenarios as thin

from effektutv.estimators.design import Design
from effektutv.estimators.missing.bounds import lee_rows
from effektutv.estimators.regression.fit import Labels
from effektutv.estimators.survival.rows import Horizon, time_rows

LABELS = Labels(outcome="y")
TAU = 24.0
#: Hazards and levels of the strata, by turns.
HAZARD, LEVEL = (0.10, 0.02), (0.0, 2.0)
#: How much the arm multiplies the hazard, where it has an effect.
RATIO = 1.5

#: Persons by stratum and arm, control first.
DESIGNS: dict[str, tuple[tuple[int, ...], ...]] = {
    "arm shares of 2:1 and 1:2, 4 strata of 120": ((40, 80), (80, 40)) * 2,
    "arm shares of 2:1 and 1:2, 12 strata of 24": ((8, 16), (16, 8)) * 6,
    "three arms, 2:1:1 and 1:2:1 by stratum": ((20, 10, 10), (10, 20, 10)) * 6,
    **{name: s.cells for name, s in thin.SCENARIOS.items() if not s.missing and "shares" not in name},
}
#: Designs in which an arm has ten persons or fewer: Lee's interval and the log-rank test are of large numbers.
FEW = ("1 + 7", "1 + 9", "1 + 29", "2 + 28")


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """How often something happened in the draws in which there was an interval or a p-value."""

    hits: int
    known: int

    @property
    def share(self) -> float:
        return self.hits / self.known if self.known else float("nan")

    @property
    def error(self) -> float:
        return float(np.sqrt(0.05 * 0.95 / max(self.known, 1)))


def design_of(cells: tuple[tuple[int, ...], ...], *, stratified: bool = True) -> Design:
    counts = np.array(cells)
    stratum = np.repeat(np.arange(len(counts)), counts.sum(axis=1))
    arm = np.concatenate([np.repeat(np.arange(counts.shape[1]), c) for c in counts])
    if not stratified:
        stratum = np.zeros_like(stratum)
    return Design(
        arm=arm, stratum=stratum, X=np.empty((arm.size, 0)), arms=("c", "t", "u")[: counts.shape[1]],
        n_strata=len(counts) if stratified else 1, strata="s" if stratified else "",
    )  # fmt: skip


def mean_time(hazard: np.ndarray) -> np.ndarray:
    """Mean time to τ of exponential times."""
    return (1 - np.exp(-hazard * TAU)) / hazard


def times(cells, draws: int, *, effect: bool, censored: bool = False, stratified: bool = True, seed: int = 1):
    """Return how often the interval of the mean's difference covers it, and how often the log-rank test rejects."""
    whole, design = design_of(cells), design_of(cells, stratified=stratified)
    rng = np.random.default_rng([seed, effect, censored, *np.array(cells).ravel()])
    ratio = RATIO if effect else 1.0
    base = np.resize(HAZARD, len(cells))
    size = np.array(cells).sum(axis=1)
    truth = float((size / size.sum()) @ (mean_time(ratio * base) - mean_time(base)))
    hazard = base[whole.stratum] * np.where(whole.arm == 1, ratio, 1.0)
    hits = known = rejected = tested = 0
    for _ in range(draws):
        t = rng.exponential(1 / hazard)
        end = rng.uniform(18, 48, t.size) if censored else np.full(t.size, 2 * TAU)
        event = (t <= end).astype(np.intp)
        found = time_rows(
            design, np.minimum(t, end), event, Horizon(tau=TAU, level=0.95, times=(12.0,)), [(1, 0)], LABELS
        )
        row = found.rows[0]
        if isinstance(row.conf_low, float):
            known += 1
            hits += row.conf_low <= truth <= row.conf_high
        if isinstance(row.log_rank_p, float):
            tested += 1
            rejected += row.log_rank_p <= 0.05
    return Share(hits=hits, known=known), Share(hits=rejected, known=tested)


def bounds(cells, draws: int, *, only_treated: float, stratified: bool = True, seed: int = 2) -> Share:
    """Return how often the interval covers the effect of 0.5 among always-responders, 70 per cent of everyone."""
    whole, design = design_of(cells), design_of(cells, stratified=stratified)
    rng = np.random.default_rng([seed, int(100 * only_treated), *np.array(cells).ravel()])
    level = np.resize(LEVEL, len(cells))[whole.stratum]
    cell = (np.zeros(whole.arm.size, dtype=np.intp), 1)
    hits = known = 0
    for _ in range(draws):
        kind = rng.random(whole.arm.size)
        always, induced = kind < 0.7, (kind >= 0.7) & (kind < 0.7 + only_treated)
        y = level + rng.normal(size=kind.size) + thin.EFFECT * (whole.arm == 1)
        y[induced] = level[induced] + 5 + rng.random(int(induced.sum()))
        row = lee_rows(design, y, always | (induced & (whole.arm == 1)), cell, 0.95, [(1, 0)], LABELS)[0]
        if isinstance(row.conf_low, float):
            known += 1
            hits += row.conf_low <= thin.EFFECT <= row.conf_high
    return Share(hits=hits, known=known)


TIMES = {
    "interval, no effect": lambda c, n: times(c, n, effect=False)[0],
    "interval, hazard × 1.5": lambda c, n: times(c, n, effect=True)[0],
    "the same, some censored": lambda c, n: times(c, n, effect=True, censored=True)[0],
    "unstratified, no effect": lambda c, n: times(c, n, effect=False, stratified=False)[0],
    "log-rank rejects, no effect": lambda c, n: times(c, n, effect=False)[1],
}
LEE = {
    "response alike": lambda c, n: bounds(c, n, only_treated=0.0),
    "response raised by 15 points": lambda c, n: bounds(c, n, only_treated=0.15),
    "unstratified, response alike": lambda c, n: bounds(c, n, only_treated=0.0, stratified=False),
}


def shown(found: Share, draws: int) -> str:
    """Return a share as the page has it, with how many draws had a number where not all did."""
    if not found.known:
        return "–"
    return f"{found.share:.3f}" + (f" ({found.known / draws:.0%})" if found.known < draws else "")


def table(measures: dict, draws: int) -> list[str]:
    """Return the lines of a table of all designs."""
    lines = ["| design | " + " | ".join(measures) + " |", "|---" + "|---:" * len(measures) + "|"]
    for name, cells in DESIGNS.items():
        lines.append(f"| {name} | " + " | ".join(shown(f(cells, draws), draws) for f in measures.values()) + " |")
    return lines


TEXT = """# Simulations: restricted means and Lee's bounds by strata

Written by `python tests/simulation/standardised_scenarios.py {draws}`: the share of {draws} intervals of 95 % that cover the
truth, Monte Carlo error {error:.1f} percentage points; one less the coverage is the size of the test. Persons are new in every
draw, the arms' numbers by stratum are fixed. In parentheses: in how many draws there was a number, where not in every one.

## Restricted mean time

Exponential times with hazards of 0.10 and 0.02 by turns of the strata, horizon 24, the difference of the first arm from the
control; some are censored from 18 on. Without strata arm shares of 2:1 and 1:2 show an effect where there is none; with them
the interval covers what it says, also in thin strata. There is no number where an arm's follow-up ends before the horizon.
The log-rank test is of large numbers: with three or four persons in an arm it rejects too often, and below ten events in an
arm the result's note says so.

{times}

## Lee's bounds

Seventy per cent always respond, in strata that differ by 2; the arm moves them by 0.5, which is what the interval of Imbens and
Manski is to cover: the effect among always-responders, each stratum weighing its persons times their share in it. Where response
is raised by 15 points, those who respond only in the arm have the highest outcomes, so that the effect lies on the lower bound,
the worst that the assumption allows. Where response is alike, chance differences in it open the bounds around the effect, and
the interval covers more often. With fewer than ten respondents in an arm it may cover less often than stated, which the
result's note says.

{lee}
"""


def page(draws: int) -> str:
    """Return the page."""
    error = 100 * (0.95 * 0.05 / draws) ** 0.5
    times_, lee = ("\n".join(table(measures, draws)) for measures in (TIMES, LEE))
    return TEXT.format(draws=draws, error=error, times=times_, lee=lee)


if __name__ == "__main__":
    print(page(int(sys.argv[1]) if len(sys.argv) > 1 else 1000), end="")
