"""One null of a family."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..design import BoolArray

__all__ = ["Hypothesis"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Hypothesis:
    """One row's null: an effect in one level (or in everyone), or the difference of two levels' effects.

    Parameters
    ----------
    outcome : str
    contrast : (int, int)
        Codes of (arm, control).
    levels : tuple of (n,) arrays of bool
        Who is in the level; two for an interaction, second minus first.
    """

    outcome: str
    contrast: tuple[int, int]
    levels: tuple[BoolArray, ...]
