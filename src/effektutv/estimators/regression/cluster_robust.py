r"""Variance of a least-squares coefficient when persons share clusters: CR2 with Bell–McCaffrey degrees of freedom.

With influence :math:`u` (the coefficient is :math:`\sum u_i y_i`), residuals :math:`e`, hat matrix H of the full design
(strata effects included) and clusters g, the bias-reduced linearisation with the identity as working model is

.. math:: V = \sum_g (a_g' e_g)^2, \qquad a_g = (I - H_{gg})^{-1/2} u_g,

with the symmetric root, and a pseudo-inverse where a cluster is fitted exactly (Bell and McCaffrey 2002; Pustejovsky and
Tipton 2018, doi 10.1080/07350015.2016.1247004). If the errors were independent and alike, V would be a quadratic form
with :math:`P_{gh} = a_g'(I - H)_{gh} a_h`, and Satterthwaite's degrees of freedom are
:math:`(\operatorname{tr} P)^2 / \sum_{gh} P_{gh}^2`. A cluster of one person gives HC2's term: with leverage 1 it is left
out where the person has no weight in the contrast, and makes the variance undefined where there is weight
(:mod:`effektutv.estimators.regression.leverage`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from effektutv.values import Statistic, Unavailable

from ..variation import STILL, exact_fit
from .leverage import LEVERAGE_MARGIN, fitted_exactly, undefined_by_leverage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..design import FloatArray, IntArray
    from .least_squares import LeastSquares

__all__ = [
    "JointTest",
    "adjusted_influence",
    "cluster_variance",
    "clustered_mean",
    "clustered_mean_scores",
    "clusters_by_arm",
    "contrast_of_fits",
    "joint_test",
    "number_clusters",
]

#: Eigenvalues of I − H_gg below this are 0: that direction is fitted exactly.
EXACT = 1e-10
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
    root = np.divide(1.0, np.sqrt(np.maximum(slack, 0)), out=np.zeros(slack.size), where=slack >= LEVERAGE_MARGIN)
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


def _alone_exactly(fit: LeastSquares, influence: FloatArray, codes: IntArray, n_clusters: int) -> tuple[int, bool]:
    """Return how many persons alone in their clusters have leverage 1, and whether one has weight in a contrast."""
    alone = np.bincount(codes, minlength=n_clusters)[codes] == 1
    leverage = np.where(alone, fit.leverage, 0.0)
    found = [fitted_exactly(leverage, column) for column in influence.T]
    return int(np.count_nonzero(found[0][0])), any(touched for _, touched in found)


def cluster_variance(fit: LeastSquares, cluster: IntArray, total_ss: float) -> tuple[Statistic, Statistic, int]:
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
    left_out : int
        Persons alone in their clusters with leverage 1 and no weight.
    """
    codes, n_clusters = number_clusters(cluster)
    if n_clusters < 2:
        why = Unavailable("one cluster only: there is no variance between clusters")
        return why, why, 0
    if exact_fit(float(fit.residuals @ fit.residuals), total_ss):
        return 0.0, STILL, 0
    exact, touched = _alone_exactly(fit, fit.influence[:, None], codes, n_clusters)
    if touched:
        why = undefined_by_leverage("CR2", exact)
        return why, why, 0
    a = adjusted_influence(fit, fit.influence[:, None], codes, n_clusters)[:, 0]
    scores = np.bincount(codes, weights=a * fit.residuals, minlength=n_clusters)
    variance = float(scores @ scores)
    if variance <= _SETTLED * float((fit.influence**2) @ (fit.residuals**2)):
        why = Unavailable("the fit leaves nothing to vary between clusters: each has effects of its own in both arms")
        return why, why, 0
    return variance, _degrees(fit, a, codes, n_clusters), exact


def _degrees(fit: LeastSquares, a: FloatArray, codes: IntArray, n_clusters: int) -> Statistic:
    """Return (tr P)² / ΣP², with P = D − F F' never formed: D the clusters' a'a, F their part of the span of H."""
    d = np.bincount(codes, weights=a * a, minlength=n_clusters)
    F = _in_span(fit, a, codes, n_clusters)
    lost = np.einsum("ij,ij->i", F, F)
    trace = float(d.sum() - lost.sum())
    gram = F.T @ F
    squares = float(d @ d - 2 * (d @ lost) + np.einsum("ij,ij->", gram, gram))
    if not trace > EXACT * float(d.sum()) or not squares > 0:
        return Unavailable("no degrees of freedom are left between clusters")
    return trace**2 / squares


