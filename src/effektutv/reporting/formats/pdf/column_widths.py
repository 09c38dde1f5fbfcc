"""How wide the columns of a printed table are, and in what size it is set: worked out before typesetting.

All lengths are points (1/72 inch). A number never breaks over lines and a table is never wider than the text; what does not
fit is set smaller, down to :data:`SMALLEST`, and then words are given places where they may break.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.ft2font import FT2Font

    from ...model.blocks import Cell, Head, TableBlock

__all__ = ["INDENT", "TEXT_WIDTH", "Columns", "breakable", "columns", "font_folder", "lines", "width_of"]

#: The width of the text on the page: 16 cm, that of the figures.
TEXT_WIDTH = 16 / 2.54 * 72
#: Sizes of a table's text, the wanted one first.
SIZES = (8.0, 7.5, 7.0, 6.5, 6.0)
SMALLEST = SIZES[-1]
#: White on either side of a column's words, as a share of the size of its text.
GAP = 0.55
#: How far the rows under another are set in, as a share of the size of the text.
INDENT = 1.2
#: Kerning and rounding make words up to this share wider than the sum of their letters.
_SLACK = 1.015
_LACKING = 1.5
#: What the row headers are given at least where they want it: 4.5 cm, if need be in smaller text, else 3 cm.
_FIRST = (128.0, 85.0)
#: The size below which only need drives, not the comfort of row headers.
_COMFORT = 6.5
#: A header no longer than this stands on one line.
_SHORT = 5.0
#: No column of words is wider than this for the sake of one long text.
_WORDS = 230.0


def font_folder() -> Path:
    """Return the folder of the figures' fonts, which matplotlib carries itself: the same on every machine."""
    import matplotlib as mpl

    return Path(mpl.get_data_path()) / "fonts" / "ttf"


@lru_cache(maxsize=2)
def _face(bold: bool) -> FT2Font:
    from matplotlib.ft2font import FT2Font

    # matplotlib's own font objects are shared with its figures, each of which leaves another size in them
    face = FT2Font(str(font_folder() / ("DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf")))
    face.set_size(100, 72)
    return face


@lru_cache(maxsize=4096)
def _advance(letter: str, bold: bool) -> float:
    """Return how far one letter moves the pen, at size 1; one that the font lacks, as far as the last font's widest."""
    from matplotlib.ft2font import LoadFlags

    if not _face(bold).get_char_index(ord(letter)):
        return _LACKING
    return _face(bold).load_char(ord(letter), LoadFlags.NO_HINTING).linearHoriAdvance / 65536 / 100


@lru_cache(maxsize=16384)
def _width(words: str, bold: bool) -> float:
    return sum(_advance(letter, bold) for letter in words) * _SLACK


def width_of(words: str, size: float, *, bold: bool = False) -> float:
    """Return the width of one line.

    Parameters
    ----------
    words : str
    size : float
    bold : bool, default False
    """
    return _width(words, bold) * size


