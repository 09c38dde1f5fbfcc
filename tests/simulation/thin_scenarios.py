"""Trials with thin strata: how often 95 % intervals cover a constant effect. Prints docs/simulations_thin.md.

    python tests/simulation/thin_scenarios.py 400 > docs/simulations_thin.md

Outcomes are normal with a mean of the stratum's own and a covariate's slope of 0.7; the arms differ by 0.5. Every draw has new
outcomes and a new assignment within strata. A test of no difference rejects where the interval leaves 0.5 out, so that one
less the coverage is its size.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass

import numpy as np

from effektutv.estimators.design import Design, Dof, Estimator, Sample, Spec, count_cells, observe
from effektutv.estimators.effects import fit_contrast, inference
from effektutv.estimators.regression.sparse_lin import lin_form

#: The effect of the arm 1 against the control.
EFFECT = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """Persons by stratum and arm, control first, and the share of outcomes that is missing in every second stratum."""

    cells: tuple[tuple[int, ...], ...]
    missing: float = 0.0


def _strata_of_4_to_8() -> tuple[tuple[int, ...], ...]:
    """Three arms of 60 in strata of four to eight persons, arms as even as they go."""
    left, out, turn = 180, [], 0
    while left:
        size = min(4 + turn % 5, left) if left - (4 + turn % 5) not in (1, 2, 3) else left
        each = [size // 3] * 3
        for j in range(size % 3):
            each[(turn + j) % 3] += 1
        out.append(tuple(each))
        left, turn = left - size, turn + 1
    return tuple(out)


SCENARIOS = {
    "4 strata of 1 + 7": Scenario(cells=((7, 1),) * 4),
    "4 strata of 1 + 9": Scenario(cells=((9, 1),) * 4),
    "3 strata of 1 + 29": Scenario(cells=((29, 1),) * 3),
    "4 strata of 2 + 28": Scenario(cells=((28, 2),) * 4),
    "three arms of 60 in strata of 4 to 8": Scenario(cells=_strata_of_4_to_8()),
    "20 % unknown in every second of 12 strata of 5/5/5": Scenario(cells=((5, 5, 5),) * 12, missing=0.2),
    "arm shares of 2:1 and 1:2 by stratum": Scenario(cells=((12, 6, 6), (6, 12, 6)) * 4),
}
ESTIMATORS = {
    "blocked": (Estimator.BLOCKED, False),
    "lin": (Estimator.LIN, False),
    "lin with a covariate": (Estimator.LIN, True),
    "fe": (Estimator.FE, False),
    "fe with a covariate": (Estimator.FE, True),
    "ipw": (Estimator.IPW, False),
    "lin, `residual`": (Estimator.LIN, False),
    "fe, `residual`": (Estimator.FE, False),
}


def draw(scenario: Scenario, rng: np.random.Generator, adjusted: bool) -> Sample:
    """Draw outcomes, covariate and assignment of one trial."""
    cells = np.array(scenario.cells)
    sizes = cells.sum(axis=1)
    stratum = np.repeat(np.arange(len(cells)), sizes)
    arm = np.concatenate([rng.permutation(np.repeat(np.arange(cells.shape[1]), c)) for c in cells])
    x = rng.normal(size=stratum.size)
    y = rng.normal(size=stratum.size) + 0.7 * x + np.sin(stratum) + EFFECT * (arm == 1)
    y[(rng.random(stratum.size) < scenario.missing) & (stratum % 2 == 1)] = np.nan
    design = Design(
        arm=arm, stratum=stratum, X=x[:, None] if adjusted else np.empty((x.size, 0)),
        arms=("c", "t", "u")[: cells.shape[1]], n_strata=len(cells), strata="s",
    )  # fmt: skip
    return observe(design, y)[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Share of intervals that cover, of those there are; how many draws have one; how many took the sparse form."""

    coverage: float
    intervals: int
    sparse: int


def coverage(scenario: Scenario, estimator: str, draws: int, seed: int = 1) -> Found:
    """Return how often the interval of the first arm against the control covers the effect."""
    kind, adjusted = ESTIMATORS[estimator]
    dof = Dof.RESIDUAL if "residual" in estimator else None
    spec, hits, made, sparse = Spec(estimator=kind, dof=dof), 0, 0, 0
    for r in range(draws):
        sample = draw(scenario, np.random.default_rng([seed, r]), adjusted)
        cells = count_cells(sample)
        form = lin_form(sample, cells) if kind is Estimator.LIN else None
        sparse += form is not None and form.sparse
        fit = fit_contrast(sample, spec, 1, 0, cells=cells, form=form)
        *_, low, high = inference(fit.estimate, fit.variance, fit.df, spec.level)
        if isinstance(low, float) and isinstance(high, float):
            made += 1
            hits += low <= EFFECT <= high
    return Found(coverage=hits / made if made else float("nan"), intervals=made, sparse=sparse)


def main(draws: int) -> None:
    """Print the page."""
    error = 100 * (0.95 * 0.05 / draws) ** 0.5
    print(f"""# Simulations: thin strata

Written by `python tests/simulation/thin_scenarios.py {draws}`: the share of {draws} intervals of 95 % that cover the effect of
the first arm, Monte Carlo error {error:.1f} percentage points. Outcomes are normal, the effect constant; what is missing is
missing at random within strata. One less the coverage is the size of the test. A small run is part of the tests, the full one
of the slow tests. *Sparse*: `lin` took its sparse form.

Every estimator covers what it says on its own degrees of freedom: Satterthwaite's over the cells or arms, in `fe` and the
interacted `lin` those of Bell and McCaffrey. With `dof="residual"`, persons less parameters, cells of one or two persons carry a
variance that is taken to be known too well; the result's note says so. `ipw` (by the shares of the arms) is conservative where
strata differ, for its variance does not know that their numbers were held fixed.
""")
    print("| design | " + " | ".join(ESTIMATORS) + " |")
    print("|---" * (1 + len(ESTIMATORS)) + "|")
    for name, scenario in SCENARIOS.items():
        found = [coverage(scenario, e, draws) for e in ESTIMATORS]
        cells = [f"{f.coverage:.3f}{' (sparse)' if 2 * f.sparse > draws else ''}" for f in found]
        print(f"| {name} | " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 400)
