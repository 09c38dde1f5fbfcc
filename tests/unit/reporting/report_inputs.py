"""A report's inputs with made-up numbers: a trial of three arms on two clocks, and a plain table of two arms."""

from __future__ import annotations

import math
from dataclasses import replace

from effektutv.disclosure.protect import protect
from effektutv.disclosure.protected import ReportInputs
from effektutv.reporting import build
from effektutv.reporting.model.document import Facts
from effektutv.results import (
    ArmSummary,
    Balance,
    BalanceRow,
    CountRow,
    Counts,
    DataQuality,
    EffectRow,
    Effects,
    Estimand,
    Finding,
    Flow,
    FlowStage,
    Omnibus,
    Profile,
    RowKind,
    Severity,
    StartRow,
    Starts,
    Unavailable,
)
from effektutv.study import Study

ARMS = {"FS": 350, "SE": 355, "CM": 358}
PAIRS = (("SE", "FS"), ("CM", "FS"), ("SE", "CM"))
NONE = Unavailable("an interaction compares effects, not means")

STUDY = """
[study]
name = "pahittad"
title = {{ sv = "{title_sv}", en = "{title_en}" }}
synthetic = true
[[arms]]
code = "FS"
control = true
label = {{ sv = "Förstärkt samarbete", en = "Enhanced cooperation" }}
[[arms]]
code = "SE"
label = {{ sv = "Supported Employment", en = "Supported Employment" }}
[[arms]]
code = "CM"
label = {{ sv = "Case management", en = "Case management" }}
[design]
strata = "stratum"
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
[[covariates]]
name = "alder"
label = {{ sv = "Ålder, år", en = "Age, years" }}
register = "scb_lisa"
column = "FodelseAr"
measure = "age"
baseline = "year_before"
[[covariates]]
name = "diagnos"
label = {{ sv = "Diagnos", en = "Diagnosis" }}
register = "scb_lisa"
column = "D"
measure = "levels"
levels = [
    {{ code = "a", values = ["1"], label = {{ sv = "{level}", en = "{level}" }} }},
    {{ code = "b", values = ["2"], label = {{ sv = "Grupp b", en = "Group b" }} }},
    {{ code = "c", values = ["3"], label = {{ sv = "Grupp c", en = "Group c" }} }},
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
label = {{ sv = "Anställning med stöd", en = "Employment with support" }}
state = "work_with_support"
month = 15
[[outcomes]]
name = "annan"
label = {{ sv = "Annan subventionerad", en = "Other subsidised" }}
state = "work_other_subsidised"
month = 15
[[outcomes]]
name = "reguljart"
label = {{ sv = "Reguljärt arbete", en = "Regular work" }}
state = "work_regular"
month = 15
[[outcomes]]
name = "ersattning"
label = {{ sv = "Aktivitetsersättning", en = "On the benefit" }}
state = "benefit"
month = 15
[[subgroups]]
by = ["kon"]
prespecified = true
"""

TABLE_STUDY = """
[study]
name = "offentlig"
title = { sv = "Offentlig tabell", en = "Public table" }
source = { sv = "Påhittad källa", en = "Made-up source" }
[[arms]]
code = "0"
control = true
label = { sv = "Jämförelsegrupp", en = "Control" }
[[arms]]
code = "1"
label = { sv = "Stödgrupp", en = "Support" }
[table]
path = "t.csv"
arm = "train"
[[outcomes]]
name = "inkomst"
label = { sv = "Inkomst", en = "Earnings" }
role = "primary"
column = "inkomst"
unit = { sv = "kronor", en = "kronor" }
[disclosure]
profile = "public_data"
"""


def estimand():
    return Estimand(population="p", outcome="o", contrast="c", intercurrent="i", summary="s")


def effect(arm, control, a, c, **other):
    """A row from (n, events) of both arms, with Neyman's error and a normal interval."""
    (n1, e1), (n0, e0) = a, c
    p1, p0 = e1 / n1, e0 / n0
    error = math.sqrt(p1 * (1 - p1) / (n1 - 1) + p0 * (1 - p0) / (n0 - 1))
    values = {
        "outcome": "arbete", "clock": "randomisation", "month": 15, "arm": arm, "control": control, "n_arm": n1,
        "n_control": n0, "share_arm": p1, "share_control": p0, "mean_arm": p1, "mean_control": p0,
        "estimate": p1 - p0, "std_error": error, "statistic": (p1 - p0) / error if error else 0.0, "df": 600.0,
        "p_value": math.erfc(abs(p1 - p0) / error / math.sqrt(2)) if error else 1.0,
        "conf_low": p1 - p0 - 1.96 * error, "conf_high": p1 - p0 + 1.96 * error, "estimator": "blocked",
        "vcov": "HC2", "strata": "stratum", "events_arm": e1, "events_control": e0,
    }  # fmt: skip
    return EffectRow(**{**values, **other})


