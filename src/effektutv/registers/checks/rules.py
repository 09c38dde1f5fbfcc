"""The rules that an extract is checked by, each compiled from the register's declaration to one condition of one query.

A rule is a column, the condition under which a row breaks it, and what to do about it. How bad a break is stands in the
declaration (``effektutv.severity``, by rule, on a column or on the register), else in :data:`SEVERITY`, for all rules in one
place. No rule's text ever holds a value from an extract: what stands in it is from the declaration or from the study file.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from effektutv.results.data_quality import Severity

from ..engines.duckdb import literal, quoted
from ..schema.table_schema import Code, CodeList, DatedBy, ExtractSchema, Field, FieldType, RuleKind, load_codelist
from ..sources.column_typing import BAD

__all__ = [
    "ADVICE",
    "DECIDES",
    "LEFT_OUT",
    "NOT_ONE",
    "NO_PERIOD",
    "OFTEN_REVERSED",
    "SEVERITY",
    "TYPE_ADVICE",
    "Rule",
    "code_condition",
    "rules_of",
    "severity_of",
]

#: How bad a break is where the declaration does not say. What makes rows unusable or counts them twice stops a run; what the
#: build has a stated rule for, or what the register's owner may know to be right, does not.
SEVERITY = {
    RuleKind.TYPE: Severity.ERROR,
    RuleKind.REQUIRED: Severity.ERROR,
    RuleKind.UNIQUE: Severity.ERROR,
    RuleKind.ENUM: Severity.ERROR,
    RuleKind.RANGE: Severity.ERROR,
    RuleKind.PATTERN: Severity.WARNING,
    RuleKind.CODES: Severity.WARNING,
    RuleKind.CODE_IN_FORCE: Severity.NOTE,
    RuleKind.PRIMARY_KEY: Severity.ERROR,
    RuleKind.FOREIGN_KEY: Severity.WARNING,
    RuleKind.ORDER: Severity.NOTE,
    RuleKind.MONTHS_MISSING: Severity.NOTE,
    RuleKind.FUTURE: Severity.WARNING,
    RuleKind.ABSENT: Severity.WARNING,
    RuleKind.PARTLY: Severity.WARNING,
    RuleKind.WORD: Severity.WARNING,
    RuleKind.TRUNCATED: Severity.WARNING,
    RuleKind.EMPTY: Severity.WARNING,
    RuleKind.OVERLAP: Severity.NOTE,
    RuleKind.LINKAGE: Severity.NOTE,
    RuleKind.NOBODY: Severity.WARNING,
    RuleKind.WRITTEN: Severity.ERROR,
    RuleKind.COVERAGE: Severity.WARNING,
    RuleKind.YEARS: Severity.WARNING,
    RuleKind.INVISIBLE: Severity.ERROR,
    RuleKind.CALENDAR: Severity.WARNING,
    RuleKind.ONE_DAY: Severity.WARNING,
    RuleKind.PROJECT: Severity.WARNING,
}

#: What to do about a break. The same sentences stand in Swedish in ``i18n/messages/sv/checks.toml``.
ADVICE = {
    RuleKind.TYPE: "check the format of the column, and decimal and date_format in the study file",
    RuleKind.REQUIRED: "ask the register's owner for the missing entries",
    RuleKind.UNIQUE: "a value may stand once; ask the register's owner which rows are right",
    RuleKind.ENUM: "check the coding",
    RuleKind.RANGE: "check unit and scale",
    RuleKind.PATTERN: "check the coding",
    RuleKind.CODES: "an unknown code belongs to no class; add it to the code list if it is right",
    RuleKind.CODE_IN_FORCE: "a code outside its years belongs to no class",
    RuleKind.PRIMARY_KEY: "one row a key is allowed; ask the register's owner which rows are right",
    RuleKind.FOREIGN_KEY: "rows of nobody in the other extract count for nothing; ask its owner whether rows are missing there",
    RuleKind.ORDER: "ask the register's owner which of the two days is right",
    RuleKind.MONTHS_MISSING: "the study's ku_months_missing says how such a row counts",
    RuleKind.FUTURE: "nothing can have happened after the delivery; check the dates, and data_date and cutoff in the study file",
    RuleKind.ABSENT: "the column is taken as missing everywhere; order it if the study needs it",
    RuleKind.WORD: "no value of the register is this word; write it as it stands in the files, or take it out of missing",
    RuleKind.PARTLY: "some files lack the column: its values there are not known; order it for these files too",
    RuleKind.TRUNCATED: "the file may be cut off: compare its number of rows with the owner's",
    RuleKind.EMPTY: "a file has a header and no rows, as if nobody were in the register: ask its owner for the rows",
    RuleKind.OVERLAP: "overlapping spells all count: a state holds on a day that any qualifying spell covers",
    RuleKind.LINKAGE: "no row is no spell or no decision; for an annual register it is missing",
    RuleKind.NOBODY: "no participant is in the register: its serial numbers may be those of another delivery; ask its owner",
    RuleKind.WRITTEN: (
        "participants' numbers are written otherwise here (case, zeros in front, '.0', '+', '=\"', 'E+', blanks or marks "
        "between digits, a prefix); have both delivered alike"
    ),
    RuleKind.INVISIBLE: (
        "two texts that look alike are not the same: ask the register's owner for them without control signs, zero-width and "
        "other signs that nobody sees"
    ),
    RuleKind.CALENDAR: (
        "the register is one snapshot a year, on this day: rows of another day may be of another register or delivery; ask its "
        "owner what the day is"
    ),
    RuleKind.ONE_DAY: (
        "one day ends many of the participants' spells: ask the register's owner whether it is their end, the day of a "
        "delivery or of a change of system, or stands for an end that is not known"
    ),
    RuleKind.PROJECT: (
        "the column's name has another project's number than the randomisation form's: the same serial number may be another "
        "person; ask the register's owner whether both are of one series"
    ),
    RuleKind.COVERAGE: "a file or a part of one may be missing; ask the register's owner for the whole time that the study needs",
    RuleKind.YEARS: "the column tells of these years only: what stands in it for others is left out",
}

#: Of rows that the build leaves out by a stated rule.
LEFT_OUT = "the row is left out: earlier rows of this register are never corrected"
#: Of a column of which not one value is known: its classes would all be empty.
NOT_ONE = "not one value is a known one: zeros in front may be lost, or it is another column; have it delivered again"
#: Of numbers and of days there is more to say than of other types.
TYPE_ADVICE = {
    FieldType.NUMBER: (
        "check the format of the column, and decimal in the study file; a number of 2^53 or more, or an infinite one, is none: "
        "some programs write one where nothing is known"
    ),
    FieldType.DATE: (
        "check the format of the column, and date_format in the study file; a moment that is not midnight is no day, and may "
        "be one of another time zone: have days delivered without time"
    ),
}
#: Of days or months of which a large share is reversed: that is more than rows that nobody corrected.
OFTEN_REVERSED = (
    "so many reversed spells are no slips: ask the register's owner whether the two columns have changed places, and what each "
    "of them says"
)
#: Of a code that decides a state.
DECIDES = (
    "the row counts for nothing, and the state that it would end or begin goes on: ask the register's owner what the code "
    "means, or have it written as in the code list"
)
#: Of a row that its own date does not place in time: it cannot be told from one of another month.
NO_PERIOD = "no such period exists in this register; ask its owner"

_WORDS = {
    FieldType.INTEGER: "whole number",
    FieldType.NUMBER: "number with the declared decimal mark",
    FieldType.DATE: "date in the declared format",
}
#: What a code is in force on, in words.
_ON = {
    DatedBy.SPELL: "on the spell's first day",
    DatedBy.YEAR: "in the row's year",
    DatedBy.MONTHS: "in the row's year",
    DatedBy.MONTH: "in the row's month",
    DatedBy.SNAPSHOT: "on the row's day",
    DatedBy.EVENT: "on the row's day",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A rule on the rows of an extract.

    Parameters
    ----------
    column : str
        The column that it is on, or several, by their own names.
    rule : str
        What must hold, in words.
    breaks : str
        The condition under which a row breaks it; a row for which it is unknown does not.
    severity : Severity
    advice : str
        What to do about a break.
    checked : str
        The expression that is missing in the rows that are not looked at; empty where all are.
    of_type : bool
        Whether the rule is that a value fits its type, or a text holds no hidden sign: whether any breaks it is told for all
        columns together.
    of_coding : bool
        Whether the rule says which values there are: a column that has none of them is another, or written in another way.
    if_often : str
        What to do where a large share of the rows breaks it, which then is a warning at least; empty where that is nothing else.
    """

    column: str
    rule: str
    breaks: str
    severity: Severity
    advice: str
    checked: str = ""
    of_type: bool = False
    of_coding: bool = False
    if_often: str = ""


