"""The states that outcomes are made of, month by month on both clocks, from raw spells.

Rules, each counted in the data-quality findings:

* a spell whose end lies before its start is left out; an open end goes on to the register's cut-off;
* overlapping spells all count: a state holds on a day that any qualifying spell covers;
* kinds of work are exclusive in this order: with support, other subsidised, regular; regular work is a jobseeker category
  of persons who work and stay registered, or a month with pay above 0 on control statements (or monthly declarations), after
  adding up a person's rows of one employer and the same months;
* a code's class is the one in force on the spell's first day;
* whoever is dead is in no state; whoever has emigrated is not in work (Swedish work);
* a month whose day k lies outside the span of a source, or of the register of deaths and moves, is missing, never zero
  (:mod:`effektutv.cohort.known_spans`).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from effektutv.errors import StudyError
from effektutv.registers.checks.run_checks import code_condition
from effektutv.registers.engines.duckdb import literal, quoted
from effektutv.registers.engines.protocol import Session
from effektutv.registers.schema.table_schema import PERSON, load_codelist
from effektutv.study import FIRST_MONTH_IN_WORK, MONTHS_IN_WORK, Outcome, Study

from .known_spans import CLOCKS, EVENTS, PAY, SOURCES, Span, spans_of
from .linkage import PARTICIPANTS
from .month_masks import first_month, last_month, mask_run, month_run, ordered_run, unpack

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = [
    "CLOCKS",
    "SOURCES",
    "StateMasks",
    "build_masks",
    "outcome_values",
    "spell_masks",
    "spell_query",
    "statement_query",
]

_KINDS = {
    "support": "employment_with_support",
    "other": "other_subsidised",
    "registered": "working_registered",
}

#: Bits of a mask that shares a number of 64 bits, sign left out, with another.
_HALF = 31

Masks = dict[str, NDArray[np.int64]]


@dataclass(frozen=True, slots=True, kw_only=True)
class StateMasks:
    """Bit masks of one clock.

    Parameters
    ----------
    states : dict of str to ndarray of int64, shape (n,)
        A mask a state that the study's registers can tell; a state whose register is absent is not among them.
    observed : dict of str to ndarray of int64, shape (n,)
        The months in which each of these states is known.
    af, statements : ndarray of int64, shape (n,)
        Months of work by source: jobseeker categories; control statements or monthly declarations.
    dead, away : ndarray of int64, shape (n,), or None
        Months at which the person is dead, or abroad; ``None`` where the study has no register of such events.
    """

    states: Masks
    observed: Masks
    af: NDArray[np.int64]
    statements: NDArray[np.int64]
    dead: NDArray[np.int64] | None = None
    away: NDArray[np.int64] | None = None


def build_masks(
    engine: Session,
    study: Study,
    n: int,
    *,
    lacking: Collection[str] = (),
    unknown: Mapping[str, Sequence[Span]] | None = None,
) -> dict[str, StateMasks]:
    """Build every state's months on both clocks.

    Parameters
    ----------
    engine : Session
        The session, with the participants' table and the opened extracts.
    study : Study
        The study: which registers there are, cut-offs, codes, rules.
    n : int
        Number of participants.
    lacking : collection of str
        States that a column which was not delivered keeps from being known: they are left out.
    unknown : mapping of str to sequence of Span, optional
        By register: days inside its span of which it does not tell.

    Returns
    -------
    dict of str to StateMasks
        By clock.

    Raises
    ------
    StudyError
        If a register that a state needs has no cut-off, or the codes of the benefit are not given.
    """
    have = set(study.registers)
    raw: Masks = {}
    if "af_sokandekategori" in have:
        raw |= spell_masks(engine, study, n)
    if have & {"scb_ku", "scb_agi"}:
        raw |= _fetch(engine, statement_query(study, corrected=_corrected(engine, study)), n)
    if "studier" in have:
        raw |= _fetch(engine, _plain_spells("studier", "studies", "from", "tom", "TRUE", study), n)
    if "fk_ersattning" in have:
        raw |= _fetch(engine, _benefit_query(study), n)
    raw |= _fetch(engine, _active_query(study), n)
    if "scb_handelser" in have:
        raw |= _fetch(engine, _events_query(study), n)
    spans = spans_of(study)
    covered = _fetch(engine, _span_query(study, spans, unknown or {}), n)
    return {clock: _combine(clock, raw, covered, spans, n, lacking) for clock in CLOCKS}


def outcome_values(masks: StateMasks, outcome: Outcome, months: list[int]) -> NDArray[np.float64]:
    """Return an outcome of every participant, a column a month; NaN where it is not known.

    Parameters
    ----------
    masks : StateMasks
        With the state that the outcome is made from.
    outcome : Outcome
        A state is 0 or 1. ``months_in_work`` at month m is the number of months among 1 … m in work, and
        ``first_month_in_work`` the first of them, m where there is none. Both are known where each of the months is: whoever
        lacks full follow-up leaves by the day that months are counted from, never by when work came.
    months : list of int

    Returns
    -------
    ndarray of float, shape (n, number of months)
    """
    state = outcome.month_state or ""
    holds, known = masks.states[state], masks.observed[state]
    if outcome.state not in (MONTHS_IN_WORK, FIRST_MONTH_IN_WORK):
        y = unpack(holds, months).astype(float)
        y[~unpack(known, months)] = np.nan
        return y
    first = range(1, max(months, default=0) + 1)
    worked = unpack(holds, first)
    if outcome.state == MONTHS_IN_WORK:
        count = np.cumsum(worked, axis=1)
    else:
        # the months without work before the first, and that one: all m where there is none
        never = np.logical_and.accumulate(~worked, axis=1)
        count = np.minimum(never.sum(axis=1, keepdims=True) + 1, np.arange(1, worked.shape[1] + 1)[None, :])
    all_known = np.logical_and.accumulate(unpack(known, first), axis=1)
    y = np.zeros((holds.size, len(months)))
    for column, month in enumerate(months):
        if month:
            y[:, column] = np.where(all_known[:, month - 1], count[:, month - 1], np.nan)
    return y


def _fetch(engine: Session, sql: str, n: int) -> Masks:
    """Run a query of ``row`` and masks; persons without a row have no month."""
    found: dict[str, NDArray[np.signedinteger]] = {}
    # each row goes to its own place: their order means nothing, and twenty million need not be held twice. While the engine
    # holds them too, masks of a few months take half the space
    for batch in engine.batches(sql, what="building months from spells"):
        rows = batch.column("row").to_numpy()
        for name in batch.schema.names[1:]:
            full = found.setdefault(name, np.zeros(n, dtype=np.int32))
            if not rows.size:
                continue
            values = _bits(batch.column(name))
            if values.max() > np.iinfo(full.dtype).max:
                full = found[name] = full.astype(np.int64)
            full[rows] = values
    return {name: found.pop(name).astype(np.int64, copy=False) for name in list(found)}


def _bits(column: pa.Int64Array) -> NDArray[np.int64]:
    """Return masks, 0 where there is none; pyarrow's own way to fill what is missing loads pandas, a tenth of the memory."""
    values = np.frombuffer(column.buffers()[1], dtype=np.int64, count=len(column), offset=8 * column.offset)
    return np.where(column.is_valid().to_numpy(zero_copy_only=False), values, 0)


