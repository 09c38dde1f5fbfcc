"""docs/traps.md: the traps, and tests that exist for each."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "traps.md").read_text(encoding="utf-8")
ROWS = {int(m.group(1)): m.group() for m in re.finditer(r"^\| (\d+) \|.*$", PAGE, flags=re.MULTILINE)}
NAMED = r"`(test_\w+\.py)::(test_\w+)`"


def functions(name: str) -> dict[str, ast.FunctionDef]:
    """The tests of the files of that name."""
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in (ROOT / "tests").rglob(name)]
    return {n.name: n for tree in trees for n in tree.body if isinstance(n, ast.FunctionDef)}


def test_every_trap_has_a_row():
    assert list(ROWS) == sorted(ROWS)
    assert {*ROWS} == {*range(1, 21)}


@pytest.mark.parametrize("trap", ROWS)
def test_the_tests_named_exist_and_run_always(trap):
    tests = re.findall(NAMED, ROWS[trap])
    assert tests
    assert len(tests) == len(set(tests))
    assert ROWS[trap].count("`test_") == len(tests), "a test is named in another way"
    for file, name in tests:
        found = functions(file)
        assert name in found, f"{file} has no {name}"
        marks = " ".join(ast.unparse(d) for d in found[name].decorator_list)
        assert "slow" not in marks, f"{name} does not run always"
        assert "skip" not in marks


def test_every_numbered_test_of_the_traps_is_named():
    """A test called ``test_trap_7_…`` belongs to row 7, unless a broader one of its file stands for it."""
    for path in (ROOT / "tests" / "spec").glob("test_*_traps.py"):
        for name in functions(path.name):
            if match := re.match(r"test_trap_(\d+)_", name):
                row = ROWS[int(match.group(1))]
                assert f"`{path.name}::" in row, (
                    f"{path.name}::{name} is of a trap whose row names no test of that file"
                )
