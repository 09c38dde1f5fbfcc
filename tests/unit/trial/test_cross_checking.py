"""The main results estimated a second time by statsmodels and linearmodels: they agree, and a wrong number is seen."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import effektutv as eu
from effektutv.errors import ArgumentError, CrossCheckError
from effektutv.results.cross_check import NotChecked, Question
from effektutv.study import Study
from effektutv.trial.cross_check import TOLERANCE, agreeing
from effektutv.trial.trial import Trial

pytestmark = pytest.mark.proof

X = 'label = { sv = "x", en = "x" }'


def study(folder, design, *, outcome="b", n=420, seed=5, single=False):
    """A study of a plain table with strata, gaps in the outcome, a covariate with gaps and two subgroups."""
    g = np.random.default_rng(seed)
    df = pd.DataFrame(
        {
            "id": range(n),
            "arm": g.choice(["FS", "SE", "CM"], n, p=[0.4, 0.35, 0.25]),
            "site": g.choice(["a", "b", "c"], n),
            "kon": g.choice(["k", "m"], n),
            "dv": g.choice(["med", "utan"], n),
            "age": np.where(g.random(n) < 0.05, np.nan, g.normal(25, 3, n)).round(2),
        }
    )
    df["y"] = ((df["arm"] == "SE") * 0.5 + (df["site"] == "b") + g.normal(size=n)).round(4)
    df["b"] = (df["y"] > 0.5).astype(float)
    df.loc[g.random(n) < 0.15, ["y", "b"]] = np.nan
    if single:
        more = {"id": n, "arm": "SE", "site": "d", "kon": "k", "dv": "med", "age": 22.0, "y": 1.0, "b": 1.0}
        df = pd.concat([df, pd.DataFrame([more, {**more, "id": n + 1, "arm": "FS"}])], ignore_index=True)
    df["p"] = df["arm"].map({"FS": 0.4, "SE": 0.35, "CM": 0.25})
    df.to_csv(folder / "t.csv", index=False)
    levels = "measure = 'levels', levels = [{ code = '%s', values = ['%s'], %s }, { code = '%s', values = ['%s'], %s }]"
    text = f"""study = {{ name = "t", title = {{ sv = "x", en = "x" }} }}
