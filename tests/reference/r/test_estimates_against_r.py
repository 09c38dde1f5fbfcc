"""The estimators against R (estimatr, sandwich and base R) on six public trials.

estimates.json was written by estimates.R from the tables of export.py; the fingerprints tie it to those tables. It is
never written again to make a test pass. Everything agrees to 1e-9 relative, but p-values to 1e-8: a p of 1e-60 carries
the rounding of t many times over.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import analyses
import numpy as np
import pytest
import trials

import effektutv as eu

RELATIVE = 1e-9


@cache
def reference() -> dict:
    return json.loads((Path(__file__).parent / "estimates.json").read_text())


def close(ours: object, theirs: float, what: str, relative: float = RELATIVE) -> None:
    assert isinstance(ours, float | int), f"{what}: {ours!r}"
    assert ours == pytest.approx(theirs, rel=relative, abs=1e-13), what


def same(row: eu.results.EffectRow, theirs: dict, what: str) -> None:
    """Compare a row with R's estimate, standard error, df, t, p and interval, as far as R has them."""
    close(row.estimate, theirs["estimate"], f"{what} estimate")
    close(row.std_error, theirs["se"], f"{what} standard error")
    if "df" in theirs:
        close(row.df, theirs["df"], f"{what} df")
        close(row.statistic, theirs["t"], f"{what} t")
        close(row.p_value, theirs["p"], f"{what} p", 1e-8)
        close(row.conf_low, theirs["low"], f"{what} lower end", 1e-8)
        close(row.conf_high, theirs["high"], f"{what} upper end", 1e-8)
    assert row.estimate == pytest.approx(row.mean_arm - row.mean_control, rel=1e-12, abs=1e-14)


def table(a: dict, complete: bool = True):
    df = trials.load(a["trial"])
    df = df[df["arm"].isin([a["arm"], a["control"]])]
    return df.dropna(subset=[a["outcome"], *(a["covariates"] if complete else [a["by"]])])


def one(df, a: dict, **options: object) -> eu.results.EffectRow:
    if options.get("strata") or options.get("covariates"):
        options.setdefault("weights", "pair")
    if options.get("estimator") in ("fe", "lin"):
        options.setdefault("dof", "residual")  # R's degrees of freedom are persons less parameters
    return eu.itt(df, outcome=a["outcome"], arm="arm", control=a["control"], **options).rows[0]


EACH = pytest.mark.parametrize("a", analyses.ANALYSES, ids=lambda a: a["key"])
STRATIFIED = pytest.mark.parametrize("a", [a for a in analyses.ANALYSES if a["strata"]], ids=lambda a: a["key"])
VCOVS = ("classical", "HC0", "HC1", "HC2", "HC3")


@pytest.mark.parametrize("name", trials.NAMES)
def test_tables_are_those_r_read(name):
    assert trials.fingerprint(trials.load(name)) == reference()["meta"]["fingerprints"][name]


@EACH
def test_difference(a):
    theirs = reference()["analyses"][a["key"]]
    row = one(table(a), a)
    assert (row.n_arm, row.n_arm + row.n_control) == (theirs["n_arm"], theirs["n"])
    same(row, theirs["difference"], "difference_in_means")
    close(row.mean_arm, theirs["mean_arm"], "mean")
    close(row.share_control, theirs["mean_control"], "mean")


@EACH
@pytest.mark.parametrize("vcov", VCOVS)
def test_least_squares_without_strata(a, vcov):
    theirs = reference()["analyses"][a["key"]]
    df, covariates = table(a), [c for c in a["covariates"] if c != a["strata"]]
    same(one(df, a, estimator="fe", vcov=vcov), theirs["plain"][vcov], "lm + vcovHC")
    same(one(df, a, estimator="fe", vcov=vcov, covariates=covariates), theirs["ancova"][vcov], "ANCOVA + vcovHC")
    same(one(df, a, estimator="lin", vcov=vcov, covariates=covariates), theirs["lin"][vcov], "lm_lin")
    if vcov == "HC2":
        same(one(df, a, estimator="fe", covariates=covariates), theirs["ancova_estimatr"], "lm_robust")


def in_strata(df, a: dict, kept: list) -> object:
    return df[df[a["strata"]].astype(str).isin([str(s) for s in kept])]


@STRATIFIED
def test_blocked_where_every_cell_has_two_persons(a):
    theirs = reference()["analyses"][a["key"]]
    df = in_strata(table(a), a, theirs["full_strata"])
    same(one(df, a, strata=a["strata"], dof="residual"), theirs["blocked"], "difference_in_means(blocks)")
    same(one(df, a, strata=a["strata"], estimator="lin"), theirs["blocked_lin"], "lm_lin(~ block)")


@STRATIFIED
def test_blocked_with_single_persons_pooled(a):
    """Base R, from the formula of Pashley and Miratrix; where one stratum holds half of the small ones R has none."""
    theirs = reference()["analyses"][a["key"]]["small_strata"]
    row = one(table(a), a, strata=a["strata"], dof="residual")
    close(row.estimate, theirs["estimate"], "blocked estimate")
    # our counts are of everyone in the two arms; the df are of those in strata with both, as theirs
    assert row.n_arm + row.n_control >= theirs["n"]
    assert row.df == theirs["n"] - 2 * theirs["strata"]
    if theirs["variance"] is not None:
        close(row.std_error, np.sqrt(theirs["variance"]), "blocked standard error")
        assert bool(theirs["small"]) == ("Pashley" in row.note)
    else:
        assert "too few to pool" in row.note
        assert row.std_error > np.sqrt(theirs["big"])


