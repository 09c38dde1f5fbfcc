"""The participants' table, and what every question about it needs: outcomes, months, clocks, how persons were assigned."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..cohort.build import Cohort
from ..cohort.outcomes import CLOCKS, StateMasks, outcome_values
from ..errors import ArgumentError
from ..results import DataQuality, Flow
from ..study import Outcome, Study

__all__ = ["Participants"]


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
        """A copy of the participants' table: arm, stratum, dates and covariates. It holds persons: do not publish it."""
        return self._cohort.people.copy()

    @property
    def quality(self) -> DataQuality:
        """What was found when the extracts were read and checked."""
        return self._cohort.quality

    @property
    def inputs(self) -> dict[str, str]:
        """SHA-256 of every file read."""
        return dict(self._cohort.inputs)

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
        if declared.state is None:
            return True
        return declared.month_state in self._masks(CLOCKS[0]).states

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
            0 or 1 for a state, a count for ``months_in_work``; NaN where it is not known: a month lies beyond a source's
            cut-off.

        Raises
        ------
        ArgumentError
            If month or clock cannot be had, or a register that the outcome needs is not in the study.
        """
        declared = self.study.outcome(name)
        if declared.state is None:
            if month is not None or clock is not None:
                raise ArgumentError(
                    f"month, clock: outcome {name!r} comes from a plain table and has neither; leave both out"
                )
            return self._cohort.people[name].to_numpy(dtype=float)
        return self._months(declared, [self._month(declared, month)], self._clock(clock))[:, 0]

    def _assigned(self) -> dict[str, Any]:
        """Return the arguments that say how persons were assigned."""
        return {
            "arm": "arm",
            "control": self.study.control,
            "arms": list(self.study.arm_codes),
            "strata": "stratum" if self.study.design.strata else None,
        }

    def _vcov(self, estimator: str | None, adjusted: bool) -> str:
        """Return the study's variance for the study's own estimator; HC2 for any other, which may not have it."""
        same = estimator in (None, self.study.design.estimator) and not adjusted
        return self.study.design.vcov if same else "HC2"

    def _clock(self, clock: str | None) -> str:
        chosen = self.study.time_zero.clock if clock is None else clock
        if chosen not in CLOCKS:
            raise ArgumentError(f"clock: got {chosen!r}; give one of {', '.join(CLOCKS)}")
        return chosen

    def _month(self, outcome: Outcome, month: int | None) -> int:
        chosen = outcome.month if month is None else month
        if not isinstance(chosen, int | np.integer) or not 0 <= chosen <= self.study.study.horizon:
            raise ArgumentError(f"month: give a whole number from 0 to the study's horizon, {self.study.study.horizon}")
        return int(chosen)

    def _masks(self, clock: str) -> StateMasks:
        if not self._cohort.masks:
            raise ArgumentError("a study of a plain table has no months and no clock")
        return self._cohort.masks[clock]

    def _months(self, outcome: Outcome, months: list[int], clock: str) -> NDArray[np.float64]:
        masks = self._masks(clock)
        if outcome.month_state not in masks.states:
            raise ArgumentError(
                f"outcome {outcome.name!r}: a register that it needs is not in the study; add it to [registers]"
            )
        return outcome_values(masks, outcome, months)

    def _known(self, names: Sequence[str]) -> None:
        allowed = [c.name for c in self.study.covariates]
        for name in names:
            if name not in allowed:
                raise ArgumentError(f"{name!r} is no covariate of the study; it has: {', '.join(allowed) or 'none'}")

    def _levels(self, name: str, column: pd.Series) -> list[str]:
        declared = self.study.covariate(name)
        if declared.kind != "categorical":
            raise ArgumentError(f"by: {name!r} has no levels; a subgroup must be a covariate with levels")
        return [x.code for x in declared.levels if (column == x.code).any()]
