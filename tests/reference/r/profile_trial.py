"""The trial of bands_trial.py with clusters, as CSV for profile.R: python tests/reference/r/profile_trial.py FILE.csv.

Arms t and u have providers of unequal size, c has none: its persons stand alone.
"""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).parent))
import bands_trial

MONTHS = bands_trial.MONTHS


def load() -> pd.DataFrame:
    """The trial, with the column provider: empty for persons who stand alone."""
    df = bands_trial.load()
    number = np.arange(len(df)) ** 2 % 17 % 7
    # some providers serve both programmes
    shared = np.where(number > 4, "both", df["arm"])
    df["provider"] = np.where(df["arm"] == "c", None, pd.Series(shared).str.cat(number.astype(str)))
    return df


def as_csv(df: pd.DataFrame) -> bytes:
    """The bytes that R read."""
    return df.to_csv(index=False, na_rep="NA", lineterminator="\n").encode()


def fingerprint() -> str:
    """SHA-256 of those bytes."""
    return hashlib.sha256(as_csv(load())).hexdigest()


if __name__ == "__main__":
    Path(sys.argv[1]).write_bytes(as_csv(load()))
