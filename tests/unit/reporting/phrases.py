"""Words of message files by key, as (Swedish, English)."""

from __future__ import annotations

from effektutv.i18n import LANGUAGES, Catalogue


def both(*files: str) -> dict[str, tuple[str, ...]]:
    return {key: tuple(words[lang] for lang in LANGUAGES) for key, words in Catalogue.read(*files).items()}


PHRASES = both("report")
FINDINGS = both("findings")
METHOD = both("method")
FURTHER = both("further")
CREDIBILITY = both("credibility")
