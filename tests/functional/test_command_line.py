"""The commands as a user types them: what they write, what they say when used wrongly, and their exit codes."""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
import sys

import pytest

from effektutv.runtime.package_data import studies_folder


def effektutv(*arguments, cwd, code=0):
    """Run a command in a fresh process; no traceback may ever show."""
    environment = {**os.environ, "PYTHONWARNINGS": "error::DeprecationWarning:effektutv"}
    done = subprocess.run(
        [sys.executable, "-m", "effektutv", *map(str, arguments)],
        cwd=cwd, env=environment, capture_output=True, text=True, timeout=300, check=False, encoding="utf-8",
    )  # fmt: skip
    assert "Traceback" not in done.stderr, done.stderr
    assert done.returncode == code, done.stdout + done.stderr
    return done


@pytest.fixture
def copy(demo, tmp_path):
    """A copy of the demonstration that a test may break."""
    shutil.copytree(demo, tmp_path / "demo")
    return tmp_path / "demo"


def change(path, *pairs, encoding="cp1252"):
    text = path.read_bytes().decode(encoding)
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new, 1)
    path.write_bytes(text.encode(encoding))


def person_of(path) -> str:
    """Some serial number in a file: none may ever show in a message."""
    return path.read_bytes().decode("cp1252").splitlines()[1].split(";")[0]


@pytest.mark.parametrize("lang", ["sv", "en"])
def test_the_whole_way(copy, tmp_path, lang):
    done = effektutv("run", copy / "study.toml", "--out", "out", "--lang", lang, cwd=tmp_path)
    out = tmp_path / "out"
    assert "effects" in done.stderr.splitlines()
    html = (out / "report.html").read_text(encoding="utf-8")
    assert f'<html lang="{lang}"' in html
    assert ("yntetisk" if lang == "sv" else "ynthetic") in html
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["outputs"]
    header = (out / "tables" / "itt.csv").read_text(encoding="utf-8").splitlines()[0]
    assert header.startswith(
        "outcome,clock,month,arm,control,subgroup,level,kind,n_arm,n_control,share_arm,share_control,mean_arm,mean_control,"
        "estimate,std_error,statistic,df,p_value,conf_low,conf_high,p_randomization,p_adjusted,family,estimator,vcov,"
        "strata,status"
    )
    for section in ("robustness", "time", "compliance", "survey", "power"):
        assert f'<section id="{section}"' in html, section
    further = {"time_to_work", "risk_table", "survey", "bounds", "receipts", "compliance", "power", "contamination"}
    assert further <= {p.stem for p in (out / "tables").glob("*.csv")}
    with (out / "tables" / "itt.csv").open(encoding="utf-8", newline="") as handle:
        families = {row["family"] for row in csv.DictReader(handle)}
    assert {"other_contrasts_holm", "planned_interactions_holm", "exploratory_interactions_holm"} <= families
    told = "En not från skattningen finns" if lang == "sv" else "A note of the estimation stands"
    assert told not in html, "an estimator's note has no words in the report"
    figures = sorted(p.stem for p in (out / "figures").glob("*.svg"))
    assert figures == sorted(p.stem for p in (out / "figures").glob("*.png"))
    assert {"time_to_work_randomisation", "effects_arbete_randomisation", "estimators", "power-curve"} <= set(figures)
    assert not list(tmp_path.glob("out.tmp-*"))
    person = person_of(copy / "extracts" / "lottningsenkat.csv")
    for path in out.rglob("*"):
        if path.is_file():
            assert person.encode() not in path.read_bytes(), path.name


def test_a_second_run_replaces_the_first_and_is_byte_identical(copy, tmp_path):
    def contents():
        out = tmp_path / "out"
        files = {p.relative_to(out): p.read_bytes() for p in sorted(out.rglob("*")) if p.is_file()}
        manifest = json.loads(files.pop(next(k for k in files if k.name == "manifest.json")))
        manifest.pop("runtime")
        return files, manifest

    effektutv("run", copy / "study.toml", "--out", "out", "--quiet", cwd=tmp_path)
    first = contents()
    # the order of rows in an extract is nobody's promise
    for name in ("af_sokatper.csv", "lottningsenkat.csv", "scb_ku_2016.csv"):
        path = copy / "extracts" / name
        head, *rows = path.read_bytes().splitlines(keepends=True)
        path.write_bytes(head + b"".join(reversed(rows)))
    effektutv("run", copy / "study.toml", "--out", "out", "--quiet", cwd=tmp_path)
    second = contents()
    assert list(second[0]) == list(first[0])
    changed = [(old, second[1]["inputs"][name]) for name, old in first[1]["inputs"].items()]
    for name, data in first[0].items():
        if name.name in {"report.pdf", "report.docx", "tables.xlsx"}:
            continue  # print the inputs' digests, which did change, and are packed
        if name.name in {"report.html", "README.md"}:
            for old, new in changed:
                data = data.replace(old.encode(), new.encode())
        assert second[0][name] == data, name
    assert second[1]["inputs"] != first[1]["inputs"]


