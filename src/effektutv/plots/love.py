"""Love plot: standardised mean differences of each covariate, a marker a pair of arms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from effektutv import i18n
from effektutv.i18n import Lang

from .layout.axis import Linear, nice_ticks
from .layout.legend import Item, flow_legend, legend_height
from .layout.style import GRID, INK, MARGIN, MUTED, RULE, WIDTH, ArmStyle, Page, house_style, pair_styles
from .layout.table_reading import Labels, Names, Row, mark, mark_notes, records, value, word
from .layout.text_metrics import LINE, TEXT, text_width, widest, wrap

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["alt_text", "love"]

_LABEL_WIDTH = 190.0
#: Between the markers of two pairs in one row.
_STEP = 5.5
#: At the plot's right edge, for the marks of pairs without a number.
_LANE = 11.0

_Pair = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Covariate:
    """One row of the figure: a covariate, a level or its missingness, with the cells of each pair."""

    label: str
    cells: Mapping[_Pair, Row]

    @property
    def largest(self) -> float | None:
        """The largest absolute raw difference, or None where no pair has one."""
        sizes = [abs(d) for d in (value(row, "smd") for row in self.cells.values()) if d is not None]
        return max(sizes, default=None)

    @property
    def complete(self) -> bool:
        """Whether every pair has its raw difference."""
        return all(value(row, "smd") is not None for row in self.cells.values())

    @property
    def sign(self) -> str:
        """The mark of the pairs without a number, the empty string where there are none."""
        return next((mark(row) for row in self.cells.values() if value(row, "smd") is None), "")


def love(
    table: pd.DataFrame,
    *,
    lang: str = "en",
    title: str | None = None,
    subtitle: str | None = None,
    notes: Sequence[str] = (),
    arms: Mapping[str, str] | None = None,
    control: str | None = None,
    labels: Labels | None = None,
    limit: float = 0.1,
) -> Figure:
    """Draw standardised mean differences at baseline: raw hollow, stratum-weighted filled, the largest pair's row first.

    Parameters
    ----------
    table : DataFrame
        A row a covariate (level, missingness) and pair: ``covariate arm control smd``, and where known ``level kind
        smd_weighted status``. Rows of kind ``missing`` are the covariate's missingness.
    lang : {"en", "sv"}
    title, subtitle : str, optional
        What is shown; unit, population and n.
    notes : sequence of str
        Estimand, source, protection, *synthetic*. What lines and marks mean is added.
    arms : mapping of str to str, optional
        Labels by code in the study's order, control first.
    control : str, optional
        The comparison arm's code; the first of ``arms`` else.
    labels : mapping of str to str, optional
        Labels of covariates and levels by key.
    limit : float, default 0.1
        Differences up to here are seen as small; marked on both sides.
    """
    names, body, pairs = _read(table, lang, arms, control, labels)
    looks = dict(zip(pairs, pair_styles(pairs, names.styles, names.control), strict=True))
    weighted = any(value(row, "smd_weighted") is not None for c in body for row in c.cells.values())
    legends = _legends(pairs, looks, names, weighted)
    legend_heights = [legend_height([words for _, words in items]) for items in legends]
    above = sum(legend_heights) + LINE + 10
    label_width = min(_LABEL_WIDTH, max(text_width(c.label) for c in body) + 2)
    wrapped = [wrap(c.label, label_width) for c in body]
    heights = [max(LINE * len(lines), _STEP * len(pairs) + 2) + 4 for lines in wrapped]
    shown = [_largest_text(c, names.lang) for c in body]
    signs = {c.sign for c in body if c.sign}
    note = names.text("love_note", limit=i18n.number(limit, 1 if round(limit, 1) == limit else 2, names.lang))
    with house_style():
        page = Page(
            above + sum(heights) + 34,
            title=names.text("love_title") if title is None else title,
            subtitle=names.text("love_subtitle") if subtitle is None else subtitle,
            notes=[*notes, note, *mark_notes(signs, names.lang)],
        )
        flow_legend(page, page.top + 2, legends[0])
        flow_legend(page, page.top + 2 + legend_heights[0], legends[1])
        top = page.top + above
        head = names.text("smd_largest")
        left = MARGIN + label_width + 8
        right = WIDTH - MARGIN - max(widest(shown), text_width(head)) - 10
        lane = _LANE * len(pairs) if signs else 0.0
        across = _scale(body, limit, left + 8, right - 8 - lane)
        axes = page.axes(left, top, right - left, sum(heights))
        axes.set(xlim=(across.back(left), across.back(right)), ylim=(top + sum(heights), top))
        _frame(page, axes, across, limit, names, top + sum(heights))
        page.text(WIDTH - MARGIN, top - 6, head, ha="right", color=MUTED)
        page.line([MARGIN, WIDTH - MARGIN], [top - 1, top - 1], color=RULE)
        y = top
        for covariate, lines, height, text in zip(body, wrapped, heights, shown, strict=True):
            page.lines(MARGIN, y + height / 2, lines)
            page.text(WIDTH - MARGIN, y + height / 2 + TEXT * 0.36, text, ha="right")
            page.line([MARGIN, WIDTH - MARGIN], [y + height, y + height], color=GRID, linewidth=0.5)
            _markers(page, axes, covariate, looks, y + height / 2, right - lane + _LANE / 2)
            y += height
    return page.fig


# ------------------------------------------------------------------------------------------------------------- content


def _read(
    table: pd.DataFrame,
    lang: str,
    arms: Mapping[str, str] | None,
    control: str | None,
    labels: Labels | None,
) -> tuple[Names, list[_Covariate], list[_Pair]]:
    """Return the names, the rows in the figure's order, and the pairs in the table's."""
    rows = records(table, ["covariate", "arm", "control", "smd"], "love plot")
    names = Names(rows, lang, arms, control, labels)
    pairs = list(dict.fromkeys((word(r, "arm"), word(r, "control")) for r in rows))
    cells: dict[tuple[str, str, str], dict[_Pair, Row]] = {}
    for row in rows:
        key = (word(row, "covariate"), word(row, "level"), word(row, "kind"))
        cells.setdefault(key, {})[word(row, "arm"), word(row, "control")] = row
    body = [_Covariate(label=_label(key, names), cells=mine) for key, mine in cells.items()]
    # rows without any number come last, in the table's order
    body.sort(key=lambda c: float("inf") if c.largest is None else -c.largest)
    return names, body, pairs


def _label(key: tuple[str, str, str], names: Names) -> str:
    covariate, level, kind = key
    if kind == "missing":
        return names.text("missing_of", covariate=names.label(covariate))
    if level:
        return names.text("level_of", covariate=names.label(covariate), level=names.label(level, of=covariate))
    return names.label(covariate)


def _largest_text(covariate: _Covariate, lang: Lang) -> str:
    """Return the largest difference, or the mark: the largest of some pairs is not the largest of all."""
    largest = covariate.largest
    if largest is None or not covariate.complete:
        return covariate.sign
    return i18n.number(largest, 2, lang)


def _legends(
    pairs: Sequence[_Pair], looks: Mapping[_Pair, ArmStyle], names: Names, weighted: bool
) -> tuple[list[Item], list[Item]]:
    """Return the pairs' legend, and under it what hollow and filled markers are."""
    words = [names.versus({"arm": arm, "control": control}) for arm, control in pairs]
    first = [(_sign(_marks(looks[pair], filled=True)), text) for pair, text in zip(pairs, words, strict=True)]
    neutral = ArmStyle(colour=MUTED, line="solid", marker="o", label="")
    second: list[Item] = [(_sign(_marks(neutral, filled=False)), names.text("smd_raw"))]
    if weighted:
        second.append((_sign(_marks(neutral, filled=True)), names.text("smd_weighted")))
    return first, second


