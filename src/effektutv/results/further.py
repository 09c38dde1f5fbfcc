"""Frozen result types of the questions beyond the mean difference: ratios, bounds, compliance, time to event, power.

They follow :mod:`effektutv.results`: one tidy row a contrast, a number or the reason why there is none.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from .base import Count, Statistic, Status, Tabular, Unavailable
from .effects import Effects, Estimand
from .fitted_models import chosen, data_of, two_stage
from .kept import WithSource

__all__ = [
    "BoundRow",
    "Bounds",
    "ComplierEffects",
    "ComplierRow",
    "LogRank",
    "LogRankArm",
    "MeanTimeRow",
    "Power",
    "PowerRow",
    "RatioRow",
    "Ratios",
    "ReceiptRow",
    "Receipts",
    "RiskRow",
    "SurveyOutcome",
    "TimeToEvent",
]

_NO_COUNT = Unavailable("not a 0/1 outcome")
_UNTRIMMED = Unavailable("nothing is trimmed")
_FORMULA = Unavailable("computed by formula")


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
        from ..plots.bounds import bounds
        from ..plots.door import drawn
        from .units import unit_of_estimand

        unit = unit_of_estimand(self.estimand)
        return drawn(bounds, self.tidy(), options, lang=lang, level=self.conf_level, **unit)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptRow:
    """How many of one arm received one programme."""

    arm: str
    programme: str
    n: Count
    received: Count
    share: Statistic
    status: Status = Status.UNCHECKED


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Receipts(Tabular):
    """Receipt of every programme by arm: what a complier effect rests on."""

    rows: tuple[ReceiptRow, ...]

    @classmethod
    def _row_type(cls) -> type[ReceiptRow]:
        return ReceiptRow


@dataclass(frozen=True, slots=True, kw_only=True)
class ComplierRow:
    """The effect of receiving a programme on those who receive it because of the arm they were assigned to.

    ``first_stage`` is the effect of the assignment on receipt, ``f_classical`` the F test of it that weak-instrument
    tables are made for, ``f_robust`` the robust one. ``ar_low`` and ``ar_high`` end Anderson and Rubin's confidence set,
    which holds its level however weak the first stage is.
    """

    outcome: str
    clock: str = ""
    month: int | None = None
    arm: str
    control: str
    n_arm: Count
    n_control: Count
    receipt_arm: Statistic
    receipt_control: Statistic
    first_stage: Statistic
    first_stage_error: Statistic
    f_classical: Statistic
    f_robust: Statistic
    intention_to_treat: Statistic
    estimate: Statistic
    std_error: Statistic
    statistic: Statistic
    df: Statistic
    p_value: Statistic
    conf_low: Statistic
    conf_high: Statistic
    ar_low: Statistic
    ar_high: Statistic
    vcov: str
    strata: str = ""
    status: Status = Status.UNCHECKED
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class ComplierEffects(WithSource):
    """Complier average causal effects, each arm against the comparison arm.

    Parameters
    ----------
    rows : tuple of ComplierRow
    receipt : Receipts
        Every programme in every arm.
    conf_level : float
    notes : tuple of str
    estimand : Estimand or None
        What the rows estimate; None only where nothing said so.
    """

    rows: tuple[ComplierRow, ...]
    receipt: Receipts
    conf_level: float = 0.95
    notes: tuple[str, ...] = ()
    estimand: Estimand | None = None

    @classmethod
    def _row_type(cls) -> type[ComplierRow]:
        return ComplierRow

    def to_linearmodels(self, arm: str | None = None, *, vcov: str = "HC1") -> Any:
        """Return one arm's complier effect as a fitted linearmodels ``IV2SLS``, the assignment instrumenting receipt.

        Parameters
        ----------
        arm : str, optional
            Which arm against the comparison arm, where there are several.
        vcov : {"HC1", "HC0", "classical"}
            linearmodels has no HC2.

        Returns
        -------
        linearmodels IVResults
            The coefficient ``received`` is the estimate. It holds persons: do not release it.

        Raises
        ------
        ArgumentError
            If ``arm`` is not one of them, the result holds no data, or linearmodels lacks the variance.
        """
        row = chosen(self.rows, arm=arm)
        y, exog, received, assigned = data_of(self).regression(row.arm)
        return two_stage(y, exog, received, assigned, vcov)


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
            Passed to :func:`effektutv.plots.survival.survival`.
        """
        from ..plots.door import drawn
        from ..plots.survival import survival

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
        from ..plots.door import drawn
        from ..plots.power import power_curve

        return drawn(power_curve, self.tidy(), options, lang=lang)


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyOutcome:
    """One item of one survey wave: who responded, the effect among respondents, weighted, and bounds on it.

    Parameters
    ----------
    outcome : str
        The outcome's name in the study.
    wave : int
    response : Effects
        Response as a 0/1 outcome: shares by arm and their differences. Its rows' ``outcome`` is ``response:OUTCOME``.
    observed : Effects
        The outcome among respondents, as they are; its note says that respondents are compared.
    weighted : Effects
        The same, respondents weighted by the inverse of their probability of response.
    bounds : tuple of Bounds
        Lee's bounds and worst-case bounds.
    """

    outcome: str
    wave: int
    response: Effects
    observed: Effects
    weighted: Effects
    bounds: tuple[Bounds, ...]
