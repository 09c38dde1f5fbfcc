"""The sections of a study file that name what is measured: covariates, outcomes, subgroups."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from .model_sections import Frozen, Name, Text

__all__ = [
    "FIRST_MONTH_IN_WORK",
    "MONTHS_IN_WORK",
    "SURVEY",
    "Baseline",
    "Covariate",
    "Level",
    "Outcome",
    "State",
    "Subgroup",
]

State = Literal[
    "work",
    "work_with_support",
    "work_other_subsidised",
    "work_regular",
    "studies",
    "active",
    "benefit",
    "months_in_work",
    "first_month_in_work",
]
#: The states that are numbers of months, not a state at one of them.
MONTHS_IN_WORK, FIRST_MONTH_IN_WORK = "months_in_work", "first_month_in_work"
#: The register that ``item`` and ``wave`` are read from.
SURVEY = "deltagarenkat"
Baseline = Literal["year_before", "last_before", "any_before", "day_before", "before_randomisation"]


class Level(Frozen):
    """A level of a categorical covariate: its key, the register's codes behind it, and its name."""

    code: Name
    values: tuple[str, ...]
    label: Text


class Covariate(Frozen):
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


class Outcome(Frozen):
    """``[[outcomes]]``: what is compared, and the month of the main comparison.

    From registers an outcome is a ``state`` at a month; or ``months_in_work``: at how many of the months 1 to ``month`` the
    person was in work; or ``first_month_in_work``: the first of them, ``month`` where there is none; or an ``item`` of one
    ``wave`` of the participants' survey, which has no month and no clock. From a plain table it is a ``column``. A column
    or an item counts as it stands (a column times ``multiply``), or is 1 where it holds one of ``values`` or lies above
    ``above``. Several columns of a plain table are added up; the sum is missing where one of them is.
    """

    name: Name
    label: Text
    role: Literal["primary", "secondary", "descriptive"] = "secondary"
    state: State | None = None
    month: int | None = Field(default=None, ge=0)
    item: str | None = Field(default=None, min_length=1)
    wave: int | None = Field(default=None, ge=1)
    column: str | tuple[str, ...] | None = None
    values: tuple[str | int | float, ...] = ()
    above: float | None = None
    multiply: float = 1.0
    unit: Text | None = None

    @model_validator(mode="after")
    def _one_definition(self) -> Self:
        given = [name for name in ("state", "item", "column") if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError(
                "give either state (a state in the registers), item (of the participants' survey) or column (a column of "
                f"the plain table); got {' and '.join(given) or 'none of them'}"
            )
        if self.state is not None and self.month is None:
            raise ValueError("a state needs month: the month of the main comparison")
        if self.item is not None and self.wave is None:
            raise ValueError("an item needs wave: the wave of the survey that it is read from")
        if self.item is not None and self.month is not None:
            raise ValueError("an item has a wave and no month: leave month out")
        if self.item is None and self.wave is not None:
            raise ValueError("wave belongs to an item of the survey: give item, or leave wave out")
        if self.item is not None and self.multiply != 1.0:
            raise ValueError("multiply is for a column of a plain table: leave it out")
        if self.values and len(self.columns) > 1:
            raise ValueError("values is for one column: several columns are added up as numbers")
        if self.column == ():
            raise ValueError("column is an empty list: name at least one column")
        if self.values and self.above is not None:
            raise ValueError("give values or above, not both: each says when the outcome is 1")
        return self

    @property
    def columns(self) -> tuple[str, ...]:
        """The plain table's columns that the outcome is made of."""
        if self.column is None:
            return ()
        return (self.column,) if isinstance(self.column, str) else self.column

    @property
    def binary(self) -> bool:
        """Whether the outcome is 0/1 by its definition."""
        if self.state is not None:
            return self.state not in (MONTHS_IN_WORK, FIRST_MONTH_IN_WORK)
        return bool(self.values) or self.above is not None

    @property
    def dated(self) -> bool:
        """Whether the outcome has months and clocks: it is made from states in the registers."""
        return self.state is not None

    @property
    def month_state(self) -> str | None:
        """The state that holds or does not at one month, from which the outcome is made."""
        return "work" if self.state in (MONTHS_IN_WORK, FIRST_MONTH_IN_WORK) else self.state


class Subgroup(Frozen):
    """``[[subgroups]]``: covariates by which effects are shown; several names are a cross.

    ``direction`` is the hypothesis that was declared before outcomes were seen: that the effect in the second declared level
    is larger, or smaller, than in the first. ``prior_evidence`` says what it rested on.
    """

    by: tuple[str, ...] = Field(min_length=1, max_length=3)
    prespecified: bool = False
    direction: Literal["larger", "smaller"] | None = None
    prior_evidence: Text | None = None

    @property
    def name(self) -> str | tuple[str, ...]:
        """The subgroup's name in results: its covariate's, or of a cross the tuple of them."""
        return self.by[0] if len(self.by) == 1 else self.by
