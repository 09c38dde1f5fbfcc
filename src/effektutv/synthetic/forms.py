"""The project's own forms: randomisation, time reports, participants' survey."""

from __future__ import annotations

import numpy as np

from ..registers.schema import load_codelist
from . import targets
from .people import People, municipalities
from .tables import CUTOFF, FAR, MISSING, Floats, Ints, Table, coded, concatenated, month_of
from .targets import ARMS

__all__ = ["assignment_rows", "survey_rows", "time_rows"]

_ACTORS = load_codelist("aktor").values
#: Hours a month (assumed), by arm and actor: SIUS consultants only in SE, case managers only in CM.
_HOURS = {
    "FS": {"Af": 2.6, "FK": 1.4},
    "SE": {"SIUS": 6.2, "Af": 1.2, "FK": 0.9},
    "CM": {"CM": 5.4, "Af": 1.3, "FK": 0.9, "kommun": 0.6},
}
#: SEK an hour (assumed).
_HOUR_COST = {"Af": 402.5, "FK": 418.0, "SIUS": 431.25, "CM": 447.5, "kommun": 385.0}
#: Share of the participants who answer each wave (assumed), by arm in the order of ARMS.
_RESPONSE = ((0.76, 0.81, 0.78), (0.58, 0.66, 0.62), (0.47, 0.55, 0.50))
_COMMENTS: tuple[str | None, ...] = (
    None,
    "Syntetisk kommentar: det går bra – men långsamt",
    "Syntetisk kommentar: ersättningen är 8 000 kr, alltså omkring 850 € i månaden",
    "Syntetisk kommentar: först praktik; sedan en anställning",
    'Syntetisk kommentar: handledaren sade "ta den tid du behöver"; det hjälpte',
    "Syntetisk kommentar: vill arbeta halvtid – helst nära hemmet; resan kostar 4 €",
)


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


def time_rows(people: People, outsiders: Ints, rng: np.random.Generator) -> Table:
    """Return the time reports: months in the intervention by actor, and a few rows of persons outside the trial.

    Parameters
    ----------
    people : People
        The participants.
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
    return concatenated(parts)


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


def survey_rows(people: People, outsiders: Ints, rng: np.random.Generator) -> Table:
    """Return the participants' survey: three waves with non-response, a little different by arm.

    Parameters
    ----------
    people : People
        The participants.
    outsiders : array of int
        Serial numbers of persons outside the trial who answered the first wave.
    rng : numpy.random.Generator
        For answers and non-response.
    """
    n = len(people)
    parts = []
    for wave, (share, after) in enumerate(zip(_RESPONSE, (20, 260, 480), strict=True), start=1):
        day = people.randomised + after + rng.integers(0, 60, n)
        here = (rng.random(n) < np.array(share)[people.arm]) & (day < np.minimum(people.death, people.emigrated))
        here &= day <= CUTOFF
        if wave == 1:
            here[: len(_COMMENTS)] = True  # in however small a demonstration each comment is written
        parts.append(_answers(people.serial[here], wave, day[here], rng))
    strangers = np.full(len(outsiders), int(people.randomised.max()))
    return concatenated([*parts, _answers(outsiders, 1, strangers, rng)])


def _answers(serial: Ints, wave: int, day: Ints, rng: np.random.Generator) -> Table:
    n = len(serial)

    def scale() -> Ints:
        answer = np.clip(np.round(rng.normal(3.1 + 0.1 * wave, 1.0, n)), 1, 5).astype(np.int64)
        return np.where(rng.random(n) < 0.03, MISSING, answer)

    comment = np.where(rng.random(n) < 0.25, rng.integers(1, len(_COMMENTS), n), 0)
    if wave == 1 and n >= len(_COMMENTS):
        comment[: len(_COMMENTS)] = np.arange(len(_COMMENTS))
    return {
        "lopnr": serial,
        "vag": np.full(n, wave),
        "svarsdatum": day,
        "halsa": scale(),
        "livskvalitet": scale(),
        "vill_arbeta": np.where(rng.random(n) < 0.03, MISSING, (rng.random(n) < 0.8).astype(np.int64)),
        "kommentar": coded(_COMMENTS, comment),
    }
