"""Credibility of effects by subgroup.

``credibility.csv``
    One row per contrast, subgroup and item of ICEMAN: ``answer``, and what it rests on as ``evidence``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .csv_file import table_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from effektutv.results.credibility import CredibilityRow

    from .csv_file import Table

__all__ = ["credibility_rows"]

_CREDIBILITY_COLUMNS = (
    "outcome", "clock", "month", "arm", "control", "subgroup", "item", "answer", "evidence",
)  # fmt: skip


def credibility_rows(rows: Iterable[CredibilityRow]) -> Table:
    """Return the items of ICEMAN, a row a contrast, subgroup and item."""
    return table_of(rows, _CREDIBILITY_COLUMNS)
