"""Words by key in both languages, and the few that numbers and every output need."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from string import Formatter
from typing import Literal

from effektutv.errors import ArgumentError

__all__ = ["LANGUAGES", "Catalogue", "Lang", "catalogue", "parse", "text"]

Lang = Literal["sv", "en"]

LANGUAGES: tuple[Lang, Lang] = ("sv", "en")

_MESSAGES = Path(__file__).parent / "messages"


def parse(lang: str) -> Lang:
    """Return the language that a caller named.

    Raises
    ------
    ArgumentError
        If it is neither ``"sv"`` nor ``"en"``.
    """
    if lang not in LANGUAGES:
        raise ArgumentError(f"lang: got {lang!r}; give 'sv' or 'en'")
    return lang


class Catalogue(Mapping[str, Mapping[str, str]]):
    """Words by key, each in Swedish and English with the same ``{placeholders}``.

    Parameters
    ----------
    entries : mapping of str to mapping
        ``{key: {"sv": …, "en": …}}``.

    Raises
    ------
    ArgumentError
        If a key lacks a language, has one too many, or its placeholders differ between the two.

    Examples
    --------
    >>> words = Catalogue({"n_arms": {"sv": "{n} grupper", "en": "{n} arms"}})
    >>> words.text("n_arms", "sv", n="3")
    '3 grupper'
    """

    def __init__(self, entries: Mapping[str, Mapping[str, str]]) -> None:
        self._fields: dict[str, frozenset[str]] = {}
        for key, words in entries.items():
            if set(words) != set(LANGUAGES):
                raise ArgumentError(f"catalogue: key {key!r} has {sorted(words)}; give exactly 'sv' and 'en'")
            swedish, english = (_placeholders(words[lang]) for lang in LANGUAGES)
            if swedish != english:
                raise ArgumentError(
                    f"catalogue: key {key!r} has placeholders {sorted(swedish)} in Swedish and {sorted(english)} in "
                    "English; give both the same"
                )
            self._fields[key] = swedish
        self._entries = {key: dict(words) for key, words in entries.items()}

    @classmethod
    def read(cls, *files: str) -> Catalogue:
        """Return the words of message files, ``messages/{sv,en}/NAME.toml``.

        Parameters
        ----------
        *files : str
            Names, without ``.toml``.

        Raises
        ------
        ArgumentError
            If a key is in two of the files, or lacks a language.
        """
        entries: dict[str, dict[str, str]] = {}
        for file in files:
            found: dict[str, dict[str, str]] = {}
            for lang in LANGUAGES:
                path = _MESSAGES / lang / f"{file}.toml"
                for key, words in tomllib.loads(path.read_text(encoding="utf-8")).items():
                    found.setdefault(key, {})[lang] = words
            if twice := sorted(set(entries) & set(found)):
                raise ArgumentError(f"messages: {twice} are in two files; give one of them another key")
            entries |= found
        return cls(entries)

    def __getitem__(self, key: str) -> Mapping[str, str]:
        return self._entries[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def text(self, key: str, lang: Lang, **values: str) -> str:
        """Return a key's words, its placeholders filled in.

        Parameters
        ----------
        key : str
        lang : {"sv", "en"}
        **values : str
            One for each placeholder, already text: a number becomes text through this module's functions.

        Raises
        ------
        ArgumentError
            If the key or the language is unknown, or the values are not the placeholders'.
        """
        if key not in self._entries:
            raise ArgumentError(f"catalogue: no key {key!r}; add it in both languages")
        if set(values) != self._fields[key]:
            raise ArgumentError(f"catalogue: key {key!r} needs {sorted(self._fields[key])}, got {sorted(values)}")
        numbers = sorted(name for name, value in values.items() if not isinstance(value, str))
        if numbers:
            raise ArgumentError(
                f"catalogue: key {key!r} got {numbers} as a number; make it text with number() or count()"
            )
        return self._entries[key][parse(lang)].format(**values)

    def label(self, key: str, lang: Lang) -> str:
        """Return a key's words, or the key itself where the catalogue does not know it.

        Parameters
        ----------
        key : str
            A key from data: an outcome, a stage, a category.
        lang : {"sv", "en"}
        """
        return self.text(key, lang) if key in self._entries and not self._fields[key] else key

    def extended(self, entries: Mapping[str, Mapping[str, str]]) -> Catalogue:
        """Return a catalogue with further keys; a key that stands in both takes the new words."""
        return Catalogue({**self._entries, **entries})


def _placeholders(words: str) -> frozenset[str]:
    return frozenset(name for _, name, _, _ in Formatter().parse(words) if name is not None)


#: The words that numbers need, and the notes that any output may carry.
catalogue = Catalogue.read("shared")


def text(key: str, lang: Lang, **values: str) -> str:
    """Return the words of :data:`catalogue` for a key.

    Parameters
    ----------
    key : str
    lang : {"sv", "en"}
    **values : str
        One for each placeholder.

    Raises
    ------
    ArgumentError
        If the key or the language is unknown, or the values are not the placeholders'.
    """
    return catalogue.text(key, lang, **values)
