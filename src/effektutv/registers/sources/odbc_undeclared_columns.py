"""Columns of a database's table that no declaration knows: a bounded sample, looked at for personal identity numbers alone.

Only texts and numbers are asked for, and of a text no more than its beginning: what is longer is no identity number. The rows
are those that the database gives first, for no way to draw some over a whole table or view is known to all databases; columns
that are mostly empty in them are asked for once more, where any of them has a value.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ..engines.duckdb import literal

if TYPE_CHECKING:
    from .odbc import Database, Table

__all__ = ["undeclared_sample"]

#: Rows of a sample.
_ROWS = 20_000
#: A column with fewer values than this among them is asked for once more.
_ENOUGH = 200
#: Letters of a text that are looked at.
_LONGEST = 64
_TEXTS = re.compile(r".*(char|text|clob|string).*", re.IGNORECASE)
_NUMBERS = re.compile(r"(big)?int(eger|8)?|numeric|decimal|number|float.*|real|double.*", re.IGNORECASE)


def undeclared_sample(
    database: Database, table: Table, kinds: Mapping[str, str], target: Path, what: str
) -> str | None:
    """Fetch a sample of columns; return the query of it, or None where none of them can hold an identity number.

    Parameters
    ----------
    database : Database
    table : Table
    kinds : mapping of str to str
        The columns' types by name, as the database's catalogue has them.
    target : Path
        The Parquet file to write; a second one may be written beside it.
    what : str
        The register, for messages.

    Raises
    ------
    ExtractError
        If the database does not give the rows.
    """
    texts = {name: bool(_TEXTS.fullmatch(kind)) for name, kind in kinds.items()}
    columns = [name for name, kind in kinds.items() if texts[name] or _NUMBERS.fullmatch(kind)]
    if not columns:
        return None
    asked = [f"{_asked(database, name, text=texts[name])} AS c{i}" for i, name in enumerate(columns)]
    rows, values = _fetch(database, table, asked, "", target, what)
    files = [target]
    seldom = [i for i, known in enumerate(values) if known < _ENOUGH] if rows >= _ROWS else []
    if seldom:
        files.append(target.with_name(f"{target.stem}-seldom.parquet"))
        any_known = " OR ".join(f"{database.quoted(columns[i])} IS NOT NULL" for i in seldom)
        _fetch(database, table, [asked[i] for i in seldom], f" WHERE {any_known}", files[-1], what)
    listed = ", ".join(literal(str(path)) for path in files)
    return f"SELECT * FROM read_parquet([{listed}], union_by_name = true)"


def _asked(database: Database, name: str, *, text: bool) -> str:
    """Return the expression of a column; a long text would be refused, or fill the memory."""
    column = database.quoted(name)
    kind = {"[": "NVARCHAR", "`": "CHAR"}.get(column[0], "VARCHAR")
    return f"CAST({column} AS {kind}({_LONGEST}))" if text else column


def _fetch(
    database: Database, table: Table, columns: Sequence[str], where: str, target: Path, what: str
) -> tuple[int, list[int]]:
    """Write the first rows of a query; return how many there are, and of each column how many values."""
    import pyarrow.parquet as pq

    source = f"{', '.join(columns)} FROM {database.quoted(table.schema)}.{database.quoted(table.name)}{where}"
    by_quote = {"[": f"SELECT TOP ({_ROWS}) {source}", "`": f"SELECT {source} LIMIT {_ROWS}"}
    sql = by_quote.get(database.quoted("a")[0], f"SELECT {source} FETCH FIRST {_ROWS} ROWS ONLY")
    names = [column.rpartition(" ")[2] for column in columns]
    kinds, batches = database.query(sql, names, table, f"{what}: columns that its declaration does not know")
    rows, values = 0, [0] * len(columns)
    with pq.ParquetWriter(target, kinds) as out:
        for batch in batches:
            out.write_batch(batch)
            rows += batch.num_rows
            values = [n + batch.num_rows - c.null_count for n, c in zip(values, batch.columns, strict=True)]
    return rows, values
