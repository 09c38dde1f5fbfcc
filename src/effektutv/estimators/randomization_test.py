r"""Randomisation tests of one contrast: the two arms are drawn again within strata, the third is held.

With outcomes fixed under the sharp null of no effect on anyone, every arrangement with the same numbers by stratum and
arm is equally probable. Missing outcomes stay missing: draws are conditional on the numbers with an observed outcome.

``exact``
    0/1 outcome: :mod:`effektutv.estimators.randomization.exact` for `fe` and `difference`; for `blocked`, whose events weigh
    differently
    from stratum to stratum, the upper end of a bracket (:mod:`effektutv.estimators.randomization.exact_weighted`). Not
    studentised.
``Monte Carlo``
    :math:`p = (1 + \#\{|T^*| \ge |T|\})/(1 + B)` (Phipson and Smyth 2010), ties within rounding counted, with the Monte
    Carlo error √(p(1 − p)/B). T is the distance of the estimate from its mean over all draws (0 for `blocked` and `fe`),
    over its standard error, computed anew in each draw: studentised, the test is asymptotically valid also for the weak
    null that the estimator's average effect is 0 (Wu and Ding 2021, doi 10.1080/01621459.2020.1750415). Unstudentised,
    T is over the null's own standard deviation and tests the sharp null only.
``fitted again``
    `lin`, `logit`, `ipw`, and `fe` with covariates: Monte Carlo, studentised, each draw a fit of its own
    (:mod:`effektutv.estimators.multiplicity.redraw_regression`); no interval.
``interval``
    The shifts that the studentised test does not reject when a constant shift is taken from the arm's outcomes. For a
    0/1 outcome no constant shift is possible: the interval is approximate and says so.

A contrast is a fixed linear map of the arm's sums by stratum, its variance a quadratic one
(:mod:`effektutv.estimators.randomization.cell_statistics`): a draw costs a few sums
(:mod:`effektutv.estimators.randomization.draws`). A 0/1 outcome needs the number of events only, which is hypergeometric
within strata. Which persons are drawn is decided in an order that depends on outcomes and strata only: neither the order of
the rows nor the arms' names or roles change a p-value.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from effektutv.errors import ArgumentError
from effektutv.results.randomization import DistributionRow, RandomizationRow
from effektutv.values import Statistic, Unavailable

from .design import Estimator, observe
from .effects import fit_contrast
from .multiplicity.hypothesis import Hypothesis
from .multiplicity.redraw_cells import pairwise_statistics
from .randomization.cell_statistics import form_of
from .randomization.exact import Margins, null_distribution, p_exact
from .randomization.exact_weighted import gathered, histogram_values, p_bracket
from .randomization.null_distribution import Histogram, Options, null_statistics, reached, rounding
from .randomization.pair import Pair, pair_of
from .randomization.test_inversion import INTERVAL_DRAWS, draw_shifts, interval
from .retained_inputs import Source

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .design import Design, FloatArray, Spec
    from .effects import Labels
    from .randomization.cell_statistics import Form
    from .randomization.mechanism import Mechanism
    from .regression.fit import Fit

__all__ = ["Options", "randomization_row"]

_STILL = Unavailable("no variation within strata: every draw gives the same")
#: A bracket narrower than this is the rounding of floats.
_KNOWN = 1e-11
#: Points of the grid that a histogram of a weighted number of events is made from.
_FINE_BINS = 2**14


def randomization_row(
    design: Design,
    y: FloatArray,
    spec: Spec,
    contrast: tuple[int, int],
    mechanism: Mechanism,
    options: Options,
    labels: Labels,
) -> tuple[RandomizationRow, tuple[str, ...], tuple[DistributionRow, ...]]:
    """Test one contrast of one outcome.

    Parameters
    ----------
    design : Design
        Of all arms, with the covariates and known probabilities that the estimator uses.
    y : (n,) array of float
        NaN where missing.
    spec : Spec
        With a variance other than CR2.
    contrast : (int, int)
        Codes of (arm, control).
    mechanism : Mechanism
    options : Options
    labels : Labels

    Returns
    -------
    row : RandomizationRow
    notes : tuple of str
    distribution : tuple of DistributionRow
        Empty where no bins were asked for, or there is no test.

    Raises
    ------
    ArgumentError
        If the test is exact and the outcome is not 0/1, or the estimator must be fitted again in each draw.
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
    source = Source(design=design, outcomes={labels.outcome: y}, subgroups=(), spec=spec)
    pair = pair_of(design, y, spec, contrast, mechanism)
    if isinstance(pair, Pair) and pair.still:
        return _without(row, _STILL), fit.notes, ()
    if source.refitted:
        row, held = _refitted_row(row, fit, source, contrast, mechanism, options)
        return row, fit.notes, _distribution(row, held, "draws")
    if isinstance(pair, Unavailable):
        return _without(row, pair), fit.notes, ()
    if options.draws is None:
        row, held = _exact_row(row, pair, options)
        return row, fit.notes, _distribution(row, held, "exact")
    form = form_of(spec, pair.n1, pair.n0, pair.weight)
    if isinstance(form, Unavailable):
        return _without(row, form), (*fit.notes, form.reason), ()
    row, held = _drawn_row(row, pair, form, options, options.draws)
    return row, fit.notes, _distribution(row, held, "draws")


