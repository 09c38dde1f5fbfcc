"""A run's protected results held against published figures, figure by figure.

A **number** matches where rounding the run's to the printed digits can give the printed one:
\\|ours − published\\| ≤ rounding / 2, both ends included, as sources round halves up, down or to even and do not say which.

A **claim** without a number is *contradicted* where the run's interval leaves it no room, and else *not contradicted*: a wide
interval contradicts nothing and confirms nothing. The claim that an effect is positive is contradicted by an interval that
holds no positive value; that it is negative, by one that holds no negative value; that there is no difference, or no
significant one, by one that does not hold 0. A claim about several contrasts at once has the coverage of them all
(Bonferroni: each at 1 − α/m), and is contradicted where any of them is.

Sources that **disagree** are shown both, and a run that has the number of one of them is not set right by the other.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from scipy.special import ndtri, stdtrit

from effektutv.results.reproduction import Reproduction, ReproductionRow, Verdict
from effektutv.values import Statistic, Suppressed, Unavailable

from .locate import Contrast, cell, contrasts

if TYPE_CHECKING:
    from effektutv.disclosure.protected import Protected, ReportInputs

    from .published_figures import Figure, PublishedFigures

__all__ = ["compare", "contradicted", "within_rounding"]

#: Relative room for the binary representation of decimal halves: 0.255 − 0.26 is not exactly −0.005.
_BINARY = 1e-9


def compare(published: PublishedFigures, protected: Protected[ReportInputs]) -> Reproduction:
    """Hold a run against published figures.

    Parameters
    ----------
    published : PublishedFigures
    protected : Protected of ReportInputs
        What the run found, through disclosure control: nothing else is looked at.

    Returns
    -------
    Reproduction
        A row a figure; a claim about several contrasts has a row each.
    """
    inputs = protected.value
    rows = [row for figure in published.figures for row in _rows(figure, inputs)]
    study = inputs.study.study
    return Reproduction(rows=tuple(rows), study=study.name, report=published.study.report, synthetic=study.synthetic)


def within_rounding(ours: float, printed: float, rounding: float) -> bool:
    """Return whether a number, rounded to the printed digits, can be the printed one.

    Parameters
    ----------
    ours, printed : float
    rounding : float
        The unit of the last printed digit, e.g. 0.01.
    """
    return abs(ours - printed) <= rounding / 2 * (1 + _BINARY)


def _rows(figure: Figure, inputs: ReportInputs) -> tuple[ReproductionRow, ...]:
    row = ReproductionRow(
        figure=figure.id,
        label=figure.label,
        arm=figure.arm or "",
        control=figure.control or "",
        subgroup=figure.subgroup,
        level=figure.level,
        claim=figure.claim or "",
        source=figure.source,
        reason=figure.note,
        verdict=Verdict.NOT_COMPARABLE,
    )
    if figure.value is not None:
        row = replace(row, published=figure.value)
    if figure.rounding is not None:
        row = replace(row, rounding=figure.rounding)
    if figure.status == "not_published":
        return (replace(row, verdict=Verdict.NOT_PUBLISHED),)
    if figure.status == "not_comparable":
        return (row,)
    if figure.status == "directional":
        return _claim(figure, row, inputs)
    ours = cell(figure, inputs)
    return (_conflict(figure, row, ours) if figure.conflict is not None else _number(figure, row, ours),)


def _number(figure: Figure, row: ReproductionRow, ours: Statistic) -> ReproductionRow:
    if figure.value is None or figure.rounding is None or isinstance(ours, Suppressed | Unavailable):
        return replace(row, ours=ours, reason=_absent(ours, figure.note))
    same = within_rounding(ours, figure.value, figure.rounding)
    verdict = Verdict.MATCH if same else Verdict.DIFFERS
    return replace(row, ours=ours, difference=ours - figure.value, verdict=verdict)


def _conflict(figure: Figure, row: ReproductionRow, ours: Statistic) -> ReproductionRow:
    if figure.conflict is None or figure.value is None or figure.rounding is None:
        return row
    other = figure.conflict
    said = f"{_plain(figure.value)}: {figure.source}; {_plain(other.value)}: {other.source}"
    row = replace(row, ours=ours, also_published=other.value)
    if isinstance(ours, Suppressed | Unavailable):
        return replace(row, verdict=Verdict.CONFLICT, reason=f"{said}; {_absent(ours, '')}")
    either = any(within_rounding(ours, value, figure.rounding) for value in (figure.value, other.value))
    return replace(
        row,
        difference=ours - figure.value,
        verdict=Verdict.CONFLICT if either else Verdict.DIFFERS,
        reason=said if either else f"neither; {said}",
    )


def _plain(value: float) -> str:
    return f"{value:,.10g}"


def _absent(ours: Statistic, note: str) -> str:
    why = f"suppressed: {ours.rule}" if isinstance(ours, Suppressed) else getattr(ours, "reason", "")
    return "; ".join(filter(None, (why, note)))


def _claim(figure: Figure, row: ReproductionRow, inputs: ReportInputs) -> tuple[ReproductionRow, ...]:
    """Return a row a contrast that the claim is about."""
    if figure.direction is None or not figure.where:
        return (replace(row, reason=_joined("the run has no number that would decide it", figure.note)),)
    found = contrasts(figure, inputs)
    if not found:
        return (replace(row, reason=_joined("the run has no such effect", figure.note)),)
    return tuple(_decided(figure, row, contrast, len(found)) for contrast in found)


def _joined(*parts: str) -> str:
    return "; ".join(filter(None, parts))


def _decided(figure: Figure, row: ReproductionRow, contrast: Contrast, several: int) -> ReproductionRow:
    effect = contrast.row
    row = replace(row, arm=effect.arm, control=effect.control, ours=effect.estimate)
    low, high = _interval(contrast, several)
    row = replace(row, conf_low=low, conf_high=high)
    for value in (effect.estimate, low, high):
        if isinstance(value, Suppressed | Unavailable):
            return replace(row, reason=_absent(value, figure.note))
    refuted = contradicted(figure.direction or "", low, high)
    verdict = Verdict.CONTRADICTED if refuted else Verdict.NOT_CONTRADICTED
    level = f"{100 * contrast.conf_level:g} % interval"
    together = f" for all {several} contrasts at once" if several > 1 else ""
    return replace(row, verdict=verdict, reason=_joined(f"{level}{together}", figure.note))


def contradicted(direction: str, low: Statistic, high: Statistic) -> bool:
    """Return whether an interval leaves a claim no room.

    Parameters
    ----------
    direction : {"positive", "negative", "none"}
    low, high : float
        The interval's ends.
    """
    if not isinstance(low, int | float) or not isinstance(high, int | float):
        return False
    if direction == "positive":
        return high <= 0
    if direction == "negative":
        return low >= 0
    return low > 0 or high < 0


def _interval(contrast: Contrast, several: int) -> tuple[Statistic, Statistic]:
    """Return a contrast's own interval, or for one of several its part of an interval for them all."""
    row = contrast.row
    if several == 1:
        return row.conf_low, row.conf_high
    estimate, error = row.estimate, row.std_error
    if isinstance(estimate, Suppressed | Unavailable):
        return estimate, estimate
    if isinstance(error, Suppressed | Unavailable):
        return error, error
    upper = 1.0 - (1.0 - contrast.conf_level) / (2 * several)
    critical = float(stdtrit(row.df, upper)) if isinstance(row.df, int | float) else float(ndtri(upper))
    return estimate - critical * error, estimate + critical * error
