"""Made-up tables for the figures of times, plans, estimators, draws, bounds, months and sites."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
from figure_cases import ARMS, CONTRASTS, FOUR, LABELS, NOTES, SIZES, Case, effect, hide, regions_table

from effektutv.plots import bounds, cumulative_incidence, effects_by_month, estimators, power, randomization, sites

FIVE = {
    "sv": {
        "K": "Ordinarie handläggning vid arbetsförmedlingskontoret",
        "A": "Förberedande utbildningsinsats med handledare på arbetsplatsen",
        "B": "Coachning",
        "C": "Arbetsmarknadsutbildning",
        "D": "Individanpassat stöd till arbete enligt en manual",
    },
    "en": {
        "K": "Usual case handling at the employment office",
        "A": "Preparatory training with a supervisor at the workplace",
        "B": "Coaching",
        "C": "Labour-market training",
        "D": "Individual placement and support by the manual",
    },
}


def _case(module: Any, draw: str, name: str, table: pd.DataFrame, lang: str, unsaid: set[str], **options: Any) -> Case:
    """A case whose alternative text gets the same options but those of the drawing alone."""
    alt = {k: v for k, v in options.items() if k not in {"notes", "title", "subtitle", *unsaid}}
    return Case(f"{draw.removesuffix('_curve')}_{name}", module, getattr(module, draw), table, lang, options, alt)


# ------------------------------------------------------------------------------------------------------ time to a state


def risk_table(times: range = range(25), arms: tuple[str, ...] = ("FS", "SE", "CM")) -> pd.DataFrame:
    rows = []
    for i, arm in enumerate(arms):
        n = SIZES.get(arm, 350)
        final = (0.31, 0.42, 0.33, 0.325, 0.36)[i]
        for t in times:
            share = final * (1 - np.exp(-t / 9)) / (1 - np.exp(-24 / 9))
            half = 1.96 * np.sqrt(share * (1 - share) / n)
            row = {"outcome": "arbete", "clock": "randomisation", "arm": arm, "time": float(t), "n": n}
            row |= {
                "n_risk": int(n * (1 - share) * np.exp(-max(0, t - 12) / 12)),
                "competing": t // 8,
                "incidence": share,
            }
            low, high = (np.nan, np.nan) if t == 0 else (share - half, share + half)
            rows.append(row | {"incidence_low": low, "incidence_high": high, "status": "released"})
    return pd.DataFrame(rows)


def _survival_cases(lang: str) -> Iterator[Case]:
    def case(name: str, table: pd.DataFrame, **options: Any) -> Case:
        return _case(cumulative_incidence, "survival", name, table, lang, {"time_label"}, **options)

    names = {"arms": ARMS[lang], "labels": LABELS[lang]}
    numbers = ["incidence", "incidence_low", "incidence_high", "n_risk"]
    table = risk_table()
    yield case("normal", table, notes=NOTES[lang], **names)
    yield case("bare", risk_table(range(0, 25, 3)).drop(columns=["outcome", "clock", "competing"]))
    few = (table["time"].isin([1, 2, 3]) & (table["arm"] != "SE")) | ((table["time"] > 20) & (table["arm"] == "CM"))
    yield case("suppressed", hide(table, few, numbers), mark_time=18.0, **names)
    gone = hide(table, table["arm"] == "CM", numbers)
    gone = hide(gone, (gone["arm"] == "FS") & (gone["time"] > 17), numbers[:3], "unavailable")
    yield case("arm_gone", gone, **names)
    none = table.assign(incidence=0.0, incidence_low=np.nan, incidence_high=np.nan, competing=0)
    yield case("no_events", none[none["arm"] != "CM"], **names)
    rough = table[table["time"].isin([0, 3, 5, 6, 7, 8, 10, 13, 17, 24])]
    yield case("uneven", hide(rough, rough["arm"] != "CM", ["n_risk"]), **names)
    five = risk_table(range(61), arms=tuple(FIVE[lang])).assign(outcome="studier")
    yield case("five", five, arms=FIVE[lang], control="K", labels={"studier": "Studier" if lang == "sv" else "Studies"})


# ------------------------------------------------------------------------------------------- estimators, parts, bounds


def estimators_table() -> pd.DataFrame:
    found = {"blocked": (0.081, 0.031), "difference": (0.079, 0.0315), "fe": (0.080, 0.031), "lin": (0.084, 0.029)}
    found |= {"logit": (0.083, 0.0295), "ipw": (0.078, 0.032)}
    rows = [effect("SE", "FS", e, se, estimator=name) for name, (e, se) in found.items()]
    return pd.DataFrame(rows).drop(columns=["subgroup", "level"])


def contamination_table() -> pd.DataFrame:
    rows = []
    for (arm, control), e in list(CONTRASTS.items())[:2]:
        other = "CM" if arm == "SE" else "SE"
        parts = {"pooled": e, "own": e - 0.004, "contamination": 0.004, "equal": e - 0.002, "one_at_a_time": e + 0.001}
        for component, estimate in {**parts, "common": e}.items():
            se = 0.006 if component == "contamination" else 0.031
            more = {"component": component, "source": other if component == "contamination" else ""}
            rows.append(effect(arm, control, estimate, se, **more))
    return pd.DataFrame(rows)


def _estimator_cases(lang: str) -> Iterator[Case]:
    def case(name: str, table: pd.DataFrame, **options: Any) -> Case:
        options = {"arms": ARMS[lang], "labels": LABELS[lang]} | options
        return _case(estimators, "estimators", name, table, lang, set(), **options)

    numbers = ["estimate", "conf_low", "conf_high"]
    table = estimators_table()
    yield case("normal", table, level=0.95, main="blocked", notes=NOTES[lang])
    yield case("bare", table.drop(columns=["n_arm", "n_control", "outcome"]), arms=None, labels=None)
    hidden = hide(table, table["estimator"] == "lin", [*numbers, "n_arm", "n_control"])
    yield case(
        "suppressed", hide(hidden, table["estimator"] == "ipw", numbers, "unavailable"), level=0.95, main="blocked"
    )
    far = table.assign(conf_low=table["conf_low"].where(table["estimator"] != "ipw", -0.9))
    far = far.assign(conf_high=far["conf_high"].where(far["estimator"] != "ipw", 1.4), arm="A", control="K")
    yield case("far", far, arms=FOUR[lang])
    yield case("contamination", contamination_table(), level=0.95)


def bounds_table(contrasts: int = 3) -> pd.DataFrame:
    rows: list[dict[str, Any]] = []
    for (arm, control), e in list(CONTRASTS.items())[:contrasts]:
        more = {"outcome": "livskvalitet", "month": None, "n_arm": 231, "n_control": 208}
        rows.append(effect(arm, control, e, 0.041, estimator="blocked", **more))
        rows.append(effect(arm, control, e - 0.01, 0.043, estimator="response-weighted", **more))
        for method, half in (("lee", 0.05), ("worst case", 0.36)):
            row = effect(arm, control, e, 0.0, method=method, lower=e - half, upper=e + half, **more)
            row |= {"estimate": np.nan, "conf_low": e - half - 0.06, "conf_high": e + half + 0.06}
            rows.append(row | {"n_arm": 354, "n_control": 355, "observed_arm": 231, "observed_control": 208})
    return pd.DataFrame(rows).drop(columns=["subgroup", "level"])


def _bounds_cases(lang: str) -> Iterator[Case]:
    said = {"livskvalitet": "Livskvalitet" if lang == "sv" else "Quality of life"}

    def case(name: str, table: pd.DataFrame, **options: Any) -> Case:
        options = {"arms": ARMS[lang], "labels": said} | options
        return _case(bounds, "bounds", name, table, lang, set(), **options)

    table = bounds_table()
    yield case("normal", table, level=0.95, notes=NOTES[lang][1:])
    yield case(
        "bare", bounds_table(1).drop(columns=["outcome", "status"]).assign(status="released"), arms=None, labels=None
    )
    numbers = ["lower", "upper", "conf_low", "conf_high", "observed_arm", "observed_control"]
    hidden = hide(table, (table["method"] == "lee") & (table["arm"] == "CM"), numbers)
    few = (table["estimator"] == "response-weighted") & (table["control"] == "CM")
    yield case("suppressed", hide(hidden, few, ["estimate", "conf_low", "conf_high"], "unavailable"), level=0.9)
    codes = {"FS": "K", "SE": "A", "CM": "B"}
    unit = table.assign(arm=table["arm"].map(codes), control=table["control"].map(codes))
    yield case(
        "unit", unit, arms=FOUR[lang], scale="unit", unit_label="poäng" if lang == "sv" else "points", decimals=2
    )


# --------------------------------------------------------------------------------------------------- draws of the assignment


def draws_table(observed: dict[tuple[str, str], tuple[float, float]], kind: str = "draws") -> pd.DataFrame:
    """Bins of a normal distribution; exact ones hold one value each, in their middle, the observed among them."""
    rows = []
    for (arm, control), (statistic, p) in observed.items():
        edges = np.linspace(-4.5, 4.5, 62) if kind == "draws" else statistic + 0.02 * (np.arange(-16, 14) - 0.5)
        middles, scale = (edges[:-1] + edges[1:]) / 2, 1.0 if kind == "draws" else 0.06
        share = np.exp(-((middles / scale) ** 2) / 2)
        share /= share.sum()
        keys = {"outcome": "arbete", "clock": "randomisation", "month": 15, "arm": arm, "control": control}
        rows += [keys | {"low": a, "high": b, "share": s, "kind": kind}
                 for a, b, s in zip(edges[:-1], edges[1:], share, strict=True)]  # fmt: skip
        rows.append(keys | {"low": statistic, "high": statistic, "share": p, "kind": "observed"})
    return pd.DataFrame(rows).assign(status="released")


def _draws_cases(lang: str) -> Iterator[Case]:
    def case(name: str, table: pd.DataFrame, **options: Any) -> Case:
        options = {"arms": ARMS[lang], "labels": LABELS[lang]} | options
        return _case(randomization, "randomization", name, table, lang, set(), **options)

    one = {("SE", "FS"): (2.6, 0.0093)}
    yield case("normal", draws_table(one), notes=NOTES[lang][1:])
    yield case("exact", draws_table({("SE", "FS"): (0.081, 0.0132)}, "exact"))
    three = {("SE", "FS"): (2.6, 0.0093), ("CM", "FS"): (-0.4, 0.689), ("SE", "CM"): (1.93, 0.054)}
    yield case("three", draws_table(three), alternative="greater")
    far = draws_table({("A", "K"): (-11.2, 0.0001)})
    yield case("far", far, arms=FOUR[lang], alternative="less")
    yield case("bare", draws_table(one).drop(columns=["outcome", "month"]), arms=None, labels=None)


# ------------------------------------------------------------------------------------------------- what can be detected


def power_table(sizes: range = range(50, 801, 50), families: tuple[int, ...] = (1, 3)) -> pd.DataFrame:
    """Minimum detectable effects about as large as the trial's: 8.7 points with 354 persons an arm."""
    rows = []
    for family in families:
        wide = 1 + 0.16 * (family - 1) ** 0.5
        for n in sizes:
            row = {"arm": "", "control": "", "n_arm": float(n), "n_control": float(n), "baseline": 0.18, "power": 0.8}
            row |= {"effect": 0.087 * wide * (354 / n) ** 0.5 if n > 60 else np.nan, "alpha": 0.05, "family": family}
            rows.append(row | {"alpha_each": 0.05 / family, "solved": "effect", "status": "released"})
        for arm, control in CONTRASTS if families != (1,) else ():
            more = {"arm": arm, "control": control, "n_arm": 354.0, "n_control": 355.0, "effect": 0.087 * wide}
            rows.append(rows[-1] | more)
    return pd.DataFrame(rows)


