"""The variance of a stratum-weighted difference: its form, its degrees of freedom, and the same formulas another way."""

from __future__ import annotations

import numpy as np
import pytest

from effektutv.estimators.stratified_variance import VarianceForm, plan_variance


def cells(*counts):
    return np.array(counts, dtype=np.intp)


def test_cells_of_two_or_more_have_neymans_variance_and_satterthwaites_df():
    weight, n = np.array([0.3, 0.7]), cells((2, 5), (8, 3))
    s2 = np.array([[1.0, 2.0], [0.5, 4.0]])
    plan = plan_variance(weight, n)
    v = weight[:, None] ** 2 * s2 / n
    assert plan.form is VarianceForm.CELLS
    assert plan.note() == ""
    assert plan.variance(s2, np.zeros(2)) == pytest.approx(v.sum(), rel=1e-14)
    assert plan.df(s2, np.zeros(2)) == pytest.approx(v.sum() ** 2 / (v**2 / (n - 1)).sum(), rel=1e-14)


def matrices(weight, n):
    """Return A and D as METHODS writes them."""
    a = weight / weight.sum()
    r = a**2 / (1 - 2 * a)
    eye = np.eye(a.size)
    A = sum(r[s] * np.outer(eye[s] - a, eye[s] - a) for s in range(a.size))
    return A / (1 + r.sum()) * weight.sum() ** 2, np.diag((1 / n).sum(axis=1))


@pytest.mark.parametrize("seed", range(5))
def test_pool_is_its_quadratic_form_and_its_df_are_traces(seed):
    rng = np.random.default_rng(seed)
    m = 4 + seed
    weight = rng.uniform(0.8, 1.2, m + 2)
    n = np.column_stack([np.r_[np.ones(m), 4, 5], np.r_[rng.integers(1, 9, m), 3, 6]]).astype(np.intp)
    effect, s2 = rng.normal(size=m + 2), rng.uniform(0.5, 2, (m + 2, 2))
    plan = plan_variance(weight, n)
    A, D = matrices(weight[:m], n[:m])
    assert plan.form is VarianceForm.POOLED
    nu = np.trace(A @ D) ** 2 / np.trace(A @ D @ A @ D)
    assert plan.pool.df == pytest.approx(nu, rel=1e-11)
    pool = effect[:m] @ A @ effect[:m]
    v = (weight[:, None] ** 2 * s2 / n)[m:]
    assert plan.variance(s2, effect) == pytest.approx(pool + v.sum(), rel=1e-12)
    df = (pool + v.sum()) ** 2 / (pool**2 / nu + (v**2 / (n[m:] - 1)).sum())
    assert plan.df(s2, effect) == pytest.approx(df, rel=1e-11)


def test_equal_singleton_strata_have_as_many_df_as_strata_less_one():
    assert plan_variance(np.full(4, 0.25), cells(*[(1, 9)] * 4)).pool.df == pytest.approx(3, rel=1e-12)
    assert plan_variance(np.full(40, 1.0), cells(*[(1, 1)] * 40)).pool.df == pytest.approx(39, rel=1e-12)


def test_pool_is_unbiased_under_equal_effects():
    """Its expectation is Σ w² v where every stratum's effect is the same: shown on the quadratic form, no draws."""
    weight = np.array([0.1, 0.2, 0.15, 0.12, 0.15, 0.14, 0.14])
    n = cells(*[(1, 2)] * 7)
    own = np.array([1.0, 2.0, 0.5, 3.0, 1.0, 1.5, 0.2])
    # E f(τ) of a quadratic form with independent errors is the sum of f over single errors of one standard deviation
    plan = plan_variance(weight, n)
    each = plan.variance(np.zeros((7, 7, 2)), np.diag(np.sqrt(own)))
    assert each.shape == (7,)
    assert each.sum() == pytest.approx(weight**2 @ own, rel=1e-12)


