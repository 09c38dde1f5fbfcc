"""Findings in words, from protected estimates: size, interval, and plain words for the uncertainty.

Two rules of language stand above the rest: *no difference was found* is never *there is no difference*; and a sentence on
subgroups starts from the interaction, for an effect that is clear in one level and unclear in another is no finding
(Gelman and Stern 2006).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from effektutv import language
from effektutv.results import Suppressed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from effektutv.results import EffectRow, Name, Statistic

    from .labels import Context
    from .numbers import Scale

__all__ = ["effect_sentence", "estimate_text", "scaled_text", "subgroup_sentence", "topic", "uncertainty"]


class Estimated(Protocol):
    """A row of one contrast with an estimate and an interval, whatever it estimates."""

    @property
    def arm(self) -> str: ...

    @property
    def clock(self) -> str: ...

    @property
    def estimate(self) -> Statistic: ...

    @property
    def conf_low(self) -> Statistic: ...

    @property
    def conf_high(self) -> Statistic: ...


#: First words of a level's label that need a noun before them: "personer med …".
_PREPOSITIONS = ("med", "utan", "i", "under", "över", "with", "without", "in", "below", "above")


def topic(ctx: Context, row: EffectRow) -> str:
    """Return what a row is about: the outcome, and when.

    Parameters
    ----------
    ctx : Context
    row : EffectRow
    """
    when = ctx.labels.when(row.month, row.clock)
    return f"{ctx.labels.outcome(row.outcome)} {when}".strip()


def estimate_text(ctx: Context, row: EffectRow) -> str:
    """Return an estimate with its interval: ``7,9 procentenheter (95 % konfidensintervall 1,9 till 13,9)``.

    Parameters
    ----------
    ctx : Context
    row : EffectRow
        With an estimate and an interval.
    """
    return scaled_text(ctx, row, ctx.scale(row.outcome))


def scaled_text(ctx: Context, row: Estimated, scale: Scale) -> str:
    """Return an estimate with its interval on a scale of its own; empty where there is no estimate.

    Parameters
    ----------
    ctx : Context
    row : row with ``estimate``, ``conf_low`` and ``conf_high``
    scale : Scale
    """
    if not isinstance(row.estimate, float):
        return ""
    if not isinstance(row.conf_low, float) or not isinstance(row.conf_high, float):
        return ctx.numbers.gap(row.estimate, scale)
    ci = ctx.words("ci", level=ctx.numbers.level(ctx.coverage))
    return f"{ctx.numbers.gap(row.estimate, scale)} ({ci} {ctx.numbers.span(row.conf_low, row.conf_high, scale)})"


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


def uncertainty(ctx: Context, row: Estimated, scale: Scale, kind: str = "") -> str:
    """Return a difference with plain words for its uncertainty.

    Parameters
    ----------
    ctx : Context
    row : row with ``arm``, ``clock``, ``estimate``, ``conf_low`` and ``conf_high``
    scale : Scale
    kind : {"share", "mean", "time"}
        What is lower or higher; by default as the scale has it.
    """
    if not isinstance(row.estimate, float):
        return ""
    if not isinstance(row.conf_low, float) or not isinstance(row.conf_high, float):
        return ctx.words("no_interval", size=ctx.numbers.gap(row.estimate, scale))
    estimate = scaled_text(ctx, row, scale)
    if row.conf_low > 0 or row.conf_high < 0:
        return ctx.words("excludes_start" if row.clock == "start" else "excludes", estimate=estimate)
    kind = kind or ("share" if scale.share else "mean")
    return ctx.words(
        "covers",
        estimate=estimate,
        arm=ctx.labels.arm(row.arm),
        lower=ctx.words(f"lower_{kind}"),
        higher=ctx.words(f"higher_{kind}"),
    )


def among(ctx: Context, group: Name, level: Name) -> str:
    """Return a level as it stands after ``bland``: ``kvinnor``, ``personer med daglig verksamhet``.

    Parameters
    ----------
    ctx : Context
    group, level : str or tuple of str
    """
    label = ctx.labels.level(group, level)
    lowered = label if label[:2].isupper() else label[:1].lower() + label[1:]
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
        "group": ctx.labels.covariate(group).lower(),
    }
    if len(levels) == 2 and isinstance(interaction.estimate, float):
        opening = _two_levels(ctx, interaction, levels, names)
    elif isinstance(interaction.p_value, float):
        clear = interaction.p_value < 1 - ctx.coverage
        p = language.p_value(interaction.p_value, ctx.words.lang, prefix=True)
        opening = ctx.words("joint_differs" if clear else "joint_not_differs", p=p, **names)
    else:
        hidden = isinstance(interaction.estimate, Suppressed) or isinstance(interaction.p_value, Suppressed)
        return ctx.words("interaction_suppressed" if hidden else "interaction_unavailable", **names)
    told = [_level_text(ctx, row) for row in levels]
    return f"{opening} {ctx.words('level_effects', levels=language.join(told, ctx.words.lang))}"


def _two_levels(ctx: Context, row: EffectRow, levels: Sequence[EffectRow], names: dict[str, str]) -> str:
    scale = ctx.scale(row.outcome)
    first, second = (among(ctx, row.subgroup, r.level) for r in levels)
    low, high, estimate = row.conf_low, row.conf_high, row.estimate
    if not isinstance(low, float) or not isinstance(high, float) or not isinstance(estimate, float):
        return ctx.words("interaction_unavailable", **names)
    names = {**names, "first": first, "second": second, "ci": ctx.words("ci", level=ctx.numbers.level(ctx.coverage))}
    span = ctx.numbers.span(low, high, scale)
    if low > 0 or high < 0:
        direction = ctx.words("larger" if estimate > 0 else "smaller")
        return ctx.words("differs", size=ctx.numbers.gap(abs(estimate), scale), direction=direction, span=span, **names)
    return ctx.words("not_differs", size=ctx.numbers.gap(estimate, scale), span=span, **names)


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
