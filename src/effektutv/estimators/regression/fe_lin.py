"""`fe` and `lin`: least squares on the two arms of a contrast, strata absorbed; and the clustered difference in means."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from effektutv.values import Statistic, Unavailable

from ..bell_mccaffrey import BellMcCaffrey, uninformed_note
from ..design import BoolArray, Cells, Dof, Estimator, FloatArray, IntArray, Sample, Spec, Vcov, Weights
from .cluster_robust import adjusted_influence, cluster_variance, clusters_by_arm, number_clusters
from .covariance import covariance, joint_variance
from .fit import Fit, Spread, describe, undefined
from .least_squares import BLOCK, Block, Function, Regression, Rows, by_person, solve
from .leverage import fitted_exactly, left_out_note

__all__ = ["clustered_difference", "clustered_difference_scores", "regression_fit", "regression_scores"]


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
    mine, solved, shares, notes = _solve(sample, spec, cells, pair, kept, size)
    if isinstance(solved, Unavailable):
        return undefined(cells, pair[0], pair[1], sample.binary, solved.reason, notes)
    if solved.dropped:
        notes = (*notes, f"columns left out because they depend on the others: {len(solved.dropped)}")
    arm, control = pair
    n = float(cells.n[:, list(pair)].sum())
    treated = float(cells.n[:, arm].sum()) / n
    control_mean = float(shares @ solved.intercepts)
    base = solved.level(shares)
    if spec.estimator is Estimator.FE:
        outcome = float(cells.total[:, list(pair)].sum()) / n
        control_mean = outcome - solved.coefficient * treated
        base = Function(groups=np.full(base.groups.shape, 1 / n), columns=-treated * solved.target.columns)
    fit = describe(cells, arm, control, sample.binary)
    fit = replace(fit, means=(control_mean + solved.coefficient, control_mean), notes=notes)
    function = _beside(base, solved.target) if spread else solved.target
    if spec.vcov is Vcov.CR2 and sample.design.cluster is not None:
        treated_rows = (sample.design.arm[mine] == arm).astype(np.float64)
        names = names_of(sample, pair)
        return _clustered(fit, solved, function, sample.design.cluster[mine], treated_rows, names)
    degrees = BellMcCaffrey(k=solved.kept.size, size=solved.rows.size) if spec.vcov in _INFORMED else None
    variance, left_out = joint_variance(solved, spec.vcov, function, degrees=degrees)
    if isinstance(variance, Unavailable):
        free = _residual_df(n - solved.rank)
        return replace(fit, variance=variance, df=free, spread=variance, notes=(*fit.notes, variance.reason))
    fit = replace(fit, variance=float(variance[-1, -1]), notes=(*fit.notes, *left_out_note(spec.vcov.value, left_out)))
    fit = _with_df(fit, spec, n - solved.rank, degrees)
    return replace(fit, spread=_spread(variance)) if spread else fit


#: Variances that thin cells make too small for persons less parameters; HC3 is large there, and the classical one has them.
_INFORMED = (Vcov.HC0, Vcov.HC1, Vcov.HC2)


def _with_df(fit: Fit, spec: Spec, free: float, degrees: BellMcCaffrey | None) -> Fit:
    """Return the fit with Bell and McCaffrey's degrees of freedom under HC2; else with persons less parameters."""
    if degrees is None:
        return replace(fit, df=_residual_df(free))
    informing = degrees.df()
    if spec.vcov is Vcov.HC2 and spec.dof is not Dof.RESIDUAL:
        return replace(fit, df=informing, approximate=True)
    return replace(fit, df=_residual_df(free), notes=(*fit.notes, *uninformed_note(_residual_df(free), informing)))


def _residual_df(free: float) -> Statistic:
    return free if free > 0 else Unavailable("no degrees of freedom are left")


def _beside(base: Function, target: Function) -> Function:
    """Return the means of arm and control, and the coefficient, as functions of the outcome."""
    return Function(
        groups=np.column_stack([base.groups + target.groups, base.groups, target.groups]),
        columns=np.column_stack([base.columns + target.columns, base.columns, target.columns]),
    )


