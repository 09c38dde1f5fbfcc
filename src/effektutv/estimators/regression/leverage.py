"""Persons with leverage 1, whom a fit meets exactly: who they are, and whether a contrast rests on them.

Leverage 1 makes HC2 and HC3 undefined for a contrast in which the person has weight, and for no other: see
:mod:`effektutv.estimators.regression.covariance`. The rule is the same in every variance, score and draw that divides by 1 − h.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from effektutv.values import Unavailable

from ..design import persons

if TYPE_CHECKING:
    from ..design import BoolArray, FloatArray

__all__ = ["LEVERAGE_MARGIN", "WEIGHTLESS", "fitted_exactly", "left_out_note", "undefined_by_leverage"]

#: Leverage closer to 1 than this is 1 but for rounding.
LEVERAGE_MARGIN = 1e-8
#: A weight in the contrast below this share of the largest is none.
WEIGHTLESS = 1e-10


def fitted_exactly(leverage: FloatArray, influence: FloatArray) -> tuple[BoolArray, bool]:
    """Return who has leverage 1, and whether any of them has weight in the contrast.

    Parameters
    ----------
    leverage : (n,) array of float
    influence : (n,) array of float
        Weights in the contrast.
    """
    exact = np.asarray(1 - leverage < LEVERAGE_MARGIN, dtype=np.bool_)
    if not exact.any():
        return exact, False
    weight = np.abs(influence)
    return exact, bool(weight[exact].max() > WEIGHTLESS * weight.max())


def undefined_by_leverage(vcov: str, n: int) -> Unavailable:
    """Return why a variance is undefined.

    Parameters
    ----------
    vcov : str
        Its name.
    n : int
        Persons with leverage 1.
    """
    return Unavailable(f"{vcov} is undefined: {persons(n)} with leverage 1 (fitted exactly)")


def left_out_note(vcov: str, n: int) -> tuple[str, ...]:
    """Return the note on persons with leverage 1 and no weight in the contrast, if there are any."""
    if not n:
        return ()
    said = f"{persons(n)} with leverage 1 (fitted exactly by covariates or strata of their own) and no weight in the contrast"
    return (f"{said}: left out of {vcov}",)
