"""Months since time zero as bits of one integer: bit k is set where a state holds on the day k months after day 0.

Day k is the day k calendar months after day 0, clipped to the month's end (31 January + 1 = 28 or 29 February). A spell
holds at k if it covers day k, both ends included. A spell therefore sets a run of bits, from the first month whose day k
is not before the spell's start to the last whose day k is not after its end, and a person's state is the union of the
runs: ``bit_or`` over the spells, one pass, nothing expanded.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["MAX_HORIZON", "day_k", "first_month", "last_month", "mask_run", "month_run", "unpack"]

#: Beyond bit 62 a shift overflows a signed 64-bit integer (and wraps silently in some engines).
MAX_HORIZON = 60


def last_month(zero: str, day: str) -> str:
    """Return the SQL of the last k whose day k is not after ``day`` (negative: none).

    Parameters
    ----------
    zero, day : str
        SQL expressions of type DATE.
    """
    return f"({_months_between(zero, day)} - CAST(day({day}) < least(day({zero}), day(last_day({day}))) AS INTEGER))"


def first_month(zero: str, day: str) -> str:
    """Return the SQL of the first k whose day k is not before ``day``.

    Parameters
    ----------
    zero, day : str
        SQL expressions of type DATE.
    """
    return f"({_months_between(zero, day)} + CAST(day({day}) > least(day({zero}), day(last_day({day}))) AS INTEGER))"


def _months_between(zero: str, day: str) -> str:
    return f"((year({day}) - year({zero})) * 12 + month({day}) - month({zero}))"


def month_run(first: str, last: str, horizon: int) -> str:
    """Return the SQL of the mask with bits ``first`` to ``last``, kept within 0 to the horizon.

    Parameters
    ----------
    first, last : str
        SQL expressions of whole numbers.
    horizon : int
        The last month followed, at most :data:`MAX_HORIZON`.
    """
    low, high = f"greatest({first}, 0)", f"least({last}, {horizon})"
    return (
        f"CASE WHEN {last} >= 0 AND {first} <= {horizon} AND {first} <= {last} "
        f"THEN (CAST(1 AS BIGINT) << CAST({high} + 1 AS INTEGER)) - (CAST(1 AS BIGINT) << CAST({low} AS INTEGER)) "
        f"ELSE CAST(0 AS BIGINT) END"
    )


def ordered_run(first: str, last: str, horizon: int) -> str:
    """Return the SQL of :func:`month_run` for the months of a spell that does not end before it starts, in less time.

    Its first month is then at most one after its last, and of a run without a month the two numbers are equal.

    Parameters
    ----------
    first, last : str
        SQL expressions of whole numbers, as :func:`first_month` and :func:`last_month` give them; never missing.
    horizon : int
        The last month followed, at most :data:`MAX_HORIZON`.
    """
    low, high = (f"least(greatest({month}, 0), {horizon + 1})" for month in (first, f"{last} + 1"))
    return f"(CAST(1 AS BIGINT) << CAST({high} AS INTEGER)) - (CAST(1 AS BIGINT) << CAST({low} AS INTEGER))"


def mask_run(zero: str, start: str, end: str, horizon: int) -> str:
    """Return the SQL of the months that a spell covers.

    Parameters
    ----------
    zero : str
        Day 0, DATE.
    start, end : str
        The spell's first and last day, DATE; both count.
    horizon : int
        The last month followed.
    """
    return month_run(first_month(zero, start), last_month(zero, end), horizon)


def day_k(zero: NDArray[np.datetime64], k: int) -> NDArray[np.datetime64]:
    """Return day k of each person.

    Parameters
    ----------
    zero : ndarray of datetime64[D], shape (n,)
        Day 0.
    k : int
        Months since day 0.

    Returns
    -------
    ndarray of datetime64[D], shape (n,)
    """
    month = zero.astype("datetime64[M]")
    offset = (zero - month.astype("datetime64[D]")).astype(np.int64)
    target = month + np.timedelta64(k, "M")
    length = ((target + np.timedelta64(1, "M")).astype("datetime64[D]") - target.astype("datetime64[D]")).astype(
        np.int64
    )
    return np.asarray(target.astype("datetime64[D]") + np.minimum(offset, length - 1))


def unpack(masks: NDArray[np.int64], months: range | list[int]) -> NDArray[np.bool_]:
    """Return a column of 0/1 a month.

    Parameters
    ----------
    masks : ndarray of int64, shape (n,)
        Bit masks.
    months : range or list of int
        The months wanted.

    Returns
    -------
    ndarray of bool, shape (n, number of months)
    """
    shifts = np.asarray(list(months), dtype=np.int64)
    return ((masks[:, None] >> shifts[None, :]) & 1).astype(bool)
