"""Participant flow: a box a stage, who left at its side, and one column an arm after randomisation (CONSORT)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from matplotlib.patches import Polygon, Rectangle

from effektutv import i18n
from effektutv.i18n import Lang

from .layout.style import INK, MARGIN, MUTED, RULE, WIDTH, Page, house_style
from .layout.table_reading import Labels, Names, Row, mark, mark_notes, records, value, word
from .layout.text_metrics import LINE, widest, wrap

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

__all__ = ["alt_text", "flow"]

_PAD = 6.0
_GAP = 22.0
_COLUMN_GAP = 14.0
_MAIN_WIDTH = 160.0
_SIDE_GAP = 16.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stage:
    """One stage as the table has it: persons, persons who left, and persons by arm; a mark where there is no number."""

    key: str
    n: str
    excluded: str
    reason: str
    by_arm: Mapping[str, str]
    lost_by_arm: Mapping[str, str]
    signs: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Box:
    """A box's words, wrapped: its heading's lines and the lines under it."""

    head: list[str]
    rest: list[str]
    colour: str = RULE

    @property
    def height(self) -> float:
        """Height in points."""
        return LINE * (len(self.head) + len(self.rest)) + 2 * _PAD


def flow(
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
    """Draw the participant flow.

    How many of an arm left at a stage is the difference between its two counts; it is written only where all of them and the
    stage's own count of those who left are shown.

    Parameters
    ----------
    table : DataFrame
        ``stage arm n``, and where known ``excluded reason status``: a row a stage with an empty arm, and after it one an arm.
    lang : {"en", "sv"}
    title, subtitle : str, optional
        What is shown; unit, population and n.
    notes : sequence of str
        Source, protection, *synthetic*. What the marks mean is added.
    arms : mapping of str to str, optional
        Labels by code in the study's order, control first.
    control : str, optional
        The comparison arm's code; the first of ``arms`` else.
    labels : mapping of str to str, optional
        Labels of stages and reasons by key.
    """
    rows = records(table, ["stage", "arm", "n"], "participant flow")
    names = Names(rows, lang, arms, control, labels)
    stages = _stages(rows, names)
    levels = _levels(stages, names)
    signs = {sign for stage in stages for sign in stage.signs}
    with house_style():
        page = Page(
            sum(_level_height(level) for level in levels) - _GAP + 4,
            title=names.text("flow_title") if title is None else title,
            subtitle=names.text("flow_subtitle") if subtitle is None else subtitle,
            notes=[*notes, *mark_notes(signs, names.lang)],
        )
        _draw(page, levels)
    return page.fig


# ------------------------------------------------------------------------------------------------------------- content


def _stages(rows: Sequence[Row], names: Names) -> list[_Stage]:
    out: list[_Stage] = []
    before: dict[str, float | None] = {}
    for key in dict.fromkeys(word(r, "stage") for r in rows):
        mine = [r for r in rows if word(r, "stage") == key]
        total = next((r for r in mine if not word(r, "arm")), {"status": word(mine[0], "status")})
        counts = {word(r, "arm"): value(r, "n") for r in mine if word(r, "arm")}
        by_arm = {arm: _count(next(r for r in mine if word(r, "arm") == arm), "n", names.lang) for arm in counts}
        reason = word(total, "reason")
        excluded = _count(total, "excluded", names.lang) if reason or value(total, "excluded") else ""
        stage = _Stage(
            key=key,
            n=_count(total, "n", names.lang),
            excluded=excluded,
            reason=reason,
            by_arm={arm: by_arm[arm] for arm in names.arms if arm in by_arm},
            lost_by_arm=_lost(before, counts, mark(total), names.lang) if before and counts and excluded else {},
            signs=frozenset({_count(total, "n", names.lang), excluded, *by_arm.values()} & {"‥", "–"}),
        )
        # what a reader could not subtract from the boxes is not subtracted here either
        if value(total, "excluded") is None and stage.lost_by_arm:
            stage = _without_lost(stage, mark(total))
        out.append(stage)
        before = counts or before
    return out


def _without_lost(stage: _Stage, sign: str) -> _Stage:
    return _Stage(
        key=stage.key,
        n=stage.n,
        excluded=stage.excluded,
        reason=stage.reason,
        by_arm=stage.by_arm,
        lost_by_arm=dict.fromkeys(stage.lost_by_arm, sign),
        signs=stage.signs | {sign},
    )


def _count(row: Row, column: str, lang: Lang) -> str:
    n = value(row, column)
    return mark(row) if n is None else i18n.count(n, lang)


def _lost(before: Mapping[str, float | None], now: Mapping[str, float | None], sign: str, lang: Lang) -> dict[str, str]:
    """Return how many left by arm; a mark in each arm where one of the counts is not shown."""
    pairs = {arm: (before.get(arm), n) for arm, n in now.items()}
    if any(a is None or b is None for a, b in pairs.values()):
        return dict.fromkeys(pairs, sign)
    return {arm: i18n.count(a - b, lang) for arm, (a, b) in pairs.items() if a is not None and b is not None}


@dataclass(frozen=True, slots=True)
class _Level:
    """Boxes side by side, and the box at the side of the arrow that leads to them."""

    boxes: list[_Box]
    side: _Box | None = None


def _levels(stages: Sequence[_Stage], names: Names) -> list[_Level]:
    out: list[_Level] = []
    split = False
    side_width = (WIDTH - _MAIN_WIDTH) / 2 - _SIDE_GAP - MARGIN
    for stage in stages:
        if stage.by_arm and split:
            out.append(_Level([_arm_box(stage, arm, names) for arm in stage.by_arm]))
            continue
        n = names.text("n_is", n=stage.n)
        side = None
        if stage.excluded:
            words = names.text("flow_reason", reason=_reason(stage, names), n=stage.excluded)
            side = _Box([], wrap(words, side_width - 2 * _PAD))
        head = wrap(names.label(stage.key), _MAIN_WIDTH - 2 * _PAD, bold=True)
        out.append(_Level([_Box(head, [n])], side))
        if stage.by_arm:
            split = True
            out.append(_Level([_first_box(stage, arm, names) for arm in stage.by_arm]))
    return out


def _reason(stage: _Stage, names: Names) -> str:
    return names.label(stage.reason or "excluded")


def _column_width(count: int) -> float:
    return (WIDTH - 2 * MARGIN - _COLUMN_GAP * (count - 1)) / count


def _first_box(stage: _Stage, arm: str, names: Names) -> _Box:
    width = _column_width(len(stage.by_arm)) - 2 * _PAD
    style = names.styles[arm]
    return _Box(wrap(style.label, width, bold=True), [names.text("n_is", n=stage.by_arm[arm])], style.colour)


def _arm_box(stage: _Stage, arm: str, names: Names) -> _Box:
    width = _column_width(len(stage.by_arm)) - 2 * _PAD
    rest = [names.text("n_is", n=stage.by_arm[arm])]
    if arm in stage.lost_by_arm:
        words = names.text("flow_reason", reason=_reason(stage, names), n=stage.lost_by_arm[arm])
        rest += wrap(words, width)
    return _Box(wrap(names.label(stage.key), width, bold=True), rest, names.styles[arm].colour)


# ------------------------------------------------------------------------------------------------------------- drawing


def _level_height(level: _Level) -> float:
    """Return the height from the arrow's beginning to the boxes' end."""
    return _lead(level) + max(box.height for box in level.boxes)


def _lead(level: _Level) -> float:
    """Return the length of the arrow that leads to a level: with a box at its side, that box fits."""
    return _GAP if level.side is None else max(_GAP, level.side.height + 12)


def _draw(page: Page, levels: Sequence[_Level]) -> None:
    above: list[tuple[float, float]] = []  # where arrows begin: middle and lower edge of each box above
    y = page.top + 2
    for level in levels:
        if above:
            y += _lead(level)
        count = len(level.boxes)
        width = _MAIN_WIDTH if count == 1 else _column_width(count)
        height = max(box.height for box in level.boxes)
        start = WIDTH / 2 - _MAIN_WIDTH / 2 if count == 1 else MARGIN
        middles = [start + width / 2 + (width + _COLUMN_GAP) * i for i in range(count)]
        _arrows(page, above, middles, y)
        if level.side is not None and above:
            _side(page, level.side, (above[0][1] + y) / 2)
        for box, x in zip(level.boxes, middles, strict=True):
            _box(page, box, x, y, width, height, top_rule=count > 1)
        above = [(x, y + height) for x in middles]
        y += height


def _box(page: Page, box: _Box, middle: float, top: float, width: float, height: float, top_rule: bool) -> None:
    left = middle - width / 2
    page.add(Rectangle((left, top), width, height, facecolor="white", edgecolor=RULE, linewidth=0.8))
    if top_rule:
        page.line([left, left + width], [top, top], color=box.colour, linewidth=2.6)
    y = top + _PAD + (height - box.height) / 2 - 2.5
    for line in box.head:
        y += LINE
        page.text(middle, y, line, ha="center", fontweight="bold")
    for i, line in enumerate(box.rest):
        y += LINE
        page.text(middle, y, line, ha="center", color=MUTED if i else INK)


def _side(page: Page, box: _Box, middle: float) -> None:
    """Draw who left, beside the arrow between two stages."""
    left = WIDTH / 2 + _MAIN_WIDTH / 2 + _SIDE_GAP
    width = widest(box.rest) + 2 * _PAD
    page.add(
        Rectangle((left, middle - box.height / 2), width, box.height, facecolor="white", edgecolor=RULE, linewidth=0.8)
    )
    page.line([WIDTH / 2, left - 5], [middle, middle])
    _head(page, left, middle, sideways=True)
    page.lines(left + _PAD, middle, box.rest)


def _arrows(page: Page, above: Sequence[tuple[float, float]], middles: Sequence[float], y: float) -> None:
    """Draw the arrows to a level: straight down where the columns stay, else over one common line, so that none cross."""
    if not above:
        return
    if len(above) == len(middles):
        for (x, bottom), to in zip(above, middles, strict=True):
            page.line([x, to], [bottom, y - 5])
            _head(page, to, y)
        return
    bus = (above[0][1] + y) / 2 - 1
    for x, bottom in above:
        page.line([x, x], [bottom, bus])
    ends = [*middles, *(x for x, _ in above)]
    page.line([min(ends), max(ends)], [bus, bus], solid_capstyle="projecting")
    for to in middles:
        page.line([to, to], [bus, y - 5])
        _head(page, to, y)


def _head(page: Page, x: float, y: float, sideways: bool = False) -> None:
    """Draw an arrow's head with its tip at a point."""
    corners = [(0.0, 0.0), (-6.0, -2.6), (-6.0, 2.6)] if sideways else [(0.0, 0.0), (-2.6, -6.0), (2.6, -6.0)]
    page.add(Polygon([(x + a, y + b) for a, b in corners], closed=True, facecolor=RULE, edgecolor="none"))


