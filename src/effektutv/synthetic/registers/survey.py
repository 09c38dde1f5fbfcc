"""The participants' survey: what everyone would answer in each wave, and who answers.

Response depends on the arm and on baseline characteristics, and on the characteristics more in the comparison arm than in the
others, so that respondents alone are not comparable between arms: given arm and characteristics, it does not depend on the
answer. All of it is ASSUMED, and the demonstration's README says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..columns import CUTOFF, MISSING, Bools, Floats, Ints, Table, coded, concatenated
from ..participants import People
from ..targets import ARMS

__all__ = ["ITEMS", "WAVES", "Survey", "draw_survey", "survey_rows", "survey_truth"]

ITEMS = ("halsa", "livskvalitet", "vill_arbeta")
WAVES = (1, 2, 3)
#: Days from randomisation to the first day of each wave; it is open for 60 days.
_AFTER, _OPEN = (20, 260, 480), 60
#: Share who answer each wave without the characteristics below, by arm in the order of ARMS.
_RESPONSE = ((0.78, 0.80, 0.79), (0.64, 0.68, 0.65), (0.53, 0.57, 0.54))
#: What daily activities and upper secondary education add to it, by arm.
_DAILY, _SECONDARY = (-0.30, -0.06, -0.16), (0.10, 0.02, 0.06)
#: What the arm adds to quality of life from the second wave on, and daily activities and education in every wave.
_QUALITY, _QUALITY_DAILY, _QUALITY_SECONDARY = (0.0, 0.35, 0.10), -0.50, 0.35
_BLANK = 0.03
_COMMENTS: tuple[str | None, ...] = (
    None,
    "Syntetisk kommentar: det går bra – men långsamt",
    "Syntetisk kommentar: ersättningen är 8 000 kr, alltså omkring 850 € i månaden",
    "Syntetisk kommentar: först praktik; sedan en anställning",
    'Syntetisk kommentar: handledaren sade "ta den tid du behöver"; det hjälpte',
    "Syntetisk kommentar: vill arbeta halvtid – helst nära hemmet; resan kostar 4 €",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """Every participant's answers, given or not; arrays of persons × waves.

    Parameters
    ----------
    would : mapping of str to array of int
        By item, what the person answers if she answers.
    given : mapping of str to array of bool
        By item, whether there is an answer: she took part in the wave and left no blank.
    took_part : array of bool
    day : array of int
        The day of the answer.
    too_early : array of int
        Positions of persons who wrote a first answer before they were randomised, and none after: it must not count.
    """

    would: Mapping[str, Ints]
    given: Mapping[str, Bools]
    took_part: Bools
    day: Ints
    too_early: Ints


def draw_survey(people: People, rng: np.random.Generator) -> Survey:
    """Draw everyone's answers and who gives them.

    Parameters
    ----------
    people : People
        The participants.
    rng : numpy.random.Generator
        For chance.
    """
    n, waves = len(people), len(WAVES)
    shape = (n, waves)
    daily, secondary = people.daily.astype(float)[:, None], people.secondary.astype(float)[:, None]
    wave = np.array(WAVES, dtype=float)[None, :]
    later = (wave > 1).astype(float)

    def scale(mean: Floats) -> Ints:
        return np.clip(np.round(rng.normal(mean, 1.0, shape)), 1, 5).astype(np.int64)

    quality = 2.9 + 0.1 * wave + np.array(_QUALITY)[people.arm][:, None] * later
    would = {
        "halsa": scale(3.0 + 0.1 * wave - 0.3 * people.lss.astype(float)[:, None]),
        "livskvalitet": scale(quality + _QUALITY_DAILY * daily + _QUALITY_SECONDARY * secondary),
        "vill_arbeta": (rng.random(shape) < 0.75 + 0.05 * secondary + 0.05 * (people.arm == 1)[:, None]).astype(
            np.int64
        ),
    }
    share = np.array(_RESPONSE).T[people.arm]
    share = (
        share + np.array(_DAILY)[people.arm][:, None] * daily + np.array(_SECONDARY)[people.arm][:, None] * secondary
    )
    day = people.randomised[:, None] + np.array(_AFTER)[None, :] + rng.integers(0, _OPEN, shape)
    here = (rng.random(shape) < share) & (day < np.minimum(people.death, people.emigrated)[:, None]) & (day <= CUTOFF)
    here[: len(_COMMENTS), 0] = True  # in however small a demonstration each comment is written
    silent = rng.permutation(np.flatnonzero(~here[:, 0]))
    return Survey(
        would=would,
        given={item: here & (rng.random(shape) >= _BLANK) for item in ITEMS},
        took_part=here,
        day=day,
        too_early=silent[: max(1, n // 100)],
    )


def survey_rows(people: People, survey: Survey, outsiders: Ints, rng: np.random.Generator) -> Table:
    """Return the survey's rows: one a person who took part and wave.

    Parameters
    ----------
    people : People
        The participants.
    survey : Survey
        Their answers.
    outsiders : array of int
        Serial numbers of persons outside the trial who answered the first wave.
    rng : numpy.random.Generator
        For comments.
    """
    who, j = np.nonzero(survey.took_part)
    answers = {
        item: np.where(survey.given[item][who, j], survey.would[item][who, j], MISSING).astype(np.int64)
        for item in ITEMS
    }
    comment = np.where(rng.random(len(who)) < 0.25, rng.integers(1, len(_COMMENTS), len(who)), 0)
    first = np.flatnonzero(j == 0)[: len(_COMMENTS)]
    comment[first] = np.arange(len(first))
    waves = np.array(WAVES)[j]
    ours = _rows(people.serial[who], waves, survey.day[who, j], answers, comment)
    early = survey.too_early
    other = np.concatenate([people.serial[early], outsiders])
    m = len(other)
    before = people.randomised[early] - 10
    day = np.concatenate([before, np.full(len(outsiders), int(people.randomised.max()))])
    drawn = {item: rng.integers(1, 6, m) if item != "vill_arbeta" else rng.integers(0, 2, m) for item in ITEMS}
    return concatenated([ours, _rows(other, np.ones(m, dtype=np.int64), day, drawn, np.zeros(m, dtype=np.int64))])


def _rows(serial: Ints, wave: Ints, day: Ints, answers: Mapping[str, Ints], comment: Ints) -> Table:
    return {
        "lopnr": serial,
        "vag": wave,
        "svarsdatum": day,
        **{item: answers[item] for item in ITEMS},
        "kommentar": coded(_COMMENTS, comment),
    }


def survey_truth(people: People, survey: Survey) -> list[list[Any]]:
    """Return ``item, wave, arm, n, answered, sum, sum_of_everyone`` for every item, wave and arm.

    ``sum`` is that of the answers given, ``sum_of_everyone`` what it would be had everyone answered.

    Parameters
    ----------
    people : People
        The participants.
    survey : Survey
        Their answers.
    """
    rows = []
    for item in ITEMS:
        for j, wave in enumerate(WAVES):
            for a, arm in enumerate(ARMS):
                inside = people.arm == a
                given, would = survey.given[item][inside, j], survey.would[item][inside, j]
                total = int(would.sum())
                rows.append([item, wave, arm, int(inside.sum()), int(given.sum()), int(would[given].sum()), total])
    return rows
