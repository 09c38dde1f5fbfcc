"""Findings in words, from protected estimates: size, interval, and plain words for the uncertainty.

Two rules of language stand above the rest: an interval that covers zero is told as what is compatible with the data, never as
*there is no difference* (:mod:`.chance`); and a sentence on subgroups starts from the interaction, for an effect that is clear
in one level and unclear in another is no finding (Gelman and Stern 2006).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from effektutv import i18n
from effektutv.values import Suppressed

from .chance import adjusted_p, excludes_zero, ruled_out, uncertainty, zero_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from effektutv.results.effect_rows import EffectRow
    from effektutv.results.names import Name

    from .labels import Context

__all__ = ["effect_sentence", "subgroup_sentence", "topic"]


#: First words of a level's label that need a noun before them: "personer med …".
_PREPOSITIONS = ("med", "utan", "i", "under", "över", "with", "without", "in", "below", "above")


def topic(ctx: Context, row: EffectRow) -> str:
    """Return what a row is about: the outcome, and when."""
    when = ctx.labels.when(row.month, row.clock)
    return f"{ctx.labels.outcome(row.outcome)} {when}".strip()


def effect_sentence(ctx: Context, row: EffectRow, *, about: bool = True) -> str:
    """Return the finding of one contrast for everyone.

    Parameters
    ----------
    ctx : Context
    row : EffectRow
    about : bool
        Whether the sentence says which outcome and month it is about.
    """
    names = {"arm": ctx.labels.arm(row.arm), "control": ctx.labels.arm(row.control), "topic": topic(ctx, row)}
    if not isinstance(row.estimate, float):
        key = "effect_suppressed" if isinstance(row.estimate, Suppressed) else "effect_unavailable"
        return ctx.words(key if about else f"{key}_short", **names)
    scale = ctx.scale(row.outcome)
    if isinstance(row.share_arm, float) and isinstance(row.share_control, float):
        values = {
            "arm_value": ctx.numbers.amount(row.share_arm, scale),
            "control_value": ctx.numbers.amount(row.share_control, scale),
        }
        shares = ctx.words("shares" if about else "values", **names, **values)
    else:
        versus = ctx.words("versus", **names)
        shares = f"{names['topic']}: {versus}" if about else versus
    return f"{shares} {uncertainty(ctx, row, scale)}"


def among(ctx: Context, group: Name, level: Name) -> str:
    """Return a level as it stands after ``bland``: ``kvinnor``, ``personer med daglig verksamhet``."""
    label = ctx.labels.level(group, level)
    lowered = i18n.in_sentence(label)
    first = lowered.split(" ", 1)[0]
    return ctx.words("people_level", level=lowered) if first in _PREPOSITIONS else lowered


def subgroup_sentence(ctx: Context, interaction: EffectRow, levels: Sequence[EffectRow]) -> str:
    """Return the finding on one subgroup and contrast: the interaction first, then each level's effect.

    Parameters
    ----------
    ctx : Context
    interaction : EffectRow
    levels : sequence of EffectRow
        In their declared order.
    """
    group = interaction.subgroup
    names: dict[str, str] = {
        "arm": ctx.labels.arm(interaction.arm),
        "control": ctx.labels.arm(interaction.control),
        "group": i18n.in_sentence(ctx.labels.covariate(group)),
    }
    if len(levels) == 2 and isinstance(interaction.estimate, float):
        opening = _two_levels(ctx, interaction, levels, names)
    elif isinstance(interaction.p_value, float):
        opening = _joint(ctx, interaction, interaction.p_value, names)
    else:
        hidden = isinstance(interaction.estimate, Suppressed) or isinstance(interaction.p_value, Suppressed)
        return ctx.words("interaction_suppressed" if hidden else "interaction_unavailable", **names)
    told = [_level_text(ctx, row) for row in levels]
    out = f"{opening} {ctx.words('level_effects', levels=i18n.join(told, ctx.words.lang))}"
    return " ".join(filter(None, (out, _exploratory(ctx, interaction))))


def _exploratory(ctx: Context, row: EffectRow) -> str:
    """Return that a comparison of effects is exploratory; empty where it is one of the declared ones."""
    if _declared(ctx, row):
        return ""
    return ctx.words("exploratory_adjusted" if isinstance(row.p_adjusted, float) else "exploratory_plain")


def _declared(ctx: Context, row: EffectRow) -> bool:
    """Return whether the study declares a subgroup as planned, and the row is of the contrast that it is declared for."""
    planned = {s.name for s in ctx.study.subgroups if s.prespecified}
    return row.subgroup in planned and (row.arm, row.control) == (ctx.study.arm_codes[1], ctx.study.control)


def _joint(ctx: Context, row: EffectRow, p: float, names: dict[str, str]) -> str:
    """Return what a joint test says: by the adjusted p-value where there is one."""
    if isinstance(row.p_adjusted, float):
        clear, shown = ruled_out(ctx, row.p_adjusted), adjusted_p(ctx, row.p_adjusted)
    else:
        clear, shown = ruled_out(ctx, p), i18n.p_value(p, ctx.words.lang, prefix=True)
    return ctx.words("joint_differs" if clear else "joint_not_differs", p=shown, **names)


def _two_levels(ctx: Context, row: EffectRow, levels: Sequence[EffectRow], names: dict[str, str]) -> str:
    scale = ctx.scale(row.outcome)
    first, second = (among(ctx, row.subgroup, r.level) for r in levels)
    low, high, estimate = row.conf_low, row.conf_high, row.estimate
    if not isinstance(low, float) or not isinstance(high, float) or not isinstance(estimate, float):
        return ctx.words("interaction_unavailable", **names)
    names = {**names, "first": first, "second": second, "ci": ctx.words("ci", level=ctx.numbers.level(ctx.coverage))}
    span = ctx.numbers.span(low, high, scale)
    if not excludes_zero(low, high):
        return ctx.words("not_differs", size=ctx.numbers.gap(estimate, scale), span=span, **names)
    said = {
        "size": ctx.numbers.gap(abs(estimate), scale), "span": span, "zero": zero_text(ctx, low, high, scale),
        "direction": ctx.words("larger" if estimate > 0 else "smaller"), **names,
    }  # fmt: skip
    if not isinstance(row.p_adjusted, float):
        return ctx.words("differs_plain", **said)
    key = "differs" if ruled_out(ctx, row.p_adjusted) else "differs_by_itself"
    return ctx.words(key, p=adjusted_p(ctx, row.p_adjusted), **said)


def _level_text(ctx: Context, row: EffectRow) -> str:
    scale, level = ctx.scale(row.outcome), among(ctx, row.subgroup, row.level)
    if not isinstance(row.estimate, float):
        return ctx.words(
            "level_suppressed" if isinstance(row.estimate, Suppressed) else "level_unavailable", level=level
        )
    if not isinstance(row.conf_low, float) or not isinstance(row.conf_high, float):
        return ctx.words("level_point", size=ctx.numbers.gap(row.estimate, scale), level=level)
    span = ctx.numbers.span(row.conf_low, row.conf_high, scale)
    return ctx.words("level_effect", size=ctx.numbers.gap(row.estimate, scale), span=span, level=level)
