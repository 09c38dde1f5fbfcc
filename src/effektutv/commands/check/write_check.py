"""The data-quality report of a study's extracts, beside its study file: as a table for programs and a page for people."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Literal

from effektutv.errors import ArgumentError
from effektutv.reporting.data_quality_page import quality_lines, quality_page
from effektutv.results.data_quality import DataQuality
from effektutv.runtime.atomic_output import check_file, write_whole
from effektutv.runtime.version import __version__
from effektutv.study import Study

from .check import check

__all__ = ["check_and_write", "quality_lines"]

_TABLE = "data_quality.csv"
_PAGE = "data_quality.html"


def check_and_write(
    study: str | Path,
    *,
    lang: Literal["sv", "en"] = "sv",
    engine: str = "duckdb",
    progress: Callable[[str], None] | None = None,
) -> tuple[DataQuality, tuple[Path, ...]]:
    """Check every extract of a study and write ``data_quality.csv`` and ``data_quality.html`` beside the study file.

    Parameters
    ----------
    study : path
        The study file.
    lang : {"sv", "en"}
        Language of the page; the table is in English, for programs.
    engine : {"duckdb", "spark"}
        What checks the extracts.
    progress : callable, optional
        Called with the key of each step as it begins.

    Returns
    -------
    quality : DataQuality
        Every finding, errors included.
    files : tuple of Path
        The files written; earlier ones are replaced.

    Raises
    ------
    ArgumentError
        If ``lang`` is neither, or the files cannot be written.
    StudyError
        If the study file is wrong.
    ExtractError
        If an extract is missing, cannot be read at all or holds personal identity numbers; nothing is written, and an earlier
        report of other extracts is removed.
    """
    if lang not in ("sv", "en"):
        raise ArgumentError(f"lang: got {lang!r}; give 'sv' or 'en'")
    path = Path(study)
    files = (path.parent / _TABLE, path.parent / _PAGE)
    read = Study.from_toml(path)
    for file in files:
        check_file(file, "study")
        # whatever ends the checks, what lies beside the study is never the report of an earlier delivery
        file.unlink(missing_ok=True)
    quality = check(read, engine=engine, progress=progress)
    title = read.study.title.in_language(lang)
    write_whole(files[0], quality.tidy().to_csv(index=False, lineterminator="\n"), "study")
    page = quality_page(quality, title=title, lang=lang, version=__version__, synthetic=read.study.synthetic)
    write_whole(files[1], page, "study")
    return quality, files
