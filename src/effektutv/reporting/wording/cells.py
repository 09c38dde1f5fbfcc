"""Results to cells and to words: every number goes through ``i18n``, every absence gets its mark and its reason."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from effektutv import i18n
from effektutv.values import Unavailable, available

from ..model.blocks import Cell

if TYPE_CHECKING:
    from .words import Words

__all__ = ["Numbers", "Scale"]

_P_DECIMALS = 3


@dataclass(frozen=True, slots=True)
class Scale:
    """How an outcome is shown: shares as per cent and percentage points, other values in their unit.

    Parameters
    ----------
    share : bool
    decimals : int
        One precision for every number of the outcome.
    unit : str
        Of a value that is no share.
    """

    share: bool
    decimals: int = 1
    unit: str = ""

    @property
    def name(self) -> i18n.Scale:
        """The scale's name in ``i18n`` and in the figures."""
        return "points" if self.share else "unit"


#: What a reason is that names a column, by the phrase that says it.
_LACKS = (
    ("why_not_delivered", re.compile(r"(?P<column>.+) was not delivered")),
    ("why_not_in_files", re.compile(r"(?P<column>.+) was not delivered in (?P<n>\d+) of (?P<of>\d+) files")),
    ("why_without_value", re.compile(r"(?P<column>.+) was delivered without a value")),
)


class Numbers:
    """Numbers as the report shows them, in one language."""

    def __init__(self, words: Words) -> None:
        self.words = words
        self.lang = words.lang

    # -------------------------------------------------------------------------------------------------------- as text

    def level(self, coverage: float) -> str:
        """Return a coverage, e.g. ``"95 %"``."""
        whole = abs(coverage * 100 - round(coverage * 100)) < 1e-9
        return i18n.percent(coverage, 0 if whole else 1, self.lang)

    def amount(self, value: float, scale: Scale) -> str:
        """Return a share or mean with its unit, for a sentence: ``"26,1 %"``."""
        if scale.share:
            return i18n.percent(value, scale.decimals, self.lang)
        return self._with_unit(value, scale)

    def gap(self, value: float, scale: Scale) -> str:
        """Return a difference with its unit, for a sentence: ``"7,9 procentenheter"``, ``"−2,0 procentenheter"``."""
        if scale.share:
            return i18n.points(value, scale.decimals, self.lang)
        return self._with_unit(value, scale)

    def _with_unit(self, value: float, scale: Scale) -> str:
        text = i18n.number(value, scale.decimals, self.lang)
        return f"{text} {scale.unit}" if scale.unit else text

    def span(self, low: float, high: float, scale: Scale) -> str:
        """Return an interval for a sentence: ``"1,9 till 13,9"``."""
        return i18n.interval(low, high, scale.decimals, self.lang, scale=scale.name, running=True)

    # ------------------------------------------------------------------------------------------------------- as cells

    def _cell(self, text: str, value: object, decimals: int, scale: i18n.Scale = "unit") -> Cell:
        """Return a number's cell, or the mark's and its meaning where it is no number."""
        if available(value):
            return Cell(text, value=i18n.rounded(value, decimals, scale=scale), decimals=decimals)
        return self._absent(text, value)

    def _absent(self, text: str, value: object = None) -> Cell:
        absent = "suppressed" if text == i18n.SUPPRESSED else "unavailable"
        return Cell(text, absent, self.why(value) or self.words(absent))

    def why(self, value: object) -> str:
        """Return in words which column was not delivered, where that is why there is no number; else nothing.

        Parameters
        ----------
        value : object
            A field of a result row.
        """
        reasons = value.reason.split("; ") if isinstance(value, Unavailable) else []
        found = [(key, match) for reason in reasons for key, form in _LACKS if (match := form.fullmatch(reason))]
        return "; ".join(self.words(key, **match.groupdict()) for key, match in found)

    def not_asked(self, why: str) -> Cell:
        """Return the cell of a number that is not there by right: nobody asked for it.

        Parameters
        ----------
        why : str
            In words.
        """
        return Cell(i18n.NOT_ASKED, "not_asked", why)

    def count(self, value: object) -> Cell:
        """Return a count's cell."""
        return self._cell(i18n.count(value, self.lang), value, 0)

    def number(self, value: object, decimals: int, *, sign: bool = False) -> Cell:
        """Return a number's cell, with fixed decimals.

        Parameters
        ----------
        value : Statistic
        decimals : int
        sign : bool
            Whether a positive number has its plus sign.
        """
        return self._cell(i18n.number(value, decimals, self.lang, sign=sign), value, decimals)

    def value(self, value: object, scale: Scale, *, sign: bool = False) -> Cell:
        """Return the cell of a share, mean or difference; the unit stands in the header."""
        if scale.share:
            text = i18n.points(value, scale.decimals, self.lang, unit=False, sign=sign)
            return self._cell(text, value, scale.decimals, "points")
        return self.number(value, scale.decimals, sign=sign)

    def estimate(self, estimate: object, std_error: object, scale: Scale) -> Cell:
        """Return the cell of an estimate with its standard error in parentheses."""
        cell = self.value(estimate, scale, sign=True)
        if cell.absent:
            return cell
        return self.with_spread(cell, self.value(std_error, scale), "error")

    def with_spread(self, cell: Cell, spread: Cell, joined: str = "spread") -> Cell:
        """Return a number's cell with its standard error or standard deviation in parentheses.

        Parameters
        ----------
        cell, spread : Cell
        joined : {"spread", "error"}
            Whether it is a standard deviation or a standard error.
        """
        return Cell(f"{cell.text} ({spread.text})", cell.absent, cell.why, parts=(cell, spread), joined=joined)

    def counts(self, first: object, second: object) -> Cell:
        """Return the cell of two counts of persons."""
        parts = (self.count(first), self.count(second))
        absent = next((c for c in parts if c.absent), Cell(""))
        return replace(absent, text=" / ".join(c.text for c in parts), parts=parts, joined="pair")

    def interval(self, low: object, high: object, scale: Scale) -> Cell:
        """Return an interval's cell, in brackets."""
        return self._bounds(i18n.interval(low, high, scale.decimals, self.lang, scale=scale.name), low, high, scale)

    def ends(self, low: object, high: object, scale: Scale) -> Cell:
        """Return the cell of two bounds, told apart from an interval: ``"1,9 till 13,9"``."""
        text = i18n.interval(low, high, scale.decimals, self.lang, scale=scale.name, running=True)
        return self._bounds(text, low, high, scale)

    def _bounds(self, text: str, low: object, high: object, scale: Scale) -> Cell:
        if not (available(low) and available(high)):
            return self._absent(text)
        return Cell(text, parts=(self.value(low, scale), self.value(high, scale)), joined="ends")

    def p(self, value: object) -> Cell:
        """Return a p-value's cell."""
        cell = self._cell(i18n.p_value(value, self.lang), value, _P_DECIMALS)
        # below what is shown there is no number to hand on, only that it is below
        return cell if cell.text[:1].isdigit() else replace(cell, value=None, decimals=None)