arms = [{{ code = "FS", control = true, {X} }}, {{ code = "SE", {X} }}, {{ code = "CM", {X} }}]
design = {{ {design} }}
table = {{ path = "t.csv", arm = "arm" }}
outcomes = [{{ name = "{outcome}", {X}, role = "primary", column = "{outcome}" }}]
subgroups = [{{ by = ["kon"] }}, {{ by = ["kon", "dv"] }}]
covariates = [
  {{ name = "kon", column = "kon", baseline = "before_randomisation", {X}, {levels % ("k", "k", X, "m", "m", X)} }},
  {{ name = "dv", column = "dv", baseline = "before_randomisation", {X}, {levels % ("med", "med", X, "utan", "utan", X)} }},
  {{ name = "age", column = "age", baseline = "before_randomisation", {X} }},
]
disclosure = {{ profile = "public_data" }}
"""
    path = folder / "study.toml"
    path.write_text(text, encoding="utf-8")
    return path


DESIGNS = {
    "difference": "",
    "blocked": 'strata = "site"',
    "blocked, pair": 'strata = "site", weights = "pair"',
    "fe": 'strata = "site", estimator = "fe", vcov = "HC1"',
    "lin": 'strata = "site", estimator = "lin"',
    "ipw": 'strata = "site", estimator = "ipw"',
    "ipw, known": 'estimator = "ipw", probability = "p"',
    "logit": 'strata = "site", estimator = "logit"',
    "adjusted": 'strata = "site", covariates = ["age", "dv"]',
}


@pytest.mark.parametrize("outcome", ["b", "y"])
@pytest.mark.parametrize("name", DESIGNS)
def test_every_estimator_agrees_with_gaps_in_the_outcome(tmp_path, name, outcome):
    trial = eu.load(study(tmp_path, DESIGNS[name], outcome=outcome))
    found = eu.cross_check(trial)
    apart = [
        (r.question, r.arm, r.control, r.subgroup, r.level, r.quantity, r.difference)
        for r in found.rows
        if not r.agrees
    ]
    assert all(r.reason is NotChecked.JOINT for r in found.rows if not r.agrees), apart
    assert found.agrees
    # three contrasts for everyone, of two levels and their comparison, of four and theirs, each with its error
    assert found.checked == 2 * 3 * (1 + 3 + 5) + (6 if name == "adjusted" else 0)
    assert {r.question for r in found.rows} >= {Question.PRIMARY, Question.SUBGROUP}
    assert max(r.difference for r in found.rows if r.agrees) < 1e-9


def test_a_number_that_is_off_is_seen_and_ends_the_report(tmp_path, monkeypatch):
    trial = eu.load(study(tmp_path, DESIGNS["blocked"]))
    estimated = Trial.itt

    def off(self, *arguments, **options):
        effects = estimated(self, *arguments, **options)
        return replace(
            effects, rows=(replace(effects.rows[0], std_error=effects.rows[0].std_error + 3e-8), *effects.rows[1:])
        )

    monkeypatch.setattr(Trial, "itt", off)
    found = eu.cross_check(trial)
    assert [(r.quantity, r.agrees) for r in found.rows if r.agrees is False] == [("std_error", False)]
    assert not found.agrees
    with pytest.raises(
        CrossCheckError, match=r"1 of 54 numbers .*primary \(b, SE − FS\): std_error by statsmodels OLS"
    ) as raised:
        agreeing(found)
    assert raised.value.exit_code == 5
    with pytest.raises(CrossCheckError):
        eu.report(trial, tmp_path / "out", cross_check=True)
    assert not (tmp_path / "out").exists()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["study.toml", "t.csv"]


def test_strata_with_one_person_in_an_arm_leave_the_error_unchecked_and_say_so(tmp_path):
    found = eu.cross_check(eu.load(study(tmp_path, DESIGNS["blocked"], single=True)))
    mine = [r for r in found.rows if r.question is Question.PRIMARY and (r.arm, r.control) == ("SE", "FS")]
    assert [(r.quantity, r.agrees, r.reason) for r in mine] == [
        ("estimate", True, None), ("std_error", None, NotChecked.POOLED),
    ]  # fmt: skip
    assert found.agrees


def test_columns_mixed_up_on_the_way_to_the_kernels_are_seen(tmp_path, monkeypatch):
    """The second estimation reads the participants' table itself."""
    trial = eu.load(study(tmp_path, DESIGNS["blocked"]))
    ours = Trial.itt
    other = eu.load(study(tmp_path, DESIGNS["blocked"], seed=6))
    monkeypatch.setattr(Trial, "itt", lambda self, **options: ours(other, **options))
    assert not eu.cross_check(trial).agrees


def test_what_is_no_trial_is_refused(tmp_path):
    with pytest.raises(ArgumentError, match="give a Trial"):
        eu.cross_check(Study.from_toml(study(tmp_path, "")))


def test_the_command_says_what_was_checked(tmp_path):
    path = study(tmp_path, DESIGNS["blocked"])
    done = subprocess.run(
        [sys.executable, "-m", "effektutv", "run", str(path), "--out", "out", "--lang", "en", "--quiet", "--cross-check"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    html = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert (
        "agree within 10⁻⁸: the primary outcome (6 numbers; OLS, HC2) and the subgroups (48 numbers; OLS, HC2)" in html
    )
    told = json.loads((tmp_path / "out" / "manifest.json").read_text(encoding="utf-8"))["cross_check"]
    assert told["agrees_within"] == TOLERANCE
    assert sum(part["numbers"] for part in told["checked"]) == 54
    assert told["not_checked"] == {"subgroup: joint_test": 6}
