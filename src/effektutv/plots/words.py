"""The words of the figures: axis labels, headings, notes and alternative texts; labels of the keys that tables have."""

from __future__ import annotations

from effektutv.i18n import Catalogue

__all__ = ["WORDS"]

WORDS = Catalogue.read("figures")
