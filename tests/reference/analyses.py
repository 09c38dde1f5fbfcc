"""Which contrasts of which trials are compared with R. The export gives the same list to the R script."""

from __future__ import annotations

_NSW722 = ["age", "educ", "black", "hisp", "marr", "nodegree", "re75"]
_NSW445 = ["age", "educ", "black", "hisp", "married", "nodegree", "re74", "re75"]
_JOBS = ["econ_hard", "depress1", "sex", "age", "nonwhite_b", "hs"]
_INDO = ["age", "risk", "female", "sod_b", "pep_b"]
_STAR = ["female", "freelunch", "afam"]
_ACTG = ["age", "wtkg", "hemo", "homo", "drugs", "karnof", "race", "gender", "symptom", "cd40", "cd80"]


def _one(trial: str, outcome: str, arm: str, control: str, strata: str, covariates: list[str], by: str = "") -> dict:
    key = f"{trial}/{outcome}/{arm}-{control}" + (f"/{strata}" if strata else "")
    return {
        "key": key,
        "trial": trial,
        "outcome": outcome,
        "arm": arm,
        "control": control,
        "strata": strata,
        "covariates": covariates,
        "by": by,
    }


ANALYSES = [
    _one("nsw722", "re78", "nsw", "control", "", _NSW722, "nodegree"),
    _one("nsw722", "emp78", "nsw", "control", "black", ["age", "educ", "hisp", "marr", "re75"], "nodegree"),
    _one("nsw445", "re78", "nsw", "control", "", _NSW445, "black"),
    _one("jobs2", "employed", "jobs2", "control", "sex", ["econ_hard", "depress1", "age", "nonwhite_b", "hs"], "hs"),
    _one("jobs2", "depress2", "jobs2", "control", "fine", _JOBS, "sex"),
    _one("indo", "y", "indo", "placebo", "site", _INDO, "female"),
    _one("indo", "y", "indo", "placebo", "site2", _INDO, "female"),
    _one("star", "readk", "small", "regular", "school", _STAR, "female"),
    _one("star", "mathk", "small", "aide", "school", _STAR, "freelunch"),
    *(_one("actg175", y, a, "zdv", "strat", _ACTG, "strat") for y in ("cd420", "cens") for a in ("zdv_ddi", "ddi")),
    _one("actg175", "cd496", "zdv_ddi", "zdv_zal", "strat", _ACTG, "gender"),
]

#: Trials whose arms are compared with all arms' weights and centring.
JOINT = [
    {"key": "actg175/cd420", "trial": "actg175", "outcome": "cd420", "strata": "strat", "covariates": _ACTG},
    {"key": "actg175/cens", "trial": "actg175", "outcome": "cens", "strata": "strat", "covariates": _ACTG},
    {"key": "star/readk", "trial": "star", "outcome": "readk", "strata": "school", "covariates": _STAR},
]

#: Balance of all arms at once; missing values stay.
BALANCE = [
    {"key": "nsw722", "trial": "nsw722", "strata": "", "covariates": _NSW722},
    {"key": "nsw445", "trial": "nsw445", "strata": "", "covariates": _NSW445},
    {"key": "jobs2", "trial": "jobs2", "strata": "fine", "covariates": _JOBS},
    {"key": "indo", "trial": "indo", "strata": "site", "covariates": _INDO},
    {"key": "star", "trial": "star", "strata": "school", "covariates": _STAR},
    {"key": "actg175", "trial": "actg175", "strata": "strat", "covariates": _ACTG},
]
