"""The door to families of effects, corrected for their number in one call: Holm, Westfall–Young, Romano–Wolf."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import numpy as np

from effektutv.errors import ArgumentError
from effektutv.estimators.design import BoolArray, FloatArray
from effektutv.estimators.iceman import corrected
from effektutv.estimators.multiplicity.hypothesis import Hypothesis
from effektutv.estimators.multiplicity.redraw_cells import check_redrawable, global_statistics, pairwise_statistics
from effektutv.estimators.multiplicity.resample_cells import bootstrap_statistics
from effektutv.estimators.multiplicity.stepdown import StepDown, holm
from effektutv.estimators.randomization.mechanism import Mechanism
from effektutv.estimators.retained_inputs import Source
from effektutv.results.effect_rows import EffectRow, RowKind
from effektutv.results.effects import Effects
from effektutv.results.kept import keep, kept
from effektutv.results.names import Name, said

from .inputs.assignment import draws_of, seed_of, unique

__all__ = ["adjust"]


def adjust(
    effects: Effects,
    *,
    method: str = "holm",
    draws: int = 10_000,
    seed: int = 1,
    family: str | None = None,
    rows: Callable[[EffectRow], bool] | None = None,
    mechanism: Mechanism | None = None,
) -> Effects:
    r"""Correct a family of tests for their number, all in this one call.

    Parameters
    ----------
    effects : Effects
        From :func:`effektutv.itt` or a trial's ``itt``: with their arrays, which they keep within the process. Read from
        a file, or after disclosure control, they have none: then only Holm's method is offered.
    method : {"holm", "westfall-young", "romano-wolf"}
        ``holm``: from the p-values as they stand. ``westfall-young``: step-down maxT from draws of the assignment, over
        outcomes and subgroups within one contrast; for one outcome in everyone, across the contrasts of three arms by
        closure, each pair's own test with the test that no arm has an effect. ``romano-wolf``: step-down maxT from a
        bootstrap of persons within stratum and arm, over any rows (asymptotic); strata with single persons are drawn from
        each other (:mod:`effektutv.estimators.multiplicity.resample_cells`). By every method an adjusted p-value is never
        below the row's own.
    draws, seed : int
        Of ``westfall-young`` and ``romano-wolf``.
    family : str, optional
        The family's name, on every adjusted p-value; by default the method and the number of tests.
    rows : function of a row to bool, optional
        Which rows are the family, e.g. ``lambda row: row.kind == "interaction"``; by default all. The others stay as
        they are.
    mechanism : Mechanism, optional
        What is drawn again; by default inferred from the numbers by stratum and arm.

    Returns
    -------
    Effects
        The same rows with ``p_adjusted`` and ``family``; by ``westfall-young`` with ``p_randomization``, too.

    Raises
    ------
    ArgumentError
        If the rows are no family that the method can correct.
    """
    if not isinstance(effects, Effects):
        raise ArgumentError(
            f"effects: got {type(effects).__name__}; a family is corrected in one call: estimate it with one itt(...) "
            "of several outcomes, contrasts or subgroups, and give that result"
        )
    if method not in ("holm", "westfall-young", "romano-wolf"):
        raise ArgumentError(f"method: got {method!r}; choose 'holm', 'westfall-young' or 'romano-wolf'")
    chosen = [i for i, row in enumerate(effects.rows) if rows is None or rows(row)]
    tested = [i for i in chosen if isinstance(effects.rows[i].p_value, float)]
    if not tested:
        raise ArgumentError("rows: no row of the family has a p-value; there is nothing to correct")
    name = family if family is not None else f"{method}, {len(tested)} {'test' if len(tested) == 1 else 'tests'}"
    if method == "holm":
        found = holm(np.array([effects.rows[i].p_value for i in tested], dtype=float))
        return _corrected(effects, tested, found, None, name, _missed(chosen, tested))
    source = kept(effects)
    if not isinstance(source, Source):
        raise ArgumentError(
            f"method: {method!r} needs the arrays behind the effects, which these do not have (they were read back, "
            "changed or protected); correct the result of itt(...) itself, or use method='holm'"
        )
    check_redrawable(source)
    hypotheses = _hypotheses(source, [effects.rows[i] for i in tested])
    draws, seed = draws_of(draws), seed_of(seed)
    notes = _missed(chosen, tested)
    if method == "romano-wolf":
        down, said = _romano_wolf(source, hypotheses, draws, seed)
        return _corrected(effects, tested, down, None, name, [*notes, *said])
    if len({h.contrast for h in hypotheses}) == 1:
        adjusted, raw, said = _within(source, hypotheses, mechanism, draws, seed)
    else:
        adjusted, raw, said = _across(source, hypotheses, mechanism, draws, seed)
    return _corrected(effects, tested, adjusted, raw, name, [*notes, *said])


def _missed(chosen: list[int], tested: list[int]) -> list[str]:
    """Return the note on rows of the family without a p-value."""
    lost = len(chosen) - len(tested)
    if not lost:
        return []
    return [f"{lost} of {len(chosen)} rows of the family have no p-value and are not counted among its tests"]


def _corrected(
    effects: Effects,
    tested: list[int],
    adjusted: FloatArray,
    raw: FloatArray | None,
    name: str,
    notes: Sequence[str],
) -> Effects:
    """Return the effects with adjusted p-values, and with the arrays that they had."""
    changed = list(effects.rows)
    # Whatever the draws say, a test among several is no more sure than the test by itself that stands beside it.
    own = np.array([effects.rows[i].p_value for i in tested], dtype=float)
    adjusted = np.maximum(adjusted, own)
    for j, i in enumerate(tested):
        row = replace(changed[i], p_adjusted=float(adjusted[j]), family=name)
        changed[i] = row if raw is None else replace(row, p_randomization=float(raw[j]))
    said = unique([*effects.notes, *(f"{name}: {n}" for n in notes)])
    items = None if effects.credibility is None else corrected(effects.credibility, changed)
    return keep(replace(effects, rows=tuple(changed), notes=said, credibility=items), kept(effects))


def _hypotheses(source: Source, rows: Sequence[EffectRow]) -> list[Hypothesis]:
    """Return the nulls of rows of effects; rows of one level share its mask."""
    arms = source.design.arms
    groups = {g.name: g for g in source.subgroups}
    everyone = np.ones(source.design.arm.size, dtype=bool)
    masks: dict[tuple[Name, int], BoolArray] = {
        (g.name, j): g.code == j for g in groups.values() for j in range(len(g.levels))
    }
    out = []
    for row in rows:
        at = [0, 1]
        if row.kind is RowKind.LEVEL:
            at = [groups[row.subgroup].levels.index(row.level)]
        elif row.kind.compares and len(groups[row.subgroup].levels) != 2:
            raise ArgumentError(
                f"rows: the interaction of {said(row.subgroup)!r} is a joint test of "
                f"{len(groups[row.subgroup].levels)} levels, or a contrast of so many, which has "
                "no place among single statistics; leave it out of the family, or use "
                "method='holm'"
            )
        out.append(
            Hypothesis(
                outcome=row.outcome,
                contrast=(arms.index(row.arm), arms.index(row.control)),
                levels=(everyone,) if row.kind is RowKind.EFFECT else tuple(masks[row.subgroup, j] for j in at),
            )
        )
    return out


def _counted(observed: FloatArray, statistics: Iterator[FloatArray]) -> StepDown:
    """Return the step-down counts of a family's draws."""
    if np.isnan(observed).any():
        raise ArgumentError(
            f"rows: {int(np.isnan(observed).sum())} of the family have no studentised statistic (no variation); "
            "leave them out, or use method='holm'"
        )
    down = StepDown(observed)
    for block in statistics:
        down.add(block)
    return down


