r"""What one regression of all arms with strata effects would say: shown beside the contrasts, never in their place.

With three arms or more and strata whose arm shares differ, the coefficient of an arm there holds part of the other arms'
effects (contamination bias: Goldsmith-Pinkham, Hull and Kolesár, arXiv 2106.05024). A referee will ask by how much the
two differ.

The decomposition. Let :math:`n_{sj}` be the persons of stratum s in arm j (0 the control), :math:`\hat\tau_j(s)` the
difference in means between arm j and the control there, and :math:`w_{kj}(s) = n_{sj}\,d_k(s,j)`, with :math:`d_k` the
residual of arm k's indicator on the strata and the other arms' indicators, scaled so that :math:`\sum_s w_{kk}(s) = 1`. Then
the coefficient of arm k is exactly

.. math:: \sum_s w_{kk}(s)\,\hat\tau_k(s) + \sum_{j \ne 0,k} \sum_s w_{kj}(s)\,\hat\tau_j(s),

its own part and its contamination; the weights of the latter add up to 0 for each j. Beside these stand the arm's own effects
under three sets of weights, named as the authors' package ``multe`` names them:

============= ======================================= ===============================================================
equal         :math:`n_s`                             ATE: each person counts alike; `blocked` is this
one_at_a_time :math:`n_{sk}n_{s0}/(n_{sk}+n_{s0})`    EW: efficient for this contrast; `fe` is this
common        :math:`1/\sum_j n_{sj}^{-1}`            CW: efficient weights common to all contrasts
============= ======================================= ===============================================================

All are linear in the cells' means with weights that are fixed once the numbers by stratum and arm are: the variance is
Neyman's, :math:`\sum a_{sj}^2 s_{sj}^2/n_{sj}`, and so is that of a difference between two of them. (``multe``'s
``oracle_se`` is the same with divisor n instead of n − 1.) A person alone in stratum × arm takes the arm's variance within
strata.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from effektutv.results.contamination import ContaminationRow
from effektutv.values import Unavailable

from .design import Cells, count_cells, observe, persons, strata_count
from .effects import describe, inference, missing_note, to_row
from .regression.covariance import coefficient_variance
from .regression.least_squares import least_squares
from .stratified_variance import lend

if TYPE_CHECKING:
    from effektutv.results.effect_rows import EffectRow
    from effektutv.values import Statistic

    from .design import Design, FloatArray, Spec
    from .effects import Labels

__all__ = ["COMPONENTS", "POOLED", "Parts", "contamination_rows", "decompose", "pooled_rows"]

#: What such a row has as its estimator.
POOLED = "pooled"
#: Parts of an arm's coefficient, and averages of its own effects.
COMPONENTS = ("pooled", "own", "contamination", "equal", "one_at_a_time", "common")


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


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Parts:
    """Weights of the cells' means, each (S, K) with the control in column 0: what a component is the sum of.

    ``contamination[j]`` is what arm j's effects add to arm k's coefficient; that of k itself and of the control are 0.
    """

    pooled: FloatArray
    own: FloatArray
    contamination: FloatArray
    equal: FloatArray
    one_at_a_time: FloatArray
    common: FloatArray


def decompose(n: FloatArray, k: int, weight: FloatArray) -> Parts:
    """Return the weights behind arm k's coefficient in one regression of all arms, and behind its own averages.

    Parameters
    ----------
    n : (S, K) array of float
        Persons by stratum and arm, the control first; none of them 0.
    k : int
        The arm's code, not 0.
    weight : (S,) array of float
        What weights the strata in ``equal``: everyone randomised.
    """
    size = n.sum(axis=1)
    share = n / size[:, None]
    arms = n.shape[1]
    gram = np.diag(n[:, 1:].sum(axis=0)) - n[:, 1:].T @ share[:, 1:]
    solved = np.linalg.solve(gram, np.eye(arms - 1)[k - 1])
    # the arm's indicator freed of strata and the other arms, in each cell, times the cell's persons
    residual = np.concatenate([[0.0], solved])[None, :] - (share[:, 1:] @ solved)[:, None]
    pooled = n * residual

    def against_control(weight: FloatArray, j: int) -> FloatArray:
        out = np.zeros(n.shape)
        out[:, j], out[:, 0] = weight, -weight
        return out

    contamination = np.stack(
        [against_control(pooled[:, j], j) if j not in (0, k) else np.zeros_like(pooled) for j in range(arms)]
    )
    pair = n[:, k] * n[:, 0] / (n[:, k] + n[:, 0])
    common = 1 / (1 / n).sum(axis=1)
    return Parts(
        pooled=pooled,
        own=against_control(pooled[:, k], k),
        contamination=contamination,
        equal=against_control(weight / weight.sum(), k),
        one_at_a_time=against_control(pair / pair.sum(), k),
        common=against_control(common / common.sum(), k),
    )


def _variance(cells: Cells, weight: FloatArray) -> tuple[Statistic, Statistic]:
    """Return variance and Satterthwaite's df of Σ weight · mean over (S, K) cells; a person alone takes the arm's variance."""
    free = np.maximum(cells.n - 1, 0)
    if ((cells.n < 2).any(axis=0) & (free.sum(axis=0) == 0)).any():
        why = Unavailable("an arm has one person in every stratum: no variance")
        return why, why
    parts = lend(weight**2, cells.n) * np.where(cells.n > 1, cells.variance, 0.0)
    variance = float(parts.sum())
    if not variance > 0:
        return variance, Unavailable("no variation in any arm")
    return variance, variance**2 / float((parts**2 / np.maximum(free, 1)).sum())


def contamination_rows(
    design: Design, y: FloatArray, spec: Spec, labels: Labels
) -> tuple[list[ContaminationRow], list[str]]:
    """Return the parts of each arm's coefficient in one regression of all arms, and the arm's own averages beside.

    Parameters
    ----------
    design : Design
        With strata; covariates are not used.
    y : (n,) array of float
        The outcome; NaN where missing.
    spec : Spec
        Its level counts.
    labels : Labels

    Returns
    -------
    rows : list of ContaminationRow
    notes : list of str
        Strata without every arm are left out, as the effects of an arm that is not there cannot be told: the note counts
        them.
    """
    sample, _ = observe(replace(design, X=np.empty((y.size, 0)), covariates=()), y, regresses=False)
    cells, notes = count_cells(sample), missing_note(sample, labels)
    every, some = (cells.n > 0).all(axis=1), cells.n.sum(axis=1) > 0
    if (some & ~every).any():
        lost = int(cells.n[some & ~every].sum())
        notes.append(
            f"{strata_count(int((some & ~every).sum()))} of {design.strata} without every arm left out ({persons(lost)})"
        )
    cells = cells.take(np.flatnonzero(every))
    rows = []
    for k in range(1, len(design.arms)):
        rows += _arm_rows(cells, design, spec, labels, k)
    return rows, notes


def _arm_rows(cells: Cells, design: Design, spec: Spec, labels: Labels, k: int) -> list[ContaminationRow]:
    """Return one arm's rows: the coefficient, its own part, its contamination in all and by arm, and the averages."""
    arms = range(len(design.arms))
    others = [j for j in arms if j not in (0, k)]
    named: list[tuple[str, str, FloatArray | None]]
    none: Statistic = Unavailable("no stratum has persons of every arm")
    variance, df = none, none
    randomised = cells.randomised.sum(axis=1).astype(float)
    parts = decompose(cells.n.astype(float), k, randomised) if cells.n.size else None
    if parts is None:
        named = [(c, "", None) for c in COMPONENTS]
    else:
        named = [("pooled", "", parts.pooled), ("own", "", parts.own)]
        named += [("contamination", "", parts.contamination.sum(axis=0))] if len(others) != 1 else []
        named += [("contamination", design.arms[j], parts.contamination[j]) for j in others]
        named += [("equal", "", parts.equal), ("one_at_a_time", "", parts.one_at_a_time), ("common", "", parts.common)]
    rows = []
    itself = Unavailable("a part of the coefficient, or all of it")
    for component, source, weight in named:
        estimate, apart, apart_se = none, none, none
        if weight is not None and parts is not None:
            estimate, gap = float((weight * cells.mean).sum()), parts.pooled - weight
            variance, df = _variance(cells, weight)
            apart, apart_se = itself, itself
            if component not in ("pooled", "contamination"):
                apart = float((gap * cells.mean).sum())
                spread, _ = _variance(cells, gap)
                apart_se = float(np.sqrt(spread)) if isinstance(spread, float) else spread
        error, _, _, low, high = inference(estimate, variance, df, spec.level)
        rows.append(
            ContaminationRow(
                outcome=labels.outcome, clock=labels.clock, month=labels.month, arm=design.arms[k],
                control=design.arms[0], component=component, source=source, n_arm=int(cells.n[:, k].sum()),
                n_control=int(cells.n[:, 0].sum()), estimate=estimate, std_error=error, conf_low=low, conf_high=high,
                difference=apart, difference_se=apart_se, strata=design.strata,
            )
        )  # fmt: skip
    return rows
