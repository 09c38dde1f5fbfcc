"""Sections on outcomes: summary, main results, kinds of work, subgroups."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from effektutv import i18n
from effektutv.results.effect_rows import RowKind
from effektutv.results.names import Name, parts, said

from ..figures.figures import forest_figure, kinds_figure, sources_figure
from ..model.blocks import Block, Cell, Group, Head, KeyFigure, Paragraph, Row, Section, TableBlock
from ..tables.effects import effect_table, marks
from ..tables.ratios import ratio_table
from ..wording.findings import effect_sentence, subgroup_sentence, topic
from ..wording.study_facts import benefit_words, followed
from .adjusted import adjusted_blocks, adjusted_sentence
from .credibility import credibility_table
from .entry import entry_table
from .limits import unavailable_outcomes
from .power import power_sentence
from .received import shares_table
from .robustness import dated
from .sites import nothing_shown, site_blocks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from effektutv.results.counts import Counts
    from effektutv.results.effect_rows import EffectRow

    from ..wording.labels import Context

__all__ = ["effects_section", "key_figures", "kinds_section", "subgroups_section", "summary_section"]


# -------------------------------------------------------------------------------------------------------------- summary


def key_figures(ctx: Context) -> tuple[str, tuple[KeyFigure, ...]]:
    """Return the first screen's title and numbers: each arm's share, and the first arm's effect against the comparison."""
    rows = ctx.everyone(ctx.study.primary.name, ctx.clocks[0]) if ctx.clocks else []
    if not rows:
        return "", ()
    scale, n = ctx.scale(rows[0].outcome), ctx.numbers
    values: dict[str, tuple[object, object]] = {}
    for row in rows:
        values.setdefault(row.arm, (row.share_arm, row.n_arm))
        values.setdefault(row.control, (row.share_control, row.n_control))
    out = []
    for position, arm in enumerate(ctx.arms):
        share, size = values.get(arm, (None, None))
        number = n.amount(share, scale) if scale.share and isinstance(share, float) else n.value(share, scale).text
        under = ", ".join(filter(None, (scale.unit, ctx.words("of_persons", n=n.count(size).text))))
        out.append(KeyFigure(label=ctx.labels.arm_full(arm), number=number, under=under, arm=position % 3))
    row = next((r for r in rows if r.control == ctx.study.control), rows[0])
    ci = ctx.words("ci", level=n.level(ctx.coverage))
    interval = n.interval(row.conf_low, row.conf_high, scale)
    unit = ctx.words("points") if scale.share else scale.unit
    span = interval.text
    if isinstance(row.conf_low, float) and isinstance(row.conf_high, float):
        span = n.span(row.conf_low, row.conf_high, scale)
    under = ", ".join(filter(None, (unit, f"{ci} {span}")))
    label = ctx.words("difference_of", contrast=ctx.labels.contrast(row.arm, row.control))
    out.append(KeyFigure(label=label, number=n.value(row.estimate, scale, sign=True).text, under=under))
    when = ctx.labels.when(row.month, row.clock)
    return f"{ctx.labels.outcome(row.outcome)} {when}".strip(), tuple(out)


def summary_section(ctx: Context) -> Section:
    """Return the summary: findings in sentences, the primary outcome first."""
    w, primary = ctx.words, ctx.study.primary
    main = ctx.everyone(primary.name, ctx.clocks[0]) if ctx.clocks else []
    if not main:
        return Section(key="summary", title=w("summary"), blocks=(Paragraph(texts=(w("no_effects"),)),))
    first = next((r for r in main if r.control == ctx.study.control), main[0])
    points: list[tuple[str, str]] = []
    if detectable := power_sentence(ctx):
        points.append((w("power"), detectable))
    if adjusted := adjusted_sentence(ctx):
        points.append((w("term_adjusted"), adjusted))
    if others := [effect_sentence(ctx, row, about=False) for row in main if row is not first]:
        points.append((w("term_others"), " ".join(others)))
    points += [
        (w("term_start") if clock == "start" else ctx.labels.clock(clock), effect_sentence(ctx, row, about=False))
        for clock in ctx.clocks[1:]
        for row in ctx.everyone(primary.name, clock)
        if (row.arm, row.control) == (first.arm, first.control)
    ]
    points += _subgroup_sentences(ctx, ctx.clocks[0], main_only=True)
    for outcome in ctx.study.outcomes:
        if outcome.name != primary.name and (outcome.state in ("work_with_support", "benefit") or not outcome.state):
            points += [
                (topic(ctx, row), effect_sentence(ctx, row, about=False))
                for row in ctx.everyone(outcome.name, ctx.clocks[0])
                if (row.arm, row.control) == (first.arm, first.control)
            ]
    lead = Paragraph(texts=(effect_sentence(ctx, first),), lead=True)
    body = Paragraph(texts=tuple(text for _, text in points), terms=tuple(term for term, _ in points))
    return Section(key="summary", title=w("summary"), blocks=(lead, body) if points else (lead,))


# --------------------------------------------------------------------------------------------------------- main results


