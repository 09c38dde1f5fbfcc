r"""`lin` where a stratum has one person in an arm, or one person would fit a covariate: the same estimand, fewer slopes.

Strata interacted with the arm fit a single person exactly: HC2 would be undefined. The sparse form (Liu and Yang 2020, doi
10.1093/biomet/asaa038) has the same point as the interacted one,

.. math:: \hat\tau = \sum_s w_s\{(\bar y_{1s} - (\bar x_{1s} - \bar x_s)'\hat\beta_1)
          - (\bar y_{0s} - (\bar x_{0s} - \bar x_s)'\hat\beta_0)\},

:math:`\bar x_s` over everyone randomised in the stratum, and the slopes :math:`\hat\beta_a` from the arm's regression centred
within strata. Variance and degrees of freedom are those of :mod:`effektutv.estimators.stratified_variance` on
:math:`y - x'\hat\beta_a`, cells of two or more scaled by :math:`(n_a - S_a)/(n_a - S_a - k)`, k the number of slopes and
:math:`S_a` the strata in which the arm has persons. An arm has slopes of its own only where
:math:`n_a - S_a - k \ge 10` in *every* arm; else one slope serves all arms, from the regression centred within arm and
stratum, scaled by :math:`n_f/(n_f - k)`, :math:`n_f = \sum_a (n_a - S_a)`. A column that some arm cannot fit, or that one
person would fit in some arm, has one slope for all arms in either case, estimated with the own slopes together.

The form is chosen once for all contrasts of the arms (:func:`lin_form`), so that they add up: interacted in none, or in all.
It is sparse where a stratum that some contrast keeps has one person in an arm, or where a column with several arms to fit it
has an arm that cannot, or an arm in which one person would fit it. A column that a single arm can fit has that arm's slope in
every contrast and no weight in any: it is no reason to leave the interacted form.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from effektutv.values import Statistic, Unavailable

from ..design import Dof, Vcov
from ..stratified_variance import VariancePlan, plan_variance, stratified_scores
from ..variation import exact_fit
from .fe_lin import population_means
from .fit import Fit, describe, undefined, with_variance
from .least_squares import independent

if TYPE_CHECKING:
    from ..design import BoolArray, Cells, FloatArray, IntArray, Sample, Spec

__all__ = ["OWN_DF", "LinForm", "lin_form", "sparse_fit", "sparse_scores"]

#: Degrees of freedom that slopes of an arm's own must leave in it.
OWN_DF = 10
#: Leverage closer to 1 than this is 1 but for rounding.
_EXACT = 1e-8
#: Columns whose correlation within strata has a smaller eigenvalue are looked at more closely.
_TOLD_APART = 1e-4


@dataclass(frozen=True, slots=True, kw_only=True)
class LinForm:
    """How `lin` is fitted in every contrast of a sample.

    Parameters
    ----------
    sparse : bool
        Else everything is interacted with the arm.
    own : bool
        In the sparse form: whether each arm has slopes of its own.
    common : tuple of int
        Columns that have one slope for all arms where the others are the arms' own.
    """

    sparse: bool = False
    own: bool = False
    common: tuple[int, ...] = ()


# -------------------------------------------------------------------------------------------------- which form it is


def lin_form(sample: Sample, cells: Cells) -> LinForm:
    """Choose the form from all arms of a sample.

    Parameters
    ----------
    sample : Sample
        In canonical order.
    cells : Cells
        Of all its strata.
    """
    several = (cells.n > 0).sum(axis=1) >= 2
    lonely = bool((cells.n[several] == 1).any())
    p = sample.design.X.shape[1]
    if not p:
        return LinForm(sparse=lonely)
    arms = [k for k in range(cells.n.shape[1]) if cells.n[several, k].any()]
    found = [_columns_of_arm(sample, several, k) for k in arms]
    fits = np.array([sum(j not in cannot for cannot, _ in found) for j in range(p)])
    odd = np.array([fits[j] < len(arms) or any(j in alone for _, alone in found) for j in range(p)], dtype=bool)
    if not lonely and not (odd & (fits >= 2)).any():
        return LinForm()
    k = int((fits >= 1).sum())
    return LinForm(sparse=True, own=_own(cells.n, arms, k), common=tuple(np.flatnonzero(odd).tolist()))


def _own(n: IntArray, arms: list[int], k: int) -> bool:
    """Return whether slopes of the arms' own leave enough in every arm, whatever the contrast whose strata are kept."""
    for pair in combinations(arms, 2):
        kept = (n[:, list(pair)] > 0).all(axis=1)
        if kept.any() and (np.maximum(n[kept] - 1, 0).sum(axis=0)[arms] - k < OWN_DF).any():
            return False
    return True


