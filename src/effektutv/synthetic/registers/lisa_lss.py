"""Rows of the annual and yearly registers, LISA and LSS, for participants and population alike."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from ..columns import Bools, Floats, Ints, Table, as_day, coded, taken, year_of
from ..participants import People, municipalities
from ..targets import SNAPSHOTS

__all__ = ["YEARS", "Residents", "lisa_rows", "lss_of_participants", "lss_rows", "residents_of"]

#: Years of LISA that the demonstration writes.
YEARS = (2012, 2013, 2014, 2015, 2016)
#: Municipalities of residence: the project's, and a few others that the population lives in.
PLACES = (*municipalities(), "1281", "1230", "1262", "2482", "1780")
_SUN = ("000", "106", "206", "316", "327", "417", "537", "640")
_BANDS = (("barn0_3", 0, 3), ("barn4_6", 4, 6), ("barn7_10", 7, 10), ("barn11_15", 11, 15), ("barn16_17", 16, 17))


@dataclass(frozen=True, slots=True, kw_only=True)
class Residents:
    """What LISA says of persons; arrays of persons, or persons × years where a value changes with the year."""

    serial: Ints
    woman: Bools
    born_year: Ints
    background: Ints
    place: Ints
    level: Ints
    child_born: Ints
    earnings: Ints
    benefit: Floats
    present: Bools


def lisa_rows(who: Residents, year: int, rng: np.random.Generator) -> Table:
    """Return one year's rows: a person is in it who was alive and in the country on 31 December.

    Parameters
    ----------
    who : Residents
        The persons.
    year : int
        The calendar year.
    rng : numpy.random.Generator
        For what nothing else depends on.
    """
    j = YEARS.index(year)
    n = len(who.serial)
    place = np.where(rng.random(n) < 0.02, rng.integers(0, len(PLACES), n), who.place)
    age_of_child = year - who.child_born
    earned = who.earnings[:, j]
    other = np.round(rng.gamma(8.0, 12.0, n), 1)
    employed = (earned > 400) | (rng.random(n) < 0.01)
    table: Table = {
        "lopnr": who.serial,
        "kon": coded(("1", "2"), who.woman),
        "fodelsear": who.born_year,
        "kommun": coded(PLACES, place),
        "lan": coded([p[:2] for p in PLACES], place),
        "utlsvbakg": coded(("11", "12", "21", "22"), who.background),
        "sun2000niva_old": who.level[:, j],
        "sun2000niva": coded((None, *_SUN[1:]), np.where(rng.random(n) < 0.01, 0, who.level[:, j])),
    }
    for name, low, high in _BANDS:
        table[name] = ((age_of_child >= low) & (age_of_child <= high)).astype(np.int64)
    table |= {
        "barn18plus": np.zeros(n, dtype=np.int64),
        "civil": coded((None, "OG", "G", "S"), rng.choice(4, n, p=[0.02, 0.90, 0.06, 0.02])),
        "loneink": earned.astype(np.float64),
        "dispink04": np.round(0.7 * earned + 0.8 * who.benefit[:, j] + other, 1),
        "akters": np.round(who.benefit[:, j], 0),
        "sjukers": np.zeros(n),
        "bosttill": np.where(rng.random(n) < 0.3, np.round(rng.gamma(9.0, 18.0, n), 1), 0.0),
        "syssstat11": coded(("1", "5", "6", "7"), np.where(employed, 0, rng.integers(1, 4, n))),
    }
    return taken(table, who.present[:, j])


def residents_of(people: People, earnings: Ints, rng: np.random.Generator) -> Residents:
    """Return what LISA says of the participants.

    The year before randomisation has the characteristics of table A-1. The year of randomisation and those after differ
    for some (a child is born, upper secondary school is finished), so that reading the wrong year shows.

    Parameters
    ----------
    people : People
        The participants.
    earnings : array of int, persons × years
        Hundreds of SEK.
    rng : numpy.random.Generator
        For chance.
    """
    n = len(people)
    years = np.array(YEARS)
    drawn = year_of(people.randomised)
    born = year_of(people.born)
    after = years[None, :] >= drawn[:, None]
    basic = rng.choice([1, 2, 5], n, p=[0.12, 0.83, 0.05])
    level = np.where(people.secondary, rng.choice([3, 4], n, p=[0.4, 0.6]), basic)
    finishes = ~people.secondary & (basic < 3) & (rng.random(n) < 0.08)
    levels = np.where(after & finishes[:, None], 4, level[:, None])
    continues = people.secondary & (rng.random(n) < 0.05)
    levels = np.where(after & continues[:, None], 5, levels)
    # who had the schooling at baseline may have got it not long before
    young = people.secondary & (rng.random(n) < 0.3)
    levels = np.where((years[None, :] < drawn[:, None] - 1) & young[:, None], 2, levels)
    oldest = np.minimum(drawn - 1 - born - 17, 9)
    child = drawn - 1 - np.minimum(rng.integers(0, 8, n), np.maximum(oldest, 0))
    later = rng.random(n) < 0.05
    child = np.where(people.children, child, np.where(later, drawn + rng.integers(0, 2, n), 3000))
    present = np.stack([~people.away(np.full(n, as_day(date(y, 12, 31)))) for y in YEARS], axis=1)
    share = rng.uniform(0.85, 1.0, (n, len(YEARS)))
    entitled = years[None, :] >= np.minimum(drawn, born + 22)[:, None]
    return Residents(
        serial=people.serial,
        woman=people.woman,
        born_year=born,
        background=np.where(people.foreign, 0, rng.choice([1, 2, 3], n, p=[0.06, 0.10, 0.84])),
        place=people.kommun,
        level=levels,
        child_born=child,
        earnings=earnings,
        benefit=np.where(entitled, share * 960.0, 0.0),
        present=present,
    )


def lss_rows(
    serial: Ints, place: Ints, present: Bools, daily: Bools, housing: Bools, rng: np.random.Generator
) -> Table:
    """Return the rows of the LSS snapshots.

    Parameters
    ----------
    serial, place : array of int, persons
        Serial numbers and positions among the places.
    present, daily, housing : array of bool, persons × snapshots
        Whether there is a row, and its decisions on daily activities (p10) and housing (p9).
    rng : numpy.random.Generator
        For the other decisions.
    """
    person, j = np.nonzero(present)
    n = len(person)
    table: Table = {
        "lopnr": serial[person],
        "matdatum": SNAPSHOTS[j],
        "kommun": coded(PLACES, place[person]),
        "personkrets": coded((None, "1", "2", "3"), rng.choice(4, n, p=[0.02, 0.86, 0.05, 0.07])),
    }
    for measure, share in zip(range(2, 9), (0.05, 0.25, 0.20, 0.08, 0.06, 0.01, 0.01), strict=True):
        table[f"p{measure}"] = (rng.random(n) < share).astype(np.int64)
    table["p9"] = housing[person, j].astype(np.int64)
    table["p10"] = daily[person, j].astype(np.int64)
    return table


def lss_of_participants(people: People, worked: Bools, rng: np.random.Generator) -> tuple[Table, Bools, dict[str, int]]:
    """Return the participants' LSS rows, who had daily activities in any snapshot before, and what was planted.

    Baseline is the last snapshot strictly before randomisation, whether or not the person is in it. Planted: daily
    activities that end after randomisation, more often for those in work, or begin after it; an earlier snapshot with
    them where the last one has none, or where the last one has no row at all.

    Parameters
    ----------
    people : People
        The participants.
    worked : array of bool
        Who is in work at the main month.
    rng : numpy.random.Generator
        For chance.
    """
    n, m = len(people), len(SNAPSHOTS)
    j = np.arange(m)[None, :]
    base = (SNAPSHOTS[None, :] < people.randomised[:, None]).sum(axis=1)[:, None] - 1
    before, after = j < base, j > base
    since = base - rng.integers(0, 4, n)[:, None]
    present = people.lss[:, None] & (j >= since)
    daily = people.daily[:, None] & (j >= since)
    ends = people.daily & (rng.random(n) < np.where(worked, 0.6, 0.15))
    daily &= ~(after & ends[:, None])
    begins = people.lss & ~people.daily & (rng.random(n) < 0.15)
    daily |= present & after & begins[:, None]
    earlier = people.lss & ~people.daily & (rng.random(n) < 0.15)
    present |= before & earlier[:, None]
    daily |= before & earlier[:, None]
    left = ~people.lss & (rng.random(n) < 0.025)
    present |= before & left[:, None]
    daily |= before & left[:, None]
    enters = ~people.lss & (rng.random(n) < 0.04)
    present |= after & enters[:, None]
    daily |= after & enters[:, None]
    present &= ~people.away(np.broadcast_to(SNAPSHOTS, (n, m)))
    daily &= present
    housing = present & people.housing[:, None]
    counts = {
        "lss_daily_ends_after_randomisation": int(ends.sum()),
        "lss_daily_begins_after_randomisation": int(begins.sum() + enters.sum()),
        "lss_daily_earlier_but_not_in_last_snapshot": int(earlier.sum()),
        "lss_daily_earlier_but_no_row_in_last_snapshot": int(left.sum()),
    }
    any_before = (daily & (j <= base)).any(axis=1)
    return lss_rows(people.serial, people.kommun, present, daily, housing, rng), any_before, counts
