"""The command ``run``: load, analyse, protect, write the report."""

from __future__ import annotations

import platform
from contextlib import nullcontext
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from effektutv.errors import ArgumentError
from effektutv.runtime.atomic_output import check_out, replacing
from effektutv.runtime.process import load_meanwhile
from effektutv.runtime.progress import Progress
from effektutv.runtime.timing import Clocked
from effektutv.runtime.version import __version__
from effektutv.study import Study
from effektutv.trial.load import load

if TYPE_CHECKING:
    from collections.abc import Callable

    from effektutv.disclosure.protected import ReportInputs
    from effektutv.results.cross_check import CrossCheck
    from effektutv.runtime.worker_process import Beside
    from effektutv.study.plan_status import PlanLock
    from effektutv.trial.trial import Trial

__all__ = ["report", "run"]

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
    "effektutv.reporting.figures.render:warm", "effektutv.trial.trial", "effektutv.reporting.formats.word.write",
    "effektutv.reporting.formats.excel.write", "docx",
    "xlsxwriter",
)  # fmt: skip

#: And where it estimates the main results a second time.
_SECOND = (
    "statsmodels.regression.linear_model", "statsmodels.discrete.discrete_model", "linearmodels.iv",
    "effektutv.trial.cross_check",
)  # fmt: skip


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
        What checks the extracts and builds the participants' table; see :func:`effektutv.load`.
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