def _power_cases(lang: str) -> Iterator[Case]:
    def case(name: str, table: pd.DataFrame, **options: Any) -> Case:
        return _case(power, "power_curve", name, table, lang, set(), **options)

    table = power_table()
    yield case("normal", table, arms=ARMS[lang], control="FS", notes=NOTES[lang][1:])
    yield case("many", power_table(families=(1, 2, 3, 10)), arms=ARMS[lang])
    effects = np.linspace(0.01, 0.2, 20)
    chance = [1 / (1 + np.exp(-(e - 0.06) * 60 / f**0.3)) for f in (1, 3) for e in effects]
    by_effect = pd.concat([power_table(families=(f,)).iloc[:1].loc[lambda t: t.index.repeat(20)] for f in (1, 3)])
    by_effect = by_effect.assign(solved="power", effect=np.tile(effects, 2), power=chance, n_arm=354.0)
    own = power_table().loc[lambda t: t["arm"] == "SE"].iloc[::2]
    yield case("by_effect", pd.concat([by_effect, own]))
    yield case("by_size", by_effect.assign(effect=0.08, n_arm=np.tile(np.arange(100, 2100, 100.0), 2)))
    yield case("one", power_table(families=(1,)).drop(columns=["arm", "control"]))
    needed = power_table(families=(1,)).iloc[1:].assign(solved="n_per_arm")
    yield case("needed", needed.assign(n_arm=lambda t: t["n_arm"] * 40))


