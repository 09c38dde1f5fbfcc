"""Keys of extracts: what must stand once, and what must stand in another extract. Each is one query; rows are only counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from effektutv.results.data_quality import FILE, Finding

from ..engines.duckdb import TooLittleMemoryError, quoted
from ..schema.table_schema import ForeignKey, RuleKind
from ..sources.open_extract import Extract
from .rules import ADVICE, severity_of

if TYPE_CHECKING:
    from ..engines.protocol import Session

__all__ = ["check_foreign_keys", "check_keys", "check_projects"]

#: Parts that keys are looked at in where all of them together do not fit.
_PARTS = 32


def check_keys(engine: Session, extract: Extract, total: int) -> list[Finding]:
    """Count rows whose primary key, or value of a column that is unique, stands in an earlier row.

    A key with a missing part is no key; that it is missing is counted by the rule that the column is required.

    Parameters
    ----------
    engine : Session
        The session.
    extract : Extract
        The opened extract.
    total : int
        Its rows.
    """
    schema = extract.schema
    wanted = [(RuleKind.PRIMARY_KEY, schema.primary_key)] if schema.primary_key else []
    wanted += [(RuleKind.UNIQUE, (f.column,)) for f in schema.fields if f.unique and f.column not in extract.absent]
    findings = []
    for kind, columns in wanted:
        extra = _repeated(engine, extract, columns)
        if extra:
            rule = "primary key: unique" if kind is RuleKind.PRIMARY_KEY else "unique: stands once"
            field = schema.field(columns[0]) if kind is RuleKind.UNIQUE else None
            findings.append(
                Finding(
                    extract=schema.name,
                    column=_names(extract, columns),
                    rule=rule,
                    rows_checked=total,
                    rows_failing=extra,
                    severity=severity_of(schema, kind, field),
                    advice=ADVICE[kind],
                )
            )
    return findings


def _names(extract: Extract, columns: Iterable[str]) -> str:
    return ", ".join(extract.schema.field(c).name for c in columns)


def _given(columns: Iterable[str], table: str = "") -> str:
    return " AND ".join(f"{table}{quoted(c)} IS NOT NULL" for c in columns)


def _repeated(engine: Session, extract: Extract, columns: tuple[str, ...]) -> int:
    # grouping spills to disk where it must; counting distinct keys holds all of them in memory
    try:
        return _repeated_in(engine, extract, columns)
    except TooLittleMemoryError:
        # groups still need some memory each thread: a part of the keys at a time needs that part of it
        pass
    parts = (f"hash({quoted(columns[0])}) % {_PARTS} = {part}" for part in range(_PARTS))
    return sum(_repeated_in(engine, extract, columns, part) for part in parts)


def _repeated_in(engine: Session, extract: Extract, columns: tuple[str, ...], part: str = "TRUE") -> int:
    key = ", ".join(quoted(c) for c in columns)
    (extra,) = engine.rows(
        f"SELECT coalesce(sum(n - 1), 0)::BIGINT FROM (SELECT count(*) AS n FROM {quoted(extract.table)} "
        f"WHERE {_given(columns)} AND {part} GROUP BY {key} HAVING count(*) > 1)",
        what=f"{extract.schema.name}: checking the key",
    )[0]
    return int(extra)


def check_foreign_keys(engine: Session, extracts: Mapping[str, Extract]) -> list[Finding]:
    """Count rows whose key does not stand in the extract that it refers to, where the study has that extract.

    That a register has persons who do not take part is none of this: who of the participants a register knows is linkage.

    Parameters
    ----------
    engine : Session
        The session.
    extracts : mapping of str to Extract
        The study's extracts.
    """
    findings = []
    for name, extract in extracts.items():
        for key in extract.schema.foreign_keys:
            other = extracts.get(key.register)
            if other is None or {*key.columns} & {*extract.absent} or {*key.references} & {*other.absent}:
                continue
            checked, orphans = _orphans(engine, extract, key, other)
            if orphans:
                findings.append(
                    Finding(
                        extract=name,
                        column=_names(extract, key.columns),
                        rule=f"foreign key: in {key.register} ({_names(other, key.references)})",
                        rows_checked=checked,
                        rows_failing=orphans,
                        severity=severity_of(extract.schema, RuleKind.FOREIGN_KEY),
                        advice=ADVICE[RuleKind.FOREIGN_KEY],
                    )
                )
    return findings


def check_projects(extracts: Mapping[str, Extract]) -> list[Finding]:
    """Find serial numbers under another project's number than the randomisation form's: they may be another series.

    Where the form's column has none, the number that most extracts have is held to be the study's.

    Parameters
    ----------
    extracts : mapping of str to Extract
        The study's extracts.
    """
    form = extracts.get("assignment")
    given = Counter(p for e in extracts.values() for p in sorted({*e.projects}))
    ours = {*form.projects} if form is not None and form.projects else {p for p, _ in given.most_common(1)}
    findings = []
    for name, extract in extracts.items():
        if others := sum(p not in ours for p in extract.projects):
            findings.append(
                Finding(
                    extract=name,
                    column=FILE,
                    rule="serial numbers: of one project",
                    rows_checked=len(extract.files),
                    rows_failing=others,
                    severity=severity_of(extract.schema, RuleKind.PROJECT),
                    advice=ADVICE[RuleKind.PROJECT],
                )
            )
    return findings


def _orphans(engine: Session, extract: Extract, key: ForeignKey, other: Extract) -> tuple[int, int]:
    listed = ", ".join(quoted(r) for r in key.references)
    same = " AND ".join(f"o.{quoted(r)} = t.{quoted(c)}" for c, r in zip(key.columns, key.references, strict=True))
    checked, orphans = engine.rows(
        f"SELECT count(*), count(*) FILTER (WHERE o.known IS NULL) FROM {quoted(extract.table)} t LEFT JOIN "
        f"(SELECT DISTINCT {listed}, TRUE AS known FROM {quoted(other.table)}) o ON {same} WHERE {_given(key.columns, 't.')}",
        what=f"{extract.schema.name}: checking the key to {key.register}",
    )[0]
    return int(checked), int(orphans)
