"""Regressions fitted by statsmodels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

__all__ = ["LOGIT_VCOV", "fit_logit", "fit_ols", "fit_wls"]

#: Robust variance of a logistic regression: statsmodels computes HC0 whatever it is asked for, so nothing else is asked.
LOGIT_VCOV = "HC0"
#: statsmodels' names of our variances.
_COV_TYPES = {"classical": "nonrobust", "HC0": "HC0", "HC1": "HC1", "HC2": "HC2", "HC3": "HC3"}


def fit_ols(y: pd.Series, X: pd.DataFrame, vcov: str) -> Any:
    """Return ordinary least squares as a fitted statsmodels result.

    Parameters
    ----------
    y : Series, shape (n,)
    X : DataFrame, shape (n, k)
        The constant included.
    vcov : {"classical", "HC0", "HC1", "HC2", "HC3"}
    """
    from statsmodels.regression.linear_model import OLS

    return OLS(y, X).fit(cov_type=_COV_TYPES[vcov], use_t=True)


def fit_wls(y: pd.Series, X: pd.DataFrame, weights: NDArray[np.float64], vcov: str) -> Any:
    """Return weighted least squares as a fitted statsmodels result.

    Parameters
    ----------
    y, X, vcov
        As in :func:`fit_ols`.
    weights : ndarray, shape (n,)
    """
    from statsmodels.regression.linear_model import WLS

    return WLS(y, X, weights=weights).fit(cov_type=_COV_TYPES[vcov], use_t=True)


def fit_logit(y: pd.Series, X: pd.DataFrame, *, robust: bool, weights: Any = None) -> Any:
    """Return a logistic regression as a fitted statsmodels result: a ``Logit``, or with weights a binomial ``GLM``.

    Parameters
    ----------
    y, X
        As in :func:`fit_ols`; ``y`` is 0 or 1.
    robust : bool
        HC0 if true, else the inverse information.
    weights : ndarray, shape (n,), optional
        How many persons each stands for.
    """
    how = {"cov_type": LOGIT_VCOV} if robust else {}
    if weights is not None:
        from statsmodels.genmod.families import Binomial
        from statsmodels.genmod.generalized_linear_model import GLM

        model = GLM(y, X, family=Binomial(), var_weights=weights)
        return model.fit(maxiter=100, tol=1e-12, tol_criterion="params", **how)
    from statsmodels.discrete.discrete_model import Logit

    return Logit(y, X).fit(disp=0, method="newton", maxiter=100, tol=1e-14, **how)
