"""A delivery sorted by register, and how it fits what a study file says of its registers."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from glob import glob
from pathlib import Path
from typing import Any

from effektutv.registers.schema.table_schema import extract_names, load_schema
from effektutv.registers.sources.missing_values import written

from .draft_template import register_order
from .edit_study_file import Note, wrapped
from .file_patterns import Family, families_of, one_pattern, year_of
from .match_registers import SURE, Candidate, candidates_of, chosen, judge, nearest
from .questions import Answer, Question
from .scan_folder import NO_HEADER, Delivered, shown_name

__all__ = ["Delivery", "Placed", "new_table", "place_questions"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """One register of the study file, and the files that it takes in.

    Parameters
    ----------
    where : str
        The path or table as the study file has it; empty where it has none yet.
    members : tuple of Candidate
        What it takes in, held against the register.
    beyond : tuple of Family
        Files that are this register too, and that it does not take in.
    together : str
        The pattern that takes in every file of the register, where there are several families and such a pattern.
    words : tuple of str
        Words for missing that stand among its numbers or days, and that the study file does not declare.
    """

    where: str
    members: tuple[Candidate, ...]
    beyond: tuple[Family, ...]
    together: str
    words: tuple[str, ...] = ()

    @property
    def names(self) -> set[str]:
        """The names of the files that it takes in."""
        return {c.delivered.name for c in self.members}

    @property
    def years(self) -> tuple[int, ...]:
        """The years that their names tell, sorted."""
        return tuple(sorted({y for c in self.members if (y := year_of(c.delivered)) is not None}))

    def told(self, name: str) -> Iterator[str]:
        """Yield what is told of the register on a terminal.

        Parameters
        ----------
        name : str
            The register.
        """
        if self.members:
            yield f"{name}: {self.where}: {self._facts()}"

    def said(self) -> tuple[str, ...]:
        """Return what is said of the register in the study file."""
        return wrapped("#: ", self._facts()) if self.members else ()

    def _facts(self) -> str:
        files = "1 file" if len(self.members) == 1 else f"{len(self.members)} files"
        if self.members[0].delivered.database:
            files = files.replace("file", "table")
        years = f", {self.years[0]} to {self.years[-1]}" if len(self.years) > 1 else ""
        least = min(self.members, key=lambda c: (c.score, c.delivered.name))
        return f"{files}{years}. {'The worst of them has ' if len(self.members) > 1 else 'It has '}{least.why()}"


class Delivery:
    """A delivery's files, sorted by the register that each is.

    Parameters
    ----------
    delivered : sequence of Delivered
    folder, beside : Path
        The delivery's folder, and the study file's.
    others : mapping of str to int
        Files in formats that are not read, by ending.
    """

    def __init__(
        self, delivered: Sequence[Delivered], *, folder: Path, beside: Path, others: Mapping[str, int]
    ) -> None:
        self.delivered = tuple(delivered)
        self._folder, self._beside, self._others = folder, beside, others
        self._candidates = {d.name: candidates_of(d) for d in self.delivered if not d.problem}
        found = [best for c in self._candidates.values() if (best := chosen(c)) is not None]
        #: Files that are a register beyond doubt, by register, in the trial's order.
        self.sure = {n: [c for c in found if c.register == n] for n in register_order()}
        self.sure = {name: files for name, files in self.sure.items() if files}

    def families(self, name: str, refused: Collection[str]) -> list[Family]:
        """Return the families of files that are a register beyond doubt.

        Parameters
        ----------
        name : str
            The register.
        refused : collection of str
            Files that the user said no to.
        """
        files = [c for c in self.sure.get(name, ()) if c.delivered.name not in refused]
        return families_of(files, self.delivered, self._folder, self._beside)

    def placed(self, name: str, table: Mapping[str, Any], refused: Collection[str]) -> Placed:
        """Hold what the study file says of a register against the files.

        Parameters
        ----------
        name : str
            The register.
        table : mapping
            Its table in the study file.
        refused : collection of str
            Files that the user said no to.
        """
        where = str(table.get("path") or table.get("table") or "")
        inside = self._taken_in(table)
        members = tuple(judge(d, load_schema(name)) for d in inside if not d.problem) if name in extract_names() else ()
        names = {d.name for d in inside}
        beyond = [f for f in self.families(name, refused) if not {c.delivered.name for c in f.members} & names]
        together = ""
        if len(beyond) > 1 and not members:
            every = [c.delivered for f in beyond for c in f.members]
            if len({(d.database, d.path is None) for d in every}) == 1:
                together = one_pattern(every, self.delivered, self._folder, self._beside, annual=False)
        declared = set(map(str, table.get("missing", ())))
        words = sorted(frozenset().union(*(c.words for c in members)) - declared)
        return Placed(where=where, members=members, beyond=tuple(beyond), together=together, words=tuple(words))

    def _taken_in(self, table: Mapping[str, Any]) -> list[Delivered]:
        if "path" in table:
            paths = {Path(p).resolve() for p in glob(str(self._beside / str(table["path"])))}  # noqa: PTH207  (may be absolute)
            return [d for d in self.delivered if d.path is not None and d.path.resolve() in paths]
        wanted = str(table.get("table", "")).lower()
        inside = [d for d in self.delivered if d.database and d.database == table.get("database")]
        return [d for d in inside if any(fnmatchcase(name, wanted) for name in _endings(d.name.lower()))]

    def doubtful(self, taken: Collection[str], refused: Collection[str]) -> Iterator[Question]:
        """Yield a question for each file that could be a register and is none beyond doubt.

        Parameters
        ----------
        taken, refused : collection of str
            Files that the study file takes in, and those that the user said no to.
        """
        for one in self.delivered:
            candidates = self._candidates.get(one.name, [])
            if not candidates or chosen(candidates) or one.name in taken or one.name in refused:
                continue
            pattern = one_pattern([one], self.delivered, self._folder, self._beside, annual=False)
            close = [c for c in candidates if candidates[0].score - c.score < max(100 - SURE, 1)]
            lines = [line for c in close for line in (f"[registers.{c.register}]", *_source(one.database, pattern))]
            could = "; or ".join(f"{c.register} ({c.why()})" for c in close)
            yield Question(
                table=("registers",),
                key=one.name,
                ask=f"{one.name} could be {could}. Which is it?",
                answer=Answer.ELSEWHERE,
                suggestions=tuple(lines),
            )

    def known(self, one: Delivered) -> bool:
        """Return whether a file could be a register: it has the columns, or some, or no header; what cannot be read is none."""
        if one.problem:
            return one.problem == NO_HEADER
        return bool(self._candidates.get(one.name)) or nearest(one) is not None

    def unused(self, taken: Collection[str]) -> Iterator[str]:
        """Yield what is told of the files that no register of the study takes in.

        Parameters
        ----------
        taken : collection of str
            Names of the others.
        """
        for one in self.delivered:
            if one.name in taken:
                continue
            if one.problem:
                yield f"{shown_name(one)}: {one.problem}"
            elif candidates := self._candidates[one.name]:
                yield f"{one.name}: could be {', or '.join(c.register for c in candidates)}"
            elif (close := nearest(one)) is not None:
                yield f"{one.name}: looks like {close.register}, and cannot be read as it: {close.why()}"
            else:
                yield f"{one.name}: none of the registers ({len(one.columns)} columns)"
        for ending, n in self._others.items():
            yield f"{n} {ending}: not read; deliver as CSV, Parquet, SAS, Stata or SPSS"


def _endings(name: str) -> list[str]:
    """Return a table's name with and without the schema and catalogue before it."""
    parts = name.split(".")
    return [".".join(parts[i:]) for i in range(len(parts))]


