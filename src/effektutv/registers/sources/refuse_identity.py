"""Refuse extracts that hold personal identity numbers: persons are serial numbers here, never anything else.

Each column of texts or whole numbers is looked at, also those that the declaration does not know and that are never read
otherwise, by a sample drawn over all rows: a delivery sorted by whether a number is known, or two files joined into one, shows
nothing in its first rows. What is looked for, and how seldom chance makes it: :mod:`effektutv.registers.personnummer`.
"""

from __future__ import annotations

from collections.abc import Sequence

from effektutv.errors import ExtractError

from ..engines.duckdb import Engine, quoted
from ..personnummer import is_identity_number, looks_like_identity_numbers
from ..schema.table_schema import FieldType
from .open_extract import Extract

__all__ = ["is_identity_number", "refuse_identity_numbers"]

#: Rows in a sample.
_SAMPLE = 2000
#: A column with fewer values than this in the sample of rows has a sample of its own, of its values.
_ENOUGH = 200


def refuse_identity_numbers(engine: Engine, extract: Extract) -> None:
    """Raise if a column looks like personal identity numbers.

    Parameters
    ----------
    engine : Engine
        The session.
    extract : Extract
        The opened extract.

    Raises
    ------
    ExtractError
        If at least a fifth of the sampled values of a column of texts or numbers has a day of birth and the check digit.
    """
    schema = extract.schema
    looked_at = [f for f in schema.fields if f.type is not FieldType.DATE and f.column not in extract.absent]
    relation = quoted(extract.table)
    for place in _found(engine, schema.name, relation, [quoted(f.column) for f in looked_at]):
        raise ExtractError(
            f"{schema.name}: column {looked_at[place].name} looks like personal identity numbers; nothing was kept. "
            f"Ask the register's owner for serial numbers (LopNr) instead"
        )
    for query in extract.unread:
        relation = f"({query})"
        names = list(engine.columns(relation, what=f"{schema.name}: looking at columns that are not declared"))
        if _found(engine, schema.name, relation, [quoted(n) for n in names]):
            raise ExtractError(
                f"{schema.name}: a column that the register's declaration does not know looks like personal identity numbers; "
                f"nothing was kept. Ask the register's owner for the extract without it"
            )


def _found(engine: Engine, name: str, relation: str, columns: Sequence[str]) -> list[int]:
    """Return the places of the columns that look like personal identity numbers."""
    if not columns:
        return []
    sample = _sampled(engine, name, f"SELECT {', '.join(columns)} FROM {relation}")
    out = []
    for place, column in enumerate(columns):
        values = [r[place] for r in sample if r[place] is not None]
        if len(sample) == _SAMPLE and len(values) < _ENOUGH:
            query = f"SELECT {column} FROM {relation} WHERE {column} IS NOT NULL"
            values = [r[0] for r in _sampled(engine, name, query)]
        if looks_like_identity_numbers(values):
            out.append(place)
    return out


def _sampled(engine: Engine, name: str, query: str) -> list[tuple[object, ...]]:
    return engine.rows(
        f"SELECT * FROM ({query}) USING SAMPLE reservoir({_SAMPLE} ROWS) REPEATABLE (1)", what=f"{name}: sampling"
    )
