r"""An estimate and its variance as functions of what the arms' cells hold, for many draws of the assignment at once.

With fixed numbers n₁ₛ, n₀ₛ a contrast needs of a draw no more than, for each stratum, t_s = Σ y and q_s = Σ y² over the
persons drawn into the arm. With outcomes centred at the mean of the stratum's two arms (which changes neither number),

.. math:: \hat\tau = \sum_s b_s t_s, \qquad
          \hat V = \sum_s (c_s Q_s + A_s q_s + G_s t_s^2) + x \sum_s L_s t_s + M x^2, \quad x = \sum_s a_s t_s,

Q_s the sum of squares of both arms. :func:`form_of` finds the coefficients for `difference`, `blocked` and `fe` by the
formulas of :mod:`effektutv.estimators.effects`; a test holds the two together. Where the numbers differ from draw to draw
(a subgroup, a missing outcome, a bootstrap, three arms drawn together) :func:`cell_statistics` does the same from cells.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from effektutv.values import Unavailable

from ..design import Estimator, Vcov, persons
from ..stratified_variance import LIMIT_SHARE, POOLED_SHARE, SCARCE_DF, SLACK, plan_variance
from .draws import product

if TYPE_CHECKING:
    from ..design import FloatArray, Spec

__all__ = ["CellSums", "Form", "cell_statistics", "form_of"]

#: Leverage closer to 1 than this is 1 but for rounding.
_LEVERAGE_MARGIN = 1e-8


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Form:
    """Coefficients of an estimate and its variance; see the module's formula. All arrays are (S,)."""

    b: FloatArray
    A: FloatArray
    G: FloatArray
    c: FloatArray
    a: FloatArray
    L: FloatArray
    M: float

    def estimate(self, t: FloatArray) -> FloatArray:
        """Return (B,) estimates from (S, B) sums."""
        return _dot(self.b, t)

    def variance(self, t: FloatArray, q: FloatArray, Q: FloatArray) -> FloatArray:
        """Return (B,) variances, not below 0, from (S, B) sums and sums of squares and (S,) sums of squares of all."""
        return np.asarray(np.maximum(self.product(t, t, q, Q), 0.0), dtype=np.float64)

    def product(self, t: FloatArray, u: FloatArray, q: FloatArray, Q: FloatArray) -> FloatArray:
        """Return the bilinear form of two outcomes: ``q`` and ``Q`` are sums of their products; the variance if both
        are one."""
        out = _dot(self.A, q)
        out += _dot(self.G, t * u)
        out += float(self.c @ Q)
        if self.M or self.L.any():
            x, l_t = _dot(self.a, t), _dot(self.L, t)
            y, l_u = (x, l_t) if u is t else (_dot(self.a, u), _dot(self.L, u))
            out += (x * l_u + y * l_t) / 2 + self.M * x * y
        return out

    def of_events(
        self, n1: FloatArray, share: FloatArray, Q: FloatArray, a: FloatArray
    ) -> tuple[FloatArray, FloatArray]:
        """Return (B,) estimates and variances of a 0/1 outcome from (S, B) numbers of events in the arm.

        Parameters
        ----------
        n1, share : (S,) arrays of float
            Persons in the arm, and the share of both arms' persons with the event.
        Q : (S,) array of float
            Sums of squares of both arms.
        a : (S, B) array of float
        """
        t = a - (n1 * share)[:, None]
        # q = Σ (y − share)² is linear in the events, so that one product gives estimate and linear part.
        linear = product(np.stack([self.b, self.A * (1 - 2 * share)]), t)
        total = float((self.A * n1 * share * (1 - share)).sum() + self.c @ Q)
        variance = linear[1]
        variance += _dot(self.G, t * t)
        variance += total
        if self.M or self.L.any():
            x = _dot(self.a, t)
            variance += x * _dot(self.L, t) + self.M * x * x
        return linear[0], variance


def _dot(weights: FloatArray, sums: FloatArray) -> FloatArray:
    """Return weights @ sums, (B,), by one thread."""
    return np.asarray(product(weights[None, :], sums)[0], dtype=np.float64)


def form_of(spec: Spec, n1: FloatArray, n0: FloatArray, size: FloatArray) -> Form | Unavailable:
    """Return the form of a contrast's estimate and variance.

    Parameters
    ----------
    spec : Spec
        Estimator `difference` (give one stratum), `blocked` or `fe`.
    n1, n0 : (S,) arrays of float
        Persons in the arm and in the control, at least one each.
    size : (S,) array of float
        What weights the strata under `blocked`.

    Returns
    -------
    Form or Unavailable
        Unavailable where the variance is undefined: too few persons, or leverage 1.
    """
    if spec.estimator is Estimator.FE:
        return _fe(spec.vcov, n1, n0)
    if spec.estimator is Estimator.DIFFERENCE:
        if min(n1[0], n0[0]) < 2:
            return Unavailable("one person in an arm: no variance")
        return _blocked(n1, n0, np.ones(1))
    return _blocked(n1, n0, size)


