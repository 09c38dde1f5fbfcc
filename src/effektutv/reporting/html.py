"""The report as one HTML file that asks nothing of anywhere: styles inside, figures as data URIs."""

from __future__ import annotations

import base64
import re
from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from .blocks import TableBlock
from .phrases import Words

if TYPE_CHECKING:
    from .document_types import Document

__all__ = ["render", "write"]

_TEMPLATES = Path(__file__).parent / "templates"
_SIZE = re.compile(r'<svg[^>]*?\bviewBox="0 0 ([\d.]+) ([\d.]+)"', re.DOTALL)


def write(document: Document, folder: Path) -> None:
    """Write ``report.html``; the figures must be in ``figures/`` already.

    Parameters
    ----------
    document : Document
    folder : Path
    """
    images = {f.key: (folder / "figures" / f"{f.key}.svg").read_text(encoding="utf-8") for f in document.figures}
    (folder / "report.html").write_text(render(document, images), encoding="utf-8", newline="\n")


def render(document: Document, images: dict[str, str]) -> str:
    """Return the page.

    Parameters
    ----------
    document : Document
    images : dict of str to str
        Each figure's SVG, by its key.
    """
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    page = environment.get_template("report.html.j2")
    return page.render(
        document=document,
        w=Words(document.lang),
        images={key: _data_uri(svg) for key, svg in images.items()},
        sizes={key: _size(svg) for key, svg in images.items()},
        numbers=_numbered(document),
    )


def _numbered(document: Document) -> dict[str, int]:
    """Return the numbers of figures and tables, counted apart in the order of the report."""
    tables = [b.key for s in document.sections for b in s.blocks if isinstance(b, TableBlock)]
    figures = [f.key for f in document.figures]
    return {key: i for keys in (figures, tables) for i, key in enumerate(keys, start=1)}


def _data_uri(svg: str) -> str:
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode("utf-8")).decode("ascii")


def _size(svg: str) -> tuple[int, int] | None:
    """Return width and height in CSS pixels (of 1/96 inch; an SVG's points are 1/72), so that the page does not jump."""
    found = _SIZE.search(svg)
    if found is None:
        return None
    return round(float(found[1]) * 96 / 72), round(float(found[2]) * 96 / 72)
