"""Exclusive categories by arm, and who started."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from effektutv.values import Count, Statistic, Status

from .tabular import Tabular

__all__ = ["CountRow", "Counts", "StartRow", "Starts"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CountRow:
    """How many persons of one arm are in one of several exclusive categories of an outcome at one month.

    ``n`` is the arm's denominator (persons followed at that month), not the persons in the outcome; ``share`` is
    ``events / n``. ``category`` is a key: an outcome's name, or ``"af_only"``, ``"ku_only"``, ``"both"``.
    """

    outcome: str
    clock: str = ""
    month: int | None = None
    arm: str
    category: str
    n: Count
    events: Count
    share: Statistic
    status: Status = Status.UNCHECKED


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Counts(Tabular):
    """Exclusive categories of an outcome by arm: kinds of work, or the sources that know of the work.

    Parameters
    ----------
    rows : tuple of CountRow
        One row an arm and category; the categories of an arm, clock and month add up to the outcome in that arm.
    notes : tuple of str
        What a table note must say.
    """

    rows: tuple[CountRow, ...]
    notes: tuple[str, ...] = ()

    @classmethod
    def _row_type(cls) -> type[CountRow]:
        return CountRow

    def plot(self, lang: str = "en", **options: Any) -> Any:
        """Return stacked bars (matplotlib figure) of the categories by arm.

        Parameters
        ----------
        lang : {"en", "sv"}
            Language of every word in the figure.
        **options
            Passed to :func:`effektutv.plots.stacked_bars.stacked_bars`.
        """
        from effektutv.plots.options import drawn
        from effektutv.plots.stacked_bars import stacked_bars

        return drawn(stacked_bars, self.tidy(), options, lang=lang)


@dataclass(frozen=True, slots=True, kw_only=True)
class StartRow:
    """How many of one arm started their intervention, and after how many days (median, of those who started)."""

    arm: str
    n: Count
    started: Count
    share: Statistic
    median_delay: Statistic
    status: Status = Status.UNCHECKED


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Starts(Tabular):
    """Start of the intervention by arm: what the start clock rests on."""

    rows: tuple[StartRow, ...]
    notes: tuple[str, ...] = ()

    @classmethod
    def _row_type(cls) -> type[StartRow]:
        return StartRow
