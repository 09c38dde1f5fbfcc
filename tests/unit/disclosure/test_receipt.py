"""Receipts, complier effects, one regression of all arms, power and credibility on their way out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from asked import ARMS, compliance, gave, people, receivers, survey
from timed import random_people, timed

import effektutv as eu
from effektutv.api.pooled_regression import contamination
from effektutv.disclosure.protect import protect
from effektutv.disclosure.protected import ReportInputs, Role
from effektutv.errors import DisclosureError
from effektutv.results import Credibility, CredibilityRow, Status, Suppressed, Unavailable
from effektutv.results.power import Power
from effektutv.study import Study

FIRST = ("first_stage", "first_stage_error", "f_classical", "f_robust", "receipt_arm", "receipt_control")
SECOND = ("estimate", "std_error", "statistic", "df", "p_value", "conf_low", "conf_high", "ar_low", "ar_high")


def gone(value):
    return isinstance(value, Suppressed)


def release(make, df, starts=None, **other):
    found, effects = compliance(df, **other)
    return protect(replace(make.inputs(compliance=found, starts=starts), effects=(effects,)))


def receipts(out):
    return {(r.arm, r.programme): r for r in out.value.compliance.receipt.rows}


# --------------------------------------------------------------------------------------------------------- receipts


def test_receipts_of_many_are_released_as_they_were(make):
    before, _ = compliance(receivers())
    out = release(make, receivers())
    assert out.decisions == ()
    assert out.value.compliance.rows == tuple(replace(r, status=Status.RELEASED) for r in before.rows)
    assert {r.status for r in receipts(out).values()} == {Status.RELEASED}


@pytest.mark.parametrize(("count", "hidden"), [(0, False), (1, True), (4, True), (5, False), (96, True), (100, False)])
def test_few_who_received_or_did_not_hide_the_arm_and_one_more(make, count, hidden):
    df = gave(receivers(), "FS", "SE", count)
    out = release(make, df)
    rows = receipts(out)
    assert gone(rows["FS", "SE"].received) == gone(rows["FS", "SE"].share) == hidden
    # the next-smallest cell of the programme; receipt of another programme stays
    assert sum(gone(rows[a, "SE"].received) for a in ARMS) == (2 if hidden else 0)
    assert not any(gone(rows[a, p].received) for a in ARMS for p in ("FS", "CM"))
    assert all(not gone(r.n) for r in rows.values())
    own = next(r for r in out.value.compliance.rows if r.arm == "SE")
    other = next(r for r in out.value.compliance.rows if r.arm == "CM")
    assert all(gone(getattr(own, name)) for name in (*FIRST[:4], *SECOND)) == hidden
    assert gone(own.receipt_control) == hidden
    # the effect of the assignment stands among the effects as well
    assert not gone(own.intention_to_treat)
    assert other.status is Status.RELEASED


def test_a_hidden_outcome_hides_the_effects_and_not_the_receipts(make):
    df = receivers()
    few = (df["arm"] == "SE") & (df["arm"].groupby(df["arm"]).cumcount() > 2)
    df.loc[few, "y"] = 0.0
    df.loc[(df["arm"] == "SE") & ~few, "y"] = 1.0
    out = release(make, df)
    own = next(r for r in out.value.compliance.rows if r.arm == "SE")
    assert all(gone(getattr(own, name)) for name in (*SECOND, "intention_to_treat"))
    assert not any(gone(getattr(own, name)) for name in FIRST)
    assert {r.status for r in receipts(out).values()} == {Status.RELEASED}


@pytest.mark.parametrize("source", ["starts", "flow"])
def test_receipt_by_start_is_who_started(make, source):
    """97 of SE started, and 97 received: one decision, whichever table it came from."""
    df = gave(gave(gave(receivers(), "SE", "SE", 97), "FS", "FS", 80), "CM", "CM", 60)
    started = {"FS": 80, "SE": 97, "CM": 60}
    starts = make.starts({a: (100, s) for a, s in started.items()})
    found, effects = compliance(df)
    inputs = replace(make.inputs(compliance=found, starts=starts), effects=(effects,))
    if source == "flow":
        by_arm = dict.fromkeys(ARMS, 100)
        inputs = replace(inputs, flow=make.flow(("randomised", 300, by_arm), ("started", 237, started)))
    out = protect(inputs)
    rows = receipts(out)
    for row in out.value.starts.rows:
        assert gone(row.started) == gone(rows[row.arm, row.arm].received)
    assert gone(rows["SE", "SE"].received)
    if source == "flow":
        assert gone(out.value.flow.rows[1].by_arm["SE"])


def test_no_table_shows_how_many_received_in_all_so_that_one_arm_can_be_hidden_alone(make):
    """3 of FS received SE's programme, nobody of CM: the sum over the arms, which is in no table, is the complement."""
    df = gave(gave(gave(receivers(), "SE", "SE", 70), "FS", "SE", 3), "CM", "SE", 0)
    out = release(make, df, make.starts({"FS": (100, 60), "SE": (100, 70), "CM": (100, 60)}))
    rows = receipts(out)
    assert {arm for arm in ARMS if gone(rows[arm, "SE"].received)} == {"FS"}
    assert not any(gone(r.started) for r in out.value.starts.rows)
    (sum_of_all,) = [d for d in out.decisions if d.cell == "received SE"]
    assert (sum_of_all.role, sum_of_all.margin) == (
        Role.COMPLEMENTARY, "receipt of SE by arm; for received SE, FS"
    )  # fmt: skip


