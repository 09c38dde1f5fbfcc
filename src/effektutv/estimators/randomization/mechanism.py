r"""How persons came to their arms: the object that every design-based test re-draws.

A :class:`Mechanism` knows its groups (strata, or blocks within them), how many of each group went to each arm or with
what probability, and can draw assignments. Tests re-draw it conditional on the numbers by group and arm: given those,
complete, stratified, blocked and Bernoulli assignment alike make every arrangement equally probable (:meth:`given`).
With probabilities that differ by stratum nothing else is needed: the numbers carry them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import chdtrc

from effektutv.errors import ArgumentError
from effektutv.values import Statistic, Unavailable

from .draws import blocks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..design import FloatArray, IntArray

__all__ = ["Drift", "Kind", "Mechanism", "bernoulli", "blocked", "complete", "drift", "inferred", "stratified"]


class Kind(StrEnum):
    """What is fixed when persons are assigned."""

    COMPLETE = "complete"
    STRATIFIED = "stratified"
    BLOCKED = "blocked"
    BERNOULLI = "bernoulli"


_WORDS = {
    Kind.COMPLETE: "complete randomisation with fixed numbers by arm",
    Kind.STRATIFIED: "stratified with fixed counts",
    Kind.BLOCKED: "blocked, with fixed counts in each block",
    Kind.BERNOULLI: "each person on their own (Bernoulli)",
}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Mechanism:
    """An assignment mechanism for n persons in G groups and K arms.

    Parameters
    ----------
    kind : Kind
    arms : tuple of str
        K names.
    group : (n,) array of int
        Each person's group, 0 … G − 1; all 0 where nothing groups them.
    counts : (G, K) array of int, optional
        Persons by group and arm, where these are fixed.
    shares : (G, K) array of float
        Probabilities of the arms by group.
    origin : str
        Where this knowledge is from, for :meth:`describe`.
    """

    kind: Kind
    arms: tuple[str, ...]
    group: IntArray
    counts: IntArray | None
    shares: FloatArray
    origin: str = "declared"

    @property
    def n_groups(self) -> int:
        """Return the number of groups."""
        return int(self.shares.shape[0])

    def probabilities(self) -> FloatArray:
        """Return each person's probabilities of the arms, (n, K)."""
        return np.asarray(self.shares[self.group], dtype=np.float64)

    def draw(self, rng: np.random.Generator, n_draws: int = 1) -> IntArray:
        """Return assignments drawn by the mechanism, (n_draws, n) codes of arms."""
        keys = rng.random((n_draws, self.group.size))
        if self.counts is None:
            edges = np.cumsum(self.shares, axis=1)[:, :-1]
            return np.asarray((keys[:, :, None] >= edges[self.group]).sum(axis=2), dtype=np.intp)
        out = np.empty(keys.shape, dtype=np.intp)
        for g in range(self.n_groups):
            inside = np.flatnonzero(self.group == g)
            # The person with the smallest key takes the first place, and so on: a random order of the places.
            places = np.repeat(np.arange(len(self.arms)), self.counts[g])
            order = np.argsort(keys[:, inside], axis=1)
            np.put_along_axis(shuffled := np.empty(order.shape, dtype=np.intp), order, places[None, :], axis=1)
            out[:, inside] = shuffled
        return out

    def given(self, arm: IntArray) -> Mechanism:
        """Return the mechanism conditional on the numbers by group and arm that were observed.

        Parameters
        ----------
        arm : (n,) array of int
            Codes of the arms assigned.
        """
        counts = _counts(self.group, arm, self.n_groups, len(self.arms))
        return Mechanism(
            kind=Kind.STRATIFIED if self.kind is Kind.BERNOULLI else self.kind,
            arms=self.arms,
            group=self.group,
            counts=counts,
            shares=counts / counts.sum(axis=1, keepdims=True),
            origin=self.origin,
        )

    def describe(self) -> str:
        """Return the mechanism in words, and where the knowledge is from."""
        grouped = "" if self.n_groups == 1 else f", {self.n_groups} groups"
        uneven = np.ptp(self.shares, axis=0).max() > 1e-12
        differing = ", probabilities differing between them" if uneven else ""
        return f"{_WORDS[self.kind]}{grouped}{differing} ({self.origin})"


