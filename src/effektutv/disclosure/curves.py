"""Curves, risk tables and medians, made anew from the counts that :mod:`.times` shows; mean times and tests beside them.

Mean times and tests are the data's, coarse (:mod:`.mean_times`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from effektutv.estimators.design import Design, FloatArray, IntArray
from effektutv.estimators.regression.fit import Labels
from effektutv.estimators.survival.rows import Horizon, time_rows
from effektutv.results.time_to_event import LogRank, LogRankArm, MeanTimeRow, RiskRow, TimeToEvent
from effektutv.values import Status, Suppressed, Unavailable

from .rules.mean_times import APART, TESTED, coarse_log_rank, coarse_rows
from .rules.survival_counts import KINDS, Curves, Track, tracks_of
from .rules.survival_grid import spread

if TYPE_CHECKING:
    from effektutv.values import Count, Statistic

    from .policy import Policy

__all__ = ["LOST", "ROUNDED", "STARTED", "THINNED", "protect_times"]

#: What a result says whose curve is that of the counts shown.
THINNED = (
    "times are thinned so that no step counts a few; curves, persons at risk and medians are computed from the counts shown, "
    "with the persons of a step spread evenly over it"
)
#: What it says where persons at risk are worked out from thinned times.
ROUNDED = "persons at risk are worked out from the counts shown and rounded to the nearest"
#: What it says where so few were in the state on day 0 that leaving them out would give them away.
STARTED = "the few who were in the state on day 0 are counted among those at risk in the curves, and not in mean times and tests"
#: What a row says where strata lack an arm of the contrast.
LOST = "strata without both arms are left out of mean times"
_GONE = Suppressed("touches a suppressed cell")
_FEW = Suppressed("persons who are not shown cannot be done without")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Again:
    """A result computed from shown counts, and the arms that it holds."""

    result: TimeToEvent
    arms: frozenset[str]
    whole: frozenset[str]


def protect_times(result: TimeToEvent, curves: Curves, policy: Policy) -> TimeToEvent:
    """Return a result with nothing in it that the counts shown do not tell.

    Parameters
    ----------
    result : TimeToEvent
    curves : Curves
        The decisions on its outcome.
    policy : Policy
    """
    clock = tracks_of(result)[0].clock
    tracks = [t for t in curves.tracks if t.clock == clock]
    again = _again(result, tracks, curves, policy)
    found = {(r.arm, r.time): r for r in again.result.risk}
    risk = []
    for track in tracks:
        for j in curves.grid["events"]:
            row = next(r for r in result.risk if r.arm == track.arm and r.time == track.times[j])
            risk.append(_risk_row(row, found.get((track.arm, row.time)), track, j, curves, policy))
    thinned = any(len(curves.grid[k]) < len(tracks[0].times) for k in KINDS) or bool(curves.without)
    said = [THINNED] if thinned else []
    said += [f"{ROUNDED} {policy.rounding_base}"] if thinned and policy.rounding_base else []
    started = any(curves.sizes.get((t.clock, t.arm), t.n) != t.n for t in tracks)
    exact = not thinned and not started and not result.log_rank.strata
    rows, told = _mean_rows(result, again, curves, exact=exact)
    said += [*told, *([APART] if result.log_rank.strata else [])]
    return TimeToEvent(
        rows=rows,
        risk=tuple(risk),
        log_rank=_log_rank(result.log_rank, again, exact=exact),
        medians=tuple((arm, _median(arm, again, curves)) for arm, _ in result.medians),
        conf_level=result.conf_level,
        notes=(*result.notes, *said, *((STARTED,) if started else ())),
        estimand=result.estimand,
    )


def _again(result: TimeToEvent, tracks: list[Track], curves: Curves, policy: Policy) -> _Again:
    """Compute the result anew from the shown counts of the arms that have any, spread over their steps."""
    shown = [t for t in tracks if (t.clock, t.arm) in curves.sizes and curves.positions(t, "events")]
    people = [_persons(t, curves) for t in shown]
    arm = np.repeat(np.arange(len(shown)), [time.size for time, _ in people]).astype(np.intp)
    time = np.concatenate([t for t, _ in people]) if people else np.empty(0)
    event = np.concatenate([e for _, e in people]) if people else np.empty(0, dtype=np.intp)
    code = {t.arm: k for k, t in enumerate(shown)}
    pairs = [(code[r.arm], code[r.control]) for r in result.rows if r.arm in code and r.control in code]
    tau = result.rows[0].tau if result.rows else tracks[0].times[-1]
    horizon = Horizon(tau=tau, times=tracks[0].times, level=result.conf_level)
    design = Design(
        arm=arm, stratum=np.zeros(arm.size, dtype=np.intp), X=np.empty((arm.size, 0)), arms=tuple(t.arm for t in shown)
    )
    labels = Labels(outcome=tracks[0].outcome, clock=tracks[0].clock)
    kept = frozenset(t.arm for t in shown if _enough(t, curves, policy))
    return _Again(
        result=time_rows(design, time, event, horizon, pairs, labels),
        arms=kept,
        whole=frozenset(a for a in kept if a not in curves.ends) if tau <= tracks[0].times[-1] else frozenset(),
    )


def _enough(track: Track, curves: Curves, policy: Policy) -> bool:
    """Return whether an arm's shares can do without the persons who are not shown."""
    hidden = any((track.arm, k) in curves.without for k in KINDS)
    return not hidden or curves.sizes[track.clock, track.arm] >= policy.curve_persons


