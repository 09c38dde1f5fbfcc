"""A figure as a picture in Word: with its alternative text, and on several pages where it is taller than one."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from .xml import attribute

if TYPE_CHECKING:
    from pathlib import Path

    from docx.parts.document import DocumentPart
    from PIL.Image import Image

__all__ = ["drawing", "page_pieces"]

Piece = tuple[int, int]

_EMU_PER_INCH = 914_400
#: A picture that is so little taller than the page is made smaller rather than cut.
_TOLERATED = 1.15
#: How far from even parts a cut may go to meet little ink, as a share of a part.
_REACH, _LEAST_REACH = 0.12, 0.03
#: A channel below this is ink; a column with ink in more of its rows than that is a line that any cut crosses.
_PAPER, _LINE = 240, 0.5


def page_pieces(path: Path, widest: int, tallest: int) -> list[Piece]:
    """Return the bands of a picture from its top: one, or several where no page holds it at a size that can be read.

    It is cut where nothing but lines from top to bottom is crossed, in the widest gap near even parts.

    Parameters
    ----------
    path : Path
        A PNG.
    widest, tallest : int
        What a page holds, in English Metric Units.
    """
    from PIL import Image

    with Image.open(path) as image:
        wide, tall = image.size
        room = wide * tallest / widest
        if tall <= room * _TOLERATED:
            return [(0, tall)]
        count = -(-tall // int(room))
        # no part may be taller than the page, but for a hair
        reach = max(_LEAST_REACH, min(_REACH, room * count / tall - 1))
        return list(pairwise([0, *_cuts(image, count, reach), tall]))


def _cuts(image: Image, count: int, reach: float) -> list[int]:
    import numpy as np

    pixels = np.asarray(image)[..., 1]  # one channel tells paper from ink
    part = image.size[1] / count
    cuts = []
    for i in range(1, count):
        start, end = int(part * (i - reach)), int(part * (i + reach))
        inked = pixels[start:end] < _PAPER
        inked = inked[:, inked.mean(axis=0) < _LINE].sum(axis=1)
        # the middle of the widest gap: text above and below keeps its air
        least = np.flatnonzero(inked == inked.min())
        gap = max(np.split(least, np.flatnonzero(np.diff(least) > 1) + 1), key=len)
        cuts.append(start + int(gap[len(gap) // 2]))
    return cuts


def drawing(
    part: DocumentPart, path: Path, piece: Piece, number: int, title: str, alt: str, widest: int, tallest: int
) -> str:
    """Return a run with a picture or a band of it, as large as the page lets it be.

    Parameters
    ----------
    part : DocumentPart
        Takes the file.
    path : Path
        A PNG; its bytes are in the document once, however many bands are shown.
    piece : (int, int)
        First row of pixels shown, and the row after the last.
    number : int
        Unique among the document's pictures.
    title, alt : str
    widest, tallest : int
        In English Metric Units.
    """
    relation, image = part.get_or_add_image(str(path))
    top, end = piece
    wide, tall = (int(pixels / image.horz_dpi * _EMU_PER_INCH) for pixels in (image.px_width, end - top))
    # in thousandths of a per cent
    above, below = (round(100_000 * rows / image.px_height) for rows in (top, image.px_height - end))
    cropped = f'<a:srcRect t="{above}" b="{below}"/>' if above or below else ""
    scale = min(widest / wide, tallest / tall, 1.0)
    wide, tall = int(wide * scale), int(tall * scale)
    name = f'id="{number}" name="figure-{number}"'
    return (
        f'<w:r><w:drawing><wp:inline distT="0" distB="0" distL="0" distR="0"><wp:extent cx="{wide}" cy="{tall}"/>'
        f"<wp:docPr {name} title={attribute(title)} descr={attribute(alt)}/>"
        '<wp:cNvGraphicFramePr><a:graphicFrameLocks noChangeAspect="1"/></wp:cNvGraphicFramePr><a:graphic>'
        '<a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:pic><pic:nvPicPr>'
        f"<pic:cNvPr {name} descr={attribute(alt)}/><pic:cNvPicPr/></pic:nvPicPr><pic:blipFill>"
        f'<a:blip r:embed="{relation}"/>{cropped}<a:stretch><a:fillRect/></a:stretch></pic:blipFill><pic:spPr><a:xfrm>'
        f'<a:off x="0" y="0"/><a:ext cx="{wide}" cy="{tall}"/></a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom>'
        "</pic:spPr></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r>"
    )
