"""A test statistic's distribution over the draws of the assignment, and where the observed one lies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from matplotlib.collections import PolyCollection

from effektutv import i18n
from effektutv.errors import ArgumentError
from effektutv.i18n import Lang

from .layout.axis import Linear, nice_ticks
from .layout.style import INK, MARGIN, MUTED, WIDTH, ArmStyle, Page, house_style, pair_styles
from .layout.table_reading import Labels, Names, Row, records, value, word
from .layout.text_metrics import LINE, text_width, widest, wrap

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["alt_text", "randomization"]

_PLOT_HEIGHT = 120.0
_PALE = "#C5CCD3"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Panel:
    """One contrast: its bins, and the observed statistic with its p-value."""

    label: str
    look: ArmStyle
    bins: list[tuple[float, float, float]]
    exact: bool
    observed: float
    p: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Content:
    names: Names
    panels: list[_Panel]
    outcome: str
    month: str
    alternative: str

    @property
    def exact(self) -> bool:
        """Whether the distributions are exact: the statistic then is a difference of shares."""
        return self.panels[0].exact

    def extreme(self, place: float, observed: float) -> bool:
        """Return whether a value is at least as far out as the observed one."""
        slack = 1e-9 * max(1.0, abs(observed))
        if self.alternative == "greater":
            return place >= observed - slack
        if self.alternative == "less":
            return place <= observed + slack
        return abs(place) >= abs(observed) - slack


def randomization(
    table: pd.DataFrame,
    *,
    lang: str = "en",
    title: str | None = None,
    subtitle: str | None = None,
    notes: Sequence[str] = (),
    arms: Mapping[str, str] | None = None,
    control: str | None = None,
    labels: Labels | None = None,
    alternative: str = "two-sided",
) -> Figure:
    """Draw the statistic's distribution if the arm had no effect on anyone, with the observed statistic, a panel a contrast.

    What is at least as far out as the observed statistic has the arm's colour: the p-value is its share.

    Parameters
    ----------
    table : DataFrame
        ``RandomizationTest.distribution_table()``: ``arm control low high share kind``, and where known ``outcome month``. A row
        a bin with its share of the draws (kind ``draws``), or with its probability (kind ``exact``: the statistic is a difference
        of shares); the row of kind ``observed`` has the statistic in ``low`` and the p-value in ``share``. One outcome.
    lang : {"en", "sv"}
    title, subtitle : str, optional
        What is shown; unit, population and n.
    notes : sequence of str
        Estimand, source, protection, *synthetic*.
    arms : mapping of str to str, optional
        Labels by code in the study's order, control first.
    control : str, optional
        The comparison arm's code; the first of ``arms`` else.
    labels : mapping, optional
        Labels by key: here the outcome's.
    alternative : {"two-sided", "greater", "less"}
        Which values count as at least as far out.

    Raises
    ------
    ArgumentError
        If ``alternative`` is unknown, the table has several outcomes or months, or a contrast lacks bins or the observed
        statistic.
    """
    content = _read(table, lang, arms, control, labels, alternative)
    names = content.names
    foot = [*notes, names.text("draws_note")]
    several = len(content.panels) > 1
    heads = [wrap(panel.label, WIDTH - 2 * MARGIN, bold=True) if several else [] for panel in content.panels]
    low, high = _reach(content)
    body = sum(LINE * len(head) + LINE + 8 + _PLOT_HEIGHT + 22 for head in heads) + LINE
    with house_style():
        page = Page(
            body,
            title=_default_title(content) if title is None else title,
            subtitle=_default_subtitle(content) if subtitle is None else subtitle,
            notes=foot,
        )
        y = page.top
        for panel, head in zip(content.panels, heads, strict=True):
            for line in head:
                y += LINE
                page.text(MARGIN, y, line, fontweight="bold", color=panel.look.text_colour)
            y += LINE + 8
            _panel(page, content, panel, y, low, high)
            y += _PLOT_HEIGHT + 22
        page.text(
            WIDTH / 2,
            y + LINE - 2,
            names.text("statistic_points" if content.exact else "statistic"),
            ha="center",
            color=MUTED,
        )
    return page.fig


# ------------------------------------------------------------------------------------------------------------- content


def _read(
    table: pd.DataFrame,
    lang: str,
    arms: Mapping[str, str] | None,
    control: str | None,
    labels: Labels | None,
    alternative: str,
) -> _Content:
    rows = records(table, ["arm", "control", "low", "high", "share", "kind"], "randomization")
    if alternative not in ("two-sided", "greater", "less"):
        raise ArgumentError(f"alternative: got {alternative!r}; choose 'two-sided', 'greater' or 'less'")
    names = Names(rows, lang, arms, control, labels)
    shown = {(word(r, "outcome"), word(r, "clock"), value(r, "month")) for r in rows}
    if len(shown) > 1:
        raise ArgumentError("table: the randomization figure got several outcomes, clocks or months; give one")
    pairs = list(dict.fromkeys((word(r, "arm"), word(r, "control")) for r in rows))
    looks = pair_styles(pairs, names.styles, names.control)
    panels = [
        _contrast([r for r in rows if (word(r, "arm"), word(r, "control")) == pair], names, look)
        for pair, look in zip(pairs, looks, strict=True)
    ]
    if len({panel.exact for panel in panels}) > 1:
        raise ArgumentError("table: the randomization figure got exact distributions and draws; give one kind")
    month = value(rows[0], "month")
    return _Content(
        names=names,
        panels=panels,
        outcome=word(rows[0], "outcome"),
        month="" if month is None else str(int(month)),
        alternative=alternative,
    )


def _contrast(rows: Sequence[Row], names: Names, look: ArmStyle) -> _Panel:
    bins = [r for r in rows if word(r, "kind") in ("draws", "exact")]
    observed = [r for r in rows if word(r, "kind") == "observed" and value(r, "low") is not None]
    if not bins or len(observed) != 1:
        raise ArgumentError(
            "table: the randomization figure needs bins (kind 'draws' or 'exact') and one row of kind 'observed' for each "
            "contrast; give RandomizationTest.distribution_table()"
        )
    return _Panel(
        label=names.versus(rows[0]),
        look=look,
        bins=sorted((float(r["low"]), float(r["high"]), value(r, "share") or 0.0) for r in bins),
        exact=word(bins[0], "kind") == "exact",
        observed=float(observed[0]["low"]),
        p=value(observed[0], "share"),
    )


def _reach(content: _Content) -> tuple[float, float]:
    """Return the axis' ends: the bins with a share worth a line, the observed statistics, and a margin."""
    ends = [0.0]
    for panel in content.panels:
        ends += [edge for low, high, share in panel.bins if share > 1e-6 for edge in (low, high)]
        ends.append(panel.observed)
    low, high = min(ends), max(ends)
    margin = 0.04 * ((high - low) or 1.0)
    return low - margin, high + margin