# ------------------------------------------------------------------------------------------------------------ alt text


def alt_text(
    table: pd.DataFrame,
    lang: Lang,
    *,
    arms: Mapping[str, str] | None = None,
    control: str | None = None,
    labels: Labels | None = None,
) -> str:
    """Return each stage's count, and the arms' at the stages that have them, in a sentence.

    Parameters
    ----------
    table : DataFrame
        As for :func:`flow`, and so are the others.
    lang : {"sv", "en"}
    arms, control, labels
        As for :func:`flow`.
    """
    rows = records(table, ["stage", "arm", "n"], "participant flow")
    names = Names(rows, lang, arms, control, labels)
    parts = []
    for stage in _stages(rows, names):
        here = f"{names.label(stage.key)} {_said(stage.n, names)}"
        if stage.by_arm:
            by_arm = [f"{names.arm(arm)} {_said(n, names)}" for arm, n in stage.by_arm.items()]
            here = names.text("flow_alt_arms", stage=here, arms=", ".join(by_arm))
        parts.append(here)
    return "; ".join(parts) + "."


def _said(n: str, names: Names) -> str:
    if n in {i18n.SUPPRESSED, i18n.ABSENT}:
        return names.text("not_shown" if n == i18n.SUPPRESSED else "not_available")
    return n