def effects_section(ctx: Context) -> Section:
    """Return the main results: the primary outcome on every clock, the other outcomes, other estimators."""
    w, primary = ctx.words, ctx.study.primary.name
    blocks: list[Block] = []
    groups = [(ctx.labels.clock(c), rows) for c in ctx.clocks if (rows := ctx.everyone(primary, c))]
    if groups:
        caption = w("primary_table", outcome=dated(ctx, groups[0][1][0]))
        table = effect_table(ctx, "table-primary", caption, groups)
        blocks.append(replace(table, notes=(*table.notes[:-1], *filter(None, [power_sentence(ctx)]), table.notes[-1])))
    blocks += adjusted_blocks(ctx)
    for clock in ctx.clocks:
        others = [o for o in dict.fromkeys(r.outcome for r in ctx.rows) if o != primary]
        by_scale: dict[bool, list[tuple[str, Sequence[EffectRow]]]] = {}
        for outcome in others:
            if rows := ctx.everyone(outcome, clock):
                by_scale.setdefault(ctx.scale(outcome).share, []).append((dated(ctx, rows[0]), rows))
        for share, members in by_scale.items():
            name = _others_caption(ctx, clock, "" if share else ctx.scale(members[0][1][0].outcome).unit)
            key = "-".join(filter(None, ("table-others", clock, "" if share else "mean")))
            blocks.append(effect_table(ctx, key, name, members))
        if clock == ctx.clocks[0]:
            ratios = ratio_table(ctx)
            blocks += [*([ratios] if ratios is not None else []), *_turned_age(ctx)]
    if absent := unavailable_outcomes(ctx):
        # a reader who looks for the outcome looks here, and in the limits only afterwards
        blocks.append(Paragraph(texts=(absent,)))
    return Section(key="effects", title=w("effects"), blocks=tuple(blocks) or (Paragraph(texts=(w("no_effects"),)),))


def _others_caption(ctx: Context, clock: str, unit: str) -> str:
    """Return the caption of the other outcomes, told apart where some are no shares."""
    if not clock:
        return ctx.words("others_table_plain")
    label = ctx.labels.clock(clock)
    return ctx.words("others_table_unit", unit=unit, clock=label) if unit else ctx.words("others_table", clock=label)


def _turned_age(ctx: Context) -> list[Block]:
    """Return who turned the age at which the benefit ends, by its outcome's month; nothing where that is not known."""
    found, words = ctx.inputs.value.turned_thirty, benefit_words(ctx)
    if found is None or not found.rows or not words:
        return []
    item = found.rows[0].item
    note = ctx.words("note_turned_age", **{**words, "benefit": i18n.capital(words["benefit"])})
    return [
        shares_table(
            ctx, found, key=f"table-{item.replace('_', '-')}", caption=ctx.words("turned_age_table", **words), notes=(note,),
            file=f"tables/{item}.csv",
        )
    ]  # fmt: skip


# -------------------------------------------------------------------------------------------------------- kinds, sources


def kinds_section(ctx: Context) -> Section | None:
    """Return the section on kinds of work and the registers that know of it, or None where there is neither."""
    value, blocks = ctx.inputs.value, list[Block]()
    for position, counts in enumerate(c for c in value.kinds if c.rows):
        row = counts.rows[0]
        when = ctx.labels.when(row.month, row.clock)
        table = _counts_table(ctx, "kinds", ctx.words("kinds_table", when=when), counts)
        if position == 0:
            blocks.append(kinds_figure(ctx, counts, table, ctx.words("kinds_figure", when=when)))
        blocks.append(table)
    for position, counts in enumerate(c for c in value.sources if c.rows):
        row = counts.rows[0]
        when = ctx.labels.when(row.month, row.clock)
        table = _counts_table(ctx, "sources", ctx.words("sources_table", when=when), counts)
        if position == 0:
            blocks.append(sources_figure(ctx, counts, table, ctx.words("sources_table", when=when)))
            blocks.append(table)
    return Section(key="kinds", title=ctx.words("kinds"), blocks=tuple(blocks)) if blocks else None


def _counts_table(ctx: Context, name: str, caption: str, counts: Counts) -> TableBlock:
    """Return categories down and arms across: persons and share; the total last, where it may be shown."""
    w, n, rows = ctx.words, ctx.numbers, counts.rows
    arms = [a for a in ctx.arms if any(r.arm == a for r in rows)]
    found = {(r.category, r.arm): r for r in rows}
    body = []
    for category in dict.fromkeys(r.category for r in rows):
        cells: list[Cell] = []
        for arm in arms:
            row = found.get((category, arm))
            cells += [n.count(row.events if row else None), n.value(row.share if row else None, ctx.shares)]
        body.append(Row(ctx.labels.category(category), tuple(cells)))
    sizes = {a: next(r.n for r in rows if r.arm == a) for a in arms}
    spans = (Head(""), *(Head(_arm_span(ctx, a, sizes[a]), span=2) for a in arms))
    heads = [Head(w("category"), words=True)]
    for _ in arms:
        heads += [Head(w("persons_unit")), Head(w("percent"))]
    notes = [w("note_not_protected")] if rows[0].clock == "start" else []
    if name == "sources":
        notes.append(w("note_sources", followed=followed(ctx)))
    return TableBlock(
        key=f"table-{name}-{rows[0].clock}",
        caption=caption,
        spans=spans,
        heads=tuple(heads),
        groups=(Group(tuple(body)),),
        notes=(
            *notes, w("note_share_of_arm"), *marks(ctx, [r.share for r in rows]),
            " ".join([ctx.protection(), *ctx.synthetic()]),
        ),
        file=f"tables/{name}.csv",
    )  # fmt: skip


