"""The report's figures: what each shows, its words and its data table; they are drawn when the report is written."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from effektutv import i18n
from effektutv.results.effect_rows import RowKind
from effektutv.results.names import MISSING, written
from effektutv.results.profiles import NO_VARIANCE
from effektutv.values import available

from ..model.blocks import Group, Head, Row, TableBlock
from ..tables import csv_tables
from ..tables.effects import effect_table, marks
from ..wording.study_facts import band_note
from .figure_block import difference_subtitle, figure_block, figure_notes, subtitle

if TYPE_CHECKING:
    from collections.abc import Sequence

    from effektutv.results.balance import Balance, BalanceRow
    from effektutv.results.counts import Counts
    from effektutv.results.effect_rows import EffectRow
    from effektutv.results.effects import Effects
    from effektutv.results.flow import Flow
    from effektutv.results.names import Name
    from effektutv.results.profiles import ArmSummary, Profile
    from effektutv.values import Count

    from ..model.blocks import FigureBlock
    from ..wording.labels import Context

__all__ = ["flow_figure", "forest_figure", "kinds_figure", "love_figure", "profile_figure", "sources_figure"]


def flow_figure(ctx: Context, flow: Flow, table: TableBlock) -> FigureBlock:
    """Return the participant flow as a diagram.

    Parameters
    ----------
    ctx : Context
    flow : Flow
    table : TableBlock
        The flow as a table.
    """
    from effektutv.plots import consort_flow as plot

    labels = {s.name: ctx.labels.stage(s.name) for s in flow.rows}
    reasons = {s.reason: ctx.labels.reason(s.reason) for s in flow.rows if s.reason}
    labels |= {key: text[:1].upper() + text[1:] for key, text in reasons.items()}
    return figure_block(
        ctx, "flow", ctx.words("flow_figure"), (plot.flow, plot.alt_text), flow.tidy(), csv_tables.flow_rows(flow), table,
        labels=labels, arms=ctx.study.arm_labels(ctx.words.lang), notes=figure_notes(ctx),
    )  # fmt: skip


def love_figure(ctx: Context, balance: Balance) -> FigureBlock:
    """Return the love plot."""
    from effektutv.plots import love

    w = ctx.words
    labels: dict[str | tuple[str, str], str] = {}
    for row in balance.rows:
        labels[row.covariate] = ctx.labels.covariate(row.covariate)
        if row.level and row.kind != "missing":
            labels[row.covariate, row.level] = ctx.labels.level(row.covariate, row.level)
    pairs = list(dict.fromkeys((r.arm, r.control) for r in balance.rows))
    sizes: dict[str, Count] = {}
    for row in balance.rows:
        if isinstance(row.n_arm, int) and isinstance(row.n_missing_arm, int) and row.kind != "missing":
            sizes[row.arm] = row.n_arm + row.n_missing_arm
        if isinstance(row.n_control, int) and isinstance(row.n_missing_control, int) and row.kind != "missing":
            sizes[row.control] = row.n_control + row.n_missing_control
    sizes = sizes if set(sizes) == set(balance.arms) else {}
    heads = [Head(w("characteristic"), words=True), *(Head(ctx.labels.contrast(*p)) for p in pairs)]
    by_key: dict[tuple[str, Name], list[BalanceRow]] = {}
    for row in balance.rows:
        level: Name = MISSING if row.kind == "missing" else row.level
        by_key.setdefault((row.covariate, level), []).append(row)
    weighted = bool(ctx.study.design.strata)
    rows = tuple(
        Row(
            labels[covariate] + (f": {i18n.in_sentence(ctx.labels.level(covariate, level))}" if level else ""),
            tuple(ctx.numbers.number(r.smd_weighted if weighted else r.smd, 2, sign=True) for r in members),
        )
        for (covariate, level), members in by_key.items()
    )
    title = w("love_figure")
    table = TableBlock(
        key="data-love", caption=f"{title}: {w('smd_weighted' if weighted else 'smd_raw').lower()}", heads=tuple(heads),
        groups=(Group(rows),), notes=tuple(marks(ctx, [r.smd_weighted if weighted else r.smd for r in balance.rows])),
    )  # fmt: skip
    # what is filled is explained only if something is
    besides = (lambda *_, **__: w("love_markers"),) if any(available(r.smd_weighted) for r in balance.rows) else ()
    return figure_block(
        ctx, "balance-love", title, (love.love, love.alt_text, *besides), balance.tidy(), csv_tables.balance_rows(balance), table,
        labels=labels, arms=ctx.study.arm_labels(w.lang), notes=figure_notes(ctx), subtitle=subtitle(ctx, "subtitle_smd", sizes),
    )  # fmt: skip


def profile_figure(ctx: Context, profile: Profile, outcome: str, clock: str) -> FigureBlock:
    """Return an outcome's shares by month and arm."""
    from effektutv.plots import shares_by_month as plot

    w = ctx.words
    rows = tuple(r for r in profile.rows if (r.outcome, r.clock) == (outcome, clock))
    label, zero = ctx.labels.outcome(outcome), w(f"zero_{clock or 'randomisation'}")
    title = w("profile_figure", outcome=label, zero=zero)
    notes = [w("note_not_protected")] if clock == "start" else []
    declared = next((o for o in ctx.study.outcomes if o.name == outcome), None)
    share = ctx.scale(outcome).share
    first = min(r.month for r in rows)
    followed = {r.arm: r.n for r in rows if r.month == first}
    return figure_block(
        ctx, "_".join(filter(None, ("profile", outcome, clock))), title, (plot.shares_by_month, plot.alt_text, plot.course),
        replace(profile, rows=rows).tidy(), csv_tables.arm_rows(rows), _profile_table(ctx, title, rows, profile.bands.draws),
        labels={outcome: label, "randomisation": w("zero_randomisation"), "start": w("zero_start")},
        told=("control", "outcome", "clock", "mark_month", "scale", "unit_label"), arms=ctx.study.arm_labels(w.lang),
        outcome=outcome, clock=clock or None, mark_month=declared.month if declared else None,
        scale=ctx.scale(outcome).name, unit_label=ctx.scale(outcome).unit or None,
        notes=figure_notes(ctx, *notes), subtitle=subtitle(ctx, "subtitle_shares" if share else "subtitle_mean", followed),
    )  # fmt: skip


