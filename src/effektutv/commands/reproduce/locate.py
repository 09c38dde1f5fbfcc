"""The cell of a run's protected results that a published figure belongs to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING

from effektutv.results.effect_rows import EffectRow
from effektutv.values import Statistic, Suppressed, Unavailable

if TYPE_CHECKING:
    from effektutv.disclosure.protected import ReportInputs

    from .published_figures import Figure

__all__ = ["Contrast", "cell", "contrasts"]

_COLUMNS = frozenset(f.name for f in fields(EffectRow))
#: What turns round with the arms, and which ends change place.
_TURNED = (("n_arm", "n_control"), ("share_arm", "share_control"), ("mean_arm", "mean_control"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Contrast:
    """One row of effects that a claim speaks of, with its interval's coverage."""

    row: EffectRow
    conf_level: float


def cell(figure: Figure, inputs: ReportInputs) -> Statistic:
    """Return the run's number for a figure, or the reason why there is none.

    Parameters
    ----------
    figure : Figure
    inputs : ReportInputs
        Protected: what is suppressed stays so.
    """
    where = figure.where
    if where == "effects":
        return _effect(figure, inputs)
    if where == "shares":
        return _share(figure, inputs)
    if where == "balance":
        return _balance(figure, inputs)
    if where == "flow":
        return _flow(figure, inputs)
    if where == "starts":
        return _start(figure, inputs)
    return Unavailable("the report does not hold it")


def contrasts(figure: Figure, inputs: ReportInputs) -> tuple[Contrast, ...]:
    """Return every contrast that a figure is about: one for each pair of arms that it leaves open.

    Parameters
    ----------
    figure : Figure
    inputs : ReportInputs
        Protected.
    """
    found: dict[tuple[str, str], Contrast] = {}
    for row, level in _effect_rows(figure, inputs):
        for turned in (row, _turned(row)):
            fits = figure.arm in (None, turned.arm) and figure.control in (None, turned.control)
            pair = (turned.arm, turned.control)
            if fits and pair not in found and (pair[1], pair[0]) not in found:
                found[pair] = Contrast(row=turned, conf_level=level)
    return tuple(found.values())


def _effect_rows(figure: Figure, inputs: ReportInputs) -> Iterator[tuple[EffectRow, float]]:
    """Yield the rows of the figure's outcome, time and group: the main estimates first, then by month, then the others."""
    sources = (
        *inputs.effects,
        *(p.effects for p in inputs.profiles),
        *(inputs.robustness if figure.estimator is not None else ()),
    )
    for effects in sources:
        for row in effects.rows:
            if (
                (row.outcome, row.subgroup, row.kind) == (figure.outcome, figure.subgroup, figure.row_kind)
                and (row.kind.compares or row.level == figure.level)
                and figure.clock in (None, row.clock)
                and figure.month in (None, row.month)
                and figure.estimator in (None, row.estimator)
            ):
                yield row, effects.conf_level


def _turned(row: EffectRow) -> EffectRow:
    """Return the same contrast the other way round."""
    ends = {a: getattr(row, b) for pair in _TURNED for a, b in (pair, pair[::-1])}
    return replace(
        row,
        arm=row.control,
        control=row.arm,
        estimate=_minus(row.estimate),
        statistic=_minus(row.statistic),
        conf_low=_minus(row.conf_high),
        conf_high=_minus(row.conf_low),
        **ends,
    )


def _minus(value: Statistic) -> Statistic:
    return -value if isinstance(value, int | float) else value


def _missing(figure: Figure, inputs: ReportInputs) -> Unavailable:
    """Return what of the figure the run does not have."""
    if figure.outcome not in {o.name for o in inputs.study.outcomes}:
        return Unavailable("the study has no such outcome")
    codes = inputs.study.arm_codes
    if any(a is not None and a not in codes for a in (figure.arm, figure.control)):
        return Unavailable("the study has no such arm")
    return Unavailable("the run has no such time, group or estimator for the outcome")


