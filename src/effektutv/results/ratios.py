"""Ratios of two arms: risk ratios, odds ratios, and differences with Newcombe intervals."""

from __future__ import annotations

from dataclasses import dataclass, field

from effektutv.values import Count, Statistic, Status, Unavailable

from .estimand import Estimand
from .tabular import Tabular

__all__ = ["RatioRow", "Ratios"]

_NO_COUNT = Unavailable("not a 0/1 outcome")


#: The measures that are ratios.
RATIOS = ("risk ratio", "odds ratio")


@dataclass(frozen=True, slots=True, kw_only=True)
class RatioRow:
    """One contrast of a 0/1 outcome on one scale: a risk ratio, an odds ratio, or a difference with Newcombe's interval.

    ``std_error`` is that of the logarithm for ratios; Newcombe's interval has none.
    """

    outcome: str
    clock: str = ""
    month: int | None = None
    arm: str
    control: str
    measure: str
    n_arm: Count
    n_control: Count
    mean_arm: Statistic
    mean_control: Statistic
    estimate: Statistic
    std_error: Statistic
    statistic: Statistic
    df: Statistic
    p_value: Statistic
    conf_low: Statistic
    conf_high: Statistic
    estimator: str
    vcov: str
    strata: str = ""
    status: Status = Status.UNCHECKED
    note: str = ""
    events_arm: Count = field(default=_NO_COUNT, metadata={"internal": True})
    events_control: Count = field(default=_NO_COUNT, metadata={"internal": True})


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Ratios(Tabular):
    """Risk ratios and odds ratios beside the differences.

    Parameters
    ----------
    rows : tuple of RatioRow
    conf_level : float
    notes : tuple of str
    estimand : Estimand or None
        What the rows estimate; None only where nothing said so.
    """

    rows: tuple[RatioRow, ...]
    conf_level: float = 0.95
    notes: tuple[str, ...] = ()
    estimand: Estimand | None = None

    @classmethod
    def _row_type(cls) -> type[RatioRow]:
        return RatioRow
