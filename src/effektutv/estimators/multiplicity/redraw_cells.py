r"""Statistics of a whole family from the same draws of the assignment: outcomes and subgroups within one contrast.

Every hypothesis is an estimate over its standard error, both computed anew in each draw by the estimator that made the
row: strata that lose an arm in a draw are dropped there, single persons are pooled there. (An estimator that is no function
of the arms' sums is fitted again in each draw: :mod:`effektutv.estimators.multiplicity.redraw_regression`.) Draws are

``within a contrast``
    of its two arms within strata, the third held: the joint null of no effect of this contrast on any outcome;
``of all arms``
    within strata: the null that no arm has an effect, for the closure of one outcome's contrasts. Never for the null of
    one pair: unstudentised that test rejects a true null far too often when arms differ in size.

A bootstrap of any rows is :mod:`effektutv.estimators.multiplicity.resample_cells`.

An interaction row's statistic is studentised and its test asymptotic: drawing again tests no effect at all, not no
interaction.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from effektutv.errors import ArgumentError

from ..design import Estimator, Weights
from ..randomization.cell_statistics import CellSums, Form, cell_statistics, form_of
from ..randomization.draws import Subsets, blocks
from ..randomization.mechanism import inferred
from ..randomization.null_distribution import rounding, studentised
from .redraw_regression import refitted_global, refitted_pairwise

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

    from ..design import FloatArray, IntArray
    from ..randomization.mechanism import Mechanism
    from ..retained_inputs import Source
    from .hypothesis import Hypothesis

__all__ = [
    "Persons",
    "check_redrawable",
    "family_statistics",
    "global_statistics",
    "observed_statistics",
    "over_errors",
    "pairwise_statistics",
    "parts",
    "persons_of",
    "shared_weights",
]

#: Draws whose sums are held at a time; a whole block where the sums are few.
_PART, _FEW_SUMS = 1024, 2000
#: Tells draws of all arms apart from those within a contrast.
_TASK_GLOBAL = 3


def check_redrawable(source: Source) -> None:
    """Refuse estimators that are not drawn again.

    Raises
    ------
    ArgumentError
        For clustered variances, and known probabilities that differ within a stratum and arm.
    """
    if source.refused:
        raise ArgumentError(f"method: {source.refused}; use method='holm', or another estimator")


# -------------------------------------------------------------------------------------------------- persons and columns


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Persons:
    """Some arms' persons in a canonical order, and the columns whose sums by cell make up every hypothesis.

    Parameters
    ----------
    rows, group, stratum : (n,) arrays of int
        Their places in the design, the groups they are drawn in, and the strata of the estimator.
    columns : (3L, n) array of float
        Three rows a (hypothesis, level): who counts, outcome, outcome squared; the outcome centred at the stratum's mean
        among those who count, 0 for the others.
    size : (L, S) array of float
        What weights the strata.
    largest : (H,) array of float
        The largest outcome of each hypothesis, whatever its sign, as it was given.
    """

    rows: IntArray
    group: IntArray
    stratum: IntArray
    columns: FloatArray
    size: FloatArray
    largest: FloatArray


def persons_of(
    source: Source, hypotheses: Sequence[Hypothesis], arms: Sequence[int], groups: IntArray, *, by_arm: bool
) -> Persons:
    """Return the persons of ``arms`` ordered by group (or arm within group) and outcomes.

    Parameters
    ----------
    source : Source
    hypotheses : sequence of Hypothesis
    arms : sequence of int
    groups : (n,) array of int
        Of everyone in the design.
    by_arm : bool
    """
    design, spec = source.design, source.spec
    outcomes = [source.outcomes[h.outcome] for h in hypotheses]
    keys = list({id(y): y for y in outcomes}.values())
    levels = list({id(m): m for h in hypotheses for m in h.levels}.values())
    mine = np.flatnonzero(np.isin(design.arm, arms))
    order = [design.arm, *levels[::-1], *keys[::-1], *([design.arm] if by_arm else []), groups]
    mine = mine[np.lexsort([k[mine] for k in order])]
    pooled = spec.estimator is Estimator.DIFFERENCE
    strata = np.zeros_like(design.stratum) if pooled else design.stratum
    n_strata = 1 if pooled else design.n_strata
    columns, sizes = [], []
    for h, y in zip(hypotheses, outcomes, strict=True):
        pair = np.isin(design.arm, h.contrast)
        for member in h.levels:
            counted = member & ~np.isnan(y)
            here = counted & pair
            n = np.bincount(strata[here], minlength=n_strata)
            # Summed in the canonical order, so that the last bit does not depend on the order of the rows.
            values = np.where(here, y, 0.0)[mine]
            mean = np.bincount(strata[mine], weights=values, minlength=n_strata) / np.maximum(n, 1)
            centred = np.where(here[mine], y[mine] - mean[strata[mine]], 0.0)
            columns += [here[mine].astype(float), centred, centred**2]
            everyone = np.bincount(strata[member], minlength=n_strata)  # randomised, outcome known or not
            sizes.append(everyone if spec.weights is Weights.ALL else n)
    return Persons(
        rows=mine,
        group=groups[mine],
        stratum=strata[mine],
        columns=np.stack(columns),
        size=np.stack(sizes).astype(float),
        largest=np.array([np.nanmax(np.abs(y[mine]), initial=0.0) for y in outcomes]),
    )


def family_statistics(
    source: Source, hypotheses: Sequence[Hypothesis], sums: Sequence[tuple[CellSums, CellSums]], size: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return (H, B) estimates and variances from each (hypothesis, level)'s cells of arm and control.

    Parameters
    ----------
    source : Source
    hypotheses : sequence of Hypothesis
    sums : sequence of (CellSums, CellSums)
        Of arm and control, one pair a (hypothesis, level).
    size : (L, S) array of float
        What weights the strata.
    """
    estimates, variances = [], []
    at = 0
    for h in hypotheses:
        levels = sums[at : at + len(h.levels)]
        weights = shared_weights(source, levels, size[at : at + len(h.levels), :, None])
        at += len(h.levels)
        found = [cell_statistics(source.spec, a, c, w) for (a, c), w in zip(levels, weights, strict=True)]
        estimates.append(found[-1][0] - (found[0][0] if len(found) > 1 else 0.0))
        variances.append(np.sum([v for _, v in found], axis=0))
    return np.stack(estimates), np.stack(variances)


