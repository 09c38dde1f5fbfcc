"""What the registers hold beside the plan: rows that must not change the truth, and do where a rule is forgotten.

Every function returns rows, and says how many of each kind it planted.
"""

from __future__ import annotations

from datetime import date

import numpy as np

from .columns import (
    CUTOFF,
    FAR,
    MISSING,
    Bools,
    Ints,
    Table,
    add_months,
    as_day,
    coded,
    concatenated,
    length,
    month_of,
    taken,
    year_of,
)
from .participants import People
from .registers.employment_and_benefits import BENEFITS, STUDIES, pick_codes
from .spell_plan import Plan
from .targets import CODE_56_ENDS, MONTH
from .trajectories import OTHER, REGULAR, SUPPORT

__all__ = ["Counts", "benefit_quirks", "ku_quirks", "sokatper_quirks", "studies_quirks"]

Counts = dict[str, int]

#: Codes that look like work and are not: own business, part time, hourly, temporary, EES.
_LOOKALIKES = (46, 21, 22, 23, 34, 54, 70)
#: Code, the day on which it comes into or falls out of the list, and whether it falls out.
_ERAS = (
    (56, CODE_56_ENDS, True),
    (47, as_day(date(2015, 8, 1)), False),
    (48, as_day(date(2015, 8, 1)), False),
    (51, as_day(date(2015, 11, 1)), False),
    (50, as_day(date(2017, 3, 1)), False),
)


def _some(mask: Bools, share: float, rng: np.random.Generator) -> Ints:
    """Return positions: a share of everyone, at least three, among those where the mask is true."""
    where = np.flatnonzero(mask)
    return np.sort(rng.permutation(where)[: max(3, round(share * len(mask)))])


def _spells(person: Ints, first: Ints, last: Ints, skat: Ints) -> Table:
    n = len(person)
    return {"person": person, "from": first, "to": last, "kind": np.zeros(n, dtype=np.int64), "skat": skat}


