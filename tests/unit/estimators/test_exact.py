"""Exact p-values are what counting every assignment gives."""

from __future__ import annotations

from math import comb

import numpy as np
import pytest
from enumerated import assignments

from effektutv.estimators.randomization.exact import Margins, null_distribution, p_exact


def small(seed: int):
    rng = np.random.default_rng(seed)
    sizes = rng.integers(1, 6, int(rng.integers(1, 4)))
    stratum = np.repeat(np.arange(sizes.size), sizes)
    treated, y = rng.integers(0, 2, stratum.size), rng.integers(0, 2, stratum.size)
    return stratum, treated, y


def margins(stratum, treated, y) -> Margins:
    n1 = np.bincount(stratum, weights=treated).astype(int)
    return Margins(n1=n1, n0=np.bincount(stratum) - n1, events=np.bincount(stratum, weights=y).astype(int))


@pytest.mark.parametrize("seed", range(40))
def test_against_every_assignment(seed):
    stratum, treated, y = small(seed)
    m, observed = margins(stratum, treated, y), int(treated @ y)
    events = np.array([int(a @ y) for a in assignments(treated, stratum)])
    values, p = null_distribution(m)
    np.testing.assert_allclose(p, [(events == v).mean() for v in values], atol=1e-13)
    assert m.mean == pytest.approx(events.mean(), abs=1e-12)
    far = np.abs(events - events.mean()) >= abs(observed - events.mean()) - 1e-9
    probability = np.array([(events == e).mean() for e in events])
    rare = probability <= (events == observed).mean() * (1 + 1e-7)
    for alternative, rule, expected in (
        ("two-sided", "distance", far.mean()),
        ("two-sided", "probability", rare.mean()),
        ("greater", "distance", (events >= observed).mean()),
        ("less", "distance", (events <= observed).mean()),
    ):
        assert p_exact(m, observed, alternative, rule) == pytest.approx(expected, rel=1e-12)


def test_the_far_tail_keeps_its_digits():
    """All 300 events among 400 of the arm's persons: one product of binomials, 1e-123."""
    m = Margins(n1=np.array([400]), n0=np.array([600]), events=np.array([300]))
    expected = comb(400, 300) / comb(1000, 300)
    assert p_exact(m, 300, "greater") == pytest.approx(expected, rel=1e-9)
    assert expected < 1e-120


def test_strata_that_cannot_vary_change_nothing():
    base = Margins(n1=np.array([5]), n0=np.array([6]), events=np.array([4]))
    more = Margins(n1=np.array([5, 3, 0, 2]), n0=np.array([6, 0, 4, 2]), events=np.array([4, 2, 3, 0]))
    for a in range(5):
        assert p_exact(more, a + 2) == pytest.approx(p_exact(base, a), rel=1e-13)


def test_symmetric_in_the_arms():
    one = Margins(n1=np.array([7, 9]), n0=np.array([4, 8]), events=np.array([3, 6]))
    other = Margins(n1=one.n0, n0=one.n1, events=one.events)
    for a in range(10):
        for rule in ("distance", "probability"):
            assert p_exact(one, a, rule=rule) == pytest.approx(p_exact(other, 9 - a, rule=rule), rel=1e-12)
        assert p_exact(one, a, "greater") == pytest.approx(p_exact(other, 9 - a, "less"), rel=1e-12)
