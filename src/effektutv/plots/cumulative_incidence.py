"""Who has reached the state so far, by arm and time: cumulative incidence with intervals, and the persons still at risk."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from effektutv import i18n
from effektutv.errors import ArgumentError
from effektutv.i18n import Lang

from .layout.axis import Linear, nice_ticks
from .layout.line_figure import (
    LANE,
    LEADER,
    NAME_WIDTH,
    Line,
    counts_strip,
    end_labels,
    gap_marks,
    gaps,
    plot_height,
    thin_out,
)
from .layout.style import MARGIN, MUTED, RULE, WIDTH, Page, house_style
from .layout.table_reading import Labels, Names, Row, absent_words, mark, mark_notes, records, value, word
from .layout.text_metrics import LINE, widest, wrap

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["alt_text", "survival"]

#: Where the times are at most this far apart the curve is drawn in steps: nothing happens between two months.
_STEP = 1.0 + 1e-9
_WORK = frozenset({"arbete", "work", "in_work"})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Arm(Line):
    """One arm's times, with its pointwise interval."""

    band: tuple[NDArray[np.float64], NDArray[np.float64]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Content:
    names: Names
    outcome: str
    clock: str
    times: list[float]
    arms: list[_Arm]
    mark_time: float
    competing: bool

    @property
    def steps(self) -> bool:
        """Whether the times are close enough for a curve in steps."""
        return len(self.times) > 1 and float(np.diff(self.times).max()) <= _STEP

    @property
    def work(self) -> bool:
        """Whether the state is work: the words then say so."""
        return self.outcome in _WORK

    @property
    def highest(self) -> float:
        """The highest share drawn; 5 per cent where no one has reached the state."""
        drawn = np.concatenate([np.append(arm.y, arm.band[1]) for arm in self.arms])
        return min(1.0, float(np.nanmax(drawn, initial=0.0)) or 0.05)

    @property
    def decimals(self) -> int:
        """Decimals of every share that the figure states."""
        return max(1, nice_ticks(0.0, self.highest * 100)[1])

    def at(self, time: float) -> str:
        """Return a time in words."""
        whole = float(time).is_integer()
        shown = i18n.number(time, 0 if whole else 1, self.names.lang)
        return self.names.text("month_n" if self.clock else "time_n", **{"month" if self.clock else "time": shown})

    def share(self, share: float) -> str:
        """Return a share as text."""
        return i18n.percent(share, self.decimals, self.names.lang)


def survival(
    table: pd.DataFrame,
    *,
    lang: str = "en",
    title: str | None = None,
    subtitle: str | None = None,
    notes: Sequence[str] = (),
    arms: Mapping[str, str] | None = None,
    control: str | None = None,
    labels: Labels | None = None,
    mark_time: float | None = None,
    time_label: str | None = None,
) -> Figure:
    """Draw the share of each arm that has reached the state by each time, competing events taken into account.

    The curve is in steps where the times are at most one apart, and straight from time to time else. Under the axis, at its
    ticks, stand those who are still followed and have not reached the state. A time without a share breaks its line, and its
    mark, ``‥`` or ``–``, stands above the plot in a lane of its arm.

    Parameters
    ----------
    table : DataFrame
        A row an arm and time, ``TimeToEvent.risk_table()``: ``arm time incidence``, and where known ``outcome clock n_risk
        competing incidence_low incidence_high status``. One outcome and clock.
    lang : {"en", "sv"}
    title, subtitle : str, optional
        What is shown; unit, population and n.
    notes : sequence of str
        Estimand, interval, source, protection, *synthetic*. What bands and marks mean is added.
    arms : mapping of str to str, optional
        Labels by code in the study's order, control first.
    control : str, optional
        The comparison arm's code; the first of ``arms`` else.
    labels : mapping of str to str, optional
        Labels by key: here the outcome's and the clock's.
    mark_time : float, optional
        Time whose shares are written beside the arms' names; the last one else.
    time_label : str, optional
        Written under the axis: months since the clock where the table has one.

    Raises
    ------
    ArgumentError
        If the table has several outcomes or clocks, or lacks ``mark_time``.
    """
    content = _read(table, lang, arms, control, labels, mark_time)
    names = content.names
    values = _values(content)
    foot = [*notes, *_own_notes(content), *mark_notes(_absences(content), names.lang)]
    label_width = max(widest([w for arm in content.arms for w in arm.name], bold=True), widest(values))
    lanes = LANE * len(gaps(content.arms))
    high = plot_height(content.arms, values)
    strip = LINE * (1 + sum(len(arm.name) for arm in content.arms)) + 12
    with house_style():
        page = Page(
            lanes + 6 + high + 34 + strip,
            title=_default_title(content) if title is None else title,
            subtitle=_default_subtitle(content) if subtitle is None else subtitle,
            notes=foot,
        )
        ticks, decimals = nice_ticks(0.0, content.highest * 100)
        tick_labels = [i18n.percent(t / 100, decimals, names.lang) for t in ticks]
        left = MARGIN + widest(tick_labels) + 6
        right = WIDTH - MARGIN - label_width - LEADER
        top = page.top + lanes + 6
        across = Linear(content.times[0], content.times[-1], left + 8, right)
        up = Linear(0.0, ticks[-1] / 100, top + high, top)
        axes = page.axes(left, top, right - left, high)
        axes.set(xlim=(across.back(left), across.back(right)), ylim=(0, ticks[-1] / 100))
        axes.spines["left"].set_visible(False)
        axes.grid(axis="y")
        axes.set_yticks([t / 100 for t in ticks], tick_labels)
        places = [across(time) for time in content.times]
        columns = _columns(content, places)
        axes.set_xticks([content.times[i] for i in columns], [_plain(content.times[i], names.lang) for i in columns])
        page.text(
            (across.start + across.end) / 2, top + high + 27, _under(content, time_label), ha="center", color=MUTED
        )
        _draw(page, axes, content, across, columns, top, high)
        gap_marks(page, content.arms, places, right, top, names)
        end_labels(page, content.arms, values, up, right)
        head = names.text("at_risk_work" if content.work else "at_risk")
        counts_strip(page, head, content.arms, columns, places, right, top + high + 34)
    return page.fig


# ------------------------------------------------------------------------------------------------------------- content


def _read(
    table: pd.DataFrame,
    lang: str,
    arms: Mapping[str, str] | None,
    control: str | None,
    labels: Labels | None,
    mark_time: float | None,
) -> _Content:
    rows = records(table, ["arm", "time", "incidence"], "survival")
    names = Names(rows, lang, arms, control, labels)
    kinds = list(dict.fromkeys((word(r, "outcome"), word(r, "clock")) for r in rows))
    if len(kinds) > 1:
        raise ArgumentError(f"table: the survival figure got {len(kinds)} outcomes and clocks; give one")
    times = sorted({float(r["time"]) for r in rows})
    if mark_time is not None and mark_time not in times:
        raise ArgumentError(f"mark_time: got {mark_time:g}; the table has the times {times[0]:g} to {times[-1]:g}")
    return _Content(
        names=names,
        outcome=kinds[0][0],
        clock=kinds[0][1],
        times=times,
        arms=[_arm(code, [r for r in rows if word(r, "arm") == code], times, names) for code in names.arms],
        mark_time=times[-1] if mark_time is None else mark_time,
        # unknown where it is not shown: the words stand as soon as there may be some
        competing=any(value(r, "competing") != 0 for r in rows if "competing" in r),
    )


def _arm(code: str, rows: Sequence[Row], times: Sequence[float], names: Names) -> _Arm:
    by_time = {float(r["time"]): r for r in rows}
    cells = [by_time.get(t, {}) for t in times]

    def column(name: str) -> NDArray[np.float64]:
        found = [value(row, name) for row in cells]
        return np.array([np.nan if c is None else c for c in found], dtype=float)

    share = column("incidence")
    n = [mark(row) if value(row, "n_risk") is None else i18n.count(value(row, "n_risk"), names.lang) for row in cells]
    return _Arm(
        code=code,
        look=names.styles[code],
        name=wrap(names.arm(code), NAME_WIDTH, bold=True),
        y=share,
        n=tuple(n),
        marks=tuple(mark(row) if np.isnan(s) else "" for row, s in zip(cells, share, strict=True)),
        band=(column("incidence_low"), column("incidence_high")),
    )


def _values(content: _Content) -> list[str]:
    """Return what stands under each arm's name: its share at the marked time."""
    place = content.times.index(content.mark_time)
    at = content.at(content.mark_time)
    return [f"{at}: {arm.marks[place] or content.share(float(arm.y[place]))}" for arm in content.arms]


def _absences(content: _Content) -> set[str]:
    signs = {sign for arm in content.arms for sign in arm.marks if sign}
    return signs | ({s for arm in content.arms for s in arm.n} & {i18n.SUPPRESSED, i18n.ABSENT})


def _default_title(content: _Content) -> str:
    names = content.names
    if not content.clock:
        return names.text("survival_title_plain", outcome=_named(content))
    since = names.label(content.clock)
    if content.work:
        return names.text("survival_title_work", clock=since)
    return names.text("survival_title", outcome=_named(content), clock=since)


def _named(content: _Content) -> str:
    names = content.names
    return i18n.capital(names.label(content.outcome)) if content.outcome else names.text("event")


def _default_subtitle(content: _Content) -> str:
    names = content.names
    return f"{names.text('share_axis')}. {names.text('n_arms', n=str(len(content.arms)))}"


def _own_notes(content: _Content) -> list[str]:
    names = content.names
    out = [names.text("survival_competing_work" if content.work else "survival_competing")] if content.competing else []
    if any(np.isfinite(arm.band[0]).any() for arm in content.arms):
        out.append(names.text("band_pointwise"))
    return out


def _under(content: _Content, label: str | None) -> str:
    names = content.names
    if label is not None:
        return label
    return names.text("months_since", clock=names.label(content.clock)) if content.clock else names.text("time")


# ------------------------------------------------------------------------------------------------------------- drawing


def _plain(time: float, lang: Lang) -> str:
    return i18n.number(time, 0 if float(time).is_integer() else 1, lang)


def _columns(content: _Content, places: Sequence[float]) -> list[int]:
    """Return the times at the axis' ticks, under which the persons at risk stand: even steps where there is room."""
    width = widest([n for arm in content.arms for n in arm.n]) + 8
    width = max(width, widest([_plain(t, content.names.lang) for t in content.times]) + 8)
    times = content.times
    for step in (1, 2, 3, 6, 12, 24, 60):
        even = [i for i, t in enumerate(times) if abs(t / step - round(t / step)) < 1e-9]
        # none of the steps may be missing: ticks at uneven distances would be read as even ones
        whole = len(even) == math.floor(times[-1] / step + 1e-9) - math.ceil(times[0] / step - 1e-9) + 1
        apart = [places[b] - places[a] for a, b in pairwise(even)]
        if len(even) > 2 and whole and min(apart) >= width:
            return even
    last = len(places) - 1
    return thin_out([0, last, *range(1, last)], places, width)


def _draw(
    page: Page, axes: Axes, content: _Content, across: Linear, columns: Sequence[int], top: float, high: float
) -> None:
    times = np.array(content.times)
    for arm in content.arms:
        low, upper = arm.band
        step: dict[str, Any] = {"step": "post"} if content.steps else {}
        axes.fill_between(times, low, upper, color=arm.look.colour, alpha=0.2, linewidth=0, **step)
    if content.mark_time != content.times[-1]:
        x = across(content.mark_time)
        page.line([x, x], [top, top + high], color=RULE, linewidth=0.9, linestyle=(0, (1, 2)))
    for arm in content.arms:
        look: dict[str, Any] = {"color": arm.look.colour, "linestyle": arm.look.line, "linewidth": 1.9}
        here = np.isfinite(arm.y)
        alone = here & ~np.append(False, here[:-1]) & ~np.append(here[1:], False)
        marked = here & (alone | np.isin(np.arange(times.size), columns) | (not content.steps))
        style = "steps-post" if content.steps else "default"
        axes.plot(
            times,
            arm.y,
            drawstyle=style,
            markevery=np.flatnonzero(marked).tolist(),
            clip_on=False,
            **look,
            **arm.look.marks,
        )


# ------------------------------------------------------------------------------------------------------------ alt text


def alt_text(
    table: pd.DataFrame,
    lang: Lang,
    *,
    arms: Mapping[str, str] | None = None,
    control: str | None = None,
    labels: Labels | None = None,
    mark_time: float | None = None,
) -> str:
    """Return the arms' shares at the marked time (the last one else) with their intervals, in a sentence.

    Parameters
    ----------
    table : DataFrame
        As for :func:`survival`, and so are the others.
    lang : {"sv", "en"}
    arms, control, labels, mark_time
        As for :func:`survival`.
    """
    content = _read(table, lang, arms, control, labels, mark_time)
    names = content.names
    place = content.times.index(content.mark_time)
    parts = []
    for arm in content.arms:
        if arm.marks[place]:
            parts.append(f"{names.arm(arm.code)} {absent_words(arm.marks[place], names)}")
            continue
        low, high = (float(edge[place]) for edge in arm.band)
        around = f" {i18n.interval(low, high, content.decimals, names.lang)}" if np.isfinite(low + high) else ""
        parts.append(f"{names.arm(arm.code)} {content.share(float(arm.y[place]))}{around}")
    since = f" {names.text('months_since_lower', clock=names.label(content.clock))}" if content.clock else ""
    return names.text(
        "survival_alt_work" if content.work else "survival_alt",
        at=content.at(content.mark_time),
        since=since,
        shares=i18n.join(parts, names.lang),
        **({} if content.work else {"outcome": _named(content)}),
    )
