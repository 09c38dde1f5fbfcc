"""The README's code does what it says, in the order in which a reader would type it."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, flags=re.DOTALL)


def test_commands_and_code(tmp_path):
    make, commands, first_contact = blocks("sh")
    assert re.findall(r"^make (\w+)", make, flags=re.MULTILINE) == ["report", "test"]
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    codes = {"demo": 0, "check": 1, "lock": 0, "run": 0, "reproduce": 0, "init": 1, "order": 0}
    for line in (commands + first_contact).strip().splitlines():
        words = shlex.split(line, comments=True)
        done = subprocess.run(words, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == codes[words[1]], done.stderr
    assert (tmp_path / "draft.toml").is_file()
    assert {p.name for p in (tmp_path / "order").iterdir()} == {"bestallning.csv", "bestallning.xlsx"}
    said = README.partition("`out/` then holds")[2].partition("The same")[0]
    named = re.findall(r"`([\w.*/]+)`", said)
    assert {"report.html", "report.pdf", "report.docx", "tables.xlsx", "README.md"} <= set(named)
    for name in named:
        assert list((tmp_path / "out").glob(name)) or list((tmp_path / "out" / "figures").glob(name)), name
    # and nothing that it does not name
    files = {path.name for path in (tmp_path / "out").iterdir() if path.is_file()}
    assert files == {name for name in named if "/" not in name and "*" not in name}
    code = "\n".join(blocks("python"))
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out" / "report.html").is_file()


def test_links_lead_somewhere():
    for target in re.findall(r"\]\(([^)]+)\)", README):
        assert (ROOT / target).exists(), target
