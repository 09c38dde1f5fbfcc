"""A legend that flows over as many lines as it needs, for what cannot be labelled where it lies."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from .style import INK, MARGIN, WIDTH, Page
from .text_metrics import LINE, text_width, wrap

__all__ = ["Item", "flow_legend", "legend_height"]

#: Draws an item's sign around a point, and the words beside it.
Item = tuple[Callable[[Page, float, float], None], str]

_SIGN = 20.0
_GAP = 14.0
_STEP = LINE + 3


def _places(words: Sequence[str]) -> tuple[list[tuple[float, int, list[str]]], int]:
    """Return each item's left edge, its line and its own lines; and how many lines there are in all."""
    out = []
    x, row = MARGIN, 0
    room = WIDTH - 2 * MARGIN - _SIGN
    for text in words:
        lines = wrap(text, room)
        width = _SIGN + max(text_width(line) for line in lines)
        if x > MARGIN and x + width > WIDTH - MARGIN:
            x, row = MARGIN, row + 1
        out.append((x, row, lines))
        x += width + _GAP
        if len(lines) > 1:
            x, row = MARGIN, row + len(lines)
    return out, row + (1 if x > MARGIN else 0)


def legend_height(words: Sequence[str]) -> float:
    """Return how many points a legend takes."""
    return _STEP * _places(words)[1]


def flow_legend(page: Page, top: float, items: Sequence[Item]) -> None:
    """Draw a legend from the left margin, from line to line.

    Parameters
    ----------
    page : Page
    top : float
    items : sequence of (callable, str)
        What draws the sign, given the page and the sign's middle; and its words.
    """
    places, _ = _places([words for _, words in items])
    for (sign, _), (x, row, lines) in zip(items, places, strict=True):
        y = top + _STEP * row + LINE / 2
        sign(page, x + 7, y)
        for i, line in enumerate(lines):
            page.text(x + _SIGN, y + 3.3 + LINE * i, line, color=INK)
