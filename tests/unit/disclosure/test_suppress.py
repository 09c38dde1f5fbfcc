"""The simplest profile, cell by cell: what goes, what goes with it, and what stops the release."""

from __future__ import annotations

from dataclasses import replace

import pytest

from effektutv.disclosure.cells import Cell
from effektutv.disclosure.ledger import Ledger
from effektutv.disclosure.policy import POLICIES, policy_named
from effektutv.disclosure.protect import protect
from effektutv.disclosure.protected import Decision, Protected, Role
from effektutv.disclosure.rules.effects import Rows
from effektutv.disclosure.rules.rounding import Blurred
from effektutv.errors import DisclosureError
from effektutv.results import (
    NO_VARIANCE,
    DataQuality,
    EffectBand,
    EffectBands,
    Finding,
    Profile,
    Severity,
    Status,
    Suppressed,
    Unavailable,
)

BIG = {"FS": (350, 60), "SE": (355, 90), "CM": (358, 70)}
TAKEN = ("estimate", "std_error", "statistic", "df", "p_value", "conf_low", "conf_high", "mean_arm", "mean_control")


def rows_of(protected, **wanted):
    rows = [r for e in protected.value.effects for r in e.rows]
    return [r for r in rows if all(getattr(r, k) == v for k, v in wanted.items())]


def gone(value):
    return isinstance(value, Suppressed)


def levels(se_women=(170, 45)):
    women = {"FS": (168, 29), "SE": se_women, "CM": (172, 33)}
    men = {a: (BIG[a][0] - n, BIG[a][1] - e) for a, (n, e) in women.items()}
    return {"kvinna": women, "man": men}


def test_large_cells_are_released(make):
    out = protect(make.inputs(*make.everyone(BIG), *make.by_level(levels(), "kon")))
    assert {r.status for r in rows_of(out)} == {Status.RELEASED}
    assert out.decisions == ()
    assert out.policy.name == "uncleared"
    assert not out.policy.cleared


@pytest.mark.parametrize("events", [1, 4, 166, 169])
def test_few_events_or_non_events_take_the_cell_its_neighbour_and_the_interaction(make, events):
    cells = {**BIG, "SE": (355, events + 80)}
    parts = {"kvinna": {"FS": (168, 29), "SE": (170, events), "CM": (172, 33)}}
    parts["man"] = {"FS": (182, 31), "SE": (185, 80), "CM": (186, 37)}
    out = protect(make.inputs(*make.everyone(cells), *make.by_level(parts, "kon")))
    for row in rows_of(out, subgroup="kon"):
        if "SE" in (row.arm, row.control):
            assert row.status is Status.SUPPRESSED
            assert all(gone(getattr(row, name)) for name in TAKEN)
            assert row.note == ""
        else:
            assert row.status is (Status.RELEASED)
    for row in rows_of(out, subgroup="kon", arm="SE", control="FS", level="kvinna"):
        assert gone(row.share_arm)
        assert row.share_control == 29 / 168
        assert (row.n_arm, row.n_control) == (170, 168)
    assert {r.status for r in rows_of(out, subgroup="")} == {Status.RELEASED}
    roles = {d.cell: d.role for d in out.decisions}
    assert roles["arbete, month 15, SE, kon=kvinna"] is Role.PRIMARY
    assert roles["arbete, month 15, SE, kon=man"] is Role.COMPLEMENTARY


@pytest.mark.parametrize("events", [0, 5, 165, 170])
def test_empty_and_full_cells_and_five_are_shown(make, events):
    parts = {"kvinna": {"FS": (168, 29), "SE": (170, events), "CM": (172, 33)}}
    parts["man"] = {"FS": (182, 31), "SE": (185, 80), "CM": (186, 37)}
    out = protect(make.inputs(*make.everyone({**BIG, "SE": (355, events + 80)}), *make.by_level(parts, "kon")))
    assert {r.status for r in rows_of(out)} == {Status.RELEASED}


