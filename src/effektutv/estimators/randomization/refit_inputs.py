"""What a refit starts from: the persons, who stay the same, and how often each of them counts in each draw."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from ..design import Design
from ..regression.least_squares import independent

if TYPE_CHECKING:
    from ..design import BoolArray, FloatArray, IntArray

__all__ = ["Draw", "People", "by_arm_probability"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class People:
    """What does not change from draw to draw: persons with an observed outcome, ordered by stratum.

    Parameters
    ----------
    y : (n,) array of float
    X : (n, p) array of float
        Columns none of which is a sum of others.
    main : (p,) array of bool
        Columns that are no sum of others and strata either.
    stratum : (n,) array of int
        Codes 0 … S − 1, rising, none empty.
    weight : (S, K) array of float or None
        Inverse probabilities by stratum and arm, where they are known.
    design : Design
        The same persons, for a draw that is done alone.
    unseen : Design
        Those randomised whose outcome is missing, m of them, in strata with some person above; strata and columns as above.
    """

    y: FloatArray
    X: FloatArray
    main: BoolArray
    stratum: IntArray
    weight: FloatArray | None
    design: Design
    unseen: Design

    @classmethod
    def of(cls, design: Design, y: FloatArray, counted: BoolArray, unseen: Design) -> tuple[People, BoolArray]:
        """Return the persons of a design in the order given, which must rise by stratum.

        Parameters
        ----------
        design : Design
        y : (n,) array of float
            Without missing values.
        counted : (n,) array of bool
            Who may count in a draw, such as a subgroup's persons: covariates are compared among them.
        unseen : Design
            Those whose outcome is missing.

        Returns
        -------
        people : People
        kept : array of bool
            Who of those in ``unseen`` count: those in a stratum of somebody with an outcome.
        """
        codes, stratum = np.unique(design.stratum, return_inverse=True)
        X = design.X
        own = _independent(X[counted] - X[counted].mean(axis=0), X[counted]) if counted.any() else []
        X = X[:, own]
        among = stratum[counted]
        size = np.maximum(np.bincount(among, minlength=codes.size), 1)
        within = X[counted].copy()
        for j, column in enumerate(within.T):
            within[:, j] -= (np.bincount(among, weights=column, minlength=codes.size) / size)[among]
        main = np.zeros(len(own), dtype=bool)
        main[_independent(within, X[counted])] = True
        known = by_arm_probability(design)
        weight = 1 / known[codes] if isinstance(known, np.ndarray) else None
        recode = np.full(design.n_strata, -1)
        recode[codes] = np.arange(codes.size)
        kept = recode[unseen.stratum] >= 0
        others = unseen.take(kept)
        others = replace(others, X=others.X[:, own], stratum=recode[others.stratum], n_strata=codes.size)
        people = cls(
            y=y,
            X=X,
            main=main,
            stratum=stratum.astype(np.intp),
            weight=weight,
            design=replace(design, X=X),
            unseen=others,
        )
        return people, kept

    @property
    def n_strata(self) -> int:
        """Return the number of strata."""
        return int(self.stratum[-1]) + 1

    def sums(self, values: FloatArray) -> FloatArray:
        """Return (B, S, …) sums by stratum of (B, n, …) values."""
        first = np.flatnonzero(np.diff(self.stratum, prepend=-1))
        return np.asarray(np.add.reduceat(values, first, axis=1), dtype=np.float64)

    def unseen_sums(self, values: FloatArray) -> FloatArray:
        """Return (B, S, …) sums by stratum of (B, m, …) values of those without an outcome."""
        out = np.zeros((values.shape[0], self.n_strata, *values.shape[2:]))
        if values.shape[1]:
            at = np.unique(self.unseen.stratum)
            first = np.searchsorted(self.unseen.stratum, at)
            out[:, at] = np.add.reduceat(values, first, axis=1)
        return out


def _independent(Z: FloatArray, raw: FloatArray) -> list[int]:
    scale = np.linalg.norm(raw - raw.mean(axis=0), axis=0) + 1e-12 * np.linalg.norm(raw, axis=0)
    return independent(Z, scale, list(range(Z.shape[1])))


def by_arm_probability(design: Design) -> FloatArray | str | None:
    """Return the known probabilities by stratum and arm: (S, K), NaN for a cell of no one.

    Returns
    -------
    array, str or None
        None without known probabilities; the reason, in words, where persons of one stratum and arm differ, so that nobody
        knows what their probabilities of another arm were.
    """
    if design.probability is None:
        return None
    arms = len(design.arms)
    cell = design.stratum * arms + design.arm
    size = design.n_strata * arms
    low, high = np.full(size, np.inf), np.full(size, -np.inf)
    np.minimum.at(low, cell, design.probability)
    np.maximum.at(high, cell, design.probability)
    if np.any(high - low > 1e-12):
        return (
            "known probabilities that differ within a stratum and arm: what a person's probability of another arm was, the "
            "data do not say"
        )
    return np.where(np.isfinite(low), low, np.nan).reshape(design.n_strata, arms)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Draw:
    """How often each person counts in each of B draws.

    Parameters
    ----------
    arm, control, everyone : (B, n) arrays of float
        In the arm, in the control, and in any arm; ``everyone`` may be (1, n).
    unseen : (B, m) array of float
        How often each person without an outcome counts; may be (1, m).
    size : (B, S) array of float
        What weights the strata; 0 leaves one out.
    pair : (int, int)
        Codes of (arm, control).
    codes : (B, n) array of int
        Arms, for a draw that is done alone.
    unseen_codes : (B, m) array of int
        The same of those without an outcome.
    """

    arm: FloatArray
    control: FloatArray
    everyone: FloatArray
    unseen: FloatArray
    size: FloatArray
    pair: tuple[int, int]
    codes: IntArray
    unseen_codes: IntArray

    def take(self, rows: BoolArray) -> Draw:
        """Return some of the draws."""
        return Draw(
            arm=self.arm[rows],
            control=self.control[rows],
            everyone=self.everyone if self.everyone.shape[0] == 1 else self.everyone[rows],
            unseen=self.unseen if self.unseen.shape[0] == 1 else self.unseen[rows],
            size=self.size[rows],
            pair=self.pair,
            codes=self.codes[rows],
            unseen_codes=self.unseen_codes[rows],
        )
