"""The effect of a programme received, from any data frame."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from effektutv.errors import ArgumentError
from effektutv.estimators.compliance import ComplierSource, Receipt, complier_rows
from effektutv.estimators.effects import Labels
from effektutv.estimators.options import parse_spec
from effektutv.results.compliance import ComplierEffects
from effektutv.results.kept import keep

from .inputs.assignment import (
    INTERCURRENT,
    POPULATION,
    Assigned,
    read_assignment,
    read_outcome,
    state_estimand,
    unique,
)
from .inputs.columns import label, zero_one
from .inputs.covariates import covariate_matrix
from .inputs.roles import check_roles, refuse_reproduced

__all__ = ["cace"]


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
