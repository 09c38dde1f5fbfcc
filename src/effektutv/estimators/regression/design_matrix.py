"""One contrast's estimate as a regression that any library can fit: the outcome, named columns, and the term that it is.

=============== ================================================================================= ==================
estimator       columns beside the constant                                                       fitted by
=============== ================================================================================= ==================
``difference``  the arm                                                                           least squares
``blocked``     the arm, strata, arm × strata, strata centred at their weights                    least squares
``fe``          the arm, strata, covariates                                                       least squares
``lin``         the arm, covariates and strata, each centred at the weights' population, × arm    least squares
``ipw``         the arm; a person weighs the inverse of the probability of her arm                weighted
``logit``       the arm, strata, covariates; the estimate is an average marginal effect           maximum likelihood
                (weighted: with gaps and strata each known outcome stands for those of its cell)
=============== ================================================================================= ==================

The term's coefficient is the estimate and, but for ``logit``, its error is the estimate's: cells saturate ``blocked``, and
HC2 of a cell mean is Neyman's variance.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from effektutv.errors import ArgumentError

from ..design import Estimator, Weights, count_cells, observe
from .sparse_lin import lin_form

if TYPE_CHECKING:
    from collections.abc import Sequence

    from effektutv.results.names import Name

    from ..design import BoolArray, Design, FloatArray, IntArray, Spec, Vcov
    from ..subgroups import Subgroup

__all__ = ["ARM", "RegressionMatrix", "matrix_of", "regression_matrix", "stands_for"]

#: The column whose coefficient is the estimate.
ARM = "arm"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RegressionMatrix:
    """A regression, ready for any library.

    Parameters
    ----------
    y : (n,) array of float
    X : (n, k) array of float
    names : tuple of str
        Of the columns: ``const``, ``arm``, ``stratum[2]``, ``x[1]``, ``arm*stratum[2]`` …: numbers, never a user's words.
    weights : (n,) array of float or None
    group : (n,) array of int
        The strata's codes; all 0 without strata.
    estimator : Estimator
    vcov : Vcov
    pooled : bool
        Whether some stratum has one person in an arm, so that ``blocked`` pools a variance over strata and ``lin`` has its
        sparse form: no single regression does either.
    """

    y: FloatArray
    X: FloatArray
    names: tuple[str, ...]
    weights: FloatArray | None
    group: IntArray
    estimator: Estimator
    vcov: Vcov
    pooled: bool


def regression_matrix(
    design: Design, y: FloatArray, subgroups: Sequence[Subgroup], spec: Spec, pair: tuple[str, str],
    group: Name = "", level: Name = "",
) -> RegressionMatrix:  # fmt: skip
    """Return the regression whose coefficient is one contrast's estimate, and whose error is its error.

    Parameters
    ----------
    design : Design
        Of everyone randomised.
    y : (n,) array of float
        NaN where missing.
    subgroups : sequence of Subgroup
    spec : Spec
    pair : tuple of str
        Names of (arm, control).
    group, level : str or tuple of str
        A subgroup and one of its levels; both empty for everyone.

    Raises
    ------
    ArgumentError
        If no single regression has this estimate and this error.
    """
    if group:
        found = next(s for s in subgroups if s.name == group)
        inside = found.code == found.levels.index(level)
        design, y = design.take(inside), y[inside]
    matrix = matrix_of(design, y, spec, (design.arms.index(pair[0]), design.arms.index(pair[1])))
    if matrix.pooled:
        raise ArgumentError(
            "some stratum has one person in an arm: the estimate's variance is pooled over such strata, which no single "
            "regression does; use estimator 'fe', or strata of more persons"
        )
    return matrix


def matrix_of(
    design: Design, y: FloatArray, spec: Spec, pair: tuple[int, int], size: FloatArray | None = None
) -> RegressionMatrix:
    """Return the regression of one contrast.

    Parameters
    ----------
    design : Design
        Of everyone randomised.
    y : (n,) array of float
        NaN where missing.
    spec : Spec
    pair : tuple of int
        Codes of (arm, control).
    size : (S,) array of float, optional
        Persons that weight the strata in place of those randomised; a stratum of size 0 is left out.

    Raises
    ------
    ArgumentError
        If no stratum has persons of both arms with a known outcome.
    """
    seen, stratified = ~np.isnan(y), spec.estimator is not Estimator.DIFFERENCE
    treated, compared = design.arm == pair[0], design.arm == pair[1]
    stratum = design.stratum if stratified else np.zeros_like(design.stratum)
    both = np.intersect1d(stratum[seen & treated], stratum[seen & compared])
    if size is not None:
        both = both[size[both] > 0]
    if not both.size:
        raise ArgumentError("no stratum has persons of both arms with a known outcome: there is nothing to fit")
    kept = np.isin(stratum, both)
    mine = seen & (treated | compared) & kept
    everyone = kept if spec.weights is Weights.ALL else mine
    counted = np.bincount(stratum[everyone], minlength=design.n_strata)[both] if size is None else size[both]
    share = counted / counted.sum()
    arm, group = treated[mine].astype(float), stratum[mine]
    columns = {"const": np.ones(arm.size), ARM: arm}
    if spec.estimator in (Estimator.BLOCKED, Estimator.LIN):
        _add_centred(columns, design, stratum, mine, everyone, both, share)
    elif spec.estimator in (Estimator.FE, Estimator.LOGIT):
        columns |= {f"stratum[{s}]": (group == s).astype(float) for s in both[1:]}
        columns |= {f"x[{j}]": column for j, column in enumerate(design.X[mine].T)}
    weights = None
    if spec.estimator is Estimator.IPW:
        weights = _weights(design, group, mine, both, share)
    elif spec.estimator is Estimator.LOGIT and spec.weights is Weights.ALL:
        weights = stands_for(design, seen, mine)
    return RegressionMatrix(
        y=y[mine], X=np.column_stack(list(columns.values())), names=tuple(columns), group=group,
        weights=weights,
        estimator=spec.estimator, vcov=spec.vcov, pooled=_pools(design, y, spec, pair, both),
    )  # fmt: skip


def stands_for(design: Design, seen: BoolArray, mine: BoolArray) -> FloatArray | None:
    """Return how many of those randomised in its stratum and arm each known outcome stands for; None where all are known.

    Parameters
    ----------
    design : Design
        Of everyone randomised.
    seen, mine : (n,) arrays of bool
        Whose outcome is known, and who is in the regression.
    """
    if seen.all() or design.n_strata == 1:
        return None
    cell = design.stratum * len(design.arms) + design.arm
    return np.asarray((np.bincount(cell) / np.maximum(np.bincount(cell, seen), 1))[cell[mine]], dtype=np.float64)


def _pools(design: Design, y: FloatArray, spec: Spec, pair: tuple[int, int], both: IntArray) -> bool:
    """Return whether a variance is pooled over strata: `lin` has its sparse form, for all contrasts alike."""
    if spec.estimator not in (Estimator.BLOCKED, Estimator.LIN):
        return False
    sample, _ = observe(design, y)
    cells = count_cells(sample)
    if spec.estimator is Estimator.LIN:
        return lin_form(sample, cells).sparse
    return bool(both.size > 1 and cells.n[both][:, list(pair)].min() < 2)


def _add_centred(
    columns: dict[str, FloatArray], design: Design, stratum: IntArray, mine: BoolArray, everyone: BoolArray,
    both: IntArray, share: FloatArray,
) -> None:  # fmt: skip
    """Add covariates and strata, centred at the population that weighs them, and their products with the arm."""
    arm = columns[ARM]
    inside = stratum[everyone]
    weight = share[np.searchsorted(both, inside)] / np.bincount(inside)[inside]
    extra = {f"x[{j}]": column[mine] - weight @ column[everyone] for j, column in enumerate(design.X.T)}
    for s, w in zip(both[1:].tolist(), share[1:].tolist(), strict=True):
        extra[f"stratum[{s}]"] = (stratum[mine] == s) - w
    columns |= extra
    columns |= {f"{ARM}*{name}": arm * column for name, column in extra.items()}


def _weights(design: Design, group: IntArray, mine: BoolArray, both: IntArray, share: FloatArray) -> FloatArray:
    """Return the inverse of the probabilities of the arms, known or the arms' shares within strata."""
    if design.probability is not None:
        return np.asarray(1 / design.probability[mine], dtype=np.float64)
    cell = group * len(design.arms) + design.arm[mine]
    return np.asarray(share[np.searchsorted(both, group)] / np.bincount(cell)[cell], dtype=np.float64)
