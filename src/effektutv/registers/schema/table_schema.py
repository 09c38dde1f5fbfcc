"""The registers' declarations: one Table Schema (JSON) an extract, code lists with validity dates.

A register is declared once, in ``data/schemas``; reading, checking, the demonstration extracts and the data dictionary
all come from that declaration. Beside the Table Schema standard each descriptor has an ``effektutv`` object: grain, how
rows are dated, which file names to expect, how the register's owner delivers it.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cache
from typing import Any

from effektutv.errors import ArgumentError
from effektutv.results.data_quality import Severity
from effektutv.runtime.package_data import data_folder

__all__ = [
    "PERSON",
    "Code",
    "CodeList",
    "DatedBy",
    "Dating",
    "Delivery",
    "ExtractSchema",
    "Field",
    "FieldType",
    "ForeignKey",
    "RuleKind",
    "extract_names",
    "load_codelist",
    "load_schema",
    "load_schemas",
]

#: The canonical name of the person's serial number in every typed table.
PERSON = "lopnr"

_PROJECT_PREFIX = re.compile(r"^p\d+_", re.IGNORECASE)


class FieldType(StrEnum):
    """The types of Table Schema that the registers use."""

    STRING = "string"
    INTEGER = "integer"
    NUMBER = "number"
    DATE = "date"


class DatedBy(StrEnum):
    """How a row of a register is dated."""

    PERSON = "person"
    SPELL = "spell"
    YEAR = "year"
    MONTHS = "months"
    MONTH = "month"
    SNAPSHOT = "snapshot"
    EVENT = "event"
    WAVE = "wave"


class RuleKind(StrEnum):
    """What a check can find, by the name that a declaration gives its severity under."""

    TYPE = "type"
    REQUIRED = "required"
    UNIQUE = "unique"
    ENUM = "enum"
    RANGE = "range"
    PATTERN = "pattern"
    CODES = "codes"
    CODE_IN_FORCE = "code_in_force"
    PRIMARY_KEY = "primary_key"
    FOREIGN_KEY = "foreign_key"
    ORDER = "order"
    MONTHS_MISSING = "months_missing"
    FUTURE = "future"
    ABSENT = "absent"
    PARTLY = "partly"
    WORD = "word"
    TRUNCATED = "truncated"
    EMPTY = "empty"
    OVERLAP = "overlap"
    LINKAGE = "linkage"
    NOBODY = "nobody"
    WRITTEN = "written"
    YEARS = "years"
    COVERAGE = "coverage"
    INVISIBLE = "invisible"
    CALENDAR = "calendar"
    ONE_DAY = "one_day"
    PROJECT = "project"


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignKey:
    """Columns whose values must stand in another extract's columns, by canonical names in the same order."""

    columns: tuple[str, ...]
    register: str
    references: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dating:
    """How rows are dated, and the canonical columns that date them.

    ``start`` and ``end`` are days for a spell and months of the year for ``months``; ``at`` is the day, year or month
    of everything else, and the year that ``start`` and ``end`` belong to for ``months``. ``day`` is the month and day of an
    annual snapshot. The register holds rows of ``first`` to ``last``; ``None`` leaves that side open. One that is kept
    ``during_interventions`` has none after them.
    """

    by: DatedBy
    start: str | None = None
    end: str | None = None
    at: str | None = None
    day: tuple[int, int] | None = None
    first: date | None = None
    last: date | None = None
    during_interventions: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """The text format in which the register's owner delivers."""

    encoding: str = "utf-8"
    delimiter: str = ";"
    decimal: str = ","


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One column of a register.

    ``name`` is the register's own name, ``column`` the canonical one (lower case) in typed tables; ``delivered`` is how
    a delivery writes it, ``aliases`` are other names it goes by; ``beskrivning`` is the description in Swedish, for the
    register's owner. A day that is ``planned`` may lie after the delivery. ``years`` are the first and the last whose values mean
    what the declaration says, where it is not all. ``severity`` is how bad it is to break a rule on
    the column, where that is not as usual.
    """

    name: str
    type: FieldType
    title: str
    description: str
    unit: str | None = None
    date_format: str = "%Y-%m-%d"
    required: bool = False
    unique: bool = False
    enum: tuple[str | float, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    pattern: str | None = None
    codelist: str | None = None
    aliases: tuple[str, ...] = ()
    delivered: str = ""
    from_file: str | None = None
    beskrivning: str = ""
    planned: bool = False
    years: tuple[int, int] | None = None
    severity: Mapping[RuleKind, Severity] = field(default_factory=dict)

    @property
    def column(self) -> str:
        """The canonical name in typed tables."""
        return self.name.lower()

    def project(self, header: str) -> str:
        """Return the project's number before a delivered column name, as ``P1105``; empty where there is none.

        Parameters
        ----------
        header : str
            A column's name as delivered.
        """
        found = _PROJECT_PREFIX.match(header.strip())
        return found[0].rstrip("_").upper() if found else ""

    def matches(self, header: str) -> bool:
        """Return whether a delivered column name is this field: without regard to case, a project prefix stripped.

        Parameters
        ----------
        header : str
            A column's name as delivered.
        """
        bare = _PROJECT_PREFIX.sub("", header.strip()).lower()
        return bare == self.column or bare in {a.lower() for a in self.aliases}


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtractSchema:
    """The declaration of one register extract; ``owner`` is who delivers it, in Swedish.

    ``ordered`` are further pairs of columns of which the first may not come after the second; ``severity`` is how bad it is
    to break a rule, where that is not as usual.
    """

    name: str
    title: str
    description: str
    fields: tuple[Field, ...]
    grain: str
    dating: Dating
    files: tuple[str, ...]
    confidence: str
    owner: str
    primary_key: tuple[str, ...] = ()
    foreign_keys: tuple[ForeignKey, ...] = ()
    ordered: tuple[tuple[str, str], ...] = ()
    severity: Mapping[RuleKind, Severity] = field(default_factory=dict)
    missing_values: tuple[str, ...] = ("",)
    delivery: Delivery = field(default_factory=Delivery)

    def field(self, name: str) -> Field:
        """Return the field with this name, without regard to case.

        Parameters
        ----------
        name : str
            The register's own name or the canonical one.

        Raises
        ------
        ArgumentError
            If the register has no such field.
        """
        for candidate in self.fields:
            if candidate.column == name.lower():
                return candidate
        allowed = ", ".join(f.name for f in self.fields)
        raise ArgumentError(f"register {self.name!r} has no column {name!r}; it has: {allowed}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """One code with the days it is valid; ``None`` leaves that side open."""

    code: str
    valid_from: date | None
    valid_to: date | None
    label: str
    group: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeList:
    """A code list with validity dates and the class of each code."""

    name: str
    codes: tuple[Code, ...]

    @property
    def values(self) -> tuple[str, ...]:
        """Every code once, in the list's order."""
        return tuple(dict.fromkeys(c.code for c in self.codes))

    def of_class(self, *groups: str) -> tuple[Code, ...]:
        """Return the codes of these classes.

        Parameters
        ----------
        *groups : str
            Classes of the list.

        Raises
        ------
        ArgumentError
            If the list has no such class.
        """
        known = {c.group for c in self.codes}
        for group in groups:
            if group not in known:
                allowed = ", ".join(sorted(k for k in known if k))
                raise ArgumentError(f"code list {self.name!r} has no class {group!r}; it has: {allowed}")
        return tuple(c for c in self.codes if c.group in groups)


