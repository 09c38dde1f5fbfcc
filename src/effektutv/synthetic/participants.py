"""The participants: stratum, arm, dates, baseline characteristics, deaths and moves.

Shares are met by apportionment, not by luck: a characteristic goes to the persons with the highest scores, and scores
hold chance and what plausibly goes with it. Nothing here looks at the arm but what happens after the draw.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from effektutv.registers.schema.table_schema import load_codelist

from . import targets
from .columns import CUTOFF, FAR, MISSING, Bools, Floats, Ints, add_months, month_start, year_of
from .targets import SHARES, apportion

__all__ = ["People", "draw_people", "draw_serials", "municipalities"]

#: The largest prime below 10**8: serial numbers are an affine image of 0, 1, 2, … modulo it, so that none is used twice
#: and a chunk of the population needs none of the others.
_MODULUS = 99_999_989
_MULTIPLIER = 61_803_399

#: A source of a named, independent random generator.
Streams = Callable[[str], np.random.Generator]


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """One entry a participant in every array; days as in :mod:`.tables`, ``FAR`` for what never happened."""

    serial: Ints
    kommun: Ints
    arm: Ints
    probability: Floats
    randomised: Ints
    started: Ints
    start_zero: Ints
    dropout: Ints
    provider: Ints
    born: Ints
    woman: Bools
    children: Bools
    foreign: Bools
    secondary: Bools
    lss: Bools
    daily: Bools
    housing: Bools
    diagnosis: Ints
    death: Ints
    emigrated: Ints
    returned: Ints

    def __len__(self) -> int:
        return len(self.serial)

    def away(self, day: Ints, rows: Ints | None = None) -> Bools:
        """Return whether each person is dead or abroad on a day: from the day of it, until the day before the return.

        Parameters
        ----------
        day : array of int
            A day for each person; a second axis holds several.
        rows : array of int, optional
            The persons that the days belong to; everyone if not given.
        """
        who = np.arange(len(self)) if rows is None else rows
        shape = (-1,) + (1,) * (day.ndim - 1)
        dead = day >= self.death[who].reshape(shape)
        gone = (day >= self.emigrated[who].reshape(shape)) & (day < self.returned[who].reshape(shape))
        return np.asarray(dead | gone)


def municipalities() -> tuple[str, ...]:
    """Return the project's municipality codes in the code list's order."""
    return load_codelist("kommun").values


def draw_serials(index: Ints, seed: int) -> Ints:
    """Return each person's serial number from the person's position: never the same one twice.

    Parameters
    ----------
    index : array of int
        Positions from 0.
    seed : int
        The demonstration's seed.
    """
    return np.asarray((index * _MULTIPLIER + 1 + seed * 7_654_321 % _MODULUS) % _MODULUS)


def draw_people(n: int, seed: int, streams: Streams) -> People:
    """Draw the participants.

    Parameters
    ----------
    n : int
        How many were randomised.
    seed : int
        The demonstration's seed, for the serial numbers.
    streams : callable
        Gives an independent random generator for a name.
    """
    kommun, arm, probability = _randomise(n, streams("strata"))
    randomised = _days_of_draw(kommun, streams("days"))
    started, start_zero = _starts(kommun, arm, randomised, streams("starts"))
    rng = streams("people")
    ages = rng.permutation(np.repeat(targets.AGES, apportion(targets.AGE_WEIGHTS, n)))
    # the month and day of birth are in no register; the year is the calendar year of the draw less the age
    born = month_start((year_of(randomised) - ages - 1970) * 12) + rng.integers(0, 365, n)
    traits = _traits(n, ages, streams("traits"))
    death, emigrated, returned = _events(randomised, start_zero, streams("events"))
    return People(
        serial=draw_serials(np.arange(n), seed),
        kommun=kommun,
        arm=arm,
        probability=probability,
        randomised=randomised,
        started=started,
        start_zero=start_zero,
        dropout=_dropouts(arm, started, np.minimum(death, emigrated), streams("dropout")),
        provider=np.where(arm == 0, MISSING, kommun * 10 + rng.integers(0, 3, n)),
        born=born,
        **traits[0],
        diagnosis=traits[1],
        death=death,
        emigrated=emigrated,
        returned=returned,
    )


def _randomise(n: int, rng: np.random.Generator) -> tuple[Ints, Ints, Floats]:
    """Return stratum, arm and the arm's probability: fixed counts within each municipality, permuted."""
    codes = municipalities()
    weights = np.array([targets.KOMMUN_WEIGHTS.get(c, 1.0) for c in codes])
    sizes = apportion(weights, n)
    arms, probabilities = [], []
    seat = 2  # seats left over go round from CM, so that 1,063 gives 354, 354 and 355
    for size in sizes:
        counts = np.full(3, size // 3)
        for _ in range(int(size) % 3):
            counts[seat] += 1
            seat = (seat + 1) % 3
        drawn = rng.permutation(np.repeat(np.arange(3), counts))
        arms.append(drawn)
        probabilities.append(counts[drawn] / max(int(size), 1))
    return np.repeat(np.arange(len(codes)), sizes), np.concatenate(arms), np.round(np.concatenate(probabilities), 6)


def _days_of_draw(kommun: Ints, rng: np.random.Generator) -> Ints:
    """Return days of randomisation, working days only; areas that joined later start later."""
    codes = municipalities()
    first = np.full(len(codes), targets.FIRST_DAY)
    for i, code in enumerate(codes):
        if code in targets.LATE_AREAS:
            first[i] = targets.LATE_FIRST_DAY[code != "0380"]
    day = rng.integers(first[kommun], targets.LAST_DAY + 1)
    weekday = (day + 3) % 7  # 1970-01-01 was a Thursday
    day = day + np.where(weekday == 5, 2, np.where(weekday == 6, 1, 0))
    # a draw on the very day of a snapshot: that snapshot is not before it
    some = rng.permutation(np.flatnonzero(first[kommun] < targets.SNAPSHOTS[3]))[: max(1, len(kommun) // 150)]
    day[some] = targets.SNAPSHOTS[3]
    return day


def _starts(kommun: Ints, arm: Ints, randomised: Ints, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Return the day each intervention started and the start clock's time zero.

    Who never started takes the day of randomisation plus the floor of the median delay, in days, of the stratum's
    starters in all arms. At least one person starts in every stratum.
    """
    n = len(arm)
    mean = np.array(targets.DELAY_MEAN)[arm] / targets.DELAY_MAX
    delay = np.floor(rng.beta(mean * 4, (1 - mean) * 4) * (targets.DELAY_MAX + 1)).astype(np.int64)
    delay = np.minimum(delay, targets.DELAY_MAX)
    never = np.zeros(n, dtype=np.bool_)
    for a, share in enumerate(targets.NEVER_STARTED):
        members = np.flatnonzero(arm == a)
        never[rng.choice(members, max(1, round(share * len(members))), replace=False)] = True
    zero = randomised + delay
    for stratum in np.unique(kommun):
        members = np.flatnonzero(kommun == stratum)
        if never[members].all():
            never[members[0]] = False
        fallback = int(np.floor(np.median(delay[members[~never[members]]])))
        late = members[never[members]]
        zero[late] = randomised[late] + fallback
    return np.where(never, MISSING, randomised + delay), zero


def _dropouts(arm: Ints, started: Ints, gone: Ints, rng: np.random.Generator) -> Ints:
    """Return days of drop-out: chosen, and on death or emigration during the intervention."""
    n = len(arm)
    day = started + rng.integers(14, 451, n)
    leaves = (rng.random(n) < np.array(targets.DROPOUT_SHARE)[arm]) & (started != MISSING)
    day = np.where(leaves & (day <= targets.INTERVENTIONS_END), day, FAR)
    ends = (started != MISSING) & (gone <= targets.INTERVENTIONS_END)
    return np.where(ends, np.minimum(day, gone), day)


def _top(score: npt.NDArray[np.floating], share: float, rng: np.random.Generator, among: Bools | None = None) -> Bools:
    """Return who has a characteristic: an exact number, those with the highest scores, chance included."""
    noisy = score + rng.gumbel(size=len(score))
    if among is not None:
        noisy = np.where(among, noisy, -np.inf)
    chosen = np.zeros(len(score), dtype=np.bool_)
    chosen[np.argsort(-noisy, kind="stable")[: round(share * len(score))]] = True
    return chosen


def _traits(n: int, ages: Ints, rng: np.random.Generator) -> tuple[dict[str, Bools], Ints]:
    """Return the characteristics of table A-1 with its shares, and the diagnosis as a position in the list."""
    flat = np.zeros(n)
    woman = _top(flat, SHARES["woman"], rng)
    diagnosis = np.full(n, len(targets.DIAGNOSES) - 1)
    counts = apportion(np.array([share for _, share, _ in targets.DIAGNOSES]), n)
    lean = {"forstamning": 0.9, "neuros_stress": 0.6, "personlighet": 1.2, "psykisk_utveckling": -0.9, "beteende": -0.3}
    free = np.ones(n, dtype=np.bool_)
    for i, (name, _, _) in enumerate(targets.DIAGNOSES[:-1]):
        who = _top(lean.get(name, 0.0) * woman, counts[i] / n, rng, free)
        diagnosis[who] = i
        free &= ~who
    disability = (diagnosis == 3) * 2.6 + (diagnosis == 4) * 1.5
    lss = _top(disability, SHARES["lss"], rng)
    return {
        "woman": woman,
        "children": _top(0.25 * (ages - 24) + 1.0 * woman - 1.5 * lss, SHARES["children"], rng),
        "foreign": _top(flat, SHARES["foreign"], rng),
        "secondary": _top(0.2 * (ages - 24) - 1.2 * lss - 0.8 * (diagnosis == 5), SHARES["secondary"], rng),
        "lss": lss,
        "daily": _top(flat, SHARES["daily"], rng, lss),
        "housing": _top(0.5 * (diagnosis == 3), SHARES["housing"], rng, lss),
    }, diagnosis


def _events(randomised: Ints, zero: Ints, rng: np.random.Generator) -> tuple[Ints, Ints, Ints]:
    """Return days of death, emigration and return, all after every possible start; the first of each before month 15."""
    n = len(randomised)
    dead = max(2, round(targets.DEATH_SHARE * n))
    abroad = max(2, round(targets.EMIGRATION_SHARE * n))
    who = rng.permutation(n)[: dead + abroad]
    earliest = randomised[who] + targets.DELAY_MAX + 10
    latest = np.full(len(who), CUTOFF)
    early = np.array([0, dead])  # one of each that month 15 must know of
    latest[early] = add_months(zero[who[early]], targets.MONTH) - 40
    day = rng.integers(earliest, latest + 1)
    death, emigrated, returned = np.full(n, FAR), np.full(n, FAR), np.full(n, FAR)
    death[who[:dead]] = day[:dead]
    emigrated[who[dead:]] = day[dead:]
    back = day[dead:] + rng.integers(150, 500, abroad)
    returned[who[dead:]] = np.where((np.arange(abroad) % 2 == 1) & (back <= CUTOFF), back, FAR)
    return death, emigrated, returned
