"""What figures of lines over time share: months without a value, labels at the lines' ends, and persons under the axis."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .axis import Linear
from .style import GRID, MARGIN, MUTED, WIDTH, ArmStyle, Page
from .table_reading import Names, absent_words
from .text_metrics import LINE, TEXT, spread

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = [
    "LANE",
    "LEADER",
    "NAME_WIDTH",
    "Line",
    "counts_strip",
    "draw_band",
    "end_labels",
    "gap_marks",
    "gaps",
    "month_span",
    "runs",
    "thin_out",
]

#: Width in which a line's name wraps.
NAME_WIDTH = 128.0
#: Height of the line above the plot where a line's places without a value are marked.
LANE = 15.0
#: From the axes to the labels at the lines' ends: room for a leader and the marker.
LEADER = 26.0
#: Width in points of the interval of a month whose neighbours have none.
_ALONE = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One arm's line on the figure's common grid; NaN where there is nothing to show.

    Parameters
    ----------
    code : str
        The arm.
    look : ArmStyle
    name : list of str
        The arm's label, wrapped.
    y : (m,) array of float
    n : tuple of str
        Persons at each place, as text.
    marks : tuple of str
        The mark of each place without a value, the empty string where there is one.
    """

    code: str
    look: ArmStyle
    name: list[str]
    y: NDArray[np.float64]
    n: tuple[str, ...]
    marks: tuple[str, ...]


def gaps(lines: Sequence[Line]) -> list[Line]:
    """Return the lines that have both places with a value and places without."""
    return [line for line in lines if any(line.marks) and np.isfinite(line.y).any()]


def runs(marks: Sequence[str]) -> list[tuple[int, int]]:
    """Return first and last place of each run of one mark.

    Parameters
    ----------
    marks : sequence of str
        The empty string where there is none.
    """
    found: list[tuple[int, int]] = []
    for i, sign in enumerate(marks):
        if sign and found and found[-1][1] == i - 1 and marks[i - 1] == sign:
            found[-1] = (found[-1][0], i)
        elif sign:
            found.append((i, i))
    return found


def month_span(months: Sequence[int]) -> tuple[int, int]:
    """Return the first and the last month of an axis; a single month lies in the middle of it."""
    first, last = months[0], months[-1]
    return (first, last) if last > first else (first - 1, first + 1)


def draw_band(
    axes: Axes, x: NDArray[np.float64], low: NDArray[np.float64], high: NDArray[np.float64], colour: str, opacity: float
) -> None:
    """Fill between two edges; a place without a neighbour has no area and gets a bar, so that its interval is seen.

    Parameters
    ----------
    axes : Axes
    x, low, high : (m,) array of float
        NaN where there is no interval.
    colour : str
    opacity : float
    """
    here = np.isfinite(low) & np.isfinite(high)
    if not here.any():
        return
    axes.fill_between(x, low, high, color=colour, alpha=opacity, linewidth=0)
    alone = here & ~np.append(False, here[:-1]) & ~np.append(here[1:], False)
    if alone.any():
        axes.vlines(x[alone], low[alone], high[alone], color=colour, alpha=opacity, linewidth=_ALONE)


def gap_marks(
    page: Page, lines: Sequence[Line], places: Sequence[float], right: float, top: float, names: Names
) -> None:
    """Mark what is not shown, above the plot in a lane a line: no height there can be read as a value.

    Parameters
    ----------
    page : Page
    lines : sequence of Line
    places : sequence of float
        Where on the page each place of the grid lies.
    right, top : float
        The plot's right and top edge.
    names : Names
    """
    for lane, line in enumerate(gaps(lines)):
        look = line.look
        y = top - LANE * (lane + 0.5) - 3
        page.line([right + LEADER - 7], [y], linestyle="none", **look.marks)
        said = ", ".join(absent_words(sign, names) for sign in dict.fromkeys(line.marks) if sign)
        page.text(right + LEADER, y + TEXT * 0.36, said, color=MUTED)
        for first, last in runs(line.marks):
            ends = [places[first], places[last]]
            box = {"boxstyle": "round,pad=0.15", "facecolor": "white", "edgecolor": look.text_colour, "linewidth": 0.8}
            if last > first:
                page.line(ends, [y, y], color=look.colour, linewidth=1.2, marker="|", markersize=6)
            style: dict[str, Any] = {"color": look.text_colour, "ha": "center", "va": "center"}
            page.text(sum(ends) / 2, y, line.marks[first], bbox=box, **style)


