"""Read and check the extracts of a study."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from effektutv.runtime.progress import silent
from effektutv.study import Study
from effektutv.trial.load import check_no_engine

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from effektutv.results.data_quality import DataQuality
    from effektutv.runtime.progress import Progress

__all__ = ["check"]


def check(
    study: Study | str | Path,
    *,
    engine: str = "duckdb",
    spark: SparkSession | None = None,
    progress: Progress | None = None,
) -> DataQuality:
    """Read and check every extract, without building anything.

    Parameters
    ----------
    study : Study or path
        The study, or its ``study.toml``.
    engine : {"duckdb", "spark"}
        What checks the extracts; see :func:`effektutv.load`.
    spark : pyspark.sql.SparkSession, optional
        The session to use; see :func:`effektutv.load`.
    progress : callable, optional
        Called with the key of each step as it begins.

    Returns
    -------
    DataQuality
        Every finding, errors included.

    Raises
    ------
    ArgumentError
        If the engine is unknown, or lacks a package, Java or memory.
    StudyError
        If the study file is wrong.
    ExtractError
        If an extract is missing or cannot be read at all.
    """
    if not isinstance(study, Study):
        study = Study.from_toml(study)
    began = progress or silent
    if study.table is not None:
        from effektutv.cohort.from_table import read_plain

        check_no_engine(engine)
        began("table")
        return read_plain(study).quality
    from effektutv.cohort.build import check_registers
    from effektutv.registers.open_registers import session_of

    with session_of(study, engine=engine, spark=spark) as session:
        return check_registers(session, study, began).quality
