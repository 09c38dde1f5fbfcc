"""Time to event on its way out: what is shown of a curve, and that everything shown follows from shown counts."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.special import chdtri, ndtr
from timed import ARMS, gone, of_arm, random_people, small_steps, table, timed, trial

from effektutv.disclosure.curves import ROUNDED, STARTED, THINNED
from effektutv.disclosure.protect import protect
from effektutv.disclosure.protected import Role
from effektutv.disclosure.rules import mean_times
from effektutv.disclosure.rules.mean_times import APART, TESTED, _rounded
from effektutv.errors import DisclosureError
from effektutv.results import Status, Suppressed, Unavailable

NUMBERS = (
    "mean_arm", "mean_control", "estimate", "std_error", "statistic", "p_value", "conf_low", "conf_high", "log_rank",
    "log_rank_p",
)  # fmt: skip
MANY = {(k, 1): 9 for k in range(1, 13)}


def sizes_of(make, df):
    """A table that shows every arm's size."""
    sizes = {a: int((df["arm"] == a).sum()) for a in ARMS}
    return make.starts({a: (n, n) for a, n in sizes.items()})


def release(make, df, *more, **parts):
    results = (timed(df), *more)
    return protect(make.inputs(times=results, starts=sizes_of(make, df), **parts))


# --------------------------------------------------------------------------------------------------- what is shown


@pytest.mark.parametrize("seed", range(30))
def test_no_step_of_a_released_risk_table_is_small(make, seed):
    n = [(120, 120, 120), (40, 60, 300), (25, 25, 25)][seed % 3]
    df = random_people(seed, n, zero=[0.0, 0.02, 0.2][seed % 3])
    assert small_steps(release(make, df).value.times[0]) == []


def test_unprotected_tables_of_the_same_persons_have_small_steps(make):
    assert all(small_steps(timed(random_people(seed))) for seed in range(5))


def test_where_nothing_is_small_everything_is_released_as_it_was(make):
    counts = {**MANY, **{(k, 2): 6 for k in (3, 7)}, **{(k, 0): 7 for k in (4, 11)}}
    df = trial({a: table(counts, n=400) for a in ARMS})
    before = timed(df)
    out = protect(make.inputs(times=(before,)))
    after = out.value.times[0]
    assert out.decisions == ()
    assert THINNED not in after.notes
    for a, b in zip(before.rows, after.rows, strict=True):
        assert b.status is Status.RELEASED or isinstance(a.p_value, Unavailable)
        for name in NUMBERS:
            x, y = getattr(a, name), getattr(b, name)
            assert x == y if isinstance(x, Unavailable) else y == pytest.approx(x, rel=1e-12)
    for a, b in zip(before.risk, after.risk, strict=True):
        for name in ("n", "n_risk", "events", "competing", "censored"):
            assert getattr(a, name) == getattr(b, name)
        for name in ("survival", "survival_error", "incidence", "incidence_error", "survival_low", "incidence_high"):
            x, y = getattr(a, name), getattr(b, name)
            assert x == y if isinstance(x, Unavailable) else y == pytest.approx(x, rel=1e-12)
    assert after.log_rank.rows == before.log_rank.rows
    assert after.medians == before.medians


def test_one_grid_for_all_arms_and_both_clocks(make):
    few = table({**MANY, (5, 1): 2}, n=400)
    df = trial({"FS": table(MANY, n=400), "SE": few, "CM": table(MANY, n=400)})
    start = timed(trial({a: table({**MANY, (9, 1): 3} if a == "CM" else MANY, n=400) for a in ARMS}), clock="start")
    for result in release(make, df, start).value.times:
        for arm in ARMS:
            shown = {r.time for r in of_arm(result, arm)}
            assert not {4.0, 5.0} <= shown
            assert not {8.0, 9.0} <= shown
            assert len(shown) == 11


