"""What the survey of participants says."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from effektutv.api.inputs.columns import Arrays
from effektutv.api.itt import itt
from effektutv.api.missing_outcomes import lee_bounds, response_weighted, worst_case_bounds
from effektutv.errors import ArgumentError
from effektutv.results.bounds import Bounds
from effektutv.results.survey import SurveyOutcome
from effektutv.study import Outcome

from .base import Participants

__all__ = ["Surveys"]

_RESPONDENTS = "respondents are compared as they are: who answers may differ between the arms"


class Surveys(Participants):
    """Items of the survey."""

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
        response = itt(
            df,
            outcome=answered,
            weights=weights,
            level=level,
            **self._method(df[answered].to_numpy(), None, None),
            **assigned,
        )
        observed = itt(df, outcome=outcome, weights=weights, level=level, **self._method(y, None, None), **assigned)
        observed = replace(observed, notes=(*observed.notes, _RESPONDENTS))
        if covariates or assigned["strata"]:
            weighted = response_weighted(
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

    def _bounds(self, df: Arrays, declared: Outcome) -> tuple[Bounds, ...]:
        """Return Lee's bounds, and worst-case bounds where the outcome's range is declared; both within the strata."""
        assigned, level = {**self._assigned(), **self._attributes(declared)}, self.study.study.confidence
        bounds = [lee_bounds(df, outcome=declared.name, level=level, **assigned)]
        limits = self._cohort.survey.range_of(declared)
        if limits is not None:
            bounds.append(
                worst_case_bounds(
                    df,
                    outcome=declared.name,
                    limits=limits,
                    weights=self._weights(),
                    level=level,
                    **assigned,
                )
            )
        return tuple(bounds)
