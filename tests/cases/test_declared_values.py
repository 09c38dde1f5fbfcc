"""Values and levels that a study declares, against those that stand in the data."""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd
import pytest

import effektutv as eu
from effektutv.cohort.declared_words import text_of
from effektutv.commands.check.check import check
from effektutv.reporting.wording.notes import advice_in_language, rule_in_language
from effektutv.reporting.wording.words import Words

sys.path.insert(0, str(Path(__file__).parent))
from register_studies import KU_LINE, filling, found, write

_LABEL = 'label = { sv = "x", en = "x" }'
STUDY = f"""
study = {{ name = "t", title = {{ sv = "x", en = "x" }} }}
table = {{ path = "t.FORMAT", arm = "arm" }}
arms = [{{ code = "b", control = true, {_LABEL} }}, {{ code = "a", {_LABEL} }}]
outcomes = [{{ name = "ok", {_LABEL}, column = "ok", values = VALUES }}]
covariates = [{{ name = "kon", {_LABEL}, column = "kon", measure = "MEASURE", baseline = "before_randomisation", levels = [
    {{ code = "man", values = ["LEVEL"], {_LABEL} }}, {{ code = "kvinna", values = ["K"], {_LABEL} }}] }}]
disclosure = {{ profile = "public_data" }}
"""


@pytest.fixture
def table(tmp_path):
    """Write a table of sixty persons of whom twenty are ok, and a study of it."""

    def make(values='["True"]', *, level="M", measure="levels", ok=None, fmt="csv"):
        frame = pd.DataFrame(
            {
                "arm": [("a", "b")[i % 2] for i in range(60)],
                "ok": [i % 3 == 0 for i in range(60)] if ok is None else [ok[i % 3 == 0] for i in range(60)],
                "kon": [("M", "K")[i // 2 % 2] for i in range(60)],
            }
        )
        frame.to_csv(tmp_path / "t.csv", index=False) if fmt == "csv" else frame.to_parquet(tmp_path / "t.parquet")
        text = (
            STUDY.replace("FORMAT", fmt).replace("VALUES", values).replace("LEVEL", level).replace("MEASURE", measure)
        )
        (tmp_path / "s.toml").write_text(text, "utf-8")
        return tmp_path / "s.toml"

    return make


def rules(study):
    return [(str(f.severity), f.column, f.rule, f.rows_failing) for f in check(study).rows]


def test_a_value_of_an_outcome_that_occurs_nowhere_is_an_error(table):
    """PY06: the file says True, the study true: no zeros."""
    study = table('["true"]')
    assert rules(study) == [("error", "ok", "declared value occurs: true", 60)]
    with pytest.raises(eu.ExtractError, match=r"a value there differs from it only in case.*different values: 2"):
        eu.load(study)
    assert rules(table('["yes"]')) == [("error", "ok", "declared value occurs: yes", 60)]
    # one of several is a warning: a rare answer may not have been given
    assert rules(table('["True", "yes"]')) == [("warning", "ok", "declared value occurs: yes", 60)]


@pytest.mark.parametrize(
    ("values", "ok", "fmt"),
    [
        ('["True"]', None, "csv"), ("[1]", None, "csv"), ('["1"]', None, "csv"), ('["true"]', None, "parquet"),
        ('["True"]', None, "parquet"), ("[1]", None, "parquet"), ('["TRUE"]', ("FALSE", "TRUE"), "csv"),
        ("[1]", (0, 1), "csv"), ('["1"]', (0, 1), "csv"), ("[1.0]", (0, 1), "csv"), ('["1"]', (0.0, 1.0), "csv"),
        ('["1.0"]', (0.0, 1.0), "csv"), ("[0.5]", (0.25, 0.5), "csv"), ("[12345678]", (0, 12345678), "csv"),
        ("[12345678]", (12345679.0, 12345678.0), "csv"), ('["ja"]', ("nej", "ja"), "csv"),
    ],
)  # fmt: skip
def test_text_that_a_user_wrote_matches_what_stands_in_the_file(table, values, ok, fmt):
    """PY06: truth values as the file writes them, whole numbers with and without a point, long numbers to the last digit."""
    study = table(values, ok=ok, fmt=fmt)
    assert rules(study) == []
    assert eu.load(study).table["ok"].sum() == 20


@pytest.mark.parametrize("measure", ["levels", "prefix"])
def test_a_level_that_occurs_nowhere_is_a_warning(table, measure):
    """PY06: a level Male for M: nobody is in it, and half of the persons have no level."""
    assert rules(table(level="Male", measure=measure)) == [
        ("warning", "kon", "declared level occurs: man", 60),
        ("note", "kon", "value of a declared level: kon", 30),
    ]
    assert eu.load(table(level="Male", measure=measure)).table["kon"].value_counts()["man"] == 0


def test_registers_are_held_to_the_same(tmp_path):
    """PY06: values of covariates, codes of benefits, the actor of receipt."""
    benefit = '[[outcomes]]\nname = "e"\nlabel = { sv = "e", en = "e" }\nstate = "benefit"\nmonth = 15\n[codes]\n'
    change = [
        ('values = ["1"]', 'values = ["ja"]'),
        (KU_LINE, f'{KU_LINE}\nfk_ersattning = {{ path = "fk.csv", cutoff = 2017-12-31 }}'),
        (KU_LINE, f'{KU_LINE}\ntidredovisning = {{ path = "hours.csv" }}'),
        ("{ code = 'CM',", "{ code = 'CM', received = { source = \"hours\", actor = \"Af\" },"),
        ('month = 15\n', f'month = 15\n{benefit}CODES\n'),
    ]  # fmt: skip
    fk = [("F0", "2015-01-01", "2016-01-01", "2015-01-01", "2016-01-01", "AE")]
    files = {"fk": fk, "hours": [("F0", "201504", "CM", 2)]}
    heads = {"fk": "LopNr Fall_from_datum Fall_tom_datum Del_from_datum Del_tom_datum Forman_kod"}
    heads["hours"] = "LopNr manad aktor timmar"

    def seen(codes):
        study = write(tmp_path, filling(), change=[*change, ("CODES", codes)], heads=heads, **files)
        return [(f[0], f[1], f[3]) for f in found(study) if "declared" in f[3]]

    always = (
        ("WARNING", "sos_lss", "declared value occurs: ja"),
        ("WARNING", "tidredovisning", "declared value occurs: Af"),
    )
    none = ("ERROR", "fk_ersattning", "declared value occurs: ae")
    assert seen('aktivitetsersattning = ["ae"]') == [always[0], none, always[1]]
    some = ("WARNING", "fk_ersattning", "declared value occurs: SJ")
    assert seen('aktivitetsersattning = ["AE"]\nsjukersattning = ["SJ"]') == [always[0], some, always[1]]


def test_one_text_a_number():
    """PY06: the same value has the same text, and codes with zeros in front keep them."""
    assert [text_of(v) for v in (1, 1.0, "1", "1.0", "01", 0.5, "0.50", 12345678.0, True, "-0.0", "1.", "F84.0")] == [
        "1", "1", "1", "1", "01", "0.5", "0.5", "12345678", "1", "0", "1.", "F84.0",
    ]  # fmt: skip


def test_every_rule_is_told_in_swedish(table):
    """PY06: with the study's own words in it."""
    words = Words("sv")
    for f in (*check(table('["true"]', level="Male")).rows, *check(table('["x"]', level="Male")).rows):
        assert rule_in_language(f.rule, words) not in (f.rule, words("rule_other"))
        assert advice_in_language(f.advice, words) != f.advice
        assert advice_in_language(f.advice, Words("en")) == f.advice
