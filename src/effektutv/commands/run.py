"""The steps of the final report, as plain keyword-only functions: load, analyse, protect, write."""

from __future__ import annotations

import platform
from contextlib import nullcontext
from functools import partial
from importlib.metadata import version
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Literal

from effektutv.errors import ArgumentError, ExtractError
from effektutv.results.data_quality import DataQuality, Severity
from effektutv.runtime.atomic_output import check_out, replacing
from effektutv.runtime.process import Taken, load_meanwhile
from effektutv.runtime.progress import Look, Progress, watched
from effektutv.runtime.version import __version__
from effektutv.study import Study

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyspark.sql import SparkSession

    from effektutv.disclosure.protected import ReportInputs
    from effektutv.results.cross_check import CrossCheck
    from effektutv.runtime.worker_process import Beside
    from effektutv.study.plan_status import PlanLock
    from effektutv.trial import Trial

__all__ = ["Clocked", "check", "load", "report", "run"]

Lang = Literal["sv", "en"]

#: What can change a number or a byte of the outputs.
_VERSIONED = (
    "numpy", "scipy", "pandas", "pyarrow", "duckdb", "pyreadstat", "highspy", "matplotlib", "pillow", "pydantic", "jinja2",
    "typst", "python-docx", "xlsxwriter", "statsmodels", "linearmodels",
)  # fmt: skip
#: And with an engine.
_VERSIONED_WITH = {"spark": ("pyspark", "sqlglot")}


#: Libraries that a report needs after the extracts have been read.
_LATER = (
    "scipy.special", "matplotlib.backends.backend_agg", "matplotlib.backends.backend_svg", "PIL.Image", "highspy", "jinja2",
    "typst",
)  # fmt: skip

#: What the second process does first, while this one reads extracts.
_READY = (
    "effektutv.reporting.figures.render:warm", "effektutv.trial", "effektutv.reporting.formats.word.write",
    "effektutv.reporting.formats.excel.write", "docx",
    "xlsxwriter",
)  # fmt: skip

#: And where it estimates the main results a second time.
_SECOND = (
    "statsmodels.regression.linear_model", "statsmodels.discrete.discrete_model", "linearmodels.iv",
    "effektutv.trial.cross_check",
)  # fmt: skip


class Clocked:
    """What a run takes, for the manifest: seconds by step (each call ends the one before), and what the engine took.

    Parameters
    ----------
    progress : callable, optional
        Called with each step's key as it begins.
    """

    def __init__(self, progress: Progress | None = None) -> None:
        self.steps: dict[str, float] = {}
        self.taken: Taken | None = None
        self._progress = progress
        self._began = perf_counter()
        self._step = ""

    def __call__(self, step: str) -> None:
        """Begin a step.

        Parameters
        ----------
        step : str
            The step's key.
        """
        self.stop()
        self._step = step
        if self._progress is not None:
            self._progress(step)

    def watch(self, look: Look | None) -> None:
        """Let whoever shows the steps ask how far one is.

        Parameters
        ----------
        look : callable, or None
            See :class:`~effektutv.runtime.progress.Display`.
        """
        if self._progress is not None:
            watched(self._progress, look)

    def stop(self) -> None:
        """End the step under way."""
        now = perf_counter()
        if self._step:
            self.steps[self._step] = self.steps.get(self._step, 0.0) + now - self._began
        self._began, self._step = now, ""


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
    began = progress or _silent
    if study.table is not None:
        from effektutv.cohort.from_table import read_plain

        _check_no_engine(engine)
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
    from effektutv.trial import Trial

    return Trial(study, cohort)


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
        What checks the extracts; see :func:`load`.
    spark : pyspark.sql.SparkSession, optional
        The session to use; see :func:`load`.
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
    began = progress or _silent
    if study.table is not None:
        from effektutv.cohort.from_table import read_plain

        _check_no_engine(engine)
        began("table")
        return read_plain(study).quality
    from effektutv.cohort.build import check_registers
    from effektutv.registers.open_registers import session_of

    with session_of(study, engine=engine, spark=spark) as session:
        return check_registers(session, study, began).quality


