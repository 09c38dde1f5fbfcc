r"""Complier average causal effect: what a programme does to those who receive it because they were assigned to it.

Two-stage least squares on the two arms of a contrast, with the assignment z as the instrument for receipt d, strata
effects and covariates in both stages. With ~ for residuals on strata and covariates and :math:`u = \tilde z/\tilde z'\tilde z`,

.. math:: \hat\beta = \frac{u'y}{u'd},\qquad e = \tilde y - \hat\beta\tilde d,\qquad
          \hat V = \frac{\sum_i u_i^2 e_i^2/(1 - h_i)}{(u'd)^2},

the robust variance HC2 with the leverage of the second stage (R's ``iv_robust``), HC0 and HC1 as elsewhere; df = n − k.
Valid if the assignment moves receipt in one direction and acts through receipt only (Angrist, Imbens and Rubin 1996).
That is why only contrasts with the comparison arm are offered: between two programmes the assignment acts through both. What
the comparison arm's programme is to those who receive their own is part of the effect. To those who receive neither it is not:
where these are more in the arm than in the comparison arm, by more than what is declared, the assignment took the comparison
arm's programme from persons who got nothing for it, and a note says so.

Anderson and Rubin's set holds all β for which the effect of z on y − βd is not significant. It keeps its level with a weak
first stage, where the estimate's own interval does not.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import stdtrit

from effektutv.results.compliance import ComplierRow, ReceiptRow, Receipts
from effektutv.values import Statistic, Unavailable

from .design import Design, Vcov, observe, persons, strata_count
from .effects import inference, missing_note
from .regression.covariance import coefficient_variance, covariance
from .regression.least_squares import LeastSquares, least_squares
from .regression.leverage import fitted_exactly, left_out_note
from .variation import STILL, exact_fit, level_means

if TYPE_CHECKING:
    from .design import BoolArray, FloatArray, IntArray, Spec
    from .regression.fit import Labels

__all__ = ["ComplierSource", "Receipt", "TwoStage", "complier_rows", "two_stage"]

#: A first stage whose F statistic is below this is called weak (Staiger and Stock 1997).
WEAK = 10.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Receipt:
    """Who received the programme of one arm.

    Parameters
    ----------
    arm : int
        Code of the arm whose programme it is.
    programme : str
    received : (n,) array of float
        0 or 1.
    """

    arm: int
    programme: str
    received: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoStage:
    """A two-stage fit with one instrument.

    Parameters
    ----------
    estimate, variance, df : Statistic
    first_stage, first_stage_variance : Statistic
        Effect of the assignment on receipt.
    f_classical, f_robust : Statistic
        Of the first stage.
    reduced_form : Statistic
        Effect of the assignment on the outcome.
    ar_low, ar_high : Statistic
        Ends of Anderson and Rubin's set.
    dropped : int
        Columns that depend on the others.
    left_out : int
        Persons with leverage 1 and no weight, whom the variance leaves out.
    """

    estimate: Statistic
    variance: Statistic
    df: Statistic
    first_stage: Statistic
    first_stage_variance: Statistic
    f_classical: Statistic
    f_robust: Statistic
    reduced_form: Statistic
    ar_low: Statistic
    ar_high: Statistic
    dropped: int = 0
    left_out: int = 0


def _nothing(reason: str) -> TwoStage:
    why = Unavailable(reason)
    return TwoStage(
        estimate=why,
        variance=why,
        df=why,
        first_stage=why,
        first_stage_variance=why,
        f_classical=why,
        f_robust=why,
        reduced_form=why,
        ar_low=why,
        ar_high=why,
    )


def two_stage(
    y: FloatArray,
    received: FloatArray,
    assigned: FloatArray,
    X: FloatArray,
    stratum: IntArray,
    n_strata: int,
    vcov: Vcov,
    level: float,
) -> TwoStage:
    """Return two-stage least squares of y on receipt, the assignment its instrument.

    Parameters
    ----------
    y, received, assigned : (n,) arrays of float
        ``assigned`` is 1 in the arm and 0 in the control.
    X : (n, p) array of float
        Covariates.
    stratum : (n,) array of int
        Codes 0 … ``n_strata`` − 1, none of them empty.
    n_strata : int
    vcov : Vcov
        Of least squares, not CR2.
    level : float
        Of Anderson and Rubin's set.
    """
    none = np.empty((y.size, 0))
    reduced = least_squares(y, assigned, X, none, stratum, n_strata)
    first = least_squares(received, assigned, X, none, stratum, n_strata)
    if isinstance(reduced, Unavailable):
        return _nothing(reduced.reason)
    if isinstance(first, Unavailable):
        return _nothing(first.reason)
    free = y.size - reduced.rank
    if free <= 0:
        return _nothing("no degrees of freedom are left")
    pi = first.coefficient
    v_first = coefficient_variance(first, vcov, float(received @ received))
    v_plain = coefficient_variance(first, Vcov.CLASSICAL, float(received @ received))
    base = TwoStage(
        estimate=Unavailable("the assignment does not move receipt"),
        variance=Unavailable("the assignment does not move receipt"),
        df=float(free),
        first_stage=pi,
        first_stage_variance=v_first,
        f_classical=_f(pi, v_plain),
        f_robust=_f(pi, v_first),
        reduced_form=reduced.coefficient,
        ar_low=Unavailable("the assignment does not move receipt"),
        ar_high=Unavailable("the assignment does not move receipt"),
        dropped=len(reduced.dropped),
    )
    rms = [float(np.sqrt(v @ v / v.size)) for v in (y, received)]
    exact = exact_fit(float(reduced.residuals @ reduced.residuals), float(y @ y))
    rho, _ = level_means((reduced.coefficient, 0.0), rms[0], exact=exact)
    base = replace(base, reduced_form=rho)
    if abs(pi) <= 1e-12 * rms[1]:
        return replace(base, first_stage=0.0)
    beta = rho / pi
    residuals = reduced.residuals - beta * first.residuals
    structural = replace(reduced, coefficient=beta, residuals=residuals, influence=reduced.influence / pi)
    low, high = _anderson_rubin(reduced, first, vcov, level)
    scale = float(y @ y) + beta**2 * float(received @ received)
    variance = coefficient_variance(structural, vcov, scale)
    pinned, touched = fitted_exactly(reduced.leverage, reduced.influence)
    robust = vcov in (Vcov.HC2, Vcov.HC3) and not touched
    left_out = int(np.count_nonzero(pinned)) if robust else 0
    if exact:
        low = high = STILL
    return replace(base, estimate=beta, variance=variance, ar_low=low, ar_high=high, left_out=left_out)


def _f(coefficient: float, variance: Statistic) -> Statistic:
    """Return the F statistic of one coefficient."""
    if not isinstance(variance, float):
        return variance
    return coefficient**2 / variance if variance > 0 else Unavailable("receipt follows the assignment exactly")


def _anderson_rubin(
    reduced: LeastSquares, first: LeastSquares, vcov: Vcov, level: float
) -> tuple[Statistic, Statistic]:
    """Return the ends of {β : (ρ − βπ)² ≤ t² V(ρ − βπ)}, a quadratic in β, where it is an interval."""
    influence = reduced.influence[:, None]
    v_y = covariance(reduced, vcov, influence, None)
    v_d = covariance(first, vcov, influence, None)
    both = covariance(replace(reduced, residuals=reduced.residuals + first.residuals), vcov, influence, None)
    for V in (v_y, v_d, both):
        if isinstance(V, Unavailable):
            return V, V
    yy, dd, sum_ = (float(V[0, 0]) for V in (v_y, v_d, both))  # type: ignore[index]
    yd = (sum_ - yy - dd) / 2
    t2 = float(stdtrit(reduced.residuals.size - reduced.rank, 0.5 + level / 2)) ** 2
    rho, pi = reduced.coefficient, first.coefficient
    a, b, c = pi**2 - t2 * dd, -2 * (rho * pi - t2 * yd), rho**2 - t2 * yy
    root = b * b - 4 * a * c
    if a <= 0 or root < 0:
        why = Unavailable("the first stage is too weak: the confidence set is not an interval")
        return why, why
    half = float(np.sqrt(root))
    return (-b - half) / (2 * a), (-b + half) / (2 * a)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class ComplierSource:
    """What complier effects were estimated from.

    Parameters
    ----------
    design : Design
    y : (n,) array of float
        NaN where missing.
    receipts : tuple of Receipt
    """

    design: Design
    y: FloatArray
    receipts: tuple[Receipt, ...]

    def regression(self, arm: str) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
        """Return outcome, constant with strata and covariates, receipt and assignment of one arm and the comparison arm."""
        code = self.design.arms.index(arm)
        mine = ~np.isnan(self.y) & ((self.design.arm == code) | (self.design.arm == 0))
        design = self.design.take(mine)
        dummies = design.stratum[:, None] == np.unique(design.stratum)[None, 1:]
        own = next(r for r in self.receipts if r.arm == code)
        exog = np.column_stack([np.ones(design.arm.size), dummies, design.X]).astype(float)
        return self.y[mine], exog, own.received[mine], (design.arm == code).astype(float)


def complier_rows(
    design: Design, y: FloatArray, receipts: list[Receipt], spec: Spec, tolerance: float, labels: Labels
) -> tuple[list[ComplierRow], Receipts, list[str]]:
    """Return the complier effect of each arm against the comparison arm, and receipt of every programme by arm.

    Parameters
    ----------
    design : Design
    y : (n,) array of float
        NaN where missing.
    receipts : list of Receipt
        Every programme but, where nobody knows who received it, the comparison arm's.
    spec : Spec
    tolerance : float
        How much receipt of a third arm's programme, and of neither arm's, may differ between the two arms.
    labels : Labels
        Outcome, clock and month.
    """
    # receipt is that of everyone assigned, whether or not the outcome is known
    table = [_receipt_row(design, arm, r) for arm in range(len(design.arms)) for r in receipts]
    crossings = {r.arm: _crossing(design, r, receipts, tolerance) for r in receipts}
    unserved = {r.arm: _unserved(design, r, receipts, tolerance) for r in receipts}
    # persons who tie on everything else are put in order of receipt, so that sums do not depend on the order of the rows
    order = np.lexsort([r.received for r in receipts])
    design, y = design.take(order), y[order]
    receipts = [replace(r, received=r.received[order]) for r in receipts]
    sample, codes = observe(design, y, tuple(r.received.astype(np.intp) for r in receipts))
    receipts = [
        replace(r, received=c[: sample.y.size].astype(np.float64)) for r, c in zip(receipts, codes, strict=True)
    ]
    design, y = sample.design, sample.y
    notes = missing_note(sample, labels)
    rows = []
    for own in (r for r in receipts if r.arm):
        row = _complier_row(design, y, own, crossings[own.arm], spec, labels)
        row = replace(row, note="; ".join(filter(None, (row.note, unserved[own.arm]))))
        rows.append(row)
        notes += [row.note] if row.note else []
    return rows, Receipts(rows=tuple(table)), notes


def _share(received: FloatArray, rows: BoolArray) -> Statistic:
    return float(received[rows].mean()) if rows.any() else Unavailable("no one in the arm")


def _receipt_row(design: Design, arm: int, receipt: Receipt) -> ReceiptRow:
    rows = design.arm == arm
    return ReceiptRow(
        arm=design.arms[arm],
        programme=receipt.programme,
        n=int(rows.sum()),
        received=int(receipt.received[rows].sum()),
        share=_share(receipt.received, rows),
    )


def _crossing(design: Design, own: Receipt, receipts: list[Receipt], tolerance: float) -> str:
    """Return why the assignment acts through more than one programme, or nothing."""
    for other in receipts:
        if other.arm in (own.arm, 0):
            continue
        shares = [_share(other.received, design.arm == k) for k in (own.arm, 0)]
        gap = abs(shares[0] - shares[1]) if all(isinstance(s, float) for s in shares) else 0.0  # type: ignore[operator]
        if gap > tolerance:
            return (
                f"receipt of {other.programme} differs between {design.arms[own.arm]} and {design.arms[0]} by more than "
                f"the declared {tolerance:g}: the assignment acts through that programme too"
            )
    return ""


def _unserved(design: Design, own: Receipt, receipts: list[Receipt], tolerance: float) -> str:
    """Return what is to be said where many more in the arm than in the comparison arm receive neither's programme."""
    compared = next((r.received for r in receipts if r.arm == 0), None)
    if compared is None:
        return ""
    neither = ((own.received == 0) & (compared == 0)).astype(np.float64)
    shares = [_share(neither, design.arm == k) for k in (own.arm, 0)]
    if not all(isinstance(s, float) for s in shares) or shares[0] - shares[1] <= tolerance:  # type: ignore[operator]
        return ""
    arm, control = design.arms[own.arm], design.arms[0]
    return (
        f"neither programme is received more often in {arm} than in {control}, by more than the declared {tolerance:g}: the "
        f"effect takes it that these persons lost nothing by not being in {control}"
    )