def shared_weights(source: Source, levels: Sequence[tuple[CellSums, CellSums]], size: FloatArray) -> list[FloatArray]:
    """Return what weights the strata of each level of one hypothesis: under `blocked` an interaction compares levels over
    the same mix of strata, those where every level has both arms.

    Parameters
    ----------
    source : Source
    levels : sequence of (CellSums, CellSums)
        Of arm and control.
    size : (L, S, 1) array of float
    """
    if len(levels) == 1 or source.spec.estimator is not Estimator.BLOCKED:
        return list(size)
    complete = np.all([(a.n > 0) & (c.n > 0) for a, c in levels], axis=0)
    return [np.where(complete, size.sum(axis=0), 0.0)] * len(levels)


def over_errors(deviation: FloatArray, variance: FloatArray, error: FloatArray, largest: FloatArray) -> FloatArray:
    """Return (H, B) statistics. A draw without variance counts as beyond every other, so that the p-value can only grow; as 0
    if it does not deviate either.

    Parameters
    ----------
    deviation, variance : (H, B) arrays of float
        NaN where undefined.
    error : (H,) array of float
        The observed standard errors.
    largest : (H,) array of float
        As in :class:`Persons`.
    """
    known = np.nan_to_num(variance, nan=0.0)
    noise = [rounding(float(y), float(s)) for y, s in zip(largest, error, strict=True)]
    rows = [studentised(*row[:2], *map(float, row[2:])) for row in zip(deviation, known, error, noise, strict=True)]
    return np.where(np.isnan(deviation), np.inf, np.stack(rows))


