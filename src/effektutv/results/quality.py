"""What was found when the extracts were read and checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from .base import SUPPRESSION_MARK, Count, Suppressed, Tabular

__all__ = ["FILE", "PARTICIPANTS", "DataQuality", "Finding", "Severity"]

#: In the place of a column: the rule is on whole files, and files are counted, not rows.
FILE = "(file)"
#: The rule that counts persons, not rows: participants that a register has no row of.
PARTICIPANTS = "participants without a row"


class Severity(StrEnum):
    """How bad a finding is: an error stops the run, a warning and a note are reported."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One rule checked on one column of one extract: how many rows were checked and how many failed.

    Where ``column`` is :data:`FILE` the rule is on the extract's files, and both counts are of files. Either count
    is ``Suppressed`` where disclosure control has taken it out.
    """

    extract: str
    column: str
    rule: str
    rows_checked: Count
    rows_failing: Count
    severity: Severity
    advice: str = ""

    @property
    def failing_text(self) -> str:
        """The count of failing rows as it may be shown: 1 to 4 is "fewer than 5"; a count of files as it is."""
        if not isinstance(self.rows_failing, int):
            return SUPPRESSION_MARK
        few = 0 < self.rows_failing < 5 and self.column != FILE
        return "fewer than 5" if few else str(self.rows_failing)

    @property
    def unit(self) -> str:
        """What the counts are of: ``"rows"`` or ``"files"``."""
        return "files" if self.column == FILE else "rows"


@dataclass(frozen=True, slots=True, kw_only=True)
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
    """

    rows: tuple[Finding, ...]
    read: Mapping[str, Count] = field(default_factory=dict)
    delivered: date | None = None

    @classmethod
    def _row_type(cls) -> type[Finding]:
        return Finding

    def to_dicts(self) -> list[dict[str, Any]]:
        """Return one dictionary a finding; 1 to 4 failing rows are shown as "fewer than 5"."""
        return [
            {
                "extract": f.extract,
                "column": f.column,
                "rule": f.rule,
                "rows_checked": SUPPRESSION_MARK if isinstance(f.rows_checked, Suppressed) else f.rows_checked,
                "rows_failing": f.failing_text,
                "severity": str(f.severity),
                "advice": f.advice,
            }
            for f in self.rows
        ]

    @property
    def worst(self) -> Severity | None:
        """The worst severity among the findings, or ``None`` where every rule held."""
        order = (Severity.ERROR, Severity.WARNING, Severity.NOTE)
        found = {f.severity for f in self.rows}
        return next((s for s in order if s in found), None)
