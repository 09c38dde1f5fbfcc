"""A trial's main results estimated again by statsmodels and linearmodels, from the participants' table.

What is estimated again: the primary outcome by the study's estimator, by each subgroup and compared between its levels, adjusted
for the plan's covariates, and the complier effect. The regressions are set up from the participants' table anew, so that
a column mixed up on the way to our kernels shows. Where a library lacks our variance, both are taken with one that it has
(HC0); where no regression has our estimate, the row says why it was not checked.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import product
from typing import TYPE_CHECKING

import numpy as np

from effektutv.errors import ArgumentError, CrossCheckError
from effektutv.estimators.design import Design, Estimator, Spec, Vcov, Weights
from effektutv.estimators.regression.design_matrix import ARM, RegressionMatrix, matrix_of, stands_for
from effektutv.results.cross_check import CrossCheck, CrossCheckRow, NotChecked, Question
from effektutv.results.effect_rows import EffectRow, RowKind
from effektutv.results.names import said
from effektutv.results.witness.linearmodels_fits import fit_iv
from effektutv.results.witness.statsmodels_fits import LOGIT_VCOV, fit_logit, fit_ols, fit_wls
from effektutv.values import Unavailable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from effektutv.estimators.design import BoolArray, FloatArray, IntArray
    from effektutv.results.compliance import ComplierRow
    from effektutv.results.effects import Effects
    from effektutv.results.names import Name
    from effektutv.values import Statistic

    from .trial import Trial

__all__ = ["TOLERANCE", "agreeing", "cross_check"]

#: Robust variance of two-stage least squares that linearmodels has too.
IV_VCOV = "HC0"

#: Two numbers agree within this, relative to ours where that is above 1.
TOLERANCE = 1e-8
_ESTIMATE, _ERROR = "estimate", "std_error"
_NOTHING = Unavailable("not checked")


def cross_check(trial: Trial) -> CrossCheck:
    """Estimate a trial's main results again with statsmodels and linearmodels, and hold them against ours.

    Parameters
    ----------
    trial : Trial
        The trial.

    Returns
    -------
    CrossCheck
        Two rows per contrast, of the estimate and of its standard error, in the order primary outcome, subgroups, adjusted
        effect, complier effect. ``agrees`` is None where the libraries have no counterpart, with the reason in ``note``.
        The largest distance allowed is 1e-8, relative to our number where that is above 1.

    Raises
    ------
    ArgumentError
        If ``trial`` is no trial.

    Notes
    -----
    ``difference``, ``blocked``, ``fe`` and ``lin`` are ordinary least squares of statsmodels (arm, strata, covariates, and
    their products with the arm where the estimator has them), ``ipw`` weighted least squares, ``logit`` a logistic regression
    whose average marginal effect has the delta method's error; complier effects are linearmodels' two-stage least squares.
    The variance is the study's, but HC0 on both sides for ``logit`` and for complier effects, whose libraries have no HC2.

    Examples
    --------
    >>> import effektutv as eu
    >>> eu.cross_check(eu.load("demo/study.toml")).agrees
    True
    """
    from .trial import Trial

    if not isinstance(trial, Trial):
        raise ArgumentError(f"trial: got {type(trial).__name__}; give a Trial, as eu.load returns it")
    rows = [*_of_effects(trial), *_adjusted(trial), *_compliers(trial)]
    return CrossCheck(rows=tuple(rows), tolerance=TOLERANCE)


def agreeing(found: CrossCheck) -> CrossCheck:
    """Return a second estimation that agrees.

    Parameters
    ----------
    found : CrossCheck

    Raises
    ------
    CrossCheckError
        If some number does not agree: which ones, and never a number.
    """
    if found.agrees:
        return found
    apart = dict.fromkeys(
        f"{r.question} ({r.outcome}, {r.arm} − {r.control}{', ' + said(r.subgroup) if r.subgroup else ''}): {r.quantity} by "
        f"{r.library} {r.model}"
        for r in found.rows
        if r.agrees is False
    )
    raise CrossCheckError(
        f"cross-check: {len(apart)} of {found.checked} numbers differ by more than {found.tolerance:g} from a second estimation, "
        f"so that nothing was written: {'; '.join(list(apart)[:10])}{' …' if len(apart) > 10 else ''}; "
        "eu.cross_check(trial) lists every one; please report it with the versions of effektutv, statsmodels and linearmodels"
    )


def _of_effects(trial: Trial) -> Iterator[CrossCheckRow]:
    """Yield the primary outcome's contrasts for everyone, by level, and between the levels."""
    groups = _groups(trial)
    yield from _each(trial, trial.itt(by=groups), {g: _codes(trial, g) for g in groups or ()})


