"""On which line of a TOML file each key stands, so that a message about a study file can point at it.

``tomllib`` reads a file but does not keep positions. This reads headers and keys only; values are ``tomllib``'s.
"""

from __future__ import annotations

import re

__all__ = ["key_lines", "line_of"]

Path = tuple[str | int, ...]

_HEADER = re.compile(r"^\s*(\[\[?)\s*([^\]]+?)\s*\]\]?\s*(#.*)?$")
_KEY = re.compile(r"""^\s*((?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*'))*)\s*=""")


def _parts(dotted: str) -> list[str]:
    return [p.strip().strip("\"'") for p in re.findall(r"""[^."']+|"[^"]*"|'[^']*'""", dotted)]


def key_lines(text: str) -> dict[Path, int]:
    """Return the line (from 1) of every table header and key.

    Parameters
    ----------
    text : str
        The file's text.

    Returns
    -------
    dict
        Path of keys, with the position in the list for an array of tables, to line number.
    """
    lines: dict[Path, int] = {}
    arrays: dict[Path, int] = {}
    here: Path = ()
    fence = ""
    for number, line in enumerate(text.splitlines(), start=1):
        if fence:
            fence = "" if fence in line else fence
            continue
        for mark in ('"""', "'''"):
            if line.count(mark) % 2:
                fence = mark
        if header := _HEADER.match(line):
            here = _enter(_parts(header[2]), header[1] == "[[", arrays)
            lines.setdefault(here, number)
        elif key := _KEY.match(line):
            lines.setdefault((*here, *_parts(key[1])), number)
    return lines


def _enter(parts: list[str], is_array: bool, arrays: dict[Path, int]) -> Path:
    """Return the path that a header opens, counting the elements of arrays of tables."""
    path: Path = ()
    for i, part in enumerate(parts):
        path = (*path, part)
        if is_array and i == len(parts) - 1:
            arrays[path] = arrays.get(path, -1) + 1
        if path in arrays:
            path = (*path, arrays[path])
    return path


def line_of(lines: dict[Path, int], path: Path) -> int | None:
    """Return the line of a key, of the nearest table around it, or of the first key inside it.

    Parameters
    ----------
    lines : dict
        What :func:`key_lines` returned.
    path : tuple
        Path of keys and list positions.
    """
    for length in range(len(path), 0, -1):
        if path[:length] in lines:
            return lines[path[:length]]
    # an array of tables has lines for its elements only
    return min((line for key, line in lines.items() if key[: len(path)] == path), default=None)