WRONG_STUDY = [
    ('column = "UtlSvBakg"', 'column = "UtlSvBakgrund"', "scb_lisa has no column 'UtlSvBakgrund'; it has:"),
    ('path = "extracts/studier.csv"', 'pat = "extracts/studier.csv"', "did you mean 'path'?"),
    ('strata = "stratum"', 'strata = "site"', "strata must be a column of the randomisation form"),
    ("[registers.studier]", "[registers.studierna]", "there is no register 'studierna'"),
    ('baseline = "day_before"', 'baseline = "year_before"', "must be dated before randomisation by: day_before"),
    ('aktivitetsersattning = ["AE"]\nsjukersattning = ["SJ"]', "", "give the benefit codes (Forman_kod)"),
]


@pytest.mark.parametrize(("old", "new", "expected"), WRONG_STUDY)
def test_a_wrong_study_is_exit_code_2(copy, tmp_path, old, new, expected):
    change(copy / "study.toml", (old, new), encoding="utf-8")
    done = effektutv("run", copy / "study.toml", "--out", "out", "--quiet", cwd=tmp_path, code=2)
    assert expected in done.stderr
    assert "study.toml, line " in done.stderr
    assert [p.name for p in tmp_path.iterdir()] == ["demo"]


def drop_column(path, name):
    lines = [line.split(";") for line in path.read_bytes().decode("cp1252").splitlines()]
    at = [c.lower() for c in lines[0]].index(name)
    path.write_bytes(
        ("\n".join(";".join(c for i, c in enumerate(r) if i != at) for r in lines) + "\n").encode("cp1252")
    )


def set_column(path, name, value):
    lines = [line.split(";") for line in path.read_bytes().decode("cp1252").splitlines()]
    at = [c.lower().removeprefix("p1105_") for c in lines[0]].index(name)
    for row in lines[1:]:
        row[at] = value(row[at])
    path.write_bytes(("\n".join(";".join(r) for r in lines) + "\n").encode("cp1252"))


FORM = "lottningsenkat.csv"
BROKEN = [
    (FORM, lambda p: p.unlink(), "assignment: no file matches the path"),
    (FORM, lambda p: p.write_bytes(b""), "assignment: a file is empty"),
    (FORM, lambda p: drop_column(p, "samtycke"), "required column samtycke is missing"),
    (FORM, lambda p: set_column(p, "arm", lambda a: "FS" if a == "SE" else a), "arm 'SE' has no one"),
    (
        FORM,
        lambda p: set_column(p, "arm", lambda a: "XX" if a == "SE" else a),
        "hold an arm that the study does not declare",
    ),
    (FORM, lambda p: set_column(p, "stratum", lambda s: ""), "participants have no stratum"),
    (FORM, lambda p: set_column(p, "lottningsdatum", lambda d: d.replace("-", "/")), "lottningsdatum: type: date"),
    (FORM, lambda p: p.write_bytes(p.read_bytes() * 1 + p.read_bytes().splitlines(True)[1]), "primary key: unique"),
    ("af_sokatper.csv", lambda p: p.write_bytes(p.read_bytes()[:-13]), "af_sokandekategori: "),
    ("af_sokatper.csv", lambda p: set_column(p, "inskadm", lambda d: d[2:]), "inskadm: years have two digits"),
    ("sos_lss.csv", lambda p: set_column(p, "p10", lambda v: "2"), "p10: allowed values: 0, 1"),
    ("scb_ku_2015.csv", lambda p: set_column(p, "fromman", lambda v: "13"), "FromMan: range: 1 to 12"),
    (
        "studier.csv",
        lambda p: p.write_bytes(p.read_bytes().decode("cp1252").encode("utf-16-le")),
        "studier: a file holds NUL",
    ),
]


@pytest.mark.parametrize(("file", "break_it", "expected"), BROKEN)
def test_a_broken_extract_is_exit_code_3(copy, tmp_path, file, break_it, expected):
    person = person_of(copy / "extracts" / file)
    break_it(copy / "extracts" / file)
    done = effektutv("run", copy / "study.toml", "--out", "out", "--quiet", cwd=tmp_path, code=3)
    assert expected in done.stderr
    assert person not in done.stderr
    assert [p.name for p in tmp_path.iterdir()] == ["demo"]


def test_a_stratum_with_one_arm_only_is_dropped_counted_and_said(copy, tmp_path):
    lines = (copy / "extracts" / FORM).read_bytes().decode("cp1252").splitlines()
    at = lines[0].lower().split(";").index("arm")
    stratum = lines[0].lower().split(";").index("stratum")

    def alone(line):
        cells = line.split(";")
        if cells[at] == "SE" and cells[stratum] == "1260":
            cells[stratum] = "alone"
        return ";".join(cells)

    (copy / "extracts" / FORM).write_bytes(("\n".join(map(alone, lines)) + "\n").encode("cp1252"))
    effektutv("run", copy / "study.toml", "--out", "out", "--lang", "en", "--quiet", cwd=tmp_path)
    rows = (tmp_path / "out" / "tables" / "itt.csv").read_text(encoding="utf-8").splitlines()
    assert any("strat" in row.split(",", 27)[-1].lower() for row in rows[1:])


