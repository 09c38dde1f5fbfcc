"""Times and bounds within strata: nobody's effect is found where there is none, and codings that invert a result are said."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import effektutv as eu
from effektutv.api.missing_outcomes import response_weighted, worst_case_bounds
from effektutv.estimators.missing import standardised_bounds
from effektutv.estimators.survival.curves import tied
from effektutv.results import Unavailable

BASE = {"arm": "arm", "control": "FS"}
#: Persons by stratum in SE and FS.
UNEQUAL = ((60, 20), (20, 60))


def no_effect() -> pd.DataFrame:
    """ST03's trial: the outcome is the stratum, and arms' shares and the direction of response differ by stratum."""
    rows = [
        (s, a, float(s == 0), int(not (i == 0 and (s, a) in ((0, "FS"), (1, "SE")))))
        for s, n in enumerate(UNEQUAL)
        for a, k in zip(("SE", "FS"), n, strict=True)
        for i in range(k)
    ]
    return pd.DataFrame(rows, columns=["s", "arm", "y", "seen"])


def waiting(seed: int = 3, n: int = 10) -> pd.DataFrame:
    """ST04's trial: hazards and shares differ by stratum, no effect on anyone."""
    g = np.random.default_rng(seed)
    rows = [
        (s, a, min(x, 24), int(x <= 24))
        for s, sizes, h in ((0, (60, 20), 0.10), (1, (20, 60), 0.02))
        for a, k in zip(("SE", "FS"), sizes, strict=True)
        for x in np.ceil(g.exponential(1 / h, n * k))
    ]
    return pd.DataFrame(rows, columns=["s", "arm", "t", "e"])


# ------------------------------------------------------------------------------------------------------------- bounds


@pytest.mark.parametrize("options", [{"tighten": "s"}, {"strata": "s"}, {"strata": "s", "tighten": "s"}])
def test_lee_bounds_that_cannot_tighten_still_compare_within_strata(options):
    """ST03: the pooled bounds are [0.519, 0.519] with no effect on anyone; each stratum by itself gives exactly 0."""
    row = eu.lee_bounds(no_effect(), outcome="y", observed="seen", **BASE, **options).rows[0]
    assert (row.lower, row.upper) == (0.0, 0.0)
    assert row.conf_low == row.conf_high == Unavailable("no variation in either arm")
    assert ("not tightened" in row.note) == ("tighten" in options)


def test_lee_bounds_weigh_and_then_centre(monkeypatch):
    """ST03: METHODS gives [.519, .519] unweighted, [.026, .026] weighted and [0, 0] centred; few respondents are not centred."""
    given = {"outcome": "y", "observed": "seen", **BASE}
    plain = eu.lee_bounds(no_effect(), **given).rows[0]
    assert round(plain.lower, 3) == round(plain.upper, 3) == 0.519
    monkeypatch.setattr(standardised_bounds, "CENTRED", 20)  # the smallest cell has 19
    row = eu.lee_bounds(no_effect(), strata="s", **given).rows[0]
    assert round(row.lower, 3) == round(row.upper, 3) == 0.026
    monkeypatch.setattr(standardised_bounds, "CENTRED", 19)
    assert eu.lee_bounds(no_effect(), strata="s", **given).rows[0].upper == 0.0


def test_lee_bounds_by_hand_weighted():
    """Two strata of 8 (6 SE, 2 FS) and 8 (2 SE, 6 FS), v = 8/6, 4 and 4, 8/6; a person of each arm without outcome."""
    y = {
        ("a", "SE"): [1, 2, 3, 4, 5, None],
        ("a", "FS"): [2, 3],
        ("b", "SE"): [7, 8],
        ("b", "FS"): [5, 6, 7, 8, None, None],
    }
    df = pd.DataFrame([(s, a, v) for (s, a), values in y.items() for v in values], columns=["s", "arm", "y"])
    row = eu.lee_bounds(df, outcome="y", strata="s", **BASE).rows[0]
    v = 8 / 6
    high, low = 5 * v + 8, 8 + 4 * v  # weights of respondents in SE, and in FS
    mean_low = (4 * (2 + 3) + v * (5 + 6 + 7 + 8)) / low
    # of SE's weight v stays out: the one of 8 in part (lower), the one of 1 altogether (upper)
    lower = (v * 15 + 4 * 7 + (4 - (high - low)) * 8) / low - mean_low
    upper = (v * (15 - 1) + 4 * 15 - (high - low - v) * 2) / low - mean_low
    assert (row.lower, row.upper) == pytest.approx((lower, upper), rel=1e-12)
    assert (row.response_arm, row.response_control) == (7 / 8, 6 / 8)
    assert row.trimmed_share == pytest.approx(1 - low / high)


