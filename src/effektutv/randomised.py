"""The door to design-based tests: randomisation tests of a data frame, and families of effects corrected together.

As in :mod:`effektutv.frames`, pandas and polars frames are taken alike, nothing depends on the order of the rows, and a
message names an argument, a column, a rule and a count: never a value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from .assigned import (
    INTERCURRENT,
    POPULATION,
    TESTED,
    read_assignment,
    read_outcome,
    read_probability,
    state_estimand,
    unique,
)
from .columns import coded, covariate_matrix, crossed, names_of
from .errors import ArgumentError
from .estimate.credibility import corrected
from .estimate.design import BoolArray, Design, Estimator, FloatArray, Spec, parse_spec, persons
from .estimate.effects import Labels
from .estimate.families import (
    Hypothesis,
    bootstrap_statistics,
    check_redrawable,
    global_statistics,
    pairwise_statistics,
)
from .estimate.mechanism import Drift, Kind, Mechanism, bernoulli, blocked, drift, inferred
from .estimate.multiplicity import StepDown, holm
from .estimate.randomization import Options, randomization_row
from .estimate.refit import by_arm_probability
from .estimate.source import CLUSTERED, Source
from .results import COMPARISONS, DistributionRow, EffectRow, Effects, RandomizationRow, RandomizationTest, keep, kept

__all__ = ["adjust", "arm_drift", "randomization_test"]

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
    level: float | None = 0.95,
    contrasts: Sequence[tuple[object, object]] | None = None,
    arms: Sequence[object] | None = None,
    seed: int = 1,
    distribution: bool | int = False,
) -> RandomizationTest:
    r"""Test contrasts of two arms by drawing the assignment again, the other arms held.

    Parameters
    ----------
    df : pandas.DataFrame or polars.DataFrame
        One row a person.
    outcome : str or sequence of str
        Numeric columns. A person whose outcome is missing keeps it missing in every draw.
    arm, control, strata, weights, contrasts, arms
        As in :func:`effektutv.itt`.
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
        (:mod:`effektutv.estimate.bracket`): the p-value is the upper end, and ``mc_error`` how far below the true one may lie,
        0 where it is known to the rounding of floats.
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
        or a :class:`~effektutv.estimate.mechanism.Mechanism` whose persons are the rows of ``df``. Draws keep the
        numbers by group, stratum and arm.
    level : float, optional
        Coverage of the interval by inversion; None to leave it out.
    seed : int
        From which every draw can be had again: results depend on nothing else.
    distribution : bool or int
        Whether the result keeps the statistic's distribution over the draws, in at most 61 bins or as many as the number
        given (at least 5): ``RandomizationTest.distribution_table()``.

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
        level=0.95 if level is None else level,
        probability=probability,
        stratified=strata is not None,
        adjusted=bool(covariates),
    )
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
        notes=unique(notes),
        estimand=state_estimand(assigned, ", ".join(names), binary, POPULATION, INTERCURRENT, summary=TESTED),
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
    design = read_assignment(df, arm, None, None, strata, None).bare()
    periods = coded(df, "period", period)
    if periods.n_missing:
        raise ArgumentError(f"period: column {period!r} is missing for {persons(periods.n_missing)}; everyone has one")
    return drift(design.arm, design.stratum, periods.code, draws=_draws(draws), seed=_seed(seed))


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
        draws=None if exact else _draws(draws),
        studentize=not exact if studentize is None else studentize,
        alternative=alternative,
        rule=rule,
        level=level,
        seed=_seed(seed),
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


def _draws(draws: object) -> int:
    if isinstance(draws, bool) or not isinstance(draws, int | np.integer) or draws < 1:
        raise ArgumentError(f"draws: got {draws!r}; give a whole number above 0, e.g. 10_000, or 'exact'")
    return int(draws)


def _seed(seed: object) -> int:
    if isinstance(seed, bool) or not isinstance(seed, int | np.integer) or seed < 0:
        raise ArgumentError(f"seed: got {seed!r}; give a whole number from 0, so that the draws can be had again")
    return int(seed)


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


# ------------------------------------------------------------------------------------------------------------ families


