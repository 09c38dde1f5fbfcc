r"""The same bootstrap as :mod:`effektutv.estimators.multiplicity.resample_cells` for estimators that are no function of the
cells.

`lin`, `logit`, `ipw`, and `fe` with covariates, are fitted to every draw's persons by the ordinary estimator, one draw at a
time: only where strata have single persons, since then a drawn stratum stands in another's place, with its persons, at that
other's weight. A single person who is too few to pool gets the own outcome and covariates plus √(n/(n − 1)) times the
deviation of a person drawn from the arm's larger cells; a logit has no such outcome, and is refused. What is taken from the
draws' estimates is their own mean: an adjusted effect has no other formula for it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from effektutv.errors import ArgumentError

from ..design import Design, Estimator, observe, strata_count
from ..effects import fit_contrast
from ..randomization.draws import blocks
from ..randomization.refit_inputs import by_arm_probability
from .hypothesis import Hypothesis
from .redraw_cells import over_errors, parts
from .resample_plan import TASK

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ..design import BoolArray, FloatArray, IntArray
    from ..retained_inputs import Source
    from .resample_plan import Plan

__all__ = ["person_draws", "sorted_source"]


def sorted_source(source: Source, hypotheses: Sequence[Hypothesis]) -> tuple[Source, list[Hypothesis]]:
    """Return the same persons by their covariates, so that what ties on everything else does not depend on the rows' order."""
    X = source.design.X
    order = np.lexsort(X.T[::-1]) if X.shape[1] else np.arange(X.shape[0])
    levels = {id(m): m[order] for h in hypotheses for m in h.levels}
    moved = [replace(h, levels=tuple(levels[id(m)] for m in h.levels)) for h in hypotheses]
    outcomes = {name: y[order] for name, y in source.outcomes.items()}
    return replace(source, design=source.design.take(order), outcomes=outcomes), moved


def person_draws(source: Source, plan: Plan, error: FloatArray, draws: int, seed: int) -> Iterator[FloatArray]:
    """Yield (H, B) statistics of draws.

    Parameters
    ----------
    source : Source
        As :func:`sorted_source` returns it.
    plan : Plan
        Of that source.
    error : (H,) array of float
        The observed standard errors.
    draws, seed : int
    """
    if source.spec.estimator is Estimator.LOGIT and plan.lent_rows:
        raise ArgumentError(
            f"method: {strata_count(len({s for s, _ in plan.lent_rows}))} with one person in an arm are too few to be drawn "
            "from each other, and a logit has no other way; use method='holm' or 'westfall-young', or estimator 'blocked'"
        )
    again = _Persons(source, plan)
    estimates, variances = [], []
    for rng, some in blocks(seed, draws, TASK):
        for many in parts(some):
            drawn = again.draw(rng, many)
            estimates.append(drawn[0])
            variances.append(drawn[1])
    estimate, variance = np.concatenate(estimates, axis=1), np.concatenate(variances, axis=1)
    known = ~np.isnan(estimate)
    total = np.where(known, estimate, 0.0).sum(axis=1, keepdims=True)
    centre = total / np.maximum(known.sum(axis=1, keepdims=True), 1)
    yield over_errors(estimate - centre, variance, error, plan.people.largest)


