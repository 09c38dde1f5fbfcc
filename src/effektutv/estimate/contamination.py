"""What one regression of all arms with strata effects would say: shown beside the contrasts, never in their place.

With three arms or more and strata whose arm shares differ, the coefficient of an arm there holds part of the other arms'
effects (contamination bias: Goldsmith-Pinkham, Hull and Kolesár, arXiv 2106.05024). A referee will ask by how much the
two differ.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from effektutv.results import Unavailable

from .covariance import coefficient_variance
from .design import count_cells, observe
from .effects import describe, missing_note, to_row
from .linear import least_squares

if TYPE_CHECKING:
    from effektutv.results import EffectRow

    from .design import Design, FloatArray, Spec
    from .effects import Labels

__all__ = ["POOLED", "pooled_rows"]

#: What such a row has as its estimator.
POOLED = "pooled"


def pooled_rows(design: Design, y: FloatArray, spec: Spec, labels: Labels) -> tuple[list[EffectRow], list[str]]:
    """Return each arm's coefficient in one regression of all arms on arms and strata effects.

    Parameters
    ----------
    design : Design
        With strata; covariates are not used.
    y : (n,) array of float
        The outcome; NaN where missing.
    spec : Spec
        Its variance and level count.
    labels : Labels

    Returns
    -------
    rows : list of EffectRow
        One an arm against the control, ``estimator`` being ``"pooled"``. Beside `fe`, which weights strata by the same
        rule but holds the two arms only, what differs is the other arms' doing.
    notes : list of str
    """
    sample, _ = observe(replace(design, X=np.empty((y.size, 0)), covariates=()), y)
    cells = count_cells(sample)
    used = np.unique(sample.design.stratum, return_inverse=True)[1]
    dummies = (sample.design.arm[:, None] == np.arange(1, len(design.arms))).astype(float)
    means = Unavailable("a coefficient of one regression of all arms, not a difference of two means")
    rows = []
    for k in range(1, len(design.arms)):
        others = np.delete(dummies, k - 1, axis=1)
        solved = least_squares(
            sample.y, dummies[:, k - 1], others, np.empty((sample.y.size, 0)), used, int(used.max()) + 1
        )
        fit = describe(cells, k, 0, sample.binary)
        if isinstance(solved, Unavailable):
            row = to_row(replace(fit, means=(solved, solved), variance=solved, df=solved), design, spec, k, 0, labels)
            rows.append(replace(row, estimator=POOLED))
            continue
        variance = coefficient_variance(solved, spec.vcov, float(sample.y @ sample.y))
        free = float(sample.y.size - solved.rank)
        df = free if free > 0 else Unavailable("no degrees of freedom are left")
        fit = replace(fit, means=(solved.coefficient, 0.0), variance=variance, df=df)
        row = to_row(fit, design, spec, k, 0, labels)
        rows.append(replace(row, estimator=POOLED, mean_arm=means, mean_control=means))
    return rows, missing_note(sample, labels)
