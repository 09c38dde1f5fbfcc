r"""Bounds on an effect when some outcomes are missing, and missing more often in one arm than in the other.

**Lee's bounds** (2009, doi 10.1111/j.1467-937X.2009.00536.x) hold for the *always-responders*, those whose outcome would
be observed in either arm, if the arm moves response in one direction only. In the arm with the higher response the share
:math:`1 - k`, :math:`k = a_{low}/a_{high}`, of its respondents would not have responded in the other arm; at worst they
are those with the highest outcomes, at best the lowest. They are trimmed fractionally: of m respondents exactly k·m stay,
the one at the border with the weight that is left, and persons tied there share it. With cells (strata, covariates) the
bounds are averaged with the cells' numbers of always-responders as weights, and are never wider; they are used only
where response differs in the same direction in every cell. Per pair of arms; a third arm plays no part. With strata the
bounds are standardised, tightened or not: see :mod:`effektutv.estimators.missing.standardised_bounds`.

The variance is the influence function's. With q the border and μ the trimmed mean, a respondent of the trimmed arm adds
:math:`(\min(y, q) - q)/k - (\mu - q)`, and the response shares add through k and through the cells' weights: in one cell
this is Lee's Proposition 3. Squares are divided by n − 1, so that with full response it is Neyman's variance.

**Worst-case bounds** (Manski 1990) hold for everyone, with no assumption but the outcome's range: missing outcomes are
put at the range's ends, in opposite ways in the two arms.

The interval is that of Imbens and Manski (2004, doi 10.1111/j.1468-0262.2004.00555.x): it covers the effect, not the
whole of the bounds, with the stated probability.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtr, ndtri

from effektutv.results.bounds import BoundRow
from effektutv.values import Statistic, Unavailable

from ..design import count_cells, observe
from ..effects import FEW_PERSONS, fit_contrast
from ..variation import STILL
from .standardised_bounds import standardised_lee
from .trimming import Interval, cannot_tighten, without_dust

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..design import BoolArray, Design, FloatArray, IntArray, Spec
    from ..regression.fit import Labels

__all__ = ["Interval", "imbens_manski", "kept_mean", "lee", "lee_rows", "worst_case_rows"]

#: What is said where cells cannot tighten.
WEIGHTED = "persons weighted by cell instead, so that both arms have the cells of everyone"


def imbens_manski(
    lower: Statistic, upper: Statistic, variance_lower: Statistic, variance_upper: Statistic, level: float
) -> tuple[Statistic, Statistic]:
    r"""Return the interval that covers the effect: :math:`[L - c\,s_L, U + c\,s_U]`.

    c solves :math:`\Phi(c + (U - L)/\max(s_L, s_U)) - \Phi(-c) =` level: between the one-sided quantile, for wide bounds,
    and the two-sided one, for a point.

    Parameters
    ----------
    lower, upper, variance_lower, variance_upper : Statistic
    level : float
        Coverage.
    """
    for value in (lower, upper, variance_lower, variance_upper):
        if not isinstance(value, float):
            return value, value
    s_low, s_high = float(np.sqrt(variance_lower)), float(np.sqrt(variance_upper))  # type: ignore[arg-type]
    width, scale = max(upper - lower, 0.0), max(s_low, s_high)  # type: ignore[operator]
    if scale == 0:
        return STILL, STILL
    below, above = float(ndtri(level)), float(ndtri(0.5 + level / 2))
    for _ in range(200):
        c = (below + above) / 2
        if float(ndtr(-c - width / scale) + ndtr(-c)) > 1 - level:  # how often the interval misses
            below = c
        else:
            above = c
    return lower - above * s_low, upper + above * s_high  # type: ignore[operator]


def kept_mean(y: FloatArray, share: float) -> tuple[float, float]:
    """Return the mean of the smallest ``share`` of the values, and the value at the border.

    Parameters
    ----------
    y : (m,) array of float
        Ascending.
    share : float
        Above 0, at most 1. Of m values exactly ``share``·m count, the last in part.
    """
    mass = share * y.size
    whole = np.rint(mass)
    mass = float(whole) if abs(mass - whole) < 1e-9 * max(mass, 1) else mass
    weight = np.clip(mass - np.arange(y.size), 0.0, 1.0)
    last = max(int(np.ceil(mass)) - 1, 0)
    return float(weight @ y) / mass, float(y[last])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Cell:
    """One cell's bound on the trimmed mean less the other arm's mean, and what moves it.

    ``low`` and ``high`` are the arms with the lower and the higher response: persons, respondents' share.
    """

    value: float
    slope_low: float
    slope_high: float
    own: float
    a_low: float
    a_high: float
    n_low: int
    n_high: int
    people: int


def _variance_of_mean(centred: FloatArray) -> float:
    m = centred.size
    return float(centred @ centred) / (m * (m - 1)) if m > 1 else float("nan")


def _cell(low: FloatArray, high: FloatArray, n_low: int, n_high: int) -> _Cell:
    """Return a cell's lower bound on mean(high, trimmed) − mean(low); values ascending, both arms with respondents."""
    a_low, a_high = low.size / n_low, high.size / n_high
    k = min(a_low / a_high, 1.0)
    mean, border = kept_mean(high, k)
    parts = (np.minimum(high, border) - border) / k - (mean - border)
    return _Cell(
        value=mean - float(low.mean()),
        slope_low=(border - mean) / a_low,
        slope_high=-(border - mean) / a_high,
        own=_variance_of_mean(parts) + _variance_of_mean(low - low.mean()),
        a_low=a_low,
        a_high=a_high,
        n_low=n_low,
        n_high=n_high,
        people=n_low + n_high,
    )


