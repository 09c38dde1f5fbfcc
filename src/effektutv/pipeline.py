"""The steps of the final report, as plain keyword-only functions: load, analyse, protect, write."""

from __future__ import annotations

import platform
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Literal

from . import __version__
from .errors import ArgumentError
from .folders import check_out, replacing
from .results import COMPARISONS, DataQuality
from .study import Study

if TYPE_CHECKING:
    from .disclosure.protected import ReportInputs
    from .reporting.drawer import Drawer
    from .results import EffectRow, Effects, PlanLock, RandomizationTest
    from .study import Outcome
    from .trial import Trial

__all__ = ["Clocked", "analyse", "check", "load", "report", "run"]

Lang = Literal["sv", "en"]
Progress = Callable[[str], None]

#: Draws of the assignment behind the balance test's second p-value: its Monte Carlo error is at most 0.016.
_BALANCE_DRAWS = 1000
#: Of the drawn statistic in the report: more, and the steps of a 0/1 outcome show as a comb.
_BINS = 25
#: What can change a number or a byte of the outputs.
_VERSIONED = (
    "numpy", "scipy", "pandas", "pyarrow", "duckdb", "matplotlib", "pillow", "pydantic", "jinja2", "typst", "python-docx",
    "xlsxwriter",
)  # fmt: skip


class Clocked:
    """Seconds by step, for the manifest: each call ends the step before and begins the next.

    Parameters
    ----------
    progress : callable, optional
        Called with each step's key as it begins.
    """

    def __init__(self, progress: Progress | None = None) -> None:
        self.steps: dict[str, float] = {}
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
    threads: int | None = None,
    progress: Progress | None = None,
) -> Trial:
    """Read, check and link a study's extracts, or its plain table, into a trial.

    Parameters
    ----------
    study : Study or path
        The study, or its ``study.toml``.
    engine : {"duckdb"}
        What reads the extracts.
    threads : int, optional
        Threads of the engine; results do not depend on it.
    progress : callable, optional
        Called with the key of each step as it begins.

    Returns
    -------
    Trial

    Raises
    ------
    StudyError
        If the study file is wrong, or asks for what the data do not have.
    ExtractError
        If an extract is missing or breaks its schema.
    """
    _check_engine(engine)
    if not isinstance(study, Study):
        study = Study.from_toml(study)
    began = progress or _silent
    from .trial import Trial

    if study.table is not None:
        from .cohort.plain import read_plain

        began("table")
        return Trial(study, read_plain(study))
    from .cohort.build import build_cohort
    from .registers.engine import Engine

    with Engine(threads=threads) as session:
        return Trial(study, build_cohort(session, study, began))


def check(study: Study | str | Path, *, progress: Progress | None = None) -> DataQuality:
    """Read and check every extract, without building anything.

    Parameters
    ----------
    study : Study or path
        The study, or its ``study.toml``.
    progress : callable, optional
        Called with the key of each step as it begins.

    Returns
    -------
    DataQuality
        Every finding, errors included.

    Raises
    ------
    StudyError
        If the study file is wrong.
    ExtractError
        If an extract is missing or cannot be read at all.
    """
    if not isinstance(study, Study):
        study = Study.from_toml(study)
    began = progress or _silent
    if study.table is not None:
        from .cohort.plain import read_plain

        began("table")
        return read_plain(study).quality
    from .cohort.build import check_registers
    from .registers.engine import Engine

    with Engine() as session:
        return check_registers(session, study, began).quality


