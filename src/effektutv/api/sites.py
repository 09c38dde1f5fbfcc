"""Variation between sites, in any data frame."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from effektutv.errors import ArgumentError
from effektutv.estimators.design import count_cells, observe, persons
from effektutv.estimators.effects import Labels, missing_note
from effektutv.estimators.options import parse_spec
from effektutv.estimators.site_heterogeneity import site_row
from effektutv.results.site_heterogeneity import SiteVariation

from .inputs.assignment import INTERCURRENT, POPULATION, read_assignment, read_outcome, state_estimand, unique
from .inputs.columns import names_of
from .inputs.labels import alike_note, crossed
from .inputs.roles import check_roles

__all__ = ["site_variation"]


def site_variation(
    df: Any,
    *,
    outcome: str,
    arm: str,
    control: object,
    site: str | Sequence[str],
    level: float = 0.95,
    contrasts: Sequence[tuple[object, object]] | None = None,
    arms: Sequence[object] | None = None,
    clock: str = "",
    month: int | None = None,
    population: str = POPULATION,
    intercurrent: str = INTERCURRENT,
) -> SiteVariation:
    """Return how much the effects vary between sites: between-site standard deviation with interval, Cochran's test.

    See :mod:`effektutv.estimators.site_heterogeneity`. No site's own effect is part of the result.

    Parameters
    ----------
    df, outcome, arm, control, level, contrasts, arms, clock, month
        As in :func:`effektutv.itt`; one outcome.
    site : str or sequence of str
        The sites' column, e.g. the municipality; several columns are crossed. Persons without a site are left out and
        counted.
    population, intercurrent : str
        Attributes of the estimand, carried into the result.

    Returns
    -------
    SiteVariation

    Raises
    ------
    ArgumentError
        If an argument cannot be used.
    """
    spec = parse_spec(estimator="difference", vcov=None, weights="all", level=level, stratified=False, adjusted=False)
    check_roles({"outcome": outcome, "arm": arm}, {"site": site})
    assigned = read_assignment(df, arm, control, arms, None, contrasts)
    names = names_of("site", site)
    sites = crossed(df, "site", names)
    if len(sites.labels) < 2:
        raise ArgumentError(f"site: {':'.join(names)} has fewer than two values; nothing varies between sites")
    y = read_outcome(df, outcome)
    labels = Labels(outcome=outcome, clock=clock, month=month)
    known = sites.code >= 0
    bare = assigned.bare()
    design = replace(bare, stratum=np.maximum(sites.code, 0), n_strata=len(sites.labels), strata=":".join(names))
    sample, _ = observe(design.take(known), y[known], regresses=False)
    notes = [*assigned.notes, *alike_note("site", ":".join(names), sites.labels)]
    notes += [f"site: {persons(sites.n_missing)} without one left out"] if sites.n_missing else []
    notes += missing_note(sample, labels)
    cells = count_cells(sample)
    rows = []
    for pair in assigned.contrasts:
        row, said = site_row(sample, cells, pair, spec.level, labels, design.strata)
        rows.append(row)
        notes += said
    binary = bool(np.all(np.isnan(y) | (y == 0) | (y == 1)))
    summary = "between-site standard deviation of the difference in {}, and its mean over sites"
    estimand = state_estimand(assigned, outcome, binary, population, intercurrent, summary=summary)
    return SiteVariation(rows=tuple(rows), conf_level=spec.level, notes=unique(notes), estimand=estimand)
