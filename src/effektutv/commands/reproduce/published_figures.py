"""Files of published figures: what was printed, with what rounding, by whom, and which cell of a run it belongs to."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, Self

from pydantic import Field, ValidationError, model_validator

from effektutv.errors import ArgumentError, StudyError
from effektutv.runtime.package_data import data_folder
from effektutv.study.model_sections import Clock, Frozen, Name
from effektutv.study.parse import explain, read_study_file

__all__ = ["Conflict", "Figure", "PublishedFigures", "read_published", "shipped_figures"]


class Conflict(Frozen):
    """What another source prints in place of a figure's value."""

    value: float
    source: str = Field(min_length=1)


class Figure(Frozen):
    """``[[figures]]``: one published figure or claim.

    ``status``: ``numeric`` (compared within ``rounding``), ``directional`` (a claim without a number), ``conflicting`` (the
    sources disagree; both are shown, never averaged), ``not_comparable`` (another horizon, population or definition; ``note``
    says which), ``not_published``. A share is a proportion (0.26, not 26).

    ``table`` says where the run's number stands. ``effects``: a contrast (``arm``, ``control``), its ``column`` (default
    ``estimate``; ``share_difference`` is the arms' raw shares or means subtracted) and ``estimator`` (default: the study's).
    Of a ``subgroup`` it is the row of one ``level``, or with ``kind`` the row that compares its levels; a cross is a list in
    both.
    ``shares``: one ``arm``'s raw share or mean. ``balance``: a ``covariate``'s mean, or the share in one ``level``, in ``arm``
    or in all arms together; with ``denominator = "everyone"`` those not known count among the others. ``flow``: a ``stage``'s
    persons, in ``arm`` or in all, or with ``column = "excluded"`` those who left at it. ``starts``: the share of one ``arm``
    that started. Where ``table`` is not given, it follows from the other keys.

    ``direction`` of a claim: the effect is ``positive``, ``negative`` or ``none`` (no difference was found). A claim that names
    no arm or control is about every contrast that the run has.
    """

    id: str = Field(min_length=1)
    label: str = Field(min_length=1)
    status: Literal["numeric", "directional", "conflicting", "not_comparable", "not_published"]
    source: str = Field(min_length=1)
    value: float | None = None
    rounding: float | None = Field(default=None, gt=0.0)
    claim: str | None = None
    direction: Literal["positive", "negative", "none"] | None = None
    conflict: Conflict | None = None
    table: Literal["effects", "shares", "balance", "flow", "starts"] | None = None
    outcome: str | None = None
    clock: Clock | None = None
    month: int | None = Field(default=None, ge=0)
    arm: str | None = None
    control: str | None = None
    subgroup: str | tuple[str, ...] = ""
    level: str | tuple[str, ...] = ""
    kind: Literal["effect", "level", "interaction", "joint"] | None = None
    column: str | None = None
    estimator: str | None = None
    covariate: str | None = None
    denominator: Literal["known", "everyone"] = "known"
    stage: str | None = None
    note: str = ""

    @property
    def row_kind(self) -> str:
        """The kind of row of effects that the figure is about."""
        return self.kind or ("level" if self.subgroup else "effect")

    @property
    def where(self) -> str:
        """The table of a run that the figure belongs to; empty where it belongs to none."""
        if self.table is not None:
            return self.table
        if self.covariate is not None:
            return "balance"
        if self.stage is not None:
            return "flow"
        if self.outcome is None:
            return ""
        return "shares" if self.arm is not None and self.control is None and self.value is not None else "effects"

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.status in ("numeric", "conflicting") and (self.value is None or self.rounding is None):
            raise ValueError(
                f"status '{self.status}' needs value and rounding: what is printed, and its last digit's unit"
            )
        if self.status == "numeric" and not self.where:
            raise ValueError("a numeric figure needs to say where the run has it: outcome, covariate or stage")
        if (self.status == "conflicting") != (self.conflict is not None):
            raise ValueError("conflict (what the other source prints) belongs to status 'conflicting', and only to it")
        if self.status == "directional" and (self.claim is None or self.value is not None):
            raise ValueError("status 'directional' has a claim in words, and no value")
        if self.direction is not None and self.status != "directional":
            raise ValueError("direction belongs to status 'directional'")
        if self.status == "not_comparable" and not self.note:
            raise ValueError("status 'not_comparable' needs note: what differs")
        return self


class Publication(Frozen):
    """``[study]``: which study the figures are of, and what they were published in."""

    name: Name
    report: str = Field(min_length=1)


class PublishedFigures(Frozen):
    """A file of published figures."""

    study: Publication
    figures: tuple[Figure, ...] = Field(min_length=1)


def read_published(path: Path) -> PublishedFigures:
    """Read a file of published figures.

    Raises
    ------
    StudyError
        If the file is missing, is not TOML, has a wrong key or value, or a figure twice: the message names the line.
    """
    file = read_study_file(path, kind="file of published figures", example="published.toml")
    problem = ""
    try:
        found = PublishedFigures.model_validate(file.values)
    except ValidationError as error:
        problem = explain(error, file, PublishedFigures)
    if problem:
        raise StudyError(problem)
    names = [f.id for f in found.figures]
    if twice := sorted({n for n in names if names.count(n) > 1}):
        raise StudyError(f"{path.name}: figures: {', '.join(twice)} stand twice; each id may stand once")
    return found


def shipped_figures(study: str) -> Path:
    """Return the file of published figures that ships for a study.

    Parameters
    ----------
    study : str
        The study's name.

    Raises
    ------
    ArgumentError
        If none ships.
    """
    folder = data_folder() / "published"
    path = folder / f"{study}.toml"
    if not path.is_file():
        there = ", ".join(sorted(p.stem for p in folder.glob("*.toml")))
        raise ArgumentError(
            f"against: no published figures ship for the study {study!r} (they do for: {there}); give a file of them"
        )
    return path
