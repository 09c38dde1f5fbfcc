"""How effects are estimated, and what protects small cells."""

from __future__ import annotations

from typing import TYPE_CHECKING

from effektutv import i18n

from ..model.blocks import Cell, Group, Head, Paragraph, Row, Section, TableBlock
from ..tables.effects import estimator_name, variance_name
from ..wording.study_facts import delay_within, knows_events
from .adjusted import adjusted_covariates
from .second_estimation import sentences

if TYPE_CHECKING:
    from ..model.document import Facts
    from ..wording.labels import Context

__all__ = ["method_section"]


def method_section(ctx: Context, facts: Facts) -> Section:
    """Return the section on method: the estimand in five attributes, and the rules."""
    terms, texts = [], []
    for term in ("clock", "work", "estimator", "subgroups", "balance", "uncertainty", "protection"):
        if text := _rule_text(ctx, term):
            terms.append(ctx.words(f"term_{term}"))
            texts.append(text)
    if facts.cross_check is not None:
        terms.append(ctx.words("term_cross_check"))
        texts.append(sentences(facts.cross_check, ctx.words))
    for note in ctx.inputs.value.notes:
        terms.append(ctx.words("note").capitalize())
        texts.append(note)
    rules = Paragraph(texts=tuple(texts), terms=tuple(terms))
    return Section(key="method", title=ctx.words("method"), blocks=(_estimand_table(ctx), rules))


def _rule_text(ctx: Context, term: str) -> str:
    """Return one rule of the method, or the empty string where the study has no use for it."""
    w, value = ctx.words, ctx.inputs.value
    registers = bool(ctx.study.registers)
    if (term in ("clock", "work") and not registers) or (term == "subgroups" and not ctx.study.subgroups):
        return ""
    if term == "balance" and value.balance is None:
        return ""
    if term == "protection":
        policy = ctx.inputs.policy
        if policy.releases_all:
            return w("text_protection_public")
        n = i18n.count(len(ctx.inputs.decisions), w.lang)
        whose = "cleared" if policy.cleared else "ours" if policy.owner == "effektutv" else "uncleared"
        owner = w(f"text_profile_{whose}", policy=policy.name, owner=policy.owner)
        also = [w(f"text_protection_{k}") for k in ("zeros", "full") if getattr(policy, f"{k}_small")]
        log = w("text_log_silent" if ctx.inputs.silent else "text_log", n=n)
        return " ".join([w("text_protection", log=log, most=str(policy.threshold - 1)), *also, owner])
    if term == "uncertainty":
        return w("text_uncertainty", level=w("cis", level=ctx.numbers.level(ctx.coverage)))
    if term == "estimator":
        row = next((r for r in ctx.rows if not r.subgroup), None)
        if row is None:
            return ""
        # without strata one regression of all arms mixes nothing
        key = "text_estimator" if len(ctx.arms) > 2 and ctx.study.design.strata else "text_estimator_plain"
        said = w(key, estimator=i18n.capital(estimator_name(ctx, row)), vcov=variance_name(ctx, row))
        if value.adjusted is None:
            return said
        return f"{said} {w('text_adjusted', covariates=adjusted_covariates(ctx))}"
    return w(f"text_{term}", within=delay_within(ctx))


def _intercurrent(ctx: Context) -> str:
    """Return what is done about events after randomisation: of deaths and moves only what their register allows."""
    primary = ctx.study.primary
    if not ctx.study.registers or not primary.dated:
        return ctx.words("intercurrent_text_plain")
    key = "events_work" if (primary.month_state or "").startswith("work") else "events_state"
    return ctx.words("intercurrent_text", events=ctx.words(key if knows_events(ctx) else "events_unknown"))


def _estimand_table(ctx: Context) -> TableBlock:
    w, study = ctx.words, ctx.study
    registers = bool(study.registers)
    primary = study.primary
    arms = i18n.join([ctx.labels.arm_full(a) for a in ctx.arms], w.lang, "or")
    outcome = ctx.labels.outcome(primary.name)
    when = ctx.labels.when(primary.month, study.time_zero.clock) if registers else ""
    attributes = {
        "population": i18n.capital(w("population_registers" if registers else "population_table")) + ".",
        "treatment": w("treatment_text", arms=arms),
        "outcome": w("outcome_text", outcome=outcome, when=when) if when else w("outcome_text_plain", outcome=outcome),
        "intercurrent": _intercurrent(ctx),
        "summary": w("summary_share" if ctx.scale(primary.name).share else "summary_mean"),
    }
    rows = tuple(Row(w(f"estimand_{key}"), (Cell(text, words=True),)) for key, text in attributes.items())
    return TableBlock(
        key="table-estimand",
        caption=w("estimand_table"),
        heads=(Head(w("attribute"), words=True), Head(w("estimand_meaning"), words=True)),
        groups=(Group(rows),),
    )
