r"""Persons whom a logistic regression fits exactly, and the regression of the others.

Where covariates or strata tell some persons' events without fail (an indicator of one's own, a rare category without events)
the likelihood rises without end along a direction :math:`\delta` with :math:`(2y_i - 1)\,x_i'\delta \ge 0` for everyone: those
with more than 0 end at probability 0 or 1, and the others have a finite solution of their own (Albert and Anderson 1984,
Biometrika 71, 1–10; Konis 2007). Single columns are looked through first; what remains is found by a linear programme that
maximises the number of persons apart, so that nobody is left whom a further direction would tell apart.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from ..design import BoolArray, FloatArray

__all__ = ["apart_by_any", "apart_by_column"]

#: A value closer than this to where a column tells events from non-events, relative to the column's range, lies there.
_BORDER = 1e-9


def apart_by_column(M: FloatArray, y: FloatArray) -> BoolArray:
    """Return whom some column by itself tells apart: events on one side of a value only, non-events on the other.

    Parameters
    ----------
    M : (n, k) array of float
        Columns, with an intercept among them or their sums.
    y : (n,) array of float
        0 or 1.

    Returns
    -------
    (n,) array of bool
        Those off the value. Once they are gone other columns may tell others apart: this goes on until none does.
    """
    out = np.zeros(y.size, dtype=bool)
    event = y > 0.5
    while True:
        rest = ~out
        if not (event & rest).any() or not (~event & rest).any():
            return np.ones(y.size, dtype=bool)
        with_event, without = M[event & rest], M[~event & rest]
        found = np.zeros(y.size, dtype=bool)
        for one, other, sign in ((with_event, without, 1.0), (without, with_event, -1.0)):
            low, high = other.max(axis=0), one.min(axis=0)
            span = np.maximum(one.max(axis=0), low) - np.minimum(high, other.min(axis=0))
            for j in np.flatnonzero((span > 0) & (low <= high + _BORDER * span)):
                at = (low[j] + high[j]) / 2
                above = sign * np.where(event, 1.0, -1.0) * (M[:, j] - at)
                found |= rest & (above > _BORDER * span[j])
        if not found.any():
            return out
        out |= found


def apart_by_any(M: FloatArray, y: FloatArray) -> BoolArray:
    """Return everyone whom some combination of columns tells apart.

    Parameters
    ----------
    M, y
        As in :func:`apart_by_column`.
    """
    # only here: linear programming takes a while to import
    from scipy.optimize import linprog
    from scipy.sparse import csr_array, eye_array, hstack

    n, k = M.shape
    scale = np.maximum(np.abs(M).max(axis=0), 1e-300)
    towards = (2 * y - 1)[:, None] * (M / scale)
    found = linprog(
        np.concatenate([np.zeros(k), -np.ones(n)]),
        A_ub=hstack([csr_array(-towards), eye_array(n)], format="csr"),
        b_ub=np.zeros(n),
        bounds=[(None, None)] * k + [(0, 1)] * n,
        method="highs",
    )
    if found.x is None:
        return np.zeros(n, dtype=bool)
    return np.asarray(found.x[k:] > 0.5, dtype=np.bool_)