def clustered_mean_scores(y: FloatArray, cluster: IntArray) -> tuple[FloatArray, IntArray, IntArray]:
    r"""Return what each person adds to her cluster's part of a mean's CR2 variance, and the clusters' codes and sizes.

    In a regression on a constant :math:`(I - H_{gg})^{-1/2}` turns the constant into itself over
    :math:`\\sqrt{1 - m_g/n}`, m the cluster's persons.

    Parameters
    ----------
    y : (n,) array of float
    cluster : (n,) array of int
        Codes; a negative one is a cluster of one person.
    """
    codes, n_clusters = number_clusters(cluster)
    size = np.bincount(codes, minlength=n_clusters)
    slack = 1 - size / y.size
    root = np.divide(1.0, np.sqrt(np.maximum(slack, 0)), out=np.zeros(n_clusters), where=slack > EXACT)
    return (y - y.mean()) / y.size * root[codes], codes, size


def clustered_mean(y: FloatArray, cluster: IntArray) -> tuple[Statistic, Statistic]:
    """Return the CR2 variance of a mean and its Bell–McCaffrey degrees of freedom.

    Parameters
    ----------
    y : (n,) array of float
        At least one person.
    cluster : (n,) array of int
        Codes; a negative one is a cluster of one person.
    """
    scores, codes, size = clustered_mean_scores(y, cluster)
    if size.size < 2:
        why = Unavailable("one cluster only: there is no variance between clusters")
        return why, why
    n = float(y.size)
    by_cluster = np.bincount(codes, weights=scores)
    d = size / (n**2 * (1 - size / n))
    lost = size**2 / (n**3 * (1 - size / n))
    trace = float(d.sum() - lost.sum())
    squares = float(d @ d - 2 * (d @ lost) + lost.sum() ** 2)
    return float(by_cluster @ by_cluster), trace**2 / squares


#: A fit and its persons' clusters.
Clustered = tuple["LeastSquares", "IntArray"]


def _together(
    fits: Sequence[Clustered], contrasts: FloatArray
) -> tuple[LeastSquares, FloatArray, IntArray, FloatArray]:
    """Return several fits as one regression, the contrasts' influence, the clusters, and the contrasts themselves.

    The fits hold different persons, who may share clusters: together they are one regression in which every term is
    interacted with the level, and its hat matrix is the fits' side by side.
    """
    parts = [fit for fit, _ in fits]
    starts = np.cumsum([0, *(f.basis.shape[0] for f in parts)])
    columns = np.cumsum([0, *(f.basis.shape[1] for f in parts)])
    strata = np.cumsum([0, *(f.size.size for f in parts)])
    basis = np.zeros((starts[-1], columns[-1]))
    influence = np.zeros((starts[-1], contrasts.shape[0]))
    for j, fit in enumerate(parts):
        rows = slice(starts[j], starts[j + 1])
        basis[rows, columns[j] : columns[j + 1]] = fit.basis
        influence[rows] = np.outer(fit.influence, contrasts[:, j])
    both = replace(
        parts[-1],
        influence=influence[:, 0],
        residuals=np.concatenate([f.residuals for f in parts]),
        leverage=np.concatenate([f.leverage for f in parts]),
        rank=sum(f.rank for f in parts),
        basis=basis,
        group=np.concatenate([f.group + s for f, s in zip(parts, strata, strict=False)]),
        size=np.concatenate([f.size for f in parts]),
    )
    values = contrasts @ np.array([f.coefficient for f in parts])
    return both, influence, np.concatenate([cluster for _, cluster in fits]), values


def contrast_of_fits(fits: Sequence[Clustered], weights: FloatArray) -> tuple[Statistic, Statistic]:
    """Return the CR2 variance and degrees of freedom of a weighted sum of several fits' coefficients.

    Parameters
    ----------
    fits : sequence of (LeastSquares, (n,) array of int)
        Fits to different persons, and their clusters, coded alike in all.
    weights : (k,) array of float
        A weight a fit, e.g. (−1, 1) for the second less the first.
    """
    both, _, cluster, _ = _together(fits, weights[None, :])
    return cluster_variance(both, cluster, 0.0)[:2]


@dataclass(frozen=True, slots=True, kw_only=True)
class JointTest:
    """A joint test of several contrasts: F on ``constraints`` and ``df`` degrees of freedom."""

    statistic: float
    constraints: int
    df: float


