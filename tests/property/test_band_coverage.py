"""By simulation: the simultaneous band holds the whole curve as often as it says, the pointwise intervals do not."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import effektutv as eu

MONTHS = list(range(1, 13))


def population(seed: int, n: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Strata, and each person's state by month under the control and under the arm."""
    rng = np.random.default_rng(seed)
    stratum = rng.integers(0, 8, n)
    liability = rng.normal(size=(n, 1)) + 0.7 * rng.normal(size=(n, len(MONTHS)))
    rise = np.array(MONTHS) / 12
    control = (liability > 1.0 - 0.3 * rise).astype(float)
    arm = (liability + 0.4 * rise > 1.0 - 0.3 * rise).astype(float)
    return stratum, control, arm


def coverage(estimator: str, repetitions: int, seed: int) -> tuple[float, float]:
    """Return how often the band and the pointwise intervals hold the whole curve of effects."""
    stratum, control, arm = population(3, 400)
    truth = (arm - control).mean(axis=0)
    rng = np.random.default_rng(seed)
    whole, pointwise = 0, 0
    for _ in range(repetitions):
        assigned = np.zeros(stratum.size, dtype=bool)
        for s in range(8):
            members = np.flatnonzero(stratum == s)
            assigned[rng.choice(members, members.size // 2, replace=False)] = True
        Y = np.where(assigned[:, None], arm, control)
        df = pd.DataFrame({"arm": np.where(assigned, "t", "c"), "s": stratum})
        profile = eu.profile(
            df, outcomes=(MONTHS, Y), arm="arm", control="c", name="y", strata="s", estimator=estimator, bands="both",
            draws=2_000,
        )  # fmt: skip
        whole += all(b.sim_low <= t <= b.sim_high for b, t in zip(profile.bands.rows, truth, strict=True))
        pointwise += all(r.conf_low <= t <= r.conf_high for r, t in zip(profile.effects.rows, truth, strict=True))
    return whole / repetitions, pointwise / repetitions


def check(estimator: str, repetitions: int) -> None:
    whole, pointwise = coverage(estimator, repetitions, 11)
    error = np.sqrt(0.95 * 0.05 / repetitions)
    # effects differ between persons, so that Neyman's variance is too large: coverage is at least what is said
    assert whole > 0.95 - 4 * error
    assert pointwise < whole - 0.05


def test_the_band_holds_the_curve():
    check("blocked", 120)


@pytest.mark.slow
@pytest.mark.parametrize("estimator", ["difference", "blocked", "lin"])
def test_the_band_holds_the_curve_in_many_trials(estimator):
    check(estimator, 2_000)