def _counts(group: IntArray, arm: IntArray, groups: int, arms: int) -> IntArray:
    return np.bincount(group * arms + arm, minlength=groups * arms).reshape(groups, arms)


def _fixed(kind: Kind, arms: Sequence[str], group: IntArray, counts: object, origin: str) -> Mechanism:
    """Return a mechanism with fixed numbers, after checking that they are its persons'."""
    table = np.asarray(counts)
    group = np.asarray(group, dtype=np.intp)
    if table.ndim != 2 or table.shape[1] != len(arms) or (table < 0).any() or (table != np.floor(table)).any():
        raise ArgumentError(f"counts: got shape {table.shape}; give whole numbers, a row a group and a column an arm")
    if group.size and (group.min() < 0 or group.max() >= table.shape[0]):
        raise ArgumentError(f"group: codes must be 0 to {table.shape[0] - 1}, a row of counts each")
    size = np.bincount(group, minlength=table.shape[0])
    if (wrong := int(np.count_nonzero(table.sum(axis=1) != size))) or (size == 0).any():
        raise ArgumentError(
            f"counts: they do not add up to the persons of {max(wrong, 1)} of {size.size} groups; "
            "count every person in one group and one arm, and leave empty groups out"
        )
    table = table.astype(np.intp)
    shares = table / table.sum(axis=1, keepdims=True)
    return Mechanism(kind=kind, arms=tuple(arms), group=group, counts=table, shares=shares, origin=origin)


def complete(arms: Sequence[str], counts: Sequence[int], *, origin: str = "declared") -> Mechanism:
    """Return complete randomisation: fixed numbers by arm over everyone.

    Parameters
    ----------
    arms : sequence of str
    counts : sequence of int
        Persons by arm.
    origin : str
        Where this is known from.
    """
    group = np.zeros(int(sum(counts)), dtype=np.intp)
    return _fixed(Kind.COMPLETE, arms, group, np.asarray(counts)[None, :], origin)


def stratified(arms: Sequence[str], stratum: IntArray, counts: object, *, origin: str = "declared") -> Mechanism:
    """Return stratified randomisation: fixed numbers by stratum and arm.

    Parameters
    ----------
    arms : sequence of str
    stratum : (n,) array of int
        Codes 0 … G − 1.
    counts : (G, K) array of int
    origin : str
        Where this is known from.
    """
    return _fixed(Kind.STRATIFIED, arms, stratum, counts, origin)


def blocked(arms: Sequence[str], block: IntArray, counts: object, *, origin: str = "declared") -> Mechanism:
    """Return blocked randomisation: fixed numbers in each declared block, e.g. of a list of permuted blocks.

    Parameters
    ----------
    arms : sequence of str
    block : (n,) array of int
        Codes 0 … G − 1.
    counts : (G, K) array of int
    origin : str
        Where this is known from.
    """
    return _fixed(Kind.BLOCKED, arms, block, counts, origin)


def bernoulli(arms: Sequence[str], stratum: IntArray, shares: object, *, origin: str = "declared") -> Mechanism:
    """Return Bernoulli assignment: each person on their own, with their stratum's probabilities.

    Parameters
    ----------
    arms : sequence of str
    stratum : (n,) array of int
        Codes 0 … G − 1.
    shares : (G, K) array of float
        Probabilities, adding to 1 by stratum.
    origin : str
        Where this is known from.

    Raises
    ------
    ArgumentError
        If the probabilities are not such.
    """
    table = np.asarray(shares, dtype=np.float64)
    stratum = np.asarray(stratum, dtype=np.intp)
    if table.ndim != 2 or table.shape[1] != len(arms):
        raise ArgumentError(f"shares: got shape {table.shape}; give a row a stratum and a column an arm")
    if (table <= 0).any() or not np.allclose(table.sum(axis=1), 1, rtol=0, atol=1e-9):
        raise ArgumentError("shares: probabilities must be above 0 and add to 1 in every stratum")
    if stratum.size and (stratum.min() < 0 or stratum.max() >= table.shape[0]):
        raise ArgumentError(f"stratum: codes must be 0 to {table.shape[0] - 1}, a row of shares each")
    return Mechanism(kind=Kind.BERNOULLI, arms=tuple(arms), group=stratum, counts=None, shares=table, origin=origin)


