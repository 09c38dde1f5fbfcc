"""What figures of rows share: a label, an effect with its interval or bounds, and beside it the same as text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from matplotlib.colors import to_rgb
from matplotlib.patches import Rectangle

from effektutv import i18n
from effektutv.errors import ArgumentError
from effektutv.i18n import Lang, Scale

from .axis import Linear, nice_ticks
from .scales import decimals_of, power_of, power_words, scale_of, unit_words
from .style import GRID, INK, MARGIN, MUTED, RULE, WIDTH, ArmStyle, Page, house_style
from .table_reading import Names, Row, mark, value, word
from .text_metrics import LINE, TEXT, text_width, widest, wrap

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = [
    "LABEL_WIDTH",
    "RowLine",
    "Writer",
    "column_heads",
    "coverage",
    "difference_subtitle",
    "row_figure",
    "writer",
]

#: Width in which a row's label wraps.
LABEL_WIDTH = 158.0
_HEADING_WIDTH = 290.0
_COLUMN_GAP = 11.0
_ROW_GAP = 3.0
_BAR = 8.0
#: Width that what is drawn has at least, and labels where both want room.
_LEAST, _LEAST_LABEL = 110.0, 84.0
#: The columns that are drawn.
_DRAWN = ("estimate", "conf_low", "conf_high", "lower", "upper")


@dataclass(frozen=True, slots=True, kw_only=True)
class RowLine:
    """One line of a figure of rows: a heading, or an effect with what stands beside it.

    Parameters
    ----------
    label : str
    cells : tuple of str
        The text columns; empty for a heading.
    indent : float
    bold : bool
    row : mapping, optional
        What is drawn: ``estimate`` as a marker, ``lower`` to ``upper`` as a bar, ``conf_low`` to ``conf_high`` as a line.
    look : ArmStyle, optional
    space : float
        Above the line.
    """

    label: str
    cells: tuple[str, ...] = ()
    indent: float = 0.0
    bold: bool = False
    row: Row | None = None
    look: ArmStyle | None = None
    space: float = 0.0

    def lines(self, width: float) -> list[str]:
        """Return the label, wrapped; a heading has the plot's width too, for nothing is drawn beside it."""
        room = _HEADING_WIDTH if self.row is None else width
        return wrap(self.label, room - self.indent, bold=self.bold)

    def height(self, width: float) -> float:
        """Return how many points the line takes."""
        return LINE * len(self.lines(width)) + _ROW_GAP + self.space


@dataclass(frozen=True, slots=True, kw_only=True)
class Writer:
    """How the rows' numbers become text.

    Parameters
    ----------
    names : Names
    scale : {"points", "unit"}
        ``"points"``: differences of shares, shown in percentage points.
    decimals : int
    power : int
        Of ten, that amounts are shown in: 6 for millions.
    unit_label : str, optional
        The unit's name.
    """

    names: Names
    scale: Scale
    decimals: int
    power: int = 0
    unit_label: str | None = None

    @property
    def factor(self) -> float:
        """What values on the axis are multiplied with."""
        return 100 if self.scale == "points" else 10.0**-self.power

    @property
    def unit(self) -> str:
        """The unit under the axis; the empty string for none."""
        return unit_words(self.scale, self.power, self.unit_label, self.names.lang)

    @property
    def unit_said(self) -> str:
        """The unit after a number in a sentence, with a space before it; the empty string for none."""
        if self.scale == "points":
            return " " + i18n.text("percentage_points", self.names.lang)
        said = unit_words(self.scale, self.power, self.unit_label, self.names.lang)
        return "" if not said else f" {said if self.unit_label else said.lower()}"

    @property
    def notes(self) -> list[str]:
        """What a note must say: that amounts are shown in millions."""
        many = power_words(self.power, self.names.lang)
        return [self.names.text("in_many", many=many)] if many else []

    def estimate(self, row: Row) -> str:
        """Return the effect."""
        shown = value(row, "estimate")
        if shown is None:
            return mark(row)
        if self.scale == "points":
            return i18n.points(shown, self.decimals, self.names.lang, unit=False)
        return i18n.number(shown / 10.0**self.power, self.decimals, self.names.lang)

    def interval(self, row: Row, running: bool = False, ends: tuple[str, str] = ("conf_low", "conf_high")) -> str:
        """Return the interval, or another pair of ends."""
        low, high = (value(row, end) for end in ends)
        if low is None or high is None:
            return mark(row)
        low, high = low / 10.0**self.power, high / 10.0**self.power
        return i18n.interval(low, high, self.decimals, self.names.lang, scale=self.scale, running=running)

    def persons(self, row: Row, columns: tuple[str, str] = ("n_arm", "n_control")) -> str:
        """Return the persons in the arm and in the comparison."""
        counts = [value(row, column) for column in columns]
        if counts == [None, None]:
            return mark(row)
        return " / ".join(mark(row) if n is None else i18n.count(n, self.names.lang) for n in counts)

    def p_value(self, row: Row) -> str:
        """Return ``p = …``."""
        p = value(row, "p_value")
        bare = i18n.p_value(p, self.names.lang, prefix=True)
        return bare if p is not None else bare.replace(i18n.ABSENT, mark(row))


