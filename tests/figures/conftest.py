"""Made-up tables for the figures: ordinary ones, with the trial's published shares, and ones at the edge of what must fit."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
import pytest

from effektutv import language
from effektutv.plots import flow, forest, kinds, love, profile, sources

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
        "loneinkomst": "Löneinkomst året före, hundratals kronor", "boende": "Bostad med särskild service",
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
        language.text("synthetic", "sv"),
    ],
    "en": [
        "All randomised who consented, as assigned. Stratum-weighted difference in shares (HC2), 95% confidence intervals.",
        language.text("synthetic", "en"),
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
        return Case(f"profile_{name}", profile, profile.shares_by_month, table, lang, options, alt)

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
    two = table[table["arm"] != "CM"].assign(clock="start", n=lambda t: t["n"] * 1000)
    yield case(
        "two_start", two, mark_month=15, arms={k: v for k, v in ARMS[lang].items() if k != "CM"}, labels=LABELS[lang]
    )
    codes = dict(zip(["FS", "SE", "CM"], ["K", "A", "B"], strict=True))
    four = pd.concat([table.assign(arm=table["arm"].map(codes)), table[table["arm"] == "FS"].assign(arm="C")])
    four = four[~((four["month"] == 9) & (four["arm"] == "A")) & (four["month"] < 13)]
    yield case("four", four, mark_month=12, arms=FOUR[lang], control="K", labels=LABELS[lang])


# ---------------------------------------------------------------------------------------------------------------- all


def cases() -> list[Case]:
    """Every case in both languages."""
    makers = [_profile_cases]
    return [case for lang in language.LANGUAGES for maker in makers for case in maker(lang)]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "case" in metafunc.fixturenames:
        every = cases()
        metafunc.parametrize("case", every, ids=[f"{c.name}-{c.lang}" for c in every])
