"""``effektutv init``: look at a delivery, match it to the registers, and draft a study file or go on with one."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from effektutv.errors import ArgumentError, EffektutvError, StudyError
from effektutv.runtime.atomic_output import check_file, write_whole
from effektutv.study import Study
from effektutv.study.parse import read_study_file

from .assess_delivery import Delivery, new_table, place_questions
from .draft_template import EXTRACTS, RECEIPT, first_draft
from .edit_study_file import Note, declined, insert, keeps, parsed, set_key, strip, waiting, wake
from .questions import Answer, Question, key_questions, missing_registers
from .scan_database import read_tables
from .scan_folder import find_files, read_files

__all__ = ["FirstContact", "answer", "draft"]


#: Sections that say nothing of the study itself: a file with these alone is drafted further from the start.
_BESIDE_THE_STUDY = {"databases", "resources"}


#: Files of a folder without a register that are named.
_MOST_TOLD = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstContact:
    """What a look at a delivery came to.

    Parameters
    ----------
    path : Path
        The study file.
    found, unused : tuple of str
        What is told of the registers' files, and of every other file.
    questions : tuple of Question
        What is open.
    problem : str
        Where nothing is open and the study file cannot be read all the same: why.
    new : bool
        Whether there was no study file before.
    """

    path: Path
    found: tuple[str, ...]
    unused: tuple[str, ...]
    questions: tuple[Question, ...]
    problem: str
    new: bool

    @property
    def settled(self) -> bool:
        """Whether nothing is open."""
        return not self.questions and not self.problem

    def lines(self) -> Iterator[str]:
        """Yield what is told on a terminal: what was found, what is open, and what to do next."""
        yield from (f"found    {line}" for line in self.found)
        yield from (f"unused   {line}" for line in self.unused)
        for question in self.questions:
            where = ".".join(str(p + 1) if isinstance(p, int) else p for p in question.table)
            yield f"{'needed' if question.needed else 'open':8} {where}.{question.key}: {question.ask}"
        if self.problem:
            yield f"needed   {self.problem}"
        yield f"{'drafted' if self.new else 'kept'} {self.path.name}: {_open(len(self.questions) + bool(self.problem))}"
        if self.settled:
            yield f"next: effektutv check {self.path}"
        else:
            yield f"next: answer the lines that begin with #? in {self.path}, run init again, then: effektutv check {self.path}"


def _open(n: int) -> str:
    return "nothing is open" if n == 0 else f"{n} question{'s are' if n > 1 else ' is'} open"


def draft(folder: str | Path, *, out: str | Path | None = None) -> FirstContact:
    """Look at a folder's files and at the tables of a study file's databases; draft a study file, or go on with the one there is.

    What stands in a study file is kept to the letter; only the draft's own notes and questions (lines that begin with ``#:`` and
    ``#?``) are renewed, parts that waited for a register are freed, and registers that arrived are added.

    Parameters
    ----------
    folder : path
        The folder of the delivery.
    out : path, optional
        The study file; ``study.toml`` in the folder where not given.

    Raises
    ------
    ArgumentError
        If the folder is none, holds no file that is like a register, or the study file cannot be written.
    StudyError
        If there is a study file that is not TOML, or of a plain table; or a database that it names cannot be asked.
    ExtractError
        If a database cannot be reached.
    """
    folder = Path(folder)
    found = find_files(folder)
    path = Path(out) if out is not None else folder / "study.toml"
    check_file(path, "out")
    before = _before(path)
    files = read_files(found.files, folder)
    tables = read_tables(parsed(before), path) if before is not None else ()
    delivery = Delivery([*files, *tables], folder=folder, beside=path.absolute().parent, others=found.others)
    if before is None and not any(map(delivery.known, delivery.delivered)):
        raise ArgumentError(_nothing(folder, delivery))
    text = _begun(delivery, before)
    new, contact = _continued(text, delivery, path, new=before is None)
    if new != before:
        write_whole(path, new, "out")
    return contact if contact.questions else replace(contact, problem=_problem(path))


#: Answers that stand in the file as they are typed, and what they are then.
_BARE: Mapping[Answer, tuple[type, ...]] = {Answer.DAY: (date,), Answer.MONTH: (int,), Answer.SHARE: (float,)}


def answer(contact: FirstContact, question: Question, given: str) -> None:
    """Write one answer into the study file; :func:`draft` then goes on from there.

    Parameters
    ----------
    contact : FirstContact
    question : Question
        One of its questions that has a key.
    given : str
        As typed: a day, a number, a text, titles with | between, codes with a comma between, or a path.

    Raises
    ------
    ArgumentError
        If it is no such answer.
    """
    table = question.table
    if question.answer in _BARE:
        value = given.strip()
    elif question.answer is Answer.RECEIPT:
        source, _, actor = given.strip().partition(" ")
        value = f"{{ source = {_quoted(source)}{f', actor = {_quoted(actor.strip())}' if actor.strip() else ''} }}"
        if source not in RECEIPT or (source == "hours") != bool(actor.strip()):
            value = ""
    elif question.answer is Answer.OUTCOME:
        names = [o.get("name") for o in parsed(contact.path.read_text(encoding="utf-8")).get("outcomes", ())]
        value = '"primary"' if given.strip() in names else ""
        table = ("outcomes", names.index(given.strip())) if value else table
    elif question.answer is Answer.TITLES:
        sv, _, en = given.partition("|")
        value = f"{{ sv = {_quoted(sv.strip())}, en = {_quoted(en.strip())} }}" if sv.strip() and en.strip() else ""
    elif question.answer is Answer.CODES:
        value = "[" + ", ".join(_quoted(c.strip()) for c in given.split(",") if c.strip()) + "]"
    else:
        value = _quoted(given.strip())
    line = f"{question.key} = {value}"
    text = contact.path.read_text(encoding="utf-8")
    fits = False
    try:
        kinds = _BARE.get(question.answer, (object,))
        fits = type(tomllib.loads(line)[question.key]) in kinds or kinds == (object,)
        tomllib.loads(set_key(text, table, line))
    except tomllib.TOMLDecodeError:
        fits = False
    if not fits or question.answer is Answer.ELSEWHERE:
        raise ArgumentError(f"{question.key}: give {question.answer.value}")
    write_whole(contact.path, set_key(text, table, line), "out")


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _nothing(folder: Path, delivery: Delivery) -> str:
    """Return what is said of a folder without a register: a draft would ask for everything."""
    told = list(delivery.unused(()))
    shown = "".join(f"\n  {line}" for line in told[:_MOST_TOLD])
    more = f"\n  and {len(told) - _MOST_TOLD} more" if len(told) > _MOST_TOLD else ""
    what = "no file of" if delivery.delivered else "no CSV, text, Parquet, SAS, Stata or SPSS file lies in"
    known = " is like a register that is known" if delivery.delivered else ""
    return (
        f"DIR: {what} {folder.name!r}{known}; give the folder of the delivery, or, for tables of a database, name it in "
        f"{folder.name}/study.toml first ([databases.NAME]). Nothing was written.{shown}{more}"
    )


def _before(path: Path) -> str | None:
    if not path.exists():
        return None
    values = read_study_file(path).values
    if "table" in values:
        raise StudyError(
            f"{path.name}: the study reads one plain table; init drafts studies from registers: give --out"
        )
    return path.read_text(encoding="utf-8")


def _begun(delivery: Delivery, before: str | None) -> str:
    """Return the text to go on with: the study file's; or, where that tells of databases only, the first draft after it."""
    if before is not None and set(parsed(before)) - _BESIDE_THE_STUDY:
        return before
    form = {f.lower() for c in delivery.sure.get("assignment", ()) for f in c.found}
    synthetic = any(d.synthetic for d in delivery.delivered)
    new = first_draft(form=form, synthetic=synthetic, have=set(delivery.sure))
    return f"{before.rstrip()}\n\n{new}" if before is not None and before.strip() else new


