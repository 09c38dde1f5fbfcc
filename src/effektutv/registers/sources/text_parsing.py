"""From delivered texts to typed values, a block of rows at a time, in Arrow: strictly, and fast for what is written as usual.

Each function takes texts and returns values with, for each row, whether its text did not fit; that is what is counted later.
Most texts are tried together on the bytes of the column. What is written in a rarer way (with a sign, very long) is tried one
by one, each distinct text once.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from .date_formats import ISO, MIDNIGHT, DateLayout
from .signs import BLANKS, FIRST_BYTES, invisible_in

__all__ = ["LARGEST", "dates", "hidden", "integers", "numbers", "repeat", "tidied", "year_zero"]

#: From here on not every whole number has a place of its own among numbers with a fraction part.
LARGEST = 2**53

#: 1 January of the year 1: there is no year 0.
_FIRST_DAY = -719162
_ZERO, _BLANK = b"0 "
_DELETE = 0x7F
_ASCII_BLANKS = "".join(c for c in BLANKS if c.isascii())
#: Which bytes of UTF-8 begin a blank, and which a sign that nobody sees.
_IN_A_BLANK = np.isin(np.arange(256), [c.encode()[0] for c in BLANKS])
_IN_A_SIGN = np.isin(np.arange(256), sorted(FIRST_BYTES))
#: So many digits are always below LARGEST.
_SAFE_DIGITS = 15
_INTEGER = re.compile(r"[+-]?[0-9]+")
#: So many texts tell whether they repeat.
_FEW = 512
#: Bytes that a byte of cp1252 takes more than one in UTF-8; nothing for the five that cp1252 leaves open.
_MORE = np.array([len(bytes([b]).decode("cp1252", "ignore").encode() or b"-") - 1 for b in range(256)], dtype=np.int32)

Typed = tuple[Any, "NDArray[np.bool_] | None"]


def tidied(texts: Any, encoding: str, marks: tuple[str, ...]) -> Any:
    """Return texts as UTF-8 without blanks of any kind around them, missing where they are a mark for missing.

    Parameters
    ----------
    texts : pyarrow.StringArray or pyarrow.DictionaryArray
        Bytes as delivered, marks that stand alone already missing.
    encoding : str
        The file's; whatever is not UTF-8 or UTF-16 is taken as cp1252.
    marks : tuple of str
        Marks for missing.
    """
    if pa.types.is_dictionary(texts.type):
        distinct = tidied(texts.dictionary, encoding, marks)
        if distinct.null_count:
            return distinct.take(texts.indices).dictionary_encode()
        return pa.DictionaryArray.from_arrays(texts.indices, distinct)
    data, _ = _bytes_of(texts)
    if not len(data):
        return texts
    if encoding not in ("utf-8", "utf-16") and int(data.max()) > 127:
        texts = _recoded(texts)
        data, _ = _bytes_of(texts)
    if int(data.max()) > 127 and _IN_A_BLANK[data].any():
        texts = pc.utf8_trim(texts, characters=BLANKS)
    elif int(data.min()) <= _BLANK:
        texts = pc.ascii_trim(texts, characters=_ASCII_BLANKS)
    else:
        return texts
    return pc.if_else(pc.is_in(texts, value_set=pa.array(["", *marks])), pa.scalar(None, pa.string()), texts)


def hidden(texts: Any) -> NDArray[np.bool_] | None:
    """Return which texts hold a control sign or another that nobody sees; None where none does.

    Parameters
    ----------
    texts : pyarrow.StringArray or pyarrow.DictionaryArray
        As :func:`tidied` returns them.
    """
    data, _ = _bytes_of(texts.dictionary if pa.types.is_dictionary(texts.type) else texts)
    # most are letters and digits of ASCII alone
    if not len(data) or (int(data.min()) > _BLANK and int(data.max()) < _DELETE):
        return None
    return invisible_in(texts) if _IN_A_SIGN[data].any() else None


def integers(texts: Any) -> Typed:
    """Return whole numbers; digits with a sign or without, below :data:`LARGEST`."""
    data, offsets = _bytes_of(texts)
    odd = np.diff(offsets) > _SAFE_DIGITS
    strange = (data - np.uint8(_ZERO)) > 9
    if strange.any():
        odd |= _within(strange, offsets) > 0
    if not odd.any():
        return texts.cast(pa.int64()), None
    plain = pc.if_else(pa.array(odd), pa.scalar(None, pa.string()), texts).cast(pa.int64())
    return _one_by_one(texts, odd, plain, _integer)


def numbers(texts: Any, mark: str) -> Typed:
    """Return numbers; digits, with or without a sign and a fraction part, below :data:`LARGEST`.

    Parameters
    ----------
    texts : pyarrow.StringArray
    mark : {",", "."}
        The decimal mark.
    """
    data, offsets = _bytes_of(texts)
    long = np.diff(offsets)
    marked = data == ord(mark)
    odd = long > _SAFE_DIGITS
    other = ((data - np.uint8(_ZERO)) > 9) & ~marked
    if other.any():
        odd |= _within(other, offsets) > 0
    points = _with_bytes(texts, data.tobytes().replace(mark.encode(), b"."), offsets)
    if marked.any():
        last = len(data) - 1
        edge = marked[np.minimum(offsets[:-1], last)] | marked[np.minimum(offsets[1:] - 1, last)]
        odd |= edge & (long > 0)
        whole = None if odd.any() else _cast(points)
        if whole is not None:
            return whole, None
        odd |= _within(marked, offsets) > 1
    if not odd.any():
        return points.cast(pa.float64()), None
    plain = pc.if_else(pa.array(odd), pa.scalar(None, pa.string()), points).cast(pa.float64())
    shape = re.compile(rf"[+-]?[0-9]+([{mark}][0-9]+)?")

    def number(text: str) -> float | None:
        value = float(text.replace(mark, ".")) if shape.fullmatch(text) else np.inf
        return value if abs(value) < LARGEST else None

    return _one_by_one(texts, odd, plain, number)


def dates(texts: Any, layout: DateLayout) -> Typed:
    """Return days.

    Parameters
    ----------
    texts : pyarrow.StringArray
    layout : DateLayout
        How they are written.
    """
    if layout == ISO:
        out = _all_iso(texts)
        if out is not None:
            return out, None
    coded = texts.dictionary_encode()
    distinct = coded.dictionary
    if (_bytes_of(distinct)[0] == ord(":")).any():
        distinct = pc.replace_substring_regex(distinct, pattern=f"{MIDNIGHT}$", replacement="")
    right = np.diff(_bytes_of(distinct)[1]) == layout.length
    days, fits = layout.days(_bytes_of(distinct if right.all() else distinct.filter(pa.array(right)))[0])
    values = np.zeros(len(distinct), dtype=np.int32)
    values[right] = days
    bad = ~right
    bad[right] = ~fits
    out = pa.array(values, mask=bad).cast(pa.date32()).take(coded.indices)
    if not bad.any():
        return out, None
    return out, pc.fill_null(pa.array(bad).take(coded.indices), False).to_numpy(zero_copy_only=False)


def _all_iso(texts: Any) -> Any:
    """Return the days where every text is one as Arrow reads it, which is as strict as :meth:`DateLayout.days`; else None."""
    try:
        days = texts.cast(pa.date32())
    except pa.ArrowInvalid:
        return None
    return None if year_zero(days) else days


def year_zero(days: Any) -> bool:
    """Return whether a day lies before the year 1, which Arrow has and no calendar."""
    first = pc.min(days.cast(pa.int32())).as_py()
    return first is not None and first < _FIRST_DAY


def repeat(texts: Any) -> bool:
    """Return whether the first texts of a column repeat so often that each distinct one is better looked at once."""
    return len(texts) > _FEW and len(pc.unique(texts.slice(0, _FEW))) < _FEW // 4


def _integer(text: str) -> int | None:
    digits = text.lstrip("+-").lstrip("0")
    if not _INTEGER.fullmatch(text) or len(digits) > _SAFE_DIGITS + 1 or int(digits or "0") >= LARGEST:
        return None
    return int(text)


def _cast(points: Any) -> Any:
    """Return numbers, or None where a text has two marks and is none."""
    with suppress(pa.ArrowInvalid):
        return points.cast(pa.float64())
    return None


def _one_by_one(texts: Any, odd: NDArray[np.bool_], plain: Any, read: Callable[[str], float | None]) -> Typed:
    """Put the values of odd texts among the plain ones, each distinct text read once."""
    coded = texts.filter(pa.array(odd)).dictionary_encode()
    values = pa.array([read(text) for text in coded.dictionary.to_pylist()], plain.type).take(coded.indices)
    bad = np.zeros(len(texts), dtype=np.bool_)
    bad[odd] = values.is_null().to_numpy(zero_copy_only=False)
    return pc.replace_with_mask(plain, pa.array(odd), values), bad


def _bytes_of(texts: Any) -> tuple[NDArray[np.uint8], NDArray[np.int32]]:
    """Return a column's bytes one value after the other, and where each begins and ends; a missing value has none."""
    _, offsets, data = texts.buffers()
    if not len(texts):
        return np.empty(0, dtype=np.uint8), np.zeros(1, dtype=np.int32)
    places = np.frombuffer(offsets, dtype=np.int32)[texts.offset : texts.offset + len(texts) + 1]
    whole = np.frombuffer(data, dtype=np.uint8) if data is not None else np.empty(0, dtype=np.uint8)
    return whole[places[0] : places[-1]], places - places[0]


