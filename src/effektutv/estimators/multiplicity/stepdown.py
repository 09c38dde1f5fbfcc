r"""Several tests, corrected together: the chance of any false finding among them stays below the level.

``holm``
    Step-down Bonferroni on p-values from anywhere: :math:`\tilde p_{(j)} = \max_{i \le j} \min\{1, (m - i + 1)p_{(i)}\}`
    (Holm 1979).
``step down``
    Westfall and Young's (1993) maxT: with the tests in order of their statistics, |T₍₁₎| ≥ … ≥ |T₍ₘ₎|, and draws T* of all
    of them at once,

    .. math:: \tilde p_{(j)} = \max_{i \le j} \frac{1 + \#\{\max_{l \ge i} |T^*_{(l)}| \ge |T_{(i)}|\}}{1 + B}.

    From draws of the assignment it is Westfall–Young's; from a bootstrap centred at the estimates, Romano and Wolf's
    (2005, doi 10.1198/016214504000000539). It uses that tests go together, where Holm must take the worst.

:func:`effektutv.adjust` hands out the larger of this and the test's own p-value: draws that spread less than they should
never make a test among several surer than the test by itself.

A family is corrected in one call. A call a test would leave every p-value as it was.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from ..design import FloatArray, IntArray

__all__ = ["StepDown", "holm"]

#: Statistics closer than this are ties, relative to the observed one: wider than the rounding of sums in single precision, and
#: too narrow to change a p-value by more than its hundred thousandth part. Counting a near tie can only raise it.
_TIE = 5e-5


def holm(p: FloatArray) -> FloatArray:
    """Return Holm's adjusted p-values, in the order given.

    Parameters
    ----------
    p : (m,) array of float
    """
    order = np.argsort(p, kind="stable")
    steps = np.maximum.accumulate((p.size - np.arange(p.size)) * p[order])
    out = np.empty(p.size)
    out[order] = np.minimum(steps, 1.0)
    return out


class StepDown:
    """Counts of a step-down maxT, filled block by block: memory does not grow with the number of draws.

    Parameters
    ----------
    observed : (m,) array of float
        The statistics; signs do not matter.
    """

    def __init__(self, observed: FloatArray) -> None:
        size = np.abs(observed)
        self._order: IntArray = np.argsort(-size, kind="stable")
        self._bound = (size - _TIE * np.maximum(size, 1.0))[:, None]
        self._single = np.zeros(size.size, dtype=np.int64)
        self._joint = np.zeros(size.size, dtype=np.int64)
        self.draws = 0

    def add(self, statistics: FloatArray) -> None:
        """Count a block of draws.

        Parameters
        ----------
        statistics : (m, B) array of float
        """
        # Each test's rivals are those no more significant than it: the largest from the last one up.
        largest = np.zeros(statistics.shape[1])
        for place in range(self._order.size - 1, -1, -1):
            test = self._order[place]
            size = np.abs(statistics[test])
            self._single[test] += np.count_nonzero(size >= self._bound[test])
            np.maximum(largest, size, out=largest)
            self._joint[place] += np.count_nonzero(largest >= self._bound[test])
        self.draws += statistics.shape[1]

    @property
    def raw(self) -> FloatArray:
        """Each test's own p-value."""
        return np.asarray((1 + self._single) / (1 + self.draws), dtype=np.float64)

    @property
    def adjusted(self) -> FloatArray:
        """The adjusted p-values."""
        out = np.empty(self._joint.size)
        out[self._order] = np.maximum.accumulate((1 + self._joint) / (1 + self.draws))
        return out

    @property
    def any(self) -> float:
        """The p-value of the hypothesis that all of them hold: the largest statistic among all draws' largest."""
        return float((1 + self._joint[0]) / (1 + self.draws))
