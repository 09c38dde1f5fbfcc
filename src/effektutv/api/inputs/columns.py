"""Columns of a pandas or polars data frame, checked and turned into arrays.

The frame is asked for nothing but ``columns`` and ``frame[name]``, so neither library is imported here. A column that
cannot be used raises an error that names the argument, the column, the rule and a count: never a value.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from numbers import Real
from typing import TYPE_CHECKING, Any

import numpy as np

from effektutv.errors import ArgumentError
from effektutv.estimators.design import persons
from effektutv.i18n import look

if TYPE_CHECKING:
    from effektutv.estimators.design import BoolArray, FloatArray, IntArray

__all__ = [
    "Arrays",
    "Coded",
    "alike",
    "alike_note",
    "as_floats",
    "coded",
    "complete",
    "covariate_matrix",
    "crossed",
    "few_levels",
    "frame_columns",
    "is_date",
    "label",
    "names_of",
    "numbers",
    "numeric",
    "order_of",
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


def _missing(series: Any) -> BoolArray:
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
    missing = _missing(series)
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
    missing = _missing(series)
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


def covariate_matrix(df: Any, covariates: Sequence[str] | None) -> tuple[FloatArray, tuple[str, ...], list[str]]:
    """Return the covariates as numbers without gaps.

    Text and categoricals become a 0/1 column for each level but the first. A missing value takes the mean of the known
    ones, and a 0/1 column of missingness stands beside (Zhao and Ding 2024, doi 10.1080/01621459.2022.2123814).

    Parameters
    ----------
    df : pandas.DataFrame or polars.DataFrame
    covariates : sequence of str or None

    Returns
    -------
    X : (n, p) array of float
    names : tuple of str
        Of the p columns.
    notes : list of str
        What was filled.

    Raises
    ------
    ArgumentError
        If a column is missing, has one value only, or has too many levels.
    """
    if not covariates:
        return np.empty((row_count(df), 0)), (), []
    columns: list[FloatArray] = []
    names: list[str] = []
    notes: list[str] = []
    for name in names_of("covariates", covariates):
        parts = _expanded(df, name)
        missing = np.isnan(parts[0][1])
        for title, values in parts:
            known = values[~missing]
            if known.size == 0 or np.all(known == known[0]):
                raise ArgumentError(f"covariates: {name!r} is the same for everyone with a value; leave it out")
            # Sorted, so that the mean does not depend on the order of the rows.
            columns.append(np.where(missing, np.sort(known).mean(), values) if missing.any() else values)
            names.append(title)
        if missing.any():
            columns.append(missing.astype(float))
            names.append(f"{name} missing")
            notes.append(
                f"covariate {name}: {persons(int(missing.sum()))} with no value take the mean of all arms, "
                "with a column of missingness beside"
            )
    return np.column_stack(columns), tuple(names), notes


def _expanded(df: Any, name: str) -> list[tuple[str, FloatArray]]:
    """Return a covariate's columns: itself, or 0/1 for each level of a category but the first."""
    series = require(df, "covariates", name)
    if as_floats(series) is not None:
        return [(name, numeric(df, "covariates", name))]
    column = coded(df, "covariates", name)
    if is_date(series, column.labels):
        raise ArgumentError(f"covariates: {name!r} is a date; use a number, e.g. days since the first of them")
    few_levels("covariates", name, column)
    missing = column.code < 0
    if len(column.labels) < 2:
        raise ArgumentError(f"covariates: {name!r} is the same for everyone with a value; leave it out")
    return [
        (f"{name}={text}", np.where(missing, np.nan, (column.code == j).astype(float)))
        for j, text in enumerate(column.labels)
        if j > 0
    ]


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