def _persons(track: Track, curves: Curves) -> tuple[FloatArray, IntArray]:
    """Return times and kinds of the persons behind an arm's shown counts; who is not known to have left has stayed."""
    times, kinds = [], []
    for code, kind in zip((1, 2, 0), KINDS, strict=True):
        where = curves.positions(track, kind)
        found = spread([track.times[j] for j in where], [track.counts[kind][j] for j in where])
        times.append(found)
        kinds.append(np.full(found.size, code, dtype=np.intp))
    end = curves.ends.get(track.arm)
    # beyond every time, or where the arm is hidden from
    last = track.times[-1] + 1 if end is None else track.times[end]
    stay = curves.sizes[track.clock, track.arm] - sum(t.size for t in times)
    return (
        np.concatenate([*times, np.full(stay, last)]),
        np.concatenate([*kinds, np.zeros(stay, dtype=np.intp)]),
    )


def _risk_row(row: RiskRow, again: RiskRow | None, track: Track, j: int, curves: Curves, policy: Policy) -> RiskRow:
    """Return one arm at one shown time."""
    size = curves.sizes.get((track.clock, track.arm))
    if again is None or size is None or j not in curves.positions(track, "events"):
        gone = dict.fromkeys((*KINDS, "n_risk", *_SHARES), _GONE)
        return replace(row, n=_GONE if size is None else size, status=Status.SUPPRESSED, **gone)  # type: ignore[arg-type]
    counts = {k: track.counts[k][j] if j in curves.positions(track, k) else _GONE for k in KINDS}
    if track.at_end and j == len(track.times) - 1:
        known = curves.end_shown(track, policy)
        counts["censored"] = track.counts["censored"][j] + track.at_end if known else _GONE
    n_risk = _at_risk(track, j, again, curves, policy) if _enough(track, curves, policy) else _FEW
    shares = {name: getattr(again, name) if _enough(track, curves, policy) else _FEW for name in _SHARES}
    taken = any(isinstance(v, Suppressed) for v in (*counts.values(), *shares.values(), n_risk))
    return RiskRow(
        outcome=row.outcome,
        clock=row.clock,
        arm=row.arm,
        time=row.time,
        n=size,
        n_risk=n_risk,
        status=Status.SUPPRESSED if taken else _status(shares["incidence"]),
        **counts,
        **shares,
    )


_SHARES = (
    "survival", "survival_error", "survival_low", "survival_high",
    "incidence", "incidence_error", "incidence_low", "incidence_high",
)  # fmt: skip


def _status(value: Statistic) -> Status:
    return Status.UNAVAILABLE if isinstance(value, Unavailable) else Status.RELEASED


