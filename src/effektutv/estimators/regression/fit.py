"""What an estimator hands back of one contrast, before intervals and names, and the labels that a row carries."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from effektutv.results.effect_rows import RowKind
from effektutv.results.names import Name
from effektutv.values import Statistic, Unavailable

from ..bell_mccaffrey import uninformed_note
from ..variation import STILL, level_means

if TYPE_CHECKING:
    from ..design import Cells, FloatArray, IntArray
    from ..stratified_variance import VariancePlan
    from .least_squares import LeastSquares

__all__ = ["Fit", "Labels", "Spread", "describe", "settled", "undefined", "with_variance"]

_NOT_ASKED = Unavailable("the variances of the two means were not asked for")
#: Variances of the adjusted means of (arm, control), and their covariance.
Spread = tuple[float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels:
    """The names that a row carries: they change no number."""

    outcome: str
    clock: str = ""
    month: int | None = None
    subgroup: Name = ""
    level: Name = ""
    kind: RowKind = RowKind.EFFECT


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """One contrast, estimated: persons, means and variance, before intervals and names.

    Parameters
    ----------
    n, events : tuple of int
        Persons, and persons whose outcome is 1, in (arm, control); ``events`` is None unless the outcome is 0/1.
    raw : tuple of Statistic
        Unadjusted means of (arm, control).
    means : tuple of Statistic
        Adjusted means: the estimate is their difference.
    variance, df : Statistic
        Of the estimate.
    notes : tuple of str
        What a table note must say.
    spread : Spread or Unavailable
        Of the adjusted means, where it was asked for.
    approximate : bool
        Whether the degrees of freedom are Satterthwaite's: those of several fits combine so, and do not add up.
    used : ((int, int), (int, int)) or None
        Persons, and persons whose outcome is 1, in (arm, control), of the strata that the estimate is of; None as ``events``.
    clustered : (LeastSquares, (n,) array of int), optional
        The regression and its clusters, where the variance is clustered: an interaction needs both levels' together.
    """

    n: tuple[int, int]
    events: tuple[int, int] | None
    raw: tuple[Statistic, Statistic]
    means: tuple[Statistic, Statistic]
    variance: Statistic
    df: Statistic
    notes: tuple[str, ...] = ()
    spread: Spread | Unavailable = _NOT_ASKED
    approximate: bool = False
    used: tuple[tuple[int, int], tuple[int, int]] | None = None
    clustered: tuple[LeastSquares, IntArray] | None = field(default=None, repr=False, compare=False)

    @property
    def estimate(self) -> Statistic:
        """Return the difference of the adjusted means."""
        arm, control = self.means
        if isinstance(arm, float) and isinstance(control, float):
            return arm - control
        return arm if not isinstance(arm, float) else control


def describe(cells: Cells, arm: int, control: int, binary: bool) -> Fit:
    """Return counts and raw means of the two arms, the estimate still to come.

    Parameters
    ----------
    cells : Cells
    arm, control : int
        Codes of the arms.
    binary : bool
        Whether the outcome is 0/1, so that events can be counted.
    """
    pooled = cells.pooled
    n, total = pooled.n[0], pooled.total[0]
    none = Unavailable("not estimated")

    counted = (int(n[arm]), int(n[control]))
    events = (int(total[arm]), int(total[control])) if binary else None

    def mean(k: int) -> Statistic:
        return float(pooled.mean[0, k]) if n[k] else Unavailable("no one in the arm with an outcome")

    return Fit(
        n=counted,
        events=events,
        used=None if events is None else (counted, events),
        raw=(mean(arm), mean(control)),
        means=(none, none),
        variance=none,
        df=none,
    )


def with_variance(
    fit: Fit,
    plan: VariancePlan,
    s2: FloatArray,
    effect: FloatArray,
    *,
    largest: float,
    counted: Statistic | None,
    spread: bool,
) -> Fit:
    """Return a fit of stratum-weighted means with its variance, degrees of freedom and, if wanted, spread.

    Parameters
    ----------
    fit : Fit
        With its means, and with the notes that come before the plan's own.
    plan : VariancePlan
    s2, effect
        As in :meth:`effektutv.estimators.stratified_variance.VariancePlan.variance`.
    largest : float
        The largest mean, against which equal effects are told from rounding.
    counted : Statistic or None
        Persons less parameters, where these are asked for in place of Satterthwaite's degrees of freedom.
    spread : bool
        Whether the variances of the two means are wanted.
    """
    if note := plan.note():
        fit = replace(fit, notes=(*fit.notes, note))
    if plan.reason:
        why = Unavailable(plan.note())
        return replace(fit, variance=why, df=why, spread=why)
    variance = float(plan.variance(s2, effect, largest))
    df: Statistic = float(plan.df(s2, effect)) if variance > 0 else STILL
    if counted is not None:
        fit, df = replace(fit, notes=(*fit.notes, *uninformed_note(counted, df))), counted
    fit = replace(fit, variance=variance, df=df, approximate=counted is None)
    if not spread:
        return fit
    if plan.pool is not None:
        each = Unavailable("strata with one person in an arm give a variance of the difference, not of each mean")
        return replace(fit, spread=each)
    parts = plan.parts(s2).sum(axis=0)
    return replace(fit, spread=(float(parts[0]), float(parts[1]), 0.0))


def undefined(cells: Cells, arm: int, control: int, binary: bool, reason: str, notes: tuple[str, ...] = ()) -> Fit:
    """Return the fit of a contrast that cannot be estimated, with what can be counted.

    Parameters
    ----------
    cells : Cells
    arm, control : int
        Codes of the arms.
    binary : bool
        Whether the outcome is 0/1.
    reason : str
        Why there is no estimate.
    notes : tuple of str
        To stand before the reason.
    """
    why = Unavailable(reason)
    basis = describe(cells, arm, control, binary)
    return Fit(
        n=basis.n,
        events=basis.events,
        raw=basis.raw,
        means=(why, why),
        variance=why,
        df=why,
        notes=(*notes, reason),
        spread=why,
        used=basis.used,
    )


def settled(fit: Fit, cells: Cells, pair: tuple[int, int]) -> Fit:
    """Return a fit without numbers that are rounding: what varies in neither arm has its value, and no variance.

    Parameters
    ----------
    fit : Fit
    cells : Cells
        Of the strata used.
    pair : tuple of int
        Codes of (arm, control).

    Returns
    -------
    Fit
        Where each arm has one value, the means are these; where the fit is exact, or each arm has one value, the variance
        is 0 and the degrees of freedom are the reason. A reason that the fit has for want of a variance stands.
    """
    arm, control = fit.means
    if not isinstance(arm, float) or not isinstance(control, float):
        return fit
    pooled, both = cells.pooled, list(pair)
    n, mean, ss = pooled.n[0, both], pooled.mean[0, both], pooled.ss[0, both]
    constant = not ss.any()
    if constant:
        arm, control = float(mean[0]), float(mean[1])
    still = constant or (isinstance(fit.variance, float) and not fit.variance > 0)
    scale = float(np.sqrt((ss + n * mean**2).sum() / n.sum()))
    fit = replace(fit, means=level_means((arm, control), scale, exact=still))
    if not still or not isinstance(fit.variance, float):
        return fit
    spread = fit.spread if isinstance(fit.spread, Unavailable) else (0.0, 0.0, 0.0)
    return replace(fit, variance=0.0, df=STILL, spread=spread)
