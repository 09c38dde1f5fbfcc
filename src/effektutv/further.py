"""The door for questions beyond the mean difference, for any data frame: ratios, missing outcomes, compliance, time, power.

Columns are read and refused as in :mod:`effektutv.frames`; the formulas stand in :mod:`effektutv.estimate`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from .assigned import (
    INTERCURRENT,
    POPULATION,
    Assigned,
    read_assignment,
    read_cluster,
    read_outcome,
    read_probability,
    state_estimand,
    unique,
)
from .columns import covariate_matrix, crossed, label, names_of, numeric
from .errors import ArgumentError
from .estimate.bounds import lee_rows, worst_case_rows
from .estimate.compliance import Receipt, complier_rows
from .estimate.design import BoolArray, FloatArray, IntArray, Spec, parse_spec, persons
from .estimate.effects import Labels, effect_rows
from .estimate.power import power, power_curve, simulated_power
from .estimate.ratios import ratio_rows
from .estimate.response import response_rows
from .estimate.time_to_event import Horizon, time_rows
from .results import Effects
from .results.further import Bounds, ComplierEffects, Ratios, TimeToEvent

__all__ = [
    "cace",
    "lee_bounds",
    "power",
    "power_curve",
    "ratios",
    "response_weighted",
    "simulated_power",
    "time_to_event",
    "worst_case_bounds",
]


def ratios(
    df: Any,
    *,
    outcome: str,
    arm: str,
    control: object,
    strata: str | Sequence[str] | None = None,
    covariates: Sequence[str] | None = None,
    estimator: str | None = None,
    vcov: str | None = None,
    cluster: str | None = None,
    probability: str | None = None,
    weights: str = "all",
    level: float = 0.95,
    contrasts: Sequence[tuple[object, object]] | None = None,
    arms: Sequence[object] | None = None,
    clock: str = "",
    month: int | None = None,
) -> Ratios:
    """Return risk ratios and odds ratios of a 0/1 outcome, from the same adjusted means as the difference.

    A plain difference (no strata, no covariates) comes first, with Newcombe's interval. See
    :mod:`effektutv.estimate.ratios`.

    Parameters
    ----------
    df, arm, control, strata, covariates, estimator, vcov, cluster, probability, weights, level, contrasts, arms
        As in :func:`effektutv.itt`.
    outcome : str
        A 0/1 column.
    clock, month : str, int, optional
        What the outcome is dated by, carried into the rows.

    Returns
    -------
    Ratios

    Raises
    ------
    ArgumentError
        If an argument cannot be used.
    """
    spec = parse_spec(
        estimator=estimator,
        vcov=vcov,
        weights=weights,
        level=level,
        cluster=cluster,
        probability=probability,
        stratified=strata is not None,
        adjusted=bool(covariates),
    )
    assigned = read_assignment(df, arm, control, arms, strata, contrasts)
    X, columns, notes = covariate_matrix(df, covariates)
    design = assigned.design(X, columns, read_cluster(df, cluster), read_probability(df, probability))
    y = read_outcome(df, outcome, zero_one="a ratio")
    rows, said = ratio_rows(design, y, spec, assigned.contrasts, Labels(outcome=outcome, clock=clock, month=month))
    return Ratios(rows=tuple(rows), conf_level=spec.level, notes=unique([*notes, *said]))


def lee_bounds(
    df: Any,
    *,
    outcome: str,
    arm: str,
    control: object,
    observed: str | None = None,
    tighten: str | Sequence[str] | None = None,
    level: float = 0.95,
    contrasts: Sequence[tuple[object, object]] | None = None,
    arms: Sequence[object] | None = None,
) -> Bounds:
    """Return Lee's bounds on the effect on always-responders, pair by pair, with response by arm beside.

    See :mod:`effektutv.estimate.bounds` for the trimming rule.

    Parameters
    ----------
    df, arm, control, level, contrasts, arms
        As in :func:`effektutv.itt`.
    outcome : str
        A numeric column.
    observed : str, optional
        A 0/1 column of who responded; by default whoever has an outcome.
    tighten : str or sequence of str, optional
        Strata or baseline characteristics in whose cells the trimming is done; used only where response differs in
        the same direction in every cell, and the note says where it was not.

    Returns
    -------
    Bounds

    Raises
    ------
    ArgumentError
        If an argument cannot be used.
    """
    spec, assigned, y, seen = _with_missing(df, outcome, arm, control, observed, None, level, contrasts, arms)
    cell, n_cells = _cells(df, tighten)
    rows = lee_rows(assigned.bare(), y, seen, (cell, n_cells), spec.level, assigned.contrasts, outcome)
    return _bounds(rows, assigned, seen, spec, outcome)


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
) -> Bounds:
    """Return worst-case (Manski) bounds on the effect on everyone: missing outcomes at the ends of the outcome's range.

    Parameters
    ----------
    df, arm, control, strata, weights, level, contrasts, arms
        As in :func:`effektutv.itt`; with strata the bounds are stratum-weighted.
    outcome : str
        A numeric column.
    observed : str, optional
        A 0/1 column of who responded; by default whoever has an outcome.
    limits : (float, float), optional
        The range that the outcome can take, by definition and not as observed; (0, 1) for a 0/1 outcome.

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
    ends = _limits(y[seen], outcome, limits)
    rows = worst_case_rows(assigned.bare(), y, seen, ends, spec, assigned.contrasts, outcome)
    return _bounds(rows, assigned, seen, spec, outcome)


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
    population: str = POPULATION,
) -> Effects:
    """Return effects on a survey outcome, respondents weighted by the inverse of their probability of response.

    Parameters
    ----------
    df, arm, control, level, contrasts, arms
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
    X, columns, notes = covariate_matrix(df, covariates)
    rows, said = response_rows(
        assigned.design(X, columns), y, seen, spec.level, assigned.contrasts, Labels(outcome=outcome)
    )
    values = y[seen]
    binary = bool(np.all((values == 0) | (values == 1)))
    missing = "missing at random given arm, strata and covariates"
    estimand = state_estimand(assigned, outcome, binary, population, missing)
    return Effects(rows=tuple(rows), estimand=estimand, conf_level=spec.level, notes=unique([*notes, *said]))


def cace(
    df: Any,
    *,
    outcome: str,
    treatment: str | Mapping[object, str],
    assignment: str,
    control: object,
    strata: str | Sequence[str] | None = None,
    covariates: Sequence[str] | None = None,
    vcov: str = "HC2",
    tolerance: float = 0.05,
    level: float = 0.95,
    arms: Sequence[object] | None = None,
) -> ComplierEffects:
    """Return the effect of receiving one's own programme on those who receive it because they were assigned to it.

    Two-stage least squares, each arm against the comparison arm only; see :mod:`effektutv.estimate.compliance`.

    Parameters
    ----------
    df, control, strata, covariates, level, arms
        As in :func:`effektutv.itt`.
    outcome : str
        A numeric column.
    treatment : str or mapping of arm to str
        With two arms the 0/1 column of who received the programme; with more a 0/1 column for each arm's programme
        (the comparison arm's may be left out).
    assignment : str
        The column of the arm assigned.
    vcov : {"HC2", "HC0", "HC1", "HC3", "classical"}
    tolerance : float
        How much receipt of another arm's programme may differ between the two arms (a proportion): with more the
        assignment acts through that programme too, and no estimate is given.

    Returns
    -------
    ComplierEffects
        With receipt of every programme by arm.

    Raises
    ------
    ArgumentError
        If an argument cannot be used.
    """
    spec = parse_spec(estimator="fe", vcov=vcov, weights="pair", level=level, stratified=True, adjusted=False)
    if isinstance(tolerance, bool) or not isinstance(tolerance, int | float) or not 0 <= tolerance < 1:
        raise ArgumentError(f"tolerance: got {tolerance!r}; give a proportion of at least 0 and below 1")
    assigned = read_assignment(df, assignment, control, arms, strata, None)
    X, columns, notes = covariate_matrix(df, covariates)
    y = read_outcome(df, outcome)
    receipts = _receipts(df, assigned, treatment)
    rows, receipt, said = complier_rows(assigned.design(X, columns), y, receipts, spec, float(tolerance), outcome)
    return ComplierEffects(rows=tuple(rows), receipt=receipt, conf_level=spec.level, notes=unique([*notes, *said]))


def time_to_event(
    df: Any,
    *,
    time: str,
    event: str,
    arm: str,
    control: object,
    strata: str | Sequence[str] | None = None,
    tau: float = 24,
    times: Sequence[float] | None = None,
    level: float = 0.95,
    contrasts: Sequence[tuple[object, object]] | None = None,
    arms: Sequence[object] | None = None,
) -> TimeToEvent:
    """Return time to a first event: restricted mean differences, log-rank test, risk table, curves by arm.

    Who has the event on day 0 was in the state already: these persons are left out and counted. Medians,
    Kaplan–Meier and the restricted mean take competing events as censoring; the cumulative incidence does not. See
    :mod:`effektutv.estimate.survival`.

    Parameters
    ----------
    df, arm, control, level, contrasts, arms
        As in :func:`effektutv.itt`.
    time : str
        Time from randomisation to the event or to the end of follow-up; at least 0, no missing values.
    event : str
        0 censored, 1 the event, 2 and above competing events (death, emigration); no missing values.
    strata : str or sequence of str, optional
        Of the log-rank test.
    tau : float
        Horizon of the restricted mean, in the unit of ``time``.
    times : sequence of float, optional
        Rows of the risk table; by default nine from 0 to ``tau``.

    Returns
    -------
    TimeToEvent

    Raises
    ------
    ArgumentError
        If an argument cannot be used.
    """
    spec = parse_spec(estimator="difference", vcov=None, weights="all", level=level, stratified=False, adjusted=False)
    if isinstance(tau, bool) or not isinstance(tau, int | float) or not 0 < tau < np.inf:
        raise ArgumentError(f"tau: got {tau!r}; give the horizon as a number above 0, in the unit of {time!r}")
    assigned = read_assignment(df, arm, control, arms, strata, contrasts)
    t = _complete(df, "time", time)
    if early := int(np.count_nonzero(t < 0)):
        raise ArgumentError(f"time: column {time!r} is negative for {persons(early)}; count time from randomisation")
    kind = _complete(df, "event", event)
    if np.any((kind < 0) | (kind != np.rint(kind))):
        raise ArgumentError(
            f"event: column {event!r} must hold 0 (censored), 1 (the event), or 2 and above (competing)"
        )
    at = _numbers(np.linspace(0, tau, 9).tolist() if times is None else times)
    if not at or min(at) < 0:
        raise ArgumentError("times: give at least one time, none of them negative")
    horizon = Horizon(tau=float(tau), times=at, level=spec.level)
    return time_rows(assigned.bare(), t, kind.astype(np.intp), horizon, assigned.contrasts)


# ------------------------------------------------------------------------------------------------- reading the frame


def _complete(df: Any, argument: str, name: str) -> FloatArray:
    """Return a numeric column that may have no gaps."""
    values = numeric(df, argument, name)
    if missing := int(np.isnan(values).sum()):
        raise ArgumentError(f"{argument}: column {name!r} is missing for {persons(missing)}; fill it or leave them out")
    return values


def _numbers(value: object) -> tuple[float, ...] | None:
    """Return a sequence of finite numbers as a tuple, or None where it is something else."""
    if isinstance(value, str) or not isinstance(value, Sequence | np.ndarray | range):
        return None
    if not all(isinstance(v, int | float | np.number) and np.isfinite(v) for v in value):
        return None
    return tuple(float(v) for v in value)


def _zero_one(df: Any, argument: str, name: str) -> FloatArray:
    """Return a complete 0/1 column."""
    values = _complete(df, argument, name)
    if np.any((values != 0) & (values != 1)):
        raise ArgumentError(f"{argument}: column {name!r} has values other than 0 and 1; recode it")
    return values


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
    assigned = read_assignment(df, arm, control, arms, strata, contrasts)
    y = read_outcome(df, outcome)
    if observed is None:
        return spec, assigned, y, ~np.isnan(y)
    seen = _zero_one(df, "observed", observed) == 1
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
        if not np.all((values == 0) | (values == 1)):
            raise ArgumentError(f"limits: {outcome!r} is not 0/1; give the range that it can take, as (low, high)")
        return 0.0, 1.0
    ends = _numbers(limits)
    if ends is None or len(ends) != 2 or not ends[0] < ends[1]:
        raise ArgumentError("limits: give the outcome's range as (low, high), the first below the second")
    outside = int(np.count_nonzero((values < ends[0]) | (values > ends[1])))
    if outside:
        raise ArgumentError(f"limits: {outcome!r} is outside of them for {persons(outside)}; widen them")
    return ends[0], ends[1]


def _bounds(rows: list[Any], assigned: Assigned, seen: BoolArray, spec: Spec, outcome: str) -> Bounds:
    """Return bounds with response by arm."""
    response = seen.astype(np.float64)
    labels = Labels(outcome=f"{outcome} observed")
    found, said = effect_rows(assigned.bare(), response, spec, assigned.contrasts, labels)
    estimand = state_estimand(assigned, labels.outcome, True, POPULATION, INTERCURRENT)
    effects = Effects(rows=tuple(found), estimand=estimand, conf_level=spec.level, notes=unique(said))
    notes = unique([row.note for row in rows if row.note])
    return Bounds(rows=tuple(rows), response=effects, conf_level=spec.level, notes=notes)


def _receipts(df: Any, assigned: Assigned, treatment: str | Mapping[object, str]) -> list[Receipt]:
    """Read receipt of each arm's programme."""
    arms = assigned.arm.labels
    if isinstance(treatment, str):
        if len(arms) > 2:
            raise ArgumentError(
                f"treatment: got one column for {len(arms)} arms; name a 0/1 column for each arm's programme: "
                f"{{{arms[1]!r}: ..., {arms[2]!r}: ...}}"
            )
        treatment = {arms[1]: treatment}
    if not isinstance(treatment, Mapping):
        raise ArgumentError(f"treatment: got {type(treatment).__name__}; give a column, or a mapping of arm to column")
    named = {label(a): column for a, column in treatment.items()}
    strange = sorted(set(named) - set(arms))
    if strange:
        raise ArgumentError(f"treatment: {strange} are no arms; the arms are {list(arms)}")
    lacking = [a for a in arms[1:] if a not in named]
    if lacking:
        raise ArgumentError(
            f"treatment: receipt of the programme of {lacking} is not named; name a 0/1 column for each"
        )
    return [
        Receipt(arm=arms.index(a), programme=a, received=_zero_one(df, "treatment", named[a]))
        for a in arms
        if a in named
    ]
