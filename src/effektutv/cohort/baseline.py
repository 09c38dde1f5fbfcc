"""Baseline covariates, dated strictly before randomisation.

An annual register's year Y is dated 31 December Y, so the year before randomisation is the last that counts. A snapshot
counts if its day lies before randomisation; whoever is not in that snapshot has no decision then. A spell counts if it
covers the day before randomisation.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

import numpy as np
import pandas as pd

from effektutv.errors import StudyError
from effektutv.registers.engines.duckdb import literal, quoted
from effektutv.registers.engines.protocol import Session
from effektutv.registers.schema.table_schema import PERSON, DatedBy, ExtractSchema, load_schema
from effektutv.registers.sources.open_extract import Extract
from effektutv.study import Covariate, Study

from .declared_words import as_text, texts_of
from .linkage import PARTICIPANTS
from .unknown_spans import spell_span_without

__all__ = ["baseline_covariates", "check_covariates", "measure"]

_ALLOWED = {
    DatedBy.YEAR: ("year_before",),
    DatedBy.SNAPSHOT: ("last_before", "any_before"),
    DatedBy.SPELL: ("day_before",),
}


def check_covariates(study: Study) -> None:
    """Check that each covariate's column exists and that its date makes it baseline.

    Parameters
    ----------
    study : Study
        The study.

    Raises
    ------
    StudyError
        If a register, a column or the baseline rule is wrong: the message names the line and what is allowed.
    """
    for i, covariate in enumerate(study.covariates):
        schema = load_schema(covariate.register_name or "")
        allowed = _ALLOWED.get(schema.dating.by, ())
        if covariate.baseline not in allowed:
            raise StudyError(
                f"{study.where('covariates', i, 'baseline')}: a covariate from {schema.name} must be dated before "
                f"randomisation by: {', '.join(allowed) or 'nothing, its rows cannot be baseline'}"
            )
        known = {f.column for f in schema.fields}
        for column in covariate.columns:
            if column.lower() not in known:
                raise StudyError(
                    f"{study.where('covariates', i, 'column')}: {schema.name} has no column {column!r}; it has: "
                    f"{', '.join(f.name for f in schema.fields)}"
                )


def baseline_covariates(
    engine: Session, study: Study, people: pd.DataFrame, extracts: Mapping[str, Extract]
) -> pd.DataFrame:
    """Return the baseline covariates of every participant.

    Parameters
    ----------
    engine : Session
        The session, with the participants' table and the opened extracts.
    study : Study
        The study.
    people : pandas.DataFrame, n rows
        Participants in the order of the engine's table.
    extracts : mapping of str to Extract
        The opened extracts: which columns some files lack.

    Returns
    -------
    pandas.DataFrame, n rows
        A column a covariate: numbers for continuous and 0/1 ones, categories for those with levels; missing where the
        register does not tell.
    """
    year = people["randomised"].dt.year.to_numpy()
    groups: dict[tuple[str, str], list[Covariate]] = {}
    for covariate in study.covariates:
        groups.setdefault((covariate.register_name or "", covariate.baseline), []).append(covariate)
    found: dict[str, pd.Series] = {}
    for (register, rule), covariates in groups.items():
        schema = load_schema(register)
        columns = sorted({c.lower() for covariate in covariates for c in covariate.columns})
        told = _told(engine, study, extracts[register], rule, people)
        partly = extracts[register].partly
        reach = {
            c.name: told & _told(engine, study, extracts[register], rule, people, lacking)
            if (lacking := [x.lower() for x in c.columns if x.lower() in partly])
            else told
            for c in covariates
        }
        if rule == "any_before":
            for covariate in covariates:
                found[covariate.name] = _any_before(engine, schema, covariate, reach[covariate.name])
            continue
        rows = _rows(engine, schema, rule, columns).set_index("row")
        rows = rows.reindex(range(len(people)))
        for covariate in covariates:
            found[covariate.name] = measure(covariate, rows, rows["found"].eq(True), year, reach[covariate.name])
    return pd.DataFrame({c.name: found[c.name].array for c in study.covariates})


def _told(
    engine: Session,
    study: Study,
    extract: Extract,
    rule: str,
    people: pd.DataFrame,
    lacking: Sequence[str] = (),
) -> pd.Series:
    """Return for whom the delivery reaches over the time of her baseline: of others no row means nothing.

    Of an annual register the year before must be among the years delivered, of snapshots one of the year before randomisation
    (or, where any counts, any before), of spells the day before must not lie before the first that the delivery covers. Of
    columns that some files lack a year or a snapshot counts where they hold a value, and no day from the first spell of these
    files on does.
    """
    schema = extract.schema
    day = people["randomised"].to_numpy().astype("datetime64[D]")
    at, what = quoted(schema.dating.at or ""), f"{schema.name}: looking at the time that it covers"
    if rule == "day_before":
        first = study.registers[schema.name].first
        reached = np.full(len(people), True) if first is None else day > np.datetime64(first)
        if (gap := spell_span_without(extract, lacking, date.max)) is not None:
            reached &= ~gap.holds(day - 1)
        return pd.Series(reached, index=people.index)
    held = "".join(f" AND {quoted(c)} IS NOT NULL" for c in lacking)
    sql = f"SELECT DISTINCT {at} FROM {quoted(schema.name)} WHERE {at} IS NOT NULL{held} ORDER BY 1"
    dated = [d for (d,) in engine.rows(sql, what=what)]
    if rule == "year_before":
        return pd.Series((people["randomised"].dt.year - 1).isin(dated), index=people.index)
    told = np.zeros(len(people), dtype=bool)
    for snapshot in np.array(dated, dtype="datetime64[D]"):
        told |= (snapshot < day) & ((rule == "any_before") | (snapshot >= _a_year_before(day)))
    return pd.Series(told, index=people.index)


def _a_year_before(day: np.ndarray) -> np.ndarray:
    return np.asarray(pd.DatetimeIndex(day) - pd.DateOffset(years=1)).astype("datetime64[D]")


def _rows(engine: Session, schema: ExtractSchema, rule: str, columns: Iterable[str]) -> pd.DataFrame:
    """Return the one row a participant that is baseline under the rule, or none."""
    # one row a person and year or day, by the registers' keys, which have been checked: the largest is the only one
    wanted = "".join(f", max({_within_years(schema, c)}) AS {quoted(c)}" for c in columns)
    source = f"{quoted(schema.name)} r JOIN {quoted(PARTICIPANTS)} p ON p.{quoted(PERSON)} = r.{quoted(PERSON)}"
    at = quoted(schema.dating.at or "")
    if rule == "year_before":
        sql = f"SELECT p.row AS row, TRUE AS found{wanted} FROM {source} WHERE r.{at} = year(p.randomisation) - 1 GROUP BY 1"
    elif rule == "last_before":
        # the register's last snapshot, not the person's: whoever is not in it has no decision then
        days = f"(SELECT DISTINCT {at} AS d FROM {quoted(schema.name)} WHERE {at} IS NOT NULL)"
        last = f"(SELECT max(d) FROM {days} WHERE d < p.randomisation AND d >= p.randomisation - INTERVAL 12 MONTH)"
        sql = f"SELECT p.row AS row, TRUE AS found{wanted} FROM {source} WHERE r.{at} = {last} GROUP BY 1"
    else:
        # of several spells that cover the day the one that started last counts; the rest is a fixed order
        start, end = quoted(schema.dating.start or ""), quoted(schema.dating.end or "")
        inner = "".join(f", r.{quoted(c)} AS {quoted(c)}" for c in columns)
        order = "".join(f", r.{quoted(c)} NULLS LAST" for c in columns)
        names = "".join(f", {quoted(c)}" for c in columns)
        sql = (
            f"SELECT row, TRUE AS found{names} FROM (SELECT p.row AS row{inner}, row_number() OVER (PARTITION BY p.row "
            f"ORDER BY r.{start} DESC, r.{end} DESC NULLS FIRST{order}) AS place FROM {source} "
            f"WHERE r.{start} < p.randomisation AND coalesce(r.{end}, DATE '9999-12-31') >= p.randomisation - 1 "
            f"AND (r.{end} IS NULL OR r.{end} >= r.{start})) ranked WHERE place = 1"
        )
    rows: pd.DataFrame = engine.table(
        sql + " ORDER BY 1", what=f"{schema.name}: reading baseline covariates"
    ).to_pandas()
    return rows


def _within_years(schema: ExtractSchema, column: str) -> str:
    """Return the expression of a column, missing in years of which it tells nothing."""
    years = schema.field(column).years
    if years is None or schema.dating.by is not DatedBy.YEAR:
        return f"r.{quoted(column)}"
    return f"CASE WHEN r.{quoted(schema.dating.at or '')} BETWEEN {years[0]} AND {years[1]} THEN r.{quoted(column)} END"


def _any_before(engine: Session, schema: ExtractSchema, covariate: Covariate, told: pd.Series) -> pd.Series:
    """Return whether any snapshot before randomisation has the property: experience of it, not having it now."""
    at = quoted(schema.dating.at or "")
    values = [*covariate.values, *(v for level in covariate.levels[1:] for v in level.values)]
    numbers = {repr(float(t)) for t in texts_of(values) if t.lstrip("-").isdigit()}
    texts = ", ".join(literal(t) for t in sorted(texts_of(values) | numbers))
    has = "TRUE"
    if values:
        has = " OR ".join(f"CAST(r.{quoted(c.lower())} AS VARCHAR) IN ({texts})" for c in covariate.columns)
    rows = engine.table(
        f"SELECT DISTINCT p.row AS row FROM {quoted(schema.name)} r JOIN {quoted(PARTICIPANTS)} p "
        f"ON p.{quoted(PERSON)} = r.{quoted(PERSON)} WHERE r.{at} < p.randomisation AND ({has}) ORDER BY 1",
        what=f"{schema.name}: reading baseline covariates",
    )
    out = np.where(told, 0.0, np.nan)
    out[rows.column("row").to_numpy()] = 1.0
    if covariate.kind == "categorical":
        codes = [level.code for level in covariate.levels]
        level = pd.Series(np.where(out > 0, codes[1], codes[0]), dtype="object").where(~np.isnan(out), None)
        return pd.Series(pd.Categorical(level, categories=codes[:2]))
    return pd.Series(out)


def measure(
    covariate: Covariate, rows: pd.DataFrame, found: pd.Series, year: np.ndarray, told: pd.Series | None = None
) -> pd.Series:
    """Return one covariate from the columns it is read from.

    Parameters
    ----------
    covariate : Covariate
        Its declaration.
    rows : pandas.DataFrame, n rows
        The columns, in lower case.
    found : pandas.Series of bool, n rows
        Whether the person has a row at all; others take the covariate's ``absent``, or are missing.
    year : ndarray of int, shape (n,)
        Year of randomisation, for ``age``.
    told : pandas.Series of bool, n rows, optional
        For whom the register could have a row; of others, and where the columns hold no value at all, no row means nothing.
        Of everyone where not given.

    Returns
    -------
    pandas.Series, n rows
    """
    names = [c.lower() for c in covariate.columns]
    kind = covariate.measure
    without = ~found if told is None else ~found & told
    if names and found.any() and rows[names].isna().to_numpy().all():
        # a column that was not delivered, or came empty, says as little of those without a row
        without = pd.Series(False, index=found.index)
    if kind == "present":
        values = found.astype(float).where(found, float("nan"))
    elif kind == "age":
        values = pd.Series(year, index=rows.index) - pd.to_numeric(rows[names[0]]).astype(float)
    elif kind == "value":
        values = pd.to_numeric(rows[names[0]]).astype(float)
    elif kind == "positive":
        numbers = rows[names].apply(pd.to_numeric).astype(float)
        positive = numbers.sum(axis=1) > 0
        # one column that is missing may be the one that is above 0
        values = positive.astype(float).where(positive | numbers.notna().all(axis=1))
    elif kind == "equals":
        text = as_text(rows[names[0]])
        values = text.isin(texts_of(covariate.values)).astype(float).where(text.notna())
    else:
        return _levels(covariate, as_text(rows[names[0]]), without)
    if covariate.absent is not None:
        values = values.mask(without, float(covariate.absent))
    return values


def _levels(covariate: Covariate, text: pd.Series, without: pd.Series) -> pd.Series:
    """Return the level of each code: by equality, or by the longest prefix."""
    table = {text: level.code for level in covariate.levels for text in texts_of(level.values)}
    if covariate.measure == "levels":
        level = text.map(lambda code: table.get(code) if isinstance(code, str) else None)
    else:
        longest = sorted(table, key=len, reverse=True)
        unique = {
            code: next((table[p] for p in longest if code.startswith(p)), None) for code in text.dropna().unique()
        }
        level = text.map(lambda code: unique.get(code) if isinstance(code, str) else None)
    level = level.astype("object")
    if covariate.absent is not None:
        level = level.mask(without, str(covariate.absent))
    return pd.Series(pd.Categorical(level, categories=[x.code for x in covariate.levels]), index=text.index)
