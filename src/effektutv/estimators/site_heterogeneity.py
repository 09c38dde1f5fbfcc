r"""How much an effect differs between sites: the between-site standard deviation, with an interval.

Each site with two persons or more in both arms gives its own difference in means :math:`y_i` with Neyman's variance
:math:`v_i`. If the sites' own effects have mean :math:`\mu` and standard deviation :math:`\tau`, then :math:`y_i` has
variance :math:`v_i + \tau^2`, and with weights :math:`w_i(\tau^2) = 1/(v_i + \tau^2)`

.. math:: Q(\tau^2) = \sum_i w_i (y_i - \bar y_w)^2

is about :math:`\chi^2_{k-1}` for k sites. Cochran's test is Q(0). Paule and Mandel's estimate solves :math:`Q(\tau^2) = k - 1`
(1982, J. Res. Natl. Bur. Stand. 87, 377), DerSimonian and Laird's is its first step, and the Q-profile interval holds every
:math:`\tau^2` whose Q lies between the :math:`\chi^2_{k-1}` quantiles (Viechtbauer 2007, doi 10.1002/sim.2514). All are 0
where the sites differ less than chance alone would have it, and an interval above what any :math:`\tau^2 \ge 0` gives is
the point 0. The mean over sites, :math:`\bar y_w`, has variance :math:`1/\sum w_i` and quantiles of t with k − 1 degrees of
freedom. That is Knapp and Hartung's interval (2003, doi 10.1002/sim.1482), whose factor :math:`Q/(k - 1)` on the variance is
held to at least 1, as they advise: at Paule and Mandel's estimate it is 1, and less only where that estimate is 0.

The :math:`\chi^2` quantiles take :math:`v_i` as known. With few persons a site it is not, and with 0/1 outcomes it moves
with the effect: the interval is then approximate, and a site whose outcome does not vary at all has no variance to weight by
and is left out. Both are said in the notes. Sites where one arm's outcome does not vary have that arm's variance 0.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import chdtrc, chdtri

from effektutv.results.site_heterogeneity import SiteRow
from effektutv.values import Statistic, Unavailable

from .design import Cells, Sample, persons
from .effects import inference

if TYPE_CHECKING:
    from .design import FloatArray
    from .regression.fit import Labels

__all__ = ["FEW_PERSONS", "Heterogeneity", "SiteEffects", "heterogeneity", "site_effects", "site_row"]

#: Persons of an arm in a site below which the site's variance is too uncertain to be taken as known: by simulation the
#: interval of the standard deviation covers 92 per cent at 14 persons (docs/simulations_intervals.md).
FEW_PERSONS = 20


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SiteEffects:
    """The sites' own effects.

    Parameters
    ----------
    effect, variance : (k,) arrays of float
    persons : int
        In the two arms at these sites.
    smallest : int
        Fewest persons in one arm at one of them.
    without : int
        Sites left out for want of two persons in each arm.
    still : int
        Sites left out for want of variation.
    left : int
        Persons of the two arms at the sites left out.
    """

    effect: FloatArray
    variance: FloatArray
    persons: int
    smallest: int
    without: int
    still: int
    left: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Heterogeneity:
    """What :func:`heterogeneity` returns; standard deviations and not variances."""

    q: Statistic
    df: Statistic
    p_value: Statistic
    i_squared: Statistic
    tau: Statistic
    tau_low: Statistic
    tau_high: Statistic
    tau_first_step: Statistic
    mean: Statistic
    mean_error: Statistic


def site_effects(cells: Cells, pair: tuple[int, int]) -> SiteEffects:
    """Return the effect of one contrast at every site.

    Parameters
    ----------
    cells : Cells
        Counted by site and arm.
    pair : tuple of int
        Codes of (arm, control).
    """
    arms = list(pair)
    n = cells.n[:, arms]
    enough = n.min(axis=1) >= 2
    parts = np.where(n > 1, cells.variance[:, arms], 0.0) / np.maximum(n, 1)
    variance = parts.sum(axis=1)
    used = enough & (variance > 0)
    return SiteEffects(
        effect=(cells.mean[:, pair[0]] - cells.mean[:, pair[1]])[used],
        variance=variance[used],
        persons=int(n[used].sum()),
        smallest=int(n[used].min()) if used.any() else 0,
        without=int(((n.sum(axis=1) > 0) & ~enough).sum()),
        still=int((enough & ~(variance > 0)).sum()),
        left=int(n[~used].sum()),
    )


def _moments(effect: FloatArray, variance: FloatArray, tau2: float) -> tuple[float, float, float]:
    """Return Q, the weighted mean and its variance at one variance between sites."""
    weight = 1 / (variance + tau2)
    mean = float(weight @ effect) / float(weight.sum())
    return float(weight @ (effect - mean) ** 2), mean, 1 / float(weight.sum())


def heterogeneity(effect: FloatArray, variance: FloatArray, level: float) -> Heterogeneity:
    """Return Cochran's Q, the between-site standard deviation with its interval, and the mean over sites.

    Parameters
    ----------
    effect, variance : (k,) arrays of float
        Variances above 0.
    level : float
        Coverage of the interval.
    """
    k = effect.size
    if k < 2:
        why = Unavailable("fewer than two sites with two persons in each arm: nothing varies between them")
        return Heterogeneity(
            q=why, df=why, p_value=why, i_squared=why, tau=why, tau_low=why, tau_high=why, tau_first_step=why,
            mean=why, mean_error=why,
        )  # fmt: skip

    def q_at(tau2: float) -> float:
        return _moments(effect, variance, tau2)[0]

    df = float(k - 1)
    q = q_at(0.0)
    tau2 = _root(q_at, df)
    weight = 1 / variance
    scale = float(weight.sum()) - float(weight @ weight) / float(weight.sum())
    first = max((q - df) / scale, 0.0)
    _, mean, spread = _moments(effect, variance, tau2)
    tail = (1 - level) / 2
    return Heterogeneity(
        q=q,
        df=df,
        p_value=float(chdtrc(df, q)),
        i_squared=max(0.0, (q - df) / q) if q > 0 else 0.0,
        tau=float(np.sqrt(tau2)),
        tau_low=float(np.sqrt(_root(q_at, float(chdtri(df, tail))))),
        tau_high=float(np.sqrt(_root(q_at, float(chdtri(df, 1 - tail))))),
        tau_first_step=float(np.sqrt(first)),
        mean=mean,
        mean_error=float(np.sqrt(spread)),
    )


def _root(q_at: Callable[[float], float], goal: float) -> float:
    """Return the variance between sites at which Q, which falls with it, is ``goal``; 0 where Q never is so large."""
    if q_at(0.0) <= goal:
        return 0.0
    low, high = 0.0, 1.0
    while q_at(high) > goal:
        low, high = high, high * 4
    for _ in range(200):
        middle = (low + high) / 2
        if middle in (low, high):
            break
        low, high = (middle, high) if q_at(middle) > goal else (low, middle)
    return (low + high) / 2


def site_row(
    sample: Sample, cells: Cells, pair: tuple[int, int], level: float, labels: Labels, site: str
) -> tuple[SiteRow, Sequence[str]]:
    """Return one contrast's variation between sites as a row, and its notes.

    Parameters
    ----------
    sample : Sample
    cells : Cells
        Counted by site and arm.
    pair : tuple of int
        Codes of (arm, control).
    level : float
        Coverage.
    labels : Labels
    site : str
        The sites' name.
    """
    found = site_effects(cells, pair)
    held = heterogeneity(found.effect, found.variance, level)
    arms = sample.design.arms
    variance = held.mean_error**2 if isinstance(held.mean_error, float) else held.mean_error
    error, _, p, low, high = inference(held.mean, variance, held.df, level)
    notes = _notes(found, held, f"{arms[pair[0]]} − {arms[pair[1]]}")
    row = SiteRow(
        outcome=labels.outcome,
        clock=labels.clock,
        month=labels.month,
        arm=arms[pair[0]],
        control=arms[pair[1]],
        site=site,
        sites=int(found.effect.size),
        sites_left_out=found.without + found.still,
        n=found.persons,
        estimate=held.mean,
        std_error=error,
        p_value=p,
        conf_low=low,
        conf_high=high,
        tau=held.tau,
        tau_low=held.tau_low,
        tau_high=held.tau_high,
        tau_first_step=held.tau_first_step,
        q=held.q,
        q_df=held.df,
        q_p_value=held.p_value,
        i_squared=held.i_squared,
        note="; ".join(notes),
    )
    return row, notes


def _notes(found: SiteEffects, held: Heterogeneity, name: str) -> list[str]:
    """Return who was left out, and how far the interval can be trusted."""
    notes = []
    if found.without or found.still:
        parts = [f"{found.without} without two persons in each arm"] if found.without else []
        parts += [f"{found.still} without variation"] if found.still else []
        notes.append(f"{name}: sites left out: {', '.join(parts)} ({persons(found.left)})")
    if isinstance(held.q, Unavailable):
        notes.append(f"{name}: {held.q.reason}")
    elif found.smallest < FEW_PERSONS:
        notes.append(
            f"{name}: some site has fewer than {FEW_PERSONS} persons in an arm: its variance is itself uncertain, and the "
            "interval of the standard deviation approximate"
        )
    return notes
