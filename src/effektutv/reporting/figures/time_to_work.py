"""The figure of the cumulative incidence of work."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ..tables.time_to_work import risk_rows
from ..wording.notes import sentences, told
from .figure_block import figure_block, figure_notes, subtitle

if TYPE_CHECKING:
    from effektutv.results.time_to_event import TimeToEvent
    from effektutv.values import Count

    from ..model.blocks import FigureBlock, TableBlock
    from ..wording.labels import Context

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
    from effektutv.plots import cumulative_incidence

    w, first = ctx.words, times.risk[0]
    title = w("survival_figure", zero=w(f"zero_{first.clock or 'randomisation'}"))
    labels = {first.outcome: ctx.labels.outcome(first.outcome)} if first.outcome else {}
    labels |= {"randomisation": w("zero_randomisation"), "start": w("zero_start")}
    sizes: dict[str, Count] = {r.arm: r.n for r in times.risk}
    notes = [w("note_not_protected")] if first.clock == "start" else []
    # numbers at risk that were rounded are marked as that where they stand
    rounded = [n for n in times.notes if any(key == "told_at_risk" for key, _ in told(n, w, ctx.labels))]
    notes += sentences(rounded, w, ctx.labels)
    started = any(key == "told_started" for n in times.notes for key, _ in told(n, w, ctx.labels))
    about = "subtitle_time_all" if started else "subtitle_time"
    return figure_block(
        ctx, "_".join(filter(None, ("time_to_work", first.clock))), title, (cumulative_incidence.survival,
        cumulative_incidence.alt_text),
        times.risk_table(), risk_rows([times]), replace(table, key="data-time"), labels=labels,
        arms=ctx.study.arm_labels(w.lang), notes=figure_notes(ctx, *notes), subtitle=subtitle(ctx, about, sizes),
    )  # fmt: skip
