"""What a user may do wrong with files and folders: one message that says what to do, the right code, and nothing lost."""

from __future__ import annotations

import errno
import json
import os
import pty
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

import effektutv as eu
from effektutv import cli
from effektutv.errors import ArgumentError
from effektutv.runtime import atomic_output
from effektutv.runtime.atomic_output import check_out, replacing, write_whole
from effektutv.study.plan_lock import lock
from effektutv.synthetic.write_demo import write_demo

STUDY = """
[study]
name = "plain"
title = { sv = "En studie", en = "A study" }
[[arms]]
code = "a"
control = true
label = { sv = "A", en = "A" }
[[arms]]
code = "b"
label = { sv = "B", en = "B" }
[table]
path = "people.csv"
arm = "arm"
[[outcomes]]
name = "y"
label = { sv = "Utfall", en = "Outcome" }
role = "primary"
column = "y"
"""


@pytest.fixture
def study(tmp_path):
    rng = np.random.default_rng(1)
    table = pd.DataFrame({"arm": np.repeat(["a", "b"], 60), "y": rng.normal(size=120).round(3)})
    table.to_csv(tmp_path / "people.csv", index=False)
    (tmp_path / "study.toml").write_text(STUDY, encoding="utf-8")
    return tmp_path / "study.toml"


def guarded(monkeypatch, capsys, *arguments):
    """The exit code and the message of a command, as a user has them."""
    monkeypatch.setattr(sys, "argv", ["effektutv", *map(str, arguments)])
    code = cli._guarded()
    said = capsys.readouterr().err
    assert "Traceback" not in said
    assert said.startswith("effektutv: ")
    assert said.count("effektutv: ") == 1
    return code, said


def earlier_report(folder: Path) -> Path:
    (folder / "tables").mkdir(parents=True)
    (folder / "tables" / "itt.csv").write_text("x", encoding="utf-8")
    (folder / "manifest.json").write_text(json.dumps({"outputs": {"tables/itt.csv": "0"}}), encoding="utf-8")
    return folder


def test_an_earlier_report_is_replaced_whole(tmp_path):
    out = earlier_report(tmp_path / "out")
    (out / ".~lock.report.docx#").write_text("", encoding="utf-8")
    with replacing(out) as folder:
        (folder / "new").write_text("x", encoding="utf-8")
        assert (out / "tables" / "itt.csv").is_file()
    assert [p.name for p in out.iterdir()] == ["new"]
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


def test_what_a_user_put_into_a_report_is_not_lost(monkeypatch, capsys, study):
    out = earlier_report(study.parent / "out")
    (out / "tables" / "my notes.txt").write_text("years of work", encoding="utf-8")
    code, said = guarded(monkeypatch, capsys, "run", study, "--out", out, "--quiet")
    assert code == 2
    assert "holds 1 file that is not the earlier report's; move what is yours away" in said
    assert "my notes" not in said
    assert (out / "tables" / "my notes.txt").read_text(encoding="utf-8") == "years of work"
    assert sorted(p.name for p in study.parent.iterdir()) == ["out", "people.csv", "study.toml"]


@pytest.mark.parametrize("manifest", ["", "[]", '{"outputs": 3}', '{"other": {}}'])
def test_a_manifest_of_something_else_is_no_report(tmp_path, manifest):
    (tmp_path / "manifest.json").write_text(manifest, encoding="utf-8")
    with pytest.raises(ArgumentError, match="not a report"):
        check_out(tmp_path)


@pytest.mark.parametrize("below", ["out", "deep/out"])
def test_a_folder_in_a_file_is_refused_before_anything_is_read(monkeypatch, capsys, study, below):
    (study.parent / "people.csv").unlink()
    (study.parent / "file").write_text("", encoding="utf-8")
    code, said = guarded(monkeypatch, capsys, "run", study, "--out", study.parent / "file" / below, "--quiet")
    assert code == 2
    assert "'file' is a file" in said


def refused(*_arguments, **_options):
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "a name")


def test_a_full_disk_is_said_to_be_full(monkeypatch, capsys, study):
    monkeypatch.setattr("effektutv.runtime.temporary_files.tempfile.mkdtemp", refused)
    code, said = guarded(monkeypatch, capsys, "run", study, "--out", study.parent / "out", "--quiet")
    assert (code, "out: 'out' cannot be written (No space left on device)" in said) == (2, True)
    assert not (study.parent / "out").exists()


def test_a_disk_that_fills_midway_leaves_nothing(monkeypatch, capsys, study):
    from effektutv.reporting.provenance import manifest

    monkeypatch.setattr(manifest, "write", refused)
    code, said = guarded(monkeypatch, capsys, "run", study, "--out", study.parent / "out", "--quiet")
    assert code == 2
    assert "No space left on device" in said
    assert "a name" not in said
    assert sorted(p.name for p in study.parent.iterdir()) == ["people.csv", "study.toml"]


def test_a_fault_of_our_own_is_still_one(monkeypatch, capsys, study):
    from effektutv.reporting.provenance import manifest

    def lost(*_arguments):
        raise FileNotFoundError(errno.ENOENT, "secret", "secret")

    monkeypatch.setattr(manifest, "write", lost)
    code, said = guarded(monkeypatch, capsys, "run", study, "--out", study.parent / "out", "--quiet")
    assert code == 5
    assert "secret" not in said
    assert not (study.parent / "out").exists()


