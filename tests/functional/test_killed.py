"""Kill −9 at random moments: what is there is the old whole or the new whole, and what is left is closed to others and swept."""

from __future__ import annotations

import hashlib
import json
import os
import random
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from effektutv.synthetic.write_demo import write_demo

SMALL = ("--participants", "60", "--population", "400")

#: Replaces a folder again and again by another of 60 files, each of which says which one it is of.
REPLACES = """
import sys
from pathlib import Path
from effektutv.runtime.atomic_output import whole_folder
target, first = Path(sys.argv[1]), int(sys.argv[2])
for number in range(first, first + 100_000):
    with whole_folder(target, "out") as new:
        for i in range(60):
            (new / f"{i}.txt").write_text(str(number))
    if number == first:
        print("begun", flush=True)
"""


def start(*arguments, tmp, program=None):
    """Start a command (or a program of our own) in a process whose temporary folders lie in ``tmp``."""
    tmp.mkdir(exist_ok=True)
    command = [sys.executable, "-m", "effektutv"] if program is None else [sys.executable, "-c", program]
    return subprocess.Popen(
        [*command, *map(str, arguments)], env={**os.environ, "TMPDIR": str(tmp)},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def ended(process, number=None, after=0.0):
    """Let a process run for a while, send it a signal, and return its exit code and what it said."""
    if number is not None:
        time.sleep(after)
        process.send_signal(number)
    out, said = process.communicate(timeout=200)
    assert "Traceback" not in said, said
    return process.returncode, out + said


def digest(folder):
    """What a folder holds: of a manifest only what does not differ between runs."""
    if not folder.exists():
        return None
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            data = path.read_bytes()
            if path.name == "manifest.json":
                data = json.dumps({k: v for k, v in json.loads(data).items() if k != "runtime"}).encode()
            found[path.relative_to(folder).as_posix()] = hashlib.sha256(data).hexdigest()
    return found


def only_its_owner_can_open(*folders):
    for folder in folders:
        for path in folder.iterdir():
            if path.is_dir() and re.search(r"(effektutv-|\.tmp-)[a-z0-9_]{8}$", path.name):
                assert path.stat().st_mode & 0o077 == 0, path.name


def replaced_at_random(tmp_path, kills, seed):
    rng, target = random.Random(seed), tmp_path / "out"
    for kill in range(kills):
        process = start(target, kill * 100_000, tmp=tmp_path / "tmp", program=REPLACES)
        assert process.stdout.readline() == "begun\n"
        # from here on the folder is replaced all the time
        ended(process, signal.SIGKILL, rng.random() * 0.05)
        texts = [path.read_text() for path in target.iterdir()]
        assert len(texts) == 60
        assert len(set(texts)) == 1
        only_its_owner_can_open(tmp_path)
    left = sum(path.name.startswith("out.tmp-") for path in tmp_path.iterdir())
    assert left <= 1, "each sweeps what the one before it left"


def test_a_folder_that_is_replaced_is_whole_whenever_its_maker_is_killed(tmp_path):
    replaced_at_random(tmp_path, 12, seed=1)


def demonstrations_at_random(tmp_path, kills, seed):
    rng, target, tmp = random.Random(seed), tmp_path / "demo", tmp_path / "tmp"
    whole = {}
    for number in (1, 2):
        write_demo(tmp_path / "model", participants=60, population=400, seed=number)
        whole[number] = digest(tmp_path / "model")
    write_demo(target, participants=60, population=400, seed=1)
    (target / "notes.txt").write_text("mine")
    mine = {"notes.txt": digest(target)["notes.txt"]}
    begin = time.perf_counter()
    assert ended(start("demo", target, *SMALL, "--seed", 1, tmp=tmp))[0] == 0
    lasts = time.perf_counter() - begin
    for kill in range(kills):
        ended(start("demo", target, *SMALL, "--seed", 1 + kill % 2, tmp=tmp), signal.SIGKILL, rng.random() * lasts)
        assert digest(target) in ({**whole[1], **mine}, {**whole[2], **mine})
        only_its_owner_can_open(tmp_path)
    assert ended(start("demo", target, *SMALL, "--seed", 2, tmp=tmp))[0] == 0
    assert digest(target) == {**whole[2], **mine}
    assert {p.name for p in tmp_path.iterdir()} == {"demo", "model", "tmp"}


def test_a_demonstration_is_whole_whenever_it_is_killed(tmp_path):
    demonstrations_at_random(tmp_path, 3, seed=2)


def reports_at_random(study, tmp_path, kills, seed):
    rng, target, tmp = random.Random(seed), tmp_path / "out", tmp_path / "tmp"

    def run(number):
        return start("run", study, "--out", target, "--seed", number, "--quiet", tmp=tmp)

    whole, lasts = {}, 0.0
    for number in (2, 1):
        begin = time.perf_counter()
        code, said = ended(run(number))
        assert code == 0, said
        lasts = time.perf_counter() - begin
        whole[number] = digest(target)
    assert whole[1] != whole[2]
    for kill in range(kills):
        ended(run(1 + kill % 2), signal.SIGKILL, rng.random() * lasts)
        assert digest(target) in whole.values()
        only_its_owner_can_open(tmp_path, tmp)
    assert ended(run(2))[0] == 0
    assert digest(target) == whole[2]
    assert [p.name for p in tmp_path.iterdir() if p.name.startswith("out")] == ["out"]
    assert [p.name for p in tmp.iterdir() if p.name.startswith("effektutv-")] == []


@pytest.mark.slow
def test_many_kills(demo, tmp_path):
    for work, kills in ((replaced_at_random, 150), (demonstrations_at_random, 40)):
        (tmp_path / work.__name__).mkdir()
        work(tmp_path / work.__name__, kills, seed=3)
    reports_at_random(demo / "study.toml", tmp_path, 25, seed=4)


@pytest.mark.slow
def test_a_check_that_is_killed_leaves_whole_files_or_none(demo, tmp_path):
    tmp = tmp_path / "tmp"
    (tmp_path / "study").mkdir()
    (tmp_path / "study" / "extracts").symlink_to(demo / "extracts")
    study = tmp_path / "study" / "study.toml"
    study.write_bytes((demo / "study.toml").read_bytes())
    begin = time.perf_counter()
    assert ended(start("check", study, "--quiet", tmp=tmp))[0] in (0, 1)
    lasts = time.perf_counter() - begin
    whole, rng = digest(study.parent), random.Random(5)
    for _ in range(25):
        ended(start("check", study, "--quiet", tmp=tmp), signal.SIGKILL, rng.random() * lasts)
        # an earlier delivery's page went first: what is there is this delivery's, and whole
        there = {k: v for k, v in digest(study.parent).items() if ".tmp-" not in k}
        assert there.items() <= whole.items()
        only_its_owner_can_open(tmp)
    assert ended(start("check", study, "--quiet", tmp=tmp))[0] in (0, 1)
    assert digest(study.parent) == whole
    assert [p.name for p in tmp.iterdir() if p.name.startswith("effektutv-")] == []


ENDS = [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGKILL, -9)]


