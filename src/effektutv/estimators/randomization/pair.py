"""The two arms of a contrast, ready to be drawn again: persons in an order that depends on no name and no role."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from effektutv.values import Unavailable

from ..design import Estimator, Weights
from ..variation import exact_fit

if TYPE_CHECKING:
    from ..design import Design, FloatArray, IntArray, Spec
    from .cell_statistics import Form
    from .mechanism import Mechanism

__all__ = ["Pair", "pair_of"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Pair:
    """The persons of two arms with an observed outcome, in strata that have both, ordered by group, outcome and arm.

    Parameters
    ----------
    y : (n,) array of float
        The outcome, centred at its stratum's mean.
    treated : (n,) array of float
        1 in the arm, 0 in the control.
    size, chosen : (G,) arrays of int
        Persons of each group, and how many are in the arm.
    stratum : (G,) array of int
        The stratum, 0 … S − 1, that each group lies in; rising.
    n1, n0, weight : (S,) arrays of float
        Persons in the arm and in the control, and what weights the strata under `blocked`.
    centre : (S,) array of float
        What was taken from the outcomes.
    largest : float
        The largest outcome, whatever its sign, as it was given: what it was rounded by when it was stored.
    binary : bool
    """

    y: FloatArray
    treated: FloatArray
    size: IntArray
    chosen: IntArray
    stratum: IntArray
    n1: FloatArray
    n0: FloatArray
    weight: FloatArray
    centre: FloatArray
    largest: float
    binary: bool

    @property
    def begins(self) -> IntArray:
        """Where each group's persons begin."""
        return np.concatenate([[0], np.cumsum(self.size)[:-1]]).astype(np.intp)

    def by_group(self, values: FloatArray) -> FloatArray:
        """Return sums of (…, n) values by group."""
        return np.asarray(np.add.reduceat(values, self.begins, axis=-1), dtype=np.float64)

    def by_stratum(self, sums: FloatArray) -> FloatArray:
        """Return (S, …) sums from (G, …) sums by group."""
        if self.stratum.size == self.n1.size:
            return sums
        first = np.flatnonzero(np.diff(self.stratum, prepend=-1))
        return np.asarray(np.add.reduceat(sums, first, axis=0), dtype=np.float64)

    @property
    def still(self) -> bool:
        """Whether nothing but rounding varies within groups, so that every draw gives the same."""
        around = self.by_group(self.y) / self.size
        left = self.y - np.repeat(around, self.size)
        given = self.y + self.centre[np.repeat(self.stratum, self.size)]
        return exact_fit(float((left**2).sum()), float((given**2).sum()))

    @property
    def observed(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return (S,) sums and sums of squares of the arm, and sums of squares of both arms."""
        parts = self.by_group(np.stack([self.y * self.treated, self.y**2 * self.treated, self.y**2]))
        t, q, Q = self.by_stratum(parts.T).T
        return t, q, Q

    def null_moments(self, form: Form) -> tuple[float, float]:
        """Return mean and standard deviation of the estimate over all draws."""
        b = form.b[self.stratum]
        mean = self.by_group(self.y) / self.size
        spread = self.by_group((self.y - np.repeat(mean, self.size)) ** 2)
        other = self.size - self.chosen
        factor = self.chosen * other / (self.size * np.maximum(self.size - 1, 1))
        return float(b @ (self.chosen * mean)), float(np.sqrt((b**2 * factor) @ spread))

    @property
    def turned(self) -> bool:
        """Whether the control's persons are drawn in place of the arm's, so that the arms' roles change no p-value."""
        scale = float(np.abs(self.y).sum()) or 1.0
        ours = np.round(self.by_group(self.y * self.treated) / scale, 9)
        theirs = np.round(self.by_group(self.y * (1 - self.treated)) / scale, 9)
        return [*self.chosen, *ours] > [*(self.size - self.chosen), *theirs]


def pair_of(
    design: Design, y: FloatArray, spec: Spec, pair: tuple[int, int], mechanism: Mechanism
) -> Pair | Unavailable:
    """Return the two arms of a contrast, ready to be drawn again.

    Parameters
    ----------
    design : Design
    y : (n,) array of float
        NaN where missing.
    spec : Spec
    pair : (int, int)
        Codes of (arm, control).
    mechanism : Mechanism
        Of all persons of the design. Draws are within its groups and the strata.
    """
    seen = ~np.isnan(y)
    pooled = spec.estimator is Estimator.DIFFERENCE
    strata = np.zeros_like(design.stratum) if pooled else design.stratum
    n_strata = 1 if pooled else design.n_strata
    arms = len(design.arms)
    n = np.bincount(strata[seen] * arms + design.arm[seen], minlength=n_strata * arms).reshape(n_strata, arms)
    both = (n[:, pair[0]] > 0) & (n[:, pair[1]] > 0)
    if not both.any():
        return Unavailable(f"no stratum has persons of both {design.arms[pair[0]]} and {design.arms[pair[1]]}")
    mine = seen & ((design.arm == pair[0]) | (design.arm == pair[1])) & both[strata]
    recode = np.cumsum(both) - 1
    stratum = recode[strata[mine]]
    # Groups are the mechanism's within the design's strata: given the numbers in both, all arrangements are alike.
    place = (stratum * design.n_strata + design.stratum[mine]) * mechanism.n_groups + mechanism.group[mine]
    codes, group = np.unique(place, return_inverse=True)
    outcome, treated = y[mine], (design.arm[mine] == pair[0]).astype(np.float64)
    order = np.lexsort((treated, outcome, group))
    outcome, treated, group, stratum = outcome[order], treated[order], group[order], stratum[order]
    kept = np.flatnonzero(both)
    n1, n0 = n[kept, pair[0]].astype(float), n[kept, pair[1]].astype(float)
    centre = np.bincount(stratum, weights=outcome) / (n1 + n0)
    # Everyone randomised, outcome known or not, of all arms.
    randomised = np.bincount(strata, minlength=n_strata)[kept]
    weight = randomised if spec.weights is Weights.ALL else n1 + n0
    return Pair(
        y=outcome - centre[stratum],
        treated=treated,
        size=np.bincount(group),
        chosen=np.bincount(group, weights=treated).astype(np.intp),
        stratum=(codes // mechanism.n_groups // design.n_strata).astype(np.intp),
        n1=n1,
        n0=n0,
        weight=weight.astype(float),
        centre=centre,
        largest=float(np.abs(outcome).max()),
        binary=bool(np.all((outcome == 0) | (outcome == 1))),
    )
