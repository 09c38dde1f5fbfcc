"""Month by month: the share of each arm with its own interval, and the effects.

The intervals are pointwise: each month's covers with the stated probability, the whole curve does not.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import stdtrit

from effektutv.results import ArmSummary, EffectRow, Statistic, Unavailable

from .design import Cells, Design, FloatArray, Spec, count_cells, observe
from .effects import Labels, fit_contrast, missing_note, to_row

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["arm_summaries", "profile_rows"]


def arm_summaries(cells: Cells, arms: Sequence[str], binary: bool, level: float, labels: Labels) -> list[ArmSummary]:
    r"""Return each arm's mean with the interval :math:`\\bar y \\pm t_{n-1} s/\\sqrt n`.

    Parameters
    ----------
    cells : Cells
        Of one outcome at one month.
    arms : sequence of str
        K names.
    binary : bool
        Whether the outcome is 0/1, so that the mean is a share and events can be counted.
    level : float
        Coverage of the intervals.
    labels : Labels
        Outcome, clock and month.
    """
    pooled = cells.pooled()
    variance = pooled.variance()[0]
    rows = []
    for k, arm in enumerate(arms):
        n = int(pooled.n[0, k])
        none: Statistic = Unavailable("no one in the arm with an outcome" if n == 0 else "one person in the arm")
        error, low, high = none, none, none
        share = float(pooled.mean[0, k]) if n else none
        if n > 1 and isinstance(share, float):
            error = float(np.sqrt(variance[k] / n))
            half = float(stdtrit(n - 1, 0.5 + level / 2)) * error
            low, high = share - half, share + half
            if error == 0:
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
        summaries += arm_summaries(cells, design.arms, sample.binary, spec.level, at)
        notes += missing_note(sample, at)
        for arm, control in contrasts:
            fit = fit_contrast(sample, spec, arm, control, cells=cells)
            effects.append(to_row(fit, design, spec, arm, control, at))
            notes += fit.notes
    return summaries, effects, notes, binary
