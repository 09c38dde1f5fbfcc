"""The primary outcome adjusted for the plan's prognostic covariates, beside the unadjusted estimate, and the variance gained."""

from __future__ import annotations

from typing import TYPE_CHECKING

from effektutv import i18n
from effektutv.values import Suppressed

from ..model.blocks import Group, Head, Paragraph, Row, TableBlock
from ..tables.effects import estimator_name, marks, protection, variance_name
from ..wording.chance import scaled_text
from ..wording.estimands import effect_estimand, sizes_note
from ..wording.notes import sentences

if TYPE_CHECKING:
    from effektutv.results.effect_rows import EffectRow
    from effektutv.values import Statistic

    from ..model.blocks import Block
    from ..wording.labels import Context

__all__ = ["adjusted_blocks", "adjusted_covariates", "adjusted_sentence"]

_ROUNDED = Suppressed("made of rounded numbers")
#: A share of the variance that is shown as nothing.
_NOTHING = 0.0005


def adjusted_covariates(ctx: Context) -> str:
    """Return the covariates that the plan adjusts for, in words."""
    return i18n.join([_named(ctx, c) for c in ctx.study.design.covariates], ctx.words.lang)


def _named(ctx: Context, covariate: str) -> str:
    """Return a covariate's name as it stands in a sentence: lowered, and without its unit (``Age, years``)."""
    label = ctx.labels.covariate(covariate)
    declared = next(c for c in ctx.study.covariates if c.name == covariate)
    label = label.partition(",")[0] if declared.kind == "continuous" else label
    return i18n.in_sentence(label)


def _pairs(ctx: Context) -> list[tuple[EffectRow, EffectRow]]:
    """Return each contrast's unadjusted and adjusted row."""
    found = ctx.inputs.value.adjusted
    if found is None or not ctx.clocks:
        return []
    plain = {(r.arm, r.control): r for r in ctx.everyone(ctx.study.primary.name, ctx.clocks[0])}
    return [(plain[r.arm, r.control], r) for r in found.rows if not r.subgroup and (r.arm, r.control) in plain]


def _gained(plain: EffectRow, adjusted: EffectRow) -> Statistic:
    """Return the share of the variance that adjustment takes away: 1 − V_adjusted / V_unadjusted; below 0 where it adds some."""
    for row in (plain, adjusted):
        if not isinstance(row.std_error, float):
            return row.std_error
        if isinstance(row.df, Suppressed):
            # the error is rounded for the sake of a hidden number of persons: a ratio of two such says nothing
            return _ROUNDED
    before, after = float(plain.std_error), float(adjusted.std_error)  # type: ignore[arg-type]
    return 1 - (after / before) ** 2 if before > 0 else _ROUNDED


def adjusted_sentence(ctx: Context) -> str:
    """Return the adjusted estimate of the primary contrast and the variance gained; empty where the plan names no covariates."""
    main = (ctx.study.arm_codes[1], ctx.study.control)
    found = next((p for p in _pairs(ctx) if (p[1].arm, p[1].control) == main), None)
    if found is None:
        return ""
    estimate = scaled_text(ctx, found[1], ctx.scale(found[1].outcome))
    if not estimate:
        return ""
    contrast = ctx.labels.contrast(*main)
    said = ctx.words("adjusted_sentence", covariates=adjusted_covariates(ctx), contrast=contrast, estimate=estimate)
    gained = _gained(*found)
    if not isinstance(gained, float):
        return said
    if abs(gained) < _NOTHING:
        return f"{said} {ctx.words('adjusted_gains_nothing')}"
    share = ctx.numbers.amount(abs(gained), ctx.shares)
    if gained < 0:
        return f"{said} {ctx.words('adjusted_adds', share=share)}"
    more = i18n.percent(1 / (1 - gained) - 1, 0, ctx.words.lang)
    return f"{said} {ctx.words('adjusted_gains', share=share, more=more)}"


def adjusted_blocks(ctx: Context) -> list[Block]:
    """Return the adjusted estimate as a sentence and, beside the unadjusted one, as a table; nothing without covariates."""
    pairs = _pairs(ctx)
    if not pairs:
        return []
    w, n = ctx.words, ctx.numbers
    scale = ctx.scale(ctx.study.primary.name)
    unit = w("points") if scale.share else scale.unit
    ci = w("ci_short", level=n.level(ctx.coverage))
    rows = []
    for plain, adjusted in pairs:
        cells = [
            cell
            for r in (plain, adjusted)
            for cell in (n.estimate(r.estimate, r.std_error, scale), n.interval(r.conf_low, r.conf_high, scale))
        ]
        gained = n.value(_gained(plain, adjusted), ctx.shares)
        rows.append(Row(ctx.labels.contrast(adjusted.arm, adjusted.control), (*cells, gained)))
    after = [a for _, a in pairs]
    estimate = Head(w("estimate"), f"({w('se')})")
    table = TableBlock(
        key="table-adjusted",
        caption=w("adjusted_table", outcome=_dated(ctx, after[0]), covariates=adjusted_covariates(ctx)),
        spans=(
            Head(""), Head(", ".join(filter(None, (w("unadjusted"), unit))), span=2),
            Head(", ".join(filter(None, (w("adjusted_difference"), unit))), span=2), Head(w("variance_gained")),
        ),
        heads=(Head(w("contrast"), words=True), estimate, Head(ci), estimate, Head(ci), Head(w("percent"))),
        groups=(Group(tuple(rows)),),
        notes=(
            effect_estimand(ctx, after),
            w(
                "note_adjusted", covariates=adjusted_covariates(ctx), estimator=estimator_name(ctx, after[0], adjusted=True),
                vcov=variance_name(ctx, after[0]), level=w("cis", level=n.level(ctx.coverage)),
            ),
            w("note_adjusted_planned" if ctx.locked else "note_adjusted_declared"), sizes_note(ctx, after),
            *sentences((r.note for r in after), w, ctx.labels),
            *marks(ctx, [v for p in pairs for r in p for v in (r.estimate, r.std_error, r.conf_low)]), protection(ctx),
        ),
        file="tables/adjusted.csv",
    )  # fmt: skip
    said = adjusted_sentence(ctx)
    return [*([Paragraph(texts=(said,))] if said else []), table]


def _dated(ctx: Context, row: EffectRow) -> str:
    when = ctx.labels.when(row.month, row.clock)
    return ", ".join(filter(None, (ctx.labels.outcome(row.outcome), when)))
