"""Shares by month and arm: lines with bands, labels at their ends, and the persons followed under the axis."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from effektutv import i18n
from effektutv.errors import ArgumentError
from effektutv.i18n import Lang, Scale

from .layout.axis import Linear, nice_ticks
from .layout.line_figure import (
    LANE,
    LEADER,
    NAME_WIDTH,
    Line,
    counts_strip,
    draw_band,
    end_labels,
    gap_marks,
    gaps,
    month_span,
    thin_out,
)
from .layout.scales import power_of, scale_of, unit_words
from .layout.style import MARGIN, MUTED, RULE, WIDTH, Page, house_style
from .layout.table_reading import Labels, Names, Row, absent_words, mark, mark_notes, records, value, word
from .layout.text_metrics import LINE, text_width, widest, wrap

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["alt_text", "course", "shares_by_month"]

_PLOT_HEIGHT = 190.0
_COUNTED_MONTHS = (0, 6, 12, 15, 18, 24)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Arm(Line):
    """One arm's months, with its bands."""

    band: tuple[NDArray[np.float64], NDArray[np.float64]]
    wide: tuple[NDArray[np.float64], NDArray[np.float64]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Content:
    """What the figure shows, before any place is given to it."""

    names: Names
    outcome: str
    clock: str
    months: list[int]
    arms: list[_Arm]
    mark_month: int | None
    scale: Scale
    power: int = 0
    unit_label: str | None = None

    @property
    def many(self) -> float:
        """What means are divided by: a million where they are shown in millions."""
        return 10.0**self.power

    @property
    def unit(self) -> str:
        """What means are counted in; the empty string for shares, and where nobody said."""
        return "" if self.scale == "points" else unit_words("unit", self.power, self.unit_label, self.names.lang)

    def interval(self, low: float, high: float) -> str:
        """Return an interval of shares or means as text."""
        low, high = low / self.many, high / self.many
        return i18n.interval(low, high, self.decimals, self.names.lang, scale=self.scale)

    def shown(self, share: float, decimals: int | None = None) -> str:
        """Return a share, or a mean, as text: with one decimal, or as many as tell the axis' steps apart."""
        decimals = self.decimals if decimals is None else decimals
        if self.scale == "points":
            return i18n.percent(share, decimals, self.names.lang)
        return i18n.number(share / self.many, decimals, self.names.lang)

    @property
    def decimals(self) -> int:
        """Decimals of every share that the figure states."""
        return max(1, _share_ticks(self, bands=True)[1])

    def absences(self) -> set[str]:
        """Return every mark that stands in the figure."""
        return {sign for arm in self.arms for sign in arm.marks if sign} | (
            {s for arm in self.arms for s in arm.n} & {"‥", "–"}
        )


def shares_by_month(
    table: pd.DataFrame,
    *,
    lang: str = "en",
    title: str | None = None,
    subtitle: str | None = None,
    notes: Sequence[str] = (),
    arms: Mapping[str, str] | None = None,
    control: str | None = None,
    labels: Labels | None = None,
    outcome: str | None = None,
    clock: str | None = None,
    mark_month: int | None = None,
    bands: bool = True,
    y_label: str | None = None,
    scale: Scale | None = None,
    unit_label: str | None = None,
) -> Figure:
    """Draw the share of each arm by month, with pointwise and, where the table has them, simultaneous bands.

    A month without a number breaks its line, and its mark, ``‥`` or ``–``, stands above the plot in a lane of its arm.

    Parameters
    ----------
    table : DataFrame
        A row an outcome, clock, month and arm: ``month arm share``, and where known ``outcome clock n conf_low conf_high
        sim_low sim_high status``.
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
        Labels by key: here the outcome's.
    outcome, clock : str, optional
        Which to draw where the table has several; its first else.
    mark_month : int, optional
        Month of the main outcome: marked, and its shares written beside the arms' names.
    bands : bool, default True
    y_label : str, optional
        Written above the axis.
    scale : {"points", "unit"}, optional
        ``"points"``: shares, shown in per cent. ``"unit"``: means, shown in their own unit, from 100,000 on in thousands,
        millions and so on. By default points, unless the table has values outside 0 to 1.
    unit_label : str, optional
        The unit's name, where ``scale`` is ``"unit"``.
    """
    content = _read(table, lang, arms, control, labels, outcome, clock, mark_month, scale, unit_label)
    names = content.names
    heading = _default_title(content) if title is None else title
    under = _default_subtitle(content) if subtitle is None else subtitle
    foot = [*notes, *_own_notes(content, bands, bool(notes)), *mark_notes(content.absences(), names.lang)]
    # figures say what they count: the caller's title and subtitle may not
    y_label = content.unit if y_label is None and content.unit else y_label
    label_width = max(
        *(widest(arm.name, bold=True) for arm in content.arms), *(text_width(line) for line in _values(content))
    )
    lanes = LANE * len(gaps(content.arms))
    above = LINE * ((y_label is not None) + (mark_month is not None)) + lanes + 6
    strip = LINE * (1 + sum(len(arm.name) for arm in content.arms)) + 12
    with house_style():
        page = Page(above + _PLOT_HEIGHT + 34 + strip, title=heading, subtitle=under, notes=foot)
        ticks, decimals = _share_ticks(content, bands)
        tick_labels = [content.shown(t, decimals) for t in ticks]
        left = MARGIN + widest(tick_labels) + 6
        right = WIDTH - MARGIN - label_width - LEADER
        top = page.top + above
        across = Linear(*month_span(content.months), left + 4, right)
        up = Linear(ticks[0], ticks[-1], top + _PLOT_HEIGHT, top)
        axes = page.axes(left, top, right - left, _PLOT_HEIGHT)
        axes.set(xlim=(across.back(left), across.high), ylim=(ticks[0], ticks[-1]))
        _axis(page, axes, content, ticks, tick_labels, across, top, lanes, y_label)
        _draw_lines(axes, content, bands)
        places = [across(month) for month in content.months]
        gap_marks(page, content.arms, places, right, top, names)
        end_labels(page, content.arms, _values(content), up, right)
        head, under_axis = names.text("observed_persons"), top + _PLOT_HEIGHT + 34
        counts_strip(page, head, content.arms, _counted(content, places), places, right, under_axis)
    return page.fig


# ------------------------------------------------------------------------------------------------------------- content


def _read(
    table: pd.DataFrame,
    lang: str,
    arms: Mapping[str, str] | None,
    control: str | None,
    labels: Labels | None,
    outcome: str | None,
    clock: str | None,
    mark_month: int | None,
    scale: Scale | None,
    unit_label: str | None,
) -> _Content:
    rows = records(table, ["month", "arm", "share"], "shares by month")
    names = Names(rows, lang, arms, control, labels)
    chosen_outcome = _one_of(rows, "outcome", outcome)
    chosen_clock = _one_of([r for r in rows if word(r, "outcome") == chosen_outcome], "clock", clock)
    rows = [r for r in rows if word(r, "outcome") == chosen_outcome and word(r, "clock") == chosen_clock]
    months = sorted({int(r["month"]) for r in rows})
    if mark_month is not None and mark_month not in months:
        raise ArgumentError(f"mark_month: got {mark_month}; the table has the months {months[0]} to {months[-1]}")
    chosen = scale_of(rows, scale)
    lines = [_arm(code, [r for r in rows if word(r, "arm") == code], months, names) for code in names.arms]
    return _Content(
        names=names,
        outcome=chosen_outcome,
        clock=chosen_clock,
        months=months,
        arms=lines,
        mark_month=mark_month,
        scale=chosen,
        power=power_of([v for a in lines for v in (*a.y, *a.band[0], *a.band[1])], chosen),
        unit_label=unit_label,
    )


def _one_of(rows: Sequence[Row], column: str, wanted: str | None) -> str:
    found = list(dict.fromkeys(word(row, column) for row in rows))
    if wanted is not None and wanted not in found:
        raise ArgumentError(f"{column}: got {wanted!r}; the table has {found}")
    return found[0] if wanted is None else wanted


def _arm(code: str, rows: Sequence[Row], months: Sequence[int], names: Names) -> _Arm:
    by_month = {int(r["month"]): r for r in rows}

    def column(name: str) -> NDArray[np.float64]:
        cells = [value(by_month.get(m, {}), name) for m in months]
        return np.array([np.nan if c is None else c for c in cells], dtype=float)

    share = column("share")
    cells = [by_month.get(m, {}) for m in months]
    return _Arm(
        code=code,
        look=names.styles[code],
        name=wrap(names.arm(code), NAME_WIDTH, bold=True),
        y=share,
        band=(column("conf_low"), column("conf_high")),
        wide=(column("sim_low"), column("sim_high")),
        n=tuple(mark(row) if value(row, "n") is None else i18n.count(value(row, "n"), names.lang) for row in cells),
        marks=tuple(mark(row) if np.isnan(s) else "" for row, s in zip(cells, share, strict=True)),
    )


def _default_title(content: _Content) -> str:
    names = content.names
    kind = "profile_title" if content.scale == "points" else "profile_title_mean"
    if not content.clock:
        return names.text(f"{kind}_plain", outcome=i18n.capital(names.label(content.outcome)))
    since = names.label(content.clock)
    if content.outcome == "arbete" and content.scale == "points":
        return names.text("work_profile_title", clock=since)
    return names.text(kind, outcome=i18n.capital(names.label(content.outcome)), clock=since)


def _default_subtitle(content: _Content) -> str:
    names = content.names
    unit = names.text("share_axis" if content.scale == "points" else "mean_axis")
    unit += f", {content.unit if content.unit_label else content.unit.lower()}." if content.unit else "."
    return f"{unit} {names.text('n_arms', n=str(len(content.arms)))}".strip()


def _own_notes(content: _Content, bands: bool, told: bool) -> list[str]:
    """Return what the bands are, and, where the caller says nothing, that the start clock is not protected."""
    names = content.names
    out = []
    if content.clock == "start" and not told:
        out.append(names.text("start_clock"))
    if bands and any(np.isfinite(arm.band[0]).any() for arm in content.arms):
        wide = any(np.isfinite(arm.wide[0]).any() for arm in content.arms)
        out.append(names.text("band_simultaneous" if wide else "band_pointwise"))
    return out


def _share_ticks(content: _Content, bands: bool) -> tuple[list[float], int]:
    """Return the ticks from 0, or below the lowest mean, to beyond the highest value, and the decimals that tell them apart."""
    drawn = [arm.y for arm in content.arms]
    if bands:
        drawn += [edge for arm in content.arms for edge in (arm.band[1], arm.wide[1])]
    highest = max((float(np.nanmax(d)) for d in drawn if np.isfinite(d).any()), default=1.0)
    if content.scale == "points":
        highest = min(highest, 1.0)  # a wide band can reach past everyone; no share does
    lowest = 0.0
    if content.scale == "unit":
        below = [arm.y for arm in content.arms]
        below += [edge for arm in content.arms for edge in (arm.band[0], arm.wide[0])] if bands else []
        lowest = min([0.0, *(float(np.nanmin(d)) for d in below if np.isfinite(d).any())])
    factor = 100 if content.scale == "points" else 1 / content.many
    highest = highest if highest > lowest else lowest + 1 / factor
    ticks, decimals = nice_ticks(lowest * factor, max(highest, 0.0) * factor)
    if content.scale == "points" and highest <= 1:
        ticks = [t for t in ticks if t <= 100]
    return [t / factor for t in ticks], decimals


# ------------------------------------------------------------------------------------------------------------- drawing


def _axis(
    page: Page,
    axes: Axes,
    content: _Content,
    ticks: Sequence[float],
    tick_labels: Sequence[str],
    across: Linear,
    top: float,
    lanes: float,
    y_label: str | None,
) -> None:
    names = content.names
    axes.spines["left"].set_visible(False)
    axes.grid(axis="y")
    axes.set_yticks(ticks, tick_labels)
    step = next((s for s in (1, 3, 6, 12, 24) if across.length(s) >= 22), 60)
    axes.set_xticks([m for m in range(content.months[0], content.months[-1] + 1) if m % step == 0])
    label = names.text("months_since", clock=names.label(content.clock)) if content.clock else names.text("months")
    page.text((across.start + across.end) / 2, top + _PLOT_HEIGHT + 27, label, ha="center", color=MUTED)
    line = top - lanes - 6
    if content.mark_month is not None:
        x = across(content.mark_month)
        page.line([x, x], [line + 3, top + _PLOT_HEIGHT], color=RULE, linewidth=0.9, linestyle=(0, (1, 2)))
        page.text(x, line, names.text("month_n", month=str(content.mark_month)), ha="center", color=MUTED)
        line -= LINE
    if y_label is not None:
        page.text(MARGIN, line, y_label, color=MUTED)


def _draw_lines(axes: Axes, content: _Content, bands: bool) -> None:
    months = np.array(content.months, dtype=float)
    for opacity, edges in ((0.09, "wide"), (0.2, "band")) if bands else ():
        for arm in content.arms:
            low, high = getattr(arm, edges)
            draw_band(axes, months, low, high, content.names.styles[arm.code].colour, opacity)
    for arm in content.arms:
        style = content.names.styles[arm.code]
        here = np.isfinite(arm.y)
        alone = here & ~np.roll(np.append(here, False), 1)[:-1] & ~np.append(here, False)[1:]
        marked = here & (alone | (months % 3 == 0) | (len(months) <= 10))
        look: dict[str, Any] = {"color": style.colour, "linestyle": style.line, "linewidth": 1.9}
        axes.plot(months, arm.y, markevery=np.flatnonzero(marked).tolist(), clip_on=False, **look, **style.marks)


def _value_line(content: _Content, share: float | str) -> str:
    """Return the second line of an arm's label: its share at the marked month."""
    if content.mark_month is None:
        return ""
    shown = share if isinstance(share, str) else content.shown(share)
    return f"{content.names.text('month_n', month=str(content.mark_month))}: {shown}"


def _values(content: _Content) -> list[str]:
    """Return what stands under each arm's name: its share at the marked month, or the mark of a line without any."""
    if content.mark_month is None:
        return ["" if np.isfinite(arm.y).any() else next(m for m in arm.marks if m) for arm in content.arms]
    place = content.months.index(content.mark_month)
    return [_value_line(content, arm.marks[place] or float(arm.y[place])) for arm in content.arms]


def _counted(content: _Content, places: Sequence[float]) -> list[int]:
    """Return the places of the months whose persons are counted: as many as stand apart, the marked one before others."""
    width = max(text_width(n) for arm in content.arms for n in arm.n) + 8
    usual = [m for m in _COUNTED_MONTHS if m in content.months]
    rest = [m for m in content.months if m % 12 == 0 and m not in usual]
    first = [] if content.mark_month is None else [content.mark_month]
    order = [*first, content.months[0], content.months[-1], *usual, *rest]
    return thin_out([content.months.index(m) for m in order], places, width)


# ------------------------------------------------------------------------------------------------------------ alt text


def alt_text(
    table: pd.DataFrame,
    lang: Lang,
    *,
    arms: Mapping[str, str] | None = None,
    control: str | None = None,
    labels: Labels | None = None,
    outcome: str | None = None,
    clock: str | None = None,
    mark_month: int | None = None,
    scale: Scale | None = None,
    unit_label: str | None = None,
) -> str:
    """Return the arms' shares at the marked month (the last one else) with their intervals, in a sentence.

    Parameters
    ----------
    table : DataFrame
        As for :func:`shares_by_month`, and so are the others.
    lang : {"sv", "en"}
    arms, control, labels, outcome, clock, mark_month, scale, unit_label
        As for :func:`shares_by_month`.
    """
    content = _read(table, lang, arms, control, labels, outcome, clock, mark_month, scale, unit_label)
    names = content.names
    month = content.months[-1] if mark_month is None else mark_month
    place = content.months.index(month)
    parts = []
    for arm in content.arms:
        if arm.marks[place]:
            parts.append(f"{names.arm(arm.code)} {absent_words(arm.marks[place], names)}")
            continue
        low, high = (float(edge[place]) for edge in arm.band)
        around = f" {content.interval(low, high)}" if np.isfinite(low) else ""
        parts.append(f"{names.arm(arm.code)} {content.shown(float(arm.y[place]))}{around}")
    since = names.text("months_since_lower", clock=names.label(content.clock)) if content.clock else ""
    return names.text(
        "profile_alt",
        outcome=i18n.capital(names.label(content.outcome)) + (f" ({content.unit.lower()})" if content.power else ""),
        month=str(month),
        since=f" {since}" if since else "",
        shares=i18n.join(parts, names.lang),
        first=str(content.months[0]),
        last=str(content.months[-1]),
    )


def course(
    table: pd.DataFrame,
    lang: Lang,
    *,
    arms: Mapping[str, str] | None = None,
    control: str | None = None,
    labels: Labels | None = None,
    outcome: str | None = None,
    clock: str | None = None,
    mark_month: int | None = None,
    scale: Scale | None = None,
    unit_label: str | None = None,
) -> str:
    """Return where each arm's line begins, where it is highest and where it ends, a sentence an arm; only of months shown.

    Parameters
    ----------
    table : DataFrame
        As for :func:`shares_by_month`, and so are the others.
    lang : {"sv", "en"}
    arms, control, labels, outcome, clock, mark_month, scale, unit_label
        As for :func:`shares_by_month`.
    """
    content = _read(table, lang, arms, control, labels, outcome, clock, mark_month, scale, unit_label)
    sentences = []
    for arm in content.arms:
        seen = [i for i, absent in enumerate(arm.marks) if not absent]
        if not seen:
            continue
        if len(seen) == 1 < len(arm.marks):
            only = {"value": content.shown(float(arm.y[seen[0]])), "month": str(content.months[seen[0]])}
            name = content.names.arm(arm.code)
            sentences.append(content.names.text("profile_course_one", arm=name, all=str(len(arm.marks)), **only))
            continue
        places = {"first": seen[0], "top": max(seen, key=lambda i: float(arm.y[i])), "last": seen[-1]}
        words = {key: str(content.months[i]) for key, i in places.items()}
        words |= {f"{key}_value": content.shown(float(arm.y[i])) for key, i in places.items()}
        if len(seen) < len(arm.marks):
            # the highest of what protection left may not be the highest
            words |= {"n": str(len(seen)), "all": str(len(arm.marks))}
        key = "profile_course" if len(seen) == len(arm.marks) else "profile_course_shown"
        sentences.append(content.names.text(key, arm=content.names.arm(arm.code), **words))
    return " ".join(sentences)
