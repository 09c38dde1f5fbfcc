"""Tables of survey items, and of bounds on what is not known of everyone.

``survey.csv``
    One row per item, wave, estimate and contrast. ``estimate_of`` is ``response`` (who responded), ``observed`` (respondents as
    they are) or ``weighted`` (by the inverse of the probability of response); the other columns are those of ``itt.csv``.
``bounds.csv``
    One row per item, wave, method and contrast: ``lower`` and ``upper`` bound the effect on ``population``, ``conf_low`` and
    ``conf_high`` cover it; ``trimmed`` is the arm trimmed, ``trimmed_share`` the share of its respondents taken off.
``attrition.csv``
    The same of the primary outcome, with the dead and the emigrated taken as unknown: one row per method and contrast.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .csv_file import table_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from effektutv.results.bounds import Bounds
    from effektutv.results.survey import SurveyOutcome

    from .csv_file import Table

__all__ = ["attrition_rows", "bound_rows", "survey_rows"]

_SURVEY_COLUMNS = (
    "arm", "control", "n_arm", "n_control", "share_arm", "share_control", "mean_arm", "mean_control", "estimate",
    "std_error", "statistic", "df", "p_value", "conf_low", "conf_high", "estimator", "vcov", "strata", "status", "note",
)  # fmt: skip

_BOUND_COLUMNS = (
    "method", "population", "arm", "control", "n_arm", "n_control", "observed_arm", "observed_control", "response_arm",
    "response_control", "trimmed", "trimmed_share", "lower", "upper", "std_error_lower", "std_error_upper", "conf_low",
    "conf_high", "cells", "strata", "status", "note",
)  # fmt: skip


def survey_rows(surveys: Iterable[SurveyOutcome]) -> Table:
    """Return response and effects on survey outcomes, a row an item, estimate and contrast."""
    rows = []
    for s in surveys:
        for name, effects in (("response", s.response), ("observed", s.observed), ("weighted", s.weighted)):
            rows += [[s.outcome, s.wave, name, *values] for values in table_of(effects.rows, _SURVEY_COLUMNS)[1]]
    return ("outcome", "wave", "estimate_of", *_SURVEY_COLUMNS), rows


def bound_rows(surveys: Iterable[SurveyOutcome]) -> Table:
    """Return bounds on effects on survey outcomes, a row an item, method and contrast."""
    rows = [
        [s.outcome, s.wave, *values]
        for s in surveys
        for b in s.bounds
        for values in table_of(b.rows, _BOUND_COLUMNS)[1]
    ]
    return ("outcome", "wave", *_BOUND_COLUMNS), rows


def attrition_rows(bounds: Iterable[Bounds]) -> Table:
    """Return bounds on the primary outcome with the dead and the emigrated unknown, one row per method and contrast."""
    return table_of([r for b in bounds for r in b.rows], ("outcome", "clock", "month", *_BOUND_COLUMNS))
