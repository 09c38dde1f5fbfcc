"""``effektutv.report`` is a function by contract and a folder by house: both must work, in either order."""

from __future__ import annotations

import subprocess
import sys

import pytest

BEFORE = "import effektutv as eu"
AFTER = "import effektutv.report.document, effektutv as eu"


@pytest.mark.parametrize("opening", [BEFORE, AFTER])
def test_report_can_be_called_before_and_after_its_folder_is_imported(opening):
    code = f"""
{opening}
from effektutv.errors import ArgumentError
for _ in range(2):
    try:
        eu.report(None, "out", lang="de")
    except ArgumentError as error:
        assert "lang" in str(error)
    else:
        raise SystemExit("not refused")
    import effektutv.report.document
assert callable(eu.report)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
