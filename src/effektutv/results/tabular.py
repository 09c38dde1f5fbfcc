"""List, tabulate and show the rows of a result."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from enum import StrEnum
from html import escape
from typing import TYPE_CHECKING, Any

from effektutv.values import Suppressed, Unavailable

from .names import written

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Tabular", "held", "plain"]


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

    def _shown(self) -> tuple[list[str], pd.DataFrame, list[str]]:
        """Return what stands above a shown result (what is estimated), at most eight columns, and what stands below."""
        table = self.tidy()
        estimand, notes = getattr(self, "estimand", None), getattr(self, "notes", ())
        above = (
            [] if estimand is None else ["; ".join(f"{f.name}: {getattr(estimand, f.name)}" for f in fields(estimand))]
        )
        left = [c for c in table.columns if _tells(table[c], c, estimand is not None)]
        first = [c for c in _FIRST if c in left]
        chosen = [*first, *(c for c in left if c not in first)][:_COLUMNS]
        below = list(notes)
        if len(chosen) < len(table.columns):
            below.append(f"{len(chosen)} of {len(table.columns)} columns; .tidy() has all")
        return above, table[[c for c in left if c in chosen]], below

    def __repr__(self) -> str:
        above, table, below = self._shown()
        size = f"{type(self).__name__}: {len(table)} {'row' if len(table) == 1 else 'rows'}"
        shown = table.head(_ROWS)
        if len(table) > _ROWS:
            below = [f"{len(table) - _ROWS} rows more; .tidy() has all", *below]
        text = (
            shown.to_string(index=False, float_format=_number, na_rep="–", line_width=None)
            if len(shown.columns)
            else ""
        )
        return "\n".join(filter(None, [size, *above, text, *below]))

    def _repr_html_(self) -> str:
        above, table, below = self._shown()
        shown = str(table.to_html(index=False, border=0, float_format=_number, na_rep="–"))
        return "".join([*(f"<p>{escape(a)}</p>" for a in above), shown, *(f"<p>{escape(b)}</p>" for b in below)])


#: Columns of a shown result, its first rows, and the columns that come before others.
_COLUMNS, _ROWS = 8, 20
_FIRST = ("estimate", "smd", "lower", "upper", "conf_low", "conf_high", "arm", "control", "outcome", "month", "subgroup", "level",
          "component", "measure", "method", "covariate", "clock", "p_value", "p_randomization", "n_arm", "n_control")  # fmt: skip
#: Columns that tell something only where they differ from row to row.
_CONSTANT = ("outcome", "clock", "month", "kind", "family", "status", "estimator", "vcov", "strata", "note")


def _number(x: float) -> str:
    return f"{x:.4g}"


def _tells(column: pd.Series[Any], name: str, stated: bool) -> bool:
    """Return whether a column belongs in a result as shown: it holds something, and not one word that was said above."""
    held = column.dropna()
    held = held[held.astype(str) != ""]
    if not len(held):
        return False
    return (
        name not in _CONSTANT
        or (name != "note" and column.nunique(dropna=False) > 1)
        or (not stated and name == "outcome")
    )
