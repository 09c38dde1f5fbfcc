"""Columns of any data frame as arrays: numbers, 0/1 values, missing values, days.

The frame is asked for nothing but ``columns`` and ``frame[name]``, so neither library is imported here. A column that
cannot be used raises an error that names the argument, the column, the rule and a count: never a value.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Hashable, Mapping, Sequence
from decimal import Decimal
from numbers import Real
from typing import TYPE_CHECKING, Any

import numpy as np

from effektutv.errors import ArgumentError
from effektutv.estimators.design import persons

if TYPE_CHECKING:
    from effektutv.estimators.design import BoolArray, FloatArray

__all__ = [
    "Arrays",
    "as_floats",
    "complete",
    "frame_columns",
    "is_date",
    "label",
    "missing_in",
    "names_of",
    "numbers",
    "numeric",
    "require",
    "row_count",
    "zero_one",
]

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}(?:$|[T ])")


class Arrays:
    """Columns by name, in place of a data frame: a name of ours (:class:`~effektutv.results.Own`) meets none of a user's.

    Parameters
    ----------
    columns : mapping of name to pandas.Series or array
        Of one length; a series counts by position, not by its index.
    """

    __slots__ = ("_columns",)

    def __init__(self, columns: Mapping[str, Any]) -> None:
        import pandas as pd

        self._columns = {name: pd.Series(values).reset_index(drop=True) for name, values in columns.items()}

    def __len__(self) -> int:
        return max(map(len, self._columns.values()), default=0)

    def __getitem__(self, name: str) -> Any:
        return self._columns[name]

    @property
    def columns(self) -> Collection[str]:
        """The names."""
        return self._columns.keys()

    def take(self, kept: BoolArray) -> Arrays:
        """Return the rows of a mask.

        Parameters
        ----------
        kept : (n,) array of bool
        """
        return Arrays({name: column[kept] for name, column in self._columns.items()})


def frame_columns(df: Any) -> Collection[Hashable]:
    """Return the frame's column names, as the frame holds them.

    Parameters
    ----------
    df : pandas.DataFrame or polars.DataFrame

    Raises
    ------
    ArgumentError
        If ``df`` is no data frame, or has no rows.
    """
    # by type, not by what it has: an attribute may be one of its columns
    kind = type(df)
    if hasattr(kind, "collect"):
        raise ArgumentError(f"df: got {kind.__name__}, which is not read yet; call .collect() first")
    if not all(hasattr(kind, name) for name in ("columns", "__getitem__", "__len__")):
        raise ArgumentError(f"df: got {kind.__name__}; give a pandas or polars data frame")
    if len(df) == 0:
        raise ArgumentError("df: the data frame has no rows; give one row a person")
    columns: Collection[Hashable] = df.columns
    return columns


def row_count(df: Any) -> int:
    """Return the number of rows.

    Parameters
    ----------
    df : pandas.DataFrame or polars.DataFrame
    """
    return len(df)


def require(df: Any, argument: str, name: object) -> Any:
    """Return the column ``name`` as the frame's own series.

    Parameters
    ----------
    df : pandas.DataFrame or polars.DataFrame
    argument : str
        The argument that named the column, for messages.
    name : object
        The column's name.

    Raises
    ------
    ArgumentError
        If there is no such column, or more than one.
    """
    names = frame_columns(df)
    plain = getattr(names, "is_unique", True) and getattr(names, "nlevels", 1) == 1
    if plain and isinstance(name, Hashable) and name in names:
        return df[name]  # most calls end here: listing hundreds of names for each would take longer than the estimate
    columns = list(names)
    found = columns.count(name) if isinstance(name, Hashable) else 0
    if found == 0:
        shown = ", ".join(repr(c) for c in columns[:30]) + (", …" if len(columns) > 30 else "")
        raise ArgumentError(f"{argument}: there is no column {name!r}; the data frame has {shown}")
    if found > 1:
        raise ArgumentError(f"{argument}: {found} columns are named {name!r}; give each column its own name")
    return df[name]


def _counted(n: int) -> str:
    """Return a count of rows as a message may say it."""
    return "fewer than 5 rows" if 0 < n < 5 else f"{n} rows"


def missing_in(series: Any) -> BoolArray:
    """Return which rows are missing: null, None, NA or NaN."""
    if hasattr(series, "isna"):
        return np.asarray(series.isna(), dtype=bool)
    missing = np.asarray(series.is_null().to_numpy(), dtype=bool)
    values = series.to_numpy()
    if values.dtype.kind == "f":
        missing = missing | np.isnan(values)
    return missing


def numeric(df: Any, argument: str, name: object) -> FloatArray:
    """Return a numeric column as floats, NaN where missing.

    Parameters
    ----------
    df : pandas.DataFrame or polars.DataFrame
    argument : str
        The argument that named the column, for messages.
    name : object
        The column's name. Booleans and nullable types count as numeric; text and dates do not.

    Raises
    ------
    ArgumentError
        If the column is missing, is not numeric, or holds infinite values.
    """
    series = require(df, argument, name)
    values = as_floats(series)
    if values is None:
        if is_date(series):
            raise ArgumentError(
                f"{argument}: column {name!r} is a date, not numeric; use a number, e.g. days since randomisation"
            )
        raise ArgumentError(
            f"{argument}: column {name!r} is {_kind(series)}, not numeric; make it numbers first (an event 0/1)"
        )
    infinite = int(np.count_nonzero(np.isinf(values)))
    if infinite:
        raise ArgumentError(
            f"{argument}: column {name!r} is infinite in {_counted(infinite)}; make those missing or correct them"
        )
    return values


def complete(df: Any, argument: str, name: object) -> FloatArray:
    """Return a numeric column that may have no gaps.

    Parameters
    ----------
    df : pandas.DataFrame or polars.DataFrame
    argument : str
        The argument that named the column, for messages.
    name : object
        The column's name.

    Raises
    ------
    ArgumentError
        If the column cannot be used as numbers, or is missing for someone.
    """
    values = numeric(df, argument, name)
    if missing := int(np.isnan(values).sum()):
        raise ArgumentError(f"{argument}: column {name!r} is missing for {persons(missing)}; fill it or leave them out")
    return values


def zero_one(df: Any, argument: str, name: object) -> FloatArray:
    """Return a complete 0/1 column.

    Parameters
    ----------
    df : pandas.DataFrame or polars.DataFrame
    argument : str
        The argument that named the column, for messages.
    name : object
        The column's name.

    Raises
    ------
    ArgumentError
        If it has gaps, or other values.
    """
    values = complete(df, argument, name)
    if np.any((values != 0) & (values != 1)):
        raise ArgumentError(f"{argument}: column {name!r} has values other than 0 and 1; recode it")
    return values


def numbers(value: object) -> tuple[float, ...] | None:
    """Return a sequence of finite numbers as a tuple, or None where it is something else.

    Parameters
    ----------
    value : object
    """
    if isinstance(value, str) or not isinstance(value, Sequence | np.ndarray | range):
        return None
    if not all(isinstance(v, int | float | np.number) and np.isfinite(v) for v in value):
        return None
    return tuple(float(v) for v in value)


def _kind(series: Any) -> str:
    """Return the type of a column for a message."""
    return f"of type {series.dtype}".replace("object", "text or mixed")


def as_floats(series: Any) -> FloatArray | None:
    """Return a column's values as floats, NaN where missing, or None where they are not numbers.

    Parameters
    ----------
    series : pandas.Series or polars.Series
    """
    if hasattr(series, "cat") and str(series.dtype) == "category":
        return None
    if hasattr(series, "isna") and getattr(series.dtype, "kind", "O") in "biuf":
        return np.asarray(series.to_numpy(dtype=np.float64, na_value=np.nan))
    raw = np.asarray(series.to_numpy())
    if raw.dtype.kind in "biuf":
        return np.asarray(raw, dtype=np.float64)
    if raw.dtype.kind != "O":
        return None
    missing = missing_in(series)
    known = raw[~missing]
    if not all(isinstance(v, Real | Decimal | np.bool_) for v in known):
        return None
    out = np.full(raw.shape, np.nan)
    out[~missing] = [float(v) for v in known]
    return out


def label(value: object) -> str:
    """Return a code as a label: 1.0 and 1 are ``"1"``, True is ``"True"``.

    Parameters
    ----------
    value : object
        A value of an arm, a stratum or a subgroup.
    """
    if isinstance(value, float | np.floating) and float(value).is_integer():
        return str(int(value))
    return str(value)


def names_of(argument: str, value: object) -> list[str]:
    """Return one name or several as a list.

    Parameters
    ----------
    argument : str
        The argument that held them, for messages.
    value : object
        A name or a sequence of names.

    Raises
    ------
    ArgumentError
        If it is neither, or names a column twice.
    """
    names = [value] if isinstance(value, str) else list(value) if isinstance(value, Sequence) else []
    if not names or not all(isinstance(n, str) for n in names):
        raise ArgumentError(f"{argument}: got {type(value).__name__}; give a column's name or a list of names")
    if len(set(names)) < len(names):
        raise ArgumentError(f"{argument}: a column is named twice in {names}; name each once")
    return names


def is_date(series: Any, labels: Sequence[str] = ()) -> bool:
    """Return whether a column holds days or moments, as dates or as text of the form 2024-05-31.

    Parameters
    ----------
    series : pandas.Series or polars.Series
    labels : sequence of str
        Its distinct values as text.
    """
    if str(series.dtype).lower().startswith(("datetime", "date", "period")):
        return True
    return bool(labels) and all(_DAY.match(text) for text in labels)
