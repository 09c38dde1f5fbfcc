"""What bounds by trimming have in common: what they hand back, and when cells may tighten them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from effektutv.values import Statistic

from ..variation import EXACT

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..design import BoolArray, IntArray

__all__ = ["Interval", "cannot_tighten", "without_dust"]

#: Response shares are equal within this.
TIE = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """Bounds of one contrast.

    Parameters
    ----------
    lower, upper : Statistic
    variance_lower, variance_upper : Statistic
    trimmed : int
        1 where the arm is trimmed, 0 where the control is, −1 where neither is.
    trimmed_share : float
        Share of the trimmed arm's respondents, over all cells.
    cells : int
        Cells that the bounds are averaged over.
    notes : tuple of str
    """

    lower: Statistic
    upper: Statistic
    variance_lower: Statistic
    variance_upper: Statistic
    trimmed: int = -1
    trimmed_share: float = 0.0
    cells: int = 1
    notes: tuple[str, ...] = ()


def without_dust(found: tuple[float, Statistic], square: float) -> tuple[float, Statistic]:
    """Return a bound and its variance, both 0 where they are what rounding leaves of 0.

    Parameters
    ----------
    found : (float, Statistic)
    square : float
        Mean of the squared outcome: what is 0 is judged by it.
    """
    value, variance = found
    value = 0.0 if value**2 <= EXACT * square else value
    if isinstance(variance, float) and variance <= EXACT * square:
        return value, 0.0
    return value, variance


def cannot_tighten(
    share: Callable[[IntArray], tuple[float, float]], seen: BoolArray, treated: BoolArray, groups: list[IntArray]
) -> str:
    """Return why cells cannot be used, or nothing.

    Parameters
    ----------
    share : callable
        Response of arm and control among some persons, weighted where persons weigh.
    seen, treated : (n,) arrays of bool
        Who has an outcome, and who is in the arm.
    groups : list of array of int
        The persons of each cell.
    """
    empty = sum(not seen[r][treated[r]].any() or not seen[r][~treated[r]].any() for r in groups)
    if empty:
        return f"not tightened: {empty} of {len(groups)} cells lack respondents of an arm"
    gaps = [first - second for first, second in map(share, groups)]
    more, less = sum(gap > TIE for gap in gaps), sum(gap < -TIE for gap in gaps)
    if more and less:
        return (
            f"not tightened: response is higher in the arm in {more} of {len(groups)} cells and lower in {less}; "
            "the direction must be one"
        )
    return ""