def test_receipt_among_those_with_an_outcome_is_not_subtracted_from_receipt_among_all(make):
    df = gave(gave(receivers(), "SE", "SE", 70), "FS", "SE", 10)
    where = np.flatnonzero(df["arm"] == "SE")
    df.loc[where[[0, 1, 80]], "y"] = np.nan
    own = next(r for r in release(make, df).value.compliance.rows if r.arm == "SE")
    assert gone(own.receipt_arm)
    assert not gone(own.receipt_control)
    assert all(gone(getattr(own, name)) for name in ("first_stage", "estimate"))
    df.loc[where[:10], "y"] = np.nan
    df.loc[where[80:90], "y"] = np.nan
    own = next(r for r in release(make, df).value.compliance.rows if r.arm == "SE")
    assert not gone(own.receipt_arm)


def test_a_hidden_receipt_can_be_another_without_any_released_number_changing(make):
    out = [release(make, gave(gave(receivers(), "FS", "SE", k), "CM", "SE", 9)) for k in (2, 3)]
    assert out[0].value.compliance.receipt == out[1].value.compliance.receipt
    assert [r for r in out[0].value.compliance.rows if r.arm == "SE"] == [
        r for r in out[1].value.compliance.rows if r.arm == "SE"
    ]


@pytest.mark.parametrize(
    ("changes", "message"),
    [({"received": Unavailable("lost")}, "unknown"), ({"share": 0.5}, "do not agree"), ({"programme": "CM"}, "twice")],
)
def test_receipts_that_cannot_be_checked_stop_the_release(make, changes, message):
    found, effects = compliance(receivers())
    rows = found.receipt.rows
    position = next(i for i, r in enumerate(rows) if (r.arm, r.programme) == ("SE", "SE"))
    broken = (*rows[:position], replace(rows[position], **changes), *rows[position + 1 :])
    inputs = make.inputs(compliance=replace(found, receipt=replace(found.receipt, rows=broken)))
    with pytest.raises(DisclosureError, match=message):
        protect(replace(inputs, effects=(effects,)))


def test_a_receipt_share_of_no_countable_persons_stops_the_release(make):
    found, effects = compliance(receivers())
    rows = (replace(found.rows[0], receipt_arm=0.1234567), *found.rows[1:])
    with pytest.raises(DisclosureError, match="countable"):
        protect(replace(make.inputs(compliance=replace(found, rows=rows)), effects=(effects,)))


# ---------------------------------------------------------------------------------------------------- contamination


def site_people(seed=1, n=110, few=False):
    rng = np.random.default_rng(seed)
    df = pd.DataFrame({"arm": np.repeat(ARMS, n), "kon": rng.choice(["kvinna", "man"], 3 * n)})
    df["arbete"] = (rng.random(3 * n) < 0.3).astype(float)
    if few:
        women = (df["arm"] == "CM") & (df["kon"] == "kvinna")
        df.loc[women, "arbete"] = (np.arange(women.sum()) < 3).astype(float)
    return df


def mixed(make, df, by=None, strata="kon"):
    asked = {
        "outcome": "arbete",
        "arm": "arm",
        "control": "FS",
        "arms": list(ARMS),
        "month": 15,
        "clock": "randomisation",
    }
    parts = contamination(df, strata=strata, **asked)
    effects = eu.itt(df, by=by, **asked)
    return parts, protect(replace(make.inputs(contamination=parts), effects=(effects,)))


def test_the_parts_of_one_regression_are_released_where_no_arm_is_hidden(make):
    parts, out = mixed(make, site_people())
    assert out.value.contamination.rows == tuple(replace(r, status=Status.RELEASED) for r in parts.rows)


def test_any_hidden_arm_hides_every_part(make):
    df = site_people()
    df["arbete"] = np.where(df["arm"] == "CM", (df.groupby("arm").cumcount() < 3).astype(float), df["arbete"])
    _, out = mixed(make, df)
    for row in out.value.contamination.rows:
        assert all(gone(getattr(row, k)) for k in ("estimate", "std_error", "conf_low", "conf_high", "difference"))
        assert (row.n_arm, row.n_control) == (110, 110)


def test_a_hidden_level_of_the_strata_hides_every_part(make):
    """3 women of CM in work: with the strata's sizes the parts are equations in that cell."""
    _, out = mixed(make, site_people(few=True), by=["kon"])
    assert all(gone(r.estimate) for r in out.value.contamination.rows)
    _, out = mixed(make, site_people(few=True).assign(ort=lambda d: np.arange(len(d)) % 3), by=["kon"], strata="ort")
    assert not any(gone(r.estimate) for r in out.value.contamination.rows)