def severity_of(schema: ExtractSchema, kind: RuleKind, field: Field | None = None) -> Severity:
    """Return how bad a break of a rule is: by the column's declaration, the register's, or the default.

    Parameters
    ----------
    schema : ExtractSchema
    kind : RuleKind
    field : Field, optional
        The column, where the rule is on one.
    """
    declared = schema.severity.get(kind, SEVERITY[kind])
    return declared if field is None else field.severity.get(kind, declared)


def rules_of(schema: ExtractSchema, *, delivered: date | None = None) -> list[Rule]:
    """Return the rules on a register's rows, column by column, then those on several columns.

    Parameters
    ----------
    schema : ExtractSchema
    delivered : date, optional
        The day after which nothing in the extract can have happened; without it that is not looked at.
    """
    rules = [r for i, f in enumerate(schema.fields) for r in _field_rules(f, schema, i)]
    rules += _order_rules(schema)
    rules += _calendar_rules(schema)
    return rules if delivered is None else [*rules, *_future_rules(schema, delivered)]


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
    """

    def limits(code: Code) -> list[str]:
        out = [] if code.valid_from is None else [f"{day} >= DATE '{code.valid_from}'"]
        return out if code.valid_to is None else [*out, f"{day} <= DATE '{code.valid_to}'"]

    codes = codelist.of_class(*groups) if groups else codelist.codes
    return _any_code(column, [(c.code, [] if day is None else limits(c)) for c in codes])


def _any_code(column: str, codes: list[tuple[str, list[str]]]) -> str:
    """Return the condition that a column is one of these codes and that the code's own conditions hold."""
    always = sorted({code for code, limits in codes if not limits})
    parts = [f"{column} IN ({', '.join(literal(c) for c in always)})"] if always else []
    parts += [
        "(" + " AND ".join([f"{column} = {literal(code)}", *limits]) + ")"
        for code, limits in codes
        if limits and code not in always
    ]
    return "(" + " OR ".join(parts) + ")"