def test_complement_is_the_next_smallest_level(make):
    parts = {
        "a": {"FS": (100, 20), "SE": (100, 3), "CM": (100, 22)},
        "b": {"FS": (100, 20), "SE": (100, 30), "CM": (100, 22)},
        "c": {"FS": (100, 20), "SE": (100, 9), "CM": (100, 22)},
        "d": {"FS": (100, 20), "SE": (100, 0), "CM": (100, 22)},
    }
    total = {"FS": (400, 80), "SE": (400, 42), "CM": (400, 88)}
    out = protect(make.inputs(*make.everyone(total), *make.by_level(parts, "region")))
    assert [d.cell for d in out.decisions] == [f"arbete, month 15, SE, region={x}" for x in "ac"]


def test_few_persons_lose_their_number_too_and_so_does_a_second_level(make):
    parts = {
        "a": {"FS": (100, 20), "SE": (4, 0), "CM": (100, 22)},
        "b": {"FS": (100, 20), "SE": (150, 30), "CM": (100, 22)},
        "c": {"FS": (100, 20), "SE": (80, 9), "CM": (100, 22)},
    }
    total = {"FS": (300, 60), "SE": (234, 39), "CM": (300, 66)}
    out = protect(make.inputs(*make.everyone(total), *make.by_level(parts, "region")))
    shown = {r.level: r.n_arm for r in rows_of(out, subgroup="region", arm="SE", control="FS")}
    assert gone(shown["a"])
    assert gone(shown["c"])
    assert shown["b"] == 150


@pytest.mark.parametrize("strata", ["", "stratum"])
def test_a_few_whom_no_level_holds_are_not_left_to_subtraction(make, strata):
    # 3 persons of SE are in neither level: everyone less the levels would tell how many of them work
    parts = {"kvinna": {"FS": (168, 29), "SE": (170, 45), "CM": (172, 33)}}
    parts["man"] = {"FS": (182, 31), "SE": (182, 44), "CM": (186, 37)}
    rows = [*make.everyone(BIG, strata=strata), *make.by_level(parts, "kon", strata=strata)]
    out = protect(make.inputs(*rows))
    women = rows_of(out, subgroup="kon", level="kvinna", arm="SE", control="FS")[0]
    men = rows_of(out, subgroup="kon", level="man", arm="SE", control="FS")[0]
    assert women.status is Status.RELEASED
    assert gone(men.share_arm)
    # an estimate weighted over strata does not give the raw share away; one without strata is made of it
    assert gone(men.estimate) == (not strata)
    assert [d.cell for d in out.decisions] == ["arbete, month 15, SE, kon=man"]


def test_a_few_with_no_known_level_in_the_balance_table_hide_a_level_altogether(make):
    parts = {"kvinna": {"FS": (168, 29), "SE": (170, 45), "CM": (172, 33)}}
    parts["man"] = {"FS": (182, 31), "SE": (182, 44), "CM": (186, 37)}
    row = make.balance_row("kon", {"SE": (352, 182), "FS": (350, 182)}, missing={"SE": 3})
    rows = [*make.everyone(BIG), *make.by_level(parts, "kon")]
    out = protect(make.inputs(*rows, balance=make.balance([row])))
    women = rows_of(out, subgroup="kon", level="kvinna", arm="SE", control="FS")[0]
    assert gone(women.n_arm)
    assert gone(women.estimate)


def test_both_clocks_and_every_estimator_agree(make):
    few = levels(se_women=(170, 3))
    few["man"]["SE"] = (185, 80)
    main = make.by_level(few, "kon")
    other = make.by_level(levels(se_women=(170, 7)), "kon", clock="start")
    adjusted = make.effects(*make.by_level(few, "kon", estimator="lin"))
    out = protect(make.inputs(*main, *other, robustness=(adjusted,)))
    start = rows_of(out, clock="start", level="kvinna", arm="SE", control="FS")[0]
    assert start.status is Status.SUPPRESSED
    robust = [r for e in out.value.robustness for r in e.rows if r.level == "kvinna" and "SE" in (r.arm, r.control)]
    assert {r.status for r in robust} == {Status.SUPPRESSED}


