"""Trials with thin strata, as CSV for thin.R: python tests/reference/r/thin_trials.py FILE.csv.

Numbers are remainders of whole numbers, so that they are the same on every processor. Every tenth outcome or so is missing.
"""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

import numpy as np
import pandas as pd

#: Persons of the arms c, t, u in each stratum.
TRIALS = {
    "cells": ((6, 9, 5), (2, 4, 8), (7, 3, 6), (9, 12, 4)),
    "pooled": ((1, 3, 2), (2, 1, 4), (1, 1, 3), (1, 4, 2), (3, 1, 2), (8, 9, 7)),
    "plug-in": ((1, 6, 5), (14, 12, 11), (9, 16, 10), (2, 5, 1)),
    "common": ((1, 4, 3), (2, 1, 2), (1, 2, 4), (3, 2, 1), (2, 3, 2)),
}
ARMS = ("c", "t", "u")


def load() -> pd.DataFrame:
    """All trials, a row a person."""
    rows = [
        (trial, f"s{s}", arm)
        for trial, cells in TRIALS.items()
        for s, cell in enumerate(cells)
        for arm, n in zip(ARMS, cell, strict=True)
        for _ in range(n)
    ]
    df = pd.DataFrame(rows, columns=["trial", "stratum", "arm"])
    i = np.arange(len(df))
    df["x1"] = i**3 % 101 / 64 + df["stratum"].str[1:].astype(int) / 4
    df["x2"] = i**2 % 7 / 8
    arm = df["arm"].map({k: j for j, k in enumerate(ARMS)})
    df["y"] = i**3 % 47 / 32 + df["x1"] * (1 + arm / 4) - df["x2"] * arm / 2 + arm / 8
    thin = df.groupby(["trial", "stratum", "arm"])["y"].transform("size") < 4
    df.loc[(i % 9 == 5) & ~thin, "y"] = np.nan
    return df


def as_csv(df: pd.DataFrame) -> bytes:
    """The bytes that R read."""
    return df.to_csv(index=False, na_rep="NA", lineterminator="\n").encode()


def fingerprint() -> str:
    """SHA-256 of those bytes."""
    return hashlib.sha256(as_csv(load())).hexdigest()


if __name__ == "__main__":
    Path(sys.argv[1]).write_bytes(as_csv(load()))
