"""The figures of the questions beyond the mean difference: time to first work, power, estimators side by side."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from effektutv import i18n

from ..tables import csv_tables, further
from ..tables.effects import effect_table, estimator_name
from ..wording.notes import sentences, told
from .figure_block import difference_subtitle, figure_block, figure_notes, subtitle

if TYPE_CHECKING:
    from collections.abc import Sequence

    from effektutv.results.effect_rows import EffectRow
    from effektutv.results.power import Power
    from effektutv.results.profiles import Profile
    from effektutv.results.time_to_event import TimeToEvent
    from effektutv.values import Count

    from ..model.blocks import FigureBlock, TableBlock
    from ..wording.labels import Context

__all__ = ["effects_figure", "estimators_figure", "power_figure", "survival_figure"]


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
        times.risk_table(), further.risk_rows([times]), replace(table, key="data-time"), labels=labels,
        arms=ctx.study.arm_labels(w.lang), notes=figure_notes(ctx, *notes), subtitle=subtitle(ctx, about, sizes),
    )  # fmt: skip


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
        further.power_rows(both), replace(table, key="data-power"), arms=ctx.study.arm_labels(w.lang),
        notes=figure_notes(ctx, w("note_power")), subtitle=words,
    )  # fmt: skip


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
