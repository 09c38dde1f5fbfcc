"""Slips in what a column is given as: one column in two roles, and covariates that are the outcome under another name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from effektutv.errors import ArgumentError
from effektutv.estimators.design import Estimator, FloatArray
from effektutv.results.names import Own

__all__ = ["check_levels", "check_roles", "refuse_reproduced", "strata_unused"]

#: Persons of the first look, besides a multiple of the covariates: whom they do not fit, they do not reproduce.
_LOOK = 64
_EXACT = 1e-10


def check_roles(main: Mapping[str, object], others: Mapping[str, object]) -> None:
    """Refuse a column that is given in two roles.

    Parameters
    ----------
    main : mapping of argument to names
        Roles whose columns may have no other role: outcome, arm. Names are one, several, nested in tuples, or none.
    others : mapping of argument to names
        Roles that may share columns with each other, as a stratum may be a subgroup.

    Raises
    ------
    ArgumentError
        If a column has a role of ``main`` and another one.
    """
    taken: dict[str, str] = {}
    for argument, names in main.items():
        for name in _flat(names):
            if name in taken and taken[name] != argument:
                raise ArgumentError(_twice(argument, name, taken[name]))
            taken[name] = argument
    for argument, names in others.items():
        for name in _flat(names):
            if name in taken:
                raise ArgumentError(_twice(argument, name, taken[name]))


def _twice(argument: str, name: str, other: str) -> str:
    return f"{argument}: column {name!r} is the {other}, too; a column has one role: leave it out of {argument}"


def _flat(names: object) -> list[str]:
    if isinstance(names, str):
        return [names]
    if isinstance(names, Sequence):
        return [name for part in names for name in _flat(part)]
    return []


def check_levels(levels: Mapping[str, Sequence[object]] | None, by: Sequence[tuple[str, ...]]) -> None:
    """Refuse an order of levels for a column that is no subgroup.

    Parameters
    ----------
    levels : mapping of column to levels, optional
    by : sequence of tuple of str
        The subgroups' columns.

    Raises
    ------
    ArgumentError
        If a column of ``levels`` is none of ``by``.
    """
    known = list(dict.fromkeys(name for entry in by for name in entry))
    if strange := [name for name in levels or () if name not in known]:
        raise ArgumentError(f"levels: {strange[0]!r} is not among the columns of by, {known}; name a column of by")


def refuse_reproduced(X: FloatArray, columns: Sequence[str], y: FloatArray, outcome: str) -> None:
    """Refuse covariates from which the outcome follows exactly: an effect of 0 without error would be theirs, not the arms'.

    Parameters
    ----------
    X : (n, p) array of float
        Covariates, complete.
    columns : sequence of str
        Their names, for the message.
    y : (n,) array of float
        The outcome; NaN where missing.
    outcome : str
        What it is called.

    Raises
    ------
    ArgumentError
        If a linear combination of the covariates and a constant fits every known outcome, in more persons than it has
        parameters.
    """
    if not X.shape[1]:
        return
    known = np.flatnonzero(~np.isnan(y))
    # who is not fitted among the first is not fitted among all: most calls end here
    if not len(known) or np.ptp(y[known]) == 0:
        return
    ends = known[[np.argmin(y[known]), np.argmax(y[known])]]
    first = np.union1d(known[: 4 * X.shape[1] + _LOOK], ends)
    if not _fits(X[first], y[first]) or not _fits(X[known], y[known]):
        return
    alone = [name for j, name in enumerate(columns) if _fits(X[known, j : j + 1], y[known])]
    what = f"{alone[0]!r} reproduces" if alone else f"{', '.join(map(repr, columns[:10]))} together reproduce"
    raise ArgumentError(
        f"covariates: {what} {outcome!r} exactly, so that nothing of it is left to compare; a covariate is known before "
        "randomisation: leave it out"
    )


def _fits(X: FloatArray, y: FloatArray) -> bool:
    """Return whether a constant and the covariates fit the outcome to the rounding of floats, with persons to spare."""
    scale = np.abs(X).max(axis=0, initial=0.0)
    A = np.column_stack([np.ones(len(y)), X / np.where(scale > 0, scale, 1.0)])
    beta, _, rank, _ = np.linalg.lstsq(A, y, rcond=None)
    if len(y) <= rank + 1:
        return False
    left = float(np.sum((y - A @ beta) ** 2))
    return left <= _EXACT**2 * float(np.sum((y - y.mean()) ** 2))


def strata_unused(estimator: Estimator, strata: object) -> list[str]:
    """Return the note that strata which the caller named were not used, if so.

    A trial hands its own strata to every estimator (:class:`~effektutv.results.Own`): there nobody named them.

    Parameters
    ----------
    estimator : Estimator
    strata : str, sequence of str or None
        As it was given.
    """
    if estimator is not Estimator.DIFFERENCE or strata is None or isinstance(strata, Own):
        return []
    return [
        "strata: estimator 'difference' does not use them in the estimate or its error; use 'blocked', 'fe' or 'lin' for that"
    ]
