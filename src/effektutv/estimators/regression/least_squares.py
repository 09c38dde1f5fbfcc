r"""Least squares for one coefficient, strata absorbed, from blocks of rows: no column is copied whole.

By the theorem of Frisch, Waugh and Lovell the coefficient of the arm is the same whether strata stand as dummies or
every column is centred within its stratum; the leverage of a person is 1/n_s plus that of the centred row. With the arm
as the last column of Z = QR its coefficient is a fixed linear function of the outcome, Σ u_i y_i with
u = q_last / r_last, and that is all a sandwich variance of it needs.

Two passes over the rows do it. The first sums :math:`A'A` of :math:`A = [Z\;y\;1]`, shifted, whose Cholesky factor is R
with :math:`Q'y` beside it; the second has each block's :math:`Q = ZR^{-1}` and residuals. The normal equations square the
condition number κ: where a bound of κ is above :data:`CONDITION`, or a column (or the outcome) is nearly a sum of others
and strata, R comes from Householder's QR instead, block after block under the R so far (Demmel, Grigori, Hoemmen and
Langou 2012, doi 10.1137/080731992), and dependent columns are told from rounding on it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from effektutv.values import Unavailable

if TYPE_CHECKING:
    from ..design import FloatArray, IntArray

__all__ = [
    "BLOCK",
    "Block",
    "Function",
    "LeastSquares",
    "Regression",
    "Rows",
    "by_person",
    "independent",
    "least_squares",
    "solve",
]

#: A column is dependent when projecting the columns before it out leaves less than this share of it, as in R's `lm`.
TOLERANCE = 1e-7
#: Rows at a time: a block of some tens of columns stays in a processor's cache, and no product over it is long enough to be
#: summed by several threads, so that results do not depend on their number.
BLOCK = 4096
#: The largest condition number (a bound of it) with which the normal equations are trusted: their error is its square, rounded.
CONDITION = 1e3

#: Columns, outcome and groups of the rows in a slice: an (m, k + 2) array whose last two columns are free to be filled, the
#: (m,) outcome, and the (m,) codes of groups.
Block = tuple["FloatArray", "FloatArray", "IntArray"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """The rows of a regression, to be had a block at a time.

    Parameters
    ----------
    n, k : int
        Rows and columns; the last column is the target.
    n_main : int
        Columns before the interactions, which are the first to be left out where columns depend on each other.
    size : (G,) array of int
        Rows by group, none of them 0.
    read : callable
        From a slice of the rows, their :data:`Block`.
    """

    n: int
    k: int
    n_main: int
    size: IntArray
    read: Callable[[slice], Block]


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """q linear functions of the outcome: person i weighs ``groups``[g_i] + q_i′ ``columns``.

    Parameters
    ----------
    groups : (G, q) array of float
    columns : (k, q) array of float
    """

    groups: FloatArray
    columns: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Regression:
    """A solved regression, without anything as long as its rows.

    Parameters
    ----------
    coefficient : float
        Of the target.
    intercepts : (G,) array of float
        The groups' effects: the fitted value where every column is 0.
    rank : int
        Rank of the whole design, group effects included.
    dropped : tuple of int
        Columns left out because they depend on the others.
    total_ss : float
        Sum of squares of the outcome.
    rows : Rows
    kept : (k,) array of int
        Columns not dropped; the target is the last.
    centre : (G, k + 1) array of float
        Group means of the columns kept, and of the outcome.
    inverse : (k, k) array of float
        R⁻¹, with the centred columns kept = Q · R.
    projected : (k,) array of float
        Q′y.
    """

    coefficient: float
    intercepts: FloatArray
    rank: int
    dropped: tuple[int, ...]
    total_ss: float
    rows: Rows
    kept: IntArray
    centre: FloatArray
    inverse: FloatArray
    projected: FloatArray

    @property
    def target(self) -> Function:
        """Return the coefficient as a function of the outcome."""
        columns = np.zeros((self.kept.size, 1))
        columns[-1, 0] = self.inverse[-1, -1]
        return Function(groups=np.zeros((self.rows.size.size, 1)), columns=columns)

    def level(self, shares: FloatArray) -> Function:
        """Return Σ_g shares_g · intercept_g as a function of the outcome.

        Parameters
        ----------
        shares : (G,) array of float
        """
        pull = self.inverse.T @ (self.centre[:, :-1].T @ shares)
        return Function(groups=(shares / self.rows.size)[:, None], columns=-pull[:, None])

    def blocks(
        self, function: Function, block: int = BLOCK
    ) -> Iterator[tuple[FloatArray, FloatArray, FloatArray, FloatArray, IntArray]]:
        """Yield, block after block, rows of Q (m, k), leverage (m,), residuals (m,), weights of a function (m, q), groups (m,).

        Parameters
        ----------
        function : Function
        block : int
            Rows at a time.
        """
        k = self.kept.size
        # one product gives rows of Q, the functions' weights and, with the outcome's column, the residuals
        turn = np.zeros((k + 1, k + function.columns.shape[1] + 1))
        turn[:k, :k] = self.inverse
        turn[:k, k:-1] = self.inverse @ function.columns
        turn[:k, -1] = -self.inverse @ self.projected
        turn[k, -1] = 1.0
        whole = k == self.rows.k
        columns = slice(0, k + 1) if whole else [*self.kept, self.rows.k]
        several, constant, share = self.rows.size.size > 1, function.groups.any(), 1 / self.rows.size
        for at in _slices(self.rows.n, block):
            A, group = _augmented(self.rows, at)
            A = A[:, columns]
            A -= self.centre[group] if several else self.centre[0]
            out = A @ turn
            Q, weights = out[:, :k], out[:, k:-1]
            if constant:
                weights += function.groups[group]
            leverage = np.einsum("ij,ij->i", Q, Q) + (share[group] if several else share[0])
            yield Q, leverage, out[:, -1], weights, group


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LeastSquares:
    """A fit person by person, seen from the coefficient of interest.

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
        Columns left out because they depend on the others.
    basis : (n, k) array of float
        Orthonormal columns that span the columns kept, centred within groups; the target is in the last one.
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
    group: IntArray
    size: IntArray

    def weights(self, function: Function) -> FloatArray:
        """Return the (n, q) weights of functions of the outcome."""
        return np.asarray(function.groups[self.group] + self.basis @ function.columns, dtype=np.float64)


