"""What a bootstrap of a family draws: persons within cells, strata with single persons from each other, residuals.

See :mod:`effektutv.estimators.multiplicity.resample_cells` for why, and what is centred.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ..design import Estimator
from ..randomization.cell_statistics import CellSums
from ..stratified_variance import LIMIT_SHARE, SLACK
from .redraw_cells import family_statistics, persons_of, shared_weights

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from ..design import BoolArray, FloatArray, IntArray
    from ..retained_inputs import Source
    from .hypothesis import Hypothesis

__all__ = ["TASK", "Kin", "Lent", "Plan"]

#: Tells a bootstrap's draws apart from those of the assignment.
TASK = 2


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
class Kin:
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
class Lent:
    """A single person who is too few to pool, and the residuals of the arm's larger cells that are drawn for the outcome:
    √(n/(n − 1)) times deviations, which persons have them, and that factor."""

    stratum: int
    side: int
    at: int
    residuals: FloatArray
    persons: IntArray
    scale: FloatArray


class Plan:
    """What is drawn of a family, and the cells that it makes."""

    def __init__(self, source: Source, hypotheses: Sequence[Hypothesis]) -> None:
        design = source.design
        self._source, self.hypotheses = source, hypotheses
        self._arms, self._strata = len(design.arms), design.n_strata
        self.people = persons_of(source, hypotheses, list(range(self._arms)), design.stratum, by_arm=True)
        self._whole = source.spec.estimator is Estimator.DIFFERENCE
        self._stratum, self._arm = design.stratum[self.people.rows], design.arm[self.people.rows]
        # Persons stay in their strata even where the estimator has one stratum for all.
        codes, self._starts, self._size = np.unique(
            self._stratum * self._arms + self._arm, return_index=True, return_counts=True
        )
        self._of_stratum, self._of_arm = codes // self._arms, codes % self._arms
        self.each = [(h, j) for h in hypotheses for j in range(len(h.levels))]
        self._family = np.array(sorted({a for h in hypotheses for a in h.contrast}))
        # (L, S, A) counted persons of the family's arms, the same for all contrasts of one outcome and level
        self.n = np.stack([self._counted(source.outcomes[h.outcome], h.levels[j]) for h, j in self.each])
        weight = np.stack([np.bincount(design.stratum[h.levels[j]], minlength=self._strata) for h, j in self.each])
        self.alone = (self.n == 1).any(axis=2)
        chosen = [self._pool(n, alone, w) for n, alone, w in zip(self.n, self.alone, weight, strict=True)]
        self.pooled = np.zeros((len(self.each), self._strata), dtype=bool)
        for row, found in enumerate(chosen):
            for mine, _ in found:
                self.pooled[row, mine] = True
        self.pool_rows = np.flatnonzero(self.pooled.any(axis=0))
        self.kin = [
            [Kin(mine=mine, at=np.searchsorted(self.pool_rows, mine), donors=donors) for mine, donors in found]
            for found in chosen
        ]
        self.observed = [self._observed(j) for j in range(len(self.each))]
        self._set_lent()
        self._set_shifts()

    def _counted(self, y: FloatArray, level: BoolArray) -> IntArray:
        """Return (S, A) persons of a level with an outcome."""
        design = self._source.design
        seen = level & ~np.isnan(y)
        cell = design.stratum[seen] * self._arms + design.arm[seen]
        table = np.bincount(cell, minlength=self._strata * self._arms).reshape(self._strata, self._arms)
        return np.asarray(table[:, self._family], dtype=np.intp)

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
        for side, a in enumerate(self.each[j][0].contrast):
            inside = self._of_arm == a
            filled[:, side, self._of_stratum[inside]] = sums[:, inside]
        n, t, q = filled
        return _Cells(n=n, t=t, ss=np.where(n > 1, np.maximum(q - t**2 / np.maximum(n, 1), 0.0), 0.0))

    def _set_lent(self) -> None:
        """Find the single persons that no pool draws, and the residuals of their arms."""
        single = [
            [(s, a) for side, a in enumerate(h.contrast) for s in self._unpooled(j, side)]
            for j, (h, _) in enumerate(self.each)
        ]
        self.lent_rows = sorted({cell for cells in single for cell in cells})
        place = {cell: k for k, cell in enumerate(self.lent_rows)}
        self.lent: list[list[Lent]] = []
        for j, (h, _) in enumerate(self.each):
            larger = [self._larger(j, side, a) for side, a in enumerate(h.contrast)]
            self.lent.append(
                [
                    Lent(
                        stratum=s,
                        side=side,
                        at=place[s, a],
                        persons=larger[side][0],
                        scale=larger[side][1],
                        residuals=larger[side][2],
                    )
                    for side, a in enumerate(h.contrast)
                    for s in self._unpooled(j, side)
                    if larger[side][0].size
                ]
            )

    def _unpooled(self, j: int, side: int) -> list[int]:
        cells = self.observed[j]
        used = (cells.n[1 - side] > 0) | self._whole
        return [int(s) for s in np.flatnonzero((cells.n[side] == 1) & used & ~self.pooled[j])]

    def _larger(self, j: int, side: int, arm: int) -> tuple[IntArray, FloatArray, FloatArray]:
        """Return those who count in the arm's cells of two and more, √(n/(n − 1)), and that times y − ȳ."""
        counted, centred, _ = self.people.columns[3 * j : 3 * j + 3]
        n = self.observed[j].n[side]
        mean = self.observed[j].t[side] / np.maximum(n, 1)
        mine = np.flatnonzero((self._arm == arm) & (counted > 0) & (n[self._stratum] > 1))
        s = self._stratum[mine]
        scale = np.sqrt(n[s] / (n[s] - 1))
        return mine, scale, scale * (centred[mine] - mean[s])

    def _set_shifts(self) -> None:
        """Find what is added to the effects of drawn strata: the pool's weighted mean less the plain one of the donors."""
        self._shift: list[list[float]] = []
        at = 0
        for h in self.hypotheses:
            levels = self.observed[at : at + len(h.levels)]
            if self._source.spec.estimator is Estimator.BLOCKED:
                size = self.people.size[at : at + len(levels), :, None]
                weights = shared_weights(self._source, [c.sums() for c in levels], size)
                self._shift += [self._shifts(j, weight[:, 0]) for j, weight in enumerate(weights, at)]
            else:
                self._shift += [[0.0] * len(self.kin[j]) for j in range(at, at + len(levels))]
            at += len(h.levels)

    def _shifts(self, j: int, weight: FloatArray) -> list[float]:
        cells = self.observed[j]
        both = (cells.n > 0).all(axis=0)
        effect = np.where(both, cells.t[0] / np.maximum(cells.n[0], 1) - cells.t[1] / np.maximum(cells.n[1], 1), 0.0)
        mine = self.pooled[j] & both & (weight > 0)
        if not mine.any():
            return [0.0] * len(self.kin[j])
        centre = float(weight[mine] @ effect[mine] / weight[mine].sum())
        return [centre - float(effect[kin.donors].mean()) for kin in self.kin[j]]

    # ------------------------------------------------------------------------------------------------------ one draw

    def statistics(self, cells: Sequence[tuple[CellSums, CellSums]]) -> tuple[FloatArray, FloatArray]:
        """Return (H, B) estimates and variances from every (hypothesis, level)'s cells of arm and control."""
        if self._whole:
            cells = [(_added(arm), _added(control)) for arm, control in cells]
        return family_statistics(self._source, self.hypotheses, cells, self.people.size)

    def pick(self, rng: np.random.Generator, many: int) -> Iterator[tuple[int, IntArray]]:
        """Yield of each cell where its persons begin and, (many, n), who of them is picked."""
        for start, n in zip(self._starts.tolist(), self._size.tolist(), strict=True):
            yield start, rng.integers(n, size=(many, n))

    def absent(self, j: int, stratum: int) -> IntArray:
        """Return the family's arms that a stratum lacks for one (hypothesis, level)."""
        return np.asarray(self._family[self.n[j, stratum] == 0], dtype=np.intp)

    def draw(self, rng: np.random.Generator, many: int) -> list[tuple[CellSums, CellSums]]:
        """Return every (hypothesis, level)'s cells of ``many`` draws: persons, then strata of the pool, then residuals."""
        sums = np.empty((self.people.columns.shape[0], self._size.size, many))
        for c, (start, picked) in enumerate(self.pick(rng, many)):
            n = picked.shape[1]
            cell = picked + np.arange(many)[:, None] * n
            times = np.bincount(cell.ravel(), minlength=many * n).reshape(many, n)
            sums[:, c] = self.people.columns[:, start : start + n] @ times.T
        strata = rng.random((self.pool_rows.size, many))
        residuals = rng.random((len(self.lent_rows), many))
        return [self._cells(j, sums[3 * j : 3 * j + 3], strata, residuals) for j in range(len(self.each))]

    def _cells(
        self, j: int, sums: NDArray[Any], strata: FloatArray, residuals: FloatArray
    ) -> tuple[CellSums, CellSums]:
        filled = np.zeros((2, 3, self._strata, sums.shape[2]))
        for side, a in enumerate(self.each[j][0].contrast):
            inside = self._of_arm == a
            filled[side][:, self._of_stratum[inside]] = sums[:, inside]
        seen = self.observed[j]
        for kin, shift in zip(self.kin[j], self._shift[j], strict=True):
            drawn = kin.donors[(strata[kin.at] * kin.donors.size).astype(np.intp)]
            for side in (0, 1):
                here = seen.n[side, kin.mine] > 0
                n = seen.n[side][drawn[here]]
                t = seen.t[side][drawn[here]] + (shift * n if side == 0 else 0.0)
                filled[side][:, kin.mine[here]] = n, t, seen.ss[side][drawn[here]] + t**2 / n
        for lent in self.lent[j]:
            which = (residuals[lent.at] * lent.residuals.size).astype(np.intp)
            t = seen.t[lent.side, lent.stratum] + lent.residuals[which]
            filled[lent.side][:, lent.stratum] = np.ones_like(t), t, t**2
        return CellSums(*filled[0]), CellSums(*filled[1])


def _added(cells: CellSums) -> CellSums:
    """Return the cells of all strata together, (1, B)."""
    return CellSums(*(v.sum(axis=0, keepdims=True) for v in (cells.n, cells.t, cells.q)))
