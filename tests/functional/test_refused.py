"""A trial too small to be protected: exit code 4, the tables that together reveal it are named, and nothing is written."""

from __future__ import annotations

import subprocess
import sys

from effektutv.synthetic.extracts import write_demo


def test_what_cannot_be_protected_is_not_written(tmp_path):
    write_demo(tmp_path / "demo", participants=60, population=100, seed=1)
    command = [
        sys.executable,
        "-m",
        "effektutv",
        "run",
        str(tmp_path / "demo" / "study.toml"),
        "--out",
        str(tmp_path / "out"),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 4, done.stderr
    assert "from these together:" in done.stderr
    assert "effects by kon" in done.stderr
    assert "Traceback" not in done.stderr
    assert {p.name for p in tmp_path.iterdir()} == {"demo"}
