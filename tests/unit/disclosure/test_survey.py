"""Survey items on their way out: respondents are a cell, and everything said of the item stands on it."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest
from asked import ARMS, ITEM, answered, people, survey

import effektutv as eu
from effektutv.disclosure.protect import protect
from effektutv.disclosure.protected import Role
from effektutv.errors import DisclosureError
from effektutv.results import EffectRow, Status, Suppressed, Unavailable
from effektutv.results.bounds import BoundRow

EFFECT = ("mean_arm", "mean_control", "estimate", "std_error", "statistic", "df", "p_value", "conf_low", "conf_high")
BOUND = ("lower", "upper", "std_error_lower", "std_error_upper", "conf_low", "conf_high")


def gone(value):
    return isinstance(value, Suppressed)


def release(make, item, **parts):
    return protect(make.inputs(extra=ITEM, surveys=(item,), **parts))


def tables(item):
    return (item.response, item.observed, item.weighted, *(b.response for b in item.bounds))


def touching(item, arm):
    rows = [r for effects in tables(item) for r in effects.rows] + [r for b in item.bounds for r in b.rows]
    return [r for r in rows if arm in (r.arm, r.control)]


def test_an_item_of_many_is_released_as_it_was(make):
    before = survey(people())
    out = release(make, before)
    after = out.value.surveys[0]
    assert out.decisions == ()
    for a, b in zip(tables(before), tables(after), strict=True):
        assert [r.outcome for r in a.rows] == [r.outcome for r in b.rows]
        for x, y in zip(a.rows, b.rows, strict=True):
            hidden = {"status", "events_arm", "events_control"}
            assert all(getattr(x, f.name) == getattr(y, f.name) for f in fields(EffectRow) if f.name not in hidden)
            assert y.status is Status.RELEASED
        assert a.notes == b.notes
    for a, b in zip(before.bounds, after.bounds, strict=True):
        assert [replace(r, status=Status.RELEASED) for r in a.rows] == list(b.rows)


@pytest.mark.parametrize(("seen", "hidden"), [(3, True), (77, True), (0, False), (80, False), (5, False), (75, False)])
def test_few_who_answered_or_did_not_hide_the_arm_everywhere(make, seen, hidden):
    item = survey(answered(people(), "SE", seen, min(seen // 2, 20)) if seen != 5 else answered(people(), "SE", 5, 0))
    out = release(make, item)
    after = out.value.surveys[0]
    for effects in tables(after):
        for row in effects.rows:
            for name, arm in (("arm", row.arm), ("control", row.control)):
                if arm == "SE" and seen:
                    assert gone(getattr(row, f"share_{name}")) == hidden
    for bounds in after.bounds:
        for row in bounds.rows:
            touched = hidden and "SE" in (row.arm, row.control)
            assert gone(row.observed_arm) == (touched and row.arm == "SE")
            assert gone(row.response_control) == (touched and row.control == "SE")
            assert all(gone(getattr(row, name)) for name in BOUND) == touched
            assert row.n_arm == 80
    assert bool([d for d in out.decisions if d.cell == "response:halsa, SE"]) == hidden
    if hidden:
        for row in (*after.observed.rows, *after.weighted.rows):
            for name, arm in (("arm", row.arm), ("control", row.control)):
                assert gone(getattr(row, f"n_{name}")) == (arm == "SE")
            if "SE" in (row.arm, row.control):
                assert all(gone(getattr(row, name)) for name in EFFECT)
        # who answers is told for all arms together and arm by arm
        assert not any(c.isdigit() for e in (after.observed, after.weighted) for n in e.notes for c in n)


def test_an_item_among_the_effects_follows_its_response(make):
    df = answered(people(), "SE", 77, 30)
    effects = eu.itt(df, outcome="halsa", arm="arm", control="FS", arms=list(ARMS), by=["stratum"])
    out = protect(replace(make.inputs(extra=ITEM, surveys=(survey(df),)), effects=(effects,)))
    for row in out.value.effects[0].rows:
        if "SE" in (row.arm, row.control) and row.kind != "interaction":
            side = "arm" if row.arm == "SE" else "control"
            assert gone(getattr(row, f"share_{side}"))
            assert gone(row.estimate)
            assert row.subgroup or gone(getattr(row, f"n_{side}"))


def test_few_events_among_those_who_answered_hide_the_item_and_not_the_response(make):
    out = release(make, survey(answered(people(), "CM", 50, 2)))
    after = out.value.surveys[0]
    assert not any(gone(r.share_arm) or gone(r.estimate) for r in after.response.rows)
    for row in touching(after, "CM"):
        if isinstance(row, BoundRow):
            assert all(gone(getattr(row, name)) for name in BOUND)
            assert not gone(row.observed_arm)
            assert not gone(row.trimmed_share) or isinstance(row.trimmed_share, Unavailable)
        elif row.outcome == "halsa":
            assert gone(row.estimate)
            assert not gone(row.n_arm)
    clean = [r for b in after.bounds for r in b.rows if (r.arm, r.control) == ("SE", "FS")]
    assert {r.status for r in clean} == {Status.RELEASED}
    assert [d.role for d in out.decisions] == [Role.PRIMARY]


def test_the_trimmed_share_tells_no_more_than_the_two_responses_unless_trimmed_in_cells(make):
    df = people(answer=(0.5, 0.8, 0.65))
    whole = release(make, survey(df)).value.surveys[0].bounds[0]
    for row in whole.rows:
        low, high = sorted((row.response_arm, row.response_control))
        assert row.trimmed_share == pytest.approx(1 - low / high, abs=1e-12)
    cells = release(make, survey(df, tighten="stratum")).value.surveys[0].bounds[0]
    tightened = [r for r in cells.rows if r.cells > 1]
    assert tightened
    assert all(gone(r.trimmed_share) and r.status is Status.SUPPRESSED and not gone(r.lower) for r in tightened)


def test_a_mean_of_an_item_follows_the_response_too(make):
    text = ITEM.replace('values = ["1"]', "")
    item = survey(answered(people(), "SE", 78, 30), binary=False)
    out = protect(make.inputs(extra=text, surveys=(item,)))
    rows = [r for r in out.value.surveys[0].observed.rows if r.arm == "SE"]
    assert rows
    assert all(gone(r.share_arm) and gone(r.n_arm) and gone(r.estimate) for r in rows)


def test_a_hidden_response_can_be_another_without_any_released_number_changing(make):
    """77 or 78 of 80 answered, with other answers: the release is the same to the last bit."""
    out = [release(make, survey(answered(people(), "SE", seen, good))) for seen, good in ((77, 30), (78, 41), (79, 22))]
    assert out[0].value.surveys == out[1].value.surveys == out[2].value.surveys
    assert out[0].decisions == out[1].decisions == out[2].decisions


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"observed_arm": Unavailable("lost")}, "unknown"),
        ({"n_arm": Suppressed("elsewhere")}, "unknown"),
        ({"response_arm": 0.123}, "do not agree"),
        ({"outcome": "annat"}, "unknown"),
    ],
)
def test_bounds_that_cannot_be_checked_stop_the_release(make, changes, message):
    item = survey(people())
    bounds = item.bounds[0]
    broken = replace(item, bounds=(replace(bounds, rows=(replace(bounds.rows[0], **changes), *bounds.rows[1:])),))
    with pytest.raises(DisclosureError, match=message):
        release(make, broken)


def test_a_row_of_another_outcome_stops_the_release(make):
    item = survey(people())
    other = replace(item.observed, rows=tuple(replace(r, outcome="annat") for r in item.observed.rows))
    with pytest.raises(DisclosureError, match="another outcome"):
        release(make, replace(item, observed=other))
