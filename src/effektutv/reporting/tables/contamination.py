"""What one regression of all arms would mix.

``contamination.csv``
    One row per arm and part of its coefficient in one regression of all arms; ``source`` is the arm whose effects contaminate;
    ``difference`` is the coefficient less the row's estimate.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .csv_file import table_of

if TYPE_CHECKING:
    from effektutv.results.contamination import Contamination

    from .csv_file import Table

__all__ = ["contamination_rows"]

_CONTAMINATION_COLUMNS = (
    "outcome", "clock", "month", "arm", "control", "component", "source", "n_arm", "n_control", "estimate", "std_error",
    "conf_low", "conf_high", "difference", "difference_se", "strata", "status", "note",
)  # fmt: skip


def contamination_rows(contamination: Contamination) -> Table:
    """Return the parts of each arm's coefficient, a row a part."""
    return table_of(contamination.rows, _CONTAMINATION_COLUMNS)