def writer(
    rows: Sequence[Row], names: Names, scale: Scale | None, decimals: int | None, unit_label: str | None
) -> Writer:
    """Return how a figure's numbers become text, on one scale and with one precision for all rows.

    Parameters
    ----------
    rows : sequence of mapping
        What is drawn.
    names : Names
    scale : {"points", "unit"}, optional
        As of :func:`~effektutv.plots.layout.scales.scale_of`.
    decimals : int, optional
        As of :func:`~effektutv.plots.layout.scales.decimals_of`; of amounts in millions two at most.
    unit_label : str, optional

    Raises
    ------
    ArgumentError
        If the scale is unknown, or the decimals are no number from 0 to 12.
    """
    chosen = scale_of(rows, scale)
    drawn = [value(row, column) for row in rows for column in _DRAWN]
    power = power_of(drawn, chosen)
    if decimals is None or power:
        decimals = decimals_of(drawn, chosen, power)
    elif isinstance(decimals, bool) or not isinstance(decimals, int) or not 0 <= decimals <= 12:
        raise ArgumentError(f"decimals: got {decimals!r}; give a whole number from 0 to 12")
    return Writer(names=names, scale=chosen, decimals=decimals, power=power, unit_label=unit_label)


def coverage(level: float, lang: Lang) -> str:
    """Return an interval's coverage: 95 %, but 99,5 % where it is not whole.

    Parameters
    ----------
    level : float
    lang : {"sv", "en"}
    """
    return i18n.percent(level, 0 if abs(level * 100 - round(level * 100)) < 1e-9 else 1, lang)


def difference_subtitle(names: Names, rows: Sequence[Row], write: Writer, kind: str = "forest") -> str:
    """Return the subtitle of a figure of differences that was given none: the contrast where there is one, and the unit.

    Parameters
    ----------
    names : Names
    rows : sequence of Row
        With ``arm`` and ``control``.
    write : Writer
    kind : {"forest", "bounds"}
        Whose words.
    """
    one = len({(word(r, "arm"), word(r, "control")) for r in rows}) == 1
    first = f"{names.versus(rows[0])}. " if one else ""
    if write.scale == "points":
        return first + names.text(f"{kind}_subtitle_points")
    if write.unit:
        unit = write.unit if write.unit_label else write.unit.lower()
        return first + names.text(f"{kind}_subtitle_unit", unit=unit)
    return first + names.text(f"{kind}_subtitle_plain")


def column_heads(names: Names, level: float | None, effect: str = "effect") -> tuple[str, str, str]:
    """Return the heads of effect, interval and persons.

    Parameters
    ----------
    names : Names
    level : float or None
        Coverage of the intervals.
    effect : str
        Key of the effect's head.
    """
    shown = "" if level is None else coverage(level, names.lang) + " "
    return names.text(effect), shown + names.text("ci"), names.text("n_pair")


def row_figure(
    body: Sequence[RowLine],
    *,
    heads: Sequence[str],
    write: Writer,
    title: str,
    subtitle: str,
    notes: Sequence[str],
    hints: bool = True,
    guide: float | None = None,
) -> Figure:
    """Draw lines of rows around zero, and their text in columns to the right.

    Parameters
    ----------
    body : sequence of RowLine
    heads : sequence of str
        Of the text columns.
    write : Writer
        Its unit stands under the axis.
    title, subtitle : str
    notes : sequence of str
    hints : bool, default True
        Whether the words for lower and higher stand under the axis.
    guide : float, optional
        A value drawn as a dashed line through the rows.
    """
    unit, notes = write.unit, [*notes, *write.notes]
    columns = [
        max(text_width(head), widest([line.cells[i] for line in body if line.cells])) for i, head in enumerate(heads)
    ]
    label_width = min(
        LABEL_WIDTH,
        2 + max((x.indent + text_width(x.label, TEXT, x.bold) for x in body if x.row is not None), default=0),
    )
    # what is drawn has room before labels, which can wrap
    taken = 2 * MARGIN + 8 + sum(columns) + _COLUMN_GAP * len(heads)
    label_width = max(min(label_width, WIDTH - taken - _LEAST), min(label_width, _LEAST_LABEL))
    if WIDTH - taken - label_width < 30:
        raise ArgumentError("decimals: the numbers leave no room for the drawing; give fewer decimals")
    with house_style():
        height = LINE + 8 + sum(line.height(label_width) for line in body)
        page = Page(height + 20 + (LINE if unit else 0) + LINE, title=title, subtitle=subtitle, notes=notes)
        left = MARGIN + label_width + 8
        right = WIDTH - MARGIN - sum(columns) - _COLUMN_GAP * len(heads)
        across, ticks, tick_labels = _effect_axis(body, write, left + 6, right - 6)
        axes = page.axes(left, page.top + LINE + 4, right - left, height - LINE - 4)
        axes.set(xlim=(across.back(left), across.back(right)), ylim=(page.top + height, page.top + LINE + 4))
        _effect_frame(page, axes, ticks, tick_labels, across, write.names, unit, page.top + height, hints)
        edges = [right + _COLUMN_GAP + sum(columns[: i + 1]) + _COLUMN_GAP * i for i in range(len(heads))]
        for x, head in zip(edges, heads, strict=True):
            page.text(x, page.top + LINE - 2, head, ha="right", color=MUTED)
        page.line([MARGIN, WIDTH - MARGIN], [page.top + LINE + 3] * 2, color=RULE)
        y = page.top + LINE + 4
        for line in body:
            y = _draw(page, axes, line, label_width, edges, y, guide)
    return page.fig


