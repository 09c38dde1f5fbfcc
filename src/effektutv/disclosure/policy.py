"""The profiles that results may be released under: what is a small cell, and whether the outcome may be published."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from effektutv.errors import DisclosureError

if TYPE_CHECKING:
    from effektutv.study import Disclosure

__all__ = ["POLICIES", "Policy", "policy_named", "policy_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """One profile of disclosure control.

    A count is *small* where it is at least 1 and below ``threshold``. Empty cells (no events) and full ones (no non-events)
    are small only where the profile says so; a data owner for whom "nobody" and "everybody" say something of a person says it.

    Parameters
    ----------
    name : str
        The profile's key, as in the study file.
    owner : str
        Whose profile it is; ``"effektutv"`` where it is ours, which clears nothing.
    threshold : int
        The smallest count that is not small; 0 where everything is released.
    cleared : bool
        Whether a report under this profile may be published as it is.
    width : int or None
        How wide the interval that a reader can work out of a small count must be left, largest less smallest; None for all
        that the rule itself leaves open.
    zeros_small, full_small : bool
        Whether no events, and no non-events, are small.
    rounding_base : int
        To which multiple persons at risk are rounded where they are worked out from thinned times; 0 for none.
    curve_persons : int
        In an arm of fewer persons those who are not shown cannot be taken to have stayed: its curve is hidden.
    curves : bool
        Whether time-to-event results may be released at all.
    band_step : float
        To which multiple the critical value of a simultaneous band is rounded up where a month of its curve is hidden.
    min_mean, min_quantile : int
        The fewest persons behind a mean that is no share, and behind a median.
    min_df : int
        The fewest degrees of freedom behind an estimate that has any.
    dominance : tuple of int, or None
        ``(n, k)``: the n largest together hold at most k per cent of a sum.
    p_percent : int or None
        What remains of a sum without its two largest is at least this per cent of the largest.
    """

    name: str
    owner: str = "effektutv"
    threshold: int
    cleared: bool
    width: int | None = None
    zeros_small: bool = False
    full_small: bool = False
    rounding_base: int = 5
    curve_persons: int = 100
    curves: bool = True
    band_step: float = 0.1
    min_mean: int = 0
    min_quantile: int = 0
    min_df: int = 0
    dominance: tuple[int, int] | None = None
    p_percent: int | None = None

    @property
    def releases_all(self) -> bool:
        """Whether nothing is suppressed, because the records themselves are public."""
        return self.threshold == 0

    @property
    def least(self) -> int:
        """The smallest number of events that is small."""
        return 0 if self.zeros_small else 1

    @property
    def least_full(self) -> int:
        """The smallest number of non-events that is small."""
        return 0 if self.full_small else 1

    @property
    def band(self) -> str:
        """What the log says of a small count."""
        return f"{min(self.least, self.least_full)} to {self.threshold - 1}"

    @property
    def remains(self) -> float:
        """How wide an interval must remain."""
        return float("inf") if self.width is None else float(self.width)

    def small(self, count: int) -> bool:
        """Return whether a count of persons is too small to be shown.

        Parameters
        ----------
        count : int
            Persons; a negative count is refused, not compared.
        """
        if count < 0:
            raise DisclosureError("a count of persons is negative: the results are not what they should be")
        return 0 < count < self.threshold

    def small_events(self, count: int) -> bool:
        """Return whether a number of events is too small to be shown."""
        return self.small(count) or (self.zeros_small and count == 0)

    def small_non_events(self, count: int) -> bool:
        """Return whether a number of non-events is too small to be shown."""
        return self.small(count) or (self.full_small and count == 0)


#: The shipped profiles. The first two are ours, not a data owner's: that is why they never clear a report.
POLICIES = {
    "uncleared": Policy(
        name="uncleared", threshold=5, cleared=False, min_mean=5, min_quantile=10, min_df=10, dominance=(2, 85)
    ),
    "strict": Policy(
        name="strict", threshold=10, cleared=False, zeros_small=True, full_small=True, rounding_base=10, min_mean=10,
        min_quantile=20, min_df=20, dominance=(2, 75), p_percent=10,
    ),
    "public_data": Policy(name="public_data", owner="", threshold=0, cleared=True),
}  # fmt: skip


def policy_named(name: str) -> Policy:
    """Return a shipped profile.

    Parameters
    ----------
    name : str
        Its key.

    Raises
    ------
    DisclosureError
        If there is no such profile: nothing may be released under an unknown one.
    """
    policy = POLICIES.get(name)
    if policy is None:
        raise DisclosureError(f"no disclosure profile is called {name!r}; there are: {', '.join(POLICIES)}")
    return policy


def policy_of(section: Disclosure) -> Policy:
    """Return the profile that a study file names or declares.

    Parameters
    ----------
    section : Disclosure
        ``[disclosure]`` of the study file.
    """
    own = section.profile
    if isinstance(own, str):
        return policy_named(own)
    return Policy(
        name=own.name, owner=own.owner, threshold=own.threshold, cleared=own.cleared, width=own.width,
        zeros_small=own.zeros_small, full_small=own.full_small, rounding_base=own.rounding_base,
        curve_persons=own.curve_persons, curves=own.curves, band_step=own.band_step, min_mean=own.min_mean,
        min_quantile=own.min_quantile, min_df=own.min_df,
        dominance=None if own.dominance is None else (own.dominance.n, own.dominance.k), p_percent=own.p_percent,
    )  # fmt: skip
