"""Spark behind the same door as DuckDB: for registers that one machine cannot hold, and tables that lie in a catalogue.

Deliveries in files are read, typed and written to Parquet by DuckDB, so that there is one reader of texts with one notion of a
date; Spark reads that Parquet, or the tables of its catalogue, and runs the checks and the build.
"""

from __future__ import annotations

import logging
import os
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from fnmatch import fnmatchcase
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar

from effektutv.errors import ArgumentError, ExtractError

from .duckdb import Engine, literal, quoted
from .spark_dialect import spark_sql, spark_type
from .spark_local import LocalSpark, check_installed, check_java

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame, SparkSession

__all__ = ["SparkEngine", "spark_runs"]

T = TypeVar("T")

#: Python loggers of pyspark that print an error with the value it failed on, whatever the level of Spark's own log is.
_LOGGERS = ("SQLQueryContextLogger", "DataFrameQueryContextLogger")


#: Rows that are looked at for personal identity numbers; of these a sample is drawn again, as of files.
_SAMPLE = 20_000


class SparkEngine:
    """A session of Spark, with DuckDB beside it for what lies in files.

    Parameters
    ----------
    spark : pyspark.sql.SparkSession, optional
        The user's session. Where not given it is the one active in this process, the one that ``spark-submit`` began, or else a
        local one that is started for this session and ended with it.
    threads : int, optional
        Threads of DuckDB and of a local Spark.
    memory_limit : str, optional
        What DuckDB and a local Spark's Java may take, each.
    temporary_folder : Path, optional
        Where the private temporary folder is made. On a cluster it must be one that every worker sees.

    Raises
    ------
    ArgumentError
        If pyspark, sqlglot or Java is missing, ``spark`` is no session that can be used, or a temporary folder is needed.
    """

    def __init__(
        self,
        *,
        spark: SparkSession | None = None,
        threads: int | None = None,
        memory_limit: str | None = None,
        temporary_folder: Path | None = None,
    ) -> None:
        check_installed()
        given = _given(spark)
        if given is None:
            check_java()
        elif temporary_folder is None and not str(given.conf.get("spark.master", "")).startswith("local"):
            raise ArgumentError(
                "engine: Spark runs on a cluster, whose workers read the typed copies of deliveries; give [resources] "
                "temporary_folder in the study file, a folder that all of them see"
            )
        self._refusals = _refusals()
        self._reader = Engine(threads=threads, memory_limit=memory_limit, temporary_folder=temporary_folder)
        self._local: LocalSpark | None = None
        self._level = ""
        try:
            if given is None:
                self._local = LocalSpark(self._reader.scratch, threads=threads, memory_limit=memory_limit)
                self._spark = self._local.session
            else:
                self._level = _log_level(given, "OFF")
                self._spark = _beside(given)
            for key, value in (
                ("spark.sql.ansi.enabled", "true"),
                # days before 1582 are as DuckDB wrote them
                ("spark.sql.parquet.datetimeRebaseModeInRead", "CORRECTED"),
            ):
                self._spark.conf.set(key, value)
        except BaseException:
            self.close()
            raise

    @property
    def name(self) -> str:
        """What the manifest calls the engine."""
        return "spark"

    @property
    def scratch(self) -> Path:
        """The session's private temporary folder; it is removed when the session closes."""
        return self._reader.scratch

    @property
    def reader(self) -> Engine:
        """The engine that reads delivered files: DuckDB."""
        return self._reader

    def adopt(self, table: str) -> None:
        """Take over a table that :attr:`reader` has made: as typed Parquet, from which Spark reads.

        Parameters
        ----------
        table : str
            Its name, not quoted.
        """
        path = self.scratch / f"{table}.parquet"
        what = f"{table}: writing the typed copy that Spark reads"
        kind = self._reader.rows(
            f"SELECT table_type FROM information_schema.tables WHERE table_name = {literal(table)}", what=what
        )[0][0]
        self._reader.execute(
            f"COPY (SELECT * FROM {quoted(table)}) TO {literal(str(path))} (FORMAT parquet, COMPRESSION zstd)",
            what=what,
        )
        self._reader.execute(f"DROP {'VIEW' if kind == 'VIEW' else 'TABLE'} {quoted(table)}", what=what)
        self._view(table, path)

    def register(self, name: str, table: pa.Table) -> None:
        """Make an Arrow table a table of the session.

        Parameters
        ----------
        name : str
            The table's name.
        table : pyarrow.Table
            The rows.
        """
        import pyarrow.parquet as pq

        path = self.scratch / f"{name}.parquet"
        pq.write_table(table, path)
        self._view(name, path)

    def execute(self, sql: str, *, what: str) -> None:
        """Make a view of a query; see :class:`~effektutv.registers.engines.protocol.Session`.

        Parameters
        ----------
        sql : str
            The making of a table or view, as DuckDB takes it.
        what : str
            What is being done, for the message if it fails.
        """
        self._frame(sql, what)

    def rows(self, sql: str, *, what: str) -> list[tuple[Any, ...]]:
        """Return the rows of a query as tuples.

        Parameters
        ----------
        sql : str
            The query, as DuckDB takes it; ordered, or of one row.
        what : str
            What is being done, for the message if it fails.
        """
        found = self.table(sql, what=what)
        return list(zip(*(column.to_pylist() for column in found.columns), strict=True))

    def table(self, sql: str, *, what: str) -> pa.Table:
        """Return the rows of a query as an Arrow table, in the types that DuckDB gives.

        Parameters
        ----------
        sql : str
            The query, as DuckDB takes it; ordered, or of one row.
        what : str
            What is being done, for the message if it fails.
        """
        translated = spark_sql(sql)
        return self._guarded(lambda: self._spark.sql(translated).toArrow(), what)

    def batches(self, sql: str, *, what: str) -> Iterator[pa.RecordBatch]:
        """Yield the rows of a query in at least one batch.

        Parameters
        ----------
        sql : str
            The query, as DuckDB takes it.
        what : str
            What is being done, for the message if it fails.
        """
        import pyarrow as pa

        table = self.table(sql, what=what)
        yield pa.RecordBatch.from_pylist([], schema=table.schema)
        yield from table.to_batches()

    def columns(self, relation: str, *, what: str) -> dict[str, str]:
        """Return column names and types, as DuckDB calls them.

        Parameters
        ----------
        relation : str
            A quoted table name.
        what : str
            What is being done, for the message if it fails.
        """
        found = self._frame(f"SELECT * FROM {relation}", what)
        return {name: spark_type(kind) for name, kind in found.dtypes}

    def tables(self, pattern: str, *, what: str) -> dict[str, str]:
        """Return the tables of the catalogue that a name stands for.

        Parameters
        ----------
        pattern : str
            ``table``, ``schema.table`` or ``catalog.schema.table``; the last part may hold ``*``.
        what : str
            What is being done, for the message if it fails.

        Returns
        -------
        dict of str to str
            Quoted full name by the table's own, sorted; empty where there is none.
        """
        *path, last = pattern.split(".")
        if not path:
            path = [self._spark.catalog.currentDatabase()]
        if len(path) == 1:
            path = [self._spark.catalog.currentCatalog(), *path]
        inside = ".".join("`" + part.replace("`", "``") + "`" for part in path)
        found = self._guarded(lambda: self._spark.sql(f"SHOW TABLES IN {inside}").collect(), what)
        names = sorted(r["tableName"] for r in found if not r["isTemporary"])
        return {
            name: ".".join(quoted(part) for part in (*path, name))
            for name in names
            if fnmatchcase(name.lower(), last.lower())
        }

    def every_table(self, *, what: str) -> dict[str, str]:
        """Return all tables of the current catalogue.

        Parameters
        ----------
        what : str
            What is being done, for the message if it fails.

        Returns
        -------
        dict of str to str
            Quoted full name by ``catalog.schema.table``, sorted.
        """
        catalog = self._guarded(self._spark.catalog.currentCatalog, what)
        inside = "`" + catalog.replace("`", "``") + "`"
        found = self._guarded(lambda: self._spark.sql(f"SHOW NAMESPACES IN {inside}").collect(), what)
        return {
            f"{catalog}.{schema}.{name}": relation
            for schema in sorted(str(row[0]) for row in found)
            for name, relation in self.tables(f"{catalog}.{schema}.*", what=what).items()
        }

    def digest(self, relation: str, *, what: str) -> tuple[int, int]:
        """Return how many rows a table has, and the sum of Spark's own hash of each: it does not depend on their order.

        Parameters
        ----------
        relation : str
            A quoted table name.
        what : str
            What is being done, for the message if it fails.
        """
        frame = self._frame(f"SELECT * FROM {relation}", what)
        columns = ["`" + name.replace("`", "``") + "`" for name in frame.columns]
        sums = ["count(*)", f"coalesce(sum(CAST(xxhash64({', '.join(columns)}) AS DECIMAL(38, 0))), 0)"]
        rows, total = self._guarded(lambda: frame.selectExpr(*sums).collect(), what)[0]
        return int(rows), int(total)

    def sample(self, sql: str, rows: int, *, what: str) -> pa.Table:
        """Return rows of a query drawn over all of it, by a fixed seed.

        Parameters
        ----------
        sql : str
            The query, as DuckDB takes it.
        rows : int
            How many rows it has, about.
        what : str
            What is being done, for the message if it fails.

        Returns
        -------
        pyarrow.Table
            About 20,000 rows, or all where there are fewer.
        """
        frame = self._frame(sql, what)
        share = min(_SAMPLE / max(rows, 1), 1.0)
        drawn = frame if share == 1.0 else frame.sample(share, 1)
        return self._guarded(drawn.toArrow, what)

    def close(self) -> None:
        """End the session: a Spark that was started for it ends, the user's own goes on; the temporary folder is removed."""
        if self._local is not None:
            self._local.close()
            self._local = None
        elif self._level:
            with suppress(*self._refusals):
                _log_level(self._spark, self._level)
            self._level = ""
        self._reader.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _view(self, name: str, path: Path) -> None:
        self._guarded(
            lambda: self._spark.read.parquet(f"file://{path}").createOrReplaceTempView(name),
            f"{name}: opening the typed copy",
        )

    def _frame(self, sql: str, what: str) -> DataFrame:
        translated = spark_sql(sql)
        return self._guarded(lambda: self._spark.sql(translated), what)

    def _guarded(self, call: Callable[[], T], what: str) -> T:
        """Do something and put our error in the place of Spark's, whose message and whose logs hold values."""
        failed = ""
        with _silent():
            try:
                return call()
            except self._refusals as error:
                failed = _kind(error)
        # raised outside the handler: inside it the engine's message would travel along as the error's context
        raise ExtractError(f"{what}: the engine could not read or combine the rows ({failed}); check the file's format")


