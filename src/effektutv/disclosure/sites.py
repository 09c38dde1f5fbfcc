"""Protect effects by site, and how much they vary between sites.

Effects by site and by half-year of entry are effects by subgroup, and decided as those. How much effects vary between
municipalities is one number of all of them, hidden ones too: it is released in tenths of a percentage point, its test in
hundredths, and only where there are at least ten sites; no municipality is shown by itself.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from effektutv.results.names import Own
from effektutv.results.site_heterogeneity import FEW_SITES
from effektutv.values import Status, Suppressed, Unavailable, available

from .cells import Cell
from .rules.rounding import round_p

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from effektutv.results.effects import Effects
    from effektutv.results.site_heterogeneity import SiteRow, SiteVariation
    from effektutv.study import Study

    from .ledger import Ledger

__all__ = ["apart_rows", "protect_site_variation", "site_rows"]

_GONE = Suppressed("touches a suppressed cell")
_FEW_SITES = Suppressed(FEW_SITES)
_LEAST_SITES = 10
#: Of the warning that some site is small: the limit is the estimator's, whatever the sites' sizes are.
_FEW_PERSONS = "its variance is itself uncertain"
#: Decimals of what is released of the variation between sites.
_TENTHS, _HUNDREDTHS = 3, 2
_KEPT = {"tau": _TENTHS, "tau_low": _TENTHS, "tau_high": _TENTHS, "q_p_value": _HUNDREDTHS, "q_df": 0}
_ESTIMATED = ("estimate", "std_error", "p_value", "conf_low", "conf_high", "tau_first_step", "q", "i_squared")


def site_rows(effects: Effects | None) -> Effects | None:
    """Return effects by site without their joint test: strata lie within sites, so that it is not defined."""
    if effects is None:
        return None
    return replace(effects, rows=tuple(r for r in effects.rows if not r.kind.compares))


def apart_rows(effects: Effects | None, study: Study) -> Effects | None:
    """Return effects by a characteristic of ours, a place or a half-year, under a name that no covariate of the study's has."""
    names = {c.name for c in study.covariates}
    if effects is None or not any(r.subgroup in names for r in effects.rows):
        return effects
    rows = (replace(r, subgroup=Own(r.subgroup)) if r.subgroup in names else r for r in effects.rows)
    return replace(effects, rows=tuple(rows))


def protect_site_variation(
    found: SiteVariation, ledger: Ledger, notes: Callable[[Iterable[str]], Iterable[str]]
) -> SiteVariation:
    """Return the variation between sites coarsened, and without what could be taken apart.

    Parameters
    ----------
    found : SiteVariation
    ledger : Ledger
        Closed.
    notes : callable
        What protects notes.
    """
    rows = tuple(_site_row(row, ledger) for row in found.rows)
    spoken = {part for row in found.rows for part in (row.note, *row.note.split("; "))}
    return replace(found, rows=rows, notes=tuple(notes(n for n in found.notes if n not in spoken)))


def _site_row(row: SiteRow, ledger: Ledger) -> SiteRow:
    hidden = any(ledger.is_hidden(Cell("outcome", row.outcome, row.month, arm)) for arm in (row.arm, row.control))
    few = not isinstance(row.sites, int) or row.sites < _LEAST_SITES
    gone = _GONE if hidden else _FEW_SITES if few else None
    changes: dict[str, object] = dict.fromkeys(_ESTIMATED, _GONE)
    # sites are left out for want of persons or of variation: how many persons, nobody may know
    changes.update(n=_GONE, sites_left_out=_GONE, note="" if gone else _warning(row.note))
    for name, decimals in _KEPT.items():
        value = getattr(row, name)
        changes[name] = gone or (round(float(value), decimals) if available(value) else value)
    if available(changes["q_p_value"]):
        changes.update(round_p(row, ["q_p_value"]))
    if gone:
        changes["sites"] = gone
    plain = Status.UNAVAILABLE if isinstance(row.tau, Unavailable) else Status.RELEASED
    return replace(row, status=Status.SUPPRESSED if gone else plain, **changes)  # type: ignore[arg-type]


def _warning(note: str) -> str:
    """Return what a note says of how far the interval can be trusted: it names no number of anybody."""
    return "; ".join(part for part in note.split("; ") if _FEW_PERSONS in part)
