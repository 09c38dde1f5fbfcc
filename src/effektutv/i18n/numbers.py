"""Numbers to text: the only place where a number is rounded.

A number is rounded **half up on its decimal text** (0.285 is 28,5 % and so 29 %, as a reader with a pen would have it), never
through binary floating point. There is no negative zero. What is no number is shown by its mark.
"""

from __future__ import annotations

import math
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal, cast

from .catalogues import Lang, text

__all__ = [
    "ABSENT",
    "MINUS",
    "NARROW",
    "NOT_ASKED",
    "SUPPRESSED",
    "Scale",
    "absence",
    "count",
    "interval",
    "number",
    "p_value",
    "percent",
    "persons",
    "points",
    "rounded",
]

#: ``"points"``: a share or an effect on a share, shown times 100. ``"unit"``: shown as it is (months, kronor, dollars).
Scale = Literal["points", "unit"]

#: The mark of a value that exists but may not be shown.
SUPPRESSED = "‥"
#: The mark of a value that does not exist.
ABSENT = "–"
#: The mark of a value that is not there by right: nobody asked for it. It is never a number's; a note says why.
NOT_ASKED = "†"
MINUS = "\u2212"
#: The narrow no-break space: Swedish thousands, and before a Swedish per cent sign.
NARROW = "\u202f"
_NO_BREAK = "\u00a0"


def absence(value: object) -> str:
    """Return the mark of a value that is no number, or the empty string where it is one.

    Parameters
    ----------
    value : object
        A field of a result row, or a cell of its tidy table.
    """
    # told apart by shape, not by class: the result types stand above this module and import it
    if hasattr(value, "rule"):
        return SUPPRESSED
    if value is None or hasattr(value, "reason"):
        return ABSENT
    try:
        return "" if math.isfinite(cast("float", value)) else ABSENT
    except TypeError:
        return ABSENT


def _decimal(value: object) -> Decimal:
    # float() first: numpy's own repr names its type
    return Decimal(repr(float(cast("float", value))))


def _rounded(value: Decimal, decimals: int, lang: Lang) -> str:
    """Return the sign, the digits in groups of three and the decimals."""
    shown = value.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    whole, _, rest = f"{abs(shown):,f}".partition(".")
    sign = MINUS if shown < 0 else ""
    if lang == "sv":
        return sign + whole.replace(",", NARROW) + ("," + rest if rest else "")
    return sign + whole + ("." + rest if rest else "")


def rounded(x: object, decimals: int, *, scale: Scale = "unit") -> float | int | None:
    """Return a number as it is shown, as a number: 0.0785 in points with one decimal is 7.9, as :func:`points` prints it.

    Parameters
    ----------
    x : float, Unavailable, Suppressed or None
    decimals : int
        Not negative.
    scale : {"points", "unit"}
        ``"points"``: a proportion, shown times 100.

    Returns
    -------
    float, int or None
        An integer where no decimals are shown; ``None`` where there is no number.
    """
    if absence(x):
        return None
    value = _decimal(x) * (100 if scale == "points" else 1)
    shown = value.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    # adding zero: a negative zero is shown without its sign
    return float(shown) + 0.0 if decimals else int(shown)


def _signed(shown: str, sign: bool) -> str:
    positive = not shown.startswith(MINUS) and shown.strip("0,.")
    return "+" + shown if sign and positive else shown


def number(x: object, decimals: int, lang: Lang, sign: bool = False) -> str:
    """Return a number with so many decimals, rounded half up: ``1 234,5`` or ``1,234.5``.

    Parameters
    ----------
    x : float, Unavailable, Suppressed or None
    decimals : int
        Not negative.
    lang : {"sv", "en"}
    sign : bool, default False
        Whether a positive number has its plus sign; zero has none.
    """
    mark = absence(x)
    return mark or _signed(_rounded(_decimal(x), decimals, lang), sign)


