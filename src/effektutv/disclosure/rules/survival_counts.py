"""Time to a first event on its way out: curves, risk tables, mean times and their tests.

Everything that a curve tells can be told as counts: who is at risk, who had the event, a competing event, or was censored
between two times. So the counts are decided, and the curve follows:

- The times are thinned, the same for every arm and clock, until each step of events between two of them is 0 or not small;
  competing events and censored persons have times of their own among these (:mod:`.grid`). A total of 1–4 has none: a
  small total of events hides the arm, one of competing events or censored persons is left out of the arm's rows.
- Kaplan–Meier at full precision gives the order of events and censored persons within a step away. Curves, incidence and
  medians are therefore **computed anew from the counts shown**, by the same formulas, as if the persons of a step had come
  evenly over it and those who are not shown had stayed: they tell no more than the counts do. They are each arm's own,
  whatever the strata. Where nothing was thinned and nothing weighted they are what they were.
- A mean time and a log-rank test are the data's own, so coarse that the months stay open, or hidden (:mod:`.mean_times`).
- ``n_risk`` is worked out from the counts shown as the curve is, and rounded where these leave times out.
- The arm less its persons at risk were in the state on day 0 already: 1–4 of them are counted as at risk instead, where
  the arm has 100 persons or more, so that the arm's own number is shown; else the arm is hidden.
- From the time on when 1–4 are left the arm is hidden.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from effektutv.errors import DisclosureError
from effektutv.study import FIRST_MONTH_IN_WORK

from ..audit.attacker import narrowing
from ..audit.sights import Limit, Sight
from ..cells import Cell
from ..protected import Decision, Role
from .survival_grid import fixed_by_mean, shown_times

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from effektutv.results.effect_rows import EffectRow
    from effektutv.results.time_to_event import RiskRow, TimeToEvent
    from effektutv.study import Study

    from ..ledger import Ledger
    from ..policy import Policy

__all__ = ["KINDS", "Curves", "Track", "collect_times", "decide_times", "tracks_of"]

KINDS = ("events", "competing", "censored")
STEP = "a step between shown times would count 1 to {most}"
TOTAL = "1 to {most} in all, so that no time can be shown"
LEFT = "1 to {most} left, and all times after"
START = "so few were in the state on day 0 that the number at risk gives them away"
ELSEWHERE = "the month's count stands elsewhere in the report and leaves a small step"
MEAN = "the mean over all months would fix a small count between shown times"


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """One arm's counts on one clock, at every time of the result.

    Parameters
    ----------
    outcome, clock, arm : str
    times : tuple of float
    n : int
        At risk at the start.
    counts : mapping of str to tuple of int
        Cumulative, by kind; censored without those of the very last time, whom no curve takes for gone before it.
    n_risk : tuple of int
    at_end : int
        Censored at the last time itself, where it is known that all who left in the last step left then.
    """

    outcome: str
    clock: str
    arm: str
    times: tuple[float, ...]
    n: int
    counts: Mapping[str, tuple[int, ...]]
    n_risk: tuple[int, ...]
    at_end: int = 0

    def left(self, position: int) -> int:
        """Return how many are left after a time; all of them before the first."""
        return self.n if position < 0 else self.n - sum(c[position] for c in self.counts.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Curves:
    """What of the curves of one outcome may be shown.

    Parameters
    ----------
    tracks : tuple of Track
    grid : mapping of str to tuple of int
        Positions of the times shown, by kind.
    sizes : mapping of (str, str) to int
        Persons at risk as shown, by clock and arm; an arm that is hidden altogether is not among them.
    without : frozenset of (str, str)
        Arms and kinds that are left out.
    ends : mapping of str to int
        The position from which an arm is hidden.
    decisions : tuple of Decision
    """

    tracks: tuple[Track, ...]
    grid: Mapping[str, tuple[int, ...]]
    sizes: Mapping[tuple[str, str], int]
    without: frozenset[tuple[str, str]]
    ends: Mapping[str, int]
    decisions: tuple[Decision, ...]

    def end_shown(self, track: Track, policy: Policy) -> bool:
        """Return whether the number censored at the last time itself is shown: it, and who is left after it, not few."""
        last = len(track.times) - 1
        if any(last not in self.positions(track, k) for k in KINDS):
            return False
        size = self.sizes[track.clock, track.arm]
        left = size - track.n + track.left(last) - track.at_end
        return not policy.small(track.at_end) and not policy.small(left)

    def positions(self, track: Track, kind: str) -> tuple[int, ...]:
        """Return where a kind's counts of an arm are shown."""
        if (track.clock, track.arm) not in self.sizes or (track.arm, kind) in self.without:
            return ()
        return tuple(j for j in self.grid[kind] if j < self.ends.get(track.arm, len(track.times)))


