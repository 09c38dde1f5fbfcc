"""What a draft leaves open, and which answer each question takes."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from effektutv.cohort.known_spans import DATED, SOURCES
from effektutv.registers.schema.table_schema import DatedBy, extract_names, load_schema
from effektutv.study import SURVEY

from .draft_template import RECEIPT, groups_of_state
from .edit_study_file import wrapped

__all__ = ["Answer", "Question", "key_questions", "missing_registers"]

Path = tuple[str | int, ...]
Key = tuple[Path, str]

#: Registers that no covariate or outcome has to have, and what a run says less without them.
_BESIDE = {
    "scb_handelser": "deaths and moves abroad: without it whoever died or left the country is not known to have",
    "af_beslut": "decisions on subsidised employment: without it the report cannot say who was given one",
    "af_inskrivning": "spells with a SIUS consultant: without it the report cannot say who was given one",
    "tidredovisning": "hours by actor: without it the report cannot say what each arm was given",
}


#: Registers whose rows go on in time, so that a delivery ends on some day.
_RUNNING = (DatedBy.SPELL, DatedBy.EVENT, DatedBy.MONTH, DatedBy.MONTHS)


class Answer(StrEnum):
    """What an answer is, for whoever asks on a terminal."""

    DAY = "a day, YYYY-MM-DD"
    TEXT = "a text"
    CODES = "codes, with a comma between"
    SHARE = "a share between 0 and 1"
    MONTH = "a month, a whole number"
    TITLES = "a text in Swedish and one in English, with | between"
    RECEIPT = "start, sius, or hours and whose, as in: hours CM"
    OUTCOME = "an outcome's name"
    PATH = "a path"
    #: Nothing to type: something must be delivered, or the study file changed.
    ELSEWHERE = "elsewhere"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One open question.

    Parameters
    ----------
    table : tuple of str and int
        The table that it belongs to; ``("registers",)`` for a register that is not there.
    key : str
        The key that answers it, or the word that a *no* is said to.
    ask : str
        The question, one or more sentences.
    answer : Answer
    suggestions : tuple of str
        Lines as they could stand, one of which answers.
    needed : bool
        Whether the study cannot be read or run before it is answered.
    """

    table: Path
    key: str
    ask: str
    answer: Answer
    suggestions: tuple[str, ...] = ()
    needed: bool = False

    def lines(self) -> tuple[str, ...]:
        """Return the question as the draft's lines."""
        no = () if self.needed else (f"#- {self.key}: there is none",)
        return (*wrapped("#? ", self.ask), *(f"#?     {s}" for s in (*self.suggestions, *no)))


def key_questions(values: Mapping[str, Any], declined: Collection[Key], form: Collection[str]) -> Iterator[Question]:
    """Yield the keys that only the user can fill in and that stand nowhere yet.

    Parameters
    ----------
    values : mapping
        The study file as it is.
    declined : collection of (table, key)
        What the user said no to.
    form : collection of str
        Columns of the randomisation form, in lower case.
    """
    for question in (
        *_about_trial(values),
        *_about_plan(values),
        *_about_arms(values),
        *_about_outcomes(values),
        *_about_design(values, form),
        *_about_registers(values),
    ):
        table: Any = values
        for step in question.table:
            table = table[int(step)] if isinstance(table, list) else table.get(step, {})
        if question.key not in table and (question.table, question.key) not in declined:
            yield question