def _parse_field(raw: Mapping[str, Any]) -> Field:
    limits = raw.get("constraints", {})
    ours = raw.get("effektutv", {})
    return Field(
        name=raw["name"],
        type=FieldType(raw["type"]),
        title=raw["title"],
        description=raw["description"],
        unit=ours.get("unit"),
        date_format=raw.get("format", "%Y-%m-%d"),
        required=bool(limits.get("required", False)),
        unique=bool(limits.get("unique", False)),
        enum=tuple(limits.get("enum", ())),
        minimum=limits.get("minimum"),
        maximum=limits.get("maximum"),
        pattern=limits.get("pattern"),
        codelist=ours.get("codelist"),
        aliases=tuple(ours.get("aliases", ())),
        delivered=ours.get("delivered", raw["name"]),
        from_file=ours.get("from_file"),
        beskrivning=ours.get("beskrivning", ""),
        planned=bool(ours.get("planned", False)),
        years=(ours["years"][0], ours["years"][1]) if "years" in ours else None,
        severity=_parse_severity(ours),
    )


def _parse_dating(raw: Mapping[str, str]) -> Dating:
    def column(key: str) -> str | None:
        return raw[key].lower() if key in raw else None

    def day(key: str) -> date | None:
        return date.fromisoformat(raw[key]) if key in raw else None

    month_day = raw.get("day")
    return Dating(
        by=DatedBy(raw["kind"]),
        start=column("from"),
        end=column("to"),
        at=column("field") or column("year"),
        day=None if month_day is None else (int(month_day[:2]), int(month_day[3:])),
        first=day("first"),
        last=day("last"),
        during_interventions=raw.get("during") == "interventions",
    )


