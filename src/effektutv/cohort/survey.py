"""Answers to the participants' survey, by item and wave: one value a person, NaN where there is no answer.

An answer counts in the wave that it was given in, unless it is dated before the person's randomisation: then it cannot be an
outcome, and is counted among the findings. An answer without a day counts, and is counted too. Whoever did not take part, left
the item blank, or had died or left the country by then has no answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from effektutv.errors import StudyError
from effektutv.registers.engines.duckdb import quoted
from effektutv.registers.engines.protocol import Session
from effektutv.registers.schema.table_schema import PERSON, ExtractSchema, Field, FieldType, load_schema
from effektutv.results.data_quality import Finding, Severity
from effektutv.study import SURVEY, Outcome, Study

from .linkage import PARTICIPANTS

__all__ = ["Survey", "check_items", "read_survey", "survey_findings"]

#: What an answer must not be, to count.
_TOO_EARLY = "s.svarsdatum IS NOT NULL AND s.svarsdatum < p.randomisation"


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """The survey's answers that the study's outcomes are made from.

    Parameters
    ----------
    answers : mapping of (str, int) to ndarray of float, shape (n,)
        By item and wave; NaN without an answer.
    limits : mapping of str to (float, float)
        The lowest and highest answer that each item allows, by its declaration; an item without them is not among these.
    """

    answers: Mapping[tuple[str, int], NDArray[np.float64]] = field(default_factory=dict)
    limits: Mapping[str, tuple[float, float]] = field(default_factory=dict)

    def values(self, outcome: Outcome) -> NDArray[np.float64]:
        """Return an outcome of every participant: the answer, or 1 where it is one of ``values`` or above ``above``.

        Parameters
        ----------
        outcome : Outcome
            One with ``item`` and ``wave`` among the answers read.

        Returns
        -------
        ndarray of float, shape (n,)
            NaN without an answer.
        """
        answer = self.answers[outcome.item or "", outcome.wave or 0]
        if outcome.values:
            counted = np.isin(answer, np.array([float(v) for v in outcome.values]))
        elif outcome.above is not None:
            counted = answer > outcome.above
        else:
            return answer.copy()
        return np.where(np.isnan(answer), np.nan, counted.astype(float))

    def range_of(self, outcome: Outcome) -> tuple[float, float] | None:
        """Return the range that an outcome can take, by its declaration and never as observed.

        Parameters
        ----------
        outcome : Outcome
            One with ``item``.

        Returns
        -------
        (float, float) or None
            ``None`` where the item's declaration has no limits.
        """
        return (0.0, 1.0) if outcome.binary else self.limits.get(outcome.item or "")


def check_items(study: Study) -> None:
    """Check that each outcome's item and wave are the survey's.

    Parameters
    ----------
    study : Study
        The study.

    Raises
    ------
    StudyError
        If an item or a wave is unknown, or its ``values`` are no numbers: the message names the line and what is allowed.
    """
    schema = load_schema(SURVEY)
    items, waves = _items(schema), schema.field(schema.dating.at or "").enum
    for i, outcome in enumerate(study.outcomes):
        if outcome.item is None:
            continue
        if outcome.item not in items:
            raise StudyError(
                f"{study.where('outcomes', i, 'item')}: {SURVEY} has no item {outcome.item!r}; it has: {', '.join(items)}"
            )
        if waves and outcome.wave not in waves:
            raise StudyError(
                f"{study.where('outcomes', i, 'wave')}: the survey has no such wave; it has: {', '.join(map(str, waves))}"
            )
        if any(isinstance(v, str) for v in outcome.values):
            raise StudyError(f"{study.where('outcomes', i, 'values')}: answers are numbers; give values as numbers")


def _items(schema: ExtractSchema) -> dict[str, Field]:
    """Return the fields that are answers: numbers, but for the wave."""
    numbers = (FieldType.INTEGER, FieldType.NUMBER)
    return {f.column: f for f in schema.fields if f.type in numbers and f.column != schema.dating.at}


def read_survey(engine: Session, study: Study, n: int) -> Survey:
    """Read the answers that the study's outcomes are made from.

    Parameters
    ----------
    engine : Session
        The session, with the participants' table and the opened extracts.
    study : Study
        The study.
    n : int
        Number of participants.

    Returns
    -------
    Survey
        Empty where the study has no survey or no outcome from it.
    """
    wanted = sorted({(o.item, o.wave) for o in study.outcomes if o.item is not None and o.wave is not None})
    if not wanted or SURVEY not in study.registers:
        return Survey()
    items = _items(load_schema(SURVEY))
    answers = {}
    for item, wave in wanted:
        rows = engine.table(
            f"SELECT p.row AS row, CAST(s.{quoted(item)} AS DOUBLE) AS answer FROM {_joined()} "
            f"WHERE s.vag = {wave:d} AND s.{quoted(item)} IS NOT NULL AND NOT ({_TOO_EARLY}) ORDER BY 1",
            what=f"{SURVEY}: reading answers",
        )
        column = np.full(n, np.nan)
        column[rows.column("row").to_numpy()] = rows.column("answer").to_numpy()
        answers[item, wave] = column
    limits = {item: ends for item, _ in wanted if (ends := _limits(items[item])) is not None}
    return Survey(answers=answers, limits=limits)


def _joined() -> str:
    return f"{SURVEY} s JOIN {quoted(PARTICIPANTS)} p ON p.{quoted(PERSON)} = s.{quoted(PERSON)}"


def _limits(item: Field) -> tuple[float, float] | None:
    if item.enum:
        numbers = [float(v) for v in item.enum]
        return min(numbers), max(numbers)
    if item.minimum is not None and item.maximum is not None:
        return float(item.minimum), float(item.maximum)
    return None


def survey_findings(engine: Session) -> list[Finding]:
    """Count the participants' answers that are dated before randomisation, and those without a day.

    Parameters
    ----------
    engine : Session
        The session, with the participants' table and the opened survey.
    """
    checked, early, undated = engine.rows(
        f"SELECT count(*), count(*) FILTER (WHERE {_TOO_EARLY}), count(*) FILTER (WHERE s.svarsdatum IS NULL) "
        f"FROM {_joined()}",
        what=f"{SURVEY}: checking the days of answers",
    )[0]
    name = load_schema(SURVEY).field("svarsdatum").name
    found = (
        ("answered before randomisation", early, "the answer is left out: it cannot be an outcome"),
        ("no day of the answer", undated, "the answer counts in its wave; ask for the day"),
    )
    return [
        Finding(
            extract=SURVEY,
            column=name,
            rule=rule,
            rows_checked=int(checked),
            rows_failing=int(failing),
            severity=Severity.NOTE,
            advice=advice,
        )
        for rule, failing, advice in found
        if failing
    ]
