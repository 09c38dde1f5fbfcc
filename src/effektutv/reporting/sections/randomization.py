"""The main contrast’s statistic, drawn again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from effektutv import i18n

from ..figures.figure_block import figure_block, figure_notes
from ..model.blocks import Group, Head, Row, TableBlock
from ..tables.effects import marks, protection
from ..tables.received import distribution_rows

if TYPE_CHECKING:
    from ..model.blocks import Block
    from ..wording.labels import Context

__all__ = ["randomization_block"]


def randomization_block(ctx: Context) -> list[Block]:
    """Return the main contrast's redrawn statistic as a figure with its table; nothing where it may not be shown."""
    from effektutv.plots import randomization as plot

    test, w = ctx.inputs.value.randomization, ctx.words
    if test is None or not any(d.kind != "observed" for d in test.distribution):
        return []
    row = test.rows[0]
    contrast, decimals = ctx.labels.contrast(row.arm, row.control), 2
    rows = []
    for d in test.distribution:
        ends = [i18n.number(x, decimals, w.lang) for x in (d.low, d.high)]
        head = w("draws_observed") if d.kind == "observed" else w("draws_from_to", low=ends[0], high=ends[1])
        share = ctx.numbers.number(d.low, decimals) if d.kind == "observed" else ctx.numbers.value(d.share, ctx.shares)
        rows.append(Row(head, (share,)))
    draws = i18n.count(row.draws, w.lang)
    within = w("draws_within_strata") if ctx.study.design.strata else ""
    table = TableBlock(
        key="data-randomization",
        caption=w("randomization_table", draws=draws, outcome=_month_of(ctx, row.outcome, row.month)),
        heads=(Head(w("draws_statistic"), words=True), Head(w("draws_share"), w("percent"))),
        groups=(Group(tuple(r for r in rows)),),
        notes=(w("note_draws", draws=draws, within=within), *marks(ctx, [row.p_randomization]), protection(ctx)),
        file="tables/randomization.csv",
    )
    data = test.distribution_table()
    return [
        figure_block(
            ctx, "randomization", w("randomization_figure", contrast=contrast), (plot.randomization, plot.alt_text), data,
            distribution_rows(test.distribution), table, told=("alternative",),
            labels={row.outcome: ctx.labels.outcome(row.outcome)}, arms=ctx.study.arm_labels(w.lang),
            alternative=row.alternative, notes=figure_notes(ctx),
            subtitle=w("subtitle_draws", outcome=_month_of(ctx, row.outcome, row.month), draws=draws),
        )
    ]  # fmt: skip


def _month_of(ctx: Context, outcome: str, month: int | None) -> str:
    label = ctx.labels.outcome(outcome)
    return label if month is None else f"{label}, {ctx.words('month').lower()} {month}"
