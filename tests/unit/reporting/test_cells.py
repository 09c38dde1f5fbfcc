"""Every cell that shows a number hands on the number that it shows."""

from __future__ import annotations

import re

import pytest
from further_inputs import further

from effektutv.disclosure.protect import protect
from effektutv.reporting import build
from effektutv.reporting.model.blocks import FigureBlock, TableBlock
from effektutv.reporting.wording.cells import Numbers, Scale
from effektutv.reporting.wording.words import Words
from effektutv.results import Suppressed, Unavailable

ONE = re.compile(r"[+−]?\d[\d\u202f,.]*")


def read(text, lang):
    """A number as a reader reads it, without the package's own words for it."""
    text = text.replace("−", "-")
    text = text.replace("\u202f", "").replace(",", ".") if lang == "sv" else text.replace(",", "")
    return float(text)


def cells(doc):
    for section in doc.sections:
        for block in section.blocks:
            table = block.table if isinstance(block, FigureBlock) else block
            if isinstance(table, TableBlock):
                yield from (cell for group in table.groups for row in group.rows for cell in row.cells)


@pytest.mark.parametrize("lang", ["sv", "en"])
@pytest.mark.parametrize("make", ["trial", "table", "further"])
def test_the_number_of_a_cell_is_the_number_of_its_text(made, tmp_path, lang, make):
    inputs = further(tmp_path) if make == "further" else getattr(made, make)(tmp_path)
    seen = list(cells(build.build(protect(inputs), lang=lang, facts=made.facts)))
    single = [c for c in seen if ONE.fullmatch(c.text) and not c.words]
    for cell in single:
        assert cell.value == read(cell.text, lang)
        assert cell.decimals == len(cell.text.partition("," if lang == "sv" else ".")[2])
    joined = [c for c in seen if c.parts]
    for cell in joined:
        assert cell.value is None
        shown = re.findall(r"[+−]?\d[\d\u202f]*(?:[,.]\d+)*|[‥–]", cell.text)
        # an interval has no plus signs, and neither have its ends
        assert shown == [p.text for p in cell.parts]
        for part in cell.parts:
            assert (part.value is None) == bool(part.absent)
            assert part.absent or part.value == read(part.text, lang)
    others = [c for c in seen if c.value is None and not c.parts]
    assert all(c.absent or c.words or not c.text or c.text[0] in "<f" for c in others)  # "< 0,001", "fewer than 5"
    assert len(single) > 4
    assert len(joined) > 2


@pytest.mark.parametrize("lang", ["sv", "en"])
def test_rounded_in_the_unit_shown(lang):
    n = Numbers(Words(lang))
    shares, kronor = Scale(share=True), Scale(share=False, decimals=0, unit="kronor")
    assert (n.value(0.285, Scale(share=True, decimals=0)).value, n.value(0.28549, shares).value) == (29, 28.5)
    assert (n.value(-0.0004, shares).value, n.number(1234.5, 0).value) == (0.0, 1235)
    assert str(n.value(-0.0004, shares).value) == "0.0"
    assert isinstance(n.count(354).value, int)
    pair = n.estimate(1794.3, 632.9, kronor)
    assert [(p.value, p.decimals) for p in pair.parts] == [(1794, 0), (633, 0)]
    assert [p.value for p in n.interval(-0.0191, 0.1421, shares).parts] == [-1.9, 14.2]
    assert [p.value for p in n.ends(-0.0191, 0.1421, shares).parts] == [-1.9, 14.2]
    assert (n.p(0.04951).value, n.p(0.0004).value, n.p(0.0004).decimals) == (0.05, None, None)


def test_a_mark_is_no_number():
    n = Numbers(Words("sv"))
    hidden, none = Suppressed("threshold"), Unavailable("no variation")
    for cell in (n.count(hidden), n.number(none, 1), n.p(hidden), n.interval(hidden, 1.0, Scale(share=True))):
        assert (cell.value, cell.decimals, cell.parts) == (None, None, ())
        assert cell.absent
        assert cell.why
    both = n.counts(hidden, 354)
    assert (both.text, both.absent, [p.value for p in both.parts]) == ("‥ / 354", "suppressed", [None, 354])
    lone = n.estimate(0.08, none, Scale(share=True))
    assert (lone.text, lone.absent, [p.value for p in lone.parts]) == ("+8,0 (–)", "", [8.0, None])
