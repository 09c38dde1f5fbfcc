"""The section on the programme received: who received which, and its effect on those who did because of the draw."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from effektutv import i18n
from effektutv.values import Suppressed, Unavailable

from ..model.blocks import Cell, Group, Head, Paragraph, Row, Section, TableBlock
from ..tables.effects import marks, protection, vcov_name
from ..wording.chance import scaled_text
from ..wording.estimands import contrasts_text, intercurrent, sizes_note, summary
from ..wording.notes import sentences, told

if TYPE_CHECKING:
    from effektutv.results.compliance import ComplierEffects, ComplierRow, Receipts

    from ..wording.labels import Context

__all__ = ["compliance_section", "complier_sentence"]


def compliance_section(ctx: Context) -> Section | None:
    """Return the section on the programme received, or None where the study does not say who received what."""
    found = ctx.inputs.value.compliance
    if found is None:
        return None
    texts = tuple(complier_sentence(ctx, row) for row in found.rows)
    blocks = (Paragraph(texts=texts, listed=True), _receipt_table(ctx, found.receipt), _complier_table(ctx, found))
    return Section(key="compliance", title=ctx.words("compliance"), blocks=blocks)


def complier_sentence(ctx: Context, row: ComplierRow) -> str:
    """Return the finding on one programme, or why none is given."""
    w, n = ctx.words, ctx.numbers
    names = {"arm": ctx.labels.arm(row.arm), "control": ctx.labels.arm(row.control)}
    shares = (row.receipt_arm, row.receipt_control)
    if isinstance(row.estimate, Unavailable):
        return w("cace_refused", reason=_reason(ctx, row.estimate.reason), **names)
    if not isinstance(row.estimate, float) or not all(isinstance(s, float) for s in shares):
        return w("cace_hidden", **names)
    values = [n.amount(s, ctx.shares) for s in shares if isinstance(s, float)]
    estimate = scaled_text(ctx, row, ctx.scale(row.outcome))
    return w(
        "cace_sentence", arm_value=values[0], control_value=values[1], estimate=estimate, instead=_instead(ctx, row), **names
    )  # fmt: skip


def _instead(ctx: Context, row: ComplierRow) -> str:
    """Return what a programme was received instead of: what the comparison arm gave, and how many there had its programme."""
    found, control = ctx.inputs.value.compliance, ctx.labels.arm(row.control)
    own = (r.share for r in found.receipt.rows if r.arm == r.programme == row.control) if found is not None else ()
    share = next((s for s in own if isinstance(s, float)), None)
    if share is None:
        return ctx.words("instead_of_what", control=control)
    return ctx.words("instead_of_programme", control=control, share=ctx.numbers.amount(share, ctx.shares))


def _reason(ctx: Context, reason: str) -> str:
    """Return why there is no estimate, in the report's language."""
    return "; ".join(text for _, text in told(reason, ctx.words, ctx.labels))


def _receipt_table(ctx: Context, receipts: Receipts) -> TableBlock:
    """Return programmes down and arms across: persons who received it, and per cent."""
    w, n, rows = ctx.words, ctx.numbers, receipts.rows
    arms = [a for a in ctx.arms if any(r.arm == a for r in rows)]
    found = {(r.programme, r.arm): r for r in rows}
    body = []
    for programme in dict.fromkeys(r.programme for r in rows):
        cells: list[Cell] = []
        for arm in arms:
            row = found.get((programme, arm))
            cells += [n.count(row.received if row else None), n.value(row.share if row else None, ctx.shares)]
        body.append(Row(w("programme_of", arm=ctx.labels.arm(programme)), tuple(cells)))
    sizes = {r.arm: n.count(r.n).text for r in rows}
    heads = [Head(w("programme"), words=True)]
    for _ in arms:
        heads += [Head(w("persons_unit")), Head(w("percent"))]
    values = [v for r in rows for v in (r.received, r.share)]
    return TableBlock(
        key="table-receipts",
        caption=w("receipts_table"),
        spans=(Head(""), *(Head(f"{ctx.labels.arm_short(a)} (n = {sizes[a]})", span=2) for a in arms)),
        heads=tuple(heads),
        groups=(Group(tuple(body)),),
        notes=(w("note_receipts"), *marks(ctx, values), protection(ctx)),
        file="tables/receipts.csv",
    )


def _complier_table(ctx: Context, found: ComplierEffects) -> TableBlock:
    """Return the complier effect of each arm's programme against the comparison arm."""
    w, n, rows, outcome = ctx.words, ctx.numbers, found.rows, found.rows[0].outcome
    scale, when = ctx.scale(outcome), ctx.labels.when(rows[0].month, rows[0].clock)
    dated = " ".join(filter(None, (ctx.labels.outcome(outcome), when)))
    unit = w("points") if scale.share else scale.unit
    level = w("cis", level=n.level(found.conf_level))
    values = [v for r in rows for v in (r.first_stage, r.estimate, r.conf_low, r.ar_low)]
    said = [*found.notes, *(r.note for r in rows)]
    return TableBlock(
        key="table-compliance",
        caption=w("compliance_table", outcome=dated),
        spans=(
            Head(""), Head(w("first_stage"), span=2),
            Head(", ".join(filter(None, (w("complier_effect"), unit))), span=3), Head(""),
        ),
        heads=(
            Head(w("contrast"), words=True), Head(w("points"), f"({w('se')})"),
            Head(w("f_statistic")), Head(w("estimate"), f"({w('se')})"), Head(w("ci_short", level=n.level(found.conf_level))),
            Head(w("anderson_rubin")), Head(w("p")),
        ),
        groups=(Group(tuple(_complier_row(ctx, r) for r in rows)),),
        notes=(
            w(
                "estimand_compliance", outcome=dated, contrasts=contrasts_text(ctx, rows), intercurrent=intercurrent(ctx),
                summary=summary(ctx, outcome),
            ),
            w("note_cace", vcov=vcov_name(ctx, rows[0].vcov), level=level), w("note_cace_assumes"), w("note_family_none"),
            sizes_note(ctx, rows), *sentences(dict.fromkeys(said), w, ctx.labels), *marks(ctx, values), protection(ctx),
        ),
        file="tables/compliance.csv",
    )  # fmt: skip


def _complier_row(ctx: Context, row: ComplierRow) -> Row:
    n, scale = ctx.numbers, ctx.scale(row.outcome)
    effect = n.estimate(row.estimate, row.std_error, scale)
    if isinstance(row.estimate, Unavailable) and not isinstance(row.estimate, Suppressed):
        effect = replace(effect, why=i18n.capital(_reason(ctx, row.estimate.reason)))
    cells = (
        n.estimate(row.first_stage, row.first_stage_error, ctx.shares), n.number(row.f_classical, 1), effect,
        n.interval(row.conf_low, row.conf_high, scale), n.interval(row.ar_low, row.ar_high, scale), n.p(row.p_value),
    )  # fmt: skip
    return Row(ctx.labels.contrast(row.arm, row.control), cells)