def least_squares(
    y: FloatArray,
    target: FloatArray,
    main: FloatArray,
    interactions: FloatArray,
    group: IntArray,
    n_groups: int,
) -> LeastSquares | Unavailable:
    """Fit y on group effects, ``main``, ``interactions`` and ``target``, and look at the last, person by person.

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
    solved = solve(columns_of(y, target, main, interactions, group, n_groups))
    return solved if isinstance(solved, Unavailable) else by_person(solved)


def columns_of(
    y: FloatArray,
    target: FloatArray,
    main: FloatArray,
    interactions: FloatArray | None = None,
    group: IntArray | None = None,
    n_groups: int = 1,
) -> Rows:
    """Return arrays as the rows of a regression, none of them copied.

    Parameters
    ----------
    y, target, main, interactions, group, n_groups
        As in :func:`least_squares`; without ``interactions`` there are none, without ``group`` there is one.
    """
    n, p = main.shape
    q = 0 if interactions is None else interactions.shape[1]
    codes = np.broadcast_to(np.intp(0), (n,)) if group is None else group

    def read(at: slice) -> Block:
        block = np.empty((y[at].size, p + q + 3))
        block[:, :p], block[:, p + q] = main[at], target[at]
        if interactions is not None:
            block[:, p : p + q] = interactions[at]
        return block, y[at], codes[at]

    size = np.array([n]) if group is None else np.bincount(group, minlength=n_groups)
    return Rows(n=n, k=p + q + 1, n_main=p, size=size, read=read)


def by_person(solved: Regression) -> LeastSquares:
    """Return a solved regression with what each person adds to it."""
    parts = [(Q, leverage, e, u[:, 0], group) for Q, leverage, e, u, group in solved.blocks(solved.target)]
    basis, leverage, residuals, influence, group = (np.concatenate(part) for part in zip(*parts, strict=True))
    return LeastSquares(
        coefficient=solved.coefficient,
        intercepts=solved.intercepts,
        influence=influence,
        residuals=residuals,
        leverage=leverage,
        rank=solved.rank,
        dropped=solved.dropped,
        basis=basis,
        group=group,
        size=solved.rows.size,
    )


def solve(rows: Rows, block: int = BLOCK) -> Regression | Unavailable:
    """Fit the outcome on group effects and columns, and look at the last column.

    Parameters
    ----------
    rows : Rows
    block : int
        Rows at a time.

    Returns
    -------
    Regression or Unavailable
        Unavailable where the target's coefficient is not identified.
    """
    k = rows.k
    centre, gram, norm, scale = _moments(rows, block)
    kept = list(range(k))
    found = _cholesky(gram, scale)
    if found is not None:
        inverse, projected = found
    else:
        triangle = _householder(rows, centre, block)
        R = triangle[:, :k]
        if R.shape[0] <= k or np.any(np.abs(np.diag(R)) <= TOLERANCE * scale[:k]):
            kept = sorted(independent(R, scale, [*range(rows.n_main), k - 1, *range(rows.n_main, k - 1)]))
            if k - 1 not in kept:
                return Unavailable("the arm cannot be told apart from the covariates and strata")
            triangle = _triangle(triangle[:, [*kept, k]])
        size = len(kept)
        inverse, projected = _inverse(triangle[:size, :size]), triangle[:size, size]
    coefficients = inverse @ projected
    centre = centre[:, [*kept, k]]
    return Regression(
        coefficient=float(coefficients[-1]),
        intercepts=centre[:, -1] - centre[:, :-1] @ coefficients,
        rank=rows.size.size + len(kept),
        dropped=tuple(j for j in range(k) if j not in set(kept)),
        total_ss=float(norm[k] ** 2),
        rows=rows,
        kept=np.array(kept, dtype=np.intp),
        centre=centre,
        inverse=inverse,
        projected=projected,
    )


def _slices(n: int, block: int) -> Iterator[slice]:
    return (slice(begin, min(begin + block, n)) for begin in range(0, n, block))


def _augmented(rows: Rows, at: slice) -> tuple[FloatArray, IntArray]:
    """Return a block's columns with the outcome and 1 behind them, and its groups."""
    A, y, group = rows.read(at)
    A[:, -2], A[:, -1] = y, 1.0
    return A, group


