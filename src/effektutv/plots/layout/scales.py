"""In what a figure counts: percentage points, the outcome's own unit, or thousands and millions of it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from effektutv import i18n
from effektutv.errors import ArgumentError
from effektutv.i18n import Lang, Scale

from ..words import WORDS
from .table_reading import Row, kind, value

__all__ = ["decimals_of", "power_of", "power_words", "scale_of", "unit_words"]

_KNOWN: tuple[Scale, ...] = ("points", "unit")
_GAPS = ("estimate", "lower", "upper")
_HEIGHTS = ("share", "share_arm", "share_control", "mean_arm", "mean_control")
#: From here on amounts are shown in thousands: with decimals they would push the drawing aside.
_LARGE = 1e5
#: Below this they would be zeros.
_SMALL = 1e-3
#: Powers of ten that have a word.
_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_WORDS = {3: "thousands", 6: "millions", 9: "billions", 12: "trillions"}


def scale_of(rows: Sequence[Row], scale: Scale | None) -> Scale:
    """Return how values are shown: as asked for, else as percentage points unless a share or mean lies outside 0 to 1.

    Parameters
    ----------
    rows : sequence of mapping
    scale : {"points", "unit"}, optional

    Raises
    ------
    ArgumentError
        If the scale is unknown.
    """
    if scale is None:
        seen = (value(row, column) for row in rows for column in _HEIGHTS)
        gaps = (value(row, column) for row in rows if kind(row) in ("effect", "level") for column in _GAPS)
        beyond = any(v is not None and not -1e-9 <= v <= 1 + 1e-9 for v in seen)
        return "unit" if beyond or any(v is not None and abs(v) > 1 + 1e-9 for v in gaps) else "points"
    if scale not in _KNOWN:
        raise ArgumentError(
            f"scale: got {scale!r}; choose 'points' (shares, in percentage points) or 'unit' (the outcome's own unit)"
        )
    return scale


def power_of(values: Iterable[float | None], scale: Scale) -> int:
    """Return the power of ten, in threes, that amounts are shown in: 6 for millions, −6 for millionths; 0 as they are.

    Parameters
    ----------
    values : iterable of float or None
        What is drawn.
    scale : {"points", "unit"}
    """
    largest = max((abs(v) for v in values if v is not None and math.isfinite(v)), default=0.0)
    if scale == "points" or not largest or _SMALL <= largest < _LARGE:
        return 0
    power = 3 * math.floor(math.log10(largest) / 3 + 1e-12)
    return max(3, power) if power > 0 else power


def decimals_of(values: Iterable[float | None], scale: Scale, power: int) -> int:
    """Return the decimals of a figure that was told none: one, two in millions, and more where all amounts are small.

    Parameters
    ----------
    values : iterable of float or None
        What is drawn.
    scale : {"points", "unit"}
    power : int
        As of :func:`power_of`.
    """
    largest = max((abs(v) for v in values if v is not None and math.isfinite(v)), default=0.0)
    if scale == "points" or not largest:
        return 1
    if power:
        return 1 if power == 3 else 2
    return min(12, max(1, 1 - math.floor(math.log10(largest)))) if largest < 1 else 1


def power_words(power: int, lang: Lang) -> str:
    """Return the word for a power of ten: millions, miljoner, 10⁻⁶; the empty string for 0.

    Parameters
    ----------
    power : int
    lang : {"sv", "en"}
    """
    if not power:
        return ""
    return WORDS.text(_WORDS[power], lang) if power in _WORDS else f"10{str(power).translate(_RAISED)}"


def unit_words(scale: Scale, power: int, unit_label: str | None, lang: Lang) -> str:
    """Return what values are counted in, as it stands under an axis: percentage points, kronor (millions), millions.

    Parameters
    ----------
    scale : {"points", "unit"}
    power : int
    unit_label : str, optional
        The unit's name.
    lang : {"sv", "en"}
    """
    if scale == "points":
        return unit_label or i18n.capital(i18n.text("percentage_points", lang))
    many = power_words(power, lang)
    if unit_label and many:
        return f"{unit_label} ({many})"
    return unit_label or i18n.capital(many)
