r"""Simultaneous bands for a curve by month: one critical value for all months (sup-t).

A pointwise interval covers its own month; the curve leaves some of twenty-four such intervals far more often. With R the
correlation of the estimates across months, the sup-t band of Montiel Olea and Plagborg-Møller (2019, Journal of Applied
Econometrics 34, 1–17, algorithm 1) has

.. math:: \hat\theta_k \pm c\,\hat\sigma_k, \qquad P\Bigl(\max_k |Z_k| \le c\Bigr) = 1 - \alpha, \quad Z \sim N(0, R),

c by seeded draws of Z. It is the narrowest of the bands that widen all months alike. Independent months have
:math:`c = \Phi^{-1}\{(1 + (1-\alpha)^{1/K})/2\}`, months that move as one :math:`c = \Phi^{-1}(1 - \alpha/2)`.

R is the correlation of the persons' scores (see :mod:`effektutv.estimators.scores`): a person who is followed at one month
only adds to that month's variance, so that months may rest on different persons. The pointwise intervals are t-based; so
that a band is never narrower than those, c is taken as the normal's quantile of a probability, and the half width is the
t quantile of the same probability times the standard error. c is rounded up to hundredths, about its Monte Carlo error with
10,000 draws: what is printed then depends neither on the processor's linear algebra nor, to any use, on single persons.
"""

from __future__ import annotations

from functools import lru_cache
from math import ceil
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtr, ndtri, stdtrit

if TYPE_CHECKING:
    from .design import FloatArray

__all__ = ["FIRST", "LAST", "correlation", "critical_value", "half_width", "rounded_up", "standard_normals"]

#: The months that a band covers together. At month 0 nothing can have happened, and beyond 24 few are followed.
FIRST, LAST = 1, 24
#: Tells these draws apart from others of the same seed.
_TASK = 19_024


@lru_cache(maxsize=4)
def standard_normals(seed: int, draws: int, width: int) -> FloatArray:
    """Return (``draws``, ``width``) independent standard normals, the same for the same seed.

    Parameters
    ----------
    seed : int
        The recorded seed.
    draws, width : int
    """
    sequence = np.random.SeedSequence(seed, spawn_key=(_TASK,))
    normals = np.random.Generator(np.random.PCG64(sequence)).standard_normal((draws, width))
    normals.flags.writeable = False  # shared by every curve of a run
    return normals


def correlation(scores: FloatArray) -> FloatArray:
    """Return the correlation of the estimates whose scores stand in the columns; sums of squares are their variances.

    Parameters
    ----------
    scores : (n, K) array of float
        A column of zeros is taken as independent of the others.
    """
    size = np.sqrt(np.einsum("ij,ij->j", scores, scores))
    scaled = scores / np.where(size > 0, size, 1.0)
    R = np.clip(scaled.T @ scaled, -1.0, 1.0)
    np.fill_diagonal(R, 1.0)
    return np.asarray((R + R.T) / 2, dtype=np.float64)


def critical_value(R: FloatArray, normals: FloatArray, level: float) -> float:
    """Return c by Monte Carlo, never below the pointwise one.

    Parameters
    ----------
    R : (K, K) array of float
        Correlations; need not have full rank.
    normals : (draws, m) array of float
        Independent standard normals, m ≥ K: the first K columns are used.
    level : float
        Joint coverage.
    """
    values, vectors = np.linalg.eigh(R)
    # the symmetric square root: unlike the eigenvectors it does not depend on their signs
    root = (vectors * np.sqrt(np.clip(values, 0.0, None))) @ vectors.T
    largest = np.abs(normals[:, : R.shape[0]] @ root).max(axis=1)
    return max(float(np.quantile(largest, level, method="higher")), float(ndtri(0.5 + level / 2)))


def rounded_up(critical: float) -> float:
    """Return a critical value rounded up to hundredths."""
    return ceil(critical * 100 - 1e-9) / 100


def half_width(critical: float, df: float, error: float) -> float:
    """Return the half width of a band at one month: the t quantile as far out as ``critical`` is among normals.

    Parameters
    ----------
    critical : float
    df : float
        Degrees of freedom of the month's own interval.
    error : float
        The month's standard error.
    """
    return float(stdtrit(df, float(ndtr(critical)))) * error
