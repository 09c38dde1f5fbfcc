r"""A bootstrap of a whole family, for Romano and Wolf's step-down: what is drawn again where strata have single persons.

Persons are resampled within stratum and arm, all outcomes and subgroups of a person together, and every hypothesis's
statistic is computed anew from the cells, centred at its estimate. A cell of one person would be drawn as it is: it adds
nothing to the spread, and true nulls would be rejected far too often. Therefore

``pool``
    the strata with one person in some arm of the family (counted by outcome and level) are drawn from each other: for each
    of them one stratum of the pool, with replacement, and with it the means and variances of all arms' cells, so that all
    contrasts are treated alike. Under `blocked` a stratum keeps its own weight and its drawn effect is that of the stratum
    drawn, less the plain mean of those it is drawn from, plus the pool's weighted mean effect: the draws' estimates then
    have the observed one as their expectation. Under `fe` and `difference` the stratum drawn comes with its numbers, so
    that nothing needs to be centred. A stratum is drawn from those of the pool that have every arm that it has.
``too few to pool``
    where one stratum has half of the pool's weight or more: a single person's outcome is the own one plus
    √(n/(n − 1))(y − ȳ) of a person drawn from the arm's cells of two and more, whose variances that makes right. Without
    such a cell the person stays.

What is drawn depends on the seed and the numbers only. With the pooled form of the variance
(:mod:`effektutv.estimators.stratified_variance`) every draw has the form that its own cells ask for.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ..design import persons, strata_count
from ..randomization.draws import blocks
from .redraw_cells import observed_statistics, over_errors, parts
from .redraw_regression import refitted_bootstrap
from .resample_persons import person_draws, sorted_source
from .resample_plan import TASK, Plan

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ..design import FloatArray
    from ..retained_inputs import Source
    from .hypothesis import Hypothesis

__all__ = ["Bootstrap", "bootstrap_statistics"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Bootstrap:
    """A family's observed statistics and draws of them.

    Parameters
    ----------
    observed : (H,) array of float
        NaN where a statistic is undefined.
    statistics : iterator of (H, B) arrays of float
    notes : tuple of str
        What was done about single persons.
    """

    observed: FloatArray
    statistics: Iterator[FloatArray]
    notes: tuple[str, ...] = ()


def bootstrap_statistics(source: Source, hypotheses: Sequence[Hypothesis], draws: int, seed: int) -> Bootstrap:
    """Return observed statistics and blocks of a bootstrap's, centred at the estimates.

    Parameters
    ----------
    source : Source
    hypotheses : sequence of Hypothesis
        Of any contrasts.
    draws, seed : int
    """
    if source.refitted:
        return _refitted(source, hypotheses, draws, seed)
    again = Plan(source, hypotheses)
    estimate, variance = again.statistics([cells.sums() for cells in again.observed])
    error = np.sqrt(variance[:, 0])

    def statistics() -> Iterator[FloatArray]:
        for rng, some in blocks(seed, draws, TASK):
            for part in parts(some):
                drawn, spread = again.statistics(again.draw(rng, part))
                yield over_errors(drawn - estimate, spread, error, again.people.largest)

    return Bootstrap(observed=observed_statistics(estimate[:, 0], error), statistics=statistics(), notes=_notes(again))


def _refitted(source: Source, hypotheses: Sequence[Hypothesis], draws: int, seed: int) -> Bootstrap:
    """Return the bootstrap of an estimator that is fitted again in each draw."""
    observed, error, drawn = refitted_bootstrap(source, hypotheses, draws, seed)
    ordered, tests = sorted_source(source, hypotheses)
    plan = Plan(ordered, tests)
    if not plan.pooled.any() and not plan.lent_rows:
        return Bootstrap(observed=observed, statistics=drawn)
    return Bootstrap(observed=observed, statistics=person_draws(ordered, plan, error, draws, seed), notes=_notes(plan))


def _notes(again: Plan) -> tuple[str, ...]:
    """Return how many strata with single persons were drawn from each other, and how many could not be."""
    found = []
    pooled = again.pooled.any(axis=0)
    if pooled.any():
        many = persons(int(again.n[:, pooled].sum(axis=(1, 2)).max()))
        found.append(f"{strata_count(int(pooled.sum()))} with one person in an arm ({many}) are drawn as a pool")
    if again.lent_rows:
        found.append(
            f"{strata_count(len({s for s, _ in again.lent_rows}))} with one person in an arm are too few to pool: such a "
            "person's outcome is drawn with a residual of the arm's larger cells"
        )
    return tuple(found)
