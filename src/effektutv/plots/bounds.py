"""Bounds on an effect when outcomes are missing, beside what the respondents alone would say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from effektutv import i18n
from effektutv.errors import ArgumentError
from effektutv.i18n import ABSENT, SUPPRESSED, Lang, Scale

from .layout.row_figure import RowLine, Writer, column_heads, coverage, difference_subtitle, row_figure, writer
from .layout.style import ArmStyle, pair_styles
from .layout.table_reading import Labels, Names, Row, absent_words, mark, mark_notes, records, value, word

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

__all__ = ["alt_text", "bounds"]


def bounds(
    table: pd.DataFrame,
    *,
    lang: str = "en",
    title: str | None = None,
    subtitle: str | None = None,
    notes: Sequence[str] = (),
    arms: Mapping[str, str] | None = None,
    control: str | None = None,
    labels: Labels | None = None,
    scale: Scale | None = None,
    unit_label: str | None = None,
    decimals: int | None = None,
    level: float | None = None,
) -> Figure:
    """Draw bounds as bars with their interval's ends, and estimates as markers, contrast by contrast.

    Parameters
    ----------
    table : DataFrame
        Rows of ``Bounds.tidy()`` (``arm control method lower upper conf_low conf_high``) and rows of ``Effects.tidy()`` (``arm
        control estimator estimate conf_low conf_high``), one under the other in the order wanted; where known ``outcome
        observed_arm observed_control n_arm n_control status``. A row with a ``method`` is one of bounds. One outcome.
    lang : {"en", "sv"}
    title, subtitle : str, optional
        What is shown; unit, population and n.
    notes : sequence of str
        Estimand, interval, source, protection, *synthetic*. What bars, columns and marks mean is added.
    arms : mapping of str to str, optional
        Labels by code in the study's order, control first.
    control : str, optional
        The comparison arm's code; the first of ``arms`` else.
    labels : mapping, optional
        Labels of the outcome, of methods and estimators, the latter two by name or by ("method", name), ("estimator", name).
    scale : {"points", "unit"}, optional
        ``"points"``: differences of shares, shown in percentage points. ``"unit"``: shown in their own unit, from 100,000 on in
        thousands, millions and so on. By default points, unless the table has shares or means outside 0 to 1.
    unit_label : str, optional
        The unit's name under the axis: percentage points unless ``scale`` is ``"unit"``.
    decimals : int, optional
        1 by default, more where all amounts are below 1; in millions 2.
    level : float, optional
        Coverage of the intervals, for the heading: 0.95.

    Raises
    ------
    ArgumentError
        If the table has several outcomes.
    """
    rows, names, write = _read(table, lang, arms, control, labels, scale, decimals, unit_label)
    body = _layout(rows, names, write)
    signs = {sign for line in body for cell in line.cells for sign in (SUPPRESSED, ABSENT) if cell.endswith(sign)}
    outcome = word(rows[0], "outcome")
    return row_figure(
        body,
        heads=column_heads(names, level, "effect_or_bounds"),
        write=write,
        title=_default_title(outcome, names) if title is None else title,
        subtitle=difference_subtitle(names, rows, write, "bounds") if subtitle is None else subtitle,
        notes=[*notes, names.text("bounds_note"), *_lee(rows, names), *mark_notes(signs, names.lang)],
    )


def _read(
    table: pd.DataFrame,
    lang: str,
    arms: Mapping[str, str] | None,
    control: str | None,
    labels: Labels | None,
    scale: Scale | None,
    decimals: int | None,
    unit_label: str | None,
) -> tuple[list[dict[str, object]], Names, Writer]:
    rows = records(table, ["arm", "control", "method", "lower", "upper", "conf_low", "conf_high"], "bounds")
    shown = {(word(r, "outcome"), word(r, "clock"), value(r, "month")) for r in rows}
    if len(shown) > 1:
        raise ArgumentError("table: the bounds figure got several outcomes, clocks or months; give one")
    names = Names(rows, lang, arms, control, labels)
    return rows, names, writer(rows, names, scale, decimals, unit_label)


def _pair(row: Row) -> tuple[str, str]:
    return word(row, "arm"), word(row, "control")


def _label(row: Row, names: Names) -> str:
    if word(row, "method"):
        return names.label(word(row, "method"), of="method")
    return names.label(word(row, "estimator"), of="respondents")


def _pale(look: ArmStyle) -> ArmStyle:
    return ArmStyle(colour=look.colour, line=look.line, marker=look.marker, label=look.label, hollow=True)


def _layout(rows: Sequence[Row], names: Names, write: Writer) -> list[RowLine]:
    pairs = list(dict.fromkeys(_pair(r) for r in rows))
    out: list[RowLine] = []
    for pair, look in zip(pairs, pair_styles(pairs, names.styles, names.control), strict=True):
        mine = [r for r in rows if _pair(r) == pair]
        if len(pairs) > 1:
            out.append(RowLine(label=names.versus(mine[0]), bold=True, space=6.0 if out else 0.0))
        estimates = 0
        for row in mine:
            bound = bool(word(row, "method"))
            # of several estimates the first has the arm's marker, the others its outline
            style = look if bound or not estimates else _pale(look)
            estimates += not bound
            indent = 8.0 if len(pairs) > 1 else 0.0
            out.append(RowLine(label=_label(row, names), cells=_cells(row, write), indent=indent, row=row, look=style))
    return out


def _cells(row: Row, write: Writer) -> tuple[str, str, str]:
    if not word(row, "method"):
        return write.estimate(row), write.interval(row), write.persons(row)
    persons = write.persons(row, ("observed_arm", "observed_control"))
    return write.interval(row, ends=("lower", "upper")), write.interval(row), persons


def _lee(rows: Sequence[Row], names: Names) -> list[str]:
    """Return whom Lee's bounds are for: not the same persons as the other rows."""
    return [names.text("bounds_lee")] if any(word(r, "method") == "lee" for r in rows) else []


