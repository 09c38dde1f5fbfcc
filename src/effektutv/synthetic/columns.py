"""Columns and days as plain arrays: what every part of the demonstration hands to the next.

A day is a whole number of days since 1970-01-01, a month a whole number of months since 1970-01, so that everything is
integer arithmetic on arrays. ``MISSING`` stands for a missing whole number, day or month.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = [
    "CUTOFF",
    "FAR",
    "MISSING",
    "Bools",
    "Coded",
    "Column",
    "Floats",
    "Ints",
    "Table",
    "add_months",
    "as_day",
    "coded",
    "concatenated",
    "days_in_month",
    "join",
    "length",
    "month_of",
    "month_start",
    "taken",
    "year_of",
]

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

#: A missing whole number, day or month.
MISSING = int(np.iinfo(np.int64).min)


@dataclass(frozen=True, slots=True)
class Coded:
    """A text column as positions in a list of texts; ``None`` in the list is a missing value."""

    codes: Ints
    levels: tuple[str | None, ...]


Column = Ints | Floats | Coded
#: A table by canonical column name.
Table = dict[str, Column]


def as_day(day: date) -> int:
    """Return a date as days since 1970-01-01.

    Parameters
    ----------
    day : date
        The date.
    """
    return (day - date(1970, 1, 1)).days


#: The last day that the demonstration's registers cover.
CUTOFF = as_day(date(2017, 12, 31))
#: A day after every other: the end of what goes on, the death of who lives.
FAR = as_day(date(2099, 12, 31))


def month_of(day: Ints) -> Ints:
    """Return the month that each day lies in.

    Parameters
    ----------
    day : array of int
        Days since 1970-01-01.
    """
    return day.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)


def month_start(month: Ints) -> Ints:
    """Return the first day of each month.

    Parameters
    ----------
    month : array of int
        Months since 1970-01.
    """
    return month.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)


def days_in_month(month: Ints) -> Ints:
    """Return the number of days of each month.

    Parameters
    ----------
    month : array of int
        Months since 1970-01.
    """
    return month_start(month + 1) - month_start(month)


def year_of(day: Ints) -> Ints:
    """Return the calendar year of each day.

    Parameters
    ----------
    day : array of int
        Days since 1970-01-01.
    """
    return np.asarray(month_of(day) // 12 + 1970)


def add_months(day: Ints, months: Ints | int) -> Ints:
    """Return the day a number of calendar months later, clipped to the month's end.

    Parameters
    ----------
    day : array of int
        Days since 1970-01-01.
    months : array of int or int
        Calendar months to add; broadcast against ``day``.
    """
    month = month_of(day)
    offset = day - month_start(month)
    target = month + months
    return np.asarray(month_start(target) + np.minimum(offset, days_in_month(target) - 1))


def coded(levels: Sequence[str | None], codes: npt.NDArray[Any]) -> Coded:
    """Return a text column from positions in a list of texts.

    Parameters
    ----------
    levels : sequence of str or None
        The texts.
    codes : array
        The position of each row's text.
    """
    return Coded(codes.astype(np.int64), tuple(levels))


def length(table: Mapping[str, Column]) -> int:
    """Return the number of rows of a table.

    Parameters
    ----------
    table : Table
        Columns by name.
    """
    first = next(iter(table.values()))
    return len(first.codes) if isinstance(first, Coded) else len(first)


def taken(table: Mapping[str, Column], rows: npt.NDArray[Any]) -> Table:
    """Return the rows of a table at these positions, or where a mask is true.

    Parameters
    ----------
    table : Table
        Columns by name.
    rows : array of int or bool
        Positions or a mask.
    """
    return {
        name: Coded(column.codes[rows], column.levels) if isinstance(column, Coded) else column[rows]
        for name, column in table.items()
    }


def join(columns: Sequence[Column]) -> Column:
    """Return columns end to end; texts keep one list of levels.

    Parameters
    ----------
    columns : sequence of Column
        Columns of one kind.
    """
    first = columns[0]
    if not isinstance(first, Coded):
        return np.concatenate([c for c in columns if not isinstance(c, Coded)])
    texts = [c for c in columns if isinstance(c, Coded)]
    levels = tuple(dict.fromkeys(level for c in texts for level in c.levels))
    where = {level: i for i, level in enumerate(levels)}
    parts = [np.array([where[level] for level in c.levels], dtype=np.int64)[c.codes] for c in texts]
    return Coded(np.concatenate(parts), levels)


def concatenated(tables: Sequence[Mapping[str, Column]]) -> Table:
    """Return tables with the same columns as one.

    Parameters
    ----------
    tables : sequence of Table
        Tables with the same columns.
    """
    return {name: join([t[name] for t in tables]) for name in tables[0]}