def test_cells_tighten_within_strata_of_unequal_shares():
    """ST03's kind: cells of a characteristic are mixed of the strata too, and are weighted in themselves."""
    rng = np.random.default_rng(5)
    rows = [
        (s, a, x)
        for s, n in enumerate(((400, 100), (100, 400)))
        for a, k in zip(("SE", "FS"), n, strict=True)
        for x in range(k)
    ]
    df = pd.DataFrame(rows, columns=["s", "arm", "x"]).assign(x=lambda d: d["x"] % 2)
    df["y"] = np.where(rng.random(len(df)) < np.where(df["arm"] == "SE", 0.95, 0.85), 5.0 * df["s"] + df["x"], np.nan)
    crossed = eu.lee_bounds(df, outcome="y", strata="s", tighten="x", **BASE).rows[0]
    apart = eu.lee_bounds(df, outcome="y", strata="s", tighten=["s", "x"], **BASE).rows[0]
    confounded = eu.lee_bounds(df, outcome="y", tighten="x", **BASE).rows[0]
    assert crossed.cells == 2
    assert crossed.lower <= 0 <= crossed.upper
    assert apart.lower == apart.upper == 0.0
    assert confounded.upper < -1


def test_one_stratum_is_no_strata():
    rng = np.random.default_rng(1)
    df = pd.DataFrame({"arm": ["SE", "FS"] * 300, "s": 0, "y": rng.normal(size=600)})
    df.loc[rng.random(600) < np.where(df["arm"] == "SE", 0.1, 0.3), "y"] = np.nan
    one, none = (eu.lee_bounds(df, outcome="y", strata=s, **BASE).rows[0] for s in ("s", None))
    assert (one.lower, one.upper) == pytest.approx((none.lower, none.upper), rel=1e-12)
    assert one.std_error_lower == pytest.approx(none.std_error_lower, rel=2e-3)  # m − 1 against m − a, see METHODS


def test_the_third_arm_and_unknown_outcomes_of_it_move_no_bound():
    """ST03 with ST06: weights are those of everyone randomised, whatever is known of the third arm."""
    df = pd.concat([no_effect(), no_effect().query("arm == 'FS'").assign(arm="CM", y=9.0)])
    df["y"] += np.arange(len(df)) % 7
    there = eu.lee_bounds(df, outcome="y", observed="seen", strata="s", contrasts=[("SE", "FS")], **BASE).rows[0]
    gone = df.assign(seen=np.where((df["arm"] == "CM") & (df["s"] == 1), 0, df["seen"]))
    back = eu.lee_bounds(gone, outcome="y", observed="seen", strata="s", contrasts=[("SE", "FS")], **BASE).rows[0]
    assert (there.lower, there.upper, there.conf_low) == (back.lower, back.upper, back.conf_low)


@pytest.mark.parametrize("options", [{}, {"strata": "s"}, {"tighten": "s"}])
def test_a_constant_outcome_has_bounds_of_0_and_no_interval(options):
    """ST11: the interval was −7e-17 to −4e-17, excluding 0."""
    rng = np.random.default_rng(3)
    df = pd.DataFrame({"arm": rng.permutation(np.repeat(["FS", "SE"], 120)), "s": rng.choice(list("abc"), 240)})
    df["y"] = np.where(rng.random(240) < 0.3, np.nan, 0.3)
    row = eu.lee_bounds(df, outcome="y", **BASE, **options).rows[0]
    assert (row.lower, row.upper) == (0.0, 0.0)
    for value in (row.std_error_lower, row.std_error_upper, row.conf_low, row.conf_high):
        assert value == Unavailable("no variation in either arm")


def test_other_answers_to_missing_outcomes_compare_within_strata():
    """ST03's kind: worst-case bounds and response weights with unequal shares and no effect."""
    df = no_effect().assign(seen=lambda d: np.arange(len(d)) % 5 > 0)
    df["seen"] = df["seen"].astype(int)
    worst = worst_case_bounds(df, outcome="y", observed="seen", strata="s", **BASE).rows[0]
    assert worst.lower <= 0 <= worst.upper
    assert worst.strata == "s"
    weighted = response_weighted(df, outcome="y", observed="seen", strata="s", **BASE).rows[0]
    assert weighted.estimate == pytest.approx(0, abs=1e-12)


def test_a_stratum_in_which_no_one_of_an_arm_answered_is_no_comparison():
    """ST03's kind: respondents' weights compared two strata with one, and found .5 with no effect on anyone."""
    df = no_effect()
    silent = df.assign(seen=np.where((df["s"] == 1) & (df["arm"] == "SE"), 0, 1))
    lacking = df[~((df["s"] == 1) & (df["arm"] == "SE"))].assign(seen=1)
    for frame in (silent, lacking):
        row = response_weighted(frame, outcome="y", observed="seen", strata="s", **BASE).rows[0]
        assert row.estimate == 0.0
        assert row.p_value == Unavailable("no variation in either arm")
        assert "1 stratum of s without respondents in both arms left out" in row.note
    apart = df[(df["s"] == 0) == (df["arm"] == "SE")].assign(seen=1)
    row = response_weighted(apart, outcome="y", observed="seen", strata="s", **BASE).rows[0]
    assert row.estimate == Unavailable("no stratum has persons of both SE and FS")
    assert eu.lee_bounds(apart, outcome="y", observed="seen", strata="s", **BASE).rows[0].lower == row.estimate


