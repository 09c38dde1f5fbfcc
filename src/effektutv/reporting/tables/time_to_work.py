"""Tables of time to work.

``time_to_work.csv``
    One row per clock and contrast: mean time without work until ``tau`` months in either arm, their difference with standard
    error and interval, and the contrast's log-rank test.
``risk_table.csv``
    One row per clock, arm and month: persons left just before it, events, competing events and censorings until it,
    Kaplan–Meier ``survival`` and the cumulative ``incidence`` with competing events, each with standard error and interval.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .csv_file import table_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from effektutv.results.time_to_event import TimeToEvent

    from .csv_file import Table

__all__ = ["mean_time_rows", "risk_rows"]

_MEAN_TIME_COLUMNS = (
    "outcome", "clock", "arm", "control", "tau", "n_arm", "n_control", "mean_arm", "mean_control", "estimate", "std_error",
    "statistic", "df", "p_value", "conf_low", "conf_high", "log_rank", "log_rank_p", "strata", "status", "note",
)  # fmt: skip

_RISK_COLUMNS = (
    "outcome", "clock", "arm", "time", "n", "n_risk", "events", "competing", "censored", "survival", "survival_error",
    "survival_low", "survival_high", "incidence", "incidence_error", "incidence_low", "incidence_high", "status",
)  # fmt: skip


def mean_time_rows(times: Iterable[TimeToEvent]) -> Table:
    """Return mean times, a row a clock and contrast."""
    return table_of((row for t in times for row in t.rows), _MEAN_TIME_COLUMNS)


def risk_rows(times: Iterable[TimeToEvent]) -> Table:
    """Return risk tables and curves, a row a clock, arm and time."""
    return table_of((row for t in times for row in t.risk), _RISK_COLUMNS)
