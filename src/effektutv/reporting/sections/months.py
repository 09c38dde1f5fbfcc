"""The section on the course by month: shares by arm as figures, effects with both kinds of bands as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..figures.effects_by_month import effects_figure
from ..figures.figures import profile_figure
from ..model.blocks import Group, Head, Row, Section, TableBlock
from ..tables.effects import estimator_note, marks, protection
from ..wording.estimands import effect_estimand
from ..wording.notes import sentences
from ..wording.study_facts import band_note

if TYPE_CHECKING:
    from effektutv.results.effect_rows import EffectRow
    from effektutv.results.profiles import EffectBand, Profile

    from ..model.blocks import Block, FigureBlock
    from ..wording.labels import Context

__all__ = ["months_section"]

#: States whose course by month the report draws, besides the primary outcome's; the others are in the tables.
_DRAWN = ("work_with_support", "benefit", "studies", "active")
#: Months between the rows of the table of effects on the page; the files have them all.
_STEP = 3
_MOST = 12


def months_section(ctx: Context) -> Section | None:
    """Return the section on the course by month, or None where the study has no months."""
    primary, states = ctx.study.primary.name, {o.name: o.state for o in ctx.study.outcomes}
    main = ctx.study.time_zero.clock
    found = [
        (p, *key) for p in ctx.inputs.value.profiles for key in dict.fromkeys((r.outcome, r.clock) for r in p.rows)
    ]
    drawn = [
        (p, outcome, clock)
        for p, outcome, clock in found
        if outcome == primary or (clock in (main, "") and states.get(outcome) in _DRAWN)
    ]
    # the primary outcome first, on the study's clock and then on the other
    drawn.sort(key=lambda item: (item[1] != primary, item[2] != main))
    if not drawn:
        return None
    blocks: list[Block] = []
    for p, outcome, clock in drawn:
        blocks.append(profile_figure(ctx, p, outcome, clock))
        if outcome == primary and clock in (main, ""):
            blocks += _effects(ctx, p, outcome, clock)
    return Section(key="months", title=ctx.words("months"), blocks=tuple(blocks))


def _effects(ctx: Context, profile: Profile, outcome: str, clock: str) -> list[FigureBlock]:
    """Return the effects by month as a figure with its table; nothing where there are none."""
    rows = [r for r in profile.effects.rows if (r.outcome, r.clock) == (outcome, clock) and not r.subgroup]
    if not rows:
        return []
    return [effects_figure(ctx, profile, rows, _effects_table(ctx, profile, rows))]


def _effects_table(ctx: Context, profile: Profile, rows: list[EffectRow]) -> TableBlock:
    """Return the effects by month with pointwise intervals and simultaneous bands."""
    w, n, outcome, clock = ctx.words, ctx.numbers, rows[0].outcome, rows[0].clock
    scale = ctx.scale(outcome)
    bands = {(b.month, b.arm, b.control): b for b in profile.bands.rows if (b.outcome, b.clock) == (outcome, clock)}
    months = sorted({r.month for r in rows if r.month is not None})
    shown = [m for m in months if m % _STEP == 0] if len(months) > _MOST else months
    used = [r for r in rows if r.month in shown]
    pairs = dict.fromkeys((r.arm, r.control) for r in rows)
    groups = tuple(
        Group(
            tuple(
                _month_row(ctx, r, bands.get((r.month or 0, *pair)))
                for r in sorted(used, key=lambda r: r.month or 0)
                if (r.arm, r.control) == pair
            ),
            ctx.labels.contrast(*pair),
        )
        for pair in pairs
    )
    level, unit = n.level(profile.effects.conf_level), w("points") if scale.share else scale.unit
    bounds = [bands[m, *p].sim_low for m in shown for p in pairs if (m, *p) in bands]
    fewer = [w("note_risk_months")] if len(shown) < len(months) else []
    simultaneous = [band_note(ctx, "note_simultaneous", bands.values(), profile.bands.draws)] if bands else []
    shown_as = (w("share"), w("percent")) if scale.share else (w("mean"), scale.unit)
    return TableBlock(
        key="data-effects-by-month",
        caption=w("effects_by_month", outcome=ctx.labels.outcome(outcome)),
        spans=(
            Head(""), Head(", ".join(filter(None, shown_as)), span=2),
            Head(", ".join(filter(None, (w("difference"), unit))), span=3), Head(w("persons")),
        ),
        heads=(
            Head(w("month"), words=True), Head(w("in_arm")), Head(w("in_control")),
            Head(w("estimate"), f"({w('se')})"), Head(w("ci_short", level=level), w("pointwise")),
            Head(w("band_short", level=level), w("simultaneous")), Head(f"{w('in_arm')} / {w('in_control')}"),
        ),
        groups=groups,
        notes=(
            effect_estimand(ctx, used), estimator_note(ctx, used[0]), *simultaneous, w("note_n_rows"), *fewer,
            *sentences((r.note for r in used), w, ctx.labels),
            *marks(ctx, [*(v for r in used for v in (r.estimate, r.conf_low, r.n_arm)), *bounds]), protection(ctx),
        ),
        file="",
    )  # fmt: skip


def _month_row(ctx: Context, row: EffectRow, band: EffectBand | None) -> Row:
    n, scale = ctx.numbers, ctx.scale(row.outcome)
    ends = (band.sim_low, band.sim_high) if band is not None else (None, None)
    cells = (
        n.value(row.share_arm, scale), n.value(row.share_control, scale), n.estimate(row.estimate, row.std_error, scale),
        n.interval(row.conf_low, row.conf_high, scale), n.interval(ends[0], ends[1], scale), n.counts(row.n_arm, row.n_control),
    )  # fmt: skip
    return Row(str(row.month), cells)
