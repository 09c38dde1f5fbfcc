"""Covariates of any data frame as a matrix."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from effektutv.errors import ArgumentError
from effektutv.estimators.design import persons

from .columns import as_floats, is_date, names_of, numeric, require, row_count
from .labels import coded, few_levels

if TYPE_CHECKING:
    from effektutv.estimators.design import FloatArray

__all__ = ["covariate_matrix"]


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
