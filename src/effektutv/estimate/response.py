r"""Survey outcomes weighted by the inverse of the probability of response.

In each arm response is modelled by logistic regression on strata and covariates; a respondent stands for
:math:`1/\hat\pi_i` persons. With fixed weights :math:`\omega_i` that make each arm's strata those of everyone randomised,

.. math:: \hat\mu_k = \frac{\sum \omega_i r_i y_i/\hat\pi_i}{\sum \omega_i r_i/\hat\pi_i},

and the variance is that of the stacked estimating equations, the response model's included: person i adds
:math:`\omega_i r_i (y_i - \mu)/\pi_i - D'I^{-1}x_i(r_i - \pi_i)`, with
:math:`D = \sum \omega r (y - \mu)(1 - \pi)x/\pi` and I the model's information. Estimating the model makes the
estimate more precise than known probabilities would (Robins, Rotnitzky and Zhao 1995, doi
10.1080/01621459.1995.10476493). It is right where response is independent of the outcome given arm, strata and
covariates: bounds belong beside it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from effektutv.results import EffectRow, Statistic, Unavailable

from .design import Design, Estimator, Sample, Spec, count_cells, persons
from .effects import to_row
from .fit import Labels, describe
from .linear import independent
from .logit import Logistic, logistic

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .design import BoolArray, FloatArray

__all__ = ["RESPONSE", "response_rows"]

#: What such a row has as its estimator.
RESPONSE = "response-weighted"
#: A predicted response below this makes one person stand for twenty.
THIN = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class _Arm:
    """One arm's weighted mean."""

    mean: Statistic
    variance: Statistic
    notes: tuple[str, ...] = ()


def _fixed_weights(design: Design) -> FloatArray:
    """Return the weights that give each arm the strata of everyone randomised."""
    cell = design.stratum * len(design.arms) + design.arm
    n = np.bincount(cell, minlength=design.n_strata * len(design.arms))
    size = np.bincount(design.stratum, minlength=design.n_strata)
    return np.asarray(size[design.stratum] / n[cell], dtype=np.float64)


def _arm(y: FloatArray, seen: BoolArray, design: Design, weight: FloatArray, name: str) -> _Arm:
    """Return one arm's weighted mean and its variance; ``design`` is that of the arm's persons."""
    if int(seen.sum()) < 2:
        why = Unavailable(f"fewer than two respondents in arm {name}")
        return _Arm(mean=why, variance=why)
    notes = [f"arm {name}: {persons(int(seen.sum()))} responded"]
    n = np.bincount(design.stratum, minlength=design.n_strata)
    responded = np.bincount(design.stratum[seen], minlength=design.n_strata)
    # where all of a stratum responded there is nothing to model; where no one did, no one can stand for them
    open_ = ((responded > 0) & (responded < n))[design.stratum]
    silent = (responded == 0)[design.stratum]
    if silent.any():
        notes.append(f"arm {name}: strata without a respondent are not represented ({persons(int(silent.sum()))})")
    outcome = np.where(seen, y, 0.0)
    p = np.ones(y.size)
    model: Logistic | None = None
    M = np.empty((0, 0))
    if open_.any():
        dummies = design.stratum[open_, None] == np.flatnonzero((responded > 0) & (responded < n))
        X = design.X[open_]
        M = np.column_stack([dummies, X - X.mean(axis=0)]).astype(np.float64)
        M = M[:, independent(M, np.linalg.norm(M, axis=0), list(range(M.shape[1])))]
        solved = logistic(M, seen[open_].astype(np.float64))
        if isinstance(solved, Unavailable):
            why = Unavailable(f"response in arm {name}: {solved.reason}")
            return _Arm(mean=why, variance=why)
        model = solved
        p[open_] = model.fitted
    w = weight * seen / p
    mean = float(w @ outcome / w.sum())
    part = w * (outcome - mean)
    if model is not None:
        pull = M.T @ (part * (1 - p))[open_]
        slope = np.linalg.solve(model.triangle, np.linalg.solve(model.triangle.T, pull))
        part[open_] -= (M @ slope) * (seen - p)[open_]
        effective = float(w.sum()) ** 2 / float(w @ w)
        notes[0] += f", worth {effective:.0f} after weighting"
    if float(p[seen].min()) < THIN:
        notes.append(f"arm {name}: some respondents stand for more than {1 / THIN:.0f} persons each")
    return _Arm(mean=mean, variance=float(part @ part) / float(w.sum()) ** 2, notes=tuple(notes))


def response_rows(
    design: Design, y: FloatArray, seen: BoolArray, level: float, contrasts: Sequence[tuple[int, int]], labels: Labels
) -> tuple[list[EffectRow], list[str]]:
    """Return every contrast of the response-weighted means.

    Parameters
    ----------
    design : Design
        Its strata and covariates are the response model's.
    y : (n,) array of float
        Read where ``seen``.
    seen : (n,) array of bool
    level : float
        Coverage.
    contrasts : sequence of (int, int)
        Codes of (arm, control).
    labels : Labels
    """
    order = np.lexsort((*design.X.T[::-1], np.where(seen, y, 0.0), seen, design.stratum, design.arm))
    design, y, seen = design.take(order), y[order], seen[order]
    weight = _fixed_weights(design)
    spec = Spec(estimator=Estimator.DIFFERENCE, level=level)
    arms = []
    for k, name in enumerate(design.arms):
        rows = design.arm == k
        arms.append(_arm(y[rows], seen[rows], design.take(rows), weight[rows], name))
    values = y[seen]
    binary = bool(np.all((values == 0) | (values == 1)))
    sample = Sample(design=design.take(seen), y=values, binary=binary, n_missing=int((~seen).sum()))
    cells = count_cells(sample)
    rows_out, notes = [], [note for a in arms for note in a.notes]
    for arm, control in contrasts:
        first, second = arms[arm], arms[control]
        variance: Statistic = first.variance
        if isinstance(first.variance, float):
            variance = second.variance
            if isinstance(second.variance, float):
                variance = first.variance + second.variance
        fit = replace(
            describe(cells, arm, control, binary),
            means=(first.mean, second.mean),
            variance=variance,
            df=np.inf,
            notes=(*first.notes, *second.notes),
        )
        row = to_row(fit, design, spec, arm, control, labels)
        rows_out.append(replace(row, estimator=RESPONSE, vcov="sandwich", strata=design.strata))
    return rows_out, notes
