"""The participants' table, and what every question about it needs: outcomes, months, clocks, how persons were assigned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from effektutv.api.inputs.assignment import POPULATION
from effektutv.api.inputs.columns import Arrays
from effektutv.cohort.build import Cohort
from effektutv.cohort.outcome_values import CLOCKS, StateMasks, outcome_values
from effektutv.errors import ArgumentError
from effektutv.results.data_quality import DataQuality
from effektutv.results.flow import Flow
from effektutv.results.names import Own
from effektutv.study import SURVEY, Outcome, Study, registers_lacking

__all__ = ["ENTRY", "Participants"]

#: Whom estimands are for, and what is done about what happens after randomisation.
_POPULATION = "all who consented and were randomised, as assigned"
#: What is done about deaths and moves, by whether the state is work: the emigrated are not in (Swedish) work.
_HANDLED = {
    True: "death and emigration: counted as not in the state (composite)",
    False: "death: counted as not in the state (composite); emigration: the state as the registers hold it",
}
_UNHANDLED = "death and emigration: not known, no register of them was delivered"
_FOLLOWED = (
    "programme not started, stopped or another received: kept as assigned (treatment policy); a month beyond a register's end: "
    "left out by the day that months are counted from, never by outcome"
)
_SURVEYED = (
    "no answer, for whatever reason: no outcome; programme not started, stopped or another received: kept as assigned "
    "(treatment policy)"
)
_OBSERVED = "treatment policy; persons without an observed outcome are left out"
#: The half-year of randomisation, a subgroup that every study from registers has.
ENTRY = "entry_half_year"


class Participants:
    """One row a participant, checked and linked.

    Parameters
    ----------
    study : Study
        The study.
    cohort : Cohort
        The participants.
    """

    def __init__(self, study: Study, cohort: Cohort) -> None:
        self.study = study
        self._cohort = cohort

    def __repr__(self) -> str:
        counts = self._cohort.people["arm"].value_counts()
        arms = ", ".join(f"{code}: {int(counts[code])}" for code in self.study.arm_codes)
        synthetic = ", synthetic" if self.study.study.synthetic else ""
        return f"<Trial {self.study.study.name}: {len(self._cohort.people)} participants ({arms}){synthetic}>"

    def __len__(self) -> int:
        return len(self._cohort.people)

    @property
    def table(self) -> pd.DataFrame:
        """A copy of the participants' table: arm, stratum, dates and covariates. It holds persons: do not publish it.

        A column of the package's whose name the study gives a covariate or an outcome ends with ``_`` here.
        """
        own, named = self._cohort.people, pd.concat([self._cohort.baseline, self._cohort.outcomes], axis=1)
        return pd.concat([own.rename(columns={c: f"{c}_" for c in own.columns if c in named}), named], axis=1)

    @property
    def quality(self) -> DataQuality:
        """What was found when the extracts were read and checked."""
        return self._cohort.quality

    @property
    def inputs(self) -> dict[str, str]:
        """SHA-256 of every file read."""
        return dict(self._cohort.inputs)

    @property
    def engine(self) -> str:
        """What built it from the extracts: ``"duckdb"`` or ``"spark"``; ``"table"`` for a plain table."""
        return self._cohort.engine

    @property
    def from_registers(self) -> bool:
        """Whether the trial was built from register extracts, so that it has months and clocks."""
        return bool(self._cohort.masks)

    def flow(self) -> Flow:
        """Return the participant flow (CONSORT): persons and exclusions by stage."""
        return self._cohort.flow

    def has(self, outcome: str) -> bool:
        """Return whether the registers that an outcome needs are among the study's.

        Parameters
        ----------
        outcome : str
            The outcome's name.
        """
        declared = self.study.outcome(outcome)
        if declared.item is not None:
            return SURVEY in self.study.registers
        if declared.state is None:
            return True
        return declared.month_state in self._masks(CLOCKS[0]).states

    def lacks(self, outcome: str) -> str | None:
        """Return why an outcome cannot be known although its registers are there, or None.

        Parameters
        ----------
        outcome : str
            The outcome's name.

        Returns
        -------
        str or None
            Which column was not delivered, e.g. ``"avhopp was not delivered"``.
        """
        return self._cohort.lacking.get(self.study.outcome(outcome).month_state or "")

    @property
    def _no_providers(self) -> str | None:
        """Why nobody knows who shares a provider, where clusters are providers; else None."""
        return self._cohort.lacking.get("provider") if self.study.design.cluster == "behandlare" else None

    @property
    def clocks(self) -> tuple[str, ...]:
        """The clocks that months can be counted on, the study's first: none in a study of a plain table."""
        if not self.from_registers:
            return ()
        first = self.study.time_zero.clock
        others = (c for c in CLOCKS if c != first)
        return (first, *(c for c in others if c != "start" or "start" not in self._cohort.lacking))

    def outcome(self, name: str, *, month: int | None = None, clock: str | None = None) -> NDArray[np.float64]:
        """Return one outcome of every participant.

        Parameters
        ----------
        name : str
            The outcome's name.
        month : int, optional
            Months since time zero; the study's month for this outcome where not given.
        clock : {"randomisation", "start"}, optional
            What months are counted from; the study's clock where not given.

        Returns
        -------
        ndarray of float, shape (n,)
            0 or 1 for a state, a number of months for ``months_in_work`` and ``first_month_in_work``, an answer for a
            survey's item; NaN where it is not known: a month lies beyond a source's cut-off, or there is no answer.

        Raises
        ------
        ArgumentError
            If month or clock cannot be had, or a register that the outcome needs is not in the study.
        """
        declared = self.study.outcome(name)
        if not declared.dated:
            if month is not None or clock is not None:
                source = "a plain table" if declared.item is None else "the participants' survey"
                raise ArgumentError(
                    f"month, clock: outcome {name!r} comes from {source} and has neither; leave both out"
                )
            if declared.item is None:
                return self._cohort.outcomes[name].to_numpy(dtype=float)
            if not self.has(name):
                raise ArgumentError(f"outcome {name!r}: the survey is not in the study; add [registers.{SURVEY}]")
            return self._cohort.survey.values(declared)
        return self._months(declared, [self._month(declared, month)], self._clock(clock))[:, 0]

    @property
    def knows_events(self) -> bool:
        """Whether the study has a register of deaths and moves."""
        return any(m.dead is not None or m.away is not None for m in self._cohort.masks.values())

    def _attributes(self, outcome: Outcome) -> dict[str, Any]:
        """Return whom an outcome's estimand is for, and what is done about what happens after randomisation."""
        population = _POPULATION if self.from_registers else POPULATION
        if outcome.item is not None:
            return {"population": population, "intercurrent": _SURVEYED}
        if not outcome.dated:
            return {"population": population, "intercurrent": _OBSERVED}
        work = (outcome.month_state or "").startswith("work")
        events = _HANDLED[work] if self.knows_events else _UNHANDLED
        return {"population": population, "intercurrent": f"{events}; {_FOLLOWED}"}

    def _attributes_of_all(self, names: Sequence[str]) -> dict[str, Any]:
        """Return the attributes of several outcomes in one estimand, told apart where they differ."""
        each = {name: self._attributes(self.study.outcome(name)) for name in names}
        events = {name: attributes["intercurrent"] for name, attributes in each.items()}
        alike = len(set(events.values())) == 1
        said = events[names[0]] if alike else "; ".join(f"{name}: {text}" for name, text in events.items())
        return {**each[names[0]], "intercurrent": said}

    def _assigned(self) -> dict[str, Any]:
        """Return the arguments that say how persons were assigned."""
        return {
            "arm": Own("arm"),
            "control": self.study.control,
            "arms": list(self.study.arm_codes),
            "strata": Own("stratum") if self.study.design.strata else None,
        }

    def _weights(self, adjusted: bool = False) -> str:
        """Return whose persons weigh: the study's choice where there is anything to weigh, strata or covariates."""
        return self.study.design.weights if self.study.design.strata or adjusted else "all"

    def _method(
        self,
        y: NDArray[np.float64],
        estimator: str | None,
        vcov: str | None,
        adjusted: bool = False,
        dof: str | None = None,
    ) -> dict[str, Any]:
        """Return estimator, variance, degrees of freedom, clusters and probabilities: the caller's, else the study's.

        The study's ``logit`` is for 0/1 outcomes; any other outcome takes the default. The study's variance and degrees of
        freedom go with the study's own estimator; another takes HC2, but for CR2, which each that has it keeps: who shares a
        provider does not depend on the estimator.
        """
        design = self.study.design
        chosen = estimator
        if estimator is None and not adjusted:
            chosen = design.main
            if chosen == "logit" and not np.all(np.isnan(y) | (y == 0) | (y == 1)):
                chosen = "blocked" if design.strata else "difference"
        resolved = (chosen or "lin").lower()
        if vcov is None:
            if design.vcov == "CR2":
                vcov = "CR2" if resolved in ("difference", "fe", "lin") else "HC2"
            else:
                vcov = design.vcov if resolved == design.main and not adjusted else "HC2"
        if dof is None and resolved == design.main and not adjusted and vcov.upper() == design.vcov.upper():
            dof = design.dof
        clustered = vcov.upper() == "CR2"
        if clustered and design.cluster is None:
            raise ArgumentError("vcov: 'CR2' needs clusters; name their column as cluster in the study's [design]")
        return {
            "estimator": chosen,
            "vcov": vcov,
            "dof": dof,
            "cluster": Own("cluster") if clustered else None,
            "probability": Own("probability") if resolved == "ipw" and design.probability is not None else None,
        }

    def _columns(self, named: Mapping[str, Any]) -> Arrays:
        """Return columns with those that say how persons were assigned, and who shares a provider, which no name reaches.

        Parameters
        ----------
        named : mapping of name to series or array
        """
        people = self._cohort.people
        own: dict[str, Any] = {Own(c): people[c] for c in ("arm", "stratum", "cluster", "probability") if c in people}
        return Arrays({**own, **named})

    def _clock(self, clock: str | None) -> str:
        chosen = self.study.time_zero.clock if clock is None else clock
        if chosen not in CLOCKS:
            raise ArgumentError(f"clock: got {chosen!r}; give one of {', '.join(CLOCKS)}")
        if chosen == "start" and (why := self._cohort.lacking.get("start")) is not None:
            raise ArgumentError(f"clock: months since the own start cannot be had: {why}; use clock='randomisation'")
        return chosen

    def _month(self, outcome: Outcome, month: int | None) -> int:
        chosen = outcome.month if month is None else month
        if (
            isinstance(chosen, bool)
            or not isinstance(chosen, int | np.integer)
            or not 0 <= chosen <= self.study.study.horizon
        ):
            raise ArgumentError(f"month: give a whole number from 0 to the study's horizon, {self.study.study.horizon}")
        return int(chosen)

    def _masks(self, clock: str) -> StateMasks:
        if not self._cohort.masks:
            raise ArgumentError("a study of a plain table has no months and no clock")
        return self._cohort.masks[clock]

    def _months(self, outcome: Outcome, months: list[int], clock: str) -> NDArray[np.float64]:
        masks = self._masks(clock)
        if (why := self.lacks(outcome.name)) is not None:
            raise ArgumentError(f"outcome {outcome.name!r} cannot be known: {why}; order the column")
        if outcome.month_state not in masks.states:
            needs = " and ".join(" or ".join(group) for group in registers_lacking(self.study, outcome))
            raise ArgumentError(
                f"outcome {outcome.name!r}: a register that it needs is not in the study; add {needs} to [registers]"
            )
        return outcome_values(masks, outcome, months)

    def _of_state(self, state: str) -> Outcome:
        """Return the study's outcome that is this state, where its registers are there."""
        for outcome in self.study.outcomes:
            if outcome.state == state and self.has(outcome.name):
                return outcome
        raise ArgumentError(f"the study has no outcome with state = {state!r}")

    def _known(self, names: Sequence[str]) -> None:
        allowed = [c.name for c in self.study.covariates]
        for name in names:
            if name not in allowed and not (name == ENTRY and self.from_registers):
                raise ArgumentError(f"{name!r} is no covariate of the study; it has: {', '.join(allowed) or 'none'}")

    def _characteristics(self, names: Sequence[str]) -> dict[str, pd.Series]:
        """Return baseline characteristics by name; the half-year of randomisation is one of them."""
        self._known(names)
        baseline = self._cohort.baseline
        return {name: baseline[name] if name in baseline else self._half_year() for name in names}

    def _half_year(self) -> pd.Series:
        """Return the half-year of randomisation."""
        day = self._cohort.people["randomised"].dt
        half = day.month.map(lambda month: 1 if month <= 6 else 2)
        found: pd.Series = day.year.astype(str) + "-" + half.astype(str)
        return found

    def _levels(self, name: str, column: pd.Series) -> list[str]:
        if name not in self._cohort.baseline:
            return sorted(column.unique())
        declared = self.study.covariate(name)
        if declared.kind != "categorical":
            raise ArgumentError(f"by: {name!r} has no levels; a subgroup must be a covariate with levels")
        return [x.code for x in declared.levels if (column == x.code).any()]
