"""Month by month: the share of each arm with its own interval, and the effects.

The intervals are pointwise: each month's covers with the stated probability, the whole curve does not. For that there are
simultaneous bands: see :mod:`effektutv.estimators.simultaneous_bands`.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import stdtrit

from effektutv.results.effect_rows import EffectRow
from effektutv.results.profiles import NO_VARIANCE, ArmSummary, EffectBand
from effektutv.values import Statistic, Unavailable

from .design import BoolArray, Cells, Design, Estimator, FloatArray, IntArray, Sample, Spec, count_cells, observe
from .effects import Labels, fit_contrast, missing_note, to_row
from .regression.cluster_robust import clustered_mean, number_clusters
from .regression.sparse_lin import lin_form
from .scores import arm_scores, contrast_scores
from .simultaneous_bands import FIRST, LAST, correlation, critical_value, half_width, rounded_up, standard_normals

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["arm_summaries", "band_rows", "profile_rows"]

_OUTSIDE = Unavailable(f"the simultaneous band covers months {FIRST} to {LAST}")


def arm_summaries(sample: Sample, cells: Cells, level: float, labels: Labels) -> list[ArmSummary]:
    r"""Return each arm's mean with the interval :math:`\\bar y \\pm t_{n-1} s/\\sqrt n`, or a clustered one.

    Parameters
    ----------
    sample : Sample
        Of one outcome at one month.
    cells : Cells
        Its cells.
    level : float
        Coverage of the intervals.
    labels : Labels
        Outcome, clock and month.
    """
    pooled = cells.pooled
    arms, binary = sample.design.arms, sample.binary
    rows = []
    for k, arm in enumerate(arms):
        n = int(pooled.n[0, k])
        none: Statistic = Unavailable("no one in the arm with an outcome" if n == 0 else "one person in the arm")
        error, low, high = none, none, none
        share = float(pooled.mean[0, k]) if n else none
        if n > 1 and isinstance(share, float):
            variance, df = arm_variance(sample, pooled, k)
            error = float(np.sqrt(variance)) if isinstance(variance, float) else variance
            low = high = df if isinstance(df, Unavailable) else error
            if isinstance(error, float) and isinstance(df, float):
                half = float(stdtrit(df, 0.5 + level / 2)) * error
                low, high = share - half, share + half
            if isinstance(error, float) and not error > 0:
                low = high = Unavailable("no variation in the arm")
        rows.append(
            ArmSummary(
                outcome=labels.outcome,
                clock=labels.clock,
                month=labels.month if labels.month is not None else 0,
                arm=arm,
                n=n,
                share=share,
                std_error=error,
                conf_low=low,
                conf_high=high,
                events=int(pooled.total[0, k]) if binary else Unavailable("not a 0/1 outcome"),
            )
        )
    return rows


def arm_variance(sample: Sample, pooled: Cells, arm: int) -> tuple[Statistic, Statistic]:
    """Return the variance of an arm's mean, clustered where there are clusters, and its degrees of freedom.

    Parameters
    ----------
    sample : Sample
    pooled : Cells
        The arms, strata taken together.
    arm : int
        The arm's code, with two persons or more.
    """
    n = int(pooled.n[0, arm])
    if sample.design.cluster is None:
        return float(pooled.variance[0, arm] / n), float(n - 1)
    inside = sample.design.arm == arm
    variance, df = clustered_mean(sample.y[inside], sample.design.cluster[inside])
    # an arm without variation, but for rounding
    return (0.0, df) if pooled.ss[0, arm] == 0 and isinstance(variance, float) else (variance, df)


def profile_rows(
    design: Design,
    Y: FloatArray,
    months: Sequence[int],
    spec: Spec,
    contrasts: Sequence[tuple[int, int]],
    labels: Labels,
) -> tuple[list[ArmSummary], list[EffectRow], list[str], bool]:
    """Summarise and compare the arms at each month.

    Parameters
    ----------
    design : Design
    Y : (n, m) array of float
        A column a month; NaN where missing.
    months : sequence of int
        m months since time zero.
    spec : Spec
    contrasts : sequence of (int, int)
        Codes of (arm, control).
    labels : Labels
        Outcome and clock.

    Returns
    -------
    summaries : list of ArmSummary
    effects : list of EffectRow
    notes : list of str
    binary : bool
        Whether the outcome is 0/1 at every month.
    """
    summaries: list[ArmSummary] = []
    effects: list[EffectRow] = []
    notes: list[str] = []
    binary = True
    for j, month in enumerate(months):
        at = replace(labels, month=int(month))
        sample, _ = observe(design, np.ascontiguousarray(Y[:, j]), regresses=spec.regresses)
        cells = count_cells(sample)
        binary &= sample.binary
        summaries += arm_summaries(sample, cells, spec.level, at)
        notes += missing_note(sample, at)
        form = lin_form(sample, cells) if spec.estimator is Estimator.LIN else None
        for arm, control in contrasts:
            fit = fit_contrast(sample, spec, arm, control, cells=cells, form=form)
            effects.append(to_row(fit, design, spec, arm, control, at))
            notes += fit.notes
    return summaries, effects, notes, binary


def band_rows(
    design: Design,
    Y: FloatArray,
    months: Sequence[int],
    spec: Spec,
    contrasts: Sequence[tuple[int, int]],
    summaries: Sequence[ArmSummary],
    effects: Sequence[EffectRow],
    *,
    draws: int,
    seed: int,
) -> tuple[list[ArmSummary], list[EffectBand]]:
    """Return the summaries with simultaneous bands, and the bands of the effects.

    Parameters
    ----------
    design, Y, months, spec, contrasts
        As in :func:`profile_rows`.
    summaries, effects
        What that returned, in its order.
    draws, seed : int
        Of the critical values. All curves share the draws.
    """
    extra = [k for k in (design.probability, design.cluster) if k is not None]
    order = np.lexsort((*extra, *design.X.T[::-1], *Y.T[::-1], design.stratum * len(design.arms) + design.arm))
    design, Y = design.take(order), Y[order]
    inside = [j for j, month in enumerate(months) if FIRST <= month <= LAST]
    normals = standard_normals(seed, draws, LAST - FIRST + 1)
    samples: dict[int, tuple[BoolArray, Sample]] = {}
    for j in inside:
        y = np.ascontiguousarray(Y[:, j])
        seen = ~np.isnan(y)
        binary = bool(np.all((y[seen] == 0) | (y[seen] == 1)))
        sample = Sample(design=design.take(seen), y=y[seen], binary=binary, unseen=design.take(~seen))
        samples[j] = (seen, sample)
    arms, pairs = len(design.arms), len(contrasts)
    # without clusters every person is one of her own
    clusters = number_clusters(np.full(Y.shape[0], -1) if design.cluster is None else design.cluster)
    out, bands = list(summaries), []
    for k in range(arms):
        curve = [summaries[j * arms + k] for j in range(len(months))]
        shown = [(r.share, r.std_error, _arm_df(samples.get(j), r, k)) for j, r in enumerate(curve)]
        found = _band(shown, inside, samples, clusters, partial(arm_scores, arm=k), normals, spec)
        for j, (low, high, critical) in enumerate(found):
            out[j * arms + k] = replace(curve[j], sim_low=low, sim_high=high, sim_critical=critical)
    for p, (arm, control) in enumerate(contrasts):
        rows = [effects[j * pairs + p] for j in range(len(months))]
        shown = [(r.estimate, r.std_error, r.df) for r in rows]
        score = partial(contrast_scores, spec=spec, arm=arm, control=control)
        found = _band(shown, inside, samples, clusters, score, normals, spec)
        for month, row, (low, high, critical) in zip(months, rows, found, strict=True):
            bands.append(
                EffectBand(
                    outcome=row.outcome, clock=row.clock, month=int(month), arm=row.arm, control=row.control,
                    sim_low=low, sim_high=high, sim_critical=critical,
                )
            )  # fmt: skip
    bands.sort(key=lambda b: b.month)
    return out, bands


def _arm_df(held: tuple[BoolArray, Sample] | None, row: ArmSummary, arm: int) -> Statistic:
    """Return the degrees of freedom of an arm's mean at one month."""
    if held is None or not isinstance(row.n, int) or row.n < 2:
        return NO_VARIANCE
    sample = held[1]
    return arm_variance(sample, count_cells(sample).pooled, arm)[1]


