"""The report as data: sections, tables, figures and sentences, before any format."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from effektutv.disclosure.protected import Protected, ReportInputs

    from .manifest import Facts

__all__ = ["Document", "build", "write"]

Lang = Literal["sv", "en"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A report in one language, ready for any format."""

    lang: Lang
    inputs: Protected[ReportInputs]
    facts: Facts


def build(inputs: Protected[ReportInputs], *, lang: Lang, facts: Facts) -> Document:
    """Lay out a report.

    Parameters
    ----------
    inputs : Protected of ReportInputs
        What the run found, through disclosure control.
    lang : {"sv", "en"}
    facts : Facts
    """
    raise NotImplementedError


def write(document: Document, folder: Path, *, progress: Callable[[str], None] | None = None) -> dict[str, float]:
    """Write ``report.html``, ``tables/``, ``figures/``, ``disclosure.csv`` and ``manifest.json``.

    Parameters
    ----------
    document : Document
    folder : Path
        An existing, empty folder; the caller renames it into place.
    progress : callable, optional
        Called with the key of each step as it begins: ``"figures"``, ``"tables"``, ``"html"``, ``"manifest"``.

    Returns
    -------
    dict of str to float
        Seconds by step.
    """
    raise NotImplementedError