@STRATIFIED
def test_strata_effects(a):
    theirs = reference()["analyses"][a["key"]]
    df = table(a)
    for vcov, values in theirs["fe_absorbed"].items():
        same(one(df, a, strata=a["strata"], estimator="fe", vcov=vcov), values, f"lm_robust(fixed_effects) {vcov}")
    for vcov, values in theirs["fe"].items():
        same(one(df, a, strata=a["strata"], estimator="fe", vcov=vcov), values, f"lm + vcovHC {vcov}")
    df = in_strata(df, a, theirs["full_strata"])
    covariates = [c for c in a["covariates"] if c != a["strata"]]
    for vcov in VCOVS:
        options = {"strata": a["strata"], "estimator": "fe", "vcov": vcov}
        same(one(df, a, **options), theirs["fe_full"][vcov], f"strata, {vcov}")
        same(one(df, a, covariates=covariates, **options), theirs["fe_ancova"][vcov], f"strata and covariates, {vcov}")


@pytest.mark.parametrize(
    "a", [a for a in analyses.ANALYSES if a["strata"] not in ("", "fine", "school")], ids=lambda a: a["key"]
)
def test_lin_with_strata_and_covariates(a):
    theirs = reference()["analyses"][a["key"]]
    df = in_strata(table(a), a, theirs["full_strata"])
    covariates = [c for c in a["covariates"] if c != a["strata"]]
    same(one(df, a, strata=a["strata"], estimator="lin", covariates=covariates), theirs["lin_strata"], "lm_lin")


@EACH
def test_subgroups_and_interaction(a):
    """R's df are those of the pooled regression, ours Satterthwaite's over all cells: compared are the rest."""
    theirs = reference()["analyses"][a["key"]]["interaction"]
    df = table(a, complete=False)
    rows = eu.itt(df, outcome=a["outcome"], arm="arm", control=a["control"], by=a["by"]).rows[1:]
    levels = reference()["analyses"][a["key"]]["levels"]
    for row in rows[:-1]:
        same(row, levels[row.level], f"{a['by']} {row.level}")
    joint = rows[-1]
    assert joint.kind == ("interaction" if len(theirs["levels"]) == 2 else "joint")
    if len(theirs["levels"]) == 2:
        close(joint.estimate, theirs["estimate"], "interaction")
        close(joint.std_error, theirs["se"], "interaction standard error")
        close(joint.statistic**2, theirs["wald"], "Wald")
    else:
        close(joint.statistic, theirs["wald"], "Wald")
        close(joint.df, theirs["wald_df"], "df")
        close(joint.p_value, theirs["wald_p"], "p")


@pytest.mark.parametrize("a", analyses.JOINT, ids=lambda a: a["key"])
def test_all_arms_weights_and_centring(a):
    theirs = reference()["joint"][a["key"]]
    arms = trials.ARMS[a["trial"]]
    df = trials.load(a["trial"]).dropna(subset=[a["outcome"], *a["covariates"]])
    covariates = [c for c in a["covariates"] if c != a["strata"]]
    options = {"outcome": a["outcome"], "arm": "arm", "control": arms[0], "arms": arms}
    for row in eu.itt(df, covariates=covariates, dof="residual", **options).rows[: len(arms) - 1]:
        same(row, theirs["lin"][row.arm], f"lm_lin, all arms, {row.arm}")
    df = in_strata(df, a, theirs["full_strata"])
    rows = eu.itt(df, strata=a["strata"], **options).rows
    assert len(rows) == len(theirs["blocked"])
    for row in rows:
        same(row, theirs["blocked"][f"{row.arm}-{row.control}"], f"{row.arm} − {row.control}")


@pytest.mark.parametrize("a", analyses.BALANCE, ids=lambda a: a["key"])
def test_balance(a):
    theirs = reference()["balance"][a["key"]]
    arms = trials.ARMS[a["trial"]]
    df = trials.load(a["trial"])
    ours = eu.balance(df, arm="arm", arms=arms, covariates=a["covariates"])
    for row in ours.rows:
        if row.kind != "missing" and row.control == arms[0]:
            values = theirs["smd"][row.covariate][row.arm]
            close(row.smd, values["smd"], f"{row.covariate} SMD")
            if values["ratio"] is not None:
                close(row.variance_ratio, values["ratio"], f"{row.covariate} variance ratio")
    runs = [(ours, "unstratified")]
    if a["strata"]:
        runs.append(
            (eu.balance(df, arm="arm", arms=arms, covariates=a["covariates"], strata=a["strata"]), "stratified")
        )
    for result, name in runs:
        close(result.omnibus.statistic, theirs[name]["statistic"], f"d², {name}")
        assert result.omnibus.df == theirs[name]["df"]
        close(result.omnibus.p_value, theirs[name]["p"], f"p, {name}")