def _groups(trial: Trial) -> list[str | tuple[str, ...]] | None:
    return [s.by[0] if len(s.by) == 1 else s.by for s in trial.study.subgroups] or None


def _adjusted(trial: Trial) -> Iterator[CrossCheckRow]:
    """Yield the contrasts adjusted for the covariates of the plan, where it names any."""
    covariates = getattr(trial.study.design, "covariates", ())
    if covariates:
        yield from _each(trial, trial.itt(covariates=covariates), {}, _covariates(trial, covariates))


def _each(
    trial: Trial, effects: Effects, groups: Mapping[Name, tuple[list[Name], IntArray]], X: FloatArray | None = None
) -> Iterator[CrossCheckRow]:
    """Yield each row of effects beside its second estimation."""
    y = trial.outcome(trial.study.primary.name)
    design = _design(trial, X)
    second = effects
    if effects.rows[0].estimator == Estimator.LOGIT:
        second = trial.itt(by=_groups(trial), vcov=LOGIT_VCOV)
    for row, other in zip(effects.rows, second.rows, strict=True):
        question = Question.ADJUSTED if X is not None else Question.SUBGROUP if row.subgroup else Question.PRIMARY
        try:
            again = _row_again(design, y, row, groups, trial.study.design.weights)
        except _WithoutCounterpartError as without:
            yield from _rows(question, row, without.reason, (row.estimate, row.std_error))
        else:
            yield from _rows(question, row, again, (row.estimate, other.std_error))


class _WithoutCounterpartError(Exception):
    """A row that has no counterpart in the libraries, and why."""

    def __init__(self, reason: NotChecked) -> None:
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class _Again:
    """A second estimation: its numbers, and what made them; an error that no library has is a reason."""

    estimate: float
    error: float | NotChecked
    library: str
    model: str
    vcov: str


def _row_again(
    design: Design, y: FloatArray, row: EffectRow, groups: Mapping[Name, tuple[list[Name], IntArray]], weights: str
) -> _Again:
    """Return one row of effects, estimated again."""
    if row.vcov == Vcov.CR2:
        raise _WithoutCounterpartError(NotChecked.CLUSTERED)
    if row.kind is RowKind.JOINT:
        raise _WithoutCounterpartError(NotChecked.JOINT)
    spec = Spec(estimator=Estimator(row.estimator), vcov=Vcov(row.vcov), weights=Weights(weights))
    pair = (design.arms.index(row.arm), design.arms.index(row.control))
    if row.kind is RowKind.EFFECT:
        return _estimated(design, y, spec, pair)
    levels, code = groups[row.subgroup]
    if row.kind is RowKind.LEVEL:
        inside = code == levels.index(row.level)
        return _estimated(design.take(inside), y[inside], spec, pair)
    return _interaction(design, y, spec, pair, [code == k for k in range(len(levels))])


def _interaction(
    design: Design, y: FloatArray, spec: Spec, pair: tuple[int, int], levels: Sequence[BoolArray]
) -> _Again:
    """Return the contrast between the levels' effects, strata weighted alike in all of them."""
    signs = {2: (-1.0, 1.0), 4: (1.0, -1.0, -1.0, 1.0)}[len(levels)]
    size: FloatArray | None = None
    if spec.estimator in (Estimator.BLOCKED, Estimator.LIN, Estimator.IPW, Estimator.LOGIT) and design.n_strata > 1:
        n = [_cells(design, y, pair, inside) for inside in levels]
        everyone = np.bincount(design.stratum[np.any(levels, axis=0)], minlength=design.n_strata)
        size = (everyone if spec.weights is Weights.ALL else np.sum(n, axis=(0, 2))).astype(float)
        size[~np.all([(cells > 0).all(axis=1) for cells in n], axis=0)] = 0.0
    fits = [_estimated(design.take(inside), y[inside], spec, pair, size) for inside in levels]
    errors = [fit.error for fit in fits]
    return replace(
        fits[0],
        estimate=float(sum(sign * fit.estimate for sign, fit in zip(signs, fits, strict=True))),
        error=next((e for e in errors if isinstance(e, NotChecked)), None) or float(np.linalg.norm(errors)),
    )


