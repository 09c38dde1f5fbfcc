"""Effects by level of a baseline characteristic, and always the interaction contrast.

A difference between "significant" and "not significant" is no finding (Gelman and Stern 2006): what answers whether an
effect differs between levels is the interaction row. With two levels it is the second declared level's effect minus the
first's. The levels hold different persons, so the variances add. `blocked` and `lin` weight the strata alike in both
levels, over the strata where each level has both arms; else a different mix of strata would show as an interaction.
With more than two levels the row is a ``joint`` Wald test that all effects are equal (χ², levels − 1 degrees of freedom).

Under clustered variances the levels may share clusters, a provider having men and women: the levels' regressions are taken
as one, interacted with the level throughout, and the joint test is F
(:func:`effektutv.estimators.regression.cluster_robust.joint_test`).

A cross of two characteristics with two levels each has four levels and two questions. The ``interaction`` row is the
difference of differences: how much the second characteristic's interaction differs between the levels of the first,
(b₂ − b₁ in a₂) − (b₂ − b₁ in a₁), the effect that neither characteristic alone accounts for on the scale of differences.
The ``joint`` row tests that all four effects are equal. Larger crosses, and single characteristics with more than two
levels, have the joint test only.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import product
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import chdtrc, fdtrc

from effektutv.results.effect_rows import EffectRow, RowKind
from effektutv.results.names import Name, said
from effektutv.values import Statistic, Unavailable, available

from .design import (
    Cells,
    Design,
    Estimator,
    FloatArray,
    IntArray,
    Sample,
    Spec,
    Vcov,
    count_cells,
    observe,
    persons,
    strata_count,
)
from .effects import Fit, Labels, fit_contrast, inference, to_row
from .regression.cluster_robust import contrast_of_fits, joint_test
from .variation import STILL

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Subgroup", "cross", "subgroup_rows"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Subgroup:
    """A baseline characteristic.

    Parameters
    ----------
    name : str or tuple of str
        Its name; of a cross its parts' names.
    levels : tuple of str or of tuple of str
        In the order declared; of a cross each level is the tuple of its parts' levels.
    code : (n,) array of int
        Codes into ``levels``; −1 where missing.
    parts : tuple of tuple of str
        The levels of each characteristic of a cross; empty where it is none.
    """

    name: Name
    levels: tuple[Name, ...]
    code: IntArray
    parts: tuple[tuple[Name, ...], ...] = ()

    @property
    def is_two_by_two(self) -> bool:
        """Whether it is the cross of two characteristics with two levels each."""
        return [len(levels) for levels in self.parts] == [2, 2]


def cross(parts: Sequence[Subgroup]) -> Subgroup:
    """Return the cross of several characteristics: every combination of their levels, the last varying fastest.

    Parameters
    ----------
    parts : sequence of Subgroup
        At least one.
    """
    if len(parts) == 1:
        return parts[0]
    levels = tuple(part.levels for part in parts)
    code = parts[0].code
    for part in parts[1:]:
        known = (code >= 0) & (part.code >= 0)
        code = np.where(known, code * len(part.levels) + part.code, -1)
    return Subgroup(name=tuple(p.name for p in parts), levels=tuple(product(*levels)), code=code, parts=levels)


def subgroup_rows(
    design: Design,
    y: FloatArray,
    spec: Spec,
    contrasts: Sequence[tuple[int, int]],
    subgroup: Subgroup,
    labels: Labels,
) -> tuple[list[EffectRow], list[str]]:
    """Return each contrast's effect by level, followed by its interaction row.

    Parameters
    ----------
    design : Design
    y : (n,) array of float
        The outcome; NaN where missing.
    spec : Spec
    contrasts : sequence of (int, int)
        Codes of (arm, control).
    subgroup : Subgroup
    labels : Labels
        Outcome, clock and month.

    Returns
    -------
    rows : list of EffectRow
    notes : list of str
    """
    sample, (code,) = observe(design, y, (subgroup.code,), regresses=spec.regresses)
    parts = [sample.take(code == j) for j in range(len(subgroup.levels))]
    cells = [count_cells(part) for part in parts]
    notes: list[str] = []
    if unknown := int(np.count_nonzero(code[: sample.y.size] < 0)):
        notes.append(f"{said(subgroup.name)}: {persons(unknown)} with no level left out of its rows")
    rows: list[EffectRow] = []
    for arm, control in contrasts:
        fits = [fit_contrast(p, spec, arm, control, cells=c) for p, c in zip(parts, cells, strict=True)]
        for level, fit in zip(subgroup.levels, fits, strict=True):
            named = replace(labels, subgroup=subgroup.name, level=level, kind=RowKind.LEVEL)
            rows.append(to_row(fit, design, spec, arm, control, named))
        everyone = replace(labels, subgroup=subgroup.name)
        rows += _comparisons(parts, cells, fits, spec, (arm, control), everyone, subgroup)
    # A cross of three characteristics would fill a page with the notes of its levels: they stay on the rows.
    if noted := sum(bool(row.note) for row in rows):
        notes.append(f"{said(subgroup.name)}: {noted} of {len(rows)} rows have a note of their own")
    return rows, notes


def _comparisons(
    parts: list[Sample],
    cells: list[Cells],
    fits: list[Fit],
    spec: Spec,
    pair: tuple[int, int],
    labels: Labels,
    subgroup: Subgroup,
) -> list[EffectRow]:
    """Return the interaction row of one contrast, and for a cross of two by two its joint row."""
    design = parts[0].design
    notes: list[str] = []
    if _by_size(spec, design) and design.n_strata > 1:
        size, notes = _common_size(cells, spec, pair, design)
        fits = [fit_contrast(p, spec, *pair, cells=c, stratum_size=size) for p, c in zip(parts, cells, strict=True)]
    effects = Unavailable("an interaction compares effects, not means")
    base = Fit(
        n=(sum(f.n[0] for f in fits), sum(f.n[1] for f in fits)),
        events=None,
        raw=(effects, effects),
        means=(effects, effects),
        variance=effects,
        df=effects,
        notes=tuple(dict.fromkeys([*notes, *(note for f in fits for note in f.notes)])),
    )
    two = subgroup.is_two_by_two
    single = two or len(fits) == 2
    compared = replace(labels, level=subgroup.levels, kind=RowKind.INTERACTION)
    row = to_row(base, design, spec, *pair, compared if single else replace(labels, kind=RowKind.JOINT))
    row = replace(row, events_arm=effects, events_control=effects)
    reason = next((f.estimate for f in fits if isinstance(f.estimate, Unavailable)), None)
    reason = reason or next((f.variance for f in fits if isinstance(f.variance, Unavailable)), None)
    wanted = [row, replace(row, level="", kind=RowKind.JOINT)] if two else [row]
    if reason is not None:
        why = Unavailable(f"not in every level: {reason.reason}")
        return [_without(r, why) for r in wanted]
    if len(fits) == 2:
        return [_contrast(row, fits, np.array([-1.0, 1.0]), spec)]
    if not two:
        return [_joint(row, fits, spec)]
    (_, _), (first, second) = subgroup.parts
    a, b = subgroup.parts[0]
    what = f"difference of differences: ({second} − {first} in {b}) − ({second} − {first} in {a})"
    crossed = replace(row, note="; ".join(filter(None, (row.note, what))))
    return [_contrast(crossed, fits, np.array([1.0, -1.0, -1.0, 1.0]), spec), _joint(wanted[1], fits, spec)]


def _by_size(spec: Spec, design: Design) -> bool:
    """Return whether the estimator weights strata by size, so that levels can share their weights."""
    if spec.estimator is Estimator.IPW:
        return design.probability is None
    return spec.estimator in (Estimator.BLOCKED, Estimator.LIN, Estimator.LOGIT)


def _without(row: EffectRow, why: Unavailable) -> EffectRow:
    return replace(
        row,
        estimate=why,
        std_error=why,
        statistic=why,
        df=why,
        p_value=why,
        conf_low=why,
        conf_high=why,
        note=why.reason,
    )


def _common_size(cells: list[Cells], spec: Spec, pair: tuple[int, int], design: Design) -> tuple[FloatArray, list[str]]:
    """Return the stratum weights that all levels share: 0 where some level lacks an arm, and a note on those."""
    arms = list(pair)
    complete = np.all([(c.n[:, arms] > 0).all(axis=1) for c in cells], axis=0)
    size = np.sum([c.stratum_size(spec.weights, pair) for c in cells], axis=0)
    lost = ~complete & (np.sum([c.randomised[:, arms].sum(axis=1) for c in cells], axis=0) > 0)
    if not lost.any():
        return np.where(complete, size, 0.0), []
    people = persons(int(sum(c.randomised[lost][:, arms].sum() for c in cells)))
    name = f"{design.arms[pair[0]]} − {design.arms[pair[1]]}"
    strata = f"{strata_count(int(lost.sum()))} of {design.strata}"
    note = f"{name}: {strata} without both arms in every level left out ({people})"
    return np.where(complete, size, 0.0), [note]


def _contrast(row: EffectRow, fits: list[Fit], weights: FloatArray, spec: Spec) -> EffectRow:
    """Fill the row with a contrast of the levels' effects, e.g. the second less the first."""
    gap = float(weights @ np.array([f.estimate for f in fits], dtype=float))
    variance: Statistic
    df: Statistic
    if spec.vcov is Vcov.CR2:
        found = [f.clustered for f in fits if f.clustered is not None]
        if len(found) < len(fits):
            return _without(row, Unavailable("no variance"))
        # levels may share clusters: one regression of all of them
        variance, df = contrast_of_fits(found, weights)
    else:
        parts = weights**2 * np.array([f.variance for f in fits], dtype=float)
        variance = float(parts.sum())
        known = [(v, f.df) for v, f in zip(parts, fits, strict=True) if isinstance(f.df, float)]
        if any(f.approximate for f in fits):
            # Satterthwaite over all cells: each level's df already pools its own
            pooled = sum(v**2 / d for v, d in known)
            df = variance**2 / float(pooled) if pooled else STILL
        else:
            df = sum(d for _, d in known) if len(known) == len(fits) else Unavailable("no degrees of freedom are left")
    error, t, p, low, high = inference(gap, variance, df, spec.level)
    if spec.vcov is not Vcov.CR2:
        df = df if available(t) else STILL
    return replace(row, estimate=gap, std_error=error, statistic=t, df=df, p_value=p, conf_low=low, conf_high=high)


