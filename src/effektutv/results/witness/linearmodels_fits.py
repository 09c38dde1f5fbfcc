"""Regressions fitted by linearmodels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["fit_absorbing", "fit_iv"]

#: linearmodels' names of our variances, and whether they are scaled by n/(n − k). It has no HC2 and no HC3.
_COV_TYPES = {"classical": ("unadjusted", True), "HC0": ("robust", False), "HC1": ("robust", True)}


def fit_iv(y: pd.Series, exog: pd.DataFrame, endog: pd.Series, instrument: pd.Series, vcov: str) -> Any:
    """Return two-stage least squares as a fitted linearmodels result.

    Parameters
    ----------
    y : Series, shape (n,)
    exog : DataFrame, shape (n, k)
        The constant included.
    endog, instrument : Series, shape (n,)
    vcov : {"classical", "HC0", "HC1"}
    """
    from linearmodels.iv import IV2SLS

    cov_type, debiased = _COV_TYPES[vcov]
    return IV2SLS(y, exog, endog, instrument).fit(cov_type=cov_type, debiased=debiased)


def fit_absorbing(y: pd.Series, X: pd.DataFrame, groups: pd.Series, vcov: str) -> Any:
    """Return least squares with absorbed group effects as a fitted linearmodels result.

    Parameters
    ----------
    y : Series, shape (n,)
    X : DataFrame, shape (n, k)
        Without a constant.
    groups : Series, shape (n,)
        Whose effects are absorbed.
    vcov : {"classical", "HC0", "HC1"}
    """
    import pandas as pd
    from linearmodels.iv import AbsorbingLS

    cov_type, debiased = _COV_TYPES[vcov]
    absorb = pd.DataFrame({"stratum": pd.Categorical(groups)}, index=y.index)
    return AbsorbingLS(y, X, absorb=absorb).fit(cov_type=cov_type, debiased=debiased, use_cache=False)