def report(
    trial: Trial,
    out: str | Path,
    *,
    lang: Lang = "sv",
    progress: Progress | None = None,
    steps: Clocked | None = None,
    beside: Beside | None = None,
    cross_check: bool = False,
) -> Path:
    """Write the final report: estimates, disclosure control, tables, figures, HTML and manifest.

    Parameters
    ----------
    trial : Trial
        The trial.
    out : path
        The folder to write; an earlier report there is replaced, once the new one is complete.
    lang : {"sv", "en"}
        Language of the report.
    progress : callable, optional
        Called with the key of each step as it begins.
    steps : Clocked, optional
        A clock that already holds earlier steps, for the manifest.
    beside : Beside, optional
        A second process that does some of the work; it is ended when this returns.
    cross_check : bool
        Whether the main results are estimated a second time by statsmodels and linearmodels; see
        :func:`effektutv.cross_check`.

    Returns
    -------
    Path
        The folder written.

    Raises
    ------
    ArgumentError
        If ``lang`` is neither, or ``out`` holds something that is not a report.
    DisclosureError
        If the results cannot be protected; nothing is written.
    CrossCheckError
        If the second estimation does not agree; nothing is written.
    """
    if lang not in ("sv", "en"):
        raise ArgumentError(f"lang: got {lang!r}; give 'sv' or 'en'")
    from effektutv.disclosure.protect import protect
    from effektutv.reporting.build import build, write
    from effektutv.reporting.model.document import Facts
    from effektutv.study.plan_lock import lock_status
    from effektutv.trial.cross_check import agreeing

    clocked = steps or Clocked(progress)
    # a lock that cannot be read is said before anything is estimated
    plan = lock_status(trial.study)
    with replacing(Path(out)) as folder:
        inputs, second = _analysed(trial, clocked, plan, beside, cross_check)
        clocked("disclosure")
        protected = protect(inputs)
        checked = None if second is None else agreeing(second())
        clocked.stop()
        libraries = (*_VERSIONED, *_VERSIONED_WITH.get(trial.engine, ()))
        facts = Facts(
            version=__version__,
            engine=trial.engine,
            seed=trial.study.study.seed,
            inputs={**trial.inputs, "study": trial.study.sha256},
            versions={"python": platform.python_version(), **{name: version(name) for name in libraries}},
            steps=dict(clocked.steps),
            plan=plan,
            taken=clocked.taken,
            cross_check=checked,
        )
        write(build(protected, lang=lang, facts=facts), folder, progress=progress, beside=beside)
    return Path(out)


def _analysed(
    trial: Trial, clocked: Clocked, plan: PlanLock, beside: Beside | None, cross_check: bool
) -> tuple[ReportInputs, Callable[[], CrossCheck] | None]:
    """Return what the report shows, and what waits for its second estimation, which the second process does meanwhile."""
    from effektutv.analysis import analyse
    from effektutv.trial.cross_check import cross_check as checked

    inputs = analyse(trial, progress=clocked, plan=plan, beside=beside)
    if not cross_check:
        return inputs, None
    again = partial(checked, trial)
    return inputs, again if beside is None else beside.ahead(again)


def run(
    study: str | Path,
    *,
    out: str | Path,
    lang: Lang = "sv",
    engine: str = "duckdb",
    seed: int | None = None,
    progress: Progress | None = None,
    second_process: bool = False,
    cross_check: bool = False,
) -> Path:
    """Run a study from its files to the report.

    Parameters
    ----------
    study : path
        The study file.
    out : path
        The folder to write.
    lang : {"sv", "en"}
        Language of the report.
    engine : {"duckdb", "spark"}
        What checks the extracts and builds the participants' table; see :func:`load`.
    seed : int, optional
        In place of the study's.
    progress : callable, optional
        Called with the key of each step as it begins.
    second_process : bool
        Whether a second process of this interpreter estimates and draws beside the first; the report is the same.
    cross_check : bool
        Whether the main results are estimated a second time by other libraries; see :func:`report`.

    Returns
    -------
    Path
        The folder written.
    """
    from effektutv.reporting.provenance.source_date import environment_date
    from effektutv.runtime.worker_process import Beside
    from effektutv.study.plan_lock import lock_status

    check_out(Path(out))
    # before any library reads it in its own way
    environment_date()
    plan = Study.from_toml(study)
    # a lock that cannot be read is said before any extract is
    lock_status(plan)
    if seed is not None:
        plan = plan.with_seed(seed)
    # it loads its libraries while this one reads the extracts
    ready = (*_READY, *_SECOND) if cross_check else _READY
    with Beside(ready) if second_process else nullcontext() as beside:
        if second_process:
            load_meanwhile(_LATER)
        clocked = Clocked(progress)
        trial = load(plan, engine=engine, progress=clocked)
        return report(trial, out, lang=lang, progress=progress, steps=clocked, beside=beside, cross_check=cross_check)


def _silent(step: str) -> None:
    """Show nothing."""


def _check_no_engine(engine: str) -> None:
    """Refuse an engine for a study that none reads: nobody shall think that it was."""
    if engine != "duckdb":
        raise ArgumentError(
            f"engine: got {engine!r}, but the study is one plain table, which no engine reads; leave it out"
        )
