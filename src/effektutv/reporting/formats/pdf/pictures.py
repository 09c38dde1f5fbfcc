"""The report's drawings as the typesetter takes them: whole, or in bands where no page holds one at a size that can be read."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

from effektutv.errors import EffektutvError

from .column_widths import TEXT_WIDTH

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["TALLEST", "Picture", "pictures"]

#: No picture is higher than this: a page without its margins, a heading and the caption.
TALLEST = 645.0
#: How far from even parts a cut may go to meet a gap, as a share of a part.
_REACH = 0.2
#: Height of letters above their line, and depth below it.
_ABOVE, _BELOW = 9.0, 3.0
#: Where a line of text stands: letters are drawn from the left end of their line.
_LINE = re.compile(r'<g [^>]*transform="translate\([\d.-]+ ([\d.]+)\)')
_SIZE = re.compile(r'(<svg[^>]*?) width="[^"]*" height="[^"]*" viewBox="0 0 ([\d.]+) ([\d.]+)"', re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A drawing, or a band of one.

    Parameters
    ----------
    svg : str
    width, height : float
        In points.
    """

    svg: str = field(repr=False)
    width: float
    height: float


def pictures(folder: Path, key: str) -> tuple[Picture, ...]:
    """Return a figure's drawing from ``figures/``, in bands from its top where it is too high for a page.

    Parameters
    ----------
    folder : Path
        The report's.
    key : str
        The figure's.
    """
    svg = (folder / "figures" / f"{key}.svg").read_text(encoding="utf-8")
    found = _SIZE.search(svg)
    if found is None:
        raise EffektutvError("report.pdf: a figure has no size; draw the figures again")
    width, height = float(found[2]), float(found[3])
    if height * min(1.0, TEXT_WIDTH / width) <= TALLEST:
        return (Picture(svg=svg, width=width, height=height),)
    out = []
    for top, end in pairwise([0.0, *_cuts(svg, height), height]):
        band = end - top
        size = f'{found[1]} width="{width}pt" height="{band:.3f}pt" viewBox="0 {top:.3f} {width} {band:.3f}"'
        out.append(Picture(svg=svg[: found.start()] + size + svg[found.end() :], width=width, height=band))
    return tuple(out)


def _cuts(svg: str, height: float) -> list[float]:
    """Return where a drawing is cut: in the widest gap between lines of text near even parts, as before a heading."""
    count = -(-height * (1 + _REACH) // TALLEST)
    part = height / count
    lines = sorted({float(y) for y in _LINE.findall(svg)})
    cuts = []
    for i in range(1, int(count)):
        low, high = part * (i - _REACH), part * (i + _REACH)
        gaps = [(b - a, (a + _BELOW + b - _ABOVE) / 2) for a, b in pairwise(lines) if low <= a and b <= high]
        cuts.append(max(gaps)[1] if gaps else part * i)
    return cuts