def _band_notes(ctx: Context, rows: Sequence[ArmSummary], draws: int) -> list[str]:
    """Return what the simultaneous bands are, and the months that they leave out for want of variance."""
    if not any(isinstance(r.sim_low, float) for r in rows):
        return []
    w, out = ctx.words, []
    out.append(band_note(ctx, "note_bands", rows, draws))
    for arm in ctx.arms:
        still = [str(r.month) for r in rows if r.arm == arm and r.sim_low == NO_VARIANCE]
        if still:
            months = i18n.join(still, w.lang)
            out.append(w("note_bands_without", arm=ctx.labels.arm_short(arm), months=months))
    return out


def _profile_table(ctx: Context, title: str, rows: Sequence[ArmSummary], draws: int) -> TableBlock:
    """Return months down and arms across: the share with its interval."""
    w, n = ctx.words, ctx.numbers
    arms = [a for a in ctx.arms if any(r.arm == a for r in rows)]
    found = {(r.month, r.arm): r for r in rows}
    ci = w("ci_short", level=n.level(ctx.coverage))
    unit = w("percent") if ctx.scale(rows[0].outcome).share else ctx.scale(rows[0].outcome).unit
    heads = [Head(w("month"), words=True)]
    for arm in arms:
        heads += [Head(ctx.labels.arm_short(arm), unit), Head(ci, ctx.labels.arm_short(arm))]
    body = []
    for month in dict.fromkeys(r.month for r in rows):
        cells = []
        for arm in arms:
            row = found.get((month, arm))
            scale = ctx.scale(rows[0].outcome)
            values = (row.share, row.conf_low, row.conf_high) if row else (None, None, None)
            cells += [n.value(values[0], scale), n.interval(values[1], values[2], scale)]
        body.append(Row(str(month), tuple(cells)))
    return TableBlock(
        key="data-profile", caption=title, heads=tuple(heads), groups=(Group(tuple(body)),),
        notes=(
            w("note_profile", level=w("cis", level=n.level(ctx.coverage))),
            *_band_notes(ctx, rows, draws),
            *marks(ctx, [v for r in rows for v in (r.share, r.conf_low)]),
        ),
    )  # fmt: skip


