"""The tables of the databases that a study file names: names of columns, from the database's own catalogue, and never a row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from ..errors import StudyError
from ..registers.databases import Database, connection_of
from ..study import Database as Declared
from ..study import Register, Study
from .delivered import NO_HEADER, Delivered, looks_like_data

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
        If a connection is none, or what ODBC needs is not there.
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
        connection = connection_of(Study.model_construct(None, **known), Register(database=name, table="*"))
        if connection is None:
            continue
        opened = Database(connection)
        for table in opened.tables():
            columns = tuple(opened.columns(table))
            problem = NO_HEADER if looks_like_data(columns) else ""
            yield Delivered(
                name=f"{table.schema}.{table.name}",
                columns=() if problem else columns,
                problem=problem,
                database=name,
            )
