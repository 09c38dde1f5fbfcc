"""How credible a difference in effect between subgroups is: the items of ICEMAN as a table a subgroup."""

from __future__ import annotations

from typing import TYPE_CHECKING

from effektutv import i18n
from effektutv.results.names import parts, said

from ..model.blocks import Cell, Group, Head, Row, TableBlock
from ..tables.effects import protection

if TYPE_CHECKING:
    from effektutv.results.credibility import CredibilityRow
    from effektutv.results.names import Name

    from ..wording.labels import Context

__all__ = ["credibility_table"]


def credibility_table(ctx: Context, group: Name, clock: str) -> TableBlock | None:
    """Return the items of one subgroup of the primary outcome, contrasts across; None where none were answered.

    Parameters
    ----------
    ctx : Context
    group : str or tuple of str
        The subgroup.
    clock : str
    """
    asked = [e.credibility for e in ctx.inputs.value.effects if e.credibility is not None]
    rows = [
        row
        for one in asked
        for row in one.rows
        if (row.outcome, row.subgroup, row.clock) == (ctx.study.primary.name, group, clock)
    ]
    if not rows:
        return None
    w = ctx.words
    pairs = list(dict.fromkeys((r.arm, r.control) for r in rows))
    found = {(r.item, r.arm, r.control): r for r in rows}
    locked = any(a.protocol for a in asked)
    body = tuple(
        Row(
            w(f"item_{item}") if w.has(f"item_{item}") else item.replace("_", " "),
            tuple(_answer(ctx, found.get((item, *pair))) for pair in pairs),
        )
        for item in dict.fromkeys(r.item for r in rows)
    )
    return TableBlock(
        key=f"table-credibility-{'-'.join(map(said, parts(group)))}",
        caption=w("credibility_table", group=i18n.in_sentence(ctx.labels.covariate(group))),
        heads=(Head(w("item"), words=True), *(Head(ctx.labels.contrast(*p), words=True) for p in pairs)),
        groups=(Group(body),),
        notes=(w("note_credibility"), *([w("note_locked")] if locked else []), protection(ctx)),
        file="tables/credibility.csv",
    )


def _answer(ctx: Context, row: CredibilityRow | None) -> Cell:
    """Return an answer, with what it rests on where there are words for it."""
    if row is None:
        return Cell("", words=True)
    key, why = f"answer_{row.answer}", f"evidence_{row.evidence}"
    text = ctx.words(key) if ctx.words.has(key) else row.answer.replace("_", " ")
    return Cell(f"{text}: {ctx.words(why)}" if ctx.words.has(why) else text, words=True)
