"""The section on robustness: the main result under other estimators, and what one regression of all arms would mix."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from effektutv import i18n

from ..figures.estimators import estimators_figure
from ..model.blocks import Cell, Group, Head, Row, Section, TableBlock
from ..tables.effects import effect_table, estimator_name, marks, protection, variance_name
from ..wording.estimands import population, sizes_note
from ..wording.notes import sentences
from ..wording.study_facts import followed
from .attrition import attrition_blocks
from .randomization import randomization_block

if TYPE_CHECKING:
    from collections.abc import Sequence

    from effektutv.results.contamination import Contamination, ContaminationRow
    from effektutv.results.effect_rows import EffectRow

    from ..model.blocks import Block
    from ..wording.labels import Context

__all__ = ["robustness_section"]

_PARTS = ("own", "contamination")
#: The outcome that is work as employers' statements alone know it.
_BY_STATEMENTS = "statements:"


def robustness_section(ctx: Context) -> Section | None:
    """Return the section on robustness, or None where there is one estimator only."""
    blocks: list[Block] = []
    if robust := _robust(ctx):
        caption = ctx.words("robust_table", outcome=dated(ctx, robust[0][1][0]))
        table = effect_table(
            ctx, "table-estimators", caption, [*robust, *_statements(ctx)], "tables/estimators.csv", further=()
        )
        if any(row.estimator == "pooled" for _, rows in robust for row in rows):
            table = _noted(table, ctx.words("note_contamination"))
        if _statements(ctx):
            table = _noted(table, ctx.words("note_statements", followed=followed(ctx)))
        blocks += [estimators_figure(ctx, robust), table]
    contamination = ctx.inputs.value.contamination
    if contamination is not None and contamination.rows:
        blocks.append(_contamination_table(ctx, contamination))
    blocks += [*randomization_block(ctx), *attrition_blocks(ctx)]
    return Section(key="robustness", title=ctx.words("robustness"), blocks=tuple(blocks)) if blocks else None


def dated(ctx: Context, row: EffectRow | ContaminationRow) -> str:
    """Return an outcome with its month, for a caption."""
    label = ctx.labels.outcome(row.outcome)
    return label if row.month is None else f"{label}, {ctx.words('month').lower()} {row.month}"


def _noted(table: TableBlock, note: str) -> TableBlock:
    """Return a table with a note before its last."""
    return replace(table, notes=(*table.notes[:-1], note, table.notes[-1]))


def _statements(ctx: Context) -> list[tuple[str, Sequence[EffectRow]]]:
    """Return the effects on work as employers' statements alone know it, as a group."""
    rows = [r for e in ctx.inputs.value.robustness for r in e.rows if r.outcome.startswith(_BY_STATEMENTS)]
    if not rows:
        return []
    names = {"estimator": estimator_name(ctx, rows[0]), "vcov": variance_name(ctx, rows[0])}
    return [(ctx.words("statements_group", **names), rows)]


def _robust(ctx: Context) -> list[tuple[str, Sequence[EffectRow]]]:
    """Return the main analysis and the other estimators', a group each."""
    value = ctx.inputs.value
    if not value.robustness or not ctx.clocks:
        return []
    main = ctx.everyone(ctx.study.primary.name, ctx.clocks[0])
    others = ([r for r in e.rows if not r.subgroup] for e in value.robustness)
    groups = [main, *(rows for rows in others if not any(r.outcome.startswith(_BY_STATEMENTS) for r in rows))]
    return [
        (f"{i18n.capital(estimator_name(ctx, rows[0]))}; {variance_name(ctx, rows[0])}", rows)
        for rows in groups
        if rows
    ]


def _contamination_table(ctx: Context, found: Contamination) -> TableBlock:
    """Return each arm's coefficient with its parts, and its own effects under other weights."""
    w, n, rows = ctx.words, ctx.numbers, found.rows
    scale = ctx.scale(rows[0].outcome)
    unit = w("points") if scale.share else scale.unit
    pairs = dict.fromkeys((r.arm, r.control) for r in rows)
    groups = tuple(
        Group(
            tuple(_part_row(ctx, r) for r in rows if (r.arm, r.control) == pair),
            ctx.labels.contrast(*pair),
        )
        for pair in pairs
    )
    when = ctx.labels.when(rows[0].month, rows[0].clock)
    about = ", ".join(filter(None, (ctx.labels.outcome(rows[0].outcome), when)))
    ci = w("ci_short", level=n.level(found.conf_level))
    return TableBlock(
        key="table-contamination",
        caption=w("contamination_table", outcome=dated(ctx, rows[0])),
        heads=(
            Head(w("component"), words=True), Head(w("estimate"), f"{unit} ({w('se')})"), Head(ci, unit),
            Head(w("coefficient_less"), f"{unit} ({w('se')})"),
        ),
        groups=groups,
        notes=(
            w("estimand_contamination", outcome=about, population=population(ctx)),
            w("note_contamination_parts", level=w("cis", level=n.level(found.conf_level))),
            sizes_note(ctx, rows),
            *sentences([*found.notes, *(r.note for r in rows)], w, ctx.labels),
            *marks(ctx, [v for r in rows for v in (r.estimate, r.conf_low)]), protection(ctx),
        ),
        file="tables/contamination.csv",
    )  # fmt: skip


def _part_row(ctx: Context, row: ContaminationRow) -> Row:
    n, scale = ctx.numbers, ctx.scale(row.outcome)
    key = "component_contamination_of" if row.source else f"component_{row.component}"
    head = ctx.words(key, arm=ctx.labels.arm(row.source)) if row.source else ctx.words(key)
    less = n.estimate(row.difference, row.difference_se, scale)
    if row.component in ("pooled", *_PARTS) and less.absent == "unavailable":
        less = Cell("")  # a part of the coefficient, or all of it: nothing is missing
    cells = (n.estimate(row.estimate, row.std_error, scale), n.interval(row.conf_low, row.conf_high, scale), less)
    return Row(head, cells, inner=row.component in _PARTS)