def _window(study: Study, start: str, end: str) -> str:
    """Return the condition that a spell can reach any month of any participant: most of a register cannot."""
    first = f"(SELECT min(least(randomisation, start)) FROM {quoted(PARTICIPANTS)})"
    last = (
        f"(SELECT max(greatest(randomisation, start)) + INTERVAL {study.study.horizon + 1} MONTH "
        f"FROM {quoted(PARTICIPANTS)})"
    )
    return f"{end} >= {first} AND {start} <= {last}"


def _end(study: Study, register: str, column: str) -> str:
    """Return a spell's end; an open one goes on to the cut-off."""
    return f"coalesce({column}, DATE '{spans_of(study)[register].last}')"


def spell_query(study: Study) -> str:
    """Return the query of work by jobseeker category: each kind's months on both clocks, in one pass over the spells.

    Of few months both clocks stand in one number; see :func:`spell_masks`.

    Parameters
    ----------
    study : Study
        The study: horizon and cut-off.
    """
    codes = load_codelist("skat")
    kinds = {key: code_condition("skat", codes, group, day="inskadm") for key, group in _KINDS.items()}
    cases = " ".join(f"WHEN {condition} THEN {literal(key)}" for key, condition in kinds.items())
    end = _end(study, "af_sokandekategori", "utskadm")
    # each spell's run of months is computed once a clock, and only then told apart by kind
    ends = ", ".join(
        f"{first_month(f'p.{clock}', 's.f')} AS f_{clock}, {last_month(f'p.{clock}', 's.t')} AS t_{clock}"
        for clock in CLOCKS
    )
    runs = {clock: ordered_run(f"f_{clock}", f"t_{clock}", study.study.horizon) for clock in CLOCKS}
    if study.study.horizon < _HALF:
        # both clocks in one number: half the sums to keep for each person, who may be one of twenty million
        computed = f"{runs[CLOCKS[0]]} + (({runs[CLOCKS[1]]}) << {_HALF}) AS months"
        masks = {kind: ("months", kind) for kind in _KINDS}
    else:
        computed = ", ".join(f"{run} AS {clock}" for clock, run in runs.items())
        masks = {f"{kind}_{clock}": (clock, kind) for clock in CLOCKS for kind in _KINDS}
    united = ", ".join(
        f"bit_or({run}) FILTER (WHERE kind = {literal(kind)}) AS {name}" for name, (run, kind) in masks.items()
    )
    return (
        f"SELECT row, {united} FROM (SELECT row, kind, {computed} FROM (SELECT p.row AS row, s.kind AS kind, {ends} "
        f"FROM (SELECT {quoted(PERSON)} AS person, inskadm AS f, {end} AS t, CASE {cases} END AS kind FROM af_sokandekategori "
        f"WHERE {_window(study, 'inskadm', end)} AND {end} >= inskadm) s "
        f"JOIN {quoted(PARTICIPANTS)} p ON p.{quoted(PERSON)} = s.person WHERE s.kind IS NOT NULL)) GROUP BY row"
    )