def interaction(first, second, **other):
    """The second level's effect less the first's."""
    estimate = second.estimate - first.estimate
    error = math.hypot(first.std_error, second.std_error)
    return EffectRow(
        outcome=first.outcome, clock=first.clock, month=first.month, arm=first.arm, control=first.control,
        subgroup=first.subgroup, level=(first.level, second.level), kind=RowKind.INTERACTION, n_arm=first.n_arm + second.n_arm,
        n_control=first.n_control + second.n_control, share_arm=NONE, share_control=NONE, mean_arm=NONE,
        mean_control=NONE, estimate=estimate, std_error=error, statistic=estimate / error, df=600.0,
        p_value=math.erfc(abs(estimate) / error / math.sqrt(2)), conf_low=estimate - 1.96 * error,
        conf_high=estimate + 1.96 * error, estimator="blocked", vcov="HC2", strata="stratum", **other,
    )  # fmt: skip


def everyone(cells, **other):
    return [effect(a, c, (ARMS[a], cells[a]), (ARMS[c], cells[c]), **other) for a, c in PAIRS]


def tested(rows):
    """Rows with a redrawn p-value on the clock that is protected, and one of the family of all contrasts but SE − FS."""
    drawn = [replace(r, p_randomization=0.2) if r.clock == "randomisation" else r for r in rows]
    return [
        r if (r.arm, r.control) == ("SE", "FS") else replace(r, p_adjusted=0.5, family="other_contrasts_holm")
        for r in drawn
    ]


def by_sex(women, men, **other):
    """Levels and interaction of each contrast, from {arm: (n, events)} of women and men."""
    rows = []
    for a, c in PAIRS:
        levels = [
            effect(a, c, cells[a], cells[c], subgroup="kon", level=level, **other)
            for level, cells in (("kvinna", women), ("man", men))
        ]
        rows += [*levels, interaction(*levels)]
    return rows


WORK = {"FS": 62, "SE": 92, "CM": 70}
WOMEN = {"FS": (170, 30), "SE": (172, 31), "CM": (174, 32)}
MEN = {a: (ARMS[a] - n, WORK[a] - e) for a, (n, e) in WOMEN.items()}
KINDS = {"stod": {"FS": 30, "SE": 56, "CM": 34}, "annan": {"FS": 3, "SE": 8, "CM": 9}}
KINDS["reguljart"] = {a: WORK[a] - KINDS["stod"][a] - KINDS["annan"][a] for a in ARMS}


def summary(outcome, clock, month, arm, events):
    n = ARMS[arm]
    share = events / n
    error = math.sqrt(share * (1 - share) / (n - 1))
    none = Unavailable("no variation in the arm")
    return ArmSummary(
        outcome=outcome, clock=clock, month=month, arm=arm, n=n, share=share, std_error=error,
        conf_low=share - 1.96 * error if error else none, conf_high=share + 1.96 * error if error else none,
        events=events,
    )  # fmt: skip


