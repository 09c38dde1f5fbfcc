r"""Lee's bounds standardised to the strata of everyone randomised.

Where an arm's share differs by stratum the two arms' respondents are of other strata, and the trimmed difference is not 0
with no effect on anyone. So person i of arm a in stratum s weighs :math:`v = N_s/n_{as}`, N_s everyone randomised in the
stratum (all arms) and n_as those of the arm, whether the outcome is known or not. R marks a known outcome, weighted response is
:math:`A_a = \sum v R / \sum v` over the arm, and of the arm with the higher response the share :math:`A_{low}/A_{high}` of the
respondents' weight stays: lowest outcomes first, ties sharing, the one at the border in part.

Where every stratum × arm has ten respondents the outcome is first centred at :math:`(\bar y_{1s} + \bar y_{0s})/2` of its
stratum. Among always-responders, who are alike in both arms of a stratum, that moves both means alike and so leaves what is
bounded as it is; but persons are then trimmed for what they are within their stratum.

The bounds are for always-responders, each stratum weighing :math:`N_s` times their share in it. With q and μ the border and
the mean of what stays, person i adds

.. math:: z = R\min(y - q, 0)/A_{low} \quad\text{and}\quad z = R\,(y - \bar y_{low} + \mu - q)/A_{low}

in the trimmed and in the other arm; the variance is that of the stratum-weighted difference of z over everyone in the two arms
(:mod:`effektutv.estimators.stratified_variance`). The upper bound is the lower one of −y.

Cells that tighten need not be strata: in each the trimming is done with the same weights, and the cells' bounds are averaged
with their numbers of always-responders, :math:`N_c A_{low,c}`. z then holds the cells' part too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from effektutv.values import Statistic, Unavailable

from ..design import canonical_order, persons, strata_count
from ..stratified_variance import VariancePlan, plan_variance
from .trimming import Interval, cannot_tighten, without_dust

if TYPE_CHECKING:
    from ..design import BoolArray, Design, FloatArray, IntArray

__all__ = ["standardised_lee"]

#: Respondents that every stratum × arm must have for outcomes to be centred within strata.
CENTRED = 10
#: Response shares, and the weight up to the border, are equal within this.
TIE = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _People:
    """The persons of two arms in the strata that have both, in an order of their own.

    ``side`` is 1 in the arm and 0 in the control, ``weight`` is v, ``size`` is N_s, ``cell`` the cells that tighten and
    ``everyone`` their persons in all arms.
    """

    y: FloatArray
    seen: BoolArray
    side: IntArray
    stratum: IntArray
    weight: FloatArray
    size: FloatArray
    n: IntArray
    cell: IntArray
    everyone: FloatArray

    def means(self, values: FloatArray) -> FloatArray:
        """Return the (S, 2) means of values over everyone, control first."""
        group = self.stratum * 2 + self.side
        return np.asarray(np.bincount(group, weights=values, minlength=self.n.size).reshape(self.n.shape) / self.n)

    def plan(self) -> VariancePlan:
        """Return the variance's form."""
        return plan_variance(self.size / self.size.sum(), self.n[:, ::-1])

    def variance(self, z: FloatArray) -> Statistic:
        """Return the variance of the stratum-weighted difference of z."""
        plan = self.plan()
        if plan.reason:
            return Unavailable(plan.note())
        mean = self.means(z)
        s2 = self.means((z - mean[self.stratum, self.side]) ** 2) * self.n / np.maximum(self.n - 1, 1)
        return float(plan.variance(s2[:, ::-1], mean[:, 1] - mean[:, 0]))


