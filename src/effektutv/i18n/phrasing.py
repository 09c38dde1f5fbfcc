"""Text that is not a number: days, lists in a sentence, capitals, and letters that every format can hold."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Literal

from .catalogues import Lang, text
from .numbers import ABSENT

__all__ = ["capital", "date_text", "in_sentence", "join", "look", "month_text", "printable"]

_MONTHS: Mapping[Lang, tuple[str, ...]] = {
    "sv": (
        "januari", "februari", "mars", "april", "maj", "juni", "juli", "augusti", "september", "oktober", "november",
        "december",
    ),
    "en": (
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ),
}  # fmt: skip


def date_text(day: date | None, lang: Lang) -> str:
    """Return a day in words: ``21 november 2026`` or ``21 November 2026``.

    Parameters
    ----------
    day : date or None
    lang : {"sv", "en"}
    """
    return ABSENT if day is None else f"{day.day} {month_text(day, lang)}"


def month_text(day: date | None, lang: Lang) -> str:
    """Return the calendar month of a day in words: ``november 2026`` or ``November 2026``.

    Parameters
    ----------
    day : date or None
    lang : {"sv", "en"}
    """
    return ABSENT if day is None else f"{_MONTHS[lang][day.month - 1]} {day.year}"


def join(items: Sequence[str], lang: Lang, word: Literal["and", "or"] = "and") -> str:
    """Return a list in a sentence: ``a, b och c`` or ``a, b and c``.

    Parameters
    ----------
    items : sequence of str
    lang : {"sv", "en"}
    word : {"and", "or"}
    """
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {text(word, lang)} {items[-1]}"


# what XML cannot hold (XML 1.0, production 2), and the other controls, which no reader sees
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_BREAKS = re.compile("[\t\n\r\u2028\u2029]")
#: What opens a direction of writing, and what closes it (Unicode Standard Annex 9, sections 2.1 to 2.5).
_CLOSED_BY = {**dict.fromkeys("\u202a\u202b\u202d\u202e", "\u202c"), **dict.fromkeys("\u2066\u2067\u2068", "\u2069")}


def printable(words: str) -> str:
    """Return a text that every format can hold and that ends where it ends.

    A control or a character that XML cannot hold is U+FFFD, so that it is seen to be there; a line break is a space. A
    direction of writing that is opened and not closed is closed, for else it would turn the words that follow.
    """
    words = _BREAKS.sub(" ", _UNPRINTABLE.sub("\ufffd", words))
    opened: list[str] = []
    for letter in words:
        if letter in _CLOSED_BY:
            opened.append(_CLOSED_BY[letter])
        elif letter == "\u202c" and opened and opened[-1] == letter:
            opened.pop()
        elif letter == "\u2069" and letter in opened:
            # an isolate's end closes what was opened within it
            while opened.pop() != letter:
                pass
    return words + "".join(reversed(opened))


def capital(words: str) -> str:
    """Return the words with a capital first letter, the others as they are."""
    return words[:1].upper() + words[1:]


def in_sentence(label: str) -> str:
    """Return a label as it is written within a sentence: the first letter of each part lowered, but for abbreviations.

    Parameters
    ----------
    label : str
        A label, or those of a cross with ``×`` between them.

    Examples
    --------
    >>> in_sentence("Sex × Daily activities"), in_sentence("SFI")
    ('sex × daily activities', 'SFI')
    """
    return " × ".join(p if p[:2].isupper() else p[:1].lower() + p[1:] for p in label.split(" × "))


def look(text: str) -> str:
    """Return what a text looks like: two texts of one look differ in capitals, spaces or the coding of a sign at most.

    Examples
    --------
    >>> look("SE ") == look("se"), look("So\\N{COMBINING DIAERESIS}") == look("S\\N{LATIN SMALL LETTER O WITH DIAERESIS}")
    (True, True)
    """
    import unicodedata

    folded = unicodedata.normalize("NFKC", text).casefold()
    return " ".join("".join(c for c in folded if unicodedata.category(c) != "Cf").split())
