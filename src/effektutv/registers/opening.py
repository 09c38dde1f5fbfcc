"""Open and check every extract that a study declares, in the study's order."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

from ..errors import StudyError
from ..results import Finding
from ..study import Study
from .databases import Database, connection_of
from .engine import Engine
from .identity import refuse_identity_numbers
from .quality import check_extract
from .readers import Extract, open_extract
from .schema import extract_names, load_schema

__all__ = ["Opened", "open_registers", "session_of"]


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


def session_of(study: Study, *, threads: int | None = None) -> Engine:
    """Return an engine's session with what the study lets it take of the machine.

    Parameters
    ----------
    study : Study
        Its ``[resources]``.
    threads : int, optional
        In place of the study's.

    Raises
    ------
    ArgumentError
        If no temporary folder can be made where the study wants it.
    """
    wanted = study.resources
    return Engine(
        threads=threads or wanted.threads,
        memory_limit=wanted.memory_limit,
        temporary_folder=study.folder / wanted.temporary_folder if wanted.temporary_folder else None,
    )


def open_registers(
    engine: Engine, study: Study, progress: Callable[[str], None], *, needed: Collection[str] = ()
) -> Opened:
    """Open and check every extract that a study declares.

    Parameters
    ----------
    engine : Engine
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
    for name in study.registers:
        if name not in extract_names():
            raise StudyError(
                f"{study.where('registers', name)}: there is no register {name!r}; allowed: {', '.join(extract_names())}"
            )
    # every connection string is complete before anything is read, which may take an hour
    connections = {name: connection_of(study, register) for name, register in study.registers.items()}
    databases: dict[str, Database] = {}
    for name, register in study.registers.items():
        progress(name)
        connection = connections[name]
        if connection is not None and connection.name not in databases:
            databases[connection.name] = Database(connection)
        extract = open_extract(
            engine,
            load_schema(name),
            register,
            study.folder,
            study.where("registers", name, "path" if connection is None else "table"),
            database=None if connection is None else databases[connection.name],
        )
        refuse_identity_numbers(engine, extract)
        rows[name], found = check_extract(engine, extract, needed=name in needed)
        findings += found
        extracts[name] = extract
    return Opened(extracts=extracts, rows=rows, findings=tuple(findings))