def _cells(sums: NDArray[Any], totals: FloatArray, turned: bool) -> list[tuple[CellSums, CellSums]]:
    """Return arm and control of each (hypothesis, level) from (3L, S, B) sums over those drawn and (3L, S) over all."""
    drawn = np.asarray(sums, dtype=np.float64)
    rest = totals[:, :, None] - drawn
    cells = []
    for j in range(0, drawn.shape[0], 3):
        one, other = CellSums(*drawn[j : j + 3]), CellSums(*rest[j : j + 3])
        cells.append((other, one) if turned else (one, other))
    return cells


# ---------------------------------------------------------------------------------------------------- within a contrast


def pairwise_statistics(
    source: Source, hypotheses: Sequence[Hypothesis], mechanism: Mechanism | None, draws: int, seed: int
) -> tuple[FloatArray, Iterator[FloatArray]]:
    """Return the observed statistics of one contrast's hypotheses, and blocks of draws of all of them.

    Parameters
    ----------
    source : Source
    hypotheses : sequence of Hypothesis
        All of one contrast.
    mechanism : Mechanism, optional
        By default inferred from the numbers by stratum and arm.
    draws, seed : int

    Returns
    -------
    observed : (H,) array of float
        NaN where a statistic is undefined.
    statistics : iterator of (H, B) arrays of float
    """
    design = source.design
    contrast = hypotheses[0].contrast
    if any(h.contrast != contrast for h in hypotheses):
        raise ArgumentError("contrasts: draws within a contrast are of that contrast's arms only")
    if source.refitted:
        return refitted_pairwise(source, hypotheses, _groups(source, mechanism), draws, seed)
    people = persons_of(source, hypotheses, contrast, _groups(source, mechanism), by_arm=False)
    treated = (design.arm[people.rows] == contrast[0]).astype(float)
    _, starts, size = np.unique(people.group, return_index=True, return_counts=True)
    chosen = np.add.reduceat(treated, starts).astype(np.intp)
    turned = bool(2 * chosen.sum() > size.sum())
    by_stratum = _Strata(people.stratum, starts)
    totals = by_stratum(np.add.reduceat(people.columns, starts, axis=1)[:, :, None])[:, :, 0]
    inside = by_stratum(np.add.reduceat(people.columns * treated, starts, axis=1)[:, :, None])
    sized = people.size[:, by_stratum.codes]
    estimate, variance = family_statistics(source, hypotheses, _cells(inside, totals, turned=False), sized)
    error = np.sqrt(variance[:, 0])
    # The estimate of the persons that a draw is expected to give: 0 but where shares differ within the estimator's strata.
    likely = people.columns * np.repeat(chosen / size, size)
    expected = by_stratum(np.add.reduceat(likely, starts, axis=1)[:, :, None])
    centre, _ = family_statistics(source, hypotheses, _cells(expected, totals, turned=False), sized)
    observed = observed_statistics((estimate - centre)[:, 0], error)
    subsets = Subsets(size, size - chosen if turned else chosen)
    forms = _forms(source, hypotheses, inside[:, :, 0], totals, sized)

    def statistics() -> Iterator[FloatArray]:
        if forms is not None:
            events = _events(source, hypotheses, people)
            yield from _from_forms(
                forms, people, subsets, by_stratum, inside[:, :, 0], totals, events, centre, error, draws, seed, turned
            )
            return
        sums = subsets.prepare(people.columns)
        for rng, some in blocks(seed, draws):
            for part in parts(some):
                drawn = by_stratum(sums.draw(rng, part))
                again, spread = family_statistics(source, hypotheses, _cells(drawn, totals, turned), sized)
                yield over_errors(again - centre, spread, error, people.largest)

    return observed, statistics()


