"""Serial numbers that a register writes otherwise than the randomisation form: rows that would be lost without a word.

Programs take zeros in front for nothing, make ``123.0`` of a number, or change letters; then a person is in the register and not
found there, which looks as if nothing had happened to the person. What a participant's number may have become is few texts, and
a register is asked for these.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from effektutv.results.data_quality import Finding

from ..engines.duckdb import literal, quoted
from ..schema.table_schema import PERSON, RuleKind
from ..sources.open_extract import Extract
from .rules import ADVICE, severity_of

if TYPE_CHECKING:
    from ..engines.protocol import Session

__all__ = ["check_written", "register_otherwise", "written_otherwise"]

_TABLE, _BARE, _PREFIXES = "written_otherwise", "written_bare", "written_prefixes"
#: Digits that zeros in front fill a serial number up to, at most.
_LONGEST = 12
#: Digits after the mark of a number with an exponent, at most; more where it needs more to be told.
_DIGITS = 5
#: What stands between thousands: blanks of several widths, and marks.
_BETWEEN = (" ", "\u00a0", "\u202f", "\u2009", ",", ".", "'")
#: Projects that the participants of one study can be from, at most.
_PROJECTS = 5
#: A project's number, or letters, before a serial number.
_PROJECT = re.compile(r"^(?:[A-Za-z]+[0-9]*_|[A-Za-z]+(?=[0-9]))")


def written_otherwise(numbers: Iterable[str], projects: Iterable[str] = ()) -> list[str]:
    """Return what serial numbers may have become, without those that are somebody's own.

    Parameters
    ----------
    numbers : iterable of str
        The participants'.
    projects : iterable of str
        Projects' numbers that stand before the names of columns, as ``P1105``.

    Returns
    -------
    list of str
        In upper and lower case, without zeros in front, with zeros to twelve digits, with and without ``.0`` or ``,0``; as
        spreadsheets write numbers (``="1001"``, ``+1001``, ``1.001E+03``, ``1 001``); with a project's number before it, or
        without; sorted.
    """
    own = set(numbers)
    found: set[str] = set()
    before = [f"{p}{mark}" for p in projects for mark in ("_", "")]
    for number in own:
        bare = _PROJECT.sub("", number)
        found |= {
            bare,
            f'="{number}"',
            f"'{number}",
            *(f"{project}{bare}" for project in before),
            number.upper(),
            number.lower(),
            number.lstrip("0"),
            number.removesuffix(".0"),
            number.removesuffix(",0"),
        }
        if number.isascii() and number.isdigit():
            found |= {f"{number}.0", f"{number},0", *(number.zfill(n) for n in range(len(number), _LONGEST + 1))}
            found |= _as_numbers(int(number))
    return sorted(found - own - {""})


def _as_numbers(value: int) -> set[str]:
    """Return a whole number as spreadsheets and programs write it: signed, with an exponent, its thousands apart."""
    plain = f"{value}"
    powers = {f"{value:.{digits}E}" for digits in {*range(_DIGITS + 1), max(len(plain.rstrip("0")) - 1, 0)}}
    grouped = f"{value:,}"
    apart = {grouped.replace(",", mark) for mark in _BETWEEN} if len(plain) > len("999") else set()
    return {f"+{plain}", f"{plain}.00", f"{plain},00", *powers, *(p.replace(".", ",") for p in powers), *apart}


def register_otherwise(engine: Session, participants: str, projects: Iterable[str] = ()) -> None:
    """Make what the participants' serial numbers may have become a table of the session, for :func:`check_written`.

    Parameters
    ----------
    engine : Session
        The session.
    participants : str
        Its table of participants.
    projects : iterable of str
        As :func:`written_otherwise`.
    """
    import pyarrow as pa

    numbers = list(
        engine.rows(f"SELECT {quoted(PERSON)} FROM {quoted(participants)}", what="looking at serial numbers")
    )
    texts = written_otherwise((n for (n,) in numbers), projects)
    engine.register(_TABLE, pa.table({PERSON: pa.array(texts, pa.string())}))
    parts = [n.rpartition("_") for (n,) in numbers]
    prefixes = sorted({f"{before}{mark}" for before, mark, _ in parts} - {""})
    # where there are many, what comes before the mark is no project
    bare = sorted({last for _, _, last in parts}) if len(prefixes) <= _PROJECTS else []
    engine.register(_BARE, pa.table({PERSON: pa.array(bare, pa.string())}))
    engine.register(_PREFIXES, pa.table({PERSON: pa.array(prefixes[:_PROJECTS], pa.string())}))


def check_written(engine: Session, extract: Extract, rows: int) -> list[Finding]:
    """Count rows whose serial number is a participant's in another writing.

    Parameters
    ----------
    engine : Session
        The session, after :func:`register_otherwise`.
    extract : Extract
        The opened extract.
    rows : int
        Its rows.

    Returns
    -------
    list of Finding
        None or one.
    """
    schema = extract.schema
    name, person = schema.field(PERSON).name, quoted(PERSON)
    prefixes = [prefix for (prefix,) in engine.rows(f"SELECT {person} FROM {_PREFIXES}", what="projects' numbers")]
    known = "".join(f" AND NOT starts_with({person}, {literal(prefix)})" for prefix in prefixes)
    # a participant's number after another project's: few numbers hold the mark and another prefix, so that few are taken apart
    other_project = (
        f"contains({person}, '_'){known} AND regexp_replace({person}, '^.*_', '') IN (SELECT {person} FROM {_BARE})"
    )
    (count,) = engine.rows(
        f"SELECT count(*) FROM {quoted(extract.table)} "
        f"WHERE {person} IN (SELECT {person} FROM {_TABLE}) OR ({other_project})",
        what=f"{schema.name}: comparing serial numbers",
    )[0]
    if not count:
        return []
    return [
        Finding(
            extract=schema.name,
            column=name,
            rule="foreign key: in assignment (LopNr)",
            rows_checked=rows,
            rows_failing=count,
            severity=severity_of(schema, RuleKind.WRITTEN),
            advice=ADVICE[RuleKind.WRITTEN],
        )
    ]