def _sign(marks: Mapping[str, Any]) -> Any:
    def draw(page: Page, x: float, y: float) -> None:
        page.line([x], [y], linestyle="none", **marks)

    return draw


def _marks(look: ArmStyle, filled: bool) -> dict[str, Any]:
    return {**look.marks, "markerfacecolor": look.colour if filled else "white", "markeredgecolor": look.colour}


# ------------------------------------------------------------------------------------------------------------- drawing


def _scale(body: Sequence[_Covariate], limit: float, left: float, right: float) -> Linear:
    cells = (value(row, c) for x in body for row in x.cells.values() for c in ("smd", "smd_weighted"))
    reach = max([abs(c) for c in cells if c is not None] + [limit * 1.5]) * 1.04
    return Linear(-reach, reach, left, right)


def _frame(page: Page, axes: Axes, across: Linear, limit: float, names: Names, bottom: float) -> None:
    axes.spines["left"].set_visible(False)
    axes.set_yticks([])
    for most in (8, 6, 4, 2):
        ticks, decimals = nice_ticks(across.low, across.high, most=most)
        ticks = [t for t in ticks if across.low <= t <= across.high]
        tick_labels = [i18n.number(t, decimals, names.lang) for t in ticks]
        if len(ticks) < 2 or widest(tick_labels) + 6 <= across.length(ticks[1] - ticks[0]):
            break
    axes.set_xticks(ticks, tick_labels)
    axes.axvline(0, color=INK, linewidth=0.9)
    for edge in (-limit, limit):
        axes.axvline(edge, color=RULE, linewidth=0.9, linestyle=(0, (4, 3)))
    centre = min(across(0.0), WIDTH - MARGIN - text_width(names.text("smd_axis")) / 2)
    page.text(centre, bottom + 28, names.text("smd_axis"), ha="center", color=MUTED)


