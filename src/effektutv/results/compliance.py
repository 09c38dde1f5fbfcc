"""Receipt of programmes by arm, and complier effects."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from effektutv.values import Count, Statistic, Status

from .estimand import Estimand
from .fitted_models import chosen, data_of, two_stage
from .kept import WithSource
from .tabular import Tabular

__all__ = ["ComplierEffects", "ComplierRow", "ReceiptRow", "Receipts"]


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
