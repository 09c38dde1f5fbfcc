"""Names of users in results: what is made of several names stays in its parts, and is written so that it can be read back.

A characteristic, a level, a stratum may be called anything, so that joining names by a sign would make one name of two
different pairs. A cross is a tuple here, and a JSON list in a table's cell.
"""

from __future__ import annotations

import json
from typing import TypeAlias

__all__ = ["MISSING", "Name", "Own", "ordered_by", "part_of", "parts", "said", "written"]

#: A name of the user's own, or what is made of several.
Name: TypeAlias = "str | tuple[Name, ...]"


class Own(str):
    """A name of the package's own: it reads as text and equals no text, so that no name of a user's can reach it."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Own) and str.__eq__(self, other)

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash((Own, str(self)))


#: The level of those whose level is not known, in a table of balance: no level of a study equals it.
MISSING = Own("missing")


def parts(name: Name) -> tuple[Name, ...]:
    """Return a name's parts: itself where it has one, none where it is empty.

    Parameters
    ----------
    name : str or tuple
    """
    if isinstance(name, tuple):
        return name
    return (name,) if name else ()


def written(name: Name) -> str:
    """Return a name as a cell of a table holds it: text as it is, several parts as a JSON list.

    No two names are written alike: text that begins as a list does is written as a list of itself.

    Parameters
    ----------
    name : str or tuple

    Examples
    --------
    >>> written("kon"), written(("kon", "alder")), written("[x]")
    ('kon', '["kon", "alder"]', '["[x]"]')
    """
    if isinstance(name, str) and not name.startswith("["):
        return str(name)
    return json.dumps([name] if isinstance(name, str) else name, ensure_ascii=False)


def ordered_by(name: Name) -> str:
    """Return a text to sort names by: the same for no two names, the package's own before the user's.

    Parameters
    ----------
    name : str or tuple
    """
    if isinstance(name, tuple):
        return json.dumps(["parts", *map(ordered_by, name)], ensure_ascii=False)
    return json.dumps(["its own" if isinstance(name, Own) else "name", str(name)], ensure_ascii=False)


def part_of(name: Name, joined: str) -> bool:
    """Return whether a name may be one of those that a text of names joined by colons is made of.

    A name may hold colons itself: then a part of it is taken for one too, and none is missed.

    Parameters
    ----------
    name : str or tuple
    joined : str
        As a row's ``strata``.

    Examples
    --------
    >>> part_of("a:b", "a:b:kommun"), part_of("kommun", "kommuner")
    (True, False)
    """
    return bool(joined) and f":{said(name)}:" in f":{joined}:"


def said(name: Name) -> str:
    """Return a name as a message says it; two names may be said alike.

    Parameters
    ----------
    name : str or tuple
    """
    return str(name) if isinstance(name, str) else ":".join(said(part) for part in name)
