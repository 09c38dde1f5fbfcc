"""How credible an effect by subgroup is, on its way out: not where the interaction itself may not be shown.

The items say whether the interaction goes the way that was expected and how small its p-value is, so that they would give
away sign and p. They go all together, for the overall rating is made of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from effektutv.results.credibility import Credibility
from effektutv.results.names import written
from effektutv.values import Suppressed

from ..protected import Decision, Role

if TYPE_CHECKING:
    from collections.abc import Sequence

    from effektutv.results.credibility import CredibilityRow
    from effektutv.results.effect_rows import EffectRow
    from effektutv.results.names import Name

__all__ = ["shown_credibility"]

RULE = "its interaction is not shown: the items would tell its sign and p-value"


def shown_credibility(found: Credibility, rows: Sequence[EffectRow]) -> tuple[Credibility | None, list[Decision]]:
    """Return the items of the subgroups whose interaction is shown, and what was decided of the others.

    Parameters
    ----------
    found : Credibility
    rows : sequence of EffectRow
        The effects as they are released. A subgroup with no interaction row among them, or with any of its levels
        hidden, is not shown.
    """
    open_: dict[tuple[object, ...], bool] = {}
    for row in rows:
        if row.subgroup:
            key = _key(row, row.subgroup)
            numbers = (row.estimate, row.std_error, row.p_value, row.p_adjusted, row.p_randomization)
            whole = not any(isinstance(v, Suppressed) for v in numbers)
            open_[key] = open_.get(key, True) and whole
    with_interaction = {_key(r, r.subgroup) for r in rows if r.kind.compares}
    kept, gone = [], dict[str, None]()
    for item in found.rows:
        key = _key(item, item.subgroup)
        if key in with_interaction and open_[key]:
            kept.append(item)
        else:
            month = "" if item.month is None else f"month {item.month}, "
            gone.setdefault(f"{item.outcome}, {month}{item.arm} and {item.control}, {written(item.subgroup)}")
    decisions = [
        Decision(table="credibility", cell=cell, rule=RULE, role=Role.COMPLEMENTARY, count_band="not stated")
        for cell in gone
    ]
    return Credibility(rows=tuple(kept), protocol=found.protocol) if kept else None, decisions


def _key(row: EffectRow | CredibilityRow, subgroup: Name) -> tuple[object, ...]:
    return row.outcome, row.clock, row.month, row.arm, row.control, subgroup
