"""The figures of the questions beyond the mean difference: time to first work, power, estimators side by side."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from . import tables_further
from .figure_blocks import figure_block, figure_notes, subtitle

if TYPE_CHECKING:
    from effektutv.results import Count
    from effektutv.results.further import TimeToEvent

    from .blocks import FigureBlock, TableBlock
    from .labels import Context

__all__ = ["survival_figure"]


def survival_figure(ctx: Context, times: TimeToEvent, table: TableBlock) -> FigureBlock:
    """Return the share who have started work, by month and arm.

    Parameters
    ----------
    ctx : Context
    times : TimeToEvent
    table : TableBlock
        The risk table.
    """
    from effektutv.plots import survival

    w, first = ctx.words, times.risk[0]
    title = w("survival_figure", zero=w(f"zero_{first.clock or 'randomisation'}"))
    labels = {first.outcome: ctx.labels.outcome(first.outcome)} if first.outcome else {}
    labels |= {"randomisation": w("zero_randomisation"), "start": w("zero_start")}
    sizes: dict[str, Count] = {r.arm: r.n for r in times.risk}
    notes = [w("note_not_protected")] if first.clock == "start" else []
    return figure_block(
        ctx, "_".join(filter(None, ("time_to_work", first.clock))), title, (survival.survival, survival.alt_text),
        times.risk_table(), tables_further.risk_rows([times]), replace(table, key="data-time"), labels=labels,
        arms=ctx.study.arm_labels(w.lang), notes=figure_notes(ctx, *notes), subtitle=subtitle(ctx, "subtitle_time", sizes),
    )  # fmt: skip
