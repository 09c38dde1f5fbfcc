"""Reading a study file: TOML with the line of every key, and every mistake explained with its line and what is allowed."""

from __future__ import annotations

import difflib
import hashlib
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from effektutv.errors import StudyError

from .toml_positions import key_lines, line_of

__all__ = ["StudyFile", "explain", "read_study_file"]


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyFile:
    """A study file as read: its name, digest, values (lists as tuples), the line of each key, and a draft's open questions."""

    name: str
    folder: Path
    sha256: str
    values: dict[str, Any]
    lines: dict[tuple[str | int, ...], int]
    open_questions: int = 0  # lines


def read_study_file(path: Path, *, kind: str = "study file", example: str = "study.toml") -> StudyFile:
    """Read a study file, or another of its form, without looking at what it means.

    Parameters
    ----------
    path : Path
        The file.
    kind, example : str
        What a message calls it, and a name that it could have.

    Raises
    ------
    StudyError
        If the file is missing or is not TOML in UTF-8.
    """
    if path.is_dir():
        # "." and ".." have no name of their own
        named, inside = path.name or path.resolve().name, f"{path.name}/{example}" if path.name else example
        raise StudyError(f"{named!r} is a folder: give the {kind} itself, such as {inside}")
    if not path.exists():
        raise StudyError(
            f"the {kind} {path.name!r} cannot be read: there is no such file; give the path of one, such as {example}"
        )
    try:
        data = path.read_bytes()
    except OSError:
        data = None
    if data is None:
        raise StudyError(f"the {kind} {path.name!r} cannot be read: check that you may")
    text, raw = _parse(data, path.name, f"{path.name}: this is no {kind}, which is a text file such as {example}")
    return StudyFile(
        name=path.name,
        folder=path.resolve().parent,
        sha256=hashlib.sha256(data).hexdigest(),
        values=_tuples(raw),
        lines=key_lines(text),
        open_questions=sum(line.lstrip().startswith("#?") for line in text.splitlines()),
    )


def _parse(data: bytes, name: str, other: str) -> tuple[str, dict[str, Any]]:
    problem = f"{name}: the file is not UTF-8 text; save it as UTF-8"
    text = ""
    try:
        # UTF-16 without its mark is UTF-8 too, with NULs between the letters
        if b"\x00" not in data:
            text = data.decode("utf-8-sig")
            return text, tomllib.loads(text)
    except UnicodeDecodeError:
        pass
    except tomllib.TOMLDecodeError as error:
        problem = f"{name}: not valid TOML: {error}{_hint(str(error), text)}"
    # what is wrong with the form of something else than a study file helps nobody, and may show what is in it
    raise StudyError(problem if name.lower().endswith(".toml") else other)


def _hint(error: str, text: str) -> str:
    """Return what to do about a mistake that is made by whoever copies a path from Windows or writes in a word processor."""
    if "Unescaped '\\'" in error or "hex value" in error:
        return "; in a path write / in the place of \\, or put it in single quotation marks"
    if any(mark in text for mark in "\u201c\u201d\u201e"):
        return '; around values stand straight quotation marks, "'
    return ""


def _tuples(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _tuples(v) for k, v in value.items()}
    if isinstance(value, list):
        return tuple(_tuples(v) for v in value)
    return value


def _model_at(root: type[BaseModel], path: tuple[str | int, ...]) -> type[BaseModel] | None:
    """Return the model whose keys stand at a path of the file, to say which keys are allowed there."""
    model: type[BaseModel] | None = root
    for key in path:
        if model is None:
            return None
        field = next((f for n, f in model.model_fields.items() if key in (n, f.alias)), None)
        # list positions, and names that the user gives to tables, lead nowhere deeper
        model = _model_in(field.annotation) if field is not None else model
    return model


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """Return the model inside an annotation such as ``tuple[Arm, ...]`` or ``Text | None``."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((m for a in get_args(annotation) if (m := _model_in(a)) is not None), None)


def explain(error: ValidationError, file: StudyFile, model: type[BaseModel]) -> str:
    """Return one message a mistake: file, line, key, what is wrong, what is allowed.

    Parameters
    ----------
    error : ValidationError
        What the model says of the file's values.
    file : StudyFile
        The file.
    model : type of BaseModel
        The model of the whole file.
    """
    messages = []
    items = error.errors(include_url=False, include_input=False)
    for item in items:
        if item["type"] == "too_short" and any(i["loc"][: len(item["loc"])] == item["loc"] != i["loc"] for i in items):
            continue  # those that are there are wrong, and were not counted
        # union types add their members' names to the location; the file's own path is what stands in the lines
        path = tuple(p for p in item["loc"] if not (isinstance(p, str) and re.search(r"[\[(-]|^(str|int|float)$", p)))
        line = line_of(file.lines, path)
        where = f"{file.name}, line {line}" if line else file.name
        key = ".".join(str(p + 1) if isinstance(p, int) else p for p in path) or "the file"
        messages.append(f"{where}: {key}: {_what(item, path, model)}")
    if file.open_questions:
        messages.append(
            f"{file.name}: it is a draft with open questions: answer the lines that begin with #? and run effektutv init again"
        )
    return "\n".join(dict.fromkeys(messages))


def _what(item: Any, path: tuple[str | int, ...], root: type[BaseModel]) -> str:
    if item["type"] == "extra_forbidden":
        model = _model_at(root, path[:-1])
        allowed = [f.alias or n for n, f in model.model_fields.items()] if model else []
        close = difflib.get_close_matches(str(path[-1]), allowed, n=1)
        hint = f"did you mean {close[0]!r}? " if close else ""
        return f"no such key; {hint}allowed here: {', '.join(allowed)}"
    if item["type"] == "missing":
        return "this key is missing and must be given"
    if item["type"] == "literal_error":
        return f"not allowed; allowed: {item['ctx']['expected']}"
    if item["type"] == "string_pattern_mismatch":
        return "a name is lower-case letters a-z, digits and _, a letter first"
    return str(item["msg"]).removeprefix("Value error, ")
