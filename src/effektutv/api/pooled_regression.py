"""The door for one regression of all arms, for any data frame: what it would say, and whose effects it mixes.

:mod:`effektutv.api.itt` hands these functions on.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from effektutv.estimators.contamination_bias import contamination_rows, pooled_rows
from effektutv.estimators.effects import Labels
from effektutv.estimators.options import parse_spec
from effektutv.results.contamination import Contamination
from effektutv.results.effects import Effects

from .inputs.assignment import INTERCURRENT, POPULATION, read_assignment, read_outcome, state_estimand, unique
from .inputs.roles import check_roles

__all__ = ["contamination", "pooled_regression"]


def pooled_regression(
    df: Any,
    *,
    outcome: str,
    arm: str,
    control: object,
    strata: str | Sequence[str],
    vcov: str = "HC2",
    level: float = 0.95,
    arms: Sequence[object] | None = None,
    clock: str = "",
    month: int | None = None,
    population: str = POPULATION,
    intercurrent: str = INTERCURRENT,
) -> Effects:
    """Return what one regression of all arms with strata effects would say, to be shown beside :func:`effektutv.itt`.

    With three arms or more it mixes the arms' effects (contamination bias); a referee will ask by how much. See
    :mod:`effektutv.estimators.contamination_bias`.

    Parameters
    ----------
    df, outcome, arm, control, strata, vcov, level, arms, clock, month, population, intercurrent
        As in :func:`effektutv.itt`.

    Returns
    -------
    Effects
        One row an arm against the control, with ``estimator`` ``"pooled"``.

    Raises
    ------
    ArgumentError
        If an argument cannot be used.
    """
    spec = parse_spec(estimator="fe", vcov=vcov, weights="pair", level=level, stratified=True, adjusted=False)
    check_roles({"outcome": outcome, "arm": arm}, {"strata": strata})
    assigned = read_assignment(df, arm, control, arms, strata, None)
    design = assigned.bare()
    y = read_outcome(df, outcome)
    rows, notes = pooled_rows(design, y, spec, Labels(outcome=outcome, clock=clock, month=month))
    binary = bool(np.all(np.isnan(y) | (y == 0) | (y == 1)))
    estimand = state_estimand(assigned, outcome, binary, population, intercurrent)
    return Effects(rows=tuple(rows), estimand=estimand, conf_level=spec.level, notes=unique([*assigned.notes, *notes]))


def contamination(
    df: Any,
    *,
    outcome: str,
    arm: str,
    control: object,
    strata: str | Sequence[str],
    level: float = 0.95,
    arms: Sequence[object] | None = None,
    clock: str = "",
    month: int | None = None,
    population: str = POPULATION,
    intercurrent: str = INTERCURRENT,
) -> Contamination:
    """Take the coefficients of one regression of all arms with strata effects apart: whose effects are in them?

    Each arm's coefficient is the sum of its own effects, weighted, and of the other arms' effects, with weights that add up
    to 0: contamination. Beside these stand averages of the arm's own effects, with equal weights, with the weights that are
    efficient for the contrast, and with efficient weights common to all contrasts
    (:mod:`effektutv.estimators.contamination_bias`).

    Parameters
    ----------
    df, outcome, arm, control, strata, level, arms, clock, month, population, intercurrent
        As in :func:`effektutv.itt`.

    Returns
    -------
    Contamination

    Raises
    ------
    ArgumentError
        If an argument cannot be used.
    """
    spec = parse_spec(estimator="blocked", vcov=None, weights="all", level=level, stratified=True, adjusted=False)
    check_roles({"outcome": outcome, "arm": arm}, {"strata": strata})
    assigned = read_assignment(df, arm, control, arms, strata, None)
    y = read_outcome(df, outcome)
    rows, notes = contamination_rows(assigned.bare(), y, spec, Labels(outcome=outcome, clock=clock, month=month))
    estimand = state_estimand(
        assigned,
        outcome,
        bool(np.all(np.isnan(y) | (y == 0) | (y == 1))),
        population,
        intercurrent,
        summary="difference in {}: coefficients of one regression of all arms, and averages of each arm's own effects",
    )
    return Contamination(
        rows=tuple(rows), conf_level=spec.level, notes=unique([*assigned.notes, *notes]), estimand=estimand
    )
