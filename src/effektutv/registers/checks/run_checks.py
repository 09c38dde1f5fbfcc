"""Checks of opened extracts: one aggregate query a register plus key queries, each finding a column, a rule and a count.

Findings of severity *error* stop a run; warnings and notes are reported. No finding ever holds a value.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING

from effektutv.results.data_quality import FILE, IN_EVERY_FILE, PARTICIPANTS, Finding, Severity

from ..engines.duckdb import quoted
from ..schema.table_schema import PERSON, DatedBy, RuleKind
from ..sources.column_typing import BAD
from ..sources.missing_values import missing_advice
from ..sources.open_extract import Extract
from .keys import check_foreign_keys, check_keys, check_projects
from .rules import ADVICE, NOT_ONE, Rule, code_condition, rules_of, severity_of

if TYPE_CHECKING:
    from ..engines.protocol import Session

__all__ = ["check_extract", "check_foreign_keys", "check_links", "check_projects", "code_condition", "error_text"]

#: What stands for an end that is not known.
DISTANT = date(9999, 12, 31)
#: Of so many spells one at least has ended, and of so many codes one at least is known.
_MANY = 20
#: From this share on reversed spells are no slips that nobody corrected.
_LARGE_SHARE = 0.1
#: A day that ends this share of the spells, and so many times as many as any other, is no day like others.
_ONE_DAY_SHARE, _TIMES = 0.2, 3


def check_extract(
    engine: Session, extract: Extract, *, needed: bool = False, delivered: date | None = None
) -> tuple[int, list[Finding]]:
    """Check one extract against its declaration.

    Parameters
    ----------
    engine : Session
        The session.
    extract : Extract
        The opened extract.
    needed : bool
        Whether the study cannot do without it: then a file without rows is an error, else a warning.
    delivered : date, optional
        The day after which nothing in the extract can have happened.

    Returns
    -------
    rows : int
        Rows read.
    findings : list of Finding
        One a broken rule.
    """
    schema = extract.schema
    absent = {schema.field(c).name for c in extract.absent}
    # what was not delivered is missing everywhere: that is one finding, not one a rule
    rules = [r for r in rules_of(schema, delivered=delivered) if not absent & set(r.column.split(", "))]
    total, counts = _count(engine, extract, rules)
    findings = [
        _finding(extract, r, checked, failing) for r, (checked, failing) in zip(rules, counts, strict=True) if failing
    ]
    findings += _file_findings(extract, total, needed)
    findings += _endless(engine, extract, total)
    findings += check_keys(engine, extract, total)
    return total, findings


def _finding(extract: Extract, rule: Rule, checked: int, failing: int) -> Finding:
    none = rule.of_coding and failing == checked >= _MANY
    often = bool(rule.if_often) and failing >= max(_MANY, _LARGE_SHARE * checked)
    severity, advice = rule.severity, _advice(rule, extract)
    if none:
        severity, advice = Severity.ERROR, NOT_ONE
    elif often:
        severity, advice = Severity.WARNING if severity is Severity.NOTE else severity, rule.if_often
    return Finding(
        extract=extract.schema.name,
        column=rule.column,
        rule=rule.rule,
        rows_checked=checked,
        rows_failing=failing,
        severity=severity,
        advice=advice,
    )


def _advice(rule: Rule, extract: Extract) -> str:
    """Return a rule's advice; another where nothing but words for missing does not fit a type."""
    words = extract.misfits.get(extract.schema.field(rule.column).column) if rule.of_type else None
    return missing_advice(words) if words and "" not in words else rule.advice