def test_a_few_in_strata_that_were_left_out_are_not_left_to_subtraction(make):
    df = site_people()
    df.loc[np.flatnonzero(df["arm"] == "SE")[:3], "kon"] = "annat"
    _, out = mixed(make, df)
    for row in out.value.contamination.rows:
        assert gone(row.n_arm) == (row.arm == "SE")
        assert not gone(row.n_control)


# --------------------------------------------------------------------------------------------- power and credibility


def plan(make):
    return Power(rows=eu.power(n_per_arm=350, baseline=0.18, power=0.8).rows, notes=("4 persons of one site",))


def test_power_is_of_the_plan_and_goes_with_a_hidden_arm(make):
    out = protect(make.inputs(power=plan(make), power_curve=plan(make)))
    assert out.value.power.rows == plan(make).rows
    assert out.value.power_curve.notes == ()
    small = make.flow(("randomised", 703, {"FS": 350, "SE": 350, "CM": 3}))
    out = protect(make.inputs(power=plan(make), flow=small))
    assert all(gone(r.n_arm) and gone(r.effect) and gone(r.std_error) for r in out.value.power.rows)


def credible(row, item, answer="definitely_increased"):
    return CredibilityRow(
        outcome=row.outcome, clock=row.clock, month=row.month, arm=row.arm, control=row.control, subgroup=row.subgroup,
        item=item, answer=answer,
    )  # fmt: skip


def with_items(make, women):
    parts = {"kvinna": {"FS": (168, 29), "SE": (170, women), "CM": (172, 33)}}
    parts["man"] = {"FS": (182, 31), "SE": (185, 80), "CM": (186, 37)}
    everyone = {a: tuple(np.add(parts["kvinna"][a], parts["man"][a]).tolist()) for a in ARMS}
    rows = [*make.everyone(everyone), *make.by_level(parts, "kon")]
    items = [
        credible(r, item)
        for r in rows
        if r.kind == "interaction"
        for item in ("direction", "chance", "prior_evidence", "overall")
    ]
    return replace(make.effects(*rows), credibility=Credibility(rows=tuple(items), protocol=True)), tuple(items)


def test_items_of_credibility_go_with_their_interaction(make):
    effects, items = with_items(make, 45)
    out = protect(replace(make.inputs(), effects=(effects,)))
    assert out.value.effects[0].credibility == effects.credibility
    effects, items = with_items(make, 3)
    out = protect(replace(make.inputs(), effects=(effects,)))
    kept = out.value.effects[0].credibility
    assert kept.protocol
    assert kept.rows == tuple(i for i in items if "SE" not in (i.arm, i.control))
    told = [d for d in out.decisions if d.table == "credibility"]
    assert [d.cell for d in told] == ["arbete, month 15, SE and CM, kon", "arbete, month 15, SE and FS, kon"]


def test_items_without_an_interaction_row_are_not_released(make):
    effects, _ = with_items(make, 45)
    rows = tuple(r for r in effects.rows if r.kind != "interaction")
    out = protect(replace(make.inputs(), effects=(replace(effects, rows=rows),)))
    assert out.value.effects[0].credibility is None


# ------------------------------------------------------------------------------------------------------ public records


def test_public_records_are_released_whole(tmp_path, make):
    text = """
[study]
name = "public"
title = { sv = "p", en = "p" }
[[arms]]
code = "FS"
control = true
label = { sv = "FS", en = "FS" }
[[arms]]
code = "SE"
label = { sv = "SE", en = "SE" }
[[arms]]
code = "CM"
label = { sv = "CM", en = "CM" }
[table]
path = "a.csv"
arm = "arm"
[[outcomes]]
name = "arbete"
label = { sv = "a", en = "a" }
column = "y"
[disclosure]
profile = "public_data"
"""
    (tmp_path / "study.toml").write_text(text, encoding="utf-8")
    study = Study.from_toml(tmp_path / "study.toml")
    found, effects = compliance(gave(receivers(), "FS", "SE", 2))
    parts, _ = mixed(make, site_people())
    inputs = ReportInputs(
        study=study, effects=(effects,), times=(timed(random_people(2, (20, 20, 20))),),
        surveys=(survey(people(n=12)),), compliance=found, contamination=parts, power=plan(make), notes=("3 persons",),
    )  # fmt: skip
    out = protect(inputs)
    assert out.decisions == ()
    status = [r.status for t in out.value.times for r in (*t.rows, *t.risk)]
    status += [r.status for s in out.value.surveys for b in s.bounds for r in (*b.rows, *b.response.rows)]
    status += [r.status for s in out.value.surveys for e in (s.response, s.observed, s.weighted) for r in e.rows]
    status += [r.status for r in (*out.value.compliance.rows, *out.value.compliance.receipt.rows)]
    status += [r.status for r in out.value.contamination.rows]
    assert set(status) <= {Status.RELEASED, Status.UNAVAILABLE}
    bare = replace(out.value.times[0], rows=(), risk=())
    assert bare == replace(inputs.times[0], rows=(), risk=())
    assert out.value.power == inputs.power
    assert out.value.notes == ("3 persons",)
