"""The population around the trial: persons who are in the registers and not in the trial, drawn in chunks."""

from __future__ import annotations

from datetime import date

import numpy as np

from effektutv.registers.schema.table_schema import load_codelist

from .columns import CUTOFF, MISSING, Bools, Ints, Table, as_day, coded, year_of
from .participants import draw_serials
from .registers.employment_and_benefits import BENEFITS, STUDIES, monthly_benefit
from .registers.lisa_lss import PLACES, YEARS, Residents, lisa_rows, lss_rows
from .targets import SNAPSHOTS

__all__ = ["CHUNK", "population_tables"]

#: Persons drawn and written at a time: memory does not grow with the population, nor do bytes depend on it.
CHUNK = 50_000
_SKAT = (11, 14, 22, 31, 33, 41, 42, 54, 58, 70, 96)
_FIRST = as_day(date(2012, 1, 1))


def population_tables(start: int, count: int, seed: int, rng: np.random.Generator) -> dict[str, Table]:
    """Return the rows of one chunk of the population, by register and, where a register has a file a year, year.

    Parameters
    ----------
    start, count : int
        Position of the chunk's first person, and how many there are.
    seed : int
        The demonstration's seed, for the serial numbers.
    rng : numpy.random.Generator
        The chunk's own generator.
    """
    serial = draw_serials(np.arange(start, start + count), seed)
    born = rng.integers(1985, 1998, count)
    place = rng.integers(0, len(PLACES), count)
    woman = rng.random(count) < 0.47
    ku = _ku(serial, rng)
    tables = {"af_inskrivning": _inskrivning(serial, rng), "af_sokandekategori": _sokatper(serial, rng)}
    tables["af_beslut"] = _beslut(serial, rng)
    tables["fk_ersattning"] = _fk(serial, born, rng)
    tables["studier"] = _studies(serial, rng)
    tables["scb_handelser"] = _events(serial, rng)
    tables |= ku
    for year in YEARS:
        tables[f"scb_lisa:{year}"] = lisa_rows(_residents(serial, born, place, woman, rng), year, rng)
    lss = rng.random(count) < 0.47
    shape = (count, len(SNAPSHOTS))
    present = lss[:, None] & (rng.random(shape) < 0.95)
    daily = present & (rng.random(count) < 0.83)[:, None]
    tables["sos_lss"] = lss_rows(serial, place, present, daily, present & (rng.random(count) < 0.36)[:, None], rng)
    return tables


def _who(serial: Ints, share: float, rng: np.random.Generator) -> Ints:
    return serial[rng.random(len(serial)) < share]


def _spell(n: int, longest: int, rng: np.random.Generator) -> tuple[Ints, Ints]:
    first = rng.integers(_FIRST, CUTOFF - 30, n)
    last = first + rng.integers(5, longest, n)
    return first, np.where(last > CUTOFF, MISSING, last)


def _inskrivning(serial: Ints, rng: np.random.Generator) -> Table:
    who = _who(serial, 0.25, rng)
    first, last = _spell(len(who), 700, rng)
    none = np.full(len(who), MISSING)
    reason = np.where(last == MISSING, 0, rng.integers(0, 6, len(who)))
    return {
        "lopnr": who,
        "intr_dat": first,
        "avakt_datum": last,
        "avakt_orsak": coded((None, "1", "2", "3", "5", "7"), reason),
        "sius_from_datum": none,
        "sius_tom_datum": none,
    }


def _sokatper(serial: Ints, rng: np.random.Generator) -> Table:
    who = _who(serial, 0.4, rng)
    first, last = _spell(len(who), 500, rng)
    # earlier rows are never corrected: some end before they start
    last = np.where(rng.random(len(who)) < 0.01, first - rng.integers(1, 60, len(who)), last)
    return {"lopnr": who, "inskadm": first, "utskadm": last, "skat": np.array(_SKAT)[rng.integers(0, 11, len(who))]}


