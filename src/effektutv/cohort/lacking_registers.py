"""What cannot be known because a column was not delivered, or came without one value: a reason in the place of zeros.

Three things look alike in a table and are not: a column that the delivery lacks, one that holds no value at all, and a person's
empty cell in a column that others have values in. Only the last means that there is none. Of fewer than twenty rows a column
without a value may be right, and is taken so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from effektutv.registers.engines.duckdb import quoted
from effektutv.registers.engines.protocol import Session
from effektutv.registers.sources.open_extract import Extract
from effektutv.study import SOURCES, Study

from .known_spans import DATED, PAY

__all__ = ["MANY", "columns_needed", "lacking_in_files", "not_delivered"]

#: Of so many rows one at least has a value.
MANY = 20
_AF_ENDS = ("af_sokandekategori", "utskadm")
#: What each thing that is asked for is made of, beside columns that no delivery may lack.
_NEEDS: dict[str, tuple[tuple[str, str], ...]] = {
    "work": (_AF_ENDS, *PAY.items()),
    "work_regular": (_AF_ENDS, *PAY.items()),
    "work_with_support": (_AF_ENDS,),
    "work_other_subsidised": (_AF_ENDS,),
    "studies": (("studier", "tom"),),
    "benefit": (("fk_ersattning", "del_tom_datum"),),
    "active": (("assignment", "insatsstart"), ("assignment", "avhopp")),
    "start": (("assignment", "insatsstart"),),
    "dropped_out": (("assignment", "avhopp"),),
    "provider": (("assignment", "behandlare"),),
    "sius": (("af_inskrivning", "sius_from_datum"), ("af_inskrivning", "sius_tom_datum")),
    "hours": (("tidredovisning", "timmar"),),
    "programme": (_AF_ENDS,),
    "decision_support": (("af_beslut", "tom"),),
    "decision_subsidised": (("af_beslut", "tom"),),
}
#: The months of control statements, without which they tell of no month unless the study says otherwise.
_KU_MONTHS = (("scb_ku", "fromman"), ("scb_ku", "tomman"))


def columns_needed(study: Study, what: str) -> tuple[tuple[str, str], ...]:
    """Return the columns that something is made of, by register and canonical name.

    Parameters
    ----------
    study : Study
    what : str
        A state, or what is told of delivery: ``"start"``, ``"dropped_out"``, ``"sius"``, ``"hours"`` …
    """
    needs = _NEEDS.get(what, ())
    if ("scb_ku", "kontbrutto") in needs and study.work.ku_months_missing == "none":
        needs = (*needs, *_KU_MONTHS)
    return needs


def not_delivered(engine: Session, study: Study, extracts: Mapping[str, Extract]) -> dict[str, str]:
    """Return what cannot be known, each with its reason.

    Parameters
    ----------
    engine : Session
        The session, with the opened extracts.
    study : Study
    extracts : mapping of str to Extract
        The study's extracts; what is made of others is told elsewhere.

    Returns
    -------
    dict of str to str
        By state or what is told of delivery: which column it is, e.g. ``"avhopp was not delivered"``.
    """
    wanted = dict.fromkeys(c for what in _NEEDS for c in columns_needed(study, what) if c[0] in extracts)
    lacks = dict(_lacks(engine, extracts, list(wanted)))
    partly = {c: why for c in wanted if (why := lacking_in_files(extracts[c[0]], c[1]))}
    out = {}
    for what in _NEEDS:
        # of a state it is the time of these files that is not known
        whole = {c: why for c, why in partly.items() if what not in SOURCES or c[0] not in DATED}
        told = (lacks.get(c) or whole.get(c) for c in columns_needed(study, what))
        reasons = [why for why in told if why]
        if reasons:
            out[what] = "; ".join(reasons)
    return out


def lacking_in_files(extract: Extract, column: str) -> str:
    """Return the reason that some of a register's files lack a column, and others do not; empty where there is none.

    Parameters
    ----------
    extract : Extract
    column : str
        Canonical.
    """
    if (lacking := extract.partly.get(column)) is None:
        return ""
    return f"{extract.schema.field(column).name} was not delivered in {lacking.files} of {len(extract.files)} files"


def _lacks(
    engine: Session, extracts: Mapping[str, Extract], columns: list[tuple[str, str]]
) -> Iterator[tuple[tuple[str, str], str]]:
    for register, column in columns:
        extract = extracts[register]
        name = extract.schema.field(column).name
        if column in extract.absent:
            yield (register, column), f"{name} was not delivered"
            continue
        what = f"{register}: looking for values of {name}"
        table = quoted(extract.table)
        if engine.rows(f"SELECT 1 FROM {table} WHERE {quoted(column)} IS NOT NULL LIMIT 1", what=what):
            continue
        (total,) = engine.rows(f"SELECT count(*) FROM {table}", what=what)[0]
        if total >= MANY:
            yield (register, column), f"{name} was delivered without a value"