def adjust(
    effects: Effects,
    *,
    method: str = "holm",
    draws: int = 10_000,
    seed: int = 1,
    family: str | None = None,
    rows: Callable[[EffectRow], bool] | None = None,
    mechanism: Mechanism | None = None,
) -> Effects:
    r"""Correct a family of tests for their number, all in this one call.

    Parameters
    ----------
    effects : Effects
        From :func:`effektutv.itt` or a trial's ``itt``: with their arrays, which they keep within the process. Read from
        a file, or after disclosure control, they have none: then only Holm's method is offered.
    method : {"holm", "westfall-young", "romano-wolf"}
        ``holm``: from the p-values as they stand. ``westfall-young``: step-down maxT from draws of the assignment, over
        outcomes and subgroups within one contrast; for one outcome in everyone, across the contrasts of three arms by
        closure, each pair's own test with the test that no arm has an effect. ``romano-wolf``: step-down maxT from a
        bootstrap of persons within stratum and arm, over any rows (asymptotic).
    draws, seed : int
        Of ``westfall-young`` and ``romano-wolf``.
    family : str, optional
        The family's name, on every adjusted p-value; by default the method and the number of tests.
    rows : function of a row to bool, optional
        Which rows are the family, e.g. ``lambda row: row.level == "interaction"``; by default all. The others stay as
        they are.
    mechanism : Mechanism, optional
        What is drawn again; by default inferred from the numbers by stratum and arm.

    Returns
    -------
    Effects
        The same rows with ``p_adjusted`` and ``family``; by ``westfall-young`` with ``p_randomization``, too.

    Raises
    ------
    ArgumentError
        If the rows are no family that the method can correct.
    """
    if not isinstance(effects, Effects):
        raise ArgumentError(
            f"effects: got {type(effects).__name__}; a family is corrected in one call: estimate it with one itt(...) "
            "of several outcomes, contrasts or subgroups, and give that result"
        )
    if method not in ("holm", "westfall-young", "romano-wolf"):
        raise ArgumentError(f"method: got {method!r}; choose 'holm', 'westfall-young' or 'romano-wolf'")
    chosen = [i for i, row in enumerate(effects.rows) if rows is None or rows(row)]
    tested = [i for i in chosen if isinstance(effects.rows[i].p_value, float)]
    if not tested:
        raise ArgumentError("rows: no row of the family has a p-value; there is nothing to correct")
    name = family if family is not None else f"{method}, {len(tested)} {'test' if len(tested) == 1 else 'tests'}"
    if method == "holm":
        found = holm(np.array([effects.rows[i].p_value for i in tested], dtype=float))
        return _corrected(effects, tested, found, None, name, _missed(chosen, tested))
    source = kept(effects)
    if not isinstance(source, Source):
        raise ArgumentError(
            f"method: {method!r} needs the arrays behind the effects, which these do not have (they were read back, "
            "changed or protected); correct the result of itt(...) itself, or use method='holm'"
        )
    check_redrawable(source)
    hypotheses = _hypotheses(source, [effects.rows[i] for i in tested])
    draws, seed = _draws(draws), _seed(seed)
    notes = _missed(chosen, tested)
    if method == "romano-wolf":
        down, said = _romano_wolf(source, hypotheses, draws, seed)
        return _corrected(effects, tested, down, None, name, [*notes, *said])
    if len({h.contrast for h in hypotheses}) == 1:
        adjusted, raw, said = _within(source, hypotheses, mechanism, draws, seed)
    else:
        adjusted, raw, said = _across(source, hypotheses, mechanism, draws, seed)
    return _corrected(effects, tested, adjusted, raw, name, [*notes, *said])


def _missed(chosen: list[int], tested: list[int]) -> list[str]:
    """Return the note on rows of the family without a p-value."""
    lost = len(chosen) - len(tested)
    if not lost:
        return []
    return [f"{lost} of {len(chosen)} rows of the family have no p-value and are not counted among its tests"]


def _corrected(
    effects: Effects,
    tested: list[int],
    adjusted: FloatArray,
    raw: FloatArray | None,
    name: str,
    notes: Sequence[str],
) -> Effects:
    """Return the effects with adjusted p-values, and with the arrays that they had."""
    changed = list(effects.rows)
    for j, i in enumerate(tested):
        row = replace(changed[i], p_adjusted=float(adjusted[j]), family=name)
        changed[i] = row if raw is None else replace(row, p_randomization=float(raw[j]))
    said = unique([*effects.notes, *(f"{name}: {n}" for n in notes)])
    items = None if effects.credibility is None else corrected(effects.credibility, changed)
    return keep(replace(effects, rows=tuple(changed), notes=said, credibility=items), kept(effects))