def test_what_is_released_follows_from_the_shown_counts(make):
    """Two studies that differ only within the steps have curves alike, to the last bit, and means alike to their rounding."""
    one = {(1, 1): 8, (2, 1): 2, (3, 1): 7, (5, 1): 3, (6, 1): 3, (4, 0): 4, (5, 0): 4, (12, 1): 9}
    other = {(1, 1): 8, (2, 1): 3, (3, 1): 6, (5, 1): 4, (6, 1): 2, (4, 0): 3, (5, 0): 5, (12, 1): 9}
    rest = {a: table(MANY, n=300) for a in ("FS", "CM")}
    studies = [trial({**rest, "SE": table(counts)}) for counts in (one, other)]
    before = [timed(df) for df in studies]
    after = [release(make, df) for df in studies]
    assert before[0].rows[0].estimate != before[1].rows[0].estimate
    assert before[0].risk != before[1].risk
    one, other = (r.value.times[0] for r in after)
    assert (one.risk, one.medians, one.log_rank) == (other.risk, other.medians, other.log_rank)
    for a, b in zip(one.rows, other.rows, strict=True):
        assert abs(a.estimate - b.estimate) <= 0.2 + 1e-9
    assert after[0].decisions == after[1].decisions
    assert not gone(after[0].value.times[0].rows[0].estimate)
    assert THINNED in after[0].value.times[0].notes


def test_thinned_curves_and_means_stay_near_what_they_were(make):
    """An interval's width is many times what the spreading moves."""
    for seed in range(6):
        df = random_people(seed, (350, 350, 350), months=24, zero=0.0, competing=0.004, leaving=0.01)
        before = timed(df, tau=24)
        after = protect(make.inputs(times=(before,))).value.times[0]
        for a, b in zip(before.rows, after.rows, strict=True):
            assert abs(a.estimate - b.estimate) < 0.4 * a.std_error
            assert b.std_error == pytest.approx(a.std_error, rel=0.08)
        found = {(r.arm, r.time): r for r in before.risk}
        for row in after.risk:
            true = found[row.arm, row.time]
            assert abs(row.survival - true.survival) <= 0.35 * true.survival_error


def test_few_events_in_all_hide_the_arm_and_its_contrasts(make):
    df = trial({"FS": table(MANY, n=300), "SE": table({(3, 1): 4}), "CM": table(MANY, n=300)})
    out = release(make, df)
    result = out.value.times[0]
    assert all(gone(r.events) and gone(r.survival) and gone(r.incidence) and gone(r.n) for r in of_arm(result, "SE"))
    status = {(r.arm, r.control): r.status for r in result.rows}
    assert status == {
        ("SE", "FS"): Status.SUPPRESSED, ("CM", "FS"): Status.RELEASED, ("SE", "CM"): Status.SUPPRESSED
    }  # fmt: skip
    row = next(r for r in result.rows if r.arm == "SE")
    assert all(gone(getattr(row, name)) for name in NUMBERS)
    assert gone(dict(result.medians)["SE"])
    assert not gone(dict(result.medians)["FS"])
    assert gone(result.log_rank.p_value)
    assert {r.arm for r in result.log_rank.rows if gone(r.observed)} == {"SE"}
    assert all(gone(r.expected) for r in result.log_rank.rows)
    assert [d.cell for d in out.decisions if d.role is Role.PRIMARY] == ["arbete, SE"]


def test_few_competing_events_are_left_out_with_what_would_tell_them(make):
    df = trial({a: table({**MANY, (6, 2): 3 if a == "SE" else 8}, n=300) for a in ARMS})
    result = release(make, df).value.times[0]
    for row in of_arm(result, "SE"):
        assert gone(row.competing)
        # nobody is known to have left but by events, and the number is rounded so that it is not taken for exact
        told = 300 - 9 * max(row.time - 1, 0)
        assert row.n_risk == (told if row.time == 0 else 5 * round(told / 5))
        assert row.events == 9 * row.time
        # as if they had stayed
        assert row.incidence == pytest.approx(row.events / 300)
    assert all(not gone(r.competing) for r in of_arm(result, "FS"))
    assert {r.status for r in result.rows} == {Status.RELEASED}


def test_few_competing_events_in_a_small_arm_take_its_shares(make):
    df = trial({a: table({(k, 1): 6 for k in range(1, 13)} | {(6, 2): 3}, n=90) for a in ARMS})
    result = release(make, df).value.times[0]
    assert all(gone(r.survival) and gone(r.incidence) and not gone(r.events) for r in result.risk)
    assert {r.status for r in result.rows} == {Status.SUPPRESSED}


def test_an_arm_is_hidden_from_when_a_few_are_left(make):
    counts = {(k, 1): 10 for k in range(1, 12)} | {(12, 1): 7}
    df = trial({"FS": table(MANY, n=300), "SE": table(counts, n=119), "CM": table(MANY, n=300)})
    result = release(make, df).value.times[0]
    assert [r.time for r in of_arm(result, "SE") if gone(r.events)] == [12.0]
    assert [r.time for r in of_arm(result, "FS") if gone(r.events)] == []
    assert {r.status for r in result.rows if "SE" in (r.arm, r.control)} == {Status.SUPPRESSED}
    assert isinstance(dict(result.medians)["SE"], float)


