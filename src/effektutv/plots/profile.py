"""Signatures first; the drawing follows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from ..language import Lang, Scale

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

__all__ = ["alt_text", "shares_by_month"]


def shares_by_month(
    table: pd.DataFrame,
    *,
    lang: str = "en",
    title: str | None = None,
    subtitle: str | None = None,
    notes: Sequence[str] = (),
    arms: Mapping[str, str] | None = None,
    control: str | None = None,
    labels: Mapping[str, str] | None = None,
    outcome: str | None = None,
    clock: str | None = None,
    mark_month: int | None = None,
    bands: bool = True,
    y_label: str | None = None,
    scale: Scale = "points",
) -> Figure:
    """Draw the figure."""
    raise NotImplementedError


def alt_text(
    table: pd.DataFrame,
    lang: Lang,
    *,
    arms: Mapping[str, str] | None = None,
    control: str | None = None,
    labels: Mapping[str, str] | None = None,
    outcome: str | None = None,
    clock: str | None = None,
    mark_month: int | None = None,
) -> str:
    """Return one or two sentences with the numbers that carry the finding."""
    raise NotImplementedError
