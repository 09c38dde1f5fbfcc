"""Made-up tables for the figures of times, plans, estimators, draws, bounds, months and sites."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
from figure_cases import ARMS, LABELS, NOTES, SIZES, Case, hide

from effektutv.plots import survival

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
    stem = module.__name__.rpartition(".")[2]
    return Case(f"{stem}_{name}", module, getattr(module, draw), table, lang, options, alt)


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
        return _case(survival, "survival", name, table, lang, {"time_label"}, **options)

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
    five = risk_table(range(61), arms=tuple(FIVE[lang])).assign(outcome="studier")
    yield case("five", five, arms=FIVE[lang], control="K", labels={"studier": "Studier" if lang == "sv" else "Studies"})


FURTHER = [_survival_cases]
