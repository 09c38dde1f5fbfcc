"""What one regression of all arms would mix."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from effektutv.values import Count, Statistic, Status

from .estimand import Estimand
from .tabular import Tabular

__all__ = ["Contamination", "ContaminationRow"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ContaminationRow:
    """One part of an arm's coefficient in one regression of all arms, or an average effect without the other arms' parts.

    ``component`` is ``pooled`` (the coefficient), ``own`` and ``contamination`` (which add up to it; ``source`` is the arm
    whose effects contaminate), ``equal``, ``one_at_a_time`` or ``common`` (the arm's own effects, by those weights).
    ``difference`` is the coefficient less the row's estimate.
    """

    outcome: str
    clock: str = ""
    month: int | None = None
    arm: str
    control: str
    component: str
    source: str = ""
    n_arm: Count
    n_control: Count
    estimate: Statistic
    std_error: Statistic
    conf_low: Statistic
    conf_high: Statistic
    difference: Statistic
    difference_se: Statistic
    strata: str = ""
    status: Status = Status.UNCHECKED
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Contamination(Tabular):
    """How one regression of all arms with strata effects differs from the arms' own effects, and by whose.

    Parameters
    ----------
    rows : tuple of ContaminationRow
        Each arm against the control.
    conf_level : float
        Coverage of the intervals.
    notes : tuple of str
        What a table note must say.
    estimand : Estimand or None
        What the rows estimate or test; None only where nothing said so.
    """

    rows: tuple[ContaminationRow, ...]
    conf_level: float = 0.95
    notes: tuple[str, ...] = ()
    estimand: Estimand | None = None

    @classmethod
    def _row_type(cls) -> type[ContaminationRow]:
        return ContaminationRow

    def plot(self, lang: str = "en", **options: Any) -> Any:
        """Return a figure (matplotlib) of each arm's coefficient, its parts and its own effects, a row each.

        Parameters
        ----------
        lang : {"en", "sv"}
            Language of every word in the figure.
        **options
            Passed to :func:`effektutv.plots.estimators.estimators`.
        """
        from effektutv.plots.estimators import estimators
        from effektutv.plots.options import drawn

        from .units import unit_of_estimand

        unit = unit_of_estimand(self.estimand)
        return drawn(estimators, self.tidy(), options, lang=lang, level=self.conf_level, **unit)
