"""A register's tables in a database, fetched as typed Parquet: every declared column, and a sample of the others.

What comes is digested row by row, so that a table that was delivered again with another row is another table in the manifest,
and one whose rows merely come in another order is not.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from effektutv.errors import ExtractError
from effektutv.study import Register

from ..schema.table_schema import ExtractSchema
from .column_typing import match_header
from .odbc import Database, Table
from .odbc_undeclared_columns import undeclared_sample

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["FetchedTable", "fetch_tables"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchedTable:
    """A table's declared columns, fetched.

    Parameters
    ----------
    name : str
        The table's own name.
    path : Path
        The Parquet file with its rows.
    rows : int
    ignored : int
        Columns of the table that the declaration does not know.
    unread : str, or None
        The query of a sample of them; None where there are none that could hold an identity number.
    sha256 : str
        Digest of the fetched rows; it depends neither on their order nor on how they came in batches.
    """

    name: str
    path: Path
    rows: int
    ignored: int
    unread: str | None
    sha256: str


def fetch_tables(
    database: Database, schema: ExtractSchema, register: Register, folder: Path, where: str
) -> list[FetchedTable]:
    """Fetch the declared columns of every table that a register's ``table`` matches, and a sample of the others.

    Parameters
    ----------
    database : Database
        Where they lie.
    schema : ExtractSchema
        The register's declaration.
    register : Register
        Its ``table``: ``*`` and ``?`` stand for anything, case means nothing, the schema's name may stand before.
    folder : Path
        The session's private folder.
    where : str
        File and line of the study that declares the register, for messages.

    Returns
    -------
    list of FetchedTable
        In the order of the tables' names.

    Raises
    ------
    ExtractError
        If no table matches or one name matches twice, a required column is missing, or the rows cannot be read.
    """
    pattern = register.table or ""
    tables = _matching(database.tables(), pattern)
    if not tables:
        raise ExtractError(
            f"{schema.name}: no table that you may read matches {pattern!r} ({where}); check its name, its schema and your "
            f"rights"
        )
    names = [t.name.casefold() for t in tables]
    for table in tables:
        if names.count(table.name.casefold()) > 1:
            raise ExtractError(
                f"{schema.name}: {pattern!r} matches table {table.name} more than once ({where}); write its schema before "
                f"it, as in dbo.{table.name}"
            )
    return [_fetch(database, schema, t, folder / f"{schema.name}-{i}.parquet") for i, t in enumerate(tables)]


def _matching(tables: Sequence[Table], pattern: str) -> list[Table]:
    """Return the tables that a pattern matches by name; by schema and name, too, where it holds a point."""
    most = min(pattern.count("."), 2) + 1
    expression = re.compile("".join({"*": ".*", "?": "."}.get(c, re.escape(c)) for c in pattern.casefold()))
    out = []
    for table in tables:
        names = (table.catalog, table.schema, table.name)
        if any(expression.fullmatch(".".join(names[-parts:]).casefold()) for parts in range(1, most + 1)):
            out.append(table)
    return out


def _fetch(database: Database, schema: ExtractSchema, table: Table, target: Path) -> FetchedTable:
    import pyarrow as pa
    import pyarrow.parquet as pq

    kinds_by_name = database.columns(table)
    header = list(kinds_by_name)
    matched = match_header(schema, header)
    columns = {header[i]: f for i, f in sorted(matched.by_position.items())}
    kinds, batches = database.fetch(table, list(columns), schema.name)
    for name, kind in zip(columns, kinds.types, strict=True):
        if pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_fixed_size_binary(kind):
            raise ExtractError(f"{schema.name}: column {columns[name].name} is binary; have it delivered as text")
    order = sorted(range(len(columns)), key=lambda i: columns[kinds.names[i]].column)
    digest = _Digest([columns[kinds.names[i]].column for i in order])
    rows = 0
    with pq.ParquetWriter(target, kinds) as out:
        for batch in batches:
            out.write_batch(batch)
            digest.add([batch.column(i) for i in order])
            rows += batch.num_rows
    others = {name: kinds_by_name[name] for i, name in enumerate(header) if i not in matched.by_position}
    return FetchedTable(
        name=table.name,
        path=target,
        rows=rows,
        ignored=matched.ignored,
        unread=undeclared_sample(
            database, table, others, target.with_name(f"{target.stem}-undeclared.parquet"), schema.name
        ),
        sha256=digest.hexdigest(rows),
    )


class _Digest:
    """SHA-256 of a table's rows as a set with repetitions: the rows' own digests are added up modulo 2²⁵⁶.

    A row is its values as text in the order of the columns' canonical names, each with its length before it.
    """

    def __init__(self, columns: Sequence[str]) -> None:
        self._columns = columns
        self._sum = 0

    def add(self, columns: Sequence[pa.Array]) -> None:
        import pyarrow as pa
        import pyarrow.compute as pc

        parts = []
        for column in columns:
            text = pc.cast(column, pa.string())
            marked = pc.binary_join_element_wise(pc.cast(pc.binary_length(text), pa.string()), text, ":")
            parts.append(pc.fill_null(marked, "-"))
        for row in pc.binary_join_element_wise(*parts, ",").to_pylist():
            self._sum += int.from_bytes(hashlib.sha256(row.encode()).digest(), "big")

    def hexdigest(self, rows: int) -> str:
        total = (self._sum % 2**256).to_bytes(32, "big")
        return hashlib.sha256(",".join(self._columns).encode() + b"\n%d\n" % rows + total).hexdigest()
