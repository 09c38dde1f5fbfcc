"""Registers in a database, through ODBC: only the tables that a study names, and of them the declared columns.

Of the other columns a sample is looked at for personal identity numbers; see :mod:`.undeclared_columns`.

The rows arrive as Arrow batches and are written as typed Parquet to the session's private folder. What a driver says when
something goes wrong may hold a value, an address or a user: only its five-character state leaves this module, and a
connection string is never shown.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from effektutv.errors import EffektutvError, ExtractError, StudyError
from effektutv.study import Register, Study

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Connection", "Database", "Table", "connection_of"]

T = TypeVar("T")

_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_STATE = re.compile(r"State: ([0-9A-Z]{5})")
#: Catalogues of the databases' own.
_OWN = frozenset({"information_schema", "pg_catalog", "sys"})
_BATCH_ROWS = 65_535
_BATCH_BYTES = 1 << 26
#: The longest text of a column whose type has no limit, in bytes.
_LONGEST_TEXT = 1 << 14
_LONGEST_NAME = 1024
_LOGIN_SECONDS = 20
_TOO_LONG = (
    "a text is longer than the driver says that its column may be; with PostgreSQL, set MaxVarcharSize and MaxLongVarcharSize "
    "in the connection, else have the column cast to a type with a length"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """How to reach a database: its name in the study, and the connection string, which no ``repr`` shows."""

    name: str
    where: str
    string: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table or view of a database."""

    catalog: str
    schema: str
    name: str


def connection_of(study: Study, register: Register) -> Connection | None:
    """Return how to reach the database that a register lies in, ``None`` where it lies in files.

    ``${NAME}`` in the connection string is replaced by that environment variable. Where it is the whole value of a key and
    holds a character that means something there, it is put in braces.

    Parameters
    ----------
    study : Study
        The study.
    register : Register
        One of its registers.

    Raises
    ------
    StudyError
        If an environment variable is not set; the message names it.
    """
    if register.database is None:
        return None
    where = study.where("databases", register.database, "connection")
    written = study.databases[register.database].connection
    missing = [name for name in _VARIABLE.findall(written) if name not in os.environ]
    if missing:
        raise StudyError(f"{where}: the environment variable {missing[0]} is not set; set it before the run")
    parts = []
    for part in written.split(";"):
        key, equals, value = part.partition("=")
        whole = _VARIABLE.fullmatch(value.strip())
        if equals and whole:
            parts.append(f"{key}={_braced(os.environ[whole[1]])}")
        else:
            parts.append(_VARIABLE.sub(lambda found: os.environ[found[1]], part))
    return Connection(name=register.database, where=where, string=";".join(parts))


def _braced(value: str) -> str:
    if re.search(r"[\[\]{}(),;?*=!@]|^\s|\s$", value) and not (value.startswith("{") and value.endswith("}")):
        return "{" + value.replace("}", "}}") + "}"
    return value


