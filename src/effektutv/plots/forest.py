"""Effects with their intervals, row by row: everyone first, then each subgroup with its interaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .. import language
from ..language import SUPPRESSED, Lang, Scale
from .axis import Linear, nice_ticks
from .cells import Names, Row, absent_words, mark, mark_notes, records, value, word
from .measure import LINE, TEXT, text_width, widest, wrap
from .style import GRID, INK, MARGIN, MUTED, RULE, WIDTH, ArmStyle, Page, house_style, pair_styles

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["alt_text", "forest"]

_LABEL_WIDTH = 158.0
_HEADING_WIDTH = 290.0
_COLUMN_GAP = 11.0
_ROW_GAP = 3.0
_INTERACTION = ArmStyle(colour=MUTED, line="solid", marker="D", label="", hollow=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    """One line of the forest: a heading, an effect or an interaction; ``last`` stands in the persons' column."""

    label: str
    indent: float = 0.0
    bold: bool = False
    last: str = ""
    row: Row | None = None
    look: ArmStyle | None = None
    blank: bool = False
    space: float = 0.0

    def lines(self, width: float) -> list[str]:
        """Return the label, wrapped; a heading has the plot's width too, for nothing is drawn beside it."""
        room = _HEADING_WIDTH if self.row is None else width
        return wrap(self.label, room - self.indent, bold=self.bold)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Writer:
    """How the rows' numbers become text."""

    names: Names
    scale: Scale
    decimals: int

    def estimate(self, row: Row) -> str:
        """Return the effect."""
        shown = value(row, "estimate")
        if shown is None:
            return mark(row)
        if self.scale == "points":
            return language.points(shown, self.decimals, self.names.lang, unit=False)
        return language.number(shown, self.decimals, self.names.lang)

    def interval(self, row: Row, running: bool = False) -> str:
        """Return the interval."""
        low, high = value(row, "conf_low"), value(row, "conf_high")
        if low is None or high is None:
            return mark(row)
        return language.interval(low, high, self.decimals, self.names.lang, scale=self.scale, running=running)

    def persons(self, row: Row) -> str:
        """Return the persons in the arm and in the comparison."""
        counts = (value(row, "n_arm"), value(row, "n_control"))
        if counts == (None, None):
            return mark(row)
        return " / ".join(mark(row) if n is None else language.count(n, self.names.lang) for n in counts)

    def p_value(self, row: Row) -> str:
        """Return ``p = …``."""
        p = value(row, "p_value")
        bare = language.p_value(p, self.names.lang, prefix=True)
        return bare if p is not None else bare.replace(language.ABSENT, mark(row))