def _spread(V: FloatArray) -> Spread:
    return float(V[0, 0]), float(V[1, 1]), float(V[0, 1])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Pair:
    """The two arms' persons in the strata kept: columns are covariates, for `lin` their products with the arm, and the arm.

    Parameters
    ----------
    sample : Sample
    pair : tuple of int
        Codes of (arm, control).
    recode : (S,) array of int
        Strata kept as 0, 1, …; −1 for the others.
    mine : (n,) array of int or None
        Positions of the persons in the sample; None for everyone.
    centre : (p,) array of float or None
        What covariates are centred at in `lin`; None without interactions.
    shares : (m,) array of float or None
        What strata are centred at where they too are interacted; else None.
    """

    sample: Sample
    pair: tuple[int, int]
    recode: IntArray
    mine: IntArray | None
    centre: FloatArray | None
    shares: FloatArray | None

    @property
    def width(self) -> int:
        """Return the number of columns."""
        p = int(self.sample.design.X.shape[1])
        strata = 0 if self.shares is None else self.shares.size - 1
        return p + 1 + (0 if self.centre is None else p + strata)

    def read(self, at: slice) -> Block:
        """Return a block of rows, as :class:`effektutv.estimators.regression.least_squares.Rows` wants them."""
        design, rows = self.sample.design, at if self.mine is None else self.mine[at]
        X, treated, group = design.X[rows], design.arm[rows] == self.pair[0], self.recode[design.stratum[rows]]
        p, k = X.shape[1], self.width
        out = np.empty((X.shape[0], k + 2))
        out[:, k - 1] = treated
        if self.centre is None:
            out[:, :p] = X
            return out, self.sample.y[rows], group
        np.subtract(X, self.centre, out=out[:, :p])
        np.multiply(out[:, :p], treated[:, None], out=out[:, k - 1 - p : k - 1])
        if self.shares is not None:
            inside = group[:, None] == np.arange(1, self.shares.size)
            out[:, p : k - 1 - p] = (inside - self.shares[None, 1:]) * treated[:, None]
        return out, self.sample.y[rows], group


def _solve(
    sample: Sample, spec: Spec, cells: Cells, pair: tuple[int, int], kept: IntArray, size: FloatArray
) -> tuple[BoolArray, Regression | Unavailable, FloatArray, tuple[str, ...]]:
    """Return who is in the regression, the solution, the strata's shares, and notes."""
    design = sample.design
    recode = np.full(design.n_strata, -1)
    recode[kept] = np.arange(kept.size)
    inside = (recode >= 0)[design.stratum]
    mine = inside & ((design.arm == pair[0]) | (design.arm == pair[1]))
    n = cells.n[:, list(pair)].sum(axis=1)
    centre: FloatArray | None = None
    crossed: FloatArray | None = None
    notes: tuple[str, ...] = ()
    if spec.estimator is Estimator.FE:
        shares = n / n.sum()
        if kept.size > 1:
            notes = ("strata effects weight strata by precision (n₁n₀/n), not by size: that is the estimand",)
    else:
        shares = size / size.sum()
        centre = population_means(sample, spec, pair, kept, size)
        crossed = shares if kept.size > 1 else None
    columns = _Pair(
        sample=sample,
        pair=pair,
        recode=recode,
        mine=None if mine.all() else np.flatnonzero(mine),
        centre=centre,
        shares=crossed,
    )
    rows = Rows(n=int(n.sum()), k=columns.width, n_main=design.X.shape[1], size=n, read=columns.read)
    return mine, solve(rows), shares, notes


def population_means(sample: Sample, spec: Spec, pair: tuple[int, int], kept: IntArray, size: FloatArray) -> FloatArray:
    """Return Σ w_s x̄_s, what covariates are centred at: means by stratum over everyone randomised, at the strata's weights.

    Parameters
    ----------
    sample, spec, pair, kept, size
        As in :func:`regression_fit`. With weights of the two arms the means are over their persons with a known outcome.

    Returns
    -------
    (p,) array of float
    """
    recode = np.full(sample.design.n_strata, -1)
    recode[kept] = np.arange(kept.size)
    counted = np.zeros(kept.size)
    sums = np.zeros((kept.size, sample.design.X.shape[1]))
    whole = np.zeros(sums.shape[1])
    parts = (sample.design, sample.unseen) if spec.weights is Weights.ALL else (sample.design,)
    at_once = kept.size == 1
    for design in parts:
        for begin in range(0, design.arm.size, BLOCK):
            at = slice(begin, begin + BLOCK)
            group = recode[design.stratum[at]]
            rows = group >= 0
            if spec.weights is Weights.PAIR:
                rows &= (design.arm[at] == pair[0]) | (design.arm[at] == pair[1])
            X, group = design.X[at][rows], group[rows]
            counted += np.bincount(group, minlength=kept.size)
            whole += X.sum(axis=0)
            if not at_once:
                for j, column in enumerate(X.T):
                    sums[:, j] += np.bincount(group, weights=column, minlength=kept.size)
    if at_once or np.array_equal(counted, size):  # strata that weigh as many as are counted: the plain mean
        return np.asarray(whole / counted.sum(), dtype=np.float64)
    return np.asarray((size / size.sum()) @ (sums / np.maximum(counted, 1)[:, None]), dtype=np.float64)