def _beslut(serial: Ints, rng: np.random.Generator) -> Table:
    who = _who(serial, 0.05, rng)
    first, last = _spell(len(who), 700, rng)
    n = len(who)
    return {
        "lopnr": who,
        "insats": np.array([33, 42, 58, 38])[rng.integers(0, 4, n)],
        "from": first,
        "tom": last,
        "omfattning": rng.choice([50.0, 75.0, 100.0], n),
        "bidrag": np.round(rng.uniform(4_000, 16_800, n), 2),
    }


def _fk(serial: Ints, born: Ints, rng: np.random.Generator) -> Table:
    on = rng.random(len(serial)) < 0.6
    who = serial[on]
    n = len(who)
    first, last = _spell(n, 1500, rng)
    known = np.where(last == MISSING, CUTOFF, last)
    days = known - first + 1
    extent = rng.choice([0.25, 0.5, 0.75, 1.0], n, p=[0.02, 0.08, 0.05, 0.85])
    monthly = np.round(monthly_benefit(year_of(first) - born[on], first) * extent).astype(np.int64)
    return {
        "lopnr": who,
        "fall_from_datum": first,
        "fall_tom_datum": known,
        "del_from_datum": first,
        "del_tom_datum": known,
        "forman_kod": coded(BENEFITS, rng.choice(5, n, p=[0.85, 0.05, 0.06, 0.02, 0.02])),
        "delforman_kod": coded((None, "1", "2"), rng.integers(0, 3, n)),
        "omfattning": extent,
        "manbelopp": monthly,
        "diagnos1_kod": coded((None, "F32", "F41", "F71", "F84", "F90", "G40"), rng.integers(0, 7, n)),
        "del_dagar_brutto": days,
        "del_dagar_netto": np.round(days * extent).astype(np.int64),
        "del_belopp_brutto": np.round(monthly * days / 30).astype(np.int64),
    }


def _studies(serial: Ints, rng: np.random.Generator) -> Table:
    who = _who(serial, 0.10, rng)
    first, last = _spell(len(who), 600, rng)
    return {"lopnr": who, "from": first, "tom": last, "slag": coded(STUDIES, rng.integers(0, 4, len(who)))}


def _events(serial: Ints, rng: np.random.Generator) -> Table:
    who = _who(serial, 0.01, rng)
    n = len(who)
    kinds = load_codelist("handelse").values
    return {
        "lopnr": who,
        "handelse": coded(kinds, rng.integers(0, 3, n)),
        "datum": rng.integers(_FIRST, CUTOFF + 1, n),
    }


def _ku(serial: Ints, rng: np.random.Generator) -> dict[str, Table]:
    tables: dict[str, Table] = {}
    for year in range(2012, 2018):
        who = _who(serial, 0.2, rng)
        n = len(who)
        first = rng.integers(1, 13, n)
        blank = rng.random(n) < 0.08
        tables[f"scb_ku:{year}"] = {
            "lopnr": who,
            "ar": np.full(n, year),
            "lopnr_peorgnr": rng.integers(1, 9_000_000, n),
            "fromman": np.where(blank, MISSING, first),
            "tomman": np.where(blank, MISSING, np.minimum(first + rng.integers(0, 12, n), 12)),
            "kontbrutto": rng.integers(500, 250_000, n),
        }
    return tables


def _residents(serial: Ints, born: Ints, place: Ints, woman: Bools, rng: np.random.Generator) -> Residents:
    n, m = len(serial), len(YEARS)
    return Residents(
        serial=serial,
        woman=woman,
        born_year=born,
        background=rng.choice(4, n, p=[0.10, 0.06, 0.10, 0.74]),
        place=place,
        level=np.repeat(rng.choice([1, 2, 3, 4, 5, 6], n, p=[0.06, 0.42, 0.16, 0.30, 0.05, 0.01])[:, None], m, axis=1),
        child_born=np.where(rng.random(n) < 0.11, born + rng.integers(18, 25, n), 3000),
        earnings=np.where(rng.random((n, m)) < 0.2, rng.integers(10, 2400, (n, m)), 0),
        benefit=np.where(rng.random((n, m)) < 0.7, 930.0, 0.0),
        present=rng.random((n, m)) < 0.99,
    )
