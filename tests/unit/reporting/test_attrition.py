"""The main result between bounds: a sentence on the dead and the emigrated, and the table where there are any."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from report_inputs import ARMS, WORK, trial_inputs

from effektutv.api.missing_outcomes import lee_bounds, worst_case_bounds
from effektutv.disclosure.protect import protect
from effektutv.reporting.sections.attrition import attrition_blocks
from effektutv.reporting.sections.robustness import robustness_section
from effektutv.reporting.tables.survey import attrition_rows
from effektutv.reporting.wording.labels import Context
from effektutv.reporting.wording.words import Words

LANGUAGES = ("sv", "en")


def bounds(lost):
    """The first persons of each arm have no outcome, the last are in work."""
    frames = []
    for arm, n in ARMS.items():
        y = (np.arange(n) >= n - WORK[arm]).astype(float)
        y[: lost[arm]] = np.nan
        frames.append(pd.DataFrame({"arm": arm, "resident:arbete": y}))
    df = pd.concat(frames, ignore_index=True)
    asked = {"arm": "arm", "control": "FS", "arms": list(ARMS), "month": 15, "clock": "randomisation"}
    return tuple(f(df, outcome="resident:arbete", **asked) for f in (lee_bounds, worst_case_bounds))


@pytest.fixture
def context(tmp_path):
    def of(lang, attrition):
        return Context.of(protect(replace(trial_inputs(tmp_path), attrition=attrition)), Words(lang))

    return of


@pytest.mark.parametrize("lang", LANGUAGES)
def test_where_nobody_is_gone_it_is_said_and_there_is_no_table(context, lang):
    (only,) = attrition_blocks(context(lang, bounds(dict.fromkeys(("FS", "SE", "CM"), 0))))
    (text,) = only.texts
    said = "Ingen deltagare var död eller hade utvandrat" if lang == "sv" else "No participant had died or emigrated"
    assert text.startswith(said)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_bounds_stand_in_a_sentence_and_a_table(context, lang):
    found = bounds({"FS": 6, "SE": 12, "CM": 0})
    ctx = context(lang, found)
    opening, table = attrition_blocks(ctx)
    lee, worst = (b.rows[0] for b in found)
    assert (lee.arm, lee.control) == ("SE", "FS")

    def spans(row):
        low, high = (ctx.numbers.value(v, ctx.shares).text for v in (row.lower, row.upper))
        return f"{low} {'och' if lang == 'sv' else 'and'} {high} {'procentenheter' if lang == 'sv' else 'percentage points'}"

    assert spans(lee) in opening.texts[0]
    assert spans(worst) in opening.texts[0]
    rows = {r.head.replace("\u00a0", " "): r.cells for g in table.groups for r in g.rows}
    assert list(rows) == ["SE − FS", "CM − FS", "SE − CM"]
    cells = rows["SE − FS"]
    assert [p.value for p in cells[0].parts] == [lee.observed_arm, lee.observed_control]
    for cell, low, high in (
        (cells[1], lee.lower, lee.upper), (cells[2], lee.conf_low, lee.conf_high),
        (cells[3], worst.lower, worst.upper), (cells[4], worst.conf_low, worst.conf_high),
    ):  # fmt: skip
        assert [p.value for p in cell.parts] == pytest.approx([100 * low, 100 * high], abs=0.0501)
    assert table.notes[0].startswith("Estimand: ")
    assert table in robustness_section(ctx).blocks
    columns, written = attrition_rows(ctx.inputs.value.attrition)
    assert [dict(zip(columns, r, strict=True))["lower"] for r in written] == [r.lower for b in found for r in b.rows]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_hidden_bounds_are_told_so_and_have_a_mark(context, lang):
    (only,) = attrition_blocks(context(lang, bounds({"FS": 2, "SE": 12, "CM": 3})))
    assert only.texts[0].endswith("skulle avslöja dem." if lang == "sv" else "would give them away.")
    opening, table = attrition_blocks(context(lang, bounds({"FS": 6, "SE": 3, "CM": 9})))
    assert ("primära jämförelsen" if lang == "sv" else "primary contrast") in opening.texts[0]
    first, second, third = (r.cells for r in table.groups[0].rows)
    assert [c.absent for c in first] == [c.absent for c in third] == ["suppressed"] * 5
    assert [c.absent for c in second] == [""] * 5
    assert any(n.startswith("‥") for n in table.notes)


def test_a_study_that_does_not_know_says_nothing(context):
    assert attrition_blocks(context("sv", ())) == []
