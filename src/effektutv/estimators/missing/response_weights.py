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

A stratum in which an arm of the contrast has nobody who responded is left out of both arms and counted: no one can stand for
that arm's persons there, and the two means would otherwise be of different strata.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from effektutv.results.effect_rows import EffectRow
from effektutv.values import Statistic, Unavailable

from ..design import Design, Estimator, Sample, Spec, count_cells, persons, strata_count
from ..effects import to_row
from ..ipw import FEWEST, effective_number, weight_note
from ..regression.fit import Labels, describe
from ..regression.least_squares import independent
from ..regression.logit_margins import Logistic, logistic_limit
from ..variation import exact_fit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..design import BoolArray, FloatArray, IntArray

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
    # where all of a stratum responded there is nothing to model
    open_ = ((responded > 0) & (responded < n))[design.stratum]
    outcome = np.where(seen, y, 0.0)
    p = np.ones(y.size)
    model: Logistic | None = None
    M = np.empty((0, 0))
    if open_.any():
        dummies = design.stratum[open_, None] == np.flatnonzero((responded > 0) & (responded < n))
        X = design.X[open_]
        M = np.column_stack([dummies, X - X.mean(axis=0)]).astype(np.float64)
        M = M[:, independent(M, np.linalg.norm(M, axis=0), list(range(M.shape[1])))]
        limit = logistic_limit(M, seen[open_].astype(np.float64))
        if isinstance(limit, Unavailable):
            why = Unavailable(f"response in arm {name}: {limit.reason}")
            return _Arm(mean=why, variance=why)
        # whose response covariates tell without fail: a respondent stands for one person, and nobody for one who is silent
        apart = np.flatnonzero(open_)[~limit.rest]
        if unheard := int(np.count_nonzero(~seen[apart])):
            notes.append(
                f"arm {name}: persons whose covariates no respondent shares are not represented ({persons(unheard)})"
            )
        open_[apart] = False
        model, M = limit.solved, M[limit.rest][:, limit.columns]
        p[open_] = model.fitted
    w = weight * seen / p
    mean = float(w @ outcome / w.sum())
    if exact_fit(float(((y[seen] - y[seen].mean()) ** 2).sum()), float((y[seen] ** 2).sum())):
        return _Arm(mean=float(y[seen][0]), variance=0.0, notes=tuple(notes))
    part = w * (outcome - mean)
    notes += weight_note(name, w[seen])
    if int(seen.sum()) > 1 and effective_number(w) < FEWEST * (1 - 1e-9):
        why = Unavailable(f"arm {name}: the weights are worth fewer than 2 persons: no variance")
        return _Arm(mean=mean, variance=why, notes=(*notes, why.reason))
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
    everyone = _Answers(y=y, seen=seen, design=design, weight=_fixed_weights(design))
    spec = Spec(estimator=Estimator.DIFFERENCE, level=level)
    values = y[seen]
    binary = bool(np.all((values == 0) | (values == 1)))
    sample = Sample(design=design.take(seen), y=values, binary=binary, unseen=design.take(~seen))
    cells = count_cells(sample)
    rows_out: list[EffectRow] = []
    notes: list[str] = []
    for arm, control in contrasts:
        kept, lost = _answered(design, cells.n, arm, control)
        first, second = (everyone.arm(k, kept) for k in (arm, control))
        if not kept.any() and cells.n[:, [arm, control]].any(axis=0).all():
            why = Unavailable(f"no stratum has persons of both {design.arms[arm]} and {design.arms[control]}")
            first = second = _Arm(mean=why, variance=why, notes=(why.reason,))
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
            notes=(*lost, *first.notes, *second.notes),
        )
        notes += fit.notes
        row = to_row(fit, design, spec, arm, control, labels)
        rows_out.append(replace(row, estimator=RESPONSE, vcov="sandwich", strata=design.strata))
    return rows_out, list(dict.fromkeys(notes))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Answers:
    """Everyone randomised, with their weights; arms' means are kept, since contrasts share them."""

    y: FloatArray
    seen: BoolArray
    design: Design
    weight: FloatArray
    _means: dict[tuple[int, bytes], _Arm] = field(default_factory=dict, repr=False)

    def arm(self, k: int, kept: BoolArray) -> _Arm:
        """Return an arm's weighted mean over some strata."""
        key = (k, kept.tobytes())
        if key not in self._means:
            rows = (self.design.arm == k) & kept[self.design.stratum]
            self._means[key] = _arm(
                self.y[rows], self.seen[rows], self.design.take(rows), self.weight[rows], self.design.arms[k]
            )
        return self._means[key]


def _answered(design: Design, n: IntArray, arm: int, control: int) -> tuple[BoolArray, list[str]]:
    """Return the strata in which both arms have respondents, and the note on the others."""
    kept = np.asarray(n[:, [arm, control]].min(axis=1) > 0)
    if not kept.any() or kept.all():
        return kept, []
    mine = (design.arm == arm) | (design.arm == control)
    inside = kept[design.stratum[mine]]
    lost = np.unique(design.stratum[mine][~inside]).size
    if not lost:
        return kept, []
    return kept, [
        f"{design.arms[arm]} − {design.arms[control]}: {strata_count(lost)} of {design.strata} without respondents in both arms "
        f"left out ({persons(int(np.count_nonzero(~inside)))}); the effect is that of the "
        f"{persons(int(np.count_nonzero(inside)))} in the {strata_count(int(kept.sum()))} with both"
    ]
