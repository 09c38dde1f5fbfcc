"""The participants' rows of the spell registers, written from the clean plan."""

from __future__ import annotations

from datetime import date

import numpy as np

from effektutv.registers.schema.table_schema import load_codelist

from .. import targets
from ..columns import (
    CUTOFF,
    FAR,
    MISSING,
    Coded,
    Column,
    Ints,
    Table,
    as_day,
    coded,
    concatenated,
    length,
    month_of,
    month_start,
    taken,
    year_of,
)
from ..participants import People
from ..programme_receipt import Crossings, looks_like_sius
from ..spell_plan import Plan
from ..trajectories import OTHER, REGULAR, SUPPORT

__all__ = [
    "BENEFITS",
    "STUDIES",
    "beslut_rows",
    "closed",
    "event_rows",
    "fk_rows",
    "inskrivning_rows",
    "jobseeking_rows",
    "ku_rows",
    "monthly_benefit",
    "pick_codes",
    "sokatper_rows",
    "studies_rows",
    "yearly_pay",
]

#: Benefit codes, made up: the register's own list is not public. The first two are the study file's.
BENEFITS = ("AE", "SJ", "SP", "RP", "BT")
STUDIES = load_codelist("studieslag").values
_CLASSES = {SUPPORT: "employment_with_support", OTHER: "other_subsidised", REGULAR: "working_registered"}
#: How often each code is used within its class; those not named have 1.
_WEIGHTS = {
    "42": 6.0,
    "38": 2.0,
    "43": 2.0,
    "58": 3.0,
    "56": 400.0,
    "33": 4.0,
    "51": 2.0,
    "50": 0.3,
    "41": 2.0,
    "31": 4.0,
}
_RAISE = as_day(date(2017, 7, 1))
_PRICE_BASE = {2014: 44_400, 2015: 44_500, 2016: 44_300, 2017: 44_800}


def closed(day: Column) -> Ints:
    """Return last days with an open end as a missing value.

    Parameters
    ----------
    day : array of int
        Last days, ``FAR`` where open.
    """
    values = np.asarray(day)
    return np.asarray(np.where(values >= FAR, MISSING, values))


def pick_codes(first: Ints, group: str, rng: np.random.Generator) -> Ints:
    """Return a jobseeker category of a class for each spell, valid on the spell's first day.

    Parameters
    ----------
    first : array of int
        First days.
    group : str
        Class of the code list.
    rng : numpy.random.Generator
        For chance.
    """
    codes = load_codelist("skat").of_class(group)
    since = np.array([as_day(c.valid_from) if c.valid_from else -FAR for c in codes])
    until = np.array([as_day(c.valid_to) if c.valid_to else FAR for c in codes])
    weight = np.array([_WEIGHTS.get(c.code, 1.0) for c in codes])
    valid = (first[:, None] >= since) & (first[:, None] <= until)
    edges = np.cumsum(valid * weight, axis=1)
    drawn = rng.random(len(first)) * edges[:, -1] if len(first) else np.zeros(0)
    position = (edges <= drawn[:, None]).sum(axis=1)
    return np.asarray(np.array([int(c.code) for c in codes], dtype=np.int64)[position])


def sokatper_rows(plan: Plan, rng: np.random.Generator) -> Table:
    """Return spells in work by jobseeker category, with ``person`` and ``kind`` kept for what is planted on them.

    Parameters
    ----------
    plan : Plan
        Their spells, without quirks.
    rng : numpy.random.Generator
        For chance.
    """
    af = plan.af
    person, first, last, kind = (np.asarray(af[name]) for name in ("person", "from", "to", "kind"))
    parts: list[Table] = []
    for k, group in _CLASSES.items():
        where = kind == k
        codes = pick_codes(first[where], group, rng)
        parts.append(
            {"person": person[where], "from": first[where], "to": last[where], "kind": kind[where], "skat": codes}
        )
    table = concatenated(parts)
    # category 31 is for three months at most: then it goes on as 41
    long = (np.asarray(table["skat"]) == 31) & (np.asarray(table["to"]) - np.asarray(table["from"]) > 91)
    rest = taken(table, long)
    rest["from"] = np.asarray(rest["from"]) + 91
    rest["skat"] = np.full(length(rest), 41)
    table["to"] = np.where(long, np.asarray(table["from"]) + 90, np.asarray(table["to"]))
    keep = np.asarray(rest["from"]) <= CUTOFF
    table = concatenated([table, taken(rest, keep)])
    table["to"] = np.where(np.asarray(table["to"]) > CUTOFF, FAR, np.asarray(table["to"]))
    return table


