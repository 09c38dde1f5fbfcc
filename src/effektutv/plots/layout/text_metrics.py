"""How wide words are, where lines break, and how labels keep apart. All lengths are points (1/72 inch)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import TextToPath

__all__ = ["FONT", "LINE", "TEXT", "spread", "text_width", "widest", "wrap"]

#: matplotlib carries this font itself, so that a figure is the same on every machine.
FONT = "DejaVu Sans"
#: Size of every word but the title.
TEXT = 9.0
#: From one baseline to the next.
LINE = 12.0
#: The screen's hinting makes words up to this share wider than their outline.
_SLACK = 1.02

_outline = TextToPath()


@lru_cache(maxsize=2)
def _font(bold: bool) -> FontProperties:
    return FontProperties(family=FONT, weight="bold" if bold else "normal", size=100)


@lru_cache(maxsize=4096)
def text_width(words: str, size: float = TEXT, bold: bool = False) -> float:
    """Return the width of one line of words.

    Parameters
    ----------
    words : str
    size : float
    bold : bool, default False
    """
    if not words.strip():
        return 0.0
    width, _, _ = _outline.get_text_width_height_descent(words, _font(bold), ismath=False)
    return float(width) * size / 100 * _SLACK


def widest(lines: Sequence[str], size: float = TEXT, bold: bool = False) -> float:
    """Return the width of the widest of several lines, 0 where there is none.

    Parameters
    ----------
    lines : sequence of str
    size : float
    bold : bool, default False
    """
    return max((text_width(line, size, bold) for line in lines), default=0.0)


def wrap(words: str, width: float, size: float = TEXT, bold: bool = False) -> list[str]:
    """Break words into lines that are no wider than ``width``.

    Lines break at plain spaces only, so that no-break spaces hold; a single word that is too wide is divided with a hyphen.

    Parameters
    ----------
    words : str
    width : float
    size : float
    bold : bool, default False
    """
    lines: list[str] = []
    line = ""
    for word in words.split(" "):
        longer = f"{line} {word}" if line else word
        if text_width(longer, size, bold) <= width:
            line = longer
            continue
        if line:
            lines.append(line)
        *parts, line = _divided(word, width, size, bold)
        lines += parts
    return [*lines, line] if line else lines


def _divided(word: str, width: float, size: float, bold: bool) -> list[str]:
    """Cut a word that is wider than a line."""
    parts = []
    while text_width(word, size, bold) > width and len(word) > 6:
        fits = [n for n in range(3, len(word) - 2) if text_width(word[:n] + "-", size, bold) <= width]
        cut = max(fits, key=lambda n: (_joint(word, n), n), default=3)
        parts.append(word[:cut].rstrip("-") + "-")
        word = word[cut:]
    return [*parts, word]


def _joint(word: str, n: int) -> int:
    """Return how good a place for a hyphen is: after a joint s of a Swedish compound, else before consonant and vowel."""
    vowels = "aeiouyåäö"
    before, at, after = word[n - 2 : n].lower(), word[n].lower(), word[n + 1 : n + 2].lower()
    if word[n - 1] == "-":
        return 3
    if before[1] == "s" and before[0] not in vowels and at != "t" and len(word) - n > 3 and n > 4:
        return 2
    return int(at not in vowels and after in vowels)


def spread(wanted: Sequence[float], sizes: Sequence[float], low: float, high: float, gap: float = 0.0) -> list[float]:
    """Move the centres of labels apart, as little as can be, so that none overlaps another.

    Least squares under the order of the wanted places: after subtracting what must lie before each label this is an isotonic
    regression, solved by pooling adjacent violators.

    Parameters
    ----------
    wanted : sequence of float
        Where each centre would best be.
    sizes : sequence of float
        Extent of each label along the axis.
    low, high : float
        Bounds of the labels' edges; where they are too narrow for all, ``low`` holds.
    gap : float
        Least distance between two labels.
    """
    order = sorted(range(len(wanted)), key=lambda i: (wanted[i], i))
    before = 0.0
    blocks: list[list[float]] = []  # mean, weight
    starts = []
    for i in order:
        starts.append(before)
        blocks.append([wanted[i] - sizes[i] / 2 - before, 1.0])
        before += sizes[i] + gap
        while len(blocks) > 1 and blocks[-2][0] >= blocks[-1][0]:
            mean, weight = blocks.pop()
            blocks[-1][0] = (blocks[-1][0] * blocks[-1][1] + mean * weight) / (blocks[-1][1] + weight)
            blocks[-1][1] += weight
    edges = np.repeat([b[0] for b in blocks], [int(b[1]) for b in blocks]) if blocks else np.empty(0)
    edges = np.clip(edges, low, max(low, high - (before - gap)))
    out = [0.0] * len(wanted)
    for place, i in enumerate(order):
        out[i] = float(edges[place]) + starts[place] + sizes[i] / 2
    return out