def _at_risk(track: Track, j: int, again: RiskRow, curves: Curves, policy: Policy) -> Count:
    """Return how many are at risk just before a time, as the counts shown tell it.

    It is the number itself where the counts of every earlier time are shown. Elsewhere those who left in a step are taken to
    have left evenly over it, as for the curve, and the number is rounded, so that nobody takes it for exact.
    """
    whole = all(set(range(j)) <= set(curves.positions(track, k)) for k in KINDS)
    base = policy.rounding_base
    if whole or not base or not isinstance(again.n_risk, int):
        return again.n_risk
    return base * round(again.n_risk / base)


def _median(arm: str, again: _Again, curves: Curves) -> Statistic:
    """Return an arm's median; where the arm is hidden before it is reached there is none to show."""
    found = dict(again.result.medians).get(arm, _GONE) if arm in again.arms else _GONE
    return _GONE if arm in curves.ends and not isinstance(found, float) else found


def _mean_rows(
    result: TimeToEvent, again: _Again, curves: Curves, *, exact: bool
) -> tuple[tuple[MeanTimeRow, ...], tuple[str, ...]]:
    """Return every contrast's mean times and test, and what is said of them; ``exact`` where all is told by the counts."""
    shown = [r for r in result.rows if {r.arm, r.control} <= again.whole]
    if exact:
        found = {(r.arm, r.control): replace(r, status=_status(r.estimate)) for r in shown}
        notes: tuple[str, ...] = ()
    else:
        printed = coarse_rows(shown, curves, result.conf_level)
        found = {(r.arm, r.control): _tested(r) for r in printed.rows}
        notes = printed.notes()
    return tuple(found.get((r.arm, r.control), _hidden_row(r, again)) for r in result.rows), notes


def _tested(row: MeanTimeRow) -> MeanTimeRow:
    """Return a contrast's row with its log-rank test as it may be shown."""
    statistic, p = coarse_log_rank(row.log_rank_p, 1.0) if row.strata else (TESTED, TESTED)
    # persons of strata, without those in the state on day 0, would tell these beside the table of effects
    note = row.note if isinstance(row.estimate, Unavailable) else LOST if "left out" in row.note else ""
    return replace(row, log_rank=statistic, log_rank_p=p, note=note)


def _hidden_row(row: MeanTimeRow, again: _Again) -> MeanTimeRow:
    """Return a contrast of which an arm is hidden."""
    sizes = {t.arm: t.n for t in again.result.log_rank.rows}
    gone = dict.fromkeys(
        ("mean_arm", "mean_control", "estimate", "std_error", "statistic", "df", "p_value", "conf_low", "conf_high",
         "log_rank", "log_rank_p"), _GONE,
    )  # fmt: skip
    sized = {}
    for name, arm in (("n_arm", row.arm), ("n_control", row.control)):
        sized[name] = getattr(row, name) if sizes.get(arm) == getattr(row, name) else _GONE
    return replace(row, status=Status.SUPPRESSED, note="", **sized, **gone)  # type: ignore[arg-type]


def _log_rank(test: LogRank, again: _Again, *, exact: bool) -> LogRank:
    """Return the test of all arms: the data's, to two digits of p within strata, or none."""
    found = {r.arm: r for r in again.result.log_rank.rows}
    every = {r.arm for r in test.rows} <= again.whole
    rows = []
    for row in test.rows:
        mine = found.get(row.arm)
        observed = mine.observed if mine is not None and row.arm in again.whole else _GONE
        expected = mine.expected if mine is not None and every and exact else _GONE
        rows.append(LogRankArm(arm=row.arm, n=_GONE if mine is None else mine.n, observed=observed, expected=expected))
    statistic, p = (test.statistic, test.p_value) if exact else coarse_log_rank(test.p_value, test.df)
    why = _GONE if not every else None if exact or test.strata else TESTED
    return LogRank(
        rows=tuple(rows),
        statistic=why or statistic,
        df=why or test.df,
        p_value=why or p,
        strata=test.strata,
    )