@pytest.mark.parametrize(("number", "code"), ENDS)
def test_a_run_that_is_ended_while_it_reads_leaves_no_process_and_nothing_open_to_others(demo, tmp_path, number, code):
    left = ended_at("scb_lisa", demo / "study.toml", tmp_path, number, code)
    assert left == set()
    scratch = [p.name for p in (tmp_path / "tmp").iterdir() if p.name.startswith("effektutv-")]
    assert len(scratch) == (number == signal.SIGKILL)


@pytest.mark.parametrize(("number", "code"), ENDS[1:])
def test_a_run_that_is_ended_while_it_estimates_leaves_no_process_and_no_output(plain, tmp_path, number, code):
    left = ended_at("effects", plain, tmp_path, number, code)
    assert len(left) == (number == signal.SIGKILL)
    assert "out" not in left


def ended_at(step, study, tmp_path, number, code):
    """Run a study, end it at a step, see that all its processes end, and return what is left beside the report."""
    tmp = tmp_path / "tmp"
    process = start("run", study, "--out", tmp_path / "out", tmp=tmp)
    while step not in process.stderr.readline():
        assert process.poll() is None
    second = [int(p.name) for p in Path("/proc").iterdir() if p.name.isdigit() and parent(p.name) == process.pid]
    assert len(second) == 1
    found, said = ended(process, number)
    assert found == code
    assert ("interrupted" in said) == (number == signal.SIGINT)
    begin = time.perf_counter()
    while state(second[0]) != "Z":
        assert time.perf_counter() - begin < 20, "the second process goes on alone"
        time.sleep(0.02)
    only_its_owner_can_open(tmp_path, tmp)
    return {p.name for p in tmp_path.iterdir()} - {"tmp"}


def parent(pid) -> int:
    return int((stat_of(pid) or "0 (x) X 0").rpartition(")")[2].split()[1])


def state(pid) -> str:
    return (stat_of(pid) or "0 (x) Z 0").rpartition(")")[2].split()[0]


def stat_of(pid) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except (FileNotFoundError, ProcessLookupError):
        return ""


def test_a_disk_that_is_full_leaves_the_earlier_demonstration(tmp_path):
    write_demo(tmp_path / "demo", participants=60, population=400, seed=1)
    before = digest(tmp_path)
    limited = "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000)); "
    limited += "from effektutv.cli import main; main()"
    process = start("demo", tmp_path / "demo", "--population", 20_000, tmp=tmp_path / "tmp", program=limited)
    code, said = ended(process)
    assert code == 2, said
    assert "the machine refused" in said or "cannot be written" in said
    (tmp_path / "tmp").rmdir()
    assert digest(tmp_path) == before
