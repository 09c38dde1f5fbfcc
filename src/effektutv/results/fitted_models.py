"""An estimate handed over as the fitted model of a library that evaluators know."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol

from effektutv.errors import ArgumentError

from .kept import WithSource, kept
from .names import said

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["absorbed", "chosen", "data_of", "fitted", "two_stage"]


class Regression(Protocol):
    """A regression ready for any library; see :class:`effektutv.estimators.regression.design_matrix.RegressionMatrix`."""

    y: NDArray[np.float64]
    X: NDArray[np.float64]
    names: tuple[str, ...]
    weights: NDArray[np.float64] | None
    group: NDArray[np.intp]
    estimator: Any
    vcov: Any


def chosen(rows: Sequence[Any], **asked: object) -> Any:
    """Return the one row that has what is asked for.

    Parameters
    ----------
    rows : sequence
        Of contrasts.
    **asked
        Fields and their values; None for any.

    Raises
    ------
    ArgumentError
        If there is none, or more than one.
    """
    found = [r for r in rows if all(v is None or getattr(r, k) == v for k, v in asked.items())]
    if len(found) == 1:
        return found[0]
    pairs = sorted({f"{r.outcome}: {r.arm}, {r.control}" for r in rows})
    given = ", ".join(
        f"{k}={said(v) if isinstance(v, str | tuple) else v!r}" for k, v in asked.items() if v is not None
    )
    many = f"{len(found)} rows" if found else "no row"
    raise ArgumentError(
        f"{many} for {given or 'no choice'}; a model is of one contrast: give outcome, arm, control, and subgroup and level for "
        f"a subgroup's; there are {'; '.join(pairs)}"
    )


def data_of(result: WithSource) -> Any:
    """Return what a result was estimated from.

    Parameters
    ----------
    result : WithSource

    Raises
    ------
    ArgumentError
        If it holds no data.
    """
    source: Any = kept(result)
    if source is None:
        raise ArgumentError(
            "these results hold no data (they were copied, read or protected); estimate them again to fit a model"
        )
    return source


def fitted(matrix: Regression) -> Any:
    """Return a regression fitted by statsmodels.

    Parameters
    ----------
    matrix : Regression
    """
    import pandas as pd

    from .witness.statsmodels_fits import fit_logit, fit_ols, fit_wls

    y, X = pd.Series(matrix.y, name="y"), pd.DataFrame(matrix.X, columns=list(matrix.names))
    if matrix.estimator == "logit":
        return fit_logit(y, X, robust=matrix.vcov != "classical", weights=matrix.weights)
    if matrix.weights is not None:
        return fit_wls(y, X, matrix.weights, str(matrix.vcov))
    return fit_ols(y, X, str(matrix.vcov))


def absorbed(matrix: Regression, vcov: str) -> Any:
    """Return a regression with strata effects fitted by linearmodels, the strata absorbed.

    Parameters
    ----------
    matrix : Regression
    vcov : {"HC0", "HC1", "classical"}

    Raises
    ------
    ArgumentError
        If the estimator is not ``fe``, or linearmodels lacks the variance.
    """
    import pandas as pd

    from .witness.linearmodels_fits import fit_absorbing

    if matrix.estimator != "fe":
        raise ArgumentError(
            f"linearmodels absorbs the strata of estimator 'fe', and these effects are of {str(matrix.estimator)!r}; "
            "use to_statsmodels, or estimate with estimator='fe'"
        )
    kept = [i for i, name in enumerate(matrix.names) if name != "const" and not name.startswith("stratum[")]
    X = pd.DataFrame(matrix.X[:, kept], columns=[matrix.names[i] for i in kept])
    return fit_absorbing(pd.Series(matrix.y, name="y"), X, pd.Series(matrix.group), _had(vcov))


def two_stage(
    y: NDArray[np.float64],
    exog: NDArray[np.float64],
    received: NDArray[np.float64],
    assigned: NDArray[np.float64],
    vcov: str,
) -> Any:
    """Return two-stage least squares fitted by linearmodels, the assignment the instrument for receipt.

    Parameters
    ----------
    y, received, assigned : ndarray, shape (n,)
    exog : ndarray, shape (n, k)
        The constant first.
    vcov : {"HC0", "HC1", "classical"}
    """
    import pandas as pd

    from .witness.linearmodels_fits import fit_iv

    names = ["const", *(f"x[{j}]" for j in range(exog.shape[1] - 1))]
    return fit_iv(
        pd.Series(y, name="y"), pd.DataFrame(exog, columns=names), pd.Series(received, name="received"),
        pd.Series(assigned, name="assigned"), _had(vcov),
    )  # fmt: skip


def _had(vcov: str) -> str:
    """Return a variance that linearmodels has."""
    if vcov not in ("HC0", "HC1", "classical"):
        raise ArgumentError(f"vcov: got {vcov!r}, which linearmodels does not have; give 'HC0', 'HC1' or 'classical'")
    return vcov
