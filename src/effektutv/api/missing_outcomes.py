"""Outcomes that are missing for some, in any data frame: bounds, and weights for response."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from effektutv.errors import ArgumentError
from effektutv.estimators.design import BoolArray, FloatArray, IntArray, Spec, persons
from effektutv.estimators.effects import Labels, effect_rows
from effektutv.estimators.missing.bounds import lee_rows, worst_case_rows
from effektutv.estimators.missing.response_weights import response_rows
from effektutv.estimators.options import parse_spec
from effektutv.results.bounds import BoundRow, Bounds
from effektutv.results.effects import Effects
from effektutv.results.estimand import Estimand

from .inputs.assignment import INTERCURRENT, POPULATION, Assigned, read_assignment, read_outcome, state_estimand, unique
from .inputs.columns import names_of, numbers, zero_one
from .inputs.covariates import covariate_matrix
from .inputs.labels import crossed
from .inputs.roles import check_roles

__all__ = ["ALWAYS_RESPONDERS", "lee_bounds", "response_weighted", "worst_case_bounds"]

#: Whom Lee's bounds are for, within the population.
ALWAYS_RESPONDERS = "always-responders: those whose outcome would be observed whichever of the two arms they were in"

_STRATA = ", strata weighing as many as were randomised in them times their share of always-responders"


def lee_bounds(
    df: Any,
    *,
    outcome: str,
    arm: str,
    control: object,
    observed: str | None = None,
    strata: str | Sequence[str] | None = None,
    tighten: str | Sequence[str] | None = None,
    level: float = 0.95,
    contrasts: Sequence[tuple[object, object]] | None = None,
    arms: Sequence[object] | None = None,
    clock: str = "",
    month: int | None = None,
    population: str = POPULATION,
    intercurrent: str = INTERCURRENT,
) -> Bounds:
    """Return Lee's bounds on the effect on always-responders, pair by pair, with response by arm beside.

    See :mod:`effektutv.estimators.missing.bounds` for the trimming rule, and
    :mod:`effektutv.estimators.missing.standardised_bounds` for strata.

    Parameters
    ----------
    df, arm, control, level, contrasts, arms, clock, month
        As in :func:`effektutv.itt`.
    outcome : str
        A numeric column.
    observed : str, optional
        A 0/1 column of who responded; by default whoever has an outcome.
    strata : str or sequence of str, optional
        What persons were randomised within. Each person weighs N_s/n_as, everyone randomised in the stratum over those of
        the arm, before trimming, so that arms whose shares differ by stratum are comparable; the response beside is
        stratum-weighted too.
    tighten : str or sequence of str, optional
        Strata or baseline characteristics in whose cells the trimming is done; used only where response differs in
        the same direction in every cell. Where it does not, the note says so, and without ``strata`` the bounds are
        standardised to these cells.
    population, intercurrent : str
        Attributes of the response's estimand; the bounds' own population is its always-responders.

    Returns
    -------
    Bounds

    Raises
    ------
    ArgumentError
        If an argument cannot be used.

    Examples
    --------
    No effect on anyone, an outcome that is the stratum, arms' shares and response that differ by stratum:

    >>> import pandas as pd, effektutv as eu
    >>> cells = [("x", "SE", 60, 1), ("x", "FS", 20, 2), ("z", "SE", 20, 1), ("z", "FS", 60, 1)]
    >>> rows = [(s, a, float(s == "x") if i >= lost else None) for s, a, n, lost in cells for i in range(n)]
    >>> df = pd.DataFrame(rows, columns=["s", "arm", "y"])
    >>> row = eu.lee_bounds(df, outcome="y", arm="arm", control="FS", strata="s").rows[0]
    >>> row.lower, row.upper
    (0.0, 0.0)
    >>> row = eu.lee_bounds(df, outcome="y", arm="arm", control="FS").rows[0]
    >>> round(row.lower, 2)
    0.5
    """
    spec, assigned, y, seen = _with_missing(df, outcome, arm, control, observed, strata, level, contrasts, arms)
    check_roles({"outcome": outcome, "arm": arm, "observed": observed}, {"tighten": tighten})
    labels = Labels(outcome=outcome, clock=clock, month=month)
    rows = lee_rows(assigned.bare(), y, seen, _cells(df, tighten), spec.level, assigned.contrasts, labels)
    estimand = state_estimand(
        assigned,
        outcome,
        _zero_one(y[seen]),
        f"{ALWAYS_RESPONDERS}{_STRATA if strata is not None else ''}; among {population}",
        "missing outcomes: principal stratum, bounded by trimming the arm with the higher response, which takes it that "
        "assignment moves everyone's response in one direction",
        summary="bounds on the difference in {}",
    )
    return _bounds(rows, assigned, seen, spec, labels, estimand, (population, intercurrent))


def worst_case_bounds(
    df: Any,
    *,
    outcome: str,
    arm: str,
    control: object,
    observed: str | None = None,
    limits: tuple[float, float] | None = None,
    strata: str | Sequence[str] | None = None,
    weights: str = "all",
    level: float = 0.95,
    contrasts: Sequence[tuple[object, object]] | None = None,
    arms: Sequence[object] | None = None,
    clock: str = "",
    month: int | None = None,
    population: str = POPULATION,
    intercurrent: str = INTERCURRENT,
) -> Bounds:
    """Return worst-case (Manski) bounds on the effect on everyone: missing outcomes at the ends of the outcome's range.

    Parameters
    ----------
    df, arm, control, strata, weights, level, contrasts, arms, clock, month
        As in :func:`effektutv.itt`; with strata the bounds are stratum-weighted.
    outcome : str
        A numeric column.
    observed : str, optional
        A 0/1 column of who responded; by default whoever has an outcome.
    limits : (float, float), optional
        The range that the outcome can take, by definition and not as observed; (0, 1) for a 0/1 outcome.
    population, intercurrent : str
        Attributes of the estimand; what is done about missing outcomes is said by the bounds themselves.

    Returns
    -------
    Bounds

    Raises
    ------
    ArgumentError
        If an argument cannot be used.
    """
    spec, assigned, y, seen = _with_missing(
        df, outcome, arm, control, observed, strata, level, contrasts, arms, weights
    )
    labels = Labels(outcome=outcome, clock=clock, month=month)
    ends = _limits(y[seen], outcome, limits)
    rows = worst_case_rows(assigned.bare(), y, seen, ends, spec, assigned.contrasts, labels)
    missing = "missing outcomes: anywhere in the outcome's range"
    estimand = state_estimand(
        assigned, outcome, _zero_one(y[seen]), population, missing, summary="bounds on the difference in {}"
    )
    return _bounds(rows, assigned, seen, spec, labels, estimand, (population, intercurrent))


def response_weighted(
    df: Any,
    *,
    outcome: str,
    arm: str,
    control: object,
    observed: str | None = None,
    strata: str | Sequence[str] | None = None,
    covariates: Sequence[str] | None = None,
    level: float = 0.95,
    contrasts: Sequence[tuple[object, object]] | None = None,
    arms: Sequence[object] | None = None,
    clock: str = "",
    month: int | None = None,
    population: str = POPULATION,
) -> Effects:
    """Return effects on a survey outcome, respondents weighted by the inverse of their probability of response.

    Parameters
    ----------
    df, arm, control, level, contrasts, arms, clock, month
        As in :func:`effektutv.itt`.
    outcome : str
        A numeric column.
    observed : str, optional
        A 0/1 column of who responded; by default whoever has an outcome.
    strata, covariates
        What response is modelled by, in each arm; at least one of them.
    population : str
        Attribute of the estimand, carried into the result.

    Returns
    -------
    Effects
        With ``estimator`` ``"response-weighted"``; its notes tell how many persons the respondents are worth.

    Raises
    ------
    ArgumentError
        If an argument cannot be used.
    """
    if strata is None and not covariates:
        raise ArgumentError("covariates: name what response depends on, strata or covariates; else use itt")
    spec, assigned, y, seen = _with_missing(df, outcome, arm, control, observed, strata, level, contrasts, arms)
    check_roles({"outcome": outcome, "arm": arm, "observed": observed}, {"covariates": covariates})
    X, columns, notes = covariate_matrix(df, covariates)
    labels = Labels(outcome=outcome, clock=clock, month=month)
    rows, said = response_rows(assigned.design(X, columns), y, seen, spec.level, assigned.contrasts, labels)
    missing = "missing at random given arm, strata and covariates"
    estimand = state_estimand(assigned, outcome, _zero_one(y[seen]), population, missing)
    return Effects(rows=tuple(rows), estimand=estimand, conf_level=spec.level, notes=unique([*notes, *said]))


# ------------------------------------------------------------------------------------------------- reading the frame


def _zero_one(values: FloatArray) -> bool:
    return bool(np.all((values == 0) | (values == 1)))


def _with_missing(
    df: Any,
    outcome: str,
    arm: str,
    control: object,
    observed: str | None,
    strata: str | Sequence[str] | None,
    level: float,
    contrasts: Sequence[tuple[object, object]] | None,
    arms: Sequence[object] | None,
    weights: str = "all",
) -> tuple[Spec, Assigned, FloatArray, BoolArray]:
    """Read options, assignment, outcome and response."""
    spec = parse_spec(
        estimator=None, vcov=None, weights=weights, level=level, stratified=strata is not None, adjusted=False
    )
    check_roles({"outcome": outcome, "arm": arm}, {"strata": strata, "observed": observed})
    assigned = read_assignment(df, arm, control, arms, strata, contrasts)
    y = read_outcome(df, outcome)
    if observed is None:
        return spec, assigned, y, ~np.isnan(y)
    seen = zero_one(df, "observed", observed) == 1
    if absent := int(np.count_nonzero(seen & np.isnan(y))):
        raise ArgumentError(
            f"observed: {persons(absent)} count as observed but have no {outcome!r}; correct one of the columns"
        )
    return spec, assigned, y, seen


def _cells(df: Any, tighten: str | Sequence[str] | None) -> tuple[IntArray, int]:
    """Return the cells in which Lee's trimming is done."""
    if tighten is None:
        return np.zeros(len(df), dtype=np.intp), 1
    names = names_of("tighten", tighten)
    column = crossed(df, "tighten", names)
    if column.n_missing:
        raise ArgumentError(
            f"tighten: {':'.join(names)} is missing for {persons(column.n_missing)}; fill it, or name other columns"
        )
    return column.code, len(column.labels)


