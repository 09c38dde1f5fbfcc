"""Which decimal mark and which date layout each column of a text file is written in, told by its own values or by nobody.

A column whose values would be other numbers or other days under another reading is not guessed: the study file has to say.
Evidence adds up, so that a sample of a file and a whole file are looked at in the same way. Values that fit no reading do not
matter here; they are counted when the column is typed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow.compute as pc

from effektutv.errors import ExtractError
from effektutv.study import Register

from ..schema.table_schema import ExtractSchema, Field, FieldType
from .date_formats import ISO, LAYOUTS, MIDNIGHT, TWO_DIGIT_YEAR, DateLayout, layout_of

__all__ = ["Evidence", "evidence_of", "reading_of"]

_MARKS = (",", ".")


@dataclass(slots=True, kw_only=True)
class Evidence:
    """What a column's distinct values say of how they are written; counts of values, which add up over parts of a file.

    Parameters
    ----------
    values : int
        Values that are not missing, as far as they were looked at.
    marks : dict of str to int
        By decimal mark: numbers with a fraction part that can be nothing else.
    groups : dict of str to int
        By mark: numbers that may be fractions or thousands in groups, as 1.234.
    layouts : dict of str to int
        By date format: values that are days in it.
    only : dict of str to (int, int)
        By date format that a rival reads too: days in it alone, and in the rival alone.
    two_digit_years : int
        Values that look like dates without a century.
    """

    values: int = 0
    marks: dict[str, int] = field(default_factory=dict)
    groups: dict[str, int] = field(default_factory=dict)
    layouts: dict[str, int] = field(default_factory=dict)
    only: dict[str, tuple[int, int]] = field(default_factory=dict)
    two_digit_years: int = 0

    def __add__(self, other: Evidence) -> Evidence:
        return Evidence(
            values=self.values + other.values,
            marks=_sum(self.marks, other.marks),
            groups=_sum(self.groups, other.groups),
            layouts=_sum(self.layouts, other.layouts),
            only={
                k: (
                    self.only.get(k, (0, 0))[0] + other.only.get(k, (0, 0))[0],
                    self.only.get(k, (0, 0))[1] + other.only.get(k, (0, 0))[1],
                )
                for k in self.only.keys() | other.only.keys()
            },
            two_digit_years=self.two_digit_years + other.two_digit_years,
        )


def _sum(one: dict[str, int], two: dict[str, int]) -> dict[str, int]:
    return {k: one.get(k, 0) + two.get(k, 0) for k in one.keys() | two.keys()}


def evidence_of(column: Field, texts: Any, register: Register) -> Evidence:
    """Return what part of a column says.

    Parameters
    ----------
    column : Field
        The declaration; only numbers and dates can be written in several ways.
    texts : pyarrow.StringArray
        Values without blanks around them, missing ones missing.
    register : Register
        What the study declares: a declared date format is looked for beside the usual ones.

    Raises
    ------
    StudyError
        If the declared date format cannot be used.
    """
    if column.type is FieldType.NUMBER:
        # most are whole numbers, which say nothing
        given = texts.drop_null()
        marked = given.filter(pc.match_substring_regex(given, "[.,]"))
        return _of_numbers(pc.unique(marked), len(given))
    distinct = pc.unique(texts).drop_null()
    if column.type is FieldType.DATE:
        declared = () if register.date_format is None else (layout_of(register.date_format),)
        return _of_dates(distinct, dict.fromkeys((*declared, layout_of(column.date_format), *LAYOUTS)))
    return Evidence()


def _of_numbers(distinct: Any, values: int) -> Evidence:
    out = Evidence(values=values)
    for mark in _MARKS:
        fractions = distinct.filter(pc.match_substring_regex(distinct, rf"^[+-]?[0-9]+[{mark}][0-9]+$"))
        groups = _count(fractions, rf"^[+-]?[1-9][0-9]{{0,2}}[{mark}][0-9]{{3}}$")
        out.marks[mark], out.groups[mark] = len(fractions) - groups, groups
    return out


def _of_dates(distinct: Any, layouts: Iterable[DateLayout]) -> Evidence:
    out = Evidence(values=len(distinct), two_digit_years=_count(distinct, f"^({TWO_DIGIT_YEAR})$"))
    bare = pc.replace_substring_regex(distinct, pattern=f"{MIDNIGHT}$", replacement="")
    for layout in layouts:
        shaped = bare.filter(pc.match_substring_regex(bare, f"^{layout.pattern}$"))
        text = "".join(shaped.to_pylist()).encode()
        _, fits = layout.days(text)
        out.layouts[layout.format] = int(fits.sum())
        if layout.swapped is not None:
            _, rival = layout.swapped.days(text)
            out.only[layout.format] = (int((fits & ~rival).sum()), int((rival & ~fits).sum()))
    return out


def _count(texts: Any, pattern: str) -> int:
    return int(np.count_nonzero(pc.match_substring_regex(texts, pattern).to_numpy(zero_copy_only=False)))


def reading_of(
    schema: ExtractSchema, column: Field, evidence: Evidence, register: Register, *, whole: bool
) -> str | None:
    """Return a column's decimal mark or date format.

    Parameters
    ----------
    schema : ExtractSchema
    column : Field
    evidence : Evidence
    register : Register
        What the study declares; it is taken unless no value fits it.
    whole : bool
        Whether the evidence is of the whole column, so that there will be no more.

    Returns
    -------
    str or None
        ``None`` where the values seen do not tell and there are more.

    Raises
    ------
    ExtractError
        If the values can be read in two ways that differ, years have two digits, or what is declared fits no value.
    """
    if column.type is FieldType.NUMBER:
        return _mark(schema, column, evidence, register, whole=whole)
    if column.type is FieldType.DATE:
        return _format(schema, column, evidence, register, whole=whole)
    return None


def _mark(schema: ExtractSchema, column: Field, evidence: Evidence, register: Register, *, whole: bool) -> str | None:
    declared = register.decimal
    if declared is not None:
        other = _MARKS[1 - _MARKS.index(declared)]
        if evidence.marks[other] and not evidence.marks[declared] + evidence.groups[declared]:
            raise ExtractError(
                f"{schema.name}: column {column.name}: decimal = {declared!r} is declared, but the numbers are "
                f"written with {other!r}; declare that, or leave decimal out"
            )
        return declared
    clear = [mark for mark in _MARKS if evidence.marks[mark]]
    if clear:
        return max(clear, key=lambda mark: evidence.marks[mark])
    if not whole:
        return None
    if any(evidence.groups.values()):
        raise ExtractError(
            f"{schema.name}: column {column.name}: the numbers have three digits after a mark throughout, so that it may be the "
            f"decimal mark or stand between thousands; declare decimal in the study file, or ask for numbers without marks "
            f"between thousands"
        )
    return schema.delivery.decimal


def _format(schema: ExtractSchema, column: Field, evidence: Evidence, register: Register, *, whole: bool) -> str | None:
    where = f"{schema.name}: column {column.name}"
    usual = layout_of(column.date_format).format
    best = max(evidence.layouts, key=lambda f: (evidence.layouts[f], f == usual, f == ISO.format))
    count = evidence.layouts[best]
    if register.date_format is not None:
        declared = layout_of(register.date_format).format
        if count and not evidence.layouts[declared]:
            raise ExtractError(
                f"{where}: date_format = {register.date_format!r} is declared but fits no value, while {best!r} does; "
                f"declare that, or leave date_format out"
            )
        return declared
    if evidence.two_digit_years > count:
        raise ExtractError(
            f"{where}: years have two digits, and the century is not guessed; ask for dates with four digits of the year"
        )
    if not count:
        return usual if whole else None
    ours, rival = evidence.only.get(best, (1, 0))
    if ours and not rival:
        return best
    if not ours and not rival and not whole:
        return None
    said = (
        "some days first and some months first" if ours else "months first" if rival else "days first or months first"
    )
    raise ExtractError(
        f"{where}: the dates can be read as {said}; declare date_format in the study file, {best!r} or "
        f"{layout_of(best).swapped.format!r}, or ask for dates as 'YYYY-MM-DD'"  # type: ignore[union-attr]
    )
