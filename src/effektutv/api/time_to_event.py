"""Time to an event, from any data frame."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from effektutv.errors import ArgumentError
from effektutv.estimators.design import FloatArray, persons
from effektutv.estimators.effects import Labels
from effektutv.estimators.options import parse_spec
from effektutv.estimators.survival.curves import TIE
from effektutv.estimators.survival.rows import Horizon, time_rows
from effektutv.results.estimand import Estimand
from effektutv.results.time_to_event import TimeToEvent

from .inputs.assignment import (
    POPULATION,
    Assigned,
    read_assignment,
    state_estimand,
)
from .inputs.columns import complete, numbers
from .inputs.roles import check_roles

__all__ = ["time_to_event"]


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
