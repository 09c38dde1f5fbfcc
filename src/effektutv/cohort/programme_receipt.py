"""Who received which arm's programme, whichever arm she was assigned to, from randomisation until the interventions' end.

``start``: assigned to the arm and started. ``sius``: a spell with a SIUS consultant (``SIUS_FROM_DATUM``–``SIUS_TOM_DATUM``, an
open end goes on, a reversed spell is left out) that reaches into that time. ``hours``: more than no hours by an actor in the
time reports of the months of that time, randomisation's own month included: reports have no days.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

import numpy as np
from numpy.typing import NDArray

from effektutv.errors import StudyError
from effektutv.registers.engines.duckdb import literal, quoted
from effektutv.registers.engines.protocol import Session
from effektutv.registers.schema.table_schema import PERSON, load_codelist
from effektutv.study import Received, Study

from .linkage import PARTICIPANTS

__all__ = ["check_receipt", "read_receipt", "reported_month", "who_received"]


def check_receipt(study: Study) -> None:
    """Check that the actors whose hours count are actors of the time reports.

    Parameters
    ----------
    study : Study
        The study.

    Raises
    ------
    StudyError
        If one is not: the message names the line and what is allowed.
    """
    actors = load_codelist("aktor").values
    for i, arm in enumerate(study.arms):
        if arm.received is not None and arm.received.actor is not None and arm.received.actor not in actors:
            raise StudyError(
                f"{study.where('arms', i, 'received')}: actor: got {arm.received.actor!r}; allowed: {', '.join(actors)}"
            )


def read_receipt(
    engine: Session, study: Study, n: int, *, lacking: Collection[str] = ()
) -> dict[str, NDArray[np.bool_]]:
    """Return who received the programme of each arm that says what receipt is.

    Parameters
    ----------
    engine : Session
        The session, with the participants' table and the opened extracts.
    study : Study
        The study.
    n : int
        Number of participants.
    lacking : collection of str
        Sources that a column which was not delivered keeps from being known: their arms are left out.

    Returns
    -------
    dict of str to ndarray of bool, shape (n,)
        By the arm's code.
    """
    return {
        arm.code: who_received(engine, study, arm.received, arm.code, n)
        for arm in study.arms
        if arm.received is not None and arm.received.source not in lacking
    }


def who_received(engine: Session, study: Study, received: Received, arm: str, n: int) -> NDArray[np.bool_]:
    """Return who received a programme by one declaration of what receipt is.

    Parameters
    ----------
    engine : Session
        The session, with the participants' table and the opened extracts.
    study : Study
        The study: when the interventions ended.
    received : Received
        What receipt is.
    arm : str
        The arm whose programme it is, for receipt by start.
    n : int
        Number of participants.

    Returns
    -------
    ndarray of bool, shape (n,)
    """
    sql = _query(received, arm, study.time_zero.interventions_end)
    rows = engine.table(sql + " ORDER BY 1", what="reading receipt of programmes").column("row").to_numpy()
    got = np.zeros(n, dtype=bool)
    got[rows] = True
    return got


def _query(received: Received, arm: str, end: date | None) -> str:
    """Return the query of the participants' rows with receipt."""
    participants = quoted(PARTICIPANTS)
    if received.source == "start":
        return f"SELECT row FROM {participants} WHERE arm = {literal(arm)} AND started IS NOT NULL"
    last = f"DATE '{end or date(9999, 12, 31)}'"
    if received.source == "sius":
        source, far = "af_inskrivning", "DATE '9999-12-31'"
        condition = (
            f"r.sius_from_datum <= {last} AND coalesce(r.sius_tom_datum, {far}) >= p.randomisation "
            f"AND coalesce(r.sius_tom_datum, {far}) >= r.sius_from_datum"
        )
    else:
        source = "tidredovisning"
        condition = (
            f"r.aktor = {literal(received.actor or '')} AND r.timmar > 0 "
            f"AND CAST(r.manad AS BIGINT) BETWEEN {reported_month('p.randomisation')} AND {reported_month(last)}"
        )
    return (
        f"SELECT DISTINCT p.row AS row FROM {source} r JOIN {participants} p "
        f"ON p.{quoted(PERSON)} = r.{quoted(PERSON)} WHERE {condition}"
    )


def reported_month(day: str) -> str:
    """Return the SQL of a day's month as the time reports write it, YYYYMM.

    Parameters
    ----------
    day : str
        SQL expression of type DATE.
    """
    return f"(year({day}) * 100 + month({day}))"
