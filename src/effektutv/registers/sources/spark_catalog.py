"""Registers that lie as tables in a catalogue of Spark's: typed and checked where they are, never copied.

Only a sample leaves Spark: it is looked at for personal identity numbers, with the means that deliveries in files are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING

from effektutv.errors import ArgumentError, ExtractError
from effektutv.study import Register, Study

from ..engines.duckdb import quoted
from ..engines.protocol import Session
from ..personnummer import holds_identity_number
from ..schema.table_schema import ExtractSchema
from .column_typing import Source
from .missing_values import unused_words, with_declared_words
from .open_extract import Extract, FileFacts, lacking_columns
from .parquet import typed_relation
from .refuse_identity import refuse_identity_numbers

if TYPE_CHECKING:
    from ..engines.spark import SparkEngine

__all__ = ["CATALOGUE", "in_catalogue", "open_catalogue"]

#: The connection of a database that is the catalogue of the Spark that the run uses.
CATALOGUE = "spark"


def in_catalogue(study: Study, register: Register) -> bool:
    """Return whether a register lies in a catalogue of Spark's.

    Parameters
    ----------
    study : Study
        The study.
    register : Register
        One of its registers.
    """
    return register.database is not None and study.databases[register.database].connection.strip().lower() == CATALOGUE


def open_catalogue(engine: Session, schema: ExtractSchema, register: Register, where: str) -> Extract:
    """Open one register's tables in the catalogue as one typed view.

    Parameters
    ----------
    engine : Session
        The session, of Spark.
    schema : ExtractSchema
        The register's declaration.
    register : Register
        Which tables they are, and how texts in them are written.
    where : str
        File and line of the study that declares the register, for messages.

    Raises
    ------
    ArgumentError
        If the session is not of Spark.
    ExtractError
        If there is no such table, it cannot be read, a required column is missing or stands twice, or a name or a column holds
        personal identity numbers.
    """
    from ..engines.spark import SparkEngine

    if not isinstance(engine, SparkEngine):
        raise ArgumentError(f"engine: {schema.name} lies in a catalogue of Spark's ({where}); give engine 'spark'")
    schema = with_declared_words(schema, register)
    what = f"{schema.name}: a table of the catalogue cannot be read"
    tables = engine.tables(register.table or "", what=what)
    if not tables:
        raise ExtractError(
            f"{schema.name}: no table of the catalogue matches {register.table!r} ({where}); write catalog.schema.table, or "
            f"schema.table, and check the rights"
        )
    if any(holds_identity_number(name) for name in tables):
        raise ExtractError(
            f"{schema.name}: the name of a table holds a personal identity number; nothing was kept. Rename the table"
        )
    sources = [typed_relation(engine, schema, register, relation, name, what=what) for name, relation in tables.items()]
    counts = [engine.digest(relation, what=what) for relation in tables.values()]
    engine.execute(f"CREATE VIEW {quoted(schema.name)} AS " + " UNION ALL ".join(s.select for s in sources), what=what)
    present = {column for source in sources for column in source.columns}
    extract = Extract(
        schema=schema,
        table=schema.name,
        files=tuple(
            FileFacts(name=name, size=None, sha256=sha256(f"{rows} {total}".encode()).hexdigest())
            for name, (rows, total) in zip(tables, counts, strict=True)
        ),
        absent=tuple(f.column for f in schema.fields if f.column not in present),
        ignored=max(s.ignored for s in sources),
        truncated=0,
        empty=sum(rows == 0 for rows, _ in counts),
        unread=tuple(s.unread for s in sources if s.unread),
        rows=sum(rows for rows, _ in counts),
        projects=tuple(s.project for s in sources if s.project),
        unused=unused_words(register.missing, [s.words for s in sources]),
        partly=lacking_columns(engine, schema, sources),
    )
    _look_at_samples(engine, extract, sources)
    return extract


def _look_at_samples(engine: SparkEngine, extract: Extract, sources: Sequence[Source]) -> None:
    """Look for personal identity numbers in a sample of what is declared, and in one of what is not."""
    queries = [f"SELECT * FROM {quoted(extract.table)}", *(s.unread for s in sources if s.unread)]
    what = f"{extract.schema.name}: sampling"
    names = [f"sample_{extract.table}_{number}" for number in range(len(queries))]
    for name, query in zip(names, queries, strict=True):
        sample = engine.sample(query, extract.rows or 0, what=what)
        if name != names[0]:
            sample = sample.rename_columns([f"c{i}" for i in range(sample.num_columns)])
        engine.reader.register(name, sample)
    found = replace(extract, table=names[0], unread=tuple(f"SELECT * FROM {quoted(n)}" for n in names[1:]))
    refuse_identity_numbers(engine.reader, found)
    for name in names:
        engine.reader.execute(f"DROP TABLE {quoted(name)}", what=what)
