"""How dates are written in a delivery: which layouts there are, which of them a column's values allow, and their days.

A layout is held to strictly: four digits of the year, two of month and day, and a day that exists. A time of day may follow
if it is midnight, as SQL Server exports dates. Where day and month could change places the values themselves must tell which
is which.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from effektutv.errors import StudyError

__all__ = ["ISO", "LAYOUTS", "MIDNIGHT", "TWO_DIGIT_YEAR", "DateLayout", "layout_of"]

#: A time of day that says nothing: midnight, after a blank or ``T``.
MIDNIGHT = r"[ T]00:00(:00([.,]0+)?)?"
#: Dates that leave out the century.
TWO_DIGIT_YEAR = r"[0-9]{6}|[0-9]{1,2}([-/.])[0-9]{1,2}([-/.])[0-9]{2}"

_PARTS = {"%Y": 4, "%m": 2, "%d": 2}
_FORMAT = re.compile(r"%[A-Za-z%-]|[^%]")
_TIME = re.compile(r"[ T]%H:%M(:%S([.,]%f)?)?$")
_DAYS = np.array([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31], dtype=np.int64)


@dataclass(frozen=True, slots=True, kw_only=True)
class DateLayout:
    """One way to write a day in a fixed number of characters.

    Parameters
    ----------
    format : str
        As ``strptime`` takes it, without time of day.
    length : int
        Characters.
    places : tuple of (int, int)
        Where year, month and day begin and end.
    marks : tuple of (int, str)
        Where which other character stands.
    """

    format: str
    length: int
    places: tuple[tuple[int, int], tuple[int, int], tuple[int, int]]
    marks: tuple[tuple[int, str], ...]

    @property
    def pattern(self) -> str:
        """Regular expression of a text's shape; whether the day exists is another matter."""
        out = ["[0-9]"] * self.length
        for place, mark in self.marks:
            out[place] = re.escape(mark)
        return "".join(out)

    @property
    def swapped(self) -> DateLayout | None:
        """The layout in which day and month have changed places, where a reader could take one for the other."""
        year, month, day = self.places
        if year[0] == 0:  # nobody writes year, day, month
            return None
        return DateLayout(format=_swap(self.format), length=self.length, places=(year, day, month), marks=self.marks)

    def days(self, texts: Any) -> tuple[NDArray[np.int32], NDArray[np.bool_]]:
        """Return the days of texts that all have the layout's length, and which of them are days at all.

        Parameters
        ----------
        texts : bytes-like
            The texts one after the other, without anything between.

        Returns
        -------
        days : ndarray of int32
            Days since 1970-01-01; of no meaning where ``fits`` is false.
        fits : ndarray of bool
            Whether the text has the layout's shape and the day exists.

        Notes
        -----
        Days are counted from 1 March, so that a leap day is the last of its year [1]_.

        References
        ----------
        .. [1] E. M. Reingold and N. Dershowitz, *Calendrical Calculations*, 4th ed., Cambridge 2018, section 2.3.
        """
        matrix = np.frombuffer(texts, dtype=np.uint8).reshape(-1, self.length)
        digits = matrix - np.uint8(48)
        fits = np.ones(len(matrix), dtype=np.bool_)
        marked = dict(self.marks)
        for place in range(self.length):
            if place in marked:
                fits &= matrix[:, place] == ord(marked[place])
            else:
                fits &= digits[:, place] <= 9
        year, month, day = (_number(digits[:, first:end]) for first, end in self.places)
        leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
        fits &= (year >= 1) & (month >= 1) & (month <= 12) & (day >= 1)
        last = _DAYS[np.where(fits, month, 0)] + ((month == 2) & leap)
        fits &= day <= last
        years = year - (month <= 2)
        since_march = (153 * ((month + 9) % 12) + 2) // 5 + day - 1
        out = 365 * years + years // 4 - years // 100 + years // 400 + since_march - 719468
        return out.astype(np.int32), fits


def _number(digits: NDArray[np.uint8]) -> NDArray[np.int64]:
    out = np.zeros(len(digits), dtype=np.int64)
    for j in range(digits.shape[1]):
        out = out * 10 + digits[:, j]
    return out


def _swap(text: str) -> str:
    return text.replace("%d", "%?").replace("%m", "%d").replace("%?", "%m")


@cache
def layout_of(text: str) -> DateLayout:
    """Return the layout that a ``strptime`` format describes.

    Parameters
    ----------
    text : str
        Made of ``%Y``, ``%m`` and ``%d``, each once, and marks between; a time of day at its end is left out.

    Raises
    ------
    StudyError
        If it is made of anything else.
    """
    bare = _TIME.sub("", text)
    tokens = _FORMAT.findall(bare)
    found = sorted(t for t in tokens if t.startswith("%"))
    if found != sorted(_PARTS) or "".join(tokens) != bare or any(t.isdigit() or not t.isascii() for t in tokens):
        raise StudyError(
            f"date_format = {text!r} cannot be used: write it with %Y, %m and %d, each once, and marks between, "
            f"e.g. '%d.%m.%Y'; years need four digits"
        )
    places: dict[str, tuple[int, int]] = {}
    marks: list[tuple[int, str]] = []
    at = 0
    for token in tokens:
        if token in _PARTS:
            places[token] = (at, at + _PARTS[token])
        else:
            marks.append((at, token))
        at += _PARTS.get(token, 1)
    return DateLayout(format=bare, length=at, places=(places["%Y"], places["%m"], places["%d"]), marks=tuple(marks))


ISO = layout_of("%Y-%m-%d")

#: What is recognised without being declared. A layout with the month before the day is only ever a rival of another.
LAYOUTS = (ISO, *(layout_of(f) for f in ("%Y%m%d", "%d.%m.%Y", "%d/%m/%Y", "%d-%m-%Y")))
