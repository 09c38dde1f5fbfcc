"""What nobody has said how to protect is not released: every kind of result and each field is known by name."""

from __future__ import annotations

from dataclasses import dataclass, fields, is_dataclass, make_dataclass

import pytest

from effektutv import results
from effektutv.disclosure.field_policy import KNOWN, check_shapes
from effektutv.disclosure.protect import protect
from effektutv.disclosure.protected import ReportInputs
from effektutv.errors import DisclosureError
from effektutv.results import (
    Flow,
    FlowStage,
    bounds,
    compliance,
    power,
    ratios,
    services_received,
    site_heterogeneity,
    survey,
    time_to_event,
)

BIG = {"FS": (350, 60), "SE": (355, 90), "CM": (358, 70)}
#: Results that a report does not hold.
OUTSIDE = {"Tabular", "Reproduction", "ReproductionRow", "PlanLock"}
MODULES = (results, ratios, bounds, compliance, time_to_event, power, survey, services_received, site_heterogeneity)
TYPES = {
    name: getattr(module, name)
    for module in MODULES
    for name in module.__all__
    if isinstance(getattr(module, name), type) and is_dataclass(getattr(module, name))
}


def test_every_result_that_a_report_may_hold_is_known_field_by_field():
    expected = {name for name in TYPES if name not in OUTSIDE | {"Unavailable", "Suppressed"}} | {"ReportInputs"}
    assert set(KNOWN) == expected
    for name, names in KNOWN.items():
        kind = ReportInputs if name == "ReportInputs" else TYPES[name]
        assert sorted(names.split()) == sorted(f.name for f in fields(kind)), name


@dataclass(frozen=True, kw_only=True)
class Wider(ReportInputs):
    """The inputs with one part more."""

    costs: tuple[int, ...] = ()


def test_a_new_part_of_the_inputs_stops_the_release(make):
    inputs = make.inputs(*make.everyone(BIG))
    wider = Wider(**{f.name: getattr(inputs, f.name) for f in fields(inputs)}, costs=(3,))
    with pytest.raises(DisclosureError, match="Wider"):
        protect(wider)


@pytest.mark.parametrize("profile", ["uncleared", "public_data"])
def test_a_new_field_of_a_row_stops_the_release_under_every_profile(make, profile):
    base = make.flow(("randomised", 100, {"FS": 50, "SE": 50})).rows[0]
    wider = make_dataclass("FlowStage", [("rest", int)], bases=(FlowStage,), frozen=True, kw_only=True)
    row = wider(**{f.name: getattr(base, f.name) for f in fields(base)}, rest=3)
    with pytest.raises(DisclosureError, match="no rule for rest"):
        protect(make.inputs(profile=profile, flow=Flow(rows=(row,))))


def test_a_result_of_another_kind_stops_the_release(make):
    strange = results.PlanLock(status=results.LockStatus.NOT_LOCKED, sha256="0" * 64)
    with pytest.raises(DisclosureError, match="does not know, PlanLock"):
        check_shapes((make.inputs(), strange))


def test_a_field_taken_away_stops_the_release_too(monkeypatch, make):
    monkeypatch.setitem(KNOWN, "Flow", "rows title")
    with pytest.raises(DisclosureError, match="no rule for title"):
        protect(make.inputs(flow=make.flow(("randomised", 100, {}))))
