"""Load a study: from its extracts, or its plain table, to a trial."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from effektutv.errors import ArgumentError, ExtractError
from effektutv.results.data_quality import Severity
from effektutv.runtime.progress import Progress, silent
from effektutv.runtime.timing import Clocked
from effektutv.study import Study

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from .trial import Trial

__all__ = ["check_no_engine", "load"]


def load(
    study: Study | str | Path,
    *,
    engine: str = "duckdb",
    spark: SparkSession | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
) -> Trial:
    """Read, check and link a study's extracts, or its plain table, into a trial.

    Parameters
    ----------
    study : Study or path
        The study, or its ``study.toml``.
    engine : {"duckdb", "spark"}
        What checks the extracts and builds the participants' table from them; results do not depend on it. ``"spark"`` needs the
        extra ``spark`` and Java.
    spark : pyspark.sql.SparkSession, optional
        The session to use with ``engine="spark"``: it goes on afterwards. Where not given it is the one active in this process,
        else a local one that is started for this call.
    threads : int, optional
        Threads of the engine; results do not depend on it.
    progress : callable, optional
        Called with the key of each step as it begins.

    Returns
    -------
    Trial

    Raises
    ------
    ArgumentError
        If the engine is unknown, or lacks a package, Java or memory.
    StudyError
        If the study file is wrong, or asks for what the data do not have.
    ExtractError
        If an extract is missing or breaks its schema.
    """
    if not isinstance(study, Study):
        study = Study.from_toml(study)
    began = progress or silent
    if study.table is not None:
        from effektutv.cohort.from_table import read_plain

        check_no_engine(engine)
        began("table")
        cohort = read_plain(study)
        if cohort.quality.worst is Severity.ERROR:
            from effektutv.registers.checks.run_checks import error_text

            raise ExtractError(error_text(cohort.quality.rows))
    else:
        from effektutv.cohort.build import build_cohort
        from effektutv.registers.open_registers import session_of

        with session_of(study, engine=engine, spark=spark, threads=threads) as session:
            cohort = build_cohort(session, study, began)
        if isinstance(progress, Clocked):
            # all of it is known now that the session is closed
            progress.taken = session.reader.taken
    from .trial import Trial

    return Trial(study, cohort)


def check_no_engine(engine: str) -> None:
    """Refuse an engine for a study of a plain table: no engine reads it.

    Parameters
    ----------
    engine : str
        Any but ``"duckdb"`` is refused.
    """
    if engine != "duckdb":
        raise ArgumentError(
            f"engine: got {engine!r}, but the study is one plain table, which no engine reads; leave it out"
        )
