"""Time to event and power at their edges, by hand, and against the definition."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import effektutv as eu
from effektutv.estimators.power import power_curve, simulated_power
from effektutv.estimators.survival.curves import curve, incidence, median, point, restricted_mean
from effektutv.results import Unavailable

T = {"time": "t", "event": "e", "arm": "arm", "control": "c"}


def test_kaplan_meier_by_hand():
    """Times 1 1 2 3 3+ 4: S = 4/6, 3/6, 2/6, 0."""
    table = curve(np.array([1.0, 1, 2, 3, 3, 4]), np.array([1, 1, 1, 1, 0, 1]))
    assert table.survival == pytest.approx([4 / 6, 3 / 6, 2 / 6, 0])
    assert list(table.at_risk) == [6, 4, 3, 1]
    assert median(table) == 2.5
    assert point(table, 2.5, 0.95)[1] == pytest.approx(np.sqrt(0.25 * (2 / (6 * 4) + 1 / (4 * 3))))
    assert point(table, 0.5, 0.95)[0] == 1.0
    assert isinstance(point(table, 5, 0.95)[1], Unavailable)
    assert restricted_mean(table, 3).value == pytest.approx(1 + 4 / 6 + 3 / 6)
    assert isinstance(median(curve(np.array([1.0, 2]), np.array([0, 0]))), Unavailable)


def test_without_censoring_the_curves_are_shares():
    rng = np.random.default_rng(0)
    t, e = rng.integers(1, 30, 400).astype(float), rng.integers(1, 4, 400)
    for at, (share, variance) in zip((5, 20, 40), incidence(t, e, (5, 20, 40)), strict=True):
        p = float(((t <= at) & (e == 1)).mean())
        assert share == pytest.approx(p)
        assert variance == pytest.approx(p * (1 - p) / 400)
    only = np.ones(400, dtype=int)
    assert restricted_mean(curve(t, only), 12.0).value == pytest.approx(np.minimum(t, 12).mean())
    assert restricted_mean(curve(t, only), 12.0).variance == pytest.approx(np.minimum(t, 12).var() / 400)


def test_incidence_variance_is_the_derivative_in_the_weights():
    """Infinitesimal jackknife: the derivative by giving one person a little more weight, numerically."""
    rng = np.random.default_rng(4)
    t, e = rng.integers(1, 8, 40).astype(float), rng.integers(0, 3, 40)

    def weighted(w: np.ndarray, at: float) -> float:
        survival, total = 1.0, 0.0
        for v in np.unique(t[t <= at]):
            risk = w[t >= v].sum()
            total += survival * w[(t == v) & (e == 1)].sum() / risk
            survival *= 1 - w[(t == v) & (e > 0)].sum() / risk
        return total

    h, one = 1e-5, np.ones(40)
    for at in (3.0, 6.0):
        slopes = [(weighted(one + h * (np.arange(40) == i), at) - weighted(one, at)) / h for i in range(40)]
        share, variance = incidence(t, e, (at,))[0]
        assert share == pytest.approx(weighted(one, at))
        assert variance == pytest.approx(np.square(slopes).sum(), rel=1e-3)


def people(n: int = 300, seed: int = 1) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    df = pd.DataFrame({"arm": rng.choice(["c", "t", "u"], n), "s": rng.integers(0, 3, n)})
    df["t"] = np.ceil(rng.exponential(12, n) * np.where(df["arm"] == "t", 0.7, 1.0))
    end = rng.integers(20, 40, n)
    df["e"] = np.where(df["t"] > end, 0, rng.choice([1, 1, 1, 2], n))
    df["t"] = np.minimum(df["t"], end)
    return df


def test_what_a_result_holds():
    result = eu.time_to_event(people(), strata="s", tau=18, times=[0, 12, 18], **T)
    assert [(r.arm, r.control) for r in result.rows] == [("t", "c"), ("u", "c"), ("t", "u")]
    assert result.rows[0].estimate < 0
    first = result.risk[0]
    assert (first.time, first.survival, first.incidence, first.n_risk) == (0, 1.0, 0.0, first.n)
    last = result.risk[2]
    assert last.n_risk + last.events + last.competing + last.censored >= last.n
    assert last.incidence < 1 - last.survival, "a competing event is not censoring"
    assert result.log_rank.strata == "s"
    assert "competing events" in result.notes[0]
    assert result.risk_table().shape[0] == 9
    assert list(result.tidy()["tau"]) == [18.0] * 3


def test_in_the_state_on_day_0_is_left_out_and_counted():
    df = people()
    df.loc[df.index < 7, ["t", "e"]] = [0, 1]
    result = eu.time_to_event(df, tau=18, **T)
    assert "7 persons in the state on day 0 left out" in result.notes
    assert sum(r.n_arm for r in result.rows[:2]) + result.rows[0].n_control == 293


def test_follow_up_that_ends_before_the_horizon():
    df = people()
    df = df[(df["arm"] != "t") | (df["t"] < 10)].assign(e=lambda d: d["e"].where(d["arm"] != "t", 0))
    row = eu.time_to_event(df, tau=18, **T).rows[0]
    assert isinstance(row.estimate, Unavailable)
    assert "ends before the horizon" in row.note
    assert isinstance(row.log_rank, float)
    late = [r for r in eu.time_to_event(df, tau=18, times=[15], **T).risk if r.arm == "t"]
    assert isinstance(late[0].survival, Unavailable)


@pytest.mark.parametrize("everyone", [False, True])
def test_an_arm_in_which_everyone_was_in_the_state_already(everyone):
    df = people()
    df.loc[(df["arm"] == "t") | everyone, ["t", "e"]] = [0, 1]
    result = eu.time_to_event(df, tau=18, **T)
    assert result.rows[0].n_arm == 0
    assert result.rows[0].estimate == Unavailable("no one in the arm")
    assert all(r.survival == Unavailable("no one in the arm") for r in result.risk if r.arm == "t")


def test_no_event_at_all():
    result = eu.time_to_event(people().assign(e=0), tau=10, **T)
    assert isinstance(result.log_rank.statistic, Unavailable)
    assert result.rows[0].estimate == 0.0
    assert isinstance(result.rows[0].p_value, Unavailable)


def test_an_arm_that_shares_no_stratum_adds_nothing_to_the_stratified_test():
    df = people().assign(s=lambda d: np.where(d["arm"] == "u", 9, 0))
    test = eu.time_to_event(df, tau=18, strata="s", **T).log_rank
    assert test.df == 1.0
    pair = eu.time_to_event(df[df["arm"] != "u"], tau=18, **T).log_rank
    assert test.statistic == pytest.approx(pair.statistic, rel=1e-9)


def test_every_pair_of_arms_is_its_own_test():
    """The third arm plays no part in a pair's log-rank test."""
    df = people()
    row = eu.time_to_event(df, tau=18, **T).rows[0]
    pair = eu.time_to_event(df[df["arm"] != "u"], tau=18, **T)
    assert row.log_rank == pytest.approx(pair.log_rank.statistic, rel=1e-12)


