"""Open and check every extract that a study declares, in the study's order."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from effektutv.errors import ArgumentError, StudyError
from effektutv.results.data_quality import Finding, ReadForm
from effektutv.runtime.progress import watched
from effektutv.study import Study

from .checks.run_checks import check_extract, check_foreign_keys, check_projects
from .engines.duckdb import Engine
from .engines.protocol import Session
from .read_progress import Reading, sizes_of
from .schema.table_schema import extract_names, load_schema
from .sources.file_discovery import refuse_changed
from .sources.odbc import Connection, Database, connection_of
from .sources.open_extract import Extract, open_extract
from .sources.refuse_identity import refuse_identity_numbers
from .sources.spark_catalog import in_catalogue, open_catalogue

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

__all__ = ["ENGINES", "Opened", "open_registers", "session_of"]

#: What may run the checks and the build.
ENGINES = ("duckdb", "spark")


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """The study's extracts, opened and checked one by one.

    Parameters
    ----------
    extracts : dict of str to Extract
        By register, in the study's order.
    rows : dict of str to int
        Rows read, by register.
    findings : tuple of Finding
        What the checks of single extracts found, errors included.
    """

    extracts: dict[str, Extract]
    rows: dict[str, int]
    findings: tuple[Finding, ...]

    @property
    def inputs(self) -> dict[str, str]:
        """SHA-256 of each file by ``register/file``, of a table's rows by ``register/table``."""
        return {f"{name}/{f.name}": f.sha256 for name, extract in self.extracts.items() for f in extract.files}

    def refuse_changed(self) -> None:
        """Refuse files that changed since they were opened: what is read of them later would be another delivery.

        Raises
        ------
        ExtractError
            If one was written again, or is gone.
        """
        for name, extract in self.extracts.items():
            refuse_changed(name, [f.mark for f in extract.files if f.mark is not None])

    @property
    def forms(self) -> dict[str, tuple[ReadForm, ...]]:
        """Each way in which a text file was written, by register; registers without text files are left out."""
        out = {}
        for name, extract in self.extracts.items():
            found = [
                ReadForm(
                    encoding=f.encoding,
                    delimiter=f.delimiter,
                    decimals=tuple(sorted({mark for _, mark in f.decimals})),
                    dates=tuple(sorted({layout for _, layout in f.dates})),
                )
                for f in extract.forms
            ]
            if found:
                out[name] = tuple(dict.fromkeys(found))
        return out


def session_of(
    study: Study, *, engine: str = "duckdb", spark: SparkSession | None = None, threads: int | None = None
) -> Session:
    """Return an engine's session with what the study lets it take of the machine.

    Parameters
    ----------
    study : Study
        Its ``[resources]``.
    engine : {"duckdb", "spark"}
        What runs the checks and the build.
    spark : pyspark.sql.SparkSession, optional
        The session to use; the one active in this process, else a local one, where not given.
    threads : int, optional
        In place of the study's.

    Raises
    ------
    ArgumentError
        If the engine is unknown or lacks something, or no temporary folder can be made where the study wants it.
    """
    if engine not in ENGINES:
        raise ArgumentError(f"engine: got {engine!r}; give 'duckdb' or 'spark'")
    if spark is not None and engine != "spark":
        raise ArgumentError(f"spark: got a session, but engine is {engine!r}; give engine='spark'")
    lying = [name for name, register in study.registers.items() if in_catalogue(study, register)]
    if lying and engine != "spark":
        raise ArgumentError(
            f"engine: got {engine!r}, but {', '.join(lying)} lie in a catalogue of Spark's; give 'spark'"
        )
    wanted = study.resources
    threads = threads or wanted.threads
    folder = study.folder / wanted.temporary_folder if wanted.temporary_folder else None
    if engine == "duckdb":
        return Engine(threads=threads, memory_limit=wanted.memory_limit, temporary_folder=folder)
    from .engines.spark import SparkEngine

    return SparkEngine(spark=spark, threads=threads, memory_limit=wanted.memory_limit, temporary_folder=folder)


def open_registers(
    engine: Session, study: Study, progress: Callable[[str], None], *, needed: Collection[str] = ()
) -> Opened:
    """Open and check every extract that a study declares.

    Parameters
    ----------
    engine : Session
        The session.
    study : Study
        The study.
    progress : callable
        Called with the register's key before each one.
    needed : collection of str
        Registers that the study cannot do without: a file of theirs without rows is an error.

    Returns
    -------
    Opened
        Findings of severity *error* are among its findings; the caller decides when to stop.

    Raises
    ------
    StudyError
        If the study declares a register that there is no schema for, or a database cannot be reached as it says.
    ExtractError
        If an extract is missing, cannot be read, or holds personal identity numbers.
    """
    extracts: dict[str, Extract] = {}
    rows: dict[str, int] = {}
    findings: list[Finding] = []
    reading = Reading(engine.reader, sizes_of(study))
    watched(progress, reading.far)
    for name in study.registers:
        if name not in extract_names():
            raise StudyError(
                f"{study.where('registers', name)}: there is no register {name!r}; allowed: {', '.join(extract_names())}"
            )
    # every connection string is complete before anything is read, which may take an hour
    connections = {n: connection_of(study, r) for n, r in study.registers.items() if not in_catalogue(study, r)}
    databases: dict[str, Database] = {}
    for name, register in study.registers.items():
        progress(name)
        reading.begin(name)
        if name in connections:
            extract = _delivered(engine, study, name, connections[name], databases, reading)
        else:
            extract = open_catalogue(engine, load_schema(name), register, study.where("registers", name, "table"))
        rows[name], found = check_extract(
            engine, extract, needed=name in needed, delivered=study.study.data_date or register.cutoff
        )
        findings += found
        extracts[name] = extract
    findings += [*check_foreign_keys(engine, extracts), *check_projects(extracts)]
    watched(progress, None)
    return Opened(extracts=extracts, rows=rows, findings=tuple(findings))


def _delivered(
    engine: Session,
    study: Study,
    name: str,
    connection: Connection | None,
    databases: dict[str, Database],
    reading: Reading,
) -> Extract:
    """Open a register that lies in files or a database, look for identity numbers, and let the session take it over."""
    if connection is not None and connection.name not in databases:
        databases[connection.name] = Database(connection)
    extract = open_extract(
        engine.reader,
        load_schema(name),
        study.registers[name],
        study.folder,
        study.where("registers", name, "path" if connection is None else "table"),
        database=None if connection is None else databases[connection.name],
    )
    reading.checks(extract.rows)
    refuse_identity_numbers(engine.reader, extract)
    engine.adopt(extract.table)
    return extract
