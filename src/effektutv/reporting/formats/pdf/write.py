"""The report as a PDF for print and for reading aloud: PDF/UA-1 and PDF/A-2a together, set by typst.

Everything that the report says goes to the typesetter as data: no word of a study file is ever read as its markup. Nothing is
written but the finished file, and no font or file of the machine is asked for.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from effektutv.errors import EffektutvError

from ...provenance.source_date import dated
from .column_widths import font_folder
from .pictures import pictures
from .table_headers import mark_row_headers
from .typst_content import content

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    import typst

    from ...model.document import Document
    from .pictures import Picture
    from .typst_content import Json

__all__ = ["render", "write"]

_TEMPLATE = Path(__file__).parent / "templates" / "report.typ"


def write(document: Document, folder: Path) -> None:
    """Write ``report.pdf``; the figures must be in ``figures/`` already.

    Raises
    ------
    EffektutvError
        If the typesetter refuses the report.
    ArgumentError
        If ``SOURCE_DATE_EPOCH`` is set and is no date.
    """
    drawn = {f.key: pictures(folder, f.key) for f in document.figures}
    (folder / "report.pdf").write_bytes(render(document, drawn))


def render(document: Document, drawn: Mapping[str, Sequence[Picture]]) -> bytes:
    """Return the file.

    Parameters
    ----------
    document : Document
    drawn : mapping of str to sequence of Picture
        Each figure's drawing, or its bands from the top, by the figure's key.
    """
    images = {f"figure:{key}:{i}": picture.svg for key, bands in drawn.items() for i, picture in enumerate(bands)}
    return mark_row_headers(_typeset(content(document, drawn), images, dated(document)))


@lru_cache(maxsize=1)
def _fonts() -> typst.Fonts:
    import typst

    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[font_folder()])


def _typeset(said: dict[str, Json], images: dict[str, str], when: datetime) -> bytes:
    import typst

    # a date of its own, so that the typesetter asks no clock
    said["date"] = [when.year, when.month, when.day, when.hour, when.minute, when.second]
    fault, made = "", None
    try:
        compiler = typst.Compiler(
            _TEMPLATE.read_bytes(),
            root=str(_TEMPLATE.parent),
            font_paths=_fonts(),
            ignore_system_fonts=True,
            sys_inputs={"report": json.dumps(said, ensure_ascii=False), **images},
        )
        made = compiler.compile(format="pdf", pdf_standards=["ua-1", "a-2a"])
    except typst.TypstError as error:
        # its message may quote what was to be printed: only the place in the template is told
        place = re.search(r"\.typ:(\d+)", error.diagnostic or "")
        fault = f" at line {place[1]} of report.typ" if place else ""
    if isinstance(made, bytes):
        return made
    raise EffektutvError(
        f"report.pdf: typst {_typst_version()} refused the report{fault}; please report it with the command and the version"
    )


def _typst_version() -> str:
    from importlib.metadata import version

    return version("typst")
