"""Words that stand for missing: those that programs write into text files, and those that a study declares."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

from effektutv.study import Register

from ..schema.table_schema import ExtractSchema

__all__ = ["WORDS", "holds_cell", "missing_advice", "unused_words", "with_declared_words", "words_in", "written"]

#: What programs write where nothing is: SQL Server Management Studio and other databases, R, SAS, pandas, Excel. Known to
#: everybody and nobody's data, so that they may be shown.
WORDS = frozenset({"NULL", "Null", "null", "(null)", "<NULL>", "NA", "<NA>", "N/A", "#N/A", "NaN", "nan", ".", "None"})

#: Blanks that stand around values, in any encoding; of a no-break space in UTF-8 both bytes.
_BLANKS = b" \t\xa0\xc2"
#: So many bytes before a word are looked at for where its value begins.
_NEAR = 64
#: What is advised where nothing but such words does not fit; the same stands in Swedish in ``i18n/messages/sv/checks.toml``.
_ADVICE = "each of these values is a word for missing; declare missing = {} for the register in the study file, if it means that"


def with_declared_words(schema: ExtractSchema, register: Register) -> ExtractSchema:
    """Return a register's declaration with the words that the study takes for missing, beside its own.

    Parameters
    ----------
    schema : ExtractSchema
    register : Register
        Its ``missing``.
    """
    marks = tuple(dict.fromkeys((*schema.missing_values, *register.missing)))
    return schema if marks == schema.missing_values else replace(schema, missing_values=marks)


def holds_cell(block: bytes, word: bytes, delimiter: str) -> bool:
    """Return whether some value of a block of rows is a word, blanks around it left out.

    Parameters
    ----------
    block : bytes
        Whole rows of a text file.
    word : bytes
        In the block's encoding.
    delimiter : str
        What stands between values.
    """
    if word not in block:  # seen many times faster than that it is a value
        return False
    edges = b'"\r\n' + delimiter.encode()
    for match in _cell(word, delimiter).finditer(block):
        before = block[: match.start()] if match.start() < _NEAR else block[match.start() - _NEAR : match.start()]
        if not (before := before.rstrip(_BLANKS)) or before[-1:] in edges:
            return True
    return False


@lru_cache(maxsize=64)
def _cell(word: bytes, delimiter: str) -> re.Pattern[bytes]:
    """Return the pattern of a word before the end of a value; it begins with the word, which is found fastest so."""
    blank, own = b"[" + re.escape(_BLANKS) + b"]", re.escape(word)
    edge = b'["\r\n' + re.escape(delimiter.encode()) + b"]"
    before = (
        b"(?:(?<=["
        + re.escape(_BLANKS)
        + b'"\r\n'
        + re.escape(delimiter.encode())
        + b"]"
        + own
        + rb")|(?<=\A"
        + own
        + b"))"
    )
    return re.compile(own + b"(?=" + blank + b"*(?:" + edge + rb"|\Z))" + before)


def unused_words(declared: Iterable[str], found: Sequence[frozenset[str]]) -> tuple[str, ...]:
    """Return the words that a study declares for a register and that stand in none of its files.

    Parameters
    ----------
    declared : iterable of str
    found : sequence of frozenset of str
        Those that stand in each file.
    """
    return tuple(word for word in dict.fromkeys(declared) if not any(word in words for words in found))


def written(words: Iterable[str]) -> str:
    """Return words as the study file has them."""
    return json.dumps(sorted(words), ensure_ascii=False)


def missing_advice(words: Iterable[str]) -> str:
    """Return what is advised where every value that does not fit is one of these words.

    Parameters
    ----------
    words : iterable of str
        Some of :data:`WORDS`.
    """
    return _ADVICE.format(written(words))


def words_in(texts: Any) -> frozenset[str]:
    """Return which of :data:`WORDS` are among texts, and an empty text for all the others together.

    Parameters
    ----------
    texts : pyarrow.StringArray
        None of them missing or empty.
    """
    import pyarrow.compute as pc

    distinct = pc.unique(texts)
    # what is no such word is neither kept nor looked at
    known = set(distinct.to_pylist()) & WORDS if len(distinct) <= len(WORDS) else set()
    return frozenset(known) if len(known) == len(distinct) else frozenset({*known, ""})
