"""Columns and outcome of many draws of the assignment, centred within strata over the persons who count in each draw."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ..design import Weights
from .batched_linalg import gram, inverted

if TYPE_CHECKING:
    from ..design import BoolArray, FloatArray, IntArray, Spec
    from .refit_inputs import Draw, People

__all__ = ["Absorbed", "absorb", "centre"]

#: Leverage closer to 1 than this is 1 but for rounding.
_LEVERAGE_MARGIN = 1e-8


def centre(people: People, spec: Spec, draw: Draw, both: BoolArray) -> FloatArray:
    """Return (B, p) means of the covariates over the population that the effect is for."""
    shares = np.where(both, draw.size, 0.0)
    shares = shares / shares.sum(axis=1, keepdims=True)
    return np.asarray((shares[:, :, None] * _stratum_means(people, spec, draw)).sum(axis=1), dtype=np.float64)


def _stratum_means(people: People, spec: Spec, draw: Draw) -> FloatArray:
    """Return (B, S, p) means of the covariates over everyone randomised, or over the two arms' persons with an outcome."""
    times = draw.everyone if spec.weights is Weights.ALL else draw.arm + draw.control
    n, total = people.sums(times), people.sums(times[:, :, None] * people.X)
    if spec.weights is Weights.ALL and people.unseen.arm.size:
        n = n + people.unseen_sums(draw.unseen)
        total = total + people.unseen_sums(draw.unseen[:, :, None] * people.unseen.X)
    return np.asarray(total / np.maximum(n, 1)[:, :, None], dtype=np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class Absorbed:
    """Columns (B, n, k) and outcome (B, n), centred within groups; the groups' sizes and means; G⁻¹ and who is sure of it."""

    times: FloatArray
    columns: FloatArray
    y: FloatArray
    size: FloatArray
    column_means: FloatArray
    y_means: FloatArray
    inverse: FloatArray
    sure: BoolArray
    stratum: IntArray

    @property
    def leverage(self) -> FloatArray:
        """(B, n) leverages but for the groups' own 1/n."""
        return np.asarray(((self.columns @ self.inverse) * self.columns).sum(axis=2), dtype=np.float64)

    @property
    def exact(self) -> BoolArray:
        """(B, n): who counts and is fitted exactly."""
        each = np.where(self.size > 0, 1 / np.maximum(self.size, 1), 0.0)
        return np.asarray((self.times > 0) & (each[:, self.stratum] + self.leverage > 1 - _LEVERAGE_MARGIN))


def absorb(people: People, times: FloatArray, columns: FloatArray) -> Absorbed:
    """Centre columns and outcome within strata over the persons who count, and invert the products."""
    size = people.sums(times)
    n = np.maximum(size, 1)
    y_means = people.sums(times * people.y) / n
    means = people.sums(times[:, :, None] * columns) / n[:, :, None]
    whole = ((times[:, :, None] * columns**2).sum(axis=1)) + 1e-300
    centred = (columns - means[:, people.stratum]) * (times > 0)[:, :, None]
    y = (people.y - y_means[:, people.stratum]) * (times > 0)
    inverse, sure = inverted(gram(times[:, :, None] * centred, centred), whole)
    return Absorbed(times, centred, y, size, means, y_means, inverse, sure, people.stratum)