def kinds_figure(ctx: Context, counts: Counts, table: TableBlock, title: str) -> FigureBlock:
    """Return the kinds of work, stacked by arm.

    Parameters
    ----------
    ctx : Context
    counts : Counts
        Of one clock and month.
    table : TableBlock
    title : str
    """
    return _bars(ctx, "kinds", counts, table, title)


def sources_figure(ctx: Context, counts: Counts, table: TableBlock, title: str) -> FigureBlock:
    """Return the registers that know of the work, stacked by arm.

    Parameters
    ----------
    ctx : Context
    counts : Counts
        Of one clock and month.
    table : TableBlock
    title : str
    """
    return _bars(ctx, "sources", counts, table, title)


def _bars(ctx: Context, name: str, counts: Counts, table: TableBlock, title: str) -> FigureBlock:
    from effektutv.plots import stacked_bars

    row = counts.rows[0]
    labels = {r.category: ctx.labels.category(r.category) for r in counts.rows}
    labels[row.outcome] = ctx.labels.outcome(row.outcome)
    notes = [ctx.words("note_not_protected")] if row.clock == "start" else []
    return figure_block(
        ctx, "_".join(filter(None, (name, row.clock))), title, (stacked_bars.stacked_bars, stacked_bars.alt_text), counts.tidy(),
        csv_tables.count_rows(counts.rows), table, labels=labels, arms=ctx.study.arm_labels(ctx.words.lang),
        notes=figure_notes(ctx, *notes), subtitle=subtitle(ctx, "subtitle_shares", {r.arm: r.n for r in counts.rows}),
    )  # fmt: skip


def forest_figure(ctx: Context, effects: Effects, rows: Sequence[EffectRow], notes: Sequence[str] = ()) -> FigureBlock:
    """Return the effects on the primary outcome: everyone, then by subgroup with interactions.

    Parameters
    ----------
    ctx : Context
    effects : Effects
        What the rows come from.
    rows : sequence of EffectRow
        Everyone first, then each subgroup.
    notes : sequence of str
        What is left out.
    """
    from effektutv.plots import forest

    w, first = ctx.words, rows[0]
    labels: dict[str | tuple[str, str], str] = {first.outcome: ctx.labels.outcome(first.outcome)}
    for row in rows:
        if row.subgroup:
            labels[written(row.subgroup)] = ctx.labels.covariate(row.subgroup)
            if row.kind is RowKind.LEVEL:
                labels[written(row.subgroup), written(row.level)] = ctx.labels.level(row.subgroup, row.level)
    groups: dict[str, list[EffectRow]] = {}
    for row in rows:
        level = "" if not row.subgroup else ctx.labels.covariate(row.subgroup)
        groups.setdefault(level or w("everyone"), []).append(row)
    scale = ctx.scale(first.outcome)
    everyone = [r for r in rows if not r.subgroup]
    sizes = {r.control: r.n_control for r in everyone} | {r.arm: r.n_arm for r in everyone}
    title = w("forest_figure")
    table = effect_table(
        ctx, "data-forest", title, list(groups.items()), file="", level_names=True, further=("p_adjusted",)
    )
    apart = [w("note_forest_strata")] if any(r.strata for r in rows) else []
    return figure_block(
        ctx, "subgroups-forest", title, (forest.forest, forest.alt_text), replace(effects, rows=tuple(rows)).tidy(),
        csv_tables.effect_rows(rows), table, told=("scale", "unit_label", "decimals", "level"), labels=labels,
        arms=ctx.study.arm_labels(w.lang), scale=scale.name, unit_label=scale.unit or None,
        decimals=scale.decimals, level=ctx.coverage, notes=figure_notes(ctx, w("note_forest"), *apart, *notes),
        subtitle=difference_subtitle(ctx, scale, sizes),
    )  # fmt: skip
