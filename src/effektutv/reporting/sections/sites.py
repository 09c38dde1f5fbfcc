"""Effects by place of work, and how much they vary between places."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from effektutv import i18n
from effektutv.results.names import Own, written
from effektutv.results.site_heterogeneity import FEW_SITES
from effektutv.values import Suppressed, Unavailable

from ..figures.figure_block import difference_subtitle, figure_block, figure_notes
from ..model.blocks import Paragraph
from ..tables.csv_tables import effect_rows
from ..tables.effects import effect_table
from ..wording.notes import sentences

if TYPE_CHECKING:
    from effektutv.results.effect_rows import EffectRow
    from effektutv.results.site_heterogeneity import SiteRow

    from ..model.blocks import Block
    from ..wording.labels import Context

__all__ = ["_outcome", "nothing_shown", "site_blocks"]


def nothing_shown(rows: list[EffectRow]) -> bool:
    """Return whether no level of a subgroup may be shown in any contrast.

    Parameters
    ----------
    rows : list of EffectRow
        Of one subgroup.
    """
    return not any(isinstance(r.estimate, float) for r in rows if not r.kind.compares)


def _outcome(ctx: Context, row: EffectRow) -> str:
    label = ctx.labels.outcome(row.outcome)
    return label if row.month is None else f"{label}, {ctx.words('month').lower()} {row.month}"


def site_blocks(ctx: Context) -> list[Block]:
    """Return the effects by site as a figure with its table, and how much effects vary between municipalities."""
    from effektutv.plots import sites as plot

    w, value = ctx.words, ctx.inputs.value
    blocks: list[Block] = []
    if text := _variation(ctx):
        blocks.append(Paragraph(texts=(text,)))
    found = value.sites
    rows = list(found.rows) if found is not None else []
    grouped = [r for r in rows if r.subgroup]
    if found is None or not grouped or nothing_shown(grouped):
        return blocks
    contrast = ctx.labels.contrast(rows[0].arm, rows[0].control)
    shown = [r for r in rows if not r.subgroup or isinstance(r.estimate, float)]
    title, scale = w("sites_figure", contrast=contrast), ctx.scale(rows[0].outcome)
    table = effect_table(
        ctx, "data-sites", w("sites_table", outcome=_outcome(ctx, rows[0])), [(contrast, rows)], "", level_names=True,
        status=w("subgroup_exploratory"),
    )  # fmt: skip
    everyone = next(r for r in rows if not r.subgroup)
    labels: dict[str | tuple[str, str], str] = {
        ("site", written(r.level)): ctx.labels.level(Own("site"), r.level) for r in grouped if not r.kind.compares
    }
    labels |= {"site": ctx.labels.covariate(Own("site")), rows[0].outcome: ctx.labels.outcome(rows[0].outcome)}
    notes = figure_notes(ctx, *_not_shown(ctx, grouped))
    blocks.append(
        figure_block(
            ctx, "effects-by-site", title, (plot.sites, plot.alt_text), replace(found, rows=tuple(shown)).tidy(),
            effect_rows(rows), table, told=("scale", "unit_label", "decimals", "level", "places"), labels=labels,
            arms=ctx.study.arm_labels(w.lang), scale=scale.name, unit_label=scale.unit or None, decimals=scale.decimals,
            level=ctx.coverage, places=len(grouped), notes=notes,
            subtitle=difference_subtitle(ctx, scale, {everyone.control: everyone.n_control, everyone.arm: everyone.n_arm}),
        )
    )  # fmt: skip
    return blocks


def _not_shown(ctx: Context, rows: list[EffectRow]) -> list[str]:
    """Return how many places have no estimate in the figure, and why: protection, or none could be made."""
    hidden = sum(isinstance(r.estimate, Suppressed) for r in rows)
    none = sum(isinstance(r.estimate, Unavailable) for r in rows)
    counts = {"note_sites_hidden": hidden, "note_sites_none": none}
    return [ctx.words(key, n=i18n.count(n, ctx.words.lang)) for key, n in counts.items() if n]


def _variation(ctx: Context) -> str:
    """Return how much the main contrast's effect varies between municipalities, or the empty string."""
    found = ctx.inputs.value.site_variation
    row: SiteRow | None = found.rows[0] if found is not None and found.rows else None
    if row is None or found is None:
        return ""
    numbers = (row.tau, row.tau_low, row.tau_high, row.q_p_value)
    if not all(isinstance(x, float) for x in numbers):
        few = isinstance(row.tau, Suppressed) and row.tau.rule == FEW_SITES
        return ctx.words("site_variation_few" if few else "site_variation_hidden")
    tau, low, high, p = (float(x) for x in numbers if isinstance(x, float))
    scale = ctx.scale(row.outcome)
    differ = p < 1 - found.conf_level
    said = ctx.words(
        "site_variation",
        contrast=ctx.labels.contrast(row.arm, row.control),
        tau=ctx.numbers.gap(tau, scale),
        sites=ctx.numbers.count(row.sites).text,
        ci=ctx.words("ci", level=ctx.numbers.level(found.conf_level)),
        span=ctx.numbers.span(low, high, scale),
        verdict=ctx.words("sites_differ" if differ else "sites_same"),
        p=f"p = {i18n.number(p, 2, ctx.words.lang)}" if p > 0 else f"p < {i18n.number(0.01, 2, ctx.words.lang)}",
    )
    return " ".join([said, *sentences([row.note], ctx.words, ctx.labels)])