def test_profile_shares_the_decision_of_the_effects(make):
    cells = {**BIG, "SE": (355, 2)}
    profile = make.profile(*(make.summary(a, n, e, month=15) for a, (n, e) in cells.items()))
    out = protect(make.inputs(*make.everyone(cells), profiles=(profile,)))
    status = {r.arm: r.status for r in out.value.profiles[0].rows}
    assert status == {"FS": Status.RELEASED, "SE": Status.SUPPRESSED, "CM": Status.RELEASED}
    assert {r.status for r in rows_of(out) if "SE" in (r.arm, r.control)} == {Status.SUPPRESSED}
    assert all(gone(r.events) for r in out.value.profiles[0].rows)


MONTHS = """
[[outcomes]]
name = "manader"
label = { sv = "m", en = "m" }
state = "months_in_work"
month = 3
"""


def test_months_in_work_do_not_give_a_hidden_month_away(make):
    """Three months add up to the months in work: one hidden month takes another with it, not the mean's own."""
    events = {1: 3, 2: 20, 3: 30}
    profile = make.profile(*(make.summary(a, 350, events[k], month=k) for a in BIG for k in events))
    total = sum(events.values())
    rows = [
        make.effect(
            arm, control, (350, total), (350, total), outcome="manader", month=3, events_arm=Unavailable("a count"),
            events_control=Unavailable("a count"),
        )
        for arm, control in (("SE", "FS"), ("CM", "FS"), ("SE", "CM"))
    ]  # fmt: skip
    out = protect(make.inputs(*rows, extra=MONTHS, profiles=(profile,)))
    hidden = {r.month for r in out.value.profiles[0].rows if r.arm == "SE" and gone(r.share)}
    assert {1} < hidden
    without = protect(make.inputs(extra=MONTHS, profiles=(profile,)))
    assert {r.month for r in without.value.profiles[0].rows if r.arm == "SE" and gone(r.share)} == {1}


def test_one_regression_of_all_arms_is_hidden_with_any_arm(make):
    cells = {**BIG, "CM": (358, 2)}
    pooled = make.effects(*(r for r in make.everyone(cells, estimator="pooled") if r.control == "FS"))
    single = make.effects(*(r for r in make.everyone(cells, estimator="fe") if r.control == "FS"))
    out = protect(make.inputs(*make.everyone(cells), robustness=(pooled, single))).value.robustness
    by_arm = [{r.arm: r.status for r in effects.rows} for effects in out]
    assert by_arm[0] == {"SE": Status.SUPPRESSED, "CM": Status.SUPPRESSED}
    assert by_arm[1] == {"SE": Status.RELEASED, "CM": Status.SUPPRESSED}
    assert all(gone(r.estimate) for r in out[0].rows)


def test_a_hidden_month_loses_its_simultaneous_band_and_is_not_named(make):
    cells = {**BIG, "SE": (355, 2)}
    summaries = [make.summary(a, n, e, month=15) for a, (n, e) in cells.items()]
    banded = [replace(r, sim_low=0.0, sim_high=0.6, sim_critical=2.9) for r in summaries]
    banded = [replace(r, sim_low=NO_VARIANCE) if r.arm == "SE" else r for r in banded]
    rows = make.everyone(cells)
    bands = [
        EffectBand(
            outcome=r.outcome, clock=r.clock, month=r.month, arm=r.arm, control=r.control, sim_low=0.0, sim_high=0.2,
            sim_critical=2.9,
        )
        for r in rows
    ]  # fmt: skip
    orphan = replace(bands[0], month=14)
    profile = Profile(
        rows=tuple(banded), effects=make.effects(*rows), bands=EffectBands(rows=(*bands, orphan), draws=100, seed=1)
    )
    out = protect(make.inputs(*rows, profiles=(profile,))).value.profiles[0]
    for row in out.rows:
        assert gone(row.sim_low) == gone(row.sim_high) == gone(row.sim_critical) == (row.arm == "SE")
    for band in out.bands.rows:
        away = "SE" in (band.arm, band.control) or band.month == 14
        assert gone(band.sim_low) == gone(band.sim_high) == gone(band.sim_critical) == away
        assert (band.status is Status.SUPPRESSED) == away
    assert out.notes == ("simultaneous bands (sup-t): 100 draws, seed 1",)


