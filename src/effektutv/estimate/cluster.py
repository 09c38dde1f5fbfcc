r"""Variance of a least-squares coefficient when persons share clusters: CR2 with Bell–McCaffrey degrees of freedom.

With influence :math:`u` (the coefficient is :math:`\sum u_i y_i`), residuals :math:`e`, hat matrix H of the full design
(strata effects included) and clusters g, the bias-reduced linearisation with the identity as working model is

.. math:: V = \sum_g (a_g' e_g)^2, \qquad a_g = (I - H_{gg})^{-1/2} u_g,

with the symmetric root, and a pseudo-inverse where a cluster is fitted exactly (Bell and McCaffrey 2002; Pustejovsky and
Tipton 2018, doi 10.1080/07350015.2016.1247004). If the errors were independent and alike, V would be a quadratic form
with :math:`P_{gh} = a_g'(I - H)_{gh} a_h`, and Satterthwaite's degrees of freedom are
:math:`(\operatorname{tr} P)^2 / \sum_{gh} P_{gh}^2`. A cluster of one person gives HC2's term.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from effektutv.results import Statistic, Unavailable

if TYPE_CHECKING:
    from .design import FloatArray, IntArray
    from .linear import LeastSquares

__all__ = ["adjusted_influence", "cluster_variance", "clusters_by_arm", "difference_of_fits", "number_clusters"]

#: Eigenvalues of I − H_gg below this are 0: that direction is fitted exactly.
EXACT = 1e-10
#: Residuals that hold less than this share of the outcome's variation are rounding.
_EXACT_FIT = 1e-26
#: A clustered variance below this share of the one without clusters is rounding of 0.
_SETTLED = 1e-16


def number_clusters(cluster: IntArray) -> tuple[IntArray, int]:
    """Return codes 0 … G − 1 and G; every person with a negative code is a cluster of her own.

    Parameters
    ----------
    cluster : (n,) array of int
    """
    codes = cluster.copy()
    alone = np.flatnonzero(codes < 0)
    codes[alone] = (codes.max(initial=-1) + 1) + np.arange(alone.size)
    used, numbered = np.unique(codes, return_inverse=True)
    return numbered.astype(np.intp), int(used.size)


def clusters_by_arm(cluster: IntArray, treated: FloatArray) -> tuple[int, int]:
    """Return how many clusters have persons of the arm, and of the control.

    Parameters
    ----------
    cluster : (n,) array of int
    treated : (n,) array of float
        1 in the arm.
    """
    codes, _ = number_clusters(cluster)
    return int(np.unique(codes[treated > 0]).size), int(np.unique(codes[treated == 0]).size)


def adjusted_influence(fit: LeastSquares, influence: FloatArray, codes: IntArray, n_clusters: int) -> FloatArray:
    """Return a_g = (I − H_gg)^{-1/2} u_g for every cluster, in the persons' order.

    Parameters
    ----------
    fit : LeastSquares
    influence : (n, q) array of float
        A column a linear function of the outcome.
    codes : (n,) array of int
        Clusters 0 … ``n_clusters`` − 1.
    n_clusters : int
    """
    count = np.bincount(codes, minlength=n_clusters)
    slack = 1 - fit.leverage
    # A person alone: the root of 1 − h. The rows of larger clusters are overwritten below.
    root = np.divide(1.0, np.sqrt(np.maximum(slack, 0)), out=np.zeros(slack.size), where=slack > EXACT)
    out = influence * root[:, None]
    order = np.argsort(codes, kind="stable")
    ends = np.cumsum(count)
    for g in np.flatnonzero(count > 1):
        rows = order[ends[g] - count[g] : ends[g]]
        strata, place = np.unique(fit.group[rows], return_inverse=True)
        effects = (place[:, None] == np.arange(strata.size)) / np.sqrt(fit.size[strata])
        # H_gg = C C', so that (I − H_gg)^{-1/2} differs from I only in the span of C
        U, s, _ = np.linalg.svd(np.column_stack([fit.basis[rows], effects]), full_matrices=False)
        rest = 1 - s**2
        scale = np.divide(1.0, np.sqrt(np.maximum(rest, 0)), out=np.zeros(rest.size), where=rest > EXACT)
        u = influence[rows]
        out[rows] = u + U @ ((scale - 1)[:, None] * (U.T @ u))
    return out


def cluster_variance(fit: LeastSquares, cluster: IntArray, total_ss: float) -> tuple[Statistic, Statistic]:
    """Return the CR2 variance of a fit's coefficient and its Bell–McCaffrey degrees of freedom.

    Parameters
    ----------
    fit : LeastSquares
    cluster : (n,) array of int
        Codes; a negative one is a cluster of one person.
    total_ss : float
        Sum of squares of the outcome, against which an exact fit is told from rounding.

    Returns
    -------
    variance, df : Statistic
    """
    codes, n_clusters = number_clusters(cluster)
    if n_clusters < 2:
        why = Unavailable("one cluster only: there is no variance between clusters")
        return why, why
    if float(fit.residuals @ fit.residuals) <= _EXACT_FIT * total_ss:
        return 0.0, Unavailable("no variation within the fit")
    a = adjusted_influence(fit, fit.influence[:, None], codes, n_clusters)[:, 0]
    scores = np.bincount(codes, weights=a * fit.residuals, minlength=n_clusters)
    variance = float(scores @ scores)
    if variance <= _SETTLED * float((fit.influence**2) @ (fit.residuals**2)):
        why = Unavailable("the fit leaves nothing to vary between clusters: each has effects of its own in both arms")
        return why, why
    return variance, _degrees(fit, a, codes, n_clusters)


def _degrees(fit: LeastSquares, a: FloatArray, codes: IntArray, n_clusters: int) -> Statistic:
    """Return (tr P)² / ΣP², with P = D − F F' never formed: D the clusters' a'a, F their part of the span of H."""
    d = np.bincount(codes, weights=a * a, minlength=n_clusters)
    k, strata = fit.basis.shape[1], fit.size.size
    F = np.zeros((n_clusters, k + strata))
    for j in range(k):
        F[:, j] = np.bincount(codes, weights=a * fit.basis[:, j], minlength=n_clusters)
    np.add.at(F, (codes, k + fit.group), a / np.sqrt(fit.size[fit.group]))
    lost = np.einsum("ij,ij->i", F, F)
    trace = float(d.sum() - lost.sum())
    gram = F.T @ F
    squares = float(d @ d - 2 * (d @ lost) + np.einsum("ij,ij->", gram, gram))
    if not trace > EXACT * float(d.sum()) or not squares > 0:
        return Unavailable("no degrees of freedom are left between clusters")
    return trace**2 / squares