def _default_title(outcome: str, names: Names) -> str:
    if not outcome:
        return names.text("bounds_title_plain")
    return names.text("bounds_title", outcome=i18n.capital(names.label(outcome)))


# ------------------------------------------------------------------------------------------------------------ alt text


def alt_text(
    table: pd.DataFrame,
    lang: Lang,
    *,
    arms: Mapping[str, str] | None = None,
    control: str | None = None,
    labels: Labels | None = None,
    scale: Scale | None = None,
    unit_label: str | None = None,
    decimals: int | None = None,
    level: float | None = None,
) -> str:
    """Return each contrast's estimates with their intervals and its bounds, a sentence a contrast.

    Parameters
    ----------
    table : DataFrame
        As for :func:`bounds`, and so are the others.
    lang : {"sv", "en"}
    arms, control, labels, scale, unit_label, decimals, level
        As for :func:`bounds`.
    """
    rows, names, write = _read(table, lang, arms, control, labels, scale, decimals, unit_label)
    sentences = []
    for pair in dict.fromkeys(_pair(r) for r in rows):
        mine = [r for r in rows if _pair(r) == pair]
        parts = [_said(row, names, write, level) for row in mine]
        sentences.append(f"{names.versus(mine[0])}: {'; '.join(parts)}.")
    return " ".join(sentences)


def _said(row: Row, names: Names, write: Writer, level: float | None) -> str:
    bound = bool(word(row, "method"))
    if value(row, "lower" if bound else "estimate") is None:
        return f"{_label(row, names)} {absent_words(mark(row), names)}"
    shown = write.interval(row, running=True, ends=("lower", "upper")) if bound else write.estimate(row)
    stated = "" if level is None else coverage(level, names.lang) + " "
    around = f" ({stated}{names.text('ci_words')} {write.interval(row, running=True)})"
    around = "" if bound or value(row, "conf_low") is None else around
    return f"{_label(row, names)} {shown}{write.unit_said}{around}"