def observed_statistics(estimate: FloatArray, error: FloatArray) -> FloatArray:
    """Return (H,) statistics, NaN without a standard error.

    Parameters
    ----------
    estimate, error : (H,) arrays of float
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(error > 0, estimate / error, np.nan), dtype=np.float64)


def parts(some: int, sums: int = _FEW_SUMS + 1) -> list[int]:
    """Return how many draws are held at a time: they add to ``some``.

    Parameters
    ----------
    some, sums : int
        Draws of a block, and sums of each.
    """
    part = some if sums <= _FEW_SUMS else _PART
    return [min(part, some - start) for start in range(0, some, part)]


def _groups(source: Source, mechanism: Mechanism | None) -> IntArray:
    """Return the groups within which persons are drawn: the mechanism's within the strata, codes rising with strata."""
    design = source.design
    if mechanism is None:
        return design.stratum
    return design.stratum * mechanism.n_groups + mechanism.group


class _Strata:
    """Sums by group, added up to the strata of the estimator: groups are in the order of the strata."""

    def __init__(self, stratum: IntArray, starts: IntArray) -> None:
        of_group = stratum[starts]
        self.starts = starts
        self._first = np.flatnonzero(np.diff(of_group, prepend=-1))
        self._same = self._first.size == of_group.size
        self.codes = of_group[self._first]

    def __call__(self, sums: NDArray[Any]) -> NDArray[Any]:
        """Return (k, S, B) from (k, G, B)."""
        return sums if self._same else np.add.reduceat(sums, self._first, axis=1)


def _forms(
    source: Source, hypotheses: Sequence[Hypothesis], inside: FloatArray, totals: FloatArray, size: FloatArray
) -> list[tuple[Form, IntArray]] | None:
    """Return each hypothesis's form and strata where all are of everyone with an outcome: then numbers are fixed."""
    if any(
        len(h.levels) > 1 or not h.levels[0].all() or np.isnan(source.outcomes[h.outcome]).any() for h in hypotheses
    ):
        return None
    out = []
    for j in range(len(hypotheses)):
        n1, n = inside[3 * j], totals[3 * j]
        both = np.flatnonzero((n1 > 0) & (n1 < n))
        if not both.size:
            return None
        form = form_of(source.spec, n1[both], (n - n1)[both], size[j, both])
        if not isinstance(form, Form):
            return None
        out.append((form, both))
    return out


def _events(source: Source, hypotheses: Sequence[Hypothesis], people: Persons) -> FloatArray:
    """Return (H, n) 0/1 outcomes, NaN for an outcome with other values."""
    rows = [source.outcomes[h.outcome][people.rows] for h in hypotheses]
    return np.stack([y if np.all((y == 0) | (y == 1)) else np.full(y.size, np.nan) for y in rows])


def _from_forms(
    forms: list[tuple[Form, IntArray]],
    people: Persons,
    subsets: Subsets,
    by_stratum: _Strata,
    inside: FloatArray,
    totals: FloatArray,
    events: FloatArray,
    centre: FloatArray,
    error: FloatArray,
    draws: int,
    seed: int,
    turned: bool,
) -> Iterator[FloatArray]:
    """Yield statistics where numbers are fixed: a few products with constants.

    A 0/1 outcome needs its number of events only, which is exact in single precision; another its sum and sum of squares,
    scaled so that single precision holds them to some 1e-6: what
    :class:`~effektutv.estimators.multiplicity.stepdown.StepDown` counts
    as a tie is wider. ``events`` are the 0/1 outcomes as they are, a row of NaN for another.
    """
    noise = [rounding(float(y), float(e)) for y, e in zip(people.largest, error, strict=True)]
    binary = ~np.isnan(events[:, 0])
    others = np.flatnonzero(~binary)
    scale = np.ones(binary.size)
    scale[others] = np.abs(people.columns[3 * others + 1]).max(axis=1, initial=0.0)
    scale = np.where(scale > 0, scale, 1.0)
    scaled = people.columns[3 * others + 1] / scale[others, None]
    sums = subsets.prepare(np.concatenate([events[binary], scaled, scaled**2]).astype(np.float32))
    place = np.where(binary, np.cumsum(binary) - 1, binary.sum() + np.cumsum(~binary) - 1)
    known = by_stratum(np.add.reduceat(events, by_stratum.starts, axis=1)[:, :, None])[:, :, 0]
    for rng, some in blocks(seed, draws):
        for part in parts(some, sums.n_sums):
            drawn = by_stratum(sums.draw(rng, part))
            out = np.empty((binary.size, part))
            for j, (form, both) in enumerate(forms):
                n1, n, Q = inside[3 * j, both], totals[3 * j, both], totals[3 * j + 2, both]
                t = drawn[place[j], both].astype(np.float64)
                if binary[j]:
                    events_of_arm = known[j, both][:, None] - t if turned else t
                    estimate, variance = form.of_events(n1, known[j, both] / n, Q, events_of_arm)
                else:
                    q, Q = drawn[place[j] + others.size, both].astype(np.float64), Q / scale[j] ** 2
                    t, q = (-t, Q[:, None] - q) if turned else (t, q)
                    estimate, variance = form.estimate(t) * scale[j], form.variance(t, q, Q) * scale[j] ** 2
                out[j] = studentised(estimate - centre[j], variance, float(error[j]), noise[j])
            yield out