def _within(flags: NDArray[np.bool_], offsets: NDArray[np.int32]) -> NDArray[np.int32]:
    """Return how many bytes of each value are flagged."""
    before = np.zeros(len(flags) + 1, dtype=np.int32)
    np.cumsum(flags, out=before[1:])
    return before[offsets[1:]] - before[offsets[:-1]]


def _with_bytes(texts: Any, data: bytes, offsets: NDArray[np.int32]) -> Any:
    """Return a column with other bytes, missing where the given one is."""
    plain = texts if texts.offset == 0 else pa.concat_arrays([texts])
    buffers = [plain.buffers()[0], pa.py_buffer(offsets.astype(np.int32)), pa.py_buffer(data)]
    return pa.Array.from_buffers(pa.string(), len(texts), buffers)


def _recoded(texts: Any) -> Any:
    """Return texts of cp1252 as UTF-8; where they repeat, each distinct one once."""
    if repeat(texts):
        coded = texts.dictionary_encode()
        return _all_recoded(coded.dictionary).take(coded.indices)
    return _all_recoded(texts)


def _all_recoded(texts: Any) -> Any:
    data, offsets = _bytes_of(texts)
    more = np.zeros(len(data) + 1, dtype=np.int32)
    np.cumsum(_MORE[data], out=more[1:])
    return _with_bytes(texts, data.tobytes().decode("cp1252").encode(), offsets + more[offsets])