def _blocked(n1: FloatArray, n0: FloatArray, size: FloatArray) -> Form | Unavailable:
    n = np.stack([n1, n0], axis=1)
    plan = plan_variance(size / size.sum(), n.astype(np.intp))
    if plan.reason:
        return Unavailable(plan.note())
    w, inv, zero = size / size.sum(), 1 / n1 + 1 / n0, np.zeros_like(n1)
    # The plan is of variances, a form of sums of squared deviations.
    u1, u0 = (plan.b / np.maximum(n - 1, 1)).T
    L, a, M, extra = zero, zero, 0.0, zero
    if plan.pool is not None:
        share, ratio = zero.copy(), zero.copy()
        share[plan.pool.strata], ratio[plan.pool.strata] = plan.pool.share, plan.pool.ratio
        kappa = plan.pool.weight**2 / (1 + float(ratio.sum()))
        extra, L, a = kappa * ratio * inv**2, -2 * kappa * ratio * inv, share * inv
        M = kappa * float(ratio.sum())
    return Form(b=w * inv, A=u1 - u0, G=extra - u1 / n1 - u0 / n0, c=u0, a=a, L=L, M=M)


def _fe(vcov: Vcov, n1: FloatArray, n0: FloatArray) -> Form | Unavailable:
    n = n1 + n0
    h = n1 * n0 / n
    H = float(h.sum())
    inv = 1 / n1 + 1 / n0
    df = float(n.sum()) - n.size - 1
    if df <= 0:
        return Unavailable("no degrees of freedom are left: as many parameters as persons")
    b, zero = np.full(n.size, 1 / H), np.zeros(n.size)
    if vcov is Vcov.CLASSICAL:
        return Form(b=b, A=zero, G=zero, c=np.full(n.size, 1 / (df * H)), a=b, L=zero, M=-1 / df)
    power = {Vcov.HC2: 1, Vcov.HC3: 2}.get(vcov, 0)
    slack1, slack0 = 1 - 1 / n - (n0 / n) ** 2 / H, 1 - 1 / n - (n1 / n) ** 2 / H
    if power and min(slack1.min(), slack0.min()) < _LEVERAGE_MARGIN:
        exact = int(n1[slack1 < _LEVERAGE_MARGIN].sum() + n0[slack0 < _LEVERAGE_MARGIN].sum())
        return Unavailable(f"{vcov.value} is undefined: {persons(exact)} with leverage 1 (fitted exactly)")
    factor = float(n.sum()) / df if vcov is Vcov.HC1 else 1.0
    r1 = factor * (n0 / n) ** 2 / slack1**power / H**2
    r0 = factor * (n1 / n) ** 2 / slack0**power / H**2
    e = r1 * n1 * (n0 / n) ** 2 + r0 * n0 * (n1 / n) ** 2
    return Form(b=b, A=r1 - r0, G=e * inv**2 - r1 / n1 - r0 / n0, c=r0, a=b, L=-2 * e * inv, M=float(e.sum()))


@dataclass(frozen=True, slots=True, eq=False)
class CellSums:
    """Persons, sums and sums of squares of one arm by stratum and draw: (S, B) or (S, 1) arrays of float."""

    n: FloatArray
    t: FloatArray
    q: FloatArray

    def squares(self) -> FloatArray:
        """Return sums of squared deviations from the cell's mean, not below 0; 0 for a single person."""
        return np.asarray(np.where(self.n > 1, np.maximum(self.q - self.t**2 / np.maximum(self.n, 1), 0.0), 0.0))


