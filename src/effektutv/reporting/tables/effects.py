"""Tables of effects for reading: outcomes and contrasts down, shares, difference, interval and p across."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

from effektutv.i18n import ABSENT, NOT_ASKED
from effektutv.results.effect_rows import EffectRow, RowKind
from effektutv.values import Suppressed, Unavailable

from ..model.blocks import Cell, Group, Head, Row, TableBlock
from ..wording.chance import Standing, standing
from ..wording.estimands import effect_estimand, sizes_note
from ..wording.notes import sentences
from ..wording.study_facts import delay_within, redrawn_note

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ..wording.labels import Context

__all__ = [
    "effect_cells",
    "effect_heads",
    "effect_notes",
    "effect_row",
    "effect_table",
    "estimator_name",
    "estimator_note",
    "marks",
    "protection",
    "variance_name",
    "vcov_name",
]

#: The further p-values, in the order of their columns.
_FURTHER = ("p_randomization", "p_adjusted")
#: Why a further p-value is not there by right: nobody asked for it in this row.
_NOT_ASKED = tuple(f.default for f in fields(EffectRow) if f.name in _FURTHER)


def effect_heads(
    ctx: Context, rows: Sequence[EffectRow], first: str, extra: Sequence[str]
) -> tuple[tuple[Head, ...], tuple[Head, ...]]:
    """Return the columns of a table of effects and the headers that span them; units stand in the headers.

    Parameters
    ----------
    ctx : Context
    rows : sequence of EffectRow
        What the table shows.
    first : str
        The header of the row headers.
    extra : sequence of str
        Further p-values shown.
    """
    w = ctx.words
    scale = ctx.scale(rows[0].outcome)
    unit, points = (w("percent"), w("points")) if scale.share else (scale.unit, scale.unit)
    shown = w("share") if scale.share else w("mean")
    spans = (
        Head(""),
        Head(", ".join(filter(None, (shown, unit))), span=2),
        Head(", ".join(filter(None, (w("difference"), points))), span=2),
        # one p-value is named by its own header, several share one
        Head(w("p") if extra else "", span=1 + len(extra)),
        Head(w("persons")),
    )
    heads = (
        Head(first, words=True),
        Head(w("in_arm")),
        Head(w("in_control")),
        Head(w("estimate"), f"({w('se')})"),
        Head(w("ci_short", level=ctx.numbers.level(ctx.coverage))),
        Head(w("p_model" if extra else "p")),
        *(Head(w(name)) for name in extra),
        Head(f"{w('in_arm')} / {w('in_control')}"),
    )
    return spans, heads


def _extra(rows: Iterable[EffectRow], further: Sequence[str]) -> list[str]:
    """Return the further p-values that some row has."""
    rows = list(rows)
    return [name for name in further if any(isinstance(getattr(r, name), float) for r in rows)]


def effect_cells(ctx: Context, row: EffectRow, extra: Sequence[str]) -> tuple[Cell, ...]:
    """Return the cells of a row of effects.

    Parameters
    ----------
    ctx : Context
    row : EffectRow
    extra : sequence of str
        Further p-values shown.
    """
    n, scale = ctx.numbers, ctx.scale(row.outcome)
    shares = (row.share_arm, row.share_control)
    # an interaction has no share of its own: there is nothing that a mark could stand for
    none = row.kind.compares and not any(isinstance(x, Suppressed) for x in shares)
    cells = [Cell("") if none else n.value(x, scale) for x in shares]
    cells.append(n.estimate(row.estimate, row.std_error, scale))
    cells += [n.interval(row.conf_low, row.conf_high, scale), n.p(row.p_value)]
    cells += [_further_p(ctx, row, name) for name in extra]
    return (*cells, n.counts(row.n_arm, row.n_control))


def _further_p(ctx: Context, row: EffectRow, name: str) -> Cell:
    """Return a further p-value's cell, with a mark of its own where the row has no part in what it is of."""
    value = getattr(row, name)
    return ctx.numbers.not_asked(_why_not_asked(ctx, row, name)) if value in _NOT_ASKED else ctx.numbers.p(value)


def _why_not_asked(ctx: Context, row: EffectRow, name: str) -> str:
    """Return in words why nobody asked for a further p-value in a row."""
    w = ctx.words
    if name == "p_randomization":
        return w("not_redrawn_start" if row.clock == "start" else "not_redrawn")
    if row.kind is RowKind.LEVEL:
        return w("not_adjusted_level")
    main = not row.subgroup and (row.arm, row.control) == (ctx.study.arm_codes[1], ctx.study.control)
    return w("not_adjusted_main" if main else "not_adjusted")


def effect_row(ctx: Context, row: EffectRow, head: str, extra: Sequence[str]) -> Row:
    """Return a row of effects under its header."""
    return Row(head, effect_cells(ctx, row, extra))


def effect_table(
    ctx: Context,
    key: str,
    caption: str,
    groups: Sequence[tuple[str, Sequence[EffectRow]]],
    file: str = "tables/itt.csv",
    *,
    level_names: bool = False,
    status: str = "",
    further: Sequence[str] = _FURTHER,
) -> TableBlock:
    """Return a table of effects, a row a contrast, in groups.

    Parameters
    ----------
    ctx : Context
    key, caption : str
    groups : sequence of (title, rows)
    file : str
    level_names : bool
        Whether a row is headed by its level of the subgroup.
    status : str
        Whether the rows were planned, as a note before that on the family.
    further : sequence of str
        Further p-values that the table may show, each where some row has one.
    """
    rows = [row for _, members in groups for row in members]
    extra = _extra(rows, further)
    several = level_names and len({(r.arm, r.control) for r in groups[-1][1]}) > 1

    def head(row: EffectRow) -> str:
        contrast = ctx.labels.contrast(row.arm, row.control)
        if not level_names:
            return contrast
        level = _level_name(ctx, row)
        return f"{level}, {contrast}" if several else level

    spans, heads = effect_heads(ctx, rows, ctx.words("level" if level_names else "contrast"), extra)
    return TableBlock(
        key=key,
        caption=caption,
        spans=spans,
        heads=heads,
        groups=tuple(
            Group(tuple(effect_row(ctx, r, head(r), extra) for r in members), title) for title, members in groups
        ),
        notes=effect_notes(ctx, rows, status, extra),
        file=file,
    )


