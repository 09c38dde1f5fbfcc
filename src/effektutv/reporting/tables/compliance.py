"""Tables of receipt.

``receipts.csv``
    One row per arm and programme: how many of the arm's persons received it.
``compliance.csv``
    One row per contrast with the comparison arm: receipt, first stage with its F tests, intention to treat, the complier effect
    with interval, and the ends of Anderson and Rubin's set.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .csv_file import table_of

if TYPE_CHECKING:
    from effektutv.results.compliance import ComplierEffects, Receipts

    from .csv_file import Table

__all__ = ["complier_rows", "receipt_rows"]

_RECEIPT_COLUMNS = ("arm", "programme", "n", "received", "share", "status")

_COMPLIER_COLUMNS = (
    "outcome", "clock", "month", "arm", "control", "n_arm", "n_control", "receipt_arm", "receipt_control", "first_stage",
    "first_stage_error", "f_classical", "f_robust", "intention_to_treat", "estimate", "std_error", "statistic", "df",
    "p_value", "conf_low", "conf_high", "ar_low", "ar_high", "vcov", "strata", "status", "note",
)  # fmt: skip


def receipt_rows(receipts: Receipts) -> Table:
    """Return receipt of every programme, a row an arm and programme."""
    return table_of(receipts.rows, _RECEIPT_COLUMNS)


def complier_rows(compliance: ComplierEffects) -> Table:
    """Return complier effects, a row a contrast."""
    return table_of(compliance.rows, _COMPLIER_COLUMNS)