def _distribution(row: RandomizationRow, held: Histogram | None, kind: str) -> tuple[DistributionRow, ...]:
    """Return the bins as rows, and after them where the observed statistic lies."""
    if held is None or not isinstance(row.statistic, float) or not isinstance(row.p_randomization, float):
        return ()
    bins = [(*each, kind) for each in held.bins()]
    bins.append((row.statistic, row.statistic, row.p_randomization, "observed"))
    return tuple(
        DistributionRow(
            outcome=row.outcome,
            clock=row.clock,
            month=row.month,
            arm=row.arm,
            control=row.control,
            low=low,
            high=high,
            share=share,
            kind=each,
        )
        for low, high, share, each in bins
    )


def _without(row: RandomizationRow, why: Unavailable) -> RandomizationRow:
    return replace(
        row, std_error=why, statistic=why, null_sd=why, p_randomization=why, mc_error=why, conf_low=why, conf_high=why
    )


def _exact_row(row: RandomizationRow, pair: Pair, options: Options) -> tuple[RandomizationRow, Histogram | None]:
    """Fill the row of an exact test of a 0/1 outcome."""
    if not pair.binary:
        raise ArgumentError(
            f"draws: 'exact' needs a 0/1 outcome, and {row.outcome!r} has other values; give a number of draws"
        )
    centre = pair.centre[pair.stratum]
    of_arm = np.rint(pair.by_group(pair.y * pair.treated) + pair.chosen * centre)
    events = np.rint(pair.by_group(pair.y) + pair.size * centre).astype(np.intp)
    margins = Margins(n1=pair.chosen, n0=pair.size - pair.chosen, events=events)
    n = pair.size.astype(float)
    unit = _unit(row, pair)
    variance = unit**2 * events * (n - events) * pair.chosen * (n - pair.chosen) / (n**2 * np.maximum(n - 1, 1))
    sd = float(np.sqrt(variance.sum()))
    weighted = row.estimator == Estimator.BLOCKED
    test = _weighted if weighted else _counted
    statistic, p, width, held = test(margins, of_arm, unit, sd, options)
    sided = f"two-sided by {options.rule}" if options.alternative == "two-sided" else options.alternative
    named = "Cochran–Mantel–Haenszel" if pair.size.size > 1 else "hypergeometric (Fisher)"
    text = f"exact, {'weighted sum of hypergeometrics' if weighted else named}, of the sharp null; {sided}"
    if width > _KNOWN:
        text += f"; bracketed: p is at most the one given and at least {p - width:.6g}"
    no_interval = Unavailable("an exact test of a 0/1 outcome has no interval of constant shifts; see the t-based one")
    found = replace(
        row,
        std_error=Unavailable("not studentised"),
        statistic=statistic,
        null_sd=sd,
        p_randomization=p,
        mc_error=width if width > _KNOWN else 0.0,
        conf_low=no_interval,
        conf_high=no_interval,
        method=text,
    )
    return found, held


def _unit(row: RandomizationRow, pair: Pair) -> FloatArray:
    """Return what an event of each group in the arm, rather than in the control, adds to the estimate: (G,)."""
    if row.estimator == Estimator.BLOCKED:
        each = pair.weight / pair.weight.sum() * (1 / pair.n1 + 1 / pair.n0)
        return np.asarray(each[pair.stratum], dtype=np.float64)
    return np.full(pair.size.size, 1 / (pair.n1 * pair.n0 / (pair.n1 + pair.n0)).sum())


def _counted(
    margins: Margins, of_arm: FloatArray, unit: FloatArray, sd: float, options: Options
) -> tuple[float, float, float, Histogram | None]:
    """Return statistic, p-value, 0 and histogram where every event counts alike."""
    observed = int(of_arm.sum())
    statistic = float((observed - margins.mean) * unit[0])
    held = None
    if options.bins:
        held = Histogram(statistic, options.bins, sd, float(unit[0]))
        values, probability = null_distribution(margins)
        held.add((values - margins.mean) * unit[0], probability)
    return statistic, p_exact(margins, observed, options.alternative, options.rule), 0.0, held


def _weighted(
    margins: Margins, of_arm: FloatArray, unit: FloatArray, sd: float, options: Options
) -> tuple[float, float, float, Histogram | None]:
    """Return statistic, upper end and width of the p-value's bracket, and histogram of a weighted number of events."""
    mean = margins.events * (margins.n1 / (margins.n1 + margins.n0))
    statistic = float((unit * (of_arm - mean)).sum())
    groups = gathered(margins, unit)
    bracket = p_bracket(groups, statistic, options.alternative)
    held = None
    if options.bins:
        held = Histogram(statistic, options.bins, sd)
        held.add(*histogram_values(groups, _FINE_BINS, 1.2 * abs(statistic)))
    return statistic, bracket.high, bracket.width, held


