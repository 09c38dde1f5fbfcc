"""Everything that a study file says, as one frozen model."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Self

from pydantic import Field, PrivateAttr, model_validator

from effektutv.errors import StudyError

from .consort_items import ConsortItem
from .model_sections import (
    Arm,
    Benefit,
    Codes,
    Database,
    Design,
    Disclosure,
    Frozen,
    Identity,
    Plan,
    Register,
    Resources,
    Table,
    TargetGroup,
    Text,
    TimeZero,
    Work,
)
from .model_variables import Covariate, Outcome, Subgroup
from .toml_positions import line_of

__all__ = ["StudyModel"]


class StudyModel(Frozen):
    """Arms, design, data, covariates, outcomes and subgroups, each checked by itself."""

    study: Identity
    arms: tuple[Arm, ...] = Field(min_length=2)
    design: Design = Design()
    time_zero: TimeZero = TimeZero()
    databases: dict[str, Database] = Field(default_factory=dict)
    registers: dict[str, Register] = Field(default_factory=dict)
    resources: Resources = Resources()
    table: Table | None = None
    target_group: TargetGroup | None = None
    codes: Codes = Codes()
    benefit: Benefit | None = None
    work: Work = Work()
    plan: Plan | None = None
    covariates: tuple[Covariate, ...] = ()
    outcomes: tuple[Outcome, ...] = Field(min_length=1)
    subgroups: tuple[Subgroup, ...] = ()
    disclosure: Disclosure = Disclosure()
    consort: dict[ConsortItem, Text] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _filled(cls, values: Any) -> Any:
        """Give outcomes from registers without a month of their own that of the study; take an empty plan for none."""
        if not isinstance(values, dict):
            return values
        if values.get("plan") == {}:
            values = {key: value for key, value in values.items() if key != "plan"}
        study = values.get("study")
        month = study.get("month") if isinstance(study, dict) else None
        outcomes = values.get("outcomes") if month is not None else None
        if not isinstance(outcomes, list | tuple):
            return values
        given = tuple({"month": month, **o} if isinstance(o, dict) and "state" in o else o for o in outcomes)
        return {**values, "outcomes": given}

    _folder: Path = PrivateAttr(default=Path())
    _file: str = PrivateAttr(default="study.toml")
    _lines: dict[tuple[str | int, ...], int] = PrivateAttr(default_factory=dict)
    _sha256: str = PrivateAttr(default="")

    @property
    def folder(self) -> Path:
        """The folder that paths in the study file are relative to."""
        return self._folder

    @property
    def file(self) -> str:
        """The study file's name, without its folder."""
        return self._file

    @property
    def sha256(self) -> str:
        """SHA-256 of the study file's bytes."""
        return self._sha256

    @property
    def control(self) -> str:
        """The comparison arm's code."""
        return next(a.code for a in self.arms if a.control)

    @property
    def arm_codes(self) -> tuple[str, ...]:
        """The arms' codes, the comparison arm first, the others as declared."""
        return (self.control, *(a.code for a in self.arms if not a.control))

    @property
    def primary(self) -> Outcome:
        """The primary outcome: the one declared so, else the first."""
        return next((o for o in self.outcomes if o.role == "primary"), self.outcomes[0])

    def outcome(self, name: str) -> Outcome:
        """Return the outcome with this name.

        Parameters
        ----------
        name : str
            The outcome's name.

        Raises
        ------
        StudyError
            If the study has no such outcome.
        """
        for candidate in self.outcomes:
            if candidate.name == name:
                return candidate
        raise StudyError(f"the study has no outcome {name!r}; it has: {', '.join(o.name for o in self.outcomes)}")

    def covariate(self, name: str) -> Covariate:
        """Return the covariate with this name.

        Parameters
        ----------
        name : str
            The covariate's name.

        Raises
        ------
        StudyError
            If the study has no such covariate.
        """
        for candidate in self.covariates:
            if candidate.name == name:
                return candidate
        allowed = ", ".join(c.name for c in self.covariates) or "none"
        raise StudyError(f"the study has no covariate {name!r}; it has: {allowed}")

    def arm_labels(self, lang: str) -> dict[str, str]:
        """Return the arms' names by code, the comparison arm first.

        Parameters
        ----------
        lang : {"sv", "en"}
            The language.
        """
        labels = {a.code: a.label.in_language(lang) for a in self.arms}
        return {code: labels[code] for code in self.arm_codes}

    def with_seed(self, seed: int) -> Self:
        """Return the same study with another seed.

        Parameters
        ----------
        seed : int
            The seed of everything drawn.
        """
        if seed < 0:
            raise StudyError("seed: give a whole number of at least 0")
        return self.model_copy(update={"study": self.study.model_copy(update={"seed": seed})})

    def where(self, *path: str | int) -> str:
        """Return the file and line of a key, for messages: ``study.toml, line 12``.

        Parameters
        ----------
        *path : str or int
            Keys and list positions, e.g. ``"covariates", 2, "column"``.
        """
        line = line_of(self._lines, path)
        return f"{self._file}, line {line}" if line else self._file