def _error_note(p: FloatArray, draws: int) -> str:
    error = float(np.sqrt(p * (1 - p) / draws).max())
    return f"{draws} draws; Monte Carlo error of a p-value at most {error:.2g}"


def _within(
    source: Source, hypotheses: list[Hypothesis], mechanism: Mechanism | None, draws: int, seed: int
) -> tuple[FloatArray, FloatArray, list[str]]:
    """Westfall–Young within one contrast."""
    down = _counted(*pairwise_statistics(source, hypotheses, mechanism, draws, seed))
    notes = [
        "step-down maxT (Westfall–Young) from draws of the contrast's two arms within strata, studentised",
        _error_note(down.adjusted, draws),
    ]
    if any(len(h.levels) > 1 for h in hypotheses):
        notes.append("interactions: asymptotic, since drawing again tests no effect at all, not no interaction")
    return down.adjusted, down.raw, notes


def _across(
    source: Source, hypotheses: list[Hypothesis], mechanism: Mechanism | None, draws: int, seed: int
) -> tuple[FloatArray, FloatArray, list[str]]:
    """Closure of one outcome's contrasts in three arms: each pair's test with the test that no arm has an effect."""
    plain = all(len(h.levels) == 1 and h.levels[0].all() for h in hypotheses)
    one_each = len({h.contrast for h in hypotheses}) == len(hypotheses) and len({h.outcome for h in hypotheses}) == 1
    if not (plain and one_each and len(source.design.arms) == 3):
        raise ArgumentError(
            "rows: draws of the assignment correct outcomes and subgroups within one contrast, or one outcome's contrasts "
            "in three arms; choose such rows, or use method='holm' or 'romano-wolf' for the whole"
        )
    raw = np.array(
        [_counted(*pairwise_statistics(source, [h], mechanism, draws, seed)).raw[0] for h in hypotheses], dtype=float
    )
    overall = _counted(*global_statistics(source, hypotheses, mechanism, draws, seed)).any
    notes = [
        "closure: the larger of the pair's own p-value and that of the largest statistic when all arms are drawn again "
        f"({overall:.4g}); studentised, asymptotic for average effects of 0",
        _error_note(raw, draws),
    ]
    return np.maximum(raw, overall), raw, notes


def _romano_wolf(source: Source, hypotheses: list[Hypothesis], draws: int, seed: int) -> tuple[FloatArray, list[str]]:
    """Step-down maxT from a centred bootstrap."""
    found = bootstrap_statistics(source, hypotheses, draws, seed)
    down = _counted(found.observed, found.statistics)
    notes = [
        "step-down maxT (Romano–Wolf) from a bootstrap of persons within stratum and arm, studentised and centred at the "
        "estimates; asymptotic",
        *found.notes,
        _error_note(down.adjusted, draws),
    ]
    return down.adjusted, notes
