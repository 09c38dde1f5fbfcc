"""Effects with their intervals, row by row: everyone first, then each subgroup with its interaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from effektutv import i18n
from effektutv.errors import ArgumentError
from effektutv.i18n import ABSENT, SUPPRESSED, Lang, Scale

from .layout.row_figure import (
    LABEL_WIDTH,
    RowLine,
    Writer,
    column_heads,
    coverage,
    difference_subtitle,
    row_figure,
    writer,
)
from .layout.style import MUTED, ArmStyle, pair_styles
from .layout.table_reading import Labels, Names, Row, absent_words, kind, mark, mark_notes, records, value, word
from .layout.text_metrics import wrap

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

__all__ = ["alt_text", "forest"]

#: Kinds of the rows that compare a subgroup's levels.
COMPARISONS = ("interaction", "joint")
_INTERACTION = ArmStyle(colour=MUTED, line="solid", marker="D", label="", hollow=True)


def forest(
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
    outcome: str | None = None,
) -> Figure:
    """Draw a forest plot: effects with intervals, and beside them estimate, interval and persons as text.

    Rows of everyone come first, then each subgroup: under a contrast its levels, the difference between them where there are
    two, and the interaction's p-value.

    Parameters
    ----------
    table : DataFrame
        Rows of effects: ``arm control estimate conf_low conf_high``, and where known ``outcome clock month subgroup level
        kind n_arm n_control p_value status``. A row's kind says whether it is a level or compares the levels; without that
        column every row with a subgroup is a level.
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
    scale : {"points", "unit"}, optional
        ``"points"``: differences of shares, shown in percentage points. ``"unit"``: shown in their own unit, from 100,000 on in
        thousands, millions and so on. By default points, unless the table has shares or means outside 0 to 1.
    unit_label : str, optional
        The unit's name under the axis: percentage points unless ``scale`` is ``"unit"``.
    decimals : int, optional
        One precision for the whole figure: 1 by default, more where all amounts are below 1; in millions 2.
    level : float, optional
        Coverage of the intervals, for the heading: 0.95.
    outcome : str, optional
        The only one to draw, of several.

    Raises
    ------
    ArgumentError
        If an option cannot be used.
    """
    rows = records(table, ["arm", "control", "estimate", "conf_low", "conf_high"], "forest")
    if outcome is not None:
        found = list(dict.fromkeys(word(r, "outcome") for r in rows))
        rows = [r for r in rows if word(r, "outcome") == outcome]
        if not rows:
            raise ArgumentError(f"outcome: got {outcome!r}; the table has {found}")
    names = Names(rows, lang, arms, control, labels)
    write = writer(rows, names, scale, decimals, unit_label)
    body = _layout(rows, names, write)
    signs = {sign for line in body for cell in line.cells for sign in (SUPPRESSED, ABSENT) if cell.endswith(sign)}
    return row_figure(
        body,
        heads=column_heads(names, level),
        write=write,
        title=_default_title(rows, names) if title is None else title,
        subtitle=difference_subtitle(names, rows, write) if subtitle is None else subtitle,
        notes=[*notes, names.text("n_pair_note"), *mark_notes(signs, names.lang)],
    )


# ------------------------------------------------------------------------------------------------------------- content


def _key(row: Row) -> tuple[str, str, str]:
    month = value(row, "month")
    return word(row, "outcome"), word(row, "clock"), "" if month is None else str(int(month))


def _outcome_label(key: tuple[str, str, str], names: Names, clocks: bool) -> str:
    outcome, clock, month = key
    parts = [i18n.capital(names.label(outcome))] if outcome else []
    since = " " + names.text("months_since_lower", clock=names.label(clock)) if clocks and clock else ""
    parts += [names.text("month_n", month=month) + since] if month else []
    return ", ".join(parts)


def _layout(rows: Sequence[Row], names: Names, write: Writer) -> list[RowLine]:
    """Return the forest's lines, top to bottom."""
    pairs = list(dict.fromkeys((word(r, "arm"), word(r, "control")) for r in rows))
    looks = dict(zip(pairs, pair_styles(pairs, names.styles, names.control), strict=True))
    keys = list(dict.fromkeys(_key(r) for r in rows))
    clocks = len({key[1] for key in keys}) > 1
    out: list[RowLine] = []
    for key in keys:
        mine = [r for r in rows if _key(r) == key]
        everyone = [r for r in mine if not word(r, "subgroup")]
        heading = _outcome_label(key, names, clocks) if len(keys) > 1 else names.text("everyone")
        space = 6.0 if out else 0.0
        if everyone and len(pairs) == 1:
            look = looks[pairs[0]]
            cells = _cells(everyone[0], write)
            out.append(RowLine(label=heading, cells=cells, bold=True, row=everyone[0], look=look, space=space))
            everyone = everyone[1:]
        elif everyone or len(keys) > 1:
            out.append(RowLine(label=heading, bold=True, space=space))
        for row in everyone:
            look = looks[word(row, "arm"), word(row, "control")]
            out.append(RowLine(label=names.versus(row), cells=_cells(row, write), indent=8, row=row, look=look))
        for subgroup in dict.fromkeys(word(r, "subgroup") for r in mine if word(r, "subgroup")):
            out += _subgroup([r for r in mine if word(r, "subgroup") == subgroup], names, write, looks, len(pairs) > 1)
    return out