# ------------------------------------------------------------------------------------------------------------- all arms


def global_statistics(
    source: Source, hypotheses: Sequence[Hypothesis], mechanism: Mechanism | None, draws: int, seed: int
) -> tuple[FloatArray, Iterator[FloatArray]]:
    """Return observed statistics and blocks of draws where all arms are drawn again: the null that no arm matters.

    Parameters
    ----------
    source, hypotheses, mechanism, draws, seed
        As in :func:`pairwise_statistics`; hypotheses of one outcome, of any contrasts.
    """
    if source.refitted:
        return refitted_global(source, hypotheses, _groups(source, mechanism), draws, seed)
    design = source.design
    arms = range(len(design.arms))
    people = persons_of(source, hypotheses, list(arms), _groups(source, mechanism), by_arm=False)
    columns = _for_all_arms(source, hypotheses, people)
    _, starts = np.unique(people.group, return_index=True)
    by_stratum = _Strata(people.stratum, starts)
    sized = people.size[:, by_stratum.codes]
    _, group = np.unique(people.group, return_inverse=True)
    assigned = design.arm[people.rows]
    again = inferred(design.arms, assigned, group, int(group.max()) + 1)

    def compute(inside: Callable[[int], NDArray[Any]]) -> tuple[FloatArray, FloatArray]:
        cells = {}
        for a in arms:
            sums = np.add.reduceat(inside(a)[None, :, :] * columns[:, None, :], starts, axis=2)
            cells[a] = by_stratum(sums.transpose(0, 2, 1))
        pairs = [tuple(CellSums(*cells[a][3 * j : 3 * j + 3]) for a in h.contrast) for j, h in enumerate(hypotheses)]
        return family_statistics(source, hypotheses, pairs, sized)  # type: ignore[arg-type]

    estimate, variance = compute(lambda a: assigned[None, :] == a)
    error = np.sqrt(variance[:, 0])
    shares = again.probabilities()
    centre, _ = compute(lambda a: shares[None, :, a])

    def statistics() -> Iterator[FloatArray]:
        for rng, some in blocks(seed, draws, _TASK_GLOBAL):
            for start in range(0, some, 256):
                codes = again.draw(rng, min(256, some - start))
                drawn, spread = compute(lambda a, codes=codes: codes == a)  # type: ignore[misc]
                yield over_errors(drawn - centre, spread, error, people.largest)

    return observed_statistics((estimate - centre)[:, 0], error), statistics()


def _for_all_arms(source: Source, hypotheses: Sequence[Hypothesis], people: Persons) -> FloatArray:
    """Return columns that count every arm's persons: a contrast's are drawn from all of them."""
    rows = []
    for h in hypotheses:
        y = source.outcomes[h.outcome][people.rows]
        counted = h.levels[0][people.rows] & ~np.isnan(y)
        values = np.where(counted, y, 0.0)
        codes = people.stratum
        mean = np.bincount(codes, weights=values) / np.maximum(np.bincount(codes, weights=counted), 1)
        centred = np.where(counted, values - mean[codes], 0.0)
        rows += [counted.astype(float), centred, centred**2]
    return np.stack(rows)
