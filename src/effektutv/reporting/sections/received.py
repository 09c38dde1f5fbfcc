"""The section on what each arm received: the contrast that every effect in the report is an effect of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from effektutv import i18n
from effektutv.results.services_received import ALL_ACTORS

from ..figures.figure_block import figure_block, figure_notes, subtitle
from ..model.blocks import Cell, Group, Head, Paragraph, Row, Section, TableBlock
from ..tables.effects import marks, protection
from ..tables.received import hours_rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from effektutv.results.services_received import HoursRow, Received, ShareRow, Shares

    from ..model.blocks import Block, FigureBlock
    from ..wording.labels import Context

__all__ = ["received_section", "received_sentences", "shares_table"]

_DECIMALS = 1


def received_section(ctx: Context) -> Section | None:
    """Return the section on what each arm received, or None where the study does not say."""
    found = ctx.inputs.value.received
    if found is None or not (found.rows or found.shares.rows):
        return None
    blocks: list[Block] = [Paragraph(texts=received_sentences(ctx, found))]
    if found.rows:
        table = _hours_table(ctx, found.rows)
        # hours that were not delivered have a reason and no bars
        blocks += [_figure(ctx, found, table)] if any(r.actor != ALL_ACTORS for r in found.rows) else []
        blocks.append(table)
    if found.shares.rows:
        note = _shares_note(ctx, found.shares)
        blocks.append(
            shares_table(
                ctx, found.shares, key="table-shares", caption=ctx.words("shares_table"), notes=(note,),
                file="tables/received_shares.csv",
            )
        )  # fmt: skip
    return Section(key="received", title=ctx.words("received"), blocks=tuple(blocks))


def received_sentences(ctx: Context, found: Received) -> tuple[str, ...]:
    """Return the opening: that this is the contrast, how many hours each arm had, and which actor differed most.

    Parameters
    ----------
    ctx : Context
    found : Received
        Protected.
    """
    w, n = ctx.words, ctx.numbers
    if not found.rows:
        return (w("received_opening"), w("received_no_hours"))
    means = {(r.actor, r.arm): r.mean for r in found.rows if isinstance(r.mean, float)}
    out = [w("received_opening")]
    of_arms = [
        w("received_hours_of", hours=n.number(means[ALL_ACTORS, a], _DECIMALS).text, arm=ctx.labels.arm(a))
        for a in ctx.arms
        if (ALL_ACTORS, a) in means
    ]
    month = i18n.count(found.rows[0].month, w.lang)
    if of_arms:
        arms = i18n.join(of_arms, w.lang)
        out.append(w("received_hours", arms=arms, month=month))
    spread = {}
    for actor in dict.fromkeys(r.actor for r in found.rows if r.actor != ALL_ACTORS):
        known = [means[actor, a] for a in ctx.arms if (actor, a) in means]
        if len(known) == len(ctx.arms):
            spread[actor] = max(known) - min(known)
    if spread and max(spread.values()) > 0:
        actor = max(spread, key=lambda a: spread[a])
        values = [
            w("received_value_of", value=n.number(means[actor, a], _DECIMALS).text, arm=ctx.labels.arm(a))
            for a in ctx.arms
        ]
        # the largest of what protection left may not be the largest
        hidden = len(spread) < len({r.actor for r in found.rows} - {ALL_ACTORS})
        key = "received_most_shown" if hidden else "received_most"
        out.append(w(key, actor=actor_name(ctx, actor), values=i18n.join(values, w.lang)))
    return (" ".join(out),)


def actor_name(ctx: Context, actor: str) -> str:
    """Return an actor's name.

    Parameters
    ----------
    ctx : Context
    actor : str
        As in the time reports.
    """
    key = f"actor_{actor}"
    return ctx.words(key) if ctx.words.has(key) else actor


def _hours_table(ctx: Context, rows: Sequence[HoursRow]) -> TableBlock:
    """Return actors down and arms across: hours a person, a month, and the share with any."""
    w, n = ctx.words, ctx.numbers
    arms = [a for a in ctx.arms if any(r.arm == a for r in rows)]
    found = {(r.actor, r.arm): r for r in rows}
    body = []
    for actor in dict.fromkeys(r.actor for r in rows):
        cells: list[Cell] = []
        for arm in arms:
            row = found[actor, arm]
            cells += [
                n.number(row.mean, _DECIMALS), n.number(row.mean_month, _DECIMALS), n.value(row.share, ctx.shares),
            ]  # fmt: skip
        body.append(Row(actor_name(ctx, actor), tuple(cells)))
    sizes = {r.arm: n.count(r.n).text for r in rows}
    heads = [Head(w("actor"), words=True)]
    for _ in arms:
        heads += [Head(w("hours_mean")), Head(w("hours_month")), Head(w("hours_share"))]
    month = rows[0].month
    values = [v for r in rows for v in (r.mean, r.share)]
    return TableBlock(
        key="table-hours",
        caption=w("hours_table", month=i18n.count(month, w.lang)),
        spans=(Head(""), *(Head(f"{ctx.labels.arm_short(a)} (n = {sizes[a]})", span=3) for a in arms)),
        heads=tuple(heads),
        groups=(Group(tuple(body)),),
        notes=(
            w("note_hours", month=i18n.count(month, w.lang)),
            *marks(ctx, values), protection(ctx),
        ),
        file="tables/received_hours.csv",
    )  # fmt: skip


def _shares_note(ctx: Context, shares: Shares) -> str:
    """Return the note on shares: of programmes and decisions only where the table has them."""
    items = {r.item for r in shares.rows}
    programmes, decisions = "programme" in items, any(item.startswith("decision") for item in items)
    given = {(True, True): "both", (True, False): "programme", (False, True): "decided"}.get((programmes, decisions))
    keys = ["note_shares", *([f"note_shares_{given}"] if given else []), *(["note_shares_close"] if decisions else [])]
    return " ".join(ctx.words(key) for key in keys)


def shares_table(
    ctx: Context, shares: Shares, *, key: str, caption: str, notes: tuple[str, ...], file: str
) -> TableBlock:
    """Return items down and arms across: persons, and per cent of everyone assigned.

    Parameters
    ----------
    ctx : Context
    shares : Shares
        Protected.
    key, caption : str
    notes : tuple of str
        Those on marks and on protection are added.
    file : str
    """
    w, n = ctx.words, ctx.numbers
    arms = [a for a in ctx.arms if any(r.arm == a for r in shares.rows)]
    found = {(r.item, r.arm): r for r in shares.rows}
    body = []
    for item in dict.fromkeys(r.item for r in shares.rows):
        cells: list[Cell] = []
        for arm in arms:
            row = found[item, arm]
            cells += [n.count(row.persons), n.value(row.share, ctx.shares)]
        body.append(Row(_item(ctx, found[item, arms[0]]), tuple(cells)))
    sizes = {r.arm: n.count(r.n).text for r in shares.rows}
    heads = [Head(w("given"), words=True)]
    for _ in arms:
        heads += [Head(w("persons_unit")), Head(w("percent"))]
    values = [v for r in shares.rows for v in (r.persons, r.share)]
    return TableBlock(
        key=key,
        caption=caption,
        spans=(Head(""), *(Head(f"{ctx.labels.arm_short(a)} (n = {sizes[a]})", span=2) for a in arms)),
        heads=tuple(heads),
        groups=(Group(tuple(body)),),
        notes=(*notes, *marks(ctx, values), protection(ctx)),
        file=file,
    )


def _item(ctx: Context, row: ShareRow) -> str:
    month = "" if row.month is None else i18n.count(row.month, ctx.words.lang)
    kind, _, age = row.item.partition("_")
    return (
        ctx.words("item_turned_age", month=month, age=age)
        if kind == "turned"
        else ctx.words(f"item_{row.item}", month=month)
    )


def _figure(ctx: Context, found: Received, table: TableBlock) -> FigureBlock:
    """Return hours by actor, stacked by arm."""
    from effektutv.plots import stacked_bars

    rows = tuple(r for r in found.rows if r.actor != ALL_ACTORS)
    data = found.tidy()
    data = (
        data[data["actor"] != ALL_ACTORS].drop(columns="share").rename(columns={"actor": "category", "mean": "share"})
    )
    labels = {r.actor: actor_name(ctx, r.actor) for r in rows}
    month = i18n.count(rows[0].month, ctx.words.lang)
    return figure_block(
        ctx, "hours-by-actor", ctx.words("hours_figure", month=month), (stacked_bars.stacked_bars, stacked_bars.alt_text), data,
        hours_rows(found.rows), table, told=("unit",), labels=labels, arms=ctx.study.arm_labels(ctx.words.lang), unit="hours",
        notes=figure_notes(ctx), subtitle=subtitle(ctx, "subtitle_hours", {r.arm: r.n for r in rows}),
    )  # fmt: skip
