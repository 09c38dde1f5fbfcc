"""Which randomisation tests and families are compared with R, and the small trials whose assignments can be counted."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).parents[1]))

import trials

#: trial, outcome (0/1), arm, control, strata
BINARY = [
    ("indo", "y", "indo", "placebo", "site2"),
    ("indo", "y", "indo", "placebo", "site"),
    ("indo", "y", "indo", "placebo", "female"),
    ("jobs2", "employed", "jobs2", "control", "sex"),
    ("jobs2", "employed", "jobs2", "control", "fine"),
    ("nsw722", "emp78", "nsw", "control", "black"),
    ("nsw445", "emp78", "nsw", "control", "black"),
    *(("actg175", y, a, "zdv", "strat") for y in ("cens", "event2y") for a in ("zdv_ddi", "zdv_zal", "ddi")),
    ("actg175", "cens", "zdv_ddi", "ddi", "strat"),
]
#: trial, outcome, arm, control, strata (empty: none)
OTHER = [
    ("nsw722", "re78", "nsw", "control", ""),
    ("nsw722", "re78", "nsw", "control", "black"),
    ("jobs2", "depress2", "jobs2", "control", "sex"),
    ("jobs2", "depress2", "jobs2", "control", "fine"),
    ("actg175", "cd420", "zdv_ddi", "zdv_zal", "strat"),
    ("star", "readk", "aide", "regular", "school"),
]
#: trial, outcomes, arm, control, strata (empty: none): a family within one contrast
FAMILIES = [
    ("jobs2", ["employed", "depress2", "job_seek"], "jobs2", "control", "sex"),
    ("actg175", ["cd420", "cd820", "cens"], "zdv_zal", "zdv", "strat"),
    ("nsw722", ["re78", "emp78"], "nsw", "control", ""),
]


def tiny_blocked() -> pd.DataFrame:
    """Three blocks of 4, 4 and 5 persons, two arms, three outcomes (one 0/1): 6 × 6 × 10 assignments."""
    rng = np.random.default_rng(20240101)
    block = np.repeat([0, 1, 2], [4, 4, 5])
    treated = np.array([1, 1, 0, 0, 1, 0, 1, 0, 0, 1, 0, 1, 0])
    df = pd.DataFrame({"arm": np.where(treated == 1, "t", "c"), "block": block})
    df["a"] = (rng.normal(size=13) + 1.5 * treated).round(3)
    df["b"] = (0.6 * df["a"] + rng.normal(size=13)).round(3)
    df["d"] = (rng.random(13) < 0.3 + 0.4 * treated).astype(int)
    return df


def tiny_three() -> pd.DataFrame:
    """Two strata, three arms with two and one to two persons each: 90 × 30 assignments."""
    rng = np.random.default_rng(20240102)
    arm = ["c", "c", "t", "t", "u", "u", "c", "c", "t", "u", "u"]
    df = pd.DataFrame({"arm": arm, "block": [0] * 6 + [1] * 5})
    df["a"] = (rng.normal(size=11) + 1.2 * (df["arm"] == "u")).round(3)
    return df


TINY = {"tiny_blocked": tiny_blocked, "tiny_three": tiny_three}


def table(name: str) -> pd.DataFrame:
    """Return a trial's table."""
    return TINY[name]() if name in TINY else trials.load(name)


def main(folder: Path) -> None:
    """Write the tables as CSV and the cases as JSON, for randomization.R and multiplicity.R to read."""
    folder.mkdir(parents=True, exist_ok=True)
    names = sorted({c[0] for c in (*BINARY, *OTHER, *FAMILIES)} | set(TINY))
    for name in names:
        (folder / f"{name}.csv").write_bytes(trials.as_csv(table(name)))
    prints = {name: trials.fingerprint(table(name)) for name in names}
    plan = {"fingerprints": prints, "binary": BINARY, "other": OTHER, "families": FAMILIES}
    (folder / "plan.json").write_text(json.dumps(plan, indent=1))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