@pytest.mark.parametrize(
    ("message", "options", "change"),
    [
        ("tau: got 0", {"tau": 0}, {}),
        ("time: column 't' is negative for fewer than 5", {}, {"t": -1}),
        ("time: column 't' is missing for fewer than 5", {}, {"t": np.nan}),
        ("event: column 'e' must hold 0", {}, {"e": 0.5}),
        ("event: column 'e' is missing", {}, {"e": np.nan}),
        ("times: give at least one", {"times": [-1]}, {}),
        ("times: give at least one", {"times": "12"}, {}),
    ],
)
def test_wrong_use_of_times(message, options, change):
    df = people()
    for column, value in change.items():
        df[column] = df[column].astype(float)
        df.loc[3, column] = value
    with pytest.raises(eu.ArgumentError, match=message):
        eu.time_to_event(df, **T, **options)


# ------------------------------------------------------------------------------------------------------------- power


def test_this_trials_minimum_detectable_effect():
    """METHODS: with about 354 persons an arm 8.7 percentage points, 10.2 at a third of the level."""
    assert round(eu.power(n_per_arm=354, baseline=0.18).rows[0].effect * 100, 1) == 8.7
    third = eu.power(n_per_arm=354, baseline=0.18, family=3).rows[0]
    assert round(third.effect * 100, 1) == 10.2
    assert third.alpha_each == pytest.approx(0.05 / 3)


