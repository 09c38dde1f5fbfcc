"""A table as CSV, to nine significant digits.

A suppressed cell is ``‥``, never 0 and never blank; a number that does not exist is blank, and its row says why. Text that
a spreadsheet would run as a formula is written as text.
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from effektutv.results.tabular import held
from effektutv.values import SUPPRESSION_MARK, Suppressed, Unavailable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

__all__ = ["SIGNIFICANT_DIGITS", "Table", "cell_text", "csv_text", "table_of", "write_csv"]

#: Digits of a float in a CSV file. Sums, logarithms and exponentials differ in the last bits between processors; the files
#: must not.
SIGNIFICANT_DIGITS = 9
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")

#: Columns by name, and rows.
Table = tuple["Sequence[str]", "Sequence[Sequence[object]]"]


def cell_text(value: object) -> str:
    """Return a value as a CSV cell holds it: floats to ``SIGNIFICANT_DIGITS``, absence by its sign.

    Parameters
    ----------
    value : object
        A field of a protected result.
    """
    if isinstance(value, Suppressed):
        return SUPPRESSION_MARK
    if value is None or isinstance(value, Unavailable):
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(int(value))
    if isinstance(value, float):
        return _digits(float(value))
    text = str(value)
    return "'" + text if text.startswith(_FORMULA) else text


def _digits(value: float) -> str:
    """Return a float with its significant digits, as short as they can be written."""
    return repr(float(f"{value:.{SIGNIFICANT_DIGITS - 1}e}"))


def csv_text(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a table as CSV: comma, decimal point, UTF-8, line feeds."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([cell_text(value) for value in row] for row in rows)
    return out.getvalue()


def write_csv(path: Path, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write a table as CSV."""
    path.write_text(csv_text(columns, rows), encoding="utf-8", newline="\n")


def table_of(rows: Iterable[object], columns: Sequence[str]) -> Table:
    """Return a table of the rows' fields that columns are named by.

    Parameters
    ----------
    rows : iterable
        Of rows of results.
    columns : sequence of str
    """
    return columns, [[held(row, c) for c in columns] for row in rows]
