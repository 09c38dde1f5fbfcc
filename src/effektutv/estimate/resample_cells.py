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
(:mod:`effektutv.estimate.stratified_variance`) every draw has the form that its own cells ask for.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from .design import Estimator, persons, strata_count
from .draws import blocks
from .families import family_statistics, observed_statistics, over_errors, parts, persons_of, shared_weights
from .forms import CellSums
from .redrawn import refitted_bootstrap
from .stratified_variance import LIMIT_SHARE, SLACK

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from .design import BoolArray, FloatArray, IntArray
    from .families import Hypothesis
    from .source import Source

__all__ = ["Bootstrap", "bootstrap_statistics"]

#: Tells a bootstrap's draws apart from those of the assignment.
_TASK = 2


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


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class _Cells:
    """One (hypothesis, level)'s cells: persons, sums, and sums of squared deviations; (2, S) arrays, arm and control."""

    n: FloatArray
    t: FloatArray
    ss: FloatArray

    def sums(self) -> tuple[CellSums, CellSums]:
        """Return arm and control, (S, 1) each."""
        q = self.ss + self.t**2 / np.maximum(self.n, 1)
        arm, control = (CellSums(self.n[k][:, None], self.t[k][:, None], q[k][:, None]) for k in (0, 1))
        return arm, control


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class _Kin:
    """Strata of the pool with the same arms, and those of the pool that they are drawn from.

    Parameters
    ----------
    mine : (R,) array of int
        Strata.
    at : (R,) array of int
        Their places among all strata that are pooled for some hypothesis.
    donors : (D,) array of int
        Strata.
    """

    mine: IntArray
    at: IntArray
    donors: IntArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class _Lent:
    """A single person who is too few to pool, and the residuals of the arm's larger cells that are drawn for the outcome."""

    stratum: int
    side: int
    at: int
    residuals: FloatArray


