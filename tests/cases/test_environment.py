"""Cases of the environment: nothing hangs on a processor's last bit or on the clock, and a quiet run is quiet."""

from __future__ import annotations

import csv
import math
import os
import re
import subprocess
import sys
from decimal import Decimal, localcontext
from pathlib import Path

import further_trials
import other_processor
import pytest
import trials

from effektutv.errors import StudyError
from effektutv.study import Study
from effektutv.synthetic.write_demo import write_demo


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    folder = tmp_path_factory.mktemp("quiet") / "d"
    write_demo(folder, participants=120, population=200, seed=4)
    return folder


@pytest.fixture(scope="module")
def quiet(small):
    return subprocess.run(
        [sys.executable, "-m", "effektutv", "run", "d/study.toml", "--out", "out", "--lang", "en", "--quiet"],
        cwd=small.parent, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_a_quiet_run_prints_its_result_and_nothing_else(quiet):
    """RP08: a solver's banner reached standard output."""
    assert (quiet.returncode, quiet.stdout, quiet.stderr) == (0, "wrote out/report.html\n", "")


def test_no_number_of_a_table_has_more_digits_than_every_processor_agrees_on(quiet, small):
    """ENV1: sums of floats differ in their last bits between processors; nine digits do not."""
    assert quiet.returncode == 0
    numbers = 0
    for path in [*(small.parent / "out" / "tables").glob("*.csv"), *(small.parent / "out" / "figures").glob("*.csv")]:
        for row in csv.reader(path.open(encoding="utf-8")):
            for cell in row:
                if re.fullmatch(r"-?\d+\.\d+(e-?\d+)?", cell):
                    numbers += 1
                    assert float(cell) == float(f"{float(cell):.8e}"), (path.name, cell)
    assert numbers > 500


def test_a_reference_is_tied_to_numbers_that_every_processor_makes():
    """ENV1: the column of logarithms is rounded correctly, within a bit of the processor's own."""
    df = further_trials.load("nsw722")
    known = df.dropna(subset=["logearn"])
    with localcontext(prec=60):
        exact = [Decimal(x).ln() for x in known["re78"]]
        wrong = [abs(Decimal(y) - x) * 2 > Decimal(math.ulp(y)) for x, y in zip(exact, known["logearn"], strict=True)]
    assert len(known) > 500
    assert not any(wrong)
    assert known["logearn"].tolist() == pytest.approx([math.log(x) for x in known["re78"]], rel=1e-15)


def test_the_fingerprints_are_the_same_on_another_processor():
    """ENV1: made again in a process whose numpy has none of this processor's loops."""
    program = (
        f"import sys; sys.path.insert(0, {str(Path(trials.__file__).parent)!r}); import further_trials as ft, trials\n"
        "print([trials.fingerprint(ft.load(n)) for n in ft.NAMES], [trials.fingerprint(trials.load(n)) for n in trials.NAMES])"
    )
    found = [
        subprocess.run(
            [sys.executable, "-c", program], env={**os.environ, **more}, capture_output=True, text=True, check=True
        ).stdout
        for more in ({}, other_processor.environment())
    ]
    assert found[0] == found[1]


def test_no_choice_of_cells_is_limited_by_the_clock(small):
    """ENV2: a limit in seconds hides other cells on a busy machine; the study file has one in nodes."""
    text = (small / "study.toml").read_text(encoding="utf-8")
    timed = small / "timed.toml"
    assert "[disclosure]\n" in text
    timed.write_text(text.replace("[disclosure]\n", "[disclosure]\ntime_limit = 5\n"), encoding="utf-8")
    with pytest.raises(StudyError, match="time_limit"):
        Study.from_toml(timed)
    timed.write_text(text.replace("[disclosure]\n", "[disclosure]\nnode_limit = 5\n"), encoding="utf-8")
    assert Study.from_toml(timed).disclosure.node_limit == 5
