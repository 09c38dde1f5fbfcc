"""Small normal equations of many draws at once: products and inverses, by one thread and with a look at what they lose."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from ..design import BoolArray, FloatArray

__all__ = ["gram", "inverted"]

#: Least eigenvalue of the columns' correlations that the normal equations are trusted with; below, a draw is done by QR.
_TRUSTED = 1e-7
#: Multiplications in one matrix product, at most: more are shared out between threads (see
# :mod:`effektutv.estimators.randomization.draws`).
_UNSHARED = 200_000


def gram(left: FloatArray, right: FloatArray) -> FloatArray:
    """Return (B, k, m) products of (B, n, k) and (B, n, m) over n, in slices of persons that one thread does each."""
    step = max(_UNSHARED // max(left.shape[2] * right.shape[2], 1), 16)
    out = np.zeros((left.shape[0], left.shape[2], right.shape[2]))
    for start in range(0, left.shape[1], step):
        out += left[:, start : start + step].transpose(0, 2, 1) @ right[:, start : start + step]
    return out


def inverted(G: FloatArray, whole: FloatArray) -> tuple[FloatArray, BoolArray]:
    """Return inverses of (B, k, k) matrices of products, and which of them can be trusted.

    Parameters
    ----------
    G : (B, k, k) array of float
    whole : (B, k) array of float
        Sums of squares of the columns before groups were absorbed.
    """
    k = G.shape[1]
    if not k:
        return G, np.ones(G.shape[0], dtype=bool)
    square = np.einsum("bjj->bj", G)
    sure = np.asarray(np.all(square > _TRUSTED * whole, axis=1) & np.isfinite(G).all(axis=(1, 2)))
    scale = np.sqrt(np.where(sure[:, None], square, 1.0))
    R = np.where(sure[:, None, None], G / (scale[:, :, None] * scale[:, None, :]), np.eye(k))
    sure &= np.linalg.eigvalsh(R)[:, 0] > _TRUSTED
    R = np.where(sure[:, None, None], R, np.eye(k))
    return np.asarray(np.linalg.inv(R) / (scale[:, :, None] * scale[:, None, :]), dtype=np.float64), sure