def _markers(
    page: Page, axes: Axes, covariate: _Covariate, looks: Mapping[_Pair, ArmStyle], middle: float, lane: float
) -> None:
    """Draw a row's pairs one under the other, so that none hides another."""
    first = middle - _STEP * (len(looks) - 1) / 2
    for i, (pair, look) in enumerate(looks.items()):
        row = covariate.cells.get(pair, {})
        y = first + _STEP * i
        raw, weighted = value(row, "smd"), value(row, "smd_weighted")
        if raw is None and weighted is None:
            page.text(lane + _LANE * i, middle + TEXT * 0.36, mark(row), ha="center", color=look.text_colour)
            continue
        both = [x for x in (raw, weighted) if x is not None]
        axes.plot([min(both), max(both)], [y, y], color=look.colour, linewidth=0.8)
        for x, filled in ((raw, False), (weighted, True)):
            if x is not None:
                axes.plot([x], [y], linestyle="none", **(_marks(look, filled) | {"markersize": 4.6}))


# ------------------------------------------------------------------------------------------------------------ alt text


def alt_text(
    table: pd.DataFrame,
    lang: Lang,
    *,
    arms: Mapping[str, str] | None = None,
    control: str | None = None,
    labels: Labels | None = None,
    limit: float = 0.1,
) -> str:
    """Return the largest difference and how many lie beyond the limit, in a sentence or two.

    Parameters
    ----------
    table : DataFrame
        As for :func:`love`, and so are the others.
    lang : {"sv", "en"}
    arms, control, labels, limit
        As for :func:`love`.
    """
    names, body, _ = _read(table, lang, arms, control, labels)
    known = [(c.label, c.largest) for c in body if c.complete and c.largest is not None]
    out = []
    if known:
        label, largest = known[0]
        out.append(
            names.text(
                "love_alt",
                label=label,
                value=i18n.number(largest, 2, names.lang),
                above=i18n.count(sum(size > limit for _, size in known), names.lang),
                rows=i18n.count(len(known), names.lang),
                limit=i18n.number(limit, 1 if round(limit, 1) == limit else 2, names.lang),
            )
        )
    if len(known) < len(body):
        hidden = i18n.count(len(body) - len(known), names.lang)
        out.append(names.text("love_alt_hidden", n=hidden, rows=i18n.count(len(body), names.lang)))
    return " ".join(out)