def _hypotheses(source: Source, rows: Sequence[EffectRow]) -> list[Hypothesis]:
    """Return the nulls of rows of effects; rows of one level share its mask."""
    arms = source.design.arms
    groups = {g.name: g for g in source.subgroups}
    masks: dict[tuple[str, int], BoolArray] = {("", 0): np.ones(source.design.arm.size, dtype=bool)}
    masks |= {(g.name, j): g.code == j for g in groups.values() for j in range(len(g.levels))}
    out = []
    for row in rows:
        at = [0] if not row.subgroup else [0, 1]
        if row.subgroup and row.level not in COMPARISONS:
            at = [groups[row.subgroup].levels.index(row.level)]
        elif row.subgroup and len(groups[row.subgroup].levels) != 2:
            raise ArgumentError(
                f"rows: the interaction of {row.subgroup!r} is a joint test of {len(groups[row.subgroup].levels)} levels, or a "
                "contrast of so many, which has no place among single statistics; leave it out of the family, or use "
                "method='holm'"
            )
        out.append(
            Hypothesis(
                outcome=row.outcome,
                contrast=(arms.index(row.arm), arms.index(row.control)),
                levels=tuple(masks[row.subgroup, j] for j in at),
            )
        )
    return out


def _counted(observed: FloatArray, statistics: Iterator[FloatArray]) -> StepDown:
    """Return the step-down counts of a family's draws."""
    if np.isnan(observed).any():
        raise ArgumentError(
            f"rows: {int(np.isnan(observed).sum())} of the family have no studentised statistic (no variation); "
            "leave them out, or use method='holm'"
        )
    down = StepDown(observed)
    for block in statistics:
        down.add(block)
    return down


def _error_note(p: FloatArray, draws: int) -> str:
    error = float(np.sqrt(p * (1 - p) / draws).max())
    return f"{draws} draws; Monte Carlo error of a p-value at most {error:.2g}"


def _within(
    source: Source, hypotheses: list[Hypothesis], mechanism: Mechanism | None, draws: int, seed: int
) -> tuple[FloatArray, FloatArray, list[str]]:
    """Westfall–Young within one contrast."""
    down = _counted(*pairwise_statistics(source, hypotheses, mechanism, draws, seed))
    notes = [
        "step-down maxT (Westfall–Young) from draws of the contrast's two arms within strata, studentised",
        _error_note(down.adjusted, draws),
    ]
    if any(len(h.levels) > 1 for h in hypotheses):
        notes.append("interactions: asymptotic, since drawing again tests no effect at all, not no interaction")
    return down.adjusted, down.raw, notes


def _across(
    source: Source, hypotheses: list[Hypothesis], mechanism: Mechanism | None, draws: int, seed: int
) -> tuple[FloatArray, FloatArray, list[str]]:
    """Closure of one outcome's contrasts in three arms: each pair's test with the test that no arm has an effect."""
    plain = all(len(h.levels) == 1 and h.levels[0].all() for h in hypotheses)
    one_each = len({h.contrast for h in hypotheses}) == len(hypotheses) and len({h.outcome for h in hypotheses}) == 1
    if not (plain and one_each and len(source.design.arms) == 3):
        raise ArgumentError(
            "rows: draws of the assignment correct outcomes and subgroups within one contrast, or one outcome's contrasts "
            "in three arms; choose such rows, or use method='holm' or 'romano-wolf' for the whole"
        )
    raw = np.array(
        [_counted(*pairwise_statistics(source, [h], mechanism, draws, seed)).raw[0] for h in hypotheses], dtype=float
    )
    overall = _counted(*global_statistics(source, hypotheses, mechanism, draws, seed)).any
    notes = [
        "closure: the larger of the pair's own p-value and that of the largest statistic when all arms are drawn again "
        f"({overall:.4g}); studentised, asymptotic for average effects of 0",
        _error_note(raw, draws),
    ]
    return np.maximum(raw, overall), raw, notes


def _romano_wolf(source: Source, hypotheses: list[Hypothesis], draws: int, seed: int) -> tuple[FloatArray, list[str]]:
    """Step-down maxT from a centred bootstrap."""
    down = _counted(*bootstrap_statistics(source, hypotheses, draws, seed))
    notes = [
        "step-down maxT (Romano–Wolf) from a bootstrap of persons within stratum and arm, studentised and centred at the "
        "estimates; asymptotic",
        _error_note(down.adjusted, draws),
    ]
    return down.adjusted, notes