class _Resampling:
    """What is drawn of a family, and the cells that it makes.

    Parameters
    ----------
    source : Source
    hypotheses : sequence of Hypothesis
    """

    def __init__(self, source: Source, hypotheses: Sequence[Hypothesis]) -> None:
        design = source.design
        self._source, self._hypotheses = source, hypotheses
        self._arms, self._strata = len(design.arms), design.n_strata
        self.people = persons_of(source, hypotheses, list(range(self._arms)), design.stratum, by_arm=True)
        self._whole = source.spec.estimator is Estimator.DIFFERENCE
        self._stratum, self._arm = design.stratum[self.people.rows], design.arm[self.people.rows]
        # Persons stay in their strata even where the estimator has one stratum for all.
        codes, self._starts, self._size = np.unique(
            self._stratum * self._arms + self._arm, return_index=True, return_counts=True
        )
        self._of_stratum, self._of_arm = codes // self._arms, codes % self._arms
        self._each = [(h, j) for h in hypotheses for j in range(len(h.levels))]
        family = sorted({a for h in hypotheses for a in h.contrast})
        # (L, S, A) counted persons of the family's arms, the same for all contrasts of one outcome and level
        self.n = np.stack([self._counted(source.outcomes[h.outcome], h.levels[j], family) for h, j in self._each])
        weight = np.stack([np.bincount(design.stratum[h.levels[j]], minlength=self._strata) for h, j in self._each])
        self.alone = (self.n == 1).any(axis=2)
        chosen = [self._pool(n, alone, w) for n, alone, w in zip(self.n, self.alone, weight, strict=True)]
        self.pooled = np.zeros((len(self._each), self._strata), dtype=bool)
        for row, found in enumerate(chosen):
            for mine, _ in found:
                self.pooled[row, mine] = True
        self.pool_rows = np.flatnonzero(self.pooled.any(axis=0))
        self._kin = [
            [_Kin(mine=mine, at=np.searchsorted(self.pool_rows, mine), donors=donors) for mine, donors in found]
            for found in chosen
        ]
        self.observed = [self._observed(j) for j in range(len(self._each))]
        self._set_lent()
        self._set_shifts()

    def _counted(self, y: FloatArray, level: BoolArray, family: Sequence[int]) -> IntArray:
        """Return (S, A) persons of a level with an outcome."""
        design = self._source.design
        seen = level & ~np.isnan(y)
        cell = design.stratum[seen] * self._arms + design.arm[seen]
        table = np.bincount(cell, minlength=self._strata * self._arms).reshape(self._strata, self._arms)
        return np.asarray(table[:, family], dtype=np.intp)

    @staticmethod
    def _pool(n: IntArray, alone: BoolArray, weight: IntArray) -> list[tuple[IntArray, IntArray]]:
        """Return strata with the same arms and what they are drawn from; not where one has half of the weight."""
        here = n > 0
        out = []
        for pattern in np.unique(here[alone], axis=0):
            mine = np.flatnonzero(alone & (here == pattern).all(axis=1))
            donors = np.flatnonzero(alone & here[:, pattern].all(axis=1))
            share = weight[donors] / weight[donors].sum()
            if pattern.sum() > 1 and share.max() < LIMIT_SHARE - SLACK:
                out.append((mine, donors))
        return out

    def _observed(self, j: int) -> _Cells:
        """Return the cells of one (hypothesis, level) as they are."""
        filled = np.zeros((3, 2, self._strata))
        sums = np.add.reduceat(self.people.columns[3 * j : 3 * j + 3], self._starts, axis=1)
        for side, a in enumerate(self._each[j][0].contrast):
            inside = self._of_arm == a
            filled[:, side, self._of_stratum[inside]] = sums[:, inside]
        n, t, q = filled
        return _Cells(n=n, t=t, ss=np.where(n > 1, np.maximum(q - t**2 / np.maximum(n, 1), 0.0), 0.0))

    def _set_lent(self) -> None:
        """Find the single persons that no pool draws, and the residuals of their arms."""
        single = [
            [(s, a) for side, a in enumerate(h.contrast) for s in self._unpooled(j, side)]
            for j, (h, _) in enumerate(self._each)
        ]
        self.lent_rows = sorted({cell for cells in single for cell in cells})
        place = {cell: k for k, cell in enumerate(self.lent_rows)}
        self._lent: list[list[_Lent]] = []
        for j, (h, _) in enumerate(self._each):
            residuals = [self._residuals(j, side, a) for side, a in enumerate(h.contrast)]
            self._lent.append(
                [
                    _Lent(stratum=s, side=side, at=place[s, a], residuals=residuals[side])
                    for side, a in enumerate(h.contrast)
                    for s in self._unpooled(j, side)
                    if residuals[side].size
                ]
            )

    def _unpooled(self, j: int, side: int) -> list[int]:
        cells = self.observed[j]
        used = (cells.n[1 - side] > 0) | self._whole
        return [int(s) for s in np.flatnonzero((cells.n[side] == 1) & used & ~self.pooled[j])]

    def _residuals(self, j: int, side: int, arm: int) -> FloatArray:
        """Return √(n/(n − 1))(y − ȳ) of those who count in the arm's cells of two and more."""
        counted, centred, _ = self.people.columns[3 * j : 3 * j + 3]
        n = self.observed[j].n[side]
        mean = self.observed[j].t[side] / np.maximum(n, 1)
        mine = (self._arm == arm) & (counted > 0) & (n[self._stratum] > 1)
        s = self._stratum[mine]
        return np.asarray(np.sqrt(n[s] / (n[s] - 1)) * (centred[mine] - mean[s]), dtype=np.float64)

    def _set_shifts(self) -> None:
        """Find what is added to the effects of drawn strata: the pool's weighted mean less the plain one of the donors."""
        self._shift: list[list[float]] = []
        at = 0
        for h in self._hypotheses:
            levels = self.observed[at : at + len(h.levels)]
            if self._source.spec.estimator is Estimator.BLOCKED:
                size = self.people.size[at : at + len(levels), :, None]
                weights = shared_weights(self._source, [c.sums() for c in levels], size)
                self._shift += [self._shifts(j, weight[:, 0]) for j, weight in enumerate(weights, at)]
            else:
                self._shift += [[0.0] * len(self._kin[j]) for j in range(at, at + len(levels))]
            at += len(h.levels)

    def _shifts(self, j: int, weight: FloatArray) -> list[float]:
        cells = self.observed[j]
        both = (cells.n > 0).all(axis=0)
        effect = np.where(both, cells.t[0] / np.maximum(cells.n[0], 1) - cells.t[1] / np.maximum(cells.n[1], 1), 0.0)
        mine = self.pooled[j] & both & (weight > 0)
        if not mine.any():
            return [0.0] * len(self._kin[j])
        centre = float(weight[mine] @ effect[mine] / weight[mine].sum())
        return [centre - float(effect[kin.donors].mean()) for kin in self._kin[j]]

    # ------------------------------------------------------------------------------------------------------ one draw

    def statistics(self, cells: Sequence[tuple[CellSums, CellSums]]) -> tuple[FloatArray, FloatArray]:
        """Return (H, B) estimates and variances from every (hypothesis, level)'s cells of arm and control."""
        if self._whole:
            cells = [(_added(arm), _added(control)) for arm, control in cells]
        return family_statistics(self._source, self._hypotheses, cells, self.people.size)

    def draw(self, rng: np.random.Generator, many: int) -> list[tuple[CellSums, CellSums]]:
        """Return every (hypothesis, level)'s cells of ``many`` draws: persons, then strata of the pool, then residuals."""
        sums = np.empty((self.people.columns.shape[0], self._size.size, many))
        for c, (start, n) in enumerate(zip(self._starts.tolist(), self._size.tolist(), strict=True)):
            picked = rng.integers(n, size=(many, n)) + np.arange(many)[:, None] * n
            times = np.bincount(picked.ravel(), minlength=many * n).reshape(many, n)
            sums[:, c] = self.people.columns[:, start : start + n] @ times.T
        strata = rng.random((self.pool_rows.size, many))
        residuals = rng.random((len(self.lent_rows), many))
        return [self._cells(j, sums[3 * j : 3 * j + 3], strata, residuals) for j in range(len(self._each))]

    def _cells(
        self, j: int, sums: NDArray[Any], strata: FloatArray, residuals: FloatArray
    ) -> tuple[CellSums, CellSums]:
        filled = np.zeros((2, 3, self._strata, sums.shape[2]))
        for side, a in enumerate(self._each[j][0].contrast):
            inside = self._of_arm == a
            filled[side][:, self._of_stratum[inside]] = sums[:, inside]
        seen = self.observed[j]
        for kin, shift in zip(self._kin[j], self._shift[j], strict=True):
            drawn = kin.donors[(strata[kin.at] * kin.donors.size).astype(np.intp)]
            for side in (0, 1):
                here = seen.n[side, kin.mine] > 0
                n = seen.n[side][drawn[here]]
                t = seen.t[side][drawn[here]] + (shift * n if side == 0 else 0.0)
                filled[side][:, kin.mine[here]] = n, t, seen.ss[side][drawn[here]] + t**2 / n
        for lent in self._lent[j]:
            which = (residuals[lent.at] * lent.residuals.size).astype(np.intp)
            t = seen.t[lent.side, lent.stratum] + lent.residuals[which]
            filled[lent.side][:, lent.stratum] = np.ones_like(t), t, t**2
        return CellSums(*filled[0]), CellSums(*filled[1])


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
        observed, drawn = refitted_bootstrap(source, hypotheses, draws, seed)
        return Bootstrap(observed=observed, statistics=drawn)
    again = _Resampling(source, hypotheses)
    estimate, variance = again.statistics([cells.sums() for cells in again.observed])
    error = np.sqrt(variance[:, 0])

    def statistics() -> Iterator[FloatArray]:
        for rng, some in blocks(seed, draws, _TASK):
            for part in parts(some):
                drawn, spread = again.statistics(again.draw(rng, part))
                yield over_errors(drawn - estimate, spread, error, again.people.largest)

    return Bootstrap(observed=observed_statistics(estimate[:, 0], error), statistics=statistics(), notes=_notes(again))


def _added(cells: CellSums) -> CellSums:
    """Return the cells of all strata together, (1, B)."""
    return CellSums(*(v.sum(axis=0, keepdims=True) for v in (cells.n, cells.t, cells.q)))


def _notes(again: _Resampling) -> tuple[str, ...]:
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