def _average(cells: list[_Cell]) -> tuple[float, Statistic]:
    """Return the cells' average, weighted by their always-responders, and its variance."""
    total = sum(c.people * c.a_low for c in cells)
    share = [c.people * c.a_low / total for c in cells]
    value = sum(w * c.value for w, c in zip(share, cells, strict=True))
    variance = 0.0
    for w, c in zip(share, cells, strict=True):
        through_low = w * c.slope_low + c.people * (c.value - value) / total
        through_high = w * c.slope_high
        variance += w**2 * c.own
        for slope, a, n in ((through_low, c.a_low, c.n_low), (through_high, c.a_high, c.n_high)):
            variance += slope**2 * a * (1 - a) / (n - 1) if n > 1 else 0.0
    if not np.isfinite(variance):
        return value, Unavailable("one respondent in an arm of some cell: no variance")
    return value, variance


def lee(y: FloatArray, observed: BoolArray, treated: BoolArray, cell: IntArray, n_cells: int) -> Interval:
    """Return Lee's bounds of one contrast without strata; cells that cannot tighten must have been left out.

    Parameters
    ----------
    y : (n,) array of float
        Read where ``observed``.
    observed : (n,) array of bool
    treated : (n,) array of bool
        Whether the person is in the arm; all others are in the control.
    cell : (n,) array of int
        Codes 0 … ``n_cells`` − 1.
    n_cells : int
    """
    if not observed[treated].any() or not observed[~treated].any():
        why = Unavailable("no outcome is observed in one of the arms")
        return Interval(lower=why, upper=why, variance_lower=why, variance_upper=why, notes=(why.reason,))
    groups = [rows for c in range(n_cells) if (rows := np.flatnonzero(cell == c)).size]
    shares = np.array([_shares(observed, treated, rows) for rows in groups])
    flipped = bool((shares[:, 1] > shares[:, 0]).any())  # the control has the higher response
    lower_cells, upper_cells = [], []
    kept = people = 0.0
    for rows in groups:
        high_rows, low_rows = (rows[treated[rows] != flipped], rows[treated[rows] == flipped])
        high = np.sort(y[high_rows[observed[high_rows]]])
        low = np.sort(y[low_rows[observed[low_rows]]])
        # the upper bound is the lower bound of the outcomes with their signs changed
        lower_cells.append(_cell(low, high, low_rows.size, high_rows.size))
        upper_cells.append(_cell(-low[::-1], -high[::-1], low_rows.size, high_rows.size))
        kept += min(low.size / low_rows.size / (high.size / high_rows.size), 1.0) * high.size
        people += high.size
    scale = float(np.mean(y[observed] ** 2))
    (a, va), (b, vb) = (without_dust(_average(cells), scale) for cells in (lower_cells, upper_cells))
    low_end, high_end = (a, va), (0.0 - b, vb)  # 0 − 0 is 0, −0 is not to be shown
    if flipped:
        low_end, high_end = (b, vb), (0.0 - a, va)
    equal = bool(np.all(shares[:, 0] == shares[:, 1]))
    return Interval(
        lower=low_end[0],
        upper=high_end[0],
        variance_lower=low_end[1],
        variance_upper=high_end[1],
        trimmed=-1 if equal else 0 if flipped else 1,
        trimmed_share=1 - kept / people,
        cells=len(groups),
    )


def _shares(observed: BoolArray, treated: BoolArray, rows: IntArray) -> tuple[float, float]:
    """Return the response shares of arm and control among some persons."""
    seen, mine = observed[rows], treated[rows]
    return float(seen[mine].mean()), float(seen[~mine].mean())


def _bound_row(
    found: Interval,
    design: Design,
    seen: BoolArray,
    pair: tuple[int, int],
    level: float,
    labels: Labels,
    method: tuple[str, str],
) -> BoundRow:
    """Return bounds as a row; ``method`` holds the method and the population that its bounds are for."""
    counts = [int(np.count_nonzero(design.arm == k)) for k in pair]
    responded = [int(np.count_nonzero(seen & (design.arm == k))) for k in pair]
    shares: list[Statistic] = [
        r / n if n else Unavailable("no one in the arm") for r, n in zip(responded, counts, strict=True)
    ]
    low, high = imbens_manski(found.lower, found.upper, found.variance_lower, found.variance_upper, level)
    errors: list[Statistic] = [
        v if not isinstance(v, float) else float(np.sqrt(v)) if v > 0 else STILL
        for v in (found.variance_lower, found.variance_upper)
    ]
    trimmed = "" if found.trimmed < 0 else design.arms[pair[1 - found.trimmed]]
    return BoundRow(
        outcome=labels.outcome,
        clock=labels.clock,
        month=labels.month,
        arm=design.arms[pair[0]],
        control=design.arms[pair[1]],
        method=method[0],
        population=method[1],
        n_arm=counts[0],
        n_control=counts[1],
        observed_arm=responded[0],
        observed_control=responded[1],
        response_arm=shares[0],
        response_control=shares[1],
        trimmed=trimmed,
        trimmed_share=found.trimmed_share if trimmed else Unavailable("nothing is trimmed"),
        lower=found.lower,
        upper=found.upper,
        std_error_lower=errors[0],
        std_error_upper=errors[1],
        conf_low=low,
        conf_high=high,
        cells=found.cells,
        strata=design.strata,
        note="; ".join(found.notes),
    )


