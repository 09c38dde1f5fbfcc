"""Risk and odds ratios of any data frame."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from effektutv.estimators.design import Estimator, Vcov
from effektutv.estimators.effects import Labels
from effektutv.estimators.options import parse_spec
from effektutv.estimators.ratios import ratio_rows
from effektutv.results.ratios import Ratios

from .inputs.assignment import (
    INTERCURRENT,
    POPULATION,
    read_assignment,
    read_cluster,
    read_outcome,
    read_probability,
    state_estimand,
    unique,
)
from .inputs.covariates import covariate_matrix
from .inputs.roles import check_roles, refuse_reproduced, strata_unused

__all__ = ["ratios"]


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