# -------------------------------------------------------------------------------------------------------- collecting


def tracks_of(result: TimeToEvent) -> list[Track]:
    """Return the arms of a result, checked: a count that is unknown or impossible stops the release."""
    by_arm: dict[str, list[RiskRow]] = {}
    for row in result.risk:
        by_arm.setdefault(row.arm, []).append(row)
    tracks = [_track(sorted(rows, key=lambda r: r.time)) for rows in by_arm.values()]
    named = {(r.outcome, r.clock) for r in result.rows} | {(r.outcome, r.clock) for r in result.risk}
    arms = {t.arm for t in tracks}
    shown = {a for r in result.rows for a in (r.arm, r.control)} | {r.arm for r in result.log_rank.rows}
    horizons = {r.tau for r in result.rows}
    grids = {t.times for t in tracks}
    if len(named) != 1 or len(grids) != 1 or len(horizons) > 1 or (shown | {name for name, _ in result.medians}) - arms:
        raise DisclosureError("time to event: the arms' risk tables do not belong together; they cannot be checked")
    return tracks


def _track(rows: list[RiskRow]) -> Track:
    first = rows[0]
    numbers = [(r.n, r.n_risk, *(getattr(r, k) for k in KINDS)) for r in rows]
    if not all(isinstance(v, int) and not isinstance(v, bool) and v >= 0 for line in numbers for v in line):
        raise DisclosureError("time to event: a count of the risk table is unknown, so that it cannot be checked")
    track = Track(
        outcome=first.outcome,
        clock=first.clock,
        arm=first.arm,
        times=tuple(r.time for r in rows),
        n=int(first.n),  # type: ignore[arg-type]
        counts={k: tuple(getattr(r, k) for r in rows) for k in KINDS},
        n_risk=tuple(int(r.n_risk) for r in rows),  # type: ignore[arg-type]
    )
    rising = all(np.diff((0, *c)).min() >= 0 for c in track.counts.values())
    fits = all(track.left(j) <= track.n_risk[j] <= track.left(j - 1) for j in range(len(rows)))
    if len(set(track.times)) < len(rows) or {r.n for r in rows} != {track.n} or not rising or not fits:
        raise DisclosureError("time to event: the counts of a risk table do not add up; nothing is released")
    if track.times[0] < 0 or (track.times[0] == 0 and track.counts["events"][0]):
        raise DisclosureError("time to event: events at time 0 or before it; they cannot be checked")
    return _ended(track)


def _ended(track: Track) -> Track:
    """Return the track with those who were censored at the last time itself taken for still there, and counted apart."""
    if len(track.times) < 2 or track.n_risk[-1] != track.left(len(track.times) - 2):
        return track
    censored = track.counts["censored"]
    kept = {**track.counts, "censored": (*censored[:-1], censored[-2])}
    return replace(track, counts=kept, at_end=censored[-1] - censored[-2])


def day_zero_cell(outcome: str, arm: str) -> Cell:
    """Return the cell of who was in the state on day 0, so that the arm's curve is without them."""
    return Cell("times", f"{outcome}, in the state on day 0", arm=arm)


def collect_times(ledger: Ledger, results: Iterable[TimeToEvent], sizes: Mapping[str, int]) -> None:
    """Enter who was left out for being in the state on day 0: the same persons as the outcome's month 0.

    Parameters
    ----------
    ledger : Ledger
    results : iterable of TimeToEvent
    sizes : mapping of str to int
        Persons by arm, as far as some table shows them.
    """
    for result in results:
        for track in tracks_of(result):
            size = max(sizes.get(track.arm, 0), track.n)
            cell = day_zero_cell(track.outcome, track.arm)
            if track.clock in ledger.seen.get(cell, {}):
                raise DisclosureError("time to event: an arm stands twice on one clock; it cannot be checked")
            ledger.observe(cell, size, size - track.n, track.clock)
            month = Cell("outcome", track.outcome, 0, track.arm)
            if (size, size - track.n) in ledger.seen.get(month, {}).get(track.clock, []):
                ledger.margin([cell], month, where="time to event and month 0")


# ---------------------------------------------------------------------------------------------------------- deciding


def decide_times(
    ledger: Ledger, study: Study, results: Iterable[TimeToEvent], rows: Iterable[EffectRow]
) -> list[Curves]:
    """Decide what of the curves may be shown, one outcome at a time, all its clocks together.

    The ledger is closed. A mean of first months that would fix a small count between shown times is withheld in it.

    Parameters
    ----------
    ledger : Ledger
    study : Study
    results : iterable of TimeToEvent
    rows : iterable of EffectRow
        Every effect of the report.
    """
    groups: dict[tuple[str, tuple[float, ...]], list[Track]] = {}
    for result in results:
        for track in tracks_of(result):
            groups.setdefault((track.outcome, track.times), []).append(track)
    found = [_decided(ledger, tuple(tracks)) for tracks in groups.values()]
    firsts = {o.name for o in study.outcomes if o.state == FIRST_MONTH_IN_WORK}
    means = [r for r in rows if r.outcome in firsts and not r.subgroup and r.month]
    for curves in found:
        _withhold_means(ledger, curves, means)
    return found