def forest(
    table: pd.DataFrame,
    *,
    lang: str = "en",
    title: str | None = None,
    subtitle: str | None = None,
    notes: Sequence[str] = (),
    arms: Mapping[str, str] | None = None,
    control: str | None = None,
    labels: Mapping[str, str] | None = None,
    scale: Scale = "points",
    unit_label: str | None = None,
    decimals: int = 1,
    level: float | None = None,
) -> Figure:
    """Draw a forest plot: effects with intervals, and beside them estimate, interval and persons as text.

    Rows of everyone come first, then each subgroup: under a contrast its levels, the difference between them where there are
    two, and the interaction's p-value.

    Parameters
    ----------
    table : DataFrame
        Rows of effects: ``arm control estimate conf_low conf_high``, and where known ``outcome clock month subgroup level
        n_arm n_control p_value status``. A row with level ``interaction`` is the interaction of its subgroup.
    lang : {"en", "sv"}
    title, subtitle : str, optional
        What is shown; unit, population and n.
    notes : sequence of str
        Estimand, interval, source, protection, *synthetic*. What columns and marks mean is added.
    arms : mapping of str to str, optional
        Labels by code in the study's order, control first.
    control : str, optional
        The comparison arm's code; the first of ``arms`` else.
    labels : mapping of str to str, optional
        Labels of outcomes, subgroups and levels by key.
    scale : {"points", "unit"}
        ``"points"``: differences of shares, shown in percentage points. ``"unit"``: shown as they are.
    unit_label : str, optional
        The unit's name under the axis: percentage points unless ``scale`` is ``"unit"``.
    decimals : int, default 1
        One precision for the whole figure.
    level : float, optional
        Coverage of the intervals, for the heading: 0.95.

    Returns
    -------
    matplotlib.figure.Figure
    """
    rows = records(table, ["arm", "control", "estimate", "conf_low", "conf_high"], "forest")
    names = Names(rows, lang, arms, control, labels)
    write = _Writer(names=names, scale=scale, decimals=decimals)
    body = _layout(rows, names, write)
    unit = unit_label or (language.capital(language.text("percentage_points", names.lang)) if scale == "points" else "")
    heads = _column_heads(names, level)
    texts = [_texts(line, write) for line in body]
    signs = {cell for cells in texts for cell in cells} | {SUPPRESSED for line in body if SUPPRESSED in line.last}
    foot = [*notes, names.text("n_pair_note"), *mark_notes(signs, names.lang)]
    heading = _default_title(rows, names) if title is None else title
    under = _default_subtitle(rows, names, scale, unit_label) if subtitle is None else subtitle
    columns = [max(text_width(head), widest([cells[i] for cells in texts])) for i, head in enumerate(heads)]
    label_width = min(
        _LABEL_WIDTH, 2 + max(x.indent + text_width(x.label, TEXT, x.bold) for x in body if x.row is not None)
    )
    with house_style():
        height = LINE + 8 + sum(_height(line, label_width) for line in body)
        page = Page(height + 20 + (LINE if unit else 0) + LINE, title=heading, subtitle=under, notes=foot)
        left = MARGIN + label_width + 8
        right = WIDTH - MARGIN - sum(columns) - _COLUMN_GAP * 3
        across, ticks, tick_labels = _effect_axis(rows, write, left + 6, right - 6)
        axes = page.axes(left, page.top + LINE + 4, right - left, height - LINE - 4)
        axes.set(xlim=(across.back(left), across.back(right)), ylim=(page.top + height, page.top + LINE + 4))
        _effect_frame(page, axes, ticks, tick_labels, across, names, unit, page.top + height)
        edges = [right + _COLUMN_GAP + sum(columns[: i + 1]) + _COLUMN_GAP * i for i in range(3)]
        for x, head in zip(edges, heads, strict=True):
            page.text(x, page.top + LINE - 2, head, ha="right", color=MUTED)
        page.line([MARGIN, WIDTH - MARGIN], [page.top + LINE + 3] * 2, color=RULE)
        y = page.top + LINE + 4
        for line, cells in zip(body, texts, strict=True):
            y = _draw(page, axes, line, cells, label_width, edges, y)
    return page.fig


# ------------------------------------------------------------------------------------------------------------- content


def _key(row: Row) -> tuple[str, str, str]:
    month = value(row, "month")
    return word(row, "outcome"), word(row, "clock"), "" if month is None else str(int(month))


def _outcome_label(key: tuple[str, str, str], names: Names, clocks: bool) -> str:
    outcome, clock, month = key
    parts = [language.capital(names.label(outcome))] if outcome else []
    since = " " + names.text("months_since_lower", clock=names.label(clock)) if clocks and clock else ""
    parts += [names.text("month_n", month=month) + since] if month else []
    return ", ".join(parts)


def _layout(rows: Sequence[Row], names: Names, write: _Writer) -> list[_Line]:
    """Return the forest's lines, top to bottom."""
    pairs = list(dict.fromkeys((word(r, "arm"), word(r, "control")) for r in rows))
    looks = dict(zip(pairs, pair_styles(pairs, names.styles, names.control), strict=True))
    keys = list(dict.fromkeys(_key(r) for r in rows))
    clocks = len({key[1] for key in keys}) > 1
    out: list[_Line] = []
    for key in keys:
        mine = [r for r in rows if _key(r) == key]
        everyone = [r for r in mine if not word(r, "subgroup")]
        heading = _outcome_label(key, names, clocks) if len(keys) > 1 else names.text("everyone")
        space = 6.0 if out else 0.0
        if everyone and len(pairs) == 1:
            look = looks[pairs[0]]
            out.append(_Line(label=heading, bold=True, row=everyone[0], look=look, space=space))
            everyone = everyone[1:]
        elif everyone or len(keys) > 1:
            out.append(_Line(label=heading, bold=True, space=space))
        for row in everyone:
            look = looks[word(row, "arm"), word(row, "control")]
            out.append(_Line(label=names.versus(row), indent=8, row=row, look=look))
        for subgroup in dict.fromkeys(word(r, "subgroup") for r in mine if word(r, "subgroup")):
            out += _subgroup([r for r in mine if word(r, "subgroup") == subgroup], names, write, looks, len(pairs) > 1)
    return out


