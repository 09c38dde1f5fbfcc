"""Questions beyond the mean difference: time to work, the survey, receipt of programmes, what the trial could detect."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from effektutv.api import itt, ratios
from effektutv.api.inputs.columns import Arrays
from effektutv.cohort.first_event import time_to_state
from effektutv.errors import ArgumentError
from effektutv.results.bounds import Bounds
from effektutv.results.compliance import ComplierEffects
from effektutv.results.names import Own
from effektutv.results.power import Power, PowerRow
from effektutv.results.survey import SurveyOutcome
from effektutv.results.time_to_event import TimeToEvent
from effektutv.study import Outcome, Plan

from .base import Participants

__all__ = ["FurtherQuestions"]

#: The states that are work; time can be counted to any of them.
_WORK = ("work", "work_with_support", "work_other_subsidised", "work_regular")
#: Persons an arm, a step of the curve of minimum detectable effects.
_STEP = 50
_RESPONDENTS = "respondents are compared as they are: who answers may differ between the arms"
_COMPETING = "death and emigration compete"
_NOT_COMPETING = "death and emigration: not known, no register of them was delivered"
_KEPT = "programme not started, stopped or another received: kept as assigned"
_EVENTS_UNKNOWN = "deaths and moves are not known: the study has no register of them"
_PLANNED = "the comparison arm's share is the plan's, {:g}, in every contrast"


class FurtherQuestions(Participants):
    """What is asked beside the mean difference at one month."""

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
        found = ratios.time_to_event(
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

    def survey(self, outcome: str) -> SurveyOutcome:
        """Return what one item of the survey says: who responded, the effect among them, weighted, and its bounds.

        Response is modelled by strata and the study's baseline covariates, arm by arm. Who had died or left the country by
        the wave did not respond.

        Parameters
        ----------
        outcome : str
            The name of an outcome with ``item``.

        Returns
        -------
        SurveyOutcome
            ``bounds`` holds Lee's bounds, and worst-case bounds where the item's declaration says what range it has.

        Raises
        ------
        ArgumentError
            If the outcome is no item, or the survey is not in the study.
        """
        declared = self.study.outcome(outcome)
        if declared.item is None or declared.wave is None:
            items = ", ".join(o.name for o in self.study.outcomes if o.item is not None) or "none"
            raise ArgumentError(f"outcome: {outcome!r} is no item of the survey; the study's items are: {items}")
        y = self.outcome(outcome)
        answered = f"response:{outcome}"
        covariates = [c.name for c in self.study.covariates]
        df = self._columns({**self._characteristics(covariates), outcome: y, answered: (~np.isnan(y)).astype(float)})
        level = self.study.study.confidence
        weights, assigned = self._weights(), {**self._assigned(), **self._attributes(declared)}
        response = itt.itt(
            df,
            outcome=answered,
            weights=weights,
            level=level,
            **self._method(df[answered].to_numpy(), None, None),
            **assigned,
        )
        observed = itt.itt(df, outcome=outcome, weights=weights, level=level, **self._method(y, None, None), **assigned)
        observed = replace(observed, notes=(*observed.notes, _RESPONDENTS))
        if covariates or assigned["strata"]:
            weighted = ratios.response_weighted(
                df,
                outcome=outcome,
                covariates=covariates or None,
                level=level,
                **{k: v for k, v in assigned.items() if k != "intercurrent"},
            )
        else:
            weighted = observed
        return SurveyOutcome(
            outcome=outcome,
            wave=declared.wave,
            response=response,
            observed=observed,
            weighted=weighted,
            bounds=self._bounds(df, declared),
        )

    @property
    def knows_receipt(self) -> bool:
        """Whether the study says, and the delivery tells, who received the programme of each arm but the comparison arm."""
        return all(code in self._cohort.received for code in self.study.arm_codes[1:])

    def compliance(
        self,
        outcome: str | None = None,
        *,
        month: int | None = None,
        clock: str | None = None,
        vcov: str | None = None,
    ) -> ComplierEffects:
        """Return the effect of receiving one's own programme, each arm against the comparison arm, and who received what.

        Receipt is what the study declares as ``received`` of each arm. The effect is refused where receipt of a third
        programme differs between the two arms by more than the design's ``receipt_tolerance``: the assignment then acts
        through that programme too. The comparison arm's own programme is what the other is compared with; where the study
        says who received it, it stands in the table of receipt, and a note says where many received neither.

        Parameters
        ----------
        outcome : str, optional
            The outcome's name; the primary one where not given.
        month, clock : optional
            As in :meth:`outcome`.
        vcov : str, optional
            The study's where not given, HC2 for a study with clusters; see :func:`effektutv.cace`.

        Returns
        -------
        ComplierEffects

        Raises
        ------
        ArgumentError
            If the study is of a plain table, or an arm other than the comparison arm does not say what receipt is.
        """
        received = self._cohort.received
        lacking = [code for code in self.study.arm_codes[1:] if code not in received]
        sources = {a.code: a.received.source for a in self.study.arms if a.received is not None}
        gone = [
            f"{c}: {self._cohort.lacking[s]}" for c, s in sources.items() if s in self._cohort.lacking and c in lacking
        ]
        if gone:
            raise ArgumentError(f"who received a programme cannot be known: {'; '.join(gone)}; order the column")
        if lacking:
            raise ArgumentError(
                f"the study does not say who received the programme of {', '.join(lacking)}: give received in [[arms]], "
                'e.g. received = { source = "start" } (a study from registers)'
            )
        name = self.study.primary.name if outcome is None else outcome
        declared = self.study.outcome(name)
        y = self.outcome(name, month=month, clock=clock)
        design = self.study.design
        told = [code for code in self.study.arm_codes if code in received]
        columns: dict[str, Any] = {Own(f"received:{code}"): received[code].astype(float) for code in told}
        assigned = {**self._assigned(), **self._attributes(declared)}
        return ratios.cace(
            self._columns({name: y, **columns}),
            outcome=name,
            treatment={code: Own(f"received:{code}") for code in told},
            assignment=assigned.pop("arm"),
            vcov=vcov or ("HC2" if design.vcov == "CR2" else design.vcov),
            tolerance=design.receipt_tolerance,
            level=self.study.study.confidence,
            clock=self._clock(clock) if declared.dated else "",
            month=self._month(declared, month) if declared.dated else None,
            **assigned,
        )

    def power(self) -> Power:
        """Return the minimum detectable effect of every contrast, by itself and in the family of all contrasts.

        From the arms' sizes as randomised and the study's ``[plan]``: two-sided, normal, unpooled; in the family of k
        contrasts each is tested at alpha/k.

        Returns
        -------
        Power
            Two rows a contrast, with the arms' names: ``family`` 1, then k.

        Raises
        ------
        ArgumentError
            If the study has no plan.
        """
        plan = self._plan()
        sizes = self._cohort.people["arm"].value_counts()
        codes = self.study.arm_codes
        # the contrasts' order is that of the effects: each against the comparison arm, then each against every later arm
        pairs = [(a, codes[0]) for a in codes[1:]]
        pairs += [(a, b) for i, a in enumerate(codes[1:], start=1) for b in codes[i + 1 :]]
        rows: list[PowerRow] = []
        for arm, control in pairs:
            n, n_control = int(sizes[arm]), int(sizes[control])
            for family in sorted({1, len(pairs)}):
                found = ratios.power(
                    n_per_arm=n,
                    baseline=plan.baseline,
                    power=plan.power,
                    alpha=plan.alpha,
                    family=family,
                    ratio=n_control / n,
                )
                rows += [replace(row, arm=arm, control=control) for row in found.rows]
        return Power(rows=tuple(rows), notes=(_PLANNED.format(plan.baseline),))

    def power_curve(self) -> Power:
        """Return minimum detectable effects over numbers of persons an arm: the data of a curve.

        Of the plan alone, two arms of the same size, up to twice the largest arm randomised; by itself and in the family of
        all contrasts.

        Returns
        -------
        Power
            A row a family and number of persons, in steps of 50.

        Raises
        ------
        ArgumentError
            If the study has no plan.
        """
        plan = self._plan()
        largest = int(self._cohort.people["arm"].value_counts().max())
        k = len(self.study.arm_codes)
        # to the next hundred, so that the curve's end tells no arm's size
        end = max(4 * _STEP, -(-2 * largest // 100) * 100)
        found = ratios.power_curve(
            range(_STEP, end + 1, _STEP),
            baseline=plan.baseline,
            power=plan.power,
            alpha=plan.alpha,
            families=sorted({1, k * (k - 1) // 2}),
        )
        return replace(found, notes=(*found.notes, _PLANNED.format(plan.baseline)))

    # ------------------------------------------------------------------------------------------------------- inside

    def _plan(self) -> Plan:
        """Return the plan, whose baseline is of the primary outcome."""
        plan = self.study.plan
        if plan is None:
            raise ArgumentError("the study has no plan: give [plan] with baseline, the comparison arm's expected share")
        if plan.outcome not in (None, self.study.primary.name):
            raise ArgumentError(
                f"the study's plan is of {plan.outcome!r}, and the primary outcome is {self.study.primary.name!r}: give [plan] "
                f"with the baseline of the primary outcome"
            )
        return plan

    def _bounds(self, df: Arrays, declared: Outcome) -> tuple[Bounds, ...]:
        """Return Lee's bounds, and worst-case bounds where the outcome's range is declared; both within the strata."""
        assigned, level = {**self._assigned(), **self._attributes(declared)}, self.study.study.confidence
        bounds = [ratios.lee_bounds(df, outcome=declared.name, level=level, **assigned)]
        limits = self._cohort.survey.range_of(declared)
        if limits is not None:
            bounds.append(
                ratios.worst_case_bounds(
                    df,
                    outcome=declared.name,
                    limits=limits,
                    weights=self._weights(),
                    level=level,
                    **assigned,
                )
            )
        return tuple(bounds)
