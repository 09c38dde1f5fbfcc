"""A trial in which one person's missing covariate fits her exactly, as CSV for exact.R: python exact_people.py FILE.csv.

Numbers are remainders of whole numbers, so that they are the same on every processor.
"""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

import numpy as np
import pandas as pd

N = 150


def load() -> pd.DataFrame:
    """Two arms in three strata; the fourth control's `x` is missing."""
    i = np.arange(N)
    arm = np.where(i**2 % 11 < 5, "t", "c")
    df = pd.DataFrame({"arm": arm, "s": np.array(["a", "b", "d"])[i % 7 % 3], "x": i**3 % 53 / 16})
    df["y"] = i**3 % 41 / 32 + df["x"] / 4 + (arm == "t") / 8
    df["event"] = ((i**3 % 37 + 4 * df["x"]) % 16 < 6).astype(int)
    df.loc[np.flatnonzero(arm == "c")[3], "x"] = np.nan
    return df


def as_csv(df: pd.DataFrame) -> bytes:
    """The bytes that R read."""
    return df.to_csv(index=False, na_rep="NA", lineterminator="\n").encode()


def fingerprint() -> str:
    """SHA-256 of those bytes."""
    return hashlib.sha256(as_csv(load())).hexdigest()


if __name__ == "__main__":
    Path(sys.argv[1]).write_bytes(as_csv(load()))