def test_kinds_that_add_up_to_work_protect_each_other(make):
    kinds = make.counts(
        {
            a: (n, {"stod": s, "annan": 6, "reguljart": e - 6 - s})
            for (a, (n, e)), s in zip(BIG.items(), (20, 3, 30), strict=True)
        }
    )
    support = [make.effect("SE", "FS", (355, 3), (350, 20), outcome="stod")]
    out = protect(make.inputs(*make.everyone(BIG), *support, kinds=(kinds,)))
    status = {(r.arm, r.category): r.status for r in out.value.kinds[0].rows}
    assert status["SE", "stod"] is Status.SUPPRESSED
    assert status["SE", "annan"] is Status.SUPPRESSED
    assert status["SE", "reguljart"] is Status.RELEASED
    assert status["FS", "stod"] is Status.RELEASED
    assert rows_of(out, outcome="stod")[0].status is Status.SUPPRESSED


def test_a_kind_that_is_not_shown_is_still_found_by_subtraction(make):
    # work less support less regular leaves 2 in some other kind
    rows = make.everyone({"FS": (350, 60), "SE": (355, 90), "CM": (358, 70)})
    rows += make.everyone({"FS": (350, 30), "SE": (355, 50), "CM": (358, 30)}, outcome="stod")
    rows += make.everyone({"FS": (350, 20), "SE": (355, 38), "CM": (358, 30)}, outcome="reguljart")
    out = protect(make.inputs(*rows))
    hidden = {r.outcome for r in rows_of(out, arm="SE", control="FS") if r.status is Status.SUPPRESSED}
    assert hidden == {"reguljart"}


def test_a_kind_that_is_known_of_more_persons_than_work_does_not_stop_the_release(make):
    # pay of a year was not delivered: work is known of 255 in SE, work with support of 355, and holds more than all work
    rows = make.everyone({"FS": (250, 60), "SE": (255, 90), "CM": (258, 70)})
    rows += make.everyone({"FS": (350, 80), "SE": (355, 110), "CM": (358, 90)}, outcome="stod")
    rows += make.everyone({"FS": (250, 20), "SE": (255, 38), "CM": (258, 30)}, outcome="reguljart")
    out = protect(make.inputs(*rows))
    assert {r.status for r in rows_of(out)} == {Status.RELEASED}


@pytest.mark.parametrize(
    ("more", "events", "hidden"), [(3, 1, True), (100, 2, True), (100, 0, False), (100, 20, False)]
)
def test_a_kind_that_is_known_of_few_more_persons_than_work_is_hidden(make, more, events, hidden):
    # the categories of work are of those whose work is known: less the kind's own row they tell of the others
    kinds = make.counts(
        {
            a: (n, {"stod": 20, "annan": 10, "reguljart": e - 30})
            for a, (n, e) in {"FS": (250, 60), "SE": (255, 90), "CM": (258, 70)}.items()
        }
    )
    rows = make.everyone({"FS": (250, 60), "SE": (255, 90), "CM": (258, 70)})
    support = {"FS": (250, 20), "SE": (255 + more, 20 + events), "CM": (258, 20)}
    out = protect(make.inputs(*rows, *make.everyone(support, outcome="stod"), kinds=(kinds,)))
    status = {(r.arm, r.category): r.status for r in out.value.kinds[0].rows}
    assert (status["SE", "stod"] is Status.SUPPRESSED) == hidden
    assert status["FS", "annan"] is Status.RELEASED
    own = {r.status for r in rows_of(out, outcome="stod", arm="SE", control="FS")}
    assert own == {Status.SUPPRESSED if hidden else Status.RELEASED}