def test_persons_at_risk_do_not_tell_a_few_who_leave_at_that_time(make):
    counts = {**MANY, (4, 1): 2, (5, 1): 4}
    df = trial({"FS": table(MANY, n=300), "SE": table(counts, n=300), "CM": table(MANY, n=300)})
    other = trial(
        {"FS": table(MANY, n=300), "SE": table({**MANY, (4, 1): 3, (5, 1): 3}, n=300), "CM": table(MANY, n=300)}
    )
    after, again = (protect(make.inputs(times=(timed(d),))).value.times[0] for d in (df, other))
    assert {r.time: r.n_risk for r in of_arm(after, "SE") if r.time in (3, 5, 6)} == {3: 282, 5: 270, 6: 265}
    assert after == again
    assert f"{ROUNDED} 5" in after.notes
    plain = protect(make.inputs(times=(timed(trial({a: table(MANY, n=300) for a in ARMS})),))).value.times[0]
    assert [r.n_risk for r in of_arm(plain, "FS")] == [300, *range(300, 192, -9)]
    assert not any(ROUNDED in note for note in plain.notes)


def test_end_of_follow_up_at_the_last_time_is_no_exit_before_it(make):
    """Everyone left is censored at month 12: the curve is not bent by spreading them over a step."""
    df = random_people(3, (300, 300, 300), zero=0.0, competing=1e-9, leaving=1e-9)
    before, after = timed(df), release(make, df).value.times[0]
    for row in (r for r in after.risk if r.time == 12):
        true = next(r for r in before.risk if (r.arm, r.time) == (row.arm, 12))
        assert row.survival == pytest.approx(true.survival, rel=1e-12)
        assert row.censored == true.censored


# ---------------------------------------------------------------------------------------------- who was left out


def test_a_few_in_the_state_on_day_0_are_counted_among_those_at_risk(make):
    df = trial({a: table({**MANY, (0, 1): 3 if a == "SE" else 20}, n=300) for a in ARMS})
    out = release(make, df)
    result = out.value.times[0]
    assert {r.n for r in of_arm(result, "SE")} == {300}
    assert {r.n for r in of_arm(result, "FS")} == {280}
    assert next(r for r in of_arm(result, "SE") if r.time == 12).incidence == pytest.approx(108 / 300)
    # means and tests are without them: their number of persons beside the arm's own would tell the few
    assert all(gone(r.n_arm) for r in result.rows if r.arm == "SE")
    assert {r.n_control for r in result.rows if r.control == "FS"} == {280}
    # 43 in all less 20 and 20
    assert not any("43" in note for note in result.notes)
    assert STARTED in result.notes
    assert next(d.cell for d in out.decisions if d.role is Role.PRIMARY) == "arbete, in the state on day 0, SE"
    assert any(
        "60 persons" in n
        for n in release(make, trial({a: table({**MANY, (0, 1): 20}, n=300) for a in ARMS})).value.times[0].notes
    )


def test_a_few_in_the_state_on_day_0_hide_a_small_arm(make):
    counts = {(k, 1): 6 for k in range(1, 13)} | {(0, 1): 3}
    df = trial({"FS": table(MANY, n=300), "SE": table(counts, n=90), "CM": table(MANY, n=300)})
    result = release(make, df).value.times[0]
    assert all(gone(r.events) and gone(r.n) for r in of_arm(result, "SE"))


def month(make, arm, n, events, k):
    return make.summary(arm, n, events, month=k)


def test_day_0_is_the_month_0_of_the_profile(make):
    """20 in work on day 0, hidden in the profile for another reason: the curve may not show 280 at risk."""
    df = trial({a: table({**MANY, (0, 1): 20}, n=300) for a in ARMS})
    kinds = {a: (300, {"stod": 17 if a == "SE" else 10, "reguljart": 3 if a == "SE" else 10}) for a in ARMS}
    profile = make.profile(*(month(make, a, 300, 20, 0) for a in ARMS))
    out = protect(
        make.inputs(
            times=(timed(df),), starts=sizes_of(make, df), profiles=(profile,),
            kinds=(make.counts({a: (n, {**c, "annan": 0}) for a, (n, c) in kinds.items()}, month=0),),
        )
    )  # fmt: skip
    hidden = {r.category for r in out.value.kinds[0].rows if r.arm == "SE" and gone(r.events)}
    total = next(r for r in out.value.profiles[0].rows if r.arm == "SE")
    assert "reguljart" in hidden
    at_risk = {r.n for r in of_arm(out.value.times[0], "SE")}
    assert at_risk == {280}
    assert not gone(total.share)


