"""By simulation under a known truth: the assignment is drawn again, the persons and what each would do stay."""

from __future__ import annotations

import numpy as np
import pytest

from effektutv.estimators.design import Design, Estimator, Spec
from effektutv.estimators.effects import Labels, effect_rows

DRAWS = 600
#: Persons in (control, arm) by stratum; three strata have one person in an arm.
SIZES = [(30, 20), (25, 25), (12, 24), (20, 10), (8, 8), (1, 3), (2, 1), (3, 1), (1, 2)]


def population(seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Stratum, covariate, and what each person would do in the control and in the arm (finite population)."""
    rng = np.random.default_rng(seed)
    stratum = np.repeat(np.arange(len(SIZES)), [sum(s) for s in SIZES])
    x = rng.normal(size=stratum.size)
    control = 0.4 * stratum + x + rng.normal(size=stratum.size)
    return stratum, x, control, control + 1 + 0.3 * x + 0.1 * stratum


@pytest.mark.parametrize("estimator", [Estimator.BLOCKED, Estimator.LIN])
def test_estimates_centre_on_the_effect_and_intervals_cover_it(estimator):
    stratum, x, control, arm = population(11)
    truth = float((arm - control).mean())
    rng = np.random.default_rng(12)
    template = np.concatenate([[0] * c + [1] * t for c, t in SIZES])
    X = x[:, None] if estimator is Estimator.LIN else np.empty((x.size, 0))
    spec = Spec(estimator=estimator)
    estimates, variances, covered = [], [], 0
    for _ in range(DRAWS):
        # Sorting random keys within strata shuffles the arms there and nowhere else.
        assigned = np.empty(x.size, dtype=np.intp)
        assigned[np.lexsort((rng.random(x.size), stratum))] = template
        design = Design(arm=assigned, stratum=stratum, X=X, arms=("control", "arm"), n_strata=len(SIZES), strata="s")
        rows, _ = effect_rows(design, np.where(assigned == 1, arm, control), spec, [(1, 0)], Labels(outcome="y"))
        row = rows[0]
        estimates.append(row.estimate)
        variances.append(row.std_error**2)
        covered += row.conf_low <= truth <= row.conf_high
    error = np.std(estimates) / np.sqrt(DRAWS)
    if estimator is Estimator.BLOCKED:  # unbiased exactly; Lin's estimator is so only in large samples
        assert abs(np.mean(estimates) - truth) < 4 * error
    else:
        assert abs(np.mean(estimates) - truth) < 4 * error + 0.02
    # Conservative on average (effects differ between persons and strata), and not by a multiple.
    monte_carlo = 4 * np.sqrt(2 / DRAWS)
    assert 1 - monte_carlo < np.mean(variances) / np.var(estimates) < 1.5
    assert covered / DRAWS > 0.95 - 4 * np.sqrt(0.95 * 0.05 / DRAWS)
