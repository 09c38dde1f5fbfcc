"""Baseline covariates by arm, and one test of all of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from effektutv.values import Count, Statistic, Status, Unavailable

from .tabular import Tabular

__all__ = ["Balance", "BalanceRow", "Omnibus"]


@dataclass(frozen=True, slots=True, kw_only=True)
class BalanceRow:
    """One covariate (or one level of it, or its missingness) in one pair of arms.

    ``smd`` is the raw standardised mean difference, ``smd_weighted`` the stratum-weighted one; the denominator of both is
    the square root of the mean of the two arms' variances.
    """

    covariate: str
    level: str = ""
    kind: str
    arm: str
    control: str
    n_arm: Count
    n_control: Count
    n_missing_arm: Count
    n_missing_control: Count
    mean_arm: Statistic
    mean_control: Statistic
    sd_arm: Statistic
    sd_control: Statistic
    difference: Statistic
    smd: Statistic
    smd_weighted: Statistic
    smd_max: Statistic
    variance_ratio: Statistic
    status: Status = Status.UNCHECKED
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Omnibus:
    """One test of all covariates and all arms at once (Hansen and Bowers 2008).

    ``p_value`` is the χ² approximation's; ``p_randomization`` comes from drawing the assignment again, with its Monte Carlo
    error ``mc_error``, where draws were asked for.
    """

    statistic: Statistic
    df: Statistic
    p_value: Statistic
    method: str
    p_randomization: Statistic = Unavailable("no draws were asked for")
    mc_error: Statistic = Unavailable("no draws were asked for")


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Balance(Tabular):
    """Baseline covariates by arm: standardised differences, variance ratios, missingness, and an omnibus test."""

    rows: tuple[BalanceRow, ...]
    omnibus: Omnibus
    arms: tuple[str, ...]
    notes: tuple[str, ...] = ()

    @classmethod
    def _row_type(cls) -> type[BalanceRow]:
        return BalanceRow

    def plot(self, lang: str = "en", **options: Any) -> Any:
        """Return a love plot (matplotlib figure) of the standardised mean differences.

        Parameters
        ----------
        lang : {"en", "sv"}
            Language of every word in the figure.
        **options
            Passed to :func:`effektutv.plots.love.love`.
        """
        from effektutv.plots.love import love
        from effektutv.plots.options import drawn

        return drawn(love, self.tidy(), options, lang=lang)
