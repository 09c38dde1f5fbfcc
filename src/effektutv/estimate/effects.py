r"""The estimators of the effect of one arm against another, and their rows.

Notation: strata s, arms 1 (arm) and 0 (control) of one contrast, cells s × arm with n persons, mean ȳ and variance
s² (divisor n − 1). Only the two arms of the contrast are compared: arm dummies of three arms beside strata effects in
one regression would mix the arms' effects (Goldsmith-Pinkham, Hull and Kolesár, arXiv 2106.05024).

``difference``
    ȳ₁ − ȳ₀; variance s₁²/n₁ + s₀²/n₀ (Neyman; HC2 of the regression on the arm); Satterthwaite's df.
``blocked``
    Σ w_s (ȳ₁ₛ − ȳ₀ₛ), w_s the stratum's share of the persons with an outcome, of all arms or of the two; variance
    Σ w_s² (s₁ₛ²/n₁ₛ + s₀ₛ²/n₀ₛ); df n − 2·strata. Strata with one person in an arm: see :func:`singleton_variance`.
``fe``
    Least squares on the arm, strata effects and covariates: strata weighted by precision n₁ₛn₀ₛ/n_s, not by size.
``lin``
    Least squares with covariates and strata centred at the weights' population and interacted with the arm (Lin 2013,
    doi 10.1214/12-AOAS583); strata additive where some stratum × arm holds one person.
``logit``
    Average marginal effect of a logistic regression: see :mod:`effektutv.estimate.logit`.
``ipw``
    Means weighted by the inverse of known probabilities: see :mod:`effektutv.estimate.weighting`.

Clustered variances (CR2) of ``difference``, ``fe`` and ``lin``: see :mod:`effektutv.estimate.cluster`.

A stratum without both arms says nothing about the contrast: it is dropped, counted, and the note names who remain.
Counts and raw shares stay those of everyone in the arm, so that an arm has one share in every contrast.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import stdtr, stdtrit

from effektutv.results import EffectRow, Statistic, Unavailable

from .design import (
    BoolArray,
    Cells,
    Design,
    Estimator,
    FloatArray,
    IntArray,
    Sample,
    Spec,
    Vcov,
    Weights,
    count_cells,
    observe,
    persons,
    strata_count,
)
from .fit import Fit, Labels, describe, settled, undefined
from .logit import logit_fit
from .regression import clustered_difference, regression_fit
from .variation import STILL
from .weighting import known_weights_fit, share_weights_fit

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "Fit",
    "Labels",
    "describe",
    "effect_rows",
    "fit_contrast",
    "inference",
    "missing_note",
    "singleton_variance",
    "to_row",
]


def _subset(cells: Cells, rows: IntArray) -> Cells:
    return Cells(n=cells.n[rows], total=cells.total[rows], mean=cells.mean[rows], ss=cells.ss[rows])


def fit_contrast(
    sample: Sample,
    spec: Spec,
    arm: int,
    control: int,
    *,
    cells: Cells | None = None,
    stratum_size: FloatArray | None = None,
    spread: bool = False,
) -> Fit:
    """Estimate one contrast.

    Parameters
    ----------
    sample : Sample
        All arms: those outside the contrast count in the stratum weights and covariate means only.
    spec : Spec
    arm, control : int
        Codes of the arms compared.
    cells : Cells, optional
        Of the sample, where they have been counted already.
    stratum_size : (S,) array of float, optional
        Persons that weight the strata in place of the sample's own, as in an interaction contrast. A stratum of size 0
        is left out.
    spread : bool
        Whether the variances of the two adjusted means, and their covariance, are wanted too.
    """
    cells = count_cells(sample) if cells is None else cells
    names = sample.design.arms[arm], sample.design.arms[control]
    totals = cells.n.sum(axis=0)
    if not totals[arm] or not totals[control]:
        empty = names[0] if not totals[arm] else names[1]
        return undefined(cells, arm, control, sample.binary, f"no one in arm {empty} has an observed outcome here")
    pair = (arm, control)
    if spec.estimator is Estimator.DIFFERENCE and spec.vcov is Vcov.CR2:
        fit = clustered_difference(sample, spec, cells, pair, spread=spread)
        return settled(replace(fit, notes=(*fit.notes, *_constant_arm_notes(cells, pair, names))), cells, pair)
    if spec.estimator is Estimator.DIFFERENCE:
        return settled(_difference(cells, arm, control, names, sample.binary), cells, pair)
    if spec.estimator is Estimator.IPW and sample.design.probability is not None:
        return settled(known_weights_fit(sample, cells, pair), cells, pair)
    both = (cells.n[:, arm] > 0) & (cells.n[:, control] > 0)
    notes: tuple[str, ...] = ()
    if stratum_size is not None:
        both &= stratum_size > 0
    else:
        notes = _strata_note(cells, both, (arm, control), names, sample.design.strata)
    if not both.any():
        reason = f"no stratum has persons of both {names[0]} and {names[1]}"
        return undefined(cells, arm, control, sample.binary, reason)
    kept = np.flatnonzero(both)
    within = _subset(cells, kept)
    if stratum_size is not None:
        size = stratum_size[kept]
    elif spec.weights is Weights.ALL:
        size = within.n.sum(axis=1).astype(float)
    else:
        size = (within.n[:, arm] + within.n[:, control]).astype(float)
    if spec.estimator is Estimator.BLOCKED:
        fit = _blocked(within, arm, control, size, sample.binary, spread=spread)
    elif spec.estimator is Estimator.IPW:
        fit = share_weights_fit(sample, within, pair, kept, size)
    elif spec.estimator is Estimator.LOGIT:
        fit = logit_fit(sample, spec, within, pair, kept, size)
    else:
        fit = regression_fit(sample, spec, within, pair, kept, size, spread=spread)
    # counts and raw shares are the arm's own, whatever the contrast: shares that changed with the strata dropped would
    # give the few persons dropped away by subtraction
    everyone = describe(cells, arm, control, sample.binary)
    fit = replace(settled(fit, within, pair), n=everyone.n, events=everyone.events, raw=everyone.raw)
    return replace(fit, notes=(*notes, *fit.notes, *_constant_arm_notes(within, (arm, control), names)))


def _strata_note(
    cells: Cells, both: BoolArray, pair: tuple[int, int], names: tuple[str, str], strata: str
) -> tuple[str, ...]:
    """Return the note on strata that lack an arm of the contrast, and on who remain."""
    of_pair = cells.n[:, pair[0]] + cells.n[:, pair[1]]
    lost = ~both & (of_pair > 0)
    if not lost.any():
        return ()
    left, remain = persons(int(of_pair[lost].sum())), persons(int(of_pair[both].sum()))
    return (
        f"{names[0]} − {names[1]}: {strata_count(int(lost.sum()))} of {strata} without both arms left out ({left}); "
        f"the effect is that of the {remain} in the {strata_count(int(both.sum()))} with both",
    )


def _difference(cells: Cells, arm: int, control: int, names: tuple[str, str], binary: bool) -> Fit:
    """Difference in means, Neyman's variance, Satterthwaite's degrees of freedom."""
    pooled = cells.pooled()
    fit = describe(cells, arm, control, binary)
    means = float(pooled.mean[0, arm]), float(pooled.mean[0, control])
    fit = replace(fit, means=means, raw=means)
    n = pooled.n[0, [arm, control]]
    if n.min() < 2:
        single = names[int(n.argmin())]
        why = Unavailable(f"one person in arm {single}: no variance")
        return replace(fit, variance=why, df=why, notes=(why.reason,), spread=why)
    parts = pooled.variance()[0, [arm, control]] / n
    variance = float(parts.sum())
    df: Statistic = STILL
    if variance > 0:
        df = variance**2 / float((parts**2 / (n - 1)).sum())
    notes = _constant_arm_notes(cells, (arm, control), names)
    spread = (float(parts[0]), float(parts[1]), 0.0)
    return replace(fit, variance=variance, df=df, notes=notes, spread=spread)


def _constant_arm_notes(cells: Cells, pair: tuple[int, int], names: tuple[str, str]) -> tuple[str, ...]:
    """Return a note where one arm has no variation: its part of the standard error is 0."""
    pooled = cells.pooled()
    still = [name for k, name in zip(pair, names, strict=True) if pooled.n[0, k] > 1 and pooled.ss[0, k] == 0]
    return tuple(f"no variation in arm {name}: it adds nothing to the standard error" for name in still)


def singleton_variance(weight: FloatArray, effect: FloatArray) -> float | None:
    r"""Return the variance that strata with one person in an arm add, from the spread of their effects.

    With a_s the weights within these strata (adding to 1) and W their joint weight,

    .. math:: W^2 \sum_s \frac{a_s^2}{(1 - 2a_s)(1 + \sum_i a_i^2/(1 - 2a_i))} (\hat\tau_s - \sum_i a_i\hat\tau_i)^2,

    the pooled hybrid estimator of Pashley and Miratrix (arXiv 1710.10342, the estimator for small blocks of varying
    size), written in weights: unbiased where the strata's effects are equal, else conservative. It needs a_s < 1/2.

    Parameters
    ----------
    weight : (m,) array of float
        The strata's weights in the estimate.
    effect : (m,) array of float
        Their differences in means.

    Returns
    -------
    float or None
        None where one stratum holds half of the weight or more.
    """
    total = float(weight.sum())
    share = weight / total
    if share.max() >= 0.5:
        return None
    ratio = share**2 / (1 - 2 * share)
    spread = (effect - float(share @ effect)) ** 2
    return total**2 * float((ratio * spread).sum()) / (1 + float(ratio.sum()))


def _blocked(cells: Cells, arm: int, control: int, size: FloatArray, binary: bool, *, spread: bool) -> Fit:
    """Stratum-weighted difference in means; every stratum has both arms."""
    weight = size / size.sum()
    pair = [arm, control]
    n, mean = cells.n[:, pair], cells.mean[:, pair]
    fit = replace(describe(cells, arm, control, binary), means=(float(weight @ mean[:, 0]), float(weight @ mean[:, 1])))
    small = n.min(axis=1) < 2
    neyman = np.where(n > 1, cells.variance()[:, pair], 0.0) / n
    within = float((weight[~small] ** 2) @ neyman[~small].sum(axis=1))
    variance: Statistic = within
    notes: tuple[str, ...] = ()
    if small.any():
        added, note = _small_strata(cells, pair, weight, small)
        notes = (note,)
        variance = Unavailable(note) if added is None else within + added
    strata = small.size
    free = float(n.sum() - 2 * strata)
    df: Statistic = free
    if free <= 0:  # every stratum is a pair: as many free comparisons as pairs, less their mean
        df = float(strata - 1) if strata > 1 else Unavailable("no degrees of freedom are left")
    fit = replace(fit, variance=variance, df=df, notes=notes)
    if not spread:
        return fit
    if small.any():
        each = Unavailable("strata with one person in an arm give a variance of the difference, not of each mean")
        return replace(fit, spread=each)
    parts = (weight**2) @ neyman
    return replace(fit, spread=(float(parts[0]), float(parts[1]), 0.0))


def _small_strata(cells: Cells, pair: list[int], weight: FloatArray, small: BoolArray) -> tuple[float | None, str]:
    """Return the variance that strata with a singleton cell add, and the note that says how it was had."""
    n, mean = cells.n[small][:, pair], cells.mean[small][:, pair]
    w = weight[small]
    counted = f"{strata_count(int(small.sum()))} with one person in an arm ({persons(int(n.sum()))})"
    spread = singleton_variance(w, mean[:, 0] - mean[:, 1])
    if spread is not None:
        return spread, f"{counted}: variance pooled from the spread of their effects (Pashley & Miratrix)"
    # One stratum holds half of them or more: their spread says nothing. A cell without a variance of its own takes its
    # arm's, pooled within strata: the plug-in that the same authors give beside the pooled estimator.
    free = np.maximum(cells.n[:, pair] - 1, 0).sum(axis=0)
    if (free == 0).any():
        return None, f"{counted}: too few to pool, and no other stratum has the arm's variance"
    plug_in = cells.ss[:, pair].sum(axis=0) / free
    own = np.where(n > 1, cells.variance()[small][:, pair], plug_in)
    added = float((w**2) @ (own / n).sum(axis=1))
    return added, f"{counted}: too few to pool; single persons take their arm's variance pooled within strata"


def inference(
    estimate: Statistic, variance: Statistic, df: Statistic, level: float
) -> tuple[Statistic, Statistic, Statistic, Statistic, Statistic]:
    """Return standard error, t statistic, two-sided p-value (by the survival function) and the interval's ends.

    Parameters
    ----------
    estimate, variance, df : Statistic
    level : float
        Coverage of the interval.
    """
    if not isinstance(estimate, float):
        return estimate, estimate, estimate, estimate, estimate
    if not isinstance(variance, float):
        return variance, variance, variance, variance, variance
    if not variance > 0:
        return STILL, STILL, STILL, STILL, STILL
    error = float(np.sqrt(variance))
    if not isinstance(df, float):
        return error, estimate / error, df, df, df
    t = estimate / error
    half = float(stdtrit(df, 0.5 + level / 2)) * error
    return error, t, float(2 * stdtr(df, -abs(t))), estimate - half, estimate + half


def to_row(fit: Fit, design: Design, spec: Spec, arm: int, control: int, labels: Labels) -> EffectRow:
    """Return a fit as a row of effects.

    Parameters
    ----------
    fit : Fit
    design : Design
    spec : Spec
    arm, control : int
        Codes of the arms compared.
    labels : Labels
    """
    error, t, p, low, high = inference(fit.estimate, fit.variance, fit.df, spec.level)
    zero = isinstance(fit.variance, float) and not fit.variance > 0
    events = fit.events if fit.events is not None else (Unavailable("not a 0/1 outcome"),) * 2
    return EffectRow(
        outcome=labels.outcome,
        clock=labels.clock,
        month=labels.month,
        arm=design.arms[arm],
        control=design.arms[control],
        subgroup=labels.subgroup,
        level=labels.level,
        kind=labels.kind,
        n_arm=fit.n[0],
        n_control=fit.n[1],
        share_arm=fit.raw[0],
        share_control=fit.raw[1],
        mean_arm=fit.means[0],
        mean_control=fit.means[1],
        estimate=fit.estimate,
        std_error=error,
        statistic=t,
        df=fit.df if not zero else STILL,
        p_value=p,
        conf_low=low,
        conf_high=high,
        estimator=spec.estimator.value,
        vcov=spec.vcov.value,
        strata=design.strata if spec.estimator is not Estimator.DIFFERENCE else "",
        note="; ".join(fit.notes),
        events_arm=events[0],
        events_control=events[1],
    )


def effect_rows(
    design: Design, y: FloatArray, spec: Spec, contrasts: Sequence[tuple[int, int]], labels: Labels
) -> tuple[list[EffectRow], list[str]]:
    """Estimate every contrast of one outcome for everyone.

    Parameters
    ----------
    design : Design
    y : (n,) array of float
        The outcome; NaN where missing.
    spec : Spec
    contrasts : sequence of (int, int)
        Codes of (arm, control).
    labels : Labels

    Returns
    -------
    rows : list of EffectRow
    notes : list of str
        Of every row, and how many persons were left out.
    """
    sample, _ = observe(design, y, regresses=spec.regresses)
    cells = count_cells(sample)
    rows, notes = [], missing_note(sample, labels)
    for arm, control in contrasts:
        fit = fit_contrast(sample, spec, arm, control, cells=cells)
        rows.append(to_row(fit, design, spec, arm, control, labels))
        notes.extend(fit.notes)
    return rows, notes


def missing_note(sample: Sample, labels: Labels) -> list[str]:
    """Return the note on persons left out for want of an outcome, if any.

    Parameters
    ----------
    sample : Sample
    labels : Labels
    """
    if not sample.n_missing:
        return []
    when = "" if labels.month is None else f", month {labels.month}"
    return [f"{labels.outcome}{when}: {persons(sample.n_missing)} without an observed outcome left out"]
