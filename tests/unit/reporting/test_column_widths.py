"""Widths of words in printed tables: a property of the font, whatever was drawn before in the same process."""

from __future__ import annotations

import pytest
from fontTools.ttLib import TTFont
from matplotlib.font_manager import get_font

from effektutv.reporting.formats.pdf.column_widths import font_folder, width_of


@pytest.mark.parametrize(("file", "bold"), [("DejaVuSans.ttf", False), ("DejaVuSans-Bold.ttf", True)])
def test_a_letter_is_as_wide_after_figures_as_before(file, bold):
    path = font_folder() / file
    font = TTFont(path)
    advance, letters, unit = font["hmtx"], font.getBestCmap(), font["head"].unitsPerEm
    shared = get_font(str(path))
    for i, (code, name) in enumerate(sorted(letters.items())[:2000]):
        # what each text of a figure does
        shared.set_size(7 + i % 5, 144)
        assert width_of(chr(code), 1.0, bold=bold) == pytest.approx(1.015 * advance[name][0] / unit, rel=1e-4), code
