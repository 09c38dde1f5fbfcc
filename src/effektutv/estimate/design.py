"""What a kernel is given: coded arms and strata, an outcome, covariates, and the parsed options.

Arms and strata are integer codes, outcomes and covariates floats; names are carried along for notes only. Nothing here
knows data frames. A missing outcome is NaN; :func:`observe` takes those persons out, so that every count, mean and
weight further on is over persons with an observed outcome.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from effektutv.errors import ArgumentError

from .variation import is_rounding

__all__ = [
    "BoolArray",
    "Cells",
    "Design",
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
    "parse_spec",
    "persons",
    "strata_count",
]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.intp]
BoolArray = NDArray[np.bool_]


class Estimator(StrEnum):
    """How two arms are compared; see METHODS and :mod:`effektutv.estimate.effects`."""

    DIFFERENCE = "difference"
    BLOCKED = "blocked"
    FE = "fe"
    LIN = "lin"
    LOGIT = "logit"
    IPW = "ipw"


class Vcov(StrEnum):
    """Variance of a coefficient; see :mod:`effektutv.estimate.covariance` and :mod:`effektutv.estimate.cluster`."""

    CLASSICAL = "classical"
    HC0 = "HC0"
    HC1 = "HC1"
    HC2 = "HC2"
    HC3 = "HC3"
    CR2 = "CR2"


class Weights(StrEnum):
    """Whose numbers weight the strata: every arm's persons, or those of the two arms compared."""

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
    """

    estimator: Estimator
    vcov: Vcov = Vcov.HC2
    weights: Weights = Weights.ALL
    level: float = 0.95

    @property
    def regresses(self) -> bool:
        """Return whether the estimator sums over persons, so that their order would show in the last bits."""
        exact = self.estimator in (Estimator.DIFFERENCE, Estimator.BLOCKED) and self.vcov is not Vcov.CR2
        return not exact


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
    return Spec(estimator=chosen, vcov=variance, weights=whose, level=float(level))


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
    n_missing : int
        Persons left out because their outcome is missing.
    """

    design: Design
    y: FloatArray
    binary: bool
    n_missing: int

    def take(self, rows: BoolArray) -> Sample:
        """Return the sample of the persons marked in ``rows``, an (n,) array of bool."""
        return Sample(design=self.design.take(rows), y=self.y[rows], binary=self.binary, n_missing=self.n_missing)


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
        Subgroup codes to be carried along.
    regresses : bool
        Whether the estimator sums over persons, see :attr:`Spec.regresses`.
    """
    seen = ~np.isnan(y)
    n_missing = int(y.size - np.count_nonzero(seen))
    values = y[seen] if n_missing else y
    binary = bool(np.all((values == 0) | (values == 1)))
    if not regresses and binary:
        if not n_missing:
            return Sample(design=design, y=y, binary=True, n_missing=0), groups
        rows = np.flatnonzero(seen)
    else:
        rows = np.flatnonzero(seen)
        rows = rows[canonical_order(_keys(design, values, rows))]
    sample = Sample(design=design.take(rows), y=y[rows], binary=binary, n_missing=n_missing)
    return sample, tuple(g[rows] for g in groups)


def _keys(design: Design, y: FloatArray, rows: IntArray) -> Iterator[FloatArray | IntArray]:
    """Yield what tells rows apart, one at a time: most rows need no more than the first few."""
    cell = design.stratum * len(design.arms) + design.arm
    yield cell[rows]
    yield y
    for column in design.X.T:
        yield column[rows]
    for extra in (design.cluster, design.probability):
        if extra is not None:
            yield extra[rows]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
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
    """

    n: IntArray
    total: FloatArray
    mean: FloatArray
    ss: FloatArray

    def pooled(self) -> Cells:
        """Return the cells of the arms, strata taken together: shape (1, K)."""
        n = self.n.sum(axis=0, keepdims=True)
        total = self.total.sum(axis=0, keepdims=True)
        mean = np.divide(total, n, out=np.zeros(n.shape), where=n > 0)
        ss = (self.ss + self.n * (self.mean - mean) ** 2).sum(axis=0, keepdims=True)
        return _settled(n, total, mean, ss, np.where(self.n > 0, self.mean, np.inf).min(axis=0, keepdims=True))

    def variance(self) -> FloatArray:
        """Return the (S, K) sample variances, divisor n − 1; NaN with fewer than two persons."""
        out = np.full(self.ss.shape, np.nan)
        np.divide(self.ss, self.n - 1, out=out, where=self.n > 1)
        return out


def _settled(n: IntArray, total: FloatArray, mean: FloatArray, ss: FloatArray, least: FloatArray) -> Cells:
    """Return cells in which an outcome that does not vary has the mean ``least``, its value, and no deviation from it."""
    still = (n > 1) & is_rounding(ss, ss + n * mean**2)
    return Cells(n=n, total=total, mean=np.where(still, least, mean), ss=np.where(still | (n < 2), 0.0, ss))


def count_cells(sample: Sample) -> Cells:
    """Return counts, sums, means and squared deviations by stratum and arm.

    Parameters
    ----------
    sample : Sample
    """
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
        cells = _settled(n, total, mean, ss, least)
        mean, ss = cells.mean, cells.ss
    return Cells(n=n.reshape(shape), total=total.reshape(shape), mean=mean.reshape(shape), ss=ss.reshape(shape))


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
