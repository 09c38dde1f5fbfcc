"""Randomisation tests and corrections against the second set of R results (see test_second_oracle.py for where it is).

Compared here are the groups that the estimators' own comparison leaves to this module: exact and Monte Carlo tests of
coin and ri2, fisher.test, mantelhaen.test, p.adjust and multtest. ri2 and coin count draws without the + 1 of ours: the
allowance is 4·√(p(1 − p)/B) of both sides, and a p of 0 there means 0 of B.
"""

from __future__ import annotations

import json
import os
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import trials

import effektutv as eu
from effektutv.estimators.multiplicity.stepdown import holm

FILES = ("nsw", "jobs2", "indo_rct", "star_k", "actg175")
_NAMED = os.environ.get("EFFEKTUTV_ORACLE")
FOLDER = Path(_NAMED) if _NAMED else Path(__file__).parents[4] / "shared" / "reference"
PRESENT = bool(_NAMED) or FOLDER.is_dir()
DRAWS = 20_000
#: Draws of the Monte Carlo entries, as their trials state or as the p-values' steps show.
THEIR_DRAWS = {"star_k": 2000}

OUTCOMES = {
    "ri_re78": "re78", "ri_emp78": "emp78", "ri_cens": "cens", "ri_cd420_z1": "cd420", "ri": "y",
    "ri_employed": "employed", "ri_depress2": "depress2", "ri_small_readk": "readk", "ri_aide_readk": "readk",
}  # fmt: skip
STRATA = {"jobs2": "sex", "indo": "site2", "actg175": "strat", "star": "school"}
BINARY = {"binary": "y", "by_sex": "y", "event_binary": "cens", "event2y_binary": "event2y", "by_gender": "cens"}
BINARY |= {"employed_binary": "employed", "emp78": "emp78", "unem78": "unem78", "fisher_by_sex": "employed"}
BINARY |= {"attrition_readk": "readk", "attrition96": "cd496"}
LEVELS = {"by_sex": "female", "by_gender": "gender", "fisher_by_sex": "sex"}


@cache
def oracle(name: str) -> dict:
    return json.loads((FOLDER / f"{name}.json").read_text())


def leaves(node: object, path: tuple[str, ...]):
    if not isinstance(node, dict):
        return
    for key, value in node.items():
        if (
            any(word in key for word in ("coin::", "ri2", "fisher.test", "mt.maxT", "p.adjust holm"))
            or key == "exact_p"
        ):
            yield (*path, key)
        elif key != "meta":
            yield from leaves(value, (*path, key))


def collected() -> list[tuple[str, ...]]:
    if not PRESENT:
        return []
    if missing := [f for f in FILES if not (FOLDER / f"{f}.json").is_file()]:
        pytest.fail(f"the second oracle lacks {missing}", pytrace=False)
    return [path for f in FILES for path in leaves(oracle(f), (f,))]


def value(path: tuple[str, ...]):
    node = oracle(path[0])
    for key in path[1:]:
        node = node[key]
    return node


def trial_of(path: tuple[str, ...]) -> str:
    return {"nsw": path[1], "indo_rct": "indo", "star_k": "star"}.get(path[0], path[0])


def pair(path: tuple[str, ...]) -> tuple[str, str]:
    arms = trials.ARMS[trial_of(path)]
    named = [a for p in path for a in arms[1:] if p == a or f"_{a}_" in f"_{p}_"]
    return (named[0] if named else arms[1]), arms[0]


def row(path: tuple[str, ...], outcome: str, df=None, **options):
    arm, control = pair(path)
    df = trials.load(trial_of(path)) if df is None else df
    df = df[df["arm"].isin([arm, control])]
    return eu.randomization_test(df, outcome=outcome, arm="arm", control=control, **options).rows[0]


def near(ours: object, theirs: float, relative: float = 1e-9) -> None:
    assert isinstance(ours, float), repr(ours)
    assert ours == pytest.approx(theirs, rel=relative)


def within_draws(ours: float, theirs: float, path: tuple[str, ...]) -> None:
    draws = THEIR_DRAWS.get(path[0], 10_000)
    p = max(theirs, ours, 1 / draws)
    assert abs(ours - theirs) <= 4 * np.sqrt(p * (1 - p) * (1 / draws + 1 / DRAWS)) + 1 / draws + 1 / DRAWS


