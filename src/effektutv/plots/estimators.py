"""One contrast by several estimators, side by side; or one regression of all arms taken apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from effektutv import i18n
from effektutv.errors import ArgumentError
from effektutv.i18n import ABSENT, SUPPRESSED, Lang, Scale

from .layout.row_figure import RowLine, Writer, column_heads, coverage, difference_subtitle, row_figure, writer
from .layout.style import pair_styles
from .layout.table_reading import Labels, Names, Row, absent_words, mark, mark_notes, records, value, word

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

__all__ = ["alt_text", "estimators"]


def estimators(
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
    main: str | None = None,
) -> Figure:
    """Draw one effect as several estimators have it, a row each, with estimate, interval and persons as text.

    Parameters
    ----------
    table : DataFrame
        A row a contrast and estimator: ``arm control estimator estimate conf_low conf_high``, and where known ``outcome clock
        month n_arm n_control status``; or ``component`` and ``source`` in place of ``estimator``, as
        ``Contamination.tidy()`` has them. One outcome, clock and month; of everyone. Several contrasts have a heading each.
    lang : {"en", "sv"}
    title, subtitle : str, optional
        What is shown; unit, population and n.
    notes : sequence of str
        Estimand, interval, source, protection, *synthetic*. What columns and marks mean is added.
    arms : mapping of str to str, optional
        Labels by code in the study's order, control first.
    control : str, optional
        The comparison arm's code; the first of ``arms`` else.
    labels : mapping, optional
        Labels of outcome and estimators, the latter by name or by ("estimator", name).
    scale : {"points", "unit"}, optional
        ``"points"``: differences of shares, shown in percentage points. ``"unit"``: shown in their own unit, from 100,000 on in
        thousands, millions and so on. By default points, unless the table has shares or means outside 0 to 1.
    unit_label : str, optional
        The unit's name under the axis: percentage points unless ``scale`` is ``"unit"``.
    decimals : int, optional
        1 by default, more where all amounts are below 1; in millions 2.
    level : float, optional
        Coverage of the intervals, for the heading: 0.95.
    main : str, optional
        The estimator that the study chose: its row is bold, comes first, and its estimate goes through the others as a line.

    Raises
    ------
    ArgumentError
        If the table has several outcomes, clocks or months, or ``main`` is none of its estimators.
    """
    rows, names, write = _read(table, lang, arms, control, labels, scale, decimals, unit_label)
    body, guide = _layout(rows, names, write, main)
    signs = {sign for line in body for cell in line.cells for sign in (SUPPRESSED, ABSENT) if cell.endswith(sign)}
    persons = any(line.cells[-1] for line in body if line.cells)
    return row_figure(
        body,
        heads=column_heads(names, level),
        write=write,
        title=_default_title(rows, names) if title is None else title,
        subtitle=difference_subtitle(names, rows, write) if subtitle is None else subtitle,
        notes=[*notes, *([names.text("n_pair_note")] if persons else []), *mark_notes(signs, names.lang)],
        guide=guide,
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
    needed = "component" if "component" in table.columns else "estimator"
    rows = records(table, ["arm", "control", needed, "estimate", "conf_low", "conf_high"], "estimators")
    shown = {(word(r, "outcome"), word(r, "clock"), value(r, "month")) for r in rows}
    if len(shown) > 1 or any(word(r, "subgroup") for r in rows):
        raise ArgumentError("table: the estimators figure got several outcomes, clocks, months or subgroups; give one")
    names = Names(rows, lang, arms, control, labels)
    return rows, names, writer(rows, names, scale, decimals, unit_label)


def _key(row: Row) -> str:
    return word(row, "component") or word(row, "estimator")


def _label(row: Row, names: Names) -> str:
    if word(row, "component"):
        if word(row, "component") == "contamination":
            return names.text("component_contamination_of", arm=names.arm(word(row, "source")))
        return names.label(word(row, "component"), of="component")
    return names.label(word(row, "estimator"), of="estimator")


def _pair(row: Row) -> tuple[str, str]:
    return word(row, "arm"), word(row, "control")


def _layout(rows: Sequence[Row], names: Names, write: Writer, main: str | None) -> tuple[list[RowLine], float | None]:
    """Return the lines from top to bottom, and where the main estimate goes through them."""
    pairs = list(dict.fromkeys(_pair(r) for r in rows))
    if main is not None and main not in {_key(r) for r in rows}:
        raise ArgumentError(f"main: got {main!r}; the table has {sorted({_key(r) for r in rows})}")
    looks = pair_styles(pairs, names.styles, names.control)
    out: list[RowLine] = []
    for pair, look in zip(pairs, looks, strict=True):
        mine = sorted((r for r in rows if _pair(r) == pair), key=lambda r: _key(r) != main)
        if len(pairs) > 1:
            out.append(RowLine(label=names.versus(mine[0]), bold=True, space=6.0 if out else 0.0))
        for row in mine:
            cells = (write.estimate(row), write.interval(row), write.persons(row) if "n_arm" in row else "")
            indent = (8.0 if len(pairs) > 1 else 0.0) + (8.0 if _key(row) in {"own", "contamination"} else 0.0)
            bold = _key(row) == main
            out.append(RowLine(label=_label(row, names), cells=cells, indent=indent, bold=bold, row=row, look=look))
    chosen = [value(r, "estimate") for r in rows if _key(r) == main]
    # several contrasts have several main estimates: one line would be read as the others' too
    return out, chosen[0] if len(pairs) == 1 and chosen else None


def _outcome(rows: Sequence[Row], names: Names) -> str:
    month = value(rows[0], "month")
    parts = [i18n.capital(names.label(word(rows[0], "outcome")))] if word(rows[0], "outcome") else []
    parts += [names.text("month_n", month=str(int(month)))] if month is not None else []
    return ", ".join(parts)


def _default_title(rows: Sequence[Row], names: Names) -> str:
    what = _outcome(rows, names)
    if word(rows[0], "component"):
        return names.text("contamination_title")
    return names.text("estimators_title", outcome=what) if what else names.text("estimators_title_plain")


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
    main: str | None = None,
) -> str:
    """Return each estimator's estimate and interval, a sentence a contrast; of a regression's parts those that tell most.

    Parameters
    ----------
    table : DataFrame
        As for :func:`estimators`, and so are the others.
    lang : {"sv", "en"}
    arms, control, labels, scale, unit_label, decimals, level, main
        As for :func:`estimators`.
    """
    rows, names, write = _read(table, lang, arms, control, labels, scale, decimals, unit_label)
    sentences = []
    for pair in dict.fromkeys(_pair(r) for r in rows):
        parts = []
        told = [r for r in rows if _pair(r) == pair and _key(r) not in {"own", "one_at_a_time", "common"}]
        for row in sorted(told, key=lambda r: _key(r) != main):
            if value(row, "estimate") is None:
                parts.append(f"{_label(row, names)} {absent_words(mark(row), names)}")
                continue
            shown = "" if level is None else coverage(level, names.lang) + " "
            around = f" ({shown}{names.text('ci_words')} {write.interval(row, running=True)})"
            around = "" if value(row, "conf_low") is None else around
            parts.append(f"{_label(row, names)} {write.estimate(row)}{write.unit_said}{around}")
        first = next(r for r in rows if _pair(r) == pair)
        sentences.append(f"{names.versus(first)}: {'; '.join(parts)}.")
    return " ".join(sentences)
