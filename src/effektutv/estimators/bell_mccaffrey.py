r"""Bell and McCaffrey's degrees of freedom of one coefficient under HC2, every person a cluster of her own, block after block.

With influence :math:`u`, leverage :math:`h`, :math:`a_i = u_i/\sqrt{1 - h_i}` and hat matrix H, HC2 is the quadratic form
:math:`\sum a_i^2 e_i^2` of the residuals. If errors were independent and alike, it would be one of the errors with
:math:`P = \operatorname{diag}(a)(I - H)\operatorname{diag}(a)`, and Satterthwaite's degrees of freedom are
:math:`(\operatorname{tr} P)^2/\operatorname{tr} P^2` (Bell and McCaffrey 2002; Imbens and Kolesár 2016, doi
10.1162/REST_a_00552). With H = ZZ', Z the orthonormal columns and the strata's indicators over the root of their size, P is
never formed:

.. math:: \operatorname{tr} P = \sum u_i^2,\qquad
          \operatorname{tr} P^2 = \sum a_i^4(1 - 2h_i) + \|Z'\operatorname{diag}(a^2)Z\|^2.

Persons less parameters count also those who say nothing about the variance: in four strata of 2 + 28 the two arms' interacted
fit has 112, of which fewer than 5 inform it. Who has leverage 1, and so no weight, is left out, as in HC2.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from effektutv.values import Statistic, Unavailable

from .regression.leverage import LEVERAGE_MARGIN

if TYPE_CHECKING:
    from .design import FloatArray, IntArray

__all__ = ["FEW_INFORM", "BellMcCaffrey", "uninformed_note"]

#: Degrees of freedom above which t and normal quantiles differ by less than 5 per cent.
FEW_INFORM = 30.0


@dataclass(slots=True, kw_only=True, eq=False)
class BellMcCaffrey:
    """Sums over persons that make the degrees of freedom.

    Parameters
    ----------
    k : int
        Columns of the regression, strata aside.
    size : (G,) array of int
        Persons by stratum.
    """

    k: int
    size: IntArray
    trace: float = 0.0
    fourth: float = 0.0
    columns: FloatArray = field(init=False)
    between: FloatArray = field(init=False)
    strata: FloatArray = field(init=False)

    def __post_init__(self) -> None:
        """Begin the sums of Z'diag(a²)Z: between columns, columns and strata, and strata."""
        self.columns, self.between = np.zeros((self.k, self.k)), np.zeros((self.size.size, self.k))
        self.strata = np.zeros(self.size.size)

    def add(self, Q: FloatArray, leverage: FloatArray, influence: FloatArray, group: IntArray) -> None:
        """Add m persons.

        Parameters
        ----------
        Q : (m, k) array of float
            Orthonormal columns, centred within strata.
        leverage, influence : (m,) arrays of float
            Strata included.
        group : (m,) array of int
            Strata.
        """
        slack = 1 - leverage
        informs = slack >= LEVERAGE_MARGIN
        squares = np.where(informs, influence * influence, 0.0)
        self.trace += float(squares.sum())
        d = squares / np.where(informs, slack, 1.0)
        self.fourth += float((d * d) @ (1 - 2 * leverage))
        # a matrix by its own transpose costs half of a product of two
        root = Q * np.sqrt(d)[:, None]
        self.columns += root.T @ root
        if self.size.size == 1:
            self.strata[0] += d.sum()
            self.between[0] += d @ Q
            return
        self.strata += np.bincount(group, weights=d, minlength=self.size.size)
        weighted = Q * d[:, None]
        place = group[:, None] * Q.shape[1] + np.arange(Q.shape[1])
        sums = np.bincount(place.ravel(), weights=weighted.ravel(), minlength=self.between.size)
        self.between += sums.reshape(self.between.shape)

    def df(self) -> Statistic:
        """Return the degrees of freedom, or that none are left."""
        between = float(np.einsum("ij,ij->i", self.between, self.between) @ (1 / self.size))
        squares = (
            self.fourth + float((self.columns**2).sum()) + 2 * between + float(((self.strata / self.size) ** 2).sum())
        )
        if not self.trace > 0 or not squares > 0:
            return Unavailable("no degrees of freedom are left")
        return self.trace**2 / squares


def uninformed_note(counted: Statistic, informing: Statistic) -> tuple[str, ...]:
    """Return the note where degrees of freedom asked for count persons who say nothing about the variance.

    It has no number: few degrees of freedom may be those of few persons.

    Parameters
    ----------
    counted : Statistic
        Persons less parameters.
    informing : Statistic
        Satterthwaite's or Bell and McCaffrey's.
    """
    if not isinstance(counted, float) or not isinstance(informing, float):
        return ()
    if informing >= FEW_INFORM or 2 * informing >= counted:
        return ()
    return (
        "most of the degrees of freedom asked for are of persons who say nothing about the variance: the interval covers less "
        "often than stated; leave dof and vcov out",
    )
