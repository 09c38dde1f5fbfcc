"""What the trial could detect: a sentence beside the main result, a table and a curve."""

from __future__ import annotations

from typing import TYPE_CHECKING

from effektutv import i18n

from ..figures.power import power_figure
from ..model.blocks import Group, Head, Paragraph, Row, Section, TableBlock
from ..tables.effects import protection
from ..wording.cells import Scale

if TYPE_CHECKING:
    from collections.abc import Sequence

    from effektutv.results.power import PowerRow

    from ..model.blocks import Block
    from ..wording.labels import Context

__all__ = ["detectable", "power_section", "power_sentence"]

_LEVEL = Scale(share=True, decimals=2)
_POWER = Scale(share=True, decimals=0)


def _detectable(ctx: Context) -> list[PowerRow]:
    """Return the rows whose effect was computed, in their order: the main contrast's first."""
    power = ctx.inputs.value.power
    rows: Sequence[PowerRow] = power.rows if power is not None else ()
    return [
        r for r in rows if r.solved == "effect" and isinstance(r.effect, float) and isinstance(r.n_arm, float | int)
    ]


def _first(ctx: Context) -> PowerRow | None:
    """Return the main contrast tested by itself."""
    main = next((a for a in ctx.arms if a != ctx.study.control), "")
    rows = (r for r in _detectable(ctx) if r.family == 1)
    return next((r for r in rows if r.arm in ("", main) and r.control in ("", ctx.study.control)), None)


def detectable(ctx: Context) -> dict[str, str]:
    """Return what the main contrast could detect, and from what share, with what power and at what level; else nothing."""
    first = _first(ctx)
    if first is None:
        return {}
    return {
        "effect": ctx.numbers.gap(_effect(first), ctx.shares),
        "baseline": _percent(ctx, first.baseline),
        "power": i18n.percent(first.power, 0, ctx.words.lang),
        "alpha": _percent(ctx, first.alpha),
    }


def power_sentence(ctx: Context) -> str:
    """Return the smallest difference that could be detected, in words; empty where the study has no plan."""
    rows, first = _detectable(ctx), _first(ctx)
    if first is None:
        return ""
    w, lang = ctx.words, ctx.words.lang
    sizes = {"n_arm": i18n.count(first.n_arm, lang), "n_control": i18n.count(first.n_control, lang)}
    out = w(
        "power_sentence_equal" if first.n_arm == first.n_control else "power_sentence",
        **detectable(ctx), **sizes,
    )  # fmt: skip
    family = next((r for r in rows if r.family > 1 and (r.arm, r.control) == (first.arm, first.control)), None)
    if family is None:
        return out
    shown = ctx.numbers.gap(_effect(family), ctx.shares)
    return f"{out} {w('power_family', family=i18n.count(family.family, lang), effect=shown)}"


def _effect(row: PowerRow) -> float:
    return row.effect if isinstance(row.effect, float) else 0.0


def _percent(ctx: Context, share: float) -> str:
    """Return a planned share with no more decimals than it has."""
    whole = abs(share * 100 - round(share * 100)) < 1e-9
    return i18n.percent(share, 0 if whole else 1, ctx.words.lang)


def power_section(ctx: Context) -> Section | None:
    """Return the section on what the trial could detect, or None where the study has no plan."""
    if not _detectable(ctx):
        return None
    table = _power_table(ctx)
    blocks: list[Block] = [Paragraph(texts=tuple(filter(None, [power_sentence(ctx)])))]
    curve = ctx.inputs.value.power_curve
    blocks += [power_figure(ctx, curve, table)] if curve is not None and curve.rows else []
    return Section(key="power", title=ctx.words("power"), blocks=(*blocks, table))


def _power_table(ctx: Context) -> TableBlock:
    """Return the smallest detectable differences, a row a planned test."""
    w, n = ctx.words, ctx.numbers
    body = []
    for row in _detectable(ctx):
        cells = (
            n.counts(row.n_arm, row.n_control), n.count(row.family), n.value(row.alpha_each, _LEVEL),
            n.value(row.baseline, ctx.shares), n.value(row.power, _POWER), n.value(row.effect, ctx.shares),
        )  # fmt: skip
        body.append(Row(ctx.labels.contrast(row.arm, row.control) if row.arm else w("power_two_arms"), cells))
    return TableBlock(
        key="table-power",
        caption=w("power_table"),
        heads=(
            Head(w("contrast"), words=True), Head(w("persons"), f"{w('in_arm')} / {w('in_control')}"),
            Head(w("power_tests")), Head(w("power_level"), w("percent")),
            Head(w("power_baseline"), w("percent")), Head(w("power_power"), w("percent")),
            Head(w("power_effect"), w("points")),
        ),
        groups=(Group(tuple(body)),),
        notes=(w("note_power"), protection(ctx)),
        file="tables/power.csv",
    )  # fmt: skip