def jobseeking_rows(people: People, rng: np.random.Generator) -> Table:
    """Return spells without work: openly unemployed, not ready, in programmes; they lie over each other and over work.

    Parameters
    ----------
    people : People
        The participants.
    rng : numpy.random.Generator
        For chance.
    """
    n = len(people)
    parts: list[Table] = []
    for group, share in (("openly_unemployed", 0.7), ("not_ready", 0.5), ("programme", 0.6), ("programme", 0.3)):
        who = np.flatnonzero(rng.random(n) < share)
        first = people.randomised[who] + rng.integers(-300, 420, len(who))
        last = first + rng.integers(10, 400, len(who))
        open_ended = (rng.random(len(who)) < 0.2) | (last > CUTOFF)
        parts.append(
            {
                "person": who,
                "from": first,
                "to": np.where(open_ended, FAR, last),
                "kind": np.zeros(len(who), dtype=np.int64),
                "skat": pick_codes(first, group, rng),
            }
        )
    return concatenated(parts)


def ku_rows(plan: Plan, rng: np.random.Generator) -> Table:
    """Return control statements: one row a spell and calendar year, with ``person`` kept.

    Parameters
    ----------
    plan : Plan
        Their spells, without quirks.
    rng : numpy.random.Generator
        For chance.
    """
    person, first, last, employer, pay = (np.asarray(plan.ku[k]) for k in ("person", "from", "to", "employer", "pay"))
    a, b = month_of(first), month_of(last)
    years = np.arange(2010, 2018)[None, :]
    low = np.maximum(a[:, None], (years - 1970) * 12)
    high = np.minimum(b[:, None], (years - 1970) * 12 + 11)
    row, j = np.nonzero(low <= high)
    months = (high - low + 1)[row, j]
    return {
        "person": person[row],
        "ar": years[0, j],
        "lopnr_peorgnr": employer[row],
        "fromman": low[row, j] % 12 + 1,
        "tomman": high[row, j] % 12 + 1,
        "kontbrutto": pay[row] * months + rng.integers(0, 900, len(row)),
    }


def yearly_pay(ku: Table, n: int, years: tuple[int, ...]) -> Ints:
    """Return earnings by person and year in hundreds of SEK, the sum of the control statements.

    Parameters
    ----------
    ku : Table
        Control statements with ``person``.
    n : int
        Number of persons.
    years : tuple of int
        Calendar years.
    """
    total = np.zeros((n, len(years)), dtype=np.int64)
    year, person, pay = (np.asarray(ku[k]) for k in ("ar", "person", "kontbrutto"))
    for j, y in enumerate(years):
        here = year == y
        np.add.at(total[:, j], person[here], pay[here])
    return total // 100


