"""What was found when the extracts were read and checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from effektutv.values import SUPPRESSION_MARK, Count

from .tabular import Tabular

__all__ = [
    "EVENTS_COVERED",
    "EVENTS_UNKNOWN",
    "FILE",
    "IN_EVERY_FILE",
    "MONTHS_COVERED",
    "PARTICIPANTS",
    "SOME_COVERED",
    "SOURCES_COVERED",
    "YEARS_COVERED",
    "DataQuality",
    "Finding",
    "ReadForm",
    "Severity",
]

#: In the place of a column: the rule is on whole files, and files are counted, not rows.
FILE = "(file)"
#: The rule on one column that counts files: of several files of one register, those that lack it.
IN_EVERY_FILE = "column delivered in every file"
#: The rule that counts persons, not rows: participants that a register has no row of.
PARTICIPANTS = "participants without a row"
#: The rules that count months and years, not rows: those that the study needs and that a register has nothing of.
MONTHS_COVERED = "coverage: every month that the study needs"
YEARS_COVERED = "coverage: every year that the study needs"
#: The rule that a register has a row of the time that it is said to cover.
SOME_COVERED = "coverage: some row until the cut-off"
#: The rules that count months of persons: those that no source covers, that deaths and moves do not reach, or that rest on
#: deaths and moves which nobody knows.
SOURCES_COVERED = "coverage: every month of every participant"
EVENTS_COVERED = "coverage: deaths and moves in every month of every participant"
EVENTS_UNKNOWN = "register not delivered: deaths and moves are not known"
_PERSON_MONTHS = (SOURCES_COVERED, EVENTS_COVERED, EVENTS_UNKNOWN)

#: The smallest count of rows or persons that is shown as it is.
_SHOWN_FROM = 5
_FEW = "fewer than 5"


class Severity(StrEnum):
    """How bad a finding is: an error stops the run, a warning and a note are reported."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One rule checked on one column of one extract: how many rows were checked and how many failed.

    Where ``column`` is :data:`FILE`, or the rule is that every file has the column, both counts are of files; other rules count
    persons, months or years (:attr:`unit`). Either count is ``Suppressed`` where disclosure control has taken it out.
    """

    extract: str
    column: str
    rule: str
    rows_checked: Count
    rows_failing: Count
    severity: Severity
    advice: str = ""

    @property
    def unit(self) -> str:
        """What the counts are of: ``"rows"``, ``"persons"``, ``"person-months"``, ``"files"``, ``"months"`` or ``"years"``."""
        if self.column == FILE or self.rule == IN_EVERY_FILE:
            return "files"
        if self.rule == MONTHS_COVERED:
            return "months"
        if self.rule.startswith(YEARS_COVERED):
            return "years"
        if self.rule in _PERSON_MONTHS:
            return "person-months"
        return "persons" if self.rule == PARTICIPANTS else "rows"

    @property
    def of_persons(self) -> bool:
        """Whether the counts are of persons or of their rows, so that small ones are not shown."""
        return self.unit in ("rows", "persons", "person-months")

    @property
    def failing_text(self) -> str:
        """The count of failing rows as it may be shown: 1 to 4 is "fewer than 5"; of files, months and years as it is."""
        return self._shown(self.rows_failing)

    @property
    def checked_text(self) -> str:
        """The count of rows looked at as it may be shown: 1 to 4 is "fewer than 5"; of files, months and years as it is."""
        return self._shown(self.rows_checked)

    def __repr__(self) -> str:
        # a notebook shows it too, and small counts are shown nowhere
        shown = f"{self.failing_text} of {self.checked_text} {self.unit}"
        return f"Finding({self.severity}: {self.extract}, {self.column}, {self.rule}: {shown})"

    def _shown(self, count: Count) -> str:
        if not isinstance(count, int):
            return SUPPRESSION_MARK
        return _FEW if self.of_persons and 0 < count < _SHOWN_FROM else str(count)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadForm:
    """How a text file of an extract was read, as found or as declared.

    Parameters
    ----------
    encoding, delimiter : str
    decimals, dates : tuple of str
        Every decimal mark and every date format (as ``strptime`` takes it) of the file's columns.
    """

    encoding: str
    delimiter: str
    decimals: tuple[str, ...] = ()
    dates: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class DataQuality(Tabular):
    """What was found when the extracts were read and checked.

    Parameters
    ----------
    rows : tuple of Finding
        Every rule that some row broke, and the counted notes (overlaps, reversed spells).
    read : mapping of str to int
        Rows read, by extract; ``Suppressed`` where they may not be told.
    delivered : date or None
        The delivery's date, where the study states one.
    forms : mapping of str to tuple of ReadForm
        By extract, each way in which one of its text files was written; extracts of other files have none.
    """

    rows: tuple[Finding, ...]
    read: Mapping[str, Count] = field(default_factory=dict)
    delivered: date | None = None
    forms: Mapping[str, tuple[ReadForm, ...]] = field(default_factory=dict)

    @classmethod
    def _row_type(cls) -> type[Finding]:
        return Finding

    def to_dicts(self) -> list[dict[str, Any]]:
        """Return one dictionary a finding; 1 to 4 rows or persons are shown as "fewer than 5"."""
        return [
            {
                "extract": f.extract,
                "column": f.column,
                "rule": f.rule,
                "rows_checked": f.rows_checked if f.checked_text.isdigit() else f.checked_text,
                "rows_failing": f.failing_text,
                "severity": str(f.severity),
                "advice": f.advice,
            }
            for f in self.rows
        ]

    def read_text(self, extract: str) -> str:
        """Return how many rows were read of an extract as it may be shown: 1 to 4 is "fewer than 5".

        Parameters
        ----------
        extract : str
        """
        n = self.read[extract]
        if not isinstance(n, int):
            return SUPPRESSION_MARK
        return _FEW if 0 < n < _SHOWN_FROM else str(n)

    @property
    def worst(self) -> Severity | None:
        """The worst severity among the findings, or ``None`` where every rule held."""
        order = (Severity.ERROR, Severity.WARNING, Severity.NOTE)
        found = {f.severity for f in self.rows}
        return next((s for s in order if s in found), None)
