r"""What each person adds to the variance of one contrast: scores whose squares add up to the variance.

========== ========================================================================================================
difference :math:`\pm (y_i - \bar y_a)/n_a \cdot \sqrt{n_a/(n_a-1)}`, minus in the control arm
blocked    the same within strata, times the stratum's weight; strata with one person in an arm add a score each
           (:func:`effektutv.estimate.effects.singleton_variance`)
fe, lin    :math:`u_i e_i`, over :math:`\sqrt{1-h_i}` (HC2) or :math:`1-h_i` (HC3); see
           :mod:`effektutv.estimate.covariance`
========== ========================================================================================================

Scores of several outcomes of the same persons give the covariance of their estimates. Where `blocked` takes the variance of
too few small strata from the others (the plug-in), these strata have no scores: their part counts as independent of the rest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .design import Estimator, Weights, count_cells
from .regression import regression_scores

if TYPE_CHECKING:
    from .design import BoolArray, Cells, FloatArray, IntArray, Sample, Spec

__all__ = ["arm_scores", "contrast_scores"]


def arm_scores(sample: Sample, arm: int) -> FloatArray:
    """Return what each person adds to the variance of an arm's mean.

    Parameters
    ----------
    sample : Sample
    arm : int
        The arm's code, with two persons or more.
    """
    inside = sample.design.arm == arm
    y = sample.y[inside]
    out = np.zeros(sample.y.size)
    out[inside] = (y - y.mean()) / np.sqrt(y.size * (y.size - 1.0))
    return out


def contrast_scores(sample: Sample, spec: Spec, arm: int, control: int) -> FloatArray | None:
    """Return what each person adds to the variance of a contrast, and after them what each stratum adds.

    Parameters
    ----------
    sample : Sample
    spec : Spec
    arm, control : int
        Codes of the arms compared.

    Returns
    -------
    (n + S,) array of float, or None
        None where the estimator has no scores here: ``logit``, ``ipw``, or an estimate that does not exist.
    """
    design = sample.design
    pair = (arm, control)
    stratum, n_strata = design.stratum, design.n_strata
    cells = count_cells(sample)
    if spec.estimator is Estimator.DIFFERENCE:
        stratum, n_strata, cells = np.zeros_like(stratum), 1, cells.pooled()
    elif spec.estimator not in (Estimator.BLOCKED, Estimator.FE, Estimator.LIN):
        return None
    kept = np.flatnonzero((cells.n[:, arm] > 0) & (cells.n[:, control] > 0))
    if not kept.size:
        return None
    of_pair = (cells.n[:, arm] + cells.n[:, control])[kept].astype(float)
    size = cells.n.sum(axis=1)[kept].astype(float) if spec.weights is Weights.ALL else of_pair
    out = np.zeros(sample.y.size + design.n_strata)
    if spec.estimator in (Estimator.FE, Estimator.LIN):
        within = _rows(cells, kept)
        found = regression_scores(sample, spec, within, pair, kept, size)
        if found is None:
            return None
        mine, scores = found
        out[: mine.size][mine] = scores
        return out
    weight = np.zeros(n_strata)
    weight[kept] = size / size.sum()
    small = (weight > 0) & (cells.n[:, list(pair)].min(axis=1) < 2)
    for code, sign in ((arm, 1.0), (control, -1.0)):
        inside = (design.arm == code) & (weight > 0)[stratum] & ~small[stratum]
        s = stratum[inside]
        n = cells.n[s, code]
        out[: sample.y.size][inside] = (
            sign * weight[s] * (sample.y[inside] - cells.mean[s, code]) / np.sqrt(n * (n - 1.0))
        )
    if small.any():
        out[sample.y.size :][:n_strata] = _small_strata(cells, pair, weight, small)
    return out


def _small_strata(cells: Cells, pair: tuple[int, int], weight: FloatArray, small: BoolArray) -> FloatArray:
    """Return what each stratum with one person in an arm adds; zeros where their spread says nothing."""
    total = float(weight[small].sum())
    share = np.where(small, weight, 0.0) / total
    out = np.zeros(weight.size)
    if share.max() >= 0.5:
        return out
    effect = cells.mean[:, pair[0]] - cells.mean[:, pair[1]]
    ratio = share**2 / (1 - 2 * share)
    apart = np.where(small, effect - float(share @ np.where(small, effect, 0.0)), 0.0)
    return np.asarray(total * np.sqrt(ratio / (1 + float(ratio.sum()))) * apart, dtype=np.float64)


def _rows(cells: Cells, rows: IntArray) -> Cells:
    return type(cells)(n=cells.n[rows], total=cells.total[rows], mean=cells.mean[rows], ss=cells.ss[rows])