def _rule(
    schema: ExtractSchema, field: Field, kind: RuleKind, rule: str, breaks: str, *, advice: str = "", checked: str = ""
) -> Rule:
    return Rule(
        column=field.name,
        rule=rule,
        breaks=breaks,
        severity=severity_of(schema, kind, field),
        advice=advice or ADVICE[kind],
        checked=checked,
        of_type=kind in (RuleKind.TYPE, RuleKind.INVISIBLE),
        of_coding=kind in (RuleKind.ENUM, RuleKind.CODES),
    )


def _field_rules(field: Field, schema: ExtractSchema, position: int) -> Iterator[Rule]:
    column = quoted(field.column)
    fits = f"({quoted(BAD)} & {1 << position}) = 0"
    if field.type is FieldType.STRING:
        yield _rule(schema, field, RuleKind.INVISIBLE, "text: without signs that nobody sees", f"NOT ({fits})")
    else:
        advice = TYPE_ADVICE.get(field.type, "")
        yield _rule(schema, field, RuleKind.TYPE, f"type: {_WORDS[field.type]}", f"NOT ({fits})", advice=advice)
    if field.required:
        # a value that did not fit its type is already counted above
        missing = f"{column} IS NULL" if field.type is FieldType.STRING else f"{column} IS NULL AND {fits}"
        yield _rule(schema, field, RuleKind.REQUIRED, "required: never missing", missing)
    limits = [f"{column} < {field.minimum!r}"] if field.minimum is not None else []
    limits += [f"{column} > {field.maximum!r}"] if field.maximum is not None else []
    if limits:
        allowed = f"{_shown(field.minimum)} to {_shown(field.maximum)}"
        yield _rule(schema, field, RuleKind.RANGE, f"range: {allowed}", " OR ".join(limits), checked=column)
    if field.enum:
        values = ", ".join(literal(v) if isinstance(v, str) else repr(v) for v in field.enum)
        allowed = ", ".join(str(v) for v in field.enum)
        yield _rule(
            schema, field, RuleKind.ENUM, f"allowed values: {allowed}", f"{column} NOT IN ({values})", checked=column
        )
    if field.pattern is not None:
        breaks = f"NOT regexp_full_match({column}, {literal(field.pattern)})"
        advice = NO_PERIOD if field.column == schema.dating.at else ""
        yield _rule(schema, field, RuleKind.PATTERN, f"pattern: {field.pattern}", breaks, advice=advice, checked=column)
    if field.codelist is not None:
        yield from _code_rules(field, schema)
    if field.years is not None and schema.dating.by is DatedBy.YEAR:
        low, high = field.years
        at = quoted(schema.dating.at or "")
        breaks = f"{column} IS NOT NULL AND ({at} < {low} OR {at} > {high})"
        yield _rule(schema, field, RuleKind.YEARS, f"years of the column: {low} to {high}", breaks, checked=column)


