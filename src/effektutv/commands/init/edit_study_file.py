"""A study file as lines of text: what the user wrote is kept to the letter, what the draft wrote is renewed.

Lines that begin with one of four marks are the draft's, or an answer to it:

* ``#:`` says what was found and why something was guessed;
* ``#?`` is an open question, mostly a key that can be filled in and freed of its mark;
* ``#~`` is a part that waits for a register; it is freed of its mark when the register arrives;
* ``#-`` is the user's *no* to a question: what stands after it (up to a colon) is not asked about again.

The first two are taken out and written anew each time; everything else stays as it stands.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from textwrap import wrap
from typing import Any

from effektutv.study.toml_positions import key_lines

__all__ = ["WAITS", "Note", "declined", "insert", "keeps", "parsed", "set_key", "strip", "waiting", "wake", "wrapped"]

Path = tuple[str | int, ...]

WAITS = "#~ waiting for: "
_WIDTH = 118
_OURS = ("#?", "#:")
_NO = re.compile(r"^\s*#-\s+(.+?)\s*(?::\s.*)?$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """Lines to write below a table's header, or at the end of the registers (``("registers",)``), or at the top (``()``)."""

    table: Path
    lines: tuple[str, ...]


def wrapped(mark: str, text: str) -> tuple[str, ...]:
    """Return a text as lines of comment.

    Parameters
    ----------
    mark : str
        What each line begins with.
    text : str
    """
    lines = wrap(text, _WIDTH - len(mark), break_long_words=False, break_on_hyphens=False)
    return tuple(f"{mark}{line}" for line in lines)


def strip(text: str) -> str:
    """Return the text without the draft's own notes and questions."""
    return "".join(line for line in text.splitlines(keepends=True) if not line.lstrip().startswith(_OURS))


def parsed(text: str) -> dict[str, Any]:
    """Return the values of a text that is known to be TOML."""
    return tomllib.loads(text)


def declined(text: str) -> set[tuple[Path, str]]:
    """Return what the user said no to: the table that the line stands in, and the word."""
    headers = _headers(text)
    out: set[tuple[Path, str]] = set()
    for number, line in enumerate(text.splitlines(), start=1):
        if found := _NO.match(line):
            above = [path for path, at in headers.items() if at < number]
            out.add((max(above, key=lambda p: headers[p]) if above else (), found[1]))
    return out


def _headers(text: str) -> dict[Path, int]:
    """Return the line of each table's header, from 1."""
    lines = text.splitlines()
    return {p: n for p, n in key_lines(text).items() if lines[n - 1].lstrip().startswith("[")}


def waiting(text: str) -> list[tuple[tuple[str, ...], ...]]:
    """Return what each waiting part waits for: one register of each group."""
    return [_groups(line) for line in text.splitlines() if line.lstrip().startswith(WAITS)]


def _groups(line: str) -> tuple[tuple[str, ...], ...]:
    words = line.strip().removeprefix(WAITS)
    return tuple(tuple(g.strip().split(" or ")) for g in words.split(","))


def wake(text: str, have: Collection[str]) -> str:
    """Free the waiting parts whose registers are there.

    Parameters
    ----------
    text : str
    have : collection of str
        Registers.
    """
    out: list[str] = []
    free: bool | None = None
    for line in text.splitlines(keepends=True):
        bare = line.lstrip()
        if bare.startswith(WAITS):
            free = all(any(name in have for name in group) for group in _groups(line))
            if free:
                continue
        elif not bare.startswith("#~"):
            free = None
        out.append(re.sub(r"#~ ?", "", line, count=1) if free else line)
    return "".join(out)


def set_key(text: str, table: Path, line: str) -> str:
    """Write a line below a table's header."""
    return insert(text, [Note(table=table, lines=(line,))])


def insert(text: str, notes: Sequence[Note]) -> str:
    """Write notes where they belong; a table that the text does not have gets them at the end of the registers."""
    lines = text.splitlines()
    headers = _headers(text)
    last = _end_of_registers(lines, headers)
    at: dict[int, list[str]] = {}
    for note in notes:
        place = headers.get(note.table, last) if note.table else 0
        at.setdefault(place, []).extend(note.lines)
    out: list[str] = []
    for number in range(len(lines) + 1):
        if number:
            out.append(lines[number - 1])
        out += at.get(number, [])
    return "\n".join(out) + "\n"


def _end_of_registers(lines: Sequence[str], headers: Mapping[Path, int]) -> int:
    """Return how many lines stand before the end of the last register's table; without any, of all tables before it."""
    ordered = sorted((n, p) for p, n in headers.items())
    ours = [n for n, p in ordered if p[0] == "registers"]
    start = (
        max(ours) if ours else max((n for n, p in ordered if p[0] in ("study", "time_zero", "databases")), default=0)
    )
    following = [n for n, _ in ordered if n > start]
    end = (following[0] - 1) if following else len(lines)
    while end > start and (not lines[end - 1].strip() or lines[end - 1].lstrip().startswith("#")):
        if lines[end - 1].lstrip().startswith("#-"):
            break
        end -= 1
    return end


def keeps(old: Any, new: Any) -> bool:
    """Return whether every value of ``old`` is in ``new``, in its order; tables and lists of tables may have gained some."""
    if isinstance(old, dict) and isinstance(new, dict):
        return all(key in new and keeps(value, new[key]) for key, value in old.items())
    if isinstance(old, list) and isinstance(new, list) and all(isinstance(v, dict) for v in (*old, *new)):
        rest = iter(new)
        return all(any(keeps(value, candidate) for candidate in rest) for value in old)
    return bool(old == new)