def _columns_of_arm(sample: Sample, several: BoolArray, arm: int) -> tuple[set[int], set[int]]:
    """Return the columns that an arm cannot fit within strata, and those that one person alone would fit."""
    design = sample.design
    rows = np.flatnonzero((design.arm == arm) & several[design.stratum])
    p = design.X.shape[1]
    # where each of two separate sets of persons tells all columns apart, no person is needed to
    many = 8 * p + 64
    while 2 * many < rows.size:
        first = rows[: 2 * many]
        if all(_told_apart(design.X[half], design.stratum[half]) for half in (first[::2], first[1::2])):
            return set(), set()
        many *= 8
    return _closely(design.X[rows], design.stratum[rows])


def _told_apart(X: FloatArray, stratum: IntArray) -> bool:
    Z = _centred(X, stratum)
    size = np.sqrt(np.einsum("ij,ij->j", Z, Z))
    if not size.min() > _TOLD_APART * np.abs(X).max():
        return False
    return bool(np.linalg.eigvalsh((Z / size).T @ (Z / size))[0] > _TOLD_APART)


def _closely(X: FloatArray, stratum: IntArray) -> tuple[set[int], set[int]]:
    """Return columns that cannot be fitted, and those that cannot without one person, from all persons of an arm."""
    everyone = set(range(X.shape[1]))
    kept = set(_fitted_columns(X, stratum))
    cannot, alone = everyone - kept, set()
    while kept:
        columns = sorted(kept)
        Q = np.linalg.qr(_centred(X[:, columns], stratum))[0]
        _, code, count = np.unique(stratum, return_inverse=True, return_counts=True)
        leverage = np.einsum("ij,ij->i", Q, Q) + 1 / count[code]
        one = (leverage >= 1 - _EXACT) & (count[code] > 1)
        if not one.any():
            break
        X, stratum = X[~one], stratum[~one]
        left = set(_fitted_columns(X, stratum)) & kept if X.size else set()
        if left == kept:
            break
        alone |= kept - left
        kept = left
    return cannot, alone


def _fitted_columns(X: FloatArray, stratum: IntArray) -> list[int]:
    scale = np.linalg.norm(X - X.mean(axis=0), axis=0) + 1e-12 * np.linalg.norm(X, axis=0)
    return independent(_centred(X, stratum), np.where(scale > 0, scale, np.inf), list(range(X.shape[1])))


def _centred(X: FloatArray, group: IntArray) -> FloatArray:
    """Return columns less their means by group."""
    _, code, count = np.unique(group, return_inverse=True, return_counts=True)
    means = np.column_stack([np.bincount(code, weights=column) for column in X.T]) / count[:, None]
    return np.asarray(X - means[code], dtype=np.float64)


# ------------------------------------------------------------------------------------------------------------ the fit


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Adjusted:
    """The two arms' outcomes less what their covariates say, and what their variance needs.

    Parameters
    ----------
    z : (n,) array of float
        y − (x − c)'β of the arm, c what covariates are centred at; 0 outside the contrast.
    stratum : (n,) array of int
        Codes of the strata kept, −1 outside.
    n, mean, s2 : (m, 2) arrays
        Persons, means of z and its variances, scaled for the slopes, by stratum in (arm, control).
    scale : (2,) array of float
    slopes : int
        Slopes that the two arms have together.
    plan : VariancePlan
    weight : (m,) array of float
    """

    z: FloatArray
    stratum: IntArray
    n: IntArray
    mean: FloatArray
    s2: FloatArray
    scale: FloatArray
    slopes: int
    plan: VariancePlan
    weight: FloatArray

    @property
    def effect(self) -> FloatArray:
        """(m,) differences in means."""
        return np.asarray(self.mean[:, 0] - self.mean[:, 1], dtype=np.float64)