def test_starts_and_flow(make):
    starts = make.starts({"FS": (350, 347), "SE": (355, 340), "CM": (358, 330)})
    flow = make.flow(
        ("asked", 1142, {}),
        ("consented", 1063, {}),
        ("randomised", 1063, {"FS": 350, "SE": 355, "CM": 358}),
        ("started", 1017, {"FS": 347, "SE": 340, "CM": 330}),
    )
    out = protect(make.inputs(starts=starts, flow=flow))
    rows = {r.arm: r for r in out.value.starts.rows}
    assert gone(rows["FS"].started)
    assert gone(rows["FS"].share)
    assert gone(rows["SE"].started)
    assert rows["CM"].started == 330
    stages = {s.name: s for s in out.value.flow.rows}
    assert gone(stages["started"].by_arm["FS"])
    assert gone(stages["started"].by_arm["SE"])
    assert stages["started"].by_arm["CM"] == 330
    assert stages["started"].excluded == 46
    assert stages["randomised"].by_arm == {"FS": 350, "SE": 355, "CM": 358}
    assert stages["consented"].excluded == 79


def test_a_small_exclusion_is_not_left_to_subtraction(make):
    flow = make.flow(
        ("asked", 1145, {}), ("consented", 1066, {}), ("eligible", 1063, {}),
        ("randomised", 1063, {"FS": 350, "SE": 355, "CM": 358}),
    )  # fmt: skip
    out = protect(make.inputs(flow=flow))
    stages = {s.name: s for s in out.value.flow.rows}
    assert gone(stages["eligible"].excluded)
    known = [stages["consented"].n, stages["eligible"].n]
    assert any(gone(n) for n in known)
    assert stages["asked"].n == 1145
    assert stages["randomised"].n == 1063


def test_balance_loses_the_level_its_pairs_and_one_more(make):
    arms = {"FS": 350, "SE": 355, "CM": 358}
    diagnoses = {"a": (60, 3, 80), "b": (200, 252, 188), "c": (90, 100, 90)}
    rows = [
        make.balance_row(
            "diagnos",
            {a: (n, c) for (a, n), c in zip(arms.items(), cs, strict=True)},
            kind="category",
            level=level,
            pair=pair,
        )
        for level, cs in diagnoses.items()
        for pair in (("SE", "FS"), ("CM", "FS"), ("SE", "CM"))
    ]
    out = protect(make.inputs(balance=make.balance(rows)))
    for row in out.value.balance.rows:
        touched = row.level in ("a", "c") and "SE" in (row.arm, row.control)
        assert (row.status is Status.SUPPRESSED) == (touched or row.level in ("a", "c"))
        assert gone(row.smd) == touched
        assert gone(row.smd_max) == (row.level in ("a", "c"))
        if touched:
            assert gone(row.mean_arm if row.arm == "SE" else row.mean_control)
            assert not gone(row.mean_control if row.arm == "SE" else row.mean_arm)


def test_balance_hides_few_missing_with_the_number_known(make):
    row = make.balance_row("barn", {"SE": (352, 60), "FS": (350, 50)}, missing={"SE": 3})
    out = protect(make.inputs(balance=make.balance([row]))).value.balance.rows[0]
    assert gone(out.n_missing_arm)
    assert gone(out.n_arm)
    assert (out.n_control, out.n_missing_control) == (350, 0)
    # at full precision the share would tell 352
    assert out.mean_arm == 0.17
    assert out.mean_control == pytest.approx(50 / 350, abs=0.005)


def test_few_rows_of_an_extract_are_banded(make):
    finding = Finding(extract="e", column="c", rule="r", rows_checked=900, rows_failing=3, severity=Severity.NOTE)
    quality = DataQuality(rows=(finding, replace(finding, rows_failing=12)))
    out = protect(make.inputs(quality=quality)).value.quality
    assert [f.failing_text for f in out.rows] == ["fewer than 5", "12"]
    assert out.rows[0].rows_failing == 1


def test_notes_that_count_a_few_are_withheld(make):
    rows = make.effects(*make.everyone(BIG))
    told = replace(
        rows, notes=("arbete: 3 persons without an observed outcome left out", "fewer than 5 persons left out")
    )
    out = protect(replace(make.inputs(), effects=(told,)))
    assert out.value.effects[0].notes == ("fewer than 5 persons left out",)
    assert [d.table for d in out.decisions] == ["notes"]


