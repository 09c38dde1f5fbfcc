"""Options of an estimate, parsed once: what was asked for as text becomes a :class:`~effektutv.estimators.design.Spec`."""

from __future__ import annotations

from enum import StrEnum
from typing import TypeVar

from effektutv.errors import ArgumentError

from .design import Dof, Estimator, Spec, Vcov, Weights

__all__ = ["parse_spec"]

_Choice = TypeVar("_Choice", bound=StrEnum)


def _choose(kind: type[_Choice], argument: str, value: object) -> _Choice:
    """Return the member whose value is ``value``, whatever its case."""
    for member in kind:
        if isinstance(value, str) and value.lower() == member.value.lower():
            return member
    allowed = ", ".join(repr(m.value) for m in kind)
    raise ArgumentError(f"{argument}: got {value!r}; choose one of {allowed}")


def parse_spec(
    *,
    estimator: str | None,
    vcov: str | None,
    weights: str,
    level: float,
    dof: str | None = None,
    cluster: object = None,
    probability: object = None,
    stratified: bool,
    adjusted: bool,
) -> Spec:
    """Turn option strings into a :class:`Spec`, refusing what does not go together.

    Parameters
    ----------
    estimator : str or None
        ``None`` takes ``"lin"`` with covariates, else ``"blocked"`` with strata, else ``"difference"``.
    vcov : str or None
        As :class:`Vcov`; ``None`` takes ``"CR2"`` with clusters, else ``"HC2"``.
    weights : str
        As :class:`Weights`.
    level : float
        Coverage of the intervals.
    dof : str or None
        As :class:`Dof`; ``None`` takes the estimator's own.
    cluster, probability : object
        The columns of clusters and of known probabilities, or ``None``.
    stratified, adjusted : bool
        Whether strata, and whether covariates, were given.

    Raises
    ------
    ArgumentError
        For an unknown option, or options that do not go together.
    """
    if isinstance(level, bool) or not isinstance(level, int | float) or not 0 < level < 1:
        raise ArgumentError(f"level: got {level!r}; give the coverage as a number between 0 and 1, e.g. 0.95")
    if estimator is None:
        chosen = Estimator.LIN if adjusted else Estimator.BLOCKED if stratified else Estimator.DIFFERENCE
    else:
        chosen = _choose(Estimator, "estimator", estimator)
    variance = _choose(Vcov, "vcov", vcov or ("HC2" if cluster is None else "CR2"))
    whose = _choose(Weights, "weights", weights)
    _check_variance(chosen, variance, cluster is not None)
    free = None if dof is None else _choose(Dof, "dof", dof)
    _check_dof(free, chosen, variance)
    if chosen in (Estimator.DIFFERENCE, Estimator.BLOCKED, Estimator.IPW) and adjusted:
        raise ArgumentError(
            f"covariates: estimator {chosen.value!r} does not adjust for them; use 'lin', 'fe' or 'logit', "
            "or leave them out"
        )
    if chosen is Estimator.BLOCKED and not stratified:
        raise ArgumentError("strata: estimator 'blocked' needs strata; name their column, or use 'difference'")
    if probability is not None and chosen is not Estimator.IPW:
        raise ArgumentError(f"probability: estimator {chosen.value!r} does not use it; use 'ipw', or leave it out")
    if chosen is Estimator.IPW and probability is None and not stratified:
        raise ArgumentError("probability: estimator 'ipw' needs known probabilities, or strata whose shares give them")
    if probability is not None and whose is Weights.PAIR:
        raise ArgumentError("weights: known probabilities are those of all arms; use weights='all'")
    if whose is Weights.PAIR and not stratified and not adjusted:
        raise ArgumentError(
            "weights: without strata or covariates nothing is weighted; name the strata, or leave weights out"
        )
    return Spec(estimator=chosen, vcov=variance, weights=whose, level=float(level), dof=free)


def _check_dof(dof: Dof | None, chosen: Estimator, variance: Vcov) -> None:
    """Refuse degrees of freedom that do not belong to the estimator and its variance."""
    if dof is Dof.SATTERTHWAITE and (chosen is Estimator.LOGIT or variance is not Vcov.HC2):
        raise ArgumentError(
            f"dof: 'satterthwaite' is for estimators with 'HC2', but for 'logit', not for {chosen.value!r} with "
            f"{variance.value!r}; leave dof out, or use 'residual'"
        )
    if dof is Dof.BELL_MCCAFFREY and (chosen is not Estimator.FE or variance not in (Vcov.HC2, Vcov.CR2)):
        raise ArgumentError(
            f"dof: 'bell-mccaffrey' is for 'fe' with 'HC2' or 'CR2', not for {chosen.value!r} with {variance.value!r}; "
            "leave dof out, or use 'residual'"
        )
    if dof is Dof.RESIDUAL and variance is Vcov.CR2:
        raise ArgumentError(
            "dof: 'residual' counts persons, and with clusters it is the clusters that inform the variance; "
            "leave dof out: it is Bell and McCaffrey's"
        )


def _check_variance(chosen: Estimator, variance: Vcov, clustered: bool) -> None:
    """Refuse a variance that the estimator does not have, or that does not go with the clusters."""
    if clustered and variance is not Vcov.CR2:
        raise ArgumentError(
            f"vcov: got {variance.value!r}, which takes persons as independent; with cluster use 'CR2', or leave it out"
        )
    if variance is Vcov.CR2 and not clustered:
        raise ArgumentError("cluster: vcov 'CR2' needs the clusters; name their column")
    if clustered and chosen not in (Estimator.DIFFERENCE, Estimator.FE, Estimator.LIN):
        raise ArgumentError(
            f"cluster: estimator {chosen.value!r} has no clustered variance; use 'lin' (the same estimate as 'blocked' "
            "where every stratum has two persons in each arm), 'fe' or 'difference'"
        )
    if chosen in (Estimator.DIFFERENCE, Estimator.BLOCKED) and variance not in (Vcov.HC2, Vcov.CR2):
        raise ArgumentError(
            f"vcov: got {variance.value!r}, but estimator {chosen.value!r} has Neyman's variance, which is 'HC2'; "
            "use that, or estimator 'fe' or 'lin'"
        )
    if chosen is Estimator.IPW and variance is not Vcov.HC2:
        raise ArgumentError(f"vcov: got {variance.value!r}, but estimator 'ipw' has 'HC2' only; use that")
