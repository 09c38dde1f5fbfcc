"""Variation between sites: the equations by brute force, who is left out, and what cannot be said."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import chi2, t

import effektutv as eu
from effektutv.api.sites import site_variation
from effektutv.estimators.site_heterogeneity import heterogeneity

CALL = {"outcome": "y", "arm": "arm", "control": "FS", "site": "site"}


def q_at(y: np.ndarray, v: np.ndarray, tau2: float) -> float:
    w = 1 / (v + tau2)
    return float(np.sum(w * (y - np.sum(w * y) / np.sum(w)) ** 2))


@pytest.mark.parametrize("seed", range(5))
def test_the_roots_solve_their_equations(seed):
    rng = np.random.default_rng(seed)
    v = rng.uniform(0.5, 2, 12)
    y = rng.normal(0, np.sqrt(v + 6))
    found = heterogeneity(y, v, 0.9)
    assert q_at(y, v, found.tau**2) == pytest.approx(11, rel=1e-9)
    for end, tail in ((found.tau_low, 0.95), (found.tau_high, 0.05)):
        if end > 0:
            assert q_at(y, v, end**2) == pytest.approx(chi2.ppf(tail, 11), rel=1e-9)
        else:
            assert q_at(y, v, 0.0) <= chi2.ppf(tail, 11)
    assert found.p_value == pytest.approx(chi2.sf(found.q, 11), rel=1e-10)


def test_sites_that_agree_too_well_have_no_variation_between_them():
    found = heterogeneity(np.array([1.0, 1.01, 0.99, 1.0]), np.ones(4), 0.95)
    assert (found.tau, found.tau_low, found.tau_high, found.tau_first_step, found.i_squared) == (0, 0, 0, 0, 0)


def test_equal_variances_have_a_closed_form():
    y = np.array([0.0, 1.0, 2.0, 6.0])
    found = heterogeneity(y, np.full(4, 0.5), 0.95)
    assert found.tau**2 == pytest.approx(y.var(ddof=1) - 0.5, rel=1e-12)
    assert found.tau_first_step == pytest.approx(found.tau, rel=1e-12)
    assert found.mean == pytest.approx(y.mean())
    assert found.mean_error**2 == pytest.approx(y.var(ddof=1) / 4, rel=1e-12)


@pytest.fixture
def df() -> pd.DataFrame:
    rng = np.random.default_rng(2)
    n = 500
    out = pd.DataFrame({"arm": rng.choice(["FS", "SE", "CM"], n), "site": rng.choice(list("abcdef"), n)})
    out["y"] = rng.integers(0, 2, n).astype(float)
    return out


def test_the_order_of_rows_and_names_of_sites_do_not_matter(df):
    found = site_variation(df, **CALL)
    other = df.sample(frac=1, random_state=1).replace({"site": dict(zip("abcdef", "fedcba", strict=True))})
    again = site_variation(other, **CALL)
    for row, same in zip(found.rows, again.rows, strict=True):
        assert row.tau == pytest.approx(same.tau, rel=1e-12, abs=1e-12)
        assert row.estimate == pytest.approx(same.estimate, rel=1e-12)
    assert found.estimand.summary.startswith("between-site standard deviation of the difference in proportions")


def test_who_is_left_out_is_counted(df):
    small = pd.DataFrame({"arm": ["SE", "FS", "FS", "SE", "SE", "FS", "FS"], "site": list("gggzzzz"), "y": [1.0] * 7})
    lost = df.head(9).assign(site=None)
    found = site_variation(pd.concat([df, small, lost]), **CALL, contrasts=[("SE", "FS")])
    row = found.rows[0]
    assert (row.sites, row.sites_left_out) == (6, 2)
    assert row.n == int(df["arm"].isin(["SE", "FS"]).sum())
    assert "1 without two persons in each arm, 1 without variation (7 persons)" in row.note
    assert "site: 9 persons without one left out" in found.notes


def test_few_persons_a_site_are_said(df):
    row = site_variation(df.head(90), **CALL, contrasts=[("SE", "FS")]).rows[0]
    assert "fewer than 20 persons" in row.note
    many = pd.DataFrame({"arm": ["SE", "FS"] * 200, "site": np.repeat(np.arange(5), 80)})
    many["y"] = np.random.default_rng(5).normal(size=len(many))
    assert site_variation(many, **CALL, contrasts=[("SE", "FS")]).rows[0].note == ""


def test_the_mean_over_few_sites_has_few_degrees_of_freedom(df):
    row = site_variation(df[df["site"] < "c"], **CALL, contrasts=[("SE", "FS")]).rows[0]
    half = t.ppf(0.975, 1) * row.std_error
    assert (row.sites, row.q_df) == (2, 1)
    assert (row.conf_low, row.conf_high) == pytest.approx((row.estimate - half, row.estimate + half))
    assert row.p_value == pytest.approx(2 * t.sf(abs(row.estimate / row.std_error), 1))


def test_one_usable_site_has_no_variation(df):
    few = df[(df["site"] == "a") | ((df["site"] == "b") & (df["arm"] == "FS"))]
    row = site_variation(few, **CALL, contrasts=[("SE", "FS")]).rows[0]
    assert row.sites == 1
    assert isinstance(row.tau, eu.Unavailable)
    assert isinstance(row.q_p_value, eu.Unavailable)
    assert isinstance(row.p_value, eu.Unavailable)


def test_one_site_is_refused(df):
    with pytest.raises(eu.ArgumentError, match="site: site has fewer than two values"):
        site_variation(df.assign(site="a"), **CALL)
