"""Drawn tests do not depend on the outcome's unit: ties hold behind a large offset, and nothing varies where nothing does."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd
import pytest

import effektutv as eu
from effektutv.results import RandomizationRow, Unavailable

VALUES = np.array([1, 2, 3, 3, 4, 2, 2, 5, 6, 1])
ARM = list("AAAAABBBBB")
MOVED = [
    (1e6, 0.1),
    (1e7, 0.1),
    (1e9, 1.0),
    (-1e9, 1.0),
    (0.0, 1e-9),
    (0.0, 1e9),
    (1e9, 1e9),
    (1.0, 1e-7),
    (1e-9, 1e-9),
]
HOW = {
    "not studentised": {"studentize": False},
    "studentised": {},
    "blocked": {"strata": "s"},
    "blocked, not studentised": {"strata": "s", "studentize": False},
    "fe": {"strata": "s", "estimator": "fe"},
    "ipw": {"strata": "s", "estimator": "ipw"},
    "fe, covariate": {"strata": "s", "estimator": "fe", "covariates": ["x"]},
    "lin": {"covariates": ["x"]},
}


def table(shift: float = 0.0, scale: float = 0.1) -> pd.DataFrame:
    return pd.DataFrame({"arm": ARM, "y": shift + scale * VALUES, "s": list("ababababab"), "x": np.arange(10) % 3})


def drawn(df: pd.DataFrame, **how: object) -> RandomizationRow:
    draws = 300 if how.get("covariates") or how.get("estimator") == "ipw" else 3000
    return eu.randomization_test(df, outcome="y", arm="arm", control="A", **{"draws": draws, "level": 0.8, **how}).rows[
        0
    ]


@pytest.mark.parametrize("shift", [0.0, 1e6])
def test_an_offset_loses_no_tie(shift):
    """ST12: 182 of the 252 assignments are as far out as the one observed, with the offset and without."""
    means = [VALUES[list(c)].sum() * 2 - VALUES.sum() for c in combinations(range(10), 5)]
    assert sum(abs(m) >= abs(2 * VALUES[5:].sum() - VALUES.sum()) for m in means) == 182
    row = drawn(table(shift), draws=20_000, studentize=False, level=None)
    assert row.p_randomization == pytest.approx(182 / 252, abs=4 * np.sqrt(0.7 * 0.3 / 20_000))


@pytest.mark.parametrize("how", HOW.values(), ids=HOW)
def test_unit_and_offset_change_no_p(how):
    """ST12: y → a + b·y, with the intervals by inversion."""
    ours = drawn(table(), **how)
    for shift, scale in MOVED:
        theirs = drawn(table(shift, scale), **how)
        assert theirs.p_randomization == ours.p_randomization, (shift, scale)
        for one, other in ((ours.conf_low, theirs.conf_low), (ours.conf_high, theirs.conf_high)):
            if isinstance(one, float):
                assert other / scale == pytest.approx(one / 0.1, abs=1e-4), (shift, scale)


@pytest.mark.parametrize("method", ["westfall-young", "romano-wolf"])
def test_unit_and_offset_change_no_family(method):
    """ST12: maxT over outcomes and subgroups, and over contrasts."""
    rng = np.random.default_rng(1)
    n = 60
    df = pd.DataFrame(
        {"arm": np.resize(["FS", "SE", "CM"], n), "s": np.arange(n) // 12, "g": rng.choice(["k", "m"], n)}
    )
    df["y"], df["z"] = rng.integers(0, 6, n) / 10, rng.normal(size=n).round(1)
    options = {"arm": "arm", "control": "FS", "strata": "s"}

    def adjusted(shift: float, scale: float) -> list[list[float]]:
        moved = df.assign(y=shift + scale * df["y"], z=shift + scale * df["z"])
        within = eu.itt(moved, outcome=["y", "z"], by="g", contrasts=[("SE", "FS")], **options)
        across = eu.itt(moved, outcome="y", **options)
        return [[r.p_adjusted for r in eu.adjust(e, method=method, draws=300).rows] for e in (within, across)]

    ours = adjusted(0.0, 1.0)
    for shift, scale in ((1e6, 1.0), (0.0, 1e9), (0.0, 1e-9), (-1e9, 1e3)):
        for one, other in zip(ours, adjusted(shift, scale), strict=True):
            np.testing.assert_allclose(other, one, atol=1e-6)


CONSTANT = [0.1, 1e6 + 0.1, 1e9, 0.0, 1.0]


@pytest.mark.parametrize("how", HOW.values(), ids=HOW)
@pytest.mark.parametrize("value", CONSTANT)
def test_what_varies_by_rounding_only_has_no_test(how, value):
    """ST11, ST12: a constant, and a constant within strata, give the reason, never a number of rounding."""
    df = table()
    for y in (np.full(10, value), np.where(df["s"] == "a", value, value / 3)):
        if y.std() > 0 and not how.get("strata"):
            continue
        row = drawn(df.assign(y=y), **how)
        assert isinstance(row.p_randomization, Unavailable)
        assert "no variation" in row.p_randomization.reason
        assert isinstance(row.conf_low, Unavailable)


@pytest.mark.parametrize("estimator", ["difference", "blocked", "fe"])
def test_an_exact_test_without_events_has_a_reason(estimator):
    df = table().assign(y=0)
    row = eu.randomization_test(
        df, outcome="y", arm="arm", control="A", strata="s", estimator=estimator, draws="exact"
    ).rows[0]
    assert isinstance(row.p_randomization, Unavailable)
    assert "no variation" in row.p_randomization.reason


def test_the_omnibus_balance_test_does_not_depend_on_the_unit():
    """ST12's neighbour: d² of draws, and a constant column that rounding alone moves."""
    ours = eu.balance(table(), arm="arm", covariates=["y"], draws=2000).omnibus
    for shift, scale in MOVED:
        theirs = eu.balance(table(shift, scale), arm="arm", covariates=["y"], draws=2000).omnibus
        assert theirs.p_randomization == ours.p_randomization, (shift, scale)
    still = table().assign(y=[0.1] * 9 + [0.1 + 2e-17])
    assert isinstance(eu.balance(still, arm="arm", covariates=["y"], draws=99).omnibus.statistic, Unavailable)
