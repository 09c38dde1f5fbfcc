"""What the checks and the build of registers ask of an engine, whichever it is.

Queries are written once, in the SQL of the engine that reads files (DuckDB). Another engine translates them, and must give the
same rows in the same types.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Protocol, Self

if TYPE_CHECKING:
    import pyarrow as pa

    from .duckdb import Engine

__all__ = ["Session"]


class Session(Protocol):
    """A session of an engine, with its tables and a private temporary folder.

    Every method may raise :class:`~effektutv.errors.ExtractError`, whose message says what was being done and never repeats
    the engine's own: that may hold values.
    """

    @property
    def name(self) -> str:
        """What the manifest calls the engine."""
        ...

    @property
    def scratch(self) -> Path:
        """The session's private temporary folder; it is removed when the session closes."""
        ...

    @property
    def reader(self) -> Engine:
        """The engine that reads delivered files: of this session, or beside it."""
        ...

    def adopt(self, table: str) -> None:
        """Take over a table that :attr:`reader` has made of a delivery.

        Parameters
        ----------
        table : str
            Its name, not quoted.
        """
        ...

    def execute(self, sql: str, *, what: str) -> None:
        """Run a statement without a result.

        Parameters
        ----------
        sql : str
            The statement.
        what : str
            What is being done, for the message if it fails: extract and rule, never a value.
        """
        ...

    def rows(self, sql: str, *, what: str) -> list[tuple[Any, ...]]:
        """Return the rows of a query as tuples.

        Parameters
        ----------
        sql : str
            The query; ordered, or of one row.
        what : str
            What is being done, for the message if it fails.
        """
        ...

    def table(self, sql: str, *, what: str) -> pa.Table:
        """Return the rows of a query as an Arrow table.

        Parameters
        ----------
        sql : str
            The query; ordered, or of one row.
        what : str
            What is being done, for the message if it fails.
        """
        ...

    def batches(self, sql: str, *, what: str) -> Iterator[pa.RecordBatch]:
        """Yield the rows of a query as they come, in no order, in at least one batch.

        Parameters
        ----------
        sql : str
            The query.
        what : str
            What is being done, for the message if it fails.
        """
        ...

    def register(self, name: str, table: pa.Table) -> None:
        """Make an Arrow table a table of the session.

        Parameters
        ----------
        name : str
            The table's name.
        table : pyarrow.Table
            The rows.
        """
        ...

    def columns(self, relation: str, *, what: str) -> dict[str, str]:
        """Return column names and types (as DuckDB calls them) of a table.

        Parameters
        ----------
        relation : str
            A quoted table name.
        what : str
            What is being done, for the message if it fails.
        """
        ...

    def close(self) -> None:
        """End the session and remove its temporary folder."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...
