"""What cannot be protected: exit code 4, the tables that together reveal it are named, and nothing is written."""

from __future__ import annotations

import subprocess
import sys

from effektutv.synthetic.write_demo import write_demo

#: The command line as it is, but that no further cell is hidden beside those that go for themselves.
WITHOUT_COMPLEMENTS = """
from effektutv.disclosure import close
close.chosen = lambda _: []
from effektutv.cli import main
main()
"""


def test_what_cannot_be_protected_is_not_written(tmp_path):
    write_demo(tmp_path / "demo", participants=300, population=100, seed=1)
    arguments = ["run", str(tmp_path / "demo" / "study.toml"), "--out", str(tmp_path / "out")]
    command = [sys.executable, "-c", WITHOUT_COMPLEMENTS, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 4, done.stderr
    assert "from these together:" in done.stderr
    assert "kinds of work and work. Nothing is released" in done.stderr
    assert "Traceback" not in done.stderr
    assert {p.name for p in tmp_path.iterdir()} == {"demo"}
