"""Design-based tests of the effects."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from effektutv.errors import ArgumentError
from effektutv.values import Count, Statistic, Status

from .estimand import Estimand
from .tabular import Tabular

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["DistributionRow", "RandomizationRow", "RandomizationTest"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RandomizationRow:
    """One contrast tested by drawing the assignment again.

    ``statistic`` is the distance of the estimate from its mean over all draws: over its standard error where
    ``studentized``, over ``null_sd`` where not, and as it is in an exact test. ``null_sd`` is the estimate's standard
    deviation over all draws under the sharp null, by formula. ``draws`` is 0 for an exact test, whose ``mc_error`` is how far
    below ``p_randomization`` the true p-value may lie.
    """

    outcome: str
    clock: str = ""
    month: int | None = None
    arm: str
    control: str
    n_arm: Count
    n_control: Count
    estimate: Statistic
    std_error: Statistic
    statistic: Statistic
    null_sd: Statistic
    p_randomization: Statistic
    mc_error: Statistic
    conf_low: Statistic
    conf_high: Statistic
    draws: int
    estimator: str
    studentized: bool
    alternative: str
    mechanism: str
    method: str
    strata: str = ""
    status: Status = Status.UNCHECKED
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DistributionRow:
    """A bin of a test statistic's distribution under the null, or where the observed statistic lies.

    ``share`` is the share of the draws (``kind`` "draws") or the probability ("exact") with ``low`` ≤ statistic < ``high``;
    a contrast's shares add to 1, as the two outermost bins hold everything beyond them, too. In the row of kind "observed"
    ``low`` and ``high`` are the observed statistic and ``share`` is its p-value.
    """

    outcome: str
    clock: str = ""
    month: int | None = None
    arm: str
    control: str
    low: float
    high: float
    share: float
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class RandomizationTest(Tabular):
    """Randomisation tests, a row a contrast.

    Parameters
    ----------
    rows : tuple of RandomizationRow
    seed : int
        From which every draw can be had again.
    conf_level : float
        Coverage of the intervals.
    notes : tuple of str
        What a table note must say.
    estimand : Estimand or None
        What the rows estimate or test; None only where nothing said so.
    distribution : tuple of DistributionRow
        The statistics' distributions in bins, where they were asked for. Of randomised persons as they are: not for release.
    """

    rows: tuple[RandomizationRow, ...]
    seed: int
    conf_level: float = 0.95
    notes: tuple[str, ...] = ()
    estimand: Estimand | None = None
    distribution: tuple[DistributionRow, ...] = ()

    def distribution_table(self) -> pd.DataFrame:
        """Return one row a bin and one for each observed statistic, as :class:`DistributionRow` says; empty where no
        distribution was asked for."""
        import pandas as pd

        names = [f.name for f in fields(DistributionRow)]
        return pd.DataFrame([{n: getattr(row, n) for n in names} for row in self.distribution], columns=names)

    @classmethod
    def _row_type(cls) -> type[RandomizationRow]:
        return RandomizationRow

    def plot(self, lang: str = "en", **options: Any) -> Any:
        """Return a figure (matplotlib) of the statistics' distributions over the draws, and where the observed ones lie.

        Parameters
        ----------
        lang : {"en", "sv"}
            Language of every word in the figure.
        **options
            Passed to :func:`effektutv.plots.randomization.randomization`.

        Raises
        ------
        ArgumentError
            If no distribution was asked for (``distribution=True``).
        """
        from effektutv.plots.options import drawn
        from effektutv.plots.randomization import randomization

        if not self.distribution:
            raise ArgumentError("distribution: the test kept none; give distribution=True to randomization_test")
        alternatives = {row.alternative for row in self.rows}
        stated = {"alternative": alternatives.pop()} if len(alternatives) == 1 else {}
        return drawn(randomization, self.distribution_table(), options, lang=lang, **stated)
