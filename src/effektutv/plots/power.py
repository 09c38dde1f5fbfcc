"""What a trial can detect: the smallest effect by persons an arm, or the power by effect or persons; a line a test level."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from effektutv import i18n
from effektutv.errors import ArgumentError
from effektutv.i18n import Lang

from .layout.axis import Linear, nice_ticks
from .layout.line_figure import LEADER, NAME_WIDTH, Line, end_labels, plot_height
from .layout.style import INK, MARGIN, MUTED, RULE, WIDTH, ArmStyle, Page, house_style
from .layout.table_reading import Labels, Names, Row, records, value, word
from .layout.text_metrics import LINE, widest, wrap

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["alt_text", "power_curve"]

_Column = Literal["n_arm", "effect", "power"]
#: Solved for → what stands on the vertical axis.
_SOLVED: dict[str, _Column] = {"effect": "effect", "power": "power", "n_per_arm": "n_arm"}
#: By the number of contrasts tested together: none is an arm's look.
_LOOKS = (
    ArmStyle(colour=INK, line="solid", marker="o", label=""),
    ArmStyle(colour="#8C6D00", line=(0, (5, 2)), marker="s", label=""),
    ArmStyle(colour="#009E73", line=(0, (1.2, 1.5)), marker="D", label=""),
    ArmStyle(colour="#CC79A7", line=(0, (6, 1.5, 1.2, 1.5)), marker="v", label=""),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Curve:
    """One level's points, ascending, and the points of a trial's own contrasts."""

    family: int
    points: list[tuple[float, float]]
    marked: list[tuple[float, float]]
    line: Line


@dataclass(frozen=True, slots=True, kw_only=True)
class _Content:
    names: Names
    x: _Column
    y: _Column
    curves: list[_Curve]
    power: float | None
    effect: float | None
    baseline: float | None

    def written(self, column: _Column, number: float) -> str:
        """Return a value with its unit in words."""
        lang = self.names.lang
        if column == "n_arm":
            return i18n.persons(number, lang)
        return i18n.points(number, 1, lang) if column == "effect" else i18n.percent(number, 0, lang)

    def tick(self, column: _Column, number: float, decimals: int) -> str:
        """Return a value on the axis, without its unit where the axis' name has it."""
        lang = self.names.lang
        if column == "n_arm":
            return i18n.count(number, lang)
        if column == "effect":
            return i18n.points(number, decimals, lang, unit=False)
        return i18n.percent(number, decimals, lang)


def power_curve(
    table: pd.DataFrame,
    *,
    lang: str = "en",
    title: str | None = None,
    subtitle: str | None = None,
    notes: Sequence[str] = (),
    arms: Mapping[str, str] | None = None,
    control: str | None = None,
    labels: Labels | None = None,
) -> Figure:
    """Draw what was solved for against what it was solved over, a line a number of contrasts tested together.

    Parameters
    ----------
    table : DataFrame
        ``Power.tidy()``: ``n_arm effect power alpha alpha_each family solved``, and where known ``baseline arm``. Two rows or
        more for each ``family`` make its line. Rows that name an ``arm`` are a trial's own contrasts and are marked on the
        lines, the first of them in words.
    lang : {"en", "sv"}
    title, subtitle : str, optional
        What is shown; what is assumed.
    notes : sequence of str
        What test and approximation the table rests on, source, *synthetic*; the usual test is named where there is none.
    arms, control, labels
        As for every figure; not used but to check them.

    Raises
    ------
    ArgumentError
        If no ``family`` has two points, or rows were solved for different things.
    """
    content = _read(table, lang, arms, control, labels)
    names = content.names
    values = [_value(content, curve) for curve in content.curves]
    lines = [curve.line for curve in content.curves]
    high = plot_height(lines, values)
    label_width = max(widest([w for line in lines for w in line.name], bold=True), widest(values))
    with house_style():
        page = Page(
            LINE + 10 + high + 34,
            title=names.text(f"power_title_{content.y}") if title is None else title,
            subtitle=_default_subtitle(content) if subtitle is None else subtitle,
            notes=notes or [names.text("power_note")],
        )
        ticks, decimals = _ticks(content, content.y, 0.0)
        tick_labels = [content.tick(content.y, t, decimals) for t in ticks]
        left = MARGIN + widest(tick_labels) + 6
        right = WIDTH - MARGIN - label_width - LEADER
        top = page.top + LINE + 10
        first, last = (edge([x for curve in content.curves for x, _ in curve.points]) for edge in (min, max))
        across = Linear(first, last, left + 6, right)
        up = Linear(0.0, ticks[-1], top + high, top)
        axes = page.axes(left, top, right - left, high)
        axes.set(xlim=(across.back(left), last), ylim=(0, ticks[-1]))
        axes.spines["left"].set_visible(False)
        axes.grid(axis="y")
        axes.set_yticks(ticks, tick_labels)
        below, places = _ticks(content, content.x, first)
        inside = [t for t in below if first <= t <= last]
        axes.set_xticks(inside, [content.tick(content.x, t, places) for t in inside])
        page.text(MARGIN, page.top + LINE, names.text(f"power_axis_{content.y}"), color=MUTED)
        under = names.text(f"power_axis_{content.x}")
        page.text((across.start + across.end) / 2, top + high + 27, under, ha="center", color=MUTED)
        _draw(page, axes, content, across, top, high)
        end_labels(page, lines, values, up, right)
    return page.fig


