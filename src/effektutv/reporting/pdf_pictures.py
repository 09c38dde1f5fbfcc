"""The report's drawings as the typesetter takes them: whole, or in bands where no page holds one at a size that can be read."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from effektutv.errors import EffektutvError

from .typst_columns import TEXT_WIDTH
from .word_pictures import page_pieces

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["TALLEST", "Picture", "pictures"]

#: No picture is higher than this: a page without its margins, a heading and the caption.
TALLEST = 645.0
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
    # in hundredths of a point, for that function takes whole numbers
    pieces = page_pieces(folder / "figures" / f"{key}.png", round(TEXT_WIDTH * 100), round(TALLEST * 100))
    whole = pieces[-1][1]
    out = []
    for first, end in pieces:
        top, band = height * first / whole, height * (end - first) / whole
        size = f'{found[1]} width="{width}pt" height="{band:.3f}pt" viewBox="0 {top:.3f} {width} {band:.3f}"'
        out.append(Picture(svg=svg[: found.start()] + size + svg[found.end() :], width=width, height=band))
    return tuple(out)
