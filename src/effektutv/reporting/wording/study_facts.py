"""Particulars of a study that sentences of the report name: draws that were made, months of a band, who is followed longer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from effektutv import i18n
from effektutv.results.profiles import NO_VARIANCE
from effektutv.values import Suppressed, Unavailable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from effektutv.results.profiles import ArmSummary, EffectBand

    from .labels import Context

__all__ = ["band_note", "benefit_words", "delay_within", "followed", "has_consultant", "knows_events", "redrawn_note"]


def redrawn_note(ctx: Context) -> str:
    """Return how the redrawn p-values of the report were made, with the number of draws where the report has the test."""
    test = ctx.inputs.value.randomization
    draws = test.rows[0].draws if test is not None and test.rows else 0
    if not draws:
        return ctx.words("note_randomization_plain")
    return ctx.words("note_randomization", draws=i18n.count(draws, ctx.words.lang))


def band_note(ctx: Context, key: str, rows: Iterable[ArmSummary | EffectBand], draws: int) -> str:
    """Return the note on simultaneous bands: the months that they hold, and the draws behind them.

    Parameters
    ----------
    ctx : Context
    key : str
        ``"note_bands"`` or ``"note_simultaneous"``.
    rows : iterable of ArmSummary or EffectBand
        Of one outcome and clock. A month whose band is hidden, or has no variance, is one of the band's; the day of
        randomisation or start, of which there is no effect, is where it has a band that is shown.
    draws : int
    """
    months = sorted(r.month for r in rows if r.month is not None and _in_band(r.month, r.sim_low))
    span = f"{months[0]}–{months[-1]}" if months else ""
    return ctx.words(key, months=span, draws=i18n.count(draws, ctx.words.lang))


def _in_band(month: int, low: object) -> bool:
    if isinstance(low, Suppressed):
        return month > 0
    return not isinstance(low, Unavailable) or low == NO_VARIANCE


def has_consultant(ctx: Context) -> bool:
    """Return whether a programme of the study is a consultant whom the employment service's registers know."""
    return any(a.received is not None and a.received.source == "sius" for a in ctx.study.arms)


def delay_within(ctx: Context) -> str:
    """Return that the median delay to start is a stratum's own, where the study has strata."""
    return ctx.words("delay_in_stratum") if ctx.study.design.strata else ""


def benefit_words(ctx: Context) -> dict[str, str]:
    """Return the benefit that ends at an age, and the age, for sentences; nothing where the study declares none."""
    benefit = ctx.study.benefit
    if benefit is None:
        return {}
    return {"benefit": benefit.name.in_language(ctx.words.lang), "age": str(benefit.ends_at_age)}


def knows_events(ctx: Context) -> bool:
    """Return whether the study has a register of deaths and moves, without which nothing is said to be done about them."""
    return "scb_handelser" in ctx.study.registers


def followed(ctx: Context) -> str:
    """Return why work may be better known in one arm than in another."""
    return ctx.words("followed_longer" if has_consultant(ctx) else "followed_plain")
