r"""The estimators of the effect of one arm against another, and their rows.

Notation: strata s, arms 1 (arm) and 0 (control) of one contrast, cells s × arm with n persons, mean ȳ and variance
s² (divisor n − 1). Only the two arms of the contrast are compared: arm dummies of three arms beside strata effects in
one regression would mix the arms' effects (Goldsmith-Pinkham, Hull and Kolesár, arXiv 2106.05024).

``difference``
    ȳ₁ − ȳ₀; variance s₁²/n₁ + s₀²/n₀ (Neyman; HC2 of the regression on the arm); Satterthwaite's df.
``blocked``
    Σ w_s (ȳ₁ₛ − ȳ₀ₛ), w_s the stratum's share of everyone randomised, outcome known or not (``weights="pair"``: of the two
    arms' persons with an outcome); variance Σ w_s² (s₁ₛ²/n₁ₛ + s₀ₛ²/n₀ₛ), strata with one person in an arm pooled, and
    Satterthwaite's df over the cells: :mod:`effektutv.estimators.stratified_variance`.
``fe``
    Least squares on the arm, strata effects and covariates: strata weighted by precision n₁ₛn₀ₛ/n_s, not by size.
``lin``
    Least squares with covariates and strata centred at Σ w_s x̄_s over everyone randomised and interacted with the arm (Lin
    2013, doi 10.1214/12-AOAS583); where some stratum × arm holds one person, the sparse form of the same estimand
    (:mod:`effektutv.estimators.regression.sparse_lin`), in all contrasts alike.
``logit``
    Average marginal effect of a logistic regression: see :mod:`effektutv.estimators.regression.logit_margins`.
``ipw``
    Means weighted by the inverse of known probabilities: see :mod:`effektutv.estimators.ipw`.

Clustered variances (CR2) of ``difference``, ``fe`` and ``lin``: see :mod:`effektutv.estimators.regression.cluster_robust`.

A stratum without both arms' outcomes says nothing about the contrast: it is dropped, counted, and the note names who remain.
Counts and raw shares stay those of everyone in the arm, so that an arm has one share in every contrast. With weights of
everyone randomised the contrasts of `blocked`, `lin` and `ipw` add up where all keep the same strata; where they do not, and
for `logit`, a note says so.

With HC2 degrees of freedom are Satterthwaite's: over the cells in `difference`, `blocked` and the sparse form of `lin`, over
the arms in `ipw`, of the contrast's own variance in `fe` and the interacted `lin`
(:mod:`effektutv.estimators.bell_mccaffrey`). Others may be asked for (:class:`~effektutv.estimators.design.Dof`): ``residual``,
persons less parameters (`difference` and `ipw` n − 2, `blocked` n − 2·strata, `fe` and `lin` n − rank, as R's estimatr), with a
note where most of them say nothing about the variance.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import stdtr, stdtrit

from effektutv.results.effect_rows import EffectRow
from effektutv.values import Statistic, Unavailable

from .bell_mccaffrey import uninformed_note
from .design import (
    BoolArray,
    Cells,
    Design,
    Dof,
    Estimator,
    FloatArray,
    Sample,
    Spec,
    Vcov,
    Weights,
    count_cells,
    observe,
    persons,
    strata_count,
)
from .ipw import known_weights_fit, share_weights_fit
from .regression.fe_lin import clustered_difference, regression_fit
from .regression.fit import Fit, Labels, describe, settled, undefined, with_variance
from .regression.logit_margins import logit_fit
from .regression.sparse_lin import LinForm, lin_form, sparse_fit
from .stratified_variance import plan_variance, residual_df
from .variation import STILL

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "FEW_PERSONS",
    "Fit",
    "Labels",
    "describe",
    "effect_rows",
    "fit_contrast",
    "inference",
    "missing_note",
    "to_row",
]


#: Persons in an arm below which an interval of a 0/1 outcome covers less than stated, whatever the degrees of freedom.
FEW_PERSONS = 10


def fit_contrast(
    sample: Sample,
    spec: Spec,
    arm: int,
    control: int,
    *,
    cells: Cells | None = None,
    stratum_size: FloatArray | None = None,
    form: LinForm | None = None,
    spread: bool = False,
) -> Fit:
    """Estimate one contrast.

    Parameters
    ----------
    sample : Sample
        All arms: those outside the contrast count, as everyone without a known outcome, in the stratum weights and
        covariate means only.
    spec : Spec
    arm, control : int
        Codes of the arms compared.
    cells : Cells, optional
        Of the sample, where they have been counted already.
    stratum_size : (S,) array of float, optional
        Persons that weight the strata in place of the sample's own, as in an interaction contrast. A stratum of size 0
        is left out.
    form : LinForm, optional
        Of `lin`, chosen from all arms of the sample; chosen here where not given.
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
        return settled(_difference(cells, arm, control, names, sample.binary, spec.dof), cells, pair)
    if spec.estimator is Estimator.IPW and sample.design.probability is not None:
        return settled(known_weights_fit(sample, cells, pair, spec.dof), cells, pair)
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
    # what was worked out of all cells serves again
    within = cells if both.all() else cells.take(kept)
    size = within.stratum_size(spec.weights, pair) if stratum_size is None else stratum_size[kept]
    if spec.estimator is Estimator.BLOCKED:
        fit = _blocked(within, pair, size, sample.binary, spec.dof, spread=spread)
    elif spec.estimator is Estimator.IPW:
        fit = share_weights_fit(sample, within, pair, kept, size, spec.dof)
    elif spec.estimator is Estimator.LOGIT:
        fit = logit_fit(sample, spec, within, pair, kept, size)
    elif spec.estimator is Estimator.LIN and (form := form or lin_form(sample, cells)).sparse:
        fit = sparse_fit(sample, spec, within, pair, kept, size, form, spread=spread)
    else:
        fit = regression_fit(sample, spec, within, pair, kept, size, spread=spread)
    # counts and raw shares are the arm's own, whatever the contrast: shares that changed with the strata dropped would
    # give the few persons dropped away by subtraction
    everyone = fit if within is cells else describe(cells, arm, control, sample.binary)
    fit = replace(settled(fit, within, pair), n=everyone.n, events=everyone.events, raw=everyone.raw)
    said = (*notes, *fit.notes, *_constant_arm_notes(within, pair, names), *_few_notes(fit, names))
    return replace(fit, notes=said)