def _cells(design: Design, y: FloatArray, pair: tuple[int, int], inside: BoolArray) -> IntArray:
    """Return (S, 2) persons of the two arms with a known outcome, by stratum."""
    rows = inside & ~np.isnan(y)
    counted = [np.bincount(design.stratum[rows & (design.arm == k)], minlength=design.n_strata) for k in pair]
    return np.column_stack(counted)


def _estimated(
    design: Design, y: FloatArray, spec: Spec, pair: tuple[int, int], size: FloatArray | None = None
) -> _Again:
    """Return one contrast, estimated again."""
    try:
        if spec.estimator is Estimator.LOGIT:
            return _margin(design, y, spec, pair, size)
        return _fitted(matrix_of(design, y, spec, pair, size), spec)
    except ArgumentError:
        raise _WithoutCounterpartError(NotChecked.UNDEFINED) from None


def _fitted(matrix: RegressionMatrix, spec: Spec) -> _Again:
    """Return one regression's estimate and error."""
    import pandas as pd

    y, X = pd.Series(matrix.y), pd.DataFrame(matrix.X, columns=list(matrix.names))
    if spec.estimator is Estimator.LIN and matrix.pooled:
        raise _WithoutCounterpartError(NotChecked.SPARSE)
    weights = matrix.weights
    # a cell of one person has leverage 1, and statsmodels divides by 1 less it
    vcov = Vcov.CLASSICAL if matrix.pooled else spec.vcov
    fit = fit_ols(y, X, vcov) if weights is None else fit_wls(y, X, weights, vcov)
    error = NotChecked.POOLED if matrix.pooled else float(fit.bse[ARM])
    model = "OLS" if weights is None else "WLS"
    return _Again(
        estimate=float(fit.params[ARM]), error=error, library="statsmodels", model=model, vcov=spec.vcov.value
    )


def _margin(design: Design, y: FloatArray, spec: Spec, pair: tuple[int, int], size: FloatArray | None) -> _Again:
    """Return the average marginal effect of a logistic regression, standardised to everyone in the strata kept."""
    import pandas as pd
    from scipy.special import expit

    cells = _cells(design, y, pair, np.ones(y.size, dtype=bool))
    kept = (cells > 0).all(axis=1) & (True if size is None else size > 0)
    events = np.bincount(design.stratum, np.where(np.isin(design.arm, pair), np.nan_to_num(y), 0.0), design.n_strata)
    mixed = kept & (events > 0) & (events < cells.sum(axis=1))
    counted = np.bincount(design.stratum, minlength=design.n_strata).astype(float)
    weight = np.where(kept, counted if size is None else size, 0.0)
    person = (weight / weight.sum() / np.maximum(counted, 1))[design.stratum]
    everyone = mixed[design.stratum]
    mine = everyone & ~np.isnan(y) & np.isin(design.arm, pair)
    dummies = design.stratum[:, None] == np.flatnonzero(mixed)[None, 1:]
    X = np.column_stack([np.ones(y.size), design.arm == pair[0], dummies, design.X]).astype(float)
    weights = stands_for(design, ~np.isnan(y), mine) if spec.weights is Weights.ALL else None
    fit = fit_logit(pd.Series(y[mine]), pd.DataFrame(X[mine]), robust=True, weights=weights)
    one, zero = X[everyone].copy(), X[everyone].copy()
    one[:, 1], zero[:, 1] = 1.0, 0.0
    beta, omega = fit.params.to_numpy(), person[everyone]
    p1, p0 = expit(one @ beta), expit(zero @ beta)
    gradient = (omega * p1 * (1 - p1)) @ one - (omega * p0 * (1 - p0)) @ zero
    error = float(np.sqrt(gradient @ fit.cov_params().to_numpy() @ gradient))
    model = "Logit" if weights is None else "GLM"
    return _Again(estimate=float(omega @ (p1 - p0)), error=error, library="statsmodels", model=model, vcov=LOGIT_VCOV)


