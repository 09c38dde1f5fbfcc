"""Inputs whose results the kernels made from synthetic persons: three arms, a survey, receipt, times, and a plan."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

import effektutv as eu
from effektutv.api.adjust import adjust
from effektutv.api.compliance import cace
from effektutv.api.missing_outcomes import lee_bounds, response_weighted, worst_case_bounds
from effektutv.api.pooled_regression import contamination, pooled_regression
from effektutv.api.time_to_event import time_to_event
from effektutv.disclosure.protected import ReportInputs
from effektutv.estimators.power import power, power_curve
from effektutv.results import ArmSummary, EffectBand, EffectBands, Flow, FlowStage, Profile, Unavailable
from effektutv.results.credibility import Credibility, CredibilityRow
from effektutv.results.survey import SurveyOutcome
from effektutv.study import Study

STUDY = """
[study]
name = "syntetisk"
title = { sv = "Syntetiska personer", en = "Synthetic people" }
synthetic = true
[[arms]]
code = "FS"
control = true
label = { sv = "Förstärkt samarbete", en = "Enhanced cooperation" }
[[arms]]
code = "SE"
label = { sv = "Supported Employment", en = "Supported Employment" }
[[arms]]
code = "CM"
label = { sv = "Case management", en = "Case management" }
[design]
strata = "stratum"
[table]
path = "t.csv"
arm = "arm"
[[covariates]]
name = "kon"
label = { sv = "Kön", en = "Sex" }
column = "kon"
measure = "levels"
baseline = "before_randomisation"
levels = [
    { code = "kvinna", values = ["kvinna"], label = { sv = "Kvinnor", en = "Women" } },
    { code = "man", values = ["man"], label = { sv = "Män", en = "Men" } },
]
[[covariates]]
name = "dv"
label = { sv = "Daglig verksamhet", en = "Daily activities" }
column = "dv"
measure = "levels"
baseline = "before_randomisation"
levels = [
    { code = "utan", values = ["utan"], label = { sv = "Utan daglig verksamhet", en = "Without daily activities" } },
    { code = "med", values = ["med"], label = { sv = "Med daglig verksamhet", en = "With daily activities" } },
]
[[outcomes]]
name = "arbete"
label = { sv = "I arbete", en = "In work" }
role = "primary"
column = "arbete"
values = [1]
[[outcomes]]
name = "livskvalitet"
label = { sv = "Livskvalitet", en = "Quality of life" }
column = "livskvalitet"
unit = { sv = "poäng", en = "points" }
[[outcomes]]
name = "nojd"
label = { sv = "Nöjd med stödet", en = "Content with the support" }
column = "nojd"
values = [1]
[[subgroups]]
by = ["kon"]
prespecified = true
[[subgroups]]
by = ["kon", "dv"]
[disclosure]
profile = "public_data"
"""

ASSIGNED = {"arm": "arm", "control": "FS", "arms": ["FS", "SE", "CM"]}
#: Items of ICEMAN with an answer that is no item's default.
ITEMS = {
    "direction": "definitely_increased",
    "prior_evidence": "probably_reduced",
    "chance": "definitely_reduced",
    "number": "probably_increased",
    "cut_points": "not_applicable",
    "overall": "very_low",
}


def people(seed=7, n=900, crossing=False):
    """Synthetic persons; with ``crossing`` receipt of SE's programme is as common in CM as in SE."""
    rng = np.random.default_rng(seed)
    df = pd.DataFrame({"arm": rng.permutation(np.repeat(["FS", "SE", "CM"], n // 3)), "stratum": rng.integers(0, 6, n)})
    df["kon"] = rng.choice(["kvinna", "man"], n)
    df["dv"] = rng.choice(["utan", "med"], n, p=[0.7, 0.3])
    chance = df["arm"].map({"FS": 0.18, "SE": 0.3, "CM": 0.2})
    df["arbete"] = (rng.random(n) < chance).astype(float)
    first = np.ceil(rng.exponential(40 / (1 + 3 * chance)))
    df["event"] = np.where(first <= 24, 1, np.where(rng.random(n) < 0.05, 2, 0))
    df["time"] = np.where(df["event"] == 2, 12.0, np.minimum(first, 24.0))
    df.loc[rng.random(n) < 0.02, ["time", "event"]] = [0.0, 1]
    answered = rng.random(n) < df["arm"].map({"FS": 0.55, "SE": 0.7, "CM": 0.6})
    df["livskvalitet"] = np.where(answered, np.clip(rng.normal(6 + chance, 2, n).round(), 0, 10), np.nan)
    df["nojd"] = np.where(answered, rng.random(n) < 0.5 + chance / 2, np.nan)
    for arm in ("SE", "CM"):
        own = (df["arm"] == arm) & (rng.random(n) < 0.8)
        other = rng.random(n) < (0.3 if crossing and arm == "CM" else 0.02)
        df[f"fick_{arm}"] = (own | (other & (df["arm"] != "FS"))).astype(float)
    return df


def survey(df, outcome, limits=None):
    """One item asked in wave 2."""
    df = df.assign(svar=df[outcome].notna().astype(float))
    response = eu.itt(df, outcome="svar", strata="stratum", **ASSIGNED)
    response = replace(response, rows=tuple(replace(r, outcome=f"response:{outcome}") for r in response.rows))
    return SurveyOutcome(
        outcome=outcome,
        wave=2,
        response=response,
        observed=eu.itt(df, outcome=outcome, strata="stratum", **ASSIGNED),
        weighted=response_weighted(df, outcome=outcome, strata="stratum", **ASSIGNED),
        bounds=(
            lee_bounds(df, outcome=outcome, **ASSIGNED),
            worst_case_bounds(df, outcome=outcome, limits=limits, strata="stratum", **ASSIGNED),
        ),
    )


def credibility(group):
    """Every item of one subgroup, for two contrasts."""
    rows = [
        CredibilityRow(outcome="arbete", arm=arm, control="FS", subgroup=group, item=item, answer=answer)
        for arm in ("SE", "CM")
        for item, answer in ITEMS.items()
    ]
    return Credibility(rows=tuple(rows))


def planned(df):
    """The smallest detectable effect of each contrast, alone and in a family of three."""
    n = float((df["arm"] == "SE").sum())
    rows = [power(n_per_arm=n, baseline=0.18, family=f).rows[0] for f in (1, 3)]
    return replace(power(n_per_arm=n, baseline=0.18), rows=tuple(rows))


def by_month(df):
    """Two months' effects with bands, the second month's hidden from the band."""
    effects = eu.itt(df, outcome="arbete", strata="stratum", **ASSIGNED)
    rows = tuple(replace(r, clock="randomisation", month=m) for m in (3, 6) for r in effects.rows)
    none = Unavailable("no variance at this month: the simultaneous band leaves it out")
    bands = tuple(
        EffectBand(
            outcome="arbete", clock="randomisation", month=r.month, arm=r.arm, control=r.control,
            sim_low=r.conf_low - 0.01 if r.month == 3 else none, sim_high=r.conf_high + 0.01 if r.month == 3 else none,
            sim_critical=2.6 if r.month == 3 else none,
        )
        for r in rows
    )  # fmt: skip
    shares = df.groupby("arm")["arbete"].mean()
    arms = tuple(
        ArmSummary(
            outcome="arbete", clock="randomisation", month=m, arm=a, n=300, share=float(shares[a]), std_error=0.02,
            conf_low=float(shares[a]) - 0.04, conf_high=float(shares[a]) + 0.04,
        )
        for m in (3, 6)
        for a in ("FS", "SE", "CM")
    )  # fmt: skip
    return Profile(rows=arms, effects=replace(effects, rows=rows), bands=EffectBands(rows=bands, draws=100, seed=1))


def further(folder, *, crossing=False):
    """Everything at once, its records public."""
    file = folder / "study.toml"
    file.write_text(STUDY, encoding="utf-8")
    df = people(crossing=crossing)
    effects = eu.itt(df, outcome="arbete", strata="stratum", by=["kon", ("kon", "dv")], **ASSIGNED)
    effects = adjust(
        effects,
        method="holm",
        rows=lambda r: r.kind == "interaction" and r.subgroup == ("kon", "dv"),
        family="exploratory_interactions_holm",
    )
    sizes = df["arm"].value_counts().to_dict()
    times = time_to_event(df, time="time", event="event", times=range(25), strata="stratum", **ASSIGNED)
    named = {"outcome": "tid", "clock": "randomisation"}
    return ReportInputs(
        study=Study.from_toml(file),
        effects=(replace(effects, credibility=credibility("kon")),),
        flow=Flow(rows=(FlowStage(name="randomised", n=len(df), excluded=0, reason="", by_arm=sizes),)),
        profiles=(by_month(df),),
        robustness=(
            eu.itt(df, outcome="arbete", strata="stratum", estimator="fe", **ASSIGNED),
            pooled_regression(df, outcome="arbete", strata="stratum", **ASSIGNED),
        ),
        contamination=contamination(df, outcome="arbete", strata="stratum", **ASSIGNED),
        times=(
            replace(
                times,
                rows=tuple(replace(r, **named) for r in times.rows),
                risk=tuple(replace(r, **named) for r in times.risk),
            ),
        ),
        surveys=(survey(df, "livskvalitet", limits=(0, 10)), survey(df, "nojd")),
        compliance=cace(
            df,
            outcome="arbete",
            treatment={"SE": "fick_SE", "CM": "fick_CM"},
            assignment="arm",
            control="FS",
            arms=["FS", "SE", "CM"],
            strata="stratum",
        ),
        power=planned(df),
        power_curve=power_curve([100, 200, 300, 400], baseline=0.18, families=(1, 3)),
    )
