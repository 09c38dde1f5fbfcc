"""A study, run and held against published figures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING

from effektutv.analysis import analyse
from effektutv.disclosure.protect import protect
from effektutv.results.reproduction import Reproduction, ReproductionRow
from effektutv.results.tabular import held
from effektutv.runtime.atomic_output import write_whole
from effektutv.study import Study
from effektutv.trial.cross_check import agreeing, cross_check
from effektutv.trial.load import load

from .compare import compare
from .published_figures import read_published, shipped_figures

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

__all__ = ["reproduce", "write_csv"]


def reproduce(
    study: Study | str | Path,
    *,
    against: str | Path | None = None,
    engine: str = "duckdb",
    spark: SparkSession | None = None,
    progress: Callable[[str], None] | None = None,
) -> Reproduction:
    """Run a study and hold its protected results against published figures, figure by figure.

    Parameters
    ----------
    study : Study or path
        The study, or its ``study.toml``.
    against : path, optional
        A file of published figures; where not given, the one that ships for a study of this name.
    engine : {"duckdb", "spark"}
        What checks the extracts and builds from them; a study of one plain table needs none.
    spark : pyspark.sql.SparkSession, optional
        With ``engine="spark"``: the session to use; the one active in this process, else a local one, where not given.
    progress : callable, optional
        Called with the key of each step as it begins.

    Returns
    -------
    Reproduction
        A row a figure, in the file's order; ``.agrees`` says whether nothing differs and no claim is contradicted.

    Raises
    ------
    ArgumentError
        If no published figures ship for the study and none are given, or the engine is unknown or lacks something.
    StudyError
        If the study file or the file of published figures is wrong.
    ExtractError
        If an extract is missing or breaks its schema.
    CrossCheckError
        If the main results estimated a second time by statsmodels and linearmodels do not agree.
    DisclosureError
        If the results cannot be protected: only protected numbers are compared.
    """
    if not isinstance(study, Study):
        study = Study.from_toml(study)
    # the figures first: a mistake in them shows before the extracts are read
    published = read_published(Path(against) if against is not None else shipped_figures(study.study.name))
    trial = load(study, engine=engine, spark=spark, progress=progress)
    inputs = analyse(trial, progress=progress)
    if progress is not None:
        progress("cross_check")
    agreeing(cross_check(trial))
    if progress is not None:
        progress("disclosure")
    return compare(published, protect(inputs))


def write_csv(found: Reproduction, path: Path) -> None:
    """Write a comparison as CSV: a row a figure, absent numbers by their mark.

    Parameters
    ----------
    found : Reproduction
    path : Path
        Its folder must exist.

    Raises
    ------
    ArgumentError
        If the file cannot be written there.
    """
    from effektutv.reporting.tables.csv_file import csv_text

    columns = [f.name for f in fields(ReproductionRow)]
    rows = [[found.study, found.synthetic, *(held(row, c) for c in columns)] for row in found.rows]
    write_whole(path, csv_text(["study", "synthetic", *columns], rows), "out")