def test_a_few_on_day_0_take_the_profiles_month_0(make):
    df = trial({a: table({**MANY, (0, 1): 20}, n=300) for a in ARMS})
    start = timed(trial({a: table({**MANY, (0, 1): 4 if a == "CM" else 20}, n=300) for a in ARMS}), clock="start")
    profile = make.profile(*(month(make, a, 300, 20, 0) for a in ARMS))
    out = release(make, df, start, profiles=(profile,))
    assert [r.arm for r in out.value.profiles[0].rows if gone(r.share)] == ["CM"]
    # one decision on both clocks; 20 are too many to be counted as at risk
    assert all(gone(r.n) for t in out.value.times for r in of_arm(t, "CM"))


@pytest.mark.parametrize(("events", "shown"), [(7, True), (3, False)])
def test_month_1_is_the_profiles_where_nobody_was_in_the_state_on_day_0(make, events, shown):
    df = trial({a: table({**MANY, (1, 1): events if a == "SE" else 9, (2, 1): 5}, n=300) for a in ARMS})
    profile = make.profile(*(month(make, a, 300, events if a == "SE" else 9, 1) for a in ARMS))
    out = release(make, df, profiles=(profile,))
    share = next(r for r in out.value.profiles[0].rows if r.arm == "SE").share
    times = {r.time for r in of_arm(out.value.times[0], "SE") if not gone(r.events)}
    assert gone(share) != shown
    assert (1.0 in times) == shown


def test_month_1_shown_in_the_profile_leaves_no_small_step_after_it(make):
    """7 in month 1 are in the profile, 9 by month 3 in the curve: 2 in months 2 and 3."""
    counts = {(1, 1): 7, (2, 1): 1, (3, 1): 1, (9, 1): 6}
    df = trial({"FS": table(MANY, n=300), "SE": table(counts, n=300), "CM": table(MANY, n=300)})
    profile = make.profile(*(month(make, a, 300, 7 if a == "SE" else 9, 1) for a in ARMS))
    result = release(make, df, profiles=(profile,)).value.times[0]
    shown = {r.time: r.events for r in of_arm(result, "SE") if not gone(r.events)}
    assert not set(shown) & {2.0, 3.0, 4.0}
    last = trial({"FS": table(MANY, n=300), "SE": table({(1, 1): 7, (3, 1): 2}, n=300), "CM": table(MANY, n=300)})
    result = release(make, last, profiles=(profile,)).value.times[0]
    assert all(gone(r.events) for r in of_arm(result, "SE"))


@pytest.mark.parametrize("everywhere", [True, False])
def test_month_1_hidden_in_the_profile_is_not_shown_by_the_curve(make, everywhere):
    """9 in work at month 1 on the one clock and 3 on the other hide the profile's month: 9 are not to stand in the curve."""
    df = trial({a: table(MANY, n=300) for a in ARMS})
    rows = [make.summary(a, 300, 9, month=1) for a in ARMS]
    rows += [make.summary(a, 300, 3 if everywhere or a == "SE" else 9, month=1, clock="start") for a in ARMS]
    out = release(make, df, profiles=(make.profile(*rows),))
    result = out.value.times[0]
    hidden = {r.arm for r in out.value.profiles[0].rows if gone(r.share)}
    assert hidden == (set(ARMS) if everywhere else {"SE"})
    for arm in ARMS:
        shown = {r.time for r in of_arm(result, arm) if not gone(r.events)}
        assert (1.0 in shown) == (arm not in hidden)
        assert bool(shown) == (everywhere or arm != "SE")