def analyse(trial: Trial, *, progress: Progress | None = None, plan: PlanLock | None = None) -> ReportInputs:
    """Estimate everything that the report shows.

    Parameters
    ----------
    trial : Trial
        The trial.
    progress : callable, optional
        Called with the key of each step as it begins.
    plan : PlanLock, optional
        Whether the study's plan is the locked one: how credible an effect by subgroup is depends on it, no number does.

    Returns
    -------
    ReportInputs
        Results that have not passed disclosure control: do not show them.
    """
    from .cohort.outcomes import CLOCKS
    from .disclosure.protected import ReportInputs

    began = progress or _silent
    study = trial.study
    # a survey item is known of those who answered only: it is a question of its own
    outcomes = [o for o in study.outcomes if trial.has(o.name) and o.item is None]
    groups: list[str | tuple[str, ...]] = [s.by[0] if len(s.by) == 1 else s.by for s in study.subgroups]
    # the study's clock first: it is the main one
    first = study.time_zero.clock
    clocks: list[str | None] = [first, *(c for c in CLOCKS if c != first)] if trial.from_registers else [None]
    began("effects")
    locked = plan is not None and plan.before_outcomes
    effects = [
        trial.itt(o.name, clock=clock, by=groups if o.name == study.primary.name else None, protocol=locked)
        for clock in clocks
        for o in outcomes
    ]
    began("tests")
    redrawn = _redrawn(trial, outcomes)
    effects = [_tested(trial, e, redrawn) for e in effects]
    robustness = _robustness(trial)
    began("balance")
    balance = trial.balance(draws=_BALANCE_DRAWS) if study.covariates else None
    inputs = ReportInputs(
        study=study, effects=tuple(effects), flow=trial.flow(), balance=balance, quality=trial.quality,
        robustness=tuple(robustness), randomization=_main_test(trial, redrawn),
    )  # fmt: skip
    if trial.from_registers:
        began("months")
        works = any(o.state == "work" for o in outcomes)
        inputs = replace(
            inputs,
            profiles=tuple(
                trial.profile(o.name, clock=clock, bands="both") for clock in clocks for o in outcomes if o.binary
            ),
            kinds=tuple(trial.kinds(clock=c) for c in clocks) if works else (),
            sources=tuple(trial.sources(clock=c) for c in clocks) if works else (),
            starts=trial.starts(),
            times=tuple(trial.time_to_work(clock=c) for c in clocks) if works else (),
        )
    began("further")
    inputs = _further(trial, inputs)
    return _from_registers(trial, inputs) if trial.from_registers else inputs


def _robustness(trial: Trial) -> list[Effects]:
    """Return the primary outcome under the other estimators, and what one regression of all arms would say."""
    design, primary = trial.study.design, trial.study.primary
    names = ["difference", "fe", *(["lin"] if design.strata else []), *(["logit"] if primary.binary else [])]
    found = [trial.itt(estimator=name) for name in names if name != design.main]
    if design.cluster and design.strata:
        # who shares a provider is alike: the same estimate with the variance of that
        found.append(trial.itt(estimator="fe", vcov="CR2"))
    if _pooled(trial):
        found.append(trial.pooled_regression())
    if primary.state == "work" and {"scb_ku", "scb_agi"} & set(trial.study.registers):
        found.append(trial.statements_only())
    return found


def _pooled(trial: Trial) -> bool:
    """Return whether one regression of all arms would mix their effects."""
    return bool(trial.study.design.strata) and len(trial.study.arm_codes) > 2


def _further(trial: Trial, inputs: ReportInputs) -> ReportInputs:
    """Add what the study declares beyond the mean difference: survey items, receipt of programmes, a plan."""
    study = trial.study
    received = trial.from_registers and all(a.received is not None for a in study.arms if not a.control)
    planned = study.plan is not None
    return replace(
        inputs,
        contamination=trial.contamination() if _pooled(trial) else None,
        surveys=tuple(trial.survey(o.name) for o in study.outcomes if o.item is not None and trial.has(o.name)),
        compliance=trial.compliance() if received else None,
        power=trial.power() if planned else None,
        power_curve=trial.power_curve() if planned else None,
    )


def _from_registers(trial: Trial, inputs: ReportInputs) -> ReportInputs:
    """Add what only registers tell: what the arms received, who turned 30, effects by entry and by place."""
    study, several = trial.study, trial.n_sites > 1
    aged = any(c.measure == "age" for c in study.covariates)
    benefit = any(o.state == "benefit" and trial.has(o.name) for o in study.outcomes)
    return replace(
        inputs,
        received=trial.received(),
        turned_thirty=trial.turned_thirty() if aged and benefit else None,
        # exploratory: no one asks how credible a difference between half-years or places is
        entry=replace(trial.effects_by_entry(), credibility=None) if trial.n_half_years > 1 else None,
        sites=replace(trial.effects_by_site(), credibility=None) if several else None,
        site_variation=trial.site_variation() if several else None,
    )


def _redrawn(trial: Trial, outcomes: Sequence[Outcome]) -> dict[str, RandomizationTest]:
    """Return each outcome's randomisation tests; the primary one's with the distribution of its statistics."""
    primary = trial.study.primary.name
    return {
        o.name: trial.randomization_test(o.name, month=o.month, distribution=_BINS if o.name == primary else False)
        for o in outcomes
    }


def _main_test(trial: Trial, redrawn: Mapping[str, RandomizationTest]) -> RandomizationTest | None:
    """Return the test of the main contrast alone, with its month, where its distribution was drawn."""
    study = trial.study
    test, primary = redrawn.get(study.primary.name), study.primary
    if test is None:
        return None
    control, main = study.arm_codes[:2]
    dated = {"clock": "randomisation", "month": primary.month} if primary.dated else {}
    rows = tuple(replace(r, **dated) for r in test.rows if (r.arm, r.control) == (main, control))  # type: ignore[arg-type]
    bins = tuple(replace(d, **dated) for d in test.distribution if (d.arm, d.control) == (main, control))  # type: ignore[arg-type]
    return replace(test, rows=rows, distribution=bins)


