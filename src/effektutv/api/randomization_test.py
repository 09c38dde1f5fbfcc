"""The door to design-based tests: randomisation tests of a data frame, and the test that the arms' shares did not drift.

As in :mod:`effektutv.api.itt`, pandas and polars frames are taken alike, nothing depends on the order of the rows, and a
message names an argument, a column, a rule and a count: never a value.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from effektutv.errors import ArgumentError
from effektutv.estimators.design import Design, Estimator, Spec, persons
from effektutv.estimators.effects import Labels
from effektutv.estimators.options import parse_spec
from effektutv.estimators.randomization.mechanism import Drift, Kind, Mechanism, bernoulli, blocked, drift, inferred
from effektutv.estimators.randomization.refit_inputs import by_arm_probability
from effektutv.estimators.randomization_test import Options, randomization_row
from effektutv.estimators.retained_inputs import CLUSTERED
from effektutv.results.randomization import DistributionRow, RandomizationRow, RandomizationTest

from .inputs.assignment import (
    INTERCURRENT,
    POPULATION,
    TESTED,
    draws_of,
    read_assignment,
    read_outcome,
    read_probability,
    seed_of,
    state_estimand,
    unique,
)
from .inputs.columns import names_of
from .inputs.covariates import covariate_matrix
from .inputs.labels import coded, crossed
from .inputs.roles import check_roles, refuse_reproduced

__all__ = ["arm_drift", "randomization_test"]

_ALTERNATIVES = ("two-sided", "greater", "less")
_RULES = ("distance", "probability")
#: Where a mechanism's kind is declared and its numbers are the data's.
_DECLARED = "declared; numbers by arm as observed"
#: A declared mechanism: a kind, or a kind with the columns that group the persons.
Declared = Mechanism | str | tuple[str, str | Sequence[str]]


def randomization_test(
    df: Any,
    *,
    outcome: str | Sequence[str],
    arm: str,
    control: object,
    strata: str | Sequence[str] | None = None,
    covariates: Sequence[str] | None = None,
    estimator: str | None = None,
    vcov: str | None = None,
    probability: str | None = None,
    draws: int | str = 10_000,
    studentize: bool | None = None,
    alternative: str = "two-sided",
    rule: str = "distance",
    mechanism: Declared | None = None,
    weights: str = "all",
    dof: str | None = None,
    level: float | None = 0.95,
    contrasts: Sequence[tuple[object, object]] | None = None,
    arms: Sequence[object] | None = None,
    seed: int = 1,
    distribution: bool | int = False,
    population: str = POPULATION,
    intercurrent: str = INTERCURRENT,
) -> RandomizationTest:
    r"""Test contrasts of two arms by drawing the assignment again, the other arms held.

    Parameters
    ----------
    df : pandas.DataFrame or polars.DataFrame
        One row a person.
    outcome : str or sequence of str
        Numeric columns. A person whose outcome is missing keeps it missing in every draw.
    arm, control, strata, weights, dof, contrasts, arms
        As in :func:`effektutv.itt`; a drawn p-value rests on no degrees of freedom.
    covariates : sequence of str, optional
        Baseline covariates, as in :func:`effektutv.itt`: the same in every draw, while every column that holds the arm is made
        anew.
    estimator : {"difference", "blocked", "fe", "lin", "logit", "ipw"}, optional
        As in :func:`effektutv.itt`. ``lin``, ``logit``, ``ipw``, and ``fe`` with covariates, are fitted again in each draw:
        studentised only, without interval, and slower (10,000 draws of one contrast take some seconds).
    vcov : {"HC2", "HC0", "HC1", "HC3", "classical"}, optional
        As in :func:`effektutv.itt`. Clustered variances (CR2) are not drawn again: a cluster such as the provider comes with the
        arm, and nobody knows which one a person would have had in the other. Persons assigned one by one are drawn one by one,
        which is valid however their outcomes go together; where clusters were assigned, give one row a cluster.
    probability : str, optional
        For ``ipw``: as in :func:`effektutv.itt`, one probability in each stratum and arm.
    draws : int or "exact"
        Monte Carlo draws; or the exact distribution, for a 0/1 outcome. Under ``difference`` and ``fe`` that is the exact
        Cochran–Mantel–Haenszel test, or Fisher's without strata. Under ``blocked`` it is bracketed
        (:mod:`effektutv.estimators.randomization.exact_weighted`): the p-value is the upper end, and ``mc_error`` how far
        below the true one may lie, 0 where it is known to the rounding of floats.
    studentize : bool, optional
        Whether the standard error is computed anew in each draw, so that the test is asymptotically valid also for an
        average effect of 0. By default yes, but for exact tests, which cannot be.
    alternative : {"two-sided", "greater", "less"}
        ``greater``: the arm's outcomes are larger.
    rule : {"distance", "probability"}
        What counts as no less extreme in an exact two-sided test: values as far from the expectation, or no more
        probable (as R's ``fisher.test`` and ``mantelhaen.test``; not under ``blocked``).
    mechanism : optional
        How persons were assigned. By default inferred from the numbers by stratum and arm, and the result says so.
        Declared: ``"complete"``, ``"stratified"``, ``"bernoulli"``, ``("blocked", column)`` for a column of block labels,
        or a :class:`~effektutv.estimators.randomization.mechanism.Mechanism` whose persons are the rows of ``df``. Draws keep the
        numbers by group, stratum and arm.
    level : float, optional
        Coverage of the interval by inversion; None to leave it out.
    seed : int
        From which every draw can be had again: results depend on nothing else.
    distribution : bool or int
        Whether the result keeps the statistic's distribution over the draws, in at most 61 bins or as many as the number
        given (at least 5): ``RandomizationTest.distribution_table()``.
    population, intercurrent : str
        Attributes of the estimand, carried into the result.

    Returns
    -------
    RandomizationTest
        A row an outcome and contrast.

    Raises
    ------
    ArgumentError
        If an argument cannot be used.
    """
    names = names_of("outcome", outcome)
    spec = parse_spec(
        estimator=estimator,
        vcov=_variance(vcov),
        weights=weights,
        dof=dof,
        level=0.95 if level is None else level,
        probability=probability,
        stratified=strata is not None,
        adjusted=bool(covariates),
    )
    block = mechanism[1] if isinstance(mechanism, tuple) and len(mechanism) == 2 else None
    others = {"covariates": covariates, "strata": strata, "probability": probability, "mechanism": block}
    check_roles({"outcome": names, "arm": arm}, others)
    options = replace(_options(spec, draws, studentize, alternative, rule, level, seed), bins=_bins(distribution))
    assigned = read_assignment(df, arm, control, arms, strata, contrasts)
    X, columns, notes = covariate_matrix(df, covariates)
    design = assigned.design(X, columns, probability=read_probability(df, probability))
    if isinstance(why := by_arm_probability(design), str):
        raise ArgumentError(f"probability: {why}; leave it out, so that the arms' shares within strata are taken")
    how = _mechanism(df, design, mechanism)
    rows: list[RandomizationRow] = []
    held: list[DistributionRow] = []
    binary = True
    for name in names:
        y = read_outcome(df, name, zero_one="estimator 'logit'" if spec.estimator is Estimator.LOGIT else "")
        refuse_reproduced(X, columns, y, name)
        binary &= bool(np.all(np.isnan(y) | (y == 0) | (y == 1)))
        if missing := int(np.count_nonzero(np.isnan(y))):
            notes.append(f"{name}: {persons(missing)} without an observed outcome left out; draws keep them so")
        for contrast in assigned.contrasts:
            row, said, bins = randomization_row(design, y, spec, contrast, how, options, Labels(outcome=name))
            rows.append(row)
            held.extend(bins)
            notes.extend(said)
    return RandomizationTest(
        rows=tuple(rows),
        seed=options.seed,
        conf_level=spec.level,
        notes=unique([*assigned.notes, *notes]),
        estimand=state_estimand(assigned, ", ".join(names), binary, population, intercurrent, summary=TESTED),
        distribution=tuple(held),
    )


def arm_drift(
    df: Any,
    *,
    arm: str,
    strata: str | Sequence[str] | None,
    period: str,
    draws: int = 2000,
    seed: int = 1,
) -> Drift:
    """Test whether the arms' shares are constant over periods within strata.

    Where the ratio of the arms changed while persons were recruited, a stratum holds persons with different probabilities
    and must be cut at the change: put the period into ``strata``.

    Parameters
    ----------
    df : pandas.DataFrame or polars.DataFrame
        One row a person.
    arm : str
        The column of the arm assigned; no missing values.
    strata : str or sequence of str or None
        The randomisation's strata.
    period : str
        A column of periods of entry, e.g. half-years; no missing values.
    draws, seed : int
        Of the re-drawn p-value.

    Returns
    -------
    Drift

    Raises
    ------
    ArgumentError
        If an argument cannot be used.
    """
    check_roles({"arm": arm, "period": period}, {"strata": strata})
    design = read_assignment(df, arm, None, None, strata, None).bare()
    periods = coded(df, "period", period)
    if periods.n_missing:
        raise ArgumentError(f"period: column {period!r} is missing for {persons(periods.n_missing)}; everyone has one")
    return drift(design.arm, design.stratum, periods.code, draws=draws_of(draws), seed=seed_of(seed))


def _options(
    spec: Spec, draws: object, studentize: bool | None, alternative: str, rule: str, level: float | None, seed: object
) -> Options:
    """Parse how to test, refusing what does not go together."""
    if alternative not in _ALTERNATIVES:
        raise ArgumentError(f"alternative: got {alternative!r}; choose one of {', '.join(map(repr, _ALTERNATIVES))}")
    if rule not in _RULES:
        raise ArgumentError(f"rule: got {rule!r}; choose 'distance' or 'probability'")
    if studentize not in (None, True, False):
        raise ArgumentError(f"studentize: got {studentize!r}; give True, False or None")
    exact = isinstance(draws, str)
    if exact and draws != "exact":
        raise ArgumentError(f"draws: got {draws!r}; give a number of draws or 'exact'")
    if exact and rule == "probability" and spec.estimator is Estimator.BLOCKED:
        raise ArgumentError(
            "rule: 'probability' is for estimator 'difference' or 'fe': the values that a blocked estimate can take are too "
            "many to be told apart by their probabilities; use 'distance'"
        )
    if exact and studentize:
        raise ArgumentError("studentize: an exact test is not studentised; leave it out, or give a number of draws")
    if rule == "probability" and not exact:
        raise ArgumentError("rule: 'probability' needs draws='exact'; drawn tests go by distance")
    return Options(
        draws=None if exact else draws_of(draws, "'exact'"),
        studentize=not exact if studentize is None else studentize,
        alternative=alternative,
        rule=rule,
        level=level,
        seed=seed_of(seed),
    )


def _variance(vcov: str | None) -> str:
    """Return the variance asked for, refusing the clustered one."""
    if isinstance(vcov, str) and vcov.upper() == "CR2":
        raise ArgumentError(f"vcov: {CLUSTERED}; leave it out, or give one row a cluster where clusters were assigned")
    return vcov or "HC2"


def _bins(distribution: object) -> int:
    """Return how many bins a distribution is to have, 0 for no distribution."""
    if isinstance(distribution, bool):
        return 61 if distribution else 0
    if not isinstance(distribution, int | np.integer) or distribution < 5:
        raise ArgumentError(f"distribution: got {distribution!r}; give True, False or a number of bins from 5")
    return int(distribution)


def _mechanism(df: Any, design: Design, declared: Declared | None) -> Mechanism:
    """Return the mechanism, declared or inferred, of the rows of ``df``."""
    from_counts = inferred(design.arms, design.arm, design.stratum, design.n_strata, design.strata)
    if declared is None:
        return from_counts
    if isinstance(declared, Mechanism):
        return _checked(declared, design)
    kind, columns = declared if isinstance(declared, tuple) and len(declared) == 2 else (declared, None)
    if kind not in [k.value for k in Kind] or (kind == Kind.BLOCKED) is (columns is None):
        raise ArgumentError(
            f"mechanism: got {declared!r}; give 'complete', 'stratified', 'bernoulli', ('blocked', column) or a Mechanism"
        )
    if kind == Kind.COMPLETE:
        whole = np.zeros_like(design.stratum)
        return replace(inferred(design.arms, design.arm, whole, 1), origin=_DECLARED)
    if kind == Kind.STRATIFIED:
        if design.n_strata == 1:
            raise ArgumentError("mechanism: 'stratified' needs strata; name their column, or use 'complete'")
        return replace(from_counts, origin=_DECLARED)
    if kind == Kind.BERNOULLI:
        return bernoulli(
            design.arms, from_counts.group, from_counts.shares, origin="declared; probabilities as the observed shares"
        )
    block = crossed(df, "mechanism", names_of("mechanism", columns))
    if block.n_missing:
        raise ArgumentError(f"mechanism: the block is missing for {persons(block.n_missing)}; everyone is in one")
    counts = np.bincount(block.code * len(design.arms) + design.arm, minlength=len(block.labels) * len(design.arms))
    return blocked(design.arms, block.code, counts.reshape(-1, len(design.arms)))


def _checked(mechanism: Mechanism, design: Design) -> Mechanism:
    """Return a declared mechanism if its arms, persons and numbers are those of the data."""
    if mechanism.arms != design.arms:
        raise ArgumentError(f"mechanism: its arms are {list(mechanism.arms)}; the data's, {list(design.arms)}")
    if mechanism.group.size != design.arm.size:
        raise ArgumentError(
            f"mechanism: it has {persons(mechanism.group.size)}, the data {persons(design.arm.size)}; "
            "declare it for the rows of df, in their order"
        )
    counts, observed = mechanism.counts, mechanism.given(design.arm).counts
    if counts is not None and observed is not None and not np.array_equal(observed, counts):
        raise ArgumentError("mechanism: its numbers by group and arm are not the data's; correct the one or the other")
    return mechanism