def _moments(rows: Rows, block: int) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Return group means, the cross products within groups, norms, and sizes about the mean, of the columns and the outcome."""
    k, groups = rows.k, rows.size.size
    gram, sums = np.zeros((k + 2, k + 2)), np.zeros((groups, k + 1))
    shift = np.zeros(k + 2)
    for at in _slices(rows.n, block):
        A, group = _augmented(rows, at)
        if at.start == 0:  # sums about a typical value, so that a column far from 0 keeps its digits
            few = A[:: 1 + len(A) // 8, :-1]
            shift[:-1] = few.sum(axis=0) / len(few)
        A -= shift
        gram += A.T @ A
        if groups > 1:
            place = group[:, None] * (k + 1) + np.arange(k + 1)
            sums += np.bincount(place.ravel(), weights=A[:, :-1].ravel(), minlength=sums.size).reshape(sums.shape)
    if groups == 1:
        sums[0] = gram[-1, :-1]
    means = sums / rows.size[:, None]
    square, mean = np.diag(gram)[:-1], gram[-1, :-1] / rows.n
    about_mean = np.sqrt(np.maximum(square - rows.n * mean**2, 0.0))
    norm = np.hypot(about_mean, np.sqrt(rows.n) * np.abs(mean + shift[:-1]))
    return means + shift[:-1], gram[:-1, :-1] - sums.T @ means, norm, about_mean + 1e-12 * norm


def _cholesky(gram: FloatArray, scale: FloatArray) -> tuple[FloatArray, FloatArray] | None:
    """Return R⁻¹ and Q′y from cross products of columns and outcome, or None where these do not give them to be trusted."""
    try:
        L = np.asarray(np.linalg.cholesky(gram), dtype=np.float64)
    except np.linalg.LinAlgError:
        return None
    if not (np.diag(L) > scale / CONDITION).all():
        return None
    inverse = _inverse(L.T)
    squares = np.diag(gram) @ (inverse * inverse)  # of the columns' lengths times R⁻¹: no matter what units they have
    if not gram.shape[0] * float(squares.sum()) <= CONDITION**2:
        return None
    return inverse[:-1, :-1], L[-1, :-1]


def _householder(rows: Rows, centre: FloatArray, block: int) -> FloatArray:
    """Return R of the columns and the outcome, centred within groups, block after block."""
    R: FloatArray = np.empty((0, rows.k + 1))
    for at in _slices(rows.n, block):
        A, group = _augmented(rows, at)
        R = _triangle(np.concatenate([R, A[:, :-1] - centre[group]]))
    return R


def _triangle(A: FloatArray) -> FloatArray:
    return np.asarray(np.linalg.qr(A, mode="r"), dtype=np.float64)


def _inverse(R: FloatArray) -> FloatArray:
    return np.asarray(np.linalg.inv(R), dtype=np.float64)


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
