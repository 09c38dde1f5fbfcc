"""Mean times and their tests on their way out: the data's own numbers, so coarse that the hidden months stay open.

A mean time made of thinned counts is another number than the data's, and so are its error, interval and p: two truths in one
report. What is printed is therefore the data's, or nothing.

- Where every count of both arms is shown at every time and nothing is weighted, the numbers are functions of what is shown:
  they stand as they are.
- Else means and their difference are rounded to a step h, the smallest of 1, 2, 5 × 10ᵏ that is at least a tenth of the
  standard error and at least τ/n of the smaller arm, so that one person stays within a step; the standard error to h/5.
  Statistic, interval and p are worked out from these printed numbers. Where the printed and the exact p lie on different
  sides of the level, the printed error is the next one that is on the exact side.
- A mean is one linear combination of the months, so that with one step hidden it would give that step's months away. Let
  step j's events, had they all come at its first or at its last month, move the mean by up to −lⱼ and +rⱼ; L and R are
  their sums over the arm's steps. Every one of step j's placings stays possible where the other steps can make up for it
  within what rounding leaves: :math:`l_j + r_j \\le \\min(R + A, L + B)`, A and B the distance of the mean (and of every
  difference that it enters) to the lower and the upper edge of what rounds to the same. Where that fails the step is
  widened. An arm that would need one wider than twice the largest standard error is hidden with its contrasts; the
  contrasts of the other arms are not.
- A log-rank test within strata is shown to two digits of p, its statistic worked out from them. Without strata it is a
  function of the arms' months alone, and is hidden where times are thinned.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import chdtri

from effektutv.estimators.effects import inference
from effektutv.values import Status, Suppressed, Unavailable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from effektutv.results.time_to_event import MeanTimeRow
    from effektutv.values import Count, Statistic

    from .survival_counts import Curves, Track

__all__ = ["APART", "MONTHS", "TESTED", "Printed", "coarse_log_rank", "coarse_rows", "coarsened"]

#: What a result says whose means are rounded.
COARSE = (
    "mean times are those of the data, rounded to {step:g} so that hidden months stay open, and their standard errors to "
    "{half:g}; intervals and p are worked out from these"
)
#: What it says where means are standardised and curves are not.
APART = "curves, persons at risk and medians are each arm's own, mean times and tests are within strata"
#: Why a test is not shown.
TESTED = Suppressed("a test without strata would tell when persons left within the steps that are shown")
_NARROW = Suppressed("to any step worth printing it would fix a small count between shown times")
_ALONE = Suppressed("a mean time without a standard error would stand at full precision")
_SIZE = Suppressed("so few were in the state on day 0 that the number at risk gives them away")
#: Reasons that are about the months within the steps shown, not about few persons behind a mean.
MONTHS = frozenset({TESTED.rule, _NARROW.rule, _ALONE.rule})
_STEPS = (1.0, 2.0, 5.0)
_LEAST_P = 0.001


@dataclass(frozen=True, slots=True, kw_only=True)
class Printed:
    """Rows as they are shown, and the step that they are rounded to (None where none is)."""

    rows: tuple[MeanTimeRow, ...]
    step: float | None

    def notes(self) -> tuple[str, ...]:
        """Return what is said of the rounding."""
        return () if self.step is None else (COARSE.format(step=self.step, half=self.step / 5),)


def coarse_rows(rows: Sequence[MeanTimeRow], curves: Curves, level: float) -> Printed:
    """Return contrasts of arms that may be shown, coarse.

    Parameters
    ----------
    rows : sequence of MeanTimeRow
        The data's, of one clock.
    curves : Curves
        The decisions on their outcome.
    level : float
        Coverage of the intervals.
    """
    known = [r for r in rows if isinstance(r.estimate, float) and isinstance(r.std_error, float)]
    tracks = {t.arm: t for t in curves.tracks if rows and t.clock == rows[0].clock}
    step, told = _told(known, tracks, curves)
    shown = []
    for row in rows:
        if row not in known:
            found = _without_error(row, tracks)
        elif step is None or row not in told:
            found = replace(row, **_gone(_NARROW), status=Status.SUPPRESSED)  # type: ignore[arg-type]
        else:
            found = _rounded(row, step, level)
        n_arm = _size(row.n_arm, tracks[row.arm], curves)
        n_control = _size(row.n_control, tracks[row.control], curves)
        status = Status.SUPPRESSED if Suppressed in (type(n_arm), type(n_control)) else found.status
        shown.append(replace(found, n_arm=n_arm, n_control=n_control, status=status))
    return Printed(rows=tuple(shown), step=step)


def _size(n: Count, track: Track, curves: Curves) -> Count:
    """Return an arm's number of persons, or why it is not shown: the few in the state on day 0 are not among them."""
    return n if curves.sizes.get((track.clock, track.arm)) == n else _SIZE


def _without_error(row: MeanTimeRow, tracks: dict[str, Track]) -> MeanTimeRow:
    """Return a row whose difference has a reason in place of a number or of its error.

    Where nobody has had the event the counts shown tell all of it.
    """
    if isinstance(row.estimate, Unavailable):
        return replace(row, status=Status.UNAVAILABLE)
    if not any(tracks[a].counts["events"][-1] for a in (row.arm, row.control)):
        return replace(row, status=Status.RELEASED)
    return replace(row, **_gone(_ALONE), status=Status.SUPPRESSED)  # type: ignore[arg-type]


