"""The rows' order: a full sort by every key, had without sorting by every key."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from effektutv.estimators.balance import Covariate, balance_rows, omnibus
from effektutv.estimators.design import Design, canonical_order, observe


@given(st.integers(0, 40), st.integers(1, 6), st.integers(1, 4), st.booleans(), st.integers(0, 2**32 - 1))
def test_it_is_the_sort_by_all_keys(n, keys, values, with_missing, seed):
    rng = np.random.default_rng(seed)
    table = [rng.integers(0, values, n).astype(float) for _ in range(keys)]
    if with_missing:
        for column in table:
            column[rng.random(n) < 0.2] = np.nan
    table[0] = np.nan_to_num(table[0], nan=9.0).astype(np.intp)
    np.testing.assert_array_equal(canonical_order(table), np.lexsort(table[::-1]))


def test_later_keys_are_asked_for_only_while_rows_tie():
    asked = []

    def keys():
        for name, key in (("a", [1, 0, 1]), ("b", [0.5, 9.0, 0.1]), ("c", [1.0, 2.0, 3.0])):
            asked.append(name)
            yield np.array(key)

    assert canonical_order(keys()).tolist() == [1, 2, 0]
    assert asked == ["a", "b"]


def shuffled_design(n: int, shuffle: np.ndarray) -> tuple[Design, np.ndarray, list[Covariate]]:
    rng = np.random.default_rng(8)
    X = rng.normal(size=(n, 3)).round(1)
    arm, stratum, y = rng.integers(0, 3, n), rng.integers(0, 4, n), rng.integers(0, 2, n).astype(float)
    y[rng.random(n) < 0.1] = np.nan
    gaps = X[:, 0].copy()
    gaps[rng.random(n) < 0.2] = np.nan
    design = Design(arm=arm[shuffle], stratum=stratum[shuffle], X=X[shuffle], arms=("FS", "SE", "CM"), n_strata=4)
    covariates = [Covariate(name="g", kind="continuous", values=gaps[shuffle])]
    covariates += [Covariate(name=str(j), kind="continuous", values=X[shuffle, j] * np.pi) for j in range(3)]
    return design, y[shuffle], covariates


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.same_bytes
def test_the_same_bytes_whatever_the_order_of_the_rows(seed):
    n = 500
    first = shuffled_design(n, np.arange(n))
    other = shuffled_design(n, np.random.default_rng(seed).permutation(n))
    one, two = observe(first[0], first[1])[0], observe(other[0], other[1])[0]
    assert one.y.tobytes() == two.y.tobytes()
    assert one.design.X.tobytes() == two.design.X.tobytes()
    assert one.n_missing == two.n_missing > 0
    pairs = [(1, 0), (2, 0), (1, 2)]
    assert balance_rows(first[0], first[2], pairs) == balance_rows(other[0], other[2], pairs)
    assert omnibus(first[0], first[2]) == omnibus(other[0], other[2])