def standardised_lee(
    design: Design, y: FloatArray, seen: BoolArray, pair: tuple[int, int], cells: tuple[IntArray, int]
) -> Interval:
    """Return Lee's bounds of one contrast, standardised to strata.

    Parameters
    ----------
    design : Design
        Everyone randomised, all arms, with strata.
    y : (n,) array of float
        Read where ``seen``.
    seen : (n,) array of bool
    pair : (int, int)
        Codes of (arm, control).
    cells : ((n,) array of int, int)
        Codes of the cells that tighten, and their number.
    """
    kept, notes = _kept_strata(design, pair)
    if not kept.any():
        names = [design.arms[k] for k in pair]
        why = Unavailable(f"no stratum has persons of both {names[0]} and {names[1]}")
        return Interval(lower=why, upper=why, variance_lower=why, variance_upper=why, notes=(why.reason,))
    people = _people(design, y, seen, pair, cells, kept)
    if not all((people.seen & (people.side == a)).any() for a in (0, 1)):
        why = Unavailable("no outcome is observed in one of the arms")
        return Interval(lower=why, upper=why, variance_lower=why, variance_upper=why, notes=(*notes, why.reason))
    groups = [rows for c in range(cells[1]) if (rows := np.flatnonzero(people.cell == c)).size]
    reason = cannot_tighten(lambda rows: _shares(people, rows), people.seen, people.side == 1, groups)
    if reason:
        notes.append(reason)
        groups = [np.arange(people.y.size)]
    shares = np.array([_shares(people, rows) for rows in groups])
    gap = shares[:, 0] - shares[:, 1]
    flipped = bool((gap < -TIE).any())
    y = _centred(people)
    low, z_low, trimmed = _lower(people, y, groups, flipped)
    high, z_high, _ = _lower(people, -y, groups, flipped)
    square = float(np.mean(people.y[people.seen] ** 2))
    found = [without_dust((v, people.variance(z)), square) for v, z in ((low, z_low), (high, z_high))]
    if flipped:
        found = found[::-1]
    ends = [found[0], (0.0 - found[1][0], found[1][1])]  # 0 − 0 is 0, −0 is not to be shown
    if note := people.plan().note():
        notes.append(note)
    return Interval(
        lower=ends[0][0],
        upper=ends[1][0],
        variance_lower=ends[0][1],
        variance_upper=ends[1][1],
        trimmed=-1 if (np.abs(gap) <= TIE).all() else 0 if flipped else 1,
        trimmed_share=trimmed,
        cells=len(groups),
        notes=tuple(notes),
    )


def _kept_strata(design: Design, pair: tuple[int, int]) -> tuple[BoolArray, list[str]]:
    """Return the strata in which both arms have somebody, and the note on the others."""
    n: IntArray = np.stack(
        [np.bincount(design.stratum[design.arm == k], minlength=design.n_strata) for k in pair], axis=1
    )
    kept: BoolArray = np.asarray(n.min(axis=1) > 0)
    both = n.sum(axis=1)
    lost = ~kept & (both > 0)
    if not lost.any() or not kept.any():
        return kept, []
    return kept, [
        f"{design.arms[pair[0]]} − {design.arms[pair[1]]}: {strata_count(int(lost.sum()))} of {design.strata} without both "
        f"arms left out ({persons(int(both[lost].sum()))}); the effect is that of the {persons(int(both[kept].sum()))} in the "
        f"{strata_count(int(kept.sum()))} with both"
    ]


def _people(
    design: Design, y: FloatArray, seen: BoolArray, pair: tuple[int, int], cells: tuple[IntArray, int], kept: BoolArray
) -> _People:
    """Return the two arms' persons with their weights."""
    inside = kept[design.stratum]
    rows = np.flatnonzero(inside & ((design.arm == pair[0]) | (design.arm == pair[1])))
    rows = rows[
        canonical_order([np.where(seen[rows], y[rows], np.inf), design.stratum[rows], design.arm[rows], cells[0][rows]])
    ]
    code = np.cumsum(kept) - 1
    stratum, side = code[design.stratum[rows]], (design.arm[rows] == pair[0]).astype(np.intp)
    n = np.bincount(stratum * 2 + side, minlength=2 * int(kept.sum())).reshape(-1, 2)
    size = np.bincount(design.stratum, minlength=design.n_strata)[kept].astype(float)
    return _People(
        y=np.where(seen[rows], y[rows], 0.0),
        seen=seen[rows],
        side=side,
        stratum=stratum,
        weight=size[stratum] / n[stratum, side],
        size=size,
        n=n,
        cell=cells[0][rows],
        everyone=np.bincount(cells[0][inside], minlength=cells[1]).astype(float),
    )


