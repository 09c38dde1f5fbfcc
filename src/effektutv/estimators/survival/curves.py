r"""Time to a first event: Kaplan–Meier, log-rank, restricted mean time, and cumulative incidence with competing events.

At the distinct times v with d events among Y at risk (persons censored at v are at risk there):

* Kaplan–Meier :math:`S(t) = \prod_{v \le t} (1 - d/Y)`, Greenwood's variance :math:`S^2 \sum d/(Y(Y-d))`, interval on the
  scale log(−log S), as R's ``survfit(conf.type = "log-log")``.
* Log-rank over k arms and strata: observed less expected :math:`\sum d\,Y_k/Y`, hypergeometric variance, χ² on k − 1
  degrees of freedom (R's ``survdiff``).
* Restricted mean :math:`\int_0^\tau S`, variance :math:`\sum_{v \le \tau} A(v)^2\,d/(Y(Y-d))` with A(v) the area under S from
  v to τ (R's survRM2); differences between arms with the normal distribution.
* Cumulative incidence (Aalen–Johansen) :math:`F_j(t) = \sum_{v \le t} S(v-)\,d_j/Y`, S over all causes; its variance is the
  infinitesimal jackknife's, the sum over persons of the squared derivative in the person's weight (R's ``survfit`` with
  several states); interval on the scale log(−log(1 − F)).

Kaplan–Meier takes a competing event as censoring, and so answers for a world without it; the incidence does not.

Persons may weigh (:mod:`effektutv.estimators.survival.standardised_curves`): d and Y are then sums of weights. What is
decided by counts
stays decided by counts: a time after which nobody is left has the survival 0 and adds nothing to a variance but
Greenwood's, which is infinite there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import chdtrc, ndtri, stdtrit

from effektutv.values import Statistic, Unavailable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..design import BoolArray, FloatArray, IntArray

__all__ = [
    "Curve",
    "Mean",
    "Test",
    "area",
    "curve",
    "incidence",
    "incidence_parts",
    "log_log",
    "log_rank",
    "median",
    "point",
    "restricted_mean",
    "tied",
    "unknown_mean",
]

#: Eigenvalues of the log-rank covariance below this share of the largest are 0.
SINGULAR = 1e-10
#: Times are the same within this share of the longest: 0.1 + 0.2 and 0.3 months are one time.
TIE = 1e-9


def tied(time: FloatArray, marks: Sequence[float] = ()) -> FloatArray:
    """Return times with those that differ by rounding alone made equal.

    Times within 1e-9 of the longest (a mark counts too) are one, the earliest of them; a time as near to a mark is the
    mark, so that "up to 24 months" has everyone of month 24.

    Parameters
    ----------
    time : (n,) array of float
        At least 0.
    marks : sequence of float
        Times that are asked about, such as 0 and the horizon; they stay as they are.

    Examples
    --------
    >>> import numpy as np
    >>> tied(np.array([0.1 + 0.2, 0.3, 24.000000001]), [0.0, 24.0]).tolist()
    [0.3, 0.3, 24.0]
    """
    fixed = np.unique(np.asarray(marks, dtype=np.float64))
    points = np.unique(np.concatenate([fixed, time]))
    if points.size < 2:
        return time
    near = TIE * float(points[-1])
    run = np.concatenate([[0], np.cumsum(np.diff(points) > near)])
    first = points[np.searchsorted(run, np.arange(run[-1] + 1))]
    at = np.searchsorted(points, fixed)
    first[run[at][::-1]] = fixed[::-1]
    return np.asarray(first[run[np.searchsorted(points, time)]], dtype=np.float64)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Curve:
    """One arm's life table at its distinct times.

    Parameters
    ----------
    time : (m,) array of float
        Distinct times at which someone leaves, ascending.
    at_risk, events, competing, censored : (m,) arrays of int
        Persons.
    risk, own, other : (m,) arrays of float
        Weight at risk, of those with the event, and of those with a competing one.
    survival : (m,) array of float
        Kaplan–Meier after each time, competing events taken as censoring.
    greenwood : (m,) array of float
        Σ d/(Y(Y − d)) up to each time; infinite where the last at risk has the event.
    n : int
    last : float
        The longest follow-up.
    """

    time: FloatArray
    at_risk: IntArray
    events: IntArray
    competing: IntArray
    censored: IntArray
    risk: FloatArray
    own: FloatArray
    other: FloatArray
    survival: FloatArray
    greenwood: FloatArray
    n: int
    last: float


def curve(time: FloatArray, event: IntArray, weight: FloatArray | None = None) -> Curve:
    """Return the life table of one arm.

    Parameters
    ----------
    time : (n,) array of float
        At least 0.
    event : (n,) array of int
        0 censored, 1 the event, 2 and above competing events.
    weight : (n,) array of float, optional
        Each person's, above 0; 1 where not given. With weights the persons come in an order of their own
        (:func:`effektutv.estimators.design.canonical_order`), since sums of floats depend on it.
    """
    distinct, place = np.unique(time, return_inverse=True)
    size = distinct.size
    w = np.ones(time.size) if weight is None else weight

    def mass(rows: BoolArray) -> FloatArray:
        return np.bincount(place[rows], weights=w[rows], minlength=size).astype(np.float64)

    leaving = np.bincount(place, minlength=size)
    events = np.bincount(place[event == 1], minlength=size)
    competing = np.bincount(place[event > 1], minlength=size)
    at_risk = leaving[::-1].cumsum()[::-1]
    own, other = mass(event == 1), mass(event > 1)
    risk = (own + other + mass(event == 0))[::-1].cumsum()[::-1]
    stay = np.where(events < at_risk, risk - own, 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = np.where(events > 0, own / (risk * stay), 0.0)
    return Curve(
        time=distinct,
        at_risk=at_risk,
        events=events,
        competing=competing,
        censored=leaving - events - competing,
        risk=risk,
        own=own,
        other=other,
        survival=np.asarray(np.cumprod(np.where(events < at_risk, 1 - own / risk, 0.0)), dtype=np.float64),
        greenwood=np.cumsum(terms),
        n=time.size,
        last=float(distinct[-1]) if size else 0.0,
    )


def log_log(value: float, error: float, level: float, df: float = np.inf) -> tuple[Statistic, Statistic]:
    """Return the interval of a share on the scale log(−log).

    Parameters
    ----------
    value, error : float
        The share and its standard error.
    level : float
        Coverage.
    df : float
        Degrees of freedom of t; infinite for the normal distribution.
    """
    if not 0 < value < 1 or not np.isfinite(error):
        why = Unavailable("no interval at a share of 0 or 1")
        return why, why
    z = float(ndtri(0.5 + level / 2) if np.isinf(df) else stdtrit(df, 0.5 + level / 2))
    half = z * error / (value * abs(float(np.log(value))))
    return float(value ** np.exp(half)), float(value ** np.exp(-half))


def point(table: Curve, t: float, level: float) -> tuple[float, Statistic, Statistic, Statistic]:
    """Return Kaplan–Meier at a time: survival, standard error and the interval's ends.

    Parameters
    ----------
    table : Curve
    t : float
    level : float
        Coverage.
    """
    j = int(np.searchsorted(table.time, t, side="right")) - 1
    if j < 0:
        why = Unavailable("no one has left before this time")
        return 1.0, 0.0, why, why
    value = float(table.survival[j])
    if value <= 0:
        why = Unavailable("everyone at risk has had the event")
        return 0.0, why, why, why
    error = value * float(np.sqrt(table.greenwood[j]))
    low, high = log_log(value, error, level)
    return value, error, low, high


def median(table: Curve) -> Statistic:
    """Return the first time at which survival is at most one half (the midpoint where it is exactly that), as R does."""
    half = 0.5
    below = np.flatnonzero(table.survival < half + 1e-12)
    if below.size == 0:
        return Unavailable("fewer than half have had the event")
    j = int(below[0])
    if abs(float(table.survival[j]) - half) < 1e-12:
        later = np.flatnonzero(table.survival < half - 1e-12)
        if later.size:
            return float(table.time[j] + table.time[int(later[0])]) / 2
        return (float(table.time[j]) + table.last) / 2
    return float(table.time[j])


@dataclass(frozen=True, slots=True, kw_only=True)
class Mean:
    """A restricted mean and its variance."""

    value: Statistic
    variance: Statistic


def restricted_mean(table: Curve, tau: float) -> Mean:
    """Return the mean time without the event, up to ``tau``.

    Parameters
    ----------
    table : Curve
    tau : float
        Above 0. Undefined where follow-up ends before it while someone is still without the event.
    """
    if why := unknown_mean(table, tau):
        return Mean(value=Unavailable(why), variance=Unavailable(why))
    value, after = area(table, tau)
    d, Y = table.own, table.risk
    left = table.events < table.at_risk
    terms = np.divide(d, Y * (Y - d), out=np.zeros(d.size), where=left & (table.events > 0))
    return Mean(value=value, variance=float(after**2 @ terms))


def unknown_mean(table: Curve, tau: float) -> str:
    """Return why a restricted mean is undefined, or nothing.

    Parameters
    ----------
    table : Curve
    tau : float
        The horizon.
    """
    if table.n == 0:
        return "no one in the arm"
    if table.last < tau and table.survival[-1] > 0:
        return "follow-up in the arm ends before the horizon"
    return ""


def area(table: Curve, tau: float) -> tuple[float, FloatArray]:
    """Return the area under the survival curve up to the horizon, and from each of its times to the horizon.

    Parameters
    ----------
    table : Curve
    tau : float
        The horizon.

    Returns
    -------
    float
    (m,) array of float
        0 at times without an event, and beyond the horizon.
    """
    used = (table.events > 0) & (table.time <= tau)
    time, survival = table.time[used], table.survival[used]
    ends = np.concatenate([[0.0], time, [tau]])
    areas = np.diff(ends) * np.concatenate([[1.0], survival])
    after = np.zeros(table.time.size)
    after[used] = np.cumsum(areas[::-1])[::-1][1:]
    return float(areas.sum()), after


def incidence(time: FloatArray, event: IntArray, times: Sequence[float]) -> list[tuple[float, float]]:
    """Return the cumulative incidence of event 1 at each time, and its variance (infinitesimal jackknife).

    Parameters
    ----------
    time : (n,) array of float
    event : (n,) array of int
        0 censored, 1 the event, 2 and above competing events.
    times : sequence of float
    """
    order = np.lexsort((event, time))  # so that the sum over persons does not depend on the order of the rows
    time, event = time[order], event[order]
    return [(share, float(part @ part)) for share, part in incidence_parts(curve(time, event), time, event, times)]


def incidence_parts(
    table: Curve, time: FloatArray, event: IntArray, times: Sequence[float]
) -> list[tuple[float, FloatArray]]:
    """Return the cumulative incidence of event 1 at each time, and its derivative in each person's weight.

    Parameters
    ----------
    table : Curve
        Of these persons, weighted or not.
    time : (n,) array of float
    event : (n,) array of int
    times : sequence of float

    Returns
    -------
    list of (float, (n,) array of float)
    """
    leave = table.own + table.other
    counted = table.events + table.competing
    rest = np.where(counted < table.at_risk, table.risk - leave, 0.0)
    hazard = np.where(counted < table.at_risk, leave / table.risk, 1.0)
    own = table.own / table.risk
    before = np.concatenate([[1.0], np.cumprod(1 - hazard)[:-1]])
    F = np.cumsum(before * own)
    place = np.searchsorted(table.time, time)
    out = []
    for t in times:
        j = int(np.searchsorted(table.time, t, side="right")) - 1
        if j < 0:
            out.append((0.0, np.zeros(time.size)))
            continue
        used = np.arange(table.time.size) <= j
        a = np.where(used, before / table.risk, 0.0)
        b = np.divide(F[j] - F, rest, out=np.zeros(F.size), where=used & (rest > 0))
        drift = np.cumsum(a * own - b * hazard)
        out.append((float(F[j]), a[place] * (event == 1) - b[place] * (event > 0) - drift[place]))
    return out


@dataclass(frozen=True, slots=True, kw_only=True)
class Test:
    """A log-rank test.

    Parameters
    ----------
    observed : tuple of int
        By arm.
    expected : tuple of float
    statistic, df, p_value : Statistic
    """

    observed: tuple[int, ...]
    expected: tuple[float, ...]
    statistic: Statistic
    df: Statistic
    p_value: Statistic


def log_rank(time: FloatArray, event: IntArray, arm: IntArray, n_arms: int, stratum: IntArray, n_strata: int) -> Test:
    """Return the (stratified) log-rank test that all arms have the same hazard.

    Parameters
    ----------
    time : (n,) array of float
    event : (n,) array of int
        1 the event; anything else is taken as censoring.
    arm : (n,) array of int
        Codes 0 … ``n_arms`` − 1.
    n_arms : int
    stratum : (n,) array of int
        Codes 0 … ``n_strata`` − 1.
    n_strata : int
    """
    observed, expected = np.zeros(n_arms), np.zeros(n_arms)
    V = np.zeros((n_arms, n_arms))
    for s in range(n_strata):
        rows = stratum == s
        if not rows.any():
            continue
        o, e, v = _log_rank_stratum(time[rows], event[rows], arm[rows], n_arms)
        observed += o
        expected += e
        V += v
    used = np.flatnonzero(expected > 0)
    counts, means = tuple(int(o) for o in observed), tuple(float(e) for e in expected)
    if used.size < 2 or not np.trace(V) > 0:
        why = Unavailable("fewer than two arms at risk while events happen")
        return Test(observed=counts, expected=means, statistic=why, df=why, p_value=why)
    # arms that never share a stratum cannot be compared: the test is of what can be
    gap, V = (observed - expected)[used], V[np.ix_(used, used)]
    values, vectors = np.linalg.eigh(V)
    known = values > SINGULAR * values[-1]
    statistic = float(((vectors.T @ gap)[known] ** 2 / values[known]).sum())
    df = float(np.count_nonzero(known))
    return Test(observed=counts, expected=means, statistic=statistic, df=df, p_value=float(chdtrc(df, statistic)))


def _log_rank_stratum(
    time: FloatArray, event: IntArray, arm: IntArray, n_arms: int
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return observed and expected events by arm and the covariance of their difference, in one stratum."""
    distinct, place = np.unique(time, return_inverse=True)
    shape = (distinct.size, n_arms)
    leaving = np.bincount(place * n_arms + arm, minlength=distinct.size * n_arms).reshape(shape)
    died = event == 1
    d = np.bincount((place * n_arms + arm)[died], minlength=distinct.size * n_arms).reshape(shape)
    Y = leaving[::-1].cumsum(axis=0)[::-1].astype(float)
    keep = d.sum(axis=1) > 0
    Y, deaths = Y[keep], d[keep].sum(axis=1).astype(float)
    total = Y.sum(axis=1)
    share = Y / total[:, None]
    spread = np.divide(deaths * (total - deaths), total - 1, out=np.zeros(total.size), where=total > 1)
    V = np.diag(spread @ share) - (share * spread[:, None]).T @ share
    return d.sum(axis=0).astype(float), deaths @ share, V