def regression_scores(
    sample: Sample, spec: Spec, cells: Cells, pair: tuple[int, int], kept: IntArray, size: FloatArray
) -> tuple[BoolArray, FloatArray] | None:
    """Return who is in the regression and what each of them adds to the coefficient's variance, or None.

    Parameters
    ----------
    sample, spec, cells, pair, kept, size
        As in :func:`regression_fit`. A variance other than HC2, HC3 and CR2 has the scores of HC0; CR2's add up within
        clusters before they are squared.
    """
    mine, solved, _, _ = _solve(sample, spec, cells, pair, kept, size)
    if isinstance(solved, Unavailable):
        return None
    fit = by_person(solved)
    if spec.vcov is Vcov.CR2 and sample.design.cluster is not None:
        adjusted = adjusted_influence(fit, fit.influence[:, None], *number_clusters(sample.design.cluster[mine]))
        return mine, adjusted[:, 0] * fit.residuals
    power = {Vcov.HC2: 0.5, Vcov.HC3: 1.0}.get(spec.vcov, 0.0)
    exact, _ = fitted_exactly(fit.leverage, fit.influence)
    slack = np.where(exact, 1.0, 1 - fit.leverage)
    return mine, np.where(exact, 0.0, fit.influence * fit.residuals) / slack**power


def names_of(sample: Sample, pair: tuple[int, int]) -> tuple[str, str]:
    """Return the names of the arms of a contrast.

    Parameters
    ----------
    sample : Sample
    pair : tuple of int
        Codes of (arm, control).
    """
    return sample.design.arms[pair[0]], sample.design.arms[pair[1]]


def _clustered(
    fit: Fit,
    solved: Regression,
    function: Function,
    cluster: IntArray,
    treated: FloatArray,
    names: tuple[str, str],
) -> Fit:
    """Return the fit with the CR2 variance, the Bell–McCaffrey degrees of freedom, and what is to be said about them."""
    persons = by_person(solved)
    counts = clusters_by_arm(cluster, treated)
    one = [name for name, count in zip(names, counts, strict=True) if count < 2]
    if one:
        why = Unavailable(f"arm {one[0]} is one cluster: there is no variance between its clusters")
        notes = (*fit.notes, why.reason)
        return replace(fit, variance=why, df=why, spread=why, notes=notes, clustered=(persons, cluster))
    variance, df, left_out = cluster_variance(persons, cluster, solved.total_ss)
    notes = (*fit.notes, *_cluster_notes(cluster, counts, names, df), *left_out_note(Vcov.CR2.value, left_out))
    if isinstance(variance, Unavailable):
        notes = (*notes, variance.reason)
        fit = replace(fit, spread=variance)
    elif function.columns.shape[1] > 1:
        V = covariance(persons, Vcov.CR2, persons.weights(function), cluster)
        fit = replace(fit, spread=V if isinstance(V, Unavailable) else _spread(V))
    return replace(fit, variance=variance, df=df, notes=notes, clustered=(persons, cluster))


def _cluster_notes(
    cluster: IntArray, counts: tuple[int, int], names: tuple[str, str], df: Statistic
) -> tuple[str, ...]:
    """Return the notes on how many clusters there are, and whether that is few."""
    notes = [f"clusters: {counts[0]} in {names[0]}, {counts[1]} in {names[1]}"]
    if (cluster < 0).any():
        notes.append("persons without a cluster stand alone")
    scarce = [f"{count} in {name}" for name, count in zip(names, counts, strict=True) if count < SCARCE]
    if scarce:
        notes.append(
            f"few clusters ({', '.join(scarce)}): where clusters differ, the interval covers less than it says"
        )
    if isinstance(df, float) and df < FEW:
        notes.append("fewer than 4 degrees of freedom: the test is unreliable")
    return tuple(notes)


#: Bell–McCaffrey degrees of freedom below which the t approximation fails (Pustejovsky and Tipton 2018).
FEW = 4
#: Clusters of an arm below which the degrees of freedom, made for independent errors, are too many when the other arm has
#: none: with 5 unequal providers a 95 % interval covers 92 % (docs/simulations_effects.md).
SCARCE = 10


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
    plain, pooled, size, one, as_fe = _unstratified(sample, spec, cells)
    return regression_fit(plain, as_fe, pooled, pair, one, size, spread=spread)


def clustered_difference_scores(
    sample: Sample, spec: Spec, cells: Cells, pair: tuple[int, int]
) -> tuple[BoolArray, FloatArray] | None:
    """Return :func:`regression_scores` of the clustered difference in means.

    Parameters
    ----------
    sample, spec, cells, pair
        As in :func:`clustered_difference`.
    """
    plain, pooled, size, one, as_fe = _unstratified(sample, spec, cells)
    return regression_scores(plain, as_fe, pooled, pair, one, size)


def _unstratified(sample: Sample, spec: Spec, cells: Cells) -> tuple[Sample, Cells, FloatArray, IntArray, Spec]:
    """Return what least squares on the arm alone is given: everyone in one stratum, no covariates."""
    design = sample.design
    plain = replace(
        design, stratum=np.zeros_like(design.stratum), X=np.empty((sample.y.size, 0)), n_strata=1, covariates=()
    )
    pooled = cells.pooled
    one = np.zeros(1, dtype=np.intp)
    size = pooled.n.sum(axis=1).astype(float)
    return replace(sample, design=plain), pooled, size, one, replace(spec, estimator=Estimator.FE)
