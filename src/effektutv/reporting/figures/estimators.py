"""The figure of the main effect under each estimator."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from effektutv import i18n

from ..tables import csv_tables
from ..tables.effects import effect_table, estimator_name
from .figure_block import difference_subtitle, figure_block, figure_notes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from effektutv.results.effect_rows import EffectRow

    from ..model.blocks import FigureBlock
    from ..wording.labels import Context

__all__ = ["estimators_figure"]


def estimators_figure(ctx: Context, groups: Sequence[tuple[str, Sequence[EffectRow]]]) -> FigureBlock:
    """Return the main contrast under every estimator, side by side.

    Parameters
    ----------
    ctx : Context
    groups : sequence of (title, rows)
        Of every estimator, the study's own first.
    """
    from effektutv.plots import estimators as plot

    main = groups[0][1]
    first = next((r for r in main if r.control == ctx.study.control), main[0])
    pair = (first.arm, first.control)
    shown = [(name, [r for r in rows if (r.arm, r.control) == pair]) for name, rows in groups]
    # the same estimate with another variance has no row of its own
    by_estimator: dict[str, EffectRow] = {}
    for row in (r for _, rows in shown for r in rows):
        by_estimator.setdefault(row.estimator, row)
    members = list(by_estimator.values())
    scale, w = ctx.scale(first.outcome), ctx.words
    labels: dict[object, str] = {first.outcome: ctx.labels.outcome(first.outcome)}
    labels |= {("estimator", r.estimator): i18n.capital(estimator_name(ctx, r)) for r in members}
    title = w("estimators_figure", contrast=ctx.labels.contrast(*pair))
    table = effect_table(ctx, "data-estimators", title, [(n, rows) for n, rows in shown if rows], file="", further=())
    own = replace(ctx.inputs.value.robustness[0], rows=tuple(members))
    return figure_block(
        ctx, "estimators", title, (plot.estimators, plot.alt_text), own.tidy(), csv_tables.effect_rows(members), table,
        told=("scale", "unit_label", "decimals", "level", "main"), labels=labels, arms=ctx.study.arm_labels(w.lang),
        scale=scale.name, unit_label=scale.unit or None, decimals=scale.decimals, level=ctx.coverage, main=first.estimator,
        notes=figure_notes(ctx), subtitle=difference_subtitle(ctx, scale, {pair[1]: first.n_control, pair[0]: first.n_arm}),
    )  # fmt: skip
