"""Shares and effects by month, from any data frame."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np

from effektutv.errors import ArgumentError
from effektutv.estimators.design import Estimator, FloatArray
from effektutv.estimators.effects import Labels
from effektutv.estimators.monthly_profile import band_rows, profile_rows
from effektutv.estimators.options import parse_spec
from effektutv.results.effects import Effects
from effektutv.results.profiles import EffectBands, Profile

from .inputs.assignment import (
    INTERCURRENT,
    POPULATION,
    draws_of,
    read_assignment,
    read_cluster,
    read_outcome,
    read_probability,
    seed_of,
    state_estimand,
    unique,
)
from .inputs.columns import row_count
from .inputs.covariates import covariate_matrix
from .inputs.roles import check_roles, refuse_reproduced, strata_unused

__all__ = ["profile"]


def profile(
    df: Any,
    *,
    outcomes: Mapping[int, str] | tuple[Sequence[int], Any],
    arm: str,
    control: object,
    name: str,
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
    bands: str = "pointwise",
    draws: int = 10_000,
    seed: int = 1,
    clock: str = "",
    population: str = POPULATION,
    intercurrent: str = INTERCURRENT,
) -> Profile:
    """Return shares by month and arm, and the effects by month, with pointwise intervals and, if asked, bands.

    Parameters
    ----------
    df : pandas.DataFrame or polars.DataFrame
        One row a person.
    outcomes : mapping of int to str, or (months, array)
        The outcome's column at each month; or the months and an (n, months) array, its rows in the order of ``df``, NaN
        where missing.
    arm, control, strata, covariates, estimator, vcov, cluster, probability, weights, dof, level, contrasts, arms, clock
        As in :func:`itt`; with clusters the arms' own intervals are clustered, too. Strata weigh the same at every month, as
        everyone randomised: a month at which some are not yet followed, or unknown, shows no other mix of strata, but for
        strata where an arm has nobody with an outcome, which are left out and counted.
    name : str
        The outcome's name.
    bands : {"pointwise", "both"}
        ``"both"`` adds simultaneous (sup-t) bands that hold a whole curve, months 1 to 24, at once: one for each arm and
        one for each contrast; see :mod:`effektutv.estimators.simultaneous_bands`.
    draws, seed : int
        Draws behind the bands' critical values, and the seed from which they can be had again.
    population, intercurrent : str
        Attributes of the estimand, carried into the result.

    Returns
    -------
    Profile

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
    months, Y = _monthly(df, outcomes)
    given = list(outcomes.values()) if isinstance(outcomes, Mapping) else []
    others = {"covariates": covariates, "strata": strata, "cluster": cluster, "probability": probability}
    check_roles({"outcomes": given, "arm": arm}, others)
    for j, month in enumerate(months):
        refuse_reproduced(X, columns, Y[:, j], f"{name}, month {month}")
    if spec.estimator is Estimator.LOGIT and not np.all(np.isnan(Y) | (Y == 0) | (Y == 1)):
        raise ArgumentError("outcomes: estimator 'logit' needs 0/1 outcomes, and there are other values; recode them")
    drawn = _bands(bands, draws, seed)
    design = assigned.design(X, columns, read_cluster(df, cluster, notes), read_probability(df, probability))
    labels = Labels(outcome=name, clock=clock)
    summaries, effects, said, binary = profile_rows(design, Y, months, spec, assigned.contrasts, labels)
    notes += strata_unused(spec.estimator, strata)
    simultaneous = EffectBands()
    if drawn is not None:
        summaries, found = band_rows(
            design, Y, months, spec, assigned.contrasts, summaries, effects, draws=drawn[0], seed=drawn[1]
        )
        simultaneous = EffectBands(rows=tuple(found), draws=drawn[0], seed=drawn[1])
    estimand = state_estimand(assigned, name, binary, population, intercurrent)
    return Profile(
        rows=tuple(summaries),
        bands=simultaneous,
        effects=Effects(
            rows=tuple(effects),
            estimand=estimand,
            conf_level=spec.level,
            notes=unique([*assigned.notes, *notes, *said]),
        ),
    )


def _bands(bands: object, draws: object, seed: object) -> tuple[int, int] | None:
    """Return draws and seed of the simultaneous bands, or None where there are to be none."""
    if bands not in ("pointwise", "both"):
        raise ArgumentError(f"bands: got {bands!r}; choose 'pointwise' or 'both'")
    several, seeded = draws_of(draws, least=100), seed_of(seed)
    return (several, seeded) if bands == "both" else None


def _monthly(df: Any, outcomes: Mapping[int, str] | tuple[Sequence[int], Any]) -> tuple[tuple[int, ...], FloatArray]:
    """Return the months and the (n, months) outcomes."""
    if isinstance(outcomes, Mapping):
        months = tuple(sorted(_whole(outcomes)))
        if not months:
            raise ArgumentError("outcomes: no month is given")
        return months, np.column_stack([read_outcome(df, outcomes[m]) for m in months])
    if not isinstance(outcomes, tuple) or len(outcomes) != 2:
        raise ArgumentError(
            f"outcomes: got {type(outcomes).__name__}; give a mapping of month to column, or (months, array)"
        )
    months = _whole(outcomes[0])
    Y = np.asarray(outcomes[1], dtype=np.float64)
    if Y.shape != (row_count(df), len(months)):
        raise ArgumentError(
            f"outcomes: the array has shape {Y.shape}; {row_count(df)} persons and {len(months)} months were expected"
        )
    if np.isinf(Y).any():
        raise ArgumentError("outcomes: the array holds infinite values; make those missing or correct them")
    return months, Y


def _whole(months: Collection[object]) -> tuple[int, ...]:
    """Return months as they were given, refusing what a month cannot be."""
    found = tuple(int(m) for m in months if isinstance(m, int | np.integer) and not isinstance(m, bool))
    if len(found) < len(months) or len(set(found)) < len(found):
        raise ArgumentError("outcomes: months are whole numbers since time zero, each once; correct them")
    return found
