"""Swedish and English: words, and numbers to text. The only place where a number is rounded.

Words stand in :mod:`.catalogues`, numbers to text in :mod:`.numbers`, days and lists in :mod:`.phrasing`.

Every function is pure. What is no number is shown by its mark: ``‥`` for a suppressed value, ``–`` for one that does not exist
(``Unavailable``, ``None``, NaN), ``†`` for one that nobody asked for.

Swedish has a decimal comma, and a narrow no-break space (U+202F) for thousands and before %; English has a decimal point and
a comma. Both have the true minus sign (U+2212).
"""

from __future__ import annotations

from .catalogues import LANGUAGES, Catalogue, Lang, catalogue, parse, text
from .numbers import (
    ABSENT,
    MINUS,
    NARROW,
    NOT_ASKED,
    SUPPRESSED,
    Scale,
    absence,
    count,
    interval,
    number,
    p_value,
    percent,
    persons,
    points,
    rounded,
)
from .phrasing import capital, date_text, in_sentence, join, look, month_text, printable

__all__ = [
    "ABSENT",
    "LANGUAGES",
    "MINUS",
    "NARROW",
    "NOT_ASKED",
    "SUPPRESSED",
    "Catalogue",
    "Lang",
    "Scale",
    "absence",
    "capital",
    "catalogue",
    "count",
    "date_text",
    "in_sentence",
    "interval",
    "join",
    "look",
    "month_text",
    "number",
    "p_value",
    "parse",
    "percent",
    "persons",
    "points",
    "printable",
    "rounded",
    "text",
]
