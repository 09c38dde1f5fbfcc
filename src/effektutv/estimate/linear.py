"""Least squares for one coefficient, strata absorbed: QR on columns demeaned within strata.

By the theorem of Frisch, Waugh and Lovell the coefficient of the arm is the same whether strata stand as dummies or
every column is centred within its stratum; the leverage of a person is 1/n_s plus that of the centred row. With the arm
as the last column of Z = QR its coefficient is a fixed linear function of the outcome, Σ u_i y_i with
u = q_last / r_last, and that is all a sandwich variance of it needs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from effektutv.results import Unavailable

if TYPE_CHECKING:
    from .design import FloatArray, IntArray

__all__ = ["LeastSquares", "independent", "least_squares"]

#: A column is dependent when projecting the columns before it out leaves less than this share of it, as in R's `lm`.
TOLERANCE = 1e-7


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LeastSquares:
    """A fit, seen from the coefficient of interest.

    Parameters
    ----------
    coefficient : float
        Of the target column.
    intercepts : (G,) array of float
        The groups' effects: the fitted value where every column is 0.
    influence : (n,) array of float
        u, with coefficient = Σ u_i y_i.
    residuals : (n,) array of float
    leverage : (n,) array of float
        Diagonal of the hat matrix, group effects included.
    rank : int
        Rank of the whole design, group effects included.
    dropped : tuple of int
        Columns of ``main`` then ``interactions`` left out because they depend on the others.
    basis : (n, k) array of float
        Orthonormal columns that span the columns kept, centred within groups; the target is in the last one.
    triangle : (k, k) array of float
        R, with the centred columns kept = ``basis`` · R.
    means : (G, k) array of float
        Group means of the columns kept.
    group : (n,) array of int
    size : (G,) array of int
        Persons by group.
    """

    coefficient: float
    intercepts: FloatArray
    influence: FloatArray
    residuals: FloatArray
    leverage: FloatArray
    rank: int
    dropped: tuple[int, ...]
    basis: FloatArray
    triangle: FloatArray
    means: FloatArray
    group: IntArray
    size: IntArray

    def level_influence(self, shares: FloatArray) -> FloatArray:
        """Return the (n,) weights v with Σ v_i y_i = Σ_g shares_g · intercept_g.

        Parameters
        ----------
        shares : (G,) array of float
        """
        pull = np.linalg.solve(self.triangle.T, self.means.T @ shares)
        return np.asarray((shares / self.size)[self.group] - self.basis @ pull, dtype=np.float64)


def least_squares(
    y: FloatArray,
    target: FloatArray,
    main: FloatArray,
    interactions: FloatArray,
    group: IntArray,
    n_groups: int,
) -> LeastSquares | Unavailable:
    """Fit y on group effects, ``main``, ``interactions`` and ``target``, and look at the last.

    Dependent columns are left out, first among ``interactions``. A target that depends on groups and ``main`` has no
    coefficient.

    Parameters
    ----------
    y, target : (n,) arrays of float
    main : (n, p) array of float
    interactions : (n, q) array of float
    group : (n,) array of int
        Codes 0 … ``n_groups`` − 1, none of them empty.
    n_groups : int

    Returns
    -------
    LeastSquares or Unavailable
        Unavailable where the target's coefficient is not identified.
    """
    size = np.bincount(group, minlength=n_groups)
    raw = np.column_stack([main, interactions, target])
    means = _group_means(raw, group, size)
    y_means = np.bincount(group, weights=y, minlength=n_groups) / size
    Z = raw - means[group]
    scale = np.linalg.norm(raw - raw.mean(axis=0), axis=0) + 1e-12 * np.linalg.norm(raw, axis=0)
    kept, last = list(range(raw.shape[1])), raw.shape[1] - 1
    Q, R = np.linalg.qr(Z)
    if Z.shape[0] < Z.shape[1] or np.any(np.abs(np.diag(R)) <= TOLERANCE * scale):
        order = [*range(main.shape[1]), last, *range(main.shape[1], last)]
        found = independent(Z, scale, order)
        if last not in found:
            return Unavailable("the arm cannot be told apart from the covariates and strata")
        kept = sorted(found)
        Q, R = np.linalg.qr(Z[:, kept])
    centred = y - y_means[group]
    projected = Q.T @ centred
    coefficients = np.linalg.solve(R, projected)
    return LeastSquares(
        coefficient=float(coefficients[-1]),
        intercepts=y_means - means[:, kept] @ coefficients,
        influence=Q[:, -1] / R[-1, -1],
        residuals=centred - Q @ projected,
        leverage=1 / size[group] + np.einsum("ij,ij->i", Q, Q),
        rank=n_groups + len(kept),
        dropped=tuple(j for j in range(last) if j not in set(kept)),
        basis=Q,
        triangle=R,
        means=means[:, kept],
        group=group,
        size=size,
    )


def _group_means(columns: FloatArray, group: IntArray, size: IntArray) -> FloatArray:
    """Return the (G, k) means of the (n, k) columns within groups."""
    out = np.empty((size.size, columns.shape[1]))
    for j in range(columns.shape[1]):
        out[:, j] = np.bincount(group, weights=columns[:, j], minlength=size.size)
    return np.asarray(out / size[:, None], dtype=np.float64)


def independent(Z: FloatArray, scale: FloatArray, order: list[int]) -> list[int]:
    """Return the columns of Z, taken in ``order``, that do not depend on those taken before (Gram–Schmidt, twice).

    Parameters
    ----------
    Z : (n, k) array of float
    scale : (k,) array of float
        The size of each column, against which dependence is told from rounding.
    order : list of int
        Positions of columns.
    """
    basis = np.empty((Z.shape[0], 0))
    kept: list[int] = []
    for j in order:
        rest = Z[:, j]
        for _ in range(2):
            rest = rest - basis @ (basis.T @ rest)
        norm = float(np.linalg.norm(rest))
        if norm > TOLERANCE * scale[j] and basis.shape[1] < Z.shape[0]:
            basis = np.column_stack([basis, rest / norm])
            kept.append(j)
    return kept