def _few_notes(fit: Fit, names: tuple[str, str]) -> tuple[str, ...]:
    """Return the note on a 0/1 outcome in an arm of few persons: their exact test keeps its level."""
    if fit.events is None or not isinstance(fit.variance, float):
        return ()
    few = [name for name, n in zip(names, fit.n, strict=True) if n < FEW_PERSONS]
    if not few:
        return ()
    return (
        f"fewer than {FEW_PERSONS} persons in {' and '.join(few)}: with a 0/1 outcome the interval covers less often than "
        "stated; read the exact test, randomization_test(draws='exact')",
    )


def _strata_note(
    cells: Cells, both: BoolArray, pair: tuple[int, int], names: tuple[str, str], strata: str
) -> tuple[str, ...]:
    """Return the note on strata that lack an arm of the contrast, and on who remain."""
    of_pair = cells.randomised[:, pair[0]] + cells.randomised[:, pair[1]]
    lost = ~both & (of_pair > 0)
    if not lost.any():
        return ()
    left, remain = persons(int(of_pair[lost].sum())), persons(int(of_pair[both].sum()))
    return (
        f"{names[0]} − {names[1]}: {strata_count(int(lost.sum()))} of {strata} without both arms left out ({left}); "
        f"the effect is that of the {remain} in the {strata_count(int(both.sum()))} with both",
    )