def _complier_row(design: Design, y: FloatArray, own: Receipt, reason: str, spec: Spec, labels: Labels) -> ComplierRow:
    """Return one arm against the comparison arm; ``reason`` says why there can be no estimate, if so."""
    pair = (own.arm, 0)
    in_pair = (design.arm == pair[0]) | (design.arm == pair[1])
    n = np.zeros((design.n_strata, 2), dtype=np.intp)
    for j, k in enumerate(pair):
        n[:, j] = np.bincount(design.stratum[design.arm == k], minlength=design.n_strata)
    both = (n[:, 0] > 0) & (n[:, 1] > 0)
    notes = []
    if lost := int(((n.sum(axis=1) > 0) & ~both).sum()):
        left = persons(int(n[~both].sum()))
        notes.append(f"{strata_count(lost)} of {design.strata} without both arms left out ({left})")
    mine = in_pair & both[design.stratum]
    counts = [int(np.count_nonzero(design.arm == k)) for k in pair]
    if not mine.any():
        fit = _nothing(f"no stratum has persons of both {design.arms[pair[0]]} and {design.arms[pair[1]]}")
    elif reason:
        fit = _nothing(reason)
        notes.append(reason)
    else:
        recode = np.cumsum(both) - 1
        fit = two_stage(
            y[mine],
            own.received[mine],
            (design.arm[mine] == own.arm).astype(np.float64),
            design.X[mine] - design.X[mine].mean(axis=0),
            recode[design.stratum[mine]],
            int(both.sum()),
            spec.vcov,
            spec.level,
        )
    if isinstance(fit.f_robust, float) and fit.f_robust < WEAK:
        notes.append("weak first stage (F below 10): read Anderson and Rubin's set, not the interval")
    if fit.dropped:
        notes.append(f"columns left out because they depend on the others: {fit.dropped}")
    notes += left_out_note(spec.vcov.value, fit.left_out)
    return _filled(fit, design, own, counts, spec, labels, "; ".join(notes))


def _filled(
    fit: TwoStage, design: Design, own: Receipt, counts: list[int], spec: Spec, labels: Labels, note: str
) -> ComplierRow:
    """Return a fit as a row."""
    error, t, p, low, high = inference(fit.estimate, fit.variance, fit.df, spec.level)
    first = fit.first_stage_variance
    return ComplierRow(
        outcome=labels.outcome,
        clock=labels.clock,
        month=labels.month,
        arm=design.arms[own.arm],
        control=design.arms[0],
        n_arm=counts[0],
        n_control=counts[1],
        receipt_arm=_share(own.received, design.arm == own.arm),
        receipt_control=_share(own.received, design.arm == 0),
        first_stage=fit.first_stage,
        first_stage_error=float(np.sqrt(first)) if isinstance(first, float) else first,
        f_classical=fit.f_classical,
        f_robust=fit.f_robust,
        intention_to_treat=fit.reduced_form,
        estimate=fit.estimate,
        std_error=error,
        statistic=t,
        df=fit.df,
        p_value=p,
        conf_low=low,
        conf_high=high,
        ar_low=fit.ar_low,
        ar_high=fit.ar_high,
        vcov=spec.vcov.value,
        strata=design.strata,
        note=note,
    )
