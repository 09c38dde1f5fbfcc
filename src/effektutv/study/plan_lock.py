"""The analysis plan: what of a study file can change an estimate, its hash, and the lock written before outcomes are read.

The plan is the study file less what cannot change a number: labels and titles, the study's name, whether its data are made
up, where files or tables lie and how they are written, what a run may take of the machine. Defaults are filled in, so that
leaving a key out and writing its default are the same plan. Its canonical form is JSON with sorted keys and no blanks, in
UTF-8; the hash is SHA-256 of that.

A lock is a text file beside the study file. It holds the plan in readable form and its hash. It cannot say *when* it was
written: a date in it would prove nothing. Whoever wants proof puts the hash where somebody else dates it, such as a trial
registry or a signed commit.
"""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import Any, TypeAlias

from effektutv.errors import ArgumentError, StudyError
from effektutv.runtime.atomic_output import write_whole
from effektutv.runtime.version import __version__

from . import Study
from .plan_status import LockStatus, PlanLock

__all__ = ["Plan", "lock", "lock_path", "lock_status", "plan_of", "plan_sha256"]

PlanValue: TypeAlias = "str | int | float | bool | list[PlanValue] | dict[str, PlanValue]"
Plan: TypeAlias = dict[str, PlanValue]

#: What cannot change a number: section → keys. A section of a list's or mapping's members is named by the list.
_NOT_PLAN = {
    "study": {"name", "synthetic", "data_date"},
    "registers": {"path", "database", "table", "encoding", "delimiter", "decimal", "date_format", "missing"},
    "table": {"path", "package", "collection", "dataset", "delimiter", "decimal"},
}
#: Sections of which nothing can: where databases are, what a run may take of the machine, answers to a checklist in words, whom
#: the order asks for beside the participants.
_NOT_PLAN_AT_ALL = frozenset({"consort", "databases", "resources", "target_group"})
#: What a member of a list is called by.
_NAMES = ("name", "code", "by")
_BARE = re.compile(r"[A-Za-z0-9_-]+")


def plan_of(study: Study) -> Plan:
    """Return the plan of a study, readable: members of lists by their name, with their order beside them where it counts.

    Returns
    -------
    dict
        Strings, numbers, truth values, lists and dictionaries of these; dates as ISO text. No ``None``, no label.
    """
    raw = study.model_dump(mode="json", by_alias=True)
    plan: Plan = {}
    for section, value in raw.items():
        if section in _NOT_PLAN_AT_ALL or value is None or (value in ([], {}) and section != "registers"):
            continue
        plan[section] = _section(section, value)
    return plan


def _section(section: str, value: Any) -> PlanValue:
    if section == "registers":
        return {name: _pruned(register, _NOT_PLAN["registers"]) for name, register in value.items()}
    pruned: PlanValue = _pruned(value, _NOT_PLAN.get(section, set()))
    return pruned


def _pruned(value: Any, without: AbstractSet[str] = frozenset()) -> Any:
    """Return a value without what cannot change a number, lists of tables as tables by name."""
    if isinstance(value, dict):
        kept = {k: v for k, v in value.items() if k not in without and v is not None and not _is_label(v)}
        return {k: _pruned(v) for k, v in kept.items() if v != []}
    if isinstance(value, list) and value and all(isinstance(v, dict) for v in value):
        names = [_name_of(v, i) for i, v in enumerate(value)]
        members = {name: _pruned(v, {"name", "code"}) for name, v in zip(names, value, strict=True)}
        return {"_order": names, **members}
    return value


def _is_label(value: Any) -> bool:
    """Return whether a value is a text in both languages."""
    return isinstance(value, dict) and set(value) == {"sv", "en"}


def _name_of(member: Mapping[str, Any], position: int) -> str:
    for key in _NAMES:
        if key in member:
            named = member[key]
            return ":".join(named) if isinstance(named, list) else str(named)
    return str(position + 1)


