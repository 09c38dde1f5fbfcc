"""How much effects differ between sites."""

from __future__ import annotations

from dataclasses import dataclass

from effektutv.values import Count, Statistic, Status

from .estimand import Estimand
from .tabular import Tabular

__all__ = ["FEW_SITES", "SiteRow", "SiteVariation"]

#: Why the variation between sites is not released: with fewer, one number would tell of single ones.
FEW_SITES = "fewer than ten sites: one number would tell of single ones"


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteRow:
    """One contrast: how much its effect varies between sites, and its mean over sites.

    ``tau`` is the between-site standard deviation of the effect, by Paule and Mandel, in the outcome's unit (a proportion for
    a 0/1 outcome), ``tau_low`` and ``tau_high`` its Q-profile interval, ``tau_first_step`` DerSimonian and Laird's estimate.
    ``estimate`` is the mean of the sites' effects, weighted by precision with ``tau`` taken into account: every site counts
    for itself, not for its persons; its interval and p-value take t with ``q_df`` degrees of freedom. ``q`` is Cochran's test
    that all sites have the same effect, and ``i_squared`` the share of the sites' spread that is more than chance.
    """

    outcome: str
    clock: str = ""
    month: int | None = None
    arm: str
    control: str
    site: str
    sites: Count
    sites_left_out: Count
    n: Count
    estimate: Statistic
    std_error: Statistic
    p_value: Statistic
    conf_low: Statistic
    conf_high: Statistic
    tau: Statistic
    tau_low: Statistic
    tau_high: Statistic
    tau_first_step: Statistic
    q: Statistic
    q_df: Statistic
    q_p_value: Statistic
    i_squared: Statistic
    status: Status = Status.UNCHECKED
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class SiteVariation(Tabular):
    """Variation of the effects between sites, a row a contrast. No site is named or shown by itself.

    Parameters
    ----------
    rows : tuple of SiteRow
    conf_level : float
        Coverage of the intervals.
    notes : tuple of str
        What a table note must say.
    estimand : Estimand or None
        What the rows estimate; None only where nothing said so.
    """

    rows: tuple[SiteRow, ...]
    conf_level: float = 0.95
    notes: tuple[str, ...] = ()
    estimand: Estimand | None = None

    @classmethod
    def _row_type(cls) -> type[SiteRow]:
        return SiteRow