def _gone(why: Suppressed) -> dict[str, Suppressed]:
    names = ("mean_arm", "mean_control", "estimate", "std_error", "statistic", "df", "p_value", "conf_low", "conf_high")
    return dict.fromkeys(names, why)


def _rounded(row: MeanTimeRow, step: float, level: float) -> MeanTimeRow:
    """Return a row rounded, with statistic, p and interval of the printed numbers."""
    means = {name: _to(getattr(row, name), step) for name in ("mean_arm", "mean_control", "estimate")}
    df = float(row.df) if np.isinf(row.df) else max(1.0, min(200.0, float(np.floor(row.df))))  # type: ignore[arg-type]
    half = step / 5
    error = max(half, _to(row.std_error, half))
    for _ in range(50):
        found = inference(means["estimate"], error**2, df, level)
        p = found[2]
        if (
            not isinstance(p, float)
            or not isinstance(row.p_value, float)
            or (p < 1 - level) == (row.p_value < 1 - level)
        ):
            break
        larger = p < 1 - level
        if not larger and error <= half * 1.5:
            break
        error += half if larger else -half
    else:  # pragma: no cover - the error grows until the interval holds 0
        found = inference(means["estimate"], error**2, df, level)
    names = ("std_error", "statistic", "p_value", "conf_low", "conf_high")
    return replace(row, **means, **dict(zip(names, found, strict=True)), df=df, status=Status.RELEASED)  # type: ignore[arg-type]


def _to(value: Statistic, step: float) -> float:
    """Return a number rounded to a step, without the dust of the product."""
    return round(round(float(value) / step) * step, 12) + 0.0  # type: ignore[arg-type]


def _told(
    rows: Sequence[MeanTimeRow], tracks: dict[str, Track], curves: Curves
) -> tuple[float | None, Sequence[MeanTimeRow]]:
    """Return what means are rounded to, and the contrasts that are printed so; None where none can be.

    An arm that no step worth printing leaves open takes its own contrasts with it, and not those of the other arms.
    """
    while rows:
        steps, arms = _worth(rows, tracks), {a for r in rows for a in (r.arm, r.control)}
        open_at = {step: {a for a in arms if _open(tracks[a], curves, rows, step)} for step in steps}
        for step in steps:
            if open_at[step] == arms:
                return step, rows
        never = arms.difference(*open_at.values())
        if not never:
            break
        rows = [r for r in rows if not {r.arm, r.control} & never]
    return None, ()


def _worth(rows: Sequence[MeanTimeRow], tracks: dict[str, Track]) -> list[float]:
    """Return the steps that means are worth printing at, the finest first."""
    errors = [float(r.std_error) for r in rows]  # type: ignore[arg-type]
    least = max(max(errors) / 10, rows[0].tau / min(tracks[a].n for r in rows for a in (r.arm, r.control)))
    return [s for s in _candidates(least) if s <= 2 * max(errors)]


def _candidates(least: float) -> Iterable[float]:
    power = int(np.floor(np.log10(least)))
    ladder = [m * 10.0**k for k in range(power, power + 6) for m in _STEPS]
    return [s for s in ladder if s >= least * (1 - 1e-9)]


def _open(track: Track, curves: Curves, rows: Sequence[MeanTimeRow], step: float) -> bool:
    """Return whether each placing of each hidden step's events stays possible beside the printed means of an arm."""
    moves = _moves(track, curves, rows[0].tau)
    if not moves:
        return True
    below, above = np.inf, np.inf
    for row in rows:
        if track.arm not in (row.arm, row.control):
            continue
        mean = row.mean_arm if track.arm == row.arm else row.mean_control
        # the difference falls where the control's mean rises
        for value, sign in ((mean, 1), (row.estimate, 1 if track.arm == row.arm else -1)):
            off = float(value) - _to(value, step)  # type: ignore[arg-type]
            down, up = step / 2 + off, step / 2 - off
            below, above = min(below, down if sign > 0 else up), min(above, up if sign > 0 else down)
    left, right = sum(a for a, _ in moves), sum(b for _, b in moves)
    return all(a + b <= min(right + below, left + above) - 1 / track.n for a, b in moves)


def _moves(track: Track, curves: Curves, tau: float) -> list[tuple[float, float]]:
    """Return how far each hidden step's events may move the mean down and up, had all come first or last in the step."""
    out, before = [], -1
    events = (0, *track.counts["events"])
    for j in curves.positions(track, "events"):
        inner = range(before + 1, j + 1)
        before = j
        each = [(events[k + 1] - events[k], max(tau - track.times[k], 0.0)) for k in inner if track.times[k] > 0]
        count = sum(e for e, _ in each)
        if len(each) < 2 or not count:
            continue
        now = sum(e * t for e, t in each)
        low, high = count * each[0][1] - now, now - count * each[-1][1]
        if low + high > 0:
            out.append((low / track.n, high / track.n))
    return out


def coarsened(p: Statistic) -> Statistic:
    """Return a p to two digits, at most three decimals, and at least a thousandth."""
    if not isinstance(p, float):
        return p
    return max(_LEAST_P, round(p, 2 if p >= 0.0995 else 3))


def coarse_log_rank(p: Statistic, df: Statistic) -> tuple[Statistic, Statistic]:
    """Return a log-rank test's statistic and p, to two digits of p."""
    shown = coarsened(p)
    if not isinstance(shown, float) or not isinstance(df, float):
        return shown, shown
    return float(chdtri(df, shown)), shown
