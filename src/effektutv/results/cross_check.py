"""A second estimation of a trial's main results by the field's own libraries, held against the first."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from effektutv.values import Statistic

from .names import Name
from .tabular import Tabular

__all__ = ["CrossCheck", "CrossCheckRow", "NotChecked", "Question"]


class Question(StrEnum):
    """Which of the trial's results was estimated again."""

    PRIMARY = "primary"
    SUBGROUP = "subgroup"
    ADJUSTED = "adjusted"
    COMPLIER = "complier"


class NotChecked(StrEnum):
    """Why a number has no counterpart in the libraries."""

    CLUSTERED = "clustered_variance"
    JOINT = "joint_test"
    POOLED = "variance_pooled_over_strata"
    SPARSE = "sparse_form_of_lin"
    UNDEFINED = "undefined"


@dataclass(frozen=True, slots=True, kw_only=True)
class CrossCheckRow:
    """One number estimated a second time.

    ``quantity`` is ``estimate`` or ``std_error``. ``difference`` is the two numbers' distance, relative to ours where that is
    above 1. ``agrees`` is None where nothing could be compared; ``reason`` then says why.
    """

    question: Question
    outcome: str
    clock: str = ""
    month: int | None = None
    arm: str
    control: str
    subgroup: Name = field(default="", metadata={"name": True})
    level: Name = field(default="", metadata={"name": True})
    quantity: str
    library: str = ""
    model: str = ""
    vcov: str = ""
    difference: Statistic
    agrees: bool | None
    reason: NotChecked | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CrossCheck(Tabular):
    """The main results estimated again by statsmodels and linearmodels.

    Parameters
    ----------
    rows : tuple of CrossCheckRow
        Two rows per contrast: the estimate and its standard error.
    tolerance : float
        The distance within which two numbers agree.
    """

    rows: tuple[CrossCheckRow, ...]
    tolerance: float

    @property
    def agrees(self) -> bool:
        """Whether no number differs; what could not be checked does not count."""
        return all(row.agrees is not False for row in self.rows)

    @property
    def checked(self) -> int:
        """How many numbers were checked."""
        return sum(row.agrees is not None for row in self.rows)

    @classmethod
    def _row_type(cls) -> type[CrossCheckRow]:
        return CrossCheckRow
