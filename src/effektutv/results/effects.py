"""Effects of the arms, what they are effects of, their design-based tests, and what one regression of all arms would mix."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from effektutv.errors import ArgumentError
from effektutv.values import Count, Statistic, Status, Unavailable

from .credibility import Credibility
from .fitted_models import absorbed, chosen, data_of, fitted
from .kept import WithSource
from .names import Name
from .tabular import Tabular

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "Contamination",
    "ContaminationRow",
    "DistributionRow",
    "EffectRow",
    "Effects",
    "Estimand",
    "RandomizationRow",
    "RandomizationTest",
    "RowKind",
]


class RowKind(StrEnum):
    """What a row of effects is about: everyone, one level of a subgroup, or a comparison of its levels.

    ``interaction``: one contrast of the levels' effects, the second less the first, or in a cross of two by two the
    difference of differences. ``joint``: a test that all levels' effects are equal, with more than two levels.
    """

    EFFECT = "effect"
    LEVEL = "level"
    INTERACTION = "interaction"
    JOINT = "joint"

    @property
    def compares(self) -> bool:
        """Whether the row compares levels, and holds no persons of its own."""
        return self in (RowKind.INTERACTION, RowKind.JOINT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimand:
    """What a row of effects is an effect of, in the five attributes of ICH E9(R1).

    Parameters
    ----------
    population : str
        Who the effect is for, e.g. all randomised who consented.
    outcome : str
        The outcome's name.
    contrast : str
        How the arms are compared, e.g. ``"each arm against FS, as assigned"``.
    intercurrent : str
        What is done about death, emigration and missing follow-up.
    summary : str
        The summary measure, e.g. ``"difference in proportions"``.
    """

    population: str
    outcome: str
    contrast: str
    intercurrent: str
    summary: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectRow:
    """One contrast of two arms for one outcome in one group. Shares and effects are proportions (0.08, not 8).

    ``subgroup`` and ``level`` are the characteristic's name and the level's; of a cross the tuples of its parts', and both
    empty for everyone. ``level`` of an interaction holds the levels that it compares, in their order, each as in its own
    row; of a joint test, which is of all levels, it is empty. Tables write a tuple as a JSON list.

    ``events_arm`` and ``events_control`` are the counts behind the shares of a 0/1 outcome; disclosure control reads
    them, and they are not part of the released table.
    """

    outcome: str
    clock: str = ""
    month: int | None = None
    arm: str
    control: str
    subgroup: Name = field(default="", metadata={"name": True})
    level: Name = field(default="", metadata={"name": True})
    kind: RowKind = RowKind.EFFECT
    n_arm: Count
    n_control: Count
    share_arm: Statistic
    share_control: Statistic
    mean_arm: Statistic
    mean_control: Statistic
    estimate: Statistic
    std_error: Statistic
    statistic: Statistic
    df: Statistic
    p_value: Statistic
    conf_low: Statistic
    conf_high: Statistic
    p_randomization: Statistic = Unavailable("no randomisation test was asked for")
    p_adjusted: Statistic = Unavailable("no family was declared")
    family: str = ""
    estimator: str
    vcov: str
    strata: str = ""
    status: Status = Status.UNCHECKED
    note: str = ""
    events_arm: Count = field(default=Unavailable("not a 0/1 outcome"), metadata={"internal": True})
    events_control: Count = field(default=Unavailable("not a 0/1 outcome"), metadata={"internal": True})


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Effects(WithSource):
    """Effects of the arms on one outcome or several, with what they are effects of.

    Parameters
    ----------
    rows : tuple of EffectRow
        Everyone first, then each subgroup's levels followed by its interaction rows.
    estimand : Estimand
        What the rows estimate.
    conf_level : float
        Coverage of the intervals, e.g. 0.95.
    notes : tuple of str
        What a table note must say: strata dropped, cells pooled, rows without outcome.
    credibility : Credibility or None
        The items of ICEMAN for its subgroups; None where there is none.
    """

    rows: tuple[EffectRow, ...]
    estimand: Estimand
    conf_level: float = 0.95
    notes: tuple[str, ...] = ()
    credibility: Credibility | None = None

    @classmethod
    def _row_type(cls) -> type[EffectRow]:
        return EffectRow

    def plot(self, lang: str = "en", **options: Any) -> Any:
        """Return a forest plot (matplotlib figure) of the effects, in percentage points or the outcome's own unit.

        Parameters
        ----------
        lang : {"en", "sv"}
            Language of every word in the figure.
        **options
            Passed to :func:`effektutv.plots.forest.forest`; ``outcome`` chooses one of several.

        Raises
        ------
        ArgumentError
            If an option is not the figure's, a key of ``labels`` or ``arms`` is not the result's, or shares and amounts
            would stand on one axis.
        """
        from effektutv.plots.door import drawn
        from effektutv.plots.forest import forest

        from .units import unit_of_effects

        unit = {} if options.get("scale") is not None else unit_of_effects(self, options.get("outcome"))
        return drawn(forest, self.tidy(), options, lang=lang, level=self.conf_level, **unit)

    def to_statsmodels(
        self,
        outcome: str | None = None,
        arm: str | None = None,
        control: str | None = None,
        *,
        subgroup: Name = "",
        level: Name = "",
    ) -> Any:
        """Return one contrast as a fitted statsmodels model with the same estimate and the same variance.

        ``difference``, ``blocked``, ``fe`` and ``lin`` are an ``OLS``, ``ipw`` a ``WLS``; the coefficient ``arm`` is the
        estimate and its error the row's. Strata and covariates are centred where the estimator centres them. ``logit`` is a
        ``Logit`` with HC0 (statsmodels has no HC2 for it, and says HC2 of HC0): its coefficient is a log odds ratio, and
        ours is the average marginal effect of that model.

        Parameters
        ----------
        outcome, arm, control : str, optional
            Which contrast, where there are several.
        subgroup, level : str or tuple of str
            For a subgroup's level, its names; everyone where not given.

        Returns
        -------
        statsmodels results
            ``RegressionResultsWrapper`` or ``BinaryResultsWrapper``. It holds persons: do not release it.

        Raises
        ------
        ArgumentError
            If the contrast is not one, is between levels, has clustered variance, or pools variance over strata with one
            person in an arm; or if the effects were read or copied and hold no data.

        Examples
        --------
        >>> import numpy as np, pandas as pd, effektutv as eu
        >>> df = pd.DataFrame({"arm": ["a", "b"] * 50, "y": np.arange(100.0) ** 2})
        >>> effects = eu.itt(df, outcome="y", arm="arm", control="a")
        >>> bool(np.isclose(effects.to_statsmodels().params["arm"], effects.rows[0].estimate))
        True
        """
        return fitted(self._regression(outcome, arm, control, subgroup, level))

    def to_linearmodels(
        self,
        outcome: str | None = None,
        arm: str | None = None,
        control: str | None = None,
        *,
        subgroup: Name = "",
        level: Name = "",
        vcov: str = "HC1",
    ) -> Any:
        """Return one contrast of estimator ``fe`` as a fitted linearmodels ``AbsorbingLS``, its strata absorbed.

        Parameters
        ----------
        outcome, arm, control, subgroup, level
            As in :meth:`to_statsmodels`.
        vcov : {"HC1", "HC0", "classical"}
            linearmodels has no HC2.

        Returns
        -------
        linearmodels AbsorbingLSResults
            The coefficient ``arm`` is the estimate. It holds persons: do not release it.

        Raises
        ------
        ArgumentError
            As in :meth:`to_statsmodels`, and for another estimator or variance.
        """
        return absorbed(self._regression(outcome, arm, control, subgroup, level), vcov)

    def _regression(
        self, outcome: str | None, arm: str | None, control: str | None, subgroup: Name, level: Name
    ) -> Any:
        """Return the regression behind one contrast."""
        row = chosen(self.rows, outcome=outcome, arm=arm, control=control, subgroup=subgroup, level=level)
        if row.kind.compares:
            raise ArgumentError("level: a comparison of levels is no single model; give one level")
        return data_of(self).regression(row.outcome, (row.arm, row.control), row.subgroup, row.level)


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
        from effektutv.plots.door import drawn
        from effektutv.plots.estimators import estimators

        from .units import unit_of_estimand

        unit = unit_of_estimand(self.estimand)
        return drawn(estimators, self.tidy(), options, lang=lang, level=self.conf_level, **unit)


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
        from effektutv.errors import ArgumentError
        from effektutv.plots.door import drawn
        from effektutv.plots.randomization import randomization

        if not self.distribution:
            raise ArgumentError("distribution: the test kept none; give distribution=True to randomization_test")
        alternatives = {row.alternative for row in self.rows}
        stated = {"alternative": alternatives.pop()} if len(alternatives) == 1 else {}
        return drawn(randomization, self.distribution_table(), options, lang=lang, **stated)
