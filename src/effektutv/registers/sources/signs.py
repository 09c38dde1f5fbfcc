"""Signs that nobody sees: blanks around a value, which are no part of it, and control and format signs, which no key may hold.

Two texts that look alike and are not the same are two persons, or two codes, and nothing says so. Blanks of every kind around a
value are therefore taken away, in every format and engine; a text with a sign that cannot be seen is counted. Both are written
out here, sign by sign, because engines know different years of Unicode.
"""

from __future__ import annotations

import unicodedata
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..engines.duckdb import literal

__all__ = [
    "BLANKS",
    "FIRST_BYTES",
    "INVISIBLE",
    "holds_invisible",
    "holds_other",
    "invisible_in",
    "needs_trim",
    "spellings",
    "trimmed",
]

#: Blanks of every kind (Unicode Zs, Zl, Zp) and the control signs that move on, as tabs and line breaks do.
BLANKS = "\t\n\v\f\r \u0085\u00a0\u1680" + "".join(map(chr, range(0x2000, 0x200B))) + "\u2028\u2029\u202f\u205f\u3000"
#: First and last of the control signs (Cc) and format signs (Cf) of Unicode.
_RANGES = (
    (0x00, 0x1F), (0x7F, 0x9F), (0xAD, 0xAD), (0x600, 0x605), (0x61C, 0x61C), (0x6DD, 0x6DD), (0x70F, 0x70F), (0x890, 0x891),
    (0x8E2, 0x8E2), (0x180E, 0x180E), (0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x206F), (0xFEFF, 0xFEFF),
    (0xFFF9, 0xFFFB), (0x110BD, 0x110BD), (0x110CD, 0x110CD), (0x13430, 0x1343F), (0x1BCA0, 0x1BCA3), (0x1D173, 0x1D17A),
    (0xE0001, 0xE0001), (0xE0020, 0xE007F),
)  # fmt: skip
#: Bytes of UTF-8 that one of them begins with.
FIRST_BYTES = frozenset(chr(sign).encode()[0] for first, last in _RANGES for sign in range(first, last + 1))


def _class(ranges: Any) -> str:
    """Return signs as a class of a regular expression that RE2 and Java read alike."""
    return "[" + "".join(rf"\x{{{a:X}}}" if a == b else rf"\x{{{a:X}}}-\x{{{b:X}}}" for a, b in ranges) + "]"


#: A control or format sign, as a regular expression.
INVISIBLE = _class(_RANGES)
_BLANK = _class((ord(c), ord(c)) for c in BLANKS)
_LEADING, _TRAILING = f"^{_BLANK}+", rf"{_BLANK}+\z"
_HOLDS = f"(?s).*{INVISIBLE}.*"
_AROUND = f"(?s){_BLANK}.*|.*{_BLANK}"


def holds_other(text: str, engine: str) -> str:
    """Return the SQL condition that a text holds anything but ASCII letters, digits and marks; missing where it is missing.

    Of another text nothing has to be taken away, and nothing is hidden in it. It is cheaper to ask than ``trim``.

    Parameters
    ----------
    text : str
        Expression of the text.
    engine : str
        What runs it: the pattern that is matched sign by sign, in half the time, is DuckDB's own.
    """
    if engine == "duckdb":
        return f"{text} GLOB '*[!!-~]*'"
    return f"NOT regexp_full_match({text}, '[!-~]*')"


def needs_trim(text: str) -> str:
    """Return the SQL condition that a text has blanks around it.

    Parameters
    ----------
    text : str
        Expression of the text.
    """
    return f"regexp_full_match({text}, {literal(_AROUND)})"


def trimmed(text: str) -> str:
    """Return the SQL expression of a text without blanks around it.

    Parameters
    ----------
    text : str
        Expression of the text.
    """
    return f"regexp_replace(regexp_replace({text}, {literal(_LEADING)}, ''), {literal(_TRAILING)}, '')"


def holds_invisible(text: str) -> str:
    """Return the SQL condition that a text holds a control or format sign.

    Parameters
    ----------
    text : str
        Expression of the text, without blanks around it.
    """
    return f"regexp_full_match({text}, {literal(_HOLDS)})"


def invisible_in(texts: Any) -> NDArray[np.bool_] | None:
    """Return which texts hold a control or format sign; None where none does.

    Parameters
    ----------
    texts : pyarrow.StringArray or pyarrow.DictionaryArray
        In UTF-8, without blanks around them.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_dictionary(texts.type):
        distinct = invisible_in(texts.dictionary)
        if distinct is None:
            return None
        found = pc.fill_null(pa.array(distinct).take(texts.indices), False).to_numpy(zero_copy_only=False)
        return found if found.any() else None
    found = pc.fill_null(pc.match_substring_regex(texts, INVISIBLE), False).to_numpy(zero_copy_only=False)
    return found if found.any() else None


def spellings(code: str) -> tuple[str, ...]:
    """Return a code in small letters, composed and decomposed: programs write å as one sign or as two."""
    small = code.lower()
    return tuple(dict.fromkeys(unicodedata.normalize(form, small) for form in ("NFC", "NFD")))
