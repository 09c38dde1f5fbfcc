"""The report as one HTML file that asks nothing of anywhere: styles inside, figures as data URIs."""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from ...wording.glossary import abbreviations
from ...wording.words import CATALOGUE, Words

if TYPE_CHECKING:
    from ...model.document import Document

__all__ = ["fill", "render", "write"]

_TEMPLATES = Path(__file__).parent / "templates"
#: Notes that say how a table was made, each known by its opening words: folded away on screen, and printed. All others say how
#: to read the numbers (a mark, a caveat) and stay in sight.
_ON_METHOD = (
    "note_estimand", "note_estimator", "note_intervals", "note_weighted", "note_family_plain", "note_randomization", "note_n",
    "note_n_rows", "note_time_estimator", "note_time_standardised",
)  # fmt: skip
_ON_METHOD_FAMILIES = ("family_", "protection_")
_SIZE = re.compile(r'<svg[^>]*?\bviewBox="0 0 ([\d.]+) ([\d.]+)"', re.DOTALL)


def write(document: Document, folder: Path) -> None:
    """Write ``report.html``; the figures must be in ``figures/`` already."""
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
    return fill(
        "report.html.j2",
        document.lang,
        document=document,
        abbreviations=abbreviations(document),
        images={key: _data_uri(svg) for key, svg in images.items()},
        sizes={key: _size(svg) for key, svg in images.items()},
        numbers=document.numbers,
    )


def fill(template: str, lang: str, **values: object) -> str:
    """Return a page of this package's templates, with styles inside and the rule that it may ask nothing of anywhere.

    Parameters
    ----------
    template : str
        Its file's name.
    lang : {"sv", "en"}
    **values : object
        What the template shows, beside its words, its styles and its rule.
    """
    style = _style()
    return (
        _environment(lang)
        .get_template(template)
        .render(
            style=Markup(style),  # noqa: S704  (our own file)
            policy=_policy(style),
            w=Words(lang),
            lang=lang,
            **values,
        )
    )


@cache
def _environment(lang: str) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    openings = _openings(lang)
    environment.tests["on_method"] = lambda note: note.startswith(openings)
    return environment


def _openings(lang: str) -> tuple[str, ...]:
    """Return the fixed words that open a note on method: up to the first placeholder, or to the colon where one comes first."""
    keys = [*_ON_METHOD, *(key for key in CATALOGUE if key.startswith(_ON_METHOD_FAMILIES))]
    found = (CATALOGUE[key][lang].split("{")[0] for key in keys)
    return tuple(text.split(":")[0] + ":" if ":" in text else text for text in found)


def _style() -> str:
    return "\n" + (_TEMPLATES / "report.css").read_text(encoding="utf-8")


def _policy(style: str) -> str:
    """Return the page's own rule for the browser: its styles, its embedded pictures, and nothing else from anywhere."""
    digest = base64.b64encode(hashlib.sha256(style.encode("utf-8")).digest()).decode("ascii")
    return f"default-src 'none'; img-src data:; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


def _data_uri(svg: str) -> str:
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode("utf-8")).decode("ascii")


def _size(svg: str) -> tuple[int, int] | None:
    """Return width and height in CSS pixels (of 1/96 inch; an SVG's points are 1/72), so that the page does not jump."""
    found = _SIZE.search(svg)
    if found is None:
        return None
    return round(float(found[1]) * 96 / 72), round(float(found[2]) * 96 / 72)