def spark_runs() -> bool:
    """Return whether a Spark of the user's own runs: a session that is active in this process, or what ``spark-submit`` began.

    Raises
    ------
    ArgumentError
        If pyspark is not installed.
    """
    check_installed()
    return _given(None) is not None


def _given(spark: SparkSession | None) -> SparkSession | None:
    """Return the session to use, or None where one must be started."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pyspark.sql import SparkSession
    if spark is None and "PYSPARK_GATEWAY_PORT" in os.environ:
        return SparkSession.builder.getOrCreate()
    found = SparkSession.getActiveSession() if spark is None else spark
    if found is not None and not isinstance(found, SparkSession):
        raise ArgumentError(
            f"spark: got {type(found).__module__}.{type(found).__name__}; give a pyspark.sql.SparkSession (Spark Connect is not "
            f"known here)"
        )
    return found


def _beside(given: SparkSession) -> SparkSession:
    """Return a session with the user's settings and tables, whose views and settings the user's own does not see."""
    session = given.newSession()
    for key, value in given.conf.getAll.items():
        if session.conf.isModifiable(key):
            session.conf.set(key, value)
    session.catalog.setCurrentCatalog(given.catalog.currentCatalog())
    session.catalog.setCurrentDatabase(given.catalog.currentDatabase())
    return session


def _log_level(spark: SparkSession, level: str) -> str:
    """Set the level of Spark's log and return the one before: a failed cast is logged with the text that it failed on."""
    java: Any = spark.sparkContext._jvm
    before = str(java.org.apache.logging.log4j.LogManager.getRootLogger().getLevel())
    spark.sparkContext.setLogLevel(level)
    return before


def _refusals() -> tuple[type[Exception], ...]:
    """Return what Spark raises."""
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    return PySparkException, Py4JError


def _kind(error: Exception) -> str:
    """Return what kind of error it is: Spark's own name of it, which holds no value."""
    condition = getattr(error, "getCondition", None)
    return str(condition() if callable(condition) else "") or type(error).__name__


@contextmanager
def _silent() -> Iterator[None]:
    """Keep pyspark's loggers, which print errors with values, from doing so meanwhile, and its warnings of pandas."""
    from pyspark.logger import PySparkLogger

    loggers: list[logging.Logger] = [PySparkLogger.getLogger(name) for name in _LOGGERS]
    before = [logger.disabled for logger in loggers]
    for logger in loggers:
        logger.disabled = True
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", category=FutureWarning)
            yield
    finally:
        for logger, disabled in zip(loggers, before, strict=True):
            logger.disabled = disabled
