"""Time to event: risk tables, log-rank tests, restricted mean times."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from effektutv.values import Count, Statistic, Status

from .estimand import Estimand
from .tabular import Tabular

__all__ = ["LogRank", "LogRankArm", "MeanTimeRow", "RiskRow", "TimeToEvent"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskRow:
    """One arm at one time: at risk, events so far, Kaplan–Meier and the cumulative incidence with competing events.

    ``n_risk`` counts those still under observation just before the time; ``events``, ``competing`` and ``censored`` count
    up to the time, both ends included. ``survival`` takes a competing event as censoring, ``incidence`` does not.
    """

    outcome: str = ""
    clock: str = ""
    arm: str
    time: float
    n: Count
    n_risk: Count
    events: Count
    competing: Count
    censored: Count
    survival: Statistic
    survival_error: Statistic
    survival_low: Statistic
    survival_high: Statistic
    incidence: Statistic
    incidence_error: Statistic
    incidence_low: Statistic
    incidence_high: Statistic
    status: Status = Status.UNCHECKED


@dataclass(frozen=True, slots=True, kw_only=True)
class LogRankArm:
    """Events observed and expected in one arm if all arms had the same hazard."""

    arm: str
    n: Count
    observed: Count
    expected: Statistic


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class LogRank(Tabular):
    """A log-rank test that the arms' hazards are the same.

    Parameters
    ----------
    rows : tuple of LogRankArm
    statistic, df, p_value : Statistic
        Chi-squared.
    strata : str
        What the test is stratified by, empty if by nothing.
    """

    rows: tuple[LogRankArm, ...]
    statistic: Statistic
    df: Statistic
    p_value: Statistic
    strata: str = ""

    @classmethod
    def _row_type(cls) -> type[LogRankArm]:
        return LogRankArm


@dataclass(frozen=True, slots=True, kw_only=True)
class MeanTimeRow:
    """The difference between two arms in restricted mean time without the event, up to ``tau``; and their log-rank test.

    With ``strata`` both are within them: the means standardised to the strata of everyone, with t's ``df``.
    """

    outcome: str = ""
    clock: str = ""
    arm: str
    control: str
    tau: float
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
    log_rank: Statistic
    log_rank_p: Statistic
    strata: str = ""
    status: Status = Status.UNCHECKED
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class TimeToEvent(Tabular):
    """Time to a first event: restricted mean differences by contrast, risk table and curves by arm, log-rank test.

    Parameters
    ----------
    rows : tuple of MeanTimeRow
    risk : tuple of RiskRow
        By arm and time.
    log_rank : LogRank
        All arms at once.
    medians : mapping, as pairs of str and Statistic
        By arm.
    conf_level : float
    notes : tuple of str
    estimand : Estimand or None
        What the rows estimate; None only where nothing said so.
    """

    rows: tuple[MeanTimeRow, ...]
    risk: tuple[RiskRow, ...]
    log_rank: LogRank
    medians: tuple[tuple[str, Statistic], ...]
    conf_level: float = 0.95
    notes: tuple[str, ...] = ()
    estimand: Estimand | None = None

    @classmethod
    def _row_type(cls) -> type[MeanTimeRow]:
        return MeanTimeRow

    def plot(self, lang: str = "en", **options: Any) -> Any:
        """Return a figure (matplotlib) of the share of each arm that has had the event, by time.

        Parameters
        ----------
        lang : {"en", "sv"}
            Language of every word in the figure.
        **options
            Passed to :func:`effektutv.plots.cumulative_incidence.survival`.
        """
        from effektutv.plots.cumulative_incidence import survival
        from effektutv.plots.options import drawn

        return drawn(survival, self.risk_table(), options, lang=lang)

    def risk_table(self) -> Any:
        """Return the risk table and the curves, a row an arm and time (pandas)."""
        return _Risk(rows=self.risk).tidy()


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class _Risk(Tabular):
    rows: tuple[RiskRow, ...]

    @classmethod
    def _row_type(cls) -> type[RiskRow]:
        return RiskRow
