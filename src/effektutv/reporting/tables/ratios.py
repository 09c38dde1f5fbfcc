"""Risk and odds ratios of every 0/1 outcome, beside its differences (CONSORT 2025, item 26)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..model.blocks import Cell, Group, Head, Row, TableBlock
from ..wording.cells import Scale
from ..wording.estimands import contrasts_text, intercurrent, population, sizes_note
from ..wording.notes import sentences
from .effects import marks, protection

if TYPE_CHECKING:
    from effektutv.results.ratios import RatioRow

    from ..wording.labels import Context

__all__ = ["ratio_table"]

_RATIO = Scale(share=False, decimals=2)
_MEASURES = ("risk ratio", "odds ratio")


def ratio_table(ctx: Context) -> TableBlock | None:
    """Return the ratios as a table, an outcome a group and a contrast a row; None where there are none."""
    rows = [r for found in ctx.inputs.value.ratios for r in found.rows]
    if not rows:
        return None
    w, n = ctx.words, ctx.numbers
    groups = []
    for outcome in dict.fromkeys(r.outcome for r in rows):
        mine = {(r.arm, r.control, r.measure): r for r in rows if r.outcome == outcome}
        pairs = dict.fromkeys((arm, control) for arm, control, _ in mine)
        month = next(r.month for r in rows if r.outcome == outcome)
        label = ctx.labels.outcome(outcome)
        title = label if month is None else f"{label}, {w('month').lower()} {month}"
        groups.append(Group(tuple(_row(ctx, mine, pair) for pair in pairs), title))
    first = rows[0]
    ci = w("ci_short", level=n.level(ctx.coverage))
    when = ctx.labels.when(None, first.clock) if first.month is None else ctx.labels.clock(first.clock).lower()
    outcome = w("outcome_each", when=when) if when else w("outcome_each_plain")
    return TableBlock(
        key="table-ratios",
        caption=w("ratio_table"),
        spans=(Head(""), Head(w("risk_ratio"), span=2), Head(w("odds_ratio"), span=2), Head(w("persons"))),
        heads=(
            Head(w("contrast"), words=True), Head(w("estimate")), Head(ci), Head(w("estimate")), Head(ci),
            Head(f"{w('in_arm')} / {w('in_control')}"),
        ),
        groups=tuple(groups),
        notes=(
            w(
                "note_estimand", population=population(ctx), outcome=outcome, contrasts=contrasts_text(ctx, rows),
                intercurrent=intercurrent(ctx), summary=w("summary_short_ratio"),
            ),
            w("note_ratios", level=w("cis", level=n.level(ctx.coverage))), sizes_note(ctx, rows),
            *sentences((r.note for r in rows), w, ctx.labels),
            *marks(ctx, [v for r in rows for v in (r.estimate, r.conf_low, r.n_arm, r.n_control)]), protection(ctx),
        ),
        file="tables/ratios.csv",
    )  # fmt: skip


def _row(ctx: Context, mine: dict[tuple[str, str, str], RatioRow], pair: tuple[str, str]) -> Row:
    """Return one contrast: risk ratio, odds ratio, each with its interval, and the persons."""
    n, cells = ctx.numbers, list[Cell]()
    for measure in _MEASURES:
        row = mine[(*pair, measure)]
        cells += [n.value(row.estimate, _RATIO), n.interval(row.conf_low, row.conf_high, _RATIO)]
    row = mine[(*pair, _MEASURES[0])]
    return Row(ctx.labels.contrast(*pair), (*cells, n.counts(row.n_arm, row.n_control)))
