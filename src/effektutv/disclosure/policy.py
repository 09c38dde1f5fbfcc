"""The profiles that results may be released under: what is a small cell, and whether the outcome may be published."""

from __future__ import annotations

from dataclasses import dataclass

from effektutv.errors import DisclosureError

__all__ = ["POLICIES", "Policy", "policy_named"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """One profile of disclosure control.

    A count is *small* where it is at least 1 and below ``threshold``. Counts of 0 are not small under the shipped
    profiles, and a full cell (no non-events) is not either: the rule that they implement speaks of 1 to 4 events or
    non-events only. A data owner for whom "nobody" and "everybody" say something of a person needs a stricter profile.

    Parameters
    ----------
    name : str
        The profile's key, as in the study file.
    threshold : int
        The smallest count that is not small; 0 where everything is released.
    cleared : bool
        Whether a report under this profile may be published as it is.
    """

    name: str
    threshold: int
    cleared: bool

    @property
    def releases_all(self) -> bool:
        """Whether nothing is suppressed, because the records themselves are public."""
        return self.threshold == 0

    def small(self, count: int) -> bool:
        """Return whether a count is too small to be shown.

        Parameters
        ----------
        count : int
            Persons; a negative count is refused, not compared.
        """
        if count < 0:
            raise DisclosureError("a count of persons is negative: the results are not what they should be")
        return 0 < count < self.threshold


#: The shipped profiles. ``uncleared`` is ours, not a data owner's: that is why it never clears a report.
POLICIES = {
    "uncleared": Policy(name="uncleared", threshold=5, cleared=False),
    "public_data": Policy(name="public_data", threshold=0, cleared=True),
}


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