def _subgroup(
    rows: Sequence[Row], names: Names, write: Writer, looks: Mapping[tuple[str, str], ArmStyle], several: bool
) -> list[RowLine]:
    """Return a subgroup's heading and, contrast by contrast, its levels and its interaction."""
    subgroup = word(rows[0], "subgroup")
    out = [RowLine(label=names.label(subgroup), bold=True, space=6.0)]
    for pair in dict.fromkeys((word(r, "arm"), word(r, "control")) for r in rows):
        mine = [r for r in rows if (word(r, "arm"), word(r, "control")) == pair]
        levels = [r for r in mine if kind(r) not in COMPARISONS]
        if several:
            out.append(RowLine(label=names.versus(mine[0]), indent=8, space=2.0))
        deep = 16.0 if several else 8.0
        for row in levels:
            label = names.label(word(row, "level"), of=subgroup)
            out.append(RowLine(label=label, cells=_cells(row, write), indent=deep, row=row, look=looks[pair]))
        for row in mine:
            if kind(row) not in COMPARISONS:
                continue
            two = len(levels) == 2
            first, second = (names.label(word(r, "level"), of=subgroup) for r in levels) if two else ("", "")
            crossed = kind(row) == "interaction" and not two
            label = names.text("interaction_cross" if crossed else "interaction_all")
            label = (
                names.text("interaction_two", first=first, second=second)
                if two and kind(row) == "interaction"
                else label
            )
            # the levels by name, as in the table, unless their names are very long
            if len(wrap(label, LABEL_WIDTH - deep)) > 4:
                label = names.text("interaction_below")
            # a joint test over more than two levels has no single difference: nothing is missing
            blank = not two and mark(row) != SUPPRESSED and value(row, "estimate") is None
            shown = ("", "") if blank else (write.estimate(row), write.interval(row))
            cells = (*shown, write.p_value(row))
            out.append(RowLine(label=label, cells=cells, indent=deep, row=row, look=_INTERACTION))
    return out


def _cells(row: Row, write: Writer) -> tuple[str, str, str]:
    return write.estimate(row), write.interval(row), write.persons(row)


def _default_title(rows: Sequence[Row], names: Names) -> str:
    keys = list(dict.fromkeys(_key(r) for r in rows))
    if len(keys) > 1 or not keys[0][0]:
        return names.text("forest_title_many")
    return names.text("forest_title", outcome=_outcome_label(keys[0], names, clocks=True))


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
    write = writer(rows, names, scale, decimals, unit_label)
    several = len({_key(r) for r in rows}) > 1
    everyone = [r for r in rows if not word(r, "subgroup")] or [r for r in rows if kind(r) not in COMPARISONS]
    parts = []
    for row in everyone:
        place = f"{_outcome_label(_key(row), names, clocks=True)}, " if several else ""
        place += f"{names.label(word(row, 'level'), of=word(row, 'subgroup'))}, " if word(row, "level") else ""
        if value(row, "estimate") is None:
            parts.append(f"{place}{names.versus(row)} {absent_words(mark(row), names)}")
            continue
        around = "" if value(row, "conf_low") is None else _around(row, write, level)
        parts.append(f"{place}{names.versus(row)} {write.estimate(row)}{write.unit_said}{around}")
    tests = [
        f"{names.label(word(r, 'subgroup'))}, {names.versus(r)}: {write.p_value(r)}"
        for r in rows
        if kind(r) in COMPARISONS
    ]
    first = "" if several else _outcome_label(_key(rows[0]), names, clocks=True)
    sentence = names.text("forest_alt", first=f"{first}: " if first else "", effects="; ".join(parts))
    return sentence + (" " + names.text("forest_alt_interactions", tests="; ".join(tests)) if tests else "")


def _around(row: Row, write: Writer, level: float | None) -> str:
    names = write.names
    shown = "" if level is None else coverage(level, names.lang) + " "
    return f" ({shown}{names.text('ci_words')} {write.interval(row, running=True)})"
