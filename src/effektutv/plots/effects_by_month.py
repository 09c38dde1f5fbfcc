"""Effects month by month, a small panel a contrast, with pointwise and simultaneous bands."""

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
from .layout.line_figure import draw_band, month_span, runs
from .layout.scales import decimals_of, power_of, scale_of, unit_words
from .layout.style import INK, MARGIN, MUTED, RULE, WIDTH, ArmStyle, Page, house_style, pair_styles
from .layout.table_reading import Labels, Names, Row, absent_words, mark, mark_notes, records, value, word
from .layout.text_metrics import LINE, widest, wrap

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["alt_text", "effects_by_month"]

_PLOT_HEIGHT = 150.0
_GAP = 12.0
_ACROSS = 3
_LANE = 13.0
_EDGES = ("estimate", "conf_low", "conf_high", "sim_low", "sim_high")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Panel:
    """One contrast's months; NaN where there is nothing to show."""

    label: str
    look: ArmStyle
    columns: dict[str, NDArray[np.float64]]
    marks: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Content:
    names: Names
    outcome: str
    clock: str
    months: list[int]
    panels: list[_Panel]
    mark_month: int | None
    scale: Scale
    power: int = 0
    unit_label: str | None = None

    @property
    def factor(self) -> float:
        """What values on the axis are multiplied with."""
        return 100 if self.scale == "points" else 10.0**-self.power

    @property
    def unit(self) -> str:
        """What stands above the axis; the empty string for nothing."""
        return unit_words(self.scale, self.power, self.unit_label, self.names.lang)

    def reach(self) -> tuple[float, float]:
        """Return the lowest and highest value drawn, zero among them; a unit around it where there is no other."""
        drawn = np.concatenate([panel.columns[c] for panel in self.panels for c in _EDGES])
        low, high = float(np.nanmin(drawn, initial=0.0)), float(np.nanmax(drawn, initial=0.0))
        return (low, high) if high > low else (-1 / self.factor, 1 / self.factor)


