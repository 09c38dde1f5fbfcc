"""What each table's numbers estimate, in the five attributes of ICH E9(R1), and whom they rest on, as notes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from effektutv import i18n

from .study_facts import knows_events

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from effektutv.results.effect_rows import EffectRow
    from effektutv.values import Count

    from .labels import Context

__all__ = ["contrasts_text", "effect_estimand", "intercurrent", "population", "sizes_note", "summary"]


class _Contrast(Protocol):
    """A row of one contrast of two arms, whatever it estimates."""

    @property
    def arm(self) -> str: ...

    @property
    def control(self) -> str: ...

    @property
    def n_arm(self) -> Count: ...

    @property
    def n_control(self) -> Count: ...


def population(ctx: Context) -> str:
    """Return whom the study's estimands are for."""
    return ctx.words("population_registers" if ctx.study.registers else "population_table")


def intercurrent(ctx: Context) -> str:
    """Return what is done about death, emigration and missing follow-up, in a few words."""
    if not ctx.study.registers:
        return ctx.words("intercurrent_short_plain")
    return ctx.words("intercurrent_short" if knows_events(ctx) else "intercurrent_short_unknown")


def summary(ctx: Context, outcome: str) -> str:
    """Return an outcome's summary measure."""
    return ctx.words("summary_short_share" if ctx.scale(outcome).share else "summary_short_mean")


def contrasts_text(ctx: Context, rows: Iterable[_Contrast]) -> str:
    """Return the contrasts of a table, each once: ``SE − FS, CM − FS``."""
    return ", ".join(dict.fromkeys(ctx.labels.contrast(r.arm, r.control) for r in rows))


def effect_estimand(ctx: Context, rows: Sequence[EffectRow]) -> str:
    """Return the estimand of a table of effects."""
    return ctx.words(
        "note_estimand",
        population=population(ctx),
        outcome=_outcome(ctx, rows),
        contrasts=contrasts_text(ctx, rows),
        intercurrent=intercurrent(ctx),
        summary=summary(ctx, rows[0].outcome),
    )


def _outcome(ctx: Context, rows: Sequence[EffectRow]) -> str:
    outcomes = list(dict.fromkeys(r.outcome for r in rows))
    months = {r.month for r in rows}
    if len(months) > 1:
        return ctx.words("outcome_each_row")
    when = i18n.join(
        list(dict.fromkeys(filter(None, (ctx.labels.when(r.month, r.clock) for r in rows)))), ctx.words.lang, "or"
    )
    if len(outcomes) > 1:
        return ctx.words("outcome_each", when=when) if when else ctx.words("outcome_each_plain")
    return ", ".join(filter(None, (ctx.labels.outcome(outcomes[0]), when)))


def sizes_note(ctx: Context, rows: Sequence[_Contrast]) -> str:
    """Return the persons of each arm, where they are the same in every row and may be shown; else where they stand."""
    found: dict[str, set[object]] = {}
    for row in rows:
        found.setdefault(row.control, set()).add(row.n_control)
        found.setdefault(row.arm, set()).add(row.n_arm)
    one = {arm: next(iter(sizes)) for arm, sizes in found.items() if len(sizes) == 1}
    if len(one) < len(found) or not all(isinstance(n, int) for n in one.values()):
        return ctx.words("note_n_rows")
    order = [a for a in ctx.arms if a in one]
    sizes = ", ".join(f"{i18n.count(one[a], ctx.words.lang)} ({ctx.labels.arm_short(a)})" for a in order)
    return ctx.words("note_n", sizes=sizes)
