"""Time to a state: the first month at which it holds, or what came before it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .month_masks import unpack
from .outcome_values import StateMasks

__all__ = ["CENSORED", "DIED", "EMIGRATED", "EVENT", "time_to_state"]

#: What ended a person's time: end of follow-up, the state itself, or an event that competes with it.
CENSORED, EVENT, DIED, EMIGRATED = range(4)


def time_to_state(masks: StateMasks, state: str, horizon: int) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return when each participant was first in a state, on the grid of months.

    A person's time ends at the first month at which she is in the state, dead, or abroad; else she is censored at the last
    month at which the state is known, at most the horizon. Who dies or leaves between two months and is in no state at the
    second has that month. Who is abroad between two months only is not seen to be.

    Parameters
    ----------
    masks : StateMasks
        With the state.
    state : str
        A state that work or its kinds make.
    horizon : int
        The last month followed.

    Returns
    -------
    time : ndarray of float, shape (n,)
        Months since time zero, whole numbers from 0.
    event : ndarray of int, shape (n,)
        :data:`CENSORED`, :data:`EVENT`, :data:`DIED` or :data:`EMIGRATED`.
    """
    months = range(horizon + 1)
    known = np.logical_and.accumulate(unpack(masks.observed[state], months), axis=1)
    n = known.shape[0]
    nobody = np.zeros(n, dtype=np.int64)
    what = np.zeros(known.shape, dtype=np.int64)
    # at one month a person is in the state or gone, never both: the masks of states leave out the dead and those abroad
    for code, mask in (
        (EMIGRATED, nobody if masks.away is None else masks.away),
        (DIED, nobody if masks.dead is None else masks.dead),
        (EVENT, masks.states[state]),
    ):
        what[unpack(mask, months) & known] = code
    ended = what > 0
    first = np.where(ended.any(axis=1), ended.argmax(axis=1), np.maximum(known.sum(axis=1) - 1, 0))
    event = what[np.arange(n), first]
    return first.astype(np.float64), event
