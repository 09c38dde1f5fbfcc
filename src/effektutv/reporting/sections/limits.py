"""The section on limits: what the results do not say, from what the run found, in plain words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from effektutv import i18n
from effektutv.study import registers_lacking

from ..model.blocks import Paragraph, Section
from ..wording.chance import scaled_text
from ..wording.study_facts import benefit_words, followed, has_consultant, knows_events
from .power import detectable

if TYPE_CHECKING:
    from collections.abc import Callable

    from effektutv.study import Outcome, Study

    from ..wording.labels import Context

__all__ = ["limits_section", "unavailable_outcomes", "with_registers"]


def limits_section(ctx: Context) -> Section:
    """Return the section on limits: each as a term and what was found of it; what does not concern the study falls away."""
    found = [(_term(ctx, key), text(ctx)) for key, text in _LIMITS.items()]
    kept = [(term, text) for term, text in found if text]
    points = Paragraph(texts=tuple(text for _, text in kept), terms=tuple(term for term, _ in kept))
    opening = Paragraph(texts=(ctx.words("limits_opening"),))
    return Section(key="limits", title=ctx.words("limits"), blocks=(opening, points))


def _term(ctx: Context, key: str) -> str:
    """Return a limit's name, in the study's own words where it declares them."""
    if key == "turned_age":
        return ctx.words("term_turned_age", age=benefit_words(ctx).get("age", ""))
    return ctx.words("term_providers_officers" if key == "providers" and has_consultant(ctx) else f"term_{key}")


def _of_arms(ctx: Context, values: dict[str, object]) -> str:
    """Return shares by arm in a sentence; the empty string where one may not be shown."""
    shown = {a: v for a, v in values.items() if isinstance(v, float)}
    if not shown or len(shown) < len(values):
        return ""
    told = [
        ctx.words("value_of_arm", value=ctx.numbers.amount(v, ctx.shares), arm=ctx.labels.arm(a))
        for a, v in shown.items()
    ]
    return i18n.join(told, ctx.words.lang)


def _contrast(ctx: Context) -> str:
    return ctx.words("limit_contrast")


def _consent(ctx: Context) -> str:
    flow = ctx.inputs.value.flow
    stages = {s.name: s.n for s in flow.rows} if flow is not None else {}
    asked, drawn = stages.get("asked"), stages.get("randomised")
    if isinstance(asked, int) and isinstance(drawn, int) and asked > drawn:
        lang = ctx.words.lang
        return ctx.words(
            "limit_consent", declined=i18n.count(asked - drawn, lang), asked=i18n.count(asked, lang)
        )  # fmt: skip
    return ctx.words("limit_consent_plain")


def _size(ctx: Context) -> str:
    found = detectable(ctx)
    return ctx.words("limit_size", **found) if found else ""


def _providers(ctx: Context) -> str:
    if not ctx.study.registers:
        return ""
    main = ctx.everyone(ctx.study.primary.name, ctx.clocks[0]) if ctx.clocks else []
    robust = [r for e in ctx.inputs.value.robustness for r in e.rows if not r.subgroup]
    plain = next((r for r in robust if r.estimator == "fe" and r.vcov != "CR2"), main[0] if main else None)
    same = (plain.arm, plain.control) if plain is not None else None
    clustered = next((r for r in robust if r.vcov == "CR2" and (r.arm, r.control) == same), None)
    # officers are the employment service's, who work beside its consultants
    officers = has_consultant(ctx)
    provider = ctx.words("provider_officer" if officers else "provider")
    if clustered is None or plain is None:
        return ctx.words("limit_providers", provider=provider)
    errors = (clustered.std_error, plain.std_error)
    if not all(isinstance(e, float) for e in errors):
        return ctx.words("limit_providers", provider=provider)
    scale = ctx.scale(plain.outcome)
    told = [ctx.numbers.gap(e, scale) for e in errors if isinstance(e, float)]
    contrast = ctx.labels.contrast(plain.arm, plain.control)
    said = ctx.words(
        "limit_providers_clustered", clustered=told[0], plain=told[1], contrast=contrast, provider=provider
    )
    return f"{said} {ctx.words('limit_officers_unknown')}" if officers else said


def _capacity(ctx: Context) -> str:
    return ctx.words("limit_capacity") if has_consultant(ctx) else ""


def _displacement(ctx: Context) -> str:
    return ctx.words("limit_displacement") if ctx.study.primary.state == "work" else ""


def _ascertainment(ctx: Context) -> str:
    counts = next((c for c in ctx.inputs.value.sources if c.rows), None)
    if counts is None:
        return ""
    shares = {r.arm: r.share for r in counts.rows if r.category == "af_only"}
    told = _of_arms(ctx, dict(shares))
    key = "limit_ascertainment" if told else "limit_ascertainment_hidden"
    out = ctx.words(key, followed=followed(ctx), **({"shares": told} if told else {}))
    robust = (r for e in ctx.inputs.value.robustness for r in e.rows if r.outcome.startswith("statements:"))
    row = next((r for r in robust if not r.subgroup), None)
    estimate = scaled_text(ctx, row, ctx.shares) if row is not None else ""
    if row is None or not estimate:
        return out
    contrast = ctx.labels.contrast(row.arm, row.control)
    return f"{out} {ctx.words('limit_statements', contrast=contrast, estimate=estimate)}"


def _crossing(ctx: Context) -> str:
    compliance = ctx.inputs.value.compliance
    told = [
        ctx.words(
            "crossing_of", share=ctx.numbers.amount(row.share, ctx.shares), arm=ctx.labels.arm_short(row.arm),
            programme=ctx.labels.arm_short(row.programme),
        )
        for row in (compliance.receipt.rows if compliance is not None else ())
        if row.arm != row.programme and isinstance(row.share, float) and row.share > 0
    ]  # fmt: skip
    return ctx.words("limit_crossing", shares=i18n.join(told, ctx.words.lang)) if told else ""


def _start_clock(ctx: Context) -> str:
    starts, told = ctx.inputs.value.starts, []
    for row in starts.rows if starts is not None else ():
        if not isinstance(row.share, float):
            continue
        values = {"share": ctx.numbers.amount(row.share, ctx.shares), "arm": ctx.labels.arm(row.arm)}
        if isinstance(row.median_delay, float):
            told.append(ctx.words("start_of", days=i18n.number(row.median_delay, 0, ctx.words.lang), **values))
        else:
            told.append(ctx.words("start_of_short", **values))
    return ctx.words("limit_start_clock", starts=i18n.join(told, ctx.words.lang)) if told else ""


def _follow_up(ctx: Context) -> str:
    flow, lang = ctx.inputs.value.flow, ctx.words.lang
    stages = {s.name: s.n for s in flow.rows} if flow is not None else {}
    drawn, analysed = stages.get("randomised"), stages.get("analysed")
    out = []
    if isinstance(drawn, int) and isinstance(analysed, int):
        if drawn == analysed and ctx.study.registers:
            key = "limit_follow_up_all" if knows_events(ctx) else "limit_follow_up_registers"
            out.append(ctx.words(key, horizon=i18n.count(ctx.study.study.horizon, lang)))
        elif drawn > analysed:
            counts = {"analysed": i18n.count(analysed, lang), "randomised": i18n.count(drawn, lang)}
            out.append(ctx.words("limit_follow_up", **counts))
    if ctx.study.registers and not knows_events(ctx):
        out.append(ctx.words("limit_events_unknown"))
    end = ctx.study.time_zero.interventions_end
    if end is not None:
        out.append(ctx.words("limit_ended", date=i18n.date_text(end, lang)))
    return " ".join(out)


def _missing_surveys(ctx: Context) -> str:
    told = []
    for survey in ctx.inputs.value.surveys:
        shares: dict[str, object] = {}
        for row in survey.response.rows:
            if not row.subgroup:
                shares[row.control], shares[row.arm] = row.share_control, row.share_arm
        arms = _of_arms(ctx, {a: shares[a] for a in ctx.arms if a in shares})
        if arms:
            told.append(ctx.words("survey_share_of", outcome=ctx.labels.outcome(survey.outcome), arms=arms))
    return ctx.words("limit_missing_surveys", shares="; ".join(told)) if told else ""


def _turned_age(ctx: Context) -> str:
    found = ctx.inputs.value.turned_thirty
    shares = _of_arms(ctx, {r.arm: r.share for r in found.rows}) if found is not None else ""
    if not shares or found is None or found.rows[0].month is None:
        return ""
    words = benefit_words(ctx)
    words["benefit"] = i18n.capital(words["benefit"])
    month = i18n.count(found.rows[0].month, ctx.words.lang)
    return ctx.words("limit_turned_age", shares=shares, month=month, **words)


def _small_cells(ctx: Context) -> str:
    n = len(ctx.inputs.decisions)
    return ctx.words("limit_small_cells", n=i18n.count(n, ctx.words.lang)) if n else ""


def with_registers(study: Study, outcome: Outcome, label: str, either: str) -> str:
    """Return an outcome's label, and the registers that it lacks: one of each group is enough.

    Parameters
    ----------
    study : Study
    outcome : Outcome
    label : str
        In the report's language.
    either : str
        The word between registers of which one is enough.
    """
    needs = [f" {either} ".join(group) for group in registers_lacking(study, outcome)]
    return f"{label} ({', '.join(needs)})" if needs else label


def unavailable_outcomes(ctx: Context) -> str:
    """Return which declared outcomes have no result for want of a register; the empty string if none."""
    known = {r.outcome for r in ctx.rows} | {s.outcome for s in ctx.inputs.value.surveys}
    lacking = [
        with_registers(ctx.study, o, ctx.labels.outcome(o.name), ctx.words("or"))
        for o in ctx.study.outcomes
        if o.name not in known
    ]
    return ctx.words("limit_unavailable", outcomes=i18n.join(lacking, ctx.words.lang)) if lacking else ""


def _exploratory(ctx: Context) -> str:
    return ctx.words("limit_exploratory") if len(ctx.rows) > 1 else ""


_LIMITS: dict[str, Callable[[Context], str]] = {
    "contrast": _contrast,
    "consent": _consent,
    "size": _size,
    "ascertainment": _ascertainment,
    "providers": _providers,
    "capacity": _capacity,
    "displacement": _displacement,
    "crossing": _crossing,
    "start_clock": _start_clock,
    "follow_up": _follow_up,
    "missing_surveys": _missing_surveys,
    "turned_age": _turned_age,
    "small_cells": _small_cells,
    "unavailable": unavailable_outcomes,
    "exploratory": _exploratory,
}