def profile(outcome, clock):
    rows = [
        summary(outcome, clock, month, arm, WORK[arm] * month // 15)
        for month in (0, 1, 3, 6, 9, 12, 15, 18, 21, 24)
        for arm in ARMS
    ]
    return Profile(rows=tuple(rows), effects=Effects(rows=(), estimand=estimand()))


def balance():
    shares = {("kon", ""): (180, 183, 184), ("diagnos", "a"): (90, 3, 84), ("diagnos", "b"): (130, 172, 154)}
    shares["diagnos", "c"] = (130, 180, 120)
    rows = []
    for (name, level), counts in shares.items():
        by_arm = dict(zip(ARMS, counts, strict=True))
        rows += [_balance_row(name, level, "category" if level else "binary", by_arm, a, c) for a, c in PAIRS]
    rows += [_balance_row("alder", "", "continuous", {"FS": 24.6, "SE": 24.9, "CM": 24.8}, a, c) for a, c in PAIRS]
    omnibus = Omnibus(statistic=11.3, df=8.0, p_value=0.185, method="Hansen–Bowers d²")
    return Balance(rows=tuple(rows), omnibus=omnibus, arms=tuple(ARMS), notes=("diagnos: 12 persons with no value",))


def _balance_row(name, level, kind, by_arm, arm, control):
    lost = {"SE": 0, "FS": 0, "CM": 0}
    means = {a: v if kind == "continuous" else v / ARMS[a] for a, v in by_arm.items()}
    sds = {a: 2.7 if kind == "continuous" else math.sqrt(m * (1 - m)) for a, m in means.items()}
    gap = means[arm] - means[control]
    return BalanceRow(
        covariate=name, level=level, kind=kind, arm=arm, control=control, n_arm=ARMS[arm], n_control=ARMS[control],
        n_missing_arm=lost[arm], n_missing_control=lost[control], mean_arm=means[arm], mean_control=means[control],
        sd_arm=sds[arm], sd_control=sds[control], difference=gap, smd=gap / 2, smd_weighted=gap / 2.1, smd_max=0.15,
        variance_ratio=1.02 if kind == "continuous" else NONE,
    )  # fmt: skip


def counts(categories, clock):
    rows = [
        CountRow(
            outcome="arbete", clock=clock, month=15, arm=arm, category=name, n=ARMS[arm], events=cells[arm],
            share=cells[arm] / ARMS[arm],
        )
        for name, cells in categories.items()
        for arm in ARMS
    ]  # fmt: skip
    return Counts(rows=tuple(rows))


def trial_inputs(folder, *, title="Påhittad studie", level="Grupp a", synthetic=True, women=WOMEN, men=MEN):
    """A trial of three arms, with one small cell in a kind of work and one in the balance table."""
    text = STUDY.format(title_sv=title, title_en="Made-up study" if title == "Påhittad studie" else title, level=level)
    file = folder / "study.toml"
    file.write_text(text.replace("synthetic = true", f"synthetic = {str(synthetic).lower()}"), encoding="utf-8")
    tables = []
    for clock in ("randomisation", "start"):
        tables.append([*tested(everyone(WORK, clock=clock)), *by_sex(women, men, clock=clock)])
        tables += [everyone(cells, outcome=name, clock=clock) for name, cells in KINDS.items()]
        tables.append(everyone({"FS": 300, "SE": 305, "CM": 309}, outcome="ersattning", clock=clock))
    sources = {"af_only": {"FS": 12, "SE": 22, "CM": 18}, "ku_only": {"FS": 16, "SE": 7, "CM": 16}}
    sources["both"] = {a: WORK[a] - sources["af_only"][a] - sources["ku_only"][a] for a in ARMS}
    clocks = ("randomisation", "start")
    finding = Finding(
        extract="af_sokandekategori", column="skat", rule="code list: skat", rows_checked=9000, rows_failing=3,
        severity=Severity.WARNING, advice="a",
    )  # fmt: skip
    reversed_rule = "reversed: the end lies before the start"
    return ReportInputs(
        study=Study.from_toml(file),
        effects=tuple(Effects(rows=tuple(rows), estimand=estimand()) for rows in tables),
        flow=Flow(
            rows=(
                FlowStage(name="asked", n=1142, excluded=0, reason=""),
                FlowStage(name="consented", n=1063, excluded=79, reason="declined"),
                FlowStage(name="randomised", n=1063, excluded=0, reason="not_randomised", by_arm=ARMS),
                FlowStage(name="analysed", n=1063, excluded=0, reason="follow_up_incomplete", by_arm=ARMS),
            )
        ),
        balance=balance(),
        profiles=tuple(profile("arbete", clock) for clock in clocks),
        kinds=tuple(counts(KINDS, clock) for clock in clocks),
        sources=tuple(counts(sources, clock) for clock in clocks),
        starts=Starts(
            rows=tuple(
                StartRow(arm=a, n=n, started=n - left, share=(n - left) / n, median_delay=30.0)
                for (a, n), left in zip(ARMS.items(), (14, 11, 10), strict=True)
            )
        ),
        quality=DataQuality(
            rows=(
                finding,
                Finding(
                    extract="af_sokandekategori", column="inskadm, utskadm", rule=reversed_rule, rows_checked=9000,
                    rows_failing=117, severity=Severity.NOTE, advice="b",
                ),
            ),
            read={"lottningsenkat": 1142, "af_sokandekategori": 9000},
        ),
        robustness=(
            Effects(rows=tuple(everyone(WORK, estimator="difference", strata="")), estimand=estimand()),
            Effects(rows=tuple(everyone(WORK, estimator="pooled")), estimand=estimand()),
        ),
    )  # fmt: skip


def table_inputs(folder):
    """A plain table of two arms with an outcome in kronor, its records public."""
    file = folder / "table.toml"
    file.write_text(TABLE_STUDY, encoding="utf-8")
    row = EffectRow(
        outcome="inkomst", arm="1", control="0", n_arm=185, n_control=260, share_arm=6349.1, share_control=4554.8,
        mean_arm=6349.1, mean_control=4554.8, estimate=1794.3, std_error=632.9, statistic=2.84, df=443.0,
        p_value=0.0048, conf_low=550.6, conf_high=3038.1, estimator="fe", vcov="classical",
    )  # fmt: skip
    flow = Flow(
        rows=(
            FlowStage(name="randomised", n=445, excluded=0, reason="", by_arm={"0": 260, "1": 185}),
            FlowStage(name="analysed", n=445, excluded=0, reason="outcome_missing", by_arm={"0": 260, "1": 185}),
        )
    )
    study = Study.from_toml(file)
    return ReportInputs(study=study, effects=(Effects(rows=(row,), estimand=estimand()),), flow=flow)


FACTS = Facts(
    version="0.0.0",
    engine="duckdb",
    seed=7,
    inputs={"a.csv": "0" * 64},
    versions={"python": "3.11"},
    steps={"load": 1.0},
)


def written(inputs, lang, folder):
    """Protect, lay out and write; returns the page."""
    folder.mkdir()
    build.write(build.build(protect(inputs), lang=lang, facts=FACTS), folder)
    return (folder / "report.html").read_text(encoding="utf-8")
