"""The manifest: what a report was made of, by what, and what came out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Facts"]


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
        Versions of Python and the libraries that can change a number.
    steps : mapping of str to float
        Seconds by step up to the report; the report adds its own. They stand only in the manifest's runtime block.
    """

    version: str
    engine: str
    seed: int
    inputs: Mapping[str, str] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)
    steps: Mapping[str, float] = field(default_factory=dict)
