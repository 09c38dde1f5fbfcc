"""Columns of any data frame as codes: arms, strata, levels of a characteristic."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from numbers import Real
from typing import TYPE_CHECKING, Any

import numpy as np

from effektutv.errors import ArgumentError
from effektutv.i18n import look

from .columns import label, missing_in, require

if TYPE_CHECKING:
    from effektutv.estimators.design import BoolArray, IntArray

__all__ = ["Coded", "alike", "alike_note", "coded", "crossed", "few_levels", "order_of"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Coded:
    """A column of labels.

    Parameters
    ----------
    code : (n,) array of int
        Codes into ``labels``; −1 where missing.
    labels : tuple of str
        In the order asked for; else a categorical's own order; else sorted.
    """

    code: IntArray
    labels: tuple[str, ...]

    @property
    def n_missing(self) -> int:
        """Return how many persons have no label."""
        return int(np.count_nonzero(self.code < 0))

    def ordered(self, labels: Sequence[str]) -> Coded:
        """Return the same column with its labels in another order; a label that is left out has the code −2.

        Parameters
        ----------
        labels : sequence of str
        """
        if tuple(labels) == self.labels:
            return self
        index = {text: j for j, text in enumerate(labels)}
        # the last place is that of the missing, whose code is −1
        translate = np.array([*(index.get(text, -2) for text in self.labels), -1], dtype=np.intp)
        return Coded(code=translate[self.code], labels=tuple(labels))


def alike(labels: Sequence[str]) -> list[tuple[str, str]]:
    """Return pairs of labels that differ in capitals, spaces or the coding of a sign at most: nobody can tell them apart.

    Parameters
    ----------
    labels : sequence of str
    """
    first: dict[str, str] = {}
    return [(before, text) for text in labels if (before := first.setdefault(look(text), text)) != text]


def alike_note(argument: str, names: str, labels: Sequence[str]) -> list[str]:
    """Return the note on labels that look alike, if there are any; it names none of them.

    Parameters
    ----------
    argument, names : str
        The argument that named the columns, and the columns.
    labels : sequence of str
    """
    if not alike(labels):
        return []
    return [
        f"{argument}: {names} has values that differ in capitals, spaces or the coding of a sign only; they count apart"
    ]


def coded(df: Any, argument: str, name: object, order: Sequence[object] | None = None) -> Coded:
    """Return a column of labels as codes.

    Parameters
    ----------
    df : pandas.DataFrame or polars.DataFrame
    argument : str
        The argument that named the column, for messages.
    name : object
        The column's name.
    order : sequence, optional
        The labels' order. Labels of the data that are not listed come back with the code −2.
    """
    series = require(df, argument, name)
    missing = missing_in(series)
    values, position = _distinct(series, missing)
    labels = [label(v) for v in values]
    wanted = (
        [label(v) for v in order]
        if order is not None
        else list(dict.fromkeys(labels[j] for j in _sorted(series, values)))
    )
    index = {text: j for j, text in enumerate(wanted)}
    translate = np.array([index.get(text, -2) for text in labels] or [-1], dtype=np.intp)
    code = np.where(missing, -1, translate[np.where(missing, 0, position)])
    return Coded(code=code, labels=tuple(wanted))


def _distinct(series: Any, missing: BoolArray) -> tuple[list[Any], IntArray]:
    """Return the distinct known values and each row's position among them (0 where missing)."""
    if hasattr(series, "factorize"):
        position, values = series.factorize()
        return list(values), np.asarray(np.where(missing, 0, position), dtype=np.intp)
    # NaN differs from itself: it is missing, not a level.
    values = [v for v in series.drop_nulls().unique().to_list() if not (isinstance(v, float) and np.isnan(v))]
    lookup = {value: j for j, value in enumerate(values)}
    position = np.fromiter((lookup.get(v, 0) for v in series.to_list()), dtype=np.intp, count=len(series))
    return values, position


def _sorted(series: Any, values: list[Any]) -> list[int]:
    """Return the order of the distinct values: a categorical's own, else numbers by size, else by text."""
    positions = list(range(len(values)))
    if type(series.dtype).__name__ in ("CategoricalDtype", "Enum"):
        rank = {value: j for j, value in enumerate(series.dtype.categories)}
        return sorted(positions, key=lambda j: rank[values[j]])
    if all(isinstance(v, Real | Decimal | np.bool_) for v in values):
        return sorted(positions, key=lambda j: float(values[j]))
    return sorted(positions, key=lambda j: label(values[j]))


def crossed(df: Any, argument: str, names: Sequence[object]) -> Coded:
    """Return the cross of several columns as codes: only combinations that occur, in the order of their parts.

    Parameters
    ----------
    df : pandas.DataFrame or polars.DataFrame
    argument : str
        The argument that named the columns, for messages.
    names : sequence
        Column names, at least one. A row with any of them missing has the code −1.
    """
    out = coded(df, argument, names[0])
    for name in names[1:]:
        part = coded(df, argument, name)
        known = (out.code >= 0) & (part.code >= 0)
        joint = out.code * len(part.labels) + part.code
        used, position = np.unique(joint[known], return_inverse=True)
        code = np.full(joint.shape, -1, dtype=np.intp)
        code[known] = position
        width = len(part.labels)
        labels = tuple(f"{out.labels[j // width]}:{part.labels[j % width]}" for j in used)
        out = Coded(code=code, labels=labels)
    return out


def order_of(levels: Mapping[str, Sequence[object]] | None, name: str) -> Sequence[object] | None:
    """Return the declared order of a column's levels, if any.

    Parameters
    ----------
    levels : mapping of column to levels, optional
    name : str
        A column.
    """
    return None if levels is None else levels.get(name)


def few_levels(argument: str, name: str, column: Coded) -> None:
    """Refuse a column of labels that is free text or a number of persons.

    Parameters
    ----------
    argument, name : str
        For messages.
    column : Coded

    Raises
    ------
    ArgumentError
        If it has more than 100 levels.
    """
    if len(column.labels) > 100:
        raise ArgumentError(
            f"{argument}: {name!r} is text with {len(column.labels)} different values; group them, or make it numeric"
        )
