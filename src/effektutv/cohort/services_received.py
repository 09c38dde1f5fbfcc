"""What participants were given: hours by actor, a SIUS consultant, the employment service's programmes and decisions.

Hours are those of the calendar months from randomisation's own (month 0) to the month of the main outcome, and no later than the
interventions' end: time reports have no days. A SIUS consultant counts as for receipt of a programme
(:mod:`effektutv.cohort.programme_receipt`), until the interventions' end. A programme or a decision counts where its
spell covers any day from randomisation to the day of the main outcome, both ends included; reversed spells are left out,
open ends go on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from effektutv.registers.checks.run_checks import code_condition
from effektutv.registers.engines.duckdb import literal, quoted
from effektutv.registers.engines.protocol import Session
from effektutv.registers.schema.table_schema import PERSON, load_codelist
from effektutv.study import Received, Study

from .linkage import PARTICIPANTS
from .programme_receipt import reported_month, who_received

__all__ = ["Delivery", "read_delivery"]

#: Classes of the decisions that are told apart, by the key of what was given.
_DECISIONS = {"decision_support": "employment_with_support", "decision_subsidised": "other_subsidised"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What each participant was given, until the month of the main outcome.

    Parameters
    ----------
    month : int
        The last month of hours, programmes and decisions.
    hours : mapping of str to ndarray of float, shape (n,)
        Hours by actor, in the order of the code list; empty where the study has no time reports. No report is no hours.
    given : mapping of str to ndarray of bool, shape (n,)
        ``"sius"``, ``"programme"``, ``"decision_support"``, ``"decision_subsidised"``: only what the study's registers tell.
    unknown : mapping of str to str
        What of these, and ``"hours"``, a column that was not delivered keeps from being known, with the reason.
    """

    month: int = 0
    hours: Mapping[str, NDArray[np.float64]] = field(default_factory=dict)
    given: Mapping[str, NDArray[np.bool_]] = field(default_factory=dict)
    unknown: Mapping[str, str] = field(default_factory=dict)


def read_delivery(engine: Session, study: Study, n: int, *, lacking: Mapping[str, str] | None = None) -> Delivery:
    """Return what each participant was given.

    Parameters
    ----------
    engine : Session
        The session, with the participants' table and the opened extracts.
    study : Study
        The study.
    n : int
        Number of participants.
    lacking : mapping of str to str, optional
        What a column that was not delivered keeps from being known, with the reason.
    """
    without = lacking or {}
    month = study.study.horizon if study.primary.month is None else study.primary.month
    queries = {}
    if "af_sokandekategori" in study.registers:
        codes = load_codelist("skat")
        within = code_condition("skat", codes, "programme", day="inskadm")
        queries["programme"] = _spells("af_sokandekategori", "inskadm", "utskadm", within, month)
    if "af_beslut" in study.registers:
        codes = load_codelist("skat")
        for key, group in _DECISIONS.items():
            within = code_condition("insats", codes, group, day='"from"')
            queries[key] = _spells("af_beslut", '"from"', '"tom"', within, month)
    given = {}
    consultant = any(a.received is not None and a.received.source == "sius" for a in study.arms)
    if consultant and "af_inskrivning" in study.registers and "sius" not in without:
        # one trial's programme: elsewhere a row of its own would say that it was this trial's, too
        given["sius"] = who_received(engine, study, Received(source="sius"), "", n)
    for key, sql in queries.items():
        if key in without:
            continue
        rows = engine.table(sql + " ORDER BY 1", what="reading programmes and decisions").column("row").to_numpy()
        got = np.zeros(n, dtype=bool)
        got[rows] = True
        given[key] = got
    reported = "tidredovisning" in study.registers and "hours" not in without
    hours = _hours(engine, study, n, month) if reported else {}
    unknown = {key: without[key] for key in ("sius", *queries, "hours") if key in without}
    return Delivery(month=month, hours=hours, given=given, unknown=unknown)


def _hours(engine: Session, study: Study, n: int, month: int) -> dict[str, NDArray[np.float64]]:
    """Return hours by actor; they are summed in a fixed order, so that no thread can change the last digit."""
    sql = f"SELECT p.row AS row, r.aktor AS actor, r.timmar AS hours {_reports(study, month)} ORDER BY 2, 1, r.manad, 3"
    found = engine.table(sql, what="reading hours by actor")
    rows = found.column("row").to_numpy()
    actors = np.asarray(found.column("actor").to_pylist(), dtype=object)
    hours = found.column("hours").to_numpy().astype(float)
    out = {}
    for actor in load_codelist("aktor").values:
        mine = actors == actor
        out[actor] = np.bincount(rows[mine], weights=hours[mine], minlength=n).astype(float)
    return out


def _reports(study: Study, month: int) -> str:
    """Return the FROM and WHERE of the time reports that count."""
    at = "(CAST(r.manad AS BIGINT) // 100 * 12 + CAST(r.manad AS BIGINT) % 100)"
    zero = "(year(p.randomisation) * 12 + month(p.randomisation))"
    end = study.time_zero.interventions_end
    last = "" if end is None else f" AND CAST(r.manad AS BIGINT) <= {reported_month(_day(end.isoformat()))}"
    return (
        f"FROM tidredovisning r JOIN {quoted(PARTICIPANTS)} p ON p.{quoted(PERSON)} = r.{quoted(PERSON)} "
        f"WHERE r.timmar > 0 AND {at} BETWEEN {zero} AND {zero} + {month}{last}"
    )


def _day(day: str) -> str:
    return f"DATE {literal(day)}"


def _spells(register: str, start: str, end: str, condition: str, month: int) -> str:
    """Return the query of the participants' rows with such a spell on any day from randomisation to the month's day."""
    far = _day("9999-12-31")
    to = f"coalesce(s.t, {far})"
    return (
        f"SELECT DISTINCT p.row AS row FROM (SELECT {quoted(PERSON)} AS person, {start} AS f, {end} AS t FROM {register} "
        f"WHERE {condition}) s JOIN {quoted(PARTICIPANTS)} p ON p.{quoted(PERSON)} = s.person "
        f"WHERE {to} >= s.f AND {to} >= p.randomisation "
        f"AND s.f <= CAST(p.randomisation + INTERVAL {month} MONTH AS DATE)"
    )
