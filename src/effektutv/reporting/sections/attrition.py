"""The main result between bounds, where what the dead and the emigrated would have done counts as unknown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from effektutv import i18n
from effektutv.values import Suppressed

from ..model.blocks import Group, Head, Paragraph, Row, TableBlock
from ..tables.effects import marks, protection
from ..wording.chance import bounds_text
from ..wording.estimands import contrasts_text, population

if TYPE_CHECKING:
    from effektutv.results.bounds import BoundRow, Bounds

    from ..model.blocks import Block, Cell
    from ..wording.labels import Context

__all__ = ["attrition_blocks"]


def attrition_blocks(ctx: Context) -> list[Block]:
    """Return a sentence on the dead and the emigrated, and the bounds as a table where there are any."""
    found = ctx.inputs.value.attrition
    rows = [r for bounds in found for r in bounds.rows]
    if not rows:
        return []
    month = _month(ctx, rows[0])
    if all((r.observed_arm, r.observed_control) == (r.n_arm, r.n_control) for r in rows):
        return [
            Paragraph(texts=(ctx.words("attrition_nobody" if _of_work(ctx) else "attrition_nobody_dead", month=month),))
        ]
    opening = ctx.words("attrition_opening", month=month, who=_who(ctx))
    if not any(isinstance(r.lower, float) for r in rows):
        return [Paragraph(texts=(f"{opening} {ctx.words('attrition_hidden')}",))]
    return [Paragraph(texts=(" ".join([opening, *_sentences(ctx, rows)]),)), _table(ctx, found)]


def _of_work(ctx: Context) -> bool:
    """Return whether the outcome is of work, so that the emigrated are unknown too."""
    return (ctx.study.primary.month_state or "").startswith("work")


def _who(ctx: Context) -> str:
    return ctx.words("attrition_dead_and_away" if _of_work(ctx) else "attrition_dead")


def _sentences(ctx: Context, rows: list[BoundRow]) -> list[str]:
    """Return what the bounds of the main contrast say, or that they are not shown."""
    pair = (ctx.study.arm_codes[1], ctx.study.control)
    mine = {r.method: r for r in rows if (r.arm, r.control) == pair}
    spans = [_span(ctx, mine.get(method)) for method in ("lee", "worst case")]
    if not all(spans):
        return [ctx.words("attrition_main_hidden")]
    named = {"arm": ctx.labels.arm(pair[0]), "control": ctx.labels.arm(pair[1])}
    return [ctx.words("attrition_sentence", lee=spans[0], worst=spans[1], **named)]


def _span(ctx: Context, row: BoundRow | None) -> str:
    return bounds_text(ctx, row, ctx.scale(ctx.study.primary.name))


def _table(ctx: Context, found: tuple[Bounds, ...]) -> TableBlock:
    """Return a contrast a row: who is there in both arms, Lee's bounds and the worst case, each with its interval."""
    w, n, primary = ctx.words, ctx.numbers, ctx.study.primary.name
    scale = ctx.scale(primary)
    rows = [r for bounds in found for r in bounds.rows]
    by_method = {(r.method, r.arm, r.control): r for r in rows}
    body = []
    for arm, control in dict.fromkeys((r.arm, r.control) for r in rows):
        lee, worst = by_method["lee", arm, control], by_method["worst case", arm, control]
        cells: list[Cell] = [n.counts(lee.observed_arm, lee.observed_control)]
        for row in (lee, worst):
            cells += [n.ends(row.lower, row.upper, scale), n.interval(row.conf_low, row.conf_high, scale)]
        body.append(Row(ctx.labels.contrast(arm, control), tuple(cells)))
    unit = w("points") if scale.share else scale.unit
    ci = w("ci_short", level=n.level(found[0].conf_level))
    first = rows[0]
    strata = w("bounds_over_strata") if ctx.study.design.strata else ""
    values = [v for r in rows for v in (r.lower, r.conf_low, r.observed_arm, r.observed_control)]
    return TableBlock(
        key="table-attrition",
        caption=w("attrition_table", who=_who(ctx), outcome=ctx.labels.outcome(primary), month=_month(ctx, first)),
        spans=(
            Head(""), Head(w("attrition_there")),
            Head(", ".join(filter(None, (w("survey_lee"), unit))), span=2),
            Head(", ".join(filter(None, (w("survey_worst"), unit))), span=2),
        ),
        heads=(
            Head(w("contrast"), words=True), Head(f"{w('in_arm')} / {w('in_control')}"),
            *(Head(text) for _ in found for text in (w("attrition_bounds"), ci)),
        ),
        groups=(Group(tuple(body)),),
        notes=(
            w(
                "estimand_attrition", outcome=f"{ctx.labels.outcome(primary)}, {ctx.labels.when(first.month, first.clock)}",
                contrasts=contrasts_text(ctx, rows), population=population(ctx), who=_who(ctx),
            ),
            w("note_attrition", level=w("cis", level=n.level(found[0].conf_level)), strata=strata),
            *marks(ctx, values), *([w("note_attrition_hidden")] if any(isinstance(v, Suppressed) for v in values) else []),
            protection(ctx),
        ),
        file="tables/attrition.csv",
    )  # fmt: skip


def _month(ctx: Context, row: BoundRow) -> str:
    return i18n.count(row.month, ctx.words.lang)
