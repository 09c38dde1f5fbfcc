"""Checks of opened extracts: one aggregate query a register plus key queries, each finding a column, a rule and a count.

Findings of severity *error* stop a run; warnings and notes are reported. No finding ever holds a value.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ..results import Finding, Severity
from ..results.quality import FILE, PARTICIPANTS
from .engine import Engine, literal, quoted
from .readers import Extract
from .schema import PERSON, CodeList, DatedBy, ExtractSchema, Field, FieldType, load_codelist
from .typed_columns import BAD

__all__ = ["check_extract", "check_links", "code_condition", "error_text"]

_WORDS = {
    FieldType.INTEGER: "whole number",
    FieldType.NUMBER: "number with the declared decimal mark",
    FieldType.DATE: "date in the declared format",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rule:
    """A rule on a column: the condition under which a row breaks it, and what to say."""

    column: str
    rule: str
    breaks: str
    severity: Severity
    advice: str
    checked: str = "TRUE"


def code_condition(column: str, codelist: CodeList, *groups: str, day: str | None = None) -> str:
    """Return the SQL condition that a code is of these classes, in force on a day.

    Parameters
    ----------
    column : str
        The expression that holds the code.
    codelist : CodeList
        The list.
    *groups : str
        Classes; every code of the list where none is given.
    day : str, optional
        The expression of the day on which the code must be in force; without it validity dates are ignored.

    Returns
    -------
    str
    """
    codes = codelist.of_class(*groups) if groups else codelist.codes
    always = sorted({c.code for c in codes if day is None or (c.valid_from is None and c.valid_to is None)})
    parts = [f"{column} IN ({', '.join(literal(c) for c in always)})"] if always else []
    for code in codes:
        if code.code in always:
            continue
        limits = [f"{column} = {literal(code.code)}"]
        if code.valid_from is not None:
            limits.append(f"{day} >= DATE '{code.valid_from}'")
        if code.valid_to is not None:
            limits.append(f"{day} <= DATE '{code.valid_to}'")
        parts.append("(" + " AND ".join(limits) + ")")
    return "(" + " OR ".join(parts) + ")"


def check_extract(engine: Engine, extract: Extract, *, needed: bool = False) -> tuple[int, list[Finding]]:
    """Check one extract against its declaration.

    Parameters
    ----------
    engine : Engine
        The session.
    extract : Extract
        The opened extract.
    needed : bool
        Whether the study cannot do without it: then a file without rows is an error, else a warning.

    Returns
    -------
    rows : int
        Rows read.
    findings : list of Finding
        One a broken rule.
    """
    schema = extract.schema
    rules = [r for f in schema.fields for r in _field_rules(f, schema, schema.fields.index(f))] + _row_rules(schema)
    counts = ", ".join(
        f"count(*) FILTER (WHERE {r.checked}), count(*) FILTER (WHERE ({r.breaks}) AND ({r.checked}))" for r in rules
    )
    row = engine.rows(
        f"SELECT count(*)::BIGINT, {counts} FROM {quoted(extract.table)}", what=f"{schema.name}: checking the columns"
    )[0]
    total = int(row[0])
    findings = [
        _finding(schema, r.column, r.rule, int(row[1 + 2 * i]), int(row[2 + 2 * i]), r.severity, r.advice)
        for i, r in enumerate(rules)
        if row[2 + 2 * i]
    ]
    findings += _file_findings(extract, total, needed)
    findings += _key_findings(engine, extract, total)
    return total, findings


def _finding(
    schema: ExtractSchema, column: str, rule: str, checked: int, failing: int, severity: Severity, advice: str
) -> Finding:
    return Finding(
        extract=schema.name,
        column=column,
        rule=rule,
        rows_checked=checked,
        rows_failing=failing,
        severity=severity,
        advice=advice,
    )


def _field_rules(field: Field, schema: ExtractSchema, position: int) -> Iterable[_Rule]:
    column = quoted(field.column)
    if field.type is not FieldType.STRING:
        yield _Rule(
            column=field.name,
            rule=f"type: {_WORDS[field.type]}",
            breaks=f"({quoted(BAD)} & {1 << position}) <> 0",
            severity=Severity.ERROR,
            advice="check the format of the column, and decimal and date_format in the study file",
        )
    if field.required:
        # a value that did not fit its type is already counted above
        yield _Rule(
            column=field.name,
            rule="required: never missing",
            breaks=f"{column} IS NULL AND ({quoted(BAD)} & {1 << position}) = 0",
            severity=Severity.ERROR,
            advice="ask the register's owner for the missing entries",
        )
    limits = [f"{column} < {field.minimum!r}"] if field.minimum is not None else []
    limits += [f"{column} > {field.maximum!r}"] if field.maximum is not None else []
    if limits:
        allowed = f"{_shown(field.minimum)} to {_shown(field.maximum)}"
        yield _held(field, f"range: {allowed}", " OR ".join(limits), Severity.ERROR, "check unit and scale")
    if field.enum:
        values = ", ".join(literal(v) if isinstance(v, str) else repr(v) for v in field.enum)
        allowed = ", ".join(str(v) for v in field.enum)
        yield _held(
            field, f"allowed values: {allowed}", f"{column} NOT IN ({values})", Severity.ERROR, "check the coding"
        )
    if field.pattern is not None:
        breaks = f"NOT regexp_full_match({column}, {literal(field.pattern)})"
        # a row that its own date does not place in time cannot be told from one of another month
        dates = field.column == schema.dating.at
        severity = Severity.ERROR if dates else Severity.WARNING
        advice = "no such period exists in this register; ask its owner" if dates else "check the coding"
        yield _held(field, f"pattern: {field.pattern}", breaks, severity, advice)
    if field.codelist is not None:
        yield from _code_rules(field, schema)


def _held(field: Field, rule: str, breaks: str, severity: Severity, advice: str) -> _Rule:
    return _Rule(
        column=field.name,
        rule=rule,
        breaks=breaks,
        severity=severity,
        advice=advice,
        checked=f"{quoted(field.column)} IS NOT NULL",
    )


def _shown(limit: float | None) -> str:
    return "any" if limit is None else f"{limit:g}"


def _code_rules(field: Field, schema: ExtractSchema) -> Iterable[_Rule]:
    codelist = load_codelist(field.codelist or "")
    column = quoted(field.column)
    known = code_condition(column, codelist)
    yield _held(
        field,
        f"code list: {codelist.name}",
        f"NOT {known}",
        Severity.WARNING,
        "an unknown code belongs to no class; add it to the code list if it is right",
    )
    dated = any(c.valid_from or c.valid_to for c in codelist.codes)
    if dated and schema.dating.by is DatedBy.SPELL and schema.dating.start is not None:
        in_force = code_condition(column, codelist, day=quoted(schema.dating.start))
        yield _held(
            field,
            f"code list: {codelist.name}, code in force on the spell's first day",
            f"{known} AND NOT {in_force}",
            Severity.NOTE,
            "a code outside its years belongs to no class",
        )


def _row_rules(schema: ExtractSchema) -> list[_Rule]:
    dating = schema.dating
    if dating.start is None or dating.end is None:
        return []
    start, end = quoted(dating.start), quoted(dating.end)
    names = f"{schema.field(dating.start).name}, {schema.field(dating.end).name}"
    rules = [
        _Rule(
            column=names,
            rule="reversed: the end lies before the start",
            breaks=f"{end} < {start}",
            severity=Severity.NOTE,
            advice="the row is left out: earlier rows of this register are never corrected",
            checked=f"{start} IS NOT NULL AND {end} IS NOT NULL",
        )
    ]
    if dating.by is DatedBy.MONTHS:
        rules.append(
            _Rule(
                column=names,
                rule="months missing",
                breaks=f"{start} IS NULL OR {end} IS NULL",
                severity=Severity.NOTE,
                advice="the study's ku_months_missing says how such a row counts",
            )
        )
    return rules


def _file_findings(extract: Extract, total: int, needed: bool) -> list[Finding]:
    schema = extract.schema
    findings = [
        _finding(
            schema,
            schema.field(column).name,
            "column not delivered",
            total,
            total,
            Severity.WARNING,
            "the column is taken as missing everywhere; order it if the study needs it",
        )
        for column in extract.absent
    ]
    if extract.truncated:
        findings.append(
            _finding(
                schema,
                FILE,
                "the file ends with a line break",
                len(extract.files),
                extract.truncated,
                Severity.WARNING,
                "the file may be cut off: compare its number of rows with the owner's",
            )
        )
    if extract.empty:
        findings.append(
            _finding(
                schema,
                FILE,
                "at least one row",
                len(extract.files),
                extract.empty,
                Severity.ERROR if needed else Severity.WARNING,
                "a file has a header and no rows, as if nobody were in the register: ask its owner for the rows",
            )
        )
    return findings


def _key_findings(engine: Engine, extract: Extract, total: int) -> list[Finding]:
    schema = extract.schema
    if not schema.primary_key:
        return []
    key = ", ".join(quoted(k) for k in schema.primary_key)
    (extra,) = engine.rows(
        f"SELECT count(*)::BIGINT - count(DISTINCT ({key}))::BIGINT FROM {quoted(extract.table)} "
        f"WHERE {' AND '.join(f'{quoted(k)} IS NOT NULL' for k in schema.primary_key)}",
        what=f"{schema.name}: checking the key",
    )[0]
    if not extra:
        return []
    names = ", ".join(schema.field(k).name for k in schema.primary_key)
    advice = "one row a key is allowed; ask the register's owner which rows are right"
    return [_finding(schema, names, "primary key: unique", total, int(extra), Severity.ERROR, advice)]


def check_links(engine: Engine, extract: Extract, participants: str) -> list[Finding]:
    """Count, among the participants' rows, spells that overlap; and the participants that the register knows.

    Parameters
    ----------
    engine : Engine
        The session.
    extract : Extract
        The opened extract.
    participants : str
        The engine's table of participants, with the person's serial number.
    """
    schema, findings = extract.schema, []
    ours = f"{quoted(PERSON)} IN (SELECT {quoted(PERSON)} FROM {quoted(participants)})"
    found, everyone = engine.rows(
        f"SELECT (SELECT count(DISTINCT {quoted(PERSON)}) FROM {quoted(extract.table)} WHERE {ours}), "
        f"(SELECT count(*) FROM {quoted(participants)})",
        what=f"{schema.name}: linking to the participants",
    )[0]
    if found < everyone:
        advice = "no row is no spell or no decision; for an annual register it is missing"
        findings.append(
            _finding(
                schema,
                schema.fields[0].name,
                PARTICIPANTS,
                everyone,
                everyone - found,
                Severity.NOTE,
                advice,
            )
        )
    if schema.dating.by is DatedBy.SPELL and schema.dating.start and schema.dating.end:
        start, end = quoted(schema.dating.start), quoted(schema.dating.end)
        checked, overlapping = engine.rows(
            f"SELECT count(*), count(*) FILTER (WHERE {start} <= before) FROM (SELECT {start}, "
            f"max(coalesce({end}, DATE '9999-12-31')) OVER (PARTITION BY {quoted(PERSON)} ORDER BY {start}, {end} "
            f"ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before "
            f"FROM {quoted(extract.table)} WHERE {ours} AND ({end} IS NULL OR {end} >= {start}))",
            what=f"{schema.name}: counting overlaps",
        )[0]
        if overlapping:
            advice = "overlapping spells all count: a state holds on a day that any qualifying spell covers"
            names = f"{schema.field(schema.dating.start).name}, {schema.field(schema.dating.end).name}"
            findings.append(
                _finding(schema, names, "overlaps an earlier spell", checked, overlapping, Severity.NOTE, advice)
            )
    return findings


def error_text(findings: Iterable[Finding]) -> str:
    """Return one message that lists every finding of severity *error*.

    Parameters
    ----------
    findings : iterable of Finding
        What the checks found.
    """
    return "\n".join(
        f"{f.extract}: {f.column}: {f.rule}: {f.failing_text} of {f.rows_checked} {f.unit} fail; {f.advice}"
        for f in findings
        if f.severity is Severity.ERROR
    )