def _subgroup(
    rows: Sequence[Row], names: Names, write: _Writer, looks: Mapping[tuple[str, str], ArmStyle], several: bool
) -> list[_Line]:
    """Return a subgroup's heading and, contrast by contrast, its levels and its interaction."""
    out = [_Line(label=names.label(word(rows[0], "subgroup")), bold=True, space=6.0)]
    for pair in dict.fromkeys((word(r, "arm"), word(r, "control")) for r in rows):
        mine = [r for r in rows if (word(r, "arm"), word(r, "control")) == pair]
        levels = [r for r in mine if word(r, "level") != "interaction"]
        if several:
            out.append(_Line(label=names.versus(mine[0]), indent=8, space=2.0))
        deep = 16.0 if several else 8.0
        out += [_Line(label=names.label(word(r, "level")), indent=deep, row=r, look=looks[pair]) for r in levels]
        for row in mine:
            if word(row, "level") != "interaction":
                continue
            two = len(levels) == 2
            first, second = (names.label(word(r, "level")) for r in levels) if two else ("", "")
            label = names.text("interaction_two", first=first, second=second) if two else names.text("interaction_all")
            if len(wrap(label, _LABEL_WIDTH - deep)) > 2:
                label = names.text("interaction_below")
            # a joint test over more than two levels has no single difference: nothing is missing
            blank = not two and mark(row) != SUPPRESSED and value(row, "estimate") is None
            out.append(
                _Line(label=label, last=write.p_value(row), indent=deep, row=row, look=_INTERACTION, blank=blank)
            )
    return out


def _texts(line: _Line, write: _Writer) -> tuple[str, str, str]:
    if line.row is None or line.blank:
        return "", "", line.last
    return write.estimate(line.row), write.interval(line.row), line.last or write.persons(line.row)


def _column_heads(names: Names, level: float | None) -> tuple[str, str, str]:
    coverage = "" if level is None else _coverage(level, names.lang) + " "
    return names.text("effect"), coverage + names.text("ci"), names.text("n_pair")


def _coverage(level: float, lang: Lang) -> str:
    # 95 %, but 99,5 % where it is not whole
    return language.percent(level, 0 if abs(level * 100 - round(level * 100)) < 1e-9 else 1, lang)


def _default_title(rows: Sequence[Row], names: Names) -> str:
    keys = list(dict.fromkeys(_key(r) for r in rows))
    if len(keys) > 1 or not keys[0][0]:
        return names.text("forest_title_many")
    return names.text("forest_title", outcome=_outcome_label(keys[0], names, clocks=True))


def _default_subtitle(rows: Sequence[Row], names: Names, scale: Scale, unit_label: str | None) -> str:
    pairs = dict.fromkeys((word(r, "arm"), word(r, "control")) for r in rows)
    first = f"{names.versus(rows[0])}. " if len(pairs) == 1 else ""
    if scale == "points":
        return first + names.text("forest_subtitle_points")
    if unit_label:
        return first + names.text("forest_subtitle_unit", unit=unit_label)
    return first + names.text("forest_subtitle_plain")


# ------------------------------------------------------------------------------------------------------------- drawing


def _height(line: _Line, label_width: float) -> float:
    return LINE * len(line.lines(label_width)) + _ROW_GAP + line.space


def _effect_axis(
    rows: Sequence[Row], write: _Writer, left: float, right: float
) -> tuple[Linear, list[float], list[str]]:
    """Return the map from effects to places, with zero inside, and as many round ticks as stand apart."""
    cells = (value(r, c) for r in rows for c in ("estimate", "conf_low", "conf_high"))
    seen = [c for c in cells if c is not None] or [-1.0, 1.0]
    factor = 100 if write.scale == "points" else 1
    low, high = min(0.0, *seen), max(0.0, *seen)
    across = Linear(low, high if high > low else low + 1, left, right)
    for most in (6, 5, 4, 3, 2):
        ticks, decimals = nice_ticks(across.low * factor, across.high * factor, most=most)
        inside = [t for t in ticks if left - 5 <= across(t / factor) <= right + 5]
        tick_labels = [language.number(t, decimals, write.names.lang) for t in inside]
        if len(inside) < 2 or widest(tick_labels) + 4 <= across.length((inside[1] - inside[0]) / factor):
            break
    return across, [t / factor for t in inside], tick_labels


def _effect_frame(
    page: Page,
    axes: Axes,
    ticks: Sequence[float],
    tick_labels: Sequence[str],
    across: Linear,
    names: Names,
    unit: str,
    bottom: float,
) -> None:
    axes.spines["left"].set_visible(False)
    axes.set_yticks([])
    axes.set_xticks(ticks, tick_labels)
    y = bottom + 16
    if unit:
        y += LINE
        page.text((across.start + across.end) / 2, y, unit, ha="center", color=MUTED)
    lower, higher = names.text("lower"), names.text("higher")
    zero = across(0.0)
    # the two hints stand on their sides of zero wherever neighbouring columns leave them room
    if zero - 4 - text_width(lower) >= MARGIN and zero + 4 + text_width(higher) <= WIDTH - MARGIN:
        page.text(zero - 4, y + LINE, lower, ha="right", color=MUTED)
        page.text(zero + 4, y + LINE, higher, color=MUTED)


