"""The register behind the work, by arm: what is known of work may differ between arms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from ..language import Lang
from .bars import Parts, bars_alt_text, stacked_bars
from .cells import Labels

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

__all__ = ["alt_text", "sources"]

_PARTS = Parts(
    name="sources",
    column="source",
    title="sources_title",
    order=("af_only", "both", "ku_only"),
)


def sources(
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
    """Draw the share in work by the register that shows it as one stacked bar an arm, with the total at its end.

    Parameters
    ----------
    table : DataFrame
        A row an arm and source: ``arm source share`` (or ``category`` for ``source``), and where known ``n month status``. One
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
        Labels by source.

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
        As for :func:`sources`, and so are the others.
    lang : {"sv", "en"}
    arms, control, labels
        As for :func:`sources`.
    """
    return bars_alt_text(table, _PARTS, lang, arms=arms, control=control, labels=labels)
