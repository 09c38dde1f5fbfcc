"""Bounds on an effect when outcomes are unknown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from effektutv.values import Count, Statistic, Status, Unavailable

from .effects import Effects
from .estimand import Estimand
from .tabular import Tabular

__all__ = ["BoundRow", "Bounds"]

_UNTRIMMED = Unavailable("nothing is trimmed")


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundRow:
    """Bounds on the effect of one arm against another when outcomes are missing.

    ``lower`` and ``upper`` bound the effect; ``conf_low`` and ``conf_high`` cover it with the stated probability. ``strata``
    names what the bounds are within; response by arm and the counts are the arm's own.
    """

    outcome: str
    clock: str = ""
    month: int | None = None
    arm: str
    control: str
    method: str
    population: str
    n_arm: Count
    n_control: Count
    observed_arm: Count
    observed_control: Count
    response_arm: Statistic
    response_control: Statistic
    trimmed: str = ""
    trimmed_share: Statistic = _UNTRIMMED
    lower: Statistic
    upper: Statistic
    std_error_lower: Statistic
    std_error_upper: Statistic
    conf_low: Statistic
    conf_high: Statistic
    cells: int = 1
    strata: str = ""
    status: Status = Status.UNCHECKED
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Bounds(Tabular):
    """Bounds by contrast, with the response that they rest on.

    Parameters
    ----------
    rows : tuple of BoundRow
    response : Effects
        Response as an outcome: shares by arm, and their differences.
    conf_level : float
    notes : tuple of str
    estimand : Estimand or None
        What the rows estimate; None only where nothing said so.
    """

    rows: tuple[BoundRow, ...]
    response: Effects
    conf_level: float = 0.95
    notes: tuple[str, ...] = ()
    estimand: Estimand | None = None

    @classmethod
    def _row_type(cls) -> type[BoundRow]:
        return BoundRow

    def plot(self, lang: str = "en", **options: Any) -> Any:
        """Return a figure (matplotlib) of the bounds with their intervals, a row each.

        Parameters
        ----------
        lang : {"en", "sv"}
            Language of every word in the figure.
        **options
            Passed to :func:`effektutv.plots.bounds.bounds`.
        """
        from effektutv.plots.bounds import bounds
        from effektutv.plots.options import drawn

        from .units import unit_of_estimand

        unit = unit_of_estimand(self.estimand)
        return drawn(bounds, self.tidy(), options, lang=lang, level=self.conf_level, **unit)
