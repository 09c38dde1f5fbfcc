"""Which files a register's path means: names are compared without regard to case, as file systems differ in it."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fnmatch import translate
from pathlib import Path

from effektutv.errors import ExtractError

from ..personnummer import holds_identity_number

__all__ = ["FileMark", "files_of", "marks_of", "refuse_changed", "register_files"]

_WILD = re.compile(r"[*?\[]")
#: Endings that say how a file is written, and not what is in it.
_ENDINGS = re.compile(r"(\.(csv|txt|tsv|gz|parquet|sas7bdat|xpt|xport|dta|sav|zsav))+$", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileMark:
    """A file and what changes if it is written again: its size, its time in nanoseconds, its place on the disk."""

    path: Path
    size: int
    modified: int
    place: int


def register_files(register: str, folder: Path, path: str, where: str) -> list[Path]:
    """Return the files of a register.

    Parameters
    ----------
    register : str
        Its name, for messages.
    folder : Path
        What the path is relative to.
    path : str
        As :func:`files_of`.
    where : str
        File and line of the study that declares the path.

    Raises
    ------
    ExtractError
        If there is none, a name holds a personal identity number, or one lies there in two forms.
    """
    if any(holds_identity_number(part) for part in Path(path).parts):
        raise ExtractError(
            f"{register}: the path holds a personal identity number ({where}); nothing was kept. Rename the file or folder"
        )
    paths = files_of(folder, path)
    if not paths:
        raise ExtractError(f"{register}: no file matches the path {path!r} ({where}); {_why_none(folder, path)}")
    # of a folder that a pattern found too
    if any(holds_identity_number(part) for p in paths for part in (p.stem, *_below(folder, p))):
        raise ExtractError(
            f"{register}: the name of a file holds a personal identity number; nothing was kept. Rename the file"
        )
    known: dict[tuple[Path, str], Path] = {}
    for found in paths:
        other = known.setdefault((found.parent, _ENDINGS.sub("", found.name).lower()), found)
        if other is not found:
            raise ExtractError(
                f"{register}: the path {path!r} ({where}) means both {other.name!r} and {found.name!r}, which would count "
                f"twice if one is a copy; move one of them away, or give them names of their own"
            )
    for found in paths:
        _refuse_unreadable(register, found)
    return paths


def _refuse_unreadable(register: str, path: Path) -> None:
    refused = ""
    try:
        path.open("rb").close()
    except OSError as error:
        refused = error.strerror or type(error).__name__
    if refused:
        raise ExtractError(f"{register}: a file cannot be opened ({refused}); check that it is there and may be read")


def _below(folder: Path, path: Path) -> tuple[str, ...]:
    return path.parent.relative_to(folder).parts if path.is_relative_to(folder) else path.parts[-2:-1]


def files_of(folder: Path, path: str) -> list[Path]:
    """Return the files that a path means, sorted.

    Parameters
    ----------
    folder : Path
        What the path is relative to; it is taken as it stands.
    path : str
        Folders and a name; ``*``, ``?``, ``[...]`` stand for parts of one folder's or file's name, hidden ones excepted. A name
        that is there exactly as written is taken, else those that differ in case only.
    """
    return sorted(hit for hit in _places(folder, path) if _is(Path.is_file, hit))


def _places(folder: Path, path: str) -> list[Path]:
    wanted = Path(path)
    found = [Path(wanted.anchor) if wanted.is_absolute() else folder]
    for part in wanted.parts[1:] if wanted.is_absolute() else wanted.parts:
        found = [hit for place in found for hit in _named(place, part)]
    return found


def _named(place: Path, part: str) -> Iterable[Path]:
    exact = place / part
    if part == ".." or (not _WILD.search(part) and _is(Path.exists, exact)):
        return [exact]
    if not _is(Path.is_dir, place) or not os.access(place, os.R_OK | os.X_OK):
        return []
    pattern = re.compile(translate(part), re.IGNORECASE)
    hidden = part.startswith(".")
    return [p for p in place.iterdir() if pattern.match(p.name) and p.name.startswith(".") is hidden]


def _is(question: Callable[[Path], bool], path: Path) -> bool:
    try:
        return question(path)
    except OSError:  # a name that no file can have, or a folder that may not be looked into
        return False


def _why_none(folder: Path, path: str) -> str:
    """Return why a path means no file, as far as that can be seen, and what to do."""
    places = _places(folder, path)
    on_the_way = [folder, *(hit for parent in Path(path).parents for hit in _places(folder, str(parent)))]
    if any(_is(Path.is_dir, p) and not os.access(p, os.R_OK | os.X_OK) for p in on_the_way):
        return "a folder on the way may not be looked into: ask for the right to read it"
    if any(_is(Path.is_dir, p) for p in places):
        return "it is a folder: give the files in it, such as '*.csv' after the folder's name"
    if any(_is(Path.is_symlink, p) for p in places):
        return "it is a link that leads nowhere: give the file itself"
    if "\\" in path and "/" not in path:
        return "between folders stands / here, on Windows too"
    if "**" in path:
        return "** means no more than *: name each folder, or give the files a folder of their own"
    return "check path and folder"


def marks_of(register: str, paths: Sequence[Path]) -> tuple[FileMark, ...]:
    """Return what tells whether files are still the same.

    Parameters
    ----------
    register : str
        Whose they are, for the message.
    paths : sequence of Path

    Raises
    ------
    ExtractError
        If one is not there any more.
    """
    try:
        found = [(p, p.stat()) for p in paths]
    except OSError:
        found = []
    if len(found) < len(paths):
        raise ExtractError(_changed(register))
    return tuple(FileMark(path=p, size=s.st_size, modified=s.st_mtime_ns, place=s.st_ino) for p, s in found)


def refuse_changed(register: str, marks: Sequence[FileMark]) -> None:
    """Refuse files that are not what they were: then their digest is not that of what was read.

    Parameters
    ----------
    register : str
        Whose they are, for the message.
    marks : sequence of FileMark
        As they were before they were read.

    Raises
    ------
    ExtractError
        If one was written again, or is gone.
    """
    if marks_of(register, [m.path for m in marks]) != tuple(marks):
        raise ExtractError(_changed(register))


def _changed(register: str) -> str:
    return f"{register}: a file changed while it was read; start again when the delivery is in place"