# ------------------------------------------------------------------------------------------------------------- times


def test_mean_time_is_within_strata():
    """ST04: −4.02 with p 6e-21 unweighted; the strata's means of min(T, 24) give 0.970 with standard error 0.413."""
    found = eu.time_to_event(waiting(), time="t", event="e", strata="s", tau=24, **BASE)
    row = found.rows[0]
    blocked = eu.itt(waiting(), outcome="t", strata="s", **BASE).rows[0]
    assert (round(row.estimate, 3), round(row.std_error, 3)) == (0.970, 0.413)
    assert row.estimate == pytest.approx(blocked.estimate, rel=1e-10)
    assert row.std_error == pytest.approx(blocked.std_error, rel=1e-10)
    assert row.df < 1597
    assert 0.01 < row.p_value < 0.05
    assert row.strata == "s"
    plain = eu.time_to_event(waiting(), time="t", event="e", tau=24, **BASE).rows[0]
    assert round(plain.estimate, 2) == -4.02
    assert plain.df == np.inf


def test_curves_and_incidence_have_the_same_weights():
    """ST04's kind: with nobody censored before it, a curve's point is the stratum-weighted share."""
    df = waiting().assign(late=lambda d: (d["t"] > 12) * 1.0)
    rows = eu.time_to_event(df, time="t", event="e", strata="s", tau=24, times=[12], **BASE).risk
    blocked = eu.itt(df, outcome="late", strata="s", **BASE).rows[0]
    by_arm = {r.arm: r for r in rows}
    assert by_arm["SE"].survival == pytest.approx(blocked.mean_arm, rel=1e-12)
    assert by_arm["FS"].survival == pytest.approx(blocked.mean_control, rel=1e-12)
    assert by_arm["SE"].incidence == pytest.approx(1 - blocked.mean_arm, rel=1e-12)
    spread = np.hypot(by_arm["SE"].survival_error, by_arm["FS"].survival_error)
    assert spread == pytest.approx(blocked.std_error, rel=1e-10)
    assert by_arm["SE"].events == int((df[df["arm"] == "SE"]["t"] <= 12).sum()), "counts are of persons"


def test_single_persons_are_pooled_and_said():
    """ST04's kind: the variance is that of `blocked`, singleton strata pooled, with its df."""
    rng = np.random.default_rng(4)
    rows = [(s, a) for s in range(12) for a in ("SE", *["FS"] * 5)]
    df = pd.DataFrame(rows, columns=["s", "arm"]).assign(t=lambda d: rng.integers(1, 12, len(d)) * 1.0, e=1)
    row = eu.time_to_event(df, time="t", event="e", strata="s", tau=12, **BASE).rows[0]
    blocked = eu.itt(df, outcome="t", strata="s", **BASE).rows[0]
    assert (row.estimate, row.std_error) == pytest.approx((blocked.estimate, blocked.std_error), rel=1e-9)
    assert row.df == pytest.approx(11)
    assert "12 strata with one person in an arm" in row.note


def test_strata_without_an_arm_are_left_out_of_its_contrast_and_said():
    """ST04's kind: the means of a contrast are of the strata with both arms."""
    df = pd.concat([waiting(), waiting(4).query("arm == 'FS'").assign(s=7)])
    there = eu.time_to_event(waiting(), time="t", event="e", strata="s", tau=24, **BASE).rows[0]
    found = eu.time_to_event(df, time="t", event="e", strata="s", tau=24, **BASE)
    assert found.rows[0].estimate == pytest.approx(there.estimate, rel=1e-12)
    assert "1 stratum of s without both arms left out" in found.rows[0].note
    assert any("arm SE: 1 stratum of s without anyone in the arm" in n for n in found.notes)


def test_follow_up_that_ends_at_different_times_by_stratum_is_said():
    df = waiting()
    cut = df.assign(
        t=np.where(df["s"] == 1, df["t"].clip(upper=15), df["t"]),
        e=np.where((df["s"] == 1) & (df["t"] > 15), 0, df["e"]),
    )
    said = (
        "follow-up ends at different times by stratum: later parts of the curves rest on the strata followed for longer"
    )
    assert said in eu.time_to_event(cut, time="t", event="e", strata="s", tau=24, **BASE).notes
    assert said not in eu.time_to_event(cut, time="t", event="e", strata="s", tau=15, **BASE).notes
    assert said not in eu.time_to_event(df, time="t", event="e", strata="s", tau=24, **BASE).notes


