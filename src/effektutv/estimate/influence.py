r"""What each person adds to the variance of one contrast: scores whose squares add up to the variance.

========== ========================================================================================================
difference :math:`\pm (y_i - \bar y_a)/n_a \cdot \sqrt{n_a/(n_a-1)}`, minus in the control arm
blocked    the same within strata, times the stratum's weight; strata with one person in an arm add a score each
           (:func:`effektutv.estimate.effects.singleton_variance`)
fe, lin    :math:`u_i e_i`, over :math:`\sqrt{1-h_i}` (HC2) or :math:`1-h_i` (HC3); see
           :mod:`effektutv.estimate.covariance`; clustered (CR2), :math:`a_i e_i` with a of
           :func:`effektutv.estimate.cluster.adjusted_influence`, which add up within clusters first
logit      :math:`u_i e_i` over the same, u the delta method's: :func:`effektutv.estimate.logit.logit_scores`
ipw        :math:`\pm s_i (y_i - \bar y_k)/\sqrt{1 - s_i}`, s the shares of the weight in the arm
========== ========================================================================================================

Scores of several outcomes of the same persons give the covariance of their estimates. Where `blocked` takes the variance of
too few small strata from the others (the plug-in), these strata have no scores: their part counts as independent of the rest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .cluster import clustered_mean_scores
from .design import Estimator, Vcov, Weights, count_cells
from .logit import logit_scores
from .regression import clustered_difference_scores, regression_scores
from .weighting import share_weights, weighted_scores

if TYPE_CHECKING:
    from .design import BoolArray, Cells, FloatArray, IntArray, Sample, Spec

__all__ = ["arm_scores", "contrast_scores"]


def arm_scores(sample: Sample, arm: int) -> FloatArray:
    """Return what each person adds to the variance of an arm's mean; with clusters these add up within them first.

    Parameters
    ----------
    sample : Sample
    arm : int
        The arm's code, with two persons or more.
    """
    inside = sample.design.arm == arm
    y, cluster = sample.y[inside], sample.design.cluster
    out = np.zeros(sample.y.size)
    if cluster is not None:
        out[inside] = clustered_mean_scores(y, cluster[inside])[0]
    else:
        out[inside] = (y - y.mean()) / np.sqrt(y.size * (y.size - 1.0))
    return out


def contrast_scores(sample: Sample, spec: Spec, arm: int, control: int) -> FloatArray | None:
    """Return what each person adds to the variance of a contrast, and after them what each stratum adds.

    With clustered variances what the persons of a cluster add is summed before it is squared.

    Parameters
    ----------
    sample : Sample
    spec : Spec
    arm, control : int
        Codes of the arms compared.

    Returns
    -------
    (n + S,) array of float, or None
        None where the estimate does not exist.
    """
    design = sample.design
    pair = (arm, control)
    cells = count_cells(sample)
    out = np.zeros(sample.y.size + design.n_strata)
    if spec.estimator is Estimator.IPW and design.probability is not None:
        inside = (design.arm == arm) | (design.arm == control)
        out[: sample.y.size] = weighted_scores(sample, pair, np.where(inside, 1 / design.probability, 0.0))
        return out
    if spec.estimator is Estimator.DIFFERENCE and spec.vcov is Vcov.CR2:
        return _placed(out, clustered_difference_scores(sample, spec, cells, pair))
    stratum, n_strata = design.stratum, design.n_strata
    if spec.estimator is Estimator.DIFFERENCE:
        stratum, n_strata, cells = np.zeros_like(stratum), 1, cells.pooled()
    kept = np.flatnonzero((cells.n[:, arm] > 0) & (cells.n[:, control] > 0))
    if not kept.size:
        return None
    of_pair = (cells.n[:, arm] + cells.n[:, control])[kept].astype(float)
    size = cells.n.sum(axis=1)[kept].astype(float) if spec.weights is Weights.ALL else of_pair
    within = _rows(cells, kept)
    if spec.estimator in (Estimator.FE, Estimator.LIN):
        return _placed(out, regression_scores(sample, spec, within, pair, kept, size))
    if spec.estimator is Estimator.LOGIT:
        return _placed(out, logit_scores(sample, spec, within, pair, kept, size))
    if spec.estimator is Estimator.IPW:
        out[: sample.y.size] = weighted_scores(sample, pair, share_weights(sample, within, pair, kept, size))
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


def _placed(out: FloatArray, found: tuple[BoolArray, FloatArray] | None) -> FloatArray | None:
    """Return the scores of the persons in a regression at their places among all, or None where there are none."""
    if found is None:
        return None
    mine, scores = found
    out[: mine.size][mine] = scores
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
