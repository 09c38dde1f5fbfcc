"""Tables of what each arm received, of sites, and of a statistic drawn again.

``received_hours.csv``
    One row per arm and actor (``all`` for every actor): persons with any hours until ``month``, and hours per person assigned.
``received_shares.csv``, ``turned_30.csv``
    One row per arm and item: how many of everyone assigned, until ``month`` where the item has one.
``site_variation.csv``
    One row per contrast: between-site standard deviation of the effect with its interval, and Cochran's test, coarsened.
``randomization.csv``
    One row per bin of the main contrast's redrawn statistic, with its share of the draws; ``observed`` is the statistic itself.

Shares and effects are proportions (0.08, not 8), times are months. A suppressed cell is ``‥``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .csv_file import table_of

if TYPE_CHECKING:
    from collections.abc import Iterable

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


def hours_rows(rows: Iterable[HoursRow]) -> Table:
    """Return hours, a row an arm and actor."""
    return table_of(rows, _HOURS_COLUMNS)


def share_rows(rows: Iterable[ShareRow]) -> Table:
    """Return items, a row an arm and item."""
    return table_of(rows, _SHARE_COLUMNS)


def variation_rows(rows: Iterable[SiteRow]) -> Table:
    """Return variation between sites, a row a contrast, of what is released of it."""
    return table_of(rows, _SITE_COLUMNS)


def distribution_rows(rows: Iterable[DistributionRow]) -> Table:
    """Return a redrawn statistic's distribution, a row a bin and one for the observed statistic."""
    return table_of(rows, _DRAW_COLUMNS)