def _limits(values: FloatArray, outcome: str, limits: tuple[float, float] | None) -> tuple[float, float]:
    """Return the range of an outcome."""
    if limits is None:
        if not _zero_one(values):
            raise ArgumentError(f"limits: {outcome!r} is not 0/1; give the range that it can take, as (low, high)")
        return 0.0, 1.0
    ends = numbers(limits)
    if ends is None or len(ends) != 2 or not ends[0] < ends[1]:
        raise ArgumentError("limits: give the outcome's range as (low, high), the first below the second")
    outside = int(np.count_nonzero((values < ends[0]) | (values > ends[1])))
    if outside:
        raise ArgumentError(f"limits: {outcome!r} is outside of them for {persons(outside)}; widen them")
    return ends[0], ends[1]


def _bounds(
    rows: list[BoundRow],
    assigned: Assigned,
    seen: BoolArray,
    spec: Spec,
    labels: Labels,
    estimand: Estimand,
    attributes: tuple[str, str],
) -> Bounds:
    """Return bounds with response by arm; ``attributes`` are the response's population and intercurrent events."""
    response = Labels(outcome=f"{labels.outcome} observed", clock=labels.clock, month=labels.month)
    found, said = effect_rows(assigned.bare(), seen.astype(np.float64), spec, assigned.contrasts, response)
    effects = Effects(
        rows=tuple(found),
        estimand=state_estimand(assigned, response.outcome, True, *attributes),
        conf_level=spec.level,
        notes=unique(said),
    )
    notes = unique([row.note for row in rows if row.note])
    return Bounds(rows=tuple(rows), response=effects, conf_level=spec.level, notes=notes, estimand=estimand)