def test_who_is_in_the_state_on_day_0_has_no_weight():
    """N_s and n_as are of those in the curve."""
    df = waiting()
    already = pd.concat([df, df.query("s == 0 and arm == 'FS'").assign(t=0.0, e=1)])
    there, back = (eu.time_to_event(d, time="t", event="e", strata="s", tau=24, **BASE).rows[0] for d in (df, already))
    assert (there.estimate, there.std_error, there.n_control) == (back.estimate, back.std_error, back.n_control)


def test_times_that_differ_by_rounding_are_one_time():
    """METHODS: ties in durations hold within 1e-9 of the scale."""
    whole = waiting()
    split = whole.assign(t=whole["t"] / 10 + np.where(np.arange(len(whole)) % 2, 0.1 + 0.2 - 0.3, 0.0))
    for strata in (None, "s"):
        one = eu.time_to_event(whole.assign(t=whole["t"] / 10), time="t", event="e", strata=strata, tau=2.4, **BASE)
        two = eu.time_to_event(split, time="t", event="e", strata=strata, tau=2.4, **BASE)
        assert two.rows[0].estimate == pytest.approx(one.rows[0].estimate, rel=1e-9)
        assert two.log_rank.statistic == pytest.approx(one.log_rank.statistic, rel=1e-9)
        assert [r.events for r in two.risk] == [r.events for r in one.risk]
    assert tied(np.array([0.3, 0.1 + 0.2, 5.0]), (5.0 + 1e-10,)).tolist() == [0.3, 0.3, 5.0 + 1e-10]
    assert tied(np.array([1e-13, 5.0]), (0.0,)).tolist() == [0.0, 5.0]


# ------------------------------------------------------------------------------------------------------------ codings


def coded() -> pd.DataFrame:
    """ST15's data: 1 is censored and 2 the event."""
    g = np.random.default_rng(0)
    t = np.ceil(g.exponential(8, 200))
    e = np.where((t <= 20) & (g.random(200) < 0.8), 2, 1)
    return pd.DataFrame({"arm": np.repeat(["A", "B"], 100), "t": np.minimum(t, 20), "e": e})


def test_a_column_in_which_nobody_is_censored_is_said():
    """ST15: read as it stands 1 is the event and 2 competes; a note says that nobody is censored and how many compete."""
    asked = {"time": "t", "event": "e", "arm": "arm", "control": "A", "tau": 15}
    found = eu.time_to_event(coded(), **asked)
    competing, own = int((coded()["e"] == 2).sum()), int((coded()["e"] == 1).sum())
    note = next(n for n in found.notes if "no one is censored" in n)
    assert f"{own} persons have the event" in note
    assert f"for {competing} persons a competing one" in note
    right = eu.time_to_event(coded().assign(e=lambda d: d["e"] - 1), **asked)
    assert round(right.rows[0].estimate, 3) == -0.364
    assert round(right.log_rank.statistic, 4) == 1.0665  # R's survdiff(Surv(t, e) ~ arm) on the 1/2 column
    assert not any("censored" in n or "competing" in n for n in right.notes)


def test_other_codings_that_would_invert_a_result():
    """ST15's kind: 0/2 has no event and says so; −1/1, texts and halves are refused; arms 1/0 are named in every row."""
    asked = {"time": "t", "event": "e", "arm": "arm", "control": "A", "tau": 15}
    two = eu.time_to_event(coded().assign(e=lambda d: (d["e"] - 1) * 2), **asked)
    assert any("no one has the event (code 1)" in n and "recode it to 1" in n for n in two.notes)
    with pytest.raises(eu.ArgumentError, match="must hold 0"):
        eu.time_to_event(coded().assign(e=lambda d: 2 * d["e"] - 3), **asked)
    with pytest.raises(eu.ArgumentError, match="event"):
        eu.time_to_event(coded().assign(e=lambda d: d["e"].map({1: "no", 2: "yes"})), **asked)
    turned = coded().assign(arm=lambda d: (d["arm"] == "A").astype(int), e=lambda d: d["e"] - 1)
    row = eu.time_to_event(turned, **asked | {"control": 1}).rows[0]
    assert (row.arm, row.control) == ("0", "1")
    assert round(row.estimate, 3) == -0.364
    with pytest.raises(eu.ArgumentError, match="observed"):
        eu.lee_bounds(no_effect().assign(seen=lambda d: d["seen"] + 1), outcome="y", observed="seen", **BASE)
    every = eu.time_to_event(coded().assign(e=1), **asked)
    assert "no one is censored (code 0): everyone has the event" in every.notes
