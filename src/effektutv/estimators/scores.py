r"""What each person adds to the variance of one contrast: scores whose squares add up to the variance.

========== ========================================================================================================
difference :math:`\pm (y_i - \bar y_a)/n_a \cdot \sqrt{n_a/(n_a-1)}`, minus in the control arm
blocked    the same within strata, times the stratum's weight; strata with one person in an arm add a score each
           (:mod:`effektutv.estimators.stratified_variance`), or lend the others' persons their part
fe, lin    :math:`u_i e_i`, over :math:`\sqrt{1-h_i}` (HC2) or :math:`1-h_i` (HC3); see
           :mod:`effektutv.estimators.regression.covariance`; clustered (CR2), :math:`a_i e_i` with a of
           :func:`effektutv.estimators.regression.cluster_robust.adjusted_influence`, which add up within clusters first
logit      :math:`u_i e_i` over the same, u the delta method's: :func:`effektutv.estimators.regression.logit_margins.logit_scores`
ipw        :math:`\pm s_i (y_i - \bar y_k)/\sqrt{1 - s_i}`, s the shares of the weight in the arm
========== ========================================================================================================

Scores of several outcomes of the same persons give the covariance of their estimates.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .design import Estimator, Vcov, count_cells
from .ipw import known_weights, share_weights, weighted_scores
from .regression.cluster_robust import clustered_mean_scores
from .regression.fe_lin import clustered_difference_scores, regression_scores
from .regression.logit_margins import logit_scores
from .regression.sparse_lin import lin_form, sparse_scores
from .stratified_variance import plan_variance, stratified_scores

if TYPE_CHECKING:
    from .design import BoolArray, FloatArray, Sample, Spec

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
        out[: sample.y.size] = weighted_scores(sample, pair, known_weights(sample, cells, pair))
        return out
    if spec.estimator is Estimator.DIFFERENCE and spec.vcov is Vcov.CR2:
        return _placed(out, clustered_difference_scores(sample, spec, cells, pair))
    stratum, n_strata = design.stratum, design.n_strata
    if spec.estimator is Estimator.DIFFERENCE:
        stratum, n_strata, cells = np.zeros_like(stratum), 1, cells.pooled
    kept = np.flatnonzero((cells.n[:, arm] > 0) & (cells.n[:, control] > 0))
    if not kept.size:
        return None
    within = cells.take(kept)
    size = within.stratum_size(spec.weights, pair)
    if spec.estimator is Estimator.LIN and (form := lin_form(sample, cells)).sparse:
        if (found := sparse_scores(sample, spec, within, pair, kept, size, form)) is None:
            return None
        out[: sample.y.size], out[sample.y.size :][kept] = found
        return out
    if spec.estimator in (Estimator.FE, Estimator.LIN):
        return _placed(out, regression_scores(sample, spec, within, pair, kept, size))
    if spec.estimator is Estimator.LOGIT:
        return _placed(out, logit_scores(sample, spec, within, pair, kept, size))
    if spec.estimator is Estimator.IPW:
        out[: sample.y.size] = weighted_scores(sample, pair, share_weights(sample, within, pair, kept, size))
        return out
    place = np.full(n_strata, -1)
    place[kept] = np.arange(kept.size)
    n, mean = within.n[:, list(pair)], within.mean[:, list(pair)]
    plan = plan_variance(size / size.sum(), n)
    persons, strata = stratified_scores(sample.y, place[stratum], design.arm, pair, n, mean, plan)
    out[: sample.y.size] = persons
    out[sample.y.size :][kept] = strata
    return out


def _placed(out: FloatArray, found: tuple[BoolArray, FloatArray] | None) -> FloatArray | None:
    """Return the scores of the persons in a regression at their places among all, or None where there are none."""
    if found is None:
        return None
    mine, scores = found
    out[: mine.size][mine] = scores
    return out