def end_labels(
    page: Page, lines: Sequence[Line], values: Sequence[str], up: Linear, right: float, below: float = 6.0
) -> None:
    """Write each line's name at its end, and under it a value; moved apart where they would overlap, with a leader.

    Parameters
    ----------
    page : Page
    lines : sequence of Line
    values : sequence of str
        Under each name; the empty string for none.
    up : Linear
        The plot's heights: from its bottom to its top.
    right : float
        The plot's right edge.
    below : float, default 6
        How far under the plot's bottom labels may reach.
    """
    known = [line.y[np.isfinite(line.y)] for line in lines]
    wanted = [up(float(y[-1])) if y.size else up.start for y in known]
    sizes = [LINE * (len(line.name) + bool(shown)) for line, shown in zip(lines, values, strict=True)]
    middles = spread(wanted, sizes, up.end - 2, up.start + below, 5)
    for line, shown, y, middle in zip(lines, values, wanted, middles, strict=True):
        look = line.look
        if np.isfinite(line.y).any():
            page.line([right + 4, right + LEADER - 10], [y, middle], color=look.colour, linewidth=0.7)
        page.line([right + LEADER - 7], [middle], linestyle="none", **look.marks)
        every = [*line.name, shown] if shown else line.name
        first = middle - LINE * (len(every) - 1) / 2 + TEXT * 0.36
        for i, words in enumerate(every):
            bold: dict[str, Any] = {"color": look.text_colour, "fontweight": "bold"} if i < len(line.name) else {}
            page.text(right + LEADER, first + LINE * i, words, **bold)


def counts_strip(
    page: Page,
    head: str,
    lines: Sequence[Line],
    columns: Sequence[int],
    places: Sequence[float],
    right: float,
    top: float,
) -> None:
    """Write the persons at some places of the grid, an arm a line, under the axis.

    Parameters
    ----------
    page : Page
    head : str
        What is counted.
    lines : sequence of Line
    columns : sequence of int
        Which places of the grid.
    places : sequence of float
        Where on the page each place of the grid lies.
    right, top : float
        The plot's right edge, and where the strip begins.
    """
    y = top + LINE + 2
    page.text(MARGIN, y, head, color=MUTED)
    page.line([MARGIN, WIDTH - MARGIN], [y + 4, y + 4], color=GRID)
    y += 4
    for line in lines:
        for column in columns:
            page.text(places[column], y + LINE, line.n[column], ha="center")
        for words in line.name:
            y += LINE
            page.text(right + LEADER, y, words, color=line.look.text_colour)


def thin_out(order: Sequence[int], places: Sequence[float], width: float) -> list[int]:
    """Return as many columns as stand apart, the first of ``order`` before others, from left to right.

    Parameters
    ----------
    order : sequence of int
        Places of the grid, the most wanted first.
    places : sequence of float
        Where on the page each place of the grid lies.
    width : float
        Least distance of two columns.
    """
    chosen: list[int] = []
    for column in dict.fromkeys(order):
        if all(abs(places[column] - places[other]) >= width for other in chosen):
            chosen.append(column)
    return sorted(chosen)


def plot_height(lines: Sequence[Line], values: Sequence[str], least: float = 190.0) -> float:
    """Return a height of the plot at which the labels at its lines' ends fit beside it.

    Parameters
    ----------
    lines : sequence of Line
    values : sequence of str
        Under each name; the empty string for none.
    least : float
    """
    sizes = [LINE * (len(line.name) + bool(shown)) + 5 for line, shown in zip(lines, values, strict=True)]
    return max(least, sum(sizes) - 10)
