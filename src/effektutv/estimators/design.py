"""What a kernel is given: coded arms and strata, an outcome, covariates, and options.

Arms and strata are integer codes, outcomes and covariates floats; names are carried along for notes only. Nothing here
knows data frames. A missing outcome is NaN; :func:`observe` takes those persons out, so that every count and mean further on
is over persons with an observed outcome. They stay in :attr:`Sample.unseen`: what weights strata, what covariates are centred
at and what a margin is standardised to are everyone randomised, whether the outcome is known or not. Weighting by who
happens to have an outcome would move an estimate with the gaps, even with those of a third arm.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from .variation import is_rounding

__all__ = [
    "BoolArray",
    "Cells",
    "Design",
    "Dof",
    "Estimator",
    "FloatArray",
    "IntArray",
    "Sample",
    "Spec",
    "Vcov",
    "Weights",
    "canonical_order",
    "count_cells",
    "default_contrasts",
    "observe",
    "persons",
    "randomised_counts",
    "strata_count",
]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.intp]
BoolArray = NDArray[np.bool_]


class Estimator(StrEnum):
    """How two arms are compared; see METHODS and :mod:`effektutv.estimators.effects`."""

    DIFFERENCE = "difference"
    BLOCKED = "blocked"
    FE = "fe"
    LIN = "lin"
    LOGIT = "logit"
    IPW = "ipw"


class Vcov(StrEnum):
    """Variance of a coefficient; see :mod:`.regression.covariance` and :mod:`.regression.cluster_robust`."""

    CLASSICAL = "classical"
    HC0 = "HC0"
    HC1 = "HC1"
    HC2 = "HC2"
    HC3 = "HC3"
    CR2 = "CR2"


class Dof(StrEnum):
    """Degrees of freedom other than the estimator's own; see :mod:`effektutv.estimators.effects`."""

    SATTERTHWAITE = "satterthwaite"
    RESIDUAL = "residual"
    BELL_MCCAFFREY = "bell-mccaffrey"


