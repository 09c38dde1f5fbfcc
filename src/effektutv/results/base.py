"""What every result rests on: numbers or the reasons for their absence, status, and the mixin that lists and shows rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from enum import StrEnum
from html import escape
from typing import TYPE_CHECKING, Any

from .names import written

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "SUPPRESSION_MARK",
    "Count",
    "Statistic",
    "Status",
    "Suppressed",
    "Tabular",
    "Unavailable",
    "available",
    "held",
    "plain",
]


#: The marker that stands for a suppressed cell wherever a result is shown.
SUPPRESSION_MARK = "‥"


class Status(StrEnum):
    """Whether a row may be shown outside the secure environment. Only ``released`` may."""

    UNCHECKED = "unchecked"
    RELEASED = "released"
    SUPPRESSED = "suppressed"
    UNAVAILABLE = "unavailable"


@dataclass(frozen=True, slots=True)
class Unavailable:
    """A statistic that is not defined here, and why.

    Parameters
    ----------
    reason : str
        Why there is no number, in words for a reader.
    """

    reason: str

    def __repr__(self) -> str:
        return f"Unavailable({self.reason!r})"


@dataclass(frozen=True, slots=True)
class Suppressed:
    """A statistic that exists but may not be shown.

    Parameters
    ----------
    rule : str
        The disclosure rule that took it away.
    """

    rule: str

    def __repr__(self) -> str:
        return SUPPRESSION_MARK


#: A number, or the reason why there is none.
Statistic = float | Unavailable | Suppressed
#: A count, or the reason why there is none.
Count = int | Unavailable | Suppressed


def available(value: object) -> bool:
    """Return whether ``value`` is a number rather than the reason for its absence.

    Parameters
    ----------
    value : object
        A field of a result row.
    """
    return isinstance(value, int | float) and not isinstance(value, bool)


def plain(value: object) -> object:
    """Return the value as a tidy table holds it: absent numbers as ``None``, enumerations and dates as they print."""
    if isinstance(value, Unavailable | Suppressed):
        return None
    if isinstance(value, StrEnum):
        return str(value)
    return value


def held(row: Any, column: str) -> object:
    """Return a field of a result row as a table holds it: a name in its parts as text, everything else as it is.

    Parameters
    ----------
    row : dataclass instance
    column : str
        The field's name.
    """
    value = getattr(row, column)
    return written(value) if row.__dataclass_fields__[column].metadata.get("name") else value


class Tabular:
    """Mixin: any result whose ``rows`` are frozen dataclasses can be listed, tabulated, shown and plotted."""

    __slots__ = ()

    rows: Sequence[Any]

    def to_dicts(self) -> list[dict[str, Any]]:
        """Return one dictionary a row; absent numbers are ``None``."""
        return [
            {f.name: plain(held(row, f.name)) for f in fields(row) if not f.metadata.get("internal")}
            for row in self.rows
        ]

    def tidy(self) -> pd.DataFrame:
        """Return one row a result row; absent numbers are missing (NaN), with the reason in ``status`` and ``note``."""
        import pandas as pd

        names = [f.name for f in fields(self._row_type()) if not f.metadata.get("internal")]
        return pd.DataFrame(self.to_dicts(), columns=names)

    @classmethod
    def _row_type(cls) -> type[Any]:
        raise NotImplementedError

    def _repr_html_(self) -> str:
        shown = self.tidy().dropna(axis="columns", how="all")
        table = str(shown.to_html(index=False, border=0, float_format=lambda x: f"{x:.4g}", na_rep="–"))
        estimand, notes = getattr(self, "estimand", None), getattr(self, "notes", ())
        said = (
            [] if estimand is None else ["; ".join(f"{f.name}: {getattr(estimand, f.name)}" for f in fields(estimand))]
        )
        return table + "".join(f"<p>{escape(note)}</p>" for note in [*said, *notes])
