"""In what a result counts: shares in percentage points, means in the outcome's own unit, as its estimand says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from effektutv.errors import ArgumentError
from effektutv.values import Unavailable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .effect_rows import EffectRow
    from .estimand import Estimand

__all__ = ["unit_of_estimand", "unit_of_rows"]


def unit_of_estimand(estimand: Estimand | None) -> dict[str, str]:
    """Return the ``scale`` option that an estimand's summary measure decides; nothing where nobody said what is estimated.

    Parameters
    ----------
    estimand : Estimand or None
    """
    if estimand is None:
        return {}
    if "proportions" in estimand.summary:
        return {"scale": "points"}
    return {"scale": "unit"} if "means" in estimand.summary else {}


def unit_of_rows(estimand: Estimand | None, rows: Sequence[EffectRow], outcome: str | None = None) -> dict[str, str]:
    """Return the ``scale`` option of effects: of shares, or of means; of both on one axis there is none.

    Parameters
    ----------
    estimand : Estimand or None
    rows : sequence of EffectRow
    outcome : str, optional
        The only one that is drawn.

    Raises
    ------
    ArgumentError
        If shares and amounts would be on one axis.
    """
    known = unit_of_estimand(estimand)
    if known == {"scale": "points"}:
        return known
    # one summary for several outcomes says means where any of them is one
    asked = [r for r in rows if outcome in (None, r.outcome)]
    shares = dict.fromkeys(r.outcome for r in asked if not isinstance(r.events_arm, Unavailable))
    amounts = [o for o in dict.fromkeys(r.outcome for r in asked) if o not in shares]
    if shares and amounts:
        raise ArgumentError(
            f"outcome: {next(iter(shares))!r} is a share and {amounts[0]!r} an amount: they have no axis in common; "
            f"draw one at a time, plot(outcome={amounts[0]!r})"
        )
    return {"scale": "points"} if shares else known