class Database:
    """An open connection to a database.

    Parameters
    ----------
    connection : Connection
        How to reach it.

    Raises
    ------
    StudyError
        If what ODBC needs is not installed, there is no such driver, or the database refuses the user.
    ExtractError
        If the database cannot be reached.
    """

    def __init__(self, connection: Connection) -> None:
        missing = False
        try:
            import arrow_odbc
        except (ImportError, OSError):
            missing = True
        if missing:
            raise StudyError(
                f"{connection.where}: reading databases needs the package arrow-odbc (pip install 'effektutv[odbc]') and "
                f"ODBC's driver manager (Debian: apt-get install unixodbc, and the database's driver)"
            )
        self._error = arrow_odbc.Error
        self._name = connection.name
        self._where = connection.where
        self._connection = self._asked(
            lambda: arrow_odbc.connect(connection.string, login_timeout_sec=_LOGIN_SECONDS), self._unreached
        )
        self._quotes = self._find_quotes()

    def quoted(self, name: str) -> str:
        """Return an identifier quoted as this database wants it.

        Parameters
        ----------
        name : str
            A schema's, table's or column's name.
        """
        opening, closing = self._quotes
        return opening + name.replace(closing, closing * 2) + closing

    def tables(self) -> list[Table]:
        """Return the tables and views that the user may see, but the database's own, sorted."""
        rows = self._rows("SELECT TABLE_CATALOG, TABLE_SCHEMA, TABLE_NAME FROM INFORMATION_SCHEMA.TABLES")
        found = (Table(catalog=catalog or "", schema=schema or "", name=name) for catalog, schema, name in rows)
        kept = (t for t in found if t.schema.casefold() not in _OWN)
        return sorted(kept, key=lambda t: (t.catalog, t.schema, t.name))

    def columns(self, table: Table) -> dict[str, str]:
        """Return the names of a table's columns, in its order, and their types as the database calls them.

        Parameters
        ----------
        table : Table
            One of :meth:`tables`.
        """
        sql = (
            "SELECT COLUMN_NAME, DATA_TYPE FROM INFORMATION_SCHEMA.COLUMNS WHERE TABLE_SCHEMA = ? AND TABLE_NAME = ? "
            "ORDER BY ORDINAL_POSITION"
        )
        return {name: kind or "" for name, kind in self._rows(sql, table.schema, table.name)}

    def fetch(self, table: Table, columns: Sequence[str], what: str) -> tuple[pa.Schema, Iterator[pa.RecordBatch]]:
        """Return the types and the rows of some columns of a table, in batches; see :meth:`query`.

        Parameters
        ----------
        table : Table
            One of :meth:`tables`.
        columns : sequence of str
            Names of its columns.
        what : str
            What is being read, for a message: the register.
        """
        names = ", ".join(map(self.quoted, columns))
        return self.query(
            f"SELECT {names} FROM {self.quoted(table.schema)}.{self.quoted(table.name)}", columns, table, what
        )

    def query(
        self, sql: str, columns: Sequence[str], table: Table, what: str
    ) -> tuple[pa.Schema, Iterator[pa.RecordBatch]]:
        """Return the types and the rows of a query of one table, in batches.

        Floats come with double precision, decimals as text, so that nothing is rounded on the way.

        Parameters
        ----------
        sql : str
        columns : sequence of str
            What its columns are to be called.
        table : Table
            The table that it is of, for a message.
        what : str
            What is being read, for a message: the register.
        """
        decimals: list[int] = []

        def unread(error: str) -> EffektutvError:
            return ExtractError(f"{what}: table {table.name}: {self._told(error)}")

        def exact(schema: pa.Schema) -> pa.Schema:
            import pyarrow as pa

            decimals[:] = [i for i, kind in enumerate(schema.types) if pa.types.is_decimal(kind)]
            return pa.schema([pa.field(n, _exact(k)) for n, k in zip(columns, schema.types, strict=True)])

        reader = self._asked(
            lambda: self._connection.read_arrow_batches(
                sql,
                batch_size=_BATCH_ROWS,
                max_bytes_per_batch=_BATCH_BYTES,
                max_text_size=_LONGEST_TEXT,
                max_binary_size=1,  # refused once it is seen, and never read
                map_schema=exact,
            ),
            unread,
        )

        def batches() -> Iterator[pa.RecordBatch]:
            while (batch := self._asked(lambda: next(reader, None), unread)) is not None:
                yield _plain_decimals(batch, decimals)

        return reader.schema, batches()

    def _rows(self, sql: str, *parameters: str) -> list[tuple[Any, ...]]:
        def unread(error: str) -> EffektutvError:
            return ExtractError(f"database {self._name}: its catalogue cannot be read; {self._told(error)}")

        reader = self._asked(
            lambda: self._connection.read_arrow_batches(
                sql, parameters=list(parameters) or None, batch_size=1000, max_text_size=_LONGEST_NAME
            ),
            unread,
        )
        batches = self._asked(lambda: list(reader), unread)
        return [row for batch in batches for row in zip(*(c.to_pylist() for c in batch.columns), strict=True)]

    def _find_quotes(self) -> tuple[str, str]:
        """Return what this database quotes identifiers with; each of the first two pairs only one kind of it understands."""
        for opening, closing in (("[", "]"), ("`", "`")):
            refused = False
            try:
                list(self._connection.read_arrow_batches(f"SELECT 1 AS {opening}a{closing}", batch_size=1))
            except self._error:
                refused = True
            if not refused:
                return opening, closing
        return '"', '"'

    def _asked(self, call: Callable[[], T], failed: Callable[[str], EffektutvError]) -> T:
        try:
            return call()
        except self._error as error:
            problem = failed(str(error))
        # raised outside the handler: inside it the driver's message would travel along as the error's context
        raise problem

    def _told(self, error: str) -> str:
        """Return what may be said of a driver's message."""
        if "without truncation" in error:
            return _TOO_LONG
        state = _STATE.search(error)
        return f"the driver refuses (state {state[1]})" if state else "the driver does not give the rows"

    def _unreached(self, error: str) -> EffektutvError:
        found = _STATE.search(error)
        state = found[1] if found else "none"
        message = f"{self._where}: the database {self._name} cannot be connected to (ODBC state {state}): "
        if state in ("IM002", "IM003", "IM004", "IM012", "01000"):
            return StudyError(
                message + "there is no such driver or data source; see odbcinst -q -d for what is installed"
            )
        if state.startswith("28"):
            return StudyError(message + "it refuses the user or the password; check what the connection names")
        return ExtractError(message + "check that it runs, its address, the user and the password")


def _exact(kind: pa.DataType) -> pa.DataType:
    """Return the type that a column is asked for in: arrow-odbc takes some drivers' doubles for floats of half the size."""
    import pyarrow as pa

    if pa.types.is_floating(kind):
        return pa.float64()
    if pa.types.is_decimal(kind):
        return pa.string()
    # nanoseconds end in the year 2262, and an open end is often written as the year 9999
    return pa.timestamp("us") if pa.types.is_timestamp(kind) else kind


def _plain_decimals(batch: pa.RecordBatch, decimals: Sequence[int]) -> pa.RecordBatch:
    """Write decimals that came as text alike: with a digit before the mark, without zeros at the end."""
    import pyarrow as pa
    import pyarrow.compute as pc

    columns = list(batch.columns)
    for i in decimals:
        text = pc.replace_substring_regex(columns[i], r"^([+-]?)\.", r"\10.")
        text = pc.replace_substring_regex(text, r"(\.[0-9]*?)0+$", r"\1")
        columns[i] = pc.replace_substring_regex(text, r"\.$", "")
    return pa.record_batch(columns, schema=batch.schema)
