"""Files that belong together: the same register, a file a year, named by one pattern that takes in these files and no others."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from glob import escape
from pathlib import Path

from .match_registers import Candidate
from .scan_folder import Delivered

__all__ = ["Family", "families_of", "one_pattern", "year_of"]

_YEAR = re.compile(r"(?<!\d)(?:19|20)\d{2}(?!\d)")
_ANY_YEAR = "[12][0-9][0-9][0-9]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """Files of one register that differ by their year only, or a single file.

    Parameters
    ----------
    register : str
    members : tuple of Candidate
        By name.
    pattern : str
        What the study file says: relative to its folder; empty where no pattern takes in these files and no others.
    years : tuple of int
        The years that the names tell, sorted; empty where they tell none.
    """

    register: str
    members: tuple[Candidate, ...]
    pattern: str
    years: tuple[int, ...]

    @property
    def database(self) -> str:
        """The database that the tables lie in; empty for files."""
        return self.members[0].delivered.database

    @property
    def least(self) -> Candidate:
        """The member with the lowest score: what holds of it holds of all."""
        return min(self.members, key=lambda c: (c.score, c.delivered.name))


def year_of(delivered: Delivered) -> int | None:
    """Return the year that a file's name tells; None where it tells none, or several."""
    found = _YEAR.findall(delivered.stem)
    return int(found[0]) if len(found) == 1 else None


def families_of(
    members: Sequence[Candidate], everything: Sequence[Delivered], folder: Path, beside: Path
) -> list[Family]:
    """Sort the files of one register into families.

    Parameters
    ----------
    members : sequence of Candidate
        Of one register.
    everything : sequence of Delivered
        Every file of the delivery, so that no pattern takes in another.
    folder, beside : Path
        The delivery's folder, and the study file's, which patterns are relative to.

    Returns
    -------
    list of Family
        By their first file's name.
    """
    groups: dict[tuple[str, str, str], list[Candidate]] = {}
    for member in members:
        delivered = member.delivered
        where = delivered.name.rpartition("/" if delivered.path else ".")[0]
        stem = _YEAR.sub("\0", delivered.stem) if year_of(delivered) else delivered.stem
        groups.setdefault((delivered.database, where, stem.lower()), []).append(member)
    out = []
    for group in groups.values():
        years = [y for m in group if (y := year_of(m.delivered)) is not None]
        # the same year twice is no family: two files claim to be one
        parts = [group] if len(set(years)) == len(years) or not years else [[m] for m in group]
        parts = [[m] for m in group] if not years and len(group) > 1 else parts
        out += [_family(part, everything, folder, beside) for part in parts]
    return sorted(out, key=lambda f: f.members[0].delivered.name)


def _family(members: Sequence[Candidate], everything: Sequence[Delivered], folder: Path, beside: Path) -> Family:
    ordered = tuple(sorted(members, key=lambda m: m.delivered.name))
    years = sorted(y for m in ordered if (y := year_of(m.delivered)) is not None)
    return Family(
        register=ordered[0].register,
        members=ordered,
        pattern=one_pattern([m.delivered for m in ordered], everything, folder, beside, annual=bool(years)),
        years=tuple(years),
    )


def one_pattern(
    wanted: Sequence[Delivered], everything: Iterable[Delivered], folder: Path, beside: Path, *, annual: bool
) -> str:
    """Return the pattern that takes in these files or tables and no others; empty where there is none.

    Parameters
    ----------
    wanted : sequence of Delivered
    everything : iterable of Delivered
    folder, beside : Path
        The delivery's folder and the study file's.
    annual : bool
        Whether the names tell a year, so that later years belong to the pattern too.

    Returns
    -------
    str
        Of files relative to the study file.
    """
    names = [d.name for d in wanted]
    others = [d.name for d in everything if d.database == wanted[0].database and d.name not in names]
    if wanted[0].database:
        return _table_pattern(names, others, annual=annual)
    if len(names) == 1 and not annual:
        tries = [escape(names[0])]
    elif annual:
        tries = [p for year in ("*", _ANY_YEAR) if (p := _merged([_split(n) for n in names], year))]
    else:
        tries = [_around(names)]
    for pattern in tries:
        if all(_fits(n, pattern) for n in names) and not any(_fits(n, pattern) for n in others):
            return _relative(pattern, folder, beside)
    return ""


def _table_pattern(names: Sequence[str], others: Iterable[str], *, annual: bool) -> str:
    """Return the pattern of tables; a database's patterns know ``*`` only, and no case."""
    pattern = names[0]
    if annual:
        before, after = _split(names[0])
        pattern = f"{before}*{after}"
    elif len(names) > 1:
        pattern = _around([n.lower() for n in names])
    taken = [n for n in (*names, *others) if fnmatchcase(n.lower(), pattern.lower())]
    return pattern if sorted(taken) == sorted(names) else ""


def _split(name: str) -> tuple[str, str]:
    """Return what stands before and after the year of a file's name."""
    found = list(_YEAR.finditer(name, name.rfind("/") + 1))[-1]
    return name[: found.start()], name[found.end() :]


def _merged(parts: Sequence[tuple[str, str]], year: str) -> str:
    before, after = ([p[i] for p in parts] for i in range(2))
    ends = _letters(after)
    return f"{_letters(before) or '*'}{year}{'*' if ends is None else ends}".replace("**", "*")


def _letters(texts: Sequence[str]) -> str | None:
    """Return a pattern of texts that differ in case only, None where they differ otherwise."""
    if len({t.lower() for t in texts}) > 1:
        return None
    out = []
    for letters in zip(*texts, strict=True):
        distinct = sorted(set(letters))
        out.append(escape(distinct[0]) if len(distinct) == 1 else f"[{''.join(distinct)}]")
    return "".join(out)


def _around(names: Sequence[str]) -> str:
    """Return what names begin and end with, with anything between."""
    first = _common(names)
    last = _common([n[len(first) :][::-1] for n in names])[::-1]
    return f"{escape(first)}*{escape(last)}"


def _common(texts: Sequence[str]) -> str:
    """Return what all texts begin with."""
    low, high = min(texts), max(texts)
    return low[: next((i for i, (a, b) in enumerate(zip(low, high, strict=False)) if a != b), len(low))]


def _fits(name: str, pattern: str) -> bool:
    """Return whether a pattern takes in a name, folder by folder, as the reader's does."""
    parts, wanted = name.split("/"), pattern.split("/")
    return len(parts) == len(wanted) and all(fnmatchcase(p, w) for p, w in zip(parts, wanted, strict=True))


def _relative(pattern: str, folder: Path, beside: Path) -> str:
    way = Path(os.path.relpath(folder.resolve(), beside.resolve())).as_posix()
    return pattern if way == "." else f"{escape(way)}/{pattern}"
