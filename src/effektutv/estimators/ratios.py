r"""Risk ratio and odds ratio from the adjusted means, and Newcombe's interval for a plain difference in proportions.

With adjusted means :math:`p_1, p_0` and their covariance V (from the same estimator as the difference), on the log scale

.. math:: \log RR = \log p_1 - \log p_0,\quad g = (1/p_1, -1/p_0);\qquad
          \log OR = \operatorname{logit} p_1 - \operatorname{logit} p_0,\quad g = (1/p_1q_1, -1/p_0q_0),

variance g'Vg (delta method), the interval symmetric there and then exponentiated; degrees of freedom are the difference's.
Both are marginal: they compare the two arms' proportions, not persons with alike covariates. There is a ratio only where
each arm has an event, and an odds ratio where each also has someone without: by counts of those used, since an adjusted mean
of an arm without one event need not be 0.

Newcombe (1998, doi 10.1002/(SICI)1097-0258(19980430)17:8<873::AID-SIM779>3.0.CO;2-I, method 10): with Wilson's limits
:math:`l_k, u_k` of each proportion, :math:`\hat d - \sqrt{(p_1-l_1)^2 + (u_0-p_0)^2}` to
:math:`\hat d + \sqrt{(u_1-p_1)^2 + (p_0-l_0)^2}`. It keeps its coverage with few events, and never leaves (−1, 1).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtri

from effektutv.results.ratios import RatioRow
from effektutv.values import Statistic, Unavailable

from .design import Estimator, count_cells, observe
from .effects import fit_contrast, inference, missing_note
from .regression.fit import Fit, Labels

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .design import Design, FloatArray, Spec

__all__ = ["newcombe", "ratio_rows", "wilson"]

MEASURES = ("risk ratio", "odds ratio")
NEWCOMBE = "risk difference, Newcombe"
#: Fewer events than this in an arm are noted: by simulation a trial like it lacks the ratio in up to one of six draws
#: (docs/simulations_effects.md), so that the interval, where there is one, is not one of a procedure that covers.
FEW_EVENTS = 10


def wilson(events: int, n: int, level: float) -> tuple[float, float]:
    """Return Wilson's interval of a proportion.

    Parameters
    ----------
    events, n : int
    level : float
        Coverage.
    """
    z = float(ndtri(0.5 + level / 2))
    p = events / n
    centre = (p + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    low, high = float(centre - half), float(centre + half)
    return (0.0 if events == 0 else low), (1.0 if events == n else high)


def newcombe(events: tuple[int, int], n: tuple[int, int], level: float) -> tuple[float, float]:
    """Return Newcombe's hybrid score interval of a difference in proportions.

    Parameters
    ----------
    events, n : tuple of int
        In (arm, control).
    level : float
        Coverage.
    """
    p1, p0 = events[0] / n[0], events[1] / n[1]
    (l1, u1), (l0, u0) = (wilson(e, m, level) for e, m in zip(events, n, strict=True))
    d = p1 - p0
    return d - float(np.hypot(p1 - l1, u0 - p0)), d + float(np.hypot(u1 - p1, p0 - l0))


def _one_sided(fit: Fit, names: tuple[str, str], measure: str) -> str:
    """Return which arm has no event, or for odds no one without, among those used; or nothing."""
    if fit.used is None:
        return ""
    for name, n, events in zip(names, *fit.used, strict=True):
        if n and not events:
            return f"no events in arm {name}"
        if n and measure == "odds ratio" and events >= n:
            return f"only events in arm {name}: there are no odds"
    return ""


def _log_ratio(fit: Fit, names: tuple[str, str], measure: str) -> tuple[Statistic, Statistic]:
    """Return the logarithm of a ratio and its variance."""
    p1, p0 = fit.means
    if reason := _one_sided(fit, names, measure):
        return Unavailable(reason), Unavailable(reason)
    if not isinstance(p1, float):
        return p1, p1
    if not isinstance(p0, float):
        return p0, p0
    if p1 <= 0 or p0 <= 0:
        why = Unavailable("an adjusted proportion is not above 0: there is no ratio")
        return why, why
    if measure == "odds ratio" and (p1 >= 1 or p0 >= 1):
        why = Unavailable("an adjusted proportion is not below 1: there are no odds")
        return why, why
    if measure == "risk ratio":
        value, g1, g0 = np.log(p1) - np.log(p0), 1 / p1, 1 / p0
    else:
        value = np.log(p1) - np.log1p(-p1) - np.log(p0) + np.log1p(-p0)
        g1, g0 = 1 / (p1 * (1 - p1)), 1 / (p0 * (1 - p0))
    if isinstance(fit.spread, Unavailable):
        return float(value), fit.spread
    v1, v0, c = fit.spread
    return float(value), float(max(g1 * g1 * v1 + g0 * g0 * v0 - 2 * g1 * g0 * c, 0.0))


def _few(fit: Fit, measure: str) -> list[str]:
    """Return the note on a ratio that rests on few events; its number of events is not told."""
    if fit.events is None or min(fit.n) == 0:
        return []
    counts = list(fit.events)
    if measure == "odds ratio":
        counts += [n - e for n, e in zip(fit.n, fit.events, strict=True)]
    if min(counts) >= FEW_EVENTS:
        return []
    what = "events or non-events" if measure == "odds ratio" else "events"
    return [
        f"fewer than {FEW_EVENTS} {what} in an arm: where an arm has none there is no {measure}, so that its interval "
        "covers less often than stated; read the difference, without strata with Newcombe's interval"
    ]


def _exp(value: Statistic) -> Statistic:
    return float(np.exp(value)) if isinstance(value, float) else value


def _row(fit: Fit, design: Design, spec: Spec, pair: tuple[int, int], labels: Labels, measure: str) -> RatioRow:
    """Return one measure of one contrast."""
    value, variance = _log_ratio(fit, (design.arms[pair[0]], design.arms[pair[1]]), measure)
    error, t, p, low, high = inference(value, variance, fit.df, spec.level)
    events = fit.events if fit.events is not None else (Unavailable("not a 0/1 outcome"),) * 2
    return RatioRow(
        outcome=labels.outcome,
        clock=labels.clock,
        month=labels.month,
        arm=design.arms[pair[0]],
        control=design.arms[pair[1]],
        measure=measure,
        n_arm=fit.n[0],
        n_control=fit.n[1],
        mean_arm=fit.means[0],
        mean_control=fit.means[1],
        estimate=_exp(value),
        std_error=error,
        statistic=t,
        df=fit.df,
        p_value=p,
        conf_low=_exp(low),
        conf_high=_exp(high),
        estimator=spec.estimator.value,
        vcov=spec.vcov.value,
        strata=design.strata if spec.estimator is not Estimator.DIFFERENCE else "",
        note="; ".join([*fit.notes, *_few(fit, measure)]),
        events_arm=events[0],
        events_control=events[1],
    )


def _newcombe_row(fit: Fit, design: Design, spec: Spec, pair: tuple[int, int], labels: Labels) -> RatioRow:
    """Return the plain difference with Newcombe's interval."""
    none = Unavailable("Newcombe's interval is not made from a standard error")
    low: Statistic = Unavailable("no one in one of the arms")
    high: Statistic = low
    if fit.events is not None and min(fit.n) > 0:
        low, high = newcombe(fit.events, fit.n, spec.level)
    events = fit.events if fit.events is not None else (Unavailable("not a 0/1 outcome"),) * 2
    return RatioRow(
        outcome=labels.outcome,
        clock=labels.clock,
        month=labels.month,
        arm=design.arms[pair[0]],
        control=design.arms[pair[1]],
        measure=NEWCOMBE,
        n_arm=fit.n[0],
        n_control=fit.n[1],
        mean_arm=fit.raw[0],
        mean_control=fit.raw[1],
        estimate=fit.estimate,
        std_error=none,
        statistic=none,
        df=none,
        p_value=none,
        conf_low=low,
        conf_high=high,
        estimator=spec.estimator.value,
        vcov="Newcombe",
        events_arm=events[0],
        events_control=events[1],
    )


def ratio_rows(
    design: Design, y: FloatArray, spec: Spec, contrasts: Sequence[tuple[int, int]], labels: Labels
) -> tuple[list[RatioRow], list[str]]:
    """Return risk ratio and odds ratio of every contrast; with `difference`, Newcombe's interval before them.

    Parameters
    ----------
    design : Design
    y : (n,) array of float
        0, 1, or NaN where missing.
    spec : Spec
    contrasts : sequence of (int, int)
        Codes of (arm, control).
    labels : Labels

    Returns
    -------
    rows : list of RatioRow
    notes : list of str
    """
    sample, _ = observe(design, y, regresses=spec.regresses)
    cells = count_cells(sample)
    rows, notes = [], missing_note(sample, labels)
    for pair in contrasts:
        fit = fit_contrast(sample, spec, *pair, cells=cells, spread=True)
        if spec.estimator is Estimator.DIFFERENCE and design.cluster is None:
            rows.append(_newcombe_row(fit, design, spec, pair, labels))
        rows += [_row(fit, design, spec, pair, labels, measure) for measure in MEASURES]
        notes += [*fit.notes, *(note for measure in MEASURES for note in _few(fit, measure))]
    return rows, notes