def inferred(arms: Sequence[str], arm: IntArray, stratum: IntArray, n_strata: int, name: str = "") -> Mechanism:
    """Return the mechanism that the numbers by stratum and arm suggest, and say that it is inferred.

    Parameters
    ----------
    arms : sequence of str
    arm, stratum : (n,) arrays of int
        Codes.
    n_strata : int
        1 without strata.
    name : str
        The strata's name.
    """
    counts = _counts(stratum, arm, n_strata, len(arms))
    used = counts.sum(axis=1) > 0
    group = (np.cumsum(used) - 1)[stratum]
    if n_strata == 1:
        return _fixed(Kind.COMPLETE, arms, group, counts, "inferred from the counts by arm")
    by = f" of {name}" if name else ""
    return _fixed(Kind.STRATIFIED, arms, group, counts[used], f"inferred from the stratum × arm counts{by}")


# --------------------------------------------------------------------------------------------------------------- drift


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """Do the arms' shares change over periods within strata? If so, a stratum must be cut where the ratio changed.

    Parameters
    ----------
    statistic, df, p_value : Statistic
        Pearson's χ² of arm by period, summed over strata, and its asymptotic p-value.
    p_redrawn, mc_error : Statistic
        The p-value by re-drawing the arms within strata, and its Monte Carlo error.
    method : str
    """

    statistic: Statistic
    df: Statistic
    p_value: Statistic
    p_redrawn: Statistic
    mc_error: Statistic
    method: str


def drift(arm: IntArray, stratum: IntArray, period: IntArray, *, draws: int = 2000, seed: int = 1) -> Drift:
    r"""Test whether the arms' shares are constant over periods within strata.

    .. math:: X^2 = \sum_s \sum_{k,p} (O_{skp} - E_{skp})^2 / E_{skp}, \qquad E_{skp} = n_{sk} n_{sp} / n_s,

    with Σ_s (arms_s − 1)(periods_s − 1) degrees of freedom. Periods hold few persons: the re-drawn p-value is the one to
    read.

    Parameters
    ----------
    arm, stratum, period : (n,) arrays of int
        Codes from 0.
    draws, seed : int
        Of the re-drawing.
    """
    arms, periods, strata = (int(x.max()) + 1 for x in (arm, period, stratum))
    # Persons in order of stratum, period and arm: the result does not depend on the order of the rows.
    order = np.lexsort((arm, period, stratum))
    arm, stratum, period = arm[order], stratum[order], period[order]
    cell = stratum * periods + period
    size = np.bincount(stratum, minlength=strata).astype(float)
    of_arm = _counts(stratum, arm, strata, arms).astype(float)
    of_period = _counts(stratum, period, strata, periods).astype(float)
    expected = of_arm[:, None, :] * of_period[:, :, None] / np.maximum(size, 1)[:, None, None]
    inverse = np.divide(1.0, expected, out=np.zeros_like(expected), where=expected > 0).ravel()
    known = np.maximum((of_arm > 0).sum(axis=1) - 1, 0) * np.maximum((of_period > 0).sum(axis=1) - 1, 0)
    df = float(known.sum())
    method = "Pearson's chi-squared of arm by period, summed over strata; re-drawn within strata"
    if df == 0:
        why = Unavailable("no stratum has two arms and two periods")
        return Drift(statistic=why, df=why, p_value=why, p_redrawn=why, mc_error=why, method=method)

    def chi_squared(codes: IntArray) -> float:
        observed = np.bincount(cell * arms + codes, minlength=inverse.size)
        return float((observed**2 * inverse).sum() - arm.size)

    observed = chi_squared(arm)
    within = inferred([str(k) for k in range(arms)], arm, stratum, strata)
    reached = 0
    for rng, some in blocks(seed, draws):
        for start in range(0, some, 256):
            for codes in within.draw(rng, min(256, some - start)):
                reached += chi_squared(codes) >= observed * (1 - 1e-9)
    p = (1 + reached) / (1 + draws)
    return Drift(
        statistic=observed,
        df=df,
        p_value=float(chdtrc(df, observed)),
        p_redrawn=p,
        mc_error=float(np.sqrt(p * (1 - p) / draws)),
        method=method,
    )
