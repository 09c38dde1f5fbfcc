"""Sections on people: participants and flow, and balance before randomisation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from effektutv import i18n
from effektutv.results.names import MISSING
from effektutv.values import Suppressed, available

from ..figures.figures import flow_figure, love_figure
from ..model.blocks import Cell, Group, Head, Paragraph, Row, Section, TableBlock
from ..tables.effects import marks
from ..wording.notes import sentences
from ..wording.study_facts import delay_within

if TYPE_CHECKING:
    from effektutv.results.balance import Balance, BalanceRow
    from effektutv.results.counts import Starts
    from effektutv.results.flow import Flow

    from ..model.blocks import Block
    from ..wording.labels import Context

__all__ = ["balance_section", "people_section"]

_SMD_DECIMALS = 2


def people_section(ctx: Context) -> Section | None:
    """Return the section on participants and flow, or None where there is neither."""
    value = ctx.inputs.value
    blocks: list[Block] = []
    if value.flow is not None:
        table = _flow_table(ctx, value.flow)
        if len(value.flow.rows) > 2:
            blocks += [flow_figure(ctx, value.flow, table), *_flow_in_words(ctx, value.flow)]
        else:
            blocks.append(table)
    if value.starts is not None:
        blocks.append(_starts_table(ctx, value.starts))
    if not blocks:
        return None
    return Section(key="people", title=ctx.words("people"), blocks=tuple(blocks))


def _flow_in_words(ctx: Context, flow: Flow) -> tuple[Paragraph, Paragraph]:
    """Return the stages as a list, for whoever does not see the diagram: who remained, by arm, and who left and why."""
    n, w = ctx.numbers, ctx.words
    texts = []
    for before, stage in zip((None, *flow.rows), flow.rows, strict=False):
        # a stage's arms stand with their counts, a hidden count as its mark
        parts = [w("flow_stage", stage=ctx.labels.stage(stage.name), n=_told(ctx, stage.n))]
        if stage.by_arm:
            arms = [f"{_told(ctx, stage.by_arm[a])} {ctx.labels.arm_short(a)}" for a in ctx.arms if a in stage.by_arm]
            parts.append(w("flow_arms", arms=i18n.join(arms, w.lang)))
        if before is not None and stage.excluded != 0:
            reason = ctx.labels.reason(stage.reason) if stage.reason else ""
            left = n.count(stage.excluded).text if available(stage.excluded) else _told(ctx, stage.excluded)
            parts.append(w("flow_left", left=left, reason=reason) if reason else w("flow_left_plain", left=left))
        texts.append("; ".join(parts) + ".")
    return Paragraph(texts=(w("flow_text"),)), Paragraph(texts=tuple(texts), listed=True)


def _told(ctx: Context, count: object) -> str:
    cell = ctx.numbers.count(count)
    return f"({cell.why})" if cell.absent else cell.text


def _flow_table(ctx: Context, flow: Flow) -> TableBlock:
    n, w = ctx.numbers, ctx.words
    rows = []
    for before, stage in zip((None, *flow.rows), flow.rows, strict=False):
        empty = Cell("")
        arms = [n.count(stage.by_arm[a]) if a in stage.by_arm else empty for a in ctx.arms]
        left = n.count(stage.excluded) if before is not None else empty
        reason = ctx.labels.reason(stage.reason) if stage.reason and stage.excluded != 0 else ""
        cells = (n.count(stage.n), *arms, left, Cell(reason, words=True))
        rows.append(Row(ctx.labels.stage(stage.name), cells))
    counts = [c for s in flow.rows for c in (s.n, s.excluded, *s.by_arm.values())]
    return TableBlock(
        key="table-flow",
        caption=w("flow_table"),
        heads=(
            Head(w("stage"), words=True),
            Head(w("remaining"), w("persons_unit")),
            *(Head(ctx.labels.arm_short(a), w("persons_unit")) for a in ctx.arms),
            Head(w("left"), w("persons_unit")),
            Head(w("reason"), words=True),
        ),
        groups=(Group(tuple(rows)),),
        notes=(*marks(ctx, counts), " ".join([ctx.protection(), *ctx.synthetic()])),
        file="tables/flow.csv",
    )


def _starts_table(ctx: Context, starts: Starts) -> TableBlock:
    n, w = ctx.numbers, ctx.words
    scale = ctx.shares
    rows = tuple(
        Row(
            ctx.labels.arm_full(r.arm),
            (n.count(r.n), n.count(r.started), n.value(r.share, scale), n.number(r.median_delay, 0)),
        )
        for r in starts.rows
    )
    values = [v for r in starts.rows for v in (r.started, r.share, r.median_delay)]
    return TableBlock(
        key="table-starts",
        caption=w("starts_table"),
        heads=(
            Head(w("arm"), words=True),
            Head(w("persons")),
            Head(w("started"), w("persons_unit")),
            Head(w("started"), w("percent")),
            Head(w("median_delay"), w("days")),
        ),
        groups=(Group(rows),),
        notes=(
            w("note_start_fallback", within=delay_within(ctx)),
            *marks(ctx, values),
            " ".join([ctx.protection(), *ctx.synthetic()]),
        ),
        file="tables/starts.csv",
    )


# -------------------------------------------------------------------------------------------------------------- balance


def balance_section(ctx: Context) -> Section | None:
    """Return the section on balance, or None where no covariate was given."""
    balance = ctx.inputs.value.balance
    if balance is None:
        return None
    table = _balance_table(ctx, balance)
    opening = Paragraph(texts=(_omnibus_text(ctx, balance),))
    blocks: tuple[Block, ...] = (opening, table, love_figure(ctx, balance))
    return Section(key="balance", title=ctx.words("balance"), blocks=blocks)


def _omnibus_text(ctx: Context, balance: Balance) -> str:
    test, lang = balance.omnibus, ctx.words.lang
    if not available(test.p_value):
        return ctx.words("note_no_omnibus")
    numbers = ctx.words(
        "note_omnibus",
        statistic=i18n.number(test.statistic, 1, lang),
        df=ctx.words("omnibus_df_one") if test.df == 1 else ctx.words("omnibus_df", n=i18n.number(test.df, 0, lang)),
        p=i18n.p_value(test.p_value, lang, prefix=True),
    )
    if available(test.p_randomization):
        again = i18n.p_value(test.p_randomization, lang, prefix=True)
        numbers = f"{numbers} {ctx.words('note_omnibus_redrawn', p=again)}"
    clear = isinstance(test.p_value, float) and test.p_value < 1 - ctx.coverage
    return f"{ctx.words('omnibus_differs' if clear else 'omnibus_alike')} {numbers}"


def _pairs(balance: Balance) -> list[tuple[str, str]]:
    return list(dict.fromkeys((r.arm, r.control) for r in balance.rows))


def _balance_table(ctx: Context, balance: Balance) -> TableBlock:
    w, pairs = ctx.words, _pairs(balance)
    by_key: dict[tuple[str, str, str], dict[tuple[str, str], BalanceRow]] = {}
    for row in balance.rows:
        by_key.setdefault((row.covariate, row.level, row.kind), {})[row.arm, row.control] = row
    groups: list[Group] = []
    for covariate in dict.fromkeys(c for c, _, _ in by_key):
        levels = [(key[1], cells) for key, cells in by_key.items() if key[0] == covariate]
        groups.append(_covariate_group(ctx, covariate, levels, pairs))
    arms = [a for a in ctx.arms if a in balance.arms]
    smd = [Head(ctx.labels.contrast(*p)) for p in pairs]
    several = [Head(w("smd_max"))] if len(pairs) > 1 else []
    values = [v for r in balance.rows for v in (r.mean_arm, r.mean_control, r.smd)]
    return TableBlock(
        key="table-balance",
        caption=w("balance_table"),
        spans=(Head(""), Head(w("share_or_mean"), span=len(arms)), Head(w("smd"), span=len(pairs) + len(several))),
        heads=(
            Head(w("characteristic"), words=True), *(Head(ctx.labels.arm_short(a)) for a in arms), *smd, *several,
        ),
        groups=_merged(groups),
        notes=(
            w("note_balance"),
            *sentences(balance.notes, w, ctx.labels),
            *marks(ctx, values),
            " ".join([ctx.protection(), *ctx.synthetic()]),
        ),
        file="tables/balance.csv",
    )  # fmt: skip


def _merged(groups: list[Group]) -> tuple[Group, ...]:
    """Return neighbouring groups without a title as one."""
    out: list[Group] = []
    for group in groups:
        if out and not group.title and not out[-1].title:
            out[-1] = Group((*out[-1].rows, *group.rows))
        else:
            out.append(group)
    return tuple(out)


def _covariate_group(
    ctx: Context,
    covariate: str,
    levels: list[tuple[str, dict[tuple[str, str], BalanceRow]]],
    pairs: list[tuple[str, str]],
) -> Group:
    """Return a covariate's rows: one, or one a level under its name, with missingness set in below."""
    name = ctx.labels.covariate(covariate)
    several = sum(next(iter(cells.values())).kind in ("category", "categorical") for _, cells in levels) > 0
    rows = []
    for level, cells in levels:
        kind = next(iter(cells.values())).kind
        if kind == "missing":
            head, inner = ctx.labels.level(covariate, MISSING), True
        elif several:
            head, inner = ctx.labels.level(covariate, level), True
        else:
            head, inner = _single(ctx, covariate, name, kind), False
        rows.append(Row(head, _balance_cells(ctx, cells, pairs), inner))
    return Group(tuple(rows), f"{name}, {ctx.words('percent')}" if several else "")


