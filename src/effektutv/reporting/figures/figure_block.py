"""What every figure of the report has in common: its notes, its subtitle, its alternative text and its data."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from effektutv import i18n

from ..model.blocks import FigureBlock
from ..tables.effects import protection
from .descriptions import described, shortened

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from effektutv.values import Count

    from ..model.blocks import TableBlock
    from ..tables.csv_file import Table
    from ..wording.cells import Scale
    from ..wording.labels import Context

__all__ = ["difference_subtitle", "figure_block", "figure_notes", "subtitle"]


def figure_notes(ctx: Context, *notes: str) -> tuple[str, ...]:
    """Return the notes under a figure, protection last."""
    return (*notes, protection(ctx))


def figure_block(
    ctx: Context,
    key: str,
    title: str,
    plot: tuple[Callable[..., Any], Callable[..., str]]
    | tuple[Callable[..., Any], Callable[..., str], Callable[..., str]],
    data: Any,
    shown: Table,
    table: TableBlock,
    *,
    told: tuple[str, ...] = (),
    **options: Any,
) -> FigureBlock:
    """Return a figure: one function of the plots draws ``data``, another words its alternative text.

    Parameters
    ----------
    ctx : Context
    key : str
        Its anchor, and its files' name.
    title : str
    plot : (callable, callable) or (callable, callable, callable)
        What draws, what words the alternative text, and what only the long description says besides.
    data : DataFrame
        A tidy table of protected results.
    shown : Table
        The same as it is written beside the figure.
    table : TableBlock
        The same for reading.
    told : tuple of str
        Options that the alternative text is told, besides the names.
    **options
        Of the drawing.
    """
    draw, alt, *more = plot
    for_alt = {k: v for k, v in options.items() if k in ("arms", "labels", *told)}
    columns, rows = shown
    told_at_length = alt(data, ctx.words.lang, **for_alt)
    besides = " ".join(words(data, ctx.words.lang, **for_alt) for words in more)
    return FigureBlock(
        key=key,
        title=title,
        alt=f"{title}. {shortened(told_at_length)}",
        draw=partial(draw, data, lang=ctx.words.lang, title=title, control=ctx.study.control, **options),
        columns=tuple(columns),
        rows=tuple(tuple(row) for row in rows),
        table=table,
        notes=tuple(options.get("notes", ())),
        description=described(draw.__module__.rpartition(".")[2], f"{told_at_length} {besides}", ctx.words.lang),
    )


def subtitle(ctx: Context, key: str, by_arm: Mapping[str, Count], **values: str) -> str | None:
    """Return unit, population and n; ``None``, for the figure's own words, where a count may not be shown.

    Parameters
    ----------
    ctx : Context
    key : str
        Of the words.
    by_arm : mapping of str to Count
        Persons by arm.
    **values : str
        Further placeholders of the words.
    """
    known = [n for n in by_arm.values() if isinstance(n, int)]
    if not known or len(known) < len(by_arm):
        return None
    persons = ctx.words("subtitle_randomised", persons=i18n.persons(sum(known), ctx.words.lang))
    return ctx.words(key, persons=persons, **values)


def difference_subtitle(ctx: Context, scale: Scale, by_arm: Mapping[str, Count]) -> str | None:
    """Return what effects are differences in, and of whom; the figure's own words where the unit has no name.

    Parameters
    ----------
    ctx : Context
    scale : Scale
        The outcome's.
    by_arm : mapping of str to Count
        Persons by arm.
    """
    if scale.share:
        return subtitle(ctx, "subtitle_points", by_arm)
    return subtitle(ctx, "subtitle_unit", by_arm, unit=scale.unit) if scale.unit else None
