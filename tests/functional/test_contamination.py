"""The demo's one regression of all arms, and whose effects it mixes."""

from __future__ import annotations

import csv

import pytest


def test_the_trial_takes_its_pooled_regression_apart(trial):
    result = trial.contamination(month=15, clock="start")
    rows = {(r.arm, r.component, r.source): r for r in result.rows}
    assert {(r.clock, r.month, r.control) for r in result.rows} == {("start", 15, "FS")}
    assert len(rows) == 2 * 6
    for arm, other in (("SE", "CM"), ("CM", "SE")):
        pooled = rows[arm, "pooled", ""].estimate
        assert pooled == pytest.approx(
            rows[arm, "own", ""].estimate + rows[arm, "contamination", other].estimate, rel=1e-9
        )
    every_arm = trial.table.groupby("stratum", observed=True)["arm"].nunique().eq(3).all()
    if every_arm:
        for row in trial.pooled_regression(month=15, clock="start").rows:
            assert rows[row.arm, "pooled", ""].estimate == pytest.approx(row.estimate, rel=1e-9)


def test_the_report_has_it_beside_the_other_estimators(analysed, demo_report):
    pooled = [e for e in analysed.robustness if e.rows[0].estimator == "pooled"]
    assert [(r.arm, r.control) for e in pooled for r in e.rows] == [("SE", "FS"), ("CM", "FS")]
    out = demo_report("sv")
    with (out / "tables" / "estimators.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [r["arm"] for r in rows if r["estimator"] == "pooled"] == ["SE", "CM"]
    html = (out / "report.html").read_text(encoding="utf-8")
    assert "En regression med alla grupper blandar in" in html
    # months in work: a mean beside the shares, with its unit, and the bands of the monthly figure
    assert "Månader i arbete" in html
    assert "månader" in html
    assert "10\u202f000 dragningar" in html or "10\u00a0000 dragningar" in html
    with (out / "tables" / "itt.csv").open(encoding="utf-8") as file:
        counted = [r for r in csv.DictReader(file) if r["outcome"] == "manader_i_arbete"]
    assert {r["clock"] for r in counted} == {"randomisation", "start"}
    bands = (out / "tables" / "profile_arbete_randomisation_bands.csv").read_text(encoding="utf-8")
    assert bands.startswith("outcome,clock,month,arm,control,sim_low,sim_high,sim_critical,status\n")
