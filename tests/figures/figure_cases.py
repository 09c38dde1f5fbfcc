"""Made-up tables for the figures: ordinary ones, with the trial's published shares, and ones at the edge of what must fit."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from effektutv import i18n
from effektutv.plots import consort_flow, forest, love, shares_by_month, stacked_bars

ARMS = {
    "sv": {"FS": "Förstärkt samarbete", "SE": "Supported Employment", "CM": "Case management"},
    "en": {"FS": "Enhanced cooperation", "SE": "Supported Employment", "CM": "Case management"},
}
FOUR = {
    "sv": {
        "K": "Ordinarie handläggning",
        "A": "Förberedande utbildningsinsats med handledare på arbetsplatsen",
        "B": "Coachning",
        "C": "Arbetsmarknadsutbildning",
    },
    "en": {
        "K": "Usual case handling",
        "A": "Preparatory training with a supervisor at the workplace",
        "B": "Coaching",
        "C": "Labour-market training",
    },
}
LABELS = {
    "sv": {
        "arbete": "I arbete", "kon": "Kön", "kvinna": "Kvinnor", "man": "Män", "daglig_verksamhet": "Daglig verksamhet",
        "ja": "Har daglig verksamhet", "nej": "Har inte daglig verksamhet", "alder": "Ålder, år", "barn": "Barn i hushållet",
        "utrikes_fodd": "Utrikes född", "gymnasium": "Gymnasieutbildning", "diagnos": "Diagnos",
        "utveckling": "Störningar av psykisk utveckling",
        "beteende": "Beteendestörningar och emotionella störningar med debut under barndomen", "lss": "Beslut om stöd enligt LSS",
        "loneinkomst": "Löneinkomst året före, hundratal kronor", "boende": "Bostad med särskild service",
    },
    "en": {
        "arbete": "In work", "kon": "Sex", "kvinna": "Women", "man": "Men", "daglig_verksamhet": "Daily activities",
        "ja": "Has daily activities", "nej": "Has no daily activities", "alder": "Age, years", "barn": "Children at home",
        "utrikes_fodd": "Foreign born", "gymnasium": "Upper secondary education", "diagnos": "Diagnosis",
        "utveckling": "Disorders of psychological development",
        "beteende": "Behavioural and emotional disorders with onset in childhood", "lss": "Decision on support (LSS)",
        "loneinkomst": "Earnings the year before, hundreds of SEK", "boende": "Housing with special service",
    },
}  # fmt: skip
NOTES = {
    "sv": [
        "Alla lottade som samtyckte, som de lottades. Stratumvägd skillnad i andelar (HC2), 95 % konfidensintervall.",
        i18n.text("synthetic", "sv"),
    ],
    "en": [
        "All randomised who consented, as assigned. Stratum-weighted difference in shares (HC2), 95% confidence intervals.",
        i18n.text("synthetic", "en"),
    ],
}
SIZES = {"FS": 355, "SE": 354, "CM": 354}


@dataclass(frozen=True)
class Case:
    """One figure of one table, in one language."""

    name: str
    module: Any
    draw: Callable[..., Any]
    table: pd.DataFrame
    lang: str
    options: dict[str, Any] = field(default_factory=dict)
    alt: dict[str, Any] = field(default_factory=dict)

    def figure(self) -> Any:
        return self.draw(self.table, lang=self.lang, **self.options)

    def alt_text(self) -> str:
        return self.module.alt_text(self.table, self.lang, **self.alt)


def _interval(p: float, n: int) -> tuple[float, float]:
    half = 1.96 * np.sqrt(p * (1 - p) / n)
    return max(0.0, p - half), min(1.0, p + half)


# ------------------------------------------------------------------------------------------------------ shares by month


def profile_table(months: range = range(25), simultaneous: bool = False) -> pd.DataFrame:
    """26/18/20 per cent in work at month 15, and fewer persons followed as months go by."""
    at_15 = {"FS": 0.18, "SE": 0.26, "CM": 0.20}
    wiggle = np.random.default_rng(15).normal(0, 0.004, (3, 200))
    rows = []
    for i, (arm, level) in enumerate(at_15.items()):
        for m in months:
            p = (
                level * (1 - np.exp(-m / 7)) / (1 - np.exp(-15 / 7))
                + 0.02 * np.exp(-m / 3)
                + (wiggle[i, m] if m else 0)
            )
            n = SIZES[arm] - max(0, m - 12) * (9 + i)
            low, high = _interval(p, n)
            row = {"outcome": "arbete", "clock": "randomisation", "month": m, "arm": arm, "n": n, "share": p}
            row |= {"conf_low": low, "conf_high": high, "status": "released"}
            if simultaneous:
                row |= {"sim_low": max(0.0, p - 1.6 * (p - low)), "sim_high": p + 1.6 * (high - p)}
            rows.append(row)
    return pd.DataFrame(rows)


def hide(table: pd.DataFrame, where: pd.Series, columns: list[str], status: str = "suppressed") -> pd.DataFrame:
    """The table with some numbers taken out."""
    out = table.copy()
    for column in columns:
        out[column] = out[column].astype("float64")
        out.loc[where, column] = np.nan
    out.loc[where, "status"] = status
    return out


def _profile_cases(lang: str) -> Iterator[Case]:
    names = {"arms": ARMS[lang], "labels": LABELS[lang]}
    numbers = ["n", "share", "conf_low", "conf_high"]

    def case(name: str, table: pd.DataFrame, **options: Any) -> Case:
        alt = {k: v for k, v in options.items() if k not in {"notes", "y_label", "bands"}}
        return Case(f"profile_{name}", shares_by_month, shares_by_month.shares_by_month, table, lang, options, alt)

    yield case("normal", profile_table(simultaneous=True), mark_month=15, notes=NOTES[lang], **names)
    yield case("bare", profile_table())
    table = profile_table()
    early = (table["month"].isin([1, 2]) & (table["arm"] != "SE")) | (
        table["month"].isin([20]) & (table["arm"] == "CM")
    )
    yield case("suppressed", hide(table, early, numbers), mark_month=15, **names)
    gone = hide(table, table["arm"] == "CM", numbers)
    gone = hide(gone, (table["arm"] == "FS") & (table["month"] > 17), numbers, "unavailable")
    yield case("arm_gone", gone, mark_month=15, y_label="Andel" if lang == "sv" else "Share", **names)
    tiny = table.assign(share=table["share"] / 60, conf_low=table["conf_low"] / 60, conf_high=table["conf_high"] / 60)
    yield case("tiny_close", tiny[tiny["month"] % 3 == 0], mark_month=15, **names)
    yield case("one_month", table[table["month"] == 15], mark_month=15, **names)
    two = table[table["arm"] != "CM"].assign(clock="start", n=lambda t: t["n"] * 1000)
    yield case(
        "two_start", two, mark_month=15, arms={k: v for k, v in ARMS[lang].items() if k != "CM"}, labels=LABELS[lang]
    )
    codes = dict(zip(["FS", "SE", "CM"], ["K", "A", "B"], strict=True))
    four = pd.concat([table.assign(arm=table["arm"].map(codes)), table[table["arm"] == "FS"].assign(arm="C")])
    four = four[~((four["month"] == 9) & (four["arm"] == "A")) & (four["month"] < 13)]
    yield case("four", four, mark_month=12, arms=FOUR[lang], control="K", labels=LABELS[lang])


# ------------------------------------------------------------------------------------------------------------- effects

CONTRASTS = {("SE", "FS"): 0.08, ("CM", "FS"): 0.02, ("SE", "CM"): 0.06}


def effect(arm: str, control: str, estimate: float, se: float, **more: Any) -> dict[str, Any]:
    row = {
        "outcome": "arbete",
        "clock": "randomisation",
        "month": 15,
        "arm": arm,
        "control": control,
        "subgroup": "",
        "level": "",
        "kind": "level" if more.get("subgroup") else "effect",
    }
    row |= {"n_arm": 354, "n_control": 355, "estimate": estimate, "std_error": se, "p_value": 0.034}
    row |= {"conf_low": estimate - 1.96 * se, "conf_high": estimate + 1.96 * se, "status": "released"}
    return row | more


def effects_table() -> pd.DataFrame:
    rows = [effect(a, c, e, 0.031) for (a, c), e in CONTRASTS.items()]
    for subgroup, levels in {
        "kon": {"kvinna": -0.05, "man": 0.045},
        "daglig_verksamhet": {"nej": 0.01, "ja": -0.03},
    }.items():
        for (arm, control), e in CONTRASTS.items():
            for level, shift in levels.items():
                n = {"n_arm": 170 if level == "kvinna" else 184, "n_control": 171, "subgroup": subgroup, "level": level}
                rows.append(effect(arm, control, e + shift, 0.046, **n))
            first, second = levels.values()
            more = {"subgroup": subgroup, "kind": "interaction", "p_value": 0.0004 if arm == "SE" else 0.412}
            rows.append(effect(arm, control, second - first, 0.066, **more))
    return pd.DataFrame(rows)


def regions_table() -> pd.DataFrame:
    rows = [effect("SE", "FS", 0.08, 0.031)]
    for i in range(12):
        n = {"n_arm": 12 + i, "n_control": 1200 + i, "subgroup": "projektomrade", "level": f"Kommun {i + 1}"}
        rows.append(effect("SE", "FS", 0.08 + 0.02 * (i - 6), 0.11 + 0.03 * (i % 4), **n))
    joint = {"subgroup": "projektomrade", "kind": "joint", "p_value": 0.7}
    rows.append(effect("SE", "FS", np.nan, np.nan, **joint))
    return pd.DataFrame(rows)


def _forest_cases(lang: str) -> Iterator[Case]:
    def case(name: str, table: pd.DataFrame, **options: Any) -> Case:
        options = {"arms": ARMS[lang], "labels": LABELS[lang]} | options
        alt = {k: v for k, v in options.items() if k != "notes"}
        return Case(f"forest_{name}", forest, forest.forest, table, lang, options, alt)

    table = effects_table()
    numbers = ["estimate", "conf_low", "conf_high", "p_value", "n_arm", "n_control"]
    yield case("normal", table, level=0.95, notes=NOTES[lang])
    yield case("everyone", table[table["subgroup"] == ""], level=0.95)
    yield case("bare", table[table["subgroup"] != "daglig_verksamhet"], arms=None, labels=None)
    hidden = hide(table, (table["subgroup"] == "kon") & (table["arm"] == "CM"), numbers)
    hidden = hide(hidden, (hidden["subgroup"] == "") & (hidden["arm"] == "CM"), numbers[:4], "unavailable")
    yield case("suppressed", hidden[hidden["subgroup"] != "daglig_verksamhet"], level=0.95)
    yield case("twelve", regions_table(), level=0.95)
    money = table[(table["arm"] == "SE") & (table["control"] == "FS")].copy()
    money[["estimate", "conf_low", "conf_high"]] *= 22_000
    money = money.assign(arm="A", control="K", outcome="re78", clock="", month=None)
    yield case(
        "unit", money, arms={k: FOUR[lang][k] for k in "KA"}, scale="unit", unit_label="$", decimals=0, level=0.9
    )
    codes = {"FS": "K", "SE": "A", "CM": "B"}
    four = pd.concat([table.assign(outcome=o, arm=table["arm"].map(codes), control=table["control"].map(codes))
                      for o in ("arbete", "studier")])  # fmt: skip
    yield case("outcomes", four[four["subgroup"] == ""], arms=FOUR[lang])
    tiny = table.copy()
    tiny[["estimate", "conf_low", "conf_high"]] /= 500
    yield case("tiny", tiny[tiny["subgroup"] != "kon"], decimals=2)


# ------------------------------------------------------------------------------------------------------------- balance


def balance_table() -> pd.DataFrame:
    rng = np.random.default_rng(7)
    keys = [
        ("alder", "", "continuous"),
        ("kon", "kvinna", "category"),
        ("barn", "", "binary"),
        ("utrikes_fodd", "", "binary"),
    ]
    keys += [("gymnasium", "", "binary"), ("gymnasium", "missing", "missing"), ("lss", "", "binary")]
    keys += [("boende", "", "binary"), ("loneinkomst", "", "continuous"), ("diagnos", "utveckling", "category")]
    keys += [("diagnos", "beteende", "category"), ("diagnos", "missing", "missing")]
    rows = []
    for covariate, level, kind in keys:
        draws = dict(zip(CONTRASTS, rng.normal(0, 0.055, 3), strict=True))
        for (arm, control), smd in draws.items():
            row = {"covariate": covariate, "level": level, "kind": kind, "arm": arm, "control": control}
            row |= {"n_arm": 354, "n_control": 355, "smd": smd, "smd_weighted": smd * 0.7 + rng.normal(0, 0.008)}
            row |= {"smd_max": max(map(abs, draws.values())), "status": "released"}
            rows.append(row)
    return pd.DataFrame(rows)


def _love_cases(lang: str) -> Iterator[Case]:
    def case(name: str, table: pd.DataFrame, **options: Any) -> Case:
        options = {"arms": ARMS[lang], "labels": LABELS[lang]} | options
        alt = {k: v for k, v in options.items() if k != "notes"}
        return Case(f"love_{name}", love, love.love, table, lang, options, alt)

    table = balance_table()
    yield case("normal", table, notes=NOTES[lang][1:])
    yield case("bare", table.drop(columns="smd_weighted"), arms=None, labels=None)
    hidden = hide(table, (table["covariate"] == "diagnos") & (table["arm"] == "SE"), ["smd", "smd_weighted", "smd_max"])
    hidden = hide(hidden, hidden["covariate"] == "barn", ["smd", "smd_weighted", "smd_max"], "unavailable")
    yield case("suppressed", hidden)
    codes = {"FS": "K", "SE": "A", "CM": "B"}
    four = table.assign(arm=table["arm"].map(codes), control=table["control"].map(codes))
    more = four[four["control"] == "K"].assign(arm=lambda t: "C", smd=lambda t: -1.5 * t["smd"])
    four = pd.concat([four, more.drop_duplicates(["covariate", "level"])])
    yield case("four", four, arms=FOUR[lang])
    one = table[(table["arm"] == "SE") & (table["control"] == "FS")]
    yield case("extreme", one.assign(smd=one["smd"] * 30), limit=0.25)


# ---------------------------------------------------------------------------------------------------------- parts, flow


def parts_table(column: str, shares: dict[str, list[float]], month: int = 15) -> pd.DataFrame:
    rows = [
        {"month": month, "arm": arm, column: part, "n": n, "share": parts[i], "status": "released"}
        for i, (arm, n) in enumerate(SIZES.items())
        for part, parts in shares.items()
    ]
    return pd.DataFrame(rows)


def _bar_cases(lang: str) -> Iterator[Case]:
    def case(name: str, table: pd.DataFrame, **options: Any) -> Case:
        options = {"arms": ARMS[lang], "labels": LABELS[lang]} | options
        alt = {k: v for k, v in options.items() if k != "notes"}
        return Case(name, stacked_bars, stacked_bars.stacked_bars, table, lang, options, alt)

    work = {
        "with_support": [0.09, 0.17, 0.104],
        "other_subsidised": [0.031, 0.028, 0.034],
        "regular": [0.059, 0.062, 0.062],
    }
    table = parts_table("kind", work)
    yield case("kinds_normal", table, notes=NOTES[lang][1:])
    known = {"af_only": [0.081, 0.158, 0.092], "ku_only": [0.052, 0.044, 0.057], "both": [0.047, 0.058, 0.051]}
    yield case("sources_normal", parts_table("category", known))
    hidden = hide(table, (table["kind"] != "with_support") & (table["arm"] == "CM"), ["share", "n"])
    hidden = hide(hidden, (table["kind"] == "regular") & (table["arm"] == "SE"), ["share"], "unavailable")
    yield case("kinds_suppressed", hidden)
    yield case("kinds_tiny", parts_table("category", {"work_with_support": [0.0012, 0.17, 0], "work_other_subsidised":
               [0.0014, 0.003, 0.0], "work_regular": [0.0011, 0.0031, 0.0]}), arms=None, labels=None)  # fmt: skip
    codes = dict(zip(["FS", "SE", "CM"], ["K", "A", "B"], strict=True))
    four = pd.concat([table.assign(arm=table["arm"].map(codes)), table[table["arm"] == "FS"].assign(arm="C")])
    yield case("kinds_four", four.assign(n=four["n"] * 1000), arms=FOUR[lang])
    gone = hide(table[table["arm"] != "CM"], table["arm"] == "FS", ["share", "n"])
    yield case("kinds_gone", gone)
    given = {"Af": [24.4, 12.3, 12.4], "FK": [13.5, 9.2, 8.6], "SIUS": [0.3, 62.2, 0.1], "kommun": [0.0, 0.0, 0.0]}
    hours = parts_table("category", given)
    yield case("hours_normal", hours, unit="hours", notes=NOTES[lang][1:])
    yield case(
        "hours_suppressed", hide(hours, (hours["arm"] == "FS") & (hours["category"] == "SIUS"), ["share"]), unit="hours"
    )


def flow_table(arms: dict[str, int], stages: int = 3) -> pd.DataFrame:
    n = sum(arms.values())
    rows = [{"stage": "asked", "arm": "", "n": n + 96, "excluded": 0, "reason": ""}]
    rows += [{"stage": "consented", "arm": "", "n": n + 17, "excluded": 79, "reason": "declined"}]
    rows += [{"stage": "randomised", "arm": "", "n": n, "excluded": 17, "reason": "not_randomised"}]
    rows += [{"stage": "randomised", "arm": a, "n": k, "excluded": None, "reason": ""} for a, k in arms.items()]
    left = dict(arms)
    for stage, reason, share in (("started", "not_started", 0.93), ("analysed", "follow_up_incomplete", 0.9))[
        : stages - 1
    ]:
        after = {a: int(k * share) - i for i, (a, k) in enumerate(left.items())}
        gone = sum(left.values()) - sum(after.values())
        rows += [{"stage": stage, "arm": "", "n": sum(after.values()), "excluded": gone, "reason": reason}]
        rows += [{"stage": stage, "arm": a, "n": k, "excluded": None, "reason": ""} for a, k in after.items()]
        left = after
    return pd.DataFrame(rows).assign(status="released")


def _flow_cases(lang: str) -> Iterator[Case]:
    def case(name: str, table: pd.DataFrame, **options: Any) -> Case:
        options = {"arms": ARMS[lang]} | options
        return Case(
            f"flow_{name}",
            consort_flow,
            consort_flow.flow,
            table,
            lang,
            options,
            {k: v for k, v in options.items() if k != "notes"},
        )

    table = flow_table(SIZES)
    yield case("normal", table, notes=NOTES[lang][1:])
    yield case("bare", flow_table(SIZES, stages=2), arms=None)
    yield case("two", flow_table({"FS": 531, "SE": 532}))
    yield case("four", flow_table({"K": 1355, "A": 1354, "B": 1354, "C": 1350}), arms=FOUR[lang])
    hidden = hide(table, (table["stage"] == "analysed") & (table["arm"].isin(["", "SE", "CM"])), ["n", "excluded"])
    yield case("suppressed", hide(hidden, hidden["stage"] == "consented", ["n", "excluded"]))
    yield case("no_arms", table[table["arm"] == ""])


MAKERS = [_profile_cases, _forest_cases, _love_cases, _bar_cases, _flow_cases]
