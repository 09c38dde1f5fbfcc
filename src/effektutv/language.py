"""Swedish and English: words, and numbers to text. The only place where a number is rounded.

Every function is pure. A number is rounded **half up on its decimal text** (0.285 is 28,5 % and so 29 %, as a reader with a
pen would have it), never through binary floating point. There is no negative zero. What is no number is shown by its
mark: ``‥`` for a suppressed value, ``–`` for one that does not exist (``Unavailable``, ``None``, NaN).

Swedish has a decimal comma, and a narrow no-break space (U+202F) for thousands and before %; English has a decimal point and
a comma. Both have the true minus sign (U+2212).
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from string import Formatter
from typing import Literal, cast

from .errors import ArgumentError

__all__ = [
    "ABSENT",
    "LANGUAGES",
    "MINUS",
    "NARROW",
    "SUPPRESSED",
    "Catalogue",
    "Lang",
    "Scale",
    "absence",
    "capital",
    "catalogue",
    "count",
    "date_text",
    "interval",
    "join",
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

Lang = Literal["sv", "en"]
#: ``"points"``: a share or an effect on a share, shown times 100. ``"unit"``: shown as it is (months, kronor, dollars).
Scale = Literal["points", "unit"]

LANGUAGES: tuple[Lang, Lang] = ("sv", "en")
#: The mark of a value that exists but may not be shown.
SUPPRESSED = "‥"
#: The mark of a value that does not exist.
ABSENT = "–"
MINUS = "\u2212"
#: The narrow no-break space: Swedish thousands, and before a Swedish per cent sign.
NARROW = "\u202f"
_NO_BREAK = "\u00a0"

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


def parse(lang: str) -> Lang:
    """Return the language that a caller named.

    Parameters
    ----------
    lang : str

    Raises
    ------
    ArgumentError
        If it is neither ``"sv"`` nor ``"en"``.
    """
    if lang not in LANGUAGES:
        raise ArgumentError(f"lang: got {lang!r}; give 'sv' or 'en'")
    return lang


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

    Parameters
    ----------
    words : str
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
    """Return the words with a capital first letter, the others as they are.

    Parameters
    ----------
    words : str
    """
    return words[:1].upper() + words[1:]


class Catalogue(Mapping[str, Mapping[str, str]]):
    """Words by key, each in Swedish and English with the same ``{placeholders}``.

    Parameters
    ----------
    entries : mapping of str to mapping
        ``{key: {"sv": …, "en": …}}``.

    Raises
    ------
    ArgumentError
        If a key lacks a language, has one too many, or its placeholders differ between the two.

    Examples
    --------
    >>> words = Catalogue({"n_arms": {"sv": "{n} grupper", "en": "{n} arms"}})
    >>> words.text("n_arms", "sv", n="3")
    '3 grupper'
    """

    def __init__(self, entries: Mapping[str, Mapping[str, str]]) -> None:
        self._fields: dict[str, frozenset[str]] = {}
        for key, words in entries.items():
            if set(words) != set(LANGUAGES):
                raise ArgumentError(f"catalogue: key {key!r} has {sorted(words)}; give exactly 'sv' and 'en'")
            swedish, english = (_placeholders(words[lang]) for lang in LANGUAGES)
            if swedish != english:
                raise ArgumentError(
                    f"catalogue: key {key!r} has placeholders {sorted(swedish)} in Swedish and {sorted(english)} in "
                    "English; give both the same"
                )
            self._fields[key] = swedish
        self._entries = {key: dict(words) for key, words in entries.items()}

    def __getitem__(self, key: str) -> Mapping[str, str]:
        return self._entries[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def text(self, key: str, lang: Lang, **values: str) -> str:
        """Return a key's words, its placeholders filled in.

        Parameters
        ----------
        key : str
        lang : {"sv", "en"}
        **values : str
            One for each placeholder, already text: a number becomes text through this module's functions.

        Raises
        ------
        ArgumentError
            If the key or the language is unknown, or the values are not the placeholders'.
        """
        if key not in self._entries:
            raise ArgumentError(f"catalogue: no key {key!r}; add it in both languages")
        if set(values) != self._fields[key]:
            raise ArgumentError(f"catalogue: key {key!r} needs {sorted(self._fields[key])}, got {sorted(values)}")
        numbers = sorted(name for name, value in values.items() if not isinstance(value, str))
        if numbers:
            raise ArgumentError(
                f"catalogue: key {key!r} got {numbers} as a number; make it text with number() or count()"
            )
        return self._entries[key][parse(lang)].format(**values)

    def label(self, key: str, lang: Lang) -> str:
        """Return a key's words, or the key itself where the catalogue does not know it.

        Parameters
        ----------
        key : str
            A key from data: an outcome, a stage, a category.
        lang : {"sv", "en"}
        """
        return self.text(key, lang) if key in self._entries and not self._fields[key] else key

    def extended(self, entries: Mapping[str, Mapping[str, str]]) -> Catalogue:
        """Return a catalogue with further keys; a key that stands in both takes the new words.

        Parameters
        ----------
        entries : mapping of str to mapping
        """
        return Catalogue({**self._entries, **entries})


def _placeholders(words: str) -> frozenset[str]:
    return frozenset(name for _, name, _, _ in Formatter().parse(words) if name is not None)


#: The words that numbers need, and the notes that any output may carry. Other rooms bring their own :class:`Catalogue`.
WORDS: Mapping[str, Mapping[str, str]] = {
    # numbers and lists
    "and": {"sv": "och", "en": "and"},
    "or": {"sv": "eller", "en": "or"},
    "to": {"sv": "till", "en": "to"},
    "one_person": {"sv": "{n} person", "en": "{n} person"},
    "n_persons": {"sv": "{n} personer", "en": "{n} persons"},
    "percentage_point": {"sv": "procentenhet", "en": "percentage point"},
    "percentage_points": {"sv": "procentenheter", "en": "percentage points"},
    # notes of every figure
    "synthetic": {
        "sv": "Syntetiska data: siffrorna säger ingenting om verkliga personer.",
        "en": "Synthetic data: the figures say nothing about real people.",
    },
    "mark_suppressed": {
        "sv": "‥ visas inte, för att skydda enskilda personer.",
        "en": "‥ not shown, to protect individuals.",
    },
    "mark_absent": {"sv": "– uppgift finns inte.", "en": "– not available."},
}

catalogue = Catalogue(WORDS)


def text(key: str, lang: Lang, **values: str) -> str:
    """Return the words of :data:`catalogue` for a key.

    Parameters
    ----------
    key : str
    lang : {"sv", "en"}
    **values : str
        One for each placeholder.

    Raises
    ------
    ArgumentError
        If the key or the language is unknown, or the values are not the placeholders'.
    """
    return catalogue.text(key, lang, **values)