def _compliers(trial: Trial) -> Iterator[CrossCheckRow]:
    """Yield the complier effects, where the study declares what receipt is."""
    import pandas as pd

    received = trial._cohort.received
    if not received or any(code not in received for code in trial.study.arm_codes[1:]):
        return
    design, y = _design(trial), trial.outcome(trial.study.primary.name)
    ours, same = trial.compliance(), trial.compliance(vcov=IV_VCOV)
    for row, other in zip(ours.rows, same.rows, strict=True):
        if isinstance(row.estimate, Unavailable):
            yield from _rows(Question.COMPLIER, row, NotChecked.UNDEFINED, (row.estimate, other.std_error))
            continue
        pair = (design.arms.index(row.arm), design.arms.index(row.control))
        mine = ~np.isnan(y) & np.isin(design.arm, pair)
        strata = np.unique(design.stratum[mine])
        dummies = design.stratum[mine][:, None] == strata[None, 1:]
        exog = pd.DataFrame(np.column_stack([np.ones(int(mine.sum())), dummies]).astype(float))
        fit = fit_iv(
            pd.Series(y[mine]), exog, pd.Series(received[row.arm][mine].astype(float), name="received"),
            pd.Series((design.arm[mine] == pair[0]).astype(float), name="assigned"), IV_VCOV,
        )  # fmt: skip
        again = _Again(
            estimate=float(fit.params["received"]), error=float(fit.std_errors["received"]), library="linearmodels",
            model="IV2SLS", vcov=IV_VCOV,
        )  # fmt: skip
        yield from _rows(Question.COMPLIER, row, again, (row.estimate, other.std_error))


def _rows(
    question: Question, row: EffectRow | ComplierRow, again: _Again | NotChecked, ours: tuple[Statistic, Statistic]
) -> Iterator[CrossCheckRow]:
    """Yield a contrast's estimate and error beside ours."""
    for quantity, mine in zip((_ESTIMATE, _ERROR), ours, strict=True):
        base = CrossCheckRow(
            question=question, outcome=row.outcome, clock=row.clock, month=row.month, arm=row.arm, control=row.control,
            subgroup=getattr(row, "subgroup", ""), level=getattr(row, "level", ""), quantity=quantity,
            difference=_NOTHING, agrees=None,
        )  # fmt: skip
        if isinstance(again, NotChecked):
            yield replace(base, reason=again)
            continue
        base = replace(base, library=again.library, model=again.model, vcov=again.vcov)
        theirs = again.estimate if quantity == _ESTIMATE else again.error
        if isinstance(theirs, NotChecked) or not isinstance(mine, float):
            yield replace(base, reason=theirs if isinstance(theirs, NotChecked) else NotChecked.UNDEFINED)
            continue
        apart = abs(mine - theirs) / max(1.0, abs(mine))
        # NaN agrees with nothing
        yield replace(base, difference=apart, agrees=apart <= TOLERANCE)


def _design(trial: Trial, X: FloatArray | None = None) -> Design:
    """Return arms, strata and probabilities as the participants' table has them."""
    columns, codes = trial._cohort.people, trial.study.arm_codes
    arm = np.array([codes.index(a) for a in columns["arm"]], dtype=np.intp)
    stratified = bool(trial.study.design.strata)
    names, stratum = (
        np.unique(columns["stratum"].astype(str), return_inverse=True) if stratified else ([""], np.zeros_like(arm))
    )
    probability = columns.get("probability")
    return Design(
        arm=arm, stratum=stratum, X=np.empty((arm.size, 0)) if X is None else X, arms=codes, n_strata=len(names),
        probability=None if probability is None else probability.to_numpy(dtype=float),
    )  # fmt: skip


def _codes(trial: Trial, group: str | tuple[str, ...]) -> tuple[list[Name], IntArray]:
    """Return a subgroup's levels in their order, and each person's level; −1 where it is missing."""
    parts = (group,) if isinstance(group, str) else group
    values = trial._characteristics(list(parts))
    levels = [trial._levels(name, values[name]) for name in parts]
    every: list[Name] = [x[0] if len(parts) == 1 else x for x in product(*levels)]
    place = {level: k for k, level in enumerate(every)}
    columns = [values[name].to_list() for name in parts]
    told = columns[0] if len(parts) == 1 else zip(*columns, strict=True)
    return every, np.array([place.get(level, -1) for level in told], dtype=np.intp)


def _covariates(trial: Trial, names: Sequence[str]) -> FloatArray:
    """Return covariates as columns: numbers with an indicator of the missing, categories as indicators of all but one."""
    import pandas as pd

    columns: list[FloatArray] = []
    for values in trial._characteristics(names).values():
        missing = values.isna().to_numpy()
        if pd.api.types.is_numeric_dtype(values):
            columns.append(np.nan_to_num(values.to_numpy(dtype=float, na_value=np.nan)))
        else:
            told = values.astype(object).where(~missing, None)
            columns += [(told == x).to_numpy(dtype=float) for x in sorted(told.dropna().unique(), key=str)[1:]]
        columns += [missing.astype(float)] if missing.any() else []
    return np.column_stack(columns)