def _source(database: str, pattern: str) -> tuple[str, ...]:
    if not pattern:
        return ()
    if database:
        return (f'database = "{database}"', f"table = {_text(pattern)}")
    return (f"path = {_text(pattern)}",)


def _text(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def new_table(families: Sequence[Family]) -> Note:
    """Return the table of a register that arrived: its source where one family is it, without one where the user must choose.

    Parameters
    ----------
    families : sequence of Family
        Of one register.
    """
    source = _source(families[0].database, families[0].pattern) if len(families) == 1 else ()
    form = _form(families[0].members) if source else ()
    return Note(table=("registers",), lines=("", f"[registers.{families[0].register}]", *source, *form))


def _form(members: Sequence[Candidate]) -> Iterator[str]:
    """Yield how the files of a register are written, as far as it must be declared."""
    if members and all(c.delivered.encoding for c in members):
        yield f'encoding = "{members[0].delivered.encoding}"  # the mark that tells the order of the bytes is missing'
    if words := frozenset[str]().union(*(c.words for c in members)):
        yield f"missing = {written(words)}  # seen among numbers or days, where it can only mean that nothing is known"


def place_questions(name: str, placed: Placed, refused: Collection[str]) -> Iterator[Question]:
    """Yield what is open about one register of the study file.

    Parameters
    ----------
    name : str
        The register.
    placed : Placed
    refused : collection of str
        Files and years that the user said no to.
    """
    table = ("registers", name)
    if not placed.where:
        yield _choice(table, placed)
        return
    if not placed.members:
        yield Question(
            table=table,
            key="path",
            ask=f"No file that can be read lies at {placed.where}: is it still to come, or is the path another?",
            answer=Answer.ELSEWHERE,
            needed=True,
        )
    for member in placed.members:
        if not member.whole:
            yield Question(
                table=table,
                key="path",
                ask=f"{member.delivered.name} cannot be read as {name}: {member.why()}. Ask {load_schema(name).owner} for a new "
                f"delivery, or change the path.",
                answer=Answer.ELSEWHERE,
                needed=True,
            )
    if placed.words and f"{name} missing" not in refused:
        yield Question(
            table=table,
            key=f"{name} missing",
            ask=f"Among numbers or days stands {', '.join(map(repr, placed.words))}. Does it mean that nothing is known? Without "
            f"the line such values are counted as errors.",
            answer=Answer.ELSEWHERE,
            suggestions=(f"missing = {written(placed.words)}",),
        )
    years = placed.years
    for year in range(years[0], years[-1]) if years else ():
        if year not in years and f"{name} {year}" not in refused:
            yield Question(
                table=table,
                key=f"{name} {year}",
                ask=f"The year {year} is missing between {years[0]} and {years[-1]}. Ask {load_schema(name).owner} for it.",
                answer=Answer.ELSEWHERE,
            )
    for family in placed.beyond:
        first = family.members[0].delivered.name
        yield Question(
            table=table,
            key=first,
            ask=f"{first} is this register too, and the path does not take it in ({family.least.why()}). Is it part of it?",
            answer=Answer.ELSEWHERE,
            suggestions=tuple(_source(family.database, family.pattern)),
        )


def _choice(table: tuple[str, str], placed: Placed) -> Question:
    """Return the question which of several files a register is."""
    lines: list[str] = []
    reasons = []
    for family in placed.beyond:
        lines += _source(family.database, family.pattern)
        reasons.append(f"{family.members[0].delivered.name} ({family.least.why()})")
    if placed.together:
        lines += _source(placed.beyond[0].database, placed.together)
    which = "; ".join(reasons) or "none lies in the folder"
    more = " The last pattern takes in all of them, where they are parts of one." if placed.together else ""
    if not lines:
        more = " No pattern takes in these files alone: put them in a folder of their own."
    in_database = bool(placed.beyond and placed.beyond[0].database)
    return Question(
        table=table,
        key="table" if in_database else "path",
        ask=f"Which file is it? {which}.{more}",
        answer=Answer.ELSEWHERE if in_database else Answer.PATH,
        suggestions=tuple(lines),
        needed=True,
    )
