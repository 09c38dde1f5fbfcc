"""A broken delivery ends with exit code 3 or is counted in a finding, every time; never a traceback, never a value.

A mutation that a reader takes for what it is (another separator, another encoding) must give the very rows of the good extract.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import numpy as np
import pytest
from broken_deliveries import MUTATIONS, PLANTED, SUFFIX, Delivered, take_apart

from effektutv import cli
from effektutv.commands.check import check as checking
from effektutv.registers.open_registers import open_registers, session_of
from effektutv.study import Study
from effektutv.synthetic.write_demo import write_demo

#: Each alone with the randomisation form; together they have every kind of column and of dating.
REGISTERS = (
    "af_sokandekategori",
    "af_beslut",
    "fk_ersattning",
    "scb_ku",
    "studier",
    "tidredovisning",
    "scb_handelser",
)
HEAD = """
[study]
name = "broken"
title = { sv = "Trasig leverans", en = "Broken delivery" }
synthetic = true
seed = 1
horizon = 12
[[arms]]
code = "FS"
control = true
label = { sv = "FS", en = "FS" }
[[arms]]
code = "SE"
label = { sv = "SE", en = "SE" }
[[arms]]
code = "CM"
label = { sv = "CM", en = "CM" }
[[outcomes]]
name = "aktiv"
state = "active"
month = 12
label = { sv = "Aktiv", en = "Active" }
[registers.assignment]
path = "assignment.csv"
"""


@pytest.fixture(scope="module")
def good(tmp_path_factory) -> dict[str, bytes]:
    """The bytes of one file of each register of a small demonstration."""
    folder = tmp_path_factory.mktemp("good")
    write_demo(folder, participants=90, population=60, seed=3)
    study = Study.from_toml(folder / "study.toml")
    files = {name: sorted(folder.glob(study.registers[name].path))[0] for name in (*REGISTERS, "assignment")}
    return {name: path.read_bytes() for name, path in files.items()}


def lay_out(folder: Path, good: dict[str, bytes], register: str, data: bytes, suffix: str = "") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    text = HEAD
    name = f"{register}_2014.csv{suffix}"
    if register == "assignment":
        text = text.replace("assignment.csv", name)
    else:
        (folder / "assignment.csv").write_bytes(good["assignment"])
        text += f'[registers.{register}]\npath = "{name}"\ncutoff = 2017-12-31\n'
    (folder / name).write_bytes(data)
    (folder / "study.toml").write_text(text, encoding="utf-8")
    return folder / "study.toml"


def check(study: Path, monkeypatch, capsys) -> tuple[int, str, str]:
    """Run ``effektutv check`` and return its code, all that it said, and the findings that it wrote."""
    monkeypatch.setattr(sys, "argv", ["effektutv", "check", str(study), "--quiet"])
    code = cli._guarded()
    said = capsys.readouterr()
    written = "".join(p.read_text(encoding="utf-8") for p in sorted(study.parent.glob("data_quality.*")))
    return code, said.out + said.err, written


def rows_of(study: Path, register: str) -> tuple[object, ...]:
    """Return a digest of the rows as read, whatever their order."""
    found = Study.from_toml(study)
    with session_of(found) as session:
        open_registers(session, found, lambda step: None)
        columns = [c for c in session.columns(f'"{register}"', what="columns") if c != "__file"]
        listed = ", ".join(f'"{c}"' for c in columns)
        return session.rows(f'SELECT count(*), sum(hash({listed}) % 1000000007) FROM "{register}"', what="rows")[0]


def findings(study: Path) -> set[tuple[object, ...]]:
    """Return what the checks count: the counts themselves, which are not shown where they are small."""
    return {(f.extract, f.column, f.rule, f.rows_checked, f.rows_failing) for f in checking.check(study).rows}


@pytest.mark.parametrize("register", [*REGISTERS, "assignment"])
def test_the_good_extract_is_read_as_it_is(good, register, tmp_path, monkeypatch, capsys):
    delivered = take_apart(register, good[register])
    study = lay_out(tmp_path, good, register, delivered.to_bytes())
    code, said, _ = check(study, monkeypatch, capsys)
    assert code in (0, 1), said


def broken_case(good, kind, register: str, seed: int) -> tuple[Delivered, bytes] | None:
    rng = np.random.default_rng(
        [seed, MUTATIONS.index(kind), REGISTERS.index(register) if register in REGISTERS else 99]
    )
    delivered = take_apart(register, good[register])
    data = kind(delivered, rng)
    return None if data is None or data == delivered.to_bytes() else (delivered, data)


def hold(good, kind, register: str, seed: int, folder: Path, monkeypatch, capsys) -> int:
    """Break an extract in one way and look at what comes of it; return how many cases that was."""
    case = broken_case(good, kind, register, seed)
    if case is None:
        return 0
    delivered, data = case
    fine = lay_out(folder / "fine", good, register, delivered.to_bytes())
    study = lay_out(folder / "broken", good, register, data, SUFFIX.get(kind, ""))
    code, said, written = check(study, monkeypatch, capsys)
    where = f"{kind.__name__} of {register}, seed {seed}: exit code {code}: {said[-400:]}"
    assert code in (0, 1, 3), where
    assert "Traceback" not in said, where
    everything = said + written
    assert PLANTED not in everything, where
    # nor a person's serial number: those of a demonstration are known by their shape
    assert not re.search(r"SYN\d{8}", everything), where
    if code != 3:
        noticed = findings(study) != findings(fine)
        assert noticed or rows_of(study, register) == rows_of(fine, register), f"not noticed: {where}"
    return 1


@pytest.mark.parametrize("kind", MUTATIONS, ids=lambda kind: kind.__name__)
def test_a_broken_delivery_is_refused_or_counted(kind, good, tmp_path, monkeypatch, capsys):
    held = sum(
        hold(good, kind, register, seed, tmp_path / f"{register}{seed}", monkeypatch, capsys)
        for register in (*REGISTERS, "assignment")
        for seed in range(1)
    )
    assert held, "the mutation breaks nothing: it tests nothing"


@pytest.mark.slow
@pytest.mark.parametrize("kind", MUTATIONS, ids=lambda kind: kind.__name__)
def test_a_broken_delivery_is_refused_or_counted_however_it_breaks(kind, good, tmp_path, monkeypatch, capsys):
    held = sum(
        hold(good, kind, register, seed, tmp_path / f"{register}{seed}", monkeypatch, capsys)
        for register in (*REGISTERS, "assignment")
        for seed in range(1, 13)
    )
    assert held >= 12