def _shares(people: _People, rows: IntArray) -> tuple[float, float]:
    """Return the weighted response of arm and control among some persons; NaN where an arm has nobody there."""
    out = []
    for side in (1, 0):
        mine = rows[people.side[rows] == side]
        v = people.weight[mine]
        out.append(float(v[people.seen[mine]].sum() / v.sum()) if mine.size else np.nan)
    return out[0], out[1]


def _centred(people: _People) -> FloatArray:
    """Return the outcome less the middle of its stratum's two means, where every stratum × arm has ten respondents."""
    n = people.means(people.seen.astype(float)) * people.n
    if n.min() < CENTRED - 0.5:
        return people.y
    middle = (people.means(np.where(people.seen, people.y, 0.0)) * people.n / n).mean(axis=1)
    return np.where(people.seen, people.y - middle[people.stratum], 0.0)


def _lower(people: _People, y: FloatArray, groups: list[IntArray], flipped: bool) -> tuple[float, FloatArray, float]:
    """Return the lower bound of mean(higher response, trimmed) − mean(the other), signed z, and the share trimmed.

    z is signed so that the bound moves with the arm's mean of z less the control's, whichever arm is trimmed.
    """
    found = [_cell(people, y, rows, flipped) for rows in groups]
    many = len(groups) > 1
    total = float(people.size.sum())
    mass = [float(people.everyone[people.cell[rows[0]]]) * f.share for rows, f in zip(groups, found, strict=True)]
    part = np.array(mass) / sum(mass) if many else np.ones(1)
    value = float(part @ [f.value for f in found])
    z = np.zeros(y.size)
    for p, rows, f in zip(part, groups, found, strict=True):
        for side, low in ((int(not flipped), False), (int(flipped), True)):
            mine = rows[people.side[rows] == side]
            v, pull = people.weight[mine], f.pull(people.seen[mine], y[mine], low)
            if many:
                pull = p * (pull - float(v @ pull) / float(v.sum()))
                if low:  # this arm's response is also the cell's weight
                    pull -= p * (f.value - value) * (people.seen[mine] / f.share - 1)
                pull *= total / float(v.sum())
            z[mine] = pull
    return value, z if not flipped else -z, 1 - sum(f.kept for f in found) / sum(f.responded for f in found)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cell:
    """A cell's bound and what moves it: the border and the mean of what stays, and the other arm's mean and response."""

    value: float
    border: float
    mean: float
    low: float
    share: float
    kept: float
    responded: float

    def pull(self, seen: BoolArray, y: FloatArray, low: bool) -> FloatArray:
        """Return z of persons of the arm with the lower response, or of the trimmed one."""
        inner = y - self.low + self.mean - self.border if low else np.minimum(y - self.border, 0.0)
        return np.asarray(seen * inner / self.share, dtype=np.float64)


def _cell(people: _People, y: FloatArray, rows: IntArray, flipped: bool) -> _Cell:
    """Return the lower bound among some persons; both arms have respondents there."""
    shares = _shares(people, rows)
    a_high, a_low = shares[::-1] if flipped else shares
    high = rows[people.seen[rows] & (people.side[rows] != int(flipped))]
    low = rows[people.seen[rows] & (people.side[rows] == int(flipped))]
    high = high[np.argsort(y[high], kind="stable")]
    v, values = people.weight[high], y[high]
    responded = float(v.sum())
    mass = min(a_low / a_high, 1.0) * responded
    before = np.cumsum(v) - v
    inside = before < mass * (1 - TIE)
    mean = float(np.clip(mass - before, 0.0, v)[inside] @ values[inside]) / mass
    other = float(people.weight[low] @ y[low]) / float(people.weight[low].sum())
    return _Cell(
        value=mean - other,
        border=float(values[inside][-1]),
        mean=mean,
        low=other,
        share=a_low,
        kept=mass,
        responded=responded,
    )