def _decided(ledger: Ledger, tracks: tuple[Track, ...]) -> Curves:
    """Return the decisions on one outcome; first times are left out until the curve narrows no hidden month."""
    left_out: set[int] = set()
    while True:
        curves = _Decider(ledger, tracks, frozenset(left_out)).curves()
        limits = _limits(ledger, curves)
        if not limits or not narrowing(ledger, limits):
            return curves
        later = [j for j in curves.grid["events"] if tracks[0].times[j] > 0 and j not in left_out]
        if not later:
            # month 1 stands elsewhere and cannot be left out
            return _Decider(ledger, tracks, frozenset(left_out), hidden={t.arm for t in tracks}).curves()
        left_out.add(later[0])


def _limits(ledger: Ledger, curves: Curves) -> list[Limit]:
    """Return what shown counts of a curve say of months: who is in the state has entered it or was in it on day 0, and who
    enters it in a month is in it then.
    """
    out = []
    for track in curves.tracks:
        for j in curves.positions(track, "events"):
            events, last = track.counts["events"][j], int(track.times[j])
            cells = [Cell("outcome", track.outcome, k, track.arm) for k in range(last + 1)]
            sights = [Sight(c, track.clock) for c in cells if track.clock in ledger.seen.get(c, {})]
            if last < 1 or len(sights) <= last:
                continue
            where = f"time to {track.outcome}"
            out += [Limit({month: 1, sights[0]: -1}, events, where) for month in sights[1:]]
            out.append(Limit(dict.fromkeys(sights[1:], -1), -events, where))
    return out


class _Decider:
    """One outcome's decisions."""

    def __init__(
        self, ledger: Ledger, tracks: tuple[Track, ...], left_out: frozenset[int], hidden: Iterable[str] = ()
    ) -> None:
        self.ledger, self.policy, self.tracks, self.left_out = ledger, ledger.policy, tracks, left_out
        self.outcome = tracks[0].outcome
        self.decisions: list[Decision] = []
        self.hidden: set[str] = set()
        for arm in sorted(hidden):
            self._hide(arm, ELSEWHERE)

    def curves(self) -> Curves:
        """Return the decisions."""
        sizes = self._sizes()
        without = {(a, k) for k in KINDS for a in self._few(k)}
        for arm in [a for a, k in sorted(without) if k == "events"]:
            self._hide(arm, TOTAL)
        grid = self._grid(without)
        sizes = {key: n for key, n in sizes.items() if key[1] not in self.hidden}
        for arm, kind in sorted(without):
            if arm not in self.hidden:
                self._log(f"{arm}, {kind}", TOTAL)
        curves = Curves(
            tracks=self.tracks, grid=grid, sizes=sizes, without=frozenset(without), ends={}, decisions=()
        )  # fmt: skip
        ends = self._ends(curves)
        dropped = set(range(len(self.tracks[0].times))) - set(grid["events"])
        for j in sorted(dropped):
            self._log(f"time {self.tracks[0].times[j]:g}", STEP)
        return replace(curves, ends=ends, decisions=tuple(self.decisions))

    def _log(self, cell: str, rule: str) -> None:
        said = rule.format(most=self.policy.threshold - 1)
        self.decisions.append(
            Decision(
                table="times", cell=f"{self.outcome}, {cell}", rule=said, role=Role.PRIMARY, count_band="not stated"
            )
        )

    def _hide(self, arm: str, rule: str) -> None:
        if arm not in self.hidden:
            self.hidden.add(arm)
            self._log(arm, rule)

    def _sizes(self) -> dict[tuple[str, str], int]:
        """Return the persons at risk as shown; an arm whose number cannot be shown in any way is hidden."""
        out = {}
        for t in self.tracks:
            cell = day_zero_cell(t.outcome, t.arm)
            size = self.ledger.seen[cell][t.clock][0][0]
            if not self.ledger.is_hidden(cell):
                out[t.clock, t.arm] = t.n
            elif size - t.n < self.policy.threshold and size >= self.policy.curve_persons:
                out[t.clock, t.arm] = size
            else:
                self._hide(t.arm, START)
        return out

    def _few(self, kind: str) -> set[str]:
        """Return the arms with a small total of a kind on any clock."""
        return {t.arm for t in self.tracks if self.policy.small(t.counts[kind][-1])}

    def _grid(self, without: set[tuple[str, str]]) -> dict[str, tuple[int, ...]]:
        """Return the times of each kind: those of events first, the others' among them."""
        told = {t.arm: known for t in self.tracks if (known := self._first_month(t)) is not None}
        place = {j for j, time in enumerate(self.tracks[0].times) if time == 1}
        forced = place if any(told.values()) else set()
        banned = (self.left_out - forced) | (place if told and not forced else set())
        for arm in [a for a, known in told.items() if forced and not known]:
            self._hide(arm, ELSEWHERE)  # the month is hidden in one arm and shown in another
        for arm in sorted({t.arm for t in self.tracks} - self.hidden):
            mine = [t.counts["events"] for t in self.tracks if t.arm == arm]
            if not shown_times(mine, self.policy, forced=forced):
                self._hide(arm, ELSEWHERE)
        grid = {"events": shown_times(self._open("events", set()), self.policy, forced=forced, banned=banned)}
        outside = set(range(len(self.tracks[0].times))) - set(grid["events"])
        for kind in KINDS[1:]:
            series = self._open(kind, without)
            grid[kind] = shown_times(series, self.policy, banned=outside) if series else grid["events"]
        return grid

    def _open(self, kind: str, without: set[tuple[str, str]]) -> list[tuple[int, ...]]:
        return [t.counts[kind] for t in self.tracks if t.arm not in self.hidden and (t.arm, kind) not in without]

    def _first_month(self, track: Track) -> bool | None:
        """Return whether the events of month 1 stand elsewhere, as persons in the state then; None where they do not.

        They are the same persons where nobody was in the state on day 0.
        """
        cell = Cell("outcome", track.outcome, 1, track.arm)
        if 1.0 not in track.times or cell not in self.ledger.seen:
            return None
        sights = self.ledger.seen[cell].get(track.clock, [])
        if (track.n, track.counts["events"][track.times.index(1.0)]) not in sights:
            return None
        return not self.ledger.is_hidden(cell)

    def _ends(self, curves: Curves) -> dict[str, int]:
        """Return from which time on each arm is hidden: when a few are not known to have left."""
        ends: dict[str, int] = {}
        for t in self.tracks:
            if (t.clock, t.arm) not in curves.sizes:
                continue
            for j in curves.grid["events"]:
                known = [_last_shown(t.counts[k], curves.positions(t, k), j) for k in KINDS]
                if self.policy.small(curves.sizes[t.clock, t.arm] - sum(known)):
                    ends[t.arm] = min(j, ends.get(t.arm, j))
                    break
        for arm in sorted(ends):
            self._log(arm, LEFT)
        return ends