def _drawn_row(
    row: RandomizationRow, pair: Pair, form: Form, options: Options, draws: int
) -> tuple[RandomizationRow, Histogram | None]:
    t, q, Q = pair.observed
    mean, sd = pair.null_moments(form)
    deviation = float(form.b @ t) - mean
    variance = float(form.variance(t[:, None], q[:, None], Q)[0])
    if not sd > 0:
        return _without(row, _STILL), None
    noise = rounding(pair.largest, sd)
    if options.studentize and not variance > max(1e-12, noise**2) * sd**2:
        return _without(row, Unavailable("no variation in either arm")), None
    error = float(np.sqrt(variance))
    observed = deviation / error if options.studentize else deviation / sd
    noise *= max(1.0, sd / error) if options.studentize else 1.0
    held = Histogram(observed, options.bins, step=_step(pair, row, sd)) if options.bins else None
    extreme, shifts = 0, None
    blocks: Iterable[FloatArray] = null_statistics(pair, form, draws, options.seed, studentize=options.studentize)
    inverted = options.level is not None and options.studentize and options.alternative == "two-sided"
    if inverted and not pair.binary and draws <= INTERVAL_DRAWS:
        # One set of draws serves test and interval.
        shifts = draw_shifts(pair, form, draws, options.seed)
        blocks = [shifts.statistics(0.0)]
    for block in blocks:
        extreme += reached(block, observed, options.alternative, noise)
        if held is not None:
            held.add(block)
    p = (1 + extreme) / (1 + draws)
    low, high = interval(pair, form, options, draws, shifts)
    how = "studentised" if options.studentize else "not studentised (sharp null only)"
    drawn = "numbers of events drawn as hypergeometric" if pair.binary else "persons drawn"
    text = f"Monte Carlo, {draws} draws within strata and arms' numbers, {drawn}, {how}, (1 + #)/(1 + B)"
    if options.level is not None and isinstance(low, float):
        text += "; interval by inversion, constant shift" + (", approximate for a 0/1 outcome" if pair.binary else "")
    found = replace(
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
    return found, held


def _refitted_row(
    row: RandomizationRow,
    fit: Fit,
    source: Source,
    contrast: tuple[int, int],
    mechanism: Mechanism,
    options: Options,
) -> tuple[RandomizationRow, Histogram | None]:
    """Fill the row of an estimator that is fitted again in each draw."""
    if options.draws is None or not options.studentize:
        asked = "studentize: False" if options.draws else "draws: 'exact'"
        raise ArgumentError(
            f"{asked} is not for {row.estimator!r} with a regression or weights of its own in every draw; give a number of "
            "draws, studentised, or use 'difference', 'blocked' or 'fe' without covariates"
        )
    if not isinstance(fit.estimate, float) or not isinstance(fit.variance, float):
        why = fit.estimate if isinstance(fit.estimate, Unavailable) else fit.variance
        return _without(row, why if isinstance(why, Unavailable) else Unavailable("no variance")), None
    everyone = np.ones(source.design.arm.size, dtype=bool)
    test = Hypothesis(outcome=row.outcome, contrast=contrast, levels=(everyone,))
    found, blocks = pairwise_statistics(source, [test], mechanism, options.draws, options.seed)
    observed = float(found[0])
    if np.isnan(observed):
        return _without(row, Unavailable("no variation in either arm")), None
    held = Histogram(observed, options.bins) if options.bins else None
    noise = rounding(float(np.nanmax(np.abs(source.outcomes[row.outcome]), initial=0.0)), np.sqrt(fit.variance))
    extreme = 0
    for (block,) in blocks:
        extreme += reached(block, observed, options.alternative, noise)
        if held is not None:
            held.add(block)
    p = (1 + extreme) / (1 + options.draws)
    asked_none = options.level is None
    none = Unavailable(
        "no interval was asked for" if asked_none else "an estimator fitted again in each draw is not inverted"
    )
    row = replace(
        row,
        std_error=float(np.sqrt(fit.variance)),
        statistic=observed,
        null_sd=Unavailable("no formula for an estimator fitted again in each draw"),
        p_randomization=p,
        mc_error=float(np.sqrt(p * (1 - p) / options.draws)),
        conf_low=none,
        conf_high=none,
        method=f"Monte Carlo, {options.draws} draws within strata and arms' numbers, persons drawn, the estimator fitted "
        "again in each, studentised, (1 + #)/(1 + B)",
    )
    return row, held


def _step(pair: Pair, row: RandomizationRow, sd: float) -> float | None:
    """Return the step, in standard deviations, of the lattice that an unweighted number of events is on; None of others."""
    if not pair.binary or row.estimator == Estimator.BLOCKED:
        return None
    return float(_unit(row, pair)[0]) / sd
