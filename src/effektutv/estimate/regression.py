"""`fe` and `lin`: least squares on the two arms of a contrast, strata absorbed; and the clustered difference in means."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from effektutv.results import Statistic, Unavailable

from .cluster import cluster_variance, clusters_by_arm
from .covariance import LEVERAGE_MARGIN, coefficient_variance, covariance
from .design import BoolArray, Cells, Estimator, FloatArray, IntArray, Sample, Spec, Vcov, Weights
from .fit import Fit, Spread, describe, undefined
from .linear import LeastSquares, least_squares

__all__ = ["clustered_difference", "regression_fit", "regression_scores"]


def regression_fit(
    sample: Sample,
    spec: Spec,
    cells: Cells,
    pair: tuple[int, int],
    kept: IntArray,
    size: FloatArray,
    *,
    spread: bool = False,
) -> Fit:
    """Return `fe` or `lin` for one contrast.

    Parameters
    ----------
    sample : Sample
    spec : Spec
    cells : Cells
        Of the strata kept.
    pair : tuple of int
        Codes of (arm, control).
    kept : (m,) array of int
        Codes of the strata with both arms.
    size : (m,) array of float
        Persons that weight them.
    spread : bool
        Whether the variances of the two means are wanted.
    """
    design = sample.design
    mine, treated, shares, notes, solved = _solve(sample, spec, cells, pair, kept, size)
    y = sample.y[mine]
    if isinstance(solved, Unavailable):
        return undefined(cells, pair[0], pair[1], sample.binary, solved.reason, tuple(notes))
    if solved.dropped:
        notes.append(f"columns left out because they depend on the others: {len(solved.dropped)}")
    control_mean = float(shares @ solved.intercepts)
    if spec.estimator is Estimator.FE:
        control_mean = float(y.mean()) - solved.coefficient * float(treated.mean())
    fit = describe(cells, pair[0], pair[1], sample.binary)
    fit = replace(fit, means=(control_mean + solved.coefficient, control_mean), notes=tuple(notes))
    cluster = None if design.cluster is None else design.cluster[mine]
    fit = _with_variance(fit, solved, spec, float(y @ y), cluster, (treated, names_of(sample, pair)))
    if not spread or not isinstance(fit.variance, float):
        return fit
    base = solved.level_influence(shares)
    if spec.estimator is Estimator.FE:
        base = 1 / y.size - treated.mean() * solved.influence
    return replace(fit, spread=_spread(solved, spec, base, cluster))


def _solve(
    sample: Sample, spec: Spec, cells: Cells, pair: tuple[int, int], kept: IntArray, size: FloatArray
) -> tuple[BoolArray, FloatArray, FloatArray, list[str], LeastSquares | Unavailable]:
    """Return who is in the regression, who of them is in the arm, the strata's shares, notes, and the solution."""
    design = sample.design
    recode = np.full(design.n_strata, -1)
    recode[kept] = np.arange(kept.size)
    inside = recode[design.stratum] >= 0
    mine = inside & ((design.arm == pair[0]) | (design.arm == pair[1]))
    y, group = sample.y[mine], recode[design.stratum[mine]]
    treated = (design.arm[mine] == pair[0]).astype(float)
    pair_size = (cells.n[:, pair[0]] + cells.n[:, pair[1]]).astype(float)
    interacted = np.empty((y.size, 0))
    notes: list[str] = []
    if spec.estimator is Estimator.FE:
        shares = pair_size / pair_size.sum()
        if kept.size > 1:
            notes.append("strata effects weight strata by precision (n₁n₀/n), not by size: that is the estimand")
        X = design.X[mine] - (design.X[mine].mean(axis=0) if y.size else 0.0)
    else:
        shares = size / size.sum()
        everyone = inside if spec.weights is Weights.ALL else mine
        X = design.X[mine] - design.X[everyone].mean(axis=0)
        blocks = [X]
        if kept.size > 1 and cells.n[:, list(pair)].min() >= 2:
            blocks.insert(0, (group[:, None] == np.arange(1, kept.size)) - shares[None, 1:])
        elif kept.size > 1:
            notes.append("strata enter additively, not interacted with the arm: some stratum has one person in an arm")
        interacted = np.column_stack(blocks) * treated[:, None]
    solved = least_squares(y, treated, X, interacted, group, kept.size)
    return mine, treated, shares, notes, solved


