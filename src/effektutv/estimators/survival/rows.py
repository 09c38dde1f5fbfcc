"""Arms compared by the time to a first event: the rows made from :mod:`effektutv.estimators.survival.curves`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from effektutv.results.time_to_event import LogRank, LogRankArm, MeanTimeRow, RiskRow, TimeToEvent
from effektutv.values import Statistic, Unavailable

from ..design import Design, persons, strata_count
from ..effects import inference
from .curves import Curve, Test, curve, incidence, log_log, log_rank, median, point, restricted_mean, tied
from .standardised_curves import Estimate, Followed, followed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..design import BoolArray, FloatArray, IntArray
    from ..regression.fit import Labels

__all__ = ["Horizon", "time_rows"]

#: Fewer events than this in an arm are noted: at 2 per cent of 120 persons an interval around the curve covers 66 per cent
#: (docs/simulations_intervals.md), since a curve of no event has no width and one of a few too little.
FEW_EVENTS = 10
_FEW = (
    f"fewer than {FEW_EVENTS} events in an arm: intervals around the curves cover less often than they say, and the log-rank "
    "test may reject more often than its level"
)


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
        With strata everything is within them: log-rank tests stratified, curves and means standardised to the strata of
        everyone (:mod:`effektutv.estimators.survival.standardised_curves`). Counts stay counts of persons.
    time : (n,) array of float
        At least 0; times within 1e-9 of the longest are one time (:func:`effektutv.estimators.survival.curves.tied`).
    event : (n,) array of int
        0 censored, 1 the event, 2 and above competing events.
    horizon : Horizon
    contrasts : sequence of (int, int)
        Codes of (arm, control).
    labels : Labels
        Outcome and clock.
    """
    time = tied(time, (0.0, horizon.tau, *horizon.times))
    notes = _coding_notes(event)
    already = (time == 0) & (event == 1)
    if count := int(already.sum()):
        notes.append(f"{persons(count)} in the state on day 0 left out")
        keep = ~already
        design, time, event = design.take(keep), time[keep], event[keep]
    if (event > 1).any():
        notes.append("competing events end the time at risk; the cumulative incidence takes them into account")
    if any(np.count_nonzero((design.arm == k) & (event == 1)) < FEW_EVENTS for k in range(len(design.arms))):
        notes.append(_FEW)
    people = followed(design, time, event) if design.strata else None
    if people is not None:
        notes += _strata_notes(people, horizon)
    tables = [curve(time[design.arm == k], event[design.arm == k]) for k in range(len(design.arms))]
    risk = [
        row
        for k in range(len(design.arms))
        for row in _risk_rows(design, time, event, k, tables[k], people, horizon, labels)
    ]
    everyone = np.ones(time.size, dtype=bool)
    overall = _test(design, time, event, everyone, tuple(range(len(design.arms))))
    rows = []
    for pair in contrasts:
        mine = (design.arm == pair[0]) | (design.arm == pair[1])
        test = _test(design, time, event, mine, pair)
        gap = _plain_gap(tables, pair, horizon) if people is None else _standard_gap(people, tables, pair, horizon)
        rows.append(_mean_row(design, tables, gap, test, pair, horizon, labels))
    shown = tables if people is None else [people.table(k, people.of_arm(k)) for k in range(len(design.arms))]
    return TimeToEvent(
        rows=tuple(rows),
        risk=tuple(risk),
        log_rank=_log_rank(design, tables, overall),
        medians=tuple((name, median(table)) for name, table in zip(design.arms, shown, strict=True)),
        conf_level=horizon.level,
        notes=tuple(notes),
    )


def _coding_notes(event: IntArray) -> list[str]:
    """Return what is said of a coding that may be another than ours: nobody censored, or nobody with the event."""
    own, competing = int(np.count_nonzero(event == 1)), int(np.count_nonzero(event > 1))
    if not event.size or (event == 0).any():
        if own or not competing:
            return []
        return [
            f"no one has the event (code 1), while for {persons(competing)} a competing one (code 2 and above) ends the "
            "time; where the column says the event by 2, recode it to 1"
        ]
    if not competing:
        return ["no one is censored (code 0): everyone has the event"]
    return [
        f"no one is censored (code 0): {persons(own)} have the event (code 1) and for {persons(competing)} a competing one "
        "(code 2 and above) ends the time; where the column says censored by 1 and the event by 2, recode it to 0 and 1"
    ]


def _strata_notes(people: Followed, horizon: Horizon) -> list[str]:
    """Return what is said of arms that some strata lack, and of follow-up that ends at different times by stratum."""
    notes = []
    for k, name in enumerate(people.names):
        if lacking := int(np.count_nonzero(~people.of_arm(k) & (people.size > 0))):
            notes.append(
                f"arm {name}: {strata_count(lacking)} of {people.strata} without anyone in the arm; its curve is of the others"
            )
    if people.ends_apart(horizon.tau):
        notes.append(
            "follow-up ends at different times by stratum: later parts of the curves rest on the strata followed for longer"
        )
    return notes


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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Point:
    """A share with its standard error and interval."""

    value: Statistic
    error: Statistic
    low: Statistic
    high: Statistic