# ------------------------------------------------------------------------------------------------------ effects by month


def months_table(pairs: dict[tuple[str, str], float], simultaneous: bool = True) -> pd.DataFrame:
    rows = []
    for (arm, control), final in pairs.items():
        for m in range(25):
            se = 0.012 + 0.018 * (1 - np.exp(-m / 6))
            row = effect(arm, control, final * (1 - np.exp(-m / 7)), se, month=m)
            wide = (
                {"sim_low": row["estimate"] - 2.8 * se, "sim_high": row["estimate"] + 2.8 * se} if simultaneous else {}
            )
            rows.append(row | wide)
    return pd.DataFrame(rows)


def _month_cases(lang: str) -> Iterator[Case]:
    def case(name: str, table: pd.DataFrame, **options: Any) -> Case:
        options = {"arms": ARMS[lang], "labels": LABELS[lang]} | options
        return _case(effects_by_month, "effects_by_month", name, table, lang, set(), **options)

    numbers = ["estimate", "conf_low", "conf_high", "sim_low", "sim_high"]
    table = months_table(CONTRASTS)
    plain, bands = (
        table.drop(columns=["sim_low", "sim_high"]),
        table.drop(columns=["estimate", "conf_low", "conf_high"]),
    )
    yield case("normal", plain, bands=bands, mark_month=15, notes=NOTES[lang])
    yield case("bare", plain.drop(columns=["outcome", "clock"]), arms=None, labels=None)
    few = table["month"].isin([1, 2, 20, 21, 22]) & (table["arm"] == "CM")
    hidden = hide(table, few | (table["control"] == "CM"), numbers)
    yield case("suppressed", hide(hidden, (table["arm"] == "SE") & (table["month"] == 0), numbers, "unavailable"))
    pairs = {("A", "K"): 0.08, ("B", "K"): -0.4, ("C", "K"): 0.02, ("A", "B"): 0.7}
    yield case("four", months_table(pairs).assign(clock="start"), arms=FOUR[lang])
    one = months_table({("SE", "FS"): 0.9}, simultaneous=False)
    yield case("unit", one, scale="unit", unit_label="månader" if lang == "sv" else "months")
    yield case("one_month", table[table["month"] == 15], mark_month=15)
    still = one.assign(estimate=0.0, conf_low=np.nan, conf_high=np.nan)
    yield case("nothing", still)