def regression_scores(
    sample: Sample, spec: Spec, cells: Cells, pair: tuple[int, int], kept: IntArray, size: FloatArray
) -> tuple[BoolArray, FloatArray] | None:
    """Return who is in the regression and what each of them adds to the coefficient's variance, or None.

    Parameters
    ----------
    sample, spec, cells, pair, kept, size
        As in :func:`regression_fit`. A variance other than HC2 and HC3 has the scores of HC0.
    """
    mine, _, _, _, solved = _solve(sample, spec, cells, pair, kept, size)
    if isinstance(solved, Unavailable):
        return None
    power = {Vcov.HC2: 0.5, Vcov.HC3: 1.0}.get(spec.vcov, 0.0)
    # a person fitted exactly has residual 0 and leverage 1: the variance is undefined there and the score does not matter
    slack = np.maximum(1 - solved.leverage, LEVERAGE_MARGIN)
    return mine, solved.influence * solved.residuals / slack**power


def names_of(sample: Sample, pair: tuple[int, int]) -> tuple[str, str]:
    """Return the names of the arms of a contrast.

    Parameters
    ----------
    sample : Sample
    pair : tuple of int
        Codes of (arm, control).
    """
    return sample.design.arms[pair[0]], sample.design.arms[pair[1]]


def _with_variance(
    fit: Fit,
    solved: LeastSquares,
    spec: Spec,
    total_ss: float,
    cluster: IntArray | None,
    arms: tuple[FloatArray, tuple[str, str]],
) -> Fit:
    """Return the fit with its variance, degrees of freedom and what is to be said about them."""
    variance: Statistic
    df: Statistic
    if spec.vcov is Vcov.CR2 and cluster is not None:
        variance, df, notes = _clustered(solved, cluster, total_ss, *arms)
        fit = replace(fit, clustered=(solved, cluster))
    else:
        variance = coefficient_variance(solved, spec.vcov, total_ss)
        free = float(solved.residuals.size - solved.rank)
        df = free if free > 0 else Unavailable("no degrees of freedom are left")
        notes = ()
    if isinstance(variance, Unavailable):
        notes = (*notes, variance.reason)
        fit = replace(fit, spread=variance)
    return replace(fit, variance=variance, df=df, notes=(*fit.notes, *notes))


def _clustered(
    solved: LeastSquares, cluster: IntArray, total_ss: float, treated: FloatArray, names: tuple[str, str]
) -> tuple[Statistic, Statistic, tuple[str, ...]]:
    """Return the CR2 variance, the Bell–McCaffrey degrees of freedom, and notes."""
    counts = clusters_by_arm(cluster, treated)
    one = [name for name, count in zip(names, counts, strict=True) if count < 2]
    if one:
        why = Unavailable(f"arm {one[0]} is one cluster: there is no variance between its clusters")
        return why, why, ()
    variance, df = cluster_variance(solved, cluster, total_ss)
    alone = int(np.count_nonzero(cluster < 0))
    notes = [f"clusters: {counts[0]} in {names[0]}, {counts[1]} in {names[1]}"]
    if alone:
        notes.append("persons without a cluster stand alone")
    scarce = [f"{count} in {name}" for name, count in zip(names, counts, strict=True) if count < SCARCE]
    if scarce:
        notes.append(
            f"few clusters ({', '.join(scarce)}): where clusters differ, the interval covers less than it says"
        )
    if isinstance(df, float) and df < FEW:
        notes.append("fewer than 4 degrees of freedom: the test is unreliable")
    return variance, df, tuple(notes)


#: Bell–McCaffrey degrees of freedom below which the t approximation fails (Pustejovsky and Tipton 2018).
FEW = 4
#: Clusters of an arm below which the degrees of freedom, made for independent errors, are too many when the other arm has
#: none: with 5 unequal providers a 95 % interval covers 92 % (docs/simulations_effects.md).
SCARCE = 10


def _spread(solved: LeastSquares, spec: Spec, base: FloatArray, cluster: IntArray | None) -> Spread | Unavailable:
    """Return the variances and covariance of the two adjusted means; ``base`` is the control mean's influence."""
    both = np.column_stack([base + solved.influence, base])
    V = covariance(solved, spec.vcov, both, cluster)
    return V if isinstance(V, Unavailable) else (float(V[0, 0]), float(V[1, 1]), float(V[0, 1]))


def clustered_difference(
    sample: Sample, spec: Spec, cells: Cells, pair: tuple[int, int], *, spread: bool = False
) -> Fit:
    """Return the difference in means with a clustered variance: least squares on the arm alone.

    Parameters
    ----------
    sample : Sample
    spec : Spec
    cells : Cells
    pair : tuple of int
        Codes of (arm, control).
    spread : bool
        Whether the variances of the two means are wanted.
    """
    design = sample.design
    plain = replace(
        design, stratum=np.zeros_like(design.stratum), X=np.empty((sample.y.size, 0)), n_strata=1, covariates=()
    )
    pooled = cells.pooled()
    size = pooled.n.sum(axis=1).astype(float)
    one = np.zeros(1, dtype=np.intp)
    as_fe = replace(spec, estimator=Estimator.FE)
    return regression_fit(replace(sample, design=plain), as_fe, pooled, pair, one, size, spread=spread)
