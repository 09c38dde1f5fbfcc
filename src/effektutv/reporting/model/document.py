"""What a report is, before any format: its words, its blocks, what it was made from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .blocks import FigureBlock, TableBlock

if TYPE_CHECKING:
    from collections.abc import Mapping

    from effektutv.disclosure.protected import Protected, ReportInputs
    from effektutv.i18n import Lang
    from effektutv.results.cross_check import CrossCheck
    from effektutv.runtime.process import Taken
    from effektutv.study.plan_status import PlanLock

    from .blocks import KeyFigure, Section

__all__ = ["Banner", "Document", "Facts"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Banner:
    """What a reader must know before reading: that data are made up, that nothing is cleared."""

    key: str
    title: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the pipeline knows of a run and the report prints.

    Parameters
    ----------
    version : str
        effektutv's version.
    engine : str
        What read the extracts, e.g. ``"duckdb"``; ``"table"`` for a plain table.
    seed : int
        The seed of everything drawn.
    inputs : mapping of str to str
        SHA-256 by file name (never a path) of every input.
    versions : mapping of str to str
        Versions of Python and the libraries that can change a number, or a byte of the outputs.
    steps : mapping of str to float
        Seconds by step up to the report; the report adds its own. They stand only in the manifest's runtime block.
    plan : PlanLock or None
        The plan's hash, and whether the plan is the one that was locked.
    taken : Taken or None
        What reading took of the machine; it stands only in the manifest's runtime block.
    cross_check : CrossCheck or None
        The second estimation of the main results, which agrees; None where none was asked for.
    """

    version: str
    engine: str
    seed: int
    inputs: Mapping[str, str] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)
    steps: Mapping[str, float] = field(default_factory=dict)
    plan: PlanLock | None = None
    taken: Taken | None = None
    cross_check: CrossCheck | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A report in one language, ready for any format.

    Parameters
    ----------
    lang : {"sv", "en"}
    title, byline, colophon : str
    banners : tuple of Banner
    key_title : str
        What the key figures are about.
    key_figures : tuple of KeyFigure
    sections : tuple of Section
    inputs : Protected of ReportInputs
        For the CSV tables.
    facts : Facts
    """

    lang: Lang
    title: str
    byline: str
    colophon: str
    banners: tuple[Banner, ...]
    key_title: str
    key_figures: tuple[KeyFigure, ...]
    sections: tuple[Section, ...]
    inputs: Protected[ReportInputs]
    facts: Facts

    @property
    def figures(self) -> tuple[FigureBlock, ...]:
        """Every figure, in the order of the report."""
        return tuple(b for s in self.sections for b in s.blocks if isinstance(b, FigureBlock))

    @property
    def tables(self) -> tuple[TableBlock, ...]:
        """Every table of the text, in the order of the report."""
        return tuple(b for s in self.sections for b in s.blocks if isinstance(b, TableBlock))

    @property
    def numbers(self) -> dict[str, int]:
        """The number of each figure and each table by its key, counted apart in the order of the report."""
        keys = [f.key for f in self.figures], [t.key for t in self.tables]
        return {key: i for counted in keys for i, key in enumerate(counted, start=1)}
