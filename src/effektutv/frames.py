"""The door for any data frame: columns are checked, arms and strata coded, missing values counted, then arrays go in.

Pandas and polars frames are taken alike. What comes out does not depend on the order of the rows. A message names an
argument, a column, a rule and a count, never a value: only the arms, which are the trial's design, may be listed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .columns import (
    Coded,
    as_floats,
    coded,
    covariate_matrix,
    crossed,
    few_levels,
    label,
    names_of,
    numeric,
    order_of,
    require,
    row_count,
)
from .errors import ArgumentError
from .estimate.balance import Covariate, balance_rows, omnibus
from .estimate.contamination import pooled_rows
from .estimate.design import Design, FloatArray, default_contrasts, parse_spec, persons
from .estimate.effects import Labels, effect_rows
from .estimate.profile import profile_rows
from .estimate.subgroups import Subgroup, cross, subgroup_rows
from .results import Balance, EffectRow, Effects, Estimand, Profile

__all__ = ["balance", "itt", "pooled_regression", "profile"]

#: A column, or a tuple of columns whose cross is meant.
By = str | tuple[str, ...]

_POPULATION = "all randomised persons in the data, as assigned"
_INTERCURRENT = "not stated: persons without an observed outcome are left out"


def itt(
    df: Any,
    *,
    outcome: str | Sequence[str],
    arm: str,
    control: object,
    strata: str | Sequence[str] | None = None,
    covariates: Sequence[str] | None = None,
    estimator: str | None = None,
    vcov: str = "HC2",
    cluster: str | None = None,
    by: By | Sequence[By] | None = None,
    weights: str = "all",
    level: float = 0.95,
    contrasts: Sequence[tuple[object, object]] | None = None,
    arms: Sequence[object] | None = None,
    levels: Mapping[str, Sequence[object]] | None = None,
    clock: str = "",
    month: int | None = None,
    population: str = _POPULATION,
    intercurrent: str = _INTERCURRENT,
) -> Effects:
    r"""Estimate the effects of the arms as assigned (intention to treat), one contrast at a time.

    Parameters
    ----------
    df : pandas.DataFrame or polars.DataFrame
        One row a person.
    outcome : str or sequence of str
        Numeric columns, 0/1 for an event. A person whose outcome is missing leaves that outcome's denominators and
        stratum weights, and the notes count them.
    arm : str
        The column of the arm assigned; no missing values.
    control : object
        The comparison arm, a value of that column.
    strata : str or sequence of str, optional
        The randomisation's strata; several columns are crossed. No missing values.
    covariates : sequence of str, optional
        Baseline covariates, for ``lin`` and ``fe``. Text and categoricals become 0/1 columns; a missing value takes the
        mean of all arms, and a 0/1 column of missingness stands beside.
    estimator : {"difference", "blocked", "fe", "lin"}, optional
        By default ``lin`` with covariates, else ``blocked`` with strata, else ``difference``; the formulas stand in
        :mod:`effektutv.estimate.effects`.
    vcov : {"HC2", "HC0", "HC1", "HC3", "classical"}
        ``difference`` and ``blocked`` have HC2 (Neyman's variance) only.
    cluster : None
        Clustered variances are not offered yet.
    by : str, tuple of str, or sequence of these, optional
        Baseline characteristics, each on its own; a tuple is a cross. Each gives the effect in every level and the
        interaction: second level minus first, or a joint Wald test with more levels.
    weights : {"all", "pair"}
        Stratum weights from the persons of all arms, so that (SE − CM) = (SE − FS) − (CM − FS) where every stratum has
        every arm; or of the two arms compared.
    level : float
        Coverage of the intervals.
    contrasts : sequence of (arm, control), optional
        By default each arm against the control, then each against every later arm.
    arms : sequence, optional
        All arms in the order wanted; by default the control, then a categorical's order or sorted.
    levels : mapping of column to sequence, optional
        The order of subgroup levels; by default a categorical's order or sorted.
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
    spec = parse_spec(
        estimator=estimator,
        vcov=vcov,
        weights=weights,
        level=level,
        cluster=cluster,
        stratified=strata is not None,
        adjusted=bool(covariates),
    )
    assigned = _assignment(df, arm, control, arms, strata, contrasts)
    X, columns, notes = covariate_matrix(df, covariates)
    design = assigned.design(X, columns)
    groups = [_subgroup(df, entry, levels) for entry in _entries(by)]
    rows: list[EffectRow] = []
    binary = True
    for name in names:
        y = _outcome(df, name)
        binary &= bool(np.all(np.isnan(y) | (y == 0) | (y == 1)))
        labels = Labels(outcome=name, clock=clock, month=month)
        found, said = effect_rows(design, y, spec, assigned.contrasts, labels)
        rows += found
        notes += said
        for group in groups:
            found, said = subgroup_rows(design, y, spec, assigned.contrasts, group, labels)
            rows += found
            notes += said
    estimand = _estimand(assigned, ", ".join(names), binary, population, intercurrent)
    return Effects(rows=tuple(rows), estimand=estimand, conf_level=spec.level, notes=_unique(notes))


def profile(
    df: Any,
    *,
    outcomes: Mapping[int, str] | tuple[Sequence[int], Any],
    arm: str,
    control: object,
    name: str,
    strata: str | Sequence[str] | None = None,
    covariates: Sequence[str] | None = None,
    estimator: str | None = None,
    vcov: str = "HC2",
    weights: str = "all",
    level: float = 0.95,
    contrasts: Sequence[tuple[object, object]] | None = None,
    arms: Sequence[object] | None = None,
    clock: str = "",
    population: str = _POPULATION,
    intercurrent: str = _INTERCURRENT,
) -> Profile:
    """Return shares by month and arm, and the effects by month, with pointwise intervals.

    Parameters
    ----------
    df : pandas.DataFrame or polars.DataFrame
        One row a person.
    outcomes : mapping of int to str, or (months, array)
        The outcome's column at each month; or the months and an (n, months) array, its rows in the order of ``df``, NaN
        where missing.
    arm, control, strata, covariates, estimator, vcov, weights, level, contrasts, arms, clock
        As in :func:`itt`.
    name : str
        The outcome's name.
    population, intercurrent : str
        Attributes of the estimand, carried into the result.

    Returns
    -------
    Profile

    Raises
    ------
    ArgumentError
        If an argument cannot be used.
    """
    spec = parse_spec(
        estimator=estimator,
        vcov=vcov,
        weights=weights,
        level=level,
        stratified=strata is not None,
        adjusted=bool(covariates),
    )
    assigned = _assignment(df, arm, control, arms, strata, contrasts)
    X, columns, notes = covariate_matrix(df, covariates)
    months, Y = _monthly(df, outcomes)
    summaries, effects, said, binary = profile_rows(
        assigned.design(X, columns), Y, months, spec, assigned.contrasts, Labels(outcome=name, clock=clock)
    )
    estimand = _estimand(assigned, name, binary, population, intercurrent)
    return Profile(
        rows=tuple(summaries),
        effects=Effects(rows=tuple(effects), estimand=estimand, conf_level=spec.level, notes=_unique([*notes, *said])),
    )


def balance(
    df: Any,
    *,
    arm: str,
    covariates: Sequence[str],
    strata: str | Sequence[str] | None = None,
    control: object = None,
    arms: Sequence[object] | None = None,
    kinds: Mapping[str, str] | None = None,
    contrasts: Sequence[tuple[object, object]] | None = None,
    draws: int | None = None,
    seed: int | None = None,
) -> Balance:
    """Compare baseline covariates between arms: standardised differences by pair, and one test of all.

    Parameters
    ----------
    df : pandas.DataFrame or polars.DataFrame
        One row a person.
    arm : str
        The column of the arm assigned; no missing values.
    covariates : sequence of str
        Baseline columns. Missing values are counted, and stand as a row of their own.
    strata : str or sequence of str, optional
        The randomisation's strata.
    control : object, optional
        The comparison arm; by default the first of ``arms``, else the first in a categorical's order or sorted.
    arms : sequence, optional
        All arms in the order wanted.
    kinds : mapping of column to {"continuous", "binary", "category"}, optional
        By default 0/1 and boolean columns are binary, other numbers continuous, the rest categories.
    contrasts : sequence of (arm, control), optional
        Pairs of arms; by default as in :func:`itt`.
    draws, seed : None
        A re-drawn p-value is not offered yet; the omnibus test's is the chi-squared one.

    Returns
    -------
    Balance

    Raises
    ------
    ArgumentError
        If an argument cannot be used.
    """
    if draws is not None or seed is not None:
        raise ArgumentError("draws, seed: re-drawn p-values are not offered yet; leave both out")
    assigned = _assignment(df, arm, control, arms, strata, contrasts)
    names = names_of("covariates", covariates)
    strange = sorted(set(kinds or {}) - set(names))
    if strange:
        raise ArgumentError(f"kinds: {strange} are not among the covariates; name only those")
    columns = [_balance_covariate(df, name, (kinds or {}).get(name)) for name in names]
    design = assigned.design(np.empty((row_count(df), 0)), ())
    notes = [
        f"{c.name}: {persons(int(np.isnan(c.values).sum()))} with no value" for c in columns if np.isnan(c.values).any()
    ]
    return Balance(
        rows=tuple(balance_rows(design, columns, assigned.contrasts)),
        omnibus=omnibus(design, columns),
        arms=design.arms,
        notes=tuple(notes),
    )


def pooled_regression(
    df: Any,
    *,
    outcome: str,
    arm: str,
    control: object,
    strata: str | Sequence[str],
    vcov: str = "HC2",
    level: float = 0.95,
    arms: Sequence[object] | None = None,
    clock: str = "",
    month: int | None = None,
) -> Effects:
    """Return what one regression of all arms with strata effects would say, to be shown beside :func:`itt`.

    With three arms or more it mixes the arms' effects (contamination bias); a referee will ask by how much. See
    :mod:`effektutv.estimate.contamination`.

    Parameters
    ----------
    df, outcome, arm, control, strata, vcov, level, arms, clock, month
        As in :func:`itt`.

    Returns
    -------
    Effects
        One row an arm against the control, with ``estimator`` ``"pooled"``.

    Raises
    ------
    ArgumentError
        If an argument cannot be used.
    """
    spec = parse_spec(estimator="fe", vcov=vcov, weights="pair", level=level, stratified=True, adjusted=False)
    assigned = _assignment(df, arm, control, arms, strata, None)
    design = assigned.design(np.empty((row_count(df), 0)), ())
    y = _outcome(df, outcome)
    rows, notes = pooled_rows(design, y, spec, Labels(outcome=outcome, clock=clock, month=month))
    binary = bool(np.all(np.isnan(y) | (y == 0) | (y == 1)))
    estimand = _estimand(assigned, outcome, binary, _POPULATION, _INTERCURRENT)
    return Effects(rows=tuple(rows), estimand=estimand, conf_level=spec.level, notes=_unique(notes))


# ------------------------------------------------------------------------------------------------- reading the frame


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Assignment:
    """Arms, strata and contrasts, coded."""

    arm: Coded
    strata: Coded | None
    strata_name: str
    contrasts: tuple[tuple[int, int], ...]

    def design(self, X: FloatArray, covariates: tuple[str, ...]) -> Design:
        n = self.arm.code.size
        return Design(
            arm=self.arm.code,
            stratum=np.zeros(n, dtype=np.intp) if self.strata is None else self.strata.code,
            X=X,
            arms=self.arm.labels,
            n_strata=1 if self.strata is None else len(self.strata.labels),
            strata=self.strata_name,
            covariates=covariates,
        )


def _assignment(
    df: Any,
    arm: str,
    control: object,
    arms: Sequence[object] | None,
    strata: str | Sequence[str] | None,
    contrasts: Sequence[tuple[object, object]] | None,
) -> _Assignment:
    """Read and check arms, strata and contrasts."""
    column = _arms(df, arm, control, arms)
    pairs = default_contrasts(column.labels) if contrasts is None else _contrasts(column.labels, contrasts)
    if strata is None:
        return _Assignment(arm=column, strata=None, strata_name="", contrasts=pairs)
    names = names_of("strata", strata)
    cells = crossed(df, "strata", names)
    if cells.n_missing:
        raise ArgumentError(
            f"strata: {':'.join(names)} is missing for {persons(cells.n_missing)}; everyone randomised has a stratum: "
            "fill it, or leave strata out"
        )
    return _Assignment(arm=column, strata=cells, strata_name=":".join(names), contrasts=pairs)


def _arms(df: Any, arm: str, control: object, arms: Sequence[object] | None) -> Coded:
    """Return the coded arms, the control first."""
    found = coded(df, "arm", arm)
    if found.n_missing:
        raise ArgumentError(
            f"arm: column {arm!r} is missing for {persons(found.n_missing)}; everyone randomised has an arm: "
            "correct the column, or leave those rows out on purpose"
        )
    if len(found.labels) > 20:
        raise ArgumentError(f"arm: column {arm!r} has {len(found.labels)} different values; is it the arm?")
    order = [str(a) for a in found.labels] if arms is None else _declared(found.labels, arms)
    first = order[0] if control is None else label(control)
    if first not in order:
        raise ArgumentError(f"control: got {control!r}, which is no arm; the arms are {order}")
    order = [first, *(a for a in order if a != first)]
    if len(order) < 2:
        raise ArgumentError(f"arm: column {arm!r} has one arm only, {order}; a contrast needs two")
    return coded(df, "arm", arm, order)


def _declared(found: tuple[str, ...], arms: Sequence[object]) -> list[str]:
    """Return the arms in the order declared, after checking that they are the data's."""
    if isinstance(arms, str):
        raise ArgumentError(f"arms: got the text {arms!r}; give a list of arms")
    order = [label(a) for a in arms]
    if len(set(order)) < len(order):
        raise ArgumentError(f"arms: an arm is listed twice in {order}; list each once")
    empty = [a for a in order if a not in found]
    if empty:
        raise ArgumentError(f"arms: no one is in {empty}; the data have {list(found)}")
    extra = [a for a in found if a not in order]
    if extra:
        raise ArgumentError(f"arms: the data also have {extra}; list every arm, or leave those rows out on purpose")
    return order


def _contrasts(arms: tuple[str, ...], contrasts: Sequence[tuple[object, object]]) -> tuple[tuple[int, int], ...]:
    """Return contrasts given by name as pairs of codes."""
    out = []
    for pair in contrasts:
        names = [label(a) for a in pair] if isinstance(pair, tuple | list) else []
        if len(names) != 2 or names[0] == names[1] or not set(names) <= set(arms):
            raise ArgumentError(f"contrasts: got {pair!r}; give pairs (arm, control) of {list(arms)}")
        out.append((arms.index(names[0]), arms.index(names[1])))
    if not out:
        raise ArgumentError("contrasts: the list is empty; name a pair, or leave it out")
    return tuple(out)


def _outcome(df: Any, name: str) -> FloatArray:
    y = numeric(df, "outcome", name)
    if np.isnan(y).all():
        raise ArgumentError(f"outcome: column {name!r} is missing for everyone; there is nothing to compare")
    return y


def _balance_covariate(df: Any, name: str, kind: str | None) -> Covariate:
    """Read one covariate for the balance table."""
    if kind not in (None, "continuous", "binary", "category"):
        raise ArgumentError(f"kinds: got {kind!r} for {name!r}; choose 'continuous', 'binary' or 'category'")
    series = require(df, "covariates", name)
    values = as_floats(series) if kind != "category" else None
    if values is None and kind in ("continuous", "binary"):
        numeric(df, "covariates", name)
    if values is None:
        column = coded(df, "covariates", name)
        few_levels("covariates", name, column)
        codes = np.where(column.code < 0, np.nan, column.code.astype(float))
        return Covariate(name=name, kind="category", values=codes, levels=column.labels)
    values = numeric(df, "covariates", name)
    zero_one = bool(np.all(np.isnan(values) | (values == 0) | (values == 1)))
    if kind == "binary" and not zero_one:
        raise ArgumentError(f"kinds: {name!r} is called binary but has values other than 0 and 1")
    return Covariate(name=name, kind=kind or ("binary" if zero_one else "continuous"), values=values)


def _entries(by: By | Sequence[By] | None) -> list[tuple[str, ...]]:
    """Return the subgroup columns as tuples: one column, or a cross."""
    if by is None:
        return []
    given: list[By] = [by] if isinstance(by, str | tuple) else list(by)
    entries = [tuple(names_of("by", list(e) if isinstance(e, tuple) else e)) for e in given]
    if len(set(entries)) < len(entries):
        raise ArgumentError("by: a subgroup is named twice; name each once")
    return entries


def _subgroup(df: Any, columns: tuple[str, ...], levels: Mapping[str, Sequence[object]] | None) -> Subgroup:
    """Return a subgroup's codes; a level that the declaration leaves out is an error."""
    parts = []
    for name in columns:
        declared = order_of(levels, name)
        column = coded(df, "by", name, declared)
        few_levels("by", name, column)
        stray = int(np.count_nonzero(column.code == -2))
        if stray:
            raise ArgumentError(
                f"levels: column {name!r} has levels that are not declared, for {persons(stray)}; "
                "declare every level, or make those missing"
            )
        if len(column.labels) < 2:
            raise ArgumentError(f"by: column {name!r} has fewer than two levels; there are no subgroups to compare")
        parts.append(Subgroup(name=name, levels=column.labels, code=column.code))
    return cross(parts)


def _monthly(df: Any, outcomes: Mapping[int, str] | tuple[Sequence[int], Any]) -> tuple[tuple[int, ...], FloatArray]:
    """Return the months and the (n, months) outcomes."""
    if isinstance(outcomes, Mapping):
        months = tuple(sorted(int(m) for m in outcomes))
        if not months:
            raise ArgumentError("outcomes: no month is given")
        return months, np.column_stack([_outcome(df, outcomes[m]) for m in months])
    if not isinstance(outcomes, tuple) or len(outcomes) != 2:
        raise ArgumentError(
            f"outcomes: got {type(outcomes).__name__}; give a mapping of month to column, or (months, array)"
        )
    months = tuple(int(m) for m in outcomes[0])
    Y = np.asarray(outcomes[1], dtype=np.float64)
    if Y.shape != (row_count(df), len(months)):
        raise ArgumentError(
            f"outcomes: the array has shape {Y.shape}; {row_count(df)} persons and {len(months)} months were expected"
        )
    if np.isinf(Y).any():
        raise ArgumentError("outcomes: the array holds infinite values; make those missing or correct them")
    return months, Y


def _estimand(assigned: _Assignment, outcome: str, binary: bool, population: str, intercurrent: str) -> Estimand:
    arms = assigned.arm.labels
    return Estimand(
        population=population,
        outcome=outcome,
        contrast=", ".join(f"{arms[a]} − {arms[c]}" for a, c in assigned.contrasts) + "; as assigned",
        intercurrent=intercurrent,
        summary="difference in proportions" if binary else "difference in means",
    )


def _unique(notes: Sequence[str]) -> tuple[str, ...]:
    """Return the notes in order, each once."""
    return tuple(dict.fromkeys(notes))