class Weights(StrEnum):
    """Whose numbers weight the strata: everyone randomised, or the persons of the two arms with a known outcome."""

    ALL = "all"
    PAIR = "pair"


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec:
    """The options of an estimate, parsed once.

    Parameters
    ----------
    estimator : Estimator
    vcov : Vcov
    weights : Weights
    level : float
        Coverage of the intervals, between 0 and 1.
    dof : Dof or None
        None for the estimator's own.
    """

    estimator: Estimator
    vcov: Vcov = Vcov.HC2
    weights: Weights = Weights.ALL
    level: float = 0.95
    dof: Dof | None = None

    @property
    def regresses(self) -> bool:
        """Return whether the estimator sums over persons, so that their order would show in the last bits."""
        exact = self.estimator in (Estimator.DIFFERENCE, Estimator.BLOCKED) and self.vcov is not Vcov.CR2
        return not exact


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Design:
    """Who was assigned to what, and what was known before.

    Parameters
    ----------
    arm : (n,) array of int
        Codes into ``arms``.
    stratum : (n,) array of int
        Codes 0 … ``n_strata`` − 1; all 0 without strata.
    X : (n, p) array of float
        Covariates, complete; p may be 0.
    arms : tuple of str
        The arms' names, the control first.
    n_strata : int
        Number of strata, 1 without strata.
    strata : str
        The strata's name, empty without strata.
    covariates : tuple of str
        Names of the columns of ``X``.
    cluster : (n,) array of int, optional
        Codes of clusters; −1 for a person who is a cluster of her own.
    probability : (n,) array of float, optional
        The known probability of the arm that the person was assigned to.
    """

    arm: IntArray
    stratum: IntArray
    X: FloatArray
    arms: tuple[str, ...]
    n_strata: int = 1
    strata: str = ""
    covariates: tuple[str, ...] = ()
    cluster: IntArray | None = None
    probability: FloatArray | None = None

    def take(self, rows: BoolArray | IntArray) -> Design:
        """Return the design of the persons in ``rows``: a mask of all n, or positions in the order wanted."""
        return Design(
            arm=self.arm[rows],
            stratum=self.stratum[rows],
            X=self.X[rows],
            arms=self.arms,
            n_strata=self.n_strata,
            strata=self.strata,
            covariates=self.covariates,
            cluster=None if self.cluster is None else self.cluster[rows],
            probability=None if self.probability is None else self.probability[rows],
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sample:
    """The persons with an observed outcome, in an order that does not depend on the order of the rows given.

    Parameters
    ----------
    design : Design
        Of the observed persons only.
    y : (n,) array of float
        The outcome, finite.
    binary : bool
        Whether every outcome is 0 or 1.
    unseen : Design
        Of those randomised whose outcome is missing, m of them.
    """

    design: Design
    y: FloatArray
    binary: bool
    unseen: Design

    @property
    def n_missing(self) -> int:
        """Return how many persons are left out because their outcome is missing."""
        return int(self.unseen.arm.size)

    def take(self, rows: BoolArray) -> Sample:
        """Return the sample of some persons.

        Parameters
        ----------
        rows : (n + m,) array of bool
            Who is taken: the persons with an observed outcome, then those without.
        """
        n = self.y.size
        return Sample(
            design=self.design.take(rows[:n]),
            y=self.y[rows[:n]],
            binary=self.binary,
            unseen=self.unseen.take(rows[n:]),
        )


def randomised_counts(sample: Sample) -> IntArray:
    """Return (S, K) counts of everyone randomised by stratum and arm, whether the outcome is known or not."""
    arms, strata = len(sample.design.arms), sample.design.n_strata
    n = np.zeros(strata * arms, dtype=np.intp)
    for design in (sample.design, sample.unseen):
        for at in _slices(design.arm.size):
            n += np.bincount(design.stratum[at] * arms + design.arm[at], minlength=n.size)
    return n.reshape(strata, arms)


def canonical_order(keys: Iterable[FloatArray | IntArray]) -> IntArray:
    """Return the rows' order by all keys, the first counting most: `numpy.lexsort`, but a row told apart is not sorted again.

    Parameters
    ----------
    keys : iterable of (n,) arrays
        At least one; a key is not asked for where those before it tell all rows apart. NaN comes last and ties with NaN.

    Returns
    -------
    (n,) array of int
        Rows that tie on every key stay in the order in which they came.
    """
    order = undecided = tied = np.empty(0, dtype=np.intp)
    for number, key in enumerate(keys):
        if not number:
            order = np.argsort(key, kind="stable")
            undecided, tied, values = np.arange(order.size), np.zeros(order.size, dtype=np.intp), key[order]
        else:
            values = key[order[undecided]]
            within = np.lexsort((values, tied))
            order[undecided] = order[undecided][within]
            values = values[within]
        same = values[1:] == values[:-1]
        if values.dtype.kind == "f":
            missing = np.isnan(values)
            same |= missing[1:] & missing[:-1]
        same &= tied[1:] == tied[:-1]
        open_ = np.zeros(values.size, dtype=bool)
        open_[1:] = same
        open_[:-1] |= same
        if not same.any():
            break
        # rows of one tie share the place of its first
        tied = np.maximum.accumulate(np.where(np.concatenate([[False], same]), 0, np.arange(values.size)))
        undecided, tied = undecided[open_], tied[open_]
    return order


def observe(
    design: Design, y: FloatArray, groups: tuple[IntArray, ...] = (), *, regresses: bool = True
) -> tuple[Sample, tuple[IntArray, ...]]:
    """Take out the persons without outcome and put the others in a canonical order.

    Sums of floats depend on their order. Sorting by stratum, arm, outcome and covariates makes results equal to the
    last bit however the rows came; persons that tie on all of these are interchangeable. Counts of 0/1 outcomes are
    exact in any order: an estimator that needs no more than those is spared the sorting.

    Parameters
    ----------
    design : Design
    y : (n,) array of float
        The outcome; NaN where missing.
    groups : tuple of (n,) arrays of int
        Subgroup codes to be carried along: of the observed persons, then of the others.
    regresses : bool
        Whether the estimator sums over persons, see :attr:`Spec.regresses`.
    """
    seen = ~np.isnan(y)
    n_missing = int(y.size - np.count_nonzero(seen))
    values = y[seen] if n_missing else y
    binary = bool(np.all((values == 0) | (values == 1)))
    others = np.flatnonzero(~seen) if n_missing else np.empty(0, dtype=np.intp)
    if not regresses and binary:
        if not n_missing:
            return Sample(design=design, y=y, binary=True, unseen=design.take(others)), groups
        rows = np.flatnonzero(seen)
    else:
        rows = np.flatnonzero(seen)
        rows = rows[canonical_order(_keys(design, values, rows))]
        if n_missing:
            others = others[canonical_order(_keys(design, None, others))]
    sample = Sample(design=design.take(rows), y=y[rows], binary=binary, unseen=design.take(others))
    return sample, tuple(np.concatenate([g[rows], g[others]]) for g in groups)


def _keys(design: Design, y: FloatArray | None, rows: IntArray) -> Iterator[FloatArray | IntArray]:
    """Yield what tells rows apart, one at a time: most rows need no more than the first few."""
    cell = design.stratum * len(design.arms) + design.arm
    yield cell[rows]
    if y is not None:
        yield y
    for column in design.X.T:
        yield column[rows]
    for extra in (design.cluster, design.probability):
        if extra is not None:
            yield extra[rows]


@dataclass(frozen=True, kw_only=True, eq=False)
class Cells:
    """Counts, means and sums of squared deviations by stratum and arm: all that `difference` and `blocked` need.

    Parameters
    ----------
    n : (S, K) array of int
        Persons.
    total : (S, K) array of float
        Sum of the outcome.
    mean : (S, K) array of float
        0 where a cell is empty.
    ss : (S, K) array of float
        Sum of squared deviations from the cell's mean.
    randomised : (S, K) array of int
        Persons randomised, whether the outcome is known or not: what weights the strata.
    """

    n: IntArray
    total: FloatArray
    mean: FloatArray
    ss: FloatArray
    randomised: IntArray

    def take(self, strata: BoolArray | IntArray) -> Cells:
        """Return the cells of some strata, a mask or positions."""
        return Cells(
            n=self.n[strata],
            total=self.total[strata],
            mean=self.mean[strata],
            ss=self.ss[strata],
            randomised=self.randomised[strata],
        )

    def stratum_size(self, weights: Weights, pair: tuple[int, int]) -> FloatArray:
        """Return what weights the strata in a contrast.

        Parameters
        ----------
        weights : Weights
        pair : tuple of int
            Codes of (arm, control).

        Returns
        -------
        (S,) array of float
            Everyone randomised, or the persons of the two arms whose outcome is known.
        """
        counted = self.randomised if weights is Weights.ALL else self.n[:, list(pair)]
        return np.asarray(counted.sum(axis=1), dtype=np.float64)

    @cached_property
    def pooled(self) -> Cells:
        """The cells of the arms, strata taken together: shape (1, K)."""
        n = self.n.sum(axis=0, keepdims=True)
        total = self.total.sum(axis=0, keepdims=True)
        mean = np.divide(total, n, out=np.zeros(n.shape), where=n > 0)
        ss = (self.ss + self.n * (self.mean - mean) ** 2).sum(axis=0, keepdims=True)
        least = np.where(self.n > 0, self.mean, np.inf).min(axis=0, keepdims=True)
        return _settled(n, total, mean, ss, least, self.randomised.sum(axis=0, keepdims=True))

    @cached_property
    def variance(self) -> FloatArray:
        """The (S, K) sample variances, divisor n − 1; NaN with fewer than two persons."""
        out = np.full(self.ss.shape, np.nan)
        np.divide(self.ss, self.n - 1, out=out, where=self.n > 1)
        return out


def _settled(
    n: IntArray, total: FloatArray, mean: FloatArray, ss: FloatArray, least: FloatArray, randomised: IntArray
) -> Cells:
    """Return cells in which an outcome that does not vary has the mean ``least``, its value, and no deviation from it."""
    still = (n > 1) & is_rounding(ss, ss + n * mean**2)
    mean, ss = np.where(still, least, mean), np.where(still | (n < 2), 0.0, ss)
    return Cells(n=n, total=total, mean=mean, ss=ss, randomised=randomised)


def count_cells(sample: Sample) -> Cells:
    """Return counts, sums, means and squared deviations by stratum and arm."""
    design, y, arms = sample.design, sample.y, len(sample.design.arms)
    size, shape = design.n_strata * arms, (design.n_strata, arms)
    n, total, ss = np.zeros(size, dtype=np.intp), np.zeros(size), np.zeros(size)
    for at in _slices(y.size):
        cell = design.stratum[at] * arms + design.arm[at]
        n += np.bincount(cell, minlength=size)
        total += np.bincount(cell, weights=y[at], minlength=size)
    mean = np.divide(total, n, out=np.zeros(size), where=n > 0)
    if sample.binary:
        ss = total * (n - total) / np.maximum(n, 1)  # exact counts: k(n − k)/n
    else:
        for at in _slices(y.size):
            cell = design.stratum[at] * arms + design.arm[at]
            ss += np.bincount(cell, weights=(y[at] - mean[cell]) ** 2, minlength=size)
        least = np.full(size, np.inf)
        np.minimum.at(least, design.stratum * arms + design.arm, y)
        cells = _settled(n, total, mean, ss, least, n)
        mean, ss = cells.mean, cells.ss
    n = n.reshape(shape)
    return Cells(
        n=n,
        total=total.reshape(shape),
        mean=mean.reshape(shape),
        ss=ss.reshape(shape),
        randomised=randomised_counts(sample) if sample.n_missing else n,
    )


def _slices(n: int, block: int = 65_536) -> Iterator[slice]:
    """Yield n rows a block at a time, so that what is made of them on the way stays small."""
    return (slice(begin, begin + block) for begin in range(0, n, block))


def default_contrasts(arms: tuple[str, ...]) -> tuple[tuple[int, int], ...]:
    """Return the (arm, control) pairs of codes: each arm against the control, then each against every later arm.

    Parameters
    ----------
    arms : tuple of str
        The control first: FS, SE, CM gives SE − FS, CM − FS, SE − CM.
    """
    others = range(1, len(arms))
    return tuple((k, 0) for k in others) + tuple((i, j) for i in others for j in others if i < j)


def persons(n: int) -> str:
    """Return a count of persons as a note may say it: 1 to 4 is "fewer than 5".

    Parameters
    ----------
    n : int
        A count.
    """
    return "fewer than 5 persons" if 0 < n < 5 else f"{n} persons"


def strata_count(n: int) -> str:
    """Return a count of strata in words.

    Parameters
    ----------
    n : int
        A count.
    """
    return "1 stratum" if n == 1 else f"{n} strata"
