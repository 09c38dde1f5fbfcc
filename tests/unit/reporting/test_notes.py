"""Notes that the estimators write in English come out in the report's language, and each kind once."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import effektutv as eu
from effektutv.reporting.wording.labels import Labels
from effektutv.reporting.wording.notes import rule_in_language, sentences, told
from effektutv.reporting.wording.words import Words

LOST = (
    "SE − FS: 7 strata of stratum without both arms left out (12 persons); the effect is that of the 137 persons in the "
    "20 strata with both"
)
POOLED = "4 strata with one person in an arm (16 persons): variance pooled from the spread of their effects (Pashley & Miratrix)"
PLUG_IN = (
    "1 stratum with one person in an arm (fewer than 5 persons): too few to pool; single persons take their arm's variance "
    "pooled within strata"
)


def test_joined_notes_are_told_apart(made):
    ctx = made.context("sv")
    found = told(f"{LOST}; {PLUG_IN}; {POOLED}", ctx.words, ctx.labels)
    assert [key for key, _ in found] == ["told_lost", "told_plug_in", "told_pooled"]
    assert found[0][1].startswith(
        "SE − FS: 7 strata utan båda grupperna ingår inte (12 personer); effekten gäller 137 personer"
    )
    assert "färre än 5 personer" in found[1][1]


def test_several_of_a_kind_are_told_together(made):
    ctx = made.context("en")
    out = sentences([POOLED, POOLED.replace("4 strata", "6 strata"), LOST], ctx.words, ctx.labels)
    assert len(out) == 2
    assert out[0].startswith("Where strata have one person in an arm")


def test_a_contrast_is_named_as_in_the_tables(tmp_path):
    """RP03's kind: an arm whose code is a number has its label in notes too, also where a code holds a minus sign."""
    text = """
[study]
name = "a"
title = { sv = "A", en = "A" }
[table]
path = "t.csv"
arm = "g"
[[arms]]
code = "1"
control = true
label = { sv = "Vanlig", en = "Usual" }
[[arms]]
code = "2 − 1"
label = { sv = "Ny", en = "New" }
[[outcomes]]
name = "y"
label = { sv = "Y", en = "Y" }
column = "y"
unit = { sv = "kr", en = "SEK" }
"""
    (tmp_path / "study.toml").write_text(text, "utf-8")
    words = Words("en")
    labels = Labels(eu.Study.from_toml(tmp_path / "study.toml"), words)
    note = "2 − 1 − 1: some site has fewer than 20 persons in an arm: the interval is approximate"
    ((key, text),) = told(note, words, labels)
    assert key == "told_site_few"
    assert text.startswith("New − Usual: in some place")
    assert labels.written_contrast("x − 1") == "x − 1"


@pytest.mark.parametrize("lang", ["sv", "en"])
def test_an_unknown_note_is_pointed_to_not_lost(made, lang):
    ctx = made.context(lang)
    (text,) = sentences(["something quite new happened"], ctx.words, ctx.labels)
    assert text == (
        "Something quite new happened."
        if lang == "en"
        else "En not från skattningen finns i kolumnen note i tabellfilen."
    )


def test_the_estimators_own_notes_are_recognised(made):
    rng = np.random.default_rng(1)
    n = 90
    df = pd.DataFrame(
        {"arm": rng.choice(["FS", "SE", "CM"], n), "site": rng.integers(0, 30, n), "y": rng.integers(0, 2, n)}
    )
    df["kon"] = rng.choice(["kvinna", "man"], n)
    df.loc[:8, "y"] = np.nan
    ctx = made.context("sv")
    for estimator in ("blocked", "fe", "lin", "difference"):
        out = eu.itt(df, outcome="y", arm="arm", control="FS", strata="site", estimator=estimator, by=["kon"])
        notes = [r.note for r in out.rows if r.note] + list(out.notes)
        unknown = {n for note in notes for (k, n) in told(note, Words("en"), ctx.labels) if k == "told_other"}
        assert not unknown


def test_notes_on_thin_designs_are_recognised(made):
    n = 64
    df = pd.DataFrame({"arm": ["SE"] * 4 + ["FS"] * 60, "s": 0, "y": np.arange(n) % 7, "b": np.arange(n) % 2})
    options = {"arm": "arm", "control": "FS"}
    found = [
        (eu.itt(df, outcome="y", estimator="fe", dof="residual", **options).rows[0].note, "told_uninformed"),
        (eu.lee_bounds(df, outcome="y", strata="s", **options).rows[0].note, "told_few_bounds"),
        (eu.lee_bounds(df, outcome="y", **options).rows[0].note, "told_few_bounds"),
    ]
    for lang in ("sv", "en"):
        ctx = made.context(lang)
        for note, key in found:
            keys = [k for k, _ in told(note, ctx.words, ctx.labels)]
            assert key in keys, note
            assert "told_other" not in keys


def test_rules_of_data_quality():
    sv = Words("sv")
    assert rule_in_language("range: 1 to 12", sv) == "intervall: 1–12"
    assert rule_in_language("code list: skat, code in force on the spell's first day", sv).startswith(
        "kodlista: skat, koden"
    )
    assert rule_in_language("anything else", sv) == "annan regel, se tabellfilen"
    assert rule_in_language("anything else", Words("en")) == "anything else"
