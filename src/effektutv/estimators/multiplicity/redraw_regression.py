r"""Draws of a family whose estimator must be fitted again in each of them: `lin`, `logit`, `ipw`, and `fe` with covariates.

As :mod:`effektutv.estimators.multiplicity.redraw_cells`, with a regression a draw in place of sums: persons within strata
(or their mechanism's
groups) change arms, and every column that holds the arm is rebuilt (:mod:`effektutv.estimators.randomization.refit`).
Covariates are from
before assignment and stay as they are; so do the values that stand in for missing ones, which are means over all arms.

Statistics are studentised. What is taken from an estimate is its mean over all draws where that has a formula (`ipw`), else 0.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from ..design import Estimator, Spec, Weights
from ..randomization.draws import Subsets, blocks
from ..randomization.mechanism import inferred
from ..randomization.null_distribution import rounding, studentised
from ..randomization.refit import refit
from ..randomization.refit_inputs import Draw, People

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from ..design import BoolArray, FloatArray, IntArray
    from ..retained_inputs import Source
    from .hypothesis import Hypothesis

__all__ = ["refitted_bootstrap", "refitted_global", "refitted_pairwise"]

#: Draws that are fitted at once: what bounds memory. No result depends on it.
_AT_ONCE = 64
#: Draws of all arms, and resamples, that are drawn at once: constants that recorded results are tied to.
_PART = 256
_TASK_BOOTSTRAP, _TASK_GLOBAL = 2, 3


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class _Level:
    """One level's persons: who has an outcome, who of them counts, where those of the level without one are, and all of them."""

    seen: BoolArray
    counted: FloatArray
    unseen: IntArray
    people: People


class _Family:
    """Hypotheses over persons in an order that depends on no row, name or role, and their statistics in draws."""

    def __init__(self, source: Source, hypotheses: Sequence[Hypothesis], groups: IntArray, *, by_arm: bool) -> None:
        design = source.design
        outcomes = list({id(y): y for y in (source.outcomes[h.outcome] for h in hypotheses)}.values())
        levels = list({id(m): m for h in hypotheses for m in h.levels}.values())
        keys = [
            design.arm,
            *levels[::-1],
            *design.X.T[::-1],
            *outcomes[::-1],
            *([design.arm] if by_arm else []),
            groups,
        ]
        self.rows = np.lexsort(keys)
        self.group, self.arm = groups[self.rows], design.arm[self.rows]
        self.stratum = design.stratum[self.rows]
        self.first = outcomes[0][self.rows]
        self._spec, self._hypotheses = source.spec, hypotheses
        ordered = design.take(self.rows)
        self._people: list[list[_Level]] = []
        self.largest = np.zeros(len(hypotheses))
        for j, h in enumerate(hypotheses):
            y = source.outcomes[h.outcome][self.rows]
            seen = ~np.isnan(y)
            self.largest[j] = np.abs(y[seen]).max(initial=0.0)
            if seen.any() and not np.all((y[seen] == 0) | (y[seen] == 1)):
                # What is large and common to all would eat the digits of sums; no statistic depends on it.
                y = y - y[seen].mean()
            self._people.append([])
            for level in h.levels:
                inside = level[self.rows]
                unseen = np.flatnonzero(~seen & inside)
                people, kept = People.of(ordered.take(seen), y[seen], inside[seen], ordered.take(unseen))
                self._people[-1].append(
                    _Level(seen=seen, counted=inside[seen].astype(float), unseen=unseen[kept], people=people)
                )

    def fitted(self, codes: IntArray, times: FloatArray | None = None) -> tuple[FloatArray, FloatArray]:
        """Return (H, B) estimates and variances of (B, n) codes of arms; ``times`` how often persons count."""
        found = [self._fitted(j, lambda k: (codes == k).astype(float), codes, times) for j in range(len(self._people))]
        return np.stack([e for e, _ in found]), np.stack([v for _, v in found])

    def expected(self, shares: FloatArray) -> FloatArray:
        """Return (H, 1) means over all draws, from (n, K) probabilities of the arms: 0 where there is no formula."""
        if self._spec.estimator is not Estimator.IPW:
            return np.zeros((len(self._people), 1))
        codes = self.arm[None, :]
        return np.stack(
            [self._fitted(j, lambda k: shares[None, :, k], codes, None)[0] for j in range(len(self._people))]
        )

    def _fitted(
        self, j: int, inside: Callable[[int], FloatArray], codes: IntArray, times: FloatArray | None
    ) -> tuple[FloatArray, FloatArray]:
        pair = self._hypotheses[j].contrast
        parts = []
        for level in self._people[j]:
            seen, people = level.seen, level.people
            weight = level.counted[None, :] if times is None else level.counted * times[:, seen]
            beyond = np.ones((1, level.unseen.size)) if times is None else times[:, level.unseen]
            arm, control = (inside(k)[:, seen] * weight for k in pair)
            everyone = self._spec.weights is Weights.ALL
            size = people.sums(weight) + people.unseen_sums(beyond) if everyone else people.sums(arm + control)
            parts.append(
                Draw(
                    arm=arm,
                    control=control,
                    everyone=weight,
                    unseen=beyond,
                    size=np.broadcast_to(size, (codes.shape[0], size.shape[1])),
                    pair=pair,
                    codes=codes[:, seen],
                    unseen_codes=codes[:, level.unseen],
                )
            )
        everybody = [level.people for level in self._people[j]]
        if len(parts) > 1 and _by_size(self._spec, everybody[0]) and everybody[0].n_strata > 1:
            parts = _common(everybody[0], parts)
        found = [refit(people, self._spec, part) for people, part in zip(everybody, parts, strict=True)]
        estimate = found[-1][0] - (found[0][0] if len(found) > 1 else 0.0)
        return estimate, np.asarray(np.sum([v for _, v in found], axis=0))


