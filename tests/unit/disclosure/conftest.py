"""Hand-made results with made-up counts, to see what disclosure control does with them."""

from __future__ import annotations

import sys
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import pytest

from effektutv.disclosure.protected import ReportInputs
from effektutv.results import (
    ArmSummary,
    Balance,
    BalanceRow,
    CountRow,
    Counts,
    EffectRow,
    Effects,
    Estimand,
    Flow,
    FlowStage,
    Omnibus,
    Profile,
    RowKind,
    StartRow,
    Starts,
    Unavailable,
)
from effektutv.study import Study

# helper modules of these tests stand beside them
sys.path.insert(0, str(Path(__file__).parent))

ARMS = ("FS", "SE", "CM")
PAIRS = (("SE", "FS"), ("CM", "FS"), ("SE", "CM"))
NONE = Unavailable("not asked for")


def make_study(tmp_path, profile="uncleared", extra=""):
    text = f"""
[study]
name = "made_up"
title = {{ sv = "Påhittad", en = "Made up" }}
[[arms]]
code = "FS"
control = true
label = {{ sv = "FS", en = "FS" }}
[[arms]]
code = "SE"
label = {{ sv = "SE", en = "SE" }}
[[arms]]
code = "CM"
label = {{ sv = "CM", en = "CM" }}
[registers.assignment]
path = "a.csv"
[registers.scb_lisa]
path = "b.csv"
[[covariates]]
name = "kon"
label = {{ sv = "Kön", en = "Sex" }}
register = "scb_lisa"
column = "Kon"
measure = "levels"
levels = [
    {{ code = "kvinna", values = ["2"], label = {{ sv = "Kvinnor", en = "Women" }} }},
    {{ code = "man", values = ["1"], label = {{ sv = "Män", en = "Men" }} }},
]
baseline = "year_before"
[[outcomes]]
name = "arbete"
label = {{ sv = "I arbete", en = "In work" }}
role = "primary"
state = "work"
month = 15
[[outcomes]]
name = "stod"
label = {{ sv = "Med stöd", en = "With support" }}
state = "work_with_support"
month = 15
[[outcomes]]
name = "reguljart"
label = {{ sv = "Reguljärt", en = "Regular" }}
state = "work_regular"
month = 15
[disclosure]
profile = "{profile}"
{extra}
"""
    file = tmp_path / "study.toml"
    file.write_text(text, encoding="utf-8")
    return Study.from_toml(file)


def effect(arm, control, a, c, *, outcome="arbete", clock="randomisation", month=15, subgroup="", level="", **other):
    """One row from (n, events) of both arms."""
    (n1, e1), (n0, e0) = a, c
    kind = other.pop("kind", RowKind.LEVEL if subgroup else RowKind.EFFECT)
    known = not kind.compares
    shares = (e1 / n1 if n1 else NONE, e0 / n0 if n0 else NONE) if known else (NONE, NONE)
    values = {
        "outcome": outcome, "clock": clock, "month": month, "arm": arm, "control": control, "subgroup": subgroup,
        "level": level, "kind": kind, "n_arm": n1, "n_control": n0, "share_arm": shares[0], "share_control": shares[1],
        "mean_arm": shares[0], "mean_control": shares[1], "estimate": 0.1, "std_error": 0.03, "statistic": 3.3,
        "df": 300.0, "p_value": 0.001, "conf_low": 0.04, "conf_high": 0.16, "estimator": "blocked", "vcov": "HC2",
        "events_arm": e1 if known else NONE, "events_control": e0 if known else NONE,
    }  # fmt: skip
    return EffectRow(**{**values, **other})


def effects(*rows):
    estimand = Estimand(population="p", outcome="o", contrast="c", intercurrent="i", summary="s")
    return Effects(rows=tuple(rows), estimand=estimand)


def by_level(cells, subgroup, **other):
    """Every contrast, every level and the interaction, from ``cells[level][arm] = (n, events)``."""
    rows = []
    for arm, control in PAIRS:
        for level, arms in cells.items():
            rows.append(effect(arm, control, arms[arm], arms[control], subgroup=subgroup, level=level, **other))
        total = [(sum(arms[a][0] for arms in cells.values()), 0) for a in (arm, control)]
        rows.append(
            effect(arm, control, *total, subgroup=subgroup, level=tuple(cells), kind=RowKind.INTERACTION, **other)
        )
    return rows


def everyone(cells, **other):
    return [effect(arm, control, cells[arm], cells[control], **other) for arm, control in PAIRS]


def summary(arm, n, events, *, outcome="arbete", clock="randomisation", month=3):
    return ArmSummary(
        outcome=outcome, clock=clock, month=month, arm=arm, n=n, share=events / n, std_error=0.01, conf_low=0.0,
        conf_high=0.5, events=events,
    )  # fmt: skip


def balance_row(covariate, counts, *, kind="binary", level="", missing=None, pair=("SE", "FS")):
    """One row from {arm: (n, with)}."""
    (n1, c1), (n0, c0) = counts[pair[0]], counts[pair[1]]
    lost = missing or {}
    return BalanceRow(
        covariate=covariate, level=level, kind=kind, arm=pair[0], control=pair[1], n_arm=n1, n_control=n0,
        n_missing_arm=lost.get(pair[0], 0), n_missing_control=lost.get(pair[1], 0), mean_arm=c1 / n1,
        mean_control=c0 / n0, sd_arm=0.4, sd_control=0.4, difference=0.01, smd=0.02, smd_weighted=0.02, smd_max=0.05,
        variance_ratio=NONE,
    )  # fmt: skip


def balance(rows):
    omnibus = Omnibus(statistic=10.0, df=9.0, p_value=0.35, method="m")
    return Balance(rows=tuple(rows), omnibus=omnibus, arms=ARMS)


def counts(cells, *, outcome="arbete", clock="randomisation", month=15):
    """Categories from ``cells[arm] = (n, {category: events})``."""
    rows = [
        CountRow(outcome=outcome, clock=clock, month=month, arm=a, category=c, n=n, events=e, share=e / n)
        for a, (n, categories) in cells.items()
        for c, e in categories.items()
    ]
    return Counts(rows=tuple(rows))


def starts(cells):
    rows = [StartRow(arm=a, n=n, started=s, share=s / n, median_delay=20.0) for a, (n, s) in cells.items()]
    return Starts(rows=tuple(rows))


def flow(*stages):
    """Stages as (name, n, by_arm)."""
    rows, before = [], None
    for name, n, by_arm in stages:
        rows.append(FlowStage(name=name, n=n, excluded=0 if before is None else before - n, reason="r", by_arm=by_arm))
        before = n
    return Flow(rows=tuple(rows))


@pytest.fixture
def make(tmp_path):
    """Builders, and ``make.inputs(...)`` around a made-up study."""

    def inputs(*rows, profile="uncleared", extra="", **parts):
        tables = (effects(*rows),) if rows else ()
        return ReportInputs(study=make_study(tmp_path, profile, extra), effects=tables, **parts)

    return SimpleNamespace(
        inputs=inputs, study=lambda **k: make_study(tmp_path, **k), effect=effect, effects=effects, by_level=by_level,
        everyone=everyone, summary=summary, balance=balance, balance_row=balance_row, counts=counts, starts=starts,
        flow=flow, profile=lambda *rows: Profile(rows=rows, effects=effects()), pairwise=pairwise,
    )  # fmt: skip
