"""Which files a register's path means: names are compared without regard to case, as file systems differ in it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from fnmatch import translate
from pathlib import Path

__all__ = ["files_of"]

_WILD = re.compile(r"[*?\[]")


def files_of(folder: Path, path: str) -> list[Path]:
    """Return the files that a path means, sorted.

    Parameters
    ----------
    folder : Path
        What the path is relative to; it is taken as it stands.
    path : str
        Folders and a name; ``*``, ``?``, ``[...]`` stand for parts of one folder's or file's name, hidden ones excepted. A name
        that is there exactly as written is taken, else those that differ in case only.

    Returns
    -------
    list of Path
    """
    wanted = Path(path)
    found = [Path(wanted.anchor) if wanted.is_absolute() else folder]
    for part in wanted.parts[1:] if wanted.is_absolute() else wanted.parts:
        found = [hit for place in found for hit in _named(place, part)]
    return sorted(hit for hit in found if hit.is_file())


def _named(place: Path, part: str) -> Iterable[Path]:
    exact = place / part
    if part == ".." or (not _WILD.search(part) and exact.exists()):
        return [exact]
    if not place.is_dir():
        return []
    pattern = re.compile(translate(part), re.IGNORECASE)
    hidden = part.startswith(".")
    return [p for p in place.iterdir() if pattern.match(p.name) and p.name.startswith(".") is hidden]