def effects_by_month(
    table: pd.DataFrame,
    *,
    bands: pd.DataFrame | None = None,
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
    scale: Scale | None = None,
    unit_label: str | None = None,
) -> Figure:
    """Draw each contrast's effect by month in a panel of its own, all on one scale.

    The pointwise band is darker, the simultaneous one lighter. A month without a number breaks the line, and its mark, ``‥`` or
    ``–``, stands above the panel.

    Parameters
    ----------
    table : DataFrame
        A row a contrast and month, ``Profile.effects.tidy()``: ``month arm control estimate``, and where known ``outcome clock
        conf_low conf_high sim_low sim_high status``.
    bands : DataFrame, optional
        ``Profile.bands.tidy()``: ``sim_low sim_high`` by ``outcome clock month arm control``, where ``table`` lacks them.
    lang : {"en", "sv"}
    title, subtitle : str, optional
        What is shown; unit, population and n.
    notes : sequence of str
        Estimand, interval, source, protection, *synthetic*. What bands and marks mean is added.
    arms : mapping of str to str, optional
        Labels by code in the study's order, control first.
    control : str, optional
        The comparison arm's code; the first of ``arms`` else.
    labels : mapping, optional
        Labels by key: here the outcome's.
    outcome, clock : str, optional
        Which to draw where the table has several; its first else.
    mark_month : int, optional
        Month of the main outcome: marked.
    scale : {"points", "unit"}, optional
        ``"points"``: differences of shares, shown in percentage points. ``"unit"``: shown in their own unit, from 100,000 on in
        thousands, millions and so on. By default points, unless the table has shares or means outside 0 to 1.
    unit_label : str, optional
        The unit's name above the axis: percentage points unless ``scale`` is ``"unit"``.

    Raises
    ------
    ArgumentError
        If the table lacks what is asked for.
    """
    content = _read(table, bands, lang, arms, control, labels, outcome, clock, mark_month, scale, unit_label)
    names = content.names
    low, high = content.reach()
    ticks, decimals = nice_ticks(low * content.factor, high * content.factor)
    tick_labels = [i18n.number(t, decimals, names.lang) for t in ticks]
    left = MARGIN + widest(tick_labels) + 6
    columns = min(_ACROSS, len(content.panels))
    width = (WIDTH - MARGIN - 6 - left - _GAP * (columns - 1)) / columns
    heads = [wrap(panel.label, width, bold=True) for panel in content.panels]
    heading = LINE * max(len(head) for head in heads)
    tall = heading + (_LANE if any(any(p.marks) for p in content.panels) else 0) + 8
    rows = -(-len(content.panels) // columns)
    unit = content.unit
    signs = {sign for panel in content.panels for sign in panel.marks if sign}
    with house_style():
        page = Page(
            LINE * bool(unit) + rows * (tall + _PLOT_HEIGHT + 22) + LINE,
            title=_default_title(content) if title is None else title,
            subtitle=_default_subtitle(content, unit) if subtitle is None else subtitle,
            notes=[*notes, *_own_notes(content, bool(notes)), *mark_notes(signs, names.lang)],
        )
        top = page.top + LINE * bool(unit)
        if unit:
            page.text(MARGIN, top - 2, unit, color=MUTED)
        for i, (panel, head) in enumerate(zip(content.panels, heads, strict=True)):
            x = left + (width + _GAP) * (i % columns)
            y = top + (tall + _PLOT_HEIGHT + 22) * (i // columns)
            for j, line in enumerate(head):
                page.text(
                    x, y + heading - LINE * (len(head) - 1 - j), line, fontweight="bold", color=panel.look.text_colour
                )
            axes = page.axes(x, y + tall, width, _PLOT_HEIGHT)
            axes.set(ylim=(ticks[0] / content.factor, ticks[-1] / content.factor))
            axes.set_yticks([t / content.factor for t in ticks], tick_labels if i % columns == 0 else [""] * len(ticks))
            across = Linear(*month_span(content.months), x + 5, x + width - 5)
            axes.set(xlim=(across.back(x), across.back(x + width)))
            _panel(page, axes, content, panel, across, y + tall)
        under = names.text("months_since", clock=names.label(content.clock)) if content.clock else names.text("months")
        page.text((left + WIDTH) / 2, page.bottom - 2, under, ha="center", color=MUTED)
    return page.fig


# ------------------------------------------------------------------------------------------------------------- content


def _read(
    table: pd.DataFrame,
    bands: pd.DataFrame | None,
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
    rows = records(table, ["month", "arm", "control", "estimate"], "effects by month")
    names = Names(rows, lang, arms, control, labels)
    wide = [] if bands is None or not len(bands) else records(bands, ["month", "arm", "control", "sim_low"], "bands")
    found = {_key(r): {"sim_low": r["sim_low"], "sim_high": r["sim_high"]} for r in wide}
    rows = [r | found.get(_key(r), {}) for r in rows if not word(r, "subgroup")]
    for column, wanted in (("outcome", outcome), ("clock", clock)):
        there = list(dict.fromkeys(word(r, column) for r in rows))
        if wanted is not None and wanted not in there:
            raise ArgumentError(f"{column}: got {wanted!r}; the table has {there}")
        rows = [r for r in rows if word(r, column) == (there[0] if wanted is None else wanted)]
    months = sorted({int(r["month"]) for r in rows})
    if mark_month is not None and mark_month not in months:
        raise ArgumentError(f"mark_month: got {mark_month}; the table has the months {months[0]} to {months[-1]}")
    pairs = list(dict.fromkeys((word(r, "arm"), word(r, "control")) for r in rows))
    looks = pair_styles(pairs, names.styles, names.control)
    panels = [
        _contrast([r for r in rows if (word(r, "arm"), word(r, "control")) == pair], months, names, look)
        for pair, look in zip(pairs, looks, strict=True)
    ]
    chosen = scale_of(rows, scale)
    return _Content(
        names=names,
        outcome=word(rows[0], "outcome"),
        clock=word(rows[0], "clock"),
        months=months,
        panels=panels,
        mark_month=mark_month,
        scale=chosen,
        power=power_of([v for p in panels for column in p.columns.values() for v in column], chosen),
        unit_label=unit_label,
    )


def _key(row: Row) -> tuple[str, str, int, str, str]:
    return word(row, "outcome"), word(row, "clock"), int(row["month"]), word(row, "arm"), word(row, "control")


def _contrast(rows: Sequence[Row], months: Sequence[int], names: Names, look: ArmStyle) -> _Panel:
    by_month = {int(r["month"]): r for r in rows}
    cells = [by_month.get(m, {}) for m in months]
    columns = {
        name: np.array([np.nan if (c := value(row, name)) is None else c for row in cells], dtype=float)
        for name in _EDGES
    }
    marks = tuple(mark(row) if np.isnan(e) else "" for row, e in zip(cells, columns["estimate"], strict=True))
    return _Panel(label=names.versus(rows[0]), look=look, columns=columns, marks=marks)


def _default_title(content: _Content) -> str:
    names = content.names
    what = i18n.capital(names.label(content.outcome)) if content.outcome else names.text("forest_title_many")
    if not content.clock:
        return names.text("effects_month_title_plain", outcome=what)
    return names.text("effects_month_title", outcome=what, clock=names.label(content.clock))


def _default_subtitle(content: _Content, unit: str) -> str:
    names = content.names
    if content.scale == "points":
        return names.text("forest_subtitle_points")
    unit = unit if content.unit_label else unit.lower()
    return names.text("forest_subtitle_unit", unit=unit) if unit else names.text("forest_subtitle_plain")


def _own_notes(content: _Content, told: bool) -> list[str]:
    names = content.names
    out = [names.text("start_clock")] if content.clock == "start" and not told else []
    if any(np.isfinite(panel.columns["conf_low"]).any() for panel in content.panels):
        wide = any(np.isfinite(panel.columns["sim_low"]).any() for panel in content.panels)
        out.append(names.text("band_simultaneous" if wide else "band_pointwise"))
    return out


# ------------------------------------------------------------------------------------------------------------- drawing


def _panel(page: Page, axes: Axes, content: _Content, panel: _Panel, across: Linear, top: float) -> None:
    months = np.array(content.months, dtype=float)
    look = panel.look
    axes.spines["left"].set_visible(False)
    axes.grid(axis="y")
    step = next((s for s in (1, 3, 6, 12, 24) if across.length(s) >= 22), 60)
    axes.set_xticks([m for m in range(content.months[0], content.months[-1] + 1) if m % step == 0])
    axes.plot([across.back(across.start - 5), across.back(across.end + 5)], [0, 0], color=INK, linewidth=0.9)
    for opacity, low, high in ((0.12, "sim_low", "sim_high"), (0.28, "conf_low", "conf_high")):
        draw_band(axes, months, panel.columns[low], panel.columns[high], look.colour, opacity)
    y = panel.columns["estimate"]
    here = np.isfinite(y)
    alone = here & ~np.append(False, here[:-1]) & ~np.append(here[1:], False)
    marked = here & (alone | (months == content.mark_month))
    style: dict[str, Any] = {"color": look.colour, "linewidth": 1.9}
    axes.plot(months, y, markevery=np.flatnonzero(marked).tolist(), **style, **look.marks)
    if content.mark_month is not None:
        x = across(content.mark_month)
        page.line([x, x], [top, top + _PLOT_HEIGHT], color=RULE, linewidth=0.9, linestyle=(0, (1, 2)))
    for first, last in runs(panel.marks):
        ends = [across(content.months[first]), across(content.months[last])]
        if ends[1] - ends[0] > 2 * _LANE:
            page.line(ends, [top - _LANE / 2] * 2, color=look.colour, linewidth=1.2, marker="|", markersize=6)
        whole = last - first + 1 == len(content.months)
        said = absent_words(panel.marks[first], content.names) if whole else panel.marks[first]
        page.text(
            sum(ends) / 2,
            top - _LANE / 2,
            said,
            ha="center",
            va="center",
            color=look.text_colour,
            bbox={"boxstyle": "round,pad=0.15", "facecolor": "white", "edgecolor": look.text_colour, "linewidth": 0.8},
        )


# ------------------------------------------------------------------------------------------------------------ alt text


def alt_text(
    table: pd.DataFrame,
    lang: Lang,
    *,
    bands: pd.DataFrame | None = None,
    arms: Mapping[str, str] | None = None,
    control: str | None = None,
    labels: Labels | None = None,
    outcome: str | None = None,
    clock: str | None = None,
    mark_month: int | None = None,
    scale: Scale | None = None,
    unit_label: str | None = None,
) -> str:
    """Return each contrast's effect at the marked month (the last one else) with its pointwise interval, in a sentence.

    Parameters
    ----------
    table : DataFrame
        As for :func:`effects_by_month`, and so are the others.
    lang : {"sv", "en"}
    bands, arms, control, labels, outcome, clock, mark_month, scale, unit_label
        As for :func:`effects_by_month`.
    """
    content = _read(table, bands, lang, arms, control, labels, outcome, clock, mark_month, scale, unit_label)
    names = content.names
    month = content.months[-1] if mark_month is None else mark_month
    place = content.months.index(month)
    unit = content.unit if content.unit_label and content.scale == "unit" else content.unit.lower()
    decimals = decimals_of([v for p in content.panels for v in p.columns["estimate"]], content.scale, content.power)
    parts = []
    for panel in content.panels:
        if panel.marks[place]:
            parts.append(f"{panel.label} {absent_words(panel.marks[place], names)}")
            continue
        estimate, low, high = (float(panel.columns[c][place]) for c in _EDGES[:3])
        shown = i18n.number(estimate * content.factor, decimals, names.lang)
        low, high = low / 10.0**content.power, high / 10.0**content.power
        ends = i18n.interval(low, high, decimals, names.lang, scale=content.scale, running=True)
        around = f" ({names.text('ci_words')} {ends})" if np.isfinite(low + high) else ""
        parts.append(f"{panel.label} {shown}{' ' + unit if unit else ''}{around}")
    since = f" {names.text('months_since_lower', clock=names.label(content.clock))}" if content.clock else ""
    what = i18n.capital(names.label(content.outcome)) if content.outcome else names.text("forest_title_many")
    return names.text("effects_month_alt", outcome=what, month=str(month), since=since, effects="; ".join(parts))