def _joint(row: EffectRow, fits: list[Fit], spec: Spec) -> EffectRow:
    """Fill the row with the joint Wald test that every level has the same effect."""
    if spec.vcov is Vcov.CR2:
        found = [f.clustered for f in fits if f.clustered is not None]
        if len(found) < len(fits):
            return _without(row, Unavailable("no variance"))
        tested = joint_test(found, np.column_stack([-np.ones(len(fits) - 1), np.eye(len(fits) - 1)]))
        if isinstance(tested, Unavailable):
            return _without(row, tested)
        p = float(fdtrc(tested.constraints, tested.df, tested.statistic))
        note = f"joint Wald test, F with {tested.constraints} and df degrees of freedom (approximate Hotelling)"
        return _filled_joint(row, tested.statistic, tested.df, p, note)
    estimate = np.array([f.estimate for f in fits], dtype=float)
    variance = np.array([f.variance for f in fits], dtype=float)
    if not variance.min() > 0:
        return _without(row, Unavailable("no variation in either arm of some level"))
    precision = 1 / variance
    mean = float(precision @ estimate) / float(precision.sum())
    wald, df = float(precision @ (estimate - mean) ** 2), float(estimate.size - 1)
    return _filled_joint(row, wald, df, float(chdtrc(df, wald)), "joint Wald test, chi-squared")


def _filled_joint(row: EffectRow, statistic: float, df: float, p: float, note: str) -> EffectRow:
    single = Unavailable("more than two levels: a joint test, no single difference")
    told = "; ".join(filter(None, (row.note, note)))
    return replace(
        row, estimate=single, std_error=single, statistic=statistic, df=df, p_value=p, conf_low=single,
        conf_high=single, note=told,
    )  # fmt: skip