def _single(ctx: Context, covariate: str, name: str, kind: str) -> str:
    """Return the header of a covariate of one row, with its unit; of two levels, which one the share is of."""
    declared = next((c for c in ctx.study.covariates if c.name == covariate), None)
    if declared is not None and kind == "binary" and len(declared.levels) == 2:
        name = f"{name}: {declared.levels[1].label.in_language(ctx.words.lang).lower()}"
    return f"{name}, {ctx.words('percent')}" if kind == "binary" else name


def _balance_cells(
    ctx: Context, cells: dict[tuple[str, str], BalanceRow], pairs: list[tuple[str, str]]
) -> tuple[Cell, ...]:
    n = ctx.numbers
    by_arm: dict[str, Cell] = {}
    for (arm, control), row in cells.items():
        by_arm.setdefault(arm, _mean_cell(ctx, row, row.mean_arm, row.sd_arm))
        by_arm.setdefault(control, _mean_cell(ctx, row, row.mean_control, row.sd_control))
    out = [by_arm[a] for a in ctx.arms if a in by_arm]
    for pair in pairs:
        row = cells[pair]
        out.append(n.number(row.smd, _SMD_DECIMALS, sign=True))
    if len(pairs) > 1:
        out.append(n.number(next(iter(cells.values())).smd_max, _SMD_DECIMALS))
    return tuple(out)


def _mean_cell(ctx: Context, row: BalanceRow, mean: object, sd: object) -> Cell:
    if row.kind != "continuous":
        return ctx.numbers.value(mean, ctx.shares)
    cell = ctx.numbers.number(mean, 1)
    if isinstance(mean, Suppressed) or not available(sd):
        return cell
    return ctx.numbers.with_spread(cell, ctx.numbers.number(sd, 1))