def design_based(path: tuple[str, ...]) -> None:
    key, theirs, outcome = path[-1], value(path), OUTCOMES[next(p for p in path if p in OUTCOMES)]
    stratified = "block" in key
    options = {"strata": STRATA[trial_of(path)], "estimator": "fe"} if stratified else {"estimator": "difference"}
    if "exact" in key:
        if "error" in theirs and outcome == "cd420":  # many values: counts of events say nothing
            with pytest.raises(eu.ArgumentError, match=r"^draws: 'exact' needs a 0/1 outcome"):
                row(path, outcome, draws="exact", **options)
        elif "error" in theirs:  # coin's algorithm overflows: ours must not
            assert 0 < row(path, outcome, draws="exact", **options).p_randomization < 1
        else:
            near(row(path, outcome, draws="exact", **options).p_randomization, theirs["p"])
        return
    found = row(path, outcome, draws=DRAWS, studentize=False, level=None, **options)
    if "asymptotic" in key:
        near(abs(found.statistic), abs(theirs["Z"]))
        return
    within_draws(found.p_randomization, theirs.get("p_two", theirs.get("p")), path)
    if "null_sd" in theirs:
        draws = THEIR_DRAWS.get(path[0], 10_000)
        assert found.null_sd == pytest.approx(theirs["null_sd"], rel=4.5 / np.sqrt(2 * draws))
        assert found.estimate == pytest.approx(theirs["estimate"], abs=1e-9 * max(1, abs(theirs["estimate"])))
    if "p_upper" in theirs:
        upper = row(path, outcome, draws=DRAWS, studentize=False, level=None, alternative="greater", **options)
        within_draws(upper.p_randomization, theirs["p_upper"], path)


def fisher(path: tuple[str, ...]) -> None:
    name = next(p for p in path if p in BINARY)
    outcome, theirs, df = BINARY[name], value(path), trials.load(trial_of(path))
    if name.startswith("attrition"):
        df[outcome] = df[outcome].notna().astype(int)
    if name in LEVELS:
        df = df[df[LEVELS[name]] == int(path[2])]
    options = {"draws": "exact", "estimator": "difference", "df": df}
    near(row(path, outcome, rule="probability", **options).p_randomization, theirs["p"])
    for side in ("greater", "less"):
        near(row(path, outcome, alternative=side, **options).p_randomization, theirs[f"p_{side}"])


def mantelhaen(path: tuple[str, ...]) -> None:
    trial, stratum = trial_of(path), path[1].removeprefix("mh_")
    outcome = {"indo": "y", "jobs2": "employed", "actg175": "cens"}[trial]
    column = "female" if (trial, stratum) == ("indo", "sex") else stratum
    found = row(path, outcome, draws="exact", estimator="fe", strata=column, rule="probability")
    near(found.p_randomization, value(path))


def max_t(path: tuple[str, ...]) -> None:
    """multtest's maxT permutes without strata and has Welch's statistic: our plain difference."""
    theirs, df = value(path), trials.load(trial_of(path))
    arm, control = pair(path)
    outcomes = list(theirs)
    df = df[df["arm"].isin([arm, control])].dropna(subset=[o for o in outcomes if o in df])
    effects = eu.itt(df, outcome=outcomes, arm="arm", control=control)
    for found in eu.adjust(effects, method="westfall-young", draws=DRAWS).rows:
        near(found.statistic, theirs[found.outcome]["teststat"])
        within_draws(found.p_randomization, theirs[found.outcome]["rawp"], path)
        within_draws(found.p_adjusted, theirs[found.outcome]["adjp"], path)


def holms(path: tuple[str, ...]) -> None:
    """From the raw p-values beside: those of Bonferroni over their number."""
    theirs = value(path)
    bonferroni = value((*path[:-1], "p.adjust bonferroni"))
    if max(bonferroni.values()) >= 1:  # cut at 1: the raw value is lost
        names = [n for n in theirs if bonferroni[n] < 1]
        raw = np.array([bonferroni[n] / len(theirs) for n in names] + [1.0] * (len(theirs) - len(names)))
        ours = dict(zip(names, holm(raw), strict=False))
    else:
        ours = dict(zip(theirs, holm(np.array([bonferroni[n] / len(theirs) for n in theirs])), strict=True))
    for name, p in ours.items():
        near(float(p), theirs[name], 1e-12)


def compare(path: tuple[str, ...]) -> None:
    key = path[-1]
    if "mt.maxT" in key:
        max_t(path)
    elif "p.adjust" in key:
        holms(path)
    elif key == "exact_p":
        mantelhaen(path)
    elif key == "fisher.test":
        fisher(path)
    else:
        design_based(path)


PATHS = collected()


@pytest.mark.parametrize("path", PATHS, ids=" | ".join)
def test_agrees_with_the_second_oracle(path):
    compare(path)


def test_every_kind_of_group_is_there():
    kinds = (
        "coin::oneway_test asymptotic",
        "exact (shift)",
        "block MC",
        "ri2 blocked",
        "fisher",
        "exact_p",
        "maxT",
        "holm",
    )
    assert all(any(kind in path[-1] for path in PATHS) for kind in kinds)