def inskrivning_rows(people: People, crossings: Crossings, rng: np.random.Generator) -> Table:
    """Return spells of registration at the employment service, with the SIUS consultant's dates of those who had one.

    Parameters
    ----------
    people : People
        The participants.
    crossings : Crossings
        Who received another arm's programme.
    rng : numpy.random.Generator
        For chance.
    """
    n = len(people)
    first = people.randomised - rng.integers(-20, 500, n)
    gone = np.minimum(people.death, people.emigrated)
    leaves = rng.random(n) < np.array([0.45, 0.25, 0.42])[people.arm]
    last = np.where(leaves, people.randomised + rng.integers(150, 900, n), FAR)
    last = np.minimum(last, np.where(rng.random(n) < 0.5, gone, FAR))
    last = np.where(last > CUTOFF, FAR, last)
    crossed = crossings.sius < FAR
    sius = ((people.arm == 1) & (people.started != MISSING)) | crossed
    began = np.where(crossed, crossings.sius, people.start_zero)
    end = np.maximum(np.minimum(people.dropout, began + rng.integers(250, 760, n)), began)
    end = np.where(end > np.minimum(CUTOFF, last), FAR, end)
    reason = np.where(last == FAR, 0, rng.integers(0, 6, n))
    now: Table = {
        "lopnr": people.serial,
        "intr_dat": first,
        "avakt_datum": closed(last),
        "avakt_orsak": coded((None, "1", "2", "3", "5", "7"), reason),
        "sius_from_datum": np.where(sius, began, MISSING),
        "sius_tom_datum": np.where(sius, closed(end), MISSING),
    }
    who = np.flatnonzero(rng.random(n) < 0.4)
    before = first[who] - rng.integers(300, 900, len(who))
    none = np.full(len(who), MISSING)
    earlier: Table = {
        "lopnr": people.serial[who],
        "intr_dat": before,
        "avakt_datum": before + rng.integers(20, 280, len(who)),
        "avakt_orsak": coded((None, "1", "2", "3", "5", "7"), rng.integers(0, 6, len(who))),
        "sius_from_datum": none,
        "sius_tom_datum": none,
    }
    return concatenated([now, earlier, looks_like_sius(people, crossings)])


def beslut_rows(people: People, work: Table, rng: np.random.Generator) -> Table:
    """Return a decision for each planned spell in subsidised employment.

    Parameters
    ----------
    people : People
        The participants.
    work : Table
        The planned spells in work, with codes.
    rng : numpy.random.Generator
        For chance.
    """
    rows = taken(work, (np.asarray(work["kind"]) == SUPPORT) | (np.asarray(work["kind"]) == OTHER))
    n = length(rows)
    extent = rng.choice([50.0, 75.0, 100.0, 62.5], n, p=[0.4, 0.25, 0.3, 0.05])
    return {
        "lopnr": people.serial[np.asarray(rows["person"])],
        "insats": rows["skat"],
        "from": rows["from"],
        "tom": closed(rows["to"]),
        "omfattning": extent,
        "bidrag": np.round(extent / 100 * rng.integers(9_000, 16_800, n), 2),
    }


def monthly_benefit(age: Ints, day: Ints) -> Ints:
    """Return the guarantee level of aktivitetsersättning in SEK a month, by age in years and day.

    Parameters
    ----------
    age : array of int
        Years.
    day : array of int
        Days since 1970-01-01.
    """
    step = np.searchsorted(np.array([21, 23, 25, 27, 29]), age, side="right")
    level = np.array([2.10, 2.15, 2.20, 2.25, 2.30, 2.35])[step] + np.where(day >= _RAISE, 0.05, 0.0)
    year = np.clip(year_of(day), 2014, 2017)
    base = np.array([_PRICE_BASE[y] for y in range(2014, 2018)])[year - 2014]
    return np.asarray(np.round(level * base / 12).astype(np.int64))


