"""``effektutv lock``: what is in the plan, what is not, and what a run says of it."""

from __future__ import annotations

import hashlib
import json
import shutil
import tomllib

import pytest
from typer.testing import CliRunner

from effektutv.cli import app
from effektutv.errors import ArgumentError, StudyError
from effektutv.results import LockStatus
from effektutv.runtime.package_data import studies_folder
from effektutv.study import Study
from effektutv.study.plan_lock import lock, lock_path, lock_status, plan_of, plan_sha256

SHIPPED = sorted(p.name for p in studies_folder().iterdir())


@pytest.fixture
def study(tmp_path):
    """The trial's study file in a folder of its own: there is no extract anywhere near."""
    path = tmp_path / "study.toml"
    shutil.copy(studies_folder() / "aktivitetsersattning" / "study.toml", path)
    return path


def change(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def digest(path) -> str:
    return plan_sha256(plan_of(Study.from_toml(path)))


@pytest.mark.parametrize("name", SHIPPED)
@pytest.mark.same_bytes
def test_the_lock_holds_the_plan_and_its_hash(tmp_path, name):
    path = tmp_path / "study.toml"
    shutil.copy(studies_folder() / name / "study.toml", path)
    done = lock(path)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["study.lock.toml", "study.toml"]
    values = tomllib.loads(lock_path(path).read_text(encoding="utf-8"))
    # by hand: JSON with sorted keys and no blanks of what the file itself says
    canonical = json.dumps(values["plan"], sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    assert values["sha256"] == hashlib.sha256(canonical.encode()).hexdigest() == done.sha256
    assert done.status is LockStatus.KEPT
    assert "label" not in json.dumps(values["plan"])
    assert "extracts/" not in json.dumps(values["plan"])


def test_no_extract_is_opened_and_no_outcome_read(study):
    assert not (study.parent / "extracts").exists()
    result = CliRunner().invoke(app, ["lock", str(study)])
    assert result.exit_code == 0
    assert digest(study) in result.output


NOT_IN_THE_PLAN = [
    ('en = "In work"', 'en = "At work"'),
    ('path = "extracts/studier.csv"', 'path = "elsewhere/studies.csv"'),
    ("synthetic = false", "synthetic = true"),
    ('name = "aktivitetsersattning"', 'name = "another"'),
    ("# The trial:", "# This trial:"),
    ("[codes]", '[resources]\nmemory_limit = "2GB"\nthreads = 1\ntemporary_folder = "spill"\n\n[codes]'),
    ("\n[consort]\n", '\n[consort]\n3 = { sv = "Ja", en = "Yes" }\n'),
    ("[codes]", '[databases.scb]\nconnection = "DSN=scb"\n\n[codes]'),
]
IN_THE_PLAN = [
    ("month = 15", "month = 12", "outcomes.arbete.month"),
    ("seed = 20170331", "seed = 1", "study.seed"),
    ("confidence = 0.95", "confidence = 0.9", "study.confidence"),
    ('estimator = "blocked"', 'estimator = "fe"', "design.estimator"),
    ('clock = "randomisation"', 'clock = "start"', "time_zero.clock"),
    ("prespecified = true", "prespecified = false", "subgroups.kon.prespecified"),
    ('values = ["11"]', 'values = ["11", "12"]', "covariates.utrikes_fodd.values"),
    ('codes]\naktivitetsersattning = ["AE"]', 'codes]\naktivitetsersattning = ["AF"]', "codes.aktivitetsersattning"),
    ('ku_months_missing = "none"', 'ku_months_missing = "whole_year"', "work.ku_months_missing"),
    ("baseline = 0.18", "baseline = 0.2", "plan.baseline"),
    ("cutoff = 2017-12-31", "cutoff = 2017-11-30", "registers.af_inskrivning.cutoff"),
    ('{ code = "neuros_stress", values = ["F4"]', '{ code = "neuros_stress", values = ["F5"]',
     "covariates.diagnos.levels.neuros_stress.values"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new"), NOT_IN_THE_PLAN)
def test_what_cannot_change_a_number_is_not_in_the_plan(study, old, new):
    before = digest(study)
    change(study, old, new)
    assert digest(study) == before


def test_a_register_that_is_read_from_a_database_is_the_same_plan(study):
    before = digest(study)
    change(study, 'path = "extracts/studier.csv"', 'database = "scb"\ntable = "dbo.studier"')
    change(study, "[codes]", '[databases.scb]\nconnection = "DSN=scb"\n\n[codes]')
    assert digest(study) == before


@pytest.mark.parametrize(("old", "new", "key"), IN_THE_PLAN)
def test_what_can_change_a_number_is_and_a_run_says_which(study, old, new, key):
    lock(study)
    change(study, old, new)
    status = lock_status(Study.from_toml(study))
    assert status.status is LockStatus.CHANGED
    assert status.changed == (key,)
    assert status.sha256 != status.locked_sha256


def test_the_order_of_arms_is_in_the_plan_for_it_says_which_contrast_is_the_main_one(study):
    text = study.read_text(encoding="utf-8")
    lock(study)
    first, second = text.index('[[arms]]\ncode = "SE"'), text.index('[[arms]]\ncode = "CM"')
    end = text.index("[design]")
    study.write_text(text[:first] + text[second:end] + text[first:second] + text[end:], encoding="utf-8")
    assert lock_status(Study.from_toml(study)).changed == ("arms._order",)


def test_a_default_written_out_is_the_same_plan(study):
    before = digest(study)
    change(study, 'weights = "all"\n', "")
    assert digest(study) == before


def test_a_key_taken_away_or_added_is_named(study):
    lock(study)
    change(study, "[plan]\nbaseline = 0.18\npower = 0.8\nalpha = 0.05\n", "")
    assert lock_status(Study.from_toml(study)).changed == ("plan.alpha", "plan.baseline", "plan.power")


def test_a_lock_is_replaced_only_when_told_and_keeps_what_it_replaced(study):
    first = lock(study).sha256
    written = lock_path(study).read_bytes()
    assert lock(study).status is LockStatus.KEPT
    assert lock_path(study).read_bytes() == written
    change(study, "month = 15", "month = 12")
    with pytest.raises(ArgumentError, match=r"of another plan; 1 keys differ, among them outcomes\.arbete\.month"):
        lock(study)
    assert lock_path(study).read_bytes() == written
    second = lock(study, replace=True)
    assert (second.status, second.replaces) == (LockStatus.KEPT, (first,))
    change(study, "month = 12", "month = 9")
    assert lock(study, replace=True).replaces == (first, second.sha256)


def test_an_altered_lock_proves_nothing(study):
    lock(study)
    change(lock_path(study), "month = 15", "month = 12")
    assert lock_status(Study.from_toml(study)).status is LockStatus.ALTERED
    with pytest.raises(ArgumentError, match="altered after it was written"):
        lock(study)


@pytest.mark.parametrize("text", ["not = [toml", "x = 1", 'effektutv = 1\nstudy = "a"\nsha256 = "b"\n[plan]\n'])
def test_a_lock_that_cannot_be_read_is_an_error(study, text):
    lock_path(study).write_text(text, encoding="utf-8")
    with pytest.raises(StudyError, match=r"study\.lock\.toml: the lock"):
        lock_status(Study.from_toml(study))


def test_the_command_refuses_with_exit_code_2(study):
    lock(study)
    change(study, "month = 15", "month = 12")
    result = CliRunner().invoke(app, ["lock", str(study)])
    assert isinstance(result.exception, ArgumentError)
    assert result.exception.exit_code == 2
    assert CliRunner().invoke(app, ["lock", str(study), "--replace"]).exit_code == 0
    assert "replaces = [" in lock_path(study).read_text(encoding="utf-8")


def test_a_study_made_in_memory_has_no_lock():
    study = Study.from_toml(studies_folder() / "jobs2" / "study.toml")
    made = Study.model_validate(study.model_dump(by_alias=True))
    assert lock_status(made).status is LockStatus.NOT_LOCKED
    assert lock_status(made).sha256 == lock_status(study).sha256


def test_names_that_toml_must_quote_come_back(tmp_path):
    path = tmp_path / "study.toml"
    shutil.copy(studies_folder() / "star" / "study.toml", path)
    change(path, 'code = "regular+aide"', 'code = "a \\"b\\" \\\\ \\u007f \\u00e5.c"')
    lock(path)
    values = tomllib.loads(lock_path(path).read_text(encoding="utf-8"))
    assert list(values["plan"]["arms"]) == ["_order", "regular", "small", 'a "b" \\ \x7f å.c']
    assert lock_status(Study.from_toml(path)).status is LockStatus.KEPT
