"""The clean plan: spells and months from which every register is written, and from which the truth is evaluated.

On the start clock the class of work at month *k* holds from a random day after day *k* − 1 until the day before the next
such day, so that spells begin and end between the days that are looked at. Work is then seen by Af (a spell), by a control
statement (KU: whole calendar months), or both; subsidised work is always seen by Af.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from . import targets
from .columns import CUTOFF, FAR, Bools, Ints, Table, add_months, concatenated, month_of, month_start, taken, year_of
from .participants import People, Streams
from .targets import MONTHS
from .trajectories import NONE, REGULAR

__all__ = ["Plan", "make_plan"]

#: Benefit codes of the demonstration's own making: the lists are not public.
AE, SJ = 0, 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Spells without quirks. Every table has ``person`` (a position), ``from`` and ``to`` (``FAR`` where open).

    ``af`` has ``kind`` (class of work); ``ku`` has whole months as days, with ``employer`` and ``pay`` (SEK a month);
    ``benefit`` has ``kind`` (0 aktivitetsersättning, 1 sjukersättning); ``studies`` has ``kind``.
    """

    af: Table
    ku: Table
    benefit: Table
    studies: Table


def make_plan(people: People, state: Ints, streams: Streams) -> Plan:
    """Turn the months of work into spells, and draw benefit and studies.

    Parameters
    ----------
    people : People
        The participants.
    state : array of int, persons × 25
        Class of work at each month of the start clock.
    streams : callable
        Gives an independent random generator for a name.
    """
    af, ku = _work(people, state, streams("spells"))
    return Plan(
        af=af,
        ku=concatenated([_earlier_work(people, streams("earlier")), ku]),
        benefit=_benefit(people, state, streams("benefit")),
        studies=_studies(people, state, streams("studies")),
    )


def _work(people: People, state: Ints, rng: np.random.Generator) -> tuple[Table, Table]:
    n = len(people)
    days = add_months(people.start_zero[:, None], np.arange(-1, MONTHS)[None, :])
    # change[k] is the first day of month k's class: after day k − 1, at the latest day k
    change = np.empty((n, MONTHS + 1), dtype=np.int64)
    change[:, :MONTHS] = rng.integers(days[:, :-1] + 1, days[:, 1:] + 1)
    change[:, MONTHS] = days[:, -1] + rng.integers(1, 500, n)
    padded = np.zeros((n, MONTHS + 2), dtype=np.int64)
    padded[:, 1:-1] = state
    person, a = np.nonzero((state != NONE) & (state != padded[:, :-2]))
    _, b = np.nonzero((state != NONE) & (state != padded[:, 2:]))
    kind = state[person, a]
    first, last = change[person, a], change[person, b + 1] - 1
    regular = kind == REGULAR
    # 0 Af only, 1 KU only, 2 both
    edges = np.cumsum(targets.SOURCES, axis=1)[people.arm[person]]
    source = (rng.random(len(person))[:, None] >= edges[:, :2]).sum(axis=1)
    source = np.where(regular, source, np.where(rng.random(len(person)) < 0.7, 2, 0))
    by_af = (source != 1) & (first <= CUTOFF)
    open_end = np.where(last > CUTOFF, FAR, last)
    af: Table = {"person": person[by_af], "from": first[by_af], "to": open_end[by_af], "kind": kind[by_af]}
    base = month_of(people.start_zero)[person]
    by_ku = (source != 0) & (base + a <= month_of(np.array(CUTOFF)))
    employer = rng.integers(1, 9_000_000, len(person))
    pay = np.where(regular, rng.integers(90, 240, len(person)), rng.integers(110, 200, len(person))) * 100
    ku: Table = {
        "person": person[by_ku],
        "from": month_start(base + a)[by_ku],
        "to": month_start(np.minimum(base + b, month_of(np.array(CUTOFF))) + 1)[by_ku] - 1,
        "employer": employer[by_ku],
        "pay": pay[by_ku],
    }
    return af, ku


