"""The CSV tables of the questions beyond the mean difference, to nine significant digits; their columns are documented here.

``time_to_work.csv``
    A row a clock and contrast: mean time without work until ``tau`` months in either arm, their difference with standard
    error and interval, and the contrast's log-rank test.
``risk_table.csv``
    A row a clock, arm and month: persons left just before it, events, competing events and censorings until it, Kaplan–Meier
    ``survival`` and the cumulative ``incidence`` with competing events, each with standard error and interval.
``survey.csv``
    A row an item, wave, estimate and contrast. ``estimate_of`` is ``response`` (who responded), ``observed`` (respondents as
    they are) or ``weighted`` (by the inverse of the probability of response); the other columns are those of ``itt.csv``.
``bounds.csv``
    A row an item, wave, method and contrast: ``lower`` and ``upper`` bound the effect on ``population``, ``conf_low`` and
    ``conf_high`` cover it; ``trimmed`` is the arm trimmed, ``trimmed_share`` the share of its respondents taken off.
``attrition.csv``
    The same of the primary outcome, ``resident:NAME``, with the dead and the emigrated taken as unknown: a row a method and
    contrast.
``receipts.csv``
    A row an arm and programme: how many of the arm's persons received it.
``compliance.csv``
    A row a contrast with the comparison arm: receipt, first stage with its F tests, intention to treat, the complier effect
    with interval, and the ends of Anderson and Rubin's set.
``power.csv``
    A row a planned test: the contrast with the persons in its arms, comparison share ``baseline``, level of the family
    ``alpha`` and of each test ``alpha_each``; ``solved`` names what was computed from the rest.
``contamination.csv``
    A row an arm and part of its coefficient in one regression of all arms; ``source`` is the arm whose effects contaminate;
    ``difference`` is the coefficient less the row's estimate.
``credibility.csv``
    A row a contrast, subgroup and item of ICEMAN: ``answer``, and what it rests on as ``evidence``.

``received_hours.csv``
    A row an arm and actor (``all`` for every actor): persons with any hours until ``month``, and hours a person assigned.
``received_shares.csv``, ``turned_30.csv``
    A row an arm and item: how many of everyone assigned, until ``month`` where the item has one.
``site_variation.csv``
    A row a contrast: between-site standard deviation of the effect with its interval, and Cochran's test, coarsened.
``randomization.csv``
    A row a bin of the main contrast's redrawn statistic, with its share of the draws; ``observed`` is the statistic itself.

Shares and effects are proportions (0.08, not 8), times are months. A suppressed cell is ``‥``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from effektutv.results.tabular import held

from .received import received_tables

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from effektutv.disclosure.protected import ReportInputs
    from effektutv.results.compliance import ComplierEffects, Receipts
    from effektutv.results.contamination import Contamination
    from effektutv.results.credibility import CredibilityRow
    from effektutv.results.power import Power
    from effektutv.results.survey import SurveyOutcome
    from effektutv.results.time_to_event import TimeToEvent

    from .csv_file import Table

__all__ = ["further_tables", "power_rows", "risk_rows"]

_MEAN_TIME_COLUMNS = (
    "outcome", "clock", "arm", "control", "tau", "n_arm", "n_control", "mean_arm", "mean_control", "estimate", "std_error",
    "statistic", "df", "p_value", "conf_low", "conf_high", "log_rank", "log_rank_p", "strata", "status", "note",
)  # fmt: skip
_RISK_COLUMNS = (
    "outcome", "clock", "arm", "time", "n", "n_risk", "events", "competing", "censored", "survival", "survival_error",
    "survival_low", "survival_high", "incidence", "incidence_error", "incidence_low", "incidence_high", "status",
)  # fmt: skip
_SURVEY_COLUMNS = (
    "arm", "control", "n_arm", "n_control", "share_arm", "share_control", "mean_arm", "mean_control", "estimate",
    "std_error", "statistic", "df", "p_value", "conf_low", "conf_high", "estimator", "vcov", "strata", "status", "note",
)  # fmt: skip
_BOUND_COLUMNS = (
    "method", "population", "arm", "control", "n_arm", "n_control", "observed_arm", "observed_control", "response_arm",
    "response_control", "trimmed", "trimmed_share", "lower", "upper", "std_error_lower", "std_error_upper", "conf_low",
    "conf_high", "cells", "strata", "status", "note",
)  # fmt: skip
_RECEIPT_COLUMNS = ("arm", "programme", "n", "received", "share", "status")
_COMPLIER_COLUMNS = (
    "outcome", "clock", "month", "arm", "control", "n_arm", "n_control", "receipt_arm", "receipt_control", "first_stage",
    "first_stage_error", "f_classical", "f_robust", "intention_to_treat", "estimate", "std_error", "statistic", "df",
    "p_value", "conf_low", "conf_high", "ar_low", "ar_high", "vcov", "strata", "status", "note",
)  # fmt: skip
_POWER_COLUMNS = (
    "arm", "control", "n_arm", "n_control", "baseline", "effect", "alpha", "alpha_each", "family", "power", "solved",
    "method", "std_error",
)  # fmt: skip
_CONTAMINATION_COLUMNS = (
    "outcome", "clock", "month", "arm", "control", "component", "source", "n_arm", "n_control", "estimate", "std_error",
    "conf_low", "conf_high", "difference", "difference_se", "strata", "status", "note",
)  # fmt: skip
_CREDIBILITY_COLUMNS = (
    "outcome", "clock", "month", "arm", "control", "subgroup", "item", "answer", "evidence",
)  # fmt: skip


def further_tables(value: ReportInputs) -> dict[str, Table]:
    """Return the tables by file name without ``.csv``, each only where the study has it.

    Parameters
    ----------
    value : ReportInputs
        Protected.
    """
    out: dict[str, Table] = {}
    if value.times:
        out["time_to_work"] = mean_time_rows(value.times)
        out["risk_table"] = risk_rows(value.times)
    if value.surveys:
        out["survey"] = survey_rows(value.surveys)
        out["bounds"] = bound_rows(value.surveys)
    if value.attrition:
        out["attrition"] = _of(
            [r for b in value.attrition for r in b.rows], ("outcome", "clock", "month", *_BOUND_COLUMNS)
        )
    if value.compliance is not None:
        out["receipts"] = receipt_rows(value.compliance.receipt)
        out["compliance"] = complier_rows(value.compliance)
    if value.power is not None:
        out["power"] = power_rows(value.power)
    if value.contamination is not None:
        out["contamination"] = contamination_rows(value.contamination)
    items = [row for e in value.effects if e.credibility is not None for row in e.credibility.rows]
    if items:
        out["credibility"] = credibility_rows(items)
    return out | received_tables(value)


def _of(rows: Iterable[object], columns: Sequence[str]) -> Table:
    return columns, [[held(row, c) for c in columns] for row in rows]


def mean_time_rows(times: Iterable[TimeToEvent]) -> Table:
    """Return mean times, a row a clock and contrast."""
    return _of((row for t in times for row in t.rows), _MEAN_TIME_COLUMNS)


def risk_rows(times: Iterable[TimeToEvent]) -> Table:
    """Return risk tables and curves, a row a clock, arm and time."""
    return _of((row for t in times for row in t.risk), _RISK_COLUMNS)


def survey_rows(surveys: Iterable[SurveyOutcome]) -> Table:
    """Return response and effects on survey outcomes, a row an item, estimate and contrast."""
    rows = []
    for s in surveys:
        for name, effects in (("response", s.response), ("observed", s.observed), ("weighted", s.weighted)):
            rows += [[s.outcome, s.wave, name, *values] for values in _of(effects.rows, _SURVEY_COLUMNS)[1]]
    return ("outcome", "wave", "estimate_of", *_SURVEY_COLUMNS), rows


def bound_rows(surveys: Iterable[SurveyOutcome]) -> Table:
    """Return bounds on effects on survey outcomes, a row an item, method and contrast."""
    rows = [
        [s.outcome, s.wave, *values] for s in surveys for b in s.bounds for values in _of(b.rows, _BOUND_COLUMNS)[1]
    ]
    return ("outcome", "wave", *_BOUND_COLUMNS), rows


def receipt_rows(receipts: Receipts) -> Table:
    """Return receipt of every programme, a row an arm and programme."""
    return _of(receipts.rows, _RECEIPT_COLUMNS)


def complier_rows(compliance: ComplierEffects) -> Table:
    """Return complier effects, a row a contrast."""
    return _of(compliance.rows, _COMPLIER_COLUMNS)


def power_rows(power: Power) -> Table:
    """Return what could be detected, a row a planned test."""
    return _of(power.rows, _POWER_COLUMNS)


def contamination_rows(contamination: Contamination) -> Table:
    """Return the parts of each arm's coefficient, a row a part."""
    return _of(contamination.rows, _CONTAMINATION_COLUMNS)


def credibility_rows(rows: Iterable[CredibilityRow]) -> Table:
    """Return the items of ICEMAN, a row a contrast, subgroup and item."""
    return _of(rows, _CREDIBILITY_COLUMNS)
