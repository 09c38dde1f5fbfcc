"""Each rule of a profile where it bites: means, medians, degrees of freedom, dominance, curves, bands, rounding."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from asked import ARMS, ITEM, answered, people, survey
from timed import random_people, timed

from effektutv.disclosure.magnitude_rules import DOMINANCE, FEW_DF, FEW_MEAN, dominated, mean_rule
from effektutv.disclosure.policy import POLICIES, policy_of
from effektutv.disclosure.protect import protect
from effektutv.disclosure.rules.rounding import LOST, decimals
from effektutv.errors import DisclosureError, StudyError
from effektutv.results import EffectBand, EffectBands, Profile, RowKind, Status, Suppressed, Unavailable
from effektutv.study import Study

BIG = {"FS": (350, 60), "SE": (355, 90), "CM": (358, 70)}
OWN = """
[disclosure.profile]
name = "agaren"
owner = "Försäkringskassan"
threshold = 10
{more}
"""


def gone(value):
    return isinstance(value, Suppressed)


def study_with(make, tmp_path, more):
    """A study whose data owner has a profile of its own."""
    text = (make.study() and (tmp_path / "study.toml").read_text(encoding="utf-8")).split("[disclosure]")[0]
    (tmp_path / "study.toml").write_text(text + OWN.format(more=more), encoding="utf-8")
    return Study.from_toml(tmp_path / "study.toml")


def rows_of(out):
    return [r for e in out.value.effects for r in e.rows]


# ------------------------------------------------------------------------------------------------- a profile of one's own


def test_a_data_owners_profile_is_used_and_named(make, tmp_path):
    study = study_with(make, tmp_path, "")
    policy = policy_of(study.disclosure)
    assert (policy.name, policy.owner, policy.threshold, policy.cleared) == ("agaren", "Försäkringskassan", 10, False)
    cells = {**BIG, "SE": (355, 9)}
    inputs = replace(make.inputs(*make.everyone(cells)), study=study)
    out = protect(inputs)
    assert {r.status for r in rows_of(out) if "SE" in (r.arm, r.control)} == {Status.SUPPRESSED}
    assert {d.rule for d in out.decisions} == {"1 to 9 events"}
    assert {r.status for r in rows_of(protect(make.inputs(*make.everyone(cells))))} == {Status.RELEASED}


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ("width = 9", "width: the rule itself leaves no more"),
        ("min_df = -1", "min_df"),
        ("thresholds = 3", "thresholds"),
        ("dominance = { n = 2, k = 101 }", "k"),
    ],
)
def test_a_profile_that_says_nothing_sensible_is_refused(make, tmp_path, more, message):
    with pytest.raises(StudyError, match=message):
        study_with(make, tmp_path, more)


def test_ours_clear_nothing():
    assert not any(p.cleared for p in POLICIES.values() if p.owner == "effektutv")
    assert POLICIES["public_data"].owner != "effektutv"


# ------------------------------------------------------------------------------------------------ means and dominance


def test_the_largest_cannot_hold_more_than_the_bound_and_may_hold_that_much():
    rng = np.random.default_rng(1)
    policy = POLICIES["uncleared"]
    for _ in range(300):
        n, k = int(rng.integers(4, 40)), int(rng.integers(1, 4))
        values = rng.gamma(rng.choice([0.1, 1.0, 5.0]), 1.0, n)
        top = np.sort(values)[-k:].sum()
        share = int(100 * top / values.sum())
        if share >= 1:
            # the rule that this very sum breaks is found broken
            strict = replace(policy, dominance=(k, share))
            real = 100 * top > share * values.sum()
            assert not real or dominated(strict, n, float(values.mean()), sd=float(values.std(ddof=1))) == DOMINANCE
    # k alike and n - k alike reach the bound: 2 of 10 hold 60 of 100
    values = np.array([30.0] * 2 + [5.0] * 8)
    mean, sd = float(values.mean()), float(values.std(ddof=1))
    assert dominated(replace(policy, dominance=(2, 59)), 10, mean, sd=sd) == DOMINANCE
    assert dominated(replace(policy, dominance=(2, 61)), 10, mean, sd=sd) == ""


def test_the_p_per_cent_rule_asks_what_is_left_beside_the_two_largest():
    policy = replace(POLICIES["uncleared"], dominance=None, p_percent=10)
    # values of at most 10: two hold at most 20 of a sum of 21.5, and 1.5 is left beside a largest of 10
    assert dominated(policy, 43, 0.5, most=10.0) == ""
    assert dominated(policy, 41, 0.5, most=10.0) == DOMINANCE


def test_a_mean_of_few_is_hidden_and_answers_on_a_scale_are_no_sum():
    policy = POLICIES["uncleared"]
    assert mean_rule(policy, 4, 3.0) == FEW_MEAN
    assert mean_rule(policy, 5, 3.0) == ""
    assert mean_rule(policy, 0, 3.0) == ""


MONTHS = """
[[outcomes]]
name = "manader"
label = { sv = "m", en = "m" }
state = "months_in_work"
month = 15
"""


@pytest.mark.parametrize(
    ("n", "mean", "hidden"), [(300, 0.5, False), (300, 0.11, True), (4, 9.0, True), (30, 9.0, False)]
)
def test_months_that_two_persons_may_hold_are_hidden(make, n, mean, hidden):
    """300 persons of .11 months are 33 months, of which two may have 30."""
    rows = [
        make.effect(
            a, c, (n, 0), (300, 0), outcome="manader", share_arm=mean, share_control=4.0,
            events_arm=Unavailable("a mean"), events_control=Unavailable("a mean"),
        )
        for a, c in (("SE", "FS"), ("CM", "FS"))
    ]  # fmt: skip
    out = protect(make.inputs(*rows, extra=MONTHS))
    for row in rows_of(out):
        assert gone(row.estimate) == gone(row.share_arm) == hidden


@pytest.mark.parametrize(("sd", "hidden"), [(9.0, False), (9000.0, True)])
def test_a_characteristic_that_a_few_dominate_is_hidden(make, sd, hidden):
    row = make.balance_row("inkomst", {"SE": (355, 90), "FS": (350, 60)}, kind="continuous")
    row = replace(row, mean_arm=20.0, mean_control=21.0, sd_arm=sd, sd_control=9.0)
    out = protect(make.inputs(balance=make.balance([row]))).value.balance.rows[0]
    assert gone(out.mean_arm) == gone(out.sd_arm) == gone(out.smd) == gone(out.difference) == hidden


def test_a_characteristic_that_everybody_has_is_no_full_cell(make):
    row = make.balance_row("alder", {"SE": (355, 90), "FS": (350, 60)}, kind="continuous")
    row = replace(row, mean_arm=20.0, mean_control=21.0, sd_arm=3.0, sd_control=3.0)
    out = protect(make.inputs(profile="strict", balance=make.balance([row])))
    assert out.value.balance.rows[0].mean_arm == 20.0
    assert out.decisions == ()


def test_few_degrees_of_freedom_hide_the_estimate_and_keep_the_shares(make):
    rows = [make.effect("SE", "FS", BIG["SE"], BIG["FS"], df=df, month=m) for df, m in ((9.0, 3), (10.0, 4))]
    rows.append(
        make.effect("SE", "FS", BIG["SE"], BIG["FS"], subgroup="kon", kind=RowKind.INTERACTION, df=1.0, month=4)
    )
    first, second, compared = rows_of(out := protect(make.inputs(*rows)))
    assert gone(first.estimate)
    assert gone(first.p_value)
    assert not gone(second.estimate)
    # one degree of freedom of a hypothesis is no sign of few persons
    assert not gone(compared.p_value)
    assert [d.rule for d in out.decisions] == [FEW_DF]


@pytest.mark.parametrize(("started", "hidden"), [(9, True), (10, False), (340, False)])
def test_a_median_of_few_is_hidden(make, started, hidden):
    starts = make.starts({"FS": (350, 340), "SE": (355, started), "CM": (358, 330)})
    rows = {r.arm: r for r in protect(make.inputs(starts=starts)).value.starts.rows}
    assert gone(rows["SE"].median_delay) == hidden
    assert not gone(rows["FS"].median_delay)


# ------------------------------------------------------------------------------------------------------- curves, bands


def test_a_profile_may_keep_curves_altogether(make, tmp_path):
    inputs = make.inputs(times=(timed(random_people(1)),))
    assert protect(inputs).value.times
    out = protect(replace(inputs, study=study_with(make, tmp_path, "curves = false")))
    assert out.value.times == ()
    assert any("no time-to-event" in d.rule for d in out.decisions)


def test_the_base_of_rounding_is_the_profiles(make, tmp_path):
    inputs = make.inputs(times=(timed(random_people(1)),))
    for base in (0, 20):
        study = study_with(make, tmp_path, f"rounding_base = {base}")
        shown = [r.n_risk for r in protect(replace(inputs, study=study)).value.times[0].risk if r.time > 3]
        shown = [n for n in shown if not gone(n)]
        assert shown
        assert all(n % 20 == 0 for n in shown) == bool(base)


def test_a_critical_value_that_rests_on_a_hidden_month_is_coarser_and_the_band_wider(make):
    months = {3: 2, 4: 60, 5: 70}
    rows = [make.summary(a, 350, 60 if a != "SE" else k, month=m) for a in ARMS for m, k in months.items()]
    rows = [replace(r, share=r.share, sim_low=r.share - 0.1, sim_high=r.share + 0.1, sim_critical=2.81) for r in rows]
    effects = [r for m, k in months.items() for r in make.everyone({**BIG, "SE": (355, k)}, month=m)]
    bands = [
        EffectBand(
            outcome=r.outcome, clock=r.clock, month=r.month, arm=r.arm, control=r.control, sim_low=0.0, sim_high=0.2,
            sim_critical=2.81,
        )
        for r in effects
    ]  # fmt: skip
    profile = Profile(
        rows=tuple(rows), effects=make.effects(*effects), bands=EffectBands(rows=tuple(bands), draws=100, seed=1)
    )
    out = protect(make.inputs(profiles=(profile,))).value.profiles[0]
    for row in (*out.rows, *out.bands.rows):
        secret = "SE" in (row.arm, getattr(row, "control", ""))
        if gone(row.sim_critical):
            assert secret
            assert row.month == 3
        else:
            assert row.sim_critical == (2.9 if secret else 2.81)
            assert (row.sim_high - row.sim_low) == pytest.approx(0.2 * (2.9 / 2.81 if secret else 1))


# ----------------------------------------------------------------------------- numbers of persons that differ by a few


def test_rounded_so_far_every_number_of_persons_around_has_such_a_share():
    for n in (12, 99, 101, 354, 355, 999, 1001):
        d = decimals(n)
        for events in range(0, n + 1, max(1, n // 40)):
            shown = round(events / n, d)
            for other in range(max(n, 10**d), n + 6):
                assert any(round(e / other, d) == shown for e in range(other + 1)), (n, events, other)


def test_how_many_were_lost_in_a_month_is_a_small_count_too(make):
    """350 followed, then 348, then 340: 348 is hidden with what would tell it, 340 is 10 less and shown."""
    sizes = {3: 350, 4: 348, 5: 340}
    rows = [make.summary(a, n, 60, month=m) for a in ARMS for m, n in sizes.items()]
    effects = [r for m, n in sizes.items() for r in make.everyone(dict.fromkeys(ARMS, (n, 60)), month=m)]
    profile = Profile(rows=tuple(rows), effects=make.effects(*effects))
    out = protect(make.inputs(profiles=(profile,)))
    for row in out.value.profiles[0].rows:
        assert gone(row.n) == (row.month == 4)
        assert row.share == (0.17 if row.month == 4 else 60 / sizes[row.month])
    for row in out.value.profiles[0].effects.rows:
        assert gone(row.n_arm) == gone(row.df) == gone(row.statistic) == (row.month == 4)
        assert not gone(row.estimate)
        assert (row.share_control == 60 / sizes[row.month]) == (row.month != 4)
    assert {d.rule for d in out.decisions} == {LOST}


def test_respondents_to_two_items_of_a_wave_differ_by_a_few(make):
    second = ITEM.replace("halsa", "vila")
    a, b = people(1), people(1)
    for arm in ARMS:
        a, b = answered(a, arm, 60, 20), answered(b, arm, 57, 20)
    items = [survey(a), survey(b.rename(columns={"halsa": "halsa"}))]

    def named(found):
        rows = tuple(replace(r, outcome=r.outcome.replace("halsa", "vila")) for r in found.rows)
        changes = {"response": named(found.response)} if hasattr(found, "response") else {}
        return replace(found, rows=rows, **changes)

    other = replace(
        items[1], outcome="vila", response=named(items[1].response), observed=named(items[1].observed),
        weighted=named(items[1].weighted), bounds=tuple(named(x) for x in items[1].bounds),
    )  # fmt: skip
    first, last = protect(make.inputs(extra=ITEM + second, surveys=(items[0], other))).value.surveys
    assert not any(gone(r.n_arm) for r in first.observed.rows)
    assert all(gone(r.n_arm) and gone(r.df) for r in last.observed.rows)
    # 57 of 80 is .7125, 58 of 80 .725
    assert {r.share_arm for r in last.response.rows} == {0.7}
    assert all(gone(r.observed_arm) and r.response_arm == 0.7 for x in last.bounds for r in x.rows)
    apart = replace(other, wave=2)
    assert not any(
        gone(r.n_arm)
        for r in protect(make.inputs(extra=ITEM + second.replace("wave = 1", "wave = 2"), surveys=(items[0], apart)))
        .value.surveys[1]
        .observed.rows
    )


FIRST = """
[[outcomes]]
name = "forsta"
label = { sv = "m", en = "m" }
state = "first_month_in_work"
month = 12
"""


def test_errors_of_first_months_are_coarse_where_the_curve_leaves_months_out(make):
    row = make.effect(
        "SE", "FS", (120, 0), (120, 0), outcome="forsta", month=12, share_arm=9.123456, share_control=10.654321,
        estimate=-1.530865, std_error=0.312345, conf_low=-2.143, conf_high=-0.918765, statistic=-4.9012, p_value=0.012345,
        events_arm=Unavailable("a mean"), events_control=Unavailable("a mean"),
    )  # fmt: skip
    out = protect(make.inputs(row, extra=FIRST, times=(timed(random_people(1)),))).value.effects[0].rows[0]
    assert (out.std_error, out.conf_low, out.conf_high, out.p_value) == (0.31, -2.14, -0.92, 0.01)
    alone = protect(make.inputs(row, extra=FIRST)).value.effects[0].rows[0]
    assert alone.std_error == 0.312345


def test_an_estimate_weighted_over_strata_that_are_shown_is_a_second_equation(make):
    """SE has 2 of 170 women; with their men hidden the weighted mean of everyone would tell both."""
    parts = {"kvinna": {"FS": (168, 29), "SE": (170, 2), "CM": (172, 33)}}
    parts["man"] = {"FS": (182, 31), "SE": (185, 88), "CM": (186, 37)}
    for strata, hidden in (("kon", True), ("kommun", False)):
        rows = [*make.everyone(BIG, strata=strata), *make.by_level(parts, "kon")]
        out = protect(make.inputs(*rows))
        everyone = [r for r in rows_of(out) if not r.subgroup]
        for row in everyone:
            away = hidden and "SE" in (row.arm, row.control)
            assert gone(row.estimate) == gone(row.mean_arm) == gone(row.p_value) == away
            assert not gone(row.share_arm)


def test_a_policy_by_a_name_that_nobody_knows_stops_the_release(make, tmp_path):
    study = make.study()
    other = study.disclosure.model_copy(update={"profile": "unknown"})
    with pytest.raises(DisclosureError, match="no disclosure profile"):
        protect(replace(make.inputs(*make.everyone(BIG)), study=study.model_copy(update={"disclosure": other})))