# ------------------------------------------------------------------------------------------------------------- content


def _read(
    table: pd.DataFrame,
    lang: str,
    arms: Mapping[str, str] | None,
    control: str | None,
    labels: Labels | None,
) -> _Content:
    rows = records(table, ["n_arm", "effect", "power", "alpha", "alpha_each", "family", "solved"], "power")
    names = Names(rows, lang, arms, control, labels)
    plain = [r for r in rows if not word(r, "arm")]
    solved = {word(r, "solved") for r in plain}
    families = [f for f in dict.fromkeys(int(r["family"]) for r in plain) if _count(plain, f) > 1]
    if len(solved) != 1 or not families or not solved <= set(_SOLVED):
        raise ArgumentError(
            "table: the power figure needs two rows or more for each family, all solved for the same thing; give "
            "effektutv.power_curve(...).tidy()"
        )
    y = _SOLVED[next(iter(solved))]
    varies = [c for c in ("n_arm", "effect", "power") if c != y and len({value(r, c) for r in plain}) > 1]
    if len(varies) != 1:
        raise ArgumentError(
            "table: the power figure draws over one thing, persons, effect or power; the others are constant"
        )
    x: _Column = varies[0]  # type: ignore[assignment]
    own = [r for r in rows if word(r, "arm")]
    return _Content(
        names=names,
        x=x,
        y=y,
        curves=[_curve(f, plain, own, (x, y), _LOOKS[i % len(_LOOKS)], names) for i, f in enumerate(families)],
        power=_only(plain, "power"),
        effect=_only(plain, "effect"),
        baseline=_only(plain, "baseline"),
    )


def _count(rows: Sequence[Row], family: int) -> int:
    return sum(int(r["family"]) == family for r in rows)


def _only(rows: Sequence[Row], column: str) -> float | None:
    found = {value(r, column) for r in rows}
    return next(iter(found)) if len(found) == 1 else None


def _curve(
    family: int,
    rows: Sequence[Row],
    own: Sequence[Row],
    axes: tuple[_Column, _Column],
    look: ArmStyle,
    names: Names,
) -> _Curve:
    def points(found: Sequence[Row]) -> list[tuple[float, float]]:
        pairs = [(value(r, axes[0]), value(r, axes[1])) for r in found if int(r["family"]) == family]
        return [(x, y) for x, y in pairs if x is not None and y is not None]

    mine = next(r for r in rows if int(r["family"]) == family)
    each = float(mine["alpha_each"])
    level = i18n.percent(each, 0 if abs(each * 100 - round(each * 100)) < 1e-9 else 1, names.lang)
    name = wrap(names.text("power_level", level=level), NAME_WIDTH, bold=True)
    if family > 1:
        name += wrap(names.text("power_family", n=str(family)), NAME_WIDTH, bold=True)
    drawn = sorted(points(rows))
    return _Curve(
        family=family,
        points=drawn,
        marked=points(own),
        line=Line(
            code=str(family),
            look=look,
            name=name,
            y=np.array([y for _, y in drawn]),
            n=(),
            marks=(),
        ),
    )


