"""Stacked horizontal bars by arm: exclusive parts of one share, or of hours, each with its value, and the total at the end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from matplotlib.patches import Rectangle

from effektutv import i18n
from effektutv.errors import ArgumentError
from effektutv.i18n import SUPPRESSED, Lang

from .layout.axis import Linear, nice_ticks
from .layout.legend import Item, flow_legend, legend_height
from .layout.style import INK, MARGIN, MUTED, RULE, WIDTH, Page, house_style, luminance
from .layout.table_reading import Labels, Names, Row, absent_words, mark, mark_notes, records, value, word
from .layout.text_metrics import LINE, TEXT, spread, text_width, widest, wrap

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["alt_text", "stacked_bars"]

_BAR = 24.0
_ABOVE = 16.0
_BOX = 20.0
_LABEL_WIDTH = 136.0

#: Fill, hatch and the hatch's colour of a part, by its place: dark, middle, light; none is an arm's colour.
_FILLS: tuple[tuple[str, str, str], ...] = (
    ("#1F4D4A", "", "#1F4D4A"),
    ("#86B8AE", "////", "#4F8C81"),
    ("#E4EEEA", "....", "#8FB5AC"),
    ("#B3A369", "\\\\\\\\", "#857636"),
    ("#F1E9C9", "xxxx", "#B9A75A"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Parts:
    """What tells one kind of bars from another.

    ``column`` is the column of parts, if the table has no ``category``; ``title`` the key of the default title, of which
    ``{title}_month`` is the one with a month; the parts in ``order`` come first, others follow in the table's.
    """

    column: str
    title: str
    order: tuple[str, ...]


_KINDS = _Parts(
    column="kind",
    title="kinds_title",
    order=("with_support", "work_with_support", "other_subsidised", "work_other_subsidised", "regular", "work_regular"),
)
_SOURCES = _Parts(column="source", title="sources_title", order=("af_only", "both", "ku_only"))
#: How values are written: shares in per cent, means of hours as they are.
_SHARES, _HOURS = "share", "hours"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Bar:
    """One arm's bar: its parts by key, with a share or the mark of its absence."""

    arm: str
    shares: Mapping[str, float | str]
    n: str

    @property
    def known(self) -> dict[str, float]:
        """The parts that have a share."""
        return {part: share for part, share in self.shares.items() if not isinstance(share, str)}

    @property
    def hidden(self) -> dict[str, str]:
        """The parts that have none, with their mark."""
        return {part: sign for part, sign in self.shares.items() if isinstance(sign, str)}

    @property
    def total(self) -> float | str:
        """The sum of all parts, or a mark: the sum of some parts is not the total."""
        if self.hidden:
            return SUPPRESSED if SUPPRESSED in self.hidden.values() else next(iter(self.hidden.values()))
        return sum(self.known.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class _Content:
    names: Names
    what: _Parts
    bars: list[_Bar]
    parts: list[str]
    month: str
    unit: str

    def say(self, value: float | str) -> str:
        """Return a value as it is written in the figure; a mark stays a mark."""
        if isinstance(value, str):
            return value
        if self.unit == _HOURS:
            return i18n.number(value, 1, self.names.lang)
        return i18n.percent(value, 1, self.names.lang)


def stacked_bars(
    table: pd.DataFrame,
    *,
    lang: str = "en",
    title: str | None = None,
    subtitle: str | None = None,
    notes: Sequence[str] = (),
    arms: Mapping[str, str] | None = None,
    control: str | None = None,
    labels: Labels | None = None,
    unit: str = _SHARES,
) -> Figure:
    """Draw the shares of exclusive parts as one stacked bar an arm, with the total at its end.

    The parts are kinds of work, or the registers that show it (``af_only``, ``both``, ``ku_only``): the default title says
    which. A part without a share is a dashed box with its mark behind the others; the total then has the mark too.

    Parameters
    ----------
    table : DataFrame
        A row an arm and part: ``arm share`` and ``kind``, ``source`` or ``category``, and where known ``n month status``. One
        outcome, clock and month.
    lang : {"en", "sv"}
    title, subtitle : str, optional
        What is shown; unit, population and n.
    notes : sequence of str
        Estimand, source, protection, *synthetic*. What the marks mean is added.
    arms : mapping of str to str, optional
        Labels by code in the study's order, control first.
    control : str, optional
        The comparison arm's code; the first of ``arms`` else.
    labels : mapping of str to str, optional
        Labels by part.
    unit : {"share", "hours"}
        Whether ``share`` holds shares, shown in per cent, or means of hours a person. A part that is 0 in every arm is left out
        of hours.

    Raises
    ------
    ArgumentError
        If an arm has a part twice, or ``unit`` is unknown.
    """
    content = _read(table, lang, arms, control, labels, unit)
    names = content.names
    fills = {part: _FILLS[i % len(_FILLS)] for i, part in enumerate(content.parts)}
    items: list[Item] = [(_swatch(fills[part]), names.label(part)) for part in content.parts]
    above = legend_height([words for _, words in items]) + 10
    arm_lines = [wrap(names.arm(bar.arm), _LABEL_WIDTH, bold=True) for bar in content.bars]
    ends = [_end_words(bar, content) for bar in content.bars]
    left = MARGIN + max(widest(lines, bold=True) for lines in arm_lines) + 10
    boxes = max((len(bar.hidden) for bar in content.bars), default=0) * (_BOX + 3)
    right = WIDTH - MARGIN - max(max(text_width(a, bold=True), text_width(b)) for a, b in ends) - boxes - 8
    longest = max((sum(bar.known.values()) for bar in content.bars), default=0.0)
    across = Linear(0.0, longest if longest > 0 else 1.0, left, right)
    loose = [_too_narrow(bar, across, content) for bar in content.bars]
    # one height for all, so that the bars stand evenly whether or not they have values above them
    lift = _ABOVE if any(loose) else 0.0
    height = max([_BAR + lift, *(LINE * len(lines) for lines in arm_lines)]) + 14
    heights = [height] * len(content.bars)
    with house_style():
        page = Page(
            above + sum(heights) + 18,
            title=_default_title(content) if title is None else title,
            subtitle=names.text("bars_subtitle" if unit == _SHARES else "bars_subtitle_hours")
            if subtitle is None
            else subtitle,
            notes=[*notes, *_own_notes(content)],
        )
        flow_legend(page, page.top + 2, items)
        top = page.top + above
        axes = page.axes(left, top, right - left, sum(heights))
        axes.set(xlim=(0, across.high), ylim=(top + sum(heights), top))
        _axis(axes, across, content)
        for bar, lines, end, parts in zip(content.bars, arm_lines, ends, loose, strict=True):
            middle = top + height / 2 + lift / 2
            page.lines(MARGIN, middle, lines, fontweight="bold", color=names.styles[bar.arm].text_colour)
            _draw(page, bar, fills, across, middle, parts, content)
            x = across(sum(bar.known.values())) + len(bar.hidden) * (_BOX + 3) + 7
            page.text(x, middle - 2.5, end[0], fontweight="bold")
            page.text(x, middle + LINE - 2.5, end[1], color=MUTED)
            top += height
    return page.fig


# ------------------------------------------------------------------------------------------------------------- content


def _read(
    table: pd.DataFrame,
    lang: str,
    arms: Mapping[str, str] | None,
    control: str | None,
    labels: Labels | None,
    unit: str,
) -> _Content:
    if unit not in (_SHARES, _HOURS):
        raise ArgumentError(f"unit: got {unit!r}; choose 'share' or 'hours'")
    column = next((c for c in (_KINDS.column, _SOURCES.column) if c in table.columns), "category")
    rows = records(table, ["arm", column, "share"], "bars")
    what = _SOURCES if {word(r, column) for r in rows} & set(_SOURCES.order) else _KINDS
    names = Names(rows, lang, arms, control, labels)
    twice = len(rows) - len({(word(r, "arm"), word(r, column)) for r in rows})
    if twice:
        raise ArgumentError(
            f"table: the bars figure got {twice} rows more than one for each arm and {column}; give one outcome, "
            "clock and month"
        )
    found = list(dict.fromkeys(word(r, column) for r in rows))
    parts = [p for p in what.order if p in found] + [p for p in found if p not in what.order]
    if unit == _HOURS:
        parts = [p for p in parts if any(_share(r) != 0 for r in rows if word(r, column) == p)]
    months = {value(r, "month") for r in rows} - {None}
    bars = []
    for arm in names.arms:
        mine = {word(r, column): r for r in rows if word(r, "arm") == arm}
        n = next((r for r in mine.values() if value(r, "n") is not None), None)
        bars.append(
            _Bar(
                arm=arm,
                shares={part: _share(mine.get(part, {})) for part in parts},
                n="" if n is None else i18n.count(n["n"], names.lang),
            )
        )
    month = next(iter(months)) if len(months) == 1 else None
    return _Content(
        names=names, what=what, bars=bars, parts=parts, month="" if month is None else str(int(month)), unit=unit
    )  # fmt: skip


def _share(row: Row) -> float | str:
    share = value(row, "share")
    return mark(row) if share is None else share


def _end_words(bar: _Bar, content: _Content) -> tuple[str, str]:
    """Return the total, and of how many persons it is the share."""
    names = content.names
    total = names.text("bars_total", share=content.say(bar.total))
    if not bar.n:
        return total, ""
    return total, names.text("bars_of" if content.unit == _SHARES else "bars_n", n=bar.n)


def _default_title(content: _Content) -> str:
    if content.unit == _HOURS:
        return content.names.text("hours_title")
    if content.month:
        return content.names.text(f"{content.what.title}_month", month=content.month)
    return content.names.text(content.what.title)


def _own_notes(content: _Content) -> list[str]:
    signs = {sign for bar in content.bars for sign in bar.hidden.values()}
    if not signs:
        return []
    return [*mark_notes(signs, content.names.lang), content.names.text("bars_not_to_scale")]


# ------------------------------------------------------------------------------------------------------------- drawing


def _swatch(fill: tuple[str, str, str]) -> Any:
    def draw(page: Page, x: float, y: float) -> None:
        page.add(_box(fill, x - 7, y - 5, 14, 10))

    return draw


def _box(fill: tuple[str, str, str], x: float, y: float, width: float, height: float) -> Rectangle:
    colour, hatch, hatch_colour = fill
    return Rectangle((x, y), width, height, facecolor=colour, hatch=hatch or None, edgecolor=hatch_colour, linewidth=0)


def _axis(axes: Axes, across: Linear, content: _Content) -> None:
    lang, shares = content.names.lang, content.unit == _SHARES
    top = across.high * (100 if shares else 1)
    axes.spines["left"].set_visible(False)
    axes.set_yticks([])
    axes.grid(axis="x")
    for most in (6, 5, 4, 3, 2, 1):
        ticks, decimals = nice_ticks(0.0, top, most=most)
        ticks = [t for t in ticks if t <= top + 1e-9]
        places = [t / 100 for t in ticks] if shares else ticks
        tick_labels = [i18n.percent(x, decimals, lang) if shares else i18n.number(x, decimals, lang) for x in places]
        if len(ticks) < 2 or widest(tick_labels) + 8 <= across.length(places[1]):
            break
    axes.set_xticks(places, tick_labels)


def _too_narrow(bar: _Bar, across: Linear, content: _Content) -> list[str]:
    """Return the parts whose value does not fit inside them; no hours at all are not told."""
    told = {p: v for p, v in bar.known.items() if v or content.unit == _SHARES}
    return [p for p, v in told.items() if across.length(v) < text_width(content.say(v)) + 8]


def _draw(
    page: Page,
    bar: _Bar,
    fills: Mapping[str, tuple[str, str, str]],
    across: Linear,
    middle: float,
    loose: Sequence[str],
    content: _Content,
) -> None:
    edge = 0.0
    centres = {}
    for part, share in bar.known.items():
        x, width = across(edge), across.length(share)
        page.add(_box(fills[part], x, middle - _BAR / 2, width, _BAR))
        centres[part] = x + width / 2
        edge += share
        if edge < sum(bar.known.values()) - 1e-12:
            page.line([across(edge)] * 2, [middle - _BAR / 2, middle + _BAR / 2], color="white", linewidth=1.2)
        if part not in loose and (share or content.unit == _SHARES):
            _value_inside(page, content.say(share), fills[part], x + width / 2, middle)
    _values_above(page, bar, loose, centres, middle - _BAR / 2, content)
    x = across(edge) + 3
    for part, sign in bar.hidden.items():
        rest = Rectangle((x, middle - _BAR / 2 + 1), _BOX, _BAR - 2, facecolor="white", edgecolor=fills[part][2])
        rest.set(linestyle=(0, (3, 2)), linewidth=1.0)
        page.add(rest)
        page.add(_box(fills[part], x + 2, middle + _BAR / 2 - 8, _BOX - 4, 5))
        page.text(x + _BOX / 2, middle + 1, sign, ha="center", fontweight="bold")
        x += _BOX + 3


def _value_inside(page: Page, words: str, fill: tuple[str, str, str], x: float, y: float) -> None:
    colour, hatch, _ = fill
    dark = luminance(colour) < 0.25
    box = {"facecolor": colour, "edgecolor": "none", "pad": 1.2} if hatch else None
    page.text(x, y + TEXT * 0.36, words, ha="center", color="white" if dark else INK, bbox=box)


def _values_above(
    page: Page, bar: _Bar, loose: Sequence[str], centres: Mapping[str, float], top: float, content: _Content
) -> None:
    """Write the values of narrow parts above the bar, moved apart, each with a leader to its part."""
    words = [content.say(bar.known[part]) for part in loose]
    wanted = [centres[part] for part in loose]
    places = spread(wanted, [text_width(w) for w in words], MARGIN, WIDTH - MARGIN, 6)
    for text, x, place in zip(words, wanted, places, strict=True):
        page.line([x, place], [top, top - 4], color=RULE, linewidth=0.7)
        page.text(place, top - 6, text, ha="center")


# ------------------------------------------------------------------------------------------------------------ alt text


def alt_text(
    table: pd.DataFrame,
    lang: Lang,
    *,
    arms: Mapping[str, str] | None = None,
    control: str | None = None,
    labels: Labels | None = None,
    unit: str = _SHARES,
) -> str:
    """Return each arm's total and its parts, a sentence an arm.

    Parameters
    ----------
    table : DataFrame
        As for :func:`stacked_bars`, and so are the others.
    lang : {"sv", "en"}
    arms, control, labels, unit
        As for :func:`stacked_bars`.
    """
    content = _read(table, lang, arms, control, labels, unit)
    names = content.names
    out = []
    for bar in content.bars:
        parts = [f"{names.label(part)} {_said(share, content)}" for part, share in bar.shares.items()]
        out.append(
            names.text(
                "bars_alt_hidden" if bar.hidden else "bars_alt",
                arm=names.arm(bar.arm),
                total=_said(bar.total, content),
                parts=i18n.join(parts, names.lang),
            )
        )
    return " ".join(out)


def _said(share: float | str, content: _Content) -> str:
    return absent_words(share, content.names) if isinstance(share, str) else content.say(share)
