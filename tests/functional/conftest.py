"""Studies for the questions of a trial: changed ones of the demonstration's extracts, and one of a plain table."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

# tests are imported by file, so that a helper beside them is found only by its folder
sys.path.insert(0, str(Path(__file__).parent))

ITEM = """
[[outcomes]]
name = "{name}"
label = {{ sv = "Enkätfråga", en = "Survey item" }}
item = "{item}"
wave = {wave}
"""
RECEIVED = {"FS": '{ source = "start" }', "SE": '{ source = "sius" }', "CM": '{ source = "hours", actor = "CM" }'}


def _without(text: str) -> str:
    """A study file that declares no receipt and no plan."""
    text = re.sub(r"(?m)^received = .*\n", "", text)
    return re.sub(r"(?m)^\[plan\]\n(?:[a-z].*\n)+", "", text)


def _everything(text: str) -> str:
    """A study file with every item of every wave, receipt of every programme, and a plan."""
    text = _without(text)
    for arm, rule in RECEIVED.items():
        text = text.replace(f'code = "{arm}"\n', f'code = "{arm}"\nreceived = {rule}\n', 1)
    items = [
        ITEM.format(name=f"{item}_{wave}", item=item, wave=wave)
        for item in ("halsa", "livskvalitet", "vill_arbeta")
        for wave in (1, 2, 3)
    ]
    first = ITEM.format(name="forst", item="x", wave=1).replace('item = "x"\nwave = 1', 'state = "first_month_in_work"')
    good = ITEM.format(name="bra", item="livskvalitet", wave=2) + "above = 3\n"
    return f"{text}\n[plan]\nbaseline = 0.18\n{''.join(items)}{first}month = 15\n{good}"


@pytest.fixture(scope="session")
def restudied(demo, tmp_path_factory):
    """Write a changed study file beside the demonstration's extracts, and return its path."""

    def write(change):
        folder = tmp_path_factory.mktemp("restudied")
        (folder / "extracts").symlink_to(demo / "extracts")
        text = change((demo / "study.toml").read_text(encoding="utf-8"))
        (folder / "study.toml").write_text(text, encoding="utf-8")
        return folder / "study.toml"

    return write


@pytest.fixture(scope="session")
def without():
    return _without


@pytest.fixture(scope="session")
def everything():
    return _everything


@pytest.fixture(scope="session")
def plain(tmp_path_factory):
    """A study of one plain table."""
    folder = tmp_path_factory.mktemp("plain")
    rng = np.random.default_rng(5)
    arm = np.repeat(["a", "b"], 60)
    pd.DataFrame(
        {
            "arm": arm,
            "y": rng.integers(0, 2, 120),
            "z": rng.normal(size=120).round(3),
            "who": [f"p{i % 20}" for i in range(120)],
            "p": 0.5,
            "site": np.tile(["s", "t"], 60),
        }
    ).to_csv(folder / "people.csv", index=False)
    (folder / "study.toml").write_text(
        """
[study]
name = "plain"
title = { sv = "Tabell", en = "Table" }
[[arms]]
code = "a"
control = true
label = { sv = "A", en = "A" }
[[arms]]
code = "b"
label = { sv = "B", en = "B" }
[design]
strata = "site"
[table]
path = "people.csv"
arm = "arm"
[[outcomes]]
name = "y"
label = { sv = "Y", en = "Y" }
column = "y"
values = [1]
[[outcomes]]
name = "z"
label = { sv = "Z", en = "Z" }
column = "z"
[disclosure]
profile = "public_data"
""",
        encoding="utf-8",
    )
    return folder / "study.toml"
