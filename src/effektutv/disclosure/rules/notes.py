"""Free text on its way out: a note may name strata and rules, never how few persons it is about."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..policy import Policy

__all__ = ["counts_persons", "safe_note"]

_COUNTED = re.compile(r"\b(fewer than )?(\d+) (?:persons?|rows?|participants?)\b")
_ONE = re.compile(r"\bone person in (?:the )?arm\b")


def counts_persons(note: str) -> bool:
    """Return whether a note says a number of persons, however many."""
    return bool(_COUNTED.search(note) or _ONE.search(note))


def safe_note(note: str, policy: Policy, *, totals: bool = True) -> str | None:
    """Return a note as it may be shown, or None where it says of how few persons it is about.

    A few persons are told in bands by the estimators already ("fewer than 5"); a note in which a small number is left is
    withheld, for it was not written with disclosure in mind, and so is a band that is narrower than the profile's.

    Parameters
    ----------
    note : str
    policy : Policy
        What a small number is.
    totals : bool
        Whether numbers of persons that are not small may be told. They may not beside a hidden number of persons: how many
        were left out in all, less the arms that are shown, is the arm that is not.
    """
    if not totals and counts_persons(note):
        return None
    small = any(1 < int(k) < policy.threshold if fewer else policy.small(int(k)) for fewer, k in _COUNTED.findall(note))
    return None if small or _ONE.search(note) else note