def spell_masks(engine: Session, study: Study, n: int) -> Masks:
    """Run :func:`spell_query`, and take the clocks apart.

    Parameters
    ----------
    engine : Session
    study : Study
    n : int
        Number of participants.

    Returns
    -------
    dict of str to ndarray of int64, shape (n,)
        A mask a kind and clock.
    """
    found = _fetch(engine, spell_query(study), n)
    if study.study.horizon >= _HALF:
        return found
    out: Masks = {}
    for kind in list(found):
        both = found.pop(kind)
        out[f"{kind}_{CLOCKS[0]}"] = both & ((1 << _HALF) - 1)
        both >>= _HALF
        out[f"{kind}_{CLOCKS[1]}"] = both
    return out


def statement_query(study: Study, *, corrected: Collection[str] = ("scb_ku", "scb_agi")) -> str:
    """Return the query of months on control statements and monthly declarations, on both clocks.

    Only pay above 0 is work. A correction is a row below 0: the rows of one person, employer and the same months are added up
    first.

    Parameters
    ----------
    study : Study
        The study: horizon, and what a statement without months is.
    corrected : collection of str
        The registers that have a row of nothing or less; in others there is nothing to add up.
    """
    parts = []
    if "scb_ku" in study.registers:
        first, last = "fromman", "tomman"
        if study.work.ku_months_missing == "whole_year":
            first, last = "coalesce(fromman, 1)", "coalesce(tomman, 12)"
        months = f"ar * 12 + {first} - 1", f"ar * 12 + {last} - 1"
        stated = f"{first} IS NOT NULL AND {last} IS NOT NULL AND {last} >= {first}"
        parts.append(_paid("scb_ku", months, "kontbrutto", stated, "scb_ku" in corrected))
    if "scb_agi" in study.registers:
        month = "CAST(substr(period, 1, 4) AS BIGINT) * 12 + CAST(substr(period, 5, 2) AS BIGINT) - 1"
        parts.append(_paid("scb_agi", (month, month), "kontant_ersattning_ulag_ag", "TRUE", "scb_agi" in corrected))
    masks = []
    for clock in CLOCKS:
        zero = f"(year(p.{clock}) * 12 + month(p.{clock}) - 1)"
        masks.append(
            f"bit_or({month_run(f'(s.f - {zero})', f'(s.t - {zero})', study.study.horizon)}) AS statement_{clock}"
        )
    return (
        f"SELECT p.row AS row, {', '.join(masks)} FROM ({' UNION ALL '.join(parts)}) s "
        f"JOIN {quoted(PARTICIPANTS)} p ON p.{quoted(PERSON)} = s.person GROUP BY p.row"
    )


