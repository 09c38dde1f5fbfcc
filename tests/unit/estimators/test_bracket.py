"""The exact test of the blocked estimate against every assignment, rational arithmetic and draws."""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction
from math import comb

import numpy as np
import pandas as pd
import pytest
from enumerated import all_statistics, spec
from test_randomised_door import small, table

import effektutv as eu
from effektutv.errors import ArgumentError
from effektutv.estimators.randomization import exact_weighted as module
from effektutv.estimators.randomization.exact import Margins, p_exact
from effektutv.estimators.randomization.exact_weighted import Values, gathered, on_grid, p_bracket

pytestmark = pytest.mark.proof

BASE = {"arm": "arm", "control": "FS", "outcome": "y", "strata": "s", "draws": "exact"}
SIDES = ("two-sided", "greater", "less")


def trial(strata: int, persons: int, seed: int, share: float = 0.2) -> Margins:
    rng = np.random.default_rng(seed)
    n = rng.multinomial(persons, np.ones(strata) / strata)
    n = np.maximum(n, 4)
    n1 = np.clip(n // 2 + rng.integers(-2, 3, strata), 1, n - 1)
    return Margins(n1=n1, n0=n - n1, events=rng.binomial(n, share))


def units(m: Margins) -> np.ndarray:
    n = m.n1 + m.n0
    return n / n.sum() * (1 / m.n1 + 1 / m.n0)


def rational(m: Margins) -> tuple[dict[Fraction, int], int]:
    """Ways of every value of D, over all ways: no floats."""
    n = [int(v) for v in m.n1 + m.n0]
    ways: dict[Fraction, int] = {Fraction(0): 1}
    total = 1
    for size, n1, events in zip(n, m.n1.tolist(), m.events.tolist(), strict=True):
        unit = Fraction(size, sum(n)) * (Fraction(1, n1) + Fraction(1, size - n1))
        new: dict[Fraction, int] = defaultdict(int)
        for value, count in ways.items():
            for k in range(max(0, n1 - size + events), min(n1, events) + 1):
                new[value + unit * (k - Fraction(events * n1, size))] += (
                    count * comb(events, k) * comb(size - events, n1 - k)
                )
        ways, total = dict(new), total * comb(size, n1)
    return ways, total


def tail(ways: dict[Fraction, int], total: int, observed: Fraction, side: str) -> float:
    kept = {
        "two-sided": lambda v: abs(v) >= abs(observed),
        "greater": lambda v: v >= observed,
        "less": lambda v: v <= observed,
    }[side]
    return float(Fraction(sum(c for v, c in ways.items() if kept(v)), total))


@pytest.mark.parametrize("seed", range(8))
def test_against_every_assignment(seed):
    treated, stratum, y = small(seed, binary=True)
    every = all_statistics(treated, stratum, y, spec("blocked"), studentize=False)
    for side in SIDES:
        row = eu.randomization_test(table(treated, stratum, y), alternative=side, **BASE).rows[0]
        observed = row.statistic
        share = {
            "two-sided": np.mean(np.abs(every) >= abs(observed) - 1e-9),
            "greater": np.mean(every >= observed - 1e-9),
            "less": np.mean(every <= observed + 1e-9),
        }[side]
        assert row.p_randomization == pytest.approx(share, rel=1e-11)
        assert (row.mc_error, row.draws, row.studentized) == (0.0, 0, False)
        assert row.null_sd == pytest.approx(every.std(), rel=1e-9, abs=1e-12)
        assert row.statistic == pytest.approx(row.estimate, rel=1e-9, abs=1e-12)
        assert "weighted sum of hypergeometrics" in row.method


@pytest.mark.parametrize("many", [2**15, 16, 6])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_against_rational_arithmetic_whether_values_are_kept_or_rounded(monkeypatch, seed, many):
    """Five strata have some thousands of values. With groups held small there are more than two, and a grid."""
    monkeypatch.setattr(module, "_MANY", many)
    m = trial(5, 90, seed)
    ways, total = rational(m)
    groups = gathered(m, units(m))
    assert (len(groups) > 2) == (many < 2**15)
    values = sorted(ways)
    for observed in values[:: max(len(values) // 25, 1)]:
        for side in SIDES:
            true = tail(ways, total, observed, side)
            found = p_bracket(groups, float(observed), side)
            assert found.low - 1e-12 <= true <= found.high + 1e-12
            # Of so few strata a value alone may have some per cent, and a grid cannot say on which side of itself it is.
            assert found.width <= (0.06 if many < 2**15 else 1e-12)
            if many == 2**15:
                assert found.high == pytest.approx(true, rel=1e-9, abs=1e-15)


@pytest.mark.parametrize(("strata", "seed"), [(25, 1), (50, 2), (25, 7)])
def test_a_trial_is_bracketed_narrowly_and_draws_agree(strata, seed):
    m = trial(strata, 709, seed)
    unit = units(m)
    groups = gathered(m, unit)
    assert len(groups) > 2
    draws = 400_000
    rng = np.random.default_rng(seed)
    n = m.n1 + m.n0
    drawn = (rng.hypergeometric(m.events, n - m.events, m.n1, size=(draws, strata)) - m.events * m.n1 / n) @ unit
    sd = drawn.std()
    for size, widest in ((0.5, 5e-3), (1.96, 2e-4), (3.0, 2e-5)):
        for side in SIDES:
            observed = size * sd
            extreme = {"two-sided": np.abs(drawn) >= observed, "greater": drawn >= observed, "less": drawn <= observed}[
                side
            ]
            found = p_bracket(groups, observed, side)
            assert 0 <= found.width <= widest if side != "less" else 0 <= found.width <= 5e-3
            p = extreme.mean()
            error = 4.5 * np.sqrt(p * (1 - p) / draws) + 2 / draws
            assert found.low - error <= p <= found.high + error


def test_a_far_tail_is_bracketed_relative_to_itself():
    m = trial(25, 709, 1)
    groups = gathered(m, units(m))
    sd = np.sqrt(sum(g.probability @ g.at**2 for g in groups))
    found = p_bracket(groups, 6 * sd)
    assert 1e-10 < found.low < found.high < 1e-8
    assert found.width < 0.3 * found.high


def test_equal_units_are_a_lattice_and_give_the_exact_cochran_mantel_haenszel_test():
    """Strata of one shape weigh events alike: blocked and fe are one test, whatever the number of strata."""
    rng = np.random.default_rng(5)
    m = Margins(n1=np.full(40, 9), n0=np.full(40, 9), events=rng.binomial(18, 0.3, 40))
    unit = np.full(40, 1 / 40 * (2 / 9))
    groups = gathered(m, unit)
    assert len(groups) == 1
    for shift in (0, 3, 9, 25):
        observed = int(np.ceil(m.mean)) + shift
        for side in SIDES:
            found = p_bracket(groups, float((observed - m.mean) * unit[0]), side)
            assert found.width <= 1e-14
            assert found.high == pytest.approx(p_exact(m, observed, side), rel=1e-9)


def test_finer_grids_are_inside_coarser_ones():
    m = trial(25, 709, 1)
    groups = gathered(m, units(m))
    sd = float(np.sqrt(sum(g.probability @ g.at**2 for g in groups)))
    last = (0.0, 1.0)
    for points in (2**9, 2**11, 2**13, 2**15, 2**17):
        low, width = module._gridded(groups, 1.3 * sd, -1.3 * sd, points, sd)
        assert last[0] - 1e-12 <= low <= low + width <= last[1] + 1e-12
        last = low, low + width
    assert last[1] - last[0] < 1e-3


def test_the_grid_holds_mean_and_variance_and_what_it_may_be_off():
    m = trial(25, 709, 3)
    groups = gathered(m, units(m))
    variance = sum(float(g.probability @ g.at**2) for g in groups)
    at, probability, (least, most) = on_grid(groups, 2**14, 9 * np.sqrt(variance))
    assert probability.sum() == pytest.approx(1, abs=1e-12)
    assert probability @ at == pytest.approx(0, abs=max(-least, most))
    assert probability @ at**2 == pytest.approx(variance, rel=1e-3)
    step = at[1] - at[0]
    assert -len(groups) * step / 2 - 1e-15 <= least < 0 < most <= len(groups) * step / 2 + 1e-15


def test_what_is_left_out_for_being_tiny_is_counted():
    one = Values(at=np.array([0.0, 1.0]), probability=np.array([1 - 1e-9, 1e-9]))
    both = one.plus(one)
    assert both.at.tolist() == [0.0, 1.0, 1.0]
    assert both.lost == pytest.approx(1e-18, rel=1e-6, abs=0)
    assert p_bracket([both], 2.0, "greater").high == pytest.approx(1e-18, rel=1e-6, abs=0)


def test_no_deviation_is_no_evidence():
    m = Margins(n1=np.array([4, 5]), n0=np.array([4, 6]), events=np.array([4, 5]))
    assert p_bracket(gathered(m, units(m)), 0.0).high == 1.0


def test_the_door_says_how_wide_the_bracket_is():
    rng = np.random.default_rng(1)
    n = 1063
    df = pd.DataFrame({"arm": np.resize(["FS", "SE", "CM"], n), "s": rng.integers(0, 25, n)})
    df["y"] = (rng.random(n) < 0.18 + 0.05 * (df["arm"] == "SE")).astype(int)
    found = eu.randomization_test(df, distribution=True, **BASE)
    drawn = eu.randomization_test(
        df, outcome="y", arm="arm", control="FS", strata="s", draws=100_000, studentize=False, level=None
    )
    for row, other in zip(found.rows, drawn.rows, strict=True):
        assert 0 < row.mc_error < 2e-3
        assert f"{row.p_randomization - row.mc_error:.6g}" in row.method
        allowed = 4.5 * other.mc_error + row.mc_error + 2e-5
        assert row.p_randomization == pytest.approx(other.p_randomization, abs=allowed)
        assert row.statistic == pytest.approx(other.statistic * other.null_sd, rel=1e-9)
    bins = found.distribution_table().query("kind == 'exact' and arm == 'SE' and control == 'FS'")
    assert bins["share"].sum() == pytest.approx(1, abs=1e-9)
    middle = (bins["low"] + bins["high"]) / 2
    assert np.sqrt((bins["share"] * middle**2).sum()) == pytest.approx(found.rows[1].null_sd, rel=0.03)


def test_a_value_far_to_one_side_stays_on_that_side_of_the_picture():
    """One stratum has a single person in the arm: with probability 1/400 she is the one with the event, some 19 sd off."""
    rows = [("SE", "one", 0)] + [("FS", "one", int(i == 0)) for i in range(399)]
    rng = np.random.default_rng(0)
    rows += [(("SE", "FS")[i % 2], f"s{s}", int(rng.random() < 0.02)) for s in range(6) for i in range(40 + s)]
    df = pd.DataFrame(rows, columns=["arm", "s", "y"])
    bins = eu.randomization_test(df, distribution=True, **BASE).distribution_table().query("kind == 'exact'")
    assert bins["share"].iloc[-1] == pytest.approx(1 / 400, rel=1e-6)
    assert bins["share"].iloc[0] < 1e-9


def test_a_bound_beyond_floats_asks_for_more_reach():
    rare = Values(at=np.array([-1e-7, 1.0]), probability=np.array([1 - 1e-7, 1e-7]))
    other = Values(at=np.array([-1e-6, 1e-6]), probability=np.array([0.5, 0.5]))
    with np.errstate(all="raise", under="ignore"):
        found = p_bracket([other, other, rare], 0.5, "greater")
    assert found.low <= 1e-7 <= found.high < 2e-7


def test_what_a_blocked_exact_test_cannot_do_is_refused():
    treated, stratum, y = small(1, binary=True)
    with pytest.raises(ArgumentError, match="distance"):
        eu.randomization_test(table(treated, stratum, y), rule="probability", **BASE)
    with pytest.raises(ArgumentError, match="0/1"):
        eu.randomization_test(table(treated, stratum, y + 1), **BASE)
