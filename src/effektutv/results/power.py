"""Power and minimum detectable effects."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from effektutv.values import Statistic, Unavailable

from .tabular import Tabular

__all__ = ["Power", "PowerRow"]

_FORMULA = Unavailable("computed by formula")


@dataclass(frozen=True, slots=True, kw_only=True)
class PowerRow:
    """One contrast of two proportions, planned. ``solved`` names what was computed from the rest.

    ``alpha`` is the family's, ``alpha_each`` the one that each of the family's contrasts is tested at. ``arm`` and
    ``control`` name the contrast of a trial whose arms have their sizes; they are empty where sizes alone are planned.
    """

    arm: str = ""
    control: str = ""
    n_arm: Statistic
    n_control: Statistic
    baseline: float
    effect: Statistic
    alpha: float
    alpha_each: float
    family: int
    power: Statistic
    solved: str
    method: str
    std_error: Statistic
    monte_carlo_error: Statistic = _FORMULA


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Power(Tabular):
    """Power, sample sizes or minimum detectable effects.

    Parameters
    ----------
    rows : tuple of PowerRow
    notes : tuple of str
    """

    rows: tuple[PowerRow, ...]
    notes: tuple[str, ...] = ()

    @classmethod
    def _row_type(cls) -> type[PowerRow]:
        return PowerRow

    def plot(self, lang: str = "en", **options: Any) -> Any:
        """Return a figure (matplotlib) of what was solved for over what varies, a line a family.

        Parameters
        ----------
        lang : {"en", "sv"}
            Language of every word in the figure.
        **options
            Passed to :func:`effektutv.plots.power.power_curve`.

        Raises
        ------
        ArgumentError
            If the rows make no line: one point has no curve.
        """
        from effektutv.plots.options import drawn
        from effektutv.plots.power import power_curve

        return drawn(power_curve, self.tidy(), options, lang=lang)