def _tested(trial: Trial, effects: Effects, redrawn: Mapping[str, RandomizationTest]) -> Effects:
    """Add design-based p-values to everyone's rows, and correct the declared families of the primary outcome.

    Months since one's own start are not protected by randomisation: they have no design-based p-value.
    """
    from .multiplicity import adjust

    first, study = effects.rows[0], trial.study
    if first.clock != "start":
        found = {(r.arm, r.control): r.p_randomization for r in redrawn[first.outcome].rows}
        rows = [
            r if r.subgroup else replace(r, p_randomization=found.get((r.arm, r.control), r.p_randomization))
            for r in effects.rows
        ]
        effects = replace(effects, rows=tuple(rows))
    if first.outcome != study.primary.name:
        return effects
    control, main = study.arm_codes[:2]
    planned = {":".join(s.by) for s in study.subgroups if s.prespecified}

    def other_contrast(row: EffectRow) -> bool:
        return not row.subgroup and (row.arm, row.control) != (main, control)

    def planned_interaction(row: EffectRow) -> bool:
        return row.level in COMPARISONS and row.subgroup in planned and (row.arm, row.control) == (main, control)

    def other_interaction(row: EffectRow) -> bool:
        return row.level in COMPARISONS and not planned_interaction(row)

    families = {
        "other_contrasts_holm": other_contrast,
        "planned_interactions_holm": planned_interaction,
        "exploratory_interactions_holm": other_interaction,
    }
    for name, member in families.items():
        if any(member(r) and isinstance(r.p_value, float) for r in effects.rows):
            effects = adjust(effects, method="holm", rows=member, family=name)
    return effects


def report(
    trial: Trial,
    out: str | Path,
    *,
    lang: Lang = "sv",
    progress: Progress | None = None,
    steps: Clocked | None = None,
    drawer: Drawer | None = None,
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
    drawer : Drawer, optional
        A second process that draws some of the figures.

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
    """
    if lang not in ("sv", "en"):
        raise ArgumentError(f"lang: got {lang!r}; give 'sv' or 'en'")
    from .disclosure.suppress import protect
    from .plan import lock_status
    from .reporting.document import build, write
    from .reporting.document_types import Facts

    clocked = steps or Clocked(progress)
    # a lock that cannot be read is said before anything is estimated
    plan = lock_status(trial.study)
    with replacing(Path(out)) as folder:
        inputs = analyse(trial, progress=clocked, plan=plan)
        clocked("disclosure")
        protected = protect(inputs)
        clocked.stop()
        facts = Facts(
            version=__version__,
            engine="duckdb" if trial.from_registers else "table",
            seed=trial.study.study.seed,
            inputs={**trial.inputs, "study": trial.study.sha256},
            versions={"python": platform.python_version(), **{name: version(name) for name in _VERSIONED}},
            steps=dict(clocked.steps),
            plan=plan,
        )
        write(build(protected, lang=lang, facts=facts), folder, progress=progress, drawer=drawer)
    return Path(out)


def run(
    study: str | Path,
    *,
    out: str | Path,
    lang: Lang = "sv",
    engine: str = "duckdb",
    seed: int | None = None,
    progress: Progress | None = None,
    second_process: bool = False,
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
    engine : {"duckdb"}
        What reads the extracts.
    seed : int, optional
        In place of the study's.
    progress : callable, optional
        Called with the key of each step as it begins.
    second_process : bool
        Whether a second process of this interpreter draws figures beside the first; the report is the same.

    Returns
    -------
    Path
        The folder written.
    """
    from .plan import lock_status
    from .reporting.dates import environment_date
    from .reporting.drawer import Drawer

    check_out(Path(out))
    # before any library reads it in its own way
    environment_date()
    plan = Study.from_toml(study)
    # a lock that cannot be read is said before any extract is
    lock_status(plan)
    if seed is not None:
        plan = plan.with_seed(seed)
    # it loads its libraries while this one reads the extracts
    with Drawer() if second_process else nullcontext() as drawer:
        clocked = Clocked(progress)
        trial = load(plan, engine=engine, progress=clocked)
        return report(trial, out, lang=lang, progress=progress, steps=clocked, drawer=drawer)


def _silent(step: str) -> None:
    """Show nothing."""


def _check_engine(engine: str) -> None:
    if engine != "duckdb":
        raise ArgumentError(f"engine: got {engine!r}; this version has 'duckdb'")