def _band(
    shown: Sequence[tuple[Statistic, Statistic, Statistic]],
    inside: Sequence[int],
    samples: dict[int, tuple[BoolArray, Sample]],
    clusters: tuple[IntArray, int],
    score: Callable[[Sample], FloatArray | None],
    normals: FloatArray,
    spec: Spec,
) -> list[tuple[Statistic, Statistic, Statistic]]:
    """Return the band's ends and critical value at each month of one curve.

    ``shown`` holds estimate, standard error and degrees of freedom at each month, ``inside`` the places of the months that
    the band may cover.
    """
    used: list[int] = []
    columns: list[FloatArray] = []
    out: list[tuple[Statistic, Statistic, Statistic]] = [(_OUTSIDE,) * 3] * len(shown)
    for j in inside:
        estimate, error, df = shown[j]
        if not isinstance(estimate, float):
            out[j] = (estimate,) * 3
        elif not isinstance(error, float) or error <= 0 or not isinstance(df, float):
            out[j] = (NO_VARIANCE,) * 3
        else:
            seen, sample = samples[j]
            found = score(sample)
            if found is None:
                out[j] = (Unavailable(f"no simultaneous band with estimator {spec.estimator.value!r}"),) * 3
                continue
            # clusters in one order for every month, then what strata add
            codes, n_clusters = clusters
            added = np.bincount(codes[seen], weights=found[: sample.y.size], minlength=n_clusters)
            columns.append(np.concatenate([added, found[sample.y.size :]]))
            used.append(j)
    if not used:
        return out
    critical = rounded_up(critical_value(correlation(np.column_stack(columns)), normals, spec.level))
    for j in used:
        estimate, error, df = shown[j]
        half = half_width(critical, float(df), float(error))  # type: ignore[arg-type]
        out[j] = (float(estimate) - half, float(estimate) + half, critical)  # type: ignore[arg-type]
    return out
