"""Effects of assignment, from any data frame: columns are checked, arms and strata coded, missing values counted.

Pandas and polars frames are taken alike. What comes out does not depend on the order of the rows. A message names an
argument, a column, a rule and a count, never a value: only the arms, which are the trial's design, may be listed.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np

from effektutv.errors import ArgumentError
from effektutv.estimators.design import Estimator, FloatArray, persons
from effektutv.estimators.effects import Labels, effect_rows
from effektutv.estimators.iceman import CUT_POINTS, DIRECTIONS, Claims, credibility
from effektutv.estimators.options import parse_spec
from effektutv.estimators.retained_inputs import source_of
from effektutv.estimators.subgroups import Subgroup, cross, subgroup_rows
from effektutv.results.effect_rows import EffectRow
from effektutv.results.effects import Effects
from effektutv.results.kept import keep

from .inputs.assignment import (
    INTERCURRENT,
    POPULATION,
    read_assignment,
    read_cluster,
    read_outcome,
    read_probability,
    state_estimand,
    unique,
)
from .inputs.columns import as_floats, is_date, names_of, require
from .inputs.covariates import covariate_matrix
from .inputs.labels import alike_note, coded, few_levels, order_of
from .inputs.roles import check_levels, check_roles, refuse_reproduced, strata_unused

__all__ = ["itt"]

#: Different values above which a numeric column is a continuous characteristic, not a subgroup, unless its levels are
#: declared. Twenty entry half-years are ten years.
MOST_LEVELS = 20

#: A column, or a tuple of columns whose cross is meant.
By = str | tuple[str, ...]


def itt(
    df: Any,
    *,
    outcome: str | Sequence[str],
    arm: str,
    control: object,
    strata: str | Sequence[str] | None = None,
    covariates: Sequence[str] | None = None,
    estimator: str | None = None,
    vcov: str | None = None,
    cluster: str | None = None,
    probability: str | None = None,
    by: By | Sequence[By] | None = None,
    weights: str = "all",
    dof: str | None = None,
    level: float = 0.95,
    contrasts: Sequence[tuple[object, object]] | None = None,
    arms: Sequence[object] | None = None,
    levels: Mapping[str, Sequence[object]] | None = None,
    hypotheses: Mapping[By, str] | None = None,
    prior_evidence: Collection[By] = (),
    cut_points: Mapping[By, str] | None = None,
    modifiers: int | None = None,
    protocol: bool = False,
    clock: str = "",
    month: int | None = None,
    population: str = POPULATION,
    intercurrent: str = INTERCURRENT,
) -> Effects:
    r"""Estimate the effects of the arms as assigned (intention to treat), one contrast at a time.

    Parameters
    ----------
    df : pandas.DataFrame or polars.DataFrame
        One row a person.
    outcome : str or sequence of str
        Numeric columns, 0/1 for an event. A person whose outcome is missing leaves that outcome's denominators, and the
        notes count them; the stratum keeps the weight of everyone randomised in it.
    arm : str
        The column of the arm assigned; no missing values.
    control : object
        The comparison arm, a value of that column.
    strata : str or sequence of str, optional
        The randomisation's strata; several columns are crossed. No missing values.
    covariates : sequence of str, optional
        Baseline covariates, for ``lin``, ``fe`` and ``logit``. Text and categoricals become 0/1 columns; a missing value
        takes the mean of all arms, and a 0/1 column of missingness stands beside.
    estimator : {"difference", "blocked", "fe", "lin", "logit", "ipw"}, optional
        By default ``lin`` with covariates, else ``blocked`` with strata, else ``difference``; the formulas stand in
        :mod:`effektutv.estimators.effects`. ``logit`` needs a 0/1 outcome and gives the average marginal effect; ``ipw``
        weights by the inverse of the arms' probabilities.
    vcov : {"HC2", "HC0", "HC1", "HC3", "classical", "CR2"}, optional
        By default ``CR2`` with ``cluster``, else ``HC2``. ``difference`` and ``blocked`` have HC2 (Neyman's variance) or,
        ``difference``, CR2.
    cluster : str, optional
        Column of clusters, such as the provider, for ``difference``, ``fe`` and ``lin``: CR2 with Bell–McCaffrey degrees
        of freedom (:mod:`effektutv.estimators.regression.cluster_robust`). A person with no value stands alone, so that one
        arm may be clustered and another not.
    probability : str, optional
        For ``ipw``: column of each person's known probability of the arm that she was assigned to. Without it the arms'
        shares within strata are taken.
    by : str, tuple of str, or sequence of these, optional
        Baseline characteristics, each on its own; a tuple is a cross. Each gives the effect in every level and the
        interaction: second level minus first, or a joint Wald test with more levels.
    weights : {"all", "pair"}
        What weights the strata: everyone randomised, of all arms, whether the outcome is known or not, so that gaps move no
        weight and (SE − CM) = (SE − FS) − (CM − FS) where all three keep the same strata; or the two arms' persons with a
        known outcome, as R's estimatr has it.
    dof : {"satterthwaite", "residual", "bell-mccaffrey"}, optional
        Degrees of freedom; by default the estimator's own: Satterthwaite's with HC2 (in ``fe`` and ``lin`` those of Bell and
        McCaffrey, every person a cluster of her own, as with clusters), persons less parameters with other variances, the
        normal distribution for ``logit``. ``"residual"`` is persons less parameters for every estimator (``blocked``:
        n − 2·strata, as estimatr); ``"bell-mccaffrey"`` names those of ``fe``.
    level : float
        Coverage of the intervals.
    contrasts : sequence of (arm, control), optional
        By default each arm against the control, then each against every later arm.
    arms : sequence, optional
        All arms in the order wanted; by default the control, then a categorical's order or sorted.
    levels : mapping of column to sequence, optional
        The order of subgroup levels; by default a categorical's order or sorted.
    hypotheses : mapping of subgroup to {"larger", "smaller"}, optional
        How the effect, of an arm against the control, was expected beforehand to compare in the second level with the
        first. With the four arguments that follow it is what the items of ICEMAN rest on
        (:mod:`effektutv.estimators.iceman`). A cross is named as in ``by``, by a tuple.
    prior_evidence : collection of str or tuple of str
        Subgroups for which prior evidence is stated.
    cut_points : mapping of subgroup to {"stated", "unknown", "exploratory"}, optional
        Where the cut points come from, for subgroups cut from a continuous characteristic; the others are categories.
    modifiers : int, optional
        How many subgroups are tested in all; by default those of ``by``.
    protocol : bool
        Whether all this stood in a plan that was locked before outcomes were seen.
    clock, month : str, int, optional
        What the outcome is dated by, carried into the rows.
    population, intercurrent : str
        Attributes of the estimand, carried into the result.

    Returns
    -------
    Effects
        Shares and effects are proportions (0.08, not 8).

    Raises
    ------
    ArgumentError
        If an argument cannot be used.
    """
    names = names_of("outcome", outcome)
    groups_of = _entries(by)
    others = {
        "covariates": covariates,
        "strata": strata,
        "by": groups_of,
        "cluster": cluster,
        "probability": probability,
    }
    check_roles({"outcome": names, "arm": arm}, others)
    check_levels(levels, groups_of)
    outcomes: dict[str, FloatArray] = {}
    spec = parse_spec(
        estimator=estimator,
        vcov=vcov,
        weights=weights,
        dof=dof,
        level=level,
        cluster=cluster,
        probability=probability,
        stratified=strata is not None,
        adjusted=bool(covariates),
    )
    assigned = read_assignment(df, arm, control, arms, strata, contrasts)
    X, columns, notes = covariate_matrix(df, covariates)
    design = assigned.design(X, columns, read_cluster(df, cluster, notes), read_probability(df, probability))
    groups = [_subgroup(df, entry, levels, notes) for entry in groups_of]
    claims = _claims(groups, hypotheses, prior_evidence, cut_points, modifiers, protocol)
    rows: list[EffectRow] = []
    binary = True
    for name in names:
        y = read_outcome(df, name, zero_one="estimator 'logit'" if spec.estimator is Estimator.LOGIT else "")
        refuse_reproduced(X, columns, y, name)
        outcomes[name] = y
        binary &= bool(np.all(np.isnan(y) | (y == 0) | (y == 1)))
        labels = Labels(outcome=name, clock=clock, month=month)
        found, said = effect_rows(design, y, spec, assigned.contrasts, labels)
        rows += found
        notes += said
        for group in groups:
            found, said = subgroup_rows(design, y, spec, assigned.contrasts, group, labels)
            rows += found
            notes += said
    notes += strata_unused(spec.estimator, strata)
    estimand = state_estimand(assigned, ", ".join(names), binary, population, intercurrent)
    effects = Effects(
        rows=tuple(rows),
        estimand=estimand,
        conf_level=spec.level,
        notes=unique([*assigned.notes, *notes]),
        credibility=credibility(rows, claims, design.arms[0]),
    )
    return keep(effects, source_of(design, outcomes, tuple(groups), spec))


def _entries(by: By | Sequence[By] | None) -> list[tuple[str, ...]]:
    """Return the subgroup columns as tuples: one column, or a cross."""
    if by is None:
        return []
    given: list[By] = [by] if isinstance(by, str | tuple) else list(by)
    entries = [tuple(names_of("by", list(e) if isinstance(e, tuple) else e)) for e in given]
    if len(set(entries)) < len(entries):
        raise ArgumentError("by: a subgroup is named twice; name each once")
    return entries


def _subgroup(
    df: Any, columns: tuple[str, ...], levels: Mapping[str, Sequence[object]] | None, notes: list[str]
) -> Subgroup:
    """Return a subgroup's codes; a level that the declaration leaves out is an error."""
    parts = []
    for name in columns:
        declared = order_of(levels, name)
        column = coded(df, "by", name, declared)
        if is_date(require(df, "by", name), column.labels):
            raise ArgumentError(f"by: {name!r} is a date; cut it into periods chosen beforehand, e.g. half-years")
        few_levels("by", name, column)
        notes += alike_note("by", name, column.labels)
        if declared is None and len(column.labels) > MOST_LEVELS and as_floats(require(df, "by", name)) is not None:
            raise ArgumentError(
                f"by: column {name!r} is a number with more than {MOST_LEVELS} different values: a continuous "
                "characteristic has no levels to compare; cut it into levels chosen beforehand, or adjust for it with "
                "covariates"
            )
        stray = int(np.count_nonzero(column.code == -2))
        if stray:
            raise ArgumentError(
                f"levels: column {name!r} has levels that are not declared, for {persons(stray)}; "
                "declare every level, or make those missing"
            )
        if len(column.labels) < 2:
            raise ArgumentError(f"by: column {name!r} has fewer than two levels; there are no subgroups to compare")
        parts.append(Subgroup(name=str(name), levels=column.labels, code=column.code))
    return cross(parts)


def _claims(
    groups: Sequence[Subgroup],
    hypotheses: Mapping[By, str] | None,
    prior_evidence: Collection[By],
    cut_points: Mapping[By, str] | None,
    modifiers: int | None,
    protocol: bool,
) -> Claims:
    """Return what was said of the subgroups beforehand, after checking that it is about these."""
    if isinstance(prior_evidence, str):
        raise ArgumentError(f"prior_evidence: got the text {prior_evidence!r}; give a list of subgroups")
    if not groups and (modifiers is not None or protocol):
        lone = "protocol" if modifiers is None else "modifiers"
        raise ArgumentError(f"{lone}: it is about subgroups and there are none; name them in by, or leave {lone} out")
    levels = {g.name: len(g.levels) for g in groups}
    said = {"hypotheses": hypotheses or {}, "prior_evidence": prior_evidence, "cut_points": cut_points or {}}
    for argument, named in said.items():
        if strange := sorted(set(named) - set(levels), key=repr):
            raise ArgumentError(f"{argument}: {strange} are not among the subgroups of by, {list(levels)}")
    for name, direction in (hypotheses or {}).items():
        if direction not in DIRECTIONS:
            raise ArgumentError(f"hypotheses: got {direction!r} for {name!r}; choose 'larger' or 'smaller'")
        if levels[name] != 2:
            raise ArgumentError(
                f"hypotheses: {name!r} has {levels[name]} levels; a direction compares the second of two with the first"
            )
    for name, origin in (cut_points or {}).items():
        if origin not in CUT_POINTS:
            raise ArgumentError(f"cut_points: got {origin!r} for {name!r}; choose one of {', '.join(CUT_POINTS)}")
    if modifiers is not None and (isinstance(modifiers, bool) or not isinstance(modifiers, int) or modifiers < 1):
        raise ArgumentError(f"modifiers: got {modifiers!r}; give the number of subgroups tested, at least 1")
    return Claims(
        directions=dict((hypotheses or {}).items()),
        prior_evidence=frozenset(prior_evidence),
        cut_points=dict((cut_points or {}).items()),
        modifiers=max(len(groups), 0 if modifiers is None else modifiers),
        protocol=bool(protocol),
    )
