"""What a difference says of chance: by the p-value of its family, and never more than the printed numbers bear.

Only the primary hypothesis may speak from its own p-value. A row of a declared family speaks from the adjusted one, and a row
of no family says that it is exploratory and not adjusted. The rule looks at the numbers as they are; where they print as the
very limit that decides (an end of the interval as 0.0, a p-value as the level), the words say on which side of it they lie.
"""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING, Protocol

from effektutv import i18n

if TYPE_CHECKING:
    from effektutv.results.bounds import BoundRow
    from effektutv.values import Statistic

    from .cells import Scale
    from .labels import Context

__all__ = [
    "Standing",
    "adjusted_p",
    "excludes_zero",
    "ruled_out",
    "scaled_text",
    "standing",
    "uncertainty",
    "zero_text",
]


class _Estimated(Protocol):
    """A row of one contrast with an estimate and an interval, whatever it estimates."""

    @property
    def arm(self) -> str: ...

    @property
    def control(self) -> str: ...

    @property
    def clock(self) -> str: ...

    @property
    def estimate(self) -> Statistic: ...

    @property
    def conf_low(self) -> Statistic: ...

    @property
    def conf_high(self) -> Statistic: ...


class Standing(Enum):
    """What a row was for: the one primary hypothesis, one of a family that is corrected together, or neither."""

    PRIMARY = auto()
    FAMILY = auto()
    EXPLORATORY = auto()


def standing(ctx: Context, row: _Estimated) -> Standing:
    """Return what a row was for.

    Parameters
    ----------
    ctx : Context
    row : row with ``arm``, ``control`` and ``clock``
        Without ``outcome`` and ``p_adjusted`` it is exploratory.
    """
    if isinstance(getattr(row, "p_adjusted", None), float):
        return Standing.FAMILY
    study = ctx.study
    of_everyone = not getattr(row, "subgroup", "") and getattr(row, "outcome", "") == study.primary.name
    main = (row.arm, row.control) == (study.arm_codes[1], study.control)
    # the primary outcome's curve over time has its name, too, but is no difference at its month
    at_its_month = hasattr(row, "p_adjusted") and row.clock in ("", study.time_zero.clock)
    return Standing.PRIMARY if of_everyone and main and at_its_month else Standing.EXPLORATORY


def ruled_out(ctx: Context, p: float) -> bool:
    """Return whether a p-value lies below the level of the report's intervals."""
    return p < _alpha(ctx)


def _alpha(ctx: Context) -> float:
    """Return the level of the report's tests; 1 − 0.95 is a little more than 0.05 in floating point."""
    return round(1 - ctx.coverage, 12)


def adjusted_p(ctx: Context, p: float) -> str:
    """Return an adjusted p-value in words; where it prints as the level itself, on which side of it it lies."""
    lang, level = ctx.words.lang, _alpha(ctx)
    shown = i18n.p_value(p, lang, prefix=True)
    if shown != i18n.p_value(level, lang, prefix=True):
        return ctx.words("p_adjusted_is", p=shown)
    side = "below" if p < level else "above" if p > level else "at"
    return ctx.words(f"p_adjusted_{side}", p=shown, level=_level(ctx))


def _level(ctx: Context) -> str:
    """Return the level of the report's tests, e.g. ``"5 %"``."""
    return ctx.numbers.level(_alpha(ctx))


def scaled_text(ctx: Context, row: _Estimated, scale: Scale) -> str:
    """Return an estimate with its interval on a scale of its own; empty where there is no estimate."""
    if not isinstance(row.estimate, float):
        return ""
    if not isinstance(row.conf_low, float) or not isinstance(row.conf_high, float):
        return ctx.numbers.gap(row.estimate, scale)
    ci = ctx.words("ci", level=ctx.numbers.level(ctx.coverage))
    return f"{ctx.numbers.gap(row.estimate, scale)} ({ci} {ctx.numbers.span(row.conf_low, row.conf_high, scale)})"