def _earlier_work(people: People, rng: np.random.Generator) -> Table:
    """Return months of work in the years before randomisation, none of them in its month or after."""
    who = np.flatnonzero(rng.random(len(people)) < 0.28)
    end = month_of(people.randomised)[who] - rng.integers(1, 24, len(who))
    start = np.maximum(end - rng.integers(0, 14, len(who)), month_of(np.array(targets.SNAPSHOTS[0])) - 9)
    return {
        "person": who,
        "from": month_start(np.minimum(start, end)),
        "to": month_start(end + 1) - 1,
        "employer": rng.integers(1, 9_000_000, len(who)),
        "pay": rng.integers(30, 160, len(who)) * 100,
    }


def _stop(people: People, day: Ints) -> Ints:
    """Return a last day that is not beyond the day before death or emigration."""
    return np.asarray(np.minimum(day, np.minimum(people.death, people.emigrated) - 1))


def _benefit(people: People, state: Ints, rng: np.random.Generator) -> Table:
    """Return spells of benefit: on it the day before randomisation; it ends at 30, with work, or for other reasons."""
    n = len(people)
    nineteen = add_months(people.born, 19 * 12)
    first = np.maximum(people.randomised - rng.integers(60, 1800, n), nineteen - rng.integers(0, 150, n))
    first = month_start(month_of(np.minimum(first, people.randomised - 40)))
    thirty = add_months(people.born, 30 * 12)
    # the benefit is paid to the end of the month before the one in which the person turns 30, or later
    at_30 = np.maximum(month_start(month_of(thirty)) - 1, people.randomised + 5)
    worked: Bools = (state[:, 12:] != NONE).sum(axis=1) >= 6
    leaves = rng.random(n) < np.where(worked, 0.45, 0.10)
    leave = month_start(month_of(people.randomised + rng.integers(150, 900, n))) - 1
    last = np.minimum(at_30, np.where(leaves, leave, FAR))
    end = _stop(people, last)
    gap = (rng.random(n) < 0.05) & (end > people.randomised + 560)
    pause = people.randomised + rng.integers(120, 330, n)
    resume = pause + rng.integers(100, 200, n)
    person = np.arange(n)
    spells: list[Table] = [
        {"person": person, "from": first, "to": np.where(gap, pause, end), "kind": np.full(n, AE)},
        {"person": person[gap], "from": resume[gap], "to": end[gap], "kind": np.full(int(gap.sum()), AE)},
    ]
    goes_on = (at_30 < np.where(leaves, leave, FAR)) & (end == at_30) & (end < CUTOFF) & (rng.random(n) < 0.45)
    final = _stop(people, np.full(n, FAR))
    goes_on &= final > end
    spells.append(
        {"person": person[goes_on], "from": end[goes_on] + 1, "to": final[goes_on], "kind": np.full(goes_on.sum(), SJ)}
    )
    table = concatenated(spells)
    to = np.asarray(table["to"])
    table["to"] = np.where(to >= CUTOFF, FAR, to)
    return taken(table, np.asarray(table["from"]) <= CUTOFF)


def _studies(people: People, state: Ints, rng: np.random.Generator) -> Table:
    """Return terms of study, less often for those in work."""
    n = len(people)
    busy = (state != NONE).any(axis=1)
    studies = rng.random(n) < np.where(busy, 0.08, 0.16)
    who = np.flatnonzero(studies)
    term = rng.integers(-1, 5, len(who))
    year = year_of(people.randomised)[who]
    start = month_start((year - 1970) * 12 + 6 * term + np.where(term % 2 == 0, 0, 1)) + rng.integers(8, 25, len(who))
    end = start + rng.integers(80, 700, len(who))
    end = _stop_rows(people, who, end)
    keep = (start <= CUTOFF) & (end > start)
    end = np.where(end > CUTOFF, FAR, end)
    kind = rng.choice(4, len(who), p=[0.5, 0.3, 0.1, 0.1])
    return {"person": who[keep], "from": start[keep], "to": end[keep], "kind": kind[keep]}


def _stop_rows(people: People, who: Ints, day: Ints) -> Ints:
    return np.asarray(np.minimum(day, np.minimum(people.death, people.emigrated)[who] - 1))
