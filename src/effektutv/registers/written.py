"""Serial numbers that a register writes otherwise than the randomisation form: rows that would be lost without a word.

Programs take zeros in front for nothing, make ``123.0`` of a number, or change letters; then a person is in the register and not
found there, which looks as if nothing had happened to the person. What a participant's number may have become is few texts, and
a register is asked for these.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from ..results import Finding
from .engine import quoted
from .readers import Extract
from .rules import ADVICE, severity_of
from .schema import PERSON, RuleKind

if TYPE_CHECKING:
    from .session import Session

__all__ = ["check_written", "register_otherwise", "written_otherwise"]

_TABLE = "written_otherwise"
#: Digits that zeros in front fill a serial number up to, at most.
_LONGEST = 12


def written_otherwise(numbers: Iterable[str]) -> list[str]:
    """Return what serial numbers may have become, without those that are somebody's own.

    Parameters
    ----------
    numbers : iterable of str
        The participants'.

    Returns
    -------
    list of str
        In upper and lower case, without zeros in front, with zeros to twelve digits, with and without ``.0`` or ``,0``; sorted.
    """
    own = set(numbers)
    found: set[str] = set()
    for number in own:
        found |= {
            number.upper(),
            number.lower(),
            number.lstrip("0"),
            number.removesuffix(".0"),
            number.removesuffix(",0"),
        }
        if number.isascii() and number.isdigit():
            found |= {f"{number}.0", f"{number},0", *(number.zfill(n) for n in range(len(number), _LONGEST + 1))}
    return sorted(found - own - {""})


def register_otherwise(engine: Session, participants: str) -> None:
    """Make what the participants' serial numbers may have become a table of the session, for :func:`check_written`.

    Parameters
    ----------
    engine : Session
        The session.
    participants : str
        Its table of participants.
    """
    import pyarrow as pa

    numbers = engine.rows(f"SELECT {quoted(PERSON)} FROM {quoted(participants)}", what="looking at serial numbers")
    engine.register(_TABLE, pa.table({PERSON: pa.array(written_otherwise(n for (n,) in numbers), pa.string())}))


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
    name = schema.field(PERSON).name
    (count,) = engine.rows(
        f"SELECT count(*) FROM {quoted(extract.table)} WHERE {quoted(PERSON)} IN (SELECT {quoted(PERSON)} FROM {_TABLE})",
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