# ------------------------------------------------------------------------------------------------------------- sites


def _site_cases(lang: str) -> Iterator[Case]:
    said = {"projektomrade": "Projektområde" if lang == "sv" else "Project area"}

    def case(name: str, table: pd.DataFrame, **options: Any) -> Case:
        options = {"arms": ARMS[lang], "labels": said} | options
        return _case(sites, "sites", name, table, lang, set(), **options)

    numbers = ["estimate", "conf_low", "conf_high", "n_arm", "n_control"]
    table = regions_table()
    yield case("normal", table, level=0.95, notes=NOTES[lang])
    few = table["level"].isin(["Kommun 2", "Kommun 12", "Kommun 5"])
    hidden = hide(hide(table, few, numbers), table["level"] == "Kommun 7", numbers[:3], "unavailable")
    yield case("suppressed", hidden)
    none = hide(table[table["subgroup"] != ""], table["kind"] != "interaction", numbers)
    yield case("gone", none[none["kind"] != "interaction"])
    long = {("projektomrade", "Kommun 3"): "Örnsköldsviks kommun med grannkommunerna Kramfors och Sollefteå"}
    yield case("unit", table, scale="unit", unit_label="kr", decimals=3, labels={**said, **long})


FURTHER = [_survival_cases, _estimator_cases, _bounds_cases, _draws_cases, _power_cases, _month_cases, _site_cases]
