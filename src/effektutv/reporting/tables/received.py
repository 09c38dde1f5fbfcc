"""CSV tables of what each arm received and of the main effect seen from elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from effektutv.disclosure.protected import ReportInputs
    from effektutv.results.randomization import DistributionRow
    from effektutv.results.services_received import HoursRow, ShareRow
    from effektutv.results.site_heterogeneity import SiteRow

    from .csv_file import Table

__all__ = ["distribution_rows", "hours_rows", "received_tables", "share_rows", "variation_rows"]

_HOURS_COLUMNS = ("arm", "actor", "month", "n", "persons", "share", "mean", "mean_month", "status")
_SHARE_COLUMNS = ("arm", "item", "month", "n", "persons", "share", "status")
_SITE_COLUMNS = (
    "outcome", "clock", "month", "arm", "control", "site", "sites", "tau", "tau_low", "tau_high", "q_df", "q_p_value",
    "status", "note",
)  # fmt: skip
_DRAW_COLUMNS = ("outcome", "clock", "month", "arm", "control", "low", "high", "share", "kind")


def received_tables(value: ReportInputs) -> dict[str, Table]:
    """Return the tables by file name without ``.csv``, each only where the study has it.

    Parameters
    ----------
    value : ReportInputs
        Protected.
    """
    out: dict[str, Table] = {}
    if value.received is not None and value.received.rows:
        out["received_hours"] = hours_rows(value.received.rows)
    if value.received is not None and value.received.shares.rows:
        out["received_shares"] = share_rows(value.received.shares.rows)
    if value.turned_thirty is not None and value.turned_thirty.rows:
        out[value.turned_thirty.rows[0].item] = share_rows(value.turned_thirty.rows)
    if value.site_variation is not None:
        out["site_variation"] = variation_rows(value.site_variation.rows)
    if value.randomization is not None and value.randomization.distribution:
        out["randomization"] = distribution_rows(value.randomization.distribution)
    return out


def _of(rows: Iterable[object], columns: Sequence[str]) -> Table:
    return columns, [[getattr(row, c) for c in columns] for row in rows]


def hours_rows(rows: Iterable[HoursRow]) -> Table:
    """Return hours, a row an arm and actor."""
    return _of(rows, _HOURS_COLUMNS)


def share_rows(rows: Iterable[ShareRow]) -> Table:
    """Return items, a row an arm and item."""
    return _of(rows, _SHARE_COLUMNS)


def variation_rows(rows: Iterable[SiteRow]) -> Table:
    """Return variation between sites, a row a contrast, of what is released of it."""
    return _of(rows, _SITE_COLUMNS)


def distribution_rows(rows: Iterable[DistributionRow]) -> Table:
    """Return a redrawn statistic's distribution, a row a bin and one for the observed statistic."""
    return _of(rows, _DRAW_COLUMNS)
