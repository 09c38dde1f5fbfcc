"""What a killed process leaves: removed by the next one, never while its maker lives, and never what is somebody's own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from threading import Thread

import pytest

from effektutv.registers.engines.temp_folder import Scratch
from effektutv.runtime import atomic_output
from effektutv.runtime.atomic_output import whole_folder, write_whole
from effektutv.runtime.temporary_files import LOCK, TemporaryFolder, make_file, sweep_files, sweep_folders

MAKES = """
import sys, time
from pathlib import Path
from effektutv.runtime.temporary_files import TemporaryFolder, make_file
folder = TemporaryFolder("out.tmp-", Path(sys.argv[1]))
(folder.path / "deep").mkdir()
(folder.path / "deep" / "rows").write_text("copy of a delivery")
handle, file = make_file("note.csv.tmp-", Path(sys.argv[1]))
print(folder.path.name, file.name, flush=True)
time.sleep(600)
"""


@pytest.fixture
def maker(tmp_path):
    """A process that holds a temporary folder and a file, and their names."""
    process = subprocess.Popen([sys.executable, "-c", MAKES, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    names = process.stdout.readline().split()
    yield process, *(tmp_path / name for name in names)
    process.kill()
    process.wait()
    process.stdout.close()


def test_what_is_in_use_is_never_touched_and_what_is_dead_is_removed(maker, tmp_path):
    process, folder, file = maker
    assert (sweep_folders("out.tmp-", tmp_path), sweep_files("note.csv.tmp-", tmp_path)) == (0, 0)
    assert (folder / "deep" / "rows").is_file()
    assert file.is_file()
    assert folder.stat().st_mode & 0o777 == 0o700
    assert file.stat().st_mode & 0o777 == 0o600
    process.kill()
    process.wait()
    assert (sweep_folders("out.tmp-", tmp_path), sweep_files("note.csv.tmp-", tmp_path)) == (1, 1)
    assert list(tmp_path.iterdir()) == []


def test_what_lies_where_temporary_folders_do_and_is_somebodys_own_stays(tmp_path):
    own = [
        "out.tmp-",
        "out.tmp-mine",
        "out.tmp-abcdefgh-more",
        "another.tmp-abcdefgh",
        "out.tmp-ABCDEFGH",
        "out.tmp-abcdefgh",
    ]
    for name in own:
        (tmp_path / name).mkdir()
        (tmp_path / name / "mine").write_text("mine")
    (tmp_path / "out.tmp-link4567").symlink_to(tmp_path / "another.tmp-abcdefgh")
    assert sweep_folders("out.tmp-", tmp_path) == 0
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted([*own, "out.tmp-link4567"])
    assert all((tmp_path / name / "mine").is_file() for name in own)


def test_a_folder_whose_maker_was_killed_before_its_lock_goes_if_it_is_empty(tmp_path):
    (tmp_path / "out.tmp-abcdefgh").mkdir()
    assert sweep_folders("out.tmp-", tmp_path) == 1
    assert list(tmp_path.iterdir()) == []


def test_a_removal_that_was_cut_short_is_taken_up_again(maker, tmp_path):
    process, folder, _ = maker
    process.kill()
    process.wait()
    (folder / "deep" / "rows").unlink()
    assert (folder / LOCK).is_file()
    assert sweep_folders("out.tmp-", tmp_path) == 1


def test_sweeping_all_the_time_takes_nothing_that_is_being_made(tmp_path):
    ended = []

    def sweep():
        while not ended:
            sweep_folders("x-", tmp_path)
            sweep_files("y-", tmp_path)

    sweeper = Thread(target=sweep)
    sweeper.start()
    try:
        for _ in range(200):
            with TemporaryFolder("x-", tmp_path) as folder:
                (folder.path / "kept").write_text("kept")
                handle, file = make_file("y-", tmp_path)
                assert (folder.path / "kept").read_text() == "kept"
                assert file.is_file()
                file.unlink()
                os.close(handle)
    finally:
        ended.append(True)
        sweeper.join()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("in_one_step", [True, False])
def test_a_folder_takes_anothers_place_and_what_is_not_ours_stays(tmp_path, monkeypatch, in_one_step):
    if not in_one_step:
        monkeypatch.setattr(atomic_output, "_exchanged", lambda *_: False)
    (tmp_path / "demo" / "mine").mkdir(parents=True)
    (tmp_path / "demo" / "mine" / "deep").write_text("mine")
    (tmp_path / "demo" / "notes").write_text("mine")
    (tmp_path / "demo" / "truth").write_text("old")
    (tmp_path / "demo" / "gone").write_text("old")
    with whole_folder(tmp_path / "demo", "DIR", {"truth", "gone"}) as new:
        (new / "truth").write_text("new")
        assert (tmp_path / "demo" / "truth").read_text() == "old"
    found = {p.relative_to(tmp_path).as_posix(): p.read_text() for p in tmp_path.rglob("*") if p.is_file()}
    assert found == {"demo/truth": "new", "demo/notes": "mine", "demo/mine/deep": "mine"}


def test_here_two_folders_are_exchanged_in_one_step(tmp_path):
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / name).touch()
    assert atomic_output._exchanged(tmp_path / "a", tmp_path / "b")
    assert (tmp_path / "a" / "b").is_file()
    assert (tmp_path / "b" / "a").is_file()
    assert not atomic_output._exchanged(tmp_path / "a", tmp_path / "nothing")


def test_a_folder_that_a_killed_run_had_just_moved_away_is_put_back(tmp_path):
    left = tmp_path / "out.tmp-abcdefgh"
    (left / "old").mkdir(parents=True)
    (left / LOCK).touch()
    (left / "old" / "report").write_text("old")
    with whole_folder(tmp_path / "out", "out", {"new"}) as new:
        assert (tmp_path / "out" / "report").read_text() == "old"
        (new / "new").touch()
    assert {p.relative_to(tmp_path).as_posix() for p in tmp_path.rglob("*")} == {"out", "out/report", "out/new"}


def test_a_file_is_written_in_one_step_and_what_a_killed_process_left_of_it_goes(maker, tmp_path):
    process, _, file = maker
    process.kill()
    process.wait()
    write_whole(tmp_path / "note.csv", "rows", "study")
    assert (tmp_path / "note.csv").read_text() == "rows"
    assert not file.exists()


def test_a_session_measures_the_most_that_lay_in_its_folder(tmp_path):
    with Scratch(tmp_path) as scratch:
        (scratch.path / "spill").mkdir()
        (scratch.path / "spill" / "one").write_bytes(b"x" * 700)
        (scratch.path / "two").write_bytes(b"x" * 300)
        assert scratch.measure() == 1000
        (scratch.path / "two").unlink()
        assert scratch.measure() == 700
    assert (scratch.most_bytes, scratch.most_files) == (1000, 2)
    assert list(tmp_path.iterdir()) == []


def test_what_is_gone_before_the_session_ends_has_been_seen(tmp_path):
    with Scratch(tmp_path) as scratch:
        (scratch.path / "spilled").write_bytes(b"x" * 500)
        scratch._ended.wait(0.5)
        (scratch.path / "spilled").unlink()
    assert scratch.most_bytes == 500


BESIDE = """
import sys, time
from functools import partial
from effektutv.runtime.worker_process import Beside
from effektutv.runtime.process import end_when_asked
end_when_asked()
with Beside() as beside:
    print(beside._process.pid, flush=True)
    beside.ask(partial(time.sleep, 600))
"""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_the_second_process_ends_with_the_first_in_the_middle_of_its_work(number):
    first = subprocess.Popen(
        [sys.executable, "-c", BESIDE], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    second = int(first.stdout.readline())
    os.kill(second, 0)
    first.send_signal(number)
    first.wait(20)
    first.stdout.close()
    # what waits for its end: a handle on the process, readable when it is gone
    _gone(second, 20)


def _gone(pid: int, seconds: float) -> None:
    import select

    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    try:
        assert select.select([handle], [], [], seconds)[0], "the second process goes on alone"
    finally:
        os.close(handle)
