"""Release without suppression, for tables whose records are public."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from effektutv.values import Status, Unavailable

from .protected import ReportInputs

if TYPE_CHECKING:
    from effektutv.results.bounds import Bounds
    from effektutv.results.compliance import ComplierEffects
    from effektutv.results.counts import Counts
    from effektutv.results.effects import Effects
    from effektutv.results.profiles import Profile
    from effektutv.results.services_received import Received, Shares
    from effektutv.results.survey import SurveyOutcome
    from effektutv.results.time_to_event import TimeToEvent
    from effektutv.values import Statistic

__all__ = ["release_all", "shown"]

T = TypeVar("T")


def shown(row: T, statistic: Statistic | None = None) -> T:
    """Return a row as released, or as unavailable where its statistic is not defined.

    Parameters
    ----------
    row : T
        A result row with a status.
    statistic : Statistic, optional
    """
    status = Status.UNAVAILABLE if isinstance(statistic, Unavailable) else Status.RELEASED
    return replace(row, status=status)  # type: ignore[type-var]


def release_all(inputs: ReportInputs) -> ReportInputs:
    """Return everything as released: the records are public."""
    flow, balance, starts, parts = inputs.flow, inputs.balance, inputs.starts, inputs.contamination
    return ReportInputs(
        study=inputs.study,
        effects=tuple(_effects(e) for e in inputs.effects),
        robustness=tuple(_effects(e) for e in inputs.robustness),
        ratios=tuple(replace(r, rows=tuple(shown(x, x.estimate) for x in r.rows)) for r in inputs.ratios),
        adjusted=inputs.adjusted and _effects(inputs.adjusted),
        profiles=tuple(_profile(p) for p in inputs.profiles),
        kinds=tuple(_counts(c) for c in inputs.kinds),
        sources=tuple(_counts(c) for c in inputs.sources),
        starts=starts and replace(starts, rows=tuple(shown(r) for r in starts.rows)),
        flow=flow and replace(flow, rows=tuple(shown(r) for r in flow.rows)),
        balance=balance and replace(balance, rows=tuple(shown(r, r.smd) for r in balance.rows)),
        quality=inputs.quality,
        contamination=parts and replace(parts, rows=tuple(shown(r, r.estimate) for r in parts.rows)),
        times=tuple(_time(t) for t in inputs.times),
        surveys=tuple(_survey(s) for s in inputs.surveys),
        attrition=tuple(_bounds(b) for b in inputs.attrition),
        compliance=inputs.compliance and _compliance(inputs.compliance),
        power=inputs.power,
        power_curve=inputs.power_curve,
        received=inputs.received and _received(inputs.received),
        turned_thirty=inputs.turned_thirty and _shares(inputs.turned_thirty),
        entry=inputs.entry and _effects(inputs.entry),
        sites=inputs.sites and _effects(inputs.sites),
        site_variation=inputs.site_variation
        and replace(inputs.site_variation, rows=tuple(shown(r, r.tau) for r in inputs.site_variation.rows)),
        randomization=inputs.randomization
        and replace(inputs.randomization, rows=tuple(shown(r, r.estimate) for r in inputs.randomization.rows)),
        notes=inputs.notes,
    )


def _received(found: Received) -> Received:
    return replace(found, rows=tuple(shown(r) for r in found.rows), shares=_shares(found.shares))


def _shares(found: Shares) -> Shares:
    return replace(found, rows=tuple(shown(r, r.share) for r in found.rows))


def _effects(found: Effects) -> Effects:
    return replace(found, rows=tuple(shown(r, r.estimate) for r in found.rows))


def _counts(found: Counts) -> Counts:
    return replace(found, rows=tuple(shown(r) for r in found.rows))


def _profile(found: Profile) -> Profile:
    bands = replace(found.bands, rows=tuple(shown(b, b.sim_low) for b in found.bands.rows))
    rows = tuple(shown(r, r.share) for r in found.rows)
    return replace(found, rows=rows, effects=_effects(found.effects), bands=bands)


def _time(found: TimeToEvent) -> TimeToEvent:
    rows, risk = tuple(shown(r, r.estimate) for r in found.rows), tuple(shown(r, r.incidence) for r in found.risk)
    return replace(found, rows=rows, risk=risk)


def _bounds(found: Bounds) -> Bounds:
    return replace(found, rows=tuple(shown(r, r.lower) for r in found.rows), response=_effects(found.response))


def _survey(found: SurveyOutcome) -> SurveyOutcome:
    return replace(
        found,
        response=_effects(found.response),
        observed=_effects(found.observed),
        weighted=_effects(found.weighted),
        bounds=tuple(_bounds(b) for b in found.bounds),
    )


def _compliance(found: ComplierEffects) -> ComplierEffects:
    receipt = replace(found.receipt, rows=tuple(shown(r, r.share) for r in found.receipt.rows))
    return replace(found, rows=tuple(shown(r, r.estimate) for r in found.rows), receipt=receipt)
