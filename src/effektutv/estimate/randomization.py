r"""Randomisation tests of one contrast: the two arms are drawn again within strata, the third is held.

With outcomes fixed under the sharp null of no effect on anyone, every arrangement with the same numbers by stratum and
arm is equally probable. Missing outcomes stay missing: draws are conditional on the numbers with an observed outcome.

``exact``
    0/1 outcome, `fe` and `difference`: :mod:`effektutv.estimate.exact`. Not studentised.
``Monte Carlo``
    :math:`p = (1 + \#\{|T^*| \ge |T|\})/(1 + B)` (Phipson and Smyth 2010), ties within rounding counted, with the Monte
    Carlo error √(p(1 − p)/B). T is the distance of the estimate from its mean over all draws (0 for `blocked` and `fe`),
    over its standard error, computed anew in each draw: studentised, the test is asymptotically valid also for the weak
    null that the estimator's average effect is 0 (Wu and Ding 2021, doi 10.1080/01621459.2020.1750415). Unstudentised,
    T is over the null's own standard deviation and tests the sharp null only.
``interval``
    The shifts that the studentised test does not reject when a constant shift is taken from the arm's outcomes. For a
    0/1 outcome no constant shift is possible: the interval is approximate and says so.

A contrast is a fixed linear map of the arm's sums by stratum, its variance a quadratic one
(:mod:`effektutv.estimate.forms`): a draw costs a few sums (:mod:`effektutv.estimate.draws`). A 0/1 outcome needs the
number of events only, which is hypergeometric within strata. Which persons are drawn is decided in an order that depends
on outcomes and strata only: neither the order of the rows nor the arms' names or roles change a p-value.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from effektutv.errors import ArgumentError
from effektutv.results import RandomizationRow, Statistic, Unavailable

from .design import Estimator, Weights, observe
from .draws import BLOCK, Counts, Subsets, blocks
from .effects import fit_contrast
from .exact import Margins, p_exact
from .forms import form_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .design import Design, FloatArray, IntArray, Spec
    from .effects import Labels
    from .forms import Form
    from .mechanism import Mechanism

__all__ = ["Options", "Pair", "pair_of", "randomization_row", "studentised"]

#: Draws that an interval rests on, at most: what bounds its memory.
_INTERVAL_DRAWS = 16 * BLOCK
#: Statistics closer than this are ties, relative to the observed one.
TIE = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How to test.

    Parameters
    ----------
    draws : int or None
        None is exact.
    studentize : bool
    alternative : {"two-sided", "greater", "less"}
    rule : {"distance", "probability"}
        Of an exact two-sided test.
    level : float or None
        Coverage of the interval; None for no interval.
    seed : int
    """

    draws: int | None
    studentize: bool
    alternative: str = "two-sided"
    rule: str = "distance"
    level: float | None = 0.95
    seed: int = 1


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Pair:
    """The persons of two arms with an observed outcome, in strata that have both, ordered by group, outcome and arm.

    Parameters
    ----------
    y : (n,) array of float
        The outcome, centred at its stratum's mean.
    treated : (n,) array of float
        1 in the arm, 0 in the control.
    size, chosen : (G,) arrays of int
        Persons of each group, and how many are in the arm.
    stratum : (G,) array of int
        The stratum, 0 … S − 1, that each group lies in; rising.
    n1, n0, weight : (S,) arrays of float
        Persons in the arm and in the control, and what weights the strata under `blocked`.
    centre : (S,) array of float
        What was taken from the outcomes.
    binary : bool
    """

    y: FloatArray
    treated: FloatArray
    size: IntArray
    chosen: IntArray
    stratum: IntArray
    n1: FloatArray
    n0: FloatArray
    weight: FloatArray
    centre: FloatArray
    binary: bool

    @property
    def begins(self) -> IntArray:
        """Where each group's persons begin."""
        return np.concatenate([[0], np.cumsum(self.size)[:-1]]).astype(np.intp)

    def by_group(self, values: FloatArray) -> FloatArray:
        """Return sums of (…, n) values by group."""
        return np.asarray(np.add.reduceat(values, self.begins, axis=-1), dtype=np.float64)

    def by_stratum(self, sums: FloatArray) -> FloatArray:
        """Return (S, …) sums from (G, …) sums by group."""
        if self.stratum.size == self.n1.size:
            return sums
        first = np.flatnonzero(np.diff(self.stratum, prepend=-1))
        return np.asarray(np.add.reduceat(sums, first, axis=0), dtype=np.float64)

    @property
    def observed(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return (S,) sums and sums of squares of the arm, and sums of squares of both arms."""
        parts = self.by_group(np.stack([self.y * self.treated, self.y**2 * self.treated, self.y**2]))
        t, q, Q = self.by_stratum(parts.T).T
        return t, q, Q

    def null_moments(self, form: Form) -> tuple[float, float]:
        """Return mean and standard deviation of the estimate over all draws."""
        b = form.b[self.stratum]
        mean = self.by_group(self.y) / self.size
        spread = self.by_group((self.y - np.repeat(mean, self.size)) ** 2)
        other = self.size - self.chosen
        factor = self.chosen * other / (self.size * np.maximum(self.size - 1, 1))
        return float(b @ (self.chosen * mean)), float(np.sqrt((b**2 * factor) @ spread))

    @property
    def turned(self) -> bool:
        """Whether the control's persons are drawn in place of the arm's, so that the arms' roles change no p-value."""
        scale = float(np.abs(self.y).sum()) or 1.0
        ours = np.round(self.by_group(self.y * self.treated) / scale, 9)
        theirs = np.round(self.by_group(self.y * (1 - self.treated)) / scale, 9)
        return [*self.chosen, *ours] > [*(self.size - self.chosen), *theirs]


def pair_of(
    design: Design, y: FloatArray, spec: Spec, pair: tuple[int, int], mechanism: Mechanism
) -> Pair | Unavailable:
    """Return the two arms of a contrast, ready to be drawn again.

    Parameters
    ----------
    design : Design
    y : (n,) array of float
        NaN where missing.
    spec : Spec
    pair : (int, int)
        Codes of (arm, control).
    mechanism : Mechanism
        Of all persons of the design. Draws are within its groups and the strata.
    """
    seen = ~np.isnan(y)
    pooled = spec.estimator is Estimator.DIFFERENCE
    strata = np.zeros_like(design.stratum) if pooled else design.stratum
    n_strata = 1 if pooled else design.n_strata
    arms = len(design.arms)
    n = np.bincount(strata[seen] * arms + design.arm[seen], minlength=n_strata * arms).reshape(n_strata, arms)
    both = (n[:, pair[0]] > 0) & (n[:, pair[1]] > 0)
    if not both.any():
        return Unavailable(f"no stratum has persons of both {design.arms[pair[0]]} and {design.arms[pair[1]]}")
    mine = seen & ((design.arm == pair[0]) | (design.arm == pair[1])) & both[strata]
    recode = np.cumsum(both) - 1
    stratum = recode[strata[mine]]
    # Groups are the mechanism's within the design's strata: given the numbers in both, all arrangements are alike.
    place = (stratum * design.n_strata + design.stratum[mine]) * mechanism.n_groups + mechanism.group[mine]
    codes, group = np.unique(place, return_inverse=True)
    outcome, treated = y[mine], (design.arm[mine] == pair[0]).astype(np.float64)
    order = np.lexsort((treated, outcome, group))
    outcome, treated, group, stratum = outcome[order], treated[order], group[order], stratum[order]
    kept = np.flatnonzero(both)
    n1, n0 = n[kept, pair[0]].astype(float), n[kept, pair[1]].astype(float)
    centre = np.bincount(stratum, weights=outcome) / (n1 + n0)
    weight = n[kept].sum(axis=1) if spec.weights is Weights.ALL else n1 + n0
    return Pair(
        y=outcome - centre[stratum],
        treated=treated,
        size=np.bincount(group),
        chosen=np.bincount(group, weights=treated).astype(np.intp),
        stratum=(codes // mechanism.n_groups // design.n_strata).astype(np.intp),
        n1=n1,
        n0=n0,
        weight=weight.astype(float),
        centre=centre,
        binary=bool(np.all((outcome == 0) | (outcome == 1))),
    )


def studentised(deviation: FloatArray, variance: FloatArray, scale: float) -> FloatArray:
    """Return deviations over standard errors: infinite where only the error is 0, 0 where both are.

    Parameters
    ----------
    deviation, variance : (B,) arrays of float
    scale : float
        The deviations' standard deviation, against which rounding is told from variation.
    """
    still = ~(variance > 1e-12 * scale**2)
    error = np.sqrt(np.where(still, 1.0, variance))
    moved = np.abs(deviation) > 1e-9 * scale
    return np.where(still, np.where(moved, np.copysign(np.inf, deviation), 0.0), deviation / error)


def _null_estimates(pair: Pair, form: Form) -> Callable[[np.random.Generator, int], tuple[FloatArray, FloatArray]]:
    """Return a function that draws (B,) estimates and their variances."""
    turned = pair.turned
    chosen = pair.size - pair.chosen if turned else pair.chosen
    _, _, Q = pair.observed
    if pair.binary:
        events = np.rint(pair.by_group(pair.y) + pair.size * pair.centre[pair.stratum]).astype(np.intp)
        counts = Counts(pair.size, chosen, events)
        total = pair.by_stratum(events.astype(float))[:, None]

        def of_events(rng: np.random.Generator, draws: int) -> tuple[FloatArray, FloatArray]:
            a = pair.by_stratum(counts.draw(rng, draws))
            return form.of_events(pair.n1, pair.centre, Q, total - a if turned else a)

        return of_events
    sums = Subsets(pair.size, chosen).prepare(np.stack([pair.y, pair.y**2]))

    def of_persons(rng: np.random.Generator, draws: int) -> tuple[FloatArray, FloatArray]:
        t, q = (pair.by_stratum(part) for part in sums.draw(rng, draws))
        t, q = (-t, Q[:, None] - q) if turned else (t, q)
        return form.estimate(t), form.variance(t, q, Q)

    return of_persons


def null_statistics(pair: Pair, form: Form, draws: int, seed: int, *, studentize: bool) -> Iterator[FloatArray]:
    """Yield the statistic's draws under the null, block by block.

    Parameters
    ----------
    pair : Pair
    form : Form
    draws, seed : int
    studentize : bool
    """
    draw = _null_estimates(pair, form)
    mean, sd = pair.null_moments(form)
    for rng, some in blocks(seed, draws):
        estimate, variance = draw(rng, some)
        yield studentised(estimate - mean, variance, sd) if studentize else (estimate - mean) / sd


def _reached(statistics: FloatArray, observed: float, alternative: str) -> int:
    """Return how many draws are no less extreme than the observed statistic; ties within rounding count."""
    margin = TIE * max(1.0, abs(observed))
    if alternative == "greater":
        return int(np.count_nonzero(statistics >= observed - margin))
    if alternative == "less":
        return int(np.count_nonzero(statistics <= observed + margin))
    return int(np.count_nonzero(np.abs(statistics) >= abs(observed) - margin))


def randomization_row(
    design: Design,
    y: FloatArray,
    spec: Spec,
    contrast: tuple[int, int],
    mechanism: Mechanism,
    options: Options,
    labels: Labels,
) -> tuple[RandomizationRow, tuple[str, ...]]:
    """Test one contrast of one outcome.

    Parameters
    ----------
    design : Design
        Of all arms; its covariates are not used.
    y : (n,) array of float
        NaN where missing.
    spec : Spec
        Estimator `difference`, `blocked` or `fe`.
    contrast : (int, int)
        Codes of (arm, control).
    mechanism : Mechanism
    options : Options
    labels : Labels

    Returns
    -------
    row : RandomizationRow
    notes : tuple of str

    Raises
    ------
    ArgumentError
        If the test is exact and the outcome is not 0/1.
    """
    sample, _ = observe(design, y)
    fit = fit_contrast(sample, spec, *contrast)
    none: Statistic = Unavailable("not computed")
    row = RandomizationRow(
        outcome=labels.outcome,
        clock=labels.clock,
        month=labels.month,
        arm=design.arms[contrast[0]],
        control=design.arms[contrast[1]],
        n_arm=fit.n[0],
        n_control=fit.n[1],
        estimate=fit.estimate,
        std_error=none,
        statistic=none,
        null_sd=none,
        p_randomization=none,
        mc_error=none,
        conf_low=none,
        conf_high=none,
        draws=0 if options.draws is None else options.draws,
        estimator=spec.estimator.value,
        studentized=options.studentize,
        alternative=options.alternative,
        mechanism=mechanism.describe(),
        method="",
        strata=design.strata,
        note="; ".join(fit.notes),
    )
    pair = pair_of(design, y, spec, contrast, mechanism)
    if isinstance(pair, Unavailable):
        return _without(row, pair), fit.notes
    if options.draws is None:
        return _exact_row(row, pair, options), fit.notes
    form = form_of(spec, pair.n1, pair.n0, pair.weight)
    if isinstance(form, Unavailable):
        return _without(row, form), (*fit.notes, form.reason)
    return _drawn_row(row, pair, form, options, options.draws), fit.notes


def _without(row: RandomizationRow, why: Unavailable) -> RandomizationRow:
    return replace(
        row, std_error=why, statistic=why, null_sd=why, p_randomization=why, mc_error=why, conf_low=why, conf_high=why
    )


def _exact_row(row: RandomizationRow, pair: Pair, options: Options) -> RandomizationRow:
    if not pair.binary:
        raise ArgumentError(
            f"draws: 'exact' needs a 0/1 outcome, and {row.outcome!r} has other values; give a number of draws"
        )
    centre = pair.centre[pair.stratum]
    of_arm = pair.by_group(pair.y * pair.treated) + pair.chosen * centre
    events = np.rint(pair.by_group(pair.y) + pair.size * centre).astype(np.intp)
    margins = Margins(n1=pair.chosen, n0=pair.size - pair.chosen, events=events)
    observed = int(np.rint(of_arm.sum()))
    p = p_exact(margins, observed, options.alternative, options.rule)
    n = pair.size.astype(float)
    variance = events * (n - events) * pair.chosen * (n - pair.chosen) / (n**2 * np.maximum(n - 1, 1))
    unit = 1 / (pair.n1 * pair.n0 / (pair.n1 + pair.n0)).sum()  # of one event in the estimate
    sided = f"two-sided by {options.rule}" if options.alternative == "two-sided" else options.alternative
    named = "Cochran–Mantel–Haenszel" if pair.size.size > 1 else "hypergeometric (Fisher)"
    no_interval = Unavailable("an exact test of a 0/1 outcome has no interval of constant shifts; see the t-based one")
    return replace(
        row,
        std_error=Unavailable("not studentised"),
        statistic=float((observed - margins.mean) * unit),
        null_sd=float(np.sqrt(variance.sum())) * unit,
        p_randomization=p,
        mc_error=0.0,
        conf_low=no_interval,
        conf_high=no_interval,
        method=f"exact, {named}, of the sharp null; {sided}",
    )


def _drawn_row(row: RandomizationRow, pair: Pair, form: Form, options: Options, draws: int) -> RandomizationRow:
    t, q, Q = pair.observed
    mean, sd = pair.null_moments(form)
    deviation = float(form.b @ t) - mean
    variance = float(form.variance(t[:, None], q[:, None], Q)[0])
    if not sd > 0:
        return _without(row, Unavailable("no variation within strata: every draw gives the same"))
    if options.studentize and not variance > 1e-12 * sd**2:
        return _without(row, Unavailable("no variation in either arm"))
    error = float(np.sqrt(variance))
    observed = deviation / error if options.studentize else deviation / sd
    reached = sum(
        _reached(block, observed, options.alternative)
        for block in null_statistics(pair, form, draws, options.seed, studentize=options.studentize)
    )
    p = (1 + reached) / (1 + draws)
    low, high = _interval(pair, form, options, draws)
    how = "studentised" if options.studentize else "not studentised (sharp null only)"
    drawn = "numbers of events drawn as hypergeometric" if pair.binary else "persons drawn"
    text = f"Monte Carlo, {draws} draws within strata and arms' numbers, {drawn}, {how}, (1 + #)/(1 + B)"
    if options.level is not None and isinstance(low, float):
        text += "; interval by inversion, constant shift" + (", approximate for a 0/1 outcome" if pair.binary else "")
    return replace(
        row,
        std_error=error if variance > 0 else Unavailable("no variation in either arm"),
        statistic=observed,
        null_sd=sd,
        p_randomization=p,
        mc_error=float(np.sqrt(p * (1 - p) / draws)),
        conf_low=low,
        conf_high=high,
        method=text,
    )


# ------------------------------------------------------------------------------------------------------------ interval


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class _Shifts:
    """Of each draw: deviation and variance of the outcome less a shift, as polynomials in the shift."""

    e_y: FloatArray
    e_z: FloatArray
    v_yy: FloatArray
    v_yz: FloatArray
    v_zz: FloatArray
    scale: float

    def statistics(self, shift: float) -> FloatArray:
        """Return (B,) studentised statistics of y − shift·z."""
        variance = self.v_yy - 2 * shift * self.v_yz + shift**2 * self.v_zz
        return studentised(self.e_y - shift * self.e_z, variance, self.scale)


def _shifts(pair: Pair, form: Form, draws: int, seed: int) -> _Shifts:
    """Draw what the inversion needs: the outcome, the arm as observed, and their products, over the persons drawn."""
    strata = np.repeat(pair.stratum, pair.size)
    z = pair.treated - (pair.n1 / (pair.n1 + pair.n0))[strata]
    columns = np.stack([pair.y, z, pair.y**2, pair.y * z, z**2])
    totals = pair.by_stratum(pair.by_group(columns[2:]).T).T
    turned = pair.turned
    sums = Subsets(pair.size, pair.size - pair.chosen if turned else pair.chosen).prepare(columns)
    mean_y, sd = pair.null_moments(form)
    mean_z, _ = replace(pair, y=z).null_moments(form)
    found: list[list[FloatArray]] = [[], [], [], [], []]
    for rng, some in blocks(seed, draws):
        t, u, *products = (pair.by_stratum(part) for part in sums.draw(rng, some))
        if turned:
            t, u = -t, -u
            products = [Q[:, None] - q for q, Q in zip(products, totals, strict=True)]
        values = (
            form.estimate(t) - mean_y,
            form.estimate(u) - mean_z,
            form.product(t, t, products[0], totals[0]),
            form.product(t, u, products[1], totals[1]),
            form.product(u, u, products[2], totals[2]),
        )
        for kept, value in zip(found, values, strict=True):
            kept.append(value)
    e_y, e_z, v_yy, v_yz, v_zz = (np.concatenate(part) for part in found)
    return _Shifts(e_y=e_y, e_z=e_z, v_yy=v_yy, v_yz=v_yz, v_zz=v_zz, scale=sd)


def _interval(pair: Pair, form: Form, options: Options, draws: int) -> tuple[Statistic, Statistic]:
    """Return the ends of the interval of shifts that are not rejected, two-sided."""
    if options.level is None:
        none = Unavailable("no interval was asked for")
        return none, none
    if not options.studentize or options.alternative != "two-sided":
        none = Unavailable("intervals are studentised and two-sided")
        return none, none
    used = min(draws, _INTERVAL_DRAWS)
    alpha = 1 - options.level
    if (1 + used) * alpha < 1:
        none = Unavailable(f"{draws} draws are too few for coverage {options.level:g}")
        return none, none
    t, q, Q = pair.observed
    estimate, error = float(form.b @ t), float(np.sqrt(form.variance(t[:, None], q[:, None], Q)[0]))
    mean_y, _ = pair.null_moments(form)
    z = pair.treated - (pair.n1 / (pair.n1 + pair.n0))[np.repeat(pair.stratum, pair.size)]
    mean_z, _ = replace(pair, y=z).null_moments(form)
    if not 1 - mean_z > 1e-9:
        none = Unavailable("the assignment cannot be drawn otherwise")
        return none, none
    shifts = _shifts(pair, form, used, options.seed)
    # Where the statistic is 0; for `blocked` and `fe` that is the estimate itself.
    middle = (estimate - mean_y) / (1 - mean_z)

    def rejected(shift: float) -> bool:
        observed = (estimate - mean_y - shift * (1 - mean_z)) / error
        return (1 + _reached(shifts.statistics(shift), observed, "two-sided")) <= alpha * (1 + used)

    return _end(rejected, middle, -error), _end(rejected, middle, error)


def _end(rejected: Callable[[float], bool], start: float, step: float) -> Statistic:
    """Return where shifts begin to be rejected, going from ``start`` by ``step``: to 1e-6 of the step."""
    inside, outside = 0.0, 2.0
    while not rejected(start + outside * step):
        inside, outside = outside, 1.5 * outside
        if outside > 1e4:
            return Unavailable("no shift, however large, is rejected with so few arrangements")
    while outside - inside > 1e-6:
        between = (inside + outside) / 2
        if rejected(start + between * step):
            outside = between
        else:
            inside = between
    return start + outside * step
