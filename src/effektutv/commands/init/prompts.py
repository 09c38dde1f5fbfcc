"""Asking on a terminal for what a draft leaves open; every answer is in the study file at once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from effektutv.errors import ArgumentError

from .draft_study import FirstContact, answer, draft
from .questions import Answer, Question

__all__ = ["ask_all"]


def ask_all(
    contact: FirstContact, folder: Path, *, prompt: Callable[[str], str], tell: Callable[[str], None]
) -> FirstContact:
    """Ask each question that an answer can be typed to; nothing typed leaves it open.

    Parameters
    ----------
    contact : FirstContact
        What is open.
    folder : Path
        The delivery's folder.
    prompt, tell : callable
        Asks and returns what was typed; says why an answer is none.

    Returns
    -------
    FirstContact
        After the answers.
    """
    asked: set[tuple[object, ...]] = set()
    while (question := _next(contact, asked)) is not None:
        asked.add((question.table, question.key))
        given = prompt(_prompt(question))
        if not given.strip():
            continue
        refused = ""
        try:
            answer(contact, question, given)
        except ArgumentError as error:
            refused = str(error)
        if refused:
            tell(refused)
            asked.discard((question.table, question.key))
            continue
        contact = draft(folder, out=contact.path)
    return contact


def _next(contact: FirstContact, asked: set[tuple[object, ...]]) -> Question | None:
    open_ones = (q for q in contact.questions if q.answer is not Answer.ELSEWHERE)
    return next((q for q in open_ones if (q.table, q.key) not in asked), None)


def _prompt(question: Question) -> str:
    options = "".join(f"\n  {s}" for s in question.suggestions) if question.answer is Answer.PATH else ""
    return f"{question.ask}{options}\n{question.key} ({question.answer.value}; Enter leaves it open)"