def test_decisions_never_hold_the_count(make):
    parts = levels(se_women=(170, 3))
    parts["man"]["SE"] = (185, 87)
    out = protect(make.inputs(*make.everyone(BIG), *make.by_level(parts, "kon")))
    assert {d.count_band for d in out.decisions} == {"1 to 4", "not stated"}
    assert not any("170" in d.cell or "87" in d.cell for d in out.decisions)


# ------------------------------------------------------------------------------------------------------- fails closed


def test_a_share_without_its_count_stops_the_release(make):
    row = make.effect("SE", "FS", (355, 90), (350, 60), events_arm=Unavailable("lost"))
    with pytest.raises(DisclosureError, match="without the count"):
        protect(make.inputs(row))


def test_a_share_that_does_not_fit_its_count_stops_the_release(make):
    with pytest.raises(DisclosureError, match="do not agree"):
        protect(make.inputs(make.effect("SE", "FS", (355, 90), (350, 60), share_arm=0.5)))


def test_an_unknown_number_of_persons_stops_the_release(make):
    with pytest.raises(DisclosureError, match="unknown"):
        protect(make.inputs(make.effect("SE", "FS", (355, 90), (350, 60), n_arm=Suppressed("elsewhere"))))


def test_levels_beyond_everyone_stop_the_release(make):
    parts = levels()
    parts["man"]["SE"] = (400, 90)
    with pytest.raises(DisclosureError, match="fit into everyone"):
        protect(make.inputs(*make.everyone(BIG), *make.by_level(parts, "kon")))


def test_impossible_counts_stop_the_release(make):
    with pytest.raises(DisclosureError, match="impossible"):
        protect(make.inputs(make.effect("SE", "FS", (5, 9), (350, 60))))


def test_a_balance_share_of_no_whole_persons_stops_the_release(make):
    row = replace(make.balance_row("barn", {"SE": (355, 60), "FS": (350, 50)}), mean_arm=0.123)
    with pytest.raises(DisclosureError, match="whole persons"):
        protect(make.inputs(balance=make.balance([row])))


def test_unknown_profile_and_public_profile_for_registers_are_refused(make):
    with pytest.raises(DisclosureError, match="no disclosure profile"):
        policy_named("open")
    with pytest.raises(DisclosureError, match="register extracts are not"):
        protect(make.inputs(*make.everyone(BIG), profile="public_data"))


def test_only_disclosure_control_makes_protected_results(make):
    with pytest.raises(DisclosureError, match="only disclosure control"):
        Protected(make.inputs(), POLICIES["uncleared"], (), object())


def test_protected_cannot_be_changed_or_copied_around_the_seal(make):
    out = protect(make.inputs(*make.everyone(BIG)))
    with pytest.raises((AttributeError, TypeError)):
        out.value = None
    with pytest.raises((DisclosureError, ValueError)):
        replace(out, value=make.inputs())


@pytest.mark.parametrize("hidden", [False, True])
def test_a_level_of_nobody_looks_like_any_other_where_its_number_of_persons_is_hidden(make, hidden):
    """That there is no estimate for want of persons would tell that there are none."""
    ledger = Ledger(policy=POLICIES["uncleared"], closed=True)
    nobody = Cell("persons", arm="FS", group="kon", level="kvinna")
    ledger.observe(Cell("outcome", "arbete", 15, "SE", "kon", "kvinna"), 100, 40, "randomisation")
    if hidden:
        ledger.hidden[nobody] = Decision(
            table="persons", cell="", rule="r", role=Role.COMPLEMENTARY, count_band="not stated"
        )
    rows = Rows(ledger=ledger, study=make.study(), blurred=Blurred(), thinned=frozenset(), decisions={})
    none = Unavailable("nobody")
    row = make.effect("SE", "FS", (100, 40), (0, 0), subgroup="kon", level="kvinna", estimate=none, note="nobody")
    out = rows.effect(row)
    told = (out.n_control, out.share_control, out.estimate, out.std_error, out.conf_low)
    assert all(isinstance(v, Suppressed) for v in told) == hidden
    assert out.status is (Status.SUPPRESSED if hidden else Status.UNAVAILABLE)
    assert (out.n_control == 0, out.note == "nobody") == (not hidden, not hidden)
