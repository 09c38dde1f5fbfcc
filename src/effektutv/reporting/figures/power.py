"""The figure of detectable effects."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from effektutv import i18n

from ..tables.power import power_rows
from .figure_block import figure_block, figure_notes

if TYPE_CHECKING:
    from effektutv.results.power import Power

    from ..model.blocks import FigureBlock, TableBlock
    from ..wording.labels import Context

__all__ = ["power_figure"]


def power_figure(ctx: Context, curve: Power, table: TableBlock) -> FigureBlock:
    """Return the smallest detectable difference by persons an arm, with the trial's own contrasts marked.

    Parameters
    ----------
    ctx : Context
    curve : Power
    table : TableBlock
        What the trial itself could detect.
    """
    from effektutv.plots import power as plot

    w, first, own = ctx.words, curve.rows[0], ctx.inputs.value.power
    whole = abs(first.baseline * 100 - round(first.baseline * 100)) < 1e-9
    words = w(
        "subtitle_power", baseline=i18n.percent(first.baseline, 0 if whole else 1, w.lang),
        power=i18n.percent(first.power, 0, w.lang),
    )  # fmt: skip
    both = replace(curve, rows=(*curve.rows, *(r for r in (own.rows if own else ()) if isinstance(r.effect, float))))
    return figure_block(
        ctx, "power-curve", w("power_figure"), (plot.power_curve, plot.alt_text), both.tidy(),
        power_rows(both), replace(table, key="data-power"), arms=ctx.study.arm_labels(w.lang),
        notes=figure_notes(ctx, w("note_power")), subtitle=words,
    )  # fmt: skip