def test_a_curve_does_not_bound_hidden_months(make):
    """4 work at month 1 and 4 others at month 2, both hidden: 8 who began by month 2 would tell that each is 4."""
    counts = {(1, 1): 4, (2, 1): 4, **{(k, 1): 9 for k in range(3, 13)}}
    df = trial({"FS": table(MANY, n=300), "SE": table(counts, n=300), "CM": table(MANY, n=300)})
    work = {1: 4, 2: 4, 3: 30}
    rows = [make.summary(a, 300, work[m] if a == "SE" else 30, month=m) for a in ARMS for m in work]
    rows += [make.summary(a, 300, 0, month=0) for a in ARMS]
    alone = protect(make.inputs(times=(timed(df),), starts=sizes_of(make, df))).value.times[0]
    assert 2.0 in {r.time for r in of_arm(alone, "SE") if not gone(r.events)}
    result = release(make, df, profiles=(make.profile(*rows),)).value.times[0]
    shown = {r.time for r in of_arm(result, "SE") if not gone(r.events)}
    assert 2.0 not in shown
    assert 3.0 in shown


FIRST = """
[[outcomes]]
name = "forsta"
label = { sv = "m", en = "m" }
state = "first_month_in_work"
month = 12
"""


def first_months(make, df):
    """The mean of first months, 12 for who has none, of everyone."""
    y = pd.Series(np.where((df["event"] == 1) & (df["time"] <= 12), df["time"], 12))
    n, mean = y.groupby(df["arm"]).size(), y.groupby(df["arm"]).mean()
    return [
        make.effect(
            a, c, (int(n[a]), 0), (int(n[c]), 0), outcome="forsta", month=12, share_arm=mean[a], share_control=mean[c],
            events_arm=Unavailable("a mean"), events_control=Unavailable("a mean"),
        )
        for a, c in (("SE", "FS"), ("CM", "FS"), ("SE", "CM"))
    ]  # fmt: skip


@pytest.mark.parametrize("hidden", [1, 2])
def test_a_mean_of_first_months_may_not_fix_the_months_left_out(make, hidden):
    """With one month left out the mean gives it; with months out in two steps it does not."""
    counts = {**MANY, (4, 1): 2, (5, 1): 5, **({(8, 1): 4, (9, 1): 3} if hidden == 2 else {})}
    df = trial({a: table(counts if a == "SE" else MANY, n=300) for a in ARMS})
    out = protect(make.inputs(*first_months(make, df), extra=FIRST, times=(timed(df),)))
    away = {r.arm: gone(r.share_arm) for r in out.value.effects[0].rows}
    assert away == {"SE": hidden == 1, "CM": False}
    assert gone(out.value.effects[0].rows[0].estimate) == (hidden == 1)
    without = protect(make.inputs(*first_months(make, df), extra=FIRST))
    assert not any(gone(r.share_arm) for r in without.value.effects[0].rows)


def test_a_test_within_strata_keeps_two_digits_of_its_p_and_loses_its_expected_events(make):
    df = random_people(5, (300, 300, 300), zero=0.0).assign(stratum=lambda d: np.arange(len(d)) % 4)
    before = timed(df, strata="stratum")
    after = protect(make.inputs(times=(before,))).value.times[0]
    assert after.log_rank.p_value == round(before.log_rank.p_value, 3)
    assert after.log_rank.statistic == pytest.approx(chdtri(2, after.log_rank.p_value))
    assert all(gone(r.expected) for r in after.log_rank.rows)
    for shown, true in zip(after.rows, before.rows, strict=True):
        assert shown.log_rank_p == pytest.approx(true.log_rank_p, abs=0.0051)
        assert len(f"{shown.log_rank_p:.10g}") <= 5
    assert APART in after.notes


@pytest.mark.parametrize("strata", [None, "stratum"])
@pytest.mark.parametrize("seed", range(3))
def test_mean_times_are_the_datas_coarse_and_their_tests_those_of_what_is_printed(make, seed, strata):
    """RP07h: the report's mean times, errors and p were of the thinned counts, another truth than the data's."""
    df = random_people(seed, (350, 350, 350), months=24, zero=0.03).assign(stratum=lambda d: np.arange(len(d)) % 4)
    before = timed(df, tau=24, strata=strata)
    after = protect(make.inputs(times=(before,), starts=sizes_of(make, df))).value.times[0]
    step = next(float(re.search(r"rounded to ([\d.]+)", n).group(1)) for n in after.notes if "those of the data" in n)
    for shown, true in zip(after.rows, before.rows, strict=True):
        for name in ("mean_arm", "mean_control", "estimate"):
            value = getattr(shown, name)
            assert abs(value - getattr(true, name)) <= step / 2 + 1e-9
            assert value / step == pytest.approx(round(value / step), abs=1e-6)
        assert step >= true.std_error / 10
        assert shown.statistic == pytest.approx(shown.estimate / shown.std_error)
        assert (shown.p_value < 0.05) == (true.p_value < 0.05) == (shown.conf_low > 0 or shown.conf_high < 0)
        assert (shown.n_arm, shown.n_control) == (true.n_arm, true.n_control)
        assert isinstance(shown.log_rank_p, float) == (strata is not None)
    assert after.log_rank.p_value == (TESTED if strata is None else pytest.approx(before.log_rank.p_value, abs=0.0051))


