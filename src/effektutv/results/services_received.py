"""What each arm received: hours by actor, and shares of its persons who were given something."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from effektutv.values import Count, Statistic, Status, Unavailable

from .tabular import Tabular

__all__ = ["ALL_ACTORS", "HoursRow", "Received", "ShareRow", "Shares"]

#: The actor of the row that holds every actor's hours.
ALL_ACTORS = "all"
_NOBODY = Unavailable("nobody has hours")


@dataclass(frozen=True, slots=True, kw_only=True)
class HoursRow:
    """Hours that one actor gave to one arm's persons, from randomisation's own calendar month (0) to ``month``.

    ``n`` is everyone assigned to the arm; ``persons`` are those with more than no hours, ``share`` their share of ``n``.
    ``mean`` is hours a person assigned (no report is no hours) and ``mean_month`` the same hours a person and calendar month:
    the arm's hours over its persons' months, each person's from randomisation's to ``month`` and none beyond the
    interventions' end (or the time reports' cut-off). ``largest`` and ``second`` are the parts of the arm's hours that went to
    the person with most, and with second most: for disclosure control, never shown.
    """

    arm: str
    actor: str
    month: int
    n: Count
    persons: Count
    share: Statistic
    mean: Statistic
    mean_month: Statistic
    status: Status = Status.UNCHECKED
    largest: Statistic = field(default=_NOBODY, metadata={"internal": True})
    second: Statistic = field(default=_NOBODY, metadata={"internal": True})


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareRow:
    """How many of everyone assigned to one arm something holds for.

    ``item`` is a key: ``"sius"`` (a spell with a SIUS consultant until the interventions' end), ``"programme"`` (a labour-market
    programme), ``"decision_support"`` and ``"decision_subsidised"`` (the employment service's decisions on employment with
    support and other subsidised employment), ``"dropped_out"``, ``"turned_"`` and the age at which the benefit ends. ``month``
    is the last month counted, ``None`` where the item has no month of its own.
    """

    arm: str
    item: str
    month: int | None = None
    n: Count
    persons: Count
    share: Statistic
    status: Status = Status.UNCHECKED


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Shares(Tabular):
    """Shares of each arm that several things hold for; they do not exclude each other.

    Parameters
    ----------
    rows : tuple of ShareRow
        One row an arm and item.
    notes : tuple of str
        What a table note must say.
    """

    rows: tuple[ShareRow, ...]
    notes: tuple[str, ...] = ()

    @classmethod
    def _row_type(cls) -> type[ShareRow]:
        return ShareRow


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Received(Tabular):
    """What each arm received: the contrast that an effect is an effect of.

    Parameters
    ----------
    rows : tuple of HoursRow
        One row an arm and actor, and one of all actors together; empty where the study has no time reports.
    shares : Shares
        Who had a SIUS consultant, programmes and decisions, and who dropped out.
    notes : tuple of str
        What a table note must say.
    """

    rows: tuple[HoursRow, ...]
    shares: Shares
    notes: tuple[str, ...] = ()

    @classmethod
    def _row_type(cls) -> type[HoursRow]:
        return HoursRow

    def plot(self, lang: str = "en", **options: Any) -> Any:
        """Return stacked bars (matplotlib figure) of mean hours a person, by actor and arm.

        Parameters
        ----------
        lang : {"en", "sv"}
            Language of every word in the figure.
        **options
            Passed to :func:`effektutv.plots.stacked_bars.stacked_bars`.
        """
        from effektutv.plots.options import drawn
        from effektutv.plots.stacked_bars import stacked_bars

        parts = self.tidy().query("actor != @ALL_ACTORS", local_dict={"ALL_ACTORS": ALL_ACTORS})
        parts = parts.drop(columns="share").rename(columns={"actor": "category", "mean": "share"})
        return drawn(stacked_bars, parts, options, lang=lang, unit="hours")