@pytest.mark.parametrize("given", [{}, {"ratio": 2.0}, {"family": 3}, {"baseline": [0.1, 0.3], "strata": [1, 3]}])
def test_the_three_answers_are_each_others_inverse(given):
    given = {"baseline": 0.18, **given}
    detectable = eu.power(n_per_arm=354, **given).rows[0]
    back = eu.power(effect=detectable.effect, **given).rows[0]
    assert back.n_arm == 354
    assert eu.power(n_per_arm=354, effect=detectable.effect, **given).rows[0].power == pytest.approx(0.8, abs=1e-9)
    assert eu.power(n_per_arm=354, effect=detectable.effect, power=None, **given).rows[0].solved == "power"
    assert detectable.std_error * (1.959964 + 0.841621) == pytest.approx(detectable.effect, rel=1e-5) or given.get(
        "family"
    )


def test_strata_help_and_a_decrease_is_another_effect():
    plain = eu.power(n_per_arm=354, baseline=0.25).rows[0].effect
    assert eu.power(n_per_arm=354, baseline=[0.05, 0.45], strata=[1, 1]).rows[0].effect < plain
    down = eu.power(n_per_arm=354, baseline=0.25, direction="decrease").rows[0].effect
    assert down < 0
    assert abs(down) < plain


def test_too_few_persons_for_any_effect():
    assert isinstance(eu.power(n_per_arm=5, baseline=0.5, family=10).rows[0].effect, Unavailable)


def test_a_curve_to_look_at():
    rows = power_curve([100, 354, 1000], baseline=0.18, families=(1, 3)).rows
    assert len(rows) == 6
    effects = [r.effect for r in rows[:3]]
    assert effects == sorted(effects, reverse=True)


def test_simulation_is_repeatable_and_near_the_formula():
    counts = [(59, 59)] * 6
    once, again = (simulated_power(counts, baseline=0.18, effect=0.0873, draws=4000, seed=3) for _ in range(2))
    assert once == again
    row = once.rows[0]
    assert abs(row.power - 0.8) < 4 * row.monte_carlo_error + 0.01
    size = simulated_power(counts, baseline=0.18, effect=0.0, draws=4000).rows[0]
    assert abs(size.power - 0.05) < 4 * size.monte_carlo_error + 0.005


@pytest.mark.parametrize(
    ("message", "given"),
    [
        ("baseline: got 18", {"n_per_arm": 100, "baseline": 18}),
        ("n_per_arm: got '3'", {"n_per_arm": "3", "baseline": 0.2}),
        ("effect: got 8", {"effect": 8, "baseline": 0.2}),
        ("effect: got 0;", {"effect": 0, "baseline": 0.2}),
        ("effect: got 0.9, which takes a proportion out", {"effect": 0.9, "baseline": 0.2}),
        ("n_per_arm, effect, power: give n_per_arm or effect", {"baseline": 0.2}),
        ("n_per_arm, effect, power", {"baseline": 0.2, "n_per_arm": 10, "effect": 0.1, "power": 0.9}),
        ("family: got 0", {"n_per_arm": 100, "baseline": 0.2, "family": 0}),
        ("power: got 0.01", {"n_per_arm": 100, "baseline": 0.2, "power": 0.01}),
        ("strata: 2 control proportions", {"n_per_arm": 100, "baseline": [0.2, 0.3]}),
        ("strata: got 1 shares", {"n_per_arm": 100, "baseline": [0.2, 0.3], "strata": [1]}),
        ("baseline: the list is empty", {"n_per_arm": 100, "baseline": []}),
        ("direction: got 'up'", {"n_per_arm": 100, "baseline": 0.2, "direction": "up"}),
    ],
)
def test_wrong_use_of_power(message, given):
    with pytest.raises(eu.ArgumentError, match=message):
        eu.power(**given)


def test_wrong_use_of_simulated_power():
    with pytest.raises(eu.ArgumentError, match="counts: give"):
        simulated_power([(1, 5)], baseline=0.2, effect=0.1)
    with pytest.raises(eu.ArgumentError, match="draws: got 5"):
        simulated_power([(5, 5)], baseline=0.2, effect=0.1, draws=5)
    with pytest.raises(eu.ArgumentError, match="effect: got 'x'"):
        simulated_power([(5, 5)], baseline=0.2, effect="x")
    with pytest.raises(eu.ArgumentError, match="baseline: got 2 proportions for 1 strata"):
        simulated_power([(5, 5)], baseline=[0.2, 0.3], effect=0.1)
    with pytest.raises(eu.ArgumentError, match="a proportion leaves 0 to 1"):
        simulated_power([(5, 5)], baseline=0.9, effect=0.2)