def cell_statistics(spec: Spec, arm: CellSums, control: CellSums, size: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return (B,) estimates and variances, cells counted anew in every draw; NaN where undefined.

    Parameters
    ----------
    spec : Spec
        Estimator `difference`, `blocked` or `fe`.
    arm, control : CellSums
        Outcomes centred at a value of each stratum that no draw changes.
    size : (S, 1) or (S, B) array of float
        What weights the strata under `blocked`.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        if spec.estimator is Estimator.DIFFERENCE:
            return _difference_cells(arm, control)
        if spec.estimator is Estimator.FE:
            return _fe_cells(spec.vcov, arm, control)
        return _blocked_cells(arm, control, size)


def _difference_cells(arm: CellSums, control: CellSums) -> tuple[FloatArray, FloatArray]:
    pooled = [CellSums(c.n.sum(axis=0), c.t.sum(axis=0), c.q.sum(axis=0)) for c in (arm, control)]
    means = [c.t / c.n for c in pooled]
    parts = [np.where(c.n > 1, c.squares() / (c.n - 1) / c.n, np.nan) for c in pooled]
    return np.asarray(means[0] - means[1]), np.asarray(parts[0] + parts[1])


def _blocked_cells(arm: CellSums, control: CellSums, size: FloatArray) -> tuple[FloatArray, FloatArray]:
    both = (arm.n > 0) & (control.n > 0) & (size > 0)
    weight = np.where(both, size, 0.0)
    weight = weight / weight.sum(axis=0)
    effect = np.where(both, arm.t / arm.n - control.t / control.n, 0.0)
    small = both & (np.minimum(arm.n, control.n) < 2)
    estimate = np.asarray((weight * effect).sum(axis=0), dtype=np.float64)
    free = [np.where(both, np.maximum(c.n - 1, 0), 0.0) for c in (arm, control)]
    squares = [np.where(both, c.squares(), 0.0) for c in (arm, control)]
    # w² s²/n of every cell of two or more
    own = [
        np.where(f > 0, weight**2 * ss / (np.maximum(f, 1) * c.n), 0.0)
        for c, f, ss in zip((arm, control), free, squares, strict=True)
    ]
    everyone = own[0] + own[1]
    if not small.any():
        return estimate, np.asarray(everyone.sum(axis=0), dtype=np.float64)
    w = np.where(small, weight, 0.0)
    total = w.sum(axis=0)
    share = w / np.where(total > 0, total, 1.0)
    lonely = [both & (c.n < 2) for c in (arm, control)]
    of_arm = [f.sum(axis=0) for f in free]
    scarce = np.any([x.any(axis=0) & (f < SCARCE_DF) for x, f in zip(lonely, of_arm, strict=True)], axis=0)
    largest = share.max(axis=0)
    pooled = (largest <= POOLED_SHARE + SLACK) | (scarce & (largest < LIMIT_SHARE - SLACK))
    ratio = share**2 / np.where(pooled, 1 - 2 * share, 1.0)
    spread = (ratio * (effect - (share * effect).sum(axis=0)) ** 2).sum(axis=0)
    from_spread = np.where(small, 0.0, everyone).sum(axis=0) + total**2 * spread / (1 + ratio.sum(axis=0))
    plugged = everyone.sum(axis=0)
    for ss, single, many in zip(squares, lonely, of_arm, strict=True):
        lent = np.where(single, weight**2, 0.0).sum(axis=0)
        # NaN where single persons have no one to lend them a variance
        plugged = plugged + np.where(lent > 0, lent * ss.sum(axis=0) / np.where(many > 0, many, np.nan), 0.0)
    return estimate, np.asarray(np.where(pooled, from_spread, plugged), dtype=np.float64)


def _fe_cells(vcov: Vcov, arm: CellSums, control: CellSums) -> tuple[FloatArray, FloatArray]:
    both = (arm.n > 0) & (control.n > 0)
    n1, n0 = np.where(both, arm.n, 0.0), np.where(both, control.n, 0.0)
    n = n1 + n0
    h = np.where(both, n1 * n0 / n, 0.0)
    H = h.sum(axis=0)
    effect = np.where(both, arm.t / arm.n - control.t / control.n, 0.0)
    estimate = (h * effect).sum(axis=0) / H
    df = n.sum(axis=0) - both.sum(axis=0) - 1
    s1, s0 = (np.where(both, c.squares(), 0.0) for c in (arm, control))
    gap = (effect - estimate) ** 2
    p1, p0 = np.where(both, n0 / n, 0.0), np.where(both, n1 / n, 0.0)
    e1, e0 = s1 + n1 * p1**2 * gap, s0 + n0 * p0**2 * gap
    if vcov is Vcov.CLASSICAL:
        variance = (e1 + e0).sum(axis=0) / df / H
    else:
        power = {Vcov.HC2: 1, Vcov.HC3: 2}.get(vcov, 0)
        slack1, slack0 = 1 - 1 / n - p1**2 / H, 1 - 1 / n - p0**2 / H
        undefined = both & (np.minimum(slack1, slack0) < _LEVERAGE_MARGIN)
        parts = np.where(both, p1**2 * e1 / slack1**power + p0**2 * e0 / slack0**power, 0.0)
        variance = parts.sum(axis=0) / H**2
        if vcov is Vcov.HC1:
            variance = variance * n.sum(axis=0) / df
        if power:
            variance = np.where(undefined.any(axis=0), np.nan, variance)
    return np.asarray(estimate), np.asarray(np.where(df > 0, variance, np.nan))