def _about_trial(values: Mapping[str, Any]) -> Iterator[Question]:
    if "study" in values:
        yield Question(
            table=("study",),
            key="name",
            ask="What is the study called in files? Lower-case letters a-z, digits and _, a letter first.",
            answer=Answer.TEXT,
            suggestions=('name = "..."',),
            needed=True,
        )
        yield Question(
            table=("study",),
            key="title",
            ask="What is the report called? It stands on its cover; CONSORT asks that it says that the trial is randomised.",
            answer=Answer.TITLES,
            suggestions=('title = { sv = "...", en = "..." }',),
            needed=True,
        )
        if _without_month(values):
            yield Question(
                table=("study",),
                key="month",
                ask="At which month are the arms compared, in the outcomes that state no month of their own? The plan says so; "
                "a month that is chosen from the results is no test.",
                answer=Answer.MONTH,
                suggestions=("month = ...",),
                needed=True,
            )
        yield Question(
            table=("study",),
            key="data_date",
            ask="Which day was the delivery made? It stands on the report's cover.",
            answer=Answer.DAY,
            suggestions=("data_date = YYYY-MM-DD",),
        )
    if "time_zero" in values:
        yield Question(
            table=("time_zero",),
            key="interventions_end",
            ask="Which was the last day of the interventions? Nobody is active in one, or receives one, after it.",
            answer=Answer.DAY,
            suggestions=("interventions_end = YYYY-MM-DD",),
        )


def _without_month(values: Mapping[str, Any]) -> bool:
    return any("state" in o and "month" not in o for o in values.get("outcomes", ()))


def _about_plan(values: Mapping[str, Any]) -> Iterator[Question]:
    if "plan" in values:
        yield Question(
            table=("plan",),
            key="baseline",
            ask="Which share of the comparison arm was expected to have the primary outcome when the trial was planned (between "
            "0 and 1)? Without it the report does not say what the trial could detect.",
            answer=Answer.SHARE,
            suggestions=("baseline = 0...",),
        )


def _about_arms(values: Mapping[str, Any]) -> Iterator[Question]:
    have = values.get("registers", {})
    receipts = {
        "start": 'received = { source = "start" }    # assigned to it and started',
        "sius": 'received = { source = "sius" }     # a spell with a SIUS consultant, whichever arm',
        "hours": 'received = { source = "hours", actor = "..." }    # hours by that actor, whichever arm',
    }
    for i, arm in enumerate(values.get("arms", ())):
        control = bool(arm.get("control"))
        which = "the comparison arm" if control else "this arm"
        if called := arm.get("label", {}).get("en"):
            which = f"{called!r}, {which}" if control else repr(called)
        yield Question(
            table=("arms", i),
            key="code",
            ask=f"With which code does the column arm of the randomisation form write {which}? Codes are not read from "
            f"the file{'; take the table out if the trial has no such arm' if i > 1 else ''}.",
            answer=Answer.TEXT,
            suggestions=('code = "..."',),
            needed=True,
        )
        yield Question(
            table=("arms", i),
            key="label",
            ask=f"What is {'the comparison arm' if control else 'the arm'} called in tables and figures?",
            answer=Answer.TITLES,
            suggestions=('label = { sv = "...", en = "..." }',),
            needed=True,
        )
        yield Question(
            table=("arms", i),
            key="received",
            ask="What says that a person received the arm's programme? Without it the report does not say who did.",
            answer=Answer.RECEIPT,
            suggestions=tuple(line for source, line in receipts.items() if RECEIPT[source] in have),
        )


def _about_outcomes(values: Mapping[str, Any]) -> Iterator[Question]:
    outcomes = values.get("outcomes", ())
    if outcomes and not any(o.get("role") == "primary" for o in outcomes):
        yield Question(
            table=("outcomes", 0),
            key="role",
            ask="Which outcome is the primary one, as the plan says? Write the line in that outcome's table. Without an answer "
            "it is the first.",
            answer=Answer.OUTCOME,
            suggestions=('role = "primary"',),
        )


