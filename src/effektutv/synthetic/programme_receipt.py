"""Who received which programme: mostly one's own, sometimes another arm's; and rows that look like it and must not count.

Supported Employment is seen in the employment service's register (a spell with a SIUS consultant), case management in the time
reports (hours by a case manager). Both count from randomisation until the interventions' end.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from . import targets
from .columns import FAR, MISSING, Bools, Ints, Table, coded
from .participants import People
from .targets import ARMS

__all__ = ["Crossings", "draw_crossings", "looks_like_sius", "receipt_truth"]

_SIUS = ("before_randomisation", "after_the_interventions", "reversed")
#: Rows that look like receipt: the arm that they are planted in, the share of it.
_LOOKALIKES = {
    "sius_before_randomisation": (0, 0.02),
    "sius_after_the_interventions": (2, 0.015),
    "sius_reversed": (2, 0.01),
    "case_hours_after_the_interventions": (0, 0.015),
    "case_hours_before_randomisation": (1, 0.015),
    "case_hours_of_none": (0, 0.015),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Crossings:
    """Participants who received another arm's programme, and those with rows that look like it.

    Parameters
    ----------
    sius, case : array of int, persons
        First day with a SIUS consultant, or a case manager, of a person in another arm; ``FAR`` for everyone else.
    lookalikes : mapping of str to array of int
        Positions of the persons with rows that are no receipt, by what is wrong with the rows.
    """

    sius: Ints
    case: Ints
    lookalikes: Mapping[str, Ints]


def draw_crossings(people: People, rng: np.random.Generator) -> Crossings:
    """Draw who received another arm's programme.

    Parameters
    ----------
    people : People
        The participants.
    rng : numpy.random.Generator
        For chance.
    """
    n = len(people)
    settled = (people.started != MISSING) & (people.death == FAR) & (people.emigrated == FAR)
    free = {a: list(rng.permutation(np.flatnonzero(settled & (people.arm == a)))) for a in range(3)}
    size = [int((people.arm == a).sum()) for a in range(3)]

    def some(a: int, share: float) -> Ints:
        k = max(1, round(share * size[a])) if share else 0
        taken, free[a] = free[a][:k], free[a][k:]
        return np.array(taken, dtype=np.int64)

    days = {"SE": np.full(n, FAR), "CM": np.full(n, FAR)}
    for programme, shares in targets.CROSSING.items():
        who = np.concatenate([some(a, share) for a, share in enumerate(shares)])
        days[programme][who] = people.randomised[who] + rng.integers(30, 96, len(who))
    odd = {name: some(a, share) for name, (a, share) in _LOOKALIKES.items()}
    return Crossings(sius=days["SE"], case=days["CM"], lookalikes=odd)


def looks_like_sius(people: People, crossings: Crossings) -> Table:
    """Return spells with a SIUS consultant that are not receipt: over before randomisation, after the end, or reversed.

    Parameters
    ----------
    people : People
        The participants.
    crossings : Crossings
        Who has them.
    """
    before, after, reverse = (crossings.lookalikes[f"sius_{k}"] for k in _SIUS)
    drawn, end = people.randomised, targets.INTERVENTIONS_END
    none = np.full(len(after), MISSING)
    first = np.concatenate([drawn[before] - 700, np.full(len(after), end + 3), drawn[reverse] - 40])
    last = np.concatenate([drawn[before] - 420, none, np.full(len(reverse), MISSING)])
    sius = np.concatenate([drawn[before] - 650, np.full(len(after), end + 1), drawn[reverse] + 50])
    to = np.concatenate([drawn[before] - 1, none, drawn[reverse] + 20])
    who = np.concatenate([before, after, reverse])
    return {
        "lopnr": people.serial[who],
        "intr_dat": first,
        "avakt_datum": last,
        "avakt_orsak": coded((None, "1", "2", "3", "5", "7"), np.where(last == MISSING, 0, 1)),
        "sius_from_datum": sius,
        "sius_tom_datum": to,
    }


def receipt_truth(people: People, crossings: Crossings, case_hours: Bools) -> list[list[Any]]:
    """Return ``programme, arm, n, received`` for every programme and arm.

    Parameters
    ----------
    people : People
        The participants.
    crossings : Crossings
        Who received another arm's programme.
    case_hours : array of bool
        Who has hours by a case manager among the rows that are no look-alikes.
    """
    started = people.started != MISSING
    received = {
        "FS": (people.arm == 0) & started,
        "SE": ((people.arm == 1) & started) | (crossings.sius < FAR),
        "CM": case_hours,
    }
    return [
        [programme, arm, int((people.arm == a).sum()), int(got[people.arm == a].sum())]
        for programme, got in received.items()
        for a, arm in enumerate(ARMS)
    ]
