"""The main effect by half-year of entry."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..tables.effects import effect_table
from .sites import _outcome, nothing_shown

if TYPE_CHECKING:
    from ..model.blocks import Block
    from ..wording.labels import Context

__all__ = ["entry_table"]


def entry_table(ctx: Context) -> list[Block]:
    """Return the effects by half-year of entry as a table; nothing where there are none."""
    found = ctx.inputs.value.entry
    rows = [r for r in found.rows if r.subgroup] if found is not None else []
    if not rows or nothing_shown(rows):
        return []
    members = [
        (ctx.labels.contrast(arm, control), [r for r in rows if (r.arm, r.control) == (arm, control)])
        for arm, control in dict.fromkeys((r.arm, r.control) for r in rows)
    ]
    caption = ctx.words("entry_table", outcome=_outcome(ctx, rows[0]))
    status = ctx.words("subgroup_exploratory")
    return [effect_table(ctx, "table-entry", caption, members, "tables/entry.csv", level_names=True, status=status)]