@pytest.mark.parametrize(
    ("estimate", "error"), [(-1.04, 0.531), (-1.06, 0.538), (1.0001, 0.5099), (0.96, 0.489), (0.951, 0.4801)]
)
def test_the_printed_p_is_on_the_exact_side_of_the_level(estimate, error):
    """RP07h's kind: a rounded estimate and error may turn a p of 0.06 into one of 0.04, and must not."""
    row = timed(random_people(3, (50, 50, 50), zero=0.0)).rows[0]
    exact = replace(row, estimate=estimate, std_error=error, p_value=float(2 * ndtr(-abs(estimate / error))), df=np.inf)
    shown = _rounded(exact, 0.1, 0.95)
    assert (shown.p_value < 0.05) == (exact.p_value < 0.05)
    assert (shown.conf_low > 0 or shown.conf_high < 0) == (exact.p_value < 0.05)
    assert abs(shown.std_error - error) < 0.06


def test_a_mean_that_would_fix_a_hidden_step_is_widened_or_hidden(make):
    """One hidden step of two months in 4,000 persons: at a fine step the mean would tell how its persons are placed."""
    told = set()
    for first in (0, 2, 4, 6):
        counts = {**MANY, (4, 1): first, (5, 1): 6 - first}
        df = trial({a: table(counts if a == "SE" else MANY, n=4000) for a in ARMS})
        after = protect(make.inputs(times=(timed(df),))).value.times[0]
        if 0 < first < 6:
            told |= {str(r.mean_arm) for r in after.rows if r.arm == "SE"}
            assert next(r for r in timed(df).rows if r.arm == "SE").mean_arm != 0
    # hidden, or the same number whatever the placing
    assert len({t for t in told if t[0].isdigit()}) <= 1


@pytest.mark.parametrize("told", ["SE", "FS"])
def test_an_arm_whose_mean_would_tell_a_step_takes_its_own_contrasts_alone(make, monkeypatch, told):
    """RP07h's kind: one arm's step of many events hid every contrast of the clock, those without the arm too."""
    df = random_people(1, (350, 350, 350), months=24, zero=0.03).assign(stratum=lambda d: np.arange(len(d)) % 4)
    before = timed(df, tau=24, strata="stratum")
    inputs = make.inputs(times=(before,), starts=sizes_of(make, df))
    assert not any(gone(r.estimate) for r in protect(inputs).value.times[0].rows)
    opened = mean_times._open
    monkeypatch.setattr(mean_times, "_open", lambda track, *rest: track.arm != told and opened(track, *rest))
    after = protect(inputs).value.times[0]
    for row in after.rows:
        hidden = [
            gone(getattr(row, n)) for n in ("mean_arm", "mean_control", "estimate", "std_error", "conf_low", "p_value")
        ]
        assert set(hidden) == {told in (row.arm, row.control)}
    assert any("those of the data" in n for n in after.notes)


# ------------------------------------------------------------------------------------------------------ fails closed


def broken(result, **changes):
    return replace(result, risk=(replace(result.risk[3], **changes), *result.risk[:3], *result.risk[4:]))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"events": Unavailable("lost")}, "unknown"),
        ({"events": Suppressed("elsewhere")}, "unknown"),
        ({"events": 900}, "do not add up"),
        ({"n_risk": 1}, "do not add up"),
        ({"n": 5}, "do not add up"),
        ({"time": 2.0}, "do not add up"),
        ({"outcome": "other"}, "belong together"),
        ({"arm": "XX"}, "belong together"),
    ],
)
def test_a_risk_table_that_cannot_be_checked_stops_the_release(make, changes, message):
    result = broken(timed(random_people(1)), **changes)
    with pytest.raises(DisclosureError, match=message):
        protect(make.inputs(times=(result,)))


def test_an_arm_twice_on_one_clock_stops_the_release(make):
    result = timed(random_people(1))
    with pytest.raises(DisclosureError, match="twice on one clock"):
        protect(make.inputs(times=(result, result)))
