"""Who was assigned to what, read from a data frame: arms, strata, contrasts, clusters and known probabilities, coded.

What the doors share: :mod:`effektutv.api.itt` and :mod:`effektutv.api.ratios` begin here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from effektutv.errors import ArgumentError
from effektutv.estimators.design import Design, FloatArray, IntArray, default_contrasts, persons
from effektutv.results.estimand import Estimand

from .columns import label, names_of, numeric
from .labels import Coded, alike, alike_note, coded, crossed

__all__ = [
    "INTERCURRENT",
    "POPULATION",
    "TESTED",
    "Assigned",
    "draws_of",
    "read_assignment",
    "read_cluster",
    "read_outcome",
    "read_probability",
    "seed_of",
    "state_estimand",
    "unique",
]

#: What an estimand says where the caller says nothing.
POPULATION = "all randomised persons in the data, as assigned"
INTERCURRENT = "not stated: persons without an observed outcome are left out"
#: The summary measure of a test by drawing the assignment again.
TESTED = "difference in {}, tested against no effect on anyone by drawing the assignment again"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Assigned:
    """Arms, strata and contrasts, coded; ``notes`` is what every table of them must say."""

    arm: Coded
    strata: Coded | None
    strata_name: str
    contrasts: tuple[tuple[int, int], ...]
    notes: tuple[str, ...] = ()

    def design(
        self,
        X: FloatArray,
        covariates: tuple[str, ...],
        cluster: IntArray | None = None,
        probability: FloatArray | None = None,
    ) -> Design:
        """Return the design that the kernels take.

        Parameters
        ----------
        X : (n, p) array of float
            Covariates, complete.
        covariates : tuple of str
            Names of its columns.
        cluster : (n,) array of int, optional
        probability : (n,) array of float, optional
        """
        n = self.arm.code.size
        return Design(
            arm=self.arm.code,
            stratum=np.zeros(n, dtype=np.intp) if self.strata is None else self.strata.code,
            X=X,
            arms=self.arm.labels,
            n_strata=1 if self.strata is None else len(self.strata.labels),
            strata=self.strata_name,
            covariates=covariates,
            cluster=cluster,
            probability=probability,
        )

    def bare(self) -> Design:
        """Return the design without covariates."""
        return self.design(np.empty((self.arm.code.size, 0)), ())


def read_assignment(
    df: Any,
    arm: str,
    control: object,
    arms: Sequence[object] | None,
    strata: str | Sequence[str] | None,
    contrasts: Sequence[tuple[object, object]] | None,
) -> Assigned:
    """Read and check arms, strata and contrasts.

    Parameters
    ----------
    df : pandas.DataFrame or polars.DataFrame
    arm : str
    control : object
        ``None`` takes the first arm.
    arms : sequence, optional
    strata : str or sequence of str, optional
    contrasts : sequence of (arm, control), optional

    Raises
    ------
    ArgumentError
        If one of them cannot be used.
    """
    column = _arms(df, arm, control, arms)
    pairs = default_contrasts(column.labels) if contrasts is None else _contrasts(column.labels, contrasts)
    if strata is None:
        return Assigned(arm=column, strata=None, strata_name="", contrasts=pairs)
    names = names_of("strata", strata)
    cells = crossed(df, "strata", names)
    if cells.n_missing:
        raise ArgumentError(
            f"strata: {':'.join(names)} is missing for {persons(cells.n_missing)}; everyone randomised has a stratum: "
            "fill it, or leave strata out"
        )
    notes = tuple(alike_note("strata", ":".join(names), cells.labels))
    return Assigned(arm=column, strata=cells, strata_name=":".join(names), contrasts=pairs, notes=notes)


def _arms(df: Any, arm: str, control: object, arms: Sequence[object] | None) -> Coded:
    """Return the coded arms, the control first."""
    found = coded(df, "arm", arm)
    if found.n_missing:
        raise ArgumentError(
            f"arm: column {arm!r} is missing for {persons(found.n_missing)}; everyone randomised has an arm: "
            "correct the column, or leave those rows out on purpose"
        )
    if pairs := alike(found.labels):
        one, other = pairs[0]
        raise ArgumentError(
            f"arm: column {arm!r} holds {one!a} and {other!a}, which differ in capitals, spaces or the coding of a sign only: "
            "one arm or two? Write it in one way"
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
    return found.ordered(order)


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


def read_outcome(df: Any, name: str, *, zero_one: str = "") -> FloatArray:
    """Return an outcome, NaN where missing.

    Parameters
    ----------
    df : pandas.DataFrame or polars.DataFrame
    name : str
    zero_one : str
        What needs a 0/1 outcome, if anything does.

    Raises
    ------
    ArgumentError
        If it is not numeric, missing for everyone, or not 0/1 where that is needed.
    """
    y = numeric(df, "outcome", name)
    if np.isnan(y).all():
        raise ArgumentError(f"outcome: column {name!r} is missing for everyone; there is nothing to compare")
    if zero_one and not np.all(np.isnan(y) | (y == 0) | (y == 1)):
        raise ArgumentError(f"outcome: {zero_one} needs a 0/1 outcome, and column {name!r} has other values; recode it")
    return y


def read_cluster(df: Any, name: str | None, notes: list[str]) -> IntArray | None:
    """Return codes of clusters, −1 for a person without one, who then stands alone.

    Parameters
    ----------
    df : pandas.DataFrame or polars.DataFrame
    name : str or None
    notes : list of str
        Gets what must be said of the clusters.

    Raises
    ------
    ArgumentError
        If the column is missing for everyone.
    """
    if name is None:
        return None
    column = coded(df, "cluster", name)
    if not column.labels:
        raise ArgumentError(f"cluster: column {name!r} is missing for everyone; leave cluster out")
    notes += alike_note("cluster", name, column.labels)
    return column.code


def read_probability(df: Any, name: str | None) -> FloatArray | None:
    """Return each person's known probability of the arm that she was assigned to.

    Parameters
    ----------
    df : pandas.DataFrame or polars.DataFrame
    name : str or None

    Raises
    ------
    ArgumentError
        If it is missing for someone, or is no probability.
    """
    if name is None:
        return None
    values = numeric(df, "probability", name)
    if missing := int(np.isnan(values).sum()):
        raise ArgumentError(
            f"probability: column {name!r} is missing for {persons(missing)}; the design gives everyone one: fill it"
        )
    if wrong := int(np.count_nonzero((values <= 0) | (values >= 1 - 1e-12))):
        raise ArgumentError(
            f"probability: column {name!r} is no probability above 0 and below 1 for {persons(wrong)}; correct it, or leave out "
            "those who could be assigned in one way only: they are no part of the comparison"
        )
    return values


def state_estimand(
    assigned: Assigned,
    outcome: str,
    binary: bool,
    population: str,
    intercurrent: str,
    *,
    summary: str = "difference in {}",
    contrasts: Sequence[tuple[int, int]] | None = None,
    received: bool = False,
) -> Estimand:
    """Return what the contrasts of one outcome are effects of, in the five attributes of ICH E9(R1).

    Parameters
    ----------
    assigned : Assigned
    outcome : str
    binary : bool
        Whether the outcome is 0/1.
    population, intercurrent : str
    summary : str
        The summary measure; ``{}`` stands for proportions or means.
    contrasts : sequence of (int, int), optional
        Codes of (arm, control); those asked for where not given.
    received : bool
        Whether the arms are compared by what was received rather than by what was assigned.
    """
    arms = assigned.arm.labels
    pairs = assigned.contrasts if contrasts is None else contrasts
    how = "the arm's own programme received, against not" if received else "as assigned"
    return Estimand(
        population=population,
        outcome=outcome,
        contrast=", ".join(f"{arms[a]} − {arms[c]}" for a, c in pairs) + f"; {how}",
        intercurrent=intercurrent,
        summary=summary.format("proportions" if binary else "means"),
    )


def unique(notes: Sequence[str]) -> tuple[str, ...]:
    """Return the notes in order, each once.

    Parameters
    ----------
    notes : sequence of str
    """
    return tuple(dict.fromkeys(notes))


def draws_of(draws: object, otherwise: str = "", *, least: int = 1) -> int:
    """Return a number of draws, refusing what is none.

    Parameters
    ----------
    draws : object
        As it was given.
    otherwise : str
        What may be given in its place, for the message.
    least : int

    Raises
    ------
    ArgumentError
        If it is no whole number, or fewer than ``least``.
    """
    if isinstance(draws, bool) or not isinstance(draws, int | np.integer) or draws < least:
        instead = f", or {otherwise}" if otherwise else ""
        raise ArgumentError(f"draws: got {draws!r}; give a whole number of at least {least}, e.g. 10_000{instead}")
    return int(draws)


def seed_of(seed: object) -> int:
    """Return a seed, refusing what is none.

    Parameters
    ----------
    seed : object
        As it was given.

    Raises
    ------
    ArgumentError
        If it is no whole number, or below 0.
    """
    if isinstance(seed, bool) or not isinstance(seed, int | np.integer) or seed < 0:
        raise ArgumentError(f"seed: got {seed!r}; give a whole number from 0, so that the draws can be had again")
    return int(seed)