def fk_rows(people: People, plan: Plan, rng: np.random.Generator) -> Table:
    """Return benefit as sub-spells: cut once a year at the person's own date and where the level rose.

    Parameters
    ----------
    people : People
        The participants.
    plan : Plan
        Their spells, without quirks.
    rng : numpy.random.Generator
        For chance.
    """
    person, first, last, kind = (np.asarray(plan.benefit[k]) for k in ("person", "from", "to", "kind"))
    n = len(people)
    case_first, case_last = np.full((2, n), FAR), np.zeros((2, n), dtype=np.int64)
    np.minimum.at(case_first, (kind, person), first)
    np.maximum.at(case_last, (kind, person), last)
    offset = rng.integers(0, 364, n)[person]
    cuts = month_start((np.arange(2006, 2018) - 1970) * 12)[None, :] + offset[:, None]
    edge = np.full((len(person), 1), -FAR)
    cuts = np.sort(np.hstack([edge, cuts, np.full_like(edge, _RAISE), -edge + 1]), axis=1)
    low = np.maximum(first[:, None], cuts[:, :-1])
    high = np.minimum(last[:, None], cuts[:, 1:] - 1)
    row, j = np.nonzero((low <= high) & (low <= CUTOFF))
    who, start, end, what = person[row], low[row, j], high[row, j], kind[row]
    known = np.where(end >= FAR, CUTOFF, end)
    # the last known day, or no day while it goes on: deliveries do both
    blank = (rng.random(n) < 0.5)[who] & (end >= FAR)
    extent = rng.choice([0.25, 0.5, 0.75, 1.0], n, p=[0.02, 0.08, 0.05, 0.85])[who]
    monthly = np.round(monthly_benefit(year_of(start) - year_of(people.born)[who], start) * extent).astype(np.int64)
    days = known - start + 1
    bridged = np.where((rng.random(len(who)) < 0.05) & (days > 150), rng.integers(10, 90, len(who)), 0)
    gross = days - bridged
    ended = np.minimum(case_last[what, who], CUTOFF)
    return {
        "lopnr": people.serial[who],
        "fall_from_datum": case_first[what, who],
        "fall_tom_datum": ended,
        "del_from_datum": start,
        "del_tom_datum": np.where(blank, MISSING, known),
        "forman_kod": coded(BENEFITS, what),
        "delforman_kod": coded((None, "1", "2"), rng.integers(0, 3, len(who))),
        "omfattning": extent,
        "manbelopp": monthly,
        "diagnos1_kod": _diagnoses(people, who, start, known, rng),
        "del_dagar_brutto": gross,
        "del_dagar_netto": np.round(gross * extent).astype(np.int64),
        "del_belopp_brutto": np.round(monthly * gross / 30).astype(np.int64),
    }


def _diagnoses(people: People, who: Ints, start: Ints, end: Ints, rng: np.random.Generator) -> Coded:
    """Return diagnoses: the person's own the day before randomisation, sometimes another in other sub-spells."""
    texts: list[str | None] = [None]
    first, size = [], []
    for _, _, codes in targets.DIAGNOSES:
        first.append(len(texts) if codes else 0)
        size.append(max(len(codes), 1))
        texts.extend(codes)
    group = people.diagnosis
    own = np.array(first)[group] + rng.integers(0, 100, len(people)) % np.array(size)[group]
    day = people.randomised[who] - 1
    other = rng.integers(0, len(texts), len(who))
    baseline = (start <= day) & (day <= end)
    return coded(texts, np.where(baseline | (rng.random(len(who)) < 0.88), own[who], other))


def studies_rows(people: People, plan: Plan) -> Table:
    """Return spells of study.

    Parameters
    ----------
    people : People
        The participants.
    plan : Plan
        Their spells, without quirks.
    """
    who = np.asarray(plan.studies["person"])
    return {
        "lopnr": people.serial[who],
        "from": plan.studies["from"],
        "tom": closed(plan.studies["to"]),
        "slag": coded(STUDIES, np.asarray(plan.studies["kind"])),
    }


def event_rows(people: People) -> Table:
    """Return deaths, emigrations and immigrations.

    Parameters
    ----------
    people : People
        The participants.
    """
    kinds = load_codelist("handelse").values
    parts: list[Table] = []
    for i, day in enumerate((people.death, people.emigrated, people.returned)):
        who = np.flatnonzero(day < FAR)
        parts.append({"lopnr": people.serial[who], "handelse": coded(kinds, np.full(len(who), i)), "datum": day[who]})
    return concatenated(parts)