def _count(engine: Session, extract: Extract, rules: list[Rule]) -> tuple[int, list[tuple[int, int]]]:
    """Return the rows, and for each rule the rows that it looks at and those that break it, in one pass.

    Values that do not fit their type are seldom: a second pass counts them, column by column, where there are any.
    """
    table = quoted(extract.table)
    looked_at = list(dict.fromkeys(r.checked for r in rules if r.checked))
    first = [r for r in rules if not r.of_type]
    # counting what is there costs next to nothing, a further condition an evaluation for each row
    wanted = [f"count({expression})" for expression in looked_at]
    wanted += [f"count(*) FILTER (WHERE {r.breaks})" for r in first]
    what = f"{extract.schema.name}: checking the columns"
    total, misfits, *counts = engine.rows(
        f"SELECT {', '.join(['count(*)', f'bit_or({quoted(BAD)})', *wanted])} FROM {table}", what=what
    )[0]
    checked = {"": int(total), **{e: int(n) for e, n in zip(looked_at, counts, strict=False)}}
    broken = {r: int(n) for r, n in zip(first, counts[len(looked_at) :], strict=True)}
    if misfits:
        second = [r for r in rules if r.of_type]
        counted = ", ".join(f"count(*) FILTER (WHERE {r.breaks})" for r in second)
        found = engine.rows(f"SELECT {counted} FROM {table}", what=what)[0]
        broken |= {r: int(n) for r, n in zip(second, found, strict=True)}
    return int(total), [(checked[r.checked], broken.get(r, 0)) for r in rules]


def _endless(engine: Session, extract: Extract, total: int) -> list[Finding]:
    """Find spells of which not one has an end, as if the column had not been delivered: all would go on to the cut-off."""
    schema = extract.schema
    end = schema.dating.end
    if schema.dating.by is not DatedBy.SPELL or end is None or end in extract.absent or total < _MANY:
        return []
    some = f"SELECT 1 FROM {quoted(extract.table)} WHERE {quoted(end)} IS NOT NULL OR {quoted(BAD)} <> 0 LIMIT 1"
    if engine.rows(some, what=f"{schema.name}: looking for ends of spells"):
        return []
    return [
        Finding(
            extract=schema.name,
            column=schema.field(end).name,
            rule="column not delivered",
            rows_checked=total,
            rows_failing=total,
            severity=severity_of(schema, RuleKind.ABSENT, schema.field(end)),
            advice=ADVICE[RuleKind.ABSENT],
        )
    ]


def _file_findings(extract: Extract, total: int, needed: bool) -> list[Finding]:
    schema = extract.schema

    def finding(kind: RuleKind, column: str, rule: str, checked: int, failing: int, severity: Severity) -> Finding:
        return Finding(
            extract=schema.name,
            column=column,
            rule=rule,
            rows_checked=checked,
            rows_failing=failing,
            severity=severity,
            advice=ADVICE[kind],
        )

    findings = []
    for column in extract.absent:
        field = schema.field(column)
        severity = severity_of(schema, RuleKind.ABSENT, field)
        findings.append(finding(RuleKind.ABSENT, field.name, "column not delivered", total, total, severity))
    files = len(extract.files)
    for column, lacking in extract.partly.items():
        field = schema.field(column)
        # a column of some years is rightly absent from the files of others
        severity = severity_of(schema, RuleKind.PARTLY, field) if field.years is None else Severity.NOTE
        findings.append(finding(RuleKind.PARTLY, field.name, IN_EVERY_FILE, files, lacking.files, severity))
    for word in extract.unused if total else ():
        rule = f"declared word for missing occurs: {word}"
        findings.append(finding(RuleKind.WORD, FILE, rule, files, files, severity_of(schema, RuleKind.WORD)))
    if extract.truncated:
        severity = severity_of(schema, RuleKind.TRUNCATED)
        rule = "the file ends with a line break"
        findings.append(finding(RuleKind.TRUNCATED, FILE, rule, files, extract.truncated, severity))
    if extract.empty:
        severity = Severity.ERROR if needed else severity_of(schema, RuleKind.EMPTY)
        findings.append(finding(RuleKind.EMPTY, FILE, "at least one row", files, extract.empty, severity))
    return findings


