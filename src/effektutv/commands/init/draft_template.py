"""The first draft: the trial's own study file; what only the user knows is left open, what has no register yet is put off."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Iterator
from typing import Any

from effektutv.cohort.outcome_values import SOURCES
from effektutv.registers.schema.table_schema import extract_names
from effektutv.runtime.package_data import studies_folder
from effektutv.study import FIRST_MONTH_IN_WORK, MONTHS_IN_WORK, SURVEY

from .edit_study_file import WAITS

__all__ = ["EXTRACTS", "RECEIPT", "first_draft", "groups_of_state", "register_order"]

#: The register that each kind of receipt is read from.
RECEIPT = {"sius": "af_inskrivning", "hours": "tidredovisning", "start": "assignment"}

_HEADER = re.compile(r"^\[\[?([a-z_.]+)\]\]?", re.MULTILINE)
#: Keys of the trial's study file that are its own and nobody else's: they are asked for.
_ASKED = {
    "study": ("name", "title", "data_date", "# data_date"),
    "plan": ("baseline", "power", "alpha"),
    "outcomes": ('role = "primary"',),
    "time_zero": ("interventions_end",),
    "codes": ("aktivitetsersattning", "sjukersattning"),
}
#: What is in a first draft and was not asked: it follows from the registers that were looked for.
_GUESSED = """\
# Guessed from the registers looked for: covariates, outcomes and subgroups. Change or take out what is another in your study.

"""
#: The arms of a first draft. No register says what they are, so every word of theirs is asked for; a label that was guessed
#: would name the wrong programme as soon as somebody fills in the codes alone.
_ARMS = """\
# Nothing of the arms is guessed. One table [[arms]] per arm: for a third arm, write one more.

[[arms]]
control = true                   # the comparison arm

[[arms]]
control = false

"""
#: What stands in place of the trial's own benefit and its age.
_BENEFIT = """\
# A benefit that ends at an age, whatever the trial does: who reaches it is then told beside the outcome on the benefit.
# [benefit]
# name = { sv = "...", en = "..." }
# ends_at_age = ...

"""
#: A subgroup is exploratory until somebody says that it was planned.
_PRESPECIFIED = "prespecified = false             # true where a plan from before the outcomes were read names it"
#: What stands before the first register.
EXTRACTS = (
    "",
    "# ---------------------------------------------------------------- extracts",
    "# cutoff: the last day that the delivery covers; months beyond it are missing, not zero.",
)
Groups = tuple[tuple[str, ...], ...]


def register_order() -> tuple[str, ...]:
    """Return the declared registers: those of the trial in its study file's order, then the others."""
    text = (studies_folder() / "aktivitetsersattning" / "study.toml").read_text(encoding="utf-8")
    ours = tuple(tomllib.loads(text)["registers"])
    return (*ours, *(name for name in extract_names() if name not in ours))


def groups_of_state(state: str) -> Groups:
    """Return the registers that a state is made of: one of each group.

    Parameters
    ----------
    state : str
        As an outcome declares it.
    """
    return SOURCES["work" if state in (MONTHS_IN_WORK, FIRST_MONTH_IN_WORK) else state]


def first_draft(*, form: Collection[str], synthetic: bool, have: Collection[str]) -> str:
    """Return a study file without registers: the trial's, with what is the user's left out.

    Parameters
    ----------
    form : collection of str
        Columns of the randomisation form that was found, in lower case; empty where none was.
    synthetic : bool
        Whether the delivery says that it is made up.
    have : collection of str
        Registers that were found: what needs others waits.
    """
    text = (studies_folder() / "aktivitetsersattning" / "study.toml").read_text(encoding="utf-8")
    values = tomllib.loads(text)
    starts = [m.start() for m in _HEADER.finditer(text)]
    blocks = [text[a:b] for a, b in zip(starts, [*starts[1:], len(text)], strict=True)]
    waits = {key: iter(list(found)) for key, found in _waits(values).items()}
    arms = iter([_ARMS])
    out = []
    for whole, after in zip(blocks, [*blocks[1:], ""], strict=True):
        block = whole
        name = _HEADER.match(block)[1]  # type: ignore[index]
        for key in _ASKED.get(name, ()):
            block = re.sub(rf"(?m)^{key}(?: = .*)?\n", "", block)
        body, comments = _apart(block)
        if name in ("arms", "plan") or after.startswith("[[subgroups]]"):
            comments = ""  # on what was planned and published, and on the benefit
        if name == "benefit":
            body = _BENEFIT
        if name == "outcomes":
            body = re.sub(r"(?m)^month = .*\n", "", body)
        if name == "consort" or name.startswith("registers."):
            # the trial's own answers to the checklist are nobody else's; registers are added as they are found
            body = ""
        elif name in waits:
            body = _put_off(body, next(waits[name]), have)
        if after.startswith(("[registers.", "[consort]")):
            comments = ""  # they belong to what is left out
        if name == "arms":
            body = next(arms, "")
        if name == "subgroups":
            body = re.sub(r"(?m)^(#~ )?prespecified = .*$", rf"\g<1>{_PRESPECIFIED}", body)
        if name == "design":
            body = _from_form(body, form)
        if name == "study":
            body = _GUESSED + re.sub(r"(?m)^synthetic = .*\n", _synthetic(synthetic), body)
        out.append(body + comments)
    # what was left out leaves blank lines
    return re.sub(r"\n{3,}", "\n\n", "".join(out)).strip("\n") + "\n"


def _apart(block: str) -> tuple[str, str]:
    """Return a table and the comments after it, which belong to what follows."""
    lines = block.splitlines(keepends=True)
    end = len(lines)
    while end > 1 and (not lines[end - 1].strip() or lines[end - 1].startswith("# ")):
        end -= 1
    return "".join(lines[:end]) + "\n", "".join(lines[end:]).lstrip("\n")


def _waits(values: dict[str, Any]) -> dict[str, Iterator[Groups]]:
    """Return what each covariate, outcome and subgroup is read from, in the file's order."""
    source = {c["name"]: ((c["register"],),) for c in values["covariates"]}
    return {
        "covariates": iter(source.values()),
        "outcomes": (((SURVEY,),) if "item" in o else groups_of_state(o["state"]) for o in values["outcomes"]),
        "subgroups": (tuple(dict.fromkeys(g for name in s["by"] for g in source[name])) for s in values["subgroups"]),
    }


def _put_off(body: str, groups: Groups, have: Collection[str]) -> str:
    if all(any(name in have for name in group) for group in groups):
        return body
    return _marked(body.rstrip("\n").splitlines(), groups) + "\n"


def _marked(lines: list[str], groups: Groups) -> str:
    words = ", ".join(" or ".join(group) for group in groups)
    return f"{WAITS}{words}\n" + "".join(f"#~ {line}\n" for line in lines)


def _from_form(body: str, form: Collection[str]) -> str:
    """Leave out the columns of the form that it does not have: they are asked for."""
    for key in ("strata", "cluster"):
        line = re.search(rf'(?m)^{key} = "(\w+)".*\n', body)
        if line and line[1] not in form:
            body = body.replace(line[0], "")
            if key == "strata":
                # left out, it is "blocked" with strata and "difference" without: whatever is answered then fits
                body = re.sub(r"(?m)^estimator = .*\n", "", body)
    return body


def _synthetic(says: bool) -> str:
    if says:
        return "synthetic = true                 # the delivery itself says so: every output then says so too\n"
    return "synthetic = false                # true where the extracts are made, not collected\n"
