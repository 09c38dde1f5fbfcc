"""The figure of effects by month."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ..tables import csv_tables
from .figure_block import difference_subtitle, figure_block, figure_notes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from effektutv.results.effect_rows import EffectRow
    from effektutv.results.profiles import Profile

    from ..model.blocks import FigureBlock, TableBlock
    from ..wording.labels import Context

__all__ = ["effects_figure"]


def effects_figure(ctx: Context, profile: Profile, rows: Sequence[EffectRow], table: TableBlock) -> FigureBlock:
    """Return one outcome's effects by month, with pointwise and simultaneous bands.

    Parameters
    ----------
    ctx : Context
    profile : Profile
    rows : sequence of EffectRow
        Of one outcome and clock.
    table : TableBlock
    """
    from effektutv.plots import effects_by_month as plot

    w, outcome, clock = ctx.words, rows[0].outcome, rows[0].clock
    scale = ctx.scale(outcome)
    declared = next((o for o in ctx.study.outcomes if o.name == outcome), None)
    months = {r.month for r in rows}
    mark = declared.month if declared is not None and declared.month in months else None
    sizes = {r.control: r.n_control for r in rows[::-1]} | {r.arm: r.n_arm for r in rows[::-1]}
    columns, values = csv_tables.effect_rows(rows)
    return figure_block(
        ctx, "_".join(filter(None, ("effects", outcome, clock))), table.caption, (plot.effects_by_month, plot.alt_text),
        replace(profile.effects, rows=tuple(rows)).tidy(), (columns, values), table,
        told=("bands", "outcome", "clock", "mark_month", "scale", "unit_label"), bands=profile.bands.tidy(),
        labels={outcome: ctx.labels.outcome(outcome)}, arms=ctx.study.arm_labels(w.lang), outcome=outcome,
        clock=clock or None, mark_month=mark, scale=scale.name, unit_label=scale.unit or None, notes=figure_notes(ctx),
        subtitle=difference_subtitle(ctx, scale, sizes),
    )  # fmt: skip
