"""Rules of a profile that look at one number by itself: too few persons behind a mean or a median, too few degrees of freedom,
and a sum that a few persons dominate.

No result holds single persons, so that dominance is judged by what it could be at worst. Of n values with mean m and standard
deviation s (divisor n) the k largest add up to at most k m + s √(k (n − k)) (C. L. Mallows and D. Richter (1969), Inequalities
of Chebyshev type involving conditional expectations, *Annals of Mathematical Statistics* 40, 1922–1932); of values that have a
largest possible one, to at most k times that. Where not even these exceed the profile's limit nobody dominates.
"""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING

from effektutv.study import FIRST_MONTH_IN_WORK, MONTHS_IN_WORK
from effektutv.values import available

if TYPE_CHECKING:
    from effektutv.results.balance import BalanceRow
    from effektutv.results.effect_rows import EffectRow
    from effektutv.study import Study

    from .policy import Policy

__all__ = ["balance_rule", "dominated", "effect_rule", "mean_rule", "quantile_rule"]

FEW_DF = "too few degrees of freedom behind the estimate"
FEW_MEAN = "too few persons behind the mean"
FEW_QUANTILE = "too few persons behind the median"
DOMINANCE = "a few persons could have most of the sum"


def dominated(policy: Policy, n: int, mean: float, *, sd: float | None = None, most: float | None = None) -> str:
    """Return the rule by which a mean of values that are not negative may be a few persons', or ``""``.

    Parameters
    ----------
    policy : Policy
    n : int
    mean : float
    sd : float, optional
        Standard deviation with divisor n − 1.
    most : float, optional
        The largest value that there can be.
    """
    total = n * mean

    def top(k: int) -> float:
        if k >= n:
            return total
        by_spread = float("inf") if sd is None else k * mean + sd * sqrt((n - 1) / n) * sqrt(k * (n - k))
        return min(total, by_spread, float("inf") if most is None else k * most)

    if total <= 0:
        return ""
    if policy.dominance is not None and top(policy.dominance[0]) * 100 > policy.dominance[1] * total:
        return DOMINANCE
    if policy.p_percent is not None and (total - top(2)) * 100 < policy.p_percent * top(1):
        return DOMINANCE
    return ""


def mean_rule(policy: Policy, n: object, mean: object, *, sd: object = None, most: float | None = None) -> str:
    """Return the rule by which a mean may not be shown, or ``""``.

    Parameters
    ----------
    policy : Policy
    n, mean, sd : object
        As they stand in a result; what is no number is not looked at.
    most : float, optional
        The largest value that there can be.
    """
    if not isinstance(n, int) or not available(mean) or n == 0:
        return ""
    if n < policy.min_mean:
        return FEW_MEAN
    spread = float(sd) if available(sd) else None  # type: ignore[arg-type]
    if spread is None and most is None:
        return ""
    return dominated(policy, n, float(mean), sd=spread, most=most)  # type: ignore[arg-type]


def quantile_rule(policy: Policy, persons: object) -> str:
    """Return the rule by which a median may not be shown, or ``""``.

    Parameters
    ----------
    policy : Policy
    persons : object
        Behind it.
    """
    return FEW_QUANTILE if isinstance(persons, int) and persons < policy.min_quantile else ""


def balance_rule(policy: Policy, row: BalanceRow) -> str:
    """Return the rule by which a continuous characteristic may not be shown, or ``""``."""
    if row.kind != "continuous":
        return ""
    return mean_rule(policy, row.n_arm, row.mean_arm, sd=row.sd_arm) or mean_rule(
        policy, row.n_control, row.mean_control, sd=row.sd_control
    )


def effect_rule(policy: Policy, study: Study, row: EffectRow) -> str:
    """Return the rule by which the estimates of a row may not be shown, or ``""``.

    Parameters
    ----------
    policy : Policy
    study : Study
        Which outcomes are no shares, and how large these can be.
    row : EffectRow
    """
    # a comparison of levels has the degrees of freedom of its hypothesis
    if not row.kind.compares and available(row.df) and float(row.df) < policy.min_df:  # type: ignore[arg-type]
        return FEW_DF
    outcome = next((o for o in study.outcomes if o.name == row.outcome), None)
    if outcome is None or outcome.binary:
        return ""
    # a month's number bounds months; answers on a scale are no parts of a sum
    months = outcome.state in (MONTHS_IN_WORK, FIRST_MONTH_IN_WORK)
    most = float(row.month) if months and row.month else None
    pairs = ((row.n_arm, row.share_arm), (row.n_control, row.share_control))
    return next((rule for n, mean in pairs if (rule := mean_rule(policy, n, mean, most=most))), "")