class _Persons:
    """Persons of every draw, and the estimator's fit to them."""

    def __init__(self, source: Source, plan: Plan) -> None:
        self._source, self._plan = source, plan
        rows = plan.people.rows
        self._design = source.design.take(rows)
        self._y = {name: y[rows] for name, y in source.outcomes.items()}
        self._levels = [h.levels[k][rows] for h, k in plan.each]
        self._of = [np.flatnonzero(self._design.stratum == s) for s in range(self._design.n_strata)]
        self._places = np.arange(rows.size)
        # Cells of a single person who gets a residual are not resampled: there may be others without an outcome in them.
        self._kept = np.zeros((len(plan.each), rows.size), dtype=bool)
        for k, (h, _) in enumerate(plan.each):
            for lent in plan.lent[k]:
                mine = (self._design.stratum == lent.stratum) & (self._design.arm == h.contrast[lent.side])
                self._kept[k] |= mine
        known = by_arm_probability(source.design)
        self._known = known if isinstance(known, np.ndarray) else None

    def draw(self, rng: np.random.Generator, many: int) -> tuple[FloatArray, FloatArray]:
        """Return (H, many) estimates and variances, NaN where undefined."""
        picked = np.concatenate([start + c for start, c in self._plan.pick(rng, many)], axis=1)
        strata = rng.random((self._plan.pool_rows.size, many))
        residuals = rng.random((len(self._plan.lent_rows), many))
        count = len(self._plan.hypotheses)
        estimate, variance = np.full((count, many), np.nan), np.full((count, many), np.nan)
        for b in range(many):
            at = 0
            for j, h in enumerate(self._plan.hypotheses):
                levels = range(at, at + len(h.levels))
                at += len(h.levels)
                made = [self._made(k, h, picked[b], strata[:, b], residuals[:, b]) for k in levels]
                estimate[j, b], variance[j, b] = self._fitted(h, made, [self._plan.people.size[k] for k in levels])
        return estimate, variance

    def _made(
        self, k: int, h: Hypothesis, picked: IntArray, strata: FloatArray, residuals: FloatArray
    ) -> tuple[Design, FloatArray]:
        """Return one level's persons in one draw, and their outcomes."""
        plan, level = self._plan, self._levels[k]
        picked = np.where(self._kept[k][self._places], self._places, picked)
        own = picked[level[picked] & ~plan.pooled[k][self._design.stratum[picked]]]
        rows, labels = [own], [self._design.stratum[own]]
        for kin in plan.kin[k]:
            drawn = kin.donors[(strata[kin.at] * kin.donors.size).astype(np.intp)]
            for s, donor in zip(kin.mine.tolist(), drawn.tolist(), strict=True):
                persons = self._of[donor][level[self._of[donor]]]
                persons = persons[~np.isin(self._design.arm[persons], plan.absent(k, s))]
                rows.append(persons)
                labels.append(np.full(persons.size, s))
        taken, stratum = np.concatenate(rows), np.concatenate(labels)
        design = replace(self._design.take(taken), stratum=stratum)
        if self._known is not None:
            design = replace(design, probability=self._known[stratum, design.arm])
        y, X = self._y[h.outcome][taken], design.X.copy()
        for lent in plan.lent[k]:
            which = int(residuals[lent.at] * lent.persons.size)
            single = (stratum == lent.stratum) & (design.arm == h.contrast[lent.side]) & ~np.isnan(y)
            y = np.where(single, y + lent.residuals[which], y)
            X[single] += lent.scale[which] * self._deviation(h, level, int(lent.persons[which]))
        return replace(design, X=X), y

    def _deviation(self, h: Hypothesis, level: BoolArray, person: int) -> FloatArray:
        """Return how far a person's covariates are from the mean of those who count in the own cell."""
        d = self._design
        mine = level & (d.stratum == d.stratum[person]) & (d.arm == d.arm[person]) & ~np.isnan(self._y[h.outcome])
        return np.asarray(d.X[person] - d.X[mine].mean(axis=0), dtype=np.float64)

    def _fitted(
        self, h: Hypothesis, made: Sequence[tuple[Design, FloatArray]], sizes: list[FloatArray]
    ) -> tuple[float, float]:
        spec = self._source.spec
        if len(made) > 1 and spec.estimator is not Estimator.FE and self._known is None:
            complete = np.ones(sizes[0].size, dtype=bool)
            for design, y in made:
                for arm in h.contrast:
                    here = design.stratum[(design.arm == arm) & ~np.isnan(y)]
                    complete &= np.bincount(here, minlength=complete.size) > 0
            sizes = [np.where(complete, np.sum(sizes, axis=0), 0.0)] * len(made)
        found = []
        for (design, y), size in zip(made, sizes, strict=True):
            sample, _ = observe(design, y)
            fit = fit_contrast(sample, spec, *h.contrast, stratum_size=size)
            if not isinstance(fit.estimate, float):
                return np.nan, np.nan
            found.append((fit.estimate, fit.variance if isinstance(fit.variance, float) else np.nan))
        estimate = found[-1][0] - (found[0][0] if len(found) > 1 else 0.0)
        return estimate, float(sum(v for _, v in found))
