"""Which register a file is: its columns against every declaration, with a score that can be explained.

A register is taken without asking only where every required column is there, the score is at least :data:`SURE`, and no other
register comes within :data:`APART` of it. The score has four parts, of 100 points: 50 for the required columns, 20 for how many
of the file's columns the register knows, 20 for how many of the register's columns the file has, 10 for the file's name. The
weights are ours; nothing rests on them but which files are asked about.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatch

from effektutv.registers.schema.table_schema import PERSON, ExtractSchema, FieldType, load_schema, load_schemas

from .scan_folder import Delivered, shown

__all__ = ["APART", "SURE", "Candidate", "candidates_of", "chosen", "judge", "nearest"]

SURE, APART = 70, 10
_REQUIRED, _KNOWN, _HAS, _NAMED = 50, 20, 20, 10
_MOST_NAMES = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One file held against one register.

    Parameters
    ----------
    delivered : Delivered
    register : str
    found, missing, twice : tuple of str
        The register's columns that the file has; required ones that it lacks; those that stand in it more than once.
    absent : tuple of str
        Columns of the register, not required, that it lacks.
    unknown : tuple of str
        The file's columns that the register does not know and that can be shown.
    hidden : int
        How many more it does not know.
    named : bool
        Whether the file's name is one that the register's files have.
    score : int
        0 to 100.
    """

    delivered: Delivered
    register: str
    found: tuple[str, ...]
    missing: tuple[str, ...]
    twice: tuple[str, ...]
    absent: tuple[str, ...]
    unknown: tuple[str, ...]
    hidden: int
    named: bool
    score: int

    @property
    def words(self) -> frozenset[str]:
        """The well-known words for missing that stand in its columns of numbers and days."""
        schema = load_schema(self.register)
        typed = (
            words
            for name, words in zip(self.delivered.columns, self.delivered.words, strict=False)
            if any(f.matches(name) and f.type is not FieldType.STRING for f in schema.fields)
        )
        return frozenset[str]().union(*typed) - set(schema.missing_values)

    @property
    def whole(self) -> bool:
        """Whether the reader would take it: every required column is there, and once."""
        return not self.missing and not self.twice

    def why(self) -> str:
        """Return the score with what it is made of, in one line."""
        of = len(load_schema(self.register).fields)
        parts = [f"{len(self.found)} of the register's {of} columns found"]
        for text, names in (
            ("required and missing", self.missing),
            ("more than once", self.twice),
            ("not found", self.absent),
        ):
            if names:
                parts.append(f"{text}: {_listed(names)}")
        if self.unknown or self.hidden:
            more = f"{self.hidden} whose names are not shown" if self.hidden else ""
            parts.append("unknown to the register: " + ", ".join(filter(None, (_listed(self.unknown), more))))
        parts.append("its name fits" if self.named else "its name is none of the register's usual ones")
        return f"{self.score} of 100 points: " + "; ".join(parts)


def _listed(names: Sequence[str]) -> str:
    more = len(names) - _MOST_NAMES
    return ", ".join(names[:_MOST_NAMES]) + (f" and {more} more" if more > 0 else "")


def judge(delivered: Delivered, schema: ExtractSchema) -> Candidate:
    """Hold one file against one register."""
    hits = {f.column: [c for c in delivered.columns if f.matches(c)] for f in schema.fields}
    by_name = {f.column for f in schema.fields if f.from_file and re.search(f.from_file, delivered.stem)}
    has = {c for c, names in hits.items() if names} | by_name
    required = [f for f in schema.fields if f.required]
    missing = tuple(f.name for f in required if f.column not in has)
    known = {name for names in hits.values() for name in names}
    unknown = [c for c in delivered.columns if c not in known]
    visible = tuple(v for v in map(shown, unknown) if v is not None)
    named = any(fnmatch(f"{delivered.stem}.".lower(), p) or fnmatch(delivered.stem.lower(), p) for p in schema.files)
    score = (
        _REQUIRED * (1 - len(missing) / len(required))
        + _KNOWN * len(known) / max(len(delivered.columns), 1)
        + _HAS * len(has) / len(schema.fields)
        + _NAMED * named
    )
    return Candidate(
        delivered=delivered,
        register=schema.name,
        found=tuple(f.name for f in schema.fields if f.column in has),
        missing=missing,
        twice=tuple(f.name for f in schema.fields if len(hits[f.column]) > 1),
        absent=tuple(f.name for f in schema.fields if f.column not in has and not f.required),
        unknown=visible,
        hidden=len(unknown) - len(visible),
        named=named,
        score=round(score),
    )


def candidates_of(delivered: Delivered) -> list[Candidate]:
    """Return the registers that a file could be, the likeliest first: it has every required column of each."""
    judged = [judge(delivered, schema) for schema in load_schemas().values()]
    return sorted((c for c in judged if c.whole), key=lambda c: (-c.score, c.register))


def chosen(candidates: Sequence[Candidate]) -> Candidate | None:
    """Return the register that a file is beyond doubt, or None.

    Parameters
    ----------
    candidates : sequence of Candidate
        Of one file, as :func:`candidates_of` returns them.
    """
    if not candidates or candidates[0].score < SURE:
        return None
    if len(candidates) > 1 and candidates[0].score - candidates[1].score < APART:
        return None
    return candidates[0]


def nearest(delivered: Delivered) -> Candidate | None:
    """Return the register that a file without all required columns is nearest to, or None where it is near to none.

    Near is a file with the person's serial number and another column of the register, and half of the required ones or the name.
    """
    judged = [judge(delivered, schema) for schema in load_schemas().values()]
    near = [c for c in judged if not c.whole and _near(c)]
    return max(near, key=lambda c: (c.score, c.register), default=None)


def _near(candidate: Candidate) -> bool:
    schema = load_schema(candidate.register)
    required = sum(f.required for f in schema.fields)
    others = [name for name in candidate.found if name.lower() != PERSON]
    half = len(candidate.missing) <= required / 2
    return len(others) >= 1 and (candidate.named or half) and (len(others) >= 2 or candidate.named)
