"""What one part of a study file says of another."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NoReturn

from effektutv.errors import StudyError
from effektutv.i18n import look

if TYPE_CHECKING:
    from .model import StudyModel

__all__ = ["check_references"]

#: Raises with the line of the key at a path of the file.
Wrong = Callable[..., NoReturn]


def check_references(study: StudyModel) -> None:
    """Check what one part of the study says of another.

    Parameters
    ----------
    study : StudyModel
        The study as read.

    Raises
    ------
    StudyError
        With the line of what is wrong.
    """

    def wrong(message: str, *path: str | int) -> NoReturn:
        raise StudyError(f"{study.where(*path)}: {message}")

    if bool(study.registers) == (study.table is not None):
        wrong("give either [registers] (register extracts) or [table] (one plain table)")
    if study.registers and "assignment" not in study.registers:
        wrong("a study from registers needs [registers.assignment]: the randomisation form", "registers")
    for name, register in study.registers.items():
        if register.database is not None and register.database not in study.databases:
            wrong(
                f"there is no [databases.{register.database}]; declare it, with its connection",
                "registers",
                name,
                "database",
            )
    if study.target_group is not None:
        described = {c.register_name for c in study.covariates} - {None, "assignment"}
        for i, name in enumerate(study.target_group.registers):
            if name not in described:
                wrong(
                    f"no covariate is read from {name!r}, so that it does not describe the target group; allowed: "
                    f"{', '.join(sorted(filter(None, described))) or 'none'}",
                    "target_group",
                    "registers",
                    i,
                )
    _check_arms(study, wrong)
    _check_names(study, wrong)
    _check_outcomes(study, wrong)
    _check_covariates(study, wrong)
    _check_subgroups(study, wrong)
    _check_adjustment(study, wrong)
    names = [o.name for o in study.outcomes]
    if study.plan is not None and study.plan.outcome is not None and study.plan.outcome not in names:
        wrong(f"there is no outcome {study.plan.outcome!r}; declared: {', '.join(names)}", "plan", "outcome")


def _check_names(study: StudyModel, wrong: Wrong) -> None:
    """Refuse a name that stands twice, in whatever sections, and what cannot be told apart by eye."""
    first: dict[object, tuple[str | int, ...]] = {}

    def once(key: object, shown: str, *path: str | int) -> None:
        if key in first:
            before = study.where(*first[key]).rpartition(", ")[2]
            wrong(f"{shown} is declared twice, here and on {before}; each name may stand once", *path)
        first[key] = path

    for section, names in (
        ("arms", [a.code for a in study.arms]),
        ("covariates", [c.name for c in study.covariates]),
        ("outcomes", [o.name for o in study.outcomes]),
    ):
        for i, name in enumerate(names):
            once(("name", name), repr(name), section, i)
    for i, arm in enumerate(study.arms):
        # of two codes that look the same, the data's spelling decides who is in which arm: nobody can see that
        once(("alike", look(arm.code)), f"arm {arm.code!r}, which another looks like,", "arms", i)
    for i, covariate in enumerate(study.covariates):
        for level in covariate.levels:
            once(("level", i, level.code), f"level {level.code!r} of {covariate.name!r}", "covariates", i)
            for value in level.values:
                once(("value", i, value), f"value {value!r} of {covariate.name!r}", "covariates", i)


def _check_adjustment(study: StudyModel, wrong: Wrong) -> None:
    """Refuse covariates of the plan that the study does not declare, or names twice."""
    declared = [c.name for c in study.covariates]
    for i, name in enumerate(study.design.covariates):
        if name not in declared:
            allowed = ", ".join(declared) or "none is declared"
            wrong(f"to adjust for must be a covariate of the study: {allowed}; got {name!r}", "design", "covariates", i)
        if name in study.design.covariates[:i]:
            wrong(f"{name!r} stands twice", "design", "covariates", i)


def _check_arms(study: StudyModel, wrong: Wrong) -> None:
    controls = sum(a.control for a in study.arms)
    if controls != 1:
        wrong(f"exactly one arm must say control = true; {controls} do", "arms")
    needed = {"sius": "af_inskrivning", "hours": "tidredovisning", "start": "assignment"}
    for i, arm in enumerate(study.arms):
        if arm.received is not None and needed[arm.received.source] not in study.registers:
            wrong(
                f"received: source {arm.received.source!r} is read from [registers.{needed[arm.received.source]}], which "
                f"the study does not have",
                "arms",
                i,
                "received",
            )


def _check_outcomes(study: StudyModel, wrong: Wrong) -> None:
    if sum(o.role == "primary" for o in study.outcomes) > 1:
        wrong("only one outcome may be primary", "outcomes")
    for i, outcome in enumerate(study.outcomes):
        if outcome.month is not None and outcome.month > study.study.horizon:
            wrong(f"month must be at most the horizon, {study.study.horizon}", "outcomes", i, "month")
        if (outcome.column is None) != bool(study.registers):
            wrong(
                "a study from registers has outcomes with state or item; a study from a plain table, with column",
                "outcomes",
                i,
            )
        if outcome.item is not None and outcome.role == "primary":
            wrong("a survey item is known of those who answered only: it cannot be the primary outcome", "outcomes", i)


def _check_subgroups(study: StudyModel, wrong: Wrong) -> None:
    categorical = {c.name: c for c in study.covariates if c.kind == "categorical"}
    for i, subgroup in enumerate(study.subgroups):
        for name in subgroup.by:
            if name not in categorical:
                allowed = ", ".join(categorical) or "none is declared"
                wrong(f"a subgroup must be a covariate with levels: {allowed}; got {name!r}", "subgroups", i, "by")
        if subgroup.direction is not None and (len(subgroup.by) > 1 or len(categorical[subgroup.by[0]].levels) != 2):
            wrong(
                "direction compares the second level with the first: give it to one covariate with exactly two levels",
                "subgroups",
                i,
                "direction",
            )
        if len(set(subgroup.by)) < len(subgroup.by):
            wrong("a covariate stands twice in one subgroup; name each once", "subgroups", i, "by")
        before = [j for j in range(i) if set(study.subgroups[j].by) == set(subgroup.by)]
        if before:
            line = study.where("subgroups", before[0]).rpartition(", ")[2]
            wrong(f"subgroup {' × '.join(subgroup.by)} is declared twice, here and on {line}", "subgroups", i)


def _check_covariates(study: StudyModel, wrong: Wrong) -> None:
    for i, covariate in enumerate(study.covariates):
        if study.registers and covariate.register_name is None:
            wrong("give the register that the covariate is read from", "covariates", i)
        if study.registers and covariate.register_name not in study.registers:
            wrong(
                f"register must be one that the study declares: {', '.join(study.registers)}",
                "covariates",
                i,
                "register",
            )
        if study.table is not None and covariate.baseline != "before_randomisation":
            wrong("a plain table's covariate says baseline = 'before_randomisation'", "covariates", i, "baseline")
        if study.registers and covariate.baseline == "before_randomisation":
            wrong(
                "say by which date it is baseline: 'year_before', 'last_before', 'any_before' or 'day_before'",
                "covariates",
                i,
                "baseline",
            )
