"""The embedded engine (DuckDB) behind one small door: it reads every delivery, and is what checks and builds by default.

Every statement goes through :class:`Engine`, for two reasons: the engine's own messages print the value or the line that
it could not read, so none of them may leave this module; and every fetch is ordered, so that results do not depend on
the number of threads.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from effektutv.errors import ArgumentError, ExtractError
from effektutv.runtime.process import Taken

from .arrow_batches import held_of, whole_or_stream
from .interruptible import Waiting
from .temp_folder import Scratch

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Engine", "TooLittleMemoryError", "literal", "quoted"]


class TooLittleMemoryError(ArgumentError):
    """The engine's memory, or the room that it may spill to, is not enough for a query."""


def quoted(identifier: str) -> str:
    """Return an identifier quoted for SQL.

    Parameters
    ----------
    identifier : str
        A table's or column's name.
    """
    return '"' + identifier.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Return a text as an SQL literal.

    Parameters
    ----------
    text : str
        The text.
    """
    return "'" + text.replace("'", "''") + "'"


class Engine:
    """A DuckDB session in memory with a private temporary folder.

    Parameters
    ----------
    threads : int, optional
        Number of threads; the engine's own choice where not given. Results do not depend on it.
    memory_limit : str, optional
        The engine's limit, e.g. ``"2GB"``; beyond it intermediate results spill to the temporary folder, which only the
        user can open.
    temporary_folder : Path, optional
        Where that folder is made; where the system makes such folders, if not given.
    """

    def __init__(
        self, *, threads: int | None = None, memory_limit: str | None = None, temporary_folder: Path | None = None
    ) -> None:
        import duckdb

        self._error = duckdb.Error
        self._scratch = Scratch(temporary_folder)
        settings: dict[str, Any] = {
            "temp_directory": str(self._scratch.path / "spill"),
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "python_enable_replacements": "false",
            # the order of rows means nothing here, and keeping it holds back parallel reading and takes memory
            "preserve_insertion_order": "false",
        }
        if threads is not None:
            settings["threads"] = threads
        if memory_limit is not None:
            settings["memory_limit"] = memory_limit
        self._connection = duckdb.connect(":memory:", config=settings)
        # how far a query is can be asked (see working); the engine itself prints nothing
        # in a notebook the engine refuses where it could not draw a bar of its own: then nobody is told how far it is
        with suppress(self._error):
            self._connection.execute("SET enable_progress_bar_print = false; SET enable_progress_bar = true")
        self._waiting = Waiting(self._connection.interrupt)
        self._kept: dict[str, Path] = {}
        #: Bytes of text files that have been read so far: what the engine itself does not see.
        self.advanced = 0
        self._numbers = count(1)
        (found,) = self.rows("SELECT current_setting('threads'), current_setting('memory_limit')", what="settings")
        self._allowed = int(found[0]), str(found[1])
        self._held = held_of(self._allowed[1])

    @property
    def name(self) -> str:
        """What the manifest calls the engine."""
        return "duckdb"

    @property
    def reader(self) -> Self:
        """The engine that reads delivered files: this one."""
        return self

    def adopt(self, table: str) -> None:
        """Do nothing: what this engine has read is its own.

        Parameters
        ----------
        table : str
            A table's name.
        """

    @property
    def scratch(self) -> Path:
        """The session's private temporary folder; it is removed when the session closes."""
        return self._scratch.path

    @property
    def threads(self) -> int:
        """How many threads the session may use."""
        return self._allowed[0]

    @property
    def taken(self) -> Taken:
        """What the session could take of the machine, and what it took so far; all of it once the session is closed."""
        threads, limit = self._allowed
        return Taken(
            threads=threads,
            memory_limit=limit,
            temporary_bytes=self._scratch.most_bytes,
            temporary_files=self._scratch.most_files,
        )

    def close(self) -> None:
        """End the session and remove its temporary folder."""
        with suppress(self._error):
            self._connection.close()
        self._waiting.close()
        self._scratch.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def execute(self, sql: str, *, what: str) -> None:
        """Run a statement without a result.

        Parameters
        ----------
        sql : str
            The statement.
        what : str
            What is being done, for the message if it fails: extract and rule, never a value.

        Raises
        ------
        ExtractError
            If the engine refuses; its own message is not repeated, because it may hold values.
        TooLittleMemoryError
            If it has too little memory, or no room to spill to.
        """
        self._guarded(lambda: self._connection.execute(sql), what)

    def rows(self, sql: str, *, what: str) -> list[tuple[Any, ...]]:
        """Return the rows of a query as tuples.

        Parameters
        ----------
        sql : str
            The query; ordered, or of one row.
        what : str
            What is being done, for the message if it fails.
        """
        return list(self._guarded(lambda: self._connection.execute(sql).fetchall(), what))

    def table(self, sql: str, *, what: str) -> pa.Table:
        """Return the rows of a query as an Arrow table.

        Parameters
        ----------
        sql : str
            The query; ordered, or of one row.
        what : str
            What is being done, for the message if it fails.
        """
        return self._guarded(lambda: self._connection.sql(sql).to_arrow_table(), what)

    def batches(self, sql: str, *, what: str) -> Iterator[pa.RecordBatch]:
        """Yield the rows of a query as they come, in no order, in at least one batch: all are never held at once.

        Parameters
        ----------
        sql : str
            The query.
        what : str
            What is being done, for the message if it fails.
        """
        import pyarrow as pa

        stream = self._guarded(lambda: pa.RecordBatchReader.from_stream(self._connection.sql(sql)), what)
        # not from a list, for which pyarrow would load pandas
        yield pa.record_batch([pa.nulls(0, field.type) for field in stream.schema], schema=stream.schema)

        def following() -> pa.RecordBatch | None:
            # what fails in the middle comes as the stream's own error, with the engine's message in it
            try:
                return next(stream, None)
            except (pa.ArrowException, OSError):
                failed.append(True)
                return None

        failed: list[bool] = []
        while (batch := self._guarded(following, what)) is not None:
            yield batch
        if failed:
            raise ExtractError(f"{what}: the engine could not read or combine the rows; check the file's format")

    def register(self, name: str, table: pa.Table | pa.RecordBatchReader) -> None:
        """Make Arrow rows a table of the session.

        Parameters
        ----------
        name : str
            The table's name.
        table : pyarrow.Table or pyarrow.RecordBatchReader
            The rows. Of a reader a few lie in memory at a time: many become a Parquet file in the private folder, a view of
            which takes the table's place.
        """
        rows, whole = whole_or_stream(table, self._held)
        what, source = f"table {name}", "SELECT * FROM _incoming"
        self._connection.register("_incoming", rows)
        kept = self._kept.get(name)
        if whole:
            if kept is not None:
                self.execute(f"DROP VIEW {quoted(name)}", what=what)
                self._kept.pop(name).unlink(missing_ok=True)
            self.execute(f"CREATE OR REPLACE TABLE {quoted(name)} AS {source}", what=what)
        else:
            if kept is None:
                self.execute(f"DROP TABLE IF EXISTS {quoted(name)}", what=what)
                kept = self._kept[name] = self.scratch / f"kept-{next(self._numbers)}.parquet"
            path = literal(str(kept))
            self.execute(f"COPY ({source}) TO {path} (FORMAT parquet, COMPRESSION snappy)", what=what)
            self.execute(f"CREATE OR REPLACE VIEW {quoted(name)} AS SELECT * FROM read_parquet({path})", what=what)
        self._connection.unregister("_incoming")

    def columns(self, relation: str, *, what: str) -> dict[str, str]:
        """Return column names and types of a table or table function.

        Parameters
        ----------
        relation : str
            A quoted table name or a table function's call.
        what : str
            What is being done, for the message if it fails.
        """
        found: Sequence[tuple[Any, ...]] = self.rows(f"DESCRIBE SELECT * FROM {relation}", what=what)
        return {str(name): str(kind) for name, kind, *_ in found}

    def counting(self, blocks: Iterator[tuple[bytes, int]]) -> Iterator[tuple[bytes, int]]:
        """Yield a file's blocks as they are, and count their bytes in :attr:`advanced`.

        Parameters
        ----------
        blocks : iterator of (bytes, int)
            Bytes, and what is known of them.
        """
        for block, known in blocks:
            yield block, known
            self.advanced += len(block)

    def working(self) -> float | None:
        """Return how far the query under way is, 0 to 1, from any thread; None where there is none, or it does not tell."""
        with suppress(self._error):
            share: float = self._connection.query_progress()
            return share / 100 if share >= 0 else None
        return None

    def _guarded(self, call: Callable[[], Any], what: str) -> Any:
        failed = ""
        try:
            return self._waiting(call)
        except self._error as error:
            failed = type(error).__name__
        # raised outside the handler: inside it the engine's message would travel along as the error's context
        if failed == "OutOfMemoryException":
            threads, limit = self._allowed
            raise TooLittleMemoryError(
                f"memory_limit: {what}: the engine's {limit} are too little with {threads} threads, or the temporary folder's "
                f"disk is full; in the study's [resources] give more memory, fewer threads, or another temporary_folder"
            )
        raise ExtractError(f"{what}: the engine could not read or combine the rows ({failed}); check the file's format")
