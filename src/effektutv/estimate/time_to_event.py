"""Arms compared by the time to a first event: the rows made from :mod:`effektutv.estimate.survival`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtr, ndtri

from effektutv.results import Statistic, Unavailable
from effektutv.results.further import LogRank, LogRankArm, MeanTimeRow, RiskRow, TimeToEvent

from .design import Design, persons
from .survival import Curve, Mean, Test, curve, incidence, log_log, log_rank, median, point, restricted_mean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .design import BoolArray, FloatArray, IntArray
    from .fit import Labels

__all__ = ["Horizon", "time_rows"]

#: Fewer events than this in an arm are noted: at 2 per cent of 120 persons an interval around the curve covers 66 per cent
#: (docs/simulations_intervals.md), since a curve of no event has no width and one of a few too little.
FEW_EVENTS = 10
_FEW = f"fewer than {FEW_EVENTS} events in an arm: intervals around the curves cover less often than they say"


@dataclass(frozen=True, slots=True, kw_only=True)
class Horizon:
    """How far, and where, the curves are read.

    Parameters
    ----------
    tau : float
        Horizon of the restricted mean.
    times : tuple of float
        Of the risk table.
    level : float
        Coverage of the intervals.
    """

    tau: float
    times: tuple[float, ...]
    level: float


def time_rows(
    design: Design,
    time: FloatArray,
    event: IntArray,
    horizon: Horizon,
    contrasts: Sequence[tuple[int, int]],
    labels: Labels,
) -> TimeToEvent:
    """Return restricted mean differences, the risk table and log-rank tests.

    Parameters
    ----------
    design : Design
        Its strata are those of the log-rank tests.
    time : (n,) array of float
        At least 0.
    event : (n,) array of int
        0 censored, 1 the event, 2 and above competing events.
    horizon : Horizon
    contrasts : sequence of (int, int)
        Codes of (arm, control).
    labels : Labels
        Outcome and clock.
    """
    notes = []
    already = (time == 0) & (event == 1)
    if count := int(already.sum()):
        notes.append(f"{persons(count)} in the state on day 0 left out")
        keep = ~already
        design, time, event = design.take(keep), time[keep], event[keep]
    if (event > 1).any():
        notes.append("competing events end the time at risk; the cumulative incidence takes them into account")
    if any(np.count_nonzero((design.arm == k) & (event == 1)) < FEW_EVENTS for k in range(len(design.arms))):
        notes.append(_FEW)
    tables = [curve(time[design.arm == k], event[design.arm == k]) for k in range(len(design.arms))]
    means = [restricted_mean(table, horizon.tau) for table in tables]
    risk = [
        row for k in range(len(design.arms)) for row in _risk_rows(design, time, event, k, tables[k], horizon, labels)
    ]
    everyone = np.ones(time.size, dtype=bool)
    overall = _test(design, time, event, everyone, tuple(range(len(design.arms))))
    rows = []
    for pair in contrasts:
        mine = (design.arm == pair[0]) | (design.arm == pair[1])
        test = _test(design, time, event, mine, pair)
        rows.append(_mean_row(design, tables, means, test, pair, horizon, labels))
    return TimeToEvent(
        rows=tuple(rows),
        risk=tuple(risk),
        log_rank=_log_rank(design, tables, overall),
        medians=tuple((name, median(table)) for name, table in zip(design.arms, tables, strict=True)),
        conf_level=horizon.level,
        notes=tuple(notes),
    )


def _test(design: Design, time: FloatArray, event: IntArray, rows: BoolArray, arms: tuple[int, ...]) -> Test:
    """Return the log-rank test of some arms."""
    recode = np.zeros(len(design.arms), dtype=np.intp)
    recode[list(arms)] = np.arange(len(arms))
    return log_rank(time[rows], event[rows], recode[design.arm[rows]], len(arms), design.stratum[rows], design.n_strata)


def _log_rank(design: Design, tables: list[Curve], test: Test) -> LogRank:
    return LogRank(
        rows=tuple(
            LogRankArm(arm=name, n=table.n, observed=o, expected=e)
            for name, table, o, e in zip(design.arms, tables, test.observed, test.expected, strict=True)
        ),
        statistic=test.statistic,
        df=test.df,
        p_value=test.p_value,
        strata=design.strata,
    )


def _risk_rows(
    design: Design, time: FloatArray, event: IntArray, k: int, table: Curve, horizon: Horizon, labels: Labels
) -> list[RiskRow]:
    """Return one arm's risk table and curves."""
    rows = design.arm == k
    found = incidence(time[rows], event[rows], horizon.times) if table.n else [(0.0, 0.0)] * len(horizon.times)
    out = []
    for t, (share, variance) in zip(horizon.times, found, strict=True):
        until = table.time <= t
        survival, error, low, high = point(table, t, horizon.level)
        spread = float(np.sqrt(variance))
        # the incidence's interval is that of 1 − F turned round
        above, below = log_log(1 - share, spread, horizon.level)
        beyond = t > table.last or not table.n
        past = Unavailable("no one in the arm was followed so long" if table.n else "no one in the arm")
        out.append(
            RiskRow(
                outcome=labels.outcome,
                clock=labels.clock,
                arm=design.arms[k],
                time=t,
                n=table.n,
                n_risk=int(np.count_nonzero(time[rows] >= t)),
                events=int(table.events[until].sum()),
                competing=int(table.competing[until].sum()),
                censored=int(table.censored[until].sum()),
                survival=past if beyond else survival,
                survival_error=past if beyond else error,
                survival_low=past if beyond else low,
                survival_high=past if beyond else high,
                incidence=past if beyond else share,
                incidence_error=past if beyond else spread,
                incidence_low=past if beyond else 1 - below if isinstance(below, float) else below,
                incidence_high=past if beyond else 1 - above if isinstance(above, float) else above,
            )
        )
    return out


def _mean_row(
    design: Design,
    tables: list[Curve],
    means: list[Mean],
    test: Test,
    pair: tuple[int, int],
    horizon: Horizon,
    labels: Labels,
) -> MeanTimeRow:
    """Return the restricted mean difference of one contrast."""
    first, second = means[pair[0]], means[pair[1]]
    gap, error, z, p, low, high = _difference(first, second, horizon.level)
    return MeanTimeRow(
        outcome=labels.outcome,
        clock=labels.clock,
        arm=design.arms[pair[0]],
        control=design.arms[pair[1]],
        tau=horizon.tau,
        n_arm=tables[pair[0]].n,
        n_control=tables[pair[1]].n,
        mean_arm=first.value,
        mean_control=second.value,
        estimate=gap,
        std_error=error,
        statistic=z,
        p_value=p,
        conf_low=low,
        conf_high=high,
        log_rank=test.statistic,
        log_rank_p=test.p_value,
        note=gap.reason if isinstance(gap, Unavailable) else "",
    )


def _difference(first: Mean, second: Mean, level: float) -> tuple[Statistic, ...]:
    """Return the difference of two means with standard error, z, p and interval, by the normal distribution."""
    for mean in (first, second):
        if not isinstance(mean.value, float) or not isinstance(mean.variance, float):
            return (mean.value,) * 6
    gap = first.value - second.value  # type: ignore[operator]
    error = float(np.sqrt(first.variance + second.variance))  # type: ignore[operator]
    if error == 0:
        still = Unavailable("no variation in either arm")
        return gap, error, still, still, still, still
    z, half = gap / error, float(ndtri(0.5 + level / 2)) * error
    return gap, error, z, float(2 * ndtr(-abs(z))), gap - half, gap + half
