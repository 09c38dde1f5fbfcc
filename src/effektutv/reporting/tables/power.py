"""What the trial could detect.

``power.csv``
    One row per planned test: the contrast with the persons in its arms, comparison share ``baseline``, level of the family
    ``alpha`` and of each test ``alpha_each``; ``solved`` names what was computed from the rest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .csv_file import table_of

if TYPE_CHECKING:
    from effektutv.results.power import Power

    from .csv_file import Table

__all__ = ["power_rows"]

_POWER_COLUMNS = (
    "arm", "control", "n_arm", "n_control", "baseline", "effect", "alpha", "alpha_each", "family", "power", "solved",
    "method", "std_error",
)  # fmt: skip


def power_rows(power: Power) -> Table:
    """Return what could be detected, a row a planned test."""
    return table_of(power.rows, _POWER_COLUMNS)