def _continued(text: str, delivery: Delivery, path: Path, *, new: bool) -> tuple[str, FirstContact]:
    """Return the study file's new text, and what is told of it."""
    bare = strip(text)
    old, no = parsed(bare), declined(bare)
    registers, refused = old.get("registers", {}), {word for _, word in no}
    arrived = [name for name in delivery.sure if name not in registers and name not in refused]
    tables = [new_table(families) for n in arrived if (families := delivery.families(n, refused))]
    if tables and not registers:
        tables.insert(0, Note(table=("registers",), lines=EXTRACTS))
    bare = insert(wake(bare, {*registers, *arrived}), tables)
    values = parsed(bare)
    if not keeps(old, values):
        raise EffektutvError("init would have changed what stands in the study file; nothing was written")
    placed = {name: delivery.placed(name, table, refused) for name, table in values.get("registers", {}).items()}
    taken = {d for where in placed.values() for d in where.names}
    form = {f.lower() for c in placed["assignment"].members for f in c.found} if "assignment" in placed else set()
    questions = (
        *key_questions(values, no, form),
        *(q for name, where in placed.items() for q in place_questions(name, where, refused)),
        *delivery.doubtful(taken, refused),
        *missing_registers(values, waiting(bare), refused),
    )
    notes = [_head(len(questions)), *(Note(table=("registers", n), lines=p.said()) for n, p in placed.items())]
    notes += [Note(table=q.table, lines=q.lines()) for q in questions]
    contact = FirstContact(
        path=path,
        found=tuple(line for name, where in placed.items() for line in where.told(name)),
        unused=tuple(delivery.unused(taken)),
        questions=questions,
        problem="",
        new=new,
    )
    return insert(bare, notes), contact


def _head(n: int) -> Note:
    """Return what stands at the top of a draft: how it is answered."""
    if not n:
        return Note(
            table=(), lines=("#: Nothing is open: effektutv check says what the extracts themselves are like.",)
        )
    return Note(
        table=(),
        lines=(
            f"#: Drafted by effektutv init: {_open(n)}.",
            "#: A line that begins with #? asks, and the lines under it are answers: fill one in and take its #? away. The one",
            "#: with #- says no. Then run init again: it renews the lines with #: and #?, frees those with #~ when the register",
            "#: that they wait for has come, and changes nothing else: what you write here, comments too, stays as you wrote it.",
        ),
    )


def _problem(path: Path) -> str:
    """Return why a study file without questions cannot be read all the same; empty where it can."""
    try:
        Study.from_toml(path)
    except StudyError as error:
        return str(error)
    return ""
