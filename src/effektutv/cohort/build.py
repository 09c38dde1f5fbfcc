"""From typed register tables to one row a participant."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from effektutv.errors import ExtractError
from effektutv.registers.checks.coverage import check_coverage
from effektutv.registers.checks.id_format import check_written, register_otherwise
from effektutv.registers.checks.run_checks import check_links, error_text
from effektutv.registers.engines.protocol import Session
from effektutv.registers.open_registers import Opened, open_registers
from effektutv.results.data_quality import DataQuality, Severity
from effektutv.results.flow import Flow
from effektutv.study import SURVEY, Study

from .baseline import baseline_covariates, check_covariates
from .contradictions import assignment_findings, order_findings
from .declared_words import declared_findings
from .flow import participant_flow
from .known_spans import SOURCES, Span, check_sources, check_spans, span_findings
from .lacking_registers import columns_needed, lacking_in_files, not_delivered
from .linkage import PARTICIPANTS, Linked, link
from .outcome_values import StateMasks, build_masks, outcome_values
from .programme_receipt import check_receipt, read_receipt
from .services_received import Delivery, read_delivery
from .survey import Survey, check_items, read_survey, survey_findings
from .unknown_spans import unknown_spans

__all__ = ["Checked", "Cohort", "build_cohort", "check_registers"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cohort:
    """One row a participant, with everything that estimates are made of, and how it came about.

    Parameters
    ----------
    people : pandas.DataFrame
        Arm, stratum, clusters and dates, by names of the package's own. No serial numbers.
    baseline : pandas.DataFrame
        The study's covariates.
    outcomes : pandas.DataFrame
        The study's outcomes, of a plain table; else without columns.
    flow : Flow
        Exclusions by stage.
    quality : DataQuality
        What the checks found.
    masks : mapping of str to StateMasks
        By clock; empty in a study of a plain table.
    inputs : mapping of str to str
        SHA-256 of the files read.
    fallback : int
        Participants whose start clock is the fall-back.
    survey : Survey
        Answers to the participants' survey; empty where no outcome is made from them.
    received : mapping of str to ndarray of bool, shape (n,)
        Who received the programme of each arm whose receipt the study declares.
    delivery : Delivery
        Hours by actor, and what else each was given.
    engine : str
        What built it: ``"duckdb"`` or ``"spark"``; ``"table"`` for a plain table.
    lacking : mapping of str to str
        Why a state, a start, a drop-out … cannot be known: the column that was not delivered.
    """

    people: pd.DataFrame
    baseline: pd.DataFrame
    outcomes: pd.DataFrame
    flow: Flow
    quality: DataQuality
    masks: Mapping[str, StateMasks] = field(default_factory=dict)
    inputs: Mapping[str, str] = field(default_factory=dict)
    fallback: int = 0
    survey: Survey = field(default_factory=Survey)
    received: Mapping[str, NDArray[np.bool_]] = field(default_factory=dict)
    delivery: Delivery = field(default_factory=Delivery)
    engine: str = "table"
    lacking: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """The study's extracts, checked alone and against the participants.

    ``linked`` is ``None`` where a finding is an error: then nothing may be built. ``unknown`` are the days inside a register's
    span of which it does not tell.
    """

    opened: Opened
    linked: Linked | None
    quality: DataQuality
    unknown: Mapping[str, tuple[Span, ...]] = field(default_factory=dict)


def check_registers(engine: Session, study: Study, progress: Callable[[str], None]) -> Checked:
    """Open and check every extract, alone and, where the randomisation form has no error, against the participants.

    Parameters
    ----------
    engine : Session
        The session.
    study : Study
        The study.
    progress : callable
        Called with the key of each step before it.

    Returns
    -------
    Checked
        With every finding, errors included.

    Raises
    ------
    StudyError
        If the study file asks for what the registers do not have.
    ExtractError
        If an extract is missing or cannot be read, or the randomisation form cannot be used.
    """
    check_spans(study)
    check_sources(study)
    check_covariates(study)
    check_items(study)
    check_receipt(study)
    needed = _needed(study)
    opened = open_registers(engine, study, progress, needed=needed)
    findings = list(opened.findings)
    linked, unknown = None, {}
    findings += assignment_findings(engine, study)
    # an error in one register does not keep from view what is wrong with the others
    if not any(f.severity is Severity.ERROR and f.extract == "assignment" for f in findings):
        progress("linkage")
        linked = link(engine, opened.extracts["assignment"], study)
        projects = sorted({p for extract in opened.extracts.values() for p in extract.projects})
        register_otherwise(engine, PARTICIPANTS, projects)
        for name, extract in opened.extracts.items():
            if name != "assignment":
                findings += check_written(engine, extract, opened.rows[name])
                cutoff = study.registers[name].cutoff or study.study.data_date
                findings += check_links(engine, extract, PARTICIPANTS, needed=name in needed, cutoff=cutoff)
                findings += check_coverage(engine, extract, study, PARTICIPANTS)
        if SURVEY in opened.extracts:
            findings += survey_findings(engine)
        unknown = unknown_spans(engine, study, opened.extracts)
        findings += span_findings(engine, study, unknown)
        findings += order_findings(engine, study, opened.extracts)
        findings += declared_findings(engine, study, opened.extracts)
    opened.refuse_changed()
    quality = DataQuality(rows=tuple(findings), read=opened.rows, delivered=study.study.data_date, forms=opened.forms)
    built = None if quality.worst is Severity.ERROR else linked
    return Checked(opened=opened, linked=built, quality=quality, unknown=unknown)


def _needed(study: Study) -> frozenset[str]:
    """Return the registers that the study cannot do without: who takes part, and what its outcomes are made of."""
    groups = [g for o in study.outcomes if o.month_state is not None for g in SOURCES[o.month_state]]
    surveyed = [(SURVEY,)] if any(o.item is not None for o in study.outcomes) else []
    return frozenset({"assignment", *(name for group in [*groups, *surveyed] for name in group)})


def _refuse_lacking(study: Study, lacking: Mapping[str, str]) -> None:
    """Refuse a study whose main question cannot be answered from what was delivered."""
    state = study.primary.month_state or ""
    if state in lacking:
        raise ExtractError(
            f"outcome {study.primary.name!r} is primary and cannot be known: {lacking[state]}; order the column, or choose "
            f"another primary outcome ({study.where('outcomes', study.outcomes.index(study.primary))})"
        )
    if study.time_zero.clock == "start" and "start" in lacking:
        raise ExtractError(
            f"the study counts months from each person's own start, and {lacking['start']}; order the column, or count from "
            f"randomisation ({study.where('time_zero', 'clock')})"
        )
    if study.design.vcov == "CR2" and study.design.cluster == "behandlare" and "provider" in lacking:
        raise ExtractError(
            f"the study's variance is clustered by behandlare, and {lacking['provider']}; order the column, or take another "
            f"variance ({study.where('design', 'vcov')})"
        )


def _refuse_unknown(study: Study, checked: Checked, observed: NDArray[np.bool_]) -> None:
    """Refuse a study whose main question cannot be answered because the files of that time lack a column."""
    primary = study.primary
    needed = [c for c in columns_needed(study, primary.month_state or "") if c[0] in checked.unknown]
    if observed.any() or not needed:
        return
    reasons = [why for name, column in needed if (why := lacking_in_files(checked.opened.extracts[name], column))]
    names = " or ".join(checked.opened.extracts[name].schema.field(column).name for name, column in needed)
    told = "; ".join(reasons) or f"its rows of that time hold no value of {names}"
    raise ExtractError(
        f"outcome {primary.name!r} is primary and is known of nobody in month {primary.month}: {told}; order the column for "
        f"these files, or choose another month ({study.where('outcomes', study.outcomes.index(primary))})"
    )


def build_cohort(engine: Session, study: Study, progress: Callable[[str], None]) -> Cohort:
    """Build the participants' table from the study's extracts.

    Parameters
    ----------
    engine : Session
        The session.
    study : Study
        The study.
    progress : callable
        Called with the key of each step before it.

    Raises
    ------
    StudyError
        If the study file asks for what the registers do not have.
    ExtractError
        If an extract is missing or breaks its schema.
    """
    checked = check_registers(engine, study, progress)
    linked = checked.linked
    if linked is None:
        raise ExtractError(error_text(checked.quality.rows))
    progress("baseline")
    covariates = baseline_covariates(engine, study, linked.people, checked.opened.extracts)
    progress("outcomes")
    primary, clock = study.primary, study.time_zero.clock
    lacking = not_delivered(engine, study, checked.opened.extracts)
    _refuse_lacking(study, lacking)
    masks = build_masks(engine, study, linked.randomised, lacking=lacking, unknown=checked.unknown)
    observed = None
    if primary.month_state in masks[clock].observed and primary.month is not None:
        observed = ~np.isnan(outcome_values(masks[clock], primary, [primary.month])[:, 0])
        _refuse_unknown(study, checked, observed)
    cohort = Cohort(
        people=linked.people,
        baseline=covariates,
        outcomes=pd.DataFrame(index=linked.people.index),
        flow=participant_flow(linked, observed),
        quality=checked.quality,
        masks=masks,
        inputs=checked.opened.inputs,
        fallback=linked.fallback,
        survey=read_survey(engine, study, linked.randomised),
        received=read_receipt(engine, study, linked.randomised, lacking=lacking),
        delivery=read_delivery(engine, study, linked.randomised, lacking=lacking),
        lacking=lacking,
        engine=engine.name,
    )
    # Parquet is read where it lies, again and again until here
    checked.opened.refuse_changed()
    return cohort