def sparse_fit(
    sample: Sample,
    spec: Spec,
    cells: Cells,
    pair: tuple[int, int],
    kept: IntArray,
    size: FloatArray,
    form: LinForm,
    *,
    spread: bool = False,
) -> Fit:
    """Return the sparse form of `lin` for one contrast.

    Parameters
    ----------
    sample, spec, cells, pair, kept, size, spread
        As in :func:`effektutv.estimators.regression.fe_lin.regression_fit`.
    form : LinForm
    """
    found = _adjust(sample, spec, cells, pair, kept, size, form)
    if isinstance(found, Unavailable):
        return undefined(cells, *pair, sample.binary, found.reason)
    slopes = "slopes of each arm's own" if form.own else "one slope for all arms"
    notes: tuple[str, ...] = (
        "sparse form of lin (one person in an arm of some stratum, or alone in fitting a covariate): differences within "
        f"strata, covariates with {slopes}",
    )
    if not sample.design.X.shape[1]:
        notes = ("sparse form of lin (one person in an arm of some stratum): differences within strata, as blocked",)
    means = float(found.weight @ found.mean[:, 0]), float(found.weight @ found.mean[:, 1])
    fit = replace(describe(cells, *pair, sample.binary), means=means, notes=notes)
    if spec.vcov is not Vcov.HC2:
        why = Unavailable(
            f"the sparse form of lin has 'HC2' only, not {spec.vcov.value!r}: use that, or estimator 'fe'"
        )
        said = (plan,) if (plan := found.plan.note()) else ()
        return replace(fit, variance=why, df=why, spread=why, notes=(*notes, *said, why.reason))
    counted: Statistic | None = None
    if spec.dof is Dof.RESIDUAL:
        free = float(found.n.sum() - found.n.size - found.slopes)
        counted = free if free > 0 else Unavailable("no degrees of freedom are left")
    largest = float(np.abs(found.mean).max())
    return with_variance(fit, found.plan, found.s2, found.effect, largest=largest, counted=counted, spread=spread)


def sparse_scores(
    sample: Sample,
    spec: Spec,
    cells: Cells,
    pair: tuple[int, int],
    kept: IntArray,
    size: FloatArray,
    form: LinForm,
) -> tuple[FloatArray, FloatArray] | None:
    """Return what each person, and each stratum kept, adds to the variance of the sparse form: squares add up to it.

    Parameters
    ----------
    sample, spec, cells, pair, kept, size, form
        As in :func:`sparse_fit`.
    """
    found = _adjust(sample, spec, cells, pair, kept, size, form)
    if isinstance(found, Unavailable):
        return None
    arm = sample.design.arm
    persons, strata = stratified_scores(found.z, found.stratum, arm, pair, found.n, found.mean, found.plan)
    for code, scale in zip(pair, found.scale, strict=True):
        persons[arm == code] *= np.sqrt(scale)
    return persons, strata