def _arm_span(ctx: Context, arm: str, size: object) -> str:
    return f"{ctx.labels.arm_short(arm)} (n = {ctx.numbers.count(size).text})"


# ------------------------------------------------------------------------------------------------------------ subgroups


def _subgroup_rows(ctx: Context, clock: str) -> dict[Name, list[EffectRow]]:
    """Return the primary outcome's rows on one clock by subgroup."""
    out: dict[Name, list[EffectRow]] = {}
    for row in ctx.rows:
        if row.subgroup and row.outcome == ctx.study.primary.name and row.clock == clock:
            out.setdefault(row.subgroup, []).append(row)
    return out


def _subgroup_sentences(ctx: Context, clock: str, *, main_only: bool = False) -> list[tuple[str, str]]:
    """Return subgroup and sentence of each contrast, the interaction first.

    ``main_only``: the first arm's only. Else a subgroup of which nothing is shown has none: the section says so once.
    """
    out = []
    for group, rows in _subgroup_rows(ctx, clock).items():
        if nothing_shown(rows) and not main_only:
            continue
        pairs = list(dict.fromkeys((r.arm, r.control) for r in rows if r.control == ctx.study.control))
        for arm, control in pairs[:1] if main_only else pairs:
            members = [r for r in rows if (r.arm, r.control) == (arm, control)]
            # of a cross of two by two the sentence is on the joint test: whether the effects differ at all
            interaction = next(
                (r for kind in (RowKind.JOINT, RowKind.INTERACTION) for r in members if r.kind is kind), None
            )
            if interaction is not None:
                levels = [r for r in members if r.kind is RowKind.LEVEL]
                out.append(
                    (
                        ctx.words("term_by", group=i18n.in_sentence(ctx.labels.covariate(group))),
                        subgroup_sentence(ctx, interaction, levels),
                    )
                )
    return out


def subgroups_section(ctx: Context) -> Section | None:
    """Return the section on subgroups: sentences, the forest plot, a table a subgroup; None where there is none."""
    clock = ctx.clocks[0] if ctx.clocks else ""
    by_group = _subgroup_rows(ctx, clock)
    if not by_group:
        return None
    w, primary = ctx.words, ctx.study.primary.name
    planned: dict[Name, bool] = {s.name: s.prespecified for s in ctx.study.subgroups}
    blocks: list[Block] = [Paragraph(texts=tuple(text for _, text in _subgroup_sentences(ctx, clock)), listed=True)]
    everyone = ctx.everyone(primary, clock)
    source = next(e for e in ctx.inputs.value.effects if any(r.subgroup for r in e.rows))
    kept = {group: rows for group, rows in by_group.items() if not nothing_shown(rows)}
    gone = [group for group in by_group if group not in kept]
    if kept:
        notes = [w("note_collapsed", group=ctx.labels.covariate(group)) for group in gone]
        rows_shown = [*everyone, *(r for rows in kept.values() for r in rows)]
        blocks.append(forest_figure(ctx, source, rows_shown, notes))
    for c in ctx.clocks:
        for group, rows in _subgroup_rows(ctx, c).items():
            if nothing_shown(rows):
                label = ctx.labels.clock(c) if len(ctx.clocks) > 1 else ""
                named = ". ".join(filter(None, (ctx.labels.covariate(group), label)))
                blocks.append(Paragraph(texts=(w("collapsed_group", group=named, n=i18n.count(len(rows), w.lang)),)))
                continue
            caption = w(
                "subgroup_table", group=i18n.in_sentence(ctx.labels.covariate(group)), outcome=dated(ctx, rows[0])
            )
            caption = f"{caption}. {ctx.labels.clock(c)}" if c else caption
            members = [
                (ctx.labels.contrast(arm, control), [r for r in rows if (r.arm, r.control) == (arm, control)])
                for arm, control in dict.fromkeys((r.arm, r.control) for r in rows)
            ]
            key = "-".join(filter(None, ("table-subgroup", *map(said, parts(group)), c)))
            declared = "subgroup_planned" if ctx.locked else "subgroup_declared"
            status = w(declared if planned.get(group) else "subgroup_exploratory")
            blocks.append(
                effect_table(ctx, key, caption, members, "tables/subgroups.csv", level_names=True, status=status)
            )
            # the items judge the main analysis: one table a subgroup
            items = credibility_table(ctx, group, c) if c == clock else None
            blocks += [items] if items is not None else []
    blocks += [*entry_table(ctx), *site_blocks(ctx)]
    return Section(key="subgroups", title=w("subgroups"), blocks=tuple(blocks))