def _last_shown(counts: tuple[int, ...], positions: tuple[int, ...], j: int) -> int:
    return max((counts[i] for i in positions if i <= j), default=0)


def _withhold_means(ledger: Ledger, curves: Curves, rows: list[EffectRow]) -> None:
    """Withhold the mean of first months of an arm where, with the counts shown, it fixes a small count."""
    for track in curves.tracks:
        if (track.clock, track.arm) not in curves.sizes:
            continue
        for row in rows:
            for arm, n, mean in ((row.arm, row.n_arm, row.share_arm), (row.control, row.n_control, row.share_control)):
                if (arm, n, row.clock) != (track.arm, track.n, track.clock) or not isinstance(mean, int | float):
                    continue
                if _fixes(ledger, curves, track, row.month or 0, mean):
                    ledger.withhold(Cell("outcome", row.outcome, row.month, arm), MEAN)


def _fixes(ledger: Ledger, curves: Curves, track: Track, months: int, mean: float) -> bool:
    """Return whether a mean of first months, of the same persons, fixes a small count of a month that is not shown."""
    place = {t: j for j, t in enumerate(track.times)}
    events = track.counts["events"]
    if not all(float(k) in place for k in range(1, months)):
        return True  # a month that the risk table does not hold cannot be checked
    lost = track.n - events[place[float(months - 1)]] - track.left(place[float(months - 1)]) if months > 1 else 0
    told = 1 + sum(track.n - events[place[float(k)]] for k in range(1, months)) / track.n
    if lost or abs(told - mean) > 1e-6:
        return False
    steps, weights, before = [], [], 0.0
    for j in curves.positions(track, "events"):
        inner = [float(k) for k in range(int(before) + 1, int(track.times[j]) + 1)]
        cumulative = [events[place[k]] for k in inner if k in place]
        start = events[place[before]] if before in place else 0
        steps.append(np.diff([start, *cumulative]).tolist())
        weights.append([max(months - int(k), 0) for k in inner if k in place])
        before = track.times[j]
    return fixed_by_mean(steps, weights, ledger.policy)