def _adjust(
    sample: Sample,
    spec: Spec,
    cells: Cells,
    pair: tuple[int, int],
    kept: IntArray,
    size: FloatArray,
    form: LinForm,
) -> _Adjusted | Unavailable:
    """Take from the outcomes what the covariates say, arm by arm."""
    design = sample.design
    recode = np.full(design.n_strata, -1)
    recode[kept] = np.arange(kept.size)
    stratum = recode[design.stratum]
    weight = size / size.sum()
    slopes = _slopes(sample, stratum, form, len(design.arms))
    if isinstance(slopes, Unavailable):
        return slopes
    beta, used, common = slopes
    free = np.maximum(cells.n - 1, 0).sum(axis=0)
    scale = np.ones(2)
    if form.own:
        scale = np.array([free[a] / (free[a] - used[a]) for a in pair])
    elif used[pair[0]]:
        scale[:] = free.sum() / (free.sum() - used[pair[0]])
    z = np.zeros(sample.y.size)
    centre = population_means(sample, spec, pair, kept, size) if design.X.shape[1] else np.zeros(0)
    mean, ss = np.zeros((kept.size, 2)), np.zeros((kept.size, 2))
    n = cells.n[:, list(pair)]
    for j, a in enumerate(pair):
        rows = (design.arm == a) & (stratum >= 0)
        z[rows] = sample.y[rows] - (design.X[rows] - centre) @ beta[a]
        code = stratum[rows]
        mean[:, j] = np.bincount(code, weights=z[rows], minlength=kept.size) / n[:, j]
        ss[:, j] = np.bincount(code, weights=(z[rows] - mean[code, j]) ** 2, minlength=kept.size)
    if exact_fit(float(ss.sum()), float(sample.y @ sample.y)):
        ss[:] = 0.0
    return _Adjusted(
        z=z,
        stratum=stratum,
        n=n,
        mean=mean,
        s2=ss / np.maximum(n - 1, 1) * scale,
        scale=scale,
        slopes=int(used[list(pair)].sum()) - (common if form.own else int(used[pair[0]])),
        plan=plan_variance(weight, n),
        weight=weight,
    )


def _slopes(
    sample: Sample, stratum: IntArray, form: LinForm, arms: int
) -> tuple[FloatArray, IntArray, int] | Unavailable:
    """Return (K, p) slopes, how many each arm has, and how many of these are common to all arms."""
    design = sample.design
    p = design.X.shape[1]
    if not p:
        return np.zeros((arms, 0)), np.zeros(arms, dtype=np.intp), 0
    common = sorted(set(range(p)) if not form.own else set(form.common))
    own = [j for j in range(p) if j not in common]
    beta, used = np.zeros((arms, p)), np.zeros(arms, dtype=np.intp)
    bases, rest, outcomes = {}, [], []
    for a in range(arms):
        rows = (design.arm == a) & (stratum >= 0)
        if not rows.any():
            continue
        X, y = _centred(design.X[rows], stratum[rows]), _centred(sample.y[rows, None], stratum[rows])[:, 0]
        scale = np.linalg.norm(design.X[rows] - design.X[rows].mean(axis=0), axis=0)
        mine = [own[i] for i in independent(X[:, own], np.where(scale > 0, scale, np.inf)[own], list(range(len(own))))]
        Q, R = np.linalg.qr(X[:, mine])
        bases[a] = (mine, Q, R, X, y)
        rest.append(X[:, common] - Q @ (Q.T @ X[:, common]))
        outcomes.append(y - Q @ (Q.T @ y))
    Z, r = np.concatenate(rest), np.concatenate(outcomes)
    scale = np.linalg.norm(np.concatenate([X[:, common] for _, _, _, X, _ in bases.values()]), axis=0)
    whole = np.linalg.norm(design.X[stratum >= 0][:, common], axis=0)
    shared = [common[i] for i in independent(Z, np.maximum(scale, 1e-12 * whole) + 1e-300, list(range(len(common))))]
    if not form.own:
        free = Z.shape[0] - len(np.unique(stratum[stratum >= 0] * arms + design.arm[stratum >= 0]))
        if free <= len(shared):
            return Unavailable("as many covariates as persons less strata in the arms: no slope can be estimated")
    if shared:
        places = [common.index(j) for j in shared]
        gamma = np.linalg.lstsq(Z[:, places], r, rcond=None)[0]
        beta[:, shared] = gamma
    for a, (mine, Q, R, X, y) in bases.items():
        left = y - X[:, shared] @ beta[a, shared]
        beta[a, mine] = np.linalg.solve(R, Q.T @ left) if mine else 0.0
        used[a] = len(mine) + len(shared)
    return beta, used, len(shared)