def sokatper_quirks(people: People, state: Ints, work: Table, rng: np.random.Generator) -> tuple[Table, Counts]:
    """Return rows of SOKATPER that must not count, and how many of each kind.

    Parameters
    ----------
    people : People
        The participants.
    state : array of int, persons × 25
        Planned class of work on the start clock.
    work : Table
        The planned spells, with codes.
    rng : numpy.random.Generator
        For chance.
    """
    idle = state[:, MONTH] == 0
    day = add_months(people.start_zero, MONTH)
    parts: dict[str, Table] = {}
    who = _some(idle, 0.03, rng)
    # swapped ends would cover the day of month 15
    early, late = day[who] - rng.integers(5, 40, len(who)), day[who] + rng.integers(5, 40, len(who))
    parts["sokatper_reversed_work"] = _spells(who, late, early, rng.choice([42, 41, 33], len(who)))
    who = _some(idle, 0.05, rng)
    codes = np.array(_LOOKALIKES)[np.arange(len(who)) % len(_LOOKALIKES)]
    first = day[who] - rng.integers(20, 200, len(who))
    parts["sokatper_not_work_but_looks_so"] = _spells(who, first, day[who] + rng.integers(20, 200, len(who)), codes)
    parts["sokatper_code_outside_its_era"] = _outside_era(day, idle, rng)
    parts["sokatper_stale_not_work_over_work"] = _stale(work, rng)
    parts["sokatper_work_inside_work"] = _nested(work, rng)
    parts["sokatper_work_while_dead_or_abroad"] = _away(people, rng)
    rows = rng.permutation(length(work))[: max(3, length(work) // 40)]
    parts["sokatper_exact_duplicate"] = taken(work, np.sort(rows))
    return concatenated(list(parts.values())), {name: length(t) for name, t in parts.items()}


def _outside_era(day: Ints, idle: Bools, rng: np.random.Generator) -> Table:
    """Return spells over the day of month 15 whose code is not in the list on the spell's first day."""
    parts = []
    for code, border, ended in _ERAS:
        who = _some(idle, 0.006, rng)
        gap = rng.integers(1, 60, len(who))
        first = np.maximum(border + gap, day[who] - 150) if ended else np.minimum(border, day[who]) - gap
        parts.append(_spells(who, first, day[who] + rng.integers(10, 90, len(who)), np.full(len(who), code)))
    return concatenated(parts)


def _stale(work: Table, rng: np.random.Generator) -> Table:
    """Return rows without work, never closed, that lie over work."""
    rows = taken(work, np.sort(rng.permutation(length(work))[: max(3, length(work) // 8)]))
    n = length(rows)
    first = np.asarray(rows["from"]) - rng.integers(0, 60, n)
    last = np.where(rng.random(n) < 0.5, FAR, np.minimum(np.asarray(rows["to"]), CUTOFF) + rng.integers(0, 50, n))
    group = pick_codes(first, "openly_unemployed", rng)
    return _spells(np.asarray(rows["person"]), first, last, group)


def _nested(work: Table, rng: np.random.Generator) -> Table:
    """Return rows of work inside planned work whose class goes before theirs or is the same."""
    rows = taken(work, np.sort(rng.permutation(length(work))[: max(3, length(work) // 5)]))
    first, kind = np.asarray(rows["from"]), np.asarray(rows["kind"])
    room = np.minimum(np.asarray(rows["to"]), CUTOFF) - first
    start = first + np.floor(rng.random(len(first)) * (room + 1) * 0.4).astype(np.int64)
    stop = start + np.floor(rng.random(len(first)) * (first + room - start + 1)).astype(np.int64)
    codes = np.full(len(first), 41)
    under = pick_codes(start, "other_subsidised", rng)
    codes = np.where((kind == OTHER) | ((kind == SUPPORT) & (rng.random(len(first)) < 0.5)), under, codes)
    codes = np.where((kind == REGULAR) & (rng.random(len(first)) < 0.3), 35, codes)
    return _spells(np.asarray(rows["person"]), start, stop, codes)


def _away(people: People, rng: np.random.Generator) -> Table:
    """Return spells in work of those who are dead or abroad: Af did not know."""
    dead = np.flatnonzero(people.death < CUTOFF)
    gone = np.flatnonzero(people.emigrated < CUTOFF)
    who = np.concatenate([dead, gone])
    first = np.concatenate([people.death[dead], people.emigrated[gone]])
    last = np.concatenate(
        [np.full(len(dead), FAR), np.where(people.returned[gone] == FAR, FAR, people.returned[gone] - 1)]
    )
    return _spells(who, first, last, rng.choice([42, 41], len(who)))


def _statements(person: Ints, year: Ints, first: Ints, last: Ints, rng: np.random.Generator) -> Table:
    n = len(person)
    return {
        "person": person,
        "ar": year,
        "lopnr_peorgnr": rng.integers(1, 9_000_000, n),
        "fromman": first,
        "tomman": last,
        "kontbrutto": rng.integers(2_000, 90_000, n),
    }


def ku_quirks(people: People, state: Ints, ku: Table, rng: np.random.Generator) -> tuple[Table, Counts]:
    """Return control statements that must not count, and how many of each kind.

    Parameters
    ----------
    people : People
        The participants.
    state : array of int, persons × 25
        Planned class of work on the start clock.
    ku : Table
        The planned statements.
    rng : numpy.random.Generator
        For chance.
    """
    idle = state[:, MONTH] == 0
    year = year_of(add_months(people.start_zero, MONTH))
    parts: dict[str, Table] = {}
    who = _some(idle, 0.06, rng)
    stated = rng.integers(1, 13, len(who))
    which = np.arange(len(who)) % 4  # one in four has one of its two months
    first = np.where(which == 1, stated, MISSING)
    last = np.where(which == 3, stated, MISSING)
    parts["ku_without_months"] = _statements(who, year[who], first, last, rng)
    dead = np.flatnonzero((people.death < CUTOFF) & (month_of(people.death) % 12 < 11))
    month = month_of(people.death[dead])
    # the month of death itself would count until the day of death
    parts["ku_after_death"] = _statements(dead, month // 12 + 1970, month % 12 + 2, np.full(len(dead), 12), rng)
    next_year = np.flatnonzero(people.death < CUTOFF - 365)
    n = len(next_year)
    parts["ku_years_after_death"] = _statements(
        next_year, year_of(people.death[next_year]) + 1, np.full(n, 1), np.full(n, 12), rng
    )
    parts["ku_while_abroad"] = _abroad(people, rng)
    rows = rng.permutation(length(ku))[: max(3, length(ku) // 50)]
    parts["ku_exact_duplicate"] = taken(ku, np.sort(rows))
    return concatenated(list(parts.values())), {name: length(t) for name, t in parts.items()}


def _abroad(people: People, rng: np.random.Generator) -> Table:
    """Return statements for whole months abroad in the year of emigration and the next."""
    parts = []
    for later in (0, 1):
        year = year_of(np.minimum(people.emigrated, CUTOFF)) + later
        january = (year - 1970) * 12
        first = np.maximum(month_of(people.emigrated) + 1, january)
        last = np.minimum(month_of(people.returned) - 1, january + 11)
        who = np.flatnonzero((people.emigrated < CUTOFF) & (first <= last) & (year <= 2017))
        parts.append(_statements(who, year[who], first[who] % 12 + 1, last[who] % 12 + 1, rng))
    return concatenated(parts)


def benefit_quirks(people: People, plan: Plan, fk: Table, rng: np.random.Generator) -> tuple[Table, Counts]:
    """Return other benefits after the end of the ones that count, and duplicates, and how many of each kind.

    None of the other benefits covers the day before randomisation, so that the diagnosis of that day is one.

    Parameters
    ----------
    people : People
        The participants.
    plan : Plan
        The planned spells.
    fk : Table
        The rows written from them.
    rng : numpy.random.Generator
        For chance.
    """
    n = len(people)
    end = np.zeros(n, dtype=np.int64)
    np.maximum.at(end, np.asarray(plan.benefit["person"]), np.asarray(plan.benefit["to"]))
    here = np.minimum(people.death, people.emigrated) == FAR
    who = np.flatnonzero((end < CUTOFF - 30) & here & (rng.random(n) < 0.6))
    first = end[who] + 1
    last = np.minimum(first + rng.integers(30, 500, len(who)), CUTOFF)
    days = last - first + 1
    others: Table = {
        "lopnr": people.serial[who],
        "fall_from_datum": first,
        "fall_tom_datum": last,
        "del_from_datum": first,
        "del_tom_datum": last,
        "forman_kod": coded(BENEFITS, rng.integers(2, len(BENEFITS), len(who))),
        "delforman_kod": coded((None, "1", "2"), np.zeros(len(who))),
        "omfattning": np.ones(len(who)),
        "manbelopp": np.full(len(who), 7_000),
        "diagnos1_kod": coded(("F32", "M79"), rng.integers(0, 2, len(who))),
        "del_dagar_brutto": days,
        "del_dagar_netto": days,
        "del_belopp_brutto": np.round(days * 7_000 / 30).astype(np.int64),
    }
    rows = np.sort(rng.permutation(length(fk))[: max(3, length(fk) // 100)])
    parts = {"fk_other_benefit": others, "fk_exact_duplicate": taken(fk, rows)}
    return concatenated(list(parts.values())), {name: length(t) for name, t in parts.items()}


def studies_quirks(people: People, rng: np.random.Generator) -> tuple[Table, Counts]:
    """Return reversed spells of study, and how many.

    Parameters
    ----------
    people : People
        The participants.
    rng : numpy.random.Generator
        For chance.
    """
    who = _some(np.ones(len(people), dtype=np.bool_), 0.01, rng)
    day = add_months(people.start_zero, MONTH)[who]
    table: Table = {
        "lopnr": people.serial[who],
        "from": day + rng.integers(5, 60, len(who)),
        "tom": day - rng.integers(5, 60, len(who)),
        "slag": coded(STUDIES, rng.integers(0, 3, len(who))),
    }
    return table, {"studies_reversed": len(who)}