def _parse_severity(ours: Mapping[str, Any]) -> dict[RuleKind, Severity]:
    return {RuleKind(rule): Severity(how) for rule, how in ours.get("severity", {}).items()}


def _parse_foreign_key(raw: Mapping[str, Any]) -> ForeignKey:
    def names(value: str | list[str]) -> tuple[str, ...]:
        return tuple(v.lower() for v in ([value] if isinstance(value, str) else value))

    to = raw["reference"]
    return ForeignKey(columns=names(raw["fields"]), register=to["resource"], references=names(to["fields"]))


@cache
def load_schema(name: str) -> ExtractSchema:
    """Return the declaration of one register.

    Parameters
    ----------
    name : str
        The register's key, e.g. ``"af_sokandekategori"``; see :func:`extract_names`.

    Raises
    ------
    ArgumentError
        If no register has that key.
    """
    path = data_folder() / "schemas" / f"{name}.json"
    if name not in extract_names():
        raise ArgumentError(f"there is no register {name!r}; there are: {', '.join(extract_names())}")
    raw = json.loads(path.read_text(encoding="utf-8"))
    ours = raw["effektutv"]
    return ExtractSchema(
        name=raw["name"],
        title=raw["title"],
        description=raw["description"],
        fields=tuple(_parse_field(f) for f in raw["fields"]),
        grain=ours["grain"],
        dating=_parse_dating(ours["dated"]),
        files=tuple(ours["files"]),
        confidence=ours["confidence"],
        owner=ours["owner"],
        primary_key=tuple(k.lower() for k in raw.get("primaryKey", ())),
        foreign_keys=tuple(_parse_foreign_key(k) for k in raw.get("foreignKeys", ())),
        ordered=tuple((first.lower(), last.lower()) for first, last in ours.get("ordered", ())),
        severity=_parse_severity(ours),
        missing_values=tuple(raw["missingValues"]),
        delivery=Delivery(**ours.get("delivery", {})),
    )


@cache
def extract_names() -> tuple[str, ...]:
    """Return the keys of every declared register, sorted."""
    return tuple(sorted(p.stem for p in (data_folder() / "schemas").glob("*.json")))


def load_schemas() -> dict[str, ExtractSchema]:
    """Return every declared register by key."""
    return {name: load_schema(name) for name in extract_names()}


@cache
def load_codelist(name: str) -> CodeList:
    """Return a code list.

    Parameters
    ----------
    name : str
        The list's key, e.g. ``"skat"``.

    Raises
    ------
    ArgumentError
        If there is no such list.
    """
    path = data_folder() / "codelists" / f"{name}.csv"
    known = sorted(p.stem for p in path.parent.glob("*.csv"))
    if name not in known:
        raise ArgumentError(f"there is no code list {name!r}; there are: {', '.join(known)}")
    with path.open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))

    def day(text: str) -> date | None:
        return date.fromisoformat(text) if text else None

    return CodeList(
        name=name,
        codes=tuple(
            Code(
                code=r["code"],
                valid_from=day(r["valid_from"]),
                valid_to=day(r["valid_to"]),
                label=r["label"],
                group=r["class"],
            )
            for r in rows
        ),
    )