def _paid(register: str, months: tuple[str, str], pay: str, stated: str, corrected: bool) -> str:
    """Return the query of the months with pay above 0."""
    first, last = months
    if not corrected:
        return (
            f"SELECT {quoted(PERSON)} AS person, {first} AS f, {last} AS t FROM {register} WHERE {stated} AND {pay} > 0"
        )
    return (
        f"SELECT person, f, t FROM (SELECT {quoted(PERSON)} AS person, lopnr_peorgnr AS employer, {first} AS f, {last} AS t, "
        f"{pay} AS pay FROM {register} WHERE {stated} AND {quoted(PERSON)} IN (SELECT {quoted(PERSON)} "
        f"FROM {quoted(PARTICIPANTS)})) paid GROUP BY person, employer, f, t HAVING sum(pay) > 0"
    )


def _corrected(engine: Session, study: Study) -> set[str]:
    """Return the registers of pay that have a row of nothing or less."""
    out = set()
    for name, pay in PAY.items():
        if name in study.registers:
            some = f"SELECT 1 FROM {name} WHERE {pay} <= 0 LIMIT 1"
            if engine.rows(some, what=f"{name}: looking for pay of nothing or less"):
                out.add(name)
    return out


def _plain_spells(register: str, name: str, start: str, end: str, condition: str, study: Study) -> str:
    """Return the query of one state that any spell of a register makes."""
    f, t = quoted(start), _end(study, register, quoted(end))
    masks = ", ".join(
        f"bit_or({mask_run(f'p.{clock}', 's.f', 's.t', study.study.horizon)}) AS {name}_{clock}" for clock in CLOCKS
    )
    return (
        f"SELECT p.row AS row, {masks} FROM (SELECT {quoted(PERSON)} AS person, {f} AS f, {t} AS t "
        f"FROM {quoted(register)} WHERE {condition} AND {t} >= {f} AND {_window(study, f, t)}) s "
        f"JOIN {quoted(PARTICIPANTS)} p ON p.{quoted(PERSON)} = s.person GROUP BY p.row"
    )


def _benefit_query(study: Study) -> str:
    codes = (*study.codes.aktivitetsersattning, *study.codes.sjukersattning)
    if not codes:
        raise StudyError(
            f"{study.where('codes')}: give the benefit codes (Forman_kod) of aktivitetsersattning and sjukersattning; "
            f"the list is not public, ask the register's owner"
        )
    # closed lists of which nothing is public: what differs in case only is the same benefit
    condition = f"lower(forman_kod) IN ({', '.join(literal(c.lower()) for c in codes)})"
    return _plain_spells("fk_ersattning", "benefit", "del_from_datum", "del_tom_datum", condition, study)


def _active_query(study: Study) -> str:
    """Still active: started, not dropped out (the day of drop-out is no longer active), interventions not ended."""
    end = "coalesce(dropped_out - 1, DATE '9999-12-31')"
    if study.time_zero.interventions_end is not None:
        end = f"least({end}, DATE '{study.time_zero.interventions_end}')"
    masks = ", ".join(f"{mask_run(clock, 'started', end, study.study.horizon)} AS active_{clock}" for clock in CLOCKS)
    return f"SELECT row, {masks} FROM {quoted(PARTICIPANTS)} WHERE started IS NOT NULL AND {end} >= started"