def _draw(
    page: Page,
    axes: Axes,
    line: _Line,
    cells: Sequence[str],
    label_width: float,
    edges: Sequence[float],
    top: float,
) -> float:
    """Draw one line of the forest and return where the next one begins."""
    y = top + line.space
    if line.bold and line.space:
        page.line([MARGIN, WIDTH - MARGIN], [y - 3, y - 3], color=GRID)
    labels = line.lines(label_width)
    weight = "bold" if line.bold else "normal"
    middle = y + 1.5 + LINE * len(labels) / 2
    for i, text in enumerate(labels):
        muted = line.row is None and not line.bold
        page.text(MARGIN + line.indent, y + LINE * (i + 1) - 1, text, fontweight=weight, color=MUTED if muted else INK)
    for x, cell in zip(edges, cells, strict=True):
        page.text(x, middle + TEXT * 0.36, cell, ha="right") if cell else None
    if line.row is not None:
        # the zero line stops at headings, whose words run across the plot
        axes.plot([0, 0], [y, y + LINE * len(labels) + _ROW_GAP], color=INK, linewidth=0.9, solid_capstyle="butt")
    if line.row is not None and line.look is not None:
        _whisker(axes, line.row, line.look, middle)
    return top + _height(line, label_width)


def _whisker(axes: Axes, row: Row, look: ArmStyle, y: float) -> None:
    estimate, low, high = (value(row, c) for c in ("estimate", "conf_low", "conf_high"))
    if low is not None and high is not None:
        axes.plot([low, high], [y, y], color=look.colour, linewidth=1.4, solid_capstyle="butt")
    if estimate is not None:
        marks: dict[str, Any] = {**look.marks, "markersize": 6.0}
        axes.plot([estimate], [y], linestyle="none", **marks)


# ------------------------------------------------------------------------------------------------------------ alt text


def alt_text(
    table: pd.DataFrame,
    lang: Lang,
    *,
    arms: Mapping[str, str] | None = None,
    control: str | None = None,
    labels: Mapping[str, str] | None = None,
    scale: Scale = "points",
    unit_label: str | None = None,
    decimals: int = 1,
    level: float | None = None,
) -> str:
    """Return the effects for everyone and the interactions' p-values, in two sentences.

    Parameters
    ----------
    table : DataFrame
        As for :func:`forest`, and so are the others.
    lang : {"sv", "en"}
    arms, control, labels, scale, unit_label, decimals, level
        As for :func:`forest`.
    """
    rows = records(table, ["arm", "control", "estimate", "conf_low", "conf_high"], "forest")
    names = Names(rows, lang, arms, control, labels)
    write = _Writer(names=names, scale=scale, decimals=decimals)
    unit = language.text("percentage_points", names.lang) if scale == "points" else unit_label or ""
    several = len({_key(r) for r in rows}) > 1
    everyone = [r for r in rows if not word(r, "subgroup")] or [r for r in rows if word(r, "level") != "interaction"]
    parts = []
    for row in everyone:
        place = f"{_outcome_label(_key(row), names, clocks=True)}, " if several else ""
        place += f"{names.label(word(row, 'level'))}, " if word(row, "level") else ""
        if value(row, "estimate") is None:
            parts.append(f"{place}{names.versus(row)} {absent_words(mark(row), names)}")
            continue
        around = "" if value(row, "conf_low") is None else _around(row, write, level)
        parts.append(f"{place}{names.versus(row)} {write.estimate(row)}{' ' + unit if unit else ''}{around}")
    tests = [
        f"{names.label(word(r, 'subgroup'))}, {names.versus(r)}: {write.p_value(r)}"
        for r in rows
        if word(r, "level") == "interaction"
    ]
    first = "" if several else _outcome_label(_key(rows[0]), names, clocks=True)
    sentence = names.text("forest_alt", first=f"{first}: " if first else "", effects="; ".join(parts))
    return sentence + (" " + names.text("forest_alt_interactions", tests="; ".join(tests)) if tests else "")


def _around(row: Row, write: _Writer, level: float | None) -> str:
    names = write.names
    coverage = "" if level is None else _coverage(level, names.lang) + " "
    return f" ({coverage}{names.text('ci_words')} {write.interval(row, running=True)})"