def bounds_text(ctx: Context, row: BoundRow | None, scale: Scale) -> str:
    """Return two bounds with the interval around them; empty where one of them may not be shown or does not exist."""
    if row is None:
        return ""
    ends = (row.lower, row.upper, row.conf_low, row.conf_high)
    lower, upper, low, high = (e if isinstance(e, float) else None for e in ends)
    if lower is None or upper is None or low is None or high is None:
        return ""
    unit = ctx.words("points") if scale.share else scale.unit
    shown = " ".join(filter(None, (ctx.numbers.value(upper, scale).text, unit)))
    ci = ctx.words("ci", level=ctx.numbers.level(ctx.coverage))
    span = ctx.numbers.span(low, high, scale)
    return ctx.words("from_to", low=ctx.numbers.value(lower, scale).text, high=shown, ci=ci, span=span)


def excludes_zero(low: float, high: float) -> bool:
    """Return whether an interval does not hold zero, by its ends as they are."""
    return low > 0 or high < 0


def _prints_zero(value: float, scale: Scale) -> bool:
    return i18n.rounded(value, scale.decimals, scale=scale.name) == 0


def zero_text(ctx: Context, low: float, high: float, scale: Scale) -> str:
    """Return in words that an interval does not hold zero; where its nearer end prints as zero, that it stops just short of it.

    Parameters
    ----------
    ctx : Context
    low, high : float
        Not on both sides of zero.
    scale : Scale
    """
    return ctx.words("zero_just_outside" if _prints_zero(low if low > 0 else high, scale) else "zero_outside")


def uncertainty(ctx: Context, row: _Estimated, scale: Scale, kind: str = "") -> str:
    """Return a difference with plain words for its uncertainty.

    Parameters
    ----------
    ctx : Context
    row : row with ``arm``, ``control``, ``clock``, ``estimate``, ``conf_low`` and ``conf_high``
    scale : Scale
    kind : {"share", "mean", "time"}
        What is lower or higher; by default as the scale has it.
    """
    if not isinstance(row.estimate, float):
        return ""
    low, high, what = row.conf_low, row.conf_high, standing(ctx, row)
    if not isinstance(low, float) or not isinstance(high, float):
        said = ctx.words("no_interval", size=ctx.numbers.gap(row.estimate, scale))
    elif excludes_zero(low, high):
        estimate, zero = scaled_text(ctx, row, scale), zero_text(ctx, low, high, scale)
        said = f"{ctx.words('estimated_at', estimate=estimate)} {_outside(ctx, row, what, zero)}"
    else:
        said = _compatible(ctx, row, (low, high), scale, kind or ("share" if scale.share else "mean"))
        if row.clock == "start":
            said = f"{said} {ctx.words('start_not_protected')}"
    return f"{said} {ctx.words('exploratory_plain')}" if what is Standing.EXPLORATORY else said


def _outside(ctx: Context, row: _Estimated, what: Standing, zero: str) -> str:
    """Return what an interval without zero says of chance."""
    w, p = ctx.words, getattr(row, "p_adjusted", None)
    if row.clock == "start":
        return w("outside_start", zero=zero)
    if what is Standing.PRIMARY:
        return w("outside_primary", zero=zero)
    if not isinstance(p, float):
        return w("outside_plain", zero=zero)
    key = "outside_family" if ruled_out(ctx, p) else "outside_family_not"
    return w(key, zero=zero, p=adjusted_p(ctx, p), level=_level(ctx))


def _compatible(ctx: Context, row: _Estimated, ends: tuple[float, float], scale: Scale, kind: str) -> str:
    """Return an interval with zero as the range of what is compatible with the data."""
    said = []
    for side, value in zip(("lower", "higher"), ends, strict=True):
        if _prints_zero(value, scale):
            said.append(ctx.words(f"next_to_none_{side}"))
        else:
            said.append(ctx.words(f"{side}_{kind}", size=ctx.numbers.gap(abs(value), scale)))
    return ctx.words(
        "compatible", estimate=scaled_text(ctx, row, scale), lower=said[0], higher=said[1], arm=ctx.labels.arm(row.arm)
    )
