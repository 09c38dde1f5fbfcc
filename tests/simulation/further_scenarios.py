"""Coverage and size of the further questions' intervals and tests under known truths.

python tests/simulation/further_scenarios.py docs/simulations_effects.md [DRAWS]

Each scenario draws a trial many times and counts how often the interval covers the truth (or the test rejects). Where
persons and what they would do under each arm are fixed and only the assignment is drawn, the scenario says "design".
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from effektutv.estimators.compliance import Receipt, complier_rows
from effektutv.estimators.design import Design, Estimator, Spec, Vcov
from effektutv.estimators.effects import effect_rows
from effektutv.estimators.missing.bounds import lee_rows, worst_case_rows
from effektutv.estimators.missing.response_weights import response_rows
from effektutv.estimators.power import power, simulated_power
from effektutv.estimators.ratios import newcombe, ratio_rows
from effektutv.estimators.regression.fit import Labels
from effektutv.estimators.survival.curves import curve, log_rank, restricted_mean

PAIR = [(1, 0)]
LABELS = Labels(outcome="y")
LABELS = Labels(outcome="y")


@dataclass(frozen=True)
class Count:
    """How often something happened in a scenario, beside how often it should."""

    scenario: str
    what: str
    nominal: float
    hits: int
    draws: int
    fails: bool = False  # known to miss its level here: the page says so
    conservative: bool = True  # may cover more than it says

    @property
    def share(self) -> float:
        return self.hits / self.draws

    @property
    def error(self) -> float:
        return float(np.sqrt(self.nominal * (1 - self.nominal) / self.draws))


def _design(arm: np.ndarray, stratum: np.ndarray | None = None, X: np.ndarray | None = None, **more) -> Design:
    n = arm.size
    stratum = np.zeros(n, dtype=np.intp) if stratum is None else stratum
    names = tuple(["FS", "SE", "CM"][: max(2, int(arm.max()) + 1)])
    X = np.empty((n, 0)) if X is None else X
    return Design(arm=arm, stratum=stratum, X=X, arms=names, n_strata=int(stratum.max()) + 1, strata="s", **more)


def _covers(row, truth: float) -> bool:
    return isinstance(row.conf_low, float) and row.conf_low <= truth <= row.conf_high


def _assignment(rng: np.random.Generator, stratum: np.ndarray, template: np.ndarray) -> np.ndarray:
    assigned = np.empty(stratum.size, dtype=np.intp)
    assigned[np.lexsort((rng.random(stratum.size), stratum))] = template
    return assigned


def margins(draws: int, base: float, seed: int) -> Iterator[Count]:
    """Three arms, 25 strata, 1,063 persons, an effect of 8 points on a base rate; the assignment is drawn (design)."""
    rng = np.random.default_rng(seed)
    sizes = rng.multinomial(1063 - 25 * 12, np.full(25, 1 / 25)) + 12
    stratum = np.repeat(np.arange(25), sizes)
    template = np.concatenate([np.resize([0, 1, 2], n) for n in sizes])
    x = rng.normal(size=stratum.size)
    risk = rng.random(stratum.size)
    level = base * np.exp(0.5 * x) / np.exp(0.125)
    potential = np.column_stack([risk < level, risk < level + 0.08 * (base > 0.05) + 0.02 * (base <= 0.05)]).astype(
        float
    )
    truth = float((potential[:, 1] - potential[:, 0]).mean())
    ratio = float(potential[:, 1].mean() / potential[:, 0].mean())
    runs: list[tuple[str, Spec, bool]] = [
        ("logit, strata", Spec(estimator=Estimator.LOGIT), False),
        ("logit, strata and covariate", Spec(estimator=Estimator.LOGIT), True),
        ("lin, strata and covariate", Spec(estimator=Estimator.LIN), True),
        ("ipw, shares in strata", Spec(estimator=Estimator.IPW), False),
    ]
    hits = dict.fromkeys([*(name for name, *_ in runs), "risk ratio, blocked"], 0)
    for _ in range(draws):
        arm = _assignment(rng, stratum, template)
        y = np.where(arm == 1, potential[:, 1], potential[:, 0])
        for name, spec, adjusted in runs:
            design = _design(arm, stratum, x[:, None] if adjusted else None)
            hits[name] += _covers(effect_rows(design, y, spec, PAIR, LABELS)[0][0], truth)
        rows, _ = ratio_rows(_design(arm, stratum), y, Spec(estimator=Estimator.BLOCKED), PAIR, LABELS)
        hits["risk ratio, blocked"] += _covers(rows[0], ratio)
    for name, n in hits.items():
        yield Count(f"three arms, 25 strata, base rate {base:.0%} (design)", name, 0.95, n, draws)


def rare(draws: int, seed: int) -> Iterator[Count]:
    """Two arms of 120 persons, 2 % in both."""
    rng = np.random.default_rng(seed)
    covered = {"difference, Neyman": 0, "difference, Newcombe": 0, "risk ratio": 0}
    arm = np.repeat([0, 1], 120)
    for _ in range(draws):
        y = (rng.random(240) < 0.02).astype(float)
        design = _design(arm)
        row = effect_rows(design, y, Spec(estimator=Estimator.DIFFERENCE), PAIR, LABELS)[0][0]
        covered["difference, Neyman"] += _covers(row, 0.0)
        low, high = newcombe((int(y[120:].sum()), int(y[:120].sum())), (120, 120), 0.95)
        covered["difference, Newcombe"] += low <= 0 <= high
        rows, _ = ratio_rows(design, y, Spec(estimator=Estimator.DIFFERENCE), PAIR, LABELS)
        covered["risk ratio"] += _covers(rows[1], 1.0)
    for name, n in covered.items():
        yield Count("two arms of 120, base rate 2 %", name, 0.95, n, draws, fails=name != "difference, Newcombe")


def providers(draws: int, number: int, seed: int) -> Iterator[Count]:
    """One arm of 354 in unequal providers (intracluster correlation 0.05), the other alone; no effect."""
    rng = np.random.default_rng(seed)
    share = np.arange(1, number + 1) / (number * (number + 1) / 2)
    cluster = np.concatenate([np.full(354, -1), np.repeat(np.arange(number), rng.multinomial(354, share))])
    arm = np.repeat([0, 1], 354)
    hits = {"CR2, Bell–McCaffrey": 0, "HC2": 0}
    for _ in range(draws):
        effect = np.append(rng.normal(size=number) * np.sqrt(0.05), 0.0)
        y = effect[cluster] + rng.normal(size=708) * np.where(cluster < 0, 1.0, np.sqrt(0.95))
        design = _design(arm, cluster=cluster)
        for name, vcov in (("CR2, Bell–McCaffrey", Vcov.CR2), ("HC2", Vcov.HC2)):
            spec = Spec(estimator=Estimator.DIFFERENCE, vcov=vcov)
            hits[name] += _covers(effect_rows(design, y, spec, PAIR, LABELS)[0][0], 0.0)
    for name, n in hits.items():
        yield Count(
            f"one arm in {number} providers, the other alone", name, 0.95, n, draws, fails=name == "HC2" or number < 10
        )


def missing(draws: int, seed: int) -> Iterator[Count]:
    """Two arms of 400; response raised by the arm among those who would do best: the truth is the lower bound."""
    rng = np.random.default_rng(seed)
    arm = np.repeat([0, 1], 400)
    hits = {"Lee, Imbens–Manski": 0, "worst case, Imbens–Manski": 0, "respondents only": 0}
    for _ in range(draws):
        latent = rng.normal(size=800)
        # 60 % always respond, 15 % only in the arm: those with the highest outcomes
        kind = np.where(latent > 0.6744898, 1, np.where(rng.random(800) < 0.8, 0, 2))
        seen = (kind == 0) | ((kind == 1) & (arm == 1))
        design = _design(arm)
        found = lee_rows(design, latent, seen, (np.zeros(800, dtype=np.intp), 1), 0.95, PAIR, LABELS)[0]
        hits["Lee, Imbens–Manski"] += _covers(found, 0.0)
        plain = effect_rows(design, np.where(seen, latent, np.nan), Spec(estimator=Estimator.DIFFERENCE), PAIR, LABELS)
        hits["respondents only"] += _covers(plain[0][0], 0.0)
        event = (rng.random(800) < np.where(arm == 1, 0.2, 0.1)).astype(float)
        seen = ~((event == 1) & (arm == 1) & (rng.random(800) < 0.5)) & ~(
            (event == 0) & (arm == 0) & (rng.random(800) < 0.3)
        )
        spec = Spec(estimator=Estimator.DIFFERENCE)
        found = worst_case_rows(design, event, seen, (0.0, 1.0), spec, PAIR, LABELS)[0]
        hits["worst case, Imbens–Manski"] += _covers(found, 0.1)
    for name, n in hits.items():
        yield Count("two arms of 400, response differs", name, 0.95, n, draws, fails=name == "respondents only")


def weighted(draws: int, seed: int) -> Iterator[Count]:
    """Two arms of 400, response by a covariate in opposite directions; no effect."""
    rng = np.random.default_rng(seed)
    arm = np.repeat([0, 1], 400)
    hits = {"response-weighted": 0, "respondents only": 0}
    for _ in range(draws):
        x = rng.normal(size=800)
        seen = rng.random(800) < 1 / (1 + np.exp(-0.8 - np.where(arm == 1, 0.8, -0.8) * x))
        y = x + rng.normal(size=800)
        rows, _ = response_rows(_design(arm, X=x[:, None]), y, seen, 0.95, PAIR, LABELS)
        hits["response-weighted"] += _covers(rows[0], 0.0)
        plain = effect_rows(_design(arm), np.where(seen, y, np.nan), Spec(estimator=Estimator.DIFFERENCE), PAIR, LABELS)
        hits["respondents only"] += _covers(plain[0][0], 0.0)
    for name, n in hits.items():
        yield Count("two arms of 400, response by a covariate", name, 0.95, n, draws, fails=name == "respondents only")


def compliers(draws: int, share: float, seed: int) -> Iterator[Count]:
    """Two arms of 200; receipt and outcome share an unseen cause; effect 0.5 on compliers."""
    rng = np.random.default_rng(seed)
    arm = np.repeat([0, 1], 200)
    hits = {"two-stage least squares": 0, "Anderson–Rubin set": 0}
    spec = Spec(estimator=Estimator.FE)
    for _ in range(draws):
        unseen = rng.normal(size=400)
        complier = unseen > np.quantile(unseen, 1 - share)
        got = (complier & (arm == 1)).astype(float)
        y = 2 * unseen + 0.5 * got + rng.normal(size=400)
        receipt = Receipt(arm=1, programme="SE", received=got)
        row = complier_rows(_design(arm), y, [receipt], spec, 0.05, LABELS)[0][0]
        hits["two-stage least squares"] += _covers(row, 0.5)
        if isinstance(row.ar_low, float) and isinstance(row.ar_high, float):
            hits["Anderson–Rubin set"] += row.ar_low <= 0.5 <= row.ar_high
        else:  # the set is the whole line or two half-lines: asked by its definition
            plain = effect_rows(_design(arm), y - 0.5 * got, spec, PAIR, LABELS)[0][0]
            hits["Anderson–Rubin set"] += _covers(plain, 0.0)
    for name, n in hits.items():
        yield Count(
            f"two arms of 200, {share:.0%} compliers", name, 0.95, n, draws, fails=share < 0.05 and "two" in name
        )


def times(draws: int, seed: int) -> Iterator[Count]:
    """Two arms of 300 and 150, exponential times in whole months, censored at 18 to 30; no effect."""
    rng = np.random.default_rng(seed)
    arm = np.repeat([0, 1], [300, 150])
    stratum = np.resize([0, 1, 2], 450)
    hits = {"restricted mean difference, 18 months": 0, "log-rank test, stratified": 0}
    for _ in range(draws):
        t = np.ceil(rng.exponential(20 + 5 * stratum))
        end = rng.integers(18, 31, 450)
        event, t = (t <= end).astype(np.intp), np.minimum(t, end)
        one, two = (restricted_mean(curve(t[arm == k], event[arm == k]), 18.0) for k in (1, 0))
        half = 1.959964 * np.sqrt(one.variance + two.variance)
        hits["restricted mean difference, 18 months"] += abs(one.value - two.value) <= half
        test = log_rank(t, event, arm, 2, stratum, 3)
        hits["log-rank test, stratified"] += test.p_value > 0.05
    for name, n in hits.items():
        yield Count("two arms of 300 and 150, time to event", name, 0.95, n, draws, conservative=False)


def planned(draws: int, seed: int) -> Iterator[Count]:
    """The minimum detectable effects of 354 an arm, simulated with 25 strata."""
    counts = [(14, 14)] * 21 + [(15, 15)] * 4
    for family in (1, 3):
        effect = power(n_per_arm=354, baseline=0.18, family=family).rows[0].effect
        row = simulated_power(
            counts, baseline=0.18, effect=effect, family=family, draws=max(draws, 100), seed=seed
        ).rows[0]
        what = f"power at {100 * effect:.1f} points, {family} contrast" + ("s" if family > 1 else "")
        yield Count(
            "354 an arm in 25 strata, base rate 18 %", what, 0.8, round(row.power * max(draws, 100)), max(draws, 100)
        )


SCENARIOS: dict[str, Callable[[int], Iterator[Count]]] = {
    "margins 18": lambda d: margins(d, 0.18, 101),
    "margins 2": lambda d: margins(d, 0.02, 102),
    "rare": lambda d: rare(d, 103),
    "providers 12": lambda d: providers(d, 12, 104),
    "providers 5": lambda d: providers(d, 5, 105),
    "missing": lambda d: missing(d, 106),
    "weighted": lambda d: weighted(d, 107),
    "compliers": lambda d: compliers(d, 0.6, 108),
    "weak": lambda d: compliers(d, 0.02, 109),
    "times": lambda d: times(d, 110),
    "planned": lambda d: planned(d, 111),
}


def problems(found: list[Count]) -> list[str]:
    """Return what is off its level by more than four Monte Carlo errors and half a point."""
    out = []
    for c in found:
        low = c.share < c.nominal - 4 * c.error - 0.005
        high = not c.conservative and c.share > c.nominal + 4 * c.error + 0.005
        if (low or high) and not c.fails:
            out.append(f"{c.scenario}: {c.what} {c.share:.3f}, should be {c.nominal}")
    return out


def page(found: list[Count]) -> str:
    """Return the documentation's page."""
    lines = [
        "# Simulations: logit, ratios, clusters, bounds, compliance, times and power",
        "",
        "Written by `python tests/simulation/further_scenarios.py docs/simulations_effects.md`; the scenarios, with their",
        "seeds, stand in that file, and a small run of each is part of the tests. The Monte Carlo error is that of a share",
        "at its nominal value; an interval that does not exist (no events in an arm) counts as a miss. **Fails** marks what",
        "misses its level in that scenario and is shown for that reason.",
        "",
        "| scenario | what | nominal | found | Monte Carlo error | |",
        "|---|---|---|---|---|---|",
    ]
    for c in found:
        mark = "**fails**" if c.fails and c.share < c.nominal - 4 * c.error else ""
        lines.append(f"| {c.scenario} | {c.what} | {c.nominal:.3f} | {c.share:.3f} | {c.error:.4f} | {mark} |")
    lines += [
        "",
        "What follows from it:",
        "",
        "- With few events a Wald interval has no variance to rest on; Newcombe's keeps its level.",
        "- Providers that serve one arm must be its clusters: HC2 takes their persons as independent. With a handful of",
        "  unequal providers CR2 also falls short, because its degrees of freedom count the other arm's persons; fewer than",
        "  ten are noted.",
        "- Ratios of rare events have no interval in a trial without events in an arm; where there is one it is conservative.",
        "- Lee's and the worst-case bounds are simulated where the truth lies at their end, the hardest place to cover.",
        "- With a weak first stage read Anderson and Rubin's set; the two-stage interval is only as good as its F statistic.",
        "",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    DRAWS = int(sys.argv[2]) if len(sys.argv) > 2 else 4000
    FOUND = [c for scenario in SCENARIOS.values() for c in scenario(DRAWS)]
    Path(sys.argv[1]).write_text(page(FOUND), encoding="utf-8")
    sys.stdout.write("\n".join(problems(FOUND)) + "\n")
