"""The report's words in one language."""

from __future__ import annotations

from string import Formatter
from typing import TYPE_CHECKING

from effektutv import i18n
from effektutv.i18n import Catalogue

if TYPE_CHECKING:
    from effektutv.i18n import Lang

__all__ = ["CATALOGUE", "Words"]

CATALOGUE = Catalogue.read(
    "report", "findings", "method", "further", "formats", "credibility", "plan", "received", "limits", "consort", "checks",
    "orders",
)  # fmt: skip


class Words:
    """The report's fixed words in one language: ``words("key", name=value)``.

    Parameters
    ----------
    lang : {"sv", "en"}
    """

    def __init__(self, lang: str) -> None:
        self.lang: Lang = i18n.parse(lang)

    def __call__(self, key: str, **values: str) -> str:
        """Return a phrase with its placeholders filled; values that it has no place for are left out."""
        wanted = {name for _, name, _, _ in Formatter().parse(CATALOGUE[key][self.lang]) if name}
        return CATALOGUE.text(key, self.lang, **{k: v for k, v in values.items() if k in wanted})

    def has(self, key: str) -> bool:
        """Return whether there is such a phrase."""
        return key in CATALOGUE