def _shown(limit: float | None) -> str:
    return "any" if limit is None else f"{limit:g}"


def _code_rules(field: Field, schema: ExtractSchema) -> Iterator[Rule]:
    codelist = load_codelist(field.codelist or "")
    column = quoted(field.column)
    known = code_condition(column, codelist)
    name = f"code list: {codelist.name}"
    decides = severity_of(schema, RuleKind.CODES, field) is Severity.ERROR
    advice = DECIDES if decides else ""
    yield _rule(schema, field, RuleKind.CODES, name, f"NOT {known}", advice=advice, checked=column)
    if any(c.valid_from or c.valid_to for c in codelist.codes) and schema.dating.by in _ON:
        in_force = _any_code(column, [(c.code, _in_force(c, schema)) for c in codelist.codes])
        yield _rule(
            schema,
            field,
            RuleKind.CODE_IN_FORCE,
            f"{name}, code in force {_ON[schema.dating.by]}",
            f"{known} AND NOT {in_force}",
            checked=column,
        )


def _in_force(code: Code, schema: ExtractSchema) -> list[str]:
    """Return the conditions that a code is in force when the row is dated; of a year or a month any day is enough."""
    by, first, last = schema.dating.by, code.valid_from, code.valid_to
    at = quoted((schema.dating.start if by is DatedBy.SPELL else schema.dating.at) or "")
    if by in (DatedBy.YEAR, DatedBy.MONTHS):
        from_, to = (None if d is None else str(d.year) for d in (first, last))
    elif by is DatedBy.MONTH:
        from_, to = (None if d is None else literal(f"{d:%Y%m}") for d in (first, last))
    else:
        from_, to = (None if d is None else f"DATE '{d}'" for d in (first, last))
    return [*([f"{at} >= {from_}"] if from_ else []), *([f"{at} <= {to}"] if to else [])]


def _order_rules(schema: ExtractSchema) -> Iterator[Rule]:
    """Yield the rules that one day or month does not come before another."""
    dating = schema.dating
    pairs = [(first, last, ADVICE[RuleKind.ORDER]) for first, last in schema.ordered]
    if dating.start is not None and dating.end is not None:
        pairs.insert(0, (dating.start, dating.end, LEFT_OUT))
    for first, last, advice in pairs:
        start, end = quoted(first), quoted(last)
        names = f"{schema.field(first).name}, {schema.field(last).name}"
        yield Rule(
            column=names,
            rule="reversed: the end lies before the start",
            breaks=f"{end} < {start}",
            severity=severity_of(schema, RuleKind.ORDER, schema.field(last)),
            advice=advice,
            checked=f"{end} < {start}",
            if_often=OFTEN_REVERSED,
        )
        if dating.by is DatedBy.MONTHS:
            yield Rule(
                column=names,
                rule="months missing",
                breaks=f"{start} IS NULL OR {end} IS NULL",
                severity=severity_of(schema, RuleKind.MONTHS_MISSING),
                advice=ADVICE[RuleKind.MONTHS_MISSING],
            )


def _calendar_rules(schema: ExtractSchema) -> Iterator[Rule]:
    """Yield the rule that an annual snapshot is of its day."""
    dating = schema.dating
    if dating.by is DatedBy.SNAPSHOT and dating.at is not None and dating.day is not None:
        month, day = dating.day
        column = quoted(dating.at)
        rule = f"calendar: every year on {month:02}-{day:02}"
        breaks = f"month({column}) <> {month} OR day({column}) <> {day}"
        yield _rule(schema, schema.field(dating.at), RuleKind.CALENDAR, rule, breaks, checked=column)


def _future_rules(schema: ExtractSchema, delivered: date) -> Iterator[Rule]:
    """Yield the rules that nothing happened after the delivery; days that may be planned ahead are left alone."""
    at = schema.dating.at
    for field in schema.fields:
        column = quoted(field.column)
        if field.planned:
            continue
        if field.type is FieldType.DATE:
            breaks = f"{column} > DATE '{delivered}'"
        elif field.column == at and schema.dating.by in (DatedBy.YEAR, DatedBy.MONTHS):
            breaks = f"{column} > {delivered.year}"
        elif field.column == at and schema.dating.by is DatedBy.MONTH:
            breaks = f"{column} > {literal(f'{delivered:%Y%m}')}"
        else:
            continue
        rule = f"future: not after {delivered}"
        yield _rule(schema, field, RuleKind.FUTURE, rule, breaks, checked=column)