def _value(content: _Content, curve: _Curve) -> str:
    """Return the first marked point in words: at so many persons, so large an effect."""
    if not curve.marked:
        return ""
    x, y = curve.marked[0]
    return f"{content.written(content.x, x)}: {_short(content, y)}"


def _short(content: _Content, y: float) -> str:
    return content.tick(content.y, y, 0 if content.y == "power" else 1)


def _ticks(content: _Content, column: _Column, low: float) -> tuple[list[float], int]:
    """Return an axis' ticks in the table's unit, and their decimals; power always goes from 0 to 100 per cent."""
    if column == "power":
        return [0.0, 0.2, 0.4, 0.6, 0.8, 1.0], 0
    place = 0 if column == content.x else 1
    highest = max(point[place] for curve in content.curves for point in (*curve.points, *curve.marked))
    factor = 100 if column == "effect" else 1
    ticks, decimals = nice_ticks(low * factor, max(highest * factor, low * factor + 1e-9))
    return [t / factor for t in ticks], decimals


def _default_subtitle(content: _Content) -> str:
    names = content.names
    parts = []
    if content.power is not None and content.y != "power":
        parts.append(names.text("power_at_power", power=i18n.percent(content.power, 0, names.lang)))
    if content.effect is not None and content.y != "effect":
        parts.append(names.text("power_at_effect", effect=i18n.points(content.effect, 1, names.lang)))
    if content.baseline is not None:
        parts.append(names.text("power_at_baseline", baseline=i18n.percent(content.baseline, 0, names.lang)))
    return " ".join(parts)


# ------------------------------------------------------------------------------------------------------------- drawing


def _draw(page: Page, axes: Axes, content: _Content, across: Linear, top: float, high: float) -> None:
    for curve in content.curves:
        look = curve.line.look
        xs, ys = zip(*curve.points, strict=True)
        line: dict[str, Any] = {"color": look.colour, "linestyle": look.line, "linewidth": 1.9}
        axes.plot(xs, ys, clip_on=False, **line)
        if curve.marked:
            xs, ys = zip(*curve.marked, strict=True)
            axes.plot(xs, ys, linestyle="none", clip_on=False, **look.marks)
    marked = [curve.marked[0][0] for curve in content.curves if curve.marked]
    if marked:
        x = across(marked[0])
        page.line([x, x], [top, top + high], color=RULE, linewidth=0.9, linestyle=(0, (1, 2)))


# ------------------------------------------------------------------------------------------------------------ alt text


def alt_text(
    table: pd.DataFrame,
    lang: Lang,
    *,
    arms: Mapping[str, str] | None = None,
    control: str | None = None,
    labels: Labels | None = None,
) -> str:
    """Return where each line begins and ends, and the trial's own first contrast on it.

    Parameters
    ----------
    table : DataFrame
        As for :func:`power_curve`, and so are the others.
    lang : {"sv", "en"}
    arms, control, labels
        As for :func:`power_curve`.
    """
    content = _read(table, lang, arms, control, labels)
    names = content.names
    parts = []
    for curve in content.curves:
        (a, b), (c, d) = curve.points[0], curve.points[-1]
        ends = names.text(
            "power_alt_line",
            name=" ".join(curve.line.name),
            first=content.written(content.y, b),
            at_first=content.written(content.x, a),
            last=content.written(content.y, d),
            at_last=content.written(content.x, c),
        )
        own = f" ({_value(content, curve)})" if curve.marked else ""
        parts.append(ends + own)
    return f"{'; '.join(parts)}."
