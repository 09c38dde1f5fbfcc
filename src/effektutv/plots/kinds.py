"""Kinds of work by arm: with support, other subsidised, regular."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from ..language import Lang
from .bars import Parts, bars_alt_text, stacked_bars
from .cells import Labels

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

__all__ = ["alt_text", "kinds"]

_PARTS = Parts(
    name="kinds",
    column="kind",
    title="kinds_title",
    order=("with_support", "work_with_support", "other_subsidised", "work_other_subsidised", "regular", "work_regular"),
)


def kinds(
    table: pd.DataFrame,
    *,
    lang: str = "en",
    title: str | None = None,
    subtitle: str | None = None,
    notes: Sequence[str] = (),
    arms: Mapping[str, str] | None = None,
    control: str | None = None,
    labels: Labels | None = None,
) -> Figure:
    """Draw the share of each kind of work as one stacked bar an arm, with the total at its end.

    Parameters
    ----------
    table : DataFrame
        A row an arm and kind: ``arm kind share`` (or ``category`` for ``kind``), and where known ``n month status``. One
        outcome, clock and month.
    lang : {"en", "sv"}
    title, subtitle : str, optional
        What is shown; unit, population and n.
    notes : sequence of str
        Estimand, source, protection, *synthetic*. What the marks mean is added.
    arms : mapping of str to str, optional
        Labels by code in the study's order, control first.
    control : str, optional
        The comparison arm's code; the first of ``arms`` else.
    labels : mapping of str to str, optional
        Labels by kind.

    Returns
    -------
    matplotlib.figure.Figure
    """
    return stacked_bars(
        table,
        _PARTS,
        lang=lang,
        title=title,
        subtitle=subtitle,
        notes=notes,
        arms=arms,
        control=control,
        labels=labels,
    )


def alt_text(
    table: pd.DataFrame,
    lang: Lang,
    *,
    arms: Mapping[str, str] | None = None,
    control: str | None = None,
    labels: Labels | None = None,
) -> str:
    """Return each arm's total and its parts, a sentence an arm.

    Parameters
    ----------
    table : DataFrame
        As for :func:`kinds`, and so are the others.
    lang : {"sv", "en"}
    arms, control, labels
        As for :func:`kinds`.
    """
    return bars_alt_text(table, _PARTS, lang, arms=arms, control=control, labels=labels)