def _events_query(study: Study) -> str:
    """Dead: from the day on. Emigrated: from the day until the day before the next immigration; back on that day: not away."""
    horizon = study.study.horizon
    codes = load_codelist("handelse")
    dead = code_condition("handelse", codes, "death")
    left, back = code_condition("o.handelse", codes, "emigration"), code_condition("b.handelse", codes, "immigration")
    never = "DATE '9999-12-31'"
    masks = ", ".join(
        part
        for clock in CLOCKS
        for part in (
            f"bit_or({month_run(first_month(f'p.{clock}', 'e.f'), str(horizon), horizon)}) FILTER (WHERE e.kind = 'dead') "
            f"AS dead_{clock}",
            f"bit_or({mask_run(f'p.{clock}', 'e.f', 'e.t', horizon)}) FILTER (WHERE e.kind = 'away') AS away_{clock}",
        )
    )
    events = (
        f"SELECT {quoted(PERSON)} AS person, datum AS f, {never} AS t, 'dead' AS kind FROM scb_handelser WHERE {dead} "
        f"UNION ALL SELECT o.{quoted(PERSON)}, o.datum, coalesce((SELECT min(b.datum) - 1 FROM scb_handelser b "
        f"WHERE b.{quoted(PERSON)} = o.{quoted(PERSON)} AND b.datum >= o.datum AND {back}), {never}), 'away' "
        f"FROM scb_handelser o WHERE {left} "
        f"AND o.{quoted(PERSON)} IN (SELECT {quoted(PERSON)} FROM {quoted(PARTICIPANTS)})"
    )
    return (
        f"SELECT p.row AS row, {masks} FROM ({events}) e JOIN {quoted(PARTICIPANTS)} p "
        f"ON p.{quoted(PERSON)} = e.person WHERE e.t >= e.f GROUP BY p.row"
    )


def _span_query(study: Study, spans: dict[str, Span], unknown: Mapping[str, Sequence[Span]]) -> str:
    """Return the query of the months that each register tells of, of all months, and of those after the interventions."""
    horizon, ended = study.study.horizon, study.time_zero.interventions_end
    everything = f"CAST({(1 << (horizon + 1)) - 1} AS BIGINT)"

    def until(clock: str, span: Span) -> str:
        first = "0" if span.first is None else first_month(clock, f"DATE '{span.first}'")
        return month_run(first, last_month(clock, f"DATE '{span.last}'"), horizon)

    def told(clock: str, name: str) -> str:
        within = until(clock, spans[name])
        gaps = " | ".join(f"({until(clock, gap)})" for gap in unknown.get(name, ()))
        return f"({within}) & ({everything} - ({gaps}))" if gaps else within

    masks = []
    for clock in CLOCKS:
        masks += [f"{told(clock, name)} AS {name}_{clock}" for name in spans]
        after = "CAST(0 AS BIGINT)" if ended is None else f"{everything} - {until(clock, Span(first=None, last=ended))}"
        masks += [f"{everything} AS always_{clock}", f"{after} AS ended_{clock}"]
    return f"SELECT row, {', '.join(masks)} FROM {quoted(PARTICIPANTS)}"


def _combine(
    clock: str, raw: Masks, covered: Masks, spans: dict[str, Span], n: int, lacking: Collection[str]
) -> StateMasks:
    """Apply precedence, death and emigration, and say which months of which state are known."""

    def mask(name: str) -> NDArray[np.int64]:
        return raw.get(f"{name}_{clock}", np.zeros(n, dtype=np.int64))

    alive = ~mask("dead")
    working = alive & ~mask("away")
    support = mask("support") & working
    other = mask("other") & working & ~support
    af_regular = mask("registered") & working
    statements = mask("statement") & working
    regular = (af_regular | statements) & ~support & ~other
    states = {
        "work": support | other | regular,
        "work_with_support": support,
        "work_other_subsidised": other,
        "work_regular": regular,
        "studies": mask("studies") & alive,
        "benefit": mask("benefit") & alive,
        "active": mask("active") & alive,
    }

    def inside(name: str) -> NDArray[np.int64]:
        return covered[f"{name}_{clock}"]

    observed = {}
    for state, groups in SOURCES.items():
        known = [[name for name in group if name in spans] for group in groups]
        if all(known) and state not in lacking:
            # statements and declarations follow each other in time: what either covers is covered
            together = np.bitwise_and.reduce(
                [inside("always"), *(np.bitwise_or.reduce([*map(inside, g)]) for g in known)]
            )
            if EVENTS in spans:
                # nobody is active after the interventions, dead or alive
                together &= inside(EVENTS) | inside("ended") if state == "active" else inside(EVENTS)
            observed[state] = together
    return StateMasks(
        states={s: m for s, m in states.items() if s in observed},
        observed=observed,
        af=(support | other | af_regular),
        statements=statements,
        dead=raw.get(f"dead_{clock}"),
        away=raw.get(f"away_{clock}"),
    )
