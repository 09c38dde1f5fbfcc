"""The door for questions beyond the mean difference, for any data frame: ratios, missing outcomes, compliance, time, power.

Columns are read and refused as in :mod:`effektutv.api.itt`; the formulas stand in :mod:`effektutv.estimators`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from effektutv.errors import ArgumentError
from effektutv.estimators.compliance import ComplierSource, Receipt, complier_rows
from effektutv.estimators.design import Estimator, FloatArray, Vcov, persons
from effektutv.estimators.effects import Labels
from effektutv.estimators.options import parse_spec
from effektutv.estimators.power import power, power_curve, simulated_power
from effektutv.estimators.ratios import ratio_rows
from effektutv.estimators.survival.curves import TIE
from effektutv.estimators.survival.rows import Horizon, time_rows
from effektutv.results.compliance import ComplierEffects
from effektutv.results.estimand import Estimand
from effektutv.results.kept import keep
from effektutv.results.ratios import Ratios
from effektutv.results.time_to_event import TimeToEvent

from .inputs.assignment import (
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
from .inputs.columns import complete, covariate_matrix, label, numbers, zero_one
from .inputs.roles import check_roles, refuse_reproduced, strata_unused
from .missing_outcomes import lee_bounds, response_weighted, worst_case_bounds

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
    dof: str | None = None,
    level: float = 0.95,
    contrasts: Sequence[tuple[object, object]] | None = None,
    arms: Sequence[object] | None = None,
    clock: str = "",
    month: int | None = None,
    population: str = POPULATION,
    intercurrent: str = INTERCURRENT,
) -> Ratios:
    """Return risk ratios and odds ratios of a 0/1 outcome, from the same adjusted means as the difference.

    A plain difference (no strata, no covariates) comes first, with Newcombe's interval. See
    :mod:`effektutv.estimators.ratios`.

    Parameters
    ----------
    df, arm, control, strata, covariates, estimator, vcov, cluster, probability, weights, dof, level, contrasts, arms
        As in :func:`effektutv.itt`.
    outcome : str
        A 0/1 column.
    clock, month : str, int, optional
        What the outcome is dated by, carried into the rows.
    population, intercurrent : str
        Attributes of the estimand, carried into the result.

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
        dof=dof,
        level=level,
        cluster=cluster,
        probability=probability,
        stratified=strata is not None,
        adjusted=bool(covariates),
    )
    assigned = read_assignment(df, arm, control, arms, strata, contrasts)
    X, columns, notes = covariate_matrix(df, covariates)
    design = assigned.design(X, columns, read_cluster(df, cluster, notes), read_probability(df, probability))
    others = {"covariates": covariates, "strata": strata, "cluster": cluster, "probability": probability}
    check_roles({"outcome": outcome, "arm": arm}, others)
    y = read_outcome(df, outcome, zero_one="a ratio")
    refuse_reproduced(X, columns, y, outcome)
    rows, said = ratio_rows(design, y, spec, assigned.contrasts, Labels(outcome=outcome, clock=clock, month=month))
    notes += strata_unused(spec.estimator, strata)
    plain = spec.estimator is Estimator.DIFFERENCE and spec.vcov is not Vcov.CR2
    measures = "difference in {}, risk ratio and odds ratio" if plain else "risk ratio and odds ratio"
    estimand = state_estimand(assigned, outcome, True, population, intercurrent, summary=measures)
    return Ratios(
        rows=tuple(rows), conf_level=spec.level, notes=unique([*assigned.notes, *notes, *said]), estimand=estimand
    )


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
    clock: str = "",
    month: int | None = None,
    population: str = POPULATION,
    intercurrent: str = INTERCURRENT,
) -> ComplierEffects:
    """Return the effect of receiving one's own programme on those who receive it because they were assigned to it.

    Two-stage least squares, each arm against the comparison arm only; see :mod:`effektutv.estimators.compliance`.

    Parameters
    ----------
    df, control, strata, covariates, level, arms, clock, month
        As in :func:`effektutv.itt`.
    outcome : str
        A numeric column.
    treatment : str or mapping of arm to str
        With two arms the 0/1 column of who received the programme; with more a 0/1 column for each arm's programme
        (the comparison arm's may be left out; with it a note says where many receive neither programme).
    assignment : str
        The column of the arm assigned.
    vcov : {"HC2", "HC0", "HC1", "HC3", "classical"}
    tolerance : float
        How much receipt of a third arm's programme may differ between the two arms (a proportion): with more the
        assignment acts through that programme too, and no estimate is given.
    population, intercurrent : str
        Attributes of the estimand: the effect is that of the population's compliers, and other events than not receiving
        one's programme are met as said.

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
    check_roles({"outcome": outcome, "assignment": assignment}, {"covariates": covariates, "strata": strata})
    received = list(treatment.values()) if isinstance(treatment, Mapping) else treatment
    check_roles({"outcome": outcome}, {"treatment": received})
    y = read_outcome(df, outcome)
    refuse_reproduced(X, columns, y, outcome)
    receipts = _receipts(df, assigned, treatment)
    labels = Labels(outcome=outcome, clock=clock, month=month)
    design = assigned.design(X, columns)
    rows, receipt, said = complier_rows(design, y, receipts, spec, float(tolerance), labels)
    effects = ComplierEffects(
        rows=tuple(rows),
        receipt=receipt,
        conf_level=spec.level,
        notes=unique([*assigned.notes, *notes, *said]),
        estimand=state_estimand(
            assigned,
            outcome,
            bool(np.all(np.isnan(y) | (y == 0) | (y == 1))),
            f"compliers: those who receive the arm's programme if assigned to it and not if assigned to "
            f"{assigned.arm.labels[0]}; among {population}",
            f"own programme not received, or another arm's received: principal stratum (compliers); else {intercurrent}",
            contrasts=[(r.arm, 0) for r in receipts if r.arm],
            received=True,
        ),
    )
    return keep(effects, ComplierSource(design=design, y=y, receipts=tuple(receipts)))


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
    outcome: str | None = None,
    clock: str = "",
    population: str = POPULATION,
    intercurrent: str = "",
) -> TimeToEvent:
    """Return time to a first event: restricted mean differences, log-rank test, risk table, curves by arm.

    Who has the event on day 0 was in the state already: these persons are left out and counted. Medians,
    Kaplan–Meier and the restricted mean take competing events as censoring; the cumulative incidence does not. See
    :mod:`effektutv.estimators.survival.curves`.

    Parameters
    ----------
    df, arm, control, level, contrasts, arms
        As in :func:`effektutv.itt`.
    time : str
        Time from randomisation to the event or to the end of follow-up; at least 0, no missing values. Times within 1e-9 of
        the longest are one time.
    event : str
        0 censored, 1 the event, 2 and above competing events (death, emigration); no missing values. Where no one is
        censored, or no one has the event, a note says so: a column with 1 for censored and 2 for the event means another
        thing here.
    strata : str or sequence of str, optional
        What persons were randomised within. The log-rank test is stratified; in curves, incidence, medians and restricted
        means each person weighs N_s/n_as, everyone of the stratum who is in a curve over those of the arm, so that arms
        whose shares differ by stratum are comparable. Variances are within strata, intervals and p-values t's
        (:mod:`effektutv.estimators.survival.standardised_curves`); without strata Greenwood's and the normal distribution's.
    tau : float
        Horizon of the restricted mean, in the unit of ``time``.
    times : sequence of float, optional
        Rows of the risk table; by default nine from 0 to ``tau``.
    outcome : str, optional
        The event's name in the rows; by default the column of events.
    clock : str
        What time is counted from, carried into the rows.
    population, intercurrent : str
        Attributes of the estimand; what is done about competing events and censoring is always said.

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
    check_roles({"time": time, "event": event, "arm": arm}, {"strata": strata})
    assigned = read_assignment(df, arm, control, arms, strata, contrasts)
    t = complete(df, "time", time)
    near = TIE * float(np.max(np.abs(t), initial=0.0))
    if early := int(np.count_nonzero(t < -near)):
        raise ArgumentError(f"time: column {time!r} is negative for {persons(early)}; count time from randomisation")
    t = np.maximum(t, 0.0)
    kind = complete(df, "event", event)
    if np.any((kind < 0) | (kind != np.rint(kind))):
        raise ArgumentError(
            f"event: column {event!r} must hold 0 (censored), 1 (the event), or 2 and above (competing)"
        )
    at = numbers(np.linspace(0, tau, 9).tolist() if times is None else times)
    if not at or min(at) < 0:
        raise ArgumentError("times: give at least one time, none of them negative")
    later = t[t > near]
    if later.size and tau < later.min():
        raise ArgumentError(
            f"tau: {tau:g} ends before anything is known: no time in {time!r} after day 0 is that short; give the horizon in the "
            "unit of the times"
        )
    horizon = Horizon(tau=float(tau), times=at, level=spec.level)
    labels = Labels(outcome=event if outcome is None else outcome, clock=clock)
    found = time_rows(assigned.bare(), t, kind.astype(np.intp), horizon, assigned.contrasts, labels)
    return replace(found, estimand=_time_estimand(assigned, kind, labels, (population, intercurrent), horizon.tau))


# ------------------------------------------------------------------------------------------------- reading the frame


def _time_estimand(
    assigned: Assigned, kind: FloatArray, labels: Labels, attributes: tuple[str, str], tau: float
) -> Estimand:
    """Return what restricted mean differences are effects of."""
    population, intercurrent = attributes
    competing = (
        "competing events end the time at risk and count as censoring in the restricted mean, not in the incidence"
    )
    said = [competing] if np.any(kind > 1) else []
    return state_estimand(
        assigned,
        f"time to first {labels.outcome}",
        False,
        f"{population}; not in the state on day 0",
        "; ".join(filter(None, (intercurrent, *said, "end of follow-up: censoring, taken as unrelated to the event"))),
        summary=f"difference in restricted mean time without the event, up to {tau:g}"
        + (", standardised to the strata of everyone" if assigned.strata else ""),
    )


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
        Receipt(arm=arms.index(a), programme=a, received=zero_one(df, "treatment", named[a]))
        for a in arms
        if a in named
    ]
