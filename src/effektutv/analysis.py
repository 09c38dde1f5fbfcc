"""Everything that the report shows, estimated: the questions to a trial, in the report's order."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from .results.ratios import RATIOS

if TYPE_CHECKING:
    from .disclosure.protected import ReportInputs
    from .results.effect_rows import EffectRow
    from .results.effects import Effects
    from .results.profiles import Profile
    from .results.randomization import RandomizationTest
    from .results.ratios import Ratios
    from .runtime.worker_process import Beside
    from .study import Outcome
    from .study.plan_status import PlanLock
    from .trial.trial import Trial

__all__ = ["analyse"]

#: Draws of the assignment behind the balance test's second p-value: its Monte Carlo error is at most 0.016.
_BALANCE_DRAWS = 1000
#: Of the drawn statistic in the report: more, and the steps of a 0/1 outcome show as a comb.
_BINS = 25


def analyse(
    trial: Trial,
    *,
    progress: Callable[[str], None] | None = None,
    plan: PlanLock | None = None,
    beside: Beside | None = None,
) -> ReportInputs:
    """Estimate everything that the report shows.

    Parameters
    ----------
    trial : Trial
        The trial.
    progress : callable, optional
        Called with the key of each step as it begins.
    plan : PlanLock, optional
        Whether the study's plan is the locked one: how credible an effect by subgroup is depends on it, no number does.
    beside : Beside, optional
        A second process that estimates month by month meanwhile; the results are the same.

    Returns
    -------
    ReportInputs
        Results that have not passed disclosure control: do not show them.
    """
    from .disclosure.protected import ReportInputs

    began = progress or _silent
    study = trial.study
    # a survey item is known of those who answered only: it is a question of its own
    outcomes = [o for o in study.outcomes if trial.has(o.name) and o.item is None]
    groups: list[str | tuple[str, ...]] = [s.by[0] if len(s.by) == 1 else s.by for s in study.subgroups]
    # the study's clock first: it is the main one
    clocks: list[str | None] = [*trial.clocks] or [None]
    by_month: Callable[[], tuple[Profile, ...]] = partial(
        _by_month, trial, clocks, [o.name for o in outcomes if o.binary]
    )
    if beside is not None and trial.from_registers:
        by_month = beside.ahead(by_month)
    began("effects")
    locked = plan is not None and plan.before_outcomes
    effects = [
        trial.itt(o.name, clock=clock, by=asked or None, protocol=locked and bool(asked))
        for clock in clocks
        for o in outcomes
        for asked in [groups if o.name == study.primary.name else []]
    ]
    began("tests")
    redrawn = _redrawn(trial, outcomes)
    effects = [_tested(trial, e, redrawn) for e in effects]
    # what a column that was not delivered keeps from being known stands in its place, with the reason
    effects += [trial.itt(o.name, clock=clock) for clock in clocks for o in study.outcomes if trial.lacks(o.name)]
    robustness = _robustness(trial)
    began("balance")
    balance = trial.balance(draws=_BALANCE_DRAWS) if study.covariates else None
    inputs = ReportInputs(
        study=study, effects=tuple(effects), flow=trial.flow(), balance=balance, quality=trial.quality,
        robustness=tuple(robustness), randomization=_main_test(trial, redrawn),
        ratios=tuple(_ratios(trial, o) for o in outcomes if o.binary),
        adjusted=trial.adjusted() if study.design.covariates else None,
    )  # fmt: skip
    if trial.from_registers:
        began("months")
        works = any(o.state == "work" for o in outcomes)
        inputs = replace(
            inputs,
            kinds=tuple(trial.kinds(clock=c) for c in clocks) if works else (),
            sources=tuple(trial.sources(clock=c) for c in clocks) if works else (),
            starts=trial.starts(),
            times=tuple(trial.time_to_work(clock=c) for c in clocks) if works else (),
        )
    began("further")
    inputs = _further(trial, inputs)
    if not trial.from_registers:
        return inputs
    inputs = _from_registers(trial, inputs)
    began("profiles")
    return replace(inputs, profiles=by_month())


def _by_month(trial: Trial, clocks: Sequence[str | None], outcomes: Sequence[str]) -> tuple[Profile, ...]:
    """Return each outcome's shares and effects by month, on each clock."""
    return tuple(trial.profile(name, clock=clock, bands="both") for clock in clocks for name in outcomes)


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


def _ratios(trial: Trial, outcome: Outcome) -> Ratios:
    """Return an outcome's ratios on the study's clock, without the plain difference that the effects hold already."""
    found = trial.ratios(outcome.name)
    return replace(found, rows=tuple(r for r in found.rows if r.measure in RATIOS))


def _pooled(trial: Trial) -> bool:
    """Return whether one regression of all arms would mix their effects."""
    return bool(trial.study.design.strata) and len(trial.study.arm_codes) > 2


def _further(trial: Trial, inputs: ReportInputs) -> ReportInputs:
    """Add what the study declares beyond the mean difference: survey items, receipt of programmes, a plan."""
    study = trial.study
    received = trial.from_registers and trial.knows_receipt
    # a plan of another outcome says nothing of the primary one
    plan = study.plan
    planned = plan is not None and plan.outcome in (None, study.primary.name)
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
    aged = study.benefit is not None and any(c.measure == "age" for c in study.covariates)
    benefit = any(o.state == "benefit" and trial.has(o.name) for o in study.outcomes)
    return replace(
        inputs,
        received=trial.received(),
        attrition=trial.attrition_bounds() if trial.knows_events and study.primary.dated else (),
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
    from .api.adjust import adjust

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
    planned = {s.name for s in study.subgroups if s.prespecified}

    def other_contrast(row: EffectRow) -> bool:
        return not row.subgroup and (row.arm, row.control) != (main, control)

    def planned_interaction(row: EffectRow) -> bool:
        return row.kind.compares and row.subgroup in planned and (row.arm, row.control) == (main, control)

    def other_interaction(row: EffectRow) -> bool:
        return row.kind.compares and not planned_interaction(row)

    families = {
        "other_contrasts_holm": other_contrast,
        "planned_interactions_holm": planned_interaction,
        "exploratory_interactions_holm": other_interaction,
    }
    for name, member in families.items():
        if any(member(r) and isinstance(r.p_value, float) for r in effects.rows):
            effects = adjust(effects, method="holm", rows=member, family=name)
    return effects


def _silent(step: str) -> None:
    """Show nothing."""
