"""Words that stand for missing: those that programs write into text files, and those that a study declares."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from ..study import Register
from .schema import ExtractSchema

__all__ = ["WORDS", "missing_advice", "with_declared_words", "words_in", "written"]

#: What programs write where nothing is: SQL Server Management Studio and other databases, R, SAS, pandas, Excel. Known to
#: everybody and nobody's data, so that they may be shown.
WORDS = frozenset({"NULL", "Null", "null", "(null)", "<NULL>", "NA", "<NA>", "N/A", "#N/A", "NaN", "nan", ".", "None"})

#: What is advised where nothing but such words does not fit; the same stands in Swedish in ``reporting.phrases_checks``.
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


def written(words: Iterable[str]) -> str:
    """Return words as the study file has them.

    Parameters
    ----------
    words : iterable of str
    """
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
