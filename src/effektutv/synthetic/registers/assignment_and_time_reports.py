"""The project's own forms: randomisation and time reports."""

from __future__ import annotations

import numpy as np

from effektutv.registers.schema.table_schema import load_codelist

from .. import targets
from ..columns import FAR, MISSING, Bools, Coded, Floats, Ints, Table, coded, concatenated, month_of
from ..participants import People, municipalities
from ..programme_receipt import Crossings
from ..targets import ARMS

__all__ = ["assignment_rows", "case_hours", "time_rows"]

_ACTORS = load_codelist("aktor").values
#: Hours a month (assumed), by arm and actor: SIUS consultants only in SE, case managers only in CM.
_HOURS = {
    "FS": {"Af": 2.6, "FK": 1.4},
    "SE": {"SIUS": 6.2, "Af": 1.2, "FK": 0.9},
    "CM": {"CM": 5.4, "Af": 1.3, "FK": 0.9, "kommun": 0.6},
}
_LOOKALIKES = ("after_the_interventions", "before_randomisation", "of_none")
#: SEK an hour (assumed).
_HOUR_COST = {"Af": 402.5, "FK": 418.0, "SIUS": 431.25, "CM": 447.5, "kommun": 385.0}


def assignment_rows(people: People, declined: Ints, rng: np.random.Generator) -> Table:
    """Return the randomisation form: participants, and those who declined before the draw.

    Parameters
    ----------
    people : People
        The participants.
    declined : array of int
        Serial numbers of those who declined.
    rng : numpy.random.Generator
        For the municipalities of those who declined, and the order of rows.
    """
    codes = municipalities()
    areas = [c.group for c in load_codelist("kommun").codes]
    providers = (None, *(f"{arm} {code} {i}" for arm in ("SIUS", "CM") for code in codes for i in range(1, 4)))
    position = np.where(
        people.provider == MISSING,
        0,
        1 + (people.arm == 2) * 3 * len(codes) + (people.provider // 10) * 3 + people.provider % 10,
    )
    n, d = len(people), len(declined)
    place = np.concatenate([people.kommun, rng.choice(people.kommun, d)])
    none = np.full(d, MISSING)

    def day(values: Ints) -> Ints:
        return np.concatenate([np.where(values == FAR, MISSING, values), none])

    table: Table = {
        "lopnr": np.concatenate([people.serial, declined]),
        "arm": coded((*ARMS, None), np.concatenate([people.arm, np.full(d, 3)])),
        "lottningsdatum": day(people.randomised),
        "insatsstart": day(people.started),
        "samtycke": np.concatenate([np.ones(n, dtype=np.int64), np.zeros(d, dtype=np.int64)]),
        "kommun": coded(codes, place),
        "projektomrade": coded(areas, place),
        "stratum": coded((*codes, None), np.concatenate([people.kommun, np.full(d, len(codes))])),
        "sannolikhet": np.concatenate([people.probability, np.full(d, np.nan)]),
        "avhopp": day(people.dropout),
        "behandlare": coded(providers, np.concatenate([position, np.zeros(d, dtype=np.int64)])),
    }
    return table


def time_rows(people: People, crossings: Crossings, outsiders: Ints, rng: np.random.Generator) -> tuple[Table, Bools]:
    """Return the time reports, and who has hours by a case manager that count.

    Months in the intervention by actor; those of persons who received another arm's programme; rows that look like case
    management and are not; and a few rows of persons outside the trial.

    Parameters
    ----------
    people : People
        The participants.
    crossings : Crossings
        Who received another arm's programme.
    outsiders : array of int
        Serial numbers of persons outside the trial.
    rng : numpy.random.Generator
        For hours and costs.
    """
    began = people.started != MISSING
    first = np.where(began, month_of(people.start_zero), 0)
    last = month_of(np.minimum(people.dropout, targets.INTERVENTIONS_END))
    last = np.where(began, np.minimum(last, first + rng.integers(9, 22, len(people))), -1)
    month = np.arange(first[began].min(), last.max() + 1)
    inside = (month[None, :] >= first[:, None]) & (month[None, :] <= last[:, None])
    parts = [_time(outsiders, np.full(len(outsiders), int(month[0])), "Af", 2.0, rng)]
    effort = rng.gamma(6.0, 1 / 6.0, len(people))
    for a, arm in enumerate(ARMS):
        for actor, hours in _HOURS[arm].items():
            who, j = np.nonzero(inside & (people.arm == a)[:, None])
            reported = rng.random(len(who)) < 0.9
            who, j = who[reported], j[reported]
            parts.append(_time(people.serial[who], month[j], actor, hours * effort[who], rng))
    for actor, day in (("SIUS", crossings.sius), ("CM", crossings.case)):
        who = np.repeat(np.flatnonzero(day < FAR), 2)
        months = month_of(day)[who] + np.arange(len(who)) % 2
        parts.append(_some_hours(people.serial[who], months, actor, rng))
    table = concatenated(parts)
    return concatenated([table, *_looks_like_case_management(people, crossings, rng)]), case_hours(people, table)


def case_hours(people: People, table: Table) -> Bools:
    """Return who has hours by a case manager.

    Parameters
    ----------
    people : People
        The participants.
    table : Table
        Time reports.
    """
    actor, hours = table["aktor"], np.asarray(table["timmar"])
    if not isinstance(actor, Coded):
        return np.zeros(len(people), dtype=np.bool_)
    mine = (actor.codes == actor.levels.index("CM")) & (hours > 0)
    return np.isin(people.serial, np.asarray(table["lopnr"])[mine])


def _looks_like_case_management(people: People, crossings: Crossings, rng: np.random.Generator) -> list[Table]:
    """Return hours by a case manager after the interventions' end, before randomisation, and of no hours at all."""
    after, before, none = (crossings.lookalikes[f"case_hours_{k}"] for k in _LOOKALIKES)
    end = np.full(len(after), int(month_of(np.array(targets.INTERVENTIONS_END))) + 1)
    drawn = month_of(people.randomised)
    nothing = _some_hours(people.serial[none], drawn[none] + 1, "CM", rng)
    nothing["timmar"] = np.zeros(len(none))
    return [
        _some_hours(people.serial[after], end, "CM", rng),
        _some_hours(people.serial[before], drawn[before] - 1, "CM", rng),
        nothing,
    ]


def _some_hours(serial: Ints, month: Ints, actor: str, rng: np.random.Generator) -> Table:
    """Return reports of at least a quarter of an hour each."""
    table = _time(serial, month, actor, 4.0, rng)
    table["timmar"] = np.maximum(np.asarray(table["timmar"]), 0.25)
    return table


def _time(serial: Ints, month: Ints, actor: str, hours: Floats | float, rng: np.random.Generator) -> Table:
    n = len(serial)
    given = np.round(rng.gamma(2.0, 0.5, n) * hours * 4) / 4  # quarters of an hour
    extra = np.where(rng.random(n) < 0.04, np.round(rng.gamma(2.0, 400.0, n), 2), np.nan)
    return {
        "lopnr": serial,
        "manad": (month // 12 + 1970) * 100 + month % 12 + 1,
        "aktor": coded(_ACTORS, np.full(n, _ACTORS.index(actor))),
        "timmar": given,
        "timkostnad": np.full(n, _HOUR_COST[actor]),
        "direkt_kostnad": extra,
    }
