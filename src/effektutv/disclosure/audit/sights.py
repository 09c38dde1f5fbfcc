"""What a reader of the log knows of each hidden count, and the sums that tie counts together."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..cells import Cell, Margin

__all__ = ["INFINITE", "Equation", "Gap", "Limit", "Piece", "Range", "Sight"]

INFINITE = float("inf")
#: Smallest and largest of what a count may be.
Piece = tuple[float, float]


class Sight(NamedTuple):
    """A cell on one clock."""

    cell: Cell
    clock: str


class Range(NamedTuple):
    """The count of a sight, what it may be, and what must remain possible of it.

    ``need_low`` to ``need_high`` is all that the printed rule leaves open, or as much of it as the profile asks for; both
    are the value itself where the cell is no secret.
    """

    value: float
    low: float
    high: float
    pieces: tuple[Piece, ...]
    need_low: float
    need_high: float

    @property
    def secret(self) -> bool:
        """Whether anything must remain open."""
        return self.need_low < self.need_high


class Equation(NamedTuple):
    """Sights whose counts, times their coefficients, add up to something known, and which tables say so."""

    coefficients: Mapping[Sight, int]
    margin: Margin


class Gap(NamedTuple):
    """Persons less events of a cell in a level, where the number of persons may be hidden too."""

    persons: Sight
    events: Sight
    low: float
    high: float
    pieces: tuple[Piece, ...]


class Limit(NamedTuple):
    """Sights whose counts, times their coefficients, add up to at most something that a table shows, and which."""

    coefficients: Mapping[Sight, int]
    top: float
    where: str
