"""An outcome month by month: shares by arm, effects, and their simultaneous bands."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from effektutv.values import Count, Statistic, Status, Unavailable

from .effects import Effects
from .tabular import Tabular

__all__ = ["NO_BAND", "NO_VARIANCE", "ArmSummary", "EffectBand", "EffectBands", "Profile"]


#: Where a profile was asked for without simultaneous bands.
NO_BAND = Unavailable("no simultaneous band was asked for")
#: Where a month has a share or an effect but no variance, so that the band leaves it out.
NO_VARIANCE = Unavailable("no variance at this month: the simultaneous band leaves it out")


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmSummary:
    """The share (or mean) of one outcome in one arm at one month, with its own interval.

    ``sim_low`` and ``sim_high`` bound the simultaneous band, which holds the arm's whole curve at once, and
    ``sim_critical`` is its critical value, the same at every month of the arm.
    """

    outcome: str
    clock: str
    month: int
    arm: str
    n: Count
    share: Statistic
    std_error: Statistic
    conf_low: Statistic
    conf_high: Statistic
    status: Status = Status.UNCHECKED
    sim_low: Statistic = NO_BAND
    sim_high: Statistic = NO_BAND
    sim_critical: Statistic = NO_BAND
    events: Count = field(default=Unavailable("not a 0/1 outcome"), metadata={"internal": True})


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectBand:
    """The simultaneous band of one contrast at one month; it holds the contrast's whole curve at once."""

    outcome: str
    clock: str
    month: int
    arm: str
    control: str
    sim_low: Statistic
    sim_high: Statistic
    sim_critical: Statistic
    status: Status = Status.UNCHECKED


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class EffectBands(Tabular):
    """Simultaneous bands of the effects by month, and how all bands of the profile were drawn.

    Parameters
    ----------
    rows : tuple of EffectBand
        One row an outcome, month and contrast; the estimates stand in the profile's ``effects``.
    draws : int
        Draws behind each critical value; 0 where no band was asked for.
    seed : int
        From which every draw can be had again.
    """

    rows: tuple[EffectBand, ...] = ()
    draws: int = 0
    seed: int = 0

    @classmethod
    def _row_type(cls) -> type[EffectBand]:
        return EffectBand


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Profile(Tabular):
    """Month by month: the share in each arm, and the effects between arms.

    Parameters
    ----------
    rows : tuple of ArmSummary
        One row an outcome, month and arm.
    effects : Effects
        One row an outcome, month and contrast, with pointwise intervals.
    bands : EffectBands
        Their simultaneous bands, where these were asked for.
    """

    rows: tuple[ArmSummary, ...]
    effects: Effects
    bands: EffectBands = field(default_factory=EffectBands)

    @property
    def notes(self) -> tuple[str, ...]:
        """What a note on the bands must say: how they were drawn, and the months that they leave out.

        Read off the rows, so that a month which disclosure control has hidden is not named.
        """
        if not self.bands.draws:
            return ()
        said = [f"simultaneous bands (sup-t): {self.bands.draws} draws, seed {self.bands.seed}"]
        for who, months in self.without_variance().items():
            said.append(f"{who}: no variance at month {', '.join(map(str, months))}; left out of the simultaneous band")
        return tuple(said)

    def without_variance(self) -> dict[str, tuple[int, ...]]:
        """Return the months that the bands leave out for want of variance, by outcome and arm or contrast."""
        out: dict[str, list[int]] = {}
        for row in self.rows:
            if row.sim_low == NO_VARIANCE:
                out.setdefault(" ".join(filter(None, (row.outcome, row.clock, row.arm))), []).append(row.month)
        for band in self.bands.rows:
            if band.sim_low == NO_VARIANCE:
                who = " ".join(filter(None, (band.outcome, band.clock, f"{band.arm} − {band.control}")))
                out.setdefault(who, []).append(band.month)
        return {who: tuple(sorted(months)) for who, months in out.items()}

    @classmethod
    def _row_type(cls) -> type[ArmSummary]:
        return ArmSummary

    def plot(self, lang: str = "en", **options: Any) -> Any:
        """Return a figure of the shares by month and arm, with bands.

        Parameters
        ----------
        lang : {"en", "sv"}
            Language of every word in the figure.
        **options
            Passed to :func:`effektutv.plots.shares_by_month.shares_by_month`.
        """
        from effektutv.plots.options import drawn
        from effektutv.plots.shares_by_month import shares_by_month

        from .units import unit_of_estimand

        unit = unit_of_estimand(self.effects.estimand)
        return drawn(shares_by_month, self.tidy(), options, lang=lang, **unit)
