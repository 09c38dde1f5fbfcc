r"""Average marginal effect of one arm against another by logistic regression, standardised to a stated population.

The two arms of the contrast are regressed on the arm, strata effects and covariates by maximum likelihood. Where outcomes
are missing in strata, each known one stands for those randomised in its stratum and arm (their number over that of known
outcomes): with one log odds ratio for all strata the effect would lean to the strata whose outcomes are known. Each person of
the standardisation population (everyone randomised in the strata kept, outcome known or not, or the two arms' persons with a
known outcome) is then predicted under both arms, and the effect is the difference of the mean predictions,

.. math:: \hat\tau = \sum_i \omega_i \{\Lambda(x_i'\hat\beta + \hat\gamma) - \Lambda(x_i'\hat\beta)\}.

Its variance is the delta method's, with the population's covariates held fixed and the sandwich variance of the
coefficients (HC0 to HC3 as R's sandwich has them for glm); the reference distribution is the normal one (df infinite).
Without strata and covariates it is the difference in means, with HC2 its Neyman variance. In a stratum with no or only
events every prediction is 0 or 1 whatever the arm: it takes no part in the regression and contributes 0 to the effect. So
it is with persons whose event covariates tell without fail, an indicator of one's own or a rare category without events
(:mod:`effektutv.estimators.regression.separation`); only where the arm itself tells events and non-events apart is there
no estimate.

Sources: Freedman (2008, doi 10.1214/08-STS262) on why the margin and not the coefficient; Ge et al. (2011,
doi 10.1177/009286151104500409) on the delta method; FDA (2023), Adjusting for Covariates in Randomized Clinical Trials.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import expit

from effektutv.values import Statistic, Unavailable

from ..design import Cells, Dof, Sample, Spec, Vcov, Weights, persons, strata_count
from ..variation import STILL
from .fit import Fit, describe, undefined
from .least_squares import independent
from .leverage import fitted_exactly, undefined_by_leverage
from .separation import apart_by_any, apart_by_column

if TYPE_CHECKING:
    from ..design import BoolArray, FloatArray, IntArray

__all__ = ["Limit", "Logistic", "Margin", "logistic", "logistic_limit", "logit_fit", "logit_scores"]

_STEPS = 60
#: A step that moves no linear predictor by more leaves an error of its square, as Newton's method converges.
_STEP = 1e-8
#: Where weighting by √(p(1 − p)) leaves less than this share of a column, those whom it tells apart have p of 0 or 1.
_WEIGHT = 1e-6
#: Distances below this, relative to what they are a difference of, are rounding.
_BEYOND = 1e-8
_SEPARATED = (
    "the logistic regression has no finite solution: some covariates or strata tell events and non-events apart"
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Logistic:
    """A logistic regression, fitted.

    Parameters
    ----------
    coefficients : (k,) array of float
    fitted : (n,) array of float
        Probabilities.
    basis : (n, k) array of float
        Q of the weighted design √(w p(1 − p))·M = QR.
    triangle : (k, k) array of float
        R.
    """

    coefficients: FloatArray
    fitted: FloatArray
    basis: FloatArray
    triangle: FloatArray


def logistic(M: FloatArray, y: FloatArray, weight: FloatArray | None = None) -> Logistic | Unavailable:
    """Fit a logistic regression by iteratively reweighted least squares.

    Parameters
    ----------
    M : (n, k) array of float
        Columns, none depending on the others; an intercept must be among them.
    y : (n,) array of float
        0 or 1.
    weight : (n,) array of float, optional
        How many persons each stands for; 1 where not given.

    Returns
    -------
    Logistic or Unavailable
        Unavailable where no finite solution exists (separation).
    """
    w = np.ones(y.size) if weight is None else weight
    mu = (y + 0.5) / 2
    eta = np.log(mu / (1 - mu))
    beta, deviance = np.zeros(M.shape[1]), np.inf
    whole = np.abs(np.diag(np.linalg.qr(M * np.sqrt(w)[:, None], mode="r")))
    for step in range(_STEPS):
        root = np.sqrt(w * mu * (1 - mu))
        if not np.all(root > 0):
            return Unavailable(_SEPARATED)
        Q, R = np.linalg.qr(M * root[:, None])
        if np.any(np.abs(np.diag(R)) <= _WEIGHT**2 * whole):
            return Unavailable(_SEPARATED)
        goal = np.linalg.solve(R, Q.T @ (root * eta + w * (y - mu) / root))
        new, moved, deviance = _improve(M, y, w, beta, goal, deviance if step else np.inf)
        last, beta, eta = eta, new, moved
        mu = expit(eta)
        if step and float(np.abs(eta - last).max()) <= _STEP:
            break
    else:
        return Unavailable(_SEPARATED)
    root = np.sqrt(w * mu * (1 - mu))
    Q, R = np.linalg.qr(M * root[:, None])
    if np.any(np.abs(np.diag(R)) <= _WEIGHT * whole):
        return Unavailable(_SEPARATED)
    return Logistic(coefficients=beta, fitted=mu, basis=Q, triangle=R)


def _improve(
    M: FloatArray, y: FloatArray, w: FloatArray, beta: FloatArray, goal: FloatArray, deviance: float
) -> tuple[FloatArray, FloatArray, float]:
    """Return the step towards ``goal`` that does not raise the deviance: whole, else halved until it does not."""
    sign = 1 - 2 * y
    share = 1.0
    while True:
        new = beta + share * (goal - beta)
        eta = M @ new
        found = float(2 * (w * np.logaddexp(0, sign * eta)).sum())
        if found <= deviance * (1 + 1e-12) or share < 1e-6:
            return new, eta, found
        share /= 2


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Limit:
    """The regression of those who are not fitted exactly.

    Parameters
    ----------
    solved : Logistic
        Of ``rest`` and ``columns``.
    rest : (n,) array of bool
        Who is in it; all others have probability 0 or 1.
    columns : (k,) array of int
        Positions of the columns that remain.
    others : (m,) array of int
        Positions of those that do not: sums of ``columns`` among ``rest``.
    sums : (k, m) array of float
        How they are made up.
    """

    solved: Logistic
    rest: BoolArray
    columns: IntArray
    others: IntArray
    sums: FloatArray

    def beyond(self, P: FloatArray) -> FloatArray:
        """Return (n, m) distances of rows of all columns from those that the regression can predict; 0 within rounding.

        Parameters
        ----------
        P : (n, k + m) array of float
        """
        gap = P[:, self.others] - P[:, self.columns] @ self.sums
        size = np.abs(P[:, self.others]) + np.abs(P[:, self.columns]) @ np.abs(self.sums)
        return np.where(np.abs(gap) <= _BEYOND * size, 0.0, gap)


def logistic_limit(M: FloatArray, y: FloatArray, weight: FloatArray | None = None) -> Limit | Unavailable:
    """Fit a logistic regression, in the limit where some persons are fitted exactly.

    Parameters
    ----------
    M, y, weight
        As in :func:`logistic`.

    Returns
    -------
    Limit or Unavailable
        Unavailable where everyone is told apart, or as many parameters as persons remain.
    """
    rest = ~apart_by_column(M, y)
    found = _of_rest(M, y, rest, weight)
    if isinstance(found, Unavailable) and rest.any():
        apart = apart_by_any(M[rest], y[rest])
        if apart.any():
            rest[rest] = ~apart
            found = _of_rest(M, y, rest, weight)
    return found


def _of_rest(M: FloatArray, y: FloatArray, rest: BoolArray, weight: FloatArray | None) -> Limit | Unavailable:
    if rest.all():
        solved = logistic(M, y, weight)
        if isinstance(solved, Unavailable):
            return solved
        every, none = np.arange(M.shape[1]), np.arange(0)
        return Limit(solved=solved, rest=rest, columns=every, others=none, sums=np.empty((M.shape[1], 0)))
    Z = M[rest]
    columns = independent(Z, np.linalg.norm(Z, axis=0), list(range(Z.shape[1])))
    if Z.shape[0] <= len(columns):
        return Unavailable(_SEPARATED)
    solved = logistic(Z[:, columns], y[rest], None if weight is None else weight[rest])
    if isinstance(solved, Unavailable):
        return solved
    others = [j for j in range(Z.shape[1]) if j not in columns]
    sums = np.asarray(np.linalg.lstsq(Z[:, columns], Z[:, others], rcond=None)[0], dtype=np.float64)
    return Limit(solved=solved, rest=rest, columns=np.array(columns), others=np.array(others, dtype=np.intp), sums=sums)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Margin:
    """A logistic regression of one contrast, and its mean predictions.

    Parameters
    ----------
    solved : Logistic
    M : (m, k) array of float
        The regression's columns.
    mine : (n,) array of bool
        Who is in the regression.
    weight : (m,) array of float
        How many persons each stands for: all 1 where every outcome is known.
    means : tuple of float
        Mean predictions in (arm, control), strata without variation included.
    gradient : (k, 2) array of float
        Of the mean predictions in the coefficients.
    notes : tuple of str
    """

    solved: Logistic
    M: FloatArray
    mine: BoolArray
    weight: FloatArray
    means: tuple[float, float]
    gradient: FloatArray
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Settled:
    """Every stratum has no or only events: the effect is 0."""

    mean: float
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _None:
    """There is no estimate, and why."""

    reason: str
    notes: tuple[str, ...] = ()


def logit_fit(sample: Sample, spec: Spec, cells: Cells, pair: tuple[int, int], kept: IntArray, size: FloatArray) -> Fit:
    """Return the average marginal effect of one contrast.

    Parameters
    ----------
    sample : Sample
        With a 0/1 outcome.
    spec : Spec
    cells : Cells
        Of the strata kept.
    pair : tuple of int
        Codes of (arm, control).
    kept : (m,) array of int
        Codes of the strata with both arms.
    size : (m,) array of float
        Persons that weight them.
    """
    found = _margin(sample, spec, cells, pair, kept, size)
    if isinstance(found, _None):
        return undefined(cells, *pair, sample.binary, found.reason, found.notes)
    fit = replace(describe(cells, *pair, sample.binary), notes=found.notes)
    if isinstance(found, _Settled):
        return replace(fit, means=(found.mean, found.mean), variance=0.0, df=STILL, spread=(0.0, 0.0, 0.0))
    free: Statistic = np.inf
    if spec.dof is Dof.RESIDUAL:
        left = float(found.M.shape[0] - found.M.shape[1])
        free = left if left > 0 else Unavailable("no degrees of freedom are left")
    fit = replace(fit, means=found.means, df=free)
    return _with_delta(fit, _delta(found, sample.y[found.mine], spec.vcov))


def logit_scores(
    sample: Sample, spec: Spec, cells: Cells, pair: tuple[int, int], kept: IntArray, size: FloatArray
) -> tuple[BoolArray, FloatArray] | None:
    """Return who is in the regression and what each of them adds to the effect's variance, or None.

    Parameters
    ----------
    sample, spec, cells, pair, kept, size
        As in :func:`logit_fit`. A variance other than HC2 and HC3 has the scores of HC0.
    """
    found = _margin(sample, spec, cells, pair, kept, size)
    if not isinstance(found, Margin):
        return None
    solved = found.solved
    half = np.linalg.solve(solved.triangle.T, found.gradient @ np.array([1.0, -1.0]))
    power = {Vcov.HC2: 0.5, Vcov.HC3: 1.0}.get(spec.vcov, 0.0)
    leverage = np.einsum("ij,ij->i", solved.basis, solved.basis)
    influence = found.weight * (found.M @ np.linalg.solve(solved.triangle, half))
    exact, _ = fitted_exactly(leverage, influence)
    residuals = np.where(exact, 0.0, sample.y[found.mine] - solved.fitted)
    return found.mine, influence * residuals / np.where(exact, 1.0, 1 - leverage) ** power


def _margin(
    sample: Sample, spec: Spec, cells: Cells, pair: tuple[int, int], kept: IntArray, size: FloatArray
) -> Margin | _Settled | _None:
    """Return the regression of one contrast and its mean predictions."""
    if not sample.binary:
        return _None(reason="logit needs a 0/1 outcome")
    design, arms = sample.design, list(pair)
    n, events = cells.n[:, arms].sum(axis=1), cells.total[:, arms].sum(axis=1)
    live = (events > 0) & (events < n)
    share = size / size.sum()
    settled = float((share * (events / n))[~live].sum())
    notes = _settled_note(live, n, design.strata)
    if not live.any():
        return _Settled(mean=settled, notes=notes)
    recode = np.full(design.n_strata, -1)
    recode[kept[live]] = np.arange(int(live.sum()))
    stratum = recode[design.stratum]
    mine = (stratum >= 0) & ((design.arm == pair[0]) | (design.arm == pair[1]))
    standard, of_standard = _population(sample, spec, recode, mine)
    centre = standard.mean(axis=0)
    dummies = np.arange(int(live.sum()))
    M = np.column_stack([stratum[mine, None] == dummies, design.X[mine] - centre, design.arm[mine] == pair[0]])
    M = M.astype(np.float64)
    columns = independent(M, np.linalg.norm(M, axis=0), list(range(M.shape[1])))
    if M.shape[1] - 1 not in columns:
        return _None(reason="the arm cannot be told apart from the covariates and strata", notes=notes)
    if len(columns) < M.shape[1]:
        notes = (*notes, f"columns left out because they depend on the others: {M.shape[1] - len(columns)}")
    M, y = M[:, columns], sample.y[mine]
    stands_for = _stands_for(sample, spec, cells, pair, kept)[design.stratum[mine], design.arm[mine]]
    limit = logistic_limit(M, y, stands_for)
    if isinstance(limit, Unavailable) or M.shape[1] - 1 not in limit.columns:
        return _None(reason=_arm_tells(sample, cells, pair), notes=notes)
    P = np.column_stack([of_standard[:, None] == dummies, standard - centre, np.zeros(of_standard.size)])
    P = P.astype(np.float64)[:, columns]
    weight = (share[live] / np.bincount(of_standard, minlength=dummies.size))[of_standard]
    beyond = limit.beyond(P)
    within = ~beyond.any(axis=1)
    if not limit.rest.all():
        apart = int(np.count_nonzero(~limit.rest))
        notes = (
            *notes,
            f"{persons(apart)} whose event covariates or strata tell (fitted exactly) contribute 0 to the effect",
        )
        settled += float(weight[~within] @ _ends(limit.beyond(M)[~limit.rest], y[~limit.rest], beyond[~within]))
    means, gradient = _predict(limit.solved, P[within][:, limit.columns], weight[within])
    mine[mine] = limit.rest
    return Margin(
        solved=limit.solved,
        M=M[limit.rest][:, limit.columns],
        mine=mine,
        weight=stands_for[limit.rest],
        means=(means[0] + settled, means[1] + settled),
        gradient=gradient,
        notes=notes,
    )


def _stands_for(sample: Sample, spec: Spec, cells: Cells, pair: tuple[int, int], kept: IntArray) -> FloatArray:
    """Return (S, K): how many of those randomised in a stratum and arm each known outcome stands for, 1 where all are known.

    With one log odds ratio for all strata the effect leans to those whose outcomes are known; so weighted it does not.
    """
    out = np.ones((sample.design.n_strata, len(sample.design.arms)))
    if spec.weights is Weights.ALL and sample.n_missing and sample.design.n_strata > 1:
        for k in pair:
            out[kept, k] = cells.randomised[:, k] / np.maximum(cells.n[:, k], 1)
    return out


def _population(sample: Sample, spec: Spec, recode: IntArray, mine: BoolArray) -> tuple[FloatArray, IntArray]:
    """Return covariates and strata of those whom the margin is standardised to: everyone randomised in the strata kept.

    With weights of the two arms it is their persons with a known outcome.
    """
    if spec.weights is not Weights.ALL:
        return sample.design.X[mine], recode[sample.design.stratum[mine]]
    stratum = np.concatenate([recode[sample.design.stratum], recode[sample.unseen.stratum]])
    X = np.concatenate([sample.design.X, sample.unseen.X]) if sample.n_missing else sample.design.X
    return X[stratum >= 0], stratum[stratum >= 0]


def _ends(known: FloatArray, y: FloatArray, asked: FloatArray) -> FloatArray:
    """Return the probabilities, 0 or 1, of rows beyond what the regression predicts: the side to which the events point.

    ``known`` and ``asked`` are distances as :meth:`Limit.beyond` has them, ``y`` the outcomes of the first. Both arms have the
    same probability, so that the effect does not depend on it; 1/2 where the directions say nothing.
    """
    direction = np.linalg.lstsq(known, 2 * y - 1, rcond=None)[0]
    return np.asarray((1 + np.sign(np.round(asked @ direction, 9))) / 2, dtype=np.float64)


def _arm_tells(sample: Sample, cells: Cells, pair: tuple[int, int]) -> str:
    """Return why there is no finite solution: an arm with no or only events, else covariates or strata that tell with it."""
    n, events = cells.n.sum(axis=0), cells.total.sum(axis=0)
    for k in pair:
        who = "no" if not events[k] > 0 else "every" if not events[k] < n[k] else ""
        if who:
            name = sample.design.arms[k]
            return f"{who} person of arm {name} has the event: the logistic regression has no finite solution"
    return _SEPARATED


def _settled_note(live: BoolArray, n: IntArray, strata: str) -> tuple[str, ...]:
    """Return the note on strata with no or only events."""
    if live.all() or not strata:
        return ()
    counted = strata_count(int((~live).sum()))
    return (
        f"{counted} of {strata} with no or only events ({persons(int(n[~live].sum()))}) contribute 0 to the effect",
    )


def _predict(solved: Logistic, P: FloatArray, weight: FloatArray) -> tuple[tuple[float, float], FloatArray]:
    """Return the weighted mean predictions in (arm, control), and their (k, 2) gradient in the coefficients."""
    eta = P @ solved.coefficients
    means, gradient = [], []
    for assigned in (1.0, 0.0):
        p = expit(eta + assigned * solved.coefficients[-1])
        slope = weight * p * (1 - p)
        row = P.T @ slope
        row[-1] = assigned * float(slope.sum())
        means.append(float(weight @ p))
        gradient.append(row)
    return (means[0], means[1]), np.column_stack(gradient)


def _delta(found: Margin, y: FloatArray, vcov: Vcov) -> FloatArray | Unavailable:
    """Return the (2, 2) covariance of the mean predictions."""
    solved = found.solved
    half = np.linalg.solve(solved.triangle.T, found.gradient)
    influence = found.weight[:, None] * (found.M @ np.linalg.solve(solved.triangle, half))
    squares = (y - solved.fitted) ** 2
    n, k = found.M.shape
    if vcov is Vcov.CLASSICAL:
        squares = solved.fitted * (1 - solved.fitted)
    elif vcov is Vcov.HC1:
        squares = squares * n / (n - k)
    elif vcov in (Vcov.HC2, Vcov.HC3):
        leverage = np.einsum("ij,ij->i", solved.basis, solved.basis)
        exact, touched = fitted_exactly(leverage, influence[:, 0] - influence[:, 1])
        if touched:
            return undefined_by_leverage(vcov.value, int(np.count_nonzero(exact)))
        slack = np.where(exact, 1.0, 1 - leverage)
        squares = np.where(exact, 0.0, squares) / slack ** (1 if vcov is Vcov.HC2 else 2)
    return np.asarray((influence * squares[:, None]).T @ influence, dtype=np.float64)


def _with_delta(fit: Fit, V: FloatArray | Unavailable) -> Fit:
    """Return the fit with the variance of the difference and the spread of the two means."""
    if isinstance(V, Unavailable):
        return replace(fit, variance=V, spread=V, notes=(*fit.notes, V.reason))
    variance = float(V[0, 0] + V[1, 1] - 2 * V[0, 1])
    return replace(fit, variance=variance, spread=(float(V[0, 0]), float(V[1, 1]), float(V[0, 1])))
