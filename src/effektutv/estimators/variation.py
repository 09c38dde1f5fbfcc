r"""Zero but for rounding: where an outcome does not vary, and where two means are one, decided here and nowhere else.

A sum of a thousand 0.1 is not a hundred times ten of them: what is left of a constant outcome after its mean has been taken
is not 0 but some 1e-17, and a ratio of two such numbers can look like anything. So every estimator, ratio, bound and drawn
test asks this module, which compares with the size of the summands:

* residuals e of a fit of y are rounding where :math:`\sum e^2 \le 10^{-20} \sum y^2`: no residual is larger than 1e-10 of y;
* a mean, or a difference of means, is 0 where it is below 1e-14 of the outcome's root mean square, and where the fit
  is exact below 1e-10 of it.

What does not vary has an estimate (0 where both arms have the same value) and in place of standard error, p-value and
interval the reason :data:`STILL`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from effektutv.values import Unavailable

__all__ = ["EXACT", "STILL", "exact_fit", "is_rounding", "level_means"]

#: A sum of squared residuals below this share of the outcome's own sum of squares is rounding.
EXACT = 1e-20
#: A mean below this share of the outcome's root mean square is rounding.
_ROUNDING = 1e-14
#: Why there is no standard error, p-value or interval.
STILL = Unavailable("no variation in either arm")


def exact_fit(squares: float, total: float) -> bool:
    """Return whether residuals are rounding.

    Parameters
    ----------
    squares : float
        Sum of squared residuals.
    total : float
        Sum of squares of what was fitted.

    Examples
    --------
    >>> exact_fit(1e-31, 2.4), exact_fit(1e-12, 2.4)
    (True, False)
    """
    return bool(squares <= EXACT * total)


def is_rounding(squares: NDArray[np.float64], total: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return which sums of squared residuals are rounding, each against its own sum of squares.

    Parameters
    ----------
    squares, total : (m,) arrays of float
        As in :func:`exact_fit`; of any one shape.
    """
    return np.asarray(squares <= EXACT * total, dtype=np.bool_)


def level_means(means: tuple[float, float], scale: float, *, exact: bool) -> tuple[float, float]:
    """Return two means, each 0 and both the same where they are so but for rounding.

    Parameters
    ----------
    means : tuple of float
        Of (arm, control).
    scale : float
        The outcome's root mean square.
    exact : bool
        Whether the fit that they are from is exact.

    Examples
    --------
    >>> level_means((0.1, 0.30000000000000004 - 0.2), 0.1, exact=True)
    (0.1, 0.1)
    >>> level_means((0.25, 4e-17), 0.3, exact=False)
    (0.25, 0.0)
    """
    arm, control = (0.0 if abs(m) <= _ROUNDING * scale else m for m in means)
    if abs(arm - control) <= (EXACT**0.5 if exact else _ROUNDING) * scale:
        control = arm
    return arm, control