def lee_rows(
    design: Design,
    y: FloatArray,
    seen: BoolArray,
    cells: tuple[IntArray, int],
    level: float,
    contrasts: Sequence[tuple[int, int]],
    labels: Labels,
) -> list[BoundRow]:
    """Return Lee's bounds of every contrast.

    Parameters
    ----------
    design : Design
        With strata the bounds are standardised to them (:mod:`effektutv.estimators.missing.standardised_bounds`).
    y : (n,) array of float
        Read where ``seen``.
    seen : (n,) array of bool
    cells : ((n,) array of int, int)
        Codes of the cells of the trimming, and their number. Without strata, cells that cannot tighten are what the bounds
        are standardised to: arms are never compared over cells that they share differently.
    level : float
        Coverage.
    contrasts : sequence of (int, int)
        Codes of (arm, control).
    labels : Labels
        Outcome, clock and month.
    """
    rows = []
    for pair in contrasts:
        found = _lee_of(design, y, seen, pair, cells)
        found = replace(found, notes=(*found.notes, *_few_note(found, design, seen, pair)))
        rows.append(_bound_row(found, design, seen, pair, level, labels, ("lee", "always-responders")))
    return rows


def _few_note(found: Interval, design: Design, seen: BoolArray, pair: tuple[int, int]) -> tuple[str, ...]:
    """Return the note on an arm of so few respondents that the normal interval covers too little."""
    few = [design.arms[k] for k in pair if np.count_nonzero(seen & (design.arm == k)) < FEW_PERSONS]
    if not few or not isinstance(found.variance_lower, float):
        return ()
    return (
        f"fewer than {FEW_PERSONS} persons with an outcome in {' and '.join(few)}: the interval of Lee's bounds covers less "
        "often than stated",
    )


def _lee_of(
    design: Design, y: FloatArray, seen: BoolArray, pair: tuple[int, int], cells: tuple[IntArray, int]
) -> Interval:
    """Return Lee's bounds of one contrast."""
    if design.strata:
        return standardised_lee(design, y, seen, pair, cells)
    mine = (design.arm == pair[0]) | (design.arm == pair[1])
    observed, treated, cell = seen[mine], design.arm[mine] == pair[0], cells[0][mine]
    groups = [rows for c in range(cells[1]) if (rows := np.flatnonzero(cell == c)).size]
    if len(groups) > 1:
        reason = cannot_tighten(lambda rows: _shares(observed, treated, rows), observed, treated, groups)
        if reason:
            stratified = replace(design, stratum=cells[0], n_strata=cells[1], strata="the cells")
            found = standardised_lee(stratified, y, seen, pair, (np.zeros_like(cells[0]), 1))
            return replace(found, notes=(reason, WEIGHTED, *found.notes))
    return lee(y[mine], observed, treated, cell, cells[1])


def worst_case_rows(
    design: Design,
    y: FloatArray,
    seen: BoolArray,
    limits: tuple[float, float],
    spec: Spec,
    contrasts: Sequence[tuple[int, int]],
    labels: Labels,
) -> list[BoundRow]:
    """Return worst-case bounds of every contrast.

    Parameters
    ----------
    design : Design
    y : (n,) array of float
        Read where ``seen``.
    seen : (n,) array of bool
    limits : (float, float)
        The outcome's range.
    spec : Spec
        `difference` or `blocked`.
    contrasts : sequence of (int, int)
        Codes of (arm, control).
    labels : Labels
        Outcome, clock and month.
    """
    rows = []
    for pair in contrasts:
        fits = []
        for arm_end, control_end in (limits, limits[::-1]):
            put = np.where(design.arm == pair[0], arm_end, control_end)
            sample, _ = observe(design, np.where(seen, y, put), regresses=spec.regresses)
            fits.append(fit_contrast(sample, spec, *pair, cells=count_cells(sample)))
        low, high = fits
        found = Interval(
            lower=low.estimate,
            upper=high.estimate,
            variance_lower=low.variance,
            variance_upper=high.variance,
            notes=tuple(dict.fromkeys([*low.notes, *high.notes])),
        )
        rows.append(_bound_row(found, design, seen, pair, spec.level, labels, ("worst case", "everyone randomised")))
    return rows