def check_links(
    engine: Session, extract: Extract, participants: str, *, needed: bool = False, cutoff: date | None = None
) -> list[Finding]:
    """Count, among the participants' rows, spells that overlap or end on one day; and the participants that the register knows.

    Parameters
    ----------
    engine : Session
        The session.
    extract : Extract
        The opened extract.
    participants : str
        The engine's table of participants, with the person's serial number.
    needed : bool
        Whether the study cannot do without the register: that it knows no participant is an error then, else as declared.
    cutoff : date, optional
        The register's last day: an end on it, or later, is as open as none.
    """
    schema = extract.schema
    ours = f"{quoted(PERSON)} IN (SELECT {quoted(PERSON)} FROM {quoted(participants)})"
    found, everyone = engine.rows(
        f"SELECT (SELECT count(DISTINCT {quoted(PERSON)}) FROM {quoted(extract.table)} WHERE {ours}), "
        f"(SELECT count(*) FROM {quoted(participants)})",
        what=f"{schema.name}: linking to the participants",
    )[0]
    findings = []
    if found < everyone:
        kind = RuleKind.LINKAGE if found else RuleKind.NOBODY
        findings.append(
            Finding(
                extract=schema.name,
                column=schema.field(PERSON).name,
                rule=PARTICIPANTS,
                rows_checked=everyone,
                rows_failing=everyone - found,
                severity=Severity.ERROR if needed and not found else severity_of(schema, kind),
                advice=ADVICE[kind],
            )
        )
    return [*findings, *_spells(engine, extract, ours, cutoff)]


def _spells(engine: Session, extract: Extract, ours: str, cutoff: date | None) -> list[Finding]:
    """Count the spells of the participants that overlap an earlier one, and those that the commonest day ends."""
    schema = extract.schema
    dating = schema.dating
    if dating.by is not DatedBy.SPELL or dating.start is None or dating.end is None:
        return []
    start, end = quoted(dating.start), quoted(dating.end)
    last = DISTANT if cutoff is None else cutoff
    by_day = engine.rows(
        f"SELECT ended, count(*) AS n, count(*) FILTER (WHERE {start} <= before) FROM (SELECT {start}, "
        f"CASE WHEN {end} < DATE '{last}' THEN {end} END AS ended, "
        f"max(coalesce({end}, DATE '{DISTANT}')) OVER (PARTITION BY {quoted(PERSON)} ORDER BY {start}, {end} "
        f"ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before "
        f"FROM {quoted(extract.table)} WHERE {ours} AND ({end} IS NULL OR {end} >= {start})) "
        f"GROUP BY ended ORDER BY n DESC, ended",
        what=f"{schema.name}: counting overlaps",
    )
    findings = []

    def found(kind: RuleKind, column: str, rule: str, checked: int, failing: int) -> None:
        findings.append(
            Finding(
                extract=schema.name,
                column=column,
                rule=rule,
                rows_checked=checked,
                rows_failing=failing,
                severity=severity_of(schema, kind),
                advice=ADVICE[kind],
            )
        )

    names = schema.field(dating.start).name, schema.field(dating.end).name
    if overlapping := sum(int(o) for _, _, o in by_day):
        checked = sum(int(n) for _, n, _ in by_day)
        found(RuleKind.OVERLAP, ", ".join(names), "overlaps an earlier spell", checked, overlapping)
    most, *others = [*(int(n) for day, n, _ in by_day if day is not None), 0]
    ended = most + sum(others)
    if most >= max(_MANY, _ONE_DAY_SHARE * ended, _TIMES * max(others, default=0)):
        found(RuleKind.ONE_DAY, names[1], "ends: no day of its own for many spells", ended, most)
    return findings


def error_text(findings: Iterable[Finding]) -> str:
    """Return one message that lists every finding of severity *error*.

    Parameters
    ----------
    findings : iterable of Finding
        What the checks found.
    """
    return "\n".join(
        f"{f.extract}: {f.column}: {f.rule}: {f.failing_text} of {f.checked_text} {f.unit} fail; {f.advice}"
        for f in findings
        if f.severity is Severity.ERROR
    )
