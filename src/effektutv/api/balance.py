"""The door for balance, for any data frame: baseline covariates compared between the arms.

:mod:`effektutv.api.itt` hands it on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from effektutv.errors import ArgumentError
from effektutv.estimators.balance import Covariate, balance_rows, omnibus
from effektutv.estimators.design import persons
from effektutv.results.balance import Balance

from .inputs.assignment import draws_of, read_assignment, seed_of
from .inputs.columns import as_floats, is_date, names_of, numeric, require
from .inputs.labels import coded, few_levels
from .inputs.roles import check_roles

__all__ = ["balance"]


def balance(
    df: Any,
    *,
    arm: str,
    covariates: Sequence[str],
    strata: str | Sequence[str] | None = None,
    control: object = None,
    arms: Sequence[object] | None = None,
    kinds: Mapping[str, str] | None = None,
    contrasts: Sequence[tuple[object, object]] | None = None,
    draws: int | None = None,
    seed: int = 1,
) -> Balance:
    """Compare baseline covariates between arms: standardised differences by pair, and one test of all.

    Parameters
    ----------
    df : pandas.DataFrame or polars.DataFrame
        One row a person.
    arm : str
        The column of the arm assigned; no missing values.
    covariates : sequence of str
        Baseline columns. Missing values are counted, and stand as a row of their own.
    strata : str or sequence of str, optional
        The randomisation's strata.
    control : object, optional
        The comparison arm; by default the first of ``arms``, else the first in a categorical's order or sorted.
    arms : sequence, optional
        All arms in the order wanted.
    kinds : mapping of column to {"continuous", "binary", "category"}, optional
        By default 0/1 and boolean columns are binary, other numbers continuous, the rest categories.
    contrasts : sequence of (arm, control), optional
        Pairs of arms; by default as in :func:`effektutv.itt`.
    draws : int, optional
        Assignments drawn again for the omnibus test, with the same numbers by stratum and arm; by default none, and the
        test's p-value is the chi-squared one only.
    seed : int
        Of the draws.

    Returns
    -------
    Balance

    Raises
    ------
    ArgumentError
        If an argument cannot be used.
    """
    drawn = None if draws is None else draws_of(draws)
    seeded = seed_of(seed)
    check_roles({"arm": arm}, {"covariates": covariates, "strata": strata})
    assigned = read_assignment(df, arm, control, arms, strata, contrasts)
    names = names_of("covariates", covariates)
    strange = sorted(set(kinds or {}) - set(names))
    if strange:
        raise ArgumentError(f"kinds: {strange} are not among the covariates; name only those")
    columns = [_balance_covariate(df, name, (kinds or {}).get(name)) for name in names]
    design = assigned.bare()
    notes = [
        f"{c.name}: {persons(int(np.isnan(c.values).sum()))} with no value" for c in columns if np.isnan(c.values).any()
    ]
    return Balance(
        rows=tuple(balance_rows(design, columns, assigned.contrasts)),
        omnibus=omnibus(design, columns, draws=drawn, seed=seeded),
        arms=design.arms,
        notes=tuple(notes),
    )


def _balance_covariate(df: Any, name: str, kind: str | None) -> Covariate:
    """Read one covariate for the balance table."""
    if kind not in (None, "continuous", "binary", "category"):
        raise ArgumentError(f"kinds: got {kind!r} for {name!r}; choose 'continuous', 'binary' or 'category'")
    series = require(df, "covariates", name)
    values = as_floats(series) if kind != "category" else None
    if values is None and kind in ("continuous", "binary"):
        numeric(df, "covariates", name)
    if values is None:
        column = coded(df, "covariates", name)
        if is_date(series, column.labels):
            raise ArgumentError(f"covariates: {name!r} is a date; use a number, e.g. days since the first of them")
        few_levels("covariates", name, column)
        codes = np.where(column.code < 0, np.nan, column.code.astype(float))
        return Covariate(name=name, kind="category", values=codes, levels=column.labels)
    values = numeric(df, "covariates", name)
    zero_one = bool(np.all(np.isnan(values) | (values == 0) | (values == 1)))
    if kind == "binary" and not zero_one:
        raise ArgumentError(f"kinds: {name!r} is called binary but has values other than 0 and 1")
    return Covariate(name=name, kind=kind or ("binary" if zero_one else "continuous"), values=values)
