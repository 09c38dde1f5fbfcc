r"""Life tables standardised to the strata of everyone randomised: curves, incidence and restricted means with weights.

Where an arm's share differs by stratum, its own curve mixes the strata in other proportions than the other arm's, and the
two differ with no effect on anyone. So a person of arm a in stratum s weighs :math:`v = N_s/n_{as}`, N_s everyone in the
stratum who is in a curve (all arms) and n_as those of the arm: every arm then has the strata of everyone. Events d and
persons at risk Y are sums of these weights.

With :math:`w_s = N_s/N`, person i moves an arm's curve or its mean by

.. math:: \psi_i = -v_i\Big\{\frac{A(T_i)\,1(\text{event})}{Y - d} - \sum_{u \le T_i} \frac{A(u)\,d}{Y(Y - d)}\Big\},

:math:`A(u) = S(t)\,1(u \le t)` for the survival at t and :math:`\int_u^\tau S` for the restricted mean; a time after which
nobody is left at risk (by counts) adds nothing. The incidence has the infinitesimal jackknife's derivative, times v. The
variance is that of a stratum-weighted mean of :math:`z_i = \psi_i n_{as}/w_s`, with its pooling of single persons and its
degrees of freedom (:mod:`effektutv.estimators.stratified_variance`): persons were randomised within strata, so that what
strata differ by adds nothing to it. Intervals are t's.

With nobody censored the mean is exactly :math:`\sum_s w_s \bar x_{as}` of x = min(T, τ), and its variance Neyman's within
strata. Where follow-up ends at different times by stratum the curve is not exactly :math:`\sum_s w_s S_s`, since later
parts of it rest on the strata that are followed for longer: the note says so.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from effektutv.values import Statistic, Unavailable

from ..design import canonical_order, persons, strata_count
from ..stratified_variance import plan_variance
from ..variation import EXACT, STILL
from .curves import Curve, area, curve, incidence_parts, unknown_mean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..design import BoolArray, Design, FloatArray, IntArray

__all__ = ["Estimate", "Followed", "followed"]

#: Persons in the cell that stands for "no other arm" in the variance of one arm's curve.
_NOBODY = 1 << 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A number with its variance, and its degrees of freedom."""

    value: Statistic
    variance: Statistic
    df: Statistic


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Arm:
    """One arm's persons in some strata, with their weights and weighted life table."""

    time: FloatArray
    event: IntArray
    stratum: IntArray
    table: Curve


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Followed:
    """Persons who are in a curve, by stratum and arm, in an order that does not depend on that of the rows.

    Parameters
    ----------
    arm, stratum : (n,) arrays of int
        Codes.
    time : (n,) array of float
    event : (n,) array of int
        0 censored, 1 the event, 2 and above competing events.
    n : (S, K) array of int
        Persons by stratum and arm.
    names : tuple of str
        The arms'.
    strata : str
        The strata's name.
    """

    arm: IntArray
    stratum: IntArray
    time: FloatArray
    event: IntArray
    n: IntArray
    names: tuple[str, ...]
    strata: str
    _arms: dict[tuple[int, bytes], _Arm] = field(default_factory=dict, repr=False)

    @property
    def size(self) -> IntArray:
        """N_s: persons by stratum, all arms."""
        return np.asarray(self.n.sum(axis=1), dtype=np.intp)

    def of_arm(self, k: int) -> BoolArray:
        """Return the strata in which an arm has somebody."""
        return np.asarray(self.n[:, k] > 0)

    def table(self, k: int, kept: BoolArray) -> Curve:
        """Return an arm's weighted life table.

        Parameters
        ----------
        k : int
        kept : (S,) array of bool
            The strata that it is of.
        """
        return self._arm(k, kept).table

    def _arm(self, k: int, kept: BoolArray) -> _Arm:
        key = (k, kept.tobytes())
        if key not in self._arms:
            rows = (self.arm == k) & kept[self.stratum]
            time, event, stratum = self.time[rows], self.event[rows], self.stratum[rows]
            weight = self.size[stratum] / self.n[stratum, k]
            self._arms[key] = _Arm(time=time, event=event, stratum=stratum, table=curve(time, event, weight))
        return self._arms[key]

    def mean(self, arm: int, control: int, kept: BoolArray, tau: float) -> tuple[Statistic, Statistic, Estimate]:
        """Return the restricted means of two arms, and their difference with its variance.

        Parameters
        ----------
        arm, control : int
        kept : (S,) array of bool
            Strata with both arms.
        tau : float
            The horizon.
        """
        values: list[Statistic] = []
        for k in (arm, control):
            why = unknown_mean(self._arm(k, kept).table, tau)
            values.append(Unavailable(why) if why else area(self._arm(k, kept).table, tau)[0])
        first, second = values
        for value in values:
            if not isinstance(value, float):
                return first, second, Estimate(value=value, variance=value, df=value)
        gap = Estimate(value=first - second, variance=0.0, df=np.inf)  # type: ignore[operator]
        pulls = [self._pull(self._arm(k, kept), area(self._arm(k, kept).table, tau)[1]) for k in (arm, control)]
        return first, second, self._with_variance(gap, (arm, control), kept, pulls)

    def survival(self, k: int, t: float) -> Estimate:
        """Return an arm's survival at a time: that of the strata in which it has somebody."""
        kept = self.of_arm(k)
        mine = self._arm(k, kept)
        j = int(np.searchsorted(mine.table.time, t, side="right")) - 1
        value = float(mine.table.survival[j]) if j >= 0 else 1.0
        A = np.where(mine.table.time <= t, value, 0.0)
        return self._with_variance(Estimate(value=value, variance=0.0, df=np.inf), (k,), kept, [self._pull(mine, A)])

    def incidence(self, k: int, times: Sequence[float]) -> list[Estimate]:
        """Return an arm's cumulative incidence at each time: that of the strata in which it has somebody."""
        kept = self.of_arm(k)
        mine, total = self._arm(k, kept), float(self.size[kept].sum())
        found = incidence_parts(mine.table, mine.time, mine.event, times)
        return [
            self._with_variance(Estimate(value=share, variance=0.0, df=np.inf), (k,), kept, [total * part])
            for share, part in found
        ]

    def _pull(self, mine: _Arm, A: FloatArray) -> FloatArray:
        """Return z of each person of an arm: ψ n_as/w_s, in which v n_as/w_s is N."""
        table = mine.table
        stay = np.where(table.events < table.at_risk, table.risk - table.own, 0.0)
        jump = np.divide(A, stay, out=np.zeros(A.size), where=stay > 0)
        drift = np.cumsum(jump * table.own / table.risk)
        place = np.searchsorted(table.time, mine.time)
        return np.asarray(-table.risk[0] * (jump[place] * (mine.event == 1) - drift[place]), dtype=np.float64)

    def _with_variance(
        self, found: Estimate, arms: tuple[int, ...], kept: BoolArray, pulls: list[FloatArray]
    ) -> Estimate:
        """Return an estimate with the variance of one arm's stratum-weighted mean of z, or of two arms' difference."""
        code = np.cumsum(kept) - 1
        strata = int(kept.sum())
        n, mean, s2 = np.full((strata, 2), _NOBODY), np.zeros((strata, 2)), np.zeros((strata, 2))
        squares = sum(float(z @ z) for z in pulls)
        for column, (k, z) in enumerate(zip(arms, pulls, strict=True)):
            group = code[self._arm(k, kept).stratum]
            n[:, column] = self.n[kept, k]
            mean[:, column] = np.bincount(group, weights=z, minlength=strata) / n[:, column]
            ss = np.bincount(group, weights=(z - mean[group, column]) ** 2, minlength=strata)
            s2[:, column] = np.where(ss > EXACT * squares, ss, 0.0) / np.maximum(n[:, column] - 1, 1)
        size = self.size[kept].astype(float)
        plan = plan_variance(size / size.sum(), n)
        if plan.reason:
            why = Unavailable(plan.note())
            return Estimate(value=found.value, variance=why, df=why)
        effect = mean[:, 0] - mean[:, 1]
        variance = float(plan.variance(s2, effect))
        df: Statistic = float(plan.df(s2, effect)) if variance > 0 else STILL
        return Estimate(value=found.value, variance=variance, df=df)

    def pooled_note(self, arm: int, control: int, kept: BoolArray) -> str:
        """Return what is said of strata with one person in an arm of a contrast; nothing where there is none.

        Parameters
        ----------
        arm, control : int
        kept : (S,) array of bool
        """
        size = self.size[kept].astype(float)
        return plan_variance(size / size.sum(), self.n[kept][:, [arm, control]]).note()

    def lost_note(self, arm: int, control: int, kept: BoolArray) -> str:
        """Return the note on strata that lack an arm of a contrast; nothing where none does.

        Parameters
        ----------
        arm, control : int
        kept : (S,) array of bool
            Strata with both arms.
        """
        both = self.n[:, arm] + self.n[:, control]
        lost = ~kept & (both > 0)
        if not lost.any():
            return ""
        return (
            f"{self.names[arm]} − {self.names[control]}: {strata_count(int(lost.sum()))} of {self.strata} without both arms "
            f"left out ({persons(int(both[lost].sum()))}); the effect is that of the {persons(int(both[kept].sum()))} in the "
            f"{strata_count(int(kept.sum()))} with both"
        )

    def ends_apart(self, tau: float) -> bool:
        """Return whether follow-up ends before the horizon, and not everywhere at the same time.

        Parameters
        ----------
        tau : float
            The horizon.
        """
        S, K = self.n.shape
        last = np.full(S * K, -1.0)
        cell = self.stratum * K + self.arm
        np.maximum.at(last, cell, self.time)
        # where the last to leave have all had an event nobody's follow-up ended there
        cut = np.zeros(S * K, dtype=bool)
        cut[cell[(self.event == 0) & (self.time >= last[cell])]] = True
        ends = np.minimum(last[cut], tau)
        return bool(ends.size and ends.min() < ends.max())


def followed(design: Design, time: FloatArray, event: IntArray) -> Followed:
    """Return the persons of a curve in a canonical order.

    Parameters
    ----------
    design : Design
        With strata.
    time : (n,) array of float
    event : (n,) array of int
    """
    order = canonical_order([time, event, design.stratum, design.arm])
    cell = design.stratum * len(design.arms) + design.arm
    shape = (design.n_strata, len(design.arms))
    return Followed(
        arm=design.arm[order],
        stratum=design.stratum[order],
        time=time[order],
        event=event[order],
        n=np.bincount(cell, minlength=shape[0] * shape[1]).reshape(shape),
        names=design.arms,
        strata=design.strata,
    )