def plan_sha256(plan: Plan) -> str:
    """Return SHA-256 of a plan's canonical form.

    Parameters
    ----------
    plan : dict
        As :func:`plan_of` returns it.
    """
    canonical = json.dumps(plan, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def lock_path(study: Path) -> Path:
    """Return where a study file's lock lies: ``study.lock.toml`` beside ``study.toml``."""
    return study.with_name(f"{study.stem}.lock.toml")


def lock(study: str | Path, *, replace: bool = False) -> PlanLock:
    """Write the lock of a study's plan beside the study file. No extract is opened.

    Parameters
    ----------
    study : path
        The study file.
    replace : bool, default False
        Whether an existing lock of another plan may be replaced; its hash is kept in the new one.

    Returns
    -------
    PlanLock
        As it is after the call. A lock of the same plan is left as it is.

    Raises
    ------
    StudyError
        If the study file or an existing lock is wrong.
    ArgumentError
        If there is a lock of another plan, or one that was altered, and ``replace`` is false; or if none can be written.
    """
    read = Study.from_toml(study)
    path = lock_path(Path(study))
    status = _status(read, path)
    if status.status is LockStatus.KEPT:
        return status
    if status.status is not LockStatus.NOT_LOCKED and not replace:
        what = (
            f"of another plan; {len(status.changed)} keys differ, among them {', '.join(status.changed[:3])}"
            if status.status is LockStatus.CHANGED
            else "that was altered after it was written"
        )
        raise ArgumentError(
            f"replace: there is a lock already, {path.name}, {what}; keep the plan, or give --replace: the new lock then "
            f"says which it replaced"
        )
    earlier = (*status.replaces, status.locked_sha256) if status.locked_sha256 else ()
    write_whole(path, _lock_text(read, plan_of(read), earlier), "study")
    return _status(read, path)


def lock_status(study: Study) -> PlanLock:
    """Return whether a study's plan is the locked one.

    Raises
    ------
    StudyError
        If there is a lock that cannot be read.
    """
    if not study.sha256:
        # made in memory: no file, no folder, no lock
        return PlanLock(status=LockStatus.NOT_LOCKED, sha256=plan_sha256(plan_of(study)))
    return _status(study, lock_path(study.folder / study.file))


def _status(study: Study, path: Path) -> PlanLock:
    plan = plan_of(study)
    digest = plan_sha256(plan)
    if not path.is_file():
        return PlanLock(status=LockStatus.NOT_LOCKED, sha256=digest)
    locked, values = _read_lock(path)
    if plan_sha256(locked) != values["sha256"]:
        status = LockStatus.ALTERED
    else:
        status = LockStatus.KEPT if values["sha256"] == digest else LockStatus.CHANGED
    return PlanLock(
        status=status,
        sha256=digest,
        locked_sha256=values["sha256"],
        changed=_changed(locked, plan),
        replaces=tuple(values.get("replaces", ())),
        locked_with=values["effektutv"],
    )


def _read_lock(path: Path) -> tuple[Plan, dict[str, Any]]:
    problem = ""
    values: dict[str, Any] = {}
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        problem = "cannot be read as TOML"
    texts = all(isinstance(values.get(key), str) for key in ("effektutv", "study", "sha256"))
    earlier = values.get("replaces", [])
    if not problem and not (texts and isinstance(values.get("plan"), dict) and isinstance(earlier, list)):
        problem = "lacks effektutv, study, sha256 or [plan]"
    if problem:
        raise StudyError(f"{path.name}: the lock {problem}; write it again with: effektutv lock, after moving it away")
    return values["plan"], values


def _changed(locked: Plan, plan: Plan) -> tuple[str, ...]:
    """Return the keys that differ, or that only one of two plans has."""
    before, now = dict(_flat(locked)), dict(_flat(plan))
    return tuple(sorted(k for k in before.keys() | now.keys() if before.get(k, ...) != now.get(k, ...)))


def _flat(value: PlanValue, path: str = "") -> Iterator[tuple[str, object]]:
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            yield from _flat(inner, f"{path}.{key}" if path else key)
    else:
        # 1 and true, 1 and 1.0 are not the same plan
        yield path, json.dumps(value, sort_keys=True)


def _lock_text(study: Study, plan: Plan, replaces: tuple[str, ...]) -> str:
    lines = [
        "# The analysis plan as it was locked, written by: effektutv lock. Do not edit: the hash would no longer fit.",
        "# Put the hash where somebody else dates it; the lock itself cannot say when it was written.",
        "",
        f"effektutv = {_toml(__version__)}",
        f"study = {_toml(study.study.name)}",
        f"sha256 = {_toml(plan_sha256(plan))}",
    ]
    if replaces:
        lines.append(f"replaces = {_toml(list(replaces))}")
    return "\n".join([*lines, *_tables(plan, "plan"), ""])


def _tables(table: Mapping[str, Any], path: str) -> Iterator[str]:
    """Yield a table as TOML: its own values first, then the tables in it."""
    inner = {k: v for k, v in table.items() if isinstance(v, dict)}
    values = {k: v for k, v in table.items() if k not in inner}
    if values or not inner:
        yield from ("", f"[{path}]", *(f"{_key(k)} = {_toml(v)}" for k, v in values.items()))
    for key, value in inner.items():
        yield from _tables(value, f"{path}.{_key(key)}")


def _key(key: str) -> str:
    return key if _BARE.fullmatch(key) else _toml(key)


def _toml(value: Any) -> str:
    """Return a string, number, truth value or list of these as TOML writes it."""
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml, value)) + "]"
    if isinstance(value, str):
        # JSON's escapes are TOML's, but for one character that JSON leaves as it is
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return json.dumps(value)