def difference_of_fits(
    first: tuple[LeastSquares, IntArray], second: tuple[LeastSquares, IntArray]
) -> tuple[Statistic, Statistic]:
    """Return the CR2 variance and degrees of freedom of the second fit's coefficient minus the first's.

    The two fits hold different persons, who may share clusters: together they are one regression in which every term is
    interacted with the level, and its hat matrix is the two fits' side by side.

    Parameters
    ----------
    first, second : (LeastSquares, (n,) array of int)
        A fit and its persons' clusters, coded alike in both.
    """
    one, two = first[0], second[0]
    n, k = one.basis.shape
    basis = np.zeros((n + two.basis.shape[0], k + two.basis.shape[1]))
    basis[:n, :k], basis[n:, k:] = one.basis, two.basis
    both = replace(
        two,
        coefficient=two.coefficient - one.coefficient,
        influence=np.concatenate([-one.influence, two.influence]),
        residuals=np.concatenate([one.residuals, two.residuals]),
        leverage=np.concatenate([one.leverage, two.leverage]),
        rank=one.rank + two.rank,
        basis=basis,
        group=np.concatenate([one.group, two.group + one.size.size]),
        size=np.concatenate([one.size, two.size]),
    )
    return cluster_variance(both, np.concatenate([first[1], second[1]]), 0.0)
