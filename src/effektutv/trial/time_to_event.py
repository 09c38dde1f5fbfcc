"""When participants first were in work."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from effektutv.api.time_to_event import time_to_event
from effektutv.cohort.first_event import time_to_state
from effektutv.errors import ArgumentError
from effektutv.results.names import Own
from effektutv.results.time_to_event import TimeToEvent

from .base import Participants

__all__ = ["TimesToEvent"]

#: The states that are work; time can be counted to any of them.
_WORK = ("work", "work_with_support", "work_other_subsidised", "work_regular")
_COMPETING = "death and emigration compete"
_NOT_COMPETING = "death and emigration: not known, no register of them was delivered"
_KEPT = "programme not started, stopped or another received: kept as assigned"
_EVENTS_UNKNOWN = "deaths and moves are not known: the study has no register of them"


class TimesToEvent(Participants):
    """Time to first work."""

    def time_to_work(
        self,
        state: str = "work",
        *,
        clock: str | None = None,
        tau: float | None = None,
        times: Sequence[float] | None = None,
    ) -> TimeToEvent:
        """Return the time to the first month in work: restricted mean differences, risk table, curves, log-rank tests.

        Work is seen on the day of each month, 0 to the study's horizon. Whoever is in work on day 0 was so already: left
        out and counted. Death and emigration compete where the study has a register of them; the first month that lies beyond a
        source's cut-off censors.

        Parameters
        ----------
        state : {"work", "work_with_support", "work_other_subsidised", "work_regular"}
            One that an outcome of the study is made of.
        clock : {"randomisation", "start"}, optional
            The study's where not given.
        tau : float, optional
            Horizon of the restricted mean, in months; the study's horizon where not given.
        times : sequence of float, optional
            Rows of the risk table; every month from 0 to ``tau`` where not given.

        Returns
        -------
        TimeToEvent
            Times in months. Where the study has strata the log-rank tests are stratified, and curves and mean times
            standardised to the strata of everyone.

        Raises
        ------
        ArgumentError
            If there is no such outcome, or ``tau`` is beyond the horizon.
        """
        if state not in _WORK:
            raise ArgumentError(f"state: got {state!r}; give one of {', '.join(_WORK)}")
        chosen, horizon = self._clock(clock), self.study.study.horizon
        masks = self._masks(chosen)
        outcome = self._of_state(state)
        if tau is not None and (isinstance(tau, bool) or not isinstance(tau, int | float) or not 0 < tau <= horizon):
            raise ArgumentError(f"tau: got {tau!r}; give months above 0 and at most the study's horizon, {horizon}")
        until = float(horizon if tau is None else tau)
        unknown = masks.dead is None and masks.away is None
        time, event = time_to_state(masks, state, horizon)
        found = time_to_event(
            self._columns({Own("time"): time, Own("event"): event}),
            time=Own("time"),
            event=Own("event"),
            tau=until,
            times=[float(m) for m in range(int(until) + 1)] if times is None else times,
            level=self.study.study.confidence,
            outcome=outcome.name,
            clock=chosen,
            population=self._attributes(outcome)["population"],
            intercurrent=f"{_NOT_COMPETING if unknown else _COMPETING}; {_KEPT}",
            **self._assigned(),
        )
        return replace(found, notes=(*found.notes, _EVENTS_UNKNOWN)) if unknown else found
