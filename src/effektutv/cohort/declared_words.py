"""Values that a study declares, against those that stand in the data: which of them match, and which occur nowhere.

Both are compared as text: a whole number without a decimal point, another number in its shortest form, so that ``1``, ``1.0`` and
``"1"`` are one value while ``"01"`` is another. Truth values match as the file writes them (``True``), in either case where a
format has its own type for them, and as ``1`` and ``0``.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator

import pandas as pd

from effektutv.registers.engines.duckdb import quoted
from effektutv.registers.engines.protocol import Session
from effektutv.registers.schema.table_schema import PERSON, load_schema
from effektutv.registers.sources.open_extract import Extract
from effektutv.results.data_quality import Finding, Severity
from effektutv.study import SURVEY, Covariate, Study

from .linkage import PARTICIPANTS

__all__ = ["as_text", "covariate_findings", "declared_findings", "text_of", "texts_of", "value_findings"]

_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?")


def text_of(value: object) -> str:
    """Return one value as the text that it is compared by."""
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    text = str(int(value)) if isinstance(value, bool) else str(value)
    if "." in text and _NUMBER.fullmatch(text):
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def texts_of(values: Iterable[object]) -> frozenset[str]:
    """Return the texts that declared values match: each as it is written, and as a number where it is one.

    Parameters
    ----------
    values : iterable
        Of the study file.
    """
    return frozenset(text for value in values for text in (str(value), text_of(value)))


def as_text(column: pd.Series, declared: Iterable[object] = (), spelled: pd.Series | None = None) -> pd.Series:
    """Return codes as text: whole numbers without a decimal point, missing kept missing.

    Parameters
    ----------
    column : pandas.Series
        Codes as text, numbers or truth values.
    declared : iterable, optional
        The values that the study file gives for it.
    spelled : pandas.Series, optional
        Truth values as the file writes them, where it is a text file.
    """
    if pd.api.types.is_bool_dtype(column):
        wanted = texts_of(declared)
        numbers = column.map(lambda x: None if pd.isna(x) else str(int(x))).astype("object")
        if spelled is not None:
            kept = spelled.isin(wanted) if wanted & {"0", "1"} else spelled.notna()
            return spelled.astype("object").where(kept, numbers).where(column.notna(), None)
        words = {w.lower(): w for w in sorted(wanted)}
        named = {True: words.get("true", "1"), False: words.get("false", "0")}
        return column.map(lambda x: None if pd.isna(x) else named[bool(x)]).astype("object").where(column.notna(), None)
    if pd.api.types.is_numeric_dtype(column):
        whole = pd.api.types.is_integer_dtype(column)
        text = column.map(lambda x: None if pd.isna(x) else str(int(x)) if whole else text_of(float(x)))
        return text.astype("str").where(column.notna(), None)
    return column.astype("object").where(column.notna(), None)


def value_findings(
    where: tuple[str, str], values: Iterable[object], read: Collection[str], rows: int, *, needed: bool
) -> Iterator[Finding]:
    """Yield the declared values that occur nowhere: an error where an outcome has none that does, else warnings.

    Parameters
    ----------
    where : (str, str)
        Extract and column.
    values : iterable
        Of the study file.
    read : collection of str
        Every text that occurs in the column.
    rows : int
        How many rows hold one.
    needed : bool
        Whether an outcome is made of them.
    """
    wanted = list(values)
    absent = [value for value in wanted if not texts_of([value]) & set(read)]
    severity = Severity.ERROR if needed and len(absent) == len(wanted) else Severity.WARNING
    for value in absent:
        yield _finding(where, f"declared value occurs: {value}", _advice([value], read), rows, severity)


def covariate_findings(covariate: Covariate, where: tuple[str, str], text: pd.Series) -> Iterator[Finding]:
    """Yield declared values and levels of a covariate that occur nowhere, and how many rows hold a value of no level.

    Parameters
    ----------
    covariate : Covariate
    where : (str, str)
        Extract and column.
    text : pandas.Series
        The column as text, a row each.
    """
    read, rows = set(text.dropna()), int(text.notna().sum())
    if not rows:
        return
    if covariate.measure == "equals":
        yield from value_findings(where, covariate.values, read, rows, needed=False)
    if covariate.kind != "categorical":
        return
    taken: set[str] = set()
    for level in covariate.levels:
        wanted = texts_of(level.values)
        mine = {t for t in read if t.startswith(tuple(wanted))} if covariate.measure == "prefix" else read & wanted
        taken |= mine
        if wanted and not mine:
            yield _finding(
                where, f"declared level occurs: {level.code}", _advice(level.values, read), rows, Severity.WARNING
            )
    outside = int((text.notna() & ~text.isin(taken)).sum())
    if outside:
        yield Finding(
            extract=where[0],
            column=where[1],
            rule=f"value of a declared level: {covariate.name}",
            rows_checked=rows,
            rows_failing=outside,
            severity=Severity.NOTE,
            advice="a value of no level is missing; declare the level that it belongs to",
        )


def declared_findings(engine: Session, study: Study, extracts: dict[str, Extract]) -> Iterator[Finding]:
    """Yield what a study of registers declares and what occurs nowhere in the participants' rows.

    Parameters
    ----------
    engine : Session
        The session, with the participants' table and the opened extracts.
    study : Study
    extracts : dict of str to Extract
    """
    for covariate in study.covariates:
        register = covariate.register_name or ""
        if covariate.measure in ("equals", "levels", "prefix") and register in extracts:
            column = covariate.columns[0].lower()
            if column not in extracts[register].absent:
                name = load_schema(register).field(column).name
                yield from covariate_findings(covariate, (register, name), _texts(engine, register, column))
    for outcome in study.outcomes:
        if (
            outcome.item is not None
            and outcome.values
            and SURVEY in extracts
            and outcome.item not in extracts[SURVEY].absent
        ):
            text = _texts(engine, SURVEY, outcome.item, f"r.vag = {outcome.wave or 0:d}")
            if len(text):
                yield from value_findings((SURVEY, outcome.item), outcome.values, set(text), len(text), needed=True)
    if "fk_ersattning" in extracts and any(o.state == "benefit" for o in study.outcomes):
        codes = (*study.codes.aktivitetsersattning, *study.codes.sjukersattning)
        text = _texts(engine, "fk_ersattning", "forman_kod")
        yield from value_findings(("fk_ersattning", "Forman_kod"), codes, set(text), len(text), needed=True)
    actors = [a.received.actor for a in study.arms if a.received is not None and a.received.actor is not None]
    if "tidredovisning" in extracts and actors:
        text = _texts(engine, "tidredovisning", "aktor")
        yield from value_findings(("tidredovisning", "aktor"), actors, set(text), len(text), needed=False)


def _texts(engine: Session, register: str, column: str, condition: str = "TRUE") -> pd.Series:
    """Return a column of the participants' rows as text, without what is missing."""
    rows = engine.rows(
        f"SELECT r.{quoted(column)} AS value, count(*) FROM {quoted(register)} r JOIN {quoted(PARTICIPANTS)} p "
        f"ON p.{quoted(PERSON)} = r.{quoted(PERSON)} WHERE r.{quoted(column)} IS NOT NULL AND {condition} GROUP BY 1 ORDER BY 1",
        what=f"{register}: looking for declared values of {column}",
    )
    texts = [value if isinstance(value, str) else text_of(value) for value, _ in rows]
    return pd.Series(texts, dtype="object").repeat([n for _, n in rows]).reset_index(drop=True)


def _advice(values: Iterable[object], read: Collection[str]) -> str:
    near = {_loose(t) for t in read} & {_loose(t) for t in texts_of(values)}
    if near:
        return f"a value there differs from it only in case, blanks or zeros in front (different values: {len(read)})"
    return f"write it as it stands in the column (different values there: {len(read)})"


def _loose(text: str) -> str:
    return text.strip().casefold().lstrip("0") or "0"


def _finding(where: tuple[str, str], rule: str, advice: str, rows: int, severity: Severity) -> Finding:
    return Finding(
        extract=where[0],
        column=where[1],
        rule=rule,
        rows_checked=rows,
        rows_failing=rows,
        severity=severity,
        advice=advice,
    )
