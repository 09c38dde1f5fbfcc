"""What a Swedish personal identity number looks like, by itself, in a name, and in how many values of a column.

A *personnummer* is six or eight digits of the day of birth, a separator (``-``, or ``+`` from the year a person turns 100) that
is often left out, and four digits of which the last is a check digit (SFS 1991:481, 18 §; Skatteverket, SKV 704). A
*samordningsnummer* has 60 added to the day. The check digit is that of the modulus-10 method over the ten digits without
century.

How often chance makes one, and why a share decides
---------------------------------------------------
Of random texts of ten digits 12/100 have a month, about 61/100 of these a day with or without 60 added, and one in ten of
these the check digit: 0.73 per cent. Of twelve digits also the century must fit: 0.015 per cent. Serial numbers that count
upwards through what looks like one day have the check digit once in ten. A column is therefore refused from a share of one in
five, twice the worst that counting makes and 27 times chance, and from two values where there is more than one to see: among
five random values two are found once in 1,900 times. Organisation numbers have the same form and the same check digit, but 20
or more where the month stands, so that none is taken for a person's.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable
from datetime import date

__all__ = ["holds_identity_number", "is_identity_number", "looks_like_identity_numbers", "whole_number_text"]

_SHAPE = re.compile(r"(18|19|20)?([0-9]{2})([0-9]{2})([0-9]{2})([-+]?)([0-9]{4})")
#: A number within a name: not part of a longer row of digits.
_WITHIN = re.compile(r"(?<![0-9])(?:18|19|20)?[0-9]{6}[-+ ]?[0-9]{4}(?![0-9])")
#: Hyphens and dashes that word processors make of ``-``, and the blanks that they put between digits.
_DASHES = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-"))
_BLANKS = re.compile(r"\s+")
_DIGITS = 10
#: The share of a column's values from which it is refused.
_SHARE = 0.2


def is_identity_number(text: str) -> bool:
    """Return whether a text is a Swedish personal identity or coordination number, by its day and its check digit.

    Parameters
    ----------
    text : str
        With or without century, separator and blanks.
    """
    found = _SHAPE.fullmatch(_BLANKS.sub("", text.translate(_DASHES)))
    if found is None:
        return False
    century, year, month, day, _, last = found.groups()
    days = [int(day), int(day) - 60]
    centuries = [century] if century else ["19", "20"]
    if not any(_is_day(int(c + year), int(month), d) for c in centuries for d in days):
        return False
    digits = [int(c) for c in year + month + day + last]
    doubled = [d * (2 - i % 2) for i, d in enumerate(digits)]
    return sum(d // 10 + d % 10 for d in doubled) % 10 == 0


def _is_day(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def holds_identity_number(name: str) -> bool:
    """Return whether a column's or file's name has a personal identity number in it.

    Twelve digits that also are a day and a time of day of this century (201501011234) are taken for when a file was made,
    where they are not the whole name.

    Parameters
    ----------
    name : str
        Without the file's suffix.
    """
    name = name.translate(_DASHES)
    for found in _WITHIN.finditer(name):
        text = found[0]
        clock = len(text) == 12 and text.startswith("20") and int(text[8:10]) < 24 and int(text[10:]) < 60
        if is_identity_number(text) and not (clock and text != name.strip()):
            return True
    return False


def looks_like_identity_numbers(values: Iterable[object]) -> bool:
    """Return whether so many of a column's values are personal identity numbers that it must be refused.

    Parameters
    ----------
    values : iterable of str, int or float
        A sample of the values that are not missing.
    """
    given = hits = 0
    # most columns have few values, many times over
    for value, times in Counter(values).items():
        text = whole_number_text(value) if isinstance(value, int | float) else str(value)
        given += times if text.strip() else 0
        # in JSON, or after a word, it is one all the same
        hits += times if len(text) >= _DIGITS and (is_identity_number(text) or holds_identity_number(text)) else 0
    return hits >= max(_SHARE * given, min(given, 2), 1)


def whole_number_text(number: float) -> str:
    """Return a number of a column of numbers as the text that it may have been: with the zeros in front that it lost.

    The years 2000 to 2009 begin with one or more zeros, so that nine digits or fewer stand where a text had ten.
    """
    if not math.isfinite(number) or number < 0 or number != int(number):
        return ""
    digits = str(int(number))
    return digits.zfill(_DIGITS) if len(digits) >= 7 else digits