def _difference(cells: Cells, arm: int, control: int, names: tuple[str, str], binary: bool, dof: Dof | None) -> Fit:
    """Difference in means, Neyman's variance, Satterthwaite's degrees of freedom or n − 2."""
    pooled = cells.pooled
    fit = describe(cells, arm, control, binary)
    means = float(pooled.mean[0, arm]), float(pooled.mean[0, control])
    fit = replace(fit, means=means, raw=means)
    n = pooled.n[0, [arm, control]]
    if n.min() < 2:
        single = names[int(n.argmin())]
        why = Unavailable(f"one person in arm {single}: no variance")
        return replace(fit, variance=why, df=why, notes=(why.reason,), spread=why)
    parts = pooled.variance[0, [arm, control]] / n
    variance = float(parts.sum())
    df: Statistic = STILL
    notes: tuple[str, ...] = ()
    if variance > 0:
        df = variance**2 / float((parts**2 / (n - 1)).sum())
        if dof is Dof.RESIDUAL:
            notes = uninformed_note(float(n.sum() - 2), df)
            df = float(n.sum() - 2)
    fit = replace(fit, variance=variance, df=df, approximate=dof is not Dof.RESIDUAL)
    fit = replace(fit, spread=(float(parts[0]), float(parts[1]), 0.0))
    return replace(fit, notes=(*notes, *_constant_arm_notes(cells, (arm, control), names), *_few_notes(fit, names)))


def _constant_arm_notes(cells: Cells, pair: tuple[int, int], names: tuple[str, str]) -> tuple[str, ...]:
    """Return a note where one arm has no variation: its part of the standard error is 0."""
    pooled = cells.pooled
    still = [name for k, name in zip(pair, names, strict=True) if pooled.n[0, k] > 1 and pooled.ss[0, k] == 0]
    return tuple(f"no variation in arm {name}: it adds nothing to the standard error" for name in still)


def _blocked(
    cells: Cells, pair: tuple[int, int], size: FloatArray, binary: bool, dof: Dof | None, *, spread: bool
) -> Fit:
    """Stratum-weighted difference in means; every stratum has both arms."""
    weight = size / size.sum()
    both = list(pair)
    n, mean, s2 = cells.n[:, both], cells.mean[:, both], cells.variance[:, both]
    fit = replace(describe(cells, *pair, binary), means=(float(weight @ mean[:, 0]), float(weight @ mean[:, 1])))
    counted = residual_df(n) if dof is Dof.RESIDUAL else None
    largest, effect = float(np.abs(mean).max()), mean[:, 0] - mean[:, 1]
    return with_variance(fit, plan_variance(weight, n), s2, effect, largest=largest, counted=counted, spread=spread)


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
    form = lin_form(sample, cells) if spec.estimator is Estimator.LIN else None
    rows, notes = [], missing_note(sample, labels)
    for arm, control in contrasts:
        fit = fit_contrast(sample, spec, arm, control, cells=cells, form=form)
        rows.append(to_row(fit, design, spec, arm, control, labels))
        notes.extend(fit.notes)
    return rows, notes + additive_note(cells, spec, contrasts, design)


def additive_note(cells: Cells, spec: Spec, contrasts: Sequence[tuple[int, int]], design: Design) -> list[str]:
    """Return the note on contrasts of three arms that need not add up: (SE − CM) = (SE − FS) − (CM − FS) may fail.

    Parameters
    ----------
    cells : Cells
    spec : Spec
    contrasts : sequence of (int, int)
        Codes of (arm, control).
    design : Design
    """
    pairs = {frozenset(pair) for pair in contrasts}
    if len(pairs) < 3 or spec.estimator in (Estimator.DIFFERENCE, Estimator.FE):
        return []
    if spec.estimator is Estimator.IPW and design.probability is not None:
        return []
    told = "so that their effects need not add up"
    if spec.estimator is Estimator.LOGIT:
        return [f"the contrasts are fitted one by one by a logistic regression, {told}"]
    kept = np.stack([(cells.n[:, sorted(pair)] > 0).all(axis=1) for pair in pairs])
    if design.n_strata > 1 and not (kept == kept[0]).all():
        return [f"the contrasts keep different strata, {told}"]
    if design.n_strata > 1 and spec.weights is Weights.PAIR:
        return [f"the contrasts weight strata by their own two arms, {told}"]
    return []


def missing_note(sample: Sample, labels: Labels) -> list[str]:
    """Return the note on persons left out for want of an outcome, if any."""
    if not sample.n_missing:
        return []
    when = "" if labels.month is None else f", month {labels.month}"
    return [f"{labels.outcome}{when}: {persons(sample.n_missing)} without an observed outcome left out"]