def _points(
    time: FloatArray, event: IntArray, k: int, table: Curve, people: Followed | None, horizon: Horizon
) -> list[tuple[_Point, _Point]]:
    """Return one arm's survival and incidence at each time."""
    level, out = horizon.level, []
    kept: list[tuple[Statistic, Statistic, Statistic, Statistic]]
    if people is None:
        shares = [Estimate(value=f, variance=v, df=np.inf) for f, v in incidence(time, event, horizon.times)]
        kept = [*(point(table, t, level) for t in horizon.times)]
    else:
        shares = people.incidence(k, horizon.times)
        kept = [_standard_point(people.survival(k, t), t >= table.time[0], level) for t in horizon.times]
    for (value, error, low, high), share in zip(kept, shares, strict=True):
        F, spread = share.value, _root(share.variance)
        # the incidence's interval is that of 1 − F turned round
        above, below = _log_log(1 - F, spread, level, share.df)  # type: ignore[operator]
        ends = [1 - v if isinstance(v, float) else v for v in (below, above)]
        out.append(
            (
                _Point(value=value, error=error, low=low, high=high),
                _Point(value=F, error=spread, low=ends[0], high=ends[1]),
            )
        )
    return out


def _standard_point(found: Estimate, left: bool, level: float) -> tuple[Statistic, Statistic, Statistic, Statistic]:
    """Return a standardised survival with standard error and interval; ``left`` says whether anyone has left by then."""
    if not left:
        why = Unavailable("no one has left before this time")
        return 1.0, 0.0, why, why
    if not found.value:
        why = Unavailable("everyone at risk has had the event")
        return 0.0, why, why, why
    error = _root(found.variance)
    return found.value, error, *_log_log(found.value, error, level, found.df)  # type: ignore[arg-type]


def _root(variance: Statistic) -> Statistic:
    return float(np.sqrt(variance)) if isinstance(variance, float) else variance


def _log_log(value: float, error: Statistic, level: float, df: Statistic) -> tuple[Statistic, Statistic]:
    """Return the interval of a share on the scale log(−log), or why there is none."""
    if not isinstance(error, float):
        return error, error
    return log_log(value, error, level, df if isinstance(df, float) else np.inf)


def _risk_rows(
    design: Design,
    time: FloatArray,
    event: IntArray,
    k: int,
    table: Curve,
    people: Followed | None,
    horizon: Horizon,
    labels: Labels,
) -> list[RiskRow]:
    """Return one arm's risk table and curves."""
    rows = design.arm == k
    nothing = _Point(value=0.0, error=0.0, low=0.0, high=0.0)
    found = [(nothing, nothing)] * len(horizon.times)
    if table.n:
        found = _points(time[rows], event[rows], k, table, people, horizon)
    out = []
    past = Unavailable("no one in the arm was followed so long" if table.n else "no one in the arm")
    beyond = _Point(value=past, error=past, low=past, high=past)
    for t, points in zip(horizon.times, found, strict=True):
        until = table.time <= t
        kept, share = (beyond, beyond) if t > table.last or not table.n else points
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
                survival=kept.value,
                survival_error=kept.error,
                survival_low=kept.low,
                survival_high=kept.high,
                incidence=share.value,
                incidence_error=share.error,
                incidence_low=share.low,
                incidence_high=share.high,
            )
        )
    return out


@dataclass(frozen=True, slots=True, kw_only=True)
class _Gap:
    """The restricted means of two arms and their difference."""

    first: Statistic
    second: Statistic
    difference: Estimate
    notes: tuple[str, ...] = ()


def _plain_gap(tables: list[Curve], pair: tuple[int, int], horizon: Horizon) -> _Gap:
    """Return restricted means with Greenwood's variance."""
    first, second = (restricted_mean(tables[k], horizon.tau) for k in pair)
    for mean in (first, second):
        if not isinstance(mean.value, float) or not isinstance(mean.variance, float):
            return _Gap(first=first.value, second=second.value, difference=_none(mean.value))
    value, variance = first.value - second.value, first.variance + second.variance  # type: ignore[operator]
    return _Gap(first=first.value, second=second.value, difference=Estimate(value=value, variance=variance, df=np.inf))


def _standard_gap(people: Followed, tables: list[Curve], pair: tuple[int, int], horizon: Horizon) -> _Gap:
    """Return restricted means over the strata with both arms, standardised to everyone in these strata."""
    kept = people.of_arm(pair[0]) & people.of_arm(pair[1])
    if not kept.any():
        lone = [people.names[k] for k in pair if not tables[k].n]
        names = [people.names[k] for k in pair]
        why = Unavailable("no one in the arm" if lone else f"no stratum has persons of both {names[0]} and {names[1]}")
        return _Gap(first=why, second=why, difference=_none(why))
    first, second, difference = people.mean(*pair, kept, horizon.tau)
    notes = (people.lost_note(*pair, kept), people.pooled_note(*pair, kept))
    return _Gap(first=first, second=second, difference=difference, notes=tuple(filter(None, notes)))


def _none(why: Statistic) -> Estimate:
    return Estimate(value=why, variance=why, df=why)


def _mean_row(
    design: Design,
    tables: list[Curve],
    gap: _Gap,
    test: Test,
    pair: tuple[int, int],
    horizon: Horizon,
    labels: Labels,
) -> MeanTimeRow:
    """Return the restricted mean difference of one contrast."""
    found = gap.difference
    error, statistic, p, low, high = inference(found.value, found.variance, found.df, horizon.level)
    reasons = [found.value.reason] if isinstance(found.value, Unavailable) else []
    return MeanTimeRow(
        outcome=labels.outcome,
        clock=labels.clock,
        arm=design.arms[pair[0]],
        control=design.arms[pair[1]],
        tau=horizon.tau,
        n_arm=tables[pair[0]].n,
        n_control=tables[pair[1]].n,
        mean_arm=gap.first,
        mean_control=gap.second,
        estimate=found.value,
        std_error=error,
        statistic=statistic,
        df=found.df if isinstance(error, float) else error,
        p_value=p,
        conf_low=low,
        conf_high=high,
        log_rank=test.statistic,
        log_rank_p=test.p_value,
        strata=design.strata,
        note="; ".join(dict.fromkeys([*gap.notes, *reasons])),
    )
