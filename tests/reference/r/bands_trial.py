"""A made-up trial with months, written as CSV for bands.R: python tests/reference/r/bands_trial.py FILE.csv."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

import numpy as np
import pandas as pd

MONTHS = 12


def load() -> pd.DataFrame:
    """Three arms, five strata, twelve months of a state that lasts; who was randomised late lacks the last months."""
    rng = np.random.default_rng(20_190_114)
    n = 240
    arm = rng.choice(["c", "t", "u"], n, p=[0.4, 0.35, 0.25])
    stratum = rng.integers(0, 5, n)
    threshold = 0.9 - 0.3 * (arm == "t") - 0.1 * stratum
    drift = rng.normal(size=(n, MONTHS)).cumsum(axis=1) / np.sqrt(np.arange(1, MONTHS + 1))
    state = (drift > threshold[:, None]).astype(float)
    state[rng.random(n) < 0.15, 9:] = np.nan
    columns = {f"m{k + 1}": state[:, k] for k in range(MONTHS)}
    return pd.DataFrame({"arm": arm, "stratum": [f"s{s}" for s in stratum], **columns})


def as_csv(df: pd.DataFrame) -> bytes:
    """The bytes that R read."""
    return df.to_csv(index=False, na_rep="NA", lineterminator="\n").encode()


def fingerprint() -> str:
    """SHA-256 of those bytes."""
    return hashlib.sha256(as_csv(load())).hexdigest()


if __name__ == "__main__":
    Path(sys.argv[1]).write_bytes(as_csv(load()))