def test_a_file_is_written_whole_or_not_at_all(tmp_path, monkeypatch):
    path = tmp_path / "f.txt"
    path.write_text("old", encoding="utf-8")
    with monkeypatch.context() as patched:
        patched.setattr(atomic_output.Path, "replace", refused)
        with pytest.raises(ArgumentError, match=r"out: 'f\.txt' cannot be written"):
            write_whole(path, "new", "out")
    assert path.read_text(encoding="utf-8") == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["f.txt"]
    write_whole(path, "nytt: å\n", "out")
    assert path.read_bytes() == "nytt: å\n".encode()
    assert path.stat().st_mode & 0o777 == 0o666 & ~atomic_output._umask()


def test_a_lock_where_none_can_be_written(study):
    (study.parent / "study.lock.toml").mkdir()
    with pytest.raises(ArgumentError, match=r"study: 'study.lock.toml' cannot be written"):
        lock(study)


def test_where_a_comparison_goes_is_looked_at_before_the_run(monkeypatch, capsys, study):
    (study.parent / "people.csv").unlink()
    for out in (study.parent, study.parent / "nowhere" / "x.csv"):
        code, said = guarded(monkeypatch, capsys, "reproduce", study, "--against", "p.toml", "--out", out, "--quiet")
        assert code == 2
        assert "give a file in a folder that exists" in said


def test_a_missing_file_of_figures_is_not_called_a_study(monkeypatch, capsys, study):
    code, said = guarded(monkeypatch, capsys, "reproduce", study, "--against", "nowhere.toml", "--quiet")
    assert code == 2
    assert "the file of published figures 'nowhere.toml' cannot be read" in said


def test_the_quality_report_is_whole(study):
    assert CliRunner().invoke(cli.app, ["check", str(study), "--quiet"]).exit_code == 0
    written = (study.parent / "data_quality.csv").read_text(encoding="utf-8")
    assert written.startswith("extract,")
    assert written.endswith("\n")


def test_the_terminal_has_its_cursor_back_before_anything_else_is_said(study):
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "effektutv", "run", str(study), "--out", str(study.parent / "out")],
        stdout=theirs, stderr=theirs, env={**os.environ, "TERM": "xterm-256color"},
    ) as process:  # fmt: skip
        os.close(theirs)
        said = b""
        try:
            while part := os.read(ours, 65536):
                said += part
        except OSError:
            pass  # how a terminal says that nobody writes to it any more
    os.close(ours)
    assert process.returncode == 0
    moving, _, after = said.rpartition(b"\x1b[?25h")
    assert b"\x1b[?25l" in moving
    assert b"manifest" in moving
    assert after.strip().endswith(b"report.html")
    assert b"\x1b[?25l" not in after


def test_names_of_places_are_such_that_every_format_can_hold_them(demo, tmp_path):
    shutil.copytree(demo, tmp_path / "demo")
    form = tmp_path / "demo" / "extracts" / "lottningsenkat.csv"
    data = form.read_bytes()
    assert data.count("Gävle".encode("cp1252")) > 10
    form.write_bytes(data.replace("Gävle".encode("cp1252"), b"G\x08v\x1ble"))
    levels = {row.level for row in eu.load(tmp_path / "demo" / "study.toml").effects_by_site().rows}
    assert any(level.startswith("G\ufffdv\ufffdle") for level in levels)
    assert not any(c in level for level in levels for c in "\x08\x1b")


def test_the_folder_one_stands_in_is_named(monkeypatch, capsys, study):
    monkeypatch.chdir(study.parent)
    code, said = guarded(monkeypatch, capsys, "run", study, "--out", ".", "--quiet")
    assert (code, f"the folder {study.parent.name!r} holds something" in said) == (2, True)


@pytest.mark.parametrize("below", ["file/demo", "file/deep/demo"])
def test_a_demonstration_where_none_can_be_written(monkeypatch, capsys, tmp_path, below):
    (tmp_path / "file").write_text("", encoding="utf-8")
    code, said = guarded(monkeypatch, capsys, "demo", tmp_path / below, "--participants", 30, "--population", 0)
    assert (code, "DIR: 'demo' cannot be written (" in said) == (2, True)
    assert [p.name for p in tmp_path.iterdir()] == ["file"]


def test_a_date_that_is_none_is_said_before_anything_is_read(study):
    (study.parent / "people.csv").unlink()
    done = subprocess.run(
        [sys.executable, "-m", "effektutv", "run", str(study), "--out", str(study.parent / "out"), "--quiet"],
        env={**os.environ, "SOURCE_DATE_EPOCH": "yesterday"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert "SOURCE_DATE_EPOCH: got 'yesterday'; give whole seconds" in done.stderr


def test_a_study_so_small_that_no_curve_may_be_shown_has_a_report(tmp_path):
    write_demo(tmp_path / "demo", participants=200, population=500, seed=2)
    eu.report(eu.load(tmp_path / "demo" / "study.toml"), tmp_path / "out", lang="sv")
    assert (tmp_path / "out" / "report.html").is_file()
