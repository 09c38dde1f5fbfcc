"""What the report says of its profile is what the profile does."""

from __future__ import annotations

import pytest

from effektutv.disclosure.protect import protect
from effektutv.reporting.model.document import Facts
from effektutv.reporting.sections.method import method_section
from effektutv.reporting.wording.labels import Context
from effektutv.reporting.wording.words import Words

BIG = {"FS": (350, 60), "SE": (355, 89), "CM": (358, 70)}


def said(make, lang, **parts):
    out = protect(make.inputs(*make.everyone(BIG), **parts))
    section = method_section(Context.of(out, Words(lang)), Facts(version="0", engine="table", seed=1))
    texts = [t for block in section.blocks for t in getattr(block, "texts", ())]
    return next(t for t in texts if "disclosure.csv" in t)


@pytest.mark.parametrize(
    ("lang", "small", "empty"),
    [
        ("sv", "Celler med 1–{k} personer, händelser eller icke-händelser visas inte", "där ingen har händelsen"),
        ("en", "Cells with 1–{k} persons, events or non-events are not shown", "in which nobody has the event"),
    ],
)
def test_the_method_section_says_what_is_small_and_whether_nobody_is(make, lang, small, empty):
    ours = said(make, lang)
    assert ours.startswith(small.format(k=4))
    assert empty not in ours
    strict = said(make, lang, profile="strict")
    assert strict.startswith(small.format(k=9))
    assert empty in strict
    assert ("alla har händelsen" if lang == "sv" else "everybody has the event") in strict


def test_the_audit_is_not_said_to_reckon_with_more_than_it_does(make):
    assert "every sum of counts that the report shows" in said(make, "en")
    assert "alla summor av antal som rapporten visar" in said(make, "sv")
