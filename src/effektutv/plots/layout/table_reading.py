"""Cells of a tidy table as a figure reads them: a number or the mark of its absence, and the labels of keys."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from effektutv import i18n
from effektutv.errors import ArgumentError
from effektutv.i18n import ABSENT, SUPPRESSED, Lang

from ..words import WORDS
from .style import ArmStyle, arm_styles

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Labels", "Names", "Row", "absent_words", "kind", "mark", "mark_notes", "records", "value", "word"]

#: One row of a tidy table.
Row = Mapping[str, Any]
#: Labels by key; a level's, or another key that means different things in different places, by (where, key).
Labels = Mapping[str, str] | Mapping[tuple[str, str], str] | Mapping[str | tuple[str, str], str]


def records(table: pd.DataFrame, columns: Sequence[str], figure: str) -> list[dict[str, Any]]:
    """Return the rows of a tidy table.

    Parameters
    ----------
    table : DataFrame
    columns : sequence of str
        Columns that the figure needs.
    figure : str
        The figure's name, for the message.

    Raises
    ------
    ArgumentError
        If a column is missing, or the table has no rows.
    """
    missing = [name for name in columns if name not in table.columns]
    if missing:
        raise ArgumentError(f"table: the {figure} figure needs the columns {missing}; give a result's .tidy()")
    if not len(table):
        raise ArgumentError(f"table: the {figure} figure got a table without rows")
    return [{str(k): v for k, v in row.items()} for row in table.to_dict("records")]


def value(row: Row, column: str) -> float | None:
    """Return a cell's number, or None where there is none to show."""
    cell = row.get(column)
    if i18n.absence(cell):
        return None
    return float(cell)  # type: ignore[arg-type]


def word(row: Row, column: str) -> str:
    """Return a cell's key, the empty string where it is missing."""
    cell = row.get(column)
    if cell is None or (isinstance(cell, float) and math.isnan(cell)):
        return ""
    return str(cell)


def kind(row: Row) -> str:
    """Return what a row is about: ``effect``, ``level``, ``interaction`` or ``joint``; without that column by its subgroup."""
    return word(row, "kind") or ("level" if word(row, "subgroup") else "effect")


def mark(row: Row) -> str:
    """Return the mark that stands for a row's missing numbers: suppressed, or not there."""
    return SUPPRESSED if word(row, "status") == "suppressed" else ABSENT


def mark_notes(marks: Iterable[str], lang: Lang) -> list[str]:
    """Return what the marks in a figure mean, for its notes.

    Parameters
    ----------
    marks : iterable of str
        Marks shown in the figure.
    lang : {"sv", "en"}
    """
    seen = set(marks)
    keys = [(SUPPRESSED, "mark_suppressed"), (ABSENT, "mark_absent")]
    return [i18n.text(key, lang) for sign, key in keys if sign in seen]


def absent_words(sign: str, names: Names) -> str:
    """Return a mark in words, for a sentence.

    Parameters
    ----------
    sign : str
        ``‥`` or ``–``.
    names : Names
    """
    return names.text("not_shown" if sign == SUPPRESSED else "not_available")


class Names:
    """What arms and keys are called in one figure.

    Parameters
    ----------
    rows : sequence of mapping
        The table's rows: arms that the caller does not name are taken from them, in their order.
    lang : str
    arms : mapping of str to str, optional
        Labels by code in the study's order, control first.
    control : str, optional
    labels : mapping, optional
        Labels of outcomes, covariates, subgroups, levels, stages, reasons and categories, by key; of levels also by
        (covariate, level), which comes first.

    Raises
    ------
    ArgumentError
        If the language is unknown or the control is no arm.
    """

    def __init__(
        self,
        rows: Sequence[Row],
        lang: str,
        arms: Mapping[str, str] | None = None,
        control: str | None = None,
        labels: Labels | None = None,
    ) -> None:
        self.lang: Lang = i18n.parse(lang)
        self._labels: dict[str | tuple[str, str], str] = dict((labels or {}).items())
        codes = dict.fromkeys(arm for row in rows for arm in (word(row, "control"), word(row, "arm")) if arm)
        named = dict(arms or {}) | {code: self._labels.get(code, code) for code in codes if code not in (arms or {})}
        if control is not None and control not in named:
            raise ArgumentError(f"control: got {control!r}; the arms are {sorted(named)}")
        self.control = control or ("FS" if not arms and "FS" in named else next(iter(named), ""))
        order = sorted(named, key=lambda code: code != self.control)
        self.styles: dict[str, ArmStyle] = arm_styles({code: named[code] for code in order}, self.control)
        #: The arms that the table has, control first.
        self.arms = [code for code in order if code in codes]

    def arm(self, code: str) -> str:
        """Return an arm's label."""
        return self.styles[code].label if code in self.styles else code

    def label(self, key: str, of: str = "") -> str:
        """Return a key's label: the caller's, else the figures' own, else the key with spaces.

        Parameters
        ----------
        key : str
        of : str, optional
            Where the key stands: a level's covariate, a column. Labels by (of, key) come first.
        """
        for wanted in ((of, key), key):
            if wanted in self._labels:
                return self._labels[wanted]
        for ours in (f"{of}_{key}", key):
            known = WORDS.label(ours, self.lang)
            if known != ours:
                return known
        return key.replace("_", " ")

    def text(self, key: str, **values: str) -> str:
        """Return words of the figures' catalogue."""
        return WORDS.text(key, self.lang, **values)

    def versus(self, row: Row) -> str:
        """Return a contrast in words.

        Parameters
        ----------
        row : mapping
            With ``arm`` and ``control``.
        """
        return self.text("versus", arm=self.arm(word(row, "arm")), control=self.arm(word(row, "control")))