def _level_name(ctx: Context, row: EffectRow) -> str:
    if not row.subgroup:
        return ctx.words("everyone")
    if row.kind is RowKind.LEVEL:
        return ctx.labels.level(row.subgroup, row.level)
    if row.kind is RowKind.JOINT:
        return ctx.words("interaction_joint")
    if len(row.level) != 2:
        return ctx.words("interaction_cross")
    first, second = (ctx.labels.level(row.subgroup, x) for x in row.level)
    return ctx.words("interaction_of", first=first.lower(), second=second.lower())


def effect_notes(ctx: Context, rows: Sequence[EffectRow], status: str, extra: Sequence[str]) -> tuple[str, ...]:
    """Return the notes of a table of effects: estimand, estimator, variance, family, n, protection, in that order.

    Parameters
    ----------
    ctx : Context
    rows : sequence of EffectRow
    status : str
        Whether the rows were planned.
    extra : sequence of str
        Further p-values shown.
    """
    w = ctx.words
    out = [effect_estimand(ctx, rows)]
    clocks = {row.clock for row in rows}
    if "start" in clocks:
        out.append(f"{w('note_not_protected')} {w('note_start_fallback', within=delay_within(ctx))}")
    if len({(r.estimator, r.vcov) for r in rows}) > 1:
        # the groups of the table name their estimators
        out.append(w("note_intervals", level=w("cis", level=ctx.numbers.level(ctx.coverage))))
    else:
        out.append(estimator_note(ctx, rows[0]))
    if any(r.estimator in ("blocked", "fe", "lin") and r.strata for r in rows):
        out.append(w("note_weighted"))
    if any(r.kind is RowKind.INTERACTION and r.estimator == "blocked" and isinstance(r.estimate, float) for r in rows):
        out.append(w("note_interaction"))
    out += [status] if status else []
    adjusted = [r for r in rows if "p_adjusted" in extra and isinstance(r.p_adjusted, float)]
    families = dict.fromkeys(r.family for r in adjusted)
    out += [w(f"family_{name}") if w.has(f"family_{name}") else w("family_named", name=name) for name in families]
    if not families:
        main = any(standing(ctx, r) is Standing.PRIMARY for r in rows)
        out.append(w("note_family_plain" if main else "note_family_none"))
    if "p_randomization" in extra:
        out.append(redrawn_note(ctx))
    unasked = [(r, name) for name in extra for r in rows if getattr(r, name) in _NOT_ASKED]
    out += [f"{NOT_ASKED} {why}." for why in dict.fromkeys(_why_not_asked(ctx, r, name) for r, name in unasked)]
    out.append(sizes_note(ctx, rows))
    out += sentences((r.note for r in rows), w, ctx.labels)
    shares = [v for r in rows if not r.kind.compares for v in (r.share_arm, r.share_control)]
    shown = [getattr(r, name) for r in rows for name in ("estimate", "std_error", "conf_low", "n_arm", "n_control")]
    out += marks(ctx, [*shares, *shown])
    return (*out, protection(ctx))


def protection(ctx: Context) -> str:
    """Return the last note of every table: how individuals are protected, and whether data are made up."""
    return " ".join([ctx.protection(), *ctx.synthetic()])


def estimator_note(ctx: Context, row: EffectRow) -> str:
    """Return the note on estimator and variance."""
    return ctx.words(
        "note_estimator",
        estimator=estimator_name(ctx, row),
        vcov=variance_name(ctx, row),
        level=ctx.words("cis", level=ctx.numbers.level(ctx.coverage)),
    )


def estimator_name(ctx: Context, row: EffectRow, *, adjusted: bool = False) -> str:
    """Return an estimator's name.

    Parameters
    ----------
    ctx : Context
    row : EffectRow
    adjusted : bool
        Whether it adjusts for covariates: only then it is said to.
    """
    key = "fe_one" if row.estimator == "fe" and not row.strata else row.estimator
    if row.estimator == "lin" and not adjusted:
        key = "lin_strata" if row.strata else "lin_one"
    return ctx.words(f"estimator_{key}") if ctx.words.has(f"estimator_{key}") else row.estimator


def variance_name(ctx: Context, row: EffectRow) -> str:
    """Return a variance's name."""
    return vcov_name(ctx, row.vcov)


def vcov_name(ctx: Context, vcov: str) -> str:
    """Return a variance's name, from its code."""
    key = f"vcov_{vcov}"
    return ctx.words(key) if ctx.words.has(key) else ctx.words("vcov_robust", name=vcov)


def marks(ctx: Context, values: Iterable[object]) -> list[str]:
    """Return the notes that explain the marks that stand among some values."""
    values = list(values)
    out = []
    if any(isinstance(v, Suppressed) for v in values):
        out.append(ctx.words("note_suppressed"))
    why = {ctx.numbers.why(v) for v in values if isinstance(v, Unavailable)}
    if "" in why:
        out.append(ctx.words("note_unavailable"))
    out += [f"{ABSENT} {reason}." for reason in sorted(why - {""})]
    return out