def joint_test(fits: Sequence[Clustered], contrasts: FloatArray) -> JointTest | Unavailable:
    r"""Test that several contrasts of the fits' coefficients are all 0, by the CR2 covariance.

    With q contrasts :math:`\hat\delta` and their CR2 covariance V, :math:`Q = \hat\delta' V^{-1} \hat\delta` is compared with
    Hotelling's distribution (approximate Hotelling's :math:`T^2`, called AHZ by Tipton and Pustejovsky 2015, doi
    10.3102/1076998615606099, and HTZ in R's clubSandwich): :math:`F = Q(\nu - q + 1)/(\nu q)` on q and
    :math:`\nu - q + 1` degrees of freedom, with :math:`\nu = q(q+1)/\sum_{st}\operatorname{Var}(d_{st})`, d the elements of
    :math:`\Omega^{-1/2} V \Omega^{-1/2}` and :math:`\Omega` the expectation of V, both as if errors were independent,
    alike and normal. One contrast gives the squared t statistic and its Satterthwaite degrees of freedom.

    Parameters
    ----------
    fits : sequence of (LeastSquares, (n,) array of int)
        As in :func:`contrast_of_fits`.
    contrasts : (q, k) array of float
    """
    both, influence, cluster, values = _together(fits, contrasts)
    codes, n_clusters = number_clusters(cluster)
    exact, touched = _alone_exactly(both, influence, codes, n_clusters)
    if touched:
        return undefined_by_leverage("CR2", exact)
    a = adjusted_influence(both, influence, codes, n_clusters)
    scores = _by_cluster(a * both.residuals[:, None], codes, n_clusters)
    V = scores.T @ scores
    scale = np.sqrt(np.diag(V))
    if not scale.min() > 0 or np.linalg.cond(V / np.outer(scale, scale)) > 1e12:
        return Unavailable("too few clusters vary for a joint test of so many levels")
    Q = float(values @ np.linalg.solve(V, values))
    q = contrasts.shape[0]
    nu = _hotelling(both, a, codes, n_clusters)
    if isinstance(nu, Unavailable):
        return nu
    if not nu > q - 1:
        return Unavailable("no degrees of freedom are left between clusters for a joint test of so many levels")
    return JointTest(statistic=Q * (nu - q + 1) / (nu * q), constraints=q, df=nu - q + 1)


def _by_cluster(columns: FloatArray, codes: IntArray, n_clusters: int) -> FloatArray:
    """Return the (n_clusters, q) sums of the (n, q) columns."""
    out = np.zeros((n_clusters, columns.shape[1]))
    np.add.at(out, codes, columns)
    return out


def _hotelling(fit: LeastSquares, a: FloatArray, codes: IntArray, n_clusters: int) -> float | Unavailable:
    """Return ν from :math:`P^{st} = D^{st} - F_s F_t'`, which is never formed: see :func:`_degrees`."""
    q = a.shape[1]
    omega = np.zeros((q, q))
    for turn in range(2):
        d = np.stack([_by_cluster(a * a[:, [s]], codes, n_clusters) for s in range(q)])
        F = [_in_span(fit, a[:, s], codes, n_clusters) for s in range(q)]
        r = np.array([[np.einsum("ij,ij->i", F[s], F[t]) for t in range(q)] for s in range(q)])
        if turn:
            break
        for s in range(q):
            for t in range(q):
                omega[s, t] = d[s, :, t].sum() - r[s, t].sum()
        values, vectors = np.linalg.eigh((omega + omega.T) / 2)
        if not values.min() > EXACT * values.max():
            return Unavailable("no degrees of freedom are left between clusters")
        a = a @ ((vectors / np.sqrt(values)) @ vectors.T)
    total = 0.0
    for s in range(q):
        for t in range(q):
            cross = F[s].T @ F[t]
            total += float(d[s, :, t] @ d[s, :, t] - 2 * (d[s, :, t] @ r[s, t]) + (cross * cross.T).sum())
            total += float(d[s, :, s] @ d[t, :, t] - d[s, :, s] @ r[t, t] - d[t, :, t] @ r[s, s] + (cross**2).sum())
    return float(q * (q + 1) / total)


def _in_span(fit: LeastSquares, a: FloatArray, codes: IntArray, n_clusters: int) -> FloatArray:
    """Return the clusters' parts of the span of H: a' times its orthonormal columns, by cluster."""
    k, strata = fit.basis.shape[1], fit.size.size
    F = np.zeros((n_clusters, k + strata))
    for j in range(k):
        F[:, j] = np.bincount(codes, weights=a * fit.basis[:, j], minlength=n_clusters)
    np.add.at(F, (codes, k + fit.group), a / np.sqrt(fit.size[fit.group]))
    return F
