"""Effects by site, sorted, around the effect for everyone: a caterpillar of what may be shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from effektutv import i18n
from effektutv.errors import ArgumentError
from effektutv.i18n import ABSENT, SUPPRESSED, Lang, Scale

from .layout.row_figure import RowLine, Writer, column_heads, coverage, difference_subtitle, row_figure, writer
from .layout.style import ArmStyle, pair_styles
from .layout.table_reading import Labels, Names, Row, kind, mark_notes, records, value, word

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

__all__ = ["alt_text", "sites"]


def sites(
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
    places: int | None = None,
) -> Figure:
    """Draw one contrast's effect in each site, the largest first, with the effect for everyone above and through them.

    Sites without an estimate that may be shown come last, in the table's order, so that their place tells nothing. Sorting makes
    chance look like pattern: the note says so, and gives the test that all sites have one effect, where the table has it.

    Parameters
    ----------
    table : DataFrame
        ``Effects.tidy()`` of one contrast, outcome and month, by one characteristic: ``arm control subgroup level estimate
        conf_low conf_high``, and where known ``outcome clock month n_arm n_control p_value status``. A row without ``subgroup``
        is everyone's; one with level ``interaction`` is the test.
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
        Labels of outcome, characteristic and sites, the latter by key or (characteristic, key).
    scale : {"points", "unit"}, optional
        ``"points"``: differences of shares, shown in percentage points. ``"unit"``: shown in their own unit, from 100,000 on in
        thousands, millions and so on. By default points, unless the table has shares or means outside 0 to 1.
    unit_label : str, optional
        The unit's name under the axis: percentage points unless ``scale`` is ``"unit"``.
    decimals : int, optional
        1 by default, more where all amounts are below 1; in millions 2.
    level : float, optional
        Coverage of the intervals, for the heading: 0.95.
    places : int, optional
        How many sites there are in all, where the table holds only those that may be shown: the notes say how many are.

    Raises
    ------
    ArgumentError
        If the table has several contrasts, outcomes, months or characteristics, or none of the latter.
    """
    rows, names, write = _read(table, lang, arms, control, labels, scale, decimals, unit_label)
    everyone = [r for r in rows if not word(r, "subgroup")]
    look = pair_styles([(word(rows[0], "arm"), word(rows[0], "control"))], names.styles, names.control)[0]
    pale = ArmStyle(colour=look.colour, line=look.line, marker=look.marker, label=look.label, hollow=True)
    body = [_line(r, names.text("everyone"), write, look, bold=True) for r in everyone]
    body += [_line(r, _site(r, names), write, pale, space=6.0 if not i and body else 0.0)
             for i, r in enumerate(_sorted(rows))]  # fmt: skip
    signs = {sign for line in body for cell in line.cells for sign in (SUPPRESSED, ABSENT) if cell.endswith(sign)}
    return row_figure(
        body,
        heads=column_heads(names, level),
        write=write,
        title=_default_title(rows, names) if title is None else title,
        subtitle=difference_subtitle(names, rows, write) if subtitle is None else subtitle,
        notes=[
            *notes,
            *_own_notes(rows, names, write, places),
            names.text("n_pair_note"),
            *mark_notes(signs, names.lang),
        ],
        guide=value(everyone[0], "estimate") if everyone else None,
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
    needed = ["arm", "control", "subgroup", "level", "estimate", "conf_low", "conf_high"]
    rows = records(table, needed, "sites")
    keys = ("arm", "control", "outcome", "clock", "month")
    one = len({tuple(word(r, key) for key in keys) for r in rows}) == 1
    if not one or len({word(r, "subgroup") for r in rows} - {""}) != 1:
        raise ArgumentError(
            "table: the sites figure wants one contrast, outcome and month, by one characteristic; give those rows alone"
        )
    names = Names(rows, lang, arms, control, labels)
    return rows, names, writer(rows, names, scale, decimals, unit_label)


def _sorted(rows: Sequence[Row]) -> list[Row]:
    """Return the sites, the largest effect first, those without one last in the table's order."""
    mine = [r for r in rows if kind(r) == "level"]
    shown = [(-estimate, i) for i, r in enumerate(mine) if (estimate := value(r, "estimate")) is not None]
    order = [i for _, i in sorted(shown)]
    return [mine[i] for i in order] + [r for i, r in enumerate(mine) if i not in set(order)]


def _site(row: Row, names: Names) -> str:
    return names.label(word(row, "level"), of=word(row, "subgroup"))


def _line(row: Row, label: str, write: Writer, look: ArmStyle, *, bold: bool = False, space: float = 0.0) -> RowLine:
    cells = (write.estimate(row), write.interval(row), write.persons(row))
    return RowLine(label=label, cells=cells, bold=bold, row=row, look=look, space=space)


def _default_title(rows: Sequence[Row], names: Names) -> str:
    site = next(word(r, "subgroup") for r in rows if word(r, "subgroup"))
    return names.text("sites_title", site=i18n.capital(names.label(site)))


def _counted(rows: Sequence[Row], names: Names, places: int | None) -> dict[str, str]:
    """Return how many sites are shown, and of how many, in words."""
    mine = _sorted(rows)
    shown = sum(value(r, "estimate") is not None for r in mine)
    everywhere = len(mine) if places is None else places
    return {"shown": i18n.count(shown, names.lang), "all": i18n.count(everywhere, names.lang)}


def _own_notes(rows: Sequence[Row], names: Names, write: Writer, places: int | None) -> list[str]:
    out = [names.text("sites_note")]
    if places is not None:
        out.insert(0, names.text("sites_alt_none", **_counted(rows, names, places)))
    tests = [r for r in rows if kind(r) in ("interaction", "joint") and value(r, "p_value") is not None]
    if tests:
        out.append(names.text("sites_test", p=write.p_value(tests[0])))
    return out


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
    places: int | None = None,
) -> str:
    """Return the effect for everyone, how many sites are shown, and the smallest and largest estimate among them.

    A site in which nobody's outcome differs from anybody else's has no effect to tell of: it counts as shown, and its estimate
    is not among the smallest and largest.

    Parameters
    ----------
    table : DataFrame
        As for :func:`sites`, and so are the others.
    lang : {"sv", "en"}
    arms, control, labels, scale, unit_label, decimals, level, places
        As for :func:`sites`.
    """
    rows, names, write = _read(table, lang, arms, control, labels, scale, decimals, unit_label)
    unit = write.unit_said
    everyone = [r for r in rows if not word(r, "subgroup") and value(r, "estimate") is not None]
    varies = [r for r in _sorted(rows) if value(r, "estimate") is not None and _varies(r)]
    out = []
    if everyone:
        stated = "" if level is None else coverage(level, names.lang) + " "
        around = f" ({stated}{names.text('ci_words')} {write.interval(everyone[0], running=True)})"
        around = "" if value(everyone[0], "conf_low") is None else around
        first = (
            f"{names.versus(rows[0])}, {names.text('everyone').lower()}: {write.estimate(everyone[0])}{unit}{around}."
        )
        out.append(first)
    n = _counted(rows, names, places)
    if not varies:
        return " ".join([*out, names.text("sites_alt_none", **n)])
    low, high = write.estimate(varies[-1]) + unit, write.estimate(varies[0]) + unit
    return " ".join([*out, names.text("sites_alt", low=low, high=high, **n)])


def _varies(row: Row) -> bool:
    """Return whether a row's outcome varies, as far as the table says: where it does not, its error is none or 0."""
    return "std_error" not in row or (value(row, "std_error") or 0.0) > 0