def lines(words: str, size: float, width: float) -> int:
    """Return about how many lines words take."""
    return max(1, -int(-width_of(words, size) * 1.06 // width))


def breakable(words: str, size: float, width: float, *, bold: bool = False) -> str:
    """Return words in which every word that is wider than a line may break anywhere.

    Parameters
    ----------
    words : str
    size, width : float
    bold : bool, default False
    """
    parts = words.split(" ")
    # no letter is wider than this: most words need no measuring
    if max(map(len, parts)) * size * _LACKING <= width or width_of(words, size, bold=bold) <= width:
        return words
    return " ".join("\u200b".join(p) if width_of(p, size, bold=bold) > width else p for p in parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """A table's measures.

    Parameters
    ----------
    size : float
        Of the text.
    widths : tuple of float
        A column, its white included.
    """

    size: float
    widths: tuple[float, ...]

    @property
    def gap(self) -> float:
        """White on either side of a column's words."""
        return self.size * GAP


def _longest_word(words: str, *, bold: bool = False) -> float:
    # a word may break after its hyphen, but not at a no-break one
    parts = words.replace("-", "- ").split(" ")
    return max((width_of(p, 1.0, bold=bold) for p in parts), default=0.0)


def _head_need(head: Head) -> float:
    if (whole := width_of(head.text, 1.0, bold=True)) <= _SHORT:
        return max(whole, _longest_word(head.unit))
    return max(_longest_word(head.text, bold=True), _longest_word(head.unit))


def _needs(table: TableBlock) -> tuple[list[float], list[float]]:
    """Return what each column must have and would like to have, at size 1 and without white."""
    need = [_head_need(h) for h in table.heads]
    # a header is at ease on two lines
    want = [
        max(n, width_of(h.unit, 1.0), 0.6 * width_of(h.text, 1.0, bold=True))
        for n, h in zip(need, table.heads, strict=True)
    ]
    cap = _WORDS / SIZES[0]
    for group in table.groups:
        for row in group.rows:
            inner = INDENT if row.inner else 0.0
            need[0] = max(need[0], _longest_word(row.head) + inner)
            want[0] = max(want[0], min(width_of(row.head, 1.0) + inner, cap))
            for i, cell in enumerate(row.cells, start=1):
                whole = width_of(cell.text, 1.0)
                need[i] = max(need[i], _longest_word(cell.text) if cell.words else whole)
                want[i] = max(want[i], min(whole, cap) if cell.words else whole)
    at = 0
    for head in table.spans:
        _stretch(need, range(at, at + head.span), _longest_word(head.text, bold=True))
        _stretch(want, range(at, at + head.span), 0.6 * width_of(head.text, 1.0, bold=True))
        at += head.span
    return need, [max(n, w) for n, w in zip(need, want, strict=True)]


def _stretch(need: list[float], over: range, least: float) -> None:
    """Widen the columns under a spanning header until its longest word fits."""
    short = least - sum(need[i] for i in over)
    for i in over:
        need[i] += max(0.0, short / len(over))


def columns(table: TableBlock, largest: float = SIZES[0]) -> Columns:
    """Return the widths of a table's columns, which add up to the width of the text, and the size of its text.

    Parameters
    ----------
    table : TableBlock
    largest : float
        No text of the table is larger.
    """
    need, want = _needs(table)
    sizes = [s for s in SIZES if s <= largest]
    count = len(need)

    def room(size: float) -> float:
        return TEXT_WIDTH - 2 * GAP * size * count

    trials = [(s, _FIRST[0]) for s in sizes if s >= _COMFORT] + [(s, _FIRST[1]) for s in sizes]
    trials = [(s, min(least, want[0] * s)) for s, least in trials]
    fits = (t for t in trials if max(need[0] * t[0], t[1]) + sum(need[1:]) * t[0] <= room(t[0]))
    size, first = next(fits, (SMALLEST, 0.0))
    floor = [n * size for n in need]
    floor[0] = max(floor[0], first)
    wish = [max(f, w * size) for f, w in zip(floor, want, strict=True)]
    fitted = sum(floor) <= room(size)
    widths = _filled(floor, wish, room(size)) if fitted else _narrowed(table, floor, room(size))
    return Columns(size=size, widths=tuple(round(w + 2 * GAP * size, 2) for w in widths))


def _filled(floor: list[float], wish: list[float], room: float) -> list[float]:
    """Give what is left to the columns that would like more, then to all alike."""
    left = room - sum(floor)
    lacking = sum(wish) - sum(floor)
    share = min(1.0, left / lacking) if lacking > 0 else 0.0
    widths = [f + share * (w - f) for f, w in zip(floor, wish, strict=True)]
    rest = room - sum(widths)
    # what nobody needs: half to the row headers, the rest to the columns alike, so that numbers stay near one another
    others = len(widths) - 1
    if not others:
        return [room]
    return [widths[0] + rest / 2, *(w + rest / 2 / others for w in widths[1:])]


def _narrowed(table: TableBlock, floor: list[float], room: float) -> list[float]:
    """Take what is too much from the columns of words, in proportion; where there is none, from all."""
    rows = [row for group in table.groups for row in group.rows]
    text = [i for i in range(len(floor)) if i == 0 or any(_words(row.cells, i) for row in rows)]
    fixed = sum(f for i, f in enumerate(floor) if i not in text)
    if fixed > 0.7 * room:
        return [f * room / sum(floor) for f in floor]
    scale = (room - fixed) / sum(floor[i] for i in text)
    return [f * scale if i in text else f for i, f in enumerate(floor)]


def _words(cells: tuple[Cell, ...], column: int) -> bool:
    return cells[column - 1].words
