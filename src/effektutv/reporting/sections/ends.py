"""The last sections: data quality, method, and what the report was made of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from effektutv import i18n
from effektutv.results.data_quality import FILE, Severity

from ..model.blocks import Cell, Group, Head, Paragraph, Row, Section, TableBlock
from ..tables.effects import estimator_name, variance_name
from ..wording.notes import rule_in_language
from ..wording.plan_lock import plan_lines
from ..wording.study_facts import delay_within, knows_events
from .adjusted import adjusted_covariates
from .second_estimation import sentences

if TYPE_CHECKING:
    from effektutv.results.data_quality import DataQuality

    from ..model.blocks import Block
    from ..model.document import Facts
    from ..wording.labels import Context

__all__ = ["about_section", "method_section", "quality_section"]


def quality_section(ctx: Context) -> Section | None:
    """Return the section on data quality, or None where nothing was checked."""
    quality = ctx.inputs.value.quality
    if quality is None:
        return None
    blocks: list[Block] = [_read_table(ctx, quality)]
    if quality.rows:
        blocks.append(_findings_table(ctx, quality))
    else:
        blocks.append(Paragraph(texts=(ctx.words("quality_clean"),)))
    return Section(key="quality", title=ctx.words("quality"), blocks=tuple(blocks))


def _read_table(ctx: Context, quality: DataQuality) -> TableBlock:
    rows = tuple(Row(name, (ctx.numbers.count(n),)) for name, n in quality.read.items())
    return TableBlock(
        key="table-read",
        caption=ctx.words("read_table"),
        heads=(Head(ctx.words("extract"), words=True), Head(ctx.words("rows"))),
        groups=(Group(rows),),
        file="tables/data_quality.csv",
    )


def _findings_table(ctx: Context, quality: DataQuality) -> TableBlock:
    """Findings by extract, the worst first."""
    w = ctx.words
    order = list(Severity)
    by_extract: dict[str, list[Row]] = {}
    for finding in sorted(quality.rows, key=lambda f: order.index(f.severity)):
        few = finding.failing_text.startswith("fewer")
        failing = Cell(w("fewer_than_5")) if few else ctx.numbers.count(finding.rows_failing)
        cells = (
            Cell(rule_in_language(finding.rule, w), words=True),
            Cell(w(str(finding.severity)), words=True),
            ctx.numbers.count(finding.rows_checked),
            failing,
        )
        column = w("whole_file") if finding.column == FILE else finding.column
        by_extract.setdefault(finding.extract, []).append(Row(column, cells))
    return TableBlock(
        key="table-quality",
        caption=w("quality_table"),
        heads=(
            Head(w("column"), words=True),
            Head(w("rule"), words=True),
            Head(w("severity"), words=True),
            Head(w("rows_checked")),
            Head(w("rows_failing")),
        ),
        groups=tuple(Group(tuple(rows), title) for title, rows in by_extract.items()),
        file="tables/data_quality.csv",
    )


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


def about_section(ctx: Context, facts: Facts) -> Section:
    """Return the section on what the report was made of: study, seed, plan and versions."""
    w = ctx.words
    source = ctx.study.study.source
    opening = [w("about_text", seed=str(facts.seed), study=ctx.study.study.name)]
    if source is not None:
        opening.append(f"{w('source')}: {source.in_language(w.lang)}.")
    opening += plan_lines(facts.plan, w)
    versions = {"effektutv": facts.version, **facts.versions, w("engine"): facts.engine}
    names = (Head(w("name"), words=True), Head(w("value"), words=True))
    blocks: list[Block] = [Paragraph(texts=tuple(opening))]
    # the inputs' checksums stand in the manifest alone: the report does not change with the order of rows in a file
    rows = tuple(Row(name, (Cell(text, words=True),)) for name, text in versions.items())
    blocks.append(
        TableBlock(key="table-versions", caption=w("versions_table"), heads=names, groups=(Group(rows),), file="")
    )
    return Section(key="about", title=w("about"), blocks=tuple(blocks))
