"""Least squares from blocks of rows: whatever their length the same numbers, by either way to R, and no copy of the data."""

from __future__ import annotations

import tracemalloc
from fractions import Fraction

import numpy as np
import pytest

from effektutv.estimators.design import Design, Estimator, Sample, Spec, Vcov
from effektutv.estimators.effects import fit_contrast
from effektutv.estimators.regression import least_squares
from effektutv.estimators.regression.covariance import joint_variance
from effektutv.estimators.regression.least_squares import BLOCK, Block, Regression, Rows, solve
from effektutv.results import Unavailable

ROBUST = (Vcov.CLASSICAL, Vcov.HC0, Vcov.HC1, Vcov.HC2, Vcov.HC3)


def rows_of(X: np.ndarray, y: np.ndarray, group: np.ndarray | None = None, n_main: int | None = None) -> Rows:
    codes = np.zeros(y.size, dtype=np.intp) if group is None else group
    k = X.shape[1]

    def read(at: slice) -> Block:
        out = np.full((y[at].size, k + 2), np.nan)
        out[:, :k] = X[at]
        return out, y[at], codes[at]

    return Rows(n=y.size, k=k, n_main=k - 1 if n_main is None else n_main, size=np.bincount(codes), read=read)


def trial(n: int = 1063, k: int = 6, groups: int = 1, seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    group = np.sort(rng.integers(0, groups, n))
    X = rng.normal(size=(n, k)) + 3 * np.arange(k) + 0.5 * group[:, None]
    X[:, -1] = rng.integers(0, 2, n)
    return X, X @ rng.normal(size=k) + group + rng.normal(size=n) * (1 + X[:, -1]), group


def by_hand(X: np.ndarray, y: np.ndarray, group: np.ndarray, vcov: Vcov) -> tuple[float, float]:
    """Dummies, a pseudo-inverse and the sandwich as the textbook writes them."""
    D = np.column_stack([group[:, None] == np.arange(group.max() + 1), X]).astype(float)
    B = np.linalg.pinv(D)
    b = B @ y
    e, h, (n, k) = y - D @ b, np.einsum("ij,ji->i", D, B), D.shape
    squares = {
        Vcov.CLASSICAL: np.full(n, e @ e / (n - k)),
        Vcov.HC0: e**2,
        Vcov.HC1: e**2 * n / (n - k),
        Vcov.HC2: e**2 / (1 - h),
        Vcov.HC3: e**2 / (1 - h) ** 2,
    }[vcov]
    return float(b[-1]), float(B[-1] ** 2 @ squares)


def both(rows: Rows, vcov: Vcov = Vcov.HC2, block: int = BLOCK) -> tuple[float, float]:
    solved = solve(rows, block)
    assert isinstance(solved, Regression)
    V, _ = joint_variance(solved, vcov, solved.target, block)
    assert not isinstance(V, Unavailable), V
    return solved.coefficient, float(V[0, 0])


@pytest.mark.parametrize("groups", [1, 7])
@pytest.mark.parametrize("vcov", ROBUST)
def test_against_the_textbook(vcov, groups):
    X, y, group = trial(groups=groups)
    np.testing.assert_allclose(both(rows_of(X, y, group), vcov), by_hand(X, y, group, vcov), rtol=1e-11)


@pytest.mark.parametrize("groups", [1, 7])
@pytest.mark.parametrize("way", ["normal equations", "householder"])
def test_the_length_of_blocks_changes_nothing(groups, way, monkeypatch):
    if way == "householder":
        monkeypatch.setattr(least_squares, "_cholesky", lambda _gram, _scale: None)
    X, y, group = trial(n=5000, groups=groups)
    rows = rows_of(X, y, group)
    whole = both(rows, block=5000)
    for block in (3, 64, 1000, 4096, 4999):
        np.testing.assert_allclose(both(rows, block=block), whole, rtol=1e-12)
    assert both(rows, block=64) == both(rows, block=64)
    np.testing.assert_allclose(whole, by_hand(X, y, group, Vcov.HC2), rtol=1e-11)


def used(rows: Rows, monkeypatch) -> list[str]:
    """Say which way R was had."""
    ways = []
    inner = least_squares._householder
    monkeypatch.setattr(least_squares, "_householder", lambda *a: (ways.append("householder"), inner(*a))[1])
    solve(rows)
    return ways


def test_a_plain_design_takes_the_short_way_and_a_collinear_one_the_long(monkeypatch):
    X, y, group = trial()
    assert used(rows_of(X, y, group), monkeypatch) == []
    X[:, 1] = X[:, 0] + 1e-5 * X[:, 1]
    assert used(rows_of(X, y, group), monkeypatch) == ["householder"]


def exact_coefficient(X: np.ndarray, y: np.ndarray) -> float:
    """The last coefficient in rational arithmetic: an intercept and columns, Gaussian elimination of the normal equations."""
    D = [[Fraction(1), *map(Fraction, row), Fraction(v)] for row, v in zip(X.tolist(), y.tolist(), strict=True)]
    k = len(D[0]) - 1
    M = [[sum(r[i] * r[j] for r in D) for j in range(k + 1)] for i in range(k)]
    for i in range(k):
        for j in range(i + 1, k):
            factor = M[j][i] / M[i][i]
            M[j] = [a - factor * b for a, b in zip(M[j], M[i], strict=True)]
    return float(M[-1][-1] / M[-1][-2])


@pytest.mark.parametrize("gap", [1.0, 1e-1, 1e-2, 3e-3, 1e-3, 1e-5])
def test_nearly_collinear_columns_keep_their_digits(gap):
    """Against rational arithmetic, on both sides of the limit at which the normal equations are left."""
    X, _, _ = trial(n=60, k=4, seed=3)
    X[:, 1] = X[:, 0] + gap * X[:, 1]
    y = np.random.default_rng(4).normal(size=60) + X.sum(axis=1)
    assert both(rows_of(X, y))[0] == pytest.approx(exact_coefficient(X, y), rel=1e-12 / min(gap, 0.1))


def test_a_column_far_from_0_keeps_its_digits():
    """Birth years, or incomes in öre: the mean is a million standard deviations from 0."""
    X, y, group = trial(groups=3)
    there = both(rows_of(X, y, group))
    X[:, 0] += 2.0**20
    y = y + 2.0**20
    np.testing.assert_allclose(both(rows_of(X, y, group)), there, rtol=1e-8)


def test_an_outcome_fitted_exactly_has_no_variance():
    X, _, group = trial(groups=3)
    y = X @ np.arange(1.0, 7.0) + group
    coefficient, variance = both(rows_of(X, y, group))
    assert coefficient == pytest.approx(6.0, rel=1e-12)
    assert variance == 0


@pytest.mark.parametrize("block", [1, 5, BLOCK])
def test_leverage_1_is_found_in_whatever_block_it_stands(block):
    """A person who alone is in the arm is fitted exactly: no HC2, no HC3, but HC1; who alone has a category is left out."""
    X, y, group = trial(n=200)
    for column, weighs in ((0, False), (-1, True)):
        alone = X.copy()
        alone[:, column] = 0
        alone[137, column] = 1
        rows = rows_of(alone, y, group)
        solved = solve(rows, block)
        assert isinstance(solved, Regression)
        others = np.arange(200) != 137
        for vcov in (Vcov.HC2, Vcov.HC3):
            found, left_out = joint_variance(solved, vcov, solved.target, block)
            if weighs:
                assert isinstance(found, Unavailable)
                assert (
                    found.reason == f"{vcov.value} is undefined: fewer than 5 persons with leverage 1 (fitted exactly)"
                )
                continue
            assert left_out == 1
            assert not isinstance(found, Unavailable)
            _, expected = by_hand(alone[others, 1:], y[others], group[others], vcov)
            assert found[0, 0] == pytest.approx(expected, rel=1e-10)
        assert both(rows, Vcov.HC1, block) == pytest.approx(by_hand(alone, y, group, Vcov.HC1), rel=1e-10, abs=1e-25)


def test_high_leverage_short_of_1_is_a_number():
    X, y, group = trial(n=200)
    X[:, 0] = np.random.default_rng(1).normal(size=200) * 1e-3
    X[137, 0] = 1
    assert both(rows_of(X, y, group)) == pytest.approx(by_hand(X, y, group, Vcov.HC2), rel=1e-9)


def test_dependent_columns_are_dropped_last_interaction_first():
    X, y, group = trial(n=300, k=4)
    twice = np.column_stack([X[:, :2], X[:, 0] - X[:, 1], X[:, 2:3] * X[:, 3:], X[:, :1] * 2 + 1, X[:, 3:]])
    solved = solve(rows_of(twice, y, group, n_main=3), 17)
    assert isinstance(solved, Regression)
    assert solved.dropped == (2, 4)
    assert solved.rank == 5
    plain = np.delete(twice, solved.dropped, axis=1)
    V, _ = joint_variance(solved, Vcov.HC2, solved.target, 17)
    assert (solved.coefficient, float(V[0, 0])) == pytest.approx(by_hand(plain, y, group, Vcov.HC2), rel=1e-10)


def test_a_target_in_the_span_of_main_columns_and_groups_has_no_coefficient():
    X, y, group = trial(n=300, groups=2)
    X[:, -1] = (group == 1) + X[:, 0] * 2
    assert isinstance(solve(rows_of(X, y, group)), Unavailable)


@pytest.mark.parametrize("estimator", [Estimator.FE, Estimator.LIN])
@pytest.mark.parametrize("groups", [1, 4])
def test_the_two_means_vary_as_their_difference_does(estimator, groups):
    X, y, group = trial(groups=groups)
    design = Design(arm=X[:, -1].astype(np.intp), stratum=group, X=X[:, :-1], arms=("FS", "SE"), n_strata=groups)
    sample = Sample(design=design, y=y, binary=False, unseen=design.take(np.empty(0, dtype=np.intp)))
    fit = fit_contrast(sample, Spec(estimator=estimator), 1, 0, spread=True)
    arm, control, joint = fit.spread
    assert arm + control - 2 * joint == pytest.approx(fit.variance, rel=1e-10)
    assert min(arm, control) > 0


def test_a_contrast_copies_no_data():
    """Twenty columns of 60,000 persons: what a contrast needs beside them is a small part of their size."""
    X, y, _ = trial(n=60_000, k=20)
    design = Design(
        arm=X[:, -1].astype(np.intp), stratum=np.zeros(y.size, dtype=np.intp), X=X[:, :-1].copy(), arms=("FS", "SE")
    )
    sample = Sample(design=design, y=y, binary=False, unseen=design.take(np.empty(0, dtype=np.intp)))
    spec = Spec(estimator=Estimator.FE)
    fit_contrast(sample, spec, 1, 0)
    tracemalloc.start()
    fit_contrast(sample, spec, 1, 0)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 0.3 * design.X.nbytes