def _default_title(content: _Content) -> str:
    if not content.outcome:
        return content.names.text("draws_title_plain")
    outcome = i18n.capital(content.names.label(content.outcome))
    month = f", {content.names.text('month_n', month=content.month)}" if content.month else ""
    return content.names.text("draws_title", outcome=outcome + month)


def _default_subtitle(content: _Content) -> str:
    names = content.names
    first = f"{content.panels[0].label}. " if len(content.panels) == 1 else ""
    return first + names.text("draws_subtitle_exact" if content.exact else "draws_subtitle")


def _observed_words(content: _Content, panel: _Panel) -> str:
    lang = content.names.lang
    shown = i18n.points(panel.observed, 1, lang) if content.exact else i18n.number(panel.observed, 2, lang)
    return content.names.text("observed_statistic", value=shown, p=i18n.p_value(panel.p, lang, prefix=True))


# ------------------------------------------------------------------------------------------------------------- drawing


def _panel(page: Page, content: _Content, panel: _Panel, top: float, low: float, high: float) -> None:
    lang = content.names.lang
    highest = max(share for _, _, share in panel.bins)
    ticks, decimals = nice_ticks(0.0, highest * 100, most=4)
    tick_labels = [i18n.percent(t / 100, decimals, lang) for t in ticks]
    left, right = MARGIN + widest(tick_labels) + 6, WIDTH - MARGIN - 8
    across = Linear(low, high, left, right)
    axes = page.axes(left, top, right - left, _PLOT_HEIGHT)
    axes.set(xlim=(low, high), ylim=(0, ticks[-1] / 100))
    axes.spines["left"].set_visible(False)
    axes.grid(axis="y")
    axes.set_yticks([t / 100 for t in ticks], tick_labels)
    factor = 100 if content.exact else 1
    below, places = nice_ticks(low * factor, high * factor, most=8)
    inside = [t for t in below if low <= t / factor <= high]
    axes.set_xticks([t / factor for t in inside], [i18n.number(t, places, lang) for t in inside])
    _bars(axes, content, panel)
    x = across(panel.observed)
    page.line([x, x], [top - 3, top + _PLOT_HEIGHT], color=INK, linewidth=1.4)
    words = _observed_words(content, panel)
    half = text_width(words) / 2
    page.text(min(max(x, MARGIN + half), WIDTH - MARGIN - half), top - 6, words, ha="center")


def _bars(axes: Axes, content: _Content, panel: _Panel) -> None:
    """Draw the bins, what is at least as far out as the observed statistic in the arm's colour.

    A bin of draws that the observed statistic cuts has both colours. An exact one holds values in its middle: it has one colour,
    and stands apart from the next.
    """
    plain: list[list[tuple[float, float]]] = []
    coloured: list[list[tuple[float, float]]] = []
    cuts = {panel.observed, -panel.observed} if content.alternative == "two-sided" else {panel.observed}
    for low, high, share in panel.bins:
        middle = (low + high) / 2
        if panel.exact:
            out = content.extreme(middle, panel.observed) or low <= panel.observed < high
            (coloured if out else plain).append(_box(middle - 0.4 * (high - low), middle + 0.4 * (high - low), share))
            continue
        edges = [low, *sorted(c for c in cuts if low < c < high), high]
        for a, b in pairwise(edges):
            out = content.extreme((a + b) / 2, panel.observed)
            (coloured if out else plain).append(_box(a, b, share))
    for boxes, colour in ((plain, _PALE), (coloured, panel.look.colour)):
        axes.add_collection(PolyCollection(boxes, facecolors=colour, edgecolors="white", linewidths=0.3), autolim=False)


def _box(left: float, right: float, height: float) -> list[tuple[float, float]]:
    return [(left, 0.0), (left, height), (right, height), (right, 0.0)]


# ------------------------------------------------------------------------------------------------------------ alt text


def alt_text(
    table: pd.DataFrame,
    lang: Lang,
    *,
    arms: Mapping[str, str] | None = None,
    control: str | None = None,
    labels: Labels | None = None,
    alternative: str = "two-sided",
) -> str:
    """Return each contrast's observed statistic and p-value, in a sentence.

    Parameters
    ----------
    table : DataFrame
        As for :func:`randomization`, and so are the others.
    lang : {"sv", "en"}
    arms, control, labels, alternative
        As for :func:`randomization`.
    """
    content = _read(table, lang, arms, control, labels, alternative)
    parts = [f"{panel.label}: {_observed_words(content, panel)}" for panel in content.panels]
    return content.names.text("draws_alt", tests="; ".join(parts))
