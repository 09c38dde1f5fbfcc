"""The second oracle is a folder beside the checkout: where there is none, there is nothing to collect.

Where ``EFFEKTUTV_ORACLE`` names a folder, it must be there and whole: then the tests are collected and fail.
"""

from __future__ import annotations

import os
from pathlib import Path

BESIDE = Path(__file__).resolve().parents[3].parent / "shared" / "reference"

collect_ignore = (
    []
    if os.environ.get("EFFEKTUTV_ORACLE") or BESIDE.is_dir()
    else ["test_second_oracle.py", "test_second_oracle_randomization.py"]
)
