"""The tables of the databases that a study file names: names of columns, from the database's own catalogue, and never a row.

A database may be the catalogue of a Spark. One that would be started here has an empty catalogue, so that only one that runs
already is looked at.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from tempfile import gettempdir
from typing import Any

from pydantic import ValidationError

from effektutv.errors import ExtractError, StudyError
from effektutv.registers.sources.odbc import Database, connection_of
from effektutv.registers.sources.spark_catalog import in_catalogue
from effektutv.study import Database as Declared
from effektutv.study import Register, Study

from .scan_folder import NO_HEADER, Delivered, looks_like_data

__all__ = ["read_tables"]


def read_tables(values: Mapping[str, Any], path: Path) -> Iterator[Delivered]:
    """Yield every table that the databases of a study file show.

    Parameters
    ----------
    values : mapping
        The study file's values.
    path : Path
        The study file, for messages.

    Raises
    ------
    StudyError
        If a connection is none, what ODBC needs is not there, or no Spark runs whose catalogue it is.
    ExtractError
        If a database cannot be reached.
    """
    for name, declared in values.get("databases", {}).items():
        wrong = False
        try:
            database = Declared.model_validate(declared)
        except ValidationError:
            wrong = True
        if wrong:
            raise StudyError(f"{path.name}: databases.{name}: give connection, a text, and no password in it")
        # of the whole study nothing else is known yet
        known: dict[str, Any] = {"databases": {name: database}}
        study, register = Study.model_construct(None, **known), Register(database=name, table="*")
        if in_catalogue(study, register):
            yield from _of_spark(name, path)
            continue
        connection = connection_of(study, register)
        if connection is None:
            continue
        opened = Database(connection)
        for table in opened.tables():
            yield _delivered(f"{table.schema}.{table.name}", tuple(opened.columns(table)), name)


def _delivered(table: str, columns: tuple[str, ...], database: str) -> Delivered:
    problem = NO_HEADER if looks_like_data(columns) else ""
    return Delivered(name=table, columns=() if problem else columns, problem=problem, database=database)


def _of_spark(database: str, path: Path) -> Iterator[Delivered]:
    """Yield the tables of the current catalogue of the Spark that runs."""
    from effektutv.registers.engines.spark import SparkEngine, spark_runs

    where = f"{path.name}: databases.{database}"
    if not spark_runs():
        raise StudyError(
            f"{where}: connection = 'spark' is the catalogue of a Spark that runs already, and none does: one that is started "
            f"here has no tables. Start init by spark-submit, or call effektutv.commands.init.draft_study.draft in a program "
            f"with a SparkSession; see docs/first_contact.md"
        )
    what = f"{where}: the catalogue of Spark cannot be read"
    # only names are asked for, so that nothing is written to the temporary folder that a cluster would have to see
    with SparkEngine(temporary_folder=Path(gettempdir())) as spark:
        tables = spark.every_table(what=what)
        if not tables:
            raise StudyError(
                f"{where}: the current catalogue of Spark shows no tables; check its settings and your rights"
            )
        for name, relation in tables.items():
            columns: tuple[str, ...] | None = None
            with suppress(ExtractError):
                columns = tuple(spark.columns(relation, what=what))
            if columns is None:
                yield Delivered(name=name, problem="the catalogue names it, but it cannot be read", database=database)
            else:
                yield _delivered(name, columns, database)