def _by_size(spec: Spec, people: People) -> bool:
    """Return whether the estimator weights strata by size, so that an interaction's levels share their weights."""
    if spec.estimator is Estimator.IPW:
        return people.weight is None
    return spec.estimator is not Estimator.FE


def _common(people: People, parts: list[Draw]) -> list[Draw]:
    """Return an interaction's levels with the same weights, 0 for a stratum in which some level lacks an arm."""
    complete = np.all([(people.sums(p.arm) > 0) & (people.sums(p.control) > 0) for p in parts], axis=0)
    size = np.where(complete, np.sum([p.size for p in parts], axis=0), 0.0)
    return [replace(p, size=size) for p in parts]


def _statistic(family: _Family, deviation: FloatArray, variance: FloatArray, error: FloatArray) -> FloatArray:
    """Return (H, B) statistics; a draw without variance counts as beyond every other, or as 0 if it does not deviate."""
    known = np.nan_to_num(variance, nan=0.0)
    noise = [rounding(float(y), float(e)) for y, e in zip(family.largest, error, strict=True)]
    rows = [studentised(*row[:2], *map(float, row[2:])) for row in zip(deviation, known, error, noise, strict=True)]
    return np.where(np.isnan(deviation), np.inf, np.stack(rows))


def _observed(family: _Family, centre: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return observed statistics (NaN where undefined) and standard errors."""
    estimate, variance = family.fitted(family.arm[None, :])
    error = np.sqrt(variance[:, 0])
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(error > 0, (estimate - centre)[:, 0] / error, np.nan), error


def _slices(many: int) -> Iterator[slice]:
    for start in range(0, many, _AT_ONCE):
        yield slice(start, start + _AT_ONCE)


def refitted_pairwise(
    source: Source, hypotheses: Sequence[Hypothesis], groups: IntArray, draws: int, seed: int
) -> tuple[FloatArray, Iterator[FloatArray]]:
    """Return observed statistics of one contrast's hypotheses, and blocks of draws of its two arms.

    Parameters
    ----------
    source : Source
    hypotheses : sequence of Hypothesis
        All of one contrast.
    groups : (n,) array of int
        Within which persons are drawn; codes rise with strata.
    draws, seed : int
    """
    contrast = hypotheses[0].contrast
    family = _Family(source, hypotheses, groups, by_arm=False)
    mine = np.flatnonzero(np.isin(family.arm, contrast))
    treated = (family.arm[mine] == contrast[0]).astype(float)
    _, starts, size = np.unique(family.group[mine], return_index=True, return_counts=True)
    chosen = np.add.reduceat(treated, starts).astype(np.intp)
    turned = _turned(np.nan_to_num(family.first[mine]), treated, starts)
    subsets = Subsets(size, size - chosen if turned else chosen)
    shares = np.eye(len(source.design.arms))[family.arm]
    shares[mine] = 0.0
    shares[mine, contrast[0]] = np.repeat(chosen / size, size)
    shares[mine, contrast[1]] = np.repeat(1 - chosen / size, size)
    centre = family.expected(shares)
    observed, error = _observed(family, centre)

    def statistics() -> Iterator[FloatArray]:
        for rng, some in blocks(seed, draws):
            members = subsets.members(rng, some)
            for part in _slices(some):
                inside = members[part] != turned
                codes = np.repeat(family.arm[None, :], inside.shape[0], axis=0)
                codes[:, mine] = np.where(inside, *contrast)
                estimate, variance = family.fitted(codes)
                yield _statistic(family, estimate - centre, variance, error)

    return observed, statistics()


def _turned(y: FloatArray, treated: FloatArray, starts: IntArray) -> bool:
    """Return whether the control's persons are drawn in place of the arm's, so that the arms' roles change no p-value."""
    scale = float(np.abs(y).sum()) or 1.0
    sides = []
    for inside in (treated, 1 - treated):
        n = np.add.reduceat(inside, starts)
        sides.append([float(n.sum()), *n.tolist(), *np.round(np.add.reduceat(y * inside, starts) / scale, 9).tolist()])
    return sides[0] > sides[1]


def refitted_global(
    source: Source, hypotheses: Sequence[Hypothesis], groups: IntArray, draws: int, seed: int
) -> tuple[FloatArray, Iterator[FloatArray]]:
    """Return observed statistics, and blocks of draws of all arms.

    Parameters
    ----------
    source, hypotheses, groups, draws, seed
        As in :func:`refitted_pairwise`; hypotheses of any contrasts.
    """
    family = _Family(source, hypotheses, groups, by_arm=False)
    _, group = np.unique(family.group, return_inverse=True)
    again = inferred(source.design.arms, family.arm, group, int(group.max()) + 1)
    centre = family.expected(again.probabilities())
    observed, error = _observed(family, centre)

    def statistics() -> Iterator[FloatArray]:
        for rng, some in blocks(seed, draws, _TASK_GLOBAL):
            for start in range(0, some, _PART):
                codes = again.draw(rng, min(_PART, some - start))
                for part in _slices(codes.shape[0]):
                    estimate, variance = family.fitted(codes[part])
                    yield _statistic(family, estimate - centre, variance, error)

    return observed, statistics()


def refitted_bootstrap(
    source: Source, hypotheses: Sequence[Hypothesis], draws: int, seed: int
) -> tuple[FloatArray, FloatArray, Iterator[FloatArray]]:
    """Return observed statistics and errors, and blocks of a bootstrap's within stratum and arm, centred at the estimates.

    Parameters
    ----------
    source, hypotheses, draws, seed
        As in :func:`refitted_pairwise`; hypotheses of any contrasts.
    """
    family = _Family(source, hypotheses, source.design.stratum, by_arm=True)
    cell = family.stratum * len(source.design.arms) + family.arm
    _, starts, size = np.unique(cell, return_index=True, return_counts=True)
    estimate, variance = family.fitted(family.arm[None, :])
    error = np.sqrt(variance[:, 0])
    observed, _ = _observed(family, np.zeros_like(estimate))

    def statistics() -> Iterator[FloatArray]:
        for rng, some in blocks(seed, draws, _TASK_BOOTSTRAP):
            for begin in range(0, some, _PART):
                many = min(_PART, some - begin)
                times = np.empty((many, cell.size))
                for start, n in zip(starts.tolist(), size.tolist(), strict=True):
                    picked = rng.integers(n, size=(many, n)) + np.arange(many)[:, None] * n
                    times[:, start : start + n] = np.bincount(picked.ravel(), minlength=many * n).reshape(many, n)
                for part in _slices(many):
                    codes = np.repeat(family.arm[None, :], times[part].shape[0], axis=0)
                    again, spread = family.fitted(codes, times[part])
                    yield _statistic(family, again - estimate, spread, error)

    return observed, error, statistics()
