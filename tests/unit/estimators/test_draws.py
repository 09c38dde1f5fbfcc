"""Subsets are drawn with equal probability, counts as the hypergeometric has it, blocks by seed only."""

from __future__ import annotations

from itertools import combinations
from math import comb

import numpy as np
import pytest

from effektutv.estimators.randomization import draws as module
from effektutv.estimators.randomization.draws import BLOCK, Counts, Subsets, blocks, hypergeometric

DRAWS = 60_000


def drawn(sums, draws: int = DRAWS, seed: int = 1) -> np.ndarray:
    return np.concatenate([sums.draw(rng, some) for rng, some in blocks(seed, draws)], axis=-1)


def chi_squared(counts: np.ndarray, expected: np.ndarray) -> float:
    """Return (X² − df)/√(2 df), about standard normal."""
    df = counts.size - 1
    return float((((counts - expected) ** 2 / expected).sum() - df) / np.sqrt(2 * df))


@pytest.mark.parametrize(("piece", "part"), [(2, 480), (3, 480), (12, 480), (2, 3), (2, 4), (1, 2)])
def test_every_subset_is_equally_probable(monkeypatch, piece, part):
    monkeypatch.setattr(module, "PIECE", piece)
    monkeypatch.setattr(module, "PART", part)
    module._subsets.cache_clear()
    module._indicators.cache_clear()
    size, chosen = np.array([3, 6, 1]), np.array([1, 3, 1])
    subsets = Subsets(size, chosen)
    code = drawn(subsets.prepare(2.0 ** np.arange(10)[None, :])).sum(axis=1)[0]
    expected = {2**a + sum(2 ** (3 + b) for b in part) + 2**9 for a in range(3) for part in combinations(range(6), 3)}
    values, counts = np.unique(code, return_counts=True)
    assert set(values) == expected
    assert abs(chi_squared(counts, np.full(counts.size, DRAWS / 60))) < 5
    monkeypatch.undo()
    module._subsets.cache_clear()
    module._indicators.cache_clear()


def test_large_groups_keep_their_number_and_every_person_has_the_same_chance():
    size, chosen = np.array([1500, 40]), np.array([1000, 7])
    y = np.eye(1540)[:1500:75].astype(np.float32)  # twenty persons' indicators: by matrix product
    found = drawn(Subsets(size, chosen).prepare(np.vstack([np.ones(1540, dtype=np.float32), y])), 20_000)
    assert (found[0, 0] == 1000).all()
    assert (found[0, 1] == 7).all()
    share = found[1:, 0].mean(axis=1)
    assert np.abs(share - 2 / 3).max() < 5 * np.sqrt(2 / 9 / 20_000)
    both = (found[1, 0] * found[2, 0]).mean()  # two persons together: sampling without replacement
    assert abs(both - 1000 * 999 / (1500 * 1499)) < 5 * np.sqrt(0.25 / 20_000)


def test_sums_by_table_and_by_product_are_of_the_same_draws(monkeypatch):
    rng = np.random.default_rng(5)
    y = rng.normal(size=(3, 60))
    subsets = Subsets(np.array([30, 20, 10]), np.array([10, 10, 3]))
    by_table = drawn(subsets.prepare(y), 5000)
    monkeypatch.setattr(module, "_FEW_COLUMNS", 0)
    np.testing.assert_allclose(drawn(subsets.prepare(y), 5000), by_table, rtol=0, atol=1e-12)


@pytest.mark.parametrize("widest", [512, 0])
def test_counts_are_hypergeometric(monkeypatch, widest):
    monkeypatch.setattr(module, "_WIDEST", widest)
    size, chosen, events = np.array([20, 9, 4]), np.array([8, 5, 4]), np.array([6, 7, 2])
    found = drawn(Counts(size, chosen, events))
    for g in range(2):
        low, high = max(0, chosen[g] - size[g] + events[g]), min(chosen[g], events[g])
        k = np.arange(low, high + 1)
        p = np.array(
            [comb(events[g], j) * comb(size[g] - events[g], chosen[g] - j) / comb(size[g], chosen[g]) for j in k]
        )
        counts = np.array([np.count_nonzero(found[g] == j) for j in k])
        assert counts.sum() == DRAWS
        assert abs(chi_squared(counts, p * DRAWS)) < 5
    assert (found[2] == 2).all()


def test_hypergeometric_probabilities():
    p = hypergeometric(np.array([3, 1]), np.array([2, 1]), np.array([4, 0]), 4)
    np.testing.assert_allclose(p, [[0.2, 0.6, 0.2, 0], [0, 1, 0, 0]], rtol=1e-14)


def test_alias_tables_give_the_probabilities_back():
    rng = np.random.default_rng(2)
    p = rng.random((40, 13)) * (rng.random((40, 13)) < 0.7)
    p[:, 0] += 0.1
    p /= p.sum(axis=1, keepdims=True)
    keep, other = module._alias(p)
    again = keep / 13
    for r in range(40):
        np.add.at(again[r], other[r], (1 - keep[r]) / 13)
    np.testing.assert_allclose(again, p, atol=1e-15)


def test_a_block_is_given_by_seed_and_place_alone():
    first = [rng.random() for rng, _ in blocks(7, 3 * BLOCK)]
    assert [some for _, some in blocks(7, 2 * BLOCK + 5)] == [BLOCK, BLOCK, 5]
    assert [rng.random() for rng, _ in blocks(7, BLOCK + 1)] == first[:2]
    assert [rng.random() for rng, _ in blocks(7, BLOCK, task=1)] != first[:1]