def _effect(figure: Figure, inputs: ReportInputs) -> Statistic:
    found = contrasts(figure, inputs)
    if not found:
        return _missing(figure, inputs)
    if len(found) > 1:
        return Unavailable("the figure names no single contrast: give arm and control")
    row, column = found[0].row, figure.column or "estimate"
    if column == "share_difference":
        return _subtracted(row.share_arm, row.share_control)
    value = getattr(row, column) if column in _COLUMNS else None
    if isinstance(value, Suppressed | Unavailable):
        return value
    if not isinstance(value, int | float):
        return Unavailable("an effect has no such column of numbers")
    return float(value)


def _subtracted(first: Statistic, second: Statistic) -> Statistic:
    for value in (first, second):
        if isinstance(value, Suppressed | Unavailable):
            return value
    return float(first) - float(second)  # type: ignore[arg-type]


def _share(figure: Figure, inputs: ReportInputs) -> Statistic:
    if not figure.subgroup:
        for profile in inputs.profiles:
            for row in profile.rows:
                if (
                    (row.outcome, row.arm) == (figure.outcome, figure.arm)
                    and figure.clock in (None, row.clock)
                    and figure.month in (None, row.month)
                ):
                    return row.share
    for effect, _ in _effect_rows(figure, inputs):
        if effect.arm == figure.arm:
            return effect.share_arm
        if effect.control == figure.arm:
            return effect.share_control
    return _missing(figure, inputs)


def _flow(figure: Figure, inputs: ReportInputs) -> Statistic:
    stages = inputs.flow.rows if inputs.flow is not None else ()
    stage = next((s for s in stages if s.name == figure.stage), None)
    if stage is None:
        return Unavailable("the participant flow has no such stage")
    if figure.column == "excluded":
        return _number(stage.excluded)
    if figure.arm is None:
        return _number(stage.n)
    return _number(stage.by_arm.get(figure.arm, Unavailable("the stage has no such arm")))


def _start(figure: Figure, inputs: ReportInputs) -> Statistic:
    rows = inputs.starts.rows if inputs.starts is not None else ()
    return next((r.share for r in rows if r.arm == figure.arm), Unavailable("the run has no start of that arm"))


def _number(value: int | Unavailable | Suppressed) -> Statistic:
    return float(value) if isinstance(value, int) else value


def _balance(figure: Figure, inputs: ReportInputs) -> Statistic:
    """Return a mean or share in one arm, or in all together from the arms' own protected means."""
    known = {c.name: c for c in inputs.study.covariates}
    covariate = known.get(figure.covariate or "")
    if covariate is None or inputs.balance is None:
        return Unavailable("the study has no such characteristic")
    level, codes, turned = figure.level, [x.code for x in covariate.levels], False
    if len(codes) == 2 and level in codes:
        # two levels are one row: the share in the second
        level, turned = "", level == codes[0]
    arms = inputs.study.arm_codes if figure.arm is None else (figure.arm,)
    # those not known, unless a level is called so
    unknown = level == "missing" and level not in codes
    rows = [
        r
        for r in inputs.balance.rows
        if r.covariate == covariate.name and (r.kind == "missing" if unknown else r.level == level)
    ]
    total = people = 0.0
    for arm in arms:
        one = next((r for r in rows if arm in (r.arm, r.control)), None)
        if one is None:
            return Unavailable("the balance table has no such row")
        side = "arm" if one.arm == arm else "control"
        values = [getattr(one, f"{what}_{side}") for what in ("mean", "n", "n_missing")]
        for value in values:
            if isinstance(value, Suppressed | Unavailable):
                return value
        mean, n, missing = map(float, values)
        # of the row of those not known, everyone is the denominator already
        everyone = n + missing if figure.denominator == "everyone" and one.kind != "missing" else n
        total += (1.0 - mean if turned else mean) * n
        people += everyone
    return total / people if people else Unavailable("nobody is known")