@pytest.mark.parametrize(
    ("weight", "n", "form"),
    [
        # three alike: 1/3 each, pooled however many persons the arms have elsewhere
        ([1, 1, 1, 1], [(1, 9), (1, 9), (1, 9), (50, 50)], VarianceForm.POOLED),
        # largest share over 1/3, and the single persons' arm has eight df elsewhere
        ([1, 1, 1.2, 1], [(1, 9), (1, 9), (1, 9), (9, 50)], VarianceForm.PLUG_IN),
        # … has seven
        ([1, 1, 1.2, 1], [(1, 9), (1, 9), (1, 9), (8, 50)], VarianceForm.POOLED),
        # seven in an arm without a single person do not count
        ([1, 1, 1.2, 1], [(1, 3), (1, 3), (1, 2), (9, 2)], VarianceForm.PLUG_IN),
        # half of the weight in one: never pooled
        ([1, 1, 1], [(1, 9), (1, 9), (3, 3)], VarianceForm.PLUG_IN),
        ([1, 1], [(1, 9), (5, 9)], VarianceForm.PLUG_IN),
    ],
)
def test_form_is_decided_by_weights_and_counts(weight, n, form):
    assert plan_variance(np.array(weight, dtype=float), cells(*n)).form is form


def test_plug_in_lends_the_arms_variance_to_its_single_persons():
    weight, n = np.array([0.2, 0.3, 0.5]), cells((1, 4), (6, 1), (5, 3))
    s2 = np.array([[np.nan, 2.0], [1.0, np.nan], [3.0, 0.7]])
    plan = plan_variance(weight, n)
    arm = (5 * 1.0 + 4 * 3.0) / 9
    control = (3 * 2.0 + 2 * 0.7) / 5
    expected = 0.2**2 * (arm + 2.0 / 4) + 0.3**2 * (1.0 / 6 + control) + 0.5**2 * (3.0 / 5 + 0.7 / 3)
    assert plan.form is VarianceForm.PLUG_IN
    assert plan.variance(s2, np.zeros(3)) == pytest.approx(expected, rel=1e-14)
    b = np.array(
        [
            [0.0, 0.2**2 / 4 + 3 / 5 * 0.3**2],
            [0.3**2 / 6 + 5 / 9 * 0.2**2, 0.0],
            [0.5**2 / 5 + 4 / 9 * 0.2**2, 0.5**2 / 3 + 2 / 5 * 0.3**2],
        ]
    )
    np.testing.assert_allclose(plan.b, b, rtol=1e-14)
    parts = b * np.nan_to_num(s2)
    df = expected**2 / (parts**2 / np.maximum(n - 1, 1)).sum()
    assert plan.df(s2, np.zeros(3)) == pytest.approx(df, rel=1e-14)
    assert plan.parts(s2).sum() == pytest.approx(expected, rel=1e-14)


def test_no_one_to_lend_a_variance_is_a_reason():
    plan = plan_variance(np.array([1.0, 1.0]), cells((1, 5), (1, 4)))
    assert "too few to pool" in plan.reason
    assert plan.reason in plan.note()
    assert np.isnan(plan.variance(np.ones((2, 2)), np.zeros(2)))
    # an arm without a single person need not lend: strata of which one arm only is thin
    assert not plan_variance(np.array([1.0, 1.0]), cells((1, 2), (3, 2))).reason


def test_draws_are_taken_at_once():
    rng = np.random.default_rng(3)
    weight, n = np.full(5, 0.2), cells((1, 3), (1, 2), (1, 1), (4, 5), (3, 3))
    plan = plan_variance(weight, n)
    s2, effect = rng.uniform(0.5, 1, (2, 7, 5, 2)), rng.normal(size=(2, 7, 5))
    v, df = plan.variance(s2, effect), plan.df(s2, effect)
    assert v.shape == df.shape == (2, 7)
    assert v[1, 3] == plan.variance(s2[1, 3], effect[1, 3])
    assert df[1, 3] == plan.df(s2[1, 3], effect[1, 3])


def test_equal_effects_leave_no_rounding_behind():
    plan = plan_variance(np.full(7, 1 / 7), cells(*[(1, 1)] * 7))
    assert plan.variance(np.zeros((7, 2)), np.full(7, 0.1 + 0.2)) == 0