def test_check_writes_the_findings_and_says_whether_there_are_any(copy, tmp_path):
    done = effektutv("check", copy / "study.toml", "--quiet", cwd=tmp_path, code=1)
    assert "omvänd: slutet före början" in done.stdout
    assert (copy / "data_quality.csv").is_file()
    assert '<html lang="sv">' in (copy / "data_quality.html").read_text(encoding="utf-8")
    set_column(copy / "extracts" / FORM, "samtycke", lambda v: "7")
    done = effektutv("check", copy / "study.toml", "--quiet", "--lang", "en", cwd=tmp_path, code=3)
    assert '<html lang="en">' in (copy / "data_quality.html").read_text(encoding="utf-8")
    assert "samtycke: allowed values: 0, 1" in done.stdout


def test_out_is_never_something_else(copy, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work", encoding="utf-8")
    done = effektutv("run", copy / "study.toml", "--out", "mine", "--quiet", cwd=tmp_path, code=2)
    assert "holds something that is not a report" in done.stderr
    assert (tmp_path / "mine" / "thesis.txt").read_text(encoding="utf-8") == "years of work"
    done = effektutv("demo", "mine", cwd=tmp_path, code=2)
    assert (tmp_path / "mine" / "thesis.txt").is_file()


@pytest.mark.parametrize(
    "arguments",
    [["run"], ["run", "x.toml"], ["run", "x.toml", "--out", "o"], ["nothing"], ["demo", "d", "--format", "x"]],
)
def test_a_wrong_command_line_is_exit_code_2(tmp_path, arguments):
    done = effektutv(*arguments, cwd=tmp_path, code=2)
    assert done.stderr.startswith("effektutv: ")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["nsw_dehejia_wahba", "nsw_lalonde"])
def test_a_plain_table_is_run_as_well(tmp_path, name):
    effektutv("run", studies_folder() / name / "study.toml", "--out", "out", "--lang", "en", "--quiet", cwd=tmp_path)
    rows = (tmp_path / "out" / "tables" / "itt.csv").read_text(encoding="utf-8").splitlines()
    head = rows[0].split(",")
    first = dict(zip(head, rows[1].split(","), strict=False))
    estimate, error = {"nsw_dehejia_wahba": (1794, 633), "nsw_lalonde": (886, 472)}[name]
    assert (round(float(first["estimate"])), round(float(first["std_error"]))) == (estimate, error)


@pytest.mark.parametrize(
    ("old", "new", "code", "expected"),
    [
        ('arm = "train"', 'arm = "trained"', 2, "the table has no column 'trained'"),
        ('column = "educ"', 'column = "edu"', 2, "the table has no column 'edu'"),
        ('dataset = "jtrain2"', 'dataset = "jtrain99"', 2, "no such data set"),
        ('code = "1"', 'code = "2"', 3, "hold an arm that the study does not declare"),
    ],
)
def test_a_wrong_plain_table(tmp_path, old, new, code, expected):
    text = (studies_folder() / "nsw_dehejia_wahba" / "study.toml").read_text(encoding="utf-8")
    assert old in text
    (tmp_path / "study.toml").write_text(text.replace(old, new, 1), encoding="utf-8")
    done = effektutv("run", "study.toml", "--out", "out", "--quiet", cwd=tmp_path, code=code)
    assert expected in done.stderr
    assert [p.name for p in tmp_path.iterdir()] == ["study.toml"]


def test_missing_arm_in_a_plain_file(tmp_path):
    (tmp_path / "study.toml").write_text(
        """
[study]
name = "plain"
title = { sv = "Enkel", en = "Plain" }
[[arms]]
code = "a"
control = true
label = { sv = "A", en = "A" }
[[arms]]
code = "b"
label = { sv = "B", en = "B" }
[table]
path = "t.csv"
arm = "arm"
[[outcomes]]
name = "y"
label = { sv = "Y", en = "Y" }
column = "y"
""",
        encoding="utf-8",
    )
    (tmp_path / "t.csv").write_text("arm,y\na,1\n,2\nb,3\n", encoding="utf-8")
    done = effektutv("run", "study.toml", "--out", "out", "--quiet", cwd=tmp_path, code=3)
    assert "the arm is missing for fewer than 5 rows" in done.stderr
    (tmp_path / "t.csv").write_text("arm,y\na,1\nb,word\nb,3\n", encoding="utf-8")
    done = effektutv("run", "study.toml", "--out", "out", "--quiet", cwd=tmp_path, code=3)
    assert "text where numbers are needed" in done.stderr
    assert "word" not in done.stderr
    (tmp_path / "t.csv").unlink()
    done = effektutv("run", "study.toml", "--out", "out", "--quiet", cwd=tmp_path, code=3)
    assert "no file at 't.csv'" in done.stderr