def _about_design(values: Mapping[str, Any], form: Collection[str]) -> Iterator[Question]:
    if "design" not in values:
        return
    blocked = values["design"].get("estimator") == "blocked"
    has = {key: column in form for key, column in (("strata", "stratum"), ("cluster", "behandlare"))}
    yield Question(
        table=("design",),
        key="strata",
        ask="Within which column of the randomisation form were persons drawn? "
        + (
            "It has a column stratum. "
            if has["strata"]
            else "It has no column stratum; kommun is one that it must have. "
        )
        + ("Without strata the estimator must be another than blocked, e.g. difference." if blocked else ""),
        answer=Answer.TEXT,
        suggestions=(f'strata = "{"stratum" if has["strata"] else "kommun"}"',),
    )
    if has["cluster"]:
        yield Question(
            table=("design",),
            key="cluster",
            ask="Does the form's column behandlare say who shares a provider? Then errors clustered by it are shown too.",
            answer=Answer.TEXT,
            suggestions=('cluster = "behandlare"',),
        )


def _about_registers(values: Mapping[str, Any]) -> Iterator[Question]:
    for name in values.get("registers", {}):
        if name not in extract_names():
            continue
        schema = load_schema(name)
        if name in DATED or (schema.dating.by in _RUNNING and schema.owner != "projektet"):
            beyond = "Months beyond it are missing, not zero." if name in DATED else "Up to it, months are looked for."
            yield Question(
                table=("registers", name),
                key="cutoff",
                ask=f"Which is the last day that this delivery covers? {beyond}",
                answer=Answer.DAY,
                suggestions=("cutoff = YYYY-MM-DD",),
                needed=name in DATED,
            )
    if "fk_ersattning" in values.get("registers", {}) and "codes" in values:
        for key, benefit in (("aktivitetsersattning", "aktivitetsersättning"), ("sjukersattning", "sjukersättning")):
            yield Question(
                table=("codes",),
                key=key,
                ask=f"Which codes of Forman_kod are {benefit}? The list is not public: ask Försäkringskassan. At least one of "
                f"the two benefits must have codes.",
                answer=Answer.CODES,
                suggestions=(f'{key} = ["..."]',),
            )


def missing_registers(
    values: Mapping[str, Any], waits: Collection[tuple[tuple[str, ...], ...]], declined: Collection[str]
) -> Iterator[Question]:
    """Yield the registers that the study needs, or would be better with, and does not have.

    Parameters
    ----------
    values : mapping
        The study file as it is.
    waits : collection of tuple of groups
        What each part that is put off waits for.
    declined : collection of str
        Registers that the user said no to.
    """
    have = set(values.get("registers", {}))
    wanted: dict[str, str] = {"assignment": "who takes part, and in which arm: without it there is no study"}
    for groups in (*waits, *(g for _, g in _declared(values))):
        for group in groups:
            if not have & set(group):
                what = "parts of the study wait for it" + (
                    f" (or for {' or '.join(group[1:])})" if len(group) > 1 else ""
                )
                wanted.setdefault(group[0], what)
    for name, what in _BESIDE.items():
        wanted[name] = f"{wanted[name]}; {what}" if name in wanted else what
    for name, what in wanted.items():
        if name not in have and name not in declined:
            schema = load_schema(name)
            required = ", ".join(f.name for f in schema.fields if f.required)
            yield Question(
                table=("registers",),
                key=name,
                ask=f"{name} ({schema.title}): no file was taken for it. It is needed for {what}. Its required columns: "
                f"{required}. Ask {schema.owner} for it, put it in the folder and run init again.",
                answer=Answer.ELSEWHERE,
                needed=name == "assignment",
            )


def _declared(values: Mapping[str, Any]) -> Iterator[tuple[str, tuple[tuple[str, ...], ...]]]:
    """Yield what the study file's own outcomes and arms are read from."""
    for outcome in values.get("outcomes", ()):
        if "item" in outcome:
            yield "outcomes", ((SURVEY,),)
        elif outcome.get("state") in SOURCES or outcome.get("state", "").endswith("_in_work"):
            yield "outcomes", groups_of_state(outcome["state"])
    for arm in values.get("arms", ()):
        if (source := arm.get("received", {}).get("source")) in RECEIPT:
            yield "arms", ((RECEIPT[source],),)