# ------------------------------------------------------------------------------------------------------------- drawing


def _effect_axis(
    body: Sequence[RowLine], write: Writer, left: float, right: float
) -> tuple[Linear, list[float], list[str]]:
    """Return the map from effects to places, with zero inside, and as many round ticks as stand apart."""
    cells = (value(line.row, c) for line in body if line.row is not None for c in _DRAWN)
    seen = [c for c in cells if c is not None] or [-1.0, 1.0]
    low, high = min(0.0, *seen), max(0.0, *seen)
    if high == low:
        # no effect at all: one unit, as it is written, on either side of zero
        low, high = -1 / write.factor, 1 / write.factor
    across = Linear(low, high, left, right)
    for most in (6, 5, 4, 3, 2):
        ticks, decimals = nice_ticks(across.low * write.factor, across.high * write.factor, most=most)
        inside = [t for t in ticks if left - 5 <= across(t / write.factor) <= right + 5]
        tick_labels = [i18n.number(t, decimals, write.names.lang) for t in inside]
        if len(inside) < 2 or widest(tick_labels) + 4 <= across.length((inside[1] - inside[0]) / write.factor):
            break
    return across, [t / write.factor for t in inside], tick_labels


def _effect_frame(
    page: Page,
    axes: Axes,
    ticks: Sequence[float],
    tick_labels: Sequence[str],
    across: Linear,
    names: Names,
    unit: str,
    bottom: float,
    hints: bool,
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
    if hints and zero - 4 - text_width(lower) >= MARGIN and zero + 4 + text_width(higher) <= WIDTH - MARGIN:
        page.text(zero - 4, y + LINE, lower, ha="right", color=MUTED)
        page.text(zero + 4, y + LINE, higher, color=MUTED)


def _draw(
    page: Page,
    axes: Axes,
    line: RowLine,
    label_width: float,
    edges: Sequence[float],
    top: float,
    guide: float | None,
) -> float:
    """Draw one line and return where the next one begins."""
    y = top + line.space
    if line.bold and line.space:
        page.line([MARGIN, WIDTH - MARGIN], [y - 3, y - 3], color=GRID)
    labels = line.lines(label_width)
    weight = "bold" if line.bold else "normal"
    middle = y + 1.5 + LINE * len(labels) / 2
    for i, text in enumerate(labels):
        muted = line.row is None and not line.bold
        page.text(MARGIN + line.indent, y + LINE * (i + 1) - 1, text, fontweight=weight, color=MUTED if muted else INK)
    for x, cell in zip(edges, line.cells, strict=False):
        page.text(x, middle + TEXT * 0.36, cell, ha="right") if cell else None
    if line.row is not None:
        # the zero line stops at headings, whose words run across the plot
        ends = [y, y + LINE * len(labels) + _ROW_GAP]
        axes.plot([0, 0], ends, color=INK, linewidth=0.9, solid_capstyle="butt")
        if guide is not None:
            axes.plot([guide, guide], ends, color=RULE, linewidth=0.9, linestyle=(0, (3, 2)), dash_capstyle="butt")
    if line.row is not None and line.look is not None:
        _whisker(axes, line.row, line.look, middle)
    return top + line.height(label_width)


def _whisker(axes: Axes, row: Row, look: ArmStyle, y: float) -> None:
    estimate, low, high, lower, upper = (value(row, c) for c in ("estimate", "conf_low", "conf_high", "lower", "upper"))
    if low is not None and high is not None:
        axes.plot([low, high], [y, y], color=look.colour, linewidth=1.4, solid_capstyle="butt")
    if lower is not None and upper is not None:
        box = Rectangle((lower, y - _BAR / 2), upper - lower, _BAR, edgecolor=look.colour)
        # light, so that zero can be seen through it
        box.set_facecolor((*to_rgb(look.colour), 0.35))
        axes.add_patch(box)
    if estimate is not None:
        marks: dict[str, Any] = {**look.marks, "markersize": 6.0}
        axes.plot([estimate], [y], linestyle="none", **marks)
