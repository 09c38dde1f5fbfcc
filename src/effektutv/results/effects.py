"""Effects of the arms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from effektutv.errors import ArgumentError

from .credibility import Credibility
from .effect_rows import EffectRow
from .estimand import Estimand
from .fitted_models import absorbed, chosen, data_of, fitted
from .kept import WithSource
from .names import Name

__all__ = ["Effects"]


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
        from effektutv.plots.forest import forest
        from effektutv.plots.options import drawn

        from .units import unit_of_rows

        asked = options.get("outcome")
        unit = {} if options.get("scale") is not None else unit_of_rows(self.estimand, self.rows, asked)
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