def count(n: object, lang: Lang) -> str:
    """Return a count with its thousands apart: ``1 063`` or ``1,063``.

    Parameters
    ----------
    n : int, Unavailable, Suppressed or None
    lang : {"sv", "en"}
    """
    return number(n, 0, lang)


def persons(n: object, lang: Lang) -> str:
    """Return a count of persons in words: ``354 personer`` or ``354 persons``.

    Parameters
    ----------
    n : int, Unavailable, Suppressed or None
    lang : {"sv", "en"}
    """
    one = not absence(n) and _decimal(n) == 1
    return text("one_person" if one else "n_persons", lang, n=count(n, lang))


def percent(share: object, decimals: int, lang: Lang, unit: bool = True) -> str:
    """Return a share in per cent: 0.26 is ``26,0 %`` or ``26.0%``.

    Parameters
    ----------
    share : float, Unavailable, Suppressed or None
        A proportion.
    decimals : int
        Not negative.
    lang : {"sv", "en"}
    unit : bool, default True
        Whether the per cent sign follows.
    """
    mark = absence(share)
    if mark:
        return mark
    sign = (NARROW + "%" if lang == "sv" else "%") if unit else ""
    return _rounded(_decimal(share) * 100, decimals, lang) + sign


def points(effect: object, decimals: int, lang: Lang, unit: bool = True, sign: bool = False) -> str:
    """Return a difference of shares in percentage points: 0.08 is ``8,0 procentenheter``.

    Parameters
    ----------
    effect : float, Unavailable, Suppressed or None
        A difference of proportions.
    decimals : int
        Not negative.
    lang : {"sv", "en"}
    unit : bool, default True
        Whether the words follow.
    sign : bool, default False
        Whether a positive number has its plus sign; zero has none.
    """
    mark = absence(effect)
    if mark:
        return mark
    shown = _signed(_rounded(_decimal(effect) * 100, decimals, lang), sign)
    if not unit:
        return shown
    one = shown.lstrip("+" + MINUS) == "1"
    return f"{shown} {text('percentage_point' if one else 'percentage_points', lang)}"


def p_value(p: object, lang: Lang, prefix: bool = False) -> str:
    """Return a p-value to three decimals, below that ``< 0,001``.

    Parameters
    ----------
    p : float, Unavailable, Suppressed or None
    lang : {"sv", "en"}
    prefix : bool, default False
        Whether ``p =`` or ``p <`` stands before it.
    """
    mark = absence(p)
    if mark:
        return f"p{_NO_BREAK}={_NO_BREAK}{mark}" if prefix else mark
    small = _decimal(p) < Decimal("0.001")
    shown = number(0.001 if small else p, 3, lang)
    relation = "<" if small else "="
    if prefix:
        return f"p{_NO_BREAK}{relation}{_NO_BREAK}{shown}"
    return f"<{_NO_BREAK}{shown}" if small else shown


def interval(
    low: object, high: object, decimals: int, lang: Lang, *, scale: Scale = "points", running: bool = False
) -> str:
    """Return an interval: ``[1,9; 14,2]`` or ``[1.9, 14.2]``; in running text ``1,9 till 14,2`` or ``1.9 to 14.2``.

    Parameters
    ----------
    low, high : float, Unavailable, Suppressed or None
        Its bounds. If either is no number, the mark stands for the whole interval.
    decimals : int
        Not negative.
    lang : {"sv", "en"}
    scale : {"points", "unit"}
        ``"points"``: bounds are proportions and shown times 100.
    running : bool, default False
        Whether it stands in a sentence.
    """
    marks = {absence(low), absence(high)} - {""}
    if marks:
        return SUPPRESSED if SUPPRESSED in marks else ABSENT
    times = 100 if scale == "points" else 1
    first, last = (_rounded(_decimal(bound) * times, decimals, lang) for bound in (low, high))
    if running:
        return f"{first} {text('to', lang)} {last}"
    return f"[{first}; {last}]" if lang == "sv" else f"[{first}, {last}]"
